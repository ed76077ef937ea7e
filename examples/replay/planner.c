/*
 * See planner.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "planner.h"
#include "shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Periods that the engine keeps and that are read at a time: each is read when it is
 * over. */
enum { PLANNER_KEEP = 4 };

/* ---- What to buy, by the library ------------------------------------------------ */

size_t planner_state(bko_plan_state *state, size_t size)
{
	struct bko_plan_method method = {0};

	method.struct_size = sizeof method;
	method.kind = BKO_PLAN_SKU;
	if (state)
		return bko_plan_state_init(state, size, &method) == BKO_OK ? size : 0;
	return bko_plan_state_size(&method, &size) == BKO_OK ? size : 0;
}

static bko_plan_state *state_of(const struct planner *planner, uint32_t item)
{
	return (bko_plan_state *)(planner->states + item * planner->state_size);
}

/* What the library proposes to order of an item at a review, and why. */
static int32_t propose(const struct planner *planner, const struct goods *goods, uint32_t item,
                       uint32_t period, struct bko_plan_proposal *proposal)
{
	const struct settings *settings = planner->shelf->settings;
	struct bko_plan_source source = {0};
	struct bko_plan_need need = {0};

	source.struct_size = sizeof source;
	source.lead = (double)settings->lead_days / (double)settings->review_days;
	source.price = shelf_price(planner->shelf, item, period);
	need.struct_size = sizeof need;
	need.sources = &source;
	need.source_count = 1;
	need.source_stride = sizeof source;
	need.state = state_of(planner, item);
	need.review = 1;
	need.on_hand = (double)goods->on_hand;
	need.incoming = (double)goods->incoming;
	need.holding = planner->rate;
	need.backorder = 1;
	proposal->struct_size = sizeof *proposal;
	return bko_plan_propose(&need, proposal);
}

int planner_open(struct planner *planner, const struct shelf *shelf, double rate)
{
	size_t items = shelf_items(shelf);

	memset(planner, 0, sizeof *planner);
	planner->shelf = shelf;
	planner->rate = rate;
	planner->state_size = planner_state(NULL, 0);
	planner->states = text_zeroed(items, planner->state_size + 1);
	planner->next_ms = text_zeroed(items, sizeof *planner->next_ms);
	planner->withdrawn = text_zeroed(items, sizeof *planner->withdrawn);
	planner->levels = text_zeroed(shelf->periods * items, sizeof *planner->levels);
	for (size_t i = 0; i < items; i++)
		if (planner->state_size == 0 ||
		    !planner_state(state_of(planner, (uint32_t)i), planner->state_size))
			return 0;
	return 1;
}

void planner_close(struct planner *planner)
{
	free(planner->states);
	free(planner->next_ms);
	free(planner->withdrawn);
	free(planner->levels);
}

/* ---- In the shop ---------------------------------------------------------------- */

void planner_begin(struct planner *planner, struct shop *shop)
{
	struct bko_demand_setting setting = {0};

	setting.struct_size = sizeof setting;
	setting.keep = PLANNER_KEEP;
	setting.period_ms = shop->settings->review_days * DAY_MS;
	setting.begin_ms = shop->history->first_day * DAY_MS;
	shop_check(shop, bko_demand_set(shop->engine, setting.begin_ms, &setting), "counting",
	           text_span("demand"));
	for (uint32_t i = 0; i < shop->history->items.count; i++)
		planner->next_ms[i] = setting.begin_ms;
}

void planner_withdrawn(struct planner *planner, uint32_t item, int64_t units)
{
	if (planner)
		planner->withdrawn[item] += units;
}

/* Learns from the periods that are over since the last review. */
static void learn(struct planner *planner, struct shop *shop, uint32_t item, int64_t now_ms)
{
	struct bko_demand_period periods[PLANNER_KEEP];
	struct bko_span name = shop->history->items.list[item];
	size_t count = 0;

	memset(periods, 0, sizeof periods);
	for (size_t i = 0; i < PLANNER_KEEP; i++)
		periods[i].struct_size = sizeof *periods;
	if (!shop_check(shop,
	                bko_demand_read(shop->engine, now_ms, &name, NULL, planner->next_ms[item],
	                                periods, PLANNER_KEEP, sizeof *periods, &count),
	                "reading demand", name))
		return;
	for (size_t i = 0; i < count; i++) {
		if (periods[i].start_ms + periods[i].length_ms != now_ms)
			continue;
		periods[i].undone += planner->withdrawn[item];
		planner->withdrawn[item] = 0;
	}
	shop_check(shop,
	           bko_plan_learn(state_of(planner, item), NULL, periods, count, sizeof *periods,
	                          BKO_PLAN_ALL_COUNTED, &planner->next_ms[item]),
	           "learning", name);
}

/* Proposes and orders for one item. Returns 1 if the engine is to be told a policy. */
static int plan_item(struct planner *planner, struct shop *shop, uint32_t item, uint32_t period,
                     int64_t day, struct bko_policy *policy)
{
	struct bko_span name = shop->history->items.list[item];
	struct bko_plan_proposal proposal = {0};
	int64_t *level = &planner->levels[period * shelf_items(planner->shelf) + item];
	int32_t status = propose(planner, &shop->book->goods[item], item, period, &proposal);

	if (status == BKO_E_STATE) /* nobody asked for it yet */
		return 0;
	policy->struct_size = sizeof *policy;
	if (!shop_check(shop, status, "proposing", name) ||
	    !shop_check(shop,
	                bko_plan_policy(&proposal, shop->settings->review_days * DAY_MS, 0, policy),
	                "a policy", name))
		return 0;
	*level = (int64_t)proposal.order_up_to;
	if (proposal.order == BKO_PLAN_ORDER_NOW)
		supply_order(shop, item, (int64_t)proposal.quantity, day);
	return period == 0 || *level != *(level - shelf_items(planner->shelf));
}

void planner_review(struct planner *planner, struct shop *shop, int64_t day)
{
	uint32_t items = shop->history->items.count, count = 0;
	uint32_t period =
		(uint32_t)((day - shop->history->first_day) / shop->settings->review_days);
	struct bko_policy *policies = text_zeroed(items, sizeof *policies);
	struct bko_policy_row *rows = text_zeroed(items, sizeof *rows);
	int32_t *statuses = text_zeroed(items, sizeof *statuses);

	for (uint32_t i = 0; i < items && !shop->failed; i++) {
		learn(planner, shop, i, day * DAY_MS);
		if (shop->failed || !plan_item(planner, shop, i, period, day, &policies[count]))
			continue;
		rows[count].struct_size = sizeof *rows;
		rows[count].scope = BKO_SCOPE_ITEM;
		rows[count].item = shop->history->items.list[i];
		rows[count].policy = &policies[count];
		count++;
	}
	if (count > 0 && !shop->failed)
		shop_check(shop,
		           bko_policy_set(shop->engine, day * DAY_MS, rows, count, sizeof *rows,
		                          statuses),
		           "setting", text_span("policies"));
	free(policies);
	free(rows);
	free(statuses);
	shop_settle(shop, day * DAY_MS);
}

void planner_evening(struct planner *planner, const struct shop *shop, int64_t day)
{
	const struct shelf *shelf = planner->shelf;
	const int64_t *figures = shop->book->figures;
	struct shelf_result *result = &planner->result;
	double value = 0;

	if (day - shop->history->first_day < shelf->counted) {
		planner->asked = figures[UNITS];
		planner->given = figures[UNITS_ALLOCATED];
		return;
	}
	for (uint32_t i = 0; i < shop->history->items.count; i++)
		value += (double)shop->book->goods[i].on_hand * (double)shelf->prices[i];
	result->value += value / (shelf->days - shelf->counted);
	result->asked = figures[UNITS] - planner->asked;
	result->given = figures[UNITS_ALLOCATED] - planner->given;
}
