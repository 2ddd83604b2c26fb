/* SPDX-License-Identifier: MIT */
/*
 * Numbers and their words: printed, parsed, completed and documented from
 * these lists. Each ends with a NULL name; where a number stands twice, the
 * first word is printed and both are understood. A number without a word is
 * printed as a number: tomorrow's state must not read as NONE.
 */
#ifndef CT_NAMES_H
#define CT_NAMES_H

#include "nl/wire.h"	/* IPS_*, NF_CT_EXPECT_*: the numbers of the words */

#include <stdint.h>

struct ct_name {
	uint32_t	 value;
	const char	*name;
};

extern const struct ct_name ct_tcp_states[];	/* TCP_CONNTRACK_* */
extern const struct ct_name ct_sctp_states[];	/* SCTP_CONNTRACK_* */
extern const struct ct_name ct_dccp_states[];	/* CT_DCCP_*, not in UAPI */
extern const struct ct_name ct_dccp_roles[];
extern const struct ct_name ct_status_bits[];	/* IPS_*, and 0: UNSET */
extern const struct ct_name ct_expect_flags[];	/* NF_CT_EXPECT_* */
extern const struct ct_name ct_families[];	/* AF_INET, AF_INET6 */
extern const struct ct_name ct_stats_names[];	/* CTA_STATS_* */
extern const struct ct_name ct_expect_stats_names[];	/* CTA_STATS_EXP_* */

/* The word for a number, or NULL. */
const char *ct_name_of(const struct ct_name *list, uint32_t value);

/* The row of an exact word, or NULL. */
const struct ct_name *ct_name_find(const struct ct_name *list,
				   const char *word);

#endif
