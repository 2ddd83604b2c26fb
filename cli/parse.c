/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/opts.h"
#include "cli/near.h"
#include "cli/set.h"
#include "cli/value.h"
#include "cli/words.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The words not read yet, and the one that is. */
struct words {
	char		**argv;
	int		  argc, next;
	const char	 *word;
	int		  not;		/* `!' before it, not heeded yet */
};

/* The next word, when it cannot be an option; it is then taken. */
static const char *take_plain_word(struct words *w)
{
	const char *word = w->next < w->argc ? w->argv[w->next] : NULL;

	if (!word || *word == '-' || *word == '!')
		return NULL;
	w->next++;
	return word;
}

/* Any prefix of a table's name will do, the first one wins. */
static int set_table(struct cli_req *q, const char *word)
{
	static const char names[] = CLI_TABLES;
	const char *name = names;
	unsigned table = CT_TABLE_CONNTRACK;

	if (*word == '\0')	/* the empty one was always this table's */
		table = CT_TABLE_EXPECT;
	for (; !value_after(name, word, value_end(word, '\0')); table++) {
		name = cli_part(name, 1);
		if (*name == '\0') {
			near_list(q, word, value_end(word, '\0'), names);
			return cli_usage(q, "unknown type `%'", word);
		}
	}
	q->table = table;
	return 0;
}

/*
 * A command; word is its table, or NULL to look at the next word for one. Two
 * of them are one too many, but for a question about the other.
 */
static int set_command(struct cli_req *q, const struct cli_cmd *cmd,
		       const char *word)
{
	uint32_t both = q->cmd | cmd->bit;

	if (q->cmd) {
		if (q->about || both == CMD_HELP || !(both & CMD_HELP))
			return cli_usage(q, "Invalid commands combination"
					 "\fone at a time", NULL);
		both &= ~CMD_HELP;
		q->about = both;
	}
	q->cmd = q->about ? CMD_HELP : both;
	if (word && set_table(q, word) < 0)
		return -EINVAL;
	if (q->table >= CT_TABLE_DYING && both != CMD_LIST)
		return cli_usage(q, "Can't do that command with tables "
				 "`dying' and `unconfirmed'\f-L lists them",
				 NULL);
	if (q->table == CT_TABLE_EXPECT && both & (CMD_UPDATE | CMD_ADD))
		return cli_usage(q, "Can't do --% on expectations"
				 "\f-D it, then -I another", cli_cmd_name(cmd));
	return 0;
}

/* An option behind `!'. What it means may depend on a -p to come. */
static int add_not(struct cli_req *q, struct words *w, unsigned row,
		   const char *arg)
{
	if (q->nots == CLI_NOTS)
		return cli_usage(q, "option `--%' given too often",
				 cli_opt_name(row));
	q->not[q->nots++] = (struct cli_not){ arg, row };
	q->not_seen |= opt_bit(row);
	w->not = 0;
	return 0;
}

/*
 * An option met in a word: its value is what is attached, or the next word,
 * which an optional value is only when it does not look like an option.
 */
static int set_option(struct cli_req *q, struct words *w,
		      unsigned row, const char *attached)
{
	unsigned takes = cli_kinds[cli_opts[row].kind].takes;
	const char *arg = attached;

	if (!arg && takes == TAKES_OPTIONAL)
		arg = take_plain_word(w);
	if (!arg && takes == TAKES_VALUE) {
		if (w->next == w->argc)
			return cli_usage(q, "option `%' requires an argument",
					 w->word);
		arg = w->argv[w->next++];
	}
	if (w->not && cli_opts[row].may & CLI_NOT)
		return add_not(q, w, row, arg);
	q->seen |= opt_bit(row);
	return set_value(q, row, arg);
}

static int unknown(struct cli_req *q, const char *word)
{
	return cli_usage(q, "unknown option `%'", word);
}

/* An option that other protocols have, as it was spelt. */
static int foreign(struct cli_req *q, const char *word, unsigned row)
{
	const int proto = __builtin_ctz(cli_opts[row].protos);

	return cli_refuse(q, EXIT_USAGE, "unknown option `--%'"
			  "\fit goes with -p %", word, ct_protos[proto].name);
}

/* A long name, of n characters, that no row has. */
static int unknown_long(struct cli_req *q, const char *word, size_t n)
{
	const char *text = cli_texts;

	for (unsigned i = 0; i < 2 * (CLI_CMDS + OPT_COUNT); i++) {
		near_name(q, word, n, text);
		text = cli_part(text, 1 + i % 2);
	}
	return cli_refuse(q, EXIT_USAGE, "unknown option `%%'", "--", word);
}

/* Does a row have a name that word, of n characters, abbreviates? 2: is. */
static int is_name(const char *text, const char *word, size_t n)
{
	int found = 0;

	for (unsigned i = 0; i < 2; i++, text = cli_part(text, 1)) {
		const char *rest = value_after(text, word, n);

		if (rest && *text)
			found |= *rest ? 1 : 2;
	}
	return found;
}

/* Is the row a command, or an option of no protocol or of these? */
static int fits(int row, unsigned protos)
{
	unsigned of = row < CLI_CMDS ? 0 : cli_opts[row - CLI_CMDS].protos;

	return !of || of & protos;
}

#define NO_ROW		-1
#define AMBIGUOUS	-2

/*
 * The row of a long name, as in cli_texts: the first that has it in full, or
 * the only one that it abbreviates. Options of no protocol count, and those
 * of these. What the old tool does not have is spelt in full: it must not
 * make an old abbreviation ambiguous.
 */
static int find_long(const char *word, size_t n, unsigned protos)
{
	const char *text = cli_texts, *next;
	int row = NO_ROW;

	for (int i = 0; i < CLI_CMDS + OPT_COUNT; i++, text = next) {
		int found = is_name(text, word, n);

		next = cli_part(text, 3);
		if (i < CLI_CMDS && cli_cmds[i].flags & CLI_FIRST)
			continue;
		if (!fits(i, protos))
			continue;
		if (found > 1)
			return i;
		if (found && (i < CLI_CMDS + OPT_HELPER ||
			      i >= CLI_CMDS + OPT_GLOBALS))
			row = row == NO_ROW ? i : AMBIGUOUS;
	}
	return row;
}

/*
 * Options of the known protocol count with the global ones, as before; those
 * of the others only when nothing else has that name, so that no old
 * abbreviation becomes ambiguous.
 */
static int parse_long(struct cli_req *q, struct words *w)
{
	const char *name = w->word + 2;
	size_t n = value_end(name, '=');
	const char *arg = name[n] ? name + n + 1 : NULL;
	int row = find_long(name, n, cli_proto_bit(q));
	unsigned takes, opt;

	if (row == NO_ROW)
		row = find_long(name, n, UINT8_MAX);
	if (row < 0)
		return unknown_long(q, name, n);
	opt = (unsigned)row - CLI_CMDS;
	if (q->proto && !fits(row, cli_proto_bit(q)))
		return foreign(q, name, opt);
	takes = row < CLI_CMDS ? cli_cmds[row].flags & CLI_LONG_VALUE :
		cli_kinds[cli_opts[opt].kind].takes;
	if (arg && !takes)
		return unknown(q, w->word);
	if (row < CLI_CMDS)
		return set_command(q, &cli_cmds[row],
				   arg ? arg : take_plain_word(w));
	return set_option(q, w, opt, arg);
}

/* A letter's command, or the last row, which has none. */
static const struct cli_cmd *command_of(char letter)
{
	const struct cli_cmd *c = letter ? cli_cmds : &cli_cmds[CLI_CMDS - 1];

	while (c->bit && (c->letter != letter || c->flags & CLI_FIRST))
		c++;
	return c;
}

/* A word of letters. Each may take the rest of the word as its value. */
static int parse_short(struct cli_req *q, struct words *w)
{
	const char *p = w->word + 1;
	int r = 0;

	if (*p == 'L' && strcmp(p, "LSC") == 0)	/* calicoctl; 1.4.7 lists */
		p = "L";
	for (; r == 0 && *p; p++) {
		const struct cli_cmd *cmd;
		const char *rest = p[1] ? p + 1 : NULL;
		unsigned row = 0;

		while (cli_opts[row].letter && cli_opts[row].letter != *p)
			row++;
		cmd = command_of(cli_opts[row].letter ? '\0' : *p);
		if (cmd->bit) {
			if (q->cmd || !(cmd->flags & CLI_SHORT_VALUE))
				rest = NULL;
			r = set_command(q, cmd, rest || p[1] ? rest :
					take_plain_word(w));
		} else if (!cli_opts[row].letter) {
			return unknown(q, w->word);
		} else if (cli_kinds[cli_opts[row].kind].takes == TAKES_NONE) {
			rest = NULL;
			r = set_option(q, w, row, NULL);
		} else {
			return set_option(q, w, row, rest);
		}
		if (rest || w->not)
			break;
	}
	return r;
}

/* A filter by these protocols, none of them named with -p. */
static void select_protocols(struct cli_req *q, unsigned protos)
{
	struct ct_tuple *t = &q->filter.dir[CT_ORIG];

	for (unsigned i = 0; i < CT_P_COUNT; i++) {
		if (protos == 1u << i) {	/* as good as -p */
			t->proto = ct_protos[i].num;
			t->has |= CT_PROTO;
			return;
		}
	}
	q->filter.protos = (uint16_t)protos;
	q->filter.has |= CT_F_PROTOS;
}

/*
 * The protocols that know every protocol option given; all of them when none
 * was. An option that the protocol of -p does not know is unknown.
 */
static int settle_protocols(struct cli_req *q)
{
	const unsigned all = UINT8_MAX;
	unsigned given = cli_proto_bit(q);
	unsigned protos = all;

	for (uint64_t left = q->seen >> OPT_GLOBALS << OPT_GLOBALS; left;
	     left &= left - 1) {
		const unsigned i = (unsigned)__builtin_ctzll(left);

		if (q->proto && !(cli_opts[i].protos & given))
			return foreign(q, cli_opt_name(i), i);
		protos &= cli_opts[i].protos;
	}
	if (protos == 0)
		return cli_usage(q, "no protocol has all these options", NULL);
	if (q->state && set_state_of(q, q->proto ? given : protos) < 0)
		return -EINVAL;
	if (!q->proto && protos != all)
		select_protocols(q, protos);
	return 0;
}

/* A filter that lets everything pass. */
static void clear(struct ct_filter *f)
{
	memset(f, 0, sizeof(*f));
	memset(f->mask, 0xff, sizeof(f->mask));
}

/*
 * What all options together mean. Each one behind `!' is a filter of its own,
 * as if it were the only one given, but an address in it decides the family
 * of the command like any other. Names of labels are looked up later.
 */
static int settle(struct cli_req *q)
{
	struct ct_filter *f = &q->filter, given;
	const struct ct_proto *proto = q->proto;
	const uint64_t seen = q->seen;
	int r = settle_protocols(q);

	given = *f;
	for (unsigned i = 0; r == 0 && i < q->nots; i++) {
		const unsigned row = q->not[i].row;

		clear(f);
		q->seen = opt_bit(row);
		q->proto = proto;
		q->state = NULL;
		if (row != OPT_FAMILY)
			f->family = given.family;
		r = set_value(q, row, q->not[i].arg);
		if (r == 0 && row == OPT_LABEL)
			q->list[q->lists - 1].bits = &q->unless[i].labels;
		if (r == 0)
			r = settle_protocols(q);
		if (row != OPT_FAMILY)
			given.family = f->family;
		q->unless[i] = *f;
	}
	given.unless = q->unless;
	given.n_unless = (uint8_t)q->nots;
	*f = given;
	q->seen = seen;
	q->proto = proto;
	return r;
}

/*
 * -R FILE, whole; cli_check() refuses what precedes it, but for --netns and
 * --no-sandbox.
 */
static int is_load(const struct cli_req *q, const struct words *w)
{
	return (q->cmd ? q->cmd == CMD_HELP && !q->about
		       : w->next < w->argc) &&
	       (strcmp(w->word, "-R") == 0 ||
		strcmp(w->word, "--load-file") == 0);
}

int cli_parse(struct cli_req *q, int argc, char **argv, int posix,
	      int (*protocol)(const char *name))
{
	struct words w = { argv, argc, 1, NULL, 0 };
	int r = 0;

	memset(q, 0, offsetof(struct cli_req, warn));
	q->protocol = protocol;
	clear(&q->filter);
	while (r == 0 && !w.not && w.next < w.argc) {
		const char *word = w.argv[w.next++];

		w.not = word[0] == '!' && !word[1];
		if (w.not)
			word = w.next < w.argc ? w.argv[w.next++] : "";
		w.word = word;
		/* What follows a file was always passed over. */
		if (q->cmd == CMD_LOAD && !value_after(word, "--netns", 7) &&
		    !value_after(word, "--no-s", 6))
			continue;
		if (is_load(q, &w)) {
			if (q->cmd) {
				q->about = CMD_LOAD;
				continue;
			}
			q->cmd = CMD_LOAD;
			q->file = w.argv[w.next++];
			continue;
		}
		if (word[0] != '-' || word[1] == '\0') {
			if (!q->operand)
				q->operand = word;
			if (posix)
				break;
			continue;
		}
		if (word[1] == '-' && !word[2]) {
			if (w.next < w.argc)
				q->operand = w.argv[w.next];
			break;
		}
		r = word[1] == '-' ? parse_long(q, &w)
				   : parse_short(q, &w);
	}
	if (r == 0 && w.not)
		r = cli_usage(q, "`!' needs a filter behind it, not `%'",
			      w.word);
	return r < 0 ? r : settle(q);
}
