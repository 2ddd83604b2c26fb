/* SPDX-License-Identifier: MIT */
#include "nl/msg.h"

#include <string.h>

int nl_msg_next(struct nl_run *datagram, struct nl_msg *m)
{
	const uint8_t *p = datagram->p;
	size_t left = datagram->left;
	struct nlmsghdr h;
	size_t step;

	if (left < sizeof(h))
		return left == 0 ? 0 : -EBADMSG;
	memcpy(&h, p, sizeof(h));
	if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > left)
		return -EBADMSG;

	m->type = h.nlmsg_type;
	m->flags = h.nlmsg_flags;
	m->seq = h.nlmsg_seq;
	m->port = h.nlmsg_pid;
	m->body.p = p + NL_HDR;
	m->body.left = h.nlmsg_len - NL_HDR;
	m->family = 0;
	m->res_id = 0;
	m->attrs.left = 0;
	if (h.nlmsg_type >= NLMSG_MIN_TYPE) {
		if (m->body.left < NL_GEN)
			return -EBADMSG;
		m->family = p[NL_HDR];
		m->res_id = nl_be16(p + NL_HDR + 2);
		m->attrs.p = p + NL_HEAD;
		m->attrs.left = m->body.left - NL_GEN;
	}

	step = nl_align(h.nlmsg_len);
	if (step > left)
		step = left;
	datagram->p = p + step;
	datagram->left = left - step;
	return 1;
}

size_t nl_msg_begin(struct nl_put *m, uint16_t type, uint16_t flags,
		    uint8_t family)
{
	const struct {
		struct nlmsghdr	 h;
		struct nfgenmsg	 g;
	} head = {
		.h.nlmsg_type = type,
		.h.nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST),
		.g.nfgen_family = family,
	};
	size_t mark = m->len;

	nl_put_raw(m, &head, sizeof(head));
	return mark;
}

void nl_msg_end(struct nl_put *m, size_t mark)
{
	uint32_t len = (uint32_t)(m->len - mark);

	nl_put_over(m, mark + offsetof(struct nlmsghdr, nlmsg_len), &len,
		    sizeof(len));
}

void nl_msg_number(struct nl_put *m, size_t mark, uint32_t seq)
{
	nl_put_over(m, mark + offsetof(struct nlmsghdr, nlmsg_seq), &seq,
		    sizeof(seq));
}

void nl_msg_ack(struct nl_put *m, size_t mark)
{
	const size_t at = mark + offsetof(struct nlmsghdr, nlmsg_flags);
	uint16_t flags;

	if (m->err)
		return;
	memcpy(&flags, m->buf + at, sizeof(flags));
	flags |= NLM_F_ACK;
	nl_put_over(m, at, &flags, sizeof(flags));
}
