/* SPDX-License-Identifier: MIT */
/* What is told beside the sentence that refuses a command line. */
#include "test/unit/line.h"

#include "cli/tell.h"

#include <unistd.h>

/* All that tell_why() says, on a pipe. */
static const char *told(const char *line)
{
	static char text[1024];
	struct cli_req q;
	int fds[2], usual, r = line_parse(&q, line, 0, NULL);
	ssize_t n;

	if (r == 0)
		r = cli_check(&q);
	if (r == 0)
		fail_msg("%s is accepted", line);
	assert_int_equal(pipe(fds), 0);
	usual = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	tell_why(&q);
	dup2(usual, STDERR_FILENO);
	close(usual);
	close(fds[1]);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	assert_true(n > 0);
	text[n] = '\0';
	return text;
}

/* The lines of advice; "" when there is none. */
static const char *hints(const char *line)
{
	const char *text = told(line), *hint = strstr(text, "hint: ");

	assert_memory_equal(text, tell_version, strlen(tell_version));
	return hint ? hint : "";
}

static void check(const char *line, const char *hint)
{
	char want[256] = "";

	if (hint)
		snprintf(want, sizeof(want), "hint: %s\n", hint);
	if (strcmp(hints(line), want) != 0)
		fail_msg("%s: expected %s, got %s", line, want, hints(line));
}

static const struct { const char *line, *meant; } misspelt[] = {
	{ "-L --sorce 1.1.1.1", "--src" }, { "-L --snapshto", "--snapshot" },
	{ "-L --dprt 5", "--dport" }, { "-L --protocol tcp", "--protonum" },
	{ "-L --repli-src 1.1.1.1", "--reply-src" },
	{ "-L --dprt=5", "--dport" }, { "--lst", "--list" },
	{ "--flsh", "--flush" }, { "-L --netn x", "--netns" },
	{ "-L --nosandbox", "--no-sandbox" }, { "-L --xyzzy", NULL },
	{ "-L -x", NULL }, { "-L --port 5", "--sport" },
	{ "-L expct", "expect" }, { "-L contrack", "conntrack" },
	{ "-L unconfrmed", "unconfirmed" }, { "-L nowhere", NULL },
	{ "-L -o jsn", "json" }, { "-L -o id,jsnl", "jsonl" },
	{ "-L -o xlm", NULL }, { "-L -o dstnat", NULL }, { "-L -o timestmp", "timestamp" },
	{ "-L -o SAV,restor", NULL }, { "-L -o openmetrix", "openmetrics" },
	{ "-E -e DESTORY", "DESTROY" }, { "-E -e NEW,UPDTES", "UPDATES" },
	{ "-L -u ASURED", "ASSURED" }, { "-L -u !ASURED", "ASSURED" },
	{ "-L -u asured", "ASSURED" }, { "-L -u SEENREPLY", "SEEN_REPLY" },
	{ "-L -u UNREPLYED", "UNREPLIED" }, { "-L -u UNST", "UNSET" },
	{ "-L -u CONFIRMED", NULL }, { "-L -u FIXEDTIMEOUT", "FIXED_TIMEOUT" },
	{ "-L --state ESTABLISED", "ESTABLISHED" },
	{ "-L -p tcp --state SYN_SNT", "SYN_SENT" },
	{ "-L -p sctp --state COOKIE_WAITS", "COOKIE_WAIT" },
	{ "-L -p dccp --state PARTOPN", "PARTOPEN" },
	{ "-L -p tcp --state COOKIES", NULL },
	{ "-L -p tcpp", "tcp" }, { "-L -p imcpv6", "icmpv6" },
	{ "-L -p udplit", "udplite" }, { "-L -p nosuch", NULL },
	{ "-L -f ipv", "ipv4" }, { "-L -f ip6", "ipv6" }, { "-L -f x", NULL },
	{ "-L --by dprot", "dport" }, { "-L --by src,stat", "state" },
	{ "-L --by staet/24", "state" }, { "-L --color=alwys", "always" },
	{ "-U -p dccp --role clent", "client" },
	/* a word that was right is not what was meant */
	{ "-L -o jsonl -s foo", NULL }, { "-L -o id -f ipv5", "ipv4" },
	{ "-L --state ESTABLISHED -s foo", NULL },
	{ "-E -e NEW -o nothing", NULL },
	{ "-L -u ASSURED -p x", NULL },
	/* longer than anything is */
	{ "-L -o jsonjsonjsonjsonjsonjsonjsonjsonjsonjson", NULL },
	{ "-L --srcsrcsrcsrcsrcsrcsrcsrcsrcsrcsrcsrcsrcsrc 1", NULL },
};

static void the_nearest_name_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(misspelt); i++) {
		char hint[64];

		snprintf(hint, sizeof(hint), "did you mean %s?",
			 misspelt[i].meant ? misspelt[i].meant : "");
		check(misspelt[i].line, misspelt[i].meant ? hint : NULL);
	}
}

/* An illegal combination names what takes the option, or what is to be done. */
static void what_goes_is_told(void **state)
{
	static const struct { const char *line, *hint; } lines[] = {
		{ "-L -t 5", "it goes with -I -A -U -D" },
		{ "-D -z", "it goes with -L" },
		{ "-E --by src", "it goes with -L" },
		{ "-L -e NEW", "it goes with -E" },
		{ "-L --tuple-src 1.1.1.1", "it goes with -I" },
		{ "-F -o xml", "it goes with -L -G -E -U -D" },
		{ "-h -s 1.1.1.1", "it goes with -L -G -E -I -A -U -D" },
		{ "-L -p icmp --dport 5", "it goes with -p tcp" },
		{ "-L -p tcp --icmp-type 8", "it goes with -p icmp" },
		{ "-L --srckey 5 -p udp", "it goes with -p gre" },
		{ "-G ! -s 1.1.1.1", "-L -E -D do" },
		{ "-U ! -m 5", "-L -E -D do" },
		{ "-L -D", "one at a time" },
		{ "-h -h", "one at a time" },
		{ "-h -L -D", "one at a time" },
		{ "-D dying", "-L lists them" },
		{ "-U expect", "-D it, then -I another" },
		{ "-L -z -s 1.1.1.1", "but -f: it resets all" },
		{ "-L -j -n", "it stands for either" },
		{ "-U --label-add 1 --label-del 2",
		  "do one after the other" },
		{ "-L -m x", NULL }, { "-D -s 1.1.1.1/99", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		check(lines[i].line, lines[i].hint);
}

/* The old lines come first, as they always were. */
static void advice_is_behind_the_old_sentence(void **state)
{
	char want[512];

	(void)state;
	snprintf(want, sizeof(want), "%s: Illegal option `--zero' with this "
		 "command\nTry `conntrack -h' or 'conntrack --help' for more "
		 "information.\nhint: it goes with -L\n", tell_version);
	assert_string_equal(told("-D -z"), want);
	snprintf(want, sizeof(want), "%s: unknown option `--sorce=1'\n"
		 "Try `conntrack -h' or 'conntrack --help' for more "
		 "information.\nhint: did you mean --src?\n", tell_version);
	assert_string_equal(told("-D --sorce=1"), want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_name_is_told),
		cmocka_unit_test(what_goes_is_told),
		cmocka_unit_test(advice_is_behind_the_old_sentence),
	};

	return cmocka_run_group_tests_name("hints", tests, NULL, NULL);
}
