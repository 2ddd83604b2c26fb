/* SPDX-License-Identifier: MIT */
#include "test/fuzz/state.h"

#include "cli/engine.h"

/* These keep something that has no other door. */
#include "cli/by.c"
#include "cli/load.c"
#include "cli/owner.c"
#include "cli/pattern.c"

static struct cli_req req;

/* The one map of labels: read another one, so that the usual is not there. */
static void reset_labels(struct cli_world *w)
{
	char words[][16] = { "conntrack", "-L", "-o", "labels,save",
			     "--labelmap", "/no/map" };
	char *argv[] = { words[0], words[1], words[2], words[3], words[4],
			 words[5], NULL };

	w->told = 1;
	cli_ready(&req, 6, argv, 0, 0, w);
}

void state_forget_lines(void)
{
	memset(patterns, 0, sizeof(patterns));
	latest = 0;
}

void state_reset(int labels)
{
	static char recv_buf[NL_RECV_BUF];
	struct out out = { .fd = -1 };
	struct cli_world w = { .out = &out, .recv = recv_buf };
	struct job *j;

	memset(&tally, 0, sizeof(tally));
	counted = 0;
	memset(owners, 0, sizeof(owners));
	memset(&line_req, 0, sizeof(line_req));
	memset(&engine, 0, sizeof(engine));
	memset(&out_stop, 0, sizeof(out_stop));
	lines.fd = 0;
	lines.start = 0;
	lines.at = lines.n = lines.begin = 0;
	lines.line = 0;
	lines.argc = 0;
	state_forget_lines();
	if (labels)
		reset_labels(&w);
	req.cmd = CMD_LIST;
	j = job_open(&req, &w);
	if (j)
		memset(j, 0, sizeof(*j));
}

struct lines *state_lines(void)
{
	return &lines;
}

int state_next_line(struct cli_req **q, struct cli_world *w)
{
	return next_line(q, w);
}
