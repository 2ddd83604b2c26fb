/* SPDX-License-Identifier: MIT */
/*
 * What a command selects: conditions that must all hold, and others of which
 * none may. compat.md 6.
 */
#ifndef CT_FILTER_H
#define CT_FILTER_H

#include "ct/flow.h"
#include "ct/label.h"
#include "ct/proto.h"

/* ct_filter.has; a condition on a member of ct_flow is that member's bit. */
#define CT_F_STATUS	CT_STATUS
#define CT_F_STATE	0x002u
#define CT_F_MARK	CT_MARK
#define CT_F_PROTOS	0x008u
#define CT_F_ID		CT_ID
#define CT_F_ZONE	CT_ZONE		/* of both directions */
#define CT_F_ANY_NAT	0x040u	/* source or destination; excludes those two */
#define CT_F_LABELS	CT_LABELS
#define CT_F_SRC_NAT	0x100u
#define CT_F_DST_NAT	0x200u
#define CT_F_NAT	(CT_F_SRC_NAT | CT_F_DST_NAT | CT_F_ANY_NAT)

/* A translation: of anything, or to an address, or to address and port. */
struct ct_nat {
	uint8_t		 has_addr, has_port;
	uint16_t	 port;
	struct ct_addr	 addr;
};

/*
 * Ports from low to high. Ranges of the same member that follow each other are
 * a list, any of which will do. As with a single port, GRE keys share the
 * member: it is CT_F_PROTOS or the protocol that tells them apart.
 */
struct ct_range {
	uint16_t	 low, high;
	uint32_t	 at;		/* offset in the filter, of dir[] */
};

#define CT_RANGES	32u

struct ct_filter {
	uint32_t	 has;
	uint8_t		 family;	/* AF_UNSPEC: any */
	uint8_t		 n_ranges;
	uint8_t		 n_unless;
	uint16_t	 protos;	/* CT_F_PROTOS: mask of 1 << CT_P_* */
	uint16_t	 states;	/* CT_F_STATE: protocols with one below */
	uint8_t		 state[CT_P_COUNT];
	uint16_t	 zone;
	uint32_t	 status, status_mask;	/* status & mask == status */
	uint32_t	 mark, mark_mask;
	uint32_t	 id;
	/* none of these may hold; they have none of their own */
	const struct ct_filter *unless;
	struct ct_info	 info;		/* SCTP tags, DCCP role: their own bits */
	struct ct_tuple	 dir[2];	/* members to equal: their own bits */
	union {		/* of the addresses of dir[CT_ORIG] */
		struct { struct ct_addr src_mask, dst_mask; };
		struct ct_addr mask[2];	/* CT_SRC_END, CT_DST_END */
	};
	union {		/* CT_F_SRC_NAT, CT_F_DST_NAT; CT_F_ANY_NAT: both */
		struct { struct ct_nat src_nat, dst_nat; };
		struct ct_nat nat[2];
	};
	struct ct_label_set labels;	/* all of these */
	struct ct_range	 range[CT_RANGES];
};

/* Does a mask of an address of this family let every bit count? */
int ct_mask_is_exact(const struct ct_addr *mask, uint8_t family);

/*
 * The attributes that a match looks at, as a mask of 1 << CTA_*; 0 when the
 * filter lets everything pass. A flow of which these are decoded (and the
 * family) can be matched.
 */
uint32_t ct_match_wants(const struct ct_filter *f);

/* Does this flow pass? */
int ct_match(const struct ct_filter *f, const struct ct_flow *flow);

#endif
