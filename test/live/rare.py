# SPDX-License-Identifier: MIT
"""What some kernels have and others have not: test/boot --lab has all of it.

Flow tables, SCTP by sockets, GRE tunnels, DCCP, security marks.
"""
import contextlib
import socket

from lib import packet
from lib.case import Skip, fact, facts
from lib.lab import A, B, CLIENT, SERVER, LabError
from lib.talk import Datagrams, Tcp

FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


@contextlib.contextmanager
def only_with(what):
    """Where the kernel refuses, there is nothing to try."""
    try:
        yield
    except (LabError, OSError) as why:
        raise Skip("this kernel has no %s: %s" % (what, str(why).splitlines()[0]))


# --- flow tables ----------------------------------------------------------

def offload(lab):
    with only_with("flow tables"):
        lab.chain("inet", "filter", "forward", 1, "meta l4proto { tcp, udp } flow add @f",
                  declare="flowtable f {\nhook ingress priority 0\ndevices = { rc, rs }\n}")


OFFLOADED = "^%s src=%s dst=%s sport=%d dport=%d src=%s dst=%s sport=%d dport=%d [OFFLOAD] mark=0 use=2$"


def all_forms(t, speak, expected):
    """The flow table forgets who is silent for 30 s: on a slow machine it has to be reminded."""
    for form in t.FORMS:
        speak()
        t.same_in_all_forms(expected, forms=[form])


@facts("offloaded_tcp_has_neither_timeout_nor_state_over_ipv{v}", v=(4, 6))
def offloaded_tcp(t, v):
    offload(t.lab)
    talk = Tcp(t.lab, v, 40001, 80).reach("ESTABLISHED")
    expected = OFFLOADED % ("tcp      6", A[v], B[v], 40001, 80, B[v], A[v], 80, 40001)
    all_forms(t, lambda: talk.client("A"), expected)
    for filters in "-u OFFLOAD", "-p tcp --dport 80":
        talk.client("A")
        t.same("-L " + filters, expected)
    talk.client("A")
    t.lists("-L -u '!OFFLOAD'")
    t.check("-C", "1")


@facts("offloaded_udp_has_no_timeout_over_ipv{v}", v=(4, 6))
def offloaded_udp(t, v):
    offload(t.lab)
    talk = Datagrams(t.lab, v, 40001, 53).ask().answer()
    all_forms(t, talk.ask, OFFLOADED % ("udp      17", A[v], B[v], 40001, 53, B[v], A[v], 53, 40001))


@fact
def offloaded_flow_is_deleted_like_any_other(t):
    offload(t.lab)
    talks = [Tcp(t.lab, 4, 40001, port).reach("ESTABLISHED") for port in (80, 81)]
    talks[0].client("A")
    t.check("-D -p tcp --dport 80", "^tcp * dport=80 *[OFFLOAD]", err=["1 flow entries have been deleted."])
    talks[1].client("A")
    t.same("-L -u OFFLOAD", "dport=81 * [OFFLOAD]")


# --- SCTP, spoken by the kernel -------------------------------------------

@contextlib.contextmanager
def sctp(lab, v):
    """Two ends have spoken; yields the client's port."""
    with only_with("SCTP sockets"):
        server, client = [lab.socket(host, FAMILY[v], socket.SOCK_STREAM, socket.IPPROTO_SCTP)
                          for host in (lab.server, lab.client)]
    with server, client:
        server.bind((SERVER[v], 36412))
        server.listen()
        client.connect((SERVER[v], 36412))
        taken, there = server.accept()
        with taken:
            client.send(b"question")
            taken.recv(100)
            taken.send(b"answer")
            client.recv(100)
            yield there[1]


@facts("sctp_of_sockets_is_followed_to_its_end_over_ipv{v}", v=(4, 6))
def sctp_sockets(t, v):
    with sctp(t.lab, v) as port:
        line = "^sctp     132 * %%s src=%s dst=%s sport=%d dport=36412 * [ASSURED] mark=0 use=1$" % (
            CLIENT[v], SERVER[v], port)
        t.same_in_all_forms(line % "ESTABLISHED", forms=["", "-o extended", "-o id"])
        t.same("-L -p sctp --state ESTABLISHED --dport 36412", line % "ESTABLISHED")
    t.same("-L -p sctp --state ESTABLISHED")


# --- GRE tunnels ----------------------------------------------------------

@contextlib.contextmanager
def tunnel(lab, v):
    """The client has spoken through a tunnel; yields what makes the server answer."""
    kind = {4: "gre", 6: "ip6gre"}[v]
    with only_with("GRE tunnels"):
        for n, (host, near, far) in enumerate(((lab.client, CLIENT[v], SERVER[v]), (lab.server, SERVER[v], CLIENT[v]))):
            with lab.inside(host):
                lab.ip("link add tun type %s local %s remote %s ttl 64\nlink set tun addrgenmode none\n"
                       "addr add 192.0.2.%d/24 dev tun\nlink set tun up\n" % (kind, near, far, n + 1))
    near, far = [lab.socket(host, socket.AF_INET, socket.SOCK_DGRAM) for host in (lab.client, lab.server)]
    with near, far:
        for end in near, far:
            end.settimeout(60)
        far.bind(("192.0.2.2", 7))
        near.sendto(b"question", ("192.0.2.2", 7))
        there = far.recvfrom(100)[1]

        def answer():
            far.sendto(b"answer", there)
            near.recv(100)
        yield answer


@facts("gre_tunnel_is_one_flow_without_keys_over_ipv{v}", v=(4, 6))
def gre_tunnel(t, v):
    with tunnel(t.lab, v) as answer:
        line = "^gre      47 * src=%s dst=%s srckey=0x0 dstkey=0x0 %%ssrc=%s dst=%s srckey=0x0 dstkey=0x0 mark=0 use=1$" % (
            CLIENT[v], SERVER[v], SERVER[v], CLIENT[v])
        t.same_in_all_forms(line % "[UNREPLIED] ")
        answer()
        t.same_in_all_forms(line % "")
        t.same("-L -p gre", line % "")


# --- DCCP, packet by packet -----------------------------------------------

REQUEST, RESPONSE, DATA, ACK, DATAACK, CLOSEREQ, CLOSE, RESET = range(8)
STEPS = (("REQUEST", "client", REQUEST), ("RESPOND", "server", RESPONSE), ("PARTOPEN", "client", ACK),
         ("OPEN", "server", DATAACK), ("CLOSEREQ", "server", CLOSEREQ), ("CLOSING", "client", CLOSE),
         ("TIMEWAIT", "server", RESET))


def dccp(lab, v, state, sport=40001):
    """Speaks, from the start, until the flow is in that state."""
    if not lab.knows("dccp_loose"):
        raise Skip("this kernel has no tracker for DCCP")
    for timeout in ("request", "respond", "partopen", "timewait"):
        lab.tracking(**{"dccp_timeout_" + timeout: 400})
    seq = {"client": 1000, "server": 5000}
    for name, who, kind in STEPS:
        other = "server" if who == "client" else "client"
        ends = (A[v], B[v], sport, 5001) if who == "client" else (B[v], A[v], 5001, sport)
        seq[who] += 1
        (lab.up if who == "client" else lab.down)(packet.dccp(*ends, kind, seq[who], seq[other]))
        if name == state:
            return


@facts("dccp_{state}_is_printed_over_ipv{v}", state=[name for name, _, _ in STEPS], v=(4, 6))
def dccp_state(t, state, v):
    dccp(t.lab, v, state)
    line = "^dccp     33 * %s src=%s dst=%s sport=40001 dport=5001 " % (state, A[v], B[v])
    t.same_in_all_forms(line, forms=["", "-o extended", "-o id", "-o save"])
    t.same("-L -p dccp --dport 5001", line)
    t.check("-L -o xml", '^<?xml version="1.0" encoding="utf-8"?>$', "^<conntrack>$", "^</conntrack>$",
            'protoname="dccp"><sport>40001</sport><dport>5001</dport>*<state>%s</state>' % state)


@fact
def dccp_state_filter_picks_one_of_all(t):
    for n, (state, _, _) in enumerate(STEPS):
        dccp(t.lab, 4, state, 41000 + n)
    for n, (state, _, _) in enumerate(STEPS):
        t.same("-L -p dccp --state " + state, "%s * sport=%d dport=5001" % (state, 41000 + n))


@fact
def dccp_entry_is_saved_and_loaded(t):
    dccp(t.lab, 4, "OPEN")
    with open("/run/scratch/saved", "w") as f:
        f.write(t.run("-L -o restore").out)
    t.check("-F")
    t.check("-R /run/scratch/saved")
    t.same("-L", "^dccp     33 * OPEN src=%s dst=%s sport=40001 dport=5001 " % (A[4], B[4]))


# --- security marks -------------------------------------------------------

def secmark(lab):
    """What goes to port 4004 has the context of SELinux's kernel."""
    with only_with("security marks"):
        lab.nft('table inet s { secmark m { "kernel" }; chain c { type filter hook forward priority 1; '
                'tcp dport 4004 ct state new meta secmark set "m"; ct state new ct secmark set meta secmark; }; }')


@facts("security_context_is_printed_over_ipv{v}", v=(4, 6))
def security_context(t, v):
    secmark(t.lab)
    Tcp(t.lab, v, 40001, 4004).reach("ESTABLISHED")
    Tcp(t.lab, v, 40001, 4005).reach("ESTABLISHED")
    line = "^tcp * dport=4004 * [ASSURED] mark=0 secctx=kernel use=1$"
    t.same_in_all_forms(line, "^tcp * dport=4005 * [ASSURED] mark=0 use=1$")
    t.same("-G -p tcp -s %s -d %s --sport 40001 --dport 4004" % (A[v], B[v]), line.replace("use=1", "use=2"))
