/* SPDX-License-Identifier: MIT */
/*
 * The machines of netlink over a kernel that says anything: one request and
 * its answers, batches of them, events. Each request is told of exactly once,
 * and nothing behind a datagram is read.
 *
 * Input: which machine and how much it asks; then what the kernel says, see
 * test/fuzz/world.h.
 */
#include "test/fuzz/fuzz.h"
#include "test/fuzz/world.h"

#include "ct/count.h"
#include "nl/batch.h"
#include "nl/listen.h"

#define STOPPED	(-100000)	/* no errno: who hears has heard enough */

static struct nl_sock sock;
static uint8_t answers[NL_RECV_BUF];
static struct nl_talk talk;

/* What has been heard, and when it is enough. */
struct heard {
	unsigned messages, stop_at;
	unsigned ends;		/* of requests */
};

static void check_message(const struct nl_msg *m)
{
	const uint8_t *end = answers + sizeof(answers);

	fuzz_check(m->body.p >= answers && m->body.p <= end &&
		   m->body.left <= (size_t)(end - m->body.p),
		   "a message is in the buffer");
	fuzz_check(m->type < NLMSG_MIN_TYPE ||
		   m->attrs.left + NL_GEN == m->body.left,
		   "attributes are the rest of a message");
	world_touch(m->body.p, m->body.left);
}

static int each(const struct nl_msg *m, void *arg)
{
	struct heard *h = arg;

	check_message(m);
	fuzz_check(m->seq == sock.seq, "an answer is to the request");
	return ++h->messages == h->stop_at ? STOPPED : 0;
}

static int is_errno(int r)
{
	return r <= 0 && r >= -4095;
}

static void one_request(struct heard *h, int dump)
{
	uint8_t buf[64];
	struct nl_put req;
	int r;

	nl_put_init(&req, buf, sizeof(buf));
	if (dump)
		ct_stats_request(&req, 0);
	else
		ct_count_request(&req);
	r = nl_talk(&talk, &req, each, h);
	fuzz_check(is_errno(r) || (r == STOPPED && h->messages == h->stop_at),
		   "it ends well, with an errno, or as each() has it");
	fuzz_check(talk.ack.error <= 0, "an ack is an errno");
}

static int hear(const struct nl_msg *m, int error, void *arg)
{
	struct heard *h = arg;

	if (m)
		check_message(m);
	fuzz_check(is_errno(error), "a request ends well or with an errno");
	h->ends += !m;
	return ++h->messages == h->stop_at ? STOPPED : 0;
}

static void many_requests(struct heard *h, unsigned n, unsigned max)
{
	static uint8_t window[NL_BATCH_BUF];
	struct nl_batch b = { .talk = &talk, .hear = hear, .arg = h,
			      .max = max };
	unsigned begun = 0;
	int r = 0;

	nl_put_init(&b.put, window, sizeof(window));
	while (r == 0 && begun < n) {
		size_t mark = nl_batch_begin(&b, 0x0102, 0, 2);

		nl_put_be32(&b.put, 12, begun++);
		r = nl_batch_end(&b, mark);
	}
	if (r == 0)
		r = nl_batch_flush(&b);
	fuzz_check(is_errno(r) || (r == STOPPED && h->messages == h->stop_at),
		   "it ends well, with an errno, or as hear() has it");
	fuzz_check(b.count == 0, "nothing is left over");
	fuzz_check(h->ends <= begun, "no request ends twice");
	fuzz_check(r < 0 || h->ends == begun, "each request has its end");
}

static void events(struct heard *h)
{
	static struct nl_slots slots;
	int n;

	do {
		n = nl_listen_recv(&sock, &slots);
		fuzz_check(n <= NL_SLOTS, "as many as there are slots");
		for (int i = 0; i < n; i++) {
			struct nl_run run = nl_slot_run(&slots, i);
			struct nl_msg m;

			fuzz_check(run.left <= NL_SLOT_BUF,
				   "an event is in its slot");
			while (nl_msg_next(&run, &m) > 0) {
				world_touch(m.body.p, m.body.left);
				h->messages++;
			}
		}
	} while (n > 0);
	nl_listen_drops(&sock);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = { p, n < FUZZ_MAX ? n : FUZZ_MAX };
	const uint8_t machine = fuzz_u8(&in), much = fuzz_u8(&in);
	struct heard h = { .stop_at = fuzz_u8(&in) };

	world_begin(in);
	if (nl_sock_open(&sock) < 0)
		goto end;
	sock.seq = much > 250 ? UINT32_MAX - 3 : 41;
	talk = (struct nl_talk){ .sock = &sock, .buf = answers,
				 .cap = sizeof(answers) };
	switch (machine % 4) {
	case 0:
	case 1:
		one_request(&h, machine % 4);
		break;
	case 2:
		many_requests(&h, much, machine & 4 ? NL_BATCH_MAX :
						      NL_BATCH_RECORDS);
		break;
	default:
		nl_listen_room(&sock, much);
		events(&h);
	}
	nl_sock_close(&sock);
end:
	world_end();
	return 0;
}
