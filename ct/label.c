/* SPDX-License-Identifier: MIT */
#include "ct/label.h"

#include "ct/flow.h"
#include "ct/names.h"

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

static const char *skip_blanks(const char *s)
{
	while (is_blank(*s))
		s++;
	return s;
}

/* A line that is no label, as a comment is, leaves no trace. */
static void take_line(struct ct_label_map *map, const char *s, const char *end)
{
	uint32_t bit;
	size_t n;

	s = skip_blanks(s);
	if (ct_number(&s, 0, CT_LABEL_MAX - 1, &bit) < 0 || !is_blank(*s) ||
	    map->bit[bit].name)
		return;
	s = skip_blanks(s);
	while (end > s && (is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	for (const char *p = s; p < end; p++)
		if (!is_name(*p))
			return;
	n = (size_t)(end - s);
	if (n == 0 || n > UINT16_MAX || ct_label_find(map, s, n) >= 0)
		return;
	map->bit[bit].name = s;
	map->bit[bit].len = (uint16_t)n;
	map->count++;
}

void ct_label_parse(struct ct_label_map *map, const char *text, size_t n)
{
	const char *end = text + n;

	memset(map, 0, sizeof(*map));
	while (text < end) {
		const char *line = text;

		while (text < end && *text != '\n')
			text++;
		take_line(map, line, text);
		text += text < end;
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
