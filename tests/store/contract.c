/*
 * tests/store/contract.c - what store.h says of guards, actions, reads and
 * handles, case by case.
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

static struct bko_reply reply;

static int set_up(void **state)
{
	bko_memory *memory;

	if (bko_memory_open(NULL, &memory) != BKO_OK)
		return -1;
	*state = memory;
	return 0;
}

static int tear_down(void **state)
{
	bko_memory_close(*state);
	return 0;
}

static struct bko_entry entry(const char *key, const char *value, uint32_t guard, uint64_t revision,
                              uint32_t action)
{
	struct bko_entry made = {{key, strlen(key)}, {NULL, 0}, revision, 0, guard, action};

	if (value != NULL) {
		made.value.data = value;
		made.value.size = strlen(value);
	}
	return made;
}

static uint64_t put(bko_memory *memory, const char *key, const char *value)
{
	struct bko_entry one = entry(key, value, BKO_GUARD_NONE, 0, BKO_ACTION_PUT);

	assert_int_equal(reply_apply(memory, &one, 1, &reply), BKO_REPLY_DONE);
	return reply.revision;
}

static uint64_t hash_of(bko_memory *memory)
{
	uint64_t hash;

	assert_int_equal(bko_memory_hash(memory, &hash), BKO_OK);
	return hash;
}

/* All guards with all actions, on a row that is there, is older, is not. */
static void every_guard_with_every_action(void **state)
{
	bko_memory *memory = *state;
	uint32_t guard, action, present, right;

	for (guard = 0; guard < 3; guard++)
		for (action = 0; action < 3; action++)
			for (present = 0; present < 2; present++)
				for (right = 0; right < 2; right++) {
					uint64_t revision = put(memory, "row", "old");
					struct bko_entry one = entry("row", "new", guard,
					                             revision + !right, action);
					int holds =
						guard == BKO_GUARD_NONE ||
						(guard == BKO_GUARD_ABSENT && !present) ||
						(guard == BKO_GUARD_REVISION && present && right);
					struct bko_entry none =
						entry("row", NULL, 0, 0, BKO_ACTION_DELETE);
					const struct reply_row *row;
					int32_t status;

					if (!present)
						reply_apply(memory, &none, 1, &reply);
					status = reply_apply(memory, &one, 1, &reply);
					assert_int_equal(status, holds ? BKO_REPLY_DONE
					                               : BKO_REPLY_CONFLICT);
					/* a row that is there is given, for its hint */
					assert_int_equal(
						reply.count,
						present && (!holds || action != BKO_ACTION_DELETE));
					revision = reply.revision;
					row = reply_get(memory, "row", 3, &reply);
					if (!holds || action == BKO_ACTION_NONE) {
						assert_int_equal(row != NULL, present);
						continue;
					}
					assert_int_equal(row != NULL, action == BKO_ACTION_PUT);
					if (row == NULL)
						continue;
					assert_memory_equal(row->value, "new", 3);
					assert_true(row->revision == revision);
				}
}

static void one_failing_guard_undoes_the_batch(void **state)
{
	bko_memory *memory = *state;
	struct bko_entry entries[4];
	uint64_t b, hash;

	put(memory, "a", "1");
	b = put(memory, "b", "2");
	hash = hash_of(memory);
	entries[0] = entry("a", "changed", BKO_GUARD_NONE, 0, BKO_ACTION_PUT);
	entries[1] = entry("b", NULL, BKO_GUARD_REVISION, b - 1, BKO_ACTION_NONE);
	entries[2] = entry("c", "new", BKO_GUARD_ABSENT, 0, BKO_ACTION_PUT);
	entries[3] = entry("d", "new", BKO_GUARD_REVISION, b, BKO_ACTION_PUT);
	assert_int_equal(reply_apply(memory, entries, 4, &reply), BKO_REPLY_CONFLICT);
	assert_true(hash_of(memory) == hash);
	/* Of the two that failed one has a row. */
	assert_int_equal(reply.count, 1);
	assert_int_equal(reply.rows[0].index, 1);
	assert_memory_equal(reply.rows[0].value, "2", 1);
	assert_true(reply.rows[0].revision == b);
	assert_true(reply.rows[0].hint != 0);
}

static void revisions_are_new_each_time(void **state)
{
	bko_memory *memory = *state;
	struct bko_entry guard = entry("x", NULL, BKO_GUARD_ABSENT, 0, BKO_ACTION_NONE);
	uint64_t first = put(memory, "a", "1");
	uint64_t second;

	assert_int_equal(reply_apply(memory, &guard, 1, &reply), BKO_REPLY_DONE);
	second = reply.revision;
	assert_int_equal(reply_apply(memory, NULL, 0, &reply), BKO_REPLY_DONE);
	assert_true(first != 0 && second > first && reply.revision > second);
	/* A row that the batch did not put keeps the one it has. */
	assert_true(reply_get(memory, "a", 1, &reply)->revision == first);
}

static void values_change_their_length(void **state)
{
	static const size_t sizes[] = {0, 10, 1024, 10, 11, 500, 0, 1024};
	static const char value[1024] = {1};
	bko_memory *memory = *state;
	struct bko_entry one = entry("key", NULL, 0, 0, BKO_ACTION_PUT);
	size_t i;

	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		one.value.data = value;
		one.value.size = sizes[i];
		assert_int_equal(reply_apply(memory, &one, 1, &reply), BKO_REPLY_DONE);
		assert_non_null(reply_get(memory, "key", 3, &reply));
		assert_int_equal(reply.rows[0].value_size, sizes[i]);
		assert_null(inspect_store(memory));
	}
}

/* Refused with this status, and nothing changed. */
static void refused(bko_memory *memory, const struct bko_entry *entries, size_t count,
                    int32_t status)
{
	uint64_t hash = hash_of(memory);

	assert_int_equal(reply_apply(memory, entries, count, &reply), status);
	assert_int_equal(reply.count, 0);
	assert_true(hash_of(memory) == hash);
}

static void wrong_batches_are_refused(void **state)
{
	static const char large[BKO_VALUE_MAX + 1] = {0};
	bko_memory *memory = *state;
	struct bko_entry good = entry("b", "1", 0, 0, BKO_ACTION_PUT);
	struct bko_entry pair[2];

	put(memory, "a", "1");
	pair[0] = good;
	pair[1] = good;
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED); /* twice */
	pair[1].key.data = "a";
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED); /* not sorted */
	pair[1] = entry("c", "1", 3, 0, BKO_ACTION_PUT);
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED); /* no such guard */
	pair[1] = entry("c", "1", 0, 0, 3);
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED); /* no such action */
	pair[1] = entry("c", "1", 0, 0, BKO_ACTION_PUT);
	pair[1].key.size = 0;
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED);
	pair[1].key.size = 1;
	pair[1].key.data = NULL;
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED);
	pair[1] = entry("c", NULL, 0, 0, BKO_ACTION_PUT);
	pair[1].value.size = 1;
	refused(memory, pair, 2, BKO_REPLY_UNSUPPORTED);
	pair[1] = entry("c", "1", 0, 0, BKO_ACTION_PUT);
	pair[1].value.data = large;
	pair[1].value.size = sizeof large;
	refused(memory, pair, 2, BKO_REPLY_TOO_LARGE);
	pair[1].action = BKO_ACTION_DELETE; /* which has no value */
	assert_int_equal(reply_apply(memory, pair, 2, &reply), BKO_REPLY_DONE);
	pair[1].key.data = large;
	pair[1].key.size = BKO_KEY_MAX + 1;
	refused(memory, pair + 1, 1, BKO_REPLY_TOO_LARGE);
	refused(memory, NULL, 1, BKO_REPLY_UNSUPPORTED);
}

static void wrong_batch_structs_are_refused(void **state)
{
	struct {
		struct bko_batch batch;
		uint32_t newer[2];
	} given;
	bko_memory *memory = *state;
	struct bko_entry one = entry("b", "1", 0, 0, BKO_ACTION_PUT);

	memset(&given, 0, sizeof given);
	given.batch.entries = &one;
	given.batch.count = 1;
	given.batch.struct_size = sizeof given.batch - 1;
	assert_int_equal(reply_batch(memory, &given.batch, &reply), BKO_REPLY_UNSUPPORTED);
	given.batch.struct_size = sizeof given;
	assert_int_equal(reply_batch(memory, &given.batch, &reply), BKO_REPLY_DONE);
	given.newer[1] = 1;
	assert_int_equal(reply_batch(memory, &given.batch, &reply), BKO_REPLY_UNSUPPORTED);
	given.batch.struct_size = sizeof given.batch;
	given.batch.flags = 1;
	assert_int_equal(reply_batch(memory, &given.batch, &reply), BKO_REPLY_UNSUPPORTED);
	assert_int_equal(reply_batch(memory, NULL, &reply), BKO_REPLY_UNSUPPORTED);
}

static void wrong_queries_are_refused(void **state)
{
	static const char large[BKO_KEY_MAX + 1] = {0};
	bko_memory *memory = *state;
	struct bko_read good = {{"a", 1}, {"b", 1}, 1, 0};
	struct bko_read read = good;
	struct bko_query query = {sizeof query, BKO_QUERY_STALE, &read, 1};

	put(memory, "a", "1");
	assert_int_equal(reply_query(memory, &query, &reply), BKO_REPLY_DONE);
	assert_int_equal(reply.count, 1);
	query.flags = 2;
	assert_int_equal(reply_query(memory, &query, &reply), BKO_REPLY_UNSUPPORTED);
	query.flags = 0;
	query.struct_size = 8;
	assert_int_equal(reply_query(memory, &query, &reply), BKO_REPLY_UNSUPPORTED);
	assert_int_equal(reply_query(memory, NULL, &reply), BKO_REPLY_UNSUPPORTED);
	assert_int_equal(reply_read(memory, NULL, 1, &reply), BKO_REPLY_UNSUPPORTED);
	assert_int_equal(reply_read(memory, NULL, 0, &reply), BKO_REPLY_DONE);
	read.limit = 0;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_UNSUPPORTED);
	read = good;
	read.flags = 1;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_UNSUPPORTED);
	read = good;
	read.key.size = 0;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_UNSUPPORTED);
	read = good;
	read.end.data = NULL;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_UNSUPPORTED);
	read.end.data = large;
	read.end.size = sizeof large;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_TOO_LARGE);
}

/* Ranges, across trees too: limits, and whether there is more. */
static void ranges_stop_at_end_and_limit(void **state)
{
	static const char *const keys[] = {"a1", "a2", "a3", "c1", "c2", "d1", "z"};
	static const struct {
		const char *key, *end;
		uint32_t limit, first, count, more;
	} rows[] = {
		{"a", "b", 9, 0, 3, 0},   {"a", "b", 3, 0, 3, 0},    {"a", "b", 2, 0, 2, 1},
		{"a", "zz", 9, 0, 7, 0},  {"a", "zz", 7, 0, 7, 0},   {"a", "zz", 6, 0, 6, 1},
		{"a2", "a3", 9, 1, 1, 0}, {"a2", "c2", 9, 1, 3, 0},  {"a2", "c2", 3, 1, 3, 0},
		{"a2", "c2", 2, 1, 2, 1}, {"b", "c", 9, 0, 0, 0},    {"b", "d", 1, 3, 1, 1},
		{"c2", "d", 9, 4, 1, 0},  {"c2", "d1", 9, 4, 1, 0},  {"c2", "d2", 9, 4, 2, 0},
		{"c2", "d2", 1, 4, 1, 1}, {"b", "d2", 9, 3, 3, 0},   {"c3", "d2", 9, 5, 1, 0},
		{"c2", "c2", 9, 0, 0, 0}, {"c2", "a", 9, 0, 0, 0},   {"d2", "y", 9, 0, 0, 0},
		{"z", "za", 1, 6, 1, 0},  {"zz", "zzz", 1, 0, 0, 0}, {"0", "a1", 1, 0, 0, 0},
	};
	bko_memory *memory = *state;
	size_t i;
	uint32_t k;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		put(memory, keys[i], keys[i]);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bko_read read = {{rows[i].key, strlen(rows[i].key)},
		                        {rows[i].end, strlen(rows[i].end)},
		                        rows[i].limit,
		                        0};

		assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_DONE);
		assert_int_equal(reply.count, rows[i].count);
		assert_int_equal(reply.more[0], rows[i].more);
		for (k = 0; k < rows[i].count; k++)
			assert_memory_equal(reply.rows[k].key, keys[rows[i].first + k],
			                    reply.rows[k].key_size);
	}
}

static void elements_are_answered_by_index(void **state)
{
	static const struct bko_read reads[] = {
		{{"b", 1}, {NULL, 0}, 1, 0},
		{{"none", 4}, {NULL, 0}, 1, 0},
		{{"a", 1}, {"c", 1}, 1, 0},
		{{"a", 1}, {NULL, 0}, 1, 0},
	};
	bko_memory *memory = *state;

	put(memory, "a", "1");
	put(memory, "b", "2");
	assert_int_equal(reply_read(memory, reads, 4, &reply), BKO_REPLY_DONE);
	assert_int_equal(reply.count, 3);
	assert_int_equal(reply.rows[0].index, 0);
	assert_int_equal(reply.rows[1].index, 2);
	assert_int_equal(reply.rows[2].index, 3);
	assert_memory_equal(reply.more, "\0\0\1\0", 4);
	assert_true(reply.revision == 0);
}

static void refused_row_ends_the_answer(void **state)
{
	bko_memory *memory = *state;
	struct bko_read read = {{"a", 1}, {"z", 1}, 9, 0};

	put(memory, "a", "1");
	put(memory, "b", "2");
	put(memory, "c", "3");
	reply.refuse_at = 2;
	assert_int_equal(reply_read(memory, &read, 1, &reply), BKO_REPLY_BUSY);
	reply.refuse_at = 0;
	assert_int_equal(reply.count, 1);
}

/* Rows that were lent lie still while nothing is applied. */
static void lent_rows_stay_while_others_are_read(void **state)
{
	bko_memory *memory = *state;
	const unsigned char *value;
	char key[] = "key 000";
	int i;

	for (i = 0; i < 500; i++) {
		key[4] = (char)('0' + i / 100);
		key[5] = (char)('0' + i / 10 % 10);
		key[6] = (char)('0' + i % 10);
		put(memory, key, key);
	}
	value = reply_get(memory, "key 250", 7, &reply)->value;
	for (i = 0; i < 500; i++)
		reply_get(memory, "key 111", 7, &reply);
	assert_memory_equal(value, "key 250", 7);
	assert_ptr_equal(value, reply_get(memory, "key 250", 7, &reply)->value);
}

static void handles_are_checked(void **state)
{
	bko_memory *memory = *state;
	bko_memory *other = (bko_memory *)calloc(1, 65536);
	struct bko_memory_stats stats = {sizeof stats, 0, 0, 0, 0, 0, 0, 0};
	struct bko_store store = {sizeof store, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	uint64_t hash;

	assert_int_equal(bko_memory_open(NULL, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_memory_store(NULL, &store), BKO_E_MISUSE);
	assert_int_equal(bko_memory_store(other, &store), BKO_E_MISUSE);
	assert_int_equal(bko_memory_store(memory, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_memory_stats(other, &stats), BKO_E_MISUSE);
	assert_int_equal(bko_memory_stats(memory, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_memory_hash(other, &hash), BKO_E_MISUSE);
	assert_int_equal(bko_memory_hash(memory, NULL), BKO_E_MISUSE);
	assert_int_equal(bko_memory_copy(memory, other), BKO_E_MISUSE);
	assert_int_equal(bko_memory_copy(NULL, memory), BKO_E_MISUSE);
	bko_memory_close(NULL);
	bko_memory_close(other);
	assert_int_equal(bko_memory_store(memory, &store), BKO_OK);
	store.read(other, NULL, &reply);
	assert_int_equal(reply.status, BKO_REPLY_UNSUPPORTED);
	store.apply(NULL, NULL, &reply);
	assert_int_equal(reply.status, BKO_REPLY_UNSUPPORTED);
	free(other);
}

static void options_are_checked(void **state)
{
	static const struct {
		uint32_t struct_size, page_size, shared, reserved;
		int32_t status;
	} rows[] = {
		{sizeof(struct bko_memory_options), 0, 0, 0, BKO_OK},
		{sizeof(struct bko_memory_options), 2048, 0, 0, BKO_OK},
		{sizeof(struct bko_memory_options), 4096, 1, 0, BKO_OK},
		{sizeof(struct bko_memory_options), 8192, 1, 0, BKO_OK},
		{sizeof(struct bko_memory_options), 1024, 0, 0, BKO_E_ARGUMENT},
		{sizeof(struct bko_memory_options), 2049, 0, 0, BKO_E_ARGUMENT},
		{sizeof(struct bko_memory_options), 16384, 0, 0, BKO_E_ARGUMENT},
		{sizeof(struct bko_memory_options), 0, 2, 0, BKO_E_ARGUMENT},
		{sizeof(struct bko_memory_options), 0, 0, 1, BKO_E_STRUCT_NEWER},
		{sizeof(struct bko_memory_options) - 4, 0, 0, 0, BKO_E_STRUCT_SIZE},
		{0, 0, 0, 0, BKO_E_STRUCT_SIZE},
		{BKO_STRUCT_SIZE_MAX + 1, 0, 0, 0, BKO_E_STRUCT_SIZE},
	};
	struct bko_store store;
	bko_memory *memory;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bko_memory_options options;

		memset(&options, 0, sizeof options);
		options.struct_size = rows[i].struct_size;
		options.page_size = rows[i].page_size;
		options.shared = rows[i].shared;
		options.reserved = rows[i].reserved;
		assert_int_equal(bko_memory_open(&options, &memory), rows[i].status);
		assert_int_equal(memory != NULL, rows[i].status == BKO_OK);
		if (memory == NULL)
			continue;
		store.struct_size = sizeof store;
		assert_int_equal(bko_memory_store(memory, &store), BKO_OK);
		assert_int_equal(store.caps, rows[i].shared
		                                     ? BKO_STORE_SNAPSHOT
		                                     : BKO_STORE_SNAPSHOT | BKO_STORE_EXCLUSIVE |
		                                               BKO_STORE_LENDS);
		bko_memory_close(memory);
	}
}

static void results_fill_the_size_of_their_caller(void **state)
{
	struct {
		struct bko_memory_stats stats;
		uint64_t newer;
	} given;
	bko_memory *memory = *state;

	put(memory, "key", "value");
	memset(&given, 0xff, sizeof given);
	given.stats.struct_size = sizeof given.stats - 1;
	assert_int_equal(bko_memory_stats(memory, &given.stats), BKO_E_STRUCT_SIZE);
	given.stats.struct_size = sizeof given;
	assert_int_equal(bko_memory_stats(memory, &given.stats), BKO_OK);
	assert_int_equal(given.stats.struct_size, sizeof given);
	assert_true(given.newer == 0);
	assert_int_equal(given.stats.page_size, 2048);
	assert_true(given.stats.rows == 1 && given.stats.row_bytes == 8);
	assert_true(given.stats.applied == 1 && given.stats.pages == 2);
	assert_true(given.stats.bytes > given.stats.pages * 2048);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_guard_with_every_action),
		TEST(one_failing_guard_undoes_the_batch),
		TEST(revisions_are_new_each_time),
		TEST(values_change_their_length),
		TEST(wrong_batches_are_refused),
		TEST(wrong_batch_structs_are_refused),
		TEST(wrong_queries_are_refused),
		TEST(ranges_stop_at_end_and_limit),
		TEST(elements_are_answered_by_index),
		TEST(refused_row_ends_the_answer),
		TEST(lent_rows_stay_while_others_are_read),
		TEST(handles_are_checked),
		TEST(options_are_checked),
		TEST(results_fill_the_size_of_their_caller),
	};

	return cmocka_run_group_tests_name("store contract", tests, NULL, NULL);
}
