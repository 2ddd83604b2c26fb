/* SPDX-License-Identifier: MIT */
#include "nl/talk.h"

#define MORE	1	/* the answer goes on */

/*
 * One message of the answer. Returns MORE, 0 at the end, or the reason to
 * stop. NLM_F_DUMP_INTR may stand on any message of a dump: *interrupted
 * remembers it until the end.
 */
static int hear(struct nl_talk *t, const struct nl_msg *m, int *interrupted,
		int (*each)(const struct nl_msg *, void *), void *arg)
{
	int r;

	if (m->seq != t->sock->seq || m->type == NLMSG_NOOP)
		return MORE;
	if (m->flags & NLM_F_DUMP_INTR && m->type != NLMSG_ERROR)
		*interrupted = 1;
	switch (m->type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		r = nl_ack_read(m, &t->ack);
		if (r == 0)
			r = t->ack.error;
		return r == 0 && *interrupted ? -EINTR : r;
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	default:
		r = m->type < NLMSG_MIN_TYPE ? 0 : each(m, arg);
		return r == 0 ? MORE : r;
	}
}

static int hear_datagram(struct nl_talk *t, struct nl_run datagram,
			 int *interrupted,
			 int (*each)(const struct nl_msg *, void *), void *arg)
{
	struct nl_msg m;
	int r;

	while ((r = nl_msg_next(&datagram, &m)) > 0) {
		r = hear(t, &m, interrupted, each, arg);
		if (r != MORE)
			return r;
	}
	return r < 0 ? r : MORE;
}

int nl_talk(struct nl_talk *t, struct nl_put *req,
	    int (*each)(const struct nl_msg *m, void *arg), void *arg)
{
	int interrupted = 0;
	int r;

	t->ack = (struct nl_ack){ 0 };
	if (req->err)
		return req->err;
	nl_msg_number(req, 0, ++t->sock->seq);
	r = nl_sock_send(t->sock, req->buf, req->len);
	if (r < 0)
		return r;
	do {
		long n = nl_sock_recv(t->sock, t->buf, t->cap);

		if (n < 0)
			return (int)n;
		r = hear_datagram(t, (struct nl_run){ t->buf, (size_t)n },
				  &interrupted, each, arg);
	} while (r == MORE);
	return r;
}
