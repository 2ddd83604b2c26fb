/* SPDX-License-Identifier: MIT */
#include "ct/plan.h"

#include "ct/tables.h"
#include "ct/tuple.h"
#include "nl/msg.h"

#include <errno.h>
#include <sys/socket.h>

/*
 * The members that the kernel knows how to compare for a protocol: that of
 * the original tuple, which the command line speaks of. Of the protocols with
 * ports it compares them for TCP and UDP alone.
 */
static uint32_t comparable(const struct ct_tuple *orig)
{
	const uint32_t needs = ct_tuple_needs(orig->proto);
	int is_known = orig->proto == PROTO_TCP || orig->proto == PROTO_UDP;

	if (!(orig->has & CT_PROTO) || !ct_tuple_is_query(orig) ||
	    (needs & CT_SPORT && !is_known))
		return 0;
	return needs;
}

/*
 * The bits that ask the kernel to compare members. From the protocol on they
 * stand in the order of ours, the zone before it left out. Never an IPv6
 * address: that compare is inverted in every kernel that has it
 * (ctnetlink.md 6.1, trap 3).
 */
static uint32_t filter_flags(uint32_t members)
{
	_Static_assert(CT_SRC4 == NL_FILTER_IP_SRC &&
		       CT_DST4 == NL_FILTER_IP_DST &&
		       CT_PROTO >> 1 == NL_FILTER_PROTO &&
		       CT_SPORT >> 1 == NL_FILTER_SPORT &&
		       CT_DPORT >> 1 == NL_FILTER_DPORT &&
		       CT_ICMP_TYPE >> 1 == NL_FILTER_ICMP_TYPE &&
		       CT_ICMP_CODE >> 1 == NL_FILTER_ICMP_CODE &&
		       CT_ICMP_ID >> 1 == NL_FILTER_ICMP_ID &&
		       CT_ICMP6_TYPE >> 1 == NL_FILTER_ICMP6_TYPE &&
		       CT_ICMP6_CODE >> 1 == NL_FILTER_ICMP6_CODE &&
		       CT_ICMP6_ID >> 1 == NL_FILTER_ICMP6_ID,
		       "the bits of tuples and of CTA_FILTER");

	return (members & (CT_SRC4 | CT_DST4)) |
	       (members & ~(CT_SRC | CT_DST)) >> 1;
}

/* What of one direction the kernel can compare; sets tuple and flags. */
static void offer_tuple(struct ct_plan *p, enum ct_dir dir)
{
	const struct ct_filter *f = p->filter;
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	struct ct_tuple *t = &p->tuple[dir];

	*t = f->dir[dir];
	t->has &= CT_SRC4 | CT_DST4 | CT_PROTO | comparable(orig);
	for (unsigned end = CT_SRC_END; end <= CT_DST_END; end++)
		if (dir == CT_ORIG &&
		    !ct_mask_is_exact(&f->mask[end], AF_INET))
			t->has &= ~(CT_SRC4 << end);
	if (t->has & (CT_SPORT | CT_DPORT)) {
		t->has |= CT_PROTO;	/* ports are read for a protocol */
		t->proto = orig->proto;
	}
	p->flags[dir] = filter_flags(t->has);
	if (t->has)
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
	uint16_t zone = f->has & CT_F_ZONE ? f->zone : 0;

	for (unsigned dir = CT_ORIG; dir < 2 && !zone; dir++)
		if (f->dir[dir].has & CT_TUPLE_ZONE)
			zone = f->dir[dir].zone;
	return zone;
}

static void plan_dump(struct ct_plan *p)
{
	const struct ct_filter *f = p->filter;

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

/*
 * Does the filter name one entry by its original tuple? Then a look-up does
 * what a dump would, whatever the table's size. A zone must be given, and to
 * be shown not 0: in zone 0 the same tuple may stand twice, the second time in
 * an entry with a zone in one direction. What is changed there is the first.
 */
static int names_one(const struct ct_filter *f, enum ct_verb verb)
{
	const struct ct_tuple *t = &f->dir[CT_ORIG];

	return f->has & CT_F_ZONE && (f->zone != 0 || verb == CT_CHANGE) &&
	       !((t->has | f->dir[CT_REPLY].has) & CT_TUPLE_ZONE) &&
	       ct_tuple_has_pair(t) && t->has & CT_PROTO &&
	       !(ct_tuple_needs(t->proto) & ~t->has) &&
	       ct_tuple_is_query(t) &&
	       ct_mask_is_exact(&f->src_mask, f->family) &&
	       ct_mask_is_exact(&f->dst_mask, f->family);
}

/* Smaller when not in line. */
__attribute__((noinline))
static void plan_lookup(struct ct_plan *p)
{
	const struct ct_filter *f = p->filter;
	enum ct_dir dir = ct_tuple_has_pair(&f->dir[CT_ORIG]) ? CT_ORIG
							       : CT_REPLY;
	struct ct_tuple *t = &p->tuple[dir];

	p->single = 1;
	p->dir = (uint8_t)dir;
	*t = f->dir[dir];
	t->proto = f->dir[CT_ORIG].proto;	/* -p speaks of the original */
	t->has |= CT_PROTO;
	ct_tuple_mirror(t, &f->dir[dir == CT_ORIG ? CT_REPLY : CT_ORIG]);
	t->has |= ct_tuple_needs(t->proto) &
		  (CT_ICMP_ID | CT_ICMP6_ID);	/* given or 0 */
	if (f->has & CT_F_ZONE && !(t->has & CT_TUPLE_ZONE)) {
		p->zone = f->zone;
		p->sends |= CT_SENDS_ZONE;
	}
}

void ct_plan(struct ct_plan *p, enum ct_verb verb, enum ct_table table,
	     const struct ct_filter *f)
{
	*p = (struct ct_plan){ .filter = f, .table = table, .n = 1,
			       .family = { f->family },
			       .wants = ct_match_wants(f) };
	if (verb == CT_LOOKUP ||
	    (table == CT_TABLE_CONNTRACK && names_one(f, verb)))
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

void ct_put_tuple(struct nl_put *m, uint16_t type, const struct ct_tuple *t)
{
	size_t mark = nl_put_nest(m, type);

	nl_encode(&ct_tuple_table, t, m);
	nl_put_nest_end(m, mark);
}

static void put_filter(const struct ct_plan *p, struct nl_put *m)
{
	size_t mark;
	uint16_t dir;

	for (dir = CT_ORIG; dir < 2; dir++)
		if (p->flags[dir])
			ct_put_tuple(m, CTA_TUPLE_ORIG + dir, &p->tuple[dir]);
	mark = nl_put_nest(m, CTA_FILTER);
	for (dir = CT_ORIG; dir < 2; dir++)
		if (p->flags[dir])
			nl_put_host32(m, CTA_FILTER_ORIG_FLAGS + dir,
				      p->flags[dir]);
	nl_put_nest_end(m, mark);
}

static void put_single(const struct ct_plan *p, struct nl_put *m)
{
	ct_put_tuple(m, p->table == CT_TABLE_EXPECT ? CTA_EXPECT_TUPLE
						    : CTA_TUPLE_ORIG + p->dir,
		     &p->tuple[p->dir]);
}

/* Smaller when not in line. */
__attribute__((noinline))
void ct_plan_request(const struct ct_plan *p, unsigned i, struct nl_put *m)
{
	/* before 5.8 a mark is taken only with its mask */
	static const struct {
		uint8_t	sends, type, at;
	} numbers[] = {
		{ CT_SENDS_STATUS, CTA_STATUS,      offsetof(struct ct_filter, status) },
		{ CT_SENDS_STATUS, CTA_STATUS_MASK, offsetof(struct ct_filter, status_mask) },
		{ CT_SENDS_MARK,   CTA_MARK,        offsetof(struct ct_filter, mark) },
		{ CT_SENDS_MARK,   CTA_MARK_MASK,   offsetof(struct ct_filter, mark_mask) },
	};
	uint16_t flags = p->single ? NLM_F_ACK : NLM_F_DUMP | NLM_F_ACK;
	size_t mark = nl_msg_begin(m, record_request(p->table), flags,
				   p->family[i]);

	if (p->single)
		put_single(p, m);
	if (p->sends & CT_SENDS_TUPLE)
		put_filter(p, m);
	for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
		if (p->sends & numbers[n].sends)
			nl_put_be(m, numbers[n].type,
				  (const char *)p->filter + numbers[n].at, 4);
	if (p->sends & CT_SENDS_ZONE)
		nl_put_be16(m, CTA_ZONE, p->zone);
	nl_msg_end(m, mark);
}

int ct_name_entry(struct nl_put *m, struct nl_run record, int with_id)
{
	static const struct {
		uint8_t	type, size;
	} rest[] = { { CTA_ZONE, 2 }, { CTA_ID, 4 } };
	struct nl_attr a;

	if (nl_attr_find(record, CTA_TUPLE_ORIG, &a) <= 0)
		return -EBADMSG;
	nl_put_attr(m, CTA_TUPLE_ORIG | NLA_F_NESTED, a.data, a.len);
	for (unsigned i = 0; i < (with_id ? 2u : 1u); i++) {
		if (nl_attr_find(record, rest[i].type, &a) <= 0)
			continue;
		if (a.len < rest[i].size)
			return -EBADMSG;
		nl_put_attr(m, rest[i].type, a.data, a.len);
	}
	return 0;
}
