/* SPDX-License-Identifier: MIT */
/*
 * Lines that are alike: whatever was learned, a line that fits a pattern asks
 * for the very bytes that it asks for when it is parsed; and one that the
 * parser refuses fits none.
 */
#include "test/unit/unit.h"

#include "cli/change.h"
#include "cli/pattern.h"
#include "test/unit/line.h"

#include <errno.h>

/* The words of a line, as cli/lines.h leaves them, and their request. */
struct parsed {
	char		 words[1024];
	size_t		 n;
	struct cli_req	 q;
	int		 r;
};

static int no_protocol(const char *name)
{
	(void)name;
	return -1;
}

static void parse(struct parsed *p, const char *line)
{
	char *argv[100] = { NULL };
	int argc = 1;

	p->n = strlen(line);
	assert_true(p->n < sizeof(p->words));
	memcpy(p->words, line, p->n + 1);
	for (char *w = strtok(p->words, " \n"); w; w = strtok(NULL, " \n"))
		argv[argc++] = w;
	p->r = cli_parse(&p->q, argc, argv, 0, no_protocol);
	p->q.line = 1;
	if (p->r == 0)
		p->r = cli_check(&p->q);
	if (p->r == 0)
		change_settle(&p->q);
}

static size_t request(const struct cli_req *q, uint8_t *buf, size_t cap)
{
	struct nl_put m;

	nl_put_init(&m, buf, cap);
	ct_put_new(&m, &q->filter, &q->change);
	assert_int_equal(m.err, 0);
	return m.len;
}

/* As it stands in the reader's buffer, with other bytes behind. */
static struct cli_req *find(const char *line, size_t *n)
{
	static char buf[1024 + PATTERN_OVER];

	memset(buf, 'x', sizeof(buf));
	memcpy(buf, line, strlen(line));
	return pattern_find(buf, buf + strlen(line), n);
}

/* Returns whether it fitted; what it asked for was right then. */
static int agrees(const char *line)
{
	static uint8_t a[1024], b[1024];
	static struct parsed p;
	size_t len, n = 0;
	struct cli_req *q = find(line, &n);

	if (!q)
		return 0;
	assert_int_equal(n, strlen(line));
	parse(&p, line);
	if (p.r < 0)
		fail_msg("fits, but is refused: %s", line);
	assert_int_equal(q->cmd, p.q.cmd);
	assert_int_equal(q->filter.family, p.q.filter.family);
	len = request(q, a, sizeof(a));
	assert_int_equal(request(&p.q, b, sizeof(b)), len);
	if (memcmp(a, b, len) != 0)
		fail_msg("asks for something else: %s", line);
	return 1;
}

static void learn(const char *line)
{
	static struct parsed p;

	parse(&p, line);
	assert_int_equal(p.r, 0);
	pattern_learn(line, strlen(line), p.words, &p.q);
}

static const char *const models[] = {
	"-A -t 599 -u SEEN_REPLY,ASSURED -s 1.1.1.1 -d 2.2.2.2 -r 2.2.2.2 -q 1.1.1.1 -p tcp --sport 10 --dport 20 --reply-port-src 20 --reply-port-dst 10 --state ESTABLISHED\n",
	"-A -t 59 -u UNSET -w 5 -s 1.1.1.1 -d 2.2.2.2 -g 4.4.4.4 -n 3.3.3.3 -p udp --sport 10 --dport 20 --reply-port-src 81 --reply-port-dst 100 -m 7\n",
	"-I -t 59 -u UNSET -s fd00::1 -d fd00::2 -r fd00::2 -n [fd00::99]:77 -p udp --sport 16 --dport 20 -m 3/255\n",
	"-A -t 19 -u UNSET -s 1.1.1.1 -d 2.2.2.2 -n 9.9.9.9:1 -g 8.8.8.8:2 -p tcp --sport 1 --dport 2 --state NONE\n",
	"-A -t 19 -s 1.1.1.1 -d 2.2.2.2 -p sctp --sport 1 --dport 2 --state ESTABLISHED --orig-vtag 7 --reply-vtag 4294967295\n",
	"-A -t 19 -u UNSET -s 1.1.1.1 -d 2.2.2.2 -r 2.2.2.2 -q 1.1.1.1 -p gre --srckey 16 --dstkey 20 --reply-key-src 20 --reply-key-dst 16\n",
	"-A -t 9 -u UNSET -s 1.1.1.1/32 -d 2.2.2.2 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 5\n",
	"-I -t 9 --orig-zone 3 -r fd00::5 -q fd00::6 -p icmpv6 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 5\n",
	"-A -t 19 -u UNSET -s 1.1.1.1 -d 2.2.2.2 -r 2.2.2.2 -q 1.1.1.1 -p 50\n",
	"-A -t 1 -t 2 -s 1.1.1.1 -d 2.2.2.2 -p udp --sport 1 --sport 2 --dport 3\n",
};

/* Values to put into a place, good ones and others. */
static const char *const values[] = {
	"0", "1", "9", "10", "255", "256", "65535", "65536", "4294967295",
	"4294967296", "18446744073709551617", "99999999999", "010", "0x10", "00", "+5", "-1",
	"5x", "1.2", "1.2.3.4", "255.255.255.255", "1.2.3.256", "1.2.3",
	"01.2.3.4", "1.2.3.4.5", "1..2.3", "1.2.3.", "fd00::7", "::",
	"::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "fd00::g", "fd00:::1", "/", ":",
	"[", "]", "-", "--", "x", "1.2.3.4/32", "1.2.3.4/24", "1.2.3.4:5",
	"[fd00::7]:5", "[1.2.3.4]:5", "1/2", "5/0xff", "UNSET", "ASSURED",
	"tcp", "udp", "NONE",
};

/* The line with word number at replaced; NULL when there is none. */
static const char *with_word(const char *line, unsigned at, const char *value)
{
	static char out[1200];
	const char *word = line, *end;

	for (; at > 0; at--) {
		word = strchr(word, ' ');
		if (!word)
			return NULL;
		word++;
	}
	end = word + strcspn(word, " \n");
	snprintf(out, sizeof(out), "%.*s%s%s", (int)(word - line), line,
		 value, end);
	return out;
}

static void every_model_fits_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(models); i++) {
		learn(models[i]);
		if (!agrees(models[i]))
			fail_msg("does not fit: %s", models[i]);
	}
}

/* Each place of each line, with each value, beside all the models. */
static void what_fits_is_what_the_parser_reads(void **state)
{
	unsigned fitted = 0;
	const char *line;

	(void)state;
	for (size_t i = 0; i < COUNT(models); i++)
		learn(models[i]);
	for (size_t i = 0; i < COUNT(models); i++)
		for (size_t v = 0; v < COUNT(values); v++)
			for (unsigned at = 0; (line = with_word(models[i], at,
							values[v])); at++)
				fitted += (unsigned)agrees(line);
	assert_in_range(fitted, 300, 1000);
}

static void other_numbers_and_addresses_fit(void **state)
{
	uint64_t dice = 1;
	char line[400];

	(void)state;
	learn(models[0]);
	for (int i = 0; i < 2000; i++) {
		const uint32_t a = unit_random(&dice), b = unit_random(&dice);
		const uint32_t t = unit_random(&dice) >> (i % 32);

		snprintf(line, sizeof(line), "-A -t %u -u SEEN_REPLY,ASSURED "
			 "-s %u.%u.%u.%u -d 2.2.2.%u -r 2.2.2.2 -q 1.1.1.1 "
			 "-p tcp --sport %u --dport %u --reply-port-src %u "
			 "--reply-port-dst %u --state ESTABLISHED\n", t,
			 a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255,
			 b & 255, b >> 16, a & 0xffff, b & 0xffff, a >> 16);
		assert_true(agrees(line));
	}
}

/* More kinds of lines than there is room for. */
static void old_patterns_make_room(void **state)
{
	char line[200];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 40; i++) {
			snprintf(line, sizeof(line), "-A -t 5 -s 1.1.1.1 -d "
				 "2.2.2.2 -p %d --label-add l%d\n", 60 + i, i);
			learn(line);
			assert_true(agrees(line));
		}
}

static void line_must_end_within_what_is_there(void **state)
{
	static char buf[1024 + PATTERN_OVER];
	const size_t n = strlen(models[0]);
	size_t len;

	(void)state;
	learn(models[0]);
	memcpy(buf, models[0], n);
	for (size_t end = 0; end < n; end++)
		assert_null(pattern_find(buf, buf + end, &len));
	assert_non_null(pattern_find(buf, buf + n, &len));
	assert_int_equal(len, n);
	memset(buf + n - 1, 0, sizeof(buf) - n);
	assert_null(pattern_find(buf, buf + sizeof(buf) - PATTERN_OVER, &len));
}

static void some_lines_are_never_learned(void **state)
{
	static const char *const lines[] = {
		"-D -p udp --dport 6001\n",
		"-U -p udp --dport 6002 -m 5\n",
		"-F -f ipv4\n",
		"-A -a x -t 5 -s 1.1.1.1 -d 2.2.2.2 -p 61\n",
		"-A -t 010 -s 1.1.1.1 -d 2.2.2.2 -p 64\n",
		"-A -t 5 -s 1.1.1 -d 2.2.2.2 -p 65\n",
		"-A -t 5 -s 1.1.1.1 -d 2.2.2.2 -m 0x22 -p 67\n",
		"-A -t 5 -s 1.1.1.1 -d 2.2.2.2 -w 0x2 -p 68\n",
		"-A -t 5 -s 1.1.1.1 -d 2.2.2.2 -m 0x2/7 -p 69\n",
		"-A -t 5 -s 0x1.1.1.1 -d 2.2.2.2 -p 70\n",
		"-A -t 5 -s 1.1.1.1 -d 2.2.2.2 -p 66",
	};
	static struct parsed p;
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		parse(&p, lines[i]);
		assert_int_equal(p.r, 0);
		pattern_learn(lines[i], strlen(lines[i]), p.words, &p.q);
		if (find(lines[i], &n))
			fail_msg("was learned: %s", lines[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_model_fits_itself),
		cmocka_unit_test(what_fits_is_what_the_parser_reads),
		cmocka_unit_test(other_numbers_and_addresses_fit),
		cmocka_unit_test(old_patterns_make_room),
		cmocka_unit_test(line_must_end_within_what_is_there),
		cmocka_unit_test(some_lines_are_never_learned),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
