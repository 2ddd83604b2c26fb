/* SPDX-License-Identifier: MIT */
#include "nl/talk.h"

int nl_talk_hear(struct nl_talk *t,
		 int (*hear)(const struct nl_msg *m, void *arg), void *arg)
{
	int r = NL_MORE;

	while (r == NL_MORE) {
		long n = nl_sock_recv(t->sock, t->buf, t->cap);
		struct nl_run datagram = { t->buf, (size_t)n };
		struct nl_msg m;
		int parsed;

		if (n < 0)
			return (int)n;
		while (r == NL_MORE &&
		       (parsed = nl_msg_next(&datagram, &m)) != 0)
			r = parsed < 0 ? parsed : hear(&m, arg);
	}
	return r;
}

/* An answer on its way. */
struct answer {
	struct nl_talk	*talk;
	int		(*each)(const struct nl_msg *m, void *arg);
	void		*arg;
	int		is_dump;
	/* NLM_F_DUMP_INTR stood on a message; any of a dump may carry it. */
	int		 interrupted;
};

static int hear(const struct nl_msg *m, void *arg)
{
	struct answer *a = arg;
	struct nl_talk *t = a->talk;
	int r = 0;

	if (m->seq != t->sock->seq || m->type == NLMSG_NOOP)
		return NL_MORE;
	if (m->flags & NLM_F_DUMP_INTR && m->type != NLMSG_ERROR)
		a->interrupted = 1;
	switch (m->type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		r = nl_ack_read(m, &t->ack);
		if (r == 0)
			r = t->ack.error;
		if (r == 0 && m->type != NLMSG_ERROR + a->is_dump)
			r = -EBADMSG;
		return r == 0 && a->interrupted ? -EINTR : r;
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	default:
		if (m->type >= NLMSG_MIN_TYPE) {
			t->records++;
			r = a->each(m, a->arg);
		}
		return r == 0 ? NL_MORE : r;
	}
}

int nl_talk(struct nl_talk *t, struct nl_put *req,
	    int (*each)(const struct nl_msg *m, void *arg), void *arg)
{
	struct answer answer = { .talk = t, .each = each, .arg = arg };
	int r = req->err;

	t->ack = (struct nl_ack){ 0 };
	t->records = 0;
	if (r < 0)
		return r;
	answer.is_dump = (nl_host16((const uint8_t *)req->buf +
			  offsetof(struct nlmsghdr, nlmsg_flags)) &
			  NLM_F_DUMP) == NLM_F_DUMP;
	nl_msg_number(req, 0, ++t->sock->seq);
	r = nl_sock_send(t->sock, req->buf, req->len);
	return r < 0 ? r : nl_talk_hear(t, hear, &answer);
}
