/*
 * truth.h - a true store in memory, from which liars are made. It keeps what
 * is there now, what is durable, and the batches between.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_KIT_TRUTH_H
#define BACKORDER_KIT_TRUTH_H

#include "kit.h"

/* A batch kept for later. */
struct kept_batch {
	struct bko_entry *entries; /* their bytes lie behind them */
	size_t count;
	uint64_t revision;
	uint32_t countdown;
};

enum { PENDING = 4096, LENT = 64 };
enum { POWER_NOTHING, POWER_PREFIX, POWER_REORDERS }; /* of batches held back */

struct truth {
	struct kit_model live, disk, earlier; /* earlier: before the last batch, if wanted */
	struct kept_batch pending[PENDING];   /* not durable yet */
	size_t pending_count;
	uint64_t revision, random, calls;
	uint32_t keep_earlier, readers;
	struct kit_row **graves; /* rows that were, while somebody reads */
	size_t grave_count, grave_room;
	/* How batches become durable: so many are held back at each apply, and of those an
	 * orderly end forgets so many, and a loss of power leaves what `power` says. */
	uint32_t held, end_drops, power, forgets_revisions;
	/* What liars need. */
	struct kit_subject *subject;
	struct kept_batch kept;
	unsigned char lent[LENT][BKO_KEY_MAX + BKO_VALUE_MAX];
	uint32_t lent_next;
};

int truth_open(struct kit_subject *subject);
struct truth *truth_of(const struct kit_subject *subject);

void truth_read(void *host, const struct bko_query *query, bko_reply *reply);
void truth_apply(void *host, const struct bko_batch *batch, bko_reply *reply);
void truth_measure(void *host, const struct bko_read *range, bko_reply *reply);

/* The parts of them. Between hold and release no row is freed. */
void truth_hold(struct truth *truth);
void truth_release(struct truth *truth);
size_t truth_guards(const struct truth *truth, const struct bko_batch *batch);
void truth_conflict(const struct truth *truth, const struct bko_batch *batch, size_t failing,
                    bko_reply *reply);
/* Applies without looking at guards; the revision. */
uint64_t truth_force(struct truth *truth, const struct bko_entry *entries, size_t count);
void truth_force_as(struct truth *truth, const struct bko_entry *entries, size_t count,
                    uint64_t revision);
void truth_keep(struct kept_batch *kept, const struct bko_entry *entries, size_t count,
                uint64_t revision);
void truth_drop(struct kept_batch *kept);
/* First row of an element, and behind the last, in a model. */
void truth_bounds(const struct kit_model *model, const struct bko_read *read, size_t *low,
                  size_t *high);
int32_t truth_give(const struct kit_model *model, size_t at, uint32_t index, bko_reply *reply);

#endif
