/* SPDX-License-Identifier: MIT */
/*
 * A command line: it is refused with a sentence, or understood, the same each
 * time; then what would be asked of the kernel has room, and can be read.
 * Nothing is sent.
 *
 * Input: a byte, of which bits say POSIXLY_CORRECT and that it is of a load
 * file; then words, each with a NUL behind it.
 */
#include "test/fuzz/world.h"

#include "test/bpf.h"
#include "test/fuzz/judge.h"
#include "test/fuzz/state.h"

#include "cli/help.h"
#include "cli/job.h"
#include "cli/ready.h"
#include "cli/tell.h"
#include "ct/bpf.h"
#include "ct/tables.h"

#include <stdlib.h>
#include <string.h>

#define WORDS	200

static struct cli_req q, again;
static char *argv[WORDS + 1];
static int argc;

/* Each word in memory of its own, as far as its NUL. */
static void take_words(struct fuzz_in in)
{
	static char name[] = "conntrack";

	argc = 0;
	argv[argc++] = name;
	while (in.left > 0 && argc < WORDS) {
		struct fuzz_in word = fuzz_until(&in, '\0');
		char *copy = malloc(word.left + 1);

		if (!copy)
			abort();
		memcpy(copy, word.p, word.left);
		copy[word.left] = '\0';
		argv[argc++] = copy;
	}
	argv[argc] = NULL;
}

static void free_words(void)
{
	while (argc > 1)
		free(argv[--argc]);
}

static void check_request(struct nl_put *m)
{
	struct nl_run run = { m->buf, m->len };
	struct nl_msg msg;
	struct nl_attr a;
	int r;

	fuzz_check(m->err == 0, "a request has room");
	fuzz_check(nl_msg_next(&run, &msg) == 1 && run.left == 0,
		   "a request is one message");
	while ((r = nl_attr_next(&msg.attrs, &a)) > 0)
		;
	fuzz_check(r == 0, "a request's attributes are whole");
}

/* How a table is asked, and how more plainly. */
static void plan(enum ct_verb verb)
{
	uint8_t buf[REQUEST_MAX];
	struct nl_put m;
	struct ct_plan p;

	ct_plan(&p, verb, q.table, &q.filter);
	do {
		for (unsigned i = 0; i < p.n; i++) {
			nl_put_init(&m, buf, sizeof(buf));
			ct_plan_request(&p, i, &m);
			check_request(&m);
		}
	} while (ct_plan_simplify(&p));
}

static void listen_by(void)
{
	static struct sock_filter program[CT_BPF_MAX];
	struct nl_bpf bpf = { .insn = program, .cap = CT_BPF_MAX };

	fuzz_check(ct_bpf(&bpf, &q.filter) == 0,
		   "the program of a filter has room");
	fuzz_check(bpf.n == 0 || bpf_check(program, bpf.n),
		   "the kernel takes the program");
}

static void make(void)
{
	uint8_t buf[512];	/* as nl/batch.h promises */
	struct nl_put m;
	size_t mark;

	nl_put_init(&m, buf, sizeof(buf));
	mark = nl_msg_begin(&m, 0x0100, 0, q.filter.family);
	ct_put_new(&m, &q.filter, &q.change);
	nl_msg_end(&m, mark);
	check_request(&m);
}

static void check_understood(void)
{
	const uint32_t one = q.cmd & (q.cmd - 1);

	fuzz_check(!one && (q.cmd || q.line), "there is one command");
	switch (q.cmd) {
	case CMD_LIST:
		plan(CT_SHOW);
		break;
	case CMD_GET:
		plan(CT_LOOKUP);
		break;
	case CMD_UPDATE:
	case CMD_DELETE:
		if (q.table == CT_TABLE_CONNTRACK)
			plan(CT_CHANGE);
		break;
	case CMD_EVENT:
		if (q.table == CT_TABLE_CONNTRACK)
			listen_by();
		break;
	case CMD_CREATE:
	case CMD_ADD:
		if (q.table == CT_TABLE_CONNTRACK)
			make();
		break;
	default:
		break;
	}
}

static void check_refused(void)
{
	size_t n;

	fuzz_check(q.why.text != NULL, "a refusal has a sentence");
	fuzz_check(q.why.code == 1 || q.why.code == 2,
		   "a refusal has an exit code");
	fuzz_check(tell_why(&q) == q.why.code, "the sentence's code");
	world_told(&n);
	fuzz_check(n > 0, "a refusal is told");
}

static void print_help(void)
{
	static char buf[65536];
	struct out out = { .buf = buf, .cap = sizeof(buf), .fd = -1 };

	cli_help(&out, &q);
	fuzz_check(out.err == 0 && judge_lines(buf, out.len) > 0,
		   "help is lines");
}

static int had_labels;

static int ready(struct cli_req *to, int posix, uint32_t line)
{
	struct cli_world w = { 0 };
	int r = cli_ready(to, argc, argv, posix, line, &w);

	had_labels |= w.labels != NULL;
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char labels[] = "0 zero\n1 one-1\n127 last\n500 far\n";
	static const char protocols[] = "tcp 6 TCP\nsix 6\nodd 255 ODD # x\n";
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	const uint8_t how = fuzz_u8(&in);
	int r;

	world_begin((struct fuzz_in){ p, 0 });
	state_reset(had_labels);
	had_labels = 0;
	world_file("/etc/xtables/connlabel.conf", labels, sizeof(labels) - 1);
	world_file("/etc/protocols", protocols, sizeof(protocols) - 1);
	take_words(in);
	memset(&q, 0xa5, sizeof(q));
	r = ready(&q, how & 1, how >> 1 & 7);
	fuzz_check(r == 0 || r == -EINVAL, "understood or refused");
	if (r < 0)
		check_refused();
	else if (q.cmd == CMD_HELP)
		print_help();
	else
		check_understood();
	memset(&again, 0x5a, sizeof(again));
	fuzz_check(ready(&again, how & 1, how >> 1 & 7) == r,
		   "the same each time");
	fuzz_check(memcmp(&q.filter, &again.filter,
			  offsetof(struct ct_filter, unless)) == 0 &&
		   memcmp(&q.change, &again.change, sizeof(q.change)) == 0 &&
		   q.cmd == again.cmd && q.seen == again.seen &&
		   q.show == again.show && q.groups == again.groups,
		   "the same request each time");
	fuzz_check(world_requests() == 0, "nothing is sent");
	free_words();
	world_end();
	return 0;
}
