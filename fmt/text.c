/* SPDX-License-Identifier: MIT */
#include "fmt/text.h"

char *text_pad(char *p, const char *s, size_t width)
{
	char *end = text_str(p, s);

	while (end < p + width)
		*end++ = ' ';
	return end;
}

static const char digits2[200] =
	"00010203040506070809" "10111213141516171819"
	"20212223242526272829" "30313233343536373839"
	"40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879"
	"80818283848586878889" "90919293949596979899";

char *text_u32(char *p, uint32_t v)
{
	char digits[TEXT_U32];
	char *end = digits + sizeof(digits);
	char *d = end;

	for (; v >= 100; v /= 100) {
		d -= 2;
		memcpy(d, digits2 + v % 100 * 2, 2);
	}
	d -= 2;
	memcpy(d, digits2 + v * 2, 2);
	if (v < 10)
		d++;
	while (d < end)
		*p++ = *d++;
	return p;
}

char *text_u64(char *p, uint64_t v)
{
	const uint32_t nine = 1000000000;

	if (v <= UINT32_MAX)
		return text_u32(p, (uint32_t)v);
	p = text_u64(p, v / nine);
	return text_zeros(p, (uint32_t)(v % nine), 9);
}

char *text_zeros(char *p, uint32_t v, unsigned width)
{
	for (unsigned i = width; i > 0; i--) {
		p[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	return p + width;
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

static char *octet(char *p, unsigned v)
{
	if (v >= 100) {
		*p++ = (char)('0' + v / 100);
		v %= 100;
		*p++ = digits2[v * 2];
		*p++ = digits2[v * 2 + 1];
		return p;
	}
	if (v >= 10)
		*p++ = digits2[v * 2];
	*p++ = digits2[v * 2 + 1];
	return p;
}

char *text_ip4(char *p, const uint8_t *a)
{
	p = octet(p, a[0]);
	for (int i = 1; i < 4; i++) {
		*p++ = '.';
		p = octet(p, a[i]);
	}
	return p;
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
