#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Seeds for the fuzz targets, made from what the other tests have:

    seed.py DIRECTORY

makes DIRECTORY/TARGET/NAME: datagrams of test/data/*.fix, command lines of
test/compat/cases, test/unit and test/live, zone files of this system. The
forms are told at the head of each target, and in test/fuzz/world.h.
"""
import glob
import hashlib
import os
import re
import shlex
import struct
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SAY, ANSWER, ACK, DONE, ERROR, FOREIGN, SIGNAL, TIME, LONG, REFUSE, RECORDS = range(11)


def read(path):
    with open(path, errors="replace") as f:
        return f.read()


def datagrams(text):
    """The bytes of each datagram section of a fixture."""
    for name, body in re.findall(r"^== (\S+)\n((?:(?!== ).*\n?)*)", text, re.M):
        if name != "datagram":
            continue
        data = b""
        for line in body.splitlines():
            m = re.match(r"(?:[0-9a-f]{2}(?: |$))+", line)
            if m:
                data += bytes.fromhex(m.group().strip())
        yield data


def messages(data):
    while len(data) >= 16:
        n = struct.unpack("<I", data[:4])[0]
        if n < 16 or n > len(data):
            return
        yield data[:n]
        data = data[(n + 3) & ~3:]


def numbered(data, seq=0):
    """Every message with this sequence number: the request's, and so many."""
    return b"".join(m[:8] + struct.pack("<I", seq) + m[12:] +
                    b"\0" * (-len(m) % 4) for m in messages(data))


def say(what, data, again=0):
    return bytes([what | again << 4]) + struct.pack("<H", len(data)) + data


def fixtures():
    for path in sorted(glob.glob(ROOT + "/data/*.fix")):
        yield os.path.basename(path)[:-4], list(datagrams(read(path)))


def command_lines():
    """Command lines of the corpus against the old tool, and of the tests."""
    for path in sorted(glob.glob(ROOT + "/compat/cases/*.case")):
        for line in read(path).splitlines():
            m = re.match(r"(?:run|setup: ref|new): (.*)", line)
            if not m:
                continue
            try:
                yield shlex.split(m.group(1))
            except ValueError:
                pass
    for path in sorted(glob.glob(ROOT + "/unit/*.c") +
                       glob.glob(ROOT + "/live/*.py")):
        for m in re.finditer(r'"((?:-[A-Za-z]|!) [^"\n\\%]*)"', read(path)):
            yield m.group(1).split()


def load_files():
    for path in sorted(glob.glob(ROOT + "/compat/cases/*.case")):
        lines = []
        for line in read(path).splitlines() + [""]:
            if line.startswith("|"):
                lines.append(line[2:])
            elif lines:
                yield "\n".join(lines) + "\n"
                lines = []


def commands(target):
    """How many commands the target chooses from."""
    return len(re.findall(r'^\t\{ "-', read(ROOT + "/fuzz/%s.c" % target), re.M))


def scripts(all_data):
    """What a kernel may say: each fixture well, twice, and badly."""
    for name, data in all_data:
        for i, d in enumerate(data):
            yield "%s-%d" % (name, i), say(ANSWER, numbered(d))
            if len(numbered(d)) < 700 and name in ("tcp4", "udp6", "dnat", "sctp"):
                yield name + "-again", say(RECORDS, numbered(d), 15) * 9
                yield name + "-ack", say(ANSWER, numbered(d), 1) + bytes([DONE, 0, ACK, 0, 2])
                yield name + "-refused", bytes([DONE | 0x10, 5]) + say(ANSWER, numbered(d), 2)
    yield "silence", b""
    for e in range(1, 14):
        yield "error-%d" % e, bytes([ERROR, e])
        yield "ack-%d" % e, bytes([ACK, 0, e])
        yield "refuse-%d" % e, bytes([REFUSE, e])


class Seeds:
    def __init__(self, directory):
        self.directory = directory

    def put(self, target, data, most=4096):
        path = os.path.join(self.directory, target)
        os.makedirs(path, exist_ok=True)
        if len(data) > most:
            return
        name = hashlib.sha1(data).hexdigest()
        with open(os.path.join(path, name), "wb") as f:
            f.write(data)


def main():
    seeds = Seeds(sys.argv[1])
    fixed = list(fixtures())
    every = list(scripts(fixed))
    for name, data in fixed:
        for d in data:
            for show in (0, 0x3000f, 0x10100, 0x1001):
                seeds.put("format", struct.pack("<IBBI", show, 0, 0, 1795363705) + d)
            for event in (1, 2, 3):
                seeds.put("format", struct.pack("<IBBI", 0x3000f, event, event + 1, 1795363705) + d)
            table = 1 if name.startswith("expect") else 2 if name.startswith(("stats", "count")) else 0
            seeds.put("encode", bytes([table]) + d)
    for name, script in every:
        for machine in range(8):
            seeds.put("talk", bytes([machine, 9, 0, 0]) + script)
        for target in "list", "change":
            some = range(commands(target))
            if "again" not in name and "ack" not in name:
                h = int(hashlib.sha1(name.encode()).hexdigest(), 16)
                some = [(h + 7 * i) % commands(target) for i in range(6)]
            for c in some:
                seeds.put(target, bytes([c, 0]) + script)
                if name == "tcp4-again":
                    seeds.put(target, bytes([c, 0x10]) + script[:400])
                    seeds.put(target, bytes([c, 2]) + script[:400])
                    seeds.put(target, bytes([c, 6]) + script[:400])
    for target in "list", "change":
        for c in range(commands(target)):
            seeds.put(target, bytes([c, 0]))
            for name in "tcp4", "expect-ftp", "stats", "count":
                seeds.put(target, bytes([c, 0]) + say(ANSWER, numbered(dict(fixed)[name][0]), 2))
    table = (b"sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
             b"0000000000000000 12  77         00000000 0        0        0     2        0        4711\n"
             b"0000000000000000 12  4097       00000000 0        0        0     2        0        4711 \n")
    count = dict(fixed)["count"][0]
    for name, data in fixed:
        if "event" not in name and not name.startswith(("tcp", "dnat", "sctp", "lab", "sec", "hel")):
            continue
        for c in range(commands("watch")):
            for d in data:
                for program in b"sshd\n", b"<&\">\xff\n":
                    seeds.put("watch", bytes([c]) + table + b"\0" + program + b"\0\0" +
                              say(ANSWER, numbered(count)) + bytes([ACK, 0, 0]) + say(SAY, d, 2) +
                              bytes([ERROR, 9]) + say(SAY, d, 15) * 3)
    for words in command_lines():
        line = b"".join(w.encode() + b"\0" for w in words)
        seeds.put("line", b"\0" + line)
        seeds.put("line", b"\2" + line)
        text = " ".join('"%s"' % w if " " in w or not w else w for w in words)
        if re.match(r"-[IAUDF]|--(create|add|update|delete|flush)", text):
            seeds.put("load", (text + "\n").encode())
            if re.match("-[IA]", text):
                other = re.sub(r"\d+", lambda m: str(int(m.group()) % 200 + 1), text)
                seeds.put("load", (text + "\n" + other + "\n" + text + "\n").encode())
    for text in load_files():
        seeds.put("load", text.encode())
    for name, texts in (("label", re.findall(r"== labelmap\n((?:(?!== ).*\n)*)",
                                             "".join(read(p) for p in glob.glob(ROOT + "/data/*.fix")))),):
        for text in texts:
            seeds.put(name, text.encode())
    seeds.put("label", b"# connlabel.conf\n0\teth0-in\n 0x1f  two words \r\n017 octal\n1023 last\n1024 beyond\n1 eth0-in\n1 a,b")
    for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "Africa/Casablanca",
                 "Antarctica/Troll", "Pacific/Apia", "America/Sao_Paulo", "right/Europe/Berlin", "Asia/Pyongyang"):
        path = "/usr/share/zoneinfo/" + zone
        if os.path.exists(path):
            with open(path, "rb") as f:
                data = f.read()
            seeds.put("zone", struct.pack("<I", 1711846800) + data)
            seeds.put("zone", struct.pack("<I", 1711846800) + data[data.rindex(b"\n", 0, -1) + 1:-1])
    for rule in ("UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "IST-2IDT,M3.4.4/26,M10.5.0",
                 "EST5EDT", "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "XXX-24:59:59YYY,J1/0,J365/25", "AAA1BBB,0/0,364/24"):
        seeds.put("zone", struct.pack("<I", 1795363704) + rule.encode())
    seeds.put("proc", b"tcp\0" + b"# comment\nip 0 IP # internet\ntcp\t6\tTCP\nx 256\nhopopt 0 HOPOPT\nudp 17 UDP u\n")
    seeds.put("proc", b"u\0entries  clashres found new expect_new expect_create\n0000000c  00000000 0000000a "
              b"00000001 00000002 00000003\n0000000c  00000000 0000000b 00000001 ffffffff 00000003\n")


if __name__ == "__main__":
    main()
