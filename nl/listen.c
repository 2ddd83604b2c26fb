/* SPDX-License-Identifier: MIT */
#include "nl/listen.h"

#include <errno.h>
#include <limits.h>

/* linux/sock_diag.h and asm/socket.h: 4.12 */
#ifndef SO_MEMINFO
#define SO_MEMINFO	55
#endif
#define MEMINFO_DROPS	8
#define MEMINFO_VARS	9

uint32_t nl_listen_room(const struct nl_sock *s, uint32_t bytes)
{
	const int n = bytes > INT_MAX ? INT_MAX : (int)bytes;
	uint32_t now = 0;
	socklen_t len = sizeof(now);

	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &n, sizeof(n)) < 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
	(void)getsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &now, &len);
	return now;
}

int nl_listen_to(const struct nl_sock *s, uint32_t groups)
{
	const struct sockaddr_nl us = { .nl_family = AF_NETLINK,
					.nl_groups = groups };

	return bind(s->fd, (const struct sockaddr *)&us, sizeof(us)) < 0 ?
	       -errno : 0;
}

int nl_listen_recv(const struct nl_sock *s, struct nl_slots *slots)
{
	int n;

	for (int i = 0; i < NL_SLOTS; i++) {
		struct msghdr *m = &slots->msg[i].msg_hdr;

		m->msg_name = &slots->from[i];
		m->msg_namelen = sizeof(slots->from[i]);
		m->msg_iov = &slots->iov[i];
		m->msg_iovlen = 1;
		m->msg_iov->iov_base = slots->buf[i];
		m->msg_iov->iov_len = NL_SLOT;
	}
	do
		n = recvmmsg(s->fd, slots->msg, NL_SLOTS, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		n = errno == EAGAIN ? 0 : -errno;
	return n;
}

uint32_t nl_listen_drops(const struct nl_sock *s)
{
	uint32_t info[MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	(void)getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &len);
	return info[MEMINFO_DROPS];
}
