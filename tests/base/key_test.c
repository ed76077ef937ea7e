/*
 * Keys: their bytes, how they sort, where the keys below one end, ranks in them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/bytes.h"
#include "base/key.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct bko__rank ranks[] = {
	/* in their order, each later than the one before */
	{0, 0, 0, 0, 0},
	{0, 0, 0, 0, 1},
	{0, 0, 0, 0, ((uint64_t)1 << 48) - 1},
	{0, 0, 0, 1, 0},
	{0, 0, 0, 255, 0},
	{0, 0, 0, 256, 0},
	{0, 0, 0, ((uint64_t)1 << 48) - 1, 0},
	{0, 0, 1, 0, 0},
	{0, 0, 255, 9, 9},
	{0, 0, 256, 0, 0},
	{0, 0, ((int64_t)1 << 48) - 1, 0, 0},
	{0, 1, 0, 0, 0},
	{0, 7, 0, 0, 0},
	{1, 0, 0, 0, 0},
	{255, 7, 0, 0, 0},
	{256, 0, 0, 0, 0},
	{UINT32_MAX, 7, ((int64_t)1 << 48) - 1, ((uint64_t)1 << 48) - 1, 0},
};

static struct bko__key rank_key(const struct bko__rank *rank)
{
	struct bko__key key;

	bko__key_begin(&key, 'I');
	bko__key_id(&key, "cup", 3);
	bko__key_id(&key, "", 0);
	bko__key_byte(&key, 'w');
	bko__key_rank(&key, rank);
	return key;
}

static int sign(int order)
{
	return order < 0 ? -1 : order > 0;
}

static void rank_bytes(void **state)
{
	static const uint8_t bytes[] = {'I', 3, 'c', 'u', 'p', 0, 'w', 1, 2, 3, 4, 5, 0, 0, 0,
	                                0,   6, 7,   0,   0,   0, 0,   1, 8, 0, 0, 0, 0, 0, 9};
	struct bko__rank rank = {0x01020304, 5, 0x0607, 0x0108, 9};
	struct bko__key key = rank_key(&rank);

	(void)state;
	assert_int_equal(key.size, sizeof bytes);
	assert_memory_equal(key.bytes, bytes, sizeof bytes);
	rank.sub = 0;
	key = rank_key(&rank);
	assert_int_equal(key.size, sizeof bytes - 6);
	assert_memory_equal(key.bytes, bytes, sizeof bytes - 6);
}

/* Ranks and their keys sort alike, and a key gives its rank back. */
static void ranks_sort(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(ranks); i++) {
		struct bko__key a = rank_key(&ranks[i]);
		struct bko__rank back;

		assert_true(bko__key_get_rank(a.bytes, a.size, 7, &back));
		assert_int_equal(bko__rank_compare(&back, &ranks[i]), 0);
		for (j = 0; j < COUNT(ranks); j++) {
			struct bko__key b = rank_key(&ranks[j]);
			const int order = i < j ? -1 : i > j;

			assert_int_equal(sign(bko__rank_compare(&ranks[i], &ranks[j])), order);
			assert_int_equal(sign(bko__key_compare(a.bytes, a.size, b.bytes, b.size)),
			                 order);
		}
	}
}

static void no_rank(void **state)
{
	struct bko__key key = rank_key(&ranks[COUNT(ranks) - 1]);
	struct bko__rank rank;
	size_t size;

	(void)state;
	for (size = 0; size < BKO_KEY_MAX; size++)
		assert_int_equal(bko__key_get_rank(key.bytes, size, 7, &rank) != 0,
		                 size == 24 || size == 30);
	key.bytes[7 + 4] = 8;
	assert_false(bko__key_get_rank(key.bytes, key.size, 7, &rank));
}

/* Shorter ids first, then by their bytes; no id reaches into another's keys. */
static void ids_sort(void **state)
{
	static const char *const ids[] = {"a", "b", "\xff", "aa", "ab", "b\x01", "aaa"};
	size_t i;

	(void)state;
	for (i = 0; i + 1 < COUNT(ids); i++) {
		struct bko__key a, b, end;

		bko__key_begin(&a, 'O');
		bko__key_id(&a, ids[i], strlen(ids[i]));
		bko__key_begin(&b, 'O');
		bko__key_id(&b, ids[i + 1], strlen(ids[i + 1]));
		assert_true(bko__key_compare(a.bytes, a.size, b.bytes, b.size) < 0);
		bko__key_after(&a, &end);
		assert_true(bko__key_compare(end.bytes, end.size, b.bytes, b.size) <= 0);
		bko__key_byte(&a, 0xff);
		bko__key_byte(&a, 0xff);
		assert_true(bko__key_compare(a.bytes, a.size, end.bytes, end.size) < 0);
	}
}

static void after(void **state)
{
	static const struct {
		const char *key;
		size_t size;
		const char *end;
		size_t end_size;
	} rows[] = {
		{"S", 1, "T", 1},
		{"Oa", 2, "Ob", 2},
		{"O\xfe", 2, "O\xff", 2},
		{"O\xff", 2, "P", 1},
		{"Oa\xff\xff", 4, "Ob", 2},
		{"O\xff"
	         "a",
	         3,
	         "O\xff"
	         "b",
	         3},
		{"O\0", 2, "O\1", 2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__key key = {(uint32_t)rows[i].size, {0}}, end;

		memcpy(key.bytes, rows[i].key, rows[i].size);
		bko__key_after(&key, &end);
		assert_int_equal(end.size, rows[i].end_size);
		assert_memory_equal(end.bytes, rows[i].end, end.size);
		bko__key_after(&key, &key); /* in place */
		assert_int_equal(key.size, end.size);
	}
}

static void compare(void **state)
{
	(void)state;
	assert_int_equal(bko__key_compare(NULL, 0, NULL, 0), 0);
	assert_true(bko__key_compare(NULL, 0, "a", 1) < 0);
	assert_true(bko__key_compare("a", 1, NULL, 0) > 0);
	assert_int_equal(bko__key_compare("ab", 2, "ab", 2), 0);
	assert_true(bko__key_compare("ab", 2, "abc", 3) < 0);
	assert_true(bko__key_compare("abc", 3, "ab", 2) > 0);
	assert_true(bko__key_compare("\x7f", 1, "\x80", 1) < 0);
	assert_true(bko__key_compare("b", 1, "abc", 3) > 0);
}

/* The longest key of all has room. */
static void longest(void **state)
{
	static const uint8_t id[BKO_ID_MAX];
	struct bko__key key;

	(void)state;
	bko__key_begin(&key, 'I');
	bko__key_id(&key, id, sizeof id);
	bko__key_id(&key, id, sizeof id);
	bko__key_byte(&key, 'o');
	bko__key_id(&key, id, sizeof id);
	assert_int_equal(key.size, 1 + 65 + 65 + 1 + 65);
	assert_true(key.size <= BKO_KEY_MAX);
}

static void numbers(void **state)
{
	struct bko__key key;

	(void)state;
	bko__key_begin(&key, 'T');
	bko__key_number(&key, 0x010203040506u, 6);
	assert_int_equal(key.size, 7);
	assert_memory_equal(key.bytes, "T\1\2\3\4\5\6", 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rank_bytes), cmocka_unit_test(ranks_sort),
		cmocka_unit_test(no_rank),    cmocka_unit_test(ids_sort),
		cmocka_unit_test(after),      cmocka_unit_test(compare),
		cmocka_unit_test(longest),    cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
