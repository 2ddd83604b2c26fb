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

/* Read an answer to the second. Returns 0, or -EBADMSG. */
int ct_stats_read(const struct nl_msg *m, struct ct_stats *s);

#endif
