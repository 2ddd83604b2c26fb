/* SPDX-License-Identifier: MIT */
#include "ct/tuple.h"

#include "ct/proto.h"

#define ICMP	(CT_ICMP_TYPE | CT_ICMP_CODE | CT_ICMP_ID)
#define ICMP6	(CT_ICMP6_TYPE | CT_ICMP6_CODE | CT_ICMP6_ID)

uint32_t ct_tuple_needs(uint8_t proto)
{
	static const uint16_t needs[] = {
		[CT_L4_PORTS] = CT_SPORT | CT_DPORT,
		[CT_L4_KEYS]  = CT_SPORT | CT_DPORT,
		[CT_L4_ICMP]  = ICMP,
		[CT_L4_ICMP6] = ICMP6,
	};

	return needs[ct_proto_of(proto)->l4];
}

uint16_t ct_tuple_port(const struct ct_tuple *t, enum ct_end end)
{
	if (t->has & (CT_ICMP_ID | CT_ICMP6_ID))
		return t->id;
	return t->has & CT_SPORT << end ? t->port[end] : 0;
}

int ct_tuple_is_query(const struct ct_tuple *t)
{
	return !(t->has & (CT_ICMP_TYPE | CT_ICMP6_TYPE)) ||
	       ct_icmp_answer(ct_proto_of(t->proto)->l4, t->type) >= 0;
}

/* The end of t that the other direction's opposite one tells. */
static void mirror_end(struct ct_tuple *t, const struct ct_tuple *other,
		       unsigned end)
{
	const uint32_t addr = other->has & CT_SRC << !end;

	if (!(t->has & CT_SRC << end) && addr) {
		t->addr[end] = other->addr[!end];
		t->has |= end ? addr << 1 : addr >> 1;
	}
	if (!(t->has & CT_SPORT << end) && other->has & CT_SPORT << !end) {
		t->port[end] = other->port[!end];
		t->has |= CT_SPORT << end;
	}
}

void ct_tuple_mirror(struct ct_tuple *t, const struct ct_tuple *other)
{
	const uint32_t icmp = other->has & (ICMP | ICMP6) & ~t->has;
	int answer;

	mirror_end(t, other, CT_SRC_END);
	mirror_end(t, other, CT_DST_END);
	if (!icmp)
		return;
	answer = ct_icmp_answer(ct_proto_of(other->proto)->l4, other->type);
	t->type = answer < 0 ? other->type : (uint8_t)answer;
	t->code = other->code;
	t->id = other->id;
	t->has |= icmp;
}
