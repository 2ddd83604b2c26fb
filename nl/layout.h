/* SPDX-License-Identifier: MIT */
/*
 * Decoding by a layout learned once.
 *
 * The records of a dump come in a handful of shapes: the same attributes at
 * the same places, only the values differ. The first record of a shape is
 * walked, and what stands where is noted as a list of steps; the next ones
 * are decoded by the list, which compares every header with the one noted
 * and so needs no lengths, no tables and no recursion. A header that differs
 * means another shape: nl_decode() then does the work.
 */
#ifndef NL_LAYOUT_H
#define NL_LAYOUT_H

#include "nl/table.h"

#define NL_LAYOUTS	8u	/* shapes remembered, by length of the record */
#define NL_LAYOUT_STEPS	64u	/* attributes; a longer record is not learned */
#define NL_LAYOUT_HAS	16u	/* presence words */

/* One attribute: check its header, then move its value. */
struct nl_step {
	uint32_t		 head;	/* its four bytes, as they stand */
	uint16_t		 off;	/* of the header in the run */
	uint16_t		 at;	/* of the member in the decoded struct */
	uint32_t		 kind;	/* of the move, see layout.c */
	const struct nl_row	*row;
};

struct nl_layout {
	size_t		 left;		/* bytes of such a run; 0: none yet */
	unsigned	 strangers;	/* runs of another shape since */
	unsigned	 n_steps, n_has;
	struct {
		uint32_t	 at, bits;
	}		 has[NL_LAYOUT_HAS];
	struct nl_step	 step[NL_LAYOUT_STEPS];
};

/* Layouts of one table and one struct; begin with all zeros. */
struct nl_layouts {
	struct nl_layout slot[NL_LAYOUTS];
};

/*
 * nl_decode() of the whole table, by a learned layout where there is one.
 * Same contract, same result.
 */
int nl_layout_decode(struct nl_layouts *l, const struct nl_table *t,
		     struct nl_run run, void *to);

#endif
