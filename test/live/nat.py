# SPDX-License-Identifier: MIT
"""Translated flows, made by nft rules, and the filters -n, -g, -j."""
import socket

from lib import packet
from lib.case import fact, facts
from lib.lab import A, B, CLIENT, FAR, NEAR
from lib.talk import Datagrams, Tcp, ping

def nat(t, v, pre=(), post=()):
    """Rules for destination and for source translation."""
    family = "ip" if v == 4 else "ip6"
    t.lab.chain(family, "nat", "prerouting", -100, *[pre] if isinstance(pre, str) else pre)
    t.lab.chain(family, "nat", "postrouting", 100, *[post] if isinstance(post, str) else post)


def host(address, port):
    """As nft and -n write an address with a port."""
    return ("[%s]:%d" if ":" in address else "%s:%d") % (address, port)


def line(proto, src, sport, dst, dport, rsrc, rsport, rdst, rdport):
    return "^%s * src=%s dst=%s sport=%d dport=%d * src=%s dst=%s sport=%d dport=%d * use=1$" % (
        proto, src, dst, sport, dport, rsrc, rdst, rsport, rdport)


@facts("snat_reply_shows_the_new_source_over_ipv{v}", v=(4, 6))
def snat(t, v):
    nat(t, v, post="tcp dport 80 snat to " + host(FAR[v], 7777))
    Tcp(t.lab, v, 40001).reach("ESTABLISHED")
    expected = line("tcp", A[v], 40001, B[v], 80, B[v], 80, FAR[v], 7777)
    t.same_in_all_forms(expected)
    t.same("-L -n", expected)
    t.same("-L -j", expected)
    t.same("-L -g")
    t.same("-L -p tcp --reply-port-dst 7777 -q " + FAR[v], expected)
    t.same("-G -p tcp -s %s -d %s --sport 40001 --dport 80" % (A[v], B[v]), expected.replace("use=1", "use=2"))


@facts("masquerade_uses_the_routers_address_over_ipv{v}", v=(4, 6))
def masquerade(t, v):
    nat(t, v, post='oifname "rs" masquerade')
    Datagrams(t.lab, v, 40001).ask().answer()
    expected = line("udp", A[v], 40001, B[v], 53, B[v], 53, FAR[v], 40001)
    t.same_in_all_forms(expected)
    t.same("-L -n", expected)
    t.same("-L -o save", "-s %s -d %s -r %s -n %s -p udp" % (A[v], B[v], B[v], FAR[v]))


@facts("dnat_reply_shows_the_true_server_over_ipv{v}", v=(4, 6))
def dnat(t, v):
    nat(t, v, pre="udp dport 8053 dnat to " + host(B[v], 53))
    Datagrams(t.lab, v, 40001, 8053, dst=NEAR[v]).ask().answer()
    expected = line("udp", A[v], 40001, NEAR[v], 8053, B[v], 53, A[v], 40001)
    t.same_in_all_forms(expected)
    t.same("-L -g", expected)
    t.same("-L -j", expected)
    t.same("-L -n")
    t.same("-L -o save", "-s %s -d %s -g %s -q %s -p udp" % (A[v], NEAR[v], B[v], A[v]))


@facts("redirect_ends_at_the_router_itself_over_ipv{v}", v=(4, 6))
def redirect(t, v):
    nat(t, v, pre="udp dport { 9053, 9054 } redirect to :9100")
    family = socket.AF_INET if v == 4 else socket.AF_INET6
    local = socket.socket(family, socket.SOCK_DGRAM)
    local.bind((NEAR[v], 9100))
    local.settimeout(5)
    for sport, dst, dport in ((40001, NEAR[v], 9053), (40002, B[v], 9054)):
        near = t.lab.socket(t.lab.client, family, socket.SOCK_DGRAM)
        near.bind((CLIENT[v], sport))
        near.sendto(b"x", (dst, dport))
        local.sendto(*local.recvfrom(9))
        near.recv(9)
    same_host = line("udp", CLIENT[v], 40001, NEAR[v], 9053, NEAR[v], 9100, CLIENT[v], 40001)
    other_host = line("udp", CLIENT[v], 40002, B[v], 9054, NEAR[v], 9100, CLIENT[v], 40002)
    t.same_in_all_forms(same_host, other_host)
    t.same("-L -g", same_host, other_host)
    t.same("-L -n")
    if v == 4:      # the reference compares no IPv6 address here; WITH_ADDRESS below has that
        t.same("-L -g " + NEAR[v], other_host)
        t.same("-L -g %s:9100" % NEAR[v], other_host)


@facts("double_nat_shows_both_new_ends_over_ipv{v}", v=(4, 6))
def double(t, v):
    nat(t, v, "tcp dport 8080 dnat to " + host(B[v], 80), "tcp dport 80 snat to " + host(FAR[v], 7777))
    Tcp(t.lab, v, 40001, 8080, dst=NEAR[v]).reach("ESTABLISHED")
    expected = line("tcp", A[v], 40001, NEAR[v], 8080, B[v], 80, FAR[v], 7777)
    t.same_in_all_forms(expected)
    for options in "-n", "-g", "-n -g", "-j":
        t.same("-L " + options, expected)
    t.same("-L -o save", "-s %s -d %s -g %s -n %s -p tcp * --reply-port-src 80 --reply-port-dst 7777" % (
        A[v], NEAR[v], B[v], FAR[v]))


@facts("netmap_translates_the_prefix_over_ipv{v}", v=(4, 6))
def netmap(t, v):
    outside, inside = ("10.9.1.0/24", "10.2.1.0/24") if v == 4 else ("fd09:1::/64", "fd02:1::/64")
    word = "ip" if v == 4 else "ip6"
    nat(t, v, pre="dnat {0} prefix to {0} daddr map {{ {1} : {2} }}".format(word, outside, inside))
    dst = B[v].replace("10.2", "10.9").replace("fd02", "fd09")
    Tcp(t.lab, v, 40001, dst=dst).reach("SYN_RECV")
    t.same_in_all_forms(line("tcp", A[v], 40001, dst, 80, B[v], 80, A[v], 40001))


@facts("snat_of_a_ping_keeps_the_id_in_its_columns_over_ipv{v}", v=(4, 6))
def ping_snat(t, v):
    nat(t, v, post='oifname "rs" snat to ' + FAR[v])
    ping(t.lab, v, 100)
    ping(t.lab, v, 100, src=A[v] + "2")        # the same id from another host has to change
    t.same_in_all_forms("src=%s dst=%s * id=100 src=%s dst=%s * id=100 mark" % (A[v], B[v], B[v], FAR[v]),
                        "src=%s2 dst=%s * id=100 src=%s dst=%s * id=" % (A[v], B[v], B[v], FAR[v]))


@fact
def snat_works_for_protocols_without_ports(t):
    nat(t, 4, post='oifname "rs" snat to ' + FAR[4])
    t.lab.up(packet.ip(A[4], B[4], packet.ESP, b"12345678"))
    t.lab.up(packet.gre_call(A[4], B[4], 0x1234))
    t.same_in_all_forms("^unknown * src=%s dst=%s mark" % (B[4], FAR[4]), "^gre * src=%s dst=%s srckey" % (B[4], FAR[4]))
    t.same("-L -n " + FAR[4], "^unknown", "^gre")


# One flow of each kind; the comment says where it goes.
FLOWS = {
    "plain": (1001, 80, B),         # untouched
    "snat": (1002, 82, B),          # source to the router's port 7777
    "snat-addr": (1003, 83, B),     # source to the router's address, port kept
    "dnat": (1004, 8053, NEAR),     # destination to the server's port 53
    "dnat-addr": (1005, 85, NEAR),  # destination to the server's address, port kept
    "dnat-port": (1006, 86, B),     # destination to port 186 of the same host
    "both": (1007, 8087, NEAR),     # both, with ports
}


def nat_flows(t, v):
    nat(t, v, ["udp dport 8053 dnat to " + host(B[v], 53), "udp dport 85 dnat to " + B[v], "udp dport 86 dnat to :186",
               "udp dport 8087 dnat to " + host(B[v], 87)],
        ["udp dport 82 snat to " + host(FAR[v], 7777), "udp dport 83 snat to " + FAR[v],
         "udp dport 87 snat to " + host(FAR[v], 7778)])
    for sport, dport, dst in FLOWS.values():
        Datagrams(t.lab, v, sport, dport, dst=dst[v]).ask().answer()


SOURCE, DESTINATION = ["snat", "snat-addr", "both"], ["dnat", "dnat-addr", "dnat-port", "both"]
# {F} is the router's far address, {B} the server's; with a port in host() form.
FILTERS = {
    "src_nat": ("-n", SOURCE), "dst_nat": ("-g", DESTINATION), "any_nat": ("-j", SOURCE + DESTINATION[:3]),
    "src_and_dst_nat": ("-n -g", ["both"]),
    "src_nat_with_protocol": ("-n -p udp", SOURCE), "any_nat_with_port": ("-j -p udp --dport 86", ["dnat-port"]),
}
WITH_ADDRESS = {
    "src_nat_to_address": ("-n {F}", SOURCE), "src_nat_to_other_address": ("-n {B}", []),
    "src_nat_to_address_and_port": ("-n {F:7777}", ["snat"]), "src_nat_to_port_that_was_kept": ("-n {F:1003}", []),
    "dst_nat_to_address": ("-g {B}", ["dnat", "dnat-addr", "both"]), "dst_nat_to_other_address": ("-g {F}", []),
    "dst_nat_to_address_and_port": ("-g {B:53}", ["dnat"]), "dst_nat_to_port_that_was_kept": ("-g {B:85}", []),
    "dst_nat_to_port_of_the_same_host": ("-g {B:186}", []),
    "src_and_dst_nat_to_addresses": ("-n {F} -g {B}", ["both"]), "src_nat_to_address_and_dst_nat": ("-n {F} -g", ["both"]),
    "any_nat_to_far_address": ("-j {F}", SOURCE), "any_nat_to_server": ("-j {B}", ["dnat", "dnat-addr", "both"]),
    "any_nat_to_server_and_port": ("-j {B:87}", ["both"]),
}


def fill(text, v):
    for name, address in (("F", FAR[v]), ("B", B[v])):
        for port in (7777, 1003, 53, 85, 186, 87):
            text = text.replace("{%s:%d}" % (name, port), host(address, port))
        text = text.replace("{%s}" % name, address)
    return text


def chosen(names):
    return ["sport=%d dport=%d" % FLOWS[name][:2] for name in names]


@facts("nat_filter_{name}_over_ipv{v}", name=FILTERS, v=(4, 6))
def filters(t, name, v):
    nat_flows(t, v)
    options, names = FILTERS[name]
    t.same("-L " + options, *chosen(names))


@facts("nat_filter_{name}_over_ipv4", name=WITH_ADDRESS)
def filters_with_address(t, name):
    nat_flows(t, 4)
    options, names = WITH_ADDRESS[name]
    t.same("-L " + fill(options, 4), *chosen(names))


@facts("nat_filter_{name}_over_ipv6", name=WITH_ADDRESS)
def filters_with_ipv6_address(t, name):
    """The reference takes these addresses for nothing but the family."""
    nat_flows(t, 6)
    nat_flows(t, 4)
    options, names = WITH_ADDRESS[name]
    t.lists("-L " + fill(options, 6), *chosen(names))


@facts("any_nat_address_goes_together_with_{name}", name=("protocol", "source", "status", "mark"))
def any_with_filter(t, name):
    """The reference finds nothing here."""
    nat_flows(t, 4)
    option = {"protocol": "-p udp", "source": "-s " + A[4], "status": "-u SEEN_REPLY", "mark": "-m 0"}[name]
    t.lists("-L -j %s %s" % (FAR[4], option), *chosen(SOURCE))


@facts("ping_beside_nat_rules_is_not_nat_for_{option}_over_ipv{v}", option=("n", "g", "j"), v=(4, 6))
def ping_is_not_nat(t, option, v):
    """The reference compares the id with type and code here."""
    nat(t, v, post="udp dport 82 snat to " + host(FAR[v], 7777))
    ping(t.lab, v, 100)
    t.lists("-L -" + option)


@fact
def attached_nat_address_is_heeded(t):
    """The reference drops it."""
    nat_flows(t, 4)
    t.lists("-L --src-nat=%s:7777" % FAR[4], *chosen(["snat"]))
    t.lists("-L -n%s:7777" % FAR[4], *chosen(["snat"]))
