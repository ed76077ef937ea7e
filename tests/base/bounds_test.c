/*
 * Values that no rule admits are not read, wherever they stand in a record.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "shapes.h"

static uint8_t bytes[4096];

static int reads(const struct shape *shape, const union any_record *record)
{
	static union any_record back;
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	struct bko_span value = {bytes, 0};

	shape->put(&w, record);
	assert_int_equal(w.full, 0);
	value.size = w.size;
	return !shape->get(value, &back);
}

/* Puts one value into the member of number `at`, the least one into the others. */
struct probe {
	uint32_t at, seen;
	int end; /* 0 the lowest, 1 the highest, 2 and 3 one beyond them */
	int said;
};

/* Whether more than the highest can be stored at all. */
static int beyond_is_stored(enum range range)
{
	switch (range) {
	case U32:
	case U16:
	case U8:
	case TIME:
	case COUNT_48:
	case COUNT_64:
	case ANY:
	case HASH: return 0;
	default: return 1;
	}
}

static void place(void *host, enum range range, uint8_t *member)
{
	struct probe *probe = host;
	const uint64_t low = (uint64_t)range_low(range), high = range_high(range);
	const uint64_t ends[4] = {low, high, low - 1, high + 1};

	range_store(range, member, low);
	if (probe->seen++ != probe->at)
		return;
	probe->said = probe->end < 2 || beyond_is_stored(range);
	/* below zero there is no shorter id, and no unsigned number */
	if (probe->end == 2 && (range == ID || range_width(range) == sizeof(uint32_t)))
		probe->said = 0;
	if (probe->said)
		range_store(range, member, ends[probe->end]);
}

static void members(void **state)
{
	static union any_record record;
	const uint32_t elements = 2;
	uint32_t s, at, tried = 0;

	(void)state;
	for (s = 0; s < shape_count; s++) {
		struct probe probe = {0, 1, 0, 0};

		for (at = 0; at < probe.seen; at++) {
			for (probe.end = 0; probe.end < 4; probe.end++) {
				memset(&record, 0, sizeof record);
				if (shapes[s].most)
					memcpy((uint8_t *)&record + shapes[s].counter, &elements,
					       sizeof elements);
				probe.at = at;
				probe.seen = 0;
				probe.said = 0;
				shape_walk(&shapes[s], &record, place, &probe);
				if (!probe.said)
					continue;
				tried++;
				if (reads(&shapes[s], &record) != (probe.end < 2))
					fail_msg("%s, member %u: end %d", shapes[s].name, at,
					         probe.end);
			}
		}
	}
	assert_in_range(tried, 600, 2000);
}

/* As many elements as there may be, and one more; all of them zeros. */
static void elements(void **state)
{
	static union any_record record, back;
	uint32_t s, r, more;

	(void)state;
	for (s = 0; s < shape_count; s++) {
		uint32_t each = 0;

		for (r = 0; r < shapes[s].run_count; r++)
			each += shapes[s].runs[r].counted;
		if (!each)
			continue;
		for (more = 0; more < 2; more++) {
			const uint32_t count = shapes[s].most + more;
			struct bko__writer w = {bytes, 0, sizeof bytes, 0};
			struct bko_span value = {bytes, 0};

			memset(&record, 0, sizeof record);
			memset(bytes, 0, sizeof bytes);
			shapes[s].put(&w, &record);
			w.size--; /* the number of elements, which stands last */
			bko__write_uint(&w, count);
			value.size = w.size + (size_t)count * each;
			assert_int_equal(shapes[s].get(value, &back), more ? -1 : 0);
		}
	}
}

/* A number of 33 bits where 32 are kept. */
static void wide(void **state)
{
	struct bko__unit unit;
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	struct bko__reader r = {bytes, 0, 0, 0};

	(void)state;
	bko__write_uint(&w, 7); /* all three members */
	bko__write_int(&w, -5);
	bko__write_uint(&w, UINT32_MAX);
	bko__write_uint(&w, (uint64_t)1 << 32);
	r.size = w.size;
	bko__unit_read(&r, &unit);
	assert_int_equal(r.bad, 1);
	assert_int_equal(unit.quantity, -5);
	assert_int_equal(unit.line, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(elements),
		cmocka_unit_test(wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
