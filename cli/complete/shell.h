/* SPDX-License-Identifier: MIT */
/*
 * A file of functions for a shell, on stdout. Only calls of a command with
 * quoted words are in them, so that one table suits every shell; all names
 * begin with _conntrack_.
 */
#ifndef CLI_COMPLETE_SHELL_H
#define CLI_COMPLETE_SHELL_H

#include <stdint.h>

/* The head of the file. Returns 0, or -EINVAL for a shell not known. */
int shell_begin(const char *name);

/* A function, whose lines body writes. */
void shell_function(const char *name, void (*body)(void));

/* A line of it that sets a variable. */
void shell_set(const char *name, const char *value);

/*
 * A line that calls the command which the function was given, with words: a
 * text and what goes on with it, or a number.
 */
void shell_call(void);
void shell_word(const char *text, const char *rest);
void shell_number(uint32_t v);
void shell_line(void);

/* Another file, without the comments at its head. */
void shell_file(const char *path);

/* Returns 0 or the first failure, as -errno. */
int shell_end(void);

#endif
