/* SPDX-License-Identifier: MIT */
#include "fmt/script.h"

#include "ct/names.h"
#include "fmt/stencil.h"
#include "fmt/text.h"

#include <stddef.h>
#include <sys/socket.h>

/* How a value is written. Of a number, its size in bytes. */
enum kind {
	U8 = 1, U16 = 2, U32 = 4, U64 = 8,
	HEX = 9,	/* of 16 bits */
	TWO = 3,	/* of 16 bits, two digits */
	TIME = 10,	/* nanoseconds as seconds with six decimals */
	DATE = 5,	/* nanoseconds as a date */
	COLUMN = 6,	/* a word, in nine columns */
	BITS = 11, LABELS,	/* a list of words */
	ADDR,		/* and the rest: in JSON a text */
	WORD, NAME = 0,	/* WORD is a pointer to it */
};

#define ROW(base, bit, type, member, kind) \
	{ bit, BASE_##base, kind, offsetof(struct type, member) }

/* In the order of S_*. */
static const struct row {
	uint16_t	 bit;
	uint8_t		 base : 4;	/* enum script_base */
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
	ROW(TUPLE,   CT_ICMP_TYPE | CT_ICMP6_TYPE,ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP_CODE | CT_ICMP6_CODE,ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP_ID | CT_ICMP6_ID,ct_tuple, id, U16),
	ROW(TUPLE,   CT_ICMP_TYPE,    ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP_CODE,    ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP_ID,      ct_tuple, id, U16),
	ROW(TUPLE,   CT_ICMP6_TYPE,   ct_tuple, type, U8),
	ROW(TUPLE,   CT_ICMP6_CODE,   ct_tuple, code, U8),
	ROW(TUPLE,   CT_ICMP6_ID,     ct_tuple, id, U16),
	ROW(TUPLE,   CT_TUPLE_ZONE,   ct_tuple, zone, U16),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, proto, WORD),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, proto, COLUMN),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, protonum, U8),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, word, WORD),
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
	ROW(VIEW,    VIEW_ALWAYS,     script_view, family, U8),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, family_word, WORD),
	ROW(VIEW,    VIEW_ALWAYS,     script_view, family_word, COLUMN),
	ROW(VIEW,    VIEW_STATE,      script_view, state, U8),
	ROW(VIEW,    VIEW_STATE_WORD, script_view, state_word, WORD),
	ROW(VIEW,    VIEW_DELTA,      script_view, delta, U64),
	ROW(VIEW,    VIEW_LABELS,     script_view, has, LABELS),
	ROW(VIEW,    VIEW_FLAG,       script_view, flag, WORD),
	ROW(VIEW,    VIEW_UNREPLIED,  script_view, has, U8),
	ROW(STATUS,  IPS_ASSURED,     script_view, has, U8),
	ROW(VIEW,    VIEW_EVENT,      script_view, event, WORD),
	ROW(VIEW,    VIEW_EVENT,      script_view, time_ns, TIME),
	ROW(VIEW,    VIEW_PORTID,     script_view, port, U32),
	ROW(VIEW,    VIEW_PROGRAM,    script_view, program, WORD),
	ROW(VIEW,    VIEW_DATE,       script_view, date.hour, U16),
	ROW(VIEW,    VIEW_DATE,       script_view, date.min, TWO),
	ROW(VIEW,    VIEW_DATE,       script_view, date.sec, TWO),
	ROW(VIEW,    VIEW_DATE,       script_view, date.wday, U16),
	ROW(VIEW,    VIEW_DATE,       script_view, date.day, U16),
	ROW(VIEW,    VIEW_DATE,       script_view, date.month, U16),
	ROW(VIEW,    VIEW_DATE,       script_view, date.year, U16),
	ROW(SHOW,    FMT_EXTENDED,    script_view, has, U8),
	ROW(SHOW,    FMT_ID,          script_view, has, U8),
	ROW(VIEW,    VIEW_KTIME,      script_view, has, U8),
	ROW(RECORD,  CT_EXP_TIMEOUT,  ct_expect, timeout, U32),
	ROW(RECORD,  CT_EXP_ID,       ct_expect, id, U32),
	ROW(RECORD,  CT_EXP_ZONE,     ct_expect, zone, U16),
	ROW(RECORD,  CT_EXP_CLASS,    ct_expect, class, U32),
	ROW(RECORD,  CT_EXP_FLAGS,    ct_expect, flags, BITS),
	ROW(RECORD,  CT_EXP_HELPER,   ct_expect, helper, NAME),
	ROW(RECORD,  CT_EXP_FN,       ct_expect, fn, NAME),
	ROW(VIEW,    VIEW_FLAGS,      script_view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_PERMANENT,script_view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_INACTIVE,script_view, has, U8),
	ROW(STATUS,  NF_CT_EXPECT_USERSPACE,script_view, has, U8),
	ROW(SAVED,   SAVE_DNAT,       script_view, has, U8),
	ROW(SAVED,   SAVE_NO_DNAT,    script_view, has, U8),
	ROW(SAVED,   SAVE_SNAT,       script_view, has, U8),
	ROW(SAVED,   SAVE_NO_SNAT,    script_view, has, U8),
	ROW(SAVED,   SAVE_SNAT_ID4,   script_view, has, U8),
	ROW(SAVED,   SAVE_SNAT_ID6,   script_view, has, U8),
	ROW(SAVED,   SAVE_STATUS,     script_saved, status, BITS),
	ROW(SAVED,   SAVE_UNSET,      script_view, has, U8),
	ROW(SAVED,   SAVE_NAMED,      script_view, has, U8),
	ROW(SAVED,   SAVE_UNNAMED,    script_view, has, U8),
	ROW(SAVED,   SAVE_ROLE,       script_saved, role, WORD),
};

/* ------------------------------------------------------------------ texts */

/* Bytes of the UTF-8 sequence at s (RFC 3629), NUL behind it; 0: it is none. */
static unsigned utf8_length(const uint8_t *s)
{
	/* lead from, to, and what the byte behind it is from, to */
	static const uint8_t leads[][4] = {
		{ 0xc2, 0xdf, 0x80, 0xbf }, { 0xe0, 0xe0, 0xa0, 0xbf },
		{ 0xe1, 0xec, 0x80, 0xbf }, { 0xed, 0xed, 0x80, 0x9f },
		{ 0xee, 0xef, 0x80, 0xbf }, { 0xf0, 0xf0, 0x90, 0xbf },
		{ 0xf1, 0xf3, 0x80, 0xbf }, { 0xf4, 0xf4, 0x80, 0x8f },
	};
	unsigned n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;

	for (unsigned i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const uint8_t *l = leads[i];

		if (*s < l[0] || *s > l[1] || s[1] < l[2] || s[1] > l[3])
			continue;
		for (i = 2; i < n; i++)
			if ((s[i] & 0xc0) != 0x80)
				return 0;
		return n;
	}
	return 0;
}

/*
 * One character of a text at *s, which moves behind it: escaped where the
 * language has another use for it, replaced where it is no character.
 */
static char *put_special(char *p, const char **s, unsigned language)
{
	const uint8_t *c = (const uint8_t *)*s;
	unsigned n = 1;

	if (*c < ' ' && language == SCRIPT_XML) {
		p = text_str(p, "\xef\xbf\xbd");
	} else if (*c < 0x80) {
		p = text_str(p, language == SCRIPT_XML ? "&#x" : "\\u00");
		*p++ = (char)('0' + (*c >> 4));
		p = text_hex(p, *c & 15);
		if (language == SCRIPT_XML)
			*p++ = ';';
	} else if ((n = utf8_length(c)) > 0) {
		for (unsigned i = 0; i < n; i++)
			*p++ = (char)c[i];
	} else {
		n = 1;
		p = text_str(p, "\xef\xbf\xbd");
	}
	*s += n;
	return p;
}

/*
 * A text. What stands before it and 64 of its characters, six bytes each,
 * have to fit into OUT_ROOM.
 */
static char *put_text(struct out *o, char *p, const char *s, unsigned language)
{
	const int json = language == SCRIPT_JSON;

	for (unsigned n = 1; *s; n++) {
		if (language <= SCRIPT_JSON &&
		    ((uint8_t)(*s - ' ') >= 0x60 ||
		     *s == (json ? '"' : '<') || *s == (json ? '\\' : '&')))
			p = put_special(p, &s, language);
		else
			*p++ = *s++;
		if (n % 64 == 0) {
			out_end(o, p);
			p = out_room(o);
		}
	}
	return p;
}

/* ------------------------------------------------------------------ lists */

/* What stands around a list, and around its elements. */
static const struct around {
	char	open[2], close[2], between[2], before[8], behind[9];
} lists[] = {
	[SCRIPT_XML]   = { "", "", "", "<label>", "</label>" },
	[SCRIPT_JSON]  = { "[", "]", ",", "\"", "\"" },
	[SCRIPT_PLAIN] = { "", "", ",", "", "" },
	[SCRIPT_SAVE]  = { "", "", ",", "", "" },
	[SCRIPT_BY]    = { "", "", ",", "", "" },
};

/* Is the bit set, of a number or, with no list of words, of the labels? */
static int is_set(const struct script_view *v, enum ct_list list,
		  uint32_t bits, unsigned i)
{
	return list ? (int)(bits >> i & 1) : ct_label_test(v->flow->labels, i);
}

/*
 * Words for the bits that are set. One without a word is its number where
 * programs read, and left out where there never was one.
 */
static void put_list(struct out *o, const struct script_view *v,
		     enum ct_list list, uint32_t bits)
{
	const struct ct_label_map *map = v->how->labels;
	const struct around *a = &lists[v->language];
	const char *between = "";

	out_str(o, a->open);
	for (unsigned i = 0; i < (list ? 32 : 8 * CT_LABEL_BYTES); i++) {
		const char *word = list ? ct_name_of(list, i) :
				   map ? map->bit[i].name : NULL;

		if (!is_set(v, list, bits, i) ||
		    (!word && v->language != SCRIPT_JSON &&
		     v->language != SCRIPT_BY))
			continue;
		out_str(o, between);
		out_str(o, a->before);
		if (!word)
			out_end(o, text_u32(out_room(o), i));
		else if (list)
			out_str(o, word);
		else
			out_mem(o, word, map->bit[i].len);
		out_str(o, a->behind);
		between = a->between;
	}
	out_str(o, a->close);
}

/* The same, remembered: of many flows most have the same status. */
static char *put_bits(char *p, const struct script_view *v, enum ct_list list,
		      uint32_t bits)
{
	static char text[2 * OUT_ROOM];
	static struct out last = { .buf = text, .cap = sizeof(text), .fd = -1 };
	static uint32_t last_bits;
	static unsigned last_list;
	const unsigned this_list = (unsigned)list << 8 | v->language;

	if (bits != last_bits || this_list != last_list) {
		last.len = 0;
		put_list(&last, v, list, bits);
		last_bits = bits;
		last_list = this_list;
	}
	memcpy(p, text, last.len);
	return p + last.len;
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
static int is_ip4(const struct script_view *v)
{
	const struct ct_tuple *t = v->base[BASE_TUPLE];

	return (t->has & (CT_SRC4 | CT_DST4)) != 0;
}

static char *put_addr(char *p, const struct script_view *v, const uint8_t *at)
{
	const unsigned size = is_ip4(v) ? 4 : 16;
	uint8_t net[16];
	unsigned left = v->bits ? v->bits : 8 * size;

	for (unsigned i = 0; i < size; i++) {
		const unsigned n = left < 8 ? left : 8;

		net[i] = (uint8_t)(at[i] & 0xff00 >> n);
		left -= n;
	}
	p = size == 4 ? text_ip4(p, net) : text_ip6(p, net);
	if (v->bits && v->bits < 8 * size) {
		*p++ = '/';
		p = text_u32(p, v->bits);
	}
	return p;
}

static char *put_number(char *p, const struct script_view *v, uint64_t n)
{
	/* what JSON's readers take for a number has 53 bits */
	const int quote = v->language == SCRIPT_JSON && n >> 53;

	if (quote)
		*p++ = '"';
	p = text_u64(p, n);
	if (quote)
		*p++ = '"';
	return p;
}

/* A word, and blanks to the ninth column. */
static char *put_column(char *p, const char *word)
{
	char *end = text_str(p, "         ");

	text_word(p, word);
	return end;
}

static char *put_value(struct out *o, char *p, const struct script_view *v,
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
		return put_bits(p, v, v->flow ? CT_STATUS_BITS :
				CT_EXPECT_FLAGS, (uint32_t)n);
	case LABELS:
		out_end(o, p);
		put_list(o, v, CT_NO_NAMES, 0);
		return out_room(o);
	case ADDR:
	case WORD:
	case NAME:
	case COLUMN:
		break;
	default:
		return put_number(p, v, n);
	}
	memcpy(&word, at, sizeof(word));
	if (row->kind == COLUMN)
		return put_column(p, word);
	quote = v->language == SCRIPT_JSON;
	if (quote)
		*p++ = '"';
	p = row->kind == ADDR ? put_addr(p, v, at) :
	    put_text(o, p, row->kind == WORD ? word : (const char *)at,
		     v->language);
	if (quote)
		*p++ = '"';
	return p;
}

/* The value, and where it stands when a stencil is learned. */
static char *put_row(struct out *o, char *p, const struct script_view *v,
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
			     (size_t)(at - (const uint8_t *)v->flow),
			     is_delta ? STENCIL_DELTA :
			     row->kind != ADDR ? row->kind :
			     is_ip4(v) ? STENCIL_IP4 : STENCIL_IP6);
	return end;
}

/* The value of a row, NULL when it is not there. */
static const uint8_t *value_of(const struct script_view *v,
			       const struct row *row)
{
	const uint8_t *base = v->base[row->base];
	uint32_t has;

	memcpy(&has, base, sizeof(has));
	return has & row->bit ? base + row->at : NULL;
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
static char *put_named(struct out *o, char *p, const struct script_view *v,
		       const char **s, const struct row *row,
		       const uint8_t *at)
{
	static const char before[][3] = { "<", ",\"", " ", " -", " " };
	static const char behind[][3] = { ">", "\":", "=", " ", "=" };
	const unsigned language = v->language;
	const char *name = *s, *mark = before[language];

	/* the first one in braces; an option of more than a letter */
	if (language == SCRIPT_JSON && p > o->buf && p[-1] == '{')
		mark++;
	p = text_word(p, mark);
	if (language == SCRIPT_SAVE && !(name[1] & 0x80))
		*p++ = '-';
	p = text_word(put_literal(p, s), behind[language]);
	if (at)
		p = put_row(o, p, v, row, at);
	else
		*p++ = '-';
	if (language == SCRIPT_XML) {
		*s = name;
		p = put_literal(text_str(p, "</"), s);
		*p++ = '>';
	}
	return p;
}

/* The script of a tuple; then the view is of the first one again. */
static void play_dir(struct out *o, struct script_view *v, unsigned op)
{
	const unsigned dir = op % 4;
	struct ct_tuple shown = v->tuples[dir];

	v->word = v->script->words;
	for (unsigned i = 0; i < dir; i++)
		while (*v->word++)
			;
	script_dir(v, dir);
	if (v->language != SCRIPT_JSON &&
	    ~shown.has & (CT_SPORT | CT_DPORT)) {
		/* ports and keys are shown even when the kernel sent none */
		shown.sport = shown.has & CT_SPORT ? shown.sport : 0;
		shown.dport = shown.has & CT_DPORT ? shown.dport : 0;
		shown.has |= CT_SPORT | CT_DPORT;
		for (unsigned i = BASE_PORTS; i <= BASE_KEYS; i++)
			if (v->base[i] == &v->tuples[dir]) {
				v->base[i] = &shown;
				v->stencil = NULL;
			}
	}
	script_run(o, v, v->script->text[op < OP_L4 ? 1 : 2]);
	script_dir(v, 0);
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

void script_run(struct out *o, struct script_view *v, const char *s)
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
			script_dir(v, op % 4);
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
		else if (!word && (at || v->language == SCRIPT_BY))
			p = put_named(o, p, v, &s, row, at);
		else if (!word)
			put_literal(p, &s);	/* its name */
	}
	out_end(o, p);
}

/* --------------------------------------------------------------- the view */

void script_dir(struct script_view *v, unsigned dir)
{
	static const uint32_t nothing;
	const struct ct_tuple *t = &v->tuples[dir];
	const struct ct_proto *proto = ct_proto_of(t->proto);

	v->proto = proto->name;
	v->protonum = t->proto;
	v->base[BASE_TUPLE] = t;
	v->base[BASE_PORTS] = v->base[BASE_KEYS] = v->base[BASE_COUNTERS] =
		&nothing;
	if (proto->l4 == CT_L4_PORTS)
		v->base[BASE_PORTS] = t;
	if (proto->l4 == CT_L4_KEYS)
		v->base[BASE_KEYS] = t;
	if (v->flow)
		v->base[BASE_COUNTERS] = &v->flow->counters[dir];
}

/* What entries and expectations have in common. */
static void look(struct script_view *v, const void *record,
		 const struct ct_tuple *tuples, uint8_t family)
{
	const struct fmt_how *how = v->how;

	v->has = VIEW_ALWAYS;
	v->bits = 0;
	v->stencil = NULL;
	v->base[BASE_VIEW] = v;
	v->base[BASE_RECORD] = record;
	v->base[BASE_SHOW] = &how->show;
	v->base[BASE_SAVED] = &v->saved;
	v->saved.has = 0;
	v->tuples = tuples;
	script_dir(v, 0);
	v->family = family;
	v->family_word = ct_name_of(CT_FAMILIES, family);
	if (!v->family_word)
		v->family_word = "unknown";
	if (how->event) {
		v->has |= VIEW_EVENT;
		v->event = ct_name_of(v->language == SCRIPT_XML ?
				      CT_EVENT_KINDS : CT_EVENTS, how->event);
	}
}

/* When it was, also in local time. */
static void look_at_clock(struct script_view *v, uint64_t ns)
{
	v->time_ns = ns;
	if (v->how->show & FMT_STAMP) {
		v->has |= VIEW_DATE;
		clock_split(&v->date, v->how->zone,
			    (int64_t)(ns / CLOCK_SECOND));
	}
}

/* Is there a label to show? Where people read, one with a name. */
static int has_label(const struct script_view *v)
{
	const struct ct_label_map *map = v->how->labels;

	if (v->language != SCRIPT_PLAIN)
		return map || v->language != SCRIPT_XML;
	for (unsigned i = 0; map && i < 8 * CT_LABEL_BYTES; i++)
		if (map->bit[i].name && ct_label_test(v->flow->labels, i))
			return 1;
	return 0;
}

static void look_at_status(struct script_view *v, const struct ct_flow *f)
{
	static const uint32_t none;

	v->base[BASE_STATUS] = &none;
	if (!(f->has & CT_STATUS))
		return;
	v->base[BASE_STATUS] = &f->status;
	if (!(f->status & IPS_SEEN_REPLY))
		v->has |= VIEW_UNREPLIED;
	if (f->status & (IPS_HW_OFFLOAD | IPS_OFFLOAD | IPS_ASSURED))
		v->has |= VIEW_FLAG;
	v->flag = f->status & IPS_HW_OFFLOAD ? "HW_OFFLOAD" :
		  f->status & IPS_OFFLOAD ? "OFFLOAD" : "ASSURED";
}

/* Not in line: members of a view in a register are reached by short code. */
__attribute__((noinline))
void script_look(struct script_view *v, unsigned language,
		 const struct ct_flow *f, const struct fmt_how *how)
{
	const struct ct_proto *proto = ct_proto_of(f->dir[CT_ORIG].proto);

	v->language = (uint8_t)language;
	v->how = how;
	v->flow = f;
	look(v, f, f->dir, f->family);
	v->base[BASE_TIMES] = &f->times;
	v->base[BASE_HELPER] = &f->helper;
	v->base[BASE_SECCTX] = &f->secctx;
	v->base[BASE_INFO] = &f->info;
	look_at_status(v, f);
	if (f->info.has & proto->state) {
		v->state = f->info.state;
		v->state_word = ct_name_of(proto->states, v->state);
		v->has |= v->state_word ? VIEW_STATE_WORD : VIEW_STATE;
	}
	if (f->has & CT_LABELS && has_label(v))
		v->has |= VIEW_LABELS;
	if (how->show & FMT_KTIME && f->times.has)
		v->has |= VIEW_KTIME;
	if (f->times.has & CT_START) {
		v->has |= VIEW_DELTA;
		v->delta = fmt_delta(&f->times, how);
	}
	if (how->port)
		v->has |= VIEW_PORTID | (how->program ? VIEW_PROGRAM : 0);
	v->port = how->port;
	v->program = how->program;
}

/* Play the script into a stencil, and that into the text. */
static void learn(struct out *o, struct script_view *v, struct stencil *to,
		  const struct stencil_key *k)
{
	struct out text = { .buf = to->text, .cap = sizeof(to->text),
			    .fd = -1 };

	to->key.script = NULL;
	to->holes = 0;
	v->stencil = to;
	script_run(&text, v, v->script->text[0]);
	if (v->stencil)
		stencil_learned(to, k, text.len);
	out_mem(o, text.buf, text.len);
}

void script_flow(struct out *o, const struct script *s,
		 const struct ct_flow *f, const struct fmt_how *how)
{
	struct stencil_key k = { .script = s };
	struct script_view v;
	struct stencil *to = NULL;

	k.show = how->show;
	k.quotes = s->language == SCRIPT_JSON;
	if (s->saved)
		k.saved = s->saved(f, how);
	if (stencil_key(&k, f) && !(how->event && s->events) &&
	    !(f->has & CT_LABELS && (how->labels || k.quotes))) {
		to = stencil_for(&k);
		if (stencil_fill(o, to, &k, f, how))
			return;
	}
	v.script = s;
	script_look(&v, s->language, f, how);
	v.saved.has = k.saved;
	v.saved.status = f->status & SAVE_BITS;
	v.saved.role = ct_name_of(CT_DCCP_ROLES, f->info.role);
	if (to) {
		learn(o, &v, to, &k);
	} else {
		if (how->event)
			look_at_clock(&v, f->has & CT_EVENT_TIME ?
				      f->event_ns : how->now_ns);
		script_run(o, &v, s->text[0]);
	}
}

void script_expect(struct out *o, const struct script *s,
		   const struct ct_expect *e, const struct fmt_how *how)
{
	static const uint32_t none;
	struct script_view v;

	v.script = s;
	v.language = s->language;
	v.how = how;
	v.flow = NULL;
	look(&v, e, &e->tuple, e->family);
	v.base[BASE_STATUS] = &none;
	if (e->has & CT_EXP_FLAGS) {
		v.base[BASE_STATUS] = &e->flags;
		if (e->flags)
			v.has |= VIEW_FLAGS;
	}
	look_at_clock(&v, how->now_ns);
	script_run(o, &v, s->text[0]);
}
