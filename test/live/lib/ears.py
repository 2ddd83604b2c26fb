# SPDX-License-Identifier: MIT
"""The tool and the reference, listening to the same events at the same time."""
import os
import re
import signal
import subprocess
import time

from lib.case import Failure, check_lines, plain_err

PATIENCE = 60               # seconds for what must come; a verdict is never a matter of time
# The reference pads the stamps of expectations with blanks, behind the number: compat.md, B40.
STAMP = re.compile(r"^\[\d{8,}\.(?=[\d ]{6}\])\d+ *\]\t")


def groups():
    """The netlink sockets of this namespace that listen to events of the table: (port, bytes that wait)."""
    with open("/proc/self/net/netlink") as f:
        rows = [line.split() for line in f][1:]
    return [(int(row[2]), int(row[4])) for row in rows if row[1] == "12" and int(row[3], 16)]


def until(true, what, *running):
    end = time.monotonic() + PATIENCE
    while not true():
        for ear in running:
            if ear.process.poll() is not None:
                raise Failure("$ conntrack %s\nended with %s before %s\n%s" % (
                    ear.line, ear.process.returncode, what, ear.err()))
        if time.monotonic() > end:
            raise Failure("%s did not happen" % what)
        time.sleep(0.01)


class Ear:
    """One program that listens; out and err are what it has said so far."""

    def __init__(self, t, line, tool=None, stdout=None, **more):
        self.t, self.line, self.tool = t, line, tool or t.tool
        t.lab               # it listens in the router
        number = len(os.listdir("/run/scratch"))
        self.paths = ["/run/scratch/%d.%s" % (number, name) for name in ("out", "err")]
        before = {port for port, _ in groups()}
        with open(self.paths[0], "wb") as out, open(self.paths[1], "wb") as err:
            self.process = t.start(line, tool, stdout=out if stdout is None else stdout, stderr=err, **more)
        until(lambda: {port for port, _ in groups()} - before, "listening", self)

    def read(self, n):
        with open(self.paths[n], errors="backslashreplace") as f:
            return f.read()

    def out(self):
        return self.read(0)

    def err(self):
        return self.read(1)

    def state(self):
        with open("/proc/%d/stat" % self.process.pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0]

    def status(self, name):
        with open("/proc/%d/status" % self.process.pid) as f:
            return int(re.search(r"^%s:\s*(\d+)" % name, f.read(), re.M).group(1))

    def sleeps(self):
        """Sleeps, and did not do anything else while we looked twice."""
        turns = self.status("voluntary_ctxt_switches")
        return self.state() == "S" and self.status("voluntary_ctxt_switches") == turns

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("$ conntrack %s\nstill running after %d s" % (self.line, PATIENCE))

    def fail(self, *complaints):
        raise Failure("\n".join(("$ conntrack " + self.line,) + complaints + tuple(
            "stderr: " + x for x in self.err().splitlines()[:8])))


def quiet(*ears):
    """Nothing waits in any socket, and every listener sleeps."""
    until(lambda: not any(waiting for _, waiting in groups()) and all(ear.sleeps() for ear in ears),
          "silence", *ears)


class Pair:
    """The tool and, beside it, the reference.  In a with block, where the events are to be made."""

    def __init__(self, t, line, **more):
        self.t, self.line, self.more = t, line, more

    def __enter__(self):
        self.ears = [Ear(self.t, self.line, **self.more)]
        if self.t.reference:
            self.ears.append(Ear(self.t, self.line, self.t.reference, **self.more))
        else:
            self.t.skipped = "no reference conntrack for comparison"
        return self

    def __exit__(self, kind, *_):
        if kind:
            for ear in self.ears:
                ear.process.kill()
        else:
            quiet(*self.ears)
            self.codes = [ear.end() for ear in self.ears]

    @staticmethod
    def still(text):
        """Without what differs between two listeners: the clock, and names of programs that may be gone."""
        return [re.sub(r" progname=\S+$", "", STAMP.sub("[TIME]\t", line)) for line in text.splitlines()]

    def lines(self):
        return self.still(self.ears[0].out())

    def same(self, *patterns, lines=None, code=0):
        """The same lines in the same order, the same messages, the same exit code; and this is what they are."""
        ours = self.ears[0]
        complaints = []
        for ear in self.ears[1:]:
            want, have = self.still(ear.out()), self.lines()
            complaints += ["should be: " + a for a in want if a not in have][:10]
            complaints += ["is, and should not be: " + b for b in have if b not in want][:10]
            if not complaints and want != have:
                complaints += ["the order differs"]
            if plain_err(ours.err()) != plain_err(ear.err()):
                complaints.append("stderr should be: %r" % plain_err(ear.err()))
        complaints += ["exit %s instead of %s" % (x, code) for x in self.codes if x != code]
        if lines is None:
            complaints += check_lines("\n".join(self.lines()), patterns)
        elif len(self.lines()) != lines:
            complaints.append("%d lines instead of %d" % (len(self.lines()), lines))
        if complaints:
            ours.fail(*complaints)
