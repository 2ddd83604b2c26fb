/* SPDX-License-Identifier: MIT */
/* -L --by: the entries that pass are counted, by some of their values. */
#ifndef CLI_BY_H
#define CLI_BY_H

#include "cli/job.h"

/* Of each key two texts: its name, and the script of its value. */
extern const char by_keys[];

/*
 * The key that a word of n characters names, with the bits that count behind a
 * slash if it is an address. Returns 0, or -EINVAL with *by untouched.
 */
int by_find(struct cli_by *by, const char *word, size_t n);

/* Which key may have been meant: as near_name(). */
void by_near(struct cli_req *q, const char *word, size_t n);

/* Count the entry in j->flow. Returns 0 or -errno. */
int by_add(struct job *j);

/* Show how many there are of each: the most frequent first. */
void by_show(struct job *j);

#endif
