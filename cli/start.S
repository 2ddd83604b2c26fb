/* SPDX-License-Identifier: MIT */
/*
 * What the static program needs of a C library, in place of musl's, on x86-64;
 * on other machines it is musl's. There is one thread, so that errno is a
 * variable and no thread-local storage is set up; there are no constructors
 * and no destructors; nothing looks into the auxiliary vector. musl's start is
 * 1.5 KB, its system calls are cancellation points of 50 bytes each.
 */
#include <asm/unistd.h>

	.text

/* The kernel leaves argc on the stack, behind it argv and the environment. */
	.globl _start
_start:
	pop %rdi
	mov %rsp, %rsi
	lea 8(%rsi,%rdi,8), %rdx
	and $-16, %rsp
	call main
	mov %eax, %edi
	jmp _exit

/* Each has its number, and the rest in common. */
	.macro call name, number
	.globl \name
\name:	push $\number
	jmp number_pushed
	.endm

	call close, __NR_close
	call dup, __NR_dup
	call lseek, __NR_lseek
	call memfd_create, __NR_memfd_create
	call poll, __NR_poll
	call read, __NR_read
	call recvfrom, __NR_recvfrom
	call sendto, __NR_sendto
	call setsockopt, __NR_setsockopt
	call write, __NR_write
	call _exit, __NR_exit_group

/* The fourth argument of a function is in another register than of a call. */
number_pushed:
	pop %rax
	mov %rcx, %r10
	jmp number_in_rax

/* The number is the first argument: the others move up. */
	.globl syscall
syscall:
	mov %rdi, %rax
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov %rcx, %rdx
	mov %r8, %r10
	mov %r9, %r8
	mov 8(%rsp), %r9
number_in_rax:
	syscall
	cmp $-4096, %rax
	jbe 1f
	neg %eax
	mov %eax, errno(%rip)
	or $-1, %rax
1:	ret

	.comm errno, 4, 4

	.globl memcpy
memcpy:
	mov %rdi, %rax
	mov %rdx, %rcx
	rep movsb
	ret

/* All that is done with them is to look for equality, or the order of bytes. */
	.globl memcmp, strcmp
memcmp:
	xor %eax, %eax
1:	sub $1, %rdx
	jb 2f
	movzbl (%rdi), %eax
	movzbl (%rsi), %ecx
	inc %rdi
	inc %rsi
	sub %ecx, %eax
	je 1b
2:	ret

strcmp:
	movzbl (%rdi), %eax
	movzbl (%rsi), %ecx
	inc %rdi
	inc %rsi
	sub %ecx, %eax
	jne 1f
	test %ecx, %ecx
	jne strcmp
1:	ret

	.section .note.GNU-stack, "", @progbits
