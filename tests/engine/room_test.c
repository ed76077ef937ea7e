/*
 * Batches on a store that takes no more than so many rows or bytes at once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

struct limit {
	uint32_t entries, bytes;
};

/* Keys and values as the store is given them, and never too many of them. */
struct narrow {
	struct bko_store inner;
	struct limit limit;
	uint32_t applied;
};

static void narrow_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct narrow *n = host;

	n->inner.read(n->inner.host, query, reply);
}

static void narrow_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct narrow *n = host;
	size_t bytes = 0, i;

	for (i = 0; i < batch->count; i++)
		bytes += batch->entries[i].key.size + batch->entries[i].value.size;
	if (n->limit.entries)
		assert_in_range(batch->count, 1, n->limit.entries);
	if (n->limit.bytes)
		assert_in_range(bytes, 1, n->limit.bytes);
	n->applied++;
	n->inner.apply(n->inner.host, batch, reply);
}

static bko_engine *open_narrow(struct stage *s, struct narrow *n, const struct limit *limit)
{
	struct bko_store store = s->store;
	bko_engine *engine = NULL;

	memset(n, 0, sizeof *n);
	n->inner = s->store;
	n->limit = *limit;
	store.host = n;
	store.read = narrow_read;
	store.apply = narrow_apply;
	store.max_entries = limit->entries;
	store.max_batch = limit->bytes;
	assert_int_equal(bko_engine_open(NULL, &store, &engine), BKO_OK);
	return engine;
}

static int32_t place(struct stage *s, bko_engine *engine, int number, struct bko_outcome *outcome)
{
	char id[] = "order-000";
	struct bko_op op = stage_op(s, id);
	struct stage_asked asked;

	stage_ask(&asked, "cup", "shop", 1);
	id[6] = (char)('0' + number / 100);
	id[7] = (char)('0' + number / 10 % 10);
	id[8] = (char)('0' + number % 10);
	return bko_order_place(engine, &op, &asked.request, outcome);
}

/* What does not fit is told by the call, the batch stays as it was, and the call
 * fits into the next one. */
static void full_is_told(void **state)
{
	static const struct limit limits[] = {{16, 0}, {30, 0}, {0, 3000}, {40, 2500}};
	struct stage *s = *state;
	size_t i;
	int first = 0;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 900);
	for (i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct bko_outcome outcome = {.struct_size = sizeof outcome};
		struct narrow narrow;
		bko_engine *engine = open_narrow(s, &narrow, &limits[i]);
		int32_t status;
		int placed = 0;

		assert_int_equal(bko_batch_begin(engine), BKO_OK);
		while (!(status = place(s, engine, first + placed, &outcome)))
			placed++;
		assert_int_equal(status, BKO_E_BATCH_FULL);
		assert_in_range(placed, 2, 100);
		assert_int_equal(place(s, engine, first + placed, &outcome), BKO_E_BATCH_FULL);
		assert_int_equal(bko_batch_end(engine, 0), BKO_OK);
		assert_int_equal(narrow.applied, 1);
		assert_int_equal(stage_head(s, "cup", "shop").allocated, first + placed);
		assert_int_equal(bko_batch_begin(engine), BKO_OK);
		assert_int_equal(place(s, engine, first + placed, &outcome), BKO_OK);
		assert_false(outcome.flags & BKO_OUTCOME_REPLAYED);
		assert_int_equal(bko_batch_end(engine, 0), BKO_OK);
		first += placed + 1;
		assert_int_equal(stage_head(s, "cup", "shop").allocated, first);
		assert_int_equal(bko_engine_close(engine), BKO_OK);
	}
}

/* A call that no batch of the store could hold says so, alone or first in one. */
static void never_fits(void **state)
{
	static const struct limit limits[] = {{0, 100}, {16, 200}};
	struct stage *s = *state;
	size_t i;

	stage_item(s, "cup");
	stage_receive(s, "cup", "shop", 5);
	for (i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct bko_outcome outcome = {.struct_size = sizeof outcome};
		struct narrow narrow;
		bko_engine *engine = open_narrow(s, &narrow, &limits[i]);

		assert_int_equal(place(s, engine, 1, &outcome), BKO_E_TOO_LARGE);
		assert_int_equal(bko_batch_begin(engine), BKO_OK);
		assert_int_equal(place(s, engine, 1, &outcome), BKO_E_TOO_LARGE);
		assert_int_equal(bko_batch_end(engine, 0), BKO_OK);
		assert_int_equal(stage_head(s, "cup", "shop").allocated, 0);
		assert_int_equal(bko_engine_close(engine), BKO_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(full_is_told, stage_push, stage_down),
		cmocka_unit_test_setup_teardown(full_is_told, stage_shared, stage_down),
		cmocka_unit_test_setup_teardown(never_fits, stage_push, stage_down),
		cmocka_unit_test_setup_teardown(never_fits, stage_shared, stage_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
