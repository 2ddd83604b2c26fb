/* SPDX-License-Identifier: MIT */
/*
 * Counting without listing: the numbers that the kernel keeps itself.
 * ctnetlink.md 3.8.
 */
#ifndef CT_COUNT_H
#define CT_COUNT_H

#include "ct/stats.h"
#include "nl/msg.h"

/* The request for the entries of the table, or for a row of statistics per CPU. */
void ct_count_request(struct nl_put *m);
void ct_stats_request(struct nl_put *m, int expect);

/* Read an answer to the first. Returns 0, or -EBADMSG. */
int ct_count_read(const struct nl_msg *m, uint32_t *entries);

/*
 * The type of an answer to the second. Those about expectations come in the
 * conntrack subsystem, by mistake (ctnetlink_exp_stat_fill_info).
 */
static inline uint16_t ct_stats_type(int expect)
{
	return nl_msg_type(NFNL_SUBSYS_CTNETLINK, expect ?
			   IPCTNL_MSG_EXP_GET_STATS_CPU :
			   IPCTNL_MSG_CT_GET_STATS_CPU);
}

/* Read one. Returns 0, or -EBADMSG. */
int ct_stats_read(const struct nl_msg *m, struct ct_stats *s);

#endif
