# SPDX-License-Identifier: MIT
"""--netns: the command happens in another network namespace, and nothing of it here."""
import os
import signal
import socket
import subprocess

from lib import packet
from lib.case import Failure, Skip, check_lines, fact, facts
from lib.ears import until
from lib.lab import Netns

SIX = "-p udp -s 1.1.1.1 -d 2.2.2.2 --sport %d --dport 53"
NEW = "-I -t 300 " + SIX
HERE, THERE = (11,), (21, 22)       # the source ports of the entries
SUMMARY = "^conntrack vX (NAME): %d flow entries have been %s.$"
FILE = "/run/scratch/file"
PRIVILEGE = "^conntrack vX (NAME): cannot enter network namespace blue: be root or get CAP_SYS_ADMIN$"


class Two:
    """This namespace, and one that is called blue; both have entries, told apart by their ports."""

    def __init__(self, t):
        self.t, self.here = t, t.table().router
        self.blue = Netns("blue")
        self.sleeper = subprocess.Popen(["sleep", "600"])
        self.here.enter()
        for port in HERE:
            self.do(NEW % port)
        for port in THERE:
            self.do(NEW % port, there=True)

    def do(self, line, there=False):
        """Without the option."""
        t = self.t
        got = t.run(line, t.reference, wrap="ip netns exec blue" if there else "")
        if got.code:
            t.fail(line, ["should work"], got)
        return got.out

    def has(self, here=HERE, there=THERE, *more):
        for ports, is_there in ((here, False), (there, True)):
            complaints = check_lines(self.do("-L", is_there), ["^udp * sport=%d *" % port for port in ports])
            if complaints:
                raise Failure("\n".join(["in blue:" if is_there else "here:"] + complaints))


def sports(*ports):
    return ["^udp * sport=%d *" % port for port in ports]


@facts("namespace_is_found_by_{way}", way=("name", "pid", "path", "relative_path", "attached_name"))
def found(t, way):
    two = Two(t)
    option = {"name": "--netns blue", "pid": "--netns %d" % two.sleeper.pid, "path": "--netns /var/run/netns/blue",
              "relative_path": "--netns ./netns/blue", "attached_name": "--netns=blue"}[way]
    t.lists("-L " + option, *sports(*THERE), cwd="/run")
    t.lists(option + " -L", *sports(*THERE), cwd="/run")
    t.check("-C " + option, "^2$", err=[], cwd="/run")
    t.check("-C --netns nosuch " + option, "^2$", err=[], cwd="/run")       # the last one counts
    two.has()


@fact
def namespace_that_ip_adds_is_found(t):
    Two(t)
    subprocess.run(["ip", "netns", "add", "red"], check=True)
    t.check("-C --netns red", "^0$", err=[])
    t.check("--netns red " + NEW % 31, err=[SUMMARY % (1, "created")])
    t.check("-C --netns red", "^1$", err=[])
    subprocess.run(["ip", "netns", "del", "red"], check=True)
    t.check("-C --netns red", code=1, err=["red: No such file or directory$"])


@fact
def own_namespace_may_be_named(t):
    Two(t)
    t.lists("-L --netns %d" % os.getpid(), *sports(*HERE))
    t.lists("-L --netns /proc/self/ns/net", *sports(*HERE))


@fact
def entries_are_made_and_changed_there(t):
    two = Two(t)
    t.check(NEW % 23 + " --netns blue", err=[SUMMARY % (1, "created")])
    two.has(there=THERE + (23,))
    t.check("--netns blue -A -t 300 " + SIX % 24, err=[SUMMARY % (1, "added")])
    two.has(there=THERE + (23, 24))
    t.check("-U -m 7 --netns blue", *sports(*THERE + (23, 24)), err=[SUMMARY % (4, "updated")])
    t.lists("-L -m 7 --netns blue", *sports(*THERE + (23, 24)))
    t.lists("-L -m 7")
    t.check("-G --netns blue " + SIX % 23, *sports(23), err=[SUMMARY % (1, "shown")])
    t.check("-G " + SIX % 23, code=1)
    t.check("-D --sport 23 --netns blue", *sports(23), err=[SUMMARY % (1, "deleted")])
    two.has(there=THERE + (24,))


@fact
def all_of_there_and_nothing_here_is_deleted(t):
    """The option is no filter."""
    two = Two(t)
    t.check("-D -t 9 --netns blue", code=2)
    two.has()
    t.check("-D --netns blue", *sports(*THERE), err=[SUMMARY % (2, "deleted")])
    two.has(there=())


@facts("table_of_there_is_flushed_{how}", how=("", "-f ipv4"))
def flushed(t, how):
    two = Two(t)
    t.check("-F --netns blue " + how)
    two.has(there=())


@fact
def counters_of_there_are_reset(t):
    two = Two(t)
    t.lists("-L -z --netns blue", *sports(*THERE))
    two.has()


@facts("file_is_loaded_there_by_{way}", way=("--netns blue -R %s", "-R %s --netns blue", "--netns=blue --load-file %s",
                                               "-R %s word --netns=blue", "--netns nosuch -R %s --netns blue"))
def loaded(t, way):
    two = Two(t)
    with open(FILE, "w") as f:
        f.write("-A -t 300 %s\n-D --sport 22\n" % (SIX % 25))
    t.check(way % FILE, *sports(22), err=[])
    two.has(there=(21, 25))


@fact
def line_of_a_file_names_no_namespace(t):
    two = Two(t)
    with open(FILE, "w") as f:
        f.write("%s\n-D --netns blue\n" % (NEW % 12))
    for line in ("-R " + FILE, "-R %s --netns blue" % FILE):
        got = t.check(line, code=2)
        if "`--netns' in a load file" not in got.err or "hint: line 2 of the file" not in got.err:
            t.fail(line, ["should say what is wrong, and where"], got)
    two.has()


@fact
def events_of_there_are_heard(t):
    two = Two(t)

    def listens():
        """In blue, to groups of netfilter."""
        with open("/proc/%d/net/netlink" % two.sleeper.pid) as f:
            return any(row[1] == "12" and int(row[3], 16) for row in map(str.split, list(f)[1:]))

    with t.start("-E --netns blue -e NEW,DESTROY") as ear:
        try:
            until(listens, "listening")
            two.do("-D -p udp --sport 11")
            two.do(NEW % 26, there=True)
            two.do("-D -p udp --sport 21", there=True)
            lines = [ear.stdout.readline().decode() for _ in range(2)]
            ear.send_signal(signal.SIGINT)
            lines += ear.communicate(timeout=60)[0].decode().splitlines()
        finally:
            ear.kill()
    complaints = check_lines("".join(lines), ["^    [NEW] udp * sport=26 *", "^[DESTROY] udp * sport=21 *"])
    if complaints or ear.returncode:
        raise Failure("\n".join(complaints + ["exit %s" % ear.returncode]))


def strange_packet(two):
    """What there counts as invalid, once: an acknowledgement of nothing, sent by the machine to itself."""
    two.blue.enter()
    try:
        two.t.lab.ip("link set lo up\n")
        two.t.lab.chain("inet", "filter", "output", 0, "ct state new counter")
        two.t.lab.tracking(tcp_loose=0)
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
            s.sendto(packet.tcp("127.0.0.1", "127.0.0.1", 1000, 1001, "A", 1, 1), ("127.0.0.1", 0))
    finally:
        two.here.enter()


def invalid(text):
    return sum(int(word.split("=")[1]) for word in text.split() if word.startswith("invalid="))


@fact
def statistics_are_those_of_there(t):
    two = Two(t)
    strange_packet(two)
    ours, theirs, here = t.run("-S --netns blue").out, two.do("-S", there=True), two.do("-S")
    if ours != theirs or invalid(ours) == 0 or invalid(here) != 0:
        raise Failure("of blue:\n%sby the reference:\n%shere:\n%s" % (ours, theirs, here))


ENTER_ONLY = "setpriv --inh-caps=-all --bounding-set=-all,+sys_admin"
NO_CAPS = "setpriv --inh-caps=-all --bounding-set=-all"


@fact
def files_of_proc_are_those_of_there(t):
    """With the privilege to go there, and none to ask netlink."""
    two = Two(t)
    strange_packet(two)
    if subprocess.run(ENTER_ONLY.split() + ["true"], stderr=subprocess.DEVNULL).returncode:
        raise Skip("setpriv cannot drop capabilities here")
    t.check("-L --netns blue", code=1, wrap=ENTER_ONLY)
    t.check("-C --netns blue", "^%d$" % len(two.do("-L", there=True).splitlines()), err=[], wrap=ENTER_ONLY)
    got = t.check("-S --netns blue", *["^cpu="] * len(two.do("-S", there=True).splitlines()), err=[], wrap=ENTER_ONLY)
    if invalid(got.out) == 0:
        t.fail("-S --netns blue", ["should be the statistics of blue"], got)


@fact
def privilege_is_asked_for(t):
    two = Two(t)
    for line in ("-C --netns blue", "-S --netns blue", "-F --netns blue", "--netns blue -R /dev/null"):
        t.check(line, code=1, err=[PRIVILEGE], wrap=NO_CAPS)
    two.has()


@facts("command_without_its_namespace_does_nothing_{line}",
       line=("-L", "-C", "-S", "-E", "-D", "-F", "-U -m 1", NEW % 12, "-L -z", "-R " + FILE))
def nowhere(t, line):
    two = Two(t)
    with open(FILE, "w") as f:
        f.write(NEW % 13)
    for name, why in (("nosuch", "No such file or directory"), ("99999999", "No such file or directory"),
                      (FILE, "it is none"), ("/run/netns", "it is none"), ("/proc/self/ns/mnt", "it is none"),
                      ("x" * 300, "*"), ("x" * 3000, "*")):      # no file's name is that long
        t.check("%s --netns %s" % (line, name), code=1,
                err=["^conntrack vX (NAME): cannot enter network namespace %s: %s$" % (name, why)])
    two.has()


@fact
def plain_file_of_that_name_is_no_namespace(t):
    """What is left of a name when the machine has been started anew."""
    Two(t)
    open("/run/netns/old", "w").close()
    t.check("-L --netns old", code=1, err=["^conntrack vX (NAME): cannot enter network namespace old: it is none$"])


@fact
def version_and_help_need_no_namespace(t):
    t.table()
    t.check("-V --netns nosuch", "^conntrack v", err=[])
    for line, words in (("-h --netns nosuch", "usage: conntrack COMMAND"), ("-h -L --netns nosuch", "--netns NAME|PID|PATH")):
        got = t.run(line)
        if got.code or got.err or words not in got.out:
            t.fail(line, ["should be the help"], got)
