/* SPDX-License-Identifier: MIT */
/*
 * Values as text. Every function writes at p, which the caller knows to have
 * room, and returns the place behind what it wrote; none writes a NUL, none
 * can fail. The longest text of each is given.
 */
#ifndef FMT_TEXT_H
#define FMT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEXT_U32	10
#define TEXT_U64	20
#define TEXT_IP4	15
#define TEXT_IP6	45

/* A word, byte by byte. */
char *text_word(char *p, const char *s);

/*
 * A word. Inline so that a literal, whose length the compiler knows, becomes
 * a move or two: a listing writes some fifteen of them a flow.
 */
__attribute__((always_inline))
static inline char *text_str(char *p, const char *s)
{
	if (!__builtin_constant_p(strlen(s)))
		return text_word(p, s);
	memcpy(p, s, strlen(s));
	return p + strlen(s);
}

/*
 * Decimal: TEXT_U32 and TEXT_U64 characters at most. One behind a TEXT_U32 is
 * written, too.
 */
char *text_u32(char *p, uint32_t v);
char *text_u64(char *p, uint64_t v);

/* Decimal; with quotes, in quotes when it has more than 53 bits. */
char *text_number(char *p, uint64_t v, int quotes);

/* Decimal with leading zeros, width digits. */
char *text_zeros(char *p, uint32_t v, unsigned width);

/* Nanoseconds as seconds with six decimals: 18 characters at most. */
char *text_seconds(char *p, uint64_t ns);

/* Hexadecimal, lower case, no prefix: 8 characters at most. */
char *text_hex(char *p, uint32_t v);

/* An IPv4 address of four bytes: TEXT_IP4. */
char *text_ip4(char *p, const uint8_t *a);

/*
 * An IPv6 address of sixteen bytes, TEXT_IP6, in the form of glibc's
 * inet_ntop: RFC 5952, but the last 32 bits are a dotted quad for
 * ::ffff:0:0/96 and whenever exactly the first six groups are zero.
 */
char *text_ip6(char *p, const uint8_t *a);

#endif
