/* SPDX-License-Identifier: MIT */
#include "nl/sock.h"

#include "nl/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

int nl_above_stderr(int fd)
{
	int high;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	high = nl_above_stderr(dup(fd));	/* the lowest that is free */
	close(fd);
	return high;
}

int nl_sock_open(struct nl_sock *s)
{
	const struct timeval patience = { .tv_sec = NL_PATIENCE };
	const int on = 1;
	int fd;

	/* musl's socket() is large: it knows kernels before 2.6.27 */
	fd = (int)syscall(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	fd = nl_above_stderr(fd);
	if (fd < 0)
		return -errno;
	/* Both are comforts: an old kernel that refuses them still answers. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof(patience));
	*s = (struct nl_sock){ .fd = fd };
	return 0;
}

void nl_sock_close(struct nl_sock *s)
{
	close(s->fd);
	s->fd = -1;
}

int nl_sock_filter(struct nl_sock *s, const struct nl_bpf *p)
{
	const struct sock_fprog prog = {
		.len = (uint16_t)p->n, .filter = p->insn,
	};

	return setsockopt(s->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
			  sizeof(prog)) < 0 ? -errno : 0;
}

int nl_sock_send(struct nl_sock *s, const void *buf, size_t len)
{
	ssize_t n;

	do	/* an unconnected netlink socket sends to port 0, the kernel */
		n = sendto(s->fd, buf, len, 0, NULL, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

long nl_sock_recv(struct nl_sock *s, void *buf, size_t cap)
{
	for (;;) {
		struct sockaddr_nl from = { .nl_family = AF_NETLINK };
		socklen_t fromlen = sizeof(from);
		ssize_t n = recvfrom(s->fd, buf, cap, MSG_TRUNC,
				     (struct sockaddr *)&from, &fromlen);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return -ETIMEDOUT;
		if (n < 0)
			return -errno;
		if (fromlen != sizeof(from) || from.nl_pid != 0)
			continue;
		return (size_t)n > cap ? -EMSGSIZE : n;
	}
}
