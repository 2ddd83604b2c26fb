# SPDX-License-Identifier: MIT
"""Facts about the program before a kernel of paper, and how they are judged."""
import os
import re
import shlex
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/live/lib")

import shapes                           # noqa: E402
import table                            # noqa: E402
from kernel import VERSIONS, Kernel     # noqa: E402
from peer import Peer                   # noqa: E402

FACTS = []                              # (name, function, arguments)
VERSION = r"conntrack v[0-9.]+ \(rawtrack\): "
COUNT = re.compile("^%s([0-9]+) (?:flow entries|expectations|flow events|expectation events) have been "
                   "([a-z]+)\\.$" % VERSION, re.M)
SENTENCE = re.compile("^%s(?!.* have been )\\S" % VERSION)
BESIDE = re.compile("^(hint: |WARNING: We have hit ENOBUFS! We are losing events\\.$|NOTICE: |Try `|mnl_socket_bind: )")


def fact(function):
    FACTS.append((function.__name__, function, ()))
    return function


def facts(name, **values):
    """One for each combination of the values."""
    def add(function):
        todo = [{}]
        for key, all_of in values.items():
            todo = [dict(one, **{key: v}) for one in todo for v in all_of]
        for one in todo:
            FACTS.append((name.format(**one), function, tuple(one.values())))
        return function
    return add


def on_each(name, **values):
    """One for each kernel, which is the first argument."""
    return facts("linux_{version}_" + name, version=VERSIONS, **values)


def on_each_all(name, kinds):
    """One for each kernel, in which all the kinds are tried."""
    def add(function):
        def try_all(test, version):
            for kind in kinds:
                function(test, version, kind)
        return on_each(name)(try_all) and function
    return add


class Test:
    """What a fact gets; what it finds wrong is in problems."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.problems = []
        self.fault = None
        self.runs = 0

    def file(self, name, text):
        path = os.path.join(self.directory, "%d-%s" % (os.getpid(), name))
        with open(path, "w") as f:
            f.write(text)
        return path

    def kernel(self, version, entries=None, expects=None):
        return Kernel(version, table.entries() if entries is None else entries,
                      table.expects() if expects is None else expects)

    def run(self, kernel, args, fault=None, happen=None, **more):
        self.runs += 1
        got = Peer(self.program, self.directory, kernel, fault, happen).run(*shlex.split(args), **more)
        if got.code == "hang" or not 0 <= got.code <= 2:
            self.wrong("it ended by itself, with 0, 1 or 2", got)
        if kernel.oops:
            self.wrong("nothing that a kernel misreads: %s" % kernel.oops, got)
        return got

    def wrong(self, what, got=None):
        self.problems.append("should be: %s%s" % (what, "\n%s" % got if got else ""))

    def check(self, true, what, got=None):
        if not true:
            self.wrong(what, got)
        return true

    def same(self, is_, should, what, got=None):
        if is_ == should:
            return True
        if isinstance(is_, (list, set)) and isinstance(should, (list, set)):
            more, less = [x for x in is_ if x not in should], [x for x in should if x not in is_]
            return self.check(False, "%s: not %s, but %s" % (what, more[:6], less[:6]), got)
        return self.check(False, "%s: %s, not %s" % (what, should, is_), got)

    # --- the usual ---------------------------------------------------------

    def ends(self, got, code, count=None, done=None, silent=True):
        """The exit code, and the summary."""
        self.same(got.code, code, "the exit code", got)
        if count is not None:
            self.same(COUNT.findall(got.err), [(str(count), done)], "the summary", got)
            if silent:
                self.same(len(got.err.splitlines()), 1, "lines on stderr", got)

    def fails(self, got, *words, code=1):
        """A clear error: the exit code, one sentence with these words, and nothing else but hints."""
        self.same(got.code, code, "the exit code", got)
        lines = got.err.splitlines()
        sentences = [line for line in lines if SENTENCE.match(line)]
        rest = [line for line in lines if not SENTENCE.match(line) and not BESIDE.match(line) and
                not COUNT.match(line)]
        self.check(len(sentences) == 1 and not rest, "one sentence and hints", got)
        for word in words:
            self.check(word in got.err, "something about `%s'" % word, got)

    def ids(self, got):
        return sorted(int(line.rsplit(" id=", 1)[1].split()[0]) for line in got.out.splitlines() if " id=" in line)

    def shows(self, got, entries):
        """These entries, and only these; -o id."""
        self.same(self.ids(got), sorted(e.id for e in entries), "the ids shown", got)
        self.same(len(got.out.splitlines()), len(entries), "the lines", got)

    def untouched(self, kernel, before, got=None):
        self.same(states(kernel), before, "the table is as before", got)
        self.same(kernel.flushes + kernel.careless, [], "nothing that is read as a flush", got)

    def objects(self, got, kind="flow"):
        """JSON without the times that the clock makes."""
        for why in shapes.validate(got.out, kind):
            self.wrong("JSON as in the schema: " + why, got)
        objects = shapes.parse(got.out)
        for one in objects if isinstance(objects, list) else [objects]:
            one.pop("delta", None)
        return objects


def states(kernel):
    return [e.state() for e in kernel.entries]


def expect_states(kernel):
    return [x.state() for x in kernel.expects]
