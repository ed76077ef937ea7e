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

int gen_chance(struct gen *g, int64_t percent)
{
	return gen_below(g, 100) < percent;
}

void gen_begin(struct gen *g, uint64_t seed, uint32_t kinds)
{
	memset(g, 0, sizeof *g);
	g->state = seed * 0x2545f4914f6cdd1du + 1;
	g->batch_state = ~g->state;
	g->kinds = kinds;
	g->items = 1 + (int32_t)gen_below(g, OP_ITEMS);
	g->locations = 1 + (int32_t)gen_below(g, OP_LOCATIONS);
	g->plain = gen_chance(g, 50);
	g->now = BEGIN;
	for (int32_t i = 0; i < OP_ITEMS; i++)
		g->quantum[i] = gen_chance(g, 75) ? 1 : 2 + gen_below(g, 2);
}

int32_t gen_item(struct gen *g)
{
	if (!g->plain && gen_chance(g, 1))
		return (int32_t)gen_below(g, OP_ITEMS);
	return (int32_t)gen_below(g, g->items);
}

int32_t gen_location(struct gen *g)
{
	if (!g->plain && gen_chance(g, 1))
		return (int32_t)gen_below(g, OP_LOCATIONS);
	return (int32_t)gen_below(g, g->locations);
}

/* A small quantity, most often in whole quanta; hostile now and then. */
static int64_t quantity(struct gen *g, int32_t of, int64_t most)
{
	int64_t n = 1 + gen_below(g, most);
	if (!g->plain && gen_chance(g, 1) && gen_chance(g, 20))
		return ((int64_t)1 << BKO_QUANTITY_BITS) - 1 - gen_below(g, 3);
	return n * g->quantum[of];
}

/* ---- Orders ------------------------------------------------------------------------ */

static void gen_line(struct gen *g, struct op_line *l)
{
	l->item = gen_item(g);
	l->quantity = quantity(g, l->item, gen_chance(g, 80) ? 3 : 9);
	if (gen_chance(g, 4)) /* not a whole quantum */
		l->quantity++;
	l->candidate_count = gen_chance(g, 30) ? 0 : 1 + (int32_t)gen_below(g, g->locations);
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t k;
		do {
			l->candidates[i] = gen_location(g) % g->locations;
			for (k = 0; k < i && l->candidates[k] != l->candidates[i]; k++)
				;
		} while (k < i);
	}
}

static void gen_place(struct gen *g, struct op *op)
{
	op->line_count = gen_chance(g, 60) ? 1 : 1 + (uint32_t)gen_below(g, OP_LINES);
	for (uint32_t i = 0; i < op->line_count; i++)
		gen_line(g, &op->lines[i]);
	op->option = (gen_chance(g, 40) ? BKO_ORDER_ACCEPT_PART : 0u) |
	             (gen_chance(g, 30) ? BKO_ORDER_IN_ORDER : 0u);
	op->order_class = gen_chance(g, 50) ? 0 : (uint32_t)gen_below(g, BKO_CLASSES);
	op->customer = (int32_t)gen_below(g, OP_NAMES + 1);
	op->channel = (int32_t)gen_below(g, OP_NAMES + 1);
	op->need_by = gen_chance(g, 30) ? op->now + gen_below(g, 3 * DAY) : 0;
	op->rank = gen_chance(g, 50) ? op->now - gen_below(g, DAY) : op->now;
	op->stops = gen_chance(g, 10) ? BKO_STOP_PAYMENT : 0;
	op->until = gen_chance(g, 30)
	                    ? op->now + 1 + gen_below(g, gen_chance(g, 80) ? HOUR : 2 * DAY)
	                    : 0;
	op->flags = gen_chance(g, 5) ? BKO_OP_COUNT_REFUSED : 0;
}

/* An order to act on: most often a recent one, and one on which the verb can act. */
static const struct order *some_order(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = NULL;
	if (m->order_count == 0 || gen_chance(g, 1)) {
		op->order = 9999;
		return NULL;
	}
	for (int i = 0; i < 5; i++) {
		uint32_t last = m->order_count - 1, status;
		o = &m->orders[last - (gen_chance(g, 50) ? gen_below(g, m->order_count)
		                                         : gen_below(g, last < 5 ? last + 1 : 5))];
		status = model_status(m, o, op->now);
		if (op->kind == OP_CONFIRM
		            ? status == BKO_STATUS_HELD
		            : status >= BKO_STATUS_PARTLY_SHIPPED ||
		                      (status == BKO_STATUS_HELD && gen_chance(g, 40)))
			break;
	}
	op->order = o->id ? o->id : 9999;
	return o->id ? o : NULL;
}

static void gen_picks(struct gen *g, struct op *op, const struct order *o)
{
	int whole = op->kind != OP_SPLIT && gen_chance(g, 35);
	uint32_t lines = o && o->line_count ? o->line_count : 1;
	op->pick_count = whole || lines == 1 ? 1 : 1 + (uint32_t)gen_below(g, lines);
	for (uint32_t i = 0; i < op->pick_count; i++) {
		struct op_pick *pick = &op->picks[i];
		pick->line = whole ? OP_ANY : (int32_t)gen_below(g, lines);
		pick->location = OP_ANY;
		if (whole)
			continue;
		pick->quantity = gen_chance(g, 25) && op->kind != OP_SPLIT
		                         ? 0
		                         : quantity(g, o ? o->lines[pick->line].item : 0, 3);
		if (gen_chance(g, 15))
			pick->location = gen_location(g);
	}
	if (op->kind == OP_CANCEL || op->kind == OP_SHIP)
		op->option = gen_chance(g, 40) ? BKO_UNITS_UP_TO : 0;
}

static void gen_mark(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = some_order(g, m, op);
	op->option = 1 + (uint32_t)gen_below(g, 5);
	gen_picks(g, op, o);
	if (op->option <= BKO_MARK_GO) {
		op->stops = gen_chance(g, 40) ? BKO_STOP_UNALLOCATED : BKO_STOP_PAYMENT;
		if (op->option == BKO_MARK_STOP)
			op->stops = gen_chance(g, 50) ? BKO_STOP_PAYMENT : BKO_STOP_FRAUD;
		else if (gen_chance(g, 30))
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
	if (gen_chance(g, 10))
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
		op->location = gen_location(g);
		op->to = gen_location(g);
		op->quantity =
			gen_chance(g, 40) ? 0 : quantity(g, o ? o->lines[op->line].item : 0, 3);
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
	if (ship && gen_chance(g, 80)) {
		op->order = ship->order;
		for (uint32_t i = 0; i < m->order_count; i++)
			if (m->orders[i].id == ship->order)
				o = &m->orders[i];
	} else {
		o = some_order(g, m, op);
	}
	op->line = o && o->line_count ? (int32_t)gen_below(g, o->line_count) : 0;
	op->option = (uint32_t)gen_below(g, 4);
	op->quantity = gen_chance(g, 70) ? 1 : quantity(g, o ? o->lines[op->line].item : 0, 2);
	op->to = gen_chance(g, 60) ? OP_ANY : gen_location(g);
	op->bucket = op->option == BKO_RETURN_BUCKET ? 1 + (int32_t)gen_below(g, OP_NAMES) : 0;
	op->until = op->option == BKO_RETURN_ANNOUNCED && gen_chance(g, 70)
	                    ? op->now + gen_below(g, 2 * DAY)
	                    : 0;
}

/* ---- Stock --------------------------------------------------------------------------- */

static uint32_t some_supply(struct gen *g, const struct model *m, const struct op *op)
{
	const struct position *p = &m->positions[op->item][op->location];
	if (p->supply_count == 0 || gen_chance(g, 2))
		return 0;
	return p->supplies[gen_below(g, p->supply_count)].id;
}

static void gen_receive(struct gen *g, const struct model *m, struct op *op)
{
	op->item = gen_item(g);
	op->location = gen_location(g);
	op->quantity = quantity(g, op->item, gen_chance(g, 80) ? 4 : 12);
	op->other = gen_chance(g, 60) ? some_supply(g, m, op) : 0;
	op->option = op->other && gen_chance(g, 20);
	if (op->option && gen_chance(g, 30))
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
	op->item = gen_item(g);
	op->location = gen_location(g);
	op->option = 1 + (uint32_t)gen_below(g, 4);
	op->bucket = gen_chance(g, 60) ? 0 : 1 + (int32_t)gen_below(g, OP_NAMES);
	op->quantity = gen_below(g, 9);
	if (op->option == BKO_ADJUST_CHANGE)
		op->quantity = gen_below(g, 13) - 6;
	if (op->option == BKO_ADJUST_COUNT)
		op->revision =
			m->positions[op->item][op->location].revision - (uint64_t)gen_chance(g, 10);
	if (op->option == BKO_ADJUST_FEED)
		op->bucket = 1 + (int32_t)gen_below(g, OP_NAMES);
	if (op->option == BKO_ADJUST_MOVE) {
		op->to_bucket =
			op->bucket ? (gen_chance(g, 70) ? 0 : 1 + op->bucket % OP_NAMES) : 1;
		op->quantity = 1 + gen_below(g, 4);
	}
	op->quantity *= g->quantum[op->item];
}

static void gen_force(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *o = gen_chance(g, 40) ? some_order(g, m, op) : NULL;
	op->item = gen_item(g);
	op->location = gen_location(g);
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
	op->item = gen_item(g);
	op->location = gen_location(g);
	op->to = gen_chance(g, 90) ? (op->location + 1) % g->locations : gen_location(g);
	op->quantity = quantity(g, op->item, 3);
	op->until = gen_chance(g, 80) ? op->now + gen_below(g, 2 * DAY) : 0;
}

static void gen_supply(struct gen *g, const struct model *m, struct op *op)
{
	op->item = gen_item(g);
	op->location = gen_location(g);
	op->option = gen_chance(g, 85) ? BKO_SUPPLY_PLAN : BKO_SUPPLY_CLOSE;
	op->other = op->option == BKO_SUPPLY_CLOSE || gen_chance(g, 30) ? some_supply(g, m, op) : 0;
	if (op->other == 0)
		op->other = op->id;
	if (op->option == BKO_SUPPLY_CLOSE)
		return;
	op->quantity = quantity(g, op->item, 6);
	op->until =
		gen_chance(g, 85) ? op->now + gen_below(g, gen_chance(g, 50) ? HOUR : 3 * DAY) : 0;
	op->grace = gen_chance(g, 50) ? 0 : gen_below(g, HOUR);
	op->stops = gen_chance(g, 50) ? BKO_SUPPLY_CONFIRMED : BKO_SUPPLY_EXPECTED;
}

/* ---- What is kept ------------------------------------------------------------------------ */

/* Days and hours off for two days and more, all over the world. */
static void gen_calendar(struct gen *g, struct op *op)
{
	op->location = gen_location(g);
	op->stops = gen_chance(g, 15) ? 0 : 1 + (uint32_t)gen_below(g, 127);
	op->grace = gen_chance(g, 40) ? 0 : gen_below(g, 97) * 30 - 1440;
	op->quantity = gen_chance(g, 50) ? 0 : gen_below(g, 1441);
	op->until = g->now / DAY + gen_below(g, 5);
}

/* An operation that happened, or one that is to come. */
static void gen_resolve(struct gen *g, const struct model *m, struct op *op)
{
	const struct op *r =
		m->record_count ? &m->records[gen_below(g, m->record_count)].request : NULL;
	if (r && r->kind < OP_KINDS && r->kind != OP_FORCE && r->kind != OP_SPLIT &&
	    gen_chance(g, 60)) {
		op->id = r->id;
		op->order = r->kind == OP_PLACE ? r->id : r->order;
		op->item = r->item;
		op->location = r->location;
	} else if (gen_chance(g, 50)) {
		op->order = op->id; /* a placing */
	} else if (gen_chance(g, 50)) {
		some_order(g, m, op);
	} else {
		op->item = gen_item(g);
		op->location = gen_location(g);
	}
	if (op->order)
		op->item = op->location = 0;
}

/* Comes under an id that was resolved as one that never happens, if there is one. */
static void too_late(struct gen *g, const struct model *m, struct op *op)
{
	const struct op *r = some_record(g, m, OP_RESOLVE);
	int by_order = op->kind > OP_AVAILABLE && op->kind < OP_RECEIVE;
	if (!r || op->kind == OP_SPLIT)
		return;
	if (op->kind == OP_PLACE ? r->order == r->id
	    : by_order           ? r->order == op->order
	    : op->kind >= OP_RECEIVE && op->kind <= OP_SUPPLY
	            ? !r->order && r->item == op->item && r->location == op->location
	            : 0)
		op->id = r->id;
}

static void gen_mail(struct gen *g, struct op *op)
{
	op->option = 1 + (uint32_t)gen_below(g, gen_chance(g, 70) ? MAIL_TRIM : MAIL_JOIN);
	op->customer = 1 + (int32_t)gen_below(g, OP_NAMES);
	op->line = (int32_t)gen_below(g, 2);
	op->quantity = gen_below(g, gen_chance(g, 70) ? 12 : 100); /* so many before the last */
}

/* ---- All -------------------------------------------------------------------------------- */

static const uint8_t weights[OP_KINDS] = {
	[OP_POLICY] = 5,    [OP_LIMIT] = 2,    [OP_PLACE] = 30,   [OP_QUOTE] = 4,
	[OP_AVAILABLE] = 4, [OP_CONFIRM] = 8,  [OP_AMEND] = 10,   [OP_SPLIT] = 4,
	[OP_CANCEL] = 10,   [OP_SHIP] = 12,    [OP_VOID] = 3,     [OP_RETURN] = 5,
	[OP_MARK] = 10,     [OP_RECEIVE] = 16, [OP_REVERSE] = 2,  [OP_ADJUST] = 7,
	[OP_FORCE] = 4,     [OP_TRANSFER] = 4, [OP_SUPPLY] = 10,  [OP_TICK] = 3,
	[OP_RERANK] = 1,    [OP_RESOLVE] = 3,  [OP_CALENDAR] = 2, [OP_PRUNE] = 1,
	[OP_EXPLAIN] = 5,   [OP_MAIL] = 5,
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

/* Begins and ends batches, one step in seven being in one; now and then where there is
 * one already, or none. */
static int gen_batch(struct gen *g, struct op *op)
{
	struct gen own = {.state = g->batch_state};
	int begins = gen_chance(&own, 7), ends = gen_chance(&own, g->ends) && g->batching;
	int discards = gen_chance(&own, 15), whole = gen_chance(&own, 90);
	if (!g->batching)
		g->ends = gen_chance(&own, 70) ? 25 : 5;
	g->batch_state = own.state;
	if (!g->batches || g->now < g->latest || (!begins && !ends))
		return 0;
	op->kind = OP_BATCH;
	op->option = begins && whole ? BATCH_BEGIN : discards ? BATCH_DISCARD : BATCH_END;
	op->now = g->now;
	g->batching = op->option == BATCH_BEGIN;
	return 1;
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
	else if (!g->plain && !g->batching)
		g->now -= gen_below(g, 2 * HOUR);
	if (g->now < BEGIN)
		g->now = BEGIN;
	if (g->now > g->latest)
		g->latest = g->now;
}

/* The same id again: the same request, or one that differs. */
static int again(struct gen *g, const struct model *m, struct op *op)
{
	if (m->record_count == 0 || !gen_chance(g, 3))
		return 0;
	*op = m->records[gen_below(g, m->record_count)].request;
	op->now = g->now;
	if (op->kind >= OP_KINDS) { /* pruned */
		memset(op, 0, sizeof *op);
		return 0;
	}
	if (gen_chance(g, 30) && (op->kind == OP_RETURN || op->kind == OP_RECEIVE ||
	                          op->kind == OP_FORCE || op->kind == OP_TRANSFER))
		op->quantity++;
	if (op->line_count && gen_chance(g, 30))
		op->lines[0].quantity++;
	if (op->pick_count && op->kind != OP_MARK && gen_chance(g, 30))
		op->picks[0].location = op->picks[0].location == OP_ANY ? 0 : OP_ANY;
	return 1;
}

void gen_op(struct gen *g, const struct model *m, struct op *op)
{
	const struct order *order;
	memset(op, 0, sizeof *op);
	if (g->made > (uint32_t)g->items && gen_batch(g, op))
		return;
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
		op->until = gen_chance(g, 40) ? op->now + gen_below(g, 3 * DAY) : 0;
		if (gen_chance(g, 25))
			some_order(g, m, op);
		break;
	case OP_EXPLAIN:
		order = some_order(g, m, op);
		op->line =
			order && order->line_count ? (int32_t)gen_below(g, order->line_count) : 0;
		break;
	case OP_RESOLVE: gen_resolve(g, m, op); break;
	case OP_CALENDAR: gen_calendar(g, op); break;
	case OP_PRUNE: op->until = 10 * HOUR + gen_below(g, 2 * DAY); break;
	case OP_MAIL: gen_mail(g, op); break;
	case OP_CONFIRM:
		some_order(g, m, op);
		op->until = gen_chance(g, 25) ? op->now + gen_below(g, HOUR) : 0;
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
		op->item = gen_item(g);
		op->location = gen_location(g);
		break;
	default: break;
	}
	if (gen_chance(g, 10))
		too_late(g, m, op);
}
