/* SPDX-License-Identifier: MIT */
#include "cli/lines.h"

#include "cli/file.h"
#include "nl/sock.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* read(2), not to be interrupted. Returns bytes, 0 at the end, or -errno. */
static ssize_t take(int fd, char *buf, size_t n)
{
	ssize_t r;

	do
		r = read(fd, buf, n);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

/* Copy all that comes from l->fd to an unnamed file, and read that. */
static int spool(struct lines *l)
{
	int fd = nl_above_stderr(memfd_create("load", MFD_CLOEXEC));
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = take(l->fd, l->buf, LINES_BUF)) > 0)
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(fd, l->buf + done, (size_t)(n - done));
			if (w < 0)
				return -errno;
		}
	l->fd = fd;
	l->start = 0;
	return n < 0 ? (int)n : lines_rewind(l);
}

int lines_open(struct lines *l, const char *path)
{
	if (strcmp(path, "-") != 0)
		l->fd = file_open(path);
	if (l->fd < 0)
		return -errno;
	l->start = lseek(l->fd, 0, SEEK_CUR);
	return l->start < 0 ? spool(l) : 0;
}

int lines_rewind(struct lines *l)
{
	l->at = l->n = 0;
	l->line = 0;
	return lseek(l->fd, l->start, SEEK_SET) < 0 ? -errno : 0;
}

#define END	(-1)	/* of the file; below it, a failure: -errno - END */

/* The next byte, END, or less: a failure. */
static int next_byte(struct lines *l)
{
	ssize_t n;

	if (l->at == l->n) {
		n = take(l->fd, l->buf, LINES_BUF);
		if (n <= 0)
			return (int)n + END;
		l->begin = LINES_BUF;	/* it is gone */
		l->at = 0;
		l->n = (size_t)n;
	}
	return (unsigned char)l->buf[l->at++];
}

const char *lines_peek(struct lines *l, const char **end)
{
	size_t left = l->n - l->at;
	ssize_t n;

	if (left < LINES_OVER) {
		for (size_t i = 0; i < left; i++)
			l->buf[i] = l->buf[l->at + i];
		n = take(l->fd, l->buf + left, LINES_BUF - left);
		l->at = 0;
		l->n = left + (n > 0 ? (size_t)n : 0);
	}
	*end = l->buf + l->n;
	return l->buf + l->at;
}

void lines_pass(struct lines *l, size_t n)
{
	l->at += n;
	l->line++;
}

size_t lines_raw(const struct lines *l, const char **raw)
{
	*raw = l->buf + l->begin;
	return l->begin < l->at ? l->at - l->begin : 0;
}

/* A word that is being read: from argv[argc] to end. */
struct word {
	char	*end;
	int	 quoted;	/* between quotes; 2: behind a backslash there */
};

/*
 * Close the word; an empty one is dropped, unless it was quoted. Returns 0 or
 * -E2BIG.
 */
static int close_word(struct lines *l, struct word *w)
{
	if (!w->quoted && w->end == l->argv[l->argc])
		return 0;
	w->quoted = 0;
	*w->end++ = '\0';
	if ((unsigned)l->argc == LINES_WORDS)
		return -E2BIG;
	l->argv[++l->argc] = w->end;
	return 0;
}

/* One byte of a line, before its end. Smaller when not in line. */
__attribute__((noinline))
static int take_byte(struct lines *l, struct word *w, int c)
{
	if (c == '\0')
		return -EILSEQ;
	if (w->quoted == 1 && c == '\\') {
		w->quoted = 2;
		return 0;
	}
	if ((w->quoted == 1 && c == '"') ||
	    (!w->quoted && (c == ' ' || c == '\t')))
		return close_word(l, w);
	if (!w->quoted && c == '"') {
		w->quoted = 1;
		return 0;
	}
	w->quoted = w->quoted != 0;
	if (w->end >= l->text + LINES_TEXT - 4)	/* a newline, and NULs */
		return -E2BIG;
	*w->end++ = (char)c;
	return 0;
}

/* The end of a line: a quote left open swallows it, else a CR is dropped. */
static int end_line(struct lines *l, struct word *w, int c)
{
	if (w->quoted && c == '\n')
		*w->end++ = '\n';
	else if (!w->quoted && w->end > l->argv[l->argc] &&
		 w->end[-1] == '\r')
		w->end--;
	return close_word(l, w);
}

/* Most bytes are part of a word, and mean nothing else: take those at hand. */
static void take_plain(struct lines *l, struct word *w)
{
	const char *end = l->text + LINES_TEXT - 4;
	size_t at = l->at;
	char *to = w->end;

	while (at < l->n && to < end && (unsigned char)l->buf[at] > '"')
		*to++ = l->buf[at++];
	l->at = at;
	w->end = to;
}

/* A line to words. Returns 1, 0 at the end of the file, or -errno. */
static int read_line(struct lines *l)
{
	struct word w = { .end = l->text };
	int comment = 0, any = 0, r = 0, c;

	l->argc = 1;
	l->argv[1] = l->text;
	l->begin = l->at;
	l->line++;
	for (;;) {
		c = next_byte(l);
		if (c < END)
			return c - END;
		if (c == '\n' || c == END)
			break;
		any = 1;
		if (c == '#' && l->argc == 1 && w.end == l->text && !w.quoted)
			comment = 1;
		if (comment || r < 0)
			continue;
		r = take_byte(l, &w, c);
		if (!w.quoted && (l->argc > 1 || w.end > l->text))
			take_plain(l, &w);
	}
	if (r == 0)
		r = end_line(l, &w, c);
	return r < 0 ? r : c == '\n' || any;
}

int lines_next(struct lines *l)
{
	int r;

	do
		r = read_line(l);
	while (r == 1 && l->argc == 1);
	l->argv[0] = NULL;
	l->argv[l->argc] = NULL;
	return r;
}
