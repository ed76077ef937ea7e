/*
 * supply.c - supplies of a position: planned, dated anew, closed.
 */
#include "base/number.h"
#include "engine/place.h"
#include "engine/stock.h"

struct supplying {
	struct bko_op op;
	struct bko_supply supply;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	struct bko__opcome done; /* of the run */
};

static void supply_hash(const struct bko_supply *supply, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_SUPPLY);
	bko__hash_uint(hash, supply->action);
	bko__hash_bytes(hash, supply->supply.data, supply->supply.size);
	if (supply->action == BKO_SUPPLY_CLOSE)
		return;
	bko__hash_uint(hash, supply->state);
	bko__hash_uint(hash, (uint64_t)supply->quantity);
	bko__hash_uint(hash, (uint64_t)supply->due_ms);
	bko__hash_uint(hash, (uint64_t)supply->grace_ms);
}

/* What is expected, and when, as the caller says now. A new date makes an overdue
 * supply count again. */
static int32_t supply_plan(struct bko_engine *engine, const struct supplying *s,
                           struct bko__pos *pos, struct bko__row *row)
{
	const struct bko_supply *plan = &s->supply;
	const struct bko_span *id = &plan->supply, *cause = &s->op.id;
	int32_t status = BKO_OK;
	int later, confirmed, moved;
	struct bko__supply record;
	int64_t more;

	memset(&record, 0, sizeof record);
	if (row->present)
		status = bko__supply_read(engine, row, &record);
	if (status)
		return status;
	more = plan->quantity - record.expected;
	if (record.origin != BKO_ORIGIN_PURCHASE && more)
		return bko__fail(engine, BKO_E_STATE, "supply.quantity (of a transfer or return)");
	moved = plan->due_ms != record.due || plan->grace_ms != record.grace;
	later = record.due && (!plan->due_ms || plan->due_ms > record.due);
	confirmed = plan->state == BKO_SUPPLY_CONFIRMED && record.state != BKO_SUPPLY_CONFIRMED;
	if (more || moved || (plan->state != record.state && !confirmed))
		bko__supply_tell(engine, pos, id, BKO_EVENT_SUPPLY_SET, more, plan->due_ms, cause);
	if (confirmed)
		bko__supply_tell(engine, pos, id, BKO_EVENT_SUPPLY_CONFIRMED, plan->quantity,
		                 plan->due_ms, cause);
	if (later)
		bko__supply_tell(engine, pos, id, BKO_EVENT_SUPPLY_LATE, plan->quantity,
		                 plan->due_ms, cause);
	record.expected = plan->quantity;
	record.due = plan->due_ms;
	record.grace = plan->grace_ms;
	record.state = plan->state;
	if (moved)
		record.overdue = 0;
	pos->head.incoming += more;
	return bko__supply_store(engine, pos, row, &record);
}

/* Nothing more comes; units of a transfer that did not arrive are written off. */
static int32_t supply_close(struct bko_engine *engine, const struct supplying *s,
                            struct bko__pos *pos, struct bko__row *row)
{
	struct bko__supply record;
	int32_t status;

	if (!row->present)
		return bko__fail(engine, BKO_E_NOT_FOUND, "supply.supply");
	status = bko__supply_read(engine, row, &record);
	if (status)
		return status;
	bko__supply_tell(engine, pos, &s->supply.supply, BKO_EVENT_SUPPLY_CLOSED, -record.expected,
	                 record.due, &s->op.id);
	pos->head.incoming -= record.expected;
	record.expected = 0;
	return bko__supply_store(engine, pos, row, &record);
}

static int32_t supply_run(struct bko_engine *engine, void *arguments)
{
	struct supplying *s = arguments;
	struct bko__opcome *done = &s->done;
	struct bko__pos *pos;
	struct bko__row *row;
	int32_t status;

	status = bko__stock_want(engine, &s->op, BKO__VERB_SUPPLY, &s->hash, &s->supply.item,
	                         &s->supply.location, BKO__POS_CREATES, &pos);
	if (status)
		return status;
	row = bko__supply_row(engine, pos, &s->supply.supply);
	status = bko__stock_load(engine, pos, s->op.now_ms, s->outcome);
	if (!status)
		status = s->supply.action == BKO_SUPPLY_CLOSE ? supply_close(engine, s, pos, row)
		                                              : supply_plan(engine, s, pos, row);
	if (status)
		return status;
	memset(done, 0, sizeof *done);
	return bko__stock_done(engine, pos, done, s->outcome);
}

static int32_t supply_check(struct bko_engine *engine, const struct bko_supply *supply)
{
	int32_t status = bko__check_position(engine, &supply->item, &supply->location);

	if (!status)
		status = bko__check_id(engine, &supply->supply, 0, "supply.supply");
	if (status)
		return status;
	if (supply->action != BKO_SUPPLY_PLAN && supply->action != BKO_SUPPLY_CLOSE)
		return bko__fail(engine, BKO_E_ARGUMENT, "supply.action");
	if (supply->supplier.size)
		return bko__fail(engine, BKO_E_UNSUPPORTED, "supply.supplier");
	if (supply->state > BKO_SUPPLY_CONFIRMED || supply->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "supply.state");
	if (supply->action == BKO_SUPPLY_CLOSE)
		return BKO_OK;
	if (supply->quantity < 1)
		return bko__fail(engine, BKO_E_ARGUMENT, "supply.quantity");
	if (supply->quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "supply.quantity");
	if (!bko__time_ok(supply->due_ms))
		return bko__fail(engine, BKO_E_RANGE, "supply.due_ms");
	if (!bko__time_ok(supply->grace_ms))
		return bko__fail(engine, BKO_E_RANGE, "supply.grace_ms");
	return BKO_OK;
}

int32_t bko_supply_set(bko_engine *engine, const struct bko_op *op, const struct bko_supply *supply,
                       struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_SUPPLY, op);
	struct supplying *s;

	if (status)
		return status;
	s = BKO__CALL(engine, struct supplying);
	status = bko__check_op(engine, op, &s->op);
	if (!status)
		status = bko__struct_in(engine, &s->supply, sizeof s->supply, supply,
		                        supply ? supply->struct_size : 0, "supply");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = supply_check(engine, &s->supply);
	s->outcome = outcome;
	if (status)
		return status;
	supply_hash(&s->supply, &s->hash);
	return bko__drive_request(engine, supply_run, s, &s->hash, &s->supply.item,
	                          &s->supply.location);
}
