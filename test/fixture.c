/* SPDX-License-Identifier: MIT */
#include "test/fixture.h"

#include "test/order.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture *fixtures;
size_t n_fixtures;

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (!f || !text)
		abort();
	if (fread(text, 1, (1 << 20) - 1, f) == 0)
		abort();
	fclose(f);
	return text;
}

/* The hex bytes that begin a line; two blanks end them. */
static size_t take_hex(const char *line, uint8_t *to)
{
	size_t n = 0;

	while (isxdigit((unsigned char)line[0]) &&
	       isxdigit((unsigned char)line[1])) {
		const char digits[3] = { line[0], line[1], 0 };

		to[n++] = (uint8_t)strtoul(digits, NULL, 16);
		line += 2;
		if (*line != ' ')
			break;
		line++;
	}
	return n;
}

static void take_datagram(struct section *s)
{
	s->bytes = calloc(1, strlen(s->text) + 1);
	if (!s->bytes)
		abort();
	for (const char *p = s->text; *p; p += strcspn(p, "\n") + 1)
		s->n += take_hex(p, s->bytes + s->n);
	order_msgs(s->bytes, s->n);
}

static void parse_fixture(struct fixture *f)
{
	char *p = strncmp(f->file, "== ", 3) ? strstr(f->file, "\n== ") + 1
					     : f->file;

	while (*p) {
		struct section *s = &f->section[f->sections++];
		size_t n = strcspn(p, "\n");
		char *next;

		if (f->sections == FIXTURE_SECTIONS || n - 3 >= sizeof(s->name))
			abort();
		memcpy(s->name, p + 3, n - 3);
		s->text = p + n + 1;
		next = strncmp(s->text, "== ", 3) ? strstr(s->text, "\n== ")
						  : s->text - 1;
		p = next ? next + 1 : s->text + strlen(s->text);
		s->text = strndup(s->text, (size_t)(p - s->text));
		if (strcmp(s->name, "datagram") == 0)
			take_datagram(s);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct fixture *)a)->name,
		      ((const struct fixture *)b)->name);
}

void fixtures_read(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		abort();
	while ((e = readdir(dir))) {
		const char *dot = strrchr(e->d_name, '.');
		char full[4096];
		struct fixture *f;

		if (!dot || strcmp(dot, ".fix") != 0)
			continue;
		fixtures = realloc(fixtures,
				   (n_fixtures + 1) * sizeof(*fixtures));
		if (!fixtures)
			abort();
		f = &fixtures[n_fixtures++];
		memset(f, 0, sizeof(*f));
		snprintf(f->name, sizeof(f->name), "%.*s",
			 (int)(dot - e->d_name), e->d_name);
		snprintf(full, sizeof(full), "%s/%s", path, e->d_name);
		f->file = read_file(full);
		parse_fixture(f);
	}
	closedir(dir);
	qsort(fixtures, n_fixtures, sizeof(*fixtures), by_name);
}

const struct section *fixture_find(const struct fixture *f, const char *name)
{
	for (unsigned i = 0; i < f->sections; i++)
		if (strcmp(f->section[i].name, name) == 0)
			return &f->section[i];
	return NULL;
}
