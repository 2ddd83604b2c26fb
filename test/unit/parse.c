/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>	/* before the kernel's, which make way */

#include "cli/file.h"
#include "cli/opts.h"
#include "cli/parse.h"
#include "cli/value.h"
#include "test/unit/line.h"

static const char protocols[] =
	"# comment\nip\t0\tIP\nesp\t50\tIPSEC-ESP # note\n"
	"tcp 6 TCP\nbad x\nospf 89 OSPFIGP";

static int protocol(const char *name)
{
	return file_protocol(protocols, name);
}

static void protocols_file_is_read(void **state)
{
	(void)state;
	assert_int_equal(protocol("esp"), 50);
	assert_int_equal(protocol("IPSEC-ESP"), 50);
	assert_int_equal(protocol("ip"), 0);
	assert_int_equal(protocol("OSPFIGP"), 89);
	assert_int_equal(protocol("Esp"), -1);
	assert_int_equal(protocol("es"), -1);
	assert_int_equal(protocol("note"), -1);
	assert_int_equal(protocol("bad"), -1);
	assert_int_equal(protocol("50"), -1);
	assert_int_equal(protocol(""), -1);
}

/* Strings made of what addresses are made of: as inet_aton and inet_pton. */
static void addresses_are_libcs(void **state)
{
	static const char *const parts[] = {
		"0", "1", "10", "255", "256", "0x10", "010", "08", "ffff",
		"::", ":", ".", ".", ":", "1.2.3.4", "abcd", "12345", "x",
		" ", "4294967295", "65535", "0x", "::ffff:", "%",
	};
	uint64_t seed = 5;

	(void)state;
	for (unsigned i = 0; i < 500000; i++) {
		unsigned n = unit_random(&seed) % 9;
		char word[64] = "";
		struct in_addr a4;
		struct in6_addr a6;
		struct ct_addr got;
		int family = -EINVAL;

		while (n--) {
			const char *add = parts[unit_random(&seed) %
						COUNT(parts)];

			if (strlen(word) + strlen(add) <= 45)
				strcat(word, add);
		}
		if (inet_aton(word, &a4))
			family = AF_INET;
		else if (inet_pton(AF_INET6, word, &a6) == 1)
			family = AF_INET6;
		if (value_addr(word, strlen(word), &got) != family)
			fail_msg("'%s': %d expected", word, family);
		if (family == AF_INET)
			assert_memory_equal(got.b, &a4, 4);
		if (family == AF_INET6)
			assert_memory_equal(got.b, &a6, 16);
	}
}

static void numbers_are_checked(void **state)
{
	static const struct { const char *s; int c_ok, d_ok; uint32_t c, d; }
	cases[] = {
		{ "0", 1, 1, 0, 0 }, { "10", 1, 1, 10, 10 },
		{ "010", 1, 1, 8, 10 }, { "0x10", 1, 0, 16, 0 },
		{ " +7", 1, 1, 7, 7 }, { "4294967295", 1, 1, UINT32_MAX,
		UINT32_MAX }, { "4294967296", 0, 0, 0, 0 }, { "", 0, 0, 0, 0 },
		{ "-1", 0, 0, 0, 0 }, { "1x", 0, 0, 0, 0 }, { "1 ", 0, 0, 0, 0 },
		{ "0x", 0, 0, 0, 0 }, { "08", 0, 1, 0, 8 },
		{ "99999999999999999999999", 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t v = 5;

		assert_int_equal(value_number(cases[i].s, 0, UINT32_MAX, &v),
				 cases[i].c_ok ? 0 : -EINVAL);
		assert_int_equal(v, cases[i].c_ok ? cases[i].c : 5);
		v = 5;
		assert_int_equal(value_number(cases[i].s, 10, UINT32_MAX, &v),
				 cases[i].d_ok ? 0 : -EINVAL);
		assert_int_equal(v, cases[i].d_ok ? cases[i].d : 5);
	}
}

static void marks_and_prefixes_are_checked(void **state)
{
	uint32_t mark = 1, mask = 1;
	struct ct_addr a;
	unsigned bits;

	(void)state;
	assert_int_equal(value_mark("0x10/0xf", &mark, &mask), 0);
	assert_int_equal(mark, 16);
	assert_int_equal(mask, 15);
	assert_int_equal(value_mark("7", &mark, &mask), 0);
	assert_int_equal(mask, UINT32_MAX);
	assert_int_equal(value_mark("8x", &mark, &mask), -EINVAL);
	assert_int_equal(value_mark("8/1/1", &mark, &mask), -EINVAL);
	assert_int_equal(value_mark("", &mark, &mask), -EINVAL);
	assert_int_equal(mark, 7);
	for (unsigned n = 0; n <= 128; n++) {
		char s[8];

		snprintf(s, sizeof(s), "%03u", n);
		assert_int_equal(value_prefix(s, 128, &a, &bits), 0);
		assert_int_equal(bits, n);
		for (unsigned i = 0; i < 128; i++)
			assert_int_equal(a.b[i / 8] >> (7 - i % 8) & 1, i < n);
		assert_int_equal(value_prefix(s, 32, &a, &bits),
				 n <= 32 ? 0 : -EINVAL);
	}
}

/* ---------------------------------------------------------- whole lines */

static int read_line(const char *line, struct cli_req *q)
{
	int r = line_parse(q, line, 0, protocol);

	return r < 0 ? r : cli_check(q);
}

static void lines_are_refused(void **state)
{
	static const struct { const char *line; int code; const char *why; }
	cases[] = {
		{ "-L -G", 2, "Invalid commands combination" },
		{ "-L nothing", 2, "unknown type `nothing'" },
		{ "--bogus", 2, "unknown option `--bogus'" },
		{ "-L -X", 2, "unknown option `-X'" },
		{ "-L -s", 2, "option `-s' requires an argument" },
		{ "-L -s 1.2.3.4.5", 2, "Invalid IP address `1.2.3.4.5'" },
		{ "-L -s 1.2.3.4/33", 2, "Invalid netmask" },
		{ "-L -s 1.2.3.4 -d ::1", 2, "mismatched address family" },
		{ "-L -f ipv6 -s 1.2.3.4", 2, "mismatched address family" },
		{ "-L -r 1.2.3.4/8", 2, "CIDR notation unavailable for `--reply-src'" },
		{ "-L -n 1.2.3.4/8", 2, "CIDR notation unavailable for `--src-nat'" },
		{ "-L -p nonsense", 2, "`nonsense' unsupported protocol" },
		{ "-L -p 256", 2, "`256' unsupported protocol" },
		{ "-L -f ipx", 2, "`ipx' unsupported protocol" },
		{ "-L -u ASSURED,,EXPECTED", 2, "Bad parameter `,EXPECTED'" },
		{ "-L -u BOGUS", 2, "Bad parameter `BOGUS'" },
		{ "-L -o bogus", 2, "Bad parameter `bogus'" },
		{ "-L -n 1.2.3.4:", 2, "No port specified after `:'" },
		{ "-L -n 1.2.3.4:99999", 2, "Invalid port `99999'" },
		{ "-L -n 1.2.3.4:+5", 2, "Invalid port `+5'" },
		{ "-L -n [::1", 2, "No closing ']' around IPv6 address" },
		{ "-L -n []:1", 2, "No IPv6 address specified" },
		{ "-L -n :80", 2, "Invalid IP address `'" },
		{ "-L -p tcp --state BOGUS", 2, "unknown TCP state `BOGUS'" },
		{ "-L -p sctp --state BOGUS", 2, "unknown SCTP state `BOGUS'" },
		{ "-L -p dccp --state BOGUS", 2, "Unknown DCCP state `BOGUS'" },
		{ "-L -p dccp --role x", 2, "Unknown DCCP role `x'" },
		{ "-L -m 1x", 1, "unexpected value '1x' with -m option" },
		{ "-L -w 65536", 1, "unexpected value '65536' with -w option" },
		{ "-L -o save,id", 1, "cannot combine save output with any other output type, use -o save only" },
		{ "-L -o id -o save", 1, "cannot combine save output with any other output type, use -o save only" },
		{ "-L -p tcp -p udp", 2, "option `--protonum' given twice, with different protocols" },
		{ "-L -p icmp --sport 1", 2, "unknown option `--sport'" },
		{ "-L --sport 1 -p icmp", 2, "unknown option `--sport'" },
		{ "-L --sport 1 --srckey 1", 2, "no protocol has all of the protocol options given" },
		{ "-L --state BOGUS", 2, "unknown state `BOGUS'" },
		{ "-L -p ipv6-icmp", 2, "`ipv6-icmp' unsupported protocol" },
		{ "-L -p esp --sport 1", 2, "unknown option `--sport'" },
		{ "-L --sport 65536", 1, "unexpected value '65536' with --sport option" },
		{ "-L --icmp-type 256", 1, "unexpected value '256' with --icmp-type option" },
		{ "-L -s 1.1.1.1/", 2, "Invalid netmask" },
		{ "-L -m 5/", 1, "unexpected value '5/' with -m option" },
		{ "-L -s -d", 2, "Invalid IP address `-d'" },
		{ "-L --sr", 2, "unknown option `--sr'" },
		{ "-E --snapsho", 2, "unknown option `--snapsho'" },
		{ "-I --helpe x", 2, "unknown option `--helpe'" },
		{ "-E -e OLD", 2, "Bad parameter `OLD'" },
		{ "-E -b many", 1, "unexpected value 'many' with -b option" },
		{ "-L --zero=1", 2, "unknown option `--zero=1'" },
		{ "-L --labelmap a --labelmap b", 2, "option `--labelmap' can only be specified once" },
	};
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cli_req q;
		int r = read_line(cases[i].line, &q);
		const char *got = r < 0 ? line_sentence(&q.why) : "accepted";

		if (r == -EINVAL && q.why.code == cases[i].code &&
		    strcmp(got, cases[i].why) == 0)
			continue;
		print_message("# %s: expected %d %s, got %d %s\n",
			      cases[i].line, cases[i].code, cases[i].why,
			      q.why.code, got);
		bad++;
	}
	assert_int_equal(bad, 0);
}

static void understand(struct cli_req *q, const char *line)
{
	if (read_line(line, q) < 0)
		fail_msg("%s: %s", line, line_sentence(&q->why));
}

static void lines_are_understood(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-L");
	assert_int_equal(q.cmd, CMD_LIST);
	assert_int_equal(q.filter.has | q.filter.family, 0);
	understand(&q, "-L exp");
	assert_int_equal(q.table, CT_TABLE_EXPECT);
	understand(&q, "--dump=dying");
	assert_int_equal(q.table, CT_TABLE_DYING);
	understand(&q, "-LSC");
	assert_int_equal(q.cmd, CMD_LIST);
	understand(&q, "-s 10.2 -L -p tcp --dport=80 --orig-port-src 7");
	assert_int_equal(q.filter.family, AF_INET);
	assert_int_equal(q.filter.dir[0].has, CT_SRC4 | CT_PROTO | CT_SPORT |
					      CT_DPORT);
	assert_memory_equal(q.filter.dir[0].src.b, "\12\0\0\2", 4);
	assert_int_equal(q.filter.dir[0].dport, 80);
	understand(&q, "-L -d fd00::/8");
	assert_int_equal(q.filter.family, AF_INET6);
	assert_int_equal(q.filter.dst_mask.b[0], 0xff);
	assert_int_equal(q.filter.dst_mask.b[1], 0);
	assert_true(q.seen & opt_bit(OPT_MASK_DST));
	understand(&q, "-L -s 1.1.1.1/32");
	assert_false(q.seen & opt_bit(OPT_MASK_SRC));
	understand(&q, "-L -u a,!seen,UNREPLIED");
	assert_int_equal(q.filter.status, IPS_ASSURED);
	assert_int_equal(q.filter.status_mask, IPS_ASSURED | IPS_SEEN_REPLY);
	understand(&q, "-L -u SRC_NAT");
	assert_int_equal(q.warns, 1);
	assert_string_equal(q.warn[0],
			    "WARNING: ignoring SRC_NAT, use --src-nat instead");
	understand(&q, "-L -o s");	/* a name of the list, not SRC_NAT */
	assert_int_equal(q.show, SHOW_SAVE);
	assert_int_equal(q.warns, 0);
	understand(&q, "-L -m 0x10/0xf0 -w 010 --orig-zone 3");
	assert_int_equal(q.filter.mark, 16);
	assert_int_equal(q.filter.mark_mask, 0xf0);
	assert_int_equal(q.filter.zone, 8);
	assert_int_equal(q.filter.dir[0].zone, 3);
	understand(&q, "-L -p esp");
	assert_int_equal(q.filter.dir[0].proto, 50);
	understand(&q, "-L -p TCP --state LISTEN");
	assert_int_equal(q.filter.state[CT_P_TCP], TCP_CONNTRACK_LISTEN);
	understand(&q, "-L -n [fd00::1]:80");
	assert_int_equal(q.filter.has, CT_F_SRC_NAT);
	assert_int_equal(q.filter.src_nat.port, 80);
	understand(&q, "-L -n -g 1.2.3.4");
	assert_int_equal(q.filter.has, CT_F_SRC_NAT | CT_F_DST_NAT);
	assert_int_equal(q.filter.src_nat.has_addr, 0);
	understand(&q, "-L -o ext,i,kt -o labels");
	assert_int_equal(q.show, SHOW_EXTENDED | SHOW_ID | SHOW_KTIME |
				 SHOW_LABELS);
	understand(&q, "-G -p udp -r 1.1.1.1 -q 2.2.2.2 --reply-port-src 1 "
	       "--reply-port-dst 2");
	assert_int_equal(q.filter.dir[1].has, CT_SRC4 | CT_DST4 | CT_SPORT |
					      CT_DPORT);
}

static void events_are_groups(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-E");
	assert_int_equal(q.groups, 0);	/* all that the table has */
	understand(&q, "-E -e NEW");
	assert_int_equal(q.groups, 1);
	understand(&q, "-E -e upd");
	assert_int_equal(q.groups, 2);
	understand(&q, "-E -e d");	/* no DST_NAT */
	assert_int_equal(q.groups, 4);
	assert_int_equal(q.warns, 0);
	understand(&q, "-E -e DESTROY,N -e NEW");
	assert_int_equal(q.groups, 5);
	understand(&q, "-E -e NEW -e ALL");
	assert_int_equal(q.groups, CT_GROUPS_FLOW);
	understand(&q, "-E -b 4096");
	assert_int_equal(q.room, 4096);
}

/* What the old tool does not have is spelt in full. */
static void new_options_do_not_disturb_old_ones(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-E --snapshot");
	assert_true(q.seen & opt_bit(OPT_SNAPSHOT));
	understand(&q, "--hel");	/* --help, though --helper begins so */
	assert_int_equal(q.cmd, CMD_HELP);
	understand(&q, "-L --n 1");	/* --nat-range, not --netns */
	assert_int_equal(q.warns, 1);
	assert_null(q.netns);
}

/* It selects nothing, and goes with every command. */
static void a_namespace_is_named(void **state)
{
	static const char *const with[] = {
		"-L", "-L -z", "-L expect", "-L -z -f ipv4", "-C", "-C expect",
		"-S", "-S expect", "-E", "-E expect", "-D", "-F", "-F expect",
		"-V", "-h", "-U -m 1", "-G -p 50 -s 1.1.1.1 -d 1.1.1.2",
		"-A -t 1 -p 50 -s 1.1.1.1 -d 1.1.1.2",
		"-I -t 1 -p 50 -s 1.1.1.1 -d 1.1.1.2",
		"-D expect -p 50 -s 1.1.1.1 -d 1.1.1.2",
	};
	char line[128];
	struct cli_req q;

	(void)state;
	for (size_t i = 0; i < COUNT(with); i++) {
		snprintf(line, sizeof(line), "%s --netns blue", with[i]);
		assert_int_equal(line_differs(line, 0, NULL), 0);
		understand(&q, line);
		assert_string_equal(q.netns, "blue");
	}
	understand(&q, "-D --netns blue");	/* deletes all there */
	assert_int_equal(q.filter.has | q.filter.family, 0);
	understand(&q, "--netns=/a/b -L --netns 17");
	assert_string_equal(q.netns, "17");	/* the last one counts */
	assert_int_equal(line_differs("-D -t 5 --netns blue", 2,
				      "`--timeout' selects nothing"), 0);
	assert_int_equal(line_differs("--netns blue", 2, "no command given"),
			 0);
	assert_int_equal(line_differs("-L --netns", 2, "option `--netns' "
				      "requires an argument"), 0);
	assert_int_equal(line_differs("-L --net blue", 2,
				      "unknown option `--net'"), 0);
}

/* -R is the first word but for --netns, and only that counts behind it. */
static void a_file_is_named(void **state)
{
	static const char *const loads[] = {
		"--netns blue -R file", "--netns=blue --load-file file",
		"-R file --netns blue", "-R file -L --bogus --netns=blue -p",
		"--load-file file word --netns red --netns blue",
		"--netns red -R file --netns blue",
	};
	struct cli_req q;

	(void)state;
	for (size_t i = 0; i < COUNT(loads); i++) {
		assert_int_equal(line_differs(loads[i], 0, NULL), 0);
		understand(&q, loads[i]);
		assert_int_equal(q.cmd, CMD_LOAD);
		assert_string_equal(q.file, "file");
		assert_string_equal(q.netns, "blue");
	}
	understand(&q, "-R --netns blue");	/* as ever, it is the file */
	assert_string_equal(q.file, "--netns");
	assert_null(q.netns);
	assert_int_equal(line_differs("-R file word -D --zone", 0, NULL), 0);
	assert_int_equal(line_differs("-R file --netns", 2, "option "
				      "`--netns' requires an argument"), 0);
	assert_int_equal(line_differs("-L -R file", 2, "unknown option `-R'"),
			 0);
	assert_int_equal(line_differs("word -R file", 2,
				      "unexpected argument `word'"), 0);
	assert_int_equal(line_differs("-p tcp -R file", 2, "Illegal option "
				      "`--protonum' with this command"), 0);
}

/* Filters of every protocol that has the field: no -p is needed. */
static void protocols_are_found(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-L --dport 443");
	assert_int_equal(q.filter.has, CT_F_PROTOS);
	assert_int_equal(q.filter.protos, 1u << CT_P_TCP | 1u << CT_P_UDP |
			 1u << CT_P_UDPLITE | 1u << CT_P_SCTP | 1u << CT_P_DCCP);
	understand(&q, "-L --state TIME_WAIT");
	assert_int_equal(q.filter.states, 1u << CT_P_TCP);
	understand(&q, "-L --state ESTABLISHED");
	assert_int_equal(q.filter.states, 1u << CT_P_TCP | 1u << CT_P_SCTP);
	understand(&q, "-L --srckey 7");	/* one protocol: as good as -p */
	assert_int_equal(q.filter.dir[0].has, CT_PROTO | CT_SPORT);
	assert_int_equal(q.filter.dir[0].proto, 47);
	understand(&q, "-L --dport 443 -p udp");
	assert_int_equal(q.filter.dir[0].has, CT_PROTO | CT_DPORT);
	assert_int_equal(q.filter.has, 0);
	understand(&q, "-L -p tcp -p 6");
	assert_int_equal(q.filter.dir[0].proto, 6);
}

/* As getopt_long(3) reads them: compat.md 1.1. */
static void words_are_read_in_any_order(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-Lo extended");
	assert_int_equal(q.show, SHOW_EXTENDED);
	understand(&q, "-Lfipv6");
	assert_int_equal(q.filter.family, AF_INET6);
	understand(&q, "-zL");
	assert_int_equal(q.cmd, CMD_LIST);
	understand(&q, "-Lpicmp --mark=5");
	assert_int_equal(q.filter.dir[0].proto, 1);
	assert_int_equal(q.filter.mark, 5);
	understand(&q, "word -m 5 word -L");
	assert_int_equal(q.cmd, CMD_LIST);
	assert_int_equal(line_parse(&q, "-L -m 5 word -w 5", 1, NULL), 0);
	assert_int_equal(q.filter.has, CT_F_MARK);
	understand(&q, "-L -m 5 -- -w 5");
	assert_int_equal(q.filter.has, CT_F_MARK);
}

/* The last number counts; lists add up. */
static void options_may_be_repeated(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-L -m 5 -m 6 -s 1.1.1.1 -s 2.2.2.2");
	assert_int_equal(q.filter.mark, 6);
	assert_memory_equal(q.filter.dir[0].src.b, "\2\2\2\2", 4);
	understand(&q, "-L -u ASSURED -u EXPECTED");
	assert_int_equal(q.filter.status, IPS_ASSURED | IPS_EXPECTED);
	understand(&q, "-L -l a,b -l c");
	assert_int_equal(q.labels[CLI_LABELS_HAVE].n, 2);
	assert_string_equal(q.labels[CLI_LABELS_HAVE].list[0], "a,b");
	assert_string_equal(q.labels[CLI_LABELS_HAVE].list[1], "c");
	understand(&q, "-L -f ipv4 -f ipv4 -s 1.1.1.1");
	assert_int_equal(q.filter.family, AF_INET);
	understand(&q, "-U --label-add a,b --label-add c");
	assert_int_equal(q.labels[CLI_LABELS_ADD].n, 2);
	understand(&q, "-U --label-del");	/* all of them */
	assert_int_equal(q.labels[CLI_LABELS_DEL].n, 0);
	understand(&q, "-U --label-del -m 1");
	assert_int_equal(q.labels[CLI_LABELS_DEL].n, 0);
	understand(&q, "-U --label-del a --label-del=b");
	assert_int_equal(q.labels[CLI_LABELS_DEL].n, 2);
}

/* Upstream takes this one word in upper case only; here it is like the rest. */
static void unreplied_in_any_case(void **state)
{
	struct cli_req q;

	(void)state;
	assert_int_equal(read_line("-L -u unreplied", &q), 0);
	assert_int_equal(q.filter.status_mask, IPS_SEEN_REPLY);
	assert_int_equal(q.filter.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols_file_is_read),
		cmocka_unit_test(addresses_are_libcs),
		cmocka_unit_test(numbers_are_checked),
		cmocka_unit_test(marks_and_prefixes_are_checked),
		cmocka_unit_test(lines_are_refused),
		cmocka_unit_test(lines_are_understood),
		cmocka_unit_test(events_are_groups),
		cmocka_unit_test(new_options_do_not_disturb_old_ones),
		cmocka_unit_test(a_namespace_is_named),
		cmocka_unit_test(a_file_is_named),
		cmocka_unit_test(protocols_are_found),
		cmocka_unit_test(words_are_read_in_any_order),
		cmocka_unit_test(options_may_be_repeated),
		cmocka_unit_test(unreplied_in_any_case),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
