/* SPDX-License-Identifier: MIT */
/*
 * Every attribute of ctnetlink, once: read, written and named by these rows.
 * ctnetlink.md 4; include/uapi/linux/netfilter/nfnetlink_conntrack.h.
 */
#ifndef CT_TABLES_H
#define CT_TABLES_H

#include "nl/table.h"

extern const struct nl_table ct_flow_table;	/* struct ct_flow, CTA_* */
extern const struct nl_table ct_tuple_table;	/* struct ct_tuple, CTA_TUPLE_* */
extern const struct nl_table ct_expect_table;	/* struct ct_expect, CTA_EXPECT_* */
extern const struct nl_table ct_stats_table;	/* struct ct_stats, CTA_STATS_* */

#endif
