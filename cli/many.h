/* SPDX-License-Identifier: MIT */
/* Changes of the entries that a dump finds, as many as there are. */
#ifndef CLI_MANY_H
#define CLI_MANY_H

#include "cli/job.h"

/*
 * -U, -D (and -F of one family), and -L -z, of the entries that pass the
 * job's filter: changed, shown and counted as they go. An entry that is gone
 * meanwhile is no failure. Returns 0, -errno, or EXIT_FAILED when a signal
 * ended it early.
 */
int many_update(struct job *j);
int many_delete(struct job *j);
int many_zero(struct job *j);

#endif
