/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/opts.h"

#include <errno.h>

static int seen(const struct cli_req *q, unsigned row)
{
	return (q->seen & opt_bit(row)) != 0;
}

static int usage(struct cli_req *q, const char *text, const char *arg,
		 const char *arg2)
{
	return cli_refuse(q, EXIT_USAGE, text, arg, arg2);
}

/* Rows first to last, in their order: is one missing, or out of place? */
static int check_rows(struct cli_req *q, uint32_t cmd, unsigned first,
		      unsigned last)
{
	unsigned proto = (unsigned)(q->proto ? q->proto - ct_protos : 0);

	for (unsigned i = first; i < last; i++) {
		const struct cli_opt *o = &cli_opts[i];

		if (o->protos && q->proto && !(o->protos >> proto & 1))
			continue;
		if (o->must & cmd && !seen(q, i) && (!o->protos || q->proto))
			return usage(q, "You need to supply the `--%' option "
				     "for this command", o->name, NULL);
		if (seen(q, i) && !((o->may | o->must) & cmd))
			return usage(q, "Illegal option `--%' with this "
				     "command", o->name, NULL);
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
	return usage(q, "you have to specify `--%' and `--%'",
		     cli_opts[a].name, cli_opts[b].name);
}

static int check_addresses(struct cli_req *q)
{
	return check_pairs(q, OPT_SRC, OPT_DST, OPT_REPLY_SRC, OPT_REPLY_DST);
}

static int check_l4(struct cli_req *q)
{
	switch (q->proto->l4) {
	case CT_L4_PORTS:
		return check_pairs(q, OPT_SPORT, OPT_DPORT, OPT_REPLY_SPORT,
				   OPT_REPLY_DPORT);
	case CT_L4_KEYS:
		return check_pairs(q, OPT_SRCKEY, OPT_DSTKEY,
				   OPT_REPLY_SRCKEY, OPT_REPLY_DSTKEY);
	default:
		return 0;
	}
}

/* Resetting counters goes over the whole table: nothing may select. */
static int check_zero(struct cli_req *q)
{
	const uint64_t selects =
		opt_bit(OPT_PROTONUM) | opt_bit(OPT_SRC) | opt_bit(OPT_DST) |
		opt_bit(OPT_REPLY_SRC) | opt_bit(OPT_REPLY_DST) |
		opt_bit(OPT_MARK) | opt_bit(OPT_SECMARK) |
		opt_bit(OPT_STATUS) | opt_bit(OPT_ZONE) | opt_bit(OPT_LABEL) |
		opt_bit(OPT_ORIG_ZONE) | opt_bit(OPT_REPLY_ZONE) |
		opt_bit(OPT_SRC_NAT) | opt_bit(OPT_DST_NAT) |
		opt_bit(OPT_ANY_NAT) | ~(opt_bit(OPT_GLOBALS) - 1);

	if (seen(q, OPT_ZERO) && q->seen & selects)
		return usage(q, "Can't use -z with filtering parameters",
			     NULL, NULL);
	return 0;
}

static int check_masks(struct cli_req *q)
{
	if (seen(q, OPT_MASK_SRC) && !seen(q, OPT_SRC))
		return usage(q, "Can't use --mask-src without --src", NULL,
			     NULL);
	if (seen(q, OPT_MASK_DST) && !seen(q, OPT_DST))
		return usage(q, "Can't use --mask-dst without --dst", NULL,
			     NULL);
	return 0;
}

/* compat.md 2.2, in its order. */
int cli_check(struct cli_req *q)
{
	const uint32_t whole = CMD_CREATE | CMD_ADD | CMD_GET;
	uint32_t cmd = q->table == CT_TABLE_EXPECT ? ON_EXPECT(q->cmd)
						   : q->cmd;

	if (!q->cmd)
		return usage(q, "no command given", NULL, NULL);
	if (seen(q, OPT_ANY_NAT) &&
	    (seen(q, OPT_SRC_NAT) || seen(q, OPT_DST_NAT)))
		return usage(q, "cannot specify `--src-nat' or `--dst-nat' "
			     "with `--any-nat'", NULL, NULL);
	if (check_rows(q, cmd, 0, OPT_GLOBALS) < 0 ||
	    (cmd & whole && check_addresses(q) < 0) ||
	    check_rows(q, cmd, OPT_GLOBALS, OPT_COUNT) < 0 ||
	    (cmd & whole && check_l4(q) < 0) ||
	    check_zero(q) < 0 || check_masks(q) < 0)
		return -EINVAL;
	return 0;
}
