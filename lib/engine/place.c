/*
 * place.c - quote and place: lines are decided together, then accepted or refused
 * in one step.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/demand.h"
#include "engine/news.h"
#include "engine/place.h"

/* Gives a decided line its places in the order. */
static int32_t placed(struct bko_engine *engine, struct bko__buyer *buyer, uint32_t number,
                      void *context)
{
	struct bko__placing *placing = context;
	struct bko__ord *order = &placing->order;
	struct bko__ol *line = &order->lines[number];
	struct bko__plan *plan = &buyer->plans[number];
	int32_t status = BKO_OK;
	uint32_t c;

	line->candidates = plan->candidates;
	line->rec.item = plan->item;
	line->rec.candidate_count = plan->count;
	line->rec.stops = placing->request.stops;
	line->rec.ordered = plan->taken + plan->later;
	line->rec.asked = plan->quantity;
	line->rec.first_allocated = plan->taken;
	line->rec.first_backordered = plan->later;
	line->rec.available_now = plan->said.available_now;
	line->rec.available_later = plan->said.available_later;
	line->rec.first = plan->said.first;
	line->rec.promise = plan->said.promise;
	line->rec.first_due = plan->said.first_due;
	line->rec.rest_due = plan->said.rest_due;
	line->rec.reason = plan->said.reason;
	line->rec.state = plan->said.state;
	line->rec.kinds = plan->said.promise_kind | plan->said.first_kind << 2 |
	                  plan->said.rest_kind << 4 | plan->said.later_kind << 6;
	for (c = 0; c < plan->count; c++) {
		plan->location[c] = c;
		if (!plan->now[c] && !(plan->later && c == plan->home))
			continue;
		status = bko__place_part(engine, order, number, buyer, plan, c, 0);
		if (status)
			return status;
	}
	line->rec.first_locations = line->rec.place_count;
	return BKO_OK;
}

static void sum_up(struct bko__placing *placing)
{
	const struct bko__buyer *buyer = &placing->buyer;
	struct bko__opcome *done = &placing->done;
	uint32_t i;

	for (i = 0; i < buyer->count; i++) {
		const struct bko__plan *plan = &buyer->plans[i];

		done->asked += plan->quantity;
		done->allocated += plan->taken;
		done->backordered += plan->later;
		done->refused += plan->refused;
		if (plan->refused && !done->reason)
			done->reason = plan->said.reason;
	}
	if (done->refused)
		done->outcome_flags = BKO_OUTCOME_IN_PART;
	if (done->refused &&
	    (!(placing->request.flags & BKO_ORDER_ACCEPT_PART) || done->refused == done->asked))
		done->outcome_flags = BKO_OUTCOME_REFUSED;
}

/* Puts the record with what was said of each line; nothing else of an order is in it. */
static int32_t refused_order(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__ord *order = &placing->order;
	uint32_t i;

	for (i = 0; i < placing->buyer.count; i++) {
		struct bko__line *line = &order->lines[i].rec;

		if (!placing->buyer.plans[i].refused)
			line->reason = BKO_REASON_ALL_OR_NOTHING;
		line->ordered = line->cancelled = 0;
		line->candidate_count = line->place_count = line->stops = 0;
	}
	order->rec = placing->refusal;
	return bko__order_put(engine, order);
}

/* Counted: the record, the counters of refused demand, an event a line. */
static int32_t record_refusal(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	struct bko__order *record = &placing->refusal;
	struct bko__event *event = &engine->room.event;
	uint64_t first, count;
	int32_t status;
	uint32_t i;

	bko__undo(engine);
	status = bko__positions_reload(engine, placing->op.now_ms);
	if (status)
		return status;
	for (i = 0; i < buyer->count; i++) {
		struct bko__plan *plan = &buyer->plans[i];
		struct bko__pos *pos = plan->pos[0];

		if (placing->op.flags & BKO_OP_COUNT_REFUSED) {
			bko__pos_event(pos, BKO_EVENT_REFUSED,
			               plan->refused ? plan->refused : plan->quantity, event);
			event->order = placing->op.id;
			event->line = i;
			event->detail = plan->refused ? plan->said.reason
			                              : (uint32_t)BKO_REASON_ALL_OR_NOTHING;
			event->cause = placing->op.id;
			bko__emit(engine, placing->order.lane, event);
		}
	}
	for (i = 0; i < buyer->count && (placing->op.flags & BKO_OP_COUNT_REFUSED); i++) {
		struct bko__pos *pos = buyer->plans[i].pos[0];

		if (!pos->exists)
			continue;
		pos->head.refused += buyer->plans[i].refused ? buyer->plans[i].refused
		                                             : buyer->plans[i].quantity;
		pos->dirty = 1;
		bko__demand_count(engine, pos, 0, buyer->plans[i].quantity);
	}
	status = bko__finish(engine, placing->order.lane, &first, &count);
	if (status)
		return status;
	placing->done.first_event = first;
	placing->done.event_count = count;
	placing->done.lane = placing->order.lane;
	memset(record, 0, sizeof *record);
	record->outcome_flags = placing->done.outcome_flags;
	record->reason = placing->done.reason;
	record->first_status = BKO_STATUS_REFUSED;
	record->lane = placing->order.lane;
	record->first_event = first;
	record->event_count = count;
	record->state = BKO__O_REFUSED;
	record->error = placing->done.asked;
	record->placed = record->closed = engine->tx.op_time;
	record->line_count = buyer->count;
	memcpy(record->hash, engine->tx.op_hash, sizeof record->hash);
	return refused_order(engine, placing);
}

static int32_t refuse(struct bko_engine *engine, struct bko__placing *placing,
                      struct bko_outcome *outcome)
{
	struct bko__opcome *done = &placing->done;
	int32_t status = BKO_OK;

	done->status = BKO_STATUS_REFUSED;
	done->allocated = done->backordered = 0;
	done->refused = done->asked;
	if (!placing->quote &&
	    ((placing->op.flags & BKO_OP_COUNT_REFUSED) || engine->retried || engine->tx.uncertain))
		status = record_refusal(engine, placing);
	else
		bko__undo(engine);
	if (status)
		return status;
	engine->tx.confirm = 1;
	bko__placed_out(placing, outcome);
	bko__outcome_out(engine, done, 0, outcome);
	return BKO_OK;
}

static void tell_accepted(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__ord *order = &placing->order;
	const struct bko_span *cause = &placing->op.id;
	uint32_t i, c;

	bko__order_tell(engine, order, 0, NULL, BKO_EVENT_ACCEPTED,
	                placing->done.asked - placing->done.refused,
	                placing->request.hold_until_ms != 0, cause);
	for (i = 0; i < placing->buyer.count; i++) {
		const struct bko__plan *plan = &placing->buyer.plans[i];

		for (c = 0; c < plan->count; c++) {
			if (plan->now[c])
				bko__order_tell(engine, order, i, plan->pos[c], BKO_EVENT_ALLOCATED,
				                plan->now[c], BKO_BY_PLACING, cause);
		}
		if (plan->later)
			bko__order_tell(engine, order, i, plan->pos[plan->home],
			                BKO_EVENT_BACKORDERED, plan->later, BKO_BY_PLACING, cause);
	}
}

/* What an order takes is demand at once, a hold's once it is confirmed. */
static void count_demand(struct bko_engine *engine, struct bko__placing *placing)
{
	int counts = (placing->op.flags & BKO_OP_COUNT_REFUSED) != 0;
	uint32_t i, c;

	if (!engine->tx.defaults->demand_period)
		return;
	for (i = 0; i < placing->buyer.count; i++) {
		struct bko__plan *plan = &placing->buyer.plans[i];

		for (c = 0; c < plan->count && !placing->buyer.hold_until; c++)
			bko__demand_count(engine, plan->pos[c],
			                  plan->now[c] + (c == plan->home ? plan->later : 0), 0);
		if (counts && plan->count)
			bko__demand_count(engine, plan->pos[0], 0, plan->refused);
	}
}

static int32_t accept(struct bko_engine *engine, struct bko__placing *placing,
                      struct bko_outcome *outcome)
{
	struct bko__ord *order = &placing->order;
	struct bko__opcome *done = &placing->done;
	struct bko__pos *pos;
	int32_t status;

	tell_accepted(engine, placing);
	count_demand(engine, placing);
	status = bko__finish(engine, order->lane, &done->first_event, &done->event_count);
	if (status)
		return status;
	for (pos = engine->tx.positions; pos; pos = pos->next) {
		done->served += pos->served;
		if (pos->head.flags & BKO__H_SERVING)
			done->outcome_flags |= BKO_OUTCOME_SERVING;
	}
	done->lane = order->lane;
	done->status = order->rec.state == BKO__O_HELD ? BKO_STATUS_HELD : BKO_STATUS_OPEN;
	order->rec.first_event = done->first_event;
	order->rec.event_count = done->event_count;
	order->rec.outcome_flags = done->outcome_flags;
	order->rec.reason = done->reason;
	order->rec.first_status = done->status;
	order->rec.first_served = done->served;
	order->rec.lane = order->lane;
	memcpy(order->rec.hash, engine->tx.op_hash, sizeof order->rec.hash);
	status = bko__order_put(engine, order);
	if (status)
		return status;
	bko__placed_out(placing, outcome);
	bko__outcome_out(engine, done, 0, outcome);
	return BKO_OK;
}

/* Lines with room for the one place that most of them have. */
static void new_lines(struct bko_engine *engine, struct bko__ord *order)
{
	uint32_t count = order->rec.line_count, i;
	struct bko__place *places;

	order->lines = bko__take(engine, count * (sizeof *order->lines + sizeof *places));
	if (!order->lines)
		return;
	memset(order->lines, 0, count * sizeof *order->lines);
	places = (struct bko__place *)(order->lines + count);
	for (i = 0; i < count; i++) {
		order->lines[i].places = places + i;
		order->lines[i].place_capacity = 1;
	}
}

static void new_order(struct bko_engine *engine, struct bko__placing *placing)
{
	const struct bko_order_request *r = &placing->request;
	struct bko__ord *order = &placing->order;
	const struct bko__pos *pos;

	order->now = placing->op.now_ms;
	for (pos = engine->tx.positions; pos; pos = pos->next)
		order->now = bko__max(order->now, pos->now);
	placing->buyer.now = placing->op.now_ms;
	order->rec.state = placing->buyer.hold_until ? BKO__O_HELD : BKO__O_OPEN;
	order->rec.flags = r->flags;
	order->rec.order_class = r->order_class;
	order->rec.line_count = placing->buyer.count;
	order->rec.placed = order->now;
	order->rec.confirmed = placing->buyer.hold_until ? 0 : order->now;
	order->rec.need_by = r->need_by_ms;
	order->rec.rank_ms = r->rank_ms;
	order->rec.hold_until = placing->buyer.hold_until;
	order->rec.customer = r->customer;
	order->rec.channel = r->channel;
	new_lines(engine, order);
}

/* Wants what a line looks at. */
static void want_line(struct bko_engine *engine, struct bko__placing *placing,
                      struct bko__plan *plan, uint32_t flags)
{
	int64_t hold_until = placing->buyer.hold_until;
	uint32_t c;

	bko__decide_want(engine, plan, flags);
	for (c = 0; hold_until && !engine->tx.status && c < plan->count; c++)
		bko__agenda_row(engine, plan->pos[c], hold_until);
	if (placing->quote)
		return;
	for (c = 0; !bko__lends(engine) && !engine->tx.status && c < plan->count; c++)
		bko__demand_want(engine, plan->pos[c], placing->op.now_ms);
	bko__lane_want(engine, bko__lane_of(engine, &plan->item));
}

/* What is asked for ahead of the decision; after a conflict there may be nothing to ask. */
static uint32_t foreseen(const struct bko_engine *engine)
{
	return bko__when_needed(engine) || engine->tx.took ? 0 : BKO__POS_SUPPLIES;
}

static int32_t want_all(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	struct bko__ord *order = &placing->order;
	uint32_t flags = foreseen(engine), i;
	int32_t status = bko__base_want(engine);
	struct bko__key *key = &engine->room.key;

	if (status)
		return status;
	memset(order, 0, sizeof *order);
	order->id = placing->op.id;
	if (!placing->quote) {
		bko__order_key(&placing->op.id, key);
		order->row = engine->tx.op_row = bko__want(engine, key, BKO__WANT_FRESH);
		order->lane = bko__lane_of(engine, &order->id);
		engine->tx.op_is_order = 1;
		engine->tx.op_time = placing->op.now_ms;
		bko__hash_end(&placing->hash, engine->tx.op_hash);
		bko__lane_want(engine, order->lane);
	}
	if (buyer->hold_until)
		buyer->hold_until = bko__granule(engine, buyer->hold_until);
	for (i = 0; i < buyer->count; i++)
		want_line(engine, placing, &buyer->plans[i], flags);
	return bko__fetch(engine);
}

static int32_t run_place(struct bko_engine *engine, void *arguments)
{
	struct bko__placing *placing = arguments;
	uint32_t flags = foreseen(engine), found = 0;
	int32_t status = bko__request_plans(engine, placing);

	memset(&placing->done, 0, sizeof placing->done);
	if (!status)
		status = want_all(engine, placing);
	if (!status && !placing->quote)
		status = bko__order_decode(engine, &placing->order, &found);
	if (status)
		return status;
	if (found)
		return bko__placed_replay(engine, placing, placing->outcome);
	status = bko__decide_load(engine, &placing->buyer, flags);
	if (status)
		return status;
	new_order(engine, placing);
	if (engine->tx.status)
		return engine->tx.status;
	if (placing->buyer.hold_until && placing->buyer.hold_until <= placing->order.now)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.hold_until_ms");
	status = bko__decide_all(engine, &placing->buyer, placed, placing);
	if (status)
		return status;
	sum_up(placing);
	if (placing->done.outcome_flags & BKO_OUTCOME_REFUSED)
		return refuse(engine, placing, placing->outcome);
	if (!placing->quote)
		return accept(engine, placing, placing->outcome);
	bko__undo(engine);
	placing->done.status = placing->buyer.hold_until ? BKO_STATUS_HELD : BKO_STATUS_OPEN;
	bko__placed_out(placing, placing->outcome);
	bko__outcome_out(engine, &placing->done, 0, placing->outcome);
	return BKO_OK;
}

int32_t bko__check_outcome(struct bko_engine *engine, struct bko_outcome *outcome)
{
	engine->outcome = NULL;
	if (!outcome)
		return BKO_OK;
	if (outcome->struct_size < sizeof *outcome || outcome->struct_size > BKO_STRUCT_SIZE_MAX ||
	    (outcome->lines && (outcome->stride < sizeof(struct bko_line_outcome) ||
	                        outcome->stride > BKO_STRUCT_SIZE_MAX)))
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "outcome");
	if (outcome->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "outcome.reserved");
	engine->outcome = outcome;
	return BKO_OK;
}

static int32_t place(bko_engine *engine, struct bko__placing *placing,
                     const struct bko_order_request *request, struct bko_outcome *outcome)
{
	int32_t status = bko__struct_in(engine, &placing->request, sizeof placing->request, request,
	                                request ? request->struct_size : 0, "request");

	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = bko__request_check(engine, &placing->request);
	placing->outcome = outcome;
	if (status)
		return status;
	bko__request_hash(&placing->request, &placing->hash);
	return bko__drive_request(engine, run_place, placing, &placing->hash, &placing->op.id,
	                          NULL);
}

int32_t bko_order_place(bko_engine *engine, const struct bko_op *op,
                        const struct bko_order_request *request, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_PLACE, op);
	struct bko__placing *placing;

	if (status)
		return status;
	placing = BKO__CALL(engine, struct bko__placing);
	status = bko__check_op(engine, op, &placing->op);
	placing->quote = 0;
	return status ? status : place(engine, placing, request, outcome);
}

int32_t bko_order_quote(bko_engine *engine, int64_t now_ms, const struct bko_order_request *request,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_QUOTE, NULL);
	struct bko__placing *placing;

	if (status)
		return status;
	placing = BKO__CALL(engine, struct bko__placing);
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	memset(&placing->op, 0, sizeof placing->op);
	placing->op.now_ms = now_ms;
	placing->quote = 1;
	return place(engine, placing, request, outcome);
}
