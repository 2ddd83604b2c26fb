# SPDX-License-Identifier: MIT
"""Changes while others use the table: traffic, signals, a full table; and look-ups that need no dump."""
import os
import shutil
import signal
import subprocess
import threading

from lib import lab, packet
from lib.ears import groups, until
from lib.case import VERSION, Failure, Skip, fact, facts, plain_err
from lib.lab import A, B


class Traffic(threading.Thread):
    """New flows all the time, each a packet that has come through the router; 5353 is their port."""

    def __init__(self, t, v):
        super().__init__()
        self.lab, self.v, self.sent, self.over, self.wrong = t.lab, v, 0, threading.Event(), None

    def run(self):
        self.lab.router.enter()
        try:
            while not self.over.is_set() and self.sent < 40000:
                self.lab.up(packet.udp(A[self.v], B[self.v], 20000 + self.sent, 5353))
                self.sent += 1
        except lab.LabError as error:
            self.wrong = error

    def __enter__(self):
        self.start()
        while self.sent < 20 and self.is_alive():
            self.over.wait(0.001)
        self.begun = self.sent
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        if self.wrong:
            raise self.wrong


def lines(t, options=""):
    """What the reference (or else the tool) lists, without what moves."""
    return sorted(" ".join(x.split()[:2] + x.split()[3:]) for x in t.run("-L " + options, t.reference).out.splitlines())


def to_port_1(x):
    return " dport=1 " in x.split(" src=")[1] + " "


# what is run, and which lines it names
COMMANDS = {
    "-D -p udp --dport 1": lambda x: x.startswith("udp ") and to_port_1(x),
    "-D -p udp --dport 1 -f ipv4": lambda x: x.startswith("udp ") and to_port_1(x) and "::" not in x,
    "-D -s 198.18.0.2 --dport 1": lambda x: x.split(" dst=")[0].endswith(" src=198.18.0.2") and to_port_1(x),
    "-U -p tcp --dport 1 -m 7": lambda x: x.startswith("tcp ") and to_port_1(x),
    "-F -f ipv6": lambda x: "::" in x,
}


@facts("under_traffic_{command}_does_what_it_says_and_nothing_else", command=COMMANDS)
def traffic(t, command):
    """Static flows: 1000 of TCP, 1000 of UDP, 2000 of UDP over IPv6; and new ones all the time."""
    t.lab
    for more in "1000 --proto tcp", "1000 --proto udp", "2000 --proto udp -6":
        t.flood("--ports 2 --sources 2 " + more)
    before, chosen = lines(t), COMMANDS[command]
    named = [x for x in before if chosen(x)]
    with Traffic(t, 4) as others:
        got = t.run(command)
        during = others.sent - others.begun
    after = lines(t)
    new = [x for x in after if "dport=5353 " in x]
    rest = sorted(x for x in after if "dport=5353 " not in x)
    wanted = [x.replace("mark=0", "mark=7") if chosen(x) and "-U" in command else x
              for x in before if "-U" in command or not chosen(x)]
    printed = 0 if "-F" in command else len(named)
    complaints = []
    if not named or during < 1:
        complaints.append("%d named, %d packets meanwhile: proves nothing" % (len(named), during))
    if got.code or len(got.out.splitlines()) != printed or \
            printed and " %d flow entries have been" % printed not in got.err:
        complaints.append("%d lines instead of %d" % (len(got.out.splitlines()), printed))
    if rest != sorted(wanted):
        complaints += ["lost or unchanged: " + x for x in sorted(set(wanted) - set(rest))[:5]] + \
            ["left or changed: " + x for x in sorted(set(rest) - set(wanted))[:5]] + \
            ["%d instead of %d" % (len(rest), len(wanted))]
    if len(new) != others.sent or any(" mark=0 " not in x for x in new):
        complaints.append("%d of %d flows of the traffic, all with mark=0" % (len(new), others.sent))
    if complaints:
        t.fail(command, complaints, got)


# ---------------------------------------------------------------- signals

def signalled(p, number):
    """Reads a line, sends the signal, reads on: the number of lines, and what is said."""
    with_line = bool(p.stdout.readline())
    p.send_signal(number)
    printed = with_line + len(p.stdout.read().splitlines())
    err = p.stderr.read().decode()
    p.wait(60)
    return printed, err


@facts("signal_{name}_in_the_middle_of_{command}_keeps_the_count_true",
       name=("SIGINT", "SIGTERM"), command=("delete", "update"))
def interrupted(t, name, command):
    """The pipe holds far less than is printed: at the first line most is still to be done."""
    t.table()
    t.flood("50000 --timeout 3000")
    with t.start("-D" if command == "delete" else "-U -m 7 -p tcp") as p:
        printed, err = signalled(p, getattr(signal, name))
    left = t.run("-L -m 0", t.reference).out.count("\n")
    said = "conntrack vX (NAME): %d flow entries have been %sd.\n" % (50000 - left, command)
    if p.returncode != 1 or not 25000 < left < 50000 or printed != 50000 - left or plain_err(err) != said:
        raise Failure("exit %d, %d printed, %d left\n%s" % (p.returncode, printed, left, err))
    if command == "update":
        t.state(lines=50000 - left, line="-L -m 7")


@facts("signal_ends_{command}_while_nobody_reads_{stream}", command=("-D -p tcp", "-U -m 7 -p tcp", "-E"),
       stream=("stdout", "stderr"))
def stuck(t, command, stream):
    """The pipe is full, and stays so."""
    t.table()
    reader, writer = os.pipe()
    if stream == "stderr":
        os.set_blocking(writer, False)
        while True:
            try:
                os.write(writer, b"x" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(writer, True)
    if command != "-E":
        t.flood("4000 --timeout 3000")
    with t.start(command, **{stream: writer}) as p:
        os.close(writer)
        if command == "-E":
            until(groups, "listening")
            t.flood("4000 --timeout 3000")
        until(lambda: stream == "stderr" or blocked(p.pid), "a full pipe")
        p.send_signal(signal.SIGTERM)
        p.communicate(timeout=60)
    os.close(reader)


def blocked(pid):
    with open("/proc/%d/wchan" % pid) as f:
        return "poll" in f.read() or "pipe" in f.read()


@fact
def signal_in_the_middle_of_a_load_ends_it_between_lines(t):
    """The line of the middle prints more than the pipe holds."""
    t.table()
    t.flood("5000 --timeout 3000")
    with open("/run/scratch/file", "w") as f:
        f.write("-I -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53\n-D -p tcp\n"
                "-I -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 2 --dport 53\n")
    with t.start("-R /run/scratch/file") as p:
        printed, err = signalled(p, signal.SIGINT)
    left = t.run("-L -p tcp", t.reference).out.count("\n")
    if p.returncode != 1 or not 2500 < left < 5000 or printed != 5000 - left:
        raise Failure("exit %d, %d printed, %d left\n%s" % (p.returncode, printed, left, err))
    t.state("sport=1 ", line="-L -p udp")


# ---------------------------------------------------------------- full table

LIMIT = "/proc/sys/net/netfilter/nf_conntrack_max"
MANY = 60000        # above what other tests of this machine hold at the time
FULL_HINT = "hint: %d of %d entries: raise net.netfilter.nf_conntrack_max" % (MANY, MANY)
SORRY = "conntrack vX (NAME): Operation failed: not enough memory"
NEW = " -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53"


def limit(value=None):
    """The machine's one limit, which only the first namespace may write; and it back into our own."""
    lab.syscall("setns", lab.outside, lab.CLONE_NEWNET)
    with open(LIMIT, "r+" if value else "r") as f:
        return f.write(value) if value else f.read()


@fact
def full_table_is_hinted_at(t):
    """As short as can be: no namespace of the machine gets beyond the limit meanwhile."""
    t.table()
    t.flood("%d --timeout 3000" % MANY)     # assured: not to be dropped for newer ones
    with open("/run/scratch/file", "w") as f:
        f.write("-I%s\n-A%s\n" % (NEW, NEW))
    commands = ("-I" + NEW, "-A" + NEW, "-R /run/scratch/file")
    try:
        normal = limit()
        limit(normal)
    except OSError as error:
        raise Skip("nf_conntrack_max is not to be written here: %s" % error.strerror)
    finally:
        t.lab.router.enter()
    try:
        limit("%d\n" % MANY)
        t.lab.router.enter()
        results = [t.run(c) for c in commands]
    finally:
        limit(normal)
        t.lab.router.enter()
    for command, got in zip(commands, results):
        wanted = [SORRY, FULL_HINT] if "-R" not in command else \
            [SORRY, "hint: line 1 of the file", FULL_HINT, SORRY, "hint: line 2 of the file", FULL_HINT]
        said = VERSION.sub("conntrack vX (NAME)", got.err).splitlines()
        if got.code != 1 or len(said) != len(wanted) or not all(map(str.startswith, said, wanted)):
            t.fail(command, ["should say that the table may be full"], got)
    t.check("-C", "^%d$" % MANY)
    t.check("-I" + NEW, err=["1 flow entries have been created.$"])


# ---------------------------------------------------------------- look-ups

def traced(t, line, *patterns, code=0):
    """What it sends, a system call a line."""
    if not shutil.which("strace"):
        raise Skip("no strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        raise Skip("strace may not trace here")
    t.check(line, *patterns, code=code, wrap="strace -o /run/scratch/trace -e trace=sendto,sendmsg,write")
    with open("/run/scratch/trace") as f:
        return [x for x in f if "nlmsg_len" in x]


def dumps(sent):
    return [x for x in sent if any(flag in x for flag in ("NLM_F_DUMP", "NLM_F_ROOT", "NLM_F_MATCH", "0x300"))]


@facts("complete_tuple_and_zone_{zone}_need_no_dump_over_ipv{v}", zone=(0, 5), v=(4, 6))
def lookup(t, zone, v):
    t.table()
    icmp = ("icmpv6", 128) if v == 6 else ("icmp", 8)
    tuples = {"udp": "--sport 1 --dport 53", "tcp": "--sport 1 --dport 53", "gre": "--srckey 1 --dstkey 2", "50": "",
              icmp[0]: "--{0}-type {1} --{0}-code 0 --{0}-id 7".format(*icmp)}
    for proto, l4 in tuples.items():
        one = "-p %s -s %s -d %s %s -w %d" % (proto, A[v], B[v], l4, zone)
        t.check("-I -t 300 %s %s" % (one, "--state ESTABLISHED" if proto == "tcp" else ""))
        for command, code in (("-G", 0), ("-U -m 5", 0), ("-D", 0), ("-D", 1), ("-U -m 5", 1), ("-G", 1)):
            sent = traced(t, "%s %s" % (command, one), *["src=" + A[v]] * (1 - code), code=code)
            if not sent or dumps(sent):
                raise Failure("$ conntrack %s %s\n%s" % (command, one, "".join(dumps(sent)) or "sends nothing"))
    for command in "-L", "-D", "-U -m 5":       # the words that we look for are there when there is a dump
        if not dumps(traced(t, command + " -p udp", code=command != "-L")):
            raise Failure("$ conntrack %s -p udp\nsends no dump, or strace does not show it" % command)
