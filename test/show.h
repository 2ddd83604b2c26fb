/* SPDX-License-Identifier: MIT */
/* The messages of a fixture, decoded and shown as the program does. */
#ifndef TEST_SHOW_H
#define TEST_SHOW_H

#include "test/fixture.h"

#include "ct/expect.h"
#include "ct/flow.h"
#include "ct/stats.h"
#include "fmt/fmt.h"
#include "nl/msg.h"
#include "nl/table.h"

#define SHOW_MAX	65536u

/* One record of any table; the presence words are where the table says. */
union record {
	struct ct_flow		flow;
	struct ct_expect	exp;
	struct ct_stats		stats;
};

/* Hand every message of the fixture to each(); all of them must parse. */
void show_each(const struct fixture *f,
	       void (*each)(const struct nl_msg *m, void *arg), void *arg);

/* The table that speaks of a message; NULL for a control message. */
const struct nl_row *show_table(const struct nl_msg *m);

/* Nothing of a cleared struct but its presence words counts: fill the rest. */
void show_clear(const struct nl_row *t, union record *r);

/*
 * What the records of a fixture are shown as by the words that a section is
 * named after, or by these words in a format; with a program that sends its
 * events, if any. The text, SHOW_MAX at most, is there until the next call;
 * NULL for a section that is none.
 */
const char *show(const struct fixture *f, const struct section *s,
		 const struct fmt *as, const char *program);

#endif
