# SPDX-License-Identifier: MIT
"""What the program has given away while it works, and that it works without."""
import os
import re
import shutil
import signal

from lib import packet
from lib.case import Failure, Skip, fact, facts
from lib.ears import Ear, quiet, until
from lib.lab import A, B

READERS = 1 << 19 | 1 << 2      # CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH
CREATE = "-I -p udp -s 192.0.2.1 -d 192.0.2.2 --sport %d --dport 53 -t 60"


def status(process, name):
    with open("/proc/%d/status" % process.pid) as f:
        found = re.search(r"^%s:\s*(\w+)" % name, f.read(), re.M)
    return found and int(found.group(1), 16)


def expect(process, **values):
    """Seccomp is 2 with a filter; capabilities are a number of bits."""
    for name, value in values.items():
        have = status(process, name)
        if name == "Seccomp" and have is None:
            raise Skip("no seccomp in this kernel")
        if have != value:
            raise Failure("%s is %x and should be %x" % (name, have, value))


def rights(process):
    return status(process, "CapEff") | status(process, "CapPrm") | status(process, "CapInh")


@facts("whoever_watches_{what}_can_only_read_files", what={"events": "-E", "from_a_snapshot_on": "-E --snapshot",
                                                         "expectations": "-E expect"})
def watches(t, what):
    t.table()
    ear = Ear(t, {"events": "-E", "from_a_snapshot_on": "-E --snapshot", "expectations": "-E expect"}[what])
    quiet(ear)
    expect(ear.process, Seccomp=2, NoNewPrivs=1)
    if rights(ear.process) & ~READERS:
        raise Failure("capabilities %x" % rights(ear.process))
    ear.end()


@fact
def whoever_watches_still_names_the_program_that_made_an_event(t):
    t.table()
    ear = Ear(t, "-E")
    t.run(CREATE % 1, "/usr/sbin/conntrack" if t.reference is None else t.reference)
    quiet(ear)
    ear.end()
    if not re.search(r"\[USERSPACE\] portid=\d+", ear.out()):
        raise Failure(ear.out() + ear.err())


@facts("list_{how}_has_no_rights_when_it_is_read", how=("of_entries", "in_json", "of_one_family"))
def lists(t, how):
    """More than a pipe holds: it waits for its reader."""
    t.table()
    t.flood("3000")
    option = {"of_entries": "", "in_json": "-o json", "of_one_family": "-f ipv4"}[how]
    with t.start("-L " + option) as p:
        first = os.read(p.stdout.fileno(), 1)
        until(lambda: status(p, "CapEff") == 0, "a list without rights")
        expect(p, Seccomp=2, NoNewPrivs=1, CapEff=0, CapPrm=0, CapInh=0)
        out = first + p.communicate(timeout=60)[0]
    if out.count(b"\n") < 3000 or p.returncode:
        raise Failure("%d bytes, exit %s" % (len(out), p.returncode))


@fact
def whoever_resets_counters_can_still_ask(t):
    t.table()
    t.flood("3000")
    got = t.run("-L -z")
    if got.code or got.out.count("\n") != 3000:
        raise Failure("%d lines, exit %s" % (got.out.count("\n"), got.code))


def expect_none(process):
    expect(process, Seccomp=0, NoNewPrivs=0)
    if not rights(process):
        raise Failure("the rights are gone")


@fact
def list_without_a_sandbox_keeps_what_it_had(t):
    t.table()
    t.flood("3000")
    with t.start("-L --no-sandbox") as p:
        os.read(p.stdout.fileno(), 1)
        expect_none(p)
        p.communicate(timeout=60)


@fact
def whoever_watches_without_a_sandbox_keeps_what_he_had(t):
    t.table()
    ear = Ear(t, "-E --no-sandbox")
    quiet(ear)
    expect_none(ear.process)
    ear.end()


@fact
def load_file_takes_the_option_on_either_side(t):
    t.table()
    for number, line in enumerate(("-R - --no-sandbox", "--no-sandbox -R -", "-R -"), 1):
        with open("/run/scratch/load", "w") as f:
            f.write(CREATE % number + "\n")
        with open("/run/scratch/load") as f:
            t.check(line, stdin=f)
        t.check("-C", "^%d$" % number)


@fact
def option_selects_nothing(t):
    t.table()
    t.run(CREATE % 1)
    t.run(CREATE % 2)
    t.lists("-L --no-sandbox", "sport=1 ", "sport=2 ")
    t.check("-D --no-sandbox --sport 1", "sport=1 ")
    t.check("-C --no-sandbox", "^1$")


@fact
def a_stop_and_a_start_are_survived(t):
    """The kernel then goes on with a call by another one, restart_syscall()."""
    t.table()
    ear = Ear(t, "-E")
    for number in range(3):
        quiet(ear)
        ear.process.send_signal(signal.SIGSTOP)
        until(lambda: ear.state() == "T", "a stop")
        ear.process.send_signal(signal.SIGCONT)
        until(lambda: ear.state() != "T", "a start")
        t.run(CREATE % (number + 1))
    quiet(ear)
    if ear.end() or ear.out().count("\n") != 3:
        raise Failure("exit %s\n%s%s" % (ear.process.returncode, ear.out(), ear.err()))


@facts("kernel_without_{call}_does_not_matter", call=("seccomp", "capset", "capget"))
def none(t, call):
    if not shutil.which("strace") or t.run("-V", wrap="strace -o /dev/null").code:
        raise Skip("no strace")
    t.lab.burst([packet.udp(A[4], B[4], 10000 + n, 53) for n in range(3)])
    name = "prctl" if call == "seccomp" else call
    trace = "strace -o /run/scratch/trace -e inject=%s:error=EINVAL" % name
    t.lists("-L", *["^udp *"] * 3, wrap=trace)
    with open("/run/scratch/trace") as f:
        if "INJECTED" not in f.read():
            raise Failure("%s has not been called" % name)
