/* SPDX-License-Identifier: MIT */
/* The fixtures of test/data, whose form its README tells, in memory. */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#define FIXTURE_SECTIONS	32

struct section {
	char	 name[64];
	char	*text;		/* byte for byte, a NUL behind it */
	uint8_t	*bytes;		/* of a datagram */
	size_t	 n;
};

struct fixture {
	char		 name[64];
	char		*file;
	struct section	 section[FIXTURE_SECTIONS];
	unsigned	 sections;
};

/* All of them, by name. */
extern struct fixture *fixtures;
extern size_t n_fixtures;

/* Read every *.fix of a directory; once. Never fails; it ends the test. */
void fixtures_read(const char *path);

/* The first section of that name; NULL: none. */
const struct section *fixture_find(const struct fixture *f, const char *name);

#endif
