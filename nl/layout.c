/* SPDX-License-Identifier: MIT */
#include "nl/layout.h"

#define STRANGERS_MAX	4u	/* then the newcomer's layout is learned */

/* Only of what is learned: not in line. */
__attribute__((noinline))
static enum nl_move move_of(const struct nl_row *row, const struct nl_attr *a)
{
	if (!nl_takes(row, a))
		return NL_MOVE_NOTHING;
	if (row->kind <= NL_BE64)
		return (enum nl_move)row->kind;
	if (row->kind == NL_BYTES && row->size == 2)
		return NL_MOVE_2;
	if (row->kind == NL_BYTES && row->size == 4)
		return NL_MOVE_4;
	if (row->kind == NL_BYTES && row->size == 16)
		return NL_MOVE_16;
	return NL_MOVE_BY_ROW;
}

/*
 * Put a step behind those of its move. Returns 0 when there is no room, or
 * when a later move has the member already: the last value is what counts.
 */
static int note_step(struct nl_layout *l, enum nl_move move,
		     struct nl_step step)
{
	struct nl_step *s = l->end[NL_MOVES - 1];

	if (move == NL_MOVE_NOTHING)
		return 1;
	if (s == l->step + NL_LAYOUT_STEPS)
		return 0;
	for (; s > l->end[move]; s--) {
		if (s[-1].at == step.at)
			return 0;
		*s = s[-1];
	}
	*s = step;
	for (unsigned m = move; m < NL_MOVES; m++)
		l->end[m]++;
	return 1;
}

/*
 * Note the attributes of a run that begins at p, of the table, and where
 * they went: into the struct at an offset in the decoded one. Returns 0 when
 * the layout has no room for them.
 */
static int learn(struct nl_layout *l, const struct nl_row *t,
		 struct nl_run run, const uint8_t *p, size_t base)
{
	struct nl_attr a;

	while (nl_attr_next(&run, &a) > 0) {
		const struct nl_row *row = nl_table_row(t, a.type);
		size_t off = (size_t)(a.data - p);
		size_t at = base + row->at;

		memcpy(l->head + off - NL_ATTR, a.data - NL_ATTR, NL_ATTR);
		memset(l->mask + off - NL_ATTR, 0xff, NL_ATTR);
		if (!note_step(l, move_of(row, &a), (struct nl_step){
				(uint16_t)off, (uint16_t)at, row }))
			return 0;
		if (row->kind == NL_NEST && !learn(l, nl_table_sub(t, row),
				nl_attr_run(&a), p, at))
			return 0;
	}
	return 1;
}

/*
 * Note every presence word, also those of nests that are not there. Returns
 * 0 when there is no room.
 */
static int note_presence(struct nl_layout *l, const struct nl_row *t,
			 const uint8_t *decoded, size_t base)
{
	const uint32_t bits = nl_host32(decoded + base);
	struct nl_presence *to = &l->has[l->n_has];

	if (l->n_has++ == NL_LAYOUT_HAS)
		return 0;
	if (bits) {	/* these stand in front */
		*to = l->has[l->n_set];
		to = &l->has[l->n_set++];
	}
	*to = (struct nl_presence){ (uint32_t)base, bits };
	for (const struct nl_row *row = t + 1; row < t + t->size; row++)
		if (row->kind == NL_NEST && row->at > 0 &&
		    !note_presence(l, nl_table_sub(t, row), decoded,
				   base + row->at))
			return 0;
	return 1;
}

/* The value at p to its member. */
typedef void take(uint8_t *at, const uint8_t *p, const struct nl_row *row);

static void take_u8(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	(void)row;
	*at = *p;
}

static void take_be16(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	uint16_t v = nl_be16(p);

	(void)row;
	memcpy(at, &v, sizeof(v));
}

static void take_be32(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	uint32_t v = nl_be32(p);

	(void)row;
	memcpy(at, &v, sizeof(v));
}

static void take_be64(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	uint64_t v = nl_be64(p);

	(void)row;
	memcpy(at, &v, sizeof(v));
}

static void take_2(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	(void)row;
	memcpy(at, p, 2);
}

static void take_4(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	(void)row;
	memcpy(at, p, 4);
}

static void take_16(uint8_t *at, const uint8_t *p, const struct nl_row *row)
{
	(void)row;
	memcpy(at, p, 16);
}

static void take_by_row(uint8_t *at, const uint8_t *p,
			const struct nl_row *row)
{
	struct nl_attr a = {
		.len = (uint16_t)(nl_host16(p - NL_ATTR) - NL_ATTR),
		.data = p,
	};

	nl_take(row, &a, at);
}

/* The steps of one move. Inline, so that each move is a short loop. */
__attribute__((always_inline))
static inline void each(const struct nl_layout *l, enum nl_move move,
			const uint8_t *run, uint8_t *to, take *one)
{
	const struct nl_step *s = l->end[move - 1], *end = l->end[move];

	if (s < end)
		do
			one(to + s->at, run + s->off, s->row);
		while (++s < end);
}

/* Take the run's values by the list. */
__attribute__((noinline))
static void replay(const struct nl_layout *l, const uint8_t *run, uint8_t *to)
{
	each(l, NL_MOVE_U8, run, to, take_u8);
	each(l, NL_MOVE_BE16, run, to, take_be16);
	each(l, NL_MOVE_BE32, run, to, take_be32);
	each(l, NL_MOVE_BE64, run, to, take_be64);
	each(l, NL_MOVE_2, run, to, take_2);
	each(l, NL_MOVE_4, run, to, take_4);
	each(l, NL_MOVE_16, run, to, take_16);
	each(l, NL_MOVE_BY_ROW, run, to, take_by_row);
	for (unsigned i = 0; i < l->n_set; i++)
		memcpy(to + l->has[i].at, &l->has[i].bits, sizeof(uint32_t));
}

/* Sixteen bytes at a time, where the machine can. */
typedef uint64_t block __attribute__((vector_size(16)));

/* What differs from the picture in sixteen bytes of the run. */
static inline block stranger(const struct nl_layout *l, const uint8_t *run,
			     size_t at)
{
	block b, mask, head;

	memcpy(&b, run + at, sizeof(b));
	memcpy(&mask, l->mask + at, sizeof(mask));
	memcpy(&head, l->head + at, sizeof(head));
	return (b & mask) ^ head;
}

/* Has the run, of l->left bytes, every header where the layout has it? */
static int same_shape(const struct nl_layout *l, const uint8_t *run)
{
	const size_t last = l->left - sizeof(block);
	block differ = { 0 };
	size_t i = 0;

	do
		differ |= stranger(l, run, i);
	while ((i += sizeof(block)) < last);
	differ |= stranger(l, run, last);
	return (differ[0] | differ[1]) == 0;
}

/* Learn the shape of a run, and of what was decoded from it or is it. */
__attribute__((cold, noinline))
static void relearn(struct nl_layout *l, const struct nl_row *t,
		    struct nl_run run, const void *decoded)
{
	if (l->left > 0 && ++l->strangers < STRANGERS_MAX)
		return;
	memset(l, 0, sizeof(*l));
	for (unsigned m = 0; m < NL_MOVES; m++)
		l->end[m] = l->step;
	if (run.left >= sizeof(block) && run.left <= NL_LAYOUT_BYTES &&
	    learn(l, t, run, run.p, 0) && note_presence(l, t, decoded, 0))
		l->left = run.left;
}

int nl_layout_decode(struct nl_layouts *ls, const struct nl_row *t,
		     struct nl_run run, void *to)
{
	struct nl_layout *l = &ls->slot[run.left / 4 % NL_LAYOUTS];
	int r;

	if (run.left > 0 && l->left == run.left && same_shape(l, run.p)) {
		replay(l, run.p, to);
		l->strangers = 0;
		return 0;
	}
	r = nl_decode(t, run, NL_ALL, to);
	if (r == 0)
		relearn(l, t, run, to);
	return r;
}

/* Have both the same in every presence word that was noted? */
static int same_presence(const struct nl_layout *l, const uint8_t *from)
{
	unsigned i = l->n_has;

	while (i > 0 && nl_host32(from + l->has[i - 1].at) == l->has[i - 1].bits)
		i--;
	return i == 0;
}

void nl_layout_encode(struct nl_layout *l, const struct nl_row *t,
		      const void *from, struct nl_put *m)
{
	uint8_t *run = m->buf + m->len;
	const size_t len = m->len;
	const struct nl_step *s = l->step;
	const uint8_t *at;

	if (l->left == 0 || m->err || l->left > m->cap - len ||
	    !same_presence(l, from)) {
		nl_encode(t, from, m);
		if (m->err)
			return;
		relearn(l, t, (struct nl_run){ run, m->len - len }, from);
		if (l->end[NL_MOVE_BY_ROW] > l->end[NL_MOVE_16])
			l->left = 0;
		return;
	}
	memcpy(run, l->head, l->left);
	m->len += l->left;
	for (; s < l->end[NL_MOVE_BE64]; s++)
		nl_be_copy(run + s->off, (const uint8_t *)from + s->at,
			   s->row->kind);
	for (; s < l->end[NL_MOVE_16]; s++) {
		at = (const uint8_t *)from + s->at;
		for (unsigned i = 0; i < s->row->size; i++)
			run[s->off + i] = at[i];
	}
}
