/*
 * tests/store/medium_file.c - files as media: made, locked, grown, refused; and
 * a log in one.
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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log_stage.h"

/* In the place of the system's: what the library syncs with it are directories. */
static unsigned directory_syncs;

int fsync(int handle)
{
	struct stat found;

	assert_int_equal(fstat(handle, &found), 0);
	directory_syncs += S_ISDIR(found.st_mode) ? 1 : 0;
	return 0;
}

static char folder[] = "medium_file_XXXXXX";
static char name[64];

static int set_up_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) != 0 ? -1 : 0;
}

static int tear_down_folder(void **state)
{
	(void)state;
	return chdir("..") != 0 || rmdir(folder) != 0 ? -1 : 0;
}

static int set_up(void **state)
{
	static unsigned number;

	(void)state;
	snprintf(name, sizeof name, "file%u", number++);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	remove(name);
	return 0;
}

static int32_t open_file(uint32_t flags, uint32_t erase_unit, bko_medium_file **file,
                         struct bko_medium *medium)
{
	struct bko_medium_file_options options;
	int32_t status;

	memset(&options, 0, sizeof options);
	memset(medium, 0, sizeof *medium);
	options.struct_size = sizeof options;
	options.flags = flags;
	options.erase_unit = erase_unit;
	medium->struct_size = sizeof *medium;
	status = bko_medium_file_open(name, &options, file);
	return status == BKO_OK ? bko_medium_file_table(*file, medium) : status;
}

static long length_of(void)
{
	struct stat found;

	return stat(name, &found) == 0 ? (long)found.st_size : -1;
}

static void made_only_when_asked(void **state)
{
	struct bko_medium medium;
	bko_medium_file *file;

	(void)state;
	assert_int_equal(open_file(0, 0, &file, &medium), BKO_E_NOT_FOUND);
	assert_null(file);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_READ_ONLY, 0, &file, &medium), BKO_E_NOT_FOUND);
	assert_int_equal(length_of(), -1);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 0, &file, &medium), BKO_OK);
	assert_int_equal(length_of(), 0);
	assert_int_equal(medium.erase_unit, 65536);
	assert_int_equal(medium.flags, BKO_MEDIUM_OVERWRITES);
	bko_medium_file_close(file);
	bko_medium_file_close(NULL);
	assert_int_equal(open_file(0, 0, &file, &medium), BKO_OK);
	bko_medium_file_close(file);
}

/* Another process may have made it and ended before its name was durable. */
static void the_name_of_an_empty_file_is_synced(void **state)
{
	struct bko_medium medium;
	bko_medium_file *file;
	unsigned before = directory_syncs;
	uint64_t size;
	uint32_t i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 512, &file, &medium), BKO_OK);
		assert_int_equal(directory_syncs, before + i);
		bko_medium_file_close(file);
	}
	assert_int_equal(open_file(0, 512, &file, &medium), BKO_OK);
	assert_int_equal(medium.size(medium.host, 512, &size), BKO_OK);
	bko_medium_file_close(file);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 512, &file, &medium), BKO_OK);
	assert_int_equal(directory_syncs, before + 3);
	bko_medium_file_close(file);
}

/* Refused at once, a pipe that nobody writes to as well. */
static void only_files_of_bytes(void **state)
{
	static const uint32_t flags[] = {0, BKO_MEDIUM_FILE_READ_ONLY, BKO_MEDIUM_FILE_CREATE};
	struct bko_medium medium;
	bko_medium_file *file;
	size_t i;

	(void)state;
	assert_int_equal(mkfifo(name, 0600), 0);
	for (i = 0; i < sizeof flags / sizeof flags[0]; i++)
		assert_int_equal(open_file(flags[i], 0, &file, &medium), BKO_E_FORMAT);
	assert_int_equal(remove(name), 0);
	assert_int_equal(mkdir(name, 0700), 0);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_READ_ONLY, 0, &file, &medium), BKO_E_FORMAT);
	assert_int_equal(open_file(0, 0, &file, &medium), BKO_E_IO);
	assert_int_equal(remove(name), 0);
}

/* Who else opens while one is open with these flags. */
static void one_writer_or_many_readers(void **state)
{
	static const struct {
		uint32_t first, second;
		int32_t status;
	} cases[] = {
		{0, 0, BKO_E_BUSY},
		{0, BKO_MEDIUM_FILE_CREATE, BKO_E_BUSY},
		{0, BKO_MEDIUM_FILE_READ_ONLY, BKO_E_BUSY},
		{BKO_MEDIUM_FILE_READ_ONLY, 0, BKO_E_BUSY},
		{BKO_MEDIUM_FILE_READ_ONLY, BKO_MEDIUM_FILE_READ_ONLY, BKO_OK},
	};
	struct bko_medium medium;
	bko_medium_file *first, *second;
	size_t i;

	(void)state;
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 0, &first, &medium), BKO_OK);
	bko_medium_file_close(first);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(open_file(cases[i].first, 0, &first, &medium), BKO_OK);
		assert_int_equal(open_file(cases[i].second, 0, &second, &medium), cases[i].status);
		bko_medium_file_close(second);
		bko_medium_file_close(first);
		assert_int_equal(open_file(cases[i].second, 0, &second, &medium), BKO_OK);
		bko_medium_file_close(second);
	}
}

static void grows_in_grains_of_zeros(void **state)
{
	unsigned char bytes[1024];
	struct bko_medium medium;
	bko_medium_file *file;
	uint64_t size;
	size_t i;

	(void)state;
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 1024, &file, &medium), BKO_OK);
	assert_int_equal(medium.size(medium.host, 0, &size), BKO_OK);
	assert_true(size == 0);
	assert_int_equal(medium.size(medium.host, 1, &size), BKO_OK);
	assert_true(size == 1024);
	assert_int_equal(medium.size(medium.host, 10000, &size), BKO_OK);
	assert_true(size == 10240);
	assert_int_equal(length_of(), 10240);
	assert_int_equal(medium.read(medium.host, 9216, bytes, sizeof bytes), BKO_OK);
	for (i = 0; i < sizeof bytes; i++)
		assert_int_equal(bytes[i], 0);
	assert_int_equal(medium.program(medium.host, 9300, "abc", 3), BKO_OK);
	assert_int_equal(medium.sync(medium.host), BKO_OK);
	assert_int_equal(medium.size(medium.host, 20, &size), BKO_OK);
	assert_true(size == 10240);
	bko_medium_file_close(file);
	/* What is beyond whole grains is there, and stays. */
	assert_int_equal(open_file(0, 4096, &file, &medium), BKO_OK);
	assert_int_equal(medium.size(medium.host, 0, &size), BKO_OK);
	assert_true(size == 10240);
	assert_int_equal(medium.size(medium.host, 10241, &size), BKO_OK);
	assert_true(size == 12288);
	assert_int_equal(medium.read(medium.host, 9300, bytes, 3), BKO_OK);
	assert_memory_equal(bytes, "abc", 3);
	assert_int_equal(medium.read(medium.host, 12287, bytes, 2), BKO_E_IO);
	bko_medium_file_close(file);
}

static void short_files_of_others_are_left_alone(void **state)
{
	static const char text[] = "a shopping list";
	char zeros[40] = {0};
	struct bko_medium medium;
	bko_medium_file *file;
	FILE *other;

	(void)state;
	other = fopen(name, "wb");
	assert_non_null(other);
	assert_int_equal(fwrite(text, 1, sizeof text, other), sizeof text);
	fclose(other);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 0, &file, &medium), BKO_E_FORMAT);
	assert_int_equal(length_of(), sizeof text);
	other = fopen(name, "wb");
	assert_non_null(other);
	assert_int_equal(fwrite(zeros, 1, sizeof zeros, other), sizeof zeros);
	fclose(other);
	assert_int_equal(open_file(0, 0, &file, &medium), BKO_OK);
	bko_medium_file_close(file);
}

static void read_only_files_take_nothing(void **state)
{
	struct bko_medium medium;
	bko_medium_file *file;
	uint64_t size;

	(void)state;
	assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 512, &file, &medium), BKO_OK);
	assert_int_equal(medium.size(medium.host, 512, &size), BKO_OK);
	bko_medium_file_close(file);
	assert_int_equal(open_file(BKO_MEDIUM_FILE_READ_ONLY, 512, &file, &medium), BKO_OK);
	assert_true(medium.program(medium.host, 0, "abc", 3) < 0);
	assert_true(bko_medium_file_native(file) != 0);
	assert_int_equal(medium.size(medium.host, 1024, &size), BKO_E_FULL);
	assert_true(size == 512);
	bko_medium_file_close(file);
	assert_int_equal(length_of(), 512);
}

static void options_are_checked(void **state)
{
	static const struct {
		uint32_t flags, erase_unit;
	} wrong[] = {{8, 0}, {3, 0}, {0, 256}, {0, 1000}, {0, 0x80000000}};
	struct bko_medium_file_options options;
	struct bko_medium medium;
	bko_medium_file *file;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(open_file(wrong[i].flags, wrong[i].erase_unit, &file, &medium),
		                 BKO_E_ARGUMENT);
	memset(&options, 0, sizeof options);
	assert_int_equal(bko_medium_file_open(name, &options, &file), BKO_E_STRUCT_SIZE);
	options.struct_size = sizeof options;
	options.reserved = 1;
	assert_int_equal(bko_medium_file_open(name, &options, &file), BKO_E_STRUCT_NEWER);
	assert_int_equal(bko_medium_file_open("", NULL, &file), BKO_E_ARGUMENT);
	assert_int_equal(bko_medium_file_open(NULL, NULL, &file), BKO_E_MISUSE);
	assert_int_equal(bko_medium_file_open(name, NULL, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_medium_file_table(NULL, &medium), BKO_E_MISUSE);
}

static struct stage stage;

/* Histories in a file, closed and opened between batches. */
static void a_log_in_a_file(void **state)
{
	static const struct stage_shape shape = {"", 1, 512, 0, 0, 0};
	struct bko_medium medium;
	bko_medium_file *file;
	uint32_t session, i;
	int32_t status;

	(void)state;
	stage_set(&stage, &shape, 5);
	for (session = 0; session < 12; session++) {
		assert_int_equal(open_file(BKO_MEDIUM_FILE_CREATE, 4096, &file, &medium), BKO_OK);
		status = bko_log_open(&stage.options, &medium, &stage.log);
		assert_int_equal(status, BKO_OK);
		stage.store.struct_size = sizeof stage.store;
		assert_int_equal(bko_log_store(stage.log, &stage.store), BKO_OK);
		assert_true(stage_same(&stage));
		for (i = 0; i < 100; i++) {
			stage_choose(&stage);
			assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
			assert_int_equal(bko_log_step(stage.log, i, 1, NULL), BKO_OK);
		}
		assert_true(stage_same(&stage));
		assert_int_equal(bko_log_close(stage.log), BKO_OK);
		stage.log = NULL;
		bko_medium_file_close(file);
	}
	assert_int_equal(length_of() % 4096, 0);
	assert_true(length_of() > 16 * 1024);
	stage_clear(&stage);
}

/* Opens the log in the file; whether it holds what it should is for the caller. */
static int32_t open_log(uint32_t flags, uint32_t grain, bko_medium_file **file)
{
	uint32_t reads = flags & BKO_LOG_READ_ONLY ? BKO_MEDIUM_FILE_READ_ONLY : 0;
	struct bko_medium medium;
	int32_t status;

	assert_int_equal(open_file(flags & BKO_LOG_CREATE ? BKO_MEDIUM_FILE_CREATE : reads, grain,
	                           file, &medium),
	                 BKO_OK);
	stage.options.flags = flags;
	status = bko_log_open(&stage.options, &medium, &stage.log);
	stage.store.struct_size = sizeof stage.store;
	if (status == BKO_OK)
		assert_int_equal(bko_log_store(stage.log, &stage.store), BKO_OK);
	return status;
}

static void close_log(bko_medium_file *file)
{
	assert_int_equal(bko_log_close(stage.log), BKO_OK);
	stage.log = NULL;
	bko_medium_file_close(file);
}

/* A log made with one grain is whole when it is opened with another. */
static void a_log_knows_its_grain(void **state)
{
	static const struct stage_shape shape = {"", 1, 512, 0, 0, 0};
	static const uint32_t grains[] = {512, 4096, 16384, 65536, 1 << 20};
	enum { GRAINS = sizeof grains / sizeof grains[0] };
	bko_medium_file *file;
	size_t made, opened;
	uint32_t i;

	(void)state;
	for (made = 0; made < GRAINS; made++) {
		stage_set(&stage, &shape, made + 1);
		stage.options.segment_size = grains[made] < 4096 ? 4096 : 0;
		stage.options.sync = BKO_LOG_SYNC_RELAXED;
		stage.largest = 50;
		assert_int_equal(open_log(BKO_LOG_CREATE, grains[made], &file), BKO_OK);
		for (opened = 0; opened < GRAINS; opened++) {
			for (i = 0; i < 40; i++) {
				stage_choose(&stage);
				assert_int_equal(stage_apply(&stage), BKO_REPLY_DONE);
			}
			close_log(file);
			assert_int_equal(open_log(BKO_LOG_READ_ONLY, grains[opened], &file),
			                 BKO_OK);
			assert_true(stage_same(&stage));
			assert_int_equal(stage_stats(&stage).number, 40 * (opened + 1));
			close_log(file);
			assert_int_equal(open_log(0, grains[opened], &file), BKO_OK);
			assert_true(stage_same(&stage));
		}
		close_log(file);
		stage_clear(&stage);
		assert_int_equal(remove(name), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(made_only_when_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_name_of_an_empty_file_is_synced, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(only_files_of_bytes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_writer_or_many_readers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(grows_in_grains_of_zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(short_files_of_others_are_left_alone, set_up,
	                                        tear_down),
		cmocka_unit_test_setup_teardown(read_only_files_take_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(options_are_checked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_log_in_a_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_log_knows_its_grain, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("store/medium_file", tests, set_up_folder,
	                                   tear_down_folder);
}
