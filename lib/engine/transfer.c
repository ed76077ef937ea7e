/*
 * transfer.c - open units leave one position and are a supply of another, in one
 * step.
 */
#include "base/number.h"
#include "engine/place.h"
#include "engine/stock.h"
#include "rules/position.h"

struct transferring {
	struct bko_op op;
	struct bko_transfer transfer;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	struct bko__opcome done; /* of the run */
};

static void transfer_hash(const struct bko_transfer *transfer, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_TRANSFER);
	bko__hash_bytes(hash, transfer->to.data, transfer->to.size);
	bko__hash_uint(hash, (uint64_t)transfer->quantity);
	bko__hash_uint(hash, (uint64_t)transfer->expected_ms);
}

/* Units that a chain of serving has still to give are not for the taking. */
static int32_t transfer_out(struct bko_engine *engine, const struct transferring *t,
                            struct bko__pos *from)
{
	struct bko__head *head = &from->head;
	int64_t quantity = t->transfer.quantity;

	if (head->open - bko__ready_units(head) < quantity)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "transfer.quantity");
	head->open -= quantity;
	head->on_hand -= quantity;
	head->transferred_out += quantity;
	head->revision++;
	from->dirty = 1;
	bko__pos_tell(engine, from, BKO_EVENT_TRANSFERRED, -quantity, 0, &t->op.id);
	return BKO_OK;
}

static int32_t transfer_in(struct bko_engine *engine, const struct transferring *t,
                           struct bko__pos *to, struct bko__row *row)
{
	const struct bko_span *id = &t->op.id;
	struct bko__supply supply;

	if (row->present)
		return bko__fail(engine, BKO_E_EXISTS, "op.id (a supply's)");
	memset(&supply, 0, sizeof supply);
	supply.expected = supply.sent = t->transfer.quantity;
	supply.due = t->transfer.expected_ms;
	supply.state = BKO_SUPPLY_CONFIRMED;
	supply.origin = BKO_ORIGIN_TRANSFER;
	supply.source = t->transfer.from;
	to->head.incoming += supply.expected;
	bko__supply_tell(engine, to, id, BKO_EVENT_SUPPLY_SET, supply.expected, supply.due, id);
	return bko__supply_store(engine, to, row, &supply);
}

static int32_t transfer_run(struct bko_engine *engine, void *arguments)
{
	struct transferring *t = arguments;
	struct bko__pos *from, *to;
	struct bko__opcome *done = &t->done;
	struct bko__row *row;
	int32_t status;

	status = bko__stock_want(engine, &t->op, BKO__VERB_TRANSFER, &t->hash, &t->transfer.item,
	                         &t->transfer.from, 0, &from);
	if (status)
		return status;
	to = bko__pos_want(engine, &t->transfer.item, &t->transfer.to, BKO__POS_CREATES);
	if (!to)
		return engine->tx.status;
	row = bko__supply_row(engine, to, &t->op.id);
	status = bko__stock_load(engine, from, t->op.now_ms, t->outcome);
	if (status)
		return status;
	if (!from->exists)
		return bko__fail(engine, BKO_E_NOT_FOUND, "transfer.from");
	status = transfer_out(engine, t, from);
	if (!status)
		status = transfer_in(engine, t, to, row);
	if (status)
		return status;
	memset(done, 0, sizeof *done);
	done->quantity = t->transfer.quantity;
	return bko__stock_done(engine, from, done, t->outcome);
}

static int32_t transfer_check(struct bko_engine *engine, const struct bko_transfer *transfer)
{
	int32_t status = bko__check_position(engine, &transfer->item, &transfer->from);

	if (!status)
		status = bko__check_id(engine, &transfer->to, 1, "transfer.to");
	if (status)
		return status;
	if (!bko__key_compare(transfer->from.data, transfer->from.size, transfer->to.data,
	                      transfer->to.size))
		return bko__fail(engine, BKO_E_ARGUMENT, "transfer.to (is from)");
	if (transfer->quantity < 1 || transfer->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "transfer.quantity");
	if (transfer->quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "transfer.quantity");
	if (!bko__time_ok(transfer->expected_ms))
		return bko__fail(engine, BKO_E_RANGE, "transfer.expected_ms");
	return BKO_OK;
}

int32_t bko_stock_transfer(bko_engine *engine, const struct bko_op *op,
                           const struct bko_transfer *transfer, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_TRANSFER, op);
	struct transferring *t;

	if (status)
		return status;
	t = BKO__CALL(engine, struct transferring);
	status = bko__check_op(engine, op, &t->op);
	if (!status)
		status = bko__struct_in(engine, &t->transfer, sizeof t->transfer, transfer,
		                        transfer ? transfer->struct_size : 0, "transfer");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = transfer_check(engine, &t->transfer);
	t->outcome = outcome;
	if (status)
		return status;
	transfer_hash(&t->transfer, &t->hash);
	return bko__drive_request(engine, transfer_run, t, &t->hash, &t->transfer.item,
	                          &t->transfer.from);
}
