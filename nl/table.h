/* SPDX-License-Identifier: MIT */
/*
 * Rows that describe attributes: one table reads and writes them.
 *
 * The decoded struct begins with its presence word, a uint32_t; a row says
 * which bit of it tells that the row's member is filled. A nested table
 * fills a struct of its own at the row's offset, or, with offset 0, goes on
 * filling the same one.
 */
#ifndef NL_TABLE_H
#define NL_TABLE_H

#include "nl/attr.h"
#include "nl/put.h"

#include <stdint.h>

/* The number of a number's kind is its size in bytes. */
enum nl_kind {
	NL_HOLE,	/* not ours: passed over */
	NL_U8 = 1,
	NL_BE16 = 2,
	NL_BE32 = 4,
	NL_BE64 = 8,
	NL_BYTES,	/* size bytes; fewer are ignored, more are cut */
	NL_BITS,	/* up to size bytes, the rest of the member zeroed */
	NL_STR,		/* text: cut at its NUL or at size - 1 */
	NL_NEST,
};

/* One attribute: its wire form, and the member it fills. */
struct nl_row {
	uint16_t	 at;		/* offset in the decoded struct */
	union {
		uint16_t size;		/* NL_BYTES, NL_BITS, NL_STR */
		uint16_t sub;		/* NL_NEST: index of the table */
	};
	uint8_t		 kind;		/* enum nl_kind */
	uint8_t		 bit : 7;	/* its number in the presence word */
	uint8_t		 rdonly : 1;	/* the kernel tells it, never takes it */
};

/*
 * A table is a run of rows, by attribute number. Row 0, which is no
 * attribute's, is its head: a hole that says how many rows there are and at
 * which index of the array they begin. Tables that nest in each other stand
 * in one array.
 */
#define NL_TABLE(index, n)	{ .at = (index), .size = (n) }

#define NL_ALL	UINT32_MAX	/* want: every attribute of the table */

/* The row of an attribute; of one not in the table, the head, a hole. */
static inline const struct nl_row *nl_table_row(const struct nl_row *t,
						unsigned type)
{
	return &t[type < t->size ? type : 0];
}

/* The table of a nest's row. */
static inline const struct nl_row *nl_table_sub(const struct nl_row *t,
						const struct nl_row *row)
{
	return t - t->at + row->sub;
}

/*
 * Decode a run of attributes into the struct at *to, whose presence words
 * the caller has cleared.
 *
 * want has bit n set when attribute n is to be read; it speaks of this level
 * only, nests are read whole. Unknown attributes, and known ones too short
 * for their kind, are passed over (ctnetlink.md, trap 16). Recursion follows
 * our tables, never the bytes. Returns 0, or -EBADMSG when a length points
 * outside the run; members decoded before that stay filled.
 */
int nl_decode(const struct nl_row *t, struct nl_run run, uint32_t want,
	      void *to);

/*
 * One attribute of any kind but NL_NEST: is its payload long enough, and, if
 * so, its value to the member at *at.
 */
int nl_takes(const struct nl_row *row, const struct nl_attr *a);
void nl_take(const struct nl_row *row, const struct nl_attr *a, void *at);

/*
 * Write the attributes whose presence bits are set in the struct at *from,
 * in the order of their numbers, read-only ones left out. A nest with
 * nothing inside is not written. Errors stick in m->err.
 */
void nl_encode(const struct nl_row *t, const void *from, struct nl_put *m);

#endif
