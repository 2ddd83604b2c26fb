/* SPDX-License-Identifier: MIT */
/*
 * Every command with every option, and pairs of options, from the command
 * line to the bytes that would be sent: none of them is one that any kernel
 * could take for "delete everything", but those of -F. A DELETE is that
 * without a whole tuple: ctnetlink.md, trap 2 and 6.3.
 *
 * The socket is replaced: a dump is answered with one entry, everything else
 * with success.
 */
#include "test/unit/unit.h"
#include "test/unit/value.h"

#include "cli/opts.h"
#include "cli/ready.h"
#include "ct/tables.h"
#include "nl/msg.h"
#include "nl/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned deletes, flushes, sent;
static uint8_t answer[4096];
static size_t answer_len;

/* ------------------------------------------------------- the other end */

int nl_sock_filter(struct nl_sock *s, const struct nl_bpf *p)
{
	(void)s;
	(void)p;
	return 0;
}

int nl_above_stderr(int fd)
{
	return fd;
}

int nl_sock_open(struct nl_sock *s)
{
	*s = (struct nl_sock){ .fd = 99 };
	return 0;
}

void nl_sock_close(struct nl_sock *s)
{
	s->fd = -1;
}

/* An entry as a dump has it, for the request's family. */
static void put_entry(struct nl_put *m, uint8_t family, uint32_t seq)
{
	struct ct_flow f;
	size_t mark;
	uint32_t id = 42;

	ct_flow_clear(&f);
	f.family = family ? family : AF_INET;
	for (unsigned dir = 0; dir < 2; dir++) {
		f.dir[dir].has = CT_PROTO | CT_SPORT | CT_DPORT |
			(f.family == AF_INET ? CT_SRC4 | CT_DST4
					     : CT_SRC6 | CT_DST6);
		f.dir[dir].proto = PROTO_TCP;
		f.dir[dir].sport = f.dir[dir].dport = 7;
		memset(f.dir[dir].addr, 1, sizeof(f.dir[dir].addr));
	}
	f.has = CT_STATUS | CT_TIMEOUT;
	f.status = 8;
	f.timeout = 1;
	mark = nl_msg_begin(m, nl_msg_type(1, IPCTNL_MSG_CT_NEW), 0, f.family);
	nl_encode(&ct_flow_table, &f, m);
	nl_put_attr(m, CTA_ID, &id, sizeof(id));
	nl_msg_end(m, mark);
	nl_msg_number(m, mark, seq);
}

static void put_control(struct nl_put *m, uint16_t type, uint32_t seq)
{
	struct { struct nlmsghdr h; int32_t error; struct nlmsghdr of; } e = {
		.h = { .nlmsg_len = sizeof(e), .nlmsg_type = type,
		       .nlmsg_seq = seq },
	};

	nl_put_raw(m, &e, sizeof(e));
}

/* Is there a tuple in it that names one entry? */
static int names_one(const struct nl_msg *m, const struct nl_row *table,
		     uint16_t type, struct ct_tuple *t)
{
	struct nl_attr a;

	(void)table;
	memset(t, 0, sizeof(*t));
	return nl_attr_find(m->attrs, type, &a) > 0 &&
	       nl_decode(&ct_tuple_table, nl_attr_run(&a), NL_ALL, t) == 0 &&
	       t->has & CT_SRC && t->has & CT_DST && t->has & CT_PROTO;
}

static void look_at(const struct nl_msg *m)
{
	const int expect = m->type >> 8 == NFNL_SUBSYS_CTNETLINK_EXP;
	const unsigned message = m->type & 0xff;
	struct ct_tuple t;
	struct nl_attr a;

	sent++;
	if (message != (expect ? IPCTNL_MSG_EXP_DELETE : IPCTNL_MSG_CT_DELETE))
		return;
	deletes++;
	if (!names_one(m, NULL, expect ? CTA_EXPECT_TUPLE : CTA_TUPLE_ORIG, &t))
		flushes++;
	/* with a filter, even a whole tuple is a flush since 6.11 */
	if (!expect && nl_attr_find(m->attrs, CTA_FILTER, &a) > 0)
		flushes++;
}

int nl_sock_send(struct nl_sock *s, const void *buf, size_t len)
{
	struct nl_run left = { buf, len };
	struct nl_put m;
	struct nl_msg msg;

	(void)s;
	nl_put_init(&m, answer, sizeof(answer));
	while (nl_msg_next(&left, &msg) > 0) {
		look_at(&msg);
		if (msg.flags & NLM_F_DUMP) {
			put_entry(&m, msg.family, msg.seq);
			put_control(&m, NLMSG_DONE, msg.seq);
		} else if (msg.flags & NLM_F_ACK) {
			put_control(&m, NLMSG_ERROR, msg.seq);
		}
	}
	assert_int_equal(m.err, 0);
	answer_len = m.len;
	return 0;
}

long nl_sock_recv(struct nl_sock *s, void *buf, size_t cap)
{
	size_t n = answer_len;

	(void)s;
	assert_true(n > 0 && n <= cap);
	memcpy(buf, answer, n);
	answer_len = 0;
	return (long)n;
}

/* ------------------------------------------------------ the command lines */

static int nowhere;
static char out_buf[1 << 16], recv_buf[NL_RECV_BUF];
static struct clock_zone zone;

/* Run a line of words. Returns 0 when it was understood. */
static int run(const char *const *words, unsigned n)
{
	static struct cli_req q;
	struct out out = { .buf = out_buf, .cap = sizeof(out_buf),
			   .fd = nowhere };
	struct cli_world w = { .out = &out, .zone = &zone, .recv = recv_buf,
			       .open = 1 };
	char *argv[32] = { (char *)(uintptr_t)"conntrack" };

	assert_true(n + 2 <= COUNT(argv));
	for (unsigned i = 0; i < n; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	if (cli_ready(&q, (int)n + 1, argv, 0, 0, &w) < 0)
		return -EINVAL;
	answer_len = 0;
	cli_run(&q, &w);
	return 0;
}

static char names[OPT_COUNT][32];

/* Bits of how: `!' before it, a list where there may be one. */
static unsigned add(const char **words, unsigned n, unsigned row, unsigned how)
{
	if (row == OPT_COUNT)
		return n;
	if (how & 1)
		words[n++] = "!";
	words[n++] = names[row];
	if (cli_kinds[cli_opts[row].kind].takes != TAKES_NONE)
		words[n++] = how & 2 && cli_opts[row].kind == KIND_PORTS ?
			     "5,7-9" : value_of(row);
	return n;
}

/*
 * The command, two options (OPT_COUNT: none) and what is behind them; two bits
 * of how for each.
 */
static int try(const char *cmd, const char *table, unsigned a, unsigned b,
	       unsigned how, const char *const *base)
{
	const char *words[32];
	unsigned n = 0;

	words[n++] = cmd;
	if (table)
		words[n++] = table;
	n = add(words, n, a, how);
	n = add(words, n, b, how >> 2);
	for (; *base; base++)
		words[n++] = *base;
	return run(words, n);
}

static void nothing_but_a_flush_is_one(void **state)
{
	static const char *const commands[] = {
		"-L", "-G", "-I", "-A", "-U", "-D", "-C", "-S",
	};
	static const char *const none[] = { NULL };
	static const char *const tuple[] = {
		"-p", "udp", "-s", "1.1.1.1", "-d", "2.2.2.2", "--sport", "1",
		"--dport", "2", NULL };
	static const char *const whole[] = {
		"-p", "udp", "-s", "1.1.1.1", "-d", "2.2.2.2", "--sport", "1",
		"--dport", "2", "-t", "9", NULL };
	static const char *const expectation[] = {
		"-p", "udp", "-s", "1.1.1.1", "-d", "2.2.2.2", "--sport", "1",
		"--dport", "2", "--reply-port-src", "1", "--reply-port-dst",
		"2", NULL };
	static const char *const *const bases[] = {
		none, tuple, whole, expectation };
	static const uint8_t hows[] = { 0, 1, 4, 5, 10 };
	unsigned understood = 0;

	(void)state;
	for (size_t cmd = 0; cmd < COUNT(commands); cmd++)
		for (unsigned expect = 0; expect < 2; expect++)
			for (size_t base = 0; base < COUNT(bases); base++)
				for (unsigned a = 0; a <= OPT_COUNT; a++)
					for (unsigned b = a; b <= OPT_COUNT; b++)
						for (size_t h = 0; h < sizeof(hows); h++)
							understood += try(commands[cmd],
								expect ? "expect" : NULL, a, b,
								hows[h], bases[base]) == 0;
	assert_int_equal(flushes, 0);
	assert_true(understood > 1000);
	assert_true(deletes > 100);
	assert_true(sent > 1000);
}

/* And those of -F are, but for one family. */
static void flush_is_one(void **state)
{
	static const char *const family[] = { "-F", "-f", "ipv4" };
	static const char *const all[] = { "-F" };
	static const char *const expect[] = { "-F", "expect" };
	static const char *const none[] = { NULL };

	(void)state;
	flushes = 0;
	assert_int_equal(run(family, 3), 0);
	assert_int_equal(flushes, 0);
	assert_int_equal(run(all, 1), 0);
	assert_int_equal(flushes, 1);
	assert_int_equal(run(expect, 2), 0);
	assert_int_equal(flushes, 2);
	for (unsigned row = 0; row < OPT_COUNT; row++)	/* one but for some */
		for (unsigned table = 0; table < 2; table++)
			assert_true(try("-F", table ? "expect" : NULL, row,
					OPT_COUNT, 1, none) < 0);
	assert_int_equal(flushes, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_but_a_flush_is_one),
		cmocka_unit_test(flush_is_one),
	};

	for (unsigned row = 0; row < OPT_COUNT; row++)
		snprintf(names[row], sizeof(names[row]), "--%s",
			 cli_opt_name(row));
	nowhere = open("/dev/null", O_WRONLY);
	dup2(nowhere, STDERR_FILENO);	/* every refusal is told there */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
