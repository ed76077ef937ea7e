/*
 * tests/store/log_bad.c - flash with units that are bad, in five ways, from the
 * beginning or from some moment on: what they do not take is kept elsewhere;
 * what they no longer give is reported.
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

static const struct stage_shape shapes[] = {
	{"flash of bytes", 1, 4096, 1, 4096, 128 << 10},
	{"flash of 16 bytes", 16, 2048, 1, 4096, 128 << 10},
	{"flash of pages", 256, 4096, 2, 4096, 128 << 10},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0], SECTOR = 512 };

static struct stage stage;

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
}

static void live(uint32_t batches)
{
	uint32_t i;

	for (i = 0; i < batches; i++) {
		stage_choose(&stage);
		assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
		if (shadow_below(&stage.random, 3) == 0)
			assert_int_equal(bko_log_step(stage.log, i, 1, NULL), BKO_OK);
		if (shadow_below(&stage.random, 40) == 0)
			reopen(shadow_below(&stage.random, 2));
	}
	assert_true(stage_same(&stage));
}

/* A unit behind segment 0. */
static uint8_t *any_unit(void)
{
	uint32_t units = (uint32_t)(stage.ram.size / stage.medium.erase_unit);
	uint32_t first = 4096 / stage.medium.erase_unit;

	return &stage.faults.bad[first + shadow_below(&stage.random, units - first)];
}

static void units_bad_from_the_beginning(void **state)
{
	uint32_t kind, shape, seed, i;

	(void)state;
	for (kind = STAGE_GOOD + 1; kind < STAGE_BADS; kind++)
		for (shape = 0; shape < SHAPES; shape++)
			for (seed = 1; seed <= 3; seed++) {
				stage_set(&stage, &shapes[shape], seed);
				stage.rows = 60;
				for (i = 0; i < 4; i++)
					*any_unit() = (uint8_t)kind;
				assert_int_equal(stage_open(&stage), BKO_OK);
				live(500);
				reopen(1);
				stage_clear(&stage);
			}
}

/* Those that still read as they did. */
static void units_that_go_bad(void **state)
{
	static const uint8_t kinds[] = {STAGE_PROGRAM_FAILS, STAGE_ERASE_FAILS,
	                                STAGE_PROGRAM_SILENT, STAGE_ERASE_SILENT};
	uint32_t shape, seed, i;
	size_t kind;

	(void)state;
	for (kind = 0; kind < sizeof kinds; kind++)
		for (shape = 0; shape < SHAPES; shape++)
			for (seed = 1; seed <= 3; seed++) {
				stage_set(&stage, &shapes[shape], seed);
				stage.rows = 60;
				assert_int_equal(stage_open(&stage), BKO_OK);
				for (i = 0; i < 5; i++) {
					live(100);
					*any_unit() = kinds[kind];
				}
				reopen(1);
				stage_clear(&stage);
			}
}

/* Every unit in turn no longer reads: the log opens as it was, or says so. */
static void units_that_no_longer_read(void **state)
{
	struct bko_log_damage damage;
	uint32_t shape, unit, reported = 0, harmless = 0;

	(void)state;
	for (shape = 0; shape < SHAPES; shape++) {
		stage_set(&stage, &shapes[shape], 3);
		stage.rows = 150;
		assert_int_equal(stage_open(&stage), BKO_OK);
		live(400);
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
		stage.log = NULL;
		stage.options.flags = BKO_LOG_READ_ONLY;
		stage.options.damage = &damage;
		for (unit = 0; unit < stage.ram.size / stage.medium.erase_unit; unit++) {
			stage.faults.bad[unit] = STAGE_READ_FAILS;
			memset(&damage, 0, sizeof damage);
			damage.struct_size = sizeof damage;
			if (stage_open(&stage) == BKO_OK) {
				/* Nobody can know of a last segment that is gone whole. */
				harmless += (uint32_t)stage_same(&stage);
				assert_int_equal(bko_log_close(stage.log), BKO_OK);
			} else {
				reported++;
				if (damage.kind != BKO_LOG_DAMAGE_LABEL)
					assert_true(damage.at / 4096 ==
					            (uint64_t)unit * stage.medium.erase_unit /
					                    4096);
				assert_true(damage.kind != BKO_LOG_DAMAGE_NONE);
			}
			stage.log = NULL;
			stage.faults.bad[unit] = STAGE_GOOD;
		}
		stage_clear(&stage);
	}
	assert_true(reported > 10);
	assert_true(harmless > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_bad_from_the_beginning),
		cmocka_unit_test(units_that_go_bad),
		cmocka_unit_test(units_that_no_longer_read),
	};

	return cmocka_run_group_tests_name("store/log_bad", tests, NULL, NULL);
}
