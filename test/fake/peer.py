# SPDX-License-Identifier: MIT
"""The other end of the sockets of conntrack.fake: runs it, and plays the kernel to it (sock.c)."""
import itertools
import os
import selectors
import signal
import socket
import struct
import subprocess
import time

import wire

HANG = 120                              # seconds; no verdict but that it hangs
HELLO, GROUPS, PROGRAM = 1, 2, 3
ERRORS = ("EPERM ENOENT EINTR EIO EAGAIN ENOMEM EBUSY EEXIST EINVAL EMFILE ENOSPC ERANGE EBADMSG ETIME EALREADY "
          "EMSGSIZE ENOPROTOOPT EPROTONOSUPPORT EOPNOTSUPP EAFNOSUPPORT ENOBUFS ESHUTDOWN ETIMEDOUT").split()
GREETING = "port socket bind ext_ack force filter room_max send_at send".split()


class Frame:
    """A datagram, or an error in its place."""

    def __init__(self, data=b"", port=0, error=None):
        self.data, self.port, self.error = data, port, error


class Fault:
    """What goes wrong: nothing. A subclass gets every frame before it leaves, with its number among them all."""
    greeting = {}                       # of sock.c; errors by name
    patience = None                     # in milliseconds

    def __init__(self):
        self.number = 0

    def frame(self, n, frame):
        """The frames in place of one."""
        return [frame]

    def frames(self, frames):
        out = []
        for frame in frames:
            out += self.frame(self.number, frame)
            self.number += 1
        return out


class Sock:
    """A netlink socket of the program."""
    errno = {}
    drops = groups = 0
    program = b""
    happened = False                    # all that it waits for

    def __init__(self, peer, conn, port):
        self.peer, self.conn, self.port = peer, conn, port
        self.queue = []
        self.greeted = False

    def put(self, frame):
        if self.greeted:
            data = struct.pack(wire.ORDER + "III", frame.port, self.errno.get(frame.error, 0), self.drops) + frame.data
            self.queue.append(data)

    def deliver(self, datagram):
        """An event."""
        for frame in self.peer.fault.frames([Frame(datagram)]):
            self.put(frame)

    def passes(self, raw):
        return not self.program or run_bpf(self.program, raw)

    def receive(self, data):
        zero, kind = struct.unpack_from(wire.ORDER + "II", data)
        if not self.greeted:
            self.greet(data)
        elif zero:
            frames = [Frame(d) for d in self.peer.kernel.answer(self, data)]
            for frame in self.peer.fault.frames(frames):
                self.put(frame)
        elif kind == GROUPS:
            self.groups, = struct.unpack_from(wire.ORDER + "I", data, 8)
            self.peer.joined(self)
        elif kind == PROGRAM:
            self.program = data[8:]

    def greet(self, data):
        """The program's machine is known by its first word."""
        wire.ORDER = "<" if data[4] else ">"
        self.peer.kernel.word, *numbers = struct.unpack_from("%s%dI" % (wire.ORDER, 1 + len(ERRORS)), data, 8)
        self.errno = dict(zip(ERRORS, numbers))
        kernel = self.peer.kernel
        says = dict.fromkeys(GREETING, 0)
        says.update(port=self.port, room_max=212992)
        if not kernel.can["ext_ack"]:
            says["ext_ack"] = "ENOPROTOOPT"
        says.update(self.peer.fault.greeting)
        words = [self.errno[v] if isinstance(v, str) else v for v in says.values()]
        self.queue.append(struct.pack("%s%dI" % (wire.ORDER, len(words)), *words))
        self.greeted = True


class Result:
    """How the program ended. code is "hang" when it did not."""

    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return "conntrack %s\nexit code %s\n%s%s" % (" ".join(self.args), self.code, self.out[-1500:], self.err[-1500:])


class Peer:
    """One run of the program. happen(kernel): the events, once it listens."""

    def __init__(self, program, directory, kernel, fault=None, happen=None):
        self.program, self.directory, self.kernel = program, directory, kernel
        self.fault, self.happen = fault or Fault(), happen
        self.select = selectors.DefaultSelector()
        self.socks, self.texts, self.process = [], {}, None

    def run(self, *args, stdin=None, env=None):
        path = "%s/kernel-%d" % (self.directory, os.getpid())
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        listener.bind(path)
        listener.listen(8)
        more = {"FAKE_KERNEL": path, "FAKE_ROOT": self.directory, "TZ": "UTC", **(env or {})}
        if self.fault.patience:
            more["FAKE_PATIENCE"] = str(self.fault.patience)
        self.process = subprocess.Popen(self.program + list(args), env=dict(os.environ, **more),
                                        stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        try:
            return self.serve(listener, args)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for end in [listener, self.process.stdout, self.process.stderr] + [s.conn for s in self.socks]:
                end.close()
            self.select.close()
            self.kernel.sockets = []

    def serve(self, listener, args):
        process = self.process
        self.select.register(listener, selectors.EVENT_READ, self.accept)
        for pipe in (process.stdout, process.stderr):
            self.texts[pipe] = b""
            self.select.register(pipe, selectors.EVENT_READ, self.read)
        end, open_pipes = time.monotonic() + HANG, 2
        while open_pipes:
            for key, _ in self.select.select(1):
                if key.data(key.fileobj) == "closed":
                    open_pipes -= 1
            self.flush()
            if time.monotonic() > end:
                process.kill()
                break
        out, err = (self.texts[pipe].decode(errors="replace") for pipe in (process.stdout, process.stderr))
        code = process.wait()
        return Result(args, "hang" if time.monotonic() > end else code, out, err)

    def accept(self, listener):
        conn, _ = listener.accept()
        conn.setblocking(False)
        sock = Sock(self, conn, 0x1000 + len(self.socks))
        self.socks.append(sock)
        self.kernel.sockets.append(sock)
        self.select.register(conn, selectors.EVENT_READ, lambda _: self.hear(sock))

    def read(self, pipe):
        data = os.read(pipe.fileno(), 1 << 16)
        self.texts[pipe] += data
        if data:
            return None
        self.select.unregister(pipe)
        return "closed"

    def hear(self, sock):
        try:
            data = sock.conn.recv(1 << 18)
        except ConnectionResetError:
            data = b""
        if data:
            sock.receive(data)
        else:
            self.select.unregister(sock.conn)
            sock.greeted, sock.queue, sock.groups = False, [], 0

    def flush(self):
        """Sends what can be sent now."""
        for sock in self.socks:
            try:
                while sock.queue:
                    sock.conn.send(sock.queue[0])
                    del sock.queue[0]
            except BlockingIOError:
                pass
            except (BrokenPipeError, ConnectionResetError):
                sock.queue = []
            if not sock.greeted:
                continue
            want = selectors.EVENT_READ | (selectors.EVENT_WRITE if sock.queue else 0)
            key = self.select.get_key(sock.conn)
            if key.events != want:
                self.select.modify(sock.conn, want, key.data)
            if sock.happened and not sock.queue:
                sock.happened = False
                self.process.send_signal(signal.SIGINT)

    def joined(self, sock):
        """Now it listens: everything happens, and then somebody has seen enough."""
        if sock.groups and self.happen:
            happen, self.happen = self.happen, None
            happen(self.kernel)
            sock.happened = True


# --- classic BPF -----------------------------------------------------------

def find_attr(data, at, kind):
    """The offset of an attribute's header from at on, or 0."""
    while at + 4 <= len(data):
        length, this = struct.unpack_from(wire.ORDER + "HH", data, at)
        if length < 4:
            return 0
        if this & wire.NUMBER == kind:
            return at
        at += length + 3 & ~3
    return 0


def run_bpf(program, data):
    """What a socket filter says of a datagram: 0 drops it."""
    insns = list(struct.iter_unpack(wire.ORDER + "HBBI", program))
    a = x = at = 0
    for _ in itertools.count():
        code, yes, no, k = insns[at]
        at += 1
        if code == 0x06:
            return k
        if code == 0x05:
            at += k
        elif code & 7 == 0x05:
            test = {0x10: a == k, 0x20: a > k, 0x30: a >= k, 0x40: a & k != 0}[code & 0xf0]
            at += yes if test else no
        elif code == 0x00:
            a = k
        elif code == 0x01:
            x = k
        elif code == 0x07:
            x = a
        elif code == 0x87:
            a = x
        elif code == 0x54:
            a &= k
        elif code & 7 == 0 and k == 0xfffff00c:
            a = find_attr(data, a, x)
        elif code & 7 == 0 and k == 0xfffff010:
            length, = struct.unpack_from(wire.ORDER + "H", data, a)
            a = find_attr(data[:a + length], a + 4, x)
        elif code & 7 == 0:
            size = {0x00: 4, 0x08: 2, 0x10: 1}[code & 0x18]
            off = k + (x if code & 0xe0 == 0x40 else 0)
            if off + size > len(data):
                return 0
            a = int.from_bytes(data[off:off + size], "big")
        else:
            raise ValueError("no such instruction: 0x%x" % code)
    return 0
