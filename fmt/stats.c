/* SPDX-License-Identifier: MIT */
#include "fmt/stats.h"

#include "fmt/text.h"

#include <errno.h>
#include <string.h>

/* "cpu=0   " and a tab. */
static char *put_cpu(char *p, uint32_t cpu)
{
	char *end;

	p = text_str(p, "cpu=");
	end = text_u32(p, cpu);
	while (end < p + 4)
		*end++ = ' ';
	*end++ = '\t';
	return end;
}

/* What follows a name: "=12 ". */
static char *put_number(char *p, uint32_t v)
{
	*p++ = '=';
	p = text_u32(p, v);
	*p++ = ' ';
	return p;
}

static void put_u32(struct out *o, uint32_t v)
{
	out_end(o, text_u32(out_room(o), v));
}

/* The name of counter i; of one that is newer than this program, unknown. */
static void put_name(struct out *o, enum ct_list names, unsigned i)
{
	const char *name = ct_name_of(names, i);

	out_str(o, name ? name : "unknown");
}

void fmt_stats(struct out *o, const struct ct_stats *s,
	       enum ct_list names, int json)
{
	if (json) {
		out_str(o, "{\"cpu\":");
		put_u32(o, s->cpu);
	} else {
		out_end(o, put_cpu(out_room(o), s->cpu));
	}
	for (unsigned i = 1; i < CT_STATS_MAX; i++) {
		if (!(s->has >> i & 1))
			continue;
		out_str(o, json ? ",\"" : "");
		put_name(o, names, i);
		out_str(o, json ? "\":" : "=");
		put_u32(o, s->v[i]);
		out_str(o, json ? "" : " ");
	}
	out_str(o, json ? "}" : "\n");
}

void fmt_metric(struct out *o, const struct ct_stats *s,
		enum ct_list names, unsigned i, int first)
{
	if (first) {
		out_str(o, "# TYPE conntrack_");
		put_name(o, names, i);
		out_str(o, " counter\n");
	}
	out_str(o, "conntrack_");
	put_name(o, names, i);
	out_str(o, "_total{cpu=\"");
	put_u32(o, s->cpu);
	out_str(o, "\"} ");
	put_u32(o, s->v[i]);
	out_char(o, '\n');
}

/* Behind the blanks of a line, or behind the word that stands there. */
static const char *skip(const char *s, int blanks)
{
	while (*s && *s != '\n' && (*s == ' ') == blanks)
		s++;
	return s;
}

/*
 * One line of columns, under the titles that begin at title. Returns where
 * the columns end.
 */
__attribute__((noinline))	/* smaller */
static const char *put_columns(struct out *o, const char *title,
			       const char *line, uint32_t cpu, int expect)
{
	out_end(o, put_cpu(out_room(o), cpu));
	for (;;) {
		const char *name = skip(title, 1);
		uint32_t v;

		title = skip(name, 0);
		line = skip(line, 1);
		if (title == name ||
		    ct_number(&line, 16, UINT32_MAX, &v) < 0)
			break;
		if (expect && (title - name <= 7 || memcmp(name, "expect_", 7) != 0))
			continue;
		out_mem(o, name, (size_t)(title - name));
		out_end(o, put_number(out_room(o), v));
	}
	out_char(o, '\n');
	return line;
}

int fmt_proc_stats(struct out *o, const char *text, int expect)
{
	const char *s = text;

	while (*s && *s != '\n')
		s++;
	if (!*s)
		return -EBADMSG;
	for (uint32_t cpu = 0; s[0] == '\n' && s[1]; cpu++)
		s = put_columns(o, text, s + 1, cpu, expect);
	return *s == '\n' || !*s ? 0 : -EBADMSG;
}

__attribute__((noinline))	/* smaller */
void fmt_count(struct out *o, uint32_t n, const char *before,
	       const char *behind)
{
	out_str(o, before);
	put_u32(o, n);
	out_str(o, behind);
}
