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

/* What fill() below gives the members, in their order; three elements in lists. */
static const struct {
	const char *name, *bytes;
} golden[] = {
	{"settings", "01c8019003"},
	{"policy", "01c8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81ae0f34cd0"
                   "9651c0b955b0dc59a0ff5de86b80c566f0e76ad028"},
	{"defaults", "01c8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81ae0f34cd0"
                     "9651c0b955b0dc59a0ff5de86b80c566f0e76ad0281bc0d077b0f37bf02eb8308032c833"
                     "9035d836"},
	{"item", "01c8019003d804a006e807b009f80a0f982ad00f981117f83c1ba8468019c81ae0f34cd0"
                 "9651c0b955b0dc59a0ff5de86b80c566f0e76ad0280303616263000161"},
	{"head", "012c010000000000feffffffffffff84030000000000fcffffffffffffdc050000000000"
                 "faffffffffffff34080000000000f8ffffffffffff8c0a0000000000f6ffffffffffffe4"
                 "0c0000000000f4ffffffffffff3c0f0000000000f2ffffffffffff94110000000000f0ff"
                 "ffffffffffec130000000000eeffffffffffff44160000000000ecffffffffffff9c1800"
                 "00000000eafffffffffffff41a0000000000e8ffffffffffff4c1d0000000000e6ffffff"
                 "ffffffa41f0000000000e4fffffffffffffc210000000000e2ffffffffffff5424000000"
                 "0000e0ffffffffffffac260000000000deffffffffffff04290000000000dcffffffffff"
                 "ff25000000000000a0962800000010a82900000080b92a000000f0ca2b00000060dc2c00"
                 "0000d0ed2d00000040ff2e000000b010300000002022310000002f000000000030000000"
                 "0000310000000000320000000000d8270000a0286829363738393a3b3c"},
	{"supply", "01d80403880ec08b11b0ae15b009f80ac00c880e026162"},
	{"part", "01d80403880e07b0ae15a0d11990f41d809722880ed00f9811e012a814f0150361626300"
                 "0161"},
	{"order", "01d80403880ec08b11b0ae15a0d11990f41d809722090a9811e012a8140eb8178019c81a"
                  "901cd81d141414141414141414141414141414140161026162"},
	{"line", "d80403880e07b8170be8200f982a13d0ff2ec0a233b0c537f015b8178019c81a901c08a0"
                 "1fe820026162"},
	{"place", "d80403880e07b0ae150607c00c880ed00f9811e012"},
	{"opcome", "01d80403880e07b8170be8200f982ae0dc2a0b0c0df015b8178019c81a901cd81da01fe8"
                   "201616161616161616161616161616161603616263"},
	{"unit", "d8049003d804"},
	{"agenda", "01d80403880e07b8170be8200f982a13c83317a814f015"},
	{"limit", "01d80403d0e80ca0060305080609070a"},
	{"counted", "01d80403880e"
                    "c08b11e807"},
	{"lane", "01010000000000020000000000"},
	{"event", "d80403d0e80cc08b11e807b009f80a00016102616203616263"},
	{"buckets", "0103016107026162b817036162630b"},
	{"calendar", "0101020603080a0c"},
	{"number", "0102"},
};

static void fill(void *host, enum range range, uint8_t *member)
{
	uint64_t *count = host;
	const uint64_t k = ++*count;

	switch (range) {
	case QUANTITY: range_store(range, member, k & 1 ? k * 300 : 0 - k); break;
	case TIME: range_store(range, member, k * 70000); break;
	case U32:
	case U16: range_store(range, member, k * 200); break;
	case ID: range_store(range, member, k % 4); break;
	case CANDIDATES: range_store(range, member, BKO_CANDIDATES_MAX); break;
	default: range_store(range, member, k); break;
	}
}

static void pinned(void **state)
{
	static const char digits[] = "0123456789abcdef";
	static union any_record record;
	static uint8_t bytes[1024];
	static char text[2 * sizeof bytes + 1];
	uint32_t s;
	size_t i;

	(void)state;
	assert_int_equal(shape_count, sizeof golden / sizeof golden[0]);
	for (s = 0; s < shape_count; s++) {
		struct bko__writer w = {bytes, 0, sizeof bytes, 0};
		const uint32_t elements = 3;
		uint64_t count = 0;

		memset(&record, 0, sizeof record);
		if (shapes[s].most)
			memcpy((uint8_t *)&record + shapes[s].counter, &elements, sizeof elements);
		shape_walk(&shapes[s], &record, fill, &count);
		shapes[s].put(&w, &record);
		assert_int_equal(w.full, 0);
		for (i = 0; i < w.size; i++) {
			text[2 * i] = digits[bytes[i] >> 4];
			text[2 * i + 1] = digits[bytes[i] & 15];
		}
		text[2 * w.size] = 0;
		assert_string_equal(shapes[s].name, golden[s].name);
		assert_string_equal(text, golden[s].bytes);
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
