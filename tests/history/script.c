#include "script.h"

#include <string.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
static const int64_t BEGIN = 1700000040000;

struct writer {
	struct op *ops;
	uint32_t count;
	int64_t now;
};

static struct op *next(struct writer *w, uint32_t kind, uint32_t option)
{
	struct op *op = &w->ops[w->count++];
	memset(op, 0, sizeof *op);
	op->kind = kind;
	op->id = w->count;
	op->option = option;
	op->now = w->now += MINUTE;
	return op;
}

/* A line of an order at the first `locations` locations. */
static void line(struct op *op, int32_t item, int64_t quantity, int32_t locations)
{
	struct op_line *l = &op->lines[op->line_count++];
	l->item = item;
	l->quantity = quantity;
	l->candidate_count = locations;
	for (int32_t i = 0; i < locations; i++)
		l->candidates[i] = i;
}

static struct op *on_order(struct writer *w, uint32_t kind, uint32_t option, uint32_t order,
                           int32_t of_line, int64_t quantity)
{
	struct op *op = next(w, kind, option);
	op->order = order;
	op->pick_count = 1;
	op->picks[0].line = of_line;
	op->picks[0].location = OP_ANY;
	op->picks[0].quantity = quantity;
	return op;
}

static struct op *on_stock(struct writer *w, uint32_t kind, uint32_t option, int32_t location,
                           int64_t quantity)
{
	struct op *op = next(w, kind, option);
	op->location = location;
	op->quantity = quantity;
	return op;
}

static void write_policies(struct writer *w)
{
	struct op *op = next(w, OP_POLICY, BKO_SCOPE_DEFAULTS);
	op->policy.set = BKO_SET_SELLING;
	op->policy.selling = BKO_SELL_BACKORDER;
	op = next(w, OP_POLICY, BKO_SCOPE_ITEM);
	op->policy.set = BKO_SET_LOW_AT | BKO_SET_LEAD_TIME;
	op->policy.low_at = 2;
	op->policy.lead_time_ms = 5 * (int64_t)DAY;
	op = next(w, OP_POLICY, BKO_SCOPE_ITEM);
	op->item = 1;
	op = next(w, OP_POLICY, BKO_SCOPE_POSITION);
	op->location = 1;
	op->policy.set = BKO_SET_LIMIT | BKO_SET_SAFETY_STOCK;
	op->policy.limit = 20;
	op->policy.safety_stock = 1;
	op = next(w, OP_LIMIT, BKO_LIMIT_ITEM);
	op->quantity = 50;
	op = next(w, OP_LIMIT, BKO_LIMIT_CUSTOMER);
	op->line = 1;
	op->quantity = 30;
}

static void write_stock(struct writer *w, uint32_t *receipt)
{
	struct op *op = on_stock(w, OP_SUPPLY, BKO_SUPPLY_PLAN, 0, 6);
	uint32_t planned = op->id;
	op->other = op->id;
	op->until = w->now + DAY;
	op = on_stock(w, OP_SUPPLY, BKO_SUPPLY_PLAN, 0, 7); /* more, and later */
	op->other = planned;
	op->until = w->now + 2 * DAY;
	op = on_stock(w, OP_SUPPLY, BKO_SUPPLY_PLAN, 1, 3);
	op->other = op->id;
	planned = op->id;
	op = on_stock(w, OP_SUPPLY, BKO_SUPPLY_CLOSE, 1, 0);
	op->other = planned;
	op = on_stock(w, OP_RECEIVE, 0, 0, 9);
	*receipt = on_stock(w, OP_RECEIVE, 0, 1, 8)->id;
	op = on_stock(w, OP_RECEIVE, 0, 0, 5);
	op->item = 1;
	op = on_stock(w, OP_REVERSE, 0, 1, 0);
	op->other = *receipt;
	on_stock(w, OP_RECEIVE, 0, 1, 8);
	op = on_stock(w, OP_TRANSFER, 0, 0, 2);
	op->to = 1;
	op->until = w->now + HOUR;
	planned = op->id;
	op = on_stock(w, OP_RECEIVE, 1, 1, 1); /* one short, closed */
	op->other = planned;
}

static void write_orders(struct writer *w, uint32_t *first, uint32_t *hold)
{
	struct op *op = next(w, OP_PLACE, 0);
	*first = op->id;
	op->customer = 1;
	op->channel = 1;
	line(op, 0, 12, 2);
	line(op, 1, 3, 1);
	op = next(w, OP_QUOTE, BKO_ORDER_ACCEPT_PART);
	line(op, 0, 4, 0);
	op = next(w, OP_AVAILABLE, 0);
	line(op, 0, 4, 0);
	op = next(w, OP_PLACE, BKO_ORDER_ACCEPT_PART);
	*hold = op->id;
	op->until = w->now + 30 * MINUTE;
	line(op, 0, 6, 1);
	op = next(w, OP_CONFIRM, 0);
	op->order = *hold;
	op->until = w->now + HOUR;
	op = next(w, OP_CONFIRM, 0);
	op->order = *hold;
	op = next(w, OP_PLACE, 0); /* a hold that runs out */
	op->until = w->now + 10 * MINUTE;
	line(op, 0, 2, 2);
	op = next(w, OP_PLACE, 0);
	op->stops = BKO_STOP_PAYMENT;
	line(op, 0, 2, 2);
}

static void write_amendments(struct writer *w, uint32_t first, uint32_t hold)
{
	struct op *op = next(w, OP_AMEND, BKO_AMEND_QUANTITY);
	op->order = first;
	op->quantity = 10;
	op = next(w, OP_AMEND, BKO_AMEND_QUANTITY);
	op->order = hold;
	op->quantity = 8;
	op = next(w, OP_AMEND, BKO_AMEND_CLASS | BKO_AMEND_NEED_BY);
	op->order = hold;
	op->order_class = 3;
	op->need_by = w->now + DAY;
	op = next(w, OP_AMEND, BKO_AMEND_LOCATION);
	op->order = first;
	op->to = 1;
	op->quantity = 1;
	on_order(w, OP_SPLIT, 0, first, 0, 2);
	on_order(w, OP_MARK, BKO_MARK_STOP, first, 0, 0)->stops = BKO_STOP_FRAUD;
	on_order(w, OP_MARK, BKO_MARK_GO, first, 0, 0)->stops = BKO_STOP_FRAUD;
	on_order(w, OP_MARK, BKO_MARK_UNALLOCATE, first, 0, 1);
	on_order(w, OP_MARK, BKO_MARK_GO, first, 0, 0)->stops = BKO_STOP_UNALLOCATED;
	on_order(w, OP_MARK, BKO_MARK_PICK, first, 1, 2);
	on_order(w, OP_MARK, BKO_MARK_UNPICK, first, 1, 1);
}

static void write_shipments(struct writer *w, uint32_t first)
{
	static const uint32_t dispositions[] = {BKO_RETURN_SELLABLE, BKO_RETURN_BUCKET,
	                                        BKO_RETURN_NONE, BKO_RETURN_ANNOUNCED};
	uint32_t shipment = on_order(w, OP_SHIP, BKO_UNITS_UP_TO, first, OP_ANY, 0)->id;
	struct op *op = next(w, OP_VOID, 0);
	op->order = first;
	op->other = shipment;
	on_order(w, OP_SHIP, BKO_UNITS_UP_TO, first, OP_ANY, 0);
	for (uint32_t i = 0; i < 4; i++) {
		op = next(w, OP_RETURN, dispositions[i]);
		op->order = first;
		op->quantity = 1;
		op->to = OP_ANY;
		op->bucket = dispositions[i] == BKO_RETURN_BUCKET;
	}
	on_order(w, OP_CANCEL, BKO_UNITS_UP_TO, first, 0, 1);
	on_order(w, OP_CANCEL, 0, first, OP_ANY, 0);
}

static void write_counts(struct writer *w)
{
	struct op *op = on_stock(w, OP_ADJUST, BKO_ADJUST_CHANGE, 0, -3);
	op = on_stock(w, OP_ADJUST, BKO_ADJUST_MOVE, 1, 1);
	op->to_bucket = 1;
	op = on_stock(w, OP_ADJUST, BKO_ADJUST_FEED, 1, 9);
	op->bucket = 1;
	on_stock(w, OP_ADJUST, BKO_ADJUST_CHANGE, 0, 4);
	on_stock(w, OP_FORCE, 0, 0, 2);
	on_stock(w, OP_FORCE, BKO_FORCE_FIND, 1, 3);
	next(w, OP_RERANK, 0);
	w->now += DAY;
	next(w, OP_TICK, 0);
	on_stock(w, OP_RECEIVE, 0, 0, 30);
}

uint32_t script(struct op *ops)
{
	struct writer w = {ops, 0, BEGIN};
	uint32_t receipt, first, hold;
	write_policies(&w);
	write_stock(&w, &receipt);
	write_orders(&w, &first, &hold);
	write_amendments(&w, first, hold);
	write_shipments(&w, first);
	write_counts(&w);
	return w.count;
}

/* ---- Reading ------------------------------------------------------------------------- */

static int32_t read_items(bko_engine *engine, int64_t now_ms)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_id ids[2];
	struct bko_position positions[OP_LOCATIONS];
	struct bko_supply_info supplies[4];
	struct bko_bucket buckets[4];
	struct name item, location;
	size_t count = 0;
	int32_t status = BKO_OK;
	while (status == BKO_OK && !cursor.done)
		status = bko_item_list(engine, &cursor, ids, 2, &count);
	for (int32_t i = 0; i < 2 && status == BKO_OK; i++) {
		bko_item *handle = NULL;
		status = bko_item_open(engine, now_ms, name_item(&item, i), &handle);
		if (status == BKO_OK)
			status = bko_item_read(handle, 0, positions, OP_LOCATIONS,
			                       sizeof *positions, &count);
		bko_item_close(handle);
		if (status == BKO_OK)
			status = bko_supply_list(engine, now_ms, &item.span,
			                         name_location(&location, 0), 0, supplies, 4,
			                         sizeof *supplies, &count);
		if (status == BKO_OK)
			status = bko_bucket_list(engine, &item.span, &location.span, buckets, 4,
			                         sizeof *buckets, &count);
	}
	return status;
}

static int32_t read_queue(bko_engine *engine, int64_t now_ms, uint32_t mode)
{
	struct bko_waiting waiting[2];
	struct name item, location;
	bko_queue *queue = NULL;
	size_t count = 1;
	int32_t status = bko_queue_open(engine, now_ms, name_item(&item, 0),
	                                name_location(&location, 0), mode, &queue);
	while (status == BKO_OK && count)
		status = bko_queue_next(queue, waiting, 2, sizeof *waiting, &count);
	bko_queue_close(queue);
	return status;
}

static int32_t read_orders(bko_engine *engine, int64_t now_ms)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_id ids[3];
	size_t count = 0;
	int32_t status = BKO_OK;
	while (status == BKO_OK && !cursor.done) {
		status = bko_order_list(engine, &cursor, ids, 3, &count);
		for (size_t i = 0; status == BKO_OK && i < count; i++) {
			struct bko_span id = {ids[i].bytes, ids[i].size};
			struct bko_explanation why = {.struct_size = sizeof why};
			bko_order *order = NULL;
			status = bko_order_open(engine, now_ms, &id, &order);
			bko_order_close(order);
			if (status == BKO_OK)
				status = bko_queue_explain(engine, now_ms, &id, 0, &why);
		}
	}
	return status;
}

static int32_t read_events(bko_engine *engine)
{
	struct bko_event events[4];
	size_t count = 1;
	uint64_t after = 0;
	int32_t status = bko_event_read(engine, 0, 0, events, 4, sizeof *events, &count);
	while (status == BKO_OK && count) {
		after = events[count - 1].number;
		status = bko_event_read(engine, 0, after, events, 4, sizeof *events, &count);
	}
	return status;
}

static int32_t read_verify(bko_engine *engine, int64_t now_ms)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding finding;
	size_t count = 0;
	int32_t status = BKO_OK;
	while (status == BKO_OK && !cursor.done && count == 0)
		status = bko_engine_verify(engine, now_ms, 0, &cursor, 1000, &finding, 1,
		                           sizeof finding, &count);
	return status == BKO_OK && count ? BKO_E_CORRUPT : status;
}

/* What is not there yet is nothing to read. */
static int32_t if_there(int32_t status)
{
	return status == BKO_E_NOT_FOUND ? BKO_OK : status;
}

int32_t script_read(bko_engine *engine, int64_t now_ms)
{
	int32_t status = if_there(read_items(engine, now_ms));
	if (status == BKO_OK)
		status = if_there(read_queue(engine, now_ms, BKO_QUEUE_LIVE));
	if (status == BKO_OK)
		status = read_orders(engine, now_ms);
	if (status == BKO_OK)
		status = read_events(engine);
	return status == BKO_OK ? read_verify(engine, now_ms) : status;
}

int32_t script_keep_house(bko_engine *engine, int64_t now_ms)
{
	struct bko_lane lane = {.struct_size = sizeof lane};
	struct bko_span consumer = {"reader", 6};
	uint32_t done = 0;
	int32_t status = bko_event_consumer(engine, &consumer, 0);
	if (status == BKO_OK)
		status = bko_event_lane(engine, &consumer, 0, &lane);
	if (status == BKO_OK && lane.last)
		status = bko_event_acknowledge(engine, &consumer, 0, lane.last);
	while (status == BKO_OK && !done)
		status = bko_event_trim(engine, 0, 0, 2, &done);
	done = 0;
	while (status == BKO_OK && !done)
		status = bko_engine_prune(engine, now_ms, 40 * (int64_t)DAY, 4, &done);
	return status;
}
