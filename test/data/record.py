# SPDX-License-Identifier: MIT
"""A fixture: the bytes the kernel sent, and what the reference says about them.

The reference is Debian's conntrack. It lists the table that we read ourselves,
or prints the same event; and since anyone who may can multicast to an event
group, its -E also prints bytes that no kernel here sends.
"""
import functools
import os
import random
import select
import signal
import socket
import struct
import subprocess
import time

import wire
from wire import Message, be16, be32, ip, u8

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = "/usr/sbin/conntrack"
ENV = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C"}
INET, INET6 = 2, 10
NEW, GET, DELETE, STATS_CPU, STATS = 0x0100, 0x0101, 0x0102, 0x0104, 0x0105     # IPCTNL_MSG_CT_*
EXP_NEW, EXP_GET, EXP_STATS_CPU = 0x0200, 0x0201, 0x0203
REQUEST, MULTI, ACK, EXCL, DUMP, CREATE = 0x001, 0x002, 0x004, 0x200, 0x300, 0x400
PORT = 0x1001                   # our port id, where it is seen in the bytes
GROUP = {"new": 1, "update": 2, "destroy": 3}
LABELMAP = "/etc/xtables/connlabel.conf"


class Trouble(Exception):
    """The state did not come about, or the reference did not answer."""


# --- the kernel -----------------------------------------------------------

class Netlink:
    def __init__(self, port=PORT, groups=0):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 12)
        self.sock.bind((port, groups))
        self.sock.settimeout(5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def option(self, number):
        self.sock.setsockopt(270, number, 1)
        return self

    def ask(self, request):
        """All datagrams of the answer, the one with NLMSG_DONE or the ACK included."""
        self.sock.send(request)
        answer = []
        while True:
            answer.append(self.sock.recv(65536))
            for raw in wire.cut(answer[-1]):
                if struct.unpack_from("<H", raw, 4)[0] in (wire.ERROR, wire.DONE):
                    return answer


def dump(kind, family=0):
    """The datagrams of a dump; asked twice, the same state gives the same bytes."""
    with Netlink() as nl:
        return nl.ask(Message(kind, family, flags=REQUEST | DUMP | ACK, seq=1).pack())


def change(kind, family, attrs, flags=0, port=PORT):
    with Netlink(port) as nl:
        answer, = nl.ask(Message(kind, family, attrs, flags=REQUEST | ACK | flags, seq=1).pack())
    error, = struct.unpack_from("<i", answer, 16)
    if error:
        raise Trouble("the kernel refused: " + os.strerror(-error))


def tuple_of(src, dst, proto, sport=None, dport=None, icmp=None):
    v = "V6" if ":" in src else "V4"
    inner = {"CTA_PROTO_NUM": u8(proto)}
    if sport is not None:
        inner.update(CTA_PROTO_SRC_PORT=be16(sport), CTA_PROTO_DST_PORT=be16(dport))
    if icmp:
        kind, code, ident = icmp
        inner.update(CTA_PROTO_ICMP_ID=be16(ident), CTA_PROTO_ICMP_TYPE=u8(kind), CTA_PROTO_ICMP_CODE=u8(code))
    return {"CTA_TUPLE_IP": {"CTA_IP_%s_SRC" % v: ip(src), "CTA_IP_%s_DST" % v: ip(dst)}, "CTA_TUPLE_PROTO": inner}


def family_of(orig):
    return INET if "CTA_IP_V4_SRC" in orig["CTA_TUPLE_IP"] else INET6


def create(orig, reply, timeout=600, port=PORT, **attrs):
    change(NEW, family_of(orig), dict(CTA_TUPLE_ORIG=orig, CTA_TUPLE_REPLY=reply, CTA_TIMEOUT=be32(timeout), **attrs),
           CREATE | EXCL, port)


# --- the reference --------------------------------------------------------

def started(*args):
    return subprocess.Popen([REFERENCE, *args], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(job):
    out, said = job.communicate()
    if job.returncode:
        raise Trouble("%s: %s" % (" ".join(job.args), said.strip()))
    return out


def reference(*args):
    return finished(started(*args))


def in_each_type(types, *args):
    """What it prints, by output type; asked all at once, to be done within a second."""
    jobs = {t: started(*args, *option(t)) for t in types}
    return {t or "plain": finished(job) for t, job in jobs.items()}


@functools.lru_cache
def version():
    return "conntrack " + reference("-V").split()[1]


def option(opts):
    return ["-o", opts] if opts else []


def listeners():
    with open("/proc/net/netlink") as f:
        return sum(1 for row in map(str.split, f) if row[1] == "12" and int(row[3], 16))


class Listener:
    """The reference's -E, one process for each output type."""

    def __init__(self, args, types):
        before = listeners()
        self.jobs = {t: started("-E", *args, *option(t)) for t in types}
        end = time.monotonic() + 5
        while listeners() < before + len(types):
            if time.monotonic() > end:
                raise Trouble("the reference does not listen")
            time.sleep(0.005)

    def halt(self):
        for job in self.jobs.values():
            job.send_signal(signal.SIGSTOP)
            os.waitpid(job.pid, os.WUNTRACED)

    def resume(self):
        for job in self.jobs.values():
            job.send_signal(signal.SIGCONT)

    def text(self):
        """What each of them printed about one event."""
        for job in self.jobs.values():
            if not select.select([job.stdout], [], [], 2)[0]:
                raise Trouble("the reference printed nothing for an event")
        time.sleep(0.1)                         # a signal while it prints makes it print twice
        for job in self.jobs.values():
            job.send_signal(signal.SIGINT)
        seen = {t: finished(job) for t, job in self.jobs.items()}
        for t, text in seen.items():
            if text.count("\n") != (4 if "xml" in t else 1):
                raise Trouble("not one event: %r" % text)
        return seen


def second():
    return int(time.clock_gettime(5))           # CLOCK_REALTIME_COARSE, which time(2) reads


def agreed(read, say):
    """What read() gave before and after say() within one second, and what say() said."""
    for _ in range(60):
        now, before = second(), read()
        said = say()
        if read() == before and second() == now:
            return now, before, said
        time.sleep(random.random())             # timeouts tick at a time of their own
    raise Trouble("bytes and text never agreed")


# --- a fixture ------------------------------------------------------------

class Fixture:
    def __init__(self, datagrams, texts=(), crafted="", now=None, labelmap=None):
        self.datagrams, self.texts, self.crafted = datagrams, dict(texts), crafted
        self.now, self.labelmap, self.notes = now, labelmap, []

    @property
    def message(self):
        return Message.parse(self.datagrams[0])

    def differs(self, old, new, why, only=""):
        """The text is the reference's but for this."""
        hits = [t for t, text in self.texts.items() if old in text and only in t]
        if not hits:
            raise Trouble("nothing says %r in %r" % (old, self.texts))
        for title in hits:
            self.texts[title] = self.texts[title].replace(old, new)
        self.notes.append("Not the reference's text: %s. It prints '%s'." % (why, old.strip()))
        return self

    def write(self, name, about):
        """The file; about is what the docstring says."""
        said = "" if "error" in self.texts else " Text by %s." % version()
        how = "Crafted: " + self.crafted if self.crafted else "Captured on Linux %s.%s" % (
            os.uname().release.split("-")[0], said)
        lines = fold("%s: %s" % (name, about)) + ["#"] + [line for part in [how] + self.notes for line in fold(part)]
        if self.labelmap:
            lines += ["== labelmap"] + self.labelmap.strip().split("\n")
        if self.now:
            lines += ["== now %d" % self.now]
        for datagram in self.datagrams:
            body = list(wire.write_down(datagram))
            if wire.read_back(body) != datagram:
                raise Trouble("bytes were lost")
            lines += ["== datagram"] + body
        for title, text in self.texts.items():
            lines += ["== " + title] + (text[:-1].split("\n") if text else [])
            if text and (not text.endswith("\n") or "\n\n" in text or text.startswith("\n")):
                raise Trouble("odd text for %s: %r" % (title, text))
        with open(os.path.join(HERE, name + ".fix"), "w") as f:
            f.write("\n".join(lines) + "\n")


def fold(text, width=110):
    lines, line = [], "#"
    for word in text.split(" "):
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = "#"
        line += " " + word
    return lines + [line]


def output_types(message):
    """The output types that have something to say about a record."""
    stamps, labels = "CTA_TIMESTAMP" in message.attrs, "CTA_LABELS" in message.attrs
    types = ["", "extended,id"]
    types += ["ktimestamp"] if stamps else []
    types += ["labels"] if labels else []
    types += ["extended,id,ktimestamp,labels"] if stamps or labels else []
    types += ["save", "xml"]
    types += ["xml,ktimestamp,labels"] if stamps or labels else []
    return types


def use_labels(labelmap):
    if labelmap:
        os.makedirs(os.path.dirname(LABELMAP), exist_ok=True)
        with open(LABELMAP, "w") as f:
            f.write(labelmap)


def live(message):
    """Does the text depend on the clock?"""
    return "CTA_TIMESTAMP_STOP" not in message.attrs.get("CTA_TIMESTAMP", {"CTA_TIMESTAMP_STOP": 0})


def only_record(kind=GET, family=0, dport=None):
    """The one record of a table, or the one to that port."""
    records = [raw for datagram in dump(kind, family)[:-1] for raw in wire.cut(datagram)]
    if dport:
        records = [r for r in records if
                   Message.parse(r).attrs["CTA_TUPLE_ORIG"]["CTA_TUPLE_PROTO"]["CTA_PROTO_DST_PORT"] == be16(dport)]
    if len(records) != 1:
        raise Trouble("%d records instead of one" % len(records))
    return records[0]


def recorded():
    """The one entry, to be changed."""
    return Message.parse(only_record())


def listed(dport=None, labelmap=None):
    """The one entry, or the one of TCP to that port, as -L shows it."""
    use_labels(labelmap)
    pick = ["-p", "tcp", "--dport", str(dport)] if dport else []
    message = Message.parse(only_record(dport=dport))
    now, raw, texts = agreed(lambda: only_record(dport=dport),
                             lambda: in_each_type(output_types(message), "-L", *pick))
    return Fixture([raw], texts, now=now if live(message) else None, labelmap=labelmap)


def played(message, how, twin=None, labelmap=None):
    """A crafted record; the reference prints it, or a twin that means the same, as an update event."""
    use_labels(labelmap)
    shown = twin or message
    update = Message(NEW, shown.family, shown.attrs)
    texts = {}

    def say():
        theirs = Listener([], output_types(message))
        with Netlink(0) as nl:
            nl.sock.sendto(update.pack(), (0, GROUP["update"]))
        return theirs.text()

    now, _, seen = agreed(lambda: None, say)
    for opts, text in seen.items():
        text = text.replace(' type="update"', "", 1) if "xml" in opts else text.replace(" [UPDATE] ", "", 1)
        texts[opts or "plain"] = "-A" + text[2:] if opts == "save" else text
    how += " Text by %s, which got %s as an event." % (version(), "the twin" if twin else "these bytes")
    return Fixture([message.pack()], texts, crafted=how, now=now if live(message) else None, labelmap=labelmap)


def event(kind, act, types=("", "extended,id", "save", "xml"), by_user=False):
    """The event that act() causes; by a user who is gone when the reference looks for his name."""
    ours = Netlink(0, 1 << GROUP[kind] - 1)
    theirs = Listener(["-e", kind.upper()], types)
    if by_user:
        theirs.halt()
    act()
    raw = ours.sock.recv(65536)
    ours.sock.close()
    if by_user:
        theirs.resume()
    texts = {(kind + " " + t).strip(): text for t, text in theirs.text().items()}
    fixture = Fixture([raw], texts)
    if by_user:
        fixture.notes.append("The sender's socket was closed before the reference read the event: no progname=.")
        fixture.differs(" [USERSPACE] portid=%d" % PORT, "", "no [USERSPACE] in XML since 1.4.9 (compat.md 4.4)", "xml")
    return stamped(fixture, kind)


def stamped(fixture, kind):
    """-o timestamp with the kernel's time of the event, as 1.4.9 prints it; our 1.4.7 prints the clock."""
    stamp = fixture.message.attrs.get("CTA_TIMESTAMP_EVENT")
    if stamp:
        us = wire.number(stamp) // 1000
        fixture.texts[kind + " timestamp"] = "[%d.%06d]\t%s" % (us // 10**6, us % 10**6, fixture.texts[kind])
        fixture.notes.append("'%s timestamp' is derived: CTA_TIMESTAMP_EVENT in microseconds (compat.md 4.4)." % kind)
    return fixture


def expected_list(family=INET):
    """The one expectation, as -L expect shows it."""
    pick = ["-f", "ipv6"] if family == INET6 else []
    _, raw, texts = agreed(lambda: only_record(EXP_GET, family), lambda: in_each_type(("", "xml"), "-L", "expect", *pick))
    return Fixture([raw], texts)


def expected_event(kind, act):
    """The event of an expectation that act() causes."""
    ours = Netlink(0, {"new": 0x08, "destroy": 0x20}[kind])
    theirs = Listener(["expect"], ["", "xml"])
    act()
    raw = ours.sock.recv(65536)
    ours.sock.close()
    return Fixture([raw], {(kind + " " + t).strip(): text for t, text in theirs.text().items()})


