/* SPDX-License-Identifier: MIT */
#include "fmt/clock.h"

#include "fmt/text.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DAY	86400
#define HOUR	3600

/* A calendar day; day_of_year counts from 0. */
struct civil {
	int64_t	 year;
	int	 month, day, day_of_year;
};

static int leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int64_t year, int month)
{
	static const char days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};

	return days[month - 1] + (month == 2 && leap(year));
}

/* Days from 1970-01-01 to the first of January of a year. */
static int64_t year_start(int64_t year)
{
	int64_t y = year - 1;

	return 365 * (year - 1970) + (y / 4 - 1969 / 4) -
	       (y / 100 - 1969 / 100) + (y / 400 - 1969 / 400);
}

/* Days since 1970-01-01 to a date; times before 1970 count as 1970. */
static struct civil civil_day(int64_t days)
{
	struct civil c = { .month = 1 };

	if (days < 0)
		days = 0;
	c.year = 1970 + days / 366;	/* never too late */
	while (year_start(c.year + 1) <= days)
		c.year++;
	c.day_of_year = (int)(days - year_start(c.year));
	c.day = c.day_of_year + 1;
	while (c.day > month_days(c.year, c.month))
		c.day -= month_days(c.year, c.month++);
	return c;
}

/* Sunday is 0; 1970-01-01 was a Thursday. */
static int weekday(int64_t days)
{
	return (int)((days + 4) % 7);
}

/* The day of the year, from 0, on which a change falls. */
static int change_day(const struct clock_change *c, int64_t year)
{
	int first = 0;	/* of the month */
	int day;

	if (c->kind == 'n')
		return c->day;
	if (c->kind == 'J')	/* 29 February is never counted */
		return c->day - 1 + (leap(year) && c->day >= 60);
	for (int m = 1; m < c->month; m++)
		first += month_days(year, m);
	day = (c->day + 7 - weekday(year_start(year) + first)) % 7;
	day += 7 * (c->week - 1);
	while (day >= month_days(year, c->month))
		day -= 7;	/* week 5 is the last one */
	return first + day;
}

static int32_t rule_offset(const struct clock_rule *r, int64_t t)
{
	int64_t year = civil_day((t + r->std) / DAY).year;
	int64_t start = year_start(year) * DAY;
	int64_t to_dst, to_std;
	int dst;

	if (!r->has_dst)
		return r->std;
	to_dst = start + (int64_t)change_day(&r->to_dst, year) * DAY +
		 r->to_dst.time - r->std;
	to_std = start + (int64_t)change_day(&r->to_std, year) * DAY +
		 r->to_std.time - r->dst;
	if (to_dst < to_std)
		dst = t >= to_dst && t < to_std;
	else		/* south of the equator */
		dst = t >= to_dst || t < to_std;
	return dst ? r->dst : r->std;
}

/* A number of at most three digits, 0..max. */
static int take_number(const char **s, int max)
{
	const char *p = *s;
	int v = 0;

	while (*p >= '0' && *p <= '9' && p - *s < 3)
		v = v * 10 + (*p++ - '0');
	if (p == *s || v > max)
		return -1;
	*s = p;
	return v;
}

/* The abbreviation of a zone: letters, or anything in angle brackets. */
static int skip_name(const char **s)
{
	const char *p = *s;

	if (*p == '<') {
		p = strchr(p, '>');
		if (!p)
			return -EINVAL;
		*s = p + 1;
		return 0;
	}
	while ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')
		p++;
	if (p - *s < 3)
		return -EINVAL;
	*s = p;
	return 0;
}

/* [+-]hh[:mm[:ss]] as seconds. */
static int take_time(const char **s, int max_hours, int32_t *seconds)
{
	int sign = 1;
	int unit = HOUR;
	int32_t sum = 0;

	if (**s == '-' || **s == '+')
		sign = *(*s)++ == '-' ? -1 : 1;
	for (int max = max_hours; ; max = 59) {
		int v = take_number(s, max);

		if (v < 0)
			return -EINVAL;
		sum += v * unit;
		unit /= 60;
		if (**s != ':' || unit == 0)
			break;
		++*s;
	}
	*seconds = sign * sum;
	return 0;
}

/* Mm.w.d, Jn or n, and an optional /time, which is 02:00 otherwise. */
static int take_change(const char **s, struct clock_change *c)
{
	int month = 0, week = 0, day;

	*c = (struct clock_change){ .kind = 'n', .time = 2 * HOUR };
	if (**s == 'M' || **s == 'J')
		c->kind = *(*s)++;
	if (c->kind == 'M') {
		month = take_number(s, 12);
		if (month < 1 || *(*s)++ != '.')
			return -EINVAL;
		week = take_number(s, 5);
		if (week < 1 || *(*s)++ != '.')
			return -EINVAL;
	}
	day = take_number(s, c->kind == 'M' ? 6 : 365);
	if (day < (c->kind == 'J'))
		return -EINVAL;
	c->month = (int16_t)month;
	c->week = (int16_t)week;
	c->day = (int16_t)day;
	if (**s != '/')
		return 0;
	++*s;
	return take_time(s, 167, &c->time);
}

static int take_rule(const char *s, struct clock_rule *r)
{
	if (skip_name(&s) < 0 || take_time(&s, 24, &r->std) < 0)
		return -EINVAL;
	r->std = -r->std;	/* POSIX counts to the west */
	if (*s == '\0')
		return 0;
	if (skip_name(&s) < 0)
		return -EINVAL;
	r->has_dst = 1;
	r->dst = r->std + HOUR;
	if (*s != ',' && *s != '\0') {
		if (take_time(&s, 24, &r->dst) < 0)
			return -EINVAL;
		r->dst = -r->dst;
	}
	if (*s == '\0')
		s = ",M3.2.0,M11.1.0";
	if (*s++ != ',' || take_change(&s, &r->to_dst) < 0 ||
	    *s++ != ',' || take_change(&s, &r->to_std) < 0 || *s != '\0')
		return -EINVAL;
	return 0;
}

int clock_posix(struct clock_zone *z, const char *tz)
{
	struct clock_rule rule = { 0 };

	if (take_rule(tz, &rule) < 0)
		return -EINVAL;
	*z = (struct clock_zone){ .has_rule = 1, .rule = rule };
	return 0;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#define TZIF_HEAD	44u

/* Counts of a TZif header, in the order of the file. */
enum { N_ISUT, N_ISSTD, N_LEAP, N_TIME, N_TYPE, N_CHAR, N_COUNTS };

/* Read a header. Returns the length of its data block, or 0. */
static size_t tzif_head(const uint8_t *p, size_t n, unsigned width,
			uint32_t *count)
{
	if (n < TZIF_HEAD || memcmp(p, "TZif", 4) != 0)
		return 0;
	for (unsigned i = 0; i < N_COUNTS; i++) {
		count[i] = be32(p + 20 + 4 * i);
		if (count[i] > n)	/* so that no sum overflows */
			return 0;
	}
	return (size_t)count[N_TIME] * (width + 1) +
	       (size_t)count[N_TYPE] * 6 + count[N_CHAR] +
	       (size_t)count[N_LEAP] * (width + 4) +
	       count[N_ISSTD] + count[N_ISUT];
}

/* The rule between two newlines at the end of the file, if it is one. */
static void tzif_footer(struct clock_zone *z, const uint8_t *p, size_t n)
{
	char tz[64];
	size_t len;

	if (n < 2 || p[0] != '\n')
		return;
	for (len = 0; len < sizeof(tz) - 1 && 1 + len < n; len++) {
		if (p[1 + len] == '\n')
			break;
		tz[len] = (char)p[1 + len];
	}
	tz[len] = '\0';
	z->has_rule = take_rule(tz, &z->rule) == 0;
}

int clock_tzif(struct clock_zone *z, const uint8_t *p, size_t n)
{
	struct clock_zone new = { .width = 4 };
	uint32_t count[N_COUNTS];
	size_t block;

	block = tzif_head(p, n, new.width, count);
	if (block == 0 || block > n - TZIF_HEAD)
		return -EBADMSG;
	if (p[4] >= '2') {	/* the same again, with 64-bit times */
		new.width = 8;
		p += TZIF_HEAD + block;
		n -= TZIF_HEAD + block;
		block = tzif_head(p, n, new.width, count);
		if (block == 0 || block > n - TZIF_HEAD)
			return -EBADMSG;
	}
	if (count[N_TYPE] == 0)
		return -EBADMSG;
	new.n = count[N_TIME];
	new.n_types = count[N_TYPE];
	new.times = p + TZIF_HEAD;
	new.kinds = new.times + (size_t)new.n * new.width;
	new.types = new.kinds + new.n;
	if (new.width == 8)
		tzif_footer(&new, p + TZIF_HEAD + block,
			    n - TZIF_HEAD - block);
	*z = new;
	return 0;
}

uint64_t clock_now(void)
{
	struct timespec t;

#ifdef __LP64__
	/* libc's looks for the vDSO first, in a kilobyte of text */
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &t);
#else
	clock_gettime(CLOCK_REALTIME, &t);
#endif
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The time of transition i. */
static int64_t tzif_time(const struct clock_zone *z, uint32_t i)
{
	const uint8_t *p = z->times + (size_t)i * z->width;

	if (z->width == 4)
		return (int32_t)be32(p);
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

int32_t clock_offset(const struct clock_zone *z, int64_t t)
{
	uint32_t low = 0, high = z->n;
	uint8_t kind = 0;

	while (low < high) {	/* low: how many transitions are past */
		uint32_t mid = low + (high - low) / 2;

		if (tzif_time(z, mid) <= t)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->n && z->has_rule)
		return rule_offset(&z->rule, t);
	if (low > 0)
		kind = z->kinds[low - 1];
	return kind < z->n_types ? (int32_t)be32(z->types + 6 * kind) : 0;
}

char *clock_date(char *p, const struct clock_zone *z, int64_t t)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t local = t + clock_offset(z, t);
	uint32_t sec;
	struct civil c;

	if (local < 0)
		local = 0;
	sec = (uint32_t)(local % DAY);
	c = civil_day(local / DAY);
	memcpy(p, days + 3 * weekday(local / DAY), 3);
	p[3] = ' ';
	memcpy(p + 4, months + 3 * (c.month - 1), 3);
	p[7] = ' ';
	p += 8;
	if (c.day < 10)
		*p++ = ' ';
	p = text_u32(p, (uint32_t)c.day);
	*p++ = ' ';
	p = text_zeros(p, sec / HOUR, 2);
	*p++ = ':';
	p = text_zeros(p, sec / 60 % 60, 2);
	*p++ = ':';
	p = text_zeros(p, sec % 60, 2);
	*p++ = ' ';
	return text_u64(p, (uint64_t)c.year);
}
