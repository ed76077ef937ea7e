/*
 * Lot sizes for known, uneven demand.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

enum { LOTS_MAX = 4096 };

int32_t bko_plan_lots(double fixed, double holding, const double *demand, size_t count,
                      double *work, double *orders, double *cost)
{
	double *best = work; /* best[t]: least cost of periods t .. count - 1 */
	double *next;        /* next[t]: the period at which the order after t is placed */
	size_t t, u;

	if (!demand || !work || !orders || !cost)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(fixed) || !bko__plan_positive(holding) || count < 1 ||
	    count > LOTS_MAX)
		return BKO_E_ARGUMENT;
	for (t = 0; t < count; t++)
		if (!bko__plan_not_negative(demand[t]))
			return BKO_E_ARGUMENT;
	next = work + count + 1;
	best[count] = 0;
	for (t = count; t-- > 0;) {
		double held = 0;

		/* A period that wants nothing may pass without an order. */
		best[t] = demand[t] > 0 ? fixed + best[t + 1] : best[t + 1];
		next[t] = (double)(t + 1);
		for (u = t + 1; u < count && demand[t] > 0; u++) {
			held += holding * (double)(u - t) * demand[u];
			if (fixed + held + best[u + 1] < best[t]) {
				best[t] = fixed + held + best[u + 1];
				next[t] = (double)(u + 1);
			}
		}
	}
	if (!bko__plan_finite(best[0]))
		return BKO_E_RANGE;
	for (t = 0; t < count;) {
		size_t until = (size_t)next[t];
		double sum = 0;

		for (u = t; u < until; u++) {
			sum += demand[u];
			orders[u] = 0;
		}
		orders[t] = sum;
		t = until;
	}
	*cost = best[0];
	return BKO_OK;
}
