/*
 * Reading, further: what time does to copies, supplies and buckets, queues that change
 * while they are read, availability at a date, and what is refused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

#include <stdio.h>

enum { DAY = 86400000 };

static struct bko_span cup(void)
{
	return stage_span("cup");
}

static struct bko_span hall(void)
{
	return stage_span("hall");
}

static void supply(struct stage *s, const char *id, int64_t quantity, int64_t due)
{
	struct bko_supply p = {.struct_size = sizeof p,
	                       .action = BKO_SUPPLY_PLAN,
	                       .item = cup(),
	                       .location = hall(),
	                       .supply = stage_span(id),
	                       .quantity = quantity,
	                       .due_ms = due};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_supply_set(s->engine, &op, &p, NULL));
}

static void stop(struct stage *s, const char *order)
{
	struct bko_pick pick = {.struct_size = sizeof pick, .line = 0};
	struct bko_mark mark = {.struct_size = sizeof mark,
	                        .action = BKO_MARK_STOP,
	                        .order = stage_span(order),
	                        .picks = &pick,
	                        .pick_count = 1,
	                        .stride = sizeof pick,
	                        .stops = BKO_STOP_FRAUD};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_order_mark(s->engine, &op, &mark, NULL));
}

/* Five units: a has three of them, b two and waits for four, c waits behind it, p waits
 * stopped, h is a hold; two supplies are to come. */
static void scene(struct stage *s)
{
	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 5);
	stage_place(s, "a", "cup", "hall", 3, 0, 0);
	stage_place(s, "b", "cup", "hall", 6, 1, 0);
	stage_place(s, "c", "cup", "hall", 2, 1, 0);
	stage_place(s, "p", "cup", "hall", 1, 0, 0);
	stop(s, "p");
	stage_place(s, "h", "cup", "hall", 2, 2, s->now + 3600000);
	supply(s, "po-1", 6, s->now + 2 * DAY);
	supply(s, "po-2", 4, s->now + 5 * DAY);
}

static void same_id(const struct bko_id *id, const char *text)
{
	assert_int_equal(id->size, strlen(text));
	assert_memory_equal(id->bytes, text, strlen(text));
}

/* What time does is seen, and not written. */
static void sees_what_time_does(void **state)
{
	struct stage *s = *state;
	struct bko_span item = cup(), order = stage_span("h");
	int64_t later = s->now + 2 * 3600000;
	struct bko_order_info info = {.struct_size = sizeof info};
	struct bko_line_info line;
	struct bko_position p;
	uint64_t before, after;
	bko_order *copy;
	bko_item *handle;
	size_t count;

	scene(s);
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	STAGE_OK(s, bko_item_open(s->engine, later, &item, &handle));
	assert_int_equal(bko_item_read(handle, 0, &p, 1, sizeof p, &count), BKO_OK);
	bko_item_close(handle);
	assert_int_equal(p.backordered, 4 + 2 + 1);
	assert_int_equal(p.held_backordered, 0);
	assert_int_equal(p.settled_ms, later);
	STAGE_OK(s, bko_order_open(s->engine, later, &order, &copy));
	assert_int_equal(bko_order_read(copy, &info), BKO_OK);
	assert_int_equal(info.status, BKO_STATUS_EXPIRED);
	assert_int_equal(bko_order_lines(copy, 0, &line, 1, sizeof line, &count), BKO_OK);
	assert_int_equal(line.allocated + line.backordered, 0);
	assert_int_equal(line.cancelled, line.ordered);
	bko_order_close(copy);
	STAGE_OK(s, bko_order_open(s->engine, s->now, &order, &copy));
	assert_int_equal(bko_order_read(copy, &info), BKO_OK);
	assert_int_equal(info.status, BKO_STATUS_HELD);
	bko_order_close(copy);
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
}

static void lists_supplies_and_buckets(void **state)
{
	struct stage *s = *state;
	struct bko_span item = cup(), location = hall(), nowhere = stage_span("nowhere");
	struct bko_supply_info found[4];
	struct bko_bucket buckets[2];
	size_t count;

	scene(s);
	supply(s, "po-0", 1, 0); /* undated: last, though its id comes first */
	STAGE_OK(s, bko_supply_list(s->engine, s->now, &item, &location, 0, found, 4,
	                            sizeof found[0], &count));
	assert_int_equal(count, 3);
	same_id(&found[0].supply, "po-1");
	same_id(&found[1].supply, "po-2");
	same_id(&found[2].supply, "po-0");
	assert_int_equal(found[0].expected, 6);
	assert_int_equal(found[0].due_ms, s->now + 2 * DAY);
	assert_int_equal(found[0].overdue, 0);
	STAGE_OK(s, bko_supply_list(s->engine, s->now + 3 * DAY, &item, &location, 0, found, 1,
	                            sizeof found[0], &count));
	assert_int_equal(count, 1);
	assert_int_equal(found[0].overdue, 1);
	STAGE_OK(s, bko_supply_list(s->engine, s->now, &item, &location, 1, found, 1,
	                            sizeof found[0], &count));
	same_id(&found[0].supply, "po-2");
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_supply_list(s->engine, s->now, &item, &nowhere, 0, found, 4,
	                            sizeof found[0], &count));
	STAGE_OK(s, bko_bucket_list(s->engine, &item, &location, buckets, 2, sizeof buckets[0],
	                            &count));
	assert_int_equal(count, 0);
	stage_adjust(s, BKO_ADJUST_CHANGE, "cup", "hall", "damaged", 3);
	STAGE_OK(s, bko_bucket_list(s->engine, &item, &location, buckets, 2, sizeof buckets[0],
	                            &count));
	assert_int_equal(count, 1);
	same_id(&buckets[0].name, "damaged");
	assert_int_equal(buckets[0].quantity, 3);
}

static bko_queue *open_queue(struct stage *s, uint32_t mode)
{
	struct bko_span item = cup(), location = hall();
	bko_queue *queue;

	STAGE_OK(s, bko_queue_open(s->engine, s->now, &item, &location, mode, &queue));
	return queue;
}

static void walks_the_queue(void **state)
{
	static const char *const ranked[] = {"p", "b", "c", "h"};
	struct stage *s = *state;
	struct bko_waiting w[4];
	size_t room, count, i, seen;

	scene(s);
	for (room = 1; room <= 4; room++) {
		bko_queue *queue = open_queue(s, BKO_QUEUE_CONSISTENT);

		seen = 0;
		do {
			STAGE_OK(s, bko_queue_next(queue, w, room, sizeof w[0], &count));
			for (i = 0; i < count; i++) {
				same_id(&w[i].order, ranked[seen + i]);
				assert_int_equal(w[i].parked, (seen + i) % 3 == 0);
			}
			seen += count;
		} while (count);
		assert_int_equal(seen, 4);
		bko_queue_close(queue);
	}
	bko_queue_close(NULL);
}

static void queues_tell_change(void **state)
{
	struct stage *s = *state;
	bko_queue *consistent, *live;
	struct bko_waiting w[4];
	size_t count;

	scene(s);
	consistent = open_queue(s, BKO_QUEUE_CONSISTENT);
	live = open_queue(s, BKO_QUEUE_LIVE);
	STAGE_OK(s, bko_queue_next(consistent, w, 1, sizeof w[0], &count));
	assert_int_equal(w[0].stops, BKO_STOP_FRAUD);
	STAGE_OK(s, bko_queue_next(live, w, 2, sizeof w[0], &count));
	same_id(&w[1].order, "b");
	assert_int_equal(w[1].backordered, 4);
	assert_int_equal(w[1].allocated, 2);
	stage_cancel(s, "c");
	stage_place(s, "d", "cup", "hall", 1, 0, 0); /* behind where the live one stands */
	stage_place(s, "e", "cup", "hall", 1, 1, 0);
	STAGE_FAILS(s, BKO_E_CHANGED, bko_queue_next(consistent, w, 1, sizeof w[0], &count));
	STAGE_OK(s, bko_queue_next(live, w, 4, sizeof w[0], &count));
	assert_int_equal(count, 2);
	same_id(&w[0].order, "e");
	same_id(&w[1].order, "h");
	assert_int_equal(w[1].stops & BKO_WAITING_HELD, BKO_WAITING_HELD);
	bko_queue_close(consistent);
	bko_queue_close(live);
	/* rows of a hold that ran out are none */
	s->now += 2 * 3600000;
	live = open_queue(s, BKO_QUEUE_LIVE);
	STAGE_OK(s, bko_queue_next(live, w, 4, sizeof w[0], &count));
	assert_int_equal(count, 4);
	same_id(&w[3].order, "e");
	bko_queue_close(live);
}

static struct bko_explanation explain(struct stage *s, const char *order)
{
	struct bko_explanation e = {.struct_size = sizeof e};
	struct bko_span id = stage_span(order);

	STAGE_OK(s, bko_queue_explain(s->engine, s->now, &id, 0, &e));
	return e;
}

static void explains_waiting(void **state)
{
	struct stage *s = *state;
	struct bko_explanation e = {.struct_size = sizeof e};
	struct bko_span id = stage_span("b");

	scene(s);
	assert_int_equal(explain(s, "a").waits_for, BKO_WAITS_NOTHING);
	e = explain(s, "b");
	assert_int_equal(e.waits_for, BKO_WAITS_SUPPLY);
	assert_int_equal(e.waiting, 4);
	assert_int_equal(e.ahead, 1);
	assert_int_equal(e.place, 2); /* p comes before it, in a band of its own */
	assert_int_equal(e.place_at_least, 0);
	assert_int_equal(e.promise_ms, s->now + 2 * DAY);
	same_id(&e.location, "hall");
	same_id(&e.supply, "po-1");
	e = explain(s, "c");
	assert_int_equal(e.ahead, 5);
	assert_int_equal(e.place, 3);
	assert_int_equal(e.promise_ms, s->now + 5 * DAY);
	same_id(&e.supply, "po-2");
	assert_int_equal(explain(s, "p").waits_for, BKO_WAITS_STOP);
	assert_int_equal(explain(s, "p").stops, BKO_STOP_FRAUD);
	assert_int_equal(explain(s, "h").waits_for, BKO_WAITS_CONFIRM);
	stage_place(s, "z", "cup", "hall", 9, 7, 0);
	e = explain(s, "z");
	assert_int_equal(e.waits_for, BKO_WAITS_UNKNOWN);
	assert_int_equal(e.promise_kind, BKO_DATE_UNKNOWN);
	assert_int_equal(e.ahead, 9);
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_queue_explain(s->engine, s->now, &id, 1, &e));
}

static struct bko_availability ask(struct stage *s, int64_t quantity, int64_t at,
                                   const char *without)
{
	struct bko_availability a = {.struct_size = sizeof a};
	struct bko_availability_query q = {.struct_size = sizeof q,
	                                   .item = cup(),
	                                   .without = stage_span(without),
	                                   .quantity = quantity,
	                                   .now_ms = s->now,
	                                   .at_ms = at,
	                                   .order_class = 7};

	STAGE_OK(s, bko_item_availability(s->engine, &q, &a));
	return a;
}

static void answers_availability(void **state)
{
	struct stage *s = *state;
	struct bko_availability a;
	uint64_t before, after;

	a = ask(s, 1, 0, NULL);
	assert_int_equal(a.state, BKO_STATE_OUT_OF_STOCK);
	assert_int_equal(a.reason, BKO_REASON_UNKNOWN_ITEM);
	scene(s);
	assert_int_equal(bko_memory_hash(s->memory, &before), BKO_OK);
	/* ten come, nine are claimed */
	a = ask(s, 1, 0, NULL);
	assert_int_equal(a.state, BKO_STATE_BACKORDER);
	assert_int_equal(a.available_now, 0);
	assert_int_equal(a.later_kind, BKO_LIMIT_NONE);
	assert_int_equal(a.later, 1);
	assert_int_equal(a.first, 1);
	assert_int_equal(a.first_ms, s->now + 5 * DAY);
	assert_int_equal(a.restock_kind, BKO_DATE_KNOWN);
	assert_int_equal(a.restock_ms, s->now + 5 * DAY);
	assert_int_equal(ask(s, 0, 0, NULL).later, 0);
	/* at that day one can be had, and two that the hold does not claim any more */
	a = ask(s, 4, s->now + 5 * DAY, NULL);
	assert_int_equal(a.state, BKO_STATE_IN_STOCK);
	assert_int_equal(a.available_now, 3);
	assert_int_equal(a.now, 3);
	assert_int_equal(a.later, 1);
	assert_int_equal(ask(s, 1, s->now + 4 * DAY, NULL).available_now, 0);
	/* without b its two units are there, and its four are claimed by nobody: three are
	 * left that wait, now that the hold is over */
	a = ask(s, 5, s->now + 2 * DAY, "b");
	assert_int_equal(a.available_now, 2 + 6 - 3);
	assert_int_equal(ask(s, 1, 0, "a").available_now, 0);
	assert_int_equal(bko_memory_hash(s->memory, &after), BKO_OK);
	assert_true(before == after);
}

/* Holds that run out before the date asked for have nothing then; one's own order has no
 * part in a limit of the item either. */
static void looks_beyond_holds_and_own_units(void **state)
{
	struct stage *s = *state;
	struct bko_limit limit = {.struct_size = sizeof limit,
	                          .of = BKO_LIMIT_ITEM,
	                          .id = cup(),
	                          .limit_kind = BKO_LIMIT_NUMBER,
	                          .limit = 3};

	stage_item(s, "cup");
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &limit));
	stage_receive(s, "cup", "hall", 4);
	stage_place(s, "a", "cup", "hall", 2, 0, s->now + DAY);
	stage_place(s, "b", "cup", "hall", 3, 0, s->now + 3 * DAY); /* waits for one */
	stage_place(s, "c", "cup", "hall", 1, 0, 0);
	assert_int_equal(ask(s, 9, 0, NULL).available_later, 1);
	assert_int_equal(ask(s, 9, 0, "b").available_later, 2);
	assert_int_equal(ask(s, 9, 0, "c").available_later, 2);
	assert_int_equal(ask(s, 9, s->now + DAY, NULL).available_now, 0);
	assert_int_equal(ask(s, 9, s->now + 2 * DAY, NULL).available_now, 0); /* b, c claim */
	assert_int_equal(ask(s, 9, s->now + 2 * DAY, "c").available_now, 1);
	assert_int_equal(ask(s, 9, s->now + 2 * DAY, "b").available_now, 3);
	assert_int_equal(ask(s, 9, s->now + 4 * DAY, NULL).available_now, 3);
	assert_int_equal(ask(s, 9, s->now + 4 * DAY, "b").available_now, 3);
	assert_int_equal(ask(s, 9, s->now + 4 * DAY, NULL).available_later, 2);
	stage_check(s, "cup", "hall");
}

/* Defaults that are set reach each position when it is next touched, before anything is
 * decided there. */
static void defaults_move_units(void **state)
{
	struct stage *s = *state;
	struct bko_policy policy = {
		.struct_size = sizeof policy, .set = BKO_SET_SAFETY_STOCK, .safety_stock = 3};
	struct bko_policy_row row = {.struct_size = sizeof row, .policy = &policy};

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 4);
	STAGE_OK(s, bko_policy_set(s->engine, s->now, &row, 1, sizeof row, NULL));
	assert_int_equal(ask(s, 4, 0, NULL).available_now, 1);
	assert_int_equal(stage_place(s, "a", "cup", "hall", 2, 0, 0).allocated, 1);
	assert_int_equal(stage_head(s, "cup", "hall").buffer, 3);
	policy.safety_stock = 1;
	STAGE_OK(s, bko_policy_set(s->engine, s->now, &row, 1, sizeof row, NULL));
	assert_int_equal(stage_place(s, "b", "cup", "hall", 2, 0, 0).allocated, 1);
	assert_int_equal(stage_line(s, "a").allocated, 2);
	stage_check(s, "cup", "hall");
}

/* The first thing a store is given, though it be the record of an error or a refusal,
 * comes with the store's header: so the next engine knows the lanes. */
static void brings_a_header_with_the_first_row(void **state)
{
	struct stage *s = *state;
	struct bko_units units = {.struct_size = sizeof units, .order = stage_span("none")};
	struct bko_pick pick = {.struct_size = sizeof pick, .line = BKO_LINE_ALL};
	struct bko_options options = {.struct_size = sizeof options, .lanes = 7};
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_lane lane = {.struct_size = sizeof lane};
	struct bko_span none = {NULL, 0};
	struct bko_op op = stage_op(s, NULL);
	bko_engine *other;

	units.picks = &pick;
	units.pick_count = 1;
	units.stride = sizeof pick;
	op.flags = BKO_OP_RETRIED;
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_order_cancel(s->engine, &op, &units, NULL));
	assert_int_equal(bko_memory_store(s->memory, &store), BKO_OK);
	assert_int_equal(bko_engine_open(&options, &store, &other), BKO_OK);
	assert_int_equal(bko_event_lane(other, &none, 0, &lane), BKO_E_EXISTS);
	bko_engine_close(other);
}

static void refuses_what_makes_no_sense(void **state)
{
	struct stage *s = *state;
	struct bko_span twice[] = {hall(), hall()};
	struct bko_availability a = {.struct_size = sizeof a};
	struct bko_availability_query q = {.struct_size = sizeof q,
	                                   .item = cup(),
	                                   .candidates = twice,
	                                   .candidate_count = 2,
	                                   .now_ms = s->now};
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_supply_info found;
	struct bko_bucket bucket;
	struct bko_id id;
	bko_queue *queue;
	size_t count;

	scene(s);
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_item_availability(s->engine, &q, &a));
	q.candidate_count = 1;
	STAGE_OK(s, bko_item_availability(s->engine, &q, &a));
	q.order_class = BKO_CLASSES;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_item_availability(s->engine, &q, &a));
	STAGE_FAILS(s, BKO_E_ARGUMENT,
	            bko_queue_open(s->engine, s->now, &q.item, twice, 2, &queue));
	/* lists may not be batched */
	STAGE_OK(s, bko_batch_begin(s->engine));
	STAGE_FAILS(s, BKO_E_STATE, bko_order_list(s->engine, &cursor, &id, 1, &count));
	STAGE_FAILS(s, BKO_E_STATE, bko_item_list(s->engine, &cursor, &id, 1, &count));
	STAGE_FAILS(s, BKO_E_STATE,
	            bko_supply_list(s->engine, s->now, &q.item, twice, 0, &found, 1, sizeof found,
	                            &count));
	STAGE_FAILS(s, BKO_E_STATE,
	            bko_bucket_list(s->engine, &q.item, twice, &bucket, 1, sizeof bucket, &count));
	STAGE_OK(s, bko_batch_end(s->engine, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(sees_what_time_does),
		STAGED(lists_supplies_and_buckets),
		STAGED(walks_the_queue),
		STAGED(queues_tell_change),
		STAGED(explains_waiting),
		STAGED(answers_availability),
		STAGED(looks_beyond_holds_and_own_units),
		STAGED(defaults_move_units),
		STAGED(brings_a_header_with_the_first_row),
		STAGED(refuses_what_makes_no_sense),
	};

	return cmocka_run_group_tests_name("engine/copies", tests, NULL, NULL);
}
