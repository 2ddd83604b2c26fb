/* SPDX-License-Identifier: MIT */
#include "cli/complete/shell.h"

#include "cli/file.h"
#include "fmt/out.h"
#include "fmt/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct shell {
	const char	*name;
	const char	*head;		/* of the file */
	const char	*begin, *end;	/* of a function; % stands for its name */
	const char	*call;		/* the command that it was given */
	const char	*set;		/* a variable % to what follows */
};

static const struct shell shells[] = {
	{ "bash", "", "\n%() {\n", "}\n", "\t\"$1\"", "\t%=" },
	{ "zsh", "#compdef conntrack\n", "\n%() {\n", "}\n", "\t\"$1\"",
	  "\t%=" },
	{ "fish", "", "\nfunction %\n", "end\n", "\t$argv[1]", "\tset -g % " },
};

static const struct shell *sh;

static char buf[65536];
static struct out o = { .buf = buf, .cap = sizeof(buf), .fd = STDOUT_FILENO };

int shell_begin(const char *name)
{
	const struct shell *end = shells + sizeof(shells) / sizeof(shells[0]);

	for (sh = shells; sh < end && strcmp(sh->name, name) != 0; sh++)
		;
	if (sh == end)
		return -EINVAL;
	out_str(&o, sh->head);
	out_str(&o, "# SPDX-License-Identifier: MIT\n"
		"# Made from the tables of conntrack " VERSION ".\n");
	return 0;
}

/* A text with a name in the place of %. */
static void put_named(const char *text, const char *name)
{
	const char *at = strchr(text, '%');

	out_mem(&o, text, (size_t)(at - text));
	out_str(&o, "_conntrack_");
	out_str(&o, name);
	out_str(&o, at + 1);
}

static void put_escaped(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			out_str(&o, "'\\'");	/* and then again one */
		out_char(&o, *text);
	}
}

static void put_quoted(const char *text, const char *rest)
{
	out_char(&o, '\'');
	put_escaped(text);
	put_escaped(rest);
	out_char(&o, '\'');
}

void shell_function(const char *name, void (*body)(void))
{
	put_named(sh->begin, name);
	body();
	out_str(&o, sh->end);
}

void shell_set(const char *name, const char *value)
{
	put_named(sh->set, name);
	put_quoted(value, "");
	shell_line();
}

void shell_call(void)
{
	out_str(&o, sh->call);
}

void shell_word(const char *text, const char *rest)
{
	out_char(&o, ' ');
	put_quoted(text, rest);
}

void shell_number(uint32_t v)
{
	out_char(&o, ' ');
	out_end(&o, text_u32(out_room(&o), v));
}

void shell_line(void)
{
	out_char(&o, '\n');
}

void shell_file(const char *path)
{
	static char text[65536];
	const char *p = text;
	const long n = file_read(path, text, sizeof(text));

	if (n < 0 && !o.err)
		o.err = (int)n;
	while (n > 0 && *p == '#')
		p += strcspn(p, "\n") + 1;
	out_str(&o, p);
}

int shell_end(void)
{
	return out_flush(&o);
}
