/*
 * order_op.h - what the verbs about one order share: their beginning, their end,
 * and walking the units that picks name.
 */
#ifndef BKO_ENGINE_ORDER_OP_H
#define BKO_ENGINE_ORDER_OP_H

#include "engine/place.h"

/* One call of such a verb: the first member of its struct. */
struct bko__order_op {
	struct bko_op op;
	uint32_t verb, flags; /* flags: BKO__POS_ of its positions */
	struct bko_span id;   /* of the order */
	struct bko_outcome *outcome;
	struct bko__hash hash;
	int64_t extend;                /* see bko__ord */
	const struct bko_span *beside; /* likewise */
	uint32_t beside_line;
	/* of the run */
	struct bko__ord order;
	struct bko__opcome done;
	struct bko__unit *units;
	uint32_t unit_count, unit_capacity;
	int64_t until; /* of a live hold, else 0 */
};

/* Checks what all of them take, at the door. */
int32_t bko__order_op_check(struct bko_engine *engine, struct bko__order_op *call,
                            const struct bko_op *op, const struct bko_span *order,
                            struct bko_outcome *outcome);

/* Wants and loads operation record, order and its positions: BKO__REPLAYED, an
 * error, or OK. A hold that ran out is BKO_E_EXPIRED. */
int32_t bko__order_op_begin(struct bko_engine *engine, struct bko__order_op *call);

/* Puts everything and gives the outcome out, with lines as they are now. */
int32_t bko__order_op_end(struct bko_engine *engine, struct bko__order_op *call);

/* Drives a call whose hash is complete. */
int32_t bko__order_op_drive(struct bko_engine *engine, bko__run run, struct bko__order_op *call);

/* All of a run: its beginning, `change` of the call, its end. A change that is
 * BKO__REFUSED has given its outcome out. */
int32_t bko__order_op_run(struct bko_engine *engine, struct bko__order_op *call, bko__run change);

/* Remembers units for the record. */
void bko__order_op_unit(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                        uint32_t place, int64_t quantity);

/* Picks of a caller: checked, hashed, read one by one. */
int32_t bko__picks_check(struct bko_engine *engine, const struct bko_pick *picks, size_t count,
                         uint32_t stride, struct bko__hash *hash);
void bko__pick_get(const struct bko_pick *picks, size_t number, uint32_t stride,
                   struct bko_pick *pick);

/* The lines a pick means: first and one past the last. */
int32_t bko__pick_lines(struct bko_engine *engine, const struct bko__order_op *call,
                        const struct bko_pick *pick, uint32_t *from, uint32_t *to);

/* Whether a pick that names a location means this place. */
int bko__pick_at(const struct bko_pick *pick, const struct bko__at *at);

/* Takes up to `units` open unpicked units off a line where the pick says: its second
 * part first, within a part waiting ones before allocated ones. Freed shelf units
 * become open. *taken: how many there were. Tells the ledger, `by` BKO_BY_. */
int32_t bko__take_off(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                      const struct bko_pick *pick, int64_t units, uint32_t by, int64_t *taken);

/* The same of one place: waiting units before allocated ones. */
int32_t bko__take_place(struct bko_engine *engine, struct bko__order_op *call, uint32_t line,
                        uint32_t place, int64_t units, uint32_t by, int64_t *taken);

/* Puts units of a line that lost them back to waiting, outside the limit; the place
 * gets a part if it had none. The caller says where the units went. */
int32_t bko__at_demote(struct bko_engine *engine, struct bko__ord *order, struct bko__at *at,
                       int64_t units);

/* Checks the units that a verb takes; begins the hash of the request. */
int32_t bko__units_check(struct bko_engine *engine, struct bko__order_op *call,
                         const struct bko_op *op, const struct bko_units *units,
                         struct bko_units *copy, struct bko_outcome *outcome);

/* rerank.c: gives a part's waiting units a new rank, as if placed at `placed`; those of a
 * live hold (until != 0) move between the bands of its agenda row as well. With
 * keep_sequence ties stay as they were placed. */
int32_t bko__part_rerank(struct bko_engine *engine, struct bko__ord *order, struct bko__at *at,
                         int64_t placed, int64_t until, uint32_t keep_sequence);

/* Units the order has for later of an item, within the limits, over all its lines. */
int64_t bko__order_use(struct bko_engine *engine, struct bko__ord *order,
                       const struct bko_span *item);

#endif
