# SPDX-License-Identifier: MIT
"""The entries that a kernel of paper begins with, and what programs are told of them."""
import copy

from flow import (ASSURED, CONFIRMED, DST_NAT, EXPECTED, FIXED_TIMEOUT, HELPER, NAT_DONE, NUMBERS, OFFLOAD, SEEN_REPLY,
                  SEQ_ADJUST, SRC_NAT, Entry, Expect, Tuple, inverse)

A4, B4, FAR4 = "10.1.1.1", "10.2.1.1", "10.3.1.1"
A6, B6, FAR6 = "fd01:1::1", "fd02:1::1", "fd03::1"
SEEN = CONFIRMED | SEEN_REPLY
SURE = SEEN | ASSURED
START = 1795363828568010921
# names of labels
MAP = "1 one\n2 two\n3 three\n64 sixty-four\n"


def tuple_of(proto, src, dst, *l4):
    num = NUMBERS.get(proto, proto)
    return Tuple(6 if ":" in src else 4, src, dst, num, l4)


def flow(proto, src, dst, *l4, nat=None, **more):
    """nat: changes of the reply."""
    orig = tuple_of(proto, src, dst, *l4)
    reply = inverse(orig)
    if nat:
        reply = reply._replace(**nat)
    return Entry(orig, reply, **more)


def tcp(state, flags=(0x0a, 0x0a)):
    return {"state": state, "wscale": (10, 7), "flags": flags}


def entries():
    """One of everything."""
    ftp = tuple_of("tcp", A4, B4, 2000, 21)
    counted = {"counters": ((3, 137), (1, 52)), "start": START}
    return [
        flow("tcp", A4, B4, 1001, 443, status=SURE, mark=42, info=tcp(3), timeout=431999, **counted),
        flow("tcp", A4, B4, 1002, 443, info=tcp(1), timeout=119),
        flow("tcp", "10.1.1.130", B4, 1003, 80, status=SURE | FIXED_TIMEOUT, info=tcp(7), timeout=100, mark=0x10),
        flow("tcp", "10.1.2.1", B4, 1004, 8080, status=SURE, info=tcp(8), timeout=9, mark=0x30),
        flow("tcp", A4, "10.2.200.1", 1005, 80, status=SEEN, info=tcp(2), timeout=59),
        flow("tcp", A6, B6, 1001, 443, status=SURE, info=tcp(3), timeout=431998, mark=42, **counted),
        flow("tcp", "fd01:2::1", B6, 1002, 80, info=tcp(1), timeout=118),
        flow("udp", A4, B4, 1001, 53, timeout=29),
        flow("udp", "10.1.3.1", B4, 1006, 53, status=SURE, timeout=179, mark=5),
        flow("udp", A6, B6, 1001, 53, status=SEEN, timeout=28, mark=5),
        flow("udp", "fd01:2::1", "fd02:1:8000::1", 5000, 8999, timeout=27),
        flow("udplite", A4, B4, 1001, 443, timeout=26, mark=7),
        flow("udplite", A6, B6, 1001, 53, status=SEEN, timeout=25),
        flow("sctp", A4, B4, 1001, 443, status=SURE, timeout=200, info={"state": 4, "vtag": (7, 9)}),
        flow("sctp", A6, B6, 1002, 443, timeout=201, info={"state": 2, "vtag": (8, 0)}),
        flow("gre", A4, B4, 0x101, 0x202, status=SEEN, timeout=24),
        flow("gre", A6, B6, 0, 0, timeout=23),
        flow("icmp", A4, B4, 7, 8, 0, status=SEEN, timeout=22),
        flow("icmp", A4, B4, 8, 13, 0, timeout=21),
        flow("icmpv6", A6, B6, 7, 128, 0, timeout=20),
        flow(50, A4, B4, timeout=599),
        flow(50, A6, B6, status=SEEN, timeout=598),
        flow("dccp", "10.1.4.1", B4, 1001, 443, status=SEEN, timeout=300, info={"state": 4, "role": 1}),
        flow("tcp", A4, B4, 3001, 443, nat={"dst": "10.9.9.9"}, status=SURE | SRC_NAT | NAT_DONE, info=tcp(3)),
        flow("udp", A4, B4, 3002, 53, nat={"src": FAR4, "l4": (5353, 3002)}, status=SEEN | DST_NAT | NAT_DONE),
        flow("tcp", A4, B4, 3003, 80, nat={"src": FAR4, "dst": "10.9.9.9", "l4": (8080, 40000)},
             status=SURE | SRC_NAT | DST_NAT | NAT_DONE, info=tcp(5)),
        flow("udp", A6, B6, 3004, 53, nat={"dst": FAR6}, status=SEEN | SRC_NAT | NAT_DONE),
        flow("udp", A4, B4, 3005, 53, status=SEEN | NAT_DONE),
        flow("tcp", A4, B4, 1001, 443, zone=7, info=tcp(3), status=SURE, mark=42),
        flow("udp", A4, B4, 4001, 53, zone=9, zdir="orig"),
        flow("udp", A4, B4, 4002, 53, zone=9, zdir="reply", status=SEEN),
        flow("udp", A6, B6, 1001, 53, zone=7, status=SEEN),
        flow("udp", A4, B4, 5001, 53, labels=1 << 1),
        flow("udp", A6, B6, 5002, 53, labels=1 << 1 | 1 << 2, status=SEEN),
        flow("tcp", A4, B4, 5003, 80, labels=1 << 64, info=tcp(3), status=SURE),
        Entry(ftp, status=SURE | HELPER, info=tcp(3), helper="ftp", help_ext=True),
        flow("tcp", B4, A4, 20, 2001, status=SURE | EXPECTED, info=tcp(3), master=ftp),
        flow("tcp", A4, B4, 6001, 443, status=SURE | SEQ_ADJUST, info=tcp(3), seqadj=((1, 2, -3), (4, 5, 6))),
    ]


def offloaded():
    return flow("tcp", A4, B4, 7001, 443, status=SURE | OFFLOAD, info=tcp(3))


def expects():
    ftp = tuple_of("tcp", A4, B4, 2000, 21)
    return [
        Expect(tuple_of("tcp", B4, A4, 0, 2121), ("255.255.255.255", 0), ftp, helper="ftp", timeout=299),
        Expect(tuple_of("udp", "0.0.0.0", "10.1.1.5", 0, 5060), ("0.0.0.0", 0), tuple_of("udp", A4, B4, 1001, 53),
               helper="sip", kind=1, flags=3, timeout=100),
        Expect(tuple_of("udp", "::", A6, 0, 6969), ("::", 0), tuple_of("udp", A6, B6, 1001, 53), helper="tftp",
               timeout=90),
    ]


def many(n, **more):
    """Flows that are told apart by their ports alone."""
    return [flow("udp", "10.8.0.1", "10.8.0.2", 1000 + i, 53, timeout=600, **copy.deepcopy(more)) for i in range(n)]


# --- as programs see them --------------------------------------------------

TCP_STATES = "NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE LISTEN".split()
STATES = {
    6: TCP_STATES,
    132: "NONE CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED".split(),
    33: "NONE REQUEST RESPOND PARTOPEN OPEN".split(),
}
STATUS = ("EXPECTED SEEN_REPLY ASSURED CONFIRMED SRC_NAT DST_NAT SEQ_ADJUST SRC_NAT_DONE DST_NAT_DONE DYING "
          "FIXED_TIMEOUT TEMPLATE UNTRACKED HELPER OFFLOAD HW_OFFLOAD").split()
NAMES = {number: name for name, number in NUMBERS.items()}


def direction(kernel, t, zone, counters):
    told = {"src": t.src, "dst": t.dst}
    if t.num == 47:
        told.update(srckey=t.l4[0], dstkey=t.l4[1])
    elif t.num in (1, 58):
        told.update(id=t.l4[0], type=t.l4[1], code=t.l4[2])
    elif t.l4:
        told.update(sport=t.l4[0], dport=t.l4[1])
    if zone:
        told["zone"] = zone
    if counters:
        told.update(packets=counters[0], bytes=counters[1])
    return told


def json_of(kernel, e, use=1):
    """The object that -o json is to print, without the time since the start."""
    told = {"family": "ipv%d" % e.orig.v, "proto": NAMES.get(e.orig.num, "unknown"), "protonum": e.orig.num,
            "status": [name for n, name in enumerate(STATUS) if e.status >> n & 1], "use": use, "id": e.id}
    for name, t, n in (("orig", e.orig, 0), ("reply", e.reply, 1)):
        told[name] = direction(kernel, t, e.zone if e.zdir == name else 0, e.counters and e.counters[n])
    if e.zone and not e.zdir:
        told["zone"] = e.zone
    if e.mark or kernel.can["mark_of_0_is_sent"]:
        told["mark"] = e.mark
    if not e.status & OFFLOAD:
        told["timeout"] = e.timeout
        if e.info:
            told["state"] = STATES[e.orig.num][e.info["state"]]
    if e.start:
        told["start"] = e.start // 1000 / 10**6
    if e.helper:
        told["helper"] = e.helper
    if e.labels:
        names = dict(line.split() for line in MAP.splitlines())
        told["labels"] = [names.get(str(n), str(n)) for n in range(128) if e.labels >> n & 1]
    return told


def expect_json_of(x):
    """The object of an expectation."""
    ones = {4: "255.255.255.255", 6: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}[x.tuple.v]
    told = {"timeout": x.timeout, "protonum": x.tuple.num, "proto": NAMES[x.tuple.num], "family": "ipv%d" % x.tuple.v,
            "id": x.id, "class": x.kind, "flags": [n for i, n in enumerate(("PERMANENT", "INACTIVE", "USERSPACE"))
                                                    if x.flags >> i & 1]}
    for name, t in (("expected", x.tuple), ("master", x.master)):
        told[name] = {"src": t.src, "dst": t.dst, "sport": t.l4[0], "dport": t.l4[1]}
    told["mask"] = {"src": x.mask[0], "dst": ones, "sport": x.mask[1], "dport": 0xffff}
    if x.helper:
        told["helper"] = x.helper
    return told
