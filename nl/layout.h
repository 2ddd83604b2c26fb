/* SPDX-License-Identifier: MIT */
/*
 * Decoding by a layout learned once.
 *
 * The records of a dump come in a handful of shapes: the same attributes at
 * the same places, only the values differ. The first record of a shape is
 * walked, and noted are its headers, as a picture to compare with, and a list
 * of the moves that bring the values to their members. A record that agrees
 * with the picture is decoded by the list: no lengths, no tables, no
 * recursion. Another shape is work for nl_decode(). The same way back: the
 * headers are copied, and the moves bring the members to their places.
 */
#ifndef NL_LAYOUT_H
#define NL_LAYOUT_H

#include "nl/table.h"

#define NL_LAYOUTS	8u	/* shapes remembered, by length of the record */
#define NL_LAYOUT_BYTES	512u	/* of a record; a longer one is not learned */
#define NL_LAYOUT_STEPS	64u	/* values in it */
#define NL_LAYOUT_HAS	16u	/* presence words: a table's, and its nests' */

/* How a value goes to its member. The first ones are those of enum nl_kind. */
enum nl_move {
	NL_MOVE_NOTHING = NL_HOLE,	/* nests, too: only their headers matter */
	NL_MOVE_U8	= NL_U8,
	NL_MOVE_BE16	= NL_BE16,
	NL_MOVE_BE32	= NL_BE32,
	NL_MOVE_BE64	= NL_BE64,
	NL_MOVE_2,			/* bytes as they are */
	NL_MOVE_4,
	NL_MOVE_16,
	NL_MOVE_BY_ROW,			/* the rest: nl_take() */
	NL_MOVES,
};

/* One value, and the member it goes to. */
struct nl_step {
	uint16_t		 off;	/* of the value in the run */
	uint16_t		 at;	/* of the member in the decoded struct */
	const struct nl_row	*row;
};

/* The steps of a move stand together, so that it is one loop. */
struct nl_layout {
	size_t		 left;		/* bytes of such a run; 0: none yet */
	unsigned	 strangers;	/* runs of another shape since */
	unsigned	 n_has;		/* presence words */
	unsigned	 n_set;		/* of them with a bit set, the first */
	struct nl_presence {
		uint32_t	 at, bits;
	}		 has[NL_LAYOUT_HAS];
	struct nl_step	*end[NL_MOVES];	/* behind the last one of a move */
	struct nl_step	 step[NL_LAYOUT_STEPS];
	uint8_t		 head[NL_LAYOUT_BYTES];	/* headers; zeros between */
	uint8_t		 mask[NL_LAYOUT_BYTES];	/* 0xff over each header */
};

/* Layouts of one table and one struct; begin with all zeros. */
struct nl_layouts {
	struct nl_layout slot[NL_LAYOUTS];
};

/*
 * nl_decode() of the whole table, by a learned layout where there is one.
 * Same contract, same result.
 */
int nl_layout_decode(struct nl_layouts *ls, const struct nl_row *t,
		     struct nl_run run, void *to);

/*
 * nl_encode() by the layout learned last, where that was of a struct with the
 * same presence words. Same contract, same bytes. *l begins with all
 * zeros, and is for one table; texts are not learned.
 */
void nl_layout_encode(struct nl_layout *l, const struct nl_row *t,
		      const void *from, struct nl_put *m);

#endif
