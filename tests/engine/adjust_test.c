/*
 * Adjustments, and what becomes of lines when a shelf holds less than they were
 * given.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine/op.h"
#include "stage.h"

static struct bko_adjustment adjustment(uint32_t kind, const char *bucket, int64_t quantity)
{
	struct bko_adjustment a = {.struct_size = sizeof a,
	                           .kind = kind,
	                           .item = stage_span("cup"),
	                           .location = stage_span("hall"),
	                           .bucket = stage_span(bucket),
	                           .reason = stage_span("looked"),
	                           .quantity = quantity};

	return a;
}

static void refused(struct stage *s, const struct bko_adjustment *a, int32_t status)
{
	struct bko_op op = stage_op(s, NULL);

	STAGE_FAILS(s, status, bko_stock_adjust(s->engine, &op, a, NULL));
}

static void stock(struct stage *s, int64_t quantity)
{
	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", quantity);
}

static struct bko_outcome adjust(struct stage *s, uint32_t kind, const char *bucket,
                                 int64_t quantity)
{
	return stage_adjust(s, kind, "cup", "hall", bucket, quantity);
}

static void order(struct stage *s, const char *id, int64_t quantity, uint32_t order_class)
{
	s->now++;
	stage_place(s, id, "cup", "hall", quantity, order_class, 0);
}

static void hold(struct stage *s, const char *id, int64_t quantity)
{
	s->now++;
	stage_place(s, id, "cup", "hall", quantity, 0, 5000000);
}

/* ---- Figures ---- */

static void counts_and_changes(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;

	stock(s, 10);
	order(s, "o-1", 3, 0);
	outcome = adjust(s, BKO_ADJUST_COUNT, NULL, 8); /* 7 open, 3 allocated: 2 less */
	assert_int_equal(outcome.quantity, -2);
	assert_int_equal(outcome.missing, 0);
	assert_int_equal(stage_head(s, "cup", "hall").open, 5);
	assert_int_equal(outcome.revision, stage_head(s, "cup", "hall").revision);
	assert_string_equal(stage_last(s, BKO_EVENT_ADJUSTED)->order, "looked");
	assert_int_equal(stage_last(s, BKO_EVENT_ADJUSTED)->detail, BKO_ADJUST_COUNT);
	outcome = adjust(s, BKO_ADJUST_COUNT, NULL, 8); /* as the books say */
	assert_int_equal(outcome.quantity, 0);
	outcome = adjust(s, BKO_ADJUST_CHANGE, NULL, 4);
	assert_int_equal(outcome.quantity, 4);
	assert_int_equal(stage_head(s, "cup", "hall").open, 9);
	assert_int_equal(stage_head(s, "cup", "hall").adjusted, 2);
	stage_check(s, "cup", "hall");
}

static void more_serves_the_queue(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;

	stock(s, 1);
	order(s, "o-1", 4, 0);
	outcome = adjust(s, BKO_ADJUST_COUNT, NULL, 5);
	assert_int_equal(outcome.served, 3);
	assert_int_equal(stage_line(s, "o-1").allocated, 4);
	assert_int_equal(stage_head(s, "cup", "hall").open, 1);
	stage_check(s, "cup", "hall");
}

/* A count is refused once something physical happened; a sale is nothing physical. */
static void stale(void **state)
{
	struct stage *s = *state;
	struct bko_adjustment a = adjustment(BKO_ADJUST_COUNT, NULL, 5);

	stock(s, 10);
	a.revision = stage_head(s, "cup", "hall").revision;
	order(s, "o-1", 3, 0);
	{
		struct bko_op op = stage_op(s, "c-1");
		struct bko_outcome outcome = {.struct_size = sizeof outcome};

		STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
		STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
		assert_int_equal(outcome.flags & BKO_OUTCOME_REPLAYED, BKO_OUTCOME_REPLAYED);
		assert_int_equal(outcome.quantity, -5);
		a.quantity = 6;
		STAGE_FAILS(s, BKO_E_MISMATCH, bko_stock_adjust(s->engine, &op, &a, &outcome));
		assert_int_equal(outcome.quantity | outcome.flags, 0);
	}
	refused(s, &a, BKO_E_STALE);
	a.revision = stage_head(s, "cup", "hall").revision + 1;
	refused(s, &a, BKO_E_STALE);
}

static void buckets(void **state)
{
	struct stage *s = *state;
	struct bko_adjustment a = adjustment(BKO_ADJUST_MOVE, NULL, 3);
	struct bko_op op = stage_op(s, NULL);
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko__head head;
	char name[2] = "a";
	int i;

	stock(s, 10);
	a.to_bucket = stage_span("damaged");
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	assert_int_equal(outcome.quantity, 3);
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.unavailable, 3);
	assert_int_equal(head.open, 7);
	assert_int_equal(head.on_hand, 10);
	assert_int_equal(head.adjusted, 0);
	assert_string_equal(stage_last(s, BKO_EVENT_BUCKET)->order, "damaged");
	outcome = adjust(s, BKO_ADJUST_COUNT, "damaged", 5);
	assert_int_equal(outcome.quantity, 2);
	assert_int_equal(stage_head(s, "cup", "hall").on_hand, 12);
	adjust(s, BKO_ADJUST_CHANGE, "damaged", -1);
	a.bucket = stage_span("damaged");
	a.to_bucket = stage_span("display");
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, NULL));
	refused(s, &a, BKO_E_INSUFFICIENT); /* 1 is left */
	a.quantity = 1;
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, NULL));
	refused(s, &a, BKO_E_INSUFFICIENT);
	a.bucket = stage_span("display");
	a.to_bucket = stage_span(NULL);
	a.quantity = 4;
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, NULL));
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.unavailable, 0);
	assert_int_equal(head.open, 11);
	for (i = 0; i < BKO_BUCKETS_MAX; i++, name[0]++)
		adjust(s, BKO_ADJUST_COUNT, name, 1);
	a = adjustment(BKO_ADJUST_CHANGE, "one-more", 1);
	refused(s, &a, BKO_E_TOO_LARGE);
	adjust(s, BKO_ADJUST_COUNT, "c", 0); /* an empty one makes room */
	adjust(s, BKO_ADJUST_CHANGE, "one-more", 1);
	stage_check(s, "cup", "hall");
}

static void feeds(void **state)
{
	struct stage *s = *state;
	struct bko_adjustment a = adjustment(BKO_ADJUST_FEED, NULL, 12);
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, NULL);

	stock(s, 10);
	order(s, "o-1", 4, 0);
	a.source = stage_span("erp");
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	assert_int_equal(outcome.quantity, 2); /* to what is there */
	stage_receive(s, "cup", "hall", 5);    /* which the source does not know of */
	op = stage_op(s, NULL);
	a.quantity = 9;
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	assert_int_equal(outcome.quantity, -3); /* to its own last figure */
	assert_int_equal(stage_head(s, "cup", "hall").on_hand, 14);
	op = stage_op(s, NULL);
	a.source = stage_span("till");
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	assert_int_equal(outcome.quantity, -5);
	stage_check(s, "cup", "hall");
}

static void bounds(void **state)
{
	struct stage *s = *state;
	struct bko_adjustment a = adjustment(BKO_ADJUST_CHANGE, NULL, 1);
	char longer[BKO_REASON_TEXT_MAX + 2];

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	refused(s, &a, BKO_E_NOT_FOUND);
	stage_item(s, "cup");
	refused(s, &a, BKO_E_NOT_FOUND);
	stage_receive(s, "cup", "hall", 2);
	a.quantity = -3;
	refused(s, &a, BKO_E_INSUFFICIENT);
	a.reason = stage_span(NULL);
	refused(s, &a, BKO_E_ARGUMENT);
	a.reason = stage_span(longer);
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_CHANGE, longer, 1);
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_CHANGE, NULL, 1);
	a.to_bucket = stage_span("b");
	refused(s, &a, BKO_E_ARGUMENT);
	a.to_bucket = stage_span(NULL);
	a.source = stage_span("erp");
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_FEED, NULL, 1);
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_MOVE, "b", 1);
	a.to_bucket = stage_span("b");
	refused(s, &a, BKO_E_ARGUMENT);
	a.to_bucket = stage_span("c");
	a.quantity = 0;
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_COUNT, NULL, -1);
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(5, NULL, 1);
	refused(s, &a, BKO_E_ARGUMENT);
	a = adjustment(BKO_ADJUST_CHANGE, NULL, ((int64_t)1 << 53) - 1);
	refused(s, &a, BKO_E_RANGE);
	assert_int_equal(stage_head(s, "cup", "hall").on_hand, 2);
}

/* ---- Shortages ---- */

/* The fact is recorded at once; the position sells and ships nothing meanwhile. */
static void records_the_fact(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;
	struct bko__head head;

	stock(s, 10);
	order(s, "o-1", 4, 0);
	order(s, "o-2", 4, 0);
	outcome = adjust(s, BKO_ADJUST_COUNT, NULL, 5);
	assert_int_equal(outcome.quantity, -5);
	assert_int_equal(outcome.missing, 3);
	assert_int_equal(outcome.flags & BKO_OUTCOME_SERVING, BKO_OUTCOME_SERVING);
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.on_hand, 5);
	assert_int_equal(head.open, 0);
	assert_int_equal(head.allocated, 8);
	assert_int_equal(head.missing, 3);
	assert_true(head.due <= s->now);
	assert_int_equal(stage_last(s, BKO_EVENT_SHORTAGE)->amount, 3);
	stage_check(s, "cup", "hall");
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").allocated, 4);
	assert_int_equal(stage_line(s, "o-2").allocated, 1);
	assert_int_equal(stage_line(s, "o-2").waiting, 3);
	assert_int_equal(stage_line(s, "o-2").outside, 3);
	assert_string_equal(stage_last(s, BKO_EVENT_UNALLOCATED)->order, "o-2");
	assert_int_equal(stage_last(s, BKO_EVENT_UNALLOCATED)->detail, BKO_BY_SHORTAGE);
	assert_int_equal(stage_last(s, BKO_EVENT_BACKORDERED)->amount, 3);
	/* what comes goes to the line first, at its rank */
	order(s, "o-3", 2, 0);
	stage_receive(s, "cup", "hall", 4);
	assert_int_equal(stage_line(s, "o-2").allocated, 4);
	assert_int_equal(stage_line(s, "o-3").allocated, 1);
	stage_check(s, "cup", "hall");
}

/* Live holds by worst rank, unpicked units by worst rank, then picked ones. */
static void in_order(void **state)
{
	struct stage *s = *state;
	int64_t left;

	stock(s, 20);
	order(s, "o-1", 4, 0);
	hold(s, "h-1", 2);
	order(s, "o-2", 4, 3);
	hold(s, "h-2", 2);
	order(s, "o-3", 4, 0);
	order(s, "o-4", 4, 0);
	stage_pick(s, "o-2", 3);
	stage_pick(s, "o-4", 4);
	for (left = 19; left >= 0; left--) {
		struct stage_units o2, o4, h1, h2;

		adjust(s, BKO_ADJUST_COUNT, NULL, left);
		stage_chain(s, "cup", "hall");
		stage_check(s, "cup", "hall");
		h1 = stage_line(s, "h-1");
		h2 = stage_line(s, "h-2");
		o2 = stage_line(s, "o-2");
		o4 = stage_line(s, "o-4");
		/* 4 of holds, the later one first */
		assert_int_equal(h2.allocated, left > 18 ? 1 : 0);
		assert_int_equal(h1.allocated, left >= 18 ? 2 : left == 17 ? 1 : 0);
		/* the 1 unpicked of class 3, then o-3, then o-1 */
		assert_int_equal(o2.allocated - o2.picked, left >= 16 ? 1 : 0);
		assert_int_equal(stage_line(s, "o-3").allocated, left >= 15   ? 4
		                                                 : left >= 11 ? left - 11
		                                                              : 0);
		assert_int_equal(stage_line(s, "o-1").allocated, left >= 11  ? 4
		                                                 : left >= 7 ? left - 7
		                                                             : 0);
		/* picked: class 3, then o-4 */
		assert_int_equal(o2.picked, left >= 7 ? 3 : left >= 4 ? left - 4 : 0);
		assert_int_equal(o4.picked, left >= 4 ? 4 : left);
	}
	assert_int_equal(stage_head(s, "cup", "hall").backordered, 20);
	assert_int_equal(stage_head(s, "cup", "hall").outside, 20);
}

/* A hold that lost units expires with what it has. */
static void holds_expire(void **state)
{
	struct stage *s = *state;
	struct bko__head head;

	stock(s, 6);
	hold(s, "h-1", 5);
	adjust(s, BKO_ADJUST_COUNT, NULL, 2);
	stage_chain(s, "cup", "hall");
	assert_int_equal(stage_line(s, "h-1").allocated, 2);
	assert_int_equal(stage_head(s, "cup", "hall").held_backordered, 3);
	stage_check(s, "cup", "hall");
	s->now = 6000000;
	adjust(s, BKO_ADJUST_CHANGE, NULL, 1);
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.open, 3);
	assert_int_equal(head.allocated, 0);
	assert_int_equal(head.backordered, 0);
	assert_int_equal(head.outside, 0);
	stage_check(s, "cup", "hall");
}

/* Receipts and cancels reduce what is missing before they serve anybody. */
static void fills_first(void **state)
{
	struct stage *s = *state;
	struct bko__head head;

	stock(s, 8);
	order(s, "o-1", 4, 0);
	order(s, "o-2", 4, 0);
	order(s, "o-3", 2, 0); /* waits */
	adjust(s, BKO_ADJUST_COUNT, NULL, 1);
	assert_int_equal(stage_head(s, "cup", "hall").missing, 7);
	stage_receive(s, "cup", "hall", 2);
	assert_int_equal(stage_head(s, "cup", "hall").missing, 5);
	assert_int_equal(stage_line(s, "o-3").waiting, 2);
	stage_cancel(s, "o-1");
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.missing, 1);
	assert_int_equal(head.allocated, 4);
	assert_int_equal(head.open, 0);
	stage_check(s, "cup", "hall");
	stage_receive(s, "cup", "hall", 2); /* one fills, one serves */
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.missing, 0);
	assert_int_equal(stage_line(s, "o-2").allocated, 4);
	assert_int_equal(stage_line(s, "o-3").allocated, 1);
	stage_check(s, "cup", "hall");
}

/* More losers than one pass keeps, over several pages of orders; lines that wait in
 * part, lines of other positions, and everything twice over. */
static void many(void **state)
{
	struct stage *s = *state;
	char id[8] = "n-00";
	int64_t allocated = 0;
	int i;

	stock(s, 101);
	stage_receive(s, "cup", "shop", 50);
	for (i = 0; i < 80; i++) {
		id[2] = (char)('0' + i / 10);
		id[3] = (char)('0' + i % 10);
		s->now++;
		stage_place(s, id, "cup", i % 5 == 4 ? "shop" : "hall", 2, (uint32_t)(i % 3), 0);
	}
	/* 64 lines here have 101 units: the last part has one */
	assert_int_equal(stage_head(s, "cup", "hall").allocated, 101);
	adjust(s, BKO_ADJUST_COUNT, NULL, 31);
	assert_int_equal(stage_head(s, "cup", "hall").missing, 70);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	stage_check(s, "cup", "shop");
	assert_int_equal(stage_head(s, "cup", "shop").allocated, 32);
	for (i = 0; i < 80; i++) {
		struct stage_units units;

		if (i % 5 == 4)
			continue;
		id[2] = (char)('0' + i / 10);
		id[3] = (char)('0' + i % 10);
		units = stage_line(s, id);
		allocated += units.allocated;
		if (i % 3) /* the best class alone keeps anything */
			assert_int_equal(units.allocated, 0);
	}
	assert_int_equal(allocated, 31);
	stage_receive(s, "cup", "hall", 97);
	while (stage_head(s, "cup", "hall").flags & BKO__H_SERVING)
		adjust(s, BKO_ADJUST_CHANGE, NULL, 0);
	assert_int_equal(stage_head(s, "cup", "hall").backordered, 0);
	stage_check(s, "cup", "hall");
	adjust(s, BKO_ADJUST_COUNT, NULL, 0);
	stage_chain(s, "cup", "hall");
	assert_int_equal(stage_head(s, "cup", "hall").backordered, 128);
	stage_check(s, "cup", "hall");
}

/* Units moved to a bucket are no longer sellable: lines lose them the same way. */
static void moves_from_lines(void **state)
{
	struct stage *s = *state;
	struct bko_adjustment a = adjustment(BKO_ADJUST_MOVE, NULL, 3);
	struct bko_op op = stage_op(s, NULL);
	struct bko_outcome outcome = {.struct_size = sizeof outcome};

	stock(s, 5);
	order(s, "o-1", 4, 0);
	a.to_bucket = stage_span("damaged");
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &a, &outcome));
	assert_int_equal(outcome.missing, 2);
	stage_check(s, "cup", "hall");
	stage_chain(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").allocated, 2);
	assert_int_equal(stage_head(s, "cup", "hall").on_hand, 5);
	stage_check(s, "cup", "hall");
	a.quantity = 3; /* 2 are sellable */
	refused(s, &a, BKO_E_INSUFFICIENT);
}

/* Tick carries the chain on, and says that nothing is due when it is through. */
static void ticks(void **state)
{
	struct stage *s = *state;
	struct bko_next next = {.struct_size = sizeof next};

	stock(s, 8);
	order(s, "o-1", 4, 0);
	order(s, "o-2", 4, 0);
	adjust(s, BKO_ADJUST_COUNT, NULL, 1);
	STAGE_OK(s, bko_engine_tick(s->engine, s->now, 100, &next));
	assert_int_equal(next.kind, BKO_DATE_NONE);
	assert_int_equal(stage_head(s, "cup", "hall").missing, 0);
	assert_int_equal(stage_line(s, "o-1").allocated, 1);
	assert_int_equal(stage_line(s, "o-2").allocated, 0);
	stage_check(s, "cup", "hall");
}

/* Somebody else's engine. */
static void elsewhere(struct stage *s, void (*does)(struct stage *s))
{
	bko_engine *own = s->engine;

	s->engine = s->eye;
	does(s);
	s->engine = own;
}

static void cancels(struct stage *s)
{
	stage_cancel(s, "o-4");
}

static void picks(struct stage *s)
{
	stage_pick(s, "o-4", 3);
}

static void receives(struct stage *s)
{
	stage_receive(s, "cup", "hall", 9);
}

/* The chain by hand, with something done elsewhere before the batch of a number. */
static void raced(struct stage *s, uint32_t batch, void (*does)(struct stage *s))
{
	struct bko_wanted wanted = {.struct_size = sizeof wanted};
	struct bko_span item = stage_span("cup"), location = stage_span("hall");
	uint32_t batches = 0;
	int32_t status;

	do {
		assert_int_equal(bko__enter(s->engine, BKO__VERB_TICK, NULL), BKO_OK);
		status = bko__shortage_step(s->engine, &item, &location, s->now);
		if (status != BKO_WANT)
			continue;
		assert_int_equal(bko_engine_wanted(s->engine, &wanted), BKO_OK);
		if (wanted.kind == BKO_WANTED_APPLY && ++batches == batch)
			elsewhere(s, does);
		assert_true(stage_answer(s));
	} while (status == BKO_WANT);
	assert_int_equal(status, BKO_OK);
	stage_check(s, "cup", "hall");
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
}

static void races(struct stage *s)
{
	stock(s, 16);
	order(s, "o-1", 4, 0);
	order(s, "o-2", 4, 0);
	order(s, "o-3", 4, 0);
	order(s, "o-4", 4, 0);
	adjust(s, BKO_ADJUST_COUNT, NULL, 6);
}

static void raced_by_cancel(void **state)
{
	struct stage *s = *state;

	races(s);
	raced(s, 1, cancels);
	assert_int_equal(stage_line(s, "o-4").allocated, 0);
	assert_int_equal(stage_line(s, "o-3").allocated, 0);
	assert_int_equal(stage_line(s, "o-2").allocated, 2);
	assert_int_equal(stage_line(s, "o-1").allocated, 4);
}

static void raced_by_pick(void **state)
{
	struct stage *s = *state;

	races(s);
	raced(s, 1, picks);
	assert_int_equal(stage_line(s, "o-4").picked, 3);
	assert_int_equal(stage_line(s, "o-4").allocated, 3);
	assert_int_equal(stage_line(s, "o-3").allocated, 0);
	assert_int_equal(stage_line(s, "o-2").allocated, 0);
	assert_int_equal(stage_line(s, "o-1").allocated, 3);
}

static void raced_by_receipt(void **state)
{
	struct stage *s = *state;

	races(s);
	raced(s, 2, receives);
	/* 4 were lost before; 6 fill what is missing, 3 serve */
	assert_int_equal(stage_line(s, "o-3").allocated, 4);
	assert_int_equal(stage_line(s, "o-4").allocated, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(counts_and_changes),
		STAGED(more_serves_the_queue),
		STAGED(stale),
		STAGED(buckets),
		STAGED(feeds),
		STAGED(bounds),
		STAGED(records_the_fact),
		STAGED(in_order),
		STAGED(holds_expire),
		STAGED(fills_first),
		STAGED(ticks),
		cmocka_unit_test_setup_teardown(raced_by_cancel, stage_pull, stage_down),
		cmocka_unit_test_setup_teardown(raced_by_pick, stage_pull, stage_down),
		cmocka_unit_test_setup_teardown(raced_by_receipt, stage_pull, stage_down),
		STAGED(many),
		STAGED(moves_from_lines),
	};

	return cmocka_run_group_tests_name("adjust", tests, NULL, NULL);
}
