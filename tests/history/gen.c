#include "gen.h"

#include <string.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
static const int64_t BEGIN = 1700000040000;

uint64_t gen_random(struct gen *g)
{
	uint64_t z = (g->state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int64_t gen_below(struct gen *g, int64_t bound)
{
	return (int64_t)(gen_random(g) % (uint64_t)bound);
}

static int chance(struct gen *g, int64_t percent)
{
	return gen_below(g, 100) < percent;
}

void gen_begin(struct gen *g, uint64_t seed, uint32_t kinds)
{
	memset(g, 0, sizeof *g);
	g->state = seed * 0x2545f4914f6cdd1du + 1;
	g->kinds = kinds;
	g->items = 1 + (int32_t)gen_below(g, OP_ITEMS);
	g->locations = 1 + (int32_t)gen_below(g, OP_LOCATIONS);
	g->plain = chance(g, 50);
	g->now = BEGIN;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		g->quantum[i] = chance(g, 75) ? 1 : 2 + gen_below(g, 2);
}

static int32_t item(struct gen *g)
{
	if (!g->plain && chance(g, 1))
		return (int32_t)gen_below(g, OP_ITEMS);
	return (int32_t)gen_below(g, g->items);
}

static int32_t location(struct gen *g)
{
	if (!g->plain && chance(g, 1))
		return (int32_t)gen_below(g, OP_LOCATIONS);
	return (int32_t)gen_below(g, g->locations);
}

/* A small quantity, most often in whole quanta; hostile now and then. */
static int64_t quantity(struct gen *g, int32_t of, int64_t most)
{
	int64_t n = 1 + gen_below(g, most);
	if (!g->plain && chance(g, 1) && chance(g, 20))
		return ((int64_t)1 << BKO_QUANTITY_BITS) - 1 - gen_below(g, 3);
	return n * g->quantum[of];
}

/* ---- Policies --------------------------------------------------------------------- */

static void limits_of_position(struct gen *g, struct bko_policy *p)
{
	if (chance(g, 40)) {
		p->set |= BKO_SET_LIMIT;
		p->limit_kind = chance(g, 80) ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
		p->limit = gen_below(g, 12);
	}
	if (chance(g, 15)) {
		p->set |= BKO_SET_ORDER_LIMIT;
		p->order_limit_kind = BKO_LIMIT_NUMBER;
		p->order_limit = gen_below(g, 6);
	}
	if (chance(g, 15)) {
		p->set |= BKO_SET_LIMIT_TO_INCOMING;
		p->limit_to_incoming = 1;
	}
}

static void policy_of_position(struct gen *g, struct bko_policy *p)
{
	if (!g->boundless)
		limits_of_position(g, p);
	if (chance(g, 20)) {
		p->set |= BKO_SET_SWITCH;
		p->switch_on = 1;
		p->switch_at = gen_below(g, 3);
		p->switch_back_at = chance(g, 50) ? 0 : p->switch_at + 1 + gen_below(g, 4);
	}
	if (chance(g, 30)) {
		p->set |= BKO_SET_SAFETY_STOCK;
		p->safety_stock = gen_below(g, 6);
		p->safety_guards_queue = !g->boundless && chance(g, 40);
	}
	if (chance(g, 5)) {
		p->set |= BKO_SET_SELLS;
		p->sells = 0;
	}
}

static void policy_of_item(struct gen *g, struct bko_policy *p)
{
	if (g->boundless || chance(g, 70)) {
		p->set |= BKO_SET_DISCIPLINE;
		p->discipline = (uint32_t)gen_below(g, 5);
		if (g->boundless) /* nobody comes before those that a chain has still to serve */
			p->discipline = BKO_QUEUE_FIFO;
	}
	if (!g->boundless && chance(g, 6)) {
		p->set |= BKO_SET_LIFE;
		p->life = (uint32_t)gen_below(g, 3);
	}
	if (chance(g, 8)) {
		p->set |= BKO_SET_SELL_FROM;
		p->sell_from_ms = g->now + gen_below(g, 2 * DAY) - DAY;
	}
	if (chance(g, 8)) {
		p->set |= BKO_SET_RELEASE_AT;
		p->release_at_ms = g->now + gen_below(g, 2 * DAY) - DAY / 2;
	}
	if (chance(g, 20)) {
		p->set |= BKO_SET_HORIZON;
		p->horizon_ms = 1 + gen_below(g, 3 * DAY);
	}
	if (chance(g, 30)) {
		p->set |= BKO_SET_LEAD_TIME;
		p->lead_time_ms = 1 + gen_below(g, 3 * DAY);
	}
	if (chance(g, 20)) {
		p->set |= BKO_SET_HANDLING;
		p->handling_days = (uint32_t)gen_below(g, 3);
	}
	if (chance(g, 20)) {
		p->set |= BKO_SET_RESTOCK_AT;
		p->restock_at_ms = g->now + gen_below(g, 3 * DAY) - DAY;
	}
	if (chance(g, 30)) {
		p->set |= BKO_SET_LOW_AT;
		p->low_at = gen_below(g, 5);
	}
	if (chance(g, 20)) {
		p->set |= BKO_SET_HOLD_PLACE;
		p->hold_place_ms = gen_below(g, 3) * 5 * MINUTE;
	}
	if (chance(g, 20)) {
		p->set |= BKO_SET_HEAD_START;
		p->head_start_ms = gen_below(g, 3) * 10 * MINUTE;
	}
}

static void gen_policy(struct gen *g, struct op *op)
{
	struct bko_policy *p = &op->policy;
	op->item = item(g);
	if (g->made <= (uint32_t)g->items) /* the first ones define the items */
		op->item = (int32_t)g->made - 1;
	op->option =
		g->made > (uint32_t)g->items && chance(g, 60) ? BKO_SCOPE_POSITION : BKO_SCOPE_ITEM;
	if (op->option == BKO_SCOPE_POSITION)
		op->location = location(g);
	if (chance(g, 70) || op->option == BKO_SCOPE_ITEM) {
		p->set |= BKO_SET_SELLING;
		p->selling = chance(g, 75) ? BKO_SELL_BACKORDER : (uint32_t)gen_below(g, 3);
	}
	if (op->option == BKO_SCOPE_ITEM) {
		policy_of_item(g, p);
		p->set |= BKO_SET_QUANTUM;
		p->quantum = g->quantum[op->item];
	}
	policy_of_position(g, p);
}

static void gen_limit(struct gen *g, struct op *op)
{
	op->option = BKO_LIMIT_ITEM + (uint32_t)gen_below(g, 3);
	op->line = op->option == BKO_LIMIT_ITEM ? item(g) : 1 + (int32_t)gen_below(g, OP_NAMES);
	op->stops = chance(g, 85) ? BKO_LIMIT_NUMBER : BKO_LIMIT_NONE;
	op->quantity = gen_below(g, 12);
}

/* ---- Orders ------------------------------------------------------------------------ */

static void gen_line(struct gen *g, struct op_line *l)
{
	l->item = item(g);
	l->quantity = quantity(g, l->item, chance(g, 80) ? 3 : 9);
	if (l->quantity > (int64_t)1 << 40) /* what lines lose later must still fit */
		l->quantity -= 1000;
	if (chance(g, 4)) /* not a whole quantum */
		l->quantity++;
	l->candidate_count = chance(g, 30) ? 0 : 1 + (int32_t)gen_below(g, g->locations);
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t k;
		do {
			l->candidates[i] = location(g) % g->locations;
			for (k = 0; k < i && l->candidates[k] != l->candidates[i]; k++)
				;
		} while (k < i);
	}
}

static void gen_place(struct gen *g, struct op *op)
{
	op->line_count = chance(g, 60) ? 1 : 1 + (uint32_t)gen_below(g, OP_LINES);
	for (uint32_t i = 0; i < op->line_count; i++)
		gen_line(g, &op->lines[i]);
	op->option = (chance(g, 40) ? BKO_ORDER_ACCEPT_PART : 0u) |
	             (chance(g, 30) ? BKO_ORDER_IN_ORDER : 0u);
	op->order_class = chance(g, 50) ? 0 : (uint32_t)gen_below(g, BKO_CLASSES);
	op->customer = (int32_t)gen_below(g, OP_NAMES + 1);
	op->channel = (int32_t)gen_below(g, OP_NAMES + 1);
	op->need_by = chance(g, 30) ? op->now + gen_below(g, 3 * DAY) : 0;
	op->rank = chance(g, 50) ? op->now - gen_below(g, DAY) : op->now;
	op->stops = chance(g, 10) ? BKO_STOP_PAYMENT : 0;
	op->until = chance(g, 30) ? op->now + 1 + gen_below(g, chance(g, 80) ? HOUR : 2 * DAY) : 0;
	op->flags = chance(g, 5) ? BKO_OP_COUNT_REFUSED : 0;
}

/* An order to act on: most often a recent one, and one on which the verb can act. */
static const struct order *some_order(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = NULL;
	if (m->order_count == 0 || chance(g, 1)) {
		op->order = 9999;
		return NULL;
	}
	for (int i = 0; i < 5; i++) {
		uint32_t last = m->order_count - 1, status;
		o = &m->orders[last - (chance(g, 50) ? gen_below(g, m->order_count)
		                                     : gen_below(g, last < 5 ? last + 1 : 5))];
		status = model_status(m, o, op->now);
		if (op->kind == OP_CONFIRM ? status == BKO_STATUS_HELD
		                           : status >= BKO_STATUS_PARTLY_SHIPPED ||
		                                     (status == BKO_STATUS_HELD && chance(g, 40)))
			break;
	}
	op->order = o->id;
	return o;
}

static void gen_picks(struct gen *g, struct op *op, const struct order *o)
{
	int whole = op->kind != OP_SPLIT && chance(g, 35);
	uint32_t lines = o && o->line_count ? o->line_count : 1;
	op->pick_count = whole || lines == 1 ? 1 : 1 + (uint32_t)gen_below(g, lines);
	for (uint32_t i = 0; i < op->pick_count; i++) {
		struct op_pick *pick = &op->picks[i];
		pick->line = whole ? OP_ANY : (int32_t)gen_below(g, lines);
		pick->location = OP_ANY;
		if (whole)
			continue;
		pick->quantity = chance(g, 25) && op->kind != OP_SPLIT
		                         ? 0
		                         : quantity(g, o ? o->lines[pick->line].item : 0, 3);
		if (chance(g, 15))
			pick->location = location(g);
	}
	if (op->kind == OP_CANCEL || op->kind == OP_SHIP)
		op->option = chance(g, 40) ? BKO_UNITS_UP_TO : 0;
}

static void gen_mark(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = some_order(g, m, op);
	op->option = 1 + (uint32_t)gen_below(g, 5);
	gen_picks(g, op, o);
	if (op->option <= BKO_MARK_GO) {
		op->stops = chance(g, 40) ? BKO_STOP_UNALLOCATED : BKO_STOP_PAYMENT;
		if (op->option == BKO_MARK_STOP)
			op->stops = chance(g, 50) ? BKO_STOP_PAYMENT : BKO_STOP_FRAUD;
		else if (chance(g, 30))
			op->stops = 0x00ffff0f;
		for (uint32_t i = 0; i < op->pick_count; i++) {
			op->picks[i].quantity = 0;
			op->picks[i].location = OP_ANY;
		}
	}
}

static void gen_amend(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = some_order(g, m, op);
	uint32_t lines = o && o->line_count ? o->line_count : 1;
	op->line = (int32_t)gen_below(g, lines);
	op->option = 1u << gen_below(g, 5);
	if (chance(g, 10))
		op->option |= BKO_AMEND_CLASS;
	if (op->option & BKO_AMEND_QUANTITY)
		op->quantity = quantity(g, o ? o->lines[op->line].item : 0, 6);
	if (op->option & BKO_AMEND_CLASS)
		op->order_class = (uint32_t)gen_below(g, BKO_CLASSES);
	if (op->option & BKO_AMEND_NEED_BY)
		op->need_by = op->now + gen_below(g, 3 * DAY);
	if (op->option & BKO_AMEND_RANK)
		op->rank = op->now - gen_below(g, DAY);
	if (op->option & BKO_AMEND_LOCATION) {
		op->location = location(g);
		op->to = location(g);
		op->quantity = chance(g, 40) ? 0 : quantity(g, o ? o->lines[op->line].item : 0, 3);
	}
}

/* An id of an earlier operation of a kind, for voids and reversals. */
static const struct op *some_record(struct gen *g, const struct model *m, uint32_t kind)
{
	for (int i = 0; i < 20 && m->record_count; i++) {
		const struct record *r = &m->records[gen_below(g, m->record_count)];
		if (r->request.kind == kind)
			return &r->request;
	}
	return NULL;
}

static void gen_void(struct gen *g, const struct model *m, struct op *op)
{
	const struct op *ship = some_record(g, m, OP_SHIP);
	op->order = ship ? ship->order : 9999;
	op->other = ship ? ship->id : 9998;
}

static void gen_return(struct gen *g, const struct model *m, struct op *op)
{
	const struct op *ship = some_record(g, m, OP_SHIP);
	const struct order *o = NULL;
	if (ship && chance(g, 80)) {
		op->order = ship->order;
		for (uint32_t i = 0; i < m->order_count; i++)
			if (m->orders[i].id == ship->order)
				o = &m->orders[i];
	} else {
		o = some_order(g, m, op);
	}
	op->line = o && o->line_count ? (int32_t)gen_below(g, o->line_count) : 0;
	op->option = (uint32_t)gen_below(g, 4);
	op->quantity = chance(g, 70) ? 1 : quantity(g, o ? o->lines[op->line].item : 0, 2);
	op->to = chance(g, 60) ? OP_ANY : location(g);
	op->bucket = op->option == BKO_RETURN_BUCKET ? 1 + (int32_t)gen_below(g, OP_NAMES) : 0;
	op->until = op->option == BKO_RETURN_ANNOUNCED && chance(g, 70)
	                    ? op->now + gen_below(g, 2 * DAY)
	                    : 0;
}

/* ---- Stock --------------------------------------------------------------------------- */

static uint32_t some_supply(struct gen *g, const struct model *m, const struct op *op)
{
	const struct position *p = &m->positions[op->item][op->location];
	if (p->supply_count == 0 || chance(g, 2))
		return 0;
	return p->supplies[gen_below(g, p->supply_count)].id;
}

static void gen_receive(struct gen *g, const struct model *m, struct op *op)
{
	op->item = item(g);
	op->location = location(g);
	op->quantity = quantity(g, op->item, chance(g, 80) ? 4 : 12);
	op->other = chance(g, 60) ? some_supply(g, m, op) : 0;
	op->option = op->other && chance(g, 20);
	if (op->option && chance(g, 30))
		op->quantity = 0;
}

static void gen_reverse(struct gen *g, const struct model *m, struct op *op)
{
	const struct op *receipt = some_record(g, m, OP_RECEIVE);
	op->item = receipt ? receipt->item : 0;
	op->location = receipt ? receipt->location : 0;
	op->other = receipt ? receipt->id : 9998;
}

static void gen_adjust(struct gen *g, const struct model *m, struct op *op)
{
	op->item = item(g);
	op->location = location(g);
	op->option = 1 + (uint32_t)gen_below(g, 4);
	op->bucket = chance(g, 60) ? 0 : 1 + (int32_t)gen_below(g, OP_NAMES);
	op->quantity = gen_below(g, 9);
	if (op->option == BKO_ADJUST_CHANGE)
		op->quantity = gen_below(g, 13) - 6;
	if (op->option == BKO_ADJUST_COUNT)
		op->revision =
			m->positions[op->item][op->location].revision - (uint64_t)chance(g, 10);
	if (op->option == BKO_ADJUST_FEED)
		op->bucket = 1 + (int32_t)gen_below(g, OP_NAMES);
	if (op->option == BKO_ADJUST_MOVE) {
		op->to_bucket = op->bucket ? (chance(g, 70) ? 0 : 1 + op->bucket % OP_NAMES) : 1;
		op->quantity = 1 + gen_below(g, 4);
	}
	op->quantity *= g->quantum[op->item];
}

static void gen_force(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = chance(g, 40) ? some_order(g, m, op) : NULL;
	op->item = item(g);
	op->location = location(g);
	op->option = (uint32_t)gen_below(g, 3);
	if (o && o->line_count) {
		op->line = (int32_t)gen_below(g, o->line_count);
		op->item = o->lines[op->line].item;
		if (o->lines[op->line].place_count)
			op->location = o->lines[op->line].places[0].location;
	}
	op->quantity = quantity(g, op->item, 3);
}

static void gen_transfer(struct gen *g, struct op *op)
{
	op->item = item(g);
	op->location = location(g);
	op->to = chance(g, 90) ? (op->location + 1) % g->locations : location(g);
	op->quantity = quantity(g, op->item, 3);
	op->until = chance(g, 80) ? op->now + gen_below(g, 2 * DAY) : 0;
}

static void gen_supply(struct gen *g, const struct model *m, struct op *op)
{
	op->item = item(g);
	op->location = location(g);
	op->option = chance(g, 85) ? BKO_SUPPLY_PLAN : BKO_SUPPLY_CLOSE;
	op->other = op->option == BKO_SUPPLY_CLOSE || chance(g, 30) ? some_supply(g, m, op) : 0;
	if (op->other == 0)
		op->other = op->id;
	if (op->option == BKO_SUPPLY_CLOSE)
		return;
	op->quantity = quantity(g, op->item, 6);
	op->until = chance(g, 85) ? op->now + gen_below(g, chance(g, 50) ? HOUR : 3 * DAY) : 0;
	op->grace = chance(g, 50) ? 0 : gen_below(g, HOUR);
	op->stops = chance(g, 50) ? BKO_SUPPLY_CONFIRMED : BKO_SUPPLY_EXPECTED;
}

/* ---- All -------------------------------------------------------------------------------- */

static const uint8_t weights[OP_KINDS] = {
	[OP_POLICY] = 5,    [OP_LIMIT] = 2,    [OP_PLACE] = 30,  [OP_QUOTE] = 4,
	[OP_AVAILABLE] = 4, [OP_CONFIRM] = 8,  [OP_AMEND] = 10,  [OP_SPLIT] = 4,
	[OP_CANCEL] = 10,   [OP_SHIP] = 12,    [OP_VOID] = 3,    [OP_RETURN] = 5,
	[OP_MARK] = 10,     [OP_RECEIVE] = 16, [OP_REVERSE] = 2, [OP_ADJUST] = 7,
	[OP_FORCE] = 4,     [OP_TRANSFER] = 4, [OP_SUPPLY] = 10, [OP_TICK] = 3,
	[OP_RERANK] = 1,    [OP_RESOLVE] = 0,
};

static uint32_t some_kind(struct gen *g)
{
	int64_t total = 0, at;
	uint32_t kind = 0;
	for (uint32_t i = 1; i < OP_KINDS; i++)
		total += g->kinds & 1u << i ? weights[i] : 0;
	at = gen_below(g, total);
	for (kind = 1; kind < OP_KINDS; kind++) {
		at -= g->kinds & 1u << kind ? weights[kind] : 0;
		if (at < 0)
			break;
	}
	return kind;
}

static void jump(struct gen *g)
{
	int64_t kind = gen_below(g, 100);
	if (kind < 40)
		return;
	if (kind < 80)
		g->now += gen_below(g, 10) * MINUTE;
	else if (kind < 90)
		g->now += gen_below(g, HOUR);
	else if (kind < 95)
		g->now += gen_below(g, 2 * DAY);
	else if (!g->plain)
		g->now -= gen_below(g, 2 * HOUR);
	if (g->now < BEGIN)
		g->now = BEGIN;
}

/* The same id again: the same request, or one that differs. */
static int again(struct gen *g, const struct model *m, struct op *op)
{
	if (m->record_count == 0 || !chance(g, 3))
		return 0;
	*op = m->records[gen_below(g, m->record_count)].request;
	op->now = g->now;
	if (chance(g, 30) && (op->kind == OP_RETURN || op->kind == OP_RECEIVE ||
	                      op->kind == OP_FORCE || op->kind == OP_TRANSFER))
		op->quantity++;
	if (op->line_count && chance(g, 30))
		op->lines[0].quantity++;
	if (op->pick_count && op->kind != OP_MARK && chance(g, 30))
		op->picks[0].location = op->picks[0].location == OP_ANY ? 0 : OP_ANY;
	return 1;
}

void gen_op(struct gen *g, const struct model *m, struct op *op)
{
	memset(op, 0, sizeof *op);
	g->made++;
	jump(g);
	if (g->made > (uint32_t)g->items && again(g, m, op))
		return;
	op->kind = g->made <= (uint32_t)g->items ? (uint32_t)OP_POLICY : some_kind(g);
	if (m->order_count >= MODEL_ORDERS - 2 && (op->kind == OP_PLACE || op->kind == OP_SPLIT))
		op->kind = OP_RECEIVE;
	op->id = ++g->next_id;
	op->now = g->now;
	switch (op->kind) {
	case OP_POLICY: gen_policy(g, op); break;
	case OP_LIMIT: gen_limit(g, op); break;
	case OP_PLACE:
	case OP_QUOTE: gen_place(g, op); break;
	case OP_AVAILABLE:
		gen_line(g, &op->lines[0]);
		op->line_count = 1;
		break;
	case OP_CONFIRM:
		some_order(g, m, op);
		op->until = chance(g, 25) ? op->now + gen_below(g, HOUR) : 0;
		break;
	case OP_AMEND: gen_amend(g, m, op); break;
	case OP_SPLIT:
	case OP_CANCEL:
	case OP_SHIP: gen_picks(g, op, some_order(g, m, op)); break;
	case OP_VOID: gen_void(g, m, op); break;
	case OP_RETURN: gen_return(g, m, op); break;
	case OP_MARK: gen_mark(g, m, op); break;
	case OP_RECEIVE: gen_receive(g, m, op); break;
	case OP_REVERSE: gen_reverse(g, m, op); break;
	case OP_ADJUST: gen_adjust(g, m, op); break;
	case OP_FORCE: gen_force(g, m, op); break;
	case OP_TRANSFER: gen_transfer(g, op); break;
	case OP_SUPPLY: gen_supply(g, m, op); break;
	case OP_RERANK:
		op->item = item(g);
		op->location = location(g);
		break;
	default: break;
	}
}
