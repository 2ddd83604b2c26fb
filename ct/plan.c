/* SPDX-License-Identifier: MIT */
#include "ct/plan.h"

#include "ct/tables.h"
#include "nl/msg.h"

#include <errno.h>
#include <sys/socket.h>

/*
 * Members the kernel compares in a dump, and the bit that asks for it.
 * Never an IPv6 address: that compare is inverted in every kernel that has
 * it (ctnetlink.md 6.1, trap 3).
 */
static const struct {
	uint32_t	member;		/* CT_*, of a tuple */
	uint32_t	flag;		/* NL_FILTER_* */
	uint8_t		l4;		/* enum ct_l4; CT_L4_NONE: any */
} kernel_compares[] = {
	{ CT_SRC4,       NL_FILTER_IP_SRC,     CT_L4_NONE },
	{ CT_DST4,       NL_FILTER_IP_DST,     CT_L4_NONE },
	{ CT_PROTO,      NL_FILTER_PROTO,      CT_L4_NONE },
	{ CT_SPORT,      NL_FILTER_SPORT,      CT_L4_PORTS },
	{ CT_DPORT,      NL_FILTER_DPORT,      CT_L4_PORTS },
	{ CT_ICMP_TYPE,  NL_FILTER_ICMP_TYPE,  CT_L4_ICMP },
	{ CT_ICMP_CODE,  NL_FILTER_ICMP_CODE,  CT_L4_ICMP },
	{ CT_ICMP_ID,    NL_FILTER_ICMP_ID,    CT_L4_ICMP },
	{ CT_ICMP6_TYPE, NL_FILTER_ICMP6_TYPE, CT_L4_ICMP6 },
	{ CT_ICMP6_CODE, NL_FILTER_ICMP6_CODE, CT_L4_ICMP6 },
	{ CT_ICMP6_ID,   NL_FILTER_ICMP6_ID,   CT_L4_ICMP6 },
};

/* Does the kernel take this ICMP type in a tuple? Others: EINVAL. */
static int type_is_query(const struct ct_tuple *t, uint8_t l4)
{
	return !(t->has & (CT_ICMP_TYPE | CT_ICMP6_TYPE)) ||
	       ct_icmp_answer(l4, t->type) >= 0;
}

/*
 * The protocol whose tuple members the kernel knows how to read: that of the
 * original tuple, which the command line speaks of. Of the protocols with
 * ports the kernel compares them for TCP and UDP alone.
 */
static uint8_t comparable_l4(const struct ct_tuple *orig)
{
	uint8_t l4 = ct_proto_of(orig->proto)->l4;

	if (!(orig->has & CT_PROTO) || !type_is_query(orig, l4))
		return CT_L4_NONE;
	if (l4 == CT_L4_PORTS && orig->proto != PROTO_TCP &&
	    orig->proto != PROTO_UDP)
		return CT_L4_NONE;
	return l4;
}

/* What of one direction the kernel can compare; sets tuple and flags. */
static void offer_tuple(struct ct_plan *p, enum ct_dir dir)
{
	const struct ct_filter *f = p->filter;
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	struct ct_tuple want = f->dir[dir];
	uint8_t l4 = comparable_l4(orig);

	if (dir == CT_ORIG && !ct_mask_is_exact(&f->src_mask, AF_INET))
		want.has &= ~CT_SRC4;
	if (dir == CT_ORIG && !ct_mask_is_exact(&f->dst_mask, AF_INET))
		want.has &= ~CT_DST4;
	if (want.has & (CT_SPORT | CT_DPORT) && l4 == CT_L4_PORTS) {
		want.has |= CT_PROTO;	/* ports are read for a protocol */
		want.proto = orig->proto;
	}
	p->tuple[dir] = want;
	p->tuple[dir].has = 0;
	p->flags[dir] = 0;
	for (size_t i = 0; i < sizeof(kernel_compares) /
			       sizeof(kernel_compares[0]); i++) {
		uint32_t member = want.has & kernel_compares[i].member;

		if (!member || (kernel_compares[i].l4 != CT_L4_NONE &&
				kernel_compares[i].l4 != l4))
			continue;
		p->tuple[dir].has |= member;
		p->flags[dir] |= kernel_compares[i].flag;
	}
	if (p->flags[dir])
		p->sends |= CT_SENDS_TUPLE;
}

/*
 * A zone other than 0 that some condition names: the kernel compares it
 * regardless of direction, which is more than any of them asks for. Zone 0
 * is left to us: the kernel would leave out entries with a zone in one
 * direction, and these count as zone 0 in the other.
 */
static uint16_t any_zone(const struct ct_filter *f)
{
	if (f->has & CT_F_ZONE && f->zone)
		return f->zone;
	if (f->has & CT_F_ZONE_ORIG && f->zone_orig)
		return f->zone_orig;
	return f->has & CT_F_ZONE_REPLY ? f->zone_reply : 0;
}

static void plan_dump(struct ct_plan *p)
{
	const struct ct_filter *f = p->filter;

	p->wants = ct_match_wants(f);
	p->family[0] = f->family;
	p->n = 1;
	if (p->table != CT_TABLE_CONNTRACK)
		return;		/* no other table has filters but family */
	offer_tuple(p, CT_ORIG);
	offer_tuple(p, CT_REPLY);
	if (f->has & CT_F_STATUS && f->status_mask)
		p->sends |= CT_SENDS_STATUS;
	if (f->has & CT_F_MARK)
		p->sends |= CT_SENDS_MARK;
	p->zone = any_zone(f);
	if (p->zone)
		p->sends |= CT_SENDS_ZONE;
	if (p->sends & CT_SENDS_TUPLE && f->family == AF_UNSPEC) {
		/* CTA_FILTER needs a family: ask for one, then the other. */
		p->family[0] = AF_INET;
		p->family[1] = AF_INET6;
		p->n = 2;
	}
}

/* What a tuple needs beside addresses for the kernel to look it up. */
static uint32_t l4_needs(uint8_t proto)
{
	switch (ct_proto_of(proto)->l4) {
	case CT_L4_PORTS:
	case CT_L4_KEYS:
		return CT_SPORT | CT_DPORT;
	case CT_L4_ICMP:
		return CT_ICMP_TYPE | CT_ICMP_CODE | CT_ICMP_ID;
	case CT_L4_ICMP6:
		return CT_ICMP6_TYPE | CT_ICMP6_CODE | CT_ICMP6_ID;
	default:
		return 0;
	}
}

static int has_pair(const struct ct_tuple *t)
{
	return t->has & CT_SRC && t->has & CT_DST;
}

/*
 * Does the filter name one entry by its original tuple? Then a look-up does
 * what a dump would, whatever the table's size. A zone must be given, and
 * not 0: in zone 0 the same tuple may stand twice, the second time in an
 * entry with a zone in one direction.
 */
static int names_one(const struct ct_filter *f)
{
	const struct ct_tuple *t = &f->dir[CT_ORIG];
	uint32_t needs;

	if (!(f->has & CT_F_ZONE) || f->zone == 0 ||
	    f->has & (CT_F_ZONE_ORIG | CT_F_ZONE_REPLY))
		return 0;
	if (!has_pair(t) || !(t->has & CT_PROTO))
		return 0;
	needs = l4_needs(t->proto);
	return (t->has & needs) == needs &&
	       type_is_query(t, ct_proto_of(t->proto)->l4) &&
	       ct_mask_is_exact(&f->src_mask, f->family) &&
	       ct_mask_is_exact(&f->dst_mask, f->family);
}

/* Fill what one direction lacks from the other, as in a flow without NAT. */
static void mirror_l4(struct ct_tuple *t, const struct ct_tuple *other)
{
	uint32_t icmp = other->has & (CT_ICMP_CODE | CT_ICMP6_CODE |
				      CT_ICMP_ID | CT_ICMP6_ID);

	if (!(t->has & CT_SPORT) && other->has & CT_DPORT) {
		t->sport = other->dport;
		t->has |= CT_SPORT;
	}
	if (!(t->has & CT_DPORT) && other->has & CT_SPORT) {
		t->dport = other->sport;
		t->has |= CT_DPORT;
	}
	if (other->has & (CT_ICMP_TYPE | CT_ICMP6_TYPE)) {
		uint8_t l4 = ct_proto_of(other->proto)->l4;
		int answer = ct_icmp_answer(l4, other->type);

		t->type = answer < 0 ? other->type : (uint8_t)answer;
		t->code = other->code;
		t->id = other->id;
		t->has |= icmp | (other->has & (CT_ICMP_TYPE | CT_ICMP6_TYPE));
	}
}

static void plan_lookup(struct ct_plan *p)
{
	const struct ct_filter *f = p->filter;
	enum ct_dir dir = has_pair(&f->dir[CT_ORIG]) ? CT_ORIG : CT_REPLY;
	struct ct_tuple *t = &p->tuple[dir];

	p->single = 1;
	p->dir = (uint8_t)dir;
	p->n = 1;
	p->family[0] = f->family;
	p->wants = ct_match_wants(f);
	*t = f->dir[dir];
	t->proto = f->dir[CT_ORIG].proto;	/* -p speaks of the original */
	t->has |= CT_PROTO;
	mirror_l4(t, &f->dir[dir == CT_ORIG ? CT_REPLY : CT_ORIG]);
	if (ct_proto_of(t->proto)->l4 == CT_L4_ICMP)
		t->has |= CT_ICMP_ID;
	if (ct_proto_of(t->proto)->l4 == CT_L4_ICMP6)
		t->has |= CT_ICMP6_ID;
	if (f->has & (dir == CT_ORIG ? CT_F_ZONE_ORIG : CT_F_ZONE_REPLY)) {
		t->zone = dir == CT_ORIG ? f->zone_orig : f->zone_reply;
		t->has |= CT_TUPLE_ZONE;
	} else if (f->has & CT_F_ZONE) {
		p->zone = f->zone;
		p->sends |= CT_SENDS_ZONE;
	}
}

void ct_plan(struct ct_plan *p, enum ct_verb verb, enum ct_table table,
	     const struct ct_filter *f)
{
	*p = (struct ct_plan){ .filter = f, .table = table };
	if (verb == CT_LOOKUP ||
	    (table == CT_TABLE_CONNTRACK && names_one(f)))
		plan_lookup(p);
	else
		plan_dump(p);
}

int ct_plan_simplify(struct ct_plan *p)
{
	if (p->sends == 0 && !p->single)
		return 0;
	p->sends = 0;
	p->single = 0;
	return 1;
}

/* The message that asks for records of a table. */
static uint16_t record_request(enum ct_table table)
{
	static const uint8_t message[][2] = {
		[CT_TABLE_CONNTRACK]   = { NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET },
		[CT_TABLE_EXPECT]      = { NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_GET },
		[CT_TABLE_DYING]       = { NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_DYING },
		[CT_TABLE_UNCONFIRMED] = { NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET_UNCONFIRMED },
	};

	return nl_msg_type(message[table][0], message[table][1]);
}

static void put_tuple(struct nl_put *m, uint16_t type,
		      const struct ct_tuple *t)
{
	size_t mark = nl_put_nest(m, type);

	nl_encode(&ct_tuple_table, t, m);
	nl_put_nest_end(m, mark);
}

static void put_filter(const struct ct_plan *p, struct nl_put *m)
{
	size_t mark;

	if (p->flags[CT_ORIG])
		put_tuple(m, CTA_TUPLE_ORIG, &p->tuple[CT_ORIG]);
	if (p->flags[CT_REPLY])
		put_tuple(m, CTA_TUPLE_REPLY, &p->tuple[CT_REPLY]);
	mark = nl_put_nest(m, CTA_FILTER);
	if (p->flags[CT_ORIG])
		nl_put_host32(m, CTA_FILTER_ORIG_FLAGS, p->flags[CT_ORIG]);
	if (p->flags[CT_REPLY])
		nl_put_host32(m, CTA_FILTER_REPLY_FLAGS, p->flags[CT_REPLY]);
	nl_put_nest_end(m, mark);
}

static void put_single(const struct ct_plan *p, struct nl_put *m)
{
	uint16_t type = p->dir == CT_ORIG ? CTA_TUPLE_ORIG : CTA_TUPLE_REPLY;

	if (p->table == CT_TABLE_EXPECT)
		type = CTA_EXPECT_TUPLE;
	put_tuple(m, type, &p->tuple[p->dir]);
}

void ct_plan_request(const struct ct_plan *p, unsigned i, struct nl_put *m)
{
	const struct ct_filter *f = p->filter;
	uint16_t flags = p->single ? NLM_F_ACK : NLM_F_DUMP | NLM_F_ACK;
	size_t mark = nl_msg_begin(m, record_request(p->table), flags,
				   p->family[i]);

	if (p->single)
		put_single(p, m);
	if (p->sends & CT_SENDS_TUPLE)
		put_filter(p, m);
	if (p->sends & CT_SENDS_STATUS) {
		nl_put_be32(m, CTA_STATUS, f->status);
		nl_put_be32(m, CTA_STATUS_MASK, f->status_mask);
	}
	if (p->sends & CT_SENDS_MARK) {	/* before 5.8 only as a pair */
		nl_put_be32(m, CTA_MARK, f->mark);
		nl_put_be32(m, CTA_MARK_MASK, f->mark_mask);
	}
	if (p->sends & CT_SENDS_ZONE)
		nl_put_be16(m, CTA_ZONE, p->zone);
	nl_msg_end(m, mark);
}

int ct_name_entry(struct nl_put *m, struct nl_run record)
{
	struct nl_attr a;

	if (nl_attr_find(record, CTA_TUPLE_ORIG, &a) <= 0)
		return -EBADMSG;
	nl_put_attr(m, CTA_TUPLE_ORIG | NLA_F_NESTED, a.data, a.len);
	if (nl_attr_find(record, CTA_ZONE, &a) > 0)
		nl_put_attr(m, CTA_ZONE, a.data, a.len);
	return 0;
}
