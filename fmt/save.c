/* SPDX-License-Identifier: MIT */
/*
 * -o save: the line that -R reads back, to the byte that of conntrack-tools:
 * compat.md 4.6. It fits into OUT_ROOM.
 */
#include "fmt/fmt.h"

#include "ct/names.h"
#include "ct/proto.h"
#include "fmt/text.h"

static char *put_u32(char *p, const char *option, uint32_t v)
{
	return text_u32(text_str(p, option), v);
}

static char *put_addr(char *p, const char *option, const struct ct_addr *a,
		      uint32_t family)
{
	p = text_str(p, option);
	return family & (CT_SRC4 | CT_DST4) ? text_ip4(p, a->b)
					    : text_ip6(p, a->b);
}

static char *put_status(char *p, uint32_t status)
{
	const uint32_t kept = IPS_EXPECTED | IPS_SEEN_REPLY | IPS_ASSURED |
			      IPS_FIXED_TIMEOUT;
	const char *before = " -u ";

	if (!(status & kept))
		return text_str(p, " -u UNSET");
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!((status & kept) >> bit & 1))
			continue;
		p = text_str(text_str(p, before),
			     ct_name_of(CT_STATUS_BITS, bit));
		before = ",";
	}
	return p;
}

static int differ(const struct ct_addr *a, const struct ct_addr *b, int is4)
{
	return memcmp(a->b, b->b, is4 ? 4 : 16) != 0;
}

/*
 * The reply addresses, -r and -q; where the kernel translates the address,
 * as the translation to ask for, -g and -n.
 */
static char *put_reply(char *p, const struct ct_flow *f)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	const struct ct_tuple *reply = &f->dir[CT_REPLY];
	uint32_t status = f->has & CT_STATUS ? f->status : 0;
	int is4 = (reply->has & CT_SRC4) != 0;

	if (reply->has & CT_SRC)
		p = put_addr(p, status & IPS_DST_NAT_DONE &&
				differ(&reply->src, &orig->dst, is4) ?
				" -g " : " -r ", &reply->src, reply->has);
	if (reply->has & CT_DST)
		p = put_addr(p, status & IPS_SRC_NAT_DONE &&
				differ(&reply->dst, &orig->src, is4) ?
				" -n " : " -q ", &reply->dst, reply->has);
	return p;
}

static char *put_ports(char *p, const struct ct_tuple *orig,
		       const struct ct_tuple *reply)
{
	if (orig->has & CT_SPORT)
		p = put_u32(p, " --sport ", orig->sport);
	if (orig->has & CT_DPORT)
		p = put_u32(p, " --dport ", orig->dport);
	if (reply->has & CT_SPORT)
		p = put_u32(p, " --reply-port-src ", reply->sport);
	if (reply->has & CT_DPORT)
		p = put_u32(p, " --reply-port-dst ", reply->dport);
	return p;
}

static char *put_keys(char *p, const struct ct_tuple *orig,
		      const struct ct_tuple *reply)
{
	if (orig->has & CT_SPORT)
		p = put_u32(p, " --srckey ", orig->sport);
	if (orig->has & CT_DPORT)
		p = put_u32(p, " --dstkey ", orig->dport);
	if (reply->has & CT_SPORT)
		p = put_u32(p, " --reply-key-src ", reply->sport);
	if (reply->has & CT_DPORT)
		p = put_u32(p, " --reply-key-dst ", reply->dport);
	return p;
}

static char *put_icmp(char *p, const char *name, const struct ct_tuple *t)
{
	static const char *const what[] = { "-type ", "-code ", "-id " };
	const uint32_t v[] = { t->type, t->code, t->id };

	for (unsigned i = 0; i < 3; i++) {
		p = text_str(text_str(p, " --"), name);
		p = put_u32(p, what[i], v[i]);
	}
	return p;
}

static char *put_info(char *p, const struct ct_info *info,
		      const struct ct_proto *proto)
{
	if (info->has & proto->state) {
		const char *name = ct_name_of(proto->states, info->state);

		p = text_str(p, " --state ");
		p = name ? text_str(p, name) : text_u32(p, info->state);
	}
	if (info->has & CT_SCTP_VTAG)
		p = put_u32(p, " --orig-vtag ", info->vtag[0]);
	if (info->has & CT_SCTP_VTAG_R)
		p = put_u32(p, " --reply-vtag ", info->vtag[1]);
	if (info->has & CT_DCCP_ROLE) {
		const char *name = ct_name_of(CT_DCCP_ROLES, info->role);

		p = text_str(p, " --role ");
		p = name ? text_str(p, name) : text_u32(p, info->role);
	}
	return p;
}

static char *put_l4(char *p, const struct ct_flow *f)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	const struct ct_tuple *reply = &f->dir[CT_REPLY];
	const struct ct_proto *proto = ct_proto_of(orig->proto);

	p = text_str(p, " -p ");
	if (proto->l4 == CT_L4_NONE)
		return text_u32(p, orig->proto);
	p = text_str(p, proto->name);
	if (proto->l4 == CT_L4_PORTS)
		p = put_ports(p, orig, reply);
	else if (proto->l4 == CT_L4_KEYS)
		p = put_keys(p, orig, reply);
	else
		p = put_icmp(p, proto->name, orig);
	return put_info(p, &f->info, proto);
}

static void save_flow(struct out *o, const struct ct_flow *f,
		      const struct fmt_how *how)
{
	const struct ct_tuple *orig = &f->dir[CT_ORIG];
	const struct ct_tuple *reply = &f->dir[CT_REPLY];
	char *p = text_str(out_room(o), "-A");

	(void)how;
	if (f->has & CT_TIMEOUT)
		p = put_u32(p, " -t ", f->timeout);
	if (f->has & CT_STATUS)
		p = put_status(p, f->status);
	if (f->has & CT_SECMARK)
		p = put_u32(p, " -c ", f->secmark);
	if (f->has & CT_ZONE)
		p = put_u32(p, " -w ", f->zone);
	if (orig->has & CT_TUPLE_ZONE)
		p = put_u32(p, " --orig-zone ", orig->zone);
	if (reply->has & CT_TUPLE_ZONE)
		p = put_u32(p, " --reply-zone ", reply->zone);
	if (orig->has & CT_SRC)
		p = put_addr(p, " -s ", &orig->src, orig->has);
	if (orig->has & CT_DST)
		p = put_addr(p, " -d ", &orig->dst, orig->has);
	p = put_reply(p, f);
	p = put_l4(p, f);
	*p++ = '\n';
	out_end(o, p);
}

const struct fmt fmt_save = {
	.name = "save",
	.flow = save_flow,
	.expect = fmt_plain_expect,
};
