/* SPDX-License-Identifier: MIT */
/*
 * How an exchange ended: NLMSG_ERROR, NLMSG_DONE and the extended
 * acknowledgement as one small struct. ctnetlink.md 2.5 and 2.6.
 */
#ifndef NL_ACK_H
#define NL_ACK_H

#include "nl/msg.h"

#define NL_ACK_TEXT	128

struct nl_ack {
	uint32_t	has;		/* presence word of the table; no one asks */
	int		error;		/* 0 or -errno, as the kernel said */
	char		text[NL_ACK_TEXT];	/* the kernel's words, or "" */
};

/*
 * Read an NLMSG_ERROR or NLMSG_DONE.
 *
 * Returns 0 with *ack filled (error 0 is success), -EBADMSG when the message
 * is too short or its error is no -errno. Words that do not parse are left
 * out: they are only a comfort.
 */
int nl_ack_read(const struct nl_msg *m, struct nl_ack *ack);

#endif
