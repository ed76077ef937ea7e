/*
 * Numbers as bytes: fixed, variable, signed; readers beyond the end, full writers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/codec.h"
#include "base/number.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void varints(void **state)
{
	static const struct {
		uint64_t value;
		size_t size;
		uint8_t bytes[10];
	} rows[] = {
		{0, 1, {0}},
		{1, 1, {1}},
		{0x7f, 1, {0x7f}},
		{0x80, 2, {0x80, 1}},
		{0x3fff, 2, {0xff, 0x7f}},
		{0x4000, 3, {0x80, 0x80, 1}},
		{300, 2, {0xac, 2}},
		{UINT32_MAX, 5, {0xff, 0xff, 0xff, 0xff, 0x0f}},
		{(uint64_t)1 << 63, 10, {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1}},
		{UINT64_MAX, 10, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}},
	};
	size_t i, size;
	uint64_t value;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (size = 0; size <= 10; size++) {
			uint8_t bytes[11] = {0};
			struct bko__writer w = {bytes, 0, size, 0};
			struct bko__reader r = {rows[i].bytes, size, 0, 0};
			const int fits = size >= rows[i].size;

			bko__write_uint(&w, rows[i].value);
			assert_int_equal(w.full, !fits);
			assert_int_equal(w.size, fits ? rows[i].size : 0);
			assert_memory_equal(bytes, rows[i].bytes, w.size);
			value = bko__read_uint(&r);
			assert_int_equal(r.bad, !fits);
			if (fits)
				assert_int_equal(value, rows[i].value);
			assert_int_equal(r.at, fits ? rows[i].size : size);
		}
	}
}

static void every_length(void **state)
{
	unsigned bits;

	(void)state;
	for (bits = 0; bits < 64; bits++) {
		const uint64_t near[] = {((uint64_t)1 << bits) - 1, (uint64_t)1 << bits,
		                         ((uint64_t)1 << bits) + 1};
		size_t i;

		for (i = 0; i < COUNT(near); i++) {
			uint8_t bytes[20];
			struct bko__writer w = {bytes, 0, sizeof bytes, 0};
			struct bko__reader r = {bytes, sizeof bytes, 0, 0};

			bko__write_uint(&w, near[i]);
			bko__write_int(&w, (int64_t)(near[i] >> 1));
			r.size = w.size;
			assert_int_equal(bko__read_uint(&r), near[i]);
			assert_int_equal(bko__read_int(&r), (int64_t)(near[i] >> 1));
			assert_int_equal(r.at, w.size);
			assert_int_equal(r.bad, 0);
		}
	}
}

/* Ten bytes hold 64 bits and no more. */
static void too_long(void **state)
{
	uint8_t bytes[12];
	struct bko__reader r = {bytes, sizeof bytes, 0, 0};

	(void)state;
	memset(bytes, 0x80, sizeof bytes);
	bytes[9] = 2;
	assert_int_equal(bko__read_uint(&r), 0);
	assert_int_equal(r.bad, 1);
	bytes[9] = 0x81;
	r.at = r.bad = 0;
	assert_int_equal(bko__read_uint(&r), 0);
	assert_int_equal(r.bad, 1);
}

static void zigzags(void **state)
{
	static const struct {
		int64_t value;
		uint64_t zigzag;
	} rows[] = {
		{0, 0},
		{-1, 1},
		{1, 2},
		{-2, 3},
		{2, 4},
		{63, 126},
		{-64, 127},
		{64, 128},
		{INT64_MAX, UINT64_MAX - 1},
		{INT64_MIN, UINT64_MAX},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(bko__zigzag(rows[i].value), rows[i].zigzag);
		assert_int_equal(bko__unzigzag(rows[i].zigzag), rows[i].value);
	}
}

static void orders_of_bytes(void **state)
{
	static const uint8_t little[8] = {8, 7, 6, 5, 4, 3, 2, 1},
			     big[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	const uint64_t value = 0x0102030405060708u;
	unsigned size;
	uint8_t bytes[8];

	(void)state;
	for (size = 1; size <= 8; size++) {
		const uint64_t low = value & UINT64_MAX >> (64 - 8 * size);

		bko__put_le(bytes, value, size);
		assert_memory_equal(bytes, little, size);
		assert_int_equal(bko__get_le(bytes, size), low);
		bko__put_be(bytes, value, size);
		assert_memory_equal(bytes, big + 8 - size, size);
		assert_int_equal(bko__get_be(bytes, size), low);
	}
	bko__store_8(bytes, value);
	assert_memory_equal(bytes, little, 8);
	assert_int_equal(bko__load_8(bytes), value);
}

static void beyond_the_end(void **state)
{
	static const uint8_t bytes[] = {5, 'a', 'b'};
	struct bko__reader r = {bytes, sizeof bytes, 0, 0};
	uint8_t size = 9;

	(void)state;
	assert_null(bko__read_id(&r, &size, 64));
	assert_int_equal(size, 0);
	assert_int_equal(r.bad, 1);
	assert_int_equal(r.at, sizeof bytes);
	assert_int_equal(bko__read_byte(&r), 0);
	assert_int_equal(bko__read_uint(&r), 0);
	assert_int_equal(bko__read_int(&r), 0);
	assert_null(bko__read_bytes(&r, SIZE_MAX));
	r.at = r.bad = 0;
	assert_non_null(bko__read_bytes(&r, 3));
	assert_int_equal(r.bad, 0);
	assert_null(bko__read_bytes(&r, 1));
	assert_int_equal(r.bad, 1);
	/* longer than asked for, though there are as many */
	r.at = r.bad = 0;
	r.size = 3;
	assert_int_equal(*bko__read_id(&r, &size, 4), 5);
	assert_int_equal(size, 0);
	assert_int_equal(r.bad, 1);
	r.at = r.bad = 0;
	assert_int_equal(bko__read_uint_below(&r, 6), 5);
	assert_int_equal(r.bad, 0);
	r.at = 0;
	assert_int_equal(bko__read_uint_below(&r, 5), 0);
	assert_int_equal(r.bad, 1);
}

/* A write that does not fit leaves what there is, and one that fits may follow. */
static void full(void **state)
{
	uint8_t bytes[4] = {9, 9, 9, 9};
	struct bko__writer w = {bytes, 0, 3, 0};

	(void)state;
	bko__write_byte(&w, 0x101);
	bko__write_bytes(&w, NULL, 0);
	assert_int_equal(w.size, 1);
	assert_int_equal(bytes[0], 1);
	bko__write_bytes(&w, "abc", 3);
	assert_int_equal(w.full, 1);
	assert_int_equal(w.size, 1);
	bko__write_bytes(&w, "ab", 2);
	assert_int_equal(w.size, 3);
	bko__write_bytes(&w, "a", SIZE_MAX);
	assert_int_equal(w.size, 3);
	assert_int_equal(bytes[3], 9);
}

struct mixed {
	int64_t quantity[3], time[3];
	uint32_t small[3];
};

static BKO__STRAIGHT void mixed_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY_7, BKO__AT(mixed, quantity), 3);
	bko__members(c, BKO__TIME_6, BKO__AT(mixed, time), 3);
	bko__members(c, BKO__U32_2, BKO__AT(mixed, small), 3);
}
BKO__RECORD(mixed, struct mixed, 0)

/* The same record whether there are bytes behind it or not. */
static void fixed(void **state)
{
	enum { SIZE = 3 * 7 + 3 * 6 + 3 * 2 };
	const struct mixed in = {{BKO__QUANTITY_MAX, -BKO__QUANTITY_MAX, -1},
	                         {0, 1, BKO__TIME_MAX},
	                         {0, 258, 65535}};
	uint8_t tight[SIZE], wide[BKO__MOST(struct mixed)];
	struct bko__writer a = {wide, 0, sizeof wide - 1, 0}, b = {wide, 0, sizeof wide, 0};
	struct bko__reader r = {tight, SIZE, 0, 0}, s = {wide, sizeof wide, 0, 0};
	struct mixed out;

	(void)state;
	mixed_encode(&a, &in, NULL);
	mixed_encode(&b, &in, NULL);
	assert_int_equal(a.full, 1);
	assert_int_equal(a.size, 0);
	assert_int_equal(b.full, 0);
	assert_int_equal(b.size, SIZE);
	memcpy(tight, wide, SIZE);
	mixed_decode(&r, &out);
	assert_int_equal(r.bad, 0);
	assert_memory_equal(out.quantity, in.quantity, sizeof in.quantity);
	assert_memory_equal(out.time, in.time, sizeof in.time);
	assert_memory_equal(out.small, in.small, sizeof in.small);
	mixed_decode(&s, &out);
	assert_int_equal(s.bad, 0);
	assert_memory_equal(out.quantity, in.quantity, sizeof in.quantity);
	/* one beyond the largest quantity, and one below the least */
	bko__put_le(tight, (uint64_t)BKO__QUANTITY_MAX + 1, 7);
	r.at = 0;
	mixed_decode(&r, &out);
	assert_int_equal(r.bad, 1);
	bko__put_le(tight, (uint64_t)(-BKO__QUANTITY_MAX - 1), 7);
	r.at = r.bad = 0;
	mixed_decode(&r, &out);
	assert_int_equal(r.bad, 1);
}

struct sparse {
	int64_t wide[2];
	uint8_t word[8];
	uint32_t narrow[2];
	struct bko_span id[2];
};

/* What an older release knew of it. */
static BKO__STRAIGHT void older_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(sparse, wide), 1);
	bko__members(c, BKO__TIME, BKO__AT(sparse, wide[1]), 1);
	bko__members(c, BKO__WORD, BKO__AT(sparse, word), 1);
	bko__members(c, BKO__U32, BKO__AT(sparse, narrow), 2);
}
BKO__RECORD(older, struct sparse, 2)

static BKO__STRAIGHT void sparse_members(struct bko__coder *c)
{
	older_members(c);
	bko__members(c, BKO__ID, BKO__AT(sparse, id), 2);
}
BKO__RECORD(sparse, struct sparse, 1)

struct told {
	struct sparse record;
	size_t size;
	uint8_t bytes[40];
	int older;
};

static void assert_told(const struct told *told, const struct sparse *record)
{
	assert_memory_equal(record->wide, told->record.wide, sizeof record->wide);
	assert_memory_equal(record->word, told->record.word, sizeof record->word);
	assert_memory_equal(record->narrow, told->record.narrow, sizeof record->narrow);
	assert_int_equal(record->id[1].size, told->record.id[1].size);
}

/* A record takes what it says; one of a newer release is read if it says no more than
 * the older one knows. */
static void masks(void **state)
{
	static const struct told rows[] = {
		{{{0, 0}, {0}, {0, 0}, {{NULL, 0}, {NULL, 0}}}, 1, {0}, 1},
		{{{-1, 0}, {0}, {0, 300}, {{NULL, 0}, {NULL, 0}}}, 4, {0x11, 1, 0xac, 2}, 1},
		{{{0, 258}, {0}, {0, 0}, {{NULL, 0}, {NULL, 0}}}, 7, {2, 2, 1}, 1},
		{{{0, 0}, {0, 1, 2, 3, 4, 5, 6, 7}, {1, 0}, {{NULL, 0}, {"ab", 2}}},
	         13,
	         {0x4c, 0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 'a', 'b'},
	         0},
		{{{0, 0}, {0}, {0, 0}, {{NULL, 0}, {"0123456789abcdefg", 17}}},
	         19,
	         {0x40, 17, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd',
	          'e', 'f', 'g'},
	         0},
	};
	enum { MOST = BKO__MOST(struct sparse) + 17 };
	size_t i, room;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		for (room = 0; room <= MOST; room++) {
			uint8_t bytes[MOST + 1] = {0};
			struct bko__writer w = {bytes, 0, room, 0};
			struct bko__reader r = {rows[i].bytes, room, 0, 0}, s = r;
			struct sparse out = {{0, 0}, {0}, {0, 0}, {{NULL, 0}, {NULL, 0}}};

			sparse_encode(&w, &rows[i].record, NULL);
			assert_int_equal(bytes[room], 0);
			if (room < rows[i].size || room == MOST)
				assert_int_equal(w.full, room < MOST);
			assert_int_equal(w.size, w.full ? 0 : rows[i].size);
			assert_memory_equal(bytes, rows[i].bytes, w.size);
			w.size = 0;
			older_encode(&w, &rows[i].record, NULL);
			if (room == MOST && rows[i].older)
				assert_memory_equal(bytes, rows[i].bytes, rows[i].size);
			if (room > sizeof rows[i].bytes)
				continue;
			sparse_decode(&r, &out);
			assert_int_equal(r.bad, room < rows[i].size);
			older_decode(&s, &out);
			assert_int_equal(s.bad, room < rows[i].size || !rows[i].older);
			if (r.bad)
				continue;
			assert_int_equal(r.at, rows[i].size);
			assert_told(&rows[i], &out);
		}
	}
}

/* Masks of each size, wherever the members were made. */
struct many {
	uint32_t small[31];
};

static BKO__STRAIGHT void many_members(struct bko__coder *c)
{
	bko__members(c, BKO__U32, BKO__AT(many, small), 31);
}
BKO__RECORD(many, struct many, 1)
/* The same, of which most take more. */
static BKO__STRAIGHT void much_members(struct bko__coder *c)
{
	many_members(c);
}
BKO__RECORD(much, struct many, 4)

static void mask_sizes(void **state)
{
	unsigned bit;

	(void)state;
	for (bit = 0; bit < 31; bit++) {
		uint8_t a[BKO__MOST(struct many)], b[sizeof a];
		struct bko__writer one = {a, 0, sizeof a, 0}, other = {b, 0, sizeof b, 0};
		struct bko__reader r = {a, 0, 0, 0};
		struct many in = {{0}}, out = {{0}};

		in.small[0] = 3;
		in.small[bit] = 500;
		many_encode(&one, &in, NULL);
		much_encode(&other, &in, NULL);
		assert_int_equal(one.full | other.full, 0);
		assert_int_equal(one.size, 1 + bit / 7 + (bit ? 3 : 2));
		assert_int_equal(other.size, one.size);
		assert_memory_equal(a, b, one.size);
		r.size = one.size;
		much_decode(&r, &out);
		assert_int_equal(r.bad, 0);
		assert_int_equal(r.at, one.size);
		assert_memory_equal(&out, &in, sizeof in);
		memset(&out, 0, sizeof out);
		r.at = 0;
		many_decode(&r, &out);
		assert_memory_equal(&out, &in, sizeof in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(varints),
		cmocka_unit_test(every_length),
		cmocka_unit_test(too_long),
		cmocka_unit_test(zigzags),
		cmocka_unit_test(orders_of_bytes),
		cmocka_unit_test(beyond_the_end),
		cmocka_unit_test(full),
		cmocka_unit_test(fixed),
		cmocka_unit_test(masks),
		cmocka_unit_test(mask_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
