/* SPDX-License-Identifier: MIT */
/*
 * -E: one loop for events, signals and the reader of standard output. It
 * sleeps until one of them has something to say; nothing is timed.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/run.h"

/* Show events until a signal comes or nobody reads. Returns the exit code. */
int cli_watch(const struct cli_req *q, const struct cli_world *world);

#endif
