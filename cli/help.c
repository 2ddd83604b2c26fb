/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/opts.h"
#include "cli/tell.h"
#include "fmt/text.h"

/* The column where explanations begin. */
#define COLUMN	36u

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

/* Options of no protocol, or of these. */
static void put_options(struct out *o, unsigned protos)
{
	const char *text = cli_part(cli_texts, 3 * CLI_CMDS);

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct cli_opt *opt = &cli_opts[i];

		if (protos ? opt->protos & protos : !opt->protos)
			put_row(o, opt->letter, text,
				cli_part(cli_kind_words, opt->kind),
				opt_direction(opt));
		text = cli_part(text, 3);
	}
}

void cli_help(struct out *o, const struct cli_req *q)
{
	const char *text = cli_texts;

	out_str(o, tell_version);
	out_str(o, "\n"
		"usage: conntrack COMMAND [TABLE] [OPTIONS]\n\ncommands:\n");
	for (const struct cli_cmd *c = cli_cmds; c->bit; c++) {
		put_row(o, c->letter, text, "", "");
		text = cli_part(text, 3);
	}
	out_str(o, "\ntables: conntrack, expect, dying, unconfirmed\n"
		"\noptions:\n");
	put_options(o, 0);
	out_str(o, "\nmore by -h -p PROTO:");
	for (unsigned i = 0; i < CT_P_COUNT; i++) {
		out_char(o, ' ');
		out_str(o, ct_protos[i].name);
	}
	out_char(o, '\n');
	if (!q->proto || q->proto == &ct_protos[CT_P_COUNT])
		return;
	out_str(o, "\nProto `");
	out_str(o, q->proto->name);
	out_str(o, "' help:\n");
	put_options(o, cli_proto_bit(q));
}
