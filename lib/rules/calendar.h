/*
 * calendar.h - from the moment units are ready to the date a customer is given
 * (rules: computed promise). A calendar without working days is none.
 */
#ifndef BKO_RULES_CALENDAR_H
#define BKO_RULES_CALENDAR_H

#include "base/records.h"

/* If `ready` is past the cut-off or on no working day, it becomes 00:00 local of
 * the next working day; then `handling` working days are added. Without a
 * calendar: ready + handling days of 24 hours. */
int64_t bko__calendar_promise(const struct bko__calendar *calendar, int64_t ready,
                              uint32_t handling);

/* 00:00 local of the first working day after the one of `now`. */
int64_t bko__calendar_next_day(const struct bko__calendar *calendar, int64_t now);

#endif
