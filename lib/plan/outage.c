/*
 * Order quantity and stock level with a supplier that is out of service now and
 * then.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

enum { OUTAGE_MAX = 10000 }; /* periods out of service that are looked at */

struct plan_outage {
	double fixed, holding, backorder, rate, fail, recover;
};

/* Cost of a cycle that orders q over its length, and the sign of the slope.
 * `out` is the mean wait for a supplier that is out when the stock is used up,
 * which is q / rate periods after it was last seen in service. */
static double outage_cost(const struct plan_outage *in, double q, double *slope)
{
	double both = in->fail + in->recover;
	double gone = exp(-both * q / in->rate);
	double out = in->fail / both * (1 - gone) / in->recover;
	double out_slope = in->fail / in->rate * gone / in->recover;
	double cost =
		in->fixed + 0.5 * in->holding * q * q / in->rate + in->backorder * in->rate * out;
	double length = q / in->rate + out;

	*slope = (in->holding * q / in->rate + in->backorder * in->rate * out_slope) * length -
	         cost * (1 / in->rate + out_slope);
	return cost / length;
}

int32_t bko_plan_eoq_disruption(double fixed, double holding, double backorder, double rate,
                                double fail, double recover, double *quantity, double *cost)
{
	struct plan_outage in = {fixed, holding, backorder, rate, fail, recover};
	double low = 0;
	double high, slope;
	int i;

	if (!quantity || !cost)
		return BKO_E_MISUSE;
	if (!bko__plan_are_positive(fixed, holding, rate) ||
	    !bko__plan_are_positive(backorder, fail, recover))
		return BKO_E_ARGUMENT;
	high = sqrt(2 * fixed * rate / holding);
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		outage_cost(&in, high, &slope);
		if (slope >= 0)
			break;
		low = high;
		high *= 2;
	}
	if (!(slope >= 0))
		return BKO_E_RANGE;
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		double middle = 0.5 * (low + high);

		if (middle <= low || middle >= high)
			break;
		outage_cost(&in, middle, &slope);
		if (slope >= 0)
			high = middle;
		else
			low = middle;
	}
	return bko__plan_give_pair(high, outage_cost(&in, high, &slope), quantity, cost);
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
