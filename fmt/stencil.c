/* SPDX-License-Identifier: MIT */
#include "fmt/stencil.h"

#include "fmt/text.h"

#include <string.h>

/* A key has whole ones: a pointer is in it. */
struct word {
	unsigned long	 v;
} __attribute__((may_alias));

#define STENCILS	16u	/* kinds of flows that take turns */

int stencil_key(struct stencil_key *k, const struct ct_flow *f)
{
	k->has = f->has;
	k->orig_has = f->dir[CT_ORIG].has;
	k->reply_has = f->dir[CT_REPLY].has;
	k->info_has = f->info.has;
	k->counters_has = f->counters[CT_ORIG].has |
			  f->counters[CT_REPLY].has << 8 | f->times.has << 16;
	k->status = f->has & CT_STATUS ? f->status : 0;
	k->state = f->info.has & CT_ANY_STATE ? f->info.state : 0;
	k->family = f->family;
	k->proto[0] = f->dir[CT_ORIG].proto;
	k->proto[1] = f->dir[CT_REPLY].proto;
	return !(f->helper.has | f->secctx.has |
		 (f->info.has & CT_DCCP_ROLE) |
		 (f->times.has && k->show & FMT_KTIME));
}

/* The same key? */
static int same(const struct stencil_key *a, const struct stencil_key *b)
{
	const struct word *x = (const void *)a, *y = (const void *)b;

	for (unsigned i = 0; i < sizeof(*a) / sizeof(*x); i++)
		if (x[i].v != y[i].v)
			return 0;
	return 1;
}

/* The stencil with the key, or one that has none any more. */
static struct stencil *find(const struct stencil_key *k)
{
	static struct stencil stencils[STENCILS];
	static unsigned latest, oldest;
	struct stencil *s;

	for (unsigned i = 0; i < STENCILS; i++) {
		s = &stencils[(latest + i) % STENCILS];
		if (same(&s->key, k)) {
			latest += i;
			return s;
		}
	}
	s = &stencils[oldest++ % STENCILS];
	s->key.script = NULL;
	return s;
}

void stencil_hole(struct stencil *s, size_t start, size_t end, size_t from,
		  unsigned kind)
{
	if (s->holes < STENCIL_HOLES)
		s->hole[s->holes] = (struct stencil_hole){
			(uint16_t)(start - s->last),
			(uint16_t)(end - s->last),
			(uint16_t)from, (uint16_t)kind };
	s->last = end;
	s->holes++;
}

void stencil_learn(struct stencil *s, const struct stencil_key *k,
		   const struct out *o)
{
	const size_t len = o->len - s->start;

	/* the last bytes of the text are for copies in large steps */
	if (o->err || o->cap - s->start < STENCIL_TEXT + OUT_ROOM ||
	    s->holes >= STENCIL_HOLES ||
	    len > STENCIL_TEXT - 16 - TEXT_IP6 * s->holes)
		return;
	stencil_hole(s, o->len, o->len, 0, STENCIL_END);
	memcpy(s->text, o->buf + s->start, len);
	s->key = *k;
}

/* Sixteen bytes in one move, where the machine can. */
typedef uint64_t block __attribute__((vector_size(16)));

/* Copy n bytes; up to sixteen behind them are written, too. */
static inline char *copy(char *p, const char *from, size_t n)
{
	size_t i = 0;
	block b;

	do {
		memcpy(&b, from + i, sizeof(b));
		memcpy(p + i, &b, sizeof(b));
		i += sizeof(b);
	} while (i < n);
	return p + n;
}

/* A number of up to four bytes; what follows in memory is read, too. */
static inline uint32_t small_number(const uint8_t *at, unsigned kind)
{
	const unsigned rest = 8 * kind;
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
	       v << rest >> rest : v >> rest;
}

struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how)
{
	struct stencil *s = find(k);
	const struct stencil_hole *h = s->hole;
	const char *text = s->text;
	uint64_t v64;
	char *p;

	/* in one piece: as long as such a text may be, and a script's room */
	if (o->cap - o->len < STENCIL_TEXT + OUT_ROOM)
		out_flush(o);
	s->start = s->last = o->len;
	if (!s->key.script || o->err ||
	    o->cap - o->len < STENCIL_TEXT + OUT_ROOM) {
		s->key.script = NULL;
		s->holes = 0;
		return s;
	}
	p = o->buf + o->len;
	for (;; h++) {
		const uint8_t *at = (const uint8_t *)f + h->from;

		p = copy(p, text, h->before);
		text += h->step;
		if (h->kind == STENCIL_IP4) {
			p = text_ip4(p, at);
			continue;
		}
		if (h->kind <= STENCIL_U8) {
			p = text_u32(p, small_number(at, h->kind));
			continue;
		}
		memcpy(&v64, at, sizeof(v64));
		switch (h->kind) {
		case STENCIL_END:
			out_end(o, p);
			return NULL;
		case STENCIL_U64:
			p = text_number(p, v64, k->quotes);
			break;
		case STENCIL_IP6:
			p = text_ip6(p, at);
			break;
		case STENCIL_DELTA:
			p = text_u64(p, fmt_delta(&f->times, how));
			break;
		case STENCIL_TIME:
			p = text_seconds(p, v64);
			break;
		default:
			p = text_hex(text_str(p, "0x"),
				     small_number(at, STENCIL_U16));
		}
	}
}
