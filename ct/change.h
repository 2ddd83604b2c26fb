/* SPDX-License-Identifier: MIT */
/*
 * What -I, -A and -U set, and the attributes that make it so: ctnetlink.md
 * 3.4, 3.5 and 4.7, compat.md 3.
 */
#ifndef CT_CHANGE_H
#define CT_CHANGE_H

#include "ct/filter.h"
#include "nl/put.h"

/*
 * The numbers that a command line has are in its filter: when they are bits
 * of has here, they are set, and not compared.
 */
struct ct_change {
	uint32_t	 has;		/* CT_STATUS, CT_MARK: of the filter; */
					/* CT_TIMEOUT, CT_LABELS: below */
	uint32_t	 timeout;	/* seconds */
	uint16_t	 states;	/* protocols with a state in the filter */
	struct ct_info	 info;		/* SCTP tags and DCCP role, as given */
	struct ct_nat	 nat[2];	/* by end; an entry keeps what it got */
	struct ct_helper helper;	/* an empty name takes it away */
	struct ct_label_set labels;	/* the new bits, under ... */
	struct ct_label_set label_mask;	/* ... these */
};

/*
 * Write the attributes of a new entry: its tuples, of which each tells what
 * the other lacks, its zones, and the change. Errors stick in m->err.
 */
void ct_put_new(struct nl_put *m, const struct ct_filter *named,
		const struct ct_change *c);

/*
 * Fill *to with what must be sent so that the change comes true for an entry
 * that was read as *old: the mark becomes (old & ~mask) ^ mark, bits of the
 * status are set and never cleared. Returns 1, 0 when it is true already, or -ERANGE
 * when a label is beyond those that an entry has room for.
 */
int ct_change_apply(struct ct_flow *to, const struct ct_flow *old,
		    const struct ct_filter *f, const struct ct_change *c);

/*
 * Can the entry be told with the change in it without reading it again? Not
 * where the kernel has a say: timeouts have a limit, labels and helpers a
 * place, or none.
 */
int ct_change_is_plain(const struct ct_change *c);

/* Bring what ct_change_apply() left in *to into the entry it is for. */
void ct_change_merge(struct ct_flow *flow, const struct ct_flow *to);

/* Write the attributes of such a flow. Errors stick in m->err. */
void ct_put_update(struct nl_put *m, struct ct_flow *to,
		   const struct ct_change *c);

#endif
