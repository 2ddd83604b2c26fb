/* SPDX-License-Identifier: MIT */
/*
 * Many requests to a datagram, answers paired with them by sequence number.
 *
 * A window of requests is collected in a lent buffer, sent in one datagram,
 * and answered before the next one is begun: memory is one window, however
 * many requests there are. ctnetlink.md 1.7: the kernel executes them in
 * order, an error does not stop the next one, and each acknowledgement is a
 * datagram of its own.
 */
#ifndef NL_BATCH_H
#define NL_BATCH_H

#include "nl/talk.h"

/*
 * Requests in flight. Their unread answers must fit into the socket's
 * receive buffer, 208 KiB as every kernel's default: 1.3 KiB of it for a
 * refusal, some 2 KiB for a record and its acknowledgement.
 */
#define NL_BATCH_MAX		128u
#define NL_BATCH_RECORDS	64u	/* when they are answered by records */

/*
 * Room a window needs: a request that names an entry takes less than 200
 * bytes, one that makes an entry with everything less than 512.
 */
#define NL_BATCH_BUF	(NL_BATCH_MAX * 512u)

struct nl_batch {
	struct nl_talk	*talk;
	struct nl_put	 put;		/* the window: append whole requests */
	uint32_t	 first;		/* sequence number of its first one */
	unsigned	 max;		/* one of the two above */
	unsigned	 count;		/* requests in it */
	size_t		 last;		/* where the last one begins */
	unsigned	 done;		/* of them, answered to the end */
	/*
	 * Each answer: a record (m set) or the end of a request (m NULL),
	 * whose error is 0 or -errno. Returns 0 to go on.
	 */
	int		(*hear)(const struct nl_msg *m, int error, void *arg);
	void		*arg;
};

/*
 * Begin the next request; returns the mark for nl_batch_end, which takes it
 * into the window, and sends that when it is full. The last request of a window gets
 * NLM_F_ACK; of the others only what fails, or has a record, is answered, and
 * since requests are executed in order, an answer to a later one says that
 * all before it have ended well.
 */
size_t nl_batch_begin(struct nl_batch *b, uint16_t type, uint16_t flags,
		      uint8_t family);
int nl_batch_end(struct nl_batch *b, size_t mark);

/* Forget what is collected. */
static inline void nl_batch_drop(struct nl_batch *b)
{
	b->put.len = 0;
	b->count = 0;
}

/*
 * Send what is collected and hear every answer to it.
 *
 * Returns 0, what hear() returned when that was not 0, or -errno when the
 * conversation itself failed: -ENOBUFS when answers were lost, so that the
 * fate of requests is unknown. A request refused by the kernel is not a
 * failure here; hear() is told.
 */
int nl_batch_flush(struct nl_batch *b);

#endif
