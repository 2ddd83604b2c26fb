/* SPDX-License-Identifier: MIT */
/* What a tuple needs to be whole, and how one direction tells the other. */
#ifndef CT_TUPLE_H
#define CT_TUPLE_H

#include "ct/flow.h"

/* Both addresses are there. */
static inline int ct_tuple_has_pair(const struct ct_tuple *t)
{
	return t->has & CT_SRC && t->has & CT_DST;
}

/* What the kernel translates beside an address: a port, a key or an ICMP id. */
uint16_t ct_tuple_port(const struct ct_tuple *t, enum ct_end end);

/* The members beside addresses and protocol that the protocol's tuples have. */
uint32_t ct_tuple_needs(uint8_t proto);

/*
 * Does the kernel take the ICMP type for a query? Others are refused in a
 * tuple with EINVAL. Tuples of other protocols: yes.
 */
int ct_tuple_is_query(const struct ct_tuple *t);

/*
 * Fill the addresses, ports, keys and ICMP members that t lacks and the
 * other direction has, as in a flow that is not translated.
 */
void ct_tuple_mirror(struct ct_tuple *t, const struct ct_tuple *other);

#endif
