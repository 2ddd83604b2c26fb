/* SPDX-License-Identifier: MIT */
/* What every unit test includes: cmocka, and what cmocka needs before it. */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* The same numbers in every run: a failure can be repeated. */
static inline uint32_t unit_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 32);
}

/* For a test that asks what only glibc says: musl reads other things in it. */
static inline void unit_glibc(void)
{
#ifndef __GLIBC__
	print_message("# not by glibc's words, which are the expected ones\n");
	skip();
#endif
}

#endif
