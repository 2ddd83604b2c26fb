/* SPDX-License-Identifier: MIT */
#include "cli/netns.h"

#include "cli/file.h"
#include "cli/tell.h"
#include "cli/value.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

int netns_enter(struct cli_req *q)
{
	const char *dir = "/run/netns/", *rest = "", *p = q->netns;
	int fd;

	while (*p >= '0' && *p <= '9')
		p++;
	if (!*p) {
		dir = "/proc/";
		rest = "/ns/net";
	} else if (p[value_end(p, '/')]) {
		dir = "";
	}
	fd = file_open(file_path(dir, q->netns, rest));
	if (fd < 0 || syscall(SYS_setns, fd, CLONE_NEWNET) < 0)
		return cli_refuse(q, EXIT_FAILED,
				  "cannot enter network namespace %: %",
				  q->netns, tell_no_netns(errno));
	close(fd);
	return 0;
}
