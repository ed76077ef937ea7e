/*
 * Every function of forecasting states refuses what has no meaning, with the code
 * its documentation names, and leaves its outputs alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "refusals.h"

static void methods(void **state)
{
	static double memory[64];
	bko_plan_state *item = (bko_plan_state *)(void *)memory;
	struct bko_plan_method method;
	size_t size = 0, i, k;
	uint32_t kind;

	(void)state;
	for (i = 0; i < COUNT(not_amount); i++)
		for (k = 0; k < 6; k++) {
			double *members[6] = {&method.alpha,       &method.beta,
			                      &method.gamma,       &method.phi,
			                      &method.start_level, &method.start_trend};

			method = method_of(BKO_PLAN_HOLT, 0, 0, 0);
			*members[k] = k < 4 || i > 0 ? not_amount[i] : 1e101;
			ARGUMENT(bko_plan_state_size(&method, &size));
			*members[k] = k < 4 ? 1.01 : NAN;
			ARGUMENT(bko_plan_state_init(item, sizeof memory, &method));
		}
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		int is_seasonal = kind == BKO_PLAN_SEASONAL_NAIVE ||
		                  kind == BKO_PLAN_WINTERS_ADDITIVE ||
		                  kind == BKO_PLAN_WINTERS_MULTIPLICATIVE || kind == BKO_PLAN_AUTO;
		int has_start = kind == BKO_PLAN_SES || kind == BKO_PLAN_HOLT ||
		                kind == BKO_PLAN_DAMPED || kind == BKO_PLAN_THETA;

		/* A season of 0, a window of 0, and both too large. */
		method = method_of(kind, 0, 0, 0);
		REFUSED(is_seasonal || kind == BKO_PLAN_MOVING_AVERAGE ? BKO_E_ARGUMENT : BKO_OK,
		        bko_plan_state_size(&method, &size));
		method.season = method.window = 1000;
		REFUSED(is_seasonal || kind == BKO_PLAN_MOVING_AVERAGE ? BKO_E_ARGUMENT : BKO_OK,
		        bko_plan_state_size(&method, &size));
		method.season = method.window = 2;
		method.flags = BKO_PLAN_START;
		REFUSED(has_start ? BKO_OK : BKO_E_ARGUMENT, bko_plan_state_size(&method, &size));
	}
	method = method_of(0, 0, 0, 0);
	ARGUMENT(bko_plan_state_size(&method, &size));
	method = method_of(16, 0, 0, 0);
	ARGUMENT(bko_plan_state_size(&method, &size));
	method = method_of(BKO_PLAN_SES, 0, 0, 0);
	method.flags = 2;
	ARGUMENT(bko_plan_state_size(&method, &size));
	method = method_of(BKO_PLAN_SES, 0, 0, 0);
	method.reserved = 1;
	REFUSED(BKO_E_STRUCT_NEWER, bko_plan_state_size(&method, &size));
	method = method_of(BKO_PLAN_SES, 0, 0, 0);
	MISUSE(bko_plan_state_size(NULL, &size));
	MISUSE(bko_plan_state_size(&method, NULL));
	MISUSE(bko_plan_state_init(NULL, sizeof memory, &method));
	MISUSE(bko_plan_state_init(item, sizeof memory, NULL));
	MISUSE(bko_plan_state_init((bko_plan_state *)(void *)((char *)memory + 4), 400, &method));
	assert_int_equal(bko_plan_state_size(&method, &size), BKO_OK);
	REFUSED(BKO_E_BUFFER, bko_plan_state_init(item, size - 1, &method));
	assert_true(memory[0] == 0);
}

static void observations(void **state)
{
	uint32_t kind;
	double x = untouched, y = untouched;
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	struct bko_plan_band band = {.struct_size = sizeof band};
	unsigned char bytes[BKO_PLAN_STATE_MAX];
	size_t size, i;

	(void)state;
	assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		static const double bad[] = {NAN, INFINITY, -INFINITY, 1.1e100, -1.1e100};
		struct bko_plan_method method = method_of(kind, 0, 0, 0);
		int is_slow = kind >= BKO_PLAN_CROSTON && kind <= BKO_PLAN_SKU;
		bko_plan_state *item;

		method.season = method.window = 4;
		item = state_of(&method);
		/* An empty series has no forecast, but a reading. */
		REFUSED(BKO_E_STATE, bko_plan_forecast(item, 1, &x));
		REFUSED(BKO_E_STATE, bko_plan_variance(item, 1, &x));
		REFUSED(BKO_E_STATE, bko_plan_total(item, 1, &x, &y));
		REFUSED(BKO_E_STATE, bko_plan_interval(item, NULL, .9, 1, &x, &y));
		assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
		assert_int_equal(bko_plan_band_observe(&band, item, 3, 0), BKO_OK);
		assert_int_equal(band.periods, 0);
		for (i = 0; i < COUNT(bad); i++) {
			ARGUMENT(bko_plan_observe(item, bad[i], 0));
			ARGUMENT(bko_plan_observe(item, bad[i], BKO_PLAN_MASKED));
		}
		ARGUMENT(bko_plan_observe(item, 1, 4));
		REFUSED(is_slow ? BKO_E_ARGUMENT : BKO_OK, bko_plan_observe(item, -1, 0));
		assert_int_equal(bko_plan_observe(item, 1, 0), BKO_OK);
		ARGUMENT(bko_plan_forecast(item, 0, &x));
		ARGUMENT(bko_plan_forecast(item, BKO_PLAN_HORIZON_MAX + 1, &x));
		ARGUMENT(bko_plan_variance(item, 0, &x));
		ARGUMENT(bko_plan_total(item, 0, &x, &y));
		ARGUMENT(bko_plan_total(item, -1, &x, &y));
		ARGUMENT(bko_plan_total(item, NAN, &x, &y));
		ARGUMENT(bko_plan_total(item, BKO_PLAN_HORIZON_MAX + .1, &x, &y));
		ARGUMENT(bko_plan_interval(item, NULL, .9, 0, &x, &y));
		for (i = 0; i < COUNT(not_probability); i++)
			ARGUMENT(bko_plan_interval(item, NULL, not_probability[i], 1, &x, &y));
		ARGUMENT(bko_plan_state_end(item, 2));
		MISUSE(bko_plan_forecast(item, 1, NULL));
		MISUSE(bko_plan_variance(item, 1, NULL));
		MISUSE(bko_plan_total(item, 1, NULL, &y));
		MISUSE(bko_plan_total(item, 1, &x, NULL));
		MISUSE(bko_plan_interval(item, NULL, .9, 1, NULL, &y));
		MISUSE(bko_plan_interval(item, NULL, .9, 1, &x, NULL));
		MISUSE(bko_plan_state_read(item, NULL));
		MISUSE(bko_plan_state_save(item, NULL, 100, &size));
		MISUSE(bko_plan_state_save(item, bytes, 100, NULL));
		MISUSE(bko_plan_state_load(item, 100, NULL, 100));
		MISUSE(bko_plan_state_like(item, 5000, item, 1, 1));
		free(item);
	}
	assert_true(x == untouched && y == untouched);
}

static void what_is_no_state(void **state)
{
	static double zeros[8];
	bko_plan_state *none = (bko_plan_state *)(void *)zeros;
	double x = untouched, y = untouched;
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	struct bko_plan_band band = {.struct_size = sizeof band};
	unsigned char bytes[BKO_PLAN_STATE_MAX];
	uint32_t one = 7;
	size_t size, i;

	(void)state;
	assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
	/* Memory that is no state, and none. */
	for (i = 0; i < 2; i++) {
		bko_plan_state *item = i == 0 ? none : NULL;

		MISUSE(bko_plan_observe(item, 1, 0));
		MISUSE(bko_plan_forecast(item, 1, &x));
		MISUSE(bko_plan_variance(item, 1, &x));
		MISUSE(bko_plan_total(item, 1, &x, &y));
		MISUSE(bko_plan_interval(item, NULL, .9, 1, &x, &y));
		MISUSE(bko_plan_state_end(item, 1));
		MISUSE(bko_plan_state_read(item, &reading));
		MISUSE(bko_plan_state_save(item, bytes, sizeof bytes, &size));
		MISUSE(bko_plan_state_like(none, 64, item, 1, 1));
		MISUSE(bko_plan_band_observe(&band, item, 1, 0));
	}
	ARGUMENT(bko_plan_classify(.9, .1, &one));
	ARGUMENT(bko_plan_classify(NAN, .1, &one));
	ARGUMENT(bko_plan_classify(2, -.1, &one));
	ARGUMENT(bko_plan_classify(2, INFINITY, &one));
	MISUSE(bko_plan_classify(2, .1, NULL));
	assert_true(x == untouched && y == untouched && one == 7);
}

static void bands(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SES, 0, 0, 0);
	struct bko_plan_band band = {.struct_size = sizeof band}, bad;
	bko_plan_state *item = state_of(&method);
	unsigned char bytes[32];
	double low, high;
	size_t i, size;

	(void)state;
	feed(item, nile, 10);
	for (i = 0; i < COUNT(not_probability); i++)
		ARGUMENT(bko_plan_band_init(&band, not_probability[i]));
	MISUSE(bko_plan_band_init(NULL, .9));
	/* A band that was never started. */
	ARGUMENT(bko_plan_band_observe(&band, item, 1, 0));
	ARGUMENT(bko_plan_interval(item, &band, .9, 1, &low, &high));
	ARGUMENT(bko_plan_band_save(&band, bytes, 32, &size));
	assert_int_equal(bko_plan_band_init(&band, .9), BKO_OK);
	ARGUMENT(bko_plan_band_observe(&band, item, NAN, 0));
	ARGUMENT(bko_plan_band_observe(&band, item, 1, 8));
	for (i = 0; i < 4; i++) {
		static const double spreads[] = {NAN, 0, -1, 51};

		bad = band;
		bad.spread = spreads[i];
		ARGUMENT(bko_plan_interval(item, &bad, .9, 1, &low, &high));
	}
	bad = band;
	bad.misses = 1;
	ARGUMENT(bko_plan_band_observe(&bad, item, 1, 0));
	MISUSE(bko_plan_band_observe(NULL, item, 1, 0));
	MISUSE(bko_plan_band_save(NULL, bytes, 32, &size));
	MISUSE(bko_plan_band_save(&band, NULL, 32, &size));
	MISUSE(bko_plan_band_save(&band, bytes, 32, NULL));
	MISUSE(bko_plan_band_load(NULL, bytes, 32));
	MISUSE(bko_plan_band_load(&band, NULL, 32));
	free(item);
}

static void like_items(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SES, 0, 0, 0);
	bko_plan_state *item = state_of(&method), *fresh = state_of(&method);
	size_t i, size;

	(void)state;
	assert_int_equal(bko_plan_state_size(&method, &size), BKO_OK);
	feed(item, nile, 10);
	for (i = 0; i < COUNT(not_positive); i++)
		ARGUMENT(bko_plan_state_like(fresh, size, item, not_positive[i], 1));
	ARGUMENT(bko_plan_state_like(fresh, size, item, 1.1e6, 1));
	ARGUMENT(bko_plan_state_like(fresh, size, item, 1, 0));
	MISUSE(bko_plan_state_like(NULL, size, item, 1, 1));
	assert_int_equal(bko_plan_state_like(fresh, size, item, 1, 1), BKO_OK);
	free(item);
	free(fresh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods),          cmocka_unit_test(observations),
		cmocka_unit_test(what_is_no_state), cmocka_unit_test(bands),
		cmocka_unit_test(like_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
