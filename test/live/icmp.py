# SPDX-License-Identifier: MIT
"""ICMP and ICMPv6: questions with an id."""
import socket

from lib import packet
from lib.case import fact, facts
from lib.lab import A, B, CLIENT, SERVER
from lib.talk import ping

# protocol, IP version, question type, answer type
KINDS = {"echo": ("icmp", 4, 8, 0), "timestamp": ("icmp", 4, 13, 14), "echo6": ("icmpv6", 6, 128, 129)}
COLUMN = {"icmp": "icmp     1", "icmpv6": "icmpv6   58"}


@facts("icmp_{kind}_is_printed_{answer}", kind=KINDS, answer=("unreplied", "replied"))
def question(t, kind, answer):
    name, v, ask, reply = KINDS[kind]
    t.lab.up(packet.icmp(A[v], B[v], ask, 4711, data=bytes(12)))
    if answer == "replied":
        t.lab.down(packet.icmp(B[v], A[v], reply, 4711, data=bytes(12)))
    expected = "^%s * src=%s dst=%s type=%d code=0 id=4711 %ssrc=%s dst=%s type=%d code=0 id=4711 mark=0 use=1$" % (
        COLUMN[name], A[v], B[v], ask, "" if answer == "replied" else "[UNREPLIED] ", B[v], A[v], reply)
    t.same_in_all_forms(expected)
    t.same("-G -p {0} -s {1} -d {2} --{0}-type {3} --{0}-code 0 --{0}-id 4711".format(name, A[v], B[v], ask),
           expected.replace("use=1", "use=2"))


@facts("icmp_filters_tell_questions_apart_over_ipv{v}", v=(4, 6))
def filters(t, v):
    name, ask = ("icmp", 8) if v == 4 else ("icmpv6", 128)
    ping(t.lab, v, 100)
    ping(t.lab, v, 200, answered=False)
    t.lab.up(packet.icmp(A[4], B[4], 13, 300, data=bytes(12)))
    t.same("-L -p {0} --{0}-id 100".format(name), "id=100*id=100 mark")
    t.same("-L -p {0} --{0}-id 200 --{0}-code 0".format(name), "id=200 [UNREPLIED]")
    t.same("-L -p {0} --{0}-type {1}".format(name, ask), "type=%d * id=100" % ask, "type=%d * id=200" % ask)
    t.same("-L -p {0} --{0}-type {1}".format(name, ask + 1))
    t.same("-L -p {0} --{0}-code 1".format(name))
    t.same("-L -p icmp --icmp-type 13 --icmp-id 300", "type=13 code=0 id=300")


@facts("kernel_answers_a_real_ping_over_ipv{v}", v=(4, 6))
def real_ping(t, v):
    family, proto = (socket.AF_INET, packet.ICMP) if v == 4 else (socket.AF_INET6, packet.ICMPV6)
    near = t.lab.socket(t.lab.client, family, socket.SOCK_RAW, proto)
    near.settimeout(5)
    whole = packet.icmp(CLIENT[v], SERVER[v], 8 if v == 4 else 128, 77)
    near.sendto(packet.parse(whole).payload, (SERVER[v], 0))
    near.recv(99)
    t.same_in_all_forms("src=%s dst=%s * id=77 src=%s" % (CLIENT[v], SERVER[v], SERVER[v]))


@fact
def icmp_error_belongs_to_its_flow_and_makes_no_entry(t):
    flow = packet.udp(A[4], B[4], 40001, 53)
    t.lab.up(flow)
    port_unreachable = b"\3\3\0\0\0\0\0\0" + flow
    total = packet.checksum(port_unreachable).to_bytes(2, "big")
    t.lab.down(packet.ip(B[4], A[4], packet.ICMP, port_unreachable[:2] + total + port_unreachable[4:]))
    t.same("-L", "^udp * [UNREPLIED]")
