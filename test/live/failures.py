# SPDX-License-Identifier: MIT
"""No privilege, no room, nobody reading, nothing there."""
import os
import re
import shutil
import signal
import subprocess

from lib import packet
from lib.case import Failure, Skip, fact, facts, plain_err
from lib.lab import A, B, mount
from lib.talk import Datagrams, Tcp

NO_CAPS = "setpriv --inh-caps=-all --bounding-set=-all"
NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"
SORRY = "^conntrack vX (NAME): Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this$"
QUESTION = "-p tcp -s %s -d %s --sport 40001 --dport 80" % (A[4], B[4])
COMMANDS = {"list": "-L", "xml": "-L -o xml", "filtered": "-L -p tcp -f ipv4", "expect": "-L expect", "dying": "-L dying",
            "get": "-G " + QUESTION}


def one(t):
    Tcp(t.lab, 4, 40001).reach("ESTABLISHED")


def many(t):
    """More than a pipe holds."""
    t.lab.burst([packet.udp(A[4], B[4], 10000 + n, 53) for n in range(3000)])


@facts("no_privilege_is_said_for_{command}", command=COMMANDS)
def unprivileged(t, command):
    one(t)
    t.same(COMMANDS[command], code=1, wrap=NO_CAPS)
    t.check(COMMANDS[command], code=1, err=[SORRY], wrap=NO_CAPS)


@facts("no_privilege_has_a_hint_for_{command}", command=COMMANDS)
def unprivileged_hint(t, command):
    one(t)
    got = t.check(COMMANDS[command], code=1, err=[SORRY], wrap=NO_CAPS)
    lines = got.err.splitlines()
    if len(lines) < 2 or lines[0].startswith("hint: ") or not lines[1].startswith("hint: "):
        t.fail(COMMANDS[command], ["a line that begins with hint: should follow the sentence"], got)


def possible(command):
    return subprocess.run(command.split() + ["true"], stderr=subprocess.DEVNULL).returncode == 0


@fact
def ordinary_user_is_told_to_be_root(t):
    if not possible(NOBODY):
        raise Skip("cannot become another user here")
    one(t)
    t.same("-L", code=1, wrap=NOBODY)
    t.check("-L", code=1, err=[SORRY], wrap=NOBODY)


@fact
def ordinary_user_lists_in_a_namespace_of_his_own(t):
    own = (NOBODY + " " if possible(NOBODY) else "") + "unshare -Urn"
    if not possible(own):
        raise Skip("no user namespaces for ordinary users")
    one(t)
    t.same("-L", wrap=own)
    t.same("-C", "^0$", wrap=own)
    t.same("-G " + QUESTION, code=1, wrap=own)


# ------------------------------------------------------------- no room

OUTPUTS = dict({n: c for n, c in COMMANDS.items() if n not in ("expect", "dying")},
               count="-C", statistics="-S", version="-V", help="-h", save="-L -o save")


@facts("full_disk_fails_{command}", command=OUTPUTS)
def full(t, command):
    """The reference notices nothing."""
    one(t)
    with open("/dev/full", "w") as disk:
        got = t.run(OUTPUTS[command], stdout=disk)
    if got.code != 1 or "No space left on device" not in got.err:
        t.fail(OUTPUTS[command] + " >/dev/full", ["should fail and say why"], got)


@fact
def disk_that_fills_half_way_fails(t):
    many(t)
    os.mkdir("/run/scratch/small")
    mount("small", "/run/scratch/small", "tmpfs", data="size=64k")
    with open("/run/scratch/small/list", "w") as disk:
        got = t.run("-L", stdout=disk)
    if got.code != 1 or "No space left on device" not in got.err:
        t.fail("-L >small", ["should fail and say why"], got)
    if os.path.getsize("/run/scratch/small/list") < 32768:
        raise Failure("what fits should be written")


# ------------------------------------------------------------- nobody reads

def leave_early(t, line, **more):
    """Reads one line and goes."""
    with t.start(line, **more) as p:
        first = p.stdout.readline().decode()
        p.stdout.close()
        try:
            p.wait(30)
        except subprocess.TimeoutExpired:
            p.kill()
            raise Failure("$ conntrack %s | head -1\nstill running after 30 s" % line)
        return first, p.stderr.read().decode(), p.returncode


@facts("reader_who_leaves_early_ends_{command}_quietly", command=("-L", "-L -o save", "-L -o extended,id", "-L -o xml"))
def head(t, command):
    many(t)
    first, err, code = leave_early(t, command)
    if err or code != -signal.SIGPIPE or not first:
        raise Failure("$ conntrack %s | head -1\nwait status %d instead of SIGPIPE\n%r\n%s" % (command, code, first, err))


@fact
def reader_who_leaves_early_is_a_failure_when_sigpipe_is_ignored(t):
    """The reference goes on and claims to have shown everything."""
    many(t)
    first, err, code = leave_early(t, "-L", restore_signals=False)      # Python itself ignores it
    if code != 1 or "3000 flow entries" in err or not first.startswith("udp "):
        raise Failure("$ conntrack -L | head -1\nexit %d instead of 1\n%r\n%s" % (code, first, err))


def closed(descriptors):
    return """sh -c 'exec "$@" %s' sh""" % descriptors


@facts("closed_stdout_fails_{command}", command=OUTPUTS)
def closed_stdout(t, command):
    one(t)
    got = t.run(OUTPUTS[command], wrap=closed(">&-"))
    if got.code != 1 or not [x for x in plain_err(got.err).splitlines() if not x.endswith("have been shown.")]:
        t.fail(OUTPUTS[command] + " >&-", ["should fail and say so"], got)


@fact
def closed_stdin_does_not_matter(t):
    one(t)
    t.same("-L", "ESTABLISHED", wrap=closed("<&-"))


@fact
def closed_stderr_leaves_the_list_whole(t):
    one(t)
    t.check("-L", "ESTABLISHED", err=[], wrap=closed("2>&-"))


@fact
def closed_stdin_and_stderr_leave_the_xml_document_whole(t):
    one(t)
    t.check("-L -o xml", "^<?xml", "^<conntrack>$", "<flow>", "^</conntrack>$", err=[], wrap=closed("<&- 2>&-"))


@facts("closed_descriptors_{name}_end_in_failure", name=("0_1_2", "1_2", "0_1"))
def closed_all(t, name):
    one(t)
    got = t.run("-L", wrap=closed(" ".join("%s>&-" % fd for fd in name.split("_"))))
    if got.code != 1 or got.out:
        t.fail("-L", ["should fail"], got)


@facts("no_text_goes_into_a_netlink_socket_without_{name}", name=("1", "2", "1_2", "0_1_2", "0_2"))
def traced(t, name):
    if not shutil.which("strace"):
        raise Skip("no strace")
    one(t)
    trace = "/run/scratch/trace"
    wrap = "strace -f -yy -s 400 -o %s -e trace=write,writev,sendto,sendmsg,sendmmsg " % trace + closed(
        " ".join("%s>&-" % fd for fd in name.split("_")))
    if t.run("-L", wrap="strace -o /dev/null").code:
        raise Skip("strace is not permitted")
    t.run("-L", wrap=wrap)
    with open(trace) as f:
        into = [call for call in f if re.search(r"\(\d+<NETLINK:", call)]
    texts = [call for call in into if re.search(r"src=|flow entries|conntrack v", call)]
    if not into or texts:
        raise Failure("\n".join(["%d calls write to netlink" % len(into)] + texts))


# ------------------------------------------------------------- nothing there

def empty_root(t):
    """A root with the program alone, and the reference, and the libraries they may need."""
    root = "/run/scratch/root"
    for program in filter(None, (t.tool, t.reference)):
        libraries = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        for path in [program] + re.findall(r"(/\S+) \(0x", libraries):
            os.makedirs(root + os.path.dirname(path), exist_ok=True)
            shutil.copy(path, root + path)
    return "chroot " + root


@fact
def empty_root_without_namespace_contents_lists_nothing(t):
    root = empty_root(t)
    t.lab
    t.check("-L", err=["^conntrack vX (NAME): 0 flow entries have been shown.$"], wrap="unshare -n " + root)
    t.check("-C", "^0$", err=[], wrap="unshare -n " + root)


@facts("empty_root_shows_the_flows_{form}", form=("", "extended,id", "ktimestamp", "save", "xml"))
def empty_root_list(t, form):
    root = empty_root(t)
    t.lab.tracking(acct=1, timestamp=1)
    one(t)
    Datagrams(t.lab, 6).ask()
    for zone in ("UTC", "Europe/Berlin", "EST5EDT,M3.2.0,M11.1.0", None):
        t.same("-L" + (" -o " + form if form else ""), lines=5 if form == "xml" else 2, wrap=root, env={"TZ": zone})


@fact
def empty_root_knows_the_built_in_protocols_only(t):
    root = empty_root(t)
    one(t)
    Datagrams(t.lab, 6).ask()
    t.same("-L -p tcp", "^tcp", wrap=root)
    t.same("-L -p 17", "^udp", wrap=root)
    t.same("-L -p esp", code=2, wrap=root)


@fact
def empty_root_has_no_label_names(t):
    root = empty_root(t)
    one(t)
    t.same("-L -o labels", "^tcp", wrap=root)
    t.same("-L -l one", code=2, wrap=root)


@facts("empty_root_answers_{command}", command=("-C", "-S", "-G", "-L expect", "-C expect", "-L dying"))
def empty_root_commands(t, command):
    root = empty_root(t)
    one(t)
    lines = {"-C": 1, "-C expect": 1, "-G": 1, "-S": os.cpu_count()}.get(command, 0)
    t.same(command + (" " + QUESTION if command == "-G" else ""), lines=lines, wrap=root)


@fact
def empty_root_without_privilege_says_so(t):
    root = empty_root(t)
    one(t)
    no_admin = "setpriv --inh-caps=-net_admin --bounding-set=-net_admin "       # chroot needs the others
    t.same("-L", code=1, wrap=no_admin + root)
    t.check("-L", code=1, err=[SORRY], wrap=no_admin + root)
