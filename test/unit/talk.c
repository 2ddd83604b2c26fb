/* SPDX-License-Identifier: MIT */
/* Conversations with a kernel that follows a script: no socket is opened. */
#include "nl/batch.h"
#include "test/guard.h"
#include "test/unit/unit.h"

/* What the kernel says next: a datagram, or an error. */
struct line {
	uint8_t	bytes[256];
	size_t	n;
	long	error;
};

static struct line script[128];
static unsigned lines, spoken;
static unsigned sent;		/* datagrams */
static uint32_t first_seq;	/* of the last datagram */

int nl_sock_open(struct nl_sock *s)
{
	(void)s;
	return -ENOSYS;
}

void nl_sock_close(struct nl_sock *s)
{
	(void)s;
}

/* Answers take their sequence numbers from this request on. */
int nl_sock_send(struct nl_sock *s, const void *buf, size_t len)
{
	(void)s;
	assert_true(len >= NL_HEAD);
	memcpy(&first_seq, (const uint8_t *)buf + 8, 4);
	sent++;
	return 0;
}

long nl_sock_recv(struct nl_sock *s, void *buf, size_t cap)
{
	struct line *l = &script[spoken];

	(void)s;
	if (spoken == lines)
		return -ETIMEDOUT;
	spoken++;
	if (l->error)
		return l->error;
	assert_true(l->n <= cap);
	for (size_t at = 0; at < l->n; at += nl_host32(l->bytes + at)) {
		uint32_t seq = nl_host32(l->bytes + at + 8) + first_seq;

		memcpy(l->bytes + at + 8, &seq, 4);
	}
	memcpy(buf, l->bytes, l->n);
	return (long)l->n;
}

/* Add a message to the datagram that is being written, off from the first. */
static void say(uint16_t type, uint16_t flags, uint32_t off, int32_t error)
{
	struct line *l = &script[lines];
	struct nlmsghdr h = {
		.nlmsg_len = type < NLMSG_MIN_TYPE ? 36 : 20,
		.nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = off,
	};

	memcpy(l->bytes + l->n, &h, sizeof(h));
	memcpy(l->bytes + l->n + sizeof(h), &error, sizeof(error));
	l->n += h.nlmsg_len;
}

static void next_datagram(void)
{
	lines++;
}

static void say_alone(uint16_t type, uint16_t flags, uint32_t off,
		      int32_t error)
{
	say(type, flags, off, error);
	next_datagram();
}

static void fail_next(long error)
{
	script[lines++].error = error;
}

static struct nl_sock sock;
static uint8_t answers[NL_RECV_BUF];
static struct nl_talk talk = { &sock, answers, sizeof(answers), { 0 }, 0 };

static int start(void **state)
{
	(void)state;
	memset(script, 0, sizeof(script));
	lines = spoken = sent = 0;
	sock = (struct nl_sock){ .fd = -1, .seq = 41 };
	return 0;
}

static int count(const struct nl_msg *m, void *arg)
{
	(void)m;
	++*(int *)arg;
	return 0;
}

static int ask(int (*each)(const struct nl_msg *, void *), void *arg)
{
	uint8_t buf[64];
	struct nl_put req;
	size_t mark;

	nl_put_init(&req, buf, sizeof(buf));
	mark = nl_msg_begin(&req, 0x101, NLM_F_DUMP | NLM_F_ACK, 0);
	nl_msg_end(&req, mark);
	return nl_talk(&talk, &req, each, arg);
}

#define RECORD	0x100

static void dump_ends_with_done(void **state)
{
	int n = 0;

	(void)state;
	say(RECORD, NLM_F_MULTI, 0, 0);
	say_alone(RECORD, NLM_F_MULTI, 0, 0);
	say(RECORD, NLM_F_MULTI, 0, 0);
	say_alone(NLMSG_DONE, NLM_F_MULTI, 0, 0);
	say_alone(RECORD, 0, 0, 0);		/* no longer ours */
	assert_int_equal(ask(count, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(first_seq, 42);
	assert_int_equal(spoken, 2);
}

static void other_numbers_are_passed_over(void **state)
{
	int n = 0;

	(void)state;
	say_alone(RECORD, 0, (uint32_t)-1, 0);
	say_alone(NLMSG_ERROR, 0, (uint32_t)-1, -EPERM);
	say_alone(NLMSG_NOOP, 0, 0, 0);
	say(RECORD, 0, 0, 0);
	say_alone(NLMSG_DONE, 0, 0, 0);
	assert_int_equal(ask(count, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(talk.records, 1);
}

static void acknowledgement_is_no_end_of_a_dump(void **state)
{
	int n = 0;

	(void)state;
	say_alone(RECORD, NLM_F_MULTI, 0, 0);
	say_alone(NLMSG_ERROR, 0, 0, 0);
	say_alone(NLMSG_DONE, NLM_F_MULTI, 0, 0);
	assert_int_equal(ask(count, &n), -EBADMSG);
	assert_int_equal(n, 1);
}

static void refusal_is_returned(void **state)
{
	int n = 0;

	(void)state;
	say_alone(NLMSG_ERROR, 0, 0, -EINVAL);
	assert_int_equal(ask(count, &n), -EINVAL);
	assert_int_equal(talk.ack.error, -EINVAL);
	start(state);
	say_alone(NLMSG_DONE, NLM_F_MULTI, 0, -EOPNOTSUPP);
	assert_int_equal(ask(count, &n), -EOPNOTSUPP);
	assert_int_equal(n, 0);
}

static void interruption_is_told_at_the_end(void **state)
{
	int n = 0;

	(void)state;
	say_alone(RECORD, NLM_F_MULTI | NLM_F_DUMP_INTR, 0, 0);
	say_alone(RECORD, NLM_F_MULTI, 0, 0);
	say_alone(NLMSG_DONE, NLM_F_MULTI, 0, 0);
	assert_int_equal(ask(count, &n), -EINTR);
	assert_int_equal(n, 2);
}

static void loss_is_told(void **state)
{
	int n = 0;

	(void)state;
	say_alone(RECORD, NLM_F_MULTI, 0, 0);
	fail_next(-ENOBUFS);
	assert_int_equal(ask(count, &n), -ENOBUFS);
	start(state);
	say_alone(NLMSG_OVERRUN, 0, 0, 0);
	assert_int_equal(ask(count, &n), -ENOBUFS);
	start(state);
	assert_int_equal(ask(count, &n), -ETIMEDOUT);
}

static void damage_is_told(void **state)
{
	int n = 0;

	(void)state;
	say(RECORD, NLM_F_MULTI, 0, 0);
	say(RECORD, NLM_F_MULTI, 0, 0);
	script[0].n -= 4;
	script[0].bytes[20] = 20;
	next_datagram();
	assert_int_equal(ask(count, &n), -EBADMSG);
}

static int stop(const struct nl_msg *m, void *arg)
{
	(void)m;
	return ++*(int *)arg == 2 ? 77 : 0;
}

static void listener_may_stop(void **state)
{
	int n = 0;

	(void)state;
	say(RECORD, 0, 0, 0);
	say(RECORD, 0, 0, 0);
	say_alone(RECORD, 0, 0, 0);
	assert_int_equal(ask(stop, &n), 77);
	assert_int_equal(n, 2);
}

static void overflown_request_is_not_sent(void **state)
{
	uint8_t buf[8];
	struct nl_put req;

	(void)state;
	nl_put_init(&req, buf, sizeof(buf));
	nl_msg_begin(&req, 0x101, 0, 0);
	assert_int_equal(nl_talk(&talk, &req, count, NULL), -EMSGSIZE);
	assert_int_equal(sent, 0);
}

/* ---------------------------------------------------------------- batch */

static uint8_t window[NL_BATCH_BUF];
static struct { int records, ends, refused; } heard;

static int hear(const struct nl_msg *m, int error, void *arg)
{
	(void)arg;
	if (m)
		heard.records++;
	else
		heard.ends++;
	heard.refused += error != 0;
	return 0;
}

static void begin_batch(struct nl_batch *b)
{
	*b = (struct nl_batch){ .talk = &talk, .hear = hear,
				 .max = NL_BATCH_MAX };
	nl_put_init(&b->put, window, sizeof(window));
	memset(&heard, 0, sizeof(heard));
}

static int request(struct nl_batch *b)
{
	return nl_batch_end(b, nl_batch_begin(b, 0x101, 0, 2));
}

static void answers_are_paired_by_number(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	for (int i = 0; i < 3; i++)
		assert_int_equal(request(&b), 0);
	assert_int_equal(sent, 0);
	say_alone(RECORD, 0, 0, 0);
	say_alone(NLMSG_ERROR, 0, 0, 0);
	say_alone(NLMSG_ERROR, 0, 1, -ENOENT);	/* stops nothing */
	say_alone(RECORD, 0, 2, 0);
	say_alone(NLMSG_ERROR, 0, 2, 0);
	assert_int_equal(nl_batch_flush(&b), 0);
	assert_int_equal(sent, 1);
	assert_int_equal(first_seq, 42);
	assert_int_equal(heard.records, 2);
	assert_int_equal(heard.ends, 3);
	assert_int_equal(heard.refused, 1);
	assert_int_equal(b.count, 0);
	assert_int_equal(nl_batch_flush(&b), 0);	/* nothing: not sent */
	assert_int_equal(sent, 1);
}

static void requests_are_numbered(void **state)
{
	struct nl_batch b;
	struct nl_run run;
	struct nl_msg m;

	(void)state;
	begin_batch(&b);
	request(&b);
	request(&b);
	run = (struct nl_run){ b.put.buf, b.put.len };
	for (uint32_t seq = 42; seq < 44; seq++) {
		assert_int_equal(nl_msg_next(&run, &m), 1);
		assert_int_equal(m.seq, seq);
		assert_int_equal(m.flags, NLM_F_REQUEST);
	}
}

/* Of a window, the last one is acknowledged; of the others silence is good. */
static void silence_before_an_answer_is_success(void **state)
{
	struct nl_run run;
	struct nl_batch b;
	struct nl_msg m;

	(void)state;
	begin_batch(&b);
	request(&b);
	request(&b);
	request(&b);
	say_alone(NLMSG_ERROR, 0, 2, 0);
	run = (struct nl_run){ b.put.buf, b.put.len };
	assert_int_equal(nl_batch_flush(&b), 0);
	assert_int_equal(heard.ends, 3);
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(m.flags, NLM_F_REQUEST);
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(m.flags, NLM_F_REQUEST);
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(m.flags, NLM_F_REQUEST | NLM_F_ACK);
}

static void refusal_of_what_was_taken_for_success_is_an_error(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	request(&b);
	request(&b);
	request(&b);
	say_alone(NLMSG_ERROR, 0, 1, -EBUSY);
	say_alone(NLMSG_ERROR, 0, 0, -EBUSY);
	say_alone(NLMSG_ERROR, 0, 2, 0);
	assert_int_equal(nl_batch_flush(&b), -EBADMSG);
	assert_int_equal(heard.ends, 2);
	assert_int_equal(heard.refused, 1);
}

static void full_window_is_sent(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	for (uint32_t i = 0; i < NL_BATCH_MAX; i++)
		say_alone(NLMSG_ERROR, 0, i, 0);
	for (unsigned i = 1; i < NL_BATCH_MAX; i++)
		assert_int_equal(request(&b), 0);
	assert_int_equal(sent, 0);
	assert_int_equal(request(&b), 0);
	assert_int_equal(sent, 1);
	assert_int_equal(heard.ends, NL_BATCH_MAX);
	assert_int_equal(b.put.len, 0);
}

static void lost_answers_end_a_batch(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	request(&b);
	request(&b);
	say_alone(NLMSG_OVERRUN, 0, 0, 0);
	say_alone(NLMSG_ERROR, 0, 1, 0);	/* not read any more */
	assert_int_equal(nl_batch_flush(&b), -ENOBUFS);
	assert_int_equal(heard.ends, 0);
	assert_int_equal(spoken, 1);
	assert_int_equal(b.count, 0);
}

/* A kernel's answer to one of many is a record or an ack, and nothing else. */
static void done_is_no_answer_to_one_of_many(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	request(&b);
	say_alone(NLMSG_DONE, 0, 0, 0);
	assert_int_equal(nl_batch_flush(&b), -EBADMSG);
	assert_int_equal(heard.ends, 0);
}

static int refuse(const struct nl_msg *m, int error, void *arg)
{
	hear(m, error, arg);
	return -ENOSPC;
}

/* The silent end of the first request is heard before the second's answer. */
static void who_hears_may_end_a_batch(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	b.hear = refuse;
	request(&b);
	request(&b);
	say_alone(RECORD, 0, 1, 0);
	assert_int_equal(nl_batch_flush(&b), -ENOSPC);
	assert_int_equal(heard.ends, 1);
	assert_int_equal(heard.records, 0);
}

/* Nothing of it is sent: the kernel must not see half a request. */
static void window_without_room_is_not_sent(void **state)
{
	struct nl_batch b;

	(void)state;
	begin_batch(&b);
	b.put.cap = 30;
	assert_int_equal(request(&b), 0);
	assert_int_equal(request(&b), -EMSGSIZE);
	assert_int_equal(nl_batch_flush(&b), -EMSGSIZE);
	assert_int_equal(sent, 0);
}

#define TEST(f)	cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dump_ends_with_done),
		TEST(other_numbers_are_passed_over),
		TEST(acknowledgement_is_no_end_of_a_dump),
		TEST(refusal_is_returned),
		TEST(interruption_is_told_at_the_end),
		TEST(loss_is_told),
		TEST(damage_is_told),
		TEST(listener_may_stop),
		TEST(overflown_request_is_not_sent),
		TEST(answers_are_paired_by_number),
		TEST(requests_are_numbered),
		TEST(refusal_of_what_was_taken_for_success_is_an_error),
		TEST(full_window_is_sent),
		TEST(silence_before_an_answer_is_success),
		TEST(lost_answers_end_a_batch),
		TEST(done_is_no_answer_to_one_of_many),
		TEST(who_hears_may_end_a_batch),
		TEST(window_without_room_is_not_sent),
	};

	return cmocka_run_group_tests_name("talk", tests, NULL, NULL);
}
