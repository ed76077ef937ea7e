/* Policies and limits that a history sets. */
#include "gen.h"

enum { MINUTE = 60000, DAY = 24 * 60 * MINUTE };

static void limits_of_position(struct gen *g, struct bko_policy *p)
{
	if (gen_chance(g, 40)) {
		p->set |= BKO_SET_LIMIT;
		p->limit_kind = gen_chance(g, 80) ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
		p->limit = gen_below(g, 12);
	}
	if (gen_chance(g, 15)) {
		p->set |= BKO_SET_ORDER_LIMIT;
		p->order_limit_kind = BKO_LIMIT_NUMBER;
		p->order_limit = gen_below(g, 6);
	}
	if (gen_chance(g, 15)) {
		p->set |= BKO_SET_LIMIT_TO_INCOMING;
		p->limit_to_incoming = 1;
	}
}

static void policy_of_position(struct gen *g, struct bko_policy *p)
{
	if (!g->boundless)
		limits_of_position(g, p);
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_SWITCH;
		p->switch_on = 1;
		p->switch_at = gen_below(g, 3);
		p->switch_back_at = gen_chance(g, 50) ? 0 : p->switch_at + 1 + gen_below(g, 4);
	}
	if (gen_chance(g, 30)) {
		p->set |= BKO_SET_SAFETY_STOCK;
		p->safety_stock = gen_below(g, 6);
		p->safety_guards_queue = !g->boundless && gen_chance(g, 40);
	}
	if (gen_chance(g, 5)) {
		p->set |= BKO_SET_SELLS;
		p->sells = 0;
	}
}

static void policy_of_item(struct gen *g, struct bko_policy *p)
{
	if (g->boundless || gen_chance(g, 70)) {
		p->set |= BKO_SET_DISCIPLINE;
		p->discipline = (uint32_t)gen_below(g, 5);
		if (g->boundless) /* nobody comes before those that a chain has still to serve */
			p->discipline = BKO_QUEUE_FIFO;
	}
	if (!g->boundless && gen_chance(g, 6)) {
		p->set |= BKO_SET_LIFE;
		p->life = (uint32_t)gen_below(g, 3);
	}
	if (gen_chance(g, 8)) {
		p->set |= BKO_SET_SELL_FROM;
		p->sell_from_ms = g->now + gen_below(g, 2 * DAY) - DAY;
	}
	if (gen_chance(g, 8)) {
		p->set |= BKO_SET_RELEASE_AT;
		p->release_at_ms = g->now + gen_below(g, 2 * DAY) - DAY / 2;
	}
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_HORIZON;
		p->horizon_ms = 1 + gen_below(g, 3 * DAY);
	}
	if (gen_chance(g, 30)) {
		p->set |= BKO_SET_LEAD_TIME;
		p->lead_time_ms = 1 + gen_below(g, 3 * DAY);
	}
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_HANDLING;
		p->handling_days = (uint32_t)gen_below(g, 3);
	}
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_RESTOCK_AT;
		p->restock_at_ms = g->now + gen_below(g, 3 * DAY) - DAY;
	}
	if (gen_chance(g, 30)) {
		p->set |= BKO_SET_LOW_AT;
		p->low_at = gen_below(g, 5);
	}
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_HOLD_PLACE;
		p->hold_place_ms = gen_below(g, 3) * 5 * MINUTE;
	}
	if (gen_chance(g, 20)) {
		p->set |= BKO_SET_HEAD_START;
		p->head_start_ms = gen_below(g, 3) * 10 * MINUTE;
	}
}

void gen_policy(struct gen *g, struct op *op)
{
	struct bko_policy *p = &op->policy;
	op->item = gen_item(g);
	if (g->made <= (uint32_t)g->items) /* the first ones define the items */
		op->item = (int32_t)g->made - 1;
	op->option = g->made > (uint32_t)g->items && gen_chance(g, 60) ? BKO_SCOPE_POSITION
	                                                               : BKO_SCOPE_ITEM;
	if (g->made > (uint32_t)g->items && gen_chance(g, 15)) {
		op->option = BKO_SCOPE_DEFAULTS;
		op->item = 0;
	}
	if (op->option == BKO_SCOPE_POSITION)
		op->location = gen_location(g);
	if (gen_chance(g, 70) || op->option == BKO_SCOPE_ITEM) {
		p->set |= BKO_SET_SELLING;
		p->selling = gen_chance(g, 75) ? BKO_SELL_BACKORDER : (uint32_t)gen_below(g, 3);
	}
	if (op->option != BKO_SCOPE_POSITION)
		policy_of_item(g, p);
	if (op->option == BKO_SCOPE_ITEM) {
		p->set |= BKO_SET_QUANTUM;
		p->quantum = g->quantum[op->item];
	}
	policy_of_position(g, p);
	if (op->option == BKO_SCOPE_DEFAULTS) /* positions take them over when next touched: no
	                                       * reading tells what units move by then */
		p->set &= ~(uint32_t)(BKO_SET_LIFE | BKO_SET_SAFETY_STOCK | BKO_SET_SWITCH);
}

void gen_limit(struct gen *g, struct op *op)
{
	op->option = BKO_LIMIT_ITEM + (uint32_t)gen_below(g, 3);
	op->line = op->option == BKO_LIMIT_ITEM ? gen_item(g) : 1 + (int32_t)gen_below(g, OP_NAMES);
	op->stops = gen_chance(g, 85) ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
	op->quantity = gen_below(g, 12);
}
