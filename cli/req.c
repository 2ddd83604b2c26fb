/* SPDX-License-Identifier: MIT */
#include "cli/req.h"

#include <errno.h>

/* Called from everywhere: not in line. */
__attribute__((noinline))
int cli_refuse(struct cli_req *q, int code, const char *text,
	       const char *arg, const char *arg2)
{
	if (!q->why.text)
		q->why = (struct cli_why){ text, { arg, arg2 }, code };
	return -EINVAL;
}

int cli_usage(struct cli_req *q, const char *text, const char *arg)
{
	return cli_refuse(q, EXIT_USAGE, text, arg, NULL);
}
