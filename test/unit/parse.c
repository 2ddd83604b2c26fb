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
	unit_glibc();
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

#define ONE_PORT	"this command takes no ranges of ports"
#define NO_FILTER	"`!' needs a filter behind it, not "

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
		{ "-L -p tcp -p udp", 2, "two protocols given" },
		{ "-L -p icmp --sport 1", 2, "unknown option `--sport'" },
		{ "-L --sport 1 -p icmp", 2, "unknown option `--sport'" },
		{ "-L --sport 1 --srckey 1", 2, "no protocol has all these options" },
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
		{ "-L --dport 80,", 1, "unexpected value '80,' with --dport option" },
		{ "-L --dport ,80", 1, "unexpected value ',80' with --dport option" },
		{ "-L --dport 80,,90", 1, "unexpected value '80,,90' with --dport option" },
		{ "-L --dport -80", 1, "unexpected value '-80' with --dport option" },
		{ "-L --dport 80-", 1, "unexpected value '80-' with --dport option" },
		{ "-L --dport 80--90", 1, "unexpected value '80--90' with --dport option" },
		{ "-L --dport 80-90-99", 1, "unexpected value '80-90-99' with --dport option" },
		{ "-L --dport 90-80", 1, "unexpected value '90-80' with --dport option" },
		{ "-L --dport 1,70000", 1, "unexpected value '1,70000' with --dport option" },
		{ "-L --dport 1-65536", 1, "unexpected value '1-65536' with --dport option" },
		{ "-L --dport 80x", 1, "unexpected value '80x' with --dport option" },
		{ "-L --dport 80,x", 1, "unexpected value '80,x' with --dport option" },
		{ "-L --dport 0x50,1", 1, "unexpected value '0x50,1' with --dport option" },
		{ "-L --sport 80:90", 1, "unexpected value '80:90' with --sport option" },
		{ "-L --reply-port-src http", 1, "unexpected value 'http' with --reply-port-src option" },
		{ "-L --reply-port-dst 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33", 1,
		  "unexpected value '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33' with --reply-port-dst option" },
		{ "-L --srckey 1-2", 1, "unexpected value '1-2' with --srckey option" },
		{ "-L --icmp-id 1,2", 1, "unexpected value '1,2' with --icmp-id option" },
		{ "-I expect -p tcp --mask-port-src 1,2", 1, "unexpected value '1,2' with --mask-port-src option" },
		{ "-I expect -p tcp --tuple-port-dst 1-2", 1, "unexpected value '1-2' with --tuple-port-dst option" },
		{ "-G -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2 --reply-port-src 1-2", 2, ONE_PORT },
		{ "-I -t 1 -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2 --reply-port-src 1,2", 2, ONE_PORT },
		{ "-A -t 1 -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1 --dport 2 --reply-port-dst 1,2", 2, ONE_PORT },
		{ "-D expect -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1-2 --dport 2 --reply-port-src 2 --reply-port-dst 1", 2, ONE_PORT },
		{ "-G expect -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1-2 --dport 2 --reply-port-src 2 --reply-port-dst 1", 2, ONE_PORT },
		{ "-I expect -p udp -t 1 -s 1.1.1.1 -d 2.2.2.2 --tuple-src 1.1.1.1 --tuple-dst 2.2.2.2 --mask-src 1.1.1.1 --mask-dst 1.1.1.1 "
		  "--tuple-port-src 1 --tuple-port-dst 1 --mask-port-src 1 --mask-port-dst 1 --sport 1 --dport 2,3", 2, ONE_PORT },
		{ "-L expect --dport 1-2", 2, "Illegal option `--dport' with this command" },
		/* compat.md has no `!': an operand, as ever, before */
		{ "-L !", 2, NO_FILTER "`'" },
		{ "-L ! !", 2, NO_FILTER "`!'" },
		{ "-L ! ! -s 1.1.1.1", 2, NO_FILTER "`!'" },
		{ "-L ! expect", 2, NO_FILTER "`expect'" },
		{ "-L ! 10.0.0.1", 2, NO_FILTER "`10.0.0.1'" },
		{ "-L ! -", 2, NO_FILTER "`-'" },
		{ "-L ! -- -s 1.1.1.1", 2, NO_FILTER "`--'" },
		{ "! -L", 2, NO_FILTER "`-L'" },
		{ "-p udp ! -D", 2, NO_FILTER "`-D'" },
		{ "! --dump=dying", 2, NO_FILTER "`--dump=dying'" },
		{ "-L ! -z", 2, NO_FILTER "`-z'" },
		{ "-L ! --zero", 2, NO_FILTER "`--zero'" },
		{ "! -Ls 1.1.1.1", 2, NO_FILTER "`-Ls'" },
		{ "-L ! -zs 1.1.1.1", 2, NO_FILTER "`-zs'" },
		{ "-D ! -t 5", 2, NO_FILTER "`-t'" },
		{ "-D ! --timeout=5", 2, NO_FILTER "`--timeout=5'" },
		{ "-D ! -o save", 2, NO_FILTER "`-o'" },
		{ "-L ! -a x", 2, NO_FILTER "`-a'" },
		{ "-L ! -c 5", 2, NO_FILTER "`-c'" },
		{ "-E ! -e NEW", 2, NO_FILTER "`-e'" },
		{ "-E ! --snapshot", 2, NO_FILTER "`--snapshot'" },
		{ "-L ! -M file", 2, NO_FILTER "`-M'" },
		{ "-L -s 1.1.1.1 ! --mask-src 1.1.1.1", 2, NO_FILTER "`--mask-src'" },
		{ "-L ! -s 1.1.1.1 --mask-src 255.0.0.0", 2, "Can't use --mask-src without --src" },
		{ "-L ! --bogus", 2, "unknown option `--bogus'" },
		{ "-L ! -s", 2, "option `-s' requires an argument" },
		{ "-L ! -s x", 2, "Invalid IP address `x'" },
		{ "-L ! -s 1.1.1.1 -d ::1", 2, "mismatched address family" },
		{ "-L -d ::1 ! -s 1.1.1.1", 2, "mismatched address family" },
		{ "-L ! -s 1.1.1.1 ! -d ::1", 2, "mismatched address family" },
		{ "-L -f ipv6 ! -n 1.1.1.1", 2, "mismatched address family" },
		{ "-L ! -f ipx", 2, "`ipx' unsupported protocol" },
		{ "-L ! -p bogus", 2, "`bogus' unsupported protocol" },
		{ "-L ! --state BOGUS", 2, "unknown state `BOGUS'" },
		{ "-L -p tcp ! --state BOGUS", 2, "unknown TCP state `BOGUS'" },
		{ "-L ! --state COOKIE_WAIT -p tcp", 2, "unknown TCP state `COOKIE_WAIT'" },
		{ "-L -p icmp ! --dport 5", 2, "unknown option `--dport'" },
		{ "-L ! --dport 5 -p icmp", 2, "unknown option `--dport'" },
		{ "-L ! --dport 5,", 1, "unexpected value '5,' with --dport option" },
		{ "-L ! -i 5", 2, "Illegal option `--id' with this command" },
		{ "-L ! -n 1.1.1.1 ! -n ! -n ! -n ! -n ! -n ! -n ! -n ! -g", 2, "option `--dst-nat' given too often" },
		{ "-L -z ! -f ipv4", 2, "Can't use -z with filtering parameters" },
		{ "-L -z ! -s 1.1.1.1", 2, "Can't use -z with filtering parameters" },
		{ "-F ! -f ipv4", 2, "`! --family' does not go with this command" },
		{ "-L expect ! -f ipv4", 2, "`! --family' does not go with this command" },
		{ "-U -m 5 ! -m 6", 2, "`! --mark' does not go with this command" },
		{ "-U -m 5 ! -u ASSURED", 2, "`! --status' does not go with this command" },
		{ "-U -m 5 ! --state LISTEN", 2, "`! --state' does not go with this command" },
		{ "-G -p 50 ! -s 1.1.1.1 -s 1.1.1.1 -d 2.2.2.2", 2, "`! --src' does not go with this command" },
		{ "! -s 1.1.1.1", 2, "no command given" },
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
	assert_int_equal(q.lists, 2);
	assert_string_equal(q.list[0].names, "a,b");
	assert_string_equal(q.list[1].names, "c");
	assert_ptr_equal(q.list[1].bits, &q.filter.labels);
	understand(&q, "-L -f ipv4 -f ipv4 -s 1.1.1.1");
	assert_int_equal(q.filter.family, AF_INET);
	understand(&q, "-U --label-add a,b --label-add c");
	assert_int_equal(q.lists, 2);
	assert_ptr_equal(q.list[1].bits, &q.add.bits);
	understand(&q, "-U --label-del");	/* all of them */
	assert_int_equal(q.del.has | q.lists, 0);
	understand(&q, "-U --label-del -m 1");
	assert_int_equal(q.del.has | q.lists, 0);
	understand(&q, "-U --label-del a --label-del=b");
	assert_int_equal(q.del.has, 1);
	assert_int_equal(q.lists, 2);
}

static void assert_range(const struct cli_req *q, unsigned i, unsigned row,
			 unsigned low, unsigned high)
{
	assert_int_equal(q->filter.range[i].at, cli_opts[row].at);
	assert_int_equal(q->filter.range[i].low, low);
	assert_int_equal(q->filter.range[i].high, high);
}

/* A number alone is what it was; of one option the last value counts. */
static void ports_may_be_ranges(void **state)
{
	struct cli_req q;

	(void)state;
	understand(&q, "-L --dport 80,443,8000-8999");
	assert_int_equal(q.filter.n_ranges, 3);
	assert_range(&q, 0, OPT_DPORT, 80, 80);
	assert_range(&q, 1, OPT_DPORT, 443, 443);
	assert_range(&q, 2, OPT_DPORT, 8000, 8999);
	assert_int_equal(q.filter.dir[0].has, 0);
	assert_int_equal(q.filter.protos, 1u << CT_P_TCP | 1u << CT_P_UDP |
			 1u << CT_P_UDPLITE | 1u << CT_P_SCTP | 1u << CT_P_DCCP);
	understand(&q, "-L -p tcp --sport=0-65535 --reply-port-src 7-7");
	assert_int_equal(q.filter.n_ranges, 2);
	assert_range(&q, 0, OPT_SPORT, 0, 65535);
	assert_range(&q, 1, OPT_REPLY_SPORT, 7, 7);
	assert_int_equal(q.filter.dir[0].has, CT_PROTO);
	understand(&q, "-L --dport 1,2 --sport 3,4 --dport 5-6 --reply-port-dst 7,8");
	assert_int_equal(q.filter.n_ranges, 5);
	assert_range(&q, 0, OPT_SPORT, 3, 3);
	assert_range(&q, 1, OPT_SPORT, 4, 4);
	assert_range(&q, 2, OPT_DPORT, 5, 6);
	assert_range(&q, 3, OPT_REPLY_DPORT, 7, 7);
	understand(&q, "-L --dport 1,2 --dport 3");
	assert_int_equal(q.filter.n_ranges, 0);
	assert_int_equal(q.filter.dir[0].has, CT_DPORT);
	assert_int_equal(q.filter.dir[0].dport, 3);
	understand(&q, "-L --dport 3 --sport 9 --dport 1,2");
	assert_int_equal(q.filter.n_ranges, 2);
	assert_int_equal(q.filter.dir[0].has, CT_SPORT);
	understand(&q, "-L --sport +7");
	assert_int_equal(q.filter.n_ranges, 0);
	assert_int_equal(q.filter.dir[0].sport, 7);
	understand(&q, "-L --dport 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,"
		   "18,19,20,21,22,23,24,25,26,27,28,29,30,31,32");
	assert_int_equal(q.filter.n_ranges, CT_RANGES);
	understand(&q, "-U --dport 5-6 -m 1");
	assert_int_equal(q.filter.n_ranges, 1);
	understand(&q, "-I -t 1 -p udp -s 1.1.1.1 -d 2.2.2.2 --sport 1,2 "
		   "--sport 1 --dport 2");
	assert_int_equal(q.filter.n_ranges, 0);
}

/* Each is a filter of its own, and the others are not its business. */
static void options_may_be_negated(void **state)
{
	const struct ct_filter *u;
	struct cli_req q;

	(void)state;
	understand(&q, "-L ! -s 10.0.0.0/8 ! --src=11.0.0.1 ! -s12.0.0.1");
	u = q.filter.unless;
	assert_int_equal(q.seen, 0);
	assert_int_equal(q.not_seen, opt_bit(OPT_SRC));
	assert_int_equal(q.filter.n_unless, 3);
	assert_int_equal(q.filter.family, AF_INET);	/* of the command */
	assert_int_equal(q.filter.dir[0].has, 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(u[i].dir[0].has, CT_SRC4);
		assert_int_equal(u[i].dir[0].src.b[0], 10 + i);
		assert_int_equal(u[i].src_mask.b[3], i ? 0xff : 0);
		assert_int_equal(u[i].dst_mask.b[3], 0xff);
	}
	assert_int_equal(q.filter.src_mask.b[3], 0xff);
	understand(&q, "-D -u a ! -f ipv4 -m 7 ! -m 5/6 ! -u !a");
	u = q.filter.unless;
	assert_int_equal(q.filter.family, AF_UNSPEC);
	assert_int_equal(q.filter.has, CT_F_STATUS | CT_F_MARK);
	assert_int_equal(q.filter.mark, 7);
	assert_int_equal(u[0].family, AF_INET);
	assert_int_equal(u[0].has, 0);
	assert_int_equal(u[1].has, CT_F_MARK);
	assert_int_equal(u[1].mark_mask, 6);
	assert_int_equal(u[2].has, CT_F_STATUS);
	assert_int_equal(u[2].status, 0);
	assert_int_equal(u[2].status_mask, IPS_ASSURED);
	understand(&q, "-L ! -f ipv4 -s ::1");
	assert_int_equal(q.filter.family, AF_INET6);
	assert_int_equal(q.filter.unless[0].family, AF_INET);
	understand(&q, "-L ! -n ! -g 1.1.1.1:5 -j");
	u = q.filter.unless;
	assert_int_equal(q.filter.has, CT_F_ANY_NAT);
	assert_int_equal(u[0].has, CT_F_SRC_NAT);
	assert_int_equal(u[0].src_nat.has_addr, 0);
	assert_int_equal(u[1].has, CT_F_DST_NAT);
	assert_int_equal(u[1].dst_nat.port, 5);
	understand(&q, "-L -l a ! -l b,c -l d");
	assert_int_equal(q.filter.has, CT_F_LABELS);
	assert_int_equal(q.filter.unless[0].has, CT_F_LABELS);
	assert_int_equal(q.lists, 3);
	assert_string_equal(q.list[2].names, "b,c");
	assert_ptr_equal(q.list[2].bits, &q.unless[0].labels);
}

/* What it is not is said of the protocols that have the field. */
static void negations_have_their_protocols(void **state)
{
	const unsigned ports = 1u << CT_P_TCP | 1u << CT_P_UDP |
		1u << CT_P_UDPLITE | 1u << CT_P_SCTP | 1u << CT_P_DCCP;
	const struct ct_filter *u;
	struct cli_req q;

	(void)state;
	understand(&q, "-L ! -p udp ! -p tcp");
	u = q.filter.unless;
	assert_null(q.proto);
	assert_int_equal(q.filter.dir[0].has, 0);
	assert_int_equal(u[0].dir[0].proto, 17);
	assert_int_equal(u[1].dir[0].proto, 6);
	understand(&q, "-L -p tcp ! -p udp --state LISTEN");
	assert_int_equal(q.proto->num, 6);
	assert_int_equal(q.filter.dir[0].proto, 6);
	assert_int_equal(q.filter.unless[0].dir[0].proto, 17);
	assert_int_equal(q.filter.unless[0].has, 0);
	understand(&q, "-L ! --dport 53 ! --sport 1-2 --srckey 9");
	u = q.filter.unless;
	assert_int_equal(q.filter.dir[0].has, CT_PROTO | CT_SPORT);
	assert_int_equal(q.filter.has, 0);
	assert_int_equal(u[0].has, CT_F_PROTOS);
	assert_int_equal(u[0].protos, ports);
	assert_int_equal(u[0].dir[0].has, CT_DPORT);
	assert_int_equal(u[0].n_ranges, 0);
	assert_int_equal(u[1].protos, ports);
	assert_int_equal(u[1].n_ranges, 1);
	assert_int_equal(u[1].dir[0].has, 0);
	understand(&q, "-L ! --icmp-type 8 ! --dstkey 5");
	u = q.filter.unless;
	assert_int_equal(q.filter.has | q.filter.dir[0].has, 0);
	assert_int_equal(u[0].dir[0].has, CT_PROTO | CT_ICMP_TYPE);
	assert_int_equal(u[1].dir[0].has, CT_PROTO | CT_DPORT);
	assert_int_equal(u[1].dir[0].proto, 47);
	understand(&q, "-L ! --state ESTABLISHED --state LISTEN");
	u = q.filter.unless;
	assert_int_equal(q.filter.states, 1u << CT_P_TCP);
	assert_int_equal(u[0].states, 1u << CT_P_TCP | 1u << CT_P_SCTP);
	understand(&q, "-L ! --state COOKIE_WAIT -p sctp");
	assert_int_equal(q.filter.unless[0].states, 1u << CT_P_SCTP);
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
		cmocka_unit_test(ports_may_be_ranges),
		cmocka_unit_test(options_may_be_negated),
		cmocka_unit_test(negations_have_their_protocols),
		cmocka_unit_test(unreplied_in_any_case),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
