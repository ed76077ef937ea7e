/*
 * demand.h - demand as it is counted: one row a position and period, put in the step
 * that accepts or refuses the units, under the guard of the position's head.
 */
#ifndef BKO_ENGINE_DEMAND_H
#define BKO_ENGINE_DEMAND_H

#include "engine/position.h"

/* The period that a time lies in. */
struct bko__period {
	int64_t start, end;
};
struct bko__period bko__demand_period(const struct bko__defaults *defaults, int64_t time);

/* The start of the oldest period that is kept at a time. */
int64_t bko__demand_oldest(const struct bko__defaults *defaults, int64_t time);

/* Registers the row of a position for a time, where the defaults are known from an
 * earlier call: saves a trip later on. */
void bko__demand_want(struct bko_engine *engine, const struct bko__pos *pos, int64_t time);

/* Counts units at a loaded position, to be put with it. Demand for units that nobody
 * keeps count of is counted only where there is a position. */
void bko__demand_count(struct bko_engine *engine, struct bko__pos *pos, int64_t accepted,
                       int64_t refused);

/* Counts units that a customer does not want after all. */
void bko__demand_undo(struct bko_engine *engine, struct bko__pos *pos, int64_t units);

/* With the position: puts what was counted, and whether stock ran out or came; `before`
 * are the edges as they were. */
int32_t bko__demand_put(struct bko_engine *engine, struct bko__pos *pos, uint32_t before);

/* Reads a row below a position; 0 if these bytes are none. */
int bko__demand_get(const struct bko__row *row, size_t position_size, int64_t *start,
                    struct bko__counted *record);

#endif
