/* SPDX-License-Identifier: MIT */
/*
 * An assembler of classic BPF for netlink sockets: a program is a chain of
 * tests, each of which drops the datagram or goes on to the next one.
 * ctnetlink.md 6.4.
 *
 * Every load is a word of four bytes, in host order. Who writes an attribute
 * pads its payload to that, so a smaller number is the upper end of a word,
 * and a mask hides the rest.
 */
#ifndef NL_BPF_H
#define NL_BPF_H

#include <linux/filter.h>
#include <stdint.h>

/*
 * The caller lends room for cap instructions, at most BPF_MAXINSNS, and starts
 * with n 0. A full program takes no more; nl_bpf_end() tells.
 */
struct nl_bpf {
	struct sock_filter	*insn;
	unsigned		 cap, n;
};

/* What the test behind does when an attribute is absent: how far to jump. */
enum { NL_ABSENT_IS_0 = 2, NL_ABSENT_DROPS = 4 };

/*
 * Find an attribute, the first of its number, for the tests that follow. The
 * path is a number of 8 bits for each level, the innermost one the lowest:
 * 0x010203 is attribute 3 in 2 in 1. When it is absent, the next test, which
 * is of its first word, takes that for 0, or drops: with 0 among its values
 * only if that is the first one.
 */
void nl_bpf_find(struct nl_bpf *p, uint32_t path, unsigned absent);

/*
 * Drop unless the word at an offset, under a mask, is one of n values, 1 to
 * 255. The offset is from the header of the attribute found last, or, before
 * any is, from the beginning of the datagram.
 */
void nl_bpf_test(struct nl_bpf *p, unsigned at, uint32_t mask,
		 const uint32_t *values, unsigned n);

/*
 * End: what was not dropped passes, whole. A program without a test stays
 * empty, and so does one for which there was no room; the kernel takes
 * neither.
 *
 * Returns 0, or -EMSGSIZE when not even one instruction is left over.
 */
int nl_bpf_end(struct nl_bpf *p);

#endif
