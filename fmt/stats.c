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

void fmt_stats(struct out *o, const struct ct_stats *s,
	       enum ct_list names)
{
	char *p = put_cpu(out_room(o), s->cpu);
	uint32_t unknown = 0;

	for (unsigned i = 1; i < CT_STATS_MAX; i++) {
		const char *name = ct_name_of(names, i);

		unknown += !name;
		if (!(s->has >> i & 1))
			continue;
		p = text_word(p, name ? name : "unknown");
		if (!name)
			p = text_u32(p, unknown);
		p = put_number(p, s->v[i]);
	}
	*p++ = '\n';
	out_end(o, p);
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
		if (expect && (title - name <= 7 || memcmp(name, "expect_", 7)))
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

void fmt_count(struct out *o, uint32_t n)
{
	char *p = text_u32(out_room(o), n);

	*p++ = '\n';
	out_end(o, p);
}
