/* SPDX-License-Identifier: MIT */
#include "ct/tables.h"

#include "ct/expect.h"
#include "ct/flow.h"
#include "ct/stats.h"

#include <stddef.h>

#define AT(type, member)	offsetof(struct type, member)

/* A nest, into a struct of its own or (offset 0) the same one. */
#define SUB(table)	.kind = NL_NEST, .sub = &(table)

static const struct nl_row ip_rows[] = {
	[CTA_IP_V4_SRC] = { .name = "ip-v4-src", .kind = NL_BYTES, .size = 4,  .at = AT(ct_tuple, src), .has = CT_SRC4 },
	[CTA_IP_V4_DST] = { .name = "ip-v4-dst", .kind = NL_BYTES, .size = 4,  .at = AT(ct_tuple, dst), .has = CT_DST4 },
	[CTA_IP_V6_SRC] = { .name = "ip-v6-src", .kind = NL_BYTES, .size = 16, .at = AT(ct_tuple, src), .has = CT_SRC6 },
	[CTA_IP_V6_DST] = { .name = "ip-v6-dst", .kind = NL_BYTES, .size = 16, .at = AT(ct_tuple, dst), .has = CT_DST6 },
};
static const struct nl_table ip_table = NL_TABLE(ip_rows);

static const struct nl_row proto_rows[] = {
	[CTA_PROTO_NUM]         = { .name = "proto-num",         .kind = NL_U8,   .at = AT(ct_tuple, proto), .has = CT_PROTO },
	[CTA_PROTO_SRC_PORT]    = { .name = "proto-src-port",    .kind = NL_BE16, .at = AT(ct_tuple, sport), .has = CT_SPORT },
	[CTA_PROTO_DST_PORT]    = { .name = "proto-dst-port",    .kind = NL_BE16, .at = AT(ct_tuple, dport), .has = CT_DPORT },
	[CTA_PROTO_ICMP_ID]     = { .name = "proto-icmp-id",     .kind = NL_BE16, .at = AT(ct_tuple, id),    .has = CT_ICMP_ID },
	[CTA_PROTO_ICMP_TYPE]   = { .name = "proto-icmp-type",   .kind = NL_U8,   .at = AT(ct_tuple, type),  .has = CT_ICMP_TYPE },
	[CTA_PROTO_ICMP_CODE]   = { .name = "proto-icmp-code",   .kind = NL_U8,   .at = AT(ct_tuple, code),  .has = CT_ICMP_CODE },
	[CTA_PROTO_ICMPV6_ID]   = { .name = "proto-icmpv6-id",   .kind = NL_BE16, .at = AT(ct_tuple, id),    .has = CT_ICMP6_ID },
	[CTA_PROTO_ICMPV6_TYPE] = { .name = "proto-icmpv6-type", .kind = NL_U8,   .at = AT(ct_tuple, type),  .has = CT_ICMP6_TYPE },
	[CTA_PROTO_ICMPV6_CODE] = { .name = "proto-icmpv6-code", .kind = NL_U8,   .at = AT(ct_tuple, code),  .has = CT_ICMP6_CODE },
};
static const struct nl_table proto_table = NL_TABLE(proto_rows);

static const struct nl_row tuple_rows[] = {
	[CTA_TUPLE_IP]    = { .name = "tuple-ip",    SUB(ip_table) },
	[CTA_TUPLE_PROTO] = { .name = "tuple-proto", SUB(proto_table) },
	[CTA_TUPLE_ZONE]  = { .name = "tuple-zone",  .kind = NL_BE16, .at = AT(ct_tuple, zone), .has = CT_TUPLE_ZONE },
};
const struct nl_table ct_tuple_table = NL_TABLE(tuple_rows);

static const struct nl_row tcp_rows[] = {
	[CTA_PROTOINFO_TCP_STATE]           = { .name = "tcp-state",           .kind = NL_U8, .at = AT(ct_info, state),     .has = CT_TCP_STATE },
	[CTA_PROTOINFO_TCP_WSCALE_ORIGINAL] = { .name = "tcp-wscale-original", .kind = NL_U8, .at = AT(ct_info, wscale[0]), .has = CT_TCP_WSCALE },
	[CTA_PROTOINFO_TCP_WSCALE_REPLY]    = { .name = "tcp-wscale-reply",    .kind = NL_U8, .at = AT(ct_info, wscale[1]), .has = CT_TCP_WSCALE_R },
	[CTA_PROTOINFO_TCP_FLAGS_ORIGINAL]  = { .name = "tcp-flags-original",  .kind = NL_BYTES, .size = 2, .at = AT(ct_info, flags[0]), .has = CT_TCP_FLAGS },
	[CTA_PROTOINFO_TCP_FLAGS_REPLY]     = { .name = "tcp-flags-reply",     .kind = NL_BYTES, .size = 2, .at = AT(ct_info, flags[1]), .has = CT_TCP_FLAGS_R },
};
static const struct nl_table tcp_table = NL_TABLE(tcp_rows);

static const struct nl_row dccp_rows[] = {
	[CTA_PROTOINFO_DCCP_STATE]         = { .name = "dccp-state",         .kind = NL_U8,   .at = AT(ct_info, state), .has = CT_DCCP_STATE },
	[CTA_PROTOINFO_DCCP_ROLE]          = { .name = "dccp-role",          .kind = NL_U8,   .at = AT(ct_info, role),  .has = CT_DCCP_ROLE },
	[CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ] = { .name = "dccp-handshake-seq", .kind = NL_BE64, .at = AT(ct_info, seq),   .has = CT_DCCP_SEQ },
};
static const struct nl_table dccp_table = NL_TABLE(dccp_rows);

static const struct nl_row sctp_rows[] = {
	[CTA_PROTOINFO_SCTP_STATE]         = { .name = "sctp-state",         .kind = NL_U8,   .at = AT(ct_info, state),   .has = CT_SCTP_STATE },
	[CTA_PROTOINFO_SCTP_VTAG_ORIGINAL] = { .name = "sctp-vtag-original", .kind = NL_BE32, .at = AT(ct_info, vtag[0]), .has = CT_SCTP_VTAG },
	[CTA_PROTOINFO_SCTP_VTAG_REPLY]    = { .name = "sctp-vtag-reply",    .kind = NL_BE32, .at = AT(ct_info, vtag[1]), .has = CT_SCTP_VTAG_R },
};
static const struct nl_table sctp_table = NL_TABLE(sctp_rows);

static const struct nl_row info_rows[] = {
	[CTA_PROTOINFO_TCP]  = { .name = "protoinfo-tcp",  SUB(tcp_table) },
	[CTA_PROTOINFO_DCCP] = { .name = "protoinfo-dccp", SUB(dccp_table) },
	[CTA_PROTOINFO_SCTP] = { .name = "protoinfo-sctp", SUB(sctp_table) },
};
static const struct nl_table info_table = NL_TABLE(info_rows);

static const struct nl_row counters_rows[] = {
	[CTA_COUNTERS_PACKETS] = { .name = "counters-packets", .kind = NL_BE64, .at = AT(ct_counters, packets), .has = CT_PACKETS, .flags = NL_RDONLY },
	[CTA_COUNTERS_BYTES]   = { .name = "counters-bytes",   .kind = NL_BE64, .at = AT(ct_counters, bytes),   .has = CT_BYTES,   .flags = NL_RDONLY },
};
static const struct nl_table counters_table = NL_TABLE(counters_rows);

static const struct nl_row times_rows[] = {
	[CTA_TIMESTAMP_START] = { .name = "timestamp-start", .kind = NL_BE64, .at = AT(ct_times, start_ns), .has = CT_START, .flags = NL_RDONLY },
	[CTA_TIMESTAMP_STOP]  = { .name = "timestamp-stop",  .kind = NL_BE64, .at = AT(ct_times, stop_ns),  .has = CT_STOP,  .flags = NL_RDONLY },
};
static const struct nl_table times_table = NL_TABLE(times_rows);

static const struct nl_row helper_rows[] = {
	[CTA_HELP_NAME] = { .name = "help-name", .kind = NL_STR, .size = CT_HELPER_LEN, .at = AT(ct_helper, name), .has = CT_HELPER },
};
static const struct nl_table helper_table = NL_TABLE(helper_rows);

static const struct nl_row seqadj_rows[] = {
	[CTA_SEQADJ_CORRECTION_POS] = { .name = "correction-pos", .kind = NL_BE32, .at = AT(ct_seqadj, pos),    .has = CT_ADJ_POS },
	[CTA_SEQADJ_OFFSET_BEFORE]  = { .name = "offset-before",  .kind = NL_BE32, .at = AT(ct_seqadj, before), .has = CT_ADJ_BEFORE },
	[CTA_SEQADJ_OFFSET_AFTER]   = { .name = "offset-after",   .kind = NL_BE32, .at = AT(ct_seqadj, after),  .has = CT_ADJ_AFTER },
};
static const struct nl_table seqadj_table = NL_TABLE(seqadj_rows);

static const struct nl_row synproxy_rows[] = {
	[CTA_SYNPROXY_ISN]   = { .name = "isn",   .kind = NL_BE32, .at = AT(ct_synproxy, isn),   .has = CT_ISN },
	[CTA_SYNPROXY_ITS]   = { .name = "its",   .kind = NL_BE32, .at = AT(ct_synproxy, its),   .has = CT_ITS },
	[CTA_SYNPROXY_TSOFF] = { .name = "tsoff", .kind = NL_BE32, .at = AT(ct_synproxy, tsoff), .has = CT_TSOFF },
};
static const struct nl_table synproxy_table = NL_TABLE(synproxy_rows);

static const struct nl_row secctx_rows[] = {
	[CTA_SECCTX_NAME] = { .name = "secctx-name", .kind = NL_STR, .size = CT_SECCTX_LEN, .at = AT(ct_secctx, text), .has = CT_SECCTX, .flags = NL_RDONLY },
};
static const struct nl_table secctx_table = NL_TABLE(secctx_rows);

static const struct nl_row flow_rows[] = {
	[CTA_TUPLE_ORIG]      = { .name = "tuple-orig",      SUB(ct_tuple_table), .at = AT(ct_flow, dir[CT_ORIG]) },
	[CTA_TUPLE_REPLY]     = { .name = "tuple-reply",     SUB(ct_tuple_table), .at = AT(ct_flow, dir[CT_REPLY]) },
	[CTA_STATUS]          = { .name = "status",          .kind = NL_BE32, .at = AT(ct_flow, status),  .has = CT_STATUS },
	[CTA_PROTOINFO]       = { .name = "protoinfo",       SUB(info_table),     .at = AT(ct_flow, info) },
	[CTA_HELP]            = { .name = "help",            SUB(helper_table),   .at = AT(ct_flow, helper) },
	[CTA_TIMEOUT]         = { .name = "timeout",         .kind = NL_BE32, .at = AT(ct_flow, timeout), .has = CT_TIMEOUT },
	[CTA_MARK]            = { .name = "mark",            .kind = NL_BE32, .at = AT(ct_flow, mark),    .has = CT_MARK },
	[CTA_COUNTERS_ORIG]   = { .name = "counters-orig",   SUB(counters_table), .at = AT(ct_flow, counters[CT_ORIG]) },
	[CTA_COUNTERS_REPLY]  = { .name = "counters-reply",  SUB(counters_table), .at = AT(ct_flow, counters[CT_REPLY]) },
	[CTA_USE]             = { .name = "use",             .kind = NL_BE32, .at = AT(ct_flow, use),     .has = CT_USE, .flags = NL_RDONLY },
	[CTA_ID]              = { .name = "id",              .kind = NL_BE32, .at = AT(ct_flow, id),      .has = CT_ID,  .flags = NL_RDONLY },
	[CTA_TUPLE_MASTER]    = { .name = "tuple-master",    SUB(ct_tuple_table), .at = AT(ct_flow, master) },
	[CTA_SEQ_ADJ_ORIG]    = { .name = "seq-adj-orig",    SUB(seqadj_table),   .at = AT(ct_flow, seqadj[CT_ORIG]) },
	[CTA_SEQ_ADJ_REPLY]   = { .name = "seq-adj-reply",   SUB(seqadj_table),   .at = AT(ct_flow, seqadj[CT_REPLY]) },
	[CTA_SECMARK]         = { .name = "secmark",         .kind = NL_BE32, .at = AT(ct_flow, secmark), .has = CT_SECMARK, .flags = NL_RDONLY },
	[CTA_ZONE]            = { .name = "zone",            .kind = NL_BE16, .at = AT(ct_flow, zone),    .has = CT_ZONE },
	[CTA_SECCTX]          = { .name = "secctx",          SUB(secctx_table),   .at = AT(ct_flow, secctx) },
	[CTA_TIMESTAMP]       = { .name = "timestamp",       SUB(times_table),    .at = AT(ct_flow, times) },
	[CTA_LABELS]          = { .name = "labels",          .kind = NL_BITS, .size = CT_LABEL_BYTES, .at = AT(ct_flow, labels), .has = CT_LABELS },
	[CTA_SYNPROXY]        = { .name = "synproxy",        SUB(synproxy_table), .at = AT(ct_flow, synproxy) },
	[CTA_TIMESTAMP_EVENT] = { .name = "timestamp-event", .kind = NL_BE64, .at = AT(ct_flow, event_ns), .has = CT_EVENT_TIME, .flags = NL_RDONLY },
};
const struct nl_table ct_flow_table = NL_TABLE(flow_rows);

static const struct nl_row expect_nat_rows[] = {
	[CTA_EXPECT_NAT_DIR]   = { .name = "expect-nat-dir",   .kind = NL_BE32, .at = AT(ct_expect_nat, dir), .has = CT_EXP_NAT_DIR },
	[CTA_EXPECT_NAT_TUPLE] = { .name = "expect-nat-tuple", SUB(ct_tuple_table), .at = AT(ct_expect_nat, tuple) },
};
static const struct nl_table expect_nat_table = NL_TABLE(expect_nat_rows);

static const struct nl_row expect_rows[] = {
	[CTA_EXPECT_MASTER]    = { .name = "expect-master",    SUB(ct_tuple_table), .at = AT(ct_expect, master) },
	[CTA_EXPECT_TUPLE]     = { .name = "expect-tuple",     SUB(ct_tuple_table), .at = AT(ct_expect, tuple) },
	[CTA_EXPECT_MASK]      = { .name = "expect-mask",      SUB(ct_tuple_table), .at = AT(ct_expect, mask) },
	[CTA_EXPECT_TIMEOUT]   = { .name = "expect-timeout",   .kind = NL_BE32, .at = AT(ct_expect, timeout), .has = CT_EXP_TIMEOUT },
	[CTA_EXPECT_ID]        = { .name = "expect-id",        .kind = NL_BE32, .at = AT(ct_expect, id),      .has = CT_EXP_ID },
	[CTA_EXPECT_HELP_NAME] = { .name = "expect-help-name", .kind = NL_STR, .size = CT_HELPER_LEN, .at = AT(ct_expect, helper), .has = CT_EXP_HELPER },
	[CTA_EXPECT_ZONE]      = { .name = "expect-zone",      .kind = NL_BE16, .at = AT(ct_expect, zone),    .has = CT_EXP_ZONE },
	[CTA_EXPECT_FLAGS]     = { .name = "expect-flags",     .kind = NL_BE32, .at = AT(ct_expect, flags),   .has = CT_EXP_FLAGS },
	[CTA_EXPECT_CLASS]     = { .name = "expect-class",     .kind = NL_BE32, .at = AT(ct_expect, class),   .has = CT_EXP_CLASS },
	[CTA_EXPECT_NAT]       = { .name = "expect-nat",       SUB(expect_nat_table), .at = AT(ct_expect, nat) },
	[CTA_EXPECT_FN]        = { .name = "expect-fn",        .kind = NL_STR, .size = CT_FN_LEN, .at = AT(ct_expect, fn), .has = CT_EXP_FN },
};
const struct nl_table ct_expect_table = NL_TABLE(expect_rows);

/* Every row of the statistics is alike: value n of attribute n. */
#define STAT(n) \
	[n] = { .kind = NL_BE32, .at = AT(ct_stats, v[n]), .has = 1u << (n) }

static const struct nl_row stats_rows[CT_STATS_MAX] = {
	STAT(1), STAT(2), STAT(3), STAT(4), STAT(5), STAT(6), STAT(7),
	STAT(8), STAT(9), STAT(10), STAT(11), STAT(12), STAT(13), STAT(14),
	STAT(15), STAT(16), STAT(17), STAT(18), STAT(19),
};
const struct nl_table ct_stats_table = NL_TABLE(stats_rows);
