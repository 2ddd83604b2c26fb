#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""image.py DOCKERFILE CONTEXT ROOT [NAME=VALUE...]: without an engine, what a
Dockerfile of one stage FROM scratch puts into an image, in the folder ROOT;
prints what would be run as JSON. A path that .dockerignore leaves out is not
there, and an instruction that is not known here ends it."""
import fnmatch
import json
import os
import re
import shutil
import sys


def instructions(path):
    with open(path, encoding="ascii") as file:
        text = "".join(line for line in file if not line.startswith("#"))
    for line in text.replace("\\\n", "").splitlines():
        if line.strip():
            yield line.split(None, 1)


def ignored(path, rules):
    out = False
    for rule in rules:
        keep = rule.startswith("!")
        rule = rule.lstrip("!")
        if fnmatch.fnmatchcase(path, rule) or path.startswith(rule + "/"):
            out = not keep
    return out


def main(dockerfile, context, root, *options):
    with open(dockerfile + ".dockerignore", encoding="ascii") as file:
        rules = [line.strip() for line in file
                 if line.strip() and not line.startswith("#")]
    given = dict(option.split("=", 1) for option in options)
    args, run = {}, {}

    def expand(text):
        return re.sub(r"\$\{(\w+)\}", lambda found: args[found[1]], text)

    os.makedirs(root)
    start = False
    for word, rest in instructions(dockerfile):
        if word == "FROM" and rest == "scratch" and not start:
            start = True
        elif not start:
            sys.exit("no FROM scratch before " + word)
        elif word == "ARG":
            name, default = rest.split("=", 1)
            args[name] = given.get(name, default)
        elif word == "COPY":
            source, to = map(expand, rest.split())
            if ignored(source, rules):
                sys.exit(source + " is ignored")
            if not to.startswith("/"):
                sys.exit(to + " is no absolute path")
            os.makedirs(root + os.path.dirname(to), exist_ok=True)
            shutil.copy(os.path.join(context, source), root + to)
        elif word in ("ENTRYPOINT", "CMD"):
            run[word] = json.loads(rest)
        else:
            sys.exit("unknown: " + word)
    print(json.dumps(run["ENTRYPOINT"] + run.get("CMD", [])))


if __name__ == "__main__":
    main(*sys.argv[1:])
