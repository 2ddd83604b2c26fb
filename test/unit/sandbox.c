/* SPDX-License-Identifier: MIT */
/*
 * What a command can still do inside: each call is tried by a child of its
 * own, which SIGSYS ends or not.
 */
#include "test/unit/unit.h"

#include "cli/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct cli_req q;
static struct cli_world world;
static struct job job = { .q = &q, .w = &world };

/* A call with senseless arguments but for those that are looked at. */
struct call {
	long	number, arg[4];
};

/* Does the child live on behind the call? */
static int is_left(const struct call *c)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		sandbox_calls(&job);
		syscall(c->number, c->arg[0], c->arg[1], c->arg[2], c->arg[3]);
		syscall(SYS_exit_group, 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGSYS);
	else
		assert_int_equal(status, 0);
	return !WIFSIGNALED(status);
}

static void needs_seccomp(void)
{
	if (prctl(PR_GET_SECCOMP) < 0 ||
	    (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) < 0 &&
	     errno == EINVAL)) {
		print_message("# this kernel has no seccomp\n");
		skip();
	}
}

#define READ_ONLY	(O_RDONLY | O_CLOEXEC | O_NOCTTY)

static const struct call always[] = {
	{ SYS_write, { -1 } }, { SYS_sendto, { -1 } }, { SYS_recvfrom, { -1 } },
	{ SYS_restart_syscall, { 0 } }, { SYS_capset, { 0 } },
	{ SYS_ioctl, { -1, TIOCGWINSZ } }, { -1, { 0 } },
};

static const struct call never[] = {
	{ SYS_socket, { -1 } }, { SYS_execve, { 0 } }, { SYS_getpid, { 0 } },
	{ SYS_ptrace, { -1, -1 } }, { SYS_setns, { -1 } },
	{ SYS_kill, { 0, 0 } }, { SYS_clone, { -1 } }, { SYS_mprotect, { 0 } },
	{ SYS_ioctl, { -1, TIOCSTI } }, { SYS_setsockopt, { -1 } },
	{ SYS_openat, { AT_FDCWD, 0, O_RDWR } },
	{ SYS_openat, { AT_FDCWD, 0, O_WRONLY | O_CREAT } },
	{ SYS_prctl, { PR_SET_SECCOMP, 0 } }, { SYS_unlinkat, { -1 } },
#ifdef SYS_mmap2
	{ SYS_mmap2, { 0, 4096, PROT_READ | PROT_EXEC, -1 } },
#else
	{ SYS_mmap, { 0, 4096, PROT_READ | PROT_EXEC, -1 } },
#endif
};

static const struct call files[] = {
	{ SYS_openat, { AT_FDCWD, 0, READ_ONLY } }, { SYS_read, { -1 } },
	{ SYS_close, { -1 } },
};

static const struct call counts[] = {
	{ SYS_mremap, { 0 } }, { SYS_getrandom, { 0 } },
#ifndef SYS_mmap2
	{ SYS_mmap, { 0, 0, PROT_READ | PROT_WRITE } },
#endif
};

static const struct call events[] = {
	{ SYS_bind, { -1 } }, { SYS_getsockname, { -1 } },
	{ SYS_getsockopt, { -1 } }, { SYS_getdents64, { -1 } },
	{ SYS_readlinkat, { -1 } },
};

static void all(const struct call *c, size_t n, int left)
{
	for (; n > 0; n--, c++)
		if (is_left(c) != left)
			fail_msg("call %ld is %s", c->number,
				 left ? "refused" : "left");
}

#define ALL(calls, left)	all(calls, COUNT(calls), left)

/* What each command has, and has not, beside what all have. */
static const struct command {
	uint32_t	cmd;
	unsigned	bys;
	int		files, counts, events;
} commands[] = {
	{ CMD_LIST, 0, 0, 0, 0 },
	{ CMD_LIST, 1, 0, 1, 0 },
	{ CMD_GET, 0, 0, 0, 0 },
	{ CMD_CREATE, 0, 1, 0, 0 },
	{ CMD_UPDATE, 0, 0, 0, 0 },
	{ CMD_DELETE, 0, 0, 0, 0 },
	{ CMD_STATS, 0, 1, 0, 0 },
	{ CMD_LOAD, 0, 1, 0, 0 },
	{ CMD_EVENT, 0, 1, 0, 1 },
};

static void each_command_has_the_calls_it_needs_and_no_other(void **state)
{
	(void)state;
	needs_seccomp();
	world.open = 0;
	for (size_t i = 0; i < COUNT(commands); i++) {
		const struct command *c = &commands[i];

		q.cmd = c->cmd;
		q.bys = c->bys;
		ALL(always, 1);
		ALL(never, 0);
		ALL(files, c->files);
		ALL(counts, c->counts);
		ALL(events, c->events);
	}
}

static void nothing_is_refused_without_a_sandbox(void **state)
{
	(void)state;
	needs_seccomp();	/* an emulator breaks down at such calls */
	world.open = 1;
	q.cmd = CMD_LIST;
	ALL(files, 1);
	ALL(events, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_command_has_the_calls_it_needs_and_no_other),
		cmocka_unit_test(nothing_is_refused_without_a_sandbox),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
