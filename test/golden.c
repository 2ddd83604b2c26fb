/* SPDX-License-Identifier: MIT */
/*
 * Every datagram of test/data through every format, back through the encoder,
 * and cut at every byte. The form of a fixture: test/data/README.
 */
#include "test/guard.h"
#include "test/show.h"
#include "test/unit/unit.h"

#include "ct/tables.h"
#include "nl/ack.h"
#include "nl/layout.h"

#include <stdio.h>

#define TEXT_MAX	32768u

/* ----------------------------------------------------------------- text */

static void text_is_the_references(void **state)
{
	const struct fixture *f = *state;

	for (unsigned i = 0; i < f->sections; i++) {
		const char *text = show(f, &f->section[i], NULL, NULL);

		if (text)
			assert_string_equal(text, f->section[i].text);
	}
}

/* --------------------------------------------------------------- events */

static char list_text[TEXT_MAX], event_text[TEXT_MAX];

/* What fmt makes of a record. */
static void print(const struct fmt *fmt, const struct nl_row *t,
		  const union record *r, const struct fmt_how *how, char *text)
{
	struct out o = { .buf = text, .cap = TEXT_MAX, .fd = -1 };

	if (t == &ct_flow_table)
		fmt->flow(&o, &r->flow, how);
	else
		fmt->expect(&o, &r->exp, how);
	assert_int_equal(o.err, 0);
	text[o.len] = '\0';
}

/* The line of an event from that of a list: what a list has, put around. */
static void around(char *text, const struct fmt *fmt, int expect,
		   const struct fmt_how *how, uint64_t ns)
{
	static const char *const words[] = { "", "    [NEW] ", " [UPDATE] ",
					     "[DESTROY] " };
	char stamp[64] = "", sender[128] = "";

	list_text[strlen(list_text) - 1] = '\0';
	if (how->show & FMT_STAMP)
		snprintf(stamp, sizeof(stamp), "[%08llu.%06llu]\t",
			 (unsigned long long)(ns / 1000000000),
			 (unsigned long long)(ns / 1000 % 1000000));
	if (how->port && !expect)
		snprintf(sender, sizeof(sender), " [USERSPACE] portid=%u%s%s",
			 how->port, how->program ? " progname=" : "",
			 how->program ? how->program : "");
	if (fmt == &fmt_save && !expect)
		snprintf(text, 2 * TEXT_MAX, "-%c%s%s\n", "AAUD"[how->event],
			 list_text + 2, sender);
	else
		snprintf(text, 2 * TEXT_MAX, "%s%s%s%s\n", stamp,
			 words[how->event], list_text, sender);
}

static void each_event(const struct nl_msg *m, void *arg)
{
	static const struct fmt *const formats[] = { &fmt_plain, &fmt_save };
	static char expected[2 * TEXT_MAX];
	static union record r;
	const struct nl_row *t = show_table(m);
	const struct clock_zone utc = { 0 };
	uint64_t ns = 7000123456789;

	if (t != &ct_flow_table && t != &ct_expect_table)
		return;
	show_clear(t, &r);
	assert_int_equal(nl_decode(t, m->attrs, NL_ALL, &r), 0);
	if (t == &ct_flow_table)
		r.flow.family = m->family;
	for (unsigned i = 0; i < 2 * 4 * 3 * 32; i++) {
		const struct fmt *fmt = formats[i % 2];
		struct fmt_how how = {
			.show = i / 24, .labels = i / 24 & 16 ? arg : NULL,
			.zone = &utc, .now_ns = ns,
		};
		struct fmt_how list = how;

		how.event = i / 2 % 4;
		if (how.event && i / 8 % 3) {
			how.port = UINT32_MAX;
			how.program = i / 8 % 3 == 2 ? "fifteen-letters" : NULL;
		}
		if (!how.event)
			how.show &= ~FMT_STAMP;	/* a list has it of its own */
		list.show &= ~FMT_STAMP;
		print(fmt, t, &r, &list, list_text);
		print(fmt, t, &r, &how, event_text);
		around(expected, fmt, t == &ct_expect_table, &how,
		       t == &ct_flow_table && r.flow.has & CT_EVENT_TIME ?
		       r.flow.event_ns : ns);
		assert_string_equal(event_text, expected);
	}
}

/* Whatever decorates it, an event is the list's line, and something around. */
static void event_goes_around_the_line(void **state)
{
	static struct ct_label_map map;
	const struct section *map_text = fixture_find(*state, "labelmap");

	if (map_text)
		ct_label_parse(&map, map_text->text, strlen(map_text->text));
	show_each(*state, each_event, &map);
}

/* ----------------------------------------------------- acknowledgements */

static void read_ack(const struct nl_msg *m, void *arg)
{
	assert_true(m->type == NLMSG_ERROR || m->type == NLMSG_DONE);
	assert_int_equal(nl_ack_read(m, arg), 0);
}

static void ack_is_understood(void **state)
{
	const struct fixture *f = *state;
	const struct section *text = fixture_find(f, "text");
	struct nl_ack ack;

	memset(&ack, 0xa5, sizeof(ack));
	show_each(f, read_ack, &ack);
	assert_int_equal(ack.error, atoi(fixture_find(f, "error")->text));
	assert_int_equal(strlen(ack.text),
			 text ? strcspn(text->text, "\n") : 0);
	if (text)
		assert_memory_equal(ack.text, text->text, strlen(ack.text));
}

/* ---------------------------------------------------- back to the bytes */

/* The same in all members, or, written, in those that can be written? */
static void assert_same(const struct nl_row *t, const void *a,
			const void *b, int written)
{
	uint32_t has_a, has_b;

	memcpy(&has_a, a, sizeof(has_a));
	memcpy(&has_b, b, sizeof(has_b));
	for (uint16_t i = 1; i < t->size; i++) {
		const struct nl_row *row = t + i;
		const uint8_t *pa = (const uint8_t *)a + row->at;
		const uint8_t *pb = (const uint8_t *)b + row->at;

		if (row->kind == NL_HOLE)
			continue;
		if (row->kind == NL_NEST) {
			assert_same(nl_table_sub(t, row), pa, pb, written);
		} else if (written && row->rdonly) {
			assert_int_equal(has_b >> row->bit & 1, 0);
		} else {
			assert_int_equal(has_a >> row->bit & 1,
					 has_b >> row->bit & 1);
			if (has_a >> row->bit & 1)
				assert_memory_equal(pa, pb,
					row->kind > NL_BE64 ? row->size
							    : row->kind);
		}
	}
}

static void there_and_back(const struct nl_msg *m, void *arg)
{
	static union record a, b;
	static uint8_t buf[8192];
	const struct nl_row *t = show_table(m);
	struct nl_put put;

	(void)arg;
	if (!t)
		return;
	show_clear(t, &a);
	show_clear(t, &b);
	assert_int_equal(nl_decode(t, m->attrs, NL_ALL, &a), 0);
	nl_put_init(&put, buf, sizeof(buf));
	nl_encode(t, &a, &put);
	assert_int_equal(put.err, 0);
	assert_int_equal(put.len % 4, 0);
	assert_int_equal(nl_decode(t, (struct nl_run){ put.buf, put.len },
				   NL_ALL, &b), 0);
	assert_same(t, &a, &b, 1);
}

static void decoded_survives_the_encoder(void **state)
{
	show_each(*state, there_and_back, NULL);
}

/* -------------------------------------------------------------- layouts */

static void encode_both_ways(const struct nl_row *t, const union record *of)
{
	static struct nl_layout layouts[CT_T_NESTS];
	static uint8_t a[8192], b[8192];
	struct nl_put by_layout, by_rows;

	nl_put_init(&by_layout, a, sizeof(a));
	nl_put_init(&by_rows, b, sizeof(b));
	nl_put_be32(&by_layout, 1, 1);		/* it need not come first */
	nl_put_be32(&by_rows, 1, 1);
	nl_layout_encode(&layouts[t->at], t, of, &by_layout);
	nl_encode(t, of, &by_rows);
	assert_int_equal(by_layout.err, by_rows.err);
	assert_int_equal(by_layout.len, by_rows.len);
	assert_memory_equal(a, b, by_rows.len);
}

/* By a learned layout or by the rows: the same members, the same error. */
static void both_ways(const struct nl_row *t, struct nl_run run)
{
	static struct nl_layouts layouts[CT_T_NESTS];
	static union record a, b;
	int r;

	show_clear(t, &a);
	show_clear(t, &b);
	r = nl_layout_decode(&layouts[t->at], t, run, &a);
	assert_int_equal(r, nl_decode(t, run, NL_ALL, &b));
	assert_same(t, &a, &b, 0);
	if (r == 0)
		encode_both_ways(t, &b);
}

/* Often enough to be learned and then decoded by what was learned. */
static void often(const struct nl_row *t, struct nl_run run)
{
	for (unsigned i = 0; i < 6; i++)
		both_ways(t, run);
}

/* Cut anywhere, and with any byte flipped, between records that are whole. */
static void damaged_ways(const struct nl_row *t, const uint8_t *p, size_t n)
{
	static const uint8_t flips[] = { 0x01, 0x04, 0x80, 0xff };
	const struct nl_run whole = { p, n };

	for (size_t cut = 0; cut < n; cut++) {
		often(t, (struct nl_run){ guard_copy(p, cut), cut });
		both_ways(t, whole);
	}
	for (size_t i = 0; i < n * COUNT(flips); i++) {
		uint8_t *q = guard_copy(p, n);

		often(t, whole);
		q[i / COUNT(flips)] ^= flips[i % COUNT(flips)];
		both_ways(t, (struct nl_run){ q, n });
		both_ways(t, whole);
		often(t, (struct nl_run){ q, n });
	}
}

static void layout_does_the_same(void **state)
{
	const struct fixture *f = *state;

	for (unsigned i = 0; i < f->sections; i++) {
		struct nl_run run = { f->section[i].bytes, f->section[i].n };
		struct nl_msg m;

		while (nl_msg_next(&run, &m) > 0) {
			const struct nl_row *t = show_table(&m);

			if (!t)
				continue;
			often(t, m.attrs);
			damaged_ways(t, m.attrs.p, m.attrs.left);
		}
	}
}

/* ------------------------------------------------------------------ cut */

static void decode_cut(const uint8_t *p, size_t n)
{
	static const struct nl_row *const tables[] = {
		&ct_flow_table, &ct_expect_table, &ct_stats_table,
	};
	static union record r;
	const struct nl_run run = { p, n };

	for (size_t i = 0; i < COUNT(tables); i++) {
		int e;

		show_clear(tables[i], &r);
		e = nl_decode(tables[i], run, NL_ALL, &r);
		assert_true(e == 0 || e == -EBADMSG);
	}
}

static void take_cut(const struct section *s, size_t n)
{
	struct nl_run run = { guard_copy(s->bytes, n), n };
	struct nl_ack ack;
	struct nl_msg m;
	int r, e;

	while ((r = nl_msg_next(&run, &m)) > 0) {
		if (m.type >= NLMSG_MIN_TYPE)
			continue;
		e = nl_ack_read(&m, &ack);
		assert_true(e == 0 || e == -EBADMSG);
	}
	assert_true(r == 0 || r == -EBADMSG);
}

/* A message whose header says that it ends at the cut. */
static void take_short(const uint8_t *msg, size_t n)
{
	uint32_t len = (uint32_t)n;
	uint8_t *p = guard_copy(msg, n);
	struct nl_run run = { p, n };
	struct nl_ack ack;
	struct nl_msg m;
	int r;

	memcpy(p, &len, sizeof(len));
	r = nl_msg_next(&run, &m);
	assert_true(r == 1 || r == -EBADMSG);
	if (r == 1 && m.type < NLMSG_MIN_TYPE) {
		r = nl_ack_read(&m, &ack);
		assert_true(r == 0 || r == -EBADMSG);
	} else if (r == 1) {
		decode_cut(m.attrs.p, m.attrs.left);
	}
}

/* Cut a datagram, or a message, anywhere: never a byte past the end. */
static void any_prefix_is_safe(void **state)
{
	const struct fixture *f = *state;

	for (unsigned i = 0; i < f->sections; i++) {
		const struct section *s = &f->section[i];

		for (size_t n = 0; s->bytes && n <= s->n; n++)
			take_cut(s, n);
		for (size_t at = 0; s->bytes && at < s->n;) {
			size_t len = nl_host32(s->bytes + at);

			for (size_t n = NL_HDR; n <= len; n++)
				take_short(s->bytes + at, n);
			at += nl_align(len);
		}
	}
}

/* ---------------------------------------------------------------- main */

static void add(struct CMUnitTest *t, const struct fixture *f,
		const char *fact, CMUnitTestFunction function)
{
	char name[128];

	snprintf(name, sizeof(name), "%s: %s", f->name, fact);
	t->name = strdup(name);
	t->test_func = function;
	t->initial_state = &fixtures[f - fixtures];
}

int main(void)
{
	struct CMUnitTest *tests;
	size_t n = 0;

	fixtures_read(TEST_DATA);
	tests = calloc(5 * n_fixtures, sizeof(*tests));
	if (!tests || n_fixtures == 0)
		return 1;
	for (const struct fixture *f = fixtures; f < fixtures + n_fixtures;
	     f++) {
		if (fixture_find(f, "error"))
			add(&tests[n++], f, "ack is understood",
			    ack_is_understood);
		else
			add(&tests[n++], f, "text is the reference's",
			    text_is_the_references);
		add(&tests[n++], f, "an event goes around the line",
		    event_goes_around_the_line);
		add(&tests[n++], f, "decoded survives the encoder",
		    decoded_survives_the_encoder);
		add(&tests[n++], f, "a layout decodes and encodes the same",
		    layout_does_the_same);
		add(&tests[n++], f, "any prefix is safe",
		    any_prefix_is_safe);
	}
	return _cmocka_run_group_tests("golden", tests, n, NULL, NULL);
}
