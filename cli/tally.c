/* SPDX-License-Identifier: MIT */
#include "cli/tally.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define START	8192u	/* units of either room at first */

/* Units of a row's head, and of its text with the NULs that fill them. */
#define HEAD	((uint32_t)sizeof(struct tally_row) / 8)
#define TEXT(n)	((uint32_t)(n) / 8 + 1)

/*
 * Rows that wait at the end of the others for their slots: a slot and the row
 * there are far away in memory, and those of many are fetched at a time.
 */
#define WAIT	16u

/*
 * A row is known by the unit it begins at, as the room may move. At 0 is one
 * that never came, less than all others.
 */
#define FIRST	(HEAD + 1)

/* Rows are hashed by words and compared by units, whatever is there. */
struct word {
	uint32_t	 v;
} __attribute__((may_alias));

struct unit {
	uint64_t	 v;
} __attribute__((may_alias));

/* Their order is that of their bytes. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BE(v)	__builtin_bswap64(v)
#else
#define BE(v)	(v)
#endif

/* mmap(2) with its offset, 0 here, in bytes or in pages. */
#ifdef SYS_mmap2
#define MMAP	SYS_mmap2
#else
#define MMAP	SYS_mmap
#endif

/* Made for the one struct there is, with its address in it, code is larger. */
#ifdef __has_attribute
#if __has_attribute(noipa)
#define SMALL	__attribute__((noipa))
#endif
#endif
#ifndef SMALL
#define SMALL
#endif

static struct tally_row *row_at(const struct tally *t, uint32_t at)
{
	return (void *)((struct unit *)t->rows.p + at);
}

/*
 * The text as one long number, modulo a number that nobody knows: who chooses
 * the texts does not choose their slots. From end down to the hash, which is
 * still 0: the head comes last, so that the text's first word is mixed, too.
 * Either half alone is regular for texts that are so, and for some secrets.
 */
static uint32_t hash(const struct tally_row *row, const void *end,
		     uint32_t secret)
{
	const struct word *w = end;
	uint64_t h = 0;

	do {
		h += (--w)->v;
		h = (h & UINT32_MAX) * secret + (h >> 32);
	} while ((const void *)w != &row->hash);
	return (uint32_t)(h ^ h >> 32);
}

/*
 * Most differ in the first unit: hash and length. How many are compared is b's
 * matter: a's cache line may still be on its way.
 */
static int differ(const struct tally_row *a, const struct tally_row *b)
{
	const struct unit *p = (const void *)&a->hash;
	const struct unit *q = (const void *)&b->hash;
	uint32_t n = TEXT(b->n) + 1;

	for (uint32_t i = 0; i < n; i++)
		if (p[i].v != q[i].v)
			return 1;
	return 0;
}

/* Where the row is looked for first. */
static uint32_t *home_of(const struct tally *t, const struct tally_row *row)
{
	return (uint32_t *)t->slots.p +
	       ((uint64_t)row->hash * (t->slots.units * 2) >> 32);
}

/* Where the row stands or, if 0 is there, has its place. */
static uint32_t *slot_of(const struct tally *t, const struct tally_row *row)
{
	uint32_t *slots = t->slots.p, *end = slots + t->slots.units * 2;
	uint32_t *s = home_of(t, row);

	while (*s && differ(row_at(t, *s), row))
		if (++s == end)
			s = slots;
	return s;
}

/*
 * Twice as much room. Returns 0 or -ENOMEM, and nothing has changed. The two
 * calls have the address, the place of the flags and what follows in common.
 */
static int grow(struct tally_room *m)
{
	size_t units = m->units, arg2 = units * 8;
	size_t arg3 = (uint32_t)units * 2 * (size_t)8;	/* 0, too many: fails */
	long p, call = SYS_mremap, flags = MREMAP_MAYMOVE;

	if (!units) {
		units = START / 2;
		call = MMAP;
		arg2 = START * 8;
		arg3 = PROT_READ | PROT_WRITE;
		flags = MAP_PRIVATE | MAP_ANONYMOUS;
	}
	p = syscall(call, m->p, arg2, arg3, flags, -1L, 0L);
	if (p == -1)
		return -ENOMEM;
	m->p = (void *)p;
	m->units = (uint32_t)units * 2;
	return 0;
}

/* Those that wait: to the row of the same text, or to a slot of their own. */
static void settle(struct tally *t)
{
	uint32_t to = t->settled;

	for (unsigned pass = 0; pass < 3; pass++) {
		uint32_t at = t->settled, size;

		for (; at < t->used; at += size) {
			struct tally_row *row = row_at(t, at), *same;
			uint32_t *slot = home_of(t, row);

			size = HEAD + TEXT(row->n);
			if (pass == 0)
				__builtin_prefetch(slot);
			if (pass == 1)
				__builtin_prefetch(&row_at(t, *slot)->hash);
			if (pass < 2)
				continue;
			slot = slot_of(t, row);
			same = row_at(t, *slot);
			if (*slot) {
				same->count += row->count;
				same->packets += row->packets;
				same->bytes += row->bytes;
				continue;
			}
			*slot = to;
			t->n++;
			for (uint32_t i = 0; i < size; i++)
				((struct unit *)t->rows.p)[to++] =
					((struct unit *)row)[i];
		}
	}
	t->used = t->settled = to;
	t->waiting = 0;
}

/* Room for a row of so many units, and for those that wait in the slots. */
static int prepare(struct tally *t, uint32_t size)
{
	const size_t old = t->slots.units * (size_t)8;
	int r = 0;

	while (r == 0 && t->rows.units < t->used + size)
		r = grow(&t->rows);
	/* every second may be taken */
	if (r == 0 && t->n + WAIT >= t->slots.units)
		r = grow(&t->slots);
	else
		return r;
	if (r == 0) {
		memset(t->slots.p, 0, old);
		t->settled = FIRST;
		t->n = 0;
		settle(t);
	}
	return r;
}

SMALL int tally_add(struct tally *t, const char *key, size_t n,
		    uint64_t packets, uint64_t bytes)
{
	struct tally_row *row;
	const uint32_t size = HEAD + TEXT(n);
	int r;

	if (!t->used) {
		t->used = t->settled = FIRST;
		syscall(SYS_getrandom, &t->secret, sizeof(t->secret),
			GRND_NONBLOCK);
	}
	r = prepare(t, size);
	if (r < 0)
		return r;
	row = row_at(t, t->used);
	t->used += size;
	row->hash = 0;
	((struct unit *)row)[size - 1].v = 0;	/* NULs behind the text */
	row->n = (uint32_t)n;
	memcpy(row->key, key, n);
	row->hash = hash(row, row_at(t, t->used), t->secret ^ 0x9e3779b1);
	row->count = 1;
	row->packets = packets;
	row->bytes = bytes;
	if (++t->waiting == WAIT)
		settle(t);
	return 0;
}

/* Is a handed out after b? */
static int behind(const struct tally_row *a, const struct tally_row *b)
{
	const struct unit *p = (const void *)a->key;
	const struct unit *q = (const void *)b->key;
	uint32_t n = TEXT(a->n < b->n ? a->n : b->n);

	if (a->count != b->count)
		return a->count < b->count;
	for (uint32_t i = 0; i < n; i++)
		if (p[i].v != q[i].v)
			return BE(p[i].v) > BE(q[i].v);
	return a->n > b->n;
}

/*
 * The slots become a tree: the rows are the leaves, from slot n on, and i is
 * above 2i and 2i + 1. Fill slot i with the better one of the two below, and
 * the place that one leaves likewise; a leaf is 0 then.
 *
 * Rows of the next step are asked for in time; there are slots up to those,
 * as their number is a multiple of four.
 */
static void promote(const struct tally *t, uint32_t i)
{
	uint32_t *slots = t->slots.p, n = t->n;

	while (i < n) {
		uint32_t up = i * 2;

		for (uint32_t k = 0; up < n && k < 4; k++)
			__builtin_prefetch(&row_at(t, slots[up * 2 + k])->hash);
		up += (uint32_t)behind(row_at(t, slots[up]),
				       row_at(t, slots[up + 1]));
		slots[i] = slots[up];
		i = up;
	}
	slots[i] = 0;
}

SMALL const struct tally_row *tally_next(struct tally *t)
{
	uint32_t *slots = t->slots.p, i = 1;	/* of what was handed out */
	const struct tally_row *row;

	if (t->used)
		settle(t);
	if (!t->n)
		return NULL;
	if (t->used) {
		for (uint32_t at = FIRST, n = t->n; at < t->used; n++) {
			slots[n] = at;
			at += HEAD + TEXT(row_at(t, at)->n);
		}
		t->used = 0;
		i = t->n - 1;
	}
	for (; i > 0; i--)
		promote(t, i);
	row = row_at(t, slots[1]);
	return row->count ? row : NULL;
}
