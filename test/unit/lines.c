/* SPDX-License-Identifier: MIT */
/* Load files: words of lines, as compat.md 5 has them. */
#include "unit.h"

#include "cli/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct lines load;

/* A file of these bytes, open for loading. */
static void open_bytes(const char *bytes, size_t n)
{
	char path[] = "/tmp/load-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
	memset(&load, 0, sizeof(load));
	assert_int_equal(lines_open(&load, path), 0);
	unlink(path);
}

static void open_text(const char *text)
{
	open_bytes(text, strlen(text));
}

/* The next line has these words, joined by '|'. */
static void expect_line(uint32_t line, const char *joined)
{
	char got[256] = "";

	assert_int_equal(lines_next(&load), 1);
	assert_int_equal(load.line, line);
	assert_null(load.argv[load.argc]);
	for (int i = 1; i < load.argc; i++) {
		strcat(got, i > 1 ? "|" : "");
		strcat(got, load.argv[i]);
	}
	assert_string_equal(got, joined);
}

static void expect_end(void)
{
	assert_int_equal(lines_next(&load), 0);
	close(load.fd);
}

static void words_are_split_at_blanks(void **state)
{
	(void)state;
	open_text("-I  -s\t1.1.1.1 \n\n  \t\n-F\n");
	expect_line(1, "-I|-s|1.1.1.1");
	expect_line(4, "-F");
	expect_end();
}

static void comments_begin_lines_only(void **state)
{
	(void)state;
	open_text("# -F\n \t# -F\n-D #x # y\n#");
	expect_line(3, "-D|#x|#|y");
	expect_end();
}

static void quotes_end_words(void **state)
{
	(void)state;
	open_text("ud\"p\" \"a b\"c \"\" \"q\\\"\\\\\" back\\slash it's\n");
	expect_line(1, "udp|a b|c||q\"\\|back\\slash|it's");
	expect_end();
}

static void open_quote_swallows_the_line(void **state)
{
	(void)state;
	open_text("-I \"a b\n-F\n\"x");
	expect_line(1, "-I|a b\n");
	expect_line(2, "-F");
	expect_line(3, "x");
	expect_end();
}

static void one_carriage_return_is_dropped(void **state)
{
	(void)state;
	open_text("-I x\r\n\r\n-F\r\r\n-D\r");
	expect_line(1, "-I|x");
	expect_line(3, "-F\r");
	expect_line(4, "-D");
	expect_end();
}

static void last_line_needs_no_newline(void **state)
{
	(void)state;
	open_text("-F");
	expect_line(1, "-F");
	expect_end();
	open_text("");
	expect_end();
}

static void nul_is_refused(void **state)
{
	(void)state;
	open_bytes("-F\n-D\0x\n-I\n", 11);
	expect_line(1, "-F");
	assert_int_equal(lines_next(&load), -EILSEQ);
	assert_int_equal(load.line, 2);
	expect_line(3, "-I");
	expect_end();
}

static void too_much_is_refused(void **state)
{
	static char text[2 * LINES_TEXT];

	(void)state;
	for (size_t n = LINES_TEXT - 8; n < LINES_TEXT + 2; n++) {
		memset(text, 'x', n);
		memcpy(text + n, "\n-F\n", 4);
		open_bytes(text, n + 4);
		if (n < LINES_TEXT - 3) {
			assert_int_equal(lines_next(&load), 1);
			assert_int_equal(strlen(load.argv[1]), n);
		} else {
			assert_int_equal(lines_next(&load), -E2BIG);
		}
		expect_line(2, "-F");
		expect_end();
	}
	for (size_t i = 0; i < 2 * (LINES_WORDS + 5); i += 2)
		memcpy(text + i, "x ", 2);
	open_bytes(text, 2 * (LINES_WORDS - 1));
	assert_int_equal(lines_next(&load), 1);
	assert_int_equal(load.argc, LINES_WORDS);
	close(load.fd);
	open_bytes(text, 2 * LINES_WORDS);
	assert_int_equal(lines_next(&load), -E2BIG);
	close(load.fd);
}

static void long_comment_is_nothing(void **state)
{
	static char text[3 * LINES_TEXT];

	(void)state;
	memset(text, '#', sizeof(text));
	memcpy(text + sizeof(text) - 4, "\n-F\n", 4);
	open_bytes(text, sizeof(text));
	expect_line(2, "-F");
	expect_end();
}

static void second_reading_is_the_first(void **state)
{
	(void)state;
	open_text("-I a\n-F\n");
	for (int i = 0; i < 3; i++) {
		expect_line(1, "-I|a");
		expect_line(2, "-F");
		assert_int_equal(lines_next(&load), 0);
		assert_int_equal(lines_rewind(&load), 0);
	}
	close(load.fd);
}

static void pipe_is_spooled(void **state)
{
	int end[2];

	(void)state;
	assert_int_equal(pipe(end), 0);
	assert_int_equal(write(end[1], "-I a\n-F\n", 8), 8);
	close(end[1]);
	assert_int_equal(dup2(end[0], STDIN_FILENO), STDIN_FILENO);
	close(end[0]);
	memset(&load, 0, sizeof(load));
	assert_int_equal(lines_open(&load, "-"), 0);
	for (int i = 0; i < 2; i++) {
		expect_line(1, "-I|a");
		expect_line(2, "-F");
		assert_int_equal(lines_next(&load), 0);
		assert_int_equal(lines_rewind(&load), 0);
	}
	close(load.fd);
}

static void what_cannot_be_read_is_told(void **state)
{
	(void)state;
	memset(&load, 0, sizeof(load));
	assert_int_equal(lines_open(&load, "/nowhere/at/all"), -ENOENT);
	memset(&load, 0, sizeof(load));
	assert_int_equal(lines_open(&load, "/"), 0);
	assert_int_equal(lines_next(&load), -EISDIR);
}

/* By its bytes or by its words: the same lines, over every seam. */
static void lines_may_be_peeked_at(void **state)
{
	static char text[200000];
	uint64_t dice = 1;
	char want[64];
	size_t n = 0;

	(void)state;
	for (int i = 1; i <= 5000; i++)
		n += (size_t)sprintf(text + n, "-I %d %*s\n", i, i % 30, "x");
	open_bytes(text, n);
	for (int i = 1; i <= 5000; i++) {
		const char *end, *raw, *p = lines_peek(&load, &end);
		size_t len;

		assert_true((size_t)(end - p) >= LINES_OVER || i > 4900);
		n = (size_t)sprintf(want, "-I %d %*s\n", i, i % 30, "x");
		assert_true((size_t)(end - p) >= n);
		assert_memory_equal(p, want, n);
		if (unit_random(&dice) % 2) {
			lines_pass(&load, n);
			assert_int_equal(load.line, i);
			continue;
		}
		assert_int_equal(lines_next(&load), 1);
		assert_int_equal(load.line, i);
		assert_int_equal(load.argc, 4);
		len = lines_raw(&load, &raw);
		assert_int_equal(len, n);
		assert_memory_equal(raw, want, n);
	}
	expect_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_may_be_peeked_at),
		cmocka_unit_test(words_are_split_at_blanks),
		cmocka_unit_test(comments_begin_lines_only),
		cmocka_unit_test(quotes_end_words),
		cmocka_unit_test(open_quote_swallows_the_line),
		cmocka_unit_test(one_carriage_return_is_dropped),
		cmocka_unit_test(last_line_needs_no_newline),
		cmocka_unit_test(nul_is_refused),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(long_comment_is_nothing),
		cmocka_unit_test(second_reading_is_the_first),
		cmocka_unit_test(pipe_is_spooled),
		cmocka_unit_test(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
