/* SPDX-License-Identifier: MIT */
#include "nl/attr.h"

int nl_attr_next(struct nl_run *run, struct nl_attr *a)
{
	struct nlattr h;
	size_t step;

	if (run->left < sizeof(h))
		return run->left == 0 ? 0 : -EBADMSG;
	memcpy(&h, run->p, sizeof(h));
	if (h.nla_len < sizeof(h) || h.nla_len > run->left)
		return -EBADMSG;

	a->type = (uint16_t)(h.nla_type & NLA_TYPE_MASK);
	a->len  = (uint16_t)(h.nla_len - sizeof(h));
	a->data = run->p + sizeof(h);

	step = nl_align(h.nla_len);
	if (step > run->left)		/* the last one may come unpadded */
		step = run->left;
	run->p += step;
	run->left -= step;
	return 1;
}

int nl_attr_find(struct nl_run run, uint16_t type, struct nl_attr *a)
{
	struct nl_attr one;
	int found = 0;
	int r;

	while ((r = nl_attr_next(&run, &one)) > 0) {
		if (one.type == type) {
			*a = one;
			found = 1;
		}
	}
	return r < 0 ? r : found;
}

void nl_be_copy(void *to, const void *from, size_t n)
{
	const int swap = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	const uint8_t *p = from;
	uint8_t *q = to;

	for (size_t i = 0; i < n; i++)
		q[i] = p[swap ? n - 1 - i : i];
}
