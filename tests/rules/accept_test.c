/*
 * The decision: states, reasons and rooms, one row of a table each.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "decision.h"

static void closed(void **state)
{
	static const struct row rows[] = {
		ROW("discontinued", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            .head.life = BKO_LIFE_DISCONTINUED, .head.open = 5),
		ROW("discontinued though untracked", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, .head.life = BKO_LIFE_DISCONTINUED,
	            .head.selling = BKO_SELL_UNTRACKED),
		ROW("not sold here", OUT_OF_STOCK, NOT_HERE, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            .not_here = 1, .head.open = 5),
		ROW("discontinued and not sold here", DISCONTINUED, DISCONTINUED, NUMBER, 0, 0, 0,
	            0, .quantity = 1, .not_here = 1, .head.life = BKO_LIFE_DISCONTINUED),
		ROW("not sold here, and not yet", OUT_OF_STOCK, NOT_HERE, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, .not_here = 1, .head.sell_from = NOW + 1),
		ROW("one millisecond before its sale", OUT_OF_STOCK, NOT_YET, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, .head.sell_from = NOW + 1, .head.open = 5),
		ROW("sold from now", IN_STOCK, NONE, NUMBER, 5, 0, 1, 0, .quantity = 1,
	            .head.sell_from = NOW, .head.open = 5),
		ROW("before sale and release", OUT_OF_STOCK, NOT_YET, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, .head.sell_from = NOW + 1, .head.release_at = NOW + 1),
	};

	(void)state;
	CHECK(rows);
}

static void states(void **state)
{
	static const struct row rows[] = {
		ROW("preorder, whatever selling says", PREORDER, NONE, NONE, 0, 0, 0, 3,
	            .quantity = 3, .head.release_at = NOW + 1),
		ROW("preorder takes units that are there", PREORDER, NONE, NONE, 2, 0, 2, 1,
	            .quantity = 3, .head.release_at = NOW + 1, .head.open = 2),
		ROW("preorder under its limit", PREORDER, LIMIT, NUMBER, 0, 2, 0, 2, .quantity = 3,
	            .head.release_at = NOW + 1, LIMIT(2)),
		ROW("preorder looks at no switch", PREORDER, NONE, NONE, 0, 0, 0, 1, .quantity = 1,
	            .switch_clear = 1, .head.release_at = NOW + 1, BACK),
		ROW("preorder of the untracked counts", PREORDER, LIMIT, NUMBER, 0, 3, 0, 3,
	            .quantity = 9, .head.release_at = NOW + 1, .head.selling = BKO_SELL_UNTRACKED,
	            LIMIT(4), .head.backordered = 1),
		ROW("released now", OUT_OF_STOCK, OUT_OF_STOCK, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            .head.release_at = NOW),
		ROW("untracked", UNTRACKED, NONE, NUMBER, MAX, 0, MAX, 0, .quantity = MAX,
	            .head.selling = BKO_SELL_UNTRACKED, .head.low_at = MAX),
		ROW("untracked by fours", UNTRACKED, NONE, NUMBER, MAX - 3, 0, 8, 0, .quantity = 8,
	            .head.selling = BKO_SELL_UNTRACKED, .head.quantum = 4, .head.missing = 1),
		ROW("low", LOW_STOCK, NONE, NUMBER, 3, 0, 3, 0, .quantity = 3, .head.open = 3,
	            .head.low_at = 3),
		ROW("just not low", IN_STOCK, NONE, NUMBER, 4, 0, 3, 0, .quantity = 3,
	            .head.open = 4, .head.low_at = 3),
		ROW("low is not set", IN_STOCK, NONE, NUMBER, 1, 0, 1, 0, .quantity = 1,
	            .head.open = 1),
		ROW("backorder", BACKORDER, NONE, NONE, 0, 0, 0, 5, .quantity = 5, BACK),
		ROW("backorder under a limit", BACKORDER, NONE, NUMBER, 0, 9, 0, 5, .quantity = 5,
	            BACK, LIMIT(9)),
		ROW("out of stock", OUT_OF_STOCK, OUT_OF_STOCK, NUMBER, 0, 0, 0, 0, .quantity = 5,
	            .head.low_at = 3),
		ROW("nothing asked", OUT_OF_STOCK, NONE, NUMBER, 0, 0, 0, 0, .quantity = 0,
	            .head.low_at = 3),
	};

	(void)state;
	CHECK(rows);
}

static void now_and_later(void **state)
{
	static const struct row rows[] = {
		ROW("the shelf only", IN_STOCK, OUT_OF_STOCK, NUMBER, 2, 0, 2, 0, .quantity = 5,
	            .head.open = 2),
		ROW("the shelf, then later", IN_STOCK, NONE, NONE, 2, 0, 2, 3, .quantity = 5, BACK,
	            .head.open = 2),
		ROW("claims of all classes come off", IN_STOCK, NONE, NUMBER, 6, 0, 6, 0,
	            .quantity = 6, .head.open = 10, .head.prior = 1,
	            .head.band = {1, 0, 0, 0, 0, 0, 0, 2}),
		ROW("claims beyond the shelf", BACKORDER, NONE, NONE, 0, 0, 0, 1, .quantity = 1,
	            BACK, .head.open = 4, .head.band = {9}),
		ROW("missing units stop sales", OUT_OF_STOCK, OUT_OF_STOCK, NUMBER, 0, 0, 0, 0,
	            .quantity = 1, .head.open = 4, .head.missing = 1),
		ROW("switch clear", OUT_OF_STOCK, SWITCH, NUMBER, 0, 0, 0, 0, .quantity = 1,
	            .switch_clear = 1, BACK),
		ROW("switch clear, some on the shelf", IN_STOCK, SWITCH, NUMBER, 2, 0, 2, 0,
	            .quantity = 3, .switch_clear = 1, BACK, .head.open = 2),
		ROW("selling from stock looks at no switch", OUT_OF_STOCK, OUT_OF_STOCK, NUMBER, 0,
	            0, 0, 0, .quantity = 1, .switch_clear = 1, .head.open = 0),
		ROW("no whole quantum", IN_STOCK, QUANTUM, NONE, 4, 0, 0, 0, .quantity = 3, BACK,
	            .head.open = 4, .head.quantum = 2),
		ROW("whole quanta now", IN_STOCK, OUT_OF_STOCK, NUMBER, 4, 0, 4, 0, .quantity = 6,
	            .head.open = 5, .head.quantum = 2),
		ROW("whole quanta later", BACKORDER, LIMIT, NUMBER, 0, 3, 0, 3, .quantity = 6, BACK,
	            LIMIT(5), .head.quantum = 3),
		ROW("less than a quantum on the shelf", OUT_OF_STOCK, OUT_OF_STOCK, NUMBER, 0, 0, 0,
	            0, .quantity = 2, .head.open = 1, .head.quantum = 2),
		ROW("less than a quantum of room", OUT_OF_STOCK, LIMIT, NUMBER, 0, 0, 0, 0,
	            .quantity = 2, BACK, LIMIT(1), .head.quantum = 2),
	};

	(void)state;
	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed),
		cmocka_unit_test(states),
		cmocka_unit_test(now_and_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
