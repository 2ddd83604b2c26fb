/* SPDX-License-Identifier: MIT */
#include "ct/bpf.h"

#include "ct/tables.h"

/* A number of 8 bits, where a word of the message begins. */
#define WORD8(n)	((uint32_t)(n) << 24)

/* Members to equal where their bit is set, and what of them counts. */
struct pair {
	struct ct_flow	 want, mask;
};

static void set_members(struct pair *x, const struct ct_filter *f)
{
	ct_flow_clear(&x->want);
	memset(&x->mask, 0xff, sizeof(x->mask));
	x->want.has = f->has & (CT_STATUS | CT_MARK | CT_ID | CT_ZONE);
	x->want.status = f->status;
	x->mask.status = f->status_mask;
	x->want.mark = f->mark;
	x->mask.mark = f->mark_mask;
	x->want.id = f->id;
	x->want.zone = f->zone;
	memcpy(x->want.dir, f->dir, sizeof(f->dir));
	memcpy(x->mask.dir[CT_ORIG].addr, f->mask, sizeof(f->mask));
}

/* The protocols that may pass; if that is one, its state is a member, too. */
static void test_protos(struct nl_bpf *p, const struct ct_filter *f,
			struct ct_info *want)
{
	unsigned rows = UINT16_MAX;
	uint32_t nums[CT_P_COUNT];

	if (f->has & CT_F_PROTOS)
		rows &= f->protos;
	if (f->has & CT_F_STATE)
		rows &= f->states;
	if (rows >> CT_P_COUNT)		/* whatever its number */
		return;
	for (unsigned row = 0; row < CT_P_COUNT; row++) {
		/* for one that may not: no masked word has the low bit */
		nums[row] = WORD8(ct_protos[row].num) | !(rows >> row & 1);
		if (f->has & CT_F_STATE && rows == 1u << row) {
			want->has = ct_protos[row].state;
			want->state = f->state[row];
		}
	}
	nl_bpf_find(p, CTA_TUPLE_ORIG << 16 | CTA_TUPLE_PROTO << 8 |
		       CTA_PROTO_NUM, NL_ABSENT_DROPS);
	nl_bpf_test(p, NL_ATTR, WORD8(UINT8_MAX), nums, CT_P_COUNT);
}

/* The first word of a member's wire form; a smaller number is its upper end. */
static uint32_t word(const struct nl_row *row, const uint8_t *at)
{
	const unsigned rest = 32 - 8u * row->kind;

	if (row->kind == NL_BYTES)
		return nl_be32(at);
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
	       nl_host32(at) << rest : nl_host32(at) >> rest << rest;
}

/* A number, equal under its mask; or bytes, where only masked ones count. */
static void test_member(struct nl_bpf *p, const struct nl_row *row,
			const uint8_t *want)
{
	unsigned i = 0;

	do {	/* the first word even if nothing counts: it must be there */
		const uint8_t *at = want + i;
		const uint32_t mask = word(row, at + sizeof(struct ct_flow));
		uint32_t value = word(row, at);

		if (row->kind == NL_BYTES)
			value &= mask;
		if (mask || i == 0)
			nl_bpf_test(p, NL_ATTR + i, mask, &value, 1);
		i += 4;
	} while (i < row->size);	/* a number has none */
}

/*
 * Every member of a struct in pair.want, by the rows of its table. Numbers of
 * the entry itself and of a tuple itself, which are zones, are sent unless
 * they are 0; what stands deeper belongs to the protocol.
 */
static void test_members(struct nl_bpf *p, uint32_t path,
			 const struct nl_row *t, const uint8_t *want)
{
	const uint32_t has = nl_host32(want);
	const struct nl_row *row = t;

	for (path <<= 8; path++, ++row < t + t->size;) {
		if (row->kind == NL_NEST) {
			test_members(p, path, nl_table_sub(t, row),
				     want + row->at);
		} else if (row->kind && has >> row->bit & 1) {
			nl_bpf_find(p, path, path >> 16 ? NL_ABSENT_DROPS
							: NL_ABSENT_IS_0);
			test_member(p, row, want + row->at);
		}
	}
}

int ct_bpf(struct nl_bpf *p, const struct ct_filter *f)
{
	const uint32_t family = WORD8(f->family);
	struct pair x;

	if (f->family)
		nl_bpf_test(p, NL_HDR, WORD8(UINT8_MAX), &family, 1);
	set_members(&x, f);
	test_protos(p, f, &x.want.info);
	test_members(p, 0, &ct_flow_table, (const uint8_t *)&x.want);
	return nl_bpf_end(p);
}
