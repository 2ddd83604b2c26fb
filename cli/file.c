/* SPDX-License-Identifier: MIT */
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

long file_read(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < cap) || (n < 0 && errno == EINTR));
	if (n < 0)
		n = -errno;
	else if (len == cap)
		n = -EFBIG;
	close(fd);
	if (n < 0)
		return n;
	buf[len] = '\0';
	return (long)len;
}

/* The next word of a line; NULL at its end or a comment. */
static const char *line_word(const char **s, size_t *n)
{
	const char *word;

	*s += strspn(*s, " \t\r");
	if (**s == '\0' || **s == '\n' || **s == '#')
		return NULL;
	word = *s;
	*n = strcspn(word, " \t\r\n#");
	*s += *n;
	return word;
}

static int word_is(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(word, name, n) == 0;
}

/* The number in a word, 0..255, or -1. */
static int word_number(const char *word, size_t n)
{
	int v = 0;

	if (n == 0 || n > 3)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		v = v * 10 + (word[i] - '0');
	}
	return v <= 255 ? v : -1;
}

int file_protocol(const char *text, const char *name)
{
	while (*text) {
		size_t n = 0, len = 0;
		const char *word = line_word(&text, &n);
		const char *number = word ? line_word(&text, &len) : NULL;
		int found = word && word_is(word, n, name);

		while (number && !found && (word = line_word(&text, &n)))
			found = word_is(word, n, name);
		if (found && number && word_number(number, len) >= 0)
			return word_number(number, len);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return -1;
}
