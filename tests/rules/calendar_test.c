/*
 * From ready to promised: working days, holidays, offsets, cut-off, handling.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/number.h"
#include "rules/calendar.h"

#define DAY  ((int64_t)86400000)
#define HOUR ((int64_t)3600000)

/* Monday, 5 January 1970 UTC, and the days after it. */
#define monday(hours)    (4 * DAY + (hours)*HOUR)
#define friday(hours)    (8 * DAY + (hours)*HOUR)
#define saturday(hours)  (9 * DAY + (hours)*HOUR)
#define next_week(hours) (11 * DAY + (hours)*HOUR)

#define COUNT(array)     (sizeof(array) / sizeof(array)[0])

/* Five days a week, goods ready by noon go out the same day. */
static struct bko__calendar week(void)
{
	struct bko__calendar calendar = {.working_days = 0x1f, .cutoff_minutes = 720};

	return calendar;
}

static void weekdays(void **state)
{
	static const struct {
		int64_t ready;
		uint32_t handling;
		int64_t promise;
	} rows[] = {
		{monday(0), 0, monday(0)},
		{monday(12), 0, monday(12)},
		{monday(12) + 1, 0, monday(24)},
		{monday(24) - 1, 0, monday(24)},
		{monday(9), 1, monday(33)},
		{monday(13), 1, monday(48)},
		{friday(12), 0, friday(12)},
		{friday(12) + 1, 0, next_week(0)},
		{friday(9), 1, next_week(9)},
		{friday(13), 1, next_week(24)},
		{saturday(9), 0, next_week(0)},
		{saturday(9), 1, next_week(24)},
		{saturday(47), 0, next_week(0)},
		{monday(9), 4, friday(9)},
		{monday(9), 5, next_week(9)},
		{monday(9), 366, (4 + 73 * 7 + 1) * DAY + 9 * HOUR},
		/* the epoch was a Thursday */
		{0, 0, 0},
		{0, 1, DAY},
		{0, 2, monday(0)},
	};
	const struct bko__calendar calendar = week();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(bko__calendar_promise(&calendar, rows[i].ready, rows[i].handling),
		                 rows[i].promise);
}

/* Each single working day of a week is found from each other day. */
static void single_days(void **state)
{
	struct bko__calendar calendar = {.cutoff_minutes = 1440};
	int64_t work, day;

	(void)state;
	for (work = 0; work < 7; work++) {
		calendar.working_days = (uint32_t)1 << work;
		for (day = 0; day < 7; day++) {
			const int64_t wait = (work - day + 7) % 7;
			const int64_t hour = wait ? 0 : 5;

			assert_int_equal(bko__calendar_promise(&calendar, monday(day * 24 + 5), 0),
			                 monday((day + wait) * 24 + hour));
			assert_int_equal(bko__calendar_next_day(&calendar, monday(day * 24 + 5)),
			                 monday((day + (wait ? wait : 7)) * 24));
		}
	}
}

static void cutoff(void **state)
{
	struct bko__calendar calendar = week();

	(void)state;
	calendar.cutoff_minutes = 0;
	assert_int_equal(bko__calendar_promise(&calendar, monday(0), 0), monday(0));
	assert_int_equal(bko__calendar_promise(&calendar, monday(0) + 1, 0), monday(24));
	calendar.cutoff_minutes = 1440;
	assert_int_equal(bko__calendar_promise(&calendar, monday(24) - 1, 0), monday(24) - 1);
	calendar.cutoff_minutes = 1439;
	assert_int_equal(bko__calendar_promise(&calendar, monday(24) - 60000, 0),
	                 monday(24) - 60000);
	assert_int_equal(bko__calendar_promise(&calendar, monday(24) - 59999, 0), monday(24));
}

static void holidays(void **state)
{
	struct bko__calendar calendar = week();
	uint32_t i;

	(void)state;
	calendar.holiday_count = 3; /* Tuesday, Friday, and Monday of the next week */
	calendar.holidays[0] = 5;
	calendar.holidays[1] = 8;
	calendar.holidays[2] = 11;
	assert_int_equal(bko__calendar_promise(&calendar, monday(9), 0), monday(9));
	assert_int_equal(bko__calendar_promise(&calendar, monday(9), 1), monday(57));
	assert_int_equal(bko__calendar_promise(&calendar, monday(25), 0), monday(48));
	assert_int_equal(bko__calendar_promise(&calendar, monday(72 + 9), 1), next_week(24 + 9));
	assert_int_equal(bko__calendar_promise(&calendar, friday(9), 0), next_week(24));
	assert_int_equal(bko__calendar_next_day(&calendar, monday(9)), monday(48));
	/* as many as there may be, one day a week: all fall on it */
	calendar.working_days = 1;
	calendar.holiday_count = BKO_HOLIDAYS_MAX;
	for (i = 0; i < BKO_HOLIDAYS_MAX; i++)
		calendar.holidays[i] = 4 + 7 * (int64_t)i;
	assert_int_equal(bko__calendar_promise(&calendar, monday(9), 0),
	                 (4 + 7 * BKO_HOLIDAYS_MAX) * DAY);
}

/* Cut-off and days are local: east of Greenwich a day begins earlier. */
static void offsets(void **state)
{
	static const struct {
		int64_t minutes, ready, promise;
	} rows[] = {
		{120, monday(10), monday(10)},
		{120, monday(10) + 1, monday(22)},
		{120, monday(-2), monday(-2)},
		{120, monday(-2) - 1, monday(-2)},
		{120, friday(22), next_week(-2)},
		{-300, monday(17), monday(17)},
		{-300, monday(17) + 1, monday(29)},
		{-300, monday(0), monday(5)},
		{-300, monday(5), monday(5)},
		{-300, friday(24), next_week(5)},
		{1440, monday(-24), monday(-24)},
		{1440, monday(-24) - 1, monday(-24)},
		{-1440, monday(24), monday(24)},
		{-1440, monday(24) - 1, monday(24)},
		{345, monday(0), monday(0)},
		/* before the epoch, local: Wednesday noon is past */
		{-60, 0, HOUR},
		{-1440, 0, 0},
		{-1440, 12 * HOUR, 12 * HOUR},
		{-1440, 12 * HOUR + 1, DAY},
		/* a whole day east: Friday */
		{1440, 0, 0},
	};
	struct bko__calendar calendar = week();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		calendar.utc_offset_minutes = rows[i].minutes;
		assert_int_equal(bko__calendar_promise(&calendar, rows[i].ready, 0),
		                 rows[i].promise);
	}
	calendar.utc_offset_minutes = 120;
	assert_int_equal(bko__calendar_next_day(&calendar, monday(21)), monday(22));
	assert_int_equal(bko__calendar_next_day(&calendar, monday(22)), monday(46));
	calendar.utc_offset_minutes = -300;
	assert_int_equal(bko__calendar_next_day(&calendar, monday(4)), monday(5));
	assert_int_equal(bko__calendar_next_day(&calendar, monday(5)), monday(29));
}

static void no_calendar(void **state)
{
	const struct bko__calendar none = {.utc_offset_minutes = 600, .cutoff_minutes = 1};
	int64_t ready = saturday(23), handling;

	(void)state;
	for (handling = 0; handling <= 366; handling++) {
		const int64_t promise = ready + handling * DAY;

		assert_int_equal(bko__calendar_promise(NULL, ready, (uint32_t)handling), promise);
		assert_int_equal(bko__calendar_promise(&none, ready, (uint32_t)handling), promise);
	}
	assert_int_equal(bko__calendar_next_day(NULL, ready), saturday(24));
	assert_int_equal(bko__calendar_next_day(&none, saturday(24)), saturday(48));
}

/* No date is behind the end of time. */
static void ends(void **state)
{
	const int64_t last = BKO__TIME_MAX - 1;
	struct bko__calendar calendar = week();

	(void)state;
	assert_int_equal(bko__calendar_promise(NULL, last, 0), last);
	assert_int_equal(bko__calendar_promise(NULL, last, 366), last);
	assert_int_equal(bko__calendar_promise(NULL, last - DAY, 1), last);
	assert_int_equal(bko__calendar_next_day(NULL, last), last);
	for (calendar.utc_offset_minutes = -1440; calendar.utc_offset_minutes <= 1440;
	     calendar.utc_offset_minutes += 1440) {
		assert_int_equal(bko__calendar_promise(&calendar, last, 366), last);
		assert_int_equal(bko__calendar_next_day(&calendar, last), last);
	}
	assert_int_equal(bko__calendar_promise(&calendar, 0, 0) >= 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weekdays), cmocka_unit_test(single_days),
		cmocka_unit_test(cutoff),   cmocka_unit_test(holidays),
		cmocka_unit_test(offsets),  cmocka_unit_test(no_calendar),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
