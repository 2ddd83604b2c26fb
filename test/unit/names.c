/* SPDX-License-Identifier: MIT */
#include "ct/flow.h"
#include "ct/label.h"
#include "ct/proto.h"
#include "test/guard.h"
#include "test/unit/unit.h"

/* The number of a bit. */
#define BIT(mask)	__builtin_ctz(mask)

static void words_lead_there_and_back(void **state)
{
	(void)state;
	for (enum ct_list l = CT_NO_NAMES; l <= CT_EXPECT_STATS_NAMES; l++) {
		unsigned words = 0;

		for (uint32_t n = 0; n < 1000; n++) {
			const char *word = ct_name_of(l, n);

			if (!word)
				continue;
			assert_true(strlen(word) < 20);
			assert_int_equal(ct_name_find(l, word), n);
			words++;
		}
		assert_true(l == CT_NO_NAMES ? words == 0 : words >= 2);
		assert_null(ct_name_of(l, 0x12345678));
		assert_null(ct_name_of(l, UINT32_MAX));
		assert_int_equal(ct_name_find(l, ""), -1);
		assert_int_equal(ct_name_find(l, "NON"), -1);
	}
}

static void numbers_are_the_kernels(void **state)
{
	static const struct {
		enum ct_list	 list;
		uint32_t	 number;
		const char	*word;
	} cases[] = {
		{ CT_TCP_STATES, TCP_CONNTRACK_NONE, "NONE" },
		{ CT_TCP_STATES, TCP_CONNTRACK_SYN_SENT, "SYN_SENT" },
		{ CT_TCP_STATES, TCP_CONNTRACK_SYN_RECV, "SYN_RECV" },
		{ CT_TCP_STATES, TCP_CONNTRACK_ESTABLISHED, "ESTABLISHED" },
		{ CT_TCP_STATES, TCP_CONNTRACK_FIN_WAIT, "FIN_WAIT" },
		{ CT_TCP_STATES, TCP_CONNTRACK_CLOSE_WAIT, "CLOSE_WAIT" },
		{ CT_TCP_STATES, TCP_CONNTRACK_LAST_ACK, "LAST_ACK" },
		{ CT_TCP_STATES, TCP_CONNTRACK_TIME_WAIT, "TIME_WAIT" },
		{ CT_TCP_STATES, TCP_CONNTRACK_CLOSE, "CLOSE" },
		{ CT_TCP_STATES, TCP_CONNTRACK_SYN_SENT2, "SYN_SENT2" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_NONE, "NONE" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_CLOSED, "CLOSED" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_COOKIE_WAIT, "COOKIE_WAIT" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_COOKIE_ECHOED, "COOKIE_ECHOED" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_ESTABLISHED, "ESTABLISHED" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_SHUTDOWN_SENT, "SHUTDOWN_SENT" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_SHUTDOWN_RECD, "SHUTDOWN_RECD" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_SHUTDOWN_ACK_SENT, "SHUTDOWN_ACK_SENT" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_HEARTBEAT_SENT, "HEARTBEAT_SENT" },
		{ CT_SCTP_STATES, SCTP_CONNTRACK_HEARTBEAT_ACKED, "HEARTBEAT_ACKED" },
		{ CT_STATUS_BITS, BIT(IPS_EXPECTED), "EXPECTED" },
		{ CT_STATUS_BITS, BIT(IPS_SEEN_REPLY), "SEEN_REPLY" },
		{ CT_STATUS_BITS, BIT(IPS_ASSURED), "ASSURED" },
		{ CT_STATUS_BITS, BIT(IPS_CONFIRMED), "CONFIRMED" },
		{ CT_STATUS_BITS, BIT(IPS_SRC_NAT), "SRC_NAT" },
		{ CT_STATUS_BITS, BIT(IPS_DST_NAT), "DST_NAT" },
		{ CT_STATUS_BITS, BIT(IPS_SEQ_ADJUST), "SEQ_ADJUST" },
		{ CT_STATUS_BITS, BIT(IPS_SRC_NAT_DONE), "SRC_NAT_DONE" },
		{ CT_STATUS_BITS, BIT(IPS_DST_NAT_DONE), "DST_NAT_DONE" },
		{ CT_STATUS_BITS, BIT(IPS_DYING), "DYING" },
		{ CT_STATUS_BITS, BIT(IPS_FIXED_TIMEOUT), "FIXED_TIMEOUT" },
		{ CT_STATUS_BITS, BIT(IPS_TEMPLATE), "TEMPLATE" },
		{ CT_STATUS_BITS, BIT(IPS_UNTRACKED), "UNTRACKED" },
		{ CT_STATUS_BITS, BIT(IPS_HELPER), "HELPER" },
		{ CT_STATUS_BITS, BIT(IPS_OFFLOAD), "OFFLOAD" },
		{ CT_STATUS_BITS, BIT(IPS_HW_OFFLOAD), "HW_OFFLOAD" },
		{ CT_EXPECT_FLAGS, BIT(NF_CT_EXPECT_PERMANENT), "PERMANENT" },
		{ CT_EXPECT_FLAGS, BIT(NF_CT_EXPECT_INACTIVE), "INACTIVE" },
		{ CT_EXPECT_FLAGS, BIT(NF_CT_EXPECT_USERSPACE), "USERSPACE" },
		{ CT_STATS_NAMES, CTA_STATS_SEARCHED, "searched" },
		{ CT_STATS_NAMES, CTA_STATS_FOUND, "found" },
		{ CT_STATS_NAMES, CTA_STATS_NEW, "new" },
		{ CT_STATS_NAMES, CTA_STATS_INVALID, "invalid" },
		{ CT_STATS_NAMES, CTA_STATS_IGNORE, "ignore" },
		{ CT_STATS_NAMES, CTA_STATS_DELETE, "delete" },
		{ CT_STATS_NAMES, CTA_STATS_DELETE_LIST, "delete_list" },
		{ CT_STATS_NAMES, CTA_STATS_INSERT, "insert" },
		{ CT_STATS_NAMES, CTA_STATS_INSERT_FAILED, "insert_failed" },
		{ CT_STATS_NAMES, CTA_STATS_DROP, "drop" },
		{ CT_STATS_NAMES, CTA_STATS_EARLY_DROP, "early_drop" },
		{ CT_STATS_NAMES, CTA_STATS_ERROR, "error" },
		{ CT_STATS_NAMES, CTA_STATS_SEARCH_RESTART, "search_restart" },
		{ CT_STATS_NAMES, CTA_STATS_CLASH_RESOLVE, "clash_resolve" },
		{ CT_STATS_NAMES, CTA_STATS_CHAIN_TOOLONG, "chaintoolong" },
		{ CT_EXPECT_STATS_NAMES, CTA_STATS_EXP_NEW, "expect_new" },
		{ CT_EXPECT_STATS_NAMES, CTA_STATS_EXP_CREATE, "expect_create" },
		{ CT_EXPECT_STATS_NAMES, CTA_STATS_EXP_DELETE, "expect_delete" },
		{ CT_DCCP_STATES, 4, "OPEN" },
		{ CT_DCCP_STATES, 9, "INVALID" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(ct_name_of(cases[i].list, cases[i].number),
				    cases[i].word);
	/* LISTEN is the same state, and understood. */
	assert_int_equal(ct_name_find(CT_TCP_STATES, "LISTEN"),
			 TCP_CONNTRACK_LISTEN);
	assert_null(ct_name_of(CT_TCP_STATES, 10));
	for (unsigned n = 0; n < 16; n++)
		assert_non_null(ct_name_of(CT_STATUS_BITS, n));
}

static void protocols_have_their_rows(void **state)
{
	static const struct { const char *name; uint8_t num; } protos[] = {
		{ "tcp", 6 }, { "udp", 17 }, { "udplite", 136 },
		{ "sctp", 132 }, { "dccp", 33 }, { "icmp", 1 },
		{ "icmpv6", 58 }, { "gre", 47 },
	};
	unsigned known = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(protos); i++) {
		assert_ptr_equal(ct_proto_named(protos[i].name),
				 ct_proto_of(protos[i].num));
		assert_string_equal(ct_proto_of(protos[i].num)->name,
				    protos[i].name);
	}
	assert_ptr_equal(ct_proto_named("TcP"), &ct_protos[CT_P_TCP]);
	assert_null(ct_proto_named("unknown"));
	assert_null(ct_proto_named("tc"));
	assert_null(ct_proto_named(""));
	for (unsigned n = 0; n < 256; n++)
		known += ct_proto_of((uint8_t)n) != &ct_protos[CT_P_COUNT];
	assert_int_equal(known, COUNT(protos));
	assert_string_equal(ct_proto_of(50)->name, "unknown");
}

static void queries_have_answers(void **state)
{
	static const uint8_t pairs[][3] = {
		{ CT_L4_ICMP, 8, 0 }, { CT_L4_ICMP, 13, 14 },
		{ CT_L4_ICMP, 15, 16 }, { CT_L4_ICMP, 17, 18 },
		{ CT_L4_ICMP6, 128, 129 }, { CT_L4_ICMP6, 139, 140 },
	};
	unsigned answered = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const uint8_t *p = pairs[i];

		assert_int_equal(ct_icmp_answer(p[0], p[1]), p[2]);
		assert_int_equal(ct_icmp_answer(p[0], p[2]), p[1]);
	}
	for (unsigned type = 0; type < 256; type++) {
		answered += ct_icmp_answer(CT_L4_ICMP, (uint8_t)type) >= 0;
		answered += ct_icmp_answer(CT_L4_ICMP6, (uint8_t)type) >= 0;
		assert_int_equal(ct_icmp_answer(CT_L4_PORTS, (uint8_t)type),
				 -1);
	}
	assert_int_equal(answered, 2 * COUNT(pairs));
}

/* --------------------------------------------------------------- labels */

static struct ct_label_map map;

static void parse(const char *text)
{
	size_t n = strlen(text);

	ct_label_parse(&map, (const char *)guard_copy(text, n + 1), n);
}

static int bit_of(const char *name)
{
	return ct_label_find(&map, name, strlen(name));
}

static void label_lines_are_read(void **state)
{
	static const struct { const char *line, *name; int bit; } cases[] = {
		{ "0 zero", "zero", 0 },
		{ "0 zero\n", "zero", 0 },
		{ "  7\t seven\n", "seven", 7 },
		{ "0x10 hex", "hex", 16 },
		{ "010 octal", "octal", 8 },
		{ "1023 last", "last", 1023 },
		{ "1024 far", "far", -1 },
		{ "99999999999 far", "far", -1 },
		{ "-1 minus", "minus", -1 },
		{ "#1 comment", "comment", -1 },
		{ "x1 word", "word", -1 },
		{ "1", "", -1 },
		{ "1 ", "", -1 },
		{ "1x name", "name", -1 },
		{ "1 in side", "in side", 1 },
		{ "1 a-b-9", "a-b-9", 1 },
		{ "1 under_score", "under_score", -1 },
		{ "1 name # note", "name", -1 },
		{ "1 trailing  ", "trailing", 1 },
		{ "1 crlf\r\n", "crlf", 1 },
		{ "1 gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		parse(cases[i].line);
		assert_int_equal(bit_of(cases[i].name), cases[i].bit);
		assert_int_equal(map.count, cases[i].bit >= 0);
	}
}

static void first_use_counts(void **state)
{
	(void)state;
	parse("1 one\n2 one\n1 eins\n\n3 three\nbroken\n4 four");
	assert_int_equal(map.count, 3);
	assert_int_equal(bit_of("one"), 1);
	assert_int_equal(bit_of("eins"), -1);
	assert_int_equal(bit_of("three"), 3);
	assert_int_equal(bit_of("four"), 4);
	assert_int_equal(bit_of("fou"), -1);
	assert_int_equal(bit_of("Four"), -1);
	assert_null(map.bit[2].name);
}

static void any_cut_of_a_map_is_safe(void **state)
{
	static const char text[] = "# c\n0 zero\r\n 0x7f a b\n1023 z\n0x";

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		char *cut = (char *)guard_copy(text, n + 1);

		cut[n] = '\0';
		ct_label_parse(&map, cut, n);
	}
	parse("");
	assert_int_equal(map.count, 0);
}

/* On a little-endian machine label n is bit n % 8 of byte n / 8. */
static void label_bits_are_the_machines(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 128; n++) {
		unsigned long words[16 / sizeof(unsigned long)] = { 0 };
		const unsigned bits = 8 * sizeof(words[0]);
		uint8_t labels[CT_LABEL_BYTES];
		const uint8_t *p;

		words[n / bits] = 1ul << n % bits;
		memcpy(labels, words, sizeof(labels));
		p = guard_copy(labels, sizeof(labels));
		for (unsigned i = 0; i < CT_LABEL_MAX; i++)
			assert_int_equal(ct_label_test(p, i), i == n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_lead_there_and_back),
		cmocka_unit_test(numbers_are_the_kernels),
		cmocka_unit_test(protocols_have_their_rows),
		cmocka_unit_test(queries_have_answers),
		cmocka_unit_test(label_lines_are_read),
		cmocka_unit_test(first_use_counts),
		cmocka_unit_test(any_cut_of_a_map_is_safe),
		cmocka_unit_test(label_bits_are_the_machines),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
