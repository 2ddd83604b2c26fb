/* SPDX-License-Identifier: MIT */
/*
 * -o save: the line that -R reads back, to the byte that of conntrack-tools:
 * compat.md 4.6. It fits into OUT_ROOM.
 */
#include "fmt/fmt.h"

#include "ct/names.h"
#include "ct/proto.h"
#include "ct/tuple.h"
#include "fmt/text.h"

/* How the value of an option is written. */
enum kind {
	U8, U16, U32,
	PROTO, STATE, ROLE,		/* U8 with words */
	STATUS,
	ADDR, REPLY_SRC, REPLY_DST,	/* in a reply NAT has other options */
};

/* An option, and the member of a flow that it tells. */
struct option {
	uint16_t	 bit;	/* of the member, in the presence word */
	uint8_t		 kind : 4;
	uint8_t		 l4 : 4;	/* enum ct_l4; CT_L4_NONE: any */
	uint8_t		 has;	/* where the presence word is */
	uint8_t		 at;	/* where the member is */
};

#define AT(has, m)	offsetof(struct ct_flow, has), \
			offsetof(struct ct_flow, m)
#define FLOW(m)		AT(has, m)
#define ORIG(m)		AT(dir[CT_ORIG].has, dir[CT_ORIG].m)
#define REPLY(m)	AT(dir[CT_REPLY].has, dir[CT_REPLY].m)
#define INFO(m)		AT(info.has, info.m)

/* In the order of the line: the names, and the options that bear them. */
static const char names[] =
	"t\0" "u\0" "c\0" "w\0" "orig-zone\0" "reply-zone\0" "s\0" "d\0" "r\0"
	"q\0" "p\0" "sport\0" "dport\0" "reply-port-src\0" "reply-port-dst\0"
	"srckey\0" "dstkey\0" "reply-key-src\0" "reply-key-dst\0" "icmp-type\0"
	"icmp-code\0" "icmp-id\0" "icmpv6-type\0" "icmpv6-code\0" "icmpv6-id\0"
	"state\0" "orig-vtag\0" "reply-vtag\0" "role\0";

static const struct option options[] = {
	{ CT_TIMEOUT,     U32,       CT_L4_NONE,  FLOW(timeout) },
	{ CT_STATUS,      STATUS,    CT_L4_NONE,  FLOW(status) },
	{ CT_SECMARK,     U32,       CT_L4_NONE,  FLOW(secmark) },
	{ CT_ZONE,        U16,       CT_L4_NONE,  FLOW(zone) },
	{ CT_TUPLE_ZONE,  U16,       CT_L4_NONE,  ORIG(zone) },
	{ CT_TUPLE_ZONE,  U16,       CT_L4_NONE,  REPLY(zone) },
	{ CT_SRC,         ADDR,      CT_L4_NONE,  ORIG(src) },
	{ CT_DST,         ADDR,      CT_L4_NONE,  ORIG(dst) },
	{ CT_SRC,         REPLY_SRC, CT_L4_NONE,  REPLY(src) },
	{ CT_DST,         REPLY_DST, CT_L4_NONE,  REPLY(dst) },
	{ CT_PROTO,       PROTO,     CT_L4_NONE,  ORIG(proto) },
	{ CT_SPORT,       U16,       CT_L4_PORTS, ORIG(sport) },
	{ CT_DPORT,       U16,       CT_L4_PORTS, ORIG(dport) },
	{ CT_SPORT,       U16,       CT_L4_PORTS, REPLY(sport) },
	{ CT_DPORT,       U16,       CT_L4_PORTS, REPLY(dport) },
	{ CT_SPORT,       U16,       CT_L4_KEYS,  ORIG(sport) },
	{ CT_DPORT,       U16,       CT_L4_KEYS,  ORIG(dport) },
	{ CT_SPORT,       U16,       CT_L4_KEYS,  REPLY(sport) },
	{ CT_DPORT,       U16,       CT_L4_KEYS,  REPLY(dport) },
	{ CT_ICMP_TYPE,   U8,        CT_L4_ICMP,  ORIG(type) },
	{ CT_ICMP_CODE,   U8,        CT_L4_ICMP,  ORIG(code) },
	{ CT_ICMP_ID,     U16,       CT_L4_ICMP,  ORIG(id) },
	{ CT_ICMP6_TYPE,  U8,        CT_L4_ICMP6, ORIG(type) },
	{ CT_ICMP6_CODE,  U8,        CT_L4_ICMP6, ORIG(code) },
	{ CT_ICMP6_ID,    U16,       CT_L4_ICMP6, ORIG(id) },
	{ CT_ANY_STATE,   STATE,     CT_L4_PORTS, INFO(state) },
	{ CT_SCTP_VTAG,   U32,       CT_L4_PORTS, INFO(vtag[0]) },
	{ CT_SCTP_VTAG_R, U32,       CT_L4_PORTS, INFO(vtag[1]) },
	{ CT_DCCP_ROLE,   ROLE,      CT_L4_PORTS, INFO(role) },
};

static uint32_t number(uint8_t kind, const void *at)
{
	uint32_t v;
	uint16_t v16;

	if (kind == U32) {
		memcpy(&v, at, sizeof(v));
		return v;
	}
	if (kind == U16) {
		memcpy(&v16, at, sizeof(v16));
		return v16;
	}
	return *(const uint8_t *)at;
}

static char *put_status(char *p, uint32_t status)
{
	const char *start = p;

	status &= IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED |
		  IPS_FIXED_TIMEOUT;
	if (!status)
		return text_str(p, "UNSET");
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(status >> bit & 1))
			continue;
		if (p > start)
			*p++ = ',';
		p = text_str(p, ct_name_of(CT_STATUS_BITS, bit));
	}
	return p;
}

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

/*
 * The option of an address. Where the kernel translates it, that of a reply
 * is the translation to ask for.
 */
static const char *option_name(const struct option *o, const char *name,
			       const struct ct_flow *f, int by_port)
{
	if (o->kind == REPLY_SRC && is_translated(f, CT_DST_END, by_port))
		return "g";
	if (o->kind == REPLY_DST && is_translated(f, CT_SRC_END, by_port))
		return "n";
	return name;
}

/* ADDR:ID or [ADDR]:ID; of ports, those of the reply tell. */
static char *put_nat_id(char *p, const struct ct_tuple *reply)
{
	const uint8_t *addr = reply->dst.b;

	if (reply->has & CT_SRC4)
		p = text_ip4(p, addr);
	else
		p = text_str(text_ip6(text_str(p, "["), addr), "]");
	return text_u32(text_str(p, ":"), reply->id);
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

static char *put_value(char *p, const struct option *o, const void *at,
		       uint32_t has, const struct ct_proto *proto)
{
	const uint32_t v = number(o->kind, at);
	const char *word = NULL;

	if (o->kind >= ADDR)
		return has & (CT_SRC4 | CT_DST4) ? text_ip4(p, at)
						 : text_ip6(p, at);
	if (o->kind == STATUS)
		return put_status(p, number(U32, at));
	if (o->kind == PROTO && proto->l4 != CT_L4_NONE)
		word = proto->name;
	else if (o->kind == STATE)
		word = ct_name_of(proto->states, v);
	else if (o->kind == ROLE)
		word = ct_name_of(CT_DCCP_ROLES, v);
	return word ? text_str(p, word) : text_u32(p, v);
}

static void save_flow(struct out *o, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	const struct ct_proto *proto = ct_proto_of(f->dir[CT_ORIG].proto);
	const struct option *end = options + sizeof(options) / sizeof(*options);
	const int restore = (how->show & FMT_RESTORE) != 0;
	const char *flow = (const char *)f;
	const char *next = names;
	const enum ct_event event = how->show & FMT_DELETED ? CT_EVENT_DESTROY
							    : how->event;
	char *p = out_room(o);

	*p++ = '-';
	*p++ = "AAUD"[event];

	for (const struct option *opt = options; opt < end; opt++) {
		const char *usual = next, *name;
		uint32_t has = number(U32, flow + opt->has);

		while (*next++)
			;
		if (!(has & opt->bit) ||
		    (opt->l4 != CT_L4_NONE && opt->l4 != proto->l4))
			continue;
		/* what is there already is named by its reply */
		name = restore && event > CT_EVENT_NEW ? usual :
		       option_name(opt, usual, f, restore);
		*p++ = ' ';
		*p++ = '-';
		if (name[1])	/* more than a letter */
			*p++ = '-';
		p = text_str(p, name);
		*p++ = ' ';
		if (*name == 'n' && restore && proto->l4 >= CT_L4_ICMP)
			p = put_nat_id(p, &f->dir[CT_REPLY]);
		else
			p = put_value(p, opt, flow + opt->at, has, proto);
	}
	out_end(o, p);
	if (restore && event != CT_EVENT_DESTROY)
		put_rest(o, f, how->labels, event != CT_EVENT_UPDATE);
	p = fmt_sender(out_room(o), how);
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_save = {
	.flow = save_flow,
	.expect = fmt_plain_expect,
};
