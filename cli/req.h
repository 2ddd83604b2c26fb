/* SPDX-License-Identifier: MIT */
/*
 * A command line, understood: what cli_parse() fills and cli_run() does.
 * Plain data; the strings point into argv.
 */
#ifndef CLI_REQ_H
#define CLI_REQ_H

#include "ct/change.h"
#include "ct/event.h"
#include "ct/expect.h"
#include "ct/filter.h"
#include "ct/plan.h"
#include "fmt/fmt.h"

#include <stdint.h>

/* Commands, as bits of the option table's masks. */
#define CMD_LIST	0x0001u
#define CMD_CREATE	0x0002u
#define CMD_ADD		0x0004u
#define CMD_UPDATE	0x0008u
#define CMD_DELETE	0x0010u
#define CMD_GET		0x0020u
#define CMD_FLUSH	0x0040u
#define CMD_EVENT	0x0080u
#define CMD_COUNT	0x0100u
#define CMD_STATS	0x0200u
#define CMD_VERSION	0x0400u
#define CMD_HELP	0x0800u
#define CMD_LOAD	0x1000u

/* The same commands on the expectation table. */
#define ON_EXPECT(cmd)	((uint32_t)(cmd) << 16)

/* Exit codes that scripts rely on. */
#define EXIT_DONE	0
#define EXIT_FAILED	1	/* it did not work */
#define EXIT_USAGE	2	/* the command line is wrong */

/*
 * Why a command line is refused: each % in text stands for the next arg.
 * Behind a form feed stands advice.
 */
struct cli_why {
	const char	*text;		/* NULL: it is not refused */
	const char	*arg[2];
	int		 code;		/* EXIT_FAILED or EXIT_USAGE */
	const char	*word;		/* one that may be misspelt: */
	const char	*near;		/* a name that is like it */
	unsigned	 far;		/* in how many letters not */
};

/* cli_req.show: the words of -o; those that decorate a record as in FMT_* */
#define SHOW_EXTENDED	FMT_EXTENDED
#define SHOW_ID		FMT_ID
#define SHOW_KTIME	FMT_KTIME
#define SHOW_TIME	FMT_STAMP
#define SHOW_XML	0x10u
#define SHOW_LABELS	0x20u
#define SHOW_USERSPACE	0x40u	/* no effect since conntrack-tools 1.4.7 */
#define SHOW_SAVE	0x80u
#define SHOW_RESTORE	FMT_RESTORE
#define SHOW_JSON	0x200u
#define SHOW_JSONL	0x400u
#define SHOW_METRICS	0x800u

#define SHOW_ANY_JSON	(SHOW_JSON | SHOW_JSONL)

/* The words of --color, in their order. */
enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define CLI_WARN_MAX	8
#define CLI_LISTS	64u

/* Labels to set or to clear; has is 1 when some are named. */
struct cli_labels {
	uint32_t		 has;
	struct ct_label_set	 bits;
};

/* A comma list of label names as given, and where its bits go. */
struct cli_list {
	const char		*names;
	struct ct_label_set	*bits;
};

/* A number or an address as given, and the member that it went to. */
struct cli_value {
	const char	*arg;
	uint16_t	 at;		/* offset in the request */
	uint16_t	 len;		/* of arg; pattern_learn() sets it */
	uint8_t		 size;		/* of a number, in bytes, or: */
};

#define CLI_IP4		5u
#define CLI_IP6		6u

#define CLI_VALUES	20u

/* An option behind `!': its row in cli_opts, and its value. */
struct cli_not {
	const char	*arg;
	unsigned	 row;
};

#define CLI_NOTS	8u

/*
 * Pointers into itself, of filter.unless and list, are no matter where it is
 * copied: cli/pattern.h copies, up to unless, what takes no `!', when the
 * labels have been looked up.
 */
/* A key of --by. */
struct cli_by {
	const char	*name;		/* one of those in cli/by.c */
	uint8_t		 end;		/* of an address: enum ct_end */
	uint8_t		 reply;		/* of the reply direction */
	uint8_t		 bits;		/* of an address, or 0 */
	struct ct_addr	 mask;
};

#define CLI_BYS		8u

struct cli_req {
	uint32_t	 cmd;		/* one CMD_ bit */
	uint32_t	 about;		/* of CMD_HELP: a command's, or 0 */
	enum ct_table	 table;
	uint32_t	 line;		/* of a load file, or 0 */
	uint32_t	 show;		/* SHOW_* */
	uint64_t	 seen;		/* options given: 1 << row of cli_opts */
	uint64_t	 not_seen;	/* those behind `!' */
	const struct ct_proto *proto;	/* of -p, or NULL */
	struct cli_why	 why;
	unsigned	 warns;
	unsigned	 values;	/* may be more than there is room for */
	struct ct_filter filter;	/* and behind it, see cli_opt.in: */
	struct ct_change change;	/* what -I, -A and -U set */
	struct ct_expect expect;	/* what -I expect announces */
	struct cli_labels add, del;
	uint32_t	 room;		/* of -b, in bytes */
	uint32_t	 top;		/* of --top, or 0: all */
	unsigned	 bys;
	struct cli_by	 by[CLI_BYS];
	char		 letter[3];	/* an option, for why.arg */
	const char	*operand;	/* a word that is no option, or NULL */
	const char	*state;		/* --state before the protocol is known */
	const char	*labelmap;	/* --labelmap, or NULL */
	/* The number of a protocol's name in the system's list, or -1. */
	int		(*protocol)(const char *name);
	const char	*file;		/* of -R */
	uint32_t	 groups;	/* of -e, CT_GROUP()s; 0: all */
	const char	*netns;		/* --netns, or NULL */
	unsigned	 color;		/* COLOR_*; the first is that of nothing said */
	unsigned	 nots, lists;
	/* From here on, of each as many as a number above says. */
	const char	*warn[CLI_WARN_MAX];	/* whole lines for stderr */
	struct cli_value value[CLI_VALUES];
	struct cli_list	 list[CLI_LISTS];
	struct cli_not	 not[CLI_NOTS];
	struct ct_filter unless[CLI_NOTS];	/* not[], for filter.unless */
};

/*
 * Refuse the command line with an exit code and a sentence: each % in text
 * stands for the next argument. The first refusal counts. Returns -EINVAL,
 * for the caller to return.
 */
int cli_refuse(struct cli_req *q, int code, const char *text,
	       const char *arg, const char *arg2);

/* The same with EXIT_USAGE and no second argument. */
int cli_usage(struct cli_req *q, const char *text, const char *arg);

#endif
