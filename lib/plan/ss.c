/*
 * (s, S): at each review, when the position is at or below s, order up to S.
 *
 * The exact part counts, for a cycle that starts at S, how often each position
 * is visited (the renewal density m of the demand of a period):
 * cost = (fixed + sum m(j) G(S - j)) / sum m(j), j = 0 .. S - s - 1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

enum { SS_WIDTH_MAX = 4096 };

struct plan_ss {
	struct bko_plan_cost costs;
	struct bko_plan_demand demand;
	double *visits; /* m(0) .. m(known - 1) */
	double *chance; /* P(D = 0) .. */
	size_t count;
	size_t known;
};

static double ss_position_cost(const struct plan_ss *ss, double y)
{
	struct bko_plan_level at;

	bko__plan_level_of(&ss->demand, y, &at);
	return ss->costs.holding * at.surplus + ss->costs.backorder * at.shortage;
}

static int32_t ss_take(struct plan_ss *ss, const struct bko_plan_cost *costs,
                       const struct bko_plan_demand *demand, double *work, size_t count)
{
	int32_t status = bko__plan_take(&ss->costs, sizeof ss->costs, sizeof ss->costs, costs);

	if (status == BKO_OK)
		status = bko__plan_check_ss_costs(&ss->costs);
	if (status == BKO_OK)
		status = bko__plan_demand_take(&ss->demand, demand);
	if (status != BKO_OK)
		return status;
	if (!work)
		return BKO_E_MISUSE;
	if (!bko__plan_is_count(ss->demand.kind))
		return BKO_E_UNSUPPORTED;
	if (count < 1 || count > SS_WIDTH_MAX || !(ss->demand.mean > 0))
		return BKO_E_ARGUMENT;
	ss->visits = work;
	ss->chance = work + count;
	ss->count = count;
	ss->known = 0;
	return BKO_OK;
}

static void know_visits(struct plan_ss *ss, size_t width)
{
	for (; ss->known < width; ss->known++) {
		size_t j = ss->known;
		struct plan_sums sums;
		double sum = j == 0 ? 1 : 0;
		size_t i;

		bko__plan_count_sums(&ss->demand, (double)j, &sums);
		ss->chance[j] = sums.at;
		for (i = 1; i <= j; i++)
			sum += ss->chance[i] * ss->visits[j - i];
		ss->visits[j] = sum / (1 - ss->chance[0]);
	}
}

/* Cost of (S - width, S). */
static double cycle_cost(struct plan_ss *ss, double S, size_t width)
{
	double cost = ss->costs.fixed;
	double time = 0;
	size_t j;

	know_visits(ss, width);
	for (j = 0; j < width; j++) {
		cost += ss->visits[j] * ss_position_cost(ss, S - (double)j);
		time += ss->visits[j];
	}
	return cost / time;
}

int32_t bko_plan_ss_cost(const struct bko_plan_cost *costs, const struct bko_plan_demand *demand,
                         double s, double S, double *work, size_t count, double *cost)
{
	struct plan_ss ss;
	int32_t status = ss_take(&ss, costs, demand, work, count);
	double value;

	if (status != BKO_OK)
		return status;
	if (!cost)
		return BKO_E_MISUSE;
	if (!(s < S) || s != floor(s) || S != floor(S) || fabs(s) > 1e9 || fabs(S) > 1e9)
		return BKO_E_ARGUMENT;
	if (S - s > (double)count)
		return BKO_E_RANGE;
	value = cycle_cost(&ss, S, (size_t)(S - s));
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*cost = value;
	return BKO_OK;
}

int32_t bko_plan_ss_best(const struct bko_plan_cost *costs, const struct bko_plan_demand *demand,
                         double *work, size_t count, double *s, double *S, double *cost)
{
	struct plan_ss ss;
	int32_t status = ss_take(&ss, costs, demand, work, count);
	double top, best, try_top;
	size_t width = 1;

	if (status != BKO_OK)
		return status;
	if (!s || !S || !cost)
		return BKO_E_MISUSE;
	top = bko__plan_quantile_of(&ss.demand,
	                            ss.costs.backorder / (ss.costs.backorder + ss.costs.holding));
	/* The best s for the first S, then better ones for larger S; s only rises. */
	while ((best = cycle_cost(&ss, top, width)) > ss_position_cost(&ss, top - (double)width))
		if (++width > count)
			return BKO_E_RANGE;
	for (try_top = top + 1; ss_position_cost(&ss, try_top) <= best; try_top += 1) {
		size_t try_width = width + (size_t)(try_top - top);
		double value;

		if (try_width > count)
			return BKO_E_RANGE;
		value = cycle_cost(&ss, try_top, try_width);
		if (value >= best)
			continue;
		best = value;
		while (try_width > 1 &&
		       best <= ss_position_cost(&ss, try_top - (double)try_width + 1))
			best = cycle_cost(&ss, try_top, --try_width);
		top = try_top;
		width = try_width;
	}
	*s = top - (double)width;
	*S = top;
	*cost = best;
	return BKO_OK;
}
