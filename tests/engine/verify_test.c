/*
 * Verification: every figure of a position, every row that belongs to another, each
 * number of the outbox is changed in turn behind the engine's back, and named.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stage.h"

#include "base/number.h"

enum { FINDINGS = 64 };

struct found {
	struct bko_finding list[FINDINGS];
	size_t count;
};

/* A whole walk, in calls of few steps and little room. */
static void verify(struct stage *s, uint32_t flags, size_t room, struct found *found)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	size_t some;

	found->count = 0;
	while (!cursor.done) {
		assert_true(found->count + room <= FINDINGS);
		STAGE_OK(s, bko_engine_verify(s->engine, s->now, flags, &cursor, 5,
		                              found->list + found->count, room,
		                              sizeof found->list[0], &some));
		found->count += some;
	}
}

static int found_check(const struct found *found, uint32_t check)
{
	size_t i;

	for (i = 0; i < found->count; i++) {
		if (found->list[i].check == check)
			return 1;
	}
	return 0;
}

/* Writes a row behind the engine's back. Warm rows would hide it. */
static void end_apply(struct stage *s, const struct bko_entry *entry)
{
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_options options = {.struct_size = sizeof options, .pull = 1};
	struct bko_wanted wanted = {.struct_size = sizeof wanted};
	struct bko_batch batch = {.struct_size = sizeof batch, .entries = entry, .count = 1};
	struct bko_limit limit = {
		.struct_size = sizeof limit, .of = BKO_LIMIT_ITEM, .id = stage_span("none")};
	bko_engine *borrowed; /* lends its reply */

	assert_int_equal(bko_memory_store(s->memory, &store), BKO_OK);
	assert_int_equal(bko_engine_open(&options, &store, &borrowed), BKO_OK);
	assert_int_equal(bko_limit_set(borrowed, 1, &limit), BKO_WANT);
	for (;;) {
		assert_int_equal(bko_engine_wanted(borrowed, &wanted), BKO_OK);
		if (wanted.kind == BKO_WANTED_APPLY)
			break;
		store.read(store.host, wanted.query, wanted.reply);
		assert_int_equal(bko_limit_set(borrowed, 1, &limit), BKO_WANT);
	}
	store.apply(store.host, &batch, wanted.reply);
	assert_int_equal(bko_engine_abandon(borrowed), BKO_OK);
	bko_engine_close(borrowed);
}

static void put(struct stage *s, const struct bko__key *key, const struct bko__writer *w)
{
	struct bko_entry entry = {.key = {key->bytes, key->size},
	                          .value = {w->data, w->size},
	                          .action = BKO_ACTION_PUT};

	assert_false(w->full);
	end_apply(s, &entry);
}

static void put_head(struct stage *s, const struct bko__head *head)
{
	uint8_t bytes[BKO_VALUE_MAX];
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	struct bko_span item = stage_span("cup"), location = stage_span("hall");
	struct bko__key key;

	bko__pos_key(&item, &location, &key);
	bko__head_put(&w, head);
	put(s, &key, &w);
}

/* Orders in every state: allocated, waiting, stopped, held, shipped in part. */
static void scene(struct stage *s)
{
	struct bko_adjustment bucket = {.struct_size = sizeof bucket,
	                                .kind = BKO_ADJUST_MOVE,
	                                .item = stage_span("cup"),
	                                .location = stage_span("hall"),
	                                .to_bucket = stage_span("damaged"),
	                                .reason = stage_span("seen"),
	                                .quantity = 1};
	struct bko_supply supply = {.struct_size = sizeof supply,
	                            .action = BKO_SUPPLY_PLAN,
	                            .item = stage_span("cup"),
	                            .location = stage_span("hall"),
	                            .supply = stage_span("po"),
	                            .quantity = 7,
	                            .due_ms = s->now + 86400000};
	struct bko_op op;

	stage_item(s, "cup");
	stage_receive(s, "cup", "hall", 9);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_stock_adjust(s->engine, &op, &bucket, NULL));
	stage_place(s, "a", "cup", "hall", 3, 0, 0);
	stage_place(s, "b", "cup", "hall", 8, 2, 0);
	stage_place(s, "c", "cup", "hall", 2, 1, 0);
	stage_place(s, "h", "cup", "hall", 4, 0, s->now + 3600000);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_supply_set(s->engine, &op, &supply, NULL));
	stage_receive(s, "cup", "hall", 3);
}

static void finds_nothing_where_nothing_is_wrong(void **state)
{
	struct stage *s = *state;
	struct found found;

	scene(s);
	verify(s, 0, 1, &found);
	assert_int_equal(found.count, 0);
}

/* Each figure by its offset, and the rule that a wrong one breaks. */
static void finds_each_figure(void **state)
{
	static const struct {
		size_t offset;
		uint32_t check;
	} figures[] = {
		{offsetof(struct bko__head, on_hand), BKO_CHECK_Q1},
		{offsetof(struct bko__head, open), BKO_CHECK_Q4},
		{offsetof(struct bko__head, buffer), BKO_CHECK_Q4},
		{offsetof(struct bko__head, allocated), BKO_CHECK_Q3},
		{offsetof(struct bko__head, unavailable), BKO_CHECK_Q3},
		{offsetof(struct bko__head, backordered), BKO_CHECK_Q3},
		{offsetof(struct bko__head, outside), BKO_CHECK_Q3},
		{offsetof(struct bko__head, held_allocated), BKO_CHECK_Q3},
		{offsetof(struct bko__head, held_backordered), BKO_CHECK_Q3},
		{offsetof(struct bko__head, eligible), BKO_CHECK_Q3},
		{offsetof(struct bko__head, incoming), BKO_CHECK_Q3},
		{offsetof(struct bko__head, prior), BKO_CHECK_Q3},
		{offsetof(struct bko__head, band), BKO_CHECK_F2},
		{offsetof(struct bko__head, received), BKO_CHECK_Q1},
		{offsetof(struct bko__head, shipped), BKO_CHECK_Q1},
		{offsetof(struct bko__head, adjusted), BKO_CHECK_Q1},
	};
	struct stage *s = *state;
	struct bko__head good, bad;
	struct found found;
	int64_t figure;
	size_t i;

	scene(s);
	good = stage_head(s, "cup", "hall");
	for (i = 0; i < sizeof figures / sizeof figures[0]; i++) {
		bad = good;
		memcpy(&figure, (uint8_t *)&bad + figures[i].offset, sizeof figure);
		figure++;
		memcpy((uint8_t *)&bad + figures[i].offset, &figure, sizeof figure);
		put_head(s, &bad);
		verify(s, 0, FINDINGS / 2, &found);
		assert_true(found_check(&found, figures[i].check));
		assert_int_equal(found.list[0].item.size, 3);
		assert_memory_equal(found.list[0].location.bytes, "hall", 4);
	}
	put_head(s, &good);
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
}

static void repairs_derived_totals_only(void **state)
{
	struct stage *s = *state;
	struct bko__head good, bad, mended;
	struct found found;

	scene(s);
	good = stage_head(s, "cup", "hall");
	bad = good;
	bad.backordered += 5;
	bad.eligible -= 1;
	bad.band[2] += 3;
	bad.incoming = 0;
	put_head(s, &bad);
	verify(s, BKO_VERIFY_REPAIR, 8, &found);
	assert_true(found.count >= 3);
	mended = stage_head(s, "cup", "hall");
	assert_int_equal(mended.version, good.version + 1);
	mended.version = good.version;
	assert_memory_equal(&mended.on_hand, &good.on_hand,
	                    offsetof(struct bko__head, sequence) -
	                            offsetof(struct bko__head, on_hand));
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
	/* what came and went is no derived total: it is told, and left alone */
	bad = good;
	bad.version = good.version + 2;
	bad.received += 2;
	put_head(s, &bad);
	verify(s, BKO_VERIFY_REPAIR, 8, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(stage_head(s, "cup", "hall").received, good.received + 2);
}

static void delete_key(struct stage *s, const struct bko__key *key)
{
	struct bko_entry entry = {.key = {key->bytes, key->size}, .action = BKO_ACTION_DELETE};

	end_apply(s, &entry);
}

/* Rows that miss their other half. */
static void finds_strays(void **state)
{
	struct stage *s = *state;
	struct bko_span a = stage_span("b");
	struct bko__writer w;
	struct found found;
	uint8_t bytes[16];
	struct bko__key key;

	scene(s);
	bko__order_key(&a, &key);
	delete_key(s, &key); /* the order of a part that waits */
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_S1));
	bko__key_begin(&key, 'T'); /* a due row no head speaks of */
	bko__key_number(&key, 77, 6);
	bko__key_id(&key, "cup", 3);
	bko__key_id(&key, "hall", 4);
	w = (struct bko__writer){bytes, 0, sizeof bytes, 0};
	bko__write_byte(&w, BKO__FORMAT);
	put(s, &key, &w);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_S1));
}

/* Appends to a key what the text says: its letters, and an id's length for each dot that
 * comes before one. */
static void key_of(const char *text, struct bko__key *key)
{
	size_t length;

	key->size = 0;
	while (*text) {
		if (*text != '.') {
			bko__key_byte(key, (uint8_t)*text++);
			continue;
		}
		length = strcspn(++text, ".+");
		bko__key_id(key, text, length);
		text += length + (text[length] == '+');
	}
}

/* Rows that cannot be read, or stand where none can: each is one violation of RECORD or S1,
 * and what is beside it is still looked at. A dot begins an id, a plus ends it. */
static void finds_damaged_rows(void **state)
{
	static const struct {
		const char *key;
		uint32_t check;
	} rows[] = {
		{"I.cup.loft+b", BKO_CHECK_RECORD},       /* buckets */
		{"I.cup.hall+dsoon!!", BKO_CHECK_RECORD}, /* counted demand */
		{"I.cup.hall+f.erp", BKO_CHECK_RECORD},   /* a feed's figure */
		{"I.cup.hall+o.op", BKO_CHECK_RECORD},    /* an outcome */
		{"I.cup.hall+p", BKO_CHECK_RECORD},       /* a policy */
		{"I.cup.hall+s.late", BKO_CHECK_RECORD},  /* a supply */
		{"I.cup.hall+tsoon!!", BKO_CHECK_RECORD}, /* an agenda row */
		{"I.cup.hall+wsoon!!", BKO_CHECK_RECORD}, /* a part */
		{"I.cup.hall+?", BKO_CHECK_RECORD},       /* nothing we know */
		{"I.jug", BKO_CHECK_RECORD},              /* an item */
		{"I.cup.roof+b", BKO_CHECK_S1},           /* no such position */
		{"I.lid.hall+b", BKO_CHECK_S1},           /* nor item */
		{"I", BKO_CHECK_RECORD},                  /* keys that are none */
		{"Izz", BKO_CHECK_RECORD},
		{"I.cup+z", BKO_CHECK_RECORD},
		{"O", BKO_CHECK_RECORD},
		{"Ozz", BKO_CHECK_RECORD},
		{"O.z", BKO_CHECK_RECORD},      /* an order */
		{"O.a+o.op", BKO_CHECK_RECORD}, /* an outcome */
		{"O.a+o", BKO_CHECK_RECORD},
		{"O.a+u.op+12", BKO_CHECK_RECORD}, /* its units */
		{"O.a+?", BKO_CHECK_RECORD},
		{"L.hall", BKO_CHECK_RECORD}, /* a calendar */
		{"L.hall", BKO_CHECK_S1},     /* that the defaults know nothing of */
		{"L.hall+z", BKO_CHECK_RECORD},
		{"X\1.cup", BKO_CHECK_RECORD}, /* a limit */
		{"X\1.cup", BKO_CHECK_S1},
		{"X\7.cup", BKO_CHECK_RECORD},
		{"Sx", BKO_CHECK_RECORD},
		{"Dx", BKO_CHECK_RECORD},
	};
	struct stage *s = *state;
	uint8_t bytes[3] = {BKO__FORMAT, 0xff, 0xff};
	struct bko__writer w = {bytes, 3, 3, 0};
	struct bko__head good, bad;
	struct found found;
	struct bko__key key;
	size_t i;

	scene(s);
	stage_receive(s, "cup", "loft", 1);
	good = bad = stage_head(s, "cup", "hall");
	bad.received++;
	put_head(s, &bad);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		key_of(rows[i].key, &key);
		put(s, &key, &w);
		verify(s, 0, FINDINGS / 2, &found);
		assert_true(found_check(&found, rows[i].check));
		assert_true(found_check(&found, BKO_CHECK_Q1));
		assert_true(found.count <= 4);
		delete_key(s, &key);
	}
	put_head(s, &good);
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
}

/* Units of an operation that moved many stand in rows of their own, whatever bytes its id
 * has: here some that look like a key's. */
static void finds_the_units_of_any_id(void **state)
{
	static const char id[] = {'x', 'o', 0};
	struct bko_line lines[BKO__INLINE_UNITS + 1];
	struct bko_order_request request = {.struct_size = sizeof request,
	                                    .lines = lines,
	                                    .line_count = BKO__INLINE_UNITS + 1,
	                                    .stride = sizeof lines[0]};
	struct bko_pick pick = {.struct_size = sizeof pick, .line = BKO_LINE_ALL};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = stage_span("many"),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct bko_void undo = {.struct_size = sizeof undo,
	                        .order = stage_span("many"),
	                        .shipment = {id, sizeof id}};
	struct stage *s = *state;
	struct found found;
	struct bko_op op;
	uint32_t i, done;

	stage_item(s, "cup");
	stage_receive(s, "cup", "", BKO__INLINE_UNITS + 1);
	memset(lines, 0, sizeof lines);
	for (i = 0; i <= BKO__INLINE_UNITS; i++) {
		lines[i].item = stage_span("cup");
		lines[i].quantity = 1;
	}
	op = stage_op(s, "many");
	STAGE_OK(s, bko_order_place(s->engine, &op, &request, NULL));
	op.id = undo.shipment;
	STAGE_OK(s, bko_order_ship(s->engine, &op, &units, NULL));
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_order_void(s->engine, &op, &undo, NULL));
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
	done = 0;
	while (!done)
		STAGE_OK(s, bko_engine_prune(s->engine, s->now + 1000 * 86400000LL, 86400000, 100,
		                             &done));
	verify(s, 0, 2, &found);
	assert_int_equal(found.count, 0);
}

/* Lines have whole quanta, until units are taken off them one by one, which is noted as
 * long as anything is open. */
static void finds_broken_quanta(void **state)
{
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING | BKO_SET_QUANTUM,
	                            .selling = BKO_SELL_BACKORDER,
	                            .quantum = 2};
	struct bko_pick pick = {.struct_size = sizeof pick, .quantity = 1};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = stage_span("a"),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct stage *s = *state;
	struct bko__head good, bad;
	struct found found;
	struct bko_op op;

	stage_policy(s, "cup", &policy);
	stage_receive(s, "cup", "hall", 4);
	stage_place(s, "a", "cup", "hall", 4, 0, 0);
	stage_place(s, "b", "cup", "hall", 2, 0, 0);
	good = bad = stage_head(s, "cup", "hall");
	bad.quantum = 4; /* the waiting part */
	put_head(s, &bad);
	verify(s, 0, 8, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].check, BKO_CHECK_Q8);
	bad.quantum = 3; /* and the place of units that never waited */
	put_head(s, &bad);
	verify(s, 0, 8, &found);
	assert_true(found_check(&found, BKO_CHECK_Q8));
	assert_int_equal(found.list[0].found, 2);
	put_head(s, &good);
	op = stage_op(s, NULL);
	STAGE_OK(s, bko_order_cancel(s->engine, &op, &units, NULL));
	assert_true(stage_head(s, "cup", "hall").flags & BKO__H_BROKEN);
	verify(s, 0, 8, &found);
	assert_int_equal(found.count, 0);
	stage_cancel(s, "a");
	stage_cancel(s, "b");
	assert_false(stage_head(s, "cup", "hall").flags & BKO__H_BROKEN);
	stage_place(s, "c", "cup", "hall", 2, 0, 0);
	policy.quantum = 3;
	stage_policy(s, "cup", &policy);
	assert_true(stage_head(s, "cup", "hall").flags & BKO__H_BROKEN);
	verify(s, 0, 8, &found);
	assert_int_equal(found.count, 0);
}

/* A damaged row of defaults is one violation as well. */
static void finds_damaged_defaults(void **state)
{
	uint8_t bytes[3] = {BKO__FORMAT, 0xff, 0xff};
	struct bko__writer w = {bytes, 3, 3, 0};
	struct stage *s = *state;
	struct found found;
	struct bko__key key;

	scene(s);
	bko__key_begin(&key, 'D');
	put(s, &key, &w);
	verify(s, 0, FINDINGS / 2, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].check, BKO_CHECK_RECORD);
	assert_int_equal(found.list[0].line, 'D');
}

/* An item whose record, or one of whose positions, is gone. */
static void finds_lost_items(void **state)
{
	static const char *const keys[] = {"I.cup", "I.cup.hall"};
	struct stage *s = *state;
	struct found found;
	struct bko__key key;
	size_t i;

	scene(s);
	for (i = 0; i < 2; i++) {
		key_of(keys[1 - i], &key);
		delete_key(s, &key);
		verify(s, 0, FINDINGS / 2, &found);
		assert_true(found_check(&found, BKO_CHECK_S1));
		assert_int_equal(found.list[0].item.size, 3);
	}
}

static void put_supply(struct stage *s, const struct bko__supply *supply)
{
	uint8_t bytes[BKO_VALUE_MAX];
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	struct bko__key key;

	key_of("I.cup.hall+s.po", &key);
	bko__supply_put(&w, supply);
	put(s, &key, &w);
}

/* Dates the position keeps: when it is next due, which supplies are overdue. */
static void finds_wrong_dates(void **state)
{
	struct stage *s = *state;
	struct bko__head good, bad;
	struct bko__supply supply;
	struct found found;
	struct bko__key key;

	scene(s);
	good = bad = stage_head(s, "cup", "hall");
	bad.due = BKO__NEVER;
	put_head(s, &bad);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_P4));
	assert_int_equal(found.list[0].expected, good.due);
	bad = good; /* later than the holds that run out */
	bad.due++;
	put_head(s, &bad);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_P4));
	put_head(s, &good);
	assert_true(stage_supply(s, "cup", "hall", "po", &supply));
	supply.overdue = 1;
	put_supply(s, &supply);
	verify(s, 0, FINDINGS / 2, &found);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].check, BKO_CHECK_P4);
	supply.overdue = 0;
	supply.due = 5;
	supply.grace = 0;
	put_supply(s, &supply);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_P4));
	/* what holds have, by the row that ends them */
	key_of("I.cup.hall+t", &key);
	bko__key_number(&key, (uint64_t)good.due, 6);
	delete_key(s, &key);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_S1));
}

/* A number of the outbox that is missing, and a consumer beyond its end. */
static void finds_gaps_in_events(void **state)
{
	struct stage *s = *state;
	struct bko_span consumer = stage_span("erp");
	struct bko__lane lane = {1, 999999};
	uint8_t bytes[32];
	struct bko__writer w = {bytes, 0, sizeof bytes, 0};
	struct found found;
	struct bko__key key;

	scene(s);
	STAGE_OK(s, bko_event_consumer(s->engine, &consumer, 0));
	bko__key_begin(&key, 'C');
	bko__key_byte(&key, 0);
	bko__key_id(&key, "erp", 3);
	bko__lane_put(&w, &lane);
	put(s, &key, &w);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_E3));
	bko__key_begin(&key, 'E');
	bko__key_byte(&key, 0);
	bko__key_number(&key, 1, 6);
	delete_key(s, &key);
	verify(s, 0, FINDINGS / 2, &found);
	assert_true(found_check(&found, BKO_CHECK_E2));
}

static void refuses_wrong_cursors(void **state)
{
	struct stage *s = *state;
	struct bko_cursor cursor = {.struct_size = sizeof cursor, .key_size = 3};
	struct bko_finding finding;
	size_t count;

	STAGE_FAILS(s, BKO_E_ARGUMENT,
	            bko_engine_verify(s->engine, s->now, 0, &cursor, 5, &finding, 1, sizeof finding,
	                              &count));
	cursor.key_size = 0;
	STAGE_FAILS(s, BKO_E_ARGUMENT,
	            bko_engine_verify(s->engine, s->now, 8, &cursor, 5, &finding, 1, sizeof finding,
	                              &count));
	STAGE_FAILS(s, BKO_E_MISUSE,
	            bko_engine_verify(s->engine, s->now, 0, NULL, 5, &finding, 1, sizeof finding,
	                              &count));
}

#define COLD(test)                                                             \
	cmocka_unit_test_setup_teardown(test, stage_push, stage_down),         \
		cmocka_unit_test_setup_teardown(test, stage_pull, stage_down), \
		cmocka_unit_test_setup_teardown(test, stage_arena, stage_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(finds_nothing_where_nothing_is_wrong),
		COLD(finds_each_figure),
		COLD(repairs_derived_totals_only),
		COLD(finds_strays),
		COLD(finds_damaged_rows),
		COLD(finds_damaged_defaults),
		COLD(finds_broken_quanta),
		cmocka_unit_test_setup_teardown(finds_the_units_of_any_id, stage_push, stage_down),
		cmocka_unit_test_setup_teardown(finds_the_units_of_any_id, stage_pull, stage_down),
		COLD(finds_lost_items),
		COLD(finds_wrong_dates),
		COLD(finds_gaps_in_events),
		STAGED(refuses_wrong_cursors),
	};

	return cmocka_run_group_tests_name("engine/verify", tests, NULL, NULL);
}
