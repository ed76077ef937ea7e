/*
 * (s, S) by the power approximation.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

int32_t bko__plan_check_ss_costs(const struct bko_plan_cost *costs)
{
	if (costs->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (!bko__plan_positive(costs->fixed) || !bko__plan_positive(costs->holding) ||
	    !bko__plan_positive(costs->backorder))
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

int32_t bko_plan_ss_power(const struct bko_plan_cost *costs, double demand_sd, double lead,
                          double *s, double *S)
{
	struct bko_plan_cost in;
	int32_t status = bko__plan_take(&in, sizeof in, sizeof in, costs);
	double mean, sd, q, z, low;

	if (status == BKO_OK)
		status = bko__plan_check_ss_costs(&in);
	if (status != BKO_OK)
		return status;
	if (!s || !S)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(in.rate) || !bko__plan_positive(demand_sd) ||
	    !bko__plan_not_negative(lead))
		return BKO_E_ARGUMENT;
	mean = in.rate * (lead + 1);
	sd = demand_sd * sqrt(lead + 1);
	/* The figures are those of the published fit. */
	q = 1.30 * pow(in.rate, 0.494) * pow(in.fixed / in.holding, 0.506) *
	    pow(1 + sd * sd / (in.rate * in.rate), 0.116);
	z = sqrt(q * in.holding / (sd * in.backorder));
	low = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z);
	if (!bko__plan_finite(low) || !bko__plan_finite(low + q))
		return BKO_E_RANGE;
	*s = low;
	*S = low + q;
	return BKO_OK;
}
