/* SPDX-License-Identifier: MIT */
#include "cli/req.h"

#include <errno.h>

/* Called from everywhere: not in line. */
__attribute__((noinline))
int cli_refuse(struct cli_req *q, int code, const char *text,
	       const char *arg, const char *arg2)
{
	struct cli_why *why = &q->why;

	if (!why->text) {
		why->text = text;
		why->arg[0] = arg;
		why->arg[1] = arg2;
		why->code = code;
	}
	return -EINVAL;
}

int cli_usage(struct cli_req *q, const char *text, const char *arg)
{
	return cli_refuse(q, EXIT_USAGE, text, arg, NULL);
}
