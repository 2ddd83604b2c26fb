# SPDX-License-Identifier: MIT
"""A real terminal: what stands on the screen of tmux."""
import os
import re
import shlex
import subprocess
import time

from lib.case import Failure

SOCKET = "/run/scratch/tmux"
DONE = re.compile(r"^exit (\d+)$", re.M)


def tmux(*args):
    return subprocess.run(["tmux", "-S", SOCKET, "-f", "/dev/null"] + list(args), check=True, capture_output=True,
                          text=True).stdout


class Screen:
    """A command in a terminal of its own; shell syntax is allowed."""

    def __init__(self, t, line, env=None, columns=200):
        self.line = line
        words = ["env", "-u", "NO_COLOR"] + ["%s=%s" % v for v in (env or {}).items()]
        shell = "PATH=%s:$PATH; %s; echo exit $?; exec sleep 1000" % (shlex.quote(os.path.dirname(t.tool)), line)
        tmux("new-session", "-d", "-x", str(columns), "-y", "50", *words, "sh", "-c", shell)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["tmux", "-S", SOCKET, "kill-server"], capture_output=True)

    def text(self, escapes=False):
        return tmux("capture-pane", "-p", *(["-e"] if escapes else []))

    def end(self, escapes=False):
        """What is there when the command has ended, and its exit code."""
        for _ in range(1200):
            found = DONE.search(self.text())
            if found:
                text = self.text(escapes)
                return text[:text.index("exit " + found[1])], int(found[1])
            time.sleep(0.05)
        raise Failure("$ %s\nhas no end:\n%s" % (self.line, self.text()))
