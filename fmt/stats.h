/* SPDX-License-Identifier: MIT */
/* What -S and -C print: compat.md 4.8. */
#ifndef FMT_STATS_H
#define FMT_STATS_H

#include "ct/names.h"
#include "ct/stats.h"
#include "fmt/out.h"

/*
 * The line of one CPU. names counts up from 1 without a gap; the counters
 * behind its last are unknown1, unknown2, ...
 */
void fmt_stats(struct out *o, const struct ct_stats *s,
	       enum ct_list names);

/*
 * The same lines from the text of /proc/net/stat/nf_conntrack: titles, then
 * a line of hexadecimal columns per CPU; all columns, or those about
 * expectations. Returns 0, or -EBADMSG for a text that is no such table.
 */
int fmt_proc_stats(struct out *o, const char *text, int expect);

/* A number alone on its line. */
void fmt_count(struct out *o, uint32_t n);

#endif
