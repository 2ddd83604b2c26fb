/* SPDX-License-Identifier: MIT */
/*
 * A filter as classic BPF, for a socket at which nothing but the events of
 * conntrack entries arrives: answers it would swallow, and in expectations it
 * would read one attribute for another. ctnetlink.md 6.4.
 */
#ifndef CT_BPF_H
#define CT_BPF_H

#include "ct/filter.h"
#include "nl/bpf.h"

/* Room for the longest program there is, every condition in it. */
#define CT_BPF_MAX	600u

/*
 * Write the program of a filter to p, which is empty.
 *
 * It never drops an event that ct_match() lets pass. What ct_match() does not
 * let pass it drops, but for conditions that are left to user space: labels,
 * translation, SCTP tags, the DCCP role, ranges of ports, a state when more
 * than one protocol may have one, protocols if CT_P_COUNT, the unknown one, is
 * among them, and all that must not hold.
 * This holds for what kernels send: they repeat and shorten no attribute, and
 * tell every entry's protocol and id.
 *
 * Returns 0, with p->n 0 when nothing is left to the kernel, or -EMSGSIZE,
 * with p->n 0. A socket without the program is only slower.
 */
int ct_bpf(struct nl_bpf *p, const struct ct_filter *f);

#endif
