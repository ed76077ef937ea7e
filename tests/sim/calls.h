/*
 * Every verb with one good set of arguments, laid out so that a test can spoil any
 * byte of them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SIM_CALLS_H
#define TESTS_SIM_CALLS_H

#include "backorder/backorder.h"

enum { CALL_ARGS = 4, CALL_ROOM = 4608, CALL_SLOTS = 8 };

/* input: a struct that is checked by struct_size; result: one that is filled; items: an
 * array with a stride of its own, whose struct_size counts for nothing. */
enum { ARG_NONE, ARG_INPUT, ARG_RESULT, ARG_ITEMS };

struct arg {
	uint32_t kind, size, optional;
	uint32_t counts[CALL_SLOTS], count_slots; /* offsets of counts of lent arrays */
};

struct call {
	const char *name;
	int32_t (*run)(bko_engine *engine, void **args);
	struct arg args[CALL_ARGS];
	uint8_t data[CALL_ARGS][CALL_ROOM];
};

enum { CALLS_MAX = 48 };
extern struct call calls[CALLS_MAX];

/* Whether a slot holds a pointer to what the test lends. */
int calls_is_lent(const void *slot);

/* Fills them for the state that calls_prepare makes; returns how many. */
uint32_t calls_fill(void);
int calls_prepare(bko_engine *engine);

#endif
