/* SPDX-License-Identifier: MIT */
/*
 * Sentences for people, on stderr; the only place that has any. The old
 * tool's stand unchanged (compat.md 4.2), advice follows them on a line of
 * its own that begins with "hint: ".
 */
#ifndef CLI_TELL_H
#define CLI_TELL_H

#include "cli/req.h"
#include "nl/ack.h"

#define TELL_LINES	20u	/* refused lines that are told one by one */

/* "conntrack v0.1.0 (rawtrack)" */
extern const char tell_version[];

/* A line as it is. */
void tell_line(const char *line);

/* Why a command line is refused: q->why. Returns the exit code. */
int tell_why(const struct cli_req *q);

/*
 * A load file that cannot be opened (line is 0), or read: -errno, as
 * lines_next() has it. Returns the exit code.
 */
int tell_file(const char *path, uint32_t line, int error);

/* How many lines of it the kernel refused, when they were not all told. */
void tell_refused(uint32_t lines);

/* "conntrack v0.1.0 (rawtrack): the sentence" */
void tell_sentence(const char *sentence);

/*
 * "3 flow entries have been shown.", or expectations, or, when 2 is added to
 * expect, events of them; done is the verb.
 */
void tell_count(uint32_t n, int expect, const char *done);
#define TELL_EVENTS	2

/*
 * How many entries it was until now, on a terminal, until something else is
 * told, or the end.
 */
void tell_progress(uint32_t n);
void tell_progress_end(void);

/* A whole line in which each % stands for the next number. */
void tell_numbers(const char *line, uint32_t a, uint32_t b);

/*
 * The kernel's refusal, or a failure on the way to it: -errno, with the
 * kernel's own words, if any. Returns EXIT_FAILED.
 */
int tell_failure(const struct cli_req *q, int error, const struct nl_ack *ack);

/* Why a network namespace cannot be entered: errno. */
const char *tell_no_netns(int error);

/*
 * What a setting of net.netfilter.nf_conntrack_ is, and what follows; it is
 * TELL_OFF when it should not be.
 */
void tell_setting(const char *name, const char *what);
#define TELL_OFF	"0: set it to 1"

/* Advice beside what went well. */
enum tell_advice { TELL_NO_ROOM, TELL_EMPTY };
void tell_hint(enum tell_advice advice);

/* Events cannot be listened to: -errno. Returns EXIT_FAILED. */
int tell_no_events(int expect, int error);

/* Standard output failed. A closed pipe is a quiet end. Returns EXIT_FAILED. */
int tell_write_failure(int error);

/* "nfct_labelmap_new: REASON", for a label map; 0 is "Success". */
void tell_labelmap(int error);

#endif
