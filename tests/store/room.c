/*
 * tests/store/room.c - memory that runs out at every point, arenas of every
 * size, and copies.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inspect.h"
#include "reply.h"
#include "shadow.h"

enum { ENTRIES = 24 };

static struct bko_reply reply;

/* An allocator that fails at one call, or from one call on. */
struct failing {
	uint32_t calls, fail_at, once;
	size_t bytes; /* taken and not given back */
};

static void *failing_alloc(void *alloc_host, void *block, size_t old_size, size_t size)
{
	struct failing *failing = alloc_host;
	void *made;

	if (size == 0) {
		failing->bytes -= old_size;
		free(block);
		return NULL;
	}
	failing->calls++;
	if (failing->fail_at != 0 && (failing->once ? failing->calls == failing->fail_at
	                                            : failing->calls >= failing->fail_at))
		return NULL;
	made = realloc(block, size);
	if (made != NULL)
		failing->bytes += size - (block != NULL ? old_size : 0);
	return made;
}

static bko_memory *open_failing(struct failing *failing)
{
	struct bko_memory_options options = {
		sizeof options, 0, failing_alloc, failing, NULL, 0, 0, 0};
	bko_memory *memory;
	int32_t status = bko_memory_open(&options, &memory);

	assert_int_equal(status, memory != NULL ? BKO_OK : BKO_E_NO_MEMORY);
	return memory;
}

/* A batch that only its number decides: ascending and scattered rows, some
 * large, some put again or deleted. */
struct batch {
	unsigned char keys[ENTRIES][BKO_KEY_MAX];
	struct bko_entry entries[ENTRIES];
	size_t count;
};

static int compare_entries(const void *a, const void *b)
{
	const struct bko_entry *x = a, *y = b;

	return shadow_compare(x->key.data, x->key.size, y->key.data, y->key.size);
}

static void make_batch(struct batch *batch, uint64_t number)
{
	static const unsigned char value[BKO_VALUE_MAX] = {3};
	uint64_t random = number;
	uint64_t counter = number * ENTRIES;
	size_t kept = 0;
	size_t i;

	memset(batch, 0, sizeof *batch);
	for (i = 0; i < ENTRIES; i++) {
		struct shadow_keys keys = {i % KEYS_KINDS, counter + i, &random};
		struct bko_entry *entry = &batch->entries[i];

		entry->key.size = shadow_key(&keys, batch->keys[i]);
		entry->key.data = batch->keys[i];
		entry->value.data = value;
		entry->value.size = shadow_below(&random, shadow_below(&random, 5) ? 90 : 1025);
		entry->action = shadow_below(&random, 6) ? BKO_ACTION_PUT : BKO_ACTION_DELETE;
	}
	qsort(batch->entries, ENTRIES, sizeof *batch->entries, compare_entries);
	for (i = 0; i < ENTRIES; i++)
		if (kept == 0 ||
		    compare_entries(&batch->entries[kept - 1], &batch->entries[i]) != 0)
			batch->entries[kept++] = batch->entries[i];
	batch->count = kept;
}

static uint64_t hash_of(bko_memory *memory)
{
	uint64_t hash;

	assert_int_equal(bko_memory_hash(memory, &hash), BKO_OK);
	return hash;
}

static uint64_t bytes_of(bko_memory *memory)
{
	struct bko_memory_stats stats = {sizeof stats, 0, 0, 0, 0, 0, 0, 0};

	assert_int_equal(bko_memory_stats(memory, &stats), BKO_OK);
	return stats.bytes;
}

static void sound(bko_memory *memory)
{
	const char *wrong = inspect_store(memory);

	if (wrong != NULL)
		fail_msg("%s", wrong);
}

/* Plays the batches; one that finds no room is tried again until there is. */
static uint64_t play(bko_memory *memory, uint64_t batches, uint32_t *full)
{
	static struct batch batch;
	uint64_t number, before;
	int32_t status;

	for (number = 0; number < batches; number++) {
		make_batch(&batch, number);
		before = hash_of(memory);
		while ((status = reply_apply(memory, batch.entries, batch.count, &reply)) ==
		       BKO_REPLY_FULL) {
			++*full;
			sound(memory);
			assert_true(hash_of(memory) == before);
		}
		assert_int_equal(status, BKO_REPLY_DONE);
	}
	sound(memory);
	return hash_of(memory);
}

static void allocation_that_fails_once_changes_nothing(void **state)
{
	struct failing failing = {0, 0, 1, 0};
	bko_memory *memory = open_failing(&failing);
	uint32_t full = 0;
	uint64_t hash = play(memory, 120, &full);
	uint32_t calls = failing.calls;

	(void)state;
	assert_true(failing.bytes == bytes_of(memory));
	bko_memory_close(memory);
	assert_true(failing.bytes == 0);
	assert_true(full == 0 && calls > 20);
	for (failing.fail_at = 1; failing.fail_at <= calls; failing.fail_at++) {
		failing.calls = 0;
		full = 0;
		memory = open_failing(&failing);
		if (memory != NULL) {
			assert_true(play(memory, 120, &full) == hash);
			assert_int_equal(full, 1);
		}
		bko_memory_close(memory);
		assert_true(failing.bytes == 0);
	}
}

/* A full store still reads, overwrites and deletes, and deleting makes room. */
static void full_store_can_be_emptied(void **state)
{
	struct failing failing = {0, 12, 0, 0};
	bko_memory *memory = open_failing(&failing);
	uint64_t random = 5;
	struct shadow_keys keys = {KEYS_ITEMS, 0, &random};
	unsigned char key[BKO_KEY_MAX], value[BKO_VALUE_MAX] = {0};
	struct bko_entry entry = {{key, 0}, {value, 100}, 0, 0, 0, BKO_ACTION_PUT};
	struct bko_read all = {{"\0", 1}, {"\xff", 1}, 1, 0};
	struct bko_memory_stats stats = {sizeof stats, 0, 0, 0, 0, 0, 0, 0};

	(void)state;
	assert_non_null(memory);
	do
		entry.key.size = shadow_key(&keys, key);
	while (reply_apply(memory, &entry, 1, &reply) == BKO_REPLY_DONE);
	assert_int_equal(reply.status, BKO_REPLY_FULL);
	do {
		assert_int_equal(reply_read(memory, &all, 1, &reply), BKO_REPLY_DONE);
		if (reply.count == 0)
			break;
		entry.key.size = reply.rows[0].key_size;
		memcpy(key, reply.rows[0].key, entry.key.size);
		entry.value.size = reply.rows[0].value_size;
		entry.action = BKO_ACTION_PUT;
		assert_int_equal(reply_apply(memory, &entry, 1, &reply), BKO_REPLY_DONE);
		entry.action = BKO_ACTION_DELETE;
		assert_int_equal(reply_apply(memory, &entry, 1, &reply), BKO_REPLY_DONE);
		sound(memory);
	} while (1);
	assert_int_equal(bko_memory_stats(memory, &stats), BKO_OK);
	assert_true(stats.rows == 0 && stats.row_bytes == 0 && stats.pages == 1);
	entry.action = BKO_ACTION_PUT;
	assert_int_equal(reply_apply(memory, &entry, 1, &reply), BKO_REPLY_DONE);
	bko_memory_close(memory);
	assert_true(failing.bytes == 0);
}

/* Fills an arena with small rows; how many were in when it was full. */
static uint32_t fill_arena(unsigned char *arena, size_t size)
{
	struct bko_memory_options options = {sizeof options, 0, NULL, NULL, arena, size, 0, 0};
	uint64_t random = 1;
	struct shadow_keys keys = {KEYS_ASCENDING, 0, &random};
	unsigned char key[BKO_KEY_MAX];
	struct bko_entry entry = {{key, 0}, {"value", 5}, 0, 0, 0, BKO_ACTION_PUT};
	bko_memory *memory;
	uint32_t rows = 0;
	int32_t status = bko_memory_open(&options, &memory);

	if (status != BKO_OK) {
		assert_int_equal(status, BKO_E_NO_MEMORY);
		assert_null(memory);
		return 0;
	}
	assert_true((unsigned char *)memory >= arena && (unsigned char *)memory < arena + size);
	while (1) {
		entry.key.size = shadow_key(&keys, key);
		if (reply_apply(memory, &entry, 1, &reply) != BKO_REPLY_DONE)
			break;
		rows++;
	}
	assert_int_equal(reply.status, BKO_REPLY_FULL);
	sound(memory);
	assert_true(bytes_of(memory) <= size);
	bko_memory_close(memory);
	return rows;
}

/* Each byte counts: malloc gives the size exactly, so that a sanitizer sees
 * any byte beyond it. */
static void arena_of_every_size(void **state)
{
	uint32_t rows, before = 0;
	size_t size, skip;

	(void)state;
	for (size = 0; size < 16000; size += size < 5000 ? 41 : 331)
		for (skip = 0; skip < 17; skip += 5) {
			unsigned char *arena = malloc(size + skip + 1);

			assert_non_null(arena);
			rows = fill_arena(arena + skip, size);
			free(arena);
			if (skip != 0)
				continue;
			assert_true(rows >= before);
			before = rows;
		}
	assert_true(before > 100);
}

static void copy_holds_the_same_rows(void **state)
{
	static const uint32_t sizes[] = {2048, 4096, 8192};
	struct failing failing = {0, 0, 0, 0};
	bko_memory *from = open_failing(&failing);
	struct bko_memory_options options;
	struct shadow shadow = {{NULL}, 0};
	static struct batch batch;
	uint64_t number, highest;
	uint32_t full = 0;
	bko_memory *to;
	size_t i;

	(void)state;
	for (number = 0; number < 100; number++) {
		make_batch(&batch, number);
		assert_int_equal(reply_apply(from, batch.entries, batch.count, &reply),
		                 BKO_REPLY_DONE);
		shadow_apply(&shadow, batch.entries, batch.count, reply.revision);
	}
	highest = reply.revision;
	for (i = 0; i < 3; i++) {
		memset(&options, 0, sizeof options);
		options.struct_size = sizeof options;
		options.page_size = sizes[i];
		assert_int_equal(bko_memory_open(&options, &to), BKO_OK);
		play(to, 1 + i * 100, &full);
		assert_int_equal(bko_memory_copy(from, to), BKO_OK);
		sound(to);
		assert_true(hash_of(to) == hash_of(from));
		assert_null(shadow_differs(&shadow, to, 77));
		assert_null(shadow_differs(&shadow, from, 77));
		/* Revisions go on from the higher of both. */
		assert_int_equal(reply_apply(to, NULL, 0, &reply), BKO_REPLY_DONE);
		assert_true(reply.revision > highest && reply.revision > 1 + i * 100);
		assert_int_equal(bko_memory_copy(to, to), BKO_OK);
		assert_true(hash_of(to) == hash_of(from));
		bko_memory_close(to);
	}
	shadow_clear(&shadow);
	bko_memory_close(from);
}

static void copy_without_room_is_empty(void **state)
{
	size_t size = 100000;
	unsigned char *arena = malloc(size);
	struct bko_memory_options options = {sizeof options, 0, NULL, NULL, arena, size, 0, 0};
	struct failing failing = {0, 0, 0, 0};
	bko_memory *from = open_failing(&failing);
	bko_memory *to;
	uint64_t empty;
	uint32_t full = 0;

	(void)state;
	assert_int_equal(bko_memory_open(&options, &to), BKO_OK);
	empty = hash_of(to);
	play(to, 2, &full);
	play(from, 120, &full);
	assert_true(hash_of(to) != empty);
	assert_int_equal(bko_memory_copy(from, to), BKO_E_NO_MEMORY);
	sound(to);
	assert_true(hash_of(to) == empty);
	play(to, 2, &full);
	assert_int_equal(full, 0);
	bko_memory_close(to);
	bko_memory_close(from);
	free(arena);
}

/* The same rows by another way, and other rows. The numbers are part of the
 * test: every platform must come to them. */
static void hash_tells_rows_and_nothing_else(void **state)
{
	struct failing failing = {0, 0, 0, 0};
	bko_memory *a = open_failing(&failing);
	bko_memory *b = open_failing(&failing);
	struct bko_entry entries[2] = {
		{{"key", 3}, {"value", 5}, 0, 0, 0, BKO_ACTION_PUT},
		{{"longer than eight", 17}, {"", 0}, 0, 0, 0, BKO_ACTION_PUT},
	};
	uint32_t full = 0;

	(void)state;
	assert_true(hash_of(a) == 0);
	reply_apply(a, entries, 2, &reply);
	reply_apply(b, entries + 1, 1, &reply);
	reply_apply(b, entries, 1, &reply);
	assert_true(hash_of(a) == hash_of(b));
	assert_true(hash_of(a) == UINT64_C(0xfc9785d96eb86910));
	entries[0].key.size = 4;
	entries[0].key.data = "keyv";
	entries[0].value.data = "alue";
	entries[0].value.size = 4;
	reply_apply(b, entries, 1, &reply);
	entries[0].key.size = 3;
	entries[0].action = BKO_ACTION_DELETE;
	reply_apply(b, entries, 1, &reply);
	assert_true(hash_of(a) != hash_of(b));
	assert_true(play(a, 50, &full) == UINT64_C(0x1cf13446e1fcaeaf));
	bko_memory_close(a);
	bko_memory_close(b);
}

/* Rows in order fill their pages, also beside others. */
static void ascending_rows_fill_pages(void **state)
{
	static const uint32_t kinds[] = {KEYS_ASCENDING, KEYS_DESCENDING, KEYS_LANES};
	unsigned char key[BKO_KEY_MAX];
	struct bko_entry entry = {{key, 0}, {"some value", 10}, 0, 0, 0, BKO_ACTION_PUT};
	struct failing failing = {0, 0, 0, 0};
	uint64_t random = 1;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct shadow_keys keys = {kinds[i], 0, &random};
		bko_memory *memory = open_failing(&failing);

		for (k = 0; k < 20000; k++) {
			entry.key.size = shadow_key(&keys, key);
			reply_apply(memory, &entry, 1, &reply);
		}
		sound(memory);
		assert_true(inspect_fill(memory) >= 90);
		bko_memory_close(memory);
	}
}

/* Of rows that were deleted here and there no thin pages remain. */
static void deleted_rows_give_their_pages_back(void **state)
{
	unsigned char key[BKO_KEY_MAX];
	struct bko_entry entry = {{key, 0}, {"some value", 10}, 0, 0, 0, BKO_ACTION_PUT};
	struct failing failing = {0, 0, 0, 0};
	struct bko_memory_stats stats = {sizeof stats, 0, 0, 0, 0, 0, 0, 0};
	bko_memory *memory = open_failing(&failing);
	uint64_t random = 1;
	struct shadow_keys keys = {KEYS_ASCENDING, 0, &random};
	uint64_t pages;
	int k;

	(void)state;
	for (k = 0; k < 20000; k++) {
		entry.key.size = shadow_key(&keys, key);
		reply_apply(memory, &entry, 1, &reply);
	}
	bko_memory_stats(memory, &stats);
	pages = stats.pages;
	/* The same keys again, and nine of ten deleted. */
	random = 1;
	keys.counter = 0;
	entry.action = BKO_ACTION_DELETE;
	for (k = 0; k < 20000; k++) {
		entry.key.size = shadow_key(&keys, key);
		if (k % 10 != 0)
			reply_apply(memory, &entry, 1, &reply);
	}
	sound(memory);
	bko_memory_stats(memory, &stats);
	assert_true(stats.rows == 2000);
	assert_true(stats.pages < pages / 4);
	bko_memory_close(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocation_that_fails_once_changes_nothing),
		cmocka_unit_test(full_store_can_be_emptied),
		cmocka_unit_test(arena_of_every_size),
		cmocka_unit_test(copy_holds_the_same_rows),
		cmocka_unit_test(copy_without_room_is_empty),
		cmocka_unit_test(hash_tells_rows_and_nothing_else),
		cmocka_unit_test(ascending_rows_fill_pages),
		cmocka_unit_test(deleted_rows_give_their_pages_back),
	};

	return cmocka_run_group_tests_name("store room", tests, NULL, NULL);
}
