/* SPDX-License-Identifier: MIT */
/*
 * What the program gives away before it reads what the kernel answers: system
 * calls, and then privileges. A ratchet: nothing comes back.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include "cli/job.h"

/*
 * From now on only the system calls are left that the command needs when its
 * sockets are open; any other ends the program by SIGSYS. Without effect the
 * second time, with --no-sandbox, and where the kernel has no seccomp.
 */
void sandbox_calls(const struct job *j);

/*
 * No further request will be sent: give the capabilities away. -E keeps those
 * to read who owns a socket in /proc. Without effect with --no-sandbox.
 */
void sandbox_rights(const struct job *j);

#endif
