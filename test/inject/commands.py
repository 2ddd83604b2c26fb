# SPDX-License-Identifier: MIT
"""The commands that are run, and a table of entries for each to run on."""
import collections
import os
import re
import select
import signal
import socket
import struct
import subprocess
import time

PATIENCE = 60           # seconds until a run counts as one that hangs
CREATE = "-I -t 3000 -p udp -s 192.0.2.%d -d 198.51.100.7 --sport %d --dport 53"
ONE = "-p tcp -s 198.18.0.1 -d 203.0.113.1 --sport 1024 --dport 1"

# injected: the first arguments of the calls that failed, descriptors as a rule. table: what is listed afterwards.
Result = collections.namedtuple("Result", "out err code table injected hung")
TIMEOUT = re.compile(r'(\b(?:tcp|udp) +\d+ |"timeout":|<timeout>)(\d+)')
MOVING = re.compile(r'"(?:id|time|portid)":[\d.]+,?|"progname":"\w*",?|<id>\d+</id>| portid=\d+(?: progname=\w+)?')


def still(line):
    """Without the numbers that move by themselves; timeouts to the thousand."""
    line = TIMEOUT.sub(lambda found: "%s%dk" % (found[1], round(int(found[2]) / 1000)), line)
    return MOVING.sub("", line).rstrip(", ")


class Command:
    """changes: the table; counts: what its summary counts; calls: which fail, where others make the same."""

    def __init__(self, line, stdin=None, changes=False, counts="", events=False, blur=None, calls=()):
        self.line, self.stdin, self.changes, self.counts = line, stdin, changes, counts
        self.events, self.blur, self.calls = events, blur, calls

    def prepare(self, world):
        """The table as it is before; others find it as they left it."""
        if world.dirty or self.changes or self.events:
            world.fill()
        world.dirty = self.changes or self.events

    def lines(self, text):
        """Complete lines, without what moves; order and commas do not matter."""
        whole = text[:text.rfind("\n") + 1].splitlines()
        return sorted(self.blur(x) if self.blur else still(x) for x in whole)


def load_file():
    """Creations, then an update and a deletion of what else is in the table."""
    return "".join(CREATE % (n % 50, 1024 + n) + "\n" for n in range(400)) + "-U -p tcp --dport 3 -m 9\n-D -p udp --dport 2\n"


COMMANDS = {
    "list": Command("-L", counts="shown"),
    "list_json": Command("-L -o json", counts="shown", calls=("write", "openat", "read")),
    "list_xml": Command("-L -o xml", counts="shown", calls=("write",)),
    "list_zero": Command("-L -z", counts="shown", calls=("sendto", "recvfrom", "write")),
    "list_expect": Command("-L expect", counts="shown", calls=("sendto", "recvfrom", "write")),
    "by": Command("-L --by src,state", calls=("mmap", "mremap", "getrandom", "write")),
    "get": Command("-G " + ONE, counts="shown"),
    "count": Command("-C"),
    "statistics": Command("-S", blur=lambda line: re.sub(r"=\d+", "=~", line)),
    "create": Command(CREATE % (1, 1024), changes=True),
    "delete": Command("-D -p tcp --dport 1-2", changes=True, counts="deleted"),
    "delete_one": Command("-D -w 0 " + ONE, changes=True, counts="deleted", calls=("sendto", "recvfrom", "write")),
    "update": Command("-U -p tcp -m 7", changes=True, counts="updated"),
    "update_asking": Command("-U -p udp -t 2000", changes=True, counts="updated", calls=("sendto", "recvfrom", "write")),
    "flush": Command("-F", changes=True),
    "flush_family": Command("-F -f ipv4", changes=True, counts="flushed", calls=("sendto", "recvfrom", "write")),
    "load": Command("-R load", changes=True, counts="changed"),
    "load_pipe": Command("-R -", stdin="load", changes=True, counts="changed",
                         calls=("memfd_create", "lseek", "read", "write", "dup")),
    "events": Command("-E", events=True, counts="shown"),
    "events_json": Command("-E -o json,timestamp -p tcp", events=True, counts="shown", calls=("write", "recvmmsg", "poll")),
    "snapshot": Command("-E --snapshot -o userspace", events=True, counts="shown",
                        calls=("sendto", "recvfrom", "recvmmsg", "poll", "write")),
}


# Every entry of IPv6 is deleted: a message of 20 bytes, none of them an attribute.
FLUSH_IPV6 = struct.pack("=IHHIIBBH", 20, 0x102, 1, 0, 0, socket.AF_INET6, 0, 0)


def listeners():
    """The sockets of this namespace that listen: bytes that wait, by port."""
    with open("/proc/self/net/netlink") as f:
        rows = [line.split() for line in f][1:]
    return {row[2]: int(row[4]) for row in rows if row[1] == "12" and int(row[3], 16)}


class World:
    """A network namespace with a table; the calling process is in it."""

    def __init__(self, tool):
        self.tool, self.flood = tool, os.path.dirname(tool) + "/test/flood"
        self.dir = "/run/%d" % os.getpid()
        self.dirty, self.answers = True, {}
        self.sender = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        os.mkdir(self.dir)
        with open(self.dir + "/load", "w") as f:
            f.write(load_file())

    @staticmethod
    def buckets():
        with open("/proc/sys/net/netfilter/nf_conntrack_buckets") as f:
            return f.read()

    def quietly(self, *args):
        done = subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError("%s: %s" % (" ".join(args), done.stderr))
        return done.stdout

    def fill(self):
        """600 entries of TCP, 60 of UDP; three ports."""
        self.quietly(self.tool, "-F")
        self.quietly(self.flood, "600", "--sources", "20", "--ports", "3", "--timeout", "3000")
        self.quietly(self.flood, "60", "--proto", "udp", "--sources", "20", "--ports", "3", "--timeout", "3000")

    def table(self):
        return sorted(still(x) for x in self.quietly(self.tool, "-L").splitlines())

    def start(self, command, wrap, **more):
        files = [open("%s/%s" % (self.dir, name), "wb") for name in ("out", "err")]
        stdin = None
        if command.stdin:
            stdin = subprocess.Popen(["cat", command.stdin], stdout=subprocess.PIPE, cwd=self.dir)
        more = dict({"stdin": stdin.stdout if stdin else subprocess.DEVNULL, "stdout": files[0], "stderr": files[1]}, **more)
        p = subprocess.Popen(wrap + [self.tool] + command.line.split(), cwd=self.dir,
                             env={"PATH": os.environ["PATH"], "TZ": "UTC", "NO_COLOR": "1"}, **more)
        for f in files:
            f.close()
        if stdin:
            stdin.stdout.close()
            p.feeder = stdin
        return p

    def read(self, name):
        with open("%s/%s" % (self.dir, name), errors="backslashreplace") as f:
            return f.read()

    def watched(self, p, traced):
        """Events for one that listens, until it has taken all of them; then it is told to end."""
        end = time.monotonic() + PATIENCE

        def wait(true):
            while p.poll() is None and not true() and time.monotonic() < end:
                select.select([], [], [], 0.001)

        wait(listeners)
        self.quietly(self.flood, "300", "--base", "198.19.0.1", "--timeout", "3000")
        self.quietly(self.tool, "-D", "-p", "tcp", "-s", "198.18.0.2")
        # these may be gone when they are looked for; who deletes this one stays
        self.quietly(self.flood, "1", "-6", "--timeout", "3000")
        self.sender.send(FLUSH_IPV6)
        wait(lambda: not any(listeners().values()))
        if p.poll() is None:
            os.kill(child(p.pid) if traced else p.pid, signal.SIGTERM)

    def run(self, command, inject=(), name=None, wrap=None, **more):
        """To its end, under strace if a failure is injected or the name of calls is given."""
        trace = self.dir + "/trace"
        if wrap is None:
            wrap = ["strace", "-o", trace, "-e", "trace=" + name, *inject] if name else []
        hung = False
        p = self.start(command, wrap, **more)
        try:
            if command.events:
                self.watched(p, bool(name))
            p.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            hung = True
            os.kill(child(p.pid) if name else p.pid, signal.SIGKILL)
            p.wait()
        if command.stdin:
            p.feeder.wait()
        injected = set(re.findall(r"(?m)^\w+\((\w*).*\(INJECTED\)$", self.read("trace"))) if inject else set()
        table = self.table() if command.changes else []
        return Result(self.read("out"), self.read("err"), p.returncode, table, injected, hung)

    def trace(self, command, name):
        got = self.run(command, name=name)
        if got.code:
            raise RuntimeError("%s\nexit %s\n%s" % (command.line, got.code, got.err))
        return self.read("trace").splitlines()

    def right(self, command):
        """What it does when nothing fails, and the table before it."""
        if command not in self.answers:
            world_before = (self.fill(), self.table())[1]
            self.dirty = True
            command.prepare(self)
            got = self.run(command)
            command.prepare(self)
            if got.code or not (got.out or command.changes or "expect" in command.line):
                raise RuntimeError("%s: nothing to compare with: %s" % (command.line, got.err))
            self.answers[command] = got, world_before
        return self.answers[command]


def child(pid):
    """strace's."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return int((f.read().split() or [str(pid)])[0])
