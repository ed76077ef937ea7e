/*
 * tests/store/log_lost.c - logs that lost a sector, or their end. One that was
 * closed, on a medium that overwrites, is what it was or is refused; of others the
 * latest batches may be gone, which looks like a cut of power, and no others.
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

enum { SECTOR = 512, BATCHES = 90, ENDS_CLOSED = 0, ENDS_CRASHED = 1, LOST_FILLS = 3 };

static const struct {
	struct stage_shape shape;
	uint32_t compacts; /* at this batch; 0: never */
	uint32_t ends;
} cases[] = {
	{{"file", 1, 2048, 0, 2048, 64 << 10}, 0, ENDS_CLOSED},
	{{"file, checkpoint", 1, 2048, 0, 2048, 64 << 10}, 60, ENDS_CLOSED},
	{{"file, crash", 1, 2048, 0, 2048, 64 << 10}, 0, ENDS_CRASHED},
	{{"file, checkpoint, crash", 1, 2048, 0, 2048, 64 << 10}, 60, ENDS_CRASHED},
	{{"file, small", 1, 512, 0, 1024, 64 << 10}, 0, ENDS_CLOSED},
	{{"words", 8, 4096, 0, 4096, 64 << 10}, 40, ENDS_CLOSED},
	{{"pages", 256, 4096, 0, 4096, 128 << 10}, 40, ENDS_CLOSED},
	{{"flash", 8, 4096, 1, 0, 64 << 10}, 0, ENDS_CLOSED},
	{{"flash, checkpoint", 8, 4096, 1, 0, 64 << 10}, 60, ENDS_CLOSED},
};
enum { CASES = sizeof cases / sizeof cases[0] };

static struct stage stage;
static uint64_t hashes[BATCHES + 1];
static unsigned char image[STAGE_IMAGE];
static uint64_t image_size;

/* The log of a case, in `image`. */
static void make(size_t index)
{
	uint32_t i;

	stage_set(&stage, &cases[index].shape, index + 1);
	stage.largest = 30;
	stage.rows = 40;
	assert_int_equal(stage_open(&stage), BKO_OK);
	bko_memory_hash(stage.twin, &hashes[0]);
	for (i = 1; i <= BATCHES; i++) {
		stage_choose(&stage);
		assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
		bko_memory_hash(stage.twin, &hashes[i]);
		if (i == cases[index].compacts) {
			assert_int_equal(bko_log_compact(stage.log), BKO_OK);
			assert_int_equal(bko_log_step(stage.log, i, 100, NULL), BKO_OK);
			assert_true(stage_stats(&stage).compactions > 0);
		}
	}
	if (cases[index].ends == ENDS_CLOSED)
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
	else
		stage_crash(&stage);
	stage.log = NULL;
	memcpy(image, stage.image, sizeof image);
	image_size = stage.ram.size;
}

/* Opens what is left; whether it is refused. */
static int judge(size_t index, uint32_t flags, uint64_t at)
{
	int whole = cases[index].ends == ENDS_CLOSED && cases[index].shape.flash == 0;
	uint64_t hash = 0, number;
	int32_t status;

	stage.options.flags = flags;
	status = stage_open(&stage);
	if (status == BKO_E_CORRUPT || status == BKO_E_FORMAT)
		return 1;
	/* Nothing is left to recover into. */
	if (status == BKO_E_FULL && flags == 0 && !whole)
		return 1;
	if (status != BKO_OK)
		fail_msg("%s: at %u, flags %u: status %d", cases[index].shape.name, (unsigned)at,
		         (unsigned)flags, (int)status);
	bko_log_hash(stage.log, &hash);
	number = stage_stats(&stage).number;
	if (flags == BKO_LOG_SALVAGE) {
		if (hash != hashes[BATCHES] && whole && stage_stats(&stage).damages == 0)
			fail_msg("%s: at %u salvage says nothing", cases[index].shape.name,
			         (unsigned)at);
	} else if (number > BATCHES || hash != hashes[number] || (whole && number < BATCHES)) {
		fail_msg("%s: at %u opens with %u batches", cases[index].shape.name, (unsigned)at,
		         (unsigned)number);
	}
	stage_crash(&stage);
	return 0;
}

static const uint32_t open_flags[] = {BKO_LOG_READ_ONLY, 0, BKO_LOG_SALVAGE};
enum { OPENS = sizeof open_flags / sizeof open_flags[0] };

static void a_sector_is_lost(void **state)
{
	uint64_t random = 7, at;
	uint32_t fill, i, refused;
	size_t index, k;

	(void)state;
	for (index = 0; index < CASES; index++) {
		make(index);
		refused = 0;
		for (at = 0; at < image_size; at += SECTOR)
			for (fill = 0; fill < LOST_FILLS; fill++)
				for (k = 0; k < OPENS; k++) {
					memcpy(stage.image, image, sizeof image);
					memset(stage.image + at, fill == 1 ? 0xff : 0, SECTOR);
					for (i = 0; fill == 2 && i < SECTOR; i++)
						stage.image[at + i] =
							(unsigned char)shadow_random(&random);
					refused += (uint32_t)judge(index, open_flags[k], at);
				}
		assert_true(refused > 0);
		stage_clear(&stage);
	}
}

static void the_end_is_lost(void **state)
{
	uint32_t unit, refused;
	uint64_t left;
	size_t index, k;

	(void)state;
	for (index = 0; index < CASES; index++) {
		make(index);
		unit = cases[index].shape.erase_unit;
		refused = 0;
		for (left = 0; left < image_size; left += unit)
			for (k = 0; k < OPENS; k++) {
				memcpy(stage.image, image, sizeof image);
				memset(stage.image + left, 0x5a, sizeof image - left);
				stage.ram.size = left;
				stage.limit = left;
				refused += (uint32_t)judge(index, open_flags[k], left);
			}
		assert_true(refused > 0);
		stage_clear(&stage);
	}
}

/* A label, and nothing else of a log that was used. */
static void only_the_label_is_left(void **state)
{
	uint32_t segment;
	size_t index;

	(void)state;
	for (index = 0; index < CASES; index++) {
		if (cases[index].shape.flash != 0 || cases[index].ends != ENDS_CLOSED)
			continue;
		make(index);
		segment = cases[index].shape.segment_size;
		memset(stage.image + segment, 0, sizeof image - segment);
		assert_int_equal(judge(index, 0, segment), 1);
		stage_clear(&stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sector_is_lost),
		cmocka_unit_test(the_end_is_lost),
		cmocka_unit_test(only_the_label_is_left),
	};

	return cmocka_run_group_tests_name("store/log_lost", tests, NULL, NULL);
}
