/*
 * resolve.c - an operation whose caller gave up: it happened, or it never will.
 */
#include "base/number.h"
#include "engine/news.h"
#include "engine/order.h"

struct resolving {
	struct bko_op op;
	struct bko_operation operation;
	uint32_t placing; /* the order's own placing is meant */
	uint32_t *happened;
	union { /* of the run: what stands recorded, or is to */
		struct bko__order order;
		struct bko__opcome outcome;
	} record;
};

static void tell_void(struct bko_engine *engine, struct resolving *r, uint32_t lane)
{
	struct bko__event *event = &engine->room.event;

	memset(event, 0, sizeof *event);
	event->kind = BKO_EVENT_VOID_OPERATION;
	event->time = r->op.now_ms;
	event->order = r->operation.order;
	event->item = r->operation.item;
	event->location = r->operation.location;
	event->cause = r->op.id;
	bko__emit(engine, lane, event);
}

/* Whether what stands recorded is an outcome; -1: nothing stands there. */
static int32_t recorded(struct bko_engine *engine, struct resolving *r, int *outcome)
{
	struct bko__row *row = engine->tx.op_row;
	struct bko__opcome *record = &r->record.outcome;
	struct bko__reader reader;
	int32_t status;

	*outcome = -1;
	if (!row->present)
		return BKO_OK;
	if (r->placing) {
		struct bko__order *order = &r->record.order;

		reader.data = row->value;
		reader.size = row->value_size;
		reader.at = reader.bad = 0;
		bko__order_read(&reader, order);
		if (reader.bad)
			return bko__fail(engine, BKO_E_CORRUPT, "an order");
		*outcome = order->state != BKO__O_VOID && order->state != BKO__O_ERROR;
		return BKO_OK;
	}
	status = bko__op_read(engine, row, &reader, record);
	*outcome = record->state == BKO__OP_DONE || record->state == BKO__OP_REFUSED;
	return status;
}

static int32_t run_resolve(struct bko_engine *engine, void *arguments)
{
	struct resolving *r = arguments;
	int by_order = r->operation.subject == BKO_SUBJECT_ORDER;
	uint64_t first, count;
	struct bko__hash none;
	struct bko__key *key = &engine->room.key;
	uint32_t lane;
	int outcome;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	bko__hash_begin(&none, 0);
	if (by_order)
		bko__order_key(&r->operation.order, key);
	else
		bko__pos_key(&r->operation.item, &r->operation.location, key);
	bko__op_want(engine, key, &r->op, 0, &none);
	if (r->placing) {
		engine->tx.op_row->guard = 0;
		bko__order_key(&r->operation.order, key);
		engine->tx.op_row = bko__want(engine, key, 0);
	}
	lane = bko__lane_of(engine, by_order ? &r->operation.order : &r->operation.item);
	bko__lane_want(engine, lane);
	status = bko__fetch(engine);
	if (!status)
		status = recorded(engine, r, &outcome);
	if (status)
		return status;
	*r->happened = outcome > 0;
	if (outcome >= 0)
		return BKO_OK;
	tell_void(engine, r, lane);
	status = bko__finish(engine, lane, &first, &count);
	if (status)
		return status;
	if (r->placing) {
		bko__order_record(engine, BKO__O_VOID, 0);
	} else {
		struct bko__opcome *record = &r->record.outcome;

		memset(record, 0, sizeof *record);
		record->state = BKO__OP_VOID;
		bko__op_done(engine, record, NULL, 0, NULL);
	}
	return engine->tx.status;
}

int32_t bko_operation_resolve(bko_engine *engine, const struct bko_op *op,
                              const struct bko_operation *operation, uint32_t *happened)
{
	int32_t status = bko__enter(engine, BKO__VERB_RESOLVE, op);
	struct resolving *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct resolving);
	if (!happened)
		return bko__fail(engine, BKO_E_MISUSE, "happened");
	status = bko__check_op(engine, op, &r->op);
	if (!status)
		status = bko__struct_in(engine, &r->operation, sizeof r->operation, operation,
		                        operation ? operation->struct_size : 0, "operation");
	if (status)
		return status;
	r->happened = happened;
	r->placing = 0;
	if (r->operation.subject == BKO_SUBJECT_ORDER) {
		status = bko__check_id(engine, &r->operation.order, 0, "operation.order");
		r->placing = !status &&
		             !bko__key_compare(r->op.id.data, r->op.id.size,
		                               r->operation.order.data, r->operation.order.size);
		r->operation.item.size = r->operation.location.size = 0;
	} else if (r->operation.subject == BKO_SUBJECT_POSITION) {
		status = bko__check_id(engine, &r->operation.item, 0, "operation.item");
		if (!status)
			status = bko__check_id(engine, &r->operation.location, 1,
			                       "operation.location");
		r->operation.order.size = 0;
	} else {
		status = bko__fail(engine, BKO_E_ARGUMENT, "operation.subject");
	}
	return status ? status : bko__drive(engine, run_resolve, r);
}
