/* SPDX-License-Identifier: MIT */
#include "test/bpf.h"

#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

/* The codes of ctnetlink.md 6.4. */
#define LD_IMM		0x00
#define LDX_IMM		0x01
#define RET_K		0x06
#define TAX		0x07
#define JEQ_K		0x15
#define AND_K		0x54
#define LD_ABS		(BPF_LD | BPF_ABS)	/* and a size */
#define LD_IND		(BPF_LD | BPF_IND)

#define FIND		(uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)
#define FIND_NESTED	(uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR_NEST)

static unsigned load_size(uint16_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_W: return 4;
	case BPF_H: return 2;
	case BPF_B: return 1;
	default: return 0;
	}
}

static int is_load(uint16_t code)
{
	const int mode = code & ~0x18;

	return (mode == LD_ABS || mode == LD_IND) && load_size(code);
}

int bpf_check(const struct sock_filter *insn, size_t n)
{
	if (n == 0 || n > BPF_MAXINSNS)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct sock_filter *f = &insn[i];

		switch (f->code) {
		case JEQ_K:
			if (i + f->jt + 1 >= n || i + f->jf + 1 >= n)
				return 0;
			break;
		case LD_IMM: case LDX_IMM: case RET_K: case TAX: case AND_K:
			break;
		default:
			if (!is_load(f->code))
				return 0;
		}
	}
	return insn[n - 1].code == RET_K;
}

static int nla_ok(const uint8_t *p, size_t left, struct nlattr *a)
{
	if (left < sizeof(*a))
		return 0;
	memcpy(a, p, sizeof(*a));
	return a->nla_len >= sizeof(*a) && a->nla_len <= left;
}

/* nla_find over [from, end): the offset of the header, or 0. */
static uint32_t nla_find(const uint8_t *p, size_t from, size_t end,
			 uint32_t type)
{
	struct nlattr a;

	while (from < end && nla_ok(p + from, end - from, &a)) {
		if ((a.nla_type & NLA_TYPE_MASK) == type)
			return (uint32_t)from;
		from += (a.nla_len + 3u) & ~3u;
	}
	return 0;
}

static uint32_t nlattr(const uint8_t *p, size_t n, uint32_t a, uint32_t x)
{
	if (n < sizeof(struct nlattr) || a > n - sizeof(struct nlattr))
		return 0;
	return nla_find(p, a, n, x);
}

static uint32_t nlattr_nest(const uint8_t *p, size_t n, uint32_t a,
			    uint32_t x)
{
	struct nlattr nest;

	if (n < sizeof(struct nlattr) || a > n - sizeof(struct nlattr) ||
	    !nla_ok(p + a, n - a, &nest))
		return 0;
	return nla_find(p, a + sizeof(nest), a + nest.nla_len, x);
}

/* A load; *ok becomes 0 when it is not inside the datagram. */
static uint32_t load(const uint8_t *p, size_t n, uint64_t at, unsigned size,
		     int *ok)
{
	uint32_t v = 0;

	*ok = at <= n && n - at >= size;
	for (unsigned i = 0; *ok && i < size; i++)
		v = v << 8 | p[at + i];
	return v;
}

uint32_t bpf_run(const struct sock_filter *insn, const uint8_t *p, size_t n)
{
	uint32_t a = 0, x = 0;	/* the kernel clears both */
	int ok = 1;

	for (const struct sock_filter *f = insn; ok; f++) {
		switch (f->code) {
		case LD_IMM:
			a = f->k;
			break;
		case LDX_IMM:
			x = f->k;
			break;
		case TAX:
			x = a;
			break;
		case AND_K:
			a &= f->k;
			break;
		case JEQ_K:
			f += a == f->k ? f->jt : f->jf;
			break;
		case RET_K:
			return f->k;
		default:
			if (f->k == FIND && (f->code & LD_ABS))
				a = nlattr(p, n, a, x);
			else if (f->k == FIND_NESTED && (f->code & LD_ABS))
				a = nlattr_nest(p, n, a, x);
			else if ((int32_t)f->k < 0)
				abort();	/* no program of ours */
			else
				a = load(p, n, (f->code & LD_IND ? x : 0) +
					 (uint64_t)f->k, load_size(f->code),
					 &ok);
		}
	}
	return 0;
}
