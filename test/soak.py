# SPDX-License-Identifier: MIT
"""What test/soak runs, in namespaces of its own.

Sockets of UDP and TCP talk through a router.  There, -E runs from beginning
to end, as lines, as JSON, and a third time with a small buffer and stopped
now and then, so that it loses events; -L in all forms, -D of the flows of
every other port, once they are silent, and of what -R loads, go on and on.
Every flow has a tuple of its own, so the number of creations is known.
"""
import collections
import json
import multiprocessing
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "live"))

from lib import lab                 # noqa: E402
from lib.ears import groups         # noqa: E402

PORTS = 16                          # of each protocol; the flows of every other one are deleted, those of the rest expire
EPOCH = 50                          # flows to one port, one after the other
PAUSE = 0.05                        # seconds behind them
UDP, TCP = 5000, 6000               # the first of the ports
PATIENCE = 60                       # seconds for what must come
ONCE = 16                           # kB of the fixed buffers that a longer burst, or larger events in one, use at last
LINES = 300                         # of a load file
COUNT = re.compile(r"(\d+) flow (?:entries|events) have been \w+\.")
LOST = re.compile(r"hint: (\d+) overflows(?:, (\d+) events lost)?")


class Shared:
    """What the processes of the traffic tell."""

    def __init__(self):
        self.over = multiprocessing.Event()
        self.made = {kind: multiprocessing.Value("L", 0) for kind in ("udp", "tcp", "loaded")}
        self.unanswered = multiprocessing.Value("L", 0)
        # who has it may use the port: flows that are not silent are not deleted
        self.lock = {first + n: multiprocessing.Lock() for first in (UDP, TCP) for n in range(PORTS)}


# ---------------------------------------------------------------- traffic

def open_ports():
    """The server's sockets, in the host we are in."""
    for kind, first in ((socket.SOCK_DGRAM, UDP), (socket.SOCK_STREAM, TCP)):
        for n in range(PORTS):
            s = socket.socket(socket.AF_INET, kind)
            s.bind((lab.SERVER[4], first + n))
            if kind == socket.SOCK_STREAM:
                s.listen(512)
            yield s


def server(shared):
    """Echoes; a connection is closed after that."""
    poll, sockets = select.epoll(), {s.fileno(): s for s in shared.ports}
    for fd in sockets:
        poll.register(fd, select.EPOLLIN)
    while True:
        for fd, _ in poll.poll():
            s = sockets[fd]
            if s.type == socket.SOCK_DGRAM:
                s.sendto(*s.recvfrom(100))
                continue
            one = s.accept()[0]
            one.settimeout(PATIENCE)
            try:
                one.sendall(one.recv(100))
            except OSError:         # the client has broken it off
                pass
            one.close()


def talk(kind, source, port):
    """One flow; whether there was an answer."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(PATIENCE)
        s.bind((lab.CLIENT[4], source))
        s.connect((lab.SERVER[4], port))
        s.send(b"hello")
        answer = s.recv(100)
        if kind == socket.SOCK_STREAM and source % 3 == 0:      # some are broken off, by a reset
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    return answer == b"hello"


def client(shared, kind, first, made):
    """Epochs of flows, each to the next port, from source ports that have not been there for long."""
    epoch = 0
    while not shared.over.is_set():
        port = first + epoch % PORTS
        source = 10000 + epoch // PORTS * EPOCH % 50000
        with shared.lock[port]:
            for n in range(EPOCH):
                made.value += 1
                try:
                    shared.unanswered.value += not talk(kind, source + n, port)
                except OSError:
                    shared.unanswered.value += 1
        epoch += 1
        time.sleep(PAUSE)


def udp_client(shared):
    client(shared, socket.SOCK_DGRAM, UDP, shared.made["udp"])


def tcp_client(shared):
    client(shared, socket.SOCK_STREAM, TCP, shared.made["tcp"])


def spawn(function, host, shared):
    """A process of that host."""
    pid = os.fork()
    if pid:
        return pid
    try:
        host.enter()
        function(shared)
    except BaseException:
        traceback.print_exc()
    os._exit(int(not shared.over.is_set()))


# ---------------------------------------------------------------- listeners

class Ear:
    """An -E that runs all the time, and a thread that counts what it says."""

    def __init__(self, tool, line, is_json=False):
        self.line, self.is_json, self.counts, self.wrong, self.err = line, is_json, collections.Counter(), [], ""
        before = {port for port, _ in groups()}
        self.process = subprocess.Popen([tool] + line.split(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, bufsize=1 << 16)
        await_that(lambda: {port for port, _ in groups()} - before or self.process.poll() is not None, "listening")
        self.port = ({port for port, _ in groups()} - before).pop()
        self.threads = [threading.Thread(target=self.hear), threading.Thread(target=self.hear_err)]
        for thread in self.threads:
            thread.start()

    def hear_err(self):
        self.err = self.process.stderr.read()

    def hear(self):
        for line in self.process.stdout:
            try:
                kind, user = self.read_json(line) if self.is_json else self.read(line)
            except (ValueError, KeyError, TypeError):
                self.wrong.append("no event: " + line[:200])
                continue
            self.counts[kind] += 1
            self.counts[kind, "user"] += user

    @staticmethod
    def read(line):
        return re.match(r" *\[(NEW|UPDATE|DESTROY)\] ", line)[1], "[USERSPACE]" in line

    @staticmethod
    def read_json(line):
        event = json.loads(line)
        return event["event"], "portid" in event

    def total(self):
        return sum(n for kind, n in self.counts.items() if isinstance(kind, str))

    def status(self):
        """What must not grow: anonymous memory that is there, memory asked for, descriptors; and the peak."""
        with open("/proc/%d/status" % self.process.pid) as f:
            row = dict(re.findall(r"(?m)^(\w+):\s*(\d+)", f.read()))
        return {"RssAnon": int(row["RssAnon"]), "VmSize": int(row["VmSize"]), "VmHWM": int(row["VmHWM"]),
                "descriptors": len(os.listdir("/proc/%d/fd" % self.process.pid))}

    def quiet(self):
        """It has nothing to read, and everything it said has been counted."""
        waiting = dict(groups()).get(self.port)
        with open("/proc/%d/stat" % self.process.pid) as f:
            state = f.read().rsplit(")", 1)[1].split()[0]
        return waiting == 0 and state == "S"

    def drops(self):
        """The kernel's number of what it could not give this socket."""
        with open("/proc/self/net/netlink") as f:
            return next(int(row[8]) for row in map(str.split, f) if row[1:3] == ["12", str(self.port)])

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
        for thread in self.threads:
            thread.join()
        said = COUNT.findall(self.err)
        lost = LOST.search(self.err)
        self.said, self.lost = int(said[0]) if len(said) == 1 else -1, int(lost[2] or 0) if lost else 0


def await_that(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise RuntimeError(what + " did not happen")
        time.sleep(0.01)


def settled(ears):
    """Silence, as seen a few times."""
    def silent():
        seen = []
        for _ in range(5):
            if not all(ear.quiet() for ear in ears):
                return False
            seen.append([ear.total() for ear in ears])
            time.sleep(0.05)
        return all(x == seen[0] for x in seen)
    await_that(silent, "silence")


# ---------------------------------------------------------------- commands

class Commands:
    """Each loop is a thread; runs counts them, wrong says what was not as it should be."""

    def __init__(self, tool, shared, router):
        self.tool, self.shared, self.router = tool, shared, router
        self.runs, self.wrong, self.deleted, self.interrupted = collections.Counter(), [], 0, 0
        self.guard = threading.Lock()

    def run(self, line, text=None):
        got = subprocess.run([self.tool] + line.split(), input=text, stdin=None if text else subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        with self.guard:
            self.runs[line.split()[0]] += 1
        return got

    def blame(self, line, got, why):
        if len(self.wrong) < 20:
            self.wrong.append("$ conntrack %s: %s: exit %d, %s" % (line, why, got.returncode, got.stderr[:300]))

    FORMS = {"-L": lambda out: out.count("\n"), "-L -o json": lambda out: len(json.loads(out or "[]")),
             "-L -o extended,id": lambda out: out.count("\n"), "-L -o xml": lambda out: out.count("<flow>"),
             "-L --by proto,state": lambda out: sum(int(x.split()[0]) for x in out.splitlines())}

    def lists(self):
        for line in list(self.FORMS):
            got = self.run(line)
            if got.returncode and "Interrupted dump" in got.stderr and not COUNT.search(got.stderr):
                self.interrupted += 1       # somebody resized the machine's one hash table
                continue
            said = COUNT.findall(got.stderr)
            if got.returncode or said != [str(self.FORMS[line](got.stdout))]:
                self.blame(line, got, "%d counted" % self.FORMS[line](got.stdout))

    def delete(self, line, wanted=None):
        got = self.run(line)
        said, lines = COUNT.findall(got.stderr), got.stdout.count("\n")
        if said != [str(lines)] or (got.returncode == 0) != (lines > 0) or wanted not in (None, lines):
            self.blame(line, got, "%d lines" % lines)
        with self.guard:
            self.deleted += lines

    def clear_ports(self):
        """Every other port, when nothing is on its way there."""
        for first, proto in ((UDP, "udp"), (TCP, "tcp")):
            for port in range(first, first + PORTS, 2):
                if self.shared.over.is_set():
                    return
                with self.shared.lock[port]:
                    self.delete("-D -p %s --dport %d" % (proto, port))

    def load(self, number):
        """Loads, from a file and from a pipe in turn, and takes away the one half and the other."""
        path, net = "/run/load.%d" % number, "10.9.%d" % number
        text = "".join("-I -t 3000 -p udp -s %s.%d -d 198.51.100.7 --sport %d --dport 7\n" % (net, 1 + n % 2, 1024 + n)
                       for n in range(LINES))
        with open(path, "w") as f:
            f.write(text)
        for line, stdin in (("-R " + path, None), ("-R -", text)):
            got = self.run(line, stdin)
            self.shared.made["loaded"].value += LINES
            if got.returncode or got.stdout or got.stderr:
                self.blame(line, got, got.stdout[:100])
            for n in (1, 2):
                self.delete("-D -p udp -s %s.%d" % (net, n), LINES // 2)

    def loop(self, function, *args):
        self.router.enter()                 # a thread has a namespace of its own
        try:
            while not self.shared.over.is_set():
                function(*args)
                time.sleep(PAUSE)
        except Exception:
            self.wrong.append(traceback.format_exc(limit=-3))

    def start(self):
        jobs = (self.lists,), (self.clear_ports,), (self.load, 1), (self.load, 2)
        self.threads = [threading.Thread(target=self.loop, args=job) for job in jobs]
        for thread in self.threads:
            thread.start()

    def end(self):
        for thread in self.threads:
            thread.join()


# ---------------------------------------------------------------- verdicts

FAILED = []


def fact(name, complaints):
    complaints = [x for x in complaints if x]
    print("%s - soak: %s" % ("not ok" if complaints else "ok", name.replace(" ", "_")))
    for line in complaints[:20]:
        print("# " + line.replace("\n", "\n# "))
    sys.stdout.flush()
    FAILED.extend(complaints)


def unless(true, text):
    return "" if true else text


def judge_ears(ears, made, table, deleted, drops):
    plain, _, slow = ears
    fact("every line is an event", [x for ear in ears for x in ear.wrong])
    fact("listeners end well and count what they have shown", [
        unless(ear.process.returncode == 0 and ear.said == ear.total(), "%s: exit %s, says %d of %d\n%s" % (
            ear.line, ear.process.returncode, ear.said, ear.total(), ear.err)) for ear in ears])
    fact("lost events are told if and only if there are any", [
        unless(ear.lost == lost and ("WARNING" in ear.err) == (lost > 0), "%s: says %d of %d\n%s" % (
            ear.line, ear.lost, lost, ear.err)) for ear, lost in zip(ears, drops)])
    fact("what is shown and what is lost is the same for all", [
        unless(ear.total() + ear.lost == plain.total() + plain.lost, "%s: %d + %d, not %d + %d" % (
            ear.line, ear.total(), ear.lost, plain.total(), plain.lost)) for ear in ears])
    fact("the one that is too slow loses some", [unless(slow.lost, "nothing lost: proves nothing")])
    fact("every creation is an event", [
        unless(0 <= made - ear.counts["NEW"] <= ear.lost, "%s: %d of %d, %d lost" % (
            ear.line, ear.counts["NEW"], made, ear.lost)) for ear in ears])
    fact("what has ended and what is there is what came", [
        unless(abs(made - gone - left) <= ear.lost, "%s: %d ended, %d there, %d came" % (ear.line, gone, left, made))
        for ear, gone, left, _ in table])
    fact("deletions are what the events say", [
        unless(0 <= deleted - user <= ear.lost, "%s: %d of %d" % (ear.line, user, deleted)) for ear, _, _, user in table])


def judge_growth(ears, first, last):
    fact("no listener grows after the first tenth of the time", [
        unless(last[n][what] <= first[n][what] + ONCE, "%s: %s from %d to %d kB" % (
            ear.line, what, first[n][what], last[n][what])) for n, ear in enumerate(ears) for what in ("RssAnon", "VmSize")])
    fact("no listener keeps a descriptor", [
        unless(last[n]["descriptors"] == first[n]["descriptors"], "%s: %d, then %d" % (
            ear.line, first[n]["descriptors"], last[n]["descriptors"])) for n, ear in enumerate(ears)])


def left_behind():
    """Programs and sockets that should be gone."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid) as f:
                if "(conntrack)" in f.read():
                    yield "process " + pid
        except OSError:
            pass
    with open("/proc/self/net/netlink") as f:
        for row in map(str.split, f):
            if row[1] == "12" and row[2] != "0":
                yield "socket of port " + row[2]


# ---------------------------------------------------------------- the run

def settle_network():
    net = lab.Lab()
    net.tracking(events=1, tcp_loose=0, udp_timeout=5, udp_timeout_stream=5, tcp_timeout_time_wait=5, tcp_timeout_close=5,
                 tcp_timeout_last_ack=5, tcp_timeout_close_wait=5)
    return net


def pass_time(seconds, ears):
    """Until then; the last ear is stopped for a moment, now and then. What all were after a tenth of the time."""
    begin, first = time.monotonic(), None
    while time.monotonic() < begin + seconds:
        ears[-1].process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        ears[-1].process.send_signal(signal.SIGCONT)
        time.sleep(2)
        if not first and time.monotonic() > begin + seconds / 10:
            first = [ear.status() for ear in ears]
    return first or [ear.status() for ear in ears]


def warm_up(net, ears, flood):
    """A burst that finds each listener asleep: all the memory that it will ever use is used once."""
    for ear in ears:
        ear.process.send_signal(signal.SIGSTOP)
    net.feed([flood, "3000", "--timeout", "3000"], "")
    for ear in ears:
        ear.process.send_signal(signal.SIGCONT)
    settled(ears)
    return 3000


def what_is_there(commands, ears):
    """(ear, destroyed, left, destroyed by a user) of a moment in which nothing ended."""
    while True:
        commands.lists()            # an entry whose time is over goes when it is listed
        settled(ears)
        before = [ear.counts["DESTROY"] for ear in ears]
        left = commands.run("-L").stdout.count("\n")
        settled(ears)
        if before == [ear.counts["DESTROY"] for ear in ears]:
            return [(ear, ear.counts["DESTROY"], left, ear.counts["DESTROY", "user"]) for ear in ears]


def figures(minutes, shared, commands, ears, first, last):
    print("# %g minutes: %s flows, %d of them unanswered; %s" % (
        minutes, ", ".join("%d %s" % (value.value, kind) for kind, value in shared.made.items()), shared.unanswered.value,
        ", ".join("%d times %s" % (n, line) for line, n in sorted(commands.runs.items()))))
    for n, ear in enumerate(ears):
        print("# %s: %d events, %d lost; peak of memory %d kB after a tenth, %d kB at the end" % (
            ear.line, ear.total(), ear.lost, first[n]["VmHWM"], last[n]["VmHWM"]))
    print("# %d deleted, %d listings interrupted" % (commands.deleted, commands.interrupted))


def main():
    minutes, tool = float(sys.argv[1]), sys.argv[2]
    lab.mount("soak", "/run", "tmpfs", data="mode=755")
    os.mkdir("/run/netns")
    net, shared = settle_network(), Shared()
    ears = [Ear(tool, "-E -o userspace"), Ear(tool, "-E -o json,timestamp", True), Ear(tool, "-E -b 16384 -o userspace")]
    more = warm_up(net, ears, os.path.dirname(tool) + "/test/flood")
    commands = Commands(tool, shared, net.router)
    with net.inside(net.server):
        shared.ports = list(open_ports())
    workers = [spawn(server, net.server, shared), spawn(udp_client, net.client, shared),
               spawn(tcp_client, net.client, shared)]
    commands.start()
    first = pass_time(minutes * 60, ears)
    last = [ear.status() for ear in ears]
    shared.over.set()
    commands.end()
    ends = [os.waitpid(pid, 0)[1] for pid in workers[1:]]
    os.kill(workers[0], signal.SIGKILL)
    os.waitpid(workers[0], 0)
    table = what_is_there(commands, ears)
    net.flush()
    settled(ears)
    drops = [ear.drops() for ear in ears]
    for ear in ears:
        ear.end()
    made = more + sum(value.value for value in shared.made.values())
    fact("traffic goes through", ["a client ended badly"] * any(ends) + [
        unless(shared.made[kind].value > 100, "only %d of %s" % (shared.made[kind].value, kind)) for kind in shared.made])
    judge_ears(ears, made, table, commands.deleted, drops)
    judge_growth(ears, first, last)
    fact("every list counts its lines and every load and delete is whole", commands.wrong)
    fact("after a flush all that came has ended", [
        unless(abs(made - ear.counts["DESTROY"]) <= ear.lost, "%s: %d of %d" % (ear.line, ear.counts["DESTROY"], made))
        for ear in ears])
    fact("nothing is left behind", left_behind())
    figures(minutes, shared, commands, ears, first, last)
    return bool(FAILED)


if __name__ == "__main__":
    sys.exit(main())
