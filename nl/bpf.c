/* SPDX-License-Identifier: MIT */
#include "nl/bpf.h"

#include "nl/wire.h"

#include <errno.h>

/* The kernel's own loads: A becomes the header of attribute X, or 0. */
#define FIND		((uint32_t)SKF_AD_OFF + SKF_AD_NLATTR)
#define FIND_INSIDE	((uint32_t)SKF_AD_OFF + SKF_AD_NLATTR_NEST)

/* Jump over n instructions when A is the value. */
#define JUMP_EQUAL(n)	(BPF_JMP | BPF_JEQ | BPF_K | (uint32_t)(n) << 16)

/* The code's upper half is its jump. */
static void put(struct nl_bpf *p, uint32_t code, uint32_t k)
{
	if (p->n < p->cap)
		p->insn[p->n++] = (struct sock_filter){
			.code = (uint16_t)code, .jt = (uint8_t)(code >> 16),
			.k = k,
		};
}

void nl_bpf_find(struct nl_bpf *p, uint32_t path, unsigned absent)
{
	const uint32_t outer = path >> 8;

	if (outer)
		nl_bpf_find(p, outer, absent + 4);	/* what is below */
	else
		put(p, BPF_LD | BPF_IMM, NL_HEAD);
	put(p, BPF_LDX | BPF_IMM, path & 0xff);
	put(p, BPF_LD | BPF_B | BPF_ABS, outer ? FIND_INSIDE : FIND);
	put(p, JUMP_EQUAL(absent), 0);
	put(p, BPF_MISC | BPF_TAX, 0);
}

void nl_bpf_test(struct nl_bpf *p, unsigned at, uint32_t mask,
		 const uint32_t *values, unsigned n)
{
	put(p, BPF_LD | BPF_W | BPF_IND, at);	/* X is 0 to begin with */
	put(p, BPF_ALU | BPF_AND | BPF_K, mask);
	for (; n > 0; n--)
		put(p, JUMP_EQUAL(n), *values++);
	put(p, BPF_RET | BPF_K, 0);
}

int nl_bpf_end(struct nl_bpf *p)
{
	if (p->n > 0)
		put(p, BPF_RET | BPF_K, UINT32_MAX);
	if (p->n < p->cap)
		return 0;
	p->n = 0;
	return -EMSGSIZE;
}
