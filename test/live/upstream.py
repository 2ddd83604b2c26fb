# SPDX-License-Identifier: MIT
"""What the old tool does wrong when it changes the table; the names say what is right."""
import os
import shutil
import signal
import time

from lib import packet
from lib.case import Failure, Skip, fact, facts
from lib.lab import A, B
from lib.talk import Tcp

UDP = "-p udp -s 10.1.1.1 -d 10.2.1.1 --sport %d --dport 53 "
LABELS = "1 one\n2 two\n3 three\n127 last\n200 far\n"
FILE = "/run/scratch/lines"


def done(n, what):
    return ["^conntrack vX (NAME): %d flow entries have been %s.$" % (n, what)]


def udp(t, *sports, more=""):
    for sport in sports:
        t.check("-I -t 300 %s %s" % (UDP % sport, more))


def only_one(t):
    """The table holds what udp(t, 1) made and nothing else; without a dump, which is slow where tables are large."""
    t.same("-G " + UDP % 1, "mark=0 use=2$")
    t.same("-C", "^1$")


def load(t, text, *out, code=0, err=()):
    with open(FILE, "w") as f:
        f.write(text)
    t.check("-R " + FILE, *out, code=code, err=list(err))


# ----------------------------------------------------------------- selecting

STATUS = {"!ASSURED": (0, 1), "UNREPLIED": (0, 3), "SEEN_REPLY,!ASSURED": (1,), "ASSURED -u SEEN_REPLY": (2,)}


@facts("delete_by_status_{option}_takes_what_has_it", option=STATUS)
def negated(t, option):
    """The old tool deletes all of the table by a negation."""
    t.table()
    for sport, status in enumerate(("UNSET", "SEEN_REPLY", "SEEN_REPLY,ASSURED", "ASSURED")):
        udp(t, sport, more="-u " + status)
    gone = STATUS[option]
    t.check("-D -u " + option, *["sport=%d " % n for n in gone], err=done(len(gone), "deleted"))
    t.state(*["sport=%d " % n for n in range(4) if n not in gone])


KEYS = {"--srckey 9": (9,), "--dstkey 20": (7, 8, 9), "--srckey 0x8 --dstkey 20": (8,), "--dstkey 9": (),
        "--reply-key-dst 7": (7,), "--reply-key-src 20 --reply-key-dst 9": (9,)}


@facts("gre_keys_{option}_select_what_is_updated_and_deleted", option=KEYS)
def gre_keys(t, option):
    t.table()
    for key in (7, 8, 9):
        t.check("-I -t 300 -p gre -s %s -d %s --srckey %d --dstkey 20" % (A[4], B[4], key))
    wanted, shown = KEYS[option], "srckey=0x%x dstkey=0x14 * mark=%d "
    for command, what in (("-U -m 5", "updated"), ("-D", "deleted")):
        t.check("%s -p gre -f ipv4 %s" % (command, option), *[shown % (k, 5) for k in wanted],
                code=not wanted, err=done(len(wanted), what))
    t.state(*[shown % (k, 0) for k in (7, 8, 9) if k not in wanted])


@fact
def time_alone_selects_nothing_and_is_refused(t):
    """The old tool deletes all of the table."""
    t.table()
    udp(t, 1, 2)
    for option in "-t 5", "-t 300", "--timeout=300 -o save":
        t.check("-D " + option, code=2)
    t.state("sport=1 ", "sport=2 ")


@fact
def time_beside_something_else_selects_nothing_either(t):
    """So that the lines of an event log work."""
    t.table()
    udp(t, 1, 2)
    t.check("-D -t 77777 -p udp --sport 1", "sport=1 ", err=done(1, "deleted"))
    t.state("sport=2 ")


@facts("operand_is_refused_for_{command}", command=(
    "-D -f ipv4 1.2.3.4", "-D conntrack -p udp 53", "-F -f ipv4 ipv6", "-U -m 5 -p udp 1"))
def operand(t, command):
    """The old tool passes it over, and deletes everything."""
    t.table()
    udp(t, 1)
    t.check(command, code=2)
    only_one(t)


@fact
def second_protocol_is_refused(t):
    t.table()
    udp(t, 1)
    for command in "-D -p tcp -p udp --state ESTABLISHED", "-U -p icmp -p udp --icmp-type 12 -m 4", "-D -p tcp -p udp":
        t.check(command, code=2)
    only_one(t)
    t.check("-D -p udp -p udp", "sport=1 ", err=done(1, "deleted"))


# name: what must change nothing
WRONG = {
    "port_too_large": "-I -t 300 -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 65537 --dport 2",
    "port_by_name": "-I -t 300 -p udp -s 1.1.1.1 -d 2.2.2.2 --sport http --dport 2",
    "time_by_name": "-I -t soon -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2",
    "time_with_unit": "-U -p udp -t 5m", "time_negative": "-U -p udp -t -1", "mark_with_junk": "-U -p udp -m 5x",
    "mark_too_large": "-U -p udp -m 0x100000000", "mask_empty": "-U -p udp -m 5/",
    "mask_too_large": "-U -p udp -m 5/0x100000000", "prefix_empty": "-D -s 10.1.1.1/",
    "prefix_too_long": "-D -s 10.1.1.1/33",
    "delete_port_too_large": "-D -p udp --sport 65537", "delete_port_negative": "-D -p udp --dport -53",
    "delete_zone_too_large": "-D -w 65536", "zone_too_large": "-I -w 65541 -t 300 " + UDP % 9,
    "icmp_type_too_large": "-I -t 300 -p icmp -s 1.1.1.1 -d 2.2.2.2 --icmp-type 264 --icmp-code 0",
    "sctp_state_of_no_name": "-I -t 300 -p sctp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2 --orig-vtag 1 --reply-vtag 1 "
                             "--state FOO",
    "state_of_no_name": "-D -p tcp --state FOO", "state_of_no_protocol": "-D --state FOO", "status_of_no_name": "-D -u FOO",
    "address_of_no_kind": "-D -s 10.1.1.256", "nat_port_too_large": "-I -t 300 -n 1.1.1.1:65536 " + UDP % 9,
    "nat_port_of_a_protocol_without_ports": "-I -t 300 -p 50 -s 1.1.1.1 -d 2.2.2.2 -n 3.3.3.3:5",
}


@facts("wrong_value_{what}_changes_nothing", what=WRONG)
def wrong(t, what):
    t.table()
    udp(t, 1)
    got = t.run(WRONG[what])
    if got.code not in (1, 2) or got.out or not got.err or "have been" in got.err:
        t.fail(WRONG[what], ["should be refused"], got)
    only_one(t)


# ------------------------------------------------------------------ creating

@facts("icmp_options_may_stand_before_addresses_over_ipv{v}", v=(4, 6))
def icmp_order(t, v):
    t.table()
    p = "icmpv6" if v == 6 else "icmp"
    there, back = (128, 129) if v == 6 else (8, 0)
    for command in ("-I -p {0} --{0}-type {1} --{0}-code 0 --{0}-id 7 -t 300 -s {2} -d {3}",
                    "-I -t 300 -r {2} -q {3} -p {0} --{0}-type {1} --{0}-code 0 --{0}-id 8"):
        t.check(command.format(p, there, A[v], B[v]), err=done(1, "created"))
    t.state(*["src=%s dst=%s type=%d code=0 id=%d [UNREPLIED] src=%s dst=%s type=%d code=0 id=%d " % (
        src, dst, there, n, dst, src, back, n) for n, src, dst in ((7, A[v], B[v]), (8, B[v], A[v]))])


@fact
def reply_ports_are_kept_when_they_are_given(t):
    """The old tool puts the mirrored ones over them."""
    t.table()
    t.check("-I -t 59 -u UNSET -s 1.1.1.1 -d 2.2.2.2 -g 4.4.4.4 -n 3.3.3.3 -p tcp --sport 13 --dport 20 --reply-port-src 81 "
            "--reply-port-dst 100 --state ESTABLISHED", err=done(1, "created"))
    t.check("-I -t 59 -s fd00::1 -d fd00::2 -r fd00::2 -n fd00::99 -p udp --sport 16 --dport 20 --reply-port-src 20 "
            "--reply-port-dst 77", err=done(1, "created"))
    t.state("src=1.1.1.1 dst=2.2.2.2 sport=13 dport=20 [UNREPLIED] src=4.4.4.4 dst=3.3.3.3 sport=81 dport=100 ",
            "src=fd00::1 dst=fd00::2 sport=16 dport=20 [UNREPLIED] src=fd00::2 dst=fd00::99 sport=20 dport=77 ")


@facts("attached_value_of_{option}_is_heeded", option=("--src-nat=", "-n", "--dst-nat=", "-g"))
def attached(t, option):
    t.table()
    t.check("-I -t 300 %s10.9.9.9:77 %s" % (option, UDP % 1), err=done(1, "created"))
    t.state("src=10.2.1.1 dst=10.9.9.9 sport=53 dport=77 " if option in ("--src-nat=", "-n") else
            "src=10.9.9.9 dst=10.1.1.1 sport=77 dport=1 ")


@fact
def added_over_the_same_translation_is_an_update(t):
    """The old tool says that this is not supported."""
    t.table()
    udp(t, 1, more="-n 10.9.9.9:77 -g 10.8.8.8 -m 1")
    t.check("-A -t 895 -m 5 -u SEEN_REPLY -n 10.9.9.9:77 -g 10.8.8.8 " + UDP % 1, err=done(1, "added"))
    t.state("^udp * 89* src=* src=10.8.8.8 dst=10.9.9.9 sport=53 dport=77 mark=5 use=1$")
    t.check("-A -t 900 -m 6 -n 10.9.9.9 " + UDP % 1, err=done(1, "added"))
    for other in "-n 10.9.9.8", "-n 10.9.9.9:78", "-g 10.9.9.9", "-n 10.9.9.9:77 -g 10.8.8.7":
        got = t.run("-A -t 900 -m 7 %s %s" % (other, UDP % 1))
        if got.code != 1 or "Operation not supported" not in got.err or "hint: " not in got.err:
            t.fail("-A " + other, ["another translation should be refused, with a hint"], got)
    t.state("src=10.8.8.8 dst=10.9.9.9 sport=53 dport=77 mark=6 use=1$")


# ------------------------------------------------------------------ updating

@fact
def update_of_a_mark_keeps_window_tracking(t):
    """The old tool tells the kernel to let all segments pass from now on."""
    t.lab.chain("inet", "filter", "postrouting", 0, "ct state invalid drop")
    web = Tcp(t.lab, 4, 1001, 80).reach("ESTABLISHED")
    t.check("-U -p tcp -m 1", "ESTABLISHED * mark=1 ", err=done(1, "updated"))
    t.check("-U -p tcp -s %s -t 7777 -u FIXED_TIMEOUT" % A[4], "ESTABLISHED", err=done(1, "updated"))
    t.lab.left.send(packet.tcp(A[4], B[4], 1001, 80, "PA", 3000000000, web.next["server"], b"far outside the window"))
    if web.client("PA", b"inside").payload[-6:] != b"inside":
        raise Failure("a segment outside the window came through")


@fact
def comma_list_of_labels_means_all_of_them(t):
    t.etc({"xtables/connlabel.conf": LABELS})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    udp(t, 1, more="--label-add one,two,three,last")
    udp(t, 2, more="--label-add one")
    t.check("-U -l one,two --label-del three,last", "sport=1 ", err=done(1, "updated"))
    t.check("-U --label-add two,last -p udp --sport 2 -o labels", "labels=one,two,last$")
    t.check("-D -l one,last", "sport=2 ", err=done(1, "deleted"))
    t.state("sport=1 * labels=one,two$", line="-L -o labels")


@fact
def attached_label_is_the_one_that_is_taken(t):
    """The old tool takes all of them."""
    t.etc({"xtables/connlabel.conf": LABELS})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    udp(t, 1, more="--label-add one,two,three")
    t.check("-U --label-del=two -p udp", "sport=1 ", err=done(1, "updated"))
    t.state("labels=one,three$", line="-L -o labels")


@fact
def present_label_is_no_update(t):
    t.etc({"xtables/connlabel.conf": LABELS})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    udp(t, 1, more="--label-add one,two")
    udp(t, 2)
    t.check("-U --label-add one -p udp", "sport=2 ", err=done(1, "updated"))
    t.check("-U --label-add one -p udp", code=1, err=done(0, "updated"))


@facts("label_beyond_an_entry_s_room_is_an_error_for_{command}",
       command=("-U --label-add far -p udp", "-I -t 300 --label-add far " + UDP % 2))
def far_label(t, command):
    """The old tool counts an update."""
    t.etc({"xtables/connlabel.conf": LABELS})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")
    udp(t, 1, more="--label-add one")
    got = t.run(command)
    if got.code != 1 or "Operation failed: Numerical result out of range" not in got.err:
        t.fail(command, ["should be the kernel's range error"], got)
    t.state("sport=1 * labels=one$", line="-L -o labels")


# ----------------------------------------------------- replaced in between

@fact
def entry_that_was_replaced_meanwhile_is_not_deleted(t):
    """The tool is stopped between the dump and the deletion; the new entry has the same tuple, and another id."""
    if not shutil.which("strace"):
        raise Skip("no strace")
    t.table()
    udp(t, 1, 2)
    with t.start("-D -f ipv4 -p udp", wrap="strace -o /run/scratch/trace -e trace=recvfrom,recvmsg "
                 "-e inject=recvfrom,recvmsg:signal=SIGSTOP:when=1") as p:
        tool = stopped(p.pid)
        replace(t, 1)
        os.kill(tool, signal.SIGCONT)
        out, err = p.communicate(timeout=60)
    if p.returncode or b"sport=2 " not in out or b"sport=1 " in out or b" 1 flow entries have been deleted." not in err:
        raise Failure("exit %d\n%s%s" % (p.returncode, out.decode(), err.decode()))
    t.state("sport=1 * mark=7 use=1$", line="-L -m 7")


def replace(t, sport):
    """Other flows take the memory in which the old entry was, for its place is in the id."""
    question = "-G -o id " + UDP % sport
    old = t.run(question).out.split("id=")[1]
    for n in range(100, 200):
        t.check("-D -w 0 " + UDP % sport, "sport=%d " % sport)
        t.check("-I -t 300 -p tcp -s 10.1.1.1 -d 10.2.1.1 --sport %d --dport 80 --state ESTABLISHED" % n)
        udp(t, sport, more="-m 7")
        if t.run(question).out.split("id=")[1] != old:
            return
    raise Skip("a new entry always gets the old one's id here")


def stopped(parent):
    """The child of that process, once the signal has stopped it."""
    trace = "/run/scratch/trace"
    for _ in range(3000):
        with open("/proc/%d/task/%d/children" % (parent, parent)) as f:
            children = f.read().split()
        if children and os.path.exists(trace):
            with open(trace) as said, open("/proc/%s/stat" % children[0]) as stat:
                if "SIGSTOP" in said.read() and stat.read().rsplit(") ", 1)[1][0] in "Tt":
                    return int(children[0])
        time.sleep(0.01)
    raise Skip("strace does not stop it here")


# ------------------------------------------------------------ what is said

NO_CAPS = "setpriv --inh-caps=-all --bounding-set=-all"


SORRY = "^conntrack vX (NAME): Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this$"


@facts("no_privilege_is_no_success_for_{command}", command=(
    "-F", "-F -f ipv6", "-F expect", "-D", "-U -p udp -m 5", "-I -t 300 " + UDP % 2, "-A -t 300 " + UDP % 1))
def unprivileged(t, command):
    """The old tool says first that the table has been emptied."""
    t.table()
    udp(t, 1)
    t.check(command, code=1, wrap=NO_CAPS, err=[SORRY])
    only_one(t)


@facts("full_disk_fails_{command}", command=("-D -p udp", "-U -p udp -m 5"))
def full(t, command):
    t.table()
    udp(t, 1)
    with open("/dev/full", "w") as disk:
        got = t.run(command, stdout=disk)
    if got.code != 1 or "No space left on device" not in got.err:
        t.fail(command + " >/dev/full", ["should fail and say why"], got)


# ------------------------------------------------------------------- files

@fact
def lines_of_an_event_log_are_loaded(t):
    t.table()
    udp(t, 1, more="-w 5")
    udp(t, 2, more="-n 10.9.9.9")
    udp(t, 3)
    t.check("-I -t 300 -p sctp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2 --orig-vtag 7 --reply-vtag 7 --state ESTABLISHED")
    whole = "-s 10.1.1.1 -d 10.2.1.1 -r 10.2.1.1 %s -p udp --sport %d --dport 53 --reply-port-src 53 --reply-port-dst %d"
    one, two, three = (whole % (end, n, n) for n, end in ((1, "-q 10.1.1.1"), (2, "-n 10.9.9.9"), (3, "-q 10.1.1.1")))
    load(t, "-U -t 400 -u SEEN_REPLY -w 5 %s\n" % one +
         "-U -t 500 -u SEEN_REPLY %s [USERSPACE] portid=77 progname=conntrack\n" % two +
         "-D -u SEEN_REPLY,ASSURED %s\n" % three +      # not this one: it has no reply
         "-D -t 12 -u UNSET %s [USERSPACE] portid=77\n" % three +
         "-D -s 1.1.1.1 -d 2.2.2.2 -r 2.2.2.2 -q 1.1.1.1 -p sctp --sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1 "
         "--state ESTABLISHED --orig-vtag 7 --reply-vtag 7\n",
         "sport=1 * zone=5 ", "sport=2 * dst=10.9.9.9 ", "sport=3 ", "^sctp")
    t.state("-u SEEN_REPLY -w 5 *", "-u SEEN_REPLY * -n 10.9.9.9 ", line="-L -o save")


# ------------------------------------------------------------- expectations

@facts("expectation_is_created_and_deleted_over_ipv{v}", v=(4, 6))
def expectation(t, v):
    """The old tool says that nothing was found, and exits 1."""
    t.lab.chain("inet", "filter", "forward", 1, 'tcp dport 21 ct helper set "ftp"',
                declare='ct helper ftp { type "ftp" protocol tcp; }')
    for sport in (40001, 40002):        # its helper allows each of them one
        Tcp(t.lab, v, sport, 21).reach("ESTABLISHED")
    full = {4: "255.255.255.255", 6: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}[v]
    family = "-L expect" + (" -f ipv6" if v == 6 else "")
    make = "-I expect -t 300 -p tcp -s %s -d %s --sport %d --dport 21 --tuple-src %s --tuple-dst %s --tuple-port-src 0 " \
        "--tuple-port-dst %d --mask-src %s --mask-dst %s --mask-port-src 0 --mask-port-dst 65535"
    for sport, port in ((40001, 8000), (40002, 8001)):
        t.check(make % (A[v], B[v], sport, A[v], B[v], port, full, full), err=[])
    t.state("dport=8000 *", "dport=8001 *", line=family)
    delete = "-D expect -p tcp -s %s -d %s --sport 0 --dport 8000 --reply-port-src 1 --reply-port-dst 2" % (A[v], B[v])
    t.check(delete, err=["^conntrack vX (NAME): 1 expectations have been deleted.$"])
    t.state("dport=8001 *", line=family)
    t.check(delete, code=1)
    t.check("-F expect", err=["^conntrack vX (NAME): expectation table has been emptied.$"])
    t.state(line=family)
    t.state("sport=40001 dport=21 *", "sport=40002 dport=21 *")
    got = t.run(make % (B[v], A[v], 40001, A[v], B[v], 8000, full, full))
    if got.code != 1:
        t.fail("-I expect", ["there is no such master"], got)
