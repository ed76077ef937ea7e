/*
 * Figures of a position: what is taken, the buffer, the switch, the edges.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/number.h"
#include "rules/position.h"

#define MAX          BKO__QUANTITY_MAX
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void fresh(void **state)
{
	struct bko__head head;
	uint32_t rose, fell;

	(void)state;
	memset(&head, 0xff, sizeof head);
	bko__head_new(&head);
	assert_int_equal(head.quantum, 1);
	assert_int_equal(head.due, BKO__NEVER);
	assert_int_equal(head.policy_flags, BKO__P_SELLS);
	assert_int_equal(head.flags, BKO__H_SWITCHED);
	assert_true(bko__head_in_range(&head));
	/* nothing to tell of a position that never had anything */
	bko__edges_follow(&head, &rose, &fell);
	assert_int_equal(rose, 0);
	assert_int_equal(fell, 0);
}

static void takes(void **state)
{
	static const struct {
		int64_t open, missing, quantum, waiting, taken;
	} rows[] = {
		{0, 0, 1, 5, 0},  {4, 0, 1, 5, 4},       {5, 0, 1, 5, 5},
		{6, 0, 1, 5, 5},  {6, 0, 1, 0, 0},       {6, 1, 1, 5, 0},
		{5, 0, 2, 6, 4},  {1, 0, 2, 6, 0},       {9, 0, 4, 12, 8},
		{12, 0, 4, 8, 8}, {MAX, 0, 1, MAX, MAX}, {MAX, 0, 2, MAX, MAX - 1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__head head = {.open = rows[i].open,
		                         .missing = rows[i].missing,
		                         .quantum = rows[i].quantum,
		                         .eligible = rows[i].waiting};

		assert_int_equal(bko__take_size(&head, rows[i].waiting), rows[i].taken);
		assert_int_equal(bko__can_serve(&head), rows[i].taken > 0);
		assert_int_equal(bko__ready_units(&head), 0);
		head.flags = BKO__H_SERVING;
		assert_int_equal(bko__ready_units(&head), rows[i].taken);
	}
}

static void buffer(void **state)
{
	static const struct {
		int64_t open, buffer, safety, eligible;
		uint32_t guards, life;
		int64_t open_then, buffer_then;
	} rows[] = {
		{0, 0, 0, 0, 0, 0, 0, 0},
		{10, 0, 4, 0, 0, 0, 6, 4},
		{3, 0, 4, 0, 0, 0, 0, 3},
		{3, 3, 4, 0, 0, 0, 2, 4},
		{3, 4, 4, 0, 0, 0, 3, 4},
		/* lowered: opens what is above */
		{3, 9, 4, 0, 0, 0, 8, 4},
		{3, 9, 0, 5, 1, 0, 12, 0},
		/* the queue comes first, unless the buffer guards it */
		{10, 0, 4, 7, 0, 0, 7, 3},
		{10, 0, 4, 10, 0, 0, 10, 0},
		{10, 0, 4, 99, 0, 0, 10, 0},
		{10, 0, 4, 7, BKO__P_GUARDS, 0, 6, 4},
		{10, 0, 40, 7, BKO__P_GUARDS, 0, 0, 10},
		/* nothing is kept back while phasing out */
		{3, 4, 4, 0, 0, BKO_LIFE_PHASE_OUT, 7, 0},
		{3, 0, 4, 0, 0, BKO_LIFE_PHASE_OUT, 3, 0},
		{3, 0, 4, 0, 0, BKO_LIFE_DISCONTINUED, 0, 3},
		{MAX, 0, MAX, 0, 0, 0, 0, MAX},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__head head = {.open = rows[i].open,
		                         .buffer = rows[i].buffer,
		                         .safety_stock = rows[i].safety,
		                         .eligible = rows[i].eligible,
		                         .policy_flags = rows[i].guards ? BKO__P_GUARDS : 0,
		                         .life = rows[i].life,
		                         .quantum = 1};
		int again;

		for (again = 0; again < 2; again++) {
			bko__buffer_settle(&head);
			assert_int_equal(head.open, rows[i].open_then);
			assert_int_equal(head.buffer, rows[i].buffer_then);
		}
	}
}

/* The bit is set at switch_at and below, cleared at switch_back_at, and stays as it
 * is between; starting it anew goes by switch_at alone. */
static void switches(void **state)
{
	static const struct {
		uint32_t flags;
		int64_t open;
		uint32_t start, set_then, clear_then;
	} rows[] = {
		{0, 99, 1, 1, 1},
		{BKO__P_SWITCH, 0, 1, 1, 1},
		{BKO__P_SWITCH, 5, 1, 1, 1},
		{BKO__P_SWITCH, 6, 0, 1, 0},
		{BKO__P_SWITCH, 9, 0, 1, 0},
		{BKO__P_SWITCH, 10, 0, 0, 0},
		{BKO__P_SWITCH, 11, 0, 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__head head = {.open = rows[i].open + 2,
		                         .band = {2},
		                         .policy_flags = rows[i].flags,
		                         .switch_at = 5,
		                         .switch_back_at = 10,
		                         .quantum = 1};

		bko__switch_start(&head);
		assert_int_equal(head.flags & BKO__H_SWITCHED, rows[i].start * BKO__H_SWITCHED);
		head.flags = BKO__H_SWITCHED | BKO__H_SWEEP;
		bko__switch_follow(&head);
		assert_int_equal(head.flags, rows[i].set_then * BKO__H_SWITCHED | BKO__H_SWEEP);
		head.flags = BKO__H_SWEEP;
		bko__switch_follow(&head);
		assert_int_equal(head.flags, rows[i].clear_then * BKO__H_SWITCHED | BKO__H_SWEEP);
	}
}

enum {
	LOW = BKO__E_LOW,
	SOLD_OUT = BKO__E_SOLD_OUT,
	UNSELLABLE = BKO__E_UNSELLABLE,
	FULL = BKO__E_LIMIT,
	SELLS = BKO__P_SELLS,
	LIMITED = BKO__P_SELLS | BKO__P_LIMITED
};

static const struct {
	struct bko__head head;
	uint32_t edges;
} edge_rows[] = {
	{{.open = 9, .policy_flags = SELLS}, 0},
	{{.open = 9, .policy_flags = SELLS, .low_at = 8}, 0},
	{{.open = 9, .policy_flags = SELLS, .low_at = 9}, LOW},
	{{.open = 1, .policy_flags = SELLS, .low_at = 9}, LOW},
	{{.open = 0, .policy_flags = SELLS, .low_at = 9}, SOLD_OUT | UNSELLABLE},
	{{.open = 9, .band = {9}, .policy_flags = SELLS}, SOLD_OUT | UNSELLABLE},
	{{.open = 9, .policy_flags = 0}, UNSELLABLE},
	{{.open = 9, .policy_flags = SELLS, .life = BKO_LIFE_DISCONTINUED}, UNSELLABLE},
	{{.open = 9, .policy_flags = SELLS, .sell_from = 101}, UNSELLABLE},
	{{.open = 9, .policy_flags = SELLS, .sell_from = 100}, 0},
	{{.policy_flags = SELLS, .selling = BKO_SELL_BACKORDER}, SOLD_OUT | UNSELLABLE},
	{{.policy_flags = SELLS, .selling = BKO_SELL_BACKORDER, .flags = BKO__H_SWITCHED},
         SOLD_OUT},
	{{.policy_flags = SELLS,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED,
          .horizon = 5},
         SOLD_OUT | UNSELLABLE},
	{{.policy_flags = SELLS,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED,
          .horizon = 5,
          .incoming = 1},
         SOLD_OUT},
	{{.policy_flags = SELLS,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED,
          .horizon = 5,
          .lead_time = 9},
         SOLD_OUT},
	{{.policy_flags = SELLS,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED,
          .horizon = 5,
          .open = 2,
          .band = {2}},
         SOLD_OUT},
	{{.policy_flags = SELLS, .release_at = 101, .horizon = 5}, SOLD_OUT | UNSELLABLE},
	{{.policy_flags = SELLS, .selling = BKO_SELL_UNTRACKED, .low_at = 9}, 0},
	{{.policy_flags = 0, .selling = BKO_SELL_UNTRACKED}, UNSELLABLE},
	{{.policy_flags = SELLS, .release_at = 101}, SOLD_OUT},
	{{.policy_flags = SELLS, .release_at = 100}, SOLD_OUT | UNSELLABLE},
	{{.policy_flags = LIMITED,
          .limit = 3,
          .backordered = 2,
          .flags = BKO__H_SWITCHED,
          .selling = BKO_SELL_BACKORDER},
         SOLD_OUT},
	{{.policy_flags = LIMITED,
          .limit = 3,
          .backordered = 3,
          .flags = BKO__H_SWITCHED,
          .selling = BKO_SELL_BACKORDER},
         SOLD_OUT | UNSELLABLE | FULL},
	{{.policy_flags = LIMITED,
          .limit = 3,
          .backordered = 5,
          .scheduled = 1,
          .outside = 3,
          .open = 9},
         FULL},
	{{.policy_flags = LIMITED, .limit = 3, .backordered = 3, .release_at = 101},
         SOLD_OUT | UNSELLABLE | FULL},
	/* phasing out: what comes is sold, whatever the way of selling */
	{{.policy_flags = SELLS, .life = BKO_LIFE_PHASE_OUT, .incoming = 1}, SOLD_OUT},
	{{.policy_flags = SELLS, .life = BKO_LIFE_PHASE_OUT, .incoming = 4, .backordered = 4},
         SOLD_OUT | UNSELLABLE},
	{{.policy_flags = SELLS | BKO__P_TO_INCOMING,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED,
          .incoming = 5,
          .backordered = 4},
         SOLD_OUT},
	{{.policy_flags = SELLS | BKO__P_TO_INCOMING,
          .selling = BKO_SELL_BACKORDER,
          .flags = BKO__H_SWITCHED},
         SOLD_OUT | UNSELLABLE},
};

static void edges(void **state)
{
	size_t i;
	uint32_t had, rose, fell;

	(void)state;
	for (i = 0; i < COUNT(edge_rows); i++) {
		for (had = 0; had < 16; had++) {
			struct bko__head head = edge_rows[i].head;

			head.quantum = 1;
			head.settled = 100;
			head.edges = had;
			bko__edges_follow(&head, &rose, &fell);
			assert_int_equal(head.edges, edge_rows[i].edges);
			assert_int_equal(rose, edge_rows[i].edges & ~had);
			assert_int_equal(fell, had & ~edge_rows[i].edges);
		}
	}
}

static void limit_use(void **state)
{
	const struct bko__head head = {.backordered = 100, .scheduled = 20, .outside = 3};

	(void)state;
	assert_int_equal(bko__limit_use(&head), 117);
}

static void range(void **state)
{
	static const size_t figures[] = {
#define FIGURE(name) offsetof(struct bko__head, name)
		FIGURE(on_hand),  FIGURE(open),           FIGURE(buffer),
		FIGURE(kept),     FIGURE(allocated),      FIGURE(unavailable),
		FIGURE(missing),  FIGURE(scheduled),      FIGURE(backordered),
		FIGURE(outside),  FIGURE(held_allocated), FIGURE(held_backordered),
		FIGURE(eligible), FIGURE(incoming),       FIGURE(received),
		FIGURE(returned), FIGURE(transferred_in), FIGURE(transferred_out),
		FIGURE(shipped),  FIGURE(refused),
#undef FIGURE
	};
	static const struct {
		int64_t value;
		int good, adjusted;
	} rows[] = {{0, 1, 1},  {MAX, 1, 1},  {MAX + 1, 0, 0},
	            {-1, 0, 1}, {-MAX, 0, 1}, {-MAX - 1, 0, 0}};
	size_t i, f;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct bko__head head = {.quantum = 1, .adjusted = rows[i].value};

		assert_int_equal(bko__head_in_range(&head), rows[i].adjusted);
		head.adjusted = 0;
		for (f = 0; f < COUNT(figures); f++) {
			memcpy((char *)&head + figures[f], &rows[i].value, sizeof rows[i].value);
			assert_int_equal(bko__head_in_range(&head), rows[i].good);
			memset((char *)&head + figures[f], 0, sizeof rows[i].value);
		}
	}
}

/* Units that are missing will wait: together with those that do they must fit. */
static void range_of_missing(void **state)
{
	struct bko__head head = {.quantum = 1, .backordered = MAX - 5, .missing = 5};

	(void)state;
	assert_int_equal(bko__head_in_range(&head), 1);
	head.missing++;
	assert_int_equal(bko__head_in_range(&head), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh),  cmocka_unit_test(takes),
		cmocka_unit_test(buffer), cmocka_unit_test(switches),
		cmocka_unit_test(edges),  cmocka_unit_test(limit_use),
		cmocka_unit_test(range),  cmocka_unit_test(range_of_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
