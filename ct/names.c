/* SPDX-License-Identifier: MIT */
#include "ct/names.h"

#include <string.h>
#include <sys/socket.h>

const struct ct_name ct_tcp_states[] = {
	{ TCP_CONNTRACK_NONE,        "NONE" },
	{ TCP_CONNTRACK_SYN_SENT,    "SYN_SENT" },
	{ TCP_CONNTRACK_SYN_RECV,    "SYN_RECV" },
	{ TCP_CONNTRACK_ESTABLISHED, "ESTABLISHED" },
	{ TCP_CONNTRACK_FIN_WAIT,    "FIN_WAIT" },
	{ TCP_CONNTRACK_CLOSE_WAIT,  "CLOSE_WAIT" },
	{ TCP_CONNTRACK_LAST_ACK,    "LAST_ACK" },
	{ TCP_CONNTRACK_TIME_WAIT,   "TIME_WAIT" },
	{ TCP_CONNTRACK_CLOSE,       "CLOSE" },
	{ TCP_CONNTRACK_SYN_SENT2,   "SYN_SENT2" },
	{ TCP_CONNTRACK_LISTEN,      "LISTEN" },
	{ 0, NULL },
};

const struct ct_name ct_sctp_states[] = {
	{ SCTP_CONNTRACK_NONE,              "NONE" },
	{ SCTP_CONNTRACK_CLOSED,            "CLOSED" },
	{ SCTP_CONNTRACK_COOKIE_WAIT,       "COOKIE_WAIT" },
	{ SCTP_CONNTRACK_COOKIE_ECHOED,     "COOKIE_ECHOED" },
	{ SCTP_CONNTRACK_ESTABLISHED,       "ESTABLISHED" },
	{ SCTP_CONNTRACK_SHUTDOWN_SENT,     "SHUTDOWN_SENT" },
	{ SCTP_CONNTRACK_SHUTDOWN_RECD,     "SHUTDOWN_RECD" },
	{ SCTP_CONNTRACK_SHUTDOWN_ACK_SENT, "SHUTDOWN_ACK_SENT" },
	{ SCTP_CONNTRACK_HEARTBEAT_SENT,    "HEARTBEAT_SENT" },
	{ SCTP_CONNTRACK_HEARTBEAT_ACKED,   "HEARTBEAT_ACKED" },
	{ 0, NULL },
};

/* include/linux/netfilter/nf_conntrack_dccp.h, gone since 6.17 */
const struct ct_name ct_dccp_states[] = {
	{ 0, "NONE" },
	{ 1, "REQUEST" },
	{ 2, "RESPOND" },
	{ 3, "PARTOPEN" },
	{ 4, "OPEN" },
	{ 5, "CLOSEREQ" },
	{ 6, "CLOSING" },
	{ 7, "TIMEWAIT" },
	{ 8, "IGNORE" },
	{ 9, "INVALID" },
	{ 0, NULL },
};

const struct ct_name ct_dccp_roles[] = {
	{ 0, "client" },
	{ 1, "server" },
	{ 0, NULL },
};

const struct ct_name ct_status_bits[] = {
	{ IPS_EXPECTED,      "EXPECTED" },
	{ IPS_SEEN_REPLY,    "SEEN_REPLY" },
	{ IPS_ASSURED,       "ASSURED" },
	{ IPS_CONFIRMED,     "CONFIRMED" },
	{ IPS_SRC_NAT,       "SRC_NAT" },
	{ IPS_DST_NAT,       "DST_NAT" },
	{ IPS_SEQ_ADJUST,    "SEQ_ADJUST" },
	{ IPS_SRC_NAT_DONE,  "SRC_NAT_DONE" },
	{ IPS_DST_NAT_DONE,  "DST_NAT_DONE" },
	{ IPS_DYING,         "DYING" },
	{ IPS_FIXED_TIMEOUT, "FIXED_TIMEOUT" },
	{ IPS_TEMPLATE,      "TEMPLATE" },
	{ IPS_UNTRACKED,     "UNTRACKED" },
	{ IPS_HELPER,        "HELPER" },
	{ IPS_OFFLOAD,       "OFFLOAD" },
	{ IPS_HW_OFFLOAD,    "HW_OFFLOAD" },
	{ 0,                 "UNSET" },
	{ 0, NULL },
};

const struct ct_name ct_expect_flags[] = {
	{ NF_CT_EXPECT_PERMANENT, "PERMANENT" },
	{ NF_CT_EXPECT_INACTIVE,  "INACTIVE" },
	{ NF_CT_EXPECT_USERSPACE, "USERSPACE" },
	{ 0, NULL },
};

const struct ct_name ct_families[] = {
	{ AF_INET,  "ipv4" },
	{ AF_INET6, "ipv6" },
	{ 0, NULL },
};

const struct ct_name ct_stats_names[] = {
	{ CTA_STATS_SEARCHED,       "searched" },
	{ CTA_STATS_FOUND,          "found" },
	{ CTA_STATS_NEW,            "new" },
	{ CTA_STATS_INVALID,        "invalid" },
	{ CTA_STATS_IGNORE,         "ignore" },
	{ CTA_STATS_DELETE,         "delete" },
	{ CTA_STATS_DELETE_LIST,    "delete_list" },
	{ CTA_STATS_INSERT,         "insert" },
	{ CTA_STATS_INSERT_FAILED,  "insert_failed" },
	{ CTA_STATS_DROP,           "drop" },
	{ CTA_STATS_EARLY_DROP,     "early_drop" },
	{ CTA_STATS_ERROR,          "error" },
	{ CTA_STATS_SEARCH_RESTART, "search_restart" },
	{ CTA_STATS_CLASH_RESOLVE,  "clash_resolve" },
	{ CTA_STATS_CHAIN_TOOLONG,  "chaintoolong" },
	{ 0, NULL },
};

const struct ct_name ct_expect_stats_names[] = {
	{ CTA_STATS_EXP_NEW,    "expect_new" },
	{ CTA_STATS_EXP_CREATE, "expect_create" },
	{ CTA_STATS_EXP_DELETE, "expect_delete" },
	{ 0, NULL },
};

const char *ct_name_of(const struct ct_name *list, uint32_t value)
{
	for (; list->name; list++)
		if (list->value == value)
			return list->name;
	return NULL;
}

const struct ct_name *ct_name_find(const struct ct_name *list,
				   const char *word)
{
	for (; list->name; list++)
		if (strcmp(list->name, word) == 0)
			return list;
	return NULL;
}
