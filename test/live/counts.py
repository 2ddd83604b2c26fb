# SPDX-License-Identifier: MIT
"""-C and -S."""
import re

from lib import packet
from lib.case import Failure, fact, facts
from lib.lab import A, B
from lib.talk import Datagrams, Tcp, ping

UNPRIVILEGED = "setpriv --inh-caps=-all --bounding-set=-all"


def processors():
    """How many the kernel counts for: all that could ever be plugged in."""
    with open("/sys/devices/system/cpu/possible") as f:
        return int(re.split("[-,]", f.read().strip())[-1]) + 1


def mixture(t):
    for v in (4, 6):
        Tcp(t.lab, v).reach("ESTABLISHED")
        Datagrams(t.lab, v).ask()
        ping(t.lab, v)


@fact
def count_grows_with_the_table(t):
    t.lab
    t.same("-C", "^0$")
    mixture(t)
    t.same("-C", "^6$")
    t.same("-C conntrack", "^6$")
    t.same("--count", "^6$")
    t.same("-L", "^tcp", "^tcp", "^udp", "^udp", "^icmp", "^icmpv6")


@fact
def count_is_the_number_of_listed_lines(t):
    t.lab.burst([packet.udp(A[4], B[4], 10000 + n, 53) for n in range(2000)])
    t.lab.up(packet.udp(A[6], B[6], 9999, 53))
    t.same("-C", "^2001$")
    listed = t.run("-L").out.splitlines()
    if len(listed) != 2001 or len(set(listed)) != 2001:
        raise Failure("-L prints %d lines, %d different ones" % (len(listed), len(set(listed))))


STATS = "found= invalid= insert= insert_failed= drop= early_drop= error= search_restart= clash_resolve= chaintoolong= "


def shaped(t, line, names):
    """The lines of every processor, their numbers, each name's sum."""
    got, sums = t.run(line), {}
    if got.code or got.err:
        t.fail(line, ["should be quiet"], got)
    lines = got.out.split("\n")
    if lines.pop() or len(lines) != processors():
        t.fail(line, ["%d lines for %d processors" % (len(lines), processors())], got)
    for cpu, text in enumerate(lines):
        head, _, rest = text.partition("\t")
        if head != "cpu=%-4d" % cpu or re.sub(r"\d+", "", rest) != names:
            t.fail(line, ["shape: %r" % text], got)
        for name, value in re.findall(r"(\w+)=(\d+)", rest):
            sums[name] = sums.get(name, 0) + int(value)
    return sums


@fact
def statistics_have_a_line_per_processor(t):
    mixture(t)
    t.lab.up(packet.tcp(A[4], B[4], 1, 2, "SF", 1, 0))      # no segment has both flags: invalid
    t.same("-S", lines=processors())
    t.same("--stats", lines=processors())
    sums = shaped(t, "-S", STATS)
    if sums["invalid"] != 1 or sums["insert_failed"]:
        raise Failure("one invalid packet was sent: %s" % sums)


@fact
def expectation_statistics_have_a_line_per_processor(t):
    t.lab.chain("inet", "filter", "forward", 1, 'udp dport 69 ct helper set "tftp"',
                declare='ct helper tftp { type "tftp" protocol udp; }')
    t.lab.up(packet.udp(A[4], B[4], 40001, 69, b"\0\1file\0octet\0"))
    t.same("-S expect", lines=processors())
    sums = shaped(t, "-S expect", "expect_new= expect_create= expect_delete= ")
    if sums != {"expect_new": 0, "expect_create": 1, "expect_delete": 0}:
        raise Failure("one expectation was made: %s" % sums)


@fact
def count_without_privilege_comes_from_proc(t):
    """The reference prints the number, then an error."""
    mixture(t)
    t.check("-C", "^6$", err=[], wrap=UNPRIVILEGED)


@facts("statistics_without_privilege_come_from_proc{table}", table=("", " expect"))
def stats_unprivileged(t, table):
    """The reference prints them, then an error."""
    mixture(t)
    t.lab.up(packet.tcp(A[4], B[4], 1, 2, "SF", 1, 0))
    got = t.run("-S" + table, wrap=UNPRIVILEGED)
    lines = got.out.splitlines()
    if got.code or got.err or len(lines) != processors():
        t.fail("-S" + table, ["should be quiet, a line per processor"] + lines, got)
    with open("/proc/net/stat/nf_conntrack") as f:
        titles, rows = f.readline().split(), [line.split() for line in f]
    for cpu, text in enumerate(lines):
        columns = ["%s=%d " % (name, int(value, 16)) for name, value in zip(titles, rows[cpu])]
        head = "cpu=%-4d\t" % cpu
        # of an expectation's statistics compat.md asks for no more than that they are there
        if text != head + "".join(columns) and not (table and text.startswith(head) and all(
                column in text for column in columns if column.startswith("expect_"))):
            t.fail("-S" + table, ["not what /proc says: %r" % text], got)
