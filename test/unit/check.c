/* SPDX-License-Identifier: MIT */
/*
 * What goes with what: the matrices of compat.md 2, typed from there and from
 * nowhere else, for every command, those of later versions too.
 */
#include "test/unit/line.h"

/* ------------------------------------------------------------ the matrix */

/*
 * A mark says how an option goes with a command: M mandatory, o optional,
 * g one of two pairs, - illegal; O is illegal in compat.md 2.1 and taken
 * here (design.md, B43).
 */
enum { COLUMNS = 14, NOTHING = COLUMNS - 1 };

/* Commands and their column; those of the last one take no option. */
static const struct { const char *words; unsigned column; } commands[] = {
	{ "-L", 0 }, { "-L conntrack", 0 }, { "-L dying", 0 },
	{ "-L unconfirmed", 0 }, { "-I", 1 }, { "-A", 1 }, { "-U", 2 },
	{ "-D", 3 }, { "-G", 4 }, { "-F", 5 }, { "-E", 6 }, { "-h", 7 },
	{ "-L expect", 8 }, { "-I expect", 9 }, { "-D expect", 10 },
	{ "-G expect", 11 }, { "-E expect", 12 },
	{ "-V", NOTHING }, { "-C", NOTHING }, { "-S", NOTHING },
	{ "-F expect", NOTHING }, { "-C expect", NOTHING },
	{ "-S expect", NOTHING }, { "-V expect", NOTHING },
};

#define ON(words)	(sizeof(words) - 1)

static const struct option {
	const char	*name, *value;
	const char	*marks;	/* expectations after the blank */
	const char	*with;	/* what it needs where it is legal */
} options[] = {
	/*                                LIUDGFEh  LIDGE */
	{ "src",         "1.1.1.1",      "ogoog-o- -MMM--", NULL },
	{ "dst",         "2.2.2.2",      "ogoog-o- -MMM--", NULL },
	{ "reply-src",   "2.2.2.2",      "ogoog-o- -ooo--", NULL },
	{ "reply-dst",   "1.1.1.1",      "ogoog-o- -ooo--", NULL },
	{ "protonum",    "50",           "oMooM-oo -MMM--", NULL },
	{ "timeout",     "10",           "-Moo---- -M----", "--status ASSURED" },
	{ "status",      "ASSURED",      "oooo---- -o----", NULL },
	{ "zero",        "",             "o------- ------", NULL },
	{ "event-mask",  "NEW",          "------o- ------", NULL },
	{ "tuple-src",   "3.3.3.3",      "-------- -M----", NULL },
	{ "tuple-dst",   "4.4.4.4",      "-------- -M----", NULL },
	{ "mask-src",    "255.0.0.0",    "o-oo--o- -M----", "--src 1.1.1.1" },
	{ "mask-dst",    "255.0.0.0",    "o-oo--o- -M----", "--dst 2.2.2.2" },
	{ "mark",        "1/3",          "oooo--o- ------", NULL },
	{ "id",          "5",            "--ooo--- ------", NULL },
	{ "family",      "ipv4",         "o-ooOoo- o-----", NULL },
	{ "src-nat",     "9.9.9.9",      "oooo--o- ------", NULL },
	{ "dst-nat",     "9.9.9.9",      "oooo--o- ------", NULL },
	{ "output",      "extended",     "o-ooo-o- o---o-", NULL },
	{ "secmark",     "1",            "o-----o- ------", NULL },
	{ "buffer-size", "4096",         "------o- ------", NULL },
	{ "any-nat",     "9.9.9.9",      "o-----o- ------", NULL },
	{ "zone",        "1",            "ooOoO-o- ------", NULL },
	{ "label",       "a",            "o-ooo-o- ------", NULL },
	{ "label-add",   "a",            "-oo----- ------", NULL },
	{ "label-del",   "a",            "--o----- ------", NULL },
	{ "orig-zone",   "1",            "ooOoO-o- ------", NULL },
	{ "reply-zone",  "1",            "ooOoO-o- ------", NULL },
	{ "labelmap",    "file",         "oOooO-o- ------", NULL },
	{ "nat-range",   "x",            "oooooooo oooooo", NULL },
	{ "snapshot",    "",             "------O- ----O-", NULL },
};

/* Row numbers that the tests below speak of. */
enum { ROW_SRC_NAT = 16, ROW_DST_NAT = 17, ROW_ANY_NAT = 21 };

static char mark_of(size_t row, unsigned column)
{
	return options[row].marks[column < 8 ? column : column + 1];
}

static int needed(char mark, size_t row, size_t first_of_group)
{
	return mark == 'M' || (mark == 'g' && row < first_of_group + 2);
}

static void add(char *line, const char *name, const char *value)
{
	sprintf(line + strlen(line), " --%s", name);
	if (value[0])
		sprintf(line + strlen(line), " %s", value);
}

/* The command with all that it cannot do without, but for one option. */
static void base_line(char *line, size_t cmd, size_t without)
{
	strcpy(line, commands[cmd].words);
	for (size_t i = 0; i < COUNT(options); i++)
		if (i != without &&
		    needed(mark_of(i, commands[cmd].column), i, 0))
			add(line, options[i].name, options[i].value);
}

static const char *missing(const char *name)
{
	static char why[128];

	sprintf(why, "You need to supply the `--%s' option for this command",
		name);
	return why;
}

static const char *illegal(const char *name)
{
	static char why[128];

	sprintf(why, "Illegal option `--%s' with this command", name);
	return why;
}

static unsigned check_cell(size_t cmd, size_t row)
{
	const struct option *o = &options[row];
	char mark = mark_of(row, commands[cmd].column);
	char line[1024];
	unsigned bad = 0;

	base_line(line, cmd, row);
	if (mark == 'M')
		bad += line_differs(line, 2, missing(o->name));
	if (mark != '-' && mark != 'M' && o->with)
		sprintf(line + strlen(line), " %s", o->with);
	add(line, o->name, o->value);
	if (mark == '-')
		bad += line_differs(line, 2, illegal(o->name));
	else
		bad += line_differs(line, 0, NULL);
	return bad;
}

static void options_of_commands(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t cmd = 0; cmd < COUNT(commands); cmd++) {
		char line[1024];

		base_line(line, cmd, COUNT(options));
		bad += line_differs(line, 0, NULL);
		for (size_t row = 0; row < COUNT(options); row++)
			bad += check_cell(cmd, row);
	}
	assert_int_equal(bad, 0);
}

/*
 * The same with `!' before it: filters of -L, -D and -E alone, and of -U when
 * it does not set them.
 */
static int is_negated(size_t cmd, const char *name)
{
	static const char all[] = " src dst reply-src reply-dst protonum id "
		"family src-nat dst-nat any-nat zone label orig-zone "
		"reply-zone ";
	static const char value[] = " status mark ";
	const unsigned column = commands[cmd].column;
	char word[32];

	sprintf(word, " %s ", name);
	if (column == 2)
		return strstr(all, word) != NULL;
	return (column == 0 || column == 3 || column == 6) &&
	       (strstr(all, word) || strstr(value, word));
}

static void options_behind_an_exclamation_mark(void **state)
{
	unsigned bad = 0, taken = 0;

	(void)state;
	for (size_t cmd = 0; cmd < COUNT(commands); cmd++) {
		for (size_t row = 0; row < COUNT(options); row++) {
			const struct option *o = &options[row];
			char mark = mark_of(row, commands[cmd].column);
			char line[1024], why[128];

			/* one that is no filter of any command */
			if (!is_negated(0, o->name) &&
			    !is_negated(7, o->name) && strcmp(o->name, "id"))
				continue;
			base_line(line, cmd, COUNT(options));
			strcat(line, " !");
			add(line, o->name, o->value);
			sprintf(why, "`! --%s' does not go with this command",
				o->name);
			if (mark == '-')
				bad += line_differs(line, 2, illegal(o->name));
			else if (!is_negated(cmd, o->name))
				bad += line_differs(line, 2, why);
			else
				bad += line_differs(line, 0, NULL), taken++;
		}
	}
	assert_int_equal(bad, 0);
	assert_true(taken > 60);
}

/* Two things wrong: the first of them in the order of the table is told. */
static unsigned check_two(size_t cmd, size_t a, size_t b)
{
	char ma = mark_of(a, commands[cmd].column);
	char mb = mark_of(b, commands[cmd].column);
	char line[1024];

	strcpy(line, commands[cmd].words);
	for (size_t i = COUNT(options); i-- > 0; ) {
		char m = mark_of(i, commands[cmd].column);
		int wrong = i == a || i == b;

		if (wrong ? m == '-' : needed(m, i, 0))
			add(line, options[i].name, options[i].value);
	}
	if (ma == '-' && mb == '-' && b == ROW_ANY_NAT &&
	    (a == ROW_SRC_NAT || a == ROW_DST_NAT))
		return line_differs(line, 2, "cannot specify "
			"`--src-nat' or `--dst-nat' with `--any-nat'");
	return line_differs(line, 2, ma == '-' ?
				      illegal(options[a].name) :
				      missing(options[a].name));
}

static void first_row_is_told(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t cmd = 0; cmd < COUNT(commands); cmd++)
		for (size_t b = 1; b < COUNT(options); b++)
			for (size_t a = 0; a < b; a++)
				if (strchr("M-", mark_of(a, commands[cmd].column)) &&
				    strchr("M-", mark_of(b, commands[cmd].column)))
					bad += check_two(cmd, a, b);
	assert_int_equal(bad, 0);
}

/* B55: a translated port needs a protocol that has one. */
static void translated_port_needs_a_protocol_with_ports(void **state)
{
	(void)state;
	assert_int_equal(line_differs("-I -p 50 -s 1.1.1.1 -d 2.2.2.2 -t 9 "
		"-n 3.3.3.3:5", 2, "this protocol has no ports to translate"), 0);
	assert_int_equal(line_differs("-A -p gre -s 1.1.1.1 -d 2.2.2.2 -t 9 "
		"--srckey 1 --dstkey 2 -g 3.3.3.3:5", 2,
		"this protocol has no ports to translate"), 0);
	assert_int_equal(line_differs("-A -p sctp -s 1.1.1.1 -d 2.2.2.2 -t 9 "
		"--sport 1 --dport 2 --state ESTABLISHED --orig-vtag 1 "
		"--reply-vtag 2 -g 3.3.3.3:5", 0, NULL), 0);
}

/* B18, B51: what reads like a selection and is none. */
static void whole_table_is_not_changed_by_accident(void **state)
{
	(void)state;
	assert_int_equal(line_differs("-D 1.2.3.4", 2, "unknown type `1.2.3.4'"), 0);
	assert_int_equal(line_differs("-D -f ipv4 1.2.3.4", 2,
		"unexpected argument `1.2.3.4'"), 0);
	assert_int_equal(line_differs("-U -m 1 x", 2,
		"unexpected argument `x'"), 0);
	assert_int_equal(line_differs("-D -p udp -- -s 1.1.1.1", 2,
		"unexpected argument `-s'"), 0);
	assert_int_equal(line_differs("-D -p udp --", 0, NULL), 0);
	assert_int_equal(line_differs("-F -f ipv4 x", 2,
		"unexpected argument `x'"), 0);
	assert_int_equal(line_differs("-D -t 5", 2,
		"`--timeout' selects nothing"), 0);
	assert_int_equal(line_differs("-D -t 5 -M f -o save", 2,
		"`--timeout' selects nothing"), 0);
	assert_int_equal(line_differs("-D -t 5 -p udp", 0, NULL), 0);
	assert_int_equal(line_differs("-D -t 5 ! -p udp", 0, NULL), 0);
	assert_int_equal(line_differs("-D", 0, NULL), 0);
}

/* ------------------------------------------------- options of protocols */

/* In the order of the columns of compat.md 2.3, and two values for them. */
static const char *const ports[] = {
	"sport", "dport", "reply-port-src", "reply-port-dst", "mask-port-src",
	"mask-port-dst", "state", "tuple-port-src", "tuple-port-dst",
	"orig-vtag", "reply-vtag", NULL,
};
static const char *const dccp_ports[] = {
	"sport", "dport", "reply-port-src", "reply-port-dst", "mask-port-src",
	"mask-port-dst", "state", "tuple-port-src", "tuple-port-dst",
	"role", NULL,
};
static const char *const keys[] = {
	"srckey", "dstkey", "reply-key-src", "reply-key-dst", "mask-key-src",
	"mask-key-dst", "state", "tuple-key-src", "tuple-key-dst", NULL,
};
static const char *const icmp[] = {
	"icmp-type", "icmp-code", "icmp-id", NULL,
};
static const char *const icmpv6[] = {
	"icmpv6-type", "icmpv6-code", "icmpv6-id", NULL,
};

/*
 * A dot: the protocol has no such option. -D and -U take what their lines in
 * an event log have: B42.
 */
static const char *const columns[][5] = {
	{ "-L", "-E" }, { "-U" }, { "-I", "-A" }, { "-G" },
	{ "-I expect" }, { "-D expect", "-G expect" }, { "-h" }, { "-D" },
};
static const struct proto {
	const char		*name;
	const char *const	*options;
	const char		*marks[COUNT(columns)];
} protos[] = {
	{ "tcp", ports,
	  { "oooo--o--..", "oooo--o--..", "gggg--M--..", "gggg--o--..",
	    "MM--MM-MM..", "MMMM-----..", "---------..", "oooo--o--.." } },
	{ "udp", ports,
	  { "oooo--.--..", "oooo--.--..", "gggg--.--..", "gggg--.--..",
	    "MM--MM.MM..", "MMMM--.--..", "------.--..", "oooo--.--.." } },
	{ "udplite", ports,
	  { "oooo--.--..", "oooo--.--..", "gggg--.--..", "gggg--.--..",
	    "MM--MM.MM..", "MMMM--.--..", "------.--..", "oooo--.--.." } },
	{ "sctp", ports,
	  { "oooo--o----", "oooo--o--oo", "gggg--M--MM", "gggg--o--oo",
	    "MM--MM-MMMM", "MMMM-------", "-----------", "oooo--o--oo" } },
	{ "dccp", dccp_ports,
	  { "oooo--o---", "oooo--o--o", "gggg--M--M", "gggg--o---",
	    "MM--MM-MMM", "MMMM------", "----------", "oooo--o--o" } },
	{ "gre", keys,
	  { "oooo--.--", "oooo--.--", "gggg--.--", "gggg--.--",
	    "MMMMMM.MM", "MMMM--.--", "------.--", "oooo--.--" } },
	{ "icmp", icmp, { "ooo", "ooo", "MMo", "MMo", "---", "---", "---", "ooo" } },
	{ "icmpv6", icmpv6,
	  { "ooo", "ooo", "MMo", "MMo", "---", "---", "---", "ooo" } },
};

static const char *proto_value(const struct proto *p, const char *name)
{
	if (strcmp(name, "state") == 0)
		return strcmp(p->name, "dccp") == 0 ? "OPEN" : "ESTABLISHED";
	return strcmp(name, "role") == 0 ? "client" : "8";
}

/* The global part that a command cannot do without, with this protocol. */
static void proto_base(char *line, const char *words, const char *proto)
{
	size_t cmd = 0;

	while (strcmp(commands[cmd].words, words) != 0)
		cmd++;
	base_line(line, cmd, 4);
	add(line, "protonum", proto);
}

static void add_needed(char *line, const struct proto *p, const char *marks,
		       size_t without)
{
	for (size_t i = 0; p->options[i]; i++)
		if (i != without && needed(marks[i], i, 0))
			add(line, p->options[i], proto_value(p, p->options[i]));
}

static unsigned check_proto_cell(const struct proto *p, const char *words,
				 const char *marks, size_t i)
{
	const char *name = p->options[i];
	char line[1024], unknown[64];
	unsigned bad = 0;

	proto_base(line, words, p->name);
	add_needed(line, p, marks, i);
	if (marks[i] == 'M')
		bad += line_differs(line, 2, missing(name));
	add(line, name, proto_value(p, name));
	if (marks[i] == '-')
		return bad + line_differs(line, 2, illegal(name));
	if (marks[i] != '.')
		return bad + line_differs(line, 0, NULL);
	sprintf(unknown, "unknown option `--%s'", name);
	return bad + line_differs(line, 2, unknown);
}

static void options_of_protocols(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t p = 0; p < COUNT(protos); p++)
		for (size_t c = 0; c < COUNT(columns); c++)
			for (size_t w = 0; columns[c][w]; w++)
				for (size_t i = 0; protos[p].options[i]; i++)
					bad += check_proto_cell(&protos[p],
						columns[c][w],
						protos[p].marks[c], i);
	assert_int_equal(bad, 0);
}

/* Whatever selects may be negated, by -D and -U, too; a mask may not. */
static void protocol_options_behind_one(void **state)
{
	static const char *const words[] = {
		"-L", "-E", "-D", "-U", "-I", "-A", "-G", "-D expect",
	};
	unsigned bad = 0;

	(void)state;
	for (size_t p = 0; p < COUNT(protos); p++) {
		for (size_t w = 0; w < COUNT(words); w++) {
			for (size_t i = 0; protos[p].options[i]; i++) {
				const char *name = protos[p].options[i];
				const int sets = strstr("state orig-vtag "
					"reply-vtag role", name) != NULL;
				const int filters = w < 3 || (w == 3 && !sets);
				char line[1024], why[128];
				struct cli_req q;
				int legal;

				if (strncmp(name, "mask", 4) == 0 ||
				    strncmp(name, "tuple", 5) == 0 ||
				    (strcmp(name, "state") == 0 &&
				     protos[p].options == keys) ||
				    (protos[p].name[0] == 'u' && i > 3) ||
				    (protos[p].options == ports && i > 8 &&
				     strcmp(protos[p].name, "sctp") != 0))
					continue;
				proto_base(line, words[w], protos[p].name);
				strcat(line, " !");
				add(line, name, proto_value(&protos[p], name));
				legal = line_parse(&q, line, 0, NULL) == 0 &&
					cli_check(&q) == 0;
				sprintf(why, "`! --%s' does not go with this "
					"command", name);
				if (legal && !filters)
					bad += line_differs(line, 2, why);
				if (!legal && filters)	/* -L has no tags */
					bad += line_differs(line, 2,
							    illegal(name));
				if (!legal && filters && i < 4)
					bad++;
			}
		}
	}
	assert_int_equal(bad, 0);
}

/* What takes no -p takes no protocol option either. */
static void no_protocol_options_elsewhere(void **state)
{
	static const char *const words[] = {
		"-F", "-V", "-C", "-S", "-L expect", "-E expect", "-F expect",
		"-C expect", "-S expect",
	};
	unsigned bad = 0;

	(void)state;
	for (size_t w = 0; w < COUNT(words); w++) {
		for (size_t p = 0; p < COUNT(protos); p++) {
			for (size_t i = 0; protos[p].options[i]; i++) {
				const char *name = protos[p].options[i];
				char line[128];

				strcpy(line, words[w]);
				add(line, name, proto_value(&protos[p], name));
				bad += line_differs(line, 2, illegal(name));
			}
		}
	}
	assert_int_equal(bad, 0);
}

/* ----------------------------------------------------------------- pairs */

/*
 * Every choice out of four: a whole pair will do; else the first pair of
 * which there is anything is named, and the original one when there is none.
 */
static unsigned check_pairs(const char *start, const char *const names[4],
			    const char *const values[4])
{
	unsigned bad = 0;

	for (unsigned set = 0; set < 16; set++) {
		const char *const *pair = !(set & 3) && set ? names + 2 : names;
		char line[1024], why[128];

		strcpy(line, start);
		for (unsigned i = 0; i < 4; i++)
			if (set >> i & 1)
				add(line, names[i], values[i]);
		sprintf(why, "you have to specify `--%s' and `--%s'", pair[0],
			pair[1]);
		if ((set & 3) == 3 || (set & 12) == 12)
			bad += line_differs(line, 0, NULL);
		else
			bad += line_differs(line, 2, why);
	}
	return bad;
}

static void pairs_are_whole(void **state)
{
	static const char *const addresses[] = {
		"src", "dst", "reply-src", "reply-dst",
	};
	static const char *const values[] = {
		"1.1.1.1", "2.2.2.2", "2.2.2.2", "1.1.1.1",
	};
	static const char *const numbers[] = { "1", "2", "2", "1" };
	static const struct { const char *words; unsigned column; }
	whole[] = { { "-I -t 10", 2 }, { "-A -t 10", 2 }, { "-G", 3 } };
	unsigned bad = 0;

	(void)state;
	for (size_t w = 0; w < COUNT(whole); w++) {
		char line[1024];

		sprintf(line, "%s -p 50", whole[w].words);
		bad += check_pairs(line, addresses, values);
		for (size_t p = 0; protos[p].options != icmp; p++) {
			const char *marks = protos[p].marks[whole[w].column];

			sprintf(line, "%s -p %s -s 1.1.1.1 -d 2.2.2.2",
				whole[w].words, protos[p].name);
			for (size_t i = 4; protos[p].options[i]; i++)
				if (marks[i] == 'M')
					add(line, protos[p].options[i],
					    proto_value(&protos[p],
							protos[p].options[i]));
			bad += check_pairs(line, protos[p].options, numbers);
		}
	}
	assert_int_equal(bad, 0);
}

/* ------------------------------------------------------------ other rules */

struct line { const char *line; int code; const char *why; };

static void check_lines(const struct line *lines, size_t n)
{
	unsigned bad = 0;

	for (size_t i = 0; i < n; i++)
		bad += line_differs(lines[i].line, lines[i].code,
				    lines[i].why);
	assert_int_equal(bad, 0);
}

#define ANY_NAT	"cannot specify `--src-nat' or `--dst-nat' with `--any-nat'"
#define ZERO	"Can't use -z with filtering parameters"

/* compat.md 2.2: each line breaks a rule and one or more of those after it. */
static void rules_have_an_order(void **state)
{
	static const struct line lines[] = {
		{ "-L -s x -d y -j -n", 2, "Invalid IP address `x'" },
		{ "-L -d y -s x", 2, "Invalid IP address `y'" },
		{ "-L -m x -j -n", 1, "unexpected value 'x' with -m option" },
		{ "-j -n -L -i 5", 2, ANY_NAT },
		{ "-C -j -g", 2, ANY_NAT },
		{ "-L -z -i 5", 2, "Illegal option `--id' with this command" },
		{ "-G -s 1.1.1.1 --mask-src 1.1.1.1", 2,
		  "You need to supply the `--protonum' option for this command" },
		{ "-G -p tcp --state BOGUS", 2, "unknown TCP state `BOGUS'" },
		{ "-G -p tcp --mask-port-src 1", 2,
		  "you have to specify `--src' and `--dst'" },
		{ "-G -p tcp -q 1.1.1.1 --mask-port-src 1", 2,
		  "you have to specify `--reply-src' and `--reply-dst'" },
		{ "-G -p tcp -s 1.1.1.1 -d 2.2.2.2 --mask-port-src 1", 2,
		  "Illegal option `--mask-port-src' with this command" },
		{ "-I -t 1 -p tcp -s 1.1.1.1 -d 2.2.2.2", 2,
		  "You need to supply the `--state' option for this command" },
		{ "-L -z -p tcp --mask-port-src 1", 2,
		  "Illegal option `--mask-port-src' with this command" },
		{ "-L -z -d 1.1.1.1 --mask-src 1.1.1.1", 2, ZERO },
		{ "-L --mask-dst 1.1.1.1 --mask-src 1.1.1.1", 2,
		  "Can't use --mask-src without --src" },
	};

	(void)state;
	check_lines(lines, COUNT(lines));
}

/* compat.md 6.5 and B24: nothing may select; -f and -o do not. */
static void zero_takes_no_filter(void **state)
{
	static const char *const filters[] = {
		"-s 1.1.1.1", "-d ::1", "-r 1.1.1.1", "-q 1.1.1.1", "-p tcp",
		"-p 50", "-u ASSURED", "-m 1", "-c 1", "-w 1", "-l a",
		"--orig-zone 1", "--reply-zone 1", "-n", "-g", "-j",
		"-n 1.1.1.1", "--sport 1", "--state NONE", "--srckey 1",
		"--icmp-type 8", "--icmpv6-id 1", "-s 1.1.1.0/24",
	};
	static const struct line lines[] = {
		{ "-L -z", 0, NULL },
		{ "-zL", 0, NULL },
		{ "-L -z -f ipv6", 0, NULL },
		{ "-L -z -o extended,id", 0, NULL },
		{ "-L -z -o save", 0, NULL },
		{ "-L -z -a x", 0, NULL },
		{ "-L -z --labelmap file -o labels", 0, NULL },
		{ "-L expect -z", 2, "Illegal option `--zero' with this command" },
	};
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(filters); i++) {
		char line[64];

		sprintf(line, "-L -z %s", filters[i]);
		bad += line_differs(line, 2, ZERO);
		if (strstr(filters[i], "-c"))
			continue;
		sprintf(line, "-L -z ! %s", filters[i]);
		bad += line_differs(line, 2, ZERO);
	}
	assert_int_equal(bad, 0);
	check_lines(lines, COUNT(lines));
}

static void masks_need_addresses(void **state)
{
	static const char *const words[] = { "-L", "-L dying", "-U", "-D", "-E" };
	static const char *const ends[] = { "src", "dst" };
	unsigned bad = 0;

	(void)state;
	for (size_t w = 0; w < COUNT(words); w++) {
		for (size_t e = 0; e < 2; e++) {
			char line[128], why[64];

			sprintf(line, "%s --mask-%s 255.0.0.0 --%s 1.1.1.1",
				words[w], ends[e], ends[!e]);
			sprintf(why, "Can't use --mask-%s without --%s",
				ends[e], ends[e]);
			bad += line_differs(line, 2, why);
			sprintf(line, "%s --%s 1.1.1.1/8", words[w], ends[e]);
			bad += line_differs(line, 0, NULL);
		}
	}
	assert_int_equal(bad, 0);
}

/* A prefix is a mask to the matrix; one as long as the address is none. */
static void prefixes_are_masks(void **state)
{
	static const struct line lines[] = {
		{ "-I -t 1 -p 50 -s 1.0.0.0/8 -d 2.2.2.2", 2,
		  "Illegal option `--mask-src' with this command" },
		{ "-G -p 50 -s 1.1.1.1 -d 2.0.0.0/8", 2,
		  "Illegal option `--mask-dst' with this command" },
		{ "-G -p 50 -s 1.1.1.1/32 -d 2.2.2.2/32", 0, NULL },
		{ "-G -p 50 -s fd00::1/128 -d fd00::2/128", 0, NULL },
		{ "-G -p 50 -s fd00::1/32 -d fd00::2", 2,
		  "Illegal option `--mask-src' with this command" },
		{ "-I expect -t 1 -p 50 -s 1.1.1.1 -d 2.2.2.2 "
		  "--tuple-src 3.3.3.3/32 --tuple-dst 4.0.0.0/8", 0, NULL },
		{ "-I expect -t 1 -p 50 -s 1.1.1.1 -d 2.2.2.2 "
		  "--tuple-src 3.3.3.3 --tuple-dst 4.0.0.0/8", 2,
		  "You need to supply the `--mask-src' option for this command" },
	};

	(void)state;
	check_lines(lines, COUNT(lines));
}

/* ------------------------------------------------------ commands, tables */

static int is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

static void one_command(void **state)
{
	static const char *const words[] = {
		"-L", "-I", "-A", "-D", "-U", "-G", "-F", "-E", "-C", "-S",
		"-V", "-h", "--dump", "--create", "--add", "--delete",
		"--update", "--get", "--flush", "--event", "--counter",
		"--stats", "--version", "--help", "--list", "--count",
	};
	unsigned bad = 0;

	(void)state;
	for (size_t a = 0; a < COUNT(words); a++) {
		for (size_t b = 0; b < COUNT(words); b++) {
			char line[64];

			sprintf(line, "%s %s", words[a], words[b]);
			if (is_help(words[a]) != is_help(words[b]))
				continue;	/* a question about the other */
			bad += line_differs(line, 2,
					    "Invalid commands combination");
		}
	}
	bad += line_differs("-s 1.1.1.1", 2, "no command given");
	assert_int_equal(bad, 0);
}

static const struct { const char *word; enum ct_table table; } tables[] = {
	{ "expect", CT_TABLE_EXPECT }, { "conntrack", CT_TABLE_CONNTRACK },
	{ "dying", CT_TABLE_DYING }, { "unconfirmed", CT_TABLE_UNCONFIRMED },
};

/* The sentence that refuses a command on a table, or "". */
static const char *refusal(char command, enum ct_table table)
{
	if (table == CT_TABLE_EXPECT && command == 'U')
		return "Can't do --update on expectations";
	if (table == CT_TABLE_EXPECT && command == 'A')
		return "Can't do --add on expectations";
	if ((table == CT_TABLE_DYING || table == CT_TABLE_UNCONFIRMED) &&
	    command != 'L')
		return "Can't do that command with tables `dying' and "
		       "`unconfirmed'";
	return "";
}

static void on_table(const char *line, enum ct_table table, const char *why)
{
	struct cli_req q;
	int r = line_parse(&q, line, 0, NULL);

	if (strcmp(line_sentence(&q.why), why) != 0 ||
	    (r == 0 && q.table != table))
		fail_msg("%s: %s", line, line_sentence(&q.why));
}

/* Every command and every beginning of a table's name, in each spelling. */
static void commands_and_tables(void **state)
{
	static const struct { char letter; const char *name; } cmds[] = {
		{ 'L', "dump" }, { 'I', "create" }, { 'A', "add" },
		{ 'D', "delete" }, { 'U', "update" }, { 'G', "get" },
		{ 'F', "flush" }, { 'E', "event" }, { 'C', "counter" },
		{ 'S', "stats" }, { 'V', "version" }, { 'h', "help" },
	};

	(void)state;
	for (size_t c = 0; c < COUNT(cmds); c++) {
		for (size_t t = 0; t < COUNT(tables); t++) {
			enum ct_table table = tables[t].table;
			int len = (int)strlen(tables[t].word);
			const char *why = refusal(cmds[c].letter, table);

			for (int n = 1; n <= len; n++) {
				char line[64];

				sprintf(line, "-%c %.*s", cmds[c].letter, n,
					tables[t].word);
				on_table(line, table, why);
				sprintf(line, "--%s %.*s", cmds[c].name, n,
					tables[t].word);
				on_table(line, table, why);
				if (strchr("SVh", cmds[c].letter))
					continue;	/* no =TABLE */
				sprintf(line, "--%s=%.*s", cmds[c].name, n,
					tables[t].word);
				on_table(line, table, why);
			}
		}
	}
}

static void tables_are_adjacent(void **state)
{
	static const struct { const char *line; enum ct_table table; }
	cases[] = {
		{ "-L -f ipv6 expect", CT_TABLE_CONNTRACK },
		{ "expect -L", CT_TABLE_CONNTRACK },
		{ "-L -o id dying", CT_TABLE_CONNTRACK },
		{ "-f ipv6 -L dying", CT_TABLE_DYING },
		{ "-Cexpect", CT_TABLE_EXPECT },
		{ "-LSC", CT_TABLE_CONNTRACK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cli_req q;

		assert_int_equal(line_parse(&q, cases[i].line, 0, NULL), 0);
		assert_int_equal(q.table, cases[i].table);
	}
	assert_int_equal(line_differs("-L=expect", 2,
				      "unknown option `-L=expect'"), 0);
	assert_int_equal(line_differs("--version=1", 2,
				      "unknown option `--version=1'"), 0);
	assert_int_equal(line_differs("--stats=expect", 2,
				      "unknown option `--stats=expect'"), 0);
	assert_int_equal(line_differs("-L tcp", 2, "unknown type `tcp'"), 0);
	assert_int_equal(line_differs("-L ct", 2, "unknown type `ct'"), 0);
}

/* ----------------------------------------------------------- abbreviations */

/* A long name: what it is another spelling of, its value, whose it is. */
static const struct name {
	const char	*name, *is, *value;
	char		 letter;	/* of what it is, or 0 */
	const char	*protos;	/* NULL: everybody's */
} names[] = {
	{ "dump", "dump", "", 'L', NULL }, { "list", "dump", "", 'L', NULL },
	{ "create", "create", "", 'I', NULL }, { "add", "add", "", 'A', NULL },
	{ "delete", "delete", "", 'D', NULL },
	{ "update", "update", "", 'U', NULL }, { "get", "get", "", 'G', NULL },
	{ "flush", "flush", "", 'F', NULL }, { "event", "event", "", 'E', NULL },
	{ "counter", "counter", "", 'C', NULL },
	{ "count", "counter", "", 'C', NULL },
	{ "stats", "stats", "", 'S', NULL },
	{ "version", "version", "", 'V', NULL }, { "help", "help", "", 'h', NULL },
	{ "orig-src", "src", "1.1.1.1", 's', NULL },
	{ "src", "src", "1.1.1.1", 's', NULL },
	{ "orig-dst", "dst", "1.1.1.1", 'd', NULL },
	{ "dst", "dst", "1.1.1.1", 'd', NULL },
	{ "reply-src", "reply-src", "1.1.1.1", 'r', NULL },
	{ "reply-dst", "reply-dst", "1.1.1.1", 'q', NULL },
	{ "protonum", "protonum", "50", 'p', NULL },
	{ "timeout", "timeout", "1", 't', NULL },
	{ "status", "status", "ASSURED", 'u', NULL },
	{ "zero", "zero", "", 'z', NULL },
	{ "event-mask", "event-mask", "NEW", 'e', NULL },
	{ "tuple-src", "tuple-src", "1.1.1.1", '[', NULL },
	{ "tuple-dst", "tuple-dst", "1.1.1.1", ']', NULL },
	{ "mask-src", "mask-src", "1.1.1.1", '{', NULL },
	{ "mask-dst", "mask-dst", "1.1.1.1", '}', NULL },
	{ "nat-range", "nat-range", "1", 'a', NULL },
	{ "mark", "mark", "1", 'm', NULL },
	{ "secmark", "secmark", "1", 'c', NULL }, { "id", "id", "1", 'i', NULL },
	{ "family", "family", "ipv4", 'f', NULL },
	{ "src-nat", "src-nat", "1.1.1.1", 'n', NULL },
	{ "dst-nat", "dst-nat", "1.1.1.1", 'g', NULL },
	{ "any-nat", "any-nat", "1.1.1.1", 'j', NULL },
	{ "output", "output", "id", 'o', NULL },
	{ "buffer-size", "buffer-size", "1", 'b', NULL },
	{ "zone", "zone", "1", 'w', NULL },
	{ "orig-zone", "orig-zone", "1", '(', NULL },
	{ "reply-zone", "reply-zone", "1", ')', NULL },
	{ "label", "label", "a", 'l', NULL },
	{ "label-add", "label-add", "a", '<', NULL },
	{ "label-del", "label-del", "a", '>', NULL },
	{ "labelmap", "labelmap", "a", 'M', NULL },
#define PORTS	" tcp udp udplite sctp dccp "
	{ "sport", "sport", "1", 0, PORTS },
	{ "orig-port-src", "sport", "1", 0, PORTS },
	{ "dport", "dport", "1", 0, PORTS },
	{ "orig-port-dst", "dport", "1", 0, PORTS },
	{ "reply-port-src", "reply-port-src", "1", 0, PORTS },
	{ "reply-port-dst", "reply-port-dst", "1", 0, PORTS },
	{ "mask-port-src", "mask-port-src", "1", 0, PORTS },
	{ "mask-port-dst", "mask-port-dst", "1", 0, PORTS },
	{ "tuple-port-src", "tuple-port-src", "1", 0, PORTS },
	{ "tuple-port-dst", "tuple-port-dst", "1", 0, PORTS },
	{ "state", "state", "NONE", 0, " tcp sctp dccp " },
	{ "orig-vtag", "orig-vtag", "1", 0, " sctp " },
	{ "reply-vtag", "reply-vtag", "1", 0, " sctp " },
	{ "role", "role", "client", 0, " dccp " },
	{ "srckey", "srckey", "1", 0, " gre " },
	{ "orig-key-src", "srckey", "1", 0, " gre " },
	{ "dstkey", "dstkey", "1", 0, " gre " },
	{ "orig-key-dst", "dstkey", "1", 0, " gre " },
	{ "reply-key-src", "reply-key-src", "1", 0, " gre " },
	{ "reply-key-dst", "reply-key-dst", "1", 0, " gre " },
	{ "mask-key-src", "mask-key-src", "1", 0, " gre " },
	{ "mask-key-dst", "mask-key-dst", "1", 0, " gre " },
	{ "tuple-key-src", "tuple-key-src", "1", 0, " gre " },
	{ "tuple-key-dst", "tuple-key-dst", "1", 0, " gre " },
	{ "icmp-type", "icmp-type", "8", 0, " icmp " },
	{ "icmp-code", "icmp-code", "8", 0, " icmp " },
	{ "icmp-id", "icmp-id", "8", 0, " icmp " },
	{ "icmpv6-type", "icmpv6-type", "8", 0, " icmpv6 " },
	{ "icmpv6-code", "icmpv6-code", "8", 0, " icmpv6 " },
	{ "icmpv6-id", "icmpv6-id", "8", 0, " icmpv6 " },
};

/*
 * What an abbreviation of n letters means when the protocol is known, or ""
 * for everybody's names only, or " " for the options of all protocols. NULL:
 * two things, or nothing.
 */
static const struct name *meaning(const char *word, size_t n,
				  const char *proto, int *known)
{
	const struct name *found = NULL;
	int two = 0;

	*known = 0;
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct name *m = &names[i];

		if (strncmp(m->name, word, n) != 0 ||
		    (m->protos ? !*proto || !strstr(m->protos, proto)
			       : strcmp(proto, " ") == 0))
			continue;
		*known = 1;
		if (m->name[n] == '\0')
			return m;
		if (found && strcmp(found->is, m->is) != 0)
			two = 1;
		found = m;
	}
	return two ? NULL : found;
}

/* Do both lines parse to the same command and options? */
static int same(const char *a, const char *b)
{
	struct cli_req qa, qb;

	return line_parse(&qa, a, 0, NULL) == 0 &&
	       line_parse(&qb, b, 0, NULL) == 0 &&
	       qa.seen == qb.seen && qa.cmd == qb.cmd &&
	       (qa.seen || qa.cmd);
}

static unsigned check_abbreviation(const char *word, size_t n,
				   const char *proto)
{
	char p[16] = "", line[128], whole[128], why[64];
	const struct name *m;
	int known;

	if (*proto)
		sprintf(p, " %s ", proto);
	m = meaning(word, n, p, &known);
	if (!*proto && !known)
		m = meaning(word, n, " ", &known);
	sprintf(p, *proto ? "-p %s " : "%s", proto);
	sprintf(line, "%s--%.*s %s", p, (int)n, word, m ? m->value : "1");
	if (!m) {
		sprintf(why, "unknown option `--%.*s'", (int)n, word);
		return line_differs(line, 2, why);
	}
	if (strcmp(m->is, "protonum") == 0 && *proto)
		return 0;	/* a second -p is another matter */
	sprintf(whole, "%s--%s %s", p, m->is, m->value);
	if (same(line, whole))
		return 0;
	print_message("# %s is not %s\n", line, whole);
	return 1;
}

/* Every beginning of every long name, before and after every -p. */
static void names_may_be_shortened(void **state)
{
	static const char *const before[] = {
		"", "tcp", "udp", "udplite", "sctp", "dccp", "gre", "icmp",
		"icmpv6", "50",
	};
	unsigned bad = 0;

	(void)state;
	for (size_t b = 0; b < COUNT(before); b++)
		for (size_t i = 0; i < COUNT(names); i++)
			for (size_t n = 1; n <= strlen(names[i].name); n++)
				bad += check_abbreviation(names[i].name, n,
							  before[b]);
	assert_int_equal(bad, 0);
}

/* -x VALUE, -xVALUE, --name VALUE and --name=VALUE are the same. */
static void names_have_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(names) && names[i].letter; i++) {
		const struct name *m = &names[i];
		char whole[64], line[64];

		sprintf(whole, "--%s %s", m->is, m->value);
		sprintf(line, "-%c %s", m->letter, m->value);
		if (!same(line, whole))
			fail_msg("%s is not %s", line, whole);
		if (!m->value[0])
			continue;
		sprintf(line, "-%c%s", m->letter, m->value);
		if (!same(line, whole))
			fail_msg("%s is not %s", line, whole);
		sprintf(line, "--%s=%s", m->name, m->value);
		if (!same(line, whole))
			fail_msg("%s is not %s", line, whole);
	}
}

/* ---------------------------------------------------------- words of lists */

/* In the order in which an abbreviation finds them. */
static const struct { const char *name; uint32_t show; } outputs[] = {
	{ "xml", SHOW_XML }, { "extended", SHOW_EXTENDED }, { "timestamp", SHOW_TIME },
	{ "id", SHOW_ID }, { "ktimestamp", SHOW_KTIME },
	{ "labels", SHOW_LABELS }, { "userspace", SHOW_USERSPACE },
	{ "save", SHOW_SAVE },
};

#define USERSPACE	(1u << 6)
#define SAVE		(1u << 7)

/* Every choice of words, in one list and in an option each. */
static void save_stands_alone(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (unsigned set = 1; set < 1u << COUNT(outputs); set++) {
		int alone = !(set & SAVE) || !(set & ~(SAVE | USERSPACE));
		char list[256] = "-L -o ", apart[256] = "-L";
		uint32_t show = 0;
		struct cli_req q;

		for (size_t i = 0; i < COUNT(outputs); i++) {
			if (!(set >> i & 1))
				continue;
			if (show || strchr(list, 'x'))
				strcat(list, ",");
			strcat(list, outputs[i].name);
			sprintf(apart + strlen(apart), " -o %s",
				outputs[i].name);
			show |= outputs[i].show;
		}
		if (!alone) {
			const char *why = "cannot combine save output with "
				"any other output type, use -o save only";

			bad += line_differs(list, 1, why);
			bad += line_differs(apart, 1, why);
			continue;
		}
		bad += line_differs(list, 0, NULL);
		bad += line_differs(apart, 0, NULL);
		assert_int_equal(line_parse(&q, list, 0, NULL), 0);
		assert_int_equal(q.show, show);
	}
	assert_int_equal(bad, 0);
}

/*
 * Any letter case, any length; of several names the first. What is short for
 * SRC_NAT or DST_NAT, and of -o and -e for no name of theirs (compat.md, B37),
 * is passed over with a warning, in every list.
 */
static void outputs_may_be_shortened(void **state)
{
	static const char *const passed[] = {
		"-L -o sr", "-L -u S", "-L -u d", "-E -e DS", "-E -e src_nat",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(passed); i++) {
		struct cli_req q;

		assert_int_equal(line_parse(&q, passed[i], 0, NULL), 0);
		assert_int_equal(q.warns, 1);
		assert_int_equal(q.show, 0);
		assert_int_equal(q.filter.status_mask, 0);
	}
	for (size_t i = 1; i < COUNT(outputs); i++) {
		size_t least = outputs[i].show == SHOW_SAVE ? 2 : 1;

		for (size_t n = least; n <= strlen(outputs[i].name); n++) {
			struct cli_req q;
			char line[32];

			sprintf(line, "-L -o %.*s", (int)n, outputs[i].name);
			line[6] = (char)(line[6] & ~0x20);
			assert_int_equal(line_parse(&q, line, 0, NULL), 0);
			assert_int_equal(q.show, outputs[i].show);
		}
	}
}

static void lists_have_no_holes(void **state)
{
	static const struct line lines[] = {
		{ "-L -o ,", 2, "Bad parameter `,'" },
		{ "-L -o id,", 2, "Bad parameter `'" },
		{ "-L -o id,,xml", 2, "Bad parameter `,xml'" },
		{ "-L -o idx,id", 2, "Bad parameter `idx,id'" },
		{ "-L -u seen,", 2, "Bad parameter `'" },
		{ "-L -u !", 2, "Bad parameter `'" },
		{ "-L -u !UNREPLIED", 2, "Bad parameter `UNREPLIED'" },
		{ "-L -u unset,FIX,exp,off,hw,!a", 0, NULL },
		{ "-E -e all,n,UPD,des", 0, NULL },
		{ "-E -e NEW,BOGUS,ALL", 2, "Bad parameter `BOGUS,ALL'" },
	};

	(void)state;
	check_lines(lines, COUNT(lines));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_of_commands),
		cmocka_unit_test(options_behind_an_exclamation_mark),
		cmocka_unit_test(protocol_options_behind_one),
		cmocka_unit_test(first_row_is_told),
		cmocka_unit_test(translated_port_needs_a_protocol_with_ports),
		cmocka_unit_test(whole_table_is_not_changed_by_accident),
		cmocka_unit_test(options_of_protocols),
		cmocka_unit_test(no_protocol_options_elsewhere),
		cmocka_unit_test(pairs_are_whole),
		cmocka_unit_test(rules_have_an_order),
		cmocka_unit_test(zero_takes_no_filter),
		cmocka_unit_test(masks_need_addresses),
		cmocka_unit_test(prefixes_are_masks),
		cmocka_unit_test(one_command),
		cmocka_unit_test(commands_and_tables),
		cmocka_unit_test(tables_are_adjacent),
		cmocka_unit_test(names_may_be_shortened),
		cmocka_unit_test(names_have_letters),
		cmocka_unit_test(save_stands_alone),
		cmocka_unit_test(outputs_may_be_shortened),
		cmocka_unit_test(lists_have_no_holes),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
