/* SPDX-License-Identifier: MIT */
/*
 * The command line, once: every command, every option and every kind of
 * value is a row. Parsing, checking and --help are loops over these tables.
 */
#ifndef CLI_OPTS_H
#define CLI_OPTS_H

#include "cli/req.h"

#include <stddef.h>

/* Part n of texts that stand one behind the other, each with its NUL. */
const char *cli_part(const char *text, unsigned n);

/*
 * A command. Its column in the masks
 * of the options, a bit: on its table, and on that of expectations.
 */
struct cli_cmd {
	uint16_t	 bit;		/* CMD_* */
	uint16_t	 on[2];
	char		 letter;
	uint8_t		 flags;		/* CLI_* below */
};

#define CLI_LONG_VALUE	2u	/* --name=TABLE is understood */
#define CLI_SHORT_VALUE	4u	/* -xTABLE is understood */
#define CLI_FIRST	8u	/* only as the first word, in full */
#define CLI_GROUP	1u	/* --help begins a group with it */

/* The columns of commands that name a whole entry. */
#define CLI_ON_CREATE	0x0002u
#define CLI_ON_GET	0x0010u

/* Of those on expectations that show some, and of those that take no option. */
#define CLI_ON_EXPECT	0x0900u
#define CLI_ON_NONE	0x2000u

/* Those of -L, -D and -E, and that of -U. */
#define CLI_ON_MANY	0x0049u
#define CLI_ON_UPDATE	0x0004u

/*
 * In cli_opt.may: `!' may stand before it, with the commands of CLI_ON_MANY;
 * and, so many bits above their own, in what other columns.
 */
#define CLI_NOT		0x8000u
#define CLI_NOT_SHIFT	12
#define CLI_NOT_UPDATE	(CLI_ON_UPDATE << CLI_NOT_SHIFT)

#define CLI_CMDS	14	/* the last row has a bit of 0 */

extern const struct cli_cmd cli_cmds[CLI_CMDS];

/* The row of a command, and a row's name. */
const struct cli_cmd *cli_cmd_of(uint32_t bit);
const char *cli_cmd_name(const struct cli_cmd *cmd);

/*
 * Rows of cli_opts, in the order in which they are checked. Source,
 * destination and the same of the reply stand together.
 */
enum {
	OPT_SRC, OPT_DST, OPT_REPLY_SRC, OPT_REPLY_DST, OPT_PROTONUM,
	OPT_TIMEOUT, OPT_STATUS, OPT_ZERO, OPT_EVENT_MASK, OPT_TUPLE_SRC,
	OPT_TUPLE_DST, OPT_MASK_SRC, OPT_MASK_DST, OPT_MARK, OPT_ID,
	OPT_FAMILY, OPT_SRC_NAT, OPT_DST_NAT, OPT_OUTPUT, OPT_SECMARK,
	OPT_BUFFER_SIZE, OPT_ANY_NAT, OPT_ZONE, OPT_LABEL, OPT_LABEL_ADD,
	OPT_LABEL_DEL, OPT_ORIG_ZONE, OPT_REPLY_ZONE, OPT_LABELMAP,
	OPT_NAT_RANGE, OPT_HELPER, OPT_SNAPSHOT, OPT_NETNS, OPT_NO_SANDBOX,
	OPT_BY, OPT_TOP, OPT_COLOR,
	OPT_GLOBALS,	/* how many there are; the protocols' own follow */

	OPT_SPORT = OPT_GLOBALS, OPT_DPORT, OPT_REPLY_SPORT, OPT_REPLY_DPORT,
	OPT_MASK_SPORT, OPT_MASK_DPORT, OPT_STATE, OPT_TUPLE_SPORT,
	OPT_TUPLE_DPORT, OPT_ORIG_VTAG, OPT_REPLY_VTAG, OPT_ROLE,
	OPT_SRCKEY, OPT_DSTKEY, OPT_REPLY_SRCKEY, OPT_REPLY_DSTKEY,
	OPT_MASK_SRCKEY, OPT_MASK_DSTKEY, OPT_TUPLE_SRCKEY, OPT_TUPLE_DSTKEY,
	OPT_ICMP_TYPE, OPT_ICMP_CODE, OPT_ICMP_ID,
	OPT_ICMP6_TYPE, OPT_ICMP6_CODE, OPT_ICMP6_ID,
	OPT_COUNT,
};

static inline uint64_t opt_bit(unsigned row)
{
	return (uint64_t)1 << row;
}

/* Options that select nothing. */
#define CLI_NO_FILTERS	(opt_bit(OPT_OUTPUT) | opt_bit(OPT_LABELMAP) | \
			 opt_bit(OPT_NAT_RANGE) | opt_bit(OPT_NETNS) | \
			 opt_bit(OPT_NO_SANDBOX) | opt_bit(OPT_COLOR))

/* Rows of cli_kinds: what an option's value is. */
enum cli_kind_row {
	KIND_FLAG, KIND_NET, KIND_ADDR, KIND_NAT, KIND_PROTO, KIND_FAMILY,
	KIND_STATUS, KIND_EVENTS, KIND_OUTPUT, KIND_MARK, KIND_LABELS,
	KIND_LABELS_OR_ALL, KIND_FILE, KIND_HELPER, KIND_STATE, KIND_ROLE, KIND_IGNORED,
	KIND_NETNS, KIND_BY, KIND_COLOR, KIND_PORTS,
	KIND_NUMBERS,	/* the rest */
	KIND_SECONDS = KIND_NUMBERS, KIND_BYTES, KIND_TOP, KIND_TAG, KIND_PORT,
	KIND_KEY, KIND_ZONE, KIND_ID, KIND_SECMARK, KIND_ICMP, KIND_ICMP_ID,
	KIND_COUNT,
};

enum cli_takes { TAKES_NONE, TAKES_VALUE, TAKES_OPTIONAL };

struct cli_kind {
	uint8_t		 takes;		/* enum cli_takes */
	uint8_t		 size;		/* numbers: bytes of the member */
	uint8_t		 base;		/* numbers: 10, or 0 for C syntax */
};

extern const struct cli_kind cli_kinds[KIND_COUNT];
extern const char cli_kind_words[];	/* the values as --help shows them */

struct cli_opt {
	uint16_t	 may;		/* columns of commands it goes with */
	uint16_t	 at;		/* its member, from the filter on; 0: none */
	uint16_t	 in : 10;	/* the number of its presence word there */
	uint16_t	 bit : 6;	/* of its bit in that, from 1 on; 0: none */
	uint8_t		 kind : 5;	/* row of cli_kinds */
	uint8_t		 must : 3;	/* cli_musts: commands that need it */
	uint8_t		 protos;	/* mask of 1 << CT_P_*; 0: no protocol's */
	char		 letter;	/* or '\0' */
};

extern const struct cli_opt cli_opts[OPT_COUNT];
extern const uint16_t cli_musts[];

_Static_assert(KIND_COUNT <= 32, "cli_opt.kind");

/*
 * Three texts for each row, of cli_cmds and then of cli_opts: name, other
 * name, explanation; any may be empty. An explanation that ends with a comma
 * goes on with the direction of the option's member.
 */
extern const char cli_texts[];

const char *cli_opt_name(unsigned row);

/*
 * The columns of a row for a command, that of q, or that which it asks about:
 * what the old tool does not have goes with more.
 */
unsigned cli_columns(const struct cli_req *q, unsigned row);

/* The columns in which `!' may stand before a row that has CLI_NOT. */
static inline unsigned opt_not_on(const struct cli_opt *o)
{
	return (unsigned)o->may >> CLI_NOT_SHIFT | CLI_ON_MANY;
}

/* How an explanation that ends with a comma goes on. */
static inline const char *opt_direction(const struct cli_opt *o)
{
	return o->in == offsetof(struct ct_filter, dir[CT_REPLY]) / 4 ?
	       " reply direction" : " original direction";
}

/* The protocol of -p as a bit for cli_opt.protos; 0 when none is given. */
unsigned cli_proto_bit(const struct cli_req *q);

#endif
