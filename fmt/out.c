/* SPDX-License-Identifier: MIT */
#include "fmt/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

struct out_stop out_stop;

/* Whole lines, no more of them than a pipe takes that is not full. */
static size_t piece(const char *p, size_t n)
{
	const size_t most = n < PIPE_BUF ? n : PIPE_BUF;

	for (n = most; n > 0 && p[n - 1] != '\n'; n--)
		;
	return n ? n : most;
}

/*
 * Somebody may have made the descriptor non-blocking, so each write waits for
 * its turn. No signal has a handler, but some file systems (FUSE) are
 * interrupted all the same.
 */
int out_flush(struct out *o)
{
	struct pollfd fds[] = {
		{ .fd = o->fd, .events = POLLOUT },
		{ .fd = out_stop.fd, .events = POLLIN },
	};
	const char *p = o->buf;

	if (o->fd < 0)
		return o->err;
	while (!o->err && o->len > 0) {
		ssize_t n = -1;

		poll(fds, out_stop.fd ? 2 : 1, -1);
		if (fds[1].revents && !fds[0].revents)
			poll(fds, 1, out_stop.patience);
		errno = EPIPE;
		if (fds[0].revents || !fds[1].revents)
			n = write(o->fd, p,
				  out_stop.fd ? piece(p, o->len) : o->len);
		if (n >= 0) {
			p += n;
			o->len -= (size_t)n;
		} else if (errno != EAGAIN && errno != EINTR) {
			o->err = -errno;
		}
	}
	for (; o->len > 0; o->len--)
		o->unwritten += *p++ == '\n';
	return o->err;
}

void out_mem(struct out *o, const void *p, size_t n)
{
	const char *s = p;

	while (!o->err && n > 0) {
		size_t room = o->cap - o->len;
		size_t take = n < room ? n : room;

		memcpy(o->buf + o->len, s, take);
		o->len += take;
		s += take;
		n -= take;
		if (n > 0 && o->fd < 0)
			o->err = -ENOSPC;
		else if (n > 0)
			out_flush(o);
	}
}

void out_str(struct out *o, const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	out_mem(o, s, (size_t)(end - s));
}

void out_char(struct out *o, char c)
{
	out_mem(o, &c, 1);
}

char *out_room(struct out *o)
{
	if (o->cap - o->len < OUT_ROOM) {
		if (o->fd < 0 && !o->err)
			o->err = -ENOSPC;
		out_flush(o);
	}
	return o->err ? o->buf : o->buf + o->len;
}
