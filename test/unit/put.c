/* SPDX-License-Identifier: MIT */
#include "nl/msg.h"
#include "test/guard.h"
#include "test/order.h"
#include "test/unit/unit.h"

static uint8_t zeros[256];

static void numbers_go_out_in_network_order(void **state)
{
	uint8_t want[] = {
		5, 0, 1, 0, 0xab, 0, 0, 0,
		6, 0, 2, 0, 0x01, 0x02, 0, 0,
		8, 0, 3, 0, 1, 2, 3, 4,
		12, 0, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8,
		8, 0, 5, 0, 0, 0, 0, 0,		/* in host order */
		7, 0, 6, 0, 'x', 'y', 'z', 0,
	};
	const uint32_t u32 = 0x12345678;
	const uint64_t u64 = 0x0102030405060708u;
	const uint8_t u8 = 0xab;
	struct nl_put m;

	(void)state;
	order_attrs(want, sizeof(want));
	memcpy(want + 40, &u32, sizeof(u32));
	memset(zeros, 0xff, sizeof(zeros));
	nl_put_init(&m, guard_copy(zeros, sizeof(want)), sizeof(want));
	nl_put_be(&m, 1, &u8, sizeof(u8));
	nl_put_be16(&m, 2, 0x0102);
	nl_put_be32(&m, 3, 0x01020304);
	nl_put_be(&m, 4, &u64, sizeof(u64));
	nl_put_host32(&m, 5, u32);
	nl_put_attr(&m, 6, "xyz", 3);
	assert_int_equal(m.err, 0);
	assert_int_equal(m.len, sizeof(want));
	assert_memory_equal(m.buf, want, sizeof(want));
}

static void nests_are_flagged_and_measured(void **state)
{
	uint8_t want[] = {
		16, 0, 1, 0x80, 12, 0, 2, 0x80, 5, 0, 3, 0, 7, 0, 0, 0,
	};
	struct nl_put m;
	size_t outer, inner;

	(void)state;
	order_attrs(want, sizeof(want));
	nl_put_init(&m, guard_copy(zeros, 64), 64);
	outer = nl_put_nest(&m, 1);
	inner = nl_put_nest(&m, 2);
	nl_put_attr(&m, 3, "\7", 1);
	nl_put_nest_end(&m, inner);
	nl_put_nest_end(&m, outer);
	assert_int_equal(m.err, 0);
	assert_int_equal(m.len, sizeof(want));
	assert_memory_equal(m.buf, want, sizeof(want));
}

static void cancelled_nest_leaves_nothing(void **state)
{
	struct nl_put m;
	size_t mark;

	(void)state;
	nl_put_init(&m, guard_copy(zeros, 64), 64);
	nl_put_attr(&m, 1, "\1", 1);
	mark = nl_put_nest(&m, 2);
	nl_put_be32(&m, 3, 3);
	nl_put_nest_cancel(&m, mark);
	assert_int_equal(m.len, 8);
	assert_int_equal(m.err, 0);
}

/* In a buffer of any size: all, or -EMSGSIZE; never a byte past the end. */
static void overflow_sticks(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 64; cap++) {
		struct nl_put m;
		size_t msg, nest, len;

		nl_put_init(&m, guard_copy(zeros, cap), cap);
		msg = nl_msg_begin(&m, 0x101, 0, 2);
		nest = nl_put_nest(&m, 1);
		nl_put_be32(&m, 2, 5);
		nl_put_nest_end(&m, nest);
		nl_put_attr(&m, 3, "\1", 1);
		nl_msg_end(&m, msg);
		nl_msg_number(&m, msg, 9);
		assert_int_equal(m.err, cap < 40 ? -EMSGSIZE : 0);
		assert_true(m.len <= cap);
		len = m.len;
		if (!m.err)
			continue;
		nl_put_raw(&m, zeros, 0);	/* would fit */
		nl_put_attr(&m, 3, "\1", 1);
		nl_put_nest_cancel(&m, 0);
		assert_int_equal(m.err, -EMSGSIZE);
		assert_int_equal(m.len, len);
	}
}

static void attribute_longer_than_its_length_field(void **state)
{
	static uint8_t big[80000], buf[80000];
	struct nl_put m;
	size_t mark;

	(void)state;
	nl_put_init(&m, buf, sizeof(buf));
	nl_put_attr(&m, 1, big, 65531);
	assert_int_equal(m.err, 0);
	nl_put_init(&m, buf, sizeof(buf));
	nl_put_attr(&m, 1, big, 65532);
	assert_int_equal(m.err, -EMSGSIZE);
	nl_put_init(&m, buf, sizeof(buf));
	mark = nl_put_nest(&m, 1);
	nl_put_raw(&m, big, 65532);
	nl_put_nest_end(&m, mark);
	assert_int_equal(m.err, -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_go_out_in_network_order),
		cmocka_unit_test(nests_are_flagged_and_measured),
		cmocka_unit_test(cancelled_nest_leaves_nothing),
		cmocka_unit_test(overflow_sticks),
		cmocka_unit_test(attribute_longer_than_its_length_field),
	};

	return cmocka_run_group_tests_name("put", tests, NULL, NULL);
}
