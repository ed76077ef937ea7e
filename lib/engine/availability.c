/*
 * availability.c - can I sell this, and when: the decision of placing, for one item,
 * at this moment or a later one, without writing.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/copy.h"
#include "rules/position.h"

struct asking {
	struct bko_availability_query query;
	struct bko_availability out;
	struct bko__buyer buyer;
	struct bko__plan plan;
};

/* One place of it. Its hold's sums leave the row that a look ahead may end, and its units
 * leave the limits that count them. */
static int32_t leave_place(struct bko_engine *engine, const struct asking *a,
                           const struct bko__ord *order, const struct bko__at *at)
{
	struct bko__held held = {.allocated = -bko__at_allocated(at),
	                         .backordered = -bko__at_waiting(at),
	                         .rank = bko__place_rank(at->place)};
	int64_t counted = 0, until = order->rec.state == BKO__O_HELD ? order->rec.hold_until : 0;
	int32_t status = BKO_OK;

	at->pos->head.open -= held.allocated;
	at->pos->head.allocated += held.allocated;
	if (at->part) {
		held.outside = -at->part->rec.outside;
		counted = held.backordered - held.outside;
		bko__part_waits(at->pos, at->part, held.backordered, held.outside);
		status = bko__part_limits(engine, at->pos, at->part, counted, until);
	}
	if (status || !until || !a->query.at_ms)
		return status;
	return bko__agenda_add(engine, at->pos, until, &held);
}

/* The customer's own order is thought away: its units are back, its claims gone. */
static int32_t leave_out(struct bko_engine *engine, struct asking *a)
{
	struct bko__ord *order = bko__order_want(engine, &a->query.without);
	int32_t status = order ? bko__order_load(engine, order) : engine->tx.status;
	uint32_t i, p;

	if (!status)
		status = bko__order_positions(engine, order, UINT32_MAX, 0, a->query.now_ms);
	if (status || (order->rec.state == BKO__O_HELD && !bko__order_live(engine, order)))
		return status;
	for (i = 0; i < order->rec.line_count; i++) {
		for (p = 0; p < order->lines[i].rec.place_count; p++) {
			struct bko__at at = bko__order_at(engine, order, i, p);

			if (at.place->flags & BKO__PL_UNTRACKED)
				continue;
			status = leave_place(engine, a, order, &at);
			if (status)
				return status;
		}
	}
	return BKO_OK;
}

/* What comes by then has come, holds have run out: what is there covers claims, then the
 * buffer, then is open. */
static int32_t project(struct bko_engine *engine, struct asking *a, struct bko__pos *pos)
{
	struct bko__head *head = &pos->head;
	struct bko__timeline *timeline = &pos->timeline_own;
	int64_t fill;
	int32_t status;

	if (a->query.at_ms <= pos->now)
		return BKO_OK;
	status = bko__supplies_load(engine, pos);
	if (status)
		return status;
	for (; timeline->count && timeline->due->date <= a->query.at_ms; timeline->count--)
		head->open += (timeline->due++)->units;
	pos->now = a->query.at_ms;
	status = bko__agenda_expire(engine, pos);
	if (status)
		return status;
	fill = bko__min(bko__max(0, head->open - bko__claims(head)),
	                bko__max(0, head->safety_stock - head->buffer));
	if (head->life != BKO_LIFE_PHASE_OUT) {
		head->open -= fill;
		head->buffer += fill;
	}
	return BKO_OK;
}

/* The earliest date at which any candidate could sell something; NONE: one can now. */
static int32_t restock(struct bko_engine *engine, struct bko__pos *pos, int first,
                       struct bko_availability *out)
{
	int64_t date, now = pos->now;
	uint32_t kind;

	if (bko__available_now(&pos->head) < pos->head.quantum) {
		int32_t status = bko__supplies_load(engine, pos);

		if (status)
			return status;
	}
	kind = bko__merge_restock(&pos->head, pos->timeline, now, &date);
	if (pos->head.life == BKO_LIFE_DISCONTINUED)
		kind = BKO_DATE_UNKNOWN;
	if (first || kind == BKO_DATE_NONE ||
	    (kind == BKO_DATE_KNOWN && out->restock_kind == BKO_DATE_UNKNOWN) ||
	    (kind == BKO_DATE_KNOWN && out->restock_kind == BKO_DATE_KNOWN &&
	     date < out->restock_ms)) {
		out->restock_kind = kind;
		out->restock_ms = kind == BKO_DATE_KNOWN ? date : 0;
	}
	return BKO_OK;
}

/* Adds what one of several candidates could give later; each is at least 0. */
static int32_t add_later(struct bko_engine *engine, struct asking *a, struct bko__pos *pos)
{
	struct bko_availability *out = &a->out;
	struct bko__decision *decision = &engine->room.decision;
	struct bko__view *view = &engine->room.view;
	int32_t status = bko__decide_view(engine, &a->buyer, &a->plan, pos, 0, view);

	if (status)
		return status;
	bko__decide(view, 0, decision);
	if (decision->later_kind == BKO_LIMIT_NONE)
		out->later_kind = BKO_LIMIT_NONE;
	out->available_later =
		bko__min(out->available_later + decision->available_later, BKO__QUANTITY_MAX);
	if (out->later_kind == BKO_LIMIT_NONE)
		out->available_later = 0;
	return BKO_OK;
}

/* What the candidates are by then, and what they could give later; a single one's is told
 * by the decision itself. */
static int32_t look_ahead(struct bko_engine *engine, struct asking *a)
{
	int32_t status = BKO_OK;
	uint32_t c;

	memset(&a->out, 0, sizeof a->out);
	for (c = 0; !status && c < a->plan.count; c++) {
		struct bko__pos *pos = a->plan.pos[c];

		status = project(engine, a, pos);
		if (!status && a->plan.count > 1)
			status = add_later(engine, a, pos);
		if (!status)
			status = restock(engine, pos, c == 0, &a->out);
	}
	return status;
}

static void said(struct asking *a)
{
	const struct bko__plan *plan = &a->plan;
	struct bko_availability *out = &a->out;

	out->state = plan->said.state;
	out->reason = plan->said.reason;
	out->available_now = plan->said.available_now;
	out->now = plan->taken;
	out->later = plan->later;
	out->promise_kind = plan->said.promise_kind;
	out->promise_ms = plan->said.promise;
	out->first_kind = plan->said.first_kind;
	out->first = plan->said.first;
	out->first_ms = plan->said.first_due;
	out->rest_kind = plan->said.rest_kind;
	out->rest_ms = plan->said.rest_due;
	if (plan->count == 1) {
		out->later_kind = plan->said.later_kind;
		out->available_later = plan->said.available_later;
	}
	if (!plan->count)
		out->restock_kind = BKO_DATE_UNKNOWN;
}

static int32_t run_ask(struct bko_engine *engine, void *arguments)
{
	struct asking *a = arguments;
	uint32_t c;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	memset(&a->buyer, 0, sizeof a->buyer);
	memset(&a->plan, 0, sizeof a->plan);
	a->buyer.plans = &a->plan;
	a->buyer.count = 1;
	a->buyer.in_order = 1;
	a->buyer.now = a->query.now_ms;
	a->buyer.order_class = a->query.order_class;
	a->plan.item = a->query.item;
	a->plan.count = a->query.candidate_count;
	a->plan.quantity = a->query.quantity;
	for (c = 0; c < a->plan.count; c++)
		a->plan.candidates[c] = a->query.candidates[c];
	bko__decide_want(engine, &a->plan, bko__when_needed(engine) ? 0 : BKO__POS_SUPPLIES);
	status = bko__decide_load(engine, &a->buyer, 0);
	if (!status && a->query.without.size)
		status = leave_out(engine, a);
	if (!status)
		status = look_ahead(engine, a);
	if (!status)
		status = bko__decide_line(engine, &a->buyer, 0, UINT32_MAX, 0);
	if (!status)
		said(a);
	bko__undo(engine);
	return status;
}

static int32_t check_query(struct bko_engine *engine, const struct bko_availability_query *q)
{
	uint32_t c, k;

	if (bko__check_id(engine, &q->item, 0, "query.item") ||
	    bko__check_id(engine, &q->without, 1, "query.without"))
		return BKO_E_ARGUMENT;
	if (q->candidate_count > BKO_CANDIDATES_MAX || (q->candidate_count && !q->candidates))
		return bko__fail(engine, BKO_E_ARGUMENT, "query.candidates");
	for (c = 0; c < q->candidate_count; c++) {
		if (bko__check_id(engine, &q->candidates[c], 1, "query.candidates"))
			return BKO_E_ARGUMENT;
		for (k = 0; k < c; k++) {
			if (!bko__key_compare(q->candidates[k].data, q->candidates[k].size,
			                      q->candidates[c].data, q->candidates[c].size))
				return bko__fail(engine, BKO_E_ARGUMENT,
				                 "query.candidates (twice)");
		}
	}
	if (q->order_class >= BKO_CLASSES)
		return bko__fail(engine, BKO_E_ARGUMENT, "query.order_class");
	if (q->quantity < 0 || q->reserved || q->reserved2)
		return bko__fail(engine, BKO_E_ARGUMENT, "query.quantity");
	if (q->quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "query.quantity");
	if (!bko__time_ok(q->now_ms) || !bko__time_ok(q->at_ms))
		return bko__fail(engine, BKO_E_RANGE,
		                 bko__time_ok(q->now_ms) ? "query.at_ms" : "query.now_ms");
	return BKO_OK;
}

int32_t bko_item_availability(bko_engine *engine, const struct bko_availability_query *query,
                              struct bko_availability *availability)
{
	int named = query && query->struct_size >= sizeof *query;
	int32_t status =
		bko__enter_about(engine, BKO__VERB_AVAILABILITY, named ? &query->item : NULL, NULL,
	                         named ? (uint64_t)query->quantity : 0);
	struct asking *a;

	if (status)
		return status;
	a = BKO__CALL(engine, struct asking);
	status = bko__struct_in(engine, &a->query, sizeof a->query, query,
	                        query ? query->struct_size : 0, "query");
	if (!status && !availability)
		status = bko__fail(engine, BKO_E_MISUSE, "availability");
	if (!status && (availability->struct_size < sizeof *availability ||
	                availability->struct_size > BKO_STRUCT_SIZE_MAX))
		status = bko__fail(engine, BKO_E_STRUCT_SIZE, "availability");
	if (!status)
		status = check_query(engine, &a->query);
	if (!status)
		status = bko__drive(engine, run_ask, a);
	if (!status)
		bko__struct_out(availability, availability->struct_size, &a->out, sizeof a->out);
	return status;
}
