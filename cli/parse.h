/* SPDX-License-Identifier: MIT */
/*
 * Words to a request, by the tables in cli/opts.h. Opens nothing, prints
 * nothing, never exits. compat.md 1 and 2.
 */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/req.h"

/*
 * Read the command line the way GNU getopt_long does, but without its
 * output; posix stops at the first operand.
 *
 * protocol finds the number of a protocol's name in the system's list (-1:
 * not there); it may be NULL. Returns 0 with *q filled, or -EINVAL with the
 * reason in q->why. q->warn is worth printing in either case.
 */
int cli_parse(struct cli_req *q, int argc, char **argv, int posix,
	      int (*protocol)(const char *name));

/*
 * Does everything given go together? Run after the labels have been looked
 * up. Returns as cli_parse() does.
 */
int cli_check(struct cli_req *q);

/*
 * The columns of commands that a row of cli_opts may go with: of -o those
 * that what it shows goes with.
 */
unsigned cli_columns(const struct cli_req *q, unsigned row);

#endif
