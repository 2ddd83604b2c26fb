/* SPDX-License-Identifier: MIT */
/*
 * What is filled into a stencil is, byte for byte, what the script says. A
 * small out has no room for that: there each flow is played anew. All texts are written where memory ends.
 */
#include "test/guard.h"
#include "test/unit/unit.h"

#include "ct/proto.h"
#include "ct/tables.h"
#include "fmt/fmt.h"

/* Ours counts: what is always played would be the same, too. */
#define stencil_fill	real_fill
#include "fmt/stencil.c"
#undef stencil_fill

#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FLOWS	1500u
#define PLAYED	OUT_ROOM	/* caps of an out */
#define FILLED	65536u

struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how);

static unsigned fills;

struct stencil *stencil_fill(struct out *o, const struct stencil_key *k,
			     const struct ct_flow *f,
			     const struct fmt_how *how)
{
	struct stencil *to = real_fill(o, k, f, how);

	fills += !to;
	return to;
}

static const struct clock_zone utc;
static struct ct_label_map map;
static uint64_t seed = 1;

static const struct fmt *const formats[] = {
	&fmt_plain, &fmt_json, &fmt_xml, &fmt_save, &fmt_jsonl, &fmt_xml_bare,
};

/* A flow, and how it is to be shown. */
struct shown {
	const struct fmt	*fmt;
	struct fmt_how		 how;
	struct ct_flow		 flow;
};

static uint32_t below(uint32_t n)
{
	return unit_random(&seed) % n;
}

/* Of any size: as often one with a few bits as one with many. */
static uint64_t number(void)
{
	const uint64_t v = (uint64_t)unit_random(&seed) << 32 |
			   unit_random(&seed);

	return below(8) ? v >> below(64) : below(2) ? UINT64_MAX : 0;
}

/* ---------------------------------------------------------------- random */

static void random_bytes(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)unit_random(&seed);
}

/* All or nothing of it, or any part. */
static uint32_t part_of(uint32_t bits)
{
	const uint32_t kind = below(4);

	return kind == 0 ? 0 : kind == 1 ? bits & unit_random(&seed) : bits;
}

static void random_tuple(struct ct_tuple *t, int six, uint8_t proto)
{
	t->has = part_of(six ? CT_SRC6 | CT_DST6 : CT_SRC4 | CT_DST4);
	t->has |= CT_PROTO | (below(8) ? 0 : CT_TUPLE_ZONE);
	if (proto == PROTO_ICMP)
		t->has |= part_of(CT_ICMP_TYPE | CT_ICMP_CODE | CT_ICMP_ID);
	else if (proto == PROTO_ICMPV6)
		t->has |= part_of(CT_ICMP6_TYPE | CT_ICMP6_CODE | CT_ICMP6_ID);
	else
		t->has |= part_of(CT_SPORT | CT_DPORT);
	t->proto = proto;
}

/* What makes a text another one than in numbers. */
static void random_kind(struct ct_flow *f)
{
	static const uint8_t protos[] = { 6, 6, 17, 1, 58, 132, 33, 47, 136,
					  50, 200, 0 };
	const uint8_t proto = protos[below(COUNT(protos))];
	const int six = below(2) == 0;

	random_bytes(f, sizeof(*f));
	ct_flow_clear(f);
	f->family = below(16) ? six ? AF_INET6 : AF_INET : (uint8_t)below(256);
	f->has = part_of(CT_STATUS | CT_TIMEOUT | CT_MARK | CT_USE | CT_ID |
			 CT_ZONE | CT_SECMARK | CT_EVENT_TIME);
	f->has |= below(4) ? 0 : CT_LABELS;
	f->status = below(2) ? unit_random(&seed) : 1u << below(17);
	f->info.has = part_of(CT_ANY_STATE | CT_SCTP_VTAG | CT_SCTP_VTAG_R);
	f->info.has |= below(8) ? 0 : CT_DCCP_ROLE;
	f->info.state = (uint8_t)(below(4) ? below(16) : below(256));
	f->info.role = (uint8_t)below(3);
	f->times.has = below(2) ? 0 : part_of(CT_START | CT_STOP);
	for (unsigned i = 0; i < 2; i++) {
		random_tuple(&f->dir[i], below(32) ? six : !six,
			     below(32) ? proto : protos[below(COUNT(protos))]);
		f->counters[i].has = part_of(CT_PACKETS | CT_BYTES);
	}
	f->helper.has = below(8) ? 0 : CT_HELPER;
	f->secctx.has = below(8) ? 0 : CT_SECCTX;
	strcpy(f->helper.name, "q.931");
	strcpy(f->secctx.text, "system_u:object_r:unlabeled_t:s0");
}

static void random_address(struct ct_addr *a)
{
	random_bytes(a, sizeof(*a));
	if (below(2))
		memset(a->b + below(8), 0, 1 + below(8));
}

/* The numbers of a kind; those that the kernel did not send, too. */
static void random_numbers(struct ct_flow *f)
{
	f->timeout = (uint32_t)number();
	f->mark = (uint32_t)number();
	f->use = (uint32_t)number();
	f->id = (uint32_t)number();
	f->secmark = (uint32_t)number();
	f->zone = (uint16_t)number();
	f->event_ns = number();
	f->times.start_ns = number();
	f->times.stop_ns = number();
	random_bytes(f->labels, sizeof(f->labels));
	for (unsigned i = 0; i < 2; i++) {
		struct ct_tuple *t = &f->dir[i];

		f->info.vtag[i] = (uint32_t)number();
		f->counters[i].packets = number();
		f->counters[i].bytes = number();
		t->type = (uint8_t)number();
		t->code = (uint8_t)number();
		t->id = (uint16_t)number();
		t->zone = (uint16_t)number();
		t->sport = (uint16_t)number();
		t->dport = (uint16_t)number();
		random_address(&t->src);
		random_address(&t->dst);
	}
}

static void random_how(struct fmt_how *how)
{
	*how = (struct fmt_how){
		.zone = &utc, .now_ns = number(),
		.labels = below(4) ? NULL : &map,
	};
	how->show = below(2) ? 0 : unit_random(&seed) &
		    (FMT_EXTENDED | FMT_ID | FMT_KTIME | FMT_STAMP |
		     FMT_RESTORE | FMT_DELETED);
	how->event = below(4) ? CT_EVENT_NONE : 1 + below(3);
	if (how->event && below(2)) {
		how->port = (uint32_t)number();
		how->program = below(2) ? "a \"b\"\\" : NULL;
	}
}

/* ------------------------------------------------------------ to a text */

/* Everything written so far; a NUL behind it. */
static char *read_back(int fd)
{
	const size_t n = (size_t)lseek(fd, 0, SEEK_END);
	char *text = calloc(1, n + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, n, 0), n);
	return text;
}

/* The text of n flows through an out of cap bytes. */
static char *print(const struct shown *s, size_t n, size_t cap)
{
	static const uint8_t nothing[GUARD_MAX];
	const int fd = memfd_create("out", 0);
	struct out o = {
		.buf = (char *)guard_copy(nothing, cap), .cap = cap, .fd = fd,
	};
	char *text;

	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++) {
		s[i].fmt->flow(&o, &s[i].flow, &s[i].how);
		out_str(&o, s[i].fmt == &fmt_json ? "\n" : "");
	}
	assert_int_equal(out_flush(&o), 0);
	text = read_back(fd);
	close(fd);
	return text;
}

/* Played or filled: the same. */
static void assert_same(const struct shown *s, size_t n)
{
	static const size_t caps[] = {
		STENCIL_TEXT, STENCIL_TEXT + OUT_ROOM - 1,
		STENCIL_TEXT + OUT_ROOM, STENCIL_TEXT + OUT_ROOM + 1,
		STENCIL_TEXT + 2 * OUT_ROOM, FILLED,
	};
	char *played = print(s, n, PLAYED);

	for (size_t i = 0; i < COUNT(caps); i++) {
		char *text = print(s, n, caps[i]);

		assert_string_equal(text, played);
		free(text);
	}
	free(played);
}

/* Of the first ones after another the line where they differ, if they do. */
static void assert_same_lines(const struct shown *s, size_t n)
{
	char *filled = print(s, n, FILLED);
	char *played = print(s, n, PLAYED);
	char *p = played, *q = filled;

	for (size_t i = 0; strcmp(p, q) != 0 && *p; i++) {
		char *const p_end = p + strcspn(p, "\n");
		char *const q_end = q + strcspn(q, "\n");

		*p_end = *q_end = '\0';
		assert_string_equal(q, p);
		p = p_end + 1;
		q = q_end + 1;
	}
	free(filled);
	free(played);
	assert_same(s, n);
}

/* Many flows of so many kinds, of formats and options by chance. */
static void many(unsigned kinds, unsigned run, int one_format)
{
	static struct ct_flow kind[64];
	static struct shown s[FLOWS];
	const struct fmt *fmt = formats[below(COUNT(formats))];
	struct fmt_how how;

	random_how(&how);
	for (unsigned i = 0; i < kinds; i++)
		random_kind(&kind[i]);
	for (unsigned i = 0, k = 0; i < FLOWS; i++) {
		if (i % run == 0)
			k = below(kinds);
		s[i].flow = kind[k];
		random_numbers(&s[i].flow);
		if (!one_format && i % run == 0) {
			fmt = formats[below(COUNT(formats))];
			random_how(&how);
		}
		s[i].fmt = fmt;
		s[i].how = how;
		if (below(2))
			s[i].how.now_ns = number();
	}
	assert_same_lines(s, FLOWS);
}

static void alike_flows_are_filled(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++)
		many(1, 1, 1);
}

static void slots_are_taken_in_turns(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++)
		many(64, 1 + i % 4, 1);
}

static void formats_and_options_alternate(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++)
		many(1 + i % 8, 1 + i % 3, 0);
}

/* A flow of the usual kind, all numbers zero. */
static struct ct_flow usual(void)
{
	struct ct_flow f = {
		.has = CT_STATUS | CT_TIMEOUT | CT_MARK | CT_USE | CT_ID,
		.family = AF_INET, .status = IPS_SEEN_REPLY | IPS_ASSURED,
		.info = { .has = CT_TCP_STATE, .state = 3 },
	};

	for (unsigned i = 0; i < 2; i++) {
		f.dir[i].has = CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT |
			       CT_DPORT;
		f.dir[i].proto = PROTO_TCP;
		f.counters[i].has = CT_PACKETS | CT_BYTES;
	}
	return f;
}

/* The second one is filled, and so is any after that with room for it. */
static void usual_flows_are_filled(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct shown s[3] = { { .fmt = formats[i],
					.how = { .zone = &utc } } };
		const unsigned before = fills;

		s[0].flow = usual();
		s[0].flow.info.state = (uint8_t)(1 + i);	/* new */
		s[1] = s[2] = s[0];
		random_numbers(&s[1].flow);
		random_numbers(&s[2].flow);
		free(print(s, 3, FILLED));
		assert_in_range(fills, before + 2, before + 3);
		free(print(s, 3, PLAYED));
		assert_in_range(fills, before + 2, before + 3);
		assert_same_lines(s, 3);
	}
}

/* Whatever differs in the text and is no number is another kind. */
static void each_member_of_a_key_counts(void **state)
{
	static struct shown s[64];
	unsigned n;

	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		for (n = 0; n < COUNT(s); n++)
			s[n] = (struct shown){ .fmt = formats[i],
				.flow = usual(), .how = { .zone = &utc } };
		n = 1;
		s[n++].flow.status = IPS_SEEN_REPLY;
		s[n++].flow.status = 0;
		s[n++].flow.status = UINT32_MAX;
		s[n++].flow.has &= ~CT_STATUS;
		s[n++].flow.has &= ~CT_TIMEOUT;
		s[n++].flow.has &= ~CT_MARK;
		s[n++].flow.has |= CT_ZONE;
		s[n++].flow.info.state = 7;
		s[n++].flow.info.state = 200;
		s[n++].flow.info.has = 0;
		s[n++].flow.family = AF_INET6;
		s[n++].flow.family = 99;
		s[n++].flow.dir[CT_REPLY].proto = PROTO_UDP;
		s[n++].flow.dir[CT_ORIG].proto = PROTO_SCTP;
		s[n++].flow.dir[CT_ORIG].has |= CT_TUPLE_ZONE;
		s[n++].flow.dir[CT_REPLY].has |= CT_TUPLE_ZONE;
		s[n++].flow.dir[CT_REPLY].has = CT_PROTO;
		s[n++].flow.counters[CT_ORIG].has = 0;
		s[n++].flow.counters[CT_REPLY].has = CT_PACKETS;
		s[n++].flow.times.has = CT_START;
		s[n++].flow.times.has = CT_STOP;
		s[n++].how.show = FMT_EXTENDED;
		s[n++].how.show = FMT_ID;
		s[n++].how.show = FMT_KTIME;
		s[n++].how.show = FMT_RESTORE;
		s[n++].how.show = FMT_DELETED;
		s[n++].how.event = CT_EVENT_UPDATE;
		for (unsigned k = 1; k < n; k++) {
			const struct shown pair[] = { s[0], s[k], s[0], s[k] };

			assert_same_lines(pair, COUNT(pair));
		}
		assert_same_lines(s, n);
	}
}

/* NAT is told by comparing addresses, which the numbers of a kind are. */
static void saved_translations_differ_within_a_kind(void **state)
{
	static struct shown s[64];

	(void)state;
	for (unsigned n = 0; n < COUNT(s); n++) {
		struct ct_flow *f = &s[n].flow;

		s[n].fmt = &fmt_save;
		s[n].how = (struct fmt_how){ .zone = &utc,
			.show = n & 1 ? FMT_RESTORE : 0 };
		*f = usual();
		f->status |= IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
		f->dir[CT_REPLY].src.b[0] = n >> 1 & 1;
		f->dir[CT_REPLY].dst.b[3] = n >> 2 & 1;
		f->dir[CT_REPLY].sport = n >> 3 & 1;
		f->dir[CT_REPLY].dport = n >> 4 & 1;
	}
	assert_same_lines(s, COUNT(s));
}

/* --------------------------------------------------------------- parsers */

static const char *json_value(const char *s);

static const char *json_string(const char *s)
{
	assert_int_equal(*s, '"');
	for (s++; *s != '"'; s++) {
		assert_true((uint8_t)*s >= ' ');
		if (*s == '\\') {
			s++;
			assert_non_null(strchr("\"\\/bfnrtu", *s));
			if (*s == 'u') {
				assert_int_equal(strspn(s + 1,
					"0123456789abcdefABCDEF") >= 4, 1);
				s += 4;
			}
		}
	}
	return s + 1;
}

static const char *json_list(const char *s, char close)
{
	for (s++; *s != close; s += *s == ',') {
		if (close == '}') {
			s = json_string(s);
			assert_int_equal(*s++, ':');
		}
		s = json_value(s);
		assert_true(*s == close || (*s == ',' && s[1] != close));
	}
	return s + 1;
}

static const char *json_value(const char *s)
{
	const size_t digits = strspn(s, "0123456789");

	if (*s == '{' || *s == '[')
		return json_list(s, *s == '{' ? '}' : ']');
	if (*s == '"')
		return json_string(s);
	assert_true(digits > 0 && (digits == 1 || *s != '0'));
	if (s[digits] != '.')
		return s + digits;
	s += digits + 1;
	assert_true(strspn(s, "0123456789") > 0);
	return s + strspn(s, "0123456789");
}

/* An element, and what is in it; returns what is behind it. */
static const char *xml_element(const char *s)
{
	char name[32];
	size_t n = strcspn(s + 1, " />");

	assert_int_equal(*s, '<');
	assert_true(n > 0 && n < sizeof(name));
	snprintf(name, sizeof(name), "%.*s", (int)n, s + 1);
	s += 1 + n;
	while (*s == ' ') {
		s += 1 + strspn(s + 1, "abcdefghijklmnopqrstuvwxyz");
		assert_memory_equal(s, "=\"", 2);
		s += 2 + strcspn(s + 2, "\"<&") + 1;
		assert_int_equal(s[-1], '"');
	}
	if (*s == '/') {
		assert_int_equal(s[1], '>');
		return s + 2;
	}
	assert_int_equal(*s++, '>');
	while (memcmp(s, "</", 2) != 0) {
		assert_true((uint8_t)*s >= ' ');
		assert_int_not_equal(strncmp(s, "]]>", 3), 0);
		assert_int_not_equal(strncmp(s, "\xef\xbf\xbe", 3), 0);
		assert_int_not_equal(strncmp(s, "\xef\xbf\xbf", 3), 0);
		if (*s == '<') {
			s = xml_element(s);
		} else if (*s == '&') {
			assert_memory_equal(s, "&#x", 3);
			s += 3 + strspn(s + 3, "0123456789abcdef");
			assert_int_equal(*s++, ';');
		} else {
			s++;
		}
	}
	assert_memory_equal(s + 2, name, n);
	assert_int_equal(s[2 + n], '>');
	return s + 3 + n;
}

/* A line for each: one object, one element, no bytes but UTF-8. */
static void assert_parses(const struct fmt *fmt, const char *text)
{
	while (*text) {
		if (fmt == &fmt_json || fmt == &fmt_jsonl)
			text = json_value(text);
		else if (fmt == &fmt_xml || fmt == &fmt_xml_bare)
			text = xml_element(text);
		else
			text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

/* -------------------------------------------------------------- extremes */

/* As long as its texts can be. */
static struct ct_flow longest(uint8_t proto)
{
	struct ct_flow f;

	memset(&f, 0xff, sizeof(f));
	f.family = AF_INET6;
	f.info.role = 0;
	f.info.state = 7;
	f.helper.has = f.secctx.has = 0;
	for (unsigned i = 0; i < 2; i++) {
		f.dir[i].has = CT_SRC6 | CT_DST6 | CT_PROTO | CT_TUPLE_ZONE |
			       CT_SPORT | CT_DPORT | CT_ICMP6_TYPE |
			       CT_ICMP6_CODE | CT_ICMP6_ID | CT_ICMP_TYPE |
			       CT_ICMP_CODE | CT_ICMP_ID;
		f.dir[i].proto = proto;
	}
	f.has &= ~CT_LABELS;
	f.info.has &= ~CT_DCCP_ROLE;
	return f;
}

static void fill_texts(struct ct_flow *f, const char *with)
{
	const size_t n = strlen(with);

	f->helper.has = CT_HELPER;
	f->secctx.has = CT_SECCTX;
	for (size_t i = 0; i < sizeof(f->helper.name) - 1; i++)
		f->helper.name[i] = with[i % n];
	for (size_t i = 0; i < sizeof(f->secctx.text) - 1; i++)
		f->secctx.text[i] = with[i % n];
	f->helper.name[sizeof(f->helper.name) - 1] = '\0';
	f->secctx.text[sizeof(f->secctx.text) - 1] = '\0';
}

/* Names of 128 labels, long ones. */
static void long_labels(void)
{
	static char text[128 * 520];
	char *p = text;

	for (unsigned i = 0; i < 128; i++) {
		p += sprintf(p, "%u ", i);
		memset(p, 'a', 500);
		p += 500;
		p += sprintf(p, "%u\n", i);
	}
	ct_label_parse(&map, text, (size_t)(p - text));
	assert_int_equal(map.count, 128);
}

static void assert_extreme(const struct ct_flow *f, unsigned step)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		for (uint32_t show = 0; show < 32; show += step) {
			struct shown s[2];
			char *text;

			s[0] = (struct shown){
				.fmt = formats[i], .flow = *f,
				.how = { .zone = &utc, .show = show % 16 },
			};
			s[0].how.show |= show & 16 ? FMT_RESTORE : 0;
			s[0].how.labels = show & 16 ? &map : NULL;
			s[1] = s[0];
			assert_same_lines(s, 2);
			s[1].how.event = CT_EVENT_DESTROY;
			s[1].how.port = UINT32_MAX;
			s[1].how.program = "\x01\x02\x03\x04\x05\x06\x07\b\t"
					   "\v\f\r\x0e\x0f\x7f";
			assert_same_lines(s, 2);
			text = print(s, 2, FILLED);
			assert_parses(s->fmt, text);
			free(text);
		}
	}
}

static void longest_texts_fit(void **state)
{
	static const uint8_t protos[] = { 6, 132, 33, 47, 58, 1, 136, 255 };

	(void)state;
	long_labels();
	for (size_t i = 0; i < COUNT(protos); i++) {
		struct ct_flow f = longest(protos[i]);

		assert_extreme(&f, 1);
		f.info.has |= CT_DCCP_ROLE;
		f.has |= CT_LABELS;
		assert_extreme(&f, 3);
	}
}

static void texts_of_a_page_fit(void **state)
{
	static const char *const with[] = {
		"a", "\"", "\\", "\x01", "\x1f", "<", "&", "]]>", "\xff",
		"\xc3", "\xe2\x82", "\xf0\x9f\x98\x80", "\xed\xa0\x80",
		"\xef\xbf\xbf", "\xc3\xa9", "\xf0\x9f\x98",
	};

	(void)state;
	long_labels();
	for (size_t i = 0; i < COUNT(with); i++) {
		struct ct_flow f = longest(6);

		f.has |= CT_LABELS;
		fill_texts(&f, with[i]);
		assert_extreme(&f, 31);
	}
}

/* What has no texts of others in it is never written in two pieces. */
static void no_learned_text_outgrows_its_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(formats); i++) {
		for (uint32_t show = 0; show < 16; show++) {
			struct shown s = {
				.fmt = formats[i], .flow = longest(6),
				.how = { .zone = &utc, .show = show },
			};
			char *text = print(&s, 1, FILLED);

			assert_true(strlen(text) < STENCIL_TEXT);
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_flows_are_filled),
		cmocka_unit_test(slots_are_taken_in_turns),
		cmocka_unit_test(formats_and_options_alternate),
		cmocka_unit_test(usual_flows_are_filled),
		cmocka_unit_test(each_member_of_a_key_counts),
		cmocka_unit_test(saved_translations_differ_within_a_kind),
		cmocka_unit_test(longest_texts_fit),
		cmocka_unit_test(texts_of_a_page_fit),
		cmocka_unit_test(no_learned_text_outgrows_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
