/* SPDX-License-Identifier: MIT */
#include "nl/table.h"

#include <string.h>

/* Text up to its NUL or the end of the payload, bounded by the member. */
static void take_str(char *to, size_t size, const struct nl_attr *a)
{
	size_t n = strnlen((const char *)a->data, a->len);

	if (n > size - 1)
		n = size - 1;
	memcpy(to, a->data, n);
	memset(to + n, 0, size - n);
}

static void take_bits(uint8_t *to, size_t size, const struct nl_attr *a)
{
	size_t n = a->len < size ? a->len : size;

	memcpy(to, a->data, n);
	memset(to + n, 0, size - n);
}

int nl_takes(const struct nl_row *row, const struct nl_attr *a)
{
	switch (row->kind) {
	case NL_U8:
		return a->len >= 1;
	case NL_BE16:
		return a->len >= 2;
	case NL_BE32:
		return a->len >= 4;
	case NL_BE64:
		return a->len >= 8;
	case NL_BYTES:
		return a->len >= row->size;
	case NL_BITS:
		return a->len > 0;
	case NL_STR:
		return 1;
	default:
		return 0;
	}
}

void nl_take(const struct nl_row *row, const struct nl_attr *a, void *at)
{
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (row->kind) {
	case NL_U8:
		*(uint8_t *)at = a->data[0];
		break;
	case NL_BE16:
		v16 = nl_be16(a->data);
		memcpy(at, &v16, sizeof(v16));
		break;
	case NL_BE32:
		v32 = nl_be32(a->data);
		memcpy(at, &v32, sizeof(v32));
		break;
	case NL_BE64:
		v64 = nl_be64(a->data);
		memcpy(at, &v64, sizeof(v64));
		break;
	case NL_BYTES:
		memcpy(at, a->data, row->size);
		break;
	case NL_BITS:
		take_bits(at, row->size, a);
		break;
	case NL_STR:
		take_str(at, row->size, a);
		break;
	default:
		break;
	}
}

int nl_decode(const struct nl_table *t, struct nl_run run, uint32_t want,
	      void *to)
{
	uint32_t *has = to;
	struct nl_attr a;
	int r;

	while ((r = nl_attr_next(&run, &a)) > 0) {
		const struct nl_row *row;
		uint8_t *at;

		if (a.type >= t->n || !(want >> a.type & 1))
			continue;
		row = &t->rows[a.type];
		at = (uint8_t *)to + row->at;
		if (row->kind == NL_NEST) {
			r = nl_decode(row->sub, nl_attr_run(&a), NL_ALL, at);
			if (r < 0)
				return r;
		} else if (nl_takes(row, &a)) {
			nl_take(row, &a, at);
			*has |= row->has;
		}
	}
	return r;
}

static void put_member(const struct nl_row *row, uint16_t type,
		       const uint8_t *at, struct nl_put *m)
{
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (row->kind) {
	case NL_U8:
		nl_put_u8(m, type, *at);
		break;
	case NL_BE16:
		memcpy(&v16, at, sizeof(v16));
		nl_put_be16(m, type, v16);
		break;
	case NL_BE32:
		memcpy(&v32, at, sizeof(v32));
		nl_put_be32(m, type, v32);
		break;
	case NL_BE64:
		memcpy(&v64, at, sizeof(v64));
		nl_put_be64(m, type, v64);
		break;
	case NL_BYTES:
	case NL_BITS:
		nl_put_attr(m, type, at, row->size);
		break;
	case NL_STR:		/* the NUL is mandatory: ctnetlink.md 2.4 */
		nl_put_attr(m, type, at, strlen((const char *)at) + 1);
		break;
	default:
		break;
	}
}

void nl_encode(const struct nl_table *t, const void *from, struct nl_put *m)
{
	uint32_t has;

	memcpy(&has, from, sizeof(has));
	for (uint16_t type = 1; type < t->n; type++) {
		const struct nl_row *row = &t->rows[type];
		const uint8_t *at = (const uint8_t *)from + row->at;

		if (row->kind == NL_HOLE || row->flags & NL_RDONLY)
			continue;
		if (row->kind == NL_NEST) {
			size_t mark = nl_put_nest(m, type);
			size_t inside = m->len;

			nl_encode(row->sub, at, m);
			if (m->len == inside)
				nl_put_nest_cancel(m, mark);
			else
				nl_put_nest_end(m, mark);
		} else if (has & row->has) {
			put_member(row, type, at, m);
		}
	}
}

const char *nl_table_name(const struct nl_table *t, struct nl_run run,
			  size_t off)
{
	const uint8_t *start = run.p;
	struct nl_attr a;

	while (nl_attr_next(&run, &a) > 0) {
		size_t data = (size_t)(a.data - start);
		const struct nl_row *row;

		if (a.type >= t->n || off >= data + a.len)
			continue;
		row = &t->rows[a.type];
		if (off == data - NL_ATTR)
			return row->name;
		if (off < data || row->kind != NL_NEST)
			return NULL;
		return nl_table_name(row->sub, nl_attr_run(&a), off - data);
	}
	return NULL;
}
