/*
 * The automatic forecaster: 23 smoothers of fixed parameters side by side, each
 * with its discounted squared error. The best one answers, but only if it beats
 * plain SES clearly, because small differences on short series are luck. A twin
 * bank runs on seasonally adjusted values; plain and seasonal forecast are
 * blended by a high power of their errors, which is a choice where the season
 * is plain and a mean where it is in doubt. Slow movers go to TSB.
 *
 * The figures here were fixed once and hold for every series.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <math.h>
#include <string.h>

enum { BANK_FALLBACK = 2 }; /* member that answers unless another is clearly better */

static const double bank_discount = 0.98;
static const double bank_margin = 0.85;
static const double season_rate = 0.3;

static const double plain_alpha[BANK_PLAIN] = {0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9};
static const double trend_alpha[] = {0.1, 0.3, 0.5, 0.8};
static const double trend_beta[] = {0.05, 0.2};
static const double trend_phi[] = {0.85, 0.95};

/* A bank is levels of all members, trends of those that have one, errors. */
static double *trends_of(double *bank)
{
	return bank + BANK_MEMBERS;
}

static double *errors_of(double *bank)
{
	return bank + BANK_MEMBERS + BANK_TREND;
}

static void member_view(const double *bank, double weight, int member, struct plan_view *view)
{
	int trend = member - BANK_PLAIN;

	view->level = bank[member];
	view->error = weight > 0 ? bank[BANK_MEMBERS + BANK_TREND + member] / weight : 0;
	view->kind = BKO_PLAN_SES;
	view->alpha = plain_alpha[member < BANK_PLAIN ? member : 0];
	if (trend < 0)
		return;
	view->kind = BKO_PLAN_DAMPED;
	view->trend = bank[BANK_MEMBERS + trend];
	view->alpha = trend_alpha[trend / 4];
	view->beta = trend_beta[trend / 2 % 2];
	view->phi = trend_phi[trend % 2];
}

static int best_member(const double *bank)
{
	const double *errors = bank + BANK_MEMBERS + BANK_TREND;
	int best = 0;
	int i;

	for (i = 1; i < BANK_MEMBERS; i++)
		if (errors[i] < errors[best])
			best = i;
	return errors[best] < bank_margin * errors[BANK_FALLBACK] ? best : BANK_FALLBACK;
}

/* `n` values went before this one. */
static void bank_step(double *bank, double *weight, uint32_t n, double value, int learn)
{
	double *trends = trends_of(bank);
	double *errors = errors_of(bank);
	double warm = 1.0 / ((double)n + 1);
	int i;

	if (n == 0) {
		memset(bank, 0, BANK_CELLS * sizeof *bank);
		*weight = 0;
		for (i = 0; i < BANK_MEMBERS; i++)
			bank[i] = value;
		return;
	}
	if (learn)
		*weight = bank_discount * *weight + 1;
	for (i = 0; i < BANK_PLAIN; i++) {
		double off = learn ? value - bank[i] : 0;

		if (learn)
			errors[i] = bank_discount * errors[i] + off * off;
		bank[i] += (plain_alpha[i] > warm ? plain_alpha[i] : warm) * off;
	}
	for (i = 0; i < BANK_TREND; i++) {
		double alpha = trend_alpha[i / 4];
		double carried = trend_phi[i % 2] * trends[i];
		double expected = bank[BANK_PLAIN + i] + carried;
		double off = learn ? value - expected : 0;

		if (learn)
			errors[BANK_PLAIN + i] = bank_discount * errors[BANK_PLAIN + i] + off * off;
		bank[BANK_PLAIN + i] = expected + alpha * off;
		trends[i] = carried + alpha * trend_beta[i / 2 % 2] * off;
	}
}

/* Factors have mean 1, or they would take over the level bit by bit. */
static void level_factors(double *slots, uint32_t m)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < m; i++)
		sum += slots[i];
	for (i = 0; i < m && sum > 0; i++) {
		slots[i] *= m / sum;
		if (slots[i] < plan_least_factor)
			slots[i] = plan_least_factor;
	}
}

/* The twin starts on the second season; the first has told the factors. One
 * buffer serves twice, for the sake of small stacks. */
static void start_season(struct plan_auto *state)
{
	uint32_t m = state->head.season;
	double buffer[BKO_PLAN_SEASON_MAX];
	double line[2];
	uint32_t t;

	bko__plan_decompose(state->slots, state->twin, m, 1, buffer, line);
	memcpy(state->slots, buffer, m * sizeof *buffer);
	memcpy(buffer, state->twin, m * sizeof *buffer);
	for (t = 0; t < m; t++)
		bank_step(state->twin, &state->twin_weight, t, buffer[t] / state->slots[t], 1);
	state->head.flags |= STATE_WARM;
}

static void step_season(struct plan_auto *state, double value, int learn)
{
	uint32_t m = state->head.season;
	uint32_t t = state->head.seen;
	double *slot = &state->slots[t % m];
	double level;

	if (state->head.flags & STATE_WARM) {
		bank_step(state->twin, &state->twin_weight, t, value / *slot, learn);
		/* Against a slow level: a quick one would swallow the season. */
		level = state->twin[BANK_FALLBACK];
		if (!learn || !(level > 0))
			return;
		*slot += season_rate * (value / level - *slot);
		level_factors(state->slots, m);
		return;
	}
	/* The first two seasons are kept as they are, the second where the twin will
	 * be; a period passed over is filled in. */
	if (!learn)
		value = t >= m ? state->slots[t - m] : state->slots[t - 1];
	if (t < m)
		state->slots[t] = value;
	else
		state->twin[t - m] = value;
	if (t + 1 == 2 * m)
		start_season(state);
}

static void step_slow(struct plan_auto *state, double value)
{
	double off = value - state->chance * state->size;
	double rate;

	if (state->head.count > 0)
		state->error += bko__plan_rate(plan_slow_error_rate, state->head.count) *
		                (off * off - state->error);
	state->head.count++;
	rate = bko__plan_rate(plan_slow_rate, state->head.count);
	state->chance += rate * ((value > 0 ? 1 : 0) - state->chance);
	if (!(value > 0))
		return;
	state->head.sales++;
	bko__plan_moments(&state->mean, &state->square, state->head.sales, value);
	state->size += bko__plan_rate(plan_slow_rate, state->head.sales) *
	               (bko__plan_cut(value, state->size, state->head.sales) - state->size);
}

void bko__plan_auto_step(struct plan_auto *state, double value, int learn)
{
	if (learn) {
		if (value < 0)
			state->head.flags |= STATE_NEGATIVE;
		step_slow(state, value);
	}
	bank_step(state->bank, &state->weight, state->head.seen, value, learn);
	if (state->head.season > 0)
		step_season(state, value, learn);
	state->head.seen++;
}

/* Slow movers by the interval alone: uneven sizes may be a trend, and the bank's
 * caution serves them nearly as well. */
static int is_slow(const struct plan_auto *state)
{
	uint32_t demand_class;

	if (state->head.flags & STATE_NEGATIVE)
		return 0;
	if (state->head.sales == 0)
		return 1;
	demand_class = bko__plan_class((double)state->head.count / state->head.sales, 0);
	return state->head.sales > 1 && demand_class == BKO_PLAN_INTERMITTENT;
}

static void slow_view(const struct plan_auto *state, struct plan_view *view)
{
	view->kind = BKO_PLAN_TSB;
	view->level = state->chance * state->size;
	view->error = state->error;
	view->alpha = plan_slow_rate;
}

size_t bko__plan_auto_views(const struct plan_auto *state, struct plan_view *views)
{
	struct plan_view *plain = &views[0];
	struct plan_view *twin = &views[1];
	double ratio;

	if (is_slow(state)) {
		slow_view(state, plain);
		return 1;
	}
	member_view(state->bank, state->weight, best_member(state->bank), plain);
	if (!(state->head.flags & STATE_WARM))
		return 1;
	member_view(state->twin, state->twin_weight, best_member(state->twin), twin);
	twin->gamma = season_rate;
	twin->factors = 1;
	twin->slots = state->slots;
	twin->season = state->head.season;
	twin->phase = state->head.seen % state->head.season;
	/* The eighth power of the ratio of squared errors. */
	ratio = twin->error > 0 ? HUGE_VAL : 1;
	if (plain->error > 0)
		ratio = twin->error / plain->error;
	ratio *= ratio;
	ratio *= ratio;
	ratio *= ratio;
	twin->share = 1 / (1 + ratio);
	plain->share = 1 - twin->share;
	return 2;
}
