/*
 * Values of stock that are worth comparing, and the best that days of cover make of
 * them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_TUNE_H
#define REPLAY_TUNE_H

#include "shelf.h"

enum { TUNE_LEVELS = 5, TUNE_MEMORIES = 6, TUNE_COVER_MAX = 4096 };

/* Days of cover at some value of stock: between two covers, a tenth of a day apart, of
 * the average demand of so many reviews. */
struct tune_cover {
	int64_t tenths, memory;        /* the shorter cover; reviews */
	struct shelf_result low, high; /* of the shorter and the longer one */
	int64_t given;                 /* units, at just that value */
};

/* Chooses rates (see struct planner), ascending in the value of their stock, by the first
 * half of the history alone: those that would have had, in its latter part, stock of the
 * same value as certain days of cover. Returns 0 if the library was built without forecasts
 * of items. */
int tune_rates(struct shelf *shelf, double rates[TUNE_LEVELS]);

/* The cover, in hindsight, that gives most units in the second half at a value of stock: of
 * each memory the two covers whose stock is worth just no more and more, and what lies on
 * the straight line between them. */
void tune_best_cover(struct shelf *shelf, double value, struct tune_cover *best);

#endif
