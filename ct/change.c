/* SPDX-License-Identifier: MIT */
#include "ct/change.h"

#include "ct/tables.h"
#include "ct/tuple.h"
#include "nl/layout.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/*
 * What the kernel lets a request set. Kernel 4.4 takes other bits as they
 * come; EXPECTED is sent so that it is refused (ctnetlink.md 5.1).
 */
#define SETTABLE	(IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED | \
			 IPS_FIXED_TIMEOUT)

/*
 * Our segments were not seen, so no window is known: let all pass. From
 * TIME_WAIT on the connection was closed by both.
 */
#define LIBERAL		(IP_CT_TCP_FLAG_SACK_PERM | IP_CT_TCP_FLAG_BE_LIBERAL)

static void set_state(struct ct_info *info, const struct ct_proto *proto,
		      uint8_t state)
{
	uint8_t flags = LIBERAL;

	info->state = state;
	info->has |= proto->state;
	if (proto->num != PROTO_TCP)
		return;
	if (state >= TCP_CONNTRACK_TIME_WAIT)
		flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	memset(info->flags, flags, sizeof(info->flags));
	info->has |= CT_TCP_FLAGS | CT_TCP_FLAGS_R;
}

/* The state of the flow's protocol, where the change has one for it. */
static void change_info(struct ct_info *info, uint8_t num,
			const struct ct_filter *f, const struct ct_change *c)
{
	const struct ct_proto *proto = ct_proto_of(num);
	const unsigned row = (unsigned)(proto - ct_protos);

	if (c->states >> row & 1)
		set_state(info, proto, f->state[row]);
	for (unsigned dir = CT_ORIG; dir <= CT_REPLY; dir++)
		if (num == PROTO_SCTP && c->info.has & CT_SCTP_VTAG << dir) {
			info->vtag[dir] = c->info.vtag[dir];
			info->has |= CT_SCTP_VTAG << dir;
		}
	if (num == PROTO_DCCP && c->info.has & CT_DCCP_ROLE) {
		info->role = c->info.role;
		info->has |= CT_DCCP_ROLE;
	}
}

/* ------------------------------------------------------------ new entries */

/*
 * The range of one translation: one address, and one port where it is given.
 * A maximum that is left out is the minimum.
 */
static void put_nat(struct nl_put *m, uint16_t type, const struct ct_nat *nat,
		    uint8_t family)
{
	size_t mark = nl_put_nest(m, type), proto;

	if (family == AF_INET)
		nl_put_attr(m, CTA_NAT_V4_MINIP, &nat->addr, 4);
	else
		nl_put_attr(m, CTA_NAT_V6_MINIP, &nat->addr, 16);
	if (nat->has_port) {
		proto = nl_put_nest(m, CTA_NAT_PROTO);
		nl_put_be16(m, CTA_PROTONAT_PORT_MIN, nat->port);
		nl_put_be16(m, CTA_PROTONAT_PORT_MAX, nat->port);
		nl_put_nest_end(m, proto);
	}
	nl_put_nest_end(m, mark);
}

/*
 * The kernel translates by itself, from tuples that are not: a port of the
 * reply is what the end is translated to. Also where that is the same one:
 * the kernel would take that of another flow of the same source
 * (find_appropriate_src).
 */
static void take_nat_port(struct ct_nat *nat, struct ct_flow *f, unsigned end)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	struct ct_tuple *reply = &f->dir[CT_REPLY];
	const uint32_t bit = CT_SPORT << !end;

	if (!nat->has_addr || !(reply->has & bit))
		return;
	if (!nat->has_port && orig->has & CT_SPORT << end) {
		nat->port = reply->port[!end];
		nat->has_port = 1;
	}
	reply->has &= ~bit;
}

static void make_tuples(struct ct_flow *f, const struct ct_filter *named)
{
	struct ct_tuple *orig = &f->dir[CT_ORIG], *reply = &f->dir[CT_REPLY];
	const uint8_t proto = named->dir[CT_ORIG].proto;
	const uint32_t whole = CT_PROTO | ct_tuple_needs(proto);

	orig->proto = reply->proto = proto;
	ct_tuple_mirror(orig, reply);
	ct_tuple_mirror(reply, orig);
	orig->has |= whole;	/* what neither tells is 0 */
	reply->has |= whole;
}

/* n bytes of a set of labels, as the kernel's long words. */
static void put_labels(struct nl_put *m, uint16_t type,
		       const struct ct_label_set *labels, size_t n)
{
	const unsigned bits = 8 * sizeof(unsigned long);
	unsigned long words[CT_LABEL_MAX / (8 * sizeof(unsigned long))] = { 0 };

	for (unsigned i = 0; i < CT_LABEL_MAX; i++)
		if (ct_label_has(labels, i))
			words[i / bits] |= 1ul << i % bits;
	nl_put_attr(m, type, words, n);
}

/* The bytes that a set needs; not fewer than an entry has. */
static size_t labels_size(const struct ct_label_set *labels)
{
	size_t n = sizeof(labels->set);

	while (n > CT_LABEL_BYTES && labels->set[n - 1] == 0)
		n--;
	return (n + 7) / 8 * 8;
}

void ct_put_new(struct nl_put *m, const struct ct_filter *named,
		const struct ct_change *c)
{
	static struct nl_layout layouts[2][CT_P_COUNT + 1];
	static struct ct_flow f;
	struct ct_nat nat[2] = { c->nat[0], c->nat[1] };
	const unsigned v6 = named->family == AF_INET6;
	unsigned proto;

	ct_flow_clear(&f);
	f.dir[CT_ORIG] = named->dir[CT_ORIG];
	f.dir[CT_REPLY] = named->dir[CT_REPLY];
	take_nat_port(&nat[CT_SRC_END], &f, CT_SRC_END);
	take_nat_port(&nat[CT_DST_END], &f, CT_DST_END);
	make_tuples(&f, named);
	f.has = c->has & (CT_STATUS | CT_TIMEOUT | CT_MARK);
	f.status = (named->status & SETTABLE) | IPS_CONFIRMED;
	f.timeout = c->timeout;
	f.mark = named->mark;
	if (named->has & CT_F_ZONE) {
		f.zone = named->zone;
		f.has |= CT_ZONE;
	}
	f.helper = c->helper;
	change_info(&f.info, f.dir[CT_ORIG].proto, named, c);
	proto = (unsigned)(ct_proto_of(f.dir[CT_ORIG].proto) - ct_protos);
	nl_layout_encode(&layouts[v6][proto], &ct_flow_table, &f, m);
	for (unsigned end = CT_SRC_END; end <= CT_DST_END; end++)
		if (nat[end].has_addr)
			put_nat(m, end ? CTA_NAT_DST : CTA_NAT_SRC, &nat[end],
				named->family);
	if (c->has & CT_LABELS)
		put_labels(m, CTA_LABELS, &c->labels,
			   labels_size(&c->labels));
}

/* ---------------------------------------------------------------- updates */

/*
 * Would the labels of the entry change? Returns 1, 0 or -ERANGE. Taking away
 * counts in any case, as it always did.
 */
static int labels_change(const struct ct_flow *old, const struct ct_change *c)
{
	int r = 1;

	for (unsigned n = 0; n < CT_LABEL_MAX; n++)
		if (ct_label_has(&c->labels, n))
			r = 0;
	for (unsigned n = CT_LABEL_MAX; n-- > 0;) {	/* no room comes first */
		int had = old->has & CT_LABELS &&
			  ct_label_test(old->labels, n);

		if (ct_label_has(&c->label_mask, n) &&
		    had != ct_label_has(&c->labels, n))
			return n < CT_LABEL_BYTES * 8 ? 1 : -ERANGE;
	}
	return r;
}

/*
 * What the tracker knows, with the change in it: those of SCTP and DCCP take
 * all of it or nothing, that of TCP keeps what is not sent.
 */
static void apply_info(struct ct_flow *to, const struct ct_flow *old,
		       const struct ct_filter *f, const struct ct_change *c)
{
	const uint8_t proto = old->dir[CT_ORIG].proto;
	struct ct_info info = old->info;

	if (proto == PROTO_TCP)
		info.has = 0;
	change_info(&info, proto, f, c);
	if (info.has & ~old->info.has || info.state != old->info.state ||
	    (info.has & CT_SCTP_VTAG && info.vtag[0] != old->info.vtag[0]) ||
	    (info.has & CT_SCTP_VTAG_R && info.vtag[1] != old->info.vtag[1]) ||
	    (info.has & CT_DCCP_ROLE && info.role != old->info.role))
		to->info = info;
}

int ct_change_apply(struct ct_flow *to, const struct ct_flow *old,
		    const struct ct_filter *f, const struct ct_change *c)
{
	const uint32_t mark = old->has & CT_MARK ? old->mark : 0;
	int r = 0;

	ct_flow_clear(to);
	to->timeout = c->timeout;
	to->mark = (mark & ~f->mark_mask) ^ f->mark;
	to->status = old->status | (f->status & SETTABLE);
	if (c->has & CT_TIMEOUT &&
	    (!(old->has & CT_TIMEOUT) || old->timeout != to->timeout))
		to->has |= CT_TIMEOUT;
	if (c->has & CT_MARK && to->mark != mark)
		to->has |= CT_MARK;
	if (c->has & CT_STATUS && to->status != old->status)
		to->has |= CT_STATUS;
	if (c->helper.has && strcmp(c->helper.name, old->helper.has ?
				    old->helper.name : "") != 0)
		to->helper = c->helper;
	apply_info(to, old, f, c);
	if (c->has & CT_LABELS)
		r = labels_change(old, c);
	if (r > 0)
		to->has |= CT_LABELS;
	return r < 0 ? r : (to->has | to->info.has | to->helper.has) != 0;
}

int ct_change_is_plain(const struct ct_change *c)
{
	return !(c->has & (CT_TIMEOUT | CT_LABELS)) && !c->helper.has;
}

void ct_change_merge(struct ct_flow *flow, const struct ct_flow *to)
{
	if (to->has & CT_MARK)
		flow->mark = to->mark;
	if (to->has & CT_STATUS)
		flow->status = to->status;
	if (to->info.has)
		flow->info = to->info;
	flow->has |= to->has;
}

void ct_put_update(struct nl_put *m, struct ct_flow *to,
		   const struct ct_change *c)
{
	const uint32_t labels = to->has & CT_LABELS;

	to->has &= ~CT_LABELS;
	nl_encode(&ct_flow_table, to, m);
	if (!labels)
		return;
	/* whole, or the kernel clears the rest */
	put_labels(m, CTA_LABELS, &c->labels, CT_LABEL_BYTES);
	put_labels(m, CTA_LABELS_MASK, &c->label_mask, CT_LABEL_BYTES);
}
