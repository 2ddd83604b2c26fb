/* SPDX-License-Identifier: MIT */
/*
 * One expectation, decoded: a connection that a helper has announced.
 * Same rules as in ct/flow.h.
 */
#ifndef CT_EXPECT_H
#define CT_EXPECT_H

#include "ct/flow.h"

/* ct_expect.has */
#define CT_EXP_TIMEOUT	0x01u
#define CT_EXP_ID	0x02u
#define CT_EXP_ZONE	0x04u
#define CT_EXP_FLAGS	0x08u
#define CT_EXP_CLASS	0x10u
#define CT_EXP_HELPER	0x20u
#define CT_EXP_FN	0x40u

/* ct_expect_nat.has */
#define CT_EXP_NAT_DIR	0x01u

#define CT_FN_LEN	32	/* longest name in the kernel: 17 bytes */

struct ct_expect_nat {
	uint32_t		 has;
	uint32_t		 dir;	/* enum ct_dir */
	struct ct_tuple		 tuple;
};

struct ct_expect {
	uint32_t		 has;
	uint8_t			 family;
	uint16_t		 zone;
	uint32_t		 timeout;	/* seconds left */
	uint32_t		 id;
	uint32_t		 flags;		/* NF_CT_EXPECT_* */
	uint32_t		 class;		/* of the helper's policies */
	struct ct_tuple		 tuple;		/* what is expected */
	struct ct_tuple		 mask;		/* values are masks, but proto */
	struct ct_tuple		 master;	/* who announced it */
	struct ct_expect_nat	 nat;
	char			 helper[CT_HELPER_LEN];
	char			 fn[CT_FN_LEN];
};

/* Empty an expectation, as ct_flow_clear() does. */
static inline void ct_expect_clear(struct ct_expect *e)
{
	e->has = 0;
	e->tuple.has = 0;
	e->mask.has = 0;
	e->master.has = 0;
	e->nat.has = 0;
	e->nat.tuple.has = 0;
}

#endif
