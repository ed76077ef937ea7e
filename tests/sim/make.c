/* Operations over few hot items, so that they meet. */
#include "sim.h"

#include <string.h>

static uint32_t below(struct sim *s, uint32_t bound)
{
	return random_below(&s->random, bound);
}

static void policy(struct op *op, uint32_t scope, int32_t item, uint32_t set)
{
	memset(op, 0, sizeof *op);
	op->kind = OP_POLICY;
	op->option = scope;
	op->item = item;
	op->now = 1000000;
	op->policy.set = set | BKO_SET_SELLING;
	op->policy.selling = BKO_SELL_BACKORDER;
}

uint32_t make_setup(struct sim *s, struct op *ops)
{
	uint32_t n = 0;
	for (int32_t i = 0; i < SIM_ITEMS; i++) {
		policy(&ops[n], BKO_SCOPE_ITEM, i, BKO_SET_LIMIT | BKO_SET_SAFETY_STOCK);
		ops[n].policy.limit_kind = below(s, 2) ? BKO_LIMIT_NONE : BKO_LIMIT_NUMBER;
		ops[n].policy.limit = 4 + below(s, 12);
		ops[n].policy.safety_stock = below(s, 3);
		n++;
	}
	if (below(s, 2)) {
		memset(&ops[n], 0, sizeof ops[n]);
		ops[n].kind = OP_LIMIT;
		ops[n].option = 1 + below(s, 2);
		ops[n].line = ops[n].option == BKO_LIMIT_ITEM ? 0 : 1;
		ops[n].quantity = 6 + below(s, 20);
		ops[n].now = 1000000;
		n++;
	}
	for (int32_t i = 0; i < SIM_ITEMS; i++)
		for (int32_t k = 0; k < SIM_LOCATIONS; k++, n++) {
			memset(&ops[n], 0, sizeof ops[n]);
			ops[n].kind = OP_RECEIVE;
			ops[n].id = 900000 + n;
			ops[n].item = i;
			ops[n].location = k;
			ops[n].quantity = 3 + below(s, 12);
			ops[n].now = 1000000;
		}
	return n;
}

/* A job of one of these kinds that was begun before; its index + 1, or 0. */
static uint32_t earlier(struct sim *s, uint32_t kinds)
{
	uint32_t back = s->job_count < 40 ? s->job_count : 40;
	for (uint32_t tries = 0; back && tries < 12; tries++) {
		uint32_t i = s->job_count - 1 - below(s, back);
		if (kinds >> s->jobs[i].op.kind & 1)
			return i + 1;
	}
	return 0;
}

static void make_place(struct sim *s, struct op *op)
{
	op->kind = OP_PLACE;
	op->line_count = 1 + (below(s, 3) == 0);
	for (uint32_t i = 0; i < op->line_count; i++) {
		struct op_line *l = &op->lines[i];
		l->item = (int32_t)below(s, SIM_ITEMS);
		l->candidate_count = (int32_t)below(s, 3);
		l->candidates[0] = (int32_t)below(s, SIM_LOCATIONS);
		l->candidates[1] = 1 - l->candidates[0];
		l->quantity = 1 + below(s, 5);
	}
	op->option = below(s, 2) ? BKO_ORDER_ACCEPT_PART : 0;
	op->option |= below(s, 4) ? 0 : BKO_ORDER_IN_ORDER;
	op->order_class = below(s, 3);
	op->customer = (int32_t)below(s, 3);
	op->flags = below(s, 6) ? 0 : BKO_OP_COUNT_REFUSED;
	if (below(s, 4) == 0)
		op->until = op->now + 1 + (int64_t)below(s, 600000);
	op->stops = below(s, 12) ? 0 : BKO_STOP_PAYMENT;
}

static void pick(struct sim *s, struct op *op)
{
	op->pick_count = 1;
	op->picks[0].line = below(s, 3) ? 0 : BKO_LINE_ALL;
	op->picks[0].location = OP_ANY;
	op->picks[0].quantity = op->picks[0].line == 0 && below(s, 2) ? 1 + below(s, 3) : 0;
	op->option = below(s, 3) ? BKO_UNITS_UP_TO : 0;
}

/* A verb of an order that is there, or will be, or never is. */
static void make_order(struct sim *s, struct op *op, uint32_t kind)
{
	uint32_t of = earlier(s, 1u << OP_PLACE | 1u << OP_SPLIT), ship;
	op->kind = kind;
	op->order = of ? s->jobs[of - 1].op.id : 1;
	switch (kind) {
	case OP_CONFIRM: op->until = below(s, 4) ? 0 : op->now + 300000; break;
	case OP_AMEND:
		op->option = BKO_AMEND_QUANTITY;
		op->quantity = 1 + below(s, 6);
		if (below(s, 3) == 0) {
			op->option = BKO_AMEND_CLASS;
			op->order_class = below(s, 3);
		} else if (below(s, 3) == 0) {
			op->option = BKO_AMEND_LOCATION;
			op->quantity = 0;
			op->location = (int32_t)below(s, SIM_LOCATIONS);
			op->to = 1 - op->location;
		}
		break;
	case OP_SPLIT:
		pick(s, op);
		op->picks[0].line = 0;
		op->picks[0].quantity = 1 + below(s, 2);
		break;
	case OP_MARK:
		pick(s, op);
		op->option = 1 + below(s, 5);
		op->stops = op->option <= BKO_MARK_GO ? BKO_STOP_PAYMENT : 0;
		if (op->option <= BKO_MARK_GO)
			op->picks[0].quantity = 0;
		break;
	case OP_VOID:
		ship = earlier(s, 1u << OP_SHIP);
		op->other = ship ? s->jobs[ship - 1].op.id : 1;
		op->order = ship ? s->jobs[ship - 1].op.order : op->order;
		break;
	case OP_RETURN:
		op->quantity = 1;
		op->to = OP_ANY;
		op->option = below(s, 4);
		op->bucket = 1;
		break;
	default: pick(s, op); break;
	}
}

static void make_stock(struct sim *s, struct op *op, uint32_t kind)
{
	uint32_t of;
	op->kind = kind;
	op->item = (int32_t)below(s, SIM_ITEMS);
	op->location = (int32_t)below(s, SIM_LOCATIONS);
	op->quantity = 1 + below(s, 6);
	switch (kind) {
	case OP_RECEIVE:
		of = below(s, 2) ? earlier(s, 1u << OP_SUPPLY | 1u << OP_TRANSFER) : 0;
		if (!of)
			break;
		op->item = s->jobs[of - 1].op.item;
		op->location = s->jobs[of - 1].op.kind == OP_SUPPLY ? s->jobs[of - 1].op.location
		                                                    : s->jobs[of - 1].op.to;
		op->other = s->jobs[of - 1].op.kind == OP_SUPPLY ? s->jobs[of - 1].op.other
		                                                 : s->jobs[of - 1].op.id;
		op->option = below(s, 4) == 0;
		break;
	case OP_REVERSE:
		of = earlier(s, 1u << OP_RECEIVE);
		op->item = of ? s->jobs[of - 1].op.item : 0;
		op->location = of ? s->jobs[of - 1].op.location : 0;
		op->other = of ? s->jobs[of - 1].op.id : 1;
		op->quantity = 0;
		break;
	case OP_SUPPLY:
		op->option = BKO_SUPPLY_PLAN;
		op->other = op->id;
		op->until = below(s, 4) ? op->now + (int64_t)below(s, 900000) : 0;
		op->grace = below(s, 60000);
		break;
	case OP_TRANSFER:
		op->to = 1 - op->location;
		op->until = op->now + 60000;
		break;
	case OP_FORCE:
		op->quantity = 1 + below(s, 2);
		op->option = below(s, 4);
		break;
	case OP_ADJUST:
		op->option = BKO_ADJUST_CHANGE;
		if (below(s, 2))
			op->quantity = -op->quantity;
		if (below(s, 4) == 0) {
			op->option = BKO_ADJUST_FEED;
			op->bucket = 1;
			op->quantity = below(s, 30);
		}
		break;
	default: break;
	}
}

void make_op(struct sim *s, struct op *op, uint32_t id)
{
	static const uint8_t kinds[] = {
		OP_PLACE,   OP_PLACE,  OP_PLACE,   OP_PLACE,   OP_PLACE,    OP_PLACE,   OP_PLACE,
		OP_PLACE,   OP_PLACE,  OP_PLACE,   OP_CONFIRM, OP_CONFIRM,  OP_CONFIRM, OP_CANCEL,
		OP_CANCEL,  OP_CANCEL, OP_CANCEL,  OP_SHIP,    OP_SHIP,     OP_SHIP,    OP_SHIP,
		OP_RECEIVE, OP_AMEND,  OP_RECEIVE, OP_RECEIVE, OP_SUPPLY,   OP_SUPPLY,  OP_TICK,
		OP_TICK,    OP_TICK,   OP_ADJUST,  OP_ADJUST,  OP_TRANSFER, OP_FORCE,   OP_MARK,
		OP_MARK,    OP_RETURN, OP_VOID,    OP_SPLIT,   OP_AMEND,    OP_REVERSE, OP_POLICY};
	uint32_t kind = kinds[below(s, sizeof kinds)];
	s->now += below(s, 40) ? below(s, 20000) : below(s, 900000);
	memset(op, 0, sizeof *op);
	if (kind == OP_POLICY) {
		policy(op, BKO_SCOPE_ITEM, (int32_t)below(s, SIM_ITEMS),
		       BKO_SET_LIMIT | BKO_SET_SAFETY_STOCK | BKO_SET_DISCIPLINE);
		op->policy.limit_kind = below(s, 2);
		op->policy.limit = below(s, 20);
		op->policy.safety_stock = below(s, 3);
		op->policy.discipline = below(s, 2);
		op->now = s->now;
		return;
	}
	op->id = id;
	op->now = s->now;
	if (kind == OP_PLACE)
		make_place(s, op);
	else if (kind >= OP_RECEIVE && kind <= OP_SUPPLY)
		make_stock(s, op, kind);
	else if (kind == OP_TICK)
		op->kind = kind;
	else
		make_order(s, op, kind);
}
