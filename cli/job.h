/* SPDX-License-Identifier: MIT */
/* A command on its way: what cli/run.c and cli/change.c share. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli/run.h"
#include "ct/stats.h"
#include "fmt/fmt.h"
#include "nl/layout.h"
#include "nl/talk.h"

#define REQUEST_MAX	1024u	/* the longest request of one message */

/* Small members first: what is near the head is reached by short code. */
struct job {
	const struct cli_req	*q;
	const struct cli_world	*w;
	struct out		*out;
	const struct fmt	*fmt;
	uint32_t		 count;		/* entries shown or changed */
	int			 expect;	/* on the table of expectations */
	uint32_t		 extra_use;	/* references held by asking */
	uint16_t		 type;		/* of its records */
	struct fmt_how		 how;
	const char		*counted;	/* the verb for it; NULL: not said */
	const uint8_t		*first;		/* body of a datagram's first */
	unsigned		 metric;	/* -S: which counter, or 0: all */
	int			 shown;		/* records, yes or no */
	const char		*off;		/* a setting that is, or NULL */
	int			 no_room;	/* for labels, in an entry */
	int			 quiet;		/* nobody sees how far it is */
	uint64_t		 told_ns;	/* when that was told */
	struct ct_plan		 plan;
	struct nl_put		 req;
	struct nl_talk		 talk;
	uint8_t			 req_buf[REQUEST_MAX];
	struct nl_layouts	 layouts;
	union {
		struct ct_flow	 flow;
		struct ct_expect exp;
		struct ct_stats	 stats;
	};
};

/* The one job there is, with its socket open; NULL: told why not. */
struct job *job_open(const struct cli_req *q, const struct cli_world *w);

/* Print as the words of -o say, SHOW_*, for commands CMD_*. */
void job_format(struct job *j, uint32_t show, uint32_t cmds);

/* What time it is, of all that is printed from now on. */
void job_now(struct job *j);

/* Begin the request in j->req. */
struct nl_put *job_request(struct job *j);

/* Ask it, and hand each record to each(), with the job. As nl_talk(). */
int job_ask(struct job *j, int (*each)(const struct nl_msg *m, void *job));

/*
 * Ask as j->plan has it; where the kernel refuses the better question, ask
 * the plain one. As nl_talk().
 */
int job_ask_planned(struct job *j,
		    int (*each)(const struct nl_msg *m, void *arg), void *arg);

/* Decode an entry into j->flow. Returns 0 or -errno. */
int job_decode(struct job *j, uint8_t family, struct nl_run attrs);

/*
 * Decode an entry into j->flow: first what the filter looks at, and all of
 * it only when it passes. Returns 1 when it does, else 0, or -errno.
 */
int job_take_flow(struct job *j, const struct nl_msg *m);

/* The same for a record of the job's table: into j->flow or j->exp. */
int job_take(struct job *j, const struct nl_msg *m);

/* Show what was taken, and count it. Returns 0, or the failure to write. */
int job_put(struct job *j);

/* How many entries there are: into j->count. As nl_talk(). */
int job_count(struct job *j);

/* Show the entry in j->flow. */
void job_put_flow(struct job *j);

/* Decode a record of the job's table, and show it when it passes. */
int job_show(const struct nl_msg *m, void *job);

/* Show what j->plan has, as -L does. As nl_talk(). */
int job_list(struct job *j);

/* What stands before a record, and behind it. */
void job_between(struct job *j);
void job_behind(struct job *j);

/* What follows the last record, when all of them were shown. */
void job_end(struct job *j);

/* What was shown, then the kernel's refusal of j->req. Returns EXIT_FAILED. */
int job_fail(struct job *j, int error);

/* What was shown, and how many were. Returns the exit code. */
int job_finish(struct job *j);

#endif
