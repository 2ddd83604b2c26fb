/* SPDX-License-Identifier: MIT */
/*
 * Formats. A format is a constant struct of functions; an empty slot means
 * that it has nothing to say there.
 */
#ifndef FMT_FMT_H
#define FMT_FMT_H

#include "ct/event.h"
#include "ct/expect.h"
#include "ct/flow.h"
#include "ct/label.h"
#include "fmt/clock.h"
#include "fmt/out.h"

/* fmt_how.show: what decorates a record. */
#define FMT_EXTENDED	0x01u	/* the layer-3 protocol */
#define FMT_ID		0x02u
#define FMT_KTIME	0x04u	/* when the flow began and ended */
#define FMT_STAMP	0x08u	/* the time, before an event or an expectation */
#define FMT_RESTORE	0x100u	/* save says everything that makes the entry */
#define FMT_DELETED	0x1000u	/* the entry was deleted: save says -D */
#define FMT_COLOR	0x2000u	/* the plain line of an entry, for eyes */

/* How to print: the same for every record of a run, but for events. */
struct fmt_how {
	uint32_t			 show;
	const struct ct_label_map	*labels;	/* NULL: no labels */
	const struct clock_zone		*zone;		/* for FMT_KTIME */
	uint64_t			 now_ns;	/* since 1970, UTC */
	enum ct_event			 event;
	uint32_t			 port;		/* netlink's, of who caused it; 0: no one */
	const char			*program;	/* its name, or NULL */
};

/*
 * A way to print. The frame, if there is one, has five texts, each with its
 * NUL: between two records, behind each, before the first and behind the last
 * one, and instead of all these when there is none.
 */
struct fmt {
	void (*flow)(struct out *o, const struct ct_flow *f,
		     const struct fmt_how *how);
	void (*expect)(struct out *o, const struct ct_expect *e,
		       const struct fmt_how *how);
	const char *frame;
};

enum { FMT_BETWEEN, FMT_BEHIND, FMT_BEGIN, FMT_END, FMT_NONE };

extern const struct fmt fmt_plain, fmt_save, fmt_json, fmt_jsonl;
extern const struct fmt fmt_xml, fmt_xml_expect, fmt_xml_bare;

/* Seconds from the start of a flow to its stop, or to now. */
uint64_t fmt_delta(const struct ct_times *t, const struct fmt_how *how);

/*
 * "[seconds.microseconds]" and a tab for a time in nanoseconds since 1970,
 * which begin a line of -o timestamp; see fmt/text.h. FMT_STAMP_MAX: the
 * longest.
 */
#define FMT_STAMP_MAX	22
char *fmt_stamp(char *p, uint64_t ns);

/*
 * How the line of an event ends that a program has caused, as how->port
 * says; see fmt/text.h. FMT_SENDER_MAX: the longest, for a name of fifteen.
 */
#define FMT_SENDER_MAX	56
char *fmt_sender(char *p, const struct fmt_how *how);

/* Expectations have one line of text, whatever the format of flows. */
void fmt_plain_expect(struct out *o, const struct ct_expect *e,
		      const struct fmt_how *how);

#endif
