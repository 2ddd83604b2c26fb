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
 * What was found is kept for a port as long as it is asked for at least once
 * a second, so that a thousand events of one sender cost one look.
 */
const char *owner_of(uint32_t port);

#endif
