/*
 * Replenishment. At each review the shop orders up to what it expects to sell
 * in the days of cover, judged by the average of the last four weeks; before it
 * has been open so long, by the merchant's estimate. It never looks ahead.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shop.h"

#include <stdlib.h>

/* More than this no shop has; beyond it the product of units and days would not
 * fit. */
static const int64_t most = ((int64_t)1 << BKO_QUANTITY_BITS) - 1;

/* Units expected to be asked for in so many days, rounded up. */
static int64_t expected(const struct shop *shop, uint32_t item, int64_t day, int64_t days)
{
	const struct demand *demand = &shop->demand[item];
	int early = day - shop->history->first_day < SHOP_WINDOW;
	int64_t sum = early ? demand->estimate : demand->sum;
	int64_t over = early ? shop->estimate_days : SHOP_WINDOW;

	if (sum <= 0 || days == 0)
		return 0;
	return sum > most / days ? most : (sum * days + over - 1) / over;
}

/* The estimate: what is asked for in the first four weeks, less what is undone
 * again of a sale in them. */
static void estimate(struct shop *shop)
{
	const struct history *history = shop->history;
	int64_t days = history->last_day - history->first_day + 1;
	int64_t end_ms;

	shop->estimate_days = days < SHOP_WINDOW ? days : SHOP_WINDOW;
	end_ms = (history->first_day + shop->estimate_days) * DAY_MS;
	for (uint32_t i = 0; i < history->row_count; i++) {
		const struct row *row = &history->rows[i];

		if (history->invoices[row->invoice].time_ms < end_ms &&
		    (row->quantity > 0 || row->previous != HISTORY_NONE))
			shop->demand[row->item].estimate += row->quantity;
	}
}

/* Tells the library of safety stocks that changed, all in one call. */
static void set_safety(struct shop *shop, int64_t day)
{
	uint32_t count = 0, items = shop->history->items.count;
	struct bko_policy *policies;
	struct bko_policy_row *rows;
	int32_t *statuses;

	if (shop->settings->policy != POLICY_SAFETY)
		return;
	policies = text_zeroed(items, sizeof *policies);
	rows = text_zeroed(items, sizeof *rows);
	statuses = text_zeroed(items, sizeof *statuses);
	for (uint32_t i = 0; i < items; i++) {
		int64_t units = expected(shop, i, day, shop->settings->safety_days);

		if (units == shop->demand[i].safety)
			continue;
		shop->demand[i].safety = units;
		policies[count].struct_size = sizeof *policies;
		policies[count].set = BKO_SET_SAFETY_STOCK;
		policies[count].safety_stock = units;
		rows[count].struct_size = sizeof *rows;
		rows[count].scope = BKO_SCOPE_ITEM;
		rows[count].item = shop->history->items.list[i];
		rows[count].policy = &policies[count];
		count++;
	}
	if (count > 0)
		shop_check(shop,
		           bko_policy_set(shop->engine, day * DAY_MS, rows, count, sizeof *rows,
		                          statuses),
		           "setting", text_span("safety stock"));
	free(policies);
	free(rows);
	free(statuses);
	shop_settle(shop, day * DAY_MS);
}

/* Brings goods in: of a delivery, which closes its supply, or (number 0) those
 * that are there when the shop opens. */
static void receive(struct shop *shop, uint32_t item, uint32_t number, int64_t units,
                    int64_t now_ms)
{
	struct bko_receipt receipt = {0};
	struct bko_outcome outcome = {0};
	char id[SHOP_ID], supply[SHOP_ID];
	struct bko_op op = shop_op(id, 'd', number, 0, now_ms);

	receipt.struct_size = sizeof receipt;
	receipt.item = shop->history->items.list[item];
	receipt.quantity = units;
	if (number > 0) {
		receipt.supply = shop_op(supply, 'p', number, 0, now_ms).id;
		receipt.last = 1;
	}
	outcome.struct_size = sizeof outcome;
	if (!shop_check(shop, bko_stock_receive(shop->engine, &op, &receipt, &outcome), "receiving",
	                receipt.item))
		return;
	if (number > 0)
		book_received(shop->book, item, units, now_ms);
	else
		book_opening(shop->book, item, units, now_ms);
	shop_settle(shop, now_ms);
}

void supply_open(struct shop *shop)
{
	const struct history *history = shop->history;
	const struct settings *settings = shop->settings;
	int64_t day = history->first_day;

	shop->demand = text_zeroed(history->items.count, sizeof *shop->demand);
	/* The last day's order may come late. */
	shop->arriving = text_zeroed(
		(size_t)(history->last_day - day + 1 + settings->lead_days + settings->review_days),
		sizeof *shop->arriving);
	if (shop->planner) {
		planner_begin(shop->planner, shop);
		return;
	}
	estimate(shop);
	set_safety(shop, day);
	for (uint32_t i = 0; i < history->items.count && !shop->failed; i++) {
		int64_t units =
			expected(shop, i, day, settings->cover_days) + shop->demand[i].safety;

		if (units > 0)
			receive(shop, i, 0, units, day * DAY_MS);
	}
}

/* Orders from the supplier. Some deliveries come a review period late, and
 * nobody says so before. */
void supply_order(struct shop *shop, uint32_t item, int64_t units, int64_t day)
{
	const struct settings *settings = shop->settings;
	struct bko_supply supply = {0};
	struct bko_outcome outcome = {0};
	struct delivery *delivery;
	uint32_t number = ++shop->delivery_count;
	int64_t comes = day + settings->lead_days;
	char id[SHOP_ID], name[SHOP_ID];
	struct bko_op op = shop_op(id, 'o', number, 0, day * DAY_MS);

	if (settings->late_every > 0 && number % settings->late_every == 0)
		comes += settings->review_days;
	supply.struct_size = sizeof supply;
	supply.action = BKO_SUPPLY_PLAN;
	supply.item = shop->history->items.list[item];
	supply.supply = shop_op(name, 'p', number, 0, 0).id;
	supply.state = BKO_SUPPLY_CONFIRMED;
	supply.quantity = units;
	supply.due_ms = (day + settings->lead_days) * DAY_MS;
	outcome.struct_size = sizeof outcome;
	if (!shop_check(shop, bko_supply_set(shop->engine, &op, &supply, &outcome), "ordering",
	                supply.item))
		return;
	if (number > shop->delivery_room) {
		shop->delivery_room = number * 2;
		shop->deliveries =
			text_room(shop->deliveries, shop->delivery_room, sizeof *delivery);
	}
	delivery = &shop->deliveries[number - 1];
	delivery->units = units;
	delivery->item = item;
	delivery->number = number;
	delivery->next = shop->arriving[comes - shop->history->first_day];
	shop->arriving[comes - shop->history->first_day] = number;
	shop->book->goods[item].incoming += units;
}

/* Orders up to the expected demand: what is free on the shelf and under way,
 * less what waits, counts as there already. */
static void review(struct shop *shop, int64_t day)
{
	if (shop->planner) {
		planner_review(shop->planner, shop, day);
		return;
	}
	set_safety(shop, day);
	for (uint32_t i = 0; i < shop->history->items.count && !shop->failed; i++) {
		const struct goods *goods = &shop->book->goods[i];
		int64_t level =
			expected(shop, i, day, shop->settings->cover_days) + shop->demand[i].safety;
		int64_t there =
			goods->on_hand - goods->allocated + goods->incoming - goods->waiting;

		if (level > there)
			supply_order(shop, i, level - there, day);
	}
}

void supply_morning(struct shop *shop, int64_t day)
{
	size_t oldest = (size_t)(day % (SHOP_WINDOW + 1));
	uint32_t next;

	for (uint32_t i = 0; i < shop->history->items.count; i++) {
		struct demand *demand = &shop->demand[i];

		demand->sum -= demand->days[oldest];
		demand->days[oldest] = 0;
	}
	if ((day - shop->history->first_day) % shop->settings->review_days == 0)
		review(shop, day);
	/* Lists begin with what was ordered last; which comes in first is all one,
	 * as a delivery serves the queue of its own item only. */
	for (next = shop->arriving[day - shop->history->first_day]; next != 0 && !shop->failed;) {
		const struct delivery *delivery = &shop->deliveries[next - 1];

		shop->book->goods[delivery->item].incoming -= delivery->units;
		receive(shop, delivery->item, delivery->number, delivery->units, day * DAY_MS);
		next = delivery->next;
	}
}

void supply_asked(struct shop *shop, uint32_t row, int64_t units)
{
	struct demand *demand = &shop->demand[shop->history->rows[row].item];

	demand->days[shop->today % (SHOP_WINDOW + 1)] += units;
	demand->sum += units;
}

void supply_close(struct shop *shop)
{
	free(shop->demand);
	free(shop->deliveries);
	free(shop->arriving);
}
