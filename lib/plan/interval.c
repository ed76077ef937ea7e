/*
 * Intervals of a forecast, and the band that learns how wide they must be.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <math.h>
#include <string.h>

static const double band_first_spread = 1.3;
static const double band_least_spread = 0.05;
static const double band_most_spread = 50;
static const double band_step = 0.1;
static const double band_variance_max = 1e300;

enum { BAND_SIZE = 32, BAND_FORMAT = 1 };

struct plan_range {
	double low, high;
};

static void interval_of_counts(double mean, double variance, double coverage,
                               struct plan_range *range)
{
	struct bko_plan_demand demand;

	memset(&demand, 0, sizeof demand);
	demand.struct_size = sizeof demand;
	/* Cannot fail: mean and variance are checked and not negative. */
	(void)bko_plan_demand_fit(mean, variance, &demand);
	range->low = bko__plan_quantile_of(&demand, 0.5 * (1 - coverage));
	range->high = bko__plan_quantile_of(&demand, 0.5 * (1 + coverage));
}

static void interval_of(const bko_plan_state *state, int counts, double mean, double variance,
                        double coverage, struct plan_range *range)
{
	double half;

	if (counts && mean <= 10) {
		interval_of_counts(mean, variance, coverage, range);
		return;
	}
	/* By the lower tail, which keeps its digits when coverage is near 1. */
	half = -sqrt(variance) * bko__plan_normal_z(0.5 * (1 - coverage));
	range->low = mean - half;
	range->high = mean + half;
	if (range->low < 0 && (bko__plan_is_slow(state->kind) ||
	                       (state->kind == BKO_PLAN_AUTO && !(state->flags & STATE_NEGATIVE))))
		range->low = 0;
}

static int32_t band_take(const struct bko_plan_band *band, struct bko_plan_band *taken)
{
	int32_t status = bko__plan_take(taken, sizeof *taken, sizeof *taken, band);

	if (status != BKO_OK)
		return status;
	if (taken->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (!bko__plan_probability(taken->coverage) ||
	    !(taken->spread >= band_least_spread && taken->spread <= band_most_spread) ||
	    taken->misses > taken->periods)
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

int32_t bko_plan_interval(const bko_plan_state *state, const struct bko_plan_band *band,
                          double coverage, uint32_t horizon, double *low, double *high)
{
	struct bko_plan_band taken;
	double spread = band_first_spread;
	int32_t status;
	int counts;
	uint32_t i;

	if (!low || !high)
		return BKO_E_MISUSE;
	if (!bko__plan_probability(coverage))
		return BKO_E_ARGUMENT;
	if (band) {
		status = band_take(band, &taken);
		if (status != BKO_OK)
			return status;
		spread = taken.spread;
	}
	/* Means and variances are made in place. */
	status = bko_plan_forecast(state, horizon, low);
	if (status == BKO_OK)
		status = bko_plan_variance(state, horizon, high);
	if (status != BKO_OK)
		return status;
	counts = bko__plan_is_counted(state);
	for (i = 0; i < horizon; i++) {
		struct plan_range range = {0, 0};

		if (high[i] > band_variance_max)
			high[i] = band_variance_max;
		if (!(state->flags & STATE_ENDED))
			interval_of(state, counts, low[i], high[i] * spread, coverage, &range);
		low[i] = range.low;
		high[i] = range.high;
	}
	return BKO_OK;
}

int32_t bko_plan_band_init(struct bko_plan_band *band, double coverage)
{
	struct bko_plan_band fresh;
	int32_t status = bko__plan_can_give(band, sizeof fresh);

	if (status != BKO_OK)
		return status;
	if (!bko__plan_probability(coverage))
		return BKO_E_ARGUMENT;
	memset(&fresh, 0, sizeof fresh);
	fresh.coverage = coverage;
	fresh.spread = band_first_spread;
	bko__plan_give(band, &fresh, sizeof fresh);
	return BKO_OK;
}

int32_t bko_plan_band_observe(struct bko_plan_band *band, const bko_plan_state *state, double value,
                              uint32_t flags)
{
	struct bko_plan_band taken;
	int32_t status = band_take(band, &taken);
	double low, high;
	int miss;

	if (status == BKO_OK)
		status = bko__plan_check_state(state);
	if (status != BKO_OK)
		return status;
	if (!bko__plan_finite(value) ||
	    (flags & ~(uint32_t)(BKO_PLAN_MASKED | BKO_PLAN_CENSORED)) != 0)
		return BKO_E_ARGUMENT;
	if (flags != 0 || state->seen == 0 || (state->flags & STATE_ENDED))
		return BKO_OK;
	status = bko_plan_interval(state, band, taken.coverage, 1, &low, &high);
	if (status != BKO_OK)
		return status;
	miss = value < low || value > high;
	/* A miss and a hit balance where misses are as frequent as they should. */
	taken.spread *= exp(band_step * (miss ? taken.coverage : taken.coverage - 1));
	if (taken.spread < band_least_spread)
		taken.spread = band_least_spread;
	if (taken.spread > band_most_spread)
		taken.spread = band_most_spread;
	if (taken.periods < UINT32_MAX) {
		taken.periods++;
		taken.misses += miss ? 1 : 0;
	}
	bko__plan_give(band, &taken, sizeof taken);
	return BKO_OK;
}

int32_t bko_plan_band_save(const struct bko_plan_band *band, void *bytes, size_t capacity,
                           size_t *size)
{
	struct bko_plan_band taken;
	int32_t status = band_take(band, &taken);
	unsigned char *out = bytes;

	if (status != BKO_OK)
		return status;
	if (!bytes || !size)
		return BKO_E_MISUSE;
	*size = BAND_SIZE;
	if (capacity < BAND_SIZE)
		return BKO_E_BUFFER;
	bko__plan_put_bytes(out, BAND_FORMAT, 4);
	bko__plan_put_bytes(out + 4, taken.misses, 4);
	bko__plan_put_bytes(out + 8, taken.periods, 4);
	bko__plan_put_bytes(out + 12, 0, 4);
	bko__plan_put_double(out + 16, taken.coverage);
	bko__plan_put_double(out + 24, taken.spread);
	return BKO_OK;
}

int32_t bko_plan_band_load(struct bko_plan_band *band, const void *bytes, size_t size)
{
	struct bko_plan_band loaded, checked;
	int32_t status = bko__plan_can_give(band, sizeof loaded);
	const unsigned char *in = bytes;

	if (status != BKO_OK)
		return status;
	if (!bytes)
		return BKO_E_MISUSE;
	if (size != BAND_SIZE)
		return BKO_E_CORRUPT;
	if (bko__plan_get_bytes(in, 4) > BAND_FORMAT)
		return BKO_E_FORMAT;
	memset(&loaded, 0, sizeof loaded);
	loaded.struct_size = sizeof loaded;
	loaded.misses = (uint32_t)bko__plan_get_bytes(in + 4, 4);
	loaded.periods = (uint32_t)bko__plan_get_bytes(in + 8, 4);
	loaded.reserved = (uint32_t)bko__plan_get_bytes(in + 12, 4);
	loaded.coverage = bko__plan_get_double(in + 16);
	loaded.spread = bko__plan_get_double(in + 24);
	if (bko__plan_get_bytes(in, 4) != BAND_FORMAT || band_take(&loaded, &checked) != BKO_OK)
		return BKO_E_CORRUPT;
	bko__plan_give(band, &loaded, sizeof loaded);
	return BKO_OK;
}
