/* SPDX-License-Identifier: MIT */
/*
 * Texts that the kernel did not make, in JSON and XML: whatever bytes they
 * are, the document is one, and what is a character survives.
 */
#include "test/unit/unit.h"

#include "ct/proto.h"
#include "fmt/fmt.h"

#include <stdio.h>

#define REPLACED	"\xef\xbf\xbd"	/* U+FFFD, for what is no character */

static char text[65536];	/* what was printed */
static char want[65536];

/* A code point in n bytes, be that allowed or not. */
static char *put_sequence(char *p, uint32_t c, unsigned n)
{
	static const uint8_t leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	if (n == 1) {
		*p++ = (char)c;
		return p;
	}
	*p++ = (char)(leads[n] | c >> 6 * (n - 1));
	for (unsigned i = n - 1; i > 0; i--)
		*p++ = (char)(0x80 | (c >> 6 * (i - 1) & 0x3f));
	return p;
}

/* A character in n bytes, as RFC 3629 has it? */
static int is_character(uint32_t c, unsigned n)
{
	const unsigned least = c < 0x80 ? 1 : c < 0x800 ? 2 :
			       c < 0x10000 ? 3 : 4;

	return n == least && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

/* What stands between a and b in the text. */
static void cut_out(const char *a, const char *b)
{
	char *from = strstr(text, a), *to;

	assert_non_null(from);
	from += strlen(a);
	to = strstr(from, b);
	assert_non_null(to);
	*to = '\0';
	memmove(text, from, (size_t)(to - from) + 1);
}

/* Leaves in text what a security context is written as. */
static void print(const struct fmt *fmt, const char *context)
{
	static struct ct_flow f;
	const struct fmt_how how = { .show = 0 };
	struct out o = { .buf = text, .cap = sizeof(text), .fd = -1 };

	f.secctx.has = CT_SECCTX;
	assert_true(strlen(context) < sizeof(f.secctx.text));
	strcpy(f.secctx.text, context);
	fmt->flow(&o, &f, &how);
	assert_int_equal(o.err, 0);
	text[o.len] = '\0';
	if (fmt == &fmt_json)
		cut_out("\"secctx\":\"", "\"}");
	else
		cut_out("<secctx>", "</secctx>");
}

static void assert_written(const struct fmt *fmt, const char *context,
			   const char *as)
{
	print(fmt, context);
	assert_string_equal(text, as);
}

static void every_byte_alone(void **state)
{
	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		const char alone[] = { 'a', (char)c, 'b', 0 };
		char json[16], xml[16];

		snprintf(json, sizeof(json), "a%cb", c);
		snprintf(xml, sizeof(xml), "a%cb", c);
		if (c < ' ' || c == '"' || c == '\\')
			snprintf(json, sizeof(json), "a\\u%04xb", c);
		if (c < ' ')
			strcpy(xml, "a" REPLACED "b");
		if (c == '<' || c == '&' || c == '>')
			snprintf(xml, sizeof(xml), "a&#x%x;b", c);
		if (c >= 0x80) {
			strcpy(json, "a" REPLACED "b");
			strcpy(xml, json);
		}
		assert_written(&fmt_json, alone, json);
		assert_written(&fmt_xml, alone, xml);
		if (c < 0x80 || c >= 0xc0) {	/* also at the end */
			json[strlen(json) - 1] = xml[strlen(xml) - 1] = '\0';
			assert_written(&fmt_json, (const char[]){ 'a',
				       (char)c, 0 }, json);
			assert_written(&fmt_xml, (const char[]){ 'a',
				       (char)c, 0 }, xml);
		}
	}
}

/* As it is, when it is one; else, each of its bytes is replaced. */
static void assert_sequence(uint32_t c, unsigned n)
{
	char context[16] = "x", replaced[32] = "x";
	int noncharacter = (c & ~1u) == 0xfffe && n == 3;

	*put_sequence(context + 1, c, n) = '\0';
	for (unsigned i = 0; i < n; i++)
		strcat(replaced, REPLACED);
	strcat(context, "y");
	strcat(replaced, "y");
	assert_written(&fmt_json, context,
		       is_character(c, n) ? context : replaced);
	if (noncharacter)
		strcpy(replaced, "x" REPLACED "y");
	assert_written(&fmt_xml, context,
		       is_character(c, n) && !noncharacter ? context
							   : replaced);
}

static void every_character_survives_and_nothing_else(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c < 0x110000; c += c < 0x10000 ? 1 : 97)
		assert_sequence(c, c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
	for (uint32_t c = 1; c < 0x10000; c += c < 0x900 ? 1 : 61) {
		if (c < 0x80)
			assert_sequence(c, 2);
		if (c < 0x800)
			assert_sequence(c, 3);
		assert_sequence(c, 4);
	}
	assert_sequence(0, 2);		/* NUL in disguise */
	assert_sequence(0, 3);
	assert_sequence(0, 4);
	assert_sequence(0xffff, 4);
	assert_sequence(0x10ffff, 4);
	for (uint32_t c = 0x110000; c < 0x200000; c += 4093)
		assert_sequence(c, 4);
}

/* Cut after any byte, in the middle of a text and at its end. */
static void truncated_sequences_are_replaced(void **state)
{
	static const uint32_t of[] = { 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000,
				       0xffff, 0x10000, 0x10ffff };

	(void)state;
	for (size_t i = 0; i < COUNT(of); i++) {
		const unsigned n = of[i] < 0x800 ? 2 : of[i] < 0x10000 ? 3
								       : 4;

		for (unsigned cut = 1; cut < n; cut++) {
			char context[16] = "", replaced[32] = "";

			put_sequence(context, of[i], n);
			context[cut] = '\0';
			for (unsigned k = 0; k < cut; k++)
				strcat(replaced, REPLACED);
			assert_written(&fmt_json, context, replaced);
			assert_written(&fmt_xml, context, replaced);
			context[cut] = '"';
			context[cut + 1] = '\0';
			print(&fmt_json, context);
			strcpy(want, replaced);
			strcat(want, "\\u0022");
			assert_string_equal(text, want);
		}
	}
}

/* What five and six bytes were once to be, and bytes that lead nowhere. */
static void bytes_that_lead_nothing_are_replaced(void **state)
{
	(void)state;
	for (unsigned lead = 0xf5; lead < 0x100; lead++) {
		const char context[] = { (char)lead, '\x88', '\x80', '\x80',
					 '\x80', '\x80', 0 };

		assert_written(&fmt_json, context, REPLACED REPLACED REPLACED
			       REPLACED REPLACED REPLACED);
		assert_written(&fmt_xml, context, REPLACED REPLACED REPLACED
			       REPLACED REPLACED REPLACED);
	}
}

/* A whole page, where a text is written in parts. */
static void long_texts_are_escaped_as_short_ones(void **state)
{
	static const char *const part[][3] = {
		{ "\"", "\\u0022", "\"" }, { "\\", "\\u005c", "\\" },
		{ "\n", "\\u000a", REPLACED }, { "&", "&", "&#x26;" },
		{ "]]>", "]]>", "]]&#x3e;" }, { "\xff", REPLACED, REPLACED },
		{ "\xe2\x82\xac", "\xe2\x82\xac", "\xe2\x82\xac" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80",
		  "\xf0\x9f\x98\x80" },
	};
	static char context[CT_SECCTX_LEN];

	(void)state;
	for (size_t i = 0; i < COUNT(part); i++) {
		const size_t n = strlen(part[i][0]);

		for (unsigned offset = 0; offset < 8; offset++) {
			const size_t times = (sizeof(context) - 9) / n;

			for (unsigned xml = 0; xml < 2; xml++) {
				memset(context, 'a', offset);
				memset(want, 'a', offset);
				context[offset] = want[offset] = '\0';
				for (size_t k = 0; k < times; k++) {
					memcpy(context + offset + k * n,
					       part[i][0], n + 1);
					strcpy(want + offset +
					       k * strlen(part[i][1 + xml]),
					       part[i][1 + xml]);
				}
				assert_written(xml ? &fmt_xml : &fmt_json,
					       context, want);
			}
		}
	}
}

/* Lines for people, and for -R, have the bytes as they are. */
static void plain_lines_keep_their_bytes(void **state)
{
	static struct ct_flow f;
	const struct fmt_how how = { .show = 0 };
	struct out o = { .buf = text, .cap = sizeof(text), .fd = -1 };

	(void)state;
	f.secctx.has = CT_SECCTX;
	f.helper.has = CT_HELPER;
	strcpy(f.secctx.text, "\x01\"<&>\\\xff\xc3");
	strcpy(f.helper.name, "\x7f\xfe");
	fmt_plain.flow(&o, &f, &how);
	text[o.len] = '\0';
	assert_non_null(strstr(text, " secctx=\x01\"<&>\\\xff\xc3 "));
	assert_non_null(strstr(text, " helper=\x7f\xfe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_alone),
		cmocka_unit_test(every_character_survives_and_nothing_else),
		cmocka_unit_test(truncated_sequences_are_replaced),
		cmocka_unit_test(bytes_that_lead_nothing_are_replaced),
		cmocka_unit_test(long_texts_are_escaped_as_short_ones),
		cmocka_unit_test(plain_lines_keep_their_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
