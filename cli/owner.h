/* SPDX-License-Identifier: MIT */
/* Who has a netlink socket, by its port: what [USERSPACE] says of a sender. */
#ifndef CLI_OWNER_H
#define CLI_OWNER_H

#include <stdint.h>

#define OWNER_NAME	18	/* 15 letters of a program's name, and more */

/*
 * The name of the program that has bound a NETLINK_NETFILTER socket of this
 * namespace to the port, or NULL: there is none any more, or /proc does not
 * tell. Good until the next call.
 *
 * The answer, if only that there is none, holds for a second or until sixteen
 * others were asked for: many changes of one program are one search.
 */
const char *owner_of(uint32_t port, uint64_t now_ns);

#endif
