/* SPDX-License-Identifier: MIT */
/*
 * Numbers and their words: printed, parsed and completed from these lists. A
 * number without a word is printed as a number: tomorrow's state must not
 * read as NONE. Words for the bits of a mask are listed by bit number.
 */
#ifndef CT_NAMES_H
#define CT_NAMES_H

#include "nl/wire.h"	/* IPS_*, NF_CT_EXPECT_*: the numbers of the words */

#include <stdint.h>

enum ct_list {
	CT_NO_NAMES,		/* the empty list */
	CT_TCP_STATES,		/* TCP_CONNTRACK_* */
	CT_SCTP_STATES,		/* SCTP_CONNTRACK_* */
	CT_DCCP_STATES,		/* not in UAPI */
	CT_STATUS_BITS,		/* bits of IPS_* */
	CT_EXPECT_FLAGS,	/* bits of NF_CT_EXPECT_* */
	CT_EVENTS,		/* enum ct_event */
	CT_EVENT_KINDS,		/* the same in small letters */
	CT_STATS_NAMES,		/* CTA_STATS_* */
	CT_EXPECT_STATS_NAMES,	/* CTA_STATS_EXP_* */
};

/* The word for a number, or NULL. */
const char *ct_name_of(enum ct_list list, uint32_t number);

/* The number of an exact word, or -1. */
int ct_name_find(enum ct_list list, const char *word);

/*
 * Read the digits at *s, of a base of at most 36, or in C syntax when base is
 * 0, and move *s behind them. Returns 0, or -EINVAL with nothing changed when
 * there are none or the number is above max.
 */
int ct_number(const char **s, unsigned base, uint32_t max, uint32_t *v);

#endif
