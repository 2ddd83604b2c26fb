/* SPDX-License-Identifier: MIT */
/*
 * Formats. A format is a constant struct of functions; an empty slot means
 * that it has nothing to say there.
 */
#ifndef FMT_FMT_H
#define FMT_FMT_H

#include "ct/expect.h"
#include "ct/flow.h"
#include "ct/label.h"
#include "fmt/clock.h"
#include "fmt/out.h"

/* fmt_how.show: what decorates a record. */
#define FMT_EXTENDED	0x01u	/* the layer-3 protocol */
#define FMT_ID		0x02u
#define FMT_KTIME	0x04u	/* when the flow began and ended */
#define FMT_STAMP	0x08u	/* the time now, before an expectation */
#define FMT_RESTORE	0x100u	/* save says everything that makes the entry */
#define FMT_DELETED	0x200u	/* the entry was deleted: save says -D */

/* How to print; the same for every record of a run. */
struct fmt_how {
	uint32_t			 show;
	const struct ct_label_map	*labels;	/* NULL: no labels */
	const struct clock_zone		*zone;		/* for FMT_KTIME */
	uint64_t			 now_ns;	/* since 1970, UTC */
};

/* A way to print. */
struct fmt {
	void (*flow)(struct out *o, const struct ct_flow *f,
		     const struct fmt_how *how);
	void (*expect)(struct out *o, const struct ct_expect *e,
		       const struct fmt_how *how);
};

extern const struct fmt fmt_plain, fmt_save;

/*
 * "[seconds.microseconds]" and a tab for a time in nanoseconds since 1970,
 * which begin a line of -o timestamp; see fmt/text.h. FMT_STAMP_MAX: the
 * longest.
 */
#define FMT_STAMP_MAX	22
char *fmt_stamp(char *p, uint64_t ns);

/* Expectations have one line of text, whatever the format of flows. */
void fmt_plain_expect(struct out *o, const struct ct_expect *e,
		      const struct fmt_how *how);

#endif
