/*
 * place.c - quote and place: lines are decided together, then accepted or refused
 * in one step.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/decide.h"
#include "engine/limit.h"
#include "engine/news.h"
#include "engine/place.h"
#include "rules/rank.h"

enum { REQUEST_SEED = 1 };

static int32_t check_line(struct bko_engine *engine, const struct bko_order_request *request,
                          uint32_t number, struct bko__plan *plan)
{
	const uint8_t *at = (const uint8_t *)request->lines + (size_t)number * request->stride;
	struct bko_line line;
	int32_t status = bko__struct_in(engine, &line, sizeof line, at, request->stride, "line");
	uint32_t c, k;

	if (status)
		return bko__fail_line(engine, status, "line", number);
	if (bko__check_id(engine, &line.item, 0, "line.item"))
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.item", number);
	if (line.quantity < 1)
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.quantity", number);
	if (line.quantity > BKO__QUANTITY_MAX)
		return bko__fail_line(engine, BKO_E_RANGE, "line.quantity", number);
	if (line.flags & BKO_ORDER_UNSPLITTABLE)
		return bko__fail_line(engine, BKO_E_UNSUPPORTED, "line.flags", number);
	if (line.flags || line.reserved)
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.flags", number);
	if (line.window_ms)
		return bko__fail_line(engine, BKO_E_UNSUPPORTED, "line.window_ms", number);
	if (line.candidate_count > BKO_CANDIDATES_MAX || (line.candidate_count && !line.candidates))
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.candidates", number);
	plan->item = line.item;
	plan->count = line.candidate_count;
	plan->quantity = line.quantity;
	for (c = 0; c < plan->count; c++) {
		plan->candidates[c] = line.candidates[c];
		if (bko__check_id(engine, &plan->candidates[c], 1, "line.candidates"))
			return bko__fail_line(engine, BKO_E_ARGUMENT, "line.candidates", number);
		for (k = 0; k < c; k++) {
			if (!bko__key_compare(plan->candidates[k].data, plan->candidates[k].size,
			                      plan->candidates[c].data, plan->candidates[c].size))
				return bko__fail_line(engine, BKO_E_ARGUMENT,
				                      "line.candidates (twice)", number);
		}
	}
	return BKO_OK;
}

static int32_t check_request(struct bko_engine *engine, const struct bko_order_request *r)
{
	const uint32_t stops = BKO_STOP_PAYMENT | BKO_STOP_FRAUD | BKO_STOP_ADDRESS | BKO_STOP_HOST;

	if (r->flags & (BKO_ORDER_SHIP_TOGETHER | BKO_ORDER_UNSPLITTABLE))
		return bko__fail(engine, BKO_E_UNSUPPORTED, "request.flags");
	if (r->flags & ~(uint32_t)(BKO_ORDER_ACCEPT_PART | BKO_ORDER_IN_ORDER))
		return bko__fail(engine, BKO_E_ARGUMENT, "request.flags");
	if (bko__check_id(engine, &r->customer, 1, "request.customer") ||
	    bko__check_id(engine, &r->channel, 1, "request.channel"))
		return engine->error.status;
	if (!r->lines || !r->line_count)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.lines");
	if (r->line_count > engine->options.max_lines)
		return bko__fail(engine, BKO_E_TOO_LARGE, "request.line_count");
	if (r->order_class >= BKO_CLASSES)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.order_class");
	if ((r->stops & ~stops) || r->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.stops");
	if (!bko__time_ok(r->need_by_ms) || !bko__time_ok(r->rank_ms) ||
	    !bko__time_ok(r->hold_until_ms))
		return bko__fail(engine, BKO_E_RANGE, "request.need_by_ms, rank_ms, hold_until_ms");
	return BKO_OK;
}

/* What makes two requests the same: all but the time of asking. */
static void hash_request(const struct bko__placing *placing, struct bko__hash *hash)
{
	const struct bko_order_request *r = &placing->request;
	uint32_t i, c;

	bko__hash_begin(hash, REQUEST_SEED);
	bko__hash_uint(hash, r->flags | (uint64_t)r->order_class << 32);
	bko__hash_uint(hash, r->stops);
	bko__hash_uint(hash, (uint64_t)r->need_by_ms);
	bko__hash_uint(hash, (uint64_t)r->rank_ms);
	bko__hash_uint(hash, (uint64_t)r->hold_until_ms);
	bko__hash_bytes(hash, r->customer.data, r->customer.size);
	bko__hash_bytes(hash, r->channel.data, r->channel.size);
	for (i = 0; i < placing->buyer.count; i++) {
		const struct bko__plan *plan = &placing->buyer.plans[i];

		bko__hash_bytes(hash, plan->item.data, plan->item.size);
		bko__hash_uint(hash, (uint64_t)plan->quantity);
		bko__hash_uint(hash, plan->count);
		for (c = 0; c < plan->count; c++)
			bko__hash_bytes(hash, plan->candidates[c].data, plan->candidates[c].size);
	}
}

/* Checks the request anew in each run: the plans are of the run. */
static int32_t prepare(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	uint32_t i;
	int32_t status = BKO_OK;

	memset(buyer, 0, sizeof *buyer);
	buyer->count = (uint32_t)placing->request.line_count;
	buyer->plans = bko__take(engine, buyer->count * sizeof *buyer->plans);
	if (!buyer->plans)
		return engine->tx.status;
	memset(buyer->plans, 0, buyer->count * sizeof *buyer->plans);
	for (i = 0; !status && i < buyer->count; i++)
		status = check_line(engine, &placing->request, i, &buyer->plans[i]);
	buyer->customer = placing->request.customer;
	buyer->channel = placing->request.channel;
	buyer->order_class = placing->request.order_class;
	buyer->in_order = (placing->request.flags & BKO_ORDER_IN_ORDER) != 0;
	buyer->need_by = placing->request.need_by_ms;
	buyer->now = placing->op.now_ms;
	buyer->hold_until = placing->request.hold_until_ms;
	return status;
}

/* A line that moves keeps epoch, band and time, and takes the next sequence of where
 * it comes to. An epoch that is not there yet counts as the present one. */
static void keep_rank(const struct bko__pos *pos, const struct bko__place *from,
                      struct bko__rank *rank)
{
	rank->epoch = from->epoch < pos->head.epoch ? from->epoch : pos->head.epoch;
	rank->band = from->band;
	rank->time = from->rank_time;
}

int32_t bko__place_part(struct bko_engine *engine, struct bko__ord *order, uint32_t number,
                        const struct bko__buyer *buyer, const struct bko__plan *plan, uint32_t c,
                        uint32_t part_number)
{
	struct bko__ol *line = &order->lines[number];
	struct bko__place *place = bko__line_place(engine, line);
	int64_t waits = c == plan->home ? plan->later : 0, taken = plan->now[c];
	struct bko__pos *pos = plan->pos[c];
	struct bko__ranked ranked = {bko__max(buyer->now, pos->now), buyer->need_by,
	                             order->rec.rank_ms, order->rec.order_class};
	struct bko__held held;
	struct bko__rank rank;

	if (!place)
		return engine->tx.status;
	bko__rank_new(&pos->head, &ranked, &rank);
	if (plan->keep)
		keep_rank(pos, plan->keep, &rank);
	place->epoch = rank.epoch;
	place->band = rank.band;
	place->rank_time = rank.time;
	place->sequence = rank.sequence;
	place->location = plan->location[c];
	place->part = part_number;
	if (pos->head.selling == BKO_SELL_UNTRACKED && pos->head.release_at <= pos->now)
		place->flags |= BKO__PL_UNTRACKED;
	else
		pos->dirty = 1;
	memset(&held, 0, sizeof held);
	held.rank = rank;
	held.holds = 1;
	held.allocated = place->flags & BKO__PL_UNTRACKED ? 0 : taken;
	held.backordered = waits;
	if (waits) {
		struct bko__pt *part = bko__take(engine, sizeof *part);
		int32_t status;

		if (!part)
			return engine->tx.status;
		memset(part, 0, sizeof *part);
		part->rank = rank;
		part->rec.backordered = waits;
		part->rec.allocated = taken;
		part->rec.placed = ranked.placed;
		part->rec.expected =
			pos->head.lead_time ? bko__time_add(pos->now, pos->head.lead_time) : 0;
		part->rec.need_by = buyer->need_by;
		part->rec.held_until = buyer->hold_until;
		part->rec.line = number;
		part->rec.place = line->rec.place_count - 1;
		part->rec.stops = line->rec.stops;
		part->rec.order_class = order->rec.order_class;
		part->rec.order = order->id;
		part->rec.limits = bko__limits_present(engine, buyer, plan);
		if (part->rec.limits >> BKO_LIMIT_CUSTOMER & 1)
			part->rec.customer = buyer->customer;
		if (part->rec.limits >> BKO_LIMIT_CHANNEL & 1)
			part->rec.channel = buyer->channel;
		place->flags |= BKO__PL_WAITED;
		status = bko__part_limits(engine, pos, part, waits, buyer->hold_until);
		if (status)
			return status;
		bko__part_waits(pos, part, waits, 0);
		bko__part_put(engine, pos, part);
	} else {
		place->allocated = taken;
	}
	if (buyer->hold_until)
		return bko__agenda_add(engine, pos, buyer->hold_until, &held);
	return engine->tx.status;
}

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

/* Lines of an outcome: of the decision, or as the order recorded them. */
static void lines_out(const struct bko__placing *placing, struct bko_outcome *outcome)
{
	const struct bko__buyer *buyer = &placing->buyer;
	int refused = (placing->done.outcome_flags & BKO_OUTCOME_REFUSED) != 0;
	uint32_t i, c;

	for (i = 0; i < buyer->count && outcome; i++) {
		const struct bko__plan *plan = &buyer->plans[i];
		struct bko_line_outcome line;

		memset(&line, 0, sizeof line);
		bko__said_out(plan, &line);
		for (c = 0; c < plan->count; c++)
			line.location_count += plan->now[c] || (plan->later && c == plan->home);
		if (refused && !line.refused)
			line.reason = BKO_REASON_ALL_OR_NOTHING;
		bko__line_out(outcome, i, &line);
	}
	if (outcome)
		outcome->line_count = buyer->count;
}

void bko__line_out(struct bko_outcome *outcome, uint32_t number,
                   const struct bko_line_outcome *line)
{
	uint8_t *at = (uint8_t *)outcome->lines + (size_t)number * outcome->stride;

	if (outcome->lines && number < outcome->line_capacity)
		bko__struct_out(at, outcome->stride, line, sizeof *line);
}

static void replay_lines(const struct bko__ord *order, struct bko_outcome *outcome)
{
	uint32_t i;

	for (i = 0; i < order->rec.line_count && outcome; i++) {
		const struct bko__line *rec = &order->lines[i].rec;
		struct bko_line_outcome line;

		if (!rec->asked)
			break; /* lines that came later were not placed */
		memset(&line, 0, sizeof line);
		line.reason = rec->reason;
		line.asked = rec->asked;
		line.allocated = rec->first_allocated;
		line.backordered = rec->first_backordered;
		line.refused = line.asked - line.allocated - line.backordered;
		line.available_now = rec->available_now;
		line.available_later = rec->available_later;
		line.promise_kind = rec->kinds & 3;
		line.first_kind = rec->kinds >> 2 & 3;
		line.rest_kind = rec->kinds >> 4 & 3;
		line.later_kind = rec->kinds >> 6 & 3;
		line.promise_ms = rec->promise;
		line.first = rec->first;
		line.first_ms = rec->first_due;
		line.rest_ms = rec->rest_due;
		line.location_count = rec->first_locations;
		line.state = rec->state;
		bko__line_out(outcome, i, &line);
	}
	if (outcome)
		outcome->line_count = i;
}

/* The first outcome of an order that is there already. */
static int32_t replay(struct bko_engine *engine, struct bko__placing *placing,
                      struct bko_outcome *outcome)
{
	struct bko__ord *order = &placing->order;
	struct bko__opcome record;
	uint32_t i;

	if (order->rec.state == BKO__O_VOID)
		return bko__fail(engine, BKO_E_VOID, "op.id");
	if (memcmp(order->rec.hash, engine->tx.op_hash, sizeof order->rec.hash))
		return bko__fail(engine, BKO_E_MISMATCH, "op.id");
	if (order->rec.state == BKO__O_ERROR)
		return bko__fail(engine, (int32_t)order->rec.error, "recorded before");
	memset(&record, 0, sizeof record);
	record.outcome_flags = order->rec.outcome_flags;
	record.reason = order->rec.reason;
	record.status = order->rec.first_status;
	record.lane = order->rec.lane;
	record.first_event = order->rec.first_event;
	record.event_count = order->rec.event_count;
	if (outcome)
		outcome->line_count = 0;
	if (order->rec.state == BKO__O_REFUSED) {
		record.asked = record.refused = order->rec.error;
	} else {
		for (i = 0; i < order->rec.line_count && order->lines[i].rec.asked; i++) {
			record.asked += order->lines[i].rec.asked;
			record.allocated += order->lines[i].rec.first_allocated;
			record.backordered += order->lines[i].rec.first_backordered;
		}
		record.refused = record.asked - record.allocated - record.backordered;
		record.served = order->rec.first_served;
		replay_lines(order, outcome);
	}
	bko__outcome_out(engine, &record, BKO_OUTCOME_REPLAYED, outcome);
	return BKO__REPLAYED;
}

/* Counted: the record, the counters of refused demand, an event a line. */
static int32_t record_refusal(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	struct bko__order record;
	struct bko__event event;
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
			memset(&event, 0, sizeof event);
			bko__pos_event(pos, BKO_EVENT_REFUSED,
			               plan->refused ? plan->refused : plan->quantity, &event);
			event.order = placing->op.id;
			event.line = i;
			event.detail = plan->refused ? plan->said.reason
			                             : (uint32_t)BKO_REASON_ALL_OR_NOTHING;
			event.cause = placing->op.id;
			bko__emit(engine, placing->order.lane, &event);
		}
	}
	for (i = 0; i < buyer->count && (placing->op.flags & BKO_OP_COUNT_REFUSED); i++) {
		struct bko__pos *pos = buyer->plans[i].pos[0];

		if (!pos->exists)
			continue;
		pos->head.refused += buyer->plans[i].refused ? buyer->plans[i].refused
		                                             : buyer->plans[i].quantity;
		pos->dirty = 1;
	}
	status = bko__finish(engine, placing->order.lane, &first, &count);
	if (status)
		return status;
	placing->done.first_event = first;
	placing->done.event_count = count;
	placing->done.lane = placing->order.lane;
	memset(&record, 0, sizeof record);
	record.outcome_flags = placing->done.outcome_flags;
	record.reason = placing->done.reason;
	record.first_status = BKO_STATUS_REFUSED;
	record.lane = placing->order.lane;
	record.first_event = first;
	record.event_count = count;
	bko__order_record(engine, BKO__O_REFUSED, placing->done.asked, &record);
	return engine->tx.status;
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
	lines_out(placing, outcome);
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

static int32_t accept(struct bko_engine *engine, struct bko__placing *placing,
                      struct bko_outcome *outcome)
{
	struct bko__ord *order = &placing->order;
	struct bko__opcome *done = &placing->done;
	struct bko__pos *pos;
	int32_t status;

	tell_accepted(engine, placing);
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
	lines_out(placing, outcome);
	bko__outcome_out(engine, done, 0, outcome);
	return BKO_OK;
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
	order->lines = bko__take(engine, order->rec.line_count * sizeof *order->lines);
	if (order->lines)
		memset(order->lines, 0, order->rec.line_count * sizeof *order->lines);
}

static int32_t want_all(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	struct bko__ord *order = &placing->order;
	uint32_t flags = bko__lends(engine) ? 0 : BKO__POS_SUPPLIES, i;
	int32_t status = bko__base_want(engine);
	struct bko__hash hash;
	struct bko__key key;

	if (status)
		return status;
	hash_request(placing, &hash);
	memset(order, 0, sizeof *order);
	order->id = placing->op.id;
	if (!placing->quote) {
		bko__order_key(&placing->op.id, &key);
		order->row = engine->tx.op_row = bko__want(engine, &key, 0);
		order->lane = bko__lane_of(engine, &order->id);
		engine->tx.op_is_order = 1;
		engine->tx.op_time = placing->op.now_ms;
		bko__hash_end(&hash, engine->tx.op_hash);
		bko__lane_want(engine, order->lane);
	}
	if (buyer->hold_until)
		buyer->hold_until = bko__granule(engine, buyer->hold_until);
	for (i = 0; i < buyer->count; i++) {
		bko__plan_want(engine, &buyer->plans[i], flags);
		if (!placing->quote)
			bko__lane_want(engine, bko__lane_of(engine, &buyer->plans[i].item));
	}
	return bko__fetch(engine);
}

static int32_t run_place(struct bko_engine *engine, void *arguments)
{
	struct bko__placing *placing = arguments;
	uint32_t flags = bko__lends(engine) ? 0 : BKO__POS_SUPPLIES, found = 0;
	int32_t status = prepare(engine, placing);

	memset(&placing->done, 0, sizeof placing->done);
	if (!status)
		status = want_all(engine, placing);
	if (!status && !placing->quote)
		status = bko__order_decode(engine, &placing->order, &found);
	if (status)
		return status;
	if (found)
		return replay(engine, placing, placing->outcome);
	status = bko__plans_load(engine, &placing->buyer, flags);
	if (status)
		return status;
	new_order(engine, placing);
	if (engine->tx.status)
		return engine->tx.status;
	if (placing->buyer.hold_until && placing->buyer.hold_until <= placing->order.now)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.hold_until_ms");
	status = bko__plans_decide(engine, &placing->buyer, placed, placing);
	if (status)
		return status;
	sum_up(placing);
	if (placing->done.outcome_flags & BKO_OUTCOME_REFUSED)
		return refuse(engine, placing, placing->outcome);
	if (!placing->quote)
		return accept(engine, placing, placing->outcome);
	bko__undo(engine);
	placing->done.status = placing->buyer.hold_until ? BKO_STATUS_HELD : BKO_STATUS_OPEN;
	lines_out(placing, placing->outcome);
	bko__outcome_out(engine, &placing->done, 0, placing->outcome);
	return BKO_OK;
}

int32_t bko__check_outcome(struct bko_engine *engine, const struct bko_outcome *outcome)
{
	if (!outcome)
		return BKO_OK;
	if (outcome->struct_size < sizeof *outcome || outcome->struct_size > BKO_STRUCT_SIZE_MAX ||
	    (outcome->lines && (outcome->stride < sizeof(struct bko_line_outcome) ||
	                        outcome->stride > BKO_STRUCT_SIZE_MAX)))
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "outcome");
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
		status = check_request(engine, &placing->request);
	placing->outcome = outcome;
	return status ? status : bko__drive(engine, run_place, placing);
}

int32_t bko_order_place(bko_engine *engine, const struct bko_op *op,
                        const struct bko_order_request *request, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_PLACE, op);
	struct bko__placing placing;

	if (status)
		return status;
	status = bko__check_op(engine, op, &placing.op);
	placing.quote = 0;
	return status ? status : place(engine, &placing, request, outcome);
}

int32_t bko_order_quote(bko_engine *engine, int64_t now_ms, const struct bko_order_request *request,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_QUOTE, NULL);
	struct bko__placing placing;

	if (status)
		return status;
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	memset(&placing.op, 0, sizeof placing.op);
	placing.op.now_ms = now_ms;
	placing.quote = 1;
	return place(engine, &placing, request, outcome);
}
