#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every system call of every command fails once, at several places of its run.

    test/inject/run BINARY [NAME-PATTERN]

What a command calls is recorded first, so that nothing is left out when the
program learns a new call.  Then strace refuses a call, or lets a signal come
with it, and the run is judged:
the right answer with exit 0, or exit 1 or 2 with a sentence; no hang, no
death by a signal, no number that is not true, no table but one on the way
from the old one to the new one.
"""
import ctypes
import multiprocessing
import re
import sys
import traceback

from commands import COMMANDS, World
from judge import judge
import limits

JOBS = 2
CLONE_NEWNET = 0x40000000

ERRORS = "EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "EPERM"
MORE = {"write": ("ENOSPC", "EPIPE", "EIO"), "read": ("EIO",), "recvfrom": ("EIO",),
        "socket": ("EMFILE",), "openat": ("EMFILE", "ENOENT"), "memfd_create": ("EMFILE",)}
# What a system without the call, or one that forbids it, says every time.
ALWAYS = "ENOSYS", "EPERM"
# Their failure cannot be told from the program not running, or not ending.
NEVER = {"execve", "exit_group"}


def places(calls):
    """Which of the calls of one name fail: the first two, one in the middle and the last, of each descriptor."""
    chosen = set()
    for fd in {fd for _, fd in calls}:
        of_fd = [n for n, x in calls if x == fd]
        chosen |= {of_fd[0], of_fd[min(1, len(of_fd) - 1)], of_fd[len(of_fd) // 2], of_fd[-1]}
    return sorted(chosen)


def cases(name, calls):
    """(error, when)"""
    for error in ERRORS + MORE.get(name, ()):
        for n in places(calls):
            yield error, str(n)
    for error in ALWAYS:
        yield error, "1+"
    for n in places(calls):
        yield "SIGTERM", str(n)


def injection(name, error, when):
    return ["-e", "inject=%s:%s=%s:when=%s" % (name, "signal" if error == "SIGTERM" else "error", error, when)]


def record(world, command):
    """Calls by name, each (number, first argument)."""
    command.prepare(world)
    calls = {}
    for line in world.trace(command, "all"):
        found = re.match(r"(\w+)\((\d*)", line)
        if found and found[1] not in NEVER:
            of_name = calls.setdefault(found[1], [])
            of_name.append((len(of_name) + 1, found[2]))
    return calls


def fail_all(world, command, name, calls):
    """All failures of one call: how many they were, and complaints."""
    complaints, missed, count = [], 0, 0
    for error, when in cases(name, calls):
        size = world.buckets()
        for _ in range(3):      # somebody else's change of the one hash table doubles and hides entries
            command.prepare(world)
            got = world.run(command, injection(name, error, when), name)
            wrong = judge(command, world.right(command), got, name, error, when)
            if not wrong or size == world.buckets():
                break
            size = world.buckets()
        count += 1
        missed += not got.injected and error != "SIGTERM"      # which waits, and is not seen
        if wrong:
            complaints += ["%s at %s (%s): exit %s" % (error, when, " ".join(sorted(got.injected)), got.code)] + \
                ["  " + x for x in wrong] + ["  stderr: " + x for x in got.err.splitlines()[:4]]
    if missed > count // 2:
        complaints.append("only %d of %d failures took place" % (count - missed, count))
    return count, complaints


world = None


def begin(tool):
    global world
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    # by default, entries have events if anybody on the machine listens as they begin
    with open("/proc/sys/net/netfilter/nf_conntrack_events", "w") as f:
        f.write("1")
    world = World(tool)


def work(task):
    kind, command, name = task
    try:
        if kind == "record":
            return record(world, COMMANDS[command])
        if kind == "limit":
            return limits.FACTS[name](world)
        return fail_all(world, COMMANDS[command], name, command_calls[command][name])
    except Exception:
        return 0, traceback.format_exc(limit=-4).splitlines()


command_calls = {}


def perform(tool, tasks):
    """Each result in its turn, two processes at a time."""
    with multiprocessing.get_context("fork").Pool(JOBS, begin, (tool,)) as pool:
        yield from zip(tasks, pool.imap(work, tasks, 1))


def main():
    tool, pattern = sys.argv[1], sys.argv[2]
    if ctypes.CDLL(None, use_errno=True).mount(b"inject", b"/run", b"tmpfs", 0, b"mode=755"):
        raise SystemExit("no file system of our own")
    tasks = [("record", command, None) for command in COMMANDS]
    for (_, command, _), calls in perform(tool, tasks):
        if not isinstance(calls, dict):
            raise SystemExit("\n".join(calls[1]))
        command_calls[command] = calls
    tasks = [("calls", command, name) for command, calls in command_calls.items() for name in sorted(calls)
             if name in (COMMANDS[command].calls or calls)]
    names = {task: "%s_%s_fails" % task[1:] for task in tasks}
    for fact in limits.FACTS:
        task = "limit", None, fact
        tasks.append(task)
        names[task] = fact
    tasks = [task for task in tasks if re.search(pattern, names[task])]
    if not tasks:
        raise SystemExit("no test of that name")
    total = bad = 0
    for task, (count, complaints) in perform(tool, tasks):
        total += count
        bad += bool(complaints)
        print("%s - inject: %s" % ("not ok" if complaints else "ok", names[task]))
        for line in complaints[:40]:
            print("# " + line[:300])
        sys.stdout.flush()
    print("# %d runs" % total)
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
