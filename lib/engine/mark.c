/*
 * mark.c - stops of lines; picking; giving allocated units back.
 */
#include "base/number.h"
#include "engine/order_op.h"

struct marking {
	struct bko__order_op call;
	struct bko_mark mark;
};

/* New stops for a line: its waiting parts move between served and passed over. */
static void set_stops(struct bko_engine *engine, struct marking *m, uint32_t line, uint32_t stops)
{
	struct bko__ol *ol = &m->call.order.lines[line];
	uint32_t p;

	if (ol->rec.stops == stops)
		return;
	ol->rec.stops = stops;
	for (p = 0; p < ol->rec.place_count; p++) {
		struct bko__at at = bko__order_at(engine, &m->call.order, line, p);
		int64_t waiting = bko__at_waiting(&at);

		if (!at.part)
			continue;
		bko__part_waits(at.pos, at.part, -waiting, 0);
		at.part->rec.stops = stops;
		bko__part_waits(at.pos, at.part, waiting, 0);
		bko__part_put(engine, at.pos, at.part);
	}
	bko__order_tell(engine, &m->call.order, line, NULL, BKO_EVENT_MARKED, 0, stops,
	                &m->call.op.id);
}

static int32_t unallocate(struct bko_engine *engine, struct marking *m, struct bko__at *at,
                          int64_t units)
{
	int32_t status;

	if (at->place->flags & BKO__PL_UNTRACKED)
		return bko__fail_line(engine, BKO_E_STATE, "pick.line (untracked)",
		                      at->line_number);
	status = bko__at_demote(engine, &m->call.order, at, units);
	at->pos->head.open += units;
	bko__order_tell(engine, &m->call.order, at->line_number, at->pos, BKO_EVENT_UNALLOCATED,
	                -units, BKO_BY_MARKING, &m->call.op.id);
	bko__order_tell(engine, &m->call.order, at->line_number, at->pos, BKO_EVENT_BACKORDERED,
	                units, BKO_BY_MARKING, &m->call.op.id);
	return status;
}

static int32_t mark_units(struct bko_engine *engine, struct marking *m, struct bko__at *at,
                          int64_t left, int64_t *done)
{
	int64_t picked = bko__at_picked(at), units = bko__at_allocated(at) - picked;
	int32_t status = BKO_OK;

	if (m->mark.action == BKO_MARK_UNPICK)
		units = picked;
	units = bko__min(units, left);
	*done = units;
	if (!units)
		return BKO_OK;
	if (m->mark.action == BKO_MARK_UNALLOCATE)
		return unallocate(engine, m, at, units);
	if (m->mark.action == BKO_MARK_UNPICK)
		units = -units;
	bko__at_pick(engine, at, units);
	bko__order_tell(engine, &m->call.order, at->line_number, at->pos, BKO_EVENT_PICKED, units,
	                0, &m->call.op.id);
	return status;
}

static int32_t mark_line(struct bko_engine *engine, struct marking *m, uint32_t line,
                         const struct bko_pick *pick)
{
	struct bko__ol *ol = &m->call.order.lines[line];
	int64_t want = pick->quantity ? pick->quantity : BKO__QUANTITY_MAX, left = want, done;
	int32_t status = BKO_OK;
	uint32_t p;

	if (m->mark.action == BKO_MARK_STOP) {
		set_stops(engine, m, line, ol->rec.stops | m->mark.stops);
		return BKO_OK;
	}
	if (m->mark.action == BKO_MARK_GO) {
		set_stops(engine, m, line, ol->rec.stops & ~m->mark.stops);
		return BKO_OK;
	}
	/* the stop comes first, so that nothing goes back to the line */
	if (m->mark.action == BKO_MARK_UNALLOCATE)
		set_stops(engine, m, line, ol->rec.stops | BKO_STOP_UNALLOCATED);
	for (p = 0; !status && p < ol->rec.place_count && left; p++) {
		struct bko__at at = bko__order_at(engine, &m->call.order, line, p);

		if (!bko__pick_at(pick, &at))
			continue;
		status = mark_units(engine, m, &at, left, &done);
		left -= done;
	}
	if (!status && pick->quantity && left)
		status = bko__fail_line(engine, BKO_E_INSUFFICIENT, "pick.quantity", line);
	m->call.done.quantity += want - left;
	return status;
}

static int32_t mark_lines(struct bko_engine *engine, void *arguments)
{
	struct marking *m = arguments;
	int32_t status = BKO_OK;
	struct bko_pick pick;
	uint32_t line, to;
	size_t p;

	if (m->call.order.rec.state == BKO__O_RELEASED)
		status = bko__fail(engine, BKO_E_STATE, "order (released)");
	if (!status && m->call.until && m->mark.action == BKO_MARK_UNALLOCATE)
		status = bko__fail(engine, BKO_E_STATE, "order (a hold)");
	for (p = 0; !status && p < m->mark.pick_count; p++) {
		bko__pick_get(m->mark.picks, p, m->mark.stride, &pick);
		status = bko__pick_lines(engine, &m->call, &pick, &line, &to);
		for (; !status && line < to; line++)
			status = mark_line(engine, m, line, &pick);
	}
	return status;
}

static int32_t run_mark(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, mark_lines);
}

static int32_t check_mark(struct bko_engine *engine, const struct bko_mark *mark)
{
	uint32_t stops = BKO_STOP_PAYMENT | BKO_STOP_FRAUD | BKO_STOP_ADDRESS | BKO_STOP_HOST;
	int about_stops = mark->action == BKO_MARK_STOP || mark->action == BKO_MARK_GO;
	struct bko_pick pick;
	size_t p;

	if (mark->action < BKO_MARK_STOP || mark->action > BKO_MARK_UNALLOCATE)
		return bko__fail(engine, BKO_E_ARGUMENT, "mark.action");
	if (mark->action == BKO_MARK_GO)
		stops |= BKO_STOP_UNALLOCATED;
	if ((mark->stops & ~stops) || about_stops != (mark->stops != 0))
		return bko__fail(engine, BKO_E_ARGUMENT, "mark.stops");
	for (p = 0; about_stops && p < mark->pick_count; p++) {
		bko__pick_get(mark->picks, p, mark->stride, &pick);
		if (pick.quantity || pick.at_location)
			return bko__fail_line(engine, BKO_E_ARGUMENT,
			                      "pick (stops are of whole lines)", (uint32_t)p);
	}
	return BKO_OK;
}

int32_t bko_order_mark(bko_engine *engine, const struct bko_op *op, const struct bko_mark *mark,
                       struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_MARK, op);
	struct marking *m;

	if (status)
		return status;
	m = BKO__CALL(engine, struct marking);
	m->call.verb = BKO__VERB_MARK;
	m->call.flags = BKO__POS_SERVES;
	status = bko__struct_in(engine, &m->mark, sizeof m->mark, mark,
	                        mark ? mark->struct_size : 0, "mark");
	if (!status)
		status = bko__order_op_check(engine, &m->call, op, &m->mark.order, outcome);
	if (status)
		return status;
	bko__hash_begin(&m->call.hash, BKO__VERB_MARK);
	bko__hash_uint(&m->call.hash, m->mark.action);
	bko__hash_uint(&m->call.hash, m->mark.stops);
	status = bko__picks_check(engine, m->mark.picks, m->mark.pick_count, m->mark.stride,
	                          &m->call.hash);
	if (!status)
		status = check_mark(engine, &m->mark);
	return status ? status : bko__order_op_drive(engine, run_mark, &m->call);
}
