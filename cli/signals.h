/* SPDX-License-Identifier: MIT */
/* Signals that wait until they are asked for: no handlers. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/*
 * Block the signals that end a command which goes on by itself: SIGINT,
 * SIGTERM, SIGPIPE and, unless it is ignored as nohup(1) has it, SIGHUP.
 *
 * Returns a descriptor above stderr that is readable as soon as one of them
 * came; -1 when the kernel has none to give: the signals then do what they
 * always did.
 */
int signals_open(void);

#endif
