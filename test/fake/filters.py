# SPDX-License-Identifier: MIT
"""What options select: a model of the filters, in a few lines each."""
import ipaddress

from flow import ASSURED, DST_NAT_DONE, EXPECTED, FIXED_TIMEOUT, NUMBERS, SEEN_REPLY, SRC_NAT_DONE
from table import A4, A6, B4, B6, FAR4, STATES

PORTS = "tcp", "udp", "udplite", "sctp", "dccp"


def net(end, text, direction="orig"):
    inside = ipaddress.ip_network(text)

    def test(e):
        at = ipaddress.ip_address(getattr(getattr(e, direction), end))
        return at.version == inside.version and at in inside
    return test


def proto(*names):
    return lambda e: e.orig.num in [NUMBERS.get(name, name) for name in names]


def port(n, *ranges, direction="orig"):
    def test(e):
        l4 = getattr(e, direction).l4
        return proto(*PORTS)(e) and len(l4) == 2 and any(a <= l4[n] <= b for a, b in ranges)
    return test


def l4(n, value, *names, direction="orig"):
    return lambda e: proto(*names)(e) and getattr(e, direction).l4[n] == value


def mark(value, mask=0xffffffff):
    return lambda e: e.mark & mask == value


def status(on, off=0):
    return lambda e: e.status & on == on and not e.status & off


def zone(z):
    return lambda e: (0 if e.zdir else e.zone) == z


def zone_of(direction, z):
    return lambda e: (e.zone if e.zdir == direction else 0) == z


def labels(*bits):
    return lambda e: all((e.labels or 0) >> bit & 1 for bit in bits)


def translated(end, to=None, to_port=None):
    """end: src or dst of the original; where it goes to is the other one of the reply."""
    def test(e):
        other, n = ("dst", 1) if end == "src" else ("src", 0)
        address, done = getattr(e.reply, other), SRC_NAT_DONE if end == "src" else DST_NAT_DONE
        by_address = address != getattr(e.orig, end)
        ports = (e.orig.l4[1 - n], e.reply.l4[n]) if proto(*PORTS)(e) and e.orig.l4 else (0, 0)
        if not e.status & done:
            return False
        if not to:
            return by_address or ports[0] != ports[1]
        return by_address and address == to and to_port in (None, ports[1])
    return test


def state(word, *names):
    return lambda e: bool(e.info) and proto(*(names or ("tcp", "sctp", "dccp")))(e) and \
        STATES[e.orig.num][e.info["state"]] == word


def no(test):
    return lambda e: not test(e)


def either(a, b):
    return lambda e: a(e) or b(e)


def family(v):
    return lambda e: e.orig.v == v


LABELLED = "--labelmap {map} "

# topic: options, and conditions that all hold. Topics in capitals go with -L alone, "value": not with -U.
FILTERS = {
    "family": [
        ("", ()),
        ("-f ipv4", (family(4),)),
        ("-f ipv6", (family(6),)),
        ("-p tcp -f ipv6", (proto("tcp"), family(6))),
    ],
    "address": [
        ("-s " + A4, (net("src", A4),)),
        ("-s 10.1.1.0/24", (net("src", "10.1.1.0/24"),)),
        ("-s 10.1.1.128/25", (net("src", "10.1.1.128/25"),)),
        ("-s 10.1.1.9 --mask-src 255.255.255.0", (net("src", "10.1.1.0/24"),)),
        ("-s 0.0.0.0/0", (family(4),)),
        ("-d 10.2.200.1", (net("dst", "10.2.200.1"),)),
        ("-s %s -d %s" % (A4, B4), (net("src", A4), net("dst", B4))),
        ("-s 10.9.9.9", (net("src", "10.9.9.9"),)),
        ("-r 10.2.200.1", (net("src", "10.2.200.1", "reply"),)),
        ("-q 10.9.9.9", (net("dst", "10.9.9.9", "reply"),)),
        ("-r %s -s %s" % (FAR4, A4), (net("src", FAR4, "reply"), net("src", A4))),
    ],
    "address_of_ipv6": [
        ("-s " + A6, (net("src", A6),)),
        ("-d " + B6, (net("dst", B6),)),
        ("-s %s -d %s" % (A6, B6), (net("src", A6), net("dst", B6))),
        ("-s fd01:2::/32", (net("src", "fd01:2::/32"),)),
        ("-d fd02:1:8000::/33", (net("dst", "fd02:1:8000::/33"),)),
        ("-s ::/0", (family(6),)),
        ("-r " + B6, (net("src", B6, "reply"),)),
        ("-q fd03::1", (net("dst", "fd03::1", "reply"),)),
        ("-p udp --dport 53 -s " + A6, (proto("udp"), port(1, (53, 53)), net("src", A6))),
    ],
    "protocol": [("-p %s" % name, (proto(name),)) for name in NUMBERS] + [("-p 50", (proto(50),))],
    "port": [
        ("-p tcp --dport 443", (proto("tcp"), port(1, (443, 443)))),
        ("-p tcp --sport 1001 --dport 443", (proto("tcp"), port(0, (1001, 1001)), port(1, (443, 443)))),
        ("-p udp --dport 53 -f ipv6", (proto("udp"), port(1, (53, 53)), family(6))),
        ("-p udplite --dport 443", (proto("udplite"), port(1, (443, 443)))),
        ("-p udplite --dport 53 -s " + A6, (proto("udplite"), port(1, (53, 53)), net("src", A6))),
        ("-p sctp --dport 443", (proto("sctp"), port(1, (443, 443)))),
        ("-p sctp --sport 1002 -f ipv6", (proto("sctp"), port(0, (1002, 1002)), family(6))),
        ("-p sctp --dport 9", (proto("sctp"), port(1, (9, 9)))),
        ("-p dccp --dport 443", (proto("dccp"), port(1, (443, 443)))),
        ("--dport 443", (port(1, (443, 443)),)),
        ("--sport 1001 -s " + A4, (port(0, (1001, 1001)), net("src", A4))),
        ("-p tcp --dport 80,8000-8999", (proto("tcp"), port(1, (80, 80), (8000, 8999)))),
        ("--dport 50-100", (port(1, (50, 100)),)),
        ("-p udp --reply-port-src 5353", (proto("udp"), port(0, (5353, 5353), direction="reply"))),
        ("--reply-port-dst 40000", (port(1, (40000, 40000), direction="reply"),)),
        ("-p tcp --reply-port-src 443 -r " + B4,
         (proto("tcp"), port(0, (443, 443), direction="reply"), net("src", B4, "reply"))),
    ],
    "key_and_icmp": [
        ("-p gre --srckey 0x101", (l4(0, 0x101, "gre"),)),
        ("--dstkey 0x202", (l4(1, 0x202, "gre"),)),
        ("-p gre --reply-key-src 0x202", (l4(0, 0x202, "gre", direction="reply"),)),
        ("-p icmp --icmp-type 8", (l4(1, 8, "icmp"),)),
        ("-p icmp --icmp-type 13 --icmp-code 0", (l4(1, 13, "icmp"), l4(2, 0, "icmp"))),
        ("--icmp-id 7", (l4(0, 7, "icmp"),)),
        ("-p icmp --icmp-id 8 -s " + A4, (l4(0, 8, "icmp"), net("src", A4))),
        ("-p icmpv6 --icmpv6-type 128", (l4(1, 128, "icmpv6"),)),
        ("--icmpv6-id 7 -s " + A6, (l4(0, 7, "icmpv6"), net("src", A6))),
        ("-p icmpv6 --icmpv6-code 1", (l4(2, 1, "icmpv6"),)),
    ],
    "mark": [
        ("-m 42", (mark(42),)),
        ("-m 0", (mark(0),)),
        ("-m 5/0xff", (mark(5, 0xff),)),
        ("-m 0x10/0x10", (mark(0x10, 0x10),)),
        ("-m 0/0x10", (mark(0, 0x10),)),
        ("-m 0x31/0x10", (mark(0x31, 0x10),)),
        ("-m 42 -s " + A6, (mark(42), net("src", A6))),
        ("-m 42 -w 7 -u ASSURED", (mark(42), zone(7), status(ASSURED))),
        ("-m 99", (mark(99),)),
    ],
    "status": [
        ("-u ASSURED", (status(ASSURED),)),
        ("-u SEEN_REPLY", (status(SEEN_REPLY),)),
        ("-u UNREPLIED", (status(0, SEEN_REPLY),)),
        ("-u !ASSURED", (status(0, ASSURED),)),
        ("-u SEEN_REPLY,!ASSURED", (status(SEEN_REPLY, ASSURED),)),
        ("-u ASSURED,SEEN_REPLY -p tcp", (status(ASSURED | SEEN_REPLY), proto("tcp"))),
        ("-u FIXED_TIMEOUT", (status(FIXED_TIMEOUT),)),
        ("-u EXPECTED", (status(EXPECTED),)),
        ("-u UNSET", ()),
        ("-u ASSURED -m 0", (status(ASSURED), mark(0))),
    ],
    "zone": [
        ("-w 0", (zone(0),)),
        ("-w 7", (zone(7),)),
        ("-w 9", (zone(9),)),
        ("-w 7 -p udp", (zone(7), proto("udp"))),
        ("--orig-zone 9", (zone_of("orig", 9),)),
        ("--reply-zone 9", (zone_of("reply", 9),)),
        ("--orig-zone 0 -p udp", (zone_of("orig", 0), proto("udp"))),
    ],
    "label": [
        (LABELLED + "-l one", (labels(1),)),
        (LABELLED + "-l one,two", (labels(1, 2),)),
        (LABELLED + "-l sixty-four", (labels(64),)),
        (LABELLED + "-l three", (labels(3),)),
    ],
    "translation": [
        ("-n", (translated("src"),)),
        ("-g", (translated("dst"),)),
        ("-n 10.9.9.9", (translated("src", "10.9.9.9"),)),
        ("-g 10.3.1.1:5353", (translated("dst", "10.3.1.1", 5353),)),
        ("-n fd03::1", (translated("src", "fd03::1"),)),
        ("-n 10.9.9.9 -g", (translated("src", "10.9.9.9"), translated("dst"))),
    ],
    "either_translation": [
        ("-j", (either(translated("src"), translated("dst")),)),
        ("-j 10.9.9.9", (either(translated("src", "10.9.9.9"), translated("dst", "10.9.9.9")),)),
        ("-c 5 -p icmp", (proto("icmp"),)),
    ],
    "state": [
        ("--state ESTABLISHED", (state("ESTABLISHED"),)),
        ("-p tcp --state TIME_WAIT", (state("TIME_WAIT", "tcp"),)),
        ("-p sctp --state COOKIE_WAIT", (state("COOKIE_WAIT", "sctp"),)),
        ("--state OPEN", (state("OPEN", "dccp"),)),
        ("-p tcp --state SYN_SENT -s fd01:2::1", (state("SYN_SENT", "tcp"), net("src", "fd01:2::1"))),
    ],
    "negation": [
        ("! -s " + A4, (family(4), no(net("src", A4)))),    # an address speaks of its family, negated or not
        ("! -s " + A6, (family(6), no(net("src", A6)))),
        ("-p tcp ! --dport 443", (proto("tcp"), no(port(1, (443, 443))))),
        ("! -p tcp", (no(proto("tcp")),)),
        ("! -u ASSURED", (no(status(ASSURED)),)),
        ("! -m 42", (no(mark(42)),)),
        ("! -w 7 -p tcp", (no(zone(7)), proto("tcp"))),
        ("! -n", (no(translated("src")),)),
        (LABELLED + "! -l one", (no(labels(1)),)),
        ("! --state ESTABLISHED -p tcp", (no(state("ESTABLISHED")), proto("tcp"))),
        ("-p udp --dport 53 ! -s 10.1.1.0/24",
         (proto("udp"), family(4), port(1, (53, 53)), no(net("src", "10.1.1.0/24")))),
    ],
    "whole_tuple": [
        (line, (zone(z), proto(name), net("src", src), net("dst", dst)) + tuple(more))
        for line, z, name, src, dst, *more in (
            ("-w 7 -p tcp -s %s -d %s --sport 1001 --dport 443" % (A4, B4), 7, "tcp", A4, B4,
             port(0, (1001, 1001)), port(1, (443, 443))),
            ("-w 0 -p tcp -s %s -d %s --sport 1001 --dport 443" % (A4, B4), 0, "tcp", A4, B4,
             port(0, (1001, 1001)), port(1, (443, 443))),
            ("-w 7 -p udp -s %s -d %s --sport 1001 --dport 53" % (A6, B6), 7, "udp", A6, B6,
             port(0, (1001, 1001)), port(1, (53, 53))),
            ("-w 9 -p udp -s %s -d %s --sport 4001 --dport 53" % (A4, B4), 9, "udp", A4, B4,
             port(0, (4001, 4001)), port(1, (53, 53))),
            ("-w 0 -p icmp -s %s -d %s --icmp-type 8 --icmp-code 0 --icmp-id 7" % (A4, B4), 0, "icmp", A4, B4,
             l4(0, 7, "icmp")),
            ("-w 0 -p icmpv6 -s %s -d %s --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 7" % (A6, B6), 0, "icmpv6",
             A6, B6, l4(0, 7, "icmpv6")),
            ("-w 0 -p gre -s %s -d %s --srckey 0x101 --dstkey 0x202" % (A4, B4), 0, "gre", A4, B4),
            ("-w 0 -p 50 -s %s -d %s" % (A6, B6), 0, 50, A6, B6),
            ("-w 3 -p 50 -s %s -d %s" % (A6, B6), 3, 50, A6, B6),
            ("-w 0 -p sctp -s %s -d %s --sport 1001 --dport 443" % (A4, B4), 0, "sctp", A4, B4),
            ("-w 0 -p dccp -s 10.1.4.1 -d %s --sport 1001 --dport 443" % B4, 0, "dccp", "10.1.4.1", B4,
             port(0, (1001, 1001))))
    ],
}

# What these topics say, -U changes; -D does not know -j.
NOT_OF_UPDATE = "mark", "status", "either_translation", "state", "negation"
NOT_OF_DELETE = ("either_translation",)


def chosen(entries, conditions):
    return [e for e in entries if all(test(e) for test in conditions)]
