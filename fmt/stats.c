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

void fmt_stats(struct out *o, const struct ct_stats *s,
	       enum ct_list names)
{
	char *p = put_cpu(out_room(o), s->cpu);
	uint32_t known = 0;

	while (ct_name_of(names, known + 1))
		known++;
	for (unsigned i = 1; i < CT_STATS_MAX; i++) {
		const char *name = ct_name_of(names, i);

		if (!(s->has >> i & 1))
			continue;
		if (name)
			p = text_str(p, name);
		else
			p = text_u32(text_str(p, "unknown"), i - known);
		*p++ = '=';
		p = text_u32(p, s->v[i]);
		*p++ = ' ';
	}
	*p++ = '\n';
	out_end(o, p);
}

static uint32_t hex_value(const char *s, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 4 | (uint32_t)(s[i] <= '9' ? s[i] - '0'
						    : (s[i] | 0x20) - 'a' + 10);
	return v;
}

/* One line of columns, under the titles that begin at title. */
static int put_columns(struct out *o, const char *title, const char *line,
		       uint32_t cpu, int expect)
{
	out_end(o, put_cpu(out_room(o), cpu));
	for (;;) {
		size_t t, n;

		title += strspn(title, " ");
		line += strspn(line, " ");
		t = strcspn(title, " \n");
		n = strspn(line, "0123456789abcdefABCDEF");
		if (t == 0 || n == 0)
			break;
		if (!expect || (t > 7 && memcmp(title, "expect_", 7) == 0)) {
			out_mem(o, title, t);
			out_char(o, '=');
			out_end(o, text_u32(out_room(o), hex_value(line, n)));
			out_char(o, ' ');
		}
		title += t;
		line += n;
	}
	out_char(o, '\n');
	return *line == '\n' || *line == '\0' ? 0 : -EBADMSG;
}

int fmt_proc_stats(struct out *o, const char *text, int expect)
{
	const char *line = strchr(text, '\n');
	uint32_t cpu = 0;
	int r = line ? 0 : -EBADMSG;

	while (r == 0 && line && line[1] != '\0') {
		r = put_columns(o, text, line + 1, cpu++, expect);
		line = strchr(line + 1, '\n');
	}
	return r;
}

void fmt_count(struct out *o, uint32_t n)
{
	char *p = text_u32(out_room(o), n);

	*p++ = '\n';
	out_end(o, p);
}
