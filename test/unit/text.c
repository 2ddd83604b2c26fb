/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>	/* before the kernel's, which make way */

#include "fmt/clock.h"
#include "fmt/fmt.h"
#include "fmt/out.h"
#include "fmt/text.h"
#include "test/guard.h"
#include "test/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static char text[256];

static void assert_text(const char *end, const char *want)
{
	text[end - text] = '\0';
	assert_string_equal(text, want);
}

static void numbers_are_printfs(void **state)
{
	uint64_t seed = 1, v;
	char want[32];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		v = i < 128 ? (1ull << i / 2) - i % 2
			    : ((uint64_t)unit_random(&seed) << 32 |
			       unit_random(&seed)) >> i % 64;
		snprintf(want, sizeof(want), "%" PRIu64, v);
		assert_text(text_u64(text, v), want);
		snprintf(want, sizeof(want), "%" PRIu32, (uint32_t)v);
		assert_text(text_u32(text, (uint32_t)v), want);
		snprintf(want, sizeof(want), "%" PRIx32, (uint32_t)v);
		assert_text(text_hex(text, (uint32_t)v), want);
		snprintf(want, sizeof(want), "%09u", (unsigned)(v % 1000000000));
		assert_text(text_zeros(text, (uint32_t)(v % 1000000000), 9),
			    want);
	}
	for (uint64_t ten = 1; ten < 10000000000000000000u; ten *= 10) {
		snprintf(want, sizeof(want), "%" PRIu64, ten - 1);
		assert_text(text_u64(text, ten - 1), want);
		snprintf(want, sizeof(want), "%" PRIu64, ten);
		assert_text(text_u64(text, ten), want);
	}
	assert_text(text_u64(text, UINT64_MAX), "18446744073709551615");
	assert_text(text_u32(text, UINT32_MAX), "4294967295");
}

/* Digits are moved several at a time, but not beyond what is promised. */
static void numbers_keep_to_their_room(void **state)
{
	(void)state;
	for (uint64_t v = 1; v <= UINT32_MAX; v = v * 5 / 4 + 1) {
		memset(text, 'x', sizeof(text));
		text_u32(text, (uint32_t)v);
		for (size_t i = TEXT_U32 + 1; i < sizeof(text); i++)
			assert_int_equal(text[i], 'x');
	}
}

/* Also of a machine whose clock was never set. */
static void stamps_have_eight_digits(void **state)
{
	static const uint64_t seconds[] = {
		0, 1, 9, 10, 99, 100, 999999, 1000000, 9999999, 10000000,
		99999999, 100000000, 1795363838, 18446744072,
	};
	char want[40];

	(void)state;
	for (size_t i = 0; i < COUNT(seconds); i++) {
		for (uint64_t us = 0; us < 1000000; us += 333333) {
			snprintf(want, sizeof(want), "[%08" PRIu64 ".%06" PRIu64
				 "]\t", seconds[i], us);
			assert_text(fmt_stamp(text, seconds[i] * CLOCK_SECOND +
					      us * 1000 + 999), want);
		}
	}
}

static void addresses_are_inet_ntops(void **state)
{
	uint64_t seed = 7;
	char want[64];

	(void)state;
	unit_glibc();
	for (unsigned i = 0; i < 200000; i++) {
		uint8_t a[16];
		uint32_t zero = unit_random(&seed);

		for (unsigned n = 0; n < 16; n++)
			a[n] = (uint8_t)unit_random(&seed);
		for (unsigned n = 0; n < 8; n++)	/* groups, then bytes */
			if (zero >> n & 1)
				a[2 * n] = a[2 * n + 1] = 0;
			else if (zero >> (n + 8) & 1)
				a[2 * n] = 0;
		if (i % 16 == 0)
			memset(a, 0, i / 16 % 17);
		if (i % 16 == 1)
			memcpy(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		inet_ntop(AF_INET6, a, want, sizeof(want));
		assert_text(text_ip6(text, a), want);
		inet_ntop(AF_INET, a, want, sizeof(want));
		assert_text(text_ip4(text, a), want);
	}
}

/* ------------------------------------------------------------------ out */

static char buf[OUT_ROOM];

static void text_stays_in_the_buffer(void **state)
{
	struct out o = { .buf = buf, .cap = sizeof(buf), .fd = -1 };

	(void)state;
	out_str(&o, "ab");
	out_char(&o, 'c');
	out_end(&o, text_u32(out_room(&o), 7));
	assert_int_equal(out_flush(&o), -ENOSPC);	/* less than OUT_ROOM */
	o = (struct out){ .buf = buf, .cap = sizeof(buf), .fd = -1 };
	out_end(&o, text_u32(out_room(&o), 7));
	out_str(&o, "abc");
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(o.len, 4);
	assert_memory_equal(buf, "7abc", 4);
}

static void full_buffer_sticks(void **state)
{
	struct out o = { .buf = buf, .cap = sizeof(buf), .fd = -1 };

	(void)state;
	for (unsigned i = 0; i < OUT_ROOM; i++)
		out_char(&o, 'x');
	assert_int_equal(o.err, 0);
	out_char(&o, 'y');
	assert_int_equal(o.err, -ENOSPC);
	out_str(&o, "more");
	assert_int_equal(o.len, OUT_ROOM);
	out_end(&o, text_str(out_room(&o), "forgotten"));
	assert_int_equal(o.len, OUT_ROOM);
	assert_int_equal(out_flush(&o), -ENOSPC);
}

static void long_text_arrives_whole(void **state)
{
	struct out o = { .buf = buf, .cap = sizeof(buf) };
	char path[] = "/tmp/rawtrack-out-XXXXXX";
	static char got[100000];

	(void)state;
	o.fd = mkstemp(path);
	assert_true(o.fd >= 0);
	unlink(path);
	for (unsigned i = 0; i < 9000; i++) {
		out_end(&o, text_zeros(out_room(&o), i, 5));
		out_mem(&o, "-----", i % 6);
	}
	assert_int_equal(out_flush(&o), 0);
	assert_int_equal(pread(o.fd, got, sizeof(got), 0),
			 9000 * 5 + 1500 * 15);
	assert_memory_equal(got, "0000000001-00002--00003---", 26);
	close(o.fd);
}

static void failure_sticks(void **state)
{
	struct out o = { .buf = buf, .cap = sizeof(buf) };

	(void)state;
	o.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (o.fd < 0)
		skip();
	out_str(&o, "x");
	assert_int_equal(out_flush(&o), -ENOSPC);
	close(o.fd);
	o.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	out_str(&o, "x");
	assert_int_equal(out_flush(&o), -ENOSPC);
	close(o.fd);
}

/* ---------------------------------------------------------------- clock */

/* Make it the zone of localtime_r(). */
static void glibc_reads(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static void compare_clock(const struct clock_zone *z)
{
	uint64_t seed = 3;
	char want[64];

	for (unsigned i = 0; i < 20000; i++) {
		time_t t = (time_t)((uint64_t)unit_random(&seed) *
				    (i % 4 ? 1 : 3) / (i % 2 + 1));
		struct tm tm;

		localtime_r(&t, &tm);
		assert_int_equal(clock_offset(z, t), tm.tm_gmtoff);
		asctime_r(&tm, want);
		want[strcspn(want, "\n")] = '\0';
		assert_text(clock_date(text, z, t), want);
	}
}

static void files_are_read_as_glibc_does(void **state)
{
	static const char *const zones[] = {
		"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
		"Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tehran",
		"Europe/Dublin", "Pacific/Apia", "Africa/Casablanca",
		"America/Nuuk", "Pacific/Chatham", "Antarctica/Troll",
	};
	static uint8_t file[65536];
	unsigned read = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(zones); i++) {
		struct clock_zone z = { 0 };
		char path[128];
		FILE *fp;
		size_t n;

		snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s",
			 zones[i]);
		fp = fopen(path, "r");
		if (!fp)
			continue;
		n = fread(file, 1, sizeof(file) - 1, fp);
		file[n] = '\0';
		fclose(fp);
		assert_int_equal(clock_tzif(&z, file, n), 0);
		glibc_reads(zones[i]);
		compare_clock(&z);
		while (n-- > 0) {
			struct clock_zone c = { 0 };
			int r;

			file[n] = '\0';
			r = clock_tzif(&c, guard_copy(file, n + 1), n);
			assert_true(r == 0 || r == -EBADMSG);
			clock_offset(&c, 1790000000);
		}
		read++;
	}
	if (!read)
		skip();
}

static void rules_are_read_as_glibc_does(void **state)
{
	static const char *const rules[] = {
		"UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0",
		"IST-5:30", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"NZST-12NZDT,M9.5.0,M4.1.0/3", "AAA3BBB,J60/1,J300/2",
		"AAA3BBB,59,299", "XXX-3:20:10", "EET-2EEST,M3.5.0/3,M10.5.0/4",
		"<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct clock_zone z = { 0 };

		clock_posix(&z, rules[i]);
		glibc_reads(rules[i]);
		compare_clock(&z);
	}
}

/* At any time, and around New Year, where what is no change stands. */
static void assert_odd_rule(const char *rule)
{
	struct clock_zone z;

	clock_posix(&z, rule);
	glibc_reads(rule);
	for (time_t t = 31536000; t < 5000000000; t += 3234567) {
		const time_t new_year = t / 31556952 * 31556952;
		const time_t times[] = { t, new_year + t % 180000 };

		for (size_t i = 0; i < COUNT(times); i++) {
			struct tm tm;

			localtime_r(&times[i], &tm);
			if (clock_offset(&z, times[i]) != tm.tm_gmtoff)
				fail_msg("TZ='%s' at %lld: %d, not %ld", rule,
					 (long long)times[i],
					 clock_offset(&z, times[i]),
					 tm.tm_gmtoff);
		}
	}
}

/* From its file posixrules glibc would take other changes before 2007. */
static int no_posixrules(void **state)
{
	(void)state;
	return setenv("TZDIR", "/nonexistent", 1);
}

static int with_posixrules(void **state)
{
	(void)state;
	return unsetenv("TZDIR");
}

static void odd_rules_are_read_as_glibc_does(void **state)
{
	static const char *const rules[] = {
		"ABC25", "ABC-25", "ABC65537", "ABC99999", "ABC70000",
		"ABC1:60", "ABC-5:70:90", "ABC1:2:3:4", "ABC1:", "ABC1:2:",
		"ABC1:x", "ABC1:-1", "ABC--5", "ABC+-5", "ABC 1", "ABC+ 1",
		"", "A", "AB1", "ABC", "ABC+", "ABC1xx", "ABC-1xx", "ABC1 ",
		"<A1>1", "<AB>1", "<ABC1", "<>1", "<ABC>1", "<+-1>-1", "<A B>1",
		"ABC1DE", "ABC1DEFx", "ABC1DEF 2", "ABC1DEF+,M3.2.0,M4.1.0",
		"ABC1DEF30,M3.2.0,M11.1.0", "ABC5DEF", "ABC5DEF,", "ABC-5DEF4",
		"ABC5DEF,M3.2.0", "ABC5DEF,M3.2.0,", "ABC5DEFM3.2.0M11.1.0",
		"ABC5DEF,M3", "ABC5DEF,M3.2", "ABC5DEF,M3.6.0,M11.1.0",
		"ABC5DEF,M3.0.0,M11.1.0", "ABC5DEF,M3.2.7,M11.1.0",
		"ABC5DEF,M3.2.65535,M11.1.0", "ABC5DEF,M65539.2.0,M11.1.0",
		"ABC5DEF,M3.2.0,M11.6.0", "ABC5DEF,M3.2.0,M11.1.7",
		"ABC5DEF,M3.2.0x,M11.1.0", "ABC5DEF,M3.2.0,M11.1.0x",
		"ABC5DEF,J0,J300", "ABC5DEF,J366,J300", "ABC5DEF,J60,J366",
		"ABC5DEF,J65600,J300", "ABC5DEF,J,J300", "ABC5DEF,J-1,300",
		"ABC5DEF,366,300", "ABC5DEF,100,366", "ABC5DEF,-1,300",
		"ABC5DEF,M3.2.0/200,M11.1.0", "ABC5DEF,M3.2.0/-200,M11.1.0/200",
		"ABC5DEF,M3.2.0/,M11.1.0", "ABC5DEF,M3.2.0,M11.1.0/",
		"ABC5DEF,M3.2.0/1:70:90,M11.1.0/x", "ABC5DEF,M3.2.0/+1,M11.1.0",
		"ABC5DEF,M3.2.0/65537,M11.1.0", "ABC5DEF,0/0,J365/25",
		"../../../etc/passwd", "Nonsense/Nowhere",
	};

	(void)state;
	unit_glibc();
	for (size_t i = 0; i < COUNT(rules); i++)
		assert_odd_rule(rules[i]);
}

static void any_rule_is_read_as_glibc_does(void **state)
{
	static const char *const parts[] = {
		"ABC", "<+03>", "<AB", "AB", "x", "DEF", "DEF", "1", "1", "25",
		"-", "+", ":", ":", "60", "5:30", ",", ",", "M3.2.0", "M10.5.6",
		"M3.6.0", "M4.2", "J60", "J0", "366", "100", "/", "/-1", " ",
		".", "65537", "-10",
	};
	uint64_t seed = 11;

	(void)state;
	unit_glibc();
	for (unsigned i = 0; i < 3000; i++) {
		char rule[96] = "";

		if (i % 8)
			strcpy(rule, i % 4 ? "ABC5DEF," : "ABC-3");
		for (unsigned n = unit_random(&seed) % 9; n > 0; n--)
			strcat(rule, parts[unit_random(&seed) % COUNT(parts)]);
		if (*rule != ':')	/* the caller's affair */
			assert_odd_rule(rule);
	}
}

/* Months that glibc looks up beyond its table: any offset, but an answer. */
static void months_that_are_none_are_harmless(void **state)
{
	static const char *const rules[] = {
		"ABC5DEF,M0.1.0,M11.1.0", "ABC5DEF,M13.1.0,M11.1.0",
		"ABC5DEF,M65535.65535.65535,M11.1.0", "ABC5DEF,M,M",
		"ABC5DEF,M3.2.0,M0.0.0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		struct clock_zone z;

		clock_posix(&z, rules[i]);
		for (int64_t t = 0; t < 20000000000; t += 86399)
			assert_true(clock_offset(&z, t) == -5 * 3600 ||
				    clock_offset(&z, t) == -4 * 3600);
	}
}

static void default_changes_are_the_united_states(void **state)
{
	struct clock_zone a = { 0 }, b = { 0 };

	(void)state;
	clock_posix(&a, "AAA5BBB");
	clock_posix(&b, "AAA5BBB,M3.2.0,M11.1.0");
	for (int64_t t = 0; t < 5000000000; t += 1801)
		assert_int_equal(clock_offset(&a, t), clock_offset(&b, t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_printfs),
		cmocka_unit_test(numbers_keep_to_their_room),
		cmocka_unit_test(stamps_have_eight_digits),
		cmocka_unit_test(addresses_are_inet_ntops),
		cmocka_unit_test(text_stays_in_the_buffer),
		cmocka_unit_test(full_buffer_sticks),
		cmocka_unit_test(long_text_arrives_whole),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(files_are_read_as_glibc_does),
		cmocka_unit_test(rules_are_read_as_glibc_does),
		cmocka_unit_test_setup_teardown(
			odd_rules_are_read_as_glibc_does, no_posixrules,
			with_posixrules),
		cmocka_unit_test_setup_teardown(
			any_rule_is_read_as_glibc_does, no_posixrules,
			with_posixrules),
		cmocka_unit_test(months_that_are_none_are_harmless),
		cmocka_unit_test(default_changes_are_the_united_states),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
