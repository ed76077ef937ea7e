/*
 * decision.c - see decision.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "decision.h"

void decision_of(const struct row *row, struct bko__decision *decision)
{
	const struct bko__due dues[] = {
		{.date = NOW + 86400000, .units = row->supply[0]},
		{.date = NOW + 10 * (int64_t)86400000, .units = row->supply[1]}};
	struct bko__timeline timeline = {row->supply[1] ? 2 : row->supply[0] ? 1 : 0, dues};
	struct bko__head head = row->head;
	struct bko__view view = {.head = &head,
	                         .timeline = &timeline,
	                         .switched = !row->switch_clear,
	                         .now = NOW,
	                         .order_use = row->order_use,
	                         .need_by = row->need_by,
	                         .room = {-1, -1, -1, -1}};

	head.policy_flags |= row->not_here ? 0u : BKO__P_SELLS;
	head.quantum += !head.quantum;
	if (row->room_of)
		view.room[row->room_of] = row->room;
	view.ahead = bko__ahead_of_new(&head, 7);
	bko__decide(&view, row->quantity, decision);
}

void decision_check(const struct row *row, size_t count)
{
	for (; count; count--, row++) {
		struct bko__decision d;
		const int64_t rest = row->quantity - row->now - row->later;

		decision_of(row, &d);
		if (d.state != row->state || d.reason != row->reason ||
		    d.later_kind != row->later_kind || d.available_now != row->available_now ||
		    d.available_later != row->available_later || d.now != row->now ||
		    d.later != row->later)
			fail_msg("%s: state %u reason %u kind %u available %lld %lld gives %lld "
			         "%lld",
			         row->name, d.state, d.reason, d.later_kind,
			         (long long)d.available_now, (long long)d.available_later,
			         (long long)d.now, (long long)d.later);
		assert_int_equal(d.promise_kind, d.now ? BKO_DATE_KNOWN : BKO_DATE_NONE);
		assert_int_equal(d.first_kind == BKO_DATE_NONE, d.later == 0);
		/* a reason stands beside units that are refused, and only there */
		assert_int_equal(d.reason == BKO_REASON_NONE, rest == 0);
	}
}
