/* SPDX-License-Identifier: MIT */
#include "ct/tables.h"

#include "ct/expect.h"
#include "ct/flow.h"

#include <stddef.h>

#define AT(type, member)	offsetof(struct type, member)

/* The number of a bit in a presence word. */
#define BIT(mask)	__builtin_ctz(mask)

/* A nest, into a struct of its own or (offset 0) the same one. */
#define SUB(table)	.kind = NL_NEST, .sub = (table)

/* The tables of nests, behind those that have a name elsewhere. */
enum {
	T_IP = CT_T_NESTS,
	T_PROTO = T_IP + CTA_IP_V6_DST + 1,
	T_TCP = T_PROTO + CTA_PROTO_ICMPV6_CODE + 1,
	T_DCCP = T_TCP + CTA_PROTOINFO_TCP_FLAGS_REPLY + 1,
	T_SCTP = T_DCCP + CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ + 1,
	T_INFO = T_SCTP + CTA_PROTOINFO_SCTP_VTAG_REPLY + 1,
	T_COUNTERS = T_INFO + CTA_PROTOINFO_SCTP + 1,
	T_TIMES = T_COUNTERS + CTA_COUNTERS_BYTES + 1,
	T_HELPER = T_TIMES + CTA_TIMESTAMP_STOP + 1,
	T_SEQADJ = T_HELPER + CTA_HELP_NAME + 1,
	T_SYNPROXY = T_SEQADJ + CTA_SEQADJ_OFFSET_AFTER + 1,
	T_SECCTX = T_SYNPROXY + CTA_SYNPROXY_TSOFF + 1,
	T_EXPECT_NAT = T_SECCTX + CTA_SECCTX_NAME + 1,
	T_END = T_EXPECT_NAT + CTA_EXPECT_NAT_TUPLE + 1,
};

/* A table that ends where another one begins. */
#define TABLE(begin, end)	[begin] = NL_TABLE(begin, (end) - (begin))

/* Every row of the statistics is alike: value n of attribute n. */
#define STAT(n) \
	[CT_T_STATS + n] = { .kind = NL_BE32, .at = AT(ct_stats, v[n]), .bit = (n) }

const struct nl_row ct_tables[T_END] = {
	TABLE(CT_T_FLOW, CT_T_TUPLE),
	[CT_T_FLOW + CTA_TUPLE_ORIG]      = { SUB(CT_T_TUPLE), .at = AT(ct_flow, dir[CT_ORIG]) },
	[CT_T_FLOW + CTA_TUPLE_REPLY]     = { SUB(CT_T_TUPLE), .at = AT(ct_flow, dir[CT_REPLY]) },
	[CT_T_FLOW + CTA_STATUS]          = { .kind = NL_BE32, .at = AT(ct_flow, status),  .bit = BIT(CT_STATUS) },
	[CT_T_FLOW + CTA_PROTOINFO]       = { SUB(T_INFO),     .at = AT(ct_flow, info) },
	[CT_T_FLOW + CTA_HELP]            = { SUB(T_HELPER),   .at = AT(ct_flow, helper) },
	[CT_T_FLOW + CTA_TIMEOUT]         = { .kind = NL_BE32, .at = AT(ct_flow, timeout), .bit = BIT(CT_TIMEOUT) },
	[CT_T_FLOW + CTA_MARK]            = { .kind = NL_BE32, .at = AT(ct_flow, mark),    .bit = BIT(CT_MARK) },
	[CT_T_FLOW + CTA_COUNTERS_ORIG]   = { SUB(T_COUNTERS), .at = AT(ct_flow, counters[CT_ORIG]) },
	[CT_T_FLOW + CTA_COUNTERS_REPLY]  = { SUB(T_COUNTERS), .at = AT(ct_flow, counters[CT_REPLY]) },
	[CT_T_FLOW + CTA_USE]             = { .kind = NL_BE32, .at = AT(ct_flow, use),     .bit = BIT(CT_USE), .rdonly = 1 },
	[CT_T_FLOW + CTA_ID]              = { .kind = NL_BE32, .at = AT(ct_flow, id),      .bit = BIT(CT_ID),  .rdonly = 1 },
	[CT_T_FLOW + CTA_TUPLE_MASTER]    = { SUB(CT_T_TUPLE), .at = AT(ct_flow, master) },
	[CT_T_FLOW + CTA_SEQ_ADJ_ORIG]    = { SUB(T_SEQADJ),   .at = AT(ct_flow, seqadj[CT_ORIG]) },
	[CT_T_FLOW + CTA_SEQ_ADJ_REPLY]   = { SUB(T_SEQADJ),   .at = AT(ct_flow, seqadj[CT_REPLY]) },
	[CT_T_FLOW + CTA_SECMARK]         = { .kind = NL_BE32, .at = AT(ct_flow, secmark), .bit = BIT(CT_SECMARK), .rdonly = 1 },
	[CT_T_FLOW + CTA_ZONE]            = { .kind = NL_BE16, .at = AT(ct_flow, zone),    .bit = BIT(CT_ZONE) },
	[CT_T_FLOW + CTA_SECCTX]          = { SUB(T_SECCTX),   .at = AT(ct_flow, secctx) },
	[CT_T_FLOW + CTA_TIMESTAMP]       = { SUB(T_TIMES),    .at = AT(ct_flow, times) },
	[CT_T_FLOW + CTA_LABELS]          = { .kind = NL_BITS, .size = CT_LABEL_BYTES, .at = AT(ct_flow, labels), .bit = BIT(CT_LABELS) },
	[CT_T_FLOW + CTA_SYNPROXY]        = { SUB(T_SYNPROXY), .at = AT(ct_flow, synproxy) },
	[CT_T_FLOW + CTA_TIMESTAMP_EVENT] = { .kind = NL_BE64, .at = AT(ct_flow, event_ns), .bit = BIT(CT_EVENT_TIME), .rdonly = 1 },

	TABLE(CT_T_TUPLE, CT_T_EXPECT),
	[CT_T_TUPLE + CTA_TUPLE_IP]    = { SUB(T_IP) },
	[CT_T_TUPLE + CTA_TUPLE_PROTO] = { SUB(T_PROTO) },
	[CT_T_TUPLE + CTA_TUPLE_ZONE]  = { .kind = NL_BE16, .at = AT(ct_tuple, zone), .bit = BIT(CT_TUPLE_ZONE) },

	TABLE(CT_T_EXPECT, CT_T_STATS),
	[CT_T_EXPECT + CTA_EXPECT_MASTER]    = { SUB(CT_T_TUPLE), .at = AT(ct_expect, master) },
	[CT_T_EXPECT + CTA_EXPECT_TUPLE]     = { SUB(CT_T_TUPLE), .at = AT(ct_expect, tuple) },
	[CT_T_EXPECT + CTA_EXPECT_MASK]      = { SUB(CT_T_TUPLE), .at = AT(ct_expect, mask) },
	[CT_T_EXPECT + CTA_EXPECT_TIMEOUT]   = { .kind = NL_BE32, .at = AT(ct_expect, timeout), .bit = BIT(CT_EXP_TIMEOUT) },
	[CT_T_EXPECT + CTA_EXPECT_ID]        = { .kind = NL_BE32, .at = AT(ct_expect, id),      .bit = BIT(CT_EXP_ID) },
	[CT_T_EXPECT + CTA_EXPECT_HELP_NAME] = { .kind = NL_STR, .size = CT_HELPER_LEN, .at = AT(ct_expect, helper), .bit = BIT(CT_EXP_HELPER) },
	[CT_T_EXPECT + CTA_EXPECT_ZONE]      = { .kind = NL_BE16, .at = AT(ct_expect, zone),    .bit = BIT(CT_EXP_ZONE) },
	[CT_T_EXPECT + CTA_EXPECT_FLAGS]     = { .kind = NL_BE32, .at = AT(ct_expect, flags),   .bit = BIT(CT_EXP_FLAGS) },
	[CT_T_EXPECT + CTA_EXPECT_CLASS]     = { .kind = NL_BE32, .at = AT(ct_expect, class),   .bit = BIT(CT_EXP_CLASS) },
	[CT_T_EXPECT + CTA_EXPECT_NAT]       = { SUB(T_EXPECT_NAT), .at = AT(ct_expect, nat) },
	[CT_T_EXPECT + CTA_EXPECT_FN]        = { .kind = NL_STR, .size = CT_FN_LEN, .at = AT(ct_expect, fn), .bit = BIT(CT_EXP_FN) },

	TABLE(CT_T_STATS, CT_T_NESTS),
	STAT(1), STAT(2), STAT(3), STAT(4), STAT(5), STAT(6), STAT(7),
	STAT(8), STAT(9), STAT(10), STAT(11), STAT(12), STAT(13), STAT(14),
	STAT(15), STAT(16), STAT(17), STAT(18), STAT(19),

	TABLE(T_IP, T_PROTO),
	[T_IP + CTA_IP_V4_SRC] = { .kind = NL_BYTES, .size = 4,  .at = AT(ct_tuple, src), .bit = BIT(CT_SRC4) },
	[T_IP + CTA_IP_V4_DST] = { .kind = NL_BYTES, .size = 4,  .at = AT(ct_tuple, dst), .bit = BIT(CT_DST4) },
	[T_IP + CTA_IP_V6_SRC] = { .kind = NL_BYTES, .size = 16, .at = AT(ct_tuple, src), .bit = BIT(CT_SRC6) },
	[T_IP + CTA_IP_V6_DST] = { .kind = NL_BYTES, .size = 16, .at = AT(ct_tuple, dst), .bit = BIT(CT_DST6) },

	TABLE(T_PROTO, T_TCP),
	[T_PROTO + CTA_PROTO_NUM]         = { .kind = NL_U8,   .at = AT(ct_tuple, proto), .bit = BIT(CT_PROTO) },
	[T_PROTO + CTA_PROTO_SRC_PORT]    = { .kind = NL_BE16, .at = AT(ct_tuple, sport), .bit = BIT(CT_SPORT) },
	[T_PROTO + CTA_PROTO_DST_PORT]    = { .kind = NL_BE16, .at = AT(ct_tuple, dport), .bit = BIT(CT_DPORT) },
	[T_PROTO + CTA_PROTO_ICMP_ID]     = { .kind = NL_BE16, .at = AT(ct_tuple, id),    .bit = BIT(CT_ICMP_ID) },
	[T_PROTO + CTA_PROTO_ICMP_TYPE]   = { .kind = NL_U8,   .at = AT(ct_tuple, type),  .bit = BIT(CT_ICMP_TYPE) },
	[T_PROTO + CTA_PROTO_ICMP_CODE]   = { .kind = NL_U8,   .at = AT(ct_tuple, code),  .bit = BIT(CT_ICMP_CODE) },
	[T_PROTO + CTA_PROTO_ICMPV6_ID]   = { .kind = NL_BE16, .at = AT(ct_tuple, id),    .bit = BIT(CT_ICMP6_ID) },
	[T_PROTO + CTA_PROTO_ICMPV6_TYPE] = { .kind = NL_U8,   .at = AT(ct_tuple, type),  .bit = BIT(CT_ICMP6_TYPE) },
	[T_PROTO + CTA_PROTO_ICMPV6_CODE] = { .kind = NL_U8,   .at = AT(ct_tuple, code),  .bit = BIT(CT_ICMP6_CODE) },

	TABLE(T_TCP, T_DCCP),
	[T_TCP + CTA_PROTOINFO_TCP_STATE]           = { .kind = NL_U8, .at = AT(ct_info, state),     .bit = BIT(CT_TCP_STATE) },
	[T_TCP + CTA_PROTOINFO_TCP_WSCALE_ORIGINAL] = { .kind = NL_U8, .at = AT(ct_info, wscale[0]), .bit = BIT(CT_TCP_WSCALE) },
	[T_TCP + CTA_PROTOINFO_TCP_WSCALE_REPLY]    = { .kind = NL_U8, .at = AT(ct_info, wscale[1]), .bit = BIT(CT_TCP_WSCALE_R) },
	[T_TCP + CTA_PROTOINFO_TCP_FLAGS_ORIGINAL]  = { .kind = NL_BYTES, .size = 2, .at = AT(ct_info, flags[0]), .bit = BIT(CT_TCP_FLAGS) },
	[T_TCP + CTA_PROTOINFO_TCP_FLAGS_REPLY]     = { .kind = NL_BYTES, .size = 2, .at = AT(ct_info, flags[1]), .bit = BIT(CT_TCP_FLAGS_R) },

	TABLE(T_DCCP, T_SCTP),
	[T_DCCP + CTA_PROTOINFO_DCCP_STATE]         = { .kind = NL_U8,   .at = AT(ct_info, state), .bit = BIT(CT_DCCP_STATE) },
	[T_DCCP + CTA_PROTOINFO_DCCP_ROLE]          = { .kind = NL_U8,   .at = AT(ct_info, role),  .bit = BIT(CT_DCCP_ROLE) },
	[T_DCCP + CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ] = { .kind = NL_BE64, .at = AT(ct_info, seq),   .bit = BIT(CT_DCCP_SEQ) },

	TABLE(T_SCTP, T_INFO),
	[T_SCTP + CTA_PROTOINFO_SCTP_STATE]         = { .kind = NL_U8,   .at = AT(ct_info, state),   .bit = BIT(CT_SCTP_STATE) },
	[T_SCTP + CTA_PROTOINFO_SCTP_VTAG_ORIGINAL] = { .kind = NL_BE32, .at = AT(ct_info, vtag[0]), .bit = BIT(CT_SCTP_VTAG) },
	[T_SCTP + CTA_PROTOINFO_SCTP_VTAG_REPLY]    = { .kind = NL_BE32, .at = AT(ct_info, vtag[1]), .bit = BIT(CT_SCTP_VTAG_R) },

	TABLE(T_INFO, T_COUNTERS),
	[T_INFO + CTA_PROTOINFO_TCP]  = { SUB(T_TCP) },
	[T_INFO + CTA_PROTOINFO_DCCP] = { SUB(T_DCCP) },
	[T_INFO + CTA_PROTOINFO_SCTP] = { SUB(T_SCTP) },

	TABLE(T_COUNTERS, T_TIMES),
	[T_COUNTERS + CTA_COUNTERS_PACKETS] = { .kind = NL_BE64, .at = AT(ct_counters, packets), .bit = BIT(CT_PACKETS), .rdonly = 1 },
	[T_COUNTERS + CTA_COUNTERS_BYTES]   = { .kind = NL_BE64, .at = AT(ct_counters, bytes),   .bit = BIT(CT_BYTES),   .rdonly = 1 },

	TABLE(T_TIMES, T_HELPER),
	[T_TIMES + CTA_TIMESTAMP_START] = { .kind = NL_BE64, .at = AT(ct_times, start_ns), .bit = BIT(CT_START), .rdonly = 1 },
	[T_TIMES + CTA_TIMESTAMP_STOP]  = { .kind = NL_BE64, .at = AT(ct_times, stop_ns),  .bit = BIT(CT_STOP),  .rdonly = 1 },

	TABLE(T_HELPER, T_SEQADJ),
	[T_HELPER + CTA_HELP_NAME] = { .kind = NL_STR, .size = CT_HELPER_LEN, .at = AT(ct_helper, name), .bit = BIT(CT_HELPER) },

	TABLE(T_SEQADJ, T_SYNPROXY),
	[T_SEQADJ + CTA_SEQADJ_CORRECTION_POS] = { .kind = NL_BE32, .at = AT(ct_seqadj, pos),    .bit = BIT(CT_ADJ_POS) },
	[T_SEQADJ + CTA_SEQADJ_OFFSET_BEFORE]  = { .kind = NL_BE32, .at = AT(ct_seqadj, before), .bit = BIT(CT_ADJ_BEFORE) },
	[T_SEQADJ + CTA_SEQADJ_OFFSET_AFTER]   = { .kind = NL_BE32, .at = AT(ct_seqadj, after),  .bit = BIT(CT_ADJ_AFTER) },

	TABLE(T_SYNPROXY, T_SECCTX),
	[T_SYNPROXY + CTA_SYNPROXY_ISN]   = { .kind = NL_BE32, .at = AT(ct_synproxy, isn),   .bit = BIT(CT_ISN) },
	[T_SYNPROXY + CTA_SYNPROXY_ITS]   = { .kind = NL_BE32, .at = AT(ct_synproxy, its),   .bit = BIT(CT_ITS) },
	[T_SYNPROXY + CTA_SYNPROXY_TSOFF] = { .kind = NL_BE32, .at = AT(ct_synproxy, tsoff), .bit = BIT(CT_TSOFF) },

	TABLE(T_SECCTX, T_EXPECT_NAT),
	[T_SECCTX + CTA_SECCTX_NAME] = { .kind = NL_STR, .size = CT_SECCTX_LEN, .at = AT(ct_secctx, text), .bit = BIT(CT_SECCTX), .rdonly = 1 },

	TABLE(T_EXPECT_NAT, T_END),
	[T_EXPECT_NAT + CTA_EXPECT_NAT_DIR]   = { .kind = NL_BE32, .at = AT(ct_expect_nat, dir), .bit = BIT(CT_EXP_NAT_DIR) },
	[T_EXPECT_NAT + CTA_EXPECT_NAT_TUPLE] = { SUB(CT_T_TUPLE), .at = AT(ct_expect_nat, tuple) },
};

void ct_flow_clear(struct ct_flow *f)
{
	f->has = 0;
	for (unsigned dir = CT_ORIG; dir <= CT_REPLY; dir++) {
		f->dir[dir].has = 0;
		f->dir[dir].proto = 0;	/* shown and looked up all the same */
	}
	f->info.has = 0;
	f->counters[CT_ORIG].has = 0;
	f->counters[CT_REPLY].has = 0;
	f->times.has = 0;
	f->helper.has = 0;
	f->master.has = 0;
	f->seqadj[CT_ORIG].has = 0;
	f->seqadj[CT_REPLY].has = 0;
	f->synproxy.has = 0;
	f->secctx.has = 0;
}
