/* SPDX-License-Identifier: MIT */
#include "cli/watch.h"

#include "cli/file.h"
#include "cli/job.h"
#include "cli/opts.h"
#include "cli/owner.h"
#include "cli/signals.h"
#include "cli/tell.h"
#include "nl/listen.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* The receive buffer, unless -b says how large it is. */
#define ROOM_FIRST	(4u << 20)
#define ROOM_MAX	(64u << 20)

#define SECOND		1000000000u	/* in nanoseconds */

/* The listener; begins as zeros. */
static struct watch {
	struct job	*job;
	struct nl_sock	 sock;
	uint32_t	 room, most;	/* of the receive buffer */
	uint32_t	 overflows;
	uint64_t	 last_ns;	/* when the last one was */
	struct nl_slots	 slots;
} watch;

/* ---------------------------------------------------------------- receive */

/*
 * The kernel had to drop events. That is said once while it goes on. What was
 * received before is still good.
 */
static void overflow(struct watch *w)
{
	const uint64_t now = clock_now();

	if (now - w->last_ns > SECOND)
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
		j->how.program = owner_of(m->port);
	return job_put(j);
}

/*
 * Show what waits. Returns how many datagrams it was, all slots for an
 * overflow, or -errno. When all were filled, events come as fast as they are
 * read: before they come faster, the buffer grows.
 */
static int receive(struct watch *w)
{
	int n = nl_listen_recv(&w->sock, &w->slots);
	const int lost = n == -ENOBUFS;
	struct job *j = w->job;
	int r = 0;

	if ((lost || n == NL_SLOTS) && w->room < w->most)
		nl_listen_room(&w->sock, w->room *= 2);
	if (lost) {
		overflow(w);
		return NL_SLOTS;
	}
	if (j->how.show & FMT_STAMP)
		j->how.now_ns = clock_now();
	for (int i = 0; i < n && r >= 0; i++) {
		struct nl_run run = nl_slot_run(&w->slots, i);
		struct nl_msg m;

		while ((r = nl_msg_next(&run, &m)) > 0 &&
		       (r = show_event(j, &m)) == 0)
			;
	}
	return r < 0 ? r : n;
}

/*
 * Events are written when no more of them wait, and many at a time while they
 * do. Returns -errno, or not, at a signal or when nobody reads any more; both
 * may be in j->out->err as well.
 */
static int loop(struct watch *w)
{
	enum { EVENTS, SIGNALS, READER, ALL };
	struct out *o = w->job->out;
	struct pollfd p[] = {
		[EVENTS]  = { .fd = w->sock.fd, .events = POLLIN },
		[SIGNALS] = { .fd = o->stop, .events = POLLIN },
		[READER]  = { .fd = o->fd },	/* POLLERR comes unasked */
	};
	int n = 0;

	do {
		/* with all slots filled, more may wait, or nothing */
		poll(p, ALL, n == NL_SLOTS ? 0 : -1);
		n = p[EVENTS].revents ? receive(w) : 0;
		if (n != NL_SLOTS)
			out_flush(o);
	} while (n >= 0 && !o->err && !p[SIGNALS].revents &&
		 !p[READER].revents);
	out_flush(o);
	return n;
}

/* ------------------------------------------------------------------ begin */

/* What the kernel's setting keeps from being told, if there are n entries. */
static void hint_setting(uint32_t n)
{
	char value[8];

	if (file_read("/proc/sys/net/netfilter/nf_conntrack_events", value,
		      sizeof(value)) <= 0)
		return;
	if (value[0] == '0' || (value[0] == '2' && n > 0))
		tell_setting(value[0] == '2');
}

/* Begin to listen. Returns 0 or -errno. */
static int begin(struct watch *w)
{
	const struct cli_req *q = w->job->q;
	const int fixed = (q->seen & opt_bit(OPT_BUFFER_SIZE)) != 0;
	int r = nl_sock_open(&w->sock);
	uint32_t room;

	if (r < 0)
		return r;
	/* The place for a filter in the kernel: before any event is queued. */
	w->room = fixed ? q->room :
		  q->seen & opt_bit(OPT_SNAPSHOT) ? ROOM_MAX : ROOM_FIRST;
	w->most = fixed ? 0 : ROOM_MAX;
	room = nl_listen_room(&w->sock, w->room);
	if (fixed) {
		tell_numbers("NOTICE: Netlink socket buffer size has been set "
			     "to % bytes.\n", room, 0);
		if (room / 2 < w->room)
			tell_line("hint: net.core.rmem_max allows no more");
	}
	return nl_listen_to(&w->sock, w->job->expect ? CT_GROUPS_EXPECT :
			    q->groups ? q->groups : CT_GROUPS_FLOW);
}

/* Say how many lines were written; what is counted from now on, anew. */
static void tell_shown(struct job *j, int kind)
{
	tell_count(j->count - j->out->unwritten, kind + j->expect, "shown");
	j->count = j->out->unwritten;
}

/* The entries of now, like -L; their events wait meanwhile. */
static int snapshot(struct job *j)
{
	int r = job_list(j);

	out_flush(j->out);
	if (r == 0 || j->out->err)
		tell_shown(j, 0);
	return r;
}

/* What the user should know at the end. */
static void end(struct watch *w)
{
	const uint32_t drops = nl_listen_drops(&w->sock);
	const uint32_t lines = w->job->out->unwritten;

	tell_shown(w->job, TELL_EVENTS);
	if (drops | w->overflows)
		tell_numbers(drops ? "hint: % overflows, % events are lost\n"
				   : "hint: % overflows, events are lost\n",
			     w->overflows, drops);
	if (lines)
		tell_numbers("hint: % lines could not be written\n", lines, 0);
}

/* Not in line, beside main's buffers: offsets in a small frame are short. */
__attribute__((noinline))
int cli_watch(const struct cli_req *q, const struct cli_world *world)
{
	struct watch *w = &watch;
	struct job *j = job_open(q, world);
	struct out *o = world->out;
	int r;

	if (!j)
		return EXIT_FAILED;
	w->job = j;
	ct_plan(&j->plan, CT_SHOW, q->table, &q->filter);
	r = job_count(j);	/* loads the kernel's module, too */
	if (r < 0 && r != -EPERM)
		return job_fail(j, r);
	o->stop = signals_open();
	if (r == 0)
		r = begin(w);
	if (r < 0)
		return tell_no_events(j->expect, r);
	hint_setting(j->count);
	j->count = 0;
	if (q->seen & opt_bit(OPT_SNAPSHOT))
		r = snapshot(j);
	if (r == 0 && !o->err)
		r = loop(w);
	end(w);
	if (o->err == -ECANCELED || o->err == -EPIPE)
		return EXIT_DONE;
	return r < 0 || o->err ? job_fail(j, r) : EXIT_DONE;
}
