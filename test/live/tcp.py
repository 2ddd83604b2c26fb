# SPDX-License-Identifier: MIT
"""TCP: every state the kernel's tracker can be held in."""
import socket
import struct
import time

from lib import packet
from lib.case import fact, facts
from lib.lab import A, B, CLIENT, SERVER
from lib.talk import TCP_STATES, Tcp

TCP_FIN_WAIT2 = 5
REPLIED = [s for s in TCP_STATES if s not in ("SYN_SENT", "SYN_SENT2")]


def line(v, state, sport, *rest):
    """A pattern for the line of a flow from A to B."""
    unreplied = " [UNREPLIED]" if state == "SYN_SENT" else ""
    return "^tcp      6 * %s src=%s dst=%s sport=%d dport=80%s src=%s dst=%s sport=80 dport=%d*mark=0 use=1$" % (
        state, A[v], B[v], sport, unreplied, B[v], A[v], sport)


@facts("tcp_{state}_is_printed_over_ipv{v}", state=TCP_STATES, v=(4, 6))
def tcp_state(t, state, v):
    Tcp(t.lab, v, 40001).reach(state)
    t.same_in_all_forms(line(v, state, 40001))
    t.same("-L -p tcp --state " + state, line(v, state, 40001))
    t.same("-G -p tcp -s %s -d %s --sport 40001 --dport 80" % (A[v], B[v]),
           line(v, state, 40001).replace("use=1", "use=2"))


@facts("tcp_state_filter_{state}_picks_one_of_all", state=TCP_STATES + ["LISTEN"])
def state_filter(t, state):
    for number, held in enumerate(TCP_STATES):
        Tcp(t.lab, 4, 41000 + number).reach(held)
        Tcp(t.lab, 6, 42000 + number).reach(held)
    name = "SYN_SENT2" if state == "LISTEN" else state
    number = TCP_STATES.index(name)
    t.same("-L -p tcp --state " + state, line(4, name, 41000 + number), line(6, name, 42000 + number))
    t.same("-L -p tcp --state %s -f ipv6" % state, line(6, name, 42000 + number))
    t.same("-L -p tcp --state %s -s %s" % (state, A[4]), line(4, name, 41000 + number))
    t.same("-C", str(2 * len(TCP_STATES)))


@facts("assured_mark_follows_the_handshake_in_{state}", state=TCP_STATES)
def assured(t, state):
    Tcp(t.lab, 4, 40001).reach(state)
    held = state in REPLIED and state != "SYN_RECV"
    t.same("-L -u ASSURED", *["[ASSURED] mark=0"] * held)
    t.same("-L -u !ASSURED", *["dport=40001 mark=0"] * (not held))


@fact
def tcp_picked_up_in_the_middle_is_established_but_unreplied(t):
    t.lab.up(packet.tcp(A[4], B[4], 40001, 80, "A", 7, 9))
    t.same_in_all_forms("ESTABLISHED src=%s * [UNREPLIED] * mark=0 use=1$" % A[4])


def connection(t, v):
    """A connection of the two real hosts: listener, client's end, server's end."""
    family = socket.AF_INET if v == 4 else socket.AF_INET6
    listener = t.lab.socket(t.lab.server, family)
    listener.bind((SERVER[v], 8080))
    listener.listen()
    near = t.lab.socket(t.lab.client, family)
    near.connect((SERVER[v], 8080))
    return listener, near, listener.accept()[0]


@facts("real_connection_is_established_then_closes_over_ipv{v}", v=(4, 6))
def real_connection(t, v):
    listener, near, far = connection(t, v)
    near.send(b"ping")
    far.recv(9)
    far.send(b"pong")
    near.recv(9)
    t.same_in_all_forms("ESTABLISHED src=%s dst=%s * dport=8080 * [ASSURED]" % (CLIENT[v], SERVER[v]))
    near.shutdown(socket.SHUT_WR)
    assert far.recv(9) == b""
    while near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != TCP_FIN_WAIT2:
        time.sleep(0.01)        # until the other side's delayed acknowledgement
    t.same("-L", "CLOSE_WAIT src=%s" % CLIENT[v])
    far.close()
    assert near.recv(9) == b""
    t.same("-L", "TIME_WAIT src=%s" % CLIENT[v])
    listener.close()


@facts("real_reset_leaves_close_over_ipv{v}", v=(4, 6))
def real_reset(t, v):
    _, near, far = connection(t, v)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near.close()
    try:
        far.recv(9)
    except ConnectionResetError:
        pass
    t.same_in_all_forms("CLOSE src=%s" % CLIENT[v])


@fact
def connect_to_a_silent_host_waits_in_syn_sent(t):
    near = t.lab.socket(t.lab.client, socket.AF_INET)
    near.setblocking(False)
    near.connect_ex((B[4], 8080))
    t.same_in_all_forms("SYN_SENT src=%s dst=%s * dport=8080 [UNREPLIED]" % (CLIENT[4], B[4]))
