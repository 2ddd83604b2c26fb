/* SPDX-License-Identifier: MIT */
#include "cli/file.h"
#include "cli/opts.h"
#include "cli/parse.h"
#include "cli/run.h"
#include "cli/tell.h"
#include "cli/value.h"
#include "nl/sock.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define OUT_BUF		32768u
#define MAP_BUF		65536u	/* a label map of 1024 names of 60 letters */
#define ZONE_BUF	8192u	/* twice the longest file of tzdata */

/* Buffers; the kernel gives a page of them when it is first written. */
static char out_buf[OUT_BUF];
static char recv_buf[NL_RECV_BUF];
static char map_buf[MAP_BUF];
static char zone_buf[ZONE_BUF];

static struct ct_label_map label_map;
static struct clock_zone zone;

/* The receive buffer is free while the command line is read. */
static int system_protocol(const char *name)
{
	if (file_read("/etc/protocols", recv_buf, sizeof(recv_buf)) < 0)
		return -1;
	return file_protocol(recv_buf, name);
}

static int no_label(struct cli_req *q, const char *s, size_t n)
{
	static char name[128];

	if (n > sizeof(name) - 1)
		n = sizeof(name) - 1;
	memcpy(name, s, n);
	return cli_usage(q, "unknown label '%'", name);
}

/* Bits for the names of comma lists. */
static int find_labels(struct cli_req *q, struct cli_words *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		const char *s = w->list[i];

		for (;;) {
			size_t n = value_end(s, ',');
			int bit = ct_label_find(&label_map, s, n);

			if (bit < 0)
				return no_label(q, s, n);
			w->bits.set[bit / 8] |= (uint8_t)(1u << bit % 8);
			if (!s[n])
				break;
			s += n + 1;
		}
	}
	return 0;
}

/* A map is read only when labels are named or shown. */
static int load_labels(struct cli_req *q, struct cli_world *w)
{
	const uint64_t names = opt_bit(OPT_LABEL) | opt_bit(OPT_LABEL_ADD) |
			       opt_bit(OPT_LABEL_DEL);
	const char *path = q->labelmap ? q->labelmap
				       : "/etc/xtables/connlabel.conf";
	long n;

	if (!(q->seen & names) && !(q->show & SHOW_LABELS))
		return 0;
	n = file_read(path, map_buf, sizeof(map_buf));
	if (n >= 0)
		ct_label_parse(&label_map, map_buf, (size_t)n);
	if (label_map.count > 0)
		w->labels = &label_map;
	else
		tell_labelmap(n < 0 ? (int)n : 0);
	for (unsigned i = 0; i < CLI_LABELS; i++)
		if (find_labels(q, &q->labels[i]) < 0)
			return -EINVAL;
	if (q->labels[CLI_LABELS_HAVE].n > 0) {
		q->filter.labels = q->labels[CLI_LABELS_HAVE].bits;
		q->filter.has |= CT_F_LABELS;
	}
	return 0;
}

/* The value of a variable whose name comes with its =, or NULL. */
static const char *variable(const char *name)
{
	const char *value = NULL;

	for (char **e = environ; *e && !value; e++)
		value = value_after(*e, name, strlen(name));
	return value;
}

static int load_zone_file(const char *dir, const char *name)
{
	char path[OUT_ROOM];
	struct out o = { .buf = path, .cap = sizeof(path), .fd = -1 };
	long len;

	out_str(&o, dir);
	out_str(&o, name);
	out_char(&o, '\0');
	if (o.err)
		return -ENAMETOOLONG;
	len = file_read(path, zone_buf, sizeof(zone_buf));
	return len < 0 ? (int)len :
	       clock_tzif(&zone, (const uint8_t *)zone_buf, (size_t)len);
}

/* As in tzset(3): a file, else a rule, else UTC. */
static void load_zone(void)
{
	const char *tz = variable("TZ=");
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

/* What this version does not do yet is said before anything is done. */
static int check_here(struct cli_req *q)
{
	const struct cli_cmd *cmd = cli_cmd_of(q->cmd);

	if (!(cmd->flags & CLI_HERE))
		return cli_usage(q, "this version does not have --%",
				 cli_cmd_name(cmd));
	if (q->show & SHOW_XML)
		return cli_usage(q, "this version does not have -o xml", NULL);
	return 0;
}

int main(int argc, char **argv)
{
	static struct cli_req q;
	struct out out = { .buf = out_buf, .cap = sizeof(out_buf),
			   .fd = STDOUT_FILENO };
	struct cli_world world = { .out = &out, .zone = &zone,
				   .recv = recv_buf };
	int r;

	r = cli_parse(&q, argc, argv, variable("POSIXLY_CORRECT=") != NULL,
		      system_protocol);
	for (unsigned i = 0; i < q.warns; i++)
		tell_line(q.warn[i]);
	if (r == 0 && !q.cmd && !q.seen)
		q.cmd = CMD_HELP;
	if (r == 0)
		r = load_labels(&q, &world);
	if (r == 0)
		r = cli_check(&q);
	if (r == 0)
		r = check_here(&q);
	if (r < 0)
		return tell_why(&q.why);
	if (q.show & SHOW_KTIME)
		load_zone();
	return cli_run(&q, &world);
}
