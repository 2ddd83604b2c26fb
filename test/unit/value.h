/* SPDX-License-Identifier: MIT */
/* Values for tests that go over the option table. */
#ifndef TEST_VALUE_H
#define TEST_VALUE_H

#include "cli/opts.h"

/* A value that the option takes. */
static inline const char *value_of(unsigned row)
{
	static const char *const values[] = {
		[KIND_NET] = "1.1.1.0/24", [KIND_ADDR] = "1.1.1.1",
		[KIND_NAT] = "2.2.2.2:5", [KIND_PROTO] = "tcp",
		[KIND_FAMILY] = "ipv4", [KIND_STATUS] = "ASSURED",
		[KIND_EVENTS] = "NEW", [KIND_OUTPUT] = "save",
		[KIND_MARK] = "5/7", [KIND_LABELS] = "5",
		[KIND_LABELS_OR_ALL] = "5", [KIND_FILE] = "/dev/null",
		[KIND_HELPER] = "ftp", [KIND_STATE] = "ESTABLISHED",
		[KIND_ROLE] = "client", [KIND_IGNORED] = "x",
		[KIND_PORTS] = "7", [KIND_NETNS] = "x", [KIND_BY] = "src",
		[KIND_COLOR] = "never",
		[KIND_TOP] = "3",
		[KIND_SECONDS] = "10", [KIND_BYTES] = "10", [KIND_TAG] = "7",
		[KIND_PORT] = "7", [KIND_KEY] = "7", [KIND_ZONE] = "3",
		[KIND_ID] = "9", [KIND_SECMARK] = "1", [KIND_ICMP] = "8",
		[KIND_ICMP_ID] = "1",
	};

	if (cli_kinds[cli_opts[row].kind].takes == TAKES_NONE)
		return "";
	if (row == OPT_SRC || row == OPT_DST)
		return "1.1.1.1";
	return values[cli_opts[row].kind];
}

#endif
