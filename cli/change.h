/* SPDX-License-Identifier: MIT */
/*
 * Commands that change the table, or reset what it counts. Changes of many
 * entries are one engine: a source of entries, a dump or a file; a batch of
 * requests, many to a datagram; and a sink that shows and counts what came
 * true. Memory is one window.
 */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include "cli/job.h"

/*
 * What a checked command line of -I, -A, -U or -D changes, and by what it
 * selects: moves the values that the options put into the filter. Of -I and
 * -A again, after values in the filter have changed.
 */
void change_settle(struct cli_req *q);

/*
 * -I, -A, -U, -D, -F and -L -z, on either table. Returns 0, -errno when the
 * kernel refuses (its words are in j->talk.ack, the request in j->req), or
 * EXIT_FAILED when a signal ended it early.
 */
int change_table(struct job *j);

/*
 * The same for the lines of a file: creations are collected, and sent when
 * the window is full, when another command comes, and at the end, when q is
 * NULL. A refusal is told with the number of its line, and counted in
 * *refused; the lines behind it are done. Returns 0, EXIT_FAILED when a signal
 * ended it, or -errno when nothing more can be done.
 */
int change_line(struct job *j, const struct cli_req *q, uint32_t line,
		uint32_t *refused);

#endif
