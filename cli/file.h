/* SPDX-License-Identifier: MIT */
/* The few small files we read: label maps, protocols, time zones, /proc. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Open a file to read. Returns the descriptor, or -1 with errno set. */
int file_open(const char *path);

/*
 * A path of three parts, good until the next; of a name longer than any file's
 * the name alone, for the kernel to refuse.
 */
const char *file_path(const char *dir, const char *name, const char *rest);

/*
 * Read a whole file of less than cap bytes, and put a NUL behind it.
 * Returns its length, or -errno: -EFBIG when it does not fit.
 */
long file_read(const char *path, char *buf, size_t cap);

/*
 * What net.netfilter.nf_conntrack_ and the name is set to, in the network
 * namespace we are in. Returns 0, or -errno with *v untouched.
 */
int file_setting(const char *name, uint32_t *v);

/*
 * The number of a protocol's name or alias in the text of /etc/protocols
 * (name, number, aliases, # comments), exact in case; -1: not there.
 */
int file_protocol(const char *text, const char *name);

#endif
