# SPDX-License-Identifier: MIT
"""SCTP, chunk by chunk.

Two things of the reference are wrong on purpose of nobody: it prints the
tags with their bytes swapped and, in XML, TCP's names for the states.  The
tags compared here read the same both ways; XML and other tags are taken
literally.
"""
from lib import packet
from lib.case import Skip, fact, facts
from lib.lab import A, B
from lib.packet import chunk, init_chunk

INIT, INIT_ACK, HEARTBEAT, HEARTBEAT_ACK, ABORT, SHUTDOWN, SHUTDOWN_ACK = 1, 2, 4, 5, 6, 7, 8
COOKIE_ECHO, COOKIE_ACK, SHUTDOWN_COMPLETE = 10, 11, 14

STEPS = {
    "CLOSED": [("client", INIT)],
    "COOKIE_WAIT": [("client", INIT), ("server", INIT_ACK)],
    "COOKIE_ECHOED": [("client", INIT), ("server", INIT_ACK), ("client", COOKIE_ECHO)],
    "ESTABLISHED": [("client", INIT), ("server", INIT_ACK), ("client", COOKIE_ECHO), ("server", COOKIE_ACK)],
    "HEARTBEAT_SENT": [("client", HEARTBEAT)],
}
STEPS["SHUTDOWN_SENT"] = STEPS["ESTABLISHED"] + [("client", SHUTDOWN)]
STEPS["SHUTDOWN_RECD"] = STEPS["ESTABLISHED"] + [("server", SHUTDOWN)]
STEPS["SHUTDOWN_ACK_SENT"] = STEPS["SHUTDOWN_SENT"] + [("server", SHUTDOWN_ACK)]
GIVEN = [s for s in STEPS if s != "HEARTBEAT_SENT"]      # states the reference knows as words


def reach(t, v, state, sport=40001, near=0x11111111, far=0x22222222):
    """The flow as it is in that state; near and far are the tags the two sides chose."""
    if not t.lab.knows("sctp_timeout_closed"):
        raise Skip("this kernel has no tracker for SCTP")
    for who, kind in STEPS[state]:
        body = {INIT: init_chunk(INIT, near), INIT_ACK: init_chunk(INIT_ACK, far)}.get(kind) or chunk(kind, b"1234")
        if who == "client":
            t.lab.up(packet.sctp(A[v], B[v], sport, 36412, 0 if kind == INIT else far, body))
        else:
            t.lab.down(packet.sctp(B[v], A[v], 36412, sport, near, body))


def line(v, state, sport=40001):
    return "^sctp     132 * %s src=%s dst=%s sport=%d dport=36412 * mark=0 use=1$" % (state, A[v], B[v], sport)


@facts("sctp_{state}_is_printed_over_ipv{v}", state=STEPS, v=(4, 6))
def sctp_state(t, state, v):
    reach(t, v, state)
    forms = ["", "-o extended", "-o id", "-o extended,id,ktimestamp,labels"]
    t.same_in_all_forms(line(v, state), forms=forms + ["-o save"] * (state in GIVEN))
    t.same("-G -p sctp -s %s -d %s --sport 40001 --dport 36412" % (A[v], B[v]), line(v, state).replace("use=1", "use=2"))


@fact
def sctp_state_filter_picks_one_of_all(t):
    for number, state in enumerate(STEPS):
        reach(t, 4, state, 41000 + number)
    for number, state in enumerate(STEPS):
        if state in GIVEN:
            t.same("-L -p sctp --state " + state, line(4, state, 41000 + number))
    t.same("-L -p sctp --state NONE")


@fact
def sctp_states_have_their_own_names_in_xml(t):
    for number, state in enumerate(STEPS):
        reach(t, 4, state, 41000 + number)
    t.check("-L -p sctp -o xml", '^<?xml version="1.0" encoding="utf-8"?>$', "^<conntrack>$", "^</conntrack>$",
            *["<sport>%d</sport>*<state>%s</state>" % (41000 + n, s) for n, s in enumerate(STEPS)])


@fact
def sctp_heartbeat_state_has_a_name_in_save_and_as_filter(t):
    reach(t, 4, "HEARTBEAT_SENT")
    t.check("-L -o save", "^-A -t * -p sctp * --state HEARTBEAT_SENT --orig-vtag")
    t.lists("-L -p sctp --state HEARTBEAT_SENT", line(4, "HEARTBEAT_SENT"))


@fact
def sctp_tags_are_saved_as_they_are_on_the_wire(t):
    reach(t, 4, "ESTABLISHED", near=7, far=0x01020304)
    t.check("-L -o save", "-p sctp * --state ESTABLISHED --orig-vtag 16909060 --reply-vtag 7$")
