# SPDX-License-Identifier: MIT
"""Zones: for both directions, for one, and the same tuple in two of them."""
from lib import packet
from lib.case import fact, facts
from lib.lab import A, B
from lib.talk import Datagrams, Tcp

# destination port to zone rule, and how the line shows it
ZONES = {2000: ("", "mark=0 use=1$"), 2005: ("ct zone set 5", "mark=0 zone=5 use=1$"),
         2006: ("ct original zone set 6", "zone-orig=6 * mark=0 use=1$"),
         2007: ("ct reply zone set 7", "sport=2007 dport=40001 zone-reply=7 mark=0 use=1$"),
         2065: ("ct zone set 65535", "mark=0 zone=65535 use=1$")}


def zones(t):
    rules = []
    for port, (rule, _) in ZONES.items():
        if rule:
            rules.append("meta l4proto { tcp, udp } th dport %d %s" % (port, rule))
        if rule.startswith("ct zone"):      # the answers too; a zone of one direction finds its own
            rules.append("meta l4proto { tcp, udp } th sport %d %s" % (port, rule))
    t.lab.chain("inet", "filter", "prerouting", -300, *rules)
    for v in (4, 6):
        for port in ZONES:
            Datagrams(t.lab, v, 40001, port).ask()


def lines(*ports, versions=(4, 6)):
    return ["src=%s dst=%s sport=40001 dport=%d * %s" % (A[v], B[v], port, ZONES[port][1])
            for port in ports for v in versions]


@fact
def zones_are_printed_by_direction(t):
    zones(t)
    t.same_in_all_forms(*lines(*ZONES))


@fact
def answers_stay_in_their_zone(t):
    zones(t)
    Datagrams(t.lab, 4, 40002, 2005).ask().answer()
    Tcp(t.lab, 4, 40003, 2005).reach("ESTABLISHED")
    t.same("-L -w 5 -u SEEN_REPLY", "^udp * sport=40002 * zone=5", "^tcp * ESTABLISHED * sport=40003 * zone=5")
    t.same("-L -w 5 -u SEEN_REPLY -o save", "-w 5 -s * --sport 40002", "-w 5 -s * --sport 40003")


CHOICES = {"-w 5": (2005,), "-w 65535": (2065,), "-w 6": (), "-w 0": (2000, 2006, 2007), "-w 0x5": (2005,),
           "--orig-zone 6": (2006,), "--orig-zone 0": (2000, 2005, 2007, 2065), "--reply-zone 7": (2007,),
           "--reply-zone 0": (2000, 2005, 2006, 2065), "--reply-zone 6": (), "-w 0 --orig-zone 6": (2006,),
           "-w 5 --orig-zone 0 --reply-zone 0": (2005,), "--orig-zone 6 --reply-zone 7": ()}


@facts("zone_filter_{choice}", choice=CHOICES)
def zone_filter(t, choice):
    zones(t)
    t.same("-L " + choice, *lines(*CHOICES[choice]))
    t.same("-L -f ipv6 " + choice, *lines(*CHOICES[choice], versions=(6,)))
    t.same("-L -o save " + choice, lines=2 * len(CHOICES[choice]))


QUESTION = "-p udp -s %s -d %s --sport 40001 --dport 2000" % (A[4], B[4])


def triplets(t):
    """One tuple, three entries: without zone, in zone 5, in zone 9."""
    t.lab.chain("inet", "filter", "prerouting", -300, "ip dscp 5 ct zone set 5", "ip dscp 9 ct zone set 9")
    for zone in (0, 5, 9):
        asked = bytearray(packet.udp(A[4], B[4], 40001, 2000))
        asked[1] = zone << 2        # the DSCP tells the router which one is meant
        asked[10:12] = bytes(2)
        asked[10:12] = packet.checksum(bytes(asked[:20])).to_bytes(2, "big")
        t.lab.up(bytes(asked))


@fact
def one_tuple_in_three_zones_is_three_entries(t):
    triplets(t)
    t.same_in_all_forms("mark=0 use=1$", "mark=0 zone=5 use=1$", "mark=0 zone=9 use=1$")
    t.same("-L %s -w 9" % QUESTION, "zone=9 use=1$")
    t.same("-G " + QUESTION, "mark=0 use=2$")


@fact
def get_with_zone_picks_one_of_three(t):
    """The reference refuses -w here."""
    triplets(t)
    for zone in (5, 9):
        t.check("-G %s -w %d" % (QUESTION, zone), "zone=%d use=2$" % zone, err=["1 flow entries have been shown."])
    t.check("-G %s -w 0" % QUESTION, "mark=0 use=2$", err=["1 flow entries have been shown."])
    t.check("-G %s -w 6" % QUESTION, code=1, err=["such conntrack doesn't exist"])


@fact
def get_without_zone_sees_no_entry_of_a_zone(t):
    zones(t)
    t.same("-G -p udp -s %s -d %s --sport 40001 --dport 2005" % (A[4], B[4]), code=1)
    t.same("-G -p udp -s %s -d %s --sport 40001 --dport 2006" % (A[4], B[4]), code=1)


@facts("get_with_zone_finds_the_entry_over_ipv{v}", v=(4, 6))
def get_in_zone(t, v):
    """The reference refuses -w here."""
    zones(t)
    t.check("-G -w 5 -p udp -s %s -d %s --sport 40001 --dport 2005" % (A[v], B[v]), "zone=5 use=2$")
    t.check("-G -w 65535 -p udp -r %s -q %s --reply-port-src 2065 --reply-port-dst 40001" % (B[v], A[v]),
            "zone=65535 use=2$")
