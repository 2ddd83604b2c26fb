# SPDX-License-Identifier: MIT
"""Files of commands: save and load, refused lines, junk, and what each line says for itself."""
import os
import random
import re
import subprocess

from lib import packet
from lib.case import Failure, fact, facts
from lib.lab import A, B, FAR, NEAR
from lib.talk import Datagrams, Tcp, ping

PATH = "/run/scratch/file"
WAYS = {"file": "-R " + PATH, "long_option": "--load-file " + PATH, "pipe": "-R -", "stdin": "-R -"}


def load(t, text, way="file", **more):
    text = text if isinstance(text, bytes) else text.encode()
    with open(PATH, "wb") as f:
        f.write(text)
    if way == "stdin":
        with open(PATH, "rb") as f:
            return t.run("-R -", stdin=f, **more)
    if way == "pipe":
        with subprocess.Popen(["cat", PATH], stdout=subprocess.PIPE) as cat:
            return t.run("-R -", stdin=cat.stdout, **more)
    return t.run(WAYS[way], **more)


def loads(t, text, way="file", out=(), err=(), code=0):
    got = load(t, text, way)
    complaints = [] if got.code == code else ["exit code should be %d" % code]
    for name, wanted, lines in (("stdout", out, got.out.splitlines()), ("stderr", err, got.err.splitlines())):
        complaints += ["%s should be like: %s" % (name, " | ".join(wanted))] if len(wanted) != len(lines) or \
            not all(w in line for w, line in zip(wanted, lines)) else []
    if complaints:
        t.fail(WAYS[way], complaints + ["stdout: " + x for x in got.out.splitlines()[:10]], got)
    return got


def saved(t, tool=None, form="save"):
    """The lines of -o save without their timeouts, in order."""
    got = t.run("-L -o " + form, tool)
    return sorted(re.sub("^-A -t [0-9]+ ", "", x) for x in got.out.splitlines()), got.out


def agree(before, after):
    if before != after:
        raise Failure("\n".join(["lost: " + x for x in before if x not in after] +
                                ["new: " + x for x in after if x not in before]))


def mixed(t):
    """Flows of every kind, some of them translated, of both families."""
    t.lab.tracking(checksum=0)      # or udplite_error() calls every packet invalid
    for v, family in ((4, "ip"), (6, "ip6")):
        to, ports = "[%s]:%d" if v == 6 else "%s:%d", "meta l4proto { tcp, udp } th dport "
        t.lab.chain(family, "nat", "prerouting", -100, ports + "{ 8080, 8087 } dnat to " + to % (B[v], 87))
        t.lab.chain(family, "nat", "postrouting", 100, ports + "{ 83, 87 } snat to " + FAR[v],
                    ports + "82 snat to " + to % (FAR[v], 7777), "meta l4proto 50 snat to " + FAR[v])
        for n, state in enumerate(("ESTABLISHED", "TIME_WAIT", "SYN_SENT", "CLOSE_WAIT")):
            Tcp(t.lab, v, 1001 + n, 80).reach(state)
        Tcp(t.lab, v, 1011, 82).reach("ESTABLISHED")
        Tcp(t.lab, v, 1012, 8080, dst=NEAR[v]).reach("ESTABLISHED")
        Datagrams(t.lab, v, 1013, 82).ask().answer()
        Datagrams(t.lab, v, 1014, 83).ask()
        Datagrams(t.lab, v, 1015, 8087, dst=NEAR[v]).ask().answer()
        Datagrams(t.lab, v, 1016, 53).ask()
        Datagrams(t.lab, v, 1017, 53, build=packet.udplite).ask().answer()
        ping(t.lab, v, 1018)
        t.lab.up(packet.ip(A[v], B[v], packet.ESP, b"12345678"))
        t.lab.up(packet.gre_call(A[v], B[v], 0x1234))
        t.check("-I -t 300 -s %s -d %s -w 5 -p udp --sport 1 --dport 2" % (A[v], B[v]))
        t.check("-I -t 300 -s %s -d %s --orig-zone 6 -p udp --sport 1 --dport 3" % (A[v], B[v]))
        t.check("-I -t 300 -s %s -d %s -p sctp --sport 1 --dport 3 --state SHUTDOWN_SENT --orig-vtag 16777217 "
                "--reply-vtag 33554434 -u ASSURED" % (A[v], B[v]))


@facts("saved_table_comes_back_the_same_from_{way}", way=WAYS)
def round_trip(t, way):
    mixed(t)
    before, text = saved(t)
    if len(before) != 34 or sum(" -n " in x for x in before) < 6 or sum(" -g " in x for x in before) < 4:
        raise Failure("the lab should hold 34 flows, 6 with -n, 4 with -g:\n" + "\n".join(before))
    t.check("-F")
    t.state()
    loads(t, text, way)
    after, _ = saved(t)
    agree(before, after)
    t.state(lines=len(before))
    if t.reference and saved(t, t.reference)[0] != before:
        raise Failure("the reference saves something else")


@fact
def save_file_over_the_living_table_changes_nothing(t):
    """The reference stops at the first translated flow."""
    mixed(t)
    before, text = saved(t)
    loads(t, text)
    agree(before, saved(t)[0])


@fact
def restored_connection_goes_on_translated(t):
    """A router that came back: its rules and its table, then the next segments."""
    t.lab.chain("ip", "nat", "prerouting", -100, "tcp dport 8080 dnat to %s:80" % B[4])
    t.lab.chain("ip", "nat", "postrouting", 100, "tcp dport 80 snat to %s:7777" % FAR[4])
    t.lab.chain("ip", "filter", "postrouting", 0, "ct state invalid drop")
    web = Tcp(t.lab, 4, 1001, 8080, dst=NEAR[4]).reach("ESTABLISHED")
    text = saved(t)[1]
    t.check("-F")
    loads(t, text)
    down = web.server("PA", b"pushed by the server, which no rule could translate")
    up = web.client("PA", b"and the answer")
    if (down.src, packet.ports(down), up.src, packet.ports(up)) != (NEAR[4], (8080, 1001), FAR[4], (7777, 80)):
        raise Failure("%s\n%s" % (down, up))
    t.state("^tcp * ESTABLISHED * dport=8080 src=%s dst=%s sport=80 dport=7777 [ASSURED]" % (B[4], FAR[4]))


@fact
def restore_brings_marks_labels_and_helpers_back(t):
    """What -o save leaves out."""
    t.etc({"xtables/connlabel.conf": "1 one\n2 two\n"})
    t.lab.chain("inet", "filter", "forward", 1, "udp dport 54 ct mark set 77", "udp dport 54 ct label set 1",
                "udp dport 54 ct label set 100", 'tcp dport 21 ct helper set "ftp"',
                declare='ct helper ftp { type "ftp" protocol tcp; }')
    mixed(t)
    for v in (4, 6):
        Datagrams(t.lab, v, 2001, 54).ask()
        Tcp(t.lab, v, 2002, 21).reach("ESTABLISHED")
    before, text = saved(t, form="restore")
    shown = lines(t)
    if sum(" mark=77 " in x and "labels=one" in x or "helper=ftp" in x for x in shown) != 4:
        raise Failure("the lab should hold marks, labels, helpers:\n" + "\n".join(shown))
    t.check("-F")
    loads(t, text, "pipe")
    agree(shown, lines(t))
    agree(before, saved(t, form="restore")[0])


def lines(t):
    """The plain list, with its labels and without its timeouts."""
    return sorted(" ".join(x.split()[:2] + x.split()[3:]) for x in t.run("-L -o labels", t.reference).out.splitlines())


@fact
def many_saved_flows_come_back(t):
    t.table()
    for kind in "--proto udp", "--proto tcp", "--proto udp -6", "--proto tcp -6":
        t.flood("5000 --timeout 3000 --sources 50 " + kind)
    before, text = saved(t)
    t.check("-F")
    loads(t, text, "pipe")
    if saved(t)[0] != before or len(before) != 20000:
        raise Failure("not the same 20000")


# -------------------------------------------------------------- refusals

GOOD = "-I -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport %d --dport 53\n"
REFUSED = "-I -t 300 -p icmp -s 10.1.1.1 -d 10.2.1.1 --icmp-type 5 --icmp-code 0\n"
SORRY = "Operation failed: invalid parameters"


@facts("refused_line_is_numbered_and_the_rest_is_done_from_{way}", way=WAYS)
def refused(t, way):
    t.table()
    text = "# a comment\n\n" + GOOD % 1 + REFUSED + "   # another\n" + GOOD % 2 + GOOD % 1 + GOOD % 3
    loads(t, text, way, code=1, err=(SORRY, "hint: line 4 of the file", "Such conntrack exists", "hint: line 7 of the file"))
    t.state("sport=1 ", "sport=2 ", "sport=3 ")


@facts("refused_lines_among_{n}_are_numbered_rightly", n=(63, 64, 65, 500))
def refused_at_the_seams(t, n):
    """However the lines go to the kernel."""
    t.table()
    bad = (1, 2, n // 2, n - 1, n)
    loads(t, "".join(REFUSED if i in bad else GOOD % i for i in range(1, n + 1)), code=1,
          err=[x for i in bad for x in (SORRY, "hint: line %d of the file" % i)])
    t.state(lines=n - 5)


@facts("of_{n}_refused_lines_{told}_are_told", n=(20, 21, 25), told=("twenty",))
def many_refused(t, n, told):
    t.table()
    text = "".join(GOOD % i + REFUSED for i in range(1, n + 1))
    counted = [": %d lines have been refused." % n] if n > 20 else []
    loads(t, text, code=1, err=[x for i in range(1, 21) for x in (SORRY, "hint: line %d of the file" % (2 * i))] + counted)
    t.state(lines=n)


@fact
def refused_lines_of_every_command_are_counted_together(t):
    t.table()
    expected = (GOOD % 9).replace("-I", "-A -u EXPECTED")
    loads(t, GOOD % 1 + REFUSED + expected + "-D -p udp --sport 8\n" + GOOD % 2 + "-D -p udp --sport 2\n" + GOOD % 1,
          code=1, out=["sport=2 "],
          err=(SORRY, "line 2 ", "Device or resource busy", "line 3 ", "Such conntrack exists", "line 7 "))
    t.state("sport=1 ")


# ---------------------------------------------------------------- nonsense

def untouched(t, text, way="file", *said, codes=(1, 2)):
    t.check((GOOD % 1).strip())
    got = load(t, text, way)
    if got.code not in codes or not got.err or not all(any(s in x for x in got.err.splitlines()) for s in said):
        t.fail(WAYS[way], ["should fail with %s and say %s" % (codes, " and ".join(said))], got)
    t.same("-G " + (GOOD % 1)[10:].strip(), "sport=1 * mark=0 use=2$")
    t.same("-C", "^1$")


@facts("random_bytes_from_{way}_change_nothing", way=WAYS)
def junk(t, way):
    t.table()
    dice = random.Random(1)
    untouched(t, bytes(dice.randrange(256) for _ in range(20000)), way)


@facts("half_a_program_as_file_changes_nothing_{n}", n=(1, 2))
def program(t, n):
    t.table()
    with open(t.tool, "rb") as f:
        untouched(t, f.read()[:20000 * n])


NOT_HERE = "Cannot use command `-%s' with --load-file"
LAST = {
    "unknown_option": ("-F --nonsense", "unknown option"), "no_command": ("-s 1.1.1.1", "Illegal option"),
    "list": ("-L", NOT_HERE % "L"), "words": ("hello world", "unknown"), "statistics": ("-S", NOT_HERE % "S"),
    "get": ("-G -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2", NOT_HERE % "G"), "load": ("-R x", ""),
    "bad_address": ("-D -s 1.2.3.4.5", "Invalid IP address"), "bad_mark": ("-U -m 5x", "unexpected value"),
    "expectation": ("-F expect", NOT_HERE % "F expect"), "time_alone": ("-D -t 5", "selects nothing"),
    "nul": ("-D -s 1.1.1.1\0", "NUL"),
}


@facts("mistake_{what}_in_the_last_line_keeps_the_first_from_being_done", what=LAST)
def mistake(t, what):
    """All lines are read before one is done."""
    t.table()
    line, said = LAST[what]
    untouched(t, "-F\n" + GOOD % 2 + line + "\n", "pipe" if what == "list" else "file", said, "line 3 of the file",
              codes=(1,) if what in ("bad_mark", "nul") else (2,))


@facts("unreadable_{what}_fails", what=("missing", "directory"))
def unreadable(t, what):
    t.table()
    path = {"missing": "/run/scratch/nothing", "directory": "/run/scratch"}[what]
    t.check((GOOD % 1).strip())
    got = t.run("-R " + path)
    if got.code not in (1, 2) or path not in got.err:
        t.fail("-R " + path, ["should fail and name it"], got)
    t.state("sport=1 ")


@fact
def empty_file_is_no_failure(t):
    t.table()
    for text in "", "\n\n", "# nothing\n", "  \t \n#\n   # x":
        loads(t, text)


# ----------------------------------------------------------- mixed commands

MIXED = """
-I -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53 -m 1
-I -t 400 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 2 --dport 53 -m 0x22 --label-add one
-I -t 500 -p tcp -s fd01::1 -d fd02::1 --sport 3 --dport 80 --state ESTABLISHED
-A -t 600 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 4 --dport 53 -m 4 --label-add two,last
-U -w 0 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53 -m 0x10/0xf0
-U -p udp --sport 2 -m 0x1/0xf --label-add last
-U -p tcp -m 3 -t 700 --label-add one,two
-D -p udp --sport 4
-I -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 4 --dport 54
-U --sport 9 -p udp -m 9
-D -p udp --sport 9
"""


@facts("each_line_keeps_its_own_values_from_{way}", way=WAYS)
def own_values(t, way):
    t.etc({"xtables/connlabel.conf": "1 one\n2 two\n127 last\n"})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    loads(t, MIXED, way, out=("sport=1 dport=53", "sport=2 dport=53", "sport=3 dport=80", "sport=4 dport=53"))
    t.state("sport=1 dport=53 * mark=17 use=1$", "sport=2 dport=53 * mark=33 use=1 labels=one,last$",
            "sport=3 dport=80 * mark=3 use=1 labels=one,two$", "sport=4 dport=54 * mark=0 use=1$", line="-L -o labels")


@fact
def order_of_the_lines_is_the_order_of_what_happens(t):
    t.table()
    one = "-p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53"
    loads(t, "".join("-I -t 300 %s\n-U -w 0 %s -m %d\n-D -w 0 %s\n" % (one, one, i, one) for i in range(1, 40)) +
          "-I -t 300 %s -m 99\n-F\n-I -t 300 %s -m 100\n" % (one, one),
          out=[" mark=%d " % i for i in range(1, 40) for _ in (1, 2)], err=["connection tracking table has been emptied."])
    t.state("mark=100 use=1$")


@fact
def output_of_any_line_holds_for_all(t):
    t.table()
    loads(t, GOOD % 1 + GOOD % 2 + "-D -p udp --sport 1\n-D -p udp --sport 2 -o save\n",
          out=("-D -t ", "-D -t "))
    t.state()


@fact
def lines_end_in_carriage_returns_or_not_at_all(t):
    t.table()
    loads(t, (GOOD % 1).strip() + "\r\n" + (GOOD % 2).strip() + "\r\n# x\r\n\r\n" + (GOOD % 3).strip())
    t.state("sport=1 ", "sport=2 ", "sport=3 ")


@fact
def long_lines_and_stray_words_are_no_trouble(t):
    t.table()
    loads(t, "-D -p udp " + " " * 30000 + "--sport 7 [USERSPACE] portid=77 progname=x\n" + "#" * 100000 + "\n" + GOOD % 1)
    t.state("sport=1 ")


@fact
def quotes_hold_words_together(t):
    t.etc({"xtables/connlabel.conf": "5 five words\n"})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    loads(t, '-I -t 300 -p "udp" -s 10.1.1.1 -d "10.2.1.1" --sport 1 --dport 53 --label-add "five words"\n')
    t.state("labels=five words$", line="-L -o labels")


@fact
def full_disk_fails_a_load_that_prints(t):
    t.table()
    with open(PATH, "w") as f:
        f.write("".join(GOOD % i for i in range(1, 2000)) + "-D -p udp\n")
    with open("/dev/full", "w") as disk:
        got = t.run("-R " + PATH, stdout=disk)
    if got.code != 1 or "No space left on device" not in got.err:
        t.fail("-R >/dev/full", ["should fail and say why"], got)
    os.unlink(PATH)


@fact
def update_after_a_delete_is_printed_as_an_update(t):
    t.etc({"xtables/connlabel.conf": "1 one\n"})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    loads(t, GOOD % 1 + GOOD % 2 + "-D -p udp --sport 1 -o save\n-U -p udp --sport 2 -m 5\n", out=("-D -t ", "-A -t "))
    loads(t, GOOD % 1 + "-D -p udp --sport 1\n-U -p udp --sport 2 --label-add one -o labels\n",
          out=("sport=1 ", "labels=one"))


@fact
def operand_behind_two_hyphens_is_refused(t):
    t.table()
    t.check((GOOD % 1).strip())
    t.check("-D -p udp -- -s 1.1.1.1", code=2)
    t.state("sport=1 ")


@fact
def lines_behind_a_refused_update_are_done(t):
    """An entry whose timeout is fixed refuses another one; what follows is none of its business."""
    t.table()
    t.check((GOOD % 1).strip() + " -u FIXED_TIMEOUT")
    more = "".join(GOOD % n for n in range(1000, 1200))
    loads(t, "-U -p udp --sport 1 -t 100\n" + more, err=("Operation failed", "line 1 of the file", "hint: "), code=1)
    left = t.run("-L -p udp --dport 53", t.reference).out.count("\n")
    if left != 201:
        raise Failure("%d entries, not 201" % left)


# ----------------------------------------------------- over entries that stand

ONE = "-p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53"
STANDS = {
    "translated": ("-I -t 300 %s -n 10.3.1.1" % ONE, "-A -t 300 %s -n 10.3.1.1 -m 1" % ONE, "-A -t 300 %s -m 2" % ONE),
    "assured": ("-I -t 300 %s -u SEEN_REPLY,ASSURED" % ONE, "-A -t 300 %s -u SEEN_REPLY -m 1" % ONE,
                "-A -t 300 %s -u SEEN_REPLY,ASSURED -m 2" % ONE),
}


@facts("later_line_for_the_same_entry_that_is_{which}_counts", which=STANDS)
def later_line_counts(t, which):
    """The kernel refuses the first of the two, which takes another try; the second must still come second."""
    t.table()
    stands, first, second = STANDS[which]
    t.check(stands)
    loads(t, first + "\n" + GOOD % 7 + second + "\n")
    t.state("sport=1 * mark=2 ", "sport=7 ")
    loads(t, second + "\n" + first + "\n")
    t.state("sport=1 * mark=1 ", "sport=7 ")


@fact
def refusals_are_told_in_the_order_of_the_lines(t):
    """Also where one of them comes of another try."""
    t.table()
    t.check(STANDS["translated"][0])
    loads(t, "-A -t 300 %s -n 10.9.9.9\n" % ONE + REFUSED + GOOD % 8 + "-A -t 300 %s -n 10.9.9.8\n" % ONE, code=1,
          err=("Operation not supported", "line 1 of the file", "hint: ", SORRY, "line 2 of the file",
               "Operation not supported", "line 4 of the file", "hint: "))
    t.state("sport=1 ", "sport=8 ")


@fact
def every_line_over_the_living_table_may_need_another_try(t):
    """More than a window of them, all translated."""
    t.table()
    lines_ = ["-A -t 300 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport %d --dport 53 -n 10.3.1.1" % i for i in range(1, 400)]
    loads(t, "\n".join(lines_))
    loads(t, "\n".join(x + " -m 7" for x in lines_))
    t.state(lines=399, line="-L -m 7")


# ------------------------------------------------- a line that is refused half-way

def crowd(t, n):
    t.table()
    t.flood("%d --proto udp --timeout 3000 --sources 50 --ports 2000" % n)


@facts("line_refused_in_the_middle_of_a_table_of_{n}_is_its_own_matter", n=(40, 4000))
def refused_half_way(t, n):
    """Neither its rest nor its dump may be in the way of the lines behind."""
    crowd(t, n)
    loads(t, "-U -p udp -u EXPECTED\n-U -p udp --dport 1 --helper nosuch\n-D -p udp --dport 1 -s 198.18.0.1\n" + GOOD % 1,
          out=["src=198.18.0.1 "], code=1,
          err=("Device or resource busy", "line 1 of the file", "Operation not supported", "line 2 of the file"))
    t.state(lines=n, line="-L -p udp")


@fact
def label_without_room_is_refused_before_anything_is_done(t):
    t.etc({"xtables/connlabel.conf": "1 one\n"})
    t.table()
    t.check((GOOD % 1).strip())
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    t.check((GOOD % 2).strip())
    for n in 1, 2:
        t.check("-U -p udp --sport 2 --label-add 5,200", code=1, err=["Numerical result out of range"])
    loads(t, "-U --label-add 5,200\n-U --label-add 5\n-D -p udp --sport 1\n", out=["sport=2 ", "sport=1 "], code=1,
          err=("Numerical result out of range", "line 1 of the file"))


@facts("copy_of_a_pipe_is_no_standard_{stream}", stream=("output", "error"))
def closed_streams(t, stream):
    """What a line prints may not be written over the lines behind it."""
    crowd(t, 300)
    many = "".join(GOOD % i for i in range(1, 2000))
    with open(PATH, "w") as f:
        f.write(("-D -p udp -o save\n" if stream == "output" else (REFUSED * 15)) + many)
    closed = ">&-" if stream == "output" else "2>&-"
    with t.start(["-c", "cat %s | %s -R - %s" % (PATH, t.tool, closed)], tool="/bin/sh") as p:
        err = p.communicate(timeout=60)[1].decode()
    if p.returncode != 1 or stream == "output" and "Bad file descriptor" not in err:
        raise Failure("exit %d\n%s" % (p.returncode, err))
    if stream == "error":
        t.state(lines=2299)


@fact
def map_of_one_line_is_not_that_of_the_next(t):
    t.etc({"xtables/connlabel.conf": None, "names": "5 web\n"})
    t.table()
    one = GOOD.strip() % 1 + " --labelmap /etc/names --label-add web\n"
    loads(t, one + GOOD.strip() % 2 + " --label-add web\n", code=2,
          err=("nfct_labelmap_new", "unknown label 'web'", "Try ", "line 2 of the file"))


@fact
def warning_of_a_line_is_told_once(t):
    t.table()
    loads(t, GOOD.strip() % 1 + " -a x\n", err=["WARNING: ignoring -a"])


@facts("restored_line_of_{what}_comes_back", what=("gre", "udp", "icmp", "port"))
def restored_over(t, what):
    """Into an empty table, and over the entry that stands: also where only address, key, id or port differ."""
    t.table()
    made = {"gre": "-p gre --srckey 1 --dstkey 2 -n 10.5.5.5", "udp": "-p udp --sport 1 --dport 2 -n 10.5.5.5",
            "icmp": "-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7 -n 10.5.5.5:77",
            "port": "-p udp --sport 1 --dport 2 -n 10.5.5.5:4000 -g 10.6.6.6:5000"}[what]
    t.check("-I -t 500 -s 10.1.1.1 -d 10.2.1.1 -m 7 " + made)
    before, text = saved(t, form="restore")
    shown = lines(t)
    loads(t, text)
    agree(shown, lines(t))
    t.check("-F")
    loads(t, text)
    agree(shown, lines(t))
    agree(before, saved(t, form="restore")[0])
    if len(shown) != 1:
        raise Failure("there should be one entry")


@facts("restored_{what}_is_not_that_of_another_flow_of_the_same_source", what=("port", "id"))
def restored_beside(t, what):
    """Left to itself, the kernel translates a source as it did before."""
    t.table()
    t.lab.chain("ip", "nat", "postrouting", 100)
    make = {"port": "-p udp --sport 10 --dport 20 -s 10.0.0.1 -d %s", "id": "-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 5 -s 10.0.0.1 -d %s"}
    for far, to in (("10.2.0.2", "10.3.0.1"), ("10.2.0.1", "10.3.0.1:77")):
        t.check("-I -t 500 %s -n %s" % (make[what] % far, to))
    shown, text = lines(t), saved(t, form="restore")[1]
    for order in 1, -1:
        t.check("-F")
        loads(t, "".join(sorted(text.splitlines(True))[::order]))
        agree(shown, lines(t))
    if sum("dport=77" in x or "id=77" in x for x in shown) != 1:
        raise Failure("one of them should be translated:\n" + "\n".join(shown))


@fact
def restored_label_with_blanks_is_one_label(t):
    t.etc({"xtables/connlabel.conf": "3 my label\n4 web\n5 web server\n"})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    t.check((GOOD.strip() % 1).split() + ["--label-add", "my label,web server"])
    shown, text = lines(t), saved(t, form="restore")[1]
    t.check("-F")
    loads(t, text)
    agree(shown, lines(t))
    t.state("labels=my label,web server$", line="-L -o labels")


@fact
def update_behind_a_delete_by_its_tuple_tells_the_same_use(t):
    """A look-up holds the entry, a dump does not: what is told is each line's own."""
    t.table()
    t.check((GOOD % 2).strip())
    loads(t, GOOD % 1 + "-D -w 0 -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 1 --dport 53\n-U -p udp --sport 2 -m 5\n",
          out=(" use=1", " mark=5 use=2"))
