/*
 * tests/store/history.c - random histories: the memory store does what a
 * sorted array does, and its pages are sound after every step.
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

#include "inspect.h"
#include "reply.h"
#include "shadow.h"
#include "store/memory_tree.h"

enum {
	MOST_ENTRIES = 60, /* beyond what the store looks up once only */
	TIGHT_ARENA = 4 << 20
};

struct history {
	bko_memory *memory;
	struct shadow shadow;
	struct shadow_keys keys;
	uint64_t random;
	uint32_t largest; /* value */
	uint32_t deletes; /* in 100 */
	uint32_t rows;    /* from here on mostly deletes */
	uint32_t full;
	uint32_t tight; /* the store has hardly a page more than it reserved */
	struct bko_reply reply;
	struct shadow_row entry_rows[MOST_ENTRIES]; /* what entries point to */
	struct bko_entry entries[MOST_ENTRIES];
};

static int compare_entries(const void *a, const void *b)
{
	const struct bko_entry *x = a, *y = b;

	return shadow_compare(x->key.data, x->key.size, y->key.data, y->key.size);
}

/* A key of the kind, or one that is there. */
static void choose_key(struct history *history, struct shadow_row *row)
{
	const struct shadow *shadow = &history->shadow;
	const struct shadow_row *old;

	if (shadow->count > 0 && shadow_below(&history->random, 100) < 40 + history->deletes / 2) {
		old = shadow->rows[shadow_below(&history->random, (uint32_t)shadow->count)];
		row->key_size = old->key_size;
		memcpy(row->key, old->key, old->key_size);
		return;
	}
	row->key_size = shadow_key(&history->keys, row->key);
}

static uint64_t choose_hint(struct history *history, const struct shadow_row *old)
{
	switch (shadow_below(&history->random, 6)) {
	case 0: return 0;
	case 1: return shadow_random(&history->random);
	case 2: return shadow_random(&history->random) % (64 << 16);
	default: return old != NULL ? old->hint : shadow_below(&history->random, 9) << 16;
	}
}

static void choose_entry(struct history *history, size_t i)
{
	uint64_t *random = &history->random;
	struct shadow_row *row = &history->entry_rows[i];
	struct bko_entry *entry = &history->entries[i];
	const struct shadow_row *old;
	size_t k;

	choose_key(history, row);
	old = shadow_get(&history->shadow, row->key, row->key_size);
	row->value_size = old != NULL && shadow_below(random, 2)
	                          ? old->value_size
	                          : shadow_below(random, history->largest + 1);
	if (shadow_below(random, 40) == 0)
		row->value_size = BKO_VALUE_MAX;
	for (k = 0; k < row->value_size; k++)
		row->value[k] = (unsigned char)(shadow_random(random) >> 56);
	memset(entry, 0, sizeof *entry);
	entry->key.data = row->key;
	entry->key.size = row->key_size;
	entry->value.data = row->value;
	entry->value.size = row->value_size;
	entry->hint = choose_hint(history, old);
	entry->action = shadow_below(random, 20) == 0                  ? BKO_ACTION_NONE
	                : shadow_below(random, 100) < history->deletes ? BKO_ACTION_DELETE
	                                                               : BKO_ACTION_PUT;
	if (history->shadow.count >= history->rows && shadow_below(random, 4) != 0)
		entry->action = BKO_ACTION_DELETE;
	entry->guard = shadow_below(random, 3);
	/* Mostly guards that hold, else nothing would ever happen. */
	if (shadow_below(random, 200) != 0 && entry->guard != BKO_GUARD_NONE)
		entry->guard = old != NULL ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT;
	entry->revision = old != NULL ? old->revision : 1 + shadow_below(random, 9);
	if (shadow_below(random, 200) == 0)
		entry->revision++;
}

static size_t choose_batch(struct history *history)
{
	uint32_t most = shadow_below(&history->random, 8) == 0 ? MOST_ENTRIES : 8;
	size_t count = shadow_below(&history->random, most + 1);
	size_t kept = 0;
	size_t i;

	for (i = 0; i < count; i++)
		choose_entry(history, i);
	qsort(history->entries, count, sizeof *history->entries, compare_entries);
	for (i = 0; i < count; i++)
		if (kept == 0 ||
		    compare_entries(&history->entries[kept - 1], &history->entries[i]) != 0)
			history->entries[kept++] = history->entries[i];
	return kept;
}

/* Conflict brings the present row of each entry whose guard failed. */
static void check_conflict(struct history *history, size_t count)
{
	const struct bko_reply *reply = &history->reply;
	const struct shadow_row *row;
	size_t given = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (shadow_guards(&history->shadow, &history->entries[i], 1))
			continue;
		row = shadow_get(&history->shadow, history->entries[i].key.data,
		                 history->entries[i].key.size);
		if (row == NULL)
			continue;
		assert_true(given < reply->count);
		assert_int_equal(reply->rows[given].index, i);
		assert_true(reply->rows[given].revision == row->revision);
		assert_memory_equal(reply->rows[given].value, row->value, row->value_size);
		given++;
	}
	assert_int_equal(given, reply->count);
	assert_true(reply->revision == 0);
}

/* Done may bring rows that were there and still are, as they are now. */
static void check_done(const struct history *history, size_t count)
{
	const struct bko_reply *reply = &history->reply;
	size_t i;

	for (i = 0; i < reply->count; i++) {
		const struct reply_row *given = &reply->rows[i];
		const struct bko_entry *entry = &history->entries[given->index];
		const struct shadow_row *row =
			shadow_get(&history->shadow, entry->key.data, entry->key.size);

		assert_true(given->index < count && row != NULL);
		assert_true(given->revision == row->revision);
		assert_true(given->hint != entry->hint);
		assert_int_equal(given->value_size, row->value_size);
		assert_memory_equal(given->value, row->value, row->value_size);
	}
}

static void learn_hints(struct history *history, size_t count)
{
	const struct reply_row *given;
	struct shadow_row *row;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct bko_span *key = &history->entries[i].key;

		given = reply_get(history->memory, key->data, key->size, &history->reply);
		row = shadow_get(&history->shadow, key->data, key->size);
		assert_int_equal(given != NULL, row != NULL);
		if (given != NULL && shadow_below(&history->random, 2))
			row->hint = given->hint;
	}
}

/* Hides pages that were never used from an arena store, but for a few. What it
 * takes in a batch must then be among those that it asked for. */
static int32_t apply_tight(struct history *history, size_t count)
{
	bko_memory *memory = history->memory;
	uint32_t pages = memory->page_count;
	uint32_t shown = memory->page_fresh + shadow_below(&history->random, 4);
	int32_t status;

	memory->page_count = shown < pages ? shown : pages;
	status = reply_apply(memory, history->entries, count, &history->reply);
	assert_true(memory->page_fresh <= memory->page_count);
	memory->page_count = pages;
	return status;
}

static void step(struct history *history)
{
	size_t count = choose_batch(history);
	int holds = shadow_guards(&history->shadow, history->entries, count);
	uint64_t before, after;
	int32_t status;
	const char *wrong;

	bko_memory_hash(history->memory, &before);
	status = history->tight
	                 ? apply_tight(history, count)
	                 : reply_apply(history->memory, history->entries, count, &history->reply);
	if (status == BKO_REPLY_DONE) {
		assert_true(holds);
		shadow_apply(&history->shadow, history->entries, count, history->reply.revision);
		check_done(history, count);
	} else if (status == BKO_REPLY_CONFLICT) {
		assert_false(holds);
		check_conflict(history, count);
	} else {
		assert_int_equal(status, BKO_REPLY_FULL);
		history->full++;
	}
	wrong = inspect_store(history->memory);
	if (wrong != NULL)
		fail_msg("%s", wrong);
	if (status != BKO_REPLY_DONE) {
		bko_memory_hash(history->memory, &after);
		assert_true(before == after);
	}
	learn_hints(history, count);
}

static void check_all(struct history *history)
{
	const char *differs = shadow_differs(&history->shadow, history->memory,
	                                     1 + shadow_below(&history->random, 300));

	if (differs != NULL)
		fail_msg("%s", differs);
}

static void run(uint32_t kind, uint32_t page_size, size_t arena_size, uint32_t largest,
                uint32_t steps, uint64_t seed)
{
	struct history *history = calloc(1, sizeof *history);
	void *arena = arena_size > 0 ? malloc(arena_size) : NULL;
	struct bko_memory_options options = {sizeof options, page_size,  NULL, NULL,
	                                     arena,          arena_size, 0,    0};
	uint32_t i;

	assert_non_null(history);
	assert_int_equal(bko_memory_open(&options, &history->memory), BKO_OK);
	history->random = seed;
	history->keys.kind = kind;
	history->keys.random = &history->random;
	history->largest = largest;
	history->rows = 1500;
	history->tight = arena_size >= TIGHT_ARENA;
	for (i = 0; i < steps; i++) {
		/* Grows, shrinks, grows again, and ends empty. */
		history->deletes = i < steps / 3 ? 10 : i < steps / 2 ? 70 : 20;
		if (i > steps * 4 / 5)
			history->rows = 0;
		step(history);
		if (i % 50 == 0)
			check_all(history);
	}
	check_all(history);
	if (arena_size > 0)
		assert_true(history->full > 0);
	bko_memory_close(history->memory);
	shadow_clear(&history->shadow);
	free(arena);
	free(history);
}

static uint32_t tier_steps(void)
{
	const char *tier = getenv("BKO_TIER");

	if (tier != NULL && strcmp(tier, "release") == 0)
		return 8000;
	return tier != NULL && strcmp(tier, "ci") == 0 ? 2000 : 400;
}

static void every_kind_of_keys(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < KEYS_KINDS; kind++) {
		run(kind, 2048, 0, 60, tier_steps(), 1 + kind);
		run(kind, 2048, 0, 500, tier_steps(), 101 + kind);
	}
}

static void every_page_size(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < KEYS_KINDS; kind++) {
		run(kind, 4096, 0, 200, tier_steps() / 2, 201 + kind);
		run(kind, 8192, 0, 90, tier_steps() / 2, 301 + kind);
	}
}

static void largest_values(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < KEYS_KINDS; kind++)
		run(kind, 2048, 0, BKO_VALUE_MAX, tier_steps() / 2, 401 + kind);
}

static void arena_that_is_too_small(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < KEYS_KINDS; kind++) {
		run(kind, 2048, 24 * 1024, 300, tier_steps(), 501 + kind);
		run(kind, 2048, 80 * 1024, 300, tier_steps(), 601 + kind);
		run(kind, 8192, 90 * 1024, 700, tier_steps(), 701 + kind);
	}
}

static void no_page_more_than_reserved(void **state)
{
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < KEYS_KINDS; kind++) {
		run(kind, 2048, TIGHT_ARENA, 60, tier_steps(), 801 + kind);
		run(kind, 2048, TIGHT_ARENA, 400, tier_steps(), 901 + kind);
		run(kind, 2048, TIGHT_ARENA, BKO_VALUE_MAX, tier_steps(), 1001 + kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_keys),
		cmocka_unit_test(every_page_size),
		cmocka_unit_test(largest_values),
		cmocka_unit_test(arena_that_is_too_small),
		cmocka_unit_test(no_page_more_than_reserved),
	};

	return cmocka_run_group_tests_name("store history", tests, NULL, NULL);
}
