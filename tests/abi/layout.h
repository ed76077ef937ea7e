/*
 * Layout of the transparent structs, which programs have compiled in: where
 * each member lies and how long it is, told in numbers, for 32 and 64 bit.
 * What stands here once released never changes; structs only grow at the end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef LAYOUT_H
#define LAYOUT_H

#include <stddef.h>

enum { P = sizeof(void *) };

#define GLUE(a, b)       a##b
#define NAME(line)       GLUE(holds_, line)
#define HOLDS(condition) extern char NAME(__LINE__)[(condition) ? 1 : -1]
#define MEMBER(type, member, offset, size)                 \
	HOLDS(offsetof(struct type, member) == (offset) && \
	      sizeof(((struct type *)0)->member) == (size))
#define SIZE(type, size) HOLDS(sizeof(struct type) == (size))

#endif
