/* SPDX-License-Identifier: MIT */
#include "ct/plan.h"
#include "ct/tables.h"
#include "nl/msg.h"
#include "test/guard.h"
#include "test/order.h"
#include "test/unit/unit.h"

#include <sys/socket.h>

static struct ct_filter f;
static struct ct_plan p;
static uint8_t buf[512];
static struct nl_put put;

static int start(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	memset(&f.src_mask, 0xff, sizeof(f.src_mask));
	memset(&f.dst_mask, 0xff, sizeof(f.dst_mask));
	return 0;
}

/* The header of request i; put holds its bytes. */
static struct nl_msg request(unsigned i)
{
	struct nl_run run;
	struct nl_msg m;

	nl_put_init(&put, buf, sizeof(buf));
	ct_plan_request(&p, i, &put);
	assert_int_equal(put.err, 0);
	run = (struct nl_run){ put.buf, put.len };
	assert_int_equal(nl_msg_next(&run, &m), 1);
	assert_int_equal(run.left, 0);
	return m;
}

static void add_tuple(enum ct_dir dir, uint32_t has, uint8_t proto)
{
	struct ct_tuple *t = &f.dir[dir];

	t->has = has;
	t->proto = proto;
	t->src = (struct ct_addr){ { 198, 51, 100, 10 } };
	t->dst = (struct ct_addr){ { 203, 0, 113, 20 } };
	t->sport = 40000;
	t->dport = 443;
}

/* ctnetlink.md 8.4, but for NLM_F_ACK, which nl_talk() asks for. */
static void built_bytes_are_the_worked_example(void **state)
{
	uint8_t want[] = {
		0x44, 0, 0, 0, 0x01, 0x01, 0x05, 0x03, 2, 0, 0, 0, 0, 0, 0, 0,
		2, 0, 0, 0,
		0x24, 0, 0x01, 0x80, 0x0c, 0, 0x01, 0x80,
		0x08, 0, 0x01, 0, 0xc6, 0x33, 0x64, 0x0a,
		0x14, 0, 0x02, 0x80, 0x05, 0, 0x01, 0, 6, 0, 0, 0,
		0x06, 0, 0x03, 0, 0x01, 0xbb, 0, 0,
		0x0c, 0, 0x19, 0x80, 0x08, 0, 0x01, 0, 0x29, 0, 0, 0,
	};

	(void)state;
	order_msgs(want, sizeof(want));
	f.family = AF_INET;
	add_tuple(CT_ORIG, CT_SRC4 | CT_PROTO | CT_DPORT, PROTO_TCP);
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.single, 0);
	request(0);
	nl_msg_number(&put, 0, 2);
	assert_int_equal(put.len, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

static void plain_list_asks_for_all(void **state)
{
	struct nl_msg m;

	(void)state;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	m = request(0);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.wants, 0);
	assert_int_equal(m.type, 0x101);
	assert_int_equal(m.flags, NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK);
	assert_int_equal(m.family, 0);
	assert_int_equal(m.attrs.left, 0);
	assert_int_equal(ct_plan_simplify(&p), 0);
}

static void ipv6_address_is_never_sent(void **state)
{
	const uint32_t ip6 = CT_SRC6 | CT_DST6;

	(void)state;
	f.family = AF_INET6;
	for (uint32_t has = 0; has < 0x2000; has++) {
		add_tuple(CT_ORIG, has & ~(CT_SRC4 | CT_DST4), PROTO_TCP);
		add_tuple(CT_REPLY, has & ~(CT_SRC4 | CT_DST4), PROTO_TCP);
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		for (unsigned dir = 0; dir < 2; dir++) {
			assert_int_equal(p.tuple[dir].has & ip6, 0);
			assert_int_equal(p.flags[dir] & 7, 0);
		}
		if (has)
			assert_true(p.wants != 0);
	}
}

static void prefix_is_not_sent(void **state)
{
	(void)state;
	f.family = AF_INET;
	add_tuple(CT_ORIG, CT_SRC4 | CT_DST4, 0);
	f.src_mask.b[3] = 0;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.tuple[CT_ORIG].has, CT_DST4);
	assert_int_equal(p.flags[CT_ORIG], NL_FILTER_IP_DST);
	f.dst_mask.b[0] = 0xfe;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.sends, 0);
	assert_int_equal(p.wants, 1u << CTA_TUPLE_ORIG);
}

static void zone_0_is_not_sent(void **state)
{
	uint32_t *const conds[] = {
		&f.has, &f.dir[CT_ORIG].has, &f.dir[CT_REPLY].has,
	};
	static const uint32_t bits[] = {
		CT_F_ZONE, CT_TUPLE_ZONE, CT_TUPLE_ZONE,
	};
	struct nl_attr a;

	(void)state;
	for (size_t i = 0; i < COUNT(conds); i++) {
		start(state);
		*conds[i] = bits[i];
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		assert_int_equal(nl_attr_find(request(0).attrs, CTA_ZONE, &a),
				 0);
		assert_true(p.wants != 0);
		f.zone = f.dir[CT_ORIG].zone = f.dir[CT_REPLY].zone = 0x1234;
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		assert_int_equal(nl_attr_find(request(0).attrs, CTA_ZONE, &a),
				 1);
		assert_int_equal(a.len, 2);
		assert_int_equal(nl_be16(a.data), 0x1234);
	}
}

static void mark_and_status_go_with_their_masks(void **state)
{
	static const uint16_t pairs[][2] = {
		{ CTA_MARK, CTA_MARK_MASK }, { CTA_STATUS, CTA_STATUS_MASK },
	};
	struct nl_attr a;

	(void)state;
	f.has = CT_F_MARK | CT_F_STATUS;
	f.mark = f.status = 2;
	f.mark_mask = f.status_mask = 6;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.n, 1);	/* needs no family */
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct nl_run run = request(0).attrs;

		assert_int_equal(nl_attr_find(run, pairs[i][0], &a), 1);
		assert_int_equal(nl_be32(a.data), 2);
		assert_int_equal(nl_attr_find(run, pairs[i][1], &a), 1);
		assert_int_equal(nl_be32(a.data), 6);
	}
	f.has = CT_F_STATUS;	/* UNSET alone: the kernel would refuse it */
	f.status = f.status_mask = 0;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(request(0).attrs.left, 0);
}

static void both_families_are_asked(void **state)
{
	(void)state;
	add_tuple(CT_ORIG, CT_PROTO | CT_DPORT, PROTO_UDP);
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.n, 2);
	assert_int_equal(request(0).family, AF_INET);
	assert_int_equal(request(1).family, AF_INET6);
}

static void simple_plan_is_a_dump_by_family(void **state)
{
	struct nl_msg m;

	(void)state;
	f.family = AF_INET;
	f.has = CT_F_MARK | CT_F_ZONE | CT_F_STATUS;
	f.zone = 3;
	f.status = f.status_mask = 2;
	for (int whole = 0; whole < 2; whole++) {
		add_tuple(CT_ORIG, CT_SRC4 | CT_PROTO | (whole ?
			CT_DST4 | CT_SPORT | CT_DPORT : 0), PROTO_TCP);
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		assert_int_equal(p.single, whole);
		assert_int_equal(ct_plan_simplify(&p), 1);
		assert_int_equal(ct_plan_simplify(&p), 0);
		m = request(0);
		assert_int_equal(m.attrs.left, 0);
		assert_int_equal(m.family, AF_INET);
		assert_int_equal(m.flags & NLM_F_DUMP, NLM_F_DUMP);
		assert_int_equal(p.wants, ct_match_wants(&f));
	}
}

static void whole_tuple_with_zone_is_looked_up(void **state)
{
	static const uint32_t all = CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT |
				    CT_DPORT;
	struct nl_attr a;
	struct nl_msg m;

	(void)state;
	f.family = AF_INET;
	f.has = CT_F_ZONE;
	f.zone = 3;
	add_tuple(CT_ORIG, all, PROTO_TCP);
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.single, 1);
	m = request(0);
	assert_int_equal(m.flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(nl_attr_find(m.attrs, CTA_TUPLE_ORIG, &a), 1);
	assert_int_equal(nl_attr_find(m.attrs, CTA_ZONE, &a), 1);
	assert_int_equal(nl_attr_find(m.attrs, CTA_FILTER, &a), 0);
	f.zone = 0;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.single, 0);
	f.zone = 3;
	for (unsigned bit = 0; bit < 7; bit++) {	/* one is missing */
		if (!(all >> bit & 1))
			continue;
		f.dir[CT_ORIG].has = all & ~(1u << bit);
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		assert_int_equal(p.single, 0);
	}
	f.dir[CT_ORIG].has = all;
	f.dst_mask.b[3] = 0;
	ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.single, 0);
}

/* What the kernel cannot compare is not sent, and all the rest is. */
static void ranges_and_negations_stay_here(void **state)
{
	static struct ct_filter unless[1];
	uint8_t plain[sizeof(buf)];
	size_t n;

	(void)state;
	unless[0] = f;
	unless[0].has = CT_F_MARK | CT_F_STATUS | CT_F_ZONE;
	unless[0].status_mask = 2;
	unless[0].zone = 3;
	unless[0].family = AF_INET6;
	unless[0].dir[CT_ORIG].has = CT_SRC4 | CT_PROTO | CT_DPORT;
	for (unsigned some = 0; some < 2; some++) {
		if (some) {
			f.family = AF_INET;
			f.has = CT_F_MARK;
			add_tuple(CT_ORIG, CT_SRC4 | CT_PROTO, PROTO_TCP);
		}
		f.n_ranges = f.n_unless = 0;
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		request(0);
		n = put.len;
		memcpy(plain, buf, n);
		f.n_ranges = f.n_unless = 1;
		f.unless = unless;
		ct_plan(&p, CT_SHOW, CT_TABLE_CONNTRACK, &f);
		request(0);
		assert_int_equal(p.n, 1);
		assert_int_equal(put.len, n);
		assert_memory_equal(buf, plain, n);
		assert_int_equal(p.wants, ct_match_wants(&f));
		assert_true(p.wants & 1u << CTA_TUPLE_REPLY);
		assert_true(p.wants & 1u << CTA_STATUS);
	}
	/* a range is no port to look up by; what must not hold is matched */
	f.has = CT_F_ZONE;
	f.zone = 3;
	add_tuple(CT_ORIG, CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT, PROTO_TCP);
	ct_plan(&p, CT_CHANGE, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.single, 0);
	f.dir[CT_ORIG].has |= CT_DPORT;
	ct_plan(&p, CT_CHANGE, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.single, 1);
	assert_true(p.wants & 1u << CTA_STATUS);
}

/* The tuple of a look-up as the kernel will read it. */
static struct ct_tuple sent_tuple(uint16_t type)
{
	struct ct_tuple t = { 0 };
	struct nl_attr a;

	assert_int_equal(nl_attr_find(request(0).attrs, type, &a), 1);
	assert_int_equal(nl_decode(&ct_tuple_table, nl_attr_run(&a), NL_ALL,
				   &t), 0);
	return t;
}

static void reply_tuple_is_looked_up(void **state)
{
	struct ct_tuple t;

	(void)state;
	f.family = AF_INET;
	f.dir[CT_ORIG].has = CT_PROTO;
	f.dir[CT_ORIG].proto = PROTO_TCP;
	add_tuple(CT_REPLY, CT_SRC4 | CT_DST4 | CT_SPORT | CT_DPORT, 0);
	ct_plan(&p, CT_LOOKUP, CT_TABLE_CONNTRACK, &f);
	assert_int_equal(p.dir, CT_REPLY);
	t = sent_tuple(CTA_TUPLE_REPLY);
	assert_int_equal(t.has, CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT |
				CT_DPORT);
	assert_int_equal(t.proto, PROTO_TCP);
	assert_int_equal(t.sport, 40000);
	assert_int_equal(t.dport, 443);
}

static void icmp_reply_has_the_answers_type(void **state)
{
	struct ct_tuple t;

	(void)state;
	f.family = AF_INET;
	f.dir[CT_ORIG].has = CT_PROTO | CT_ICMP_TYPE | CT_ICMP_CODE |
			     CT_ICMP_ID;
	f.dir[CT_ORIG].proto = PROTO_ICMP;
	f.dir[CT_ORIG].type = 8;
	f.dir[CT_ORIG].id = 99;
	add_tuple(CT_REPLY, CT_SRC4 | CT_DST4, 0);
	ct_plan(&p, CT_LOOKUP, CT_TABLE_CONNTRACK, &f);
	t = sent_tuple(CTA_TUPLE_REPLY);
	assert_int_equal(t.type, 0);
	assert_int_equal(t.id, 99);
	assert_int_equal(t.has, CT_SRC4 | CT_DST4 | CT_PROTO | CT_ICMP_TYPE |
				CT_ICMP_CODE | CT_ICMP_ID);
	f.dir[CT_ORIG].has &= ~CT_ICMP_ID;	/* a missing id is 0 */
	f.dir[CT_ORIG].id = 0;
	ct_plan(&p, CT_LOOKUP, CT_TABLE_CONNTRACK, &f);
	t = sent_tuple(CTA_TUPLE_REPLY);
	assert_true(t.has & CT_ICMP_ID);
	assert_int_equal(t.id, 0);
}

/* Whatever is asked: reading, and nothing else. */
static void no_request_deletes(void **state)
{
	static const enum ct_table tables[] = {
		CT_TABLE_CONNTRACK, CT_TABLE_EXPECT, CT_TABLE_DYING,
		CT_TABLE_UNCONFIRMED,
	};
	static const uint8_t protos[] = {
		PROTO_TCP, PROTO_ICMP, PROTO_GRE, PROTO_ICMPV6, 50, 0,
	};
	static const uint8_t families[] = { 0, AF_INET, AF_INET6 };
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		const unsigned v = i / 4 % 2;

		f.has = unit_random(&seed) & 0x3ff;
		f.family = families[i % 3];
		f.zone = (uint16_t)(unit_random(&seed) % 3);
		f.status_mask = unit_random(&seed);
		add_tuple(CT_ORIG, unit_random(&seed) & 0x3fff,
			  protos[unit_random(&seed) % 6]);
		add_tuple(CT_REPLY, unit_random(&seed) & 0x3fff, 0);
		ct_plan(&p, v ? CT_LOOKUP : CT_SHOW, tables[i % 4], &f);
		for (unsigned n = 0; n < p.n; n++) {
			struct nl_msg m = request(n);

			switch (i % 4) {
			case CT_TABLE_CONNTRACK:
				assert_int_equal(m.type, 0x101);
				break;
			case CT_TABLE_EXPECT:
				assert_int_equal(m.type, 0x201);
				break;
			default:
				assert_true(m.type == 0x106 ||
					    m.type == 0x107);
			}
			assert_int_equal(m.flags & NLM_F_REQUEST, 1);
		}
	}
}

static void entry_is_named_byte_for_byte(void **state)
{
	uint8_t record[] = {
		8, 0, 3, 0, 0, 0, 0, 1,
		12, 0, 1, 0x80, 8, 0, 99, 0, 'a', 'b', 'c', 'd',
		6, 0, 18, 0, 0, 5, 0, 0,
	};
	struct nl_run run;

	(void)state;
	order_attrs(record, sizeof(record));
	run = (struct nl_run){ guard_copy(record, sizeof(record)),
			       sizeof(record) };
	nl_put_init(&put, buf, sizeof(buf));
	assert_int_equal(ct_name_entry(&put, run, 0), 0);
	assert_int_equal(put.len, 20);
	assert_memory_equal(buf, record + 8, 20);
	run.left = 8;
	assert_int_equal(ct_name_entry(&put, run, 0), -EBADMSG);
}

/* What a decoder would pass over, for an earlier one of the number, is no name. */
static void entry_with_a_broken_zone_or_id_has_no_name(void **state)
{
	const uint8_t types[] = { CTA_ZONE, CTA_ID };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		uint8_t record[] = {
			12, 0, 1, 0x80, 8, 0, 99, 0, 'a', 'b', 'c', 'd',
			8, 0, types[i], 0, 1, 2, 3, 4,
			5, 0, types[i], 0, 1, 0, 0, 0,
		};
		struct nl_run run = { record, sizeof(record) };

		order_attrs(record, sizeof(record));
		nl_put_init(&put, buf, sizeof(buf));
		assert_int_equal(ct_name_entry(&put, run, 1), -EBADMSG);
		run.left -= 8;
		nl_put_init(&put, buf, sizeof(buf));
		assert_int_equal(ct_name_entry(&put, run, 1), 0);
		assert_int_equal(put.len, 20);
	}
}

#define TEST(f)	cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(built_bytes_are_the_worked_example),
		TEST(plain_list_asks_for_all),
		TEST(ipv6_address_is_never_sent), TEST(prefix_is_not_sent),
		TEST(zone_0_is_not_sent),
		TEST(mark_and_status_go_with_their_masks),
		TEST(both_families_are_asked),
		TEST(simple_plan_is_a_dump_by_family),
		TEST(whole_tuple_with_zone_is_looked_up),
		TEST(ranges_and_negations_stay_here),
		TEST(reply_tuple_is_looked_up),
		TEST(icmp_reply_has_the_answers_type),
		TEST(no_request_deletes),
		TEST(entry_is_named_byte_for_byte),
		TEST(entry_with_a_broken_zone_or_id_has_no_name),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
