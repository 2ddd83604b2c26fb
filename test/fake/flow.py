# SPDX-License-Identifier: MIT
"""What the tables of a kernel of paper hold: tuples, entries, expectations."""
import copy
import ipaddress
import sys
from collections import namedtuple

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/data")

import wire                             # noqa: E402

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "icmpv6": 58, "sctp": 132, "udplite": 136}
NAMES = {number: name for name, number in NUMBERS.items()}
PORTED = 6, 17, 33, 47, 132, 136
FAMILY = {4: 2, 6: 10}
VERSION = {2: 4, 10: 6}

EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED, SRC_NAT, DST_NAT, SEQ_ADJUST = (1 << n for n in range(7))
SRC_NAT_DONE, DST_NAT_DONE, DYING, FIXED_TIMEOUT = 0x80, 0x100, 0x200, 0x400
HELPER, OFFLOAD = 0x2000, 0x4000
NAT_DONE = SRC_NAT_DONE | DST_NAT_DONE

# l4: two ports or keys; id, type and code; or nothing
Tuple = namedtuple("Tuple", "v src dst num l4")

ANSWER = {8: 0, 0: 8, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17, 128: 129, 129: 128, 139: 140, 140: 139}


def l4_names(num):
    """The attributes of a protocol, in the order of l4, and their sizes."""
    if num in PORTED:
        return (("CTA_PROTO_SRC_PORT", 2), ("CTA_PROTO_DST_PORT", 2))
    if num in (1, 58):
        name = "CTA_PROTO_ICMP%s_" % ("V6" if num == 58 else "")
        return ((name + "ID", 2), (name + "TYPE", 1), (name + "CODE", 1))
    return ()


def inverse(t):
    l4 = t.l4
    if t.num in PORTED:
        l4 = l4[::-1]
    elif l4:
        l4 = l4[0], ANSWER[l4[1]], l4[2]
    return t._replace(src=t.dst, dst=t.src, l4=l4)


class Entry:
    """A conntrack entry; zdir is the one direction that its zone covers, or None."""
    id = use = None
    timeout, mark, zone, zdir, status = 300, 0, 0, None, CONFIRMED
    info = counters = start = helper = labels = master = seqadj = None
    help_ext = False

    def __init__(self, orig, reply=None, **more):
        self.orig, self.reply = orig, reply or inverse(orig)
        self.__dict__.update(more)

    @property
    def proto(self):
        return NAMES.get(self.orig.num, "unknown")

    def zone_of(self, direction):
        return self.zone if self.zdir in (None, direction) else 0

    def has(self, t, zone):
        """Is it the entry of this tuple? zone: by direction."""
        return ((self.orig == t and self.zone_of("orig") == zone["orig"]) or
                (self.reply == t and self.zone_of("reply") == zone["reply"]))

    def change(self, **more):
        """A changed copy."""
        other = copy.copy(self)
        other.__dict__.update(more)
        return other

    def state(self):
        """All of it, to compare with."""
        names = ("orig reply timeout mark zone zdir status info counters start helper labels master seqadj id").split()
        return {name: getattr(self, name) for name in names}


class Expect:
    """An expectation. mask: source address and source port, as the kernel keeps them."""
    id = None
    timeout, flags, kind, helper, fn, nat = 300, 0, 0, None, None, None

    def __init__(self, tuple_, mask, master, **more):
        self.tuple, self.mask, self.master = tuple_, mask, master
        self.__dict__.update(more)

    def state(self):
        return {name: getattr(self, name) for name in "tuple mask master timeout flags kind helper id".split()}


# --- their wire form -------------------------------------------------------

def number(n, size):
    return n.to_bytes(size, "big")


def put_tuple(t, zone=None):
    end = "CTA_IP_V%d_" % t.v
    proto = {"CTA_PROTO_NUM": number(t.num, 1)}
    for (name, size), value in zip(l4_names(t.num), t.l4):
        proto[name] = number(value, size)
    nest = {"CTA_TUPLE_IP": {end + "SRC": wire.ip(t.src), end + "DST": wire.ip(t.dst)}, "CTA_TUPLE_PROTO": proto}
    if zone:
        nest["CTA_TUPLE_ZONE"] = wire.be16(zone)
    return nest


def put_info(t, info):
    if t.num == 6:
        nest = {"STATE": wire.u8(info["state"])}
        if "wscale" in info:
            nest.update(WSCALE_ORIGINAL=wire.u8(info["wscale"][0]), WSCALE_REPLY=wire.u8(info["wscale"][1]))
        nest.update(FLAGS_ORIGINAL=bytes((info.get("flags", (0, 0))[0], 0)),
                    FLAGS_REPLY=bytes((info.get("flags", (0, 0))[1], 0)))
    elif t.num == 132:
        nest = {"STATE": wire.u8(info["state"]), "VTAG_ORIGINAL": wire.be32(info["vtag"][0]),
                "VTAG_REPLY": wire.be32(info["vtag"][1])}
    else:
        nest = {"STATE": wire.u8(info["state"]), "ROLE": wire.u8(info["role"]), "HANDSHAKE_SEQ": wire.be64(7)}
    name = "CTA_PROTOINFO_" + NAMES[t.num].upper()
    return {name: {"%s_%s" % (name, key): value for key, value in nest.items()}}


def put_counters(pair):
    return {"CTA_COUNTERS_PACKETS": wire.be64(pair[0]), "CTA_COUNTERS_BYTES": wire.be64(pair[1])}


def put_seqadj(values):
    return dict(zip(("CTA_SEQADJ_CORRECTION_POS", "CTA_SEQADJ_OFFSET_BEFORE", "CTA_SEQADJ_OFFSET_AFTER"),
                    map(wire.be32, values)))


def put_labels(labels, size, word):
    """Words of the machine's longs."""
    order = "little" if wire.ORDER == "<" else "big"
    out = b""
    for at in range(0, size, word):
        out += (labels >> 8 * at & (1 << 8 * word) - 1).to_bytes(word, order)
    return out


def get_labels(data, word):
    order = "little" if wire.ORDER == "<" else "big"
    data += b"\0" * (-len(data) % word)
    return sum(int.from_bytes(data[at:at + word], order) << 8 * at for at in range(0, len(data), word))


def address(data):
    return str(ipaddress.ip_address(data))
