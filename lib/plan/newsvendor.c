/*
 * Stock levels that balance the cost of too much against that of too little.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

static double newsvendor_cost_at(double holding, double backorder,
                                 const struct bko_plan_demand *demand, double level)
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
	value = newsvendor_cost_at(holding, backorder, &taken, best);
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
	value = newsvendor_cost_at(holding, backorder, &taken, level);
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*cost = value;
	return BKO_OK;
}
