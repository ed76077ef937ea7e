/*
 * The default for shops with many items: looks at the class of demand first, then
 * SES or TSB; and the small sums that it shares with other methods.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

static const double sale_cut_above = 4;

double bko__plan_rate(double rate, uint32_t n)
{
	return n > 0 && rate * n < 1 ? 1.0 / n : rate;
}

/* One order by a wholesaler must not stand for the months after it; a true rise
 * still gets through in a few sales, each of which lifts the bound. */
double bko__plan_cut(double value, double size, uint32_t sales)
{
	return sales > 2 && value > sale_cut_above * size ? sale_cut_above * size : value;
}

void bko__plan_moments(double *mean, double *square, uint32_t sales, double value)
{
	double off = value - *mean;

	*mean += off / sales;
	*square += off * (value - *mean);
}

double bko__plan_cv2(double mean, double square, uint32_t sales)
{
	return sales > 1 && mean > 0 ? square / (sales - 1) / (mean * mean) : 0;
}

uint32_t bko__plan_class(double interval, double cv2)
{
	int seldom = interval >= 1.32;
	int uneven = cv2 >= 0.49;

	if (seldom)
		return uneven ? BKO_PLAN_LUMPY : BKO_PLAN_INTERMITTENT;
	return uneven ? BKO_PLAN_ERRATIC : BKO_PLAN_SMOOTH;
}

int32_t bko_plan_classify(double interval, double cv2, uint32_t *demand_class)
{
	if (!demand_class)
		return BKO_E_MISUSE;
	if (!bko__plan_finite(interval) || interval < 1 || !bko__plan_not_negative(cv2))
		return BKO_E_ARGUMENT;
	*demand_class = bko__plan_class(interval, cv2);
	return BKO_OK;
}

void bko__plan_judge(double *error, double expected, double value, uint32_t n)
{
	double off = value - expected;

	*error += bko__plan_rate(plan_slow_error_rate, n) * (off * off - *error);
}

void bko__plan_sku_step(struct plan_sku *state, double value, int learn)
{
	double rate;

	if (!learn)
		return;
	if (state->head.seen > 0)
		bko__plan_judge(&state->error, bko__plan_next(&state->head), value,
		                state->head.seen);
	state->head.seen++;
	rate = bko__plan_rate(plan_slow_rate, state->head.seen);
	state->chance += rate * ((value > 0 ? 1 : 0) - state->chance);
	state->level += rate * (value - state->level);
	if (value > 0) {
		state->head.sales++;
		bko__plan_moments(&state->mean, &state->square, state->head.sales, value);
		state->size += bko__plan_rate(plan_slow_rate, state->head.sales) *
		               (bko__plan_cut(value, state->size, state->head.sales) - state->size);
	}
}

void bko__plan_sku_view(const struct plan_sku *state, struct plan_view *view)
{
	double interval = state->head.sales > 0 ? (double)state->head.seen / state->head.sales : 0;
	double cv2 = bko__plan_cv2(state->mean, state->square, state->head.sales);

	view->error = state->error;
	view->alpha = plan_slow_rate;
	view->kind = state->head.sales > 1 && bko__plan_class(interval, cv2) == BKO_PLAN_SMOOTH
	                     ? BKO_PLAN_SES
	                     : BKO_PLAN_TSB;
	view->level = view->kind == BKO_PLAN_SES ? state->level : state->chance * state->size;
}
