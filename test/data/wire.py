# SPDX-License-Identifier: MIT
"""ctnetlink messages, taken apart, put together and written down.

A nest is a dict; its keys are the kernel's names, or numbers where our tables
have no name; a value is the payload as bytes, or the dict of another nest.
Bytes are those of a little-endian machine, or of the one that ORDER names.
"""
import ipaddress
import struct
import time

ORDER = "<"                             # ">": a big-endian machine
NESTED, NUMBER = 0x8000, 0x3fff         # NLA_F_NESTED, NLA_TYPE_MASK
ERROR, DONE = 2, 3                      # NLMSG_*
CAPPED, TLVS = 0x100, 0x200             # NLM_F_* of answers


def u8(n):
    return struct.pack("!B", n)


def be16(n):
    return struct.pack("!H", n)


def be32(n):
    return struct.pack("!I", n & 0xffffffff)


def be64(n):
    return struct.pack("!Q", n)


def ip(text):
    return ipaddress.ip_address(text).packed


# --- what a payload says -------------------------------------------------

def words(value, names):
    return "|".join(n for i, n in enumerate(names) if value >> i & 1) or "0"


STATUS = ("EXPECTED SEEN_REPLY ASSURED CONFIRMED SRC_NAT DST_NAT SEQ_ADJUST SRC_NAT_DONE DST_NAT_DONE DYING "
          "FIXED_TIMEOUT TEMPLATE NAT_CLASH HELPER OFFLOAD HW_OFFLOAD").split()
TCP_STATES = "NONE SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT CLOSE_WAIT LAST_ACK TIME_WAIT CLOSE SYN_SENT2".split()
SCTP_STATES = ("NONE CLOSED COOKIE_WAIT COOKIE_ECHOED ESTABLISHED SHUTDOWN_SENT SHUTDOWN_RECD SHUTDOWN_ACK_SENT "
               "HEARTBEAT_SENT HEARTBEAT_ACKED").split()
DCCP_STATES = "NONE REQUEST RESPOND PARTOPEN OPEN CLOSEREQ CLOSING TIMEWAIT IGNORE INVALID".split()
EXPECT_FLAGS = "PERMANENT INACTIVE USERSPACE".split()


def number(data):
    return int.from_bytes(data, "big")


def one_of(names):
    return lambda d: "%d %s" % (d[0], names[d[0]] if d[0] < len(names) else "(no such state)")


def bits(names):
    return lambda d: "0x%x = %s" % (number(d), words(number(d), names)) if number(d) else "0"


def moment(data):
    ns = number(data)
    return "%d ns, %s UTC" % (ns, time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(ns // 10**9)))


def text(data):
    end = data.find(b"\0")
    return '"%s"%s' % (data[:end if end >= 0 else None].decode(), " + NUL" if end >= 0 else ", no NUL")


def labels(data):
    return "bits " + ", ".join(str(i) for i in range(len(data) * 8) if data[i // 8] >> i % 8 & 1)


# Kind: length of the payload (0: any), and its reader.
U8 = (1, lambda d: str(d[0]))
BE16 = (2, lambda d: str(number(d)))
BE32 = (4, lambda d: str(number(d)))
BE64 = (8, lambda d: str(number(d)))
HEX16 = (2, lambda d: "0x%x" % number(d))
HEX32 = (4, lambda d: "0x%x" % number(d))
OPAQUE = (4, lambda d: "opaque 0x%08x" % number(d))
SIGNED = (4, lambda d: "%+d" % struct.unpack("!i", d))
SECONDS = (4, lambda d: "%d s" % number(d))
NS = (8, moment)
IP4 = (4, lambda d: str(ipaddress.IPv4Address(d)))
IP6 = (16, lambda d: str(ipaddress.IPv6Address(d)))
STR = (0, text)
BIN = (0, lambda d: "%d bytes" % len(d))
LABELS = (0, labels)
TCP_FLAGS = (2, lambda d: "flags 0x%02x mask 0x%02x" % (d[0], d[1]))
HOST32 = (4, lambda d: "%d (host order)" % int.from_bytes(d, "little"))


# --- the tables of ctnetlink.md 4 -----------------------------------------

def table(prefix, rows):
    """number: (name, kind or table), from lines of number, name, kind."""
    return {n: (prefix + name, kind) for n, name, kind in rows}


IP = table("CTA_IP_", [(1, "V4_SRC", IP4), (2, "V4_DST", IP4), (3, "V6_SRC", IP6), (4, "V6_DST", IP6)])
PROTO = table("CTA_PROTO_", [
    (1, "NUM", U8), (2, "SRC_PORT", BE16), (3, "DST_PORT", BE16),
    (4, "ICMP_ID", BE16), (5, "ICMP_TYPE", U8), (6, "ICMP_CODE", U8),
    (7, "ICMPV6_ID", BE16), (8, "ICMPV6_TYPE", U8), (9, "ICMPV6_CODE", U8)])
TUPLE = table("CTA_TUPLE_", [(1, "IP", IP), (2, "PROTO", PROTO), (3, "ZONE", BE16)])
PROTOINFO = table("CTA_PROTOINFO_", [
    (1, "TCP", table("CTA_PROTOINFO_TCP_", [
        (1, "STATE", (1, one_of(TCP_STATES))), (2, "WSCALE_ORIGINAL", U8), (3, "WSCALE_REPLY", U8),
        (4, "FLAGS_ORIGINAL", TCP_FLAGS), (5, "FLAGS_REPLY", TCP_FLAGS)])),
    (2, "DCCP", table("CTA_PROTOINFO_DCCP_", [
        (1, "STATE", (1, one_of(DCCP_STATES))), (2, "ROLE", U8), (3, "HANDSHAKE_SEQ", BE64), (4, "PAD", BIN)])),
    (3, "SCTP", table("CTA_PROTOINFO_SCTP_", [
        (1, "STATE", (1, one_of(SCTP_STATES))), (2, "VTAG_ORIGINAL", HEX32), (3, "VTAG_REPLY", HEX32)]))])
COUNTERS = table("CTA_COUNTERS_", [
    (1, "PACKETS", BE64), (2, "BYTES", BE64), (3, "32_PACKETS", BE32), (4, "32_BYTES", BE32), (5, "PAD", BIN)])
TIMESTAMP = table("CTA_TIMESTAMP_", [(1, "START", NS), (2, "STOP", NS), (3, "PAD", BIN)])
NAT = table("CTA_NAT_", [
    (1, "V4_MINIP", IP4), (2, "V4_MAXIP", IP4),
    (3, "PROTO", table("CTA_PROTONAT_", [(1, "PORT_MIN", BE16), (2, "PORT_MAX", BE16)])),
    (4, "V6_MINIP", IP6), (5, "V6_MAXIP", IP6)])
HELP = table("CTA_HELP_", [(1, "NAME", STR), (2, "INFO", BIN)])
SEQADJ = table("CTA_SEQADJ_", [(1, "CORRECTION_POS", BE32), (2, "OFFSET_BEFORE", SIGNED), (3, "OFFSET_AFTER", SIGNED)])
SYNPROXY = table("CTA_SYNPROXY_", [(1, "ISN", BE32), (2, "ITS", BE32), (3, "TSOFF", BE32)])
SECCTX = table("CTA_SECCTX_", [(1, "NAME", STR)])
FLOW = table("CTA_", [
    (1, "TUPLE_ORIG", TUPLE), (2, "TUPLE_REPLY", TUPLE), (3, "STATUS", (4, bits(STATUS))), (4, "PROTOINFO", PROTOINFO),
    (5, "HELP", HELP), (6, "NAT_SRC", NAT), (7, "TIMEOUT", SECONDS), (8, "MARK", BE32),
    (9, "COUNTERS_ORIG", COUNTERS), (10, "COUNTERS_REPLY", COUNTERS), (11, "USE", BE32), (12, "ID", OPAQUE),
    (13, "NAT_DST", NAT), (14, "TUPLE_MASTER", TUPLE), (15, "SEQ_ADJ_ORIG", SEQADJ), (16, "SEQ_ADJ_REPLY", SEQADJ),
    (17, "SECMARK", BE32), (18, "ZONE", BE16), (19, "SECCTX", SECCTX), (20, "TIMESTAMP", TIMESTAMP),
    (21, "MARK_MASK", HEX32), (22, "LABELS", LABELS), (23, "LABELS_MASK", LABELS), (24, "SYNPROXY", SYNPROXY),
    (25, "FILTER", BIN), (26, "STATUS_MASK", (4, bits(STATUS))), (27, "TIMESTAMP_EVENT", NS)])
EXPECT = table("CTA_EXPECT_", [
    (1, "MASTER", TUPLE), (2, "TUPLE", TUPLE), (3, "MASK", TUPLE), (4, "TIMEOUT", SECONDS), (5, "ID", OPAQUE),
    (6, "HELP_NAME", STR), (7, "ZONE", BE16), (8, "FLAGS", (4, bits(EXPECT_FLAGS))), (9, "CLASS", BE32),
    (10, "NAT", table("CTA_EXPECT_NAT_", [(1, "DIR", BE32), (2, "TUPLE", TUPLE)])), (11, "FN", STR)])
STATS = table("CTA_STATS_", [(i + 1, name, BE32) for i, name in enumerate(
    "SEARCHED FOUND NEW INVALID IGNORE DELETE DELETE_LIST INSERT INSERT_FAILED DROP EARLY_DROP ERROR SEARCH_RESTART "
    "CLASH_RESOLVE CHAIN_TOOLONG".split())])
STATS_GLOBAL = table("CTA_STATS_GLOBAL_", [(1, "ENTRIES", BE32), (2, "MAX_ENTRIES", BE32)])
STATS_EXP = table("CTA_STATS_EXP_", [(1, "NEW", BE32), (2, "CREATE", BE32), (3, "DELETE", BE32)])
ACK = table("NLMSGERR_ATTR_", [
    (1, "MSG", STR), (2, "OFFS", HOST32), (3, "COOKIE", BIN), (4, "POLICY", BIN), (5, "MISS_TYPE", HOST32),
    (6, "MISS_NEST", HOST32)])

# by type: name, table of its attributes
MESSAGES = {
    0x0100: ("IPCTNL_MSG_CT_NEW", FLOW),
    0x0101: ("IPCTNL_MSG_CT_GET", FLOW),
    0x0102: ("IPCTNL_MSG_CT_DELETE", FLOW),
    0x0103: ("IPCTNL_MSG_CT_GET_CTRZERO", STATS_EXP),   # as an answer: statistics of expectations
    0x0104: ("IPCTNL_MSG_CT_GET_STATS_CPU", STATS),
    0x0105: ("IPCTNL_MSG_CT_GET_STATS", STATS_GLOBAL),
    0x0200: ("IPCTNL_MSG_EXP_NEW", EXPECT),
    0x0201: ("IPCTNL_MSG_EXP_GET", EXPECT),
    0x0202: ("IPCTNL_MSG_EXP_DELETE", EXPECT),
    0x0203: ("IPCTNL_MSG_EXP_GET_STATS_CPU", STATS_EXP),
}
ANSWER = {0x002: "MULTI", 0x020: "DUMP_FILTERED", 0x100: "CAPPED", 0x200: "ACK_TLVS"}
REQUEST = {0x001: "REQUEST", 0x004: "ACK", 0x100: "ROOT", 0x200: "EXCL", 0x400: "CREATE"}
FAMILY = {0: "AF_UNSPEC", 2: "AF_INET", 10: "AF_INET6"}


# --- taking apart, putting together ---------------------------------------

def unpack(rows, data):
    nest, at = {}, 0
    while len(data) - at >= 4:
        length, kind = struct.unpack_from(ORDER + "HH", data, at)
        name, inner = rows.get(kind & NUMBER, (kind & NUMBER, None))
        value = data[at + 4:at + length]
        nest[name] = unpack(inner, value) if isinstance(inner, dict) else value
        at += length + 3 & ~3
    return nest


def pack(rows, nest):
    numbers = {name: n for n, (name, _) in rows.items()}
    out = b""
    for key, value in nest.items():
        n = key if isinstance(key, int) else numbers[key]
        if isinstance(value, dict):
            inner = rows.get(n, (None, {}))[1]
            value, flag = pack(inner if isinstance(inner, dict) else {}, value), NESTED
        else:
            flag = 0
        out += struct.pack(ORDER + "HH", 4 + len(value), n | flag) + value + b"\0" * (-len(value) % 4)
    return out


class Message:
    """nlmsghdr, nfgenmsg and attributes."""

    def __init__(self, kind, family=0, attrs=None, flags=0, seq=0, port=0, res_id=0):
        self.kind, self.family, self.attrs = kind, family, attrs or {}
        self.flags, self.seq, self.port, self.res_id = flags, seq, port, res_id

    @classmethod
    def parse(cls, raw):
        _, kind, flags, seq, port, family, _, res_id = struct.unpack_from(ORDER + "IHHIIBBH", raw)
        return cls(kind, family, unpack(MESSAGES[kind][1], raw[20:]), flags, seq, port, socket_order(res_id))

    def pack(self):
        body = pack(MESSAGES[self.kind][1], self.attrs)
        return struct.pack(ORDER + "IHHIIBBH", 20 + len(body), self.kind, self.flags, self.seq, self.port, self.family, 0,
                           socket_order(self.res_id)) + body


def socket_order(n):
    return struct.unpack(ORDER + "H", struct.pack("!H", n))[0]


def cut(datagram):
    """The messages of a datagram."""
    at = 0
    while len(datagram) - at >= 16:
        length = struct.unpack_from(ORDER + "I", datagram, at)[0]
        yield datagram[at:at + length]
        at += length + 3 & ~3


# --- writing down ---------------------------------------------------------

def describe_attrs(rows, data, depth):
    """(bytes, depth, comment) for every header and payload; nothing is left out."""
    at = 0
    while len(data) - at >= 4:
        length, kind = struct.unpack_from("<HH", data, at)
        name, inner = rows.get(kind & NUMBER, ("unknown attribute", BIN))
        end = min(at + (length + 3 & ~3), len(data))
        what = "%s (%d)" % (name, kind & NUMBER)
        if kind & NESTED or isinstance(inner, dict):
            yield data[at:at + 4], depth, "%s nested, len %d" % (what, length)
            yield from describe_attrs(inner if isinstance(inner, dict) else {}, data[at + 4:end], depth + 1)
        else:
            value, (size, read) = data[at + 4:at + length], inner
            if not value:
                said = "empty"
            elif size and len(value) != size:
                said = "%d bytes where %d belong" % (len(value), size)
            else:
                said = read(value)
            pad = end - at - length
            yield data[at:end], depth, "%s = %s%s" % (what, said, ", %d pad" % pad if pad else "")
        at = end
    if at < len(data):
        yield data[at:], depth, "too short for an attribute"


def describe_header(raw, depth, prefix="", answer=True):
    kind, flags = struct.unpack_from("<HH", raw, 4)
    if kind in (ERROR, DONE):
        name, names = ("NLMSG_ERROR" if kind == ERROR else "NLMSG_DONE"), ANSWER
    else:
        name = MESSAGES[kind][0]
        names = REQUEST if not answer or flags & 0x400 else ANSWER
    yield raw[0:4], depth, prefix + "nlmsg_len %d" % struct.unpack_from("<I", raw)
    yield raw[4:6], depth, prefix + "nlmsg_type 0x%04x %s" % (kind, name)
    yield raw[6:8], depth, prefix + "nlmsg_flags 0x%03x %s" % (
        flags, "|".join(n for bit, n in names.items() if flags & bit) or "none")
    yield raw[8:12], depth, prefix + "nlmsg_seq %d" % struct.unpack_from("<I", raw, 8)
    yield raw[12:16], depth, prefix + "nlmsg_pid %d" % struct.unpack_from("<I", raw, 12)


def describe_body(raw, depth):
    kind, = struct.unpack_from("<H", raw, 4)
    family, version, res_id = struct.unpack_from("<BBH", raw, 16)
    yield raw[16:20], depth, "nfgenmsg: family %d %s, version %d, res_id %d" % (
        family, FAMILY.get(family, "?"), version, socket_order(res_id))
    yield from describe_attrs(MESSAGES[kind][1], raw[20:], depth)


def describe_error(raw):
    flags, = struct.unpack_from("<H", raw, 6)
    error, length = struct.unpack_from("<iI", raw, 16)
    yield raw[16:20], 0, "error %d" % error
    yield from describe_header(raw[20:36], 1, "of the request: ", answer=False)
    quoted = 36
    if not flags & CAPPED and len(raw) > 36:
        quoted = 20 + (length + 3 & ~3)
        yield from describe_body(raw[20:quoted], 1)
    yield from describe_attrs(ACK, raw[quoted:], 0)


def describe(raw):
    kind, = struct.unpack_from("<H", raw, 4)
    yield from describe_header(raw, 0)
    if kind == ERROR:
        yield from describe_error(raw)
    elif kind == DONE:
        yield raw[16:20], 0, "error %d" % struct.unpack_from("<i", raw, 16)
        yield from describe_attrs(ACK, raw[20:], 0)
    else:
        yield from describe_body(raw, 0)


def write_down(datagram):
    """Lines of hex, sixteen bytes each; the comment on the first of a piece."""
    for raw in cut(datagram):
        for data, depth, comment in describe(raw):
            for at in range(0, len(data), 16):
                line = " ".join("%02x" % b for b in data[at:at + 16])
                yield line if at else "%-47s  %s%s" % (line, "  " * depth, comment)


def read_back(lines):
    """The bytes of such lines, by the rule of the file format."""
    return b"".join(bytes.fromhex(line.split("  ", 1)[0].replace(" ", "")) for line in lines)
