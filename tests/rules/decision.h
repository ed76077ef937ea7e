/*
 * decision.h - rows of tables: what a decision looks at, and what it must give.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_RULES_DECISION_H
#define TESTS_RULES_DECISION_H

#include "base/number.h"
#include "rules/accept.h"

#define NOW ((int64_t)1000000000)
#define MAX BKO__QUANTITY_MAX

/* What differs from an active item sold here by the piece with its switch set. */
struct row {
	const char *name;
	struct bko__head head;
	int64_t quantity, order_use, need_by,
		supply[2]; /* supplies that come tomorrow, and later */
	uint32_t not_here, switch_clear, room_of;
	int64_t room;
	/* expected */
	uint32_t state, reason, later_kind;
	int64_t available_now, available_later, now, later;
};

#define BACK     .head.selling = BKO_SELL_BACKORDER
#define LIMIT(n) .head.policy_flags = BKO__P_LIMITED, .head.limit = (n)

/* The state, why not all, the kind of room for later; what can be had now and later;
 * what the quantity gets now and later; then what is asked, of what. */
#define ROW(label, st, why, kind, can, could, gets, waits, ...)                                 \
	{                                                                                       \
		.name = label, .state = BKO_STATE_##st, .reason = BKO_REASON_##why,             \
		.later_kind = BKO_LIMIT_##kind, .available_now = can, .available_later = could, \
		.now = gets, .later = waits, __VA_ARGS__                                        \
	}

void decision_of(const struct row *row, struct bko__decision *decision);
void decision_check(const struct row *rows, size_t count);

#define CHECK(rows) decision_check(rows, sizeof(rows) / sizeof(rows)[0])

#endif
