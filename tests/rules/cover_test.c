/*
 * When waiting units are covered, and when something can be sold again.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/number.h"
#include "rules/merge.h"

#define DAY          ((int64_t)86400000)
#define NOW          (100 * DAY)
#define day(n)       (NOW + (n)*DAY)

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

enum { NONE = BKO_DATE_NONE, KNOWN = BKO_DATE_KNOWN, UNKNOWN = BKO_DATE_UNKNOWN, NO = 128 };

static struct bko__timeline timeline_of(const struct bko__supply *supplies, uint32_t count)
{
	static struct bko__due dues[BKO_SUPPLIES_MAX], room[BKO_SUPPLIES_MAX];
	struct bko__timeline timeline;

	bko__timeline_build(&timeline, dues, bko__dues_of(supplies, count, dues), room, NULL, NOW);
	return timeline;
}

struct row {
	int64_t open, ahead, quantity;
	/* expected: so many on a day from now, the rest on another, by which supply */
	int64_t first;
	uint32_t first_kind, first_day, rest_kind, rest_day, last;
};

static void check(const struct bko__timeline *timeline, const struct row *row)
{
	struct bko__cover cover;

	bko__merge_cover(timeline, row->open, row->ahead, row->quantity, NOW, &cover);
	assert_int_equal(cover.first, row->first);
	assert_int_equal(cover.first_kind, row->first_kind);
	assert_int_equal(cover.rest_kind, row->rest_kind);
	if (cover.first_kind == KNOWN)
		assert_int_equal(cover.first_due, day(row->first_day));
	if (row->quantity > 0)
		assert_int_equal(cover.last, row->last);
	if (cover.rest_kind == KNOWN)
		assert_int_equal(cover.rest_due, day(row->rest_day));
}

static void covers(void **state)
{
	/* the second is the first to come; two come on the fifth day */
	static const struct bko__supply supplies[] = {{.due = day(5), .expected = 6},
	                                              {.due = day(2), .expected = 4},
	                                              {.due = day(5), .expected = 10},
	                                              {.due = day(9), .expected = 1}};
	static const struct row rows[] = {
		{0, 0, 0, 0, NONE, 0, NONE, 0, 0},
		{0, 0, -1, 0, NONE, 0, NONE, 0, 0},
		{0, 0, 1, 1, KNOWN, 2, NONE, 0, 1},
		{0, 0, 4, 4, KNOWN, 2, NONE, 0, 1},
		{0, 0, 5, 4, KNOWN, 2, KNOWN, 5, 0},
		{0, 0, 10, 4, KNOWN, 2, KNOWN, 5, 0},
		{0, 0, 11, 4, KNOWN, 2, KNOWN, 5, 2},
		{0, 0, 20, 4, KNOWN, 2, KNOWN, 5, 2},
		{0, 0, 21, 4, KNOWN, 2, KNOWN, 9, 3},
		{0, 0, 22, 4, KNOWN, 2, UNKNOWN, 0, 3},
		{0, 3, 1, 1, KNOWN, 2, NONE, 0, 1},
		{0, 3, 2, 1, KNOWN, 2, KNOWN, 5, 0},
		/* both supplies of one day are one date */
		{0, 4, 16, 16, KNOWN, 5, NONE, 0, 2},
		{0, 4, 17, 16, KNOWN, 5, KNOWN, 9, 3},
		{0, 20, 1, 1, KNOWN, 9, NONE, 0, 3},
		{0, 20, 2, 1, KNOWN, 9, UNKNOWN, 0, 3},
		{0, 21, 1, 0, UNKNOWN, 0, UNKNOWN, 0, NO},
		/* open units of a chain of serving */
		{5, 3, 2, 2, KNOWN, 0, NONE, 0, NO},
		{5, 3, 3, 2, KNOWN, 0, KNOWN, 2, 1},
		{5, 3, 6, 2, KNOWN, 0, KNOWN, 2, 1},
		{5, 3, 7, 2, KNOWN, 0, KNOWN, 5, 0},
		{5, 5, 1, 1, KNOWN, 2, NONE, 0, 1},
		{0, BKO__QUANTITY_MAX, BKO__QUANTITY_MAX, 0, UNKNOWN, 0, UNKNOWN, 0, NO},
	};
	struct bko__timeline timeline = timeline_of(supplies, COUNT(supplies));
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		check(&timeline, &rows[i]);
}

/* A supply that comes this very moment is one date with the open units. */
static void covers_now(void **state)
{
	static const struct bko__supply supply = {.due = NOW, .expected = 4};
	static const struct row rows[] = {
		{2, 0, 6, 6, KNOWN, 0, NONE, 0, 0},
		{2, 0, 5, 5, KNOWN, 0, NONE, 0, 0},
		{2, 0, 7, 6, KNOWN, 0, UNKNOWN, 0, 0},
	};
	struct bko__timeline timeline = timeline_of(&supply, 1);
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++)
		check(&timeline, &rows[i]);
}

/* Planned receipts against a shelf of 80, with the orders of ever more periods:
 * what each receipt leaves free adds up to what can be promised by its day. */
static void example_receipts(void **state)
{
	static const struct bko__supply supplies[] = {{.due = day(3), .expected = 60},
	                                              {.due = day(6), .expected = 60}};
	static const struct row by_third = {80, 95, 45, 45, KNOWN, 3, NONE, 0, 0};
	static const struct row by_sixth = {80, 130, 70, 10, KNOWN, 3, KNOWN, 6, 1};
	static const struct row too_many = {80, 130, 71, 10, KNOWN, 3, UNKNOWN, 0, 1};
	struct bko__timeline timeline = timeline_of(supplies, COUNT(supplies));
	struct bko__head head = {.open = 80, .band = {55}};

	(void)state;
	assert_int_equal(bko__available_now(&head), 25);
	head.band[0] = 95;
	assert_int_equal(bko__available_now(&head), 0);
	check(&timeline, &by_third);
	check(&timeline, &by_sixth);
	check(&timeline, &too_many);
}

/* A late receipt counts tomorrow within its grace, and not at all after it; the
 * units that orders wait for count in both cases. */
static void example_late(void **state)
{
	struct bko__supply supplies[] = {{.due = day(-3), .grace = 7 * DAY, .expected = 200},
	                                 {.due = day(10), .expected = 100}};
	static const struct row within = {0, 75, 150, 125, KNOWN, 1, KNOWN, 10, 1};
	static const struct row beyond = {0, 75, 150, 25, KNOWN, 10, UNKNOWN, 0, 1};
	const struct bko__head head = {.band = {75}, .quantum = 1};
	struct bko__timeline timeline = timeline_of(supplies, 2);
	int64_t date;

	(void)state;
	check(&timeline, &within);
	assert_int_equal(bko__merge_restock(&head, &timeline, NOW, &date), KNOWN);
	assert_int_equal(date, day(1));
	supplies[0].grace = 2 * DAY;
	timeline = timeline_of(supplies, 2);
	check(&timeline, &beyond);
	assert_int_equal(bko__merge_restock(&head, &timeline, NOW, &date), KNOWN);
	assert_int_equal(date, day(10));
}

/* Units on the shelf that an accepted order needs are not sold before it. */
static void example_ahead(void **state)
{
	static const struct bko__supply supply = {.due = day(4), .expected = 50};
	static const struct row rows[] = {{100, 120, 30, 30, KNOWN, 4, NONE, 0, 0},
	                                  {100, 120, 31, 30, KNOWN, 4, UNKNOWN, 0, 0}};
	const struct bko__head head = {.open = 100, .band = {120}, .quantum = 1};
	struct bko__timeline timeline = timeline_of(&supply, 1);

	(void)state;
	assert_int_equal(bko__available_now(&head), 0);
	check(&timeline, &rows[0]);
	check(&timeline, &rows[1]);
}

static void restock(void **state)
{
	static const struct bko__supply supplies[] = {{.due = day(2), .expected = 3},
	                                              {.due = day(4), .expected = 5}};
	static const struct {
		struct bko__head head;
		uint32_t supplies, kind;
		int64_t date;
	} rows[] = {
		{{.quantum = 1, .open = 1}, 2, NONE, 0},
		{{.quantum = 2, .open = 2}, 2, NONE, 0},
		{{.quantum = 2, .open = 1}, 2, KNOWN, day(2)},
		{{.quantum = 5, .open = 1}, 2, KNOWN, day(4)},
		{{.quantum = 9, .open = 1}, 2, KNOWN, day(4)},
		{{.quantum = 10, .open = 1}, 2, UNKNOWN, 0},
		{{.quantum = 1, .band = {2}}, 2, KNOWN, day(2)},
		{{.quantum = 1, .prior = 3}, 2, KNOWN, day(4)},
		{{.quantum = 1, .band = {8}}, 2, UNKNOWN, 0},
		{{.quantum = 1, .restock_at = day(1)}, 2, KNOWN, day(2)},
		{{.quantum = 1, .restock_at = NOW + 1}, 0, KNOWN, NOW + 1},
		{{.quantum = 1, .restock_at = NOW}, 0, UNKNOWN, 0},
		{{.quantum = 1, .restock_at = day(7), .lead_time = DAY}, 0, KNOWN, day(7)},
		{{.quantum = 1, .restock_at = NOW, .lead_time = DAY}, 0, KNOWN, day(1)},
		{{.quantum = 1, .lead_time = BKO__TIME_MAX - 1}, 0, KNOWN, BKO__TIME_MAX - 1},
		{{.quantum = 1, .open = 4, .missing = 1}, 0, UNKNOWN, 0},
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__timeline timeline = timeline_of(supplies, rows[i].supplies);
		int64_t date = -1;

		assert_int_equal(bko__merge_restock(&rows[i].head, &timeline, NOW, &date),
		                 rows[i].kind);
		assert_int_equal(date, rows[i].date);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers),           cmocka_unit_test(covers_now),
		cmocka_unit_test(example_receipts), cmocka_unit_test(example_late),
		cmocka_unit_test(example_ahead),    cmocka_unit_test(restock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
