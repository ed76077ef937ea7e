/*
 * part.h - parts of lines that wait or have waited: rows under their position, in
 * rank order, of kind w (eligible), z (passed over) or a (all allocated).
 */
#ifndef BKO_ENGINE_PART_H
#define BKO_ENGINE_PART_H

#include "engine/position.h"

struct bko__pt {
	struct bko__part rec;
	struct bko__rank rank;
	struct bko__row *row; /* NULL: not in the store yet */
	uint8_t kind;         /* of that row */
	uint8_t gone;
};

/* Wants whichever row the part has; find gives it after the fetch, NULL if none. */
void bko__part_want(struct bko_engine *engine, const struct bko__pos *pos,
                    const struct bko__rank *rank);
struct bko__pt *bko__part_find(struct bko_engine *engine, const struct bko__pos *pos,
                               const struct bko__rank *rank);

/* Decodes a row of a queue range, or gives what this call made of it. NULL: damaged,
 * and the call failed. */
struct bko__pt *bko__part_of(struct bko_engine *engine, struct bko__row *row, size_t rank_at);

/* Where the part belongs now: w, z, a, or 0 if nothing of it is left. */
uint8_t bko__part_kind(const struct bko__part *part);

/* Puts the part where it belongs. The sums of the head are the caller's. */
void bko__part_put(struct bko_engine *engine, struct bko__pos *pos, struct bko__pt *part);

/* Moves the sums of the head with a part's waiting units: adds (or with negative
 * units takes away) units that wait under the part's rank, stops and hold. */
void bko__part_waits(struct bko__pos *pos, const struct bko__pt *part, int64_t units,
                     int64_t outside);

/* Whether its waiting units claim (all but after unallocate). */
int bko__part_claims(const struct bko__part *part);

/* Counts units in or out of the limits that the part is counted in. */
int32_t bko__part_limits(struct bko_engine *engine, const struct bko__pos *pos,
                         const struct bko__pt *part, int64_t units, int64_t until);

/* An event about the part's line. */
void bko__part_tell(struct bko_engine *engine, const struct bko__pos *pos,
                    const struct bko__part *part, uint32_t kind, int64_t amount, uint32_t detail,
                    const struct bko_span *cause);

#endif
