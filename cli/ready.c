/* SPDX-License-Identifier: MIT */
#include "cli/ready.h"

#include "cli/change.h"
#include "cli/file.h"
#include "cli/near.h"
#include "cli/netns.h"
#include "cli/opts.h"
#include "cli/parse.h"
#include "cli/tell.h"
#include "cli/value.h"
#include "cli/words.h"

#include <errno.h>
#include <string.h>

#define MAP_BUF		65536u	/* a label map of 1024 names of 60 letters */
#define PROTOCOLS_BUF	32768u	/* ten times what Debian has */

/* Buffers; the kernel gives a page of them when it is first written. */
static char map_buf[MAP_BUF];
static struct ct_label_map label_map;

static int system_protocol(const char *name)
{
	static char text[PROTOCOLS_BUF];

	if (file_read("/etc/protocols", text, sizeof(text)) < 0)
		return -1;
	return file_protocol(text, name);
}

static int no_label(struct cli_req *q, const char *s, size_t n)
{
	static char name[128];

	if (n > sizeof(name) - 1)
		n = sizeof(name) - 1;
	memcpy(name, s, n);
	for (unsigned i = 0; i < CT_LABEL_MAX; i++) {
		const char *known = label_map.bit[i].name;

		if (known) {	/* and nothing is read from the map again */
			map_buf[known - map_buf + label_map.bit[i].len] = '\0';
			near_name(q, name, n, known);
		}
	}
	return cli_usage(q, "unknown label '%'", name);
}

/* Bits for the names of comma lists. */
static int find_labels(struct cli_req *q)
{
	for (unsigned i = 0; i < q->lists; i++) {
		const char *s = q->list[i].names;

		for (;;) {
			size_t n = value_end(s, ',');
			int bit = ct_label_find(&label_map, s, n);
			const char *end = s;
			uint32_t number;

			if (bit < 0 && ct_number(&end, 10, CT_LABEL_MAX - 1,
						 &number) == 0 && end == s + n)
				bit = (int)number;	/* one without a name */
			if (bit < 0)
				return no_label(q, s, n);
			q->list[i].bits->set[bit / 8] |=
				(uint8_t)(1u << bit % 8);
			if (!s[n])
				break;
			s += n + 1;
		}
	}
	return 0;
}

/* A map is read only when labels are named or shown, the usual one once. */
static int load_labels(struct cli_req *q, struct cli_world *w)
{
	const uint64_t given = q->seen | q->not_seen;
	const uint64_t names = opt_bit(OPT_LABEL) | opt_bit(OPT_LABEL_ADD) |
			       opt_bit(OPT_LABEL_DEL);
	/* These have numbers for labels without a name. */
	const int numbers = (q->show & (SHOW_RESTORE | SHOW_ANY_JSON)) != 0 ||
			    (given & opt_bit(OPT_BY)) != 0;
	const char *path = q->labelmap ? q->labelmap : CLI_LABELMAP;
	static enum { NO_MAP, USUAL_MAP, OTHER_MAP } loaded;
	long n;

	if (!(given & names) && !(q->show & SHOW_LABELS) && !numbers)
		return 0;
	if (q->labelmap || loaded != USUAL_MAP) {
		n = file_read(path, map_buf, sizeof(map_buf));
		ct_label_parse(&label_map, map_buf, n < 0 ? 0 : (size_t)n);
		if (label_map.count > 0)
			w->labels = &label_map;
		else if (!numbers && !w->told)
			tell_labelmap(n < 0 ? (int)n : 0);
		loaded = q->labelmap ? OTHER_MAP : USUAL_MAP;
	}
	return find_labels(q);
}

int cli_ready(struct cli_req *q, int argc, char **argv, int posix,
	      uint32_t line, struct cli_world *w)
{
	int r = cli_parse(q, argc, argv, posix, system_protocol);

	q->line = line;
	for (unsigned i = 0; i < q->warns && !w->told; i++)
		tell_line(q->warn[i]);
	if (r == 0 && !q->cmd && !(q->seen | q->not_seen) && !line)
		q->cmd = CMD_HELP;
	if (r == 0)
		r = load_labels(q, w);
	if (r == 0)
		r = cli_check(q);
	if (r == 0)
		change_settle(q);
	/* before anything is asked of the kernel, which these two do not */
	if (r == 0 && q->netns && !(q->cmd & (CMD_HELP | CMD_VERSION)))
		r = netns_enter(q);
	return r;
}
