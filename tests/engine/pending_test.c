/*
 * A host that drives by hand repeats the call that is pending, and no other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

typedef int32_t (*call_fn)(struct stage *s, const char *about);

static int32_t set_limit(struct stage *s, const char *about)
{
	struct bko_limit limit = {.struct_size = sizeof limit,
	                          .of = BKO_LIMIT_ITEM,
	                          .id = stage_span(about),
	                          .limit = 7};

	return bko_limit_set(s->engine, s->now, &limit);
}

static int32_t read_limit(struct stage *s, const char *about)
{
	struct bko_limit limit = {
		.struct_size = sizeof limit, .of = BKO_LIMIT_ITEM, .id = stage_span(about)};

	return bko_limit_read(s->engine, s->now, &limit);
}

static int32_t ask(struct stage *s, const char *about)
{
	struct bko_availability said = {.struct_size = sizeof said};
	struct bko_availability_query query = {.struct_size = sizeof query,
	                                       .item = stage_span(about),
	                                       .quantity = 1,
	                                       .now_ms = s->now};

	return bko_item_availability(s->engine, &query, &said);
}

static int32_t set_policy(struct stage *s, const char *about)
{
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING,
	                            .selling = BKO_SELL_BACKORDER};
	struct bko_policy_row row = {.struct_size = sizeof row,
	                             .scope = BKO_SCOPE_ITEM,
	                             .item = stage_span(about),
	                             .policy = &policy};
	int32_t status = BKO_OK,
		done = bko_policy_set(s->engine, s->now, &row, 1, sizeof row, &status);

	return done ? done : status;
}

static int32_t set_calendar(struct stage *s, const char *about)
{
	struct bko_calendar calendar = {.struct_size = sizeof calendar};
	struct bko_span location = stage_span(about);

	return bko_location_set(s->engine, s->now, &location, &calendar);
}

static int32_t open_item(struct stage *s, const char *about)
{
	struct bko_span id = stage_span(about);
	bko_item *item = NULL;
	int32_t status = bko_item_open(s->engine, s->now, &id, &item);

	bko_item_close(item);
	return status;
}

static int32_t open_order(struct stage *s, const char *about)
{
	struct bko_span id = stage_span(about);
	bko_order *order = NULL;
	int32_t status = bko_order_open(s->engine, s->now, &id, &order);

	bko_order_close(order);
	return status;
}

static int32_t set_consumer(struct stage *s, const char *about)
{
	struct bko_span id = stage_span(about);

	return bko_event_consumer(s->engine, &id, 0);
}

static const struct {
	call_fn call;
	const char *one, *other;
} calls[] = {
	{set_limit, "cup", "jug"},  {read_limit, "cup", "jug"},     {ask, "cup", "jug"},
	{set_policy, "cup", "jug"}, {set_calendar, "hall", "shop"}, {open_item, "cup", "jug"},
	{open_order, "o-1", "o-2"}, {set_consumer, "till", "mail"},
};

/* The other call is refused however far the first one is, which then ends well. */
static void only_its_repetition(void **state)
{
	struct stage *s = *state;
	size_t i;

	stage_item(s, "cup");
	stage_item(s, "jug");
	stage_receive(s, "cup", "shop", 3);
	stage_receive(s, "jug", "hall", 3);
	stage_place(s, "o-1", "cup", "shop", 1, 0, 0);
	stage_place(s, "o-2", "cup", "shop", 1, 0, 0);
	STAGE_OK(s, set_limit(s, "cup"));
	STAGE_OK(s, set_limit(s, "jug"));
	for (i = 0; i < sizeof calls / sizeof *calls; i++) {
		uint32_t steps = 0;
		int32_t status;

		while ((status = calls[i].call(s, calls[i].one)) == BKO_WANT) {
			assert_int_equal(calls[i].call(s, calls[i].other), BKO_E_MISUSE);
			assert_int_equal(stage_answer(s), 1);
			assert_int_equal(calls[i].call(s, calls[i].other), BKO_E_MISUSE);
			steps++;
		}
		assert_int_equal(status, BKO_OK);
		assert_in_range(steps, 1, 9);
		STAGE_OK(s, calls[i].call(s, calls[i].other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_its_repetition, stage_pull, stage_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
