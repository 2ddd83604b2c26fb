/* SPDX-License-Identifier: MIT */
#include "test/fuzz/command.h"

#include "test/fuzz/judge.h"
#include "test/fuzz/state.h"

#include "cli/load.h"
#include "cli/ready.h"
#include "cli/tell.h"
#include "nl/sock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS	32

static char labels[] = "0 zero\n1 one-1\n2 in two words\n31 ThirtyOne\n"
		       "32 32\n127 last\n500 far\n";
static char protocols[] = "# a comment\nicmp 1 ICMP\ntcp 6 TCP # six\n"
			  "gre\t47\tGRE\nbad 300\n";

static int had_labels;

/* The program, as main() has it. Returns its exit code. */
static int run(const char *line)
{
	static char words[1024], out_buf[32768], recv_buf[NL_RECV_BUF];
	static struct cli_req q;
	static const struct clock_zone utc;
	char *argv[WORDS + 1], *save = NULL;
	struct out out = { .buf = out_buf, .cap = sizeof(out_buf),
			   .fd = world_out() };
	struct cli_world w = { .out = &out, .zone = &utc, .recv = recv_buf };
	int argc = 0, r;

	snprintf(words, sizeof(words), "conntrack %s", line);
	for (char *p = strtok_r(words, " ", &save); p && argc < WORDS;
	     p = strtok_r(NULL, " ", &save))
		argv[argc++] = p;
	argv[argc] = NULL;
	r = cli_ready(&q, argc, argv, 0, 0, &w);
	had_labels = w.labels != NULL;
	if (r < 0)
		return tell_why(&q);
	r = q.cmd == CMD_LOAD ? cli_load(q.file, &w) : cli_run(&q, &w);
	had_labels = w.labels != NULL;
	return r;
}

/* What the last sentence says: "(rawtrack): 3 flow entries have been ..." */
static long said(const char *told, size_t n)
{
	static const char before[] = "(rawtrack): ";
	const size_t len = sizeof(before) - 1;
	long count = -1;

	for (size_t i = 0; i + len < n; i++)
		if (memcmp(told + i, before, len) == 0 &&
		    told[i + len] >= '0' && told[i + len] <= '9')
			count = strtol(told + i + len, NULL, 10);
	return count;
}

/* The sum of what stands behind {"count": */
static long sums(const char *p, size_t n)
{
	static const char before[] = "{\"count\":";
	const size_t len = sizeof(before) - 1;
	long sum = 0;

	for (size_t i = 0; i + len < n; i++)
		if (memcmp(p + i, before, len) == 0)
			sum += strtol(p + i + len, NULL, 10);
	return sum;
}

static void judge(const struct command *c, int code)
{
	size_t n, n_told;
	const char *p = world_printed(&n), *told = world_told(&n_told);
	long records = -1;

	fuzz_check(code >= 0 && code <= 2, "there is an exit code");
	fuzz_check(code == 0 || n_told > 0 || world_is_left() ||
		   c->is & COMMAND_SILENT,
		   "a failure has a reason");
	fuzz_check(c->is & COMMAND_EMPTIES || world_flushes() == 0,
		   "no table is emptied");
	if (c->is & COMMAND_LINES) {
		records = judge_json_lines(p, n);
		fuzz_check(records >= 0, "each line is JSON");
	}
	if (code != 0)
		return;
	if (c->is & COMMAND_WHOLE) {
		records = judge_json(p, n);
		fuzz_check(records >= 0, "a document is JSON");
	}
	if (c->is & COMMAND_XML) {
		records = judge_xml(p, n, "flow");
		fuzz_check(records >= 0, "a document is XML");
	}
	if (c->is & COMMAND_SUMS)
		records = sums(p, n);
	if (c->is & COMMAND_COUNTS)
		fuzz_check(records == said(told, n_told),
			   "what is counted was shown");
}

void command_run(const struct command *commands, size_t n, struct fuzz_in in,
		 void (*files)(void))
{
	const struct command *c = &commands[fuzz_u8(&in) % n];
	int code;

	in.p = fuzz_exact(FUZZ_INPUT, in.p, in.left);
	/* the reset needs a socket, and its text is no matter */
	world_begin((struct fuzz_in){ in.p, 0 });
	state_reset(had_labels);
	world_end();
	world_begin(in);
	if (files)
		files();
	world_file("/etc/xtables/connlabel.conf", labels, sizeof(labels) - 1);
	world_file("/etc/protocols", protocols, sizeof(protocols) - 1);
	code = run(c->line);
	if (getenv("FUZZ_VERBOSE")) {
		size_t len;

		printf("conntrack %s\n", c->line);
		world_printed(&len);
		fwrite(world_printed(&len), 1, len, stdout);
		world_told(&len);
		fwrite(world_told(&len), 1, len, stdout);
		printf("exit %d, %u requests\n", code, world_requests());
		fflush(stdout);
	}
	judge(c, code);
	world_end();
}
