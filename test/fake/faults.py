# SPDX-License-Identifier: MIT
"""Kernels that misbehave, at every point of a conversation.

Each command is run once before a sound kernel, to learn what is said; then
once for each fault and each datagram of the answer. It must end with the right
answer, or with a clear error and the exit code 1; what it shows and counts
until then has happened, and nothing that was not asked for.

One thing is taken for granted, since every netlink socket has it: datagrams
come in the order in which they were sent, and one that is lost is told of by
ENOBUFS. Where it can be told that they did not, that is tried, too: not where
a dump has ended, or many requests were sent at once. And a dump may tell an
entry twice: sound kernels do.
"""
import copy
import os
import random
import re
import struct
import tempfile

import check
import commands
import kernel
import peer
import table
import wire
from check import expect_states, facts, states
from peer import Frame

SILENT = 700                            # milliseconds without an answer are enough
NOOP, OVERRUN = 1, 4


def head(data):
    """(length, type, flags, sequence number, port) of the first message."""
    return struct.unpack_from(wire.ORDER + "IHHII", data)


def change(data, **more):
    """Other values in the header of the first message."""
    fields = dict(zip(("length", "kind", "flags", "seq", "port"), head(data)), **more)
    return struct.pack(wire.ORDER + "IHHII", *(n & 0xffffffff for n in fields.values())) + data[16:]


def control(kind, data, payload=b""):
    """A message of a kind, with the sequence number of another one."""
    _, _, _, seq, port = head(data)
    return struct.pack(wire.ORDER + "IHHII", 16 + len(payload), kind, 2, seq, port) + payload


def host32(n):
    return struct.pack(wire.ORDER + "i", n)


def is_record(data):
    return head(data)[1] >= 16


class Record(peer.Fault):
    """No fault: the frames are kept."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def frame(self, n, frame):
        self.kept.append(frame.data)
        return [frame]


class At(peer.Fault):
    """In place of frame number n, what replace() makes of its bytes."""

    def __init__(self, n, replace, patience=None):
        super().__init__()
        self.n, self.replace, self.patience = n, replace, patience

    def frame(self, n, frame):
        return self.replace(frame.data) if n == self.n else [frame]


class Silence(peer.Fault):
    """Nothing more from frame number n on."""
    patience = SILENT

    def __init__(self, n):
        super().__init__()
        self.n = n

    def frame(self, n, frame):
        return [] if n >= self.n else [frame]


class Swap(peer.Fault):
    """Frames n and n + 1 change places."""

    def __init__(self, n):
        super().__init__()
        self.n, self.held = n, None

    def frames(self, frames):
        out = super().frames(frames)
        if self.held:                   # there was no other in this answer
            out, self.held = out + [self.held], None
        return out

    def frame(self, n, frame):
        if n == self.n:
            self.held = frame
            return []
        if n == self.n + 1 and self.held:
            held, self.held = self.held, None
            return [frame, held]
        return [frame]


# --- faults ----------------------------------------------------------------

def before(*frames):
    """Frames before the one that is meant."""
    return lambda data: [f if isinstance(f, Frame) else Frame(f(data)) for f in frames] + [Frame(data)]


def instead(make):
    return lambda data: [Frame(make(data))]


def boundaries(data):
    at, out = 0, {0, len(data)}
    while len(data) - at >= 16:
        at += head(data[at:])[0] + 3 & ~3
        out.add(at)
    return out


def cuts(data):
    """Lengths at which to cut: all the short ones, and some of the others; not between messages."""
    rng = random.Random(len(data))
    n = len(data)
    lengths = {*range(1, min(n, 42), 3), 16, 20, 36, n // 2, n - 1, n - 2, n - 4}
    lengths.update(rng.randrange(1, n) for _ in range(10))
    return sorted(n for n in lengths if n not in boundaries(data) and 0 < n < len(data))


def other_record(data):
    """A record of an entry that nobody has."""
    seq, port = head(data)[3:]
    k = kernel.Kernel("6.18")
    e = k.enter(table.flow("udp", "10.66.6.6", "10.6.6.6", 6, 6))
    return wire.Message(0x100, 2, k.record(e), 2, seq, port).pack()


def ack_of(error, seq_more=0):
    def make(data):
        _, _, _, seq, port = head(data)
        body = host32(error) + struct.pack(wire.ORDER + "IHHII", 20, 0x101, 5, seq, 0)
        return struct.pack(wire.ORDER + "IHHII", 16 + len(body), wire.ERROR, 0x100, (seq + seq_more) & 0xffffffff,
                           port) + body
    return make


def stats_message(kind):
    def make(data):
        seq, port = head(data)[3:]
        return wire.Message(kind, 0, {"CTA_STATS_GLOBAL_ENTRIES": wire.be32(66666)} if kind == 0x105 else {}, 2, seq,
                            port).pack()
    return make


def alien(data):
    """A message of another subsystem, with attributes that look like ours."""
    return change(other_record(data), kind=0x0a00)


# name: the frames that it goes for, and what stands in their place, once for each variant
ANY, END, DATA = (lambda data: True), (lambda data: not is_record(data)), is_record
FAULTS = {
    "cut": (ANY, lambda data: [instead(lambda d, n=n: d[:n]) for n in cuts(data)]),
    "too_long_for_the_buffer": (ANY, lambda data: [instead(lambda d: d + control(NOOP, d, bytes(40000)))]),
    "with_a_wrong_length": (ANY, lambda data: [
        instead(lambda d, n=n: change(d, length=n)) for n in (0, 4, 15, len(data) + 1, len(data) + 4, 0xffffffff)]),
    "behind_another_sequence_number": (ANY, lambda data: [
        before(ack_of(0, more)) for more in (-1000, 1000, 0x80000000)] + [
        before(ack_of(-1, 1000)), before(lambda d: change(other_record(d), seq=head(d)[3] + 1000)),
        before(lambda d: change(other_record(d), seq=0))]),
    "behind_a_stranger": (ANY, lambda data: [
        before(Frame(make(data), port=4242)) for make in
        (other_record, ack_of(0), ack_of(-1), lambda d: control(wire.DONE, d, host32(0)), lambda d: d[:7])]),
    "behind_a_noop": (ANY, lambda data: [before(lambda d: control(NOOP, d)),
                                         before(lambda d: control(NOOP, d, bytes(8)))]),
    "behind_an_overrun": (ANY, lambda data: [before(lambda d: control(OVERRUN, d)),
                                             before(lambda d: change(control(OVERRUN, d), seq=0))]),
    "behind_enobufs": (ANY, lambda data: [before(Frame(error="ENOBUFS"))]),
    "lost_by_enobufs": (ANY, lambda data: [lambda d: [Frame(error="ENOBUFS")]]),
    "behind_eintr": (ANY, lambda data: [before(Frame(error="EINTR"), Frame(error="EINTR"))]),
    "behind_eagain": (ANY, lambda data: [before(Frame(error="EAGAIN"))]),
    "behind_enomem": (ANY, lambda data: [before(Frame(error="ENOMEM"))]),
    "of_an_interrupted_dump": (DATA, lambda data: [instead(lambda d: change(d, flags=head(d)[2] | 0x10))]),
    "behind_its_acknowledgement": (ANY, lambda data: [before(ack_of(0))]),
    "sent_twice": (END, lambda data: [lambda d: [Frame(d), Frame(d)]]),
    "with_an_error_in_it": (END, lambda data: [
        instead(lambda d, n=n: d[:16] + host32(n) + d[20:]) for n in (-1, -2, -4, -12, -16, -22, -95, -105, -4095, 5,
                                                                    -4096, -2**31)]),
    "without_its_error": (END, lambda data: [instead(lambda d: change(d[:16], length=16)),
                                             instead(lambda d: change(d[:18], length=18))]),
    "behind_other_messages": (ANY, lambda data: [before(make) for make in (
        alien, stats_message(0x203), stats_message(0x105), lambda d: control(7, d), lambda d: control(15, d, bytes(4)),
        lambda d: change(other_record(d), kind=0x0102), lambda d: change(other_record(d), kind=0x0106))]),
}


# --- conversations ---------------------------------------------------------

class Talk:
    """A command, the table before it, and what must come of it."""

    room = 700                          # of a datagram of the dump: three entries or so

    def __init__(self, line, entries, concerns=None, verb="shown", done=None, expects=None):
        self.line, self.entries, self.verb, self.done = line, entries, verb, done
        self.concerns = concerns or (lambda e: True)
        self.expects = expects or (lambda: [])

    def kernel(self, version):
        k = kernel.Kernel(version, self.entries(), self.expects())
        k.datagram = self.room
        return k

    def judge(self, t, k, old, got):
        """old: the entries before."""
        if got.code == 0:
            self.right(t, k, old, got)
        else:
            self.partly(t, k, old, got)
        t.same(k.careless, [], "nothing that is read as a flush", got)

    def found(self, old):
        return [e for e in old if self.concerns(e)]

    def right(self, t, k, old, got):
        found = self.found(old)
        t.ends(got, 0, len(found), self.verb, silent=False)
        t.shows(got, found)
        t.same(states(k), self.after(old, found), "the table", got)

    def after(self, old, touched):
        ids = {e.id for e in touched}
        out = [(self.done(e) if self.done else e) if e.id in ids else e for e in old]
        return [e.state() for e in out if e is not None]

    def partly(self, t, k, old, got):
        """What was shown has happened; nothing happened to the rest."""
        t.fails(got)
        found = {e.id: e for e in self.found(old)}
        ids = t.ids(got)
        t.check(set(ids) <= set(found) and len(set(ids)) == len(ids), "nothing shown that is not there", got)
        now = {s["id"]: s for s in states(k)}
        done = sum(now.get(e.id) != e.state() for e in found.values()) if self.done else len(ids)
        told = check.COUNT.findall(got.err)
        t.check(told == [] or len(told) == 1 and told[0][1] == self.verb and len(ids) <= int(told[0][0]) <= done,
                "a count of what was shown, or done", got)
        for e in old:
            new = self.done(e) if self.done else e
            new = new and new.state()
            may = [new] if e.id in ids else [e.state(), new] if e.id in found else [e.state()]
            if now.get(e.id) not in may:
                t.wrong("entry %d: %s, not %s" % (e.id, may, now.get(e.id)), got)


class Words(Talk):
    """Whose answer is a text, not entries; out(kernel) is the right one, touch() what it does to the table."""

    def __init__(self, line, out, entries=lambda: table.many(4), touch=None, expects=None):
        super().__init__(line, entries, expects=expects)
        self.out, self.touch = out, touch or (lambda k: None)

    def right(self, t, k, old, got):
        model = self.kernel(k.version)
        t.same(got.out, self.out(model), "the output", got)
        self.touch(model)
        t.same(self.tables(k), self.tables(model), "the tables", got)

    def partly(self, t, k, old, got):
        """Lines may have been shown, whole ones and of the right answer."""
        t.fails(got)
        model = self.kernel(k.version)
        t.check(self.out(model).startswith(got.out) and got.out != self.out(model) or not got.out or
                got.out == self.out(model) and self.may_be_whole, "no other output", got)
        untouched = self.tables(model)
        self.touch(model)
        t.check(self.tables(k) in (untouched, self.tables(model)), "the tables of before, or those of behind", got)
        told = check.COUNT.findall(got.err)
        t.check(told in ([], [("0", told[0][1] if told else "")]) or self.tables(k) == self.tables(model),
                "no count of what has not happened", got)

    may_be_whole = True

    @staticmethod
    def tables(k):
        without = [dict(s, id=0) for s in states(k)]
        return without, [dict(s, id=0) for s in expect_states(k)]


class Events(Talk):
    """-E: what was told, in its order, and all of it if it ends well."""

    def right(self, t, k, old, got):
        lines = [line.split("]")[0].strip(" [") for line in got.out.splitlines()]
        should = [e[0] for e in commands.EVENTS]
        if "ENOBUFS" in got.err:
            t.check("hint: 1 overflows" in got.err, "the overflow at the end", got)
            t.check(len(should) - 1 <= len(lines) <= len(should), "all that was not lost", got)
        else:
            t.same(lines, should, "the events", got)
        t.same(check.COUNT.findall(got.err), [(str(len(lines)), "shown")], "the count", got)

    def partly(self, t, k, old, got):
        t.fails(got)
        lines = [line.split("]")[0].strip(" [") for line in got.out.splitlines()]
        t.same(lines, [e[0] for e in commands.EVENTS][:len(lines)], "the events", got)
        told = check.COUNT.findall(got.err)
        t.check(told in ([], [(str(len(lines)), "shown")]), "a count of what was shown", got)


def many(n):
    return lambda: [table.flow("udp", "10.66.0.1", "10.8.0.2", 7, 53)] + table.many(n)


def few():
    return table.many(6) + [table.flow("tcp", table.A6, table.B6, 1, 2, info=table.tcp(3))]


def in_zone():
    return table.many(3) + [table.flow("udp", "10.8.0.1", "10.8.0.2", 1000, 53, zone=7)]


def stats_text(k):
    return "".join("cpu=%-4d\t%s\n" % (cpu, "".join(
        "%s=%d " % (commands.WORDS[n - 1], k.counts[n] + cpu) for n in sorted(kernel.STATS[k.can["stats"]])))
        for cpu in range(k.cpus))


def expect_stats_text(k):
    return "".join("cpu=%-4d\texpect_new=%d expect_create=%d expect_delete=%d \n" % (cpu, 10 + cpu, 20 + cpu, 30 + cpu)
                   for cpu in range(k.cpus))


def add(**more):
    def touch(k):
        k.entries.append(k.enter(table.flow("udp", "10.5.0.1", "10.5.0.2", 1, 2, timeout=5, **more)))
    return touch


def mark_9(k):
    k.entries[0].mark = 9


def clear(k):
    k.entries.clear()


def no_expects(k):
    k.expects.clear()


def one_expect_less(k):
    del k.expects[0]


ONE = "-p udp -s 10.8.0.1 -d 10.8.0.2 --sport 1000 --dport 53"
NEW = "-p udp -s 10.5.0.1 -d 10.5.0.2 --sport 1 --dport 2"
first = many(0)


def of_many(e):
    return e.orig.src == "10.8.0.1"


def gone(e):
    return None


def expect_line(k):
    x = k.expects[0]
    return ("%d proto=6 src=%s dst=%s sport=0 dport=2121 mask-src=255.255.255.255 mask-dst=255.255.255.255 sport=0 "
            "dport=65535 master-src=%s master-dst=%s sport=2000 dport=21 class=0 helper=ftp\n" % (
                x.timeout, x.tuple.src, x.tuple.dst, x.master.src, x.master.dst))


def one_expect():
    return table.expects()[:1]


TALKS = {
    "list": Talk("-L -o id", many(12)),
    "list_of_two_dumps": Talk("-L -o id -p udp --dport 53", few, lambda e: e.orig.num == 17),
    "list_of_one": Talk("-L -o id -w 7 " + ONE, in_zone, lambda e: e.zone == 7),
    "list_of_expectations": Words("-L expect", expect_line, expects=one_expect),
    "count_by_key": Words("-L --by dport", lambda k: "      6 dport=53\n      1 dport=2\n", few),
    "list_that_zeroes": Talk("-L -z -o id", lambda: table.many(9, counters=((3, 4), (5, 6))), done=lambda e: e.change(
        counters=((0, 0), (0, 0)))),
    "get": Talk("-G -o id " + ONE, lambda: table.many(3), lambda e: e.orig.l4[0] == 1000),
    "get_an_expectation": Words("-G expect " + commands.FTP, expect_line, expects=one_expect),
    "count": Words("-C", lambda k: "4\n"),
    "count_of_expectations": Words("-C expect", lambda k: "1\n", expects=one_expect),
    "statistics": Words("-S", stats_text),
    "statistics_of_expectations": Words("-S expect", expect_stats_text),
    "delete": Talk("-D -o id -s 10.8.0.1", many(20), of_many, "deleted", gone),
    "delete_one": Talk("-D -o id -w 0 " + ONE, lambda: table.many(3), lambda e: e.orig.l4[0] == 1000, "deleted", gone),
    "update": Talk("-U -m 9 -o id -s 10.8.0.1", many(20), of_many, "updated", lambda e: e.change(mark=9)),
    "update_that_reads": Talk("-U -t 77 -o id -s 10.8.0.1", many(8), of_many, "updated",
                              lambda e: e.change(timeout=77)),
    "create": Words("-I -t 5 " + NEW, lambda k: "", touch=add()),
    "add": Words("-A -t 600 -m 9 " + ONE, lambda k: "", touch=mark_9),
    "load": Words("-R {load}", lambda k: "", touch=add()),
    "flush": Words("-F", lambda k: "", touch=clear),
    "flush_a_family": Words("-F -f ipv4", lambda k: "", touch=clear),
    "flush_expectations": Words("-F expect", lambda k: "", touch=no_expects, expects=one_expect),
    "delete_an_expectation": Words("-D expect " + commands.FTP, lambda k: "", touch=one_expect_less,
                                   expects=one_expect),
    "watch": Events("-E", table.entries, expects=table.expects),
}


def talk_run(t, talk, version, fault):
    k = talk.kernel(version)
    old = copy.deepcopy(k.entries)
    line = talk.line.format(load=t.file("load", "-I -t 5 %s\n" % NEW))
    got = t.run(k, line, fault, happen=commands.scene if isinstance(talk, Events) else None)
    if talk.line in ("-F", "-F expect"):
        k.careless = []
    return k, old, got


def conversation(t, talk, version):
    """The datagrams of a sound one."""
    record = Record()
    k, old, got = talk_run(t, talk, version, record)
    t.same(got.code, 0, "the exit code", got)
    talk.judge(t, k, old, got)
    return record.kept


WINDOWS = "list_that_zeroes", "update_that_reads"


def untold(name, kind, variant):
    """What no program can tell from the truth."""
    if name == "watch":                 # other events; and nothing waits
        return kind in ("behind_another_sequence_number", "behind_eagain") or (
            kind == "behind_other_messages" and variant == 5)
    if kind == "with_an_error_in_it":   # ENOENT: what is gone meanwhile is no failure
        return variant == 1 and TALKS[name].done
    return kind == "behind_its_acknowledgement" and name in WINDOWS


def attempt(t, talk, version, fault, what):
    k, old, got = talk_run(t, talk, version, fault)
    count = len(t.problems)
    talk.judge(t, k, old, got)
    if len(t.problems) > count:
        t.problems[count] = "%s, %s\n%s" % (version, what, t.problems[count])
    return got


@facts("{talk}_and_a_datagram_{kind}", talk=TALKS, kind=FAULTS)
def broken(t, name, kind):
    """The variants by turns on the oldest kernel and on the newest."""
    meant, variants = FAULTS[kind]
    kernels = "4.4", "6.18"
    for n, both in enumerate(zip(*(conversation(t, TALKS[name], version) for version in kernels))):
        for i, replaces in enumerate(zip(*map(variants, both))):
            now = (n + i) % 2
            if meant(both[now]) and not untold(name, kind, i):
                attempt(t, TALKS[name], kernels[now], At(n, replaces[now]), "datagram %d, variant %d" % (n, i))


@facts("{talk}_and_silence", talk=[name for name in TALKS if name != "watch"])
def silent(t, name):
    frames = conversation(t, TALKS[name], "6.18")
    for n in sorted({0, len(frames) // 2, len(frames) - 1}):
        got = attempt(t, TALKS[name], "6.18", Silence(n), "from datagram %d on" % n)
        if name not in ("count", "statistics"):
            t.fails(got, "Connection timed out", "hint: no answer in time: try again")


@facts("{talk}_and_datagrams_that_change_places", talk=TALKS)
def swapped(t, name):
    frames = conversation(t, TALKS[name], "6.18")
    for n in range(len(frames) - 1):
        if is_record(frames[n]) and (head(frames[n + 1])[1] == wire.DONE or name in WINDOWS):
            continue
        attempt(t, TALKS[name], "6.18", Swap(n), "datagrams %d and %d" % (n, n + 1))


@facts("{talk}_and_a_send_that_fails", talk=TALKS)
def send_fails(t, name):
    for error in ("EINTR", "ENOBUFS", "ENOMEM", "EPERM", "EAGAIN"):
        for n in (1, 2, 3):
            attempt(t, TALKS[name], "6.18", commands.Nothing(send_at=n, send=error), "send %d: %s" % (n, error))


# --- hundreds --------------------------------------------------------------

class Hundreds(Talk):
    room = 3600


class Load(Talk):
    """-R of hundreds of lines, some of which are refused."""
    there = 100, 130, 299               # lines whose entries stand already

    def lines(self):
        return ["-I -t 5 -p udp -s 10.9.0.1 -d 10.9.0.2 --sport %d --dport 53" % n for n in range(300)]

    def __init__(self):
        super().__init__("-R {load}", lambda: [table.flow("udp", "10.9.0.1", "10.9.0.2", n, 53) for n in self.there])

    def new(self, k):
        return [s["orig"].l4[0] for s in states(k)][len(self.there):]

    def judge(self, t, k, old, got):
        t.same(states(k)[:3], [e.state() for e in old], "the old entries", got)
        t.same(got.code, 1, "the exit code", got)
        told = [int(n) - 1 for n in re.findall("Such conntrack exists.*\nhint: line ([0-9]+) of the file\n", got.err)]
        refused = [line for line in got.err.splitlines() if "Such conntrack exists" in line]
        broken = got.err.count("Operation failed") - len(refused)
        should = [n for n in range(300) if n not in self.there]
        t.check(told == list(self.there)[:len(told)] and len(told) == len(refused), "the lines refused", got)
        t.check(broken == (0 if len(told) == 3 else 1) or broken == 1, "at most one other failure", got)
        t.same(self.new(k), should if not broken else should[:len(self.new(k))], "the new entries", got)


MANY = {
    "delete": Hundreds("-D -o id -s 10.8.0.1", many(300), of_many, "deleted", gone),
    "update": Hundreds("-U -m 9 -o id -s 10.8.0.1", many(300), of_many, "updated", lambda e: e.change(mark=9)),
    "update_that_reads": Hundreds("-U -t 77 -o id -s 10.8.0.1", many(150), of_many, "updated",
                                  lambda e: e.change(timeout=77)),
    "load": Load(),
}
# What an answer to a window can suffer.
ROUGH = ("lost_by_enobufs", "behind_enobufs", "behind_eintr", "behind_an_overrun", "behind_another_sequence_number",
         "with_a_wrong_length", "sent_twice")


def many_run(t, talk, fault):
    k = talk.kernel("6.18")
    old = copy.deepcopy(k.entries)
    text = "\n".join(talk.lines()) + "\n" if isinstance(talk, Load) else ""
    return k, old, t.run(k, talk.line.format(load=t.file("many", text)), fault)


@facts("{talk}_of_hundreds_and_a_datagram_{kind}", talk=MANY, kind=ROUGH)
def many_broken(t, name, kind):
    record, talk = Record(), MANY[name]
    k, old, got = many_run(t, talk, record)
    talk.judge(t, k, old, got)
    places = [n for n, data in enumerate(record.kept) if FAULTS[kind][0](data)]
    for n in sorted({*places[::max(1, len(places) // 4)], *places[-2:]}):
        for i, replace in enumerate(FAULTS[kind][1](record.kept[n])[:2]):
            k, old, got = many_run(t, talk, At(n, replace))
            count = len(t.problems)
            talk.judge(t, k, old, got)
            if len(t.problems) > count:
                t.problems[count] = "datagram %d, variant %d\n%s" % (n, i, t.problems[count])


@facts("{talk}_of_hundreds_and_silence", talk=MANY)
def many_silent(t, name):
    record, talk = Record(), MANY[name]
    many_run(t, talk, record)
    for n in sorted({1, len(record.kept) // 2, len(record.kept) - 1}):
        k, old, got = many_run(t, talk, Silence(n))
        talk.judge(t, k, old, got)
        t.check("Connection timed out" in got.err, "a word about the silence", got)


class Kinds(kernel.Kernel):
    """Refuses to delete some entries, and others are gone when it is asked to."""

    def delete(self, sock, ask):
        e = self.find(*self.named(ask)) if ask.has("CTA_TUPLE_ORIG") else None
        if e and e.orig.l4[0] % 10 == 3:
            self.entries.remove(e)
            raise kernel.Refused("ENOENT")
        if e and e.orig.l4[0] == 1177:
            raise kernel.Refused("EBUSY")
        return super().delete(sock, ask)


@check.fact
def a_refusal_among_hundreds_is_told_and_the_count_is_true(t):
    k = Kinds("6.18", table.many(300))
    got = t.run(k, "-D -o id")
    t.fails(got, "Device or resource busy")
    told = check.COUNT.findall(got.err)
    left = [e.orig.l4[0] for e in k.entries]
    t.check(1177 in left, "the entry that is busy stands", got)
    vanished = [n for n in range(1000, 1300) if n not in left and n % 10 == 3]
    t.same(told, [(str(300 - len(left) - len(vanished)), "deleted")], "the count", got)
    t.same(len(got.out.splitlines()), int(told[0][0]), "the lines", got)


# --- what else may stand in for an answer ----------------------------------

def proc(t, name, text):
    path = "%s/proc/%s" % (t.directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    return path


PROC_STATS = ("entries clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop "
              "icmp_error expect_new expect_create expect_delete search_restart\n" + "%s\n" % " ".join(
                  "%08x" % n for n in range(17)))


@check.fact
def a_file_of_proc_stands_in_for_a_whole_answer_only(t):
    """The kernel's own files are read where netlink refuses, never behind half of an answer."""
    t.directory = tempfile.mkdtemp(dir=t.directory)
    proc(t, "sys/net/netfilter/nf_conntrack_count", "77\n")
    proc(t, "net/stat/nf_conntrack", PROC_STATS)
    k = kernel.Kernel("6.18", table.many(4))
    k.datagram = 1                      # a datagram for each CPU
    k.deny = {kernel.CT_STATS: "EPERM", kernel.CT_STATS_CPU: "EPERM"}
    got = t.run(k, "-C")
    t.same((got.code, got.out), (0, "77\n"), "the number of the file", got)
    got = t.run(k, "-S")
    t.same((got.code, len(got.out.splitlines())), (0, 1), "the line of the file", got)
    k.deny = {}
    got = t.run(k, "-S", At(1, FAULTS["lost_by_enobufs"][1](b"")[0]))
    t.fails(got, "No buffer space available")
    t.check(stats_text(k).startswith(got.out) and len(got.out.splitlines()) == 1, "the first CPU alone", got)


@check.fact
def a_record_that_a_dump_tells_twice_is_shown_twice_and_deleted_once(t):
    twice = At(1, lambda d: [Frame(d), Frame(d)])
    k = kernel.Kernel("6.18", table.many(12))
    k.datagram = 700
    got = t.run(k, "-L -o id", twice)
    t.same(len(set(t.ids(got))), 12, "entries", got)
    t.ends(got, 0, len(got.out.splitlines()), "shown")
    got = t.run(k, "-D -o id", At(1, lambda d: [Frame(d), Frame(d)]))
    t.ends(got, 0, 12, "deleted")
    t.same(len(t.ids(got)), 12, "lines", got)
    t.same(k.entries, [], "the table", got)
