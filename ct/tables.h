/* SPDX-License-Identifier: MIT */
/*
 * Every attribute of ctnetlink, once: read and written by these rows.
 * ctnetlink.md 4; include/uapi/linux/netfilter/nfnetlink_conntrack.h.
 */
#ifndef CT_TABLES_H
#define CT_TABLES_H

#include "nl/table.h"

/* What each speaks of: the rows, and the decoded struct. */
enum {
	CT_T_FLOW,	/* struct ct_flow, CTA_* */
	CT_T_TUPLE,	/* struct ct_tuple, CTA_TUPLE_* */
	CT_T_EXPECT,	/* struct ct_expect, CTA_EXPECT_* */
	CT_T_STATS,	/* struct ct_stats, CTA_STATS_* */
	CT_T_COUNT,	/* and from here on the nests in them */
};

extern const struct nl_table ct_tables[];

#define ct_flow_table	ct_tables[CT_T_FLOW]
#define ct_tuple_table	ct_tables[CT_T_TUPLE]
#define ct_expect_table	ct_tables[CT_T_EXPECT]
#define ct_stats_table	ct_tables[CT_T_STATS]

#endif
