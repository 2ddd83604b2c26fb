/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/opts.h"

#include <errno.h>
#include <string.h>

/* The words not read yet. */
struct words {
	char	**argv;
	int	  argc, next;
};

const struct cli_cmd *cli_cmd_of(uint32_t bit)
{
	const struct cli_cmd *c = cli_cmds;

	while (c->name && c->bit != bit)
		c++;
	return c;
}

static int usage(struct cli_req *q, const char *text, const char *arg)
{
	return cli_refuse(q, EXIT_USAGE, text, arg, NULL);
}

/* The next word, when it cannot be an option; it is then taken. */
static const char *take_plain_word(struct words *w)
{
	const char *word = w->next < w->argc ? w->argv[w->next] : NULL;

	if (!word || *word == '-' || *word == '!')
		return NULL;
	w->next++;
	return word;
}

static int set_table(struct cli_req *q, const char *word)
{
	static const struct {
		const char	*name;
		enum ct_table	 table;
	} tables[] = {		/* any prefix will do, the first wins */
		{ "expect",      CT_TABLE_EXPECT },
		{ "conntrack",   CT_TABLE_CONNTRACK },
		{ "dying",       CT_TABLE_DYING },
		{ "unconfirmed", CT_TABLE_UNCONFIRMED },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strncmp(tables[i].name, word, strlen(word)) == 0) {
			q->table = tables[i].table;
			return 0;
		}
	}
	return usage(q, "unknown type `%'", word);
}

/* A command; word is its table, or NULL to look at the next word for one. */
static int set_command(struct cli_req *q, const struct cli_cmd *cmd,
		       const char *word)
{
	if (q->cmd)
		return usage(q, "Invalid commands combination", NULL);
	q->cmd = cmd->bit;
	if (word && set_table(q, word) < 0)
		return -EINVAL;
	if ((q->table == CT_TABLE_DYING || q->table == CT_TABLE_UNCONFIRMED) &&
	    q->cmd != CMD_LIST)
		return usage(q, "Can't do that command with tables `dying' "
			     "and `unconfirmed'", NULL);
	if (q->table == CT_TABLE_EXPECT && q->cmd == CMD_UPDATE)
		return usage(q, "Can't do --update on expectations", NULL);
	if (q->table == CT_TABLE_EXPECT && q->cmd == CMD_ADD)
		return usage(q, "Can't do --add on expectations", NULL);
	return 0;
}

static int set_option(struct cli_req *q, const struct cli_opt *opt,
		      const char *arg)
{
	q->seen |= opt_bit((unsigned)(opt - cli_opts));
	return opt->set(q, opt, arg);
}

/* What a long name stands for. */
struct long_name {
	const struct cli_cmd	*cmd;
	const struct cli_opt	*opt;
	int			 matches;	/* rows that it abbreviates */
	int			 exact;
};

/* 2: the name itself, 1: an abbreviation of it, 0: neither. */
static int matches(const char *name, const char *word, size_t n)
{
	if (!name || strncmp(name, word, n) != 0)
		return 0;
	return name[n] == '\0' ? 2 : 1;
}

static void consider(struct long_name *l, const char *name, const char *alias,
		     const char *word, size_t n, const struct cli_cmd *cmd,
		     const struct cli_opt *opt)
{
	int m = matches(name, word, n);
	int a = matches(alias, word, n);

	if (a > m)
		m = a;
	if (m == 0 || l->exact)
		return;
	l->cmd = cmd;
	l->opt = opt;
	l->matches++;
	l->exact = m == 2;
}

/*
 * Find a long name. Options of the known protocol count with the global
 * ones, as before; those of the others only when nothing else has that name,
 * so that no old abbreviation becomes ambiguous.
 */
static struct long_name find_long(const struct cli_req *q, const char *word,
				  size_t n)
{
	struct long_name l = { 0 };
	unsigned known = q->proto ? 1u << (q->proto - ct_protos) : 0;

	for (const struct cli_cmd *c = cli_cmds; c->name; c++)
		consider(&l, c->name, c->alias, word, n, c, NULL);
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (i < OPT_GLOBALS || cli_opts[i].protos & known)
			consider(&l, cli_opts[i].name, cli_opts[i].alias,
				 word, n, NULL, &cli_opts[i]);
	if (l.matches == 0 && !q->proto)
		for (unsigned i = OPT_GLOBALS; i < OPT_COUNT; i++)
			consider(&l, cli_opts[i].name, cli_opts[i].alias,
				 word, n, NULL, &cli_opts[i]);
	return l;
}

static int parse_long(struct cli_req *q, struct words *w, const char *word)
{
	const char *name = word + 2;
	size_t n = strcspn(name, "=");
	const char *arg = name[n] == '=' ? name + n + 1 : NULL;
	struct long_name l = find_long(q, name, n);

	if (l.matches == 0 || (l.matches > 1 && !l.exact))
		return usage(q, "unknown option `%'", word);
	if (l.cmd) {
		if (arg && !(l.cmd->flags & CLI_LONG_VALUE))
			return usage(q, "unknown option `%'", word);
		return set_command(q, l.cmd, arg ? arg : take_plain_word(w));
	}
	if (arg && l.opt->takes == TAKES_NONE)
		return usage(q, "unknown option `%'", word);
	if (!arg && l.opt->takes == TAKES_OPTIONAL)
		arg = take_plain_word(w);
	if (!arg && l.opt->takes == TAKES_VALUE) {
		if (w->next == w->argc)
			return usage(q, "option `%' requires an argument",
				     word);
		arg = w->argv[w->next++];
	}
	return set_option(q, l.opt, arg);
}

static const struct cli_opt *opt_of_letter(char c)
{
	for (unsigned i = 0; i < OPT_GLOBALS; i++)
		if (cli_opts[i].letter[0] == c)
			return &cli_opts[i];
	return NULL;
}

static const struct cli_cmd *cmd_of_letter(char c)
{
	const struct cli_cmd *cmd = cli_cmds;

	while (cmd->name && cmd->letter != c)
		cmd++;
	return cmd->name ? cmd : NULL;
}

/* A command's letter at p. Returns 1 when the rest of the word is taken. */
static int parse_cmd_letter(struct cli_req *q, struct words *w,
			    const struct cli_cmd *cmd, const char *rest)
{
	const char *table = NULL;
	int takes_rest = *rest && cmd->flags & CLI_SHORT_VALUE && !q->cmd;

	if (takes_rest)
		table = rest;
	else if (!*rest)
		table = take_plain_word(w);
	return set_command(q, cmd, table) < 0 ? -EINVAL : takes_rest;
}

static int parse_opt_letter(struct cli_req *q, struct words *w,
			    const struct cli_opt *opt, const char *rest,
			    const char *word)
{
	const char *arg = *rest ? rest : NULL;

	if (opt->takes == TAKES_NONE)
		return set_option(q, opt, NULL);
	if (!arg && opt->takes == TAKES_OPTIONAL)
		arg = take_plain_word(w);
	if (!arg && opt->takes == TAKES_VALUE) {
		if (w->next == w->argc)
			return usage(q, "option `%' requires an argument",
				     word);
		arg = w->argv[w->next++];
	}
	return set_option(q, opt, arg) < 0 ? -EINVAL : 1;
}

/* A word of letters. Each says whether the rest of the word is its value. */
static int parse_short(struct cli_req *q, struct words *w, const char *word)
{
	if (strcmp(word, "-LSC") == 0)	/* calicoctl; 1.4.7 lists */
		word = "-L";
	for (const char *p = word + 1; *p; p++) {
		const struct cli_cmd *cmd = cmd_of_letter(*p);
		const struct cli_opt *opt = opt_of_letter(*p);
		int r;

		if (cmd)
			r = parse_cmd_letter(q, w, cmd, p + 1);
		else if (opt)
			r = parse_opt_letter(q, w, opt, p + 1, word);
		else
			r = usage(q, "unknown option `%'", word);
		if (r != 0)
			return r < 0 ? r : 0;
	}
	return 0;
}

/*
 * The protocols that know every protocol option given; all of them when none
 * was. An option that the protocol of -p does not know is unknown.
 */
static int settle_protocols(struct cli_req *q)
{
	uint16_t all = (1u << CT_P_COUNT) - 1;
	uint16_t protos = all;
	unsigned given = (unsigned)(q->proto ? q->proto - ct_protos : 0);

	for (unsigned i = OPT_GLOBALS; i < OPT_COUNT; i++) {
		if (!(q->seen & opt_bit(i)))
			continue;
		if (q->proto && !(cli_opts[i].protos >> given & 1))
			return usage(q, "unknown option `--%'",
				     cli_opts[i].name);
		protos &= cli_opts[i].protos;
	}
	if (protos == 0)
		return usage(q, "no protocol has all of the protocol options "
			     "given", NULL);
	if (q->proto)
		protos = (uint16_t)(1u << given);
	if (q->state && cli_set_state(q, protos, q->state) < 0)
		return -EINVAL;
	if (q->proto || protos == all)
		return 0;
	for (unsigned i = 0; i < CT_P_COUNT; i++) {
		if (protos == 1u << i) {	/* as good as -p */
			q->filter.dir[CT_ORIG].proto = ct_protos[i].num;
			q->filter.dir[CT_ORIG].has |= CT_PROTO;
			return 0;
		}
	}
	q->filter.protos = protos;
	q->filter.has |= CT_F_PROTOS;
	return 0;
}

int cli_parse(struct cli_req *q, int argc, char **argv, int posix,
	      int (*protocol)(const char *name))
{
	struct words w = { argv, argc, 1 };
	int r = 0;

	memset(q, 0, sizeof(*q));
	q->protocol = protocol;
	memset(&q->filter.src_mask, 0xff, sizeof(q->filter.src_mask));
	memset(&q->filter.dst_mask, 0xff, sizeof(q->filter.dst_mask));
	while (r == 0 && w.next < w.argc) {
		const char *word = w.argv[w.next++];

		if (word[0] != '-' || word[1] == '\0') {
			if (posix)
				break;
			continue;	/* an operand: ignored */
		}
		if (strcmp(word, "--") == 0)
			break;
		r = word[1] == '-' ? parse_long(q, &w, word)
				   : parse_short(q, &w, word);
	}
	return r < 0 ? r : settle_protocols(q);
}
