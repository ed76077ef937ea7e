/*
 * tests/store/log_history.c - random histories on the log store, on media of
 * all shapes: after every open it holds what a memory store holds that was
 * given the same batches, however the one before ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log_stage.h"

enum { BATCHES = 1200 };

static struct stage stage;

/* What a history does between batches, in 1000. */
struct habits {
	uint32_t closes, crashes, steps, compactions;
};

static void reopen(uint32_t closes)
{
	if (closes) {
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
		stage.log = NULL;
	} else {
		stage_crash(&stage);
	}
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_true(stage_same(&stage));
	assert_int_equal(stage_stats(&stage).dropped_bytes, 0);
}

static void between(const struct habits *habits, uint32_t number)
{
	struct bko_log_next next = {sizeof next, 0, 0};
	uint32_t dice = shadow_below(&stage.random, 1000);

	if (dice < habits->closes) {
		reopen(1);
		return;
	}
	dice -= habits->closes;
	if (dice < habits->crashes) {
		reopen(0);
		return;
	}
	dice -= habits->crashes;
	if (dice < habits->steps) {
		assert_int_equal(bko_log_step(stage.log, number, 1 + dice % 3, &next), BKO_OK);
		assert_true(next.kind != BKO_LOG_NEXT_AT);
		return;
	}
	dice -= habits->steps;
	if (dice < habits->compactions)
		assert_int_equal(bko_log_compact(stage.log), BKO_OK);
}

static void history(const struct stage_shape *shape, const struct habits *habits, uint64_t seed)
{
	uint64_t revision = 0;
	uint32_t i;

	stage_set(&stage, shape, seed);
	stage.keys.kind = (uint32_t)(seed % KEYS_KINDS);
	stage.rows = (uint32_t)(shape->size / 2048);
	assert_int_equal(stage_open(&stage), BKO_OK);
	for (i = 0; i < BATCHES; i++) {
		stage_choose(&stage);
		assert_int_equal(
			reply_store_apply(&stage.store, stage.entries, stage.count, &stage.reply),
			BKO_REPLY_DONE);
		assert_true(stage.reply.revision > revision);
		revision = stage.reply.revision;
		assert_int_equal(reply_apply(stage.twin, stage.entries, stage.count, &stage.reply),
		                 BKO_REPLY_DONE);
		assert_true(stage_same(&stage));
		between(habits, i);
	}
	reopen(1);
	assert_int_equal(stage_stats(&stage).sealed, 1);
	stage_clear(&stage);
}

static void every_open_holds_what_was_done(void **state)
{
	static const struct habits habits[] = {
		{10, 10, 300, 5}, /* a bit of all */
		{0, 0, 0, 0},     /* compacts only when it must */
		{200, 0, 0, 0},   /* short sessions */
		{0, 200, 0, 0},   /* ends badly, ever */
		{5, 5, 900, 50},  /* idle host */
	};
	size_t shape, habit;

	(void)state;
	for (shape = 0; shape < stage_shape_count; shape++)
		for (habit = 0; habit < sizeof habits / sizeof habits[0]; habit++)
			history(&stage_shapes[shape], &habits[habit], 17 * shape + habit + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_open_holds_what_was_done),
	};

	return cmocka_run_group_tests_name("store/log_history", tests, NULL, NULL);
}
