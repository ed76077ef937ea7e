/*
 * buckets.h - named units of a position that are there but not for sale: damaged,
 * in quality control, on display. All in one row, none with nothing in it.
 */
#ifndef BKO_ENGINE_BUCKETS_H
#define BKO_ENGINE_BUCKETS_H

#include "engine/position.h"

/* Wants the row, so that it comes with what else is read. */
struct bko__row *bko__buckets_want(struct bko_engine *engine, const struct bko__pos *pos);

/* Fetches; *units: what is in the bucket, 0 if there is none of that name. */
int32_t bko__bucket_units(struct bko_engine *engine, const struct bko__pos *pos,
                          const struct bko_span *name, int64_t *units);

/* Adds units (or takes, negative): the bucket, the head's unavailable, the ledger.
 * On hand is the caller's. BKO_E_INSUFFICIENT: it would be negative. */
int32_t bko__bucket_add(struct bko_engine *engine, struct bko__pos *pos,
                        const struct bko_span *name, int64_t units, const struct bko_span *cause);

#endif
