/* SPDX-License-Identifier: MIT */
/*
 * Text on its way to a descriptor. The caller lends the buffer; a full one is
 * written out or, with fd -1, is an error. The first failure stays in err and
 * makes every later call a no-op: out_flush() tells at the end.
 *
 * With out_stop, text goes out a few lines at a time, so that no write has to
 * wait for a reader: that is done where the descriptor there ends it.
 */
#ifndef FMT_OUT_H
#define FMT_OUT_H

#include <stddef.h>

/* The most a caller may ask of out_room(), and the least a buffer must hold. */
#define OUT_ROOM	1024u

struct out {
	char	*buf;
	size_t	 cap, len;	/* cap: OUT_ROOM or more */
	int	 fd;		/* -1: the text stays in buf */
	int	 err;		/* 0, or the first failure as -errno */
	unsigned unwritten;	/* lines that a failure left */
};

/*
 * What ends every wait for a reader, of any descriptor: fd, 0 when there is
 * none, by being readable; then a write waits for patience more milliseconds.
 */
extern struct out_stop {
	int	 fd, patience;
} out_stop;

/* Bytes, a string, or one character, of any length. */
void out_mem(struct out *o, const void *p, size_t n);
void out_str(struct out *o, const char *s);
void out_char(struct out *o, char c);

/*
 * Room for OUT_ROOM characters to be written directly: fill from the pointer
 * returned, then tell out_end() where the text ends. Never NULL; after a
 * failure the text written there is forgotten.
 */
char *out_room(struct out *o);

static inline void out_end(struct out *o, const char *end)
{
	if (!o->err)
		o->len = (size_t)(end - o->buf);
}

/*
 * Write out what waits. Returns 0 or the first failure ever, as -errno:
 * -EPIPE when out_stop is readable, too, as if nobody read any more; what could be
 * written without waiting has been.
 */
int out_flush(struct out *o);

#endif
