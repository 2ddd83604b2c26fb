/* SPDX-License-Identifier: MIT */
#include "ct/proto.h"

#include "ct/flow.h"

#include <stddef.h>

const struct ct_proto ct_protos[CT_P_COUNT + 1] = {
	[CT_P_TCP]     = { "tcp",     PROTO_TCP,     CT_L4_PORTS, CT_TCP_STATES,  CT_TCP_STATE },
	[CT_P_UDP]     = { "udp",     PROTO_UDP,     CT_L4_PORTS, CT_NO_NAMES,    0 },
	[CT_P_UDPLITE] = { "udplite", PROTO_UDPLITE, CT_L4_PORTS, CT_NO_NAMES,    0 },
	[CT_P_SCTP]    = { "sctp",    PROTO_SCTP,    CT_L4_PORTS, CT_SCTP_STATES, CT_SCTP_STATE },
	[CT_P_DCCP]    = { "dccp",    PROTO_DCCP,    CT_L4_PORTS, CT_DCCP_STATES, CT_DCCP_STATE },
	[CT_P_ICMP]    = { "icmp",    PROTO_ICMP,    CT_L4_ICMP,  CT_NO_NAMES,    0 },
	[CT_P_ICMPV6]  = { "icmpv6",  PROTO_ICMPV6,  CT_L4_ICMP6, CT_NO_NAMES,    0 },
	[CT_P_GRE]     = { "gre",     PROTO_GRE,     CT_L4_KEYS,  CT_NO_NAMES,    0 },
	[CT_P_COUNT]   = { "unknown", 0,             CT_L4_NONE,  CT_NO_NAMES,    0 },
};

const struct ct_proto *ct_proto_of(uint8_t num)
{
	const struct ct_proto *p = ct_protos;

	while (p < &ct_protos[CT_P_COUNT] && p->num != num)
		p++;
	return p;
}

/* Is it this word of small letters, in any letter case? */
static int is_word(const char *s, const char *word)
{
	while (*s && (*s == *word || (*s >= 'A' && *s + 'a' - 'A' == *word)))
		s++, word++;
	return *s == *word;
}

const struct ct_proto *ct_proto_named(const char *name)
{
	for (const struct ct_proto *p = ct_protos; p->num; p++)
		if (is_word(name, p->name))
			return p;
	return NULL;
}

int ct_icmp_answer(uint8_t l4, uint8_t type)
{
	static const uint8_t pairs[][3] = {	/* l4, query, answer */
		{ CT_L4_ICMP,  8, 0 },     { CT_L4_ICMP,  13, 14 },
		{ CT_L4_ICMP,  15, 16 },   { CT_L4_ICMP,  17, 18 },
		{ CT_L4_ICMP6, 128, 129 }, { CT_L4_ICMP6, 139, 140 },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (pairs[i][0] != l4)
			continue;
		if (pairs[i][1] == type)
			return pairs[i][2];
		if (pairs[i][2] == type)
			return pairs[i][1];
	}
	return -1;
}
