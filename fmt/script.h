/* SPDX-License-Identifier: MIT */
/*
 * Scripts: what a record looks like in a language of names and values. A
 * script is text that is copied as it is, and bytes that are no ASCII:
 * each of them is a value of the record, or one of these.
 *
 *	S_MARK "mark"		the value by its name, when the kernel sent it:
 *				<mark>5</mark>, "mark":5, mark=5 or --mark 5
 *	S_TEXT			ends the name before it
 *	RAW S_PROTO		the value alone
 *	WHEN S_PACKETS ... FI	what stands between, when the value is there;
 *				they may stand in each other
 *	DIR_1			the script of a tuple, for the second one
 *	L4_1			another one
 *	AT_1			what follows is of the second tuple
 *	END			and room behind it, for it is read eight bytes
 *				at a time
 *
 * Between two directions, and before the first and behind the last one, text
 * and values fit into OUT_ROOM, but for labels, which may be longer.
 */
#ifndef FMT_SCRIPT_H
#define FMT_SCRIPT_H

#include "ct/proto.h"
#include "fmt/fmt.h"

#define RAW	"\xf0"
#define WHEN	"\xf1"
#define FI	"\xf2"
#define S_TEXT	"\xf3"
#define DIR_0	"\xe0"
#define DIR_1	"\xe1"
#define DIR_2	"\xe2"
#define L4_0	"\xe4"
#define L4_1	"\xe5"
#define L4_2	"\xe6"
#define AT_0	"\xe8"
#define AT_1	"\xe9"
#define END	"\xff       "

/* The values, by the number of their row in fmt/script.c. */
#define S_SRC		"\x80"	/* of the tuple */
#define S_DST		"\x81"
#define S_SPORT		"\x82"
#define S_DPORT		"\x83"
#define S_SRCKEY	"\x84"
#define S_DSTKEY	"\x85"
#define S_SRCKEY_HEX	"\x86"
#define S_DSTKEY_HEX	"\x87"
#define S_TYPE		"\x88"
#define S_CODE		"\x89"
#define S_ICMP_ID	"\x8a"
#define S_ICMP_TYPE	"\x8b"
#define S_ICMP_CODE	"\x8c"
#define S_ICMP4_ID	"\x8d"
#define S_ICMP6_TYPE	"\x8e"
#define S_ICMP6_CODE	"\x8f"
#define S_ICMP6_ID	"\x90"
#define S_DIR_ZONE	"\x91"
#define S_PROTO		"\x92"
#define S_PROTO_COLUMN	"\x93"
#define S_PROTO_NUMBER	"\x94"
#define S_DIR		"\x95"
#define S_PACKETS	"\x96"	/* of its direction */
#define S_BYTES		"\x97"
#define S_TIMEOUT	"\x98"	/* of the flow */
#define S_STATUS	"\x99"
#define S_MARK		"\x9a"
#define S_SECMARK	"\x9b"
#define S_ZONE		"\x9c"
#define S_USE		"\x9d"
#define S_ID		"\x9e"
#define S_START_NS	"\x9f"
#define S_STOP_NS	"\xa0"
#define S_START		"\xa1"
#define S_STOP		"\xa2"
#define S_START_DATE	"\xa3"
#define S_STOP_DATE	"\xa4"
#define S_HELPER	"\xa5"
#define S_SECCTX	"\xa6"
#define S_ORIG_VTAG	"\xa7"
#define S_REPLY_VTAG	"\xa8"
#define S_FAMILY	"\xa9"	/* of both */
#define S_FAMILY_WORD	"\xaa"
#define S_FAMILY_COLUMN	"\xab"
#define S_STATE		"\xac"
#define S_STATE_WORD	"\xad"
#define S_DELTA		"\xae"
#define S_LABELS	"\xaf"
#define S_FLAG		"\xb0"
#define S_UNREPLIED	"\xb1"
#define S_ASSURED	"\xb2"
#define S_EVENT		"\xb3"	/* of an event */
#define S_TIME		"\xb4"
#define S_PORTID	"\xb5"
#define S_PROGNAME	"\xb6"
#define S_HOUR		"\xb7"	/* of its date */
#define S_MIN		"\xb8"
#define S_SEC		"\xb9"
#define S_WDAY		"\xba"
#define S_DAY		"\xbb"
#define S_MONTH		"\xbc"
#define S_YEAR		"\xbd"
#define S_IF_EXTENDED	"\xbe"	/* how to show it */
#define S_IF_ID		"\xbf"
#define S_IF_KTIME	"\xc0"
#define S_EXP_TIMEOUT	"\xc1"	/* of an expectation */
#define S_EXP_ID	"\xc2"
#define S_EXP_ZONE	"\xc3"
#define S_EXP_CLASS	"\xc4"
#define S_EXP_FLAGS	"\xc5"
#define S_EXP_HELPER	"\xc6"
#define S_EXP_FN	"\xc7"
#define S_ANY_FLAG	"\xc8"
#define S_PERMANENT	"\xc9"
#define S_INACTIVE	"\xca"
#define S_USERSPACE	"\xcb"
#define S_DNAT		"\xcc"	/* for -o save */
#define S_NO_DNAT	"\xcd"
#define S_SNAT		"\xce"
#define S_NO_SNAT	"\xcf"
#define S_SNAT_ID4	"\xd0"
#define S_SNAT_ID6	"\xd1"
#define S_SAVED_STATUS	"\xd2"
#define S_UNSET		"\xd3"
#define S_NAMED		"\xd4"
#define S_UNNAMED	"\xd5"
#define S_ROLE		"\xd6"

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
#define SAVE_NAMED	0x100u	/* -p has a name, or else ... */
#define SAVE_UNNAMED	0x200u	/* ... a number */
#define SAVE_ROLE	0x400u

/* The status that -u sets. */
#define SAVE_BITS	(IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED | \
			 IPS_FIXED_TIMEOUT)

enum script_language {
	SCRIPT_XML,
	SCRIPT_JSON,
	SCRIPT_PLAIN,	/* mark=5 */
	SCRIPT_SAVE,	/* --mark 5 */
	SCRIPT_BY,	/* mark=5, or mark=- */
};

/* The scripts of a kind of record. */
struct script {
	uint8_t		 language;	/* enum script_language */
	uint8_t		 events;	/* has something to say of events */
	const char	*text[3];	/* of it, of DIR_0 ..., of L4_0 ... */
	const char	*words;		/* S_DIR for these, each with its NUL */
	/* SAVE_* of a flow, or NULL */
	uint32_t	(*saved)(const struct ct_flow *f,
				 const struct fmt_how *how);
};

/* The structs that have the values; each begins with its presence word. */
enum script_base {
	BASE_VIEW, BASE_RECORD, BASE_TUPLE, BASE_PORTS, BASE_KEYS,
	BASE_COUNTERS, BASE_TIMES, BASE_HELPER, BASE_SECCTX, BASE_INFO,
	BASE_STATUS,	/* its bits, or the flags of an expectation */
	BASE_SHOW,	/* fmt_how.show */
	BASE_SAVED,
	BASES,
};

/* A record as a script sees it. */
struct script_view {
	uint32_t			 has;		/* VIEW_* */
	uint8_t				 language;	/* enum script_language */
	uint8_t				 family;
	uint8_t				 protonum;	/* of the direction */
	uint8_t				 state;
	uint8_t				 bits;		/* of an address; 0: all */
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
	struct script_saved {
		uint32_t		 has;		/* SAVE_* */
		uint32_t		 status;
		const char		*role;
	}				 saved;
};

/* Look at a flow, for scripts of a language. */
void script_look(struct script_view *v, unsigned language,
		 const struct ct_flow *f, const struct fmt_how *how);

/* And at one direction of it. */
void script_dir(struct script_view *v, unsigned dir);

/* Play a script of what is looked at. */
void script_run(struct out *o, struct script_view *v, const char *text);

/* Play the script of a flow, of an expectation. */
void script_flow(struct out *o, const struct script *s,
		 const struct ct_flow *f, const struct fmt_how *how);
void script_expect(struct out *o, const struct script *s,
		   const struct ct_expect *e, const struct fmt_how *how);

#endif
