/* SPDX-License-Identifier: MIT */
/*
 * The one place that decides how a question is asked: the cheapest request
 * that is correct on every kernel, and what is left to match here.
 *
 * Whatever the kernel was asked to leave out is matched again by ct_match():
 * a kernel that ignored a filter costs time, never correctness. Ranges of ports
 * and what must not hold are left to it altogether.
 */
#ifndef CT_PLAN_H
#define CT_PLAN_H

#include "ct/filter.h"
#include "nl/attr.h"
#include "nl/put.h"

#include <stdint.h>

enum ct_table {
	CT_TABLE_CONNTRACK,
	CT_TABLE_EXPECT,
	CT_TABLE_DYING,
	CT_TABLE_UNCONFIRMED,
};

/* What the user wants of a table. */
enum ct_verb {
	CT_SHOW,	/* all entries that pass the filter */
	CT_CHANGE,	/* the same, to delete or update them */
	CT_LOOKUP,	/* the one entry of a complete tuple: -G */
};

/* ct_plan.sends: conditions that the request carries */
#define CT_SENDS_STATUS	0x1u
#define CT_SENDS_MARK	0x2u
#define CT_SENDS_ZONE	0x4u
#define CT_SENDS_TUPLE	0x8u	/* CTA_FILTER and the tuples it speaks of */

struct ct_plan {
	const struct ct_filter	*filter;
	enum ct_table		 table;
	uint8_t			 single;	/* a look-up, not a dump */
	uint8_t			 dir;		/* single: by which tuple */
	uint8_t			 n;		/* requests to make, one per */
	uint8_t			 family[2];	/* of these families */
	uint32_t		 sends;		/* CT_SENDS_* */
	uint32_t		 flags[2];	/* NL_FILTER_*, by direction */
	struct ct_tuple		 tuple[2];	/* what of the tuples is sent */
	uint16_t		 zone;		/* CT_SENDS_ZONE */
	uint32_t		 wants;		/* left to match: 1 << CTA_* */
};

/*
 * Plan. *f must stay as long as *p.
 *
 * CT_LOOKUP takes a filter with both addresses of a direction and what the
 * protocol's tuple needs; a missing ICMP id is 0.
 */
void ct_plan(struct ct_plan *p, enum ct_verb verb, enum ct_table table,
	     const struct ct_filter *f);

/*
 * The same question in its plainest form: a dump restricted by family alone.
 * For kernels that refuse the better one with EINVAL or EOPNOTSUPP. Returns 0
 * when the plan was that plain already.
 */
int ct_plan_simplify(struct ct_plan *p);

/* Write request i of the plan, of p->n, into the empty *m. */
void ct_plan_request(const struct ct_plan *p, unsigned i, struct nl_put *m);

/* Write one tuple, as an attribute of the type. */
void ct_put_tuple(struct nl_put *m, uint16_t type, const struct ct_tuple *t);

/*
 * The attributes that name an entry in a request for it alone: the original
 * tuple and the zone, copied byte for byte from those of a record just
 * received, and its id as well if a new entry of the same tuple is to be
 * spared. CT_GET, CT_GET_CTRZERO, CT_NEW and CT_DELETE take them, the last one
 * heeds the id. Returns 0, or -EBADMSG when the record has no tuple, or one
 * of the others is too short to be read.
 */
int ct_name_entry(struct nl_put *m, struct nl_run record, int with_id);

#endif
