/* SPDX-License-Identifier: MIT */
/*
 * One word to one value. Each returns 0, or -EINVAL with the outputs as they
 * were. compat.md 1.4; what upstream takes unchecked is refused (its 8.2).
 */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include "ct/filter.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A number from 0 to max, with leading blanks and plus sign: decimal with
 * base 10; with base 0 in C syntax, 0 for octal and 0x for hexadecimal.
 */
int value_number(const char *s, unsigned base, uint32_t max, uint32_t *v);

/* A number that fits to a member of 1, 2 or 4 bytes. */
void value_store(void *to, unsigned size, uint32_t v);

/* NUMBER[/NUMBER]; without the second the mask is all ones. */
int value_mark(const char *s, uint32_t *mark, uint32_t *mask);

/*
 * An address of n characters: IPv4 as inet_aton(3) takes it, or IPv6. Only
 * the first 45 characters are looked at. Returns AF_INET, AF_INET6 or
 * -EINVAL; then *a holds anything.
 */
int value_addr(const char *s, size_t n, struct ct_addr *a);

/* The mask of a prefix of bits, decimal; max is 32 or 128. */
int value_prefix(const char *s, unsigned max, struct ct_addr *mask,
		 unsigned *bits);

/* The mask of so many bits, at most 128. */
void value_mask(struct ct_addr *mask, unsigned bits);

/* How many characters stand before the first stop, or before the end. */
size_t value_end(const char *s, char stop);

/* What follows the first n characters of start in s; NULL: not these. */
const char *value_after(const char *s, const char *start, size_t n);

/*
 * Does word, of n characters, abbreviate name, in any letter case? The empty
 * word abbreviates nothing.
 */
int value_abbreviates(const char *word, size_t n, const char *name);

#endif
