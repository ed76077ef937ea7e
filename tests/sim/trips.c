/*
 * Trips: how many calls of the store each verb costs on a remote store, that is one
 * that lends nothing and is shared. What is promised: two for verbs that name their
 * positions, three from an order id or the candidate "any"; one more each if
 * time-driven rows are due, if a served part names limits, if supplies must be looked
 * at; one more on an engine's first call. A repetition costs one. Where another engine was
 * quicker, placing what is open takes one more: the store gives what changed, and another
 * apply follows at once. After a second time in a row, and where more than that is needed,
 * all is read anew.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../history/drive.h"

#include <stdio.h>
#include <string.h>

struct counted {
	struct bko_store table;
	uint32_t reads, applies;
	bko_engine *other; /* another engine, which is quicker before so many applies */
	uint32_t quicker;
};

static void be_quicker(bko_engine *other, uint32_t times);

static void counted_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct counted *c = host;
	c->reads++;
	c->table.read(c->table.host, query, reply);
}

static void counted_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct counted *c = host;
	c->applies++;
	if (c->applies <= c->quicker)
		be_quicker(c->other, c->applies);
	c->table.apply(c->table.host, batch, reply);
}

static bko_memory *base, *memory;
static struct counted counted;
static uint32_t cases, failed;

static bko_engine *open_on(bko_memory *on)
{
	struct bko_options options = {.struct_size = sizeof options, .lanes = 4};
	struct bko_store store;
	bko_engine *engine = NULL;
	counted.table.struct_size = sizeof counted.table;
	if (bko_memory_store(on, &counted.table))
		return NULL;
	store = counted.table;
	store.host = &counted;
	store.caps = BKO_STORE_SNAPSHOT;
	store.read = counted_read;
	store.apply = counted_apply;
	return bko_engine_open(&options, &store, &engine) ? NULL : engine;
}

/* ---- Operations ------------------------------------------------------------ */

static struct op make(uint32_t kind, uint32_t id)
{
	struct op op;
	memset(&op, 0, sizeof op);
	op.kind = kind;
	op.id = id;
	op.now = 100000;
	op.to = OP_ANY;
	return op;
}

/* location OP_ANY: any */
static struct op place(uint32_t id, int32_t item, int32_t location, int64_t quantity)
{
	struct op op = make(OP_PLACE, id);
	op.line_count = 1;
	op.lines[0].item = item;
	op.lines[0].candidate_count = location == OP_ANY ? 0 : 1;
	op.lines[0].candidates[0] = location == OP_ANY ? 0 : location;
	op.lines[0].quantity = quantity;
	return op;
}

static struct op of_order(uint32_t kind, uint32_t id, uint32_t order, int64_t quantity)
{
	struct op op = make(kind, id);
	op.order = order;
	op.pick_count = 1;
	op.picks[0].location = OP_ANY;
	op.picks[0].quantity = quantity;
	op.quantity = quantity;
	return op;
}

static struct op stock(uint32_t kind, uint32_t id, int32_t item, int32_t location, int64_t quantity)
{
	struct op op = make(kind, id);
	op.item = item;
	op.location = location;
	op.quantity = quantity;
	return op;
}

static struct op policy(int32_t item, uint32_t selling)
{
	struct op op = make(OP_POLICY, 0);
	op.option = BKO_SCOPE_ITEM;
	op.item = item;
	op.policy.set = BKO_SET_SELLING;
	op.policy.selling = selling;
	return op;
}

static struct op limit_of_customer(int64_t quantity)
{
	struct op op = make(OP_LIMIT, 0);
	op.option = BKO_LIMIT_CUSTOMER;
	op.line = 1;
	op.quantity = quantity;
	return op;
}

/* Item 0 is stocked at two places, 1 has a queue, 2 a queue of parts under a limit. */
static uint32_t begin(struct op *ops)
{
	uint32_t n = 0;
	ops[n++] = policy(0, BKO_SELL_BACKORDER);
	ops[n++] = policy(1, BKO_SELL_BACKORDER);
	ops[n++] = policy(2, BKO_SELL_BACKORDER);
	ops[n++] = limit_of_customer(50);
	ops[n++] = stock(OP_RECEIVE, 1, 0, 0, 20);
	ops[n++] = stock(OP_RECEIVE, 2, 0, 1, 20);
	ops[n++] = stock(OP_RECEIVE, 3, 1, 0, 2);
	ops[n++] = stock(OP_RECEIVE, 4, 2, 0, 1);
	ops[n++] = place(11, 0, 0, 3);
	ops[n++] = place(12, 0, 0, 2);
	ops[n - 1].until = 600000;
	ops[n++] = place(13, 1, 0, 5);
	ops[n++] = place(14, 2, 0, 4);
	ops[n - 1].customer = 1;
	ops[n++] = of_order(OP_SHIP, 15, 11, 1);
	ops[n++] = stock(OP_SUPPLY, 16, 1, 0, 5);
	ops[n - 1].option = BKO_SUPPLY_PLAN;
	ops[n - 1].other = 16;
	ops[n - 1].until = 900000;
	return n;
}

/* ---- Measuring --------------------------------------------------------------- */

static void measure(const char *name, const struct op *op, uint32_t expected)
{
	struct op_result r;
	struct op warm = make(OP_TICK, 0);
	bko_engine *engine;
	uint32_t first, calls;
	cases++;
	if (bko_memory_copy(base, memory) || !(engine = open_on(memory))) {
		failed++;
		return;
	}
	drive(engine, &warm, &r); /* the first call learns the settings */
	warm = place(0, 0, 0, 1);
	warm.kind = OP_QUOTE;
	drive(engine, &warm, &r);
	counted.reads = counted.applies = 0;
	drive(engine, op, &r);
	first = counted.reads + counted.applies;
	printf("%-34s %u reads, %u applies\n", name, counted.reads, counted.applies);
	if (r.status) {
		printf("%s: fails: %s\n", name, bko_status_name(r.status));
		failed++;
	} else if (first > expected) {
		printf("%s: %u trips instead of %u\n", name, first, expected);
		failed++;
	}
	counted.reads = counted.applies = 0;
	drive(engine, op, &r);
	calls = counted.reads + counted.applies;
	if (op->kind != OP_QUOTE && op->id && calls > 1) {
		printf("%s: %u trips to repeat it\n", name, calls);
		failed++;
	}
	bko_engine_close(engine);
}

/* On an engine that knows nothing yet. */
static void measure_first(const char *name, const struct op *op, uint32_t expected)
{
	struct op_result r;
	bko_engine *engine;
	cases++;
	if (bko_memory_copy(base, memory) || !(engine = open_on(memory))) {
		failed++;
		return;
	}
	counted.reads = counted.applies = 0;
	drive(engine, op, &r);
	printf("%-34s %u reads, %u applies\n", name, counted.reads, counted.applies);
	if (r.status || counted.reads + counted.applies > expected) {
		printf("%s: %u trips instead of %u (%s)\n", name, counted.reads + counted.applies,
		       expected, bko_status_name(r.status));
		failed++;
	}
	bko_engine_close(engine);
}

static void be_quicker(bko_engine *other, uint32_t times)
{
	struct op op = place(900 + times, 0, 0, 1);
	struct op_result r;
	drive(other, &op, &r);
	failed += r.status != 0;
}

/* Beside an engine that was quicker so many times; the figures must be those of both. */
static void measure_beside(const char *name, const struct op *op, uint32_t times, uint32_t expected,
                           int64_t allocated)
{
	struct bko_options options = {.struct_size = sizeof options, .lanes = 4};
	struct op_result r;
	struct op warm = make(OP_TICK, 0);
	bko_engine *engine = NULL;
	cases++;
	if (bko_memory_copy(base, memory) || !(engine = open_on(memory)) ||
	    bko_engine_open(&options, &counted.table, &counted.other)) {
		failed++;
		return;
	}
	drive(engine, &warm, &r);
	warm = place(0, 0, 0, 1);
	warm.kind = OP_QUOTE;
	drive(engine, &warm, &r);
	counted.reads = counted.applies = 0;
	counted.quicker = times;
	drive(engine, op, &r);
	counted.quicker = 0;
	printf("%-34s %u reads, %u applies\n", name, counted.reads, counted.applies);
	if (r.status || counted.reads + counted.applies != expected ||
	    r.outcome.allocated != allocated) {
		printf("%s: %u trips instead of %u, %lld allocated (%s)\n", name,
		       counted.reads + counted.applies, expected, (long long)r.outcome.allocated,
		       bko_status_name(r.status));
		failed++;
	}
	bko_engine_close(engine);
	bko_engine_close(counted.other);
}

static void beside(void)
{
	struct op op = place(21, 0, 0, 2);
	measure_beside("place, another was quicker", &op, 1, 3, 2);
	measure_beside("place, another was quicker twice", &op, 2, 5, 2);
	measure_beside("place, another was quicker thrice", &op, 3, 6, 2);
	op = place(21, 0, 0, 16); /* 15 are left, of which the other takes one */
	op.option = BKO_ORDER_ACCEPT_PART;
	measure_beside("place the rest, another was quicker", &op, 1, 3, 14);
	op = place(21, 0, OP_ANY, 2);
	measure_beside("place, any, another was quicker", &op, 1, 4, 2);
	op = of_order(OP_CANCEL, 21, 11, 0);
	measure_beside("cancel, another was quicker", &op, 1, 6, 0);
}

static void placing(void)
{
	struct op op = place(21, 0, 0, 2);
	measure("place, named", &op, 2);
	measure_first("place, named, first call", &op, 3);
	op.kind = OP_QUOTE;
	measure("quote, named", &op, 1);
	op = place(21, 0, OP_ANY, 2);
	measure("place, any", &op, 3);
	op.kind = OP_QUOTE;
	measure("quote, any", &op, 2);
	op = place(21, 0, 0, 2);
	op.line_count = 2;
	op.lines[1] = op.lines[0];
	op.lines[1].item = 1;
	measure("place, two items", &op, 2);
	op = place(21, 1, 0, 9);
	measure("place, backordered", &op, 2);
	op = place(21, 2, 0, 9);
	op.customer = 1;
	measure("place, under a limit", &op, 3);
	op = place(21, 0, 0, 2);
	op.until = 700000;
	measure("hold, named", &op, 2);
	op.now = 650000;
	op.until = 0;
	measure("place, agenda due", &op, 3);
}

static void orders(void)
{
	struct op op = of_order(OP_CONFIRM, 21, 12, 0);
	measure("confirm", &op, 3);
	op.until = 700000;
	measure("extend", &op, 3);
	op = of_order(OP_AMEND, 21, 11, 2);
	op.option = BKO_AMEND_QUANTITY;
	measure("amend, less", &op, 3);
	op.quantity = 6;
	measure("amend, more", &op, 3);
	op.option = BKO_AMEND_CLASS;
	op.order = 13;
	measure("amend, class", &op, 3);
	op = of_order(OP_AMEND, 21, 11, 0);
	op.option = BKO_AMEND_LOCATION;
	op.to = 1;
	measure("amend, location", &op, 3);
	op = of_order(OP_SPLIT, 21, 11, 1);
	measure("split", &op, 3);
	op = of_order(OP_CANCEL, 21, 11, 0);
	measure("cancel", &op, 3);
	op = of_order(OP_CANCEL, 21, 13, 0);
	measure("cancel what waits", &op, 3);
	op = of_order(OP_CANCEL, 21, 14, 0);
	measure("cancel under a limit", &op, 4);
	op = of_order(OP_CANCEL, 21, 12, 0);
	measure("release", &op, 3);
	op = of_order(OP_SHIP, 21, 11, 1);
	measure("ship", &op, 3);
	op.now = 650000;
	measure("ship, agenda due", &op, 4);
	op = of_order(OP_VOID, 21, 11, 0);
	op.other = 15;
	measure("void", &op, 3);
	op = of_order(OP_RETURN, 21, 11, 1);
	measure("return", &op, 3);
	op = of_order(OP_MARK, 21, 11, 0);
	op.option = BKO_MARK_STOP;
	op.stops = BKO_STOP_FRAUD;
	measure("mark, stop", &op, 3);
	op.option = BKO_MARK_PICK;
	op.stops = 0;
	op.picks[0].quantity = 1;
	measure("mark, pick", &op, 3);
	op.option = BKO_MARK_UNALLOCATE;
	measure("mark, unallocate", &op, 3);
	op = make(OP_RESOLVE, 77);
	op.order = 11;
	measure("resolve", &op, 2);
}

static void stocks(void)
{
	struct op op = stock(OP_RECEIVE, 21, 0, 0, 5);
	measure("receive", &op, 2);
	measure_first("receive, first call", &op, 3);
	op = stock(OP_RECEIVE, 21, 1, 0, 2);
	measure("receive, serving", &op, 2);
	op.other = 16;
	measure("receive a supply", &op, 2);
	op = stock(OP_RECEIVE, 21, 2, 0, 2);
	measure("receive, serving under a limit", &op, 3);
	op = stock(OP_RECEIVE, 21, 0, 2, 5);
	measure("receive at a new position", &op, 3);
	op = stock(OP_REVERSE, 21, 0, 1, 0);
	op.other = 2;
	measure("reverse", &op, 2);
	op = stock(OP_ADJUST, 21, 0, 0, 5);
	op.option = BKO_ADJUST_CHANGE;
	measure("adjust", &op, 2);
	op.bucket = 1;
	measure("adjust a bucket", &op, 2);
	op.option = BKO_ADJUST_FEED;
	measure("feed", &op, 2);
	op = stock(OP_ADJUST, 21, 0, 0, -2);
	op.option = BKO_ADJUST_CHANGE;
	measure("adjust, less", &op, 2);
	op = stock(OP_FORCE, 21, 0, 0, 2);
	measure("forced sale", &op, 2);
	op.order = 11;
	measure("forced sale of an order", &op, 3);
	op = stock(OP_TRANSFER, 21, 0, 0, 2);
	op.to = 1;
	measure("transfer", &op, 2);
	op = stock(OP_SUPPLY, 21, 0, 0, 2);
	op.option = BKO_SUPPLY_PLAN;
	op.other = 21;
	measure("supply", &op, 2);
	op = limit_of_customer(60);
	measure("limit", &op, 2);
	op = policy(0, BKO_SELL_STOCK);
	op.option = BKO_SCOPE_POSITION;
	measure("policy of a position", &op, 2);
	op.option = BKO_SCOPE_ITEM;
	/* its positions are found one after the other, whatever lies below them */
	measure("policy of an item, two positions", &op, 6);
}

int main(void)
{
	struct bko_memory_options shared = {.struct_size = sizeof shared, .shared = 1};
	struct op ops[32];
	bko_engine *engine;
	uint32_t count = begin(ops);
	if (bko_memory_open(&shared, &base) || bko_memory_open(&shared, &memory) ||
	    !(engine = open_on(base)))
		return 1;
	for (uint32_t i = 0; i < count; i++) {
		struct op_result r;
		drive(engine, &ops[i], &r);
		if (r.status || r.outcome.flags & BKO_OUTCOME_REFUSED) {
			printf("preparing, step %u: %s\n", i, bko_status_name(r.status));
			failed++;
		}
	}
	bko_engine_close(engine);
	placing();
	orders();
	stocks();
	beside();
	bko_memory_close(memory);
	bko_memory_close(base);
	printf("%u not as promised\n", failed);
	printf("evidence: verbs whose trips are counted %u\n", cases);
	return failed != 0;
}
