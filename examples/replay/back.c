/*
 * What comes back. A row that undoes a sale is matched with the customer's
 * sales of that item, the latest first, and takes of each what it can: first
 * what was refused here (the customer never got it, so nothing moves), then what
 * still waits or is on the shelf (cancelled), then what was shipped (returned).
 * What matches no sale is a write-off.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shop.h"

#include <stdio.h>

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t moment_of(const struct shop *shop, uint32_t row)
{
	return shop->history->invoices[shop->history->rows[row].invoice].time_ms;
}

/* The order of a sale, and which of its lines it is. */
static const struct invoice *order_of(const struct shop *shop, uint32_t sale, uint32_t *line)
{
	const struct invoice *invoice = &shop->history->invoices[shop->history->rows[sale].invoice];

	*line = sale - invoice->first_row;
	return invoice;
}

static void cancel(struct shop *shop, uint32_t sale, int64_t units, uint32_t cause)
{
	struct bko_units request = {0};
	struct bko_pick pick = {0};
	struct bko_outcome outcome = {0};
	uint32_t line;
	const struct invoice *order = order_of(shop, sale, &line);
	char id[SHOP_ID];
	struct bko_op op = shop_op(id, 'c', cause, line, moment_of(shop, cause));

	pick.struct_size = sizeof pick;
	pick.line = (int32_t)line;
	pick.quantity = units;
	request.struct_size = sizeof request;
	request.order = order->id;
	request.picks = &pick;
	request.pick_count = 1;
	request.stride = sizeof pick;
	outcome.struct_size = sizeof outcome;
	if (!shop_check(shop, bko_order_cancel(shop->engine, &op, &request, &outcome), "cancelling",
	                order->id))
		return;
	if (outcome.quantity != units) {
		fprintf(stderr, "replay: not all was cancelled that was asked for\n");
		shop->failed = 1;
	}
	book_cancelled(shop->book, sale, units, cause);
	shop_settle(shop, op.now_ms);
}

/* Changes the sellable units of an item, and says why. */
static void adjust(struct shop *shop, uint32_t item, int64_t units, const char *reason,
                   const struct bko_op *op)
{
	struct bko_adjustment adjustment = {0};
	struct bko_outcome outcome = {0};

	adjustment.struct_size = sizeof adjustment;
	adjustment.kind = BKO_ADJUST_CHANGE;
	adjustment.item = shop->history->items.list[item];
	adjustment.reason = text_span(reason);
	adjustment.quantity = units;
	outcome.struct_size = sizeof outcome;
	shop_check(shop, bko_stock_adjust(shop->engine, op, &adjustment, &outcome), "adjusting",
	           adjustment.item);
}

static void give_back(struct shop *shop, uint32_t sale, int64_t units, uint32_t cause)
{
	struct bko_return request = {0};
	struct bko_outcome outcome = {0};
	uint32_t line;
	const struct invoice *order = order_of(shop, sale, &line);
	char id[SHOP_ID];
	/* one return may answer several sales: each is a document of its own */
	struct bko_op op = shop_op(id, 'r', cause, sale, moment_of(shop, cause));
	int32_t status;

	request.struct_size = sizeof request;
	request.disposition = BKO_RETURN_SELLABLE;
	request.order = order->id;
	request.line = line;
	request.quantity = units;
	outcome.struct_size = sizeof outcome;
	status = bko_order_return(shop->engine, &op, &request, &outcome);
	/* The order was closed so long ago that it is pruned: the units come in by
	 * an adjustment. */
	if (status == BKO_E_NOT_FOUND) {
		adjust(shop, shop->history->rows[sale].item, units, "late return", &op);
		planner_withdrawn(shop->planner, shop->history->rows[sale].item, units);
	} else {
		shop_check(shop, status, "returning", order->id);
	}
	if (shop->failed)
		return;
	book_returned(shop->book, sale, units, cause, status == BKO_E_NOT_FOUND);
	shop_settle(shop, op.now_ms);
}

static void write_off(struct shop *shop, uint32_t cause, int64_t units)
{
	const struct row *row = &shop->history->rows[cause];
	int64_t there = shop->book->goods[row->item].on_hand;
	int64_t gone = least(units, there > 0 ? there : 0);
	char id[SHOP_ID];
	struct bko_op op = shop_op(id, 'w', cause, 0, moment_of(shop, cause));

	if (gone > 0)
		adjust(shop, row->item, -gone, "write-off", &op);
	if (shop->failed)
		return;
	book_written_off(shop->book, cause, gone, units - gone);
	shop_settle(shop, op.now_ms);
}

void back_take(struct shop *shop, uint32_t row)
{
	int64_t left = -shop->history->rows[row].quantity;

	for (uint32_t at = shop->history->rows[row].previous;
	     at != HISTORY_NONE && left > 0 && !shop->failed;
	     at = shop->history->rows[at].previous) {
		const struct sale *sale = &shop->book->sales[at];
		int64_t units = least(left, sale->refused - sale->forgone);

		if (units > 0) {
			book_forgone(shop->book, at, units, row);
			planner_withdrawn(shop->planner, shop->history->rows[at].item, units);
			supply_asked(shop, at, -units);
			left -= units;
		}
		units = least(left, sale->waiting + sale->allocated);
		if (units > 0) {
			cancel(shop, at, units, row);
			supply_asked(shop, at, -units);
			left -= units;
		}
		units = least(left, sale->shipped - sale->returned);
		if (units > 0 && !shop->failed) {
			give_back(shop, at, units, row);
			supply_asked(shop, at, -units);
			left -= units;
		}
	}
	if (left > 0 && !shop->failed)
		write_off(shop, row, left);
}
