/*
 * cancel.c - cancelling units, lines, orders; releasing holds.
 */
#include "base/number.h"
#include "engine/order_op.h"

struct cancelling {
	struct bko__order_op call;
	struct bko_units units;
};

static int32_t cancel_line(struct bko_engine *engine, struct cancelling *c, uint32_t line,
                           const struct bko_pick *pick)
{
	int64_t want = pick->quantity ? pick->quantity : BKO__QUANTITY_MAX, taken;
	struct bko__line *rec = &c->call.order.lines[line].rec;
	int32_t status =
		bko__take_off(engine, &c->call, line, pick, want, BKO_BY_CANCELLING, &taken);

	if (status)
		return status;
	if (pick->quantity && taken < want && !(c->units.flags & BKO_UNITS_UP_TO))
		return bko__fail_line(engine, BKO_E_INSUFFICIENT, "pick.quantity", line);
	if (!taken)
		return BKO_OK;
	rec->cancelled += taken;
	c->call.done.quantity += taken;
	bko__order_tell(engine, &c->call.order, line, NULL, BKO_EVENT_CANCELLED, taken, 0,
	                &c->call.op.id);
	return BKO_OK;
}

static int32_t cancel_units(struct bko_engine *engine, void *arguments)
{
	struct cancelling *c = arguments;
	int32_t status = BKO_OK;
	struct bko__ord *order = &c->call.order;
	uint32_t line, to, i, open = 0;
	struct bko_pick pick;
	size_t p;

	for (p = 0; !status && p < c->units.pick_count; p++) {
		bko__pick_get(c->units.picks, p, c->units.stride, &pick);
		status = bko__pick_lines(engine, &c->call, &pick, &line, &to);
		for (; !status && line < to; line++)
			status = cancel_line(engine, c, line, &pick);
	}
	if (status)
		return status;
	for (i = 0; i < order->rec.line_count; i++)
		open |= bko__line_open(&order->lines[i].rec) > 0;
	if (!open && order->rec.state == BKO__O_HELD)
		order->rec.state = BKO__O_RELEASED;
	return BKO_OK;
}

static int32_t run_cancel(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, cancel_units);
}

int32_t bko__units_check(struct bko_engine *engine, struct bko__order_op *call,
                         const struct bko_op *op, const struct bko_units *units,
                         struct bko_units *copy, struct bko_outcome *outcome)
{
	int32_t status = bko__struct_in(engine, copy, sizeof *copy, units,
	                                units ? units->struct_size : 0, "units");

	if (!status)
		status = bko__order_op_check(engine, call, op, &copy->order, outcome);
	if (status)
		return status;
	if ((copy->flags & ~(uint32_t)BKO_UNITS_UP_TO) || copy->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "units.flags");
	bko__hash_begin(&call->hash, call->verb);
	bko__hash_uint(&call->hash, copy->flags);
	return bko__picks_check(engine, copy->picks, copy->pick_count, copy->stride, &call->hash);
}

int32_t bko_order_cancel(bko_engine *engine, const struct bko_op *op, const struct bko_units *units,
                         struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_CANCEL, op);
	struct cancelling *c;

	if (status)
		return status;
	c = BKO__CALL(engine, struct cancelling);
	c->call.verb = BKO__VERB_CANCEL;
	c->call.flags = BKO__POS_SERVES;
	status = bko__units_check(engine, &c->call, op, units, &c->units, outcome);
	return status ? status : bko__order_op_drive(engine, run_cancel, &c->call);
}
