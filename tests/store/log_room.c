/*
 * tests/store/log_room.c - logs that fill their medium: refused cleanly, freed
 * by deletes, grown while they can, kept short by compaction.
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

static void row_name(char name[16], uint32_t number)
{
	snprintf(name, 16, "row%06u", number);
}

static int32_t put_row(uint32_t number, uint32_t size)
{
	static char value[BKO_VALUE_MAX + 1];
	char name[16];

	row_name(name, number);
	memset(value, 'a' + (int)(shadow_below(&stage.random, 26)), size);
	value[size] = 0;
	return stage_put(&stage, name, value);
}

static int32_t delete_row(uint32_t number)
{
	char name[16];

	row_name(name, number);
	return stage_put(&stage, name, NULL);
}

static void reopen(void)
{
	if (shadow_below(&stage.random, 2) == 0) {
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
		stage.log = NULL;
	} else {
		stage_crash(&stage);
	}
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_true(stage_same(&stage));
}

/* Puts rows until there is no room; how many there are then. */
static uint32_t fill(uint32_t from, uint32_t size)
{
	uint32_t number = from;
	int32_t status;

	while ((status = put_row(number, size)) == BKO_REPLY_DONE)
		number++;
	assert_int_equal(status, BKO_REPLY_FULL);
	assert_true(stage_same(&stage));
	assert_int_equal(stage_stats(&stage).failed, 0);
	return number;
}

/* A full log takes what needs no more room: as often as one likes. */
static void full_logs_are_changed_and_emptied(void **state)
{
	static const uint32_t sizes[] = {0, 30, 120, 400};
	uint32_t rows, i, round;
	size_t shape, size;

	(void)state;
	for (shape = 0; shape < stage_shape_count; shape++)
		for (size = 0; size < sizeof sizes / sizeof sizes[0]; size++) {
			stage_set(&stage, &stage_shapes[shape], shape * 10 + size + 1);
			assert_int_equal(stage_open(&stage), BKO_OK);
			for (round = 0; round < 2; round++) {
				rows = fill(0, sizes[size]);
				assert_true(rows > 3);
				reopen();
				for (i = 0; i < 300; i++)
					assert_int_equal(put_row(i * 7 % rows, sizes[size]),
					                 BKO_REPLY_DONE);
				reopen();
				for (i = 0; i < rows; i++)
					assert_int_equal(delete_row((i * 3 + round) % rows),
					                 BKO_REPLY_DONE);
				for (i = 0; i < rows; i++)
					assert_int_equal(delete_row(i), BKO_REPLY_DONE);
				reopen();
				assert_true(stage_stats(&stage).rows == 0);
			}
			stage_clear(&stage);
		}
}

/* At least a quarter of the medium is for rows. */
static void a_quarter_of_the_medium_is_rows(void **state)
{
	static const struct stage_shape shape = {"", 1, 4096, 0, 0, 256 << 10};
	uint64_t bytes;

	(void)state;
	stage_set(&stage, &shape, 1);
	assert_int_equal(stage_open(&stage), BKO_OK);
	fill(0, 200);
	bytes = stage_stats(&stage).row_bytes;
	print_message("%u bytes of rows in %u\n", (unsigned)bytes, (unsigned)shape.size);
	assert_true(bytes * 4 > shape.size);
	stage_clear(&stage);
}

static void media_that_grow_do_so_to_their_limit(void **state)
{
	static const struct stage_shape shape = {"", 1, 1024, 0, 4096, 0};
	uint32_t first, more;

	(void)state;
	stage_set(&stage, &shape, 1);
	stage.limit = 100 << 10;
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_int_equal(stage_stats(&stage).segments, 6);
	first = fill(0, 100);
	assert_true(stage.ram.size == 100 << 10);
	stage.limit = 200 << 10;
	more = fill(first, 100);
	assert_true(more > first * 3 / 2);
	stage.limit = STAGE_IMAGE;
	stage.options.max_size = 240 << 10;
	reopen();
	fill(more, 100);
	assert_true(stage.ram.size <= 240 << 10);
	stage_clear(&stage);
}

/* D5: with a host that steps, a log of rows that change takes a few times what
 * the rows take, however long it lives. */
static void compaction_keeps_the_log_short(void **state)
{
	static const struct stage_shape shape = {"", 1, 1024, 0, 4096, 0};
	struct bko_log_stats stats;
	uint32_t i;

	(void)state;
	stage_set(&stage, &shape, 1);
	stage.limit = STAGE_IMAGE;
	assert_int_equal(stage_open(&stage), BKO_OK);
	for (i = 0; i < 400; i++)
		assert_int_equal(put_row(i, 100), BKO_REPLY_DONE);
	for (i = 0; i < 20000; i++) {
		assert_int_equal(put_row(shadow_below(&stage.random, 400), 100), BKO_REPLY_DONE);
		assert_int_equal(bko_log_step(stage.log, i, 1, NULL), BKO_OK);
		stats = stage_stats(&stage);
		assert_true(stats.log_bytes + stats.checkpoint_bytes <
		            4 * stats.row_bytes + 4 * stats.segment_size);
		assert_true((uint64_t)stats.segments * stats.segment_size <
		            5 * stats.row_bytes + 10 * (uint64_t)stats.segment_size);
	}
	assert_true(stats.compactions > 20);
	reopen();
	stage_clear(&stage);
}

/* A medium too small, or that fails while it grows. */
static void too_small_or_unwilling(void **state)
{
	static const struct stage_shape shape = {"", 1, 1024, 0, 4096, 0};
	uint32_t in;

	(void)state;
	stage_set(&stage, &shape, 1);
	stage.limit = 6 * 4096 - 1;
	assert_int_equal(stage_open(&stage), BKO_E_FULL);
	stage.limit = 6 * 4096;
	assert_int_equal(stage_open(&stage), BKO_OK);
	stage_clear(&stage);
	for (in = 1; in < 12; in++) {
		stage_set(&stage, &shape, 1);
		stage.limit = STAGE_IMAGE;
		stage.faults.size_in = in;
		stage.faults.status = BKO_E_IO;
		if (stage_open(&stage) != BKO_OK) {
			assert_true(in < 8);
			assert_int_equal(stage_open(&stage), BKO_OK);
		}
		assert_int_equal(put_row(1, 100), BKO_REPLY_DONE);
		stage_clear(&stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_logs_are_changed_and_emptied),
		cmocka_unit_test(a_quarter_of_the_medium_is_rows),
		cmocka_unit_test(media_that_grow_do_so_to_their_limit),
		cmocka_unit_test(compaction_keeps_the_log_short),
		cmocka_unit_test(too_small_or_unwilling),
	};

	return cmocka_run_group_tests_name("store/log_room", tests, NULL, NULL);
}
