# SPDX-License-Identifier: MIT
"""Counters, and -z that shows and resets them."""
import os
import re
import subprocess

from lib import packet
from lib.case import Failure, fact, facts, plain_err, settle
from lib.lab import A, B
from lib.talk import Datagrams, Tcp, ping


@facts("counters_count_packets_and_bytes_over_ipv{v}", v=(4, 6))
def counters(t, v):
    t.lab.tracking(acct=1)
    Datagrams(t.lab, v, 40001).ask().ask().answer()
    Tcp(t.lab, v, 40002).reach("TIME_WAIT")
    ping(t.lab, v, 100)
    t.lab.up(packet.ip(A[v], B[v], packet.ESP, bytes(80)))
    head = 20 if v == 4 else 40
    t.same_in_all_forms(
        "^udp * dport=53 packets=2 bytes=%d src=%s * dport=40001 packets=1 bytes=%d mark=0" % (
            2 * head + 18, B[v], head + 9),
        "^tcp * dport=80 packets=4 bytes=%d src=%s * dport=40002 packets=3 bytes=%d [ASSURED]" % (
            4 * (head + 20), B[v], 3 * (head + 20)),
        "^icmp* id=100 packets=1 bytes=%d src=%s * id=100 packets=1 bytes=%d mark" % (head + 16, B[v], head + 16),
        "^unknown * dst=%s packets=1 bytes=%d [UNREPLIED] src=%s * packets=0 bytes=0 mark" % (B[v], head + 80, B[v]))


@fact
def flows_from_before_accounting_have_no_counters(t):
    t.lab.tracking(acct=0)
    Datagrams(t.lab, 4, 40001).ask()
    t.lab.tracking(acct=1)
    Datagrams(t.lab, 4, 40002).ask()
    t.same_in_all_forms("sport=40001 dport=53 [UNREPLIED] * sport=53 dport=40001 mark=0",
                        "sport=40002 dport=53 packets=1 bytes=29 [UNREPLIED] * dport=40002 packets=0 bytes=0 mark=0")


def traffic(t):
    """The same packets each time it is called."""
    for v in (4, 6):
        for sport in (40001, 40002, 40003):
            Datagrams(t.lab, v, sport).ask().answer()
        ping(t.lab, v, 100)


def zeroed(t, line):
    """What -z prints, by the reference and, after the same traffic, by the tool."""
    t.lab.tracking(acct=1)
    traffic(t)
    if t.reference is None:
        t.skipped = "no reference conntrack for comparison"
        return None, t.run(line)
    want = t.run(line, t.reference)
    if "ipv6" in line:              # the other family's count starts anew, too
        t.run("-L -z -f ipv4", t.reference)
    traffic(t)
    return want, t.run(line)


ZERO_FORMS = {"plain": ("-L -z", 8), "extended": ("-L -z -o extended,id", 8), "xml": ("-L -z -o xml", 11),
              "save": ("-z -L -o save", 8), "clustered": ("-zL", 8), "one_family": ("-L -z -f ipv6", 4)}


@facts("zero_prints_counters_and_resets_them_{form}", form=ZERO_FORMS)
def zero(t, form):
    line, lines = ZERO_FORMS[form]
    want, got = zeroed(t, line)
    if len(got.out.splitlines()) != lines or form != "save" and got.out.count("packets=1 ") + \
            got.out.count("<packets>1<") != 2 * min(lines, 8):
        t.fail(line, ["expected %d lines, every counter at 1 packet" % lines] + got.out.splitlines(), got)
    if want and ([x for x, _ in settle(want.out)], plain_err(want.err), want.code) != \
            ([x for x, _ in settle(got.out)], plain_err(got.err), got.code):
        t.fail(line, ["the reference said:"] + want.out.splitlines() + ["and not:"] + got.out.splitlines(), got)
    t.same("-L -f ipv6", *["packets=0 bytes=0 * packets=0 bytes=0 mark=0"] * 4)
    t.same("-L -f ipv4", *["packets=%d bytes=* packets=%d bytes=" % ((form == "one_family",) * 2)] * 4)


REFUSED = ("p udp", "s 10.1.1.1", "d 10.2.1.1", "r 10.2.1.1", "m 0", "u SEEN_REPLY", "w 0")


@facts("zero_refuses_the_filter_{option}", option=REFUSED)
def zero_with_filter(t, option):
    t.lab.tracking(acct=1)
    traffic(t)
    t.same("-L -z -" + option, code=2)
    t.same("-L", *["packets=1 bytes=* packets=1"] * 8)


@fact
def zero_without_accounting_just_lists(t):
    t.lab.tracking(acct=0)
    Datagrams(t.lab, 4, 40001).ask()
    t.same("-L -z", "dport=53 [UNREPLIED]")


def packets(text):
    return sum(int(n) for n in re.findall(r"packets=(\d+)", text))


@fact
def zero_loses_no_packet_under_traffic(t):
    """The reference loses some: the kernel zeroes an entry that then finds no room in the datagram."""
    flows = 2000
    t.lab.tracking(acct=1)
    t.lab.chain("inet", "filter", "prerouting", 0, "meta l4proto udp counter")      # after the tracker
    tuples = [packet.udp(A[v], B[v], 10000 + n, 53) for n in range(flows // 2) for v in (4, 6)]
    t.lab.burst(tuples)
    sender = os.fork()
    if sender == 0:
        while True:
            for data in tuples:
                t.lab.left.send(data)
    shown = 0
    for _ in range(12):
        got = t.run("-L -z")
        if got.code or len(got.out.splitlines()) != flows:
            t.fail("-L -z", ["%d lines instead of %d" % (len(got.out.splitlines()), flows)], got)
        shown += packets(got.out)
    os.kill(sender, 9)
    os.waitpid(sender, 0)
    while t.lab.right.read(0.2):        # let the last ones arrive
        pass
    shown += packets(t.run("-L").out)
    rules = subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout
    passed = int(re.search(r"l4proto udp counter packets (\d+)|l4proto 17 counter packets (\d+)", rules).group(1))
    if shown != passed or passed < 3 * flows:
        raise Failure("%d packets were tracked, -z and the final list show %d" % (passed, shown))
