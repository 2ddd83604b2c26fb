# SPDX-License-Identifier: MIT
"""-o json, jsonl, xml and openmetrics: of every fixture, and of every command."""
import os
import re
import shutil
import signal
import subprocess
import time

import expect
import output
from lib import exporter, shapes
from lib.case import Failure, Skip, fact, facts
from lib.ears import Ear, Pair, quiet, until
from lib.lab import A, B, mount
from lib.talk import Datagrams, Tcp

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data")
EVENTS = "new", "update", "destroy"


def valid(document, kind, what):
    """Parsed, and it is of that kind."""
    if shapes.validator() is None:
        raise Skip("no python3-jsonschema")
    try:
        parsed = shapes.parse(document)
    except ValueError as error:
        raise Failure("%s\n%s\n%s" % (what, error, document[:2000]))
    wrong = shapes.validate(parsed, kind)
    if wrong:
        raise Failure("\n".join([what] + wrong[:10] + [document[:2000]]))
    return parsed


def equal(want, have, what):
    if want != have:
        keys = [key for key in {**want, **have} if want.get(key) != have.get(key)] if isinstance(have, dict) else []
        raise Failure("\n".join([what, "should be: %s" % want, "is: %s" % have, "differs in: %s" % ", ".join(keys)]))


# -------------------------------------------------------------- fixtures

def shown(t, form, *program):
    """{(fixture, section): text} of every section of test/data, printed in a format, whatever its own is."""
    path = os.path.dirname(t.tool) + "/print"
    if not os.path.exists(path):
        raise Skip("no test/print beside the program")
    text = subprocess.run([path, DATA, form] + list(program), stdout=subprocess.PIPE, check=True).stdout.decode()
    parts = re.split(r"^== (\S+): (.*)\n", text, flags=re.M)
    return dict(zip(zip(parts[1::3], parts[2::3]), parts[3::3]))


def sections():
    """{(fixture, section): text} of test/data as it is."""
    found = {}
    for name in sorted(os.listdir(DATA)):
        if name.endswith(".fix"):
            with open(os.path.join(DATA, name)) as f:
                parts = re.split(r"^== (.*)\n", f.read(), flags=re.M)
            found.update(((name[:-4], section), text) for section, text in zip(parts[1::2], parts[2::2]))
    return found


def words(section):
    """The event's name or "", and the words of -o."""
    event, _, rest = section.partition(" ")
    if event not in EVENTS:
        event, rest = "", section
    return event, set(rest.split(",")) - {"plain", ""}


def kind_of(event, record):
    kind = "expectation" if "expected" in record else "flow"
    return kind if not event else "event" if kind == "flow" else "expectation_event"


def objects(text, section, what):
    """The records of -o jsonl, and of -E: each is what the schema says."""
    event = words(section)[0]
    return [valid(line, kind_of(event, shapes.parse(line)), what) for line in text.splitlines()]


def not_asked(chosen):
    """The keys that a line without some words of -o has not."""
    return [key for key, word in (("family", "extended"), ("id", "id"), ("start", "ktimestamp"), ("stop", "ktimestamp"),
                                  ("labels", "labels"), ("time", "timestamp")) if word not in chosen]


def as_lines(chosen, record):
    """What a line with these words of -o tells of an object."""
    return shapes.told(record, *(not_asked(chosen) if "expected" not in record else
                                 [] if "timestamp" in chosen else ["time"]))


def as_xml(chosen, record):
    """What XML tells of it; stamps are there in microseconds, as in JSON."""
    left = shapes.told_in_xml(record)
    without = [key for key in not_asked(chosen) if key not in ("family", "id")]
    return {key: value for key, value in left.items() if key not in without}


@fact
def json_of_every_fixture_says_what_its_line_says(t):
    documents, compared = shown(t, "jsonl"), 0
    for (name, section), text in sections().items():
        chosen = words(section)[1]
        if (name, section) not in documents or chosen & {"save", "restore", "xml", "stats", "count"}:
            continue
        what = "%s: %s" % (name, section)
        records, lines = objects(documents[name, section], section, what), text.splitlines()
        equal(len(lines), len(records), what)
        for line, record in zip(lines, records):
            read = shapes.plain_expect if "expected" in record else shapes.plain_flow
            equal(read(line), as_lines(chosen, record), "%s: %s" % (what, line))
            compared += 1
    if compared < 120:
        raise Failure("only %d records have been compared" % compared)


def agree(t, xml, least):
    """Each section's JSON says what its XML says, of no fewer than so many records."""
    documents, compared = shown(t, "jsonl"), 0
    for (name, section), text in xml.items():
        chosen, what = words(section)[1], "%s: %s" % (name, section)
        records, flows = objects(documents[name, section], section, what), shapes.xml_flow(text) if text else []
        equal(len(flows), len(records), what)
        for flow, record in zip(flows, records):
            equal(flow, as_xml(chosen, record), what)
            compared += 1
    if compared < least:
        raise Failure("only %d records have been compared" % compared)


@fact
def json_of_every_fixture_says_what_its_xml_says(t):
    documents = shown(t, "jsonl")
    agree(t, {key: text for key, text in sections().items()
              if key in documents and "xml" in words(key[1])[1]}, 60)


@fact
def xml_and_json_of_every_section_say_the_same(t):
    """Also where the reference has not printed the XML: of every combination of words."""
    agree(t, {key: text for key, text in shown(t, "xml").items()
              if not words(key[1])[1] & {"stats", "count"}}, 200)


@fact
def lines_of_json_are_the_objects_of_its_list(t):
    lists, lines = shown(t, "json"), shown(t, "jsonl")
    equal(sorted(lists), sorted(lines), "the sections")
    for (name, section), text in lists.items():
        if section == "count":
            continue
        equal([shapes.parse(line) for line in lines[name, section].splitlines()], shapes.parse(text),
              "%s: %s" % (name, section))
        inner = text.replace("[\n", "", 1).replace("\n]\n", "\n").replace(",\n", "\n") if text != "[]\n" else ""
        equal(lines[name, section], inner, "%s: %s" % (name, section))


@fact
def statistics_of_every_fixture_are_their_lines(t):
    documents, compared = shown(t, "json"), 0
    for (name, section), text in sections().items():
        if section != "stats":
            continue
        want = [{key: int(value) for key, value in (word.split("=") for word in line.split())} for line in text.splitlines()]
        equal(want, valid(documents[name, section], "statistics", name), name)
        compared += 1
    if compared < 3:
        raise Failure("only %d tables have been compared" % compared)


@fact
def events_of_every_fixture_name_their_sender(t):
    """Netlink's port, and the program: any name it has, in JSON as on the line."""
    for program in ("conntrack", 'a "b\\ c'):
        documents, lines, compared = shown(t, "jsonl", program), shown(t, "plain", program), 0
        for (name, section), text in lines.items():
            event, chosen = words(section)
            if not event or chosen & {"save", "restore"} or "userspace" in text:
                continue
            for line, record in zip(text.splitlines(), objects(documents[name, section], section, name)):
                if "expected" in record:
                    continue
                equal(event.upper(), record["event"], line)
                equal(program if "portid" in record else None, record.get("progname"), line)
                equal(shapes.plain_flow(line), as_lines(chosen, record), line)
                compared += "portid" in record
        if compared < 5:
            raise Failure("only %d senders have been compared" % compared)


# ---------------------------------------------------------------- tables

MAP = "1 one\n2 number two\n5 five\n"
MADE = (    # what traffic does not make here, or not at once
    "-I -p sctp -s 10.1.7.1 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 --state ESTABLISHED --orig-vtag 1 --reply-vtag 4294967295",
    "-I -p sctp -s fd07::1 -d fd07::2 --sport 1 --dport 2 -t 9000 --state COOKIE_WAIT --orig-vtag 0 --reply-vtag 2",
    "-I -p 33 -s 10.1.7.1 -d 10.2.7.1 --sport 65535 --dport 0 -t 9000 --state OPEN --role client",
    "-I -p udplite -s 10.1.7.2 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 -m 4294967295",
    "-I -p udplite -s fd07::3 -d fd07::2 --sport 1 --dport 2 -t 9000 -w 65535",
    "-I -p gre -s fd07::3 -d fd07::2 --srckey 65535 --dstkey 0 -t 9000",
    "-I -p 200 -s 10.1.7.3 -d 10.2.7.1 -t 4294967",
    "-I -p udp -s ::1 -d ::ffff:1.2.3.4 --sport 1 --dport 2 -t 9000 -n fd07::9",
    "-I -p tcp -s 10.1.7.4 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 --state TIME_WAIT -g 10.2.7.9:81 -u SEEN_REPLY,ASSURED",
    "-I -p udp -s 10.1.7.5 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 -u FIXED_TIMEOUT --orig-zone 3",
    "-I -p udp -s 10.1.7.6 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 --label-add 77",         # a label without a name
    "-I -p udp -s 10.1.7.7 -d 10.2.7.1 --sport 1 --dport 2 -t 9000 --label-add one,77,five",
)


def everything(t, without="^$"):
    """Flows of every kind, with labels that have names and others."""
    output.table(t)
    with open("/etc/xtables/connlabel.conf", "w") as f:
        f.write(MAP)
    for line in (line for line in MADE if not re.search(without, line)):
        made = t.run(line)
        if made.code and not re.search("sctp|-p 33", line):
            raise Failure("$ conntrack %s\n%s" % (line, made.err))


def by_id(records):
    found = {record["id"]: record for record in records}
    if len(found) != len(records):
        raise Failure("two records of one id")
    return found


def still(record):
    """Without what moves by itself."""
    return {key: value for key, value in record.items() if key not in ("timeout", "delta")}


def between(first, have, last, what):
    """The same but for the time; that is not before the first, nor behind the last."""
    equal(still(first), still(have), what)
    for key, sign in (("timeout", -1), ("delta", 1)):
        ends = [sign * record[key] for record in (first, have, last) if key in record]
        if len(ends) not in (0, 3) or ends != sorted(ends):
            raise Failure("%s: %s is not between: %s" % (what, key, ends))


def run(t, line, code=0, **more):
    got = t.run(line, **more)
    if got.code != code:
        t.fail(line, ["exit code should be %s" % code], got)
    return got


def jq(text, program="."):
    if not shutil.which("jq"):
        raise Skip("no jq")
    with subprocess.Popen(["jq", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        out, err = p.communicate(text.encode())
    if p.returncode:
        raise Failure("jq: " + err.decode())
    return out.decode()


WORDS = "extended,id,ktimestamp,labels"


def lines_of(t, line="-L"):
    return by_id([shapes.plain_flow(x) for x in run(t, "%s -o %s" % (line, WORDS)).out.splitlines()])


@facts("{form}_of_a_full_table_says_what_its_lines_say", form=("json", "jsonl"))
def list_json(t, form):
    everything(t)
    first = lines_of(t)
    got = run(t, "-L -o %s,%s" % (form, "labels"))
    last = lines_of(t)
    if len(first) < 20:
        raise Failure("only %d flows" % len(first))
    if "conntrack v" not in got.err or "%d flow entries have been shown.\n" % len(first) not in got.err:
        t.fail("-L -o " + form, ["the sentence should count %d" % len(first)], got)
    if form == "json":
        records = valid(got.out, "flow", "the list")
        equal(records, shapes.parse(jq(got.out)), "jq reads something else")
        equal(len(records) + 2, len(got.out.splitlines()), "an object a line")
        ports = [r["orig"]["sport"] for r in records if "sport" in r["orig"]]
        equal(ports, shapes.parse("[%s]" % jq(got.out, ".[].orig.sport | numbers").strip().replace("\n", ",")), "sport")
    else:
        records = [valid(line, "flow", "a line") for line in got.out.splitlines()]
        equal(len(records), len(jq(got.out).splitlines()), "jq reads something else")
    equal(sorted(first), sorted(by_id(records)), "the flows")
    for number, record in by_id(records).items():
        between(first[number], as_lines(set(WORDS.split(",")), record), last[number], str(record))
    numbers = {label for record in records for label in record.get("labels", []) if label.isdigit()}
    equal({"77"}, numbers, "labels without a name")
    equal({"one", "number two", "five"}, {label for record in records for label in record.get("labels", [])} - numbers, "names")


@fact
def labels_are_numbers_without_their_names(t):
    """They are named wherever there is a map, which nobody has to have."""
    everything(t)
    named = by_id(records_of(run(t, "-L -o json").out, "json"))
    shutil.move("/etc/xtables/connlabel.conf", "/run/scratch/map")
    got = run(t, "-L -o json")
    for number, record in by_id(records_of(got.out, "json")).items():
        want = [{"one": "1", "number two": "2", "five": "5"}.get(x, x) for x in named[number].get("labels", [])]
        equal(want, record.get("labels", []), str(record))
        equal(named[number].keys(), record.keys(), str(record))
    if got.err.count("\n") != 1:
        t.fail("-L -o json", ["nothing should be said of the map"], got)
    for number, record in by_id(records_of(run(t, "-L -o json --labelmap /run/scratch/map").out, "json")).items():
        equal(named[number].get("labels"), record.get("labels"), str(record))


@fact
def words_for_lines_change_no_json(t):
    """But for labels, there is nothing that JSON would leave out."""
    everything(t)
    first, got, last = (by_id(valid(run(t, "-L -o " + form).out, "flow", form)) for form in (
        "json", "json,extended,id,ktimestamp,timestamp,userspace", "json"))
    for number, record in got.items():
        between(first[number], record, last[number], str(record))


@facts("xml_of_a_full_table_is_the_references_{more}", more=("", "ktimestamp", "labels", "labels,ktimestamp,timestamp"))
def list_xml(t, more):
    everything(t, "sctp|-p 33")         # of these the reference has the state of another protocol
    word = "-L -o xml" + ("," + more if more else "")
    count = len(lines_of(t))
    t.same(word, lines=count + 3)
    first = by_id(shapes.xml_flow(run(t, word, tool=t.reference).out))
    got = by_id(shapes.xml_flow(run(t, word).out))
    json = by_id(shapes.parse(run(t, "-L -o json,labels").out))
    last = by_id(shapes.xml_flow(run(t, word, tool=t.reference).out))
    equal(sorted(first), sorted(got), "the flows")
    for number, flow in got.items():
        between(first[number], flow, last[number], str(flow))
        between(flow, as_xml(set(more.split(",")), json[number]), last[number], str(flow))


@facts("filtered_{form}_has_what_the_filter_lets_pass", form=("json", "jsonl", "xml"))
def filtered(t, form):
    everything(t)
    for line in ("-L -p udp", "-L -f ipv6", "-L -u ASSURED", "-L -p tcp --dport 21 -f ipv4", "-L -l one", "-L -g"):
        want = lines_of(t, line)
        text = run(t, "%s -o %s" % (line, form)).out
        got = shapes.xml_flow(text) if form == "xml" else shapes.parse(text) if form == "json" else [
            shapes.parse(x) for x in text.splitlines()]
        if not want:
            raise Failure("nothing to compare: " + line)
        equal(sorted(want), sorted(by_id(got)), line)


EMPTY = {"json": "[]\n", "jsonl": "", "xml": ""}


@facts("nothing_in_{form}", form=EMPTY)
def nothing(t, form):
    t.table()
    for line, code in (("-L", 0), ("-L -p udp --dport 9", 0), ("-L expect", 0), ("-L dying", 0), ("-L unconfirmed", 0),
                       ("-D -p tcp", 1), ("-U -p tcp -m 1", 1), ("-L -z", 0)):
        got = run(t, "%s -o %s" % (line, form), code=code)
        equal(EMPTY[form], got.out, line)


# -------------------------------------------------------------- commands

ONE = "-p udp -s 10.1.1.1 -d 10.2.1.1 --sport %d --dport 53"


def records_of(text, form, kind="flow"):
    records = valid(text, kind, text) if form == "json" else [valid(line, kind, text) for line in text.splitlines()]
    if form == "json" and not isinstance(records, list):
        raise Failure("no list: " + text)
    if text.count("\n") != len(records) + 2 * (form == "json"):
        raise Failure("not an object a line: " + text)
    return records


@facts("commands_on_one_entry_tell_it_in_{form}", form=("json", "jsonl"))
def single(t, form):
    t.table()
    base = ONE % 1
    made, = records_of(run(t, "-I %s -t 900 -m 3 -o %s" % (base, form)).out, form)
    equal({"src": "10.1.1.1", "dst": "10.2.1.1", "sport": 1, "dport": 53}, made["orig"], "made")
    equal((3, "udp", "ipv4", ["CONFIRMED"]), tuple(made[x] for x in ("mark", "proto", "family", "status")), "made")
    equal("", run(t, "-I %s -t 900 -o %s" % (base, form), code=1).out, "what exists")
    added, = records_of(run(t, "-A %s -t 800 -m 4 -o %s" % (base, form)).out, form)
    equal((4, made["id"]), (added["mark"], added["id"]), "added")
    got, = records_of(run(t, "-G %s -o %s" % (base, form)).out, form)
    equal((4, made["id"]), (got["mark"], got["id"]), "got")
    equal("", run(t, "-G %s -o %s" % (ONE % 2, form), code=1).out, "what does not exist")
    for n in (2, 3):
        run(t, "-I %s -t 900" % (ONE % n))
    changed = records_of(run(t, "-U -p udp -m 9 -o " + form).out, form)
    equal([1, 2, 3], sorted(r["orig"]["sport"] for r in changed), "changed")
    equal({9}, {r["mark"] for r in changed}, "changed")
    listed = records_of(run(t, "-L -o " + form).out, form)
    equal({r["id"]: 9 for r in changed}, {r["id"]: r["mark"] for r in listed}, "listed")
    gone = records_of(run(t, "-D -p udp -o " + form).out, form)
    equal(sorted(r["id"] for r in listed), sorted(r["id"] for r in gone), "deleted")
    equal(EMPTY[form], run(t, "-L -o " + form).out, "the rest")


@facts("zeroed_counters_are_told_in_{form}", form=("json", "jsonl"))
def zeroed(t, form):
    output.table(t)
    for want in (lambda n: n > 0, lambda n: n == 0):
        records = records_of(run(t, "-L -z -o " + form).out, form)
        equal(output.LINES, len(records), "the list")
        if not all(want(r["orig"]["packets"]) for r in records):
            raise Failure("-z should tell the counters of before")


@facts("deleted_entries_have_their_labels_in_{form}", form=("json", "jsonl"))
def deleted(t, form):
    everything(t)
    before = by_id(records_of(run(t, "-L -o labels," + form).out, form))
    for number, record in by_id(records_of(run(t, "-D -o labels," + form).out, form)).items():
        want = before.pop(number)
        equal(still(want), still(record), "deleted")
    equal({}, before, "not deleted")


@facts("lines_of_a_load_file_share_a_document_in_{form}", form=("json", "jsonl"))
def load(t, form):
    t.table()
    for n in (1, 2, 3, 4):
        run(t, "-I %s -t 900" % (ONE % n))
    with open("/run/scratch/load", "w") as f:
        f.write("-D %s -o %s\n-I %s -t 900\n-U %s -m 5\n-D %s\n-D %s\n" % (
            ONE % 1, form, ONE % 7, ONE % 2, ONE % 3, ONE % 9))
    got = t.run("-R /run/scratch/load")
    records = records_of(got.out, form)
    equal([(1, 0), (2, 5), (3, 0)], [(r["orig"]["sport"], r["mark"]) for r in records], got.err)
    equal([2, 4, 7], sorted(r["orig"]["sport"] for r in records_of(run(t, "-L -o " + form).out, form)), "left")


# --------------------------------------------------------- expectations

@facts("expectations_in_{form}_say_what_their_lines_say", form=("json", "jsonl"))
def expectations(t, form):
    expect.helpers(t)
    for v in (4, 6):
        expect.passive(t, v)
        expect.active(t, v, 40002)
        expect.tftp(t, v)
    for v, family in ((4, ""), (6, " -f ipv6")):
        lines = [sorted(run(t, "-L expect" + family).out.splitlines(), key=lambda x: x[x.index("proto="):])]
        text = run(t, "-L expect -o %s%s" % (form, family)).out
        lines.append(sorted(run(t, "-L expect" + family).out.splitlines(), key=lambda x: x[x.index("proto="):]))
        records = records_of(text, form, "expectation")
        equal(3, len(records), text)
        told = {str(still(as_lines(set(), r))): r for r in records}
        for first, last in zip(*lines):
            first, last = shapes.plain_expect(first), shapes.plain_expect(last)
            matching = [r for r in records if still(as_lines(set(), r)) == still(first)]
            if len(matching) != 1:
                raise Failure("\n".join([str(first), "is not in"] + list(told)))
            between(first, as_lines(set(), matching[0]), last, "the time")
            equal("ipv%d" % v, matching[0]["family"], "the family")
    one, = records_of(run(t, "-G expect -p tcp -s %s -d %s --sport 0 --dport 8000 --reply-port-src 1 --reply-port-dst 2 -o %s" % (
        A[4], B[4], form)).out, form, "expectation")
    equal((8000, "ftp", "ipv4", "tcp"), (one["expected"]["dport"], one["helper"], one["family"], one["proto"]), "-G")
    equal({"count": 6}, valid(run(t, "-C expect -o " + form).out, "count", "-C expect"), "-C expect")
    counters = records_of(run(t, "-S expect -o " + form).out, form, "statistics")
    equal({"cpu", "expect_new", "expect_create", "expect_delete"}, set(counters[0]), "-S expect")
    if sum(cpu["expect_create"] for cpu in counters) < 6:
        raise Failure("not even 6 expectations were made: %s" % counters)


@facts("counts_and_statistics_in_{form}_are_the_lines", form=("json", "jsonl"))
def counts(t, form):
    output.table(t)
    equal({"count": output.LINES}, valid(run(t, "-C -o " + form).out, "count", "-C"), "-C")
    for line in ("-S", "-S expect"):
        text, got = run(t, line).out, run(t, "%s -o %s" % (line, form)).out
        want = [{key: int(value) for key, value in (word.split("=") for word in x.split())} for x in text.splitlines()]
        equal(want, records_of(got, form, "statistics"), line)
        equal(os.cpu_count(), len(want), line)


# ---------------------------------------------------------------- events

def one_by_one(ear, kind, *steps):
    """Each step makes one event, which is a line at once."""
    records = []
    for step in steps:
        step()
        want = len(records) + 1
        until(lambda: ear.out().count("\n") >= want, "%d lines" % want, ear)
        lines = ear.out().splitlines()
        if len(lines) != want:
            ear.fail("not a line an event: %s" % lines)
        records.append(valid(lines[-1], kind, lines[-1]))
    return records


@facts("events_are_lines_at_once_in_{form}", form=("json", "jsonl"))
def events(t, form):
    t.table()
    started = time.time()
    ear = Ear(t, "-E -o " + form)
    records = one_by_one(ear, "event", lambda: run(t, "-I %s -t 900 -m 1" % (ONE % 1)), lambda: run(t, "-U %s -m 2" % (ONE % 1)),
                         lambda: run(t, "-D " + ONE % 1))
    before = ear.out()
    equal(0, ear.end(), "exit code")
    equal(before, ear.out(), "nothing else at the end")
    equal(["NEW", "UPDATE", "DESTROY"], [r["event"] for r in records], "events")
    equal([1, 2], [r.get("mark") for r in records[:2]], "marks")
    for record in records:
        if not 0 < record["portid"] or not started - 1 <= record["time"] <= time.time() + 1:
            ear.fail("the sender, or the time: %s" % record)
        equal((1, 53), (record["orig"]["sport"], record["orig"]["dport"]), "which")
        if record.get("progname", "conntrack") != "conntrack":
            ear.fail("the program: %s" % record)


@fact
def events_of_packets_have_no_sender_in_json(t):
    t.lab.tracking(acct=1, timestamp=1)
    ear = Ear(t, "-E -o json")
    speaker = Datagrams(t.lab, 6)
    records = one_by_one(ear, "event", speaker.ask)
    if {"portid", "progname"} & records[0].keys():
        ear.fail("a sender: %s" % records)
    equal(("NEW", A[6], B[6]), (records[0]["event"],) + tuple(records[0]["orig"][x] for x in ("src", "dst")), "which")
    t.lab.flush()
    until(lambda: "DESTROY" in ear.out(), "the end", ear)
    last = valid(ear.out().splitlines()[-1], "event", "the last")
    if not 0 < last["orig"]["packets"] or not last["start"] <= last["stop"]:
        ear.fail("counters, or stamps: %s" % last)
    ear.end()


@facts("program_with_quotes_in_its_name_{form}", form=("json", "jsonl"))
def program(t, form):
    """The name is whatever the sender's first 15 bytes are, and goes on to be there."""
    t.table()
    ear = Ear(t, "-E -o " + form)
    name = 'a "b"\\\x01<\xe9>'
    script = ("import ctypes,socket,struct,sys\n"
              "ctypes.CDLL(None).prctl(15, %r, 0, 0, 0)\n"
              "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12); s.bind((0, 0))\n"
              "s.send(struct.pack('=IHHIIBBH', 20, 0x102, 5, 1, 0, 0, 0, 0)); s.recv(4096)\n"
              "sys.stdin.read()\n" % name.encode("latin1"))
    run(t, "-I %s -t 900" % (ONE % 1))
    with subprocess.Popen(["python3", "-c", script], stdin=subprocess.PIPE) as p:
        until(lambda: "DESTROY" in ear.out(), "the end", ear)
        p.stdin.close()
    ear.end()
    last = valid(ear.out().splitlines()[-1], "event", "the last")
    equal('a "b"\\\x01<\ufffd>', last.get("progname"), ear.out())


@fact
def event_masks_and_filters_select_in_json(t):
    t.table()
    ear = Ear(t, "-E -e NEW,DESTROY -p udp --sport 2 -o json")
    for n in (1, 2):
        for step in ("-I %s -t 900", "-U %s -m 2", "-D %s"):
            run(t, step % (ONE % n))
    quiet(ear)
    ear.end()
    records = [valid(line, "event", line) for line in ear.out().splitlines()]
    equal([("NEW", 2), ("DESTROY", 2)], [(r["event"], r["orig"]["sport"]) for r in records], "events")


@facts("{form}_of_a_snapshot_goes_on_with_events", form=("json", "jsonl", "xml"))
def snapshot(t, form):
    t.table()
    for n in (1, 2):
        run(t, "-I %s -t 900" % (ONE % n))
    ear = Ear(t, "-E --snapshot -o " + form)
    run(t, "-I %s -t 900" % (ONE % 3))
    run(t, "-D " + ONE % 1)
    quiet(ear)
    equal(0, ear.end(), "exit code")
    text = ear.out()
    if form == "xml":
        records = shapes.xml_flow(text)
    else:
        records = [valid(line, "event" if "event" in line else "flow", line) for line in text.splitlines()]
    seen = [(r.get("event"), r["orig"]["sport"]) for r in records]
    equal([(None, 1), (None, 2)], sorted(seen[:2], key=lambda x: x[1]), text)
    equal([("NEW", 3), ("DESTROY", 1)], seen[2:], text)


@fact
def xml_of_events_is_the_references(t):
    """Of packets: older ones put the sender of others behind the element."""
    t.lab.tracking(acct=1)
    with Pair(t, "-E -e NEW,UPDATES -o xml") as pair:
        for v in (4, 6):
            Datagrams(t.lab, v).ask().answer()
            Tcp(t.lab, v).reach("ESTABLISHED")
    records = shapes.xml_flow(pair.ears[0].out())
    pair.same(lines=len(records) + 3)
    equal(4, [r["event"] for r in records].count("NEW"), "new ones")
    equal({"NEW", "UPDATE"}, {r["event"] for r in records}, "events")


@facts("events_of_expectations_are_lines_in_{form}", form=("json", "jsonl"))
def expectation_events(t, form):
    expect.helpers(t)
    ear = Ear(t, "-E expect -o " + form)
    records = one_by_one(ear, "expectation_event", lambda: expect.passive(t, 4), lambda: expect.tftp(t, 6))
    equal(0, ear.end(), "exit code")
    equal([("NEW", "ipv4", "tcp", "ftp"), ("NEW", "ipv6", "udp", "tftp")],
          [tuple(r[x] for x in ("event", "family", "proto", "helper")) for r in records], "events")


# -------------------------------------------------------------- failures

def no_document(text, form):
    """A program that reads it notices that there is something missing."""
    try:
        shapes.parse(text) if form == "json" else shapes.xml_flow(text)
    except (ValueError, shapes.Unreadable):
        return
    raise Failure("should not parse: ... " + text[-200:])


@facts("full_disk_leaves_no_{form}_document", form=("json", "xml"))
def disk(t, form):
    t.table()
    t.flood("1000")
    for command in ("-L", "-U -m 1"):
        line = "%s -o %s" % (command, form)
        with open("/dev/full", "w") as full:
            got = t.run(line, stdout=full)
        if got.code != 1 or "No space left on device" not in got.err:
            t.fail(line + " >/dev/full", ["should fail and say why"], got)
    os.mkdir("/run/scratch/small")
    mount("small", "/run/scratch/small", "tmpfs", data="size=64k")
    with open("/run/scratch/small/list", "w+") as small:
        got = t.run("-L -o " + form, stdout=small)
        small.seek(0)
        no_document(small.read(), form)
    if got.code != 1:
        t.fail("-L", ["should fail"], got)


@facts("file_size_limit_leaves_no_{form}_document", form=("json", "xml"))
def limit(t, form):
    t.table()
    t.flood("1000")
    with open("/run/scratch/list", "w+") as f:
        got = t.run("-L -o " + form, stdout=f, wrap="sh -c 'trap \"\" XFSZ; ulimit -f 32; exec \"$0\" \"$@\"'")
        f.seek(0)
        text = f.read()
    no_document(text, form)
    if got.code != 1 or "File too large" not in got.err or len(text) < 16384:
        t.fail("-L -o " + form, ["should fail and say why, and write what fits: %d" % len(text)], got)


@facts("closed_output_fails_in_{form}", form=("json", "jsonl", "xml"))
def shut(t, form):
    output.table(t)
    for line in ("-L", "-G -p tcp -s %s -d %s --sport 40000 --dport 21" % (A[4], B[4])):
        line += " -o " + form
        got = t.run(line, wrap="sh -c 'exec \"$0\" \"$@\" >&-'")
        if got.code != 1 or "conntrack v" not in got.err:
            t.fail(line + " >&-", ["should fail and say why"], got)


@facts("dump_that_breaks_off_leaves_no_{form}_document", form=("json", "xml"))
@facts("dump_that_breaks_off_leaves_no_list_in_{form}", form=("jsonl",))
def broken(t, form):
    if not shutil.which("strace"):
        raise Skip("no strace")
    t.table()
    t.flood("1000")
    if t.run("-V", wrap="strace -o /dev/null").code:
        raise Skip("strace is not permitted")
    for call in ("recvfrom", "recvmsg", "recvmmsg"):
        got = t.run("-L -o " + form, wrap="strace -o /run/scratch/trace -e inject=%s:error=ENOBUFS:when=4" % call)
        with open("/run/scratch/trace") as f:
            if "INJECTED" in f.read():
                break
    else:
        raise Failure("no call that receives has been failed")
    if got.code != 1 or "Operation failed: No buffer space available" not in got.err:
        t.fail("-L -o " + form, ["should fail and say why"], got)
    if form == "jsonl":
        count = len([valid(line, "flow", line) for line in got.out.splitlines()])
        if not 0 < count < 1000:
            raise Failure("%d lines" % count)
    else:
        no_document(got.out, form)


@facts("reader_who_leaves_early_ends_{form}_by_sigpipe", form=("json", "jsonl"))
def leaves(t, form):
    t.table()
    t.flood("3000")
    with t.start("-L -o " + form) as p:
        p.stdout.readline()
        p.stdout.close()
        code, err = p.wait(60), p.stderr.read()
    if code != -signal.SIGPIPE or err:
        raise Failure("wait status %d: %r" % (code, err))


# ---------------------------------------------------------- combinations

SENTENCES = {
    "formats": (1, "cannot combine output formats"),
    "save": (1, "cannot combine save output with any other output type, use -o save only"),
    "illegal": (2, "Illegal option `--output' with this command"),
}
REFUSED = {
    "formats": ("-L -o xml,json", "-L -o json,xml", "-L -o json,jsonl", "-L -o jsonl -o json", "-L -o xml -o jsonl",
                "-C -o openmetrics,json", "-S -o xml,openmetrics", "-I -p udp -o xml,json"),
    "save": ("-L -o json,save", "-L -o save,json", "-L -o jsonl,restore", "-L -o save,xml", "-L -o save -o openmetrics"),
    "illegal": ("-L -o openmetrics", "-E -o openmetrics", "-L expect -o openmetrics", "-C -o xml", "-S -o xml", "-C -o id",
                "-C -o save", "-S -o extended", "-I %s -t 9 -o xml" % (ONE % 1), "-A %s -t 9 -o save" % (ONE % 1),
                "-I %s -t 9 -o id" % (ONE % 1), "-I %s -t 9 -o openmetrics" % (ONE % 1), "-F -o json", "-V -o json", "-h -o json",
                "-G expect %s --reply-port-src 1 --reply-port-dst 2 -o xml" % (ONE % 1),
                "-D expect %s --reply-port-src 1 --reply-port-dst 2 -o json" % (ONE % 1)),
}


@facts("{kind}_that_do_not_go_together_are_refused", kind=REFUSED)
def refused(t, kind):
    t.table()
    code, sentence = SENTENCES[kind]
    for line in REFUSED[kind]:
        got = run(t, line, code=code)
        if got.out or not got.err.splitlines()[0].endswith("(rawtrack): " + sentence):
            t.fail(line, ["should say: " + sentence], got)


@fact
def reference_refuses_the_same_company(t):
    t.table()
    for line in ("-C -o xml", "-S -o xml", "-I %s -t 9 -o xml" % (ONE % 1), "-F -o xml", "-V -o id",
                 "-G expect %s --reply-port-src 1 --reply-port-dst 2 -o xml" % (ONE % 1)):
        t.same(line, code=2)


@fact
def outputs_are_abbreviated_as_ever(t):
    """The new ones take no abbreviation away."""
    output.table(t)
    forms = {"": t.run("-L").out}
    for word in ("extended", "id", "ktimestamp", "labels", "save", "xml"):
        for n in range(1 + (word == "save"), len(word) + 1):    # the reference takes s for SRC_NAT
            t.same("-L -o " + word[:n], lines=output.LINES + 3 * (word == "xml"))
            t.same("-L -o " + word[:n].upper(), lines=output.LINES + 3 * (word == "xml"))
    for word in ("timestamp", "userspace"):
        for n in range(1, len(word) + 1):
            t.same("-L -o " + word[:n], lines=output.LINES)
    for n in range(1, 5):
        valid(run(t, "-L -o " + "json"[:n]).out, "flow", "json"[:n])
        valid(run(t, "-L -o " + "JSON"[:n]).out, "flow", "json"[:n])
    valid(run(t, "-L -o jsonl").out.splitlines()[0], "flow", "jsonl")
    if not forms[""]:
        raise Failure("nothing was listed")
    for word in ("jsonlines", "jsn", "xmll", "openmetric5", "json;", "plain"):
        got = run(t, "-L -o " + word, code=2)
        if "Bad parameter `%s'" % word not in got.err:
            t.fail("-L -o " + word, ["should say: Bad parameter"], got)


# --------------------------------------------------------------- metrics

PAGES = {"entries": "-C", "expectations": "-C expect", "statistics": "-S", "expectation_statistics": "-S expect"}


def told_by_lines(t, line):
    """The samples that a page should have, from the lines of -C and -S."""
    text = run(t, line).out
    if line.startswith("-C"):
        return {"conntrack_" + ("expectations" if "expect" in line else "entries"): float(text)}
    found = {}
    for x in text.splitlines():
        counters = dict(word.split("=") for word in x.split())
        cpu = counters.pop("cpu")
        found.update(('conntrack_%s_total{cpu="%s"}' % (name, cpu), float(value)) for name, value in counters.items())
    return found


def some_history(t):
    """Numbers that are not all zero."""
    expect.helpers(t)
    for v in (4, 6):
        expect.passive(t, v)
    for n in range(5):
        run(t, "-I %s -t 900" % (ONE % (n + 1)))
    run(t, "-I %s -t 900" % (ONE % 1), code=1)
    run(t, "-D " + ONE % 5)


@facts("metrics_of_{page}_are_its_lines", page=PAGES)
def metrics(t, page):
    some_history(t)
    line = PAGES[page]
    want, text = told_by_lines(t, line), run(t, line + " -o openmetrics").out
    try:
        families = exporter.strict(text)
    except ValueError as error:
        raise Failure("%s\n%s" % (error, text))
    got = {sample.name + "".join('{%s="%s"}' % pair for pair in sample.labels.items()): sample.value
           for family in families for sample in family.samples}
    equal(want, got, text)
    equal({"gauge" if line.startswith("-C") else "counter"}, {family.type for family in families}, text)
    if not any(got.values()):
        raise Failure("only zeros:\n" + text)
    equal(1, text.count("# EOF"), text)


@fact
def node_exporter_serves_all_pages_together(t):
    some_history(t)
    os.mkdir("/run/scratch/metrics")
    want = {}
    for name, line in PAGES.items():
        want.update(told_by_lines(t, line))
        with open("/run/scratch/metrics/%s.prom" % name, "w") as f:
            run(t, line + " -o openmetrics", stdout=f)
    text = exporter.page(t, "/run/scratch/metrics")
    equal({"node_textfile_scrape_error": 0.0}, exporter.samples(text, "node_textfile_scrape_error")[0], text)
    equal(want, exporter.samples(text, "conntrack_")[0], text)


@fact
def metrics_that_cannot_be_read_have_no_end(t):
    """A collector that insists on # EOF does not take half a page for a whole one."""
    t.table()
    for line in PAGES.values():
        got = run(t, line + " -o openmetrics", code=1, wrap="setpriv --inh-caps=-all --bounding-set=-all") \
            if line.startswith("-S") else None
        if got and "# EOF" in got.out:
            t.fail(line, ["no EOF where there are no values"], got)
