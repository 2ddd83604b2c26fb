/* SPDX-License-Identifier: MIT */
/*
 * The small texts that are read beside netlink: /etc/protocols, and the
 * kernel's table of counters.
 *
 * Input: a name, as far as a NUL; then the text.
 */
#include "test/fuzz/fuzz.h"
#include "test/fuzz/judge.h"

#include "cli/file.h"
#include "fmt/stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void find_protocol(const char *text, const char *name)
{
	const int number = file_protocol(text, name);

	fuzz_check(number >= -1 && number <= 255, "a protocol is a byte");
	fuzz_check(number < 0 || strstr(text, name), "what is found is there");
}

static void print_counters(const char *text, size_t n, int expect)
{
	const size_t cap = 64 * n + 2 * OUT_ROOM;
	char *buf = malloc(cap);
	struct out o = { .buf = buf, .cap = cap, .fd = -1 };
	int r;

	if (!buf)
		abort();
	r = fmt_proc_stats(&o, text, expect);
	fuzz_check(r == 0 || r == -EBADMSG, "it is a table or it is none");
	/* lines times titles: there may be more of it than there is room for */
	fuzz_check(o.err == 0 || o.err == -ENOSPC, "nothing else can fail");
	fuzz_check(o.err || o.len == 0 || buf[o.len - 1] == '\n',
		   "lines have an end");
	free(buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char copy[FUZZ_MAX + 1], name[FUZZ_MAX + 1];
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	const struct fuzz_in word = fuzz_until(&in, '\0');
	const char *exact;

	memset(name, 0, word.left + 1);
	if (word.left > 0)
		memcpy(name, word.p, word.left);
	/* a file ends at its first NUL, as far as these are concerned */
	n = in.left > 0 ? strnlen((const char *)in.p, in.left) : 0;
	if (n > 0)
		memcpy(copy, in.p, n);
	copy[n] = '\0';
	exact = (const char *)fuzz_exact(FUZZ_INPUT, copy, n + 1);
	find_protocol(exact, (const char *)fuzz_exact(FUZZ_COPY, name,
						      word.left + 1));
	print_counters(exact, n, 0);
	print_counters(exact, n, 1);
	return 0;
}
