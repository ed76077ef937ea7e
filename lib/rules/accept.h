/*
 * accept.h - the one decision behind availability, quote and place: of so many
 * units at one position, how many now, how many later, when, and why not more.
 */
#ifndef BKO_RULES_ACCEPT_H
#define BKO_RULES_ACCEPT_H

#include "base/records.h"
#include "rules/merge.h"

/* What a decision looks at. Room of a limit across positions: units it still
 * admits; negative where there is none. */
struct bko__view {
	const struct bko__head *head;
	const struct bko__timeline *timeline;
	const struct bko__calendar *calendar;
	uint32_t switched; /* the bit as settled before the operation */
	uint32_t order_class;
	int64_t now;
	int64_t need_by;   /* 0: none */
	int64_t ahead;     /* claims before a new line */
	int64_t order_use; /* units of this item that the order has for later already */
	int64_t room[4];   /* by BKO_LIMIT_, [0] unused; -1: no such limit */
};

struct bko__decision {
	int64_t available_now, available_later;
	int64_t now, later;
	int64_t promise, first, first_due, rest_due;
	uint32_t later_kind, state, reason;
	uint32_t promise_kind, first_kind, rest_kind;
};

void bko__decide(const struct bko__view *view, int64_t quantity, struct bko__decision *decision);

/* The dates of `quantity` units for later, as the customer is given them, beside
 * `taken` open units that the same line takes now. */
void bko__promise_later(const struct bko__view *view, int64_t taken, int64_t quantity,
                        struct bko__decision *decision);

/* Claims before a new line of that class, where sums tell it exactly or, for
 * disciplines by time, from above. */
int64_t bko__ahead_of_new(const struct bko__head *head, uint32_t order_class);

#endif
