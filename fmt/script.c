/* SPDX-License-Identifier: MIT */
#include "fmt/script.h"

#include "ct/names.h"
#include "fmt/escape.h"
#include "fmt/stencil.h"
#include "fmt/text.h"

#include <stddef.h>
#include <sys/socket.h>

/* How a value is written; enum stencil_kind has some of these, too. */
enum kind {
	U32 = STENCIL_U32, U16 = STENCIL_U16, U8 = STENCIL_U8,
	U64 = STENCIL_U64,
	HEX = STENCIL_HEX,	/* of 16 bits */
	TWO = 1,	/* of 16 bits, two digits */
	TIME = STENCIL_TIME,	/* nanoseconds as seconds with six decimals */
	DATE = 5,	/* nanoseconds as a date */
	COLUMN = 6,	/* a word, in nine columns */
	BITS = 11, LABELS,	/* a list of words */
	ADDR,		/* and the rest: in JSON a text */
	WORD, NAME = 4,	/* WORD is a pointer to it */
};

#define ROW(base, bit, type, member, kind) \
	{ bit, BASE_##base, kind, offsetof(struct type, member) }

/* In the order of S_*. */
static const struct row {
	uint16_t	 bit;
	uint8_t		 base : 4;	/* enum view_base */
	uint8_t		 kind : 4;
	uint8_t		 at;
} rows[] = {
	ROW(TUPLE,   CT_SRC,          ct_tuple, src, ADDR),
	ROW(TUPLE,   CT_DST,          ct_tuple, dst, ADDR),
	ROW(PORTS,   CT_SPORT,        ct_tuple, sport, U16),
	ROW(PORTS,   CT_DPORT,        ct_tuple, dport, U16),
	ROW(KEYS,    CT_SPORT,        ct_tuple, sport, U16),
	ROW(KEYS,    CT_DPORT,        ct_tuple, dport, U16),
	ROW(KEYS,    CT_SPORT,        ct_tuple, sport, HEX),
	ROW(KEYS,    CT_DPORT,        ct_tuple, dport, HEX),
	ROW(TUPLE,   CT_ICMP_TYPE | CT_ICMP6_TYPE, ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP_CODE | CT_ICMP6_CODE, ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP_ID | CT_ICMP6_ID, ct_tuple, id, U16),
	ROW(TUPLE,   CT_ICMP_TYPE,    ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP_CODE,    ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP_ID,      ct_tuple, id, U16),
	ROW(TUPLE,   CT_ICMP6_TYPE,   ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP6_CODE,   ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP6_ID,     ct_tuple, id, U16),
	ROW(TUPLE,   CT_TUPLE_ZONE,   ct_tuple, zone, U16),
	ROW(VIEW,    VIEW_ALWAYS,     view, proto, WORD),
	ROW(VIEW,    VIEW_ALWAYS,     view, proto, COLUMN),
	ROW(VIEW,    VIEW_ALWAYS,     view, protonum, U8),
	ROW(VIEW,    VIEW_ALWAYS,     view, word, WORD),
	ROW(COUNTERS,CT_PACKETS,      ct_counters, packets, U64),
	ROW(COUNTERS,CT_BYTES,        ct_counters, bytes, U64),
	ROW(RECORD,  CT_TIMEOUT,      ct_flow, timeout, U32),
	ROW(RECORD,  CT_STATUS,       ct_flow, status, BITS),
	ROW(RECORD,  CT_MARK,         ct_flow, mark, U32),
	ROW(RECORD,  CT_SECMARK,      ct_flow, secmark, U32),
	ROW(RECORD,  CT_ZONE,         ct_flow, zone, U16),
	ROW(RECORD,  CT_USE,          ct_flow, use, U32),
	ROW(RECORD,  CT_ID,           ct_flow, id, U32),
	ROW(TIMES,   CT_START,        ct_times, start_ns, U64),
	ROW(TIMES,   CT_STOP,         ct_times, stop_ns, U64),
	ROW(TIMES,   CT_START,        ct_times, start_ns, TIME),
	ROW(TIMES,   CT_STOP,         ct_times, stop_ns, TIME),
	ROW(TIMES,   CT_START,        ct_times, start_ns, DATE),
	ROW(TIMES,   CT_STOP,         ct_times, stop_ns, DATE),
	ROW(HELPER,  CT_HELPER,       ct_helper, name, NAME),
	ROW(SECCTX,  CT_SECCTX,       ct_secctx, text, NAME),
	ROW(INFO,    CT_SCTP_VTAG,    ct_info, vtag[CT_ORIG], U32),
	ROW(INFO,    CT_SCTP_VTAG_R,  ct_info, vtag[CT_REPLY], U32),
	ROW(VIEW,    VIEW_ALWAYS,     view, family, U8),
	ROW(VIEW,    VIEW_ALWAYS,     view, family_word, WORD),
	ROW(VIEW,    VIEW_ALWAYS,     view, family_word, COLUMN),
	ROW(VIEW,    VIEW_STATE,      view, state, U8),
	ROW(VIEW,    VIEW_STATE_WORD, view, state_word, WORD),
	ROW(VIEW,    VIEW_DELTA,      view, delta, U64),
	ROW(VIEW,    VIEW_LABELS,     view, has, LABELS),
	ROW(VIEW,    VIEW_FLAG,       view, flag, WORD),
	ROW(VIEW,    VIEW_UNREPLIED,  view, has, U8),
	ROW(STATUS,  IPS_ASSURED,     view, has, U8),
	ROW(VIEW,    VIEW_EVENT,      view, event, WORD),
	ROW(VIEW,    VIEW_EVENT,      view, time_ns, TIME),
	ROW(VIEW,    VIEW_PORTID,     view, port, U32),
	ROW(VIEW,    VIEW_PROGRAM,    view, program, WORD),
	ROW(VIEW,    VIEW_DATE,       view, date.time[0], U16),
	ROW(VIEW,    VIEW_DATE,       view, date.time[1], TWO),
	ROW(VIEW,    VIEW_DATE,       view, date.time[2], TWO),
	ROW(VIEW,    VIEW_DATE,       view, date.wday, U16),
	ROW(VIEW,    VIEW_DATE,       view, date.day, U16),
	ROW(VIEW,    VIEW_DATE,       view, date.month, U16),
	ROW(VIEW,    VIEW_DATE,       view, date.year, U16),
	ROW(SHOW,    FMT_EXTENDED,    view, has, U8),
	ROW(SHOW,    FMT_ID,          view, has, U8),
	ROW(VIEW,    VIEW_KTIME,      view, has, U8),
	ROW(RECORD,  CT_EXP_TIMEOUT,  ct_expect, timeout, U32),
	ROW(RECORD,  CT_EXP_ID,       ct_expect, id, U32),
	ROW(RECORD,  CT_EXP_ZONE,     ct_expect, zone, U16),
	ROW(RECORD,  CT_EXP_CLASS,    ct_expect, class, U32),
	ROW(RECORD,  CT_EXP_FLAGS,    ct_expect, flags, BITS),
	ROW(RECORD,  CT_EXP_HELPER,   ct_expect, helper, NAME),
	ROW(RECORD,  CT_EXP_FN,       ct_expect, fn, NAME),
	ROW(VIEW,    VIEW_FLAGS,      view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_PERMANENT, view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_INACTIVE, view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_USERSPACE, view, has, U8),
	ROW(SAVED,   SAVE_DNAT,       view, has, U8),
	ROW(SAVED,   SAVE_NO_DNAT,    view, has, U8),
	ROW(SAVED,   SAVE_SNAT,       view, has, U8),
	ROW(SAVED,   SAVE_NO_SNAT,    view, has, U8),
	ROW(SAVED,   SAVE_SNAT_ID4,   view, has, U8),
	ROW(SAVED,   SAVE_SNAT_ID6,   view, has, U8),
	ROW(SAVED,   SAVE_STATUS,     view_saved, status, BITS),
	ROW(SAVED,   SAVE_UNSET,      view, has, U8),
	ROW(SAVED,   SAVE_NAMED,      view, has, U8),
	ROW(SAVED,   SAVE_UNNAMED,    view, has, U8),
	ROW(SAVED,   SAVE_ROLE,       view_saved, role, WORD),
	ROW(SAVED,   SAVE_REST,       view, has, U8),
	ROW(SAVED,   SAVE_NO_TIMEOUT, view, has, U8),
	ROW(SAVED,   SAVE_NO_STATE,   view, has, U8),
	ROW(SAVED,   SAVE_NO_DCCP,    view, has, U8),
	ROW(SHOW,    FMT_COLOR,       view, has, U8),
};

/* ------------------------------------------------------------------ lists */

/* Is the bit set, of a number or, with no list of words, of the labels? */
static int is_set(const struct view *v, enum ct_list list,
		  uint32_t bits, unsigned i)
{
	return list ? (int)(bits >> i & 1) : ct_label_test(v->flow->labels, i);
}

static int has_blank(const char *name, size_t n)
{
	while (n > 0 && name[n - 1] != ' ')
		n--;
	return n > 0;
}

/*
 * Words for the bits that are set. One without a word is its number where
 * programs read, and left out where there never was one.
 */
static void put_list(struct out *o, const struct view *v,
		     enum ct_list list, uint32_t bits)
{
	const struct ct_label_map *map = v->how->labels;
	const int json = v->language == SCRIPT_JSON;
	const int xml = v->language == SCRIPT_XML;
	const char *before = json ? "[\"" : xml ? "<label>" : "";
	const char *next = json ? ",\"" : xml ? before : ",";
	const char *behind = json ? "\"" : xml ? "</label>" : "";

	for (unsigned i = 0; i < (list ? 32 : 8 * CT_LABEL_BYTES); i++) {
		const char *word = list ? ct_name_of(list, i) :
				   map ? map->bit[i].name : NULL;

		if (!is_set(v, list, bits, i) ||
		    (!word && (xml || v->language == SCRIPT_PLAIN)))
			continue;
		if (v->language == SCRIPT_SAVE && word && !list &&
		    has_blank(word, map->bit[i].len))
			word = NULL;	/* a name with blanks is two words */
		out_str(o, before);
		if (!word)
			out_end(o, text_u32(out_room(o), i));
		else if (list)
			out_str(o, word);
		else
			out_mem(o, word, map->bit[i].len);
		out_str(o, behind);
		before = next;
	}
	if (json)
		out_str(o, before == next ? "]" : "[]");
}

/* ----------------------------------------------------------------- values */

/* The number at *at, of as many bytes as such a value has; of others 0. */
static uint64_t number(unsigned kind, const uint8_t *at)
{
	static const uint8_t sizes[16] = {
		[U8] = 1, [U16] = 2, [U32] = 4, [U64] = 8, [HEX] = 2,
		[TWO] = 2, [TIME] = 8, [DATE] = 8, [BITS] = 4,
	};
	const unsigned n = sizes[kind];
	uint64_t v = 0;

	memcpy((char *)&v + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 :
			     sizeof(v) - n), at, n);
	return v;
}

/* Has the tuple looked at addresses of IPv4? */
static int is_ip4(const struct view *v)
{
	const struct ct_tuple *t = v->base[BASE_TUPLE];

	return (t->has & (CT_SRC4 | CT_DST4)) != 0;
}

/* A word, and blanks to the ninth column. */
static char *put_column(char *p, const char *word)
{
	char *end = text_str(p, "         ");

	text_word(p, word);
	return end;
}

/* Smaller when not in line. */
__attribute__((noinline))
static char *put_value(struct out *o, char *p, const struct view *v,
		       const struct row *row, const uint8_t *at)
{
	const uint64_t n = number(row->kind, at);
	const char *word;
	int quote;

	switch (row->kind) {
	case HEX:
		return text_hex(text_str(p, "0x"), (uint32_t)n);
	case TWO:
		return text_zeros(p, (uint32_t)n, 2);
	case TIME:
		return text_seconds(p, n);
	case DATE:
		return clock_date(p, v->how->zone, (int64_t)(n / CLOCK_SECOND));
	case BITS:
	case LABELS:
		out_end(o, p);
		put_list(o, v, row->kind == LABELS ? CT_NO_NAMES :
			 v->flow ? CT_STATUS_BITS : CT_EXPECT_FLAGS,
			 (uint32_t)n);
		return out_room(o);
	case ADDR:
	case WORD:
	case NAME:
	case COLUMN:
		break;
	default:
		/* what JSON's readers take for a number has 53 bits */
		return text_number(p, n, v->language == SCRIPT_JSON);
	}
	memcpy(&word, at, sizeof(word));
	if (row->kind == COLUMN)
		return put_column(p, word);
	quote = v->language == SCRIPT_JSON;
	if (quote)
		*p++ = '"';
	p = row->kind == ADDR ? is_ip4(v) ? text_ip4(p, at) : text_ip6(p, at) :
	    escape_text(o, p, row->kind == WORD ? word : (const char *)at,
		     v->language);
	if (quote)
		*p++ = '"';
	return p;
}

/* The value, and where it stands when a stencil is learned. */
static char *put_row(struct out *o, char *p, const struct view *v,
		     const struct row *row, const uint8_t *at)
{
	char *end = put_value(o, p, v, row, at);
	const int is_delta = at == (const uint8_t *)&v->delta;
	/* that of an address is no number's */
	const size_t quote = row->kind == ADDR && *p == '"';

	if (v->stencil && (is_delta ||
	    (row->base >= BASE_RECORD && row->base <= BASE_INFO &&
	     row->kind != BITS)))
		stencil_hole(v->stencil, (size_t)(p - o->buf) + quote,
			     (size_t)(end - o->buf) - quote,
			     is_delta ? 0 :
			     (size_t)(at - (const uint8_t *)v->flow),
			     is_delta ? STENCIL_DELTA :
			     row->kind != ADDR ? row->kind :
			     is_ip4(v) ? STENCIL_IP4 : STENCIL_IP6);
	return end;
}

/*
 * The value of a row, NULL when it is not there. The old tool shows ports and
 * keys even when the kernel sent none.
 */
static const uint8_t *value_of(struct view *v, const struct row *row)
{
	const uint8_t *base = v->base[row->base];
	uint32_t has;

	memcpy(&has, base, sizeof(has));
	if (has & row->bit)
		return base + row->at;
	if (base == view_nothing || row->base > BASE_KEYS ||
	    row->base < BASE_PORTS || v->language & SCRIPT_AS_SENT)
		return NULL;
	v->stencil = NULL;
	return view_nothing;
}

/* ---------------------------------------------------------------- scripts */

/* The bytes of a script that are no value. */
enum {
	OP_DIR = 0xe0, OP_L4 = 0xe4, OP_AT = 0xe8, OP_RAW = 0xf0, OP_WHEN,
	OP_FI, OP_TEXT, OP_END = 0xff,
};

/*
 * Copy text, up to the next byte that is none; *s moves there. As many as
 * seven bytes behind the text are written, too, and do not count.
 */
static char *put_literal(char *p, const char **s)
{
	const uint64_t high = 0x8080808080808080;
	const char *from = *s;
	uint64_t word;

	for (;;) {
		memcpy(&word, from, sizeof(word));
		memcpy(p, &word, sizeof(word));
		word &= high;
		if (word)
			break;
		from += sizeof(word);
		p += sizeof(word);
	}
	word = (unsigned)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
			  __builtin_ctzll(word) : __builtin_clzll(word)) / 8;
	*s = from + word;
	return p + word;
}

/* A value by its name, which stands at *s. */
static char *put_named(struct out *o, char *p, const struct view *v,
		       const char **s, const struct row *row,
		       const uint8_t *at)
{
	static const char before[][3] = { "<", ",\"", " ", " -" };
	static const char behind[][3] = { ">", "\":", "=", " " };
	const unsigned language = v->language;
	const char *name = *s, *mark = before[language];

	/* the first one in braces; an option of more than a letter */
	if (language == SCRIPT_JSON && p > o->buf && p[-1] == '{')
		mark++;
	p = text_word(p, mark);
	if (language == SCRIPT_SAVE && !(name[1] & 0x80))
		*p++ = '-';
	p = text_word(put_literal(p, s), behind[language]);
	p = put_row(o, p, v, row, at);
	if (language == SCRIPT_XML) {
		*s = name;
		p = put_literal(text_str(p, "</"), s);
		*p++ = '>';
	}
	return p;
}

/* The script of a tuple; then the view is of the first one again. */
static void play_dir(struct out *o, struct view *v, unsigned op)
{
	v->word = v->script->words;
	for (unsigned i = op % 4; i > 0; i--)
		while (*v->word++)
			;
	view_dir(v, op % 4);
	script_run(o, v, v->script->text[op < OP_L4 ? 1 : 2]);
	view_dir(v, 0);
}

/* Behind the FI of a WHEN; others may stand in between. */
static const char *pass_over(const char *s)
{
	for (unsigned depth = 1; depth > 0; s++) {
		depth += (uint8_t)*s == OP_WHEN;
		depth -= (uint8_t)*s == OP_FI;
	}
	return s;
}

void script_run(struct out *o, struct view *v, const char *s)
{
	char *p = out_room(o);

	for (;;) {
		uint8_t op, word = 0;
		const struct row *row;
		const uint8_t *at;

		p = put_literal(p, &s);
		op = (uint8_t)*s++;
		if (op >= OP_RAW) {
			if (op == OP_END)
				break;
			if (op >= OP_FI)
				continue;
			word = op;
			op = (uint8_t)*s++;
		} else if (op >= OP_AT) {
			view_dir(v, op % 4);
			continue;
		} else if (op >= OP_DIR) {
			out_end(o, p);
			play_dir(o, v, op);
			p = out_room(o);
			continue;
		}
		row = &rows[op - 0x80];
		at = value_of(v, row);
		if (word == OP_WHEN)
			s = at ? s : pass_over(s);
		else if (word && at)
			p = put_row(o, p, v, row, at);
		else if (!word && at)
			p = put_named(o, p, v, &s, row, at);
		else if (!word)
			put_literal(p, &s);	/* its name */
	}
	out_end(o, p);
}

void script_flow(struct out *o, const struct script *s,
		 const struct ct_flow *f, const struct fmt_how *how)
{
	struct stencil_key k = {
		.script = s, .show = how->show,
		.saved = s->saved ? s->saved(f, how) : 0,
		.quotes = s->language == SCRIPT_JSON,
	};
	struct stencil *to = NULL;
	struct view v;

	if (stencil_key(&k, f) && !(how->event && s->events) &&
	    !(f->has & CT_LABELS && (how->labels || k.quotes ||
				     k.saved & SAVE_REST))) {
		to = stencil_fill(o, &k, f, how);
		if (!to)
			return;
	}
	v.script = s;
	view_flow(&v, s->language, f, how);
	v.saved.has |= k.saved;
	v.stencil = to;
	script_run(o, &v, s->text[0]);
	if (v.stencil)
		stencil_learn(to, &k, o);
}

void script_expect(struct out *o, const struct script *s,
		   const struct ct_expect *e, const struct fmt_how *how)
{
	struct view v;

	v.script = s;
	view_expect(&v, s->language, e, how);
	script_run(o, &v, s->text[0]);
}
