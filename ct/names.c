/* SPDX-License-Identifier: MIT */
#include "ct/names.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* The number of a bit. */
#define BIT(mask)	__builtin_ctz(mask)

/* A list is as many words, of at most as many bytes: found by index. */
static const struct words {
	char	tcp_states[11][12];
	char	sctp_states[10][18];
	char	dccp_states[10][9];
	char	dccp_roles[2][7];
	char	status_bits[16][14];
	char	expect_flags[3][10];
	char	families[11][5];
	char	stats[16][15];
	char	expect_stats[4][14];
} words = {
	.tcp_states = {
		[TCP_CONNTRACK_NONE]        = "NONE",
		[TCP_CONNTRACK_SYN_SENT]    = "SYN_SENT",
		[TCP_CONNTRACK_SYN_RECV]    = "SYN_RECV",
		[TCP_CONNTRACK_ESTABLISHED] = "ESTABLISHED",
		[TCP_CONNTRACK_FIN_WAIT]    = "FIN_WAIT",
		[TCP_CONNTRACK_CLOSE_WAIT]  = "CLOSE_WAIT",
		[TCP_CONNTRACK_LAST_ACK]    = "LAST_ACK",
		[TCP_CONNTRACK_TIME_WAIT]   = "TIME_WAIT",
		[TCP_CONNTRACK_CLOSE]       = "CLOSE",
		[TCP_CONNTRACK_SYN_SENT2]   = "SYN_SENT2",
		[TCP_CONNTRACK_SYN_SENT2 + 1] = "LISTEN",	/* its old word */
	},
	.sctp_states = {
		[SCTP_CONNTRACK_NONE]              = "NONE",
		[SCTP_CONNTRACK_CLOSED]            = "CLOSED",
		[SCTP_CONNTRACK_COOKIE_WAIT]       = "COOKIE_WAIT",
		[SCTP_CONNTRACK_COOKIE_ECHOED]     = "COOKIE_ECHOED",
		[SCTP_CONNTRACK_ESTABLISHED]       = "ESTABLISHED",
		[SCTP_CONNTRACK_SHUTDOWN_SENT]     = "SHUTDOWN_SENT",
		[SCTP_CONNTRACK_SHUTDOWN_RECD]     = "SHUTDOWN_RECD",
		[SCTP_CONNTRACK_SHUTDOWN_ACK_SENT] = "SHUTDOWN_ACK_SENT",
		[SCTP_CONNTRACK_HEARTBEAT_SENT]    = "HEARTBEAT_SENT",
		[SCTP_CONNTRACK_HEARTBEAT_ACKED]   = "HEARTBEAT_ACKED",
	},
	/* include/linux/netfilter/nf_conntrack_dccp.h, gone since 6.17 */
	.dccp_states = {
		"NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ",
		"CLOSING", "TIMEWAIT", "IGNORE", "INVALID",
	},
	.dccp_roles = { "client", "server" },
	.status_bits = {
		[BIT(IPS_EXPECTED)]      = "EXPECTED",
		[BIT(IPS_SEEN_REPLY)]    = "SEEN_REPLY",
		[BIT(IPS_ASSURED)]       = "ASSURED",
		[BIT(IPS_CONFIRMED)]     = "CONFIRMED",
		[BIT(IPS_SRC_NAT)]       = "SRC_NAT",
		[BIT(IPS_DST_NAT)]       = "DST_NAT",
		[BIT(IPS_SEQ_ADJUST)]    = "SEQ_ADJUST",
		[BIT(IPS_SRC_NAT_DONE)]  = "SRC_NAT_DONE",
		[BIT(IPS_DST_NAT_DONE)]  = "DST_NAT_DONE",
		[BIT(IPS_DYING)]         = "DYING",
		[BIT(IPS_FIXED_TIMEOUT)] = "FIXED_TIMEOUT",
		[BIT(IPS_TEMPLATE)]      = "TEMPLATE",
		[BIT(IPS_UNTRACKED)]     = "UNTRACKED",
		[BIT(IPS_HELPER)]        = "HELPER",
		[BIT(IPS_OFFLOAD)]       = "OFFLOAD",
		[BIT(IPS_HW_OFFLOAD)]    = "HW_OFFLOAD",
	},
	.expect_flags = {
		[BIT(NF_CT_EXPECT_PERMANENT)] = "PERMANENT",
		[BIT(NF_CT_EXPECT_INACTIVE)]  = "INACTIVE",
		[BIT(NF_CT_EXPECT_USERSPACE)] = "USERSPACE",
	},
	.families = {
		[AF_INET]  = "ipv4",
		[AF_INET6] = "ipv6",
	},
	.stats = {
		[CTA_STATS_SEARCHED]       = "searched",
		[CTA_STATS_FOUND]          = "found",
		[CTA_STATS_NEW]            = "new",
		[CTA_STATS_INVALID]        = "invalid",
		[CTA_STATS_IGNORE]         = "ignore",
		[CTA_STATS_DELETE]         = "delete",
		[CTA_STATS_DELETE_LIST]    = "delete_list",
		[CTA_STATS_INSERT]         = "insert",
		[CTA_STATS_INSERT_FAILED]  = "insert_failed",
		[CTA_STATS_DROP]           = "drop",
		[CTA_STATS_EARLY_DROP]     = "early_drop",
		[CTA_STATS_ERROR]          = "error",
		[CTA_STATS_SEARCH_RESTART] = "search_restart",
		[CTA_STATS_CLASH_RESOLVE]  = "clash_resolve",
		[CTA_STATS_CHAIN_TOOLONG]  = "chaintoolong",
	},
	.expect_stats = {
		[CTA_STATS_EXP_NEW]    = "expect_new",
		[CTA_STATS_EXP_CREATE] = "expect_create",
		[CTA_STATS_EXP_DELETE] = "expect_delete",
	},
};

#define LIST(member)							\
	.at = offsetof(struct words, member),				\
	.size = sizeof(words.member[0]),				\
	.n = sizeof(words.member) / sizeof(words.member[0])

static const struct list {
	uint16_t	at;
	uint8_t		size;	/* of a word */
	uint8_t		n;	/* words */
	uint8_t		old;	/* of them, at the end: more for the last number */
} lists[] = {
	[CT_TCP_STATES]         = { LIST(tcp_states), .old = 1 },
	[CT_SCTP_STATES]        = { LIST(sctp_states) },
	[CT_DCCP_STATES]        = { LIST(dccp_states) },
	[CT_DCCP_ROLES]         = { LIST(dccp_roles) },
	[CT_STATUS_BITS]        = { LIST(status_bits) },
	[CT_EXPECT_FLAGS]       = { LIST(expect_flags) },
	[CT_FAMILIES]           = { LIST(families) },
	[CT_STATS_NAMES]        = { LIST(stats) },
	[CT_EXPECT_STATS_NAMES] = { LIST(expect_stats) },
};

static const char *word_at(const struct list *l, uint32_t i)
{
	return (const char *)&words + l->at + i * l->size;
}

const char *ct_name_of(enum ct_list list, uint32_t number)
{
	const struct list *l = &lists[list];
	const char *word = word_at(l, number);

	return number < (uint32_t)(l->n - l->old) && *word ? word : NULL;
}

int ct_name_find(enum ct_list list, const char *word)
{
	const struct list *l = &lists[list];
	int last = l->n - l->old - 1;

	for (int i = 0; *word && i < l->n; i++)
		if (strcmp(word_at(l, (uint32_t)i), word) == 0)
			return i < last ? i : last;
	return -1;
}

const char *ct_attribute_name(unsigned type)
{
	/* In the order of CTA_*; no word for what no request carries. */
	static const char names[] =
		"\0" "tuple-orig\0" "tuple-reply\0" "status\0" "protoinfo\0"
		"help\0" "nat-src\0" "timeout\0" "mark\0" "\0" "\0" "\0" "id\0"
		"nat-dst\0" "tuple-master\0" "seq-adj-orig\0"
		"seq-adj-reply\0" "\0" "zone\0" "\0" "\0" "mark-mask\0"
		"labels\0" "labels-mask\0" "synproxy\0" "filter\0"
		"status-mask\0";
	const char *p = names;

	while (type > 0 && p < names + sizeof(names) - 1) {
		p += strlen(p) + 1;
		type--;
	}
	return *p ? p : NULL;
}

/* The value of a digit or a letter, 36 or more for anything else. */
static unsigned digit(char c)
{
	uint8_t number = (uint8_t)(c - '0');
	uint8_t letter = (uint8_t)((c | 0x20) - 'a');

	return number < 10 ? number : letter + 10u;
}

int ct_number(const char **s, unsigned base, uint32_t max, uint32_t *v)
{
	const char *p = *s;
	const char *first;
	uint64_t sum = 0;

	if (base == 0) {
		base = p[0] == '0' ? 8 : 10;
		if (base == 8 && (p[1] | 0x20) == 'x' && digit(p[2]) < 16) {
			base = 16;
			p += 2;
		}
	}
	for (first = p; digit(*p) < base; p++) {
		sum = sum * base + digit(*p);
		if (sum > max)
			return -EINVAL;
	}
	if (p == first)
		return -EINVAL;
	*s = p;
	*v = (uint32_t)sum;
	return 0;
}
