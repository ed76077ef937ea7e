/*
 * The bytes of each record, pinned: stores that were written must be read for ever.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "shapes.h"

/* What fill() below gives the members, in their order, with three elements in lists;
 * and what a record of zeros is. */
static const struct {
	const char *name, *bytes, *zeros;
} golden[] = {
	{"settings", "0103c8019003", "0100"},
	{"policy",
         "01ffffff1fc8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81a"
         "e03913000000504b14000000c05c15000000306e16000000a07f17000000e86b80a21900"
         "0000f0b31a000000d028",
         "0100"},
	{"defaults",
         "01ffffff1fc8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81a"
         "e03913000000504b14000000c05c15000000306e16000000a07f17000000e86b80a21900"
         "0000f0b31a000000d028ff031b40e81d000000b0f91e000000f02eb8308032c8339035d8"
         "36",
         "010000"},
	{"item",
         "01ffffff1fc8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81a"
         "e03913000000504b14000000c05c15000000306e16000000a07f17000000e86b80a21900"
         "0000f0b31a000000d0280303616263000161",
         "010000"},
	{"head",
         "012c010000000000feffffffffffff84030000000000fcffffffffffffdc050000000000"
         "faffffffffffff34080000000000f8ffffffffffff8c0a0000000000f6ffffffffffffe4"
         "0c0000000000f4ffffffffffff3c0f0000000000f2ffffffffffff94110000000000f0ff"
         "ffffffffffec130000000000eeffffffffffff44160000000000ecffffffffffff9c1800"
         "00000000eafffffffffffff41a0000000000e8ffffffffffff4c1d0000000000e6ffffff"
         "ffffffa41f0000000000e4fffffffffffffc210000000000e2ffffffffffff5424000000"
         "0000e0ffffffffffffac260000000000deffffffffffff04290000000000dcffffffffff"
         "ff25000000000000a0962800000010a82900000080b92a000000f0ca2b00000060dc2c00"
         "0000d0ed2d00000040ff2e000000b010300000002022310000002f000000000030000000"
         "0000310000000000320000000000d8270000a0286829363738393a3b3c",
         "010000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "000000000000000000000000000000000000000000000000000000000000000000000000"
         "0000000000000000000000000000000000000000000000000000000000"},
	{"supply", "01ff07d804e02202000000b009f80a880e07305705000000c00c880e026162", "0100"},
	{"part",
         "01ffff05d80403dff2e6c024e2c508880ed50f03616263b8170b107a07000000808b0800"
         "00009811e012a814f0150161",
         "0124ffc380c12405"},
	{"order",
         "01ffffff0301010101010101010101010101010101e02202000000030487f410e112a814"
         "f0150e80190161026162c81a901cd81da01f809722e2dc2ac2a233a2e83b13c833",
         "01c0040101"},
	{"line",
         "ffffff01d804bfb8efc024880e07b817f015b817026162d312901c03a2e83bbf8aabc024"
         "c83317f83c08c81a901cd81da01fe820",
         "00"},
	{"place", "ff1fc00c8d0ed00f0103880e079fe7d5c0249811e0120b07", "820105ffc380c124"},
	{"opcome",
         "01ffffff0701010101010101010101010101010101b817801903503403000000040506e8"
         "200f982a13c83317f83c1bc81a901cd81da01fe820b02203616263",
         "0100"},
	{"unit", "07d8049003d804", "00"},
	{"agenda", "01ff7fd80403880e07b8170be8200f982a13c83317a814f015", "0100"},
	{"limit", "010fd80403503403000000a0060305080609070a", "010000"},
	{"counted", "011fd80403880ec04504000000e807", "0100"},
	{"lane", "01010000000000020000000000", "01000000000000000000000000"},
	{"event", "df0fe807b009f80ad804e022020000000161880ec0450400000002616203616263", "00"},
	{"buckets", "0103016107026162b817036162630b", "0100"},
	{"calendar", "0101020603080a0c", "0100000000"},
	{"number", "0102", "0100"},
};

static void fill(void *host, enum range range, uint8_t *member)
{
	uint64_t *count = host;
	const uint64_t k = ++*count;

	switch (range) {
	case QUANTITY: range_store(range, member, k & 1 ? k * 300 : 0 - k); break;
	case TIME:
	case AWAY: range_store(range, member, k * 70000); break;
	case U32:
	case U16: range_store(range, member, k * 200); break;
	case ID: range_store(range, member, k % 4); break;
	case CANDIDATES: range_store(range, member, BKO_CANDIDATES_MAX); break;
	default: range_store(range, member, k); break;
	}
}

/* The record as written, in hexadecimal digits. */
static const char *written(const struct shape *shape, const union any_record *record)
{
	static const char digits[] = "0123456789abcdef";
	static uint8_t bytes[1024];
	static char text[2 * sizeof bytes + 1];
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	size_t i;

	shape->put(&w, record);
	assert_int_equal(w.full, 0);
	for (i = 0; i < w.size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * w.size] = 0;
	return text;
}

static void pinned(void **state)
{
	static union any_record record;
	const uint32_t elements = 3;
	uint32_t s;

	(void)state;
	assert_int_equal(shape_count, sizeof golden / sizeof golden[0]);
	for (s = 0; s < shape_count; s++) {
		uint64_t count = 0;

		memset(&record, 0, sizeof record);
		assert_string_equal(shapes[s].name, golden[s].name);
		assert_string_equal(written(&shapes[s], &record), golden[s].zeros);
		if (shapes[s].most)
			memcpy((uint8_t *)&record + shapes[s].counter, &elements, sizeof elements);
		shape_walk(&shapes[s], &record, fill, &count);
		assert_string_equal(written(&shapes[s], &record), golden[s].bytes);
	}
}

/* The format byte of another release: 0 was none, and newer ones are not read. */
static void formats(void **state)
{
	static const uint8_t none[] = {0, 2}, newer[] = {BKO__FORMAT + 1, 2}, ours[] = {1, 2};
	const struct bko_span values[] = {{none, 2}, {newer, 2}, {ours, 2}, {NULL, 0}};
	int64_t number;

	(void)state;
	assert_int_equal(BKO__FORMAT, 1);
	assert_int_equal(bko__number_get(values[0], &number), -1);
	assert_int_equal(bko__number_get(values[1], &number), -1);
	assert_int_equal(bko__number_get(values[2], &number), 0);
	assert_int_equal(number, 1);
	assert_int_equal(bko__number_get(values[3], &number), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pinned),
		cmocka_unit_test(formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
