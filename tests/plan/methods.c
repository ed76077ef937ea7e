/*
 * Every method on small series, against the figures of other implementations
 * (R's HoltWinters and thetaf, Croston and its corrections by hand).
 *
 * SPDX-License-Identifier: MIT
 */
#include "series.h"

static const double slow[] = {0, 0, 3, 0, 2, 0, 0, 4, 0, 1};

static void slow_movers_match_hand_figures(void **state)
{
	static const struct {
		uint32_t kind;
		double alpha, mean;
	} cases[] = {
		{BKO_PLAN_CROSTON, .1, 2.809 / 2.819}, {BKO_PLAN_CROSTON, .1, .9964526428},
		{BKO_PLAN_SBA, .1, .9466300106},       {BKO_PLAN_SBJ, .1, .9440077668},
		{BKO_PLAN_TSB, .1, .8086512402},       {BKO_PLAN_CROSTON, .2, .9850299401},
		{BKO_PLAN_SBA, .2, .8865269461},       {BKO_PLAN_SBJ, .2, .875582169},
		{BKO_PLAN_TSB, .2, 1.14618083328},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct bko_plan_method method =
			method_of(cases[i].kind, cases[i].alpha, cases[i].alpha, 0);
		bko_plan_state *item = state_of(&method);

		feed(item, slow, COUNT(slow));
		assert_near(forecast_of(item, 1), cases[i].mean, 1e-9);
		assert_near(forecast_of(item, 7), cases[i].mean, 1e-9);
		free(item);
	}
}

static void regular_methods_match_r(void **state)
{
	static const struct {
		uint32_t kind;
		double alpha, beta, gamma, means[3];
	} cases[] = {
		{BKO_PLAN_WINTERS_MULTIPLICATIVE,
	         .3,
	         .1,
	         .2,
	         {455.606185076, 448.907290248, 519.936031744}},
		{BKO_PLAN_WINTERS_ADDITIVE,
	         .3,
	         .1,
	         .2,
	         {474.45777226, 469.801810919, 513.007326049}},
		{BKO_PLAN_SES, .3, 0, 0, {788.440125586, 788.440125586, 788.440125586}},
		{BKO_PLAN_HOLT, .3, .1, 0, {772.883097133, 761.677895752, 750.472694371}},
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct bko_plan_method method =
			method_of(cases[i].kind, cases[i].alpha, cases[i].beta, cases[i].gamma);
		bko_plan_state *item;
		double means[3];

		method.season = 12;
		item = state_of(&method);
		if (cases[i].gamma > 0)
			feed(item, passengers, COUNT(passengers));
		else
			feed(item, nile, COUNT(nile));
		assert_int_equal(bko_plan_forecast(item, 3, means), BKO_OK);
		for (k = 0; k < 3; k++)
			assert_near(means[k], cases[i].means[k], 1e-9);
		free(item);
	}
}

/* The first season's errors of R (t = 13 .. 24) are made inside, so what is
 * summed here is the rest, and it must leave a plausible remainder. */
static void winters_makes_the_errors_of_r(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_WINTERS_MULTIPLICATIVE, .3, .1, .2);
	bko_plan_state *item;
	double sum = 0;
	size_t t;

	(void)state;
	method.season = 12;
	item = state_of(&method);
	feed(item, passengers, 24);
	for (t = 24; t < COUNT(passengers); t++) {
		double off = passengers[t] - forecast_of(item, 1);

		sum += off * off;
		assert_int_equal(bko_plan_observe(item, passengers[t], 0), BKO_OK);
	}
	assert_true(sum < 34270.3777195 && sum > 0.97 * 34270.3777195);
	free(item);
}

static double theta_of(double level, double *second)
{
	struct bko_plan_method method = method_of(BKO_PLAN_THETA, .245668, 0, 0);
	bko_plan_state *item;
	double first;

	method.flags = BKO_PLAN_START;
	method.start_level = level;
	item = state_of(&method);
	feed(item, nile, COUNT(nile));
	first = forecast_of(item, 1);
	*second = forecast_of(item, 2);
	free(item);
	return first;
}

/* R finds the first level by search, so it is found here too: errors are linear
 * in it, and the one with the least sum of squares is the answer. */
static void theta_matches_r(void **state)
{
	double weight = 1;
	double level0 = 0;
	double cross = 0;
	double squares = 0;
	double first, second, start;
	size_t t;

	(void)state;
	for (t = 0; t < COUNT(nile); t++) {
		double off = nile[t] - level0;

		cross += off * weight;
		squares += weight * weight;
		level0 += .245668 * off;
		weight *= 1 - .245668;
	}
	start = cross / squares;
	first = theta_of(start, &second);
	assert_near(second - first, -1.357153, 1e-6);
	/* As near as R's alpha, printed with six digits, allows. */
	assert_near(first, 799.811996, 1e-7);
	assert_near(second, 798.454844, 1e-7);
	assert_near(2 * second - first, 797.097690, 1e-7);
}

static void naive_methods_repeat(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_NAIVE, 0, 0, 0);
	bko_plan_state *item = state_of(&method);
	double sum = 0;
	uint32_t h;

	(void)state;
	feed(item, passengers, 144);
	assert_near(forecast_of(item, 5), 432, 0);
	free(item);
	method.kind = BKO_PLAN_SEASONAL_NAIVE;
	method.season = 12;
	item = state_of(&method);
	feed(item, passengers, 3);
	assert_near(forecast_of(item, 1), passengers[2], 0);
	feed(item, passengers + 3, 141);
	for (h = 1; h <= 30; h++)
		assert_near(forecast_of(item, h), passengers[132 + (h - 1) % 12], 0);
	free(item);
	method.kind = BKO_PLAN_MOVING_AVERAGE;
	method.window = 7;
	item = state_of(&method);
	feed(item, passengers, 2);
	assert_near(forecast_of(item, 3), 115, 1e-15);
	feed(item, passengers + 2, 142);
	for (h = 137; h < 144; h++)
		sum += passengers[h];
	assert_near(forecast_of(item, 3), sum / 7, 1e-15);
	free(item);
	/* A window of one period, and a season of one, are the naive method. */
	for (method.kind = BKO_PLAN_SEASONAL_NAIVE; method.kind <= BKO_PLAN_MOVING_AVERAGE;
	     method.kind++) {
		method.window = method.season = 1;
		item = state_of(&method);
		feed(item, passengers, 144);
		assert_near(forecast_of(item, 9), 432, 0);
		free(item);
	}
}

static void damped_trend_dies_out(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_DAMPED, .5, .5, 0);
	bko_plan_state *item;
	double means[400], level, trend;
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	int i;

	(void)state;
	method.phi = .8;
	item = state_of(&method);
	for (i = 0; i < 30; i++)
		assert_int_equal(bko_plan_observe(item, 10 * i, 0), BKO_OK);
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	level = reading.level;
	trend = reading.trend;
	assert_int_equal(bko_plan_forecast(item, 400, means), BKO_OK);
	assert_near(means[0], level + .8 * trend, 1e-14);
	assert_near(means[1], level + (.8 + .64) * trend, 1e-14);
	assert_near(means[399], level + trend * .8 / .2, 1e-12);
	free(item);
}

static void variances_grow_by_the_formula(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_SES, .3, 0, 0);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	bko_plan_state *item = state_of(&method);
	double variances[12], mean, total, sum = 0;
	uint32_t h;

	(void)state;
	feed(item, nile, COUNT(nile));
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	assert_int_equal(bko_plan_variance(item, 12, variances), BKO_OK);
	for (h = 1; h <= 12; h++) {
		double reach = 1 + .3 * (h - 1);

		assert_near(variances[h - 1], reading.error * (1 + (h - 1) * .09), 1e-12);
		sum += reach * reach;
		assert_int_equal(bko_plan_total(item, h, &mean, &total), BKO_OK);
		assert_near(mean, h * reading.level, 1e-12);
		assert_near(total, reading.error * sum, 1e-12);
		/* A quarter of the next period: a quarter of what it adds. */
		assert_int_equal(bko_plan_total(item, h + .25, &mean, &total), BKO_OK);
		assert_near(mean, (h + .25) * reading.level, 1e-12);
		assert_near(total, reading.error * (sum + .25 * (1 + .3 * h) * (1 + .3 * h)),
		            1e-12);
	}
	free(item);
	method.kind = BKO_PLAN_SEASONAL_NAIVE;
	method.season = 4;
	item = state_of(&method);
	feed(item, nile, COUNT(nile));
	assert_int_equal(bko_plan_variance(item, 12, variances), BKO_OK);
	for (h = 1; h < 12; h++)
		assert_near(variances[h], variances[0] * (1 + h / 4), 1e-12);
	free(item);
	method = method_of(BKO_PLAN_HOLT, .3, .1, 0);
	item = state_of(&method);
	feed(item, nile, COUNT(nile));
	assert_int_equal(bko_plan_variance(item, 3, variances), BKO_OK);
	assert_near(variances[1] / variances[0], 1 + .33 * .33, 1e-12);
	assert_near(variances[2] / variances[0], 1 + .33 * .33 + .36 * .36, 1e-12);
	free(item);
}

/* With a trend the reach of an error grows from period to period. */
static void totals_follow_the_trend(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_HOLT, .3, .1, 0);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	bko_plan_state *item = state_of(&method);
	double mean, variance;

	(void)state;
	feed(item, nile, COUNT(nile));
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	assert_int_equal(bko_plan_total(item, 3, &mean, &variance), BKO_OK);
	assert_near(mean, 3 * reading.level + 6 * reading.trend, 1e-12);
	/* c_1 = .33, c_2 = .36. */
	assert_near(variance / reading.error, 1 + 1.33 * 1.33 + 1.69 * 1.69, 1e-12);
	free(item);
}

static void variances_know_the_season(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_WINTERS_ADDITIVE, .3, .1, .2);
	bko_plan_state *item;
	double variances[6], c4 = .3 * (1 + .1 * 4) + .2 * .7;

	(void)state;
	method.season = 4;
	item = state_of(&method);
	feed(item, passengers, 40);
	assert_int_equal(bko_plan_variance(item, 6, variances), BKO_OK);
	assert_near((variances[4] - variances[3]) / variances[0], c4 * c4, 1e-12);
	assert_near((variances[5] - variances[4]) / variances[0], .45 * .45, 1e-12);
	free(item);
	/* Until the season is known, each is a random walk. */
	for (method.kind = BKO_PLAN_SEASONAL_NAIVE; method.kind != 0;
	     method.kind = method.kind == BKO_PLAN_SEASONAL_NAIVE ? BKO_PLAN_WINTERS_ADDITIVE : 0) {
		method.season = 12;
		item = state_of(&method);
		feed(item, passengers, 11);
		assert_int_equal(bko_plan_variance(item, 6, variances), BKO_OK);
		assert_near(variances[5], 6 * variances[0], 1e-12);
		free(item);
	}
}

static void variances_scale_with_the_factors(void **state)
{
	struct bko_plan_method method = method_of(BKO_PLAN_WINTERS_MULTIPLICATIVE, .3, .1, .2);
	struct bko_plan_reading reading = {.struct_size = sizeof reading};
	bko_plan_state *item;
	double means[2], variances[2], factors[2], mean, variance, middle;
	uint32_t h;

	(void)state;
	method.season = 12;
	item = state_of(&method);
	feed(item, passengers, 100);
	assert_int_equal(bko_plan_state_read(item, &reading), BKO_OK);
	assert_int_equal(bko_plan_forecast(item, 2, means), BKO_OK);
	assert_int_equal(bko_plan_variance(item, 2, variances), BKO_OK);
	assert_int_equal(bko_plan_total(item, 2, &mean, &variance), BKO_OK);
	for (h = 0; h < 2; h++) {
		factors[h] = means[h] / (reading.level + (h + 1) * reading.trend);
		assert_near(variances[h],
		            reading.error * factors[h] * factors[h] * (1 + h * .33 * .33), 1e-12);
	}
	middle = .5 * (factors[0] + factors[1]);
	assert_near(variance, reading.error * middle * middle * (1 + 1.33 * 1.33), 1e-12);
	free(item);
}

/* A season without trend or noise is found exactly, of even and odd length, and
 * a hole in the first two seasons is filled with what stood there before. */
static void pure_seasons_are_found(void **state)
{
	static const double season[] = {8, 3, 12, 5, 2, 9, 17, 6};
	static const uint32_t kinds[] = {BKO_PLAN_WINTERS_ADDITIVE, BKO_PLAN_WINTERS_MULTIPLICATIVE,
	                                 BKO_PLAN_AUTO};
	uint32_t m, t;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++)
		for (m = 2; m <= COUNT(season); m++) {
			struct bko_plan_method method = method_of(kinds[i], .3, .1, .2);
			bko_plan_state *item;

			method.season = m;
			item = state_of(&method);
			for (t = 0; t < 2 * m + 1; t++)
				assert_int_equal(bko_plan_observe(item, season[t % m],
				                                  t == m ? BKO_PLAN_MASKED : 0),
				                 BKO_OK);
			for (t = 2 * m + 1; t < 4 * m; t++)
				assert_near(forecast_of(item, t - 2 * m), season[t % m], 1e-9);
			free(item);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_movers_match_hand_figures),
		cmocka_unit_test(regular_methods_match_r),
		cmocka_unit_test(winters_makes_the_errors_of_r),
		cmocka_unit_test(theta_matches_r),
		cmocka_unit_test(naive_methods_repeat),
		cmocka_unit_test(damped_trend_dies_out),
		cmocka_unit_test(variances_grow_by_the_formula),
		cmocka_unit_test(totals_follow_the_trend),
		cmocka_unit_test(variances_know_the_season),
		cmocka_unit_test(variances_scale_with_the_factors),
		cmocka_unit_test(pure_seasons_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
