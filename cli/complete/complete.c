/* SPDX-License-Identifier: MIT */
/*
 * complete SHELL FILE...: the tables that the parser reads, as functions of a
 * shell, and then the files, which know what to do with them. Runs where the
 * program is built, and is no part of it.
 *
 * A context is a command and its table: the command's letter, and an x when
 * the table is that of expectations. A set of them is ",L,D,Dx,".
 */
#include "cli/by.h"
#include "cli/opts.h"
#include "cli/parse.h"
#include "cli/words.h"

#include <stdio.h>
#include <string.h>

struct shell {
	const char	*name;
	const char	*head;		/* of the file */
	const char	*begin, *end;	/* of a function; % stands for its name */
	const char	*call;		/* the command that it was given */
	const char	*set;		/* a variable % to what follows */
};

static const struct shell shells[] = {
	{ "bash", "", "%() {", "}", "\"$1\"", "%=" },
	{ "zsh", "#compdef conntrack\n", "%() {", "}", "\"$1\"", "%=" },
	{ "fish", "", "function %", "end", "$argv[1]", "set -g % " },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

static const struct shell *sh;

/* A text with a name in the place of %. */
static void put_named(const char *text, const char *name)
{
	const char *at = strchr(text, '%');

	printf("%.*s_conntrack_%s%s", (int)(at - text), text, name, at + 1);
}

static void begin(const char *name)
{
	put_named(sh->begin, name);
	putchar('\n');
}

static void end(void)
{
	printf("%s\n\n", sh->end);
}

/* In single quotes, without what no shell has in them. */
static void put_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++)
		*text == '\'' ? fputs("'\\''", stdout) : putchar(*text);
	putchar('\'');
}

static void put_field(const char *text)
{
	putchar(' ');
	put_quoted(text);
}

/* ------------------------------------------------------------- contexts */

static struct cli_req req;

/* May a command be given with this table? The parser says. */
static int takes_table(const struct cli_cmd *cmd, const char *table)
{
	char name[32], word[32], *argv[] = { name, name, word };

	if (cmd->flags & CLI_FIRST)
		return 0;
	snprintf(name, sizeof(name), "--%s", cli_cmd_name(cmd));
	snprintf(word, sizeof(word), "%s", table);
	return cli_parse(&req, 3, argv, 0, NULL) == 0;
}

/* A command on a table, and an option with a word of -o or without. */
struct context {
	const struct cli_cmd	*cmd;
	int			 expect;
	unsigned		 row;
	uint32_t		 show;
};

static unsigned here(const struct context *c)
{
	return c->cmd->on[c->expect];
}

static int may_show(const struct context *c)
{
	req.cmd = c->cmd->bit;
	req.show = c->show;
	return (cli_columns(&req, c->row) & here(c)) != 0;
}

static int may(const struct context *c)
{
	struct context one = *c;

	/* without a word of -o, and then with each */
	for (one.show = 0; one.show <= SHOW_METRICS;
	     one.show = one.show ? one.show << 1 : 1)
		if (may_show(&one))
			return 1;
	return (cli_musts[cli_opts[c->row].must] & here(c)) != 0;
}

static int must(const struct context *c)
{
	return (cli_musts[cli_opts[c->row].must] & here(c)) != 0;
}

static int may_not(const struct context *c)
{
	const struct cli_opt *o = &cli_opts[c->row];

	return o->may & CLI_NOT && opt_not_on(o) & here(c) && may(c);
}

/* Does -p come first, where a command cannot do without it? */
static int any_proto(const struct context *c)
{
	return !must(c);
}

/* The contexts in which something is true of a row, and of a word of -o. */
static void put_set(int (*is)(const struct context *c), unsigned row,
		    uint32_t show)
{
	struct context c = { cli_cmds, 0, row, show };
	const char *comma = "',";

	for (; c.cmd->bit; c.cmd++) {
		for (c.expect = 0; c.expect < 2; c.expect++) {
			if ((c.expect && !takes_table(c.cmd, "expect")) ||
			    !is(&c))
				continue;
			printf("%s%c%s,", comma, c.cmd->letter,
			       c.expect ? "x" : "");
			comma = "";
		}
	}
	fputs(*comma ? "''" : "'", stdout);
}

/* -------------------------------------------------------------- options */

static const char *kind_word(unsigned kind)
{
	return cli_part(cli_kind_words, kind);
}

/* The name, the other name and the explanation of a row of cli_texts. */
static void begin_row(char letter, const char *text, const char *value)
{
	const char word[] = { letter, '\0' };

	printf("\t%s", sh->call);
	put_field(word);
	put_field(text);
	put_field(cli_part(text, 1));
	put_field(value);
}

static void put_text(const char *text, const char *direction)
{
	const size_t n = strlen(text);
	char line[256];

	snprintf(line, sizeof(line), "%s%s", text,
		 n && text[n - 1] == ',' ? direction : "");
	put_field(line);
	putchar('\n');
}

/*
 * LETTER NAME OTHER VALUE PROTOS MAY NOT TEXT: commands have no contexts that
 * they may be in.
 */
static void put_rows(void)
{
	const char *text;

	for (const struct cli_cmd *c = cli_cmds; c->bit; c++) {
		text = cli_cmd_name(c);
		begin_row(c->letter, text, c->flags & CLI_FIRST ?
			  kind_word(KIND_FILE) : "TABLE");
		fputs(" 0 '' ''", stdout);
		put_text(cli_part(text, 2), "");
	}
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct cli_opt *o = &cli_opts[i];

		text = cli_opt_name(i);
		begin_row(o->letter, text, kind_word(o->kind));
		printf(" %u ", o->protos);
		put_set(may, i, 0);
		putchar(' ');
		put_set(may_not, i, 0);
		put_text(cli_part(text, 2), opt_direction(o));
	}
}

/* ---------------------------------------------------------------- words */

static void begin_word(const char *value, const char *prefix,
		       const char *word, unsigned protos)
{
	char whole[64];

	printf("\t%s", sh->call);
	put_field(value);
	snprintf(whole, sizeof(whole), "%s%s", prefix, word);
	put_field(whole);
	printf(" %u", protos);
}

static void put_word(unsigned kind, const char *prefix, const char *word,
		     unsigned protos)
{
	begin_word(kind_word(kind), prefix, word, protos);
	puts(" ''");
}

static void put_list(unsigned kind, const char *list)
{
	for (; *list; list = cli_part(list, 1))
		put_word(kind, "", list, 0);
}

static void put_tables(void)
{
	for (const char *t = CLI_TABLES; *t; t = cli_part(t, 1)) {
		begin_word("TABLE", "", t, 0);
		fputs(" ',", stdout);
		for (const struct cli_cmd *c = cli_cmds; c->bit; c++)
			if (takes_table(c, t))
				printf("%c,", c->letter);
		puts("'");
	}
}

static void put_outputs(void)
{
	uint32_t show = 1;

	for (const char *w = CLI_OUTPUTS; *w; w = cli_part(w, 1), show <<= 1) {
		begin_word(kind_word(KIND_OUTPUT), "", w, 0);
		putchar(' ');
		put_set(may_show, OPT_OUTPUT, show);
		putchar('\n');
	}
}

static void put_status(void)
{
	for (unsigned bit = 0; CLI_STATUS_BITS >> bit; bit++) {
		const char *name = ct_name_of(CT_STATUS_BITS, bit);

		if (!(CLI_STATUS_BITS >> bit & 1))
			continue;
		put_word(KIND_STATUS, "", name, 0);
		put_word(KIND_STATUS, "!", name, 0);
	}
	put_word(KIND_STATUS, "", CLI_UNREPLIED, 0);
	put_word(KIND_STATUS, "", CLI_UNSET, 0);
}

/* The protocols that have a state of this name. */
static unsigned protos_with(const char *state)
{
	unsigned protos = 0;

	for (unsigned p = 0; p < CT_P_COUNT; p++)
		if (ct_name_find(ct_protos[p].states, state) >= 0)
			protos |= 1u << p;
	return protos;
}

/* Each word once, where the first protocol has it. */
static void put_states(void)
{
	for (unsigned p = 0; p < CT_P_COUNT; p++) {
		const enum ct_list list = ct_protos[p].states;
		const char *word;

		for (uint32_t i = 0; (word = ct_name_of(list, i)); i++) {
			const unsigned protos = protos_with(word);

			if (!(protos & ((1u << p) - 1)))
				put_word(KIND_STATE, "", word, protos);
		}
	}
}

/* Their bits, by number, too: not to be offered but to be understood. */
static void put_protocols(void)
{
	char number[8];

	for (unsigned p = 0; p < CT_P_COUNT; p++) {
		put_word(KIND_PROTO, "", ct_protos[p].name, 1u << p);
		snprintf(number, sizeof(number), "%u", ct_protos[p].num);
		begin_word("", "", number, 1u << p);
		puts(" ''");
	}
}

/* The reply has some of the keys: by_find() knows which. */
static void put_keys(void)
{
	for (const char *k = by_keys; *k; k = cli_part(k, 2)) {
		char word[32];
		struct cli_by by;
		const int n = snprintf(word, sizeof(word), "reply-%s", k);

		put_word(KIND_BY, "", k, 0);
		if (by_find(&by, word, (size_t)n) == 0)
			put_word(KIND_BY, "", word, 0);
	}
}

/* Does the help show the words themselves, as in "this|that"? */
static int is_choice(const char *text)
{
	return strchr(text, '|') &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-|[]")];
}

static void put_choice(unsigned kind)
{
	const char *text = kind_word(kind);
	char words[64], *word, *rest = words;

	if (!is_choice(text))
		return;
	snprintf(words, sizeof(words), "%s", text);
	while ((word = strtok_r(rest, "[|]", &rest)))
		put_word(kind, "", word, 0);
}

/* VALUE WORD PROTOS MAY: no protocols or no contexts, that is all of them. */
static void put_words(void)
{
	put_tables();
	put_list(KIND_EVENTS, CLI_EVENTS);
	put_outputs();
	put_status();
	put_states();
	put_protocols();
	put_keys();
	for (unsigned kind = 0; kind < KIND_COUNT; kind++)
		put_choice(kind);
}

static void put_facts(void)
{
	putchar('\t');
	put_named(sh->set, "labelmap");
	put_quoted(CLI_LABELMAP);
	fputs("\n\t", stdout);
	put_named(sh->set, "any_proto");
	put_set(any_proto, OPT_PROTONUM, 0);
	putchar('\n');
}

/* ----------------------------------------------------------------- files */

/* A file, without the comments at its head. */
static int put_file(const char *path)
{
	char line[256];
	int head = 1;
	FILE *f = fopen(path, "re");

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		head = head && *line == '#';
		if (!head)
			fputs(line, stdout);
	}
	return fclose(f);
}

int main(int argc, char **argv)
{
	for (sh = shells; sh->name; sh++)
		if (argc > 1 && strcmp(sh->name, argv[1]) == 0)
			break;
	if (!sh->name)
		return EXIT_USAGE;
	printf("%s# SPDX-License-Identifier: MIT\n"
	       "# Made from the tables of conntrack " VERSION ".\n\n", sh->head);
	begin("facts");
	put_facts();
	end();
	begin("rows");
	put_rows();
	end();
	begin("words");
	put_words();
	end();
	for (int i = 2; i < argc; i++)
		if (put_file(argv[i]) < 0)
			return EXIT_FAILED;
	return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}
