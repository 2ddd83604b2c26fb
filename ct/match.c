/* SPDX-License-Identifier: MIT */
#include "ct/filter.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* The ends of a flow, as members of a tuple. */
enum { SRC, DST };

static const struct ct_addr *addr_of(const struct ct_tuple *t, int end)
{
	return end == SRC ? &t->src : &t->dst;
}

/* Equal under a mask (NULL: all bits), over the n bytes of the family. */
static int addr_match(const struct ct_addr *a, const struct ct_addr *b,
		      const struct ct_addr *mask, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((a->b[i] ^ b->b[i]) & (mask ? mask->b[i] : 0xff))
			return 0;
	return 1;
}

int ct_mask_is_exact(const struct ct_addr *mask, uint8_t family)
{
	for (unsigned i = 0; i < (family == AF_INET6 ? 16 : 4); i++)
		if (mask->b[i] != 0xff)
			return 0;
	return 1;
}

/* The members of a tuple that are compared as they are. */
static const struct {
	uint16_t	bits;
	uint8_t		at, size;
} members[] = {
	{ CT_PROTO,                     offsetof(struct ct_tuple, proto), 1 },
	{ CT_SPORT,                     offsetof(struct ct_tuple, sport), 2 },
	{ CT_DPORT,                     offsetof(struct ct_tuple, dport), 2 },
	{ CT_ICMP_TYPE | CT_ICMP6_TYPE, offsetof(struct ct_tuple, type),  1 },
	{ CT_ICMP_CODE | CT_ICMP6_CODE, offsetof(struct ct_tuple, code),  1 },
	{ CT_ICMP_ID | CT_ICMP6_ID,     offsetof(struct ct_tuple, id),    2 },
};

/* Everything of a tuple but its zone; masks of the original addresses. */
static int tuple_match(const struct ct_filter *f, const struct ct_flow *flow,
		       enum ct_dir dir)
{
	const struct ct_tuple *want = &f->dir[dir], *t = &flow->dir[dir];
	const unsigned n = want->has & (CT_SRC6 | CT_DST6) ? 16 : 4;

	if (want->has & ~t->has & ~CT_TUPLE_ZONE)
		return 0;	/* a member without a value equals nothing */
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (want->has & members[i].bits &&
		    memcmp((const char *)want + members[i].at,
			   (const char *)t + members[i].at, members[i].size))
			return 0;
	for (int end = SRC; end <= DST; end++) {
		const struct ct_addr *mask = end == SRC ? &f->src_mask
							: &f->dst_mask;

		if (want->has & (end == SRC ? CT_SRC : CT_DST) &&
		    !addr_match(addr_of(want, end), addr_of(t, end),
				dir == CT_ORIG ? mask : NULL, n))
			return 0;
	}
	return 1;
}

/* The row of the flow's protocol in ct_protos. */
static unsigned proto_row(const struct ct_flow *flow)
{
	return (unsigned)(ct_proto_of(flow->dir[CT_ORIG].proto) - ct_protos);
}

static int protos_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	return f->protos >> proto_row(flow) & 1;
}

/* The tracker's state, in a protocol for which the filter names one. */
static int state_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	unsigned row = proto_row(flow);

	return f->states >> row & 1 && flow->info.has & ct_protos[row].state &&
	       flow->info.state == f->state[row];
}

static uint32_t status_of(const struct ct_flow *flow)
{
	return flow->has & CT_STATUS ? flow->status : 0;
}

static int status_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	return (status_of(flow) & f->status_mask) == f->status;
}

/* Some kernels (5.15) send no mark when it is 0: absent is 0. */
static int mark_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	return ((flow->has & CT_MARK ? flow->mark : 0) & f->mark_mask) ==
	       f->mark;
}

static int id_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	return flow->has & CT_ID && flow->id == f->id;
}

/* Without a zone it is the default one, 0. */
static int zone_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	return f->zone == (flow->has & CT_ZONE ? flow->zone : 0);
}

static uint16_t dir_zone(const struct ct_flow *flow, enum ct_dir dir)
{
	const struct ct_tuple *t = &flow->dir[dir];

	return t->has & CT_TUPLE_ZONE ? t->zone : 0;
}

static int orig_zone_match(const struct ct_filter *f,
			   const struct ct_flow *flow)
{
	return f->zone_orig == dir_zone(flow, CT_ORIG);
}

static int reply_zone_match(const struct ct_filter *f,
			    const struct ct_flow *flow)
{
	return f->zone_reply == dir_zone(flow, CT_REPLY);
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

static uint16_t port_of(const struct ct_tuple *t, int end)
{
	if (t->has & (CT_ICMP_ID | CT_ICMP6_ID))
		return t->id;	/* what the kernel translates for ICMP */
	if (!(t->has & (end == SRC ? CT_SPORT : CT_DPORT)))
		return 0;
	return end == SRC ? t->sport : t->dport;
}

/*
 * Was an end translated, and to what the filter names? The source is the
 * destination of the reply, and the other way round.
 */
static int end_match(const struct ct_filter *f, const struct ct_flow *flow,
		     int end)
{
	const struct ct_tuple *orig = &flow->dir[CT_ORIG];
	const struct ct_tuple *reply = &flow->dir[CT_REPLY];
	const struct ct_nat *nat = end == SRC ? &f->src_nat : &f->dst_nat;
	const struct ct_addr *theirs = addr_of(reply, !end);
	const uint16_t port = port_of(reply, !end);
	const unsigned n = orig->has & CT_SRC6 ? 16 : 4;
	int by_addr = !addr_match(addr_of(orig, end), theirs, NULL, n);
	int by_port = port_of(orig, end) != port;

	if (!(status_of(flow) &
	      (end == SRC ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE)))
		return 0;
	if (!nat->has_addr)
		return by_addr || by_port;
	return by_addr && addr_match(&nat->addr, theirs, NULL, n) &&
	       (!nat->has_port || (by_port && nat->port == port));
}

static int nat_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	int s = end_match(f, flow, SRC);
	int d = end_match(f, flow, DST);

	if (f->has & CT_F_ANY_NAT)
		return s || d;
	return (s || !(f->has & CT_F_SRC_NAT)) &&
	       (d || !(f->has & CT_F_DST_NAT));
}

/* Conditions, and the attributes that they look at. */
static const struct {
	uint32_t	on;	/* CT_F_* */
	uint32_t	wants;	/* 1 << CTA_* */
	int		(*holds)(const struct ct_filter *f,
				 const struct ct_flow *flow);
} conditions[] = {
	{ CT_F_PROTOS,     1u << CTA_TUPLE_ORIG,  protos_match },
	{ CT_F_STATE,      1u << CTA_TUPLE_ORIG | 1u << CTA_PROTOINFO, state_match },
	{ CT_F_STATUS,     1u << CTA_STATUS,      status_match },
	{ CT_F_MARK,       1u << CTA_MARK,        mark_match },
	{ CT_F_ID,         1u << CTA_ID,          id_match },
	{ CT_F_ZONE,       1u << CTA_ZONE,        zone_match },
	{ CT_F_ZONE_ORIG,  1u << CTA_TUPLE_ORIG,  orig_zone_match },
	{ CT_F_ZONE_REPLY, 1u << CTA_TUPLE_REPLY, reply_zone_match },
	{ CT_F_LABELS,     1u << CTA_LABELS,      labels_match },
	{ CT_F_SRC_NAT | CT_F_DST_NAT | CT_F_ANY_NAT,
	  1u << CTA_TUPLE_ORIG | 1u << CTA_TUPLE_REPLY | 1u << CTA_STATUS, nat_match },
};

#define CONDITIONS	(sizeof(conditions) / sizeof(conditions[0]))

uint32_t ct_match_wants(const struct ct_filter *f)
{
	uint32_t wants = 0;

	if (f->dir[CT_ORIG].has || f->family)
		wants |= 1u << CTA_TUPLE_ORIG;
	if (f->dir[CT_REPLY].has)
		wants |= 1u << CTA_TUPLE_REPLY;
	for (size_t i = 0; i < CONDITIONS; i++)
		if (f->has & conditions[i].on)
			wants |= conditions[i].wants;
	return wants;
}

int ct_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	if ((f->family && f->family != flow->family) ||
	    !tuple_match(f, flow, CT_ORIG) || !tuple_match(f, flow, CT_REPLY))
		return 0;
	for (size_t i = 0; i < CONDITIONS; i++)
		if (f->has & conditions[i].on && !conditions[i].holds(f, flow))
			return 0;
	return 1;
}
