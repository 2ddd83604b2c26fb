/* SPDX-License-Identifier: MIT */
/*
 * Reading attributes: a window on bytes the caller owns, that only shrinks.
 *
 * Wire form: ctnetlink.md 2.3, include/uapi/linux/netlink.h (struct nlattr).
 */
#ifndef NL_ATTR_H
#define NL_ATTR_H

#include "nl/wire.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Attributes not read yet. */
struct nl_run {
	const uint8_t	*p;
	size_t		 left;
};

/* One attribute: its number without flag bits, and its payload. */
struct nl_attr {
	uint16_t	 type;
	uint16_t	 len;	/* bytes at data, without header and padding */
	const uint8_t	*data;
};

/*
 * Take the next attribute off the run.
 *
 * Returns 1 with *a filled, 0 when the run is empty, -EBADMSG when a length
 * points outside the window; after an error neither *run nor *a has changed.
 * a->data points into the window: good as long as the caller's buffer is.
 */
int nl_attr_next(struct nl_run *run, struct nl_attr *a);

/*
 * Find an attribute by number; the last one counts when it is repeated, as
 * in the kernel (__nla_parse).
 *
 * Returns 1 with *a filled, 0 when there is none, -EBADMSG for a run that is
 * damaged anywhere. The run itself is passed by value and stays whole.
 */
int nl_attr_find(struct nl_run run, uint16_t type, struct nl_attr *a);

/* A number of n bytes, from network to host order or back: the same move. */
void nl_be_copy(void *to, const void *from, size_t n);

/* The attributes inside a nest. */
static inline struct nl_run nl_attr_run(const struct nl_attr *a)
{
	return (struct nl_run){ .p = a->data, .left = a->len };
}

/*
 * Numbers at p, which may be unaligned; the caller has checked the length.
 * Each is one instruction or two, so always in line.
 */
#define NL_NUMBER	__attribute__((always_inline)) static inline

NL_NUMBER uint16_t nl_host16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

NL_NUMBER uint32_t nl_host32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

NL_NUMBER uint16_t nl_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

NL_NUMBER uint32_t nl_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

NL_NUMBER uint64_t nl_be64(const uint8_t *p)
{
	return (uint64_t)nl_be32(p) << 32 | nl_be32(p + 4);
}

#endif
