/* SPDX-License-Identifier: MIT */
#include "cli/sandbox.h"

#include "nl/listen.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The machine in the words of linux/audit.h: ELF's number and two flags. */
#if defined(__x86_64__) && defined(__LP64__)
#define MACHINE		EM_X86_64
#elif defined(__i386__)
#define MACHINE		EM_386
#elif defined(__aarch64__)
#define MACHINE		EM_AARCH64
#elif defined(__arm__)
#define MACHINE		EM_ARM
#elif defined(__mips__) && (defined(__LP64__) || _MIPS_SIM == _ABIO32)
#define MACHINE		EM_MIPS
#elif defined(__s390x__)
#define MACHINE		EM_S390
#elif defined(__powerpc64__)
#define MACHINE		EM_PPC64
#elif defined(__powerpc__)
#define MACHINE		EM_PPC
#elif defined(__riscv)
#define MACHINE		EM_RISCV
#endif

#ifdef __LP64__
#define WIDE	__AUDIT_ARCH_64BIT
#else
#define WIDE	0
#endif

/* The lower half of an argument, which is of 64 bits on every machine. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ORDER	__AUDIT_ARCH_LE
#define LOW	0
#else
#define ORDER	0
#define LOW	4
#endif

#define NUMBER	offsetof(struct seccomp_data, nr)
#define ARG(n)	(offsetof(struct seccomp_data, args) + (n) * 8 + LOW)

/* Who needs a call. */
#define ALL	1u
#define FILES	2u	/* reads files all along */
#define COUNTS	4u	/* --by, in a table that grows */
#define EVENTS	8u

/* libc has other names for what 32 bits of time made obsolete. */
#ifdef SYS_clock_gettime32
#define SYS_clock_gettime	SYS_clock_gettime32
#endif
#ifdef SYS_mmap2
#define SYS_map			SYS_mmap2
#else
#define SYS_map			SYS_mmap
#endif

/*
 * The calls that are left, some with an argument that must be as it always
 * is. Machines of 32 bits have two for what has a time.
 */
#define CALL(who, name)			{ SYS_##name, who, NUMBER, SYS_##name },
#define WITH(who, name, n, value)	{ SYS_##name, who, ARG(n), value },

static const struct row {
	uint16_t	number;
	uint8_t		who;
	uint8_t		at;	/* offset of the argument, or of the number */
	uint32_t	value;
} rows[] = {
	CALL(ALL, recvfrom)
	CALL(ALL, sendto)
	CALL(ALL, write)
#ifdef SYS_poll
	CALL(ALL, poll)
#endif
#ifdef SYS_ppoll
	CALL(ALL, ppoll)
#endif
#ifdef SYS_ppoll_time64
	CALL(ALL, ppoll_time64)
#endif
	CALL(ALL, restart_syscall)	/* a poll() that was stopped goes on */
	CALL(ALL, clock_gettime)
#ifdef SYS_clock_gettime64
	CALL(ALL, clock_gettime64)
#endif
	WITH(ALL, ioctl, 1, TIOCGWINSZ)	/* is it a terminal? */
	CALL(ALL, capget)
	CALL(ALL, capset)
	CALL(ALL, exit_group)

	/* protocols, label maps, the kernel's counts, who owns a socket */
	WITH(FILES, openat, 2, O_RDONLY | O_CLOEXEC | O_NOCTTY)
	CALL(FILES, read)
	CALL(FILES, close)

#ifdef __s390x__
	CALL(COUNTS, mmap)	/* its arguments are in memory */
#else
	WITH(COUNTS, map, 2, PROT_READ | PROT_WRITE)
#endif
	CALL(COUNTS, mremap)
	CALL(COUNTS, getrandom)

	CALL(EVENTS, recvmmsg)
	CALL(EVENTS, getsockname)	/* to leave the groups at the end */
	CALL(EVENTS, bind)
	CALL(EVENTS, getsockopt)	/* how many were lost */
	CALL(EVENTS, getdents64)
	CALL(EVENTS, readlinkat)
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

static unsigned who(const struct cli_req *q)
{
	const uint32_t files = CMD_STATS | CMD_EVENT | CMD_LOAD |
			       CMD_CREATE | CMD_ADD;

	return ALL | (q->cmd & files ? FILES : 0) |
	       (q->bys ? COUNTS : 0) | (q->cmd & CMD_EVENT ? EVENTS : 0);
}

#ifdef MACHINE
/* Who comes from another machine's interface counts other calls. */
static const struct sock_filter head[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE | WIDE | ORDER, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NUMBER),
	/* no call: a tracer has put its own result there */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UINT32_MAX, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

#define HEAD	(sizeof(head) / sizeof(head[0]))
#define EACH	5u	/* instructions a row */

void sandbox_calls(const struct job *j)
{
	static struct sock_filter program[HEAD + ROWS * EACH + 1];
	struct sock_fprog prog = { .filter = program };
	const unsigned needs = who(j->q);
	struct sock_filter *p = program;

	if (j->w->open || p->code)
		return;
	memcpy(p, head, sizeof(head));
	p += HEAD;
	for (const struct row *row = rows; row < rows + ROWS; row++) {
		const struct sock_filter part[EACH] = {
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, row->number, 0, 4),
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, row->at),
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, row->value, 0, 1),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
			BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
		};

		if (row->who & needs) {
			memcpy(p, part, sizeof(part));
			p += EACH;
		}
	}
	*p++ = head[2];
	prog.len = (unsigned short)(p - program);
	syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}
#else
void sandbox_calls(const struct job *j)
{
	(void)j;
}
#endif

void sandbox_rights(const struct job *j)
{
	const uint32_t keep = j->q->cmd & CMD_EVENT ?
			      1u << CAP_SYS_PTRACE |
			      1u << CAP_DAC_READ_SEARCH : 0;
	struct __user_cap_header_struct us = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (j->w->open || syscall(SYS_capget, &us, data) < 0)
		return;
	data[0].effective &= keep;
	data[0].permitted &= keep;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	syscall(SYS_capset, &us, data);
}
