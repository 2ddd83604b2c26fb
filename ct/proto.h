/* SPDX-License-Identifier: MIT */
/*
 * A row per protocol that conntrack knows more of than its number: which
 * tuple members it has, which states, and how a reply is derived.
 */
#ifndef CT_PROTO_H
#define CT_PROTO_H

#include "ct/names.h"

#include <stdint.h>

/* IANA's numbers; libc's <netinet/in.h> and the kernel's cannot be mixed. */
enum {
	PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_DCCP = 33,
	PROTO_GRE = 47, PROTO_ICMPV6 = 58, PROTO_SCTP = 132,
	PROTO_UDPLITE = 136,
};

/* What stands in the tuple beside the protocol number. */
enum ct_l4 {
	CT_L4_NONE,
	CT_L4_PORTS,	/* sport, dport */
	CT_L4_KEYS,	/* GRE keys, in the members of the ports */
	CT_L4_ICMP,	/* type, code, id */
	CT_L4_ICMP6,
};

struct ct_proto {
	char		name[8];
	uint8_t		num;	/* PROTO_* */
	uint8_t		l4;	/* enum ct_l4 */
	uint8_t		states;	/* enum ct_list */
	uint16_t	state;	/* its bit in ct_info.has, 0: none */
};

/* Rows of ct_protos; a set of protocols is a mask of 1 << row. */
enum {
	CT_P_TCP, CT_P_UDP, CT_P_UDPLITE, CT_P_SCTP, CT_P_DCCP,
	CT_P_ICMP, CT_P_ICMPV6, CT_P_GRE,
	CT_P_COUNT,
};

/* The last row, at CT_P_COUNT, is the protocol nobody tracks: "unknown". */
extern const struct ct_proto ct_protos[CT_P_COUNT + 1];

/* The row of a protocol number; never NULL. */
const struct ct_proto *ct_proto_of(uint8_t num);

/* The row of a built-in name, in any letter case; NULL: none. */
const struct ct_proto *ct_proto_named(const char *name);

/*
 * The type with which an ICMP or ICMPv6 query of this type is answered, or
 * -1 when conntrack does not take that type for a query (the kernel refuses
 * it in a tuple: nf_conntrack_proto_icmp.c, invmap).
 */
int ct_icmp_answer(uint8_t l4, uint8_t type);

#endif
