/* SPDX-License-Identifier: MIT */
#include "cli/run.h"

#include "cli/by.h"
#include "cli/change.h"
#include "cli/file.h"
#include "cli/help.h"
#include "cli/job.h"
#include "cli/opts.h"
#include "cli/sandbox.h"
#include "cli/tell.h"
#include "cli/watch.h"
#include "ct/count.h"
#include "ct/tables.h"
#include "fmt/fmt.h"
#include "fmt/stats.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libc's isatty() is twice as large. */
static int is_terminal(int fd)
{
	struct winsize size;

	return syscall(SYS_ioctl, fd, TIOCGWINSZ, &size) == 0;
}

int job_decode(struct job *j, uint8_t family, struct nl_run attrs)
{
	ct_flow_clear(&j->flow);
	j->flow.family = family;
	return nl_layout_decode(&j->layouts, &ct_flow_table, attrs, &j->flow);
}

int job_take_flow(struct job *j, const struct nl_msg *m)
{
	uint32_t wants = j->plan.wants;
	int r;

	if (wants) {
		ct_flow_clear(&j->flow);
		j->flow.family = m->family;
		r = nl_decode(&ct_flow_table, m->attrs, wants, &j->flow);
		if (r < 0)
			return r;
		if (!ct_match(j->plan.filter, &j->flow))
			return 0;
	}
	r = job_decode(j, m->family, m->attrs);
	return r < 0 ? r : 1;
}

/* A part of the format's frame. */
static void put_frame(struct job *j, unsigned part)
{
	if (j->fmt->frame)
		out_str(j->out, cli_part(j->fmt->frame, part));
}

void job_between(struct job *j)
{
	put_frame(j, j->shown ? FMT_BETWEEN : FMT_BEGIN);
	j->shown = 1;
}

void job_behind(struct job *j)
{
	put_frame(j, FMT_BEHIND);
}

static void put_record(struct job *j)
{
	job_between(j);
	if (j->expect)
		j->fmt->expect(j->out, &j->exp, &j->how);
	else
		j->fmt->flow(j->out, &j->flow, &j->how);
	job_behind(j);
}

void job_put_flow(struct job *j)
{
	struct ct_flow *f = &j->flow;

	if (f->has & CT_USE && f->use > j->extra_use)
		f->use -= j->extra_use;
	put_record(j);
}

void job_end(struct job *j)
{
	put_frame(j, j->shown ? FMT_END : FMT_NONE);
}

/* Nothing filters expectations. */
int job_take(struct job *j, const struct nl_msg *m)
{
	int r;

	if (!j->expect)
		return job_take_flow(j, m);
	ct_expect_clear(&j->exp);
	j->exp.family = m->family;
	r = nl_decode(&ct_expect_table, m->attrs, NL_ALL, &j->exp);
	return r < 0 ? r : 1;
}

int job_put(struct job *j)
{
	if (j->q->bys) {
		int r = by_add(j);

		j->count += r == 0;
		return r;
	}
	/* Whole lines go out together only if there is room for this one. */
	if (out_stop.fd && j->out->len > j->out->cap / 2)
		out_flush(j->out);
	if (j->expect)
		put_record(j);
	else
		job_put_flow(j);
	j->count += !j->out->err;
	return j->out->err;
}

void job_now(struct job *j)
{
	j->how.now_ns = clock_now();
	if (j->quiet || j->how.now_ns - j->told_ns < CLOCK_SECOND / 10)
		return;
	if (j->told_ns)		/* what is soon done needs none */
		tell_progress(j->count);
	j->told_ns = j->how.now_ns;
}

int job_show(const struct nl_msg *m, void *job)
{
	struct job *j = job;
	int r;

	if (m->type != j->type)
		return 0;
	if (m->body.p == j->first)	/* once a datagram is enough */
		job_now(j);
	r = job_take(j, m);
	return r <= 0 ? r : job_put(j);
}

struct nl_put *job_request(struct job *j)
{
	nl_put_init(&j->req, j->req_buf, sizeof(j->req_buf));
	return &j->req;
}

int job_ask(struct job *j, int (*each)(const struct nl_msg *m, void *job))
{
	sandbox_calls(j);
	return nl_talk(&j->talk, &j->req, each, j);
}

/*
 * Only what takes its time tells how far it is, and only on a terminal that
 * shows nothing else meanwhile.
 */
static int is_quiet(const struct cli_req *q)
{
	const uint32_t still = CMD_FLUSH | CMD_LOAD;

	return (!q->bys && !(q->cmd & (still | CMD_UPDATE | CMD_DELETE))) ||
	       (!q->bys && !(q->cmd & still) && is_terminal(STDOUT_FILENO)) ||
	       !is_terminal(STDERR_FILENO);
}

/* A record of the last list: nothing else will be asked. */
static int show_last(const struct nl_msg *m, void *job)
{
	const struct job *j = job;

	if (j->talk.records == 1)
		sandbox_rights(j);
	return job_show(m, job);
}

/* A look-up that went well has one record. */
static int one_record(const struct job *j, int r)
{
	return r == 0 && j->talk.records != 1 ? -EBADMSG : r;
}

int job_ask_planned(struct job *j,
		    int (*each)(const struct nl_msg *m, void *arg), void *arg)
{
	int r = 0;

	sandbox_calls(j);
	for (unsigned i = 0; r == 0 && i < j->plan.n; i++) {
		if (each == job_show && i + 1 == j->plan.n)
			each = show_last;
		do {	/* a question that was answered is not asked again */
			ct_plan_request(&j->plan, i, job_request(j));
			r = nl_talk(&j->talk, &j->req, each, arg);
		} while ((r == -EINVAL || r == -EOPNOTSUPP) &&
			 !j->talk.records && j->q->cmd != CMD_GET &&
			 ct_plan_simplify(&j->plan));
	}
	return j->plan.single ? one_record(j, r) : r;
}

/* Of the end of a list, or of a change that went well. */
static void advise(const struct job *j)
{
	const struct cli_req *q = j->q;
	const uint64_t given = q->seen | q->not_seen;

	if (j->off)
		tell_setting(j->off, TELL_OFF);
	if (j->no_room)
		tell_hint(TELL_NO_ROOM);
	if (q->cmd == CMD_LIST && !j->count && q->table == CT_TABLE_CONNTRACK &&
	    !(given & ~CLI_NO_FILTERS) && is_terminal(STDERR_FILENO))
		tell_hint(TELL_EMPTY);
}

/* The old tool's stdout waits in a buffer unless it is a terminal's. */
int job_finish(struct job *j)
{
	struct out *o = j->out;

	if (j->counted && is_terminal(STDOUT_FILENO) && out_flush(o) < 0)
		return tell_write_failure(o->err);
	if (j->counted)
		tell_count(j->count, j->expect, j->counted);
	advise(j);
	return out_flush(o) < 0 ? tell_write_failure(o->err) : EXIT_DONE;
}

int job_fail(struct job *j, int error)
{
	struct out *o = j->out;

	if (out_flush(o) < 0)
		return tell_write_failure(o->err);
	return tell_failure(j->q, error, &j->talk.ack);
}

/* A list takes as much memory for ten entries as for a million: all now. */
static void take_pages(volatile char *buf, size_t n)
{
	for (size_t i = 0; i < n; i += 4096)
		buf[i] = 0;
}

int job_list(struct job *j)
{
	int r;

	j->extra_use = j->plan.single;
	r = job_ask_planned(j, job_show, j);
	/* a look-up that finds nothing: an empty list */
	return r == -ENOENT && j->plan.single ? 0 : r;
}

/* -L and -G. */
static int show(struct job *j)
{
	int get = j->q->cmd == CMD_GET;

	ct_plan(&j->plan, get ? CT_LOOKUP : CT_SHOW, j->q->table,
		&j->q->filter);
	/* Without -f, expectations of IPv4, as ever: compat.md 3. */
	if (j->expect && !get && j->plan.family[0] == 0)
		j->plan.family[0] = 2;
	if (!get) {
		take_pages(j->w->recv, NL_RECV_BUF);
		take_pages(j->out->buf, j->out->cap);
	}
	if (j->q->seen & opt_bit(OPT_ZERO))
		return change_table(j);
	return get ? job_ask_planned(j, job_show, j) : job_list(j);
}

static int each_count(const struct nl_msg *m, void *arg)
{
	struct job *j = arg;

	return ct_count_read(m, &j->count);
}

/*
 * One number is read, and -C is over: a sandbox would be a sixth of its time.
 * -E has no socket yet to listen on.
 */
int job_count(struct job *j)
{
	ct_count_request(job_request(j));
	return one_record(j, nl_talk(&j->talk, &j->req, each_count, j));
}

static int count_expect(const struct nl_msg *m, void *arg)
{
	struct job *j = arg;

	if (m->type == j->type)
		j->count++;
	return 0;
}

#define GAUGE(name)	"# TYPE conntrack_" name " gauge\nconntrack_" name " "

static int count(struct job *j)
{
	int r;

	if (j->expect) {
		ct_plan(&j->plan, CT_SHOW, CT_TABLE_EXPECT, &j->q->filter);
		r = job_ask_planned(j, count_expect, j);
	} else {
		r = job_count(j);
		if (r < 0 && file_setting("count", &j->count) == 0)
			r = 0;	/* netlink refuses, but it is there */
	}
	if (r < 0)
		return r;
	if (j->q->show & SHOW_METRICS)
		fmt_count(j->out, j->count, j->expect ?
			  GAUGE("expectations") : GAUGE("entries"),
			  "\n" FMT_EOF);
	else if (j->q->show & SHOW_ANY_JSON)
		fmt_count(j->out, j->count, "{\"count\":", "}\n");
	else
		fmt_count(j->out, j->count, "", "\n");
	return 0;
}

static int each_stats(const struct nl_msg *m, void *arg)
{
	const enum ct_list lists[] = { CT_STATS_NAMES, CT_EXPECT_STATS_NAMES };
	struct job *j = arg;
	const enum ct_list names = lists[j->expect];
	int r;

	if (m->type != ct_stats_type(j->expect))
		return 0;
	r = ct_stats_read(m, &j->stats);
	if (r < 0)
		return r;
	if (!j->metric) {
		job_between(j);
		fmt_stats(j->out, &j->stats, names, j->fmt != &fmt_plain);
		job_behind(j);
	} else if (j->stats.has >> j->metric & 1) {
		fmt_metric(j->out, &j->stats, names, j->metric, !j->shown);
		j->shown = 1;
	}
	return j->out->err;
}

/* The columns of the kernel's own table, when netlink refuses. */
static int proc_stats(struct job *j)
{
	char *text = j->w->recv;
	long n = file_read("/proc/net/stat/nf_conntrack", text, NL_RECV_BUF);

	if (n < 0)
		return (int)n;
	return fmt_proc_stats(j->out, text, j->expect);
}

static int ask_stats(struct job *j)
{
	ct_stats_request(job_request(j), j->expect);
	return job_ask(j, each_stats);
}

/* A family of samples for each counter: the kernel is asked for each. */
static int metrics(struct job *j)
{
	int r = 0;

	for (j->metric = 1; r == 0 && j->metric < CT_STATS_MAX; j->metric++) {
		j->shown = 0;
		r = ask_stats(j);
	}
	if (r == 0)
		out_str(j->out, FMT_EOF);
	return r;
}

static int stats(struct job *j)
{
	int r;

	if (j->q->show & SHOW_METRICS)
		return metrics(j);
	r = ask_stats(j);
	if (r < 0 && !j->shown && j->fmt == &fmt_plain &&
	    proc_stats(j) == 0)
		r = 0;
	return r;
}

void job_format(struct job *j, uint32_t show, uint32_t cmds)
{
	/* the old tool's documents; what it prints else has no frame */
	const int whole = (cmds & (CMD_LIST | CMD_GET | CMD_EVENT)) != 0;

	j->fmt = show & (SHOW_SAVE | SHOW_RESTORE) ? &fmt_save :
		 show & SHOW_XML ? !whole ? &fmt_xml_bare :
				   j->expect ? &fmt_xml_expect : &fmt_xml :
		 show & SHOW_JSONL || (show & SHOW_JSON && cmds & CMD_EVENT) ?
		 &fmt_jsonl : show & SHOW_JSON ? &fmt_json : &fmt_plain;
	if (j->w->color == COLOR_ALWAYS ||
	    (j->w->color == COLOR_AUTO && is_terminal(STDOUT_FILENO)))
		show |= FMT_COLOR;
	j->how.show = show;
	j->how.labels = j->w->labels;
	j->how.zone = j->w->zone;
}

/* What the user asks for, and the kernel was told not to note. */
static const char *off(const struct cli_req *q)
{
	const char *name = q->show & SHOW_KTIME ? "timestamp" :
			   q->seen & opt_bit(OPT_ZERO) ? "acct" : NULL;
	uint32_t v = 1;

	if (name)
		file_setting(name, &v);
	return v ? NULL : name;
}

struct job *job_open(const struct cli_req *q, const struct cli_world *w)
{
	static struct job j;
	static struct nl_sock sock;
	int r = nl_sock_open(&sock);

	if (r < 0) {
		tell_failure(q, r, NULL);
		return NULL;
	}
	j.q = q;
	j.w = w;
	j.out = w->out;
	j.expect = q->table == CT_TABLE_EXPECT;
	j.off = off(q);
	j.quiet = is_quiet(q);
	j.type = j.expect ?
		 nl_msg_type(NFNL_SUBSYS_CTNETLINK_EXP, IPCTNL_MSG_EXP_NEW) :
		 nl_msg_type(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW);
	job_format(&j, q->show, q->cmd);
	j.talk.sock = &sock;
	j.talk.buf = w->recv;
	j.talk.cap = NL_RECV_BUF;
	j.first = (const uint8_t *)w->recv + NL_HDR;
	return &j;
}

/* What a command is said to have done; NULL: nothing is said. */
static const char *done(const struct cli_req *q)
{
	/* by the bit of the command */
	static const char words[] =
		"shown\0created\0added\0updated\0deleted\0shown";
	const int expect = q->table == CT_TABLE_EXPECT;

	if (q->bys)
		return "counted";
	if (q->cmd == CMD_FLUSH)	/* as far as it came */
		return "deleted";
	if (q->cmd > CMD_GET || (expect && q->cmd & ~(CMD_LIST | CMD_DELETE)))
		return NULL;
	return cli_part(words, (unsigned)__builtin_ctz(q->cmd));
}

static int on_socket(const struct cli_req *q, const struct cli_world *w,
		     int (*command)(struct job *j))
{
	/* that found nothing is a failure of these */
	const uint32_t finds = CMD_GET | CMD_UPDATE | CMD_DELETE;
	struct job *j = job_open(q, w);
	int r, end;

	if (!j)
		return EXIT_FAILED;
	r = command(j);
	tell_progress_end();
	if (r == 0 && q->bys)
		by_show(j);
	if (r < 0) {
		if (q->cmd & (CMD_UPDATE | CMD_DELETE | CMD_FLUSH) &&
		    j->count > 0)
			tell_count(j->count, j->expect, done(q));
		return job_fail(j, r);
	}
	if (r == 0 && q->cmd != CMD_COUNT && q->cmd != CMD_FLUSH)
		job_end(j);
	if (r > 0 || q->cmd != CMD_FLUSH)
		j->counted = done(q);
	end = job_finish(j);
	return q->cmd & finds && j->count == 0 ? EXIT_FAILED :
	       end != EXIT_DONE ? end : r;
}

static int print_only(const struct cli_req *q, const struct cli_world *w)
{
	struct out *o = w->out;

	if (q->cmd == CMD_HELP)
		cli_help(o, q);
	else {
		out_str(o, tell_version);
		out_char(o, '\n');
	}
	return out_flush(o) < 0 ? tell_write_failure(o->err) : EXIT_DONE;
}

int cli_run(const struct cli_req *q, const struct cli_world *w)
{
	switch (q->cmd) {
	case CMD_LIST:
	case CMD_GET:
		return on_socket(q, w, show);
	case CMD_COUNT:
		return on_socket(q, w, count);
	case CMD_STATS:
		return on_socket(q, w, stats);
	case CMD_CREATE:
	case CMD_ADD:
	case CMD_UPDATE:
	case CMD_DELETE:
	case CMD_FLUSH:
		return on_socket(q, w, change_table);
	case CMD_EVENT:
		return cli_watch(q, w);
	default:
		return print_only(q, w);
	}
}
