/*
 * confirm.c - a hold becomes an order, or is held longer.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/demand.h"
#include "engine/news.h"
#include "engine/order_op.h"

struct confirming {
	struct bko__order_op call;
	struct bko_confirm confirm;
	/* of the run: what a hold lost, as it is decided anew */
	struct bko__buyer buyer;
	struct bko__plan plan;
};

/* Moves a place's sums out of one row of the agenda and, extending, into another. */
static int32_t move_agenda(struct bko_engine *engine, struct confirming *c,
                           const struct bko__at *at, int64_t until)
{
	int64_t waiting = bko__at_waiting(at);
	struct bko__held *held = &engine->room.held;
	int32_t status;

	memset(held, 0, sizeof *held);
	held->rank = bko__place_rank(at->place);
	held->allocated = at->place->flags & BKO__PL_UNTRACKED ? 0 : -bko__at_allocated(at);
	held->backordered = -waiting;
	held->outside = at->part ? -at->part->rec.outside : 0;
	held->holds = -1;
	status = bko__agenda_add(engine, at->pos, c->call.until, held);
	if (status || !until)
		return status;
	held->allocated = -held->allocated;
	held->backordered = -held->backordered;
	held->outside = -held->outside;
	held->holds = 1;
	return bko__agenda_add(engine, at->pos, until, held);
}

/* The part waits under its new expiry, or for good; its limits follow. */
static int32_t move_expiry(struct bko_engine *engine, struct confirming *c, struct bko__at *at,
                           int64_t until)
{
	struct bko__pt *part = at->part;
	int64_t waiting = part->rec.backordered, counted = waiting - part->rec.outside;
	int32_t status;

	status = bko__part_limits(engine, at->pos, part, -counted, c->call.until);
	if (!status)
		status = bko__part_limits(engine, at->pos, part, counted, until);
	bko__part_waits(at->pos, part, -waiting, 0);
	part->rec.held_until = until;
	bko__part_waits(at->pos, part, waiting, 0);
	bko__part_put(engine, at->pos, part);
	return status;
}

/* Whether this place still has something of the hold: an emptied one left the
 * agenda when it was emptied. */
static int holds_units(const struct bko__at *at)
{
	return bko__at_allocated(at) || bko__at_waiting(at);
}

/* A part that came to wait by losing its units counts in no limit yet; what is accepted
 * for later now does. */
static void count_in_limits(struct bko_engine *engine, const struct bko__buyer *buyer,
                            const struct bko__plan *plan, struct bko__part *rec)
{
	if (rec->limits || rec->backordered || !plan->later)
		return;
	rec->limits = bko__limits_present(engine, buyer, plan);
	if (rec->limits >> BKO_LIMIT_CUSTOMER & 1)
		rec->customer = buyer->customer;
	if (rec->limits >> BKO_LIMIT_CHANNEL & 1)
		rec->channel = buyer->channel;
}

/* Decides anew what the hold lost (its units outside the limit), crediting what it
 * has. *refused: units that are not to be had any more. */
static int32_t decide_lost(struct bko_engine *engine, struct confirming *c, struct bko__at *at,
                           int64_t *refused)
{
	struct bko__ord *order = &c->call.order;
	int64_t lost = at->part->rec.outside;
	struct bko__buyer *buyer = &c->buyer;
	struct bko__plan *plan = &c->plan;
	int32_t status;

	*refused = 0;
	/* where nothing is counted any more, what is lost waits as it did */
	if (!lost || (at->pos->head.selling == BKO_SELL_UNTRACKED &&
	              at->pos->head.release_at <= at->pos->now))
		return BKO_OK;
	status = bko__at_drop_waiting(engine, at, lost, 0);
	if (status)
		return status;
	memset(buyer, 0, sizeof *buyer);
	memset(plan, 0, sizeof *plan);
	buyer->customer = order->rec.customer;
	buyer->channel = order->rec.channel;
	buyer->order_class = order->rec.order_class;
	buyer->need_by = order->rec.need_by;
	buyer->now = order->now;
	buyer->plans = plan;
	buyer->count = 1;
	plan->item = at->pos->item;
	plan->count = 1;
	plan->candidates[0] = at->pos->location;
	plan->pos[0] = at->pos;
	plan->quantity = lost;
	status = bko__decide_line(engine, buyer, 0, 1,
	                          bko__order_use(engine, order, &at->pos->item));
	if (status)
		return status;
	*refused = plan->refused;
	/* the decision took what is there now from the head already */
	count_in_limits(engine, buyer, plan, &at->part->rec);
	at->part->rec.allocated += plan->taken;
	at->part->rec.backordered += plan->later;
	status = bko__part_limits(engine, at->pos, at->part, plan->later, 0);
	bko__part_waits(at->pos, at->part, plan->later, 0);
	bko__part_put(engine, at->pos, at->part);
	if (plan->taken)
		bko__order_tell(engine, order, at->line_number, at->pos, BKO_EVENT_ALLOCATED,
		                plan->taken, BKO_BY_CONFIRMING, &c->call.op.id);
	if (lost - plan->later)
		bko__order_tell(engine, order, at->line_number, at->pos, BKO_EVENT_BACKORDERED,
		                plan->later - lost, BKO_BY_CONFIRMING, &c->call.op.id);
	return status;
}

static int32_t confirm_place(struct bko_engine *engine, struct confirming *c, struct bko__at *at,
                             int64_t until, int64_t *refused)
{
	struct bko__ord *order = &c->call.order;
	int64_t units = 0;
	int32_t status = BKO_OK;

	if (!holds_units(at))
		return BKO_OK;
	status = move_agenda(engine, c, at, until);
	if (!status && at->part)
		status = move_expiry(engine, c, at, until);
	if (!status && at->part && !until)
		status = decide_lost(engine, c, at, &units);
	if (!status && at->part && !until && bko__at_waiting(at) &&
	    at->pos->now > bko__time_add(order->rec.placed, at->pos->head.hold_place))
		status = bko__part_rerank(engine, order, at, at->pos->now, 0, 0);
	if (!status && !until)
		bko__demand_count(engine, at->pos, bko__at_allocated(at) + bko__at_waiting(at), 0);
	at->line->rec.cancelled += units;
	*refused += units;
	if (units)
		bko__order_tell(engine, order, at->line_number, at->pos, BKO_EVENT_CANCELLED, units,
		                0, &c->call.op.id);
	return status;
}

static int32_t confirm_hold(struct bko_engine *engine, void *arguments)
{
	struct confirming *c = arguments;
	struct bko__ord *order = &c->call.order;
	int64_t until = 0, refused = 0;
	int32_t status = BKO_OK;
	uint32_t i, p;

	if (!c->call.until)
		return bko__fail(engine, BKO_E_STATE, "order (no hold)");
	if (c->confirm.extend_until_ms) {
		until = bko__granule(engine, c->confirm.extend_until_ms);
		if (until <= order->now)
			return bko__fail(engine, BKO_E_ARGUMENT, "confirm.extend_until_ms");
	}
	for (i = 0; i < order->rec.line_count; i++) {
		for (p = 0; !status && p < order->lines[i].rec.place_count; p++) {
			struct bko__at at = bko__order_at(engine, order, i, p);

			status = confirm_place(engine, c, &at, until, &refused);
		}
	}
	if (status)
		return status;
	c->call.done.refused = refused;
	if (refused && !(order->rec.flags & BKO_ORDER_ACCEPT_PART)) {
		c->call.done.outcome_flags = BKO_OUTCOME_REFUSED;
		c->call.done.status = BKO_STATUS_HELD;
		c->call.done.reason = BKO_REASON_OUT_OF_STOCK;
		status = bko__op_refused(engine, &c->call.done, c->call.outcome);
		return status ? status : BKO__REFUSED;
	}
	if (refused)
		c->call.done.outcome_flags = BKO_OUTCOME_IN_PART;
	order->rec.state = until ? BKO__O_HELD : BKO__O_OPEN;
	order->rec.hold_until = until;
	order->rec.confirmed = until ? 0 : order->now;
	bko__order_tell(engine, order, 0, NULL, BKO_EVENT_CONFIRMED, 0, until != 0, &c->call.op.id);
	return BKO_OK;
}

static int32_t run_confirm(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, confirm_hold);
}

int32_t bko_order_confirm(bko_engine *engine, const struct bko_op *op,
                          const struct bko_confirm *confirm, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_CONFIRM, op);
	struct confirming *c;

	if (status)
		return status;
	c = BKO__CALL(engine, struct confirming);
	c->call.verb = BKO__VERB_CONFIRM;
	c->call.flags = BKO__POS_SERVES;
	status = bko__struct_in(engine, &c->confirm, sizeof c->confirm, confirm,
	                        confirm ? confirm->struct_size : 0, "confirm");
	if (!status)
		status = bko__order_op_check(engine, &c->call, op, &c->confirm.order, outcome);
	if (!status && !bko__time_ok(c->confirm.extend_until_ms))
		status = bko__fail(engine, BKO_E_RANGE, "confirm.extend_until_ms");
	if (status)
		return status;
	c->call.extend = c->confirm.extend_until_ms;
	bko__hash_begin(&c->call.hash, BKO__VERB_CONFIRM);
	bko__hash_uint(&c->call.hash, (uint64_t)c->confirm.extend_until_ms);
	return bko__order_op_drive(engine, run_confirm, &c->call);
}
