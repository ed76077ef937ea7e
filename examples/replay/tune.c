/*
 * See tune.h. Days of cover buy up to a multiple of the average demand of the last
 * reviews, the same for all items. They know no more than what was asked before the
 * day on which they order, but their length is chosen in hindsight.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tune.h"

#include "planner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Days of cover beyond lead time and review, that set the five rates. */
static const int64_t extra_days[TUNE_LEVELS] = {1, 5, 11, 19, 34};
static const int64_t memories[TUNE_MEMORIES] = {3, 4, 6, 8, 12, 16};

/* Rates are tried in so many steps a doubling, so many in all, around 1. */
enum { STEP = 32, STEPS = 32 * STEP };

/* ---- Days of cover ---------------------------------------------------------- */

struct cover {
	const struct shelf *shelf;
	int64_t tenths, memory;
};

static int64_t cover_level(const void *how, uint32_t item, uint32_t period)
{
	const struct cover *cover = how;
	size_t items = shelf_items(cover->shelf);
	uint32_t known = period < cover->memory ? period : (uint32_t)cover->memory;
	const int64_t *now = cover->shelf->asked + period * items + item;
	int64_t days = known * cover->shelf->settings->review_days * 10;
	int64_t sum = known ? *now - *(now - known * items) : 0;

	return sum > 0 ? (sum * cover->tenths + days - 1) / days : 0;
}

static void run_cover(struct shelf *shelf, int64_t tenths, int64_t memory,
                      struct shelf_result *result)
{
	struct cover cover = {shelf, tenths, memory};

	shelf_run(shelf, cover_level, &cover, shelf->counted, shelf->days, result);
}

/* Fills in the two covers around a value; where even the longest is worth no more,
 * both are that. */
static void around(struct shelf *shelf, double value, struct tune_cover *cover)
{
	int64_t low = 0, high = TUNE_COVER_MAX;
	int halve = 0; /* straight lines find it fast, halves surely: in turn */

	memset(&cover->low, 0, sizeof cover->low); /* who covers nothing has nothing */
	run_cover(shelf, high, cover->memory, &cover->high);
	while (high - low > 1 && cover->high.value > value) {
		double part = (value - cover->low.value) / (cover->high.value - cover->low.value);
		int64_t at =
			halve ? (low + high) / 2 : low + (int64_t)((double)(high - low) * part);
		struct shelf_result result;

		at = at <= low ? low + 1 : at >= high ? high - 1 : at;
		run_cover(shelf, at, cover->memory, &result);
		if (result.value > value) {
			high = at;
			cover->high = result;
		} else {
			low = at;
			cover->low = result;
		}
		halve = !halve;
	}
	if (cover->high.value <= value) {
		low = high;
		cover->low = cover->high;
	}
	cover->tenths = low;
}

void tune_best_cover(struct shelf *shelf, double value, struct tune_cover *best)
{
	for (int i = 0; i < TUNE_MEMORIES; i++) {
		struct tune_cover cover = {0};
		double span;

		cover.memory = memories[i];
		around(shelf, value, &cover);
		span = cover.high.value - cover.low.value;
		cover.given = cover.low.given;
		if (span > 0)
			cover.given += (int64_t)ceil((double)(cover.high.given - cover.low.given) *
			                             (value - cover.low.value) / span);
		if (i == 0 || cover.given > best->given)
			*best = cover;
	}
}

/* ---- Rates -------------------------------------------------------------------- */

struct forecasts {
	const struct shelf *shelf;
	double rate;
	/* Of the demand over lead time and review, as forecast at each review: as
	 * shelf.asked. */
	double *means, *variances;
};

/* As the library proposes (bko_plan_propose), without the figures that explain it. */
static int64_t forecast_level(const void *how, uint32_t item, uint32_t period)
{
	const struct forecasts *forecasts = how;
	size_t at = (size_t)period * shelf_items(forecasts->shelf) + item;
	double holding = forecasts->rate * shelf_price(forecasts->shelf, item, period);
	double mean = forecasts->means[at], variance = forecasts->variances[at], level = 0;
	struct bko_plan_demand demand = {0};

	if (!(mean > 0))
		return 0;
	demand.struct_size = sizeof demand;
	demand.kind = mean > 1e5        ? BKO_PLAN_NORMAL
	              : variance > mean ? BKO_PLAN_NEGATIVE_BINOMIAL
	                                : BKO_PLAN_POISSON;
	demand.mean = mean;
	demand.variance = variance > 1e4 * mean ? 1e4 * mean : variance;
	if (bko_plan_demand_quantile(&demand, 1 / (1 + holding), &level) != BKO_OK || level < 0)
		return 0;
	return (int64_t)ceil(level);
}

/* Periods before the first demand are none. */
static void forecast_item(struct forecasts *forecasts, uint32_t item, uint32_t periods,
                          bko_plan_state *state)
{
	const struct shelf *shelf = forecasts->shelf;
	const struct settings *settings = shelf->settings;
	double ahead = (double)(settings->lead_days + settings->review_days) /
	               (double)settings->review_days;
	size_t items = shelf_items(shelf);
	int seen = 0;

	for (uint32_t p = 1; p < periods; p++) {
		size_t at = p * items + item;
		int64_t asked = shelf->asked[at] - shelf->asked[at - items];

		seen |= asked > 0;
		if (!seen || bko_plan_observe(state, asked > 0 ? (double)asked : 0, 0) != BKO_OK ||
		    bko_plan_total(state, ahead, &forecasts->means[at],
		                   &forecasts->variances[at]) != BKO_OK)
			continue;
		forecasts->variances[at] *= 1.3; /* as a proposal takes it */
	}
}

/* The least rate whose stock is worth no more: from..until are the days counted. */
static double tune_rate(struct shelf *shelf, struct forecasts *forecasts, double value)
{
	int low = 0, high = STEPS;

	while (high > low) {
		int step = (low + high) / 2;
		struct shelf_result result;

		forecasts->rate = exp2((double)(step - STEPS / 2) / STEP);
		shelf_run(shelf, forecast_level, forecasts, shelf->counted / 2, shelf->counted,
		          &result);
		if (result.value > value)
			low = step + 1;
		else
			high = step;
	}
	return exp2((double)(high - STEPS / 2) / STEP);
}

int tune_rates(struct shelf *shelf, double rates[TUNE_LEVELS])
{
	const struct settings *settings = shelf->settings;
	uint32_t periods = shelf->counted / (uint32_t)settings->review_days + 1;
	size_t size = planner_state(NULL, 0), items = shelf_items(shelf);
	bko_plan_state *state = text_zeroed(1, size + 1);
	struct forecasts forecasts = {shelf, 0, text_zeroed(periods * items, sizeof(double)),
	                              text_zeroed(periods * items, sizeof(double))};

	for (uint32_t i = 0; i < items && size > 0; i++) {
		planner_state(state, size);
		forecast_item(&forecasts, i, periods, state);
	}
	for (int i = 0; i < TUNE_LEVELS && size > 0; i++) {
		int64_t days = settings->lead_days + settings->review_days + extra_days[i];
		struct cover cover = {shelf, days * 10, 4};
		struct shelf_result result;

		shelf_run(shelf, cover_level, &cover, shelf->counted / 2, shelf->counted, &result);
		rates[i] = tune_rate(shelf, &forecasts, result.value);
	}
	free(state);
	free(forecasts.means);
	free(forecasts.variances);
	return size > 0;
}
