/*
 * tests/store/log_options.c - what bko_log_open is asked for: each option at and
 * beyond its bounds, arenas of every size, logs of another release and media of
 * another grain. What is refused leaves the medium as it was.
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
#include "store/log_format.h"

enum { UNIT = 4096, SIZE = 128 << 10, ARENA = 1 << 18, STEP = 256 };

static const struct stage_shape file = {"file", 1, UNIT, 0, UNIT, SIZE};
static const struct stage_shape flash = {"flash", 8, UNIT, 1, UNIT, SIZE};

static struct stage stage;
static unsigned char before[STAGE_IMAGE];
static uint64_t arena[ARENA / 8];

static void remember(void)
{
	memcpy(before, stage.image, sizeof before);
}

static int untouched(void)
{
	return memcmp(before, stage.image, sizeof before) == 0;
}

/* A log with some rows, closed. */
static void write_log(const struct stage_shape *shape)
{
	uint32_t i;

	stage_set(&stage, shape, 1);
	stage.rows = 60;
	assert_int_equal(stage_open(&stage), BKO_OK);
	for (i = 0; i < 40; i++) {
		stage_choose(&stage);
		assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
	}
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	stage.log = NULL;
	remember();
}

/* The log that is there opens, with all its rows. */
static void still_there(void)
{
	memset(&stage.options, 0, sizeof stage.options);
	stage.options.struct_size = sizeof stage.options;
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_true(stage_same(&stage));
	stage_clear(&stage);
}

#define OF(member)                                         \
#member, offsetof(struct bko_log_options, member), \
		sizeof((struct bko_log_options *)NULL)->member

/* Options, one at a time; what making a log with it answers. */
static const struct {
	const char *name;
	size_t at, size;
	uint64_t value;
	int32_t status;
} values[] = {
	{OF(struct_size), 0, BKO_E_STRUCT_SIZE},
	{OF(struct_size), 3, BKO_E_STRUCT_SIZE},
	{OF(struct_size), 8, BKO_E_STRUCT_SIZE},
	{OF(flags), 0, BKO_E_FORMAT},
	{OF(flags), BKO_LOG_CREATE, BKO_OK},
	{OF(flags), BKO_LOG_FORMAT, BKO_OK},
	{OF(flags), BKO_LOG_CREATE | BKO_LOG_FORMAT, BKO_OK},
	{OF(flags), BKO_LOG_READ_ONLY, BKO_E_FORMAT},
	{OF(flags), BKO_LOG_CREATE | BKO_LOG_READ_ONLY, BKO_E_ARGUMENT},
	{OF(flags), BKO_LOG_CREATE | BKO_LOG_SALVAGE, BKO_E_ARGUMENT},
	{OF(flags), BKO_LOG_FORMAT | BKO_LOG_READ_ONLY, BKO_E_ARGUMENT},
	{OF(flags), BKO_LOG_FORMAT | BKO_LOG_SALVAGE, BKO_E_ARGUMENT},
	{OF(flags), BKO_LOG_CREATE | BKO_LOG_SALVAGE << 1, BKO_E_ARGUMENT},
	{OF(flags), BKO_LOG_CREATE | 0x80000000, BKO_E_ARGUMENT},
	{OF(sync), BKO_LOG_SYNC_EACH, BKO_OK},
	{OF(sync), BKO_LOG_SYNC_RELAXED, BKO_OK},
	{OF(sync), BKO_LOG_SYNC_RELAXED + 1, BKO_E_ARGUMENT},
	{OF(sync), UINT32_MAX, BKO_E_ARGUMENT},
	{OF(group_commits), 1, BKO_OK},
	{OF(group_commits), UINT32_MAX, BKO_OK},
	{OF(group_ms), 1, BKO_OK},
	{OF(group_ms), UINT32_MAX, BKO_OK},
	{OF(segment_size), 0, BKO_OK},
	{OF(segment_size), UNIT / 2, BKO_E_ARGUMENT},
	{OF(segment_size), UNIT, BKO_OK},
	{OF(segment_size), UNIT + 1, BKO_E_ARGUMENT},
	{OF(segment_size), 3 * UNIT, BKO_E_ARGUMENT},
	{OF(segment_size), 4 * UNIT, BKO_OK},
	{OF(segment_size), SIZE / 4, BKO_E_FULL}, /* fewer than 6 */
	{OF(segment_size), 0x80000000, BKO_E_ARGUMENT},
	{OF(max_batch), 0, BKO_OK},
	{OF(max_batch), 1, BKO_E_ARGUMENT},
	{OF(max_batch), 120, BKO_E_ARGUMENT},
	{OF(max_batch), 128, BKO_OK},
	{OF(max_batch), UINT32_MAX, BKO_OK}, /* as much as a segment holds */
	{OF(page_size), 0, BKO_OK},
	{OF(page_size), 1024, BKO_E_ARGUMENT},
	{OF(page_size), 2048, BKO_OK},
	{OF(page_size), 3000, BKO_E_ARGUMENT},
	{OF(page_size), 8192, BKO_OK},
	{OF(page_size), 16384, BKO_E_ARGUMENT},
	{OF(max_size), 1, BKO_OK}, /* that it has already is more */
	{OF(max_size), UINT64_MAX, BKO_OK},
	{OF(shared), 1, BKO_OK},
	{OF(shared), 2, BKO_E_ARGUMENT},
	{OF(reserved), 1, BKO_E_STRUCT_NEWER},
};

static void each_option(void **state)
{
	int32_t status;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof values / sizeof *values; i++) {
		uint32_t small = (uint32_t)values[i].value;

		stage_set(&stage, &file, 1);
		stage.limit = 0;
		if (values[i].size == sizeof small)
			memcpy((char *)&stage.options + values[i].at, &small, sizeof small);
		else
			memcpy((char *)&stage.options + values[i].at, &values[i].value,
			       sizeof values[i].value);
		remember();
		status = stage_open(&stage);
		if (status != values[i].status)
			fail_msg("%s %llu: %s, not %s", values[i].name,
			         (unsigned long long)values[i].value, bko_status_name(status),
			         bko_status_name(values[i].status));
		if (status != BKO_OK) {
			assert_null(stage.log);
			assert_true(untouched());
		} else {
			assert_true(stage.store.max_entries >= 16);
			assert_true(stage.store.max_batch >= 1);
			assert_true(stage.store.max_batch < SIZE);
			assert_int_equal(stage_put(&stage, "key", "value"), BKO_REPLY_DONE);
		}
		stage_clear(&stage);
	}
}

static void pointers(void **state)
{
	struct bko_log_damage damage = {.struct_size = 1};
	bko_log *log = (bko_log *)&damage;

	(void)state;
	stage_set(&stage, &file, 1);
	remember();
	assert_int_equal(bko_log_open(&stage.options, NULL, &log), BKO_E_MISUSE);
	assert_int_equal(bko_log_open(&stage.options, &stage.medium, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_log_open(NULL, &stage.medium, &log), BKO_E_FORMAT);
	assert_null(log);
	stage.options.damage = &damage;
	assert_int_equal(stage_open(&stage), BKO_E_STRUCT_SIZE);
	stage.options.damage = NULL;
	stage.options.reserved2 = &damage;
	assert_int_equal(stage_open(&stage), BKO_E_STRUCT_NEWER);
	assert_true(untouched());
	stage_clear(&stage);
}

/* Each batch that keeps to what the store says fits, in the smallest log there is. */
static void a_small_record_says_what_fits(void **state)
{
	static const struct stage_shape small = {"small", 1, 512, 0, 512, 32 << 10};
	struct bko_entry entries[64];
	char keys[64][4];
	uint32_t i, left;

	(void)state;
	stage_set(&stage, &small, 1);
	stage.options.max_batch = 128;
	assert_int_equal(stage_open(&stage), BKO_OK);
	assert_int_equal(stage.store.max_entries, 16);
	left = stage.store.max_batch;
	memset(entries, 0, sizeof entries);
	for (i = 0; i < stage.store.max_entries && left > 0; i++, left--) {
		keys[i][0] = (char)('a' + i);
		entries[i].key = (struct bko_span){keys[i], 1};
		entries[i].action = BKO_ACTION_PUT;
	}
	assert_true(i > 8);
	stage.reply.ended = 0;
	stage.store.apply(stage.store.host,
	                  &(struct bko_batch){sizeof(struct bko_batch), 0, entries, i},
	                  &stage.reply);
	assert_int_equal(stage.reply.status, BKO_REPLY_DONE);
	stage_clear(&stage);
}

/* From nothing to enough, with a log to be made and with one that is there. */
static void arenas_of_every_size(void **state)
{
	uint32_t there;
	size_t size;

	(void)state;
	for (there = 0; there < 2; there++) {
		uint32_t refused = 0;

		if (there)
			write_log(&file);
		else
			stage_set(&stage, &file, 1);
		remember();
		stage.options.arena = arena;
		for (size = 0; size <= ARENA; size += STEP) {
			int32_t status;

			stage.options.arena_size = size;
			status = stage_open(&stage);
			if (status == BKO_OK)
				break;
			if (status != BKO_E_NO_MEMORY)
				fail_msg("arena of %u: %s", (unsigned)size,
				         bko_status_name(status));
			assert_null(stage.log);
			assert_true(untouched());
			refused++;
		}
		assert_true(size <= ARENA);
		assert_true(refused > 10);
		/* The least has room for the rows that are there, hardly for more. */
		assert_true(stage_same(&stage));
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
		stage.options.arena_size = ARENA;
		assert_int_equal(stage_open(&stage), BKO_OK);
		assert_int_equal(stage_put(&stage, "key", "value"), BKO_REPLY_DONE);
		assert_true(stage_same(&stage));
		stage_clear(&stage);
	}
}

/* Makes the labels those of a later version, as that would write them. */
static void make_newer(uint32_t segment)
{
	struct bko__log_label label;
	uint32_t i;

	assert_int_equal(bko__log_get_label(stage.image, &label), BKO_OK);
	label.version = BKO__LOG_VERSION + 1;
	for (i = 0; i < 2; i++)
		bko__log_put_label(stage.image + i * segment / 2, &label);
}

static void a_log_of_a_later_release(void **state)
{
	static const uint32_t flags[] = {0, BKO_LOG_CREATE, BKO_LOG_READ_ONLY, BKO_LOG_SALVAGE};
	static const struct stage_shape *const shapes[] = {&file, &flash};
	struct bko_log_damage damage;
	size_t shape, i, empty;

	(void)state;
	for (shape = 0; shape < 2; shape++)
		for (empty = 0; empty < 2; empty++) {
			if (empty) {
				stage_set(&stage, shapes[shape], 1);
				assert_int_equal(stage_open(&stage), BKO_OK);
				bko_log_close(stage.log);
				stage.log = NULL;
			} else {
				write_log(shapes[shape]);
			}
			make_newer(UNIT);
			remember();
			stage.options.damage = &damage;
			for (i = 0; i < sizeof flags / sizeof *flags; i++) {
				memset(&damage, 0xff, sizeof damage);
				damage.struct_size = sizeof damage;
				stage.options.flags = flags[i];
				assert_int_equal(stage_open(&stage), BKO_E_FORMAT);
				assert_int_equal(damage.kind, BKO_LOG_DAMAGE_NONE);
				assert_true(untouched());
			}
			stage_clear(&stage);
		}
}

static void a_medium_of_another_grain(void **state)
{
	uint32_t unit;

	(void)state;
	for (unit = 256; unit <= 4 * UNIT; unit *= 2) {
		write_log(&file);
		stage.medium.erase_unit = unit;
		still_there();
	}
	for (unit = 1; unit <= 64; unit *= 2) {
		write_log(&flash);
		stage.medium.program_unit = stage.ram.program_unit = unit;
		if (unit <= 8) {
			still_there();
			continue;
		}
		assert_int_equal(stage_open(&stage), BKO_E_UNSUPPORTED);
		assert_true(untouched());
		stage_clear(&stage);
	}
	write_log(&flash);
	stage.medium.erase_unit = 2 * UNIT;
	assert_int_equal(stage_open(&stage), BKO_E_UNSUPPORTED);
	assert_true(untouched());
	stage_clear(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option),
		cmocka_unit_test(pointers),
		cmocka_unit_test(a_small_record_says_what_fits),
		cmocka_unit_test(arenas_of_every_size),
		cmocka_unit_test(a_log_of_a_later_release),
		cmocka_unit_test(a_medium_of_another_grain),
	};

	return cmocka_run_group_tests_name("store/log_options", tests, NULL, NULL);
}
