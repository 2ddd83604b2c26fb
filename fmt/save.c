/* SPDX-License-Identifier: MIT */
/*
 * -o save: the line that -R reads back, to the byte that of conntrack-tools:
 * compat.md 4.6.
 */
#include "fmt/script.h"

#include "ct/names.h"
#include "ct/proto.h"
#include "ct/tuple.h"
#include "fmt/text.h"

static int is_icmp(const struct ct_tuple *t)
{
	return (t->has & (CT_ICMP_ID | CT_ICMP6_ID)) != 0;
}

/* Does the kernel translate an end's port, or the id that ICMP has there? */
static int port_differs(const struct ct_flow *f, unsigned end)
{
	return ct_tuple_port(&f->dir[CT_REPLY], !end) !=
		ct_tuple_port(&f->dir[CT_ORIG], end) &&
	       !(end == CT_DST_END && is_icmp(&f->dir[CT_ORIG]));
}

/* Does the kernel translate an end, by its address or, if that counts, port? */
static int is_translated(const struct ct_flow *f, unsigned end, int by_port)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	const struct ct_tuple *reply = &f->dir[CT_REPLY];

	return f->has & CT_STATUS &&
	       f->status & (uint32_t)IPS_SRC_NAT_DONE << end &&
	       (memcmp(reply->addr[!end].b, orig->addr[end].b,
		       reply->has & CT_SRC4 ? 4 : 16) != 0 ||
		(by_port && port_differs(f, end)));
}

/* What was deleted is as good as an event. */
static enum ct_event event_of(const struct fmt_how *how)
{
	return how->show & FMT_DELETED ? CT_EVENT_DESTROY : how->event;
}

/*
 * What of the flow the options tell. Where the kernel translates an address,
 * that of the reply is the translation to ask for; what is there already is
 * named by its reply.
 */
static uint32_t saved(const struct ct_flow *f, const struct fmt_how *how)
{
	const int restore = (how->show & FMT_RESTORE) != 0;
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	uint32_t has = 0;
	const enum ct_event event = event_of(how);
	const int usual = restore && event > CT_EVENT_NEW;

	if (f->has & CT_STATUS)
		has |= f->status & SAVE_BITS ? SAVE_STATUS : SAVE_UNSET;
	if (f->info.has & CT_DCCP_ROLE && f->info.role <= 1)
		has |= SAVE_ROLE;
	if (restore && event != CT_EVENT_DESTROY)
		has |= SAVE_REST;
	if (restore && !usual) {
		/* a flow that is offloaded tells less, and is established */
		if (!(f->has & CT_TIMEOUT))
			has |= SAVE_NO_TIMEOUT;
		if (orig->proto == PROTO_TCP && !(f->info.has & CT_TCP_STATE))
			has |= SAVE_NO_STATE;
		/* a kernel that does not track it has no ports, either */
		if (orig->proto == PROTO_DCCP && !(orig->has & CT_SPORT))
			has |= SAVE_NO_DCCP;
	}
	has |= !usual && is_translated(f, CT_DST_END, restore) ?
	       SAVE_DNAT : SAVE_NO_DNAT;
	if (usual || !is_translated(f, CT_SRC_END, restore))
		return has | SAVE_NO_SNAT;
	if (!restore || !is_icmp(orig))
		return has | SAVE_SNAT;
	return has | (orig->has & CT_SRC4 ? SAVE_SNAT_ID4 : SAVE_SNAT_ID6);
}

static const struct script flow = {
	.language = SCRIPT_SAVE,
	.text = {
		S_TIMEOUT "t" S_SAVED_STATUS "u"
		WHEN S_UNSET S_TEXT " -u UNSET" FI
		S_SECMARK "c" S_ZONE "w" S_DIR_ZONE "orig-zone"
		AT_1 S_DIR_ZONE "reply-zone" AT_0 S_SRC "s" S_DST "d"

		AT_1 WHEN S_DNAT S_SRC "g" FI WHEN S_NO_DNAT S_SRC "r" FI
		WHEN S_SNAT S_DST "n" FI WHEN S_NO_SNAT S_DST "q" FI
		WHEN S_SNAT_ID4 " -n " RAW S_DST ":" RAW S_ICMP_ID FI
		WHEN S_SNAT_ID6 " -n [" RAW S_DST "]:" RAW S_ICMP_ID FI

		AT_0 WHEN S_NAMED S_PROTO "p" FI
		WHEN S_UNNAMED S_PROTO_NUMBER "p" FI
		S_SPORT "sport" S_DPORT "dport"
		AT_1 S_SPORT "reply-port-src" S_DPORT "reply-port-dst"
		AT_0 S_SRCKEY "srckey" S_DSTKEY "dstkey"
		AT_1 S_SRCKEY "reply-key-src" S_DSTKEY "reply-key-dst"
		AT_0 S_ICMP_TYPE "icmp-type" S_ICMP_CODE "icmp-code"
		S_ICMP4_ID "icmp-id"
		S_ICMP6_TYPE "icmpv6-type" S_ICMP6_CODE "icmpv6-code"
		S_ICMP6_ID "icmpv6-id"
		S_STATE_WORD "state" S_STATE "state"
		S_ORIG_VTAG "orig-vtag" S_REPLY_VTAG "reply-vtag"
		S_ROLE "role"

		/* what -o save forgets, and, where the line makes the entry,
		   what it cannot do without */
		WHEN S_REST S_MARK "m" WHEN S_NO_TIMEOUT " -t 300" FI
		WHEN S_NO_STATE " --state ESTABLISHED" FI
		WHEN S_NO_DCCP ""
		" --sport 0 --dport 0 --state OPEN --role client" FI
		S_HELPER "helper" S_LABELS "label-add" FI END,
	},
	.saved = saved,
};

static void save_flow(struct out *o, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	char *p = out_room(o);

	*p++ = '-';
	*p++ = "AAUD"[event_of(how)];
	out_end(o, p);
	script_flow(o, &flow, f, how);
	p = fmt_sender(out_room(o), how);
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_save = {
	.flow = save_flow,
	.expect = fmt_plain_expect,
};
