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

/* What is written into a hole; of a number, its size in bytes. */
enum stencil_kind {
	STENCIL_END,
	STENCIL_U8 = 1, STENCIL_U16 = 2, STENCIL_U32 = 4, STENCIL_U64 = 8,
	STENCIL_HEX = 9, STENCIL_TIME, STENCIL_IP4, STENCIL_IP6, STENCIL_DELTA,
};

/* What else the text depends on, in words: as far as quotes, the caller's. */
struct stencil_key {
	const void	*script;
	uint32_t	 show, saved;	/* how it is shown */
	uint32_t	 quotes;	/* numbers of more than 53 bits get some */
	uint32_t	 has[7];	/* presence words */
	uint32_t	 status;
	uint8_t		 state, family, proto[2];
};

/* All zeros: nothing is learned yet. */
struct stencil {
	struct stencil_key	 key;
	unsigned		 holes;
	struct stencil_hole {
		uint16_t	 start, end;	/* in the text */
		uint16_t	 from;		/* of the flow */
		uint16_t	 kind;		/* enum stencil_kind */
	}			 hole[STENCIL_HOLES];
	char			 text[STENCIL_TEXT + OUT_ROOM];
};

/*
 * What the text of a flow depends on: fills the rest of *k. Returns 0 for a
 * flow with something that no stencil has a hole for.
 */
int stencil_key(struct stencil_key *k, const struct ct_flow *f);

/* The stencil for such flows, or the one to be learned instead. */
struct stencil *stencil_for(const struct stencil_key *k);

/* A hole, next in order. Too many: nothing is learned. */
void stencil_hole(struct stencil *s, size_t start, size_t end, size_t from,
		  unsigned kind);

/* It is learned, unless its texts could be too long. */
void stencil_learned(struct stencil *s, const struct stencil_key *k,
		     size_t len);

/* Write the flow, if the stencil is for such. Returns 0 if it is not. */
int stencil_fill(struct out *o, const struct stencil *s,
		 const struct stencil_key *k, const struct ct_flow *f,
		 const struct fmt_how *how);

#endif
