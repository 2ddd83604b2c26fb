/* SPDX-License-Identifier: MIT */
/*
 * Texts, counted: how often each came, and the sums of what came with it. In
 * the end they are handed out, the most frequent first.
 */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* A text, and what was counted of it. */
struct tally_row {
	uint64_t	 count, packets, bytes;
	uint32_t	 hash;
	uint32_t	 n;		/* bytes of the key */
	char		 key[];		/* and a NUL behind them */
};

/* Memory from the kernel, in units of 8 bytes. */
struct tally_room {
	void		*p;
	uint32_t	 units;
};

/* Begins as all zeros. Its memory is its own, until the program ends. */
struct tally {
	struct tally_room rows;		/* one behind the other */
	struct tally_room slots;	/* uint32_t: where each row begins */
	uint32_t	 used;		/* units of rows; 0: none, or no more */
	uint32_t	 settled;	/* of them, those that have a slot */
	uint32_t	 waiting;	/* rows behind these */
	uint32_t	 n;		/* how many texts */
	uint32_t	 secret;	/* of the hash, other in each run */
};

/*
 * Count a text of n bytes, whatever they are and less than 1 GiB, with these
 * packets and bytes. It is copied. Returns 0, or -ENOMEM: then it is not
 * counted, and what was before stays and can be handed out.
 */
int tally_add(struct tally *t, const char *key, size_t n, uint64_t packets,
	      uint64_t bytes);

/*
 * The row with the largest count of those left, or NULL when there is none.
 * Of equals it is the one whose text is first by the order of bytes, as
 * memcmp(3) has it, a shorter one before those it begins. Nothing can be
 * added from the first call on; rows stay as they are.
 *
 * The first call is linear in the number of texts, each other is logarithmic:
 * a few of many cost no sorting of all. No memory is asked for.
 */
const struct tally_row *tally_next(struct tally *t);

#endif
