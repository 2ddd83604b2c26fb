/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target is one function; a replay of files
 * calls it, or the engine does.
 */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * One input. Returns 0; what must not happen aborts. The same input does the
 * same in every run.
 */
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define FUZZ_SANITIZED
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define FUZZ_SANITIZED
#endif

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* The longest input that means anything: the rest is cut off. */
#define FUZZ_MAX	16384u

/*
 * A copy of n bytes, FUZZ_ROOM at most, behind which no byte can be read:
 * memory of its own where the address sanitizer looks, else before an
 * unmapped page. Good until the next one for the same place.
 */
enum fuzz_place { FUZZ_INPUT, FUZZ_COPY, FUZZ_PLACES };

#define FUZZ_ROOM	65536u

uint8_t *fuzz_exact(enum fuzz_place place, const void *p, size_t n);

/* The fact does not hold: say so, and abort. */
void fuzz_check(int holds, const char *fact);

/* An input that is read bit by bit; at its end there are zeros. */
struct fuzz_in {
	const uint8_t	*p;
	size_t		 left;
};

uint8_t fuzz_u8(struct fuzz_in *in);
uint32_t fuzz_u32(struct fuzz_in *in);

/* The next n bytes, or as many as are left. */
struct fuzz_in fuzz_bytes(struct fuzz_in *in, size_t n);

/* The bytes before the next such one, which is passed over; or all. */
struct fuzz_in fuzz_until(struct fuzz_in *in, uint8_t stop);

#endif
