/* SPDX-License-Identifier: MIT */
/*
 * Local time without libc's: a reader of TZif files (RFC 9636) and of the
 * rules that POSIX puts into TZ, and dates as ctime(3) prints them.
 */
#ifndef FMT_CLOCK_H
#define FMT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* When the clock is put forward or back, every year. */
struct clock_change {
	char		 kind;		/* 'M', 'J' or 'n', as in POSIX */
	int16_t		 month, week;	/* M: 1..12, 1..5 */
	int16_t		 day;		/* M: 0..6; J: 1..365; n: 0..365 */
	int32_t		 time;		/* seconds into the day, local */
};

/* std, and with dst a second offset between two changes a year. */
struct clock_rule {
	int32_t			 std, dst;	/* seconds east of Greenwich */
	int			 has_dst;
	struct clock_change	 to_dst, to_std;
};

/* A zone. All zeros is UTC. The bytes of a TZif file stay the caller's. */
struct clock_zone {
	const uint8_t		*times;		/* transitions: n numbers */
	const uint8_t		*kinds;		/* n indices into types */
	const uint8_t		*types;		/* six bytes each */
	uint32_t		 n, n_types;
	unsigned		 width;		/* 4 or 8: bytes of a time */
	int			 has_rule;	/* after the last transition */
	struct clock_rule	 rule;
};

/*
 * Read a TZif file of n bytes at p, which must stay as long as *z. Returns
 * 0, or -EBADMSG with *z untouched. Leap seconds ("right/" zones) are not
 * counted.
 */
int clock_tzif(struct clock_zone *z, const uint8_t *p, size_t n);

/*
 * Read a POSIX rule, as in TZ=CET-1CEST,M3.5.0,M10.5.0/3. Without the changes
 * those of the United States hold, as in glibc. Returns 0, or -EINVAL with *z
 * untouched.
 */
int clock_posix(struct clock_zone *z, const char *tz);

/* Nanoseconds since 1970, UTC. */
uint64_t clock_now(void);

/* Seconds east of Greenwich at t, in seconds since 1970. */
int32_t clock_offset(const struct clock_zone *z, int64_t t);

#define CLOCK_DATE	32	/* longest text of clock_date() */

/* "Sun Nov 22 13:13:16 2026" for t in this zone; see fmt/text.h. */
char *clock_date(char *p, const struct clock_zone *z, int64_t t);

#endif
