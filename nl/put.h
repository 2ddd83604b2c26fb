/* SPDX-License-Identifier: MIT */
/*
 * Writing messages and attributes into a buffer the caller lends.
 *
 * The first failure sticks in err and makes every later call a no-op, so a
 * request is straight-line code with one check at its end.
 */
#ifndef NL_PUT_H
#define NL_PUT_H

#include <stddef.h>
#include <stdint.h>

struct nl_put {
	uint8_t	*buf;
	size_t	 cap, len;
	int	 err;		/* 0, or the first failure: -EMSGSIZE */
};

/* Lend buf of cap bytes to *m and start empty. */
void nl_put_init(struct nl_put *m, void *buf, size_t cap);

/* n bytes as they are, padded with zeros to a multiple of four. */
void nl_put_raw(struct nl_put *m, const void *from, size_t n);

/* n bytes over those that were put at offset at. */
void nl_put_over(struct nl_put *m, size_t at, const void *p, size_t n);

/* One attribute with a payload of n bytes. */
void nl_put_attr(struct nl_put *m, uint16_t type, const void *p, size_t n);

/* One number, given in host order: of n bytes at p, at most 8, or v. */
void nl_put_be(struct nl_put *m, uint16_t type, const void *p, size_t n);
void nl_put_be16(struct nl_put *m, uint16_t type, uint16_t v);
void nl_put_be32(struct nl_put *m, uint16_t type, uint32_t v);

/* The rare word that stays in host order: the flags of CTA_FILTER. */
void nl_put_host32(struct nl_put *m, uint16_t type, uint32_t v);

/*
 * A nest, flagged NLA_F_NESTED: begin returns the mark that end or cancel
 * takes. cancel forgets the nest and all that was put inside.
 */
size_t nl_put_nest(struct nl_put *m, uint16_t type);
void nl_put_nest_end(struct nl_put *m, size_t mark);
void nl_put_nest_cancel(struct nl_put *m, size_t mark);

#endif
