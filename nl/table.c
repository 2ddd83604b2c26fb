/* SPDX-License-Identifier: MIT */
#include "nl/table.h"

#include <string.h>

int nl_takes(const struct nl_row *row, const struct nl_attr *a)
{
	switch (row->kind) {
	case NL_HOLE:
	case NL_NEST:
		return 0;
	case NL_BYTES:
		return a->len >= row->size;
	case NL_BITS:
		return a->len > 0;
	case NL_STR:
		return 1;
	default:
		return a->len >= row->kind;
	}
}

void nl_take(const struct nl_row *row, const struct nl_attr *a, void *at)
{
	size_t n = a->len < row->size ? a->len : row->size;

	if (row->kind <= NL_BE64) {
		nl_be_copy(at, a->data, row->kind);
		return;
	}
	if (row->kind == NL_STR) {
		size_t room = row->size - 1u;

		for (n = 0; n < room && n < a->len && a->data[n]; n++)
			;
	}
	memcpy(at, a->data, n);
	memset((uint8_t *)at + n, 0, row->size - n);
}

int nl_decode(const struct nl_row *t, struct nl_run run, uint32_t want,
	      void *to)
{
	uint32_t *has = to;
	struct nl_attr a;
	int r;

	while ((r = nl_attr_next(&run, &a)) > 0) {
		const struct nl_row *row = nl_table_row(t, a.type);
		uint8_t *at = (uint8_t *)to + row->at;

		if (!(want >> (row - t) & 1))
			continue;
		if (row->kind == NL_NEST) {
			r = nl_decode(nl_table_sub(t, row), nl_attr_run(&a),
				      NL_ALL, at);
			if (r < 0)
				return r;
		} else if (nl_takes(row, &a)) {
			nl_take(row, &a, at);
			*has |= 1u << row->bit;
		}
	}
	return r;
}

static void put_nest(const struct nl_row *t, uint16_t type,
		     const void *from, struct nl_put *m)
{
	size_t mark = nl_put_nest(m, type);

	nl_encode(t, from, m);
	if (m->len == mark + NL_ATTR)
		nl_put_nest_cancel(m, mark);
	else
		nl_put_nest_end(m, mark);
}

/* Of a text with its NUL. */
static size_t text_size(const char *s)
{
	size_t n = 1;

	while (s[n - 1])
		n++;
	return n;
}

void nl_encode(const struct nl_row *t, const void *from, struct nl_put *m)
{
	const uint32_t *has = from;

	for (uint16_t type = 1; type < t->size; type++) {
		const struct nl_row *row = t + type;
		const char *at = (const char *)from + row->at;

		if (row->kind == NL_NEST && row->at && !*(const uint32_t *)
						(const void *)at)
			continue;	/* a struct of which nothing is there */
		if (row->kind == NL_NEST)
			put_nest(nl_table_sub(t, row), type, at, m);
		else if (row->rdonly || !(*has >> row->bit & 1))
			continue;
		else if (row->kind == NL_STR)	/* its NUL: ctnetlink.md 2.4 */
			nl_put_attr(m, type, at, text_size(at));
		else if (row->kind > NL_BE64)
			nl_put_attr(m, type, at, row->size);
		else if (row->kind != NL_HOLE)
			nl_put_be(m, type, at, row->kind);
	}
}
