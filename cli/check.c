/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/opts.h"

#include <errno.h>

static int seen(const struct cli_req *q, unsigned row)
{
	return (q->seen & opt_bit(row)) != 0;
}

/* Rows first to last, in their order: is one missing, or out of place? */
static int check_rows(struct cli_req *q, unsigned on, unsigned first,
		      unsigned last)
{
	for (unsigned i = first; i < last; i++) {
		const struct cli_opt *o = &cli_opts[i];

		if (seen(q, i) && !((o->may | o->must) & on))
			return cli_usage(q, "Illegal option `--%' with this "
					 "command", cli_opt_name(i));
		if (o->must & on && !seen(q, i) &&
		    (!o->protos || o->protos & cli_proto_bit(q)))
			return cli_usage(q, "You need to supply the `--%' "
					 "option for this command", cli_opt_name(i));
	}
	return 0;
}

/* Of two pairs, one must be whole; the first one begun is complained of. */
static int check_pairs(struct cli_req *q, unsigned a, unsigned b, unsigned c,
		       unsigned d)
{
	if ((seen(q, a) && seen(q, b)) || (seen(q, c) && seen(q, d)))
		return 0;
	if (!seen(q, a) && !seen(q, b) && (seen(q, c) || seen(q, d))) {
		a = c;
		b = d;
	}
	return cli_refuse(q, EXIT_USAGE, "you have to specify `--%' and `--%'",
			  cli_opt_name(a), cli_opt_name(b));
}

/* An entry is named by a pair of addresses, and one of ports or keys. */
static int check_addresses(struct cli_req *q)
{
	return check_pairs(q, OPT_SRC, OPT_DST, OPT_REPLY_SRC, OPT_REPLY_DST);
}

static int check_l4(struct cli_req *q)
{
	if (q->proto->l4 == CT_L4_PORTS)
		return check_pairs(q, OPT_SPORT, OPT_DPORT, OPT_REPLY_SPORT,
				   OPT_REPLY_DPORT);
	if (q->proto->l4 == CT_L4_KEYS)
		return check_pairs(q, OPT_SRCKEY, OPT_DSTKEY,
				   OPT_REPLY_SRCKEY, OPT_REPLY_DSTKEY);
	return 0;
}

/* Resetting counters goes over the whole table: nothing may select. */
static int check_zero(struct cli_req *q)
{
	const uint64_t beside =
		opt_bit(OPT_ZERO) | opt_bit(OPT_FAMILY) |
		opt_bit(OPT_OUTPUT) | opt_bit(OPT_LABELMAP) |
		opt_bit(OPT_NAT_RANGE) |
		opt_bit(OPT_MASK_SRC) | opt_bit(OPT_MASK_DST);

	if (seen(q, OPT_ZERO) && q->seen & ~beside)
		return cli_usage(q, "Can't use -z with filtering parameters",
				 NULL);
	return 0;
}

static int check_mask(struct cli_req *q, unsigned mask, unsigned addr)
{
	if (!seen(q, mask) || seen(q, addr))
		return 0;
	return cli_refuse(q, EXIT_USAGE, "Can't use --% without --%",
			  cli_opt_name(mask), cli_opt_name(addr));
}

/* compat.md 2.2, in its order. */
int cli_check(struct cli_req *q)
{
	const struct cli_cmd *cmd = cli_cmd_of(q->cmd);
	unsigned on = cmd->on[q->table == CT_TABLE_EXPECT];
	unsigned whole = on & (CLI_ON_CREATE | CLI_ON_GET);

	if (!q->cmd)
		return cli_usage(q, "no command given", NULL);
	if (seen(q, OPT_ANY_NAT) &&
	    (seen(q, OPT_SRC_NAT) || seen(q, OPT_DST_NAT)))
		return cli_usage(q, "cannot specify `--src-nat' or `--dst-nat' "
				 "with `--any-nat'", NULL);
	if (check_rows(q, on, 0, OPT_GLOBALS) < 0 ||
	    (whole && check_addresses(q) < 0) ||
	    check_rows(q, on, OPT_GLOBALS, OPT_COUNT) < 0 ||
	    (whole && check_l4(q) < 0) ||
	    check_zero(q) < 0 || check_mask(q, OPT_MASK_SRC, OPT_SRC) < 0 ||
	    check_mask(q, OPT_MASK_DST, OPT_DST) < 0)
		return -EINVAL;
	return 0;
}
