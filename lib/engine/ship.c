/*
 * ship.c - shipping allocated units, and taking a shipment back.
 */
#include "base/number.h"
#include "engine/order_op.h"

struct shipping {
	struct bko__order_op call;
	struct bko_units units;
	const char *skipped; /* of the run: why units of a whole order stayed; NULL: none did */
	uint32_t skipped_line;
};

/* Why units of this line at this place may not ship; NULL: they may. */
static const char *forbidden(const struct bko__at *at)
{
	if (at->line->rec.stops)
		return "pick.line (stopped)";
	if (at->place->flags & BKO__PL_UNTRACKED)
		return NULL;
	if (at->pos->head.release_at > at->pos->now)
		return "pick.line (before release_at)";
	if (at->pos->head.missing)
		return "pick.line (units missing)";
	return NULL;
}

static void ship_at(struct bko_engine *engine, struct shipping *s, struct bko__at *at,
                    uint32_t place, int64_t units)
{
	struct bko__head *head = &at->pos->head;
	int64_t picked = bko__min(bko__at_picked(at), units);

	if (picked)
		bko__at_pick(engine, at, -picked);
	bko__at_allocate(engine, at, -units);
	if (!(at->place->flags & BKO__PL_UNTRACKED)) {
		head->on_hand -= units;
		head->shipped += units;
		head->revision++;
	}
	at->place->shipped += units;
	at->line->rec.shipped += units;
	s->call.done.quantity += units;
	bko__order_op_unit(engine, &s->call, at->line_number, place, units);
	bko__order_tell(engine, &s->call.order, at->line_number, at->pos, BKO_EVENT_SHIPPED, units,
	                0, &s->call.op.id);
}

/* Ships what the pick names of one line, first parts first. */
static int32_t ship_line(struct bko_engine *engine, struct shipping *s, uint32_t line,
                         const struct bko_pick *pick)
{
	struct bko__ol *ol = &s->call.order.lines[line];
	int64_t left = pick->quantity ? pick->quantity : BKO__QUANTITY_MAX;
	int whole_order = pick->line == BKO_LINE_ALL;
	uint32_t part, p;

	for (part = 0; part < 2; part++) {
		for (p = 0; p < ol->rec.place_count && left; p++) {
			struct bko__at at = bko__order_at(engine, &s->call.order, line, p);
			int64_t units = bko__min(bko__at_allocated(&at), left);
			const char *why;

			if (at.place->part != part || !bko__pick_at(pick, &at) || !units)
				continue;
			why = forbidden(&at);
			if (why && whole_order) {
				s->skipped_line = s->skipped ? s->skipped_line : line;
				s->skipped = s->skipped ? s->skipped : why;
				continue;
			}
			if (why)
				return bko__fail_line(engine, BKO_E_STATE, why, line);
			if (units % at.pos->head.quantum && pick->quantity)
				return bko__fail_line(engine, BKO_E_ARGUMENT,
				                      "pick.quantity (quantum)", line);
			ship_at(engine, s, &at, p, units);
			left -= units;
		}
	}
	if (pick->quantity && left && ol->rec.stops)
		return bko__fail_line(engine, BKO_E_STATE, "pick.line (stopped)", line);
	if (pick->quantity && left && !(s->units.flags & BKO_UNITS_UP_TO))
		return bko__fail_line(engine, BKO_E_INSUFFICIENT, "pick.quantity", line);
	return engine->tx.status;
}

static int32_t ship_units(struct bko_engine *engine, void *arguments)
{
	struct shipping *s = arguments;
	int32_t status = BKO_OK;
	struct bko_pick pick;
	uint32_t line, to;
	size_t p;

	s->skipped = NULL;
	if (s->call.order.rec.state != BKO__O_OPEN)
		status = bko__fail(engine, BKO_E_STATE, "order (a hold)");
	for (p = 0; !status && p < s->units.pick_count; p++) {
		bko__pick_get(s->units.picks, p, s->units.stride, &pick);
		status = bko__pick_lines(engine, &s->call, &pick, &line, &to);
		for (; !status && line < to; line++)
			status = ship_line(engine, s, line, &pick);
	}
	if (status)
		return status;
	if (s->call.done.quantity || s->units.flags & BKO_UNITS_UP_TO)
		return BKO_OK;
	if (s->skipped)
		return bko__fail_line(engine, BKO_E_STATE, s->skipped, s->skipped_line);
	return bko__fail(engine, BKO_E_INSUFFICIENT, "picks (nothing to ship)");
}

static int32_t run_ship(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, ship_units);
}

int32_t bko_order_ship(bko_engine *engine, const struct bko_op *op, const struct bko_units *units,
                       struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_SHIP, op);
	struct shipping *s;

	if (status)
		return status;
	s = BKO__CALL(engine, struct shipping);
	s->call.verb = BKO__VERB_SHIP;
	s->call.flags = 0;
	status = bko__units_check(engine, &s->call, op, units, &s->units, outcome);
	return status ? status : bko__order_op_drive(engine, run_ship, &s->call);
}

/* ---- Void ---- */

struct voiding {
	struct bko__order_op call;
	struct bko_void request;
	struct bko__opcome shipment; /* of the run */
	struct bko__row *row;        /* where it stands */
};

static int32_t void_unit(struct bko_engine *engine, struct voiding *v, const struct bko__unit *unit)
{
	struct bko__ord *order = &v->call.order;
	struct bko__head *head;
	struct bko__at at;

	if (unit->line >= order->rec.line_count ||
	    unit->place >= order->lines[unit->line].rec.place_count)
		return bko__fail(engine, BKO_E_CORRUPT, "a shipment");
	at = bko__order_at(engine, order, unit->line, unit->place);
	if (at.place->shipped - at.place->returned < unit->quantity)
		return bko__fail_line(engine, BKO_E_STATE, "request.shipment (units returned)",
		                      unit->line);
	if (!at.part) /* nothing of it is left in the queue's rows: it counts here again */
		at.place->flags &= ~(uint32_t)BKO__PL_WAITED;
	at.place->shipped -= unit->quantity;
	at.line->rec.shipped -= unit->quantity;
	bko__at_allocate(engine, &at, unit->quantity);
	head = &at.pos->head;
	if (!(at.place->flags & BKO__PL_UNTRACKED)) {
		head->on_hand += unit->quantity;
		head->shipped -= unit->quantity;
		head->revision++;
	}
	v->call.done.quantity += unit->quantity;
	bko__order_tell(engine, order, unit->line, at.pos, BKO_EVENT_VOIDED, unit->quantity, 0,
	                &v->call.op.id);
	return BKO_OK;
}

static int32_t void_shipment(struct bko_engine *engine, void *arguments)
{
	struct voiding *v = arguments;
	struct bko__opcome *shipment = &v->shipment;
	struct bko__row *row = v->row;
	struct bko__reader reader;
	struct bko__unit *units;
	uint32_t i;
	int32_t status = BKO_OK;

	if (row->present)
		status = bko__op_read(engine, row, &reader, shipment);
	if (status)
		return status;
	if (!row->present || shipment->verb != BKO__VERB_SHIP || shipment->state != BKO__OP_DONE)
		return bko__fail(engine, BKO_E_NOT_FOUND, "request.shipment");
	if (shipment->undone)
		return bko__fail(engine, BKO_E_STATE, "request.shipment (voided already)");
	status = bko__op_units(engine, row, &reader, shipment->units, &units);
	for (i = 0; !status && i < shipment->units; i++)
		status = void_unit(engine, v, &units[i]);
	if (status)
		return status;
	shipment->undone = 1;
	bko__op_rewrite(engine, row, shipment, units);
	return BKO_OK;
}

static int32_t run_void(struct bko_engine *engine, void *arguments)
{
	struct voiding *v = arguments;
	struct bko__key *key = &engine->room.key;

	bko__order_key(&v->request.order, key);
	bko__key_byte(key, 'o');
	bko__key_id(key, v->request.shipment.data, v->request.shipment.size);
	v->row = bko__want(engine, key, 0);
	return bko__order_op_run(engine, &v->call, void_shipment);
}

int32_t bko_order_void(bko_engine *engine, const struct bko_op *op, const struct bko_void *request,
                       struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_VOID, op);
	struct voiding *v;

	if (status)
		return status;
	v = BKO__CALL(engine, struct voiding);
	v->call.verb = BKO__VERB_VOID;
	v->call.flags = 0;
	status = bko__struct_in(engine, &v->request, sizeof v->request, request,
	                        request ? request->struct_size : 0, "request");
	if (!status)
		status = bko__order_op_check(engine, &v->call, op, &v->request.order, outcome);
	if (!status)
		status = bko__check_id(engine, &v->request.shipment, 0, "request.shipment");
	if (status)
		return status;
	bko__hash_begin(&v->call.hash, BKO__VERB_VOID);
	bko__hash_bytes(&v->call.hash, v->request.shipment.data, v->request.shipment.size);
	return bko__order_op_drive(engine, run_void, &v->call);
}
