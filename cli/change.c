/* SPDX-License-Identifier: MIT */
#include "cli/change.h"

#include "cli/opts.h"
#include "cli/signals.h"
#include "cli/tell.h"
#include "ct/tables.h"
#include "nl/batch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define KEEP_BUF	65536u	/* records of a window */
#define RECORD_MAX	8192u	/* one of them; what it has is 5 KiB at most */

/* One request of a window. */
struct slot {
	uint32_t	 at;	/* where it begins in the window */
	uint32_t	 kept;	/* where its record is kept, ... */
	uint32_t	 len;	/* ... and how long it is */
	uint32_t	 line;	/* of the load file, or 0 */
	uint16_t	 cmd;
	uint16_t	 failed;	/* the error, or 0 */
	uint8_t		 family;
	uint8_t		 asked;		/* the next request reads the entry */
	struct ct_nat	 nat[2];	/* what -A asks for */
};

/* The engine; begins as zeros. */
static struct engine {
	struct job	*job;
	int		 (*push)(struct engine *e, const struct nl_msg *m);
	int		 signals;	/* readable when one came; 0, -1: none */
	uint32_t	 kept;		/* bytes in keep */
	uint32_t	 refused;	/* lines of a file */
	int		 error;		/* the first refusal */
	struct nl_batch	 batch;
	struct nl_talk	 talk;
	struct nl_sock	 sock;		/* beside the one of the dump */
	struct slot	 slot[NL_BATCH_MAX];
	struct ct_flow	 to;		/* an update */
	uint8_t		 requests[NL_BATCH_BUF];
	uint8_t		 answers[NL_RECV_BUF];
	uint8_t		 keep[KEEP_BUF];	/* records, or the kernel's words */
} engine;

/* Has a signal come? They wait until a window is done. */
static int stopped(const struct engine *e)
{
	struct pollfd p = { .fd = e->signals, .events = POLLIN };

	return e->signals > 0 && poll(&p, 1, 0) > 0;
}

/* ----------------------------------------------------------------- window */

/* Begin to collect requests; the socket is opened once. */
static int engine_open(struct engine *e, struct job *j,
		       int (*hear)(const struct nl_msg *m, int error,
				   void *arg))
{
	int r = 0;

	if (e->job && e->batch.hear == hear)
		return 0;
	if (!e->job) {
		r = nl_sock_open(&e->sock);
		e->signals = signals_open();
	}
	if (r < 0)
		return r;
	e->job = j;
	e->talk = (struct nl_talk){ .sock = &e->sock, .buf = e->answers,
				    .cap = sizeof(e->answers) };
	e->batch = (struct nl_batch){ .talk = &e->talk, .hear = hear,
				      .arg = e, .max = NL_BATCH_MAX };
	nl_put_init(&e->batch.put, e->requests, sizeof(e->requests));
	e->kept = 0;
	return 0;
}

/* Begin a request; its slot is the last one of the window. */
static struct slot *begin(struct engine *e, unsigned message, uint16_t flags,
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

/* Keep n bytes, as the record of a request until that is answered. */
static void keep(struct engine *e, struct slot *s, const void *p, size_t n)
{
	s->kept = e->kept;
	s->len = (uint32_t)n;
	memcpy(e->keep + e->kept, p, n);
	e->kept += s->len;
}

/* Send what is collected. Returns 0, -errno, or EXIT_FAILED: a signal waits. */
static int flush(struct engine *e)
{
	int r;

	e->job->how.now_ns = clock_now();
	r = nl_batch_flush(&e->batch);
	e->kept = 0;
	if (r == 0)
		r = e->error;
	return r == 0 && stopped(e) ? EXIT_FAILED : r;
}

/* Is there room for the next entry? Else send. Returns as flush() does. */
static int make_room(struct engine *e)
{
	if (e->batch.count + 2 < e->batch.max &&
	    e->kept + RECORD_MAX <= KEEP_BUF)
		return 0;
	return flush(e);
}

/*
 * A refusal: of the command, which it ends, or of a line of a file, of which
 * the first ones are told.
 */
static void refuse(struct engine *e, const struct slot *s, int error)
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

/* A record as it was kept. Smaller when not in line. */
__attribute__((noinline))
static int recall(struct engine *e, const struct slot *s)
{
	return job_decode(e->job, s->family,
			  (struct nl_run){ e->keep + s->kept, s->len });
}

/* ------------------------------------------------------- delete and update */

static int push_delete(struct engine *e, const struct nl_msg *m)
{
	size_t mark;
	struct slot *s = begin(e, IPCTNL_MSG_CT_DELETE, 0, m->family, &mark);
	int r;

	keep(e, s, m->attrs.p, m->attrs.left);
	r = ct_name_entry(&e->batch.put, m->attrs, 1);
	return r < 0 ? r : nl_batch_end(&e->batch, mark);
}

/* An entry that is gone meanwhile is no failure. */
static int hear_delete(const struct nl_msg *m, int error, void *arg)
{
	struct engine *e = arg;
	const struct slot *s = &e->slot[e->batch.done];
	struct job *j = e->job;

	if (m || error == -ENOENT)
		return 0;
	if (error) {
		refuse(e, s, error);
		return 0;
	}
	j->count++;
	if (j->q->cmd == CMD_FLUSH)
		return 0;
	error = recall(e, s);
	return error < 0 ? error : job_put_flow(j);
}

/*
 * The change of an entry; behind it, where the kernel has a say in what
 * becomes of the entry, a request that reads it.
 */
static int push_update(struct engine *e, const struct nl_msg *m)
{
	const struct cli_req *q = e->job->q;
	const struct ct_change *c = &q->change;
	struct slot *s;
	size_t mark;
	int r = ct_change_apply(&e->to, &e->job->flow, &q->filter, c);

	if (r <= 0)
		return r;
	s = begin(e, IPCTNL_MSG_CT_NEW, 0, m->family, &mark);
	s->asked = (uint8_t)!ct_change_is_plain(c);
	keep(e, s, m->attrs.p, m->attrs.left);
	r = ct_name_entry(&e->batch.put, m->attrs, 0);
	ct_put_update(&e->batch.put, &e->to, c);
	if (r == 0)
		r = nl_batch_end(&e->batch, mark);
	if (r < 0 || !s->asked)
		return r;
	begin(e, IPCTNL_MSG_CT_GET, 0, m->family, &mark);
	ct_name_entry(&e->batch.put, m->attrs, 0);
	return nl_batch_end(&e->batch, mark);
}

/* The entry with its change, as if it had been read again. */
static int show_changed(struct engine *e, const struct slot *s)
{
	struct job *j = e->job;
	struct ct_flow *f = &j->flow;
	int r = recall(e, s);

	if (r < 0)
		return r;
	ct_change_apply(&e->to, f, &j->q->filter, &j->q->change);
	ct_change_merge(f, &e->to);
	f->use += !j->plan.single;	/* a look-up holds the entry as well */
	return job_put_flow(j);
}

/* What is gone behind its change, as by -t 0, was changed all the same. */
static int hear_update(const struct nl_msg *m, int error, void *arg)
{
	struct engine *e = arg;
	struct job *j = e->job;
	const unsigned at = e->batch.done;
	struct slot *s = &e->slot[at];
	const struct slot *change = at > 0 ? s - 1 : s;

	if (m) {
		if (!change->asked || change->failed || m->type != j->type)
			return 0;
		error = job_decode(j, m->family, m->attrs);
		return error < 0 ? error : job_put_flow(j);
	}
	if (change < s && change->asked)
		return 0;
	s->failed = error != 0;
	if (!error) {
		j->count++;
		return s->asked ? 0 : show_changed(e, s);
	}
	if (error != -ENOENT && error != -ETIME &&
	    !(error == -ENOSPC && j->q->change.has == CT_LABELS))
		refuse(e, s, error);	/* no room for labels: no change */
	return 0;
}

/*
 * -z. A dump that zeroes loses the counters of an entry at the end of each
 * datagram (ctnetlink.md 3.3), so the dump only names the entries, and each
 * is read and zeroed by a request of its own, whose answer is shown.
 */
static int push_zero(struct engine *e, const struct nl_msg *m)
{
	size_t mark;
	int r;

	begin(e, IPCTNL_MSG_CT_GET_CTRZERO, 0, m->family, &mark);
	r = ct_name_entry(&e->batch.put, m->attrs, 0);
	return r < 0 ? r : nl_batch_end(&e->batch, mark);
}

static int hear_zero(const struct nl_msg *m, int error, void *arg)
{
	struct engine *e = arg;

	if (m)
		return job_show(m, e->job);
	return error == -ENOENT ? 0 : error;
}

/* An entry of the dump that the filter lets pass, to the engine. */
static int each_entry(const struct nl_msg *m, void *arg)
{
	struct engine *e = arg;
	int r;

	if (m->type != e->job->type)
		return 0;
	if (m->attrs.left > RECORD_MAX)
		return -EMSGSIZE;
	r = job_take_flow(e->job, m);
	if (r > 0)
		r = e->push(e, m);
	if (r == 0)
		r = make_room(e);
	return r != 0 ? r : e->error;
}

/* Dump, match, change. */
static int change_many(struct job *j, enum ct_verb verb,
		       int (*push)(struct engine *e, const struct nl_msg *m),
		       int (*hear)(const struct nl_msg *m, int error,
				   void *arg))
{
	struct engine *e = &engine;
	int r = engine_open(e, j, hear), last;

	if (r < 0)
		return r;
	e->push = push;
	e->error = 0;
	e->batch.max = push == push_delete || (push == push_update &&
		       ct_change_is_plain(&j->q->change)) ?
		       NL_BATCH_MAX : NL_BATCH_RECORDS;
	ct_plan(&j->plan, verb, CT_TABLE_CONNTRACK, &j->q->filter);
	if (push == push_delete)	/* a look-up holds the entry as well */
		j->extra_use = j->plan.single;
	r = job_ask_planned(j, each_entry, e);
	if (r == -ENOENT && j->plan.single)
		r = 0;
	last = r >= 0 && e->batch.count > 0 ? flush(e) : 0;
	return last != 0 ? last : r;
}

static int delete_entries(struct job *j)
{
	const struct fmt_how usual = j->how;
	int r;

	j->how.show |= FMT_DELETED;
	j->how.labels = NULL;	/* -o labels: without effect, as ever */
	r = change_many(j, CT_CHANGE, push_delete, hear_delete);
	j->how = usual;
	return r;
}

/* ----------------------------------------------------------------- create */

static int push_new(struct engine *e, const struct cli_req *q, uint32_t line)
{
	uint16_t flags = NLM_F_CREATE;
	struct slot *s;
	size_t mark;

	if (q->cmd == CMD_CREATE)
		flags |= NLM_F_EXCL;
	s = begin(e, IPCTNL_MSG_CT_NEW, flags, q->filter.family, &mark);
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
	keep(e, s, e->talk.ack.text, sizeof(e->talk.ack.text));
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
	static struct ct_filter f;

	memcpy(f.nat, s->nat, sizeof(f.nat));
	f.has = (f.src_nat.has_addr ? CT_F_SRC_NAT : 0) |
		(f.dst_nat.has_addr ? CT_F_DST_NAT : 0);
	return ct_match(&f, flow);
}

/* The attributes of a request that an entry takes when it stands already. */
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

		if (s->failed)
			memcpy(e->talk.ack.text, e->keep + s->kept, s->len);
		if (s->cmd == CMD_ADD &&
		    (error == -EOPNOTSUPP || error == -EBUSY)) {
			error = add_over(e, s);
			if (error == 0) {
				e->job->count++;
				redo_behind(e, s);
			}
		}
		if (error < 0)
			refuse(e, s, error);
	}
	e->batch.done = 0;
	e->kept = 0;
	return r < 0 ? r : e->error;
}

static int create(struct job *j)
{
	struct engine *e = &engine;
	int r = engine_open(e, j, hear_new);

	if (r < 0)
		return r;
	r = push_new(e, j->q, 0);
	if (r == 0)
		r = flush(e);
	return settle(e, r);
}

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
		r = delete_entries(j);
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
	const struct cli_words *add = &q->labels[CLI_LABELS_ADD];
	const struct cli_words *del = &q->labels[CLI_LABELS_DEL];

	if (!(q->seen & (opt_bit(OPT_LABEL_ADD) | opt_bit(OPT_LABEL_DEL))))
		return;
	c->has |= CT_LABELS;
	c->labels = add->bits;
	c->label_mask = add->n ? add->bits : del->bits;
	if (!add->n && !del->n)	/* all that an entry has room for */
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
		return j->expect ? create_expect(j) : create(j);
	case CMD_ADD:
		return create(j);
	case CMD_UPDATE:
		return change_many(j, CT_CHANGE, push_update, hear_update);
	case CMD_DELETE:
		return j->expect ? delete_expect(j) : delete_entries(j);
	case CMD_FLUSH:
		return flush_table(j);
	default:	/* -L -z */
		j->first = engine.answers + NL_HDR;
		j->extra_use = 1;
		return change_many(j, CT_SHOW, push_zero, hear_zero);
	}
}

int change_line(struct job *j, const struct cli_req *q, uint32_t line,
		uint32_t *refused)
{
	struct engine *e = &engine;
	int make = q && q->cmd & (CMD_CREATE | CMD_ADD);
	int r = 0;

	if (q)
		j->q = q;
	if (make) {
		r = engine_open(e, j, hear_new);
		if (r == 0)
			r = push_new(e, q, line);
		if (r != 0 || e->batch.count == 0)
			r = settle(e, r);
	} else if (e->batch.count > 0) {
		r = settle(e, flush(e));
	}
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
	if (r == 0 && e->batch.count == 0 && stopped(e))
		r = EXIT_FAILED;
	return r;
}
