/* SPDX-License-Identifier: MIT */
#include "cli/create.h"

#include "cli/engine.h"
#include "ct/tables.h"
#include "ct/tuple.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static int push_new(struct engine *e, const struct cli_req *q, uint32_t line)
{
	uint16_t flags = NLM_F_CREATE;
	struct slot *s;
	size_t mark;

	if (q->cmd == CMD_CREATE)
		flags |= NLM_F_EXCL;
	s = engine_begin(e, IPCTNL_MSG_CT_NEW, flags, q->filter.family, &mark);
	s->line = line;
	s->nat[CT_SRC_END].has_addr = s->nat[CT_DST_END].has_addr = 0;
	if (q->filter.has & CT_F_NAT)
		memcpy(s->nat, q->change.nat, sizeof(s->nat));
	ct_put_new(&e->batch.put, &q->filter, &q->change);
	return nl_batch_end(&e->batch, mark);
}

static struct nl_run request_of(const struct engine *e, uint32_t at)
{
	struct nlmsghdr h;

	memcpy(&h, e->requests + at, sizeof(h));
	return (struct nl_run){ e->requests + at + NL_HEAD,
				h.nlmsg_len - NL_HEAD };
}

static int hear_new(const struct nl_msg *m, int error, void *arg)
{
	struct engine *e = arg;
	struct slot *s = &e->slot[e->batch.done];

	if (m)
		return 0;
	if (!error) {
		e->job->count++;
		return 0;
	}
	s->failed = (uint16_t)-error;
	engine_keep(e, s, e->talk.ack.text, sizeof(e->talk.ack.text));
	return 0;
}

/* The entry that stands where -A wanted to put one. */
static int each_old(const struct nl_msg *m, void *arg)
{
	struct job *j = arg;

	return m->type == j->type ? job_decode(j, m->family, m->attrs) : 0;
}

/* Is the entry translated to what -A asks for? */
static int same_nat(const struct ct_flow *flow, const struct slot *s)
{
	const struct ct_tuple *reply = &flow->dir[CT_REPLY];

	for (unsigned end = CT_SRC_END; end <= CT_DST_END; end++) {
		const struct ct_nat *nat = &s->nat[end];

		if (nat->has_addr &&
		    (memcmp(reply->addr[!end].b, nat->addr.b,
			    s->family == AF_INET ? 4 : 16) != 0 ||
		     (nat->has_port &&
		      nat->port != ct_tuple_port(reply, !end))))
			return 0;
	}
	return 1;
}

/* The attributes of a request that an entry takes when it stands already. */
__attribute__((noinline))
static void put_rest(struct nl_put *m, struct nl_run request, uint32_t status)
{
	struct nl_attr a;

	while (nl_attr_next(&request, &a) > 0)
		switch (a.type) {
		case CTA_TUPLE_ORIG:
		case CTA_TUPLE_REPLY:
		case CTA_ZONE:
		case CTA_NAT_SRC:
		case CTA_NAT_DST:
			break;
		case CTA_STATUS:
			nl_put_be32(m, CTA_STATUS, nl_be32(a.data) | status);
			break;
		default:
			nl_put_raw(m, a.data - NL_ATTR, NL_ATTR + a.len);
		}
}

/*
 * Ask alone about the entry that a request in the window names: CT_GET, or
 * CT_NEW with the rest of that request. Returns 0 or -errno.
 */
static int ask_again(struct engine *e, const struct slot *s, unsigned message)
{
	struct job *j = e->job;
	struct nl_run request = request_of(e, s->at);
	struct nl_put *m = job_request(j);

	nl_msg_begin(m, nl_msg_type(NFNL_SUBSYS_CTNETLINK, message), NLM_F_ACK,
		     s->family);
	ct_name_entry(m, request, 0);
	if (message == IPCTNL_MSG_CT_NEW)
		put_rest(m, request, j->flow.status);
	nl_msg_end(m, 0);
	return nl_talk(&e->talk, m, each_old, j);
}

/*
 * -A over an entry that stands. The kernel takes no translation for it, and
 * no status without the bits that it has: when the translation is the same
 * one, the rest is an update that repeats them.
 */
static int add_over(struct engine *e, const struct slot *s)
{
	int r = ask_again(e, s, IPCTNL_MSG_CT_GET);

	if (r == -ENOENT || (r == 0 && !same_nat(&e->job->flow, s)))
		return -(int)s->failed;
	return r < 0 ? r : ask_again(e, s, IPCTNL_MSG_CT_NEW);
}

/* Do two requests begin with the same tuple? */
static int same_tuple(struct nl_run a, struct nl_run b)
{
	const size_t n = nl_host16(a.p);

	return n <= b.left && memcmp(a.p, b.p, n) == 0;
}

/*
 * What came later in the window was done before the other try: it is done
 * again where it speaks of the same entry.
 */
static void redo_behind(struct engine *e, const struct slot *first)
{
	const struct slot *end = e->slot + e->batch.done;
	struct nl_run named = request_of(e, first->at);

	for (const struct slot *s = first + 1; s < end; s++)
		if (!s->failed && s->cmd == CMD_ADD &&
		    same_tuple(named, request_of(e, s->at)))
			add_over(e, s);
}

/*
 * What is left of a window that was sent: refusals, in the order of its
 * requests, and the other try that -A has.
 */
static int settle(struct engine *e, int r)
{
	for (unsigned i = 0; r >= 0 && i < e->batch.done; i++) {
		const struct slot *s = &e->slot[i];
		int error = -(int)s->failed;

		if (s->cmd == CMD_ADD &&
		    (error == -EOPNOTSUPP || error == -EBUSY)) {
			error = add_over(e, s);
			if (error == 0) {
				e->job->count++;
				redo_behind(e, s);
			}
		}
		if (error < 0 && error == -(int)s->failed)
			memcpy(e->talk.ack.text, e->keep + s->kept,
			       sizeof(e->talk.ack.text));
		if (error < 0)
			engine_refuse(e, s, error);
	}
	e->batch.done = 0;
	e->kept = 0;
	if (r < 0)	/* there may be no job yet */
		return r;
	job_now(e->job);
	return e->error;
}

int create_rest(void)
{
	struct engine *e = &engine;

	return e->batch.count > 0 ? settle(e, engine_flush(e)) : 0;
}

int create_line(struct job *j, const struct cli_req *q, uint32_t line)
{
	struct engine *e = &engine;
	int r = engine_open(e, j, hear_new);

	if (r == 0)
		r = push_new(e, q, line);
	return r != 0 || e->batch.count == 0 ? settle(e, r) : 0;
}

int create_entry(struct job *j)
{
	int r = create_line(j, j->q, 0);

	if (r == 0)
		r = create_rest();
	if (r != 0 || !(j->q->show & SHOW_ANY_JSON))
		return r;
	j->extra_use = 1;
	r = ask_again(&engine, engine.slot, IPCTNL_MSG_CT_GET);
	if (r == 0)
		job_put_flow(j);
	return r == -ENOENT ? 0 : r;
}
