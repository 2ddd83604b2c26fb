/* SPDX-License-Identifier: MIT */
/* Text that waits for its reader, or does not: struct out with out_stop. */
#include "fmt/out.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

static char buf[1 << 16], got[1 << 17];
static int reader, writer, stop, stopper;

static int setup(void **state)
{
	int fds[2];

	(void)state;
	/* a write is a packet, and so is a read */
	if (pipe2(fds, O_DIRECT | O_NONBLOCK) < 0)
		return -1;
	reader = fds[0];
	writer = fds[1];
	if (pipe(fds) < 0)
		return -1;
	stop = fds[0];
	stopper = fds[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(reader);
	close(writer);
	close(stop);
	close(stopper);
	return 0;
}

static struct out begin(void)
{
	out_stop = (struct out_stop){ .fd = stop };
	return (struct out){ .buf = buf, .cap = sizeof(buf), .fd = writer };
}

/* A line of n characters and its end. */
static void put_line(struct out *o, char c, size_t n)
{
	while (n-- > 0)
		out_char(o, c);
	out_char(o, '\n');
}

static void stop_now(void)
{
	assert_int_equal(write(stopper, "", 1), 1);
}

static void pieces_are_whole_lines(void **state)
{
	struct out o = begin();
	ssize_t n, sum = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		put_line(&o, 'a', 100 + i);
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(o.len, 0);
	while ((n = read(reader, got, sizeof(got))) > 0) {
		assert_in_range(n, 1, PIPE_BUF);
		assert_int_equal(got[n - 1], '\n');
		sum += n;
	}
	assert_int_equal(sum, 100 * 101 + 99 * 100 / 2);
}

/* Longer than a piece, and cut where the text was when it was flushed. */
static void long_lines_pass(void **state)
{
	struct out o = begin();
	ssize_t n;

	(void)state;
	put_line(&o, 'a', 7);
	put_line(&o, 'b', PIPE_BUF + 10);
	out_str(&o, "end");
	assert_int_equal(out_flush(&o), 0);
	out_str(&o, "ing\n");
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(read(reader, got, sizeof(got)), 8);
	for (size_t left = PIPE_BUF + 11; left > 0; left -= (size_t)n) {
		n = read(reader, got, sizeof(got));
		assert_in_range(n, 1, PIPE_BUF);
	}
	assert_int_equal(read(reader, got, sizeof(got)), 3);
	assert_memory_equal(got, "end", 3);
	assert_int_equal(read(reader, got, sizeof(got)), 4);
	assert_memory_equal(got, "ing\n", 4);
}

/* Whoever can take text gets it, all of it. */
static void stop_does_not_cut_off_a_reader(void **state)
{
	struct out o = begin();

	(void)state;
	stop_now();
	put_line(&o, 'a', 10);
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(read(reader, got, sizeof(got)), 11);
	assert_int_equal(o.unwritten, 0);
}

static void stop_ends_the_waiting(void **state)
{
	struct out o = begin();
	unsigned lines = 0, read_lines = 0;
	ssize_t n;

	(void)state;
	stop_now();
	while (o.err == 0) {
		put_line(&o, 'x', 1000);
		lines++;
		if (lines % 10 == 0)
			out_flush(&o);
	}
	assert_int_equal(o.err, -EPIPE);
	assert_int_equal(out_flush(&o), -EPIPE);
	while ((n = read(reader, got, sizeof(got))) > 0) {
		assert_int_equal(n % 1001, 0);
		read_lines += (unsigned)n / 1001;
	}
	assert_int_equal(read_lines + o.unwritten, lines);
	assert_in_range(o.unwritten, 1, 10);
}

static void nobody_reads_any_more(void **state)
{
	struct out o = begin();

	(void)state;
	close(reader);
	put_line(&o, 'x', 10);
	put_line(&o, 'x', 10);
	assert_int_equal(out_flush(&o), -EPIPE);
	assert_int_equal(o.unwritten, 2);
	put_line(&o, 'x', 10);
	assert_int_equal(out_flush(&o), -EPIPE);
	assert_int_equal(o.unwritten, 2);
}

/* Without out_stop, all at once, into a pipe that is not made to wait. */
static void lists_go_out_whole(void **state)
{
	struct out o = begin();

	(void)state;
	out_stop.fd = 0;
	put_line(&o, 'x', PIPE_BUF - 5);
	out_str(&o, "half");
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(read(reader, got, sizeof(got)), PIPE_BUF);
}

#define TEST(fact)	cmocka_unit_test_setup_teardown(fact, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pieces_are_whole_lines), TEST(long_lines_pass),
		TEST(stop_does_not_cut_off_a_reader),
		TEST(stop_ends_the_waiting), TEST(nobody_reads_any_more),
		TEST(lists_go_out_whole),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
