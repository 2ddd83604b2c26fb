/* SPDX-License-Identifier: MIT */
#include "cli/set.h"

#include "cli/by.h"
#include "cli/near.h"
#include "cli/opts.h"
#include "cli/value.h"
#include "cli/words.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

static int unexpected(struct cli_req *q, unsigned row,
		      const char *arg)
{
	q->letter[0] = '-';
	q->letter[1] = cli_opts[row].letter;
	if (!q->letter[1])
		return cli_refuse(q, EXIT_FAILED, "unexpected value '%' "
				  "with --% option", arg, cli_opt_name(row));
	return cli_refuse(q, EXIT_FAILED, "unexpected value '%' "
			  "with % option", arg, q->letter);
}

static void warn(struct cli_req *q, const char *line)
{
	if (q->warns < CLI_WARN_MAX)
		q->warn[q->warns++] = line;
}

/* The presence word of an option's member, and the bit in it. */
static uint32_t *presence(struct cli_req *q, unsigned row, uint32_t *bit)
{
	*bit = 1u << cli_opts[row].bit >> 1;
	return (uint32_t *)(void *)&q->filter + cli_opts[row].in;
}

/*
 * The member that an option fills; its presence bit, moved left by shift, is
 * set in the word at the head of its struct.
 */
static void *member(struct cli_req *q, unsigned row,
		    unsigned shift)
{
	uint32_t bit, *has = presence(q, row, &bit);

	*has |= bit << shift;
	return (char *)&q->filter + cli_opts[row].at;
}

/* Note where a value went, for the lines that are like this one. */
static void note(struct cli_req *q, const char *arg, const void *to,
		 unsigned size)
{
	const size_t at = (size_t)((const char *)to - (const char *)q);

	if (q->values++ < CLI_VALUES)
		q->value[q->values - 1] = (struct cli_value){
			arg, (uint16_t)at, 0, (uint8_t)size };
}

static int bad_protocol(struct cli_req *q, const char *arg)
{
	return cli_usage(q, "`%' unsupported protocol", arg);
}

static int fix_family(struct cli_req *q, int family)
{
	if (q->filter.family && q->filter.family != family)
		return cli_usage(q, "mismatched address family", NULL);
	q->filter.family = (uint8_t)family;
	return 0;
}

/* ------------------------------------------------------------ addresses */

/* The IPv6 bit of a tuple's address is two places left of its IPv4 bit. */
static struct ct_addr *put_addr(struct cli_req *q, unsigned row,
				const struct ct_addr *a, int family)
{
	struct ct_addr *to = member(q, row, family == AF_INET6 ? 2 : 0);

	if (to)
		*to = *a;
	return to;
}

/* An address of n characters; it fixes the family. Returns it, or -EINVAL. */
static int take_addr(struct cli_req *q, const char *s, size_t n,
		     const char *arg, struct ct_addr *a)
{
	int family = value_addr(s, n, a);

	if (family < 0)
		return cli_usage(q, "Invalid IP address `%'", arg);
	return fix_family(q, family) < 0 ? -EINVAL : family;
}

static int no_prefix(struct cli_req *q, unsigned row)
{
	return cli_usage(q, "CIDR notation unavailable for `--%'", cli_opt_name(row));
}

/* A prefix is as good as the mask option, to every check. */
static int set_prefix(struct cli_req *q, unsigned row, const char *arg,
		      int family)
{
	int is_tuple = row >= OPT_TUPLE_SRC;
	unsigned bits, max = family == AF_INET ? 32 : 128;
	struct ct_addr mask;

	if (value_prefix(arg, max, &mask, &bits) < 0)
		return cli_usage(q, "Invalid netmask", NULL);
	if (bits == max && !is_tuple)
		return 0;
	row = row - (is_tuple ? OPT_TUPLE_SRC : OPT_SRC) + OPT_MASK_SRC;
	put_addr(q, row, &mask, family);
	q->seen |= opt_bit(row);
	return 0;
}

static int set_addr(struct cli_req *q, unsigned row, const char *arg)
{
	size_t n = value_end(arg, '/');
	struct ct_addr a, *to;
	int family;

	if (arg[n] && cli_opts[row].kind != KIND_NET)
		return no_prefix(q, row);
	family = take_addr(q, arg, n, arg, &a);
	if (family < 0)
		return family;
	to = put_addr(q, row, &a, family);
	note(q, arg, to, family == AF_INET ? CLI_IP4 : CLI_IP6);
	return arg[n] ? set_prefix(q, row, arg + n + 1, family) : 0;
}

/* [ADDR]:PORT, ADDR4:PORT or ADDR; several colons make an IPv6 address. */
static int take_nat(struct cli_req *q, const char *arg, struct ct_nat *nat)
{
	int bracket = arg[0] == '[';
	const char *addr = arg + bracket;
	size_t n = value_end(addr, bracket ? ']' : ':');
	const char *port = addr + n + bracket;
	uint32_t v = 0;
	int family;

	if (bracket && !addr[n])
		return cli_usage(q, "No closing ']' around IPv6 address", NULL);
	if (bracket && n == 0)
		return cli_usage(q, "No IPv6 address specified", NULL);
	if (bracket && *port != ':')
		return cli_usage(q, "Invalid IP address `%'", arg);
	if (*port && !bracket && port[1 + value_end(port + 1, ':')]) {
		n = value_end(addr, '\0');
		port = addr + n;
	}
	nat->has_port = *port != '\0';
	if (nat->has_port && *++port == '\0')
		return cli_usage(q, "No port specified after `:'", NULL);
	family = take_addr(q, addr, n, n ? arg : "", &nat->addr);
	if (family < 0)
		return -EINVAL;
	note(q, addr, &nat->addr, family == AF_INET ? CLI_IP4 : CLI_IP6);
	if (nat->has_port && (*port < '0' || *port > '9' ||
			      value_number(port, 10, UINT16_MAX, &v) < 0))
		return cli_usage(q, "Invalid port `%'", port);
	if (nat->has_port)
		note(q, port, &nat->port, sizeof(nat->port));
	nat->has_addr = 1;
	nat->port = (uint16_t)v;
	return 0;
}

static int set_nat(struct cli_req *q, unsigned row, const char *arg)
{
	struct ct_nat *nat = member(q, row, 0);

	*nat = (struct ct_nat){ 0 };
	if (arg && arg[value_end(arg, '/')])
		return no_prefix(q, row);
	if (arg && take_nat(q, arg, nat) < 0)
		return -EINVAL;
	if (row == OPT_ANY_NAT)		/* either end may match */
		q->filter.dst_nat = *nat;
	return 0;
}

/* -------------------------------------------------------------- numbers */

static int set_number(struct cli_req *q, unsigned row, const char *arg)
{
	const struct cli_kind *kind = &cli_kinds[cli_opts[row].kind];
	uint32_t max = UINT32_MAX >> (32 - 8 * kind->size);
	uint32_t v;
	void *to;

	if (value_number(arg, kind->base, max, &v) < 0)
		return unexpected(q, row, arg);
	if (!cli_opts[row].at)
		return 0;
	to = member(q, row, 0);
	note(q, arg, to, kind->size);
	value_store(to, kind->size, v);
	return 0;
}

/*
 * A port, or ranges of ports, which are no member of the tuple. What the
 * option was given before does not count.
 */
static int set_ports(struct cli_req *q, unsigned row, const char *arg)
{
	const struct cli_opt *opt = &cli_opts[row];
	struct ct_filter *f = &q->filter;
	const char *s = arg;
	char before, behind = '\0';	/* a number */
	uint8_t n = 0;
	uint32_t v, *has = presence(q, row, &v);

	*has &= ~v;
	for (unsigned i = 0; i < f->n_ranges; i++)
		if (f->range[i].at != opt->at)
			f->range[n++] = f->range[i];
	f->n_ranges = n;
	for (; n < CT_RANGES && ct_number(&s, 10, UINT16_MAX, &v) == 0; s++) {
		struct ct_range *r = &f->range[n];

		before = behind;
		behind = *s;
		r->at = opt->at;
		r->high = (uint16_t)v;
		if (before != '-') {
			r->low = r->high;
			if (behind == '-')
				continue;
		}
		if (r->low > r->high)
			break;
		n++;
		if (before && !behind) {
			f->n_ranges = n;
			return 0;
		}
		if (behind != ',')
			break;
	}
	return set_number(q, row, arg);	/* one number, or none */
}

static int set_mark(struct cli_req *q, unsigned row, const char *arg)
{
	if (value_mark(arg, &q->filter.mark, &q->filter.mark_mask) < 0)
		return unexpected(q, row, arg);
	note(q, arg, &q->filter.mark, sizeof(q->filter.mark));
	q->filter.has |= CT_F_MARK;
	return 0;
}

/* ---------------------------------------------------------------- words */

/* Does a word abbreviate name? If not, it may have been meant. */
__attribute__((noinline))	/* smaller */
static int is_word(struct cli_req *q, const char *word, size_t n,
		   const char *name)
{
	near_name(q, word, n, name);
	return value_abbreviates(word, n, name);
}

/* The first name of a list that a word abbreviates, or -1. */
static int word_in(struct cli_req *q, const char *list, const char *word,
		   size_t n)
{
	for (int i = 0; *list; i++, list = cli_part(list, 1))
		if (is_word(q, word, n, list))
			return i;
	return -1;
}

/*
 * The next element of a comma list, passing over SRC_NAT and DST_NAT, which
 * were status bits once, and what is short for them, but not by all means:
 * with least characters. Returns 0 at the end of the list.
 */
static int next_word(struct cli_req *q, size_t least, const char **s,
		     const char **word, size_t *n)
{
	while (*s) {
		int nat;

		*word = *s;
		*n = value_end(*s, ',');
		*s = (*s)[*n] ? *s + *n + 1 : NULL;
		nat = value_abbreviates(*word, *n, "SRC_NAT") ? 0 :
		      value_abbreviates(*word, *n, "DST_NAT") ? 1 : -1;
		if (nat < 0 || *n < least)
			return 1;
		warn(q, cli_part("WARNING: ignoring SRC_NAT, use --src-nat "
				 "instead\0"
				 "WARNING: ignoring DST_NAT, use --dst-nat "
				 "instead", (unsigned)nat));
	}
	return 0;
}

static int bad_word(struct cli_req *q, const char *word)
{
	return cli_usage(q, "Bad parameter `%'", word);
}

/* Words of a list, as bits in its order. */
static int take_words(struct cli_req *q, const char *list, const char *arg,
		      uint32_t *bits)
{
	const char *word;
	size_t n;

	/* names of -o and -e may begin like them: s and d */
	while (next_word(q, 2, &arg, &word, &n)) {
		int i = word_in(q, list, word, n);

		if (i < 0)
			return bad_word(q, word);
		*bits |= 1u << i;
	}
	return 0;
}

static int set_events(struct cli_req *q, unsigned row, const char *arg)
{
	static const char names[] = CLI_EVENTS;
	uint32_t events = 0;
	int r;

	_Static_assert(CT_GROUP(CT_EVENT_DESTROY) == 1u << 3 >> 1,
		       "the order of the words");

	(void)row;
	r = take_words(q, names, arg, &events);
	q->groups |= events & 1 ? CT_GROUPS_FLOW : events >> 1;
	return r;
}

static int set_output(struct cli_req *q, unsigned row, const char *arg)
{
	const uint32_t saves = SHOW_SAVE | SHOW_RESTORE;
	uint32_t formats;

	(void)row;
	if (take_words(q, CLI_OUTPUTS, arg, &q->show) < 0)
		return -EINVAL;
	formats = q->show & (saves | SHOW_XML | SHOW_ANY_JSON | SHOW_METRICS);
	if (formats & (formats - 1) && !(formats & saves))
		return cli_refuse(q, EXIT_FAILED, "cannot combine output "
				  "formats", NULL, NULL);
	if (formats & saves && q->show & ~(formats & -formats) &
	    ~SHOW_USERSPACE)
		return cli_refuse(q, EXIT_FAILED, "cannot combine save output "
				  "with any other output type, use -o save "
				  "only", NULL, NULL);
	return 0;
}

/* The status bit that a word abbreviates, 0 for UNSET, or -1. */
static int64_t status_named(struct cli_req *q, const char *word, size_t n)
{
	const uint32_t known = CLI_STATUS_BITS;

	for (unsigned i = 0; known >> i; i++)
		if (known >> i & 1 &&
		    is_word(q, word, n, ct_name_of(CT_STATUS_BITS, i)))
			return (int64_t)1 << i;
	return is_word(q, word, n, CLI_UNSET) ? 0 : -1;
}

static int set_status(struct cli_req *q, unsigned row, const char *arg)
{
	static const char unreplied[] = CLI_UNREPLIED;
	struct ct_filter *f = &q->filter;
	const char *word;
	size_t n;

	(void)row;
	f->has |= CT_F_STATUS;
	while (next_word(q, 1, &arg, &word, &n)) {
		size_t inverse = *word == '!';
		int64_t bit = status_named(q, word + inverse, n - inverse);

		if (bit >= 0) {
			f->status_mask |= (uint32_t)bit;
			f->status |= inverse ? 0 : (uint32_t)bit;
		} else if (value_abbreviates(unreplied, sizeof(unreplied) - 1,
					     word)) {
			f->status_mask |= IPS_SEEN_REPLY;
		} else {
			near_name(q, word + inverse, n - inverse, unreplied);
			return bad_word(q, word + inverse);
		}
	}
	return 0;
}

static int set_helper(struct cli_req *q, unsigned row, const char *arg)
{
	struct ct_helper *h = &q->change.helper;
	size_t n = value_end(arg, '\0');

	if (n >= sizeof(h->name))
		return unexpected(q, row, arg);
	memcpy(h->name, arg, n + 1);
	h->has = CT_HELPER;
	return 0;
}

static int set_family(struct cli_req *q, unsigned row, const char *arg)
{
	const char *version = value_after(arg, "ipv", 3);

	(void)row;
	if (version && *version == '4')
		return fix_family(q, AF_INET);
	if (version && *version == '6')
		return fix_family(q, AF_INET6);
	near_list(q, arg, value_end(arg, '\0'), CLI_FAMILIES);
	return bad_protocol(q, arg);
}

static int set_labels(struct cli_req *q, unsigned row, const char *arg)
{
	if (!arg)
		return 0;
	if (q->lists == CLI_LISTS)
		return cli_usage(q, "option `--%' given too often", cli_opt_name(row));
	q->list[q->lists++] = (struct cli_list){ arg, member(q, row, 0) };
	return 0;
}

static int set_file(struct cli_req *q, unsigned row, const char *arg)
{
	if (q->labelmap)
		return cli_usage(q, "option `--%' can only be specified once",
				 cli_opt_name(row));
	q->labelmap = arg;
	return 0;
}

static int set_ignored(struct cli_req *q, unsigned row, const char *arg)
{
	(void)row;
	(void)arg;
	warn(q, "WARNING: ignoring -a, deprecated option.");
	return 0;
}

/* No key twice: readers of JSON would see one of them only. */
static int set_by(struct cli_req *q, unsigned row, const char *arg)
{
	size_t n;

	for (;; arg += n + 1) {
		const struct cli_by *by = q->by, *new = by + q->bys;

		n = value_end(arg, ',');
		if (q->bys == CLI_BYS)
			return cli_usage(q, "option `--%' given too often",
					 cli_opt_name(row));
		if (by_find(&q->by[q->bys], arg, n) < 0) {
			by_near(q, arg, n);
			return bad_word(q, arg);
		}
		while (by->name != new->name || by->reply != new->reply)
			by++;
		if (by != new)
			return bad_word(q, arg);
		q->bys++;
		if (!arg[n])
			return 0;
	}
}

static int set_color(struct cli_req *q, unsigned row, const char *arg)
{
	int i = COLOR_ALWAYS;

	(void)row;
	if (arg)
		i = word_in(q, CLI_COLORS, arg, value_end(arg, '\0'));
	q->color = (unsigned)i;
	return i < 0 ? bad_word(q, arg) : 0;
}

static int set_netns(struct cli_req *q, unsigned row, const char *arg)
{
	(void)row;
	q->netns = arg;
	return 0;
}

/* ------------------------------------------------------------ protocols */

static int set_proto(struct cli_req *q, unsigned row, const char *arg)
{
	struct ct_tuple *t = &q->filter.dir[CT_ORIG];
	const struct ct_proto *p = ct_proto_named(arg);
	uint32_t num;
	int n;

	(void)row;
	if (p) {
		num = p->num;
	} else if ((n = q->protocol ? q->protocol(arg) : -1) >= 0) {
		/* A name from the system's list is handled by number alone. */
		num = (uint32_t)n;
		p = &ct_protos[CT_P_COUNT];
	} else if (*arg == '+' || value_number(arg, 0, 255, &num) < 0) {
		for (p = ct_protos; p < ct_protos + CT_P_COUNT; p++)
			near_name(q, arg, value_end(arg, '\0'), p->name);
		return bad_protocol(q, arg);
	} else {
		p = ct_proto_of((uint8_t)num);
	}
	if (t->has & CT_PROTO && t->proto != num)
		return cli_usage(q, "two protocols given", NULL);
	q->proto = p;
	t->proto = (uint8_t)num;
	t->has |= CT_PROTO;
	return 0;
}

int set_state_of(struct cli_req *q, unsigned protos)
{
	/* In the order of enum ct_list, from CT_NO_NAMES on. */
	static const char unknown[] =
		"unknown\0unknown TCP\0unknown SCTP\0Unknown DCCP";
	struct ct_filter *f = &q->filter;
	enum ct_list one = CT_NO_NAMES;

	f->states = 0;
	for (unsigned row = 0; row < CT_P_COUNT; row++) {
		enum ct_list list = ct_protos[row].states;
		int state;

		if (list == CT_NO_NAMES || !(protos >> row & 1))
			continue;
		if (protos == 1u << row)
			one = list;
		state = ct_name_find(list, q->state);
		if (state >= 0) {
			f->states |= (uint16_t)(1u << row);
			f->state[row] = (uint8_t)state;
		}
		near_list(q, q->state, value_end(q->state, '\0'),
			  ct_name_of(list, 0));
	}
	if (!f->states)
		return cli_refuse(q, EXIT_USAGE, "% state `%'",
				  cli_part(unknown, one), q->state);
	f->has |= CT_F_STATE;
	return 0;
}

/* The word means something only in a protocol, and that may come later. */
static int set_state(struct cli_req *q, unsigned row, const char *arg)
{
	unsigned proto = cli_proto_bit(q);

	q->state = arg;
	return proto & cli_opts[row].protos ? set_state_of(q, proto) : 0;
}

static int set_role(struct cli_req *q, unsigned row, const char *arg)
{
	uint8_t *role = member(q, row, 0);
	int i = word_in(q, CLI_ROLES, arg, value_end(arg, '\0'));

	if (i < 0)
		return cli_usage(q, "Unknown DCCP role `%'", arg);
	*role = (uint8_t)i;
	return 0;
}

int set_value(struct cli_req *q, unsigned row, const char *arg)
{
	static int (*const set[KIND_NUMBERS])(struct cli_req *q,
		unsigned row, const char *arg) = {
		[KIND_NET]	= set_addr,
		[KIND_ADDR]	= set_addr,
		[KIND_NAT]	= set_nat,
		[KIND_PROTO]	= set_proto,
		[KIND_FAMILY]	= set_family,
		[KIND_STATUS]	= set_status,
		[KIND_EVENTS]	= set_events,
		[KIND_OUTPUT]	= set_output,
		[KIND_MARK]	= set_mark,
		[KIND_LABELS]	= set_labels,
		[KIND_LABELS_OR_ALL] = set_labels,
		[KIND_FILE]	= set_file,
		[KIND_HELPER]	= set_helper,
		[KIND_STATE]	= set_state,
		[KIND_ROLE]	= set_role,
		[KIND_IGNORED]	= set_ignored,
		[KIND_NETNS]	= set_netns,
		[KIND_BY]	= set_by,
		[KIND_COLOR]	= set_color,
		[KIND_PORTS]	= set_ports,
	};

	unsigned kind = cli_opts[row].kind;

	if (kind == KIND_FLAG)	/* that it was seen is all */
		return 0;
	if (kind >= KIND_NUMBERS)
		return set_number(q, row, arg);
	return set[kind](q, row, arg);
}
