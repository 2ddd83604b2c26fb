/* SPDX-License-Identifier: MIT */
/*
 * The default line, to the byte that of conntrack-tools: compat.md 4.3 and
 * 4.5. Clients count its blanks.
 *
 * Each writer begins with the blank before its words. All fields together fit
 * into OUT_ROOM, but for the two that have no limit of their own, the security
 * context and the labels.
 */
#include "fmt/fmt.h"

#include "ct/names.h"
#include "ct/proto.h"
#include "fmt/text.h"

/* "udp      17": the name, at most eight letters, in a column of nine. */
static char *put_numbered(char *p, const char *name, uint32_t number)
{
	char *end = text_str(p, "         ");

	text_word(p, name);
	return text_u32(end, number);
}

/* family: CT_SRC4, CT_SRC6 or neither */
static char *put_addr(char *p, const struct ct_addr *a, uint32_t family)
{
	if (family & CT_SRC4)
		return text_ip4(p, a->b);
	return family & CT_SRC6 ? text_ip6(p, a->b) : p;
}

static char *put_ports(char *p, uint32_t sport, uint32_t dport)
{
	p = text_u32(text_str(p, " sport="), sport);
	return text_u32(text_str(p, " dport="), dport);
}

static char *put_keys(char *p, uint32_t src, uint32_t dst)
{
	p = text_hex(text_str(p, " srckey=0x"), src);
	return text_hex(text_str(p, " dstkey=0x"), dst);
}

/* What the tuple has beside addresses and protocol. */
static char *put_l4(char *p, const struct ct_tuple *t)
{
	/* shown even when the kernel sent none */
	uint32_t sport = t->has & CT_SPORT ? t->sport : 0;
	uint32_t dport = t->has & CT_DPORT ? t->dport : 0;

	switch (ct_proto_of(t->proto)->l4) {
	case CT_L4_PORTS:
		return put_ports(p, sport, dport);
	case CT_L4_KEYS:
		return put_keys(p, sport, dport);
	case CT_L4_NONE:
		return p;
	default:	/* ICMP and ICMPv6 */
		p = text_u32(text_str(p, " type="), t->type);
		p = text_u32(text_str(p, " code="), t->code);
		return text_u32(text_str(p, " id="), t->id);
	}
}

/* Both addresses, each with " mask-" or the like before it; the rest. */
static char *put_tuple(char *p, const struct ct_tuple *t, const char *kind)
{
	p = put_addr(text_str(text_word(p, kind), "src="), &t->src, t->has);
	p = put_addr(text_str(text_word(p, kind), "dst="), &t->dst,
		     t->has / (CT_DST4 / CT_SRC4));
	return put_l4(p, t);
}

static char *put_dir(char *p, const struct ct_tuple *t,
		     const struct ct_counters *c, const char *zone)
{
	p = put_tuple(p, t, " ");
	if (t->has & CT_TUPLE_ZONE)
		p = text_u32(text_word(p, zone), t->zone);
	if (c->has & CT_PACKETS) {
		p = text_u64(text_str(p, " packets="), c->packets);
		p = text_u64(text_str(p, " bytes="),
			     c->has & CT_BYTES ? c->bytes : 0);
	}
	return p;
}

static char *put_state(char *p, const struct ct_flow *f)
{
	const struct ct_proto *proto = ct_proto_of(f->dir[CT_ORIG].proto);
	const char *name;

	if (!(f->info.has & proto->state))
		return p;
	*p++ = ' ';
	name = ct_name_of(proto->states, f->info.state);
	return name ? text_word(p, name) : text_u32(p, f->info.state);
}

static char *put_status_word(char *p, uint32_t status)
{
	if (status & IPS_HW_OFFLOAD)
		return text_str(p, " [HW_OFFLOAD]");
	if (status & IPS_OFFLOAD)
		return text_str(p, " [OFFLOAD]");
	if (status & IPS_ASSURED)
		return text_str(p, " [ASSURED]");
	return p;
}

static char *put_date(char *p, uint64_t ns, const struct fmt_how *how)
{
	p = clock_date(p, how->zone, (int64_t)(ns / CLOCK_SECOND));
	*p++ = ']';
	return p;
}

static char *put_times(char *p, const struct ct_times *t,
		       const struct fmt_how *how)
{
	if (t->has & CT_START) {
		uint64_t start = t->start_ns / CLOCK_SECOND;
		uint64_t end = (t->has & CT_STOP ? t->stop_ns : how->now_ns) /
			       CLOCK_SECOND;

		p = text_u64(text_str(p, " delta-time="),
			     end > start ? end - start : 0);
	}
	if (how->show & FMT_KTIME) {
		if (t->has & CT_START)
			p = put_date(text_str(p, " [start="), t->start_ns, how);
		if (t->has & CT_STOP)
			p = put_date(text_str(p, " [stop="), t->stop_ns, how);
	}
	return p;
}

/* Names only; bits without a name are left out, and without any the word. */
static void put_labels(struct out *o, const struct ct_flow *f,
		       const struct ct_label_map *map)
{
	const char *before = " labels=";

	for (unsigned n = 0; n < 8 * CT_LABEL_BYTES; n++) {
		if (!map->bit[n].name || !ct_label_test(f->labels, n))
			continue;
		out_str(o, before);
		out_mem(o, map->bit[n].name, map->bit[n].len);
		before = ",";
	}
}

/* Time and kind of an event. */
static char *put_event(char *p, const struct fmt_how *how, uint64_t ns)
{
	static const char words[][10] = {	/* from CT_EVENT_NEW on */
		"    [NEW] ", " [UPDATE] ", "[DESTROY] ",
	};

	if (how->show & FMT_STAMP)
		p = fmt_stamp(p, ns);
	if (how->event == CT_EVENT_NONE)
		return p;
	memcpy(p, words[how->event - CT_EVENT_NEW], sizeof(words[0]));
	return p + sizeof(words[0]);
}

/* Protocol, timeout, state, both tuples: up to the mark. */
static char *put_head(char *p, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	uint8_t proto = f->dir[CT_ORIG].proto;

	if (how->event)
		p = put_event(p, how, f->has & CT_EVENT_TIME ? f->event_ns
							     : how->now_ns);
	if (how->show & FMT_EXTENDED) {
		const char *family = ct_name_of(CT_FAMILIES, f->family);

		p = put_numbered(p, family ? family : "unknown", f->family);
		*p++ = ' ';
	}
	p = put_numbered(p, ct_proto_of(proto)->name, proto);
	if (f->has & CT_TIMEOUT)
		p = text_u32(text_str(p, " "), f->timeout);
	p = put_state(p, f);
	p = put_dir(p, &f->dir[CT_ORIG], &f->counters[CT_ORIG],
		    " zone-orig=");
	if (f->has & CT_STATUS && !(f->status & IPS_SEEN_REPLY))
		p = text_str(p, " [UNREPLIED]");
	p = put_dir(p, &f->dir[CT_REPLY], &f->counters[CT_REPLY],
		    " zone-reply=");
	if (f->has & CT_STATUS)
		p = put_status_word(p, f->status);
	return p;
}

/* What follows the security context. */
static char *put_tail(char *p, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	if (f->has & CT_ZONE)
		p = text_u32(text_str(p, " zone="), f->zone);
	if (f->times.has)
		p = put_times(p, &f->times, how);
	if (f->helper.has & CT_HELPER)
		p = text_word(text_str(p, " helper="), f->helper.name);
	if (f->has & CT_USE)
		p = text_u32(text_str(p, " use="), f->use);
	if (how->show & FMT_ID && f->has & CT_ID)
		p = text_u32(text_str(p, " id="), f->id);
	return p;
}

static void plain_flow(struct out *o, const struct ct_flow *f,
		       const struct fmt_how *how)
{
	char *p = put_head(out_room(o), f, how);

	if (f->has & CT_MARK)
		p = text_u32(text_str(p, " mark="), f->mark);
	if (f->has & CT_SECMARK)
		p = text_u32(text_str(p, " secmark="), f->secmark);
	if (f->secctx.has & CT_SECCTX) {
		out_end(o, text_str(p, " secctx="));
		out_str(o, f->secctx.text);
		p = out_room(o);
	}
	p = put_tail(p, f, how);
	if (how->labels && f->has & CT_LABELS) {
		out_end(o, p);
		put_labels(o, f, how->labels);
		p = out_room(o);
	}
	p = fmt_sender(p, how);
	*p++ = '\n';
	out_end(o, p);
}

char *fmt_stamp(char *p, uint64_t ns)
{
	uint64_t s = ns / CLOCK_SECOND;

	*p++ = '[';
	p = s < 10000000 ? text_zeros(p, (uint32_t)s, 8) : text_u64(p, s);
	*p++ = '.';
	p = text_zeros(p, (uint32_t)(ns % CLOCK_SECOND) / 1000, 6);
	return text_str(p, "]\t");
}

char *fmt_sender(char *p, const struct fmt_how *how)
{
	if (how->port) {
		p = text_u32(text_str(p, " [USERSPACE] portid="), how->port);
		if (how->program)
			p = text_word(text_str(p, " progname="), how->program);
	}
	return p;
}

/* Flags joined by commas; with bits that have no name, a blank is left. */
static char *put_expect_flags(char *p, uint32_t flags)
{
	char before = ' ';

	if (flags == 0)
		return p;
	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = ct_name_of(CT_EXPECT_FLAGS, bit);

		if (!name || !(flags >> bit & 1))
			continue;
		*p++ = before;
		p = text_word(p, name);
		before = ',';
	}
	if (before == ' ')
		*p++ = before;
	return p;
}

void fmt_plain_expect(struct out *o, const struct ct_expect *e,
		      const struct fmt_how *how)
{
	char *p = put_event(out_room(o), how, how->now_ns);

	if (e->has & CT_EXP_TIMEOUT)
		p = text_str(text_u32(p, e->timeout), " ");
	p = text_u32(text_str(p, "proto="), e->tuple.proto);
	p = put_tuple(p, &e->tuple, " ");
	p = put_tuple(p, &e->mask, " mask-");
	p = put_tuple(p, &e->master, " master-");
	if (e->has & CT_EXP_ZONE)
		p = text_u32(text_str(p, " zone="), e->zone);
	if (e->has & CT_EXP_FLAGS)
		p = put_expect_flags(p, e->flags);
	if (e->has & CT_EXP_CLASS)
		p = text_u32(text_str(p, " class="), e->class);
	if (e->has & CT_EXP_HELPER)
		p = text_word(text_str(p, " helper="), e->helper);
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_plain = {
	.flow = plain_flow,
	.expect = fmt_plain_expect,
};
