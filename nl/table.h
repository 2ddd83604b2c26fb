/* SPDX-License-Identifier: MIT */
/*
 * Rows that describe attributes: one table reads, writes and names them.
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

enum nl_kind {
	NL_HOLE,	/* not ours: passed over */
	NL_U8,
	NL_BE16,
	NL_BE32,
	NL_BE64,
	NL_BYTES,	/* size bytes; fewer are ignored, more are cut */
	NL_BITS,	/* up to size bytes, the rest of the member zeroed */
	NL_STR,		/* text: cut at its NUL or at size - 1 */
	NL_NEST,
};

#define NL_RDONLY	1u	/* flags: the kernel tells it, never takes it */

struct nl_table;

/* One attribute: its wire form, and the member it fills. */
struct nl_row {
	const char		*name;	/* for the kernel's offset in an error */
	const struct nl_table	*sub;	/* NL_NEST */
	uint32_t		 has;	/* its bit in the presence word */
	uint16_t		 at;	/* offset in the decoded struct */
	uint16_t		 size;	/* NL_BYTES, NL_BITS, NL_STR */
	uint8_t			 kind;	/* enum nl_kind */
	uint8_t			 flags;
};

/* Rows indexed by attribute number; rows[0] is always a hole. */
struct nl_table {
	const struct nl_row	*rows;
	uint16_t		 n;
};

#define NL_TABLE(array) \
	{ .rows = (array), .n = sizeof(array) / sizeof((array)[0]) }

#define NL_ALL	UINT32_MAX	/* want: every attribute of the table */

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
int nl_decode(const struct nl_table *t, struct nl_run run, uint32_t want,
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
void nl_encode(const struct nl_table *t, const void *from, struct nl_put *m);

/*
 * The name of the attribute whose header stands at offset off of the run,
 * NULL when there is none with a name.
 */
const char *nl_table_name(const struct nl_table *t, struct nl_run run,
			  size_t off);

#endif
