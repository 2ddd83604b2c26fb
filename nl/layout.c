/* SPDX-License-Identifier: MIT */
#include "nl/layout.h"

#define STRANGERS_MAX	4u	/* then the newcomer's layout is learned */

enum move {
	MOVE_NOTHING,	/* a nest, or nothing of ours: the header matters */
	MOVE_U8,
	MOVE_BE16,
	MOVE_BE32,
	MOVE_BE64,
	MOVE_4,		/* bytes as they are */
	MOVE_16,
	MOVE_BY_ROW,	/* the rest: nl_take() */
};

__attribute__((cold))
static enum move move_of(const struct nl_row *row, const struct nl_attr *a)
{
	if (!nl_takes(row, a))
		return MOVE_NOTHING;
	switch (row->kind) {
	case NL_U8:
		return MOVE_U8;
	case NL_BE16:
		return MOVE_BE16;
	case NL_BE32:
		return MOVE_BE32;
	case NL_BE64:
		return MOVE_BE64;
	case NL_BYTES:
		if (row->size == 4)
			return MOVE_4;
		return row->size == 16 ? MOVE_16 : MOVE_BY_ROW;
	default:
		return MOVE_BY_ROW;
	}
}

/* Note that a bit of the presence word at an offset is set. */
__attribute__((cold))
static int note_has(struct nl_layout *l, uint32_t at, uint32_t bits)
{
	unsigned i = 0;

	while (i < l->n_has && l->has[i].at != at)
		i++;
	if (i == NL_LAYOUT_HAS)
		return 0;
	if (i == l->n_has) {
		l->has[l->n_has].at = at;
		l->has[l->n_has++].bits = 0;
	}
	l->has[i].bits |= bits;
	return 1;
}

/*
 * Note the attributes of a run that begins at p, of the table, for a struct
 * at offset base. Returns 0 when the layout has no room for them or they
 * are damaged.
 */
__attribute__((cold))
static int learn(struct nl_layout *l, const struct nl_table *t,
		 struct nl_run run, const uint8_t *p, size_t base)
{
	static const struct nl_row hole;
	struct nl_attr a;
	int r;

	while ((r = nl_attr_next(&run, &a)) > 0) {
		const struct nl_row *row = a.type < t->n ? &t->rows[a.type]
							 : &hole;
		size_t off = (size_t)(a.data - NL_ATTR - p);
		enum move move = move_of(row, &a);

		if (l->n_steps == NL_LAYOUT_STEPS || off > UINT16_MAX)
			return 0;
		l->step[l->n_steps++] = (struct nl_step){
			.head = nl_host32(p + off),
			.off = (uint16_t)off,
			.at = (uint16_t)(base + row->at),
			.kind = move,
			.row = row,
		};
		if (row->kind == NL_NEST && !learn(l, nl_table_sub(t, row),
				nl_attr_run(&a), p, base + row->at))
			return 0;
		if (move != MOVE_NOTHING &&
		    !note_has(l, (uint32_t)base, 1u << row->bit))
			return 0;
	}
	return r == 0;
}

/* Take the run's values by the list. Returns 0 when it has another shape. */
static int replay(const struct nl_layout *l, const uint8_t *run, uint8_t *to)
{
	const struct nl_step *end = l->step + l->n_steps;

	for (const struct nl_step *s = l->step; s < end; s++) {
		const uint8_t *p = run + s->off;
		uint8_t *at = to + s->at;
		struct nl_attr a;
		uint16_t v16;
		uint32_t v32;
		uint64_t v64;

		if (nl_host32(p) != s->head)
			return 0;
		p += NL_ATTR;
		switch (s->kind) {
		case MOVE_U8:
			*at = *p;
			break;
		case MOVE_BE16:
			v16 = nl_be16(p);
			memcpy(at, &v16, sizeof(v16));
			break;
		case MOVE_BE32:
			v32 = nl_be32(p);
			memcpy(at, &v32, sizeof(v32));
			break;
		case MOVE_BE64:
			v64 = nl_be64(p);
			memcpy(at, &v64, sizeof(v64));
			break;
		case MOVE_4:
			memcpy(at, p, 4);
			break;
		case MOVE_16:
			memcpy(at, p, 16);
			break;
		case MOVE_BY_ROW:
			a.len = (uint16_t)(nl_host16(p - NL_ATTR) - NL_ATTR);
			a.data = p;
			nl_take(s->row, &a, at);
			break;
		default:
			break;
		}
	}
	for (unsigned i = 0; i < l->n_has; i++) {
		uint32_t has;

		memcpy(&has, to + l->has[i].at, sizeof(has));
		has |= l->has[i].bits;
		memcpy(to + l->has[i].at, &has, sizeof(has));
	}
	return 1;
}

int nl_layout_decode(struct nl_layouts *ls, const struct nl_table *t,
		     struct nl_run run, void *to)
{
	struct nl_layout *l = &ls->slot[run.left / 4 % NL_LAYOUTS];

	if (run.left > 0 && l->left == run.left && replay(l, run.p, to)) {
		l->strangers = 0;
		return 0;
	}
	if (l->left == 0 || ++l->strangers >= STRANGERS_MAX) {
		l->n_steps = l->n_has = 0;
		l->strangers = 0;
		l->left = learn(l, t, run, run.p, 0) ? run.left : 0;
	}
	return nl_decode(t, run, NL_ALL, to);
}
