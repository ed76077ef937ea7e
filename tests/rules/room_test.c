/*
 * The decision: how much may be accepted for later, by limits and horizon.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "decision.h"

#define DAY ((int64_t)86400000)

static void limits(void **state)
{
	static const struct row rows[] = {
		ROW("limit 0", OUT_OF_STOCK, LIMIT, NUMBER, 0, 0, 0, 0, .quantity = 1, BACK,
	            LIMIT(0)),
		ROW("limit 1", BACKORDER, NONE, NUMBER, 0, 1, 0, 1, .quantity = 1, BACK, LIMIT(1)),
		ROW("one over limit 1", BACKORDER, LIMIT, NUMBER, 0, 1, 0, 1, .quantity = 2, BACK,
	            LIMIT(1)),
		ROW("one left", BACKORDER, LIMIT, NUMBER, 0, 1, 0, 1, .quantity = 2, BACK, LIMIT(5),
	            .head.backordered = 4),
		ROW("used up", OUT_OF_STOCK, LIMIT, NUMBER, 0, 0, 0, 0, .quantity = 1, BACK,
	            LIMIT(5), .head.backordered = 5),
		ROW("lowered below its use", OUT_OF_STOCK, LIMIT, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            BACK, LIMIT(5), .head.backordered = 9),
		ROW("scheduled counts", BACKORDER, LIMIT, NUMBER, 0, 2, 0, 2, .quantity = 3, BACK,
	            LIMIT(5), .head.backordered = 2, .head.scheduled = 1),
		ROW("outside does not", BACKORDER, LIMIT, NUMBER, 0, 4, 0, 4, .quantity = 5, BACK,
	            LIMIT(5), .head.backordered = 4, .head.outside = 3),
		ROW("the largest limit", BACKORDER, NONE, NUMBER, 0, MAX, 0, MAX, .quantity = MAX,
	            BACK, LIMIT(MAX)),
		ROW("the last unit of it", BACKORDER, LIMIT, NUMBER, 0, 1, 0, 1, .quantity = 2,
	            BACK, LIMIT(MAX), .head.backordered = MAX - 1),
		ROW("the shelf needs no limit", IN_STOCK, NONE, NUMBER, 3, 0, 3, 0, .quantity = 3,
	            BACK, LIMIT(0), .head.open = 3),
		ROW("of an order", BACKORDER, LIMIT_ORDER, NUMBER, 0, 2, 0, 2, .quantity = 3, BACK,
	            .head.policy_flags = BKO__P_ORDER_LIMITED, .head.order_limit = 3,
	            .order_use = 1),
		ROW("of an order, used up", OUT_OF_STOCK, LIMIT_ORDER, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, BACK, .head.policy_flags = BKO__P_ORDER_LIMITED,
	            .head.order_limit = 3, .order_use = 3),
		ROW("of an item", BACKORDER, LIMIT_ITEM, NUMBER, 0, 1, 0, 1, .quantity = 2, BACK,
	            .room_of = BKO_LIMIT_ITEM, .room = 1),
		ROW("of a customer", OUT_OF_STOCK, LIMIT_CUSTOMER, NUMBER, 0, 0, 0, 0,
	            .quantity = 2, BACK, .room_of = BKO_LIMIT_CUSTOMER, .room = 0),
		ROW("of a channel", BACKORDER, LIMIT_CHANNEL, NUMBER, 0, 1, 0, 1, .quantity = 2,
	            BACK, .room_of = BKO_LIMIT_CHANNEL, .room = 1),
		ROW("the least binds", BACKORDER, LIMIT_CUSTOMER, NUMBER, 0, 2, 0, 2, .quantity = 9,
	            BACK, LIMIT(3), .room_of = BKO_LIMIT_CUSTOMER, .room = 2),
		ROW("of equal ones the position's", BACKORDER, LIMIT, NUMBER, 0, 3, 0, 3,
	            .quantity = 9, BACK, LIMIT(3), .room_of = BKO_LIMIT_CUSTOMER, .room = 3),
	};

	(void)state;
	CHECK(rows);
}

#define INCOMING  .head.policy_flags = BKO__P_TO_INCOMING
#define PHASE_OUT .head.life = BKO_LIFE_PHASE_OUT

static void incoming(void **state)
{
	static const struct row rows[] = {
		ROW("nothing comes", OUT_OF_STOCK, LIMIT_INCOMING, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, BACK, INCOMING),
		ROW("all that comes", BACKORDER, LIMIT_INCOMING, NUMBER, 0, 7, 0, 7, .quantity = 8,
	            BACK, INCOMING, .supply = {4, 3}),
		ROW("less what was accepted", BACKORDER, LIMIT_INCOMING, NUMBER, 0, 5, 0, 5,
	            .quantity = 8, BACK, INCOMING, .supply = {4, 3}, .head.backordered = 2),
		ROW("more was accepted", OUT_OF_STOCK, LIMIT_INCOMING, NUMBER, 0, 0, 0, 0,
	            .quantity = 8, BACK, INCOMING, .supply = {4, 3}, .head.backordered = 8),
		ROW("within the horizon", BACKORDER, LIMIT_INCOMING, NUMBER, 0, 4, 0, 4,
	            .quantity = 8, BACK, INCOMING, .supply = {4, 3}, .head.horizon = 10 * DAY - 1),
		ROW("its last moment", BACKORDER, LIMIT_INCOMING, NUMBER, 0, 7, 0, 7, .quantity = 8,
	            BACK, INCOMING, .supply = {4, 3}, .head.horizon = 10 * DAY),
		ROW("phasing out sells what comes", BACKORDER, LIMIT_INCOMING, NUMBER, 0, 4, 0, 4,
	            .quantity = 5, PHASE_OUT, .supply = {4, 0}),
		ROW("whatever the switch says", BACKORDER, NONE, NUMBER, 0, 4, 0, 4, .quantity = 4,
	            PHASE_OUT, BACK, .switch_clear = 1, .supply = {4, 0}),
		ROW("and what is there", IN_STOCK, LIMIT_INCOMING, NUMBER, 3, 0, 3, 0,
	            .quantity = 5, PHASE_OUT, .head.open = 3),
		ROW("then is discontinued", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, PHASE_OUT),
		ROW("all accepted already", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, PHASE_OUT, .supply = {4, 0}, .head.backordered = 4),
		ROW("discontinued before released", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, PHASE_OUT, .head.release_at = NOW + 1),
	};

	(void)state;
	CHECK(rows);
}

#define HORIZON(n) .head.horizon = (n)*DAY
#define LEAD(n)    .head.lead_time = (n)*DAY

static void horizon(void **state)
{
	static const struct row rows[] = {
		ROW("no date is beyond", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            BACK, HORIZON(5)),
		ROW("the lead time is within", BACKORDER, NONE, NONE, 0, 0, 0, 9, .quantity = 9,
	            BACK, HORIZON(5), LEAD(5)),
		ROW("the lead time is beyond", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, BACK, HORIZON(5), .head.lead_time = 5 * DAY + 1),
		ROW("handling within", BACKORDER, NONE, NONE, 0, 0, 0, 9, .quantity = 9, BACK,
	            HORIZON(5), LEAD(4), .head.handling = 1),
		ROW("handling goes beyond", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, BACK, HORIZON(5), LEAD(4), .head.handling = 2),
		ROW("from the need-by date", BACKORDER, NONE, NONE, 0, 0, 0, 9, .quantity = 9, BACK,
	            HORIZON(5), LEAD(8), .need_by = NOW + 3 * DAY),
		ROW("a need-by date gone by", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, BACK, HORIZON(5), LEAD(6), .need_by = NOW - 3 * DAY),
		ROW("a supply within", BACKORDER, HORIZON, NUMBER, 0, 4, 0, 4, .quantity = 9, BACK,
	            HORIZON(5), .supply = {4, 6}),
		ROW("handling of a supply", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0,
	            .quantity = 9, BACK, HORIZON(5), .supply = {4, 6}, .head.handling = 5),
		ROW("both within", BACKORDER, HORIZON, NUMBER, 0, 10, 0, 10, .quantity = 11, BACK,
	            HORIZON(10), .supply = {4, 6}),
		ROW("claims go first", BACKORDER, HORIZON, NUMBER, 0, 1, 0, 1, .quantity = 9, BACK,
	            HORIZON(5), .supply = {4, 6}, .head.band = {3}),
		ROW("open units that are claimed", BACKORDER, HORIZON, NUMBER, 0, 3, 0, 3,
	            .quantity = 9, BACK, HORIZON(5), .supply = {4, 6}, .head.open = 2,
	            .head.band = {3}),
		ROW("open units above claims are now", IN_STOCK, HORIZON, NUMBER, 2, 4, 2, 4,
	            .quantity = 9, BACK, HORIZON(5), .supply = {4, 6}, .head.open = 5,
	            .head.band = {3}),
		ROW("a late supply comes before the lead time", BACKORDER, HORIZON, NUMBER, 0, 4, 0,
	            4, .quantity = 9, BACK, HORIZON(5), LEAD(2), .supply = {4, 6}),
		ROW("unless others claim all of it", BACKORDER, NONE, NONE, 0, 0, 0, 9,
	            .quantity = 9, BACK, HORIZON(5), LEAD(2), .supply = {4, 6}, .head.band = {10}),
		ROW("or all but one", OUT_OF_STOCK, HORIZON, NUMBER, 0, 0, 0, 0, .quantity = 9,
	            BACK, HORIZON(5), LEAD(2), .supply = {4, 6}, .head.band = {9}),
		ROW("and a limit", BACKORDER, LIMIT, NUMBER, 0, 3, 0, 3, .quantity = 9, BACK,
	            HORIZON(5), .supply = {4, 6}, LIMIT(3)),
	};

	(void)state;
	CHECK(rows);
}

static void dates(void **state)
{
	static const struct row some =
		ROW("", IN_STOCK, NONE, NONE, 2, 0, 2, 7, .quantity = 9, BACK, .head.open = 2,
	            .head.handling = 1, .supply = {4, 0});
	static const struct row none =
		ROW("", BACKORDER, NONE, NONE, 0, 0, 0, 9, .quantity = 9, BACK);
	struct row row = some;
	struct bko__decision d;

	(void)state;
	decision_of(&row, &d);
	assert_int_equal(d.promise, NOW + DAY);
	assert_int_equal(d.first, 4);
	assert_int_equal(d.first_kind, BKO_DATE_KNOWN);
	assert_int_equal(d.first_due, NOW + 2 * DAY);
	assert_int_equal(d.rest_kind, BKO_DATE_UNKNOWN);
	assert_int_equal(d.rest_due, 0);
	row.head.lead_time = 20 * DAY;
	decision_of(&row, &d);
	assert_int_equal(d.first, 4);
	assert_int_equal(d.rest_kind, BKO_DATE_KNOWN);
	assert_int_equal(d.rest_due, NOW + 21 * DAY);
	row.supply[1] = 3;
	decision_of(&row, &d);
	assert_int_equal(d.rest_due, NOW + 11 * DAY);
	row = none;
	decision_of(&row, &d);
	assert_int_equal(d.first_kind, BKO_DATE_UNKNOWN);
	assert_int_equal(d.rest_kind, BKO_DATE_UNKNOWN);
	assert_int_equal(d.first, 0);
	row.head.lead_time = DAY;
	decision_of(&row, &d);
	assert_int_equal(d.first_kind, BKO_DATE_KNOWN);
	assert_int_equal(d.first, 9);
	assert_int_equal(d.first_due, NOW + DAY);
	assert_int_equal(d.rest_kind, BKO_DATE_NONE);
}

/* A line of a class waits behind what that class and those before it claim. */
static void ahead(void **state)
{
	struct bko__head head = {.prior = 1000, .band = {1, 2, 4, 8, 16, 32, 64, 128}};

	(void)state;
	assert_int_equal(bko__ahead_of_new(&head, 0), 1001);
	assert_int_equal(bko__ahead_of_new(&head, 3), 1015);
	assert_int_equal(bko__ahead_of_new(&head, 7), 1255);
	head.discipline = BKO_QUEUE_FIFO;
	assert_int_equal(bko__ahead_of_new(&head, 7), 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits), cmocka_unit_test(incoming), cmocka_unit_test(horizon),
		cmocka_unit_test(dates),  cmocka_unit_test(ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
