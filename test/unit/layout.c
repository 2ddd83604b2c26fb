/* SPDX-License-Identifier: MIT */
/*
 * Records of one shape, decoded by its layout: the same as by the rows, also
 * for what no kernel sends. The real tables are test/golden.c's.
 */
#include "nl/layout.h"
#include "test/guard.h"
#include "test/unit/unit.h"

/* Two attributes that fill one member, as an address of either family does. */
struct record {
	uint32_t	has;
	uint8_t		addr[16];
};

static const struct nl_row rows[] = {
	NL_TABLE(0, 3),
	{ .kind = NL_BYTES, .size = 4, .at = offsetof(struct record, addr), .bit = 0 },
	{ .kind = NL_BYTES, .size = 16, .at = offsetof(struct record, addr), .bit = 1 },
};

static uint8_t buf[NL_LAYOUT_BYTES + 64];
static struct nl_put m;
static struct nl_layouts layouts;

static void begin(void)
{
	memset(&layouts, 0, sizeof(layouts));
	nl_put_init(&m, buf, sizeof(buf));
}

static void put(uint16_t type, int fill)
{
	uint8_t bytes[16];

	memset(bytes, fill, sizeof(bytes));
	nl_put_attr(&m, type, bytes, rows[type].size);
}

/* What was put, read often enough for its layout to be learned and used. */
static void assert_same(void)
{
	const struct nl_run run = { guard_copy(buf, m.len), m.len };
	struct record by_rows = { 0 };

	assert_int_equal(m.err, 0);
	assert_int_equal(nl_decode(rows, run, NL_ALL, &by_rows), 0);
	for (unsigned i = 0; i < 6; i++) {
		struct record r = { 0 };

		assert_int_equal(nl_layout_decode(&layouts, rows, run, &r), 0);
		assert_memory_equal(&r, &by_rows, sizeof(r));
	}
}

static void the_last_value_of_a_member_counts(void **state)
{
	(void)state;
	for (uint16_t first = 1; first <= 2; first++) {
		for (uint16_t second = 1; second <= 2; second++) {
			begin();
			put(first, 0x11);
			put(second, 0x22);
			assert_same();
		}
	}
}

static void too_many_values_are_read_by_the_rows(void **state)
{
	(void)state;
	for (unsigned n = NL_LAYOUT_STEPS - 1; n < NL_LAYOUT_STEPS + 2; n++) {
		begin();
		for (unsigned i = 0; i < n; i++)
			put(1, (int)i);
		assert_same();
		assert_int_equal(layouts.slot[m.len / 4 % NL_LAYOUTS].left,
				 n > NL_LAYOUT_STEPS ? 0 : m.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_value_of_a_member_counts),
		cmocka_unit_test(too_many_values_are_read_by_the_rows),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
