/* SPDX-License-Identifier: MIT */
/*
 * Statistics, decoded: counters of one CPU, or of the whole table, by the
 * number of their attribute.
 */
#ifndef CT_STATS_H
#define CT_STATS_H

#include <stdint.h>

/* Attributes 1 to 15 are known, four more are shown without a name. */
#define CT_STATS_MAX	20

struct ct_stats {
	uint32_t	 has;		/* bit n: v[n] was sent */
	uint16_t	 cpu;
	uint32_t	 v[CT_STATS_MAX];	/* v[CTA_STATS_*] */
};

#endif
