# SPDX-License-Identifier: MIT
"""The tables of dying and of unconfirmed entries."""
import socket
import time

from lib.case import fact, facts
from lib.lab import NETLINK_NETFILTER
from lib.talk import Datagrams, Tcp, ping

SOL_NETLINK, NETLINK_BROADCAST_ERROR, DESTROY_GROUP = 270, 4, 3


def dying(t):
    """Deleted flows whose last event nobody takes: a listener who insists on it never reads."""
    t.lab.tracking(events=1, acct=1)
    deaf = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    deaf.bind((0, 1 << (DESTROY_GROUP - 1)))
    deaf.setsockopt(SOL_NETLINK, NETLINK_BROADCAST_ERROR, 1)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    for port in range(8):       # what still fits into the smallest buffer
        Datagrams(t.lab, 4, 1 + port).ask()
    t.lab.flush()
    fill = len(t.run("-L dying", t.reference).out.splitlines())
    Tcp(t.lab, 4, 1001).reach("CLOSE")
    Tcp(t.lab, 6, 1002).reach("ESTABLISHED")
    Datagrams(t.lab, 4, 1003, src="10.1.2.1").ask().answer()
    Datagrams(t.lab, 6, 1004).ask()
    ping(t.lab, 4, 7)
    t.lab.flush()
    return deaf, fill


LINES = {"tcp4": "^tcp * CLOSE * sport=1001", "tcp6": "^tcp * ESTABLISHED * sport=1002", "udp4": "^udp * sport=1003",
         "udp6": "^udp * sport=1004", "ping4": "^icmp "}
FILL = "^udp * dport=53 *"


@fact
def dying_entries_are_listed_with_all_they_had(t):
    deaf, fill = dying(t)
    t.same_in_all_forms(*list(LINES.values()) + [FILL] * fill, command="-L dying", forms=t.FORMS[:-1])
    t.same("-L")
    t.same("-L -o xml")
    deaf.close()


@fact
def dying_entries_make_a_whole_xml_document(t):
    """The reference never closes it."""
    deaf, fill = dying(t)
    t.check("-L dying -o xml", "^<?xml", "^<conntrack>$", *["^<flow>*</flow>$"] * (5 + fill) + ["^</conntrack>$"])
    deaf.close()


CHOICES = {"ipv6": ("-f ipv6", ["tcp6", "udp6"]), "protocol": ("-p tcp", ["tcp4", "tcp6"]),
           "port": ("-p tcp --sport 1001", ["tcp4"]), "state": ("-p tcp --state ESTABLISHED", ["tcp6"]),
           "source": ("-s 10.1.2.1", ["udp4"]), "source6": ("-s fd01:1::1", ["tcp6", "udp6"]),
           "family_and_protocol": ("-f ipv4 -p icmp", ["ping4"])}


@facts("dying_entries_are_filtered_by_{name}", name=CHOICES)
def filtered(t, name):
    deaf, _ = dying(t)
    options, names = CHOICES[name]
    t.same("-L dying " + options, *[LINES[n] for n in names])
    deaf.close()


@facts("dying_entries_are_filtered_by_prefix_{prefix}", prefix=("10.1.2.0/24", "10.1.2.1/31", "fd01:1::/32"))
def prefix(t, prefix):
    """The reference finds nothing here."""
    deaf, _ = dying(t)
    t.lists("-L dying -s " + prefix, *[LINES[n] for n in (["udp4"] if "." in prefix else ["tcp6", "udp6"])])
    deaf.close()


@fact
def dying_entries_leave_when_nobody_waits_for_their_event(t):
    deaf, _ = dying(t)
    deaf.close()
    for _ in range(100):        # the kernel's next try comes within a second
        if not t.run("-L dying").out:
            break
        time.sleep(0.1)
    t.same("-L dying")
    t.same("-L dying -o xml")


@fact
def unconfirmed_table_is_empty_since_linux_5_19(t):
    Datagrams(t.lab, 4).ask()
    t.same("-L unconfirmed")
    t.same("-L unconfirmed -f ipv6 -p udp -o xml")
    t.same("-L uncon")


@fact
def other_commands_refuse_these_tables(t):
    Datagrams(t.lab, 4).ask()
    for table in ("dying", "unconfirmed"):
        t.same("-G %s -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 40000 --dport 53" % table, code=2)
        t.same("-C %s" % table, code=2)
