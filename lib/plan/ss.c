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
	double *visits;   /* m(0) .. m(known - 1) */
	double *chance;   /* P(D = 0) .. */
	double *costs_at; /* G(base) .. G(base + 2 count - 1); below 0: not known yet */
	double base;
	size_t count;
	size_t known;
};

static double ss_position_cost(struct plan_ss *ss, double y)
{
	double place = y - ss->base;
	int has_place = place >= 0 && place < 2 * (double)ss->count;
	struct bko_plan_level at;
	double cost;

	if (has_place && ss->costs_at[(size_t)place] >= 0)
		return ss->costs_at[(size_t)place];
	bko__plan_level_of(&ss->demand, y, &at);
	cost = ss->costs.holding * at.surplus + ss->costs.backorder * at.shortage;
	if (has_place)
		ss->costs_at[(size_t)place] = cost;
	return cost;
}

/* The positions from `base` on are those that are looked at. */
static void ss_forget_costs(struct plan_ss *ss, double base)
{
	size_t i;

	ss->base = base;
	for (i = 0; i < 2 * ss->count; i++)
		ss->costs_at[i] = -1;
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
	if (!bko__plan_can_search(&ss->demand))
		return BKO_E_RANGE;
	ss->visits = work;
	ss->chance = work + count;
	ss->costs_at = work + 2 * count;
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
	ss_forget_costs(&ss, s + 1);
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
	double fractile, top, best, try_top;
	size_t width = 1;

	if (status != BKO_OK)
		return status;
	if (!s || !S || !cost)
		return BKO_E_MISUSE;
	fractile = ss.costs.backorder / (ss.costs.backorder + ss.costs.holding);
	if (!bko__plan_probability(fractile))
		return BKO_E_RANGE;
	top = bko__plan_quantile_of(&ss.demand, fractile);
	ss_forget_costs(&ss, top - (double)count);
	/* The best s for the first S, then better ones for larger S; s only rises. */
	while ((best = cycle_cost(&ss, top, width)) > ss_position_cost(&ss, top - (double)width))
		if (++width > count)
			return BKO_E_RANGE;
	for (try_top = top + 1;; try_top += 1) {
		size_t try_width = width + (size_t)(try_top - top);
		double value;

		/* That far up everything costs more than the best so far. */
		if (try_width <= count && ss_position_cost(&ss, try_top) > best)
			break;
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
	if (!bko__plan_finite(best))
		return BKO_E_RANGE;
	*s = top - (double)width;
	*S = top;
	*cost = best;
	return BKO_OK;
}
