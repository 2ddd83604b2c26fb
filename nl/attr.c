/* SPDX-License-Identifier: MIT */
#include "nl/attr.h"

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

uint16_t nl_attr_at(struct nl_run run, size_t off)
{
	const uint8_t *byte = run.p + off;
	struct nl_attr a;

	while (nl_attr_next(&run, &a) > 0)
		if (byte < run.p)
			return a.type;
	return 0;
}

void nl_be_copy(void *to, const void *from, size_t n)
{
	const int swap = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	const uint8_t *p = from;
	uint8_t *q = to;

	for (size_t i = 0; i < n; i++)
		q[i] = p[swap ? n - 1 - i : i];
}
