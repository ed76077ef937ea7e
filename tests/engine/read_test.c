/*
 * Reading: copies of items and orders, lists, the queue, explanations, events and
 * their consumers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

enum { DAY = 86400000 };

static void plan(struct stage *s, const char *supply, int64_t quantity, int64_t due)
{
	struct bko_supply request = {.struct_size = sizeof request,
	                             .action = BKO_SUPPLY_PLAN,
	                             .item = stage_span("cup"),
	                             .location = stage_span("hall"),
	                             .supply = stage_span(supply),
	                             .quantity = quantity,
	                             .due_ms = due};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_supply_set(s->engine, &op, &request, NULL));
}

/* Three on the shelf; a has them and waits for two, b is urgent, c is stopped, h held. */
static void scene(struct stage *s)
{
	struct bko_pick all = {.struct_size = sizeof all, .line = BKO_LINE_ALL};
	struct bko_mark stop = {.struct_size = sizeof stop,
	                        .action = BKO_MARK_STOP,
	                        .order = stage_span("c"),
	                        .picks = &all,
	                        .pick_count = 1,
	                        .stride = sizeof all,
	                        .stops = BKO_STOP_FRAUD};
	struct bko_op op;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 3);
	stage_place(s, "a", "cup", "hall", 5, 4, 0);
	stage_place(s, "b", "cup", "hall", 6, 1, 0);
	stage_place(s, "c", "cup", "hall", 7, 2, 0);
	stage_place(s, "h", "cup", "hall", 8, 3, s->now + 3600000);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_order_mark(s->engine, &op, &stop, NULL));
	plan(s, "po-1", 10, s->now + DAY);
	plan(s, "po-2", 100, s->now + 2 * DAY);
}

static void copies_an_item(void **state)
{
	struct stage *s = *state;
	struct bko_span cup = stage_span("cup"), none = stage_span("none");
	struct bko_position p[2];
	struct bko_policy policy = {.struct_size = sizeof policy};
	bko_item *item;
	size_t count;

	scene(s);
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_item_open(s->engine, s->now, &none, &item));
	STAGE_OK(s, bko_item_open(s->engine, s->now, &cup, &item));
	assert_int_equal(bko_item_read(item, 0, p, 2, sizeof p[0], &count), BKO_OK);
	assert_int_equal(count, 1);
	assert_int_equal(p[0].on_hand, 3);
	assert_int_equal(p[0].allocated, 3);
	assert_int_equal(p[0].backordered, 2 + 6 + 7 + 8);
	assert_int_equal(p[0].eligible, 2 + 6);
	assert_int_equal(p[0].held_backordered, 8);
	assert_int_equal(p[0].incoming, 110);
	assert_int_equal(p[0].supplies, 2);
	assert_int_equal(p[0].available_now, 0);
	assert_int_equal(p[0].state, BKO_STATE_BACKORDER);
	assert_int_equal(bko_item_policy(item, 0, &policy), BKO_OK);
	assert_int_equal(policy.selling, BKO_SELL_BACKORDER);
	assert_int_equal(bko_item_policy(item, 1, &policy), BKO_E_NOT_FOUND);
	assert_int_equal(bko_item_read(item, 1, p, 2, sizeof p[0], &count), BKO_OK);
	assert_int_equal(count, 0);
	bko_item_close(item);
}

/* Urgent before early; what is passed over keeps its place among them. */
static void lists_the_queue(void **state)
{
	static const char *const order[] = {"b", "c", "h", "a"};
	static const uint32_t parked[] = {0, 1, 1, 0};
	struct stage *s = *state;
	struct bko_span cup = stage_span("cup"), hall = stage_span("hall");
	struct bko_waiting waiting[3];
	size_t seen = 0, count, i;
	bko_queue *queue;

	scene(s);
	STAGE_OK(s, bko_queue_open(s->engine, s->now, &cup, &hall, BKO_QUEUE_CONSISTENT, &queue));
	for (;;) {
		STAGE_OK(s, bko_queue_next(queue, waiting, 3, sizeof waiting[0], &count));
		if (!count)
			break;
		for (i = 0; i < count; i++, seen++) {
			assert_true(seen < 4);
			assert_int_equal(waiting[i].order.bytes[0], order[seen][0]);
			assert_int_equal(waiting[i].parked, parked[seen]);
		}
	}
	assert_int_equal(seen, 4);
	bko_queue_close(queue);
	STAGE_OK(s, bko_queue_open(s->engine, s->now, &cup, &hall, BKO_QUEUE_CONSISTENT, &queue));
	stage_cancel(s, "a");
	STAGE_FAILS(s, BKO_E_CHANGED, bko_queue_next(queue, waiting, 3, sizeof waiting[0], &count));
	bko_queue_close(queue);
}

/* What a batch took from the front of a queue is read over, page by page. */
static void lists_a_queue_whose_front_went(void **state)
{
	static const char *const orders[] = {"a", "b", "c", "d", "e"};
	struct stage *s = *state;
	struct bko_span cup = stage_span("cup"), hall = stage_span("hall");
	struct bko_waiting waiting;
	size_t count, i;
	bko_queue *queue;

	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	for (i = 0; i < 5; i++)
		stage_place(s, orders[i], "cup", "hall", 2, 0, 0);
	STAGE_OK(s, bko_batch_begin(s->engine));
	for (i = 0; i < 3; i++)
		stage_cancel(s, orders[i]);
	STAGE_OK(s, bko_queue_open(s->engine, s->now, &cup, &hall, BKO_QUEUE_CONSISTENT, &queue));
	for (i = 3; i < 5; i++) {
		STAGE_OK(s, bko_queue_next(queue, &waiting, 1, sizeof waiting, &count));
		assert_int_equal(count, 1);
		assert_int_equal(waiting.order.bytes[0], orders[i][0]);
	}
	STAGE_OK(s, bko_queue_next(queue, &waiting, 1, sizeof waiting, &count));
	assert_int_equal(count, 0);
	bko_queue_close(queue);
	STAGE_OK(s, bko_batch_end(s->engine, 0));
	stage_check(s, "cup", "hall");
}

static void explains(void **state)
{
	static const struct {
		const char *order;
		uint32_t waits_for;
		int64_t ahead, place, days;
		const char *supply;
	} cases[] = {
		{"b", BKO_WAITS_SUPPLY, 0, 1, 1, "po-1"},
		{"c", BKO_WAITS_STOP, 6, 2, 2, "po-2"},
		{"h", BKO_WAITS_CONFIRM, 13, 3, 2, "po-2"},
		{"a", BKO_WAITS_SUPPLY, 21, 4, 2, "po-2"},
	};
	struct stage *s = *state;
	struct bko_explanation e = {.struct_size = sizeof e};
	int64_t begun;
	size_t i;

	scene(s);
	begun = s->now;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bko_span order = stage_span(cases[i].order);

		STAGE_OK(s, bko_queue_explain(s->engine, begun, &order, 0, &e));
		assert_int_equal(e.waits_for, cases[i].waits_for);
		assert_int_equal(e.ahead, cases[i].ahead);
		assert_int_equal(e.place, cases[i].place);
		assert_int_equal(e.at_least, 0);
		assert_int_equal(e.promise_kind, BKO_DATE_KNOWN);
		assert_true(e.promise_ms > begun + (cases[i].days - 1) * DAY &&
		            e.promise_ms <= begun + cases[i].days * DAY);
		assert_memory_equal(e.supply.bytes, cases[i].supply, 4);
	}
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_queue_explain(s->engine, begun, &(struct bko_span){"a", 1}, 9, &e));
}

static void copies_an_order(void **state)
{
	struct stage *s = *state;
	struct bko_span a = stage_span("a");
	struct bko_order_info info = {.struct_size = sizeof info};
	struct bko_line_info line;
	struct bko_place_info place;
	bko_order *order;
	size_t count;

	scene(s);
	STAGE_OK(s, bko_order_open(s->engine, s->now, &a, &order));
	assert_int_equal(bko_order_read(order, &info), BKO_OK);
	assert_int_equal(info.status, BKO_STATUS_OPEN);
	assert_int_equal(info.order_class, 4);
	assert_int_equal(bko_order_lines(order, 0, &line, 1, sizeof line, &count), BKO_OK);
	assert_int_equal(count, 1);
	assert_int_equal(line.ordered, 5);
	assert_int_equal(line.allocated, 3);
	assert_int_equal(line.backordered, 2);
	assert_int_equal(line.promise_kind, BKO_DATE_KNOWN);
	assert_int_equal(bko_order_places(order, 0, &place, 1, sizeof place, &count), BKO_OK);
	assert_int_equal(count, 1);
	assert_memory_equal(place.location.bytes, "hall", 4);
	bko_order_close(order);
	a = stage_span("h");
	STAGE_OK(s, bko_order_open(s->engine, s->now + 2 * 3600000, &a, &order));
	assert_int_equal(bko_order_read(order, &info), BKO_OK);
	assert_int_equal(info.status, BKO_STATUS_EXPIRED);
	assert_int_equal(bko_order_lines(order, 0, &line, 1, sizeof line, &count), BKO_OK);
	assert_int_equal(line.backordered, 0);
	bko_order_close(order);
}

static void lists_ids(void **state)
{
	struct stage *s = *state;
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_id ids[3];
	size_t count, all = 0;

	scene(s);
	while (!cursor.done) {
		STAGE_OK(s, bko_order_list(s->engine, &cursor, ids, 3, &count));
		all += count;
		assert_true(all <= 4);
	}
	assert_int_equal(all, 4);
	cursor = (struct bko_cursor){.struct_size = sizeof cursor};
	STAGE_OK(s, bko_item_list(s->engine, &cursor, ids, 3, &count));
	assert_int_equal(count, 1);
	assert_int_equal(cursor.done, 1);
	cursor = (struct bko_cursor){.struct_size = sizeof cursor, .key_size = 1, .key = "O"};
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_item_list(s->engine, &cursor, ids, 3, &count));
}

/* A lane goes no further than its slowest consumer, and reading again is the same. */
static void events_wait_for_the_slowest(void **state)
{
	struct stage *s = *state;
	struct bko_span quick = stage_span("quick"), slow = stage_span("slow");
	struct bko_event events[200], again[200];
	struct bko_lane lane = {.struct_size = sizeof lane};
	size_t count, same;
	uint32_t done;

	stage_item(s, "cup");
	STAGE_OK(s, bko_event_consumer(s->engine, &quick, 0));
	STAGE_OK(s, bko_event_consumer(s->engine, &slow, 0));
	scene(s);
	memset(events, 0, sizeof events);
	memset(again, 0, sizeof again);
	STAGE_OK(s, bko_event_read(s->engine, 0, 0, events, 200, sizeof events[0], &count));
	assert_true(count > 10 && count < 200);
	assert_int_equal(events[count - 1].number, count);
	STAGE_OK(s, bko_event_read(s->engine, 0, 0, again, 200, sizeof again[0], &same));
	assert_int_equal(same, count);
	assert_memory_equal(events, again, sizeof events);
	STAGE_OK(s, bko_event_read(s->engine, 0, 5, again, 2, sizeof again[0], &same));
	assert_int_equal(same, 2);
	assert_int_equal(again[0].number, 6);
	STAGE_FAILS(s, BKO_E_RANGE, bko_event_acknowledge(s->engine, &quick, 0, count + 1));
	STAGE_OK(s, bko_event_acknowledge(s->engine, &quick, 0, count));
	STAGE_OK(s, bko_event_acknowledge(s->engine, &quick, 0, 1)); /* never goes back */
	STAGE_OK(s, bko_event_trim(s->engine, 0, 0, 1000, &done));
	STAGE_OK(s, bko_event_lane(s->engine, &quick, 0, &lane));
	assert_int_equal(lane.acknowledged, count);
	assert_int_equal(lane.first, 1);
	STAGE_OK(s, bko_event_acknowledge(s->engine, &slow, 0, count));
	STAGE_OK(s, bko_event_trim(s->engine, 0, 0, 1000, &done));
	assert_int_equal(done, 1);
	STAGE_OK(s, bko_event_lane(s->engine, &slow, 0, &lane));
	assert_int_equal(lane.first, count + 1);
	assert_int_equal(lane.last, count);
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_event_read(s->engine, 0, 3, again, 2, sizeof again[0], &same));
	STAGE_OK(s, bko_event_consumer(s->engine, &slow, 1));
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_consumer(s->engine, &slow, 1));
	STAGE_FAILS(s, BKO_E_ARGUMENT,
	            bko_event_read(s->engine, 7, 0, again, 2, sizeof again[0], &same));
}

static void availability_tells_dates(void **state)
{
	struct stage *s = *state;
	struct bko_span hall = stage_span("hall");
	struct bko_availability_query query = {.struct_size = sizeof query,
	                                       .item = stage_span("cup"),
	                                       .candidates = &hall,
	                                       .candidate_count = 1,
	                                       .quantity = 90,
	                                       .order_class = 7};
	struct bko_availability a = {.struct_size = sizeof a};

	scene(s);
	query.now_ms = s->now;
	STAGE_OK(s, bko_item_availability(s->engine, &query, &a));
	assert_int_equal(a.state, BKO_STATE_BACKORDER);
	assert_int_equal(a.now, 0);
	assert_int_equal(a.later, 90);
	assert_int_equal(a.first, 87); /* 110 come, 23 are claimed */
	assert_int_equal(a.rest_kind, BKO_DATE_UNKNOWN);
	query.at_ms = s->now + 3 * DAY;
	STAGE_OK(s, bko_item_availability(s->engine, &query, &a));
	assert_int_equal(a.available_now, 95); /* the hold is over */
	query.at_ms = 0;
	query.without = stage_span("b");
	STAGE_OK(s, bko_item_availability(s->engine, &query, &a));
	assert_int_equal(a.first, 90);
}

/* What is there and all that comes would be more than a quantity can be. */
static void availability_stays_in_range(void **state)
{
	const int64_t most = ((int64_t)1 << BKO_QUANTITY_BITS) - 1;
	struct stage *s = *state;
	struct bko_span hall = stage_span("hall");
	struct bko_supply supply = {.struct_size = sizeof supply,
	                            .action = BKO_SUPPLY_PLAN,
	                            .item = stage_span("bowl"),
	                            .location = hall,
	                            .supply = stage_span("po"),
	                            .state = BKO_SUPPLY_CONFIRMED,
	                            .quantity = most,
	                            .due_ms = s->now + DAY};
	struct bko_availability_query query = {.struct_size = sizeof query,
	                                       .item = stage_span("bowl"),
	                                       .candidates = &hall,
	                                       .candidate_count = 1,
	                                       .quantity = 1,
	                                       .now_ms = s->now,
	                                       .at_ms = s->now + 2 * DAY};
	struct bko_availability a = {.struct_size = sizeof a};
	struct bko_op op;

	stage_item(s, "bowl");
	stage_receive(s, "bowl", "hall", 3);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_supply_set(s->engine, &op, &supply, NULL));
	STAGE_OK(s, bko_item_availability(s->engine, &query, &a));
	assert_int_equal(a.available_now, most);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(copies_an_item),
		STAGED(lists_the_queue),
		STAGED(lists_a_queue_whose_front_went),
		STAGED(explains),
		STAGED(copies_an_order),
		STAGED(lists_ids),
		STAGED(events_wait_for_the_slowest),
		STAGED(availability_tells_dates),
		STAGED(availability_stays_in_range),
	};

	return cmocka_run_group_tests_name("engine/read", tests, NULL, NULL);
}
