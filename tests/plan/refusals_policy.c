/*
 * Every policy formula refuses what has no meaning, with the code
 * its documentation names, and leaves its outputs alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "refusals.h"

static struct bko_plan_demand demand_of(uint32_t kind, double mean, double variance)
{
	struct bko_plan_demand demand;

	memset(&demand, 0, sizeof demand);
	demand.struct_size = sizeof demand;
	demand.kind = kind;
	demand.mean = mean;
	demand.variance = variance;
	return demand;
}

static struct bko_plan_cost costs_of(double fixed, double holding, double backorder, double rate)
{
	struct bko_plan_cost costs = {sizeof costs, 0, fixed, holding, backorder, rate};

	return costs;
}

static void order_quantities(void **state)
{
	static const double from[] = {0, 10}, price[] = {2, 1};
	double q = untouched, c = untouched, s = untouched, work[6], orders[2];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(not_positive); i++) {
		double x = not_positive[i];

		ARGUMENT(bko_plan_eoq(x, 1, 1, &q, &c));
		ARGUMENT(bko_plan_eoq(1, x, 1, &q, &c));
		ARGUMENT(bko_plan_eoq(1, 1, x, &q, &c));
		ARGUMENT(bko_plan_eoq_cost(x, 1, 1, 1, &c));
		ARGUMENT(bko_plan_eoq_cost(1, x, 1, 1, &c));
		ARGUMENT(bko_plan_eoq_cost(1, 1, x, 1, &c));
		ARGUMENT(bko_plan_eoq_cost(1, 1, 1, x, &c));
		ARGUMENT(bko_plan_eoq_backorder(x, 1, 1, 1, &q, &s, &c));
		ARGUMENT(bko_plan_eoq_backorder(1, x, 1, 1, &q, &s, &c));
		ARGUMENT(bko_plan_eoq_backorder(1, 1, x, 1, &q, &s, &c));
		ARGUMENT(bko_plan_eoq_backorder(1, 1, 1, x, &q, &s, &c));
		ARGUMENT(bko_plan_epq(x, 1, 1, 2, &q, &c));
		ARGUMENT(bko_plan_epq(1, x, 1, 2, &q, &c));
		ARGUMENT(bko_plan_epq(1, 1, x, 2, &q, &c));
		ARGUMENT(bko_plan_epq(1, 1, 1, x, &q, &c));
		ARGUMENT(bko_plan_epq_cost(1, 1, 1, x, 1, &c));
		ARGUMENT(bko_plan_epq_cost(1, 1, 1, 2, x, &c));
		ARGUMENT(bko_plan_eoq_discount(x, 1, 1, from, price, 2, 0, &q, &c));
		ARGUMENT(bko_plan_eoq_discount(1, x, 1, from, price, 2, 0, &q, &c));
		ARGUMENT(bko_plan_eoq_discount(1, 1, x, from, price, 2, 0, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(x, 1, 1, 1, 1, 1, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(1, x, 1, 1, 1, 1, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(1, 1, x, 1, 1, 1, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(1, 1, 1, x, 1, 1, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(1, 1, 1, 1, x, 1, &q, &c));
		ARGUMENT(bko_plan_eoq_disruption(1, 1, 1, 1, 1, x, &q, &c));
		ARGUMENT(bko_plan_lots(x, 1, price, 2, work, orders, &c));
		ARGUMENT(bko_plan_lots(1, x, price, 2, work, orders, &c));
	}
	assert_true(q == untouched && c == untouched && s == untouched);
}

static void order_quantities_of_nothing(void **state)
{
	static const double from[] = {0, 10}, bad_from[] = {1, 10}, falling[] = {0, 0},
			    price[] = {2, 1}, no_price[] = {2, 0};
	double q = untouched, c = untouched, s = untouched, work[6], orders[2], bad_demand[2];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(not_amount); i++) {
		bad_demand[0] = 1;
		bad_demand[1] = not_amount[i];
		ARGUMENT(bko_plan_lots(1, 1, bad_demand, 2, work, orders, &c));
		ARGUMENT(bko_plan_eoq_discount(1, 1, 1, bad_demand, price, 2, 0, &q, &c));
	}
	ARGUMENT(bko_plan_epq(1, 1, 2, 2, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, from, price, 0, 0, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, from, price, 65, 0, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, from, price, 2, 2, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, bad_from, price, 2, 0, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, falling, price, 2, 0, &q, &c));
	ARGUMENT(bko_plan_eoq_discount(1, 1, 1, from, no_price, 2, 0, &q, &c));
	ARGUMENT(bko_plan_lots(1, 1, price, 0, work, orders, &c));
	ARGUMENT(bko_plan_lots(1, 1, price, 4097, work, orders, &c));
	REFUSED(BKO_E_RANGE, bko_plan_eoq(1e200, 1e-200, 1e200, &q, &c));
	REFUSED(BKO_E_RANGE, bko_plan_eoq_cost(1e200, 1, 1e200, 1, &c));
	MISUSE(bko_plan_eoq(1, 1, 1, NULL, &c));
	MISUSE(bko_plan_eoq(1, 1, 1, &q, NULL));
	MISUSE(bko_plan_eoq_cost(1, 1, 1, 1, NULL));
	MISUSE(bko_plan_eoq_backorder(1, 1, 1, 1, NULL, &s, &c));
	MISUSE(bko_plan_eoq_backorder(1, 1, 1, 1, &q, NULL, &c));
	MISUSE(bko_plan_eoq_backorder(1, 1, 1, 1, &q, &s, NULL));
	MISUSE(bko_plan_epq(1, 1, 1, 2, NULL, &c));
	MISUSE(bko_plan_epq(1, 1, 1, 1, &q, NULL));
	MISUSE(bko_plan_epq_cost(1, 1, 1, 2, 1, NULL));
	MISUSE(bko_plan_eoq_discount(1, 1, 1, NULL, price, 2, 0, &q, &c));
	MISUSE(bko_plan_eoq_discount(1, 1, 1, from, NULL, 2, 0, &q, &c));
	MISUSE(bko_plan_eoq_discount(1, 1, 1, from, price, 2, 0, NULL, &c));
	MISUSE(bko_plan_eoq_discount(1, 1, 1, from, price, 2, 0, &q, NULL));
	MISUSE(bko_plan_eoq_disruption(1, 1, 1, 1, 1, 1, NULL, &c));
	MISUSE(bko_plan_eoq_disruption(1, 1, 1, 1, 1, 1, &q, NULL));
	MISUSE(bko_plan_lots(1, 1, NULL, 2, work, orders, &c));
	MISUSE(bko_plan_lots(1, 1, price, 2, NULL, orders, &c));
	MISUSE(bko_plan_lots(1, 1, price, 2, work, NULL, &c));
	MISUSE(bko_plan_lots(1, 1, price, 2, work, orders, NULL));
	assert_true(q == untouched && c == untouched && s == untouched);
}

static void distributions(void **state)
{
	static const double values[] = {1, 2, 3}, falling[] = {2, 1, 3}, nan_in[] = {1, NAN, 3},
			    zeros[] = {0, 0, 0}, negative[] = {1, -1, 1};
	static const uint32_t kinds[] = {BKO_PLAN_NORMAL, BKO_PLAN_POISSON,
	                                 BKO_PLAN_NEGATIVE_BINOMIAL};
	struct bko_plan_demand good = demand_of(BKO_PLAN_NORMAL, 1, 1), bad;
	struct bko_plan_level level = {.struct_size = sizeof level};
	double x = untouched;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(not_amount); i++)
		for (k = 0; k < COUNT(kinds); k++) {
			bad = demand_of(kinds[k], not_amount[i], 2);
			ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
			ARGUMENT(bko_plan_demand_quantile(&bad, .5, &x));
			bad = demand_of(kinds[k], 1, not_amount[i]);
			if (kinds[k] != BKO_PLAN_POISSON)
				ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
		}
	for (i = 0; i < COUNT(not_probability); i++)
		ARGUMENT(bko_plan_demand_quantile(&good, not_probability[i], &x));
	bad = demand_of(0, 1, 1);
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(6, 1, 1);
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_LOGNORMAL, NAN, 1);
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_LOGNORMAL, 1, -1);
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_LOGNORMAL, 700, 100);
	REFUSED(BKO_E_RANGE, bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_NEGATIVE_BINOMIAL, 2, 1.9); /* below the mean */
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_NEGATIVE_BINOMIAL, 2, 2e5); /* too far above it */
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_POISSON, 100001, 0);
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad = demand_of(BKO_PLAN_POISSON, 3, 0);
	ARGUMENT(bko_plan_demand_at(&bad, 2e9, &level));
	ARGUMENT(bko_plan_demand_at(&good, NAN, &level));
	bad = demand_of(BKO_PLAN_EMPIRICAL, 0, 0);
	MISUSE(bko_plan_demand_at(&bad, 1, &level));
	bad.values = values;
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level)); /* an empty series */
	bad.count = 3;
	assert_int_equal(bko_plan_demand_at(&bad, 1, &level), BKO_OK);
	bad.values = falling;
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad.values = nan_in;
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad.values = values;
	bad.weights = zeros;
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	bad.weights = negative;
	ARGUMENT(bko_plan_demand_at(&bad, 1, &level));
	MISUSE(bko_plan_demand_at(NULL, 1, &level));
	MISUSE(bko_plan_demand_at(&good, 1, NULL));
	MISUSE(bko_plan_demand_quantile(NULL, .5, &x));
	MISUSE(bko_plan_demand_quantile(&good, .5, NULL));
	ARGUMENT(bko_plan_demand_fit(-1, 1, &bad));
	ARGUMENT(bko_plan_demand_fit(1, NAN, &bad));
	MISUSE(bko_plan_demand_fit(1, 1, NULL));
	assert_true(x == untouched);
}

static void sized_structs(void **state)
{
	struct {
		struct bko_plan_demand known;
		double more[2];
	} newer;
	struct bko_plan_level level = {.struct_size = sizeof level - 8};
	struct {
		struct bko_plan_level known;
		double more[2];
	} wide;

	(void)state;
	memset(&newer, 0, sizeof newer);
	newer.known = demand_of(BKO_PLAN_NORMAL, 1, 1);
	REFUSED(BKO_E_STRUCT_SIZE, bko_plan_demand_at(&newer.known, 1, &level));
	memset(&wide, 0xff, sizeof wide);
	wide.known.struct_size = sizeof wide;
	newer.known.struct_size = sizeof newer;
	assert_int_equal(bko_plan_demand_at(&newer.known, 1, &wide.known), BKO_OK);
	assert_near(wide.known.covered, .5, 1e-15);
	assert_true(wide.known.struct_size == sizeof wide && wide.more[1] == 0);
	newer.more[1] = 1;
	REFUSED(BKO_E_STRUCT_NEWER, bko_plan_demand_at(&newer.known, 1, &wide.known));
	newer.known.struct_size = 8;
	REFUSED(BKO_E_STRUCT_SIZE, bko_plan_demand_at(&newer.known, 1, &wide.known));
	newer.known.struct_size = 1 << 20;
	REFUSED(BKO_E_STRUCT_SIZE, bko_plan_demand_at(&newer.known, 1, &wide.known));
	newer.known = demand_of(BKO_PLAN_NORMAL, 1, 1);
	newer.known.reserved = 1;
	REFUSED(BKO_E_STRUCT_NEWER, bko_plan_demand_at(&newer.known, 1, &wide.known));
}

static void safety_and_service(void **state)
{
	struct bko_plan_lead good = {sizeof good, 0, 10, 2, 4, 1, 0}, bad;
	struct bko_plan_demand normal = demand_of(BKO_PLAN_NORMAL, 10, 4),
			       poisson = demand_of(BKO_PLAN_POISSON, 3, 0),
			       lognormal = demand_of(BKO_PLAN_LOGNORMAL, 700, 900);
	struct bko_plan_service service = {.struct_size = sizeof service};
	double a = untouched, b = untouched;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(not_amount); i++)
		for (k = 0; k < 5; k++) {
			double *members[5];

			bad = good;
			members[0] = &bad.demand;
			members[1] = &bad.demand_sd;
			members[2] = &bad.lead;
			members[3] = &bad.lead_sd;
			members[4] = &bad.review;
			*members[k] = not_amount[i];
			ARGUMENT(bko_plan_lead_demand(&bad, &a, &b));
			ARGUMENT(bko_plan_safety_stock(&bad, .9, &a));
			ARGUMENT(bko_plan_reorder_point(&bad, .9, &a));
		}
	for (i = 0; i < COUNT(not_probability); i++) {
		ARGUMENT(bko_plan_safety_stock(&good, not_probability[i], &a));
		ARGUMENT(bko_plan_reorder_point(&good, not_probability[i], &a));
		ARGUMENT(bko_plan_fill_level(&normal, 10, not_probability[i], 0, &a));
	}
	for (i = 0; i < COUNT(not_positive); i++) {
		ARGUMENT(bko_plan_service_of(&normal, 10, not_positive[i], &service));
		ARGUMENT(bko_plan_fill_level(&normal, not_positive[i], .9, 0, &a));
	}
	bad = good;
	bad.reserved = 1;
	REFUSED(BKO_E_STRUCT_NEWER, bko_plan_lead_demand(&bad, &a, &b));
	bad = good;
	bad.demand = 1e200;
	REFUSED(BKO_E_RANGE, bko_plan_lead_demand(&bad, &a, &b));
	MISUSE(bko_plan_lead_demand(NULL, &a, &b));
	MISUSE(bko_plan_lead_demand(&good, NULL, &b));
	MISUSE(bko_plan_lead_demand(&good, &a, NULL));
	MISUSE(bko_plan_safety_stock(NULL, .9, &a));
	MISUSE(bko_plan_safety_stock(&good, .9, NULL));
	MISUSE(bko_plan_reorder_point(NULL, .9, &a));
	MISUSE(bko_plan_reorder_point(&good, .9, NULL));
	ARGUMENT(bko_plan_service_of(&normal, NAN, 10, &service));
	ARGUMENT(bko_plan_service_of(&poisson, 2.5, 10, &service));
	ARGUMENT(bko_plan_service_of(&poisson, 2, 1.5, &service));
	ARGUMENT(bko_plan_fill_level(&poisson, 1.5, .9, 0, &a));
	ARGUMENT(bko_plan_fill_level(&normal, 10, .9, 2, &a));
	REFUSED(BKO_E_RANGE, bko_plan_fill_level(&lognormal, 10, .9, 0, &a));
	MISUSE(bko_plan_service_of(NULL, 2, 1, &service));
	MISUSE(bko_plan_service_of(&normal, 2, 1, NULL));
	MISUSE(bko_plan_fill_level(NULL, 10, .9, 0, &a));
	MISUSE(bko_plan_fill_level(&normal, 10, .9, 0, NULL));
	assert_true(a == untouched && b == untouched);
}

static void costs(void **state)
{
	struct bko_plan_cost good = costs_of(1, 1, 1, 1), bad;
	struct bko_plan_demand normal = demand_of(BKO_PLAN_NORMAL, 10, 4),
			       poisson = demand_of(BKO_PLAN_POISSON, 3, 0);
	double a = untouched, b = untouched, c = untouched, d = untouched, work[80];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(not_positive); i++) {
		double x = not_positive[i];

		for (k = 0; k < 4; k++) {
			bad = costs_of(k == 0 ? x : 1, k == 1 ? x : 1, k == 2 ? x : 1,
			               k == 3 ? x : 1);
			ARGUMENT(bko_plan_rq_cost(&bad, &normal, 10, 10, &a));
			ARGUMENT(bko_plan_rq_level(&bad, &normal, 10, &a));
			ARGUMENT(bko_plan_rq_best(&bad, &normal, &a, &b, &c));
			ARGUMENT(bko_plan_rq_shortage(&bad, &normal, &a, &b, &c, &d));
			ARGUMENT(bko_plan_rq_eoqb(&bad, &normal, &a, &b));
			ARGUMENT(bko_plan_rq_eoqss(&bad, &normal, &a, &b));
			ARGUMENT(bko_plan_ss_power(&bad, 1, 0, &a, &b));
			if (k < 3) {
				ARGUMENT(bko_plan_ss_cost(&bad, &poisson, 1, 5, work, 20, &a));
				ARGUMENT(bko_plan_ss_best(&bad, &poisson, work, 20, &a, &b, &c));
			}
		}
		ARGUMENT(bko_plan_newsvendor(x, 1, &normal, &a, &b));
		ARGUMENT(bko_plan_newsvendor(1, x, &normal, &a, &b));
		ARGUMENT(bko_plan_newsvendor_cost(x, 1, &normal, 1, &a));
		ARGUMENT(bko_plan_newsvendor_cost(1, x, &normal, 1, &a));
		ARGUMENT(bko_plan_newsvendor_disruption(x, 1, 1, .1, .1, &a, &b));
		ARGUMENT(bko_plan_newsvendor_disruption(1, x, 1, .1, .1, &a, &b));
		ARGUMENT(bko_plan_newsvendor_disruption(1, 1, x, .1, .1, &a, &b));
		ARGUMENT(bko_plan_newsvendor_disruption_cost(1, 1, x, .1, .1, 1, &a));
		ARGUMENT(bko_plan_rq_cost(&good, &normal, 10, x, &a));
		ARGUMENT(bko_plan_rq_level(&good, &normal, x, &a));
		ARGUMENT(bko_plan_ss_power(&good, x, 0, &a, &b));
	}
	for (i = 0; i < COUNT(not_probability); i++) {
		ARGUMENT(bko_plan_newsvendor_disruption(1, 1, 1, not_probability[i], .1, &a, &b));
		ARGUMENT(bko_plan_newsvendor_disruption(1, 1, 1, .1, not_probability[i], &a, &b));
	}
	for (i = 0; i < COUNT(not_amount); i++)
		ARGUMENT(bko_plan_ss_power(&good, 1, not_amount[i], &a, &b));
	assert_true(a == untouched && b == untouched && c == untouched && d == untouched);
}

static void costs_out_of_reach(void **state)
{
	struct bko_plan_cost good = costs_of(1, 1, 1, 1), bad;
	struct bko_plan_demand normal = demand_of(BKO_PLAN_NORMAL, 10, 4),
			       poisson = demand_of(BKO_PLAN_POISSON, 3, 0),
			       flat = demand_of(BKO_PLAN_NORMAL, 10, 0),
			       lognormal = demand_of(BKO_PLAN_LOGNORMAL, 1, 1);
	double a = untouched, b = untouched, c = untouched, d = untouched, work[80];

	(void)state;
	ARGUMENT(bko_plan_newsvendor_cost(1, 1, &normal, NAN, &a));
	ARGUMENT(bko_plan_newsvendor_cost(1, 1, &poisson, 2e9, &a));
	ARGUMENT(bko_plan_newsvendor_disruption_cost(1, 1, 1, .1, .1, NAN, &a));
	REFUSED(BKO_E_RANGE, bko_plan_newsvendor(1e-20, 1, &normal, &a, &b));
	REFUSED(BKO_E_RANGE, bko_plan_newsvendor_disruption(1e-9, 1, 1, .1, 1e-9, &a, &b));
	ARGUMENT(bko_plan_rq_cost(&good, &poisson, .5, 10, &a));
	ARGUMENT(bko_plan_rq_cost(&good, &flat, 10, 10, &a));
	ARGUMENT(bko_plan_rq_level(&good, &poisson, .5, &a));
	REFUSED(BKO_E_UNSUPPORTED, bko_plan_rq_cost(&good, &lognormal, 1, 1, &a));
	REFUSED(BKO_E_UNSUPPORTED, bko_plan_rq_shortage(&good, &poisson, &a, &b, &c, &d));
	REFUSED(BKO_E_UNSUPPORTED, bko_plan_rq_eoqb(&good, &poisson, &a, &b));
	REFUSED(BKO_E_UNSUPPORTED, bko_plan_rq_eoqss(&good, &poisson, &a, &b));
	REFUSED(BKO_E_UNSUPPORTED, bko_plan_ss_cost(&good, &normal, 1, 5, work, 20, &a));
	/* Backordering everything would be cheaper than holding an order. */
	bad = costs_of(1e6, 1, 1, 1);
	REFUSED(BKO_E_RANGE, bko_plan_rq_shortage(&bad, &normal, &a, &b, &c, &d));
	ARGUMENT(bko_plan_ss_cost(&good, &poisson, 5, 5, work, 20, &a));
	ARGUMENT(bko_plan_ss_cost(&good, &poisson, 1.5, 5, work, 20, &a));
	ARGUMENT(bko_plan_ss_cost(&good, &poisson, 1, 5, work, 0, &a));
	ARGUMENT(bko_plan_ss_cost(&good, &poisson, 1, NAN, work, 20, &a));
	REFUSED(BKO_E_RANGE, bko_plan_ss_cost(&good, &poisson, 1, 22, work, 20, &a));
	bad = costs_of(1e6, 1, 1, 0);
	REFUSED(BKO_E_RANGE, bko_plan_ss_best(&bad, &poisson, work, 20, &a, &b, &c));
	assert_true(a == untouched && b == untouched && c == untouched && d == untouched);
}

static void costs_of_nothing(void **state)
{
	struct bko_plan_cost good = costs_of(1, 1, 1, 1);
	struct bko_plan_demand normal = demand_of(BKO_PLAN_NORMAL, 10, 4),
			       poisson = demand_of(BKO_PLAN_POISSON, 3, 0);
	double a = untouched, b = untouched, c = untouched, d = untouched, work[80];

	(void)state;
	MISUSE(bko_plan_rq_cost(NULL, &normal, 1, 1, &a));
	MISUSE(bko_plan_rq_cost(&good, NULL, 1, 1, &a));
	MISUSE(bko_plan_rq_cost(&good, &normal, 1, 1, NULL));
	MISUSE(bko_plan_rq_level(&good, &normal, 1, NULL));
	MISUSE(bko_plan_rq_best(&good, &normal, NULL, &b, &c));
	MISUSE(bko_plan_rq_best(&good, &normal, &a, NULL, &c));
	MISUSE(bko_plan_rq_best(&good, &normal, &a, &b, NULL));
	MISUSE(bko_plan_rq_shortage(&good, &normal, &a, &b, NULL, &d));
	MISUSE(bko_plan_rq_eoqb(&good, &normal, NULL, &b));
	MISUSE(bko_plan_rq_eoqss(&good, &normal, &a, NULL));
	MISUSE(bko_plan_ss_power(NULL, 1, 0, &a, &b));
	MISUSE(bko_plan_ss_power(&good, 1, 0, NULL, &b));
	MISUSE(bko_plan_ss_cost(&good, &poisson, 1, 5, NULL, 20, &a));
	MISUSE(bko_plan_ss_cost(&good, &poisson, 1, 5, work, 20, NULL));
	MISUSE(bko_plan_ss_best(&good, &poisson, work, 20, &a, NULL, &c));
	MISUSE(bko_plan_newsvendor(1, 1, NULL, &a, &b));
	MISUSE(bko_plan_newsvendor(1, 1, &normal, NULL, &b));
	MISUSE(bko_plan_newsvendor_cost(1, 1, &normal, 1, NULL));
	MISUSE(bko_plan_newsvendor_disruption(1, 1, 1, .1, .1, &a, NULL));
	MISUSE(bko_plan_newsvendor_disruption_cost(1, 1, 1, .1, .1, 1, NULL));
	assert_true(a == untouched && b == untouched && c == untouched && d == untouched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_quantities),   cmocka_unit_test(order_quantities_of_nothing),
		cmocka_unit_test(distributions),      cmocka_unit_test(sized_structs),
		cmocka_unit_test(safety_and_service), cmocka_unit_test(costs),
		cmocka_unit_test(costs_out_of_reach), cmocka_unit_test(costs_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
