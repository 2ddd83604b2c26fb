# SPDX-License-Identifier: MIT
"""Connection marks and the masks that select by them."""
from lib.case import fact, facts
from lib.lab import A
from lib.talk import Datagrams

MARKS = (0, 1, 0x2a, 0x12a, 0xffffffff)


def marks(t):
    t.lab.chain("inet", "filter", "forward", 1, *["udp dport %d ct mark set %d" % (3000 + n, mark)
                                                  for n, mark in enumerate(MARKS)])
    for v in (4, 6):
        for n in range(len(MARKS)):
            Datagrams(t.lab, v, 40001, 3000 + n).ask()


def lines(*wanted, versions=(4, 6)):
    return ["src=%s * dport=%d * mark=%d use=1$" % (A[v], 3000 + MARKS.index(m), m)
            for m in wanted for v in versions]


@fact
def marks_are_printed_decimal_and_unsigned(t):
    marks(t)
    t.same_in_all_forms(*lines(*MARKS))


CHOICES = {"0": (0,), "1": (1,), "42": (0x2a,), "0x2a": (0x2a,), "052": (0x2a,), "4294967295": (0xffffffff,), "7": (),
           "0x2a/0xff": (0x2a, 0x12a), "0/0xff": (0,), "0x100/0x100": (0x12a, 0xffffffff), "0/0": MARKS,
           "0x2b/0xff": (), "1/0x1": (1, 0xffffffff), "0x12a/0xff": (), "0/0x80000000": (0, 1, 0x2a, 0x12a),
           "0x80000000/0x80000000": (0xffffffff,)}


@facts("mark_filter_{choice}", choice=CHOICES)
def mark_filter(t, choice):
    marks(t)
    t.same("-L -m " + choice, *lines(*CHOICES[choice]))
    t.same("-L -f ipv4 -m " + choice, *lines(*CHOICES[choice], versions=(4,)))
    t.same("-L -p udp --sport 40001 -m " + choice, *lines(*CHOICES[choice]))


@fact
def mark_goes_together_with_status(t):
    """The 1.4.7 reference compares the mark with the status bits here."""
    marks(t)
    t.lists("-L -m 0x2a/0xff -u UNREPLIED", *lines(0x2a, 0x12a))
    t.lists("-L -u UNREPLIED -m 0x2a/0xff", *lines(0x2a, 0x12a))
    t.lists("-L -m 0x2a/0xff -u SEEN_REPLY")
