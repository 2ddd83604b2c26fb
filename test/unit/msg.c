/* SPDX-License-Identifier: MIT */
#include "nl/ack.h"
#include "test/guard.h"
#include "test/order.h"
#include "test/unit/unit.h"

/* ctnetlink.md 8.1, then NLMSG_DONE. */
static uint8_t datagram[] = {
	20, 0, 0, 0,  1, 1,  1, 3,  7, 0, 0, 0,  0, 0, 0, 0,  2, 0, 0x12, 0x34,
	20, 0, 0, 0,  3, 0,  2, 0,  7, 0, 0, 0,  1, 0x10, 0, 0,  0, 0, 0, 0,
};

static void built_bytes_are_the_kernels(void **state)
{
	uint8_t buf[64];
	struct nl_put m;
	size_t mark;

	(void)state;
	nl_put_init(&m, buf, sizeof(buf));
	mark = nl_msg_begin(&m, nl_msg_type(1, 1), NLM_F_DUMP, 2);
	nl_msg_end(&m, mark);
	nl_msg_number(&m, mark, 7);
	assert_int_equal(m.len, 20);
	assert_memory_equal(buf, datagram, 18);	/* res_id is no request's */
	assert_int_equal(buf[18] | buf[19], 0);
}

static void messages_come_in_order(void **state)
{
	struct nl_run run = { guard_copy(datagram, 40), 40 };
	struct nl_msg m;

	(void)state;
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(m.type, 0x101);
	assert_int_equal(m.flags, 0x301);
	assert_int_equal(m.seq, 7);
	assert_int_equal(m.family, 2);
	assert_int_equal(m.res_id, 0x1234);
	assert_int_equal(m.body.left, 4);
	assert_int_equal(m.attrs.left, 0);
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(m.type, NLMSG_DONE);
	assert_int_equal(m.port, 0x1001);
	assert_int_equal(m.family, 0);
	assert_int_equal(m.body.left, 4);
	assert_int_equal(m.attrs.left, 0);
	assert_int_equal(nl_msg_next(&run, &m), 0);
}

static void any_cut_is_safe(void **state)
{
	(void)state;
	for (size_t n = 0; n <= 40; n++) {
		struct nl_run run = { guard_copy(datagram, n), n };
		struct nl_msg m;
		unsigned whole = 0;
		int r;

		while ((r = nl_msg_next(&run, &m)) > 0)
			whole++;
		assert_int_equal(whole, n / 20);
		assert_int_equal(r, n % 20 ? -EBADMSG : 0);
	}
}

static void bad_lengths_are_refused(void **state)
{
	static const uint32_t bad[] = {
		0, 15, 16, 17, 19, 21, 24, 0x7fffffff, 0x80000000, 0xfffffffd,
		0xffffffff,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		uint8_t *p = guard_copy(datagram, 20);
		struct nl_run run = { p, 20 };
		struct nl_msg m;

		memcpy(p, &bad[i], 4);
		assert_int_equal(nl_msg_next(&run, &m), -EBADMSG);
	}
}

/* NLMSG_ERROR or NLMSG_DONE with this body, at a guard page. */
static int read_ack(uint16_t type, uint16_t flags, const void *body, size_t n,
		    struct nl_ack *ack)
{
	struct nl_msg m = { .type = type, .flags = flags };

	m.body = (struct nl_run){ guard_copy(body, n), n };
	return nl_ack_read(&m, ack);
}

static void error_is_an_errno(void **state)
{
	static const struct {
		int32_t	error;
		int	r;
	} cases[] = {
		{ 0, 0 }, { -1, 0 }, { -ENOENT, 0 }, { -524, 0 }, { -4095, 0 },
		{ -4096, -EBADMSG }, { 1, -EBADMSG }, { INT32_MIN, -EBADMSG },
		{ INT32_MAX, -EBADMSG },
	};
	struct nl_ack ack;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		memset(&ack, 0xff, sizeof(ack));
		assert_int_equal(read_ack(NLMSG_DONE, 0, &cases[i].error, 4,
					  &ack), cases[i].r);
		if (cases[i].r < 0)
			continue;
		assert_int_equal(ack.error, cases[i].error);
		assert_string_equal(ack.text, "");
	}
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(read_ack(NLMSG_ERROR, 0, &cases[0].error, n,
					  &ack), -EBADMSG);
}

/* Words of any length are cut to what the struct holds, and end with a NUL. */
static void words_are_bounded(void **state)
{
	uint8_t body[400];

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		const uint16_t len = (uint16_t)(4 + n);
		const uint16_t type = NLMSGERR_ATTR_MSG;
		struct nl_ack ack;

		memset(body, 'x', sizeof(body));
		memset(body, 0, 20);
		memcpy(body + 20, &len, 2);
		memcpy(body + 22, &type, 2);
		assert_int_equal(read_ack(NLMSG_ERROR,
			NLM_F_CAPPED | NLM_F_ACK_TLVS, body, 24 + n, &ack), 0);
		assert_int_equal(strlen(ack.text),
				 n < NL_ACK_TEXT ? n : NL_ACK_TEXT - 1);
	}
}

/* A quoted request whose length is a lie hides the words, and no more. */
static void quoted_length_may_lie(void **state)
{
	static const uint32_t lies[] = {
		0, 1, 15, 17, 28, 29, 0x7fffffff, 0xfffffffc, 0xfffffffd,
		0xfffffffe, 0xffffffff,
	};
	uint8_t body[28] = { 0 };
	struct nl_ack ack;

	(void)state;
	for (size_t i = 0; i < COUNT(lies); i++) {
		memcpy(body + 4, &lies[i], 4);
		for (size_t n = 4; n <= sizeof(body); n++)
			assert_int_equal(read_ack(NLMSG_ERROR, NLM_F_ACK_TLVS,
						  body, n, &ack), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_bytes_are_the_kernels),
		cmocka_unit_test(messages_come_in_order),
		cmocka_unit_test(any_cut_is_safe),
		cmocka_unit_test(bad_lengths_are_refused),
		cmocka_unit_test(error_is_an_errno),
		cmocka_unit_test(words_are_bounded),
		cmocka_unit_test(quoted_length_may_lie),
	};

	order_msgs(datagram, sizeof(datagram));
	return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
