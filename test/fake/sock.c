/* SPDX-License-Identifier: MIT */
/*
 * Netlink sockets of paper. Linked into the whole program by --wrap, a netlink
 * socket is a connection to a peer that plays the kernel (peer.py), at the path
 * in FAKE_KERNEL.
 *
 * The connection is made, and the peer tells what it will refuse, when the
 * socket is opened; from then on nothing but sendto() and recvfrom() is called
 * on the descriptor, and poll() by the program, so that its sandbox can stay on.
 *
 * FAKE_PATIENCE, in milliseconds, stands in for every SO_RCVTIMEO; FAKE_ROOT has
 * what stands in for /proc and /etc/xtables.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "nl/listen.h"
#include "nl/wire.h"

#include <linux/filter.h>

#define PEER_IS_GONE	99	/* exit code */
#define SOCKETS		64
#define DATAGRAM	131072u

/*
 * To the peer go requests as they are, and, told from these by a length of 0,
 * what else the program does to its socket. Everything is in native order.
 */
enum { HELLO = 1, GROUPS, PROGRAM };

/* The peer's machine is ours: these are the numbers of its errors. */
static const int errors[] = {
	EPERM, ENOENT, EINTR, EIO, EAGAIN, ENOMEM, EBUSY, EEXIST, EINVAL,
	EMFILE, ENOSPC, ERANGE, EBADMSG, ETIME, EALREADY, EMSGSIZE,
	ENOPROTOOPT, EPROTONOSUPPORT, EOPNOTSUPP, EAFNOSUPPORT, ENOBUFS,
	ESHUTDOWN, ETIMEDOUT,
};

#define ERRORS	(sizeof(errors) / sizeof(errors[0]))

/* What the peer says first; errors are 0 for what works. */
struct greeting {
	uint32_t	port;
	uint32_t	socket, bind, ext_ack, force, filter;	/* errors */
	uint32_t	room_max;	/* net.core.rmem_max */
	uint32_t	send_at, send;	/* which send fails, and how */
};

/* What stands before each datagram from the peer. */
struct head {
	uint32_t	port;		/* of the sender */
	uint32_t	error;		/* instead of a datagram */
	uint32_t	drops;		/* datagrams lost so far */
};

/* What is known of a descriptor. */
static struct paper {
	int		is_open;
	struct greeting	says;
	uint32_t	sent, room, drops;
	int		error;		/* for the next receive call */
} papers[SOCKETS];

long __real_syscall(long n, ...);
int __real_setsockopt(int fd, int level, int name, const void *v,
		      socklen_t len);
ssize_t __real_sendto(int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, socklen_t tolen);
ssize_t __real_recvfrom(int fd, void *buf, size_t cap, int flags,
			struct sockaddr *from, socklen_t *fromlen);
long __wrap_syscall(long n, ...);
int __wrap_setsockopt(int fd, int level, int name, const void *v,
		      socklen_t len);
ssize_t __wrap_sendto(int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, socklen_t tolen);
ssize_t __wrap_recvfrom(int fd, void *buf, size_t cap, int flags,
			struct sockaddr *from, socklen_t *fromlen);

static struct paper *paper_of(int fd)
{
	return fd >= 0 && fd < SOCKETS && papers[fd].is_open ? &papers[fd] :
							       NULL;
}

/* The result of a system call that may be told to fail. */
static int result(uint32_t error)
{
	errno = (int)error;
	return error ? -1 : 0;
}

static int tell(int fd, uint32_t kind, const void *p, size_t n)
{
	uint8_t buf[DATAGRAM / 2];
	const uint32_t control[] = { 0, kind };

	memcpy(buf, control, sizeof(control));
	memcpy(buf + sizeof(control), p, n);
	return __real_sendto(fd, buf, sizeof(control) + n, MSG_NOSIGNAL,
			     NULL, 0) < 0 ? -1 : 0;
}

/* ------------------------------------------------------------------- open */

static int say_hello(int fd, struct greeting *says)
{
	uint32_t hello[1 + ERRORS] = { sizeof(long) };

	for (size_t i = 0; i < ERRORS; i++)
		hello[1 + i] = (uint32_t)errors[i];
	if (tell(fd, HELLO, hello, sizeof(hello)) < 0)
		return -1;
	return __real_recvfrom(fd, says, sizeof(*says), 0, NULL, NULL) ==
	       sizeof(*says) ? 0 : -1;
}

static int open_paper(const char *path)
{
	struct sockaddr_un peer = { .sun_family = AF_UNIX };
	struct paper p = { .is_open = 1 };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (!path || fd < 0 || fd >= SOCKETS ||
	    strlen(path) >= sizeof(peer.sun_path))
		_exit(PEER_IS_GONE);
	memcpy(peer.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) < 0 ||
	    say_hello(fd, &p.says) < 0)
		_exit(PEER_IS_GONE);
	if (result(p.says.socket) < 0) {
		close(fd);
		errno = (int)p.says.socket;
		return -1;
	}
	papers[fd] = p;
	return fd;
}

/* ---------------------------------------------------------------- options */

static void be_patient(int fd, const char *ms)
{
	const struct timeval t = { .tv_sec = atoi(ms) / 1000,
				   .tv_usec = atoi(ms) % 1000 * 1000 };

	__real_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
}

static int attach(int fd, const struct paper *p, const void *v)
{
	struct sock_fprog prog;

	memcpy(&prog, v, sizeof(prog));
	if (prog.len == 0)
		return result(EINVAL);
	if (p->says.filter)
		return result(p->says.filter);
	return tell(fd, PROGRAM, prog.filter,
		    prog.len * sizeof(*prog.filter));
}

int __wrap_setsockopt(int fd, int level, int name, const void *v,
		      socklen_t len)
{
	struct paper *p = paper_of(fd);
	uint32_t n;

	if (!p)
		return __real_setsockopt(fd, level, name, v, len);
	if (level == SOL_NETLINK)
		return result(name == NETLINK_EXT_ACK ? p->says.ext_ack :
							ENOPROTOOPT);
	if (name == SO_RCVTIMEO) {
		const char *ms = getenv("FAKE_PATIENCE");

		if (ms)
			be_patient(fd, ms);
		else
			return __real_setsockopt(fd, level, name, v, len);
		return 0;
	}
	if (name == SO_ATTACH_FILTER)
		return attach(fd, p, v);
	if (name != SO_RCVBUF && name != SO_RCVBUFFORCE)
		return result(ENOPROTOOPT);
	if (name == SO_RCVBUFFORCE && p->says.force)
		return result(p->says.force);
	memcpy(&n, v, sizeof(n));
	if (name == SO_RCVBUF && n > p->says.room_max)
		n = p->says.room_max;
	p->room = 2 * n;
	return 0;
}

static int get_option(const struct paper *p, int name, void *v)
{
	uint32_t mem[9] = { [8] = p->drops };

	if (name == SO_MEMINFO)
		memcpy(v, mem, sizeof(mem));
	else
		memcpy(v, &p->room, sizeof(p->room));
	return 0;
}

static int get_name(const struct paper *p, void *v)
{
	const struct sockaddr_nl us = { .nl_family = AF_NETLINK,
					.nl_pid = p->says.port };

	memcpy(v, &us, sizeof(us));
	return 0;
}

static int bind_paper(int fd, const struct paper *p, const void *v)
{
	struct sockaddr_nl us;

	if (result(p->says.bind) < 0)
		return -1;
	memcpy(&us, v, sizeof(us));
	return tell(fd, GROUPS, &us.nl_groups, sizeof(us.nl_groups));
}

/* ---------------------------------------------------------- send, receive */

ssize_t __wrap_sendto(int fd, const void *buf, size_t len, int flags,
		      const struct sockaddr *to, socklen_t tolen)
{
	struct paper *p = paper_of(fd);

	if (p && ++p->sent == p->says.send_at)
		return result(p->says.send);
	return __real_sendto(fd, buf, len, flags | MSG_NOSIGNAL, to, tolen);
}

/* One datagram, its true length even if it is longer than cap. */
static ssize_t take(int fd, struct paper *p, void *buf, size_t cap, int flags,
		    struct sockaddr_nl *from)
{
	static uint8_t frame[DATAGRAM];
	struct head head;
	ssize_t n = __real_recvfrom(fd, frame, sizeof(frame),
				    flags & MSG_DONTWAIT, NULL, NULL);

	if (n < 0)
		return n;
	if (n < (ssize_t)sizeof(head))
		_exit(PEER_IS_GONE);
	memcpy(&head, frame, sizeof(head));
	n -= (ssize_t)sizeof(head);
	p->drops = head.drops;
	if (head.error)
		return result(head.error);
	memcpy(buf, frame + sizeof(head), (size_t)n < cap ? (size_t)n : cap);
	*from = (struct sockaddr_nl){ .nl_family = AF_NETLINK,
				      .nl_pid = head.port };
	return n;
}

ssize_t __wrap_recvfrom(int fd, void *buf, size_t cap, int flags,
			struct sockaddr *from, socklen_t *fromlen)
{
	struct paper *p = paper_of(fd);
	struct sockaddr_nl sender = { .nl_family = AF_NETLINK };
	ssize_t n;

	if (!p)
		return __real_recvfrom(fd, buf, cap, flags, from, fromlen);
	n = take(fd, p, buf, cap, flags, &sender);
	memcpy(from, &sender, sizeof(sender));
	*fromlen = sizeof(sender);
	return n;
}

/* As in the kernel, an error behind a datagram waits for the next call. */
static long take_many(int fd, struct paper *p, struct mmsghdr *m, unsigned n)
{
	unsigned i = 0;

	if (p->error) {
		errno = p->error;
		p->error = 0;
		return -1;
	}
	for (; i < n; i++) {
		struct iovec *iov = m[i].msg_hdr.msg_iov;
		ssize_t len = take(fd, p, iov->iov_base, iov->iov_len,
				   MSG_DONTWAIT, m[i].msg_hdr.msg_name);

		if (len < 0)
			break;
		m[i].msg_len = (size_t)len < iov->iov_len ?
			       (unsigned)len : (unsigned)iov->iov_len;
	}
	if (i == 0)
		return -1;
	if (i < n && errno != EAGAIN)
		p->error = errno;
	return (long)i;
}

/* ------------------------------------------------------------------ files */

static long open_file(long at, const char *path, long flags, long mode)
{
	const char *root = getenv("FAKE_ROOT");
	char other[1024];

	if (root && (strncmp(path, "/proc/", 6) == 0 ||
		     strncmp(path, "/etc/xtables/", 13) == 0)) {
		snprintf(other, sizeof(other), "%s%s", root, path);
		path = other;
	}
	return __real_syscall(SYS_openat, at, path, flags, mode);
}

static long on_paper(int fd, struct paper *p, long n, const long *a)
{
	if (n == SYS_bind)
		return bind_paper(fd, p, (const void *)a[1]);
	if (n == SYS_getsockname)
		return get_name(p, (void *)a[1]);
	if (n == SYS_getsockopt)
		return get_option(p, (int)a[2], (void *)a[3]);
	return take_many(fd, p, (void *)a[1], (unsigned)a[2]);
}

/* Takes six arguments, though there may be fewer. */
__attribute__((no_sanitize_address))
long __wrap_syscall(long n, ...)
{
	struct paper *p;
	long a[6];
	va_list args;

	va_start(args, n);
	for (unsigned i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	p = paper_of((int)a[0]);
	if (n == SYS_socket && a[0] == AF_NETLINK)
		return open_paper(getenv("FAKE_KERNEL"));
	if (n == SYS_openat)
		return open_file(a[0], (const char *)a[1], a[2], a[3]);
	if (p && (n == SYS_bind || n == SYS_getsockname ||
		  n == SYS_getsockopt || n == SYS_recvmmsg))
		return on_paper((int)a[0], p, n, a);
	return __real_syscall(n, a[0], a[1], a[2], a[3], a[4], a[5]);
}
