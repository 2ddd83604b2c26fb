/* SPDX-License-Identifier: MIT */
/* Each command: request, filter, format. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/req.h"
#include "ct/label.h"
#include "fmt/clock.h"
#include "fmt/out.h"

/* What a command is lent: the buffers belong to main. */
struct cli_world {
	struct out			*out;	/* standard output */
	const struct ct_label_map	*labels;	/* NULL: none loaded */
	const struct clock_zone		*zone;
	void				*recv;	/* NL_RECV_BUF bytes */
	int				 told;	/* warnings were, before */
	int				 open;	/* no sandbox is wanted */
	unsigned			 color;	/* COLOR_* */
};

/*
 * Do what the request asks for and say how it went. Everything printed is
 * flushed. Returns the exit code.
 */
int cli_run(const struct cli_req *q, const struct cli_world *w);

#endif
