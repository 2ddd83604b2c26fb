/* SPDX-License-Identifier: MIT */
/*
 * One request and all its answers. ctnetlink.md 2.5, 10.1.
 */
#ifndef NL_TALK_H
#define NL_TALK_H

#include "nl/ack.h"
#include "nl/msg.h"
#include "nl/sock.h"

#include <limits.h>

/* What a conversation needs: a socket and a lent receive buffer. */
struct nl_talk {
	struct nl_sock	*sock;
	void		*buf;
	size_t		 cap;	/* NL_RECV_BUF or more */
	struct nl_ack	 ack;	/* the kernel's last word */
	uint32_t	 records;	/* in the last answer of nl_talk() */
};

#define NL_MORE	INT_MAX		/* the answer goes on */

/*
 * Receive, and hand every message to hear(), with arg, until it returns
 * something else than NL_MORE. Returns that, or -errno when the receiving
 * fails, -EBADMSG when a message does not parse.
 */
int nl_talk_hear(struct nl_talk *t,
		 int (*hear)(const struct nl_msg *m, void *arg), void *arg);

/*
 * Send the one request in *req, which begins at its start and carries
 * NLM_F_ACK, and hand every record answered to each(), with arg.
 *
 * A dump ends with NLMSG_DONE, anything else with its acknowledgement: the
 * other one of these is no end.
 * Returns 0, what each() returned when that was not 0 (the rest of the
 * answer then stays unread), or -errno: the kernel's (its words are in
 * t->ack), -EINTR when the kernel says that a dump was interrupted and may
 * be incomplete, -ENOBUFS when answers were lost, -EBADMSG when one does not
 * parse.
 */
int nl_talk(struct nl_talk *t, struct nl_put *req,
	    int (*each)(const struct nl_msg *m, void *arg), void *arg);

#endif
