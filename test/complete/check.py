# SPDX-License-Identifier: MIT
"""Completion against the program itself: check.py BINARY FOLDER."""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY, FILES = sys.argv[1:3]
MAP = "/etc/xtables/connlabel.conf"
bad = 0


def fact(name, wrong):
    """A list of what is wrong, or nothing."""
    global bad
    print("%sok - complete: %s" % ("not " if wrong else "", name), flush=True)
    for line in wrong[:20]:
        print("# " + line)
    bad |= bool(wrong)


# ---------------------------------------------------------------- the program

class Program:
    """In an empty root that has a label map, where it never gets as far as the
    kernel: the last words name a network namespace that is not there."""

    def __init__(self):
        self.root = tempfile.mkdtemp()
        os.makedirs(self.root + "/etc/xtables")
        shutil.copy(MAP, self.root + MAP)
        shutil.copy(BINARY, self.root + "/conntrack")
        self.answers = {}

    def ask(self, lines):
        """All of them by one process in that root."""
        new = sorted(set(lines) - set(self.answers))
        lists = "\n".join(" ".join("'%s'" % w for w in line) for line in new)
        with open(self.root + "/lines", "w") as f:
            f.write(lists + "\n")
        out = open(self.root + "/out", "w+b")
        child = os.fork()
        if child == 0:
            os.chroot(self.root)
            os.chdir("/")
            for line in new:
                pid = os.posix_spawn("/conntrack", ["conntrack", *line, "--netns", "/no/such"], {},
                                     file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1),
                                                   (os.POSIX_SPAWN_DUP2, out.fileno(), 2)])
                os.waitpid(pid, 0)
                os.write(out.fileno(), b"\0")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        out.seek(0)
        texts = out.read().decode().split("\0")[:-1]
        assert len(texts) == len(new)
        self.answers.update(zip(new, texts))

    def close(self):
        shutil.rmtree(self.root)


VALUES = {"ADDR": "192.0.2.1", "ADDR[/BITS]": "192.0.2.1", "[ADDR[:PORT]]": "192.0.2.1", "PROTO": "udp",
          "STATUS[,...]": "ASSURED", "EVENT[,...]": "NEW", "WORD[,...]": "json", "LABEL[,...]": "one",
          "[LABEL[,...]]": "one", "FILE": MAP, "NAME|PID|PATH": "/no/such",
          "KEY[,...]": "mark", "STATE": "NONE", "ipv4|ipv6": "ipv4", "client|server": "client"}
WORDS = ("json", "extended", "openmetrics")     # -o goes with a command when one of them does


PROTOCOLS = "tcp udp udplite sctp dccp icmp icmpv6 gre".split()


class Option:
    def __init__(self, line, protocols):
        names, rest = re.match(r"  ((?:--?\S+, )*--?\S+)(.*)", line).groups()
        self.names = names.split(", ")
        self.value = rest[1:].split(" ")[0] if rest[:1] == " " and rest[1:2] != " " else ""
        self.protocols = protocols

    def words(self, proto, name=None):
        values = [VALUES.get(self.value, self.value.split("|")[0].strip("[]") if self.value.islower() else "1")]
        if self.value == "PROTO" and proto:
            values = [proto]
        if self.value == "WORD[,...]":
            values = WORDS
        return [(name or self.names[-1], *([v] if self.value else [])) for v in values]


def shown(text):
    """The rows of a help."""
    return [line for line in text.split("\n") if line.startswith("  -")]


def help_rows():
    def text(*words):
        return subprocess.run([BINARY, "-h", *words], capture_output=True, text=True).stdout

    commands = [Option(line, None) for line in shown(text().split("\noptions")[0])]
    options = {}
    for letter in {o.names[0] for o in commands} - {"-h"}:
        for table in ([], ["expect"]):
            for line in shown(re.sub(r"(?s).*?\n(?=needs:|takes:)", "", text(letter, *table), count=1)):
                options.setdefault(line, Option(line, set()))
    for proto in PROTOCOLS:
        for line in shown(text("-p", proto).split("\nProto")[1]):
            options[line].protocols.add(proto)
    return commands, PROTOCOLS, list(options.values())


REFUSED = re.compile(r"Illegal option|unknown option|does not go with this command|needs a filter behind it|"
                     r"Can't do (?:that command|--)|cannot use|takes no ")
NEEDED = re.compile(r"(?:You need to supply the|you have to specify|and) `(--[a-z0-9-]+)'")


class Takes:
    """Does the program take an option with a command on a table? Asked until
    everything else that the command needs is there, many at a time."""

    def __init__(self, program, options):
        self.program = program
        self.named = {name: o for o in options for name in o.names}
        self.asked = {}         # (command, table, proto, negated, option) to lines

    def line(self, key, with_words, more):
        command, table, proto, negated, _ = key
        return (command, *([table] if table else []), *more, *(["-p", proto] if proto else []),
                *(["!"] if negated else []), *with_words)

    def settle(self, keys):
        """Those of the keys that are taken."""
        open_lines = {(key, words): () for key in keys for words in key[4].words(key[2])}
        taken = set()
        while open_lines:
            lines = {kw: self.line(kw[0], kw[1], more) for kw, more in open_lines.items()}
            self.program.ask(lines.values())
            still = {}
            for kw, more in open_lines.items():
                answer = self.program.answers[lines[kw]]
                needed = NEEDED.findall(answer)
                assert "nknown label" not in answer, answer
                if needed:
                    still[kw] = sum((self.named[name].words(kw[0][2])[0] for name in needed), more)
                    assert len(still[kw]) < 40, (lines[kw], answer)
                elif not REFUSED.search(answer):
                    taken.add(kw[0])
            open_lines = still
        return taken


# ----------------------------------------------------------------- the shells

def tidy(line, words):
    """Whole words, of which some shells show only what follows the =."""
    start = re.match(r"(--[^=]*=)?", line.rsplit(" ", 1)[1]).group()
    return {w[len(start):] if w.startswith(start) else w for w in words if w}


def by_pipe(argv, lines):
    ran = subprocess.run(argv, input="".join(line + "\n" for line in lines), capture_output=True, text=True,
                         cwd=CWD, check=True)
    out = ran.stdout.split("\n")
    assert len(out) == len(lines) + 1 and not ran.stderr, (argv, len(out), len(lines), ran.stderr[:2000])
    return [[w for w in words.split("\x1f") if w] for words in out]


def bash(lines):
    return [[w.replace("\\", "") for w in words]
            for words in by_pipe(["bash", HERE + "/ask.bash", FILES + "/conntrack"], lines)]


def fish(lines):
    # of a value that may be left out it shows two ways
    return [[w[:-1] if w.endswith("=") else w for w in words]
            for words in by_pipe(["fish", "--no-config", HERE + "/ask.fish", FILES + "/conntrack.fish"], lines)]


class Terminal:
    def __init__(self, *argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(CWD)
            os.execvpe(argv[0], argv, dict(os.environ, TERM="dumb", HOME=CWD, HISTFILE="", XDG_CONFIG_HOME=CWD,
                                           XDG_DATA_HOME=CWD, LC_ALL="C.UTF-8"))
        self.seen = ""

    def read(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                return False
        return True

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait(self, done, seconds=30):
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end and self.read(0.05):
            pass
        return done()

    def close(self):
        os.close(self.fd)       # hangs up
        os.waitpid(self.pid, 0)


def zsh(lines):
    at = CWD + "/zsh"
    with open(at + ".lines", "w") as f:
        f.write("\n".join(lines))
    t = Terminal("zsh", "-f", "-i")
    t.type("files=%s lines=%s.lines answers=%s.answers; source %s/ask.zsh; print REA''DY\n" % (FILES, at, at, HERE))
    assert t.wait(lambda: "READY" in t.seen), t.seen
    t.type("\x18")
    assert t.wait(lambda: os.path.exists(at + ".answers.done"), 120), t.seen
    t.close()
    os.remove(at + ".answers.done")
    with open(at + ".answers") as f:
        out = f.read().split("\n")
    assert len(out) == len(lines) + 1
    return [words.split("\x1f") for words in out]


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}


def offers(lines):
    """What each shell offers at the end of each line."""
    lines = sorted(set(lines))
    with ThreadPoolExecutor() as pool:
        answers = dict(zip(SHELLS, pool.map(lambda ask: ask(lines), SHELLS.values())))
    return {shell: {line: tidy(line, words) for line, words in zip(lines, answers[shell])} for shell in SHELLS}


# ------------------------------------------------------------------ the facts

def differ(line, got, wanted):
    more, less = sorted(got - wanted), sorted(wanted - got)
    return ["%s: %s%s" % (line, "offers " + " ".join(more) + "; " if more else "",
                          "lacks " + " ".join(less) if less else "")] if more or less else []


def options_are_those_taken(program):
    commands, protocols, options = help_rows()
    takes = Takes(program, options)
    plain = [o for o in options if not o.protocols]
    special = [o for o in options if o.protocols]
    keys, wanted = set(), {}
    contexts = []
    for c in commands:
        name = c.names[-1]
        if name == "--load-file":
            continue
        program.ask([(name, "expect")])
        contexts.append((name, ""))
        if not REFUSED.search(program.answers[(name, "expect")]):
            contexts.append((name, "expect"))
    program.ask([(name, *([table] if table else []), "--src", "192.0.2.1", "--dst", "192.0.2.1", "--timeout", "1")
                 for name, table in contexts])
    for name, table in contexts:
        for proto in [""] + protocols:
            keys |= {(name, table, proto, n, o) for n in (0, 1) for o in (special if proto else options)}
    taken = takes.settle(keys)
    # where a command needs -p, options of protocols come behind it
    needs_p = {(name, table) for name, table in contexts if any(
        "--protonum" in NEEDED.findall(program.answers[line])
        for line in program.answers if line[0] == name and (line[1:2] == (table,) if table else line[1:2] != ("expect",)))}
    for name, table in contexts:
        start = "conntrack %s %s" % (name, table + " " if table else "")
        for proto in [""] + protocols:
            for n in (0, 1):
                line = start + ("-p %s " % proto if proto else "") + ("! " if n else "") + "-"
                wanted[line] = {w for o in (options if not proto else special) for w in o.names
                                if (name, table, proto, n, o) in taken and
                                (proto or not o.protocols or (name, table) not in needs_p)}
                if not n:       # a question about the command
                    asks = {w for o in commands if "-h" in o.names for w in o.names}
                    wanted[line] |= {w for o in commands for w in o.names} - asks if name == "--help" else asks
                if proto:       # the others are the same with any
                    wanted[line] |= {w for o in plain for w in o.names if (name, table, "", n, o) in taken}
    assert len(needs_p) == 6 and len(wanted) > 300, (needs_p, len(wanted))
    got = offers(wanted)
    for shell in SHELLS:
        fact("%s offers the options that a command takes, and no others (%d lines)" % (shell, len(wanted)),
             [d for line in sorted(wanted) for d in differ(line, got[shell][line], wanted[line])])
    every = {w for o in commands + options for w in o.names}
    late = {"-R", "--load-file"}
    got = offers(["conntrack -", "conntrack --no-sandbox -", "conntrack --no-sandbox --"])
    for shell in SHELLS:
        fact("%s offers commands and options where there is no command" % shell,
             differ("conntrack -", got[shell]["conntrack -"], every) +
             differ("conntrack --no-sandbox -", got[shell]["conntrack --no-sandbox -"], every - late) +
             differ("conntrack --no-sandbox --", got[shell]["conntrack --no-sandbox --"],
                    {w for w in every - late if w.startswith("--")}))


STATUS = {"ASSURED", "SEEN_REPLY", "EXPECTED", "FIXED_TIMEOUT", "OFFLOAD", "HW_OFFLOAD"}
TCP = {"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
       "SYN_SENT2"}
SCTP = {"NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
        "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED"}
DCCP = {"NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID"}
OUTPUT = {"extended", "id", "ktimestamp", "timestamp", "xml", "labels", "userspace", "save", "restore", "json",
          "jsonl"}
KEYS = {"src", "dst", "sport", "dport", "reply-src", "reply-dst", "reply-sport", "reply-dport", "proto", "state",
        "mark", "zone", "status", "helper", "label"}
LABELS = {"zero", "one", "my label", "hex-three", "last"}
TABLES = {"conntrack", "expect"}

# What stands on the line, what is offered then. Alone, so it can be false.
CASES = {
    "-L ": TABLES | {"dying", "unconfirmed"},
    "--list ": TABLES | {"dying", "unconfirmed"},
    "-L d": {"dying"},
    "-D ": TABLES, "-E ": TABLES, "-G ": TABLES, "-I ": TABLES, "--flush ": TABLES, "-S ": TABLES,
    "-U ": {"conntrack"}, "-A ": {"conntrack"},
    "-f ipv4 -L ": TABLES | {"dying", "unconfirmed"},
    "-L -u ": STATUS | {"UNREPLIED", "UNSET"},
    "-L -u !": {"!" + w for w in STATUS},
    "-L --status=!S": {"!SEEN_REPLY"},
    "-L -u ASSURED,": {"ASSURED," + w for w in STATUS - {"ASSURED"} | {"UNREPLIED", "UNSET"}},
    "-L --status=ASSURED,UNSET,!": {"ASSURED,UNSET,!" + w for w in STATUS},
    "-E -e ": {"ALL", "NEW", "UPDATES", "DESTROY"},
    "-E --event-mask=NEW,D": {"NEW,DESTROY"},
    "-L -o ": OUTPUT, "-L --output=": OUTPUT, "-o ": OUTPUT | {"openmetrics"},
    "-L --output=id,": {"id," + w for w in OUTPUT - {"id"}},
    "-L -o id,xml,l": {"id,xml,labels"},
    "-C -o ": {"json", "jsonl", "openmetrics"}, "-S --output=": {"json", "jsonl", "openmetrics"},
    "-I -o ": {"json", "jsonl"}, "-L expect -o ": OUTPUT, "-G expect -o ": {"json", "jsonl"},
    "-zLo j": {"json", "jsonl"},
    "-L --by ": KEYS, "-L --by=src,": {"src," + w for w in KEYS - {"src"}}, "-L --by src,reply-d": {
        "src,reply-dst", "src,reply-dport"},
    "-L -p ": {"tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "gre"},
    "-L --protonum=ud": {"udp", "udplite"},
    "-L -f ": {"ipv4", "ipv6"}, "-L --family=": {"ipv4", "ipv6"},
    "-D -p dccp --role ": {"client", "server"}, "-U --role=c": {"client"},
    "-L --state ": TCP | SCTP | DCCP, "-L -p tcp --state ": TCP, "-L -p 132 --state ": SCTP,
    "-L -pdccp --state=": DCCP, "-L --proto dccp --state R": {"REQUEST", "RESPOND"},
    "-L --protonum=tcp --state ESTABLISHED E": set(),
    "-D --role client --state ": DCCP,
    "-D --dport 80 --r": {"--reply-src", "--reply-dst", "--reply-zone", "--reply-port-src", "--reply-port-dst",
                          "--reply-vtag", "--role"},
    "-L --icmp-type 8 --s": {"--src", "--src-nat", "--secmark", "--status"},
    "-L -p esp --d": {"--dst", "--dst-nat"},
    "-I --sp": set(), "-I -p tcp --sp": {"--sport"},
    "-L ! --st": {"--state", "--status"}, "-L ! --z": {"--zone"}, "-U -s 192.0.2.1 ! --st": set(),
    "-L ! -s 192.0.2.1 --ze": {"--zero"}, "-L -s fe80::1 --ze": {"--zero"},
    "-L -n 192.0.2.1:80 --ze": {"--zero"}, "-L --src-nat --ze": {"--zero"}, "-L -g --ze": {"--zero"},
    "-L -M map -l ": LABELS, "-L --label=one,l": {"one,last"}, "-U -M map --label-add ": LABELS,
    "-L --labelmap=map -l one,": {"one," + w for w in LABELS - {"one"}},
    "-U -M map --label-del ": LABELS, "-U --label-del --label-m": set(), "-U --label-del --labelm": {"--labelmap"},
    "-M map -U --label-del=h": {"hex-three"},
    "-M m": {"map"}, "-L --labelmap=m": {"map"}, "-R m": {"map"}, "--load-file m": {"map"},
    "-L --load": set(), "-L -R map --sp": {"--sport"}, "-R map --net": {"--netns"}, "-R map --s": set(), "-L --netns ./m": {"./map"},
    "-L --netns ": {"blue", "green"}, "--netns=g": {"green"}, "-L --netns blue -l ": LABELS,
    "-M none -L -l ": set(),
    "-L -s ": set(), "-L --src=": set(), "-L -m ": set(), "-U --helper ": set(), "-L -n ": set(), "-L -t ": set(),
    "-L --dport ": set(), "-L -c ": set(), "-D -i ": set(), "-L --top ": set(), "-L -a ": set(),
    "-L -- -": set(), "-L -f ipv4 e": set(), "--nothing e": set(), "-s -L -z -L e": {"expect"},
}


def words_are_offered():
    cases = {"conntrack " + line: words for line, words in CASES.items()}
    got = offers(cases)
    for shell in SHELLS:
        wrong = []
        for line, words in cases.items():
            has = got[shell][line]
            # of a path zsh tells the last part only
            wrong += differ(line, has, {w.split("/")[-1] for w in words} if shell == "zsh" else words)
        fact("%s offers the words of %d lines" % (shell, len(cases)), wrong)


def words_are_taken(program):
    lists = {"-L -u ": (), "-L -u !": (), "-E -e ": (), "-L -o ": (), "-C -o ": (), "-L --by ": (), "-L -p ": (),
             "-L -f ": (), "-D -p dccp --role ": (), "-L -p tcp --state ": (), "-L -p sctp --state ": (),
             "-L -p dccp --state ": (), "-L ": (), "-D ": (), "-U ": (), "-E ": (), "-L -l ": ()}
    got = offers(["conntrack " + line for line in lists])
    for shell in SHELLS:
        lines = {}
        for start in lists:
            for word in got[shell]["conntrack " + start]:
                before = start.rstrip("!").split()
                lines[(*before, word)] = word
        program.ask(lines)
        fact("the program takes the %d words that %s offers" % (len(lines), shell),
             [" ".join(line) + ": " + program.answers[line] for line in lines
              if not re.search("/no/such|You need to supply", program.answers[line])] + ([] if len(lines) > 90 else ["few words"]))


# Keys typed, and the words that the command gets.
TYPED = {
    "-L --proton\tsc\t\r": ["-L", "--protonum", "sctp"],
    "-L --output=id,ext\t\r": ["-L", "--output=id,extended"],
    "-L -o id,kt\t\r": ["-L", "-o", "id,ktimestamp"],
    "-L -s fe80::1 --fam\tipv6\t\r": ["-L", "-s", "fe80::1", "--family", "ipv6"],
    "-L -n 192.0.2.1:80 --outp\tjsonl\t\r": ["-L", "-n", "192.0.2.1:80", "--output", "jsonl"],
    "-L -M map -l my\t\r": ["-L", "-M", "map", "-l", "my label"],
    "-L --labelmap=ma\t-l one,hex\t\r": ["-L", "--labelmap=map", "-l", "one,hex-three"],
    "-R ma\t\r": ["-R", "map"],
    "-L unc\t\r": ["-L", "unconfirmed"],
    "-C --netns ./ma\t\r": ["-C", "--netns", "./map"],
    "-C --netns=bl\t\r": ["-C", "--netns=blue"],
    "-D -p tcp --state TIM\t! --dp\t443\r": ["-D", "-p", "tcp", "--state", "TIME_WAIT", "!", "--dport", "443"],
    "-L -u \\!AS\t\r": ["-L", "-u", "!ASSURED"],
}
# bash closes what is quoted
QUOTED = {"bash": "-L -u '!AS\t\r", "zsh": "-L -u '!AS\t'\r", "fish": "-L -u '!AS\t\r"}
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"],
             "PS1='> '; conntrack() { printf '[%%s]' \"$@\"; echo .; }; . %s/conntrack; echo REA''DY\r"),
    "zsh": (["zsh", "-f", "-i"],
            "PS1='> '; conntrack() { printf '[%%s]' \"$@\"; echo .; }; fpath=(%s $fpath); autoload -U compinit; "
            "compinit -u -D; echo REA''DY\r"),
    "fish": (["fish", "--no-config", "-i"],
             "function fish_prompt; printf '> '; end; function conntrack; printf '[%%s]' $argv; echo .; end; "
             "source %s/conntrack.fish; echo REA''DY\r"),
}


def typed_words_arrive(shell):
    argv, start = START[shell]
    wrong = []
    t = Terminal(*argv)
    t.type(start % FILES)
    if not t.wait(lambda: "READY" in t.seen):
        wrong.append("does not start: " + t.seen)
    for keys, words in [*TYPED.items(), (QUOTED[shell], ["-L", "-u", "!ASSURED"])]:
        wanted = "".join("[%s]" % w for w in words) + "."
        t.seen = ""
        t.type("conntrack " + keys)
        if not t.wait(lambda: re.search(r"\[.*\]\.", t.seen) and wanted in t.seen, 5):
            wrong.append("%r: %r" % (keys, t.seen))
            t.type("\x03")
            t.wait(lambda: False, 0.3)
    t.close()
    fact("%s: what is typed with TAB arrives, %d lines" % (shell, len(TYPED) + 1), wrong)


CWD = tempfile.mkdtemp()
shutil.copy(MAP, CWD + "/map")
it = Program()
try:
    words_are_offered()
    words_are_taken(it)
    options_are_those_taken(it)
    for one in SHELLS:
        typed_words_arrive(one)
finally:
    it.close()
    shutil.rmtree(CWD)
sys.exit(bad)
