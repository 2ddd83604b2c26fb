# SPDX-License-Identifier: MIT
"""-L --by: compared with what sort, uniq -c and sort -nr would make of the lines of -L."""
import collections
import ipaddress
import json
import random
import re

from lib import shapes
from lib.case import Failure, fact, facts, plain_err
from lib.lab import A, B, FAR
from lib.talk import Datagrams, Tcp, ping
from negation import MAP, Entry, fill, questions

PATH = "/run/scratch/more"
FULL = "/run/scratch/full"          # a map in which every label has a name
NAMES = dict(reversed(line.split()) for line in MAP.splitlines())
NAMES = {int(number): name for name, number in NAMES.items()}
KEYS = ("proto", "state", "src", "dst", "sport", "dport", "reply-src", "reply-dst", "reply-sport", "reply-dport", "mark",
        "zone", "status", "helper", "label")
PREFIXES = ("src/24", "src/64", "dst/16", "reply-src/33", "src/0", "src/128", "src/32", "src/31", "reply-dst/127", "dst/1",
            "dst/008")
SUMMARY = "conntrack vX (NAME): %d flow entries have been counted.\n"
SUMS = re.compile(r" packets=(\d+) bytes=(\d+)")


def more_lines():
    """Beside those of the negation tests: helpers, labels without a name, networks, and groups that are as large."""
    for v in (4, 6):
        net = {4: "10.%d.%d.%d", 6: "fd0%d:%d::%d:0:0:1"}[v]
        for n in range(24):
            yield "-I -p udp -s %s -d %s --sport %d --dport %d -m %d -w %d%s" % (
                net % (5 + n % 3, n % 4, n % 6), B[v], 5000 + n, (123, 161, 9)[n % 3], (0, 4294967295, 7)[n % 3], n % 2 * 65535,
                ("", " --label-add one,7,127", " --label-add 100", " --label-add three,one")[n % 4])
        yield "-I -p tcp -s %s -d %s --sport 21000 --dport 21 --state ESTABLISHED --helper ftp" % (A[v], B[v])
        yield "-I -p udp -s %s -d %s --sport 69 --dport 69 --helper tftp" % (A[v], B[v])
        for n in range(3):
            yield "-I -p tcp -s %s -d %s --sport %d --dport 5432 --state ESTABLISHED -n %s" % (
                net % (6, 1, n), B[v], 300 + n, {4: "%s:%d", 6: "[%s]:%d"}[v] % (FAR[v], 7000 + n))


def table(t, lab=None):
    """All of them."""
    t.etc({"xtables/connlabel.conf": MAP})
    with open(FULL, "w") as f:
        f.writelines("%d bit-%d\n" % (n, n) for n in range(128))
    if lab is None:
        t.table()
        t.lab.chain("inet", "filter", "forward", 1, "udp dport 1 ct label set 1")     # or no entry has room for labels
    fill(t)
    with open(PATH, "w") as f:
        f.writelines("%s -t 9000\n" % line for line in more_lines())
    t.check("-R " + PATH)


class Counted(Entry):
    """A line of -o extended,labels,id, and what --by makes of it. Its status comes from elsewhere: a line has little of it."""

    def __init__(self, line, full, status):
        super().__init__(line)
        self.bits = [int(word[4:]) for word in full.partition(" labels=")[2].split(",") if word]
        self.all_status = status
        seen = {name for name, is_set in self.status.items() if is_set}
        if seen != {"ASSURED", "SEEN_REPLY"} & set(status):
            raise Failure("%s is no status of: %s" % (status, line))
        self.packets, self.bytes = (sum(map(int, self.both.get(name, []))) for name in ("packets", "bytes"))

    def value(self, key):
        """As JSON has it; None: it is not there."""
        name, _, bits = key.partition("/")
        reply = name.startswith("reply-")
        name = name.replace("reply-", "")
        if name == "proto":
            return self.number if self.proto == "unknown" else self.proto
        if name == "state":
            return self.state
        if name in ("sport", "dport"):
            return self.port(name, reply)
        if name in ("mark", "zone"):
            value = self.get(name)
            return None if value is None else int(value)
        if name == "status":
            return self.all_status
        if name == "helper":
            return self.get(name)
        if name == "label":
            return [NAMES.get(bit, str(bit)) for bit in self.bits] or None
        address, size = self.get(name, reply), {4: 32, 6: 128}[self.v]
        if not bits or int(bits) >= size:
            return address
        return str(ipaddress.ip_network((address, int(bits)), strict=False))


def ident(line):
    return re.findall(r"\bid=(\d+)", line)[-1]


def everything(t):
    listed = t.run("-L -o extended,labels,id").out.splitlines()
    full = {ident(line): line for line in t.run("-L -o extended,labels,id -M " + FULL).out.splitlines()}
    status = {str(flow["id"]): flow["status"] for flow in json.loads(t.run("-L -o json").out)}
    return [Counted(line, full[ident(line)], status[ident(line)]) for line in listed]


def plain(value):
    return "-" if value is None else ",".join(value) if isinstance(value, list) else str(value)


def counted(entries, keys, sums=False):
    """The lines, and the objects that say the same, in the order of the lines."""
    groups = collections.defaultdict(list)
    for e in entries:
        groups[json.dumps([e.value(key) for key in keys])].append(e)
    rows = []
    for values, them in groups.items():
        values = json.loads(values)
        names = [key.partition("/")[0] for key in keys]
        text = "".join(" %s=%s" % (name, plain(value)) for name, value in zip(names, values))
        line, fields = "%7d%s" % (len(them), text), {"count": len(them)}
        fields.update((name, value) for name, value in zip(names, values) if value is not None)
        if sums:
            fields.update(packets=sum(e.packets for e in them), bytes=sum(e.bytes for e in them))
            line += " packets=%(packets)d bytes=%(bytes)d" % fields
        rows.append((-len(them), text, line, fields))
    rows.sort(key=lambda row: row[:2])
    return [row[2] for row in rows], [row[3] for row in rows]


def order(fields):
    return -fields["count"], json.dumps(fields, sort_keys=True)


def compare(t, line, want, total, document=True):
    """The command prints these lines and, asked for them, these objects."""
    lines, objects = want
    got = t.run(line)
    if got.code or got.out.splitlines() != lines or plain_err(got.err) != SUMMARY % total:
        t.fail(line, ["should be:"] + lines[:9] + ["is:"] + got.out.splitlines()[:9], got)
    if not document:
        return
    listed, each = t.run(line + " -o json"), t.run(line + " -o jsonl")
    have = shapes.parse(listed.out)
    if listed.code or each.code or [shapes.parse(x) for x in each.out.splitlines()] != have or \
            plain_err(listed.err + each.err) != SUMMARY % total * 2:
        t.fail(line + " -o json", ["the list and the lines differ"], listed)
    counts = [fields["count"] for fields in have]
    if sorted(have, key=order) != sorted(objects, key=order) or counts != sorted(counts, reverse=True):
        t.fail(line + " -o json", ["should be:"] + list(map(str, objects[:9])) + ["is:"] + list(map(str, have[:9])), listed)
    if any(list(fields)[0] != "count" for fields in have):
        t.fail(line, ["the count should come first"], listed)
    if shapes.validator() is not None:
        wrong = shapes.validate(listed.out, "group") + shapes.validate(listed.out)
        if wrong:
            t.fail(line, wrong, listed)


@fact
def by_every_key_is_sorted_and_counted(t):
    table(t)
    entries = everything(t)
    if len(entries) < 120:
        raise Failure("the table has %d entries only" % len(entries))
    for key in KEYS + PREFIXES:
        want = counted(entries, [key])
        if len(want[0]) < 2 or key not in ("src/0", "src/128") and all(x.startswith("      1 ") for x in want[0]):
            raise Failure("%s tells nothing apart here" % key)
        compare(t, "-L --by " + key, want, len(entries))
        compare(t, "--by=%s -L" % key, want, len(entries), document=False)


@facts("by_many_keys_is_sorted_and_counted_{part}", part=range(4))
def many(t, part):
    """With filters, ranges and negations."""
    table(t)
    entries, rng, sizes = everything(t), random.Random(part), set()
    for n, (line, holds) in enumerate(questions(random.Random(part), 100, "L")):
        keys = []
        while len(keys) < rng.choice((1, 2, 2, 3, 3, 4, 8)):
            key = rng.choice(KEYS + PREFIXES)
            if key.partition("/")[0] not in [k.partition("/")[0] for k in keys]:
                keys.append(key)
        them = [e for e in entries if holds(e)] if n % 4 else entries
        words = line if n % 4 else ""
        given = "--by " + (",".join(keys) if n % 3 else " --by ".join(keys))
        sizes.add(len(them))
        compare(t, "-L %s %s" % (words, given), counted(them, keys), len(them), document=n % 2 == 0)
    if len(sizes) < 10:
        raise Failure("the questions are all alike")


@fact
def by_top_shows_the_first_ones(t):
    table(t)
    entries = everything(t)
    for key in ("src", "proto,state", "dport"):
        lines, objects = counted(entries, key.split(","))
        for n in (1, 2, 3, len(lines) - 1, len(lines), len(lines) + 1, 4294967295, 0):
            first = lines[:n or None]
            line = "-L --by %s --top %d" % (key, n)
            compare(t, line, (first, objects), len(entries), document=False)
            have = shapes.parse(t.run(line + " -o json").out)
            if [x["count"] for x in have] != [x["count"] for x in objects[:n or None]]:
                raise Failure("%s: the objects are not the first ones: %s" % (line, have))
            if len(t.run(line + " -o jsonl").out.splitlines()) != len(first):
                raise Failure("%s: not as many lines of JSON" % line)
        t.check("-L --by %s --top 3 --top=1" % key, "^" + lines[0] + "$")


@fact
def by_sums_packets_and_bytes_of_both_directions(t):
    t.lab.tracking(acct=1)
    for v in (4, 6):
        for n in range(6):
            talk = Datagrams(t.lab, v, 40000 + n, (53, 123, 443)[n % 3], src=A[v] + str(n % 2))
            for _ in range(n + 1):
                talk.ask()
            for _ in range(n % 3):
                talk.answer()
        for n, state in enumerate(("SYN_SENT", "ESTABLISHED", "TIME_WAIT", "CLOSE")):
            Tcp(t.lab, v, 50000 + n, 443).reach(state)
        ping(t.lab, v, 77)
    t.lab.chain("inet", "filter", "forward", 1, "udp dport 1 ct label set 1")
    table(t, t.lab)
    entries = everything(t)
    if sum(e.packets for e in entries) < 60 or not any(e.packets == 0 for e in entries):
        raise Failure("too few packets have been counted")
    for keys in [[key] for key in KEYS + PREFIXES] + [["proto", "state", "dport"], ["status", "src/8"]]:
        compare(t, "-L --by " + ",".join(keys), counted(entries, keys, True), len(entries))
    got = t.run("-L --by proto -p udp ! --dport 53 --top 1").out
    them = [e for e in entries if e.proto == "udp" and e.get("dport") != "53"]
    if SUMS.search(got).groups() != (str(sum(e.packets for e in them)), str(sum(e.bytes for e in them))):
        raise Failure("the sums of UDP beside port 53 are others: " + got)


@fact
def by_in_an_empty_table_counts_nothing(t):
    t.table()
    for where in ("-L", "-L conntrack", "-L dying", "-L unconfirmed", "-L -p udp -f ipv6"):
        for more, text in (("", ""), (" -o json", "[]\n"), (" -o jsonl", ""), (" --top 5", ""), (" -o json --top 5", "[]\n")):
            got = t.run(where + " --by src,proto" + more)
            if got.code or got.out != text or plain_err(got.err) != SUMMARY % 0:
                t.fail(where + more, ["should be %r" % text, "is %r" % got.out], got)
    t.check("-I -t 900 -p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2")
    t.check("-L --by src -s 10.1.1.8")
    t.check("-L --by src -s 10.1.1.9", "^      1 src=10.1.1.9$")


@fact
def by_one_entry_that_is_looked_up(t):
    t.table()
    one = "-p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2 -w 3"
    t.check("-I -t 900 " + one)
    t.check("-L --by zone,src/8 " + one, "^      1 zone=3 src=10.0.0.0/8$", err=[(SUMMARY % 1).strip()])
    t.check("-L --by zone -o json " + one.replace("-w 3", "-w 4"), r"[]", err=[(SUMMARY % 0).strip()])


@fact
def by_label_has_names_where_there_is_a_map(t):
    table(t)
    t.check("-L --by label -l 100", "^     12 label=100$")
    t.check("-L --by label -l three", "^     12 label=one,three$")
    with open("/run/scratch/map", "w") as f:
        f.write("100 hundred\n7 lucky seven\n")
    other = " -M /run/scratch/map"
    t.check("-L --by label -l hundred" + other, "^     12 label=hundred$")
    t.check("-L --by label -l 1 -l 7" + other, "^     12 label=1,lucky seven,127$")
    t.check("-L --by label -l 7 -o jsonl" + other, '^{"count":12,"label":["1","lucky seven","127"]}$')
    t.check("-L --by label -l 7 -o labels" + other, "^     12 label=1,lucky seven,127$")


@fact
def by_label_without_a_map_has_numbers(t):
    """And nothing is said about a map that nobody has asked for."""
    table(t)
    for line in ("-L --by label -l 7 -M /nosuch", "-L --by label -l 1,7,127 -M /nosuch"):
        t.check(line, "^     12 label=1,7,127$", err=[(SUMMARY % 12).strip()])
    t.check("-L --by src -l 100 --top 1 -M /nosuch", "^      2 src=10.5.2.0$", err=[(SUMMARY % 12).strip()])


USAGE = "Bad parameter `%s'"
ILLEGAL = "Illegal option `--%s' with this command"
ONE = " -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 2"
REFUSED = {     # command line: exit code, sentence
    "-L --by": (2, "option `--by' requires an argument"),
    "-L --by ''": (2, USAGE % ""),
    "-L --by colour": (2, USAGE % "colour"),
    "-L --by Src": (2, USAGE % "Src"),
    "-L --by sr": (2, USAGE % "sr"),
    "-L --by srcs": (2, USAGE % "srcs"),
    "-L --by protonum": (2, USAGE % "protonum"),
    "-L --by ,src": (2, USAGE % ",src"),
    "-L --by dst,": (2, USAGE % ""),
    "-L --by src,,dst": (2, USAGE % ",dst"),
    "-L --by reply-": (2, USAGE % "reply-"),
    "-L --by reply-state": (2, USAGE % "reply-state"),
    "-L --by reply-reply-src": (2, USAGE % "reply-reply-src"),
    "-L --by sport/8": (2, USAGE % "sport/8"),
    "-L --by proto,mark/16": (2, USAGE % "mark/16"),
    "-L --by src/129": (2, USAGE % "src/129"),
    "-L --by dst/": (2, USAGE % "dst/"),
    "-L --by src/x": (2, USAGE % "src/x"),
    "-L --by src/-1": (2, USAGE % "src/-1"),
    "-L --by src/24/8": (2, USAGE % "src/24/8"),
    "-L --by src/0x8": (2, USAGE % "src/0x8"),
    "-L --by src/4294967304": (2, USAGE % "src/4294967304"),
    "-L --by src,src": (2, USAGE % "src"),
    "-L --by src/8,dst,src/24": (2, USAGE % "src/24"),
    "-L --by dst --by dst": (2, USAGE % "dst"),
    "-L --by src,dst,sport,dport,proto,state,mark,zone,status": (2, "option `--by' given too often"),
    "-L --by src,dst,sport,dport,proto,state,mark,zone --by helper": (2, "option `--by' given too often"),
    "-L --top 5": (2, "Can't use --top without --by"),
    "-L --by src --top": (2, "option `--top' requires an argument"),
    "-L --by src --top -1": (1, "unexpected value '-1' with --top option"),
    "-L --by src --top ten": (1, "unexpected value 'ten' with --top option"),
    "-L --by src --top 4294967296": (1, "unexpected value '4294967296' with --top option"),
    "-L --by src -o xml": (2, "`--by' shows lines or JSON"),
    "-L --by src -o save": (2, "`--by' shows lines or JSON"),
    "-L --by src -o restore": (2, "`--by' shows lines or JSON"),
    "-L --by src -o openmetrics": (2, ILLEGAL % "output"),
    "-L --by src -z": (2, "Can't use -z with filtering parameters"),
    "-L ! --by src": (2, "`!' needs a filter behind it, not `--by'"),
    "-L expect --by src": (2, ILLEGAL % "by"),
    "-L expect --top 1": (2, ILLEGAL % "top"),
    "-D --by src": (2, ILLEGAL % "by"),
    "-D -s 10.1.1.9 --by src": (2, ILLEGAL % "by"),
    "-U -m 5 --by src": (2, ILLEGAL % "by"),
    "-F --by src": (2, ILLEGAL % "by"),
    "-E --by src": (2, ILLEGAL % "by"),
    "-C --by src": (2, ILLEGAL % "by"),
    "-S --top 1": (2, ILLEGAL % "top"),
    "-G --by src" + ONE: (2, ILLEGAL % "by"),
    "-I -t 9 --by src" + ONE: (2, ILLEGAL % "by"),
    "-L --b src": (1, "unexpected value 'src' with -b option"),
    "-L --by src --to 5": (2, "unknown option `--to'"),
}


@fact
def by_refuses_what_it_does_not_know(t):
    """And nothing has happened."""
    t.table()
    t.check("-I -t 900 -p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2")
    for line, (code, why) in REFUSED.items():
        got = t.run(line)
        if got.code != code or got.out or plain_err(got.err).splitlines()[0] != "conntrack vX (NAME): " + why:
            t.fail(line, ["should be refused with %d: %s" % (code, why)], got)
    t.lists("-L", "src=10.1.1.9")


@fact
def by_refuses_lines_of_a_load_file(t):
    t.table()
    with open(PATH, "w") as f:
        f.write("-I -t 900 -p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2\n-D --by src\n")
    got = t.run("-R " + PATH)
    if got.code != 2 or ILLEGAL % "by" not in got.err or "hint: line 2" not in got.err:
        t.fail("-R", ["should be refused"], got)
    t.lists("-L")


@fact
def by_is_the_pipe_that_everybody_types(t):
    """sort | uniq -c | sort -rn themselves, where no two counts are the same."""
    t.table()
    for n in range(1, 6):
        t.flood("%d --base 198.18.%d.1 --sources 1" % (n * 7, n))
    got = t.run("-L --by src --top 3")
    piped = t.run(["-c", t.tool + " -L 2>/dev/null | tr ' ' '\\n' | grep '^src=198' | sort | uniq -c | sort -rn | head -3"],
                  "/bin/sh")
    if got.out != piped.out or len(got.out.splitlines()) != 3:
        raise Failure("not the same:\n%s%s" % (got.out, piped.out))



@fact
def by_counts_all_labels_by_the_longest_names_of_a_map(t):
    t.table()
    t.lab.chain("inet", "filter", "forward", 1, "udp dport 1 ct label set 1")     # or no entry has room for labels
    names = ["%0500d-%d" % (0, n) for n in range(128)]
    with open(FULL, "w") as f:
        f.writelines("%d %s\n" % row for row in enumerate(names))
    t.check("-I -p udp -s 10.1.1.9 -d 10.2.1.1 --sport 1 --dport 2 -t 900 --label-add " + ",".join(map(str, range(128))))
    got = t.run("-L --by label -o json -M " + FULL)
    if got.code != 0 or json.loads(got.out)[0].get("label") != names:
        t.fail("-L --by label", ["should name every label"], got)
