/* SPDX-License-Identifier: MIT */
#include "test/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The end of GUARD_MAX bytes that an unmapped page follows. */
static uint8_t *guard_end(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *p = mmap(NULL, GUARD_MAX + page, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + GUARD_MAX, page, PROT_NONE) < 0)
		abort();
	return p + GUARD_MAX;
}

uint8_t *guard_copy(const void *p, size_t n)
{
	static uint8_t *end;

	if (!end)
		end = guard_end();
	if (n > GUARD_MAX)
		abort();
	if (n)
		memcpy(end - n, p, n);
	return end - n;
}
