/* SPDX-License-Identifier: MIT */
#include "nl/ack.h"

#include "nl/table.h"

#define ERRNO_MAX	4095	/* include/linux/err.h: MAX_ERRNO */

static const struct nl_row table[] = {
	NL_TABLE(0, NLMSGERR_ATTR_MSG + 1),
	[NLMSGERR_ATTR_MSG]  = { .kind = NL_STR, .size = NL_ACK_TEXT, .at = offsetof(struct nl_ack, text), .bit = 0 },
};

/* Where the words begin: behind the error, and the request it may quote. */
static size_t words_at(const struct nl_msg *m)
{
	if (m->type == NLMSG_DONE)
		return 4;
	if (m->flags & NLM_F_CAPPED || m->body.left < 8)
		return 4 + NL_HDR;
	return 4 + nl_align(nl_host32(m->body.p + 4));
}

int nl_ack_read(const struct nl_msg *m, struct nl_ack *ack)
{
	struct nl_run words = m->body;
	size_t at = words_at(m);
	int32_t error;

	if (words.left < sizeof(error))
		return -EBADMSG;
	memcpy(&error, words.p, sizeof(error));
	if (error > 0 || error < -ERRNO_MAX)
		return -EBADMSG;

	*ack = (struct nl_ack){ .error = error };
	if (m->flags & NLM_F_ACK_TLVS && at <= words.left) {
		words.p += at;
		words.left -= at;
		(void)nl_decode(table, words, NL_ALL, ack);
	}
	return 0;
}
