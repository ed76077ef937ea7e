/*
 * force.c - a forced sale at a till: the goods are in the customer's hand, so the
 * books follow, in one step, and nobody is served in between.
 */
#include "base/number.h"
#include "engine/demand.h"
#include "engine/news.h"
#include "engine/place.h"
#include "engine/shortage.h"
#include "engine/stock.h"

enum { FORCE_ADJUSTED = 16 /* detail of the event, beside BKO_ADJUST_ */ };

struct forcing {
	struct bko_op op;
	struct bko_forced_sale sale;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	/* of the run */
	struct bko__pos *pos;
	struct bko__ord *order; /* NULL: nobody's in particular */
	struct bko__opcome done;
	int64_t untracked; /* units sold that the position does not count */
};

static void force_hash(const struct bko_forced_sale *sale, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_FORCE);
	bko__hash_uint(hash, sale->flags);
	bko__hash_bytes(hash, sale->order.data, sale->order.size);
	bko__hash_uint(hash, sale->order.size ? sale->line : 0);
	bko__hash_uint(hash, (uint64_t)sale->quantity);
}

/* Units that the books did not know of, and that were sold all the same. */
static int32_t force_find(struct bko_engine *engine, struct forcing *f, int64_t units)
{
	struct bko__head *head = &f->pos->head;
	struct bko__event *event = &engine->room.event;

	if (!units)
		return BKO_OK;
	if (f->sale.flags == BKO_FORCE_TAKE)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "sale.quantity");
	head->on_hand += units;
	head->adjusted += units;
	bko__pos_event(f->pos, BKO_EVENT_ADJUSTED, units, event);
	event->detail = FORCE_ADJUSTED;
	event->order.data = "forced";
	event->order.size = 6;
	event->cause = f->op.id;
	bko__emit(engine, f->pos->lane, event);
	return BKO_OK;
}

/* Units that no line had: open, buffer, then the worst lines' (the chain finds out
 * whose), then found. Which of the allocated units are picked the head does not
 * know, so any may be taken; the chain takes picked ones last. */
static int32_t force_shelf(struct bko_engine *engine, struct forcing *f, int64_t units)
{
	struct bko__head *head = &f->pos->head;
	int64_t part = bko__min(units, head->open);

	head->open -= part;
	units -= part;
	part = bko__min(units, head->buffer);
	head->buffer -= part;
	units -= part;
	if (f->sale.flags != BKO_FORCE_FIND) {
		part = bko__min(units, head->allocated - head->missing);
		bko__shortage_add(engine, f->pos, part, &f->op.id);
		f->done.missing += part;
		units -= part;
	}
	return force_find(engine, f, units);
}

static void force_shipped(struct bko_engine *engine, struct forcing *f, struct bko__at *at,
                          int64_t units)
{
	at->place->shipped += units;
	at->line->rec.shipped += units;
	if (at->place->flags & BKO__PL_UNTRACKED)
		f->untracked += units;
	bko__order_tell(engine, f->order, f->sale.line, at->pos, BKO_EVENT_SHIPPED, units,
	                BKO_BY_FORCE, &f->op.id);
}

/* Allocated units of the order itself. Of units that are missing by the books, those
 * in the customer's hand are found. */
static int32_t force_allocated(struct bko_engine *engine, struct forcing *f, struct bko__at *at,
                               int64_t units)
{
	struct bko__head *head = &f->pos->head;
	int64_t picked = bko__min(bko__at_picked(at), units), found = 0;
	int32_t status;

	if (!(at->place->flags & BKO__PL_UNTRACKED))
		found = bko__max(0, units - (head->allocated - head->missing));
	status = force_find(engine, f, found);
	if (status)
		return status;
	bko__shortage_add(engine, f->pos, -found, &f->op.id);
	if (picked)
		bko__at_pick(engine, at, -picked);
	bko__at_allocate(engine, at, -units);
	force_shipped(engine, f, at, units);
	return engine->tx.status;
}

/* Units the order waited for leave the queue; they come off the shelf. */
static int32_t force_waiting(struct bko_engine *engine, struct forcing *f, struct bko__at *at,
                             int64_t units)
{
	int32_t status = bko__at_drop_waiting(engine, at, units, 0);

	if (status)
		return status;
	bko__order_tell(engine, f->order, f->sale.line, at->pos, BKO_EVENT_BACKORDERED, -units,
	                BKO_BY_FORCE, &f->op.id);
	bko__order_tell(engine, f->order, f->sale.line, at->pos, BKO_EVENT_ALLOCATED, units,
	                BKO_BY_FORCE, &f->op.id);
	force_shipped(engine, f, at, units);
	return force_shelf(engine, f, units);
}

static int force_is_here(const struct forcing *f, const struct bko__ol *line, uint32_t place)
{
	const struct bko_span *at = &line->candidates[line->places[place].location];

	return !bko__key_compare(at->data, at->size, f->sale.location.data, f->sale.location.size);
}

/* The units of an order's line are the ones sold. */
static int32_t force_line(struct bko_engine *engine, struct forcing *f)
{
	struct bko__ol *line = &f->order->lines[f->sale.line];
	int64_t left = f->sale.quantity;
	int32_t status = BKO_OK;
	uint32_t waiting, p;

	for (waiting = 0; waiting < 2; waiting++) {
		for (p = 0; !status && p < line->rec.place_count && left; p++) {
			struct bko__at at;
			int64_t units;

			if (!force_is_here(f, line, p))
				continue;
			at = bko__order_at(engine, f->order, f->sale.line, p);
			units = bko__min(left,
			                 waiting ? bko__at_waiting(&at) : bko__at_allocated(&at));
			left -= units;
			if (units)
				status = waiting ? force_waiting(engine, f, &at, units)
				                 : force_allocated(engine, f, &at, units);
		}
	}
	if (!status && left)
		status = bko__fail(engine, BKO_E_INSUFFICIENT, "sale.quantity (of the line)");
	return status;
}

/* Loads the order; wants the parts of its line here. */
static int32_t force_order(struct bko_engine *engine, struct forcing *f)
{
	int32_t status = bko__order_load(engine, f->order);
	struct bko__ol *line;
	uint32_t p;

	if (status)
		return status;
	if (f->sale.line >= f->order->rec.line_count)
		return bko__fail(engine, BKO_E_NOT_FOUND, "sale.line");
	line = &f->order->lines[f->sale.line];
	if (bko__key_compare(line->rec.item.data, line->rec.item.size, f->sale.item.data,
	                     f->sale.item.size))
		return bko__fail(engine, BKO_E_NOT_FOUND, "sale.line (of another item)");
	for (p = 0; p < line->rec.place_count; p++) {
		struct bko__rank rank = bko__place_rank(&line->places[p]);

		if (force_is_here(f, line, p) && (line->places[p].flags & BKO__PL_WAITED))
			bko__part_want(engine, f->pos, &rank);
	}
	return BKO_OK;
}

static int32_t force_sell(struct bko_engine *engine, struct forcing *f)
{
	struct bko__head *head = &f->pos->head;
	struct bko__ord *order = f->order;
	int32_t status;

	if (order) {
		order->now = f->pos->now;
		f->done.status = bko__order_status(order, order->now);
		if (f->done.status != BKO_STATUS_OPEN &&
		    f->done.status != BKO_STATUS_PARTLY_SHIPPED)
			return bko__fail(engine, BKO_E_STATE, "sale.order");
		status = force_line(engine, f);
	} else {
		bko__pos_tell(engine, f->pos, BKO_EVENT_SHIPPED, f->sale.quantity, BKO_BY_FORCE,
		              &f->op.id);
		bko__demand_count(engine, f->pos, f->sale.quantity, 0);
		status = force_shelf(engine, f, f->sale.quantity);
	}
	if (status)
		return status;
	head->on_hand -= f->sale.quantity - f->untracked;
	head->shipped += f->sale.quantity - f->untracked;
	head->revision++;
	f->pos->dirty = 1;
	if (!order)
		return BKO_OK;
	f->done.status = bko__order_status(order, order->now);
	if (f->done.status == BKO_STATUS_COMPLETE)
		order->rec.closed = order->now;
	return bko__order_put(engine, order);
}

static int32_t force_run(struct bko_engine *engine, void *arguments)
{
	struct forcing *f = arguments;
	int32_t status;

	memset(&f->done, 0, sizeof f->done);
	f->untracked = 0;
	f->order = NULL;
	status = bko__stock_want(engine, &f->op, BKO__VERB_FORCE, &f->hash, &f->sale.item,
	                         &f->sale.location, 0, &f->pos);
	if (!status && f->sale.order.size) {
		f->order = bko__order_want(engine, &f->sale.order);
		bko__lane_want(engine, bko__lane_of(engine, &f->sale.order));
		status = bko__fetch(engine);
		if (!status) /* a repetition is answered, whatever became of the order */
			status = bko__op_check(engine, f->outcome);
		if (!status)
			status = force_order(engine, f);
	}
	if (!status)
		status = bko__stock_load(engine, f->pos, f->op.now_ms, f->outcome);
	if (status)
		return status;
	if (!f->pos->exists)
		return bko__fail(engine, BKO_E_NOT_FOUND, "sale.location");
	status = force_sell(engine, f);
	if (status)
		return status;
	f->done.asked = f->done.quantity = f->sale.quantity;
	return bko__stock_done(engine, f->pos, &f->done, f->outcome);
}

int32_t bko_stock_force(bko_engine *engine, const struct bko_op *op,
                        const struct bko_forced_sale *sale, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_FORCE, op);
	struct forcing *f;

	if (status)
		return status;
	f = BKO__CALL(engine, struct forcing);
	status = bko__check_op(engine, op, &f->op);
	if (!status)
		status = bko__struct_in(engine, &f->sale, sizeof f->sale, sale,
		                        sale ? sale->struct_size : 0, "sale");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = bko__check_position(engine, &f->sale.item, &f->sale.location);
	if (!status)
		status = bko__check_id(engine, &f->sale.order, 1, "sale.order");
	if (status)
		return status;
	if (f->sale.flags > (BKO_FORCE_TAKE | BKO_FORCE_FIND) || f->sale.reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "sale.flags");
	if (f->sale.quantity < 1)
		return bko__fail(engine, BKO_E_ARGUMENT, "sale.quantity");
	if (f->sale.quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "sale.quantity");
	f->outcome = outcome;
	force_hash(&f->sale, &f->hash);
	return bko__drive_request(engine, force_run, f, &f->hash, &f->sale.item, &f->sale.location);
}
