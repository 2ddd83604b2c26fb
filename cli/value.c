/* SPDX-License-Identifier: MIT */
#include "cli/value.h"

#include "ct/names.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static int is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static int take_number(const char **s, unsigned base, uint32_t max,
		       uint32_t *v)
{
	while (is_blank(**s))
		++*s;
	if (**s == '+')
		++*s;
	return ct_number(s, base, max, v);
}

int value_number(const char *s, unsigned base, uint32_t max, uint32_t *v)
{
	uint32_t n;

	if (take_number(&s, base, max, &n) < 0 || *s != '\0')
		return -EINVAL;
	*v = n;
	return 0;
}

/* Smaller when not in line. */
__attribute__((noinline))
void value_store(void *to, unsigned size, uint32_t v)
{
	if (size == sizeof(uint8_t))
		*(uint8_t *)to = (uint8_t)v;
	else if (size == sizeof(uint16_t))
		*(uint16_t *)to = (uint16_t)v;
	else
		*(uint32_t *)to = v;
}

int value_mark(const char *s, uint32_t *mark, uint32_t *mask)
{
	uint32_t v, m = UINT32_MAX;

	if (take_number(&s, 0, UINT32_MAX, &v) < 0)
		return -EINVAL;
	if (*s == '/' && value_number(s + 1, 0, UINT32_MAX, &m) < 0)
		return -EINVAL;
	if (*s != '/' && *s != '\0')
		return -EINVAL;
	*mark = v;
	*mask = m;
	return 0;
}

/*
 * One to four parts in C syntax, the last one filling what is left of the
 * 32 bits; a blank ends the text. Strict, as at the end of an IPv6 address:
 * four decimal octets and nothing else.
 */
static int take_ip4(const char *s, int strict, uint8_t *b)
{
	uint32_t v;
	int n = 0;

	for (;; s++) {
		if (strict && *s == '0' && s[1] >= '0' && s[1] <= '9')
			return -EINVAL;
		if (ct_number(&s, strict ? 10 : 0, UINT32_MAX, &v) < 0)
			return -EINVAL;
		if (*s != '.')
			break;
		if (n == 3 || v > 255)
			return -EINVAL;
		b[n++] = (uint8_t)v;
	}
	if (strict ? n < 3 || *s != '\0' : *s != '\0' && !is_blank(*s))
		return -EINVAL;
	for (int i = 3; i >= n; i--, v >>= 8)
		b[i] = (uint8_t)v;
	return v ? -EINVAL : 0;
}

/* RFC 4291, section 2.2. */
static int take_ip6(const char *s, uint8_t *b)
{
	int n = 0;	/* bytes so far */
	int gap = -1;	/* where "::" stands */

	memset(b, 0, 16);
	if (s[0] == ':' && *++s != ':')
		return -EINVAL;
	while (*s != '\0') {
		const char *start = s;
		uint32_t v;

		if (*s == ':') {
			if (gap >= 0)
				return -EINVAL;
			gap = n;
			s++;
			continue;
		}
		if (n == 16 || ct_number(&s, 16, 0xffff, &v) < 0 ||
		    s - start > 4)
			return -EINVAL;
		if (*s == '.') {
			if (n > 12 || take_ip4(start, 1, b + n) < 0)
				return -EINVAL;
			n += 4;
			break;
		}
		b[n++] = (uint8_t)(v >> 8);
		b[n++] = (uint8_t)v;
		if ((*s == ':' && *++s == '\0') || (*s != '\0' && s[-1] != ':'))
			return -EINVAL;
	}
	if (gap >= 0 ? n == 16 : n != 16)
		return -EINVAL;
	if (gap >= 0) {
		for (int i = 1; i <= n - gap; i++)
			b[16 - i] = b[n - i];
		memset(b + gap, 0, (size_t)(16 - n));
	}
	return 0;
}

int value_addr(const char *s, size_t n, struct ct_addr *a)
{
	char word[46];

	if (n > sizeof(word) - 1)
		n = sizeof(word) - 1;
	memcpy(word, s, n);
	word[n] = '\0';
	memset(a, 0, sizeof(*a));
	if (take_ip4(word, 0, a->b) == 0)
		return AF_INET;
	return take_ip6(word, a->b) == 0 ? AF_INET6 : -EINVAL;
}

void value_mask(struct ct_addr *mask, unsigned bits)
{
	memset(mask, 0, sizeof(*mask));
	while (bits-- > 0)
		mask->b[bits / 8] |= (uint8_t)(0x80 >> bits % 8);
}

int value_prefix(const char *s, unsigned max, struct ct_addr *mask,
		 unsigned *bits)
{
	if (value_number(s, 10, max, bits) < 0)
		return -EINVAL;
	value_mask(mask, *bits);
	return 0;
}

size_t value_end(const char *s, char stop)
{
	size_t n = 0;

	while (s[n] && s[n] != stop)
		n++;
	return n;
}

const char *value_after(const char *s, const char *start, size_t n)
{
	for (; n > 0; n--)
		if (!*s || *s++ != *start++)
			return NULL;
	return s;
}

int value_abbreviates(const char *word, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (lower(word[i]) != lower(name[i]) || name[i] == '\0')
			return 0;
	return n > 0;
}
