# SPDX-License-Identifier: MIT
"""Every command against every kernel: the right answer or a clear error, and never a wrong table."""
import itertools
from collections import Counter

import check
import kernel
import peer
import shapes
import table
from check import expect_states, fact, facts, on_each, on_each_all, states
from filters import FILTERS, NOT_OF_DELETE, NOT_OF_UPDATE, chosen
from flow import ASSURED, CONFIRMED, DST_NAT, DYING, EXPECTED, FIXED_TIMEOUT, NAT_DONE, SEEN_REPLY, SRC_NAT
from kernel import CT_DELETE, STATS


def with_map(t, options):
    return options.format(map=t.file("map", table.MAP))


@on_each("lists_by_{topic}", topic=FILTERS)
def lists(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        before = states(k)
        found = chosen(k.entries, conditions)
        got = t.run(k, "-L -o id " + with_map(t, options))
        t.ends(got, 0, len(found), "shown")
        t.shows(got, found)
        t.untouched(k, before, got)


@on_each("deletes_by_{topic}", topic=[topic for topic in FILTERS if topic not in NOT_OF_DELETE])
def deletes(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        found = chosen(k.entries, conditions)
        rest = [e.state() for e in k.entries if e not in found]
        got = t.run(k, "-D -o id " + with_map(t, options))
        t.ends(got, 0 if found else 1, len(found), "deleted")
        t.shows(got, found)
        t.untouched(k, rest, got)


@on_each("updates_by_{topic}", topic=[topic for topic in FILTERS if topic not in NOT_OF_UPDATE])
def updates(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        found = chosen(k.entries, conditions)
        should = [dict(e.state(), mark=99) if e in found else e.state() for e in k.entries]
        got = t.run(k, "-U -m 99 -o id " + with_map(t, options))
        t.ends(got, 0 if found else 1, len(found), "updated")
        t.shows(got, found)
        t.untouched(k, should, got)


# --- every format ----------------------------------------------------------

def json_of(k, entries, use=1):
    return [table.json_of(k, e, use) for e in entries]


@on_each("is_told_whole_in_json")
def told_in_json(t, version):
    for word in ("json", "jsonl"):
        k = t.kernel(version, table.entries() + [table.offloaded()])
        got = t.run(k, with_map(t, "-L --labelmap {map} -o " + word))
        t.ends(got, 0, len(k.entries), "shown")
        objects = t.objects(got) if word == "json" else [t.objects(shapes_of(line))
                                                         for line in got.out.splitlines()]
        t.same(objects, json_of(k, k.entries), "the entries", got)


def shapes_of(line):
    return peer.Result((), 0, line, "")


@on_each("is_told_whole_in_lines_and_xml")
def told_in_lines(t, version):
    k = t.kernel(version, table.entries() + [table.offloaded()])
    full = json_of(k, k.entries)
    got = t.run(k, with_map(t, "-L --labelmap {map} -o extended,id,ktimestamp,labels"))
    t.ends(got, 0, len(full), "shown")
    t.same([without_clock(shapes.plain_flow(line)) for line in got.out.splitlines()],
           [shapes.told(one) for one in full], "the lines", got)
    got = t.run(k, "-L")
    plain = [dict(shapes.told(one, "family", "id", "start", "labels")) for one in full]
    t.same([without_clock(shapes.plain_flow(line)) for line in got.out.splitlines()], plain, "the lines", got)
    got = t.run(k, with_map(t, "-L --labelmap {map} -o xml,ktimestamp,labels"))
    t.ends(got, 0, len(full), "shown")
    t.same([without_clock(one) for one in shapes.xml_flow(got.out)], [shapes.told_in_xml(one) for one in full],
           "the flows", got)


def without_clock(fields):
    fields.pop("delta", None)
    return fields


def kept(k, e):
    """What -o restore keeps of an entry."""
    status = e.status & (CONFIRMED | SEEN_REPLY | ASSURED | FIXED_TIMEOUT)
    return (e.orig, e.reply, e.timeout, e.mark, e.zone, e.zdir, status, e.info and e.info["state"],
            (e.info or {}).get("vtag"), e.helper, e.labels or None)


@on_each("is_the_same_after_restore")
def restore(t, version):
    k = t.kernel(version, [e for e in table.entries() if not e.status & EXPECTED])   # only the kernel makes these
    got = t.run(k, "-L -o restore")
    t.ends(got, 0, len(k.entries), "shown")
    other = t.kernel(version, [], [])
    path = t.file("restore", got.out)
    again = t.run(other, "-R " + path)
    t.ends(again, 0)
    t.same(again.err, "", "stderr", again)
    t.same([kept(other, e) for e in other.entries], [kept(k, e) for e in k.entries], "the entries", again)
    t.same(other.careless, [], "nothing that is read as a flush", again)
    before = states(other)
    again = t.run(other, "-R " + path)          # -A of what stands: the same once more
    if k.can["fixed_timeout_is_kept"]:
        t.fails(again, "hint: line 3 of the file", "a FIXED_TIMEOUT stays as it is")
    else:
        t.ends(again, 0)
    t.untouched(other, before, again)


@on_each("is_saved_and_loaded")
def save(t, version):
    for options in ("-p tcp -f ipv4", "-p udp", "-p icmp", "-p gre", "-p sctp"):
        k = t.kernel(version)
        got = t.run(k, "-L -o save " + options)
        t.same(got.code, 0, "the exit code", got)
        found = len(got.out.splitlines())
        before = states(k)
        again = t.run(k, "-R " + t.file("save", got.out.replace("-A ", "-I ")))
        t.same(again.code, 1, "the exit code", again)
        t.untouched(k, before, again)
        t.check(again.err.count("Such conntrack exists") == min(found, 20), "a refusal of each line", again)


@on_each_all("is_counted_by_keys", ("proto", "state", "src", "dport", "zone", "mark", "reply-dst", "proto,state"))
def by(t, version, keys):
    values = {
        "proto": lambda e: e.proto if e.proto != "unknown" else str(e.orig.num),
        "state": lambda e: table.STATES[e.orig.num][e.info["state"]] if e.info else "-",
        "src": lambda e: e.orig.src,
        "reply-dst": lambda e: e.reply.dst,
        "dport": lambda e: str(e.orig.l4[1]) if e.orig.num not in (1, 47, 58) and e.orig.l4 else "-",
        "zone": lambda e: str(e.zone) if e.zone and not e.zdir else "-",
        "mark": lambda e: str(e.mark) if e.mark or k.can["mark_of_0_is_sent"] else "-",
    }
    k = t.kernel(version)
    names = keys.split(",")
    should = Counter(" ".join("%s=%s" % (name, values[name](e)) for name in names) for e in k.entries)
    got = t.run(k, "-L --by " + keys)
    t.ends(got, 0, len(k.entries), "counted")
    is_ = {}
    for line in got.out.splitlines():
        number, *words = line.split()
        is_[" ".join(w for w in words if not w.startswith(("packets=", "bytes=")))] = int(number)
    t.same(is_, dict(should), "the counts", got)


# --- one entry -------------------------------------------------------------

ONE = {
    "tcp": "-p tcp -s %s -d %s --sport 1001 --dport 443" % (table.A4, table.B4),
    "tcp6": "-p tcp -s %s -d %s --sport 1001 --dport 443" % (table.A6, table.B6),
    "udp": "-p udp -s %s -d %s --sport 1001 --dport 53" % (table.A4, table.B4),
    "sctp": "-p sctp -s %s -d %s --sport 1001 --dport 443" % (table.A4, table.B4),
    "udplite": "-p udplite -s %s -d %s --sport 1001 --dport 443" % (table.A4, table.B4),
    "gre": "-p gre -s %s -d %s --srckey 0x101 --dstkey 0x202" % (table.A4, table.B4),
    "icmp": "-p icmp -s %s -d %s --icmp-type 8 --icmp-code 0 --icmp-id 7" % (table.A4, table.B4),
    "icmpv6": "-p icmpv6 -s %s -d %s --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 7" % (table.A6, table.B6),
    "generic": "-p 50 -s %s -d %s" % (table.A6, table.B6),
    "reply": "-p udp -r %s -q %s --reply-port-src 5353 --reply-port-dst 3002" % (table.FAR4, table.A4),
    "zone": "-w 7 -p tcp -s %s -d %s --sport 1001 --dport 443" % (table.A4, table.B4),
}


def tuple_of(options):
    """The entry that ONE names."""
    words = dict(zip(*[iter(options.split())] * 2))
    k4 = ["--sport", "--srckey", "--icmp-id", "--icmpv6-id"]
    first = next((int(words[name], 0) for name in k4 if name in words), None)

    def test(e):
        if "-r" in words:
            return e.reply.src == words["-r"] and e.reply.l4[0] == int(words["--reply-port-src"])
        return (e.orig.src == words["-s"] and e.orig.dst == words["-d"] and
                e.orig.num == table.NUMBERS.get(words["-p"], 50) and e.zone == int(words.get("-w", 0)) and
                (first is None or e.orig.l4[0] == first) and
                ("--dport" not in words or e.orig.l4[1] == int(words["--dport"])))
    return test


@on_each_all("gets_one_entry", ONE)
def get(t, version, kind):
    k = t.kernel(version)
    before = states(k)
    found = [e for e in k.entries if tuple_of(ONE[kind])(e)]
    t.same(len(found), 1, "the model finds one entry")
    got = t.run(k, "-G -o id " + ONE[kind])
    t.ends(got, 0, 1, "shown")
    t.shows(got, found)
    got = t.run(k, "-G -o json %s -i %d" % (ONE[kind], found[0].id))
    t.same(t.objects(got), json_of(k, found, 2), "the object", got)
    got = t.run(k, "-G %s -i 1" % ONE[kind])
    t.same((got.code, got.out), (1, ""), "nothing of another id", got)
    got = t.run(k, "-G " + ONE[kind].replace("10.1.1.1", "10.1.1.77").replace("fd01:1::1", "fd01::77"))
    t.fails(got, "such conntrack doesn't exist")
    t.same(got.out, "", "stdout", got)
    t.untouched(k, before, got)


@on_each("deletes_one_and_spares_its_successor")
def delete_one(t, version):
    k = t.kernel(version)
    before = states(k)
    got = t.run(k, "-D -i 5 " + ONE["tcp"])
    t.ends(got, 1, 0, "deleted")
    t.untouched(k, before, got)
    got = t.run(k, "-D -w 0 -o id " + ONE["tcp"])
    t.ends(got, 0, 1, "deleted")
    t.shows(got, [e for e in t.kernel(version).entries if tuple_of(ONE["tcp"])(e)])
    t.untouched(k, before[1:], got)
    ids = [ask.get("CTA_ID") for ask in k.asked if ask.kind == CT_DELETE]
    t.check(ids and None not in ids, "an id in every deletion", got)


@on_each("deletes_offloaded_or_says_why_not")
def delete_offloaded(t, version):
    k = t.kernel(version, table.entries() + [table.offloaded()])
    rest = states(k)[:-1] if k.can["delete_offloaded"] == "ok" else states(k)
    got = t.run(k, "-D -o id -p tcp --sport 7001")
    if k.can["delete_offloaded"] == "ok":
        t.ends(got, 0, 1, "deleted")
    else:
        t.fails(got, "Device or resource busy")
        t.same(got.out, "", "stdout", got)
    t.untouched(k, rest, got)


# --- new entries -----------------------------------------------------------

def made(k, before, orig, **more):
    """The table with one entry more."""
    e = table.Entry(orig, more.pop("reply", None), **more)
    if orig.num == 6 and not e.info:
        e.info = {"state": 0, "flags": (0, 0)}
    e.id = k.last_id
    return before + [e.state()]


NEW_TCP = {"state": 3, "flags": (0x0a, 0x0a)}
C4, C6 = "10.5.0.1", "fd05::1"
NEW = {
    "tcp": ("-p tcp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 --state ESTABLISHED",
            ("tcp", C4, table.B4, 1, 2), dict(timeout=100, info=NEW_TCP)),
    "tcp6_assured": ("-p tcp -s {c6} -d {b6} --sport 1 --dport 2 -t 100 --state ESTABLISHED -u ASSURED,SEEN_REPLY -m 7",
                     ("tcp", C6, table.B6, 1, 2), dict(timeout=100, info=NEW_TCP, mark=7,
                                                       status=SEEN_REPLY | ASSURED | CONFIRMED)),
    "udp_in_a_zone": ("-p udp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 -w 3",
                      ("udp", C4, table.B4, 1, 2), dict(timeout=100, zone=3)),
    "udp_in_half_a_zone": ("-p udp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 --orig-zone 3",
                           ("udp", C4, table.B4, 1, 2), dict(timeout=100, zone=3, zdir="orig")),
    "udp_translated": ("-p udp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 -n 10.9.9.9:77",
                       ("udp", C4, table.B4, 1, 2), dict(timeout=100, nat={"dst": "10.9.9.9", "l4": (2, 77)},
                                                         status=CONFIRMED | SRC_NAT | NAT_DONE)),
    "udp6_redirected": ("-p udp -s {c6} -d {b6} --sport 1 --dport 2 -t 100 -g fd09::9",
                        ("udp", C6, table.B6, 1, 2), dict(timeout=100, nat={"src": "fd09::9"},
                                                          status=CONFIRMED | DST_NAT | NAT_DONE)),
    "udp_labelled": ("-p udp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 --labelmap {map} --label-add one,sixty-four",
                     ("udp", C4, table.B4, 1, 2), dict(timeout=100, labels=1 << 1 | 1 << 64)),
    "sctp": ("-p sctp -s {c4} -d {b4} --sport 1 --dport 2 -t 100 --state ESTABLISHED --orig-vtag 3 --reply-vtag 4",
             ("sctp", C4, table.B4, 1, 2), dict(timeout=100, info={"state": 4, "vtag": (3, 4)})),
    "icmp": ("-p icmp -s {c4} -d {b4} --icmp-type 8 --icmp-code 0 --icmp-id 9 -t 100",
             ("icmp", C4, table.B4, 9, 8, 0), dict(timeout=100)),
    "icmpv6": ("-p icmpv6 -s {c6} -d {b6} --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 9 -t 100",
               ("icmpv6", C6, table.B6, 9, 128, 0), dict(timeout=100)),
    "gre": ("-p gre -s {c4} -d {b4} --srckey 5 --dstkey 6 -t 100", ("gre", C4, table.B4, 5, 6), dict(timeout=100)),
    "generic": ("-p 50 -s {c6} -d {b6} -t 100", (50, C6, table.B6), dict(timeout=100)),
    "named_by_its_reply": ("-p udp -r {b4} -q {c4} --reply-port-src 2 --reply-port-dst 1 -t 100",
                           ("udp", C4, table.B4, 1, 2), dict(timeout=100)),
}


@on_each_all("makes_an_entry", NEW)
def create(t, version, kind):
    options, orig, more = NEW[kind]
    for letter, done in (("I", "created"), ("A", "added")):
        k = t.kernel(version)
        before, e = states(k), table.flow(*orig, **more)
        line = "-%s %s" % (letter, with_map(t, options.replace("{c4}", C4).replace("{b4}", table.B4)
                                            .replace("{c6}", C6).replace("{b6}", table.B6)))
        got = t.run(k, line)
        t.ends(got, 0, 1, done)
        e.id = k.last_id
        t.untouched(k, before + [e.state()], got)
        before = states(k)
        got = t.run(k, line)
        if letter == "I":
            t.fails(got, "Such conntrack exists, try -U to update")
        else:
            t.ends(got, 0, 1, done)
        # an update of its labels needs what only a rule makes
        t.untouched(k, before, got)


REFUSED = {
    "what_is_there": ("-I -t 5 " + ONE["udp"], {}, ["Such conntrack exists"]),
    "an_unknown_helper": ("-I -t 5 -p tcp -s {c} -d {b} --sport 1 --dport 2 --state NONE --helper nonsense", {},
                          ["Operation not supported"]),
    "a_helper_of_another_protocol": ("-I -t 5 -p udp -s {c} -d {b} --sport 1 --dport 2 --helper ftp", {},
                                     ["Operation not supported"]),
    "an_entry_too_many": ("-I -t 5 -p udp -s {c} -d {b} --sport 1 --dport 2", {"most": 1},
                          ["not enough memory", "hint: raise net.netfilter.nf_conntrack_max"]),
    "a_status_that_only_the_kernel_sets": ("-I -t 5 -p udp -s {c} -d {b} --sport 1 --dport 2 -u EXPECTED", {},
                                           ["Device or resource busy"]),
    "an_icmp_answer": ("-I -t 5 -p icmp -s {c} -d {b} --icmp-type 3 --icmp-code 0", {}, ["invalid parameters"]),
    "two_zones": ("-I -t 5 -p udp -s {c} -d {b} --sport 1 --dport 2 --orig-zone 1 --reply-zone 2", {},
                  ["invalid parameters"]),
    "a_translation_of_what_is_there": ("-A -t 5 -n 10.9.9.9 " + ONE["udp"], {}, ["Operation not supported"]),
    "a_master_that_is_unknown": ("-I expect -t 5 -p tcp -s {c} -d {b} --sport 1 --dport 2 --tuple-src {b} "
                                 "--tuple-dst {c} --tuple-port-src 1 --tuple-port-dst 2 --mask-src 255.255.255.255 "
                                 "--mask-dst "
                                 "255.255.255.255 --mask-port-src 0 --mask-port-dst 65535", {},
                                 ["master conntrack not found"]),
    "an_expectation_that_is_unknown": ("-G expect -p tcp -s {c} -d {b} --sport 1 --dport 2 --reply-port-src 1 "
                                       "--reply-port-dst 2", {}, []),
    "to_delete_an_expectation_that_is_unknown": ("-D expect -p tcp -s {c} -d {b} --sport 1 --dport 2 "
                                                 "--reply-port-src 1 --reply-port-dst 2", {}, []),
    "a_change_of_helper": ("-U --helper tftp " + ONE["udp"], {}, ["Operation not supported"]),
}


@on_each_all("refuses_what_it_cannot", REFUSED)
def refused(t, version, kind):
    line, more, words = REFUSED[kind]
    k = t.kernel(version)
    k.__dict__.update(more)
    before, expects = states(k), expect_states(k)
    got = t.run(k, line.replace("{c}", C4).replace("{b}", table.B4))
    t.fails(got, *words)
    t.same(got.out, "", "stdout", got)
    t.untouched(k, before, got)
    t.same(expect_states(k), expects, "the expectations", got)


@on_each("cuts_or_keeps_long_timeouts")
def long_timeout(t, version):
    k = t.kernel(version, [])
    t.ends(t.run(k, "-I -t 4294967295 -p udp -s %s -d %s --sport 1 --dport 2" % (C4, table.B4)), 0, 1, "created")
    t.check(k.entries and k.entries[0].timeout > 1000000, "a long timeout")


# --- changes ---------------------------------------------------------------

def merged(e, **more):
    return dict(e.state(), **more)


def upd_status(e):
    return merged(e, status=e.status | ASSURED)


CHANGES = {
    "mark_under_a_mask": ("-U -m 0x40/0x42", lambda e: True, lambda e: merged(e, mark=e.mark & ~0x42 ^ 0x40)),
    "timeout": ("-U -t 77 -p udp", lambda e: e.orig.num == 17, lambda e: merged(e, timeout=77)),
    "status": ("-U -u ASSURED", lambda e: True, upd_status),
    "state": ("-U -p tcp --state CLOSE --sport 1001", lambda e: e.orig.num == 6 and e.orig.l4[0] == 1001,
              lambda e: merged(e, info=dict(e.info, state=8, flags=(0x0e, 0x0e)))),
    "added_labels": ("-U --labelmap {map} --label-add two", lambda e: e.labels is not None,
                     lambda e: merged(e, labels=e.labels | 4)),
    "taken_labels": ("-U --labelmap {map} --label-del one", lambda e: e.labels is not None,
                     lambda e: merged(e, labels=e.labels & ~2)),
    "vtag": ("-U -p sctp --orig-vtag 99", lambda e: e.orig.num == 132,
             lambda e: merged(e, info=dict(e.info, vtag=(99, e.info["vtag"][1])))),
}


@on_each_all("changes_entries", CHANGES)
def update(t, version, kind):
    line, concerns, change = CHANGES[kind]
    k = t.kernel(version)
    should = [change(e) if concerns(e) else e.state() for e in k.entries]
    changed = [e for e, new in zip(k.entries, should) if e.state() != new]
    if kind == "taken_labels":                  # taking away counts in any case, as it always did
        changed = [e for e in k.entries if concerns(e)]
    got = t.run(k, with_map(t, line + " -o id"))
    t.ends(got, 0, len(changed), "updated", silent=kind != "added_labels")
    if kind == "added_labels":
        t.same(got.err.splitlines()[1:], ["hint: no room: a rule must use labels before the entry is made"], "hints", got)
    t.shows(got, changed)
    t.untouched(k, should, got)


@on_each("lets_a_fixed_timeout_be_or_says_so")
def fixed_timeout(t, version):
    k = t.kernel(version)
    fixed = k.entries[2]
    should = states(k)
    got = t.run(k, "-U -t 5 -s 10.1.1.130 -o id")
    if k.can["fixed_timeout_is_kept"]:
        t.fails(got, "hint: be root; a FIXED_TIMEOUT stays as it is")
        t.same(got.out, "", "stdout", got)
    else:
        t.ends(got, 0, 1, "updated")
        t.shows(got, [fixed])
        should[2] = dict(should[2], timeout=5)
    t.untouched(k, should, got)


@on_each("forgets_an_entry_whose_timeout_is_0")
def timeout_0(t, version):
    k = t.kernel(version)
    should = states(k)
    del should[7]
    got = t.run(k, "-U -t 0 " + ONE["udp"])
    t.ends(got, 0, 1, "updated")
    t.untouched(k, should, got)


@on_each("zeroes_every_counter_and_tells_it_first")
def zero(t, version):
    k = t.kernel(version)
    told = json_of(k, k.entries)
    should = [dict(s, counters=s["counters"] and ((0, 0), (0, 0))) for s in states(k)]
    got = t.run(k, with_map(t, "-L -z -o json --labelmap {map}"))
    t.ends(got, 0, len(k.entries), "shown")
    t.same(t.objects(got), told, "the entries", got)
    t.untouched(k, should, got)


# --- flush -----------------------------------------------------------------

@on_each("is_emptied_by_one_request_alone")
def flush(t, version):
    k = t.kernel(version)
    expects = expect_states(k)
    got = t.run(k, "-F")
    t.same((got.code, got.out), (0, ""), "how it ends", got)
    t.check(got.err.endswith(": connection tracking table has been emptied.\n"), "the sentence", got)
    t.same((k.entries, expect_states(k)), ([], expects), "the tables", got)
    t.same(len(k.flushes), 1, "flushes", got)
    t.same(k.careless, ["no tuple"], "flushes as others read them", got)


@on_each("is_emptied_of_one_family_without_a_flush")
def flush_family(t, version):
    for v in (4, 6):
        k = t.kernel(version)
        rest = [e.state() for e in k.entries if e.orig.v != v]
        got = t.run(k, "-F -f ipv%d" % v)
        t.same((got.code, got.out), (0, ""), "how it ends", got)
        t.check(got.err.endswith(": connection tracking table has been emptied.\n"), "the sentence", got)
        t.untouched(k, rest, got)


@on_each("is_emptied_of_expectations_alone")
def flush_expect(t, version):
    k = t.kernel(version)
    before = states(k)
    got = t.run(k, "-F expect")
    t.same((got.code, got.out), (0, ""), "how it ends", got)
    t.same((states(k), k.expects), (before, []), "the tables", got)
    t.same(k.careless, ["no CTA_EXPECT_TUPLE"], "flushes as others read them", got)


# --- numbers ---------------------------------------------------------------

@on_each("is_counted")
def count(t, version):
    k = t.kernel(version)
    for line, out in (("-C", "%d\n" % len(k.entries)), ("-C expect", "3\n"),
                      ("-C -o json", '{"count":%d}\n' % len(k.entries)), ("-C expect -o json", '{"count":3}\n')):
        got = t.run(k, line)
        t.same((got.code, got.out, got.err), (0, out, ""), line, got)
    got = t.run(k, "-C -o openmetrics")
    t.check("\nconntrack_entries %d\n" % len(k.entries) in got.out, "the gauge", got)


WORDS = ("searched found new invalid ignore delete delete_list insert insert_failed drop early_drop error "
         "search_restart clash_resolve chaintoolong").split()


@on_each("shows_the_statistics_that_are_sent")
def stats(t, version):
    k = t.kernel(version)
    lines, objects = [], []
    for cpu in range(k.cpus):
        told = {WORDS[n - 1]: k.counts[n] + cpu for n in sorted(STATS[k.can["stats"]])}
        lines.append("cpu=%-4d\t%s\n" % (cpu, "".join("%s=%d " % pair for pair in told.items())))
        objects.append(dict(told, cpu=cpu))
    got = t.run(k, "-S")
    t.same((got.code, got.out, got.err), (0, "".join(lines), ""), "-S", got)
    got = t.run(k, "-S -o json")
    t.same(t.objects(got, "statistics"), objects, "the objects", got)
    got = t.run(k, "-S -o openmetrics")
    t.same(sorted(int(line.rsplit(" ", 1)[1]) for line in got.out.splitlines() if line[0] != "#"),
           sorted(n for one in objects for name, n in one.items() if name != "cpu"), "the samples", got)
    got = t.run(k, "-S expect")
    t.same((got.code, [line.split() for line in got.out.splitlines()]),
           (0, [["cpu=%d" % cpu, "expect_new=%d" % (10 + cpu), "expect_create=%d" % (20 + cpu),
                     "expect_delete=%d" % (30 + cpu)]
                for cpu in range(k.cpus)]), "-S expect", got)


# --- other tables ----------------------------------------------------------

@on_each("lists_dying_and_unconfirmed_as_far_as_it_tells")
def other_tables(t, version):
    for name in ("dying", "unconfirmed"):
        for family, options in ((None, ""), (4, " -f ipv4"), (6, " -f ipv6")):
            k = t.kernel(version)
            before = states(k)
            others = [k.enter(table.flow("udp", a, b, 9, 9, status=DYING | CONFIRMED if name == "dying" else 0))
                      for a, b in ((C4, table.B4), (C6, table.B6))]
            setattr(k, name, others)
            told = k.can["dying"] == "all" if name == "dying" else k.can["unconfirmed"]
            found = [e for e in others if family in (None, e.orig.v)] if told else []
            got = t.run(k, "-L %s -o id%s" % (name, options))
            t.ends(got, 0, len(found), "shown")
            t.shows(got, found)
            t.untouched(k, before, got)


@on_each("lists_expectations")
def expectations(t, version):
    k = t.kernel(version)
    full = [table.expect_json_of(x) for x in k.expects]
    for options, v in (("", 4), (" -f ipv4", 4), (" -f ipv6", 6)):
        should = [one for one in full if one["family"] == "ipv%d" % v]
        got = t.run(k, "-L expect -o json" + options)
        t.ends(got, 0, len(should), "shown")
        t.same(t.objects(got, "expectation"), should, "the objects", got)
        got = t.run(k, "-L expect" + options)
        t.same([shapes.plain_expect(line) for line in got.out.splitlines()], [shapes.told(one) for one in should],
               "the lines", got)
        got = t.run(k, "-L expect -o xml" + options)
        t.same(len(shapes.xml_flow(got.out)), len(should), "the flows", got)


FTP = "-p tcp -s %s -d %s --sport 0 --dport 2121 --reply-port-src 0 --reply-port-dst 0" % (table.B4, table.A4)


@on_each("gets_and_deletes_an_expectation")
def one_expectation(t, version):
    k = t.kernel(version)
    before, expects = states(k), expect_states(k)
    got = t.run(k, "-G expect " + FTP)
    t.same((got.code, got.out.count("\n"), got.out.count("dport=2121")), (0, 1, 1), "the expectation", got)
    t.same(expect_states(k), expects, "the expectations", got)
    got = t.run(k, "-D expect " + FTP)
    t.ends(got, 0, 1, "deleted")
    t.same(expect_states(k), expects[1:], "the expectations", got)
    t.untouched(k, before, got)


MAKE = ("-I expect -t 60 -p tcp -s {a} -d {b} --sport {port} --dport {to} --tuple-src {b} --tuple-dst {a} "
        "--tuple-port-src 0 --tuple-port-dst 2222 --mask-src 255.255.255.255 --mask-dst 255.255.255.255 "
        "--mask-port-src 0 --mask-port-dst 65535").replace("{a}", table.A4).replace("{b}", table.B4)


@on_each("makes_an_expectation_or_says_why_not")
def make_expectation(t, version):
    k = t.kernel(version)
    expects = expect_states(k)
    got = t.run(k, MAKE.format(port=2000, to=21))
    t.same((got.code, got.err), (0, ""), "how it ends", got)
    t.same(expect_states(k)[:-1], expects, "the others", got)
    t.same(k.expects[-1].tuple, table.tuple_of("tcp", table.B4, table.A4, 0, 2222), "the new one", got)
    k = t.kernel(version)
    got = t.run(k, MAKE.format(port=1001, to=443))
    if k.can["expect_without_helper"]:
        t.same((got.code, k.expects[-1].timeout), (0, 60), "the new one", got)
    else:
        t.fails(got, "Operation not supported", "hint: the master has no helper")
        t.same(expect_states(k), expects, "the expectations", got)


# --- load ------------------------------------------------------------------

@on_each("does_what_a_file_says")
def load(t, version):
    k = t.kernel(version)
    should = states(k)
    lines = ["-I -t 50 -p udp -s 10.7.0.%d -d %s --sport 1 --dport 2" % (n, table.B4) for n in range(200)]
    lines[50:50] = ["-D -w 7", "-U -s 10.1.2.1 -m 77", "-I -t 5 " + ONE["udp"]]
    lines += ["-D -d %s -s 10.7.0.0/25" % table.B4, "-A -t 5 -m 3 " + ONE["udp"]]
    got = t.run(k, "-R " + t.file("load", "\n".join(lines) + "\n"))
    t.fails(got, "Such conntrack exists", "hint: line 53 of the file")
    should = [s for s in should if not (s["zone"] == 7 and s["zdir"] is None)]
    should = [dict(s, mark=77) if s["orig"].src == "10.1.2.1" else s for s in should]
    should = [dict(s, mark=3, timeout=5) if s["orig"][1:] == (table.A4, table.B4, 17, (1001, 53)) else s
              for s in should]
    rest = [s for s in states(k) if not s["orig"].src.startswith("10.7.")]
    t.same(rest, should, "the old entries", got)
    t.same([s["orig"].src for s in states(k) if s["orig"].src.startswith("10.7.")],
           ["10.7.0.%d" % n for n in range(128, 200)], "the new entries", got)
    t.same(k.careless, [], "nothing that is read as a flush", got)


# --- events ----------------------------------------------------------------

def scene(k):
    """One flow is born, changes and dies; others change, and die by themselves."""
    e = k.enter(table.flow("tcp", C4, table.B4, 1, 443, info=table.tcp(1), timeout=120))
    six = k.enter(table.flow("udp", C6, table.B6, 1, 53, timeout=30, mark=9))
    k.tell(0, e)
    k.tell(0, six)
    e = e.change(status=table.SURE, info=table.tcp(3), timeout=431999)
    k.tell(1, e)
    k.tell(1, k.entries[0])
    k.tell(2, e)
    k.tell(2, k.entries[7], port=4097)
    x = k.expects[0]
    k.tell_expect(0, x)
    k.tell_expect(2, x, port=4097)


EVENTS = (("NEW", C4, 6), ("NEW", C6, 17), ("UPDATE", C4, 6), ("UPDATE", table.A4, 6), ("DESTROY", C4, 6),
          ("DESTROY", table.A4, 17))


@on_each("is_watched")
def watch(t, version):
    for options, keep in (
            ("", lambda e: True), ("-e NEW", lambda e: e[0] == "NEW"), ("-e DESTROY", lambda e: e[0] == "DESTROY"),
            ("-e NEW,UPDATES", lambda e: e[0] != "DESTROY"), ("-p udp", lambda e: e[2] == 17),
            ("-s " + C4, lambda e: e[1] == C4), ("-s " + C6, lambda e: e[1] == C6), ("-f ipv6", lambda e: e[1] == C6),
            ("-p tcp --dport 443", lambda e: e[2] == 6), ("-m 9", lambda e: e[1] == C6),
            ("! -s " + C4, lambda e: e[1] == table.A4), ("-w 5", lambda e: False)):
        k = t.kernel(version)
        before = states(k)
        should = [e for e in EVENTS if keep(e)]
        got = t.run(k, "-E -o jsonl " + options, happen=scene)
        t.ends(got, 0, len(should), "shown")
        lines = [t.objects(shapes_of(line), "event") for line in got.out.splitlines()]
        t.same([(one["event"], one["orig"]["src"], one["protonum"]) for one in lines], should, "the events", got)
        t.same([one.get("portid") for one in lines], [4097 if e == EVENTS[5] else None for e in should], "ports", got)
        t.untouched(k, before, got)


@on_each("is_watched_in_every_format")
def watch_formats(t, version):
    for word in ("extended", "timestamp", "id", "ktimestamp", "xml", "save", "json", "extended,id,timestamp"):
        k = t.kernel(version)
        got = t.run(k, "-E -o " + word, happen=scene)
        t.ends(got, 0, len(EVENTS), "shown")
        if word == "xml":
            t.same(len(shapes.xml_flow(got.out)), len(EVENTS), "the flows", got)
        elif word == "save":
            t.same(len(got.out.splitlines()), len(EVENTS), "the lines", got)
        elif word != "json":
            t.same([shapes.plain_flow(line)["event"] for line in got.out.splitlines()], [e[0] for e in EVENTS],
                   "the events", got)


@on_each("is_watched_after_a_snapshot")
def snapshot(t, version):
    k = t.kernel(version)
    got = t.run(k, "-E --snapshot -o id", happen=scene)
    t.same(check.COUNT.findall(got.err), [(str(len(k.entries)), "shown"), (str(len(EVENTS)), "shown")], "counts", got)
    t.same(got.code, 0, "the exit code", got)
    lines = got.out.splitlines()
    t.same(sorted(int(line.rsplit("id=", 1)[1].split()[0]) for line in lines[:len(k.entries)]),
           sorted(e.id for e in k.entries), "the entries", got)
    t.same(len(lines), len(k.entries) + len(EVENTS), "lines", got)


@on_each("has_its_expectations_watched")
def watch_expect(t, version):
    k = t.kernel(version)
    got = t.run(k, "-E expect", happen=scene)
    t.ends(got, 0, 2, "shown")
    t.same([shapes.plain_expect(line)["event"] for line in got.out.splitlines()], ["NEW", "DESTROY"], "events", got)


@on_each("tells_of_what_this_program_makes_as_it_does")
def watch_create(t, version):
    k = t.kernel(version)

    def happen(k):
        e = k.enter(table.flow("udp", C4, table.B4, 1, 2))
        k.tell(1 if k.can["create_is_told_as"] == "update" else 0, e, 4097, True)
    got = t.run(k, "-E", happen=happen)
    word = "[UPDATE]" if version == "4.4" else "[NEW]"
    t.check(word in got.out and "portid=4097" in got.out, word, got)


# --- a kernel that will not ------------------------------------------------

COMMANDS = {
    "L": "-L", "L_filter": "-L -p tcp --dport 443 -m 42", "L_one": "-L " + ONE["zone"], "L_expect": "-L expect",
    "L_dying": "-L dying", "L_zero": "-L -z", "L_by": "-L --by proto", "G": "-G " + ONE["tcp"],
    "G_expect": "-G expect " + FTP,
    "I": "-I -t 5 -p udp -s %s -d %s --sport 1 --dport 2" % (C4, table.B4),
    "A": "-A -t 5 -p udp -s %s -d %s --sport 1 --dport 2" % (C4, table.B4), "I_expect": MAKE.format(port=2000, to=21),
    "U": "-U -m 99", "D": "-D", "D_one": "-D " + ONE["zone"], "D_expect": "-D expect " + FTP, "F": "-F",
    "F_family": "-F -f ipv4", "F_expect": "-F expect", "C": "-C", "C_expect": "-C expect", "S": "-S",
    "S_expect": "-S expect", "S_metrics": "-S -o openmetrics", "E": "-E", "E_expect": "-E expect",
    "E_snapshot": "-E --snapshot", "R": "-R {load}",
}
LOAD = "-I -t 5 -p udp -s %s -d %s --sport 1 --dport 2\n-D -w 7\n" % (C4, table.B4)


def command(t, name):
    return COMMANDS[name].format(load=t.file("load", LOAD))


class Nothing(peer.Fault):
    def __init__(self, **greeting):
        super().__init__()
        self.greeting = greeting


@facts("a_kernel_that_refuses_everything_is_told_by_{which}", which=COMMANDS)
def refuses_all(t, name):
    """EINVAL: it has no ctnetlink."""
    for version, error in itertools.product(("4.4", "6.18"), ("EPERM", "EINVAL", "ENOMEM")):
        k = t.kernel(version)
        before, expects = states(k), expect_states(k)
        k.deny = dict.fromkeys(list(range(0x100, 0x108)) + list(range(0x200, 0x204)), error)
        got = t.run(k, command(t, name), Nothing(bind="EPERM") if error == "EPERM" else None)
        if name in ("R",):
            t.same(got.code, 1, "the exit code", got)
            t.same(got.err.count("Operation failed"), 2, "refused lines", got)
        else:
            t.fails(got, *{"EPERM": ["CAP_NET_ADMIN"] if name[0] != "E" else []}.get(error, []))
        t.same(got.out.replace("<", ""), "", "stdout", got)
        t.same((states(k), expect_states(k)), (before, expects), "the tables", got)


@fact
def a_kernel_without_nfnetlink_is_told_by_every_command(t):
    for error, name in itertools.product(("EPROTONOSUPPORT", "EAFNOSUPPORT"), COMMANDS):
        got = t.run(t.kernel("4.4"), command(t, name), Nothing(socket=error))
        t.fails(got, "hint: load the module nfnetlink")


@facts("a_filter_that_is_refused_is_done_without_{error}", error=("EINVAL", "EOPNOTSUPP"))
def filter_refused(t, error):
    """Kernels without marks or zones, and those whose filter takes less than we think."""
    class Picky(kernel.Kernel):
        def filter(self, ask):
            if set(ask.attrs):
                raise kernel.Refused(error)
            return super().filter(ask)

    for line in ("-L -o id", "-D -o id"):
        for options, conditions in FILTERS["mark"] + FILTERS["address"] + FILTERS["port"] + FILTERS["zone"]:
            k = Picky("6.18", table.entries())
            found = chosen(k.entries, conditions)
            got = t.run(k, "%s %s" % (line, options))
            t.ends(got, 0 if found or line[1] == "L" else 1, len(found), "shown" if line[1] == "L" else "deleted")
            t.shows(got, found)
