/* SPDX-License-Identifier: MIT */
/*
 * A NETLINK_NETFILTER socket for requests. ctnetlink.md 1.
 */
#ifndef NL_SOCK_H
#define NL_SOCK_H

#include "nl/bpf.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What the receive buffer must hold: the kernel makes dump datagrams as large
 * as the largest receive call so far, up to 32 KiB (ctnetlink.md 1.6).
 */
#define NL_RECV_BUF	32768u

/* Silence after which a request counts as lost, in seconds. */
#define NL_PATIENCE	60

/* Move a descriptor, or -1, out of the way of the standard streams. */
int nl_above_stderr(int fd);

struct nl_sock {
	int		 fd;
	uint32_t	 seq;	/* of the request sent last; 0 belongs to events */
};

/*
 * Open a socket in the current network namespace; its descriptor is never 0,
 * 1 or 2, so that text for a closed standard stream cannot become a request.
 *
 * Returns 0 or -errno: -EPROTONOSUPPORT or -EAFNOSUPPORT when the kernel has
 * no nfnetlink. Extended acknowledgements are asked for and not insisted on.
 */
int nl_sock_open(struct nl_sock *s);

void nl_sock_close(struct nl_sock *s);

/*
 * Let the kernel drop what the program does not let pass. Before groups are
 * joined: what waits in the socket is not filtered any more.
 *
 * Returns 0, or -errno when the kernel refuses it: -EINVAL for an empty one,
 * -ENOMEM for one that is too long for net.core.optmem_max. Then all arrives.
 */
int nl_sock_filter(struct nl_sock *s, const struct nl_bpf *p);

/* Send one datagram to the kernel. Returns 0 or -errno. */
int nl_sock_send(struct nl_sock *s, const void *buf, size_t len);

/*
 * Receive one datagram from the kernel; what others send is dropped.
 *
 * Returns its length, or -errno: -EMSGSIZE when it did not fit the buffer,
 * -ENOBUFS when the kernel had to drop an answer, -ETIMEDOUT after
 * NL_PATIENCE seconds of silence.
 */
long nl_sock_recv(struct nl_sock *s, void *buf, size_t cap);

#endif
