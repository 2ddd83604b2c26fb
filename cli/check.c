/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/opts.h"

#include <errno.h>

static int seen(const struct cli_req *q, unsigned row)
{
	return (q->seen & opt_bit(row)) != 0;
}

/* Which commands take an option, as a list of their letters. */
static const char *takers(const struct cli_req *q, unsigned row)
{
	static char list[4 * CLI_CMDS];
	const unsigned on = cli_columns(q, row) |
			    cli_musts[cli_opts[row].must];
	char *p = list;

	for (const struct cli_cmd *c = cli_cmds; c->bit; c++) {
		if ((c->on[0] | c->on[1]) & on) {
			*p++ = ' ';
			*p++ = '-';
			*p++ = c->letter;
		}
	}
	*p = '\0';
	return list;
}

/* The options given, with `!' or without. */
static uint64_t given(const struct cli_req *q)
{
	return q->seen | q->not_seen;
}

/* The first refusal counts; the names of two options may stand in it. */
static void refuse(struct cli_req *q, const char *text, unsigned a, unsigned b)
{
	cli_refuse(q, EXIT_USAGE, text, cli_opt_name(a), cli_opt_name(b));
}

unsigned cli_columns(const struct cli_req *q, unsigned row)
{
	const unsigned counts = (q->cmd | q->about) & (CMD_COUNT | CMD_STATS) ?
				CLI_ON_NONE : 0;
	const unsigned may = cli_opts[row].may;

	if (row != OPT_OUTPUT)
		return may;
	if (q->show & SHOW_METRICS)
		return counts;
	return q->show & SHOW_ANY_JSON || q->about ? may | CLI_ON_CREATE |
	       CLI_ON_EXPECT | counts : may;
}

/* Rows first to last, in their order: is one missing, or out of place? */
static void check_rows(struct cli_req *q, unsigned on, unsigned first,
		       unsigned last)
{
	for (unsigned i = first; i < last; i++) {
		const struct cli_opt *o = &cli_opts[i];
		const unsigned must = cli_musts[o->must];

		if (given(q) & opt_bit(i) &&
		    !((cli_columns(q, i) | must) & on))
			cli_refuse(q, EXIT_USAGE, "Illegal option `--%' "
				   "with this command\fit goes with%",
				   cli_opt_name(i), takers(q, i));
		if (q->not_seen & opt_bit(i) &&
		    !(on & opt_not_on(o)))
			refuse(q, "`! --%' does not go with this command"
			       "\f-L -E -D do", i, i);
		if (must & on && !seen(q, i) &&
		    (!o->protos || o->protos & cli_proto_bit(q)))
			refuse(q, "You need to supply the `--%' option for "
			       "this command", i, i);
	}
}

/*
 * Of two pairs, four rows from first on, one must be whole; the first one
 * begun is complained of.
 */
static void check_pairs(struct cli_req *q, unsigned first)
{
	unsigned four = (unsigned)(q->seen >> first);

	if ((four & 3) == 3 || (four & 12) == 12)
		return;
	if (!(four & 3) && four & 12)
		first += 2;
	refuse(q, "you have to specify `--%' and `--%'", first, first + 1);
}

/* An entry is named by a pair of addresses, and one of ports or keys. */
static void check_l4(struct cli_req *q)
{
	unsigned l4 = q->proto ? q->proto->l4 : CT_L4_NONE;

	if (l4 == CT_L4_PORTS)
		check_pairs(q, OPT_SPORT);
	if (l4 == CT_L4_KEYS)
		check_pairs(q, OPT_SRCKEY);
}

/* A port that is a value, or that of one entry, is one port. */
static void check_ports(struct cli_req *q, int whole)
{
	if (q->filter.n_ranges && (whole || q->table == CT_TABLE_EXPECT))
		cli_usage(q, "this command takes no ranges of ports", NULL);
}

/* Resetting counters goes over the whole table: nothing may select. */
static void check_zero(struct cli_req *q)
{
	const uint64_t beside = CLI_NO_FILTERS |
		opt_bit(OPT_ZERO) | opt_bit(OPT_FAMILY) |
		opt_bit(OPT_MASK_SRC) | opt_bit(OPT_MASK_DST);

	if (seen(q, OPT_ZERO) && (q->seen & ~beside || q->not_seen))
		cli_usage(q, "Can't use -z with filtering parameters"
			  "\fbut -f: it resets all", NULL);
}

static void check_mask(struct cli_req *q, unsigned mask, unsigned addr)
{
	if (seen(q, mask) && !seen(q, addr))
		refuse(q, "Can't use --% without --%", mask, addr);
}

/* A port to translate to needs a protocol that has one, or an ICMP id: B55. */
static void check_nat(struct cli_req *q)
{
	const unsigned l4 = q->proto ? q->proto->l4 : CT_L4_NONE;

	if (q->cmd & (CMD_CREATE | CMD_ADD) &&
	    (l4 == CT_L4_NONE || l4 == CT_L4_KEYS) &&
	    (q->filter.src_nat.has_port || q->filter.dst_nat.has_port))
		cli_usage(q, "this protocol has no ports to translate", NULL);
}

/* Counting has its own lines, or JSON. */
static void check_by(struct cli_req *q)
{
	if (seen(q, OPT_TOP) && !seen(q, OPT_BY))
		refuse(q, "Can't use --% without --%", OPT_TOP, OPT_BY);
	if (seen(q, OPT_BY) && q->show & (SHOW_XML | SHOW_SAVE | SHOW_RESTORE))
		cli_usage(q, "`--by' shows lines or JSON", NULL);
}

/*
 * What reads like a selection and is none would change the whole table:
 * compat.md, B18 and B51. In files words are passed over, as in event logs.
 */
static void check_danger(struct cli_req *q)
{
	const uint32_t many = CMD_UPDATE | CMD_DELETE | CMD_FLUSH |
			      CMD_LOAD;

	if (q->operand && q->cmd & many && !q->line)
		cli_usage(q, "unexpected argument `%'", q->operand);
	if (q->cmd == CMD_DELETE && seen(q, OPT_TIMEOUT) &&
	    !(given(q) & ~(CLI_NO_FILTERS | opt_bit(OPT_TIMEOUT))))
		cli_usage(q, "`--timeout' selects nothing", NULL);
	/* and no line of a file goes elsewhere than the others */
	if (q->line && seen(q, OPT_NETNS))
		cli_usage(q, "`--netns' in a load file", NULL);
}

/* compat.md 2.2, in its order. */
int cli_check(struct cli_req *q)
{
	const struct cli_cmd *cmd = cli_cmd_of(q->cmd);
	unsigned on = cmd->on[q->table == CT_TABLE_EXPECT];
	int whole = (on & (CLI_ON_CREATE | CLI_ON_GET)) != 0;

	if (q->about)	/* what a command may be given is what is asked */
		return 0;
	if (!q->cmd && !q->line)
		cli_usage(q, "no command given", NULL);
	if (q->cmd == CMD_UPDATE && seen(q, OPT_LABEL_ADD) &&
	    seen(q, OPT_LABEL_DEL))
		cli_refuse(q, EXIT_FAILED, "cannot use --label-add and "
			   "--label-del at the same time"
			   "\fdo one after the other", NULL, NULL);
	if (seen(q, OPT_ANY_NAT) &&
	    (seen(q, OPT_SRC_NAT) || seen(q, OPT_DST_NAT)))
		cli_usage(q, "cannot specify `--src-nat' or `--dst-nat' "
			  "with `--any-nat'\fit stands for either", NULL);
	check_rows(q, on, 0, OPT_GLOBALS);
	if (whole)
		check_pairs(q, OPT_SRC);
	check_rows(q, on, OPT_GLOBALS, OPT_COUNT);
	if (whole)
		check_l4(q);
	check_ports(q, whole);
	check_zero(q);
	check_mask(q, OPT_MASK_SRC, OPT_SRC);
	check_mask(q, OPT_MASK_DST, OPT_DST);
	check_nat(q);
	check_by(q);
	check_danger(q);
	return q->why.text ? -EINVAL : 0;
}
