/* SPDX-License-Identifier: MIT */
/* The help text, made from the tables in cli/opts.h. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/req.h"
#include "fmt/out.h"

/* Everything; the options of the protocol of -p follow. */
void cli_help(struct out *o, const struct cli_req *q);

#endif
