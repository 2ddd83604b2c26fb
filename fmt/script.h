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

#include "fmt/view.h"

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
#define S_REST		"\xd7"
#define S_NO_TIMEOUT	"\xd8"
#define S_NO_STATE	"\xd9"
#define S_NO_DCCP	"\xda"
#define S_IF_COLOR	"\xdb"

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

/* Play a script of what is looked at. */
void script_run(struct out *o, struct view *v, const char *s);

/* Play the script of a flow, of an expectation. */
void script_flow(struct out *o, const struct script *s,
		 const struct ct_flow *f, const struct fmt_how *how);
void script_expect(struct out *o, const struct script *s,
		   const struct ct_expect *e, const struct fmt_how *how);

#endif
