# SPDX-License-Identifier: MIT
"""Flows between silent addresses, spoken packet by packet."""
from lib import packet
from lib.lab import A, B

TCP_STEPS = [("SYN_SENT", "client", "S"), ("SYN_RECV", "server", "SA"), ("ESTABLISHED", "client", "A"),
             ("FIN_WAIT", "client", "FA"), ("CLOSE_WAIT", "server", "A"), ("LAST_ACK", "server", "FA"),
             ("TIME_WAIT", "client", "A")]
TCP_STATES = [s[0] for s in TCP_STEPS] + ["CLOSE", "SYN_SENT2"]


class Tcp:
    """A TCP connection; the server answers the packet it saw, translated or not."""

    def __init__(self, lab, v=4, sport=40000, dport=80, src=None, dst=None):
        self.lab, self.near = lab, (src or A[v], dst or B[v], sport, dport)
        self.far = None
        self.next = {"client": 1000, "server": 500000}

    def say(self, who, flags, data=b""):
        other = "client" if who == "server" else "server"
        seq, ack = self.next[who], self.next[other] if "A" in flags else 0
        self.next[who] += len(data) + ("S" in flags) + ("F" in flags)
        if who == "client":
            seen = self.lab.up(packet.tcp(*self.near, flags, seq, ack, data))
            sport, dport = packet.ports(seen)
            self.far = (seen.dst, seen.src, dport, sport)
        else:
            seen = self.lab.down(packet.tcp(*self.far, flags, seq, ack, data))
        return seen

    def client(self, flags, data=b""):
        return self.say("client", flags, data)

    def server(self, flags, data=b""):
        return self.say("server", flags, data)

    def reach(self, state):
        """Speaks, from the start, until the router holds the flow in that state."""
        if state == "SYN_SENT2":
            self.client("S")
            self.server("S")
            return self
        for name, who, flags in TCP_STEPS:
            self.say(who, flags)
            if name == state:
                return self
            if state == "CLOSE" and name == "ESTABLISHED":
                self.client("R")
                return self
        raise ValueError(state)


class Datagrams:
    """A flow of a protocol whose packets begin with two ports: build makes one."""

    def __init__(self, lab, v=4, sport=40000, dport=53, src=None, dst=None, build=packet.udp):
        self.lab, self.build, self.near = lab, build, (src or A[v], dst or B[v], sport, dport)
        self.far = None

    def ask(self):
        seen = self.lab.up(self.build(*self.near))
        sport, dport = packet.ports(seen)
        self.far = (seen.dst, seen.src, dport, sport)
        return self

    def answer(self):
        self.lab.down(self.build(*self.far))
        return self


def ping(lab, v=4, ident=100, answered=True, src=None, dst=None):
    src, dst = src or A[v], dst or B[v]
    seen = lab.up(packet.icmp(src, dst, 8 if v == 4 else 128, ident))
    if answered:
        lab.down(packet.icmp(seen.dst, seen.src, 0 if v == 4 else 129, int.from_bytes(seen.payload[4:6], "big")))
