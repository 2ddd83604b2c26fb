/* SPDX-License-Identifier: MIT */
/* The help text, made from the tables in cli/opts.h. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "ct/proto.h"
#include "fmt/out.h"

/* Everything; with a protocol of its own kind, its options follow. */
void cli_help(struct out *o, const struct ct_proto *proto);

#endif
