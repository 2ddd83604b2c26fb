/* SPDX-License-Identifier: MIT */
/* A command line that was understood, made ready to be done. */
#ifndef CLI_READY_H
#define CLI_READY_H

#include "cli/run.h"

/*
 * Read a command line, find its labels in their map, and see that everything
 * goes together; line is its number in a load file, or 0. Prints warnings.
 * w->labels becomes the map, when names of labels are needed and found. With
 * --netns, the process is then in that network namespace.
 * Returns 0 with *q filled, or -EINVAL with the reason in q->why.
 */
int cli_ready(struct cli_req *q, int argc, char **argv, int posix,
	      uint32_t line, struct cli_world *w);

#endif
