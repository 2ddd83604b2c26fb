/* SPDX-License-Identifier: MIT */
/*
 * Words of the command line, one behind the other, each with its NUL: parsed
 * and completed from these lists. Their order is that of the numbers behind
 * them. States, bits of the status and protocols: ct/names.h, ct/proto.h.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

/* enum ct_table, from CT_TABLE_CONNTRACK on */
#define CLI_TABLES	"conntrack\0expect\0dying\0unconfirmed\0"

/* -e: all groups, then those of CT_EVENT_NEW and on */
#define CLI_EVENTS	"ALL\0NEW\0UPDATES\0DESTROY\0"

/* -o: bits of SHOW_* */
#define CLI_OUTPUTS \
	"extended\0id\0ktimestamp\0timestamp\0xml\0labels\0userspace\0" \
	"save\0restore\0json\0jsonl\0openmetrics\0"

/* -u: the bits that it knows, and words for none of them */
#define CLI_STATUS_BITS	(IPS_ASSURED | IPS_SEEN_REPLY | IPS_EXPECTED | \
			 IPS_FIXED_TIMEOUT | IPS_OFFLOAD | IPS_HW_OFFLOAD)
#define CLI_UNSET	"UNSET"
#define CLI_UNREPLIED	"UNREPLIED"

/* --role: the numbers of the kernel */
#define CLI_ROLES	"client\0server\0"

/* -f, and --color: enum COLOR_* */
#define CLI_FAMILIES	"ipv4\0ipv6\0"
#define CLI_COLORS	"auto\0always\0never\0"

/* Where the names of labels are, unless -M says otherwise. */
#define CLI_LABELMAP	"/etc/xtables/connlabel.conf"

#endif
