/*
 * Forecasting states as objects: sizes, what masks, stock-outs, ends of life and
 * like items do to them, classes, intervals and the bands that learn.
 *
 * SPDX-License-Identifier: MIT
 */
#include "series.h"

static uint32_t seed;

/* xorshift: the same numbers everywhere. */
static double uniform(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed + 0.5) / 4294967296.0;
}

static double gaussian(void)
{
	double z;

	assert_int_equal(bko_plan_normal_quantile(uniform(), &z), BKO_OK);
	return z;
}

static struct bko_plan_method seasonal(uint32_t kind, uint32_t slots)
{
	struct bko_plan_method method = method_of(kind, 0, 0, 0);

	method.season = slots;
	method.window = slots;
	return method;
}

static void sizes_are_as_promised(void **state)
{
	uint32_t kind, slots;
	size_t size, largest = 0;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++)
		for (slots = 1; slots <= BKO_PLAN_WINDOW_MAX; slots++) {
			struct bko_plan_method method = seasonal(kind, slots);

			if (bko_plan_state_size(&method, &size) != BKO_OK)
				continue;
			assert_true(size % 8 == 0);
			assert_true(size <= 1228 + 8 * (size_t)slots);
			if (kind == BKO_PLAN_SKU)
				assert_int_equal(size, BKO_PLAN_SKU_SIZE);
			if (kind == BKO_PLAN_AUTO)
				assert_int_equal(size, 1064 + (slots > 1 ? 8 * slots : 0));
			largest = size > largest ? size : largest;
		}
	assert_true(BKO_PLAN_SKU_SIZE <= 64);
	assert_int_equal(largest, BKO_PLAN_STATE_MAX);
}

static void masked_periods_teach_nothing(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		struct bko_plan_method method = seasonal(kind, 12);
		bko_plan_state *a = state_of(&method), *b = state_of(&method);
		double means_a[24], means_b[24];
		size_t i;

		feed(a, passengers, 48);
		feed(b, passengers, 48);
		/* What a masked value is does not matter, and the season goes on. */
		for (i = 0; i < 6; i++) {
			assert_int_equal(bko_plan_observe(a, 1e6, BKO_PLAN_MASKED), BKO_OK);
			assert_int_equal(bko_plan_observe(b, 0, BKO_PLAN_MASKED), BKO_OK);
		}
		assert_int_equal(bko_plan_forecast(a, 12, means_a), BKO_OK);
		assert_int_equal(bko_plan_forecast(b, 12, means_b), BKO_OK);
		assert_memory_equal(means_a, means_b, 12 * sizeof *means_a);
		/* The forecast is the old one, six periods further on. */
		free(b);
		b = state_of(&method);
		feed(b, passengers, 48);
		assert_int_equal(bko_plan_forecast(b, 18, means_b), BKO_OK);
		for (i = 0; i < 12; i++)
			if (kind != BKO_PLAN_MOVING_AVERAGE && kind != BKO_PLAN_THETA)
				assert_near(means_a[i], means_b[i + 6], 1e-9);
		free(a);
		free(b);
	}
}

static void leading_masked_periods_are_nothing(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		struct bko_plan_method method = seasonal(kind, 4);
		bko_plan_state *item = state_of(&method);
		double mean;

		assert_int_equal(bko_plan_observe(item, 5, BKO_PLAN_MASKED), BKO_OK);
		assert_int_equal(bko_plan_observe(item, 5, BKO_PLAN_CENSORED), BKO_OK);
		assert_int_equal(bko_plan_forecast(item, 1, &mean), BKO_E_STATE);
		assert_int_equal(bko_plan_observe(item, 5, 0), BKO_OK);
		assert_int_equal(bko_plan_forecast(item, 1, &mean), BKO_OK);
		free(item);
	}
}

static void stock_outs_are_not_read_as_no_demand(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		struct bko_plan_method method = seasonal(kind, 4);
		bko_plan_state *item = state_of(&method);
		double before;
		int i;

		for (i = 0; i < 40; i++)
			assert_int_equal(bko_plan_observe(item, 10, 0), BKO_OK);
		before = forecast_of(item, 1);
		for (i = 0; i < 8; i++)
			assert_int_equal(bko_plan_observe(item, 0, BKO_PLAN_CENSORED), BKO_OK);
		assert_near(forecast_of(item, 1), before, 1e-9);
		/* Demand of at least 30 is news, and raises it. */
		for (i = 0; i < 8; i++)
			assert_int_equal(bko_plan_observe(item, 30, BKO_PLAN_CENSORED), BKO_OK);
		assert_true(forecast_of(item, 1) > before * 1.3);
		free(item);
	}
}

static void end_of_life_expects_nothing(void **state)
{
	struct bko_plan_method method = seasonal(BKO_PLAN_AUTO, 12);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	bko_plan_state *item = state_of(&method);
	double low[3], high[3], mean, variance, before;
	int i;

	(void)state;
	feed(item, passengers, 60);
	before = forecast_of(item, 1);
	assert_int_equal(bko_plan_state_end(item, 1), BKO_OK);
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	assert_int_equal(reading.ended, 1);
	assert_true(forecast_of(item, 3) == 0);
	assert_int_equal(bko_plan_total(item, 5, &mean, &variance), BKO_OK);
	assert_true(mean == 0 && variance == 0);
	assert_int_equal(bko_plan_interval(item, NULL, .9, 3, low, high), BKO_OK);
	for (i = 0; i < 3; i++)
		assert_true(low[i] == 0 && high[i] == 0);
	assert_int_equal(bko_plan_state_end(item, 0), BKO_OK);
	assert_true(forecast_of(item, 1) == before);
	free(item);
}

static void lend(uint32_t kind, size_t seen)
{
	struct bko_plan_method method = seasonal(kind, 12);
	bko_plan_state *old = state_of(&method), *fresh = state_of(&method);
	double was[12], is[12], was_variance[12], is_variance[12];
	size_t size, h;

	assert_int_equal(bko_plan_state_size(&method, &size), BKO_OK);
	assert_int_equal(bko_plan_state_like(fresh, size, old, .25, 4), BKO_E_STATE);
	feed(old, passengers, seen);
	assert_int_equal(bko_plan_state_like(fresh, size - 8, old, .25, 4), BKO_E_BUFFER);
	assert_int_equal(bko_plan_state_end(old, 1), BKO_OK);
	assert_int_equal(bko_plan_state_like(fresh, size, old, .25, 4), BKO_OK);
	assert_int_equal(bko_plan_state_end(old, 0), BKO_OK);
	assert_int_equal(bko_plan_forecast(old, 12, was), BKO_OK);
	assert_int_equal(bko_plan_forecast(fresh, 12, is), BKO_OK);
	assert_int_equal(bko_plan_variance(old, 12, was_variance), BKO_OK);
	assert_int_equal(bko_plan_variance(fresh, 12, is_variance), BKO_OK);
	for (h = 0; h < 12; h++) {
		assert_near(is[h], was[h] / 4, 1e-12);
		assert_near(is_variance[h], was_variance[h] / 16, 1e-12);
	}
	/* Before the season is known as after: what follows scales too. */
	for (h = seen; h < 80 && (kind < BKO_PLAN_CROSTON || kind == BKO_PLAN_AUTO); h++) {
		feed(old, passengers + h, 1);
		assert_int_equal(bko_plan_observe(fresh, passengers[h] / 4, 0), BKO_OK);
	}
	assert_near(forecast_of(fresh, 5), forecast_of(old, 5) / 4, 1e-12);
	free(old);
	free(fresh);
}

static void a_like_item_lends_its_figures(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		lend(kind, 9);
		lend(kind, 20);
		lend(kind, 60);
	}
}

static void borrowed_experience_gives_way(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SKU, 0, 0, 0);
	bko_plan_state *old = state_of(&method), *soon = state_of(&method),
		       *late = state_of(&method);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	int i;

	(void)state;
	for (i = 0; i < 52; i++)
		assert_int_equal(bko_plan_observe(old, i % 3 == 0 ? 6 + i % 2 : 0, 0), BKO_OK);
	assert_int_equal(bko_plan_state_like(soon, 64, old, 1, 2), BKO_OK);
	assert_int_equal(bko_plan_state_like(late, 64, old, 1, 1000), BKO_OK);
	assert_int_equal(bko_plan_state_read(soon, &reading), BKO_OK);
	assert_int_equal(reading.periods, 2);
	assert_int_equal(bko_plan_state_read(late, &reading), BKO_OK);
	assert_int_equal(reading.periods, 52);
	assert_int_equal(bko_plan_observe(soon, 20, 0), BKO_OK);
	assert_int_equal(bko_plan_observe(late, 20, 0), BKO_OK);
	assert_true(forecast_of(soon, 1) > forecast_of(late, 1));
	free(old);
	free(soon);
	free(late);
}

static void demand_is_classed(void **state)
{
	static const struct {
		double interval, cv2;
		uint32_t demand_class;
	} cases[] = {
		{1, 0, BKO_PLAN_SMOOTH},
		{1.3199, .4899, BKO_PLAN_SMOOTH},
		{1.32, .4899, BKO_PLAN_INTERMITTENT},
		{1.3199, .49, BKO_PLAN_ERRATIC},
		{1.32, .49, BKO_PLAN_LUMPY},
		{100, 9, BKO_PLAN_LUMPY},
	};
	static const double lumpy[] = {0, 9, 0, 0, 1, 0, 30, 0, 0, 0, 2, 0};
	static const uint32_t kinds[] = {BKO_PLAN_SKU, BKO_PLAN_SBA, BKO_PLAN_TSB, BKO_PLAN_AUTO};
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	uint32_t demand_class;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bko_plan_classify(cases[i].interval, cases[i].cv2, &demand_class),
		                 BKO_OK);
		assert_int_equal(demand_class, cases[i].demand_class);
	}
	for (i = 0; i < COUNT(kinds); i++) {
		struct bko_plan_method method = seasonal(kinds[i], 1);
		bko_plan_state *item = state_of(&method);

		feed(item, lumpy, COUNT(lumpy));
		assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
		assert_int_equal(reading.demand_class, BKO_PLAN_LUMPY);
		assert_int_equal(reading.sales, 4);
		assert_int_equal(reading.periods, 12);
		assert_near(reading.interval, 3, 1e-15);
		/* Sizes 9, 1, 30, 2: mean 10.5, sum of squares 545 about it. */
		assert_near(reading.cv2, 545.0 / 3 / (10.5 * 10.5), 1e-12);
		assert_int_equal(reading.answers,
		                 kinds[i] == BKO_PLAN_SBA ? BKO_PLAN_SBA : BKO_PLAN_TSB);
		free(item);
	}
}

/* One order far above the usual must not stand for the weeks after it, and a
 * true rise must get through all the same. */
static void the_default_is_not_carried_away(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SKU, 0, 0, 0);
	bko_plan_state *item = state_of(&method);
	int i;

	(void)state;
	for (i = 0; i < 60; i++)
		assert_int_equal(bko_plan_observe(item, i % 2 ? 5 : 0, 0), BKO_OK);
	assert_int_equal(bko_plan_observe(item, 1000, 0), BKO_OK);
	assert_true(forecast_of(item, 1) < 10);
	for (i = 0; i < 60; i++)
		assert_int_equal(bko_plan_observe(item, i % 2 ? 1000 : 0, 0), BKO_OK);
	assert_true(forecast_of(item, 1) > 450);
	free(item);
}

static void season_is_learnt(void **state)
{
	struct bko_plan_method method = seasonal(BKO_PLAN_AUTO, 12);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	bko_plan_state *item = state_of(&method);
	double means[12], sum = 0, real_sum = 0, off = 0, flat = 0;
	size_t h;

	(void)state;
	feed(item, passengers, 132);
	assert_int_equal(bko_plan_forecast(item, 12, means), BKO_OK);
	for (h = 0; h < 12; h++) {
		sum += means[h];
		real_sum += passengers[132 + h];
	}
	/* The shape of the year to come; its level is a matter of the trend. */
	for (h = 0; h < 12; h++) {
		double real = passengers[132 + h] / real_sum;

		off += fabs(means[h] / sum - real);
		flat += fabs(1.0 / 12 - real);
	}
	assert_true(off < 0.25 * flat);
	assert_near(sum, real_sum, 0.02);
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	assert_true(reading.seasonal > 0.9 && reading.season == 12);
	assert_true(reading.answers == BKO_PLAN_SES || reading.answers == BKO_PLAN_DAMPED);
	free(item);
}

static void forecasts_scale_with_demand(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		struct bko_plan_method method = seasonal(kind, 12);
		bko_plan_state *a = state_of(&method), *b = state_of(&method);
		size_t t;

		for (t = 0; t < 80; t++) {
			double value = t % 5 == 0 ? 0 : passengers[t];

			assert_int_equal(bko_plan_observe(a, value, 0), BKO_OK);
			assert_int_equal(bko_plan_observe(b, value * 1024, 0), BKO_OK);
			/* A power of two: the same rounding at every step. */
			assert_true(forecast_of(b, 7) == 1024 * forecast_of(a, 7));
		}
		free(a);
		free(b);
	}
}

static void negative_values_are_forecast_where_they_occur(void **state)
{
	struct bko_plan_method method = seasonal(BKO_PLAN_AUTO, 1);
	bko_plan_state *item = state_of(&method);
	double low, high;
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		assert_int_equal(bko_plan_observe(item, -20 + i % 3, 0), BKO_OK);
	assert_true(forecast_of(item, 1) < -15);
	assert_int_equal(bko_plan_interval(item, NULL, .9, 1, &low, &high), BKO_OK);
	assert_true(low < -20 && high < -10);
	free(item);
	item = state_of(&method);
	for (i = 0; i < 50; i++)
		assert_int_equal(bko_plan_observe(item, 50 - i, 0), BKO_OK);
	assert_true(forecast_of(item, 30) == 0);
	free(item);
}

static void counts_have_whole_intervals(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SKU, 0, 0, 0);
	bko_plan_state *item = state_of(&method);
	double low[4], high[4];
	long inside = 0, all = 0;
	int i;

	(void)state;
	seed = 7;
	for (i = 0; i < 2000; i++) {
		double value = uniform() < 0.3 ? 1 + floor(3 * uniform()) : 0;

		if (i > 100) {
			assert_int_equal(bko_plan_interval(item, NULL, .9, 4, low, high), BKO_OK);
			assert_true(low[0] >= 0 && low[0] <= high[0]);
			assert_true(low[0] == floor(low[0]) && high[3] == floor(high[3]));
			inside += value >= low[0] && value <= high[0];
			all++;
		}
		assert_int_equal(bko_plan_observe(item, value, 0), BKO_OK);
	}
	assert_true((double)inside >= 0.9 * (double)all);
	free(item);
}

static void bands_learn_their_coverage(void **state)
{
	static const double coverages[] = {.5, .8, .9, .95};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(coverages); i++) {
		struct bko_plan_method method = method_of(BKO_PLAN_SES, .2, 0, 0);
		struct bko_plan_band band = {.struct_size = sizeof band};
		bko_plan_state *item = state_of(&method);
		double width = 1, missed;
		int t;

		assert_int_equal(bko_plan_band_init(&band, coverages[i]), BKO_OK);
		seed = 99;
		/* Heavy tails and drifting noise: no formula has this right. */
		for (t = 0; t < 20000; t++) {
			double z = gaussian();
			double value = 100 + width * z * fabs(z);

			width = 3 + 2 * sin(t / 500.0);
			assert_int_equal(bko_plan_band_observe(&band, item, value, 0), BKO_OK);
			assert_int_equal(bko_plan_observe(item, value, 0), BKO_OK);
		}
		missed = (double)band.misses / band.periods;
		assert_true(fabs(1 - missed - coverages[i]) < 0.01);
		assert_int_equal(band.periods, 19999);
		free(item);
	}
}

static void the_millionth_observation_is_like_the_first(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = BKO_PLAN_NAIVE; kind <= BKO_PLAN_AUTO; kind++) {
		struct bko_plan_method method = seasonal(kind, 7);
		bko_plan_state *item = state_of(&method);
		int t;

		seed = 3;
		for (t = 0; t < rounds_of(100000); t++)
			assert_int_equal(bko_plan_observe(item, 100 + 10 * (t % 7) + uniform(), 0),
			                 BKO_OK);
		assert_true(forecast_of(item, 7) > 90 && forecast_of(item, 7) < 175);
		free(item);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_as_promised),
		cmocka_unit_test(masked_periods_teach_nothing),
		cmocka_unit_test(leading_masked_periods_are_nothing),
		cmocka_unit_test(stock_outs_are_not_read_as_no_demand),
		cmocka_unit_test(end_of_life_expects_nothing),
		cmocka_unit_test(a_like_item_lends_its_figures),
		cmocka_unit_test(borrowed_experience_gives_way),
		cmocka_unit_test(demand_is_classed),
		cmocka_unit_test(the_default_is_not_carried_away),
		cmocka_unit_test(season_is_learnt),
		cmocka_unit_test(forecasts_scale_with_demand),
		cmocka_unit_test(negative_values_are_forecast_where_they_occur),
		cmocka_unit_test(counts_have_whole_intervals),
		cmocka_unit_test(bands_learn_their_coverage),
		cmocka_unit_test(the_millionth_observation_is_like_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
