/*
 * Makes histories: a stream of operations from a seed, weighted so that the
 * interesting states come about (little stock, small limits, few of everything,
 * ids used again, clocks that jump).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_HISTORY_GEN_H
#define TESTS_HISTORY_GEN_H

#include "../model/model.h"

struct gen {
	uint64_t state;
	uint32_t kinds; /* bits 1 << OP_ that may come */
	uint32_t next_id, made;
	int32_t items, locations;
	int32_t plain, boundless; /* no hostile ones; no limits, and first come first served */
	int64_t now, latest, quantum[OP_ITEMS];
	uint64_t batch_state; /* batches have randomness of their own: histories stay as they are */
	int32_t batches, batching, ends; /* allowed; in one; it ends so often, in percent */
};

void gen_begin(struct gen *gen, uint64_t seed, uint32_t kinds);

/* The next operation, to be played on `model` as it stands. */
void gen_op(struct gen *gen, const struct model *model, struct op *op);

uint64_t gen_random(struct gen *gen);
int64_t gen_below(struct gen *gen, int64_t bound); /* 0 .. bound - 1 */
int gen_chance(struct gen *gen, int64_t percent);
int32_t gen_item(struct gen *gen);
int32_t gen_location(struct gen *gen);

/* gen_policy.c */
void gen_policy(struct gen *gen, struct op *op);
void gen_limit(struct gen *gen, struct op *op);

#endif
