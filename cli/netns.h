/* SPDX-License-Identifier: MIT */
/* --netns: the network namespace to work in. */
#ifndef CLI_NETNS_H
#define CLI_NETNS_H

#include "cli/req.h"

/*
 * Go to the network namespace of a request: by the name that ip gave it, by
 * the PID of a process in it, or by a path. Sockets opened from then on are
 * there, and so is what /proc tells of the network. Returns 0, or -EINVAL with
 * the reason in q->why.
 */
int netns_enter(struct cli_req *q);

#endif
