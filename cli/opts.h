/* SPDX-License-Identifier: MIT */
/*
 * The command line, once: every command and every option is a row. Parsing,
 * checking and --help are loops over these tables.
 */
#ifndef CLI_OPTS_H
#define CLI_OPTS_H

#include "cli/req.h"

/* A command. In this version when it has CLI_HERE. */
struct cli_cmd {
	uint32_t	 bit;		/* CMD_* */
	char		 letter;
	uint8_t		 flags;		/* CLI_* below */
	const char	*name;		/* --name */
	const char	*alias;		/* another spelling, or NULL */
	const char	*value;		/* what may follow it, for --help */
	const char	*help;
};

#define CLI_HERE	1u	/* cli_run() does it */
#define CLI_LONG_VALUE	2u	/* --name=TABLE is understood */
#define CLI_SHORT_VALUE	4u	/* -xTABLE is understood */

extern const struct cli_cmd cli_cmds[];		/* ends with a NULL name */

/* Rows of cli_opts, in the order in which they are checked. */
enum {
	OPT_SRC, OPT_DST, OPT_REPLY_SRC, OPT_REPLY_DST, OPT_PROTONUM,
	OPT_TIMEOUT, OPT_STATUS, OPT_ZERO, OPT_EVENT_MASK, OPT_TUPLE_SRC,
	OPT_TUPLE_DST, OPT_MASK_SRC, OPT_MASK_DST, OPT_MARK, OPT_ID,
	OPT_FAMILY, OPT_SRC_NAT, OPT_DST_NAT, OPT_OUTPUT, OPT_SECMARK,
	OPT_BUFFER_SIZE, OPT_ANY_NAT, OPT_ZONE, OPT_LABEL, OPT_LABEL_ADD,
	OPT_LABEL_DEL, OPT_ORIG_ZONE, OPT_REPLY_ZONE, OPT_LABELMAP,
	OPT_NAT_RANGE,
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

/* How an option takes its value. */
enum cli_takes { TAKES_NONE, TAKES_VALUE, TAKES_OPTIONAL };

struct cli_opt {
	const char	*name;		/* --name */
	const char	*alias;		/* another spelling, or NULL */
	char		 letter[2];	/* "x", or "" */
	uint8_t		 takes;		/* enum cli_takes */
	uint16_t	 protos;	/* mask of 1 << CT_P_*; 0: no protocol's */
	uint32_t	 may;		/* commands it goes with */
	uint32_t	 must;		/* commands that cannot do without */
	const char	*value;		/* its argument as --help shows it */
	const char	*help;
	/* arg is NULL when an optional value is not given */
	int		(*set)(struct cli_req *q, const struct cli_opt *opt,
			       const char *arg);
};

extern const struct cli_opt cli_opts[OPT_COUNT];

/* Refuse the command line. Returns -EINVAL, for the caller to return. */
int cli_refuse(struct cli_req *q, int code, const char *text,
	       const char *arg, const char *arg2);

/* The value of --state, in the protocols that can have it. */
int cli_set_state(struct cli_req *q, uint16_t protos, const char *word);

#endif
