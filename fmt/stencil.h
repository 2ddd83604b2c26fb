/* SPDX-License-Identifier: MIT */
/*
 * Stencils: the text of a flow, with holes for its numbers. Of many flows most
 * differ in these alone: what a script has made of one is made of the next one
 * by filling the holes.
 */
#ifndef FMT_STENCIL_H
#define FMT_STENCIL_H

#include "ct/flow.h"
#include "fmt/fmt.h"

#include <stddef.h>

#define STENCIL_TEXT	2048u	/* the longest text, whatever the numbers */
#define STENCIL_HOLES	24u

/* What is written into a hole. Small numbers: the bytes that four have more. */
enum stencil_kind {
	STENCIL_U32 = 0, STENCIL_U16 = 2, STENCIL_U8 = 3, STENCIL_U64 = 8,
	STENCIL_HEX, STENCIL_TIME, STENCIL_IP4, STENCIL_IP6, STENCIL_DELTA,
	STENCIL_END,
};

/* What else the text depends on, in words: as far as quotes, the caller's. */
struct stencil_key {
	const void	*script;
	uint32_t	 show, saved;	/* how it is shown */
	int32_t		 quotes;	/* numbers of more than 53 bits get some */
	uint32_t	 has, orig_has, reply_has, info_has;	/* presence */
	uint32_t	 counters_has;	/* original, reply, and the times' */
	uint32_t	 status;
	uint8_t		 state, family, proto[2];
};

/* All zeros: nothing is learned yet. */
struct stencil {
	struct stencil_key	 key;
	unsigned		 holes;
	size_t			 start;		/* where the text is learned */
	size_t			 last;		/* where its last hole ends */
	struct stencil_hole {
		uint16_t	 before;	/* text from the hole before */
		uint16_t	 step;		/* and with what is in this */
		uint16_t	 from;		/* of the flow */
		uint16_t	 kind;		/* enum stencil_kind */
	}			 hole[STENCIL_HOLES];
	char			 text[STENCIL_TEXT];
};

/*
 * What the text of a flow depends on: fills the rest of *k. Returns 0 for a
 * flow with something that no stencil has a hole for.
 */
int stencil_key(struct stencil_key *k, const struct ct_flow *f);

/*
 * Write the flow, if there is a stencil for it. If not, returns the one to be
 * learned from what is written next.
 */
struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how);

/* A hole, next in order. Too many: nothing is learned. */
void stencil_hole(struct stencil *s, size_t start, size_t end, size_t from,
		  unsigned kind);

/* It was written: learn it, unless such texts could be too long. */
void stencil_learn(struct stencil *s, const struct stencil_key *k,
		   const struct out *o);

#endif
