/* SPDX-License-Identifier: MIT */
#include "test/fuzz/judge.h"

#include <stdint.h>
#include <string.h>

#define DEPTH	8u
#define KEYS	64u	/* in an object */

/* Text that is being read. */
struct text {
	const char	*p, *end;
};

/* ----------------------------------------------------------------- utf-8 */

/* The character at t, which moves behind it; -1: none, -2: a broken one. */
static long take_character(struct text *t)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const uint8_t lead = t->p < t->end ? (uint8_t)*t->p : 0;
	unsigned more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
	uint32_t c = more ? lead & (0x3fu >> more) : lead;

	if (t->p == t->end)
		return -1;
	if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4)
		return -2;
	for (unsigned i = 1; i <= more; i++) {
		if (t->p + i == t->end || (t->p[i] & 0xc0) != 0x80)
			return -2;
		c = c << 6 | (t->p[i] & 0x3f);
	}
	t->p += 1 + more;
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return -2;
	return (long)c;
}

int judge_utf8(const char *p, size_t n)
{
	struct text t = { p, p + n };
	long c;

	while ((c = take_character(&t)) >= 0)
		;
	return c == -1;
}

/* ------------------------------------------------------------------ json */

static int at(const struct text *t, char c)
{
	return t->p < t->end && *t->p == c;
}

static int take(struct text *t, char c)
{
	const int found = at(t, c);

	t->p += found;
	return found;
}

static void skip_blanks(struct text *t)
{
	while (at(t, ' ') || at(t, '\n') || at(t, '\t') || at(t, '\r'))
		t->p++;
}

static int is_digit(const struct text *t)
{
	return t->p < t->end && *t->p >= '0' && *t->p <= '9';
}

/* What is behind a backslash. */
static int take_escape(struct text *t)
{
	if (t->p == t->end || !strchr("\"\\/bfnrtu", *t->p))
		return 0;
	if (*t->p++ != 'u')
		return 1;
	for (unsigned i = 0; i < 4; i++, t->p++)
		if (t->p == t->end ||
		    !strchr("0123456789abcdefABCDEF", *t->p) || !*t->p)
			return 0;
	return 1;
}

static int take_string(struct text *t)
{
	long c;

	if (!take(t, '"'))
		return 0;
	while ((c = take_character(t)) >= ' ' && c != '"')
		if (c == '\\' && !take_escape(t))
			return 0;
	return c == '"';
}

static int take_fraction(struct text *t)
{
	if (!take(t, '.'))
		return 1;
	if (!is_digit(t))
		return 0;
	while (is_digit(t))
		t->p++;
	return 1;
}

/* No sign and no exponent: we write none. */
static int take_number(struct text *t)
{
	const uint64_t most = (uint64_t)1 << 53;
	uint64_t v = 0;

	if (take(t, '0'))
		return !is_digit(t) && take_fraction(t);
	if (!is_digit(t))
		return 0;
	while (is_digit(t) && v <= most)
		v = v * 10 + (uint64_t)(*t->p++ - '0');
	return v <= most && take_fraction(t);
}

static int take_value(struct text *t, unsigned depth, long *elements);

/* A key that none of the n before is. */
static int take_key(struct text *t, struct text *keys, unsigned n)
{
	struct text *key = &keys[n];

	key->p = t->p;
	if (n == KEYS || !take_string(t))
		return 0;
	key->end = t->p;
	for (unsigned i = 0; i < n; i++)
		if (key->end - key->p == keys[i].end - keys[i].p &&
		    memcmp(key->p, keys[i].p,
			   (size_t)(key->end - key->p)) == 0)
			return 0;
	skip_blanks(t);
	return take(t, ':');
}

/* An array or, with room for its keys, an object, behind its brace. */
static int take_members(struct text *t, unsigned depth, char close,
			struct text *keys, long *elements)
{
	long inner;

	*elements = 0;
	skip_blanks(t);
	if (take(t, close))
		return 1;
	do {
		skip_blanks(t);
		if (keys && !take_key(t, keys, (unsigned)*elements))
			return 0;
		if (!take_value(t, depth, &inner))
			return 0;
		++*elements;
		skip_blanks(t);
	} while (take(t, ','));
	return take(t, close);
}

static int take_word(struct text *t, const char *word)
{
	const size_t n = strlen(word);

	if ((size_t)(t->end - t->p) < n || memcmp(t->p, word, n) != 0)
		return 0;
	t->p += n;
	return 1;
}

static int take_value(struct text *t, unsigned depth, long *elements)
{
	struct text keys[KEYS + 1];
	long members;

	*elements = 1;
	skip_blanks(t);
	if (depth == DEPTH)
		return 0;
	if (take(t, '{'))
		return take_members(t, depth + 1, '}', keys, &members);
	if (take(t, '['))
		return take_members(t, depth + 1, ']', NULL, elements);
	if (at(t, '"'))
		return take_string(t);
	return take_word(t, "true") || take_word(t, "false") ||
	       take_word(t, "null") || take_number(t);
}

long judge_json(const char *p, size_t n)
{
	struct text t = { p, p + n };
	long elements;

	if (!take_value(&t, 0, &elements))
		return -1;
	skip_blanks(&t);
	return t.p == t.end ? elements : -1;
}

long judge_json_lines(const char *p, size_t n)
{
	const char *end = p + n;
	long lines = 0;

	for (; p < end; lines++) {
		const char *line = p;

		p = memchr(p, '\n', (size_t)(end - p));
		if (!p || judge_json(line, (size_t)(p - line)) < 0)
			return -1;
		p++;
	}
	return lines;
}

/* ------------------------------------------------------------------- xml */

static int is_name(const struct text *t)
{
	const char c = t->p < t->end ? *t->p : ' ';

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static struct text take_name(struct text *t)
{
	struct text name = { t->p, t->p };

	while (is_name(t))
		t->p++;
	name.end = t->p;
	return name;
}

/* Text as far as the stop: characters and references. */
static int take_text(struct text *t, char stop)
{
	while (t->p < t->end && !at(t, stop)) {
		long c = take_character(t);

		if (c < 0 || c == '<' || c == 0xfffe || c == 0xffff ||
		    (c < ' ' && c != '\t' && c != '\n'))
			return 0;
		if (c != '&')
			continue;
		if (take(t, '#'))
			take(t, 'x');
		while (t->p < t->end && strchr("0123456789abcdef", *t->p) &&
		       *t->p)
			t->p++;
		if (!take(t, ';'))
			return 0;
	}
	return 1;
}

/* name="text", each behind a blank. */
static int take_attributes(struct text *t)
{
	while (take(t, ' ')) {
		struct text name = take_name(t);

		if (name.p == name.end || !take(t, '=') || !take(t, '"') ||
		    !take_text(t, '"') || !take(t, '"'))
			return 0;
	}
	return 1;
}

static int is(const struct text *name, const char *p, size_t n)
{
	return (size_t)(name->end - name->p) == n &&
	       memcmp(name->p, p, n) == 0;
}

/* A tag, behind its <. */
static int take_tag(struct text *t, struct text *open, unsigned *depth)
{
	const int close = take(t, '/');
	struct text name = take_name(t);

	if (name.p == name.end)
		return 0;
	if (close) {
		if (*depth == 0)
			return 0;
		--*depth;
		return is(&name, open[*depth].p,
			  (size_t)(open[*depth].end - open[*depth].p)) &&
		       take(t, '>');
	}
	if (*depth == DEPTH || !take_attributes(t))
		return 0;
	open[*depth] = name;
	*depth += !take(t, '/');
	return take(t, '>');
}

long judge_xml(const char *p, size_t n, const char *element)
{
	struct text t = { p, p + n }, name, open[DEPTH + 1];
	unsigned depth = 0;
	long elements = 0;

	take_word(&t, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
	while (t.p < t.end) {
		if (!take(&t, '<')) {
			if (!take_text(&t, '<'))
				return -1;
			continue;
		}
		name = (struct text){ t.p, t.end };
		name = take_name(&name);
		elements += is(&name, element, strlen(element));
		if (!take_tag(&t, open, &depth))
			return -1;
	}
	return depth == 0 ? elements : -1;
}

/* ----------------------------------------------------------------- lines */

long judge_lines(const char *p, size_t n)
{
	long lines = 0;

	if (n > 0 && p[n - 1] != '\n')
		return -1;
	for (size_t i = 0; i < n; i++) {
		if ((uint8_t)p[i] < ' ' && p[i] != '\n' && p[i] != '\t')
			return -1;
		lines += p[i] == '\n';
	}
	return lines;
}
