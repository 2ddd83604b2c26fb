/* SPDX-License-Identifier: MIT */
/* Buffers that end where memory ends: one byte too far is a SIGSEGV. */
#ifndef TEST_GUARD_H
#define TEST_GUARD_H

#include <stddef.h>
#include <stdint.h>

#define GUARD_MAX	65536u

/*
 * n bytes, at most GUARD_MAX, copied before an unmapped page. There is one
 * place only: the next call overwrites it. Never fails; it ends the test.
 */
uint8_t *guard_copy(const void *p, size_t n);

#endif
