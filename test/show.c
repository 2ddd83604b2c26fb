/* SPDX-License-Identifier: MIT */
#include "test/show.h"

#include "test/guard.h"
#include "test/unit/unit.h"

#include "ct/count.h"
#include "ct/names.h"
#include "ct/tables.h"
#include "fmt/stats.h"

#include <stdio.h>

void show_each(const struct fixture *f,
	       void (*each)(const struct nl_msg *m, void *arg), void *arg)
{
	for (unsigned i = 0; i < f->sections; i++) {
		const struct section *s = &f->section[i];
		struct nl_run run;
		struct nl_msg m;
		int r;

		if (!s->bytes)
			continue;
		run = (struct nl_run){ guard_copy(s->bytes, s->n), s->n };
		while ((r = nl_msg_next(&run, &m)) > 0)
			each(&m, arg);
		assert_int_equal(r, 0);
	}
}

const struct nl_row *show_table(const struct nl_msg *m)
{
	switch (m->type) {
	case NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW:
	case NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE:
		return &ct_flow_table;
	case NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_NEW:
	case NFNL_SUBSYS_CTNETLINK_EXP << 8 | IPCTNL_MSG_EXP_DELETE:
		return &ct_expect_table;
	default:
		return m->type < NLMSG_MIN_TYPE ? NULL : &ct_stats_table;
	}
}

void show_clear(const struct nl_row *t, union record *r)
{
	memset(r, 0xa5, sizeof(*r));
	if (t == &ct_flow_table)
		ct_flow_clear(&r->flow);
	else if (t == &ct_expect_table)
		ct_expect_clear(&r->exp);
	else
		r->stats.has = 0;
}

struct printing {
	const struct fmt	*fmt;
	int			 shown;	/* a record, yes or no */
	struct fmt_how		 how;
	struct out		 out;
	const char		*what;	/* the section's name */
	enum ct_event		 event;	/* which its first word names */
};

/* A part of the format's frame. */
static void put_frame(struct printing *p, int part)
{
	const char *text = p->fmt->frame;

	for (; text && part > 0; part--)
		text += strlen(text) + 1;
	out_str(&p->out, text ? text : "");
}

static void put_record(struct printing *p, const struct nl_msg *m,
		       const struct nl_row *t, union record *r)
{
	if (t == &ct_expect_table && p->fmt == &fmt_xml)
		p->fmt = &fmt_xml_expect;
	put_frame(p, p->shown ? FMT_BETWEEN : FMT_BEGIN);
	p->shown = 1;
	if (t == &ct_flow_table)
		p->fmt->flow(&p->out, &r->flow, &p->how);
	else if (t == &ct_expect_table)
		p->fmt->expect(&p->out, &r->exp, &p->how);
	else
		fmt_stats(&p->out, &r->stats,
			  (m->type & 0xff) == IPCTNL_MSG_EXP_GET_STATS_CPU ?
			  CT_EXPECT_STATS_NAMES : CT_STATS_NAMES,
			  p->fmt != &fmt_plain);
	put_frame(p, FMT_BEHIND);
}

static void print_msg(const struct nl_msg *m, void *arg)
{
	static union record r;
	struct printing *p = arg;
	const struct nl_row *t = show_table(m);
	uint32_t entries;

	if (!t)
		return;
	show_clear(t, &r);
	if (p->event) {
		assert_int_equal(ct_event_of(m->type & 0xff, m->flags),
				 p->event);
		p->how.event = p->event;
		p->how.port = m->port;
	}
	if (strcmp(p->what, "count") == 0) {
		assert_int_equal(ct_count_read(m, &entries), 0);
		fmt_count(&p->out, entries, "", "\n");
		return;
	}
	if (strcmp(p->what, "stats") == 0) {
		assert_int_equal(ct_stats_read(m, &r.stats), 0);
	} else if (t == &ct_stats_table) {
		return;
	} else {
		assert_int_equal(nl_decode(t, m->attrs, NL_ALL, &r), 0);
		if (t == &ct_flow_table)
			r.flow.family = m->family;
		else
			r.exp.family = m->family;
	}
	put_record(p, m, t, &r);
}

/* "new extended" is a section of the event; what follows the word, or "". */
static const char *read_event(const char *name, enum ct_event *event)
{
	static const char *const words[] = {
		[CT_EVENT_NEW] = "new", [CT_EVENT_UPDATE] = "update",
		[CT_EVENT_DESTROY] = "destroy",
	};

	for (unsigned i = CT_EVENT_NEW; i < COUNT(words); i++) {
		size_t n = strlen(words[i]);

		if (strncmp(name, words[i], n) == 0) {
			*event = i;
			return name + n + (name[n] == ' ');
		}
	}
	return name;
}

/* Read the words of -o. Returns 0 for a section that is no text of ours. */
static int read_how(const char *name, struct printing *p, int *labels)
{
	char words[64];
	char *save = NULL;

	*labels = 0;
	p->fmt = &fmt_plain;
	snprintf(words, sizeof(words), "%s", read_event(name, &p->event));
	for (char *w = strtok_r(words, ",", &save); w;
	     w = strtok_r(NULL, ",", &save)) {
		if (strcmp(w, "extended") == 0)
			p->how.show |= FMT_EXTENDED;
		else if (strcmp(w, "id") == 0)
			p->how.show |= FMT_ID;
		else if (strcmp(w, "ktimestamp") == 0)
			p->how.show |= FMT_KTIME;
		else if (strcmp(w, "labels") == 0)
			*labels = 1;
		else if (strcmp(w, "save") == 0)
			p->fmt = &fmt_save;
		else if (strcmp(w, "restore") == 0)
			p->fmt = &fmt_save, p->how.show |= FMT_RESTORE;
		else if (strcmp(w, "xml") == 0)
			p->fmt = &fmt_xml;
		else if (strcmp(w, "timestamp") == 0)
			p->how.show |= FMT_STAMP;
		else if (strcmp(w, "plain") && strcmp(w, "userspace") &&
			 strcmp(w, "stats") && strcmp(w, "count"))
			return 0;
	}
	return 1;
}

const char *show(const struct fixture *f, const struct section *s,
		 const struct fmt *as, const char *program)
{
	static char buf[SHOW_MAX];
	static struct ct_label_map map;
	const struct section *map_text = fixture_find(f, "labelmap");
	const struct clock_zone utc = { 0 };
	struct printing p = {
		.what = s->name,
		.how = { .zone = &utc, .program = program },
		.out = { .buf = buf, .cap = sizeof(buf), .fd = -1 },
	};
	int labels;

	if (s->bytes || !read_how(s->name, &p, &labels))
		return NULL;
	for (unsigned i = 0; i < f->sections; i++)
		if (strncmp(f->section[i].name, "now ", 4) == 0)
			p.how.now_ns = strtoull(f->section[i].name + 4, NULL,
						10) * CLOCK_SECOND;
	if (map_text)
		ct_label_parse(&map, map_text->text, strlen(map_text->text));
	p.how.labels = labels && map_text ? &map : NULL;
	p.fmt = as ? as : p.fmt;
	show_each(f, print_msg, &p);
	put_frame(&p, p.shown ? FMT_END : FMT_NONE);
	assert_int_equal(p.out.err, 0);
	buf[p.out.len] = '\0';
	return buf;
}
