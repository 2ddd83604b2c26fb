/* SPDX-License-Identifier: MIT */
#include "fmt/clock.h"

#include "ct/names.h"
#include "fmt/text.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DAY	86400
#define HOUR	3600

/*
 * Days from 1970-01-01 to the first of a month; 13 is the next January.
 * Counted in years that begin in March, so that a leap day comes last.
 */
static int month_start(int year, int month)
{
	if (month < 3) {
		month += 12;
		year--;
	}
	return 365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * month - 457) / 5 - 719468;
}

/* The year of a day since 1970. */
static int year_of(int days)
{
	int year = 1970 + days / 366;	/* never too late */

	while (month_start(year, 13) <= days)
		year++;
	return year;
}

/* Sunday is 0; 1970-01-01 was a Thursday. */
static int weekday(int days)
{
	return (days + 4) % 7;
}

/* The day on which a season ends in a year, from 1970-01-01. */
static int last_day(const struct clock_season *s, int year)
{
	int first = month_start(year, 1);
	int day = s->date[2];
	int next;

	if (s->kind == 'J') {	/* 29 February is never counted */
		int leap = month_start(year, 3) - first == 60;

		return first + day - 1 + (leap && day >= 60);
	}
	if (s->kind != 'M')
		return first + day;
	first = month_start(year, s->date[0]);
	next = month_start(year, s->date[0] + 1);
	day += first - weekday(first);
	if (day < first)
		day += 7;
	for (int week = 1; week < s->date[1] && day + 7 < next; week++)
		day += 7;	/* week 5 is the last one */
	return day;
}

/* When a season ends in a year, in seconds since 1970. */
__attribute__((noinline))	/* smaller */
static int64_t season_end(const struct clock_season *s, int year)
{
	return (int64_t)last_day(s, year) * DAY + s->time - s->offset;
}

static int32_t season_offset(const struct clock_season *s, int64_t t)
{
	int year = year_of((int)(t / DAY));
	int64_t to_dst = season_end(&s[0], year);
	int64_t to_std = season_end(&s[1], year);
	int dst = to_dst > to_std;	/* in January: south of the equator */

	return s[dst ^ (t >= to_dst) ^ (t >= to_std)].offset;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A rule in a file ends with its line. */
static int is_end(int c)
{
	return c == '\0' || c == '\n';
}

static int is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number as scanf reads it: blanks, a sign, digits. Returns 0: none. */
static int take_number(const char **s, unsigned *v)
{
	const char *p = *s;
	int negative;
	unsigned sum = 0;

	while (is_blank(*p))
		p++;
	negative = *p == '-';
	if (negative || *p == '+')
		p++;
	if (!is_digit(*p))
		return 0;
	while (is_digit(*p))
		sum = sum * 10 + (unsigned)(*p++ - '0');
	*v = negative ? -sum : sum;
	*s = p;
	return 1;
}

/*
 * Up to three numbers of 16 bits with a separator between them. Returns how
 * many there are; v keeps the rest.
 */
static int take_numbers(const char **s, char separator, uint16_t *v)
{
	const char *p = *s;
	unsigned number;
	int n = 0;

	while (n < 3 && take_number(&p, &number)) {
		v[n++] = (uint16_t)number;
		*s = p;
		if (*p++ != separator)
			break;
	}
	return n;
}

/* The abbreviation of a zone: letters; between < and >, also digits, + and -. */
static int skip_name(const char **s)
{
	const int quoted = **s == '<';
	const char *name = *s + quoted;
	const char *p = name;

	while (((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') ||
	       (quoted && (is_digit(*p) || *p == '+' || *p == '-')))
		p++;
	if (p - name < 3 || (quoted && *p != '>'))
		return 0;
	*s = p + quoted;
	return 1;
}

/*
 * hh[:mm[:ss]] in seconds, or their negative. Returns how many numbers there
 * are; without any *t is what it was, or the negative of it. Strict: more
 * than the most of an offset is the most.
 */
static int take_time(const char **s, int negative, int strict, int32_t *t)
{
	static const uint8_t most[] = { 24, 59, 59 };
	uint16_t hms[3] = { 0 };
	int n = take_numbers(s, ':', hms);
	int32_t sum = 0;

	for (int i = 0; i < 3; i++) {
		if (strict && hms[i] > most[i])
			hms[i] = most[i];
		sum = sum * 60 + hms[i];
	}
	if (n == 0)
		sum = *t;
	*t = negative ? -sum : sum;
	return n;
}

/* [+-] and a time west of Greenwich. */
static int take_offset(const char **s, int32_t *offset)
{
	int east = **s == '-';

	if (east || **s == '+')
		++*s;
	return take_time(s, !east, 1, offset);
}

/* Mm.w.d, Jn or n. */
static int take_day(const char **s, struct clock_season *e)
{
	uint32_t day;

	e->kind = **s;
	if (e->kind == 'M' || e->kind == 'J')
		++*s;
	if (e->kind == 'M')
		return take_numbers(s, '.', e->date) == 3 &&
		       e->date[0] - 1u < 12 && e->date[1] - 1u < 5 &&
		       e->date[2] < 7;
	if (ct_number(s, 10, 365, &day) < 0 || day < (e->kind == 'J'))
		return 0;
	e->date[2] = (uint16_t)day;
	return 1;
}

/* A day, and /time, which is 02:00 otherwise. Nothing at all: the usual. */
static int take_end(const char **s, struct clock_season *e, const char *usual)
{
	if (**s == ',')
		++*s;
	if (is_end(**s))
		*s = usual;
	if (!take_day(s, e))
		return 0;
	if (**s == '/' && !is_end((*s)[1])) {
		int negative = *++*s == '-';

		*s += negative;
		e->time = 2 * HOUR;
		take_time(s, negative, 0, &e->time);
	} else if (is_end(**s) || **s == ',') {
		e->time = 2 * HOUR;
	} else {
		return 0;
	}
	return 1;
}

/* Both seasons, all zeros before; what cannot be read stays so. */
static void take_rule(struct clock_season *season, const char *s)
{
	struct clock_season *std = &season[0], *dst = &season[1];

	if (!skip_name(&s) || is_blank(*s) || !take_offset(&s, &std->offset))
		return;
	if (is_end(*s)) {
		dst->offset = std->offset;
		return;
	}
	if (skip_name(&s) && !take_offset(&s, &dst->offset))
		dst->offset = std->offset + HOUR;
	if (take_end(&s, std, "M3.2.0"))
		take_end(&s, dst, "M11.1.0");
}

void clock_posix(struct clock_zone *z, const char *tz)
{
	*z = (struct clock_zone){ .has_rule = 1 };
	take_rule(z->season, tz);
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

#define TZIF_HEAD	44u

/* Header and data at p. Returns the length of both, or 0 if they are none. */
static size_t tzif_block(struct clock_zone *z, const uint8_t *p, size_t n)
{
	const unsigned width = z->width;
	/* of what the header counts: one of isut, isstd, leap, time, type, char */
	const unsigned size[] = { 1, 1, width + 4, width + 1, 6, 1 };
	uint64_t len = TZIF_HEAD;

	if (n < TZIF_HEAD || memcmp(p, "TZif", 4) != 0)
		return 0;
	for (unsigned i = 0; i < 6; i++)
		len += (uint64_t)be32(p + 20 + 4 * i) * size[i];
	z->n = be32(p + 32);
	z->n_types = be32(p + 36);
	z->times = p + TZIF_HEAD;
	z->kinds = z->times + (size_t)z->n * width;
	z->types = z->kinds + z->n;
	return len <= n ? (size_t)len : 0;
}

int clock_tzif(struct clock_zone *z, const uint8_t *p, size_t n)
{
	struct clock_zone new = { .width = 4 };
	size_t len = tzif_block(&new, p, n);

	if (len > 0 && p[4] >= '2') {	/* the same again, 64-bit times */
		p += len;
		n -= len;
		new.width = 8;
		len = tzif_block(&new, p, n);
		p += len;	/* and a rule between two newlines */
		new.has_rule = len < n && *p == '\n' && !is_end(p[1]);
		if (new.has_rule)
			take_rule(new.season, (const char *)p + 1);
	}
	if (len == 0 || new.n_types == 0)
		return -EBADMSG;
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
	return (uint64_t)t.tv_sec * CLOCK_SECOND + (uint64_t)t.tv_nsec;
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
	uint32_t past = z->n;	/* transitions; most lie behind us */
	uint32_t kind = 0;

	while (past > 0 && tzif_time(z, past - 1) > t)
		past--;
	if (past == z->n && z->has_rule)
		return season_offset(z->season, t);
	if (past > 0)
		kind = z->kinds[past - 1];
	return kind < z->n_types ? (int32_t)be32(z->types + 6 * kind) : 0;
}

/* "Sun " */
static char *put_name(char *p, const char *names, int i)
{
	memcpy(p, names + 3 * i, 3);
	p[3] = ' ';
	return p + 4;
}

void clock_split(struct clock_parts *d, const struct clock_zone *z, int64_t t)
{
	int64_t local = t + clock_offset(z, t);
	int month = 1;
	int days, second, year;

	if (local < 0)
		local = 0;
	days = (int)(local / DAY);
	second = (int)(local % DAY);
	year = year_of(days);
	while (month_start(year, month + 1) <= days)
		month++;
	d->time[0] = (uint16_t)(second / HOUR);
	d->time[1] = (uint16_t)(second / 60 % 60);
	d->time[2] = (uint16_t)(second % 60);
	d->wday = (uint16_t)(weekday(days) + 1);
	d->day = (uint16_t)(days - month_start(year, month) + 1);
	d->month = (uint16_t)month;
	d->year = (uint16_t)year;
}

char *clock_date(char *p, const struct clock_zone *z, int64_t t)
{
	struct clock_parts d;

	clock_split(&d, z, t);
	p = put_name(p, "SunMonTueWedThuFriSat", d.wday - 1);
	p = put_name(p, "JanFebMarAprMayJunJulAugSepOctNovDec", d.month - 1);
	if (d.day < 10)
		*p++ = ' ';
	p = text_u32(p, d.day);
	for (const uint16_t *unit = d.time; unit < d.time + 3; unit++) {
		*p++ = unit == d.time ? ' ' : ':';
		p = text_zeros(p, *unit, 2);
	}
	*p++ = ' ';
	return text_u32(p, d.year);
}
