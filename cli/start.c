/* SPDX-License-Identifier: MIT */
/*
 * What the static program needs of a C library's start, in place of musl's,
 * which is 1.5 KB. There is one thread, so that errno is a variable and no
 * thread-local storage is set up; there are no constructors and no
 * destructors; nothing that is linked looks into the auxiliary vector. crt1.o
 * comes here. On x86-64; other machines start as musl does it.
 */
#include <errno.h>
#include <unistd.h>

/* What errno stands for, and its name inside musl. */
int *__errno_location(void)
{
	static int number;

	return &number;
}

int *___errno_location(void) __attribute__((const, alias("__errno_location")));

int __set_thread_area(void *p);	/* musl's own, one system call */

int __libc_start_main(int (*main)(int argc, char **argv, char **envp),
		      int argc, char **argv)
	__attribute__((used));

int __libc_start_main(int (*main)(int argc, char **argv, char **envp),
		      int argc, char **argv)
{
	/* a musl with stack protectors finds their number here */
	static void *thread[8];

	__set_thread_area(thread);
	environ = argv + argc + 1;
	_exit(main(argc, argv, environ));
}
