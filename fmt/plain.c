/* SPDX-License-Identifier: MIT */
/*
 * The default line, to the byte that of conntrack-tools: compat.md 4.3 and
 * 4.5. Clients count its blanks.
 *
 * Each writer puts the blank that follows its words; the last one of a line
 * is taken back. All fields together fit into OUT_ROOM, but for the two that
 * have no limit of their own, the security context and the labels.
 */
#include "fmt/fmt.h"

#include "ct/names.h"
#include "ct/proto.h"
#include "fmt/text.h"

#define NS	1000000000u	/* nanoseconds in a second */

static char *put_u32(char *p, const char *key, uint32_t v)
{
	p = text_u32(text_str(p, key), v);
	*p++ = ' ';
	return p;
}

static char *put_u64(char *p, const char *key, uint64_t v)
{
	p = text_u64(text_str(p, key), v);
	*p++ = ' ';
	return p;
}

static char *put_addr(char *p, const struct ct_addr *a, int is4, int is6)
{
	if (is4)
		p = text_ip4(p, a->b);
	else if (is6)
		p = text_ip6(p, a->b);
	*p++ = ' ';
	return p;
}

/* "udp      17 " */
static char *put_numbered(char *p, const char *name, uint32_t number)
{
	p = text_pad(p, name, 8);
	*p++ = ' ';
	return put_u32(p, "", number);
}

/* What the tuple has beside addresses and protocol. */
static char *put_l4(char *p, const struct ct_tuple *t)
{
	switch (ct_proto_of(t->proto)->l4) {
	case CT_L4_PORTS:	/* shown even when the kernel sent none */
		p = put_u32(p, "sport=", t->has & CT_SPORT ? t->sport : 0);
		return put_u32(p, "dport=", t->has & CT_DPORT ? t->dport : 0);
	case CT_L4_KEYS:
		p = text_str(p, "srckey=0x");
		p = text_hex(p, t->has & CT_SPORT ? t->sport : 0);
		p = text_str(p, " dstkey=0x");
		p = text_hex(p, t->has & CT_DPORT ? t->dport : 0);
		*p++ = ' ';
		return p;
	case CT_L4_ICMP:
	case CT_L4_ICMP6:
		p = put_u32(p, "type=", t->type);
		p = put_u32(p, "code=", t->code);
		return put_u32(p, "id=", t->id);
	default:
		return p;
	}
}

/* Addresses under two keys of the same kind, then the rest of the tuple. */
static char *put_tuple(char *p, const struct ct_tuple *t, const char *src,
		       const char *dst)
{
	p = put_addr(text_str(p, src), &t->src, t->has & CT_SRC4,
		     t->has & CT_SRC6);
	p = put_addr(text_str(p, dst), &t->dst, t->has & CT_DST4,
		     t->has & CT_DST6);
	return put_l4(p, t);
}

static char *put_dir(char *p, const struct ct_flow *f, enum ct_dir dir)
{
	const struct ct_tuple *t = &f->dir[dir];
	const struct ct_counters *c = &f->counters[dir];

	p = put_tuple(p, t, "src=", "dst=");
	if (t->has & CT_TUPLE_ZONE)
		p = put_u32(p, dir == CT_ORIG ? "zone-orig=" : "zone-reply=",
			    t->zone);
	if (c->has & CT_PACKETS) {
		p = put_u64(p, "packets=", c->packets);
		p = put_u64(p, "bytes=", c->has & CT_BYTES ? c->bytes : 0);
	}
	return p;
}

static char *put_state(char *p, const struct ct_flow *f)
{
	const struct ct_proto *proto = ct_proto_of(f->dir[CT_ORIG].proto);
	const char *name;

	if (!(f->info.has & proto->state))
		return p;
	name = ct_name_of(proto->states, f->info.state);
	if (!name)
		return put_u32(p, "", f->info.state);
	p = text_str(p, name);
	*p++ = ' ';
	return p;
}

static char *put_status_word(char *p, uint32_t status)
{
	if (status & IPS_HW_OFFLOAD)
		return text_str(p, "[HW_OFFLOAD] ");
	if (status & IPS_OFFLOAD)
		return text_str(p, "[OFFLOAD] ");
	if (status & IPS_ASSURED)
		return text_str(p, "[ASSURED] ");
	return p;
}

static char *put_date(char *p, const char *key, uint64_t ns,
		      const struct fmt_how *how)
{
	p = clock_date(text_str(p, key), how->zone, (int64_t)(ns / NS));
	return text_str(p, "] ");
}

static char *put_times(char *p, const struct ct_times *t,
		       const struct fmt_how *how)
{
	if (t->has & CT_START) {
		int64_t end = t->has & CT_STOP ? (int64_t)(t->stop_ns / NS)
					       : how->now;
		int64_t start = (int64_t)(t->start_ns / NS);

		p = put_u64(p, "delta-time=",
			    end > start ? (uint64_t)(end - start) : 0);
	}
	if (how->show & FMT_KTIME) {
		if (t->has & CT_START)
			p = put_date(p, "[start=", t->start_ns, how);
		if (t->has & CT_STOP)
			p = put_date(p, "[stop=", t->stop_ns, how);
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

/* Protocol, timeout, state, both tuples: up to the mark. */
static char *put_head(char *p, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	uint8_t proto = f->dir[CT_ORIG].proto;

	if (how->show & FMT_EXTENDED) {
		const char *family = ct_name_of(CT_FAMILIES, f->family);

		p = put_numbered(p, family ? family : "unknown", f->family);
	}
	p = put_numbered(p, ct_proto_of(proto)->name, proto);
	if (f->has & CT_TIMEOUT)
		p = put_u32(p, "", f->timeout);
	p = put_state(p, f);
	p = put_dir(p, f, CT_ORIG);
	if (f->has & CT_STATUS && !(f->status & IPS_SEEN_REPLY))
		p = text_str(p, "[UNREPLIED] ");
	p = put_dir(p, f, CT_REPLY);
	if (f->has & CT_STATUS)
		p = put_status_word(p, f->status);
	return p;
}

/* What follows the security context. */
static char *put_tail(char *p, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	if (f->has & CT_ZONE)
		p = put_u32(p, "zone=", f->zone);
	if (f->times.has)
		p = put_times(p, &f->times, how);
	if (f->helper.has & CT_HELPER) {
		p = text_str(p, "helper=");
		p = text_str(p, f->helper.name);
		*p++ = ' ';
	}
	if (f->has & CT_USE)
		p = put_u32(p, "use=", f->use);
	if (how->show & FMT_ID && f->has & CT_ID)
		p = put_u32(p, "id=", f->id);
	return p;
}

static void plain_flow(struct out *o, const struct ct_flow *f,
		       const struct fmt_how *how)
{
	char *p = put_head(out_room(o), f, how);

	if (f->has & CT_MARK)
		p = put_u32(p, "mark=", f->mark);
	if (f->has & CT_SECMARK)
		p = put_u32(p, "secmark=", f->secmark);
	if (f->secctx.has & CT_SECCTX) {
		out_end(o, text_str(p, "secctx="));
		out_str(o, f->secctx.text);
		out_char(o, ' ');
		p = out_room(o);
	}
	p = put_tail(p, f, how);
	out_end(o, p - 1);
	if (how->labels && f->has & CT_LABELS)
		put_labels(o, f, how->labels);
	out_char(o, '\n');
}

/* Flags joined by commas; with bits that have no name, a blank is left. */
static char *put_expect_flags(char *p, uint32_t flags)
{
	const char *before = "";

	for (unsigned bit = 0; bit < 32; bit++) {
		const char *name = ct_name_of(CT_EXPECT_FLAGS, bit);

		if (!name || !(flags >> bit & 1))
			continue;
		p = text_str(text_str(p, before), name);
		before = ",";
	}
	if (flags)
		*p++ = ' ';
	return p;
}

void fmt_plain_expect(struct out *o, const struct ct_expect *e,
		      const struct fmt_how *how)
{
	char *p = out_room(o);

	(void)how;
	if (e->has & CT_EXP_TIMEOUT)
		p = put_u32(p, "", e->timeout);
	p = put_u32(p, "proto=", e->tuple.proto);
	p = put_tuple(p, &e->tuple, "src=", "dst=");
	p = put_tuple(p, &e->mask, "mask-src=", "mask-dst=");
	p = put_tuple(p, &e->master, "master-src=", "master-dst=");
	if (e->has & CT_EXP_ZONE)
		p = put_u32(p, "zone=", e->zone);
	if (e->has & CT_EXP_FLAGS)
		p = put_expect_flags(p, e->flags);
	if (e->has & CT_EXP_CLASS)
		p = put_u32(p, "class=", e->class);
	if (e->has & CT_EXP_HELPER) {
		p = text_str(p, "helper=");
		p = text_str(p, e->helper);
		*p++ = ' ';
	}
	out_end(o, p - 1);
	out_char(o, '\n');
}

const struct fmt fmt_plain = {
	.name = "plain",
	.flow = plain_flow,
	.expect = fmt_plain_expect,
};
