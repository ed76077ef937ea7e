/*
 * (r, Q): at the level r order Q. The exact cost and its minimum, and three
 * usual approximations.
 *
 * The mean cost is (fixed rate + sum of G over the positions r + 1 .. r + Q) / Q
 * with G(y) the newsvendor cost of the position y. G is convex, so the best
 * stretch of length Q is the one whose ends cost the same, and a longer stretch
 * pays as long as what it adds costs less than the mean.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>

struct plan_rq {
	struct bko_plan_cost costs;
	struct bko_plan_demand lead;
	int whole;
};

static const double rq_quantity_max = 1e15; /* that is looked at for the best */

static double rq_fractile(const struct plan_rq *rq)
{
	return rq->costs.backorder / (rq->costs.backorder + rq->costs.holding);
}

static int32_t rq_take(struct plan_rq *rq, const struct bko_plan_cost *costs,
                       const struct bko_plan_demand *lead)
{
	int32_t status = bko__plan_take(&rq->costs, sizeof rq->costs, sizeof rq->costs, costs);

	if (status == BKO_OK)
		status = bko__plan_demand_take(&rq->lead, lead);
	if (status != BKO_OK)
		return status;
	if (rq->costs.reserved != 0)
		return BKO_E_STRUCT_NEWER;
	rq->whole = bko__plan_is_count(rq->lead.kind);
	if (!rq->whole && rq->lead.kind != BKO_PLAN_NORMAL)
		return BKO_E_UNSUPPORTED;
	if (!bko__plan_positive(rq->costs.fixed) || !bko__plan_positive(rq->costs.holding) ||
	    !bko__plan_positive(rq->costs.backorder) || !bko__plan_positive(rq->costs.rate))
		return BKO_E_ARGUMENT;
	if (!bko__plan_positive(rq->lead.variance))
		return BKO_E_ARGUMENT;
	if (rq->whole && !bko__plan_can_search(&rq->lead))
		return BKO_E_RANGE;
	return bko__plan_probability(rq_fractile(rq)) ? BKO_OK : BKO_E_RANGE;
}

static double rq_position_cost(const struct plan_rq *rq, double y)
{
	struct bko_plan_level at;

	bko__plan_level_of(&rq->lead, y, &at);
	return rq->costs.holding * at.surplus + rq->costs.backorder * at.shortage;
}

static double rq_mean_cost(const struct plan_rq *rq, double r, double q)
{
	struct bko_plan_service at;

	bko__plan_service_at(&rq->lead, r, q, &at);
	return rq->costs.fixed * rq->costs.rate / q + rq->costs.backorder * at.backorders +
	       rq->costs.holding * at.on_hand;
}

static double rq_best_position(const struct plan_rq *rq)
{
	return bko__plan_quantile_of(&rq->lead, rq->costs.backorder /
	                                                (rq->costs.backorder + rq->costs.holding));
}

/* Bisection on G(r + Q) - G(r), which rises with r; for counts the first r at
 * which giving up r + 1 for r + 1 + Q no longer pays. */
static double rq_level_for(const struct plan_rq *rq, double q)
{
	double high = rq_best_position(rq);
	double low = high - q;
	int i;

	if (rq->whole)
		low -= 1;
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		double middle = 0.5 * (low + high);
		double shift = rq->whole ? 1 : 0;

		if (rq->whole)
			middle = floor(middle);
		if (middle <= low || middle >= high)
			break;
		if (rq_position_cost(rq, middle + q + shift) >=
		    rq_position_cost(rq, middle + shift))
			high = middle;
		else
			low = middle;
	}
	return rq->whole ? high : 0.5 * (low + high);
}

int32_t bko_plan_rq_cost(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                         double r, double q, double *cost)
{
	struct plan_rq rq;
	int32_t status = rq_take(&rq, costs, lead);
	double value;

	if (status != BKO_OK)
		return status;
	if (!cost)
		return BKO_E_MISUSE;
	if (!bko__plan_finite(r) || !bko__plan_positive(q))
		return BKO_E_ARGUMENT;
	if (rq.whole && (r != floor(r) || q != floor(q) || fabs(r) > 1e9 || q > 1e9))
		return BKO_E_ARGUMENT;
	value = rq_mean_cost(&rq, r, q);
	if (!bko__plan_finite(value))
		return BKO_E_RANGE;
	*cost = value;
	return BKO_OK;
}

int32_t bko_plan_rq_level(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                          double q, double *r)
{
	struct plan_rq rq;
	int32_t status = rq_take(&rq, costs, lead);
	double level;

	if (status != BKO_OK)
		return status;
	if (!r)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(q) || (rq.whole && (q != floor(q) || q > 1e9)))
		return BKO_E_ARGUMENT;
	level = rq_level_for(&rq, q);
	if (!bko__plan_finite(level))
		return BKO_E_RANGE;
	*r = level;
	return BKO_OK;
}

/* Whether a stretch of q is long enough: with the best r for it, the position
 * that would be added next costs no less than the mean. */
static int rq_is_enough(const struct plan_rq *rq, double q)
{
	double r = rq_level_for(rq, q);
	double below = rq_position_cost(rq, r);
	double above = rq->whole ? rq_position_cost(rq, r + q + 1) : below;

	return (below < above ? below : above) >= rq_mean_cost(rq, r, q);
}

/* The shortest stretch that is enough, by doubling and bisection. */
static double rq_best_quantity(const struct plan_rq *rq)
{
	double low = 0;
	double high = ceil(sqrt(2 * rq->costs.fixed * rq->costs.rate / rq->costs.holding));
	int i;

	for (i = 0; i < PLAN_SEARCH_MAX && high <= rq_quantity_max; i++) {
		if (rq_is_enough(rq, high))
			break;
		low = high;
		high *= 2;
	}
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		double middle = 0.5 * (low + high);

		if (rq->whole)
			middle = floor(middle);
		if (middle <= low || middle >= high)
			break;
		if (rq_is_enough(rq, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

int32_t bko_plan_rq_best(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                         double *r, double *q, double *cost)
{
	struct plan_rq rq;
	double level, quantity, value;
	int32_t status = rq_take(&rq, costs, lead);

	if (status != BKO_OK)
		return status;
	if (!r || !q || !cost)
		return BKO_E_MISUSE;
	quantity = rq_best_quantity(&rq);
	if (!(quantity <= rq_quantity_max))
		return BKO_E_RANGE;
	level = rq_level_for(&rq, quantity);
	value = rq_mean_cost(&rq, level, quantity);
	if (!bko__plan_finite(level) || !bko__plan_finite(value))
		return BKO_E_RANGE;
	*r = level;
	*q = quantity;
	*cost = value;
	return BKO_OK;
}

static int32_t rq_take_normal(struct plan_rq *rq, const struct bko_plan_cost *costs,
                              const struct bko_plan_demand *lead)
{
	int32_t status = rq_take(rq, costs, lead);

	if (status == BKO_OK && rq->whole)
		return BKO_E_UNSUPPORTED;
	return status;
}

int32_t bko_plan_rq_shortage(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                             double *r, double *q, double *shortage, double *cost)
{
	struct plan_rq rq;
	int32_t status = rq_take_normal(&rq, costs, lead);
	double quantity, total, z, sd, missing = 0;
	int i;

	if (status != BKO_OK)
		return status;
	if (!r || !q || !shortage || !cost)
		return BKO_E_MISUSE;
	sd = sqrt(rq.lead.variance);
	quantity = sqrt(2 * rq.costs.fixed * rq.costs.rate / rq.costs.holding);
	for (i = 0; i < PLAN_SEARCH_MAX; i++) {
		double out = quantity * rq.costs.holding / (rq.costs.backorder * rq.costs.rate);
		double last = quantity;

		if (!(out > 0 && out < 1))
			return BKO_E_RANGE;
		z = -bko__plan_normal_z(out);
		missing = sd * bko__plan_normal_loss_at(z);
		quantity = sqrt(2 * rq.costs.rate *
		                (rq.costs.fixed + rq.costs.backorder * missing) / rq.costs.holding);
		if (fabs(quantity - last) <= 1e-14 * quantity)
			break;
	}
	if (i == PLAN_SEARCH_MAX)
		return BKO_E_RANGE;
	total = rq.costs.holding * (z * sd + 0.5 * quantity) +
	        rq.costs.rate * (rq.costs.fixed + rq.costs.backorder * missing) / quantity;
	if (!bko__plan_finite(total) || !bko__plan_finite(rq.lead.mean + z * sd))
		return BKO_E_RANGE;
	*r = rq.lead.mean + z * sd;
	*q = quantity;
	*shortage = missing;
	*cost = total;
	return BKO_OK;
}

int32_t bko_plan_rq_eoqb(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                         double *r, double *q)
{
	struct plan_rq rq;
	int32_t status = rq_take_normal(&rq, costs, lead);
	double quantity, share, cost;

	if (status != BKO_OK)
		return status;
	if (!r || !q)
		return BKO_E_MISUSE;
	status = bko_plan_eoq_backorder(rq.costs.fixed, rq.costs.holding, rq.costs.backorder,
	                                rq.costs.rate, &quantity, &share, &cost);
	if (status != BKO_OK)
		return status;
	return bko__plan_give_pair(quantity, rq_level_for(&rq, quantity), q, r);
}

int32_t bko_plan_rq_eoqss(const struct bko_plan_cost *costs, const struct bko_plan_demand *lead,
                          double *r, double *q)
{
	struct plan_rq rq;
	int32_t status = rq_take_normal(&rq, costs, lead);
	double quantity, cost;

	if (status != BKO_OK)
		return status;
	if (!r || !q)
		return BKO_E_MISUSE;
	status = bko_plan_eoq(rq.costs.fixed, rq.costs.holding, rq.costs.rate, &quantity, &cost);
	if (status != BKO_OK)
		return status;
	return bko__plan_give_pair(quantity, rq_best_position(&rq), q, r);
}
