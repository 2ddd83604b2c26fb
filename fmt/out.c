/* SPDX-License-Identifier: MIT */
#include "fmt/out.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Wait for a descriptor that somebody has made non-blocking. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		int r = 0;

		if (w >= 0) {
			p += w;
			n -= (size_t)w;
		} else if (errno == EAGAIN) {
			r = wait_writable(fd);
		} else if (errno != EINTR) {
			r = -errno;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int out_flush(struct out *o)
{
	if (!o->err && o->fd >= 0) {
		o->err = write_all(o->fd, o->buf, o->len);
		o->len = 0;
	}
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
