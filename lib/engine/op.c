/*
 * op.c - see op.h. Placing records itself in the order's own row; every other
 * operation has a row below its subject.
 */
#include "engine/op.h"

#include "base/hash.h"
#include "base/number.h"
#include "engine/order.h"

void bko__op_want(struct bko_engine *engine, struct bko__key *subject, const struct bko_op *op,
                  uint32_t verb, const struct bko__hash *request)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__hash hash = *request;

	bko__key_byte(subject, 'o');
	bko__key_id(subject, op->id.data, op->id.size);
	tx->op_row = bko__want(engine, subject, BKO__WANT_FRESH);
	tx->op_verb = verb;
	tx->op_time = op->now_ms;
	tx->op_is_order = 0;
	bko__hash_end(&hash, tx->op_hash);
}

void bko__outcome_out(struct bko_engine *engine, const struct bko__opcome *r, uint32_t flags,
                      struct bko_outcome *outcome)
{
	struct bko_outcome out;

	if (!outcome)
		return;
	memset(&out, 0, sizeof out);
	out.flags = r->outcome_flags | flags | bko__provisional(engine);
	out.status = r->status;
	out.reason = r->reason;
	out.asked = r->asked;
	out.allocated = r->allocated;
	out.scheduled = r->scheduled;
	out.backordered = r->backordered;
	out.refused = r->refused;
	out.quantity = r->quantity;
	out.served = r->served;
	out.missing = r->missing;
	out.revision = r->revision;
	out.first_event = r->first_event;
	out.event_count = r->event_count;
	out.lane = r->lane;
	out.line_count = outcome->line_count;
	out.lines = outcome->lines;
	out.line_capacity = outcome->line_capacity;
	out.stride = outcome->stride;
	bko__struct_out(outcome, outcome->struct_size, &out, sizeof out);
}

void bko__outcome_none(struct bko_outcome *outcome)
{
	struct bko_outcome none;

	if (!outcome)
		return;
	memset(&none, 0, sizeof none);
	none.lines = outcome->lines;
	none.line_capacity = outcome->line_capacity;
	none.stride = outcome->stride;
	bko__struct_out(outcome, outcome->struct_size, &none, sizeof none);
}

int32_t bko__op_read(struct bko_engine *engine, const struct bko__row *row,
                     struct bko__reader *reader, struct bko__opcome *record)
{
	reader->data = row->value;
	reader->size = row->value_size;
	reader->at = 0;
	reader->bad = 0;
	memset(record, 0, sizeof *record);
	bko__opcome_read(reader, record);
	return reader->bad ? bko__fail(engine, BKO_E_CORRUPT, "an outcome") : BKO_OK;
}

int32_t bko__op_check(struct bko_engine *engine, struct bko_outcome *outcome)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__opcome *record = &engine->room.outcome;
	struct bko__reader reader;
	int32_t status;

	if (outcome)
		outcome->line_count = 0;
	if (!tx->op_row->present)
		return BKO_OK;
	status = bko__op_read(engine, tx->op_row, &reader, record);
	if (status)
		return status;
	tx->stands = 1;
	if (record->state == BKO__OP_VOID)
		return bko__fail(engine, BKO_E_VOID, "op.id");
	if (record->verb != tx->op_verb || memcmp(record->hash, tx->op_hash, sizeof record->hash))
		return bko__fail(engine, BKO_E_MISMATCH, "op.id");
	if (record->state == BKO__OP_ERROR)
		return bko__fail(engine, (int32_t)record->error, "recorded before");
	bko__outcome_out(engine, record, BKO_OUTCOME_REPLAYED, outcome);
	return BKO__REPLAYED;
}

/* Key of the n-th row of further units: that of the outcome, with 'u' for its 'o'. Only
 * operations on orders have them. */
static void units_key(const struct bko__row *row, uint32_t n, struct bko__key *key)
{
	memcpy(key->bytes, row->key, row->key_size);
	key->size = row->key_size;
	key->bytes[2 + row->key[1]] = 'u'; /* behind the order's id */
	bko__key_number(key, n, 2);
}

void bko__op_rewrite(struct bko_engine *engine, struct bko__row *row,
                     const struct bko__opcome *record, const struct bko__unit *units)
{
	struct bko__writer w = bko__scratch(engine, BKO_VALUE_MAX);
	uint32_t i;

	bko__opcome_write(&w, record);
	for (i = 0; record->units <= BKO__INLINE_UNITS && i < record->units; i++)
		bko__unit_write(&w, &units[i]);
	bko__put_scratch(engine, row, &w);
}

static void put_units(struct bko_engine *engine, const struct bko__unit *units, uint32_t count)
{
	uint32_t n = 0, i, in_row;
	struct bko__writer w;
	struct bko__key *key = &engine->room.key;

	if (count <= BKO__INLINE_UNITS)
		return;
	for (i = 0; i < count; n++) {
		w = bko__scratch(engine, BKO_VALUE_MAX);
		for (in_row = 0; in_row < BKO__ROW_UNITS && i < count; in_row++, i++)
			bko__unit_write(&w, &units[i]);
		units_key(engine->tx.op_row, n, key);
		bko__put_scratch(engine, bko__blind_row(engine, key), &w);
	}
}

int32_t bko__op_units(struct bko_engine *engine, const struct bko__row *row,
                      struct bko__reader *reader, uint32_t count, struct bko__unit **units)
{
	uint32_t rows = (count + BKO__ROW_UNITS - 1) / BKO__ROW_UNITS, n, i = 0;
	struct bko__unit *u = bko__take(engine, ((size_t)count + 1) * sizeof *u);
	struct bko__key *key = &engine->room.key;
	int32_t status = BKO_OK;

	*units = u;
	if (!u)
		return engine->tx.status;
	for (; count <= BKO__INLINE_UNITS && i < count; i++)
		bko__unit_read(reader, &u[i]);
	for (n = 0; count > BKO__INLINE_UNITS && n < rows; n++) {
		units_key(row, n, key);
		bko__want(engine, key, BKO__WANT_FREE);
	}
	status = bko__fetch(engine);
	for (n = 0; !status && count > BKO__INLINE_UNITS && n < rows; n++) {
		struct bko__row *more;

		units_key(row, n, key);
		more = bko__want(engine, key, BKO__WANT_FREE);
		reader->data = more->value;
		reader->size = more->value_size;
		reader->at = 0;
		for (; i < count && reader->at < reader->size; i++)
			bko__unit_read(reader, &u[i]);
	}
	if (!status && (reader->bad || i != count))
		status = bko__fail(engine, BKO_E_CORRUPT, "an outcome");
	return status;
}

void bko__op_done(struct bko_engine *engine, struct bko__opcome *record,
                  const struct bko__unit *units, uint32_t unit_count, struct bko_outcome *outcome)
{
	struct bko__tx *tx = &engine->tx;

	record->verb = tx->op_verb;
	record->time = tx->op_time;
	record->units = unit_count;
	if (!record->state)
		record->state = BKO__OP_DONE;
	memcpy(record->hash, tx->op_hash, sizeof record->hash);
	bko__header_put(engine);
	bko__op_rewrite(engine, tx->op_row, record, units);
	put_units(engine, units, unit_count);
	bko__outcome_out(engine, record, 0, outcome);
}

int32_t bko__op_refused(struct bko_engine *engine, struct bko__opcome *done,
                        struct bko_outcome *outcome)
{
	bko__undo(engine);
	if (engine->retried || engine->tx.uncertain) {
		done->state = BKO__OP_REFUSED;
		bko__op_done(engine, done, NULL, 0, outcome);
		return engine->tx.status;
	}
	engine->tx.confirm = 1;
	bko__outcome_out(engine, done, 0, outcome);
	return BKO_OK;
}

void bko__op_record_error(struct bko_engine *engine, int32_t error)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__opcome *record = &engine->room.outcome;

	bko__undo(engine);
	tx->status = BKO_OK;
	if (tx->op_is_order) {
		bko__order_record(engine, BKO__O_ERROR, error);
		return;
	}
	memset(record, 0, sizeof *record);
	record->state = BKO__OP_ERROR;
	record->error = error;
	bko__op_done(engine, record, NULL, 0, NULL);
}
