/* SPDX-License-Identifier: MIT */
/*
 * A connlabel.conf: every name is a piece of the text that can be found again,
 * and no bit or name comes twice.
 */
#include "test/fuzz/fuzz.h"

#include "ct/flow.h"
#include "ct/label.h"

#include <string.h>

static struct ct_label_map map;

static void check_name(const char *text, size_t n, unsigned bit)
{
	const char *name = map.bit[bit].name;
	const size_t len = map.bit[bit].len;

	fuzz_check(name >= text && len > 0 && len <= n &&
		   (size_t)(name - text) <= n - len,
		   "a name is a piece of the text");
	fuzz_check(!memchr(name, '\n', len) && !memchr(name, ',', len) &&
		   !memchr(name, '\0', len), "a name is on one line");
	fuzz_check(ct_label_find(&map, name, len) == (int)bit,
		   "a name is found, and is one bit's");
	fuzz_check(ct_label_find(&map, name, len - 1) != (int)bit,
		   "a part of a name is not that name");
}

/* The bits of an entry: one test each, none behind the last. */
static void check_bits(const char *text, size_t n)
{
	uint8_t labels[CT_LABEL_BYTES] = { 0 };
	unsigned set = 0, bits = 0;

	memcpy(labels, text, n < sizeof(labels) ? n : sizeof(labels));
	for (unsigned i = 0; i < CT_LABEL_MAX; i++)
		set += ct_label_test(labels, i) != 0;
	for (unsigned i = 0; i < 8 * sizeof(labels); i++)
		bits += labels[i / 8] >> i % 8 & 1;
	fuzz_check(set == bits, "as many labels as bits");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char text[FUZZ_MAX + 1];
	unsigned count = 0;
	const char *exact;

	n = n < FUZZ_MAX ? n : FUZZ_MAX;
	if (n > 0)
		memcpy(text, p, n);
	text[n] = '\0';		/* as files are read */
	exact = (const char *)fuzz_exact(FUZZ_INPUT, text, n + 1);
	memset(&map, 0xa5, sizeof(map));
	ct_label_parse(&map, exact, n);
	for (unsigned i = 0; i < CT_LABEL_MAX; i++) {
		if (!map.bit[i].name)
			continue;
		check_name(exact, n, i);
		count++;
	}
	fuzz_check(count == map.count, "names are counted");
	check_bits(exact, n);
	return 0;
}
