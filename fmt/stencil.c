/* SPDX-License-Identifier: MIT */
#include "fmt/stencil.h"

#include "fmt/text.h"

#include <string.h>

#define STENCILS	16u	/* kinds of flows that take turns */

int stencil_key(struct stencil_key *k, const struct ct_flow *f)
{
	k->has[0] = f->has;
	k->has[1] = f->dir[CT_ORIG].has;
	k->has[2] = f->dir[CT_REPLY].has;
	k->has[3] = f->counters[CT_ORIG].has;
	k->has[4] = f->counters[CT_REPLY].has;
	k->has[5] = f->info.has;
	k->has[6] = f->times.has;
	k->status = f->has & CT_STATUS ? f->status : 0;
	k->state = f->info.has & CT_ANY_STATE ? f->info.state : 0;
	k->family = f->family;
	k->proto[0] = f->dir[CT_ORIG].proto;
	k->proto[1] = f->dir[CT_REPLY].proto;
	return !(f->helper.has | f->secctx.has |
		 (f->info.has & CT_DCCP_ROLE) |
		 (f->times.has && k->show & FMT_KTIME));
}

struct stencil *stencil_for(const struct stencil_key *k)
{
	static struct stencil stencils[STENCILS];
	const uint32_t sum = k->status + k->state * 7 + k->family * 31 +
			     k->proto[0] * 101 + k->has[3];

	return &stencils[sum * 0x9e3779b1u >> 28];
}

void stencil_hole(struct stencil *s, size_t start, size_t end, size_t from,
		  unsigned kind)
{
	if (s->holes < STENCIL_HOLES)
		s->hole[s->holes] = (struct stencil_hole){
			(uint16_t)start, (uint16_t)end, (uint16_t)from,
			(uint16_t)kind };
	s->holes++;
}

void stencil_learned(struct stencil *s, const struct stencil_key *k,
		     size_t len)
{
	/* the last bytes of the text are for copies in large steps */
	if (s->holes >= STENCIL_HOLES ||
	    len + TEXT_IP6 * s->holes > STENCIL_TEXT - 16)
		return;
	stencil_hole(s, len, len, 0, STENCIL_END);
	s->key = *k;
}

/* Copy n bytes; up to fifteen behind them are written, too. */
static inline char *copy(char *p, const char *from, size_t n)
{
	for (size_t i = 0; i < n; i += 16)
		memcpy(p + i, from + i, 16);
	return p + n;
}

static inline char *put_u64(char *p, const void *at, unsigned quotes)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	quotes = quotes && v >> 53;
	*p = '"';
	p = text_u64(p + quotes, v);
	*p = '"';
	return p + quotes;
}

/* The same key? */
static int same(const struct stencil_key *a, const struct stencil_key *b)
{
	const uint32_t *x = (const uint32_t *)(const void *)a;
	const uint32_t *y = (const uint32_t *)(const void *)b;

	for (unsigned i = 0; i < sizeof(*a) / sizeof(*x); i++)
		if (x[i] != y[i])
			return 0;
	return 1;
}

int stencil_fill(struct out *o, const struct stencil *s,
		 const struct stencil_key *k, const struct ct_flow *f,
		 const struct fmt_how *how)
{
	const struct stencil_hole *h = s->hole;
	const char *text = s->text;
	uint64_t v64;
	uint32_t v32;
	uint16_t v16;
	char *p;

	if (!same(&s->key, k) || o->cap < STENCIL_TEXT)
		return 0;
	if (o->cap - o->len < STENCIL_TEXT)
		out_flush(o);
	if (o->err || o->cap - o->len < STENCIL_TEXT)
		return 0;
	p = o->buf + o->len;

	for (;; h++) {
		const uint8_t *at = (const uint8_t *)f + h->from;

		p = copy(p, text, (size_t)(s->text + h->start - text));
		text = s->text + h->end;
		switch (h->kind) {
		case STENCIL_END:
			out_end(o, p);
			return 1;
		case STENCIL_IP4:
			p = text_ip4(p, at);
			break;
		case STENCIL_U16:
			memcpy(&v16, at, sizeof(v16));
			p = text_u32(p, v16);
			break;
		case STENCIL_U32:
			memcpy(&v32, at, sizeof(v32));
			p = text_u32(p, v32);
			break;
		case STENCIL_U64:
			p = put_u64(p, at, s->key.quotes);
			break;
		case STENCIL_IP6:
			p = text_ip6(p, at);
			break;
		case STENCIL_DELTA:
			p = text_u64(p, fmt_delta(&f->times, how));
			break;
		case STENCIL_TIME:
			memcpy(&v64, at, sizeof(v64));
			p = text_seconds(p, v64);
			break;
		case STENCIL_HEX:
			memcpy(&v16, at, sizeof(v16));
			p = text_hex(text_str(p, "0x"), v16);
			break;
		default:
			p = text_u32(p, *at);
		}
	}
}
