/* SPDX-License-Identifier: MIT */
/* Texts of anybody's making, in a language that gives some bytes a meaning. */
#ifndef FMT_ESCAPE_H
#define FMT_ESCAPE_H

#include "fmt/out.h"

/*
 * A text for a script's language, at p in the room of o. In XML and JSON it is
 * escaped, and what is no UTF-8, or in XML no character, is replaced. What
 * stands before it in the room and 64 of its characters, six bytes each, have
 * to fit into OUT_ROOM. Returns the place behind it.
 */
char *escape_text(struct out *o, char *p, const char *s, unsigned language);

#endif
