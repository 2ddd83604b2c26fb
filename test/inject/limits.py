# SPDX-License-Identifier: MIT
"""Too little of what a process may have, and outputs that take little at a time, or nothing.

Each fact returns how many runs it took, and complaints.
"""
import fcntl
import itertools
import os
import pty
import random
import select
import signal
import termios
import threading
import tty

from commands import COMMANDS
from judge import judge

FACTS = {}
ALL = ("list", "list_json", "by", "get", "count", "create", "delete", "update", "flush", "load", "load_pipe", "events",
       "snapshot")
SILENT = "create", "flush"      # nothing on stdout
LONG = "list", "list_json", "list_xml", "delete", "update", "load"
QUICK = [name for name in ALL if not COMMANDS[name].events]


def fact(function):
    FACTS[function.__name__] = function
    return function


def attempt(world, name, what, wrap=(), error="EIO", fds=("1",), allowed=(), must=None, call="write", **more):
    """Complaints about one run; fds are those that fail, as error does in call; allowed are signals it may die of."""
    command = COMMANDS[name]
    answer = world.right(command)
    command.prepare(world)
    got = world.run(command, wrap=list(wrap), **more)._replace(injected=set(fds))
    if -got.code in allowed:
        return []
    wrong = judge(command, answer, got, call, error, "1")
    if must is not None and (got.code == 0) != (must == 0):
        wrong.append("exit %d instead of %d" % (got.code, must))
    if wrong:
        return ["%s, %s: exit %d" % (name, what, got.code)] + ["  " + x for x in wrong] + \
            ["  stderr: " + x for x in got.err.splitlines()[:4]]
    return []


def each(world, runs):
    count, complaints = 0, []
    for arguments, more in runs:
        count += 1
        complaints += attempt(world, *arguments, **more)
    return count, complaints


# ---------------------------------------------------------------- descriptors

def shell(redirections):
    return ["sh", "-c", 'exec "$@" ' + redirections, "sh"]


@fact
def closed_descriptors_leave_every_command_honest(world):
    def runs():
        for closed in itertools.chain.from_iterable(itertools.combinations("012", n) for n in (1, 2, 3)):
            for name in ALL:
                silent = "1" in closed and name not in SILENT or "0" in closed and name == "load_pipe"
                yield (name, "closed " + " ".join(closed), shell(" ".join(fd + ">&-" for fd in closed))), \
                    {"fds": closed, "must": int(silent)}
    return each(world, runs())


@fact
def few_descriptors_leave_every_command_honest(world):
    def runs():
        for most in range(2, 10):
            for name in ALL:
                yield (name, "%d descriptors" % most, ["prlimit", "--nofile=%d" % most]), \
                    {"fds": (), "call": "openat", "must": 0 if most > 8 else 1 if most < 4 else None}
    return each(world, runs())


# ---------------------------------------------------------------- memory

def least(world, option):
    """What the program needs to begin, in pages."""
    for pages in range(1, 4096):
        got = world.run(VERSION, wrap=["prlimit", "--%s=%d" % (option, pages * 4096)])
        if got.code == 0:
            return pages
    raise RuntimeError("does not even begin")


class Line:
    """A command that leaves the table alone and is not judged as the others are."""
    stdin, changes, events = None, False, False

    def __init__(self, line):
        self.line = line


VERSION, SOURCES = Line("-V"), Line("-L --by src,sport")


def little_memory(world, option):
    """From where it begins at all."""
    first = least(world, option)
    count, complaints = each(world, (
        ((name, "%s %d" % (option, pages * 4096), ["prlimit", "--%s=%d" % (option, pages * 4096)]), {"fds": ()})
        for name in QUICK for pages in range(first, first + 40, 13)))
    # as many keys as entries: room for them is asked for as they come
    world.dirty = True
    world.quietly(world.tool, "-F")
    world.quietly(world.flood, "30000", "--sources", "30000", "--timeout", "3000")
    refused = 0
    for pages in range(first, first + 1200, 150):
        got = world.run(SOURCES, wrap=["prlimit", "--%s=%d" % (option, pages * 4096)])
        count += 1
        refused += got.code == 1 and "Cannot allocate memory" in got.err
        if got.code not in (0, 1) or (got.code == 0) != (got.out.count("\n") == 30000):
            complaints += ["--by, %s %d pages: exit %d, %d lines" % (option, pages, got.code, got.out.count("\n")), got.err]
    if not refused:
        complaints.append("memory was never too little for --by")
    world.quietly(world.tool, "-F")
    return count, complaints


@fact
def little_address_space_leaves_every_command_honest(world):
    return little_memory(world, "as")


@fact
def little_data_leaves_every_command_honest(world):
    return little_memory(world, "data")


# ---------------------------------------------------------------- outputs that end

def ignoring(number):
    """A shell that hands an ignored signal down."""
    return ["sh", "-c", 'trap "" %d; exec "$@"' % number, "sh"]


@fact
def limited_size_of_files_is_told_and_leaves_the_counts_true(world):
    def runs():
        for name, size in itertools.product(LONG, (0, 1, 100, 4096, 20000)):
            limit = ["prlimit", "--fsize=%d" % size]
            fds = ("1",) if size > 1000 else ("1", "2")
            yield (name, "files of %d bytes" % size, ignoring(signal.SIGXFSZ) + limit), {"must": 1, "fds": fds}
            yield (name, "files of %d bytes, SIGXFSZ" % size, limit), \
                {"must": 1, "fds": fds, "allowed": (signal.SIGXFSZ,)}
        for size in (0, 1, 4096, 20000):    # the unnamed file that a pipe is copied to
            yield ("load_pipe", "files of %d bytes" % size, ignoring(signal.SIGXFSZ) + ["prlimit", "--fsize=%d" % size]), \
                {"must": 1, "fds": ("1", "2")}
    return each(world, runs())


@fact
def full_disk_leaves_the_counts_true(world):
    def runs():
        for name in ALL:
            if name in SILENT:
                continue
            with open("/dev/full", "w") as disk:
                yield (name, "full"), {"error": "ENOSPC", "must": 1, "stdout": disk}
    return each(world, runs())


@fact
def reader_who_leaves_leaves_the_counts_true(world):
    """After some bytes; the pipe holds a page."""
    def reader(fd, n):
        while n > 0:
            n -= len(os.read(fd, min(n, 512))) or n
        os.close(fd)

    def runs():
        for name, n, ignored in itertools.product(LONG, (0, 1, 3000, 20000), (False, True)):
            into, out = os.pipe()
            fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 4096)
            thread = threading.Thread(target=reader, args=(into, n))
            thread.start()
            yield (name, "%d bytes read" % n, ignoring(signal.SIGPIPE) if ignored else ()), \
                {"error": "EPIPE", "must": 1, "allowed": () if ignored else (signal.SIGPIPE,), "stdout": out}
            os.close(out)
            thread.join()
    return each(world, runs())


# ---------------------------------------------------------------- short writes

class Dribble(threading.Thread):
    """Reads a descriptor, a few bytes at a time."""

    def __init__(self, fd, seed):
        super().__init__()
        self.fd, self.random, self.data = fd, random.Random(seed), b""

    def run(self):
        while True:
            try:
                piece = os.read(self.fd, self.random.choice((1, 7, 100, 4096)))
            except OSError:         # the last one has closed the terminal
                piece = b""
            if not piece:
                os.close(self.fd)
                return
            self.data += piece
            if self.random.random() < 0.1:
                select.select([], [], [], 0.0005)


def dribbled(world, names, open_pair):
    count, complaints = 0, []
    for seed, name in enumerate(names):
        command = COMMANDS[name]
        answer = world.right(command)
        command.prepare(world)
        into, out = open_pair()
        reader = Dribble(into, seed)
        reader.start()
        got = world.run(command, stdout=out)
        os.close(out)
        reader.join()
        got = got._replace(out=reader.data.decode())
        count += 1
        wrong = judge(command, answer, got, "none", "", "1") + ["exit %d" % got.code] * (got.code != 0)
        if wrong:
            complaints += [name] + ["  " + x for x in wrong]
    return count, complaints


@fact
def pipe_that_takes_little_at_a_time_gets_all(world):
    """Non-blocking, as somebody may have made it."""
    def pair():
        into, out = os.pipe()
        fcntl.fcntl(out, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(out, False)
        return into, out
    return dribbled(world, LONG + ("by",), pair)


@fact
def terminal_that_takes_little_at_a_time_gets_all(world):
    def pair():
        into, out = pty.openpty()
        tty.setraw(out, termios.TCSANOW)
        os.set_blocking(out, False)
        return into, out
    return dribbled(world, LONG + ("by",), pair)
