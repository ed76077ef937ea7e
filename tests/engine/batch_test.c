/*
 * What a caller may rely on when a call ends badly: its outcome says nothing, and an open
 * batch beside another engine hears of the other's changes, and not of damage.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

/* ---- Calls ------------------------------------------------------------------------- */

static int32_t place(struct stage *s, bko_engine *engine, const char *id, int64_t quantity,
                     int64_t hold_until, struct bko_outcome *outcome)
{
	struct stage_asked asked;
	struct bko_op op = stage_op(s, id);

	stage_ask(&asked, "cup", "shop", quantity);
	asked.request.hold_until_ms = hold_until;
	return bko_order_place(engine, &op, &asked.request, outcome);
}

static int32_t confirm(struct stage *s, bko_engine *engine, const char *order,
                       struct bko_outcome *outcome)
{
	struct bko_confirm request = {.struct_size = sizeof request, .order = stage_span(order)};
	struct bko_op op = stage_op(s, "confirm");

	return bko_order_confirm(engine, &op, &request, outcome);
}

static int32_t cancel(struct stage *s, bko_engine *engine, const char *order, int64_t quantity,
                      struct bko_outcome *outcome)
{
	struct bko_pick pick = {.struct_size = sizeof pick, .quantity = quantity};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = stage_span(order),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct bko_op op = stage_op(s, "cancel");

	return bko_order_cancel(engine, &op, &units, outcome);
}

static int32_t receive(struct stage *s, bko_engine *engine, const char *id, int64_t quantity,
                       struct bko_outcome *outcome)
{
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = stage_span("cup"),
	                              .location = stage_span("shop"),
	                              .quantity = quantity};
	struct bko_op op = stage_op(s, id);

	return bko_stock_receive(engine, &op, &receipt, outcome);
}

/* ---- Outcomes ---------------------------------------------------------------------- */

/* A store whose batches all end in one way. */
struct ending {
	struct bko_store behind;
	int32_t status;
};

static void ending_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct ending *e = host;

	e->behind.read(e->behind.host, query, reply);
}

static void ending_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct ending *e = host;

	if (e->status == BKO_REPLY_DONE)
		e->behind.apply(e->behind.host, batch, reply);
	else
		bko_reply_end(reply, e->status, 0, 0);
}

static void says_nothing(const struct bko_outcome *outcome, const struct bko_line_outcome *lines)
{
	struct bko_outcome none = {.struct_size = sizeof none,
	                           .lines = (struct bko_line_outcome *)lines,
	                           .line_capacity = 1,
	                           .stride = sizeof *lines};

	assert_memory_equal(outcome, &none, sizeof none);
}

/* Whatever the store says in the end, nothing is said of what did not happen. */
static void an_error_clears_the_outcome(void **state)
{
	static const struct {
		int32_t reply, status;
	} ends[] = {
		{BKO_REPLY_CONFLICT, BKO_E_CONTENDED},  {BKO_REPLY_BUSY, BKO_E_CONTENDED},
		{BKO_REPLY_UNKNOWN, BKO_E_UNCERTAIN},   {BKO_REPLY_FULL, BKO_E_FULL},
		{BKO_REPLY_READ_ONLY, BKO_E_READ_ONLY}, {BKO_REPLY_IO, BKO_E_IO},
		{BKO_REPLY_TOO_LARGE, BKO_E_TOO_LARGE},
	};
	struct stage *s = *state;
	struct ending ending = {.behind = s->store, .status = BKO_REPLY_DONE};
	struct bko_store store = s->store;
	struct bko_options options = {.struct_size = sizeof options, .retries = 2};
	bko_engine *engine = NULL;
	size_t i;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 9);
	store.host = &ending;
	store.read = ending_read;
	store.apply = ending_apply;
	for (i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct bko_line_outcome line;
		struct bko_outcome outcome = {.struct_size = sizeof outcome,
		                              .lines = &line,
		                              .line_capacity = 1,
		                              .stride = sizeof line};

		assert_int_equal(bko_engine_open(&options, &store, &engine), BKO_OK);
		ending.status = BKO_REPLY_DONE;
		assert_int_equal(place(s, engine, i % 2 ? "o-1" : "o-2", 2, 0, &outcome), BKO_OK);
		assert_int_equal(outcome.allocated, 2);
		ending.status = ends[i].reply;
		assert_int_equal(place(s, engine, "o-3", 2, 0, &outcome), ends[i].status);
		says_nothing(&outcome, &line);
		assert_int_equal(receive(s, engine, "r-3", 2, &outcome), ends[i].status);
		says_nothing(&outcome, &line);
		assert_int_equal(cancel(s, engine, "o-2", 1, &outcome), ends[i].status);
		says_nothing(&outcome, &line);
		ending.status = BKO_REPLY_DONE;
		assert_int_equal(cancel(s, engine, "o-2", 99, &outcome), BKO_E_INSUFFICIENT);
		says_nothing(&outcome, &line);
		assert_int_equal(bko_engine_close(engine), BKO_OK);
	}
}

static void what_is_reserved_is_zero(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome = {.struct_size = sizeof outcome, .reserved = 1};

	stage_item(s, "cup");
	STAGE_FAILS(s, BKO_E_ARGUMENT, receive(s, s->engine, "r-1", 1, &outcome));
	outcome.reserved = 0;
	STAGE_OK(s, receive(s, s->engine, "r-1", 1, &outcome));
}

/* ---- Pending calls ----------------------------------------------------------------- */

static int32_t call(struct stage *s, uint32_t verb, int64_t quantity, struct bko_outcome *outcome)
{
	switch (verb) {
	case 0: return place(s, s->engine, "o-2", quantity, 0, outcome);
	case 1: return receive(s, s->engine, "r-2", quantity, outcome);
	default: return cancel(s, s->engine, "o-1", quantity, outcome);
	}
}

/* The same id does not make it the same call: what it asks for counts, too. */
static void another_request_is_no_repetition(void **state)
{
	struct stage *s = *state;
	uint32_t verb;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 9);
	stage_place(s, "o-1", "cup", "shop", 5, 0, 0);
	for (verb = 0; verb < 3; verb++) {
		struct bko_outcome outcome = {.struct_size = sizeof outcome};
		uint32_t steps = 0;
		int32_t status;

		while ((status = call(s, verb, 2, &outcome)) == BKO_WANT) {
			assert_int_equal(call(s, verb, 3, NULL), BKO_E_MISUSE);
			assert_int_equal(stage_answer(s), 1);
			assert_int_equal(call(s, verb, 3, NULL), BKO_E_MISUSE);
			steps++;
		}
		assert_int_equal(status, BKO_OK);
		assert_in_range(steps, 2, 9);
		assert_int_equal(verb == 0 ? outcome.allocated : outcome.quantity, 2);
		STAGE_FAILS(s, BKO_E_MISMATCH, call(s, verb, 3, &outcome));
	}
}

/* ---- Batches beside another engine -------------------------------------------------- */

/* Rows of several moments seem damaged: what was read last is of the other's making. */
static void a_batch_that_lost_is_a_conflict(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	bko_engine *other = NULL;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 9);
	assert_int_equal(bko_engine_open(NULL, &s->store, &other), BKO_OK);
	STAGE_OK(s, bko_batch_begin(s->engine));
	STAGE_OK(s, place(s, s->engine, "o-1", 2, 0, &outcome));
	assert_int_equal(place(s, other, "hold", 3, s->now + 100000, NULL), BKO_OK);
	STAGE_FAILS(s, BKO_E_CONFLICT, confirm(s, s->engine, "hold", &outcome));
	assert_int_equal(outcome.flags, 0);
	STAGE_FAILS(s, BKO_E_CONFLICT, bko_batch_end(s->engine, 0));
	STAGE_OK(s, bko_batch_begin(s->engine));
	STAGE_OK(s, place(s, s->engine, "o-1", 2, 0, &outcome));
	STAGE_OK(s, confirm(s, s->engine, "hold", &outcome));
	STAGE_OK(s, bko_batch_end(s->engine, 0));
	assert_int_equal(bko_engine_close(other), BKO_OK);
	stage_check(s, "cup", "shop");
}

/* An error that stays one when nobody interfered; the batch goes on. */
static void an_error_of_a_batch_is_confirmed(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 9);
	STAGE_OK(s, bko_batch_begin(s->engine));
	STAGE_OK(s, place(s, s->engine, "o-1", 2, 0, &outcome));
	STAGE_FAILS(s, BKO_E_INSUFFICIENT, cancel(s, s->engine, "o-1", 3, &outcome));
	STAGE_FAILS(s, BKO_E_STATE, confirm(s, s->engine, "o-1", &outcome));
	STAGE_OK(s, cancel(s, s->engine, "o-1", 2, &outcome));
	STAGE_OK(s, bko_batch_end(s->engine, 0));
	assert_int_equal(stage_head(s, "cup", "shop").open, 9);
	stage_check(s, "cup", "shop");
}

/* ---- What calls of a batch leave for the next ----------------------------------------- */

static void mark(struct stage *s, uint32_t action, uint32_t stops)
{
	struct bko_pick pick = {.struct_size = sizeof pick};
	struct bko_mark mark = {.struct_size = sizeof mark,
	                        .action = action,
	                        .stops = stops,
	                        .order = stage_span("o-1"),
	                        .picks = &pick,
	                        .pick_count = 1,
	                        .stride = sizeof pick};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_order_mark(s->engine, &op, &mark, NULL));
}

/* Its row in the queue is in the store, goes with one call and comes back with another. */
static void a_line_parked_and_brought_back_is_served(void **state)
{
	struct stage *s = *state;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 1);
	stage_place(s, "o-1", "cup", "shop", 3, 0, 0);
	STAGE_OK(s, bko_batch_begin(s->engine));
	mark(s, BKO_MARK_UNALLOCATE, 0);
	mark(s, BKO_MARK_GO, BKO_STOP_UNALLOCATED);
	STAGE_OK(s, bko_batch_end(s->engine, 0));
	assert_int_equal(stage_head(s, "cup", "shop").open, 0);
	assert_int_equal(stage_line(s, "o-1").allocated, 1);
	stage_check(s, "cup", "shop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_error_clears_the_outcome, stage_push,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(an_error_clears_the_outcome, stage_shared,
	                                        stage_down),
		STAGED(what_is_reserved_is_zero),
		cmocka_unit_test_setup_teardown(another_request_is_no_repetition, stage_pull,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(a_batch_that_lost_is_a_conflict, stage_shared,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(a_batch_that_lost_is_a_conflict, stage_pull,
	                                        stage_down),
		cmocka_unit_test_setup_teardown(a_batch_that_lost_is_a_conflict, stage_arena,
	                                        stage_down),
		STAGED(an_error_of_a_batch_is_confirmed),
		STAGED(a_line_parked_and_brought_back_is_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
