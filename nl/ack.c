/* SPDX-License-Identifier: MIT */
#include "nl/ack.h"

#include <string.h>

#define ERRNO_MAX	4095	/* include/linux/err.h: MAX_ERRNO */

static void read_words(struct nl_run run, struct nl_ack *ack)
{
	struct nl_attr a;
	size_t n;

	while (nl_attr_next(&run, &a) > 0) {
		if (a.type == NLMSGERR_ATTR_MSG) {
			n = strnlen((const char *)a.data, a.len);
			if (n > NL_ACK_TEXT - 1)
				n = NL_ACK_TEXT - 1;
			memcpy(ack->text, a.data, n);
			ack->text[n] = '\0';
		} else if (a.type == NLMSGERR_ATTR_OFFS && a.len >= 4) {
			ack->offset = nl_host32(a.data);
		}
	}
}

/* Where the words begin: behind the error, and the request it may quote. */
static size_t words_at(const struct nl_msg *m)
{
	size_t quoted = NL_HDR;

	if (m->type == NLMSG_DONE)
		return 4;
	if (m->body.left < 4 + NL_HDR)
		return m->body.left;
	if (!(m->flags & NLM_F_CAPPED))
		quoted = nl_align(nl_host32(m->body.p + 4));
	return quoted > m->body.left - 4 ? m->body.left : 4 + quoted;
}

int nl_ack_read(const struct nl_msg *m, struct nl_ack *ack)
{
	int32_t error;

	if (m->body.left < sizeof(error))
		return -EBADMSG;
	memcpy(&error, m->body.p, sizeof(error));
	if (error > 0 || error < -ERRNO_MAX)
		return -EBADMSG;

	*ack = (struct nl_ack){ .error = error };
	if (m->flags & NLM_F_ACK_TLVS) {
		size_t at = words_at(m);

		read_words((struct nl_run){ m->body.p + at,
					    m->body.left - at }, ack);
	}
	return 0;
}
