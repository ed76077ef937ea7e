/*
 * Limits across positions, and calendars.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

static struct bko_limit limit(uint32_t of, const char *id, int64_t number)
{
	struct bko_limit l = {
		.struct_size = sizeof l, .of = of, .id = stage_span(id), .limit = number};

	return l;
}

static int64_t used(struct stage *s, uint32_t of, const char *id)
{
	struct bko_limit l = limit(of, id, 0);

	STAGE_OK(s, bko_limit_read(s->engine, s->now, &l));
	return l.used;
}

static void counts(void **state)
{
	struct stage *s = *state;
	struct bko_limit l = limit(BKO_LIMIT_ITEM, "cup", 5);
	struct bko_outcome outcome;

	stage_item(s, "cup");
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_limit_read(s->engine, s->now, &l));
	stage_make(s, "cup", "hall");
	stage_make(s, "cup", "shop");
	stage_place(s, "o-0", "cup", "hall", 4, 0, 0); /* before: outside */
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &l));
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 0);
	assert_int_equal(stage_last(s, BKO_EVENT_POLICY)->amount, 5);
	stage_place(s, "o-1", "cup", "hall", 3, 0, 0);
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 3);
	outcome = stage_place(s, "o-2", "cup", "shop", 3, 0, 0);
	assert_int_equal(outcome.flags & BKO_OUTCOME_REFUSED, BKO_OUTCOME_REFUSED);
	assert_int_equal(outcome.reason, BKO_REASON_LIMIT_ITEM);
	/* lowering it breaks nothing; raising it makes room */
	l = limit(BKO_LIMIT_ITEM, "cup", 2);
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &l));
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 3);
	l = limit(BKO_LIMIT_ITEM, "cup", 6);
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &l));
	outcome = stage_place(s, "o-2", "cup", "shop", 3, 0, 0);
	assert_int_equal(outcome.backordered, 3);
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 6);
	stage_receive(s, "cup", "hall", 5);
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 5);
	stage_cancel(s, "o-2");
	assert_int_equal(used(s, BKO_LIMIT_ITEM, "cup"), 2);
}

static void customers_and_channels(void **state)
{
	struct stage *s = *state;
	struct bko_limit ann = limit(BKO_LIMIT_CUSTOMER, "ann", 2);
	struct bko_limit web = limit(BKO_LIMIT_CHANNEL, "web", 9);
	struct bko_outcome outcome;

	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &ann));
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &web));
	outcome = stage_place(s, "o-1", "cup", "hall", 3, 0, 0);
	assert_int_equal(outcome.reason, BKO_REASON_LIMIT_CUSTOMER);
	ann.limit_kind = BKO_LIMIT_NONE; /* counts on, without a bound */
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &ann));
	stage_place(s, "o-1", "cup", "hall", 3, 0, 0);
	assert_int_equal(used(s, BKO_LIMIT_CUSTOMER, "ann"), 3);
	assert_int_equal(used(s, BKO_LIMIT_CHANNEL, "web"), 3);
	/* a hold counts until it runs out */
	stage_place(s, "o-2", "cup", "hall", 4, 0, s->now + 60000);
	assert_int_equal(used(s, BKO_LIMIT_CHANNEL, "web"), 7);
	s->now += 200000;
	assert_int_equal(used(s, BKO_LIMIT_CHANNEL, "web"), 3);
}

/* Without a bound it sums over positions; the sum stays within the range of quantities. */
static void sums_in_range(void **state)
{
	const int64_t most = ((int64_t)1 << BKO_QUANTITY_BITS) - 1;
	struct stage *s = *state;
	struct bko_limit ann = limit(BKO_LIMIT_CUSTOMER, "ann", 0);
	struct stage_asked asked;
	struct bko_op op = stage_op(s, "o-2");
	struct bko_error error = {.struct_size = sizeof error};
	uint64_t before, after;

	stage_ask(&asked, "mug", "hall", 5);
	asked.request.customer = stage_span("ann");
	stage_item(s, "cup");
	stage_item(s, "mug");
	stage_make(s, "cup", "hall");
	stage_make(s, "mug", "hall");
	ann.limit_kind = BKO_LIMIT_NONE;
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &ann));
	stage_place(s, "o-1", "cup", "hall", most, 0, 0);
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	STAGE_FAILS(s, BKO_E_RANGE, bko_order_place(s->engine, &op, &asked.request, NULL));
	assert_int_equal(bko_engine_error(s->engine, &error), BKO_OK);
	assert_string_equal(error.text, "units of a limit");
	asked.request.hold_until_ms = s->now + 60000;
	STAGE_FAILS(s, BKO_E_RANGE, bko_order_place(s->engine, &op, &asked.request, NULL));
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
	assert_int_equal(used(s, BKO_LIMIT_CUSTOMER, "ann"), most);
	stage_cancel(s, "o-1");
	STAGE_OK(s, bko_order_place(s->engine, &op, &asked.request, NULL));
	assert_int_equal(used(s, BKO_LIMIT_CUSTOMER, "ann"), 5);
}

static void commits_nothing(void **state)
{
	struct stage *s = *state;
	struct bko_limit l = limit(BKO_LIMIT_ITEM, "cup", 5);
	uint64_t before, after;

	STAGE_OK(s, bko_limit_set(s->engine, s->now, &l));
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	s->now += 5;
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &l));
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
	l.of = 4;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_limit_set(s->engine, s->now, &l));
	l = limit(BKO_LIMIT_ITEM, "", 1);
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_limit_set(s->engine, s->now, &l));
	l = limit(BKO_LIMIT_ITEM, "cup", -1);
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_limit_set(s->engine, s->now, &l));
	l = limit(BKO_LIMIT_ITEM, "cup", (int64_t)1 << 53);
	STAGE_FAILS(s, BKO_E_RANGE, bko_limit_set(s->engine, s->now, &l));
	l = limit(BKO_LIMIT_ITEM, "cup", 1);
	l.limit_kind = 2;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_limit_set(s->engine, s->now, &l));
	l.limit_kind = 0;
	STAGE_FAILS(s, BKO_E_RANGE, bko_limit_set(s->engine, -1, &l));
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
}

/* A row whose scope was forgotten changes nothing. */
static void scopes(void **state)
{
	static const struct {
		const char *item, *location, *text;
		uint32_t scope;
	} rows[] = {
		{"cup", "", "row.item", BKO_SCOPE_DEFAULTS},
		{"", "hall", "row.location", BKO_SCOPE_DEFAULTS},
		{"cup", "hall", "row.item", BKO_SCOPE_DEFAULTS},
		{"cup", "hall", "row.location", BKO_SCOPE_ITEM},
		{"", "", "row.item", BKO_SCOPE_ITEM},
	};
	struct stage *s = *state;
	struct bko_policy policy = {
		.struct_size = sizeof policy, .set = BKO_SET_SAFETY_STOCK, .safety_stock = 3};
	struct bko_error error = {.struct_size = sizeof error};
	uint64_t before, after;

	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bko_policy_row row = {.struct_size = sizeof row,
		                             .scope = rows[i].scope,
		                             .item = stage_span(rows[i].item),
		                             .location = stage_span(rows[i].location),
		                             .policy = &policy};

		STAGE_FAILS(s, BKO_E_ARGUMENT,
		            bko_policy_set(s->engine, s->now, &row, 1, sizeof row, NULL));
		assert_int_equal(bko_engine_error(s->engine, &error), BKO_OK);
		assert_string_equal(error.text, rows[i].text);
	}
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
}

/* ---- Calendars ---- */

enum { DAY_MS = 86400000 };

static int64_t promise(struct stage *s)
{
	struct stage_asked asked;
	struct bko_line_outcome said = {.struct_size = sizeof said};
	struct bko_outcome outcome = {.struct_size = sizeof outcome,
	                              .lines = &said,
	                              .line_capacity = 1,
	                              .stride = sizeof said};

	stage_ask(&asked, "cup", "hall", 1);
	STAGE_OK(s, bko_order_quote(s->engine, s->now, &asked.request, &outcome));
	assert_int_equal(said.promise_kind, BKO_DATE_KNOWN);
	return said.promise_ms;
}

static void calendars(void **state)
{
	struct stage *s = *state;
	struct bko_span hall = stage_span("hall");
	const int32_t holidays[] = {11, 12}; /* 1970-01-12, a Monday, and the day after */
	struct bko_calendar c = {.struct_size = sizeof c,
	                         .working_days = 31,
	                         .holidays = holidays,
	                         .holiday_count = 2};
	uint64_t before, after;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 5);
	s->now = 9 * (int64_t)DAY_MS + 5; /* a Saturday */
	assert_int_equal(promise(s), s->now);
	STAGE_OK(s, bko_location_set(s->engine, s->now, &hall, &c));
	assert_int_equal(promise(s), 13 * (int64_t)DAY_MS);
	assert_string_equal(stage_last(s, BKO_EVENT_POLICY)->location, "hall");
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	STAGE_OK(s, bko_location_set(s->engine, s->now + 1, &hall, &c));
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
	c.holiday_count = 0;
	STAGE_OK(s, bko_location_set(s->engine, s->now, &hall, &c));
	assert_int_equal(promise(s), 11 * (int64_t)DAY_MS);
	c.working_days = 0;
	STAGE_OK(s, bko_location_set(s->engine, s->now, &hall, &c));
	assert_int_equal(promise(s), s->now);
	assert_int_equal(stage_told(s, BKO_EVENT_POLICY, NULL), 4);
	STAGE_OK(s, bko_location_set(s->engine, s->now, &hall, &c)); /* none to remove */
	assert_int_equal(stage_told(s, BKO_EVENT_POLICY, NULL), 4);
}

static void calendar_bounds(void **state)
{
	struct stage *s = *state;
	struct bko_span hall = stage_span("hall");
	int32_t days[BKO_HOLIDAYS_MAX + 1];
	struct bko_calendar c = {.struct_size = sizeof c, .working_days = 127, .holidays = days};
	int32_t i;

	for (i = 0; i <= BKO_HOLIDAYS_MAX; i++)
		days[i] = 20000 + i * 300;
	c.holiday_count = BKO_HOLIDAYS_MAX;
	STAGE_OK(s, bko_location_set(s->engine, s->now, &hall, &c));
	c.holiday_count++;
	STAGE_FAILS(s, BKO_E_TOO_LARGE, bko_location_set(s->engine, s->now, &hall, &c));
	c.holiday_count = 2;
	days[1] = days[0];
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_location_set(s->engine, s->now, &hall, &c));
	days[0] = -1;
	STAGE_FAILS(s, BKO_E_RANGE, bko_location_set(s->engine, s->now, &hall, &c));
	c.holiday_count = 0;
	c.working_days = 128;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_location_set(s->engine, s->now, &hall, &c));
	c.working_days = 1;
	c.utc_offset_minutes = 1441;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_location_set(s->engine, s->now, &hall, &c));
	c.utc_offset_minutes = 0;
	c.cutoff_minutes = 1441;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_location_set(s->engine, s->now, &hall, &c));
	STAGE_FAILS(s, BKO_E_MISUSE, bko_location_set(s->engine, s->now, NULL, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(counts),    STAGED(customers_and_channels), STAGED(commits_nothing),
		STAGED(calendars), STAGED(calendar_bounds),        STAGED(sums_in_range),
		STAGED(scopes),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
