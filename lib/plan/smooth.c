/*
 * Naive, seasonal naive, moving average, SES, Holt, damped trend and Theta: one
 * step each, in error-correction form where there is a level.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <math.h>

/* Periods that go by before there is a forecast to judge. */
static uint32_t smooth_first_judged(const struct plan_smooth *state)
{
	if (state->head.flags & STATE_STARTED)
		return 0;
	return state->head.kind == BKO_PLAN_HOLT || state->head.kind == BKO_PLAN_DAMPED ? 2 : 1;
}

static void judge_smooth(struct plan_smooth *state, double off)
{
	uint32_t first = smooth_first_judged(state);

	if (state->head.seen >= first)
		state->error += bko__plan_rate(plan_error_rate, state->head.seen - first + 1) *
		                (off * off - state->error);
}

static double slots_mean(const struct plan_smooth *state)
{
	uint32_t n = state->head.seen < state->head.season ? state->head.seen : state->head.season;
	double sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += state->slots[i];
	return n > 0 ? sum / n : 0;
}

/* Level and trend of the line through the first values. */
static int start_line(struct plan_smooth *state, double value)
{
	if (state->head.flags & STATE_STARTED)
		return 0;
	if (state->head.seen == 0) {
		state->level = value;
		return 1;
	}
	if (state->head.seen == 1 && smooth_first_judged(state) == 2) {
		state->trend = value - state->level;
		state->level = value;
		return 1;
	}
	return 0;
}

static void step_theta(struct plan_smooth *state, double value)
{
	double n = (double)state->head.seen + 1;
	double off = value - state->mean;

	state->mean += off / n;
	state->trend += 0.5 * (n - 1) * off;
	if (!start_line(state, value))
		state->level += state->alpha * (value - state->level);
}

void bko__plan_smooth_step(struct plan_smooth *state, double value, int learn)
{
	double expected = state->head.seen > 0 || (state->head.flags & STATE_STARTED)
	                          ? bko__plan_next(&state->head)
	                          : value;

	if (!learn)
		value = expected;
	else
		judge_smooth(state, value - expected);
	switch (state->head.kind) {
	case BKO_PLAN_SEASONAL_NAIVE:
		state->slots[state->head.seen % state->head.season] = value;
		state->level = value;
		break;
	case BKO_PLAN_MOVING_AVERAGE:
		state->slots[state->head.seen % state->head.season] = value;
		break;
	case BKO_PLAN_THETA: step_theta(state, value); break;
	default:
		if (!start_line(state, value)) {
			double off = value - expected;

			state->level = expected + state->alpha * off;
			state->trend = state->phi * state->trend + state->alpha * state->beta * off;
		}
	}
	state->head.seen++;
	if (state->head.kind == BKO_PLAN_MOVING_AVERAGE)
		state->level = slots_mean(state);
}

static void theta_line(const struct plan_smooth *state, struct plan_view *view)
{
	double n = state->head.seen;
	double slope = n > 1 ? state->trend * 12 / (n * (n * n - 1)) : 0;
	double settled = state->alpha > 0 ? (1 - pow(1 - state->alpha, n)) / state->alpha : n;

	/* SES trails a line by what has settled of its level. */
	view->trend = 0.5 * slope;
	view->level = state->level + view->trend * (settled - 1);
	view->phi = 1;
	view->beta = 0;
}

void bko__plan_smooth_view(const struct plan_smooth *state, struct plan_view *view)
{
	view->level = state->level;
	view->trend = state->trend;
	view->phi = state->phi;
	view->error = state->error;
	view->alpha = state->alpha;
	view->beta = state->beta;
	view->gamma = state->gamma;
	switch (state->head.kind) {
	case BKO_PLAN_SEASONAL_NAIVE:
		if (state->head.seen < state->head.season) {
			/* Until a season is known it answers as naive. */
			view->alpha = 1;
			view->gamma = 0;
			return;
		}
		view->level = 0;
		break;
	case BKO_PLAN_THETA: theta_line(state, view); return;
	case BKO_PLAN_WINTERS_ADDITIVE:
	case BKO_PLAN_WINTERS_MULTIPLICATIVE:
		if (!(state->head.flags & STATE_WARM)) {
			/* Naive until two seasons are known. */
			view->alpha = 1;
			view->beta = 0;
			return;
		}
		view->factors = state->head.kind == BKO_PLAN_WINTERS_MULTIPLICATIVE;
		break;
	default: return;
	}
	view->slots = state->slots;
	view->season = state->head.season;
	view->phase = state->head.seen % state->head.season;
}
