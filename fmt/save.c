/* SPDX-License-Identifier: MIT */
/*
 * -o save: the line that -R reads back, to the byte that of conntrack-tools:
 * compat.md 4.6. It fits into OUT_ROOM.
 */
#include "fmt/fmt.h"

#include "ct/names.h"
#include "ct/proto.h"
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
	char		 name[15];
	uint8_t		 kind : 4;
	uint8_t		 l4 : 4;	/* enum ct_l4; CT_L4_NONE: any */
	uint16_t	 bit;	/* of the member, in the presence word */
	uint8_t		 has;	/* where the presence word is */
	uint8_t		 at;	/* where the member is */
};

#define AT(has, m)	offsetof(struct ct_flow, has), \
			offsetof(struct ct_flow, m)
#define FLOW(m)		AT(has, m)
#define ORIG(m)		AT(dir[CT_ORIG].has, dir[CT_ORIG].m)
#define REPLY(m)	AT(dir[CT_REPLY].has, dir[CT_REPLY].m)
#define INFO(m)		AT(info.has, info.m)

/* In the order of the line. */
static const struct option options[] = {
	{ "t",              U32,       CT_L4_NONE,  CT_TIMEOUT,     FLOW(timeout) },
	{ "u",              STATUS,    CT_L4_NONE,  CT_STATUS,      FLOW(status) },
	{ "c",              U32,       CT_L4_NONE,  CT_SECMARK,     FLOW(secmark) },
	{ "w",              U16,       CT_L4_NONE,  CT_ZONE,        FLOW(zone) },
	{ "orig-zone",      U16,       CT_L4_NONE,  CT_TUPLE_ZONE,  ORIG(zone) },
	{ "reply-zone",     U16,       CT_L4_NONE,  CT_TUPLE_ZONE,  REPLY(zone) },
	{ "s",              ADDR,      CT_L4_NONE,  CT_SRC,         ORIG(src) },
	{ "d",              ADDR,      CT_L4_NONE,  CT_DST,         ORIG(dst) },
	{ "r",              REPLY_SRC, CT_L4_NONE,  CT_SRC,         REPLY(src) },
	{ "q",              REPLY_DST, CT_L4_NONE,  CT_DST,         REPLY(dst) },
	{ "p",              PROTO,     CT_L4_NONE,  CT_PROTO,       ORIG(proto) },
	{ "sport",          U16,       CT_L4_PORTS, CT_SPORT,       ORIG(sport) },
	{ "dport",          U16,       CT_L4_PORTS, CT_DPORT,       ORIG(dport) },
	{ "reply-port-src", U16,       CT_L4_PORTS, CT_SPORT,       REPLY(sport) },
	{ "reply-port-dst", U16,       CT_L4_PORTS, CT_DPORT,       REPLY(dport) },
	{ "srckey",         U16,       CT_L4_KEYS,  CT_SPORT,       ORIG(sport) },
	{ "dstkey",         U16,       CT_L4_KEYS,  CT_DPORT,       ORIG(dport) },
	{ "reply-key-src",  U16,       CT_L4_KEYS,  CT_SPORT,       REPLY(sport) },
	{ "reply-key-dst",  U16,       CT_L4_KEYS,  CT_DPORT,       REPLY(dport) },
	{ "icmp-type",      U8,        CT_L4_ICMP,  CT_ICMP_TYPE,   ORIG(type) },
	{ "icmp-code",      U8,        CT_L4_ICMP,  CT_ICMP_CODE,   ORIG(code) },
	{ "icmp-id",        U16,       CT_L4_ICMP,  CT_ICMP_ID,     ORIG(id) },
	{ "icmpv6-type",    U8,        CT_L4_ICMP6, CT_ICMP6_TYPE,  ORIG(type) },
	{ "icmpv6-code",    U8,        CT_L4_ICMP6, CT_ICMP6_CODE,  ORIG(code) },
	{ "icmpv6-id",      U16,       CT_L4_ICMP6, CT_ICMP6_ID,    ORIG(id) },
	{ "state",          STATE,     CT_L4_PORTS, CT_ANY_STATE,   INFO(state) },
	{ "orig-vtag",      U32,       CT_L4_PORTS, CT_SCTP_VTAG,   INFO(vtag[0]) },
	{ "reply-vtag",     U32,       CT_L4_PORTS, CT_SCTP_VTAG_R, INFO(vtag[1]) },
	{ "role",           ROLE,      CT_L4_PORTS, CT_DCCP_ROLE,   INFO(role) },
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

/*
 * The option of an address. Where the kernel translates it, that of a reply
 * is the translation to ask for.
 */
static const char *option_name(const struct option *o, const struct ct_flow *f)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	const struct ct_tuple *reply = &f->dir[CT_REPLY];
	const size_t n = reply->has & CT_SRC4 ? 4 : 16;
	const uint32_t status = f->has & CT_STATUS ? f->status : 0;

	if (o->kind == REPLY_SRC && status & IPS_DST_NAT_DONE &&
	    memcmp(reply->src.b, orig->dst.b, n) != 0)
		return "g";
	if (o->kind == REPLY_DST && status & IPS_SRC_NAT_DONE &&
	    memcmp(reply->dst.b, orig->src.b, n) != 0)
		return "n";
	return o->name;
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
	const char *flow = (const char *)f;
	char *p = text_str(out_room(o), "-A");

	(void)how;
	for (const struct option *opt = options; opt < end; opt++) {
		const char *name;
		uint32_t has = number(U32, flow + opt->has);

		if (!(has & opt->bit) ||
		    (opt->l4 != CT_L4_NONE && opt->l4 != proto->l4))
			continue;
		name = option_name(opt, f);
		*p++ = ' ';
		*p++ = '-';
		if (name[1])	/* more than a letter */
			*p++ = '-';
		p = text_str(p, name);
		*p++ = ' ';
		p = put_value(p, opt, flow + opt->at, has, proto);
	}
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_save = {
	.name = "save",
	.flow = save_flow,
	.expect = fmt_plain_expect,
};
