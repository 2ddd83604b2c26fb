/* SPDX-License-Identifier: MIT */
/*
 * New entries: requests that name a whole entry each, from a command line or
 * from the lines of a file.
 */
#ifndef CLI_CREATE_H
#define CLI_CREATE_H

#include "cli/job.h"

/*
 * -I or -A of one entry. Returns 0, -errno: the kernel's refusal, whose words
 * are in j->talk.ack, or EXIT_FAILED when a signal has come.
 */
int create_entry(struct job *j);

/*
 * Collect one of a line of a file; the window is sent when it is full, and by
 * create_rest(). Refusals are told, in the order of the lines, and counted in
 * the engine. Returns 0, EXIT_FAILED when a signal has come, or -errno when
 * the conversation broke.
 */
int create_line(struct job *j, const struct cli_req *q, uint32_t line);
int create_rest(void);

#endif
