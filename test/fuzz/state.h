/* SPDX-License-Identifier: MIT */
/* What a run of the program leaves in memory, made as it was at its start. */
#ifndef TEST_FUZZ_STATE_H
#define TEST_FUZZ_STATE_H

#include "cli/lines.h"
#include "cli/run.h"

/* Between world_begin() and the program; labels, if the last one had some. */
void state_reset(int labels);

/* Forget lines of load files that were learned. */
void state_forget_lines(void);

/* The load file that is read, and its next line, as cli/load.c has them. */
struct lines *state_lines(void);
int state_next_line(struct cli_req **q, struct cli_world *w);

#endif
