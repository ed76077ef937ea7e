/*
 * stock.h - what the verbs about one position share: their beginning, their end,
 * and the supplies below it.
 */
#ifndef BKO_ENGINE_STOCK_H
#define BKO_ENGINE_STOCK_H

#include "engine/op.h"
#include "engine/part.h"

int32_t bko__check_position(struct bko_engine *engine, const struct bko_span *item,
                            const struct bko_span *location);

/* Wants the fixed rows, the position, the operation's record, the lane. */
int32_t bko__stock_want(struct bko_engine *engine, const struct bko_op *op, uint32_t verb,
                        const struct bko__hash *request, const struct bko_span *item,
                        const struct bko_span *location, uint32_t flags, struct bko__pos **pos);

/* Loads: BKO__REPLAYED, an error, or OK with a position whose item is known. */
int32_t bko__stock_load(struct bko_engine *engine, struct bko__pos *pos, int64_t now,
                        struct bko_outcome *outcome);

/* Puts everything, records the outcome, gives it out. */
int32_t bko__stock_done(struct bko_engine *engine, struct bko__pos *pos, struct bko__opcome *done,
                        struct bko_outcome *outcome);

/* The row of a supply of the position. */
struct bko__row *bko__supply_row(struct bko_engine *engine, const struct bko__pos *pos,
                                 const struct bko_span *supply);

/* Reads a supply that is there, as this call left it. */
int32_t bko__supply_read(struct bko_engine *engine, const struct bko__row *row,
                         struct bko__supply *supply);

/* Puts a supply, or removes it where nothing is expected any more; follows the
 * count of supplies and the position's agenda. head->incoming is the caller's. */
int32_t bko__supply_store(struct bko_engine *engine, struct bko__pos *pos, struct bko__row *row,
                          struct bko__supply *supply);

/* An event about a supply, whose id stands as the event's order. */
void bko__supply_tell(struct bko_engine *engine, const struct bko__pos *pos,
                      const struct bko_span *supply, uint32_t kind, int64_t amount, int64_t at,
                      const struct bko_span *cause);

#endif
