/* SPDX-License-Identifier: MIT */
/*
 * A load file, read and checked and not done: every pass has the same lines,
 * and a line that is like one before is the same request as if it had been
 * parsed. What cannot be read twice is no matter.
 */
#include "test/fuzz/world.h"

#include "test/fuzz/state.h"

#include "ct/change.h"
#include "cli/tell.h"
#include "nl/put.h"

#include <string.h>

#define LINES	2048u

/* What a pass makes of a line. */
struct line {
	uint32_t number, cmd, show;
	uint32_t request;	/* a sum of what would be sent */
};

struct pass {
	struct line	 line[LINES];
	unsigned	 n;
	int		 end;		/* 0, or why it ended */
	uint32_t	 at;		/* and in which line */
};

static struct pass passes[3];

static uint32_t sum(uint32_t h, const void *p, size_t n)
{
	const uint8_t *q = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ q[i]) * 16777619u;
	return h;
}

static uint32_t sum_request(const struct cli_req *q)
{
	uint8_t buf[1024];
	struct nl_put m;
	uint32_t h = 2166136261u;

	if (!(q->cmd & (CMD_CREATE | CMD_ADD))) {
		h = sum(h, &q->filter, offsetof(struct ct_filter, unless));
		h = sum(h, q->filter.dir, sizeof(q->filter.dir));
		return sum(h, &q->change, sizeof(q->change));
	}
	nl_put_init(&m, buf, sizeof(buf));
	ct_put_new(&m, &q->filter, &q->change);
	fuzz_check(m.err == 0, "a line's request has room");
	h = sum(h, &q->filter.family, 1);
	return sum(h, buf, m.len);
}

static void pass(struct pass *p, int learn)
{
	struct cli_world w = { .told = 1 };
	struct cli_req *q;

	memset(p, 0, sizeof(*p));
	state_forget_lines();
	while (p->n < LINES && (p->end = state_next_line(&q, &w)) > 0) {
		struct line *l = &p->line[p->n++];

		fuzz_check(state_lines()->line > p->at, "lines are counted");
		fuzz_check(q->line == state_lines()->line,
			   "a request knows its line");
		p->at = q->line;
		l->number = q->line;
		l->cmd = q->cmd;
		l->show = q->show;
		l->request = sum_request(q);
		if (!learn)
			state_forget_lines();
	}
	p->at = state_lines()->line;
	fuzz_check(lines_rewind(state_lines()) == 0, "it can be read again");
}

static void compare(const struct pass *a, const struct pass *b)
{
	fuzz_check(a->n == b->n, "passes have the same number of lines");
	fuzz_check(a->end == b->end, "passes end the same");
	fuzz_check(a->at == b->at, "passes end at the same line");
	fuzz_check(memcmp(a->line, b->line, a->n * sizeof(*a->line)) == 0,
		   "passes have the same requests");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char labels[] = "0 zero\n1 one-1\n127 last\n";
	const uint8_t *exact;

	n = n < FUZZ_MAX ? n : FUZZ_MAX;
	exact = fuzz_exact(FUZZ_INPUT, p, n);
	world_begin((struct fuzz_in){ exact, 0 });
	state_reset(1);
	world_file("/etc/xtables/connlabel.conf", labels, sizeof(labels) - 1);
	world_file("load", exact, n);
	fuzz_check(lines_open(state_lines(), "load") == 0, "it opens");
	pass(&passes[0], 1);
	pass(&passes[1], 1);
	compare(&passes[0], &passes[1]);
	pass(&passes[2], 0);
	compare(&passes[0], &passes[2]);
	fuzz_check(world_requests() == 0, "nothing is sent");
	world_end();
	return 0;
}
