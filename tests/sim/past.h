/*
 * Past: a memory store that remembers what every row was after every batch, so
 * that a read can be answered as of any moment, or row by row as of several.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_SIM_PAST_H
#define TESTS_SIM_PAST_H

#include "backorder/backorder.h"

struct past_row;
struct past_block;

struct past {
	bko_memory *memory;
	struct bko_store table; /* the memory store's own */
	uint64_t moment;        /* batches applied */
	struct past_row **rows; /* every key there ever was, in order */
	size_t count, capacity;
	struct past_block *blocks;
};

int past_open(struct past *past);
void past_close(struct past *past);

/* Applies a batch to a store; BKO_REPLY_ with the revision given. */
int32_t table_apply(const struct bko_store *table, const struct bko_batch *batch,
                    uint64_t *revision);

/* Applies a batch for good; BKO_REPLY_ with the revision given. */
int32_t past_apply(struct past *past, const struct bko_batch *batch, uint64_t *revision);

/* Answers element `index` of a query as of `low`; where `high` is later, each row as
 * of a moment of its own between both, told by `random`. */
void past_answer(struct past *past, const struct bko_query *query, uint32_t index, uint64_t low,
                 uint64_t high, uint64_t *random, bko_reply *reply);

/* A batch that outlives the call that made it; NULL without memory. */
struct bko_batch *batch_copy(const struct bko_batch *batch);
int batch_changes(const struct bko_batch *batch); /* whether it does more than guard */

uint64_t random_next(uint64_t *state);
uint32_t random_below(uint64_t *state, uint32_t bound);

#endif
