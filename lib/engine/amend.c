/*
 * amend.c - changing an order: quantities, ranks, where a line is served.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/demand.h"
#include "engine/limit.h"
#include "engine/news.h"
#include "engine/order_op.h"

struct amending {
	struct bko__order_op call;
	struct bko_amend amend;
	/* of the run: so many units more of a line, or moved, as they are decided; the place
	 * they were moved from */
	struct bko__buyer buyer;
	struct bko__plan plan;
	struct bko__place origin;
};

/* A buyer with one plan: so many units more of a line. */
static void plan_more(struct amending *a, const struct bko__ol *line, int64_t quantity)
{
	const struct bko__ord *order = &a->call.order;
	struct bko__buyer *buyer = &a->buyer;
	struct bko__plan *plan = &a->plan;

	memset(buyer, 0, sizeof *buyer);
	memset(plan, 0, sizeof *plan);
	buyer->customer = order->rec.customer;
	buyer->channel = order->rec.channel;
	buyer->order_class = order->rec.order_class;
	buyer->in_order = 1;
	buyer->need_by = order->rec.need_by;
	buyer->now = a->call.op.now_ms;
	buyer->hold_until = a->call.until;
	buyer->plans = plan;
	buyer->count = 1;
	plan->item = line->rec.item;
	plan->quantity = quantity;
}

static int32_t refuse_amend(struct bko_engine *engine, struct amending *a)
{
	const struct bko__plan *plan = &a->plan;
	struct bko__opcome *done = &a->call.done;
	int32_t status;

	done->asked = done->refused = plan->quantity;
	done->reason = plan->said.reason;
	done->outcome_flags = BKO_OUTCOME_REFUSED;
	done->status = bko__order_status(&a->call.order, a->call.order.now);
	status = bko__op_refused(engine, done, a->call.outcome);
	return status ? status : BKO__REFUSED;
}

/* Places for what a plan took, told as one kind of change. */
static int32_t add_places(struct bko_engine *engine, struct amending *a, uint32_t part, uint32_t by)
{
	struct bko__ord *order = &a->call.order;
	struct bko__plan *plan = &a->plan;
	int32_t status = BKO_OK;
	uint32_t c;

	for (c = 0; !status && c < plan->count; c++) {
		int64_t waits = plan->later && c == plan->home ? plan->later : 0;

		if (!plan->now[c] && !waits)
			continue;
		status = bko__place_part(engine, order, a->amend.line, &a->buyer, plan, c, part);
		if (!status && by == BKO_BY_AMENDING && !a->call.until)
			bko__demand_count(engine, plan->pos[c], plan->now[c] + waits, 0);
		if (plan->now[c])
			bko__order_tell(engine, order, a->amend.line, plan->pos[c],
			                BKO_EVENT_ALLOCATED, plan->now[c], by, &a->call.op.id);
		if (waits)
			bko__order_tell(engine, order, a->amend.line, plan->pos[c],
			                BKO_EVENT_BACKORDERED, waits, by, &a->call.op.id);
	}
	return status;
}

/* The number of a new part: the second, unless the first has nothing open. */
static int32_t next_part(struct bko_engine *engine, struct amending *a, uint32_t *part)
{
	struct bko__ol *line = &a->call.order.lines[a->amend.line];
	uint32_t p, open[2] = {0, 0};

	for (p = 0; p < line->rec.place_count; p++) {
		struct bko__at at = bko__order_at(engine, &a->call.order, a->amend.line, p);

		open[line->places[p].part & 1] |= bko__at_allocated(&at) || bko__at_waiting(&at);
	}
	*part = open[0] ? 1 : 0;
	if (open[0] && open[1])
		return bko__fail(engine, BKO_E_TOO_LARGE, "amend.quantity (a third part)");
	return BKO_OK;
}

static int32_t more(struct bko_engine *engine, struct amending *a, int64_t quantity)
{
	struct bko__ol *line = &a->call.order.lines[a->amend.line];
	struct bko__buyer *buyer = &a->buyer;
	struct bko__plan *plan = &a->plan;
	uint32_t part, c;
	int32_t status = next_part(engine, a, &part);

	if (status)
		return status;
	plan_more(a, line, quantity);
	plan->count = (uint32_t)bko__min(line->rec.candidate_count, BKO_CANDIDATES_MAX);
	if (!plan->count) /* it was refused: none of its locations was known */
		return bko__fail(engine, BKO_E_NOT_FOUND, "amend.line (its locations)");
	for (c = 0; c < plan->count; c++) {
		plan->candidates[c] = line->candidates[c];
		plan->location[c] = c;
	}
	bko__decide_want(engine, plan, a->call.flags);
	status = bko__decide_load(engine, buyer, a->call.flags);
	if (!status)
		status = bko__decide_line(engine, buyer, 0, UINT32_MAX,
		                          bko__order_use(engine, &a->call.order, &line->rec.item));
	if (status)
		return status;
	if (plan->refused &&
	    (!(a->call.order.rec.flags & BKO_ORDER_ACCEPT_PART) || plan->refused == quantity))
		return refuse_amend(engine, a);
	status = add_places(engine, a, part, BKO_BY_AMENDING);
	line->rec.ordered += plan->taken + plan->later;
	a->call.done.asked = quantity;
	a->call.done.refused = plan->refused;
	a->call.done.reason = plan->said.reason;
	a->call.done.quantity = plan->taken + plan->later;
	if (plan->refused)
		a->call.done.outcome_flags = BKO_OUTCOME_IN_PART;
	return status;
}

/* An order as a whole holds no more than one of its figures can say. */
static int32_t check_sum(struct bko_engine *engine, const struct bko__ord *order, int64_t more)
{
	int64_t room = BKO__QUANTITY_MAX - more;
	uint32_t i;

	for (i = 0; i < order->rec.line_count && room >= 0; i++)
		room -= order->lines[i].rec.ordered;
	return room < 0 ? bko__fail(engine, BKO_E_RANGE, "amend.quantity (sum)") : BKO_OK;
}

static int32_t amend_quantity(struct bko_engine *engine, struct amending *a)
{
	struct bko__line *rec = &a->call.order.lines[a->amend.line].rec;
	int64_t change = a->amend.quantity - (rec->ordered - rec->cancelled), taken;
	struct bko_pick pick;
	int32_t status;

	if (change > 0) {
		status = check_sum(engine, &a->call.order, change);
		if (!status)
			status = more(engine, a, change);
	} else if (change < 0) {
		memset(&pick, 0, sizeof pick);
		status = bko__take_off(engine, &a->call, a->amend.line, &pick, -change,
		                       BKO_BY_AMENDING, &taken);
		if (!status && taken < -change)
			status = bko__fail(engine, BKO_E_INSUFFICIENT,
			                   "amend.quantity (shipped or picked)");
		rec->ordered -= taken;
		a->call.done.quantity = -taken;
	} else {
		return BKO_OK;
	}
	if (!status)
		bko__order_tell(engine, &a->call.order, a->amend.line, NULL, BKO_EVENT_AMENDED,
		                a->call.done.quantity, BKO_AMEND_QUANTITY, &a->call.op.id);
	return status;
}

/* New ranks for all that waits, with the old placing times. */
static int32_t amend_rank(struct bko_engine *engine, struct amending *a)
{
	struct bko__ord *order = &a->call.order;
	int32_t status = BKO_OK;
	uint32_t i, p;

	if (a->amend.set & BKO_AMEND_CLASS)
		order->rec.order_class = a->amend.order_class;
	if (a->amend.set & BKO_AMEND_NEED_BY)
		order->rec.need_by = a->amend.need_by_ms;
	if (a->amend.set & BKO_AMEND_RANK)
		order->rec.rank_ms = a->amend.rank_ms;
	for (i = 0; i < order->rec.line_count; i++) {
		for (p = 0; !status && p < order->lines[i].rec.place_count; p++) {
			struct bko__at at = bko__order_at(engine, order, i, p);

			if (bko__at_waiting(&at))
				status = bko__part_rerank(engine, order, &at, at.part->rec.placed,
				                          a->call.until, 0);
		}
	}
	bko__order_tell(engine, order, 0, NULL, BKO_EVENT_AMENDED, 0,
	                a->amend.set & (BKO_AMEND_CLASS | BKO_AMEND_NEED_BY | BKO_AMEND_RANK),
	                &a->call.op.id);
	return status;
}

/* The number of a location among a line's candidates; it joins them if it is new. */
static int32_t candidate_of(struct bko_engine *engine, struct bko__ol *line,
                            const struct bko_span *location, uint32_t *number)
{
	struct bko_span *all;
	uint32_t c;

	for (c = 0; c < line->rec.candidate_count; c++) {
		if (!bko__key_compare(line->candidates[c].data, line->candidates[c].size,
		                      location->data, location->size)) {
			*number = c;
			return BKO_OK;
		}
	}
	if (c == BKO_CANDIDATES_MAX)
		return bko__fail(engine, BKO_E_TOO_LARGE, "amend.to (locations of a line)");
	all = bko__take(engine, (c + 1) * sizeof *all);
	if (!all)
		return engine->tx.status;
	if (c)
		memcpy(all, line->candidates, c * sizeof *all);
	all[c] = *location;
	line->candidates = all;
	line->rec.candidate_count = c + 1;
	*number = c;
	return BKO_OK;
}

/* Re-sources units of one part: taken off here, decided there. */
static int32_t move_units(struct bko_engine *engine, struct amending *a, uint32_t p, uint32_t to,
                          int64_t units, int64_t *moved)
{
	struct bko__ol *line = &a->call.order.lines[a->amend.line];
	struct bko__at at = bko__order_at(engine, &a->call.order, a->amend.line, p);
	int64_t placed = at.part ? at.part->rec.placed : a->call.order.rec.placed;
	struct bko__buyer *buyer = &a->buyer;
	struct bko__plan *plan = &a->plan;
	int32_t status;

	a->origin = line->places[p];
	plan_more(a, line, 0);
	plan->count = 1;
	plan->candidates[0] = a->amend.to;
	plan->location[0] = to;
	bko__decide_want(engine, plan, a->call.flags);
	status = bko__decide_load(engine, buyer, a->call.flags);
	if (!status && !plan->count)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "amend.to");
	if (!status)
		status = bko__take_place(engine, &a->call, a->amend.line, p, units, BKO_BY_MOVING,
		                         moved);
	plan->quantity = *moved;
	if (status || !*moved)
		return status;
	status = bko__decide_line(engine, buyer, 0, 1,
	                          bko__order_use(engine, &a->call.order, &line->rec.item));
	if (status)
		return status;
	if (plan->refused)
		return refuse_amend(engine, a);
	plan->keep = &a->origin;
	plan->keep_placed = placed;
	return add_places(engine, a, a->origin.part, BKO_BY_MOVING);
}

static int32_t amend_location(struct bko_engine *engine, struct amending *a)
{
	struct bko__ol *line = &a->call.order.lines[a->amend.line];
	int64_t want = a->amend.quantity ? a->amend.quantity : BKO__QUANTITY_MAX, moved = 0, some;
	uint32_t p, to = 0, count = line->rec.place_count;
	int32_t status = candidate_of(engine, line, &a->amend.to, &to);

	for (p = 0; !status && p < count && moved < want; p++) {
		struct bko__at at = bko__order_at(engine, &a->call.order, a->amend.line, p);

		if (bko__key_compare(a->amend.from.data, a->amend.from.size, at.pos->location.data,
		                     at.pos->location.size))
			continue;
		some = bko__min(want - moved, bko__at_allocated(&at) - bko__at_picked(&at) +
		                                      bko__at_waiting(&at));
		status = some ? move_units(engine, a, p, to, some, &some) : BKO_OK;
		moved += some;
	}
	if (!status && (!moved || (a->amend.quantity && moved < want)))
		status = bko__fail(engine, BKO_E_INSUFFICIENT, "amend.quantity");
	a->call.done.quantity = moved;
	return status;
}

static int32_t amend_order(struct bko_engine *engine, void *arguments)
{
	struct amending *a = arguments;
	const uint32_t of_line = BKO_AMEND_QUANTITY | BKO_AMEND_LOCATION;
	const uint32_t of_rank = BKO_AMEND_CLASS | BKO_AMEND_NEED_BY | BKO_AMEND_RANK;
	int32_t status = BKO_OK;
	uint32_t standing;

	standing = bko__order_status(&a->call.order, a->call.order.now);
	if (standing != BKO_STATUS_HELD && standing != BKO_STATUS_OPEN &&
	    standing != BKO_STATUS_PARTLY_SHIPPED)
		return bko__fail(engine, BKO_E_STATE, "order (nothing of it is open)");
	if ((a->amend.set & of_line) && a->amend.line >= a->call.order.rec.line_count)
		return bko__fail(engine, BKO_E_NOT_FOUND, "amend.line");
	if (a->amend.set & of_rank)
		status = amend_rank(engine, a);
	if (!status && (a->amend.set & BKO_AMEND_QUANTITY))
		status = amend_quantity(engine, a);
	if (!status && (a->amend.set & BKO_AMEND_LOCATION))
		status = amend_location(engine, a);
	return status;
}

static int32_t run_amend(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, amend_order);
}

static int32_t check_amend(struct bko_engine *engine, const struct bko_amend *m)
{
	const uint32_t all = BKO_AMEND_QUANTITY | BKO_AMEND_CLASS | BKO_AMEND_NEED_BY |
	                     BKO_AMEND_RANK | BKO_AMEND_LOCATION;

	if (!m->set || (m->set & ~all) ||
	    ((m->set & BKO_AMEND_QUANTITY) && (m->set & BKO_AMEND_LOCATION)))
		return bko__fail(engine, BKO_E_ARGUMENT, "amend.set");
	if ((m->set & BKO_AMEND_CLASS) && m->order_class >= BKO_CLASSES)
		return bko__fail(engine, BKO_E_ARGUMENT, "amend.order_class");
	if (m->quantity < 0)
		return bko__fail(engine, BKO_E_ARGUMENT, "amend.quantity");
	if (m->quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "amend.quantity");
	if (!bko__time_ok(m->need_by_ms) || !bko__time_ok(m->rank_ms))
		return bko__fail(engine, BKO_E_RANGE, "amend.need_by_ms, rank_ms");
	if (!(m->set & BKO_AMEND_LOCATION))
		return BKO_OK;
	if (bko__check_id(engine, &m->from, 1, "amend.from") ||
	    bko__check_id(engine, &m->to, 1, "amend.to"))
		return BKO_E_ARGUMENT;
	if (!bko__key_compare(m->from.data, m->from.size, m->to.data, m->to.size))
		return bko__fail(engine, BKO_E_ARGUMENT, "amend.to (the same as from)");
	return BKO_OK;
}

static void hash_amend(struct amending *a)
{
	const struct bko_amend *m = &a->amend;
	struct bko__hash *hash = &a->call.hash;

	bko__hash_begin(hash, BKO__VERB_AMEND);
	bko__hash_uint(hash, m->set | (uint64_t)m->line << 32);
	bko__hash_uint(hash, m->order_class);
	bko__hash_uint(hash, (uint64_t)m->quantity);
	bko__hash_uint(hash, (uint64_t)m->need_by_ms);
	bko__hash_uint(hash, (uint64_t)m->rank_ms);
	if (!(m->set & BKO_AMEND_LOCATION))
		return;
	bko__hash_bytes(hash, m->from.data, m->from.size);
	bko__hash_bytes(hash, m->to.data, m->to.size);
}

int32_t bko_order_amend(bko_engine *engine, const struct bko_op *op, const struct bko_amend *amend,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_AMEND, op);
	struct amending *a;

	if (status)
		return status;
	a = BKO__CALL(engine, struct amending);
	a->call.verb = BKO__VERB_AMEND;
	a->call.flags = BKO__POS_SERVES;
	status = bko__struct_in(engine, &a->amend, sizeof a->amend, amend,
	                        amend ? amend->struct_size : 0, "amend");
	if (!status)
		status = bko__order_op_check(engine, &a->call, op, &a->amend.order, outcome);
	if (!status)
		status = check_amend(engine, &a->amend);
	if (status)
		return status;
	hash_amend(a);
	if (a->amend.set & BKO_AMEND_LOCATION) {
		a->call.beside = &a->amend.to;
		a->call.beside_line = a->amend.line;
	}
	return bko__order_op_drive(engine, run_amend, &a->call);
}
