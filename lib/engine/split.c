/*
 * split.c - moving open units of an order into a new one, state and place kept.
 */
#include "base/number.h"
#include "engine/news.h"
#include "engine/order_op.h"

struct splitting {
	struct bko__order_op call;
	struct bko_units units;
	/* of the run */
	struct bko__ord made;
	struct bko_pick pick;
	struct bko__at at;
};

/* The same candidates and stops; nothing in it yet. */
static int32_t new_line(struct bko_engine *engine, const struct bko__ol *from, struct bko__ol *to)
{
	memset(to, 0, sizeof *to);
	to->rec.item = from->rec.item;
	to->rec.stops = from->rec.stops;
	to->rec.candidate_count = from->rec.candidate_count;
	to->candidates = from->candidates;
	return engine->tx.status;
}

/* A place of the new line beside the old one: same rank, behind it by `sub`. */
static struct bko__place *new_place(struct bko_engine *engine, struct bko__ol *to,
                                    const struct bko__at *at)
{
	struct bko__place *place = bko__line_place(engine, to);

	if (!place)
		return NULL;
	*place = *at->place;
	place->allocated = place->picked = place->shipped = place->returned = 0;
	place->part = 0;
	place->flags &= BKO__PL_UNTRACKED;
	place->sub = ++at->pos->head.sequence;
	at->pos->dirty = 1;
	return place;
}

/* The waiting units go with a part of their own, and so do `allocated` ones. */
static int32_t move_waiting(struct bko_engine *engine, struct splitting *s, struct bko__at *at,
                            struct bko__place *place, uint32_t line, int64_t waiting,
                            int64_t allocated)
{
	struct bko__pt *part = bko__take(engine, sizeof *part);
	int64_t outside = bko__min(at->part->rec.outside, waiting);

	if (!part)
		return engine->tx.status;
	*part = *at->part;
	part->row = NULL;
	part->kind = 0;
	part->rank = bko__place_rank(place);
	part->rec.order = s->made.id;
	part->rec.line = line;
	part->rec.part = 0;
	part->rec.place = s->made.lines[line].rec.place_count - 1;
	part->rec.backordered = waiting;
	part->rec.outside = outside;
	part->rec.allocated = allocated;
	part->rec.picked = 0;
	place->flags |= BKO__PL_WAITED;
	bko__part_waits(at->pos, at->part, -waiting, -outside);
	at->part->rec.backordered -= waiting;
	at->part->rec.outside -= outside;
	at->part->rec.allocated -= allocated;
	bko__part_put(engine, at->pos, at->part);
	bko__part_waits(at->pos, part, waiting, outside);
	bko__part_put(engine, at->pos, part);
	return engine->tx.status;
}

static void tell_moved(struct bko_engine *engine, struct splitting *s, const struct bko__at *at,
                       uint32_t line, uint32_t kind, int64_t units)
{
	bko__order_tell(engine, &s->call.order, at->line_number, at->pos, kind, -units,
	                BKO_BY_MOVING, &s->call.op.id);
	bko__order_tell(engine, &s->made, line, at->pos, kind, units, BKO_BY_MOVING,
	                &s->call.op.id);
}

/* Moves from one place: waiting units first, then allocated and unpicked ones. */
static int32_t split_place(struct bko_engine *engine, struct splitting *s, uint32_t line,
                           int64_t left, int64_t *moved)
{
	struct bko__at *at = &s->at;
	int64_t waiting = bko__min(bko__at_waiting(at), left);
	int64_t allocated = bko__min(bko__at_allocated(at) - bko__at_picked(at), left - waiting);
	struct bko__place *place;
	int32_t status = BKO_OK;

	*moved = waiting + allocated;
	if (!*moved)
		return BKO_OK;
	bko__at_quanta(at, waiting);
	bko__at_quanta(at, allocated);
	place = new_place(engine, &s->made.lines[line], at);
	if (!place)
		return engine->tx.status;
	if (waiting) {
		status = move_waiting(engine, s, at, place, line, waiting, allocated);
	} else {
		if (at->place->flags & BKO__PL_WAITED) {
			at->part->rec.allocated -= allocated;
			bko__part_put(engine, at->pos, at->part);
		} else {
			at->place->allocated -= allocated;
		}
		place->allocated = allocated;
	}
	if (waiting)
		tell_moved(engine, s, at, line, BKO_EVENT_BACKORDERED, waiting);
	if (allocated)
		tell_moved(engine, s, at, line, BKO_EVENT_ALLOCATED, allocated);
	return status;
}

static int32_t split_line(struct bko_engine *engine, struct splitting *s, uint32_t number)
{
	const struct bko_pick *pick = &s->pick;
	struct bko__ol *from = &s->call.order.lines[pick->line];
	struct bko__ol *to = &s->made.lines[number];
	int64_t left = pick->quantity, moved;
	int32_t status = new_line(engine, from, to);
	uint32_t part, p;

	for (part = 2; !status && part-- > 0;) {
		for (p = 0; !status && p < from->rec.place_count && left; p++) {
			s->at = bko__order_at(engine, &s->call.order, (uint32_t)pick->line, p);
			if (s->at.place->part != part || !bko__pick_at(pick, &s->at))
				continue;
			status = split_place(engine, s, number, left, &moved);
			left -= moved;
		}
	}
	if (status)
		return status;
	if (left && !(s->units.flags & BKO_UNITS_UP_TO))
		return bko__fail_line(engine, BKO_E_INSUFFICIENT, "pick.quantity", number);
	from->rec.ordered -= pick->quantity - left;
	to->rec.ordered = pick->quantity - left;
	s->call.done.quantity += pick->quantity - left;
	return BKO_OK;
}

/* The new order; its id must be free. */
static int32_t make_order(struct bko_engine *engine, struct splitting *s)
{
	struct bko__ord *made = &s->made;
	struct bko__key *key = &engine->room.key;
	int32_t status;

	memset(made, 0, sizeof *made);
	made->id = s->call.op.id;
	bko__order_key(&made->id, key);
	made->row = bko__want(engine, key, 0);
	made->lane = bko__lane_of(engine, &made->id);
	bko__lane_want(engine, made->lane);
	status = bko__fetch(engine);
	if (status)
		return status;
	if (made->row->present)
		return bko__fail(engine, BKO_E_EXISTS, "op.id (an order's)");
	made->rec = s->call.order.rec;
	made->now = s->call.order.now;
	made->rec.chunks = 0;
	made->rec.lane = made->lane;
	made->rec.outcome_flags = made->rec.reason = 0;
	made->rec.first_served = 0;
	made->rec.first_status = BKO_STATUS_OPEN;
	made->rec.line_count = (uint32_t)s->units.pick_count;
	memcpy(made->rec.hash, engine->tx.op_hash, sizeof made->rec.hash);
	made->lines = bko__take(engine, s->units.pick_count * sizeof *made->lines);
	if (made->lines)
		memset(made->lines, 0, s->units.pick_count * sizeof *made->lines);
	return engine->tx.status;
}

static int32_t split_order(struct bko_engine *engine, void *arguments)
{
	struct splitting *s = arguments;
	uint32_t from, to, p;
	int32_t status;

	if (s->call.order.rec.state != BKO__O_OPEN)
		return bko__fail(engine, BKO_E_STATE, "order (a hold, or released)");
	status = make_order(engine, s);
	for (p = 0; !status && p < s->units.pick_count; p++) {
		bko__pick_get(s->units.picks, p, s->units.stride, &s->pick);
		status = bko__pick_lines(engine, &s->call, &s->pick, &from, &to);
		if (!status)
			status = split_line(engine, s, p);
	}
	if (status)
		return status;
	/* nothing to take: the new order is complete from the beginning */
	s->made.rec.closed = s->call.done.quantity ? 0 : s->made.now;
	bko__order_tell(engine, &s->made, 0, NULL, BKO_EVENT_ACCEPTED, s->call.done.quantity, 2,
	                &s->call.op.id);
	return bko__order_put(engine, &s->made);
}

static int32_t run_split(struct bko_engine *engine, void *arguments)
{
	struct splitting *s = arguments;
	struct bko__key *key = &engine->room.key;

	/* with the first read, which is after the settings are known */
	bko__order_key(&s->call.op.id, key);
	bko__want(engine, key, 0);
	if (engine->settled_in)
		bko__lane_want(engine, bko__lane_of(engine, &s->call.op.id));
	return bko__order_op_run(engine, &s->call, split_order);
}

int32_t bko_order_split(bko_engine *engine, const struct bko_op *op, const struct bko_units *units,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_SPLIT, op);
	struct splitting *s;
	size_t p;

	if (status)
		return status;
	s = BKO__CALL(engine, struct splitting);
	s->call.verb = BKO__VERB_SPLIT;
	s->call.flags = 0;
	status = bko__units_check(engine, &s->call, op, units, &s->units, outcome);
	if (!status && s->units.pick_count > engine->options.max_lines)
		status = bko__fail(engine, BKO_E_TOO_LARGE, "units.pick_count");
	for (p = 0; !status && p < s->units.pick_count; p++) {
		bko__pick_get(s->units.picks, p, s->units.stride, &s->pick);
		if (s->pick.line == BKO_LINE_ALL || !s->pick.quantity)
			status = bko__fail_line(engine, BKO_E_ARGUMENT, "pick", (uint32_t)p);
	}
	return status ? status : bko__order_op_drive(engine, run_split, &s->call);
}
