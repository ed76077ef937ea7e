/*
 * calendar.c - setting the calendar of a location. Promises look at calendars under
 * the guard of the defaults record, so a calendar that changes puts that anew.
 */
#include "base/number.h"
#include "engine/news.h"
#include "engine/op.h"
#include "engine/position.h"

enum { CALENDAR_DAY_MS = 86400000, CALENDAR_CUTOFF_NONE = 1440 };

struct dating {
	struct bko_span location;
	struct bko_calendar calendar;
	int64_t now;
};

static void calendar_fill(const struct bko_calendar *from, struct bko__calendar *to)
{
	uint32_t i;

	memset(to, 0, sizeof *to);
	to->working_days = from->working_days;
	to->utc_offset_minutes = from->utc_offset_minutes;
	to->cutoff_minutes = from->cutoff_minutes ? from->cutoff_minutes : CALENDAR_CUTOFF_NONE;
	to->holiday_count = (uint32_t)from->holiday_count;
	for (i = 0; i < to->holiday_count; i++)
		to->holidays[i] = from->holidays[i];
}

/* Puts the calendar, or removes it. *same: it is what it was. */
static int32_t calendar_put(struct bko_engine *engine, const struct dating *d, struct bko__row *row,
                            uint32_t *same)
{
	struct bko__defaults *defaults = bko__defaults_copy(engine);
	struct bko__calendar *calendar;
	struct bko__writer w;

	*same = !d->calendar.working_days && !row->present;
	if (*same || !defaults)
		return engine->tx.status;
	if (!d->calendar.working_days) {
		bko__delete(engine, row);
		defaults->calendars--;
	} else {
		calendar = bko__take(engine, sizeof *calendar);
		w = bko__scratch(engine, BKO_VALUE_MAX);
		if (!calendar || !w.data)
			return engine->tx.status;
		calendar_fill(&d->calendar, calendar);
		bko__calendar_put(&w, calendar);
		*same = row->present && row->value_size == w.size &&
		        !memcmp(row->value, w.data, w.size);
		if (*same)
			return BKO_OK;
		bko__put_scratch(engine, row, &w);
		defaults->calendars += !row->present;
	}
	bko__defaults_change(engine, defaults);
	return engine->tx.status;
}

static int32_t calendar_run(struct bko_engine *engine, void *arguments)
{
	struct dating *d = arguments;
	int32_t status = bko__base_want(engine);
	struct bko__event *event = &engine->room.event;
	uint64_t first, count;
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;
	uint32_t same, lane;

	if (status)
		return status;
	bko__key_begin(key, 'L');
	bko__key_id(key, d->location.data, d->location.size);
	row = bko__want(engine, key, 0);
	lane = bko__lane_of(engine, &d->location);
	bko__lane_want(engine, lane);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (!status)
		status = calendar_put(engine, d, row, &same);
	if (status || same)
		return status;
	memset(event, 0, sizeof *event);
	event->kind = BKO_EVENT_POLICY;
	event->detail = BKO_SCOPE_POSITION;
	event->time = d->now;
	event->location = d->location;
	bko__emit(engine, lane, event);
	return bko__finish(engine, lane, &first, &count);
}

static int32_t calendar_check(struct bko_engine *engine, const struct bko_calendar *c)
{
	const int64_t last = BKO__TIME_MAX / CALENDAR_DAY_MS;
	size_t i;

	if (c->working_days > 127)
		return bko__fail(engine, BKO_E_ARGUMENT, "calendar.working_days");
	if (c->utc_offset_minutes < -1440 || c->utc_offset_minutes > 1440)
		return bko__fail(engine, BKO_E_ARGUMENT, "calendar.utc_offset_minutes");
	if (c->cutoff_minutes > CALENDAR_CUTOFF_NONE)
		return bko__fail(engine, BKO_E_ARGUMENT, "calendar.cutoff_minutes");
	if (c->holiday_count > BKO_HOLIDAYS_MAX)
		return bko__fail(engine, BKO_E_TOO_LARGE, "calendar.holiday_count");
	if (c->holiday_count && !c->holidays)
		return bko__fail(engine, BKO_E_ARGUMENT, "calendar.holidays");
	for (i = 0; i < c->holiday_count; i++) {
		if (c->holidays[i] < 0 || c->holidays[i] > last)
			return bko__fail_line(engine, BKO_E_RANGE, "calendar.holidays",
			                      (uint32_t)i);
		if (i && c->holidays[i] <= c->holidays[i - 1])
			return bko__fail_line(engine, BKO_E_ARGUMENT,
			                      "calendar.holidays (not ascending)", (uint32_t)i);
	}
	return BKO_OK;
}

int32_t bko_location_set(bko_engine *engine, int64_t now_ms, const struct bko_span *location,
                         const struct bko_calendar *calendar)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_CALENDAR, location, NULL, 0);
	struct dating *d;

	if (status)
		return status;
	d = BKO__CALL(engine, struct dating);
	if (!location)
		return bko__fail(engine, BKO_E_MISUSE, "location");
	status = bko__struct_in(engine, &d->calendar, sizeof d->calendar, calendar,
	                        calendar ? calendar->struct_size : 0, "calendar");
	if (!status)
		status = bko__check_id(engine, location, 1, "location");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (!status)
		status = calendar_check(engine, &d->calendar);
	d->location = *location;
	d->now = now_ms;
	return status ? status : bko__drive(engine, calendar_run, d);
}
