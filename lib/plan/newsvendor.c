/*
 * Stock levels that balance the cost of too much against that of too little.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

enum { OUTAGE_MAX = 10000 }; /* periods out of service that are looked at */

static double cost_at(double holding, double backorder, const struct bko_plan_demand *demand,
                      double level)
{
	struct bko_plan_level at;

	bko__plan_level_of(demand, level, &at);
	return holding * at.surplus + backorder * at.shortage;
}

int32_t bko_plan_newsvendor(double holding, double backorder, const struct bko_plan_demand *demand,
                            double *level, double *cost)
{
	struct bko_plan_demand taken;
	int32_t status = bko__plan_demand_take(&taken, demand);
	double fractile, best, value;

	if (status != BKO_OK)
		return status;
	if (!level || !cost)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(holding) || !bko__plan_positive(backorder))
		return BKO_E_ARGUMENT;
	fractile = backorder / (backorder + holding);
	if (!bko__plan_probability(fractile))
		return BKO_E_RANGE;
	best = bko__plan_quantile_of(&taken, fractile);
	value = cost_at(holding, backorder, &taken, best);
	if (!bko__plan_finite(best) || !bko__plan_finite(value))
		return BKO_E_RANGE;
	*level = best;
	*cost = value;
	return BKO_OK;
}

int32_t bko_plan_newsvendor_cost(double holding, double backorder,
                                 const struct bko_plan_demand *demand, double level, double *cost)
{
	struct bko_plan_demand taken;
	int32_t status = bko__plan_demand_take(&taken, demand);
	double value;

	if (status != BKO_OK)
		return status;
	if (!cost)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(holding) || !bko__plan_positive(backorder) ||
	    !bko__plan_finite(level))
		return BKO_E_ARGUMENT;
	if (bko__plan_is_count(taken.kind) && fabs(level) > 1e9)
		return BKO_E_ARGUMENT;
	value = cost_at(holding, backorder, &taken, level);
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*cost = value;
	return BKO_OK;
}

/* The stock must last through the present period and all those, so far, in
 * which the supplier was out. Their number n is the demand of a newsvendor:
 * P(0) = recover / (fail + recover), then geometric. */
static int32_t check_outage(double holding, double backorder, double rate, double fail,
                            double recover)
{
	if (!bko__plan_positive(holding) || !bko__plan_positive(backorder) ||
	    !bko__plan_positive(rate) || !bko__plan_probability(fail) ||
	    !bko__plan_probability(recover))
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

int32_t bko_plan_newsvendor_disruption_cost(double holding, double backorder, double rate,
                                            double fail, double recover, double level, double *cost)
{
	int32_t status = check_outage(holding, backorder, rate, fail, recover);
	double share, sum = 0;
	int n;

	if (!cost)
		return BKO_E_MISUSE;
	if (status != BKO_OK)
		return status;
	if (!bko__plan_finite(level))
		return BKO_E_ARGUMENT;
	share = recover / (fail + recover);
	for (n = 0; n < OUTAGE_MAX; n++) {
		double gap = level - (n + 1) * rate;
		double part = share * (gap > 0 ? holding * gap : -backorder * gap);

		sum += part;
		if (gap < 0 && part < 1e-18 * recover * sum)
			break;
		share = n == 0 ? share * fail : share * (1 - recover);
	}
	if (n == OUTAGE_MAX || !bko__plan_finite(sum))
		return BKO_E_RANGE;
	*cost = sum;
	return BKO_OK;
}

int32_t bko_plan_newsvendor_disruption(double holding, double backorder, double rate, double fail,
                                       double recover, double *level, double *cost)
{
	int32_t status = check_outage(holding, backorder, rate, fail, recover);
	double fractile, share, sum, best, value;
	int n;

	if (!level || !cost)
		return BKO_E_MISUSE;
	if (status != BKO_OK)
		return status;
	fractile = backorder / (backorder + holding);
	share = recover / (fail + recover);
	sum = share;
	for (n = 0; n < OUTAGE_MAX && sum < fractile; n++) {
		share = n == 0 ? share * fail : share * (1 - recover);
		sum += share;
	}
	if (n == OUTAGE_MAX)
		return BKO_E_RANGE;
	best = (n + 1) * rate;
	status = bko_plan_newsvendor_disruption_cost(holding, backorder, rate, fail, recover, best,
	                                             &value);
	if (status != BKO_OK)
		return status;
	*level = best;
	*cost = value;
	return BKO_OK;
}
