# SPDX-License-Identifier: MIT
"""Events of real traffic and of user space, as the reference hears them at the same moment."""
import itertools
import os
import re
import signal
import socket
import struct
import time

import expect
import filters
import sctp
from lib import packet
from lib.case import Failure, Skip, fact, facts
from lib.ears import Ear, Pair, quiet, until
from lib.lab import A, B, FAR, NETLINK_NETFILTER
from lib.talk import Datagrams, Tcp, ping


def new(text):
    return "^    [NEW] " + text


def update(text):
    return "^ [UPDATE] " + text


def destroy(text):
    return "^[DESTROY] " + text


def flow(v, ports, back, middle=""):
    """The two tuples between the silent hosts, and what stands between and behind them."""
    return "src=%s dst=%s %s %ssrc=%s dst=%s %s" % (A[v], B[v], ports, middle, B[v], A[v], back)


# ------------------------------------------------------ the life of a flow

def life(heard, name, there, back, v, states=("",), end="", middle=True):
    """A NEW, an UPDATE for each further state, a DESTROY by somebody in user space."""
    unreplied = flow(v, there, back, "[UNREPLIED] ")
    replied = flow(v, there, back)
    first, rest = states[0], states[1:]
    heard.same(new("%s * %s%s id=*$" % (name, first, unreplied)),
               *[update("%s * %s%s *id=*$" % (name, state, replied)) for state in rest],
               destroy("%s * %s%s %sid=* [USERSPACE] portid=*$" % (
                   name, states[-1], replied if middle else unreplied, end)))


@facts("life_of_tcp_over_ipv{v}", v=(4, 6))
def tcp_life(t, v):
    with Pair(t, "-E -o id") as heard:
        Tcp(t.lab, v).reach("TIME_WAIT")
        t.lab.flush()
    life(heard, "tcp      6", "sport=40000 dport=80", "sport=80 dport=40000", v,
         ["%s " % state for state in ("SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK",
                                      "TIME_WAIT")], "[ASSURED] ")


@facts("life_of_udp_over_ipv{v}", v=(4, 6))
def udp_life(t, v):
    with Pair(t, "-E -o id") as heard:
        Datagrams(t.lab, v).ask().answer()
        t.lab.flush()
    life(heard, "udp      17", "sport=40000 dport=53", "sport=53 dport=40000", v, ("", ""))


@facts("life_of_udplite_over_ipv{v}", v=(4, 6))
def udplite_life(t, v):
    t.lab.tracking(checksum=0)
    with Pair(t, "-E -o id") as heard:
        Datagrams(t.lab, v, build=packet.udplite).ask().answer()
        t.lab.flush()
    life(heard, "udplite  136", "sport=40000 dport=53", "sport=53 dport=40000", v, ("", ""))


@facts("life_of_icmp_over_ipv{v}", v=(4, 6))
def icmp_life(t, v):
    with Pair(t, "-E -o id") as heard:
        ping(t.lab, v)
        t.lab.flush()
    there, back = ("type=%d code=0 id=100" % kind for kind in ((8, 0) if v == 4 else (128, 129)))
    life(heard, "icmp     1" if v == 4 else "icmpv6   58", there, back, v, ("", ""))


@facts("life_of_gre_over_ipv{v}", v=(4, 6))
def gre_life(t, v):
    with Pair(t, "-E -o id") as heard:
        t.lab.up(packet.gre(A[v], B[v]))
        t.lab.down(packet.gre(B[v], A[v]))
        t.lab.flush()
    life(heard, "gre      47", "srckey=0x0 dstkey=0x0", "srckey=0x0 dstkey=0x0", v, ("", ""))


@facts("life_of_a_protocol_without_tracker_over_ipv{v}", v=(4, 6))
def generic_life(t, v):
    with Pair(t, "-E -o id") as heard:
        t.lab.up(packet.ip(A[v], B[v], packet.ESP, b"12345678"))
        t.lab.down(packet.ip(B[v], A[v], packet.ESP, b"12345678"))
        t.lab.flush()
    line = "unknown  50 * src=%s dst=%s %ssrc=%s dst=%s id=*$"
    heard.same(new(line % (A[v], B[v], "[UNREPLIED] ", B[v], A[v])), update(line % (A[v], B[v], "", B[v], A[v])),
               destroy(line.replace("$", " [USERSPACE]") % (A[v], B[v], "", B[v], A[v])))


@facts("life_of_sctp_over_ipv{v}", v=(4, 6))
def sctp_life(t, v):
    t.lab
    with Pair(t, "-E -o id") as heard:
        sctp.reach(t, v, "SHUTDOWN_ACK_SENT", 40000)
        t.lab.flush()
    life(heard, "sctp     132", "sport=40000 dport=36412", "sport=36412 dport=40000", v,
         ["%s " % state for state in ("CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT",
                                      "SHUTDOWN_ACK_SENT")], "[ASSURED] ")


@facts("end_by_time_names_nobody_over_ipv{v}", v=(4, 6))
def expiry(t, v):
    t.lab.tracking(udp_timeout=1, acct=1)
    with Pair(t, "-E -o id,extended") as heard:
        Datagrams(t.lab, v).ask()

        def gone():
            t.run("-L")     # a dump sweeps out what is over
            return all("DESTROY" in ear.out() for ear in heard.ears)
        until(gone, "the end", *heard.ears)
    line = "ipv%d     %d udp      17 *%s" % (v, 2 if v == 4 else 10, "src=%s dst=%s" % (A[v], B[v]))
    heard.same(new(line + " * id=*$"), destroy(line + " * packets=1 bytes=* id=*$"))


# --------------------------------------------------------------- every form

def mixture(t):
    """Everything a line of an event can have."""
    t.etc({"xtables/connlabel.conf": "1 one\n2 two\n"})
    t.lab.tracking(acct=1, timestamp=1)
    t.lab.chain("inet", "filter", "prerouting", -300, "udp dport 1005 ct zone set 5",
                "udp dport 1006 ct original zone set 6", "udp dport 1007 ct reply zone set 7")
    t.lab.chain("inet", "filter", "forward", 1, 'tcp dport 21 ct helper set "ftp"', "udp dport 1001 ct mark set 42",
                "udp dport { 1001, 1002 } ct label set 1", "udp dport 1002 ct label set 2",
                declare='ct helper ftp { type "ftp" protocol tcp; }')
    t.lab.chain("ip", "nat", "prerouting", -100, "udp dport 1004 dnat to %s:4444" % B[4])
    t.lab.chain("ip", "nat", "postrouting", 100, "udp dport 1003 snat to %s:7777" % FAR[4])


def speak(t):
    for v in (4, 6):
        Tcp(t.lab, v, dport=21).reach("ESTABLISHED")
        Datagrams(t.lab, v, dport=1001).ask().answer()
    for port in (1002, 1003, 1004, 1005, 1006, 1007):
        Datagrams(t.lab, 4, dport=port).ask()
    ping(t.lab, 4)
    ping(t.lab, 6, answered=False)
    t.lab.up(packet.gre_call(A[4], B[4], 0x1234))
    t.lab.up(packet.ip(A[6], B[6], packet.ESP, b"12345678"))
    t.lab.flush()


TYPES = ("extended", "id", "ktimestamp", "labels", "timestamp", "userspace")
EVENTS = 14 + 2 * 2 + 2 + 1 + 14        # new; TCP, UDP and a ping go on; destroyed


@facts("forms_of_events_go_together_{count}_at_a_time", count=range(len(TYPES) + 1))
def combinations(t, count):
    mixture(t)
    pairs = [Pair(t, "-E" + (" -o " + ",".join(chosen) if chosen else ""))
             for chosen in itertools.combinations(TYPES, count)]
    for pair in pairs:
        pair.__enter__()
    speak(t)
    for pair in pairs:
        pair.__exit__(None)
        pair.same(lines=EVENTS)


@facts("saved_events_are_commands_{form}", form=("save", "save,userspace"))
def saved(t, form):
    mixture(t)
    with Pair(t, "-E -o " + form) as heard:
        speak(t)
    heard.same(lines=EVENTS)
    words = [line[:2] for line in heard.lines()]
    if sorted(set(words)) != ["-A", "-D", "-U"] or words.count("-A") != 14 or words.count("-D") != 14:
        raise Failure(" ".join(words))


@fact
def time_of_an_event_is_the_kernels_where_it_tells(t):
    t.lab.tracking(timestamp=1)
    kernels = Ear(t, "-E -o timestamp")
    kernels.process.send_signal(signal.SIGSTOP)
    Datagrams(t.lab, 6).ask()
    now = time.time()
    kernels.process.send_signal(signal.SIGCONT)
    quiet(kernels)
    kernels.end()
    if tuple(int(x) for x in os.uname().release.split(".")[:2]) < (6, 14):
        raise Skip("this kernel does not tell the time of events")
    stamp = float(kernels.out()[1:].split("]")[0])
    if stamp > now:
        kernels.fail("%s is later than %s, when the event waited already" % (stamp, now))


@fact
def time_of_an_event_is_that_of_reading_where_the_kernel_tells_none(t):
    t.lab.tracking(timestamp=0)
    ear = Ear(t, "-E -o timestamp")
    ear.process.send_signal(signal.SIGSTOP)
    Datagrams(t.lab, 6).ask()
    before = time.time()
    ear.process.send_signal(signal.SIGCONT)
    quiet(ear)
    after = time.time()
    ear.end()
    stamp = float(ear.out()[1:].split("]")[0])
    if not before <= stamp + 1e-6 or not stamp <= after:
        ear.fail("%s is not between %s and %s" % (stamp, before, after))


@facts("events_of_a_kind_alone_{mask}", mask=("NEW", "UPDATES", "DESTROY", "NEW,DESTROY", "UPDATES,DESTROY", "ALL", "n",
                                             "upd", "ALL,NEW"))
def masks(t, mask):
    mixture(t)
    with Pair(t, "-E -e " + mask) as heard:
        speak(t)
    kinds = {"n": "NEW", "upd": "UPDATES"}.get(mask, mask)
    heard.same(lines=sum(n for name, n in (("NEW", 14), ("UPDATES", EVENTS - 28), ("DESTROY", 14))
                         if name in kinds or "ALL" in kinds))


# ------------------------------------------------------------------ filters

FILTERS = [options for options, _ in filters.CHOICES.values() if "-u " not in options and "-E " not in options]
MORE = ["-m 42", "-m 0", "-m 0x2/0xf", "-m 0/0x1", "-w 5", "-w 0", "--orig-zone 6", "--reply-zone 7", "--orig-zone 0",
        "-l one", "-l two", "-l one,two", "-n -p udp", "-g -p udp", "-j -p udp", "-n %s" % FAR[4], "-n %s:7777" % FAR[4],
        "-g %s" % B[4], "-j %s" % FAR[4], "-p tcp --state ESTABLISHED", "-p tcp --state SYN_SENT",
        "-p tcp --dport 21 -e NEW", "-p icmp --icmp-type 8", "-p icmpv6 --icmpv6-id 100", "-p gre", "-c 7"]


def hear_filters(t, lines, make):
    """All of them at once, over the same traffic."""
    pairs = [Pair(t, "-E " + line) for line in lines]
    for pair in pairs:
        pair.__enter__()
    make()
    for pair in pairs:
        pair.__exit__(None)
    return pairs


@facts("filter_of_events_{part}", part=range(1, 5))
def choose(t, part):
    """What lists select by selects events as well."""
    t.lab

    def make():
        filters.table(t)
        t.lab.flush()
    heard = 0
    for pair in hear_filters(t, FILTERS[part - 1::4], make):
        pair.same(lines=len(pair.lines()))
        heard += len(pair.lines())
    if heard < 50:
        raise Failure("only %d events passed" % heard)


@facts("filter_of_decorated_events_{part}", part=range(1, 3))
def choose_more(t, part):
    mixture(t)
    heard = 0
    for pair in hear_filters(t, MORE[part - 1::2], lambda: speak(t)):
        pair.same(lines=len(pair.lines()))
        heard += len(pair.lines())
    if heard < 30:
        raise Failure("only %d events passed" % heard)


@fact
def filters_that_the_reference_gets_wrong(t):
    """compat.md: keys of GRE (B07), IPv6 and others beside -n, -g and -j (B09), pings (B54); options without -p."""
    t.lab.chain("ip6", "nat", "postrouting", 100, "udp dport 1003 snat to %s" % FAR[6])
    lines = {"-p gre --dstkey 0x1234": 2, "-p gre --dstkey 0x1235": 0, "--dport 53": 2 * 2, "--sport 40009": 2,
             "-n %s" % FAR[6]: 2, "-j %s" % FAR[6]: 2, "-n fd02::99": 0, "-j %s -p udp" % FAR[6]: 2,
             "-n": 2, "-g": 0, "-j": 2, "--state SYN_SENT": 2}
    ears = [(Ear(t, "-E -e NEW,DESTROY " + line), n) for line, n in lines.items()]
    t.lab.up(packet.gre_call(A[4], B[4], 0x1234))
    Datagrams(t.lab, 4, 40001).ask()
    Datagrams(t.lab, 6, 40001).ask()
    Datagrams(t.lab, 6, 40009, 1003).ask()
    Tcp(t.lab, 4).reach("SYN_SENT")
    ping(t.lab, 4)
    t.lab.flush()
    quiet(*[ear for ear, _ in ears])
    for ear, n in ears:
        ear.end()
        if len(ear.out().splitlines()) != n:
            ear.fail("%d events instead of %d" % (len(ear.out().splitlines()), n), *ear.out().splitlines())


# ------------------------------------------------------------- expectations

@facts("{kind}_expectation_comes_and_goes_over_ipv{v}", kind=expect.EXPECTED, v=(4, 6))
def expectation(t, kind, v):
    expect.helpers(t)
    speak_of, expected = expect.EXPECTED[kind][0], expect.EXPECTED[kind][1](v)[1:].replace("* proto", "*proto")
    with Pair(t, "-E expect") as heard, Pair(t, "-E expect -o timestamp") as stamped, \
            Pair(t, "-E expect -o extended,id,labels,ktimestamp,userspace") as decorated, \
            Pair(t, "-E expect -o save") as saved_too, Pair(t, "-E") as flows:
        speak_of(t, v)
        t.lab.flush()
    for pair in (heard, decorated, saved_too):
        pair.same(new(expected), destroy(expected))
    for line in stamped.ears[0].out().splitlines():
        if not re.match(r"\[\d{8,}\.\d{6}\]\t", line):
            raise Failure("no stamp of six digits: " + line)
    stamped.same(*["^[TIME]\t" + line[1:] for line in (new(expected), destroy(expected))])
    flows.same(lines=len(flows.lines()))


@fact
def expectations_of_user_space_name_nobody(t):
    expect.helpers(t)
    t.lab.tracking(events=1)
    expect.ftp(t, 4)
    with Pair(t, "-E expect") as heard:
        t.run("-I expect -p tcp -s %s -d %s --sport 40001 --dport 21 --tuple-src 10.9.9.1 --tuple-dst 10.9.9.2 "
              "--tuple-port-src 7 --tuple-port-dst 8 --mask-src 255.255.255.255 --mask-dst 255.255.255.255 "
              "--mask-port-src 65535 --mask-port-dst 65535 -t 100" % (A[4], B[4]))
        t.run("-F expect")
    heard.same(new("*proto=6 src=10.9.9.1 dst=10.9.9.2 sport=7 dport=8 * helper=ftp$"),
               destroy("*proto=6 src=10.9.9.1 dst=10.9.9.2 sport=7 dport=8 * helper=ftp$"))


@fact
def updates_of_flows_are_no_events_of_expectations(t):
    expect.helpers(t)
    with Pair(t, "-E expect") as heard:
        Tcp(t.lab, 4).reach("TIME_WAIT")
    heard.same()


# --------------------------------------------------------------- user space

def attribute(kind, data, nested=False):
    return struct.pack("=HH", 4 + len(data), kind | 0x8000 * nested) + data + b"\0" * (-len(data) % 4)


def tuple_of(kind, src, dst, sport, dport):
    ends = attribute(1, socket.inet_aton(src)) + attribute(2, socket.inet_aton(dst))
    ports = attribute(1, b"\x11") + attribute(2, struct.pack("!H", sport)) + attribute(3, struct.pack("!H", dport))
    return attribute(kind, attribute(1, ends, True) + attribute(2, ports, True), True)


class Sender:
    """A netlink socket of this process, and the port it is known by."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.bind((0, 0))
        self.port = self.socket.getsockname()[0]

    def create(self, sport):
        body = tuple_of(1, "1.1.1.1", "2.2.2.2", sport, 53) + tuple_of(2, "2.2.2.2", "1.1.1.1", 53, sport)
        body += attribute(7, struct.pack("!I", 600))
        self.socket.send(struct.pack("=IHHIIBBH", 20 + len(body), 0x100, 0x605, 1, 0, socket.AF_INET, 0, 0) + body)
        error = struct.unpack_from("=i", self.socket.recv(4096), 16)[0]
        if error:
            raise Failure("create: error %d" % error)


def own_name():
    with open("/proc/self/comm") as f:
        return f.read().strip()


@facts("sender_of_a_change_is_named_{which}", which=("by_its_pid", "by_a_search"))
def sender(t, which):
    t.table()
    senders = [Sender()] + [Sender()] * (which == "by_a_search")
    one = Sender() if which == "by_a_search" else senders[0]
    with Pair(t, "-E") as heard, Pair(t, "-E -o save") as saved_too:
        for n in (1, 2, 3):
            one.create(n)
    for pair, first in ((heard, "    [NEW] udp"), (saved_too, "-A -t")):
        pair.same(lines=3)
        for ear in pair.ears:
            for line in ear.out().splitlines():
                if not line.startswith(first) or not line.endswith(
                        " [USERSPACE] portid=%d progname=%s" % (one.port, own_name())):
                    ear.fail("not " + own_name() + ": " + line)


@fact
def sender_who_is_gone_has_a_port_and_no_name(t):
    t.table()
    ear = Ear(t, "-E")
    ear.process.send_signal(signal.SIGSTOP)
    one = Sender()
    one.create(1)
    one.socket.close()
    ear.process.send_signal(signal.SIGCONT)
    quiet(ear)
    ear.end()
    if not ear.out().endswith(" [USERSPACE] portid=%d\n" % one.port):
        ear.fail(ear.out())


@fact
def sender_of_many_changes_is_not_looked_for_each_time(t):
    t.table()
    if t.run("-V", wrap="strace -o /dev/null").code:
        raise Skip("strace is not permitted")
    ear = Ear(t, "-E", wrap="strace -o /run/scratch/trace -e trace=openat,open")
    one = Sender()
    for n in range(1, 500):
        one.create(n)
    quiet(ear)
    with open("/proc/%d/task/%d/children" % (ear.process.pid, ear.process.pid)) as f:
        child = int(f.read().split()[0])
    os.kill(child, signal.SIGINT)
    ear.wait()
    with open("/run/scratch/trace") as f:
        looks = f.read().count("/proc/net/netlink")
    if ear.out().count("progname=" + own_name()) != 499 or not 1 <= looks <= 20:
        ear.fail("%d looks for %d names" % (looks, ear.out().count("progname=")))


@fact
def changes_by_the_tools_themselves(t):
    t.table()
    make = "-p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 53 "
    with Pair(t, "-E -o id") as heard:
        t.run("-I %s -t 600" % make)
        t.run("-U %s -m 5" % make)
        t.run("-D " + make)
    heard.same(new("udp * mark=0 id=* [USERSPACE] portid=*$"), update("udp * mark=5 id=* [USERSPACE] portid=*$"),
               destroy("udp * mark=5 id=* [USERSPACE] portid=*$"))
