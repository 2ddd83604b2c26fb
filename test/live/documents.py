# SPDX-License-Identifier: MIT
"""The readers of lines, XML, JSON and metrics that other tests rely on: no tool is run here."""
import copy
import glob
import json
import os
import re

from lib import exporter, shapes
from lib.case import Failure, Skip, fact, facts

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data")
OFFLOADED = {"OFFLOAD", "HW_OFFLOAD"}


def fixtures():
    """(name, {section: lines}) of every file of test/data."""
    for path in sorted(glob.glob(DATA + "/*.fix")):
        sections, here = {}, None
        with open(path) as f:
            for line in f:
                if line.startswith("== "):
                    here = sections.setdefault(line[3:].strip(), [])
                elif here is not None:
                    here.append(line.rstrip("\n"))
        yield os.path.basename(path)[:-4], sections


def equal(want, have, what):
    if want != have:
        keys = [key for key in {**want, **have} if want.get(key) != have.get(key)] if isinstance(have, dict) else []
        raise Failure("\n".join([what, "should be: %s" % want, "is: %s" % have, "differs in: %s" % ", ".join(keys)]))


def refused(function, *args):
    try:
        got = function(*args)
    except (shapes.Unreadable, ValueError):
        return
    raise Failure("%r should not be read as %s" % (args, got))


# ----------------------------------------------------------------- lines

FTP = ("ipv4     2 tcp      6 431999 ESTABLISHED src=127.0.0.1 dst=127.0.0.1 sport=40000 dport=21 packets=5 bytes=299 "
       "src=127.0.0.1 dst=127.0.0.1 sport=21 dport=40000 packets=4 bytes=224 [ASSURED] mark=7 delta-time=1 "
       "[start=Sun Nov 22 13:13:16 2026] helper=ftp use=1 id=4091041058 labels=one,number two")
FTP_FIELDS = {
    "family": "ipv4", "proto": "tcp", "protonum": 6, "timeout": 431999, "state": "ESTABLISHED",
    "orig": {"src": "127.0.0.1", "dst": "127.0.0.1", "sport": 40000, "dport": 21, "packets": 5, "bytes": 299},
    "reply": {"src": "127.0.0.1", "dst": "127.0.0.1", "sport": 21, "dport": 40000, "packets": 4, "bytes": 224},
    "status": ["SEEN_REPLY", "ASSURED"], "mark": 7, "delta": 1, "start": 1795353196, "helper": "ftp", "use": 1,
    "id": 4091041058, "labels": ["one", "number two"]}
FTP_JSON = dict(FTP_FIELDS, start=1795353196.25, status=["SEEN_REPLY", "ASSURED", "CONFIRMED", "HELPER"],
                labels=["one", "number two", "77"])
PING = ("[1795353271.552438]\t[DESTROY] ipv4     2 icmp     1 599 src=1.1.1.1 dst=9.9.9.9 type=8 code=0 id=77 [UNREPLIED] "
        "src=9.9.9.9 dst=1.1.1.1 type=0 code=0 id=77 zone=5 id=9 [USERSPACE] portid=3096673439 progname=my prog")
PING_FIELDS = {
    "event": "DESTROY", "time": 1795353271.552438, "family": "ipv4", "proto": "icmp", "protonum": 1, "timeout": 599,
    "orig": {"src": "1.1.1.1", "dst": "9.9.9.9", "type": 8, "code": 0, "id": 77},
    "reply": {"src": "9.9.9.9", "dst": "1.1.1.1", "type": 0, "code": 0, "id": 77},
    "status": [], "zone": 5, "id": 9, "portid": 3096673439, "progname": "my prog"}
GRE = ("gre      47 59 src=1.1.1.1 dst=2.2.2.2 srckey=0x10 dstkey=0x14 zone-orig=6 [UNREPLIED] "
       "src=2.2.2.2 dst=1.1.1.1 srckey=0x14 dstkey=0x10 mark=0 use=1")
GRE_FIELDS = {
    "proto": "gre", "protonum": 47, "timeout": 59,
    "orig": {"src": "1.1.1.1", "dst": "2.2.2.2", "srckey": 16, "dstkey": 20, "zone": 6},
    "reply": {"src": "2.2.2.2", "dst": "1.1.1.1", "srckey": 20, "dstkey": 16}, "status": [], "mark": 0, "use": 1}
OTHER = "unknown  200 59 src=1.1.1.1 dst=2.2.2.2 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 zone-reply=7 mark=0 use=1"
EXPECTED = ("    [NEW] 300 proto=17 src=127.0.0.1 dst=127.0.0.2 sport=5 dport=6 mask-src=255.255.255.255 "
            "mask-dst=255.255.255.255 sport=65535 dport=65535 master-src=127.0.0.1 master-dst=127.0.0.1 sport=40001 "
            "dport=69 PERMANENT,INACTIVE class=0 helper=tftp")
EXPECTED_FIELDS = {
    "event": "NEW", "timeout": 300, "protonum": 17,
    "expected": {"src": "127.0.0.1", "dst": "127.0.0.2", "sport": 5, "dport": 6},
    "mask": {"src": "255.255.255.255", "dst": "255.255.255.255", "sport": 65535, "dport": 65535},
    "master": {"src": "127.0.0.1", "dst": "127.0.0.1", "sport": 40001, "dport": 69},
    "flags": ["PERMANENT", "INACTIVE"], "class": 0, "helper": "tftp"}


@fact
def lines_are_read_to_fields(t):
    equal(FTP_FIELDS, shapes.plain_flow(FTP), FTP)
    equal(PING_FIELDS, shapes.plain_flow(PING + "\n"), PING)
    equal(GRE_FIELDS, shapes.plain_flow(GRE), GRE)
    equal(EXPECTED_FIELDS, shapes.plain_expect(EXPECTED), EXPECTED)
    other = shapes.plain_flow(OTHER)
    equal({"proto": "unknown", "protonum": 200, "zone": 7},
          {"proto": other["proto"], "protonum": other["protonum"], "zone": other["reply"]["zone"]}, OTHER)


@fact
def json_is_compared_with_its_line(t):
    equal(FTP_FIELDS, shapes.told(FTP_JSON), FTP)
    equal(PING_FIELDS, shapes.told(dict(PING_FIELDS, status=["CONFIRMED", "DYING"])), PING)
    equal(EXPECTED_FIELDS, shapes.told(dict(EXPECTED_FIELDS, family="ipv4", proto="udp", time=1.5, id=7, fn="x",
                                            flags=["PERMANENT", "INACTIVE", "3"]), "time"), EXPECTED)
    bare = dict(GRE_FIELDS, proto="dccp", orig={"src": "1.1.1.1", "dst": "2.2.2.2"})
    equal({"src": "1.1.1.1", "dst": "2.2.2.2", "sport": 0, "dport": 0}, shapes.told(bare)["orig"], "no ports")
    for key in FTP_JSON:        # whatever differs is seen
        changed = dict(FTP_JSON, **{key: "other" if isinstance(FTP_JSON[key], str) else 1 if key != "delta" and
                                    isinstance(FTP_JSON[key], (int, float)) and FTP_JSON[key] != 1 else 2
                                    if isinstance(FTP_JSON[key], (int, float)) else ["other"]
                                    if key == "labels" else [] if key == "status" else {}})
        if shapes.told(changed) == FTP_FIELDS:
            raise Failure("another %s is not noticed" % key)


@fact
def words_that_do_not_belong_there_are_refused(t):
    for line in ("", "tcp", FTP.replace(" helper", " x helper"), FTP.replace("mark=7", "colour=7"), FTP.replace("mark=7", "mark=7 mark=7"),
                 FTP.replace("[ASSURED]", "[SURE]"), FTP.replace("sport=21", "sport=x"), GRE.replace("src=2.2.2.2 ", ""),
                 FTP.replace("use=1", "use= 1"), EXPECTED):
        refused(shapes.plain_flow, line)
    for line in ("", EXPECTED.replace("class", "sort"), EXPECTED.replace("PERM", "TEMP"), FTP,
                 EXPECTED.replace("mask-src", "src")):
        refused(shapes.plain_expect, line)


@fact
def lines_and_xml_of_every_fixture_say_the_same(t):
    compared = 0
    for name, sections in fixtures():
        for kind in ("", "new ", "update ", "destroy "):
            forms = [(form, sections[kind + form]) for form in ("extended,id", "extended,id,ktimestamp,labels")
                     if kind + form in sections]
            read = shapes.plain_flow
            if "expect" in name:
                forms, read = [("plain", sections.get(kind.strip() or "plain", []))], shapes.plain_expect
            for form, lines in forms:
                document = sections.get(kind + ("xml,ktimestamp,labels" if "labels" in form else "xml"))
                if document is None:
                    continue
                flows = shapes.xml_flow("\n".join(document)) if document else []
                equal(len(lines), len(flows), name + ": the number of lines and of flows")
                for line, flow in zip(lines, flows):
                    compared += 1
                    same(read(line), flow, "%s: %s" % (name, line))
    if compared < 60:
        raise Failure("only %d lines have been compared" % compared)


def same(line, flow, what):
    """Where both can say something, they do, and the same."""
    told = shapes.told_in_xml(dict({"proto": flow["proto"]}, **line))
    if "expected" in line:
        told["family"] = flow["family"]
    for stamp in {"start", "stop"} & flow.keys():
        flow[stamp] = int(flow[stamp])
    if flow.get("labels") == []:        # none that has a name: the line says nothing
        del flow["labels"]
    if OFFLOADED & set(line["status"] if "status" in line else []):
        told["status"] = flow["status"]
    equal(flow, told, what)


@fact
def xml_is_read_to_fields(t):
    text = ('<flow type="update"><meta direction="original"><layer3 protonum="10" protoname="ipv6"><src>::1</src><dst>::2</dst>'
            '</layer3><layer4 protonum="47" protoname="gre"><srckey>0x10</srckey><dstkey>0xa</dstkey></layer4><zone>3</zone>'
            '<counters><packets>1</packets><bytes>9007199254740993</bytes></counters></meta><meta direction="reply">'
            '<layer3 protonum="10" protoname="ipv6"><src>::2</src><dst>::1</dst></layer3><layer4 protonum="47" protoname="gre">'
            '</layer4></meta><meta direction="independent"><timeout>5</timeout><mark>0</mark><labels><label>a</label></labels>'
            '<zone>4</zone><use>1</use><id>7</id><unreplied/><timestamp><start>1795363828568010921</start></timestamp>'
            '<deltatime>2</deltatime></meta><when><hour>16</hour><min>10</min><sec>28</sec><wday>1</wday><day>22</day>'
            '<month>11</month><year>2026</year></when><helper>ftp</helper></flow>')
    want = {"event": "UPDATE", "time": 1795363828, "family": "ipv6", "proto": "gre", "protonum": 47, "timeout": 5, "mark": 0,
            "orig": {"src": "::1", "dst": "::2", "srckey": 16, "dstkey": 10, "zone": 3, "packets": 1,
                     "bytes": "9007199254740993"},
            "reply": {"src": "::2", "dst": "::1"}, "labels": ["a"], "zone": 4, "use": 1, "id": 7, "start": 1795363828.568010,
            "delta": 2, "helper": "ftp", "status": []}
    for document in (text, '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n%s\n</conntrack>\n' % text):
        equal([want], shapes.xml_flow(document), document)
    equal([want, want], shapes.xml_flow(text + "\n" + text), "two lines")
    for document in ("<conntrack><flow></conntrack>", "<x/>", "<conntrack><x/></conntrack>", "<expect>%s</expect>" % text,
                     text.replace("mark>", "colour>"), text.replace("<wday>1", "<wday>2"), text.replace("<id>", "<use>"),
                     text.replace("a</label>", "a<b/></label>"), text.replace("a</label>", "a & b</label>")):
        refused(shapes.xml_flow, document)


# ------------------------------------------------------------------ JSON

EVENT = dict(PING_FIELDS, status=["DYING", "17"])
JSON_EXPECT = {key: value for key, value in EXPECTED_FIELDS.items() if key != "event"}
JSON_EXPECT.update(family="ipv4", proto="udp", id=3, fn="nat-follow-master", flags=["USERSPACE", "5"])
STATISTICS = {"cpu": 0, "found": 1, "clash_resolve": 0, "unknown1": 5}
GROUP = {"count": 5, "packets": "18446744073709551616", "bytes": 7, "proto": "tcp", "state": "TIME_WAIT", "src": "10.0.0.0/8",
         "reply-dport": 443, "status": ["ASSURED", "CONFIRMED"], "label": ["one", "7"]}
GOOD = {
    "flow": FTP_JSON, "event": EVENT, "expectation": JSON_EXPECT,
    "expectation_event": dict(JSON_EXPECT, event="NEW", time=1), "statistics": STATISTICS,
    "count": {"count": 0}, "group": GROUP,
}


def validated(document, kind=None):
    if shapes.validator() is None:
        raise Skip("no python3-jsonschema")
    return shapes.validate(document, kind)


@facts("schema_takes_{kind}", kind=GOOD)
def good(t, kind):
    more = {"flow": [dict(FTP_JSON, state=200), dict(FTP_JSON, status=[], orig={}),
                     dict(FTP_JSON, orig=dict(FTP_JSON["orig"], bytes="9007199254740993"))],
            "group": [dict(GROUP, proto=50), dict(GROUP, src="::/0", status=[])],
            "statistics": [{"cpu": 3, "expect_new": 0, "expect_create": 0, "expect_delete": 0}]}.get(kind, [])
    for document in [GOOD[kind]] + more:
        listed = [[document], []] if kind in ("flow", "expectation", "statistics", "group") else []
        for whole in [document] + listed:
            for only in (None, kind):
                wrong = validated(whole, only)
                if wrong:
                    raise Failure("\n".join([str(whole)] + wrong))


# One thing each: where, and the value that is wrong there; None: the key is not there.
BAD = {
    "flow": [("colour", 1), ("family", "inet"), ("family", None), ("proto", "esp"), ("proto", None), ("protonum", 256),
             ("protonum", "6"), ("timeout", -1), ("timeout", 4294967296), ("timeout", 1.5), ("state", "established"),
             ("state", True), ("orig", None), ("reply", None), ("orig", []), ("orig.sport", 65536), ("orig.sport", "1"),
             ("orig.colour", 1), ("orig.src", "localhost"), ("orig.srckey", 1), ("orig.type", 8), ("orig.zone", -1),
             ("orig.bytes", 9007199254740993), ("orig.bytes", "17"), ("orig.bytes", "0x123456789abcdef01"),
             ("orig.packets", None, "orig.packets", -3), ("status", "ASSURED"), ("status", ["ASSURE"]), ("status", [3]),
             ("status", ["ASSURED", "ASSURED"]), ("mark", -1), ("mark", "7"), ("mark", None, "mark", [7]), ("zone", 65536),
             ("start", "1795353196"), ("start", -1), ("stop", [1]), ("delta", 1.5), ("helper", ""), ("helper", 5), ("use", "1"),
             ("id", -1), ("labels", "one"), ("labels", [1]), ("labels", [""]), ("event", "NEW"), ("time", 1.5), ("portid", 1),
             ("progname", "x"), ("count", 1), ("cpu", 1), ("expected", {}), ("secctx", 1), ("secmark", "1")],
    "event": [("event", None), ("time", None), ("event", "new"), ("event", "ALL"), ("time", "1795353271.552438"),
              ("portid", None), ("portid", -1), ("progname", ""), ("colour", 1)],
    "expectation": [("colour", 1), ("expected", None), ("mask", None), ("master", None), ("expected.packets", 1),
                    ("master.zone", 1), ("flags", "PERMANENT"), ("flags", ["permanent"]), ("class", "0"), ("orig", {}),
                    ("mark", 0), ("helper", 1), ("protonum", None), ("family", None), ("event", "NEW"), ("time", 1), ("fn", 1)],
    "expectation_event": [("event", None), ("time", None), ("event", "CHANGE"), ("portid", 1)],
    "statistics": [("cpu", None), ("cpu", "0"), ("found", -1), ("found", "1"), ("lost", 1), ("unknown5", 1), ("count", 1)],
    "count": [("count", -1), ("count", "0"), ("count", 0.5), ("entries", 1)],
    "group": [("count", None), ("count", "5"), ("src", "10.0.0.0/x"), ("reply_dport", 443), ("reply-dport", "443"),
              ("orig", {}), ("mark", "1"), ("proto", 256), ("proto", "50"), ("status", ["sure"]), ("status", "ASSURED"),
              ("label", "one"), ("colour", 1), ("id", 1)],
}


def changed(document, place, value):
    document = copy.deepcopy(document)
    *path, key = place.split(".")
    here = document
    for name in path:
        here = here[name]
    if value is None:
        del here[key]
    else:
        here[key] = value
    return document


@facts("schema_refuses_what_is_no_{kind}", kind=BAD)
def bad(t, kind):
    for place, *_, value in BAD[kind]:
        document = changed(GOOD[kind], place, value)
        for whole in (document, [document]):
            if not validated(whole, kind) or not validated(whole):
                raise Failure("should not be valid with this %s: %s" % (place, whole))


@fact
def schema_wants_lists_of_one_kind_and_no_events_in_them(t):
    for document in ([FTP_JSON, STATISTICS], [EVENT], [{"count": 1, "x": 1}], [5], [[]], 5, "x", None, {}, [{}]):
        if not validated(document):
            raise Failure("should not be valid: %s" % (document,))


@fact
def manual_names_every_key_of_the_schema(t):
    with open(shapes.SCHEMA) as f:
        kinds = json.load(f)["$defs"]
    # -S has the names of its line, and --by those of its keys
    keys = {key for name, kind in kinds.items() if name not in ("statistics", "group") for key in kind.get("properties", {})}
    with open(os.path.join(DATA, "../../cli/conntrack.8")) as f:
        text = f.read().partition(".Sh JSON\n")[2].partition("\n.Sh ")[0]
    words = {word for line in re.findall(r"^\.(?:It )?Cm (.*)$", text, re.M) for word in line.split()}
    if not keys <= words or len(keys) < 30:
        raise Failure("not in the manual: " + " ".join(sorted(keys - words)))
    bits = set(kinds["status_bit"]["anyOf"][0]["enum"])
    if not bits <= words:
        raise Failure("not in the manual: " + " ".join(sorted(bits - words)))


@fact
def texts_that_are_no_good_json_are_refused(t):
    for text in ('{"count":1', '{"count":1}{"count":1}', '{"count":1,"count":1}', '{"count":NaN}', "", '{"count":01}',
                 '{"event":"NEW","time":1.1234567}', '{"time":1e5}', "{'count':1}", '{"count":1,}', '{"a":"\t"}'):
        if not validated(text):
            raise Failure("should be refused: " + text)
    if validated('{"count":1}\n') or validated("[]\n"):
        raise Failure("should be valid")


@fact
def fields_of_every_fixture_fit_the_schema(t):
    for name, sections in fixtures():
        for line in sections.get("extended,id", []):
            fields = shapes.plain_flow(line)
            if fields["family"] != "unknown" and validated(fields, "flow"):
                raise Failure("\n".join([name, line] + validated(fields, "flow")))


# --------------------------------------------------------------- metrics

PAGE = """# TYPE conntrack_entries gauge
# HELP conntrack_entries Entries in the table.
conntrack_entries 5
# TYPE conntrack_found counter
# HELP conntrack_found Look-ups that found an entry.
conntrack_found_total{cpu="0"} 3
conntrack_found_total{cpu="1"} 4
# EOF
"""
VALUES = {"conntrack_entries": 5.0, 'conntrack_found_total{cpu="0"}': 3.0, 'conntrack_found_total{cpu="1"}': 4.0}


def served(t, text):
    t.table()
    os.mkdir("/run/scratch/metrics")
    with open("/run/scratch/metrics/conntrack.prom", "w") as f:
        f.write(text)
    return exporter.page(t, "/run/scratch/metrics")


@fact
def metrics_are_read_by_the_strict_parser(t):
    got = {sample.name + "".join('{%s="%s"}' % pair for pair in sample.labels.items()): sample.value
           for family in exporter.strict(PAGE) for sample in family.samples}
    equal(VALUES, got, PAGE)
    for text in (PAGE.replace("# EOF\n", ""), PAGE.replace("_total", ""), PAGE.replace(" 3\n", " three\n"),
                 PAGE.replace('"1"', '"0"'), PAGE.replace("gauge", "number"), PAGE + "conntrack_entries 5\n"):
        refused(exporter.strict, text)


@fact
def node_exporter_serves_the_page(t):
    text = served(t, PAGE)
    values, types = exporter.samples(text, "conntrack_")
    equal(VALUES, values, text)
    equal({"node_textfile_scrape_error": 0.0}, exporter.samples(text, "node_textfile_scrape_error")[0], text)
    # Counters of OpenMetrics are called otherwise than their samples, which this collector does not know.
    equal({"conntrack_entries": "gauge", "conntrack_found_total": "untyped"}, types, text)


@fact
def node_exporter_knows_counters_by_the_name_of_their_samples(t):
    text = served(t, PAGE.replace("conntrack_found ", "conntrack_found_total "))
    values, types = exporter.samples(text, "conntrack_")
    equal(VALUES, values, text)
    equal({"node_textfile_scrape_error": 0.0}, exporter.samples(text, "node_textfile_scrape_error")[0], text)
    equal({"conntrack_entries": "gauge", "conntrack_found_total": "counter"}, types, text)


@fact
def node_exporter_complains_of_a_broken_page(t):
    text = served(t, PAGE.replace(" 3\n", " three\n"))
    equal({"node_textfile_scrape_error": 1.0}, exporter.samples(text, "node_textfile_scrape_error")[0], text)
