/*
 * The plainest store there can be, an array of rows in order, for tests that
 * make it fail: before or after a batch took effect, once or for ever, with any
 * answer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_ROWS_H
#define TESTS_HISTORY_ROWS_H

#include "backorder/backorder.h"

enum { ROWS_MAX = 4096 };

struct row {
	uint64_t revision;
	uint32_t key_size, value_size;
	uint8_t key[BKO_KEY_MAX], value[BKO_VALUE_MAX];
};

struct rows {
	struct row *rows;
	size_t count;
	uint64_t revision, calls, reads, applies;
	/* From call `fail_at` on (0: never), one call or all, is answered by `answer`. */
	uint64_t fail_at;
	int32_t answer; /* BKO_REPLY_, or one that no store may give */
	uint32_t for_ever, after_effect, failed;
};

int rows_open(struct rows *rows);
void rows_close(struct rows *rows);
void rows_store(struct rows *rows, struct bko_store *store);
uint64_t rows_hash(const struct rows *rows);

#endif
