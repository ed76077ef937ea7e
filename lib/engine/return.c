/*
 * return.c - shipped units come back, or are announced to.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/buckets.h"
#include "engine/demand.h"
#include "engine/order_op.h"
#include "engine/stock.h"

struct returning {
	struct bko__order_op call;
	struct bko_return request;
	struct bko__pos *to; /* the position named, or NULL */
};

/* An announced return is a supply with the return's id. */
static int32_t announce(struct bko_engine *engine, struct returning *r, struct bko__pos *pos,
                        int64_t units)
{
	struct bko__row *row = bko__supply_row(engine, pos, &r->call.op.id);
	int32_t status = bko__fetch(engine);
	struct bko__supply supply;

	if (status)
		return status;
	if (row->present || row->action)
		return bko__fail(engine, BKO_E_EXISTS, "op.id (a supply's)");
	memset(&supply, 0, sizeof supply);
	supply.expected = supply.sent = units;
	supply.due = r->request.expected_ms;
	supply.state = BKO_SUPPLY_CONFIRMED;
	supply.origin = BKO_ORIGIN_RETURN;
	supply.line = r->request.line;
	supply.source = r->call.id;
	pos->head.incoming += units;
	bko__supply_tell(engine, pos, &r->call.op.id, BKO_EVENT_SUPPLY_SET, units, supply.due,
	                 &r->call.op.id);
	return bko__supply_store(engine, pos, row, &supply);
}

static int32_t bring_back(struct bko_engine *engine, struct returning *r, struct bko__pos *pos,
                          int64_t units)
{
	struct bko__head *head = &pos->head;

	if (!pos->known)
		return bko__fail(engine, BKO_E_NOT_FOUND, "item");
	switch (r->request.disposition) {
	case BKO_RETURN_NONE: return BKO_OK;
	case BKO_RETURN_ANNOUNCED: return announce(engine, r, pos, units);
	default: break;
	}
	head->on_hand += units;
	head->returned += units;
	head->revision++;
	pos->dirty = 1;
	if (r->request.disposition == BKO_RETURN_SELLABLE) {
		head->open += units;
		return BKO_OK;
	}
	return bko__bucket_add(engine, pos, &r->request.bucket, units, &r->call.op.id);
}

/* Takes the units from the places that shipped them. An announced return has to
 * come to one position. */
static int32_t return_line(struct bko_engine *engine, struct returning *r)
{
	struct bko__ol *line = &r->call.order.lines[r->request.line];
	int64_t left = r->request.quantity;
	int32_t status = BKO_OK;
	uint32_t p;

	if (line->rec.shipped - line->rec.returned < left)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "request.quantity");
	for (p = 0; !status && p < line->rec.place_count && left; p++) {
		struct bko__at at = bko__order_at(engine, &r->call.order, r->request.line, p);
		int64_t units = bko__min(left, at.place->shipped - at.place->returned);
		struct bko__pos *pos = r->to ? r->to : at.pos;

		if (units <= 0)
			continue;
		if (r->request.disposition == BKO_RETURN_ANNOUNCED && units < left && !r->to)
			return bko__fail(
				engine, BKO_E_ARGUMENT,
				"request.to_named (units were shipped from several places)");
		left -= units;
		at.place->returned += units;
		line->rec.returned += units;
		bko__demand_undo(engine, at.pos, units);
		bko__order_tell(engine, &r->call.order, r->request.line, pos, BKO_EVENT_RETURNED,
		                units, r->request.disposition, &r->call.op.id);
		if (r->request.disposition == BKO_RETURN_ANNOUNCED && r->to)
			continue; /* one supply for all, below */
		if (!(at.place->flags & BKO__PL_UNTRACKED))
			status = bring_back(engine, r, pos, units);
	}
	if (!status && r->request.disposition == BKO_RETURN_ANNOUNCED && r->to)
		status = bring_back(engine, r, r->to, r->request.quantity);
	return status;
}

static int32_t take_returned(struct bko_engine *engine, void *arguments)
{
	struct returning *r = arguments;
	int32_t status = BKO_OK;

	if (r->request.line >= r->call.order.rec.line_count)
		return bko__fail(engine, BKO_E_NOT_FOUND, "request.line");
	r->to = NULL;
	if (r->request.to_named) {
		r->to = bko__pos_want(engine, &r->call.order.lines[r->request.line].rec.item,
		                      &r->request.to, BKO__POS_SERVES);
		status = r->to ? bko__positions_load(engine, r->call.op.now_ms) : engine->tx.status;
	}
	if (!status)
		status = return_line(engine, r);
	if (status)
		return status;
	r->call.done.quantity = r->request.quantity;
	return BKO_OK;
}

static int32_t run_return(struct bko_engine *engine, void *arguments)
{
	return bko__order_op_run(engine, arguments, take_returned);
}

static int32_t check_return(struct bko_engine *engine, struct returning *r)
{
	const struct bko_return *q = &r->request;

	if (q->disposition > BKO_RETURN_ANNOUNCED)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.disposition");
	if (q->to_named > 1 || (q->to_named && bko__check_id(engine, &q->to, 1, "request.to")))
		return bko__fail(engine, BKO_E_ARGUMENT, "request.to");
	if (q->quantity < 1)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.quantity");
	if (q->quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "request.quantity");
	if (!bko__time_ok(q->expected_ms))
		return bko__fail(engine, BKO_E_RANGE, "request.expected_ms");
	if (q->disposition == BKO_RETURN_BUCKET &&
	    (bko__check_id(engine, &q->bucket, 0, "request.bucket") ||
	     q->bucket.size > BKO_REASON_TEXT_MAX))
		return bko__fail(engine, BKO_E_ARGUMENT, "request.bucket");
	return BKO_OK;
}

static void hash_return(struct returning *r)
{
	const struct bko_return *q = &r->request;
	struct bko__hash *hash = &r->call.hash;

	bko__hash_begin(hash, BKO__VERB_RETURN);
	bko__hash_uint(hash, q->disposition);
	bko__hash_uint(hash, q->line);
	bko__hash_uint(hash, (uint64_t)q->quantity);
	bko__hash_uint(hash, q->to_named);
	if (q->to_named)
		bko__hash_bytes(hash, q->to.data, q->to.size);
	if (q->disposition == BKO_RETURN_BUCKET)
		bko__hash_bytes(hash, q->bucket.data, q->bucket.size);
	if (q->disposition == BKO_RETURN_ANNOUNCED)
		bko__hash_uint(hash, (uint64_t)q->expected_ms);
}

int32_t bko_order_return(bko_engine *engine, const struct bko_op *op,
                         const struct bko_return *request, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_RETURN, op);
	struct returning *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct returning);
	r->call.verb = BKO__VERB_RETURN;
	r->call.flags = BKO__POS_SERVES;
	status = bko__struct_in(engine, &r->request, sizeof r->request, request,
	                        request ? request->struct_size : 0, "request");
	if (!status)
		status = bko__order_op_check(engine, &r->call, op, &r->request.order, outcome);
	if (!status)
		status = check_return(engine, r);
	if (status)
		return status;
	hash_return(r);
	return bko__order_op_drive(engine, run_return, &r->call);
}
