/* SPDX-License-Identifier: MIT */
#include "cli/near.h"

#include "cli/opts.h"

#define LETTERS	32u	/* longer words are left alone */

/*
 * How many letters are to be changed, added or left out to make one word the
 * other (Levenshtein), in any letter case.
 */
static unsigned distance(const char *word, size_t n, const char *name)
{
	uint8_t row[LETTERS];	/* of so many letters, to the name so far */

	for (unsigned i = 0; i <= n; i++)
		row[i] = (uint8_t)i;
	for (; *name; name++) {
		unsigned corner = row[0]++;

		for (unsigned i = 1; i <= n; i++) {
			unsigned best = corner +
				(((word[i - 1] ^ *name) & ~0x20) != 0);

			corner = row[i];
			if (best > corner + 1)
				best = corner + 1;
			if (best > row[i - 1] + 1u)
				best = row[i - 1] + 1u;
			row[i] = (uint8_t)best;
		}
	}
	return row[n];
}

void near_name(struct cli_req *q, const char *word, size_t n, const char *name)
{
	struct cli_why *why = &q->why;
	unsigned far = n < LETTERS ? distance(word, n, name) : LETTERS;

	if (why->word != word) {
		why->word = word;
		why->near = NULL;
		why->far = (unsigned)n / 2 + 1;
	}
	if (far < why->far) {
		why->near = name;
		why->far = far;
	}
}

void near_list(struct cli_req *q, const char *word, size_t n, const char *list)
{
	for (; *list >= '0'; list = cli_part(list, 1))
		near_name(q, word, n, list);
}
