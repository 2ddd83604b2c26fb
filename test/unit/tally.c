/* SPDX-License-Identifier: MIT */
/* Texts that are counted, against an array that is searched and sorted. */
#include "unit.h"

#include "cli/tally.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void release(struct tally *t)
{
	if (t->rows.units)
		munmap(t->rows.p, t->rows.units * (size_t)8);
	if (t->slots.units)
		munmap(t->slots.p, t->slots.units * (size_t)8);
	memset(t, 0, sizeof(*t));
}

static void add(struct tally *t, const char *key, size_t n)
{
	assert_int_equal(tally_add(t, key, n, n + 1, (uint64_t)n << 32), 0);
}

/* What add() has counted comes next. */
static void expect(struct tally *t, const char *key, size_t n, uint64_t count)
{
	const struct tally_row *row = tally_next(t);

	assert_non_null(row);
	assert_int_equal(row->n, n);
	assert_memory_equal(row->key, key, n);
	assert_int_equal(row->key[n], '\0');
	assert_int_equal(row->count, count);
	assert_int_equal(row->packets, count * (n + 1));
	assert_int_equal(row->bytes, count * ((uint64_t)n << 32));
}

static void expect_end(struct tally *t)
{
	assert_null(tally_next(t));
	assert_null(tally_next(t));
	release(t);
}

static void nothing_is_nothing(void **state)
{
	struct tally t = { 0 };

	(void)state;
	expect_end(&t);
}

static void one_is_counted(void **state)
{
	struct tally t = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		add(&t, "tcp", 3);
	expect(&t, "tcp", 3, 3);
	expect_end(&t);
}

static void the_most_frequent_is_first(void **state)
{
	struct tally t = { 0 };

	(void)state;
	add(&t, "a", 1);
	add(&t, "b", 1);
	add(&t, "c", 1);
	add(&t, "c", 1);
	add(&t, "b", 1);
	add(&t, "c", 1);
	expect(&t, "c", 1, 3);
	expect(&t, "b", 1, 2);
	expect(&t, "a", 1, 1);
	expect_end(&t);
}

/* A NUL is a byte; a byte has no sign. */
static void equals_are_in_the_order_of_bytes(void **state)
{
	static const struct {
		const char *key;
		size_t n;
	} keys[] = {
		{ "", 0 }, { "\0", 1 }, { "\0\0\0\0\0\0\0\0", 8 },
		{ "\0\0\0\0\0\0\0\0\0", 9 }, { "\0\1", 2 }, { "1", 1 },
		{ "1\0", 2 }, { "1\0\0\0\0\0\0\0\0\0", 10 }, { "10", 2 },
		{ "1234567", 7 }, { "1234567\0", 8 }, { "12345678", 8 },
		{ "12345678\0", 9 }, { "123456789", 9 }, { "12345678\200", 9 },
		{ "2", 1 }, { "\177", 1 }, { "\200", 1 }, { "\377", 1 },
	};
	struct tally t = { 0 };

	(void)state;
	for (size_t i = 0; i < 3 * COUNT(keys); i++) {
		size_t k = i * 7 % COUNT(keys);

		add(&t, keys[k].key, keys[k].n);
	}
	for (size_t i = 0; i < COUNT(keys); i++)
		expect(&t, keys[i].key, keys[i].n, 3);
	expect_end(&t);
}

struct plain {
	size_t		 n;
	uint64_t	 count;
	char		 key[24];
};

static int by_count(const void *a, const void *b)
{
	const struct plain *p = a, *q = b;
	int r;

	if (p->count != q->count)
		return p->count < q->count ? 1 : -1;
	r = memcmp(p->key, q->key, p->n < q->n ? p->n : q->n);
	return r ? r : (p->n > q->n) - (p->n < q->n);
}

/* Few letters: many are the same, or begin alike. */
static void any_texts_are_as_sorted(void **state)
{
	static struct plain plain[600];
	uint64_t random = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct tally t = { 0 };
		size_t n = 0, adds = unit_random(&random) % COUNT(plain);

		for (size_t i = 0; i < adds; i++) {
			struct plain one = { 0 };
			size_t k = 0;

			one.n = unit_random(&random) % (sizeof(one.key) + 1);
			one.n = one.n > 4 && round % 2 ? one.n % 4 : one.n;
			for (size_t j = 0; j < one.n; j++)
				one.key[j] = "a\0\377"[unit_random(&random)
						      % 3];
			while (k < n && (plain[k].n != one.n ||
					 memcmp(plain[k].key, one.key, one.n)))
				k++;
			if (k == n)
				plain[n++] = one;
			plain[k].count++;
			add(&t, one.key, one.n);
		}
		qsort(plain, n, sizeof(*plain), by_count);
		for (size_t i = 0; i < n; i++)
			expect(&t, plain[i].key, plain[i].n, plain[i].count);
		expect_end(&t);
	}
}

/* Every number of leaves, and with it those that fill all slots. */
static void any_number_is_handed_out(void **state)
{
	static const uint32_t some[] = { 8191, 8192, 8193, 16383, 16384 };
	char key[16];

	(void)state;
	for (uint32_t n = 1; n < 130 + COUNT(some); n++) {
		uint32_t count = n < 130 ? n : some[n - 130];
		struct tally t = { 0 };

		for (uint32_t i = 0; i < count; i++)
			add(&t, key, (size_t)sprintf(key, "%06u",
						     (i * 7919 + 1) % count));
		for (uint32_t i = 0; count % 7919 && i < count; i++)
			expect(&t, key, (size_t)sprintf(key, "%06u", i), 1);
		expect_end(&t);
	}
}

/* The row behind a long text that was known already begins as nothing. */
static void long_texts_leave_nothing(void **state)
{
	static char key[70000];
	struct tally t = { 0 };

	(void)state;
	memset(key, 'x', sizeof(key));
	for (size_t n = 0; n < 4200; n += 300)
		add(&t, key, n);
	for (size_t n = 0; n < 4200; n += 300) {
		add(&t, key, 3900);
		add(&t, "short", n / 840);
	}
	add(&t, key, sizeof(key));
	expect(&t, key, 3900, 15);
	expect(&t, "", 0, 4);
	expect(&t, "s", 1, 3);
	expect(&t, "sh", 2, 3);
	expect(&t, "sho", 3, 3);
	expect(&t, "shor", 4, 2);
	for (size_t n = 300; n < 3900; n += 300)
		expect(&t, key, n, 1);
	expect(&t, key, sizeof(key), 1);
	expect_end(&t);
}

/* Nine texts of ten come once, one of ten thousand a hundred times. */
static void many_are_counted(void **state)
{
	enum { MANY = 300000 };
	struct tally t = { 0 };
	char key[32];

	(void)state;
	for (uint32_t round = 0; round < 100; round++) {
		uint32_t step = round == 0 ? 1 : round == 1 ? 10 : 10000;

		for (uint32_t i = 0; i < MANY; i += step)
			add(&t, key, (size_t)sprintf(key, "src=%06u", i));
	}
	for (uint32_t i = 0; i < MANY; i += 10000)
		expect(&t, key, (size_t)sprintf(key, "src=%06u", i), 100);
	for (uint32_t i = 0; i < MANY; i += 10)
		if (i % 10000)
			expect(&t, key, (size_t)sprintf(key, "src=%06u", i), 2);
	for (uint32_t i = 0; i < MANY; i++)
		if (i % 10)
			expect(&t, key, (size_t)sprintf(key, "src=%06u", i), 1);
	expect_end(&t);
}

/* How many slots from its own a row stands, summed up. */
static uint64_t way(const struct tally *t)
{
	const uint32_t *slots = t->slots.p;
	uint32_t n = t->slots.units * 2;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct tally_row *row = (const void *)
			((const uint64_t *)t->rows.p + slots[i]);

		if (slots[i])
			sum += (i - (uint32_t)((uint64_t)row->hash * n >> 32))
				& (n - 1);
	}
	return sum;
}

/*
 * Texts that differ in few places, in the last or the first bytes of words and
 * units, in many of them at once, or as the multiples of a number.
 */
static size_t hostile(char *key, int kind, uint32_t i)
{
	static const char digits[] = "0123456789abcdef";

	memset(key, '0', 40);
	for (uint32_t k = 0; kind < 4 && k < 5; k++)
		key[k * 8 + (uint32_t)kind * 7 / 3] = digits[i >> k * 4 & 15];
	if (kind == 4)
		for (uint32_t k = 0; k < 5; k++)
			key[k * 4 + 3] = digits[i >> k * 4 & 15];
	if (kind == 5)
		for (uint32_t k = 0; k < 17; k++)
			memset(key + k * 2, '0' + (int)(i >> k & 1), 2);
	if (kind == 6) {
		memcpy(key, &i, 4);
		return 4;
	}
	if (kind == 7) {
		i *= 0x61c88647;	/* undoes the constant */
		memcpy(key, &i, 4);
	}
	return 40;
}

static void nobody_chooses_slots(void **state)
{
	enum { MANY = 100000 };
	char key[40];

	(void)state;
	for (int round = 0; round < 24; round++) {
		struct tally t = { 0 };

		for (uint32_t i = 0; i < MANY; i++)
			add(&t, key, hostile(key, round % 8, i));
		assert_int_equal(t.n, MANY);
		assert_true(way(&t) < (uint64_t)MANY * 4);
		release(&t);
	}
}

#define NO_LIMIT	77	/* as it is where an emulator does not keep it */

/* For good. Returns 0, or why not. */
static int limit_memory(size_t bytes)
{
	const struct rlimit limit = { bytes, bytes };

	if (setrlimit(RLIMIT_AS, &limit) < 0)
		return 1;
	return mmap(NULL, (64u << 20) + 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ?
	       0 : NO_LIMIT;
}

/* In a child. */
static int out_of_memory(size_t size)
{
	struct tally t = { 0 };
	static char key[4096];
	uint32_t n = 0, seen = 0;
	const struct tally_row *row;
	int r = limit_memory(64u << 20);

	if (r)
		return r;
	do
		r = tally_add(&t, key, (size_t)sprintf(key, "%09u", n) + size,
			      1, 2);
	while (r == 0 && ++n < 4000000);
	if (r != -ENOMEM || n < 1000 ||
	    tally_add(&t, key, 9 + size, 1, 2) != -ENOMEM)
		return 2;
	while ((row = tally_next(&t)) != NULL && seen < n) {
		sprintf(key, "%09u", seen++);
		if (row->n != 9 + size || memcmp(row->key, key, row->n) != 0 ||
		    row->count != 1 || row->packets != 1 || row->bytes != 2)
			return 3;
	}
	return row || seen != n ? 4 : 0;
}

static int nothing_at_all(size_t size)
{
	struct tally t = { 0 };
	int r = limit_memory(1);

	(void)size;
	if (r)
		return r;
	for (int i = 0; i < 2; i++)
		if (tally_add(&t, "x", 1, 1, 1) != -ENOMEM)
			return 2;
	return tally_next(&t) != NULL;
}

static int in_child(int (*test)(size_t), size_t size)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(test(size));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_LIMIT) {
		print_message("# this machine does not limit memory\n");
		skip();
	}
	return status;
}

/* Short texts run out of slots or rows, long ones of rows. */
static void without_memory_the_counted_stay(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();		/* its shadow is larger than any limit */
#endif
	assert_int_equal(in_child(out_of_memory, 0), 0);
	assert_int_equal(in_child(out_of_memory, 3000), 0);
	assert_int_equal(in_child(nothing_at_all, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(one_is_counted),
		cmocka_unit_test(the_most_frequent_is_first),
		cmocka_unit_test(equals_are_in_the_order_of_bytes),
		cmocka_unit_test(any_texts_are_as_sorted),
		cmocka_unit_test(any_number_is_handed_out),
		cmocka_unit_test(long_texts_leave_nothing),
		cmocka_unit_test(many_are_counted),
		cmocka_unit_test(nobody_chooses_slots),
		cmocka_unit_test(without_memory_the_counted_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
