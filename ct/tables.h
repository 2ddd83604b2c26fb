/* SPDX-License-Identifier: MIT */
/*
 * Every attribute of ctnetlink, once: read and written by these rows.
 * ctnetlink.md 4; include/uapi/linux/netfilter/nfnetlink_conntrack.h.
 */
#ifndef CT_TABLES_H
#define CT_TABLES_H

#include "ct/stats.h"
#include "nl/table.h"

/*
 * Where each begins in the array, and what it speaks of: the decoded struct,
 * and its attributes.
 */
enum {
	CT_T_FLOW,	/* struct ct_flow, CTA_* */
	CT_T_TUPLE = CT_T_FLOW + CTA_TIMESTAMP_EVENT + 1,
			/* struct ct_tuple, CTA_TUPLE_* */
	CT_T_EXPECT = CT_T_TUPLE + CTA_TUPLE_ZONE + 1,
			/* struct ct_expect, CTA_EXPECT_* */
	CT_T_STATS = CT_T_EXPECT + CTA_EXPECT_FN + 1,
			/* struct ct_stats, CTA_STATS_* */
	CT_T_NESTS = CT_T_STATS + CT_STATS_MAX,
			/* and from here on the nests in them */
};

extern const struct nl_row ct_tables[];

#define ct_flow_table	ct_tables[CT_T_FLOW]
#define ct_tuple_table	ct_tables[CT_T_TUPLE]
#define ct_expect_table	ct_tables[CT_T_EXPECT]
#define ct_stats_table	ct_tables[CT_T_STATS]

#endif
