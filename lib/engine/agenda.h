/*
 * agenda.h - what time does to a position: holds that run out, in one row a
 * granule; supplies that become overdue; dates of the policy that pass. The head
 * keeps the earliest of them, and one T row tells it to `tick`.
 */
#ifndef BKO_ENGINE_AGENDA_H
#define BKO_ENGINE_AGENDA_H

#include "engine/part.h"

/* For heads that are due: wants what settling looks at; then does what time did. Serving
 * is the caller's. */
void bko__agenda_want(struct bko_engine *engine, struct bko__pos *pos);
int32_t bko__settle(struct bko_engine *engine, struct bko__pos *pos);

/* Ends holds up to pos->now, and does nothing else that time does: of a look ahead. */
int32_t bko__agenda_expire(struct bko_engine *engine, struct bko__pos *pos);

/* The head's due follows dates of its policy. */
void bko__agenda_policy_due(struct bko__pos *pos);

/* Puts or moves the T row, if the head's due changed. */
void bko__agenda_put_due(struct bko_engine *engine, struct bko__pos *pos);

/* The row of holds at a position that expire at `until` (a whole granule). */
struct bko__row *bko__agenda_row(struct bko_engine *engine, const struct bko__pos *pos,
                                 int64_t until);

/* Adds to (or with negative figures takes from) the sums of that row, once it is
 * fetched, and to the head's held_allocated; the row goes when nothing is left. */
int32_t bko__agenda_add(struct bko_engine *engine, struct bko__pos *pos, int64_t until,
                        const struct bko__held *held);

#endif
