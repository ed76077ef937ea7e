/*
 * From views to forecasts, variances and totals: one set of formulas for every
 * method.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/state.h"

#include <math.h>
#include <string.h>

static double slot_of(const struct plan_view *view, uint32_t ahead)
{
	return view->slots[(view->phase + ahead - 1) % view->season];
}

double bko__plan_view_mean(const struct plan_view *view, uint32_t ahead)
{
	double steps = ahead;
	double mean;

	if (view->phi < 1)
		steps = ahead == 1 ? view->phi
		                   : view->phi * (1 - pow(view->phi, steps)) / (1 - view->phi);
	mean = view->level + view->trend * steps;
	if (view->season == 0)
		return mean;
	return view->factors ? mean * slot_of(view, ahead) : mean + slot_of(view, ahead);
}

static double mean_ahead(const bko_plan_state *state, const struct plan_view *views, size_t count,
                         uint32_t ahead)
{
	int floored = bko__plan_is_slow(state->kind) ||
	              (state->kind == BKO_PLAN_AUTO && !(state->flags & STATE_NEGATIVE));
	double mean = 0;
	size_t i;

	for (i = 0; i < count; i++)
		mean += views[i].share * bko__plan_view_mean(&views[i], ahead);
	return floored && mean < 0 ? 0 : mean;
}

double bko__plan_next(const bko_plan_state *state)
{
	struct plan_view views[VIEWS_MAX];
	size_t count = bko__plan_views(state, views);

	return mean_ahead(state, views, count, 1);
}

/* How an error of one period moves the forecast for `later` periods after it;
 * damped is phi + .. + phi^later. */
static double error_carried(const struct plan_view *view, uint32_t later, double damped)
{
	double part = view->alpha * (1 + view->beta * damped);

	if (view->season > 0 && later % view->season == 0)
		part += view->gamma * (1 - view->alpha);
	return part;
}

static double from_zero(double x)
{
	return x > 0 ? x : 0;
}

static void add_variances(const struct plan_view *view, uint32_t horizon, double *variances)
{
	double sum = 1;
	double power = 1;
	double damped = 0;
	uint32_t i;

	for (i = 1; i <= horizon; i++) {
		double factor = view->factors ? slot_of(view, i) : 1;
		double part;

		variances[i - 1] += view->share * from_zero(view->error) * sum * factor * factor;
		power *= view->phi;
		damped += power;
		part = error_carried(view, i, damped);
		sum += part * part;
	}
}

/* Variance of the sum of the first `periods`; the last may be a part of one. */
static double total_variance(const struct plan_view *view, double periods)
{
	double reach = 1; /* of an error over the periods that are left after it */
	double sum = 0;
	double factor = 0;
	double power = 1;
	double damped = 0;
	uint32_t i;

	for (i = 1; i < periods + 1; i++) {
		double part = periods - i < 0 ? periods - i + 1 : 1;

		sum += part * reach * reach;
		factor += part * (view->factors ? slot_of(view, i) : 1);
		power *= view->phi;
		damped += power;
		reach += error_carried(view, i, damped);
	}
	factor /= periods;
	return from_zero(view->error) * sum * factor * factor;
}

static int32_t view_check_horizon(const bko_plan_state *state, uint32_t horizon)
{
	int32_t status = bko__plan_check_seen(state);

	if (status != BKO_OK)
		return status;
	return horizon >= 1 && horizon <= BKO_PLAN_HORIZON_MAX ? BKO_OK : BKO_E_ARGUMENT;
}

int32_t bko_plan_forecast(const bko_plan_state *state, uint32_t horizon, double *means)
{
	struct plan_view views[VIEWS_MAX];
	int32_t status = view_check_horizon(state, horizon);
	size_t count;
	uint32_t i;

	if (!means)
		return BKO_E_MISUSE;
	if (status != BKO_OK)
		return status;
	count = bko__plan_views(state, views);
	for (i = 1; i <= horizon; i++)
		if (!bko__plan_finite(mean_ahead(state, views, count, i)))
			return BKO_E_RANGE;
	for (i = 1; i <= horizon; i++)
		means[i - 1] = state->flags & STATE_ENDED ? 0 : mean_ahead(state, views, count, i);
	return BKO_OK;
}

int32_t bko_plan_variance(const bko_plan_state *state, uint32_t horizon, double *variances)
{
	struct plan_view views[VIEWS_MAX];
	int32_t status = view_check_horizon(state, horizon);
	double total = 0;
	size_t count, i;

	if (!variances)
		return BKO_E_MISUSE;
	if (status != BKO_OK)
		return status;
	count = bko__plan_views(state, views);
	/* No single variance exceeds that of the total. */
	for (i = 0; i < count; i++)
		total += total_variance(&views[i], horizon);
	if (!bko__plan_finite(total))
		return BKO_E_RANGE;
	memset(variances, 0, horizon * sizeof *variances);
	for (i = 0; i < count && !(state->flags & STATE_ENDED); i++)
		add_variances(&views[i], horizon, variances);
	return BKO_OK;
}

int32_t bko_plan_total(const bko_plan_state *state, double periods, double *mean, double *variance)
{
	struct plan_view views[VIEWS_MAX];
	int32_t status = bko__plan_check_seen(state);
	double sum = 0;
	double spread = 0;
	size_t count, i;
	uint32_t ahead;

	if (!mean || !variance)
		return BKO_E_MISUSE;
	if (status != BKO_OK)
		return status;
	if (!(periods > 0 && periods <= BKO_PLAN_HORIZON_MAX))
		return BKO_E_ARGUMENT;
	count = bko__plan_views(state, views);
	for (ahead = 1; ahead < periods + 1; ahead++)
		sum += (periods - ahead < 0 ? periods - ahead + 1 : 1) *
		       mean_ahead(state, views, count, ahead);
	for (i = 0; i < count; i++)
		spread += views[i].share * total_variance(&views[i], periods);
	if (!bko__plan_finite(sum) || !bko__plan_finite(spread))
		return BKO_E_RANGE;
	*mean = state->flags & STATE_ENDED ? 0 : sum;
	*variance = state->flags & STATE_ENDED ? 0 : spread;
	return BKO_OK;
}

int bko__plan_is_counted(const bko_plan_state *state)
{
	struct plan_view views[VIEWS_MAX];

	if (state->kind < BKO_PLAN_AUTO)
		return bko__plan_is_slow(state->kind);
	return bko__plan_views(state, views) == 1 && views[0].kind == BKO_PLAN_TSB;
}
