/*
 * A merchant who buys as the library proposes. At each review the demand that the
 * engine counted is read and learnt from, an order is proposed and placed, and the
 * engine is told the item's policy. Nothing is known that was not seen before.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_PLANNER_H
#define REPLAY_PLANNER_H

#include "shelf.h"

#include "backorder/propose.h"

struct shop;

struct planner {
	const struct shelf *shelf; /* for prices and days */
	/* What a unit of money in stock costs a review period, where a unit short costs 1,
	 * whatever it is: so little is spent on what is dear and sells unevenly. One rate for
	 * the whole shop. */
	double rate;

	unsigned char *states; /* of the items, state_size bytes each */
	size_t state_size;
	int64_t *next_ms; /* of each item: where its next demand begins */
	/* Of each item and the present period: units of demand undone that the engine has not
	 * heard of, because it refused them, or forgot their order. */
	int64_t *withdrawn;
	int64_t *levels; /* bought up to, as shelf.asked: [period x items + item] */

	/* What was counted, and where the book stood when that began. */
	struct shelf_result result;
	int64_t asked, given;
};

/* A state as the planner has one for each item. Returns its size, 0 if the library was
 * built without. `state`: NULL to ask for the size alone. */
size_t planner_state(bko_plan_state *state, size_t size);

/* Returns 0 if the library was built without forecasts of items. */
int planner_open(struct planner *planner, const struct shelf *shelf, double rate);
void planner_close(struct planner *planner);

/* Between the shop and its planner: when it opens, when a customer takes back
 * what was refused, at each review, in each evening. */
void planner_begin(struct planner *planner, struct shop *shop);
void planner_withdrawn(struct planner *planner, uint32_t item, int64_t units);
void planner_review(struct planner *planner, struct shop *shop, int64_t day);
void planner_evening(struct planner *planner, const struct shop *shop, int64_t day);

#endif
