/*
 * A story: the batches that a log is given, one after another, and the state after
 * each of them, told by a store that has no part in what is tested.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_POWER_STORY_H
#define TESTS_POWER_STORY_H

#include "backorder/backorder.h"

enum { STORY_BATCHES = 256, STORY_ENTRIES = 4096, STORY_BYTES = 1 << 18 };

struct story {
	bko_memory *memory; /* what was told so far */
	uint32_t count, entry_count, byte_count;
	uint32_t first[STORY_BATCHES + 1];  /* entry of each batch */
	uint64_t hashes[STORY_BATCHES + 1]; /* [n]: of the state after n batches */
	uint64_t others[STORY_BATCHES + 1]; /* [n]: of that state and the other batch */
	struct bko_entry entries[STORY_ENTRIES];
	uint8_t bytes[STORY_BYTES];
};

/* How random batches look. */
struct story_kind {
	uint32_t batches, keys;         /* how many; keys in use */
	uint32_t most_entries, largest; /* of a batch; bytes of a value */
	uint32_t deletes;               /* of 100 entries */
};

int story_open(struct story *story);
void story_close(struct story *story);

/* Tells one more batch; guards and hints are left out. 1: there is no more room. */
int story_add(struct story *story, const struct bko_batch *batch);

void story_random(struct story *story, const struct story_kind *kind, uint64_t seed);

/* What an engine hands its store on a history with every verb: the first `count`
 * operations of it. */
int story_engine(struct story *story, uint32_t count);

/* A batch that is in no story: what is written after n batches instead of the next
 * one, so that it shows if that one comes back. */
const struct bko_batch *story_other(void);

/* Batch n, counted from 0. */
struct bko_batch story_batch(const struct story *story, uint32_t n);

/* The number of batches, within `from` and `to`, after which the state has this
 * hash; -1: none. The highest. */
int32_t story_find(const struct story *story, uint64_t hash, uint32_t from, uint32_t to);

/* Applies a batch to a store; what the store answered, BKO_REPLY_. */
int32_t answer_apply(const struct bko_store *store, const struct bko_batch *batch,
                     uint64_t *revision);
int32_t answer_sync(const struct bko_store *store);

#endif
