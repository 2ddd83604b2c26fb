/* SPDX-License-Identifier: MIT */
#include "cli/pattern.h"

#include "cli/change.h"
#include "cli/value.h"
#include "nl/attr.h"

#include <string.h>
#include <sys/socket.h>

#define PATTERNS	16u

static struct pattern {
	unsigned	 len;		/* of the text; 0: none yet */
	char		 text[PATTERN_TEXT];
	struct cli_req	 req;
} patterns[PATTERNS];

static unsigned latest;		/* the one that fitted last */

/* A decimal number as everybody writes it. Returns what is behind, or NULL. */
static const char *take_number(const char *s, uint32_t max, uint32_t *v)
{
	const char *p = s;
	uint64_t sum = 0;
	uint8_t digit;

	while ((digit = (uint8_t)(*p - '0')) < 10) {
		sum = sum * 10 + digit;
		p++;
	}
	*v = (uint32_t)sum;
	return p == s || p - s > 10 || sum > max || (*s == '0' && p - s > 1) ?
	       NULL : p;
}

static const char *take_ip4(const char *s, uint8_t *to)
{
	uint32_t octet;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0 && *s++ != '.')
			return NULL;
		s = take_number(s, 255, &octet);
		if (!s)
			return NULL;
		to[i] = (uint8_t)octet;
	}
	return s;
}

static const char *take_ip6(const char *s, struct ct_addr *to)
{
	size_t n = 0;

	while (n < 46 && s[n] > ' ' && s[n] != ']')
		n++;
	return value_addr(s, n, to) == AF_INET6 ? s + n : NULL;
}

/* A value like that of the pattern, to the same member. */
static const char *take(const char *s, const struct cli_value *like,
			struct cli_req *q)
{
	char *to = (char *)q + like->at;
	uint32_t v;

	if (like->size == CLI_IP4)
		return take_ip4(s, (uint8_t *)to);
	if (like->size == CLI_IP6)
		return take_ip6(s, (struct ct_addr *)(void *)to);
	s = take_number(s, UINT32_MAX >> (32 - 8 * like->size), &v);
	value_store(to, like->size, v);
	return s;
}

/*
 * The same n bytes? Up to three more are looked at, and do not count: in
 * memory, they come after the others.
 */
static int same(const char *a, const char *b, size_t n)
{
	const int little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	for (; n > 0; a += 4, b += 4, n -= 4) {
		uint32_t x = nl_host32((const uint8_t *)a) ^
			     nl_host32((const uint8_t *)b);

		if (n < 4) {
			n = 32 - 8 * n;
			x = little ? x << n : x >> n;
			n = 4;
		}
		if (x != 0)
			return 0;
	}
	return 1;
}

/* What is behind a line like the pattern, or NULL: it is none. */
__attribute__((noinline)) static const char *fit(struct pattern *p, const char *s)
{
	struct cli_req *q = &p->req;
	const char *text = p->text;
	const struct cli_value *v = q->value, *end = v + q->values;
	size_t n;

	for (; s && v < end; v++) {
		n = (size_t)(v->arg - text);
		if (!same(s, text, n))
			return NULL;
		text += n + v->len;
		s = take(s + n, v, q);
	}
	n = (size_t)(p->text + p->len - text);
	return s && same(s, text, n) ? s + n : NULL;
}

struct cli_req *pattern_find(const char *s, const char *end, size_t *n)
{
	for (unsigned i = 0; i < PATTERNS; i++) {
		struct pattern *p = &patterns[(latest + i) % PATTERNS];
		const char *behind = p->len ? fit(p, s) : NULL;

		if (!behind || behind > end)
			continue;
		latest = (unsigned)(p - patterns);
		*n = (size_t)(behind - s);
		change_settle(&p->req);
		return &p->req;
	}
	return NULL;
}

void pattern_learn(const char *raw, size_t n, const char *words,
		   const struct cli_req *q)
{
	static unsigned next;
	struct pattern *p = &patterns[next];
	struct cli_value *v = p->req.value;
	const char *behind;

	if (!(q->cmd & (CMD_CREATE | CMD_ADD)) || q->warns > 0 ||
	    q->values > CLI_VALUES || n - 1 >= PATTERN_TEXT ||
	    raw[n - 1] != '\n')
		return;
	for (size_t i = 0; i < n; i++)
		if (raw[i] != words[i] && (words[i] || raw[i] > ' '))
			return;
	p->len = 0;
	memcpy(&p->req, q, offsetof(struct cli_req, unless));
	memcpy(p->text, raw, n);
	for (; v < p->req.value + p->req.values; v++) {
		behind = take(v->arg, v, &p->req);
		if (!behind || (*behind > '/' && *behind != ':' &&
				*behind != ']'))
			return;		/* written in another way */
		v->len = (uint16_t)(behind - v->arg);
		v->arg = p->text + (v->arg - words);
	}
	p->len = (unsigned)n;
	next = (next + 1) % PATTERNS;
}
