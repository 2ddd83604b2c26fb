/* SPDX-License-Identifier: MIT */
#include "ct/filter.h"
#include "test/unit/unit.h"

#include <sys/socket.h>

static struct ct_filter f;
static struct ct_flow flow;

/* 10.1.1.1:1000 to 10.2.1.1:80 over TCP, and a filter of nothing. */
static int start(void **state)
{
	const struct ct_tuple orig = {
		.has = CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT | CT_DPORT,
		.proto = PROTO_TCP, .sport = 1000, .dport = 80,
		.src = { { 10, 1, 1, 1 } }, .dst = { { 10, 2, 1, 1 } },
	};

	(void)state;
	memset(&f, 0, sizeof(f));
	memset(&f.src_mask, 0xff, sizeof(f.src_mask));
	memset(&f.dst_mask, 0xff, sizeof(f.dst_mask));
	memset(&flow, 0, sizeof(flow));
	flow.family = AF_INET;
	flow.has = CT_STATUS | CT_MARK | CT_ID | CT_LABELS;
	flow.dir[CT_ORIG] = orig;
	flow.dir[CT_REPLY] = orig;
	flow.dir[CT_REPLY].src = orig.dst;
	flow.dir[CT_REPLY].dst = orig.src;
	flow.dir[CT_REPLY].sport = 80;
	flow.dir[CT_REPLY].dport = 1000;
	return 0;
}

static void assert_match(int want)
{
	assert_int_equal(ct_match(&f, &flow), want);
}

static void empty_filter_lets_pass(void **state)
{
	(void)state;
	assert_match(1);
	assert_int_equal(ct_match_wants(&f), 0);
}

static void family_is_compared(void **state)
{
	(void)state;
	f.family = AF_INET;
	assert_match(1);
	f.family = AF_INET6;
	assert_match(0);
}

static void tuple_members_are_compared(void **state)
{
	static const uint32_t members[] = {
		CT_SRC4, CT_DST4, CT_PROTO, CT_SPORT, CT_DPORT,
	};

	for (unsigned dir = 0; dir < 2; dir++) {
		for (size_t i = 0; i < COUNT(members); i++) {
			struct ct_tuple *t = &f.dir[dir];

			start(state);
			*t = flow.dir[dir];
			t->has = members[i];
			assert_match(1);
			t->src.b[3]++;
			t->dst.b[3]++;
			t->proto++;
			t->sport++;
			t->dport++;
			assert_match(0);
			*t = flow.dir[dir];
			t->has = members[i];
			flow.dir[dir].has &= ~members[i];
			assert_match(0);	/* absent equals nothing */
		}
	}
}

static void icmp_members_are_compared(void **state)
{
	static const uint32_t members[] = {
		CT_ICMP_TYPE, CT_ICMP_CODE, CT_ICMP_ID,
		CT_ICMP6_TYPE, CT_ICMP6_CODE, CT_ICMP6_ID,
	};
	struct ct_tuple *t = &flow.dir[CT_ORIG];

	(void)state;
	for (size_t i = 0; i < COUNT(members); i++) {
		t->has = members[i];
		t->type = 8;
		t->code = 3;
		t->id = 5;
		f.dir[CT_ORIG] = *t;
		assert_match(1);
		f.dir[CT_ORIG].type++;
		f.dir[CT_ORIG].code++;
		f.dir[CT_ORIG].id++;
		assert_match(0);
		f.dir[CT_ORIG] = *t;
		t->has = members[(i + 3) % 6];	/* the other protocol's */
		assert_match(0);
	}
}

/* Every prefix length: the bits before it count, those behind do not. */
static void prefix_covers(unsigned bits, uint32_t src, uint32_t dst)
{
	for (unsigned len = 0; len <= bits; len++) {
		memset(&f.src_mask, 0, sizeof(f.src_mask));
		for (unsigned i = 0; i < len; i++)
			f.src_mask.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
		f.dst_mask = f.src_mask;
		for (unsigned i = 0; i < bits; i++) {
			struct ct_tuple *want = &f.dir[CT_ORIG];

			*want = flow.dir[CT_ORIG];
			want->has = src;
			want->src.b[i / 8] ^= (uint8_t)(0x80 >> i % 8);
			assert_match(i >= len);
			*want = flow.dir[CT_ORIG];
			want->has = dst;
			want->dst.b[i / 8] ^= (uint8_t)(0x80 >> i % 8);
			assert_match(i >= len);
		}
		assert_int_equal(ct_mask_is_exact(&f.src_mask,
			bits == 32 ? AF_INET : AF_INET6), len == bits);
	}
}

static void masks_cover_addresses(void **state)
{
	(void)state;
	prefix_covers(32, CT_SRC4, CT_DST4);
	flow.family = AF_INET6;
	flow.dir[CT_ORIG].has = CT_SRC6 | CT_DST6;
	prefix_covers(128, CT_SRC6, CT_DST6);
}

static void masks_may_have_holes(void **state)
{
	(void)state;
	f.dir[CT_ORIG] = flow.dir[CT_ORIG];
	f.dir[CT_ORIG].has = CT_SRC4;
	f.src_mask = (struct ct_addr){ { 255, 0, 255, 255 } };
	f.dir[CT_ORIG].src.b[1] = 99;
	assert_match(1);
	f.dir[CT_ORIG].src.b[3] = 99;
	assert_match(0);
}

static void status_is_compared_under_its_mask(void **state)
{
	(void)state;
	f.has = CT_F_STATUS;
	for (uint32_t pos = 0; pos < 8; pos++) {
		for (uint32_t neg = 0; neg < 8; neg++) {
			for (flow.status = 0; flow.status < 8; flow.status++) {
				f.status = pos;
				f.status_mask = pos | neg;
				assert_match((flow.status & (pos | neg)) ==
					     pos);
			}
		}
	}
}

static void mark_is_compared_under_its_mask(void **state)
{
	(void)state;
	f.has = CT_F_MARK;
	f.mark = 0x3;
	f.mark_mask = 0xf;
	flow.mark = 0x13;
	assert_match(1);
	flow.mark = 0x14;
	assert_match(0);
	f.mark = 0x13;		/* beyond its mask: never */
	f.mark_mask = 0x3;
	flow.mark = 0x13;
	assert_match(0);
	f.mark = 0;
	f.mark_mask = UINT32_MAX;
	flow.mark = 7;
	assert_match(0);
	flow.has = 0;		/* 5.15 sends no mark of 0 */
	assert_match(1);
}

static void id_is_compared(void **state)
{
	(void)state;
	f.has = CT_F_ID;
	f.id = flow.id = 0xfffffffe;
	assert_match(1);
	flow.id = 1;
	assert_match(0);
	f.id = 0;
	flow.has = flow.id = 0;
	assert_match(0);
}

static void zones_are_compared(void **state)
{
	static const struct {
		enum { BOTH = -1, ORIG = CT_ORIG, REPLY = CT_REPLY } cond;
		int		both, orig, reply;	/* -1: absent */
		uint16_t	zone;
		int		want;
	} cases[] = {
		{ BOTH, 5, -1, -1, 5, 1 }, { BOTH, 5, -1, -1, 6, 0 },
		{ BOTH, -1, -1, -1, 0, 1 }, { BOTH, 5, -1, -1, 0, 0 },
		{ BOTH, -1, 5, -1, 0, 1 }, { BOTH, -1, 5, -1, 5, 0 },
		{ ORIG, -1, 5, -1, 5, 1 },
		{ ORIG, -1, -1, 5, 5, 0 },
		{ ORIG, 5, -1, -1, 5, 0 },
		{ ORIG, 5, -1, -1, 0, 1 },
		{ REPLY, -1, -1, 5, 5, 1 },
		{ REPLY, -1, 5, -1, 5, 0 },
		{ REPLY, -1, 5, -1, 0, 1 },
		{ REPLY, 5, -1, -1, 0, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		start(state);
		if (cases[i].cond == BOTH)
			f.has = CT_F_ZONE;
		else
			f.dir[cases[i].cond].has = CT_TUPLE_ZONE;
		f.zone = f.dir[0].zone = f.dir[1].zone = cases[i].zone;
		if (cases[i].both >= 0)
			flow.has |= CT_ZONE;
		flow.zone = (uint16_t)cases[i].both;
		for (unsigned dir = 0; dir < 2; dir++) {
			int zone = dir ? cases[i].reply : cases[i].orig;

			if (zone >= 0)
				flow.dir[dir].has |= CT_TUPLE_ZONE;
			flow.dir[dir].zone = (uint16_t)zone;
		}
		assert_match(cases[i].want);
	}
}

static void every_label_must_be_set(void **state)
{
	unsigned long word = 0x07;	/* the first of the kernel's */

	(void)state;
	f.has = CT_F_LABELS;
	f.labels.set[0] = 0x03;
	memcpy(flow.labels, &word, sizeof(word));
	assert_match(1);
	word = 0x05;
	memcpy(flow.labels, &word, sizeof(word));
	assert_match(0);
	f.labels.set[0] = 0;
	f.labels.set[127] = 0x80;	/* more than the kernel keeps */
	assert_match(0);
	f.labels.set[127] = 0;
	flow.has = 0;
	assert_match(0);
}

static void state_is_of_its_protocol(void **state)
{
	(void)state;
	f.has = CT_F_STATE;
	f.states = 1 << CT_P_TCP;
	f.state[CT_P_TCP] = 3;
	flow.info.has = CT_TCP_STATE;
	flow.info.state = 3;
	assert_match(1);
	flow.info.state = 4;
	assert_match(0);
	flow.info.state = 3;
	flow.info.has = 0;
	assert_match(0);
	flow.info.has = CT_SCTP_STATE;
	flow.dir[CT_ORIG].proto = PROTO_SCTP;
	assert_match(0);
	f.states |= 1 << CT_P_SCTP;
	f.state[CT_P_SCTP] = 3;
	assert_match(1);
}

static void protocols_are_a_set(void **state)
{
	(void)state;
	f.has = CT_F_PROTOS;
	f.protos = 1 << CT_P_TCP | 1 << CT_P_UDP;
	assert_match(1);
	flow.dir[CT_ORIG].proto = PROTO_UDP;
	assert_match(1);
	flow.dir[CT_ORIG].proto = PROTO_SCTP;
	assert_match(0);
	flow.dir[CT_ORIG].proto = 50;
	assert_match(0);
}

/* ------------------------------------------------------------------ NAT */

/* compat.md 6.4: the source's rows; the destination's mirror them. */
static void nat_follows_the_table(void **state)
{
	enum { NO_BIT = 1, ADDR = 2, PORT = 4 };
	static const struct {
		unsigned	done;		/* how it was translated */
		uint8_t		addr, port;	/* the filter: 7 is the right one */
		int		want;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ ADDR, 0, 0, 1 }, { PORT, 0, 0, 1 }, { ADDR | PORT, 0, 0, 1 },
		{ ADDR | NO_BIT, 0, 0, 0 }, { PORT | NO_BIT, 0, 0, 0 },
		{ ADDR, 7, 0, 1 }, { ADDR, 8, 0, 0 }, { PORT, 7, 0, 0 },
		{ ADDR | PORT, 7, 7, 1 }, { ADDR | PORT, 7, 8, 0 },
		{ ADDR | PORT, 8, 7, 0 }, { ADDR, 7, 7, 0 }, { PORT, 7, 7, 0 },
		{ ADDR | PORT | NO_BIT, 7, 7, 0 },
	};

	for (size_t n = 0; n < COUNT(cases) * 8; n++) {
		const size_t i = n / 8;
		const int is6 = n & 1, is_dst = n >> 1 & 1, any = n >> 2 & 1;
		const unsigned last = is6 ? 15 : 3;
		struct ct_tuple *reply = &flow.dir[CT_REPLY];
		struct ct_addr *a = is_dst ? &reply->src : &reply->dst;
		struct ct_nat nat = { cases[i].addr != 0, cases[i].port != 0,
				      cases[i].port, { { 0 } } };

		start(state);
		if (is6) {
			flow.family = AF_INET6;
			for (unsigned d = 0; d < 2; d++)
				flow.dir[d].has ^= CT_SRC | CT_DST;
		}
		if (cases[i].done & ADDR)
			a->b[last] = 7;
		if (cases[i].done & PORT)
			*(is_dst ? &reply->sport : &reply->dport) = 7;
		if (!(cases[i].done & NO_BIT))
			flow.status = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
		nat.addr = *a;
		nat.addr.b[last] = cases[i].addr;
		f.has = any ? CT_F_ANY_NAT : is_dst ? CT_F_DST_NAT
						    : CT_F_SRC_NAT;
		if (any || !is_dst)
			f.src_nat = nat;
		if (any || is_dst)
			f.dst_nat = nat;
		assert_match(cases[i].want);
	}
}

static void both_nat_conditions_must_hold(void **state)
{
	(void)state;
	flow.status = IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE;
	f.has = CT_F_SRC_NAT | CT_F_DST_NAT;
	flow.dir[CT_REPLY].dst.b[3] = 7;
	assert_match(0);
	flow.dir[CT_REPLY].src.b[3] = 7;
	assert_match(1);
}

/* Both ends' addresses alike but one bit missing: that end is not NATed. */
static void each_end_has_its_bit(void **state)
{
	(void)state;
	flow.dir[CT_REPLY].dst.b[3] = 7;
	flow.status = IPS_DST_NAT_DONE;
	f.has = CT_F_SRC_NAT;
	assert_match(0);
	f.has = CT_F_ANY_NAT;
	assert_match(0);
	flow.status = IPS_SRC_NAT_DONE;
	assert_match(1);
}

static void icmp_id_is_its_port(void **state)
{
	(void)state;
	for (unsigned d = 0; d < 2; d++) {
		flow.dir[d].has = CT_SRC4 | CT_DST4 | CT_PROTO |
				  CT_ICMP_TYPE | CT_ICMP_CODE | CT_ICMP_ID;
		flow.dir[d].proto = PROTO_ICMP;
		flow.dir[d].type = d ? 0 : 8;
		flow.dir[d].id = 5;
	}
	flow.status = IPS_SRC_NAT_DONE;
	f.has = CT_F_SRC_NAT;
	assert_match(0);	/* type 8 against type 0 is no translation */
	flow.dir[CT_REPLY].id = 6;
	assert_match(1);
}

#define AT(member)	offsetof(struct ct_filter, dir[0].member)
#define AT_REPLY	(sizeof(struct ct_tuple))

/* Of a list any range will do, its ends included; of each list one must. */
static void ports_are_in_ranges(void **state)
{
	static const uint32_t ats[] = {
		AT(sport), AT(dport), AT(sport) + AT_REPLY,
		AT(dport) + AT_REPLY,
	};
	static const uint16_t ports[] = { 1000, 80, 90, 1100 };

	(void)state;
	flow.dir[CT_REPLY].sport = 90;
	flow.dir[CT_REPLY].dport = 1100;
	for (unsigned i = 0; i < COUNT(ats); i++) {
		const uint16_t port = ports[i];

		for (int low = -2; low <= 2; low++) {
			for (int high = low; high <= 2; high++) {
				f.n_ranges = 1;
				f.range[0] = (struct ct_range){
					(uint16_t)(port + low),
					(uint16_t)(port + high), ats[i] };
				assert_match(low <= 0 && high >= 0);
				f.n_ranges = 2;
				f.range[1] = (struct ct_range){ port, port,
								ats[i] };
				assert_match(1);
				f.range[1].at = ats[(i + 1) % 4];
				assert_match(0);	/* another list */
				f.range[1].low = 0;
				assert_match(low <= 0 && high >= 0 &&
					     ports[(i + 1) % 4] <= port);
			}
		}
	}
	f.n_ranges = CT_RANGES;		/* of the last one */
	for (unsigned i = 0; i < CT_RANGES; i++)
		f.range[i] = (struct ct_range){ 1, 2, ats[0] };
	assert_match(0);
	f.range[CT_RANGES - 1] = (struct ct_range){ 0, UINT16_MAX, ats[0] };
	assert_match(1);
	for (unsigned dir = 0; dir < 2; dir++) {
		flow.dir[dir].has &= ~(CT_SPORT | CT_DPORT);
		assert_match(0);	/* no ports are in none */
		flow.dir[dir].has |= CT_SPORT | CT_DPORT;
	}
}

/* The filter holds, and none of those that must not. */
static void none_of_the_others_may_hold(void **state)
{
	static struct ct_filter unless[3];

	(void)state;
	for (unsigned n = 0; n <= COUNT(unless); n++) {
		for (unsigned set = 0; set < 1u << (n + 1); set++) {
			unsigned held = 0;

			start(state);
			f.has = CT_F_MARK;
			f.mark_mask = UINT32_MAX;
			f.mark = set & 1;	/* 0 holds */
			for (unsigned i = 0; i < n; i++) {
				unless[i] = f;
				unless[i].mark = set >> (i + 1) & 1;
				held += !unless[i].mark;
			}
			f.unless = unless;
			f.n_unless = (uint8_t)n;
			assert_match(!f.mark && !held);
		}
	}
	start(state);		/* alone, they are a filter, too */
	unless[0] = f;
	f.unless = unless;
	f.n_unless = 1;
	unless[0].dir[CT_REPLY].has = CT_DPORT;
	unless[0].dir[CT_REPLY].dport = 1000;
	assert_int_equal(ct_match_wants(&f), 1u << CTA_TUPLE_REPLY);
	assert_match(0);
	unless[0].dir[CT_REPLY].dport = 1001;
	assert_match(1);
	f.n_unless = 3;
	unless[1] = unless[2] = unless[0];
	unless[1].has = CT_F_ID;
	unless[2].family = AF_INET6;
	assert_int_equal(ct_match_wants(&f), 1u << CTA_TUPLE_REPLY |
			 1u << CTA_ID | 1u << CTA_TUPLE_ORIG);
}

static void wants_cover_what_is_compared(void **state)
{
	static const struct { uint32_t has, wants; } cases[] = {
		{ CT_F_STATUS, 1u << CTA_STATUS }, { CT_F_MARK, 1u << CTA_MARK },
		{ CT_F_ID, 1u << CTA_ID }, { CT_F_ZONE, 1u << CTA_ZONE },
		{ CT_F_LABELS, 1u << CTA_LABELS },
		{ CT_F_STATE, 1u << CTA_TUPLE_ORIG | 1u << CTA_PROTOINFO },
		{ CT_F_PROTOS, 1u << CTA_TUPLE_ORIG },
		{ CT_F_SRC_NAT, 1u << CTA_TUPLE_ORIG | 1u << CTA_TUPLE_REPLY |
				1u << CTA_STATUS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		f.has = cases[i].has;
		assert_int_equal(ct_match_wants(&f) & cases[i].wants,
				 cases[i].wants);
	}
	f.has = 0;
	f.dir[CT_REPLY].has = CT_TUPLE_ZONE;
	assert_int_equal(ct_match_wants(&f), 1u << CTA_TUPLE_REPLY);
	f.dir[CT_ORIG].has = CT_TUPLE_ZONE;
	f.dir[CT_REPLY].has = 0;
	assert_int_equal(ct_match_wants(&f), 1u << CTA_TUPLE_ORIG);
	f.dir[CT_ORIG].has = 0;
	f.n_ranges = 1;
	assert_int_equal(ct_match_wants(&f),
			 1u << CTA_TUPLE_ORIG | 1u << CTA_TUPLE_REPLY);
	f.n_ranges = 0;
	f.family = AF_INET;	/* never 0 when something is compared */
	assert_true(ct_match_wants(&f) != 0);
}

#define TEST(f)	cmocka_unit_test_setup(f, start)

static void cleared_entry_has_no_protocol_of_the_last_one(void **state)
{
	(void)state;
	ct_flow_clear(&flow);
	assert_int_equal(flow.dir[CT_ORIG].proto, 0);
	assert_int_equal(flow.dir[CT_REPLY].proto, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_filter_lets_pass), TEST(family_is_compared),
		TEST(tuple_members_are_compared),
		TEST(icmp_members_are_compared), TEST(masks_cover_addresses),
		TEST(masks_may_have_holes),
		TEST(status_is_compared_under_its_mask),
		TEST(mark_is_compared_under_its_mask), TEST(id_is_compared),
		TEST(zones_are_compared), TEST(every_label_must_be_set),
		TEST(state_is_of_its_protocol), TEST(protocols_are_a_set),
		TEST(nat_follows_the_table),
		TEST(both_nat_conditions_must_hold),
		TEST(each_end_has_its_bit), TEST(icmp_id_is_its_port),
		TEST(ports_are_in_ranges), TEST(none_of_the_others_may_hold),
		TEST(wants_cover_what_is_compared),
		TEST(cleared_entry_has_no_protocol_of_the_last_one),
	};

	return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
