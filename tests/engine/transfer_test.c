/*
 * Transfers between two positions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

static struct bko_transfer move(int64_t quantity, int64_t expected)
{
	struct bko_transfer t = {.struct_size = sizeof t,
	                         .item = stage_span("cup"),
	                         .from = stage_span("hall"),
	                         .to = stage_span("shop"),
	                         .quantity = quantity,
	                         .expected_ms = expected};

	return t;
}

static void receive_supply(struct stage *s, const char *supply, int64_t quantity, uint32_t last)
{
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .last = last,
	                              .item = stage_span("cup"),
	                              .location = stage_span("shop"),
	                              .supply = stage_span(supply),
	                              .quantity = quantity};
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_stock_receive(s->engine, &op, &receipt, NULL));
}

/* Out, in transit, in, the rest written off: nothing is lost. */
static void conserves(void **state)
{
	struct stage *s = *state;
	struct bko_transfer t = move(6, 2000000);
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, "t-1");
	struct bko__supply record;
	int64_t sum;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 10);
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, &outcome));
	assert_int_equal(outcome.quantity, 6);
	assert_int_equal(stage_head(s, "cup", "hall").open, 4);
	assert_int_equal(stage_head(s, "cup", "hall").transferred_out, 6);
	assert_int_equal(outcome.revision, stage_head(s, "cup", "hall").revision);
	assert_int_equal(stage_head(s, "cup", "shop").incoming, 6);
	assert_int_equal(stage_head(s, "cup", "shop").on_hand, 0);
	assert_true(stage_supply(s, "cup", "shop", "t-1", &record));
	assert_int_equal(record.origin, BKO_ORIGIN_TRANSFER);
	assert_int_equal(record.state, BKO_SUPPLY_CONFIRMED);
	assert_int_equal(record.sent, 6);
	assert_int_equal(record.due, 2000000);
	assert_int_equal(record.source.size, 4);
	assert_int_equal(stage_told(s, BKO_EVENT_TRANSFERRED, &sum), 1);
	assert_int_equal(sum, -6);
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, &outcome));
	assert_int_equal(outcome.flags & BKO_OUTCOME_REPLAYED, BKO_OUTCOME_REPLAYED);
	assert_int_equal(stage_head(s, "cup", "hall").open, 4);
	receive_supply(s, "t-1", 4, 0);
	assert_int_equal(stage_head(s, "cup", "shop").transferred_in, 4);
	assert_int_equal(stage_head(s, "cup", "shop").open, 4);
	receive_supply(s, "t-1", 1, 1);
	assert_false(stage_supply(s, "cup", "shop", "t-1", &record));
	assert_int_equal(stage_head(s, "cup", "shop").incoming, 0);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_CLOSED, &sum), 1);
	assert_int_equal(sum, -1);
	stage_check(s, "cup", "hall");
	stage_check(s, "cup", "shop");
}

static void refuses(void **state)
{
	struct stage *s = *state;
	struct bko_transfer t = move(3, 0);
	struct bko_supply p = {.struct_size = sizeof p,
	                       .action = BKO_SUPPLY_PLAN,
	                       .item = stage_span("cup"),
	                       .location = stage_span("shop"),
	                       .supply = stage_span("t-1"),
	                       .quantity = 2};
	struct bko_op op = stage_op(s, "t-1"), other = stage_op(s, "t-2");

	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_transfer(s->engine, &op, &t, NULL));
	stage_item(s, "cup");
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_transfer(s->engine, &op, &t, NULL));
	stage_receive(s, "cup", "hall", 5);
	stage_place(s, "o-1", "cup", "hall", 3, 0, 0);
	STAGE_FAILS(s, BKO_E_INSUFFICIENT, bko_stock_transfer(s->engine, &op, &t, NULL));
	assert_false(stage_there(s, "cup", "shop"));
	t.quantity = 2;
	t.to = t.from;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_stock_transfer(s->engine, &op, &t, NULL));
	t = move(0, 0);
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_stock_transfer(s->engine, &op, &t, NULL));
	t = move(2, -1);
	STAGE_FAILS(s, BKO_E_RANGE, bko_stock_transfer(s->engine, &op, &t, NULL));
	STAGE_OK(s, bko_supply_set(s->engine, &other, &p, NULL));
	t = move(2, 0);
	STAGE_FAILS(s, BKO_E_EXISTS, bko_stock_transfer(s->engine, &op, &t, NULL));
	assert_int_equal(stage_head(s, "cup", "hall").open, 2);
	STAGE_OK(s, bko_stock_transfer(s->engine, &other, &t, NULL));
	/* what was sent is not for planning; when it comes is */
	op = stage_op(s, "p-1");
	p.supply = stage_span("t-2");
	p.quantity = 3;
	STAGE_FAILS(s, BKO_E_STATE, bko_supply_set(s->engine, &op, &p, NULL));
	p.quantity = 2;
	p.due_ms = 3000000;
	STAGE_OK(s, bko_supply_set(s->engine, &op, &p, NULL));
	stage_check(s, "cup", "hall");
	stage_check(s, "cup", "shop");
}

/* A safety stock stays; units on their way serve the queue when they come. */
static void serves_there(void **state)
{
	struct stage *s = *state;
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING | BKO_SET_SAFETY_STOCK,
	                            .selling = BKO_SELL_BACKORDER,
	                            .safety_stock = 2};
	struct bko_transfer t = move(5, 0);
	struct bko_op op = stage_op(s, "t-1");

	stage_policy(s, "cup", &policy);
	stage_receive(s, "cup", "hall", 6);
	stage_make(s, "cup", "shop");
	stage_place(s, "o-1", "cup", "shop", 3, 0, 0);
	STAGE_FAILS(s, BKO_E_INSUFFICIENT, bko_stock_transfer(s->engine, &op, &t, NULL));
	t.quantity = 4;
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, NULL));
	assert_int_equal(stage_head(s, "cup", "hall").buffer, 2);
	receive_supply(s, "t-1", 4, 0);
	assert_int_equal(stage_line(s, "o-1").allocated, 3);
	assert_int_equal(stage_head(s, "cup", "shop").buffer, 1);
	stage_check(s, "cup", "hall");
	stage_check(s, "cup", "shop");
}

/* A receipt of a transfer that is taken back is in transit again. */
static void reverses(void **state)
{
	struct stage *s = *state;
	struct bko_transfer t = move(4, 0);
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = stage_span("cup"),
	                              .location = stage_span("shop"),
	                              .supply = stage_span("t-1"),
	                              .quantity = 3};
	struct bko_reversal reversal = {.struct_size = sizeof reversal,
	                                .item = stage_span("cup"),
	                                .location = stage_span("shop"),
	                                .receipt = stage_span("r-1")};
	struct bko_op op = stage_op(s, "t-1");

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 6);
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, NULL));
	op = stage_op(s, "r-1");
	STAGE_OK(s, bko_stock_receive(s->engine, &op, &receipt, NULL));
	assert_int_equal(stage_head(s, "cup", "shop").transferred_in, 3);
	assert_int_equal(stage_head(s, "cup", "shop").incoming, 1);
	stage_check(s, "cup", "shop");
	op = stage_op(s, "v-1");
	STAGE_OK(s, bko_stock_reverse(s->engine, &op, &reversal, NULL));
	assert_int_equal(stage_head(s, "cup", "shop").transferred_in, 0);
	assert_int_equal(stage_head(s, "cup", "shop").incoming, 4);
	stage_check(s, "cup", "shop");
	op = stage_op(s, "v-2");
	STAGE_FAILS(s, BKO_E_STATE, bko_stock_reverse(s->engine, &op, &reversal, NULL));
}

/* A receipt that made its supply complete, and brought more than that: taken back, as much
 * as was expected is on its way again, without a date, until somebody tells one. */
static void reopens(void **state)
{
	struct stage *s = *state;
	struct bko_transfer t = move(4, 5000000);
	struct bko_receipt receipt = {.struct_size = sizeof receipt,
	                              .item = stage_span("cup"),
	                              .location = stage_span("shop"),
	                              .supply = stage_span("t-1"),
	                              .quantity = 6};
	struct bko_reversal reversal = {.struct_size = sizeof reversal,
	                                .item = stage_span("cup"),
	                                .location = stage_span("shop"),
	                                .receipt = stage_span("r-1")};
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, "t-1");
	struct bko__supply supply;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 6);
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, NULL));
	op = stage_op(s, "r-1");
	STAGE_OK(s, bko_stock_receive(s->engine, &op, &receipt, &outcome));
	assert_int_equal(outcome.asked, 4);
	assert_int_equal(stage_supply(s, "cup", "shop", "t-1", &supply), 0);
	op = stage_op(s, "v-1");
	STAGE_OK(s, bko_stock_reverse(s->engine, &op, &reversal, NULL));
	assert_int_equal(stage_head(s, "cup", "shop").transferred_in, 0);
	assert_int_equal(stage_head(s, "cup", "shop").incoming, 4);
	assert_int_equal(stage_supply(s, "cup", "shop", "t-1", &supply), 1);
	assert_int_equal(supply.expected, 4);
	assert_int_equal(supply.due, 0);
	assert_int_equal(supply.origin, BKO_ORIGIN_TRANSFER);
	stage_check(s, "cup", "shop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(conserves), STAGED(refuses), STAGED(serves_there),
		STAGED(reverses),  STAGED(reopens),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
