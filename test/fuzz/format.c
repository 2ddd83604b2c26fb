/* SPDX-License-Identifier: MIT */
/*
 * Datagrams, decoded and shown in every format: each text is well-formed, as
 * many records as there are, and the same from a script and from a stencil,
 * of this record and of one that differs in its numbers alone.
 *
 * Input: FMT_* bits, the event, its sender, flags; then messages.
 */
#include "test/fuzz/fuzz.h"
#include "test/fuzz/judge.h"

#include "ct/count.h"
#include "ct/tables.h"
#include "fmt/stats.h"

/* A mode without: what a script writes is never kept. */
#define stencil_fill	real_fill
#include "fmt/stencil.c"
#undef stencil_fill

#include <stdlib.h>

#define TEXT_CAP	98304u

struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how);

static int plain_scripts;

struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how)
{
	static struct stencil scratch;

	if (!plain_scripts)
		return real_fill(o, k, f, how);
	scratch.start = scratch.last = o->len;
	scratch.holes = 0;
	return &scratch;
}

/* Forget all stencils: each miss clears one. */
static void forget(void)
{
	static const struct ct_flow nothing;
	static char buf[2 * TEXT_CAP];
	const struct fmt_how how = { 0 };

	plain_scripts = 0;
	for (unsigned i = 0; i < STENCILS; i++) {
		struct out o = { .buf = buf, .cap = sizeof(buf), .fd = -1 };
		struct stencil_key k = { .script = &nothing };

		real_fill(&o, &k, &nothing, &how);
	}
}

enum { PLAIN, SAVE, JSON, JSONL, XML, XML_EXPECT, FORMATS };

static const struct fmt *const formats[FORMATS] = {
	&fmt_plain, &fmt_save, &fmt_json, &fmt_jsonl, &fmt_xml, &fmt_xml_expect,
};

/* What is printed, and in how much room. */
struct text {
	char		*buf;
	size_t		 n;
};

static struct fmt_how how;
static struct ct_label_map map;

/* The text may be as long as it wants to, and is written into its own room. */
static struct text room_of(size_t cap)
{
	struct text t = { malloc(cap), 0 };

	if (!t.buf)
		abort();
	return t;
}

static struct text show_flow(const struct fmt *fmt, const struct ct_flow *f)
{
	struct text t = room_of(TEXT_CAP);
	struct out o = { .buf = t.buf, .cap = TEXT_CAP, .fd = -1 };

	fmt->flow(&o, f, &how);
	fuzz_check(o.err == 0, "a flow has room");
	t.n = o.len;
	return t;
}

static void judge(unsigned format, const struct text *t)
{
	switch (format) {
	case JSON:
	case JSONL:
		fuzz_check(judge_json(t->buf, t->n) == 1, "JSON is JSON");
		break;
	case XML:
	case XML_EXPECT:
		fuzz_check(judge_xml(t->buf, t->n, "flow") == 1,
			   "XML is XML");
		break;
	default:
		fuzz_check(t->n > 0 && t->buf[t->n - 1] == '\n',
			   "a line has an end");
	}
}

/* By the script, by a stencil to learn, by the one that was learned. */
static void show_both_ways(unsigned format, const struct ct_flow *f)
{
	const struct fmt *fmt = formats[format];
	struct text script, stencil;

	plain_scripts = 1;
	script = show_flow(fmt, f);
	plain_scripts = 0;
	judge(format, &script);
	for (unsigned i = 0; i < 2; i++) {
		stencil = show_flow(fmt, f);
		fuzz_check(stencil.n == script.n &&
			   memcmp(stencil.buf, script.buf, script.n) == 0,
			   "a stencil says what the script says");
		free(stencil.buf);
	}
	free(script.buf);
}

/* Other numbers, the same presence: what a stencil is good for. */
static void change_numbers(struct ct_flow *f, uint32_t with)
{
	f->timeout ^= with;
	f->mark += with;
	f->use ^= with;
	f->id = ~f->id;
	f->secmark ^= with;
	f->zone ^= (uint16_t)with;
	f->times.start_ns += with;
	f->times.stop_ns ^= with;
	for (unsigned i = 0; i < 2; i++) {
		struct ct_tuple *t = &f->dir[i];

		t->sport ^= (uint16_t)with;
		t->dport += (uint16_t)with;
		t->id ^= (uint16_t)with;
		t->type ^= (uint8_t)with;
		t->code ^= (uint8_t)with;
		t->zone ^= (uint16_t)with;
		for (unsigned j = 0; j < sizeof(t->src.b); j++) {
			t->src.b[j] ^= (uint8_t)(with >> j);
			t->dst.b[j] = (uint8_t)(with * j);
		}
		f->counters[i].packets *= with;
		f->counters[i].bytes ^= with;
		f->info.vtag[i] ^= with;
	}
}

static void each_flow(const struct nl_msg *m, uint32_t with)
{
	static struct ct_flow f, other;

	memset(&f, 0xa5, sizeof(f));
	ct_flow_clear(&f);
	f.family = m->family;
	if (nl_decode(&ct_flow_table, m->attrs, NL_ALL, &f) < 0)
		return;
	other = f;
	change_numbers(&other, with);
	for (unsigned i = 0; i <= XML; i++) {
		show_both_ways(i, &f);
		show_both_ways(i, &other);
	}
}

static void each_expect(const struct nl_msg *m)
{
	static struct ct_expect e;

	memset(&e, 0xa5, sizeof(e));
	ct_expect_clear(&e);
	e.family = m->family;
	if (nl_decode(&ct_expect_table, m->attrs, NL_ALL, &e) < 0)
		return;
	for (unsigned i = 0; i < FORMATS; i++) {
		struct text t = room_of(OUT_ROOM * 4);
		struct out o = { .buf = t.buf, .cap = OUT_ROOM * 4, .fd = -1 };

		if (i != XML) {
			formats[i]->expect(&o, &e, &how);
			fuzz_check(o.err == 0, "an expectation has room");
			t.n = o.len;
			judge(i, &t);
		}
		free(t.buf);
	}
}

static void each_count(const struct nl_msg *m)
{
	static const enum ct_list lists[] = { CT_STATS_NAMES,
					      CT_EXPECT_STATS_NAMES };
	struct text t = room_of(TEXT_CAP);
	struct out o = { .buf = t.buf, .cap = TEXT_CAP, .fd = -1 };
	struct ct_stats s;
	uint32_t n = 0;
	int r = ct_count_read(m, &n);

	fuzz_check(r == 0 || r == -EBADMSG, "a count is there or not");
	memset(&s, 0xa5, sizeof(s));
	if (ct_stats_read(m, &s) < 0)
		s.has = 0;
	for (unsigned i = 0; i < COUNT(lists); i++) {
		if (i > 0)	/* the second list has seven names */
			s.has &= 0xff;
		o.len = 0;
		fmt_stats(&o, &s, lists[i], 1);
		fuzz_check(judge_json(t.buf, o.len) == 1, "counters are JSON");
		o.len = 0;
		fmt_stats(&o, &s, lists[i], 0);
		for (unsigned at = 1; at < CT_STATS_MAX; at++)
			if (s.has >> at & 1)
				fmt_metric(&o, &s, lists[i], at, at & 1);
		fuzz_check(judge_lines(t.buf, o.len) > 0, "counters are lines");
	}
	o.len = 0;
	fmt_count(&o, n, "{\"count\":", "}\n");
	fuzz_check(judge_json(t.buf, o.len) == 1, "a count is JSON");
	free(t.buf);
}

static void read_how(struct fuzz_in *in)
{
	static const struct clock_zone utc;
	static struct clock_zone zone;
	static const char names[] = "0 zero\n1 one-1\n2 in two words\n"
				    "31 ThirtyOne\n32 32\n127 last\n";
	static const char *const programs[] = {
		NULL, "a", "conntrack", "<&\">\\\t\x01\xff", "fifteen-letters",
	};
	const uint32_t show = fuzz_u32(in);
	const uint8_t event = fuzz_u8(in), sender = fuzz_u8(in);

	if (!map.count)
		ct_label_parse(&map, names, sizeof(names) - 1);
	clock_posix(&zone, "CET-1CEST,M3.5.0,M10.5.0/3");
	how = (struct fmt_how){
		.show = show & (FMT_EXTENDED | FMT_ID | FMT_KTIME | FMT_STAMP |
				FMT_RESTORE | FMT_DELETED),
		.labels = show >> 16 & 1 ? &map : NULL,
		.zone = show >> 17 & 1 ? &zone : &utc,
		.now_ns = (uint64_t)fuzz_u32(in) * CLOCK_SECOND + show,
		.event = event % 4,
	};
	if (how.event && sender)
		how.port = sender;
	if (how.port)
		how.program = programs[sender % COUNT(programs)];
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	uint32_t with = 0x9e3779b9;
	struct nl_run run;
	struct nl_msg m;

	forget();
	read_how(&in);
	run = (struct nl_run){ fuzz_exact(FUZZ_INPUT, in.p, in.left), in.left };
	while (nl_msg_next(&run, &m) > 0) {
		with = with * 2654435761u + m.seq;
		if (m.type < NLMSG_MIN_TYPE)
			continue;
		if (m.type >> 8 == NFNL_SUBSYS_CTNETLINK_EXP)
			each_expect(&m);
		else if ((m.type & 0xff) >= IPCTNL_MSG_CT_GET_STATS_CPU)
			each_count(&m);
		else
			each_flow(&m, with);
	}
	return 0;
}
