/*
 * The economic order quantity under price breaks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

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
	if (!bko__plan_are_positive(fixed, holding_rate, rate) || kind > BKO_PLAN_INCREMENTAL)
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
		/* What the next bracket sells cheaper is left to it. */
		if (i + 1 < count && q >= from[i + 1])
			continue;
		if (!(q > 0))
			continue;
		total = price[i] * rate + order * rate / q + 0.5 * holding * q +
		        0.5 * holding_rate * extra;
		if (total < best_cost) {
			best_cost = total;
			best = q;
		}
	}
	return bko__plan_give_pair(best, best_cost, quantity, cost);
}
