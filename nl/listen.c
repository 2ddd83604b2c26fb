/* SPDX-License-Identifier: MIT */
#include "nl/listen.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

/* linux/sock_diag.h */
#define MEMINFO_DROPS	8
#define MEMINFO_VARS	9

/* libc wraps calls up for the first machines of Linux. */
__attribute__((noinline))
static uint32_t option(const struct nl_sock *s, int name, unsigned at)
{
	uint32_t v[MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(v);

	syscall(SYS_getsockopt, s->fd, SOL_SOCKET, name, v, &len);
	return v[at];
}

uint32_t nl_listen_room(const struct nl_sock *s, uint32_t bytes)
{
	const uint32_t most = INT_MAX / 2;	/* the kernel doubles it */
	const uint32_t n = bytes < most ? bytes : most;

	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &n, sizeof(n)) < 0)
		(void)setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n));
	return option(s, SO_RCVBUF, 0);
}

int nl_listen_to(const struct nl_sock *s, uint32_t groups)
{
	struct sockaddr_nl us = { .nl_family = AF_NETLINK };
	socklen_t len = sizeof(us);

	/* one that is bound has to be named by its port */
	syscall(SYS_getsockname, s->fd, &us, &len);
	us.nl_groups = groups;
	return syscall(SYS_bind, s->fd, &us, sizeof(us)) < 0 ? -errno : 0;
}

int nl_listen_recv(const struct nl_sock *s, struct nl_slots *slots)
{
	int n;

	for (int i = 0; i < NL_SLOTS; i++) {
		struct msghdr *m = &slots->msg[i].msg_hdr;
		struct nl_slot *slot = &slots->slot[i];

		slot->iov.iov_base = slot->buf;
		slot->iov.iov_len = sizeof(slot->buf);
		m->msg_iov = &slot->iov;
		m->msg_iovlen = 1;
		m->msg_name = &slot->from;
		m->msg_namelen = sizeof(slot->from);
	}
	do
		n = (int)syscall(SYS_recvmmsg, s->fd, slots->msg, NL_SLOTS,
				 MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		n = errno == EAGAIN ? 0 : -errno;
	return n;
}

uint32_t nl_listen_drops(const struct nl_sock *s)
{
	return option(s, SO_MEMINFO, MEMINFO_DROPS);
}
