/* SPDX-License-Identifier: MIT */
/*
 * The value of an option, a row of cli_opts, into the request. arg is NULL
 * when an optional value is not given. Returns 0, or -EINVAL with the reason
 * in q->why. compat.md 1.4.
 */
#ifndef CLI_SET_H
#define CLI_SET_H

#include "cli/req.h"

int set_value(struct cli_req *q, unsigned row, const char *arg);

/* --state, once it is known in which protocols it may mean something. */
int set_state_of(struct cli_req *q, unsigned protos);

#endif
