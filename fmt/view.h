/* SPDX-License-Identifier: MIT */
/*
 * A record as a script sees it: where its values are, and what is computed of
 * them.
 */
#ifndef FMT_VIEW_H
#define FMT_VIEW_H

#include "fmt/fmt.h"

struct script;
struct stencil;

/* view.has: what is there of a record that the kernel did not send so */
#define VIEW_ALWAYS	0x0001u
#define VIEW_UNREPLIED	0x0002u
#define VIEW_FLAG	0x0004u	/* [ASSURED] or the like */
#define VIEW_LABELS	0x0008u
#define VIEW_STATE	0x0010u	/* one that has no word */
#define VIEW_STATE_WORD	0x0020u
#define VIEW_DELTA	0x0040u
#define VIEW_EVENT	0x0080u
#define VIEW_DATE	0x0100u
#define VIEW_PORTID	0x0200u
#define VIEW_PROGRAM	0x0400u
#define VIEW_KTIME	0x0800u
#define VIEW_FLAGS	0x1000u	/* any, of an expectation */

/* view.saved.has: what -o save makes of it */
#define SAVE_DNAT	0x001u	/* translated: -g, else ... */
#define SAVE_NO_DNAT	0x002u	/* ... -r */
#define SAVE_SNAT	0x004u
#define SAVE_NO_SNAT	0x008u
#define SAVE_SNAT_ID4	0x010u	/* with an ICMP id, of IPv4 */
#define SAVE_SNAT_ID6	0x020u
#define SAVE_STATUS	0x040u
#define SAVE_UNSET	0x080u	/* no status that can be set */
#define SAVE_NAMED	0x100u	/* the protocol has a name, or else ... */
#define SAVE_UNNAMED	0x200u	/* ... a number */
#define SAVE_ROLE	0x400u
#define SAVE_REST	0x800u	/* -o restore: what -o save forgets */
#define SAVE_NO_TIMEOUT	0x1000u	/* and what it has to make up */
#define SAVE_NO_STATE	0x2000u
#define SAVE_NO_DCCP	0x4000u

/* The status that -u sets. */
#define SAVE_BITS	(IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED | \
			 IPS_FIXED_TIMEOUT)

/* Those that are odd show no port that was not sent. */
enum script_language {
	SCRIPT_XML,
	SCRIPT_JSON,
	SCRIPT_PLAIN,	/* mark=5 */
	SCRIPT_SAVE,	/* --mark 5 */
	SCRIPT_BY = 5,	/* values alone */
};

#define SCRIPT_AS_SENT	1u

/* The structs that have the values; each begins with its presence word. */
enum view_base {
	BASE_VIEW, BASE_RECORD, BASE_TUPLE, BASE_PORTS, BASE_KEYS,
	BASE_COUNTERS, BASE_TIMES, BASE_HELPER, BASE_SECCTX, BASE_INFO,
	BASE_STATUS,	/* its bits, or the flags of an expectation */
	BASE_SHOW,	/* fmt_how.show */
	BASE_SAVED,
	BASES,
};

struct view {
	uint32_t			 has;		/* VIEW_* */
	uint8_t				 language;	/* enum script_language */
	uint8_t				 family;
	uint8_t				 protonum;	/* of the direction */
	uint8_t				 state;
	uint32_t			 port;
	const char			*word, *proto;	/* of the direction */
	const char			*event, *family_word, *flag;
	const char			*state_word, *program;
	uint64_t			 time_ns, delta;
	const struct fmt_how		*how;
	const struct ct_flow		*flow;		/* NULL: an expectation */
	const struct ct_tuple		*tuples;	/* of its directions */
	const struct script		*script;
	struct stencil			*stencil;	/* learned now, or NULL */
	struct clock_parts		 date;
	const void			*base[BASES];
	struct view_saved {
		uint32_t		 has;		/* SAVE_* */
		uint32_t		 status;
		const char		*role;
	}				 saved;
};

/*
 * Look at a flow, at an expectation, for scripts of a language. Fills all but
 * v->script. The record and *how must stay as long as *v.
 */
void view_flow(struct view *v, unsigned language, const struct ct_flow *f,
	       const struct fmt_how *how);
void view_expect(struct view *v, unsigned language, const struct ct_expect *e,
		 const struct fmt_how *how);

/* A presence word for what is not there, and a value of it. */
extern const uint8_t view_nothing[8];

/* And at one direction of it, of what view.tuples has. */
void view_dir(struct view *v, unsigned dir);

#endif
