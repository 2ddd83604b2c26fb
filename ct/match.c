/* SPDX-License-Identifier: MIT */
#include "ct/filter.h"

#include <string.h>
#include <sys/socket.h>

int ct_mask_is_exact(const struct ct_addr *mask, uint8_t family)
{
	for (unsigned i = 0; i < (family == AF_INET6 ? 16 : 4); i++)
		if (mask->b[i] != 0xff)
			return 0;
	return 1;
}

uint32_t ct_match_wants(const struct ct_filter *f)
{
	const uint32_t nat = CT_F_SRC_NAT | CT_F_DST_NAT | CT_F_ANY_NAT;
	const struct {
		uint32_t on;
		uint32_t wants;
	} table[] = {
		{ f->dir[CT_ORIG].has,               1u << CTA_TUPLE_ORIG },
		{ f->dir[CT_REPLY].has,              1u << CTA_TUPLE_REPLY },
		{ f->has & (CT_F_PROTOS | CT_F_ZONE_ORIG), 1u << CTA_TUPLE_ORIG },
		{ f->has & CT_F_ZONE_REPLY,          1u << CTA_TUPLE_REPLY },
		{ f->has & CT_F_STATUS,              1u << CTA_STATUS },
		{ f->has & CT_F_MARK,                1u << CTA_MARK },
		{ f->has & CT_F_ID,                  1u << CTA_ID },
		{ f->has & CT_F_ZONE,                1u << CTA_ZONE },
		{ f->has & CT_F_LABELS,              1u << CTA_LABELS },
		{ f->has & CT_F_STATE,               1u << CTA_TUPLE_ORIG | 1u << CTA_PROTOINFO },
		{ f->has & nat,                      1u << CTA_TUPLE_ORIG | 1u << CTA_TUPLE_REPLY | 1u << CTA_STATUS },
		{ f->family,                         1u << CTA_TUPLE_ORIG },
	};
	uint32_t wants = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].on)
			wants |= table[i].wants;
	return wants;
}

/* Equal under a mask, over the bytes of the family. */
static int addr_match(const struct ct_addr *want, const struct ct_addr *mask,
		      const struct ct_addr *a, int is6)
{
	for (unsigned i = 0; i < (is6 ? 16 : 4); i++)
		if ((want->b[i] ^ a->b[i]) & mask->b[i])
			return 0;
	return 1;
}

static int addr_equal(const struct ct_addr *a, const struct ct_addr *b,
		      int is6)
{
	return memcmp(a->b, b->b, is6 ? 16 : 4) == 0;
}

/* Everything of a tuple but its addresses and zone. */
static int l4_match(const struct ct_tuple *want, const struct ct_tuple *t)
{
	const uint32_t id = CT_ICMP_ID | CT_ICMP6_ID;
	const uint32_t type = CT_ICMP_TYPE | CT_ICMP6_TYPE;
	const uint32_t code = CT_ICMP_CODE | CT_ICMP6_CODE;

	if (want->has & ~t->has & ~CT_TUPLE_ZONE)
		return 0;	/* a member without a value equals nothing */
	return !((want->has & CT_PROTO && want->proto != t->proto) ||
		 (want->has & CT_SPORT && want->sport != t->sport) ||
		 (want->has & CT_DPORT && want->dport != t->dport) ||
		 (want->has & type && want->type != t->type) ||
		 (want->has & code && want->code != t->code) ||
		 (want->has & id && want->id != t->id));
}

static int tuples_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const struct ct_tuple *want = &f->dir[CT_ORIG];
	const struct ct_tuple *t = &flow->dir[CT_ORIG];

	if (want->has &&
	    (!l4_match(want, t) ||
	     (want->has & CT_SRC && !addr_match(&want->src, &f->src_mask,
				&t->src, want->has & CT_SRC6)) ||
	     (want->has & CT_DST && !addr_match(&want->dst, &f->dst_mask,
				&t->dst, want->has & CT_DST6))))
		return 0;
	want = &f->dir[CT_REPLY];
	t = &flow->dir[CT_REPLY];
	return !want->has ||
	       (l4_match(want, t) &&
		!(want->has & CT_SRC && !addr_equal(&want->src, &t->src,
						    want->has & CT_SRC6)) &&
		!(want->has & CT_DST && !addr_equal(&want->dst, &t->dst,
						    want->has & CT_DST6)));
}

/* The zone of one direction; without one it is the default zone, 0. */
static uint16_t dir_zone(const struct ct_tuple *t)
{
	return t->has & CT_TUPLE_ZONE ? t->zone : 0;
}

static int zones_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	uint16_t both = flow->has & CT_ZONE ? flow->zone : 0;

	return !((f->has & CT_F_ZONE && f->zone != both) ||
		 (f->has & CT_F_ZONE_ORIG &&
		  f->zone_orig != dir_zone(&flow->dir[CT_ORIG])) ||
		 (f->has & CT_F_ZONE_REPLY &&
		  f->zone_reply != dir_zone(&flow->dir[CT_REPLY])));
}

static int labels_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	if (!(flow->has & CT_LABELS))
		return 0;
	for (unsigned n = 0; n < CT_LABEL_MAX; n++)
		if (f->labels.set[n / 8] >> n % 8 & 1 &&
		    !ct_label_test(flow->labels, n))
			return 0;
	return 1;
}

/* The tracker's state, in a protocol for which the filter names one. */
static int state_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const struct ct_proto *p = ct_proto_of(flow->dir[CT_ORIG].proto);
	unsigned row = (unsigned)(p - ct_protos);

	return f->states >> row & 1 && flow->info.has & p->state &&
	       flow->info.state == f->state[row];
}

/*
 * Was one end of the flow translated, and to what the filter names? For the
 * source, ours is the original source and theirs the reply's destination;
 * for the destination the other way round.
 */
struct end {
	const struct ct_addr	*ours, *theirs;
	uint16_t		 our_port, their_port;
};

static int end_match(const struct ct_nat *nat, const struct end *e, int is6)
{
	int by_addr = !addr_equal(e->ours, e->theirs, is6);
	int by_port = e->our_port != e->their_port;

	if (!nat->has_addr)
		return by_addr || by_port;
	if (!by_addr || !addr_equal(&nat->addr, e->theirs, is6))
		return 0;
	return !nat->has_port || (by_port && nat->port == e->their_port);
}

static uint16_t src_port(const struct ct_tuple *t)
{
	if (t->has & (CT_ICMP_ID | CT_ICMP6_ID))
		return t->id;	/* what the kernel translates for ICMP */
	return t->has & CT_SPORT ? t->sport : 0;
}

static uint16_t dst_port(const struct ct_tuple *t)
{
	if (t->has & (CT_ICMP_ID | CT_ICMP6_ID))
		return t->id;
	return t->has & CT_DPORT ? t->dport : 0;
}

static int nat_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const struct ct_tuple *orig = &flow->dir[CT_ORIG];
	const struct ct_tuple *reply = &flow->dir[CT_REPLY];
	const struct end src = { &orig->src, &reply->dst,
				 src_port(orig), dst_port(reply) };
	const struct end dst = { &orig->dst, &reply->src,
				 dst_port(orig), src_port(reply) };
	uint32_t status = flow->has & CT_STATUS ? flow->status : 0;
	int is6 = (orig->has & CT_SRC6) != 0;
	int s = status & IPS_SRC_NAT_DONE && end_match(&f->src_nat, &src, is6);
	int d = status & IPS_DST_NAT_DONE && end_match(&f->dst_nat, &dst, is6);

	if (f->has & CT_F_ANY_NAT)
		return s || d;
	return (s || !(f->has & CT_F_SRC_NAT)) &&
	       (d || !(f->has & CT_F_DST_NAT));
}

/* Some kernels (5.15) send no mark when it is 0: absent is 0. */
int ct_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const uint32_t zones = CT_F_ZONE | CT_F_ZONE_ORIG | CT_F_ZONE_REPLY;
	const uint32_t nat = CT_F_SRC_NAT | CT_F_DST_NAT | CT_F_ANY_NAT;
	uint32_t status = flow->has & CT_STATUS ? flow->status : 0;
	uint32_t mark = flow->has & CT_MARK ? flow->mark : 0;

	if (f->family && f->family != flow->family)
		return 0;
	if (!tuples_match(f, flow))
		return 0;
	if (f->has == 0)
		return 1;
	if (f->has & CT_F_PROTOS && !(f->protos >>
	    (ct_proto_of(flow->dir[CT_ORIG].proto) - ct_protos) & 1))
		return 0;
	if (f->has & CT_F_STATUS && (status & f->status_mask) != f->status)
		return 0;
	if (f->has & CT_F_MARK && (mark & f->mark_mask) != f->mark)
		return 0;
	if (f->has & CT_F_ID &&
	    (!(flow->has & CT_ID) || flow->id != f->id))
		return 0;
	return !((f->has & zones && !zones_match(f, flow)) ||
		 (f->has & CT_F_LABELS && !labels_match(f, flow)) ||
		 (f->has & CT_F_STATE && !state_match(f, flow)) ||
		 (f->has & nat && !nat_match(f, flow)));
}
