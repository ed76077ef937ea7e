/*
 * tests/store/log_modes.c - when batches are durable, what that costs, and what
 * is said when it fails.
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

static struct stage stage;

static const struct stage_shape file_shape = {"file", 1, 4096, 0, 0, 128 << 10};
static const struct stage_shape flash_shape = {"flash", 4, 4096, 1, 0, 128 << 10};

static void begin(const struct stage_shape *shape, uint32_t sync)
{
	stage_set(&stage, shape, 1);
	stage.options.sync = sync;
	assert_int_equal(stage_open(&stage), BKO_OK);
}

static void put(const char *key, const char *value)
{
	assert_int_equal(stage_put(&stage, key, value), BKO_REPLY_DONE);
}

static int32_t sync_store(void)
{
	stage.reply.ended = 0;
	stage.store.sync(stage.store.host, &stage.reply);
	assert_int_equal(stage.reply.ended, 1);
	return stage.reply.status;
}

static void one_program_and_one_sync_a_commit(void **state)
{
	uint32_t i, programs, syncs;

	(void)state;
	begin(&file_shape, BKO_LOG_SYNC_EACH);
	put("a", "first");
	for (i = 0; i < 20; i++) {
		programs = stage.programs;
		syncs = stage.syncs;
		put("a", i % 2 == 0 ? "even" : "odd");
		assert_int_equal(stage.programs, programs + 1);
		assert_int_equal(stage.syncs, syncs + 1);
		assert_true(stage_stats(&stage).durable == stage_stats(&stage).number);
	}
	stage_clear(&stage);
}

/* With a host that steps when idle. */
static void no_erase_in_a_sale(void **state)
{
	struct bko_log_next next = {sizeof next, 0, 0};
	uint32_t i, erases;

	(void)state;
	begin(&flash_shape, BKO_LOG_SYNC_EACH);
	stage.rows = 40;
	for (i = 0; i < 3000; i++) {
		stage_choose(&stage);
		erases = stage.erases;
		assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
		assert_int_equal(stage.erases, erases);
		do
			assert_int_equal(bko_log_step(stage.log, i, 1, &next), BKO_OK);
		while (next.kind == BKO_LOG_NEXT_NOW);
	}
	assert_true(stage_stats(&stage).compactions > 3);
	assert_true(stage_same(&stage));
	stage_clear(&stage);
}

static void groups_by_number(void **state)
{
	uint32_t i, syncs;

	(void)state;
	stage_set(&stage, &file_shape, 1);
	stage.options.sync = BKO_LOG_SYNC_GROUPED;
	stage.options.group_commits = 7;
	assert_int_equal(stage_open(&stage), BKO_OK);
	put("a", "0");
	assert_int_equal(sync_store(), BKO_REPLY_DONE);
	syncs = stage.syncs;
	for (i = 1; i <= 21; i++) {
		put("a", "1");
		assert_int_equal(stage.syncs, syncs + i / 7);
	}
	stage_clear(&stage);
}

static void groups_by_age(void **state)
{
	static const struct {
		int64_t now;
		uint32_t syncs; /* since the last step */
		uint32_t kind;
		int64_t at;
	} steps[] = {
		{1000, 0, BKO_LOG_NEXT_AT, 1250},
		{1249, 0, BKO_LOG_NEXT_AT, 1250},
		{1250, 1, BKO_LOG_NEXT_NONE, 0},
		{9999, 0, BKO_LOG_NEXT_NONE, 0},
	};
	struct bko_log_next next = {sizeof next, 0, 0};
	uint32_t syncs;
	size_t i;

	(void)state;
	stage_set(&stage, &file_shape, 1);
	stage.options.sync = BKO_LOG_SYNC_GROUPED;
	stage.options.group_ms = 250;
	assert_int_equal(stage_open(&stage), BKO_OK);
	put("a", "0");
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		syncs = stage.syncs;
		assert_int_equal(bko_log_step(stage.log, steps[i].now, 5, &next), BKO_OK);
		assert_int_equal(stage.syncs, syncs + steps[i].syncs);
		assert_int_equal(next.kind, steps[i].kind);
		assert_true(next.at_ms == steps[i].at);
	}
	stage_clear(&stage);
}

static void relaxed_syncs_when_asked(void **state)
{
	uint32_t i, syncs;

	(void)state;
	begin(&file_shape, BKO_LOG_SYNC_RELAXED);
	put("a", "0");
	syncs = stage.syncs;
	for (i = 0; i < 30; i++)
		put("a", "1");
	assert_int_equal(stage.syncs, syncs);
	assert_int_equal(sync_store(), BKO_REPLY_DONE);
	assert_int_equal(stage.syncs, syncs + 1);
	assert_int_equal(sync_store(), BKO_REPLY_DONE);
	assert_int_equal(stage.syncs, syncs + 1);
	/* Where a segment ends, all in it is synced. */
	for (i = 0; i < 300; i++)
		put("a", "0123456789012345678901234567890123456789");
	assert_true(stage.syncs > syncs + 2);
	assert_true(stage.syncs < syncs + 15);
	stage_clear(&stage);
}

/* D7, in each mode, at each sync that a batch may ask for. */
static void after_a_failed_sync_nothing_is_acknowledged(void **state)
{
	struct bko_log_next next = {sizeof next, 0, 0};
	struct bko_read read = {{"a", 1}, {NULL, 0}, 1, 0};
	struct bko_query query = {sizeof query, 0, &read, 1};
	uint64_t before, after;
	uint32_t mode, i;

	(void)state;
	for (mode = BKO_LOG_SYNC_EACH; mode <= BKO_LOG_SYNC_GROUPED; mode++) {
		stage_set(&stage, &file_shape, 1);
		stage.options.sync = mode;
		stage.options.group_commits = 2;
		assert_int_equal(stage_open(&stage), BKO_OK);
		put("a", "0");
		put("b", "0");
		if (mode == BKO_LOG_SYNC_GROUPED)
			put("c", "0");
		bko_memory_hash(stage.twin, &before);
		stage.faults.sync_in = 1;
		assert_int_equal(stage_put(&stage, "a", "1"), BKO_REPLY_UNKNOWN);
		for (i = 0; i < 3; i++) {
			assert_int_equal(stage_put(&stage, "a", "2"), BKO_REPLY_IO);
			assert_int_equal(reply_store_query(&stage.store, &query, &stage.reply),
			                 BKO_REPLY_IO);
			assert_int_equal(sync_store(), BKO_REPLY_IO);
			assert_int_equal(bko_log_step(stage.log, 9, 9, &next), BKO_E_IO);
		}
		assert_int_equal(stage_stats(&stage).failed, 1);
		assert_int_equal(bko_log_close(stage.log), BKO_E_IO);
		stage.log = NULL;
		/* The bytes are there, so this open has the batch. */
		assert_int_equal(stage_open(&stage), BKO_OK);
		bko_log_hash(stage.log, &after);
		assert_true(before != after);
		put("a", "1");
		put("a", "3");
		stage_clear(&stage);
	}
}

static void a_failed_sync_of_a_group_fails_the_step(void **state)
{
	(void)state;
	stage_set(&stage, &file_shape, 1);
	stage.options.sync = BKO_LOG_SYNC_GROUPED;
	stage.options.group_ms = 1;
	assert_int_equal(stage_open(&stage), BKO_OK);
	put("a", "0");
	assert_int_equal(bko_log_step(stage.log, 0, 0, NULL), BKO_OK);
	stage.faults.sync_in = 1;
	assert_int_equal(bko_log_step(stage.log, 1, 0, NULL), BKO_E_IO);
	assert_int_equal(stage_put(&stage, "a", "2"), BKO_REPLY_IO);
	bko_log_close(stage.log);
	stage.log = NULL;
	stage_clear(&stage);
}

/* A program that fails is written elsewhere; the batch is found once. */
static void a_failed_program_is_done_elsewhere(void **state)
{
	static const struct stage_shape *const shapes[] = {&file_shape, &flash_shape};
	uint32_t partly;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++)
		for (partly = 0; partly < 100; partly += 4) {
			begin(shapes[i], BKO_LOG_SYNC_EACH);
			put("a", "0");
			put("b", "0");
			stage.faults.program_in = 1;
			stage.faults.partly = partly;
			put("c", "0");
			put("d", "0");
			stage_crash(&stage);
			assert_int_equal(stage_open(&stage), BKO_OK);
			assert_true(stage_same(&stage));
			stage_clear(&stage);
		}
}

static void a_medium_that_takes_nothing_more(void **state)
{
	(void)state;
	begin(&file_shape, BKO_LOG_SYNC_EACH);
	put("a", "0");
	stage.faults.program_in = 1;
	stage.faults.forever = 1;
	stage.faults.status = BKO_E_FULL;
	assert_int_equal(stage_put(&stage, "b", "0"), BKO_REPLY_UNKNOWN);
	assert_int_equal(stage_put(&stage, "b", "0"), BKO_REPLY_IO);
	assert_int_equal(bko_log_close(stage.log), BKO_E_IO);
	stage.faults.program_in = 0;
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_true(stage_same(&stage));
	stage_clear(&stage);
}

/* An open never answers with a code of the medium that means something else. */
static void codes_of_a_medium_are_not_passed_on(void **state)
{
	static const int32_t codes[] = {1,          -1,        -9999,           BKO_E_CONTRACT,
	                                BKO_E_FULL, INT32_MAX, BKO_E_NOT_FOUND, BKO_E_FORMAT,
	                                BKO_E_BUSY, INT32_MIN, BKO_E_NO_MEMORY, BKO_E_CORRUPT};
	uint32_t *const calls[] = {&stage.faults.program_in, &stage.faults.sync_in,
	                           &stage.faults.erase_in, &stage.faults.read_in,
	                           &stage.faults.size_in};
	const struct stage_shape *shape;
	size_t i, k;
	uint32_t n, forever, made;
	int32_t status;

	(void)state;
	for (i = 0; i < sizeof codes / sizeof codes[0]; i++)
		for (k = 0; k < 5; k++)
			for (n = 0; n < 16; n++) {
				forever = n & 1;
				made = n >> 1 & 1;
				shape = n & 4 ? &flash_shape : &file_shape;
				begin(shape, BKO_LOG_SYNC_EACH);
				put("a", "0");
				stage_crash(&stage);
				if (made)
					stage.options.flags = BKO_LOG_FORMAT;
				*calls[k] = 1 + n / 8;
				stage.faults.forever = forever;
				stage.faults.status = codes[i];
				status = stage_open(&stage);
				if (status != BKO_OK && status != BKO_E_IO &&
				    (calls[k] != &stage.faults.read_in || status != BKO_E_CORRUPT ||
				     codes[i] != BKO_E_CORRUPT) &&
				    status != BKO_E_FULL)
					fail_msg("code %d of call %u: status %d", (int)codes[i],
					         (unsigned)k, (int)status);
				stage_clear(&stage);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_program_and_one_sync_a_commit),
		cmocka_unit_test(no_erase_in_a_sale),
		cmocka_unit_test(groups_by_number),
		cmocka_unit_test(groups_by_age),
		cmocka_unit_test(relaxed_syncs_when_asked),
		cmocka_unit_test(after_a_failed_sync_nothing_is_acknowledged),
		cmocka_unit_test(a_failed_sync_of_a_group_fails_the_step),
		cmocka_unit_test(a_failed_program_is_done_elsewhere),
		cmocka_unit_test(a_medium_that_takes_nothing_more),
		cmocka_unit_test(codes_of_a_medium_are_not_passed_on),
	};

	return cmocka_run_group_tests_name("store/log_modes", tests, NULL, NULL);
}
