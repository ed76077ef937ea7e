/*
 * tests/store/log_salvage.c - damaged logs: told where, never opened as if
 * nothing were; opened to salvage they give the rest.
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

static const struct stage_shape shape = {"", 1, 1024, 0, 1024, 64 << 10};
static struct stage stage;
static struct bko_log_damage damage;

static void row_name(char name[16], uint32_t number)
{
	snprintf(name, 16, "row%04u", number);
}

/* A closed log: `rows` rows, a checkpoint behind `covered` of them. */
static void make(uint32_t rows, uint32_t covered)
{
	char name[16];
	uint32_t i;

	stage_set(&stage, &shape, 1);
	assert_int_equal(stage_open(&stage), BKO_OK);
	for (i = 0; i < rows; i++) {
		row_name(name, i);
		assert_int_equal(stage_put(&stage, name, "a value of some bytes"), BKO_REPLY_DONE);
		if (i + 1 == covered) {
			assert_int_equal(bko_log_compact(stage.log), BKO_OK);
			assert_int_equal(bko_log_step(stage.log, 0, 1000, NULL), BKO_OK);
		}
	}
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	stage.log = NULL;
	stage.options.flags = 0;
	stage.options.damage = &damage;
}

static int32_t open_with(uint32_t flags)
{
	memset(&damage, 0, sizeof damage);
	damage.struct_size = sizeof damage;
	stage.options.flags = flags;
	return stage_open(&stage);
}

/* Bytes of the image that hold a text, from a place on; 0 if none do. */
static size_t find(const char *text, size_t from)
{
	size_t size = strlen(text);

	for (; from + size <= stage.ram.size; from++)
		if (memcmp(stage.image + from, text, size) == 0)
			return from;
	return 0;
}

/* Each place in turn is damaged: a plain open tells it, salvage has the rest. */
static void what_is_whole_is_read(void **state)
{
	uint64_t whole;
	uint32_t at, reported = 0, kinds = 0;

	(void)state;
	make(90, 40);
	assert_int_equal(open_with(BKO_LOG_READ_ONLY), BKO_OK);
	whole = stage_stats(&stage).rows;
	assert_int_equal(whole, 90);
	bko_log_close(stage.log);
	for (at = 1024; at < stage.ram.size; at += 37) {
		stage.image[at] ^= 0x55;
		if (open_with(BKO_LOG_READ_ONLY) == BKO_OK) {
			assert_true(stage_same(&stage));
			assert_int_equal(bko_log_close(stage.log), BKO_OK);
		} else {
			assert_true(damage.kind != BKO_LOG_DAMAGE_NONE);
			assert_true(damage.at <= at && damage.at + 1024 > at);
			reported++;
			kinds |= 1u << damage.kind;
			assert_int_equal(open_with(BKO_LOG_SALVAGE), BKO_OK);
			assert_true(stage_stats(&stage).damages >= 1);
			assert_true(stage_stats(&stage).rows >= whole - 40);
			assert_int_equal(bko_log_damage(stage.log, 0, &damage), BKO_OK);
			assert_true(damage.at <= at && damage.at + damage.size > at);
			assert_int_equal(
				bko_log_damage(stage.log, stage_stats(&stage).damages, &damage),
				BKO_E_NOT_FOUND);
			assert_int_equal(stage_put(&stage, "x", "y"), BKO_REPLY_READ_ONLY);
			assert_int_equal(bko_log_close(stage.log), BKO_OK);
		}
		stage.log = NULL;
		stage.image[at] ^= 0x55;
	}
	assert_true(reported > 50);
	assert_true((kinds & 1u << BKO_LOG_DAMAGE_BATCH) != 0);
	assert_true((kinds & 1u << BKO_LOG_DAMAGE_CHECKPOINT) != 0);
	stage_clear(&stage);
}

/* One batch is lost, and nothing else. */
static void one_batch_is_one_row(void **state)
{
	size_t at;

	(void)state;
	make(60, 0);
	at = find("row0030", 1024);
	assert_true(at > 0);
	stage.image[at] ^= 1;
	assert_int_equal(open_with(0), BKO_E_CORRUPT);
	assert_int_equal(damage.kind, BKO_LOG_DAMAGE_BATCH);
	assert_int_equal(open_with(BKO_LOG_SALVAGE), BKO_OK);
	assert_int_equal(stage_stats(&stage).damages, 1);
	assert_int_equal(stage_stats(&stage).rows, 59);
	bko_log_close(stage.log);
	stage.log = NULL;
	stage_clear(&stage);
}

/* A whole log has nothing to salvage. */
static void nothing_is_damaged(void **state)
{
	(void)state;
	make(60, 30);
	assert_int_equal(open_with(BKO_LOG_SALVAGE), BKO_OK);
	assert_int_equal(stage_stats(&stage).damages, 0);
	assert_true(stage_same(&stage));
	bko_log_close(stage.log);
	stage.log = NULL;
	stage_clear(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_whole_is_read),
		cmocka_unit_test(one_batch_is_one_row),
		cmocka_unit_test(nothing_is_damaged),
	};

	return cmocka_run_group_tests_name("store/log_salvage", tests, NULL, NULL);
}
