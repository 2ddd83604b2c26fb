/* SPDX-License-Identifier: MIT */
/*
 * A load file: each line is a command line without the program's name. It is
 * read twice, first to see that all of it can be understood, then to do it,
 * so memory is one line however long the file. compat.md 5.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LINES_BUF	16384u
#define LINES_OVER	2048u	/* may be looked at behind its end */
#define LINES_TEXT	65536u	/* of the words of a line */
#define LINES_WORDS	1024u

struct lines {
	int		 fd;
	off_t		 start;		/* where the file's lines begin */
	uint32_t	 line;		/* number of the line in argv, from 1 */
	size_t		 at, n;		/* what is left of buf */
	size_t		 begin;		/* in buf, of the line in argv */
	int		 argc;
	char		*argv[LINES_WORDS + 2];
	char		 buf[LINES_BUF + LINES_OVER];
	char		 text[LINES_TEXT];
};

/*
 * Open a file; "-" is standard input. What cannot be read twice is copied to
 * an unnamed file first. *l is static: its members begin as zeros. Returns 0
 * or -errno. A directory
 * opens, and then cannot be read.
 */
int lines_open(struct lines *l, const char *path);

/*
 * The words of the next line that is neither empty nor a comment, in argv
 * from argv[1] on; they stay until the next call. Returns 1, 0 at the end,
 * or -errno: -E2BIG when there is no room for the words, -EILSEQ when there
 * is a NUL among them, else the failure to read. The line's number is right
 * in any case.
 */
int lines_next(struct lines *l);

/*
 * What comes next in the file, LINES_OVER bytes of it or more if it has so
 * many; *end is behind those at hand, LINES_OVER bytes of no matter follow.
 * lines_pass() takes n of them that are one line.
 */
const char *lines_peek(struct lines *l, const char **end);
void lines_pass(struct lines *l, size_t n);

/*
 * The bytes of the line in argv as they stand in the file, with the newline,
 * or 0 when they are no more at hand. Returns their number.
 */
size_t lines_raw(const struct lines *l, const char **raw);

/* Back to the first line. Returns 0 or -errno. */
int lines_rewind(struct lines *l);

#endif
