/* SPDX-License-Identifier: MIT */
#include "nl/table.h"
#include "test/guard.h"
#include "test/unit/unit.h"

struct inner {
	uint32_t	has;
	uint16_t	v;
};

/* One member of every kind. */
struct all {
	uint32_t	has;
	uint8_t		u8;
	uint16_t	be16;
	uint32_t	be32;
	uint64_t	be64;
	uint8_t		bytes[4];
	uint8_t		bits[8];
	char		str[6];
	struct inner	own;
	uint32_t	same;	/* of the nest without a struct of its own */
	uint32_t	rdonly;
};

#define M(member)	offsetof(struct all, member)

enum { INNER, WHOLE = INNER + 2, SAME = WHOLE + 12, END = SAME + 3 };

static const struct nl_row tables[] = {
	[INNER]      = NL_TABLE(INNER, WHOLE - INNER),
	[INNER + 1]  = { .kind = NL_BE16, .at = offsetof(struct inner, v), .bit = 0 },

	[WHOLE]      = NL_TABLE(WHOLE, SAME - WHOLE),
	[WHOLE + 1]  = { .kind = NL_U8, .at = M(u8), .bit = 0 },
	[WHOLE + 2]  = { .kind = NL_BE16, .at = M(be16), .bit = 1 },
	[WHOLE + 3]  = { .kind = NL_BE32, .at = M(be32), .bit = 2 },
	[WHOLE + 4]  = { .kind = NL_BE64, .at = M(be64), .bit = 3 },
	[WHOLE + 6]  = { .kind = NL_BYTES, .size = 4, .at = M(bytes), .bit = 4 },
	[WHOLE + 7]  = { .kind = NL_BITS, .size = 8, .at = M(bits), .bit = 5 },
	[WHOLE + 8]  = { .kind = NL_STR, .size = 6, .at = M(str), .bit = 6 },
	[WHOLE + 9]  = { .kind = NL_NEST, .sub = INNER, .at = M(own) },
	[WHOLE + 10] = { .kind = NL_NEST, .sub = SAME },
	[WHOLE + 11] = { .kind = NL_BE32, .at = M(rdonly), .bit = 8, .rdonly = 1 },

	[SAME]       = NL_TABLE(SAME, END - SAME),
	[SAME + 2]   = { .kind = NL_BE32, .at = M(same), .bit = 7 },
};

static const struct all full = {
	.has = 0x1ff, .u8 = 1, .be16 = 0x0203, .be32 = 0x04050607,
	.be64 = 0x08090a0b0c0d0e0f, .bytes = { 1, 2, 3, 4 },
	.bits = { 1, 0, 0, 0, 0, 0, 0, 0x80 }, .str = "abcde",
	.own = { 1, 77 }, .same = 88, .rdonly = 99,
};

static uint8_t buf[256];

static struct nl_run encode(const struct all *a)
{
	struct nl_put m;

	nl_put_init(&m, buf, sizeof(buf));
	nl_encode(&tables[WHOLE], a, &m);
	assert_int_equal(m.err, 0);
	return (struct nl_run){ guard_copy(buf, m.len), m.len };
}

static void every_kind_goes_there_and_back(void **state)
{
	struct all a = { 0 };

	(void)state;
	assert_int_equal(nl_decode(&tables[WHOLE], encode(&full), NL_ALL, &a), 0);
	assert_int_equal(a.has, 0xff);		/* not the read-only one */
	assert_int_equal(a.rdonly, 0);
	a.has = full.has;
	a.rdonly = full.rdonly;
	assert_memory_equal(&a, &full, offsetof(struct all, own));
	assert_int_equal(a.own.has, 1);
	assert_int_equal(a.own.v, 77);
	assert_int_equal(a.same, 88);
}

static void attributes_are_written_in_order(void **state)
{
	struct nl_run run = encode(&full);
	struct nl_attr a;
	unsigned last = 0;

	(void)state;
	while (nl_attr_next(&run, &a) > 0) {
		assert_true(a.type > last);
		last = a.type;
	}
	assert_int_equal(last, 10);
}

static void absent_is_not_written(void **state)
{
	struct all a = full;

	(void)state;
	a.has = 0;
	a.own.has = 0;
	assert_int_equal(encode(&a).left, 0);	/* no empty nest either */
	a.has = 0x02;
	assert_int_equal(encode(&a).left, 8);
}

/* One attribute of n bytes in a struct full of ones; returns has. */
static uint32_t decode_one(uint16_t type, const void *p, size_t n,
			   struct all *a)
{
	struct nl_put m;

	memset(a, 0xff, sizeof(*a));
	a->has = 0;
	a->own.has = 0;
	nl_put_init(&m, buf, sizeof(buf));
	nl_put_attr(&m, type, p, n);
	assert_int_equal(nl_decode(&tables[WHOLE], (struct nl_run){
		guard_copy(buf, 4 + n), 4 + n }, NL_ALL, a), 0);
	return a->has;
}

static void short_attributes_are_passed_over(void **state)
{
	static const uint8_t needs[] = { [1] = 1, 2, 4, 8, [6] = 4, [11] = 4 };
	static const uint8_t bytes[16];
	struct all a;

	(void)state;
	for (uint16_t type = 1; type < COUNT(needs); type++)
		for (size_t n = 0; needs[type] && n < 12; n++)
			assert_int_equal(decode_one(type, bytes, n, &a),
					 n < needs[type] ? 0 : 1u << tables[WHOLE + type].bit);
}

static void bits_may_be_shorter_or_longer(void **state)
{
	static const uint8_t ones[12] = {
		0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
	};
	struct all a;

	(void)state;
	for (size_t n = 1; n <= 12; n++) {
		assert_int_equal(decode_one(7, ones, n, &a), 0x20);
		for (size_t i = 0; i < 8; i++)
			assert_int_equal(a.bits[i], i < n ? 0x11 : 0);
		assert_int_equal((uint8_t)a.str[0], 0xff);
	}
}

static void text_is_cut_and_ended(void **state)
{
	struct all a;

	(void)state;
	decode_one(8, "ab", 2, &a);		/* without a NUL */
	assert_memory_equal(a.str, "ab\0\0\0", 6);
	decode_one(8, "a\0zzz", 5, &a);		/* nothing kept behind it */
	assert_memory_equal(a.str, "a\0\0\0\0", 6);
	decode_one(8, "abcdefghij", 10, &a);
	assert_string_equal(a.str, "abcde");
	assert_int_equal(decode_one(8, "", 0, &a), 0x40);
	assert_string_equal(a.str, "");
}

static void strangers_are_passed_over(void **state)
{
	static const uint16_t types[] = { 0, 5, 12, 31, 32, 33, 64, 0x3fff };
	struct all a;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++)
		assert_int_equal(decode_one(types[i], "abcdefgh", 8, &a), 0);
}

/* What the presence word becomes when only this attribute is read. */
static uint32_t has_of(unsigned type)
{
	switch (tables[WHOLE + type].kind) {
	case NL_HOLE:
		return 0;
	case NL_NEST:
		return tables[WHOLE + type].sub == SAME ? 0x80 : 0;
	default:
		return 1u << tables[WHOLE + type].bit;
	}
}

static void want_speaks_of_this_level(void **state)
{
	(void)state;
	for (unsigned type = 1; type <= 10; type++) {
		struct all a = { 0 };

		assert_int_equal(nl_decode(&tables[WHOLE], encode(&full), 1u << type,
					   &a), 0);
		assert_int_equal(a.own.has, type == 9);
		assert_int_equal(a.has, has_of(type));
	}
}

static void damage_is_told(void **state)
{
	struct nl_run whole = encode(&full);

	(void)state;
	memcpy(buf, whole.p, whole.left);
	for (size_t n = 0; n < whole.left; n++) {
		struct nl_run run = { guard_copy(buf, n), n };
		struct all a = { 0 };
		int r = nl_decode(&tables[WHOLE], run, NL_ALL, &a);

		assert_true(r == 0 || r == -EBADMSG);
	}
	for (size_t i = 0; i < whole.left; i++) {
		for (unsigned v = 0; v < 256; v++) {
			uint8_t *p = guard_copy(buf, whole.left);
			struct all a = { 0 };
			int r;

			p[i] = (uint8_t)v;
			r = nl_decode(&tables[WHOLE], (struct nl_run){ p, whole.left },
				      NL_ALL, &a);
			assert_true(r == 0 || r == -EBADMSG);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_goes_there_and_back),
		cmocka_unit_test(attributes_are_written_in_order),
		cmocka_unit_test(absent_is_not_written),
		cmocka_unit_test(short_attributes_are_passed_over),
		cmocka_unit_test(bits_may_be_shorter_or_longer),
		cmocka_unit_test(text_is_cut_and_ended),
		cmocka_unit_test(strangers_are_passed_over),
		cmocka_unit_test(want_speaks_of_this_level),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
