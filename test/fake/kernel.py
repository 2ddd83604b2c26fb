# SPDX-License-Identifier: MIT
"""Kernels of paper: what Linux answers to ctnetlink requests, by version.

All that tells the versions apart is the table FEATURES; a feature is a "y", a
"-" or a word.
"""
import struct

import flow
import wire
from flow import (ASSURED, CONFIRMED, DST_NAT, DYING, EXPECTED, FIXED_TIMEOUT, HELPER, NAT_DONE, OFFLOAD, SEEN_REPLY,
                  SRC_NAT, Entry, Expect, Tuple, address, inverse, l4_names)

FEATURES = """
                            4.4      4.14     5.4      5.10     5.15     6.1      6.18
ext_ack                     -        y        y        y        y        y        y
acks_are_capped             -        y        y        y        y        y        y
names_the_policy            -        -        -        y        y        y        y
family_0_in_tuples          misread  misread  refused  refused  refused  refused  refused
dump_by_mark_alone          -        -        -        y        y        y        y
dump_by_filter              -        -        -        y        y        y        y
unknown_filter_bit          -        -        -        other    other    invalid  invalid
dump_by_status              -        -        -        -        y        y        y
dump_by_zone                -        -        -        -        -        -        y
dump_is_marked              -        -        -        y        y        y        y
done_is_marked              -        -        -        -        -        y        -
flush_by_family             -        -        y        y        y        y        y
flush_by_mark_alone         -        -        -        y        y        y        y
flush_by_status             -        -        -        -        y        y        y
flush_by_zone               -        -        -        -        -        -        y
flush_by_filter             -        -        -        refused  refused  refused  y
mark_of_0_is_sent           y        y        y        y        -        y        y
mark_mask_on_update         -        -        y        y        y        y        y
synproxy                    -        -        y        y        y        y        y
stamps_of_events            -        -        -        -        -        -        y
destroy_has_info            -        -        -        -        y        y        y
create_is_told_as           update   new      new      new      new      new      new
unconfirmed                 y        y        y        y        y        -        -
dying                       all      all      all      all      all      some     some
stats                       old      middle   middle   clash    chain    chain    chain
most_entries                -        -        y        y        y        y        y
expect_id_on_delete         y        -        -        -        -        y        y
delete_offloaded            ok       ok       busy     ok       busy     ok       ok
settable                    any      clash    clash    few      few      few      few
fixed_timeout_is_kept       -        -        -        -        -        y        y
timeouts_are_clamped        -        -        y        y        y        y        y
protocols_must_agree        -        y        y        y        y        y        y
create_marks_the_helper     -        -        -        y        y        y        y
expect_without_helper       y        -        -        -        -        -        -
expect_helper_is_looked_up  y        y        y        y        y        -        -
ranges_are_checked          -        -        -        -        -        y        y
dump_of_helperless_master   crash    ack      ack      ack      ack      ack      ack
dccp                        y        y        y        y        y        y        -
labels_are_16_bytes         -        y        y        y        y        y        y
"""

VERSIONS, *ROWS = (line.split() for line in FEATURES.strip().splitlines())

STATS = {"old": range(1, 14), "middle": (2, 4, 5, *range(8, 14)), "clash": (2, 4, *range(8, 15)),
         "chain": (2, 4, *range(8, 16))}
SETTABLE = {"any": 0xffff & ~(SRC_NAT | DST_NAT | NAT_DONE), "clash": 0x3406, "few": 0x2406}
HELPERS = {"ftp": (6,), "sip": (6, 17), "tftp": (17,)}
KEPT = EXPECTED | CONFIRMED | DYING

CT_NEW, CT_GET, CT_DELETE, CT_ZERO, CT_STATS_CPU, CT_STATS, CT_DYING, CT_UNCONFIRMED = range(0x100, 0x108)
EXP_NEW, EXP_GET, EXP_DELETE, EXP_STATS_CPU = range(0x200, 0x204)
ACK, DUMP, EXCL, CREATE = 0x4, 0x300, 0x200, 0x400
MULTI, DUMP_FILTERED, CAPPED, ACK_TLVS = 0x2, 0x20, 0x100, 0x200
NEW, UPDATE, DESTROY = range(3)
GROUP = {"conntrack": (1, 2, 4), "expect": (8, 0x10, 0x20)}

# What a tuple in a filter may be asked for: the bit, and where its field is.
FILTER_BITS = ((0x1, "IP", "SRC"), (0x2, "IP", "DST"), (0x8, "PROTO", "CTA_PROTO_NUM"),
               (0x10, "PORT", 0), (0x20, "PORT", 1), (0x40, "ICMP", 1), (0x80, "ICMP", 2), (0x100, "ICMP", 0),
               (0x200, "ICMP6", 1), (0x400, "ICMP6", 2), (0x800, "ICMP6", 0))
FILTER_PROTOS = {"PORT": flow.PORTED, "ICMP": (1,), "ICMP6": (58,)}
SIZES = {"CTA_STATUS": 4, "CTA_TIMEOUT": 4, "CTA_MARK": 4, "CTA_MARK_MASK": 4, "CTA_STATUS_MASK": 4, "CTA_ID": 4,
         "CTA_ZONE": 2, "CTA_EXPECT_TIMEOUT": 4, "CTA_EXPECT_ID": 4, "CTA_EXPECT_ZONE": 2, "CTA_EXPECT_FLAGS": 4,
         "CTA_EXPECT_CLASS": 4}


class Refused(Exception):
    """The name of an error, and what an extended acknowledgement says."""

    def __init__(self, error, text=None):
        super().__init__(error)
        self.error, self.text = error, text


class Request:
    """One message, read. ask.get(NAME) is the number in an attribute, or None."""

    def __init__(self, raw):
        _, self.kind, self.flags, self.seq, _, self.family, self.version, _ = struct.unpack_from(
            wire.ORDER + "IHHIIBBH", raw)
        self.raw = raw
        rows = wire.EXPECT if self.kind >> 8 == 2 else wire.FLOW
        self.attrs = wire.unpack(rows, raw[20:])
        at, self.nested = 20, set()
        while len(raw) - at >= 4:
            length, kind = struct.unpack_from(wire.ORDER + "HH", raw, at)
            if kind & wire.NESTED:
                self.nested.add(kind & wire.NUMBER)
            at += max(length, 4) + 3 & ~3

    def get(self, name):
        data = self.attrs.get(name)
        return None if data is None else wire.number(data[:SIZES[name]])

    def has(self, *names):
        return any(name in self.attrs for name in names)


def read_tuple(nest, family, dccp=True):
    """A complete tuple, as every look-up needs it."""
    v = flow.VERSION[family]
    ip, proto = nest.get("CTA_TUPLE_IP"), nest.get("CTA_TUPLE_PROTO")
    if ip is None or proto is None:
        raise Refused("EINVAL")
    ends = [ip.get("CTA_IP_V%d_%s" % (v, end), b"") for end in ("SRC", "DST")]
    if any(len(end) != (4 if v == 4 else 16) for end in ends) or len(proto.get("CTA_PROTO_NUM", b"")) != 1:
        raise Refused("EINVAL")
    num, l4 = proto["CTA_PROTO_NUM"][0], []
    for name, size in () if num == 33 and not dccp else l4_names(num):
        if len(proto.get(name, b"")) != size:
            raise Refused("EINVAL")
        l4.append(wire.number(proto[name]))
    if num in (1, 58) and l4[1] not in flow.ANSWER:
        raise Refused("EINVAL")
    return Tuple(v, *map(address, ends), num, tuple(l4))


def read_as_flush(ask, dccp=True):
    """Would the most careless reading of any kernel empty a table by this request? Returns why, or None."""
    if ask.kind == EXP_DELETE:
        return None if ask.has("CTA_EXPECT_TUPLE") else "no CTA_EXPECT_TUPLE"
    if ask.kind != CT_DELETE:
        return None
    if ask.has("CTA_FILTER"):
        return "CTA_FILTER"
    named = [ask.attrs[name] for name in ("CTA_TUPLE_ORIG", "CTA_TUPLE_REPLY") if ask.has(name)]
    if not named:
        return "no tuple"
    if ask.family not in flow.VERSION:
        return "family %d" % ask.family
    try:
        read_tuple(named[0], ask.family, dccp)
    except Refused:
        return "no complete tuple"
    return None


class Kernel:
    """A version, its two tables, and all that it was asked."""
    datagram = 3600                     # about how long those of a dump are
    port = 0x1000
    now = 1795363830 * 10**9
    word = 8                            # sizeof(long)
    cpus = 2

    def __init__(self, version, entries=(), expects=()):
        column = VERSIONS.index(version)
        self.version = version
        self.can = {row[0]: row[1 + column] for row in ROWS}
        self.can = {name: None if word == "-" else word for name, word in self.can.items()}
        self.last_id = 0x10000
        self.entries = [self.enter(e) for e in entries]
        self.expects = [self.enter(x) for x in expects]
        self.dying, self.unconfirmed = [], []
        self.most = 65536
        self.room = True                # for labels
        self.counts = {n: 100 * n for n in range(1, 16)}
        self.asked = []                 # every request
        self.flushes = []               # how those were read that emptied a table
        self.careless = []              # the same, as the most careless kernel would
        self.oops = []                  # what would have crashed this one
        self.sockets = []
        self.deny = {}                  # kind of request: error, in place of an answer

    def enter(self, thing):
        self.last_id += 0x1357
        thing.id = self.last_id
        if isinstance(thing, Entry) and thing.orig.num == 33 and not self.can["dccp"]:
            thing.orig, thing.reply = thing.orig._replace(l4=()), thing.reply._replace(l4=())
            thing.info = None
        return thing

    # --- records ---------------------------------------------------------

    def record(self, e, use=1):
        can = self.can
        attrs = {"CTA_TUPLE_ORIG": flow.put_tuple(e.orig, e.zone if e.zdir == "orig" else 0),
                 "CTA_TUPLE_REPLY": flow.put_tuple(e.reply, e.zone if e.zdir == "reply" else 0)}
        if e.zone and not e.zdir:
            attrs["CTA_ZONE"] = wire.be16(e.zone)
        attrs["CTA_STATUS"] = wire.be32(e.status)
        if e.mark or can["mark_of_0_is_sent"]:
            attrs["CTA_MARK"] = wire.be32(e.mark)
        attrs["CTA_ID"] = wire.be32(e.id)
        attrs["CTA_USE"] = wire.be32(use)
        if e.master:
            attrs["CTA_TUPLE_MASTER"] = flow.put_tuple(e.master)
        if not e.status & OFFLOAD:
            attrs["CTA_TIMEOUT"] = wire.be32(e.timeout)
            if e.info:
                attrs["CTA_PROTOINFO"] = flow.put_info(e.orig, e.info)
        if e.counters:
            attrs["CTA_COUNTERS_ORIG"] = flow.put_counters(e.counters[0])
            attrs["CTA_COUNTERS_REPLY"] = flow.put_counters(e.counters[1])
        if e.start:
            attrs["CTA_TIMESTAMP"] = {"CTA_TIMESTAMP_START": wire.be64(e.start)}
        if e.helper:
            attrs["CTA_HELP"] = {"CTA_HELP_NAME": e.helper.encode() + b"\0"}
        if e.labels:
            attrs["CTA_LABELS"] = self.labels(e.labels)
        if e.seqadj:
            attrs["CTA_SEQ_ADJ_ORIG"] = flow.put_seqadj(e.seqadj[0])
            attrs["CTA_SEQ_ADJ_REPLY"] = flow.put_seqadj(e.seqadj[1])
        if can["synproxy"]:
            attrs["CTA_SYNPROXY"] = {"CTA_SYNPROXY_" + name: wire.be32(0) for name in ("ISN", "ITS", "TSOFF")}
        return attrs

    def labels(self, labels):
        size = 16 if self.can["labels_are_16_bytes"] or labels >> 8 * self.word else self.word
        return flow.put_labels(labels, size, self.word)

    def expect_record(self, x):
        ones = x.tuple._replace(src=x.mask[0], dst={4: "255.255.255.255"}.get(x.tuple.v, "ffff:" * 7 + "ffff"),
                                l4=(x.mask[1], 0xffff))
        attrs = {"CTA_EXPECT_TUPLE": flow.put_tuple(x.tuple), "CTA_EXPECT_MASK": flow.put_tuple(ones),
                 "CTA_EXPECT_MASTER": flow.put_tuple(x.master), "CTA_EXPECT_TIMEOUT": wire.be32(x.timeout),
                 "CTA_EXPECT_ID": wire.be32(x.id), "CTA_EXPECT_FLAGS": wire.be32(x.flags),
                 "CTA_EXPECT_CLASS": wire.be32(x.kind)}
        if x.helper:
            attrs["CTA_EXPECT_HELP_NAME"] = x.helper.encode() + b"\0"
        if x.fn:
            attrs["CTA_EXPECT_FN"] = x.fn.encode() + b"\0"
        return attrs

    # --- answers ---------------------------------------------------------

    def message(self, sock, ask, kind, attrs, v=None, flags=MULTI, res_id=0):
        family = flow.FAMILY[v] if v else 0
        return wire.Message(kind, family, attrs, flags, ask.seq, sock.port, res_id).pack()

    def ack(self, sock, ask, error=None, text=None):
        can, number = self.can, sock.errno[error] if error else 0
        quote, flags, tlvs = ask.raw[:16], 0, b""
        if error:
            quote = ask.raw
        elif can["acks_are_capped"]:
            flags |= CAPPED
        if text and can["ext_ack"]:
            flags |= ACK_TLVS
            quote += b"\0" * (-len(quote) % 4)
            tlvs = wire.pack(wire.ACK, {"NLMSGERR_ATTR_MSG": text.encode() + b"\0",
                                        "NLMSGERR_ATTR_OFFS": struct.pack(wire.ORDER + "I", 20)})
            if can["names_the_policy"]:
                tlvs += wire.pack(wire.ACK, {"NLMSGERR_ATTR_POLICY": {4: wire.be32(0)}})
        body = struct.pack(wire.ORDER + "i", -number) + quote + tlvs
        return struct.pack(wire.ORDER + "IHHII", 16 + len(body), wire.ERROR, flags, ask.seq, sock.port) + body

    def dump(self, sock, ask, messages, filtered=False):
        """Datagrams of several records, and the end."""
        datagrams, now = [], b""
        for raw in messages:
            if now and len(now) + len(raw) > self.datagram:
                datagrams.append(now)
                now = b""
            now += raw
        flags = MULTI | (DUMP_FILTERED if filtered and self.can["done_is_marked"] else 0)
        end = struct.pack(wire.ORDER + "IHHIIi", 20, wire.DONE, flags, ask.seq, sock.port, 0)
        return datagrams + [now] * bool(now) + [end]

    def answer(self, sock, datagram):
        """The datagrams that answer one."""
        out = []
        for raw in wire.cut(datagram):
            ask = Request(raw)
            self.asked.append(ask)
            why = read_as_flush(ask, self.can["dccp"])
            if why:
                self.careless.append(why)
            try:
                if ask.kind in self.deny:
                    raise Refused(self.deny[ask.kind])
                self.check(ask)
                data, is_dump = getattr(self, self.DO[ask.kind])(sock, ask)
                out += data
                if not is_dump and ask.flags & ACK:
                    out.append(self.ack(sock, ask))
            except Refused as why:
                out.append(self.ack(sock, ask, why.error, why.text))
        return out

    def check(self, ask):
        """What is checked of every message."""
        if ask.kind not in self.DO:
            raise Refused("EINVAL")
        for name, size in SIZES.items():
            if name in ask.attrs and len(ask.attrs[name]) < size:
                raise Refused("ERANGE", "Attribute failed policy validation")
        for name in ("CTA_LABELS", "CTA_LABELS_MASK"):
            if len(ask.attrs.get(name, b"")) > 16:
                raise Refused("ERANGE", "Attribute failed policy validation")
        info = ask.attrs.get("CTA_PROTOINFO", {})
        tcp, sctp = info.get("CTA_PROTOINFO_TCP", {}), info.get("CTA_PROTOINFO_SCTP", {})
        if self.can["ranges_are_checked"] and (
                tcp.get("CTA_PROTOINFO_TCP_STATE", b"\0")[0] > 9 or
                sctp.get("CTA_PROTOINFO_SCTP_STATE", b"\0")[0] > 8):
            raise Refused("ERANGE")

    # --- naming one ------------------------------------------------------

    def tuple_of(self, nest, family):
        if family not in flow.VERSION:
            if self.can["family_0_in_tuples"] == "refused":
                raise Refused("EOPNOTSUPP")
            self.oops.append("a tuple of family %d is misread" % family)
            raise Refused("EINVAL")
        return read_tuple(nest, family, self.can["dccp"])

    def zone_of(self, ask, nest, direction):
        zone = ask.get("CTA_EXPECT_ZONE" if ask.kind >> 8 == 2 else "CTA_ZONE") or 0
        own = nest.get("CTA_TUPLE_ZONE")
        if own is None:
            return {"orig": zone, "reply": zone, "zone": zone, "zdir": None}
        if zone:
            raise Refused("EINVAL")
        zones = {"orig": 0, "reply": 0, "zone": wire.number(own), "zdir": direction}
        zones[direction] = zones["zone"]
        return zones

    def named(self, ask):
        """(tuple, zone) of ORIG or else REPLY; None without either."""
        for direction in ("orig", "reply"):
            nest = ask.attrs.get("CTA_TUPLE_" + direction.upper())
            if nest is not None:
                zone = self.zone_of(ask, nest, direction)
                return self.tuple_of(nest, ask.family), zone
        return None

    def find(self, t, zone):
        return next((e for e in self.entries if (e.orig == t or e.reply == t) and e.has(t, zone)), None)

    # --- get, dump -------------------------------------------------------

    def get(self, sock, ask):
        if ask.flags & DUMP:
            return self.dump_entries(sock, ask)
        named = self.named(ask)
        if not named:
            raise Refused("EINVAL")
        e = self.find(*named)
        if not e:
            raise Refused("ENOENT")
        raw = self.message(sock, ask, CT_NEW, self.record(e, 2), e.orig.v)
        if ask.kind == CT_ZERO:
            self.zero(e)
        return [raw], False

    def zero(self, e):
        e.counters = e.counters and ((0, 0), (0, 0))

    def dump_entries(self, sock, ask):
        passes, filtered = self.filter(ask)
        flags = MULTI | (DUMP_FILTERED if filtered and self.can["dump_is_marked"] else 0)
        raws = []
        for e in self.entries:
            if passes(e):
                raws.append(self.message(sock, ask, CT_NEW, self.record(e), e.orig.v, flags))
                if ask.kind == CT_ZERO:
                    self.zero(e)
        return self.dump(sock, ask, raws, filtered), True

    def filter(self, ask):
        """What a dump lets pass, and whether the kernel built a filter at all."""
        can, tests = self.can, []
        if ask.family:
            tests.append(lambda e: flow.FAMILY[e.orig.v] == ask.family)
        mark, mask = ask.get("CTA_MARK"), ask.get("CTA_MARK_MASK")
        if mark is not None and (mask is not None or can["dump_by_mark_alone"]):
            bits = 0xffffffff if mask is None else mask
            tests.append(lambda e: e.mark & bits == mark)
        if can["dump_by_status"]:
            tests += self.filter_status(ask)
        zone = ask.get("CTA_ZONE")
        if can["dump_by_zone"] and zone is not None:
            tests.append(lambda e: e.zone == zone)
        if can["dump_by_filter"] and ask.has("CTA_FILTER"):
            tests += self.filter_tuples(ask)
        if tests and can["dump_by_mark_alone"] and mark is None and mask is not None:
            raise Refused("EINVAL")
        return lambda e: all(test(e) for test in tests), bool(tests)

    def filter_status(self, ask):
        value, mask = ask.get("CTA_STATUS"), ask.get("CTA_STATUS_MASK")
        if value is None:
            return []
        bits = value if mask is None else mask
        if bits == 0:
            raise Refused("EINVAL")
        return [lambda e: e.status & bits == value]

    def filter_tuples(self, ask):
        if 25 not in ask.nested:
            raise Refused("EINVAL")
        flags, tests, data = {}, [], ask.attrs["CTA_FILTER"]
        while data:
            length, kind = struct.unpack_from(wire.ORDER + "HH", data)
            if length != 8 or kind not in (1, 2):
                raise Refused("EINVAL")
            flags[("orig", "reply")[kind - 1]], = struct.unpack_from(wire.ORDER + "I", data, 4)
            data = data[8:]
        for direction, bits in flags.items():
            if bits >> 12:
                raise Refused("EINVAL" if self.can["unknown_filter_bit"] == "invalid" else "EOPNOTSUPP")
            if bits and ask.family not in flow.VERSION:
                raise Refused("EOPNOTSUPP")
            if bits:
                nest = ask.attrs.get("CTA_TUPLE_" + direction.upper())
                if nest is None:
                    raise Refused("EINVAL")
                tests += self.filter_tuple(nest, flow.VERSION[ask.family], direction, bits)
        return tests

    def filter_tuple(self, nest, v, direction, bits):
        ip, proto, tests = nest.get("CTA_TUPLE_IP", {}), nest.get("CTA_TUPLE_PROTO", {}), []
        num = proto.get("CTA_PROTO_NUM", b"\0")[0]
        for bit, group, field in FILTER_BITS:
            if not bits & bit:
                continue
            if group == "IP":
                data = ip.get("CTA_IP_V%d_%s" % (v, field))
            elif group == "PROTO":
                data = proto.get(field)
            else:
                if not bits & 0x8 or num not in FILTER_PROTOS[group]:
                    raise Refused("EINVAL")
                data = proto.get(l4_names(num)[field][0])
            if data is None:
                raise Refused("EINVAL")
            tests.append(self.compare(group, field, data, direction, num))
        return tests

    def compare(self, group, field, data, direction, num):
        def test(e):
            t = getattr(e, direction)
            if group == "IP":           # the compare of IPv6 is inverted in every kernel that has it
                return (wire.ip(getattr(t, field.lower())) == data) == (t.v == 4)
            if group == "PROTO":
                return t.num == data[0]
            if group == "PORT" and t.num not in (6, 17):
                return True
            return t.l4[field] == wire.number(data) if t.num == num else True
        return test

    def list_dying(self, sock, ask):
        return self.other_list(sock, ask, self.dying if self.can["dying"] == "all" else [])

    def list_unconfirmed(self, sock, ask):
        return self.other_list(sock, ask, self.unconfirmed if self.can["unconfirmed"] else [])

    def other_list(self, sock, ask, entries):
        if not ask.flags & DUMP:
            raise Refused("EOPNOTSUPP")
        raws = [self.message(sock, ask, CT_NEW, self.record(e), e.orig.v) for e in entries
                if ask.family in (0, flow.FAMILY[e.orig.v])]
        return self.dump(sock, ask, raws), True

    # --- new, update -----------------------------------------------------

    def new(self, sock, ask):
        named = self.named(ask)
        e = self.find(*named) if named else None
        if e and ask.flags & EXCL:
            raise Refused("EEXIST")
        if e:
            self.update(ask, e)
            self.tell(UPDATE, e, sock.port, True)
        elif not ask.flags & CREATE:
            raise Refused("ENOENT")
        else:
            self.create(sock, ask)
        return [], False

    def create(self, sock, ask):
        if not ask.has("CTA_TUPLE_ORIG") or not ask.has("CTA_TUPLE_REPLY"):
            raise Refused("EINVAL")
        orig, reply = ask.attrs["CTA_TUPLE_ORIG"], ask.attrs["CTA_TUPLE_REPLY"]
        if "CTA_TUPLE_ZONE" in orig and "CTA_TUPLE_ZONE" in reply:
            raise Refused("EINVAL")
        zone = self.zone_of(ask, *((reply, "reply") if "CTA_TUPLE_ZONE" in reply else (orig, "orig")))
        e = Entry(self.tuple_of(orig, ask.family), self.tuple_of(reply, ask.family), zone=zone["zone"],
                  zdir=zone["zdir"] if zone["zone"] else None)
        if self.can["protocols_must_agree"] and e.orig.num != e.reply.num:
            raise Refused("EINVAL")
        if not ask.has("CTA_TIMEOUT"):
            raise Refused("EINVAL")
        if len(self.entries) >= self.most:
            raise Refused("ENOMEM")
        if ask.has("CTA_HELP"):
            self.set_helper(e, ask, True)
        self.translate(e, ask)
        e.status |= CONFIRMED
        e.timeout = self.timeout(ask.get("CTA_TIMEOUT"))
        if ask.has("CTA_STATUS"):
            self.set_status(e, ask.get("CTA_STATUS"))
        self.set_info(e, ask)
        e.mark = ask.get("CTA_MARK") or 0
        zones = {name: e.zone_of(name) for name in ("orig", "reply")}
        if self.find(e.orig, zones) or self.find(e.reply, zones):
            raise Refused("EEXIST")
        if self.room and ask.has("CTA_LABELS"):
            e.labels = flow.get_labels(ask.attrs["CTA_LABELS"], self.word) or None
        self.enter(e)
        if e.timeout:                   # else it has expired already
            self.entries.append(e)
        self.tell(UPDATE if self.can["create_is_told_as"] == "update" else NEW, e, sock.port, True)

    def update(self, ask, e):
        if ask.has("CTA_NAT_SRC", "CTA_NAT_DST", "CTA_TUPLE_MASTER"):
            raise Refused("EOPNOTSUPP")
        if ask.has("CTA_HELP"):
            self.set_helper(e, ask, False)
        if ask.has("CTA_TIMEOUT"):
            if e.status & FIXED_TIMEOUT and self.can["fixed_timeout_is_kept"]:
                raise Refused("EPERM")
            e.timeout = self.timeout(ask.get("CTA_TIMEOUT"))
            if not e.timeout:
                self.entries.remove(e)
        if ask.has("CTA_STATUS"):
            self.set_status(e, ask.get("CTA_STATUS"))
        self.set_info(e, ask)
        if ask.has("CTA_MARK"):
            mask = ask.get("CTA_MARK_MASK") if self.can["mark_mask_on_update"] else None
            e.mark = e.mark & ~(0xffffffff if mask is None else mask) ^ ask.get("CTA_MARK")
        if ask.has("CTA_LABELS"):
            self.set_labels(e, ask.attrs["CTA_LABELS"], ask.attrs.get("CTA_LABELS_MASK"))

    def timeout(self, seconds):
        most = (2**31 - 1) // 250
        return min(seconds, most) if self.can["timeouts_are_clamped"] else seconds * 250 % 2**32 // 250

    def set_status(self, e, status):
        gone = e.status & ~status
        if (e.status ^ status) & KEPT or gone & (SEEN_REPLY | ASSURED):
            raise Refused("EBUSY")
        e.status |= status & SETTABLE[self.can["settable"]]

    def set_helper(self, e, ask, create):
        data = ask.attrs["CTA_HELP"].get("CTA_HELP_NAME", b"")
        if not data.endswith(b"\0"):
            raise Refused("EINVAL")
        name = data[:-1].decode()
        if e.master and name != e.helper:
            raise Refused("EBUSY")
        if not create and not name:
            e.helper = None
            return
        if name not in HELPERS or e.orig.num not in HELPERS[name] or not (create or e.helper or e.help_ext):
            raise Refused("EOPNOTSUPP")
        if e.helper and e.helper != name:
            raise Refused("EBUSY")
        e.helper, e.help_ext = name, True
        if create and self.can["create_marks_the_helper"]:
            e.status |= HELPER

    def set_info(self, e, ask):
        nests = ask.attrs.get("CTA_PROTOINFO", {})
        name = "CTA_PROTOINFO_" + flow.NAMES.get(e.orig.num, "none").upper()
        if e.info is None and e.orig.num == 6:
            e.info = {"state": 0, "flags": (0, 0)}
        if name not in nests or (e.orig.num == 33 and not self.can["dccp"]):
            return
        got = {key[len(name) + 1:]: wire.number(value) for key, value in nests[name].items()}
        if e.orig.num == 6:
            flags = []
            for old, end in zip(e.info.get("flags", (0, 0)), ("ORIGINAL", "REPLY")):
                value, mask = divmod(got.get("FLAGS_" + end, 0), 256)
                flags.append(old & ~mask | value & mask)
            e.info = dict(e.info, state=got.get("STATE", e.info["state"]), flags=tuple(flags))
        elif e.orig.num == 132:
            if not {"STATE", "VTAG_ORIGINAL", "VTAG_REPLY"} <= got.keys():
                raise Refused("EINVAL")
            e.info = {"state": got["STATE"], "vtag": (got["VTAG_ORIGINAL"], got["VTAG_REPLY"])}
        elif e.orig.num == 33:
            if not {"STATE", "ROLE"} <= got.keys():
                raise Refused("EINVAL")
            e.info = {"state": got["STATE"], "role": got["ROLE"]}

    def set_labels(self, e, data, mask):
        if e.labels is None:
            raise Refused("ENOSPC")
        if len(data) % 4 or (mask is not None and len(mask) != len(data)):
            raise Refused("EINVAL")
        bits = (1 << 128) - 1 if mask is None else flow.get_labels(mask, self.word)
        e.labels = e.labels & ~bits ^ flow.get_labels(data, self.word)

    def translate(self, e, ask):
        """CTA_NAT_DST, then CTA_NAT_SRC: a neutral binding for the one that is not there."""
        nests = [(end, ask.attrs.get("CTA_NAT_" + end)) for end in ("DST", "SRC")]
        if not any(nest is not None for _, nest in nests):
            return
        for end, nest in nests:
            now = inverse(e.reply)
            if nest:
                ip, ports, l4 = nest.get("CTA_NAT_V%d_MINIP" % now.v), nest.get("CTA_NAT_PROTO", {}), list(now.l4)
                if "CTA_PROTONAT_PORT_MIN" in ports and l4:
                    at = 1 if end == "DST" and now.num in flow.PORTED else 0
                    l4[at] = wire.number(ports["CTA_PROTONAT_PORT_MIN"])
                then = now._replace(l4=tuple(l4), **({end.lower(): address(ip)} if ip else {}))
                if then != now:
                    e.status |= SRC_NAT if end == "SRC" else DST_NAT
                    e.reply = inverse(then)
        e.status |= NAT_DONE

    # --- delete, flush ---------------------------------------------------

    def delete(self, sock, ask):
        if not ask.has("CTA_TUPLE_ORIG", "CTA_TUPLE_REPLY") or (
                self.can["flush_by_filter"] == "y" and ask.has("CTA_FILTER")):
            self.flush(sock, ask)
            return [], False
        e = self.find(*self.named(ask))
        if not e or ask.get("CTA_ID") not in (None, e.id):
            raise Refused("ENOENT")
        if e.status & OFFLOAD and self.can["delete_offloaded"] == "busy":
            raise Refused("EBUSY")
        self.entries.remove(e)
        self.tell(DESTROY, e, sock.port, True)
        return [], False

    def flush(self, sock, ask):
        can, tests, heeded = self.can, [], []
        if ask.has("CTA_FILTER") and can["flush_by_filter"] == "refused":
            raise Refused("EOPNOTSUPP")
        by_filter = ask.has("CTA_FILTER") and can["flush_by_filter"] == "y"
        if ask.family and can["flush_by_family"] and (ask.version or by_filter):
            heeded.append("family")
            tests.append(lambda e: flow.FAMILY[e.orig.v] == ask.family)
        mark, mask = ask.get("CTA_MARK"), ask.get("CTA_MARK_MASK")
        if mark is not None and (mask is not None or can["flush_by_mark_alone"]):
            heeded.append("mark")
            tests.append(lambda e: e.mark & (0xffffffff if mask is None else mask) == mark)
        if can["flush_by_status"] and ask.has("CTA_STATUS"):
            heeded.append("status")
            tests += self.filter_status(ask)
        if can["flush_by_zone"] and ask.has("CTA_ZONE"):
            heeded.append("zone")
            tests.append(lambda e: e.zone == ask.get("CTA_ZONE"))
        if by_filter:
            heeded.append("filter")
            tests += self.filter_tuples(ask)
        self.flushes.append("family %d version %d, %s: by %s" % (
            ask.family, ask.version, sorted(ask.attrs) or "no attributes", heeded or "nothing"))
        for e in [e for e in self.entries if all(test(e) for test in tests)]:
            self.entries.remove(e)
            self.tell(DESTROY, e, sock.port, True)

    # --- statistics ------------------------------------------------------

    def count(self, sock, ask):
        attrs = {"CTA_STATS_GLOBAL_ENTRIES": wire.be32(len(self.entries))}
        if self.can["most_entries"]:
            attrs["CTA_STATS_GLOBAL_MAX_ENTRIES"] = wire.be32(self.most)
        return [self.message(sock, ask, CT_STATS, attrs)], False

    def stats_of(self, cpu):
        return {wire.STATS[n][0]: self.counts[n] + cpu for n in STATS[self.can["stats"]]}

    def per_cpu(self, sock, ask, kind, values):
        if not ask.flags & DUMP:
            return [], False
        raws = [self.message(sock, ask, kind, {name: wire.be32(n) for name, n in values(cpu).items()}, res_id=cpu)
                for cpu in range(self.cpus)]
        return self.dump(sock, ask, raws), True

    def stats(self, sock, ask):
        return self.per_cpu(sock, ask, CT_STATS_CPU, self.stats_of)

    def expect_stats_of(self, cpu):
        return {name: 10 * n + cpu for n, (name, _) in wire.STATS_EXP.items()}

    def expect_stats(self, sock, ask):      # of the other subsystem: so does every kernel
        return self.per_cpu(sock, ask, CT_ZERO, self.expect_stats_of)

    # --- expectations ----------------------------------------------------

    def find_expect(self, ask):
        nest = ask.attrs.get("CTA_EXPECT_TUPLE", ask.attrs.get("CTA_EXPECT_MASTER"))
        if nest is None:
            raise Refused("EINVAL")
        t = self.tuple_of(nest, ask.family)
        x = next((x for x in self.expects if self.expects_this(x, t)), None)
        if not x:
            raise Refused("ENOENT")
        return x

    @staticmethod
    def expects_this(x, t):
        net = bytes(a & m for a, m in zip(wire.ip(t.src), wire.ip(x.mask[0])))
        own = bytes(a & m for a, m in zip(wire.ip(x.tuple.src), wire.ip(x.mask[0]))) if x.tuple.v == t.v else None
        return (net == own and (x.tuple.dst, x.tuple.num, x.tuple.l4[1]) == (t.dst, t.num, t.l4[1]) and
                x.tuple.l4[0] & x.mask[1] == t.l4[0] & x.mask[1])

    def expect_get(self, sock, ask):
        if not ask.flags & DUMP:
            x = self.find_expect(ask)
            if ask.get("CTA_EXPECT_ID") not in (None, x.id):
                raise Refused("ENOENT")
            return [self.message(sock, ask, EXP_NEW, self.expect_record(x), x.tuple.v)], False
        expects = [x for x in self.expects if ask.family in (0, flow.FAMILY[x.tuple.v])]
        if ask.has("CTA_EXPECT_MASTER"):
            t = self.tuple_of(ask.attrs["CTA_EXPECT_MASTER"], ask.family)
            master = self.find(t, {"orig": 0, "reply": 0})
            if not master:
                raise Refused("ENOENT")
            if not master.helper:
                if self.can["dump_of_helperless_master"] == "crash":
                    self.oops.append("a dump for a master without helper follows a null pointer")
                return [], False
            expects = [x for x in expects if x.master == t]
        raws = [self.message(sock, ask, EXP_NEW, self.expect_record(x), x.tuple.v) for x in expects]
        return self.dump(sock, ask, raws), True

    def expect_new(self, sock, ask):
        nests = [ask.attrs.get("CTA_EXPECT_" + name) for name in ("TUPLE", "MASK", "MASTER")]
        if nests[0] is None or not (ask.flags & CREATE or len(nests) == 3):
            raise Refused("EINVAL")
        t = self.tuple_of(nests[0], ask.family)
        old = next((x for x in self.expects if self.expects_this(x, t)), None)
        if old and ask.flags & EXCL:
            raise Refused("EEXIST")
        if old:
            old.timeout = ask.get("CTA_EXPECT_TIMEOUT") or old.timeout
            return [], False
        if not ask.flags & CREATE:
            raise Refused("ENOENT")
        if None in nests:
            raise Refused("EINVAL")
        mask, master = self.tuple_of(nests[1], ask.family), self.tuple_of(nests[2], ask.family)
        e = self.find(master, {"orig": 0, "reply": 0})
        if not e:
            raise Refused("ENOENT")
        name = ask.attrs.get("CTA_EXPECT_HELP_NAME", b"\0")[:-1].decode()
        if name and name not in HELPERS and self.can["expect_helper_is_looked_up"]:
            raise Refused("EOPNOTSUPP")
        x = Expect(t, (mask.src, mask.l4[0]), e.orig, helper=e.helper)
        if not e.helper:
            if not self.can["expect_without_helper"]:
                raise Refused("EOPNOTSUPP")
            if not ask.has("CTA_EXPECT_TIMEOUT"):
                raise Refused("EINVAL")
            x.timeout, x.flags = ask.get("CTA_EXPECT_TIMEOUT"), 4
        self.expects.append(self.enter(x))
        self.tell_expect(NEW, x, sock.port)
        return [], False

    def expect_delete(self, sock, ask):
        if ask.has("CTA_EXPECT_TUPLE"):
            x = self.find_expect(ask)
            if ask.has("CTA_EXPECT_ID") and not (
                    self.can["expect_id_on_delete"] and ask.get("CTA_EXPECT_ID") == x.id):
                raise Refused("ENOENT")
            gone = [x]
        elif ask.has("CTA_EXPECT_HELP_NAME"):
            name = ask.attrs["CTA_EXPECT_HELP_NAME"].rstrip(b"\0").decode()
            gone = [x for x in self.expects if x.helper == name]
        else:
            self.flushes.append("expectations, family %d" % ask.family)
            gone = list(self.expects)
        for x in gone:
            self.expects.remove(x)
            self.tell_expect(DESTROY, x, sock.port)
        return [], False

    # --- events ----------------------------------------------------------

    def multicast(self, table, event, raw):
        for sock in self.sockets:
            if sock.groups & GROUP[table][event] and sock.passes(raw):
                sock.deliver(raw)

    def tell(self, event, e, port=0, all_changed=False):
        attrs = self.record(e)
        del attrs["CTA_USE"]
        if not all_changed or event == DESTROY:
            attrs.pop("CTA_SYNPROXY", None)
            if not e.mark:
                attrs.pop("CTA_MARK", None)
        if event == DESTROY:
            for name in ("CTA_HELP", "CTA_LABELS", "CTA_TUPLE_MASTER", "CTA_SEQ_ADJ_ORIG", "CTA_SEQ_ADJ_REPLY"):
                attrs.pop(name, None)
            if not self.can["destroy_has_info"]:
                attrs.pop("CTA_TIMEOUT", None)
                attrs.pop("CTA_PROTOINFO", None)
            if "CTA_TIMESTAMP" in attrs:
                attrs["CTA_TIMESTAMP"]["CTA_TIMESTAMP_STOP"] = wire.be64(self.now)
        else:
            for name in ("CTA_COUNTERS_ORIG", "CTA_COUNTERS_REPLY", "CTA_TIMESTAMP"):
                attrs.pop(name, None)
        if self.can["stamps_of_events"] and e.start:
            attrs["CTA_TIMESTAMP_EVENT"] = wire.be64(self.now)
        kind, flags = (CT_DELETE, 0) if event == DESTROY else (CT_NEW, CREATE | EXCL if event == NEW else 0)
        self.multicast("conntrack", event, wire.Message(kind, flow.FAMILY[e.orig.v], attrs, flags, 0, port).pack())

    def tell_expect(self, event, x, port=0):
        kind, flags = (EXP_DELETE, 0) if event == DESTROY else (EXP_NEW, CREATE | EXCL)
        self.multicast("expect", event, wire.Message(kind, flow.FAMILY[x.tuple.v], self.expect_record(x), flags, 0,
                                                     port).pack())

    DO = {CT_NEW: "new", CT_GET: "get", CT_DELETE: "delete", CT_ZERO: "get", CT_STATS_CPU: "stats", CT_STATS: "count",
          CT_DYING: "list_dying", CT_UNCONFIRMED: "list_unconfirmed", EXP_NEW: "expect_new", EXP_GET: "expect_get",
          EXP_DELETE: "expect_delete", EXP_STATS_CPU: "expect_stats"}
