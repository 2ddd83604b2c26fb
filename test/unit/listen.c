/* SPDX-License-Identifier: MIT */
/* Many datagrams with one call, from a pair of sockets of this process. */
#include "nl/listen.h"
#include "nl/msg.h"
#include "test/unit/unit.h"

#include <unistd.h>

static struct nl_slots slots;
static struct nl_sock s;
static int sender;

static int setup(void **state)
{
	int fds[2];

	(void)state;
	memset(&slots, 0, sizeof(slots));
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0)
		return -1;
	s.fd = fds[0];
	sender = fds[1];
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(s.fd);
	close(sender);
	return 0;
}

static void say(const void *p, size_t n)
{
	assert_int_equal(send(sender, p, n, MSG_DONTWAIT), n);
}

static void nothing_waits_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(nl_listen_recv(&s, &slots), 0);
}

static void slots_are_filled_in_order(void **state)
{
	const int sizes[] = { 1, 2, NL_SLOTS - 1, NL_SLOTS };

	(void)state;
	for (size_t size = 0; size < COUNT(sizes); size++)
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < sizes[size]; i++)
				say(&i, sizeof(i));
			assert_int_equal(nl_listen_recv(&s, &slots),
					 sizes[size]);
			for (int i = 0; i < sizes[size]; i++) {
				struct nl_run run = nl_slot_run(&slots, i);

				assert_int_equal(run.left, sizeof(i));
				assert_memory_equal(run.p, &i, sizeof(i));
			}
			assert_int_equal(nl_listen_recv(&s, &slots), 0);
		}
}

/* Nothing is cut silently: what does not fit does not parse. */
static void long_datagrams_are_damage(void **state)
{
	static union {
		struct nlmsghdr	 h;
		uint8_t		 bytes[NL_SLOT_BUF + 4];
	} m;
	struct nl_run run;
	struct nl_msg msg;

	(void)state;
	m.h.nlmsg_type = NLMSG_MIN_TYPE;
	m.h.nlmsg_len = NL_SLOT_BUF;
	say(&m, NL_SLOT_BUF);
	assert_int_equal(nl_listen_recv(&s, &slots), 1);
	run = nl_slot_run(&slots, 0);
	assert_int_equal(nl_msg_next(&run, &msg), 1);
	assert_int_equal(run.left, 0);
	m.h.nlmsg_len = NL_SLOT_BUF + 4;
	say(&m, NL_SLOT_BUF + 4);
	assert_int_equal(nl_listen_recv(&s, &slots), 1);
	run = nl_slot_run(&slots, 0);
	assert_int_equal(run.left, NL_SLOT_BUF);
	assert_int_equal(nl_msg_next(&run, &msg), -EBADMSG);
}

static void others_than_the_kernel_are_not_heard(void **state)
{
	(void)state;
	say("text", 4);
	assert_int_equal(nl_listen_recv(&s, &slots), 1);
	assert_int_equal(nl_slot_run(&slots, 0).left, 4);
	slots.slot[0].from.nl_pid = 4097;
	assert_int_equal(nl_slot_run(&slots, 0).left, 0);
}

static void room_is_what_the_kernel_says(void **state)
{
	uint32_t small, large;

	(void)state;
	small = nl_listen_room(&s, 1);
	large = nl_listen_room(&s, 100000);
	assert_true(small > 0 && small < 100000);
	assert_int_equal(large, 200000);
	assert_true(nl_listen_room(&s, INT32_MAX) >= large);
	assert_int_equal(nl_listen_drops(&s), 0);
}

#define TEST(fact)	cmocka_unit_test_setup_teardown(fact, setup, teardown)

/* One of the standard streams was closed: what is opened takes its place. */
static void sockets_are_no_standard_stream(void **state)
{
	const int saved = dup(STDIN_FILENO);
	int fd, opened;

	(void)state;
	close(STDIN_FILENO);
	opened = dup(sender);
	fd = nl_above_stderr(opened);
	assert_int_equal(opened, STDIN_FILENO);
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(close(STDIN_FILENO), -1);	/* given back */
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(nl_listen_recv(&s, &slots), 1);
	close(fd);
	assert_int_equal(nl_above_stderr(sender), sender);
	assert_int_equal(nl_above_stderr(-1), -1);
	if (saved >= 0)
		dup2(saved, STDIN_FILENO);
	close(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_waits_for_nothing),
		TEST(slots_are_filled_in_order),
		TEST(long_datagrams_are_damage),
		TEST(others_than_the_kernel_are_not_heard),
		TEST(room_is_what_the_kernel_says),
		TEST(sockets_are_no_standard_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
