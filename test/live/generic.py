# SPDX-License-Identifier: MIT
"""Protocols without a tracker of their own, and GRE."""
import struct

from lib import packet
from lib.case import fact, facts
from lib.lab import A, B
from lib.talk import Tcp

PROTOCOLS = {"esp": packet.ESP, "ospf": packet.OSPF, "vrrp": 112}


@facts("{name}_is_an_unknown_protocol_without_ports_over_ipv{v}", name=PROTOCOLS, v=(4, 6))
def portless(t, name, v):
    number = PROTOCOLS[name]
    t.lab.up(packet.ip(A[v], B[v], number, b"12345678"))
    expected = "^unknown  %d * src=%s dst=%s [UNREPLIED] src=%s dst=%s mark=0 use=1$" % (number, A[v], B[v], B[v], A[v])
    t.same_in_all_forms(expected)
    t.same("-L -p %d" % number, expected)
    t.same("-L -p " + name, expected)
    t.same("-L -p 99")
    t.same("-G -p %d -s %s -d %s" % (number, A[v], B[v]), expected.replace("use=1", "use=2"))
    t.lab.down(packet.ip(B[v], A[v], number, b"12345678"))
    t.same_in_all_forms(expected.replace("[UNREPLIED] ", ""))


GRE_LINE = ("^gre      47 * src=%s dst=%s srckey=0x%x dstkey=0x%x [UNREPLIED] "
            "src=%s dst=%s srckey=0x%x dstkey=0x%x mark=0 use=1$")


@facts("gre_without_call_has_zero_keys_over_ipv{v}", v=(4, 6))
def gre(t, v):
    t.lab.up(packet.gre(A[v], B[v]))
    expected = GRE_LINE % (A[v], B[v], 0, 0, B[v], A[v], 0, 0)
    t.same_in_all_forms(expected)
    t.same("-G -p gre -s %s -d %s --srckey 0 --dstkey 0" % (A[v], B[v]), expected.replace("use=1", "use=2"))
    t.lab.down(packet.gre(B[v], A[v]))
    t.same_in_all_forms(expected.replace("[UNREPLIED] ", ""))


@facts("gre_call_id_is_the_destination_key_over_ipv{v}", v=(4, 6))
def gre_call(t, v):
    t.lab.up(packet.gre_call(A[v], B[v], 0x1234))
    t.lab.up(packet.gre_call(A[v], B[v], 0xabcd))
    expected = [GRE_LINE % (A[v], B[v], 0, key, B[v], A[v], key, 0) for key in (0x1234, 0xabcd)]
    t.same_in_all_forms(*expected)
    t.same("-L -p gre", *expected)
    t.same("-G -p gre -s %s -d %s --srckey 0 --dstkey 0xabcd" % (A[v], B[v]), expected[1].replace("use=1", "use=2"))


def pptp(t):
    """A PPTP call of two sides, 0x0101 and 0x0202, set up past the kernel's helper."""
    t.lab.chain("inet", "filter", "forward", 1, 'tcp dport 1723 ct helper set "pptp"',
                declare='ct helper pptp { type "pptp" protocol tcp; l3proto ip; }')
    control = Tcp(t.lab, 4, 40001, 1723).reach("ESTABLISHED")

    def message(kind, body):
        return struct.pack("!HHIHH", 12 + len(body), 1, 0x1a2b3c4d, kind, 0) + body

    control.client("PA", message(1, struct.pack("!HHIIHH64s64s", 0x100, 0, 3, 3, 0, 0, b"", b"")))
    control.server("PA", message(2, struct.pack("!HBBIIHH64s64s", 0x100, 1, 0, 3, 3, 1, 0, b"", b"")))
    control.client("PA", message(7, struct.pack("!HHIIIIHHHH64s64s", 0x101, 1, 300, 9999, 3, 3, 64, 0, 0, 0, b"", b"")))
    control.server("PA", message(8, struct.pack("!HHBBHIHHI", 0x202, 0x101, 1, 0, 0, 9999, 64, 0, 0)))


@fact
def pptp_expects_gre_with_both_call_ids(t):
    pptp(t)
    t.same("-L expect", "proto=47 src=%s dst=%s srckey=0x101 dstkey=0x202" % (A[4], B[4]),
           "proto=47 src=%s dst=%s srckey=0x202 dstkey=0x101" % (B[4], A[4]))
    t.same("-L expect -o xml", lines=5)


@fact
def pptp_call_is_an_expected_gre_flow_with_both_keys(t):
    pptp(t)
    t.lab.up(packet.gre_call(A[4], B[4], 0x202))
    t.lab.down(packet.gre_call(B[4], A[4], 0x101))
    call = "^gre * srckey=0x101 dstkey=0x202 src=* srckey=0x202 dstkey=0x101"
    t.same_in_all_forms(call, "^tcp * dport=1723 * helper=pptp use=")
    t.same("-L -p gre --srckey 0x101 --dstkey 514", call)
    t.same("-L -p gre -o save", "-u EXPECTED,SEEN_REPLY * --srckey 257 --dstkey 514 --reply-key-src 514 --reply-key-dst 257")
