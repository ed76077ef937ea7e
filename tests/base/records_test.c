/*
 * Each stored record: what is written is what is read, and no bytes at all are
 * read as a record that could not be written.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/hash.h"
#include "shapes.h"

enum { ROOM = 4096 };

static uint64_t seed;

static uint64_t draw(void)
{
	seed += 0x9e3779b97f4a7c15u;
	return bko__mix(seed);
}

/* An end of the range, a neighbour of one, a small number or any. */
static void fill_any(void *host, enum range range, uint8_t *member)
{
	const uint64_t low = (uint64_t)range_low(range), span = range_high(range) - low;
	uint64_t value = draw() >> (draw() % 64);

	(void)host;
	if (span != UINT64_MAX)
		value %= span + 1;
	switch (draw() % 8) {
	case 0: value = 0; break;
	case 1: value = span; break;
	case 2: value = span ? span - 1 : 0; break;
	default: break;
	}
	range_store(range, member, low + value);
}

static void fill(const struct shape *shape, union any_record *record, uint32_t most)
{
	uint32_t count = shape->most < most ? shape->most : most;

	memset(record, 0, sizeof *record);
	count = draw() % 4 ? (uint32_t)(draw() % (count + 1)) : count;
	if (shape->most)
		memcpy((uint8_t *)record + shape->counter, &count, sizeof count);
	shape_walk(shape, record, fill_any, NULL);
}

static struct bko_span encode(const struct shape *shape, const union any_record *record,
                              uint8_t *bytes, size_t room)
{
	struct bko__writer w = {bytes, 0, room, 0};
	struct bko_span value = {bytes, 0};

	shape->put(&w, record);
	value.size = w.full ? SIZE_MAX : w.size;
	return value;
}

/* Members one after another, so that two records can be compared. */
struct flat {
	uint8_t *to;
};

static void flatten(void *host, enum range range, uint8_t *member)
{
	struct flat *flat = host;
	struct bko_span id;

	if (range != ID) {
		memcpy(flat->to, member, range_width(range));
		flat->to += range_width(range);
		return;
	}
	memcpy(&id, member, sizeof id);
	*flat->to++ = (uint8_t)id.size;
	if (id.size)
		memcpy(flat->to, id.data, id.size);
	flat->to += id.size;
}

static void assert_same(const struct shape *shape, union any_record *a, union any_record *b)
{
	static uint8_t bytes[2][ROOM];
	struct flat one = {bytes[0]}, two = {bytes[1]};

	shape_walk(shape, a, flatten, &one);
	shape_walk(shape, b, flatten, &two);
	assert_int_equal(one.to - bytes[0], two.to - bytes[1]);
	assert_memory_equal(bytes[0], bytes[1], (size_t)(one.to - bytes[0]));
}

static void round_trips(void **state)
{
	static union any_record record, back;
	static uint8_t bytes[ROOM];
	uint32_t s, i;

	(void)state;
	for (s = 0; s < shape_count; s++) {
		seed = s;
		for (i = 0; i < 500; i++) {
			struct bko_span value;

			fill(&shapes[s], &record, UINT32_MAX - 1);
			value = encode(&shapes[s], &record, bytes, sizeof bytes);
			assert_true(value.size <= sizeof bytes);
			memset(&back, 0xa5, sizeof back);
			if (shapes[s].get(value, &back))
				fail_msg("%s: number %u is not read", shapes[s].name, i);
			assert_same(&shapes[s], &record, &back);
		}
	}
}

/* Ends early, or goes on: no record. Room for one byte less: full, and no byte
 * behind the room is touched. */
static void cut(void **state)
{
	static union any_record record, back;
	static uint8_t bytes[ROOM], less[ROOM];
	uint32_t s, i;

	(void)state;
	for (s = 0; s < shape_count; s++) {
		seed = s;
		for (i = 0; i < 20; i++) {
			struct bko_span value;
			size_t whole, size;

			fill(&shapes[s], &record, 5);
			value = encode(&shapes[s], &record, bytes, sizeof bytes);
			whole = value.size;
			for (size = 0; size < whole; size++) {
				uint8_t *copy = malloc(size ? size : 1);
				struct bko_span part = {copy, size};

				assert_non_null(copy);
				memcpy(copy, bytes, size);
				assert_int_equal(shapes[s].get(part, &back), -1);
				free(copy);
				memset(less, 0x5a, whole);
				assert_int_equal(encode(&shapes[s], &record, less, size).size,
				                 SIZE_MAX);
				assert_int_equal(less[size], 0x5a);
			}
			value.size = whole + 1;
			assert_int_equal(shapes[s].get(value, &back), -1);
		}
	}
}

/* A changed byte makes the bytes unreadable, or another record that is written
 * and read again as itself. */
static void check_change(const struct shape *shape, struct bko_span value)
{
	static union any_record record, back;
	static uint8_t bytes[ROOM];
	struct bko_span again;

	memset(&record, 0, sizeof record);
	if (shape->get(value, &record))
		return;
	again = encode(shape, &record, bytes, sizeof bytes);
	assert_true(again.size <= value.size);
	memset(&back, 0, sizeof back);
	assert_int_equal(shape->get(again, &back), 0);
	assert_same(shape, &record, &back);
}

static void changed(void **state)
{
	static union any_record record;
	static uint8_t bytes[ROOM];
	const char *tier = getenv("BKO_TIER");
	const int quick = tier && !strcmp(tier, "quick");
	uint32_t s, change;
	size_t at;

	(void)state;
	for (s = 0; s < shape_count; s++) {
		struct bko_span value;

		seed = s + 1000;
		fill(&shapes[s], &record, 5);
		value = encode(&shapes[s], &record, bytes, sizeof bytes);
		for (at = 0; at < value.size; at++) {
			for (change = 1; change < 256; change++) {
				if (quick && (change & (change - 1)))
					continue;
				bytes[at] = (uint8_t)(bytes[at] ^ change);
				check_change(&shapes[s], value);
				bytes[at] = (uint8_t)(bytes[at] ^ change);
			}
		}
	}
}

static void noise(void **state)
{
	static uint8_t bytes[64];
	uint32_t s, i, b;

	(void)state;
	seed = 7;
	for (s = 0; s < shape_count; s++) {
		for (i = 0; i < 2000; i++) {
			struct bko_span value = {bytes, draw() % sizeof bytes};

			for (b = 0; b < sizeof bytes; b++)
				bytes[b] = (uint8_t)(draw() & (i & 1 ? 0xff : 0x07));
			bytes[0] = BKO__FORMAT;
			check_change(&shapes[s], value);
		}
	}
}

static void head_length(void **state)
{
	const struct shape *head = shapes;
	static union any_record record;
	static uint8_t bytes[ROOM];
	size_t size;
	uint32_t i;

	(void)state;
	while (strcmp(head->name, "head"))
		head++;
	memset(&record, 0, sizeof record);
	size = encode(head, &record, bytes, sizeof bytes).size;
	for (i = 0; i < 100; i++) {
		fill(head, &record, 0);
		assert_int_equal(encode(head, &record, bytes, sizeof bytes).size, size);
	}
}

/* The ends of the range into every member. */
static void fill_end(void *host, enum range range, uint8_t *member)
{
	const int *highest = host;

	range_store(range, member,
	            *highest || range == ID ? range_high(range) : (uint64_t)range_low(range));
}

static void rooms(void **state)
{
	static const struct {
		const char *name;
		size_t room, ids;
	} rows[] = {
		{"head", BKO__ROOM(struct bko__head), 0},
		{"supply", BKO__ROOM(struct bko__supply), 1},
		{"part", BKO__ROOM(struct bko__part), 3},
		{"order", BKO__ROOM(struct bko__order), 2},
		{"line", BKO__ROOM(struct bko__line), 1},
		{"place", BKO__ROOM(struct bko__place), 0},
		{"agenda", BKO__ROOM(struct bko__agenda), 0},
		{"lane", BKO__ROOM(struct bko__lane), 0},
		{"counted", BKO__ROOM(struct bko__counted), 0},
		{"event", BKO__ROOM(struct bko__event), 4},
	};
	static union any_record record;
	static uint8_t bytes[ROOM];
	size_t i;
	int highest;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct shape *shape = shapes;
		const size_t room = rows[i].room + rows[i].ids * BKO_ID_MAX;

		while (strcmp(shape->name, rows[i].name))
			shape++;
		for (highest = 0; highest < 2; highest++) {
			memset(&record, 0, sizeof record);
			shape_walk(shape, &record, fill_end, &highest);
			assert_true(encode(shape, &record, bytes, room).size <= room);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips), cmocka_unit_test(cut),
		cmocka_unit_test(changed),     cmocka_unit_test(noise),
		cmocka_unit_test(head_length), cmocka_unit_test(rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
