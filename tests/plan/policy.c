/*
 * Policy formulas against published figures: the cases I1 to I42 of the
 * project's planning notes (mostly Snyder & Shen, Fundamentals of Supply Chain
 * Theory; Nahmias; Zheng & Federgruen), 1e-9 for closed forms and 1e-6 for
 * searches.
 *
 * SPDX-License-Identifier: MIT
 */
#include "near.h"

#include <backorder/plan.h>
#include <string.h>

#define CLOSED 1e-9
#define SEARCH 1e-6

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

static struct bko_plan_cost cost_of(double fixed, double holding, double backorder, double rate)
{
	struct bko_plan_cost cost;

	memset(&cost, 0, sizeof cost);
	cost.struct_size = sizeof cost;
	cost.fixed = fixed;
	cost.holding = holding;
	cost.backorder = backorder;
	cost.rate = rate;
	return cost;
}

static void order_quantity(void **state)
{
	double q, cost, share;

	(void)state;
	assert_int_equal(bko_plan_eoq(8, .225, 1300, &q, &cost), BKO_OK);
	assert_near(q, 304.0467800264368, CLOSED);
	assert_near(cost, 68.41052550594827, CLOSED);
	assert_int_equal(bko_plan_eoq_cost(8, .225, 1300, 250, &cost), BKO_OK);
	assert_near(cost, 69.725, CLOSED);
	assert_int_equal(bko_plan_eoq(2250, 275, 182500, &q, &cost), BKO_OK);
	assert_near(q, 1728.109844993551, CLOSED);
	assert_near(cost, 475230.2073732266, CLOSED);
	assert_int_equal(bko_plan_eoq_backorder(8, .225, 5, 1300, &q, &share, &cost), BKO_OK);
	assert_near(q, 310.8125551589646, CLOSED);
	assert_near(share, .043062200956938, CLOSED);
	assert_near(cost, 66.92136355097325, CLOSED);
	assert_int_equal(bko_plan_epq(8, .225, 1300, 2000, &q, &cost), BKO_OK);
	assert_near(q, 513.9328595516969, CLOSED);
	assert_near(cost, 40.47221268969612, CLOSED);
	assert_int_equal(bko_plan_epq_cost(8, .225, 1300, 2000, 350, &cost), BKO_OK);
	assert_near(cost, 43.49553571428571, CLOSED);
	assert_int_equal(bko_plan_eoq_disruption(8, .225, 5, 1300, 1.5, 14, &q, &cost), BKO_OK);
	assert_near(q, 772.811063191, SEARCH);
	assert_near(cost, 173.950002573, CLOSED);
}

static void order_quantity_under_price_breaks(void **state)
{
	static const double from1[] = {0, 400, 800}, price1[] = {.75, .72, .68};
	static const double from2[] = {0, 300, 600}, price2[] = {100, 90, 80};
	double q, cost;

	(void)state;
	assert_int_equal(
		bko_plan_eoq_discount(8, .3, 1300, from1, price1, 3, BKO_PLAN_ALL_UNITS, &q, &cost),
		BKO_OK);
	assert_near(q, 800, CLOSED);
	assert_near(cost, 978.60, CLOSED);
	assert_int_equal(bko_plan_eoq_discount(150, .25, 2400, from2, price2, 3,
	                                       BKO_PLAN_INCREMENTAL, &q, &cost),
	                 BKO_OK);
	assert_near(q, 1481.890684227416, CLOSED);
	assert_near(cost, 222762.8136845483, CLOSED);
}

static void lots_for_uneven_demand(void **state)
{
	static const double demand1[] = {90, 120, 80, 70}, demand2[] = {150, 100, 80, 200};
	static const double want1[] = {210, 0, 150, 0}, want2[] = {150, 180, 0, 200};
	double work[10], orders[4], cost;
	size_t i;

	(void)state;
	assert_int_equal(bko_plan_lots(500, 2, demand1, 4, work, orders, &cost), BKO_OK);
	assert_near(cost, 1380, CLOSED);
	for (i = 0; i < 4; i++)
		assert_near(orders[i], want1[i], CLOSED);
	assert_int_equal(bko_plan_lots(120, .8, demand2, 4, work, orders, &cost), BKO_OK);
	assert_near(cost, 424, CLOSED);
	for (i = 0; i < 4; i++)
		assert_near(orders[i], want2[i], CLOSED);
}

static const double sizes[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const double shares[] = {.25, .05, .1, .2, .15, .1, .1, .05};
static const struct {
	uint32_t kind;
	double mean, variance, holding, backorder, level, cost, other[2], other_cost[2];
} newsvendor_cases[] = {
	{BKO_PLAN_NORMAL,
         50,
         64,
         .18,
         .7,
         56.60395592743389,
         1.997605193176645,
         {40, 60},
         {7.356131552870388, 2.156131552870387}},
	{BKO_PLAN_NORMAL,
         250,
         320,
         .18,
         .7,
         264.7668943741548,
         4.466781004149578,
         {180, 180},
         {49.0001647480341, 49.0001647480341}},
	{BKO_PLAN_POISSON,
         6,
         0,
         1,
         4,
         8,
         3.570106945770946,
         {5, 5},
         {6.590296024616344, 6.590296024616344}},
	{BKO_PLAN_POISSON,
         90,
         0,
         .08,
         1.25,
         105,
         1.545018869155178,
         {105, 105},
         {1.545018869155178, 1.545018869155178}},
	{BKO_PLAN_EMPIRICAL, 0, 0, 500000, 1000000, 5, 1225000, {3, 3}, {1725000, 1725000}},
	{BKO_PLAN_LOGNORMAL,
         6,
         .09,
         1,
         .1765,
         295.6266448071368,
         29.44254358213529,
         {350, 350},
         {34.58883668565485, 34.58883668565485}},
};

static void newsvendor(void **state)
{
	double level, cost;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(newsvendor_cases); i++) {
		struct bko_plan_demand demand =
			demand_of(newsvendor_cases[i].kind, newsvendor_cases[i].mean,
		                  newsvendor_cases[i].variance);

		demand.values = sizes;
		demand.weights = shares;
		demand.count = 8;
		assert_int_equal(bko_plan_newsvendor(newsvendor_cases[i].holding,
		                                     newsvendor_cases[i].backorder, &demand, &level,
		                                     &cost),
		                 BKO_OK);
		assert_near(level, newsvendor_cases[i].level, CLOSED);
		assert_near(cost, newsvendor_cases[i].cost, CLOSED);
		for (k = 0; k < 2; k++) {
			assert_int_equal(
				bko_plan_newsvendor_cost(newsvendor_cases[i].holding,
			                                 newsvendor_cases[i].backorder, &demand,
			                                 newsvendor_cases[i].other[k], &cost),
				BKO_OK);
			assert_near(cost, newsvendor_cases[i].other_cost[k], CLOSED);
		}
	}
}

static void newsvendor_with_an_unreliable_supplier(void **state)
{
	double level, cost;

	(void)state;
	assert_int_equal(bko_plan_newsvendor_disruption(.25, 3, 2000, .04, .25, &level, &cost),
	                 BKO_OK);
	assert_near(level, 8000, CLOSED);
	assert_near(cost, 2737.06896549, CLOSED);
	assert_int_equal(bko_plan_newsvendor_disruption_cost(.25, 3, 2000, .04, .25, 2000, &cost),
	                 BKO_OK);
	assert_near(cost, 3310.344827559, CLOSED);
	assert_int_equal(bko_plan_newsvendor_disruption_cost(.25, 3, 2000, .04, .25, 12000, &cost),
	                 BKO_OK);
	assert_near(cost, 3075.161637905, CLOSED);
}

static void safety_stock(void **state)
{
	static const struct {
		double service, demand, demand_sd, lead, lead_sd, stock;
	} cases[] = {
		{.95, 100, 20, 5, 0, 73.56009046},    {.95, 100, 20, 5, 1, 180.1846871},
		{.975, 50, 15, 4, .5, 76.53904038},   {.99, 10, 4, 9, 3, 75.1666002},
		{.9, 1000, 300, 2, .25, 631.0909567},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct bko_plan_lead lead = {
			sizeof lead,      0, cases[i].demand, cases[i].demand_sd, cases[i].lead,
			cases[i].lead_sd, 0};
		double stock, level, later;

		assert_int_equal(bko_plan_safety_stock(&lead, cases[i].service, &stock), BKO_OK);
		assert_near(stock, cases[i].stock, CLOSED);
		assert_int_equal(bko_plan_reorder_point(&lead, cases[i].service, &level), BKO_OK);
		assert_near(level, cases[i].demand * cases[i].lead + cases[i].stock, CLOSED);
		/* A review interval counts as lead time. */
		lead.lead -= 2;
		lead.review = 2;
		assert_int_equal(bko_plan_reorder_point(&lead, cases[i].service, &later), BKO_OK);
		assert_near(later, level, 1e-14);
	}
}

static void service_of_a_level(void **state)
{
	struct bko_plan_demand demand = demand_of(BKO_PLAN_NORMAL, 100, 625);
	struct bko_plan_service service = {.struct_size = sizeof service};
	double reorder, z;

	(void)state;
	assert_int_equal(bko_plan_service_of(&demand, 126, 100, &service), BKO_OK);
	assert_near(service.fill_type2, .9807099359, CLOSED);
	assert_near(service.fill, .9807099467, CLOSED);
	assert_near(service.cycle, .8508300497, CLOSED);
	assert_int_equal(bko_plan_demand_quantile(&demand, .98, &reorder), BKO_OK);
	assert_near(reorder, 151.3437228, CLOSED);
	assert_int_equal(bko_plan_fill_level(&demand, 100, .98, BKO_PLAN_FILL_TYPE2, &reorder),
	                 BKO_OK);
	assert_near(reorder, 125.5309719, CLOSED);
	assert_int_equal(bko_plan_normal_loss_inverse(.02 * 100 / 25, &z), BKO_OK);
	assert_near(z, 1.021238878, CLOSED);
	assert_near(100 + 25 * z, reorder, CLOSED);
	assert_int_equal(bko_plan_fill_level(&demand, 100, .98, BKO_PLAN_FILL_EXACT, &reorder),
	                 BKO_OK);
	assert_int_equal(bko_plan_service_of(&demand, reorder, 100, &service), BKO_OK);
	assert_near(service.fill, .98, CLOSED);
}

/* By hand: nothing or ten, either as often. */
static void service_against_an_empirical_demand(void **state)
{
	static const double values[] = {0, 10};
	struct bko_plan_demand demand = demand_of(BKO_PLAN_EMPIRICAL, 0, 0);
	struct bko_plan_service service = {.struct_size = sizeof service};
	double reorder;

	(void)state;
	demand.values = values + 1;
	demand.count = 1;
	assert_int_equal(bko_plan_service_of(&demand, 5, 10, &service), BKO_OK);
	assert_near(service.fill, .5, CLOSED);
	demand.values = values;
	demand.count = 2;
	assert_int_equal(bko_plan_service_of(&demand, 5, 5, &service), BKO_OK);
	assert_near(service.cycle, .5, CLOSED);
	assert_near(service.shortage, 2.5, CLOSED);
	assert_near(service.fill, .5, CLOSED);
	assert_near(service.backorders, 1.25, CLOSED);
	assert_near(service.on_hand, 5 + 2.5 - 5 + 1.25, CLOSED);
	/* .5 (10 - r) / 5 is a tenth at 9. */
	assert_int_equal(bko_plan_fill_level(&demand, 5, .9, BKO_PLAN_FILL_TYPE2, &reorder),
	                 BKO_OK);
	assert_near(reorder, 9, SEARCH);
}

static void base_stock(void **state)
{
	static const struct {
		double level, below, covered, backorders;
	} cases[] = {
		{6, .4456796414, .6063027824, .9637388463},
		{8, .7439797605, .847237494, .3140213892},
		{10, .916075983, .9573790764, .07733486614},
	};
	struct bko_plan_demand demand = demand_of(BKO_PLAN_POISSON, 6, 0);
	struct bko_plan_level at = {.struct_size = sizeof at};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		assert_int_equal(bko_plan_demand_at(&demand, cases[i].level, &at), BKO_OK);
		assert_near(at.below, cases[i].below, CLOSED);
		assert_near(at.covered, cases[i].covered, CLOSED);
		assert_near(at.shortage, cases[i].backorders, CLOSED);
	}
}

static void reorder_quantity_normal(void **state)
{
	static const double pairs[][2] = {
		{318, 127.7880348669655}, {150, 147.1949581740714}, {750, 99.85377339616528}};
	struct bko_plan_cost costs = cost_of(8, .225, 7.5, 1300);
	struct bko_plan_demand lead = demand_of(BKO_PLAN_NORMAL, 1300.0 / 12, 150 * 150 / 12.0);
	double r, q, cost, shortage, best_cost;
	size_t i;

	(void)state;
	assert_int_equal(bko_plan_rq_cost(&costs, &lead, 126.8, 328.5, &cost), BKO_OK);
	assert_near(cost, 78.07116250928294, CLOSED);
	assert_int_equal(bko_plan_rq_cost(&costs, &lead, 100, 250, &cost), BKO_OK);
	assert_near(cost, 87.34647802817499, CLOSED);
	for (i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(bko_plan_rq_level(&costs, &lead, pairs[i][0], &r), BKO_OK);
		assert_near(r, pairs[i][1], SEARCH);
	}
	assert_int_equal(bko_plan_rq_shortage(&costs, &lead, &r, &q, &shortage, &cost), BKO_OK);
	assert_near(r, 213.9704421358024, SEARCH);
	assert_near(q, 318.5901810768729, SEARCH);
	assert_near(cost, 95.45114022285196, SEARCH);
	assert_int_equal(bko_plan_rq_eoqb(&costs, &lead, &r, &q), BKO_OK);
	assert_near(r, 128.637814424271, SEARCH);
	assert_near(q, 308.5737801203754, CLOSED);
	assert_int_equal(bko_plan_rq_eoqss(&costs, &lead, &r, &q), BKO_OK);
	assert_near(r, 190.3369965715624, CLOSED);
	assert_near(q, 304.0467800264368, CLOSED);
	/* No neighbour of the optimum costs less. */
	assert_int_equal(bko_plan_rq_best(&costs, &lead, &r, &q, &best_cost), BKO_OK);
	for (i = 0; i < 4; i++) {
		assert_int_equal(bko_plan_rq_cost(&costs, &lead, r + (i == 0) - (i == 1),
		                                  q + (i == 2) - (i == 3), &cost),
		                 BKO_OK);
		assert_true(cost > best_cost);
	}
	assert_true(best_cost < 78.07116250928294);
	assert_near(q, 328.5, 0.01);
}

static void reorder_quantity_by_cost_of_a_unit_short(void **state)
{
	struct bko_plan_cost costs = cost_of(50, 2, 25, 200);
	struct bko_plan_demand lead = demand_of(BKO_PLAN_NORMAL, 100, 625);
	double r, q, shortage, cost;

	(void)state;
	assert_int_equal(bko_plan_eoq(50, 2, 200, &q, &cost), BKO_OK);
	assert_near(q, 100, CLOSED);
	/* The first step: 1 - F(R) = Q h / (p D) = .04. */
	assert_int_equal(bko_plan_demand_quantile(&lead, .96, &r), BKO_OK);
	assert_near(r, 143.767, 1e-5);
	assert_int_equal(bko_plan_rq_shortage(&costs, &lead, &r, &q, &shortage, &cost), BKO_OK);
	assert_near(q, 110.7737375, SEARCH);
	assert_near(r, 142.568199, SEARCH);
	assert_near(shortage, .4541641829, SEARCH);
}

static void reorder_quantity_poisson(void **state)
{
	struct bko_plan_cost costs = cost_of(100, 20, 150, 1.5);
	struct bko_plan_demand lead = demand_of(BKO_PLAN_POISSON, 3, 0);
	double r, q, cost;

	(void)state;
	assert_int_equal(bko_plan_rq_best(&costs, &lead, &r, &q, &cost), BKO_OK);
	assert_near(r, 3, CLOSED);
	assert_near(q, 5, CLOSED);
	assert_near(cost, 107.9235806331498, CLOSED);
	assert_int_equal(bko_plan_rq_cost(&costs, &lead, 3, 5, &cost), BKO_OK);
	assert_near(cost, 107.9235806331498, CLOSED);
	assert_int_equal(bko_plan_rq_cost(&costs, &lead, 8, 12, &cost), BKO_OK);
	assert_near(cost, 242.5281637662021, CLOSED);
	assert_int_equal(bko_plan_rq_level(&costs, &lead, 5, &r), BKO_OK);
	assert_near(r, 3, CLOSED);
}

static void order_up_to(void **state)
{
	static const struct {
		double mean, fixed, backorder, s, S, cost, within;
	} cases[] = {
		{6, 5, 4, 4, 10, 8.034111561471644, CLOSED}, {10, 64, 9, 6, 40, 35.022, 2e-5},
		{25, 64, 9, 19, 56, 54.262, 2e-5},           {50, 64, 9, 42, 108, 70.975, 2e-5},
		{75, 64, 9, 67, 86, 79.554, 2e-5},
	};
	struct bko_plan_cost costs;
	struct bko_plan_demand demand;
	static double work[1024];
	double s, S, cost, q, z;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		costs = cost_of(cases[i].fixed, 1, cases[i].backorder, 0);
		demand = demand_of(BKO_PLAN_POISSON, cases[i].mean, 0);
		assert_int_equal(bko_plan_ss_best(&costs, &demand, work, 256, &s, &S, &cost),
		                 BKO_OK);
		assert_near(s, cases[i].s, CLOSED);
		assert_near(S, cases[i].S, CLOSED);
		assert_near(cost, cases[i].cost, cases[i].within);
	}
	costs = cost_of(5, 1, 4, 0);
	demand = demand_of(BKO_PLAN_POISSON, 6, 0);
	assert_int_equal(bko_plan_ss_cost(&costs, &demand, 6, 18, work, 256, &cost), BKO_OK);
	assert_near(cost, 10.19379867164405, CLOSED);
	/* Twelve wide fits where twelve are given, however high it lies. */
	assert_int_equal(bko_plan_ss_cost(&costs, &demand, 6, 18, work, 12, &z), BKO_OK);
	assert_near(z, cost, CLOSED);
	assert_int_equal(bko_plan_ss_cost(&costs, &demand, 6, 18, work, 11, &z), BKO_E_RANGE);
	costs = cost_of(2.5, .18, .7, 50);
	assert_int_equal(bko_plan_ss_power(&costs, 8, 0, &s, &S), BKO_OK);
	assert_near(s, 40.19461695647407, CLOSED);
	assert_near(S, 74.29017010980579, CLOSED);
	/* With a lead time of three: the fit with mean 200 and deviation 16 in it. */
	assert_int_equal(bko_plan_ss_power(&costs, 8, 3, &s, &S), BKO_OK);
	q = 1.3 * pow(50, .494) * pow(2.5 / .18, .506) * pow(1 + 256 / 2500.0, .116);
	z = sqrt(q * .18 / (16 * .7));
	assert_near(S - s, q, CLOSED);
	assert_near(s, .973 * 200 + 16 * (.183 / z + 1.063 - 2.192 * z), CLOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_quantity),
		cmocka_unit_test(order_quantity_under_price_breaks),
		cmocka_unit_test(lots_for_uneven_demand),
		cmocka_unit_test(newsvendor),
		cmocka_unit_test(newsvendor_with_an_unreliable_supplier),
		cmocka_unit_test(safety_stock),
		cmocka_unit_test(service_of_a_level),
		cmocka_unit_test(service_against_an_empirical_demand),
		cmocka_unit_test(base_stock),
		cmocka_unit_test(reorder_quantity_normal),
		cmocka_unit_test(reorder_quantity_by_cost_of_a_unit_short),
		cmocka_unit_test(reorder_quantity_poisson),
		cmocka_unit_test(order_up_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
