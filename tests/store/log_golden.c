/*
 * tests/store/log_golden.c - logs as earlier builds wrote them: one of each
 * version of the format is kept, must open, and the newest must be written again
 * byte for byte. With the argument `print` it prints the bytes for golden_log.h.
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

#include "golden_log.h"
#include "log_stage.h"
#include "store/log_format.h"

enum { SEGMENT = 2048, IMAGE = 8 * SEGMENT };

static const struct stage_shape shape = {"golden", 1, SEGMENT, 0, SEGMENT, IMAGE};
static struct stage stage;

static void put(const char *key, const char *value)
{
	assert_int_equal(stage_put(&stage, key, value), BKO_REPLY_DONE);
}

/* Closes, a crash, a checkpoint, batches behind it, and a close at the end. */
static void write_log(void)
{
	static const char *const keys[] = {"apple", "apricot", "banana", "cherry"};
	size_t i;

	stage_set(&stage, &shape, 1);
	assert_int_equal(stage_open(&stage), BKO_OK);
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		put(keys[i], "of the first open");
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	assert_int_equal(stage_open(&stage), BKO_OK);
	put("banana", NULL);
	put("apricot", "a value that is longer than it was");
	assert_int_equal(bko_log_compact(stage.log), BKO_OK);
	for (i = 0; i < 8; i++)
		assert_int_equal(bko_log_step(stage.log, 0, 10, NULL), BKO_OK);
	assert_true(stage_stats(&stage).compactions == 1);
	put("date", "before a crash");
	stage_crash(&stage);
	assert_int_equal(stage_open(&stage), BKO_OK);
	put("apple", "after it");
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	stage.log = NULL;
}

static void print(void)
{
	uint32_t at, i, any;

	write_log();
	for (at = 0; at < IMAGE; at += GOLDEN_LINE) {
		for (any = i = 0; i < GOLDEN_LINE; i++)
			any |= stage.image[at + i];
		if (any == 0)
			continue;
		printf("\t{%u, \"", at);
		for (i = 0; i < GOLDEN_LINE; i++)
			printf("%02x", stage.image[at + i]);
		printf("\"},\n");
	}
	stage_clear(&stage);
}

/* The bytes that were kept. */
static void unpack(const struct golden_log *golden, unsigned char image[IMAGE])
{
	size_t line, i;
	unsigned byte;

	memset(image, 0, IMAGE);
	for (line = 0; line < golden->count; line++)
		for (i = 0; i < GOLDEN_LINE; i++) {
			assert_int_equal(sscanf(golden->lines[line].hex + 2 * i, "%2x", &byte), 1);
			image[golden->lines[line].at + i] = (unsigned char)byte;
		}
}

static void every_format_is_read(void **state)
{
	static const uint32_t flags[] = {BKO_LOG_READ_ONLY, BKO_LOG_SALVAGE, 0};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof golden_logs / sizeof golden_logs[0]; i++)
		for (k = 0; k < sizeof flags / sizeof flags[0]; k++) {
			write_log();
			unpack(&golden_logs[i], stage.image);
			stage.options.flags = flags[k];
			assert_int_equal(stage_open(&stage), BKO_OK);
			assert_true(stage_same(&stage));
			assert_int_equal(stage_stats(&stage).sealed, 1);
			assert_int_equal(stage_stats(&stage).damages, 0);
			if (flags[k] == 0)
				put("elderberry", "by this build");
			stage_clear(&stage);
		}
}

/* Whoever changes what is written raises the version and keeps a log of it. */
static void the_newest_is_written(void **state)
{
	static unsigned char image[IMAGE];
	const struct golden_log *newest =
		&golden_logs[sizeof golden_logs / sizeof golden_logs[0] - 1];
	uint32_t i;

	(void)state;
	assert_int_equal(newest->version, BKO__LOG_VERSION);
	unpack(newest, image);
	write_log();
	for (i = 0; i < IMAGE; i++)
		if (image[i] != stage.image[i])
			fail_msg("byte %u is %02x and was %02x", i, stage.image[i], image[i]);
	stage_clear(&stage);
}

/* Those of other versions are told from logs that are damaged. */
static void other_versions_are_refused(void **state)
{
	static const uint32_t versions[] = {0, 1, BKO__LOG_VERSION + 1, UINT32_MAX};
	struct bko__log_label label;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		write_log();
		assert_int_equal(bko__log_get_label(stage.image, &label), BKO_OK);
		label.version = versions[i];
		bko__log_put_label(stage.image, &label);
		bko__log_put_label(stage.image + SEGMENT / 2, &label);
		assert_int_equal(stage_open(&stage), BKO_E_FORMAT);
		stage_clear(&stage);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_is_read),
		cmocka_unit_test(the_newest_is_written),
		cmocka_unit_test(other_versions_are_refused),
	};

	if (argc > 1 && strcmp(argv[1], "print") == 0) {
		print();
		return 0;
	}
	return cmocka_run_group_tests_name("store/log_golden", tests, NULL, NULL);
}
