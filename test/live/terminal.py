# SPDX-License-Identifier: MIT
"""What is only for people: colours, a counter, a word about an empty list. On a real terminal, and never elsewhere."""
import re
import subprocess
import time

from lib.case import Failure, fact, facts
from lib.screen import Screen

SGR = re.compile(r"\033\[[0-9;]*m")
ENTRY = "-I -p tcp -s 192.0.2.1 -d 198.51.100.7 --sport 40000 --dport 443 --state ESTABLISHED -t 3000 -u ASSURED,SEEN_REPLY"
EMPTY = "hint: nothing is tracked here without a rule that asks: ct state, nat"


def one(t):
    t.table()
    t.check(ENTRY)
    return t.run("-L").out.strip()


def still(text):
    """Without the seconds left."""
    return re.sub(r"(tcp +6 )\d+", r"\1T", text)


# ------------------------------------------------------------ colours

def shown(t, line, env=None):
    with Screen(t, line, env) as s:
        return s.end(escapes=True)[0]


@facts("colours_of_{command}", command={"list": "-L", "get": "-G -p tcp -s 192.0.2.1 -d 198.51.100.7 --sport 40000 --dport 443",
                                        "update": "-U -m 5", "delete": "-D", "bare_color": "-L --color",
                                        "extended": "-L -o extended,id"})
def colours(t, command):
    """The same line, and each part has the colour it should have."""
    one(t)
    line = {"list": "-L", "update": "-U -m 5", "delete": "-D", "bare_color": "-L --color", "extended": "-L -o extended,id",
            "get": "-G -p tcp -s 192.0.2.1 -d 198.51.100.7 --sport 40000 --dport 443"}[command]
    got = shown(t, "conntrack " + line)
    for colour, words in ((33, " ESTABLISHED"), (36, " src=192.0.2.1 dst=198.51.100.7 sport=40000 dport=443"),
                          (34, " src=198.51.100.7 dst=192.0.2.1 sport=443 dport=40000"), (32, r" \[ASSURED\]")):
        if not re.search(r"\033\[%dm%s" % (colour, words), got):
            raise Failure("%s\n%s should have colour %d:\n%r" % (line, words, colour, got))
    if not re.search(r"\033\[(0;)?(39)?m mark=", got):
        raise Failure("%s\nwhat follows should have none:\n%r" % (line, got))


@fact
def colours_are_nothing_but_colours(t):
    plain = one(t)
    always = t.run("-L --color=always").out.strip()
    if not SGR.search(always) or still(SGR.sub("", always)) != still(plain):
        raise Failure("%r\nis not\n%r" % (always, plain))


@facts("no_colours_{where}", where=("piped", "file", "never", "no_color", "dumb", "other_formats", "summary"))
def no_colours(t, where):
    one(t)
    line, env = {"piped": ("conntrack -L | cat", None), "file": ("conntrack -L >/run/scratch/list; cat /run/scratch/list", None),
                 "never": ("conntrack -L --color=never", None), "no_color": ("conntrack -L", {"NO_COLOR": "1"}), "dumb": ("TERM=dumb conntrack -L", None),
                 "other_formats": ("conntrack -L -o json; conntrack -L -o xml; conntrack -L -o save; conntrack -L --by state", None),
                 "summary": ("conntrack -C; conntrack -S; conntrack -V", None)}[where]
    got = shown(t, line, env)
    if SGR.search(got):
        raise Failure("%s\nshould have no colour:\n%r" % (line, got))


@fact
def colours_that_are_asked_for_are_there_in_spite_of_no_color(t):
    one(t)
    if not SGR.search(t.run("-L --color=always", env={"NO_COLOR": "1"}).out):
        raise Failure("--color=always has no colour")
    if SGR.search(t.run("-L --color=auto").out):
        raise Failure("--color=auto has colours in a pipe")
    with Screen(t, "conntrack -L", {"NO_COLOR": ""}) as s:      # no-color.org: when not empty
        if not SGR.search(s.end(escapes=True)[0]):
            raise Failure("an empty NO_COLOR should be none")


@fact
def events_have_colours(t):
    t.table()
    with Screen(t, "conntrack -E") as s:
        for _ in range(200):
            if not re.search("ESTABLISHED", s.text()):
                t.run("-D")
                t.run(ENTRY)
                time.sleep(0.05)
        if not re.search(r"\033\[33m ESTABLISHED", s.text(escapes=True)):
            raise Failure("an event has no colours:\n%r" % s.text(escapes=True))


# ------------------------------------------------------------ counter

# Each answer takes its time: so that there is something to be told on any machine.
SLOWLY = "strace -qq -o /dev/null -e trace=recvfrom -e inject=recvfrom:delay_enter=40000 "
COUNTER = re.compile(r"^(\d+) \.\.\.$", re.M)
LONG = {"delete": "-D >/dev/null", "update": "-U -m 5 >/dev/null", "flush": "-F -f ipv4", "by": "-L --by src",
        "load": "-R /run/scratch/file"}


def table(t, n=5000):
    t.table()
    t.flood("%d --timeout 3000" % n)
    with open("/run/scratch/file", "w") as f:
        f.write(t.run("-L -o save").out.replace("-A ", "-A -m 1 "))


@facts("counter_of_{command}", command=LONG)
def counter(t, command):
    """It grows, and nothing is left of it."""
    table(t)
    seen = set()
    with Screen(t, SLOWLY + "conntrack " + LONG[command]) as s:
        while "exit " not in s.text():
            seen.update(int(n) for n in COUNTER.findall(s.text()))
            time.sleep(0.02)
        text, code = s.end()
    if code or " ..." in text:
        raise Failure("%s\nexit %d\n%s" % (LONG[command], code, text))
    if len(seen) < 2 or max(seen) > 5000:
        raise Failure("%s\ncounted %s" % (LONG[command], sorted(seen)))
    if command != "load" and not re.search(r"^conntrack v\S+ \(rawtrack\): .*$", text, re.M):
        raise Failure("%s\nsays nothing at the end:\n%s" % (LONG[command], text))


@facts("no_counter_{where}", where={"short": "conntrack -D -s 192.0.2.77 >/dev/null", "piped": "2>&1 | cat >/run/scratch/said",
                                    "lines": "-D", "list": "-L >/dev/null"})
def no_counter(t, where):
    table(t)
    line = {"short": "conntrack -U -m 1 -s 192.0.2.77 >/dev/null",
            "piped": SLOWLY + "conntrack -D 2>/run/scratch/said >/dev/null; cat -v /run/scratch/said",
            "lines": SLOWLY + "conntrack -D --dport 1001", "list": SLOWLY + "conntrack -L >/dev/null"}[where]
    seen = []
    with Screen(t, line) as s:
        while "exit " not in s.text():
            seen += COUNTER.findall(s.text())
            time.sleep(0.02)
        text, _ = s.end()
    if seen or " ..." in text or "^[" in text or "^M" in text:
        raise Failure("%s\nshould have no counter: %s\n%s" % (line, seen, text))


@fact
def a_refused_line_stands_alone(t):
    """The counter makes room for what is said, and comes back."""
    table(t)
    with open("/run/scratch/file") as f:
        lines = f.read().splitlines()
    lines[2000] = lines[0].replace("-A ", "-I ")
    with open("/run/scratch/file", "w") as f:
        f.write("\n".join(lines) + "\n")
    with Screen(t, SLOWLY + "conntrack -R /run/scratch/file") as s:
        text, code = s.end()
    if code != 1 or not re.search(r"^conntrack v\S+ \(rawtrack\): Operation failed: Such conntrack exists, try -U to update\n"
                                  r"hint: line 2001 of the file$", text, re.M) or " ..." in text:
        raise Failure("exit %d\n%s" % (code, text))


# ------------------------------------------------------------ an empty list

@facts("empty_list_has_a_word_on_a_terminal_{line}", line={"list": "-L", "json": "-L -o json", "output": "-L >/dev/null"})
def empty(t, line):
    t.table()
    with Screen(t, "conntrack " + {"list": "-L", "json": "-L -o json", "output": "-L >/dev/null"}[line]) as s:
        text, code = s.end()
    if code or EMPTY not in text:
        raise Failure("exit %d\n%s" % (code, text))


@facts("empty_list_has_no_word_{where}", where=("elsewhere", "filtered", "expect", "dying", "deleted", "full"))
def empty_elsewhere(t, where):
    one(t) if where == "full" else t.table()
    line = {"elsewhere": "-L 2>&1 | cat", "filtered": "-L -p tcp", "expect": "-L expect", "dying": "-L dying", "deleted": "-D",
            "full": "-L"}[where]
    with Screen(t, "conntrack " + line) as s:
        text, _ = s.end()
    if "hint:" in text:
        raise Failure("%s\n%s" % (line, text))


@fact
def no_terminal_is_no_failure(t):
    """All of them closed."""
    one(t)
    p = subprocess.run(["sh", "-c", "exec %s -L --color=always >/run/scratch/list 2>&- <&-" % t.tool])
    if p.returncode:
        raise Failure("exit %d" % p.returncode)
