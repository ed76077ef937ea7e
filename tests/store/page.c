/*
 * tests/store/page.c - cells in one page: order, search, room.
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

#include "shadow.h"
#include "store/memory_page.h"

enum { PAGE = 2048 };

struct pages {
	uint64_t page[PAGE / 8], spare[PAGE / 8], other[PAGE / 8];
};

static struct bko__page *page_of(uint64_t *memory)
{
	return (void *)memory;
}

/* As text where it can be: \0 in the middle is part of a key. */
#define KEY(text)                      \
	{                              \
		text, sizeof(text) - 1 \
	}

static struct bko_span key_of(const char *text)
{
	struct bko_span key = {text, strlen(text)};

	return key;
}

static void insert(struct pages *pages, struct bko_span key, size_t value_size, uint64_t revision)
{
	static const unsigned char value[BKO_VALUE_MAX] = {7};
	struct bko_entry row = {key, {value, value_size}, 0, 0, 0, BKO_ACTION_PUT};
	uint32_t slot;

	assert_false(bko__page_find(page_of(pages->page), key.data, key.size, &slot));
	bko__page_put_row(page_of(pages->page), page_of(pages->spare), slot, &row, revision);
}

static void keys_compare_as_bytes_then_size(void **state)
{
	static const struct bko_span ascending[] = {
		KEY("\0"),
		KEY("\0\0"),
		KEY("\0\1"),
		KEY("a"),
		KEY("aaaaaaa"),
		KEY("aaaaaaaa"),
		KEY("aaaaaaaaa"),
		KEY("aaaaaaaab"),
		KEY("aaaaaaab"),
		KEY("aaaaaab"),
		KEY("ab"),
		KEY("abcdefghijklmnop"),
		KEY("abcdefghijklmnopq"),
		KEY("abcdefghijklmnpp"),
		KEY("b"),
		KEY("\x7f"),
		KEY("\x80"),
		KEY("\xff"),
		KEY("\xff\xff"),
	};
	size_t count = sizeof ascending / sizeof *ascending;
	size_t i, j;

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			int order = bko__page_compare(ascending[i].data, ascending[i].size,
			                              ascending[j].data, ascending[j].size);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void common_front_is_counted(void **state)
{
	static const struct {
		const char *a, *b;
		size_t common;
	} rows[] = {
		{"a", "b", 0},
		{"a", "a", 1},
		{"a", "ab", 1},
		{"abcdefgh", "abcdefgh", 8},
		{"abcdefgh", "abcdefgx", 7},
		{"abcdefghi", "abcdefghj", 8},
		{"abcdefghijklmnopqrs", "abcdefghijklmnopqrt", 18},
		{"abcdefghijklmnopqrs", "abcdefghi", 9},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			bko__page_common((const unsigned char *)rows[i].a, strlen(rows[i].a),
		                         (const unsigned char *)rows[i].b, strlen(rows[i].b)),
			rows[i].common);
}

/* What is there is found, and what is not goes to its place, before, between
 * and behind, whether it shares the prefix or not. */
static void search_finds_the_place(void **state)
{
	static const char *const there[] = {"item/0001/a",
	                                    "item/0001/b",
	                                    "item/0002/a",
	                                    "item/0002/aa",
	                                    "item/0002/aaaaaaaaaaaa",
	                                    "item/0010"};
	static const struct {
		const char *key;
		uint32_t slot;
		int found;
	} rows[] = {
		{"item/0001/a", 0, 1},
		{"item/0002/aaaaaaaaaaaa", 4, 1},
		{"item/0010", 5, 1},
		{"a", 0, 0},
		{"item/00", 0, 0},
		{"item/0", 0, 0},
		{"item/0000", 0, 0},
		{"item/0001/aa", 1, 0},
		{"item/0001/c", 2, 0},
		{"item/0002/aaa", 4, 0},
		{"item/0002/aaaaaaaaaaaaa", 5, 0},
		{"item/0011", 6, 0},
		{"item/01", 6, 0},
		{"j", 6, 0},
	};
	struct pages pages;
	uint32_t slot;
	size_t i;

	(void)state;
	bko__page_init(page_of(pages.page), PAGE, BKO__PAGE_LEAF);
	assert_false(bko__page_find(page_of(pages.page), (const unsigned char *)"x", 1, &slot));
	for (i = 0; i < sizeof there / sizeof *there; i++)
		insert(&pages, key_of(there[i]), i, i + 1);
	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		int found = bko__page_find(page_of(pages.page), (const unsigned char *)rows[i].key,
		                           strlen(rows[i].key), &slot);

		assert_int_equal(found, rows[i].found);
		assert_int_equal(slot, rows[i].slot);
	}
}

/* Equal heads of the highest bytes there are: what comes after them is none. */
static void highest_heads_are_told_apart(void **state)
{
	static const unsigned char bytes[10] = {'a', 255, 255, 255, 255, 255, 255, 255, 255, 255};
	struct pages pages;
	struct bko_span key = {bytes, 0};
	uint32_t slot;

	(void)state;
	bko__page_init(page_of(pages.page), PAGE, BKO__PAGE_LEAF);
	insert(&pages, key_of("a"), 1, 1);
	for (key.size = 7; key.size <= 10; key.size++)
		insert(&pages, key, 1, key.size);
	assert_int_equal(page_of(pages.page)->prefix, 1);
	for (key.size = 7; key.size <= 10; key.size++) {
		assert_true(bko__page_find(page_of(pages.page), bytes, key.size, &slot));
		assert_int_equal(slot, key.size - 6);
	}
}

static void assert_row(const struct bko__page *page, uint32_t slot, const struct bko_entry *row,
                       uint64_t revision)
{
	const unsigned char *cell = bko__page_look(page, slot);
	unsigned char key[BKO_KEY_MAX];

	assert_int_equal(bko__page_key(page, slot, key), row->key.size);
	assert_memory_equal(key, row->key.data, row->key.size);
	assert_int_equal(bko__page_value_size(cell), row->value.size);
	assert_memory_equal(cell + bko__page_value_at(page, cell), row->value.data,
	                    row->value.size);
	assert_true(bko__page_revision(cell) == revision);
	assert_true(bko__page_holds(page, slot, row->key.data, row->key.size));
}

static void row_comes_back_as_it_was_put(void **state)
{
	static const size_t sizes[] = {0, 1, 255, 256, BKO_VALUE_MAX};
	unsigned char key[BKO_KEY_MAX], value[BKO_VALUE_MAX];
	struct pages pages;
	size_t key_size, i, k;

	(void)state;
	for (k = 0; k < BKO_VALUE_MAX; k++)
		value[k] = (unsigned char)(k * 7);
	memset(key, 'k', sizeof key);
	for (key_size = 1; key_size <= BKO_KEY_MAX; key_size++)
		for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			struct bko_entry row = {{key, key_size}, {value, sizes[i]}, 0, 0, 0, 0};

			bko__page_init(page_of(pages.page), PAGE, BKO__PAGE_LEAF);
			bko__page_put_row(page_of(pages.page), page_of(pages.spare), 0, &row,
			                  UINT64_MAX - i);
			assert_row(page_of(pages.page), 0, &row, UINT64_MAX - i);
			assert_int_equal(
				bko__page_taken(page_of(pages.page), 0),
				bko__page_cost(key_size, sizes[i], page_of(pages.page)->prefix));
		}
}

/* Room is exact: as many rows as it says go in, holes are used again. */
static void room_is_used_to_the_last_byte(void **state)
{
	struct bko__page *page;
	struct pages pages;
	unsigned char key[2] = {'k', 0};
	struct bko_span span = {key, 2};
	size_t cost = bko__page_cost(2, 20, 1);
	size_t capacity = bko__page_capacity(PAGE) - 1; /* the prefix */
	size_t full = capacity / cost;
	size_t i;

	(void)state;
	page = page_of(pages.page);
	bko__page_init(page, PAGE, BKO__PAGE_LEAF);
	for (i = 0; i < full; i++) {
		key[1] = (unsigned char)(i * 3);
		assert_int_equal(bko__page_need(page, key, 2, 20), cost + (i == 0));
		insert(&pages, span, 20, i + 1);
		assert_int_equal(bko__page_room(page), capacity - (i + 1) * cost);
	}
	assert_true(bko__page_room(page) < cost);
	for (i = 0; i < full; i += 2)
		bko__page_remove(page, (uint32_t)(i / 2));
	for (i = 0; i < full; i += 2) {
		key[1] = (unsigned char)(i * 3);
		insert(&pages, span, 20, 100 + i);
	}
	for (i = 0; i < full; i++) {
		key[1] = (unsigned char)(i * 3);
		assert_true(bko__page_holds(page, (uint32_t)i, key, 2));
		assert_true(bko__page_revision(bko__page_look(page, (uint32_t)i)) ==
		            (i % 2 == 0 ? 100 + i : i + 1));
	}
	while (page->count > 0)
		bko__page_remove(page, 0);
	assert_int_equal(bko__page_room(page), bko__page_capacity(PAGE));
	insert(&pages, span, BKO_VALUE_MAX, 1);
}

/* Keys that share less and less: each comes back whole, and what it needs is what
 * the room falls by. */
static void prefixes_shrink_and_keys_stay_whole(void **state)
{
	static const char *const keys[] = {
		"order/2026/00004711/line/1",
		"order/2026/00004711/line/2",
		"order/2026/00004711/m",
		"order/2026/00004712",
		"order/2026/00004711",
		"order/2026",
		"order/2026/0",
		"order/20",
		"orders",
		"o",
		"order/2026/00004711/line/20",
	};
	enum { KEYS = sizeof keys / sizeof keys[0] };
	static const unsigned char value[KEYS] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	struct bko_entry rows[KEYS];
	struct pages pages;
	struct bko__page *page = page_of(pages.page);
	size_t i, k, room, need;
	uint32_t slot;

	(void)state;
	bko__page_init(page, PAGE, BKO__PAGE_LEAF);
	for (i = 0; i < KEYS; i++) {
		memset(&rows[i], 0, sizeof rows[i]);
		rows[i].key = key_of(keys[i]);
		rows[i].value.data = value;
		rows[i].value.size = i;
		room = bko__page_room(page);
		need = bko__page_need(page, rows[i].key.data, rows[i].key.size, i);
		assert_false(bko__page_find(page, rows[i].key.data, rows[i].key.size, &slot));
		bko__page_put_row(page, page_of(pages.spare), slot, &rows[i], i + 1);
		assert_int_equal(room - bko__page_room(page), need);
		for (k = 0; k <= i; k++) {
			assert_true(
				bko__page_find(page, rows[k].key.data, rows[k].key.size, &slot));
			assert_row(page, slot, &rows[k], k + 1);
		}
	}
	assert_int_equal(page->prefix, 1);
}

static void moved_cells_get_the_prefix_that_pays(void **state)
{
	static const char *const keys[] = {"aa/1", "aa/2", "ab/long/1", "ab/long/2", "ab/long/3/x"};
	struct pages pages;
	struct bko__page *page, *other;
	size_t i, total, share;
	uint32_t slot;

	(void)state;
	page = page_of(pages.page);
	other = page_of(pages.other);
	bko__page_init(page, PAGE, BKO__PAGE_LEAF);
	bko__page_init(other, PAGE, BKO__PAGE_LEAF);
	for (i = 0; i < 5; i++)
		insert(&pages, key_of(keys[i]), 10, i + 1);
	assert_int_equal(page->prefix, 1);
	bko__page_move(page, 2, other, page_of(pages.spare));
	assert_int_equal(page->count, 2);
	assert_int_equal(page->prefix, 1);
	assert_int_equal(other->count, 3);
	assert_int_equal(other->prefix, 3);
	for (i = 0; i < 5; i++)
		assert_true(bko__page_find(i < 2 ? page : other, (const unsigned char *)keys[i],
		                           strlen(keys[i]), &slot));
	assert_int_equal(bko__page_room(page),
	                 bko__page_capacity(PAGE) - 1 - 2 * bko__page_cost(4, 10, 1));
	total = bko__page_total(page, 1) + bko__page_total(other, 1) - 1;
	share = 1;
	bko__page_join(page, other, share, page_of(pages.spare));
	assert_int_equal(bko__page_room(page), bko__page_capacity(PAGE) - total);
	for (i = 0; i < 5; i++)
		assert_true(bko__page_find(page, (const unsigned char *)keys[i], strlen(keys[i]),
		                           &slot));
}

static void children_stand_left_and_right_of_keys(void **state)
{
	struct pages pages;
	struct bko__page *page = page_of(pages.page);
	struct bko__page *spare = page_of(pages.spare);

	(void)state;
	bko__page_init(page, PAGE, BKO__PAGE_LEAF + 1);
	page->first = 5;
	bko__page_put_child(page, spare, 0, (const unsigned char *)"m", 1, 7);
	bko__page_put_child(page, spare, 0, (const unsigned char *)"f", 1, 6);
	assert_int_equal(bko__page_child(page, 0), 5);
	assert_int_equal(bko__page_child(page, 1), 6);
	assert_int_equal(bko__page_child(page, 2), 7);
	bko__page_remove(page, 0);
	assert_int_equal(bko__page_child(page, 1), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_compare_as_bytes_then_size),
		cmocka_unit_test(common_front_is_counted),
		cmocka_unit_test(search_finds_the_place),
		cmocka_unit_test(highest_heads_are_told_apart),
		cmocka_unit_test(row_comes_back_as_it_was_put),
		cmocka_unit_test(room_is_used_to_the_last_byte),
		cmocka_unit_test(prefixes_shrink_and_keys_stay_whole),
		cmocka_unit_test(moved_cells_get_the_prefix_that_pays),
		cmocka_unit_test(children_stand_left_and_right_of_keys),
	};

	return cmocka_run_group_tests_name("store page", tests, NULL, NULL);
}
