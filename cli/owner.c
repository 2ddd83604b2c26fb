/* SPDX-License-Identifier: MIT */
#include "cli/owner.h"

#include "cli/file.h"
#include "cli/value.h"
#include "fmt/clock.h"
#include "fmt/text.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECOND	1000000000u	/* in nanoseconds */

/* The answers of late; the oldest makes room for the next. */
#define OWNERS	16u

static struct owner {
	uint32_t	 port;
	uint64_t	 asked_ns;
	char		 name[OWNER_NAME];	/* "": not found */
} owners[OWNERS];

/*
 * The inode of the socket with this port, or 0. A row of the file is
 *
 *	sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
 *
 * where Eth is the protocol and Pid the port; the file may be of any length.
 */
static uint64_t inode_of(uint32_t port)
{
	int fd = file_open("/proc/net/netlink");
	uint64_t field[16], number = 0, inode = 0;
	unsigned i = 0;
	char buf[2048], before = '\n';
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (const char *p = buf; p < buf + n; before = *p++) {
			if (*p > ' ') {
				number = number * 10 + (uint64_t)(*p - '0');
			} else if (before > ' ') {
				field[i++ % 16] = number;
				number = 0;
			}
			if (*p != '\n')
				continue;
			if (i == 10 && field[1] == NETLINK_NETFILTER &&
			    field[2] == port)
				inode = field[9];
			i = 0;
		}
	close(fd);
	return inode;
}

/* A path below /proc, and what the link of the socket says. */
static char path[64], target[32];

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
			if (*name < '0' || *name > '9')
				continue;
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
	const uint64_t inode = inode_of(port);
	char *end = text_str(path, "/proc");
	char *pid = text_u32(text_str(end, "/"), port);
	long n = 0;

	text_str(text_u64(text_str(target, "socket:["), inode), "]");
	if (inode && (is_owner(pid) || any(end, is_owner)))
		n = file_read(path, name, OWNER_NAME);
	name[n > 0 ? value_end(name, '\n') : 0] = '\0';
}

/* Not in line: as a part of a larger function it is larger. */
__attribute__((noinline)) const char *owner_of(uint32_t port)
{
	static unsigned next;
	uint64_t now = clock_now();
	struct owner *o = owners;

	while (o < owners + OWNERS && o->port != port)
		o++;
	if (o == owners + OWNERS)
		o = &owners[next++ % OWNERS];
	if (o->port != port || now - o->asked_ns > SECOND) {
		o->port = port;
		find(port, o->name);
		now = clock_now();	/* it may have taken a while */
	}
	o->asked_ns = now;
	return o->name[0] ? o->name : NULL;
}
