/* SPDX-License-Identifier: MIT */
/*
 * A TZif file, or a rule as in TZ: whatever it says, times become dates that
 * there are, and only a file's own bytes are read.
 *
 * Input: four bytes of a time to ask for; then the file or the rule.
 */
#include "test/fuzz/fuzz.h"

#include "fmt/clock.h"

#include <errno.h>
#include <string.h>

static void check_date(const struct clock_zone *z, int64_t t)
{
	struct clock_parts d;
	char text[CLOCK_DATE];
	const char *end = clock_date(text, z, t);

	fuzz_check(end > text && end <= text + sizeof(text),
		   "a date has room");
	clock_split(&d, z, t);
	fuzz_check(d.time[0] < 24 && d.time[1] < 60 && d.time[2] < 60, "a time of day");
	fuzz_check(d.wday >= 1 && d.wday <= 7 && d.day >= 1 && d.day <= 31 &&
		   d.month >= 1 && d.month <= 12, "a day of a month");
}

/* Around a moment, and around what a zone may do there. */
static void check_times(const struct clock_zone *z, uint32_t seed)
{
	static const int64_t times[] = {
		0, 1, 86399, 951782400, 1711846799, 1711846800, 1795363704,
		INT32_MAX, (int64_t)INT32_MAX + 1, 4107542400, UINT32_MAX,
		253402300799, ((int64_t)1 << 40) - 1,
		/* 64 bits of nanoseconds */
		18446744073,
	};

	for (unsigned i = 0; i < COUNT(times); i++)
		check_date(z, times[i]);
	check_date(z, seed);
	check_date(z, (int64_t)seed * 4);
	check_date(z, (int64_t)seed << 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static char text[FUZZ_MAX + 1];
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	const uint32_t seed = fuzz_u32(&in);
	struct clock_zone z;
	const uint8_t *exact;
	int r;

	if (in.left > 0)
		memcpy(text, in.p, in.left);
	text[in.left] = '\0';	/* as files and variables are read */
	exact = fuzz_exact(FUZZ_INPUT, text, in.left + 1);
	memset(&z, 0, sizeof(z));
	r = clock_tzif(&z, exact, in.left);
	fuzz_check(r == 0 || r == -EBADMSG, "it is a file or it is none");
	if (r < 0)
		fuzz_check(!z.times && !z.n && !z.has_rule,
			   "what is none changes nothing");
	check_times(&z, seed);
	if (r == 0)
		return 0;
	clock_posix(&z, (const char *)exact);
	check_times(&z, seed);
	return 0;
}
