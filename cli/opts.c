/* SPDX-License-Identifier: MIT */
#include "cli/opts.h"

/*
 * Each list below makes two tables: rows of numbers, and their texts one
 * behind the other in the same order, which spares a pointer a row.
 */
#define TEXT(row, text, ...)	text "\0"
#define ROW(row, text, ...)	[row] = { __VA_ARGS__ },

const char *cli_part(const char *text, unsigned n)
{
	while (n > 0)
		n -= *text++ == '\0';
	return text;
}

/* ------------------------------------------------------------- commands */

#define L	0x0001u		/* the columns, see cli/opts.h */
#define IA	CLI_ON_CREATE
#define U	CLI_ON_UPDATE
#define D	0x0008u
#define G	CLI_ON_GET
#define F	0x0020u
#define E	0x0040u
#define HELP	0x0080u
#define XL	0x0100u
#define XI	0x0200u
#define XD	0x0400u
#define XG	0x0800u
#define XE	0x1000u
#define N	CLI_NOT		/* with `!', too, and so with -U: */
#define NU	(CLI_NOT | CLI_NOT_UPDATE)
#define NONE	CLI_ON_NONE	/* those that take no option */

#define EQ	CLI_LONG_VALUE

#define COMMANDS(C) \
	C(0,  "dump\0list\0list entries", CMD_LIST, { L, XL }, 'L', EQ | CLI_GROUP) \
	C(1,  "get\0\0show the one of a tuple", CMD_GET, { G, XG }, 'G', EQ) \
	C(2,  "counter\0count\0count entries", CMD_COUNT, { NONE, NONE }, 'C', EQ | CLI_SHORT_VALUE) \
	C(3,  "stats\0\0statistics", CMD_STATS, { NONE, NONE }, 'S', 0) \
	C(4,  "event\0\0watch what happens", CMD_EVENT, { E, XE }, 'E', EQ) \
	C(5,  "create\0\0create an entry", CMD_CREATE, { IA, XI }, 'I', EQ | CLI_GROUP) \
	C(6,  "add\0\0create or update an entry", CMD_ADD, { IA, NONE }, 'A', EQ) \
	C(7,  "update\0\0change entries", CMD_UPDATE, { U, NONE }, 'U', EQ) \
	C(8,  "delete\0\0delete entries", CMD_DELETE, { D, XD }, 'D', EQ) \
	C(9,  "flush\0\0delete all entries", CMD_FLUSH, { F, NONE }, 'F', EQ) \
	C(10, "load-file\0\0do what a file says", CMD_LOAD, { NONE, NONE }, 'R', CLI_FIRST) \
	C(11, "version\0\0version", CMD_VERSION, { NONE, NONE }, 'V', CLI_GROUP) \
	C(12, "help\0\0this, or of a command", CMD_HELP, { HELP, NONE }, 'h', 0) \
	C(13, "\0\0", 0, { 0, 0 }, 0, 0)

const struct cli_cmd cli_cmds[CLI_CMDS] = { COMMANDS(ROW) };

/* Smaller when not in line. */
__attribute__((noinline))
const struct cli_cmd *cli_cmd_of(uint32_t bit)
{
	const struct cli_cmd *c = cli_cmds;

	while (c->bit && c->bit != bit)
		c++;
	return c;
}

const char *cli_cmd_name(const struct cli_cmd *cmd)
{
	return cli_part(cli_texts, (unsigned)(cmd - cli_cmds) * 3);
}

/* --------------------------------------------------------------- values */

#define KINDS(K) \
	K(KIND_FLAG,    "", .takes = TAKES_NONE) \
	K(KIND_NET,     "ADDR[/BITS]", .takes = TAKES_VALUE) \
	K(KIND_ADDR,    "ADDR", .takes = TAKES_VALUE) \
	K(KIND_NAT,     "[ADDR[:PORT]]", .takes = TAKES_OPTIONAL) \
	K(KIND_PROTO,   "PROTO", .takes = TAKES_VALUE) \
	K(KIND_FAMILY,  "ipv4|ipv6", .takes = TAKES_VALUE) \
	K(KIND_STATUS,  "STATUS[,...]", .takes = TAKES_VALUE) \
	K(KIND_EVENTS,  "EVENT[,...]", .takes = TAKES_VALUE) \
	K(KIND_OUTPUT,  "WORD[,...]", .takes = TAKES_VALUE) \
	K(KIND_MARK,    "MARK[/MASK]", .takes = TAKES_VALUE) \
	K(KIND_LABELS,  "LABEL[,...]", .takes = TAKES_VALUE) \
	K(KIND_LABELS_OR_ALL, "[LABEL[,...]]", .takes = TAKES_OPTIONAL) \
	K(KIND_FILE,    "FILE", .takes = TAKES_VALUE) \
	K(KIND_HELPER,  "NAME", .takes = TAKES_VALUE) \
	K(KIND_STATE,   "STATE", .takes = TAKES_VALUE) \
	K(KIND_ROLE,    "client|server", .takes = TAKES_VALUE) \
	K(KIND_IGNORED, "ANY", .takes = TAKES_VALUE) \
	K(KIND_NETNS,   "NAME|PID|PATH", .takes = TAKES_VALUE) \
	K(KIND_BY,      "KEY[,...]", .takes = TAKES_VALUE) \
	K(KIND_COLOR,   "[auto|always|never]", .takes = TAKES_OPTIONAL) \
	K(KIND_PORTS,   "PORT[-PORT][,...]", TAKES_VALUE, 2, 10) \
	K(KIND_SECONDS, "SECONDS", TAKES_VALUE, 4, 10) \
	K(KIND_BYTES,   "BYTES", TAKES_VALUE, 4, 10) \
	K(KIND_TOP,     "N", TAKES_VALUE, 4, 10) \
	K(KIND_TAG,     "TAG", TAKES_VALUE, 4, 10) \
	K(KIND_PORT,    "PORT", TAKES_VALUE, 2, 10) \
	K(KIND_KEY,     "KEY", TAKES_VALUE, 2, 0) \
	K(KIND_ZONE,    "ZONE", TAKES_VALUE, 2, 0) \
	K(KIND_ID,      "ID", TAKES_VALUE, 4, 0) \
	K(KIND_SECMARK, "SECMARK", TAKES_VALUE, 4, 0) \
	K(KIND_ICMP,    "NUMBER", TAKES_VALUE, 1, 10) \
	K(KIND_ICMP_ID, "ID", TAKES_VALUE, 2, 10)

const struct cli_kind cli_kinds[KIND_COUNT] = { KINDS(ROW) };
const char cli_kind_words[] = KINDS(TEXT);

/* -------------------------------------------------------------- options */

#define TCP	(1u << CT_P_TCP)
#define SCTP	(1u << CT_P_SCTP)
#define DCCP	(1u << CT_P_DCCP)
#define GRE	(1u << CT_P_GRE)
#define ICMP	(1u << CT_P_ICMP)
#define ICMP6	(1u << CT_P_ICMPV6)
#define PORTS	(TCP | SCTP | DCCP | 1u << CT_P_UDP | 1u << CT_P_UDPLITE)

/* Columns of commands that cannot do without an option: cli_opt.must. */
enum {
	MUST_NONE, MUST_CREATE, MUST_MAKE, MUST_NAME, MUST_ALL, MUST_EXPECT,
	MUST_FIND, MUST_ANNOUNCE,
};

const uint16_t cli_musts[] = {
	[MUST_CREATE] = IA,
	[MUST_MAKE] = IA | XI,
	[MUST_NAME] = IA | G,
	[MUST_ALL] = IA | G | XI | XD | XG,
	[MUST_EXPECT] = XI | XD | XG,
	[MUST_FIND] = XD | XG,
	[MUST_ANNOUNCE] = XI,
};

/* Where the value goes: a member of the filter, or of a struct behind it. */
#define OFFSET(member) \
	(offsetof(struct cli_req, member) - offsetof(struct cli_req, filter))
#define INTO(base, member, flag) \
	.in = OFFSET(base.has) / 4, .at = OFFSET(base.member), \
	.bit = __builtin_ffs(flag)
#define FILTER(member, bit)	INTO(filter, member, bit)
#define ORIG(member, bit)	INTO(filter.dir[CT_ORIG], member, bit)
#define REPLY(member, bit)	INTO(filter.dir[CT_REPLY], member, bit)
#define INFO(member, bit)	INTO(filter.info, member, bit)
#define CHANGE(member, bit)	INTO(change, member, bit)
#define EXPECT(member, bit)	INTO(expect.tuple, member, bit)
#define MASK(member, bit)	INTO(expect.mask, member, bit)

#define OPTIONS(O) \
	O(OPT_SRC, "src\0orig-src\0source,", \
	  .letter = 's', .kind = KIND_NET, ORIG(src, CT_SRC4), .may = NU | L | IA | U | D | G | E, .must = MUST_EXPECT) \
	O(OPT_DST, "dst\0orig-dst\0destination,", \
	  .letter = 'd', .kind = KIND_NET, ORIG(dst, CT_DST4), .may = NU | L | IA | U | D | G | E, .must = MUST_EXPECT) \
	O(OPT_REPLY_SRC, "reply-src\0\0source,", \
	  .letter = 'r', .kind = KIND_ADDR, REPLY(src, CT_SRC4), .may = NU | L | IA | U | D | G | E | XI | XD | XG) \
	O(OPT_REPLY_DST, "reply-dst\0\0destination,", \
	  .letter = 'q', .kind = KIND_ADDR, REPLY(dst, CT_DST4), .may = NU | L | IA | U | D | G | E | XI | XD | XG) \
	O(OPT_PROTONUM, "protonum\0\0tcp, udp, udplite, sctp, dccp, icmp, icmpv6, gre, ...", \
	  .letter = 'p', .kind = KIND_PROTO, .may = NU | L | U | D | E | HELP, .must = MUST_ALL) \
	O(OPT_TIMEOUT, "timeout\0\0time left", \
	  .letter = 't', .kind = KIND_SECONDS, CHANGE(timeout, CT_TIMEOUT), .may = U | D, .must = MUST_MAKE) \
	O(OPT_STATUS, "status\0\0ASSURED, !NAME, UNREPLIED, ...", \
	  .letter = 'u', .kind = KIND_STATUS, .may = N | L | IA | U | D | XI) \
	O(OPT_ZERO, "zero\0\0reset counters", \
	  .letter = 'z', .kind = KIND_FLAG, .may = L) \
	O(OPT_EVENT_MASK, "event-mask\0\0NEW, UPDATES, DESTROY", \
	  .letter = 'e', .kind = KIND_EVENTS, .may = E) \
	O(OPT_TUPLE_SRC, "tuple-src\0\0expected", \
	  .letter = '[', .kind = KIND_NET, EXPECT(src, CT_SRC4), .must = MUST_ANNOUNCE) \
	O(OPT_TUPLE_DST, "tuple-dst\0\0expected", \
	  .letter = ']', .kind = KIND_NET, EXPECT(dst, CT_DST4), .must = MUST_ANNOUNCE) \
	O(OPT_MASK_SRC, "mask-src\0\0mask of --src", \
	  .letter = '{', .kind = KIND_ADDR, FILTER(src_mask, 0), .may = L | U | D | E, .must = MUST_ANNOUNCE) \
	O(OPT_MASK_DST, "mask-dst\0\0mask of --dst", \
	  .letter = '}', .kind = KIND_ADDR, FILTER(dst_mask, 0), .may = L | U | D | E, .must = MUST_ANNOUNCE) \
	O(OPT_MARK, "mark\0\0mark", \
	  .letter = 'm', .kind = KIND_MARK, .may = N | L | IA | U | D | E) \
	O(OPT_ID, "id\0\0of -o id", \
	  .letter = 'i', .kind = KIND_ID, FILTER(id, CT_F_ID), .may = NU | U | D | G) \
	O(OPT_FAMILY, "family\0\0addresses", \
	  .letter = 'f', .kind = KIND_FAMILY, .may = NU | L | U | D | G | F | E | XL) \
	O(OPT_SRC_NAT, "src-nat\0\0source translated", \
	  .letter = 'n', .kind = KIND_NAT, FILTER(src_nat, CT_F_SRC_NAT), .may = NU | L | IA | U | D | E) \
	O(OPT_DST_NAT, "dst-nat\0\0destination translated", \
	  .letter = 'g', .kind = KIND_NAT, FILTER(dst_nat, CT_F_DST_NAT), .may = NU | L | IA | U | D | E) \
	O(OPT_OUTPUT, "output\0\0xml, json, jsonl, openmetrics, restore, id, ...", \
	  .letter = 'o', .kind = KIND_OUTPUT, .may = L | U | D | G | E | XL | XE) \
	O(OPT_SECMARK, "secmark\0\0ignored", \
	  .letter = 'c', .kind = KIND_SECMARK, .may = L | E) \
	O(OPT_BUFFER_SIZE, "buffer-size\0\0for events", \
	  .letter = 'b', .kind = KIND_BYTES, .at = OFFSET(room), .may = E) \
	O(OPT_ANY_NAT, "any-nat\0\0either of them", \
	  .letter = 'j', .kind = KIND_NAT, FILTER(src_nat, CT_F_ANY_NAT), .may = N | L | E) \
	O(OPT_ZONE, "zone\0\0zone, both ways", \
	  .letter = 'w', .kind = KIND_ZONE, FILTER(zone, CT_F_ZONE), .may = NU | L | IA | U | D | G | E) \
	O(OPT_LABEL, "label\0\0all of these", \
	  .letter = 'l', .kind = KIND_LABELS, FILTER(labels, CT_F_LABELS), .may = NU | L | U | D | G | E) \
	O(OPT_LABEL_ADD, "label-add\0\0set these", \
	  .letter = '<', .kind = KIND_LABELS, INTO(add, bits, 1), .may = IA | U) \
	O(OPT_LABEL_DEL, "label-del\0\0clear these, or all", \
	  .letter = '>', .kind = KIND_LABELS_OR_ALL, INTO(del, bits, 1), .may = U) \
	O(OPT_ORIG_ZONE, "orig-zone\0\0zone,", \
	  .letter = '(', .kind = KIND_ZONE, ORIG(zone, CT_TUPLE_ZONE), .may = NU | L | IA | U | D | G | E) \
	O(OPT_REPLY_ZONE, "reply-zone\0\0zone,", \
	  .letter = ')', .kind = KIND_ZONE, REPLY(zone, CT_TUPLE_ZONE), .may = NU | L | IA | U | D | G | E) \
	O(OPT_LABELMAP, "labelmap\0\0names of labels", \
	  .letter = 'M', .kind = KIND_FILE, .may = L | IA | U | D | G | E) \
	O(OPT_NAT_RANGE, "nat-range\0\0ignored", \
	  .letter = 'a', .kind = KIND_IGNORED, .may = UINT16_MAX ^ NU) \
	O(OPT_HELPER, "helper\0\0such as ftp", \
	  .kind = KIND_HELPER, .may = IA | U) \
	O(OPT_SNAPSHOT, "snapshot\0\0first what is there", \
	  .kind = KIND_FLAG, .may = E | XE) \
	O(OPT_NETNS, "netns\0\0network namespace", \
	  .kind = KIND_NETNS, .may = UINT16_MAX ^ NU) \
	O(OPT_NO_SANDBOX, "no-sandbox\0\0for debugging", \
	  .kind = KIND_FLAG, .may = UINT16_MAX ^ NU) \
	O(OPT_BY, "by\0\0count by src, dport, state, ...", \
	  .kind = KIND_BY, .may = L) \
	O(OPT_TOP, "top\0\0the first N of --by", \
	  .kind = KIND_TOP, .at = OFFSET(top), .may = L) \
	O(OPT_COLOR, "color\0\0lines in colours", \
	  .kind = KIND_COLOR, .may = UINT16_MAX ^ NU) \
	O(OPT_SPORT, "sport\0orig-port-src\0source port,", \
	  .protos = PORTS, .kind = KIND_PORTS, ORIG(sport, CT_SPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_DPORT, "dport\0orig-port-dst\0destination port,", \
	  .protos = PORTS, .kind = KIND_PORTS, ORIG(dport, CT_DPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_REPLY_SPORT, "reply-port-src\0\0source port,", \
	  .protos = PORTS, .kind = KIND_PORTS, REPLY(sport, CT_SPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_FIND) \
	O(OPT_REPLY_DPORT, "reply-port-dst\0\0destination port,", \
	  .protos = PORTS, .kind = KIND_PORTS, REPLY(dport, CT_DPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_FIND) \
	O(OPT_MASK_SPORT, "mask-port-src\0\0mask", \
	  .protos = PORTS, .kind = KIND_PORT, MASK(sport, CT_SPORT), .must = MUST_ANNOUNCE) \
	O(OPT_MASK_DPORT, "mask-port-dst\0\0mask", \
	  .protos = PORTS, .kind = KIND_PORT, MASK(dport, CT_DPORT), .must = MUST_ANNOUNCE) \
	O(OPT_STATE, "state\0\0ESTABLISHED, ...", \
	  .protos = TCP | SCTP | DCCP, .kind = KIND_STATE, .may = N | L | D | E | U | G, .must = MUST_CREATE) \
	O(OPT_TUPLE_SPORT, "tuple-port-src\0\0expected", \
	  .protos = PORTS, .kind = KIND_PORT, EXPECT(sport, CT_SPORT), .must = MUST_ANNOUNCE) \
	O(OPT_TUPLE_DPORT, "tuple-port-dst\0\0expected", \
	  .protos = PORTS, .kind = KIND_PORT, EXPECT(dport, CT_DPORT), .must = MUST_ANNOUNCE) \
	O(OPT_ORIG_VTAG, "orig-vtag\0\0tag", \
	  .protos = SCTP, .kind = KIND_TAG, INFO(vtag[CT_ORIG], CT_SCTP_VTAG), .may = N | U | D | G, .must = MUST_MAKE) \
	O(OPT_REPLY_VTAG, "reply-vtag\0\0tag", \
	  .protos = SCTP, .kind = KIND_TAG, INFO(vtag[CT_REPLY], CT_SCTP_VTAG_R), .may = N | U | D | G, .must = MUST_MAKE) \
	O(OPT_ROLE, "role\0\0of the source", \
	  .protos = DCCP, .kind = KIND_ROLE, INFO(role, CT_DCCP_ROLE), .may = N | U | D, .must = MUST_MAKE) \
	O(OPT_SRCKEY, "srckey\0orig-key-src\0source key,", \
	  .protos = GRE, .kind = KIND_KEY, ORIG(sport, CT_SPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_DSTKEY, "dstkey\0orig-key-dst\0destination key,", \
	  .protos = GRE, .kind = KIND_KEY, ORIG(dport, CT_DPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_REPLY_SRCKEY, "reply-key-src\0\0source key,", \
	  .protos = GRE, .kind = KIND_KEY, REPLY(sport, CT_SPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_REPLY_DSTKEY, "reply-key-dst\0\0destination key,", \
	  .protos = GRE, .kind = KIND_KEY, REPLY(dport, CT_DPORT), .may = NU | L | D | E | U | IA | G, .must = MUST_EXPECT) \
	O(OPT_MASK_SRCKEY, "mask-key-src\0\0mask", \
	  .protos = GRE, .kind = KIND_KEY, MASK(sport, CT_SPORT), .must = MUST_ANNOUNCE) \
	O(OPT_MASK_DSTKEY, "mask-key-dst\0\0mask", \
	  .protos = GRE, .kind = KIND_KEY, MASK(dport, CT_DPORT), .must = MUST_ANNOUNCE) \
	O(OPT_TUPLE_SRCKEY, "tuple-key-src\0\0expected", \
	  .protos = GRE, .kind = KIND_KEY, EXPECT(sport, CT_SPORT), .must = MUST_ANNOUNCE) \
	O(OPT_TUPLE_DSTKEY, "tuple-key-dst\0\0expected", \
	  .protos = GRE, .kind = KIND_KEY, EXPECT(dport, CT_DPORT), .must = MUST_ANNOUNCE) \
	O(OPT_ICMP_TYPE, "icmp-type\0\0type,", \
	  .protos = ICMP, .kind = KIND_ICMP, ORIG(type, CT_ICMP_TYPE), .may = NU | L | D | E | U, .must = MUST_NAME) \
	O(OPT_ICMP_CODE, "icmp-code\0\0code", \
	  .protos = ICMP, .kind = KIND_ICMP, ORIG(code, CT_ICMP_CODE), .may = NU | L | D | E | U, .must = MUST_NAME) \
	O(OPT_ICMP_ID, "icmp-id\0\0id", \
	  .protos = ICMP, .kind = KIND_ICMP_ID, ORIG(id, CT_ICMP_ID), .may = NU | L | D | E | U | IA | G) \
	O(OPT_ICMP6_TYPE, "icmpv6-type\0\0type,", \
	  .protos = ICMP6, .kind = KIND_ICMP, ORIG(type, CT_ICMP6_TYPE), .may = NU | L | D | E | U, .must = MUST_NAME) \
	O(OPT_ICMP6_CODE, "icmpv6-code\0\0code", \
	  .protos = ICMP6, .kind = KIND_ICMP, ORIG(code, CT_ICMP6_CODE), .may = NU | L | D | E | U, .must = MUST_NAME) \
	O(OPT_ICMP6_ID, "icmpv6-id\0\0id", \
	  .protos = ICMP6, .kind = KIND_ICMP_ID, ORIG(id, CT_ICMP6_ID), .may = NU | L | D | E | U | IA | G)

const struct cli_opt cli_opts[OPT_COUNT] = { OPTIONS(ROW) };
const char cli_texts[] = COMMANDS(TEXT) OPTIONS(TEXT);

const char *cli_opt_name(unsigned row)
{
	return cli_part(cli_texts, (CLI_CMDS + row) * 3);
}

unsigned cli_proto_bit(const struct cli_req *q)
{
	return q->proto ? 1u << (q->proto - ct_protos) : 0;
}
