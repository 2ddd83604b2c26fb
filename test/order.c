/* SPDX-License-Identifier: MIT */
#include "test/order.h"

#include "nl/attr.h"

/* Where an attribute stands: in which nest, or in which message. */
enum place {
	ANYWHERE,
	IN_ACK,		/* attributes of an acknowledgement */
	IN_ENTRY,	/* of an entry of the table */
	IN_FILTER,	/* in its CTA_FILTER */
};

static void turn(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		const uint8_t b = p[i];

		p[i] = p[n - 1 - i];
		p[n - 1 - i] = b;
	}
}

static uint16_t turn16(uint8_t *p)
{
	turn(p, 2);
	return nl_host16(p);
}

static uint32_t turn32(uint8_t *p)
{
	turn(p, 4);
	return nl_host32(p);
}

/* The size of the numbers in host order that an attribute is made of. */
static size_t words_of(enum place place, unsigned type)
{
	if (place == IN_ENTRY &&
	    (type == CTA_LABELS || type == CTA_LABELS_MASK))
		return sizeof(unsigned long);
	if (place == IN_FILTER ||
	    (place == IN_ACK && type == NLMSGERR_ATTR_OFFS))
		return sizeof(uint32_t);
	return 0;
}

static void attrs(uint8_t *p, size_t n, enum place place)
{
	while (n >= NL_ATTR) {
		const size_t len = turn16(p);
		const unsigned raw = turn16(p + 2);
		const unsigned type = raw & (unsigned)NLA_TYPE_MASK;
		const size_t word = words_of(place, type);

		if (len < NL_ATTR || len > n)
			return;
		if (raw & NLA_F_NESTED)
			attrs(p + NL_ATTR, len - NL_ATTR,
			      place == IN_ENTRY && type == CTA_FILTER ?
			      IN_FILTER : ANYWHERE);
		for (size_t i = NL_ATTR; word && i + word <= len; i += word)
			turn(p + i, word);
		if (nl_align(len) >= n)
			return;
		p += nl_align(len);
		n -= nl_align(len);
	}
}

static void header(uint8_t *p)
{
	turn(p, 4);		/* nlmsg_len */
	turn(p + 4, 2);		/* nlmsg_type */
	turn(p + 6, 2);		/* nlmsg_flags */
	turn(p + 8, 4);		/* nlmsg_seq */
	turn(p + 12, 4);	/* nlmsg_pid */
}

static void message(uint8_t *p, size_t n);

/* An error number, maybe the request or its header, maybe attributes. */
static void ack(uint8_t *p, size_t n, unsigned type, unsigned flags)
{
	size_t quoted;

	if (n < 4)
		return;
	turn(p, 4);
	p += 4;
	n -= 4;
	if (type == NLMSG_ERROR && n >= NL_HDR) {
		uint8_t len[4];

		memcpy(len, p, sizeof(len));
		quoted = flags & NLM_F_CAPPED ? NL_HDR : turn32(len);
		if (quoted < NL_HDR || quoted > n)
			quoted = n;
		message(p, quoted);
		quoted = nl_align(quoted) < n ? nl_align(quoted) : n;
		p += quoted;
		n -= quoted;
	}
	if (flags & NLM_F_ACK_TLVS)
		attrs(p, n, IN_ACK);
}

/* One message of n bytes, whatever its header says. */
static void message(uint8_t *p, size_t n)
{
	unsigned type;

	header(p);
	type = nl_host16(p + 4);
	p += NL_HDR;
	n -= NL_HDR;
	if (type == NLMSG_ERROR || type == NLMSG_DONE)
		ack(p, n, type, nl_host16(p - NL_HDR + 6));
	else if (type >= NLMSG_MIN_TYPE && n > NL_GEN)
		attrs(p + NL_GEN, n - NL_GEN,
		      type >> 8 == NFNL_SUBSYS_CTNETLINK ? IN_ENTRY : ANYWHERE);
}

void order_msgs(uint8_t *p, size_t n)
{
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return;
	while (n >= NL_HDR) {
		uint8_t bytes[4];
		size_t len;

		memcpy(bytes, p, sizeof(bytes));
		len = turn32(bytes);
		if (len < NL_HDR || len > n) {
			header(p);
			return;
		}
		message(p, len);
		if (nl_align(len) >= n)
			return;
		p += nl_align(len);
		n -= nl_align(len);
	}
}

void order_attrs(uint8_t *p, size_t n)
{
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		attrs(p, n, ANYWHERE);
}
