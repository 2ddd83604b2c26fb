/* SPDX-License-Identifier: MIT */
#include "fmt/escape.h"

#include "fmt/text.h"
#include "fmt/view.h"

/* Bytes of the UTF-8 sequence at s (RFC 3629), NUL behind it; 0: it is none. */
static unsigned utf8_length(const uint8_t *s)
{
	/* lead from, to, and what the byte behind it is from, to */
	static const uint8_t leads[][4] = {
		{ 0xc2, 0xdf, 0x80, 0xbf }, { 0xe0, 0xe0, 0xa0, 0xbf },
		{ 0xe1, 0xec, 0x80, 0xbf }, { 0xed, 0xed, 0x80, 0x9f },
		{ 0xee, 0xef, 0x80, 0xbf }, { 0xf0, 0xf0, 0x90, 0xbf },
		{ 0xf1, 0xf3, 0x80, 0xbf }, { 0xf4, 0xf4, 0x80, 0x8f },
	};
	unsigned n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;

	for (unsigned i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		const uint8_t *l = leads[i];

		if (*s < l[0] || *s > l[1] || s[1] < l[2] || s[1] > l[3])
			continue;
		for (i = 2; i < n; i++)
			if ((s[i] & 0xc0) != 0x80)
				return 0;
		return n;
	}
	return 0;
}

/*
 * One character of a text at *s, which moves behind it: escaped where the
 * language has another use for it, replaced where it is no character.
 */
static char *put_special(char *p, const char **s, unsigned language)
{
	const uint8_t c = (uint8_t)**s;
	const int xml = language == SCRIPT_XML;
	unsigned n = c < 0x80 ? 0 : utf8_length((const uint8_t *)*s);

	if (n > 0) {
		/* XML has no U+FFFE and U+FFFF */
		if (xml && memcmp(*s, "\xef\xbf", 2) == 0 &&
		    (uint8_t)(*s)[2] >= 0xbe) {
			*s += n;
			return text_str(p, "\xef\xbf\xbd");
		}
		while (n-- > 0)
			*p++ = *(*s)++;
		return p;
	}
	++*s;
	if (c >= 0x80 || (xml && c < ' '))
		return text_str(p, "\xef\xbf\xbd");
	p = text_str(p, xml ? "&#x" : "\\u00");
	*p++ = (char)('0' + (c >> 4));
	p = text_hex(p, c & 15);
	return xml ? text_str(p, ";") : p;
}

char *escape_text(struct out *o, char *p, const char *s, unsigned language)
{
	const int json = language == SCRIPT_JSON;

	for (unsigned n = 1; *s; n++) {
		if (language <= SCRIPT_JSON &&
		    ((uint8_t)(*s - ' ') >= 0x60 ||
		     *s == (json ? '"' : '<') || *s == (json ? '\\' : '&') ||
		     (*s == '>' && !json)))
			p = put_special(p, &s, language);
		else
			*p++ = *s++;
		if (n % 64 == 0) {
			out_end(o, p);
			p = out_room(o);
		}
	}
	return p;
}
