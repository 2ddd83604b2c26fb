/* SPDX-License-Identifier: MIT */
#include "ct/filter.h"

#include "ct/tuple.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* Equal under a mask (NULL: all bits), over n bytes. */
static int same(const uint8_t *a, const uint8_t *b, const uint8_t *mask,
		unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((a[i] ^ b[i]) & (mask ? mask[i] : 0xff))
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

#define MEMBER(m)	offsetof(struct ct_tuple, m)

/* The members of a tuple, by the number of their presence bit. */
static const struct {
	uint8_t		at, size;
} members[] = {
	[__builtin_ctz(CT_SRC4)]       = { MEMBER(src),   4 },
	[__builtin_ctz(CT_DST4)]       = { MEMBER(dst),   4 },
	[__builtin_ctz(CT_SRC6)]       = { MEMBER(src),   16 },
	[__builtin_ctz(CT_DST6)]       = { MEMBER(dst),   16 },
	[__builtin_ctz(CT_PROTO)]      = { MEMBER(proto), 1 },
	[__builtin_ctz(CT_SPORT)]      = { MEMBER(sport), 2 },
	[__builtin_ctz(CT_DPORT)]      = { MEMBER(dport), 2 },
	[__builtin_ctz(CT_ICMP_TYPE)]  = { MEMBER(type),  1 },
	[__builtin_ctz(CT_ICMP_CODE)]  = { MEMBER(code),  1 },
	[__builtin_ctz(CT_ICMP_ID)]    = { MEMBER(id),    2 },
	[__builtin_ctz(CT_ICMP6_TYPE)] = { MEMBER(type),  1 },
	[__builtin_ctz(CT_ICMP6_CODE)] = { MEMBER(code),  1 },
	[__builtin_ctz(CT_ICMP6_ID)]   = { MEMBER(id),    2 },
};

/* The zone of one direction; without one it is the default, 0. */
__attribute__((noinline))
static uint16_t zone_of(const struct ct_tuple *t)
{
	return t->has & CT_TUPLE_ZONE ? t->zone : 0;
}

/* One direction; the original addresses under their masks. */
static int tuple_match(const struct ct_filter *f, const struct ct_flow *flow,
		       enum ct_dir dir)
{
	const struct ct_tuple *want = &f->dir[dir], *t = &flow->dir[dir];
	uint32_t left = want->has & ~CT_TUPLE_ZONE;

	if (left & ~t->has)
		return 0;	/* a member without a value equals nothing */
	if (want->has & CT_TUPLE_ZONE && want->zone != zone_of(t))
		return 0;
	for (; left; left &= left - 1) {
		const unsigned i = (unsigned)__builtin_ctz(left);
		const int masked = dir == CT_ORIG &&
				   1u << i & (CT_SRC | CT_DST);

		if (!same((const uint8_t *)want + members[i].at,
			  (const uint8_t *)t + members[i].at,
			  masked ? f->mask[i % 2].b : NULL, members[i].size))
			return 0;
	}
	return 1;
}

/* The row of the flow's protocol in ct_protos. */
__attribute__((noinline))
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

/* The tags and the role that the filter names. */
static int info_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const struct ct_info *want = &f->info, *info = &flow->info;

	return !(want->has & ~info->has) &&
	       (!(want->has & CT_SCTP_VTAG) ||
		want->vtag[CT_ORIG] == info->vtag[CT_ORIG]) &&
	       (!(want->has & CT_SCTP_VTAG_R) ||
		want->vtag[CT_REPLY] == info->vtag[CT_REPLY]) &&
	       (!(want->has & CT_DCCP_ROLE) || want->role == info->role);
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

static int labels_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	if (!(flow->has & CT_LABELS))
		return 0;
	for (unsigned n = 0; n < CT_LABEL_MAX; n++)
		if (ct_label_has(&f->labels, n) &&
		    !ct_label_test(flow->labels, n))
			return 0;
	return 1;
}

/*
 * Was an end translated, and to what the filter names? The source is the
 * destination of the reply, and the other way round.
 */
static int end_match(const struct ct_filter *f, const struct ct_flow *flow,
		     unsigned end)
{
	const struct ct_tuple *orig = &flow->dir[CT_ORIG];
	const struct ct_tuple *reply = &flow->dir[CT_REPLY];
	const struct ct_nat *nat = &f->nat[end];
	const uint8_t *theirs = reply->addr[!end].b;
	const uint16_t port = ct_tuple_port(reply, !end);
	const unsigned n = orig->has & CT_SRC6 ? 16 : 4;
	int by_addr = !same(orig->addr[end].b, theirs, NULL, n);
	int by_port = ct_tuple_port(orig, end) != port;

	if (!(status_of(flow) & (uint32_t)IPS_SRC_NAT_DONE << end))
		return 0;
	if (!nat->has_addr)
		return by_addr || by_port;
	return by_addr && same(nat->addr.b, theirs, NULL, n) &&
	       (!nat->has_port || (by_port && nat->port == port));
}

__attribute__((noinline))
static int nat_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const uint32_t asked = f->has & (CT_F_SRC_NAT | CT_F_DST_NAT);
	uint32_t done = 0;

	for (unsigned end = CT_SRC_END; end <= CT_DST_END; end++)
		if (end_match(f, flow, end))
			done |= CT_F_SRC_NAT << end;
	return f->has & CT_F_ANY_NAT ? done != 0 : !(asked & ~done);
}

/* One range of each list must hold. */
static int ports_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	const uint32_t ports = CT_SPORT | CT_DPORT;
	const char *dir = (const char *)flow->dir;
	int held = 1;

	if (ports & ~(flow->dir[CT_ORIG].has & flow->dir[CT_REPLY].has))
		return 0;
	for (unsigned i = 0, at = 0; i < f->n_ranges; i++) {
		const struct ct_range *r = &f->range[i];
		uint16_t port;

		if (r->at != at && !held)
			return 0;
		if (r->at != at)
			held = 0;
		at = r->at;
		memcpy(&port, dir + at - offsetof(struct ct_filter, dir),
		       sizeof(port));
		if (port >= r->low && port <= r->high)
			held = 1;
	}
	return held;
}

#define ORIG	(1u << CTA_TUPLE_ORIG)
#define NAT	(ORIG | 1u << CTA_TUPLE_REPLY | 1u << CTA_STATUS)

uint32_t ct_match_wants(const struct ct_filter *f)
{
	static const uint32_t attributes[] = {
		[__builtin_ctz(CT_F_STATUS)]  = 1u << CTA_STATUS,
		[__builtin_ctz(CT_F_MARK)]    = 1u << CTA_MARK,
		[__builtin_ctz(CT_F_ID)]      = 1u << CTA_ID,
		[__builtin_ctz(CT_F_ZONE)]    = 1u << CTA_ZONE,
		[__builtin_ctz(CT_F_LABELS)]  = 1u << CTA_LABELS,
		[__builtin_ctz(CT_F_STATE)]   = ORIG | 1u << CTA_PROTOINFO,
		[__builtin_ctz(CT_F_PROTOS)]  = ORIG,
		[__builtin_ctz(CT_F_SRC_NAT)] = NAT,
		[__builtin_ctz(CT_F_DST_NAT)] = NAT,
		[__builtin_ctz(CT_F_ANY_NAT)] = NAT,
	};
	uint32_t wants = 0;
	const struct ct_filter *x = f;
	unsigned left = f->n_unless;

	for (;; x = &f->unless[--left]) {
		if (x->dir[CT_ORIG].has || x->family || x->n_ranges)
			wants |= ORIG;
		if (x->dir[CT_REPLY].has || x->n_ranges)
			wants |= 1u << CTA_TUPLE_REPLY;
		if (x->info.has)
			wants |= 1u << CTA_PROTOINFO;
		for (uint32_t has = x->has; has; has &= has - 1)
			wants |= attributes[__builtin_ctz(has)];
		if (left == 0)
			return wants;
	}
}

__attribute__((noinline))
static int all_hold(const struct ct_filter *f, const struct ct_flow *flow)
{
	const uint32_t on = f->has;

	return (!f->family || f->family == flow->family) &&
	       tuple_match(f, flow, CT_ORIG) &&
	       tuple_match(f, flow, CT_REPLY) &&
	       (!(on & CT_F_PROTOS) || protos_match(f, flow)) &&
	       (!(on & CT_F_STATE) || state_match(f, flow)) &&
	       (!f->info.has || info_match(f, flow)) &&
	       (!(on & CT_F_STATUS) || status_match(f, flow)) &&
	       (!(on & CT_F_MARK) || mark_match(f, flow)) &&
	       (!(on & CT_F_ID) || id_match(f, flow)) &&
	       (!(on & CT_F_ZONE) || zone_match(f, flow)) &&
	       (!(on & CT_F_LABELS) || labels_match(f, flow)) &&
	       (!f->n_ranges || ports_match(f, flow)) &&
	       (!(on & CT_F_NAT) || nat_match(f, flow));
}

/* Smaller when not in line. */
__attribute__((noinline))
int ct_match(const struct ct_filter *f, const struct ct_flow *flow)
{
	int pass = all_hold(f, flow);

	for (unsigned i = 0; pass && i < f->n_unless; i++)
		pass = !all_hold(&f->unless[i], flow);
	return pass;
}
