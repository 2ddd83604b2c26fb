/* SPDX-License-Identifier: MIT */
#include "cli/watch.h"

#include "cli/file.h"
#include "cli/job.h"
#include "cli/opts.h"
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
	uint32_t	 room;		/* of the receive buffer */
	uint32_t	 overflows;
	uint64_t	 last_ns;	/* when the last one was */
	struct nl_slots	 slots;
} watch;

/* ---------------------------------------------------------------- receive */

/*
 * The kernel had to drop events. That is said once while it goes on, and the
 * buffer grows unless the user has chosen its size. What was received before
 * is still good.
 */
static void overflow(struct watch *w)
{
	const uint64_t now = clock_now();

	if (w->overflows++ == 0 || now - w->last_ns > SECOND)
		tell_line("WARNING: We have hit ENOBUFS! "
			  "We are losing events.");
	w->last_ns = now;
	if (w->room < ROOM_MAX && !w->job->q->room) {
		w->room *= 2;
		nl_listen_room(&w->sock, w->room);
	}
}

static int show_event(struct job *j, const struct nl_msg *m)
{
	const enum ct_event event = ct_event_of(m->type, m->flags, j->expect);
	int r;

	if (event == CT_EVENT_NONE)
		return 0;
	r = job_take(j, m);
	if (r <= 0)
		return r;
	/* A list's entry without a mark has one of 0; an event is not about it. */
	if (!j->expect && j->q->filter.has & CT_F_MARK &&
	    !(j->flow.has & CT_MARK))
		return 0;
	j->how.event = event;
	j->how.port = m->port;
	return job_put(j);
}

/* Show what waits. Returns how many datagrams it was, or -errno. */
static int receive(struct watch *w)
{
	int n = nl_listen_recv(&w->sock, &w->slots);
	struct job *j = w->job;

	if (n == -ENOBUFS) {
		overflow(w);
		return NL_SLOTS;
	}
	if (j->how.show & FMT_STAMP)
		j->how.now_ns = clock_now();
	for (int i = 0; i < n; i++) {
		struct nl_run run = nl_slot(&w->slots, i);
		struct nl_msg m;
		int r;

		while ((r = nl_msg_next(&run, &m)) > 0 &&
		       (r = show_event(j, &m)) == 0)
			;
		if (r < 0)
			return r;
	}
	return n;
}

/*
 * Events are written when no more of them wait, and many at a time while they
 * do. Returns 0 at a signal or when nobody reads any more, or -errno.
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
	int n = 0, r = 0;

	do {
		/* with all slots filled, more may wait, or nothing */
		if (poll(p, ALL, n == NL_SLOTS ? 0 : -1) < 0 && errno != EINTR)
			return -errno;
		n = p[EVENTS].revents ? receive(w) : 0;
		if (n < NL_SLOTS)
			r = out_flush(o);
	} while (n >= 0 && r == 0 && !p[SIGNALS].revents &&
		 !p[READER].revents);
	r = out_flush(o);
	return n < 0 ? n : r;
}

/* ------------------------------------------------------------------ begin */

/* Begin to listen. Returns 0 or -errno. */
static int listen_to(struct watch *w)
{
	const struct cli_req *q = w->job->q;
	int r = nl_sock_open(&w->sock);
	uint32_t groups = q->groups ? q->groups : CT_GROUPS_FLOW;
	uint32_t room;

	if (r < 0)
		return r;
	/* The place for a filter in the kernel: before any event is queued. */
	w->room = q->room ? q->room : ROOM_FIRST;
	room = nl_listen_room(&w->sock, w->room);
	if (q->seen & opt_bit(OPT_BUFFER_SIZE))
		tell_numbers("NOTICE: Netlink socket buffer size has been set "
			     "to % bytes.", room, 0);
	return nl_listen_to(&w->sock, w->job->expect ? CT_GROUPS_EXPECT
						     : groups);
}

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
		r = listen_to(w);
	if (r < 0)
		return tell_no_events(j->expect, r);
	j->count = 0;
	r = loop(w);
	tell_count(j->count - o->unwritten, TELL_EVENTS + j->expect, "shown");
	if (r == -ECANCELED || r == -EPIPE)
		r = 0;
	if (o->err && r < 0)
		return tell_write_failure(r);
	return r < 0 ? tell_failure(q, r, NULL) : EXIT_DONE;
}
