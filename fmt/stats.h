/* SPDX-License-Identifier: MIT */
/*
 * What -S and -C print: compat.md 4.8; as JSON; and as OpenMetrics, a family
 * of samples after the other.
 */
#ifndef FMT_STATS_H
#define FMT_STATS_H

#include "ct/names.h"
#include "ct/stats.h"
#include "fmt/out.h"

/*
 * The line of one CPU, or an object. The last names are unknown1 to unknown4,
 * for counters that are newer than this program.
 */
void fmt_stats(struct out *o, const struct ct_stats *s,
	       enum ct_list names, int json);

/* The sample of counter i; the first one of its family begins that. */
void fmt_metric(struct out *o, const struct ct_stats *s,
		enum ct_list names, unsigned i, int first);

/*
 * The same lines from the text of /proc/net/stat/nf_conntrack: titles, then
 * a line of hexadecimal columns per CPU; all columns, or those about
 * expectations. Returns 0, or -EBADMSG for a text that is no such table.
 */
int fmt_proc_stats(struct out *o, const char *text, int expect);

/* A number on its line, between what stands before and behind. */
void fmt_count(struct out *o, uint32_t n, const char *before,
	       const char *behind);

/* What ends a page of OpenMetrics. */
#define FMT_EOF	"# EOF\n"

#endif
