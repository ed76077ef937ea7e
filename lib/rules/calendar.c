/*
 * calendar.c - day arithmetic in whole local days since 1970-01-01, a Thursday.
 */
#include "rules/calendar.h"

#include "base/number.h"

enum { DAY_MS = 86400000, MINUTE_MS = 60000 };

static int is_holiday(const struct bko__calendar *calendar, int64_t day)
{
	uint32_t low = 0, high = calendar->holiday_count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (calendar->holidays[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < calendar->holiday_count && calendar->holidays[low] == day;
}

static int is_working(const struct bko__calendar *calendar, int64_t day)
{
	if (!calendar || !calendar->working_days)
		return 1;
	return (calendar->working_days >> ((day + 3) % 7) & 1) && !is_holiday(calendar, day);
}

/* Ends: at most every day of BKO_HOLIDAYS_MAX weeks is a holiday. */
static int64_t next_working(const struct bko__calendar *calendar, int64_t day)
{
	do
		day++;
	while (!is_working(calendar, day));
	return day;
}

static int64_t offset_ms(const struct bko__calendar *calendar)
{
	return calendar && calendar->working_days ? calendar->utc_offset_minutes * MINUTE_MS : 0;
}

/* Local days of times are never negative: one day is added and taken again. */
static int64_t local_day(int64_t local)
{
	return (local + DAY_MS) / DAY_MS - 1;
}

static int64_t utc(int64_t local, int64_t offset)
{
	return bko__min(bko__max(local - offset, 0), BKO__TIME_MAX - 1);
}

int64_t bko__calendar_promise(const struct bko__calendar *calendar, int64_t ready,
                              uint32_t handling)
{
	int64_t offset = offset_ms(calendar), local = ready + offset, day, time;

	if (!calendar || !calendar->working_days)
		return bko__time_add(ready, (int64_t)handling * DAY_MS);
	day = local_day(local);
	time = local - day * DAY_MS;
	if (!is_working(calendar, day) || time > (int64_t)calendar->cutoff_minutes * MINUTE_MS) {
		day = next_working(calendar, day);
		time = 0;
	}
	for (; handling; handling--)
		day = next_working(calendar, day);
	return utc(day * DAY_MS + time, offset);
}

int64_t bko__calendar_next_day(const struct bko__calendar *calendar, int64_t now)
{
	int64_t offset = offset_ms(calendar);

	return utc(next_working(calendar, local_day(now + offset)) * DAY_MS, offset);
}
