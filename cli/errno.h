/* SPDX-License-Identifier: MIT */
/*
 * With cli/start.S, errno is a variable and no function's result. Included
 * before everything else, by meson.build.
 */
#ifndef CLI_ERRNO_H
#define CLI_ERRNO_H

#ifndef __ASSEMBLER__
#include <errno.h>

#undef errno
extern int errno;
#endif

#endif
