/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/opts.h"
#include "cli/tell.h"
#include "fmt/text.h"

/* The column where explanations begin. */
#define COLUMN	34u

/* "  -x, --name, --alias VALUE     explanation" */
static void put_row(struct out *o, char letter, const char *name,
		    const char *alias, const char *value, const char *help)
{
	char *start = out_room(o);
	char *p = text_str(start, "  ");

	if (letter) {
		*p++ = '-';
		*p++ = letter;
		p = text_str(p, ", ");
	}
	p = text_str(text_str(p, "--"), name);
	if (alias)
		p = text_str(text_str(p, ", --"), alias);
	if (value) {
		*p++ = ' ';
		p = text_str(p, value);
	}
	do
		*p++ = ' ';
	while (p < start + COLUMN);
	p = text_str(p, help);
	*p++ = '\n';
	out_end(o, p);
}

/* Options from a row on that some command of this version takes. */
static void put_options(struct out *o, unsigned first, unsigned last,
			uint16_t protos)
{
	uint32_t here = 0;

	for (const struct cli_cmd *c = cli_cmds; c->name; c++)
		if (c->flags & CLI_HERE)
			here |= c->bit | ON_EXPECT(c->bit);
	for (unsigned i = first; i < last; i++) {
		const struct cli_opt *opt = &cli_opts[i];
		/* Letters that are no letters are spellings of old scripts. */
		char letter = opt->letter[0];

		if (!((opt->may | opt->must) & here) ||
		    (opt->protos & protos) != protos)
			continue;
		put_row(o, (letter | 0x20) >= 'a' && (letter | 0x20) <= 'z' ?
			letter : '\0', opt->name, opt->alias, opt->value,
			opt->help);
	}
}

void cli_help(struct out *o, const struct ct_proto *proto)
{
	out_str(o, tell_version);
	out_str(o, ": list the kernel's connection tracking table\n"
		"usage: conntrack COMMAND [TABLE] [OPTIONS]\n\ncommands:\n");
	for (const struct cli_cmd *c = cli_cmds; c->name; c++)
		if (c->flags & CLI_HERE)
			put_row(o, c->letter, c->name, c->alias, c->value,
				c->help);
	out_str(o, "\ntables: conntrack (when none is named), expect, dying, "
		"unconfirmed\n\noptions:\n");
	put_options(o, 0, OPT_GLOBALS, 0);
	out_str(o, "\noptions of protocols (-h -p PROTO lists one's): tcp, "
		"udp, udplite, sctp, dccp,\nicmp, icmpv6, gre; filters take "
		"them without -p, too\n");
	if (!proto || proto == &ct_protos[CT_P_COUNT])
		return;
	out_str(o, "\nProto `");
	out_str(o, proto->name);
	out_str(o, "' help:\n");
	put_options(o, OPT_GLOBALS, OPT_COUNT,
		    (uint16_t)(1u << (proto - ct_protos)));
}
