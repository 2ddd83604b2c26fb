/* SPDX-License-Identifier: MIT */
/*
 * The world as an input has it: between world_begin() and world_end() the
 * program's calls reach a kernel that says what is written there, files that
 * the target has made, and a clock that stands still. Nothing else of this
 * machine is reached. By the linker: --wrap, see test/fuzz/meson.build.
 *
 * The script is a byte, WORLD_*, and then what happens one after the other: a
 * byte, of which the low half is one of these, and the high half says how
 * often it happens again. At its end the kernel ends each answer well, and of
 * events none wait any more: a signal comes.
 */
#ifndef TEST_FUZZ_WORLD_H
#define TEST_FUZZ_WORLD_H

#include "test/fuzz/fuzz.h"

#define WORLD_SILENT	0x01u	/* at its end, the kernel says nothing */
#define WORLD_NO_SOCKET	0x02u	/* sockets cannot be opened, ... */
#define WORLD_ONE	0x04u	/* ... but for the first one */
#define WORLD_CLOSED	0x08u	/* nobody reads what is printed, ... */
#define WORLD_FULL	0x10u	/* ... or there is no room for it */

enum {
	WORLD_SAY,	/* two bytes of a length, a datagram: as it is */
	WORLD_ANSWER,	/* the same, sequence numbers from the request's on */
	WORLD_ACK,	/* which request of the last datagram, and its errno */
	WORLD_DONE,	/* of the first of them: an errno */
	WORLD_ERROR,	/* an errno instead of a datagram */
	WORLD_FOREIGN,	/* as WORLD_ANSWER, but from another process */
	WORLD_SIGNAL,	/* SIGINT */
	WORLD_TIME,	/* four bytes of nanoseconds pass */
	WORLD_LONG,	/* as WORLD_ANSWER, but longer than the buffer */
	WORLD_REFUSE,	/* the next request: an errno */
	WORLD_RECORDS,	/* as WORLD_ANSWER, with other ports each time */
	/* the rest are WORLD_ANSWER */
};

void world_begin(struct fuzz_in script);

/* All that is open is closed, what was asked for is given back. */
void world_end(void);

/* A file; the text stays the caller's. At most WORLD_FILES. */
#define WORLD_FILES	8u
void world_file(const char *path, const void *p, size_t n);

/* A descriptor to print to, and what was; and what stderr was told. */
int world_out(void);
const char *world_printed(size_t *n);
const char *world_told(size_t *n);

/*
 * Of the requests sent: how many would empty a table, as every kernel reads a
 * deletion that names nothing. Each must be whole.
 */
unsigned world_flushes(void);
unsigned world_requests(void);

/* Did a write fail, or was something taken from the script that fails? */
int world_broke(void);

/* Has whoever started the command gone, or sent a signal? */
int world_is_left(void);

/* Every byte there may be read. */
void world_touch(const void *p, size_t n);

#endif
