/* SPDX-License-Identifier: MIT */
#include "nl/batch.h"

size_t nl_batch_begin(struct nl_batch *b, uint16_t type, uint16_t flags,
		      uint8_t family)
{
	return nl_msg_begin(&b->put, type, flags, family);
}

int nl_batch_end(struct nl_batch *b, size_t mark)
{
	struct nl_sock *s = b->talk->sock;

	nl_msg_end(&b->put, mark);
	nl_msg_number(&b->put, mark, ++s->seq);
	if (b->put.err)
		return b->put.err;
	b->last = mark;
	if (b->count++ == 0)
		b->first = s->seq;
	return b->count < b->max ? 0 : nl_batch_flush(b);
}

/* The requests before this one ended well: nothing was heard of them. */
static int end_before(struct nl_batch *b, uint32_t at)
{
	int r = 0;

	while (r == 0 && b->done < at) {
		r = b->hear(NULL, 0, b->arg);
		b->done++;
	}
	return r;
}

/* One message. done counts the requests whose end is known. */
static int hear(const struct nl_msg *m, void *arg)
{
	struct nl_batch *b = arg;
	struct nl_ack *ack = &b->talk->ack;
	uint32_t at = m->seq - b->first;
	int r;

	if (m->type == NLMSG_OVERRUN)
		return -ENOBUFS;
	if (at >= b->count || m->type == NLMSG_NOOP)
		return NL_MORE;	/* left over from an earlier window */
	if (at < b->done)
		return -EBADMSG;	/* it was taken for well ended */
	r = end_before(b, at);
	if (r != 0)
		return r;
	if (m->type >= NLMSG_MIN_TYPE) {
		r = b->hear(m, 0, b->arg);
		return r == 0 ? NL_MORE : r;
	}
	if (m->type != NLMSG_ERROR)
		return -EBADMSG;
	r = nl_ack_read(m, ack);
	if (r < 0)
		return r;
	r = b->hear(NULL, ack->error, b->arg);
	return ++b->done < b->count && r == 0 ? NL_MORE : r;
}

int nl_batch_flush(struct nl_batch *b)
{
	int r = b->put.err;

	if (b->count == 0)
		return r;
	b->done = 0;
	nl_msg_ack(&b->put, b->last);
	if (r == 0)
		r = nl_sock_send(b->talk->sock, b->put.buf, b->put.len);
	if (r == 0)
		r = nl_talk_hear(b->talk, hear, b);
	nl_batch_drop(b);
	return r;
}
