# SPDX-License-Identifier: MIT
"""What the tool prints, as fields: its lines, its XML, and its JSON with the schema of that.

plain_flow(), plain_expect() and xml_flow() give dictionaries with the keys of
the JSON (fmt/flow.schema.json). A line has less than the JSON: told() is what
is left of a flow or an expectation of the JSON when a line has told it, so

    shapes.told(json_flow) == shapes.plain_flow(line)

where the line is one of -o extended,id,ktimestamp,labels, TZ is UTC.
"""
import calendar
import functools
import json
import os
import re
import time
import xml.etree.ElementTree

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../fmt/flow.schema.json")
SAFE = 1 << 53              # from here on integers are strings in JSON
PORTS = "tcp", "udp", "udplite", "sctp", "dccp"
FLAGS = "PERMANENT", "INACTIVE", "USERSPACE"
SHOWN = "HW_OFFLOAD", "OFFLOAD", "ASSURED"              # the first of them that an entry has is on its line

EVENT = r"(?:\[(?P<time>\d+\.\d+) *\]\t)? *(?:\[(?P<event>NEW|UPDATE|DESTROY)\] )?"
ENTRY = re.compile(EVENT + r"(?:(?P<family>ipv4|ipv6|unknown) +\d+ )?(?P<proto>[a-z0-9]+) +(?P<protonum>\d+) "
                           r"(?:(?P<timeout>\d+) )?(?:(?P<state>\w+) )?(?=src=)")
EXPECT = re.compile(EVENT + r"(?:(?P<timeout>\d+) )?proto=(?P<protonum>\d+) (?=src=)")
# Names at the end of a line may have blanks in them.
SENDER = re.compile(r" \[USERSPACE\] portid=(?P<portid>\d+)(?: progname=(?P<progname>.+))?$")
LABELS = re.compile(r" labels=(?P<labels>.+)$")
STAMP = re.compile(r" \[(start|stop)=(\w{3} \w{3} [ \d]\d [\d:]{8} \d+)\]")
NUMBERS = "mark", "secmark", "zone", "use", "id", "class"


class Unreadable(Exception):
    """No line of this kind; the text says which word is to blame."""


def whole(text):
    """A number as JSON has it."""
    number = int(text, 0)
    return number if number < SAFE else str(number)


def state(text):
    return int(text) if text.isdigit() else text


def begin(pattern, line):
    found = pattern.match(line)
    if not found:
        raise Unreadable("no such line: " + line)
    fields = {key: value for key, value in found.groupdict().items() if value is not None}
    for key in {"protonum", "timeout"} & fields.keys():
        fields[key] = int(fields[key])
    if "time" in fields:
        fields["time"] = float(fields["time"])
    return fields, line[found.end():]


def cut(pattern, line, fields):
    """Takes what the pattern finds off the end of the line."""
    found = pattern.search(line)
    if not found:
        return line
    fields.update((key, value) for key, value in found.groupdict().items() if value is not None)
    return line[:found.start()]


def put(fields, key, value, line):
    if key in fields:
        raise Unreadable("%s twice: %s" % (key, line))
    fields[key] = value


def plain_flow(line):
    """A line of an entry, or of its event."""
    line = line.rstrip("\n")
    fields, rest = begin(ENTRY, line)
    if "state" in fields:
        fields["state"] = state(fields["state"])
    rest = cut(LABELS, cut(SENDER, rest, fields), fields)
    if "portid" in fields:
        fields["portid"] = int(fields["portid"])
    if "labels" in fields:
        fields["labels"] = fields["labels"].split(",")
    for name, date in STAMP.findall(rest):
        put(fields, name, calendar.timegm(time.strptime(date, "%a %b %d %H:%M:%S %Y")), line)
    tuples, flags, tuple_id = [], set(), False
    for word in STAMP.sub("", rest).split(" "):
        key, equals, value = word.partition("=")
        if not equals:
            if word not in ("[UNREPLIED]",) + tuple("[%s]" % name for name in SHOWN):
                raise Unreadable("%r: %s" % (word, line))
            flags.add(word[1:-1])
        elif key == "src":
            tuples.append({"src": value})
            if len(tuples) > 2:
                raise Unreadable("a third tuple: " + line)
        elif key == "id" and tuple_id:
            put(tuples[-1], key, int(value), line)
        elif key in ("dst", "sport", "dport", "srckey", "dstkey", "type", "code", "packets", "bytes"):
            put(tuples[-1], key, value if key == "dst" else whole(value), line)
        elif key == ("zone-orig", "zone-reply")[len(tuples) - 1]:
            put(tuples[-1], "zone", int(value), line)
        elif key in NUMBERS:
            put(fields, key, int(value), line)
        elif key == "delta-time":
            put(fields, "delta", int(value), line)
        elif key in ("helper", "secctx"):
            put(fields, key, value, line)
        else:
            raise Unreadable("%r: %s" % (word, line))
        tuple_id = key == "code"
    if len(tuples) != 2:
        raise Unreadable("%d tuples: %s" % (len(tuples), line))
    fields["orig"], fields["reply"] = tuples
    fields["status"] = ["SEEN_REPLY"] * ("UNREPLIED" not in flags) + [name for name in SHOWN if name in flags]
    return fields


def plain_expect(line):
    """A line of an expectation, or of its event."""
    line = line.rstrip("\n")
    fields, rest = begin(EXPECT, line)
    part, flags = None, []
    for word in rest.split(" "):
        key, equals, value = word.partition("=")
        place, _, end = key.rpartition("-")
        if end == "src" and place in ("", "mask", "master"):
            part = fields.setdefault(place or "expected", {})
        if end in ("src", "dst"):
            put(part, end, value, line)
        elif key in ("sport", "dport", "srckey", "dstkey", "type", "code", "id"):
            put(part, key, whole(value), line)
        elif key in ("zone", "class"):
            put(fields, key, int(value), line)
        elif key == "helper":
            put(fields, key, value, line)
        elif not equals and word and set(word.split(",")) <= set(FLAGS):
            flags = word.split(",")
        elif word:              # an empty one: flags that have no name
            raise Unreadable("%r: %s" % (word, line))
    if not {"expected", "mask", "master"} <= fields.keys():
        raise Unreadable("a tuple is missing: " + line)
    fields["flags"] = flags
    return fields


def told(fields, *without):
    """What a line says of a flow, an event or an expectation of the JSON.

    Of the bits of the status it has SEEN_REPLY and one more; of a stamp the
    seconds; labels and flags that have no name are left out; ports that the
    kernel did not tell are zeros.  without names keys that the line has not
    been asked for, such as time and id.
    """
    fields = {key: value for key, value in fields.items() if key not in without}
    if "expected" in fields:
        left = {key: value for key, value in fields.items() if key not in ("family", "proto", "id", "fn")}
        left["flags"] = [name for name in fields.get("flags", []) if name in FLAGS]
        tuples = "expected", "mask", "master"
    else:
        left, status = dict(fields), fields.get("status", [])
        left["status"] = ["SEEN_REPLY"] * ("SEEN_REPLY" in status) + [name for name in SHOWN if name in status][:1]
        for name in {"start", "stop"} & fields.keys():
            left[name] = int(fields[name])
        if "labels" in fields:
            left["labels"] = [name for name in fields["labels"] if not name.isdigit()]
            if not left["labels"]:
                del left["labels"]
        tuples = "orig", "reply"
    for name in tuples if fields["proto"] in PORTS else ():
        left[name] = dict({"sport": 0, "dport": 0}, **fields[name])
    return left


# ------------------------------------------------------------------- XML

def leaf(node):
    """The text of an element that has nothing else."""
    if len(node) or node.attrib:
        raise Unreadable("<%s> has more than text" % node.tag)
    return node.text or ""


def xml_tuple(node, fields, direction):
    for child in node:
        if child.tag in ("layer3", "layer4"):
            number, name = ("family", "proto")[child.tag == "layer4"], child.get("protoname")
            if fields.setdefault(number, name) != name:
                raise Unreadable("two values of " + number)
            if child.tag == "layer4":
                fields["protonum"] = int(child.get("protonum"))
        elif child.tag not in ("counters", "zone"):
            raise Unreadable("<%s> in a tuple" % child.tag)
        for end in [child] if child.tag == "zone" else child:
            put(direction, end.tag, leaf(end) if end.tag in ("src", "dst") else whole(leaf(end)), end.tag)


def xml_when(node):
    """Local time to seconds since 1970: TZ is UTC."""
    at = {child.tag: int(leaf(child)) for child in node}
    seconds = calendar.timegm((at["year"], at["month"], at["day"], at["hour"], at["min"], at["sec"]))
    if time.gmtime(seconds).tm_wday != (at["wday"] + 5) % 7:
        raise Unreadable("the day of the week is another one")
    return seconds


def xml_entry(node, fields):
    status = {"unreplied": False, "assured": False}
    for child in node:
        if child.tag == "meta" and child.get("direction") in ("original", "reply"):
            name = {"original": "orig", "reply": "reply"}[child.get("direction")]
            put(fields, name, {}, name)
            xml_tuple(child, fields, fields[name])
        elif child.tag == "meta" and child.get("direction") == "independent":
            for one in child:
                if one.tag == "labels":
                    put(fields, one.tag, [leaf(name) for name in one], one.tag)
                elif one.tag in status:
                    status[one.tag] = True
                elif one.tag == "timestamp":
                    fields.update((stamp.tag, int(leaf(stamp)) // 1000 / 1e6) for stamp in one)
                elif one.tag in NUMBERS + ("timeout", "deltatime"):
                    put(fields, one.tag.replace("deltatime", "delta"), int(leaf(one)), one.tag)
                elif one.tag in ("state", "secctx"):
                    put(fields, one.tag, state(leaf(one)) if one.tag == "state" else leaf(one), one.tag)
                else:
                    raise Unreadable("<%s> in an entry" % one.tag)
        elif child.tag == "when":
            fields["time"] = xml_when(child)
        elif child.tag == "helper":
            put(fields, "helper", leaf(child), child.tag)
        else:
            raise Unreadable("<%s> in a flow" % child.tag)
    fields["status"] = ["SEEN_REPLY"] * (not status["unreplied"]) + ["ASSURED"] * status["assured"]


def xml_expect(node, fields):
    fields["flags"] = []
    for child in node:
        if child.tag in ("layer3", "layer4"):
            fields["family" if child.tag == "layer3" else "proto"] = child.get("protoname")
            if child.tag == "layer4":
                fields["protonum"] = int(child.get("protonum"))
            for part in child:
                for end in part:
                    value = leaf(end) if end.tag in ("src", "dst") else whole(leaf(end))
                    put(fields.setdefault(part.tag, {}), end.tag, value, end.tag)
            continue
        if child.tag != "meta":
            raise Unreadable("<%s> in an expectation" % child.tag)
        for one in child:
            if one.tag.upper() in FLAGS:
                fields["flags"].append(one.tag.upper())
            elif one.tag == "when":
                fields["time"] = xml_when(one)
            elif one.tag in ("timeout", "class", "zone"):
                put(fields, one.tag, int(leaf(one)), one.tag)
            elif one.tag == "helper-name":
                put(fields, "helper", leaf(one), one.tag)
            else:
                raise Unreadable("<%s> in an expectation" % one.tag)


def xml_flow(text):
    """Every <flow> of a line, of several, or of a document, in their order."""
    text = text.strip()
    if text.startswith("<flow"):
        text = "<conntrack>%s</conntrack>" % text
    try:
        root = xml.etree.ElementTree.fromstring(text.encode())
    except xml.etree.ElementTree.ParseError as error:
        raise Unreadable("%s: %s" % (error, text))
    if root.tag not in ("conntrack", "expect"):
        raise Unreadable("<%s> at the top" % root.tag)
    flows = []
    for node in root:
        if node.tag != "flow" or (root.tag == "expect") != (node.find("layer3") is not None):
            raise Unreadable("<%s> in <%s>" % (node.tag, root.tag))
        fields = {"event": node.get("type").upper()} if node.get("type") else {}
        (xml_expect if root.tag == "expect" else xml_entry)(node, fields)
        flows.append(fields)
    return flows


def told_in_xml(fields):
    """What the XML says of a flow, an event or an expectation of the JSON: see told()."""
    left = dict(fields)
    for name in ("orig", "reply", "expected", "mask", "master"):
        if name in fields:          # no fields of ICMP
            left[name] = {key: value for key, value in fields[name].items() if key not in ("type", "code", "id")}
            if fields["proto"] in PORTS:
                left[name] = dict({"sport": 0, "dport": 0}, **left[name])
    for name in ("portid", "progname") + (("id", "fn") if "expected" in fields else ()):
        left.pop(name, None)
    if "time" in fields:
        left["time"] = int(fields["time"])
    if "expected" in fields:
        left["flags"] = [name for name in fields.get("flags", []) if name in FLAGS]
        return left
    left["status"] = [name for name in ("SEEN_REPLY", "ASSURED") if name in fields.get("status", [])]
    if "labels" in fields:
        left["labels"] = [name for name in fields["labels"] if not name.isdigit()]
    return left


# ------------------------------------------------------------------ JSON

def decimal(text):
    if not re.fullmatch(r"-?\d+\.\d{1,6}", text):
        raise ValueError("more than six decimals, or an exponent: " + text)
    return float(text)


def once(pairs):
    keys = [key for key, _ in pairs]
    doubles = {key for key in keys if keys.count(key) > 1}
    if doubles:
        raise ValueError("two values of " + ", ".join(doubles))
    return dict(pairs)


def constant(text):
    raise ValueError(text + " is no JSON")


def parse(text):
    """A document; stricter than json.loads(): no key twice, no NaN, at most six decimals."""
    return json.loads(text, parse_float=decimal, parse_constant=constant, object_pairs_hook=once)


@functools.lru_cache(None)
def validator():
    """None where there is no python3-jsonschema."""
    try:
        import jsonschema
    except ImportError:
        return None
    with open(SCHEMA) as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def validate(document, kind=None):
    """What is wrong with a document (text, or parsed), in sentences; an empty list: nothing.

    kind is a name in $defs of the schema that the document, or each of a
    list, has to be: flow, event, expectation, expectation_event, statistics,
    count, group.
    """
    if isinstance(document, (str, bytes)):
        try:
            document = parse(document)
        except ValueError as error:
            return [str(error)]
    check = validator()
    if kind:
        check = check.evolve(schema=dict(check.schema, anyOf=[
            {"$ref": "#/$defs/" + kind}, {"type": "array", "items": {"$ref": "#/$defs/" + kind}}]))
    errors = list(check.iter_errors(document))
    found = []
    while errors:               # of what might have been meant, each reason
        error = errors.pop()
        if error.context:
            errors += error.context
        else:
            found.append("/%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200]))
    return sorted(set(found))
