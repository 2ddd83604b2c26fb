# SPDX-License-Identifier: MIT
"""A router between two hosts, each in a network namespace of its own.

    client 10.1.0.2 fd01::2 --- 10.1.0.1 fd01::1  router  10.2.0.1 fd02::1 --- 10.2.0.2 fd02::2 server

Everything else in 10.1.0.0/16 and fd01::/16 (10.2, fd02) is routed to the
same two hosts, whose kernels do not know these addresses and stay silent:
whoever speaks from there is us, packet by packet, so a flow can be parked in
any state.  The calling process stays in the router's namespace.

Where no packet is needed, a Table is a namespace with nothing in it.
"""
import contextlib
import ctypes
import os
import select
import socket
import struct
import subprocess
import time

from lib import packet

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
PACKET_HOST = 0
NETLINK_NETFILTER, CT_DELETE, NLM_F_REQUEST, NLM_F_ACK = 12, 0x102, 1, 4
outside = None      # the namespace we come from, as a file; test/live/run fills it in
libc = ctypes.CDLL(None, use_errno=True)


class LabError(Exception):
    """The lab, not the tool under test, did not do what it should."""


def syscall(name, *args):
    args = [os.fsencode(a) if isinstance(a, str) else a for a in args]
    if getattr(libc, name)(*args) < 0:
        err = ctypes.get_errno()
        raise OSError(err, "%s: %s" % (name, os.strerror(err)))


def mount(source, target, fstype=None, flags=0, data=None):
    syscall("mount", source, target, fstype, ctypes.c_ulong(flags), data)


def unshare(flags):
    syscall("unshare", flags)


# The real addresses, and the silent ones, by IP version.
CLIENT, SERVER = {4: "10.1.0.2", 6: "fd01::2"}, {4: "10.2.0.2", 6: "fd02::2"}
NEAR, FAR = {4: "10.1.0.1", 6: "fd01::1"}, {4: "10.2.0.1", 6: "fd02::1"}      # the router's
A, B = {4: "10.1.1.1", 6: "fd01:1::1"}, {4: "10.2.1.1", 6: "fd02:1::1"}       # silent client, silent server
MAC = "02:00:00:00:0%d:0%d"

ROUTER = """
link set lo up
link add rc address %s type veth peer name eth0 address %s netns c
link add rs address %s type veth peer name eth0 address %s netns s
""" % (MAC % (1, 1), MAC % (1, 2), MAC % (2, 1), MAC % (2, 2)) + "".join("""
link set {dev} addrgenmode none
addr add 10.{n}.0.1/24 dev {dev}
addr add fd0{n}::1/64 dev {dev} nodad
link set {dev} up
neigh add 10.{n}.0.2 lladdr {mac} dev {dev}
neigh add fd0{n}::2 lladdr {mac} dev {dev}
route add 10.{n}.0.0/16 via 10.{n}.0.2
route add fd0{n}::/16 via fd0{n}::2
""".format(n=n, dev=dev, mac=MAC % (n, 2)) for n, dev in ((1, "rc"), (2, "rs")))

HOST = """
link set lo up
link set eth0 addrgenmode none
addr add 10.{n}.0.2/24 dev eth0
addr add fd0{n}::2/64 dev eth0 nodad
link set eth0 up
neigh add 10.{n}.0.1 lladdr {mac} dev eth0
neigh add fd0{n}::1 lladdr {mac} dev eth0
route add default via 10.{n}.0.1
route add default via fd0{n}::1
"""

# A slow machine must not see them end: what the kernel would hold for a minute or less.
SHORT = ("tcp_timeout_close tcp_timeout_close_wait tcp_timeout_last_ack tcp_timeout_syn_recv udp_timeout gre_timeout "
         "icmp_timeout icmpv6_timeout sctp_timeout_closed sctp_timeout_cookie_wait sctp_timeout_cookie_echoed "
         "sctp_timeout_heartbeat_sent sctp_timeout_shutdown_sent sctp_timeout_shutdown_recd "
         "sctp_timeout_shutdown_ack_sent").split()


class Netns:
    """A network namespace, held by a file and by a name `ip` knows."""

    def __init__(self, name):
        self.name = name
        unshare(CLONE_NEWNET)
        path = "/run/netns/" + name
        open(path, "w").close()
        mount("/proc/self/ns/net", path, flags=MS_BIND)
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def enter(self):
        syscall("setns", self.fd, CLONE_NEWNET)


class Wire:
    """The end of a cable: raw IP packets in and out, beside the host's own traffic."""

    def __init__(self, mac):
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        self.sock.bind(("eth0", 3))
        self.sock.setblocking(False)

    def send(self, data):
        self.sock.sendto(data, ("eth0", 0x86dd if data[0] >> 4 == 6 else 0x0800, 0, 0, self.mac))

    def read(self, wait):
        """The next packet that came in, or None after wait seconds."""
        end = time.monotonic() + wait
        while select.select([self.sock], [], [], max(0, end - time.monotonic()))[0]:
            data, where = self.sock.recvfrom(65536)
            if where[2] == PACKET_HOST:     # neither what left here nor a multicast report
                return data
        return None

    def drain(self):
        while self.read(0) is not None:
            pass


class Table:
    """A connection tracking table to be filled by hand, in a network namespace of its own."""

    def __init__(self):
        self.router = Netns("t")
        self.router.enter()

    @staticmethod
    def feed(args, text):
        done = subprocess.run(args, input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise LabError("%s: %s" % (args[0], done.stdout.strip()))

    def ip(self, text):
        self.feed(["ip", "-batch", "-"], text)

    def nft(self, text):
        self.feed(["nft", "-f", "-"], text)

    def chain(self, family, kind, hook, priority, *rules, declare=""):
        """A base chain with these rules, in a table of its own."""
        self.nft("table %s %s_%s_%d {\n%s\nchain c {\ntype %s hook %s priority %d\n%s\n}\n}\n" % (
            family, kind, hook.split()[0], priority + 1000, declare, kind, hook, priority, "\n".join(rules)))

    def sysctl(self, name, value):
        with open("/proc/sys/" + name, "w") as f:
            f.write("%s\n" % value)

    @staticmethod
    def knows(name):
        """Whether this kernel has nf_conntrack_NAME."""
        return os.path.exists("/proc/sys/net/netfilter/nf_conntrack_" + name)

    def tracking(self, **settings):
        """Sets nf_conntrack_NAME=VALUE in the router."""
        for name, value in settings.items():
            self.sysctl("net/netfilter/nf_conntrack_" + name, value)

    def flush(self):
        """Empties the router's table."""
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as s:
            s.send(struct.pack("=IHHIIBBH", 20, CT_DELETE, NLM_F_REQUEST | NLM_F_ACK, 1, 0, 0, 0, 0))
            error = struct.unpack_from("=i", s.recv(4096), 16)[0]
            if error:
                raise LabError("flush: " + os.strerror(-error))


class Lab(Table):
    def __init__(self):
        self.router, self.client, self.server = Netns("r"), Netns("c"), Netns("s")
        self.router.enter()
        self.ip(ROUTER)
        self.left, self.right = self.connect(self.client, 1), self.connect(self.server, 2)
        self.router.enter()
        self.sysctl("net/ipv4/ip_forward", 1)
        self.sysctl("net/ipv6/conf/all/forwarding", 1)
        self.tracking(**{name: 200 for name in SHORT if self.knows(name)})
        for v in (4, 6):
            self.wait_for_link(self.left, self.right, packet.ip(A[v], B[v], 253, b"link"))
            self.wait_for_link(self.right, self.left, packet.ip(B[v], A[v], 253, b"link"))
        # nothing is tracked before some rule asks for it
        self.chain("inet", "filter", "forward", 0, "ct state new counter")

    def connect(self, host, n):
        """Sets the host up; the end of its cable."""
        host.enter()
        self.ip(HOST.format(n=n, mac=MAC % (n, 1)))
        return Wire(MAC % (n, 1))

    @staticmethod
    def wait_for_link(out, into, data):
        """A new link drops packets until a kernel worker has seen its carrier."""
        for _ in range(500):
            out.send(data)
            if into.read(0.01):
                return
        raise LabError("no packet comes through the router")

    @contextlib.contextmanager
    def inside(self, host):
        """Sockets made in this block belong to that host."""
        host.enter()
        try:
            yield
        finally:
            self.router.enter()

    def socket(self, host, *args):
        with self.inside(host):
            return socket.socket(*args)

    def cross(self, out, into, data):
        """Sends data through the router; what came out, translated or not."""
        into.drain()
        out.send(data)
        seen = into.read(3)
        if seen is None:
            raise LabError("a packet did not come through the router")
        return packet.parse(seen)

    def burst(self, packets):
        """Many packets from the client, waiting only for the last to come out."""
        for n, data in enumerate(packets):
            self.left.send(data)
            if n % 64 == 0:
                self.right.drain()
        last = packet.parse(data).payload
        while True:
            seen = self.right.read(3)
            if seen is None:
                raise LabError("the last packet did not come through the router")
            if packet.parse(seen).payload == last:
                return

    def up(self, data):
        """From the client's cable to the server's."""
        return self.cross(self.left, self.right, data)

    def down(self, data):
        return self.cross(self.right, self.left, data)
