/* SPDX-License-Identifier: MIT */
/*
 * Lines of a load file that are alike. A line that was parsed leaves its text
 * with the places of its numbers and addresses; one that differs from it in
 * nothing else needs no parsing: the values go to where those went.
 */
#ifndef CLI_PATTERN_H
#define CLI_PATTERN_H

#include "cli/req.h"

#define PATTERN_TEXT	512u	/* of a line; a longer one is parsed each time */
#define PATTERN_OVER	2048u	/* bytes behind end that may be looked at */

/*
 * The request of the line at s, whose length with its newline is then in *n,
 * or NULL when it is like none that was learned, or does not end before end.
 * The request is as cli_ready() leaves one, and good until the next call.
 */
struct cli_req *pattern_find(const char *s, const char *end, size_t *n);

/*
 * Learn a line of n bytes at raw, its newline included: *q is what cli_ready()
 * made of it, words its words, one behind the other with a NUL each. Only -I
 * and -A without quotes, runs of blanks and warnings are learned.
 */
void pattern_learn(const char *raw, size_t n, const char *words,
		   const struct cli_req *q);

#endif
