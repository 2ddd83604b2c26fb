/* SPDX-License-Identifier: MIT */
/*
 * What a misspelt word may have been meant to be: for the hint behind the
 * refusal of it.
 */
#ifndef CLI_NEAR_H
#define CLI_NEAR_H

#include "cli/req.h"

/*
 * Is the word, of n characters, like name, and more so than like any name
 * that it was compared with before? Then that is kept in q->why, and told if
 * the word is refused.
 */
void near_name(struct cli_req *q, const char *word, size_t n, const char *name);

/* The same for each name of a list, which ends with one of no letters. */
void near_list(struct cli_req *q, const char *word, size_t n, const char *list);

#endif
