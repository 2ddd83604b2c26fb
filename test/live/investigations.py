# SPDX-License-Identifier: MIT
"""What the README and the manual tell an operator to type, on a table of fifty thousand flows that has something to find."""
import os
import re

from lib import exporter
from lib.case import Failure, fact, plain_err
from lib.shapes import parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PATH = "/run/scratch/file"
FLOOD = 50000               # established, of a thousand sources, to the ports 1 to 50 of 203.0.113.1
DNS = 2000                  # answered
SUSPECT = "192.0.2.66"      # has asked 3000 ports and was not answered, but has some connections, too
NEIGHBOURS = {"192.0.2.67": 300, "192.0.2.68": 200, "192.0.2.69": 100}
SCANNED, ANSWERED = 3000, 25
SLOW, FINE = "203.0.113.80", "203.0.113.81"
WEB = {SLOW: {"ESTABLISHED": 150, "CLOSE_WAIT": 900, "SYN_SENT": 120, "TIME_WAIT": 3},
       FINE: {"ESTABLISHED": 700, "CLOSE_WAIT": 2, "TIME_WAIT": 400}}
UNANSWERED = SCANNED + sum(NEIGHBOURS.values()) + WEB[SLOW]["SYN_SENT"]
TOTAL = FLOOD + DNS + UNANSWERED + ANSWERED + sum(n for web in WEB.values() for state, n in web.items() if state != "SYN_SENT")


def lines():
    for n in range(DNS):
        yield "-p udp -s 198.18.%d.%d -d 203.0.113.53 --sport %d --dport 53 -u SEEN_REPLY" % (n % 4, 1 + n % 250, 2000 + n)
    for source, flows in {SUSPECT: SCANNED, **NEIGHBOURS}.items():
        for n in range(flows):
            yield "-p tcp -s %s -d 203.0.113.%d --sport 40000 --dport %d --state SYN_SENT" % (source, 1 + n % 3, 1000 + n)
    for n in range(ANSWERED):
        yield "-p tcp -s %s -d 203.0.113.1 --sport %d --dport 25 --state ESTABLISHED -u SEEN_REPLY,ASSURED" % (SUSPECT, 5000 + n)
    for server, states in WEB.items():
        for state, flows in states.items():
            for n in range(flows):
                yield "-p tcp -s 198.51.100.%d -d %s --sport %d --dport 443 --state %s%s" % (
                    1 + n % 200, server, 10000 + n + 1000 * sorted(states).index(state), state,
                    "" if state == "SYN_SENT" else " -u SEEN_REPLY,ASSURED")


def table(t):
    t.table()
    t.flood("%d --sources 1000 --ports 1000 --timeout 9000" % FLOOD)
    with open(PATH, "w") as f:
        f.writelines("-I -t 9000 %s\n" % line for line in lines())
    t.check("-R " + PATH, err=[])


def text_of(path):
    with open(os.path.join(ROOT, path)) as f:
        return f.read()


def told():
    """Command lines of the README and of the manual, as they are typed."""
    return [re.findall(r"^(?:    # )?conntrack (.*)$", text_of(path), re.M) for path in ("README", "cli/conntrack.8")]


def shown(line):
    """What the README says that the command prints, or some of it."""
    return re.search(r"^    # conntrack %s\n((?:    [^#\n].*\n)*)" % re.escape(line), text_of("README"), re.M).group(1)


def types(t, line, *rows, of=None):
    """A command that both documents have, and what it counts; of so many entries."""
    for name, commands in zip(("README", "manual"), told()):
        if line not in commands:
            raise Failure("the %s does not have: conntrack %s" % (name, line))
    got = t.run(line)
    said = "conntrack vX (NAME): %d flow entries have been counted.\n" % of
    want = ["%7d %s" % row for row in rows]
    example = [x[4:] for x in shown(line).splitlines()]
    if example and example != want[:len(example)] and len(rows) > 3:
        raise Failure("the README should show:\n%s\nbut shows:\n%s" % ("\n".join(want), "\n".join(example)))
    if got.code or got.out.splitlines()[:len(want)] != want or plain_err(got.err) != said:
        t.fail(line, ["should begin:"] + want + ["is:"] + got.out.splitlines()[:12], got)
    return [(int(x.split()[0]), x.split()[1:]) for x in got.out.splitlines()]


def entries(t):
    """By their ids."""
    return {re.findall(r"\bid=(\d+)", line)[-1]: line for line in t.run("-L -o id").out.splitlines()}


@fact
def investigation_of_too_many_connections(t):
    table(t)
    t.check("-C", "^%d$" % TOTAL, err=[])
    if shown("-C") != "    %d\n" % TOTAL:
        raise Failure("the README should show %d" % TOTAL)
    established = FLOOD + ANSWERED + WEB[SLOW]["ESTABLISHED"] + WEB[FINE]["ESTABLISHED"]
    rows = ((established, "state=ESTABLISHED"), (UNANSWERED, "state=SYN_SENT"), (DNS, "state=-"), (902, "state=CLOSE_WAIT"),
            (403, "state=TIME_WAIT"))
    counted = types(t, "-L --by state", *rows, of=TOTAL)
    if len(counted) != len(rows) or sum(n for n, _ in counted) != TOTAL:
        raise Failure("the counts should add up to %d: %s" % (TOTAL, counted))
    counted = types(t, "-L --by proto,state --top 10", *[
        (n, ("proto=udp " if state == "state=-" else "proto=tcp ") + state) for n, state in rows], of=TOTAL)
    if sum(n for n, _ in counted) != TOTAL:
        raise Failure("the counts should add up to %d: %s" % (TOTAL, counted))


@fact
def investigation_of_a_suspected_flood(t):
    table(t)
    before = entries(t)
    look = "-L -u UNREPLIED --by src --top 10"
    guilty = [(n, "src=" + source) for source, n in NEIGHBOURS.items()]
    counted = types(t, look, (SCANNED, "src=" + SUSPECT), *guilty, of=UNANSWERED)
    if len(counted) != 10 or any(n != 1 for n, _ in counted[4:]):
        raise Failure("the rest should be clients of the web server: %s" % counted)
    types(t, "-L -u UNREPLIED --by src/24 --top 10", (UNANSWERED - 120, "src=192.0.2.0/24"), (120, "src=198.51.100.0/24"),
          of=UNANSWERED)
    line = "-D -s %s -u UNREPLIED" % SUSPECT
    if any(line not in commands for commands in told()):
        raise Failure("the README or the manual does not have: " + line)
    got = t.run(line)
    if got.code or plain_err(got.err) != "conntrack vX (NAME): %d flow entries have been deleted.\n" % SCANNED:
        t.fail(line, ["should delete %d entries" % SCANNED], got)
    types(t, look, *guilty, of=UNANSWERED - SCANNED)
    after = entries(t)
    gone = [line for key, line in before.items() if key not in after]
    if len(gone) != SCANNED or any(" src=%s " % SUSPECT not in x or "[UNREPLIED]" not in x for x in gone) or \
            after.keys() - before.keys():
        raise Failure("something else has gone, or has come: %d" % len(gone))
    t.lists("-L -s " + SUSPECT, *["^tcp * dport=25 * [ASSURED]"] * ANSWERED)
    t.check("-C", "^%d$" % (TOTAL - SCANNED), err=[])


@fact
def investigation_of_a_slow_service(t):
    table(t)
    both = {state: WEB[SLOW].get(state, 0) + WEB[FINE].get(state, 0) for state in WEB[SLOW]}
    rows = sorted(((n, "state=" + state) for state, n in both.items()), reverse=True)
    total = sum(both.values())
    counted = types(t, "-L -p tcp --dport 443 --by state", *rows, of=total)
    if len(counted) != len(both):
        raise Failure("there are other states, too: %s" % counted)
    rows = sorted(((n, "dst=%s state=%s" % (server, state)) for server, states in WEB.items() for state, n in states.items()),
                  key=lambda row: (-row[0], row[1]))
    types(t, "-L -p tcp --dport 443 --by dst,state", *rows, of=total)
    types(t, "-L -p tcp --dport 443 --state CLOSE_WAIT --by dst", (900, "dst=" + SLOW), (2, "dst=" + FINE), of=902)
    objects = parse(t.run("-L -p tcp --dport 443 --state CLOSE_WAIT --by dst -o json").out)
    if objects != [{"count": 900, "dst": SLOW}, {"count": 2, "dst": FINE}]:
        raise Failure("JSON says otherwise: %s" % objects)


@fact
def line_for_cron_makes_pages_for_prometheus(t):
    t.table()
    t.flood("300")
    line = re.search(r"^    \* \* \* \* \* root (.*\n    .*done)$", text_of("README"), re.M).group(1).replace("\n    ", " ")
    os.mkdir("/run/scratch/metrics")
    line = re.sub(r"cd /\S+", "cd /run/scratch/metrics", line)
    env = {"PATH": os.path.dirname(t.tool) + ":" + os.environ["PATH"]}
    for _ in range(2):      # the second time over what the first has left
        got = t.run(["-c", line], "/bin/sh", env=env)
        if got.code or got.out or got.err or sorted(os.listdir("/run/scratch/metrics")) != ["conntrack-C.prom", "conntrack-S.prom"]:
            t.fail(line, ["should make two files"] + os.listdir("/run/scratch/metrics"), got)
    entries, counters = (text_of("/run/scratch/metrics/conntrack-%s.prom" % c) for c in "CS")
    if entries != "# TYPE conntrack_entries gauge\nconntrack_entries 300\n# EOF\n":
        raise Failure(entries)
    page = exporter.page(t, "/run/scratch/metrics")
    values, _ = exporter.samples(page, "conntrack_")
    if values.pop("conntrack_entries") != 300 or exporter.samples(page, "node_textfile_scrape_error")[0] != {
            "node_textfile_scrape_error": 0.0}:
        raise Failure(page)
    if sum(value for name, value in values.items() if name.startswith("conntrack_insert_total{")) != 300:
        raise Failure("all insertions should be counted: %s" % values)
    for text in (entries, counters):
        exporter.strict(text)
