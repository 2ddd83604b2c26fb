/* SPDX-License-Identifier: MIT */
#include "cli/signals.h"

#include "nl/sock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's sigset_t, an array of its long words. */
struct signals {
	unsigned long	word[_NSIG / 8 / sizeof(unsigned long)];
};

#define BIT(number)	(1ul << ((number) - 1))

/*
 * Is a signal ignored? Blocked, it would come all the same: the kernel does
 * not ignore what waits (sig_ignored). libc's sigaction() is large.
 */
static int is_ignored(int number)
{
	struct {
#ifdef __mips__
		unsigned	flags;
#endif
		void		(*handler)(int);
		unsigned long	rest[8];	/* more than any machine has */
	} old;

	syscall(SYS_rt_sigaction, number, NULL, &old, _NSIG / 8);
	return old.handler == SIG_IGN;
}

int signals_open(void)
{
	struct signals set = { { BIT(SIGINT) | BIT(SIGTERM) | BIT(SIGPIPE) } };
	int fd;

	if (!is_ignored(SIGHUP))
		set.word[0] |= BIT(SIGHUP);
	fd = (int)syscall(SYS_signalfd4, -1, &set, _NSIG / 8, O_CLOEXEC);
	fd = nl_above_stderr(fd);
	if (fd >= 0)
		syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, _NSIG / 8);
	return fd;
}
