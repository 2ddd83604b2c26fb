/* SPDX-License-Identifier: MIT */
#include "cli/many.h"

#include "cli/engine.h"
#include "ct/tables.h"

#include <errno.h>

static int push_delete(struct engine *e, const struct nl_msg *m)
{
	size_t mark;
	struct slot *s = engine_begin(e, IPCTNL_MSG_CT_DELETE, 0, m->family,
				      &mark);
	int r;

	engine_keep(e, s, m->attrs.p, m->attrs.left);
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
		engine_refuse(e, s, error);
		return 0;
	}
	j->count++;
	if (j->q->cmd == CMD_FLUSH)
		return 0;
	error = engine_recall(e, s);
	if (error == 0)
		job_put_flow(j);
	return error;
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

	if (r < 0)
		e->error = r;
	if (r <= 0)
		return 0;
	s = engine_begin(e, IPCTNL_MSG_CT_NEW, 0, m->family, &mark);
	s->asked = (uint8_t)!ct_change_is_plain(c);
	engine_keep(e, s, m->attrs.p, m->attrs.left);
	r = ct_name_entry(&e->batch.put, m->attrs, 0);
	ct_put_update(&e->batch.put, &e->to, c);
	if (r == 0)
		r = nl_batch_end(&e->batch, mark);
	if (r < 0 || !s->asked)
		return r;
	engine_begin(e, IPCTNL_MSG_CT_GET, 0, m->family, &mark);
	ct_name_entry(&e->batch.put, m->attrs, 0);
	return nl_batch_end(&e->batch, mark);
}

/* The entry with its change, as if it had been read again. */
static int show_changed(struct engine *e, const struct slot *s)
{
	struct job *j = e->job;
	struct ct_flow *f = &j->flow;
	int r = engine_recall(e, s);

	if (r < 0)
		return r;
	ct_change_apply(&e->to, f, &j->q->filter, &j->q->change);
	ct_change_merge(f, &e->to);
	f->use += !j->plan.single;	/* a look-up holds the entry as well */
	job_put_flow(j);
	return 0;
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
		if (error == 0)
			job_put_flow(j);
		return error;
	}
	if (change < s && change->asked)
		return 0;
	s->failed = (uint16_t)-error;
	if (!error) {
		j->count++;
		return s->asked ? 0 : show_changed(e, s);
	}
	if (error != -ENOENT && error != -ETIME &&
	    !(error == -ENOSPC && j->q->change.has == CT_LABELS))
		engine_refuse(e, s, error);	/* no room for labels: no change */
	if (error == -ENOSPC && j->q->add.has)
		j->no_room = !j->q->line;
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

	engine_begin(e, IPCTNL_MSG_CT_GET_CTRZERO, 0, m->family, &mark);
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

	if (m->type != e->job->type || e->error)
		return 0;	/* a dump is read to its end */
	if (m->attrs.left > RECORD_MAX)
		return -EMSGSIZE;
	r = job_take_flow(e->job, m);
	if (r > 0)
		r = e->push(e, m);
	return r == 0 ? engine_room(e) : r;
}

/* Dump, match, change. */
static int change_many(struct job *j, enum ct_verb verb,
		       int (*push)(struct engine *e, const struct nl_msg *m),
		       int (*hear)(const struct nl_msg *m, int error,
				   void *arg))
{
	struct engine *e = &engine;
	int r = engine_open(e, j, hear);

	if (r < 0)
		return r;
	e->push = push;
	e->error = 0;
	e->batch.max = push == push_delete || (push == push_update &&
		       ct_change_is_plain(&j->q->change)) ?
		       NL_BATCH_MAX : NL_BATCH_RECORDS;
	ct_plan(&j->plan, verb, CT_TABLE_CONNTRACK, &j->q->filter);
	/* a look-up holds the entry as well, and so does -z */
	j->extra_use = push == push_zero ||
		       (push == push_delete && j->plan.single);
	r = job_ask_planned(j, each_entry, e);
	if (r == -ENOENT && j->plan.single)
		r = 0;
	if (r == 0 && !e->error && e->batch.count > 0)
		r = engine_flush(e);
	nl_batch_drop(&e->batch);	/* what a failure left */
	e->kept = 0;
	return r != 0 ? r : e->error;
}

int many_delete(struct job *j)
{
	const struct fmt_how usual = j->how;
	int r;

	j->how.show |= FMT_DELETED;
	if (!(j->how.show & SHOW_ANY_JSON))
		j->how.labels = NULL;	/* without effect, as ever */
	r = change_many(j, CT_CHANGE, push_delete, hear_delete);
	j->how = usual;
	return r;
}

int many_update(struct job *j)
{
	return change_many(j, CT_CHANGE, push_update, hear_update);
}

int many_zero(struct job *j)
{
	j->first = engine.answers + NL_HDR;
	return change_many(j, CT_SHOW, push_zero, hear_zero);
}
