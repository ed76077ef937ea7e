/*
 * limit.h - limits across positions: of an item, a customer, a channel. A limit
 * settles itself: units of holds are kept by expiry in its own row.
 */
#ifndef BKO_ENGINE_LIMIT_H
#define BKO_ENGINE_LIMIT_H

#include "engine/engine.h"

void bko__limit_key(uint32_t of, const struct bko_span *id, struct bko__key *key);

/* Wants the limit's row if the store has limits of that kind (after base_load). */
struct bko__row *bko__limit_want(struct bko_engine *engine, uint32_t of, const struct bko_span *id);

/* Whether there are limits across positions at all. */
static inline int bko__limits_any(const struct bko_engine *engine)
{
	const uint32_t *limits = engine->tx.defaults->limits;

	return (limits[BKO_LIMIT_ITEM] | limits[BKO_LIMIT_CUSTOMER] | limits[BKO_LIMIT_CHANNEL]) !=
	       0;
}

/* The limit of a row that is there, as of `now`: holds that ran out count no more. */
int32_t bko__limit_load(struct bko_engine *engine, struct bko__row *row, int64_t now,
                        struct bko__limit **limit);

/* Units it still admits at `now`; -1: there is no such limit. */
int32_t bko__limit_room(struct bko_engine *engine, struct bko__row *row, int64_t now,
                        int64_t *room);

/* Counts units in (or out, negative), of a hold that expires at `until`, or 0, in the limit
 * of a row that was loaded. */
int32_t bko__limit_count(struct bko_engine *engine, struct bko__row *row, struct bko__limit *limit,
                         int64_t units, int64_t until);

#endif
