/*
 * Supplies: planned, dated anew, closed, overdue, received.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

static struct bko_supply plan(const char *supply, int64_t quantity, int64_t due)
{
	struct bko_supply p = {.struct_size = sizeof p,
	                       .action = BKO_SUPPLY_PLAN,
	                       .item = stage_span("cup"),
	                       .location = stage_span("hall"),
	                       .supply = stage_span(supply),
	                       .quantity = quantity,
	                       .due_ms = due};

	return p;
}

static void set(struct stage *s, const struct bko_supply *supply)
{
	struct bko_op op = stage_op(s, NULL);

	STAGE_OK(s, bko_supply_set(s->engine, &op, supply, NULL));
}

static void refused(struct stage *s, const struct bko_supply *supply, int32_t status)
{
	struct bko_op op = stage_op(s, NULL);

	STAGE_FAILS(s, status, bko_supply_set(s->engine, &op, supply, NULL));
}

static void plans_and_creates(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = plan("po-1", 10, 2000000);
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_op op = stage_op(s, "a");
	struct bko__supply record;
	int64_t sum;

	refused(s, &p, BKO_E_NOT_FOUND);
	stage_item(s, "cup");
	STAGE_OK(s, bko_supply_set(s->engine, &op, &p, &outcome));
	assert_int_equal(outcome.quantity, 0);
	assert_int_equal(stage_head(s, "cup", "hall").incoming, 10);
	assert_int_equal(stage_head(s, "cup", "hall").supplies, 1);
	assert_true(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(record.expected, 10);
	assert_int_equal(record.due, 2000000);
	assert_int_equal(record.origin, BKO_ORIGIN_PURCHASE);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_SET, &sum), 1);
	assert_int_equal(sum, 10);
	assert_string_equal(stage_last(s, BKO_EVENT_SUPPLY_SET)->order, "po-1");
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_CONFIRMED, NULL), 0);
	/* the same id and request change nothing; another request is another matter */
	STAGE_OK(s, bko_supply_set(s->engine, &op, &p, &outcome));
	assert_int_equal(outcome.flags & BKO_OUTCOME_REPLAYED, BKO_OUTCOME_REPLAYED);
	assert_int_equal(stage_head(s, "cup", "hall").incoming, 10);
	p.quantity = 11;
	STAGE_FAILS(s, BKO_E_MISMATCH, bko_supply_set(s->engine, &op, &p, &outcome));
	stage_check(s, "cup", "hall");
}

static void changes(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = plan("po-1", 10, 2000000);
	int64_t sum;

	stage_item(s, "cup");
	set(s, &p);
	p.quantity = 6;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_SET, &sum), 2);
	assert_int_equal(sum, 6);
	assert_int_equal(stage_head(s, "cup", "hall").incoming, 6);
	/* later is told, earlier is not */
	p.due_ms = 3000000;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_LATE, NULL), 1);
	assert_int_equal(stage_last(s, BKO_EVENT_SUPPLY_LATE)->at, 3000000);
	p.due_ms = 2500000;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_LATE, NULL), 1);
	p.due_ms = 0;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_LATE, NULL), 2);
	p.due_ms = 2600000;
	p.state = BKO_SUPPLY_CONFIRMED;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_CONFIRMED, NULL), 1);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_LATE, NULL), 2);
	/* setting what is set tells nothing */
	stage_told(s, BKO_EVENT_SUPPLY_SET, &sum);
	{
		size_t before = s->event_count;

		set(s, &p);
		stage_read_events(s);
		assert_int_equal(s->event_count, before);
	}
	assert_int_equal(sum, 6);
}

static void closes(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = plan("po-1", 10, 0);
	struct bko__supply record;
	int64_t sum;

	stage_item(s, "cup");
	p.action = BKO_SUPPLY_CLOSE;
	refused(s, &p, BKO_E_NOT_FOUND);
	assert_false(stage_there(s, "cup", "hall"));
	p.action = BKO_SUPPLY_PLAN;
	set(s, &p);
	p.action = BKO_SUPPLY_CLOSE;
	set(s, &p);
	assert_false(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(stage_head(s, "cup", "hall").incoming, 0);
	assert_int_equal(stage_head(s, "cup", "hall").supplies, 0);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_CLOSED, &sum), 1);
	assert_int_equal(sum, -10);
	refused(s, &p, BKO_E_NOT_FOUND);
}

/* Overdue is told once; a new date makes the supply count again. */
static void overdue(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = plan("po-1", 10, 1500000), q = plan("po-2", 1, 0);
	struct bko__supply record;

	stage_item(s, "cup");
	p.grace_ms = 100;
	set(s, &p);
	s->now = 1500100;
	set(s, &q);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_OVERDUE, NULL), 0);
	s->now = 1500101;
	q.quantity = 2;
	set(s, &q);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_OVERDUE, NULL), 1);
	assert_true(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(record.overdue, 1);
	p.quantity = 9; /* no new date */
	set(s, &p);
	assert_true(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(record.overdue, 1);
	p.due_ms = 1600000;
	set(s, &p);
	assert_true(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(record.overdue, 0);
	s->now = 1700000; /* in one step with a change of it: told, and not forgotten */
	p.quantity = 8;
	set(s, &p);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_OVERDUE, NULL), 2);
	assert_true(stage_supply(s, "cup", "hall", "po-1", &record));
	assert_int_equal(record.overdue, 1);
	s->now = 1800000;
	set(s, &q);
	assert_int_equal(stage_told(s, BKO_EVENT_SUPPLY_OVERDUE, NULL), 2);
}

static void bounds(void **state)
{
	struct stage *s = *state;
	struct bko_supply p = plan("po-1", 10, 0);
	char name[16];
	int i;

	stage_item(s, "cup");
	p.quantity = 0;
	refused(s, &p, BKO_E_ARGUMENT);
	p.quantity = (int64_t)1 << 53;
	refused(s, &p, BKO_E_RANGE);
	p = plan("po-1", 10, -1);
	refused(s, &p, BKO_E_RANGE);
	p = plan("po-1", 10, 0);
	p.grace_ms = -1;
	refused(s, &p, BKO_E_RANGE);
	p = plan("", 10, 0);
	refused(s, &p, BKO_E_ARGUMENT);
	p = plan("po-1", 10, 0);
	p.action = 3;
	refused(s, &p, BKO_E_ARGUMENT);
	p.action = BKO_SUPPLY_PLAN;
	p.state = 2;
	refused(s, &p, BKO_E_ARGUMENT);
	p.state = 0;
	p.supplier = stage_span("acme");
	refused(s, &p, BKO_E_UNSUPPORTED);
	for (i = 0; i < BKO_SUPPLIES_MAX; i++) {
		struct bko_op op;

		name[0] = 's';
		name[1] = (char)('0' + i / 100);
		name[2] = (char)('0' + i / 10 % 10);
		name[3] = (char)('0' + i % 10);
		name[4] = 0;
		p = plan(name, 1, 0);
		op = stage_op(s, name);
		STAGE_OK(s, bko_supply_set(s->engine, &op, &p, NULL));
	}
	p = plan("one-more", 1, 0);
	refused(s, &p, BKO_E_TOO_LARGE);
	assert_int_equal(stage_head(s, "cup", "hall").supplies, BKO_SUPPLIES_MAX);
	p = plan("s000", ((int64_t)1 << 53) - 1, 0); /* the sum would leave the range */
	refused(s, &p, BKO_E_RANGE);
	assert_int_equal(stage_head(s, "cup", "hall").incoming, BKO_SUPPLIES_MAX);
}

/* Longer than what is read of a queue at once; a tick goes on where fewer are served. */
static void a_receipt_serves_a_long_queue(void **state)
{
	struct stage *s = *state;
	struct stage_units units;
	char id[4] = "a00";
	int64_t sum;
	uint32_t i;

	stage_item(s, "cup");
	stage_make(s, "cup", "hall");
	for (i = 0; i < 50; i++) {
		id[1] = (char)('0' + i / 10);
		id[2] = (char)('0' + i % 10);
		stage_place(s, id, "cup", "hall", 1 + i % 2, 0, 0);
	}
	stage_receive(s, "cup", "hall", 61);
	STAGE_OK(s, bko_engine_tick(s->engine, s->now, 100, NULL));
	for (i = 0; i < 50; i++) {
		id[1] = (char)('0' + i / 10);
		id[2] = (char)('0' + i % 10);
		units = stage_line(s, id);
		assert_int_equal(units.allocated, i < 40 ? 1 + i % 2 : i == 40);
	}
	assert_int_equal(stage_head(s, "cup", "hall").open, 0);
	stage_receive(s, "cup", "hall", 15);
	STAGE_OK(s, bko_engine_tick(s->engine, s->now, 100, NULL));
	assert_int_equal(stage_head(s, "cup", "hall").open, 1);
	assert_int_equal(stage_head(s, "cup", "hall").backordered, 0);
	stage_told(s, BKO_EVENT_READY, &sum);
	assert_int_equal(sum, 75);
	stage_check(s, "cup", "hall");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(plans_and_creates), STAGED(changes), STAGED(closes),
		STAGED(overdue),           STAGED(bounds),  STAGED(a_receipt_serves_a_long_queue),
	};

	return cmocka_run_group_tests_name("supply", tests, NULL, NULL);
}
