# SPDX-License-Identifier: MIT
"""Labels: bits set by rules, names from a private /etc."""
from lib.case import fact, facts
from lib.lab import A
from lib.talk import Datagrams

MAP = """# bit name
0 zero
1 one
 2 two
5 five words
0x21 hex-thirty-three
127 last
9 broken_name
"""
# destination port to labels set there; 64 has no name
SET = {3000: (), 3001: (1,), 3002: (1, 2), 3003: (0, 5, 33, 127), 3004: (64, 127), 3005: (64,)}
NAMES = {0: "zero", 1: "one", 2: "two", 5: "five words", 33: "hex-thirty-three", 127: "last"}


def labels(t, etc=MAP):
    t.etc({"xtables/connlabel.conf": etc} if etc is not None else {"xtables/nothing": ""})
    t.lab.chain("inet", "filter", "forward", 1, *["udp dport %d ct label set %d" % (port, bit)
                                                  for port, bits in SET.items() for bit in bits])
    for port in SET:
        for v in (4, 6):
            Datagrams(t.lab, v, 40001, port).ask()


def lines(*ports, shown=True, versions=(4, 6)):
    return ["src=%s * dport=%d * mark=0 use=1%s$" % (
        A[v], port, " labels=" + ",".join(NAMES[b] for b in SET[port] if b in NAMES)
        if shown and set(SET[port]) & set(NAMES) else "") for port in ports for v in versions]


NAMED = (3000, 3001, 3002, 3003, 3004)      # the reference ends the line of an only nameless label oddly


@fact
def labels_are_printed_by_name_in_bit_order(t):
    labels(t)
    for port in NAMED:
        t.same("-L -o labels -p udp --dport %d" % port, *lines(port))
    t.same("-L -o labels,id -p udp --dport 3003", "id=* labels=zero,five words,hex-thirty-three,last$",
           "id=* labels=zero,five words,hex-thirty-three,last$")
    t.same("-L -o xml,labels -p udp --dport 3002", lines=5)
    t.same("-L -o xml,labels -p udp --dport 3000", lines=5)
    t.same("-L -o extended,ktimestamp,id,labels -p udp --dport 3001", lines=2)
    t.same("-G -o labels -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 40001 --dport 3004", "use=2 labels=last$")


@fact
def labels_stay_away_unless_asked_for(t):
    labels(t)
    t.same_in_all_forms(*lines(*SET, shown=False), forms=("", "-o id", "-o extended", "-o save", "-o xml"))


CHOICES = {"one": (3001, 3002), "two": (3002,), "zero": (3003,), "five words": (3003,), "last": (3003, 3004),
           "one,two": (3002,), "one -l two": (3002,), "one,last": (), "last,zero": (3003,)}


@facts("label_filter_{choice}", choice=CHOICES)
def label_filter(t, choice):
    labels(t)
    quoted = "'%s'" % choice if "words" in choice else choice
    t.same("-L -l " + quoted, *lines(*CHOICES[choice]))
    t.same("-L -f ipv6 -l " + quoted, *lines(*CHOICES[choice], versions=(6,)))
    t.same("-L -o save -l " + quoted, lines=2 * len(CHOICES[choice]))


@fact
def get_by_label_filters_the_answer(t):
    labels(t)
    question = "-G -p udp -s 10.1.1.1 -d 10.2.1.1 --sport 40001 --dport 3002 -l "
    t.same(question + "two", "use=2 labels=one,two$")
    t.same(question + "last", code=1)


@fact
def nameless_labels_end_no_line_in_a_bare_word(t):
    """The reference prints " labels" and nothing behind it."""
    labels(t)
    t.lists("-L -o labels -p udp --dport 3005", *lines(3005))


@fact
def unknown_label_is_a_usage_error(t):
    labels(t)
    t.same("-L -l nonsense", code=2)
    t.same("-L -l broken_name", code=2)
    t.same("-L -l one,nonsense", code=2)


@fact
def missing_label_map_is_said_and_the_list_goes_on(t):
    labels(t, None)
    t.same("-L -o labels -p udp --dport 3001", *lines(3001, shown=False))
    t.same("-L -l one", code=2)


@fact
def empty_label_map_is_said_and_the_list_goes_on(t):
    labels(t, "# nothing\n")
    t.same("-L -o labels -p udp --dport 3001", *lines(3001, shown=False))


@fact
def another_label_map_can_be_named(t):
    """The 1.4.7 reference does not know the option."""
    labels(t)
    with open("/run/scratch/map", "w") as f:
        f.write("1 uno\n")
    wanted = [x.replace("$", " labels=uno$") for x in lines(3001, 3002, shown=False)]
    t.lists("-L --labelmap /run/scratch/map -l uno", *wanted)
