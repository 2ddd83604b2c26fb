/* SPDX-License-Identifier: MIT */
#include "cli/opts.h"

#include "cli/set.h"

#include <stddef.h>

/* Commands without CLI_HERE are understood, and refused by name. */
const struct cli_cmd cli_cmds[] = {
	{ "dump\0list\0list entries", CMD_LIST, 'L', CLI_HERE | CLI_LONG_VALUE },
	{ "get\0\0show the entry of a tuple", CMD_GET, 'G', CLI_HERE | CLI_LONG_VALUE },
	{ "counter\0count\0count entries", CMD_COUNT, 'C', CLI_HERE | CLI_LONG_VALUE | CLI_SHORT_VALUE },
	{ "stats\0\0show the kernel's statistics, a line per CPU", CMD_STATS, 'S', CLI_HERE },
	{ "version\0\0show the version", CMD_VERSION, 'V', CLI_HERE },
	{ "help\0\0show this text, and the options of -p PROTO", CMD_HELP, 'h', CLI_HERE },
	{ "create\0\0",    CMD_CREATE, 'I', CLI_LONG_VALUE },
	{ "add\0\0",       CMD_ADD,    'A', CLI_LONG_VALUE },
	{ "update\0\0",    CMD_UPDATE, 'U', CLI_LONG_VALUE },
	{ "delete\0\0",    CMD_DELETE, 'D', CLI_LONG_VALUE },
	{ "flush\0\0",     CMD_FLUSH,  'F', CLI_LONG_VALUE },
	{ "event\0\0",     CMD_EVENT,  'E', CLI_LONG_VALUE },
	{ "load-file\0\0", CMD_LOAD,   'R', CLI_FIRST },
	{ NULL, 0, 0, 0 },
};

#define VALUE(word, set)	{ word, set, 0, 0, TAKES_VALUE }
#define MAYBE(word, set)	{ word, set, 0, 0, TAKES_OPTIONAL }
#define NUMBER(word, base, max)	{ word, set_number, max, base, TAKES_VALUE }

const struct cli_kind cli_kinds[KIND_COUNT] = {
	[KIND_FLAG]    = { NULL, set_flag, 0, 0, TAKES_NONE },
	[KIND_NET]     = VALUE("ADDR[/BITS]", set_addr),
	[KIND_ADDR]    = VALUE("ADDR", set_addr),
	[KIND_NAT]     = MAYBE("[ADDR[:PORT]]", set_nat),
	[KIND_PROTO]   = VALUE("PROTO", set_proto),
	[KIND_FAMILY]  = VALUE("ipv4|ipv6", set_family),
	[KIND_STATUS]  = VALUE("STATUS[,...]", set_status),
	[KIND_EVENTS]  = VALUE("EVENT[,...]", set_events),
	[KIND_OUTPUT]  = VALUE("WORD[,...]", set_output),
	[KIND_MARK]    = VALUE("MARK[/MASK]", set_mark),
	[KIND_LABELS]  = VALUE("LABEL[,...]", set_labels),
	[KIND_LABELS_OR_ALL] = MAYBE("[LABEL[,...]]", set_labels),
	[KIND_FILE]    = VALUE("FILE", set_file),
	[KIND_STATE]   = VALUE("STATE", set_state),
	[KIND_ROLE]    = VALUE("client|server", set_role),
	[KIND_SECONDS] = NUMBER("SECONDS", 10, UINT32_MAX),
	[KIND_BYTES]   = NUMBER("BYTES", 10, UINT32_MAX),
	[KIND_TAG]     = NUMBER("TAG", 10, UINT32_MAX),
	[KIND_PORT]    = NUMBER("PORT", 10, UINT16_MAX),
	[KIND_KEY]     = NUMBER("KEY", 0, UINT16_MAX),
	[KIND_ZONE]    = NUMBER("ZONE", 0, UINT16_MAX),
	[KIND_ID]      = NUMBER("ID", 0, UINT32_MAX),
	[KIND_SECMARK] = NUMBER("SECMARK", 0, UINT32_MAX),
	[KIND_ICMP]    = NUMBER("NUMBER", 10, UINT8_MAX),
	[KIND_ICMP_ID] = NUMBER("ID", 10, UINT16_MAX),
	[KIND_IGNORED] = VALUE("ANY", set_ignored),
};

#define L	CMD_LIST
#define IA	(CMD_CREATE | CMD_ADD)
#define U	CMD_UPDATE
#define D	CMD_DELETE
#define G	CMD_GET
#define F	CMD_FLUSH
#define E	CMD_EVENT
#define HELP	CMD_HELP
#define XL	ON_EXPECT(CMD_LIST)
#define XI	ON_EXPECT(CMD_CREATE)
#define XD	ON_EXPECT(CMD_DELETE)
#define XG	ON_EXPECT(CMD_GET)
#define XE	ON_EXPECT(CMD_EVENT)

#define TCP	(1u << CT_P_TCP)
#define SCTP	(1u << CT_P_SCTP)
#define DCCP	(1u << CT_P_DCCP)
#define GRE	(1u << CT_P_GRE)
#define ICMP	(1u << CT_P_ICMP)
#define ICMP6	(1u << CT_P_ICMPV6)
#define PORTS	(TCP | SCTP | DCCP | 1u << CT_P_UDP | 1u << CT_P_UDPLITE)

/* Where the value goes: a member of the filter, or of one of its tuples. */
#define FILTER(member, bit) \
	.in = IN_FILTER, .at = offsetof(struct ct_filter, member), .has = bit
#define ORIG(member, bit) \
	.in = IN_ORIG, .at = offsetof(struct ct_tuple, member), .has = bit
#define REPLY(member, bit) \
	.in = IN_REPLY, .at = offsetof(struct ct_tuple, member), .has = bit

const struct cli_opt cli_opts[OPT_COUNT] = {
	[OPT_SRC] = { "src\0orig-src\0source address, original direction", .letter = 's', .kind = KIND_NET, ORIG(src, CT_SRC4),
		.may = L | IA | U | D | G | E, .must = XI | XD | XG },
	[OPT_DST] = { "dst\0orig-dst\0destination address, original direction", .letter = 'd', .kind = KIND_NET, ORIG(dst, CT_DST4),
		.may = L | IA | U | D | G | E, .must = XI | XD | XG },
	[OPT_REPLY_SRC] = { "reply-src\0\0source address, reply direction", .letter = 'r', .kind = KIND_ADDR, REPLY(src, CT_SRC4),
		.may = L | IA | U | D | G | E | XI | XD | XG },
	[OPT_REPLY_DST] = { "reply-dst\0\0destination address, reply direction", .letter = 'q', .kind = KIND_ADDR, REPLY(dst, CT_DST4),
		.may = L | IA | U | D | G | E | XI | XD | XG },
	[OPT_PROTONUM] = { "protonum\0\0protocol: a name or a number", .letter = 'p', .kind = KIND_PROTO,
		.may = L | U | D | E | HELP, .must = IA | G | XI | XD | XG },
	[OPT_TIMEOUT] = { "timeout\0\0", .letter = 't', .kind = KIND_SECONDS,
		.may = U | D, .must = IA | XI },
	[OPT_STATUS] = { "status\0\0status: ASSURED, SEEN_REPLY, !NAME, UNREPLIED, ...", .letter = 'u', .kind = KIND_STATUS,
		.may = L | IA | U | D | XI },
	[OPT_ZERO] = { "zero\0\0reset the counters while listing", .letter = 'z', .kind = KIND_FLAG,
		.may = L },
	[OPT_EVENT_MASK] = { "event-mask\0\0", .letter = 'e', .kind = KIND_EVENTS,
		.may = E },
	[OPT_TUPLE_SRC] = { "tuple-src\0\0", .letter = '[', .kind = KIND_NET,
		.must = XI },
	[OPT_TUPLE_DST] = { "tuple-dst\0\0", .letter = ']', .kind = KIND_NET,
		.must = XI },
	[OPT_MASK_SRC] = { "mask-src\0\0bits of the source address that count", .letter = '{', .kind = KIND_ADDR, FILTER(src_mask, 0),
		.may = L | U | D | E, .must = XI },
	[OPT_MASK_DST] = { "mask-dst\0\0bits of the destination address that count", .letter = '}', .kind = KIND_ADDR, FILTER(dst_mask, 0),
		.may = L | U | D | E, .must = XI },
	[OPT_MARK] = { "mark\0\0mark", .letter = 'm', .kind = KIND_MARK,
		.may = L | IA | U | D | E },
	[OPT_ID] = { "id\0\0id, as -o id shows it", .letter = 'i', .kind = KIND_ID, FILTER(id, CT_F_ID),
		.may = U | D | G },
	[OPT_FAMILY] = { "family\0\0address family", .letter = 'f', .kind = KIND_FAMILY,
		.may = L | U | D | G | F | E | XL },
	[OPT_SRC_NAT] = { "src-nat\0\0translated source", .letter = 'n', .kind = KIND_NAT, FILTER(src_nat, CT_F_SRC_NAT),
		.may = L | IA | U | D | E },
	[OPT_DST_NAT] = { "dst-nat\0\0translated destination", .letter = 'g', .kind = KIND_NAT, FILTER(dst_nat, CT_F_DST_NAT),
		.may = L | IA | U | D | E },
	[OPT_OUTPUT] = { "output\0\0extended, id, ktimestamp, labels, timestamp; or save", .letter = 'o', .kind = KIND_OUTPUT,
		.may = L | U | D | G | E | XL | XE },
	[OPT_SECMARK] = { "secmark\0\0accepted, without effect", .letter = 'c', .kind = KIND_SECMARK,
		.may = L | E },
	[OPT_BUFFER_SIZE] = { "buffer-size\0\0", .letter = 'b', .kind = KIND_BYTES,
		.may = E },
	[OPT_ANY_NAT] = { "any-nat\0\0translated source or destination", .letter = 'j', .kind = KIND_NAT, FILTER(src_nat, CT_F_ANY_NAT),
		.may = L | E },
	[OPT_ZONE] = { "zone\0\0zone of both directions", .letter = 'w', .kind = KIND_ZONE, FILTER(zone, CT_F_ZONE),
		.may = L | IA | D | G | E },
	[OPT_LABEL] = { "label\0\0labels, all of them", .letter = 'l', .kind = KIND_LABELS,
		.may = L | U | D | G | E },
	[OPT_LABEL_ADD] = { "label-add\0\0", .letter = '<', .kind = KIND_LABELS,
		.may = IA | U },
	[OPT_LABEL_DEL] = { "label-del\0\0", .letter = '>', .kind = KIND_LABELS_OR_ALL,
		.may = U },
	[OPT_ORIG_ZONE] = { "orig-zone\0\0zone of the original direction only", .letter = '(', .kind = KIND_ZONE, ORIG(zone, CT_TUPLE_ZONE),
		.may = L | IA | D | G | E },
	[OPT_REPLY_ZONE] = { "reply-zone\0\0zone of the reply direction only", .letter = ')', .kind = KIND_ZONE, REPLY(zone, CT_TUPLE_ZONE),
		.may = L | IA | D | G | E },
	[OPT_LABELMAP] = { "labelmap\0\0names of labels, instead of connlabel.conf", .letter = 'M', .kind = KIND_FILE,
		.may = L | IA | U | D | G | E },
	[OPT_NAT_RANGE] = { "nat-range\0\0ignored", .letter = 'a', .kind = KIND_IGNORED,
		.may = UINT32_MAX },

	[OPT_SPORT] = { "sport\0orig-port-src\0source port, original direction", .protos = PORTS, .kind = KIND_PORT, ORIG(sport, CT_SPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_DPORT] = { "dport\0orig-port-dst\0destination port, original direction", .protos = PORTS, .kind = KIND_PORT, ORIG(dport, CT_DPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_REPLY_SPORT] = { "reply-port-src\0\0source port, reply direction", .protos = PORTS, .kind = KIND_PORT, REPLY(sport, CT_SPORT),
		.may = L | D | E | U | IA | G, .must = XD | XG },
	[OPT_REPLY_DPORT] = { "reply-port-dst\0\0destination port, reply direction", .protos = PORTS, .kind = KIND_PORT, REPLY(dport, CT_DPORT),
		.may = L | D | E | U | IA | G, .must = XD | XG },
	[OPT_MASK_SPORT] = { "mask-port-src\0\0", .protos = PORTS, .kind = KIND_PORT,
		.must = XI },
	[OPT_MASK_DPORT] = { "mask-port-dst\0\0", .protos = PORTS, .kind = KIND_PORT,
		.must = XI },
	[OPT_STATE] = { "state\0\0state: ESTABLISHED, ...", .protos = TCP | SCTP | DCCP, .kind = KIND_STATE,
		.may = L | D | E | U | G, .must = IA },
	[OPT_TUPLE_SPORT] = { "tuple-port-src\0\0", .protos = PORTS, .kind = KIND_PORT,
		.must = XI },
	[OPT_TUPLE_DPORT] = { "tuple-port-dst\0\0", .protos = PORTS, .kind = KIND_PORT,
		.must = XI },
	[OPT_ORIG_VTAG] = { "orig-vtag\0\0verification tag, not compared", .protos = SCTP, .kind = KIND_TAG,
		.may = U | G, .must = IA | XI },
	[OPT_REPLY_VTAG] = { "reply-vtag\0\0verification tag, not compared", .protos = SCTP, .kind = KIND_TAG,
		.may = U | G, .must = IA | XI },
	[OPT_ROLE] = { "role\0\0", .protos = DCCP, .kind = KIND_ROLE,
		.must = IA | XI },

	[OPT_SRCKEY] = { "srckey\0orig-key-src\0source key, original direction", .protos = GRE, .kind = KIND_KEY, ORIG(sport, CT_SPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_DSTKEY] = { "dstkey\0orig-key-dst\0destination key, original direction", .protos = GRE, .kind = KIND_KEY, ORIG(dport, CT_DPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_REPLY_SRCKEY] = { "reply-key-src\0\0source key, reply direction", .protos = GRE, .kind = KIND_KEY, REPLY(sport, CT_SPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_REPLY_DSTKEY] = { "reply-key-dst\0\0destination key, reply direction", .protos = GRE, .kind = KIND_KEY, REPLY(dport, CT_DPORT),
		.may = L | D | E | U | IA | G, .must = XI | XD | XG },
	[OPT_MASK_SRCKEY] = { "mask-key-src\0\0", .protos = GRE, .kind = KIND_KEY,
		.must = XI },
	[OPT_MASK_DSTKEY] = { "mask-key-dst\0\0", .protos = GRE, .kind = KIND_KEY,
		.must = XI },
	[OPT_TUPLE_SRCKEY] = { "tuple-key-src\0\0", .protos = GRE, .kind = KIND_KEY,
		.must = XI },
	[OPT_TUPLE_DSTKEY] = { "tuple-key-dst\0\0", .protos = GRE, .kind = KIND_KEY,
		.must = XI },

	[OPT_ICMP_TYPE] = { "icmp-type\0\0type, original direction", .protos = ICMP, .kind = KIND_ICMP, ORIG(type, CT_ICMP_TYPE),
		.may = L | D | E | U, .must = IA | G },
	[OPT_ICMP_CODE] = { "icmp-code\0\0code", .protos = ICMP, .kind = KIND_ICMP, ORIG(code, CT_ICMP_CODE),
		.may = L | D | E | U, .must = IA | G },
	[OPT_ICMP_ID] = { "icmp-id\0\0id", .protos = ICMP, .kind = KIND_ICMP_ID, ORIG(id, CT_ICMP_ID),
		.may = L | D | E | U | IA | G },
	[OPT_ICMP6_TYPE] = { "icmpv6-type\0\0type, original direction", .protos = ICMP6, .kind = KIND_ICMP, ORIG(type, CT_ICMP6_TYPE),
		.may = L | D | E | U, .must = IA | G },
	[OPT_ICMP6_CODE] = { "icmpv6-code\0\0code", .protos = ICMP6, .kind = KIND_ICMP, ORIG(code, CT_ICMP6_CODE),
		.may = L | D | E | U, .must = IA | G },
	[OPT_ICMP6_ID] = { "icmpv6-id\0\0id", .protos = ICMP6, .kind = KIND_ICMP_ID, ORIG(id, CT_ICMP6_ID),
		.may = L | D | E | U | IA | G },
};
