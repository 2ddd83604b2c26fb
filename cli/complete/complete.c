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
#include "cli/complete/shell.h"
#include "cli/opts.h"
#include "cli/parse.h"
#include "cli/words.h"
#include "fmt/text.h"

#include <string.h>

/* ------------------------------------------------------------- contexts */

static struct cli_req req;

/* May a command be given with this table? The parser says. */
static int takes_table(const struct cli_cmd *cmd, const char *table)
{
	char name[32], word[32], *argv[] = { name, name, word };

	if (cmd->flags & CLI_FIRST)
		return 0;
	*text_str(text_str(name, "--"), cli_cmd_name(cmd)) = '\0';
	*text_str(word, table) = '\0';
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

static int must(const struct context *c)
{
	return (cli_musts[cli_opts[c->row].must] & here(c)) != 0;
}

static int may_show(const struct context *c)
{
	req.cmd = c->cmd->bit;
	req.show = c->show;
	return (cli_columns(&req, c->row) & here(c)) != 0;
}

/* With any word of -o. */
static int may(const struct context *c)
{
	struct context one = *c;

	for (one.show = 1; one.show; one.show <<= 1)
		if (may_show(&one))
			return 1;
	return must(c);
}

static int may_not(const struct context *c)
{
	const struct cli_opt *opt = &cli_opts[c->row];

	return opt->may & CLI_NOT && opt_not_on(opt) & here(c) && may(c);
}

/* Elsewhere -p comes before the options of its protocol. */
static int any_proto(const struct context *c)
{
	return !must(c);
}

/*
 * The contexts in which something is true of a row, and of a word of -o; good
 * until the next.
 */
static const char *set_of(int (*is)(const struct context *c), unsigned row,
			  uint32_t show)
{
	static char set[256];
	struct context c = { cli_cmds, 0, row, show };
	char *p = set;

	for (; c.cmd->bit; c.cmd++) {
		for (c.expect = 0; c.expect < 2; c.expect++) {
			if ((c.expect && !takes_table(c.cmd, "expect")) ||
			    !is(&c))
				continue;
			*p++ = ',';
			*p++ = c.cmd->letter;
			p = text_str(p, c.expect ? "x" : "");
		}
	}
	*text_str(p, p == set ? "" : ",") = '\0';
	return set;
}

/* -------------------------------------------------------------- options */

static const char *kind_word(unsigned kind)
{
	return cli_part(cli_kind_words, kind);
}

/* The names of a row of cli_texts, and of its value. */
static void begin_row(char letter, const char *text, const char *value)
{
	const char word[] = { letter, '\0' };

	shell_call();
	shell_word(word, "");
	shell_word(text, "");
	shell_word(cli_part(text, 1), "");
	shell_word(value, "");
}

/* Its explanation. */
static void end_row(const char *text, const char *direction)
{
	const size_t n = strlen(text);

	shell_word(text, n && text[n - 1] == ',' ? direction : "");
	shell_line();
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
		shell_number(0);
		shell_word("", "");
		shell_word("", "");
		end_row(cli_part(text, 2), "");
	}
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct cli_opt *opt = &cli_opts[i];

		text = cli_opt_name(i);
		begin_row(opt->letter, text, kind_word(opt->kind));
		shell_number(opt->protos);
		shell_word(set_of(may, i, 0), "");
		shell_word(set_of(may_not, i, 0), "");
		end_row(cli_part(text, 2), opt_direction(opt));
	}
}

/* ---------------------------------------------------------------- words */

static void begin_word(const char *value, const char *prefix,
		       const char *word, unsigned protos)
{
	shell_call();
	shell_word(value, "");
	shell_word(prefix, word);
	shell_number(protos);
}

static void end_word(const char *contexts)
{
	shell_word(contexts, "");
	shell_line();
}

static void put_word(unsigned kind, const char *prefix, const char *word,
		     unsigned protos)
{
	begin_word(kind_word(kind), prefix, word, protos);
	end_word("");
}

static void put_list(unsigned kind, const char *list)
{
	for (; *list; list = cli_part(list, 1))
		put_word(kind, "", list, 0);
}

static void put_tables(void)
{
	for (const char *t = CLI_TABLES; *t; t = cli_part(t, 1)) {
		char set[64], *p = text_str(set, ",");

		for (const struct cli_cmd *c = cli_cmds; c->bit; c++) {
			if (!takes_table(c, t))
				continue;
			*p++ = c->letter;
			*p++ = ',';
		}
		*p = '\0';
		begin_word("TABLE", "", t, 0);
		end_word(set);
	}
}

static void put_outputs(void)
{
	uint32_t show = 1;

	for (const char *w = CLI_OUTPUTS; *w; w = cli_part(w, 1), show <<= 1) {
		begin_word(kind_word(KIND_OUTPUT), "", w, 0);
		end_word(set_of(may_show, OPT_OUTPUT, show));
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
	char number[TEXT_U32 + 1];

	for (unsigned p = 0; p < CT_P_COUNT; p++) {
		put_word(KIND_PROTO, "", ct_protos[p].name, 1u << p);
		*text_u32(number, ct_protos[p].num) = '\0';
		begin_word("", "", number, 1u << p);
		end_word("");
	}
}

/* The reply has some of the keys: by_find() knows which. */
static void put_keys(void)
{
	for (const char *k = by_keys; *k; k = cli_part(k, 2)) {
		char word[32], *end = text_str(text_str(word, "reply-"), k);
		struct cli_by by;

		*end = '\0';
		put_word(KIND_BY, "", k, 0);
		if (by_find(&by, word, (size_t)(end - word)) == 0)
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
	*text_str(words, text) = '\0';
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

/* Where labels have their names, and which commands can do without -p. */
static void put_facts(void)
{
	shell_set("labelmap", CLI_LABELMAP);
	shell_set("any_proto", set_of(any_proto, OPT_PROTONUM, 0));
}

int main(int argc, char **argv)
{
	if (shell_begin(argc > 1 ? argv[1] : "") < 0)
		return EXIT_USAGE;
	shell_function("facts", put_facts);
	shell_function("rows", put_rows);
	shell_function("words", put_words);
	for (int i = 2; i < argc; i++)
		shell_file(argv[i]);
	return shell_end() < 0 ? EXIT_FAILED : EXIT_DONE;
}
