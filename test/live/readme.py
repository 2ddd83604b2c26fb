# SPDX-License-Identifier: MIT
"""What README says one may type, typed."""
import os
import re
import signal
import subprocess
import time

from lib.case import Failure, fact, facts

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FLOWS = """\
-I -t 431999 -p tcp -s 192.0.2.10 -d 198.51.100.7 --sport 40022 --dport 443 --state ESTABLISHED -u SEEN_REPLY,ASSURED -n 203.0.113.1
-I -t 90000 -p tcp -s 192.0.2.11 -d 203.0.113.80 --sport 40023 --dport 443 --state CLOSE_WAIT -u SEEN_REPLY -g 198.51.100.80
-I -t 3000 -p tcp -s 198.51.100.9 -d 192.0.2.1 --sport 40024 --dport 80 --state TIME_WAIT -u SEEN_REPLY,ASSURED
-I -t 3000 -p tcp -s 192.0.2.66 -d 192.0.2.1 --sport 40025 --dport 22 --state SYN_SENT
-I -t 3000 -p udp -s 192.0.2.10 -d 198.51.100.7 --sport 5060 --dport 5060
"""


def commands():
    """Lines behind "# ", with those that they go on in."""
    with open(TOP + "/README") as f:
        text = f.read()
    found = re.findall(r"^    # ((?:[^\n]*[\\|]\n)*[^\n]*)$", text, re.M)
    return [c for c in found if re.search(r"\bconntrack ", c)]


def name(command):
    return re.sub(r"\W+", "_", command).strip("_")


def interrupt(group):
    """As by Ctrl-C, when it listens."""
    while True:
        with open("/proc/net/netlink") as f:
            listening = any(x.split()[1] == "12" and int(x.split()[3], 16) for x in f.readlines()[1:])
        for pid in filter(str.isdigit, os.listdir("/proc") if listening else []):
            try:
                with open("/proc/%s/stat" % pid) as f:
                    name, rest = re.match(r"\d+ \((.*)\) (.*)", f.read()).groups()
            except FileNotFoundError:
                continue
            if name == "conntrack" and int(rest.split()[2]) == group:
                os.kill(int(pid), signal.SIGINT)
                return
        time.sleep(0.02)


def typed(t, line):
    with subprocess.Popen(["sh", "-euc", line], env={"PATH": os.path.dirname(t.tool) + ":" + os.environ["PATH"]},
                          cwd="/run/scratch", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as p:
        if "-E " in line:
            interrupt(p.pid)
        out, err = p.communicate(timeout=60)
    return p.returncode, out, err


@facts("of_readme_{command}", command={name(c): c for c in commands()})
def command(t, command):
    line = {name(c): c for c in commands()}[command]
    t.table()
    t.lab.tracking(acct=1, events=1)
    with open("/run/scratch/flows", "w") as f:
        f.write(FLOWS)
    t.check("-R /run/scratch/flows")
    subprocess.run(["ip", "netns", "add", "blue"], check=True)
    try:
        code, out, err = typed(t, line)
    finally:
        subprocess.run(["ip", "netns", "del", "blue"], check=True)
    if code or "hint: " in err:
        raise Failure("# %s\nexit %d\n%s%s" % (line, code, out, err))
    if not out and not re.search(r"-E |>flows|select\(\.count > 1000", line):
        raise Failure("# %s\nprints nothing\n%s" % (line, err))


@fact
def readme_has_commands_to_be_tried(t):
    if len(commands()) < 20:
        raise Failure("found only %s" % commands())
