/* SPDX-License-Identifier: MIT */
#include "cli/file.h"
#include "cli/load.h"
#include "cli/opts.h"
#include "cli/ready.h"
#include "cli/tell.h"
#include "cli/value.h"
#include "nl/sock.h"

#include <string.h>
#include <unistd.h>

/* Sanitizers and profilers make calls that the program does not. */
#ifndef INSTRUMENTED
#define INSTRUMENTED	0
#endif

#define OUT_BUF		32768u
#define ZONE_BUF	8192u	/* twice the longest file of tzdata */

/* Buffers; the kernel gives a page of them when it is first written. */
static char out_buf[OUT_BUF];
static char recv_buf[NL_RECV_BUF];
static char zone_buf[ZONE_BUF];

static struct clock_zone zone;

/* The value of a variable whose name comes with its =, or NULL. */
static const char *variable(char **env, const char *name)
{
	const char *value = NULL;

	for (char **e = env; *e && !value; e++)
		value = value_after(*e, name, value_end(name, '\0'));
	return value;
}

/* Are colours unwanted, by no-color.org, or has the terminal none? */
static int is_plain(char **env)
{
	const char *plain = variable(env, "NO_COLOR=");
	const char *terminal = variable(env, "TERM=");

	return (plain && *plain) ||
	       (terminal && strcmp(terminal, "dumb") == 0);
}

static int load_zone_file(const char *dir, const char *name)
{
	long len = file_read(file_path(dir, name, ""), zone_buf,
			     sizeof(zone_buf));

	return len < 0 ? (int)len :
	       clock_tzif(&zone, (const uint8_t *)zone_buf, (size_t)len);
}

/* As in tzset(3): a file, else a rule, else UTC. */
static void load_zone(char **env)
{
	const char *tz = variable(env, "TZ=");
	int r;

	if (!tz) {
		load_zone_file("", "/etc/localtime");
		return;
	}
	if (*tz == ':')
		tz++;
	if (*tz == '\0')
		return;
	r = load_zone_file(*tz == '/' ? "" : "/usr/share/zoneinfo/", tz);
	if (r < 0)
		(void)clock_posix(&zone, tz);
}

int main(int argc, char **argv, char **env)
{
	static struct cli_req q;
	struct out out = { .buf = out_buf, .cap = sizeof(out_buf),
			   .fd = STDOUT_FILENO };
	struct cli_world world = { .out = &out, .zone = &zone,
				   .recv = recv_buf };
	int r;

	r = cli_ready(&q, argc, argv,
		      variable(env, "POSIXLY_CORRECT=") != NULL, 0, &world);
	if (r < 0)
		return tell_why(&q);
	world.open = INSTRUMENTED ||
		     (q.seen & opt_bit(OPT_NO_SANDBOX)) != 0;
	world.color = q.color;
	if (q.color == COLOR_AUTO && is_plain(env))
		world.color = COLOR_NEVER;
	/* what the lines of a file show is not known yet */
	if (q.cmd == CMD_LOAD || q.show & (SHOW_KTIME | SHOW_TIME))
		load_zone(env);
	if (q.cmd == CMD_LOAD)
		return cli_load(q.file, &world);
	return cli_run(&q, &world);
}
