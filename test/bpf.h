/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF as the kernel runs it on a netlink socket: what our programs
 * are made of, and no more. net/core/filter.c.
 */
#ifndef TEST_BPF_H
#define TEST_BPF_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Would the kernel take the program? Every jump stays inside, every code is
 * known, the last instruction is the end (bpf_check_classic).
 */
int bpf_check(const struct sock_filter *insn, size_t n);

/*
 * How many bytes of a datagram a checked program lets pass: 0 drops it. A
 * load beyond its end ends the program with 0; an attribute is looked for as
 * by bpf_skb_get_nlattr and bpf_skb_get_nlattr_nest.
 */
uint32_t bpf_run(const struct sock_filter *insn, const uint8_t *p, size_t n);

#endif
