/* SPDX-License-Identifier: MIT */
/*
 * An option's value into the request: the functions that cli_kinds names.
 * Each returns 0, or -EINVAL with the reason in q->why. compat.md 1.4.
 */
#ifndef CLI_SET_H
#define CLI_SET_H

#include "cli/opts.h"

#define CLI_SET(name)	int name(struct cli_req *q, \
				 const struct cli_opt *opt, const char *arg)

CLI_SET(set_flag);	/* that it was seen is all */
CLI_SET(set_addr);	/* with a prefix: an option of KIND_NET */
CLI_SET(set_nat);
CLI_SET(set_proto);
CLI_SET(set_family);
CLI_SET(set_status);
CLI_SET(set_events);
CLI_SET(set_output);
CLI_SET(set_mark);
CLI_SET(set_number);
CLI_SET(set_labels);
CLI_SET(set_file);
CLI_SET(set_state);
CLI_SET(set_role);
CLI_SET(set_ignored);

/* --state, once it is known in which protocols it may mean something. */
int set_state_of(struct cli_req *q, unsigned protos);

#endif
