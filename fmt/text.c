/* SPDX-License-Identifier: MIT */
#include "fmt/text.h"

char *text_word(char *p, const char *s)
{
	while (*s)
		*p++ = *s++;
	return p;
}

/* The text of every octet, and how long it is. */
static struct octet {
	char	text[3];
	uint8_t	len;
} octets[256];

__attribute__((cold, noinline))
static void fill_octets(void)
{
	char digits[] = "000  ";	/* and room to copy three */

	for (unsigned v = 0; v < 256; v++) {
		struct octet *o = &octets[v];
		char *last = &digits[2];

		o->len = v < 10 ? 1 : v < 100 ? 2 : 3;
		memcpy(o->text, digits + 3 - o->len, sizeof(o->text));
		while (++*last > '9')
			*last-- = '0';
	}
}

/* Two digits before text that is in a register as it will be in memory. */
static inline uint64_t two_before(uint64_t text, uint32_t v)
{
	uint16_t two;

	memcpy(&two, octets[100 + v].text + 1, sizeof(two));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
	       text << 16 | two : text >> 16 | (uint64_t)two << 48;
}

/* Eight bytes behind the first one to three digits are written in any case. */
char *text_u32(char *p, uint32_t v)
{
	uint64_t rest = 0;
	unsigned n = 0;

	if (octets[0].len == 0)
		fill_octets();
	for (; v >= 256; n += 2) {
		/* v / 100, which the compiler, told to be small, would divide */
		const uint32_t high = (uint32_t)(v * 0x51eb851full >> 37);

		rest = two_before(rest, v - 100 * high);
		v = high;
	}
	memcpy(p, &octets[v], sizeof(octets[v]));	/* one move */
	p += octets[v].len;
	memcpy(p, &rest, sizeof(rest));
	return p + n;
}

char *text_u64(char *p, uint64_t v)
{
	const uint32_t nine = 1000000000;

	if (v <= UINT32_MAX)
		return text_u32(p, (uint32_t)v);
	p = text_u64(p, v / nine);
	return text_zeros(p, (uint32_t)(v % nine), 9);
}

char *text_number(char *p, uint64_t v, int quotes)
{
	quotes = quotes && v >> 53;
	*p = '"';
	p = text_u64(p + quotes, v);
	*p = '"';
	return p + quotes;
}

char *text_zeros(char *p, uint32_t v, unsigned width)
{
	for (unsigned i = width; i > 0; i--) {
		p[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + width;
}

char *text_seconds(char *p, uint64_t ns)
{
	const uint32_t second = 1000000000;

	p = text_u64(p, ns / second);
	*p++ = '.';
	return text_zeros(p, (uint32_t)(ns % second) / 1000, 6);
}

char *text_hex(char *p, uint32_t v)
{
	int shift = 28;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 15];
	return p;
}

char *text_ip4(char *p, const uint8_t *a)
{
	if (octets[0].len == 0)
		fill_octets();
#pragma GCC unroll 4
	for (int i = 0; i < 4; i++) {
		const struct octet *o = &octets[a[i]];

		memcpy(p, o, sizeof(*o));	/* one move; the dot ... */
		p += o->len;
		*p++ = '.';			/* ... covers the length */
	}
	return p - 1;
}

/* The first longest run of two or more zero groups: its start and length. */
static int zero_run(const uint16_t *g, int *len)
{
	int best = -1;

	*len = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > *len) {
			best = i;
			*len = n;
		}
		i += n;
	}
	return best;
}

char *text_ip6(char *p, const uint8_t *a)
{
	uint16_t g[8];
	int len, at;

	for (int i = 0; i < 8; i++)
		g[i] = (uint16_t)(a[2 * i] << 8 | a[2 * i + 1]);
	at = zero_run(g, &len);
	for (int i = 0; i < 8; i++) {
		if (i == at) {
			p = text_str(p, "::");
			i += len - 1;
			continue;
		}
		if (i > 0 && i != at + len)
			*p++ = ':';
		if (i == 6 && at == 0 &&
		    (len == 6 || (len == 5 && g[5] == 0xffff)))
			return text_ip4(p, a + 12);
		p = text_hex(p, g[i]);
	}
	return p;
}
