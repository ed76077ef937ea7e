/*
 * What must hold of the policy formulas for any figures: service rises with
 * stock, optima beat their neighbours, distributions agree with sums made the
 * slow way, and limits meet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "near.h"

#include <backorder/plan.h>
#include <string.h>

static uint32_t seed = 2463534242u;

static double between(double low, double high)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return low + (high - low) * ((seed + 0.5) / 4294967296.0);
}

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

static struct bko_plan_demand any_demand(uint32_t kind)
{
	static const double values[] = {0, 1, 1, 4, 9, 9.5, 20};
	static const double weights[] = {3, 1, 0, 2, 1, .5, .25};
	double mean = kind == BKO_PLAN_LOGNORMAL ? between(-1, 4) : exp(between(-3, 5));
	struct bko_plan_demand demand = demand_of(kind, mean, mean * exp(between(-2, 3)));

	if (kind == BKO_PLAN_NEGATIVE_BINOMIAL)
		demand.variance += mean;
	if (kind == BKO_PLAN_LOGNORMAL)
		demand.variance = between(.01, 2);
	demand.values = values;
	demand.weights = between(0, 1) < .5 ? weights : NULL;
	demand.count = 7;
	return demand;
}

static double mean_of(const struct bko_plan_demand *demand)
{
	struct bko_plan_level at = {.struct_size = sizeof at};

	assert_int_equal(bko_plan_demand_at(demand, 0, &at), BKO_OK);
	return at.shortage - at.surplus;
}

static void figures_of_a_level_agree(void **state)
{
	struct bko_plan_level at = {.struct_size = sizeof at}, up = {.struct_size = sizeof up};
	int round;

	(void)state;
	for (round = 0; round < rounds_of(4000); round++) {
		uint32_t kind = 1 + (uint32_t)round % 5;
		struct bko_plan_demand demand = any_demand(kind);
		double mean = mean_of(&demand), x = mean * between(-.5, 3), step = between(0, 2);
		double p = between(.001, .999), quantile;

		assert_int_equal(bko_plan_demand_at(&demand, x, &at), BKO_OK);
		assert_true(at.below >= 0 && at.below <= at.covered && at.covered <= 1 + 1e-12);
		/* E[D - x] is shortage less surplus. */
		assert_true(fabs(at.shortage - at.surplus - (mean - x)) <=
		            1e-9 * (1 + mean + fabs(x)));
		/* More stock: more covered, less short. */
		assert_int_equal(bko_plan_demand_at(&demand, x + step, &up), BKO_OK);
		assert_true(up.covered >= at.covered - 1e-12);
		assert_true(up.shortage <= at.shortage + 1e-12 * (1 + at.shortage));
		assert_true(up.shortage >= at.shortage - step - 1e-9 * (1 + at.shortage));
		assert_true(up.shortage2 <= at.shortage2 * (1 + 1e-9) + 1e-9);
		/* The quantile is the least level that covers. */
		assert_int_equal(bko_plan_demand_quantile(&demand, p, &quantile), BKO_OK);
		assert_int_equal(bko_plan_demand_at(&demand, quantile, &at), BKO_OK);
		assert_true(at.covered >= p - 1e-9);
		assert_true(at.below <= p + 1e-9);
	}
}

/* Poisson and negative binomial term by term, in logarithms. */
static double log_term(double mean, double variance, double k)
{
	double size, share;

	if (variance == mean)
		return k * log(mean) - mean - lgamma(k + 1);
	size = mean * mean / (variance - mean);
	share = mean / variance;
	return lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(share) +
	       k * log1p(-share);
}

static void counts_agree_with_plain_sums(void **state)
{
	static const double means[] = {.01, .5, 3, 9, 60, 800, 2500}, ratios[] = {1, 1.5, 4, 40};
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(means) - (is_quick() ? 2 : 0); i++)
		for (k = 0; k < COUNT(ratios); k++) {
			double mean = means[i], variance = mean * ratios[k],
			       spread = sqrt(variance);
			struct bko_plan_demand demand = demand_of(
				ratios[k] > 1 ? BKO_PLAN_NEGATIVE_BINOMIAL : BKO_PLAN_POISSON, mean,
				variance);
			double level;

			for (level = floor(mean - 2 * spread); level < mean + 9 * spread + 2;
			     level += floor(spread) + 1) {
				struct bko_plan_level at = {.struct_size = sizeof at};
				double below = 0, covered = 0, surplus = 0, shortage = 0,
				       second = 0, n;

				for (n = 0; n < mean + 80 * (spread + ratios[k]) + 400; n++) {
					double term = exp(log_term(mean, variance, n)),
					       gap = n - level;

					below += gap < 0 ? term : 0;
					covered += gap <= 0 ? term : 0;
					surplus += gap < 0 ? -gap * term : 0;
					shortage += gap > 0 ? gap * term : 0;
					second += gap > 1 ? .5 * gap * (gap - 1) * term : 0;
				}
				assert_int_equal(bko_plan_demand_at(&demand, level, &at), BKO_OK);
				assert_true(fabs(at.below - below) <= 1e-9);
				assert_true(fabs(at.covered - covered) <= 1e-9);
				assert_true(fabs(at.surplus - surplus) <= 1e-9 * (surplus + 1));
				/* The far tail keeps its digits. */
				assert_near(at.shortage, shortage, 1e-8);
				assert_near(at.shortage2, second, 1e-8);
			}
		}
}

/* The second order is the shortage of all higher levels, summed. */
static void figures_of_next_levels_agree(void **state)
{
	static const double means[] = {.002, .7, 30, 400, 6000};
	static const double ratios[] = {1, 1.01, 3, 50, 700};
	size_t m, k, steps = 0;

	(void)state;
	for (m = 0; m < COUNT(means) - (is_quick() ? 2 : 0); m++)
		for (k = 0; k < COUNT(ratios); k++) {
			double spread = sqrt(means[m] * ratios[k]),
			       level = floor(means[m] - spread);
			struct bko_plan_demand demand = demand_of(BKO_PLAN_NEGATIVE_BINOMIAL,
			                                          means[m], means[m] * ratios[k]);

			for (; level < means[m] + 4 * spread + 2; level += 1 + floor(spread / 16)) {
				struct bko_plan_level at = {.struct_size = sizeof at};
				struct bko_plan_level next = {.struct_size = sizeof next};

				assert_int_equal(bko_plan_demand_at(&demand, level, &at), BKO_OK);
				assert_int_equal(bko_plan_demand_at(&demand, level + 1, &next),
				                 BKO_OK);
				assert_true(fabs(at.shortage2 - next.shortage2 - next.shortage) <=
				            1e-11 * at.shortage2);
				assert_true(fabs(at.shortage - next.shortage - 1 + at.covered) <=
				            1e-11 * (at.shortage + 1));
				steps++;
			}
		}
	assert_true(steps > m * k * 4);
}

static void distributions_meet_in_their_limits(void **state)
{
	struct bko_plan_level a = {.struct_size = sizeof a}, b = {.struct_size = sizeof b};
	struct bko_plan_demand poisson = demand_of(BKO_PLAN_POISSON, 4, 0);
	struct bko_plan_demand binomial = demand_of(BKO_PLAN_NEGATIVE_BINOMIAL, 4, 4);
	struct bko_plan_demand many = demand_of(BKO_PLAN_POISSON, 90000, 0);
	struct bko_plan_demand normal = demand_of(BKO_PLAN_NORMAL, 90000, 90000);
	struct bko_plan_demand none = demand_of(BKO_PLAN_POISSON, 0, 0);
	struct bko_plan_demand sure = demand_of(BKO_PLAN_NORMAL, 12, 0);
	double x;

	(void)state;
	for (x = 0; x < 20; x++) {
		assert_int_equal(bko_plan_demand_at(&poisson, x, &a), BKO_OK);
		assert_int_equal(bko_plan_demand_at(&binomial, x, &b), BKO_OK);
		assert_memory_equal(&a, &b, sizeof a);
	}
	for (x = 89000; x <= 91000; x += 250) {
		assert_int_equal(bko_plan_demand_at(&many, x, &a), BKO_OK);
		assert_int_equal(bko_plan_demand_at(&normal, x + .5, &b), BKO_OK);
		assert_true(fabs(a.covered - b.covered) < 1e-3);
	}
	assert_int_equal(bko_plan_demand_at(&none, 0, &a), BKO_OK);
	assert_true(a.covered == 1 && a.shortage == 0 && a.surplus == 0);
	assert_int_equal(bko_plan_demand_at(&sure, 10, &a), BKO_OK);
	assert_true(a.covered == 0 && a.shortage == 2 && a.shortage2 == 2);
	assert_int_equal(bko_plan_demand_at(&sure, 15, &a), BKO_OK);
	assert_true(a.below == 1 && a.covered == 1 && a.surplus == 3 && a.shortage2 == 0);
	assert_int_equal(bko_plan_demand_at(&sure, 12, &a), BKO_OK);
	assert_true(a.below == 0 && a.covered == 1 && a.surplus == 0);
}

static void safety_rises_with_service_and_uncertainty(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < rounds_of(2000); round++) {
		struct bko_plan_lead lead = {sizeof lead,      0,
		                             between(0, 100),  between(0.1, 50),
		                             between(0.1, 20), between(0, 5),
		                             between(0, 10)};
		double service = between(.5, .98), less, more, point, mean, sd;

		assert_int_equal(bko_plan_safety_stock(&lead, service, &less), BKO_OK);
		assert_int_equal(bko_plan_safety_stock(&lead, service + .01, &more), BKO_OK);
		assert_true(more > less && less >= 0);
		assert_int_equal(bko_plan_lead_demand(&lead, &mean, &sd), BKO_OK);
		assert_int_equal(bko_plan_reorder_point(&lead, service, &point), BKO_OK);
		assert_near(point, mean + less, 1e-12);
		lead.demand_sd *= 1.1;
		lead.lead_sd *= 1.1;
		assert_int_equal(bko_plan_safety_stock(&lead, service, &more), BKO_OK);
		assert_near(more, 1.1 * less, 1e-12);
		lead.review += 1;
		assert_int_equal(bko_plan_safety_stock(&lead, service, &less), BKO_OK);
		assert_true(less >= more);
	}
}

static void fill_levels_are_the_lowest(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < rounds_of(1000); round++) {
		uint32_t kind = 1 + (uint32_t)round % 5, formula = (uint32_t)round / 5 % 2;
		struct bko_plan_demand lead = any_demand(kind);
		struct bko_plan_service at = {.struct_size = sizeof at};
		double quantity = ceil(between(1, 30)), fill = between(.5, .999), level, lower;
		int whole = kind == BKO_PLAN_POISSON || kind == BKO_PLAN_NEGATIVE_BINOMIAL;
		double step = whole ? 1 : 1e-4;

		assert_int_equal(bko_plan_fill_level(&lead, quantity, fill, formula, &level),
		                 BKO_OK);
		assert_int_equal(bko_plan_service_of(&lead, level, quantity, &at), BKO_OK);
		assert_true((formula ? at.fill : at.fill_type2) >= fill - 1e-12);
		assert_true(at.fill >= at.fill_type2 - 1e-12);
		assert_int_equal(bko_plan_service_of(&lead, level - step, quantity, &at), BKO_OK);
		assert_true((formula ? at.fill : at.fill_type2) < fill);
		/* Larger orders need less. */
		assert_int_equal(bko_plan_fill_level(&lead, quantity + 5, fill, formula, &lower),
		                 BKO_OK);
		assert_true(lower <= level + 1e-9 * (1 + fabs(level)));
	}
}

static void newsvendor_levels_are_the_best(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < rounds_of(1000); round++) {
		struct bko_plan_demand demand = any_demand(1 + (uint32_t)round % 5);
		double holding = exp(between(-2, 2)), backorder = holding * exp(between(-1, 5));
		double level, best, cost, step;

		assert_int_equal(bko_plan_newsvendor(holding, backorder, &demand, &level, &best),
		                 BKO_OK);
		for (step = -4; step <= 4; step += .5) {
			assert_int_equal(bko_plan_newsvendor_cost(holding, backorder, &demand,
			                                          level + step, &cost),
			                 BKO_OK);
			assert_true(cost >= best - 1e-9 * (1 + best));
		}
	}
}

static void reorder_policies_are_the_best(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < 60; round++) {
		uint32_t kind = 1 + (uint32_t)round % 3;
		struct bko_plan_demand lead = any_demand(kind);
		struct bko_plan_cost costs = {sizeof costs,       0,
		                              exp(between(0, 5)), exp(between(-2, 1)),
		                              exp(between(1, 4)), exp(between(0, 4))};
		double unit = kind == BKO_PLAN_NORMAL ? sqrt(lead.variance) / 8 : 1;
		double r, q, best, cost, level;
		int dr, dq;

		assert_int_equal(bko_plan_rq_best(&costs, &lead, &r, &q, &best), BKO_OK);
		assert_int_equal(bko_plan_rq_cost(&costs, &lead, r, q, &cost), BKO_OK);
		assert_near(cost, best, 1e-9);
		for (dr = -2; dr <= 2; dr++)
			for (dq = -2; dq <= 2; dq++) {
				if (q + dq * unit <= 0)
					continue;
				assert_int_equal(bko_plan_rq_cost(&costs, &lead, r + dr * unit,
				                                  q + dq * unit, &cost),
				                 BKO_OK);
				assert_true(cost >= best * (1 - 1e-9));
			}
		assert_int_equal(bko_plan_rq_level(&costs, &lead, q, &level), BKO_OK);
		assert_int_equal(bko_plan_rq_cost(&costs, &lead, level, q, &cost), BKO_OK);
		assert_near(cost, best, 1e-9);
	}
}

static void order_up_to_policies_are_the_best(void **state)
{
	static double work[2048];
	int round;

	(void)state;
	for (round = 0; round < 30; round++) {
		double mean = between(.5, 20);
		struct bko_plan_demand demand =
			demand_of(round % 2 ? BKO_PLAN_POISSON : BKO_PLAN_NEGATIVE_BINOMIAL, mean,
		                  mean * between(1.1, 4));
		struct bko_plan_cost costs = {sizeof costs,        0, exp(between(0, 4)), 1,
		                              exp(between(.5, 3)), 0};
		double s, S, best, cost;
		int ds, dS;

		assert_int_equal(bko_plan_ss_best(&costs, &demand, work, 512, &s, &S, &best),
		                 BKO_OK);
		for (ds = -3; ds <= 3; ds++)
			for (dS = -3; dS <= 3; dS++) {
				if (s + ds >= S + dS)
					continue;
				assert_int_equal(bko_plan_ss_cost(&costs, &demand, s + ds, S + dS,
				                                  work, 512, &cost),
				                 BKO_OK);
				assert_true(cost >= best * (1 - 1e-9));
			}
	}
}

/* Every way to cut six periods into orders. */
static void lots_are_the_cheapest(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < rounds_of(300); round++) {
		double demand[6], orders[6], work[14], cost, least = HUGE_VAL, sum = 0, real = 0;
		double fixed = between(1, 60), holding = between(.1, 2), stock = 0;
		unsigned cuts, t;

		for (t = 0; t < 6; t++) {
			demand[t] = between(0, 1) < .25 ? 0 : floor(between(1, 40));
			sum += demand[t];
		}
		assert_int_equal(bko_plan_lots(fixed, holding, demand, 6, work, orders, &cost),
		                 BKO_OK);
		for (cuts = 0; cuts < 64; cuts++) {
			double plan = 0;
			unsigned last = 0;
			int open = 0;

			for (t = 0; t < 6; t++) {
				if (cuts >> t & 1) {
					last = t;
					open = 1;
					plan += fixed;
				}
				if (demand[t] > 0 && !open)
					plan = HUGE_VAL;
				plan += holding * (t - last) * demand[t];
			}
			least = plan < least ? plan : least;
		}
		assert_true(fabs(cost - least) <= 1e-9 * (1 + least));
		/* The orders cost what they are said to, and cover demand. */
		for (t = 0; t < 6; t++) {
			real += orders[t] > 0 ? fixed : 0;
			stock += orders[t] - demand[t];
			assert_true(stock >= 0);
			real += holding * stock;
			sum -= orders[t];
		}
		assert_true(fabs(real - cost) <= 1e-9 * (1 + cost) && fabs(sum) < 1e-9);
	}
}

static void order_quantities_are_the_best(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < rounds_of(1000); round++) {
		double fixed = exp(between(-2, 6)), holding = exp(between(-3, 3)),
		       rate = exp(between(-2, 8)), price[3], from[3] = {0, 0, 0};
		double q, best, cost, share, factor, backorder = holding * exp(between(-1, 6));

		assert_int_equal(bko_plan_eoq(fixed, holding, rate, &q, &best), BKO_OK);
		for (factor = .5; factor < 2; factor += .1) {
			assert_int_equal(bko_plan_eoq_cost(fixed, holding, rate, factor * q, &cost),
			                 BKO_OK);
			assert_true(cost >= best * (1 - 1e-12));
		}
		/* Backorders can only save, and unbearable ones change nothing. */
		assert_int_equal(
			bko_plan_eoq_backorder(fixed, holding, backorder, rate, &q, &share, &cost),
			BKO_OK);
		assert_true(cost <= best && share > 0 && share < 1);
		assert_int_equal(bko_plan_eoq_backorder(fixed, holding, 1e12 * holding, rate, &q,
		                                        &share, &cost),
		                 BKO_OK);
		assert_near(cost, best, 1e-9);
		/* A price break can only save. */
		price[0] = between(1, 10);
		price[1] = price[0] * between(.5, 1);
		price[2] = price[1] * between(.5, 1);
		from[1] = q * between(.1, 3);
		from[2] = from[1] * between(1.1, 3);
		assert_int_equal(
			bko_plan_eoq_discount(fixed, .2, rate, from, price, 1, 0, &q, &best),
			BKO_OK);
		assert_int_equal(bko_plan_eoq_discount(fixed, .2, rate, from, price, 3,
		                                       BKO_PLAN_INCREMENTAL, &q, &share),
		                 BKO_OK);
		assert_int_equal(bko_plan_eoq_discount(fixed, .2, rate, from, price, 3,
		                                       BKO_PLAN_ALL_UNITS, &q, &cost),
		                 BKO_OK);
		assert_true(cost <= share * (1 + 1e-12) && share <= best * (1 + 1e-12));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_a_level_agree),
		cmocka_unit_test(counts_agree_with_plain_sums),
		cmocka_unit_test(figures_of_next_levels_agree),
		cmocka_unit_test(distributions_meet_in_their_limits),
		cmocka_unit_test(safety_rises_with_service_and_uncertainty),
		cmocka_unit_test(fill_levels_are_the_lowest),
		cmocka_unit_test(newsvendor_levels_are_the_best),
		cmocka_unit_test(reorder_policies_are_the_best),
		cmocka_unit_test(order_up_to_policies_are_the_best),
		cmocka_unit_test(lots_are_the_cheapest),
		cmocka_unit_test(order_quantities_are_the_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
