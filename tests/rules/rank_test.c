/*
 * Places in line by each discipline, and the sums of claims.
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
#include "rules/rank.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void disciplines(void **state)
{
	static const struct {
		uint32_t discipline;
		struct bko__ranked line;
		uint32_t band;
		int64_t time;
	} rows[] = {
		{BKO_QUEUE_CLASS, {.placed = 500, .need_by = 9, .rank_ms = 8}, 0, 500},
		{BKO_QUEUE_CLASS, {.placed = 500, .order_class = 7}, 7, 500},
		{BKO_QUEUE_FIFO,
	         {.placed = 500, .need_by = 9, .rank_ms = 8, .order_class = 7},
	         0,
	         500},
		{BKO_QUEUE_DUE, {.placed = 500, .need_by = 9, .order_class = 7}, 0, 9},
		{BKO_QUEUE_DUE,
	         {.placed = 500, .need_by = BKO__TIME_MAX - 1},
	         0,
	         BKO__TIME_MAX - 1},
		{BKO_QUEUE_DUE, {.placed = 500}, 0, BKO__NEVER},
		{BKO_QUEUE_AGED, {.placed = 500, .order_class = 7}, 0, 500},
		{BKO_QUEUE_AGED, {.placed = 500, .order_class = 6}, 0, 490},
		{BKO_QUEUE_AGED, {.placed = 500, .order_class = 0}, 0, 430},
		{BKO_QUEUE_AGED, {.placed = 70, .order_class = 0}, 0, 0},
		{BKO_QUEUE_AGED, {.placed = 69, .order_class = 0}, 0, 0},
		{BKO_QUEUE_HOST,
	         {.placed = 500, .need_by = 9, .rank_ms = 8, .order_class = 7},
	         0,
	         8},
		{BKO_QUEUE_HOST, {.placed = 500}, 0, 0},
	};
	struct bko__head head = {.epoch = 3, .head_start = 10, .sequence = 41};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__rank rank = {9, 9, 9, 9, 9};

		head.discipline = rows[i].discipline;
		bko__rank_new(&head, &rows[i].line, &rank);
		assert_int_equal(rank.epoch, 3);
		assert_int_equal(rank.band, rows[i].band);
		assert_int_equal(rank.time, rows[i].time);
		assert_int_equal(rank.sequence, 42 + i);
		assert_int_equal(rank.sub, 0);
		assert_int_equal(head.sequence, 42 + i);
	}
}

/* The first of two placed at once stays the first; an urgent one may pass. */
static void order_of_lines(void **state)
{
	struct bko__head head = {.discipline = BKO_QUEUE_AGED, .head_start = 10};
	const struct bko__ranked usual = {.placed = 1000, .order_class = 3};
	struct bko__ranked urgent = {.placed = 1029, .order_class = 0};
	struct bko__rank first, second, third;

	(void)state;
	bko__rank_new(&head, &usual, &first);
	bko__rank_new(&head, &usual, &second);
	assert_true(bko__rank_compare(&first, &second) < 0);
	bko__rank_new(&head, &urgent, &third);
	assert_true(bko__rank_compare(&third, &first) < 0);
	urgent.placed = 1031;
	bko__rank_new(&head, &urgent, &third);
	assert_true(bko__rank_compare(&second, &third) < 0);
	bko__epoch_begin(&head);
	urgent.placed = 0;
	bko__rank_new(&head, &urgent, &third);
	assert_true(bko__rank_compare(&second, &third) < 0);
}

static void claims(void **state)
{
	struct bko__head head = {.epoch = 1};
	struct bko__rank rank = {.epoch = 1};

	(void)state;
	for (rank.band = 0; rank.band < BKO_CLASSES; rank.band++)
		bko__claims_add(&head, &rank, 1 + rank.band);
	for (rank.band = 0; rank.band < BKO_CLASSES; rank.band++)
		assert_int_equal(head.band[rank.band], 1 + rank.band);
	assert_int_equal(head.prior, 0);
	rank.band = 4;
	bko__claims_add(&head, &rank, -5);
	assert_int_equal(head.band[4], 0);
	assert_int_equal(bko__claims(&head), 31);
	bko__epoch_begin(&head);
	assert_int_equal(head.epoch, 2);
	assert_int_equal(head.prior, 31);
	assert_int_equal(bko__claims(&head), 31);
	/* what was ranked before is taken from where it went */
	rank.band = 7;
	bko__claims_add(&head, &rank, -8);
	assert_int_equal(head.prior, 23);
	rank.epoch = 2;
	bko__claims_add(&head, &rank, 2);
	assert_int_equal(head.band[7], 2);
	bko__epoch_begin(&head);
	assert_int_equal(head.prior, 25);
	assert_int_equal(head.band[7], 0);
	assert_int_equal(head.epoch, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disciplines),
		cmocka_unit_test(order_of_lines),
		cmocka_unit_test(claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
