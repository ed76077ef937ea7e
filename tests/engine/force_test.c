/*
 * Forced sales: the goods are gone, the books follow.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

static struct bko_outcome force(struct stage *s, uint32_t flags, const char *order,
                                int64_t quantity, int32_t status)
{
	struct bko_forced_sale sale = {.struct_size = sizeof sale,
	                               .flags = flags,
	                               .item = stage_span("cup"),
	                               .location = stage_span("hall"),
	                               .order = stage_span(order),
	                               .quantity = quantity};
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, NULL);

	STAGE_FAILS(s, status, bko_stock_force(s->engine, &op, &sale, &outcome));
	if (status)
		return outcome;
	assert_int_equal(outcome.quantity, quantity);
	assert_int_equal(outcome.asked, quantity);
	assert_int_equal(outcome.backordered, 0);
	assert_int_equal(outcome.served, 0);
	stage_check(s, "cup", "hall");
	return outcome;
}

static void stock(struct stage *s, int64_t quantity, int64_t safety)
{
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING | BKO_SET_SAFETY_STOCK,
	                            .selling = BKO_SELL_BACKORDER,
	                            .safety_stock = safety};

	stage_policy(s, "cup", &policy);
	stage_receive(s, "cup", "hall", quantity);
}

static void order(struct stage *s, const char *id, int64_t quantity)
{
	s->now++;
	stage_place(s, id, "cup", "hall", quantity, 0, 0);
}

/* Open, then buffer, then the worst lines' units, then found. */
static void takes_in_order(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;
	struct bko__head head;
	int64_t sum;

	stock(s, 10, 2);
	order(s, "o-1", 3);
	order(s, "o-2", 3);
	outcome = force(s, 0, NULL, 1, BKO_OK);
	assert_int_equal(outcome.missing, 0);
	assert_int_equal(stage_head(s, "cup", "hall").open, 1);
	outcome = force(s, 0, NULL, 2, BKO_OK);
	assert_int_equal(stage_head(s, "cup", "hall").open, 0);
	assert_int_equal(stage_head(s, "cup", "hall").buffer, 1);
	outcome = force(s, 0, NULL, 3, BKO_OK);
	assert_int_equal(outcome.missing, 2);
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.buffer, 0);
	assert_int_equal(head.missing, 2);
	assert_int_equal(head.on_hand, 4);
	assert_int_equal(head.shipped, 6);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").allocated, 3);
	assert_int_equal(stage_line(s, "o-2").allocated, 1);
	assert_int_equal(stage_line(s, "o-2").outside, 2);
	outcome = force(s, 0, NULL, 6, BKO_OK); /* four there, two found */
	assert_int_equal(outcome.missing, 4);
	assert_int_equal(stage_head(s, "cup", "hall").adjusted, 2);
	assert_string_equal(stage_last(s, BKO_EVENT_ADJUSTED)->order, "forced");
	assert_int_equal(stage_last(s, BKO_EVENT_ADJUSTED)->detail, 16);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_head(s, "cup", "hall").on_hand, 0);
	assert_int_equal(stage_told(s, BKO_EVENT_SHIPPED, &sum), 4);
	assert_int_equal(sum, 12);
}

static void one_way_only(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;

	stock(s, 5, 0);
	order(s, "o-1", 4);
	outcome = force(s, BKO_FORCE_FIND, NULL, 3, BKO_OK);
	assert_int_equal(outcome.missing, 0);
	assert_int_equal(stage_head(s, "cup", "hall").adjusted, 2);
	force(s, BKO_FORCE_TAKE, NULL, 5, BKO_E_INSUFFICIENT);
	outcome = force(s, BKO_FORCE_TAKE, NULL, 4, BKO_OK);
	assert_int_equal(outcome.missing, 4);
	force(s, BKO_FORCE_TAKE, NULL, 1, BKO_E_INSUFFICIENT);
	outcome = force(s, BKO_FORCE_TAKE | BKO_FORCE_FIND, NULL, 1, BKO_OK);
	assert_int_equal(outcome.missing, 0);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").waiting, 4);
}

/* Open units that nobody could take as a whole quantum are not served now either. */
static void serves_nobody(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;

	stock(s, 2, 0);
	order(s, "o-1", 5);
	assert_int_equal(stage_line(s, "o-1").allocated, 2);
	outcome = force(s, 0, NULL, 3, BKO_OK);
	assert_int_equal(outcome.missing, 2);
	assert_int_equal(stage_head(s, "cup", "hall").open, 0);
	stage_chain(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").waiting, 5);
	assert_int_equal(stage_line(s, "o-1").outside, 2);
	stage_check(s, "cup", "hall");
}

/* Its own units first; then what it waits for leaves the queue. */
static void of_an_order(void **state)
{
	struct stage *s = *state;
	struct bko_limit limit = {.struct_size = sizeof limit,
	                          .of = BKO_LIMIT_ITEM,
	                          .id = stage_span("cup"),
	                          .limit = 100};
	struct bko_outcome outcome;
	struct stage_units units;

	stock(s, 7, 0);
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &limit));
	order(s, "o-1", 4);
	order(s, "o-2", 5);
	assert_int_equal(stage_line(s, "o-2").waiting, 2);
	stage_pick(s, "o-2", 2);
	outcome = force(s, 0, "o-2", 2, BKO_OK);
	assert_int_equal(outcome.missing, 0);
	assert_int_equal(outcome.status, BKO_STATUS_PARTLY_SHIPPED);
	units = stage_line(s, "o-2");
	assert_int_equal(units.allocated, 1);
	assert_int_equal(units.waiting, 2);
	assert_int_equal(units.shipped, 2);
	force(s, 0, "o-2", 4, BKO_E_INSUFFICIENT);
	outcome = force(s, 0, "o-2", 3, BKO_OK);
	assert_int_equal(outcome.missing, 2); /* of o-1 */
	assert_int_equal(outcome.status, BKO_STATUS_COMPLETE);
	units = stage_line(s, "o-2");
	assert_int_equal(units.shipped, 5);
	assert_int_equal(units.allocated + units.waiting, 0);
	STAGE_OK(s, bko_limit_read(s->engine, s->now, &limit));
	assert_int_equal(limit.used, 0);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-1").allocated, 2);
	force(s, 0, "o-2", 1, BKO_E_STATE);
	STAGE_OK(s, bko_limit_read(s->engine, s->now, &limit));
	assert_int_equal(limit.used, 0); /* o-1 waits outside */
}

/* Units of the order that the books miss are in the customer's hand: found. */
static void found_again(void **state)
{
	struct stage *s = *state;
	struct bko_outcome outcome;
	struct bko__head head;

	stock(s, 6, 0);
	order(s, "o-1", 3);
	order(s, "o-2", 3);
	stage_adjust(s, BKO_ADJUST_COUNT, "cup", "hall", NULL, 1);
	assert_int_equal(stage_head(s, "cup", "hall").missing, 5);
	force(s, BKO_FORCE_TAKE, "o-1", 3, BKO_E_INSUFFICIENT);
	outcome = force(s, 0, "o-1", 3, BKO_OK);
	assert_int_equal(outcome.missing, 0);
	head = stage_head(s, "cup", "hall");
	assert_int_equal(head.missing, 3);
	assert_int_equal(head.allocated, 3);
	assert_int_equal(head.on_hand, 0);
	stage_chain(s, "cup", "hall");
	stage_check(s, "cup", "hall");
	assert_int_equal(stage_line(s, "o-2").waiting, 3);
}

static void refuses(void **state)
{
	struct stage *s = *state;
	struct bko_forced_sale sale = {.struct_size = sizeof sale,
	                               .item = stage_span("cup"),
	                               .location = stage_span("hall"),
	                               .order = stage_span("o-1"),
	                               .quantity = 1};
	struct bko_op op = stage_op(s, NULL);

	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_force(s->engine, &op, &sale, NULL));
	stock(s, 6, 0);
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_force(s->engine, &op, &sale, NULL));
	stage_place(s, "o-1", "cup", "hall", 1, 0, s->now + 60000);
	STAGE_FAILS(s, BKO_E_STATE, bko_stock_force(s->engine, &op, &sale, NULL));
	stage_place(s, "o-2", "cup", "hall", 1, 0, 0);
	sale.order = stage_span("o-2");
	sale.line = 1;
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_force(s->engine, &op, &sale, NULL));
	sale.line = 0;
	sale.location = stage_span("shop");
	STAGE_FAILS(s, BKO_E_NOT_FOUND, bko_stock_force(s->engine, &op, &sale, NULL));
	sale.location = stage_span("hall");
	sale.flags = 4;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_stock_force(s->engine, &op, &sale, NULL));
	sale.flags = 0;
	sale.quantity = 0;
	STAGE_FAILS(s, BKO_E_ARGUMENT, bko_stock_force(s->engine, &op, &sale, NULL));
	sale.quantity = (int64_t)1 << 53;
	STAGE_FAILS(s, BKO_E_RANGE, bko_stock_force(s->engine, &op, &sale, NULL));
	sale.quantity = 1;
	STAGE_OK(s, bko_stock_force(s->engine, &op, &sale, NULL));
	STAGE_OK(s, bko_stock_force(s->engine, &op, &sale, NULL)); /* a repetition */
	assert_int_equal(stage_line(s, "o-2").shipped, 1);
	sale.quantity = 2;
	STAGE_FAILS(s, BKO_E_MISMATCH, bko_stock_force(s->engine, &op, &sale, NULL));
}

/* One read for what names its positions, one more where an order names parts. */
static void trips(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = {.struct_size = sizeof p,
	                       .action = BKO_SUPPLY_PLAN,
	                       .item = stage_span("cup"),
	                       .location = stage_span("hall"),
	                       .supply = stage_span("po-1"),
	                       .quantity = 3};
	struct bko_transfer t = {.struct_size = sizeof t,
	                         .item = stage_span("cup"),
	                         .from = stage_span("hall"),
	                         .to = stage_span("shop"),
	                         .quantity = 1};
	struct bko_limit limit = {.struct_size = sizeof limit,
	                          .of = BKO_LIMIT_CUSTOMER,
	                          .id = stage_span("bob"),
	                          .limit = 1};
	struct bko_op op = stage_op(s, NULL);
	uint64_t before;

	stock(s, 5, 0);
	stage_receive(s, "cup", "shop", 1);
	before = stage_reads(s);
	STAGE_OK(s, bko_supply_set(s->engine, &op, &p, NULL));
	assert_int_equal(stage_reads(s) - before, 1);
	op = stage_op(s, NULL);
	before = stage_reads(s);
	STAGE_OK(s, bko_stock_transfer(s->engine, &op, &t, NULL));
	assert_int_equal(stage_reads(s) - before, 1);
	before = stage_reads(s);
	force(s, 0, NULL, 1, BKO_OK);
	assert_int_equal(stage_reads(s) - before, 1);
	order(s, "o-1", 5);
	before = stage_reads(s);
	stage_adjust(s, BKO_ADJUST_CHANGE, "cup", "hall", NULL, 1); /* serves */
	assert_int_equal(stage_reads(s) - before, 1);
	assert_int_equal(stage_line(s, "o-1").allocated, 4);
	before = stage_reads(s);
	force(s, 0, "o-1", 1, BKO_OK);
	assert_int_equal(stage_reads(s) - before, 2);
	before = stage_reads(s);
	STAGE_OK(s, bko_limit_set(s->engine, s->now, &limit));
	assert_int_equal(stage_reads(s) - before, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(takes_in_order),
		STAGED(one_way_only),
		STAGED(serves_nobody),
		STAGED(of_an_order),
		STAGED(found_again),
		STAGED(refuses),
		cmocka_unit_test_setup_teardown(trips, stage_shared, stage_down),
		cmocka_unit_test_setup_teardown(trips, stage_pull, stage_down),
	};

	return cmocka_run_group_tests_name("force", tests, NULL, NULL);
}
