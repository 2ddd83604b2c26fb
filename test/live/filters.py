# SPDX-License-Identifier: MIT
"""Selecting: families, addresses, prefixes, masks, ports, protocols, status."""
from lib import packet
from lib.case import fact, facts
from lib.lab import A, B
from lib.talk import Datagrams, Tcp, ping

# name: how it is made, and what tells its line from the others
FLOWS = {
    "tcp4": (lambda lab: Tcp(lab, 4, 1001, 80).reach("ESTABLISHED"),
        "^tcp * src=10.1.1.1 * sport=1001 dport=80"),
    "tcp4-new": (lambda lab: Tcp(lab, 4, 1002, 443, src="10.1.1.130").reach("SYN_SENT"),
        "^tcp * src=10.1.1.130 * sport=1002 dport=443"),
    "tcp4-half": (lambda lab: Tcp(lab, 4, 1003, 80, dst="10.2.200.1").reach("SYN_RECV"),
        "^tcp * src=10.1.1.1 * sport=1003 dport=80"),
    "udp4": (lambda lab: Datagrams(lab, 4, 1004, 53, src="10.1.2.1").ask().answer(),
        "^udp * src=10.1.2.1 * sport=1004 dport=53"),
    "udp4-new": (lambda lab: Datagrams(lab, 4, 1001, 443).ask(),
        "^udp * src=10.1.1.1 * sport=1001 dport=443"),
    "ping4": (lambda lab: ping(lab, 4, 7),
        "^icmp "),
    "esp4": (lambda lab: lab.up(packet.ip("10.1.3.1", B[4], packet.ESP, b"12345678")),
        "^unknown * src=10.1.3.1"),
    "tcp6": (lambda lab: Tcp(lab, 6, 1001, 80).reach("ESTABLISHED"),
        "^tcp * src=fd01:1::1 * sport=1001 dport=80"),
    "tcp6-close": (lambda lab: Tcp(lab, 6, 1006, 443, src="fd01:1::ff").reach("CLOSE"),
        "^tcp * src=fd01:1::ff * sport=1006 dport=443"),
    "udp6": (lambda lab: Datagrams(lab, 6, 1004, 53, src="fd01:2::1").ask().answer(),
        "^udp * src=fd01:2::1 * sport=1004 dport=53"),
    "udp6-new": (lambda lab: Datagrams(lab, 6, 1008, 443, dst="fd02:1:8000::1").ask(),
        "^udp * src=fd01:1::1 * sport=1008 dport=443"),
    "ping6": (lambda lab: ping(lab, 6, 7, answered=False),
        "^icmpv6 "),
}
IPV4 = [n for n in FLOWS if "4" in n]
IPV6 = [n for n in FLOWS if "6" in n]


def but(names, *without):
    return [n for n in names if n not in without]


def of(protocol):
    return [n for n in FLOWS if n.startswith(protocol)]


CHOICES = {
    "everything": ("", list(FLOWS)),
    "ipv4": ("-f ipv4", IPV4),
    "ipv6": ("--family ipv6", IPV6),
    "protocol_tcp": ("-p tcp", of("tcp")),
    "protocol_in_capitals": ("-p UDP", of("udp")),
    "protocol_number": ("--proto 6", of("tcp")),
    "protocol_hex": ("-p 0x11", of("udp")),
    "protocol_and_family": ("-p tcp -f ipv6", ["tcp6", "tcp6-close"]),
    "family_and_protocol": ("-f ipv6 -p udp", ["udp6", "udp6-new"]),
    "protocol_by_etc_name": ("-p esp", ["esp4"]),
    "protocol_icmp": ("-p icmp", ["ping4"]),
    "protocol_icmpv6": ("-p icmpv6", ["ping6"]),
    "protocol_alias_is_generic": ("-p ipv6-icmp", ["ping6"]),
    "protocol_unused": ("-p sctp", []),
    "source": ("-s 10.1.1.1", ["tcp4", "tcp4-half", "udp4-new", "ping4"]),
    "source_exact_prefix": ("-s 10.1.1.130/32", ["tcp4-new"]),
    "source_prefix_24": ("-s 10.1.1.0/24", but(IPV4, "udp4", "esp4")),
    "source_prefix_25": ("-s 10.1.1.128/25", ["tcp4-new"]),
    "source_prefix_with_host_bits": ("-s 10.1.2.77/24", ["udp4"]),
    "source_prefix_0_is_the_family": ("-s 0.0.0.0/0", IPV4),
    "source_prefix_31": ("-s 10.1.3.0/31", ["esp4"]),
    "source_twice_last_counts": ("-s 10.9.9.9 -s 10.1.2.1", ["udp4"]),
    "source_old_spelling": ("-s 10.1.513", ["udp4"]),
    "source_none": ("-s 10.1.1.2", []),
    "destination": ("-d 10.2.200.1", ["tcp4-half"]),
    "destination_prefix": ("--orig-dst 10.2.128.0/17", ["tcp4-half"]),
    "both_ends": ("--src 10.1.1.0/24 --dst 10.2.1.1", but(IPV4, "udp4", "esp4", "tcp4-half")),
    "source6": ("-s fd01:1::1", ["tcp6", "udp6-new", "ping6"]),
    "source6_prefix_16": ("-s fd01::/16", IPV6),
    "source6_prefix_32": ("-s fd01:1::/32", but(IPV6, "udp6")),
    "source6_prefix_120": ("-s fd01:1::/120", but(IPV6, "udp6")),
    "source6_prefix_121": ("-s fd01:1::80/121", ["tcp6-close"]),
    "source6_prefix_31_is_odd": ("-s fd01:2::/31", ["udp6"]),
    "source6_prefix_128": ("-s fd01:1::ff/128", ["tcp6-close"]),
    "source6_prefix_0": ("-s ::/0", IPV6),
    "destination6": ("-d fd02:1:8000::1", ["udp6-new"]),
    "destination6_prefix_33": ("-d fd02:1:8000::/33", ["udp6-new"]),
    "both_ends6": ("-s fd01:1::1 -d fd02:1::1", ["tcp6", "ping6"]),
    "source6_written_long": ("-s fd01:0001:0:0:0::1", ["tcp6", "udp6-new", "ping6"]),
    "mask": ("-s 10.1.1.9 --mask-src 255.255.255.0", but(IPV4, "udp4", "esp4")),
    "mask_with_holes": ("-s 99.1.2.1 --mask-src 0.255.255.255", ["udp4"]),
    "mask6": ("-d fd02:1:ffff::9 --mask-dst ffff:ffff:8000::", ["udp6-new"]),
    "reply_source": ("-r 10.2.200.1", ["tcp4-half"]),
    "reply_destination": ("-q 10.1.2.1", ["udp4"]),
    "reply_both": ("--reply-src 10.2.1.1 --reply-dst 10.1.1.130", ["tcp4-new"]),
    "reply6": ("-q fd01:1::ff", ["tcp6-close"]),
    "source_port": ("-p tcp --sport 1001", ["tcp4", "tcp6"]),
    "destination_port": ("-p udp --dport 443", ["udp4-new", "udp6-new"]),
    "ports_by_long_name": ("-p tcp --orig-port-src=1002 --orig-port-dst=443", ["tcp4-new"]),
    "reply_ports": ("-p tcp --reply-port-src 80 --reply-port-dst 1003", ["tcp4-half"]),
    "port_of_one_family": ("-p udp --dport 53 -f ipv6", ["udp6"]),
    "port_and_address": ("-p tcp --dport 80 -s 10.1.1.1 -d 10.2.1.1", ["tcp4"]),
    "port_unused": ("-p tcp --dport 53", []),
    "assured": ("-u ASSURED", ["tcp4", "tcp6", "tcp6-close"]),
    "seen_reply": ("-u SEEN_REPLY", but(FLOWS, "tcp4-new", "udp4-new", "esp4", "udp6-new", "ping6")),
    "both_bits": ("-u SEEN_REPLY,ASSURED", ["tcp4", "tcp6", "tcp6-close"]),
    "unreplied": ("-u UNREPLIED", ["tcp4-new", "udp4-new", "esp4", "udp6-new", "ping6"]),
    "not_assured": ("-u !ASSURED", but(FLOWS, "tcp4", "tcp6", "tcp6-close")),
    "status_abbreviated": ("-u ass", ["tcp4", "tcp6", "tcp6-close"]),
    "not_seen_reply": ("-u !SEEN_REPLY", ["tcp4-new", "udp4-new", "esp4", "udp6-new", "ping6"]),
    "not_assured_nor_replied": ("-u !ASSURED,!SEEN_REPLY", ["tcp4-new", "udp4-new", "esp4", "udp6-new", "ping6"]),
    "status_wanted_and_unwanted_is_wanted": ("-u ASSURED,!ASSURED", ["tcp4", "tcp6", "tcp6-close"]),
    "status_and_protocol": ("-p tcp -u UNREPLIED", ["tcp4-new"]),
    "status_and_address": ("-u ASSURED -s fd01:1::/32", ["tcp6", "tcp6-close"]),
    "state_and_port": ("-p tcp --state SYN_RECV --dport 80", ["tcp4-half"]),
    "state_and_family": ("-p tcp --state ESTABLISHED -f ipv6", ["tcp6"]),
    "all_at_once": ("-p tcp -f ipv4 -s 10.1.0.0/16 -d 10.2.1.1 -r 10.2.1.1 -q 10.1.1.1 --sport 1001 --dport 80 "
                    "--state ESTABLISHED -m 0 -w 0",
        ["tcp4"]),
    "secmark_is_accepted": ("-c 5 -p icmp", ["ping4"]),
}


def table(t):
    for make, _ in FLOWS.values():
        make(t.lab)


def lines(names):
    return [FLOWS[name][1] for name in names]


@facts("filter_{name}", name=CHOICES)
def choose(t, name):
    table(t)
    options, names = CHOICES[name]
    t.same("-L " + options, *lines(names))
    t.same("-L %s -o save" % options, lines=len(names))
    t.same("-L %s -o xml" % options, lines=len(names) and len(names) + 3)


@fact
def filter_mismatch_of_families_is_refused(t):
    table(t)
    t.same("-L -f ipv6 -s 10.1.1.1", code=2)
    t.same("-L -s fd01:1::1 -d 10.2.1.1", code=2)


# What the reference gets wrong: compat.md, B03 B04 B05.
CORRECTED = {
    "status_positive_and_negated": ("-u SEEN_REPLY,!ASSURED", ["tcp4-half", "udp4", "ping4", "udp6"]),
    "status_negated_and_positive": ("-u !ASSURED,SEEN_REPLY", ["tcp4-half", "udp4", "ping4", "udp6"]),
    "status_given_twice": ("-u ASSURED -u SEEN_REPLY", ["tcp4", "tcp6", "tcp6-close"]),
    "status_given_twice_negated": ("-u SEEN_REPLY -u !ASSURED", ["tcp4-half", "udp4", "ping4", "udp6"]),
    "status_unset_constrains_nothing": ("-u UNSET", list(FLOWS)),
    "status_with_mark": ("-m 0 -u ASSURED", ["tcp4", "tcp6", "tcp6-close"]),
    # design.md, section 4: protocol options anywhere, and without -p
    "port_without_protocol": ("--dport 443", ["tcp4-new", "udp4-new", "tcp6-close", "udp6-new"]),
    "source_port_without_protocol": ("--sport 1001", ["tcp4", "udp4-new", "tcp6"]),
    "state_without_protocol": ("--state SYN_RECV", ["tcp4-half"]),
    "port_before_protocol": ("--sport 1001 -p tcp", ["tcp4", "tcp6"]),
    "port_before_protocol_number": ("--dport 443 -p 17 -f ipv4", ["udp4-new"]),
    "reply_port_without_protocol": ("--reply-port-dst 1004", ["udp4", "udp6"]),
    "icmp_id_without_protocol": ("--icmp-id 7", ["ping4"]),
    "icmp_id_before_protocol": ("--icmpv6-id 7 -p icmpv6", ["ping6"]),
    "port_without_protocol_and_address": ("--dport 80 -s fd01:1::1", ["tcp6"]),
    "state_without_protocol_and_status": ("--state ESTABLISHED -u ASSURED", ["tcp4", "tcp6"]),
}


@facts("filter_{name}", name=CORRECTED)
def corrected(t, name):
    table(t)
    options, names = CORRECTED[name]
    t.lists("-L " + options, *lines(names))


@fact
def list_has_its_own_long_name(t):
    table(t)
    t.lists("--list", *lines(FLOWS))
    t.lists("--list -p udp --dport 53", *lines(["udp4", "udp6"]))
    t.same("--dump -p udp --dport 53", *lines(["udp4", "udp6"]))


@fact
def state_that_no_protocol_knows_is_refused(t):
    table(t)
    got = t.run("-L --state NONSENSE")
    if got.code != 2 or got.out or "NONSENSE" not in got.err:
        t.fail("-L --state NONSENSE", ["should be a usage error that names the word"], got)


@facts("gre_filter_compares_the_{key}", key=("srckey", "dstkey", "reply-key-src", "reply-key-dst"))
def gre_keys(t, key):
    """The reference compares none of them."""
    t.lab.up(packet.gre_call(A[4], B[4], 0x101))
    t.lab.up(packet.gre_call(A[4], B[4], 0x202))
    t.lab.up(packet.gre(A[6], B[6]))
    lines = ["dstkey=0x101", "dstkey=0x202", "^gre * src=fd01:1::1 * dstkey=0x0 [UNREPLIED]"]
    if key in ("dstkey", "reply-key-src"):
        t.lists("-L -p gre --%s 0x202" % key, lines[1])
        t.lists("-L -p gre --%s 257" % key, lines[0])
        t.lists("-L -p gre --%s 0" % key, lines[2])
    else:
        t.lists("-L -p gre --%s 0" % key, *lines)
    t.lists("-L -p gre --%s 9" % key)


REPLIES = {
    "tcp": "-p tcp -r {B} -q {A} --reply-port-src 80 --reply-port-dst 1001",
    "udp": "-p udp -r {B} -q {A} --reply-port-src 53 --reply-port-dst 1004",
}


@facts("get_by_reply_tuple_finds_{kind}_over_ipv{v}", kind=REPLIES, v=(4, 6))
def get_by_reply(t, kind, v):
    """The reference cannot ask this way."""
    table(t)
    near = A[v] if kind == "tcp" else {4: "10.1.2.1", 6: "fd01:2::1"}[v]
    pattern = FLOWS["%s%d" % (kind, v)][1] + " * use=2$"
    t.lists("-G " + REPLIES[kind].format(A=near, B=B[v]), pattern)


@fact
def get_by_reply_tuple_finds_what_nat_made_of_a_flow(t):
    t.lab.chain("ip", "nat", "postrouting", 100, "udp dport 53 snat to 10.2.0.1:7777")
    Datagrams(t.lab, 4, 1004, 53).ask()
    t.lists("-G -p udp -r 10.2.1.1 -q 10.2.0.1 --reply-port-src 53 --reply-port-dst 7777", "sport=1004 dport=53 * use=2$")


@facts("get_by_reply_addresses_finds_a_ping_over_ipv{v}", v=(4, 6))
def get_ping_by_reply(t, v):
    """Type, code and id describe the original direction."""
    ping(t.lab, v, 7)
    name, kind = ("icmp", 8) if v == 4 else ("icmpv6", 128)
    t.lists("-G -p {0} -r {1} -q {2} --{0}-type {3} --{0}-code 0 --{0}-id 7".format(name, B[v], A[v], kind),
            "type=%d * use=2$" % kind)


@fact
def get_finds_nothing_it_was_not_asked_for(t):
    table(t)
    question = "-G -p tcp -s %s -d %s --sport 1001 --dport 80" % (A[4], B[4])
    t.same(question, "ESTABLISHED * use=2$")
    t.same(question + " --state ESTABLISHED", "ESTABLISHED * use=2$")
    t.same(question + " --state SYN_SENT", code=1)
    t.same("-G -p tcp -s %s -d %s --sport 1001 --dport 81" % (A[4], B[4]), code=1)
    t.same("-G -p tcp -s %s -d %s --sport 80 --dport 1001" % (B[4], A[4]), code=1)
    t.same("-G -p tcp -s %s -d %s" % (A[4], B[4]), code=2)


@fact
def get_by_id_takes_only_that_entry(t):
    table(t)
    question = "-G -p tcp -s %s -d %s --sport 1001 --dport 80" % (A[4], B[4])
    ident = t.run(question + " -o id").out.split("id=")[-1].strip()
    t.same("%s -i %s" % (question, ident), "ESTABLISHED")
    t.same("%s -i %d" % (question, int(ident) ^ 1), code=1)
