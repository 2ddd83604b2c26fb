/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/opts.h"
#include "cli/tell.h"
#include "cli/value.h"
#include "fmt/text.h"

/* The column where explanations begin. */
#define COLUMN	36u

#define LINE	78u	/* characters, of the page */

/* "  -x, --name, --other VALUE     explanation" */
static void put_row(struct out *o, char letter, const char *text,
		    const char *value, const char *direction)
{
	const char *other = cli_part(text, 1);
	char *start = out_room(o);
	char *p = text_str(start, "  ");

	/* Letters that are no letters are spellings of old scripts. */
	if ((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z') {
		*p++ = '-';
		*p++ = letter;
		p = text_str(p, ", ");
	}
	p = text_str(text_str(p, "--"), text);
	if (*other)
		p = text_str(text_str(p, ", --"), other);
	if (*value)
		p = text_str(text_str(p, " "), value);
	do
		*p++ = ' ';
	while (p < start + COLUMN);
	p = text_str(p, cli_part(text, 2));
	if (p[-1] == ',')
		p = text_str(p, direction);
	*p++ = '\n';
	out_end(o, p);
}

/*
 * Does a column need an option, or else take it, if it is of no protocol or of
 * these? With no column: is it of these?
 */
static int is_wanted(const struct cli_req *q, unsigned row, unsigned on,
		     int needs, unsigned protos)
{
	const struct cli_opt *opt = &cli_opts[row];
	const int needed = (cli_musts[opt->must] & on) != 0;

	if (opt->protos ? !(opt->protos & protos) : !on)
		return 0;
	return !on || (needed == needs &&
		       (needed || cli_columns(q, row) & on));
}

static void put_options(struct out *o, const struct cli_req *q, unsigned on,
			int needs, unsigned protos)
{
	const char *text = cli_part(cli_texts, 3 * CLI_CMDS);

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct cli_opt *opt = &cli_opts[i];

		if (is_wanted(q, i, on, needs, protos))
			put_row(o, opt->letter, text,
				cli_part(cli_kind_words, opt->kind),
				opt_direction(opt));
		text = cli_part(text, 3);
	}
}

static void put_command(struct out *o, const struct cli_cmd *c)
{
	put_row(o, c->letter, cli_cmd_name(c), "", "");
}

/* All names of all options, in lines that a terminal does not fold. */
static void put_names(struct out *o)
{
	const char *name = cli_opt_name(0);
	size_t column = LINE;

	for (unsigned i = 0; i < 2 * OPT_COUNT; name = cli_part(name, 1 + i++ % 2)) {
		const size_t n = value_end(name, '\0') + 3;

		if (!*name)
			continue;
		column += n;
		if (column > LINE) {
			out_str(o, "\n ");
			column = n;
		}
		out_str(o, " --");
		out_str(o, name);
	}
}

/* A page: what there is. */
static void put_page(struct out *o)
{
	const char *group = "show:\0change:\0other:";

	for (const struct cli_cmd *c = cli_cmds; c->bit; c++) {
		if (c->flags & CLI_GROUP) {
			out_str(o, group);
			out_char(o, '\n');
			group = cli_part(group, 1);
		}
		put_command(o, c);
	}
	out_str(o, "tables: conntrack, expect, dying, unconfirmed\n"
		"options, explained by conntrack -h COMMAND:");
	put_names(o);
	out_char(o, '\n');
}

/* Everything about one command. */
static void put_about(struct out *o, const struct cli_req *q)
{
	const struct cli_cmd *c = cli_cmd_of(q->about);
	const unsigned on = c->on[q->table == CT_TABLE_EXPECT];
	const unsigned protos = q->proto ? cli_proto_bit(q) : UINT8_MAX;

	put_command(o, c);
	/* who needs any option needs -p */
	if (on & cli_musts[cli_opts[OPT_PROTONUM].must]) {
		out_str(o, "needs:\n");
		put_options(o, q, on, 1, protos);
	}
	out_str(o, "takes:\n");
	put_options(o, q, on, 0, protos);
}

void cli_help(struct out *o, const struct cli_req *q)
{
	out_str(o, tell_version);
	out_str(o, "\nusage: conntrack COMMAND [TABLE] [OPTIONS]\n");
	if (q->about) {
		put_about(o, q);
		return;
	}
	put_page(o);
	if (!q->proto || q->proto == &ct_protos[CT_P_COUNT])
		return;
	out_str(o, "Proto `");
	out_str(o, q->proto->name);
	out_str(o, "' help:\n");
	put_options(o, q, 0, 0, cli_proto_bit(q));
}
