# SPDX-License-Identifier: MIT
"""Ranges and lists of ports, and `!' before filters: compared with a model that reads the lines of -L."""
import ipaddress
import random
import re

from lib.case import Failure, fact, facts, plain_err, still
from lib.ears import Ear, quiet
from lib.lab import A, B, FAR

PATH = "/run/scratch/file"
MAP = "1 one\n2 two\n3 three\n"
PORTED = ("tcp", "udp", "udplite", "sctp")
NETS = {4: ("10.1.1.1", "10.1.1.0/24", "10.1.2.0/23", "10.0.0.0/8", "0.0.0.0/0"),
        6: ("fd01:1::1", "fd01:2::/32", "fd00::/8", "::/0")}


def new_lines():
    """Entries of every kind, as the load file that makes them."""
    for v in (4, 6):
        near = {4: "10.1.%d.1", 6: "fd01:%d::1"}[v]
        for n, (sport, dport) in enumerate(((1000, 53), (1001, 80), (1002, 443), (1003, 8000), (40000, 8999),
                                            (53, 9000), (7, 7))):
            to = "-s %s -d %s --sport %d --dport %d -m %d" % (near % (1 + n % 3), B[v], sport, dport, n)
            state = ("ESTABLISHED", "SYN_SENT", "TIME_WAIT", "CLOSE")[n % 4]
            bits = ("", " -u SEEN_REPLY", " -u SEEN_REPLY,ASSURED")[n % 3]
            yield "-I -p tcp %s --state %s%s" % (to, state, bits)
            yield "-I -p udp %s%s%s" % (to, bits, ("", " --label-add one", " --label-add one,two")[n % 3])
            if n < 3:
                yield "-I -p udplite %s -w %d" % (to, n)
                other = to.replace("--sport ", "--sport 2")     # a zone is of one direction, and the other is taken
                yield "-I -p udp %s --orig-zone %d" % (other, n + 5)
                yield "-I -p tcp %s --reply-zone %d --state ESTABLISHED" % (other, n + 5)
                yield "-I -p sctp %s --state ESTABLISHED --orig-vtag %d --reply-vtag 5" % (to, n)
                yield "-I -p gre -s %s -d %s --srckey %d --dstkey %d" % (near % 1, B[v], sport, dport)
        for n in (1, 2):
            yield "-I -p 50 -s %s -d %s -m 5" % (near % n, B[v])
            name, kind = ("icmp", 8) if v == 4 else ("icmpv6", 128)
            yield "-I -p {0} -s {1} -d {2} --{0}-type {3} --{0}-code 0 --{0}-id 53 -m 1".format(
                name, near % n, B[v], kind)
        yield "-I -p udp -s %s -d %s --sport 20 --dport 53 -n %s" % (near % 1, B[v], FAR[v])
        yield "-I -p udp -s %s -d %s --sport 21 --dport 80 -g %s" % (near % 1, FAR[v], B[v])


def fill(t):
    text = "".join("%s -t 9000\n" % line for line in new_lines())
    with open(PATH, "w") as f:
        f.write(text)
    t.check("-R " + PATH)


def table(t):
    t.etc({"xtables/connlabel.conf": MAP})
    t.table()
    t.lab.chain("inet", "filter", "forward", 1, "udp dport 1 ct label set 1")     # or no entry has room for labels
    fill(t)


class Entry:
    """A line of -o extended,labels,id, read."""

    def __init__(self, line):
        self.line = still(line)[0]
        words = line.split()
        self.v, self.proto, self.number = int(words[0][-1]), words[2], int(words[3])
        self.state = words[5] if "=" not in words[5] else None
        pairs = [x.split("=", 1) for x in words if "=" in x]
        self.both = {name: [b for a, b in pairs if a == name] for name, _ in pairs}
        self.status = {"ASSURED": "[ASSURED]" in words, "SEEN_REPLY": "[UNREPLIED]" not in words}
        self.key = " ".join([words[0], self.proto] + self.both["src"] + self.both["id"])
        self.labels = line.partition(" labels=")[2].split(",")

    def get(self, name, n=0):
        values = self.both.get(name, [])
        return values[n] if n < len(values) else None

    def number_of(self, name):
        return int(self.get(name) or 0)

    def port(self, name, n):
        return int(self.get(name, n)) if self.proto in PORTED else None


def entries(t):
    return [Entry(line) for line in t.run("-L -o extended,labels,id").out.splitlines()]


def ports(rng):
    """A value for a port option, and what it holds."""
    parts, held = [], []
    for _ in range(rng.choice((1, 1, 2, 3))):
        low = rng.choice((0, 7, 53, 80, 443, 1000, 1002, 8000, 8999))
        high = rng.choice((low, low, low + 1, 1001 if low <= 1001 else 9000, 65535))
        parts.append("%d" % low if low == high else "%d-%d" % (low, high))
        held.append((low, high))
    return ",".join(parts), lambda port: port is not None and any(a <= port <= b for a, b in held)


def condition(rng, v, command):
    """An option, and the entries for which it holds; None in place of a family: of any."""
    kind = rng.choice(("src", "dst", "port", "port", "port", "proto", "family", "zone", "dzone", "nat", "label", "key",
                       "icmp") + (() if command == "U" else ("status", "mark", "state")))
    if kind in ("src", "dst"):
        net = rng.choice(NETS[v] if kind == "src" else (B[v], FAR[v]))
        inside = ipaddress.ip_network(net)
        return "--%s %s" % (kind, net), v, lambda e: e.v == v and ipaddress.ip_address(e.get(kind)) in inside
    if kind == "port":
        option, name, n = rng.choice((("sport", "sport", 0), ("dport", "dport", 0), ("reply-port-src", "sport", 1),
                                      ("reply-port-dst", "dport", 1)))
        value, holds = ports(rng)
        return "--%s %s" % (option, value), None, lambda e: holds(e.port(name, n))
    if kind == "proto":
        proto = rng.choice(("tcp", "udp", "sctp", "gre", "icmp", "50"))
        return "-p " + proto, None, lambda e: proto in (e.proto, str(e.number))
    if kind == "family":
        f = rng.choice((4, 6))
        return "-f ipv%d" % f, None, lambda e: e.v == f
    if kind == "zone":
        zone = rng.choice((0, 1, 2))
        return "-w %d" % zone, None, lambda e: e.number_of("zone") == zone
    if kind == "dzone":
        name, zone = rng.choice(("orig", "reply")), rng.choice((0, 5, 6))
        return "--%s-zone %d" % (name, zone), None, lambda e: e.number_of("zone-" + name) == zone
    if kind == "nat":
        letter = rng.choice("ng")
        a, b = ("src", "dst") if letter == "n" else ("dst", "src")
        return "-" + letter, None, lambda e: e.get(a) != e.get(b, 1)
    if kind == "label":
        names = rng.choice((["one"], ["two"], ["one", "two"], ["three"]))
        return "-l " + ",".join(names), None, lambda e: set(names) <= set(e.labels)
    if kind == "key":
        name, key = rng.choice(("srckey", "dstkey")), rng.choice((53, 80, 1000))
        return "--%s %d" % (name, key), None, lambda e: e.proto == "gre" and int(e.get(name), 0) == key
    if kind == "icmp":
        return "--icmp-id 53", None, lambda e: e.proto == "icmp"
    if kind == "status":
        name, no = rng.choice(("ASSURED", "SEEN_REPLY")), rng.choice(("", "!"))
        return "-u %s%s" % (no, name), None, lambda e: e.status[name] == (not no)
    if kind == "mark":
        mark, mask = rng.choice(((5, 0xffffffff), (0, 0xffffffff), (1, 1), (0, 4)))
        return "-m %d/%d" % (mark, mask), None, lambda e: e.number_of("mark") & mask == mark
    state = rng.choice(("ESTABLISHED", "SYN_SENT", "TIME_WAIT"))
    return "--state " + state, None, lambda e: e.state == state


ALONE = re.compile(r"--?(?:\w[\w-]*)")


def conditions(rng, command="L"):
    """Options for a command line, and what an entry must be to pass; at least one is negated or a range."""
    v, words, tests, family, given = rng.choice((4, 6)), [], [], None, set()
    for _ in range(rng.choice((1, 2, 3, 4))):
        text, fixes, holds = condition(rng, v, command)
        name = ALONE.match(text).group()
        no = rng.random() < 0.6 or name in given        # of an option given twice, the last would count
        family = family or fixes
        if not no:
            given.add(name)
        words.append("! " * no + text)
        tests.append((lambda e, holds=holds: not holds(e)) if no else holds)
    if family:
        tests.append(lambda e: e.v == family)
    return " ".join(words), lambda e: all(test(e) for test in tests)


def questions(rng, count, command):
    """Such lines, without what is no question: refused for a mix of families or of protocols."""
    while count:
        line, holds = conditions(rng, command)
        positive = re.sub(r"! (-[ng]|\S+ \S+)", "", line)
        fixed = {4: "-f ipv6", 6: "-f ipv4"}
        if any(re.search(r"(--src|--dst) %s" % ("\\d+\\." if v == 4 else "\\S*:"), line) and fixed[v] in positive
               for v in (4, 6)):
            continue
        kinds = [bool(re.search(p, positive)) for p in (r"--\w*-?(?:port|sport|dport)", "key ", "icmp-", "--state")]
        if sum(kinds[:3]) > 1 or (kinds[3] and (kinds[1] or kinds[2])):
            continue
        if "-p " in positive and re.search("port|key|icmp-|state", line):
            continue        # what the protocol does not know is refused: test/unit
        count -= 1
        yield line, holds


def differ(t, line, want, have):
    if sorted(want) != sorted(have):
        raise Failure("\n".join(["$ conntrack " + line] + ["missing: " + x for x in want if x not in have][:9] +
                                ["too much: " + x for x in have if x not in want][:9]))


@facts("ranges_and_negations_list_what_they_say_{part}", part=range(4))
def lists(t, part):
    table(t)
    everything = entries(t)
    if len(everything) < 70:
        raise Failure("the table has %d entries only" % len(everything))
    sizes = set()
    for line, holds in questions(random.Random(part), 250, "L"):
        got = t.run("-L %s -o extended,labels,id" % line)
        if got.code:
            t.fail("-L " + line, ["should be a list"], got)
        want = [e.line for e in everything if holds(e)]
        sizes.add(len(want))
        differ(t, "-L " + line, want, [still(x)[0] for x in got.out.splitlines()])
    if len(sizes) < 15:
        raise Failure("the questions are all alike")


@facts("ranges_and_negations_delete_what_they_say_{part}", part=range(2))
def deletes(t, part):
    table(t)
    for line, holds in questions(random.Random(100 + part), 60, "D"):
        before = entries(t)
        doomed = [e.line for e in before if holds(e)]
        got = t.run("-D %s -o extended,id" % line)
        if got.code != (0 if doomed else 1):
            t.fail("-D " + line, ["should delete %d entries" % len(doomed)], got)
        differ(t, "-D " + line, [e.line for e in before if not holds(e)], [e.line for e in entries(t)])
        if doomed:
            t.check("-F")
            fill(t)


@fact
def ranges_and_negations_update_what_they_say(t):
    table(t)
    n = 1000
    for line, holds in questions(random.Random(200), 60, "U"):
        n += 1
        before = entries(t)
        chosen = [e.key for e in before if holds(e)]
        got = t.run("-U %s -m %d" % (line, n))
        if got.code != (0 if chosen else 1):
            t.fail("-U " + line, ["should update %d entries" % len(chosen)], got)
        differ(t, "-U " + line, chosen, [e.key for e in entries(t) if e.number_of("mark") == n])
        differ(t, "-U " + line, [e.key for e in before], [e.key for e in entries(t)])


@fact
def ranges_and_negations_hear_what_they_say(t):
    table(t)
    t.check("-F")
    asked = list(questions(random.Random(300), 12, "U"))
    ears = [Ear(t, "-E -e NEW -o extended,id " + line) for line, _ in asked]
    fill(t)
    everything = entries(t)
    quiet(*ears)
    for ear, (line, holds) in zip(ears, asked):
        ear.end()
        if "-l " in line:       # an event of a new entry tells no labels
            continue
        differ(t, "-E " + line, [e.key for e in everything if holds(e)],
               [Entry(re.sub(r"^ *\[NEW\] ", "", x)).key for x in ear.out().splitlines()])


@fact
def delete_but_for_a_network_leaves_the_other_family_alone(t):
    table(t)
    six = [e.line for e in entries(t) if e.v == 6]
    for line in ("! -s 10.0.0.0/8", "! --src=10.1.1.0/24", "! -d%s" % B[4], "! -n 10.9.9.9"):
        t.run("-D " + line)
        differ(t, line, six, [e.line for e in entries(t) if e.v == 6])
    t.check("-F")
    fill(t)
    four = [e.line for e in entries(t) if e.v == 4]
    t.run("-D ! -s fd01:1::/32")
    differ(t, "-D ! -s fd01:1::/32", four, [e.line for e in entries(t) if e.v == 4])
    if not four or not six or any(not e.get("src").startswith("fd01:1::") for e in entries(t) if e.v == 6):
        raise Failure("of IPv6, too much or nothing is left")


@fact
def delete_by_id_spares_that_one(t):
    t.table()
    for n in range(3):
        t.check("-I -t 900 -p udp -s %s -d %s --sport %d --dport 2" % (A[4], B[4], n))
    ident = re.search(r"sport=1 .* id=(\d+)", t.run("-L -o id").out).group(1)
    t.check("-D ! -i " + ident, "sport=0 dport=2", "sport=2 dport=2")
    t.check("-D -p udp ! -i " + ident, code=1)
    t.lists("-L", "sport=1 dport=2")


@fact
def look_up_of_one_entry_heeds_what_must_not_hold(t):
    t.table()
    one = "-p udp -s %s -d %s --sport 1 --dport 2" % (A[4], B[4])
    t.check("-I -t 900 -w 3 -m 5 " + one)
    t.lists("-L -w 3 " + one, "mark=5")
    t.lists("-L -w 3 ! -m 5 " + one)
    t.lists("-L -w 3 ! -m 6 " + one, "mark=5")
    t.check("-D -w 3 ! -m 5 " + one, code=1)
    t.check("-D -w 3 --reply-port-src 5-9 " + one, code=1)
    t.check("-U -w 3 ! -w 3 -m 7 " + one, code=1)
    t.check("-D -w 3 ! -m 6 --reply-port-src 2,9 " + one, "mark=5")


@fact
def load_file_deletes_and_updates_with_ranges_and_negations(t):
    t.table()
    tuples = ["-p udp -s %s -d %s --sport %d --dport %d" % (A[4], B[4], n, n) for n in range(1, 7)]
    for text in tuples:
        t.check("-I -t 900 " + text)
    with open(PATH, "w") as f:
        f.write("-U ! --dport 2-5 -m 9\n-D --dport 1,3-4 ! -m 9\n-I -t 900 %s\n-U --sport 3,4 ! --dport 4 -m 8\n"
                % tuples[2])
    t.check("-R " + PATH, "sport=1 * mark=9", "sport=6 * mark=9", "sport=3 * mark=0", "sport=4 * mark=0",
            "sport=3 * mark=8", err=[])
    t.lists("-L", "sport=1 * mark=9", "sport=2 * mark=0", "sport=3 * mark=8", "sport=5 * mark=0", "sport=6 * mark=9")
    for bad in ("-F ! -f ipv4", "-D ! -t 5", "-D !", "-U ! -m 5 -m 6", "-I -t 9 ! -w 5 " + tuples[0],
                "-I -t 9 " + tuples[0].replace("--dport 1", "--dport 1,2"), "-D --dport 5-"):
        with open(PATH, "w") as f:
            f.write("-D --dport 2\n%s\n" % bad)
        got = t.run("-R " + PATH)
        if got.code not in (1, 2) or "hint: line 2 of the file" not in got.err:
            t.fail(bad, ["should be refused"], got)
    t.lists("-L", *["sport=%d" % n for n in (1, 2, 3, 5, 6)])


ONE = "-p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 2 "
NO_FILTER = "`!' needs a filter behind it, not "
REFUSED = {     # command line: exit code, sentence
    "-L !": (2, NO_FILTER + "`'"),
    "-D !": (2, NO_FILTER + "`'"),
    "-D ! 10.1.1.1": (2, NO_FILTER + "`10.1.1.1'"),
    "-p udp ! -D": (2, NO_FILTER + "`-D'"),
    "-D ! -t 5": (2, NO_FILTER + "`-t'"),
    "-D ! --output id": (2, NO_FILTER + "`--output'"),
    "-F ! -f ipv4": (2, "`! --family' does not go with this command"),
    "-F ! -f ipv6": (2, "`! --family' does not go with this command"),
    "-F ! -p udp": (2, "Illegal option `--protonum' with this command"),
    "-G ! -w 5 " + ONE: (2, "`! --zone' does not go with this command"),
    "-I -t 9 ! -w 5 " + ONE: (2, "`! --zone' does not go with this command"),
    "-A -t 9 ! -m 5 " + ONE: (2, "`! --mark' does not go with this command"),
    "-U ! -m 5 -m 6": (2, "`! --mark' does not go with this command"),
    "-U ! -u ASSURED -m 6": (2, "`! --status' does not go with this command"),
    "-U ! --state CLOSE -m 6": (2, "`! --state' does not go with this command"),
    "-D expect ! -s 10.1.1.1": (2, "`! --src' does not go with this command"),
    "-L expect ! -f ipv4": (2, "`! --family' does not go with this command"),
    "-L -z ! -p udp": (2, "Can't use -z with filtering parameters"),
    "-D -f ipv6 ! -s 10.1.1.1": (2, "mismatched address family"),
    "-D ! -l nonsense": (2, "unknown label 'nonsense'"),
    "-D" + " ! -p udp" * 9: (2, "option `--protonum' given too often"),
    "-D --dport 53-": (1, "unexpected value '53-' with --dport option"),
    "-D --dport 60-53": (1, "unexpected value '60-53' with --dport option"),
    "-D ! --sport 53,,60": (1, "unexpected value '53,,60' with --sport option"),
    "-G --reply-port-src 2-3 " + ONE: (2, "this command takes no ranges of ports"),
    "-I -t 9 --reply-port-src 2-3 " + ONE: (2, "this command takes no ranges of ports"),
    "-A -t 9 --reply-port-dst 2,3 " + ONE: (2, "this command takes no ranges of ports"),
}


@facts("refused_{line}", line=REFUSED)
def refused(t, line):
    """And nothing has happened."""
    t.etc({"xtables/connlabel.conf": MAP})
    t.table()
    t.check("-I -t 900 -p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2")
    code, why = REFUSED[line]
    got = t.run(line)
    if got.code != code or got.out or plain_err(got.err).splitlines()[0] != "conntrack vX (NAME): " + why:
        t.fail(line, ["should be refused with %d: %s" % (code, why)], got)
    t.lists("-L", "src=10.1.1.9")


@fact
def label_that_must_not_be_there(t):
    table(t)
    t.check("-L -p udp -w 0 ! -l one --dport 53-443 -f ipv4 --orig-zone 0 -o labels", "dport=53 * mark=0 use=1$",
            "sport=20 dport=53", "sport=21 dport=80")
    t.check("-L ! -l 1 -l 2 -f ipv4")
    t.check("-L -l 1 ! -l two -f ipv4 -o labels", "dport=80 * labels=one$", "dport=8999 * labels=one$")
