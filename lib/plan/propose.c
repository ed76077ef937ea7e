/*
 * What to order, of whom and when. Each source is judged by itself; the cheapest
 * one's figures are the proposal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan/inner.h"

#include "backorder/propose.h"
#include "backorder/stock.h"

#include <math.h>
#include <string.h>

static const double propose_spread = 1.3;
static const double propose_slack = 1e-9; /* a level this little above a whole one is that */
static const double propose_units_max = 4503599627370495.0; /* 2^52 - 1 */

/* Units, whole; a rounding error buys none. */
static double propose_whole(double x)
{
	double up = ceil(x - propose_slack);

	return up > 0 ? up : 0;
}

void bko__plan_counted(double mean, double variance, struct bko_plan_demand *demand)
{
	memset(demand, 0, sizeof *demand);
	demand->struct_size = sizeof *demand;
	demand->mean = mean;
	demand->variance = variance;
	demand->kind = BKO_PLAN_POISSON;
	if (mean > PLAN_COUNT_MEAN_MAX) {
		demand->kind = BKO_PLAN_NORMAL;
	} else if (variance > mean && mean > 0) {
		demand->kind = BKO_PLAN_NEGATIVE_BINOMIAL;
		if (variance > PLAN_COUNT_RATIO_MAX * mean)
			demand->variance = PLAN_COUNT_RATIO_MAX * mean;
	} else {
		demand->variance = mean;
	}
}

static int32_t propose_source(struct bko_plan_source *source, const struct bko_plan_need *need,
                              uint32_t number)
{
	const unsigned char *at = (const unsigned char *)need->sources;
	int32_t status = bko__plan_take_element(source, sizeof *source,
	                                        at + (size_t)number * need->source_stride,
	                                        need->source_stride);

	if (status != BKO_OK)
		return status;
	if (source->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (!bko__plan_not_negative(source->lead) || !bko__plan_not_negative(source->lead_sd) ||
	    !bko__plan_positive(source->price) || !bko__plan_not_negative(source->fixed) ||
	    !bko__plan_not_negative(source->minimum) || !bko__plan_not_negative(source->maximum) ||
	    !bko__plan_not_negative(source->multiple))
		return BKO_E_ARGUMENT;
	if (source->maximum > 0 && source->maximum < source->minimum)
		return BKO_E_ARGUMENT;
	return BKO_OK;
}

static int32_t propose_need(struct bko_plan_need *need, const struct bko_plan_need *theirs)
{
	int32_t status = bko__plan_take(need, sizeof *need, sizeof *need, theirs);

	if (status != BKO_OK)
		return status;
	if (need->reserved != 0)
		return BKO_E_STRUCT_NEWER;
	if (!need->sources)
		return BKO_E_MISUSE;
	if (need->source_count < 1 || need->source_count > BKO_PLAN_SOURCES_MAX ||
	    need->source_stride < sizeof(struct bko_plan_source) ||
	    need->source_stride > BKO_STRUCT_SIZE_MAX)
		return BKO_E_ARGUMENT;
	if (!need->state &&
	    (!bko__plan_not_negative(need->demand) || !bko__plan_not_negative(need->demand_sd)))
		return BKO_E_ARGUMENT;
	if (!bko__plan_not_negative(need->spread) || !bko__plan_not_negative(need->review) ||
	    !bko__plan_not_negative(need->on_hand) || !bko__plan_not_negative(need->incoming) ||
	    !bko__plan_not_negative(need->backordered) || !bko__plan_positive(need->holding))
		return BKO_E_ARGUMENT;
	if (need->service == 0 ? !bko__plan_positive(need->backorder)
	                       : !bko__plan_probability(need->service))
		return BKO_E_ARGUMENT;
	if (need->spread == 0)
		need->spread = propose_spread;
	return BKO_OK;
}

/* Demand over so many periods, the last of them perhaps in part. */
static int32_t propose_demand(const struct bko_plan_need *need, double periods, double lead_sd,
                              double *mean, double *variance)
{
	double a_period;

	if (need->state) {
		int32_t status = bko_plan_total(need->state, periods, mean, variance);

		if (status != BKO_OK)
			return status;
		*variance *= need->spread;
		*mean = *mean > 0 ? *mean : 0; /* a trend may go below it */
	} else {
		*mean = need->demand * periods;
		*variance = need->demand_sd * need->demand_sd * periods;
	}
	a_period = *mean / periods;
	*variance += a_period * a_period * lead_sd * lead_sd;
	return bko__plan_finite(*mean) && bko__plan_finite(*variance) ? BKO_OK : BKO_E_RANGE;
}

/* What a whole position is worth, second orders aside. */
static void propose_level(const struct bko_plan_demand *demand, double x,
                          struct bko_plan_level *level)
{
	struct plan_sums sums;

	if (!bko__plan_is_count(demand->kind) || x != floor(x)) {
		bko__plan_level_of(demand, x, level);
		return;
	}
	memset(level, 0, sizeof *level);
	bko__plan_count_roughly(demand, x, &sums);
	level->covered = sums.below + sums.at;
	level->shortage = sums.shortage;
	level->surplus = sums.surplus;
}

/* A quantity as the source sells it. */
static double propose_sold_as(const struct bko_plan_source *source, double quantity)
{
	double multiple = source->multiple > 0 ? source->multiple : 1;

	if (quantity < source->minimum)
		quantity = source->minimum;
	quantity = ceil(quantity / multiple - propose_slack) * multiple;
	if (source->maximum > 0 && quantity > source->maximum)
		quantity = floor(source->maximum / multiple + propose_slack) * multiple;
	return quantity;
}

/* When, and how much. */
static void propose_when(const struct bko_plan_need *need, const struct bko_plan_source *source,
                         struct bko_plan_proposal *p)
{
	double rate = p->mean / p->periods, wanted = p->order_up_to - p->position;

	if (wanted > 0 && p->position <= p->reorder_point) {
		p->order = BKO_PLAN_ORDER_NOW;
		p->quantity = propose_sold_as(source, propose_whole(wanted));
		p->arrives = source->lead;
		return;
	}
	if (!(rate > 0))
		return;
	wanted = p->lot > rate * need->review ? p->lot : rate * need->review;
	p->order = BKO_PLAN_ORDER_LATER;
	p->by = (p->position - p->reorder_point) / rate;
	p->quantity = propose_sold_as(source, wanted > 1 ? propose_whole(wanted) : 1);
	p->arrives = p->by + source->lead;
}

/* What the source would cost a period, see propose.h. `demand` is that of all periods,
 * and here becomes that of the lead time. */
static int32_t propose_cost(const struct bko_plan_need *need, const struct bko_plan_source *source,
                            double backorder, struct bko_plan_demand *demand,
                            struct bko_plan_level *level, struct bko_plan_proposal *p)
{
	double rate = p->mean / p->periods, between = 1, short_until = 0, mean, variance;

	if (rate > 0 && p->quantity / rate > between)
		between = p->quantity / rate;
	if (need->review > between)
		between = need->review;
	propose_level(demand, p->reorder_point, level);
	p->cost = source->price * rate + source->fixed / between +
	          need->holding * source->price * level->surplus + backorder * level->shortage;
	if (source->lead > 0) {
		int32_t status =
			propose_demand(need, source->lead, source->lead_sd, &mean, &variance);

		if (status != BKO_OK)
			return status;
		bko__plan_counted(mean, variance, demand);
		propose_level(demand, p->position, level);
		short_until = level->shortage;
	} else if (p->position < 0) {
		short_until = -p->position;
	}
	p->cost += backorder * short_until / between;
	return bko__plan_finite(p->cost) ? BKO_OK : BKO_E_RANGE;
}

static int32_t propose_judge(const struct bko_plan_need *need, uint32_t number,
                             struct bko_plan_source *source, struct bko_plan_proposal *p)
{
	double holding, backorder = need->backorder;
	struct bko_plan_demand demand;
	struct bko_plan_level level;
	int32_t status = propose_source(source, need, number);

	if (status != BKO_OK)
		return status;
	memset(p, 0, sizeof *p);
	p->source = number;
	holding = need->holding * source->price;
	p->position = need->on_hand + need->incoming - need->backordered;
	p->periods = source->lead + need->review;
	if (!(p->periods > 0 && p->periods <= BKO_PLAN_HORIZON_MAX) ||
	    fabs(p->position) > propose_units_max)
		return BKO_E_ARGUMENT;
	if (need->service > 0)
		backorder = holding * need->service / (1 - need->service);
	p->fractile = need->service > 0 ? need->service : backorder / (backorder + holding);
	if (!bko__plan_probability(p->fractile) || !bko__plan_positive(backorder))
		return BKO_E_RANGE;
	status = propose_demand(need, p->periods, source->lead_sd, &p->mean, &p->variance);
	if (status != BKO_OK)
		return status;
	bko__plan_counted(p->mean, p->variance, &demand);
	p->kind = demand.kind;
	p->reorder_point = propose_whole(bko__plan_quantile_of(&demand, p->fractile));
	p->safety_stock = p->reorder_point - p->mean;
	if (source->fixed > 0 && p->mean > 0)
		p->lot = propose_whole(sqrt(2 * source->fixed * p->mean / p->periods / holding));
	p->order_up_to = p->reorder_point + p->lot;
	if (!bko__plan_finite(p->order_up_to) || p->order_up_to > propose_units_max)
		return BKO_E_RANGE;
	propose_level(&demand, p->position, &level);
	p->covered = level.covered;
	p->shortage = level.shortage;
	propose_when(need, source, p);
	return propose_cost(need, source, backorder, &demand, &level, p);
}

int32_t bko_plan_propose(const struct bko_plan_need *need, struct bko_plan_proposal *proposal)
{
	struct bko_plan_proposal p;
	struct bko_plan_source source;
	struct bko_plan_need taken;
	int32_t status = propose_need(&taken, need);
	uint32_t i, best = 0;
	double least = 0;

	if (status == BKO_OK)
		status = bko__plan_can_give(proposal, sizeof p);
	for (i = 0; status == BKO_OK && i < taken.source_count; i++) {
		status = propose_judge(&taken, i, &source, &p);
		if (status == BKO_OK && (i == 0 || p.cost < least)) {
			least = p.cost;
			best = i;
		}
	}
	/* judged once more rather than kept: a stack may be small */
	if (status == BKO_OK && best + 1 < taken.source_count)
		status = propose_judge(&taken, best, &source, &p);
	if (status == BKO_OK)
		bko__plan_give(proposal, &p, sizeof p);
	return status;
}

int32_t bko_plan_policy(const struct bko_plan_proposal *proposal, int64_t period_ms, uint32_t flags,
                        struct bko_policy *policy)
{
	struct bko_plan_proposal p;
	struct bko_policy own;
	int32_t status = bko__plan_take(&p, sizeof p, sizeof p, proposal);
	double lead_ms;

	if (status == BKO_OK)
		status = bko__plan_take(&own, sizeof own, sizeof own, policy);
	if (status != BKO_OK)
		return status;
	if (period_ms < 1 || (flags & ~(uint32_t)BKO_PLAN_KEEP_SAFETY) ||
	    !bko__plan_not_negative(p.reorder_point) || !bko__plan_not_negative(p.periods) ||
	    !bko__plan_finite(p.safety_stock))
		return BKO_E_ARGUMENT;
	lead_ms = ceil(p.periods * (double)period_ms - propose_slack);
	if (p.reorder_point > propose_units_max || p.safety_stock > propose_units_max ||
	    lead_ms >= (double)((int64_t)1 << BKO_TIME_BITS))
		return BKO_E_RANGE;
	own.set |= BKO_SET_LOW_AT | BKO_SET_LEAD_TIME;
	own.low_at = (int64_t)p.reorder_point;
	own.lead_time_ms = (int64_t)lead_ms;
	if (flags & BKO_PLAN_KEEP_SAFETY) {
		own.set |= BKO_SET_SAFETY_STOCK;
		own.safety_stock = (int64_t)propose_whole(p.safety_stock);
	}
	bko__plan_give(policy, &own, sizeof own);
	return BKO_OK;
}
