/* SPDX-License-Identifier: MIT */
/*
 * What every section of the fixtures in a directory is in another format:
 *
 *	print DIRECTORY FORMAT [PROGRAM]
 *
 * Each begins with "== FIXTURE: SECTION"; FORMAT is plain, json, jsonl or
 * xml, PROGRAM is the name of who sends the events.
 */
#include "test/show.h"

#include <stdio.h>
#include <string.h>

static const struct fmt *format(const char *name)
{
	static const struct {
		const char *name;
		const struct fmt *fmt;
	} formats[] = {
		{ "plain", &fmt_plain }, { "json", &fmt_json },
		{ "jsonl", &fmt_jsonl }, { "xml", &fmt_xml },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].fmt;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct fmt *fmt = argc < 3 ? NULL : format(argv[2]);

	if (!fmt)
		return 2;
	fixtures_read(argv[1]);
	for (size_t i = 0; i < n_fixtures; i++) {
		const struct fixture *f = &fixtures[i];

		if (fixture_find(f, "error"))
			continue;
		for (unsigned n = 0; n < f->sections; n++) {
			const struct section *s = &f->section[n];
			const char *text = show(f, s, fmt, argv[3]);

			if (text)
				printf("== %s: %s\n%s", f->name, s->name,
				       text);
		}
	}
	return fflush(stdout) != 0;
}
