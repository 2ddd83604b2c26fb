/* SPDX-License-Identifier: MIT */
/*
 * Fill the conntrack table of this network namespace as fast as one socket
 * can: raw CT_NEW requests, BATCH to a datagram.
 *
 *	flood N [-6] [--proto tcp|udp] [--base ADDR] [--sources K]
 *	        [--ports P] [--timeout SECONDS]
 *
 * Flow i, counted from 0, is
 *
 *	source address		base + i % K (198.18.0.1 or 2001:db8::1)
 *	destination port	1 + i / K % P
 *	source port		1024 + i / (K * P) % 60000
 *	destination address	203.0.113.1 or 2001:db8:ffff::1, plus what
 *				is left of i
 *
 * so no two of one call are alike, every source has N/K flows and every
 * destination port N/P. Different calls are kept apart by --base or --proto.
 *
 * Exit 0 when all exist, 1 when one was refused, 2 for bad parameters.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * Only the last request of a datagram asks for an ack, but each may be
 * refused: at most this many answers wait at a time. The default receive
 * buffer holds 256.
 */
#define BATCH		180

#define MSG_MAX		320		/* one request; IPv6 TCP takes 228 */
#define TCP_ESTABLISHED	3		/* the kernel's enum is not in UAPI */

struct want {
	unsigned long	 n, sources, ports, timeout;
	uint8_t		 family, proto;
	uint8_t		 src[16], dst[16];
};

/* One side of a flow: where it comes from. */
struct end {
	uint8_t		 addr[16];
	uint16_t	 port;
};

static uint8_t buf[BATCH * MSG_MAX];
static size_t len;

static void put(int type, const void *p, size_t n)
{
	struct nlattr a = {
		.nla_len = (uint16_t)(sizeof(a) + n),
		.nla_type = (uint16_t)type,
	};

	memcpy(buf + len, &a, sizeof(a));
	memcpy(buf + len + sizeof(a), p, n);
	memset(buf + len + sizeof(a) + n, 0, -n & 3);
	len += sizeof(a) + n + (-n & 3);
}

static void put_be32(int type, uint32_t v)
{
	v = htonl(v);
	put(type, &v, sizeof(v));
}

static void put_be16(int type, uint16_t v)
{
	v = htons(v);
	put(type, &v, sizeof(v));
}

/* Returns where the nest starts, for put_end. */
static size_t put_nest(int type)
{
	size_t at = len;

	put(type | NLA_F_NESTED, "", 0);
	return at;
}

static void put_end(size_t at)
{
	uint16_t n = (uint16_t)(len - at);

	memcpy(buf + at, &n, sizeof(n));	/* nla_len comes first */
}

static void put_tuple(const struct want *w, int type,
		      const struct end *src, const struct end *dst)
{
	int v6 = w->family == AF_INET6;
	size_t size = v6 ? 16 : 4;
	size_t tuple, nest;

	tuple = put_nest(type);
	nest = put_nest(CTA_TUPLE_IP);
	put(v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, src->addr, size);
	put(v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, dst->addr, size);
	put_end(nest);
	nest = put_nest(CTA_TUPLE_PROTO);
	put(CTA_PROTO_NUM, &w->proto, sizeof(w->proto));
	put_be16(CTA_PROTO_SRC_PORT, src->port);
	put_be16(CTA_PROTO_DST_PORT, dst->port);
	put_end(nest);
	put_end(tuple);
}

static void put_tcp(void)
{
	/* BE_LIBERAL|SACK_PERM, value and mask: as the stock tool creates */
	static const uint8_t flags[2] = { 0x0a, 0x0a };
	static const uint8_t state = TCP_ESTABLISHED;
	size_t info, tcp;

	info = put_nest(CTA_PROTOINFO);
	tcp = put_nest(CTA_PROTOINFO_TCP);
	put(CTA_PROTOINFO_TCP_STATE, &state, sizeof(state));
	put(CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, flags, sizeof(flags));
	put(CTA_PROTOINFO_TCP_FLAGS_REPLY, flags, sizeof(flags));
	put_end(tcp);
	put_end(info);
}

/* base + n, in the low 32 bits of either family's address */
static void addr_plus(const struct want *w, uint8_t *to, const uint8_t *base,
		      unsigned long n)
{
	size_t low = w->family == AF_INET6 ? 12 : 0;
	uint32_t v;

	memcpy(to, base, 16);
	memcpy(&v, base + low, sizeof(v));
	v = htonl(ntohl(v) + (uint32_t)n);
	memcpy(to + low, &v, sizeof(v));
}

static void put_flow(const struct want *w, unsigned long i, int ack)
{
	struct nlmsghdr h = {
		.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_CREATE |
					  NLM_F_EXCL | (ack ? NLM_F_ACK : 0)),
		.nlmsg_seq = (uint32_t)i + 1,
	};
	struct nfgenmsg g = { .nfgen_family = w->family };
	unsigned long left = i / w->sources;
	struct end src, dst;
	size_t start = len;

	addr_plus(w, src.addr, w->src, i % w->sources);
	dst.port = (uint16_t)(1 + left % w->ports);
	left /= w->ports;
	src.port = (uint16_t)(1024 + left % 60000);
	addr_plus(w, dst.addr, w->dst, left / 60000);

	len += sizeof(h);			/* its length comes last */
	memcpy(buf + len, &g, sizeof(g));
	len += sizeof(g);
	put_tuple(w, CTA_TUPLE_ORIG, &src, &dst);
	put_tuple(w, CTA_TUPLE_REPLY, &dst, &src);
	put_be32(CTA_STATUS, IPS_CONFIRMED | (w->proto == IPPROTO_TCP ?
		 IPS_SEEN_REPLY | IPS_ASSURED : 0));
	put_be32(CTA_TIMEOUT, (uint32_t)w->timeout);
	if (w->proto == IPPROTO_TCP)
		put_tcp();

	h.nlmsg_len = (uint32_t)(len - start);
	memcpy(buf + start, &h, sizeof(h));
}

/*
 * Read answers up to the ack of request seq. Refusals come first: the kernel
 * answers in the order of the requests, one datagram each.
 */
static int await(int s, uint32_t seq)
{
	struct {
		struct nlmsghdr	h;
		struct nlmsgerr	e;
		uint8_t		quote[MSG_MAX];
	} m;
	ssize_t n;

	for (;;) {
		n = recv(s, &m, sizeof(m), 0);
		if (n < 0) {
			fprintf(stderr, "flood: receive: %s\n",
				strerror(errno));
			return 1;
		}
		if ((size_t)n < sizeof(m.h) + sizeof(m.e) ||
		    m.h.nlmsg_type != NLMSG_ERROR) {
			fprintf(stderr, "flood: not an answer to a create\n");
			return 1;
		}
		if (m.e.error) {
			fprintf(stderr, "flood: flow %u refused: %s\n",
				m.h.nlmsg_seq - 1, strerror(-m.e.error));
			return 1;
		}
		if (m.h.nlmsg_seq == seq)
			return 0;
	}
}

static int flood(int s, const struct want *w)
{
	for (unsigned long i = 0; i < w->n; ) {
		unsigned long end = w->n - i > BATCH ? i + BATCH : w->n;

		for (len = 0; i < end; i++)
			put_flow(w, i, i + 1 == end);
		if (send(s, buf, len, 0) != (ssize_t)len) {
			fprintf(stderr, "flood: send: %s\n", strerror(errno));
			return 1;
		}
		if (await(s, (uint32_t)end))
			return 1;
	}
	return 0;
}

static int usage(const char *why)
{
	fprintf(stderr, "flood: %s\n"
		"flood N [-6] [--proto tcp|udp] [--base ADDR] [--sources K] "
		"[--ports P] [--timeout SECONDS]\n", why);
	return 2;
}

/* Returns 0 for what is no number, or none that can be meant. */
static unsigned long number(const char *word)
{
	char *end;
	unsigned long v = strtoul(word, &end, 10);

	return *end ? 0 : v;
}

int main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "proto",	1, NULL, 'p' },
		{ "base",	1, NULL, 'b' },
		{ "sources",	1, NULL, 's' },
		{ "ports",	1, NULL, 'd' },
		{ "timeout",	1, NULL, 't' },
		{ NULL,		0, NULL, 0 },
	};
	struct want w = {
		.sources = 1000, .ports = 1000, .timeout = 3600,
		.family = AF_INET, .proto = IPPROTO_TCP,
	};
	const char *base = NULL;
	struct timespec a, b;
	double took;
	int o, s;

	while ((o = getopt_long(argc, argv, "6", opts, NULL)) != -1) {
		switch (o) {
		case '6':
			w.family = AF_INET6;
			break;
		case 'p':
			if (!strcmp(optarg, "udp"))
				w.proto = IPPROTO_UDP;
			else if (strcmp(optarg, "tcp"))
				return usage("the protocol is tcp or udp");
			break;
		case 'b':
			base = optarg;
			break;
		case 's':
			w.sources = number(optarg);
			break;
		case 'd':
			w.ports = number(optarg);
			break;
		case 't':
			w.timeout = number(optarg);
			break;
		default:
			return usage("no such option");
		}
	}
	if (optind + 1 == argc)
		w.n = number(argv[optind]);
	if (!w.n || !w.sources || !w.timeout || !w.ports || w.ports > 65535)
		return usage("numbers are wanted, 1 or more, ports to 65535");
	if (!base)
		base = w.family == AF_INET6 ? "2001:db8::1" : "198.18.0.1";
	if (inet_pton(w.family, base, w.src) != 1)
		return usage("--base is no address of this family");
	inet_pton(w.family, w.family == AF_INET6 ? "2001:db8:ffff::1" :
		  "203.0.113.1", w.dst);

	s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (s < 0) {
		fprintf(stderr, "flood: socket: %s\n", strerror(errno));
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (flood(s, &w))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &b);
	took = (double)(b.tv_sec - a.tv_sec) +
	       (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	printf("%lu flows in %.2f s, %.2f us a flow\n",
	       w.n, took, took / (double)w.n * 1e6);
	return 0;
}
