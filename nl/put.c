/* SPDX-License-Identifier: MIT */
#include "nl/put.h"

#include "nl/attr.h"

void nl_put_init(struct nl_put *m, void *buf, size_t cap)
{
	*m = (struct nl_put){ .buf = buf, .cap = cap };
}

/* What is put is short, and its place aligned: words, not calls. */
void nl_put_raw(struct nl_put *m, const void *from, size_t n)
{
	const uint8_t *p = from;
	uint32_t word;

	if (m->err)
		return;
	if (n > m->cap || nl_align(n) > m->cap - m->len) {
		m->err = -EMSGSIZE;
		return;
	}
	for (; n >= sizeof(word); n -= sizeof(word), p += sizeof(word)) {
		memcpy(m->buf + m->len, p, sizeof(word));
		m->len += sizeof(word);
	}
	if (n == 0)
		return;
	word = 0;
	while (n-- > 0)
		((uint8_t *)&word)[n] = p[n];
	memcpy(m->buf + m->len, &word, sizeof(word));
	m->len += sizeof(word);
}

void nl_put_over(struct nl_put *m, size_t at, const void *p, size_t n)
{
	if (!m->err)
		memcpy(m->buf + at, p, n);
}

void nl_put_attr(struct nl_put *m, uint16_t type, const void *p, size_t n)
{
	struct nlattr h = {
		.nla_len = (uint16_t)(NL_ATTR + n), .nla_type = type,
	};

	if (n > UINT16_MAX - NL_ATTR && !m->err)
		m->err = -EMSGSIZE;
	nl_put_raw(m, &h, sizeof(h));
	nl_put_raw(m, p, n);
}

void nl_put_be(struct nl_put *m, uint16_t type, const void *p, size_t n)
{
	uint8_t b[8];

	nl_be_copy(b, p, n);
	nl_put_attr(m, type, b, n);
}

void nl_put_be16(struct nl_put *m, uint16_t type, uint16_t v)
{
	nl_put_be(m, type, &v, sizeof(v));
}

void nl_put_be32(struct nl_put *m, uint16_t type, uint32_t v)
{
	nl_put_be(m, type, &v, sizeof(v));
}

void nl_put_host32(struct nl_put *m, uint16_t type, uint32_t v)
{
	nl_put_attr(m, type, &v, sizeof(v));
}

size_t nl_put_nest(struct nl_put *m, uint16_t type)
{
	size_t mark = m->len;

	nl_put_attr(m, (uint16_t)(type | NLA_F_NESTED), "", 0);
	return mark;
}

void nl_put_nest_end(struct nl_put *m, size_t mark)
{
	size_t n = m->len - mark;
	uint16_t len = (uint16_t)n;

	if (n > UINT16_MAX && !m->err)
		m->err = -EMSGSIZE;
	nl_put_over(m, mark + offsetof(struct nlattr, nla_len), &len,
		    sizeof(len));
}

void nl_put_nest_cancel(struct nl_put *m, size_t mark)
{
	if (!m->err)
		m->len = mark;
}
