/* SPDX-License-Identifier: MIT */
#include "fmt/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/*
 * Wait until something can be written, or o->stop is readable. Returns 0,
 * 1 when both are true, or -errno.
 */
static int wait_writable(const struct out *o)
{
	struct pollfd p[] = {
		{ .fd = o->fd, .events = POLLOUT },
		{ .fd = o->stop, .events = POLLIN },
	};

	while (poll(p, o->stop ? 2 : 1, -1) < 0)
		if (errno != EINTR)
			return -errno;
	if (!p[1].revents)
		return 0;
	return p[0].revents ? 1 : -ECANCELED;
}

/* Whole lines, no more of them than a pipe takes that is not full. */
static size_t piece(const char *p, size_t n)
{
	const size_t most = n < PIPE_BUF ? n : PIPE_BUF;

	for (n = most; n > 0 && p[n - 1] != '\n'; n--)
		;
	return n ? n : most;
}

int out_flush(struct out *o)
{
	const char *p = o->buf, *end = p + o->len;
	int stopped = 0;

	if (o->fd < 0 || o->err)
		return o->err;
	while (p < end && !o->err) {
		size_t n = (size_t)(end - p);
		ssize_t w;
		int r;

		/* somebody may have made it non-blocking */
		r = wait_writable(o);
		if (r < 0) {
			o->err = r;
			break;
		}
		stopped |= r;
		w = write(o->fd, p, o->stop ? piece(p, n) : n);
		if (w >= 0)
			p += w;
		else if (errno != EAGAIN && errno != EINTR)
			o->err = -errno;
	}
	for (; p < end; p++)
		o->unwritten += *p == '\n';
	if (stopped && !o->err)
		o->err = -ECANCELED;
	o->len = 0;
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
