/* SPDX-License-Identifier: MIT */
/*
 * Local time without libc's: a reader of TZif files (RFC 9636) and of the
 * rules that POSIX puts into TZ, and dates as ctime(3) prints them.
 */
#ifndef FMT_CLOCK_H
#define FMT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Standard time or summer time, and when it ends, every year. */
struct clock_season {
	int32_t		 offset;	/* seconds east of Greenwich */
	int32_t		 time;		/* of its end: seconds into the day */
	char		 kind;		/* of that day: 'M', 'J', else n */
	uint16_t	 date[3];	/* Mm.w.d; [2] alone: Jn, n */
};

/* A zone. All zeros is UTC. The bytes of a TZif file stay the caller's. */
struct clock_zone {
	const uint8_t		*times;		/* transitions: n numbers */
	const uint8_t		*kinds;		/* n indices into types */
	const uint8_t		*types;		/* six bytes each */
	uint32_t		 n, n_types;
	unsigned		 width;		/* 4 or 8: bytes of a time */
	int			 has_rule;	/* after the last transition */
	struct clock_season	 season[2];	/* standard, summer */
};

/*
 * Read a TZif file of n bytes at p, a NUL behind them; they must stay as long
 * as *z. Returns 0, or -EBADMSG with *z untouched. Leap seconds ("right/"
 * zones) are not counted.
 */
int clock_tzif(struct clock_zone *z, const uint8_t *p, size_t n);

/*
 * Read a POSIX rule, as in TZ=CET-1CEST,M3.5.0,M10.5.0/3, as glibc does: as
 * far as it can be read, numbers modulo 65536, hours of an offset up to 24
 * and the rest up to 59. What is no rule at all is UTC. A rule without
 * changes gets those of the United States since 2007, in every year; glibc
 * knows the years before, when there is a file posixrules.
 */
void clock_posix(struct clock_zone *z, const char *tz);

#define CLOCK_SECOND	1000000000u	/* in nanoseconds */

/* Nanoseconds since 1970, UTC. */
uint64_t clock_now(void);

/* Seconds east of Greenwich at t, in seconds since 1970; below 2^40. */
int32_t clock_offset(const struct clock_zone *z, int64_t t);

/* A time as people write it. */
struct clock_parts {
	uint16_t	 time[3];	/* hour, minute, second */
	uint16_t	 wday;		/* Sunday is 1 */
	uint16_t	 day, month, year;
};

/* The parts of t, in seconds since 1970, in this zone. */
void clock_split(struct clock_parts *d, const struct clock_zone *z, int64_t t);

#define CLOCK_DATE	32	/* longest text of clock_date() */

/* "Sun Nov 22 13:13:16 2026" for t in this zone; see fmt/text.h. */
char *clock_date(char *p, const struct clock_zone *z, int64_t t);

#endif
