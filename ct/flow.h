/* SPDX-License-Identifier: MIT */
/*
 * One conntrack entry, decoded: data. Numbers are in host
 * order, addresses and labels as on the wire. A member means something when
 * its bit is in the presence word at the head of its struct.
 */
#ifndef CT_FLOW_H
#define CT_FLOW_H

#include <stdint.h>

/* An address in network order; IPv4 uses the first four bytes. */
struct ct_addr {
	uint8_t		 b[16];
};

/* ct_tuple.has. One wire form, one bit, even where a member is shared. */
#define CT_SRC4		0x0001u
#define CT_DST4		0x0002u
#define CT_SRC6		0x0004u
#define CT_DST6		0x0008u
#define CT_PROTO	0x0010u
#define CT_SPORT	0x0020u		/* GRE: the source key */
#define CT_DPORT	0x0040u		/* GRE: the destination key */
#define CT_ICMP_TYPE	0x0080u
#define CT_ICMP_CODE	0x0100u
#define CT_ICMP_ID	0x0200u
#define CT_ICMP6_TYPE	0x0400u
#define CT_ICMP6_CODE	0x0800u
#define CT_ICMP6_ID	0x1000u
#define CT_TUPLE_ZONE	0x2000u		/* zone of this direction only */

/*
 * The ends of a flow. A bit of a source is the one of the destination when
 * shifted by an end.
 */
enum ct_end { CT_SRC_END, CT_DST_END };

#define CT_SRC		(CT_SRC4 | CT_SRC6)
#define CT_DST		(CT_DST4 | CT_DST6)

/* One direction of a flow. */
struct ct_tuple {
	uint32_t	 has;
	uint8_t		 proto;		/* PROTO_* of ct/proto.h, or any other */
	uint8_t		 type, code;	/* ICMP and ICMPv6 */
	uint16_t	 id;		/* ICMP and ICMPv6 */
	uint16_t	 zone;
	union {
		struct { uint16_t sport, dport; };
		uint16_t port[2];	/* CT_SRC_END, CT_DST_END */
	};
	union {
		struct { struct ct_addr src, dst; };
		struct ct_addr addr[2];
	};
};

/* ct_info.has */
#define CT_TCP_STATE	0x001u
#define CT_TCP_WSCALE	0x002u		/* original; reply is the next bit */
#define CT_TCP_WSCALE_R	0x004u
#define CT_TCP_FLAGS	0x008u
#define CT_TCP_FLAGS_R	0x010u
#define CT_SCTP_STATE	0x020u
#define CT_SCTP_VTAG	0x040u
#define CT_SCTP_VTAG_R	0x080u
#define CT_DCCP_STATE	0x100u
#define CT_DCCP_ROLE	0x200u
#define CT_DCCP_SEQ	0x400u

#define CT_ANY_STATE	(CT_TCP_STATE | CT_SCTP_STATE | CT_DCCP_STATE)

/* What a protocol's tracker knows; [0] is original, [1] reply. */
struct ct_info {
	uint32_t	 has;
	uint8_t		 state;		/* of the protocol the bit names */
	uint8_t		 role;		/* DCCP: 0 client, 1 server */
	uint8_t		 wscale[2];
	uint8_t		 flags[2][2];	/* IP_CT_TCP_FLAG_*, then their mask */
	uint32_t	 vtag[2];
	uint64_t	 seq;		/* DCCP handshake */
};

/* ct_counters.has */
#define CT_PACKETS	1u
#define CT_BYTES	2u

struct ct_counters {
	uint32_t	 has;
	uint64_t	 packets, bytes;
};

/* ct_times.has; nanoseconds since 1970, UTC */
#define CT_START	1u
#define CT_STOP		2u

struct ct_times {
	uint32_t	 has;
	uint64_t	 start_ns, stop_ns;
};

/* ct_seqadj.has */
#define CT_ADJ_POS	1u
#define CT_ADJ_BEFORE	2u
#define CT_ADJ_AFTER	4u

struct ct_seqadj {
	uint32_t	 has;
	uint32_t	 pos;
	uint32_t	 before, after;	/* two's complement */
};

/* ct_synproxy.has */
#define CT_ISN		1u
#define CT_ITS		2u
#define CT_TSOFF	4u

struct ct_synproxy {
	uint32_t	 has;
	uint32_t	 isn, its, tsoff;
};

/* ct_helper.has */
#define CT_HELPER	1u

#define CT_HELPER_LEN	16	/* NF_CT_HELPER_NAME_LEN, NUL included */

struct ct_helper {
	uint32_t	 has;
	char		 name[CT_HELPER_LEN];
};

/* ct_secctx.has */
#define CT_SECCTX	1u

/* Security modules take contexts of at most one page from user space. */
#define CT_SECCTX_LEN	4096

struct ct_secctx {
	uint32_t	 has;
	char		 text[CT_SECCTX_LEN];
};

/* ct_flow.has */
#define CT_STATUS	0x001u
#define CT_TIMEOUT	0x002u
#define CT_MARK		0x004u
#define CT_USE		0x008u
#define CT_ID		0x010u
#define CT_ZONE		0x020u		/* zone of both directions */
#define CT_SECMARK	0x040u
#define CT_LABELS	0x080u
#define CT_EVENT_TIME	0x100u

#define CT_LABEL_BYTES	16	/* the kernel keeps 128 labels */

enum ct_dir { CT_ORIG, CT_REPLY };

/*
 * The entry. Holds no pointer: copy it with =. ct_flow_clear() before a
 * decode; a member whose struct has no bit set holds no value, but a tuple's
 * proto is 0.
 */
struct ct_flow {
	uint32_t		 has;
	uint8_t			 family;	/* AF_INET, AF_INET6 */
	uint8_t			 labels[CT_LABEL_BYTES];
	uint16_t		 zone;
	uint32_t		 status;	/* IPS_* */
	uint32_t		 timeout;	/* seconds left */
	uint32_t		 mark, use, id, secmark;
	uint64_t		 event_ns;	/* since 1970, UTC */
	struct ct_info		 info;
	struct ct_times		 times;
	struct ct_tuple		 dir[2];	/* CT_ORIG, CT_REPLY */
	struct ct_counters	 counters[2];
	struct ct_helper	 helper;
	struct ct_tuple		 master;
	struct ct_seqadj	 seqadj[2];
	struct ct_synproxy	 synproxy;
	struct ct_secctx	 secctx;
};

/* Empty a flow: clear every presence word, which is all that counts. */
void ct_flow_clear(struct ct_flow *f);

#endif
