# SPDX-License-Identifier: MIT
"""Whether what a command did, as one of its system calls failed, can be called honest."""
import collections
import re
import signal

# The right answer all the same: comforts, and what is asked of the kernel for no more than a hint or a faster way.
HARMLESS = {"setsockopt", "getsockopt", "signalfd4", "rt_sigaction", "rt_sigprocmask", "clock_gettime", "ioctl",
            "sysinfo", "close", "poll", "getrandom", "getdents64", "readlinkat", "prctl", "seccomp", "capget", "capset"}
# Nothing can be right without them; an interruption may be made good.
VITAL = {"socket", "memfd_create", "sendto"}
# These have a second way to their answer, a file of /proc.
TWO_WAYS = {"-C": {"sendto", "recvfrom"}, "-S": {"sendto", "recvfrom"}}
# A hint may be missing without them.
HINTS = {"openat", "read"}
# A listener ends by its signal as always when it cannot be told of it.
NO_SIGNALS = {"signalfd4", "rt_sigprocmask"}

COUNT = re.compile(r"^conntrack v\S+ \(rawtrack\): (\d+) (?:flow (?:entries|events)|expectations) have been (\w+)\.$")
SENTENCE = re.compile(r"^(?:conntrack v\S+ \(rawtrack\)|mnl_socket_bind|nfct_labelmap_new): (?!\d+ flow ).*[a-z]")
UNCLEAR = re.compile(r"Success|Unknown error")
WARNING = re.compile(r"^(?:WARNING: We have hit ENOBUFS! We are losing events\."
                     r"|hint: \d+ overflows(?:, (\d+) events lost)?)$")


def counts(err):
    return [int(found[1]) for found in map(COUNT.match, err.splitlines()) if found]


def sentences(err):
    return [line for line in err.splitlines() if SENTENCE.match(line) and not COUNT.match(line)]


def missing(some, of):
    """Lines of the one, as often as they are there, that the other has not."""
    return sorted((collections.Counter(some) - collections.Counter(of)).elements())


def names(lines, event=True):
    """What entries lines are about: protocol, addresses, ports of the original direction."""
    found = [re.search(r"(tcp|udp).*?(src=\S+ dst=\S+ sport=\d+ dport=\d+)", x) for x in lines]
    return {x.groups() for x in found if x}


def gaps(before, right, out):
    """A snapshot and what follows tell of every entry, whenever it came, and of every end."""
    ends = [x for x in out if "[DESTROY]" in x]
    wanted = [x for x in right if "[DESTROY]" in x]
    told = names(out) if len(ends) == len(wanted) else set()
    return missing(wanted, ends) + [" ".join(x) for x in sorted((names(before) | names(right)) - told)]


def false_numbers(command, before, got, name, out, quiet, mute):
    """The summary against the lines and the table."""
    said, wrong = counts(got.err), []
    if command.events:
        if said and not mute and sum(said) != len(out):
            wrong.append("%d lines, but it says %s" % (len(out), said))
    elif command.counts == "changed" and said:
        done = len(names(got.table) - names(before)) + len(missing(before, got.table))
        if sum(said) > done or (sum(said) < done and name != "recvfrom"):
            wrong.append("%d entries changed, but it says %s" % (done, said))
    elif command.counts in ("deleted", "updated", "flushed") and (said or not (quiet or sentences(got.err))):
        done = len(missing(before, got.table))
        said = sum(said)
        if said > done or (said < done and name != "recvfrom"):
            wrong.append("%d entries changed, but it says %d" % (done, said))
        if command.counts != "flushed" and (len(out) > done or (len(out) != said and name != "write")):
            wrong.append("%d entries changed, and %d lines" % (done, len(out)))
    return wrong


def refused(command, got, right, before, out, quiet):
    """Exit 1 or 2: a sentence, and nothing that was not so."""
    wrong = []
    told = sentences(got.err)
    if not told and not quiet:
        wrong.append("fails and says nothing")
    wrong += ["unclear: " + x for x in got.err.splitlines() if UNCLEAR.search(x)]
    if not command.line.startswith("-E --snapshot"):
        wrong += ["not in the right answer: " + x for x in missing(out, command.lines(right.out))[:3]]
    if command.changes:
        both = set(before) | set(right.table)
        wrong += ["neither old nor new: " + x for x in got.table if x not in both][:3]
    return wrong


def fine(command, got, right, before, out, mute):
    """Exit 0: everything as it should be, silent as it should be."""
    wrong = []
    lines = command.lines(right.out)
    lost = [int(found[1] or 0) for found in map(WARNING.match, got.err.splitlines()) if found]
    if command.events and sum(lost):        # by a buffer that could not be made larger: then that is told
        return ["%d shown and %d lost of %d" % (len(out), sum(lost), len(lines))] * (len(out) + sum(lost) != len(lines))
    if "--snapshot" in command.line:
        wrong += ["a gap: " + x for x in gaps(before, lines, out)[:3]]
    elif out != lines or not got.out.endswith(right.out[-1:]):
        wrong += ["stdout lacks: " + x for x in missing(lines, out)[:3]] + \
            ["stdout has: " + x for x in missing(out, lines)[:3]] or ["stdout is cut short"]
    wrong += ["table lacks: " + x for x in missing(right.table, got.table)[:3]] + \
        ["table has: " + x for x in missing(got.table, right.table)[:3]]
    err = [x for x in got.err.splitlines() if not (command.events and WARNING.match(x))]
    if not mute and "--snapshot" not in command.line and err != right.err.splitlines():
        wrong.append("other messages than %r" % right.err)
    return wrong


def vital(command, name, error, when):
    if name in TWO_WAYS.get(command.line, ()) or error == "EINTR":
        return False
    return name in VITAL or (name == "bind" and when in ("1", "1+"))


def other_way(command, right, got):
    """What stands in /proc: the same number, or a line for each CPU with other columns."""
    if command.line == "-C":
        return [] if got.out == right.out else ["%r instead of %r" % (got.out, right.out)]
    cpus = [re.sub(r"\s.*", "", line) for line in got.out.splitlines()]
    return [] if cpus == [re.sub(r"\s.*", "", x) for x in right.out.splitlines()] else ["CPUs: " + " ".join(cpus)]


def ended(command, got, right, before, out):
    """A signal came with a call: what was done till then is done, and counted; nothing is done that is not."""
    wrong = ["not in the right answer: " + x for x in missing(out, command.lines(right.out))[:3]
             if "--snapshot" not in command.line]
    if got.code == -signal.SIGTERM:
        if command.counts in ("deleted", "updated", "changed") and got.table != before:
            wrong.append("changes something and dies")
        return wrong
    if not counts(got.err) and not sentences(got.err):
        wrong.append("ends and says nothing")
    both = set(before) | set(right.table)
    return wrong + ["neither old nor new: " + x for x in got.table if x not in both][:3]


def judge(command, answer, got, name, error, when):
    """Complaints, when this call failed with this error."""
    right, before = answer
    out = command.lines(got.out)
    mute = name == "write" and error != "SIGTERM" and ("2" in got.injected or when == "1+")
    quiet = mute or (name == "write" and error == "EPIPE" and "1" in got.injected)
    if got.hung:
        return ["hangs"]
    if command.events and name in NO_SIGNALS and got.code == -signal.SIGTERM:
        return ["not in the right answer: " + x for x in missing(out, command.lines(right.out))[:3]
                if "--snapshot" not in command.line]
    signalled = error == "SIGTERM" and (got.code or command.events)
    if signalled and got.code == -signal.SIGTERM:
        return ended(command, got, right, before, out)
    if got.code not in (0, 1, 2):
        return ["ends with %d" % got.code]
    wrong = false_numbers(command, before, got, name, out, quiet, mute)
    if signalled:
        return wrong + ended(command, got, right, before, out)
    if got.code == 0 and command.events and quiet:
        return wrong            # nobody reads any more
    if got.code == 0 and got.injected and vital(command, name, error, when):
        wrong.append("succeeds without " + name)
    if got.code == 0 and name in TWO_WAYS.get(command.line, ()):
        return wrong + other_way(command, right, got)
    if got.code == 0:
        return wrong + fine(command, got, right, before, out, mute or name in HINTS)
    if name in HARMLESS and when != "1+" and not (command.events and name == "poll"):
        wrong.append("this call's failure should not matter")
    if name == "socket" and when == "1" and "of the file" in got.err:
        wrong.append("no line of the file is to blame")
    return wrong + refused(command, got, right, before, out, quiet)
