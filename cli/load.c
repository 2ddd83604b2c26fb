/* SPDX-License-Identifier: MIT */
#include "cli/load.h"

#include "cli/change.h"
#include "cli/engine.h"
#include "cli/lines.h"
#include "cli/opts.h"
#include "cli/pattern.h"
#include "cli/ready.h"
#include "cli/tell.h"

static struct lines lines;
static struct cli_req line_req;

/* Commands that may stand in a file, on the table of entries. */
#define IN_FILE	(CMD_CREATE | CMD_ADD | CMD_UPDATE | CMD_DELETE | CMD_FLUSH)

static int refuse_command(struct cli_req *q)
{
	const struct cli_cmd *cmd = cli_cmd_of(q->cmd);
	const char *expect = q->table == CT_TABLE_EXPECT ? " expect" : "";

	q->letter[0] = '-';
	q->letter[1] = cmd->letter;
	if (q->cmd == CMD_LOAD)
		return cli_usage(q, "unknown option `%'", q->letter);
	return cli_refuse(q, EXIT_USAGE, "Cannot use command `%%' with "
			  "--load-file", q->cmd ? q->letter : "unknown",
			  expect);
}

_Static_assert(LINES_OVER >= PATTERN_OVER, "lines are peeked at");

/* The next line, as a request in *q. Returns 1, 0 at the end, or -errno. */
static int next_line(struct cli_req **q, struct cli_world *w)
{
	const char *end, *raw = lines_peek(&lines, &end);
	size_t n;
	int r;

	*q = pattern_find(raw, end, &n);
	if (*q) {
		lines_pass(&lines, n);
		(*q)->line = lines.line;
		return 1;
	}
	*q = &line_req;
	r = lines_next(&lines);
	if (r <= 0)
		return r;
	r = cli_ready(*q, lines.argc, lines.argv, 0, lines.line, w);
	if (r == 0 && (!((*q)->cmd & IN_FILE) ||
		       (*q)->table != CT_TABLE_CONNTRACK))
		r = refuse_command(*q);
	if (r < 0)
		return r;
	n = lines_raw(&lines, &raw);
	pattern_learn(raw, n, lines.text, *q);
	return 1;
}

/* Why next_line() failed. Returns the exit code. */
static int unreadable(const char *path, int error)
{
	if (line_req.why.text)
		return tell_why(&line_req);
	return tell_file(path, lines.line, error);
}

/* Is all of the file to be understood? Returns 0, or the exit code. */
static int check_lines(const char *path, struct cli_world *w, uint32_t *show)
{
	struct cli_req *q;
	int r;

	while ((r = next_line(&q, w)) > 0)
		*show |= q->show;	/* -o of any line is that of all */
	if (r == 0)
		r = lines_rewind(&lines);
	if (r < 0)
		return unreadable(path, r);
	line_req.line = 0;
	return EXIT_DONE;
}

/* Do them. Returns the exit code. */
static int do_lines(const char *path, struct cli_world *w, uint32_t show)
{
	uint32_t refused = 0;
	struct cli_req *q;
	struct job *j;
	int more, r;

	line_req.cmd = CMD_LOAD;
	j = job_open(&line_req, w);
	if (!j)
		return EXIT_FAILED;
	r = engine_start(&engine, j);
	if (r < 0)
		return job_fail(j, r);
	job_format(j, show, CMD_LOAD);
	w->told = 1;
	do {
		more = next_line(&q, w);
		r = change_line(j, more > 0 ? q : NULL, lines.line, &refused);
	} while (more > 0 && r == 0);
	tell_progress_end();
	if (r < 0)
		return job_fail(j, r);
	if (r > 0 || more < 0)	/* a signal, or the file is another one now */
		j->counted = "changed";
	else
		job_end(j);
	if (job_finish(j) != EXIT_DONE)
		return EXIT_FAILED;
	tell_refused(refused);
	if (more < 0)
		return unreadable(path, more);
	return r || refused ? EXIT_FAILED : EXIT_DONE;
}

int cli_load(const char *path, struct cli_world *w)
{
	uint32_t show = 0;
	int r = lines_open(&lines, path);

	if (r < 0)
		return tell_file(path, 0, r);
	r = check_lines(path, w, &show);
	return r == EXIT_DONE ? do_lines(path, w, show) : r;
}
