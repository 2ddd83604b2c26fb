/* SPDX-License-Identifier: MIT */
#include "ct/label.h"

#include "ct/flow.h"

#include <string.h>

static int is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int is_name(char c)
{
	char low = (char)(c | 0x20);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == ' ';
}

static int digit(char c)
{
	char low = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
}

/* A number in C syntax. Returns how many characters it took, 0: none. */
static size_t take_number(const char *s, size_t n, unsigned *v)
{
	int base = 10;
	size_t i = 0;

	if (n > 0 && s[0] == '0')
		base = 8;
	if (n > 2 && s[0] == '0' && (s[1] | 0x20) == 'x' && digit(s[2]) < 16) {
		base = 16;
		i = 2;
	}
	*v = 0;
	for (; i < n && digit(s[i]) < base; i++)
		if (*v < CT_LABEL_MAX)	/* enough to be out of range */
			*v = *v * (unsigned)base + (unsigned)digit(s[i]);
	return i;
}

static void take_line(struct ct_label_map *map, const char *s, size_t n)
{
	unsigned bit;
	size_t used;

	if (n > 0 && s[0] == '#')
		return;
	while (n > 0 && is_blank(*s))
		s++, n--;
	used = take_number(s, n, &bit);
	if (used == 0 || used == n || !is_blank(s[used]) ||
	    bit >= CT_LABEL_MAX || map->bit[bit].name)
		return;
	s += used;
	n -= used;
	while (n > 0 && is_blank(*s))
		s++, n--;
	while (n > 0 && (is_blank(s[n - 1]) || s[n - 1] == '\r'))
		n--;
	for (size_t i = 0; i < n; i++)
		if (!is_name(s[i]))
			return;
	if (n == 0 || n > UINT16_MAX || ct_label_find(map, s, n) >= 0)
		return;
	map->bit[bit].name = s;
	map->bit[bit].len = (uint16_t)n;
	map->count++;
}

void ct_label_parse(struct ct_label_map *map, const char *text, size_t n)
{
	memset(map, 0, sizeof(*map));
	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t len = end ? (size_t)(end - text) : n;

		take_line(map, text, len);
		if (!end)
			break;
		text += len + 1;
		n -= len + 1;
	}
}

int ct_label_find(const struct ct_label_map *map, const char *name,
		  size_t len)
{
	for (unsigned i = 0; i < CT_LABEL_MAX; i++)
		if (map->bit[i].name && map->bit[i].len == len &&
		    memcmp(map->bit[i].name, name, len) == 0)
			return (int)i;
	return -1;
}

int ct_label_test(const uint8_t *labels, unsigned n)
{
	const unsigned bits = 8 * sizeof(unsigned long);
	unsigned long word;

	if (n >= 8 * CT_LABEL_BYTES)
		return 0;
	memcpy(&word, labels + n / bits * sizeof(word), sizeof(word));
	return word >> n % bits & 1;
}
