/*
 * Rows as lines of text, and back.
 *
 * The first line of a dump is "backorder-rows 1". Then each row is a line: its
 * key, a space, its value. Printing characters stand for themselves; every
 * other byte, the space and the backslash are \ and two hexadecimal digits. An
 * empty value is nothing. Rows come in the order of their keys, each once. The
 * last line is "end COUNT HASH": what cuts a dump short is noticed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef INSPECT_ROWS_H
#define INSPECT_ROWS_H

#include "backorder/store.h"

enum {
	ROWS_LINE = 3 * (BKO_KEY_MAX + BKO_VALUE_MAX) + 8, /* the longest line, and its end */
	ROWS_END_BYTES = 64
};

struct row {
	unsigned char key[BKO_KEY_MAX], value[BKO_VALUE_MAX];
	size_t key_size, value_size;
};

/* Writes a row as a line without its end; returns the size. */
size_t row_print(const struct row *row, char line[ROWS_LINE]);

/* Reads a line without its end. Returns 0, or 1 if it is no row. */
int row_parse(const char *line, size_t size, struct row *row);

/* The last line, both ways. */
size_t rows_end_print(uint64_t count, uint64_t hash, char line[ROWS_END_BYTES]);
int rows_end_parse(const char *line, size_t size, uint64_t *count, uint64_t *hash);

/* Order of keys. */
int row_compare(const struct row *a, const struct row *b);

#endif
