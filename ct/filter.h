/* SPDX-License-Identifier: MIT */
/*
 * What a command selects: conditions that must all hold. compat.md 6.
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

struct ct_filter {
	uint32_t	 has;
	uint8_t		 family;	/* AF_UNSPEC: any */
	uint16_t	 protos;	/* CT_F_PROTOS: mask of 1 << CT_P_* */
	uint16_t	 states;	/* CT_F_STATE: protocols with one below */
	uint8_t		 state[CT_P_COUNT];
	uint16_t	 zone;
	uint32_t	 status, status_mask;	/* status & mask == status */
	uint32_t	 mark, mark_mask;
	uint32_t	 id;
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
