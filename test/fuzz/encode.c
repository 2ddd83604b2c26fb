/* SPDX-License-Identifier: MIT */
/*
 * What decodes survives a trip through the encoder: the same members, and the
 * same bytes the second time; by the rows and by learned layouts alike. So do
 * the attributes that name an entry.
 *
 * Input: the table; then messages, or runs of attributes with a header that
 * means nothing.
 */
#include "test/fuzz/fuzz.h"

#include "ct/expect.h"
#include "ct/flow.h"
#include "ct/plan.h"
#include "ct/tables.h"
#include "ct/tuple.h"
#include "nl/ack.h"
#include "nl/layout.h"

union record {
	struct ct_flow		flow;
	struct ct_expect	exp;
	struct ct_stats		stats;
};

static const struct nl_row *const tables[] = {
	&ct_flow_table, &ct_expect_table, &ct_stats_table,
};

static struct nl_layouts layouts[COUNT(tables)];
static struct nl_layout to[COUNT(tables)];

/* Nothing counts of a cleared record but its presence words: fill the rest. */
static void clear(const struct nl_row *t, union record *r, int fill)
{
	memset(r, fill, sizeof(*r));
	if (t == &ct_flow_table)
		ct_flow_clear(&r->flow);
	else if (t == &ct_expect_table)
		ct_expect_clear(&r->exp);
	else
		r->stats.has = 0;
}

/* The same in all members or, written, in those that can be written? */
static int same(const struct nl_row *t, const void *a, const void *b,
		int written)
{
	const uint8_t *pa = a, *pb = b;
	const uint32_t has_a = nl_host32(a), has_b = nl_host32(b);

	for (unsigned i = 1; i < t->size; i++) {
		const struct nl_row *row = t + i;
		const int there = has_a >> row->bit & 1;

		if (row->kind == NL_HOLE || (written && row->rdonly))
			continue;
		if (row->kind == NL_NEST) {
			/* one of which nothing is there is not written */
			if (written && row->at && !nl_host32(pa + row->at))
				continue;
			if (!same(nl_table_sub(t, row), pa + row->at,
				  pb + row->at, written))
				return 0;
			continue;
		}
		if (there != (int)(has_b >> row->bit & 1))
			return 0;
		if (there && memcmp(pa + row->at, pb + row->at,
				    row->kind > NL_BE64 ? row->size
							: row->kind) != 0)
			return 0;
	}
	return 1;
}

static struct nl_put encoded(const struct nl_row *t, const union record *r,
			     uint8_t *buf, size_t cap)
{
	struct nl_put put;

	nl_put_init(&put, buf, cap);
	nl_encode(t, r, &put);
	fuzz_check(put.err == 0, "what was decoded has room");
	fuzz_check(put.len % 4 == 0, "what is written is aligned");
	return put;
}

static void there_and_back(const struct nl_row *t, const union record *a)
{
	static uint8_t first[8192], second[8192];
	static union record b;
	struct nl_put one = encoded(t, a, first, sizeof(first)), two;

	clear(t, &b, 0x5a);
	fuzz_check(nl_decode(t, (struct nl_run){ fuzz_exact(FUZZ_COPY, first,
							    one.len),
						 one.len }, NL_ALL, &b) == 0,
		   "what was written can be read");
	fuzz_check(same(t, a, &b, 1), "decoded survives the encoder");
	two = encoded(t, &b, second, sizeof(second));
	fuzz_check(one.len == two.len && memcmp(first, second, one.len) == 0,
		   "the same is written again");
}

/* Into room of every size: in full, or an error. */
static void in_little_room(const struct nl_row *t, const union record *a)
{
	static uint8_t buf[8192];
	const size_t full = encoded(t, a, buf, sizeof(buf)).len;
	struct nl_put put;

	for (size_t cap = full % 61; cap < full; cap += 61) {
		nl_put_init(&put, fuzz_exact(FUZZ_COPY, buf, cap), cap);
		nl_encode(t, a, &put);
		fuzz_check(put.err == -EMSGSIZE && put.len <= cap,
			   "too little room is an error");
	}
}

static void by_layout(unsigned table, struct nl_run run, int r,
		      const union record *a)
{
	static uint8_t rows[8192], learned[8192];
	static union record b;
	const struct nl_row *t = tables[table];
	struct nl_put by_rows, put;

	clear(t, &b, 0x5a);
	fuzz_check(nl_layout_decode(&layouts[table], t, run, &b) == r,
		   "a layout ends as the rows do");
	fuzz_check(same(t, a, &b, 0), "a layout reads what the rows read");
	if (r < 0)
		return;
	by_rows = encoded(t, a, rows, sizeof(rows));
	nl_put_init(&put, learned, sizeof(learned));
	nl_layout_encode(&to[table], t, a, &put);
	fuzz_check(put.err == 0 && put.len == by_rows.len &&
		   memcmp(rows, learned, put.len) == 0,
		   "a layout writes what the rows write");
}

/* The names of an entry: its tuple, zone and id as they were sent. */
static void name_it(struct nl_run run, const struct ct_flow *f)
{
	static uint8_t buf[2 * FUZZ_MAX];
	static union record named;
	struct nl_put put;
	int r;

	nl_put_init(&put, buf, sizeof(buf));
	r = ct_name_entry(&put, run, 1);
	fuzz_check(r == 0 || r == -EBADMSG, "an entry has a name or not");
	if (r < 0 || put.err)
		return;
	clear(&ct_flow_table, &named, 0x5a);
	fuzz_check(nl_decode(&ct_flow_table, (struct nl_run){ buf, put.len },
			     NL_ALL, &named) == 0, "a name can be read");
	fuzz_check((f->has & CT_ID) == (named.flow.has & CT_ID) &&
		   (!(f->has & CT_ID) || f->id == named.flow.id),
		   "a name has the entry's id");
	fuzz_check(put.len > 0, "a name is never empty");
}

static void each_run(unsigned table, struct nl_run run)
{
	static union record a;
	const struct nl_row *t = tables[table];
	int r;

	clear(t, &a, 0xa5);
	r = nl_decode(t, run, NL_ALL, &a);
	fuzz_check(r == 0 || r == -EBADMSG, "it decodes or is a bad message");
	if (r == 0 && table == 0)
		name_it(run, &a.flow);
	for (unsigned i = 0; i < 3; i++)
		by_layout(table, run, r, &a);
	if (r < 0)
		return;
	there_and_back(t, &a);
	in_little_room(t, &a);
}

static void read_ack(const struct nl_msg *m)
{
	struct nl_ack ack;
	int r = nl_ack_read(m, &ack);

	fuzz_check(r == 0 || r == -EBADMSG, "an ack is read or is a bad one");
	if (r == 0)
		fuzz_check(ack.error <= 0 && ack.error >= -4095 &&
			   memchr(ack.text, '\0', sizeof(ack.text)),
			   "an ack has an errno and a text with an end");
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	const unsigned table = fuzz_u8(&in) % COUNT(tables);
	struct nl_run run = { in.p, in.left };
	struct nl_msg m;

	memset(layouts, 0, sizeof(layouts));
	memset(to, 0, sizeof(to));
	while (nl_msg_next(&run, &m) > 0) {
		struct nl_run *of = m.type < NLMSG_MIN_TYPE ? &m.body
							    : &m.attrs;

		of->p = fuzz_exact(FUZZ_INPUT, of->p, of->left);
		if (m.type < NLMSG_MIN_TYPE)
			read_ack(&m);
		else
			each_run(table, m.attrs);
	}
	return 0;
}
