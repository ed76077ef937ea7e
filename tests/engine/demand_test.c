/*
 * Counted demand: what is counted, when, and how it is read; how long it is kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

#include "engine/demand.h"

#include <stdio.h>

enum { HOUR = 3600000, PERIODS = 64, PLACES = 2 };

static const char *const places[PLACES] = {"hall", "yard"};

static void count_in(struct stage *s, int64_t period, uint32_t keep, int64_t begin)
{
	struct bko_demand_setting setting = {.struct_size = sizeof setting,
	                                     .keep = keep,
	                                     .period_ms = period,
	                                     .begin_ms = begin};

	STAGE_OK(s, bko_demand_set(s->engine, s->now, &setting));
}

static size_t read_into(struct stage *s, const char *location, int64_t from,
                        struct bko_demand_period *periods, size_t capacity)
{
	struct bko_span item = stage_span("cup"), at = stage_span(location);
	size_t count = 99, i;

	memset(periods, 0, capacity * sizeof *periods);
	for (i = 0; i < capacity; i++)
		periods[i].struct_size = sizeof *periods;
	STAGE_OK(s, bko_demand_read(s->engine, s->now, &item, location ? &at : NULL, from, periods,
	                            capacity, sizeof *periods, &count));
	return count;
}

static size_t findings(struct stage *s)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding found[8];
	size_t count, all = 0, i;

	while (!cursor.done) {
		memset(found, 0, sizeof found);
		for (i = 0; i < 8; i++)
			found[i].struct_size = sizeof found[i];
		STAGE_OK(s, bko_engine_verify(s->engine, s->now, 0, &cursor, 50, found, 8,
		                              sizeof found[0], &count));
		for (i = 0; i < count; i++)
			assert_int_equal(found[i].check, BKO_CHECK_RECORD);
		all += count;
	}
	return all;
}

static struct bko_outcome order(struct stage *s, const char *id, const char *location,
                                int64_t quantity, uint32_t op_flags, uint32_t flags,
                                int64_t hold_until)
{
	struct stage_asked asked;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, id);

	stage_ask(&asked, "cup", location, quantity);
	asked.request.flags = flags;
	asked.request.hold_until_ms = hold_until;
	op.flags = op_flags;
	STAGE_OK(s, bko_order_place(s->engine, &op, &asked.request, &outcome));
	return outcome;
}

static void confirm(struct stage *s, const char *id, const char *hold)
{
	struct bko_confirm request = {.struct_size = sizeof request, .order = stage_span(hold)};
	struct bko_op op = stage_op(s, id);

	STAGE_OK(s, bko_order_confirm(s->engine, &op, &request, NULL));
}

static void stocked(struct stage *s, uint32_t selling)
{
	struct bko_policy policy = {
		.struct_size = sizeof policy, .set = BKO_SET_SELLING, .selling = selling};

	stage_policy(s, "cup", &policy);
}

static size_t rows_kept(struct stage *s, const char *location)
{
	struct bko_span item = stage_span("cup"), at = stage_span(location);
	struct bko__range *range;
	struct bko__key key;

	bko__tx_clear(s->eye);
	bko__pos_key(&item, &at, &key);
	bko__key_byte(&key, 'd');
	range = bko__want_below(s->eye, &key, 4096);
	assert_int_equal(bko__fetch(s->eye), BKO_OK);
	return range->count;
}

static void off(void **state)
{
	struct stage *s = *state;
	struct bko_span item = stage_span("cup"), at = stage_span("hall");
	struct bko_demand_period period = {.struct_size = sizeof period};
	uint64_t reads;
	size_t count;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 5);
	stage_place(s, "o1", "cup", "hall", 7, 0, 0);
	STAGE_FAILS(s, BKO_E_STATE,
	            bko_demand_read(s->engine, s->now, &item, &at, 0, &period, 1, sizeof period,
	                            &count));
	assert_int_equal(count, 0);
	assert_int_equal(rows_kept(s, "hall"), 0);
	/* once it is on and known, an order in a period that has its row costs no trip more */
	reads = stage_reads(s);
	stage_place(s, "o2", "cup", "hall", 7, 0, 0);
	reads = stage_reads(s) - reads;
	count_in(s, HOUR, 0, 0);
	stage_place(s, "o3", "cup", "hall", 7, 0, 0);
	stage_place(s, "o4", "cup", "hall", 7, 0, 0);
	reads += stage_reads(s);
	stage_place(s, "o5", "cup", "hall", 7, 0, 0);
	assert_true(stage_reads(s) <= reads + (s->store.caps & BKO_STORE_LENDS ? 1 : 0));
	assert_int_equal(rows_kept(s, "hall"), 1);
}

/* Three are sold and shipped, two come back. */
static void bring_back(struct stage *s)
{
	struct bko_pick pick = {.struct_size = sizeof pick};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = stage_span("s1"),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct bko_return back = {.struct_size = sizeof back,
	                          .disposition = BKO_RETURN_SELLABLE,
	                          .order = stage_span("s1"),
	                          .quantity = 2};
	struct bko_op op;

	stage_receive(s, "cup", "hall", 50);
	stage_place(s, "s1", "cup", "hall", 3, 0, 0);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_order_ship(s->engine, &op, &units, NULL));
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_order_return(s->engine, &op, &back, NULL));
}

/* Every verb that is demand, and those that are not. */
static void verbs(void **state)
{
	struct bko_demand_period periods[4];
	struct stage *s = *state;
	struct bko_amend amend = {.struct_size = sizeof amend,
	                          .set = BKO_AMEND_QUANTITY,
	                          .order = stage_span("o1"),
	                          .quantity = 9};
	struct bko_forced_sale sale = {.struct_size = sizeof sale,
	                               .item = stage_span("cup"),
	                               .location = stage_span("hall"),
	                               .quantity = 2};
	struct bko_op op;

	count_in(s, HOUR, 0, 0);
	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	assert_int_equal(read_into(s, "hall", 0, periods, 4), 1);
	assert_int_equal(periods[0].start_ms, 0);
	assert_int_equal(periods[0].length_ms, HOUR);
	assert_int_equal(periods[0].accepted, 0);
	assert_int_equal(periods[0].flags, BKO_DEMAND_OPEN | BKO_DEMAND_SOLD_OUT);
	stage_receive(s, "cup", "hall", 5);
	stage_place(s, "o1", "cup", "hall", 7, 0, 0); /* 5 and 2 for later */
	stage_place(s, "o1", "cup", "hall", 7, 0, 0); /* again: a replay */
	assert_int_equal(read_into(s, "hall", 0, periods, 4), 1);
	assert_int_equal(periods[0].accepted, 7);
	stage_place(s, "h1", "cup", "hall", 4, 0, s->now + 2 * HOUR);
	read_into(s, "hall", 0, periods, 4);
	assert_int_equal(periods[0].accepted, 7);
	s->now += HOUR;
	confirm(s, "c1", "h1");
	confirm(s, "c1", "h1");
	op = stage_op(s, "a1");
	STAGE_OK(s, bko_order_amend(s->engine, &op, &amend, NULL));
	STAGE_OK(s, bko_order_amend(s->engine, &op, &amend, NULL));
	assert_int_equal(read_into(s, "hall", 0, periods, 4), 2);
	assert_int_equal(periods[0].accepted, 7);
	assert_int_equal(periods[0].flags, BKO_DEMAND_SOLD_OUT);
	assert_int_equal(periods[1].accepted, 4 + 2);
	assert_int_equal(periods[1].undone, 0);
	amend.quantity = 8;
	op = stage_op(s, "a2");
	STAGE_OK(s, bko_order_amend(s->engine, &op, &amend, NULL));
	STAGE_OK(s, bko_order_amend(s->engine, &op, &amend, NULL));
	stage_cancel(s, "o1");
	op = stage_op(s, "f1");
	STAGE_OK(s, bko_stock_force(s->engine, &op, &sale, NULL));
	STAGE_OK(s, bko_stock_force(s->engine, &op, &sale, NULL));
	read_into(s, "hall", 0, periods, 4);
	assert_int_equal(periods[1].accepted, 4 + 2 + 2);
	assert_int_equal(periods[1].undone, 9);
	bring_back(s);
	read_into(s, "hall", 0, periods, 4);
	assert_int_equal(periods[1].accepted, 4 + 2 + 2 + 3);
	assert_int_equal(periods[1].undone, 9 + 2);
	assert_int_equal(periods[1].refused, 0);
	/* a hold that nobody confirms was none, nor was one that is given back */
	stage_place(s, "h2", "cup", "hall", 40, 0, s->now + HOUR);
	stage_place(s, "h3", "cup", "hall", 40, 0, s->now + HOUR);
	stage_cancel(s, "h3");
	s->now += 3 * HOUR;
	assert_int_equal(read_into(s, "hall", s->now, periods, 4), 1);
	assert_int_equal(periods[0].accepted, 0);
	assert_int_equal(periods[0].start_ms, 4 * HOUR);
	assert_int_equal(findings(s), 0);
}

static void refusals(void **state)
{
	struct bko_demand_period periods[2];
	struct stage *s = *state;

	count_in(s, HOUR, 0, 0);
	stocked(s, BKO_SELL_STOCK);
	stage_receive(s, "cup", "hall", 5);
	order(s, "r1", "hall", 6, 0, 0, 0);
	read_into(s, "hall", 0, periods, 2);
	assert_int_equal(periods[0].refused, 0);
	order(s, "r2", "hall", 6, BKO_OP_COUNT_REFUSED, 0, 0);
	order(s, "r2", "hall", 6, BKO_OP_COUNT_REFUSED, 0, 0);
	read_into(s, "hall", 0, periods, 2);
	assert_int_equal(periods[0].refused, 6);
	assert_int_equal(stage_head(s, "cup", "hall").refused, 1); /* what was short of it */
	/* in part: what is taken, and what is not */
	order(s, "p1", "hall", 8, 0, BKO_ORDER_ACCEPT_PART, 0);
	stage_receive(s, "cup", "hall", 1);
	order(s, "p2", "hall", 3, BKO_OP_COUNT_REFUSED, BKO_ORDER_ACCEPT_PART, 0);
	assert_int_equal(read_into(s, "hall", 0, periods, 2), 1);
	assert_int_equal(periods[0].accepted, 5 + 1);
	assert_int_equal(periods[0].refused, 6 + 2);
	assert_int_equal(findings(s), 0);
}

/* Within a batch that is thrown away nothing was asked; in one that is kept, all. */
static void batches(void **state)
{
	struct bko_demand_period periods[2];
	struct stage *s = *state;

	count_in(s, HOUR, 0, 0);
	stocked(s, BKO_SELL_STOCK);
	stage_receive(s, "cup", "hall", 50);
	for (uint32_t discard = 2; discard-- > 0;) {
		STAGE_OK(s, bko_batch_begin(s->engine));
		order(s, "b1", "hall", 3, 0, 0, 0);
		order(s, "b2", "hall", 4, 0, 0, 0);
		order(s, "b3", "hall", 400, BKO_OP_COUNT_REFUSED, 0, 0);
		STAGE_OK(s, bko_batch_end(s->engine, discard));
		read_into(s, "hall", 0, periods, 2);
		assert_int_equal(periods[0].accepted, discard ? 0 : 7);
		assert_int_equal(periods[0].refused, discard ? 0 : 400);
	}
	assert_int_equal(findings(s), 0);
}

/* Whether stock was there, in periods with rows and without. */
static void out_of_stock(void **state)
{
	struct bko_demand_period p[16];
	struct stage *s = *state;
	size_t count;

	count_in(s, HOUR, 0, 0);
	stocked(s, BKO_SELL_STOCK);
	s->now = 2 * HOUR + 5;
	stage_receive(s, "cup", "hall", 5);
	s->now = 5 * HOUR;
	stage_place(s, "a", "cup", "hall", 5, 0, 0); /* empty from the beginning of 5 on */
	s->now = 8 * HOUR + HOUR / 2;
	stage_receive(s, "cup", "hall", 1);
	s->now = 10 * HOUR;
	count = read_into(s, "hall", 0, p, 16);
	assert_int_equal(count, 9);
	for (size_t i = 0; i < count; i++) {
		const uint32_t out = BKO_DEMAND_SOLD_OUT | BKO_DEMAND_UNSELLABLE;
		uint32_t expected = i >= 3 && i <= 6 ? out : 0;

		if (i == 0) /* it was not there before: nothing on the shelf */
			expected = BKO_DEMAND_SOLD_OUT;
		if (i == 8)
			expected = BKO_DEMAND_OPEN;
		assert_int_equal(p[i].start_ms, ((int64_t)i + 2) * HOUR);
		assert_int_equal(p[i].flags, expected);
	}
	/* the last unit goes: flagged from then on, without a row too */
	stage_place(s, "b", "cup", "hall", 1, 0, 0);
	s->now = 12 * HOUR + 1;
	assert_int_equal(read_into(s, "hall", 10 * HOUR, p, 16), 3);
	assert_int_equal(p[1].flags, BKO_DEMAND_SOLD_OUT | BKO_DEMAND_UNSELLABLE);
	/* with the other place it can be had still */
	stage_receive(s, "cup", "yard", 1);
	assert_int_equal(read_into(s, NULL, 10 * HOUR, p, 16), 3);
	assert_int_equal(p[1].flags, BKO_DEMAND_SOLD_OUT | BKO_DEMAND_UNSELLABLE);
	assert_int_equal(p[2].flags, BKO_DEMAND_OPEN | BKO_DEMAND_SOLD_OUT);
}

static void prune(struct stage *s)
{
	uint32_t done = 0;

	while (!done)
		STAGE_OK(s, bko_engine_prune(s->engine, s->now, 36000000, 5, &done));
}

static void kept_and_removed(void **state)
{
	struct bko_demand_period p[16];
	struct stage *s = *state;

	count_in(s, HOUR, 3, 0);
	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	for (uint32_t i = 0; i < 9; i++, s->now += HOUR) {
		stage_place(s, NULL, "cup", "hall", 1 + i, 0, 0);
		assert_true(rows_kept(s, "hall") <= 3);
	}
	s->now -= HOUR;
	assert_int_equal(read_into(s, "hall", 0, p, 16), 3);
	assert_int_equal(p[0].accepted, 7);
	assert_int_equal(p[2].accepted, 9);
	/* nothing is asked for any more: what is too old is not read, and goes by pruning */
	s->now += 2 * HOUR;
	assert_int_equal(read_into(s, "hall", 0, p, 16), 3);
	assert_int_equal(p[0].accepted, 9);
	prune(s);
	assert_int_equal(rows_kept(s, "hall"), 1);
	assert_int_equal(findings(s), 0);
	/* another length: what was counted in the old one is not read, and goes in time */
	count_in(s, 2 * HOUR, 0, 0);
	assert_int_equal(read_into(s, "hall", 0, p, 16), 0);
	stage_place(s, NULL, "cup", "hall", 4, 0, 0);
	assert_int_equal(read_into(s, "hall", 0, p, 16), 1);
	assert_int_equal(p[0].accepted, 4);
	assert_int_equal(p[0].length_ms, 2 * HOUR);
	count_in(s, 0, 0, 0);
	stage_place(s, NULL, "cup", "hall", 4, 0, 0);
	prune(s);
	assert_int_equal(rows_kept(s, "hall"), 0);
	assert_int_equal(findings(s), 0);
}

/* Random shopping at two places against a table that is kept by hand. */
static void recounted(void **state)
{
	static struct bko_demand_period periods[PERIODS + 1];
	int64_t accepted[PLACES][PERIODS + 1] = {{0}}, refused[PLACES][PERIODS + 1] = {{0}};
	int64_t sums[2] = {0, 0};
	const int64_t begin = 7 * (int64_t)60000;
	struct stage *s = *state;
	uint32_t random = 12345, at;
	size_t count, i;

	count_in(s, HOUR, PERIODS, begin + 5 * HOUR);
	stocked(s, BKO_SELL_STOCK);
	s->now = begin;
	for (at = 0; at < PLACES; at++)
		stage_receive(s, "cup", places[at], 20);
	while (s->now < begin + (PERIODS - 4) * (int64_t)HOUR) {
		int64_t quantity, period = (s->now - begin) / HOUR;
		struct bko_outcome done;
		uint32_t flags;
		char id[24];

		random = random * 1664525 + 1013904223;
		at = random >> 8 & 1;
		quantity = 1 + (random >> 9) % 9;
		flags = random >> 13 & 1 ? BKO_OP_COUNT_REFUSED : 0;
		snprintf(id, sizeof id, "n%u", (unsigned)random);
		if ((random >> 14) % 8 == 0) {
			stage_receive(s, "cup", places[at], quantity * 3);
		} else {
			int64_t hold = (random >> 17) % 4 == 0 ? s->now + 2 * HOUR : 0;

			done = order(s, id, places[at], quantity, flags, BKO_ORDER_ACCEPT_PART,
			             hold);
			if (!hold)
				accepted[at][period] += done.allocated;
			if (flags)
				refused[at][period] += done.refused;
			if (random >> 19 & 1) /* the answer was lost */
				order(s, id, places[at], quantity, flags, BKO_ORDER_ACCEPT_PART,
				      hold);
			if (hold && done.allocated && (random >> 20 & 1)) {
				s->now += HOUR / 2;
				period = (s->now - begin) / HOUR;
				confirm(s, NULL, id);
				accepted[at][period] += done.allocated;
			}
		}
		s->now += (random >> 22) % 40 * 60000;
	}
	for (at = 0; at < PLACES; at++) {
		count = read_into(s, places[at], 0, periods, PERIODS + 1);
		assert_int_equal(count, (s->now - begin) / HOUR + 1);
		for (i = 0; i < count; i++) {
			assert_int_equal(periods[i].start_ms, begin + (int64_t)i * HOUR);
			assert_int_equal(periods[i].accepted, accepted[at][i]);
			assert_int_equal(periods[i].refused, refused[at][i]);
			sums[0] += accepted[at][i];
			sums[1] += refused[at][i];
		}
	}
	assert_true(sums[0] > 100 && sums[1] > 20);
	count = read_into(s, NULL, 0, periods, PERIODS + 1);
	for (i = 0; i < count; i++) {
		sums[0] -= periods[i].accepted;
		sums[1] -= periods[i].refused;
	}
	assert_int_equal(sums[0], 0);
	assert_int_equal(sums[1], 0);
	assert_int_equal(findings(s), 0);
}

static void arguments(void **state)
{
	struct stage *s = *state;
	struct bko_span item = stage_span("cup"), at = stage_span("attic");
	struct bko_demand_period period = {.struct_size = sizeof period};
	struct bko_demand_setting setting = {.struct_size = sizeof setting};
	size_t count;
	static const struct {
		uint32_t keep;
		int64_t period, begin;
		int32_t status;
	} wrong[] = {
		{0, 59999, 0, BKO_E_ARGUMENT},   {0, 367 * (int64_t)86400000, 0, BKO_E_ARGUMENT},
		{0, -HOUR, 0, BKO_E_ARGUMENT},   {1, HOUR, 0, BKO_E_ARGUMENT},
		{1025, HOUR, 0, BKO_E_ARGUMENT}, {0, HOUR, -1, BKO_E_RANGE},
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		setting.keep = wrong[i].keep;
		setting.period_ms = wrong[i].period;
		setting.begin_ms = wrong[i].begin;
		STAGE_FAILS(s, wrong[i].status, bko_demand_set(s->engine, s->now, &setting));
	}
	STAGE_FAILS(s, BKO_E_MISUSE, bko_demand_set(s->engine, s->now, NULL));
	count_in(s, HOUR, 0, 0);
	stage_read_events(s);
	assert_int_equal(stage_told(s, BKO_EVENT_POLICY, NULL), 1);
	count_in(s, HOUR, 64, 5 * HOUR); /* as it is: nothing is told */
	stage_read_events(s);
	assert_int_equal(stage_told(s, BKO_EVENT_POLICY, NULL), 1);
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_demand_read(s->engine, s->now, &item, NULL, 0, &period, 1, sizeof period,
	                            &count));
	stage_item(s, "cup");
	STAGE_FAILS(s, BKO_E_NOT_FOUND,
	            bko_demand_read(s->engine, s->now, &item, &at, 0, &period, 1, sizeof period,
	                            &count));
	assert_int_equal(read_into(s, NULL, 0, &period, 1), 0); /* nowhere yet */
	STAGE_FAILS(s, BKO_E_MISUSE,
	            bko_demand_read(s->engine, s->now, NULL, &at, 0, &period, 1, sizeof period,
	                            &count));
	STAGE_FAILS(s, BKO_E_STRUCT_SIZE,
	            bko_demand_read(s->engine, s->now, &item, &at, 0, &period, 1, 8, &count));
	STAGE_FAILS(s, BKO_E_RANGE,
	            bko_demand_read(s->engine, s->now, &item, &at, -1, &period, 1, sizeof period,
	                            &count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(off),
		STAGED(verbs),
		STAGED(refusals),
		STAGED(batches),
		STAGED(recounted),
		STAGED(out_of_stock),
		STAGED(kept_and_removed),
		STAGED(arguments),
	};

	return cmocka_run_group_tests_name("engine/demand", tests, NULL, NULL);
}
