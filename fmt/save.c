/* SPDX-License-Identifier: MIT */
/*
 * -o save: the line that -R reads back, to the byte that of conntrack-tools:
 * compat.md 4.6. It fits into OUT_ROOM.
 */
#include "fmt/script.h"

#include "ct/names.h"
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

/* A name that stands alone in a file: no blanks. */
static int is_word(const char *name, size_t n)
{
	while (n > 0 && name[n - 1] != ' ')
		n--;
	return n == 0;
}

/*
 * What -o save forgets; and, where the line makes the entry, what it cannot do
 * without.
 */
static void put_rest(struct out *o, const struct ct_flow *f,
		     const struct ct_label_map *map, int makes)
{
	const char *before = " --label-add ";
	char *p = out_room(o);

	if (f->has & CT_MARK)
		p = text_u32(text_str(p, " -m "), f->mark);
	/* a flow that is offloaded tells less, and is established */
	if (makes && !(f->has & CT_TIMEOUT))
		p = text_str(p, " -t 300");
	if (makes && f->dir[CT_ORIG].proto == PROTO_TCP &&
	    !(f->info.has & CT_TCP_STATE))
		p = text_str(p, " --state ESTABLISHED");
	if (f->helper.has)
		p = text_word(text_str(p, " --helper "), f->helper.name);
	out_end(o, p);
	for (unsigned n = 0; n < 8 * CT_LABEL_BYTES; n++) {
		if (!(f->has & CT_LABELS) || !ct_label_test(f->labels, n))
			continue;
		out_str(o, before);
		if (map && map->bit[n].name &&
		    is_word(map->bit[n].name, map->bit[n].len))
			out_mem(o, map->bit[n].name, map->bit[n].len);
		else
			out_end(o, text_u32(out_room(o), n));
		before = ",";
	}
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
	uint32_t has = ct_proto_of(orig->proto)->l4 == CT_L4_NONE ?
		       SAVE_UNNAMED : SAVE_NAMED;
	int usual = restore && how->event > CT_EVENT_NEW;

	if (how->show & FMT_DELETED && restore)
		usual = 1;
	if (f->has & CT_STATUS)
		has |= f->status & SAVE_BITS ? SAVE_STATUS : SAVE_UNSET;
	if (f->info.has & CT_DCCP_ROLE)
		has |= SAVE_ROLE;
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
		S_ROLE "role" END,
	},
	.saved = saved,
};

static void save_flow(struct out *o, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	const enum ct_event event = how->show & FMT_DELETED ? CT_EVENT_DESTROY
							    : how->event;
	char *p = out_room(o);

	*p++ = '-';
	*p++ = "AAUD"[event];
	out_end(o, p);
	script_flow(o, &flow, f, how);
	if (how->show & FMT_RESTORE && event != CT_EVENT_DESTROY)
		put_rest(o, f, how->labels, event != CT_EVENT_UPDATE);
	p = fmt_sender(out_room(o), how);
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_save = {
	.flow = save_flow,
	.expect = fmt_plain_expect,
};
