/*
 * Order quantities for steady demand: the economic order quantity and its kin.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

int32_t bko_plan_eoq(double fixed, double holding, double rate, double *quantity, double *cost)
{
	if (!quantity || !cost)
		return BKO_E_MISUSE;
	if (!bko__plan_are_positive(fixed, holding, rate))
		return BKO_E_ARGUMENT;
	return bko__plan_give_pair(sqrt(2 * fixed * rate / holding),
	                           sqrt(2 * fixed * rate * holding), quantity, cost);
}

int32_t bko_plan_eoq_cost(double fixed, double holding, double rate, double quantity, double *cost)
{
	double value;

	if (!cost)
		return BKO_E_MISUSE;
	if (!bko__plan_are_positive(fixed, holding, rate) || !bko__plan_positive(quantity))
		return BKO_E_ARGUMENT;
	value = fixed * rate / quantity + 0.5 * holding * quantity;
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*cost = value;
	return BKO_OK;
}

int32_t bko_plan_eoq_backorder(double fixed, double holding, double backorder, double rate,
                               double *quantity, double *share, double *cost)
{
	double both;
	int32_t status;

	if (!quantity || !share || !cost)
		return BKO_E_MISUSE;
	if (!bko__plan_are_positive(fixed, holding, rate) || !bko__plan_positive(backorder))
		return BKO_E_ARGUMENT;
	both = holding + backorder;
	status = bko__plan_give_pair(sqrt(2 * fixed * rate / holding * (both / backorder)),
	                             sqrt(2 * fixed * rate * holding * (backorder / both)),
	                             quantity, cost);
	if (status == BKO_OK)
		*share = holding / both;
	return status;
}

int32_t bko_plan_epq(double fixed, double holding, double rate, double production, double *quantity,
                     double *cost)
{
	if (!bko__plan_positive(production) || !(production > rate))
		return quantity && cost ? BKO_E_ARGUMENT : BKO_E_MISUSE;
	/* Stock that fills while it is used costs as if holding were cheaper. */
	return bko_plan_eoq(fixed, holding * (1 - rate / production), rate, quantity, cost);
}

int32_t bko_plan_epq_cost(double fixed, double holding, double rate, double production,
                          double quantity, double *cost)
{
	if (!bko__plan_positive(production) || !(production > rate))
		return cost ? BKO_E_ARGUMENT : BKO_E_MISUSE;
	return bko_plan_eoq_cost(fixed, holding * (1 - rate / production), rate, quantity, cost);
}
