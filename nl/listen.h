/* SPDX-License-Identifier: MIT */
/*
 * A socket that hears events, many at a time. ctnetlink.md 1.4 to 1.6, 2.7.
 */
#ifndef NL_LISTEN_H
#define NL_LISTEN_H

#include "nl/attr.h"
#include "nl/sock.h"

#include <sys/socket.h>
#include <sys/syscall.h>

/* 32-bit machines younger than 2038's problem have one call of the two */
#ifndef SYS_recvmmsg
#define SYS_recvmmsg	SYS_recvmmsg_time64
#endif

/* asm/socket.h: 4.12 */
#ifndef SO_MEMINFO
#define SO_MEMINFO	55
#endif

#define NL_SLOTS	32

/*
 * The longest event, with a security context of a page, is well below two;
 * the rest keeps slots from falling onto the same lines of a cache.
 */
#define NL_SLOT_BUF	8400u

/*
 * Datagrams of one receive call. A page of the buffer is there only once it
 * was written: events are short, so that is one a slot. Begins as zeros.
 */
struct nl_slots {
	struct mmsghdr			 msg[NL_SLOTS];
	struct nl_slot {
		struct iovec		 iov;
		struct sockaddr_nl	 from;
		uint8_t			 buf[NL_SLOT_BUF];
	}				 slot[NL_SLOTS];
};

/*
 * Let the receive buffer hold so many bytes, or what the system allows: with
 * CAP_NET_ADMIN in the first user namespace any number, else at most
 * net.core.rmem_max. Returns what it holds now, in the kernel's count, which
 * is twice what was asked for.
 */
uint32_t nl_listen_room(const struct nl_sock *s, uint32_t bytes);

/* Listen to these groups, as bits of nl_groups, alone. Returns 0 or -errno. */
int nl_listen_to(const struct nl_sock *s, uint32_t groups);

/*
 * Receive what waits, without waiting for more.
 *
 * Returns how many slots are filled; when that is not all of them, no more
 * datagrams wait, or -ENOBUFS does: that the kernel had to drop some.
 */
int nl_listen_recv(const struct nl_sock *s, struct nl_slots *slots);

/* The messages in a slot; none when it was not the kernel that sent them. */
static inline struct nl_run nl_slot_run(const struct nl_slots *s, int i)
{
	const struct nl_slot *slot = &s->slot[i];

	return (struct nl_run){
		.p = slot->buf,
		.left = slot->from.nl_pid == 0 ? s->msg[i].msg_len : 0,
	};
}

/* Datagrams dropped since the socket was opened; 0 where nobody counts. */
uint32_t nl_listen_drops(const struct nl_sock *s);

#endif
