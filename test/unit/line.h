/* SPDX-License-Identifier: MIT */
/* A command line in one string, read as main() reads it. */
#ifndef TEST_LINE_H
#define TEST_LINE_H

#include "cli/parse.h"
#include "test/unit/unit.h"

#include <stdio.h>

/* Words stand apart by one blank. The strings in *q last until the next. */
static inline int line_parse(struct cli_req *q, const char *line, int posix,
			     int (*protocol)(const char *name))
{
	static char words[1024];
	static char *argv[80];
	char *save = NULL;
	int argc = 0;

	snprintf(words, sizeof(words), "conntrack %s", line);
	for (char *w = strtok_r(words, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return cli_parse(q, argc, argv, posix, protocol);
}

/* The sentence as tell_why() prints it; "" when nothing is refused. */
static inline const char *line_sentence(const struct cli_why *why)
{
	static char s[256];
	size_t n = 0;
	int arg = 0;

	for (const char *p = why->text; p && *p && *p != '\f' &&
	     n < sizeof(s) - 1; p++) {
		if (*p == '%')
			n += (size_t)snprintf(s + n, sizeof(s) - n, "%s",
					      why->arg[arg++]);
		else
			s[n++] = *p;
	}
	s[n] = '\0';
	return s;
}

/*
 * Parse and check. The line must be accepted (code 0, why NULL) or refused
 * with that exit code and sentence. Returns 0, or 1 after saying what differs.
 */
static inline unsigned line_differs(const char *line, int code,
				    const char *why)
{
	struct cli_req q;
	int r = line_parse(&q, line, 0, NULL);
	const char *got;

	if (r == 0)
		r = cli_check(&q);
	got = line_sentence(&q.why);
	if (code == 0 ? r == 0 : r < 0 && q.why.code == code &&
				 strcmp(got, why) == 0)
		return 0;
	print_message("# %s: expected %d %s, got %d %s\n", line, code,
		      code ? why : "accepted", r < 0 ? q.why.code : 0,
		      r < 0 ? got : "accepted");
	return 1;
}

#endif
