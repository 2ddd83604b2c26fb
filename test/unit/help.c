/* SPDX-License-Identifier: MIT */
/* -h, and -h COMMAND: what they show is what the command line takes. */
#include "test/unit/line.h"
#include "test/unit/value.h"

#include "cli/help.h"
#include "cli/opts.h"
#include "cli/words.h"

static char text[65536];

/* What a line that asks for help prints. */
static const char *help(const char *line)
{
	struct out o = { .buf = text, .cap = sizeof(text), .fd = -1 };
	struct cli_req q;

	assert_int_equal(line_parse(&q, line, 0, NULL), 0);
	assert_int_equal(cli_check(&q), 0);
	assert_int_equal(q.cmd, CMD_HELP);
	cli_help(&o, &q);
	assert_int_equal(o.err, 0);
	text[o.len] = '\0';
	return text;
}

static unsigned count_lines(const char *s, size_t *longest)
{
	unsigned n = 0;
	const char *start = s;

	for (*longest = 0; *s; s++) {
		if (*s != '\n')
			continue;
		if ((size_t)(s - start) > *longest)
			*longest = (size_t)(s - start);
		start = s + 1;
		n++;
	}
	return n;
}

/* Is the word in the text, with nothing but these around it? */
static int has_word(const char *s, const char *word)
{
	const size_t n = strlen(word);

	for (const char *p = s; (p = strstr(p, word)); p += n)
		if (p > s && strchr(" \n", p[-1]) && strchr(" ,\n", p[n]))
			return 1;
	return 0;
}

static void check_name(const char *s, const char *name)
{
	char word[64];

	if (!*name)
		return;
	snprintf(word, sizeof(word), "--%s", name);
	if (!has_word(s, word))
		fail_msg("%s is not there", word);
}

/* Every command and every option, on one page. */
static void the_page_has_everything(void **state)
{
	const char *s = help("-h");
	size_t longest;

	(void)state;
	assert_in_range(count_lines(s, &longest), 20, 40);
	assert_in_range(longest, 40, 79);
	for (unsigned i = 0; i + 1 < CLI_CMDS; i++) {
		char letter[] = { '-', cli_cmds[i].letter, '\0' };

		assert_true(has_word(s, letter));
		check_name(s, cli_part(cli_texts, 3 * i));
		check_name(s, cli_part(cli_texts, 3 * i + 1));
	}
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		check_name(s, cli_opt_name(i));
		check_name(s, cli_part(cli_opt_name(i), 1));
	}
}

static const char *const commands[] = {
	"-L", "-L expect", "-L dying", "-C", "-C expect", "-S", "-E",
	"-E expect", "-G", "-G expect", "-I", "-I expect", "-A", "-U", "-D",
	"-D expect", "-F", "-F expect", "-V",
};

static void add(char *line, size_t cap, const char *name)
{
	unsigned row = 0;

	while (strcmp(cli_opt_name(row), name) != 0)
		row++;
	/* a protocol without options of its own, and the word of most commands */
	snprintf(line + strlen(line), cap - strlen(line), " --%s %s", name,
		 row == OPT_PROTONUM ? "50" :
		 row == OPT_OUTPUT ? "json" : value_of(row));
}

/*
 * Is the option out of place with this command, by the command line's word?
 * What the command cannot do without is added until it does not ask for more.
 */
static int is_illegal(const char *cmd, unsigned row)
{
	const struct cli_opt *opt = &cli_opts[row];
	char line[512];
	struct cli_req q;

	snprintf(line, sizeof(line), "%s", cmd);
	add(line, sizeof(line), cli_opt_name(row));
	for (;;) {
		if (line_parse(&q, line, 0, NULL) == 0)
			cli_check(&q);
		if (!q.why.text)
			return 0;
		if (strncmp(q.why.text, "You need to supply", 18) != 0 &&
		    strncmp(q.why.text, "you have to specify", 19) != 0)
			break;
		if (opt->protos && strcmp(q.why.arg[0], "protonum") == 0) {
			unsigned i = (unsigned)__builtin_ctz(opt->protos);

			strcat(strcat(line, " -p "), ct_protos[i].name);
			continue;
		}
		add(line, sizeof(line), q.why.arg[0]);
		if (q.why.arg[1] && strcmp(q.why.arg[1], q.why.arg[0]) != 0)
			add(line, sizeof(line), q.why.arg[1]);
	}
	return strncmp(q.why.text, "Illegal option", 14) == 0 &&
	       strcmp(q.why.arg[0], cli_opt_name(row)) == 0;
}

static void a_command_has_its_options(void **state)
{
	(void)state;
	for (size_t cmd = 0; cmd < COUNT(commands); cmd++) {
		char line[64];

		snprintf(line, sizeof(line), "%s -h", commands[cmd]);
		help(line);
		for (unsigned row = 0; row < OPT_COUNT; row++) {
			char word[64];
			int shown;

			snprintf(word, sizeof(word), "--%s", cli_opt_name(row));
			shown = has_word(text, word);
			if (shown == is_illegal(commands[cmd], row))
				fail_msg("%s: %s is%s shown", line, word,
					 shown ? "" : " not");
		}
	}
}

/* -h may stand on either side, and other options beside it. */
static void a_command_is_asked_about_in_many_ways(void **state)
{
	static const char *const lines[] = {
		"-h -D", "--help -D", "-D --help", "-h --delete",
		"-hD", "-Dh", "-D -s 1.1.1.1 --help", "--help --del",
		"-D conntrack -h", "-h -D conntrack",
	};
	static char first[8192];

	(void)state;
	strcpy(first, help("-D -h"));
	assert_non_null(strstr(first, "\n  -D, --delete "));
	assert_null(strstr(first, "--list"));
	for (size_t i = 0; i < COUNT(lines); i++)
		if (strcmp(help(lines[i]), first) != 0)
			fail_msg("%s is another help", lines[i]);
	assert_non_null(strstr(help("-h -R"), "\n  -R, --load-file "));
	assert_non_null(strstr(help("--help --load-file"), "  -R, --load-file"));
	assert_null(strstr(help("-I -h -p tcp"), "icmp-type"));
	assert_non_null(strstr(help("-I -h -p tcp"), "--sport"));
	assert_non_null(strstr(help("-h -p icmp"),
			       "\nProto `icmp' help:\n  --icmp-type "));
}

/* What a command cannot do without stands first. */
static void what_is_needed_is_told(void **state)
{
	const char *s = help("-I -h -p tcp"), *takes = strstr(s, "\ntakes:\n");

	(void)state;
	assert_non_null(takes);
	assert_true(strstr(s, "\nneeds:\n") < takes);
	assert_true(strstr(s, "--timeout") < takes);
	assert_true(strstr(s, "--state") < takes);
	assert_true(strstr(s, "--mark") > takes);
	assert_null(strstr(help("-L -h"), "needs:"));
}

/* Words that stand one behind the other, with this between them. */
static const char *join(const char *words, const char *between)
{
	static char s[128];

	*s = '\0';
	for (; *words; words = cli_part(words, 1))
		strcat(strcat(s, *s ? between : ""), words);
	return s;
}

/* What help says in a text of its own is what the lists of words say. */
static void choices_are_those_that_are_taken(void **state)
{
	static const struct {
		const char *cmd, *before, *words, *between, *behind;
	} rows[] = {
		{ "-h", "tables: ", CLI_TABLES, ", ", "\n" },
		{ "-L -h", "--family ", CLI_FAMILIES, "|", " " },
		{ "-L -h", "--color [", CLI_COLORS, "|", "] " },
		{ "-I -h -p dccp", "--role ", CLI_ROLES, "|", " " },
	};
	char protos[128] = "", *end = protos;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *at = strstr(help(rows[i].cmd), rows[i].before);
		char want[160];

		snprintf(want, sizeof(want), "%s%s%s", rows[i].before,
			 join(rows[i].words, rows[i].between), rows[i].behind);
		if (!at || strncmp(at, want, strlen(want)) != 0)
			fail_msg("%s does not say \"%s\"", rows[i].cmd, want);
	}
	for (unsigned i = 0; i < CT_P_COUNT; i++)
		end += sprintf(end, "%s, ", ct_protos[i].name);
	strcpy(end, "...\n");
	assert_non_null(strstr(help("-L -h"), protos));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_everything),
		cmocka_unit_test(a_command_has_its_options),
		cmocka_unit_test(a_command_is_asked_about_in_many_ways),
		cmocka_unit_test(what_is_needed_is_told),
		cmocka_unit_test(choices_are_those_that_are_taken),
	};

	return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
