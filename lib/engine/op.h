/*
 * op.h - operations with an id: recognising a repetition, recording an outcome.
 */
#ifndef BKO_ENGINE_OP_H
#define BKO_ENGINE_OP_H

#include "base/hash.h"
#include "engine/engine.h"

/* A run that found its outcome recorded. */
enum { BKO__REPLAYED = 1, BKO__REFUSED = 3 /* within a run: refused, outcome given */ };

enum { BKO__INLINE_UNITS = 32, BKO__ROW_UNITS = 48 /* units of a further row */ };

/* Verbs, as recorded: numbers are part of the format. */
enum bko__verb {
	BKO__VERB_PLACE = 1,
	BKO__VERB_CONFIRM = 2,
	BKO__VERB_AMEND = 3,
	BKO__VERB_SPLIT = 4,
	BKO__VERB_CANCEL = 5,
	BKO__VERB_SHIP = 6,
	BKO__VERB_VOID = 7,
	BKO__VERB_RETURN = 8,
	BKO__VERB_MARK = 9,
	BKO__VERB_RECEIVE = 10,
	BKO__VERB_REVERSE = 11,
	BKO__VERB_ADJUST = 12,
	BKO__VERB_FORCE = 13,
	BKO__VERB_TRANSFER = 14,
	BKO__VERB_SUPPLY = 15,
	/* not recorded */
	BKO__VERB_RESOLVE = 32,
	BKO__VERB_POLICY,
	BKO__VERB_LIMIT,
	BKO__VERB_LIMIT_READ,
	BKO__VERB_CALENDAR,
	BKO__VERB_DEMAND,
	BKO__VERB_DEMAND_READ,
	BKO__VERB_QUOTE,
	BKO__VERB_AVAILABILITY,
	BKO__VERB_TICK,
	BKO__VERB_PRUNE,
	BKO__VERB_SYNC,
	BKO__VERB_BATCH_BEGIN,
	BKO__VERB_BATCH_END,
	BKO__VERB_ORDER_OPEN,
	BKO__VERB_ORDER_LIST,
	BKO__VERB_ITEM_OPEN,
	BKO__VERB_ITEM_LIST,
	BKO__VERB_BUCKET_LIST,
	BKO__VERB_SUPPLY_LIST,
	BKO__VERB_QUEUE,
	BKO__VERB_EXPLAIN,
	BKO__VERB_RERANK,
	BKO__VERB_CONSUMER,
	BKO__VERB_EVENT_READ,
	BKO__VERB_LANE,
	BKO__VERB_ACKNOWLEDGE,
	BKO__VERB_TRIM,
	BKO__VERB_VERIFY
};

/* Wants the record of operation `id` below a subject's key (without the byte that
 * says so), which becomes the record's. */
void bko__op_want(struct bko_engine *engine, struct bko__key *subject, const struct bko_op *op,
                  uint32_t verb, const struct bko__hash *request);

/* After the fetch: OK to go on, BKO__REPLAYED with *outcome filled, or the error
 * that stands recorded. */
int32_t bko__op_check(struct bko_engine *engine, struct bko_outcome *outcome);

int32_t bko__op_read(struct bko_engine *engine, const struct bko__row *row,
                     struct bko__reader *reader, struct bko__opcome *record);

/* Reads the units an outcome recorded: BKO__INLINE_UNITS at most follow it in its
 * row, more stand in rows of their own. `reader` is as bko__op_read left it. */
int32_t bko__op_units(struct bko_engine *engine, const struct bko__row *row,
                      struct bko__reader *reader, uint32_t count, struct bko__unit **units);

/* Puts a changed outcome back, with what followed it. */
void bko__op_rewrite(struct bko_engine *engine, struct bko__row *row,
                     const struct bko__opcome *record, const struct bko__unit *units);

/* Records an outcome (and the units it moved), filling in what is said of the operation
 * itself, and gives it out. */
void bko__op_done(struct bko_engine *engine, struct bko__opcome *record,
                  const struct bko__unit *units, uint32_t unit_count, struct bko_outcome *outcome);

/* Gives a refusal out. It changes nothing, unless an earlier attempt may still land:
 * then it is recorded, and stands. */
int32_t bko__op_refused(struct bko_engine *engine, struct bko__opcome *done,
                        struct bko_outcome *outcome);

/* Records that the operation failed, so that no late attempt can land. */
void bko__op_record_error(struct bko_engine *engine, int32_t status);

/* Fills the caller's outcome, all but `lines`. */
void bko__outcome_out(struct bko_engine *engine, const struct bko__opcome *record, uint32_t flags,
                      struct bko_outcome *outcome);

/* After an error: what an attempt gave out did not happen. NULL: nothing was. */
void bko__outcome_none(struct bko_outcome *outcome);

#endif
