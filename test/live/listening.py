# SPDX-License-Identifier: MIT
"""-E beside its events: readers that are slow or gone, signals, overflows, the table first, what it says."""
import fcntl
import os
import pty
import re
import signal
import subprocess
import threading

import expect
from lib.case import Failure, Skip, check_lines, fact, facts, plain_err
from lib.ears import Ear, groups, quiet, until
from lib.talk import Datagrams, Tcp

CLOSING = "^conntrack vX (NAME): %d %s have been shown.$"
NO_CAPS = "setpriv --inh-caps=-all --bounding-set=-all"


def says(ear, code, *patterns):
    complaints = check_lines(plain_err(ear.err()), patterns)
    if ear.process.returncode != code:
        complaints.append("exit %s instead of %d" % (ear.process.returncode, code))
    if complaints:
        ear.fail(*complaints)


def hints(ear):
    return [line for line in ear.err().splitlines() if line.startswith("hint: ")]


def hint_says(ear, *words):
    """One hint, and what is in it; without words: there is none."""
    found = hints(ear)
    if len(found) != (1 if words else 0) or [word for word in words if word not in found[0]]:
        ear.fail("hints: %s instead of one with %s" % (found, " ".join(words) or "nothing"))


# ------------------------------------------------------- who reads, and how

class Pipe:
    """The reading end is ours; nothing is read unless we do."""

    def __init__(self):
        self.reader, self.writer = os.pipe()

    def close_writer(self):
        os.close(self.writer)

    def read_all(self):
        """To the end; it must come."""
        pieces = []
        while pieces[-1:] != [b""]:
            pieces.append(os.read(self.reader, 1 << 16))
        return b"".join(pieces).decode()


@fact
def event_is_with_the_reader_before_the_next_one_happens(t):
    t.lab
    pipe = Pipe()
    ear = Ear(t, "-E -e NEW", stdout=pipe.writer)
    pipe.close_writer()
    for n in range(20):
        Datagrams(t.lab, 4, 40000 + n).ask()
        line = os.read(pipe.reader, 4096).decode()          # waits
        if line.count("\n") != 1 or "sport=%d " % (40000 + n) not in line:
            ear.fail("after one event: %r" % line)
    ear.end()
    says(ear, 0, CLOSING % (20, "flow events"))


@fact
def burst_goes_out_in_large_pieces_of_whole_lines(t):
    t.table()
    if t.run("-V", wrap="strace -o /dev/null").code:
        raise Skip("strace is not permitted")
    trace = "/run/scratch/trace"
    ear = Ear(t, "-E", wrap="strace -f -s 5000 -o %s -e trace=write,recvmmsg,poll" % trace)
    tool = child(ear)
    os.kill(tool, signal.SIGSTOP)
    t.flood("2000")
    os.kill(tool, signal.SIGCONT)
    until(lambda: ear.out().count("\n") == 2000, "2000 lines", ear)
    os.kill(tool, signal.SIGINT)
    ear.wait()
    with open(trace) as f:
        text = f.read()
    writes = re.findall(r'write\(1, "(.*)", (\d+)\)', text)
    if any(not text.endswith("\\n") or int(size) > 4096 for text, size in writes):
        ear.fail("a piece that is no whole lines, or too large for a pipe")
    if len(writes) > 2000 / 15 or text.count("recvmmsg(") > 2000 / 15:
        ear.fail("%d writes and %d receives for 2000 events" % (len(writes), text.count("recvmmsg(")))


def child(ear):
    """The tool below strace."""
    pid = ear.process.pid
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return int(f.read().split()[0])


@fact
def idle_listener_does_not_wake_up(t):
    t.lab
    ear = Ear(t, "-E", stdout=Pipe().writer)
    Datagrams(t.lab, 4).ask()
    quiet(ear)
    turns = ear.status("voluntary_ctxt_switches"), ear.status("nonvoluntary_ctxt_switches")
    subprocess.run(["sleep", "2"])
    now = ear.status("voluntary_ctxt_switches"), ear.status("nonvoluntary_ctxt_switches")
    if now != turns:
        ear.fail("it ran meanwhile: %s, %s" % (turns, now))
    ear.end()


@fact
def events_of_other_flows_do_not_wake_it_up(t):
    t.table()
    ear = Ear(t, "-E -p udp")
    quiet(ear)
    turns = ear.status("voluntary_ctxt_switches")
    t.flood("1000")
    quiet(ear)
    if ear.status("voluntary_ctxt_switches") != turns:
        ear.fail("it ran meanwhile")
    t.flood("1 --proto udp")
    until(lambda: "[NEW] udp" in ear.out(), "an event", ear)
    ear.end()
    says(ear, 0, CLOSING % (1, "flow events"))


@facts("reader_who_leaves_ends_it_{when}", when=("while_nothing_happens", "at_the_next_event"))
def leaves(t, when):
    t.lab
    pipe = Pipe()
    ear = Ear(t, "-E -e NEW", stdout=pipe.writer)
    pipe.close_writer()
    Datagrams(t.lab, 4).ask()
    os.read(pipe.reader, 4096)
    if when == "at_the_next_event":
        ear.process.send_signal(signal.SIGSTOP)
        Datagrams(t.lab, 6).ask()
    os.close(pipe.reader)
    ear.process.send_signal(signal.SIGCONT)
    ear.wait()
    says(ear, 0, CLOSING % (1, "flow events"))
    hint_says(ear, *(["1 ", "not shown"] if when == "at_the_next_event" else []))


@fact
def head_ends_the_pipeline_by_itself(t):
    t.lab
    pipe = Pipe()
    ear = Ear(t, "-E", stdout=pipe.writer)
    head = subprocess.Popen(["head", "-n", "1"], stdin=pipe.reader, stdout=subprocess.PIPE)
    pipe.close_writer()
    os.close(pipe.reader)
    Tcp(t.lab, 4).reach("SYN_SENT")
    if b"[NEW] tcp" not in head.communicate(timeout=60)[0]:
        ear.fail("no line")
    ear.wait()
    says(ear, 0, CLOSING % (1, "flow events"))


@facts("signal_ends_it_quietly_{name}_{table}", name=("INT", "TERM", "HUP"), table=("", "expect"))
def signals(t, name, table):
    t.lab
    ear = Ear(t, "-E " + table)
    Datagrams(t.lab, 4).ask()
    quiet(ear)
    ear.end(getattr(signal, "SIG" + name))
    says(ear, 0, CLOSING % ((0, "expectation events") if table else (1, "flow events")))
    hint_says(ear)


@fact
def hangup_that_is_ignored_stays_ignored(t):
    t.lab
    ear = Ear(t, "-E", wrap="nohup")
    ear.process.send_signal(signal.SIGHUP)
    Datagrams(t.lab, 4).ask()
    until(lambda: "NEW" in ear.out(), "an event", ear)
    ear.end()
    says(ear, 0, CLOSING % (1, "flow events"))


@fact
def interrupt_that_is_ignored_ends_it_all_the_same(t):
    """As it is behind an ampersand in a script; the reference heeds it, too."""
    t.lab
    ear = Ear(t, "-E", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    ear.end()
    says(ear, 0, CLOSING % (0, "flow events"))


@fact
def terminal_that_closes_ends_it(t):
    t.lab
    master, slave = pty.openpty()
    ear = Ear(t, "-E", stdout=slave)
    os.close(slave)
    Datagrams(t.lab, 4).ask()
    if b"[NEW] udp" not in os.read(master, 4096):
        ear.fail("no line on the terminal")
    os.close(master)
    ear.wait()
    says(ear, 0, CLOSING % (1, "flow events"))


@facts("signal_ends_it_while_the_pipe_is_full_{name}", name=("INT", "TERM", "HUP"))
def full(t, name):
    t.table()
    pipe = Pipe()
    fcntl.fcntl(pipe.writer, fcntl.F_SETPIPE_SZ, 65536)
    ear = Ear(t, "-E", stdout=pipe.writer)
    pipe.close_writer()
    t.flood("3000")
    until(ear.sleeps, "a full pipe", ear)
    ear.end(getattr(signal, "SIG" + name))
    out = pipe.read_all()
    written = out.count("\n")
    if not out.endswith("\n") or not 100 < written < 1000:
        ear.fail("%d lines went into the pipe: ... %r" % (written, out[-100:]))
    says(ear, 0, CLOSING % (written, "flow events"))
    hint_says(ear, "not shown")


@fact
def slow_reader_gets_every_event(t):
    t.table()
    pipe = Pipe()
    ear = Ear(t, "-E -o id", stdout=pipe.writer)
    pipe.close_writer()
    t.flood("4000")
    until(ear.sleeps, "a full pipe", ear)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_all()))
    reader.start()
    quiet(ear)
    ear.end()
    reader.join()
    lines = got[0].splitlines()
    if len(lines) != 4000 or len(set(lines)) != 4000:
        ear.fail("%d lines" % len(lines))
    says(ear, 0, CLOSING % (4000, "flow events"))
    hint_says(ear)


@fact
def full_disk_is_said(t):
    t.lab
    with open("/dev/full", "w") as disk:
        ear = Ear(t, "-E", stdout=disk)
    Datagrams(t.lab, 4).ask()
    ear.wait()
    says(ear, 1, CLOSING % (0, "flow events"), "cannot write to standard output: No space left on device$")


# ---------------------------------------------------------------- overflows

def add_up(ear, lines, sent):
    """What was shown and what was lost is what was sent."""
    found = [re.search(r"(\d+) overflows(?:, (\d+) events lost)?$", line) for line in hints(ear)]
    if len(found) != 1 or not found[0]:
        ear.fail("no hint of a loss")
    if found[0].group(2) is None:
        raise Skip("this kernel does not count what it drops")
    if lines + int(found[0].group(2)) != sent:
        ear.fail("%d shown and %s lost are not %d" % (lines, found[0].group(2), sent))
    return int(found[0].group(1))


@facts("overflow_is_said_once_and_it_goes_on_{how}", how=("of_a_small_buffer", "of_the_usual_one"))
def overflow(t, how):
    t.table()
    small = how == "of_a_small_buffer"
    ear = Ear(t, "-E" + " -b 4096" * small)
    ear.process.send_signal(signal.SIGSTOP)
    t.flood("200" if small else "240000")
    ear.process.send_signal(signal.SIGCONT)
    quiet(ear)
    shown = ear.out().count("\n")
    t.flood("1 --base 10.0.0.1")
    quiet(ear)
    ear.end()
    lines = ear.out().splitlines()
    if len(lines) != shown + 1 or "src=10.0.0.1 " not in lines[-1]:
        ear.fail("it should go on behind %d events: %d" % (shown, len(lines)), *lines[-1:])
    says(ear, 0, *["NOTICE: Netlink socket buffer size has been set to * bytes.$"] * small,
         "^WARNING: We have hit ENOBUFS! We are losing events.$", CLOSING % (len(lines), "flow events"))
    if add_up(ear, len(lines), (200 if small else 240000) + 1) != 1:
        ear.fail("there was one overflow")


@fact
def buffer_holds_at_once_what_one_of_a_chosen_size_loses(t):
    """It is as large as it may become, for who watches has no right any more to raise it."""
    t.table()
    ear = Ear(t, "-E")
    chosen = Ear(t, "-E -b 4194304")
    for one in (ear, chosen):
        one.process.send_signal(signal.SIGSTOP)
    t.flood("12000")
    for one in (ear, chosen):
        one.process.send_signal(signal.SIGCONT)
    quiet(ear, chosen)
    for one in (ear, chosen):
        one.end()
    says(ear, 0, CLOSING % (12000, "flow events"))
    hint_says(ear)
    add_up(chosen, chosen.out().count("\n"), 12000)


@facts("buffer_of_{size}_bytes_is_told_as_ever", size=(1, 1152, 4096, 8192, 1000000, 30000000))
def told(t, size):
    t.table()
    ours = Ear(t, "-E -b %d" % size)
    ears = [ours] + ([Ear(t, "-E -b %d" % size, t.reference)] if t.reference else [])
    for ear in ears:
        ear.end()
    says(ours, 0, "^NOTICE: Netlink socket buffer size has been set to %d bytes.$" % max(2 * size, 2304),
         CLOSING % (0, "flow events"))
    hint_says(ours)
    if len(ears) > 1 and size < 4000000 and plain_err(ours.err()) != plain_err(ears[1].err()):
        ours.fail("the reference says: " + ears[1].err())


@facts("buffer_of_{size}_bytes_is_as_large_as_can_be", size=(1 << 30, 1 << 31, (1 << 32) - 1))
def huge(t, size):
    t.lab
    ear = Ear(t, "-E -b %d" % size)
    quiet(ear)
    ear.end()
    if "set to 2147483646 bytes" not in ear.err():
        ear.fail("should be the largest there is")


@fact
def buffer_that_is_clamped_has_a_hint(t):
    """Root of a user namespace may listen in its own network, but not go beyond the machine's limit."""
    if subprocess.run("unshare -r -n true".split(), stderr=subprocess.DEVNULL).returncode:
        raise Skip("no user namespaces")
    t.table()
    with open("/proc/sys/net/core/rmem_max") as f:
        most = int(f.read())
    with t.start("-E -b %d" % (most + 1000), wrap="unshare -r -n") as p:
        first = p.stderr.readline().decode()
        second = p.stderr.readline().decode()
        p.send_signal(signal.SIGINT)
        p.wait(60)
    if first != "NOTICE: Netlink socket buffer size has been set to %d bytes.\n" % (2 * most) or \
            not second.startswith("hint: ") or "rmem_max" not in second:
        raise Failure(first + second)


@fact
def memory_does_not_grow_with_the_events(t):
    t.table()
    ear = Ear(t, "-E -o id,extended")
    peak = []
    for n in range(3):
        t.flood("8000 --base 10.%d.0.1" % n)
        quiet(ear)
        peak.append(ear.status("VmHWM"))
    ear.end()
    if peak[-1] > 768 or peak[-1] > peak[0] + 64:
        ear.fail("resident KiB at most: %s" % peak)


# ----------------------------------------------------------- the table first

def which_flow(line):
    """Its original tuple and its id, which are only 32 bits of a hash."""
    return re.search(r" (src=\S+ dst=\S+ sport=\S+ dport=\S+) .* id=(\d+)(?: |$)", line).groups()


def replay(ear):
    """What is open according to the lines; no event may come at the wrong place."""
    open_now, ended = set(), set()
    for line in ear.out().splitlines():
        which = which_flow(line)
        kind = re.match(r" *\[(\w+)\]", line)
        kind = kind.group(1) if kind else "ENTRY"
        if which in ended:
            ear.fail("behind its end: " + line)
        if kind == "UPDATE" and which not in open_now:
            ear.fail("before its entry: " + line)
        if kind == "DESTROY":
            ended.add(which)
            open_now.discard(which)
        else:
            open_now.add(which)
    return open_now


@facts("snapshot_shows_the_table_and_then_events_{form}",
       form=("", "-o save", "-o extended,id", "-p tcp", "-o timestamp"))
def snapshot(t, form):
    t.lab
    Tcp(t.lab, 4).reach("ESTABLISHED")
    Datagrams(t.lab, 6).ask()
    listed = t.run("-L " + form).out.splitlines()
    ear = Ear(t, "-E --snapshot " + form)
    until(lambda: "entries have been shown" in ear.err(), "the table", ear)
    Tcp(t.lab, 6).reach("SYN_SENT")
    quiet(ear)
    ear.end()
    lines = ear.out().splitlines()

    def still(some):
        return sorted(re.sub(r"^(\S+ +\d+ (?:\w+ +\d+ )?|-A -t )\d+", r"\1~", line) for line in some)
    if still(lines[:-1]) != still(listed):
        ear.fail("the table should be:", *listed)
    if not re.search(r"(?:\[NEW\]|^-A) .*fd01:1::1.*40000", lines[-1]):
        ear.fail("this should be the event: " + lines[-1])
    says(ear, 0, CLOSING % (len(listed), "flow entries"), CLOSING % (1, "flow events"))


@facts("snapshot_and_events_leave_no_gap_{round}", round=range(4))
def gapless(t, round):
    """Entries come and go all the time; what the lines add up to is what the table holds in the end."""
    t.table()
    t.lab.tracking(events=1)
    t.flood("3000 --base 10.0.0.1")
    busy = threading.Event()

    def churn():
        n = 0
        while not busy.is_set():
            n += 1
            t.flood("300 --base 10.%d.0.1" % (n % 200 + 1))
            t.run("-D -s 10.%d.0.0/16" % max(n % 200 - 1, 0), t.reference)
            t.run("-U -s 10.%d.0.0/16 -m %d" % (n % 200 + 1, n), t.reference)
    worker = threading.Thread(target=churn)
    worker.start()
    ear = Ear(t, "-E --snapshot -o id")
    until(lambda: "entries have been shown" in ear.err(), "the table", ear)
    events = ear.out().count("[NEW]")
    until(lambda: ear.out().count("[NEW]") > events + 500, "events", ear)
    busy.set()
    worker.join()
    quiet(ear)
    ear.end()
    hint_says(ear)
    have = {which_flow(line) for line in t.run("-L -o id").out.splitlines()}
    got = replay(ear)
    if have != got:
        ear.fail("%d in the table, %d by the lines" % (len(have), len(got)))


@fact
def snapshot_of_expectations_has_both_families(t):
    expect.helpers(t)
    t.lab.tracking(events=1)
    for v in (4, 6):
        expect.passive(t, v)
    ear = Ear(t, "-E expect --snapshot -o timestamp")
    until(lambda: "expectations have been shown" in ear.err(), "the table", ear)
    t.lab.flush()
    quiet(ear)
    ear.end()
    listed = [line for line in ear.out().splitlines() if "DESTROY" not in line]
    if len(listed) != 2 or ear.out().count("[DESTROY]") != 2 or ear.out().startswith("[DESTROY]"):
        ear.fail(*ear.out().splitlines())
    says(ear, 0, CLOSING % (2, "expectations"), CLOSING % (2, "expectation events"))


def nothing_was_shown(line, code, err):
    numbers = re.findall(r"(\d+) flow \w+ have been shown", err)
    if code != 1 or not numbers or set(numbers) != {"0"}:
        raise Failure("$ conntrack %s\nexit %s; nothing was written, and it should say so: %s" % (line, code, err))


@fact
def document_of_events_that_cannot_be_written_shows_nothing(t):
    t.lab
    with open("/dev/full", "w") as full:
        ear = Ear(t, "-E -o xml", stdout=full)
    Datagrams(t.lab, 4).ask()
    nothing_was_shown(ear.line, ear.wait(), ear.err())


@fact
def document_of_a_snapshot_that_cannot_be_written_shows_nothing(t):
    Datagrams(t.lab, 4).ask()
    line = "-E -o xml --snapshot"       # its end may come before anybody sees it listen
    with open("/dev/full", "w") as full:
        got = t.run(line, stdout=full)
    nothing_was_shown(line, got.code, got.err)


@fact
def document_of_events_ends_before_the_summary(t):
    t.lab

    def said():
        with open("/run/scratch/both") as f:
            return f.read().splitlines()

    with open("/run/scratch/both", "w") as both:
        p = t.start("-E -e NEW -o xml", stdout=both, stderr=subprocess.STDOUT)
    until(groups, "listening")
    Datagrams(t.lab, 4).ask()
    until(lambda: any("<flow" in line for line in said()), "an event")
    p.send_signal(signal.SIGINT)
    p.wait(60)
    flows = sum("<flow" in line for line in said())
    if said()[-2] != "</conntrack>" or "%d flow events have been shown" % flows not in said()[-1]:
        raise Failure("the document should end, and then the summary come:\n" + "\n".join(said()))


@fact
def end_of_a_document_nobody_reads_is_no_event(t):
    t.lab
    pipe = Pipe()
    ear = Ear(t, "-E -e NEW -o xml", stdout=pipe.writer)
    pipe.close_writer()
    Datagrams(t.lab, 4).ask()
    text = b""
    while b"</flow>" not in text:
        text += os.read(pipe.reader, 4096)
    os.close(pipe.reader)
    ear.wait()
    says(ear, 0, CLOSING % (1, "flow events"))


@fact
def snapshot_nobody_reads_ends_by_a_signal(t):
    t.table()
    t.lab.tracking(events=1)
    t.flood("3000")
    pipe = Pipe()
    ear = Ear(t, "-E --snapshot", stdout=pipe.writer)
    pipe.close_writer()
    until(ear.sleeps, "a full pipe", ear)
    ear.end(signal.SIGTERM)
    written = pipe.read_all().count("\n")
    says(ear, 0, CLOSING % (written, "flow entries"), CLOSING % (0, "flow events"))
    hint_says(ear, "not shown")


# ------------------------------------------------------------ what it says

@facts("setting_of_events_{value}_with_{entries}_entries", value=(0, 1, 2), entries=(0, 2))
def setting(t, value, entries):
    t.table()
    if entries:
        t.flood(str(entries))
    t.lab.tracking(events=value)
    # without events, no group has a member whose coming could be waited for: it says what it has to say first
    ear = Ear(t, "-E")
    ear.end()
    says(ear, 0, CLOSING % (0, "flow events"))
    hint_says(ear, *{0: ["nf_conntrack_events is 0: set it to 1"],
                     2: ["nf_conntrack_events is 2", "older entries"] if entries else []}.get(value, []))


@facts("times_that_are_not_kept_are_told_{value}", value=(0, 1))
def times(t, value):
    t.table()
    t.lab.tracking(timestamp=value)
    ear = Ear(t, "-E -o ktimestamp")
    ear.end()
    hint_says(ear, *([] if value else ["nf_conntrack_timestamp is 0: set it to 1"]))


SORRY = {"-E": ["^mnl_socket_bind: Operation not permitted$", "^conntrack vX (NAME): Can't open netlink socket$"],
         "-E expect": ["^conntrack vX (NAME): Can't open handler$"]}


@facts("no_privilege_to_listen_is_said_as_ever_{command}",
       command=("-E", "-E expect", "-E -b 10000", "-E -p tcp -e NEW"))
def unprivileged(t, command):
    t.table()
    sorry = SORRY["-E expect" if "expect" in command else "-E"]
    t.same(command, code=1, wrap=NO_CAPS)
    got = t.check(command, code=1, err=sorry, wrap=NO_CAPS)
    if not re.search("^hint: .*root", got.err, re.M):
        t.fail(command, ["a hint should speak of root"], got)


@fact
def standard_streams_that_are_closed_do_not_matter(t):
    t.lab
    ear = Ear(t, "-E", wrap="""sh -c 'exec "$@" <&-' sh""")
    Datagrams(t.lab, 4).ask()
    quiet(ear)
    ear.end()
    says(ear, 0, CLOSING % (1, "flow events"))
    mute = Ear(t, "-E", wrap="""sh -c 'exec "$@" <&- 2>&-' sh""")
    Datagrams(t.lab, 6).ask()
    quiet(mute)
    mute.end()
    if mute.out().count("\n") != 1 or mute.process.returncode:
        mute.fail("exit %s" % mute.process.returncode, mute.out())


@fact
def closed_stdout_is_a_failure_that_is_said(t):
    t.lab
    with t.start("-E", wrap="""sh -c 'exec "$@" >&-' sh""") as p:
        err = p.communicate(timeout=60)[1].decode()
    if p.returncode != 1 or "Bad file descriptor" not in err:
        raise Failure("exit %d\n%s" % (p.returncode, err))


@fact
def events_before_the_signal_are_shown(t):
    """What waits in the socket as the signal comes is older than that."""
    t.table()
    ear = Ear(t, "-E")
    ear.process.send_signal(signal.SIGSTOP)
    t.flood("1000")
    ear.process.send_signal(signal.SIGINT)
    ear.process.send_signal(signal.SIGCONT)
    ear.wait()
    says(ear, 0, CLOSING % (1000, "flow events"))
    if ear.out().count("\n") != 1000:
        ear.fail("%d lines" % ear.out().count("\n"))


@fact
def events_that_nobody_reads_are_counted_at_the_end(t):
    t.table()
    pipe = Pipe()
    ear = Ear(t, "-E", stdout=pipe.writer)
    pipe.close_writer()
    t.flood("2000")
    ear.end()
    lines = pipe.read_all().count("\n")
    says(ear, 0, CLOSING % (lines, "flow events"))
    hint_says(ear, "%d " % (2000 - lines), "not shown")


@fact
def two_listeners_share_a_pipe_line_by_line(t):
    t.table()
    pipe = Pipe()
    ears = [Ear(t, "-E -o " + form, stdout=pipe.writer) for form in ("id", "save")]
    pipe.close_writer()
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_all()))
    reader.start()
    t.flood("3000")
    quiet(*ears)
    for ear in ears:
        ear.end()
    reader.join()
    torn = [line for line in got[0].splitlines() if not re.match(r"    \[NEW\] tcp .* id=\d+ \[USERSPACE\] portid=\d+"
                                                                  r"|-A -t .* \[USERSPACE\] portid=\d+", line)]
    if torn or got[0].count("\n") != 6000:
        ears[0].fail("%d lines, torn: %d" % (got[0].count("\n"), len(torn)), *torn[:3])


FILTERS = {"protocol": "-p udp", "source": "-s 198.18.7.0/24", "port": "-p tcp --dport 999", "family": "-f ipv6",
           "mark": "-m 5", "zone": "-w 5", "address": "-d 2001:db8::7", "state": "-p tcp --state TIME_WAIT"}


@facts("event_that_the_{which}_leaves_out_never_reaches_the_socket", which=FILTERS)
def kept_out(t, which):
    """The kernel decides: nothing waits for a listener that is asleep."""
    t.table()
    ear = Ear(t, "-E " + FILTERS[which])
    ear.process.send_signal(signal.SIGSTOP)
    t.flood("500 --base 10.0.0.1 --sources 10 --ports 10")
    if any(waiting for _, waiting in groups()):
        ear.fail("%s bytes wait" % groups())
    t.check("-I -t 100 -p udp -s 198.18.7.1 -d 198.18.8.1 --sport 1 --dport 1 -m 5 -w 5")
    t.check("-I -t 100 -p udp -s fd00::1 -d 2001:db8::7 --sport 1 --dport 1")
    t.check("-I -t 100 -p tcp -s 10.9.9.9 -d 198.18.8.1 --sport 1 --dport 999 --state TIME_WAIT")
    if not any(waiting for _, waiting in groups()):
        ear.fail("nothing waits")
    ear.process.send_signal(signal.SIGCONT)
    quiet(ear)
    ear.end()
    if not 1 <= ear.out().count("\n") <= 2:
        ear.fail(ear.out())
