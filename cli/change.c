/* SPDX-License-Identifier: MIT */
#include "cli/change.h"

#include "cli/create.h"
#include "cli/engine.h"
#include "cli/many.h"
#include "cli/opts.h"
#include "cli/tell.h"
#include "ct/tables.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* ------------------------------------------------------------------ flush */

/*
 * The one message that empties a table. A family in it is heeded by some
 * kernels and not by others (ctnetlink.md 6.3), so that of one family is the
 * deletion of its entries.
 */
static int flush_table(struct job *j)
{
	static const char *const emptied[] = {
		"connection tracking table has been emptied.",
		"expectation table has been emptied.",
	};
	struct nl_put *m = job_request(j);
	size_t mark;
	int r;

	if (j->q->filter.family && !j->expect) {
		r = many_delete(j);
		if (r == 0)
			tell_sentence(emptied[0]);
		return r;
	}
	mark = nl_msg_begin(m, j->expect ?
		nl_msg_type(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_DELETE) :
		nl_msg_type(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE),
		NLM_F_ACK, AF_UNSPEC);
	nl_msg_end(m, mark);
	r = job_ask(j, job_show);
	if (r == 0)
		tell_sentence(emptied[j->expect]);
	return r;
}

/* ----------------------------------------------------------- expectations */

/* The masks of an expectation; where a bit is 0, the kernel wants it said. */
static void complete_mask(struct ct_expect *x, const struct ct_filter *f)
{
	x->mask.addr[CT_SRC_END] = f->mask[CT_SRC_END];
	x->mask.addr[CT_DST_END] = f->mask[CT_DST_END];
	x->mask.has |= x->tuple.has;
	x->mask.proto = x->tuple.proto;
}

static int create_expect(struct job *j)
{
	struct ct_expect *x = &j->exp;
	const struct ct_filter *f = &j->q->filter;
	struct nl_put *m = job_request(j);
	size_t mark = nl_msg_begin(m, nl_msg_type(NFNL_SUBSYS_CTNETLINK_EXP,
				   IPCTNL_MSG_EXP_NEW),
				   NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
				   f->family);

	*x = j->q->expect;
	x->master = f->dir[CT_ORIG];
	x->tuple.proto = x->master.proto;
	x->tuple.has |= CT_PROTO;
	complete_mask(x, f);
	x->timeout = j->q->change.timeout;
	x->has |= CT_EXP_TIMEOUT;
	nl_encode(&ct_expect_table, x, m);
	nl_msg_end(m, mark);
	return job_ask(j, job_show);
}

static int delete_expect(struct job *j)
{
	struct nl_put *m = job_request(j);
	size_t mark = nl_msg_begin(m, nl_msg_type(NFNL_SUBSYS_CTNETLINK_EXP,
				   IPCTNL_MSG_EXP_DELETE), NLM_F_ACK,
				   j->q->filter.family);
	int r;

	ct_put_tuple(m, CTA_EXPECT_TUPLE, &j->q->filter.dir[CT_ORIG]);
	nl_msg_end(m, mark);
	r = job_ask(j, job_show);
	j->count = r == 0;
	return r;
}

/* --------------------------------------------------------------- commands */

/* Labels to set, and, under the mask, those to take away. */
static void settle_labels(struct cli_req *q)
{
	struct ct_change *c = &q->change;

	if (!(q->seen & (opt_bit(OPT_LABEL_ADD) | opt_bit(OPT_LABEL_DEL))))
		return;
	c->has |= CT_LABELS;
	c->labels = q->add.bits;
	c->label_mask = q->add.has ? q->add.bits : q->del.bits;
	if (!q->add.has && !q->del.has)	/* all that an entry has room for */
		memset(&c->label_mask, 0xff, CT_LABEL_BYTES);
}

void change_settle(struct cli_req *q)
{
	struct ct_filter *f = &q->filter;
	struct ct_change *c = &q->change;

	_Static_assert(CT_F_STATUS == CT_STATUS && CT_F_MARK == CT_MARK,
		       "bits of filters and of flows");

	if (!(q->cmd & (CMD_CREATE | CMD_ADD | CMD_UPDATE)))
		return;
	c->has |= f->has & (CT_STATUS | CT_MARK);
	c->states = f->states;
	if (f->info.has)
		c->info = f->info;
	f->has &= ~(CT_F_STATUS | CT_F_MARK | CT_F_STATE);
	settle_labels(q);
	if (q->cmd == CMD_UPDATE)	/* selects by what is translated */
		f->info.has = 0;
	else if (f->has & CT_F_NAT)
		memcpy(c->nat, f->nat, sizeof(c->nat));
}

int change_table(struct job *j)
{
	switch (j->q->cmd) {
	case CMD_CREATE:
		return j->expect ? create_expect(j) : create_entry(j);
	case CMD_ADD:
		return create_entry(j);
	case CMD_UPDATE:
		return many_update(j);
	case CMD_DELETE:
		return j->expect ? delete_expect(j) : many_delete(j);
	case CMD_FLUSH:
		return flush_table(j);
	default:	/* -L -z */
		return many_zero(j);
	}
}

int change_line(struct job *j, const struct cli_req *q, uint32_t line,
		uint32_t *refused)
{
	struct engine *e = &engine;
	int make = q && q->cmd & (CMD_CREATE | CMD_ADD);
	int r;

	if (q)
		j->q = q;
	r = make ? create_line(j, q, line) : create_rest();
	if (r == 0 && q && !make) {
		r = change_table(j);
		if (r < 0 && !j->out->err) {
			out_flush(j->out);
			if (e->refused++ < TELL_LINES)
				tell_failure(q, r, &j->talk.ack);
			r = e->error = 0;	/* it was this line's alone */
		}
	}
	*refused = e->refused;
	if (r == 0 && e->batch.count == 0 && engine_stopped())
		r = EXIT_FAILED;
	return r;
}
