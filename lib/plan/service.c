/*
 * Safety stock, reorder points and the service that a level and a quantity
 * give. The exact figures of an (r, Q) policy are differences of a loss between
 * r and r + Q: in steady state the stock position is spread evenly over that
 * stretch.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include <math.h>
#include <string.h>

int32_t bko_plan_lead_demand(const struct bko_plan_lead *lead, double *mean, double *sd)
{
	struct bko_plan_lead in;
	int32_t status = bko__plan_take(&in, sizeof in, sizeof in, lead);
	double span, variance;

	if (status != BKO_OK)
		return status;
	if (!mean || !sd)
		return BKO_E_MISUSE;
	if (in.reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (!bko__plan_not_negative(in.demand) || !bko__plan_not_negative(in.demand_sd) ||
	    !bko__plan_not_negative(in.lead) || !bko__plan_not_negative(in.lead_sd) ||
	    !bko__plan_not_negative(in.review))
		return BKO_E_ARGUMENT;
	span = in.lead + in.review;
	variance = span * in.demand_sd * in.demand_sd +
	           in.demand * in.demand * in.lead_sd * in.lead_sd;
	if (!bko__plan_finite(variance) || !bko__plan_finite(in.demand * span))
		return BKO_E_RANGE;
	*mean = in.demand * span;
	*sd = sqrt(variance);
	return BKO_OK;
}

int32_t bko_plan_safety_stock(const struct bko_plan_lead *lead, double service, double *stock)
{
	double mean, sd;
	int32_t status = bko_plan_lead_demand(lead, &mean, &sd);

	if (status != BKO_OK)
		return status;
	if (!stock)
		return BKO_E_MISUSE;
	if (!bko__plan_probability(service))
		return BKO_E_ARGUMENT;
	*stock = sd * bko__plan_normal_z(service);
	return BKO_OK;
}

int32_t bko_plan_reorder_point(const struct bko_plan_lead *lead, double service, double *level)
{
	double mean, sd, stock;
	int32_t status = bko_plan_lead_demand(lead, &mean, &sd);

	if (status == BKO_OK)
		status = bko_plan_safety_stock(lead, service, level ? &stock : NULL);
	if (status == BKO_OK)
		*level = mean + stock;
	return status;
}

static int is_whole_level(double x)
{
	return x == floor(x) && fabs(x) <= 1e9;
}

/* A unit is short at a position y in (r, r + Q] with probability P(D >= y) for
 * counts and P(D > y) for the others, so the share short is a difference of
 * first-order losses, and the mean backorders one of second-order losses. */
void bko__plan_service_at(const struct bko_plan_demand *demand, double reorder, double quantity,
                          struct bko_plan_service *service)
{
	struct bko_plan_level low, high;

	bko__plan_level_of(demand, reorder, &low);
	bko__plan_level_of(demand, reorder + quantity, &high);
	memset(service, 0, sizeof *service);
	service->cycle = low.covered;
	service->shortage = low.shortage;
	service->fill_type2 = 1 - low.shortage / quantity;
	service->fill = 1 - (low.shortage - high.shortage) / quantity;
	service->backorders = (low.shortage2 - high.shortage2) / quantity;
	/* Surplus less shortage is the level less the mean demand. */
	service->on_hand = low.surplus - low.shortage + 0.5 * quantity + service->backorders;
	if (bko__plan_is_count(demand->kind))
		service->on_hand += 0.5;
}

int32_t bko_plan_service_of(const struct bko_plan_demand *lead, double reorder, double quantity,
                            struct bko_plan_service *service)
{
	struct bko_plan_demand demand;
	struct bko_plan_service figures;
	int32_t status = bko__plan_demand_take(&demand, lead);

	if (status == BKO_OK)
		status = bko__plan_can_give(service, sizeof figures);
	if (status != BKO_OK)
		return status;
	if (!bko__plan_finite(reorder) || !bko__plan_positive(quantity))
		return BKO_E_ARGUMENT;
	if (bko__plan_is_count(demand.kind) &&
	    (!is_whole_level(reorder) || !is_whole_level(quantity)))
		return BKO_E_ARGUMENT;
	bko__plan_service_at(&demand, reorder, quantity, &figures);
	if (!bko__plan_finite(figures.on_hand) || !bko__plan_finite(figures.fill_type2))
		return BKO_E_RANGE;
	bko__plan_give(service, &figures, sizeof figures);
	return BKO_OK;
}

static double service_fill_at(const struct bko_plan_demand *demand, double reorder, double quantity,
                              uint32_t formula)
{
	struct bko_plan_service service;

	bko__plan_service_at(demand, reorder, quantity, &service);
	return formula == BKO_PLAN_FILL_EXACT ? service.fill : service.fill_type2;
}

int32_t bko_plan_fill_level(const struct bko_plan_demand *lead, double quantity, double fill,
                            uint32_t formula, double *reorder)
{
	struct bko_plan_demand demand;
	int32_t status = bko__plan_demand_take(&demand, lead);
	double low, high, width;
	int whole, i;

	if (status != BKO_OK)
		return status;
	if (!reorder)
		return BKO_E_MISUSE;
	if (!bko__plan_positive(quantity) || !bko__plan_probability(fill) ||
	    formula > BKO_PLAN_FILL_EXACT)
		return BKO_E_ARGUMENT;
	whole = bko__plan_is_count(demand.kind);
	if (whole && !is_whole_level(quantity))
		return BKO_E_ARGUMENT;
	low = floor(bko__plan_quantile_of(&demand, 1e-6) - quantity) - 1;
	high = ceil(bko__plan_quantile_of(&demand, 1 - 1e-6)) + 1;
	width = high - low;
	for (i = 0; i < 30 && service_fill_at(&demand, low, quantity, formula) >= fill; i++)
		low -= width;
	for (i = 0; i < 30 && service_fill_at(&demand, high, quantity, formula) < fill; i++)
		high += width;
	if (i == 30 || !bko__plan_finite(width))
		return BKO_E_RANGE;
	for (i = 0; i < PLAN_SEARCH_MAX && high - low > (whole ? 1 : 0); i++) {
		double middle = whole ? floor(0.5 * (low + high)) : 0.5 * (low + high);

		if (middle <= low || middle >= high)
			break;
		if (service_fill_at(&demand, middle, quantity, formula) >= fill)
			high = middle;
		else
			low = middle;
	}
	*reorder = high;
	return BKO_OK;
}
