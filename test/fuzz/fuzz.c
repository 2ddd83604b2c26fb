/* SPDX-License-Identifier: MIT */
#include "test/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef FUZZ_SANITIZED
uint8_t *fuzz_exact(enum fuzz_place place, const void *p, size_t n)
{
	static uint8_t *last[FUZZ_PLACES];

	free(last[place]);
	last[place] = malloc(n > 0 ? n : 1);
	if (!last[place])
		abort();
	if (n == 0)	/* not even that one */
		return last[place] + 1;
	memcpy(last[place], p, n);
	return last[place];
}
#else
static uint8_t *guarded(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *p = mmap(NULL, FUZZ_ROOM + page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + FUZZ_ROOM, page, PROT_NONE) < 0)
		abort();
	return p + FUZZ_ROOM;
}

uint8_t *fuzz_exact(enum fuzz_place place, const void *p, size_t n)
{
	static uint8_t *end[FUZZ_PLACES];

	if (!end[place])
		end[place] = guarded();
	if (n > FUZZ_ROOM)
		abort();
	if (n > 0)
		memcpy(end[place] - n, p, n);
	return end[place] - n;
}
#endif

void fuzz_check(int holds, const char *fact)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", fact);
	fflush(stderr);
	abort();
}

uint8_t fuzz_u8(struct fuzz_in *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

/* As a little-endian machine has it: inputs are the same everywhere. */
uint32_t fuzz_u32(struct fuzz_in *in)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 4; i++)
		v |= (uint32_t)fuzz_u8(in) << 8 * i;
	return v;
}

struct fuzz_in fuzz_bytes(struct fuzz_in *in, size_t n)
{
	struct fuzz_in bytes = { in->p, n < in->left ? n : in->left };

	in->p += bytes.left;
	in->left -= bytes.left;
	return bytes;
}

struct fuzz_in fuzz_until(struct fuzz_in *in, uint8_t stop)
{
	struct fuzz_in bytes = { in->p, 0 };

	while (in->left > 0 && fuzz_u8(in) != stop)
		bytes.left++;
	return bytes;
}
