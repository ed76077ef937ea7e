/*
 * order_op.c - see order_op.h.
 */
#include "engine/order_op.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/copy.h"
#include "engine/demand.h"
#include "engine/news.h"

int32_t bko__order_op_check(struct bko_engine *engine, struct bko__order_op *call,
                            const struct bko_op *op, const struct bko_span *order,
                            struct bko_outcome *outcome)
{
	int32_t status = bko__check_op(engine, op, &call->op);

	if (!status)
		status = bko__check_id(engine, order, 0, "order");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status && (call->op.flags & BKO_OP_COUNT_REFUSED))
		status = bko__fail(engine, BKO_E_ARGUMENT, "op.flags");
	call->id = *order;
	call->outcome = outcome;
	call->extend = 0;
	call->beside = NULL;
	call->beside_line = 0;
	return status;
}

int32_t bko__order_op_begin(struct bko_engine *engine, struct bko__order_op *call)
{
	int32_t status = bko__base_want(engine);
	struct bko__ord *order;
	struct bko__key *key = &engine->room.key;

	if (status)
		return status;
	memset(&call->done, 0, sizeof call->done);
	call->units = NULL;
	call->unit_count = call->unit_capacity = 0;
	call->until = 0;
	order = bko__order_want(engine, &call->id);
	if (!order)
		return engine->tx.status;
	order->extend = call->extend;
	order->beside = call->beside;
	order->beside_line = call->beside_line;
	bko__order_key(&call->id, key);
	bko__op_want(engine, key, &call->op, call->verb, &call->hash);
	bko__lane_want(engine, bko__lane_of(engine, &call->id));
	status = bko__fetch(engine);
	if (!status)
		status = bko__op_check(engine, call->outcome);
	if (!status)
		status = bko__order_load(engine, order);
	if (!status)
		status = bko__order_positions(engine, order, UINT32_MAX, call->flags,
		                              call->op.now_ms);
	if (status)
		return status;
	call->order = *order;
	if (order->rec.state != BKO__O_HELD)
		return BKO_OK;
	if (!bko__order_live(engine, order))
		return bko__fail(engine, BKO_E_EXPIRED, "order");
	call->until = order->rec.hold_until;
	return BKO_OK;
}

/* A line as it is now, over the places at their positions; what waits with its date,
 * where the outcome is a packing slip. */
static int32_t line_now(struct bko_engine *engine, struct bko__order_op *call, uint32_t number)
{
	struct bko_line_outcome *out = &engine->room.line;
	struct bko__ol *line = &call->order.lines[number];
	int slip = call->verb == BKO__VERB_SHIP && call->outcome;
	int32_t status = BKO_OK;
	uint32_t p, kind, supply;
	int64_t date;

	memset(out, 0, sizeof *out);
	out->asked = line->rec.ordered;
	out->shipped = line->rec.shipped;
	out->cancelled = line->rec.cancelled;
	for (p = 0; !status && p < line->rec.place_count; p++) {
		struct bko__at at = bko__order_at(engine, &call->order, number, p);
		int64_t allocated = bko__at_allocated(&at), waiting = bko__at_waiting(&at);

		out->allocated += allocated;
		out->backordered += waiting;
		out->location_count += allocated || waiting;
		if (allocated)
			out->promise_kind = BKO_DATE_KNOWN;
		if (!waiting || !slip)
			continue;
		status = bko__part_promise(engine, at.pos, at.part, &kind, &date, &supply);
		if (out->rest_kind == BKO_DATE_UNKNOWN ||
		    (kind == BKO_DATE_KNOWN && date <= out->rest_ms))
			continue;
		out->rest_kind = kind;
		out->rest_ms = date;
	}
	if (out->promise_kind)
		out->promise_ms = call->order.now;
	return status;
}

int32_t bko__order_op_end(struct bko_engine *engine, struct bko__order_op *call)
{
	struct bko__ord *order = &call->order;
	struct bko__opcome *done = &call->done;
	struct bko_line_outcome *line = &engine->room.line;
	struct bko__pos *pos;
	uint32_t i;
	int32_t status = bko__finish(engine, order->lane, &done->first_event, &done->event_count);

	if (status)
		return status;
	for (pos = engine->tx.positions; pos; pos = pos->next) {
		done->served += pos->served;
		if ((pos->head.flags & BKO__H_SERVING) || pos->head.missing)
			done->outcome_flags |= BKO_OUTCOME_SERVING;
	}
	done->lane = order->lane;
	done->status = bko__order_status(order, order->now);
	if (done->status != BKO_STATUS_OPEN && done->status != BKO_STATUS_PARTLY_SHIPPED &&
	    done->status != BKO_STATUS_HELD)
		order->rec.closed = order->now;
	else
		order->rec.closed = 0;
	for (i = 0; i < order->rec.line_count; i++) {
		status = line_now(engine, call, i);
		if (status)
			return status;
		done->allocated += line->allocated;
		done->backordered += line->backordered;
		if (call->outcome)
			bko__line_out(call->outcome, i, line);
	}
	if (call->outcome)
		call->outcome->line_count = i;
	status = bko__order_put(engine, order);
	if (status)
		return status;
	bko__op_done(engine, done, call->units, call->unit_count, call->outcome);
	return engine->tx.status;
}

int32_t bko__order_op_run(struct bko_engine *engine, struct bko__order_op *call, bko__run change)
{
	int32_t status = bko__order_op_begin(engine, call);

	if (!status)
		status = change(engine, call);
	if (status == BKO__REFUSED)
		return BKO_OK;
	return status ? status : bko__order_op_end(engine, call);
}

int32_t bko__order_op_drive(struct bko_engine *engine, bko__run run, struct bko__order_op *call)
{
	return bko__drive_request(engine, run, call, &call->hash, &call->id, NULL);
}

void bko__order_op_unit(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                        uint32_t place, int64_t quantity)
{
	struct bko__unit *units = call->units;

	if (call->unit_count == call->unit_capacity) {
		uint32_t capacity = call->unit_capacity * 2 + 8;

		units = bko__take(engine, capacity * sizeof *units);
		if (!units)
			return;
		if (call->unit_count)
			memcpy(units, call->units, call->unit_count * sizeof *units);
		call->units = units;
		call->unit_capacity = capacity;
	}
	units[call->unit_count].line = line;
	units[call->unit_count].place = place;
	units[call->unit_count++].quantity = quantity;
}

void bko__pick_get(const struct bko_pick *picks, size_t number, uint32_t stride,
                   struct bko_pick *pick)
{
	memcpy(pick, (const uint8_t *)picks + number * stride, sizeof *pick);
}

int32_t bko__picks_check(struct bko_engine *engine, const struct bko_pick *picks, size_t count,
                         uint32_t stride, struct bko__hash *hash)
{
	struct bko_pick pick;
	int32_t status;
	size_t i;

	if (!picks || !count)
		return bko__fail(engine, BKO_E_ARGUMENT, "picks");
	if (count > engine->options.max_lines * (size_t)4)
		return bko__fail(engine, BKO_E_TOO_LARGE, "picks");
	for (i = 0; i < count; i++) {
		uint32_t line = i > UINT32_MAX ? UINT32_MAX : (uint32_t)i;

		status = bko__struct_in(engine, &pick, sizeof pick,
		                        (const uint8_t *)picks + i * stride, stride, "pick");
		if (!status && pick.at_location)
			status = bko__check_id(engine, &pick.location, 1, "pick.location");
		if (status)
			return bko__fail_line(engine, status, "pick", line);
		if (pick.line < BKO_LINE_ALL || pick.at_location > 1 || pick.reserved)
			return bko__fail_line(engine, BKO_E_ARGUMENT, "pick", line);
		if (pick.quantity < 0 || (pick.line == BKO_LINE_ALL && pick.quantity))
			return bko__fail_line(engine, BKO_E_ARGUMENT, "pick.quantity", line);
		if (pick.quantity > BKO__QUANTITY_MAX)
			return bko__fail_line(engine, BKO_E_RANGE, "pick.quantity", line);
		bko__hash_uint(hash, (uint64_t)(int64_t)pick.line);
		bko__hash_uint(hash, (uint64_t)pick.quantity);
		bko__hash_uint(hash, pick.at_location);
		if (pick.at_location)
			bko__hash_bytes(hash, pick.location.data, pick.location.size);
	}
	return BKO_OK;
}

int32_t bko__pick_lines(struct bko_engine *engine, const struct bko__order_op *call,
                        const struct bko_pick *pick, uint32_t *from, uint32_t *to)
{
	*from = 0;
	*to = call->order.rec.line_count;
	if (pick->line == BKO_LINE_ALL)
		return BKO_OK;
	if ((uint32_t)pick->line >= *to)
		return bko__fail_line(engine, BKO_E_NOT_FOUND, "pick.line", (uint32_t)pick->line);
	*from = (uint32_t)pick->line;
	*to = *from + 1;
	return BKO_OK;
}

int bko__pick_at(const struct bko_pick *pick, const struct bko__at *at)
{
	return !pick->at_location ||
	       !bko__key_compare(pick->location.data, pick->location.size, at->pos->location.data,
	                         at->pos->location.size);
}

/* Gives units of the shelf back; a hold's sums follow. */
static int32_t give_back(struct bko_engine *engine, struct bko__order_op *call,
                         const struct bko__at *at, int64_t units)
{
	struct bko__held *held = &engine->room.held;

	bko__at_allocate(engine, at, -units);
	if (at->place->flags & BKO__PL_UNTRACKED)
		return BKO_OK;
	at->pos->head.open += units;
	if (!call->until)
		return BKO_OK;
	memset(held, 0, sizeof *held);
	held->rank = bko__place_rank(at->place);
	held->allocated = -units;
	return bko__agenda_add(engine, at->pos, call->until, held);
}

static int32_t take_at(struct bko_engine *engine, struct bko__order_op *call, struct bko__at *at,
                       uint32_t waiting, int64_t units, uint32_t by, int64_t *taken)
{
	uint32_t kind = waiting ? BKO_EVENT_BACKORDERED : BKO_EVENT_UNALLOCATED;
	int64_t there = waiting ? bko__at_waiting(at) : bko__at_allocated(at) - bko__at_picked(at);
	struct bko__held *gone = &engine->room.held;
	int32_t status;

	units = bko__min(units, there);
	if (units <= 0)
		return BKO_OK;
	if (!call->until && (by == BKO_BY_CANCELLING || by == BKO_BY_AMENDING))
		bko__demand_undo(engine, at->pos, units);
	status = waiting ? bko__at_drop_waiting(engine, at, units, call->until)
	                 : give_back(engine, call, at, units);
	if (status)
		return status;
	*taken += units;
	bko__order_tell(engine, &call->order, at->line_number, at->pos, kind, -units, by,
	                &call->op.id);
	if (!call->until || bko__at_allocated(at) || bko__at_waiting(at))
		return BKO_OK;
	memset(gone, 0, sizeof *gone); /* the hold has nothing left here */
	gone->rank = bko__place_rank(at->place);
	gone->holds = -1;
	return bko__agenda_add(engine, at->pos, call->until, gone);
}

int32_t bko__take_off(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                      const struct bko_pick *pick, int64_t units, uint32_t by, int64_t *taken)
{
	struct bko__ol *ol = &call->order.lines[line];
	int32_t status = BKO_OK;
	uint32_t part, waiting, p;

	*taken = 0;
	for (part = 2; part-- > 0;) {
		for (waiting = 2; waiting-- > 0;) {
			for (p = 0; !status && p < ol->rec.place_count && *taken < units; p++) {
				struct bko__at at = bko__order_at(engine, &call->order, line, p);

				if (at.place->part == part && bko__pick_at(pick, &at))
					status = take_at(engine, call, &at, waiting, units - *taken,
					                 by, taken);
			}
		}
	}
	return status;
}

int32_t bko__take_place(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                        uint32_t place, int64_t units, uint32_t by, int64_t *taken)
{
	int32_t status = BKO_OK;
	uint32_t waiting;

	*taken = 0;
	for (waiting = 2; !status && waiting-- > 0 && *taken < units;) {
		struct bko__at at = bko__order_at(engine, &call->order, line, place);

		status = take_at(engine, call, &at, waiting, units - *taken, by, taken);
	}
	return status;
}

/* Units the order has for later of this item, over all its lines. */
int64_t bko__order_use(struct bko_engine *engine, struct bko__ord *order,
                       const struct bko_span *item)
{
	int64_t units = 0;
	uint32_t i, p;

	for (i = 0; i < order->rec.line_count; i++) {
		struct bko__ol *line = &order->lines[i];

		if (bko__key_compare(line->rec.item.data, line->rec.item.size, item->data,
		                     item->size))
			continue;
		for (p = 0; p < line->rec.place_count; p++) {
			struct bko__at at = bko__order_at(engine, order, i, p);

			units += at.part ? at.part->rec.backordered - at.part->rec.outside : 0;
		}
	}
	return units;
}

int32_t bko__at_demote(struct bko_engine *engine, struct bko__ord *order, struct bko__at *at,
                       int64_t units)
{
	struct bko__pt *part = at->part;

	if (!part) {
		part = bko__take(engine, sizeof *part);
		if (!part)
			return engine->tx.status;
		memset(part, 0, sizeof *part);
		part->rank = bko__place_rank(at->place);
		part->rec.allocated = at->place->allocated;
		part->rec.picked = at->place->picked;
		part->rec.placed = order->rec.placed;
		part->rec.need_by = order->rec.need_by;
		part->rec.held_until = order->rec.state == BKO__O_HELD ? order->rec.hold_until : 0;
		part->rec.line = at->line_number;
		part->rec.part = at->place->part;
		part->rec.place = (uint32_t)(at->place - at->line->places);
		part->rec.stops = at->line->rec.stops;
		part->rec.order_class = order->rec.order_class;
		part->rec.order = order->id;
		at->place->allocated = at->place->picked = 0;
		at->place->flags |= BKO__PL_WAITED;
		at->part = part;
	}
	bko__at_quanta(at, units);
	part->rec.allocated -= units;
	part->rec.picked = bko__min(part->rec.picked, part->rec.allocated);
	part->rec.backordered += units;
	part->rec.outside += units;
	at->pos->head.allocated -= units;
	bko__part_waits(at->pos, part, units, units);
	bko__part_put(engine, at->pos, part);
	return engine->tx.status;
}
