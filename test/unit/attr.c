/* SPDX-License-Identifier: MIT */
#include "nl/attr.h"
#include "nl/msg.h"
#include "test/guard.h"
#include "test/order.h"
#include "test/unit/unit.h"

/* Two attributes: 1 of 5 bytes, padded; 2 nested, of 4 bytes. */
static uint8_t two[] = {
	0x09, 0x00, 0x01, 0x00, 'h', 'e', 'l', 'l', 'o', 0, 0, 0,
	0x08, 0x00, 0x02, 0x80, 1, 2, 3, 4,
};

static void attributes_come_in_order(void **state)
{
	struct nl_run run = { guard_copy(two, sizeof(two)), sizeof(two) };
	struct nl_attr a;

	(void)state;
	assert_int_equal(nl_attr_next(&run, &a), 1);
	assert_int_equal(a.type, 1);
	assert_int_equal(a.len, 5);
	assert_memory_equal(a.data, "hello", 5);
	assert_int_equal(nl_attr_next(&run, &a), 1);
	assert_int_equal(a.type, 2);	/* without NLA_F_NESTED */
	assert_int_equal(a.len, 4);
	assert_int_equal(nl_attr_next(&run, &a), 0);
	assert_int_equal(run.left, 0);
}

static void flag_bits_are_no_type(void **state)
{
	const uint8_t both[] = { 4, 0, 0x07, 0xc0 };
	struct nl_run run = { guard_copy(both, 4), 4 };
	struct nl_attr a;

	(void)state;
	order_attrs(guard_copy(both, 4), 4);
	assert_int_equal(nl_attr_next(&run, &a), 1);
	assert_int_equal(a.type, 7);
	assert_int_equal(a.len, 0);
}

/* Cut anywhere: whole attributes, then the end or -EBADMSG. */
static void any_cut_is_safe(void **state)
{
	(void)state;
	for (size_t n = 0; n <= sizeof(two); n++) {
		struct nl_run run = { guard_copy(two, n), n };
		int whole = 0, r;
		struct nl_attr a;

		while ((r = nl_attr_next(&run, &a)) > 0)
			whole++;
		assert_int_equal(whole, n == 20 ? 2 : n >= 9);
		assert_int_equal(r, n == 0 || (n >= 9 && n <= 12) || n == 20 ?
				    0 : -EBADMSG);
	}
}

static void bad_lengths_change_nothing(void **state)
{
	(void)state;
	for (unsigned len = 0; len < 65536; len++) {
		const uint16_t header[4] = { (uint16_t)len, 1 };
		struct nl_run run = { guard_copy(header, 8), 8 };
		const struct nl_run before = run;
		struct nl_attr a = { .type = 99 };
		int r = nl_attr_next(&run, &a);

		if (len >= 4 && len <= 8) {
			assert_int_equal(r, 1);
			assert_int_equal(a.len, len - 4);
			continue;
		}
		assert_int_equal(r, -EBADMSG);
		assert_int_equal(a.type, 99);
		assert_ptr_equal(run.p, before.p);
		assert_int_equal(run.left, before.left);
	}
}

static void last_of_a_number_counts(void **state)
{
	const uint8_t again[] = {
		5, 0, 1, 0, 'a', 0, 0, 0,  4, 0, 2, 0,  5, 0, 1, 0, 'b', 0, 0, 0,
	};
	struct nl_run run = { guard_copy(again, 20), 20 };
	struct nl_attr a;

	(void)state;
	order_attrs(guard_copy(again, 20), 20);
	assert_int_equal(nl_attr_find(run, 1, &a), 1);
	assert_int_equal(a.data[0], 'b');
	assert_int_equal(nl_attr_find(run, 3, &a), 0);
	run.left = 14;		/* damaged behind what is looked for */
	assert_int_equal(nl_attr_find(run, 1, &a), -EBADMSG);
}

static void numbers_may_be_unaligned(void **state)
{
	const uint8_t b[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	uint16_t v16;
	uint32_t v32;

	(void)state;
	memcpy(&v16, b + 1, 2);
	memcpy(&v32, b + 1, 4);
	assert_int_equal(nl_host16(b + 1), v16);
	assert_int_equal(nl_host32(b + 1), v32);
	assert_int_equal(nl_be16(b + 1), 0x0102);
	assert_int_equal(nl_be32(b + 1), 0x01020304);
	assert_true(nl_be64(b + 1) == 0x0102030405060708u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attributes_come_in_order),
		cmocka_unit_test(flag_bits_are_no_type),
		cmocka_unit_test(any_cut_is_safe),
		cmocka_unit_test(bad_lengths_change_nothing),
		cmocka_unit_test(last_of_a_number_counts),
		cmocka_unit_test(numbers_may_be_unaligned),
	};

	order_attrs(two, sizeof(two));
	return cmocka_run_group_tests_name("attr", tests, NULL, NULL);
}
