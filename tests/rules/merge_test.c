/*
 * Claims laid over units: what is available, who is covered when.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/number.h"
#include "rules/merge.h"

#define DAY          ((int64_t)86400000)
#define NOW          (100 * DAY)
#define day(n)       (NOW + (n)*DAY)

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

static struct bko__timeline timeline_of(const struct bko__supply *supplies, uint32_t count,
                                        const struct bko__calendar *calendar)
{
	static struct bko__due dues[BKO_SUPPLIES_MAX], room[BKO_SUPPLIES_MAX];
	struct bko__timeline timeline;

	bko__timeline_build(&timeline, dues, bko__dues_of(supplies, count, dues), room, calendar,
	                    NOW);
	return timeline;
}

static void available(void **state)
{
	static const struct {
		struct bko__head head;
		int64_t claims, available;
	} rows[] = {
		{{.open = 0}, 0, 0},
		{{.open = 7}, 0, 7},
		{{.open = 7, .buffer = 5, .kept = 5, .on_hand = 17}, 0, 7},
		{{.open = 7, .band = {1, 1, 1, 1, 1, 1, 1, 0}}, 7, 0},
		{{.open = 7, .band = {0, 0, 0, 0, 0, 0, 0, 6}}, 6, 1},
		{{.open = 7, .prior = 4, .band = {2}}, 6, 1},
		{{.open = 7, .prior = 8}, 8, 0},
		{{.open = 7, .missing = 1}, 0, 0},
		{{.open = BKO__QUANTITY_MAX}, 0, BKO__QUANTITY_MAX},
		{{.open = BKO__QUANTITY_MAX, .prior = BKO__QUANTITY_MAX - 1},
	         BKO__QUANTITY_MAX - 1,
	         1},
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(bko__claims(&rows[i].head), rows[i].claims);
		assert_int_equal(bko__available_now(&rows[i].head), rows[i].available);
	}
}

static void before(void **state)
{
	const struct bko__head head = {.prior = 1000, .band = {1, 2, 4, 8, 16, 32, 64, 128}};
	struct bko__rank rank = {.epoch = 9};

	(void)state;
	for (rank.band = 0; rank.band < BKO_CLASSES; rank.band++)
		assert_int_equal(bko__claims_before(&head, &rank), 1000 + (2 << rank.band) - 1);
}

static void overdue(void **state)
{
	static const struct {
		int64_t due, grace;
		int overdue;
	} rows[] = {
		{NOW, 0, 0},           {NOW - 1, 0, 1},           {NOW + 1, 0, 0},
		{NOW - 5, 5, 0},       {NOW - 6, 5, 1},           {0, 0, 0},
		{1, BKO__TIME_MAX, 0}, {BKO__TIME_MAX - 1, 5, 0}, {NOW - 1, 1, 0},
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__supply supply = {.due = rows[i].due, .grace = rows[i].grace};

		assert_int_equal(bko__supply_overdue(&supply, NOW), rows[i].overdue);
	}
}

/* By date, equal ones as they came; without undated, empty and overdue ones; late
 * ones tomorrow, or the next working day. */
static void timeline(void **state)
{
	static const struct bko__supply supplies[] = {
		{.due = day(3), .expected = 1},
		{.due = 0, .expected = 2},
		{.due = day(1), .expected = 3},
		{.due = day(3), .expected = 4},
		{.due = day(2), .expected = 0},
		{.due = day(-1), .expected = 5},
		{.due = day(-2), .grace = 2 * DAY, .expected = 6},
		{.due = day(0), .expected = 7},
	};
	static const uint32_t index[] = {7, 2, 6, 0, 3};
	static const int64_t units[] = {7, 3, 6, 1, 4};
	/* day 100 of the epoch was a Saturday */
	static const struct bko__calendar calendar = {.working_days = 0x1f, .cutoff_minutes = 720};
	struct bko__timeline t = timeline_of(supplies, COUNT(supplies), NULL);
	uint32_t i;

	(void)state;
	assert_int_equal(t.count, COUNT(index));
	for (i = 0; i < t.count; i++) {
		assert_int_equal(t.due[i].index, index[i]);
		assert_int_equal(t.due[i].units, units[i]);
	}
	assert_int_equal(t.due[0].date, day(0));
	assert_int_equal(t.due[1].date, day(1));
	assert_int_equal(t.due[2].date, day(1));
	assert_int_equal(t.due[4].date, day(3));
	t = timeline_of(supplies + 6, 1, &calendar);
	assert_int_equal(t.due[0].date, day(2));
	t = timeline_of(supplies, 0, NULL);
	assert_int_equal(t.count, 0);
}

static void full_timeline(void **state)
{
	static struct bko__supply supplies[BKO_SUPPLIES_MAX + 1];
	struct bko__timeline t;
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(supplies); i++) {
		supplies[i].due = day(1000 - (int64_t)i);
		supplies[i].expected = (int64_t)i + 1;
	}
	t = timeline_of(supplies, COUNT(supplies), NULL);
	assert_int_equal(t.count, BKO_SUPPLIES_MAX);
	for (i = 0; i < t.count; i++)
		assert_int_equal(t.due[i].units, BKO_SUPPLIES_MAX - i);
	assert_int_equal(bko__merge_units_by(&t, BKO__NEVER), 128 * 129 / 2);
}

static void units_by(void **state)
{
	static const struct bko__supply supplies[] = {{.due = day(2), .expected = 5},
	                                              {.due = day(2), .expected = 1},
	                                              {.due = day(4), .expected = 10}};
	struct bko__timeline t = timeline_of(supplies, COUNT(supplies), NULL);

	(void)state;
	assert_int_equal(bko__merge_units_by(&t, day(2) - 1), 0);
	assert_int_equal(bko__merge_units_by(&t, day(2)), 6);
	assert_int_equal(bko__merge_units_by(&t, day(4) - 1), 6);
	assert_int_equal(bko__merge_units_by(&t, day(4)), 16);
	assert_int_equal(bko__merge_units_by(&t, BKO__NEVER), 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(available),     cmocka_unit_test(before),
		cmocka_unit_test(overdue),       cmocka_unit_test(timeline),
		cmocka_unit_test(full_timeline), cmocka_unit_test(units_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
