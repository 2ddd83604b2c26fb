/* SPDX-License-Identifier: MIT */
/*
 * A whole command against a kernel that says anything: whatever that is, the
 * program ends with an exit code and a reason, its documents are whole, what
 * it counts is what it shows, and it empties no table unless told to.
 */
#ifndef TEST_FUZZ_COMMAND_H
#define TEST_FUZZ_COMMAND_H

#include "test/fuzz/world.h"

#define COMMAND_WHOLE	0x01u	/* its output is a document when it ends well */
#define COMMAND_LINES	0x02u	/* each line is one, whatever happens */
#define COMMAND_XML	0x04u
#define COMMAND_COUNTS	0x08u	/* and says how many there are in it */
#define COMMAND_EMPTIES	0x10u	/* may empty a table */
#define COMMAND_SILENT	0x40u	/* an answer without a record fails, no more */
#define COMMAND_SUMS	0x20u	/* objects with a count each */

struct command {
	const char	*line;		/* words apart by a blank */
	unsigned	 is;		/* COMMAND_* */
};

/*
 * Run the command that the first byte of the input chooses; the rest is a
 * script for the world. files() makes files there.
 */
void command_run(const struct command *commands, size_t n, struct fuzz_in in,
		 void (*files)(void));

#endif
