/* SPDX-License-Identifier: MIT */
#include "nl/batch.h"

size_t nl_batch_begin(struct nl_batch *b, uint16_t type, uint16_t flags,
		      uint8_t family)
{
	struct nl_sock *s = b->talk->sock;
	size_t mark = nl_msg_begin(&b->put, type,
				   (uint16_t)(flags | NLM_F_ACK), family);

	nl_msg_number(&b->put, mark, ++s->seq);
	if (b->count++ == 0)
		b->first = s->seq;
	return mark;
}

int nl_batch_end(struct nl_batch *b, size_t mark)
{
	nl_msg_end(&b->put, mark);
	if (b->put.err)
		return b->put.err;
	return b->count < NL_BATCH_MAX ? 0 : nl_batch_flush(b);
}

/*
 * One message. *done counts the requests whose end was heard; they end in
 * the order in which they were sent, so a gap means that an end was lost.
 */
static int hear(struct nl_batch *b, const struct nl_msg *m, unsigned *done)
{
	struct nl_ack *ack = &b->talk->ack;
	uint32_t at = m->seq - b->first;
	int r;

	if (at < *done || at >= b->count || m->type == NLMSG_NOOP)
		return 0;	/* left over from an earlier window */
	if (at > *done || m->type == NLMSG_OVERRUN)
		return -ENOBUFS;
	if (m->type >= NLMSG_MIN_TYPE)
		return b->hear(m, 0, b->arg);
	if (m->type != NLMSG_ERROR)
		return -EBADMSG;
	r = nl_ack_read(m, ack);
	if (r < 0)
		return r;
	++*done;
	return b->hear(NULL, ack->error, b->arg);
}

static int hear_all(struct nl_batch *b)
{
	struct nl_talk *t = b->talk;
	unsigned done = 0;

	while (done < b->count) {
		long n = nl_sock_recv(t->sock, t->buf, t->cap);
		struct nl_run datagram = { t->buf, (size_t)n };
		struct nl_msg m;
		int r;

		if (n < 0)
			return (int)n;
		while ((r = nl_msg_next(&datagram, &m)) > 0) {
			r = hear(b, &m, &done);
			if (r != 0)
				return r;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

int nl_batch_flush(struct nl_batch *b)
{
	int r = b->put.err;

	if (b->count == 0)
		return r;
	if (r == 0)
		r = nl_sock_send(b->talk->sock, b->put.buf, b->put.len);
	if (r == 0)
		r = hear_all(b);
	b->put.len = 0;
	b->count = 0;
	return r;
}
