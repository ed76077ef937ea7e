/*
 * front.h - a store in front of another one that knows a hash of all rows at
 * any moment: at each batch it reads the rows that change before and after,
 * from the store itself, and takes the one off and adds the other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_FRONT_H
#define TESTS_HISTORY_FRONT_H

#include "backorder/store.h"

struct front {
	struct bko_store behind;
	uint64_t hash; /* sum of a hash of each row: its key and value, not its revision */
	uint64_t applied, read;
	int32_t failed; /* a read of its own went wrong */
};

/* Fills the table through which an engine uses the store behind, which holds what
 * front->hash says: 0 for nothing. */
void front_table(struct front *front, struct bko_store *table);

/* The hash over all rows, counted anew, by ranges of `limit`. */
uint64_t front_count(struct front *front, uint32_t limit);

#endif
