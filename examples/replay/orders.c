/*
 * Orders: placing them, learning from events what became of lines that wait,
 * and shipping what is allocated.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shop.h"
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Waiting lines ----------------------------------------------------------- */

static void mark_ready(struct shop *shop, uint32_t invoice)
{
	if (!shop->is_ready[invoice]) {
		shop->is_ready[invoice] = 1;
		shop->ready[shop->ready_count++] = invoice;
	}
}

/* Only what happens to lines later is news: a placing tells its own outcome. */
static void take_event(struct shop *shop, const struct bko_event *event)
{
	struct bko_span order = {event->order.bytes, event->order.size};
	uint32_t invoice, row;

	if (event->kind != BKO_EVENT_ALLOCATED && event->kind != BKO_EVENT_UNALLOCATED)
		return;
	if (event->detail != BKO_BY_SERVING && event->detail != BKO_BY_SHORTAGE)
		return;
	invoice = names_find(&shop->history->numbers, order);
	if (invoice == NAMES_NONE || event->line >= shop->history->invoices[invoice].sales) {
		fprintf(stderr, "replay: an event names an order that never was: %.*s\n",
		        (int)order.size, (const char *)order.data);
		shop->failed = 1;
		return;
	}
	row = shop->history->invoices[invoice].first_row + event->line;
	if (event->amount > 0) {
		book_served(shop->book, row, event->amount, event->time_ms);
		mark_ready(shop, invoice);
	} else {
		book_lost(shop->book, row, -event->amount, event->time_ms);
	}
}

void shop_settle(struct shop *shop, int64_t now_ms)
{
	struct bko_next next = {0};
	size_t count = SHOP_EVENTS;

	/* A long queue is served in several batches: go on until nothing is due. */
	next.struct_size = sizeof next;
	next.kind = BKO_DATE_KNOWN;
	next.at_ms = now_ms;
	while (!shop->failed && next.kind == BKO_DATE_KNOWN && next.at_ms <= now_ms)
		shop_check(shop, bko_engine_tick(shop->engine, now_ms, 1000, &next), "tick",
		           text_span("of time"));
	while (!shop->failed && count == SHOP_EVENTS) {
		if (!shop_check(shop,
		                bko_event_read(shop->engine, 0, shop->last_event, shop->events,
		                               SHOP_EVENTS, sizeof *shop->events, &count),
		                "reading", text_span("events")))
			return;
		for (size_t i = 0; i < count && !shop->failed; i++)
			take_event(shop, &shop->events[i]);
		if (count > 0)
			shop->last_event = shop->events[count - 1].number;
	}
}

/* ---- Orders ------------------------------------------------------------------ */

/* The date by which all of a line is expected: the latest of its parts'. */
static int64_t promise_of(const struct bko_line_outcome *outcome)
{
	int64_t latest = LOG_NO_PROMISE;
	struct {
		int64_t units, ms;
		uint32_t kind;
	} parts[3] = {
		{outcome->allocated, outcome->promise_ms, outcome->promise_kind},
		{outcome->first, outcome->first_ms, outcome->first_kind},
		{outcome->backordered - outcome->first, outcome->rest_ms, outcome->rest_kind},
	};

	for (int i = 0; i < 3; i++) {
		if (parts[i].units <= 0)
			continue;
		if (parts[i].kind != BKO_DATE_KNOWN)
			return LOG_UNKNOWN;
		if (parts[i].ms > latest)
			latest = parts[i].ms;
	}
	return latest;
}

static void take_decisions(struct shop *shop, const struct invoice *invoice,
                           const struct bko_outcome *outcome)
{
	for (uint32_t i = 0; i < invoice->sales; i++) {
		const struct row *row = &shop->history->rows[invoice->first_row + i];
		const struct bko_line_outcome *line = &shop->outcomes[i];
		struct decision decision = {0};

		decision.reason = bko_reason_name(line->reason) + strlen("BKO_REASON_");
		if (outcome->flags & BKO_OUTCOME_REFUSED) {
			decision.refused = row->quantity;
		} else {
			decision.allocated = line->allocated;
			decision.backordered = line->backordered;
			decision.refused = line->refused;
			decision.promise_ms = promise_of(line);
		}
		if (decision.allocated + decision.backordered + decision.refused != row->quantity) {
			fprintf(stderr, "replay: line %" PRIu32 ": units were not all decided on\n",
			        row->source);
			shop->failed = 1;
		}
		book_decided(shop->book, invoice->first_row + i, &decision);
		supply_asked(shop, invoice->first_row + i, row->quantity);
	}
	book_order(shop->book, invoice);
}

static void place(struct shop *shop, uint32_t number)
{
	const struct invoice *invoice = &shop->history->invoices[number];
	struct bko_order_request request = {0};
	struct bko_outcome outcome = {0};
	struct bko_op op = {0};

	for (uint32_t i = 0; i < invoice->sales; i++) {
		const struct row *row = &shop->history->rows[invoice->first_row + i];

		shop->lines[i].item = shop->history->items.list[row->item];
		shop->lines[i].quantity = row->quantity;
	}
	/* Refused demand is recorded too: it is what the shop should have had. */
	op.struct_size = sizeof op;
	op.flags = BKO_OP_COUNT_REFUSED;
	op.id = invoice->id;
	op.now_ms = invoice->time_ms;
	request.struct_size = sizeof request;
	request.flags = shop->settings->whole ? 0 : BKO_ORDER_ACCEPT_PART;
	if (invoice->customer != HISTORY_NONE)
		request.customer = shop->history->customers.list[invoice->customer];
	request.lines = shop->lines;
	request.line_count = invoice->sales;
	request.stride = sizeof *shop->lines;
	outcome.struct_size = sizeof outcome;
	outcome.lines = shop->outcomes;
	outcome.line_capacity = invoice->sales;
	outcome.stride = sizeof *shop->outcomes;
	if (!shop_check(shop, bko_order_place(shop->engine, &op, &request, &outcome), "placing",
	                invoice->id))
		return;
	take_decisions(shop, invoice, &outcome);
	if (outcome.allocated > 0)
		mark_ready(shop, number);
}

void shop_invoice(struct shop *shop, uint32_t number)
{
	const struct invoice *invoice = &shop->history->invoices[number];
	uint32_t back = invoice->first_row + invoice->sales;

	if (invoice->sales > 0)
		place(shop, number);
	for (uint32_t i = 0; i < invoice->returns && !shop->failed; i++)
		back_take(shop, back + i);
	if (shop->settings->ship_at_once)
		shop_dispatch(shop, invoice->time_ms);
}

/* ---- Shipping ---------------------------------------------------------------- */

/* Ships what the book says is allocated; what really left is what the packing
 * slip says, and the book checks it against the shelf. */
static void ship(struct shop *shop, uint32_t number, int64_t now_ms)
{
	const struct invoice *invoice = &shop->history->invoices[number];
	struct bko_units units = {0};
	struct bko_outcome outcome = {0};
	char id[SHOP_ID];
	struct bko_op op = shop_op(id, 's', ++shop->shipments, 0, now_ms);

	units.struct_size = sizeof units;
	units.order = invoice->id;
	units.picks = shop->picks;
	units.stride = sizeof *shop->picks;
	outcome.struct_size = sizeof outcome;
	outcome.lines = shop->outcomes;
	outcome.line_capacity = invoice->sales;
	outcome.stride = sizeof *shop->outcomes;
	for (uint32_t i = 0; i < invoice->sales; i++) {
		int64_t allocated = shop->book->sales[invoice->first_row + i].allocated;

		if (allocated > 0) {
			shop->picks[units.pick_count].line = (int32_t)i;
			shop->picks[units.pick_count++].quantity = allocated;
		}
	}
	if (units.pick_count == 0 ||
	    !shop_check(shop, bko_order_ship(shop->engine, &op, &units, &outcome), "shipping",
	                invoice->id))
		return;
	for (uint32_t i = 0; i < invoice->sales; i++) {
		const struct sale *sale = &shop->book->sales[invoice->first_row + i];

		if (shop->outcomes[i].shipped != sale->shipped)
			book_shipped(shop->book, invoice->first_row + i,
			             shop->outcomes[i].shipped - sale->shipped, now_ms);
	}
}

void shop_dispatch(struct shop *shop, int64_t now_ms)
{
	for (uint32_t i = 0; i < shop->ready_count && !shop->failed; i++) {
		ship(shop, shop->ready[i], now_ms);
		shop->is_ready[shop->ready[i]] = 0;
	}
	shop->ready_count = 0;
}
