/*
 * What planning by the library is worth: the shop buys as it proposes, at five values
 * of stock, against the best days of cover at the same values.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_PLAN_H
#define REPLAY_PLAN_H

#include "tune.h"

/* One value of stock, and what each way to buy makes of it. */
struct plan_level {
	double rate;                /* see struct planner */
	struct shelf_result result; /* of the library's shop */
	struct tune_cover cover;
};

struct plan {
	struct shelf shelf;
	struct plan_level levels[TUNE_LEVELS];
	int64_t oversold, violations;
	int good; /* 0: a run failed or went wrong, as stderr says */
};

/* Plays. Returns 0 if there is nothing to print. */
int plan_open(struct plan *plan, const struct settings *settings, const struct history *history);
void plan_close(struct plan *plan);

/* Prints the table. */
void plan_print(const struct plan *plan);

#endif
