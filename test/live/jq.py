# SPDX-License-Identifier: MIT
"""What people pipe -o json into, typed before they have looked at the keys: jq answers."""
import json
import os
import re
import shutil

from lib.case import Failure, Skip, fact
from lib.ears import Ear, quiet
from lib.lab import A, B, FAR
from lib.talk import Datagrams, Tcp, ping

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../README")
C, D, F = A[4], B[4], FAR[4]

# A pipe, and what comes out of it; None: what the test computes.
GUESSES = {
    # the one of script authors
    """conntrack -L -o json | jq -r '.[] | .orig.src + ":" + (.orig.sport|tostring) + " " + .reply.src + " " +
        (.reply.bytes|tostring)' | sort""": [
        "%s:53003 %s 58" % (C + "1", D), "%s:40001 %s 40" % (C, D), "%s:40002 %s 0" % (C, D), "%s:53001 %s 29" % (C, D),
        "%s:53002 %s 0" % (C, D), "%s:null %s 36" % (C, D)],
    "conntrack -L -o json | jq length": ["6"],
    "conntrack -L -o jsonl | jq -s length": ["6"],
    "conntrack -L -o jsonl | jq -r .proto | sort | uniq -c | sort -rn | awk '{ print $1, $2 }'": ["3 udp", "2 tcp", "1 icmp"],
    "conntrack -L -o json | jq -r '.[].orig.src' | sort -u": [C, C + "1"],
    """conntrack -L -o json | jq -r '.[] | select(.state == "ESTABLISHED") | .orig.dport'""": ["443"],
    """conntrack -L -o json | jq '[.[] | select(.proto == "udp" and .orig.dport == 53)] | length'""": ["3"],
    """conntrack -L -o json | jq -r '.[] | select(.status | index("ASSURED")) | .orig.sport'""": ["40001"],
    """conntrack -L -o json | jq -r '.[] | select(.status | contains(["SEEN_REPLY"]) | not) | .orig.sport' | sort""": [
        "40002", "53002"],
    """conntrack -L -o json | jq -r '.[] | select(.reply.dst != .orig.src) | "\\(.orig.src) is \\(.reply.dst)"'""": [
        "%s is %s" % (C + "1", F)],
    "conntrack -L -o json | jq 'map(.orig.bytes + .reply.bytes) | add'": None,
    "conntrack -L -o json | jq 'map(.orig.packets) | add'": None,
    "conntrack -L -o json | jq -r 'sort_by(-.orig.bytes)[:1][] | .orig.bytes'": None,
    "conntrack -L -o json | jq -r 'max_by(.orig.bytes + .reply.bytes).orig.sport'": ["53003"],
    """conntrack -L -o json | jq -r '.[] | [.proto, .orig.src, .orig.sport, .orig.dst, .orig.dport] | @csv' | grep 40001""": [
        '"tcp","%s",40001,"%s",443' % (C, D)],
    """conntrack -L -o json | jq -r '.[] | [.proto, .orig.src, .orig.dport // "-"] | @tsv' | sort | head -n 1""": [
        "icmp\t%s\t-" % C],
    "conntrack -L -o json | jq -c 'group_by(.orig.src) | map({src: .[0].orig.src, n: length}) | sort_by(-.n)'": [
        '[{"src":"%s","n":5},{"src":"%s","n":1}]' % (C, C + "1")],
    "conntrack -L -o json | jq 'map(select(.mark == 0)) | length'": ["6"],
    "conntrack -L -o json | jq 'map(select(.timeout > 100000)) | length'": ["1"],
    "conntrack -L -o json | jq 'map(select(.zone == 5)) | length'": ["0"],
    "conntrack -L -o json | jq -r '.[] | select(.labels // [] | index(\"one\")) | .id'": [],
    "conntrack -L -o json | jq -e 'all(.[]; .family == \"ipv4\")'": ["true"],
    "conntrack -L -p sctp -o json | jq -c .": ["[]"],
    "conntrack -L -p sctp -o json | jq 'length == 0'": ["true"],
    "conntrack -L expect -o json | jq length": ["0"],
    "conntrack -G -p udp -s %s -d %s --sport 53001 --dport 53 -o json | jq '.[0].reply.packets'" % (C, D): ["1"],
    "conntrack -C -o json | jq .count": ["6"],
    "conntrack -S -o json | jq 'map(.insert_failed) | add'": ["0"],
    "conntrack -S -o json | jq -e 'length > 0 and all(.[]; .drop == 0)'": ["true"],
    """conntrack -L --by src -o json | jq -r '.[] | "\\(.count) \\(.src)"'""": ["5 " + C, "1 " + C + "1"],
    "conntrack -L --by proto,state -o json | jq -c '.[0]' | cut -d, -f 1,2": ['{"count":3,"proto":"udp"'],
    "conntrack -L --by src -o json | jq 'map(.count) | add'": ["6"],
    "conntrack -L -o json | jq -r '.[].id' | sort -u | wc -l": ["6"],
    "conntrack -D -p tcp --sport 40002 -o json | jq -r '.[].state'": ["SYN_SENT"],
    "conntrack -D -p tcp --sport 40002 -o json | jq -c .": ["[]"],
}
# Those of the README, which nothing may be wrong with either; the test adds what they show here.
EXAMPLES = {
    "conntrack -L -o json | jq 'map(.orig.bytes + .reply.bytes) | add'": None,
    """conntrack -L -p tcp -o json |
          jq -r '.[] | select(.timeout > 86400) | "\\(.orig.src) \\(.timeout)"'""": None,
    """conntrack -L -o jsonl | jq -r 'select(.reply.dst != .orig.src) |
          [.orig.src, .reply.dst, .reply.dport] | @tsv'""": ["%s\t%s\t53003" % (C + "1", F)],
    "conntrack -L --by src -o json | jq -r '.[] | select(.count > 1000) | .src'": [C],
}


def flows(t):
    t.lab.tracking(acct=1)
    t.lab.chain("ip", "nat", "postrouting", 100, "ip saddr %s snat to %s" % (C + "1", F))
    Tcp(t.lab, 4, 40001, 443).reach("ESTABLISHED")
    Tcp(t.lab, 4, 40002, 443).reach("SYN_SENT")
    Datagrams(t.lab, 4, 53001).ask().answer()
    Datagrams(t.lab, 4, 53002).ask()
    Datagrams(t.lab, 4, 53003, src=C + "1").ask().answer().ask().answer().ask()
    ping(t.lab, 4, 77)


def pipe(t, text):
    if not shutil.which("jq"):
        raise Skip("no jq")
    env = {"PATH": os.path.dirname(t.tool) + ":" + os.environ["PATH"]}
    got = t.run(["-c", text], "/bin/sh", env=env)
    if got.code or "jq:" in got.err:
        t.fail(text, ["should work"], got)
    return got.out.splitlines()


def sums(t):
    """Packets and bytes of both directions, added up from the lines."""
    text = t.run("-L").out
    entries = [[tuple(map(int, x)) for x in re.findall(r"packets=(\d+) bytes=(\d+)", line)] for line in text.splitlines()]
    return {"map(.orig.bytes + .reply.bytes) | add": sum(o[1] + r[1] for o, r in entries),
            "map(.orig.packets) | add": sum(o[0] for o, _ in entries),
            "sort_by": max(o[1] for o, _ in entries)}


@fact
def jq_answers_what_people_guess(t):
    flows(t)
    added = sums(t)
    for text, want in {**EXAMPLES, **GUESSES}.items():
        got = pipe(t, text.replace("> 1000", "> 4"))
        if want is None and "86400" in text:
            want = ["%s %s" % (C, got[0].split()[-1] if got else "?")]
        if want is None:
            want = [str(number) for part, number in added.items() if part in text]
        if got != want:
            raise Failure("\n".join(["$ " + text, "should be:"] + want + ["is:"] + got))


@fact
def jq_reads_events_line_by_line(t):
    t.lab.tracking(events=1)
    ear = Ear(t, "-E -o json")
    flows(t)
    t.check("-D -p udp --sport 53001", "sport=53001")
    quiet(ear)
    ear.end()
    with open("/run/scratch/events", "w") as f:
        f.write(ear.out())
    events = [json.loads(line) for line in ear.out().splitlines()]
    new = sum(event["event"] == "NEW" for event in events)
    if new != 6 or any(not event["time"] > 1e9 for event in events):
        raise Failure("%d new ones: %s" % (new, events))
    for text, want in (("jq -r 'select(.event == \"NEW\") | .orig.src' | wc -l", "6"),
                       ("jq -c 'select(.event == \"DESTROY\") | [.proto, .orig.sport]'", '["udp",53001]'),
                       ("jq -r 'select(.portid) | .event' | sort -u", "DESTROY"),
                       ("jq -r '.time | floor | tostring | length' | sort -u", "10"),
                       ("jq -r 'select(.event == \"UPDATE\" and .state == \"ESTABLISHED\") | .orig.dport' | sort -u", "443")):
        got = pipe(t, "cat /run/scratch/events | " + text)
        if got != [want]:
            raise Failure("%s: should be %s, is %s" % (text, want, got))


@fact
def jq_of_the_readme_is_what_is_tried(t):
    with open(README) as f:
        text = f.read()
    shown = re.findall(r"^    # (conntrack [^#]*?\| *(?:\n *)?jq (?:-\S+ )*(?:'[^']*'|\S+))$", text, re.M)
    shown = [x for x in shown if " -E " not in x]
    if sorted(shown) != sorted(EXAMPLES):
        raise Failure("the README has:\n%s\ntried are:\n%s" % ("\n".join(shown), "\n".join(EXAMPLES)))
