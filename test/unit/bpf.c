/* SPDX-License-Identifier: MIT */
/*
 * Filters as programs: over every record of test/data, as an event, a program
 * in the interpreter of test/bpf.c says what ct_match() says.
 */
#include "ct/bpf.h"
#include "ct/label.h"
#include "ct/tables.h"
#include "nl/msg.h"
#include "nl/sock.h"
#include "test/bpf.h"
#include "test/fixture.h"
#include "test/guard.h"
#include "test/unit/unit.h"

#include <sys/socket.h>
#include <unistd.h>

struct event {
	const char	*name;
	uint8_t		*p;
	size_t		 n;
	struct ct_flow	 flow;
};

static struct event *events;
static size_t n_events;

static struct ct_filter f;
static struct sock_filter insn[CT_BPF_MAX];
static struct nl_bpf p;
static unsigned passed, dropped;
static uint64_t seed;

/* ---------------------------------------------------------------- events */

/* A record is an event but for its header. */
static void add_event(const char *name, const struct nl_msg *m)
{
	const size_t n = NL_HDR + m->body.left;
	struct nlmsghdr h = {
		.nlmsg_len = (uint32_t)n, .nlmsg_type = m->type,
	};
	struct event *e;

	events = realloc(events, (n_events + 1) * sizeof(*events));
	if (!events)
		abort();
	e = &events[n_events++];
	memset(e, 0, sizeof(*e));
	e->name = name;
	e->n = n;
	e->p = malloc(n);
	if (!e->p || nl_decode(&ct_flow_table, m->attrs, NL_ALL, &e->flow) < 0)
		abort();
	memcpy(e->p, &h, sizeof(h));
	memcpy(e->p + NL_HDR, m->body.p, m->body.left);
	e->flow.family = m->family;
}

/* All but the one that no kernel sends: its attributes are cut short. */
static int read_events(void **state)
{
	struct nl_msg m;

	(void)state;
	fixtures_read(TEST_DATA);
	for (const struct fixture *x = fixtures; x < fixtures + n_fixtures;
	     x++) {
		for (unsigned i = 0; i < x->sections; i++) {
			struct nl_run run = { x->section[i].bytes,
					      x->section[i].n };

			while (strcmp(x->name, "short-attributes") != 0 &&
			       nl_msg_next(&run, &m) > 0)
				if (m.type >> 8 == NFNL_SUBSYS_CTNETLINK &&
				    ((m.type & 0xff) == IPCTNL_MSG_CT_NEW ||
				     (m.type & 0xff) == IPCTNL_MSG_CT_DELETE))
					add_event(x->name, &m);
		}
	}
	return n_events > 50 ? 0 : -1;
}

/* -------------------------------------------------------------- verdicts */

static void clear_filter(void)
{
	memset(&f, 0, sizeof(f));
	memset(f.mask, 0xff, sizeof(f.mask));
}

static int start(void **state)
{
	(void)state;
	clear_filter();
	passed = dropped = 0;
	seed = 0;
	return 0;
}

static uint32_t random32(void)
{
	return unit_random(&seed);
}

/* Has the filter no condition that is left to user space? */
static int is_covered(void)
{
	unsigned protos = UINT16_MAX;

	if (f.has & CT_F_PROTOS)
		protos &= f.protos;
	if (f.has & CT_F_STATE)
		protos &= f.states;
	return !(f.has & (CT_F_LABELS | CT_F_NAT)) && !f.info.has &&
	       (!(f.has & CT_F_PROTOS) || !(protos >> CT_P_COUNT)) &&
	       (!(f.has & CT_F_STATE) || !(protos & (protos - 1)));
}

static void build(void)
{
	p = (struct nl_bpf){ .insn = insn, .cap = COUNT(insn) };
	assert_int_equal(ct_bpf(&p, &f), 0);
	assert_true(p.n == 0 || bpf_check(insn, p.n));
}

/* What passes is whole; an empty program is not attached. */
static int passes(const struct event *e)
{
	uint32_t n = UINT32_MAX;

	if (p.n > 0)
		n = bpf_run(insn, guard_copy(e->p, e->n), e->n);
	assert_true(n == 0 || n == UINT32_MAX);
	return n != 0;
}

static void assert_verdicts(void)
{
	const int is_exact = is_covered();

	build();
	for (const struct event *e = events; e < events + n_events; e++) {
		const int want = ct_match(&f, &e->flow);
		const int is = passes(e);

		if (is < want || (is_exact && is != want))
			fail_msg("%s: the program says %d, ct_match %d",
				 e->name, is, want);
		*(is ? &passed : &dropped) += 1;
	}
}

/* A test whose programs are all of one mind says little. */
static void assert_both(void)
{
	assert_true(passed > 0);
	assert_true(dropped > 0);
}

/* --------------------------------------------------------------- filters */

static void empty_filter_is_no_program(void **state)
{
	(void)state;
	build();
	assert_int_equal(p.n, 0);
	f.has = CT_F_LABELS | CT_F_SRC_NAT | CT_F_DST_NAT;
	build();
	assert_int_equal(p.n, 0);
}

static void family_is_tested(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6, AF_UNIX };

	(void)state;
	for (size_t i = 0; i < COUNT(families); i++) {
		f.family = families[i];
		assert_verdicts();
	}
	assert_both();
}

static void flip(struct ct_addr *a, unsigned bit)
{
	a->b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* One member of one direction, its value and those a bit away. */
static void near_values(struct ct_tuple *t, uint32_t member)
{
	const struct ct_tuple right = *t;

	for (unsigned bit = 0; bit < 128; bit++) {
		*t = right;
		t->has = member;
		assert_verdicts();
		flip(&t->src, bit);
		flip(&t->dst, bit);
		t->sport ^= (uint16_t)(1 << bit % 16);
		t->dport ^= (uint16_t)(1 << bit % 16);
		t->id ^= (uint16_t)(1 << bit % 16);
		t->zone ^= (uint16_t)(1 << bit % 16);
		t->proto ^= (uint8_t)(1 << bit % 8);
		t->type ^= (uint8_t)(1 << bit % 8);
		t->code ^= (uint8_t)(1 << bit % 8);
		assert_verdicts();
		if (bit == 15 && !(member & (CT_SRC | CT_DST)))
			break;
	}
}

static void every_member_of_both_directions(void **state)
{
	uint32_t seen[2] = { 0, 0 };

	(void)state;
	for (const struct event *e = events; e < events + n_events; e++) {
		for (unsigned dir = 0; dir < 2; dir++) {
			const struct ct_tuple *t = &e->flow.dir[dir];

			for (uint32_t left = t->has; left; left &= left - 1) {
				clear_filter();
				f.dir[dir] = *t;
				near_values(&f.dir[dir], left & -left);
			}
			seen[dir] |= t->has;
		}
	}
	assert_int_equal(seen[CT_ORIG], 2 * CT_TUPLE_ZONE - 1);
	assert_int_equal(seen[CT_REPLY], 2 * CT_TUPLE_ZONE - 1);
	assert_both();
}

static void set_prefix(struct ct_addr *mask, unsigned len)
{
	memset(mask, 0, sizeof(*mask));
	for (unsigned i = 0; i < len; i++)
		mask->b[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* Every length, with the last bit that counts wrong, and the first behind. */
static void every_prefix(void **state)
{
	(void)state;
	for (size_t n = 0; n < 2 * n_events; n++) {
		const struct ct_tuple *t = &events[n / 2].flow.dir[CT_ORIG];
		const unsigned end = n % 2;
		const uint32_t has = t->has & CT_SRC << end;
		const unsigned bits = has & (CT_SRC6 | CT_DST6) ? 128 : 32;

		for (unsigned len = 0; len <= bits; len++) {
			struct ct_addr *a = &f.dir[CT_ORIG].addr[end];

			clear_filter();
			set_prefix(&f.mask[end], len);
			f.dir[CT_ORIG] = *t;
			f.dir[CT_ORIG].has = has;
			assert_verdicts();
			if (len > 0) {
				flip(a, len - 1);
				assert_verdicts();
				flip(a, len - 1);
			}
			if (len < bits) {
				flip(a, len);
				assert_verdicts();
			}
		}
	}
	assert_both();
}

static void masks_may_have_holes(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		const struct event *e = &events[random32() % n_events];

		clear_filter();
		f.dir[CT_ORIG] = e->flow.dir[CT_ORIG];
		f.dir[CT_ORIG].has &= CT_SRC | CT_DST;
		for (unsigned i = 0; i < 32; i++)
			f.mask[i / 16].b[i % 16] = (uint8_t)(random32() &
							     random32());
		if (n & 1)
			f.dir[CT_ORIG].addr[n >> 1 & 1].b[random32() % 16] ^=
				(uint8_t)(1 << random32() % 8);
		assert_verdicts();
	}
	assert_both();
}

/* Marks and statuses under masks; the value may go beyond its mask. */
static void masked_numbers(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		const struct event *e = &events[random32() % n_events];
		const uint32_t bits = random32() & random32();

		clear_filter();
		f.has = n & 1 ? CT_F_STATUS : CT_F_MARK;
		f.status_mask = n & 2 ? bits & 0xffff : 1u << random32() % 16;
		f.mark_mask = n & 2 ? bits : UINT32_MAX;
		f.status = e->flow.status & f.status_mask;
		f.mark = (e->flow.has & CT_MARK ? e->flow.mark : 0) &
			 f.mark_mask;
		assert_verdicts();
		f.status ^= 1u << random32() % 16;
		f.mark ^= 1u << random32() % 32;
		assert_verdicts();
	}
	assert_both();
}

static void ids_and_zones(void **state)
{
	static const uint16_t zones[] = { 0, 5, 6, 0x500, 0xffff };

	(void)state;
	for (size_t i = 0; i < n_events; i++) {
		clear_filter();
		f.has = CT_F_ID;
		f.id = events[i].flow.id;
		assert_verdicts();
		f.id ^= 1u << random32() % 32;
		assert_verdicts();
	}
	for (size_t i = 0; i < COUNT(zones) * 8; i++) {
		clear_filter();
		f.has = i & 1 ? CT_F_ZONE : 0;
		f.dir[CT_ORIG].has = i & 2 ? CT_TUPLE_ZONE : 0;
		f.dir[CT_REPLY].has = i & 4 ? CT_TUPLE_ZONE : 0;
		f.zone = zones[i / 8];
		f.dir[CT_ORIG].zone = f.dir[CT_REPLY].zone = f.zone;
		assert_verdicts();
		f.dir[CT_REPLY].zone = 0;
		assert_verdicts();
	}
	assert_both();
}

static void every_set_of_protocols(void **state)
{
	(void)state;
	f.has = CT_F_PROTOS;
	for (unsigned protos = 0; protos < 2u << CT_P_COUNT; protos++) {
		f.protos = (uint16_t)protos;
		assert_verdicts();
		assert_true((p.n == 0) == (protos >> CT_P_COUNT));
	}
	assert_both();
}

static void states_are_their_protocols(void **state)
{
	const unsigned rows = 1u << CT_P_TCP | 1u << CT_P_SCTP |
			      1u << CT_P_DCCP;

	(void)state;
	for (unsigned n = 0; n < 1u << 16; n++) {
		f.has = n & 1 ? CT_F_STATE : CT_F_STATE | CT_F_PROTOS;
		f.states = (uint16_t)(n >> 1 & rows);
		f.protos = (uint16_t)(random32() & rows);
		for (unsigned row = 0; row < CT_P_COUNT; row++)
			f.state[row] = (uint8_t)(n >> 8 & 15);
		f.state[CT_P_TCP] = n >> 12 ? f.state[CT_P_TCP] : 200;
		assert_verdicts();
	}
	assert_both();
}

/* The labels of the flow, as a command names them. */
static void add_labels(const struct ct_flow *flow)
{
	memset(&f.labels, 0, sizeof(f.labels));
	for (unsigned n = 0; n < 8 * CT_LABEL_BYTES; n++)
		f.labels.set[n / 8] |= (uint8_t)(ct_label_test(flow->labels, n)
						 << n % 8);
}

/* A filter that this flow passes, of as many conditions as the dice say. */
static void filter_of(const struct ct_flow *flow)
{
	const unsigned row = (unsigned)(ct_proto_of(flow->dir[CT_ORIG].proto) -
					ct_protos);
	const uint32_t dice = random32();

	clear_filter();
	f.family = dice & 1 ? flow->family : 0;
	for (unsigned dir = 0; dir < 2; dir++) {
		f.dir[dir] = flow->dir[dir];
		f.dir[dir].has &= random32() & random32();
		if (!(flow->dir[dir].has & CT_TUPLE_ZONE)) {
			f.dir[dir].zone = 0;
			f.dir[dir].has |= random32() & CT_TUPLE_ZONE;
		}
		if (dice >> dir & 2)
			set_prefix(&f.mask[dir], random32() % 129);
	}
	f.has = random32() & random32() &
		(CT_F_STATUS | CT_F_MARK | CT_F_ID | CT_F_ZONE | CT_F_PROTOS);
	f.status_mask = random32() & random32();
	f.status = flow->status & f.status_mask;
	f.mark_mask = random32() | random32();
	f.mark = (flow->has & CT_MARK ? flow->mark : 0) & f.mark_mask;
	f.id = flow->id;
	f.zone = flow->has & CT_ZONE ? flow->zone : 0;
	f.protos = (uint16_t)(random32() % (2u << CT_P_COUNT)) |
		   (uint16_t)(1u << row);
	if (dice & 8 && flow->info.has & CT_ANY_STATE) {
		f.has |= CT_F_STATE;
		f.states = (uint16_t)(1u << row);
		f.state[row] = flow->info.state;
	}
}

/* And now one that perhaps it does not pass. */
static void spoil_filter(void)
{
	uint8_t *const parts[] = {
		f.dir[CT_ORIG].src.b, f.dir[CT_ORIG].dst.b,
		f.dir[CT_REPLY].src.b, f.dir[CT_REPLY].dst.b,
		(uint8_t *)&f.dir[CT_ORIG].proto,
		(uint8_t *)&f.dir[CT_REPLY].sport,
		(uint8_t *)&f.dir[CT_ORIG].dport, f.state,
		(uint8_t *)&f.status, (uint8_t *)&f.mark, (uint8_t *)&f.id,
		(uint8_t *)&f.zone, (uint8_t *)&f.protos, &f.family,
	};

	*parts[random32() % COUNT(parts)] ^= (uint8_t)(1 << random32() % 8);
}

static void conditions_combine(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		const struct event *e = &events[random32() % n_events];

		filter_of(&e->flow);
		if (is_covered())
			assert_true(ct_match(&f, &e->flow));
		assert_verdicts();
		spoil_filter();
		assert_verdicts();
	}
	assert_both();
}

/* Labels, translation, tags and role beside the rest: nothing gets lost. */
static void what_is_left_is_not_dropped(void **state)
{
	unsigned matched = 0;

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		const struct event *e = &events[random32() % n_events];
		const uint32_t left[] = {
			CT_F_LABELS, CT_F_SRC_NAT, CT_F_DST_NAT,
			CT_F_ANY_NAT, 0, 0, 0, 0,
		};

		filter_of(&e->flow);
		f.has |= left[n % 8];
		if (e->flow.has & CT_LABELS)
			add_labels(&e->flow);
		f.info = e->flow.info;
		f.info.has &= random32() &
			      (CT_SCTP_VTAG | CT_SCTP_VTAG_R | CT_DCCP_ROLE);
		f.states = f.has & CT_F_STATE && n & 8 ? UINT8_MAX : f.states;
		assert_verdicts();
		matched += (unsigned)ct_match(&f, &e->flow);
	}
	assert_true(matched > 1000);
	assert_both();
}

/* Nor by ranges of ports, and by what must not hold. */
static void ranges_and_negations_drop_nothing(void **state)
{
	static struct ct_filter unless[2];
	unsigned matched = 0;

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		const struct event *e = &events[random32() % n_events];

		filter_of(&events[random32() % n_events].flow);
		unless[0] = f;
		filter_of(&events[random32() % n_events].flow);
		unless[1] = f;
		filter_of(&e->flow);
		f.dir[CT_ORIG].has &= random32();
		f.unless = unless;
		f.n_unless = (uint8_t)(n % 3);
		f.n_ranges = (uint8_t)(n % 2);
		f.range[0].low = (uint16_t)(random32() % 1024);
		f.range[0].high = (uint16_t)(random32() % 65536);
		f.range[0].at = (uint32_t)offsetof(struct ct_filter,
			dir[random32() % 2].port[random32() % 2]);
		build();
		for (const struct event *x = events; x < events + n_events;
		     x++) {
			const int want = ct_match(&f, &x->flow);
			const int is = passes(x);

			assert_true(is >= want);
			matched += (unsigned)want;
			*(is ? &passed : &dropped) += 1;
		}
	}
	assert_true(matched > 1000);
	assert_both();
}

/* ------------------------------------------------------------------ room */

static void fill_filter(void)
{
	clear_filter();
	f.has = CT_F_STATUS | CT_F_MARK | CT_F_ID | CT_F_ZONE | CT_F_STATE;
	f.family = AF_INET;
	f.states = 1 << CT_P_TCP;
	f.dir[CT_ORIG].has = f.dir[CT_REPLY].has = 2 * CT_TUPLE_ZONE - 1;
}

static void longest_program_has_room(void **state)
{
	(void)state;
	fill_filter();
	build();
	assert_true(p.n < CT_BPF_MAX);
	assert_true(p.n + 8 > CT_BPF_MAX);
	assert_true(p.n < BPF_MAXINSNS);
}

/* It takes one more than it needs, writes no further, and leaves nothing. */
static void full_program_is_none(void **state)
{
	static const struct sock_filter canary = { 0xffff, 1, 2, 0x12345678 };
	struct sock_filter room[CT_BPF_MAX + 1];
	unsigned n;

	(void)state;
	fill_filter();
	build();
	n = p.n;
	for (unsigned cap = 0; cap < CT_BPF_MAX; cap++) {
		for (size_t i = 0; i < COUNT(room); i++)
			room[i] = canary;
		p = (struct nl_bpf){ .insn = room, .cap = cap };
		assert_int_equal(ct_bpf(&p, &f), cap > n ? 0 : -EMSGSIZE);
		assert_int_equal(p.n, cap > n ? n : 0);
		assert_memory_equal(&room[cap], &canary, sizeof(canary));
	}
}

/* ---------------------------------------------------------- interpreter */

/* ctnetlink.md 6.4: events whose original protocol is UDP. */
static void interpreter_runs_the_worked_example(void **state)
{
	static const struct sock_filter udp[] = {
		{ 0x00, 0, 0, 20 },         { 0x01, 0, 0, 1 },
		{ 0x30, 0, 0, 0xfffff00c }, { 0x15, 10, 0, 0 },
		{ 0x01, 0, 0, 2 },          { 0x30, 0, 0, 0xfffff010 },
		{ 0x15, 7, 0, 0 },          { 0x01, 0, 0, 1 },
		{ 0x30, 0, 0, 0xfffff010 }, { 0x15, 4, 0, 0 },
		{ 0x07, 0, 0, 0 },          { 0x50, 0, 0, 4 },
		{ 0x15, 0, 1, 17 },         { 0x06, 0, 0, 0xffffffff },
		{ 0x06, 0, 0, 0 },
	};

	(void)state;
	assert_true(bpf_check(udp, COUNT(udp)));
	assert_false(bpf_check(udp, COUNT(udp) - 1));
	assert_false(bpf_check(udp, 0));
	for (const struct event *e = events; e < events + n_events; e++) {
		const int is_udp = e->flow.dir[CT_ORIG].proto == PROTO_UDP;

		assert_int_equal(bpf_run(udp, e->p, e->n),
				 is_udp ? UINT32_MAX : 0);
		*(is_udp ? &passed : &dropped) += 1;
	}
	assert_both();
}

/* Loads end where the datagram does, and so does a program that goes on. */
static void interpreter_stops_at_the_end(void **state)
{
	static const uint8_t bytes[8] = { 8, 0, 1, 0, 1, 2, 3, 4 };
	struct sock_filter prog[] = {
		{ BPF_LD | BPF_IND | BPF_W, 0, 0, 0 },
		{ BPF_RET | BPF_K, 0, 0, 1 },
	};

	(void)state;
	for (prog[0].k = 0; prog[0].k < 10; prog[0].k++) {
		const uint32_t k = prog[0].k;
		uint8_t *q = guard_copy(bytes, sizeof(bytes));

		prog[0].code = BPF_LD | BPF_IND | BPF_W;
		assert_int_equal(bpf_run(prog, q, 8), k <= 4);
		prog[0].code = BPF_LD | BPF_ABS | BPF_H;
		assert_int_equal(bpf_run(prog, q, 8), k <= 6);
		prog[0].code = BPF_LD | BPF_ABS | BPF_B;
		assert_int_equal(bpf_run(prog, q, 8), k <= 7);
	}
}

/* ---------------------------------------------------------------- kernel */

/* The kernel takes programs of every shape. */
static void kernel_takes_programs(void **state)
{
	struct nl_sock s;
	int r = nl_sock_open(&s);

	(void)state;
	if (r < 0) {
		print_message("# no netlink socket of netfilter\n");
		skip();
	}
	clear_filter();
	build();
	assert_int_equal(nl_sock_filter(&s, &p), -EINVAL);	/* empty */
	fill_filter();
	build();
	assert_int_equal(nl_sock_filter(&s, &p), 0);
	for (unsigned n = 0; n < 2000; n++) {
		filter_of(&events[random32() % n_events].flow);
		build();
		assert_int_equal(nl_sock_filter(&s, &p), p.n ? 0 : -EINVAL);
	}
	nl_sock_close(&s);
}

/* Does it come out of a pair of sockets whose other end has a filter? */
static int comes_through(const int *pair, const struct event *e)
{
	uint8_t buf[8192];
	ssize_t n;

	assert_int_equal(send(pair[0], e->p, e->n, 0), e->n);
	n = recv(pair[1], buf, sizeof(buf), MSG_DONTWAIT);
	assert_true(n == (ssize_t)e->n || (n < 0 && errno == EAGAIN));
	return n > 0;
}

/* A filter works alike on any socket, so the kernel can be asked itself. */
static void kernel_agrees_with_the_interpreter(void **state)
{
	struct nl_sock s = { .fd = -1 };
	int pair[2];

	(void)state;
	if (getenv("UNIT_EMULATED") &&
	    __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
		print_message("# the kernel below may have the other order\n");
		skip();
	}
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		skip();
	s.fd = pair[1];
	fill_filter();
	build();
	if (nl_sock_filter(&s, &p) < 0)
		skip();
	for (unsigned n = 0; n < 1000; n++) {
		filter_of(&events[random32() % n_events].flow);
		if (n & 1)
			spoil_filter();
		build();
		if (p.n == 0)
			continue;
		assert_int_equal(nl_sock_filter(&s, &p), 0);
		for (const struct event *e = events; e < events + n_events;
		     e++) {
			const int is = passes(e);

			assert_int_equal(comes_through(pair, e), is);
			*(is ? &passed : &dropped) += 1;
		}
	}
	close(pair[0]);
	close(pair[1]);
	assert_both();
}

#define TEST(f)	cmocka_unit_test_setup(f, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_filter_is_no_program), TEST(family_is_tested),
		TEST(every_member_of_both_directions), TEST(every_prefix),
		TEST(masks_may_have_holes), TEST(masked_numbers),
		TEST(ids_and_zones), TEST(every_set_of_protocols),
		TEST(states_are_their_protocols), TEST(conditions_combine),
		TEST(what_is_left_is_not_dropped),
		TEST(ranges_and_negations_drop_nothing),
		TEST(longest_program_has_room), TEST(full_program_is_none),
		TEST(interpreter_runs_the_worked_example),
		TEST(interpreter_stops_at_the_end),
		TEST(kernel_takes_programs),
		TEST(kernel_agrees_with_the_interpreter),
	};

	return cmocka_run_group_tests_name("bpf", tests, read_events, NULL);
}
