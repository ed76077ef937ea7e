/*
 * shortage.h - a shelf with fewer units than lines were given. The step that finds
 * out records the fact (head.missing); a chain then takes the units from lines:
 * live holds by worst rank, unpicked units by worst rank, picked ones. Until it is
 * through the position ships and serves nothing.
 */
#ifndef BKO_ENGINE_SHORTAGE_H
#define BKO_ENGINE_SHORTAGE_H

#include "engine/position.h"

/* Takes units off the shelf: open, kept, buffer, then those that lines were given.
 * There must be so many; on hand is the caller's. Returns how many are missing now
 * that were not before. */
int64_t bko__shortage_take(struct bko_engine *engine, struct bko__pos *pos, int64_t units,
                           const struct bko_span *cause);

/* Lines lose so many allocated units more: told, and left to the chain. */
void bko__shortage_add(struct bko_engine *engine, struct bko__pos *pos, int64_t units,
                       const struct bko_span *cause);

/* Open units fill what is missing before they do anything else. */
void bko__shortage_absorb(struct bko_engine *engine, struct bko__pos *pos);

/* One pass of the chain of a position: looks at all that has units there, takes from
 * the worst. Returns BKO_OK after a pass, whether more is missing or not. */
int32_t bko__shortage_step(struct bko_engine *engine, const struct bko_span *item,
                           const struct bko_span *location, int64_t now);

#endif
