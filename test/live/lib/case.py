# SPDX-License-Identifier: MIT
"""One live test: runs the tool, and the reference at the same moment, and compares."""
import difflib
import itertools
import os
import re
import shlex
import subprocess
from collections import namedtuple

from lib.lab import MS_BIND, Lab, Table, mount

Result = namedtuple("Result", "out err code")
SCRATCH = "/run/netns", "/run/scratch"      # each test's own, empty
FACTS = []          # (name, function), in the order of the files


class Failure(Exception):
    """Not as it should be; the text goes into the report."""


class Skip(Exception):
    """Cannot be tried here; the text says why."""


def fact(function):
    """Declares a test; its name says what is true if it passes."""
    FACTS.append((function.__name__, function))
    return function


def facts(template, /, **ranges):
    """Declares a test for every combination: its name is the template, filled in."""
    def declare(function):
        for values in itertools.product(*ranges.values()):
            given = dict(zip(ranges, values))
            name = re.sub(r"\W+", "_", template.format(**given))
            FACTS.append((name, lambda t, given=given: function(t, **given)))
        return function
    return declare


# Numbers that move by themselves: what falls and what rises between two runs.
FALLING = [re.compile(x) for x in (r"^(?:ipv[46] +\d+ )?[a-z]\w* +\d+ (\d+) (?=[A-Z]|src=)", r"^-A -t (\d+) ",
                                   r"<timeout>(\d+)<", r"^(\d+) proto=")]
RISING = [re.compile(x) for x in (r"\bdelta-time=(\d+)", r"<deltatime>(\d+)<")]
VERSION = re.compile(r"conntrack v\S+ \((?:conntrack-tools|rawtrack)\)")
RECORD = re.compile(r"\bsrc=|^-A |<flow")


def still(line):
    """The line without its moving numbers, and these numbers, rising ones negated."""
    numbers = []
    for rules, sign in ((FALLING, 1), (RISING, -1)):
        for rule in rules:
            found = rule.search(line)
            if found:
                numbers.append(sign * int(found.group(1)))
                line = line[:found.start(1)] + "~" + line[found.end(1):]
    return line, numbers


def settle(text):
    """Lines as (text, numbers); records sorted among their places, for their order is a hash's."""
    lines = [still(line) for line in text.split("\n")]
    places = [i for i, (line, _) in enumerate(lines) if RECORD.search(line)]
    for place, line in zip(places, sorted(lines[i] for i in places)):
        lines[place] = line
    return lines


def plain_err(text):
    """Messages without version, program name and hints."""
    return "".join(VERSION.sub("conntrack vX (NAME)", line) for line in text.splitlines(True)
                   if not line.startswith("hint: "))


def matches(pattern, line):
    """An asterisk stands for anything, between blanks for any words; ^ and $ tie to the line's ends."""
    text = re.escape(pattern).replace(r"\ \*\ ", r"\ (?:.*\ )?").replace(r"\*", ".*")
    return re.search(re.sub(r"^\\\^", "^", re.sub(r"\\\$$", "$", text)), line) is not None


def check_lines(text, patterns):
    """Every pattern has a line of its own, and no line is left; complaints, or nothing."""
    lines, owner = text.splitlines(), {}

    def place(pattern, tried):
        for n, line in enumerate(lines):
            if n not in tried and matches(patterns[pattern], line):
                tried.add(n)
                if n not in owner or place(owner[n], tried):
                    owner[n] = pattern
                    return True
        return False

    complaints = ["no line like: " + patterns[n] for n in range(len(patterns)) if not place(n, set())]
    return complaints + ["unexpected line: " + line for n, line in enumerate(lines) if n not in owner]


def buckets():
    with open("/proc/sys/net/netfilter/nf_conntrack_buckets") as f:
        return f.read()


def changes(words):
    """Whether these arguments change the table, so that they may not be tried twice."""
    return any(re.match("-[IADUFR]|-[a-zA-Z]*z|--(create|add|delete|update|flush|load-file|zero)$", word)
               for word in words)


class Case:
    def __init__(self, tool, reference):
        self.tool, self.reference, self.skipped, self._lab = tool, reference, None, None

    @property
    def lab(self):
        if self._lab is None:
            self._lab = Lab()
        return self._lab

    def table(self):
        """Where the lab has a network, this has nothing but the table."""
        self._lab = Table()
        return self._lab

    def flood(self, line):
        """Fills the table with test/measure/flood.c, which explains the arguments."""
        flood = os.path.dirname(self.tool) + "/flood"
        if not os.path.exists(flood):
            raise Skip("no test/flood beside the program")
        self.lab.feed([flood] + line.split(), "")

    def etc(self, files):
        """From here on /etc is a copy with these files in place of, or beside, its own; None: without the file."""
        os.makedirs("/run/scratch/etc")
        os.makedirs("/run/scratch/real-etc")
        mount("/etc", "/run/scratch/real-etc", flags=MS_BIND)
        for name in os.listdir("/etc"):
            if name not in {path.split("/")[0] for path in files}:
                os.symlink("/run/scratch/real-etc/" + name, "/run/scratch/etc/" + name)
        for path, content in files.items():
            if content is None:
                continue
            path = "/run/scratch/etc/" + path
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content if isinstance(content, bytes) else content.encode())
        mount("/run/scratch/etc", "/etc", flags=MS_BIND)

    def start(self, line, tool=None, env=None, wrap="", **more):
        args = shlex.split(line) if isinstance(line, str) else list(line)
        values = dict({"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}, **env or {})
        more = dict({"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}, **more)
        return subprocess.Popen(shlex.split(wrap) + [tool or self.tool] + args,
                                env={k: v for k, v in values.items() if v is not None}, **more)

    def run(self, line, tool=None, **more):
        """The tool (or another) with these arguments, to its end.

        Once more if somebody resized the machine's one hash table meanwhile:
        a dump then misses and doubles entries.
        """
        while True:
            size = buckets()
            result = self.once(line, tool, **more)
            if size == buckets() or changes(shlex.split(line) if isinstance(line, str) else line):
                return result

    def once(self, line, tool, **more):
        with self.start(line, tool, **more) as p:
            try:
                out, err = p.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                p.kill()
                raise Failure("$ conntrack %s\nstill running after 60 s" % line)
        return Result((out or b"").decode(errors="backslashreplace"), (err or b"").decode(errors="backslashreplace"),
                      p.returncode)

    def fail(self, line, complaints, result):
        tail = ["exit %s" % result.code] + ["stderr: " + x for x in result.err.splitlines()[:6]]
        raise Failure("\n".join(["$ conntrack %s" % line] + complaints[:30] + tail))

    def check(self, line, *patterns, code=0, err=None, **more):
        """The tool alone, taken literally: its lines, its exit code, its messages if given."""
        got = self.run(line, **more)
        complaints = check_lines(got.out, patterns)
        if got.code != code:
            complaints.append("exit code should be %s" % code)
        if err is not None:
            complaints += ["on stderr: " + x for x in check_lines(plain_err(got.err), err)]
        if complaints:
            self.fail(line, complaints, got)
        return got

    def lists(self, line, *patterns, **more):
        """check(), and the summary counts the lines."""
        summary = "conntrack vX (NAME): %d flow entries have been shown.$" % len(patterns)
        return self.check(line, *patterns, err=["^" + summary], **more)

    def moment(self, line, **more):
        """What the reference says before, what the tool says, what the reference says after."""
        for _ in range(8):
            before, got, after = self.run(line, self.reference, **more), self.run(line, **more), \
                self.run(line, self.reference, **more)
            if [x for x, _ in settle(before.out)] == [x for x, _ in settle(after.out)]:
                return before, got, after
        raise Failure("$ conntrack %s\nthe table does not hold still: the reference contradicts itself" % line)

    def same(self, line, *patterns, code=0, lines=None, **more):
        """The tool says what the reference says: bytes, messages, exit code.

        The patterns (or the number of lines) say what that is, so that two
        empty answers never pass for agreement.  Timeouts have to lie between
        those of a reference run before and one after.
        """
        if self.reference is None:
            self.skipped, got = "no reference conntrack for comparison", self.run(line, **more)
            complaints = []
        else:
            for attempt in range(3):
                before, got, after = self.moment(line, **more)
                complaints, late = self.compare(before, got, after)
                if not late:        # else perhaps a clock's tick between two runs
                    break
        if lines is None:
            complaints += check_lines(got.out, patterns)
        elif len(got.out.splitlines()) != lines:
            complaints.append("%d lines instead of %d" % (len(got.out.splitlines()), lines))
        if got.code != code:
            complaints.append("exit code should be %s" % code)
        if complaints:
            self.fail(line, complaints, got)

    def state(self, *patterns, lines=None, line="-L"):
        """What the table holds now: the tool and the reference list the same, and these lines."""
        tools = [None] + [self.reference] * bool(self.reference)
        for _ in range(3):
            got = [self.run(line, tool) for tool in tools]
            want, have = ([x for x, _ in settle(g.out)] for g in (got[-1], got[0]))
            if want == have:
                break
        complaints = [x for x in difflib.unified_diff(want, have, lineterm="", n=0)
                      if not x.startswith(("---", "+++", "@@"))]
        if lines is None:
            complaints += check_lines(got[0].out, patterns)
        elif len(got[0].out.splitlines()) != lines:
            complaints.append("%d lines instead of %d" % (len(got[0].out.splitlines()), lines))
        if complaints:
            self.fail(line, complaints, got[0])

    @staticmethod
    def compare(before, got, after):
        """Complaints, and whether they are about moving numbers only."""
        want, have, last = settle(before.out), settle(got.out), settle(after.out)
        complaints = [x for x in difflib.unified_diff([x for x, _ in want], [x for x, _ in have], lineterm="", n=0)
                      if not x.startswith(("---", "+++", "@@"))]
        if plain_err(before.err) != plain_err(got.err):
            complaints += ["stderr should be: %r" % plain_err(before.err)]
        if before.code != got.code:
            complaints.append("the reference's exit code is %s" % before.code)
        if complaints:
            return complaints, False
        for (line, high), (_, here), (_, low) in zip(want, have, last):
            if not all(a >= b >= c for a, b, c in zip(high, here, low)):
                complaints.append("moving numbers %s not between %s and %s: %s" % (here, high, low, line))
        return complaints, bool(complaints)

    FORMS = ("", "-o extended", "-o id", "-o extended,id,ktimestamp,labels", "-o save", "-o xml")

    def same_in_all_forms(self, *patterns, command="-L", forms=FORMS):
        """-L prints these lines, and every other form of output is the reference's."""
        for form in forms:
            if form == "":
                self.same(command, *patterns)
            else:
                self.same("%s %s" % (command, form), lines=len(patterns) + (3 if "xml" in form else 0))
