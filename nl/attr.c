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
