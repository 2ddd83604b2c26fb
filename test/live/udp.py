# SPDX-License-Identifier: MIT
"""UDP and UDP-Lite: new, answered, assured."""
import socket
import time

from lib import packet
from lib.case import facts
from lib.lab import A, B, CLIENT, SERVER
from lib.talk import Datagrams

BUILD = {"udp": packet.udp, "udplite": packet.udplite}
NUMBER = {"udp": "udp      17", "udplite": "udplite  136"}


def line(name, v, middle, end):
    return "^%s * src=%s dst=%s sport=40001 dport=53 %ssrc=%s dst=%s sport=53 dport=40001 %smark=0 use=1$" % (
        NUMBER[name], A[v], B[v], middle, B[v], A[v], end)


def flow(t, name, v):
    t.lab.tracking(checksum=0)      # udplite_error() sums UDP-Lite as if it were UDP and calls every packet invalid
    return Datagrams(t.lab, v, 40001, build=BUILD[name]).ask()


def same(t, name, v, expected):
    t.same_in_all_forms(expected)
    t.same("-L -p " + name, expected)
    t.same("-L -p %s --reply-port-src 53 --reply-port-dst 40001" % name, expected)
    t.same("-G -p %s -s %s -d %s --sport 40001 --dport 53" % (name, A[v], B[v]), expected.replace("use=1", "use=2"))


@facts("{name}_question_is_unreplied_over_ipv{v}", name=BUILD, v=(4, 6))
def question(t, name, v):
    flow(t, name, v)
    same(t, name, v, line(name, v, "[UNREPLIED] ", ""))


@facts("{name}_answer_ends_unreplied_over_ipv{v}", name=BUILD, v=(4, 6))
def answered(t, name, v):
    flow(t, name, v).answer()
    same(t, name, v, line(name, v, "", ""))


@facts("{name}_stream_is_assured_over_ipv{v}", name=("udp",), v=(4, 6))
def stream(t, name, v):
    talk = flow(t, name, v).answer()
    time.sleep(2.1)         # a younger flow is no stream yet
    talk.ask().answer()
    same(t, name, v, line(name, v, "", "[ASSURED] "))


@facts("udplite_of_real_sockets_is_tracked_over_ipv{v}", v=(4, 6))
def real_udplite(t, v):
    t.lab.tracking(checksum=0)
    family = socket.AF_INET if v == 4 else socket.AF_INET6
    ends = [t.lab.socket(host, family, socket.SOCK_DGRAM, packet.UDPLITE) for host in (t.lab.client, t.lab.server)]
    ends[1].bind((SERVER[v], 5005))
    ends[0].sendto(b"x", (SERVER[v], 5005))
    data, peer = ends[1].recvfrom(9)
    ends[1].sendto(data, peer)
    ends[0].recv(9)
    t.same_in_all_forms("^udplite  136 * src=%s dst=%s * dport=5005 src=%s" % (CLIENT[v], SERVER[v], SERVER[v]))


@facts("real_name_server_flow_is_found_by_port_over_ipv{v}", v=(4, 6))
def real_udp(t, v):
    family = socket.AF_INET if v == 4 else socket.AF_INET6
    near, far = [t.lab.socket(host, family, socket.SOCK_DGRAM) for host in (t.lab.client, t.lab.server)]
    far.bind((SERVER[v], 53))
    near.sendto(b"x", (SERVER[v], 53))
    data, peer = far.recvfrom(9)
    far.sendto(data, peer)
    near.recv(9)
    Datagrams(t.lab, v, 40001, 54).ask()
    expected = "src=%s dst=%s sport=%d dport=53 * mark=0 use=1$" % (CLIENT[v], SERVER[v], peer[1])
    t.same("-L -p udp --dport 53", expected)
    t.same("-L -p 17 --orig-port-dst 53 --reply-src " + SERVER[v], expected)
    t.same("-L -p udp --dport 55")
