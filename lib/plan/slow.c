/*
 * Items that sell now and then: Croston's method and what came of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

static void step_chance(struct plan_slow *state, double value)
{
	double sold = value > 0 ? 1 : 0;

	state->rhythm += (state->head.seen == 0 ? 1 : state->beta) * (sold - state->rhythm);
}

static void step_interval(struct plan_slow *state)
{
	state->rhythm = state->head.sales == 1
	                        ? state->head.count
	                        : state->rhythm + state->beta * (state->head.count - state->rhythm);
}

void bko__plan_slow_step(struct plan_slow *state, double value, int learn)
{
	if (!learn)
		return;
	if (state->head.seen > 0)
		bko__plan_judge(&state->error, bko__plan_next(&state->head), value,
		                state->head.seen);
	if (state->head.count < UINT32_MAX)
		state->head.count++;
	if (state->head.kind == BKO_PLAN_TSB)
		step_chance(state, value);
	if (value > 0) {
		state->head.sales++;
		bko__plan_moments(&state->mean, &state->square, state->head.sales, value);
		state->size += (state->head.sales == 1 ? 1 : state->alpha) * (value - state->size);
		if (state->head.kind != BKO_PLAN_TSB)
			step_interval(state);
		state->head.count = 0;
	}
	state->head.seen++;
}

void bko__plan_slow_view(const struct plan_slow *state, struct plan_view *view)
{
	double factor = 1;

	view->error = state->error;
	view->alpha = state->alpha;
	if (state->head.kind == BKO_PLAN_TSB) {
		view->level = state->size * state->rhythm;
		return;
	}
	if (state->head.kind == BKO_PLAN_SBA)
		factor = 1 - state->beta / 2;
	if (state->head.kind == BKO_PLAN_SBJ)
		factor = 1 - state->beta / (2 - state->beta);
	/* Before the first sale there is no interval and nothing to expect. */
	view->level = state->rhythm > 0 ? factor * state->size / state->rhythm : 0;
}
