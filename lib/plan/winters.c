/*
 * Holt-Winters, started as R's HoltWinters does it: the first two seasons are
 * kept, decomposed by centred means, and the second is then gone through.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <math.h>
#include <string.h>

struct plan_pair {
	const double *first, *second;
	size_t m;
};

static double pair_at(const struct plan_pair *pair, size_t t)
{
	return t < pair->m ? pair->first[t] : pair->second[t - pair->m];
}

/* Mean of one season around t; for an even season the ends count half. */
static double centred_mean(const struct plan_pair *pair, size_t t)
{
	size_t half = pair->m / 2;
	double sum = 0;
	size_t i;

	for (i = t - half; i <= t + half; i++) {
		int end = i == t - half || i == t + half;

		sum += pair_at(pair, i) * (end && pair->m % 2 == 0 ? 0.5 : 1);
	}
	return sum / (double)pair->m;
}

/* Least squares of the trend on 1, 2, .. */
static void fit_line(double n, double sum, double moment, double *line)
{
	double middle = 0.5 * (n + 1);
	double spread = n * (n * n - 1) / 12;

	line[1] = spread > 0 ? (moment - middle * sum) / spread : 0;
	line[0] = sum / n - line[1] * middle;
}

void bko__plan_decompose(const double *first, const double *second, size_t m, int factors,
                         double *season, double *line)
{
	struct plan_pair pair = {first, second, m};
	size_t half = m / 2;
	double n = 0;
	double sum = 0;
	double moment = 0;
	double mean = 0;
	size_t t;

	for (t = 0; t < m; t++)
		season[t] = 0;
	for (t = half; t + half < 2 * m; t++) {
		double trend = centred_mean(&pair, t);
		double part = factors ? (trend > 0 ? pair_at(&pair, t) / trend : 1)
		                      : pair_at(&pair, t) - trend;

		n += 1;
		sum += trend;
		moment += n * trend;
		/* An odd season has one slot that is seen twice. */
		season[t % m] += m % 2 == 1 && t % m == half ? 0.5 * part : part;
	}
	fit_line(n, sum, moment, line);
	for (t = 0; t < m; t++)
		mean += season[t] / (double)m;
	for (t = 0; t < m; t++) {
		if (!factors)
			season[t] -= mean;
		else if (mean > 0)
			season[t] = season[t] / mean > plan_least_factor ? season[t] / mean
			                                                 : plan_least_factor;
		else
			season[t] = 1;
	}
}

static void step_additive(struct plan_smooth *state, double *slot, double value)
{
	double last = state->level;

	state->level =
		state->alpha * (value - *slot) + (1 - state->alpha) * (state->level + state->trend);
	state->trend = state->beta * (state->level - last) + (1 - state->beta) * state->trend;
	*slot = state->gamma * (value - state->level) + (1 - state->gamma) * *slot;
}

static void step_factors(struct plan_smooth *state, double *slot, double value)
{
	double last = state->level;
	double factor = *slot > plan_least_factor ? *slot : plan_least_factor;

	state->level = state->alpha * (value / factor) +
	               (1 - state->alpha) * (state->level + state->trend);
	state->trend = state->beta * (state->level - last) + (1 - state->beta) * state->trend;
	/* A level that is not positive says nothing about factors. */
	if (state->level > 0 && value >= 0)
		*slot = state->gamma * (value / state->level) + (1 - state->gamma) * *slot;
}

static void step_winters(struct plan_smooth *state, uint32_t t, double value, int learn)
{
	int factors = state->head.kind == BKO_PLAN_WINTERS_MULTIPLICATIVE;
	double *slot = &state->slots[t % state->head.season];
	double expected = factors ? (state->level + state->trend) * *slot
	                          : state->level + state->trend + *slot;
	double off;

	if (!learn)
		value = expected;
	off = value - expected;
	if (factors)
		off /= *slot > plan_least_factor ? *slot : plan_least_factor;
	if (learn)
		state->error += bko__plan_rate(plan_error_rate, t - state->head.season + 1) *
		                (off * off - state->error);
	if (factors)
		step_factors(state, slot, value);
	else
		step_additive(state, slot, value);
}

static void start_winters(struct plan_smooth *state)
{
	uint32_t m = state->head.season;
	double *second = state->slots + m;
	double season[BKO_PLAN_SEASON_MAX];
	double line[2];
	uint32_t t;

	bko__plan_decompose(state->slots, second, m,
	                    state->head.kind == BKO_PLAN_WINTERS_MULTIPLICATIVE, season, line);
	memcpy(state->slots, season, m * sizeof *season);
	state->level = line[0];
	state->trend = line[1];
	state->error = 0;
	state->head.flags |= STATE_WARM;
	for (t = 0; t < m; t++) {
		step_winters(state, m + t, second[t], 1);
		second[t] = 0;
	}
}

void bko__plan_winters_step(struct plan_smooth *state, double value, int learn)
{
	uint32_t m = state->head.season;
	uint32_t t = state->head.seen;

	state->head.seen++;
	if (state->head.flags & STATE_WARM) {
		step_winters(state, t, value, learn);
		return;
	}
	/* Before that it is naive, and a period passed over is filled in. */
	if (!learn)
		value = t >= m ? state->slots[t - m] : state->level;
	else if (t > 0)
		state->error += bko__plan_rate(plan_error_rate, t) *
		                ((value - state->level) * (value - state->level) - state->error);
	state->slots[t] = value;
	state->level = value;
	if (t + 1 == 2 * m)
		start_winters(state);
}
