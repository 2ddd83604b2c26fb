/* SPDX-License-Identifier: MIT */
#include "cli/engine.h"

#include "cli/sandbox.h"
#include "cli/signals.h"
#include "cli/tell.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

struct engine engine;

int engine_stopped(void)
{
	struct pollfd p = { .fd = out_stop.fd, .events = POLLIN };

	return p.fd > 0 && poll(&p, 1, 0) > 0;
}

int engine_start(struct engine *e, struct job *j)
{
	int r = nl_sock_open(&e->sock);

	if (r < 0)
		return r;
	out_stop = (struct out_stop){ signals_open(), 1000 };
	e->job = j;
	sandbox_calls(j);
	return 0;
}

int engine_open(struct engine *e, struct job *j,
		int (*hear)(const struct nl_msg *m, int error, void *arg))
{
	int r = 0;

	if (e->batch.hear == hear)
		return 0;
	if (!e->job)
		r = engine_start(e, j);
	if (r < 0)
		return r;
	e->talk = (struct nl_talk){ .sock = &e->sock, .buf = e->answers,
				    .cap = sizeof(e->answers) };
	e->batch = (struct nl_batch){ .talk = &e->talk, .hear = hear,
				      .arg = e, .max = NL_BATCH_MAX };
	nl_put_init(&e->batch.put, e->requests, sizeof(e->requests));
	e->kept = 0;
	return 0;
}

struct slot *engine_begin(struct engine *e, unsigned message, uint16_t flags,
			  uint8_t family, size_t *mark)
{
	struct slot *s = &e->slot[e->batch.count];

	*mark = nl_batch_begin(&e->batch,
			       nl_msg_type(NFNL_SUBSYS_CTNETLINK, message),
			       flags, family);
	s->at = (uint32_t)*mark;
	s->family = family;
	s->cmd = (uint16_t)e->job->q->cmd;
	s->line = 0;
	s->failed = 0;
	s->asked = 0;
	return s;
}

/* Smaller when not in line. */
__attribute__((noinline))
void engine_keep(struct engine *e, struct slot *s, const void *p, size_t n)
{
	s->kept = e->kept;
	s->len = (uint32_t)n;
	memcpy(e->keep + e->kept, p, n);
	e->kept += s->len;
}

int engine_flush(struct engine *e)
{
	int r;

	job_now(e->job);
	r = nl_batch_flush(&e->batch);
	e->kept = 0;
	if (r == 0)	/* only now: what was done counts */
		r = e->job->out->err;
	return r == 0 && engine_stopped() ? EXIT_FAILED : r;
}

int engine_room(struct engine *e)
{
	if (e->batch.count + 2 < e->batch.max &&
	    e->kept + RECORD_MAX <= KEEP_BUF)
		return 0;
	return engine_flush(e);
}

void engine_refuse(struct engine *e, const struct slot *s, int error)
{
	if (!s->line) {
		if (!e->error)
			e->error = error;
		e->job->talk.ack = e->talk.ack;
	} else if (e->refused++ < TELL_LINES) {
		struct cli_req who = { .cmd = s->cmd, .line = s->line };

		out_flush(e->job->out);
		tell_failure(&who, error, &e->talk.ack);
	}
}

/* Smaller when not in line. */
__attribute__((noinline))
int engine_recall(struct engine *e, const struct slot *s)
{
	return job_decode(e->job, s->family,
			  (struct nl_run){ e->keep + s->kept, s->len });
}
