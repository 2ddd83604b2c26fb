# SPDX-License-Identifier: MIT
"""What is said beside a sentence when the user can mend something, and only then."""
import re

from lib.case import Failure, fact, facts

NEW = "-I -p udp -s 192.0.2.1 -d 198.51.100.7 --sport 40000 --dport 53 -t 3000"
OFF = "hint: net.netfilter.nf_conntrack_%s is 0: set it to 1"
NO_ROOM = "hint: no room: a rule must use labels before the entry is made"


def hints(t, line, code=0, **more):
    """Lines of advice; they stand behind everything else."""
    got = t.run(line, **more)
    lines = got.err.splitlines()
    advice = [x for x in lines if x.startswith("hint: ")]
    if got.code != code or lines[len(lines) - len(advice):] != advice:
        t.fail(line, ["should exit %d, and end with its hints" % code], got)
    return advice


def says(t, line, *advice, **more):
    got = hints(t, line, **more)
    if got != list(advice):
        raise Failure("$ conntrack %s\nshould say %s, not %s" % (line, list(advice), got))


# ------------------------------------------------------------ what the kernel does not keep

SETTINGS = {"acct": ("-L -z", "-L -z -o json", "-L -z -f ipv4"),
            "timestamp": ("-L -o ktimestamp", "-L -o ktimestamp,xml", "-D -o ktimestamp",
                          "-G -p udp -s 192.0.2.1 -d 198.51.100.7 --sport 40000 --dport 53 -o ktimestamp")}
ASKED = [(name, line) for name, lines in SETTINGS.items() for line in lines]


@facts("{asked}_says_that_the_setting_is_off", asked={"%s, %s" % x: x for x in ASKED})
def off(t, asked):
    name, line = dict(("%s, %s" % x, x) for x in ASKED)[asked]
    t.table()
    t.run(NEW)
    t.lab.tracking(**{name: 0})
    says(t, line, OFF % name)


@facts("{asked}_says_nothing_when_the_setting_is_on", asked={"%s, %s" % x: x for x in ASKED})
def on(t, asked):
    name, line = dict(("%s, %s" % x, x) for x in ASKED)[asked]
    t.table()
    t.lab.tracking(**{name: 1})
    t.run(NEW)
    says(t, line)


@facts("{line}_does_not_care_about_settings", line={"list": "-L", "json": "-L -o json", "by": "-L --by src", "count": "-C"})
def unasked(t, line):
    t.table()
    t.lab.tracking(acct=0, timestamp=0, events=0)
    t.run(NEW)
    says(t, {"list": "-L", "json": "-L -o json", "by": "-L --by src", "count": "-C"}[line])


# ------------------------------------------------------------ labels

@facts("no_room_for_labels_is_told_{how}", how={"alone": "-U --label-add 5", "chosen": "-U -p udp --label-add 5,7"})
def no_room(t, how):
    t.table()
    t.run(NEW)
    line = {"alone": "-U --label-add 5", "chosen": "-U -p udp --label-add 5,7"}[how]
    says(t, line, NO_ROOM, code=1)


@fact
def labels_that_are_taken_away_need_no_room(t):
    t.table()
    t.run(NEW)
    if NO_ROOM in hints(t, "-U --label-del", code=1):
        raise Failure("nothing was to be put there")


@fact
def labels_that_have_room_have_no_hint(t):
    t.table()
    t.lab.nft("table ip x { chain y { ct label set 1; }; }")
    t.run(NEW)
    says(t, "-U --label-add 5")


# ------------------------------------------------------------ privilege

NO_CAPS = "setpriv --inh-caps=-all --bounding-set=-all"


@facts("privilege_is_named_for_{line}", line={"list": "-L", "delete": "-D", "flush": "-F", "create": NEW, "get": NEW.replace("-I", "-G")[:-8]})
def privilege(t, line):
    """Which, and in which namespace."""
    t.table()
    line = {"list": "-L", "delete": "-D", "flush": "-F", "create": NEW, "get": NEW.replace("-I", "-G")[:-8]}[line]
    advice = hints(t, line, code=1, wrap=NO_CAPS)
    if len(advice) != 1 or not re.search("user namespace.*setcap cap_net_admin", advice[0]):
        raise Failure("$ conntrack %s\nsays %s" % (line, advice))
