/* SPDX-License-Identifier: MIT */
#include "ct/names.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/*
 * The words of each list by their numbers, from 0 on; an empty one is no
 * word, END stands behind the last.
 */
#define END	"\n"

static const char *const lists[] = {
	[CT_NO_NAMES] = END,
	/* from NONE on */
	[CT_TCP_STATES] =
		"NONE\0" "SYN_SENT\0" "SYN_RECV\0" "ESTABLISHED\0" "FIN_WAIT\0"
		"CLOSE_WAIT\0" "LAST_ACK\0" "TIME_WAIT\0" "CLOSE\0"
		"SYN_SENT2\0" END,
	[CT_SCTP_STATES] =
		"NONE\0" "CLOSED\0" "COOKIE_WAIT\0" "COOKIE_ECHOED\0"
		"ESTABLISHED\0" "SHUTDOWN_SENT\0" "SHUTDOWN_RECD\0"
		"SHUTDOWN_ACK_SENT\0" "HEARTBEAT_SENT\0" "HEARTBEAT_ACKED\0"
		END,
	/* include/linux/netfilter/nf_conntrack_dccp.h, gone since 6.17 */
	[CT_DCCP_STATES] =
		"NONE\0" "REQUEST\0" "RESPOND\0" "PARTOPEN\0" "OPEN\0"
		"CLOSEREQ\0" "CLOSING\0" "TIMEWAIT\0" "IGNORE\0" "INVALID\0"
		END,
	/* from IPS_EXPECTED on */
	[CT_STATUS_BITS] =
		"EXPECTED\0" "SEEN_REPLY\0" "ASSURED\0" "CONFIRMED\0"
		"SRC_NAT\0" "DST_NAT\0" "SEQ_ADJUST\0" "SRC_NAT_DONE\0"
		"DST_NAT_DONE\0" "DYING\0" "FIXED_TIMEOUT\0" "TEMPLATE\0"
		"UNTRACKED\0" "HELPER\0" "OFFLOAD\0" "HW_OFFLOAD\0" END,
	/* from NF_CT_EXPECT_PERMANENT on */
	[CT_EXPECT_FLAGS] = "PERMANENT\0" "INACTIVE\0" "USERSPACE\0" END,
	/* CT_EVENT_NONE is 0 */
	[CT_EVENTS] = "\0" "NEW\0" "UPDATE\0" "DESTROY\0" END,
	[CT_EVENT_KINDS] = "\0" "new\0" "update\0" "destroy\0" END,
	/* from CTA_STATS_SEARCHED on, which is 1 */
	[CT_STATS_NAMES] =
		"\0" "searched\0" "found\0" "new\0" "invalid\0" "ignore\0"
		"delete\0" "delete_list\0" "insert\0" "insert_failed\0"
		"drop\0" "early_drop\0" "error\0" "search_restart\0"
		"clash_resolve\0" "chaintoolong\0" "unknown1\0"
		"unknown2\0" "unknown3\0" "unknown4\0" END,
	/* from CTA_STATS_EXP_NEW on, which is 1 */
	[CT_EXPECT_STATS_NAMES] =
		"\0" "expect_new\0" "expect_create\0" "expect_delete\0"
		"unknown1\0" "unknown2\0" "unknown3\0" "unknown4\0" END,
};

static const char *next_word(const char *word)
{
	while (*word++)
		;
	return word;
}

const char *ct_name_of(enum ct_list list, uint32_t number)
{
	/* the last one found: of many flows most have the same state */
	static enum ct_list last_list;
	static uint32_t last_number;
	static const char *last;

	if (list != last_list || number != last_number) {
		last = lists[list];
		for (uint32_t i = 0; i < number && *last != *END; i++)
			last = next_word(last);
		if (!*last || *last == *END)
			last = NULL;
		last_list = list;
		last_number = number;
	}
	return last;
}

int ct_name_find(enum ct_list list, const char *word)
{
	int number = 0;

	for (const char *w = lists[list]; *w != *END; w = next_word(w)) {
		if (*w && strcmp(w, word) == 0)
			return number;
		number++;
	}
	if (list == CT_TCP_STATES && strcmp(word, "LISTEN") == 0)
		return TCP_CONNTRACK_LISTEN;	/* its word until 2.6.30 */
	return -1;
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
