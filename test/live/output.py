# SPDX-License-Identifier: MIT
"""Every combination of output types over a table that has a bit of everything."""
import itertools

from lib import packet
from lib.case import fact, facts
from lib.lab import A, B, FAR
from lib.talk import Datagrams, Tcp, ping

LINES = 15
TYPES = ("extended", "id", "ktimestamp", "labels", "timestamp", "userspace", "xml")


def table(t):
    t.etc({"xtables/connlabel.conf": "1 one\n2 two\n"})
    t.lab.tracking(acct=1, timestamp=1)
    t.lab.chain("inet", "filter", "prerouting", -300, "udp dport 1005 ct zone set 5",
                "udp dport 1006 ct original zone set 6", "udp dport 1007 ct reply zone set 7")
    t.lab.chain("inet", "filter", "forward", 1, 'tcp dport 21 ct helper set "ftp"', "udp dport 1001 ct mark set 42",
                "udp dport { 1001, 1002 } ct label set 1", "udp dport 1002 ct label set 2",
                declare='ct helper ftp { type "ftp" protocol tcp; }')
    t.lab.chain("ip", "nat", "postrouting", 100, "udp dport 1003 snat to %s:7777" % FAR[4])
    for v in (4, 6):
        Tcp(t.lab, v, dport=21).reach("ESTABLISHED")
        Datagrams(t.lab, v, dport=1001).ask().answer()
    Tcp(t.lab, 6).reach("SYN_SENT")
    for port in (1002, 1003, 1005, 1006, 1007):
        Datagrams(t.lab, 4, dport=port).ask()
    ping(t.lab, 4)
    ping(t.lab, 6, answered=False)
    t.lab.up(packet.gre_call(A[4], B[4], 0x1234))
    t.lab.up(packet.ip(A[6], B[6], packet.ESP, b"12345678"))
    t.lab.up(packet.ip(A[4], B[4], packet.OSPF, b"12345678"))


@facts("output_types_go_together_{count}_at_a_time", count=range(1, len(TYPES) + 1))
def combinations(t, count):
    table(t)
    for chosen in itertools.combinations(TYPES, count):
        t.same("-L -o " + ",".join(chosen), lines=LINES + (3 if "xml" in chosen else 0))


@fact
def output_types_add_up_over_several_options(t):
    table(t)
    t.same("-L -o extended -o id -o labels", lines=LINES)
    t.same("-L -o ID,Ext", lines=LINES)
    t.same("-o x -L -f ipv6", lines=5 + 3)
    t.same("-L -o save -o userspace", lines=LINES)


@fact
def save_prints_what_creates_the_flows_again(t):
    table(t)
    t.same("-L -o save", lines=LINES)
    t.same("-L -o save -p udp --dport 1003", "-u UNSET -s %s -d %s -r %s -n %s -p udp * --reply-port-dst 7777$" % (
        A[4], B[4], B[4], FAR[4]))
    t.same("-L -o save -f ipv4 -w 5", "-w 5 -s")
    t.same("-L -o save --orig-zone 6", "--orig-zone 6 -s")
    t.same("-L -o save --reply-zone 7", "--reply-zone 7 -s")


@facts("save_refuses_the_company_of_{other}", other=[x for x in TYPES if x != "userspace"])
def save_alone(t, other):
    table(t)
    t.same("-L -o save,%s" % other, code=1)
    t.same("-L -o %s -o save" % other, code=1)


@facts("empty_table_prints_nothing_{form}", form=("plain", "extended", "xml", "save"))
def empty(t, form):
    t.lab
    t.same("-L" + (" -o " + form if form != "plain" else ""))


@fact
def filtered_xml_without_match_has_no_header(t):
    table(t)
    t.same("-L -o xml -s 10.9.9.9")


@fact
def single_entries_print_in_every_form_but_xml(t):
    table(t)
    question = "-G -p tcp -s %s -d %s --sport 40000 --dport 21" % (A[4], B[4])
    for form in ("extended", "id", "ktimestamp", "labels", "extended,id,ktimestamp,labels", "save"):
        t.same("%s -o %s" % (question, form), "sport* 40000" if form == "save" else "sport=40000 dport=21")


@fact
def single_entry_is_a_whole_xml_document(t):
    """The reference never closes it."""
    table(t)
    t.check("-G -p tcp -s %s -d %s --sport 40000 --dport 21 -o xml" % (A[4], B[4]), "^<?xml * encoding=\"utf-8\"?>$",
            "^<conntrack>$", "^<flow>*<helper>ftp</helper></flow>$", "^</conntrack>$")
