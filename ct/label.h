/* SPDX-License-Identifier: MIT */
/*
 * Connection labels: bits of an entry, and the names that connlabel.conf
 * gives them.
 */
#ifndef CT_LABEL_H
#define CT_LABEL_H

#include <stddef.h>
#include <stdint.h>

#define CT_LABEL_MAX	1024u	/* bits a map may name; the kernel keeps 128 */

/* A set of labels as the command line names them: bit n is set[n/8] >> n%8. */
struct ct_label_set {
	uint8_t		 set[CT_LABEL_MAX / 8];
};

/* Is label n, below CT_LABEL_MAX, in the set? */
static inline int ct_label_has(const struct ct_label_set *s, unsigned n)
{
	return s->set[n / 8] >> n % 8 & 1;
}

/* Names by bit; they point into the text that was read. */
struct ct_label_map {
	struct {
		const char	*name;	/* not NUL-terminated; NULL: none */
		uint16_t	 len;
	}		 bit[CT_LABEL_MAX];
	unsigned	 count;		/* bits with a name */
};

/*
 * Read the n bytes of a map at text, a NUL behind them, which must stay as
 * long as *map: a line per label, number and name; the first use of either
 * counts, lines that are no label are passed over, as upstream does. *map may
 * hold anything. The number of labels is in map->count.
 */
void ct_label_parse(struct ct_label_map *map, const char *text, size_t n);

/* The bit of an exact name of len bytes, or -1. */
int ct_label_find(const struct ct_label_map *map, const char *name,
		  size_t len);

/*
 * Is label n set in the bytes of CTA_LABELS? They are an array of the
 * kernel's native long words, so their order is that of the machine
 * (ctnetlink.md 4.11).
 */
int ct_label_test(const uint8_t *labels, unsigned n);

#endif
