/* SPDX-License-Identifier: MIT */
/* -R: the commands in a file. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/run.h"

/*
 * Read a file, "-" for standard input, to its end, and when all of it can be
 * understood do each of its lines, in their order; what the kernel refuses is
 * told by line, and the rest goes on. Returns the exit code.
 */
int cli_load(const char *path, struct cli_world *w);

#endif
