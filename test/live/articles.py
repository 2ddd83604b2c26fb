# SPDX-License-Identifier: MIT
"""The deletions that articles teach, on a table of mixed flows that real rules translate."""
from lib import packet
from lib.case import Failure, fact, facts
from lib.lab import A, B, FAR, NEAR
from lib.talk import Datagrams, Tcp, ping

OTHER = {4: "10.1.2.2", 6: "fd01:2::2"}         # a second silent client
# name: who speaks; source ports, and ids of pings, count from 1001
FLOWS = {
    "web": lambda lab, v: Tcp(lab, v, 1001, 80).reach("ESTABLISHED"),
    "web-closed": lambda lab, v: Tcp(lab, v, 1002, 80).reach("TIME_WAIT"),
    "web-new": lambda lab, v: Tcp(lab, v, 1003, 80).reach("SYN_SENT"),
    "snat": lambda lab, v: Tcp(lab, v, 1004, 82).reach("ESTABLISHED"),
    "snat-closed": lambda lab, v: Tcp(lab, v, 1005, 82, src=OTHER[v]).reach("TIME_WAIT"),
    "dnat": lambda lab, v: Tcp(lab, v, 1006, 8080, dst=NEAR[v]).reach("ESTABLISHED"),
    "both": lambda lab, v: Tcp(lab, v, 1007, 8087, src=OTHER[v], dst=NEAR[v]).reach("CLOSE_WAIT"),
    "dns": lambda lab, v: Datagrams(lab, v, 1008, 53, src=OTHER[v]).ask().answer(),
    "dns-snat": lambda lab, v: Datagrams(lab, v, 1009, 82).ask(),
    "dns-dnat": lambda lab, v: Datagrams(lab, v, 1010, 8080, dst=NEAR[v]).ask().answer(),
    "ping": lambda lab, v: ping(lab, v, 1011),
    "ping-other": lambda lab, v: ping(lab, v, 1012, src=OTHER[v]),
}
SNAT, DNAT = ["snat", "snat-closed", "both", "dns-snat"], ["dnat", "both", "dns-dnat"]
OF_A = ["web", "web-closed", "web-new", "snat", "dnat", "dns-snat", "dns-dnat", "ping"]
TO_B = [n for n in FLOWS if n not in DNAT]
SCTP = "-p sctp --sport 1020 --dport 80 --orig-vtag 1 --reply-vtag 1 -t 300 --state "


def flows(t):
    for v, family in ((4, "ip"), (6, "ip6")):
        t.lab.chain(family, "nat", "prerouting", -100, "meta l4proto { tcp, udp } th dport { 8080, 8087 } dnat to " + B[v])
        t.lab.chain(family, "nat", "postrouting", 100,
                    "meta l4proto { tcp, udp } th dport { 82, 8087 } snat to " + FAR[v])
        for speak in FLOWS.values():
            speak(t.lab, v)
        t.check("-I -s %s -d %s %s ESTABLISHED" % (A[v], B[v], SCTP))
    shown = table(t)
    if len(shown) != 2 * len(FLOWS) + 2:
        raise Failure("the lab should hold %d flows:\n%s" % (2 * len(FLOWS) + 2, "\n".join(shown.values())))
    return shown


def table(t):
    """The entries by id, as the reference (or else the tool) lists them, without what moves."""
    text = t.run("-L -o id", t.reference).out
    return {x.rsplit("id=", 1)[1]: still(x) for x in text.splitlines()}


def still(line):
    words = line.split(" ")
    return " ".join(w for w in words if not w.isdigit() and not w.startswith("use="))


def named(shown, names, versions=(4, 6)):
    """The ids of these flows: source port, or id of a ping, and the family tell them."""
    numbers = {n: "=%d " % (1001 + i) for i, n in enumerate(FLOWS)}
    numbers["sctp"] = "=1020 "
    return {key for key, line in shown.items() for n in names
            if numbers[n] in line.split(" src=")[1] + " " and (":" in line) in [v == 6 for v in versions]}


ESTABLISHED = ["web", "snat", "dnat", "sctp"]
TAUGHT = {      # what is taught: which flows it names, of which families
    "--state TIME_WAIT": (["web-closed", "snat-closed"], (4, 6)),
    "--state ESTABLISHED": (ESTABLISHED, (4, 6)),
    "-p tcp --state ESTABLISHED": (ESTABLISHED[:3], (4, 6)),
    "--src {A}": (OF_A + ["sctp"], None), "-s {A}": (OF_A + ["sctp"], None),
    "--dst {B}": (TO_B + ["sctp"], None), "--dst {N}": (DNAT, None),
    "--orig-src {O}": (["snat-closed", "both", "dns", "ping-other"], None),
    "--reply-dst {F}": (SNAT, None), "--reply-src {B}": (list(FLOWS) + ["sctp"], None),
    "--src-nat {F}": (SNAT, None), "--dst-nat {B}": (DNAT, None), "--src-nat": (SNAT, (4, 6)), "--dst-nat": (DNAT, (4, 6)),
    "--dst-nat {F}": ([], None),
    "--dport 80": (["web", "web-closed", "web-new", "sctp"], (4, 6)),
    "-s {A} -p udp": (["dns-snat", "dns-dnat"], None), "-p icmp": (["ping", "ping-other"], (4,)),
    "-f ipv6": (list(FLOWS) + ["sctp"], (6,)), "-u UNREPLIED": (["web-new", "dns-snat", "sctp"], (4, 6)),
}


def deletes(t, option, v):
    before = flows(t)
    names, versions = TAUGHT[option]
    versions = versions or (v,)
    for letter, address in zip("ABFNO", (A, B, FAR, NEAR, OTHER)):
        option = option.replace("{%s}" % letter, address[v])
    wanted = named(before, names, versions)
    if len(wanted) != len(names) * len(versions):
        raise Failure("the test names %d flows instead of %d" % (len(wanted), len(names) * len(versions)))
    got = t.run("-D -o id " + option)
    after = table(t)
    printed = {x.rsplit("id=", 1)[1]: still(x) for x in got.out.splitlines()}
    complaints = ["still there: " + before[x] for x in wanted if x in after] + \
        ["gone: " + before[x] for x in before if x not in after and x not in wanted] + \
        ["changed: " + after[x] for x in after if after[x] != before.get(x)] + \
        ["printed: " + printed[x] for x in printed if printed[x] != before[x] or x not in wanted] + \
        ["not printed: " + before[x] for x in wanted if x not in printed]
    if len(got.out.splitlines()) != len(wanted) or " %d flow entries have been deleted." % len(wanted) not in got.err:
        complaints.append("%d should be printed and counted" % len(wanted))
    if got.code != (not wanted):
        complaints.append("exit code should be %d" % (not wanted))
    if complaints:
        t.fail("-D " + option, complaints, got)


@facts("delete_{option}_takes_what_is_named_and_nothing_else", option=[o for o in TAUGHT if "{" not in o])
def by_anything(t, option):
    deletes(t, option, 4)


@facts("delete_{option}_takes_that_address_of_ipv4_and_nothing_else", option=[o for o in TAUGHT if "{" in o])
def by_ipv4(t, option):
    deletes(t, option, 4)


@facts("delete_{option}_takes_that_address_of_ipv6_and_nothing_else",
       option=["--src {A}", "--dst {B}", "--src-nat {F}", "--dst-nat {B}"])
def by_ipv6(t, option):
    deletes(t, option, 6)


@fact
def deleted_connection_is_picked_up_again_by_its_next_segment(t):
    web = Tcp(t.lab, 4, 1001, 80).reach("ESTABLISHED")
    t.check("-D -s " + A[4], "^tcp * ESTABLISHED", err=["1 flow entries have been deleted."])
    web.client("PA", b"still here")
    t.same("-L", "^tcp * ESTABLISHED * sport=1001 dport=80 [UNREPLIED]")
    t.lab.up(packet.udp(A[4], B[4], 1001, 80))
    t.check("-D -p udp", "^udp", err=["1 flow entries have been deleted."])
    t.same("-L", "^tcp")
