/*
 * merge.h - the claims of a position laid over its units in order of time.
 *
 * Without windows every claim is due as soon as units can cover it, so what lies
 * before a claim is a single number, the units ahead of it, and the merge needs
 * the sums the head keeps and the dates of the supplies, no queue row.
 */
#ifndef BKO_RULES_MERGE_H
#define BKO_RULES_MERGE_H

#include "base/number.h"
#include "base/records.h"

/* A dated supply, as far as promises look at it. */
struct bko__due {
	int64_t date, units, grace;
	uint32_t index; /* of the supply in the array it was taken from */
};

/* Dated supplies that count at some moment, by date. */
struct bko__timeline {
	uint32_t count;
	const struct bko__due *due;
};

/* Those of so many supplies that may count at some moment, by date: returns how many, at
 * most BKO_SUPPLIES_MAX. */
uint32_t bko__dues_of(const struct bko__supply *supplies, uint32_t count, struct bko__due *dues);

/* Of dues by date, those that count now: overdue ones are left out; one late within its
 * grace counts at the next working day. The timeline lies in the room, which is needed
 * only if the first is late, else it is the dues themselves. */
void bko__timeline_build(struct bko__timeline *timeline, const struct bko__due *dues,
                         uint32_t count, struct bko__due *room,
                         const struct bko__calendar *calendar, int64_t now);

int bko__supply_overdue(const struct bko__supply *supply, int64_t now);

/* Units that accepted lines wait for and claim. */
static inline int64_t bko__claims(const struct bko__head *head)
{
	int64_t claims = head->prior;
	uint32_t band;

	for (band = 0; band < BKO_CLASSES; band++)
		claims += head->band[band];
	return claims;
}

/* Of them, those that rank before a new line of this rank. */
int64_t bko__claims_before(const struct bko__head *head, const struct bko__rank *rank);

/* When `quantity` waiting units with `ahead` claims before them are ready. */
struct bko__cover {
	int64_t first; /* units that the first date brings */
	int64_t first_due;
	int64_t rest_due;               /* of the last unit */
	uint32_t first_kind, rest_kind; /* BKO_DATE_; NONE: no such units */
	uint32_t last;                  /* timeline element that brings the last unit */
};
void bko__merge_cover(const struct bko__timeline *timeline, int64_t open, int64_t ahead,
                      int64_t quantity, int64_t now, struct bko__cover *cover);

/* Units that come by `date`. */
int64_t bko__merge_units_by(const struct bko__timeline *timeline, int64_t date);

/* Units that can be sold now. */
static inline int64_t bko__available_now(const struct bko__head *head)
{
	return head->missing ? 0 : bko__max(0, head->open - bko__claims(head));
}

/* The first date at which something could be sold: BKO_DATE_NONE if now. */
uint32_t bko__merge_restock(const struct bko__head *head, const struct bko__timeline *timeline,
                            int64_t now, int64_t *date);

#endif
