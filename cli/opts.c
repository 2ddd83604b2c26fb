/* SPDX-License-Identifier: MIT */
#include "cli/opts.h"

#include "cli/value.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

const struct cli_cmd cli_cmds[] = {
	{ CMD_LIST,    'L', CLI_HERE | CLI_LONG_VALUE, "dump", "list", "[TABLE]", "list entries" },
	{ CMD_GET,     'G', CLI_HERE | CLI_LONG_VALUE, "get", NULL, "[TABLE]", "show the entry of a tuple" },
	{ CMD_COUNT,   'C', CLI_HERE | CLI_LONG_VALUE | CLI_SHORT_VALUE, "counter", "count", "[TABLE]", "count entries" },
	{ CMD_STATS,   'S', CLI_HERE, "stats", NULL, "[TABLE]", "show the kernel's statistics, a line per CPU" },
	{ CMD_VERSION, 'V', CLI_HERE, "version", NULL, NULL, "show the version" },
	{ CMD_HELP,    'h', CLI_HERE, "help", NULL, "[-p PROTO]", "show this text, and the protocol's options" },
	{ CMD_CREATE,  'I', CLI_LONG_VALUE, "create", NULL, NULL, NULL },
	{ CMD_ADD,     'A', CLI_LONG_VALUE, "add", NULL, NULL, NULL },
	{ CMD_UPDATE,  'U', CLI_LONG_VALUE, "update", NULL, NULL, NULL },
	{ CMD_DELETE,  'D', CLI_LONG_VALUE, "delete", NULL, NULL, NULL },
	{ CMD_FLUSH,   'F', CLI_LONG_VALUE, "flush", NULL, NULL, NULL },
	{ CMD_EVENT,   'E', CLI_LONG_VALUE, "event", NULL, NULL, NULL },
	{ 0, 0, 0, NULL, NULL, NULL, NULL },
};

int cli_refuse(struct cli_req *q, int code, const char *text,
	       const char *arg, const char *arg2)
{
	q->why = (struct cli_why){ text, { arg, arg2 }, code };
	return -EINVAL;
}

static int usage(struct cli_req *q, const char *text, const char *arg)
{
	return cli_refuse(q, EXIT_USAGE, text, arg, NULL);
}

static int unexpected(struct cli_req *q, const struct cli_opt *opt,
		      const char *arg)
{
	if (opt->letter[0])
		return cli_refuse(q, EXIT_FAILED, "unexpected value '%' "
				  "with -% option", arg, opt->letter);
	return cli_refuse(q, EXIT_FAILED, "unexpected value '%' "
			  "with --% option", arg, opt->name);
}

static void warn(struct cli_req *q, const char *line)
{
	if (q->warns < CLI_WARN_MAX)
		q->warn[q->warns++] = line;
}

static unsigned row_of(const struct cli_opt *opt)
{
	return (unsigned)(opt - cli_opts);
}

static int set_family(struct cli_req *q, uint8_t family)
{
	if (q->filter.family && q->filter.family != family)
		return usage(q, "mismatched address family", NULL);
	q->filter.family = family;
	return 0;
}

/* ------------------------------------------------------------ addresses */

/* Which tuple member an address option fills. */
static void put_addr(struct cli_req *q, unsigned row, const struct ct_addr *a,
		     int family)
{
	uint32_t src = family == AF_INET ? CT_SRC4 : CT_SRC6;
	uint32_t dst = family == AF_INET ? CT_DST4 : CT_DST6;
	struct ct_tuple *orig = &q->filter.dir[CT_ORIG];
	struct ct_tuple *reply = &q->filter.dir[CT_REPLY];

	switch (row) {
	case OPT_SRC:
		orig->src = *a;
		orig->has |= src;
		break;
	case OPT_DST:
		orig->dst = *a;
		orig->has |= dst;
		break;
	case OPT_REPLY_SRC:
		reply->src = *a;
		reply->has |= src;
		break;
	case OPT_REPLY_DST:
		reply->dst = *a;
		reply->has |= dst;
		break;
	case OPT_MASK_SRC:
		q->filter.src_mask = *a;
		break;
	case OPT_MASK_DST:
		q->filter.dst_mask = *a;
		break;
	default:	/* --tuple-*: of commands to come */
		break;
	}
}

/* ADDR[/BITS]: a prefix is as good as the mask option, to every check. */
static int set_net(struct cli_req *q, const struct cli_opt *opt,
		   const char *arg)
{
	unsigned row = row_of(opt);
	int is_src = row == OPT_SRC || row == OPT_TUPLE_SRC;
	unsigned mask_row = is_src ? OPT_MASK_SRC : OPT_MASK_DST;
	const char *slash = strchr(arg, '/');
	struct ct_addr a, mask;
	unsigned bits, max;
	int family;

	family = value_addr(arg, slash ? (size_t)(slash - arg) : strlen(arg),
			    &a);
	if (family < 0)
		return usage(q, "Invalid IP address `%'", arg);
	if (set_family(q, (uint8_t)family) < 0)
		return -EINVAL;
	put_addr(q, row, &a, family);
	if (!slash)
		return 0;
	max = family == AF_INET ? 32 : 128;
	if (value_prefix(slash + 1, max, &mask, &bits) < 0)
		return usage(q, "Invalid netmask", NULL);
	if (bits == max && row != OPT_TUPLE_SRC && row != OPT_TUPLE_DST)
		return 0;
	put_addr(q, mask_row, &mask, family);
	q->seen |= opt_bit(mask_row);
	return 0;
}

static int set_addr(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	struct ct_addr a;
	int family;

	if (strchr(arg, '/'))
		return usage(q, "CIDR notation unavailable for `--%'",
			     opt->name);
	family = value_addr(arg, strlen(arg), &a);
	if (family < 0)
		return usage(q, "Invalid IP address `%'", arg);
	if (set_family(q, (uint8_t)family) < 0)
		return -EINVAL;
	put_addr(q, row_of(opt), &a, family);
	return 0;
}

/* The parts of [ADDR]:PORT, ADDR4:PORT or ADDR. */
struct addr_port {
	const char	*addr;
	size_t		 len;
	const char	*port;		/* NULL: none */
};

static int split_nat(struct cli_req *q, const char *arg, struct addr_port *ap)
{
	const char *colon = strchr(arg, ':');
	const char *end;

	*ap = (struct addr_port){ arg, strlen(arg), NULL };
	if (arg[0] == '[') {
		end = strchr(arg, ']');
		if (!end)
			return usage(q, "No closing ']' around IPv6 address",
				     NULL);
		if (end == arg + 1)
			return usage(q, "No IPv6 address specified", NULL);
		if (end[1] != ':')
			return usage(q, "Invalid IP address `%'", arg);
		ap->addr = arg + 1;
		ap->len = (size_t)(end - arg - 1);
		ap->port = end + 2;
	} else if (colon && !strchr(colon + 1, ':')) {
		ap->len = (size_t)(colon - arg);
		ap->port = colon + 1;
	}
	if (ap->port && *ap->port == '\0')
		return usage(q, "No port specified after `:'", NULL);
	return 0;
}

static int set_nat(struct cli_req *q, const struct cli_opt *opt,
		   const char *arg)
{
	static const uint32_t bits[] = {
		[OPT_SRC_NAT] = CT_F_SRC_NAT,
		[OPT_DST_NAT] = CT_F_DST_NAT,
		[OPT_ANY_NAT] = CT_F_ANY_NAT,
	};
	unsigned row = row_of(opt);
	struct ct_nat nat = { 0 };
	struct addr_port ap;
	uint32_t port;
	int family;

	if (arg && strchr(arg, '/'))
		return usage(q, "CIDR notation unavailable for `--%'",
			     opt->name);
	if (arg) {
		if (split_nat(q, arg, &ap) < 0)
			return -EINVAL;
		if (ap.len == 0)
			return usage(q, "Invalid IP address `%'", "");
		family = value_addr(ap.addr, ap.len, &nat.addr);
		if (family < 0)
			return usage(q, "Invalid IP address `%'", arg);
		if (ap.port && (*ap.port < '0' || *ap.port > '9' ||
				value_decimal(ap.port, UINT16_MAX, &port) < 0))
			return usage(q, "Invalid port `%'", ap.port);
		if (set_family(q, (uint8_t)family) < 0)
			return -EINVAL;
		nat.has_addr = 1;
		nat.has_port = ap.port != NULL;
		nat.port = ap.port ? (uint16_t)port : 0;
	}
	q->filter.has |= bits[row];
	if (row != OPT_DST_NAT)
		q->filter.src_nat = nat;
	if (row != OPT_SRC_NAT)
		q->filter.dst_nat = nat;
	return 0;
}

static int set_family_word(struct cli_req *q, const struct cli_opt *opt,
			   const char *arg)
{
	(void)opt;
	if (strncmp(arg, ct_name_of(CT_FAMILIES, AF_INET), 4) == 0)
		return set_family(q, AF_INET);
	if (strncmp(arg, ct_name_of(CT_FAMILIES, AF_INET6), 4) == 0)
		return set_family(q, AF_INET6);
	return usage(q, "`%' unsupported protocol", arg);
}

/* -------------------------------------------------------------- numbers */

static int set_mark(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	if (value_mark(arg, &q->filter.mark, &q->filter.mark_mask) < 0)
		return unexpected(q, opt, arg);
	q->filter.has |= CT_F_MARK;
	return 0;
}

static int set_id(struct cli_req *q, const struct cli_opt *opt,
		  const char *arg)
{
	if (value_number(arg, UINT32_MAX, &q->filter.id) < 0)
		return unexpected(q, opt, arg);
	q->filter.has |= CT_F_ID;
	return 0;
}

static int set_zone(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	struct ct_filter *f = &q->filter;
	uint32_t v;

	if (value_number(arg, UINT16_MAX, &v) < 0)
		return unexpected(q, opt, arg);
	switch (row_of(opt)) {
	case OPT_ORIG_ZONE:
		f->zone_orig = (uint16_t)v;
		f->has |= CT_F_ZONE_ORIG;
		break;
	case OPT_REPLY_ZONE:
		f->zone_reply = (uint16_t)v;
		f->has |= CT_F_ZONE_REPLY;
		break;
	default:
		f->zone = (uint16_t)v;
		f->has |= CT_F_ZONE;
	}
	return 0;
}

/* The kernel tells no numeric secmark: checked, and never compared. */
static int set_secmark(struct cli_req *q, const struct cli_opt *opt,
		       const char *arg)
{
	uint32_t v;

	return value_number(arg, UINT32_MAX, &v) < 0 ? unexpected(q, opt, arg)
						     : 0;
}

/* Seconds and bytes: values of commands to come, checked already. */
static int set_decimal(struct cli_req *q, const struct cli_opt *opt,
		       const char *arg)
{
	uint32_t v;

	return value_decimal(arg, UINT32_MAX, &v) < 0 ?
	       unexpected(q, opt, arg) : 0;
}

/* ------------------------------------------------------------ word lists */

/* The next element of a comma list; 0 when the list is at its end. */
static int next_word(const char **s, const char **word, size_t *n)
{
	if (!*s)
		return 0;
	*word = *s;
	*n = strcspn(*s, ",");
	*s = (*s)[*n] == ',' ? *s + *n + 1 : NULL;
	return 1;
}

/* SRC_NAT and DST_NAT were status bits once. Returns 1 when it is one. */
static int is_old_nat(struct cli_req *q, const char *word, size_t n)
{
	if (value_abbreviates(word, n, "SRC_NAT")) {
		warn(q, "WARNING: ignoring SRC_NAT, use --src-nat instead");
		return 1;
	}
	if (value_abbreviates(word, n, "DST_NAT")) {
		warn(q, "WARNING: ignoring DST_NAT, use --dst-nat instead");
		return 1;
	}
	return 0;
}

/* The status bit that a word abbreviates; the first in this order wins. */
static int status_bit(const char *word, size_t n, uint32_t *bit)
{
	static const uint32_t order[] = {
		IPS_ASSURED, IPS_SEEN_REPLY, 0, IPS_FIXED_TIMEOUT,
		IPS_EXPECTED, IPS_OFFLOAD, IPS_HW_OFFLOAD,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const char *name = order[i] == 0 ? "UNSET" :
			ct_name_of(CT_STATUS_BITS,
				   (unsigned)__builtin_ctz(order[i]));

		if (value_abbreviates(word, n, name)) {
			*bit = order[i];
			return 0;
		}
	}
	return -EINVAL;
}

static int set_status(struct cli_req *q, const struct cli_opt *opt,
		      const char *arg)
{
	static const char unreplied[] = "UNREPLIED";
	struct ct_filter *f = &q->filter;
	const char *word;
	uint32_t bit;
	size_t n;

	(void)opt;
	f->has |= CT_F_STATUS;
	while (next_word(&arg, &word, &n)) {
		size_t not = n > 0 && word[0] == '!';

		if (!not && is_old_nat(q, word, n))
			continue;
		if (!not && n >= sizeof(unreplied) - 1 &&
		    value_abbreviates(unreplied, sizeof(unreplied) - 1, word)) {
			f->status_mask |= IPS_SEEN_REPLY;
			continue;
		}
		if (status_bit(word + not, n - not, &bit) < 0)
			return usage(q, "Bad parameter `%'", word + not);
		f->status_mask |= bit;
		if (!not)
			f->status |= bit;
	}
	return 0;
}

static int set_events(struct cli_req *q, const struct cli_opt *opt,
		      const char *arg)
{
	static const char *const names[] = {
		"ALL", "NEW", "UPDATES", "DESTROY",
	};
	const char *word;
	size_t n;

	(void)opt;
	while (next_word(&arg, &word, &n)) {
		int known = 0;

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			known |= value_abbreviates(word, n, names[i]);
		if (!known && !is_old_nat(q, word, n))
			return usage(q, "Bad parameter `%'", word);
	}
	return 0;
}

/* Words of -o, in the order in which an abbreviation finds them. */
static const struct {
	const char	*name;
	uint32_t	 show;		/* 0: not in this version */
} outputs[] = {
	{ "xml",        0 },
	{ "extended",   SHOW_EXTENDED },
	{ "timestamp",  SHOW_TIME },
	{ "id",         SHOW_ID },
	{ "ktimestamp", SHOW_KTIME },
	{ "labels",     SHOW_LABELS },
	{ "userspace",  SHOW_USERSPACE },
	{ "save",       SHOW_SAVE },
};

static int set_output(struct cli_req *q, const struct cli_opt *opt,
		      const char *arg)
{
	const size_t count = sizeof(outputs) / sizeof(outputs[0]);
	const char *word;
	size_t n;

	(void)opt;
	while (next_word(&arg, &word, &n)) {
		size_t i = 0;

		while (i < count && !value_abbreviates(word, n,
						       outputs[i].name))
			i++;
		if (i == count && is_old_nat(q, word, n))
			continue;
		if (i == count)
			return usage(q, "Bad parameter `%'", word);
		if (outputs[i].show == 0)
			q->absent = outputs[i].name;
		q->show |= outputs[i].show;
	}
	if (q->show & SHOW_SAVE &&
	    (q->show & ~(SHOW_SAVE | SHOW_USERSPACE) || q->absent))
		return cli_refuse(q, EXIT_FAILED, "cannot combine save output "
				  "with any other output type, use -o save "
				  "only", NULL, NULL);
	return 0;
}

static int add_words(struct cli_req *q, const struct cli_opt *opt,
		     const char *arg)
{
	struct cli_words *w = &q->labels;

	if (row_of(opt) == OPT_LABEL_ADD)
		w = &q->label_add;
	else if (row_of(opt) == OPT_LABEL_DEL)
		w = &q->label_del;
	if (!arg)
		return 0;
	if (w->n == CLI_WORDS_MAX)
		return usage(q, "option `--%' given too often", opt->name);
	w->list[w->n++] = arg;
	return 0;
}

static int set_labelmap(struct cli_req *q, const struct cli_opt *opt,
			const char *arg)
{
	(void)opt;
	if (q->labelmap)
		return usage(q, "option `--labelmap' can only be specified "
			     "once", NULL);
	q->labelmap = arg;
	return 0;
}

static int set_zero(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	(void)q;
	(void)opt;
	(void)arg;
	return 0;	/* that it was seen is all */
}

static int set_nat_range(struct cli_req *q, const struct cli_opt *opt,
			 const char *arg)
{
	(void)opt;
	(void)arg;
	warn(q, "WARNING: ignoring -a, deprecated option.");
	return 0;
}

/* ------------------------------------------------------------ protocols */

static int set_proto(struct cli_req *q, const struct cli_opt *opt,
		     const char *arg)
{
	struct ct_tuple *t = &q->filter.dir[CT_ORIG];
	const struct ct_proto *p = ct_proto_named(arg);
	uint32_t num;
	int n;

	(void)opt;
	if (p) {
		num = p->num;
	} else {
		n = q->protocol ? q->protocol(arg) : -1;
		num = (uint32_t)n;
		/* A name from the system's list is handled by number alone. */
		p = &ct_protos[CT_P_COUNT];
		if (n < 0) {
			if (*arg == '+' || value_number(arg, 255, &num) < 0)
				return usage(q, "`%' unsupported protocol",
					     arg);
			p = ct_proto_of((uint8_t)num);
		}
	}
	if (q->proto && t->proto != num)
		return usage(q, "option `--protonum' given twice, with "
			     "different protocols", NULL);
	q->proto = p;
	t->proto = (uint8_t)num;
	t->has |= CT_PROTO;
	return 0;
}

/* The member of a tuple that a port or key option fills. */
static int set_port(struct cli_req *q, unsigned row, uint32_t v)
{
	struct ct_tuple *orig = &q->filter.dir[CT_ORIG];
	struct ct_tuple *reply = &q->filter.dir[CT_REPLY];

	switch (row) {
	case OPT_SPORT:
	case OPT_SRCKEY:
		orig->sport = (uint16_t)v;
		orig->has |= CT_SPORT;
		break;
	case OPT_DPORT:
	case OPT_DSTKEY:
		orig->dport = (uint16_t)v;
		orig->has |= CT_DPORT;
		break;
	case OPT_REPLY_SPORT:
	case OPT_REPLY_SRCKEY:
		reply->sport = (uint16_t)v;
		reply->has |= CT_SPORT;
		break;
	case OPT_REPLY_DPORT:
	case OPT_REPLY_DSTKEY:
		reply->dport = (uint16_t)v;
		reply->has |= CT_DPORT;
		break;
	default:	/* --mask-*, --tuple-*: of commands to come */
		break;
	}
	return 0;
}

static int set_port_word(struct cli_req *q, const struct cli_opt *opt,
			 const char *arg)
{
	uint32_t v;

	if (value_decimal(arg, UINT16_MAX, &v) < 0)
		return unexpected(q, opt, arg);
	return set_port(q, row_of(opt), v);
}

static int set_key_word(struct cli_req *q, const struct cli_opt *opt,
			const char *arg)
{
	uint32_t v;

	if (value_number(arg, UINT16_MAX, &v) < 0)
		return unexpected(q, opt, arg);
	return set_port(q, row_of(opt), v);
}

static int set_icmp(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	struct ct_tuple *t = &q->filter.dir[CT_ORIG];
	unsigned row = row_of(opt);
	int is_id = row == OPT_ICMP_ID || row == OPT_ICMP6_ID;
	uint32_t v;

	if (value_decimal(arg, is_id ? UINT16_MAX : UINT8_MAX, &v) < 0)
		return unexpected(q, opt, arg);
	switch (row) {
	case OPT_ICMP_TYPE:
	case OPT_ICMP6_TYPE:
		t->type = (uint8_t)v;
		t->has |= row == OPT_ICMP_TYPE ? CT_ICMP_TYPE : CT_ICMP6_TYPE;
		break;
	case OPT_ICMP_CODE:
	case OPT_ICMP6_CODE:
		t->code = (uint8_t)v;
		t->has |= row == OPT_ICMP_CODE ? CT_ICMP_CODE : CT_ICMP6_CODE;
		break;
	default:
		t->id = (uint16_t)v;
		t->has |= row == OPT_ICMP_ID ? CT_ICMP_ID : CT_ICMP6_ID;
	}
	return 0;
}

int cli_set_state(struct cli_req *q, uint16_t protos, const char *word)
{
	static const char *const unknown[CT_P_COUNT] = {
		[CT_P_TCP]  = "unknown TCP state `%'",
		[CT_P_SCTP] = "unknown SCTP state `%'",
		[CT_P_DCCP] = "Unknown DCCP state `%'",
	};
	struct ct_filter *f = &q->filter;
	const char *text = "unknown state `%'";

	f->states = 0;
	for (unsigned row = 0; row < CT_P_COUNT; row++) {
		enum ct_list list = ct_protos[row].states;
		int state;

		if (list == CT_NO_NAMES || !(protos >> row & 1))
			continue;
		if (protos == 1u << row)
			text = unknown[row];
		state = ct_name_find(list, word);
		if (state >= 0) {
			f->states |= (uint16_t)(1u << row);
			f->state[row] = (uint8_t)state;
		}
	}
	if (!f->states)
		return usage(q, text, word);
	f->has |= CT_F_STATE;
	return 0;
}

/* The word means something only in a protocol, and that may come later. */
static int set_state(struct cli_req *q, const struct cli_opt *opt,
		     const char *arg)
{
	unsigned row = (unsigned)(q->proto ? q->proto - ct_protos : 0);

	q->state = arg;
	if (!q->proto || !(opt->protos >> row & 1))
		return 0;
	return cli_set_state(q, (uint16_t)(1u << row), arg);
}

static int set_role(struct cli_req *q, const struct cli_opt *opt,
		    const char *arg)
{
	(void)opt;
	for (unsigned role = 0; role < 2; role++)
		if (value_abbreviates(arg, strlen(arg),
				      ct_name_of(CT_DCCP_ROLES, role)))
			return 0;	/* never compared, like the tags */
	return usage(q, "Unknown DCCP role `%'", arg);
}

/* --------------------------------------------------------------- the table */

#define L	CMD_LIST
#define IA	(CMD_CREATE | CMD_ADD)
#define U	CMD_UPDATE
#define D	CMD_DELETE
#define G	CMD_GET
#define F	CMD_FLUSH
#define E	CMD_EVENT
#define HELP	CMD_HELP
#define XL	ON_EXPECT(CMD_LIST)
#define XI	ON_EXPECT(CMD_CREATE)
#define XD	ON_EXPECT(CMD_DELETE)
#define XG	ON_EXPECT(CMD_GET)
#define XE	ON_EXPECT(CMD_EVENT)

#define TCP	(1u << CT_P_TCP)
#define SCTP	(1u << CT_P_SCTP)
#define DCCP	(1u << CT_P_DCCP)
#define GRE	(1u << CT_P_GRE)
#define ICMP	(1u << CT_P_ICMP)
#define ICMP6	(1u << CT_P_ICMPV6)
#define PORTS	(TCP | SCTP | DCCP | 1u << CT_P_UDP | 1u << CT_P_UDPLITE)

#define VALUE	.takes = TAKES_VALUE, .value
#define MAYBE	.takes = TAKES_OPTIONAL, .value

const struct cli_opt cli_opts[OPT_COUNT] = {
	[OPT_SRC]         = { "src", "orig-src", "s", VALUE = "ADDR[/BITS]", .set = set_net,
		.may = L | IA | U | D | G | E, .must = XI | XD | XG, .help = "source address, original direction" },
	[OPT_DST]         = { "dst", "orig-dst", "d", VALUE = "ADDR[/BITS]", .set = set_net,
		.may = L | IA | U | D | G | E, .must = XI | XD | XG, .help = "destination address, original direction" },
	[OPT_REPLY_SRC]   = { "reply-src", NULL, "r", VALUE = "ADDR", .set = set_addr,
		.may = L | IA | U | D | G | E | XI | XD | XG, .help = "source address, reply direction" },
	[OPT_REPLY_DST]   = { "reply-dst", NULL, "q", VALUE = "ADDR", .set = set_addr,
		.may = L | IA | U | D | G | E | XI | XD | XG, .help = "destination address, reply direction" },
	[OPT_PROTONUM]    = { "protonum", NULL, "p", VALUE = "PROTO", .set = set_proto,
		.may = L | U | D | E | HELP, .must = IA | G | XI | XD | XG, .help = "protocol: a name or a number" },
	[OPT_TIMEOUT]     = { "timeout", NULL, "t", VALUE = "SECONDS", .set = set_decimal,
		.may = U | D, .must = IA | XI, .help = "timeout" },
	[OPT_STATUS]      = { "status", NULL, "u", VALUE = "STATUS[,...]", .set = set_status,
		.may = L | IA | U | D | XI, .help = "status: ASSURED, SEEN_REPLY, !NAME, UNREPLIED, ..." },
	[OPT_ZERO]        = { "zero", NULL, "z", .set = set_zero,
		.may = L, .help = "reset the counters while listing" },
	[OPT_EVENT_MASK]  = { "event-mask", NULL, "e", VALUE = "EVENT[,...]", .set = set_events,
		.may = E, .help = "events: ALL, NEW, UPDATES, DESTROY" },
	[OPT_TUPLE_SRC]   = { "tuple-src", NULL, "[", VALUE = "ADDR[/BITS]", .set = set_net,
		.must = XI, .help = "source address of the expected tuple" },
	[OPT_TUPLE_DST]   = { "tuple-dst", NULL, "]", VALUE = "ADDR[/BITS]", .set = set_net,
		.must = XI, .help = "destination address of the expected tuple" },
	[OPT_MASK_SRC]    = { "mask-src", NULL, "{", VALUE = "MASK", .set = set_addr,
		.may = L | U | D | E, .must = XI, .help = "bits of the source address that count" },
	[OPT_MASK_DST]    = { "mask-dst", NULL, "}", VALUE = "MASK", .set = set_addr,
		.may = L | U | D | E, .must = XI, .help = "bits of the destination address that count" },
	[OPT_MARK]        = { "mark", NULL, "m", VALUE = "MARK[/MASK]", .set = set_mark,
		.may = L | IA | U | D | E, .help = "mark" },
	[OPT_ID]          = { "id", NULL, "i", VALUE = "ID", .set = set_id,
		.may = U | D | G, .help = "id, as -o id shows it" },
	[OPT_FAMILY]      = { "family", NULL, "f", VALUE = "ipv4|ipv6", .set = set_family_word,
		.may = L | U | D | G | F | E | XL, .help = "address family" },
	[OPT_SRC_NAT]     = { "src-nat", NULL, "n", MAYBE = "[ADDR[:PORT]]", .set = set_nat,
		.may = L | IA | U | D | E, .help = "translated source (not: numeric)" },
	[OPT_DST_NAT]     = { "dst-nat", NULL, "g", MAYBE = "[ADDR[:PORT]]", .set = set_nat,
		.may = L | IA | U | D | E, .help = "translated destination" },
	[OPT_OUTPUT]      = { "output", NULL, "o", VALUE = "WORD[,...]", .set = set_output,
		.may = L | U | D | G | E | XL | XE, .help = "extended, id, ktimestamp, labels, timestamp; or save" },
	[OPT_SECMARK]     = { "secmark", NULL, "c", VALUE = "SECMARK", .set = set_secmark,
		.may = L | E, .help = "accepted, without effect" },
	[OPT_BUFFER_SIZE] = { "buffer-size", NULL, "b", VALUE = "BYTES", .set = set_decimal,
		.may = E, .help = "receive buffer" },
	[OPT_ANY_NAT]     = { "any-nat", NULL, "j", MAYBE = "[ADDR[:PORT]]", .set = set_nat,
		.may = L | E, .help = "translated source or destination" },
	[OPT_ZONE]        = { "zone", NULL, "w", VALUE = "ZONE", .set = set_zone,
		.may = L | IA | D | G | E, .help = "zone of both directions" },
	[OPT_LABEL]       = { "label", NULL, "l", VALUE = "LABEL[,...]", .set = add_words,
		.may = L | U | D | G | E, .help = "labels, all of them" },
	[OPT_LABEL_ADD]   = { "label-add", NULL, "<", VALUE = "LABEL[,...]", .set = add_words,
		.may = IA | U, .help = "labels to set" },
	[OPT_LABEL_DEL]   = { "label-del", NULL, ">", MAYBE = "[LABEL[,...]]", .set = add_words,
		.may = U, .help = "labels to clear, or all" },
	[OPT_ORIG_ZONE]   = { "orig-zone", NULL, "(", VALUE = "ZONE", .set = set_zone,
		.may = L | IA | D | G | E, .help = "zone of the original direction only" },
	[OPT_REPLY_ZONE]  = { "reply-zone", NULL, ")", VALUE = "ZONE", .set = set_zone,
		.may = L | IA | D | G | E, .help = "zone of the reply direction only" },
	[OPT_LABELMAP]    = { "labelmap", NULL, "M", VALUE = "FILE", .set = set_labelmap,
		.may = L | IA | U | D | G | E, .help = "names of labels, instead of connlabel.conf" },
	[OPT_NAT_RANGE]   = { "nat-range", NULL, "a", VALUE = "ANY", .set = set_nat_range,
		.may = UINT32_MAX, .help = "ignored" },

	[OPT_SPORT]       = { "sport", "orig-port-src", "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "source port, original direction" },
	[OPT_DPORT]       = { "dport", "orig-port-dst", "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "destination port, original direction" },
	[OPT_REPLY_SPORT] = { "reply-port-src", NULL, "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.may = L | D | E | U | IA | G, .must = XD | XG, .help = "source port, reply direction" },
	[OPT_REPLY_DPORT] = { "reply-port-dst", NULL, "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.may = L | D | E | U | IA | G, .must = XD | XG, .help = "destination port, reply direction" },
	[OPT_MASK_SPORT]  = { "mask-port-src", NULL, "", VALUE = "MASK", .protos = PORTS, .set = set_port_word,
		.must = XI, .help = "mask of the expected source port" },
	[OPT_MASK_DPORT]  = { "mask-port-dst", NULL, "", VALUE = "MASK", .protos = PORTS, .set = set_port_word,
		.must = XI, .help = "mask of the expected destination port" },
	[OPT_STATE]       = { "state", NULL, "", VALUE = "STATE", .protos = TCP | SCTP | DCCP, .set = set_state,
		.may = L | D | E | U | G, .must = IA, .help = "state: ESTABLISHED, ..." },
	[OPT_TUPLE_SPORT] = { "tuple-port-src", NULL, "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.must = XI, .help = "expected source port" },
	[OPT_TUPLE_DPORT] = { "tuple-port-dst", NULL, "", VALUE = "PORT", .protos = PORTS, .set = set_port_word,
		.must = XI, .help = "expected destination port" },
	[OPT_ORIG_VTAG]   = { "orig-vtag", NULL, "", VALUE = "TAG", .protos = SCTP, .set = set_decimal,
		.may = U | G, .must = IA | XI, .help = "verification tag, original direction" },
	[OPT_REPLY_VTAG]  = { "reply-vtag", NULL, "", VALUE = "TAG", .protos = SCTP, .set = set_decimal,
		.may = U | G, .must = IA | XI, .help = "verification tag, reply direction" },
	[OPT_ROLE]        = { "role", NULL, "", VALUE = "client|server", .protos = DCCP, .set = set_role,
		.must = IA | XI, .help = "role of the original direction" },

	[OPT_SRCKEY]       = { "srckey", "orig-key-src", "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "source key, original direction" },
	[OPT_DSTKEY]       = { "dstkey", "orig-key-dst", "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "destination key, original direction" },
	[OPT_REPLY_SRCKEY] = { "reply-key-src", NULL, "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "source key, reply direction" },
	[OPT_REPLY_DSTKEY] = { "reply-key-dst", NULL, "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.may = L | D | E | U | IA | G, .must = XI | XD | XG, .help = "destination key, reply direction" },
	[OPT_MASK_SRCKEY]  = { "mask-key-src", NULL, "", VALUE = "MASK", .protos = GRE, .set = set_key_word,
		.must = XI, .help = "mask of the expected source key" },
	[OPT_MASK_DSTKEY]  = { "mask-key-dst", NULL, "", VALUE = "MASK", .protos = GRE, .set = set_key_word,
		.must = XI, .help = "mask of the expected destination key" },
	[OPT_TUPLE_SRCKEY] = { "tuple-key-src", NULL, "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.must = XI, .help = "expected source key" },
	[OPT_TUPLE_DSTKEY] = { "tuple-key-dst", NULL, "", VALUE = "KEY", .protos = GRE, .set = set_key_word,
		.must = XI, .help = "expected destination key" },

	[OPT_ICMP_TYPE]  = { "icmp-type", NULL, "", VALUE = "TYPE", .protos = ICMP, .set = set_icmp,
		.may = L | D | E | U, .must = IA | G, .help = "type, original direction" },
	[OPT_ICMP_CODE]  = { "icmp-code", NULL, "", VALUE = "CODE", .protos = ICMP, .set = set_icmp,
		.may = L | D | E | U, .must = IA | G, .help = "code" },
	[OPT_ICMP_ID]    = { "icmp-id", NULL, "", VALUE = "ID", .protos = ICMP, .set = set_icmp,
		.may = L | D | E | U | IA | G, .help = "id" },
	[OPT_ICMP6_TYPE] = { "icmpv6-type", NULL, "", VALUE = "TYPE", .protos = ICMP6, .set = set_icmp,
		.may = L | D | E | U, .must = IA | G, .help = "type, original direction" },
	[OPT_ICMP6_CODE] = { "icmpv6-code", NULL, "", VALUE = "CODE", .protos = ICMP6, .set = set_icmp,
		.may = L | D | E | U, .must = IA | G, .help = "code" },
	[OPT_ICMP6_ID]   = { "icmpv6-id", NULL, "", VALUE = "ID", .protos = ICMP6, .set = set_icmp,
		.may = L | D | E | U | IA | G, .help = "id" },
};
