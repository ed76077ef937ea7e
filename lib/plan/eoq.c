/*
 * Order quantities for steady demand: the economic order quantity and its kin.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

/* Two results are given only if both are finite. */
static int32_t give_pair(double first, double second, double *quantity, double *cost)
{
	if (!bko__plan_positive(first) || !bko__plan_finite(second))
		return BKO_E_RANGE;
	*quantity = first;
	*cost = second;
	return BKO_OK;
}

static int are_positive(double a, double b, double c)
{
	return bko__plan_positive(a) && bko__plan_positive(b) && bko__plan_positive(c);
}

int32_t bko_plan_eoq(double fixed, double holding, double rate, double *quantity, double *cost)
{
	if (!quantity || !cost)
		return BKO_E_MISUSE;
	if (!are_positive(fixed, holding, rate))
		return BKO_E_ARGUMENT;
	return give_pair(sqrt(2 * fixed * rate / holding), sqrt(2 * fixed * rate * holding),
	                 quantity, cost);
}

int32_t bko_plan_eoq_cost(double fixed, double holding, double rate, double quantity, double *cost)
{
	double value;

	if (!cost)
		return BKO_E_MISUSE;
	if (!are_positive(fixed, holding, rate) || !bko__plan_positive(quantity))
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
	if (!are_positive(fixed, holding, rate) || !bko__plan_positive(backorder))
		return BKO_E_ARGUMENT;
	both = holding + backorder;
	status = give_pair(sqrt(2 * fixed * rate / holding * (both / backorder)),
	                   sqrt(2 * fixed * rate * holding * (backorder / both)), quantity, cost);
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

static int32_t check_breaks(const double *from, const double *price, size_t count)
{
	size_t i;

	if (!from || !price)
		return BKO_E_MISUSE;
	if (count < 1 || count > 64 || from[0] != 0)
		return BKO_E_ARGUMENT;
	for (i = 0; i < count; i++) {
		if (!bko__plan_positive(price[i]) || !bko__plan_not_negative(from[i]))
			return BKO_E_ARGUMENT;
		if (i > 0 && !(from[i] > from[i - 1]))
			return BKO_E_ARGUMENT;
	}
	return BKO_OK;
}

int32_t bko_plan_eoq_discount(double fixed, double holding_rate, double rate, const double *from,
                              const double *price, size_t count, uint32_t kind, double *quantity,
                              double *cost)
{
	int32_t status = check_breaks(from, price, count);
	double best = 0;
	double best_cost = HUGE_VAL;
	double extra = 0; /* what earlier, dearer brackets add to an order */
	size_t i;

	if (status != BKO_OK)
		return status;
	if (!quantity || !cost)
		return BKO_E_MISUSE;
	if (!are_positive(fixed, holding_rate, rate) || kind > BKO_PLAN_INCREMENTAL)
		return BKO_E_ARGUMENT;
	for (i = 0; i < count; i++) {
		double holding = holding_rate * price[i];
		double order, q, total;

		if (kind == BKO_PLAN_INCREMENTAL && i > 0)
			extra += (price[i - 1] - price[i]) * from[i];
		order = fixed + extra;
		q = order > 0 ? sqrt(2 * order * rate / holding) : from[i];
		if (q < from[i])
			q = from[i];
		if (i + 1 < count && q > from[i + 1])
			q = from[i + 1];
		if (!(q > 0))
			continue;
		total = price[i] * rate + order * rate / q + 0.5 * holding * q +
		        0.5 * holding_rate * extra;
		if (total < best_cost) {
			best_cost = total;
			best = q;
		}
	}
	return give_pair(best, best_cost, quantity, cost);
}

struct outage {
	double fixed, holding, backorder, rate, fail, recover;
};

/* Cost of a cycle that orders q over its length, and the sign of the slope.
 * `out` is the mean wait for a supplier that is out when the stock is used up,
 * which is q / rate periods after it was last seen in service. */
static double outage_cost(const struct outage *in, double q, double *slope)
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
	struct outage in = {fixed, holding, backorder, rate, fail, recover};
	double low = 0;
	double high, slope;
	int i;

	if (!quantity || !cost)
		return BKO_E_MISUSE;
	if (!are_positive(fixed, holding, rate) || !are_positive(backorder, fail, recover))
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
	return give_pair(high, outage_cost(&in, high, &slope), quantity, cost);
}
