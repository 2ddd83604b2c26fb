/* SPDX-License-Identifier: MIT */
/* Judges of text: what a strict reader would say of it. */
#ifndef TEST_FUZZ_JUDGE_H
#define TEST_FUZZ_JUDGE_H

#include <stddef.h>

/* Well-formed UTF-8 (RFC 3629)? */
int judge_utf8(const char *p, size_t n);

/*
 * One JSON value (RFC 8259) and blanks around it, no number beyond what a
 * double holds exactly, no key twice in an object? Returns how many elements
 * an outermost array has, 1 for anything else, -1 when it is none.
 */
long judge_json(const char *p, size_t n);

/* The same for a line each: returns how many values there are, or -1. */
long judge_json_lines(const char *p, size_t n);

/*
 * Elements that are closed in order, attributes in quotes, no character that
 * XML 1.0 does not have, no < or & that means nothing? Returns how many
 * elements of that name there are, or -1.
 */
long judge_xml(const char *p, size_t n, const char *element);

/* Lines whose bytes are none of ASCII's controls? Returns how many, or -1. */
long judge_lines(const char *p, size_t n);

#endif
