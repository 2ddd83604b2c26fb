/* SPDX-License-Identifier: MIT */
/* Requests that change entries: ctnetlink.md 3.4, 3.5, 4.7, 8.5 and 8.6. */
#include "test/order.h"
#include "test/unit/unit.h"

#include "ct/change.h"
#include "ct/tables.h"

#include <errno.h>
#include <sys/socket.h>

static struct ct_filter f;
static struct ct_change c;
static struct ct_flow old, to, made;
static uint8_t buf[1024];
static struct nl_put put;

static int start(void **state)
{
	struct ct_tuple *t = &f.dir[CT_ORIG];

	(void)state;
	memset(&f, 0, sizeof(f));
	memset(&c, 0, sizeof(c));
	ct_flow_clear(&old);
	old.dir[CT_ORIG].proto = PROTO_TCP;
	f.family = AF_INET;
	t->has = CT_SRC4 | CT_DST4 | CT_PROTO | CT_SPORT | CT_DPORT;
	t->proto = PROTO_TCP;
	t->src = (struct ct_addr){ { 198, 51, 100, 10 } };
	t->dst = (struct ct_addr){ { 203, 0, 113, 20 } };
	t->sport = 40002;
	t->dport = 443;
	c.has = CT_TIMEOUT;
	c.timeout = 600;
	return 0;
}

/* The attributes of a new entry, and what the kernel will read of them. */
static struct nl_run make(void)
{
	struct nl_run run;

	nl_put_init(&put, buf, sizeof(buf));
	ct_put_new(&put, &f, &c);
	assert_int_equal(put.err, 0);
	run = (struct nl_run){ buf, put.len };
	ct_flow_clear(&made);
	assert_int_equal(nl_decode(&ct_flow_table, run, NL_ALL, &made), 0);
	return run;
}

/* As in 8.5, in the order of the attributes' numbers. */
static void new_entry_is_the_worked_example(void **state)
{
	uint8_t want[] = {
		0x34, 0, 1, 0x80, 0x14, 0, 1, 0x80,
		8, 0, 1, 0, 0xc6, 0x33, 0x64, 0x0a,
		8, 0, 2, 0, 0xcb, 0, 0x71, 0x14,
		0x1c, 0, 2, 0x80, 5, 0, 1, 0, 6, 0, 0, 0,
		6, 0, 2, 0, 0x9c, 0x42, 0, 0, 6, 0, 3, 0, 1, 0xbb, 0, 0,
		0x34, 0, 2, 0x80, 0x14, 0, 1, 0x80,
		8, 0, 1, 0, 0xcb, 0, 0x71, 0x14,
		8, 0, 2, 0, 0xc6, 0x33, 0x64, 0x0a,
		0x1c, 0, 2, 0x80, 5, 0, 1, 0, 6, 0, 0, 0,
		6, 0, 2, 0, 1, 0xbb, 0, 0, 6, 0, 3, 0, 0x9c, 0x42, 0, 0,
		8, 0, 3, 0, 0, 0, 0, 0x0e,
		0x20, 0, 4, 0x80, 0x1c, 0, 1, 0x80, 5, 0, 1, 0, 3, 0, 0, 0,
		6, 0, 4, 0, 0x0a, 0x0a, 0, 0, 6, 0, 5, 0, 0x0a, 0x0a, 0, 0,
		8, 0, 7, 0, 0, 0, 2, 0x58,
		8, 0, 8, 0, 0, 0, 0, 7,
	};

	(void)state;
	order_attrs(want, sizeof(want));
	c.has |= CT_STATUS | CT_MARK;
	f.status = IPS_SEEN_REPLY | IPS_ASSURED;
	f.mark = 7;
	c.states = 1u << CT_P_TCP;
	f.state[CT_P_TCP] = TCP_CONNTRACK_ESTABLISHED;
	make();
	assert_int_equal(put.len, sizeof(want));
	assert_memory_equal(buf, want, sizeof(want));
}

/* As in 8.6, but for the maximum, which is the minimum when left out. */
static void translation_is_the_worked_example(void **state)
{
	uint8_t want[] = {
		0x20, 0, 6, 0x80, 8, 0, 1, 0, 192, 0, 2, 7,
		0x14, 0, 3, 0x80, 6, 0, 1, 0, 0xee, 0x48, 0, 0,
		6, 0, 2, 0, 0xee, 0x48, 0, 0,
	};
	struct nl_attr a;

	(void)state;
	order_attrs(want, sizeof(want));
	c.nat[CT_SRC_END] = (struct ct_nat){
		1, 1, 61000, { { 192, 0, 2, 7 } } };
	assert_int_equal(nl_attr_find(make(), CTA_NAT_SRC, &a), 1);
	assert_int_equal(a.len + NL_ATTR, sizeof(want));
	assert_memory_equal(a.data - NL_ATTR, want, sizeof(want));
	assert_int_equal(made.dir[CT_REPLY].dport, 40002);
	assert_int_equal(nl_attr_find(make(), CTA_NAT_DST, &a), 0);
}

/* B16: the reply of a saved line has the translated port. */
static void port_of_a_reply_is_the_translation(void **state)
{
	struct nl_attr a, ports, port;

	(void)state;
	c.nat[CT_SRC_END] = (struct ct_nat){ 1, 0, 0, { { 192, 0, 2, 7 } } };
	f.dir[CT_REPLY].dport = 61000;
	f.dir[CT_REPLY].sport = 443;
	f.dir[CT_REPLY].has = CT_SPORT | CT_DPORT;
	assert_int_equal(nl_attr_find(make(), CTA_NAT_SRC, &a), 1);
	assert_int_equal(nl_attr_find(nl_attr_run(&a), CTA_NAT_PROTO, &ports), 1);
	assert_int_equal(nl_attr_find(nl_attr_run(&ports),
				      CTA_PROTONAT_PORT_MIN, &port), 1);
	assert_int_equal(nl_be16(port.data), 61000);
	assert_int_equal(made.dir[CT_REPLY].dport, 40002);
	assert_int_equal(made.dir[CT_REPLY].sport, 443);
}

static void each_direction_tells_the_other(void **state)
{
	struct ct_tuple orig = f.dir[CT_ORIG], reply;

	(void)state;
	make();
	reply = made.dir[CT_REPLY];
	f.dir[CT_REPLY] = reply;
	f.dir[CT_ORIG].has = CT_PROTO;
	make();
	assert_int_equal(made.dir[CT_ORIG].has, orig.has);
	assert_memory_equal(&made.dir[CT_ORIG].src, &orig.src, 4);
	assert_memory_equal(&made.dir[CT_ORIG].dst, &orig.dst, 4);
	assert_int_equal(made.dir[CT_ORIG].sport, orig.sport);
	assert_int_equal(made.dir[CT_ORIG].dport, orig.dport);
	f.dir[CT_REPLY].has = CT_SPORT | CT_PROTO;	/* B16: it stays */
	f.dir[CT_REPLY].sport = 5;
	f.dir[CT_ORIG] = orig;
	make();
	assert_int_equal(made.dir[CT_REPLY].sport, 5);
	assert_int_equal(made.dir[CT_REPLY].dport, 40002);
}

/* B15: whatever the order of the options was. */
static void icmp_is_answered_by_its_counterpart(void **state)
{
	struct ct_tuple *t = &f.dir[CT_ORIG];

	(void)state;
	t->proto = PROTO_ICMP;
	t->has = CT_SRC4 | CT_DST4 | CT_PROTO | CT_ICMP_TYPE | CT_ICMP_CODE;
	t->type = 8;
	make();
	assert_int_equal(made.dir[CT_REPLY].type, 0);
	assert_int_equal(made.dir[CT_REPLY].has & CT_ICMP_ID, CT_ICMP_ID);
	assert_int_equal(made.dir[CT_ORIG].has & CT_ICMP_ID, CT_ICMP_ID);
	t->type = 14;
	make();
	assert_int_equal(made.dir[CT_REPLY].type, 13);
}

static void status_is_what_a_kernel_lets_set(void **state)
{
	(void)state;
	c.has |= CT_STATUS;
	f.status = UINT32_MAX;
	make();
	assert_int_equal(made.status, IPS_CONFIRMED | IPS_EXPECTED |
			 IPS_SEEN_REPLY | IPS_ASSURED | IPS_FIXED_TIMEOUT);
}

static void closed_flow_has_begun_to_close(void **state)
{
	(void)state;
	c.states = 1u << CT_P_TCP;
	f.state[CT_P_TCP] = TCP_CONNTRACK_LAST_ACK;
	make();
	assert_int_equal(made.info.flags[0][0], 0x0a);
	f.state[CT_P_TCP] = TCP_CONNTRACK_TIME_WAIT;
	make();
	assert_int_equal(made.info.flags[1][0], 0x0e);
	assert_int_equal(made.info.flags[1][1], 0x0e);
}

static int apply(void)
{
	return ct_change_apply(&to, &old, &f, &c);
}

static void mark_toggles_outside_its_mask(void **state)
{
	static const struct { uint32_t had, mark, mask, want; } cases[] = {
		{ 0, 5, UINT32_MAX, 5 },
		{ 0x40, 0x0f, 0, 0x4f },
		{ 0xff, 0x13, 0x03, 0xef },
		{ 0xff, 0, 0xf0, 0x0f },
	};

	(void)state;
	c.has = CT_MARK;
	for (size_t i = 0; i < COUNT(cases); i++) {
		old.has = CT_MARK;
		old.mark = cases[i].had;
		f.mark = cases[i].mark;
		f.mark_mask = cases[i].mask;
		assert_int_equal(apply(), 1);
		assert_int_equal(to.has, CT_MARK);
		assert_int_equal(to.mark, cases[i].want);
	}
	old.has = 0;		/* an absent mark is 0 */
	f.mark = 0;
	assert_int_equal(apply(), 0);
}

static void what_is_so_is_not_sent(void **state)
{
	(void)state;
	old.has = CT_TIMEOUT | CT_STATUS;
	old.timeout = 600;
	old.status = IPS_CONFIRMED | IPS_ASSURED | IPS_SRC_NAT_DONE;
	assert_int_equal(apply(), 0);
	c.has |= CT_STATUS;
	f.status = IPS_ASSURED | IPS_OFFLOAD;	/* nobody can set the second */
	assert_int_equal(apply(), 0);
	f.status |= IPS_SEEN_REPLY;
	assert_int_equal(apply(), 1);
	assert_int_equal(to.has, CT_STATUS);
	assert_int_equal(to.status, old.status | IPS_SEEN_REPLY);
	c.timeout = 599;
	assert_int_equal(apply(), 1);
	assert_int_equal(to.has, CT_STATUS | CT_TIMEOUT);
}

/* B19: the flags of window tracking go with a state only. */
static void state_is_set_where_it_is_known(void **state)
{
	(void)state;
	c.has = 0;
	old.info.has = CT_TCP_STATE;
	old.info.state = TCP_CONNTRACK_SYN_SENT;
	c.states = 1u << CT_P_SCTP;
	assert_int_equal(apply(), 0);
	c.states = 1u << CT_P_TCP;
	f.state[CT_P_TCP] = TCP_CONNTRACK_ESTABLISHED;
	assert_int_equal(apply(), 1);
	assert_int_equal(to.info.has, CT_TCP_STATE | CT_TCP_FLAGS |
			 CT_TCP_FLAGS_R);
	old.info.state = TCP_CONNTRACK_ESTABLISHED;
	c.has = CT_MARK;
	f.mark = 1;
	c.states = 0;
	assert_int_equal(apply(), 1);
	assert_int_equal(to.info.has, 0);
}

/* The tracker of SCTP takes all that it knows, or nothing. */
static void tags_are_sent_together(void **state)
{
	(void)state;
	c.has = 0;
	old.dir[CT_ORIG].proto = PROTO_SCTP;
	old.info.has = CT_SCTP_STATE | CT_SCTP_VTAG | CT_SCTP_VTAG_R;
	old.info.state = 4;
	old.info.vtag[0] = 7;
	old.info.vtag[1] = 8;
	c.info.has = CT_SCTP_VTAG_R;
	c.info.vtag[1] = 8;
	assert_int_equal(apply(), 0);
	c.info.vtag[1] = 9;
	assert_int_equal(apply(), 1);
	assert_int_equal(to.info.has, old.info.has);
	assert_int_equal(to.info.vtag[0], 7);
	assert_int_equal(to.info.vtag[1], 9);
	assert_int_equal(to.info.state, 4);
}

static void labels_are_set_under_a_mask(void **state)
{
	struct nl_attr a;

	(void)state;
	c.has = CT_LABELS;
	c.labels.set[0] = c.label_mask.set[0] = 1u << 3;
	assert_int_equal(apply(), 1);
	nl_put_init(&put, buf, sizeof(buf));
	ct_put_update(&put, &to, &c);
	assert_int_equal(nl_attr_find((struct nl_run){ buf, put.len },
				      CTA_LABELS_MASK, &a), 1);
	assert_int_equal(a.len, CT_LABEL_BYTES);
	assert_int_equal(nl_attr_find((struct nl_run){ buf, put.len },
				      CTA_LABELS, &a), 1);
	assert_int_equal(a.len, CT_LABEL_BYTES);
	memset(old.labels, 0, sizeof(old.labels));
	memcpy(old.labels, a.data, a.len);
	old.has = CT_LABELS;
	assert_int_equal(apply(), 0);
	/* B31: an entry has no room for label 200 */
	c.labels.set[25] = c.label_mask.set[25] = 1;
	assert_int_equal(apply(), -ERANGE);
}

#define TEST(t)	cmocka_unit_test_setup(t, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_entry_is_the_worked_example),
		TEST(translation_is_the_worked_example),
		TEST(port_of_a_reply_is_the_translation),
		TEST(each_direction_tells_the_other),
		TEST(icmp_is_answered_by_its_counterpart),
		TEST(status_is_what_a_kernel_lets_set),
		TEST(closed_flow_has_begun_to_close),
		TEST(mark_toggles_outside_its_mask),
		TEST(what_is_so_is_not_sent),
		TEST(state_is_set_where_it_is_known),
		TEST(tags_are_sent_together),
		TEST(labels_are_set_under_a_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
