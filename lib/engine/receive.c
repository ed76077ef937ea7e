/*
 * receive.c - units come in: receipts and their reversal.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"
#include "engine/op.h"
#include "engine/place.h"
#include "engine/stock.h"
#include "rules/position.h"

struct receiving {
	struct bko_op op;
	struct bko_receipt receipt;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	/* of the run */
	struct bko__opcome done;
	struct bko__supply came;
};

static void hash_receipt(const struct bko_receipt *receipt, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_RECEIVE);
	bko__hash_uint(hash, receipt->last);
	bko__hash_bytes(hash, receipt->supply.data, receipt->supply.size);
	bko__hash_uint(hash, (uint64_t)receipt->quantity);
}

/* The supply comes, in part or whole; the rest stays expected unless it was the
 * last of it. */
static int32_t lower_supply(struct bko_engine *engine, struct bko__pos *pos,
                            const struct bko_receipt *receipt, const struct bko_span *cause,
                            struct bko__supply *came, int64_t *lowered)
{
	struct bko__row *row = bko__supply_row(engine, pos, &receipt->supply);
	int32_t status;

	if (!row->present)
		return bko__fail(engine, BKO_E_NOT_FOUND, "receipt.supply");
	status = bko__supply_read(engine, row, came);
	if (status)
		return status;
	*lowered = bko__min(came->expected, receipt->quantity);
	came->received += receipt->quantity;
	came->expected -= *lowered;
	pos->head.incoming -= *lowered;
	if (receipt->last && came->expected) {
		bko__supply_tell(engine, pos, &receipt->supply, BKO_EVENT_SUPPLY_CLOSED,
		                 -came->expected, came->due, cause);
		pos->head.incoming -= came->expected;
		came->expected = 0;
	}
	return bko__supply_store(engine, pos, row, came);
}

/* Units come to the position, or with a negative quantity go back. `lowered`: by how
 * much their supply expects less. */
static void bring_in(struct bko_engine *engine, struct bko__pos *pos, uint32_t origin,
                     int64_t quantity, const struct bko_span *supply, int64_t lowered,
                     const struct bko_span *cause)
{
	struct bko__head *head = &pos->head;
	struct bko__event *event = &engine->room.event;

	pos->dirty = 1;
	if (!quantity)
		return;
	bko__pos_event(pos, BKO_EVENT_RECEIVED, quantity, event);
	head->on_hand += quantity;
	if (origin == BKO_ORIGIN_TRANSFER) {
		head->transferred_in += quantity;
		event->kind = BKO_EVENT_TRANSFERRED;
	} else if (origin == BKO_ORIGIN_RETURN) {
		head->returned += quantity;
	} else {
		head->received += quantity;
	}
	head->revision++;
	event->order = *supply;
	event->other = lowered;
	event->detail = quantity < 0;
	event->cause = *cause;
	bko__emit(engine, pos->lane, event);
}

static int32_t run_receive(struct bko_engine *engine, void *arguments)
{
	struct receiving *r = arguments;
	const struct bko_span *supply = &r->receipt.supply;
	struct bko__opcome *done = &r->done;
	struct bko__supply *came = &r->came;
	struct bko__pos *pos;
	int64_t lowered = 0;
	int32_t status;

	status = bko__stock_want(engine, &r->op, BKO__VERB_RECEIVE, &r->hash, &r->receipt.item,
	                         &r->receipt.location, BKO__POS_SERVES, &pos);
	if (!status && supply->size)
		bko__supply_row(engine, pos, supply);
	if (!status)
		status = bko__stock_load(engine, pos, r->op.now_ms, r->outcome);
	if (status)
		return status;
	memset(came, 0, sizeof *came);
	if (supply->size)
		status = lower_supply(engine, pos, &r->receipt, &r->op.id, came, &lowered);
	if (status)
		return status;
	pos->head.open += r->receipt.quantity;
	bring_in(engine, pos, came->origin, r->receipt.quantity, supply, lowered, &r->op.id);
	memset(done, 0, sizeof *done);
	done->error = came->origin;
	done->asked = lowered;
	done->quantity = r->receipt.quantity;
	done->subject = *supply;
	return bko__stock_done(engine, pos, done, r->outcome);
}

int32_t bko_stock_receive(bko_engine *engine, const struct bko_op *op,
                          const struct bko_receipt *receipt, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_RECEIVE, op);
	struct receiving *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct receiving);
	status = bko__check_op(engine, op, &r->op);
	if (!status)
		status = bko__struct_in(engine, &r->receipt, sizeof r->receipt, receipt,
		                        receipt ? receipt->struct_size : 0, "receipt");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = bko__check_position(engine, &r->receipt.item, &r->receipt.location);
	if (!status)
		status = bko__check_id(engine, &r->receipt.supply, 1, "receipt.supply");
	if (status)
		return status;
	if (r->receipt.lot.size)
		return bko__fail(engine, BKO_E_UNSUPPORTED, "receipt.lot");
	if (r->receipt.last > 1 || (r->receipt.last && !r->receipt.supply.size))
		return bko__fail(engine, BKO_E_ARGUMENT, "receipt.last");
	if (r->receipt.quantity < (r->receipt.last ? 0 : 1))
		return bko__fail(engine, BKO_E_ARGUMENT, "receipt.quantity");
	if (r->receipt.quantity > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "receipt.quantity");
	r->outcome = outcome;
	hash_receipt(&r->receipt, &r->hash);
	return bko__drive_request(engine, run_receive, r, &r->hash, &r->receipt.item,
	                          &r->receipt.location);
}

/* ---- Reversal ---- */

struct reversing {
	struct bko_op op;
	struct bko_reversal reversal;
	struct bko_outcome *outcome;
	struct bko__hash hash;
	struct bko__opcome receipt, done; /* of the run */
};

static void hash_reversal(const struct bko_reversal *reversal, struct bko__hash *hash)
{
	bko__hash_begin(hash, BKO__VERB_REVERSE);
	bko__hash_bytes(hash, reversal->receipt.data, reversal->receipt.size);
}

/* What its supply expected less by the receipt is expected again. A supply that is not
 * there any more comes back without a date: nobody knows it, so no promise rests on it. */
static int32_t expect_again(struct bko_engine *engine, struct bko__pos *pos,
                            const struct bko__opcome *receipt, const struct bko_span *cause)
{
	struct bko__row *row = bko__supply_row(engine, pos, &receipt->subject);
	struct bko__supply supply;
	int32_t status = bko__fetch(engine);

	if (status || !receipt->asked)
		return status;
	memset(&supply, 0, sizeof supply);
	supply.origin = (uint32_t)receipt->error;
	if (supply.origin != BKO_ORIGIN_PURCHASE) {
		supply.sent = receipt->asked;
		supply.state = BKO_SUPPLY_CONFIRMED;
	}
	if (row->present)
		status = bko__supply_read(engine, row, &supply);
	if (status)
		return status;
	supply.received = bko__max(0, supply.received - receipt->quantity);
	supply.expected += receipt->asked;
	if (!bko__quantity_ok(supply.expected))
		return bko__fail(engine, BKO_E_RANGE, "the receipt's supply");
	pos->head.incoming += receipt->asked;
	bko__supply_tell(engine, pos, &receipt->subject, BKO_EVENT_SUPPLY_SET, receipt->asked,
	                 supply.due, cause);
	return bko__supply_store(engine, pos, row, &supply);
}

static int32_t take_back(struct bko_engine *engine, struct bko__pos *pos,
                         const struct bko__opcome *receipt, const struct bko_span *cause)
{
	struct bko__head *head = &pos->head;
	int64_t quantity = receipt->quantity, buffered;

	/* units that a chain of serving has still to give are not open any more */
	if (head->open - bko__ready_units(head) + head->buffer < quantity)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "the receipt's units");
	buffered = bko__max(0, quantity - (head->open - bko__ready_units(head)));
	head->open -= quantity - buffered;
	head->buffer -= buffered;
	bring_in(engine, pos, (uint32_t)receipt->error, -quantity, &receipt->subject, 0, cause);
	return receipt->subject.size ? expect_again(engine, pos, receipt, cause) : BKO_OK;
}

static int32_t run_reverse(struct bko_engine *engine, void *arguments)
{
	struct reversing *r = arguments;
	struct bko__opcome *receipt = &r->receipt, *done = &r->done;
	struct bko__reader reader;
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	struct bko__pos *pos;
	int32_t status;

	status = bko__stock_want(engine, &r->op, BKO__VERB_REVERSE, &r->hash, &r->reversal.item,
	                         &r->reversal.location, BKO__POS_SERVES, &pos);
	if (status)
		return status;
	bko__pos_subkey(pos, 'o', key);
	bko__key_id(key, r->reversal.receipt.data, r->reversal.receipt.size);
	row = bko__want(engine, key, 0);
	status = bko__stock_load(engine, pos, r->op.now_ms, r->outcome);
	if (status)
		return status;
	if (!row->present)
		return bko__fail(engine, BKO_E_NOT_FOUND, "reversal.receipt");
	status = bko__op_read(engine, row, &reader, receipt);
	if (status)
		return status;
	if (receipt->verb != BKO__VERB_RECEIVE || receipt->state != BKO__OP_DONE)
		return bko__fail(engine, BKO_E_NOT_FOUND, "reversal.receipt");
	if (receipt->undone)
		return bko__fail(engine, BKO_E_STATE, "reversal.receipt (reversed already)");
	status = take_back(engine, pos, receipt, &r->op.id);
	if (status)
		return status;
	receipt->undone = 1;
	bko__op_rewrite(engine, row, receipt, NULL);
	memset(done, 0, sizeof *done);
	done->quantity = receipt->quantity;
	return bko__stock_done(engine, pos, done, r->outcome);
}

int32_t bko_stock_reverse(bko_engine *engine, const struct bko_op *op,
                          const struct bko_reversal *reversal, struct bko_outcome *outcome)
{
	int32_t status = bko__enter(engine, BKO__VERB_REVERSE, op);
	struct reversing *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct reversing);
	status = bko__check_op(engine, op, &r->op);
	if (!status)
		status = bko__struct_in(engine, &r->reversal, sizeof r->reversal, reversal,
		                        reversal ? reversal->struct_size : 0, "reversal");
	if (!status)
		status = bko__check_outcome(engine, outcome);
	if (!status)
		status = bko__check_position(engine, &r->reversal.item, &r->reversal.location);
	if (!status)
		status = bko__check_id(engine, &r->reversal.receipt, 0, "reversal.receipt");
	r->outcome = outcome;
	if (status)
		return status;
	hash_reversal(&r->reversal, &r->hash);
	return bko__drive_request(engine, run_reverse, r, &r->hash, &r->reversal.item,
	                          &r->reversal.location);
}
