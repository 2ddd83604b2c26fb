/* SPDX-License-Identifier: MIT */
#include "cli/watch.h"

#include "cli/file.h"
#include "cli/job.h"
#include "cli/opts.h"
#include "cli/owner.h"
#include "cli/sandbox.h"
#include "cli/signals.h"
#include "cli/tell.h"
#include "ct/bpf.h"
#include "nl/listen.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/*
 * The most that the receive buffer holds, unless -b says it. The kernel counts
 * everything twice: on a small machine it is an eighth of the memory. None of
 * it is taken before events wait; later there is no right to raise it.
 */
#define ROOM_MAX	(64u << 20)

/* The listener. */
struct watch {
	struct nl_sock	 sock;
	uint32_t	 overflows;
	uint64_t	 last_ns;	/* when the last one was */
	uint32_t	 unread;	/* events that nobody wants any more */
};

static struct nl_slots slots;
static struct sock_filter program[CT_BPF_MAX];

/* ---------------------------------------------------------------- receive */

/*
 * The kernel had to drop events. That is said once while it goes on. What was
 * received before is still good.
 */
static void overflow(struct watch *w, uint64_t now)
{
	if (now - w->last_ns > CLOCK_SECOND)
		tell_line("WARNING: We have hit ENOBUFS! "
			  "We are losing events.");
	w->last_ns = now;
	w->overflows++;
}

static int show_event(struct job *j, const struct nl_msg *m)
{
	const unsigned message = (unsigned)(m->type - j->type);
	int r = 0;

	j->how.event = ct_event_of(message, m->flags);
	if (j->how.event)
		r = job_take(j, m);
	if (r <= 0)
		return r;
	/* In a list, no mark is a mark of 0; an event is not about it. */
	if (j->q->filter.has & CT_F_MARK && !(j->flow.has & CT_MARK))
		return 0;
	j->how.port = m->port;
	if (m->port)
		j->how.program = owner_of(m->port, j->how.now_ns);
	return job_put(j);
}

/*
 * Show what waits. Returns how many datagrams it was, all slots for an
 * overflow, or -errno.
 */
static int receive(struct watch *w, struct job *j)
{
	int n = nl_listen_recv(&w->sock, &slots);
	int r = 0, i;

	j->how.now_ns = clock_now();
	if (n == -ENOBUFS) {
		overflow(w, j->how.now_ns);
		return NL_SLOTS;
	}
	for (i = 0; i < n && r >= 0; i++) {
		struct nl_run run = nl_slot_run(&slots, i);
		struct nl_msg m;

		while ((r = nl_msg_next(&run, &m)) > 0 &&
		       (r = show_event(j, &m)) == 0)
			;
	}
	if (r >= 0)
		return n;
	w->unread = (uint32_t)(n - i) + 1;
	return r;
}

/*
 * Events are written when no more of them wait, and many at a time while they
 * do. Returns -errno, or not, at a signal or when nobody reads any more; both
 * may be in j->out->err as well.
 */
static int loop(struct watch *w, struct job *j)
{
	enum { EVENTS, SIGNALS, READER, ALL };
	struct out *o = j->out;
	struct pollfd p[] = {
		[EVENTS]  = { .fd = w->sock.fd, .events = POLLIN },
		[SIGNALS] = { .fd = out_stop.fd, .events = POLLIN },
		[READER]  = { .fd = o->fd },	/* POLLERR comes unasked */
	};
	int n = 0;

	do {
		if (poll(p, ALL, o->len || n == NL_SLOTS ? 0 : -1) < 0 &&
		    errno != EINTR)
			return -errno;
		if (p[SIGNALS].revents)		/* what was before it */
			nl_listen_to(&w->sock, 0);
		n = p[EVENTS].revents | p[SIGNALS].revents ?
		    receive(w, j) : 0;
		if (n == 0)
			out_flush(o);
		/* behind what was received, an overflow may wait, and more */
	} while (n >= 0 && !o->err && !p[READER].revents &&
		 (!p[SIGNALS].revents || n > 0));
	out_flush(o);
	if (p[READER].revents & POLLNVAL)
		o->err = -EBADF;
	return n;
}

/* ------------------------------------------------------------------ begin */

/* What the kernel's settings keep from being told, if there are n entries. */
static void hint_settings(const char *off, uint32_t n)
{
	uint32_t v = 1;

	if (off)
		tell_setting(off, TELL_OFF);
	file_setting("events", &v);
	if (v == 0)
		tell_setting("events", TELL_OFF);
	if (v == 2 && n > 0)
		tell_setting("events", "2: no events of older entries");
}

/* A receive buffer as -b has it, which does not grow. */
static void set_room(const struct nl_sock *s, uint32_t bytes)
{
	const uint32_t room = nl_listen_room(s, bytes);

	tell_numbers("NOTICE: Netlink socket buffer size has been set to % "
		     "bytes.\n", room, 0);
	if (room / 2 < bytes)
		tell_line("hint: see net.core.rmem_max");
}

static uint32_t most_room(void)
{
	struct sysinfo i = { .totalram = 0 };
	uint64_t part;

	syscall(SYS_sysinfo, &i);
	part = (uint64_t)i.totalram * i.mem_unit / 16;
	return part - 1 < ROOM_MAX ? (uint32_t)part : ROOM_MAX;
}

/* Begin to listen. Returns 0 or -errno. */
static int begin(struct watch *w, const struct job *j)
{
	const struct cli_req *q = j->q;
	struct nl_bpf bpf = { .insn = program, .cap = CT_BPF_MAX };
	int r = nl_sock_open(&w->sock);

	if (r < 0)
		return r;
	if (!j->expect) {	/* refused or not, what arrives is matched */
		ct_bpf(&bpf, &q->filter);
		nl_sock_filter(&w->sock, &bpf);
	}
	if (q->seen & opt_bit(OPT_BUFFER_SIZE))
		set_room(&w->sock, q->room);
	else
		nl_listen_room(&w->sock, most_room());
	return nl_listen_to(&w->sock, j->expect ? CT_GROUPS_EXPECT :
			    q->groups ? q->groups : CT_GROUPS_FLOW);
}

/*
 * Say how many records were written; what is counted from now on, anew. When
 * the head of a document is among the lines left, there are more of these.
 */
static void tell_shown(struct job *j, int kind)
{
	if (j->count < j->out->unwritten)
		j->count = j->out->unwritten;
	tell_count(j->count - j->out->unwritten, kind + j->expect, "shown");
	j->count = j->out->unwritten;
}

/* The entries of now, like -L; their events wait meanwhile. */
static int snapshot(struct job *j)
{
	int r = job_list(j);

	out_flush(j->out);
	tell_shown(j, 0);
	return r;
}

/* What the user should know at the end. */
static void end(struct watch *w, struct job *j)
{
	uint32_t lines = j->out->unwritten + w->unread, drops;
	int n;

	nl_listen_to(&w->sock, 0);
	do {	/* when nobody reads, some are left */
		n = nl_listen_recv(&w->sock, &slots);
		lines += n > 0 ? (uint32_t)n : 0;
	} while (n == NL_SLOTS || n == -ENOBUFS);
	drops = nl_listen_drops(&w->sock);
	n = (int)j->out->unwritten;
	job_end(j);
	out_flush(j->out);
	j->out->unwritten = (unsigned)n;	/* what ends a document is none */
	tell_shown(j, TELL_EVENTS);
	if (drops | w->overflows)
		tell_numbers(drops ? "hint: % overflows, % events lost\n"
				   : "hint: % overflows\n",
			     w->overflows, drops);
	if (lines)
		tell_numbers("hint: up to % not shown\n", lines, 0);
}

/* Not in line, beside main's buffers: offsets in a small frame are short. */
__attribute__((noinline))
int cli_watch(const struct cli_req *q, const struct cli_world *world)
{
	struct job *j = job_open(q, world);
	struct watch w = { .overflows = 0 };
	struct out *o = world->out;
	int r;

	if (!j)
		return EXIT_FAILED;
	ct_plan(&j->plan, CT_SHOW, q->table, &q->filter);
	r = job_count(j);	/* loads the kernel's module, too */
	if (r < 0 && r != -EPERM)
		return job_fail(j, r);
	out_stop.fd = signals_open();
	if (r == 0)
		r = begin(&w, j);
	if (r < 0)
		return tell_no_events(j->expect, r);
	sandbox_calls(j);
	hint_settings(j->off, j->count);
	j->count = 0;
	if (q->seen & opt_bit(OPT_SNAPSHOT))
		r = snapshot(j);
	sandbox_rights(j);
	if (r == 0 && !o->err)
		r = loop(&w, j);
	end(&w, j);
	if (o->err == -EPIPE)
		return EXIT_DONE;
	return r < 0 || o->err ? job_fail(j, r) : EXIT_DONE;
}
