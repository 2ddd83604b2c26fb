/* SPDX-License-Identifier: MIT */
/*
 * Messages: nlmsghdr and nfgenmsg, begun and ended in a request, walked in a
 * datagram. ctnetlink.md 2.1 and 2.2.
 */
#ifndef NL_MSG_H
#define NL_MSG_H

#include "nl/attr.h"
#include "nl/put.h"

/* One message of a datagram; attrs points into the datagram. */
struct nl_msg {
	uint16_t	 type;		/* NLMSG_*, or subsystem << 8 | message */
	uint16_t	 flags;		/* NLM_F_* */
	uint32_t	 seq;
	uint32_t	 port;		/* nlmsg_pid: who asked, or who caused it */
	uint8_t		 family;	/* nfgenmsg; 0 in control messages */
	uint16_t	 res_id;	/* the CPU, in statistics */
	struct nl_run	 body;		/* behind nlmsghdr */
	struct nl_run	 attrs;		/* behind nfgenmsg; empty in control messages */
};

/* A message type of the netfilter subsystems: NFNL_SUBSYS_*, IPCTNL_MSG_*. */
static inline uint16_t nl_msg_type(unsigned subsys, unsigned msg)
{
	return (uint16_t)(subsys << 8 | msg);
}

/*
 * Take the next message off a datagram.
 *
 * Returns 1 with *m filled, 0 at the end, -EBADMSG when a length points
 * outside the datagram or a message has no room for its nfgenmsg.
 */
int nl_msg_next(struct nl_run *datagram, struct nl_msg *m);

/*
 * Begin a request of the given type; NLM_F_REQUEST is added to flags. Returns
 * the mark that nl_msg_end takes to write the length.
 */
size_t nl_msg_begin(struct nl_put *m, uint16_t type, uint16_t flags,
		    uint8_t family);
void nl_msg_end(struct nl_put *m, size_t mark);

/* Number the request that begins at mark, before it is sent. */
void nl_msg_number(struct nl_put *m, size_t mark, uint32_t seq);

/* Ask for an acknowledgement of the request that begins at mark. */
void nl_msg_ack(struct nl_put *m, size_t mark);

#endif
