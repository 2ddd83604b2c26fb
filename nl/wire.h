/* SPDX-License-Identifier: MIT */
/*
 * The wire: sizes of netlink's headers as unsigned numbers, and the kernel
 * constants that UAPI headers as old as Linux 4.4's lack.
 *
 * A macro may stand over an enumerator of the same name and value, so what
 * follows the includes holds with old headers and with new ones.
 */
#ifndef NL_WIRE_H
#define NL_WIRE_H

#include <linux/netlink.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_sctp.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stddef.h>

#define NL_HDR		16u	/* struct nlmsghdr */
#define NL_GEN		4u	/* struct nfgenmsg */
#define NL_HEAD		(NL_HDR + NL_GEN)	/* where attributes begin */
#define NL_ATTR		4u	/* struct nlattr */

/* Round a length up to netlink's alignment of four. */
static inline size_t nl_align(size_t n)
{
	return (n + 3u) & ~(size_t)3u;
}

/* linux/netlink.h: 4.12 (extended acknowledgements) */
#define NETLINK_EXT_ACK			11
#define NLM_F_CAPPED			0x100
#define NLM_F_ACK_TLVS			0x200
#define NLMSGERR_ATTR_MSG		1
#define NLMSGERR_ATTR_OFFS		2

/* linux/netfilter/nfnetlink_conntrack.h: 4.3, 4.18, 5.8, 5.15, 6.14 */
#define CTA_TUPLE_ZONE			3
#define CTA_SYNPROXY			24
#define CTA_FILTER			25
#define CTA_STATUS_MASK			26
#define CTA_TIMESTAMP_EVENT		27
#define CTA_SYNPROXY_ISN		1
#define CTA_SYNPROXY_ITS		2
#define CTA_SYNPROXY_TSOFF		3
#define CTA_FILTER_ORIG_FLAGS		1
#define CTA_FILTER_REPLY_FLAGS		2
#define CTA_STATS_CLASH_RESOLVE		14
#define CTA_STATS_CHAIN_TOOLONG		15
#define CTA_STATS_GLOBAL_MAX_ENTRIES	2

/* linux/netfilter/nf_conntrack_common.h: 4.9, 4.16, 5.7 */
#define IPS_HELPER			0x2000
#define IPS_OFFLOAD			0x4000
#define IPS_HW_OFFLOAD			0x8000

/*
 * Bits of CTA_FILTER_ORIG_FLAGS and _REPLY_FLAGS, in host byte order: which
 * fields of the tuple the kernel compares. In no UAPI header; the order is
 * that of enum ctnetlink_filter_match in net/netfilter/nf_conntrack_netlink.c.
 */
#define NL_FILTER_IP_SRC		0x001u
#define NL_FILTER_IP_DST		0x002u
#define NL_FILTER_PROTO			0x008u
#define NL_FILTER_SPORT			0x010u
#define NL_FILTER_DPORT			0x020u
#define NL_FILTER_ICMP_TYPE		0x040u
#define NL_FILTER_ICMP_CODE		0x080u
#define NL_FILTER_ICMP_ID		0x100u
#define NL_FILTER_ICMP6_TYPE		0x200u
#define NL_FILTER_ICMP6_CODE		0x400u
#define NL_FILTER_ICMP6_ID		0x800u

#endif
