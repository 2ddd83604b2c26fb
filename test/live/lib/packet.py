# SPDX-License-Identifier: MIT
"""Packets as bytes, every checksum right; an address with a colon makes IPv6."""
import socket
import struct
from collections import namedtuple

ICMP, TCP, UDP, DCCP, GRE, ESP, ICMPV6, OSPF, SCTP, UDPLITE = 1, 6, 17, 33, 47, 50, 58, 89, 132, 136
FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16}

Seen = namedtuple("Seen", "src dst proto payload")


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_sum(src, dst, proto, length, data):
    """The checksum of data behind the pseudo header of its IP version."""
    a, b = address(src), address(dst)
    head = a + b + (struct.pack("!BBH", 0, proto, length) if len(a) == 4 else struct.pack("!IHBB", length, 0, 0, proto))
    return checksum(head + data)


def ip(src, dst, proto, payload):
    a, b = address(src), address(dst)
    if len(a) == 16:
        return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + a + b + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, proto, 0) + a + b
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def parse(packet):
    if packet[0] >> 4 == 6:
        src, dst = [socket.inet_ntop(socket.AF_INET6, raw) for raw in (packet[8:24], packet[24:40])]
        return Seen(src, dst, packet[6], packet[40:])
    start = (packet[0] & 15) * 4
    return Seen(socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20]), packet[9], packet[start:])


def ports(seen):
    return struct.unpack_from("!HH", seen.payload)


def summed(src, dst, proto, segment, at):
    """An IP packet whose segment has its checksum, over all of it, at offset at."""
    value = pseudo_sum(src, dst, proto, len(segment), segment)
    return ip(src, dst, proto, segment[:at] + struct.pack("!H", value) + segment[at + 2:])


def tcp(src, dst, sport, dport, flags, seq, ack, data=b""):
    bits = sum(FLAGS[f] for f in flags)
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 5 << 4, bits, 65535, 0, 0)
    return summed(src, dst, TCP, head + data, 16)


def udp(src, dst, sport, dport, data=b"x"):
    return summed(src, dst, UDP, struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data, 6)


def udplite(src, dst, sport, dport, data=b"x"):
    """Coverage 0: all of the datagram is summed."""
    return summed(src, dst, UDPLITE, struct.pack("!HHHH", sport, dport, 0, 0) + data, 6)


def icmp(src, dst, kind, ident, code=0, data=b"12345678"):
    """Echo, timestamp and the like: an id, a sequence number, data."""
    message = struct.pack("!BBHHH", kind, code, 0, ident, 1) + data
    if ":" in src:
        return summed(src, dst, ICMPV6, message, 2)
    return ip(src, dst, ICMP, message[:2] + struct.pack("!H", checksum(message)) + message[4:])


def gre(src, dst):
    return ip(src, dst, GRE, struct.pack("!HH", 0, 0x0800) + b"data")


def gre_call(src, dst, call):
    """GRE version 1 as PPTP sends it: the key holds the receiver's call id."""
    return ip(src, dst, GRE, struct.pack("!HHHHI", 0x3001, 0x880b, 4, call, 1) + b"data")


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def chunk(kind, body=b"", flags=0):
    return struct.pack("!BBH", kind, flags, 4 + len(body)) + body + b"\0" * (-len(body) % 4)


def init_chunk(kind, tag):
    return chunk(kind, struct.pack("!IIHHI", tag, 65535, 1, 1, 1))


def sctp(src, dst, sport, dport, tag, *chunks):
    head, rest = struct.pack("!HHI", sport, dport, tag), b"".join(chunks)
    return ip(src, dst, SCTP, head + struct.pack("<I", crc32c(head + bytes(4) + rest)) + rest)


def dccp(src, dst, sport, dport, kind, seq, ack):
    """Kinds 0 to 7: request, response, data, ack, data-ack, closereq, close, reset; service code 42."""
    more = b"" if kind in (0, 2) else struct.pack("!Q", ack)            # 48 bits of it
    more += {0: struct.pack("!I", 42), 1: struct.pack("!I", 42), 7: bytes(4)}.get(kind, b"")
    data = b"data" if kind in (2, 4) else b""
    head = struct.pack("!HHBBHBBHI", sport, dport, (16 + len(more)) // 4, 0, 0, kind << 1 | 1, 0, seq >> 32, seq & 0xffffffff)
    return summed(src, dst, DCCP, head + more + data, 6)
