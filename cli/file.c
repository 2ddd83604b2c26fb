/* SPDX-License-Identifier: MIT */
#include "cli/file.h"

#include "cli/value.h"
#include "ct/names.h"
#include "fmt/text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* libc's open() is four times as large, and this in line, too. */
__attribute__((noinline)) int file_open(const char *path)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path,
			    O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

const char *file_path(const char *dir, const char *name, const char *rest)
{
	static char path[1024];

	if (value_end(name, '\0') > sizeof(path) - 64)
		return name;
	*text_word(text_word(text_word(path, dir), name), rest) = '\0';
	return path;
}

long file_read(const char *path, char *buf, size_t cap)
{
	int fd = file_open(path);
	long len = 0, n = 0;

	if (fd < 0)
		return -errno;
	do {	/* no signal has a handler: EINTR does not happen */
		len += n;
		n = read(fd, buf + len, cap - (size_t)len);
	} while (n > 0);
	if (n < 0)
		len = -errno;
	else if (len == (long)cap)
		len = -EFBIG;
	else
		buf[len] = '\0';
	close(fd);
	return len;
}

int file_setting(const char *name, uint32_t *v)
{
	char buf[32];
	const char *s = buf;
	long len = file_read(file_path("/proc/sys/net/netfilter/nf_conntrack_",
				       name, ""), buf, sizeof(buf));

	return len < 0 ? (int)len : ct_number(&s, 10, UINT32_MAX, v);
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The length of a line's next word; 0 at its end or a comment. */
static size_t line_word(const char **s, const char **word)
{
	const char *p = *s;

	while (is_blank(*p))
		p++;
	*word = p;
	while (*p && *p != '\n' && *p != '#' && !is_blank(*p))
		p++;
	*s = p;
	return (size_t)(p - *word);
}

/* The number in a word, 0..255, or -1. */
static int word_number(const char *word, size_t n)
{
	unsigned v = 0;

	for (; n > 0; n--, word++) {
		unsigned digit = (unsigned char)*word - (unsigned)'0';

		v = v * 10 + digit;
		if (digit > 9 || v > 255)
			return -1;
	}
	return (int)v;
}

int file_protocol(const char *text, const char *name)
{
	while (*text) {
		int number = -1, found = 0;
		const char *word, *rest;
		size_t n;

		for (int i = 0; (n = line_word(&text, &word)) > 0; i++) {
			rest = value_after(name, word, n);
			if (i == 1)
				number = word_number(word, n);
			else if (rest && !*rest)
				found = 1;
		}
		if (found && number >= 0)
			return number;
		text += value_end(text, '\n');
		text += *text == '\n';
	}
	return -1;
}
