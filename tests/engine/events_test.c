/*
 * The outbox: consumers at their own pace, pages of events, acknowledging, trimming.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

#include <stdio.h>

enum { PAGE = 512 };

/* So many operations, each with a row of events of its own. */
static void tell(struct stage *s, uint32_t count)
{
	uint32_t i;

	stage_item(s, "cup");
	for (i = 0; i < count; i++)
		stage_receive(s, "cup", "hall", 1);
}

static struct bko_lane lane_of(struct stage *s, const char *consumer)
{
	struct bko_lane lane = {.struct_size = sizeof lane};
	struct bko_span id = stage_span(consumer ? consumer : "");

	STAGE_OK(s, bko_event_lane(s->engine, &id, 0, &lane));
	return lane;
}

static void subscribe(struct stage *s, const char *consumer)
{
	struct bko_span id = stage_span(consumer);

	STAGE_OK(s, bko_event_consumer(s->engine, &id, 0));
}

static void acknowledge(struct stage *s, const char *consumer, uint64_t number)
{
	struct bko_span id = stage_span(consumer);

	STAGE_OK(s, bko_event_acknowledge(s->engine, &id, 0, number));
}

static uint32_t trim(struct stage *s, uint64_t up_to, uint32_t budget)
{
	uint32_t done;

	STAGE_OK(s, bko_event_trim(s->engine, 0, up_to, budget, &done));
	return done;
}

/* Rows of events that are stored. */
static uint32_t rows_of_events(struct stage *s)
{
	struct bko__range *range;
	struct bko__key key;

	bko__tx_clear(s->eye);
	bko__key_begin(&key, 'E');
	range = bko__want_below(s->eye, &key, 4096);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	return range->count;
}

static size_t read_page(struct stage *s, uint64_t after, struct bko_event *array, size_t capacity)
{
	size_t count = 99;

	STAGE_OK(s, bko_event_read(s->engine, 0, after, array, capacity, sizeof *array, &count));
	return count;
}

/* From the first to the last in pages of that size: none is missing, none comes twice. */
static void walk(struct stage *s, size_t capacity)
{
	struct bko_lane lane = lane_of(s, NULL);
	struct bko_event *page = calloc(capacity + 1, sizeof *page);
	uint64_t number = lane.first - 1;
	size_t count, i;

	assert_non_null(page);
	while ((count = read_page(s, number, page, capacity))) {
		assert_in_range(count, 1, capacity);
		for (i = 0; i < count; i++)
			assert_int_equal(page[i].number, ++number);
	}
	assert_int_equal(number, lane.last);
	free(page);
}

static void reads_in_pages_of_any_size(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 64, PAGE, 4096};
	struct stage *s = *state;
	size_t i;

	assert_int_equal(lane_of(s, NULL).lanes, 1);
	assert_int_equal(lane_of(s, NULL).first, 1);
	assert_int_equal(lane_of(s, NULL).last, 0);
	assert_int_equal(read_page(s, 0, NULL, 0), 0);
	tell(s, 300);
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++)
		walk(s, sizes[i]);
}

static void says_what_was_done(void **state)
{
	struct stage *s = *state;
	struct bko_event page[PAGE], again[PAGE];
	struct bko_lane lane;
	size_t count, i;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 4);
	stage_place(s, "a", "cup", "hall", 3, 0, 0);
	lane = lane_of(s, NULL);
	count = read_page(s, 0, page, PAGE);
	assert_int_equal(count, lane.last);
	for (i = 0; i < count && page[i].kind != BKO_EVENT_ALLOCATED; i++)
		continue;
	assert_in_range(i, 0, count - 1);
	assert_int_equal(page[i].amount, 3);
	assert_int_equal(page[i].line, 0);
	assert_int_equal(page[i].detail, BKO_BY_PLACING);
	assert_int_equal(page[i].time_ms, s->now);
	assert_int_equal(page[i].order.size, 1);
	assert_memory_equal(page[i].order.bytes, "a", 1);
	assert_memory_equal(page[i].cause.bytes, "a", 1);
	assert_memory_equal(page[i].item.bytes, "cup", 3);
	assert_memory_equal(page[i].location.bytes, "hall", 4);
	/* redelivery gives the same bytes */
	memset(again, 0, sizeof again);
	memset(page, 0, sizeof page);
	assert_int_equal(read_page(s, 0, page, PAGE), count);
	assert_int_equal(read_page(s, 0, again, PAGE), count);
	assert_memory_equal(page, again, count * sizeof page[0]);
	assert_int_equal(read_page(s, lane.last, page, PAGE), 0);
	assert_int_equal(read_page(s, lane.last + 7, page, PAGE), 0);
}

static void consumers_have_a_pace_of_their_own(void **state)
{
	struct stage *s = *state;
	struct bko_span fast = stage_span("fast"), nobody = stage_span("nobody");
	struct bko_lane lane = {.struct_size = sizeof lane};
	uint64_t last;

	tell(s, 3);
	subscribe(s, "fast");
	subscribe(s, "slow");
	last = lane_of(s, "fast").last;
	assert_int_equal(lane_of(s, "fast").acknowledged, 0);
	acknowledge(s, "fast", 2);
	acknowledge(s, "fast", 1); /* never goes back */
	assert_int_equal(lane_of(s, "fast").acknowledged, 2);
	assert_int_equal(lane_of(s, "slow").acknowledged, 0);
	STAGE_FAILS(s, BKO_E_RANGE, bko_event_acknowledge(s->engine, &fast, 0, last + 1));
	acknowledge(s, "fast", last);
	subscribe(s, "fast"); /* once more: where it stands it stays */
	assert_int_equal(lane_of(s, "fast").acknowledged, last);
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_acknowledge(s->engine, &nobody, 0, 1));
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_lane(s->engine, &nobody, 0, &lane));
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_consumer(s->engine, &nobody, 1));
	STAGE_OK(s, bko_event_consumer(s->engine, &fast, 1));
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_consumer(s->engine, &fast, 1));
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_event_acknowledge(s->engine, &fast, 0, last));
	assert_int_equal(lane_of(s, "slow").acknowledged, 0);
}

static void trims_behind_the_slowest(void **state)
{
	struct stage *s = *state;
	struct bko_event page[4];
	struct bko_lane lane;
	size_t count;

	tell(s, 20);
	subscribe(s, "fast");
	subscribe(s, "slow");
	acknowledge(s, "fast", lane_of(s, "fast").last);
	assert_int_equal(trim(s, 0, 1000), 1);
	assert_int_equal(lane_of(s, "fast").first, 1);
	acknowledge(s, "slow", 9);
	assert_int_equal(trim(s, 4, 1000), 1);
	lane = lane_of(s, "slow");
	assert_in_range(lane.first, 2, 5);
	assert_int_equal(trim(s, 0, 1000), 1);
	lane = lane_of(s, "slow");
	assert_in_range(lane.first, 5, 10);
	/* what is gone is said; from the oldest kept one may always read */
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_event_read(s->engine, 0, lane.first - 2, page, 4, sizeof page[0], &count));
	assert_int_equal(read_page(s, 0, page, 4), 4);
	assert_int_equal(page[0].number, lane.first);
	/* a consumer that comes now stands behind what is gone */
	subscribe(s, "late");
	assert_int_equal(lane_of(s, "late").acknowledged, lane.first - 1);
	walk(s, 3);
	acknowledge(s, "slow", lane.last);
	acknowledge(s, "late", lane.last);
	assert_int_equal(trim(s, 0, 1000), 1);
	lane = lane_of(s, "slow");
	assert_int_equal(lane.first, lane.last + 1);
	assert_int_equal(rows_of_events(s), 0);
	/* numbers go on where they stood */
	stage_receive(s, "cup", "hall", 1);
	assert_int_equal(read_page(s, lane.last, page, 4) > 0, 1);
	assert_int_equal(page[0].number, lane.last + 1);
}

static void trims_no_more_than_the_budget(void **state)
{
	struct stage *s = *state;
	uint32_t rows, calls = 0;

	tell(s, 150);
	rows = rows_of_events(s);
	assert_int_equal(trim(s, 0, 0), 0);
	assert_int_equal(rows_of_events(s), rows);
	assert_int_equal(trim(s, 0, 1), 0);
	assert_int_equal(rows_of_events(s), rows - 1);
	assert_int_equal(trim(s, 0, 70), 0);
	assert_int_equal(rows_of_events(s), rows - 71);
	walk(s, 10);
	while (!trim(s, 0, 30))
		assert_in_range(++calls, 1, 10);
	assert_int_equal(rows_of_events(s), 0);
	assert_int_equal(trim(s, 0, 1), 1);
}

/* Another engine's consumer comes while a lane is being trimmed: it misses nothing that
 * was there when it came. */
static void trimming_passes_no_new_consumer(void **state)
{
	struct stage *s = *state;
	struct bko_span id = stage_span("late");
	struct bko_wanted wanted = {.struct_size = sizeof wanted};
	struct bko_lane lane;
	bko_engine *other;
	uint32_t done, reads;
	int32_t status;

	tell(s, 20);
	assert_int_equal(bko_engine_open(NULL, &s->store, &other), BKO_OK);
	/* the other engine is run after so many answers of this one's */
	for (reads = 0; reads < 8; reads++) {
		uint32_t steps = 0, met = 0;
		uint64_t first;

		while ((status = bko_event_trim(s->engine, 0, 2 * reads + 2, 1000, &done)) ==
		       BKO_WANT) {
			if (steps++ == reads) {
				assert_int_equal(bko_event_consumer(other, &id, 0), BKO_OK);
				met = 1;
			}
			assert_int_equal(bko_engine_wanted(s->engine, &wanted), BKO_OK);
			assert_true(stage_answer(s));
		}
		assert_int_equal(status, BKO_OK);
		if (!met)
			break;
		first = lane_of(s, NULL).first;
		lane = lane_of(s, "late");
		assert_in_range(lane.acknowledged + 1, first, first);
		assert_int_equal(bko_event_consumer(other, &id, 1), BKO_OK);
	}
	assert_in_range(reads, 2, 7);
	bko_engine_close(other);
}

static void refuses_what_makes_no_sense(void **state)
{
	struct stage *s = *state;
	struct bko_span id = stage_span("fast"), none = {NULL, 0};
	struct bko_lane lane = {.struct_size = sizeof lane};
	struct bko_event page[2];
	uint32_t done;
	size_t count;

	tell(s, 1);
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_event_consumer(s->engine, &none, 0));
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_event_consumer(s->engine, &id, 2));
	STAGE_FAILS(s, BKO_E_MISUSE, bko_event_consumer(s->engine, NULL, 0));
	STAGE_FAILS(s, BKO_E_ARGUMENT,
	            bko_event_read(s->engine, 1, 0, page, 2, sizeof page[0], &count));
	STAGE_FAILS(s, BKO_E_STRUCT_SIZE, bko_event_read(s->engine, 0, 0, page, 2, 8, &count));
	STAGE_FAILS(s, BKO_E_MISUSE,
	            bko_event_read(s->engine, 0, 0, NULL, 2, sizeof page[0], &count));
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_event_lane(s->engine, &none, 1, &lane));
	STAGE_FAILS(s, BKO_E_MISUSE, bko_event_lane(s->engine, NULL, 0, &lane));
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_event_acknowledge(s->engine, &id, 64, 1));
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_event_trim(s->engine, 1, 0, 5, &done));
	STAGE_FAILS(s, BKO_E_MISUSE, bko_event_trim(s->engine, 0, 0, 5, NULL));
	STAGE_OK(s, bko_batch_begin(s->engine));
	STAGE_FAILS(s, BKO_E_STATE, bko_event_trim(s->engine, 0, 0, 5, &done));
	STAGE_OK(s, bko_batch_end(s->engine, 1));
}

/* Of a cancellation events tell which units waited, and which lay on the shelf. */
static void what_was_cancelled_is_told(void **state)
{
	static const struct {
		int64_t cancelled, waiting, allocated;
	} rows[] = {{1, -1, 0}, {2, -2, 0}, {4, -2, -2}, {5, -2, -3}};
	struct stage *s = *state;
	size_t i;

	stage_item(s, "cup");
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		char id[8] = "o-1", location[8] = "shop1";
		struct bko_pick pick = {.struct_size = sizeof pick, .quantity = rows[i].cancelled};
		struct bko_units units = {.struct_size = sizeof units,
		                          .picks = &pick,
		                          .pick_count = 1,
		                          .stride = sizeof pick};
		struct bko_outcome outcome = {.struct_size = sizeof outcome};
		struct bko_op op = stage_op(s, NULL);
		int64_t waiting = 0, allocated = 0;
		size_t k;

		id[2] = (char)('1' + i);
		location[4] = id[2];
		units.order = stage_span(id);
		stage_receive(s, "cup", location, 3);
		stage_place(s, id, "cup", location, 5, 0, 0);
		STAGE_OK(s, bko_order_cancel(s->engine, &op, &units, &outcome));
		assert_int_equal(outcome.quantity, rows[i].cancelled);
		assert_int_equal(outcome.allocated, 3 + rows[i].allocated);
		assert_int_equal(outcome.backordered, 2 + rows[i].waiting);
		stage_read_events(s);
		for (k = 0; k < s->event_count; k++) {
			const struct stage_event *e = &s->events[k];

			if (e->detail != BKO_BY_CANCELLING || strcmp(e->order, id))
				continue;
			waiting += e->kind == BKO_EVENT_BACKORDERED ? e->amount : 0;
			allocated += e->kind == BKO_EVENT_UNALLOCATED ? e->amount : 0;
		}
		assert_int_equal(waiting, rows[i].waiting);
		assert_int_equal(allocated, rows[i].allocated);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(reads_in_pages_of_any_size),
		STAGED(says_what_was_done),
		STAGED(consumers_have_a_pace_of_their_own),
		STAGED(trims_behind_the_slowest),
		STAGED(trims_no_more_than_the_budget),
		cmocka_unit_test_setup_teardown(trimming_passes_no_new_consumer, stage_pull,
	                                        stage_down),
		STAGED(what_was_cancelled_is_told),
		STAGED(refuses_what_makes_no_sense),
	};

	return cmocka_run_group_tests_name("engine/events", tests, NULL, NULL);
}
