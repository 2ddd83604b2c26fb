# SPDX-License-Identifier: MIT
"""Create, add, update, delete: every protocol, and everything an entry can be given."""
from lib import packet
from lib.case import Failure, fact, facts
from lib.lab import A, B, FAR

# protocol: its options with two numbers in them, how the list shows these, and how it shows them turned round
PORTS = ("--sport %d --dport %d", "sport=%d dport=%d")
KEYS = ("--srckey %d --dstkey %d", "srckey=0x%x dstkey=0x%x")
PROTOCOLS = {
    "tcp": ("tcp", "--state ESTABLISHED", PORTS),
    "udp": ("udp", "", PORTS),
    "udplite": ("udplite", "", PORTS),
    "sctp": ("sctp", "--state ESTABLISHED --orig-vtag 117440519 --reply-vtag 134217736", PORTS),
    "gre": ("gre", "", KEYS),
    "icmp": ("icmp", "", ("--icmp-type 8 --icmp-code 0 --icmp-id %d", "type=8 code=0 id=%d", "type=0 code=0 id=%d")),
    "icmpv6": ("icmpv6", "", ("--icmpv6-type 128 --icmpv6-code 0 --icmpv6-id %d", "type=128 code=0 id=%d",
                                 "type=129 code=0 id=%d")),
    "50": ("unknown", "", ("",)),
    "200": ("unknown", "", ("",)),
}


class Flow:
    """One entry of a protocol: the n-th between two hosts, as options and as lines."""

    def __init__(self, proto, v, n):
        self.name, self.more, forms = PROTOCOLS[proto]
        src = A[v] if "%" in forms[0] else A[v] + "%d" % n      # without numbers, the address tells them apart
        numbers = (40000 + n, 80)[:forms[0].count("%d")]
        self.tuple = "-p %s -s %s -d %s %s" % (proto, src, B[v], forms[0] % numbers)
        shown, back = (forms[1] % numbers, forms[-1] % numbers[::-1]) if numbers else ("", "")
        self.orig = " ".join(("src=%s dst=%s" % (src, B[v]), shown)).strip()
        self.reply = " ".join(("src=%s dst=%s" % (B[v], src), back)).strip()

    def new(self, extra="", command="-I"):
        return " ".join((command, self.tuple, self.more, extra))

    def line(self, seconds, tail, unreplied=True):
        state = "ESTABLISHED " if "--state" in self.more else ""
        return "^%s * %s %s%s %s%s %s$" % (self.name, seconds, state, self.orig, "[UNREPLIED] " if unreplied else "",
                                           self.reply, tail)


def created(n=1):
    return ["^conntrack vX (NAME): %d flow entries have been created.$" % n]


def done(n, what):
    return ["^conntrack vX (NAME): %d flow entries have been %s.$" % (n, what)]


@facts("{proto}_entry_is_created_added_to_updated_and_deleted",
       proto=["protocol " + p if p.isdigit() else p for p in PROTOCOLS])
def whole_life(t, proto):
    """Of two entries of each family one, beside which the other stays as it is."""
    t.table()
    proto = proto.split()[-1]
    pairs = [(Flow(proto, v, 1), Flow(proto, v, 2)) for v in {"icmp": (4,), "icmpv6": (6,)}.get(proto, (4, 6))]
    others = [two.line("9*", "mark=0 use=1") for _, two in pairs]
    for one, two in pairs:
        t.check(one.new("-t 290 -m 0x15/0xf -u SEEN_REPLY,ASSURED"), err=created())
        t.check(two.new("-t 990"), err=created())
        t.check(one.new("-t 300"), code=1, err=["Operation failed: Such conntrack exists, try -U to update$"])
    t.state(*[one.line("2*", "[ASSURED] mark=21 use=1", False) for one, _ in pairs], *others)
    for (one, _), zone in zip(pairs, ("", "-w 0")):
        changed = one.line("1*", "[ASSURED] mark=19 use=%d", False)
        t.check(one.new("-t 500 -m 22", "-A"), err=done(1, "added"))
        t.check("-U %s -m 0x3/0xf -t 1500 -u FIXED_TIMEOUT %s" % (one.tuple, zone), changed % 2, err=done(1, "updated"))
        t.check("-D %s %s" % (one.tuple, zone), changed % 1, err=done(1, "deleted"))
        t.check("-D -w 0 " + one.tuple, code=1, err=done(0, "deleted"))
        t.check("-U -w 0 %s -m 1" % one.tuple, code=1, err=done(0, "updated"))
    t.state(*others)


UDP = "-p udp -s %s -d %s --sport 40001 --dport 53 " % (A[4], B[4])
TCP = "-p tcp -s %s -d %s --sport 40001 --dport 80 " % (A[4], B[4])


# what -U -m makes of mark 0x123; upstream: (old & ~mask) ^ value
@fact
def mark_is_changed_under_its_mask_and_toggled_outside(t):
    t.table()
    for n, option in enumerate(("5", "0xf0/0xff", "0xff/0x0f", "0/0", "0x123", "0x10/0", "0/0xf00", "4294967295")):
        t.check("-I -t 300 -m 0x123 -p udp -s %s -d %s --sport %d --dport 53" % (A[4], B[4], n))
        t.check("-U -w 0 -p udp -s %s -d %s --sport %d --dport 53 -m %s" % (A[4], B[4], n, option),
                *[] if n in (3, 4) else ["sport=%d " % n], code=n in (3, 4))
    t.state(*["sport=%d * mark=%d use=1$" % (n, mark) for n, mark in enumerate(
        (5, 0x1f0, 0x1df, 0x123, 0x123, 0x133, 0x23, 4294967295))])


@fact
def mask_of_a_new_mark_is_nothing(t):
    t.table()
    t.check("-I -t 300 -m 0xff/0x0f " + UDP)
    t.state("mark=255 use=1$")
    t.check("-A -t 300 -m 0x100/0x0f " + UDP)
    t.state("mark=256 use=1$")


@fact
def status_bits_are_added_and_never_taken(t):
    t.table()
    t.check("-I -t 300 " + UDP)
    for option, bits in (("SEEN_REPLY", "SEEN_REPLY"), ("ASSURED", "SEEN_REPLY,ASSURED"),
                         ("FIXED_TIMEOUT", "SEEN_REPLY,ASSURED,FIXED_TIMEOUT")):
        t.check("-U -w 0 -o save -u %s %s" % (option, UDP), "-u %s -s" % bits, err=done(1, "updated"))
    for option in ("SEEN_REPLY", "UNSET", "!ASSURED", "UNREPLIED", "ASSURED,SEEN_REPLY"):
        t.check("-U -w 0 -u %s %s" % (option, UDP), code=1, err=done(0, "updated"))
    t.state("-u SEEN_REPLY,ASSURED,FIXED_TIMEOUT -s", line="-L -o save")


@fact
def status_expected_is_refused_by_the_kernel(t):
    t.table()
    t.check("-I -t 300 -u EXPECTED " + UDP, code=1, err=["Operation failed: Device or resource busy$"])
    t.state()


@fact
def tcp_state_is_set_by_an_update_and_selects_for_a_delete(t):
    t.table()
    for n, state in enumerate(("SYN_SENT", "ESTABLISHED", "TIME_WAIT", "CLOSE", "LISTEN")):
        t.check("-I -t 300 --state %s %s" % (state, TCP.replace("40001", str(n))), err=created())
    t.state(*["^tcp * %s * sport=%d " % (s, n) for n, s in enumerate((
        "SYN_SENT", "ESTABLISHED", "TIME_WAIT", "CLOSE", "SYN_SENT2"))])
    t.check("-U %s --state ESTABLISHED" % TCP.replace("40001", "0"), "ESTABLISHED * sport=0 ", err=done(1, "updated"))
    t.check("-U -p tcp --sport 1 --state ESTABLISHED", code=1, err=done(0, "updated"))      # it is that already
    t.check("-D -p tcp --state ESTABLISHED", "sport=0 ", "sport=1 ", err=done(2, "deleted"))
    t.state("TIME_WAIT", "CLOSE", "SYN_SENT2")


@fact
def timeout_moves_an_update_and_zero_ends_it(t):
    t.table()
    t.check("-I -t 300 " + UDP)
    t.check("-I -t 295 " + UDP.replace("40001", "40002"))
    t.check("-U -t 5050 " + UDP, "^udp * use=2$", err=done(1, "updated"))
    t.state("^udp * 50* src=* sport=40001", "^udp * 29* src=* sport=40002")
    t.check("-U -t 0 " + UDP, err=done(1, "updated"))       # upstream: 0 updated, exit 1
    t.state("sport=40002")


@fact
def new_entry_without_time_is_gone_at_once(t):
    t.table()
    t.check("-I -t 0 " + UDP)
    t.state()


@fact
def many_are_updated_and_each_is_printed_once(t):
    """The 1.4.7 reference prints every other one."""
    t.table()
    for kind in "--proto udp", "--proto udp -6", "--proto tcp":
        t.flood("1000 --ports 1 " + kind)
    got = t.run("-U -p udp -m 7 -t 700")
    lines = got.out.splitlines()
    if got.code or len(lines) != 2000 or len({x.split("src=", 1)[1] for x in lines}) != 2000 or \
            not all(" mark=7 " in x and x.startswith("udp ") for x in lines):
        t.fail("-U -p udp -m 7 -t 700", ["%d lines instead of 2000 different ones with mark=7" % len(lines)], got)
    t.state(lines=2000, line="-L -m 7")
    t.state(lines=1000, line="-L -m 0")


@fact
def each_of_many_entries_keeps_the_rest_of_its_mark(t):
    t.table()
    with open("/run/scratch/file", "w") as f:
        for n in range(1, 200):
            f.write("-I -t 300 -m %d -p udp -s %s -d %s --sport %d --dport 53\n" % (n << 8, A[4], B[4], n))
    t.check("-R /run/scratch/file")
    wanted = ["sport=%d * mark=%d " % (n, n << 8 | 1) for n in range(1, 200)]
    t.check("-U -p udp -m 1/0 -f ipv4", *wanted, err=done(199, "updated"))
    t.state(*wanted)


# ------------------------------------------------------------------ zones

ZONES = {       # how it is created, and how the line shows it
    2000: ("", "* mark=%d use=1$"), 2005: ("-w 5", "* mark=%d zone=5 use=1$"),
    2006: ("--orig-zone 6", "zone-orig=6 * mark=%d use=1$"),
    2007: ("--reply-zone 7", "* zone-reply=7 mark=%d use=1$"),
}


def in_zones(t, v):
    t.table()
    for port, (zone, _) in ZONES.items():
        t.check("-I -t 300 -m 1 %s -p udp -s %s -d %s --sport 40001 --dport %d" % (zone, A[v], B[v], port), err=created())


def zone_lines(mark=1, ports=ZONES, changed=(), to=0):
    return ["sport=40001 dport=%d " % p + ZONES[p][1] % (to if p in changed else mark) for p in ports]


@facts("zones_of_three_forms_are_created_over_ipv{v}", v=(4, 6))
def zones_created(t, v):
    in_zones(t, v)
    t.state(*zone_lines())
    t.state(*zone_lines(ports=[2005]), line="-L -w 5")
    t.state(*zone_lines(ports=[2006]), line="-L --orig-zone 6")
    t.state(*zone_lines(ports=[2007]), line="-L --reply-zone 7")
    t.check("-I -t 300 --orig-zone 6 --reply-zone 7 -p udp -s %s -d %s --sport 1 --dport 2" % (A[v], B[v]), code=1,
            err=["Operation failed: invalid parameters$"])


IN_ZONE = {"-w 5": [2005], "--orig-zone 6": [2006], "--reply-zone 7": [2007],
           "-p udp": list(ZONES), "-w 0": [2000, 2006, 2007]}


@facts("update_{zone}_changes_what_is_there", zone=IN_ZONE)
def zones_updated(t, zone):
    in_zones(t, 4)
    ports = IN_ZONE[zone]
    t.check("-U %s -m 9" % zone, *["dport=%d * mark=9 " % p for p in ports], code=not ports, err=done(len(ports), "updated"))
    t.state(*zone_lines(changed=ports, to=9))


@facts("delete_{zone}_deletes_what_is_there", zone=("-w 5", "--orig-zone 6", "--reply-zone 7", "-w 0"))
def zones_deleted(t, zone):
    in_zones(t, 6)
    ports = IN_ZONE[zone]
    t.check("-D %s" % zone, *["dport=%d *" % p for p in ports], code=not ports, err=done(len(ports), "deleted"))
    t.state(*zone_lines(ports=[p for p in ZONES if p not in ports]))


def one_tuple_in_three_zones(t):
    t.table()
    for zone in (0, 5, 9):
        t.check("-I -t 300 -m %d -w %d %s" % (zone + 1, zone, UDP), err=created())


@fact
def one_tuple_in_three_zones_is_three_entries_to_every_command(t):
    one_tuple_in_three_zones(t)
    t.check("-U -w 5 -m 50 " + UDP, "mark=50 zone=5 ", err=done(1, "updated"))
    t.check("-U -w 0 -m 10 " + UDP, "mark=10 use=", err=done(1, "updated"))
    t.state("mark=10 use=1$", "mark=50 zone=5 use=1$", "mark=10 zone=9 use=1$")
    t.check("-A -w 9 -t 300 -m 90 " + UDP, err=done(1, "added"))
    t.state("mark=10 use=1$", "mark=50 zone=5 use=1$", "mark=90 zone=9 use=1$")
    t.check("-D -w 5 " + UDP, "mark=50 zone=5 ", err=done(1, "deleted"))
    t.state("mark=10 use=1$", "mark=90 zone=9 use=1$")
    t.check("-D -w 0 " + UDP, "mark=10 ", err=done(1, "deleted"))
    t.state("mark=90 zone=9 use=1$")


# ----------------------------------------------------------------- labels

MAP = "0 zero\n1 one\n2 two\n5 five words\n33 hex-thirty-three\n127 last\n"


def labelled(t):
    """A kernel keeps labels where a rule speaks of them."""
    t.etc({"xtables/connlabel.conf": MAP})
    t.table()
    t.lab.chain("inet", "filter", "forward", 0, "ct label set 1")


@fact
def labels_are_created_added_taken_and_select(t):
    labelled(t)
    other = UDP.replace("40001", "40002")
    t.check("-I -t 300 --label-add one,last " + UDP, err=created())
    t.check("-I -t 300 " + other, err=created())
    t.state("sport=40001 * use=1 labels=one,last$", "sport=40002 * use=1$", line="-L -o labels")
    t.check("-U --label-add zero,hex-thirty-three -o labels " + UDP, "labels=zero,one,hex-thirty-three,last$")
    t.check("-U --label-del one,last -o labels " + UDP, "labels=zero,hex-thirty-three$")
    t.check("-U --label-add 'five words' " + other, "sport=40002", err=done(1, "updated"))
    t.state("sport=40001 * labels=zero,hex-thirty-three$", "sport=40002 * labels=five words$", line="-L -o labels")
    t.check("-A -t 300 --label-add two " + other, err=done(1, "added"))
    t.state("sport=40001 * labels=zero,hex-thirty-three$", "sport=40002 * labels=two$", line="-L -o labels")
    t.check("-D -l zero", "sport=40001", err=done(1, "deleted"))
    t.state("sport=40002")
    t.check("-U --label-del " + other, "sport=40002", err=done(1, "updated"))
    t.state("sport=40002 * use=1$", line="-L -o labels")


@fact
def labels_without_room_for_them_are_no_update(t):
    t.etc({"xtables/connlabel.conf": MAP})
    t.table()
    t.check("-I -t 300 --label-add one " + UDP, err=created())
    t.check("-U --label-add one " + UDP, code=1, err=done(0, "updated"))
    t.state("use=1$", line="-L -o labels")


@fact
def labels_at_once_with_a_mark_and_a_timeout(t):
    labelled(t)
    t.flood("30 --ports 1 --proto udp")
    got = t.run("-U -p udp -m 3 -t 900 --label-add two")
    if got.code or len(got.out.splitlines()) != 30 or " 30 flow entries have been updated." not in got.err:
        t.fail("-U --label-add", ["30 lines, and 30 updated"], got)
    t.state(lines=30, line="-L -o labels -l two -m 3")


# -------------------------------------------------------------------- NAT

def host(address, port):
    return ("[%s]:%d" if ":" in address else "%s:%d") % (address, port)


NEW = {4: ("10.8.0.1", "10.9.0.1"), 6: ("fd08::1", "fd09::1")}
NATS = {    # what -n and -g get, and the reply that comes of it: source, its port, destination, its port
    "source address": ("-n {s}", (None, 80, "s", 40001)), "source with port": ("-n {s:7777}", (None, 80, "s", 7777)),
    "destination address": ("-g {d}", ("d", 80, None, 40001)),
    "destination with port": ("-g {d:8888}", ("d", 8888, None, 40001)),
    "both": ("-n {s} -g {d}", ("d", 80, "s", 40001)),
    "both with ports": ("-n {s:7777} -g {d:8888}", ("d", 8888, "s", 7777)),
}


@facts("nat_of_{what}_is_created_over_ipv{v}", what=NATS, v=(4, 6))
def nat(t, what, v):
    t.table()
    option, (src, sport, dst, dport) = NATS[what]
    for name, port, address in (("s", 7777, NEW[v][0]), ("d", 8888, NEW[v][1])):
        option = option.replace("{%s:%d}" % (name, port), host(address, port)).replace("{%s}" % name, address)
    reply = "src=%s dst=%s sport=%d dport=%d" % (NEW[v][1] if src else B[v], NEW[v][0] if dst else A[v], sport, dport)
    protocols = ("tcp", "udp", "udplite", "sctp")
    for proto in protocols:
        t.check("-I -t 300 -m 4 -p %s -s %s -d %s --sport 40001 --dport 80 %s %s" % (
            proto, A[v], B[v], PROTOCOLS[proto][1], option), err=created())
    lines = ["^%s * src=%s dst=%s sport=40001 dport=80 [UNREPLIED] %s mark=4 use=1$" % (p, A[v], B[v], reply)
             for p in protocols]
    if "with" not in what:
        return t.state(*lines, line="-L " + option) if v == 4 else t.state(*lines)
    t.check("-U -p udp %s -m 5" % option, "^udp * mark=5 ", err=done(1, "updated"))
    t.check("-D -p sctp " + option, "^sctp", err=done(1, "deleted"))
    t.state(lines[0], lines[1].replace("mark=4", "mark=5"), lines[2])


@facts("created_nat_translates_real_packets_over_ipv{v}", v=(4, 6))
def nat_at_work(t, v):
    family = "ip" if v == 4 else "ip6"
    for hook, priority in (("prerouting", -100), ("postrouting", 100)):
        t.lab.chain(family, "nat", hook, priority)
    t.check("-I -t 300 -p udp -s %s -d %s --sport 40001 --dport 80 -n %s -g %s" % (
        A[v], FAR[v], host(FAR[v], 7777), host(B[v], 8888)), err=created())
    t.check("-I -t 300 -p udp -s %s -d %s --sport 40002 --dport 80" % (A[v], B[v]), err=created())
    seen = t.lab.up(packet.udp(A[v], FAR[v], 40001, 80))
    if (seen.src, seen.dst, packet.ports(seen)) != (FAR[v], B[v], (7777, 8888)):
        raise Failure("went out as %s" % (seen,))
    seen = t.lab.down(packet.udp(B[v], FAR[v], 8888, 7777))
    if (seen.src, seen.dst, packet.ports(seen)) != (FAR[v], A[v], (80, 40001)):
        raise Failure("the answer came back as %s" % (seen,))
    seen = t.lab.up(packet.udp(A[v], B[v], 40002, 80))
    if (seen.src, packet.ports(seen)) != (A[v], (40002, 80)):
        raise Failure("the plain flow went out as %s" % (seen,))
    t.state("sport=40001", line="-L -u SEEN_REPLY")


@fact
def created_tcp_entry_lets_segments_pass(t):
    """Nothing is known of its windows."""
    t.lab.tracking(tcp_loose=0)
    t.lab.chain("inet", "filter", "postrouting", 0, "ct state invalid drop")
    t.check("-I -t 300 -u SEEN_REPLY,ASSURED --state ESTABLISHED " + TCP, err=created())
    t.lab.up(packet.tcp(A[4], B[4], 40001, 80, "PA", 123456789, 987654321, b"hello"))
    t.lab.down(packet.tcp(B[4], A[4], 80, 40001, "PA", 987654321, 123456794, b"hello"))
    t.lab.up(packet.tcp(A[4], B[4], 40001, 80, "A", 123456794, 987654326))
    t.state("^tcp * 43* ESTABLISHED src")


# ------------------------------------------------------------------ flush

EMPTIED = ["^conntrack vX (NAME): connection tracking table has been emptied.$"]


@facts("flush_by_{option}_leaves_the_other_family", option=("-F", "--flush conntrack", "-F -f ipv4", "-F -f ipv6"))
def flush(t, option):
    t.table()
    t.flood("200")
    t.flood("300 -6")
    t.check("-I -t 300 -w 5 -p udp -s fd01::1 -d fd02::1 --sport 1 --dport 2")
    t.check(option, err=EMPTIED)
    t.check(option, err=EMPTIED)        # an empty table as well
    t.state(lines={"-F -f ipv4": 301, "-F -f ipv6": 200}.get(option, 0))
