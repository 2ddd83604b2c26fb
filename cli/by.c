/* SPDX-License-Identifier: MIT */
#include "cli/by.h"

#include "cli/near.h"
#include "cli/opts.h"
#include "cli/tally.h"
#include "cli/value.h"
#include "fmt/script.h"
#include "fmt/text.h"

#include <errno.h>
#include <string.h>

/* Addresses come first. */
const char by_keys[] =
	"src\0" RAW S_SRC END "\0"
	"dst\0" RAW S_DST END "\0"
	"sport\0" RAW S_SPORT END "\0"
	"dport\0" RAW S_DPORT END "\0"
	"proto\0" WHEN S_NAMED RAW S_PROTO FI
		  WHEN S_UNNAMED RAW S_PROTO_NUMBER FI END "\0"
	"state\0" RAW S_STATE RAW S_STATE_WORD END "\0"
	"mark\0" RAW S_MARK END "\0"
	"zone\0" RAW S_ZONE END "\0"
	"status\0" RAW S_STATUS END "\0"
	"helper\0" RAW S_HELPER END "\0"
	"label\0" RAW S_LABELS END "\0";

#define ADDRESSES	2u	/* keys that may have bits */
#define ENDS		4u	/* keys that the reply has, too */

static const char reply[] = "reply-";

int by_find(struct cli_by *by, const char *word, size_t n)
{
	const char *name = value_after(word, reply, sizeof(reply) - 1);
	const char *end = word + n, *rest = NULL;
	struct cli_by k = { .reply = name != NULL };
	uint32_t bits = 128;
	unsigned row = 0;

	name = name ? name : word;
	for (k.name = by_keys; *k.name; k.name = cli_part(k.name, 2), row++) {
		rest = value_after(name, k.name, value_end(k.name, '\0'));
		if (rest && (rest == end || *rest == '/'))
			break;
		rest = NULL;
	}
	if (!rest || (k.reply && row >= ENDS))
		return -EINVAL;
	if (rest < end) {
		rest++;
		if (row >= ADDRESSES ||
		    ct_number(&rest, 10, 128, &bits) < 0 || rest != end)
			return -EINVAL;
	}
	value_mask(&k.mask, bits);
	k.bits = (uint8_t)bits;
	k.end = row & 1;
	*by = k;
	return 0;
}

void by_near(struct cli_req *q, const char *word, size_t n)
{
	for (const char *name = by_keys; *name; name = cli_part(name, 2))
		near_name(q, word, n, name);
}

static struct tally tally;
static int counted;		/* packets and bytes, of any of them */
static char key_buf[81920];	/* all labels there may be, by a whole map's names */

/* A value by its name; one that is not there is a dash, or in JSON nothing. */
__attribute__((noinline))	/* smaller */
static void put_key(struct out *o, struct view *v,
		    const struct cli_by *by, int json)
{
	const size_t before = o->len;
	char *p = text_str(out_room(o), json ? ",\"" : " ");
	size_t start;

	p = by->reply ? text_str(p, reply) : p;
	p = text_str(text_str(p, by->name), json ? "\":" : "=");
	out_end(o, p);
	start = o->len;
	view_dir(v, by->reply);
	script_run(o, v, cli_part(by->name, 1));
	if (o->len == start) {
		o->len = json ? before : start;
		out_str(o, json ? "" : "-");
	} else if (by->bits < (v->tuples->has & CT_SRC4 ? 32 : 128)) {
		o->len -= (size_t)json;		/* in the quotes */
		out_char(o, '/');
		out_end(o, text_u32(out_room(o), by->bits));
		out_str(o, json ? "\"" : "");
	}
}

/* Of an address some bits count: the rest is cleared, for good. */
__attribute__((noinline))	/* smaller */
static void mask(struct ct_flow *f, const struct cli_by *by)
{
	uint8_t *at = f->dir[by->reply].addr[by->end].b;

	for (unsigned i = 0; by->bits < 128 && i < sizeof(by->mask); i++)
		at[i] &= by->mask.b[i];
}

int by_add(struct job *j)
{
	const struct ct_counters *c = j->flow.counters;
	const int json = j->fmt != &fmt_plain;
	struct out key = { .buf = key_buf, .cap = sizeof(key_buf), .fd = -1 };
	struct view v;
	uint64_t packets = 0, bytes = 0;

	view_flow(&v, json ? SCRIPT_JSON : SCRIPT_BY, &j->flow, &j->how);
	for (unsigned i = 0; i < j->q->bys; i++) {
		mask(&j->flow, &j->q->by[i]);
		put_key(&key, &v, &j->q->by[i], json);
	}
	for (unsigned dir = CT_ORIG; dir <= CT_REPLY; dir++) {
		if (c[dir].has != (CT_PACKETS | CT_BYTES))
			continue;
		counted = 1;
		packets += c[dir].packets;
		bytes += c[dir].bytes;
	}
	return key.err ? key.err :
	       tally_add(&tally, key.buf, key.len, packets, bytes);
}

static void put_sum(struct out *o, const char *name, uint64_t v)
{
	out_str(o, name);
	out_end(o, text_number(out_room(o), v, *name != ' '));
}

void by_show(struct job *j)
{
	/* before the count, the packets and the bytes, and behind them */
	static const char plain[] = "\0 packets=\0 bytes=\0\n";
	static const char objects[] =
		"{\"count\":\0,\"packets\":\0,\"bytes\":\0}";
	const int json = j->fmt != &fmt_plain;
	const char *words = json ? objects : plain;
	const struct tally_row *row;
	struct out *o = j->out;
	uint32_t left = j->q->top;

	while ((row = tally_next(&tally)) && !o->err) {
		job_between(j);
		/* in seven columns, like uniq -c */
		for (uint64_t v = 1000000; !json && v > row->count; v /= 10)
			out_char(o, ' ');
		put_sum(o, cli_part(words, 0), row->count);
		out_mem(o, row->key, row->n);
		if (counted) {
			put_sum(o, cli_part(words, 1), row->packets);
			put_sum(o, cli_part(words, 2), row->bytes);
		}
		out_str(o, cli_part(words, 3));
		job_behind(j);
		if (--left == 0)
			break;
	}
}
