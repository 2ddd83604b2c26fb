# SPDX-License-Identifier: MIT
"""Expectations, as the kernel's FTP and TFTP helpers make them of real conversations."""
from lib import packet
from lib.case import fact, facts
from lib.lab import A, B, FAR
from lib.talk import Tcp

HELPERS = 'ct helper ftp { type "ftp" protocol tcp; }\nct helper tftp { type "tftp" protocol udp; }'


def helpers(t):
    t.lab.chain("inet", "filter", "forward", 1, 'tcp dport 21 ct helper set "ftp"', 'udp dport 69 ct helper set "tftp"',
                declare=HELPERS)


def ftp(t, v, sport=40001):
    """A logged-in control connection: the helper overlooks the first line of either side."""
    control = Tcp(t.lab, v, sport, 21).reach("ESTABLISHED")
    control.server("PA", b"220 hello\r\n")
    control.client("PA", b"USER me\r\n")
    return control


def passive(t, v, sport=40001):
    """The server names its port 8000."""
    control = ftp(t, v, sport)
    control.server("PA", b"227 Entering Passive Mode (%s,31,64).\r\n" % B[4].replace(".", ",").encode() if v == 4 else
                   b"229 Entering Extended Passive Mode (|||8000|)\r\n")
    return control


def active(t, v, sport=40001):
    """The client names its port 8001."""
    control = ftp(t, v, sport)
    control.client("PA", b"PORT %s,31,65\r\n" % A[4].replace(".", ",").encode() if v == 4 else
                   b"EPRT |2|%s|8001|\r\n" % A[6].encode())
    return control


def tftp(t, v):
    t.lab.up(packet.udp(A[v], B[v], 40001, 69, b"\0\1file\0octet\0"))


FULL = {4: "255.255.255.255", 6: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}


def line(v, proto, src, dst, sport, dport, mport, helper):
    return ("^* proto=%d src=%s dst=%s sport=%d dport=%d mask-src=%s mask-dst=%s sport=%d dport=65535 "
            "master-src=%s master-dst=%s sport=40001 dport=%d class=0 helper=%s$" % (
                proto, src, dst, sport, dport, FULL[v], FULL[v], 65535 if sport else 0,
                A[v], B[v], mport, helper))


EXPECTED = {     # who speaks, the expectation
    "passive_ftp": (passive, lambda v: line(v, 6, A[v], B[v], 0, 8000, 21, "ftp")),
    "active_ftp": (active, lambda v: line(v, 6, B[v], A[v], 0, 8001, 21, "ftp")),
    "tftp": (tftp, lambda v: line(v, 17, B[v], A[v], 0, 40001, 69, "tftp")),
}


@facts("{kind}_expects_a_flow_over_ipv{v}", kind=EXPECTED, v=(4, 6))
def expectation(t, kind, v):
    helpers(t)
    speak, expected = EXPECTED[kind][0], EXPECTED[kind][1](v)
    speak(t, v)
    family = " -f ipv6" if v == 6 else ""
    t.same("-L expect" + family, expected)
    for form in ("xml", "xml,timestamp", "extended,id,ktimestamp,labels", "save"):
        t.same("-L expect%s -o %s" % (family, form), lines=4 if "xml" in form else 1)
    t.same("-L", "helper=" + expected.rstrip("$").split("helper=")[1])
    t.same("-L expect" + ("" if v == 6 else " -f ipv6"))


@facts("expectation_is_found_by_its_tuple_over_ipv{v}", v=(4, 6))
def get(t, v):
    helpers(t)
    passive(t, v)
    question = "-G expect -p tcp -s %s -d %s --sport %d --dport %d --reply-port-src 1 --reply-port-dst 2"
    found = EXPECTED["passive_ftp"][1](v)
    t.same(question % (A[v], B[v], 0, 8000), found)
    t.same(question % (A[v], B[v], 50000, 8000), found)     # the mask leaves the source port open
    t.same(question % (A[v], B[v], 0, 8001), code=1)
    t.same(question % (B[v], A[v], 0, 8000), code=1)


@fact
def ipv4_expectations_are_counted(t):
    helpers(t)
    t.same("-C expect", "0")
    passive(t, 4)
    t.same("-C expect", "1")
    tftp(t, 4)
    t.same("-C expect", "2")


@fact
def expectations_of_both_families_are_counted(t):
    """The reference counts IPv4 only."""
    helpers(t)
    for v in (4, 6):
        passive(t, v)
    tftp(t, 6)
    t.check("-C expect", "^3$", err=[])


@facts("data_connection_is_expected_and_holds_its_master_over_ipv{v}", v=(4, 6))
def data_connection(t, v):
    helpers(t)
    passive(t, v)
    data = Tcp(t.lab, v, 50000, 8000)
    data.client("S")
    t.same("-L expect" + (" -f ipv6" if v == 6 else ""))
    t.same_in_all_forms("dport=21 * helper=ftp use=2$", "SYN_SENT * sport=50000 dport=8000 * mark=0 use=1$")
    t.same("-L -o save -p tcp --dport 8000", "-u EXPECTED -s " + A[v])
    t.same("-L -u EXPECTED", "sport=50000 dport=8000")
    data.server("SA")
    data.client("A")
    t.same("-L -o save -p tcp --dport 8000", "-u EXPECTED,SEEN_REPLY,ASSURED -s " + A[v])
    t.same("-L -u EXPECTED,ASSURED", "ESTABLISHED * sport=50000 dport=8000")


@fact
def rewritten_port_command_expects_the_translated_flow(t):
    helpers(t)
    t.lab.chain("ip", "nat", "postrouting", 100, "tcp dport 21 snat to %s:7777" % FAR[4])
    seen = active(t, 4).client("PA", b"NOOP\r\n")
    assert seen.src == FAR[4]
    t.same("-L expect", "^* proto=6 src=%s dst=%s sport=0 dport=8001 * master-src=%s * helper=ftp$" % (B[4], FAR[4], A[4]))
    t.same("-L expect -o xml", lines=4)
    t.same_in_all_forms("ESTABLISHED src=%s * dst=%s sport=21 dport=7777 [ASSURED] mark=0 helper=ftp use=" % (A[4], FAR[4]))
