/*
 * What every file of this program needs: spans of text, names that become
 * numbers, dates, and memory that is there or ends the program.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_TEXT_H
#define REPLAY_TEXT_H

#include "backorder/types.h"

enum { DAY_MS = 86400000, DATE_TEXT = 20, COUNT_TEXT = 32 };

/* Memory for `count` elements of `size` bytes: grown, or the program ends. */
void *text_room(void *block, size_t count, size_t size);

/* The same, zeroed and new. */
void *text_zeroed(size_t count, size_t size);

struct bko_span text_span(const char *text);

int text_equal(struct bko_span a, struct bko_span b);

/* Names in the order of their first appearance. Hosts know their orders and
 * items by numbers of their own; the library knows them by these bytes. */
struct names {
	struct bko_span *list;
	uint32_t *slots;
	uint32_t count, room, slot_count;
};

#define NAMES_NONE UINT32_MAX

/* The number of a name, given to it now if it is new. */
uint32_t names_add(struct names *names, struct bko_span name);

/* The number of a name, NAMES_NONE if it has none. */
uint32_t names_find(const struct names *names, struct bko_span name);

void names_free(struct names *names);

/* Pairs of numbers that remember a third one: 0 until it is set. */
struct pairs {
	uint64_t *keys;
	uint32_t *values;
	uint32_t count, slot_count;
};

/* Where the value of (a, b) lies; valid until the next call. */
uint32_t *pairs_at(struct pairs *pairs, uint32_t a, uint32_t b);

void pairs_free(struct pairs *pairs);

/* "2010-12-01 08:26:00", with T for the blank, without seconds, or a date
 * alone. Returns 0 if it is none. */
int text_to_time(struct bko_span text, int64_t *ms);

/* Writes "2010-12-01 08:26:00"; the date alone are its first ten bytes. */
const char *text_of_time(char text[DATE_TEXT], int64_t ms);

/* A whole number with a sign. Returns 0 if it is none or beyond +-`most`. */
int text_to_number(struct bko_span text, int64_t most, int64_t *number);

/* Writes 1234567 as "1,234,567". */
const char *text_of_count(char text[COUNT_TEXT], int64_t count);

/* Writes part / whole as a percentage with one decimal, "-" of nothing. */
const char *text_of_share(char text[COUNT_TEXT], int64_t part, int64_t whole);

/* Writes milliseconds as days with one decimal. */
const char *text_of_days(char text[COUNT_TEXT], int64_t ms);

#endif
