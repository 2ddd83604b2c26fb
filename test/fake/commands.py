# SPDX-License-Identifier: MIT
"""Every command against every kernel: the right answer or a clear error, and never a wrong table."""
import table
from check import on_each, states
from filters import FILTERS, NOT_OF_DELETE, NOT_OF_UPDATE, chosen


def with_map(t, options):
    return options.format(map=t.file("map", table.MAP))


@on_each("lists_by_{topic}", topic=FILTERS)
def lists(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        before = states(k)
        found = chosen(k.entries, conditions)
        got = t.run(k, "-L -o id " + with_map(t, options))
        t.ends(got, 0, len(found), "shown")
        t.shows(got, found)
        t.untouched(k, before, got)


@on_each("deletes_by_{topic}", topic=[topic for topic in FILTERS if topic not in NOT_OF_DELETE])
def deletes(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        found = chosen(k.entries, conditions)
        rest = [e.state() for e in k.entries if e not in found]
        got = t.run(k, "-D -o id " + with_map(t, options))
        t.ends(got, 0 if found else 1, len(found), "deleted")
        t.shows(got, found)
        t.untouched(k, rest, got)


@on_each("updates_by_{topic}", topic=[topic for topic in FILTERS if topic not in NOT_OF_UPDATE])
def updates(t, version, topic):
    for options, conditions in FILTERS[topic]:
        k = t.kernel(version)
        found = chosen(k.entries, conditions)
        should = [dict(e.state(), mark=99) if e in found else e.state() for e in k.entries]
        got = t.run(k, "-U -m 99 -o id " + with_map(t, options))
        t.ends(got, 0 if found else 1, len(found), "updated")
        t.shows(got, found)
        t.untouched(k, should, got)
