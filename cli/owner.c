/* SPDX-License-Identifier: MIT */
#include "cli/owner.h"

#include "cli/file.h"
#include "cli/value.h"
#include "fmt/clock.h"
#include "fmt/text.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The answers of the last second; the oldest makes room for the next. A port
 * is a program's pid, as a rule, and may be another one's then.
 */
#define OWNERS	16u

static struct owner {
	uint64_t	 asked_ns;
	uint32_t	 port;
	char		 name[OWNER_NAME];	/* "": not found */
} owners[OWNERS];

/* The table of sockets: some hundred bytes for each of this namespace. */
#define ROWS_BUF	262144u

/* A path below /proc, and what the link of the socket says. */
static char path[64], target[32], rows[ROWS_BUF];

/*
 * Write the socket's target. In its row
 *
 *	sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
 *
 * Eth is the protocol, in three columns, and Pid the port; blanks may end it.
 * Returns 0 when there is no such row.
 */
static int find_socket(uint32_t port)
{
	char key[5 + TEXT_U32 + 1];
	char *key_end = text_u32(text_str(key, " 12  "), port);
	char *to = text_str(target, "socket:[");
	const char *p = rows, *end;

	*key_end++ = ' ';
	if (file_read("/proc/net/netlink", rows, sizeof(rows)) < 0)
		return 0;
	for (; !value_after(p, key, (size_t)(key_end - key)); p++)
		if (!*p)
			return 0;
	end = p + value_end(p, '\n');
	while (end[-1] == ' ')
		end--;
	for (p = end; p[-1] != ' ';)
		p--;
	while (p < end && to < target + sizeof(target) - 1)
		*to++ = *p++;
	*to = ']';
	return 1;
}

/*
 * Is one of the numbered names in the directory what is looked for? The path
 * of the directory ends at end, that of the name where is() is told.
 */
static int any(char *end, int (*is)(char *end))
{
	char buf[1024];		/* of struct linux_dirent64 */
	int fd, found = 0;
	long n;

	*end = '\0';
	fd = file_open(path);
	while (!found &&
	       (n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (const char *p = buf; p < buf + n && !found;) {
			const char *name = p + 19;
			uint16_t len;
			char *name_end;

			memcpy(&len, p + 16, sizeof(len));
			p += len;
			if (*name < '0' || *name > '9' || len > 40)
				continue;	/* longer than a number */
			name_end = text_word(text_str(end, "/"), name);
			*name_end = '\0';
			found = is(name_end);
		}
	close(fd);
	return found;
}

static int is_socket(char *end)
{
	char to[sizeof(target)];
	long n = syscall(SYS_readlinkat, AT_FDCWD, path, to, sizeof(to));

	(void)end;
	return n > 0 && memcmp(to, target, (size_t)n) == 0;
}

/* Then path is that of the name. */
static int is_owner(char *end)
{
	int found = any(text_str(end, "/fd"), is_socket);

	*text_str(end, "/comm") = '\0';
	return found;
}

/* The kernel gives the first socket of a program its pid as the port. */
static void find(uint32_t port, char *name)
{
	char *end = text_str(path, "/proc");
	char *pid = text_u32(text_str(end, "/"), port);
	long n = 0;

	if (find_socket(port) && (is_owner(pid) || any(end, is_owner)))
		n = file_read(path, name, OWNER_NAME);
	name[n > 0 ? value_end(name, '\n') : 0] = '\0';
}

/* Not in line: as a part of a larger function it is larger. */
__attribute__((noinline)) const char *owner_of(uint32_t port, uint64_t now_ns)
{
	static unsigned next;
	struct owner *o = owners;

	while (o < owners + OWNERS && (o->port != port ||
				       now_ns - o->asked_ns > CLOCK_SECOND))
		o++;
	if (o == owners + OWNERS) {
		o = &owners[next++ % OWNERS];
		o->port = port;
		o->asked_ns = now_ns;
		find(port, o->name);
	}
	return o->name[0] ? o->name : NULL;
}
