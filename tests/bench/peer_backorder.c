/*
 * The library itself, with its full rules on. Over its memory store twice: each
 * operation a batch of its own, as the other peers do it, and a hundred at a
 * time, as a host that imports or replays would. Over its log store thrice:
 * synced at each commit, by groups of a hundred, and safe from the end of a
 * process alone. Over the example of a store on SQLite, to be compared with SQL
 * written by hand in the same kind of file: of this engine alone, and open to
 * others.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"
#include "backorder/backorder.h"
#include "backorder/log.h"
#include "sqlite_store.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 100 };

struct library {
	const struct world *world;
	bko_memory *memory; /* or a log on a file, or SQLite */
	bko_log *log;
	bko_medium_file *file;
	struct sqlite_store *sqlite;
	bko_engine *engine;
	int64_t now_ms;
	uint32_t *moved; /* lots of each item moved so far */
	uint32_t placed; /* orders */
	int batched;     /* operations in the open batch; -1: none is wanted */
};

/* The shop has one location, the one without a name. */
static const struct bko_span here = {"", 0};

static void must(struct library *self, int32_t status)
{
	struct bko_error error = {.struct_size = sizeof error};

	if (status == BKO_OK)
		return;
	if (self->engine)
		bko_engine_error(self->engine, &error);
	fprintf(stderr, "bench: %s: %s\n", bko_status_name(status), error.text ? error.text : "");
	die("backorder", bko_status_text(status));
}

static struct bko_span span(const struct text *text)
{
	return (struct bko_span){text->bytes, text->size};
}

static struct bko_op op_of(struct library *self, const struct text *id)
{
	return (struct bko_op){
		.struct_size = sizeof(struct bko_op), .id = span(id), .now_ms = self->now_ms};
}

/* One operation begins. */
static void step(struct library *self)
{
	self->now_ms++;
	if (self->batched < 0)
		return;
	if (self->batched == BATCH) {
		must(self, bko_batch_end(self->engine, 0));
		self->batched = 0;
	}
	if (self->batched++ == 0)
		must(self, bko_batch_begin(self->engine));
}

/* After a call: whether it must be repeated, in a new batch. */
static int again(struct library *self, int32_t status)
{
	if (status == BKO_E_BATCH_FULL && self->batched > 0) {
		must(self, bko_batch_end(self->engine, 0));
		must(self, bko_batch_begin(self->engine));
		self->batched = 1;
		return 1;
	}
	must(self, status);
	return 0;
}

static void flush(void *host)
{
	struct library *self = host;

	if (self->batched > 0) {
		must(self, bko_batch_end(self->engine, 0));
		self->batched = 0;
	}
}

static void set_lot(struct library *self, uint32_t item, uint32_t lot, uint32_t period,
                    const struct text *id)
{
	char name[] = "LOT-1";
	struct bko_op op = op_of(self, id);
	struct bko_supply supply = {.struct_size = sizeof supply, .action = BKO_SUPPLY_PLAN};

	name[4] = (char)('1' + lot);
	supply.item = span(&self->world->items[item]);
	supply.location = here;
	supply.supply = (struct bko_span){name, 5};
	supply.state = BKO_SUPPLY_CONFIRMED;
	supply.quantity = LOT_UNITS;
	supply.due_ms = BEGIN_MS + period * PERIOD_MS;
	while (again(self, bko_supply_set(self->engine, &op, &supply, NULL)))
		continue;
}

static void receive(struct library *self, uint32_t item, int64_t quantity, const struct text *id)
{
	struct bko_op op = op_of(self, id);
	struct bko_receipt receipt = {.struct_size = sizeof receipt, .quantity = quantity};

	receipt.item = span(&self->world->items[item]);
	receipt.location = here;
	while (again(self, bko_stock_receive(self->engine, &op, &receipt, NULL)))
		continue;
}

static void define(struct library *self)
{
	static const struct bko_policy shop = {
		.struct_size = sizeof shop,
		.set = BKO_SET_SELLING | BKO_SET_LIMIT,
		.selling = BKO_SELL_BACKORDER,
		.limit_kind = BKO_LIMIT_NUMBER,
		.limit = 1000000000,
	};
	static const struct bko_policy nothing = {.struct_size = sizeof nothing};
	struct bko_policy_row row = {.struct_size = sizeof row, .policy = &shop};
	int32_t status;
	uint32_t i, lot;

	must(self, bko_policy_set(self->engine, self->now_ms, &row, 1, sizeof row, &status));
	row.policy = &nothing;
	/* Many to a batch, as whoever imports would do it. */
	self->batched = 0;
	for (i = 0; i < self->world->item_count; i++) {
		struct text id = {"IN-0", 4};

		step(self);
		row.item = span(&self->world->items[i]);
		row.location = (struct bko_span){0};
		for (row.scope = BKO_SCOPE_ITEM; row.scope <= BKO_SCOPE_POSITION; row.scope++) {
			while (again(self, bko_policy_set(self->engine, self->now_ms, &row, 1,
			                                  sizeof row, &status)))
				continue;
			row.location = here;
		}
		if (self->world->on_hand > 0)
			receive(self, i, self->world->on_hand, &id);
		for (lot = 0; lot < LOTS; lot++) {
			id.bytes[3] = (char)('1' + lot);
			set_lot(self, i, lot, lot + 1, &id);
		}
	}
}

static struct library *library_new(const struct world *world)
{
	struct library *self = must_alloc(sizeof *self);

	self->world = world;
	self->now_ms = BEGIN_MS;
	self->moved = must_alloc(world->item_count * sizeof *self->moved);
	return self;
}

static void begin(struct library *self, const struct bko_store *store, int batched)
{
	must(self, bko_engine_open(NULL, store, &self->engine));
	define(self);
	flush(self);
	self->batched = batched;
}

static void *open_memory(const struct world *world, int batched)
{
	struct library *self = library_new(world);
	struct bko_store store = {.struct_size = sizeof store};

	must(self, bko_memory_open(NULL, &self->memory));
	must(self, bko_memory_store(self->memory, &store));
	begin(self, &store, batched);
	return self;
}

static void *single_open(const struct world *world)
{
	return open_memory(world, -1);
}

static void *batched_open(const struct world *world)
{
	return open_memory(world, 0);
}

static void *open_log(const struct world *world, uint32_t sync)
{
	struct library *self = library_new(world);
	struct bko_store store = {.struct_size = sizeof store};
	struct bko_medium medium = {.struct_size = sizeof medium};
	struct bko_medium_file_options on_file = {.struct_size = sizeof on_file,
	                                          .flags = BKO_MEDIUM_FILE_CREATE};
	struct bko_log_options options = {.struct_size = sizeof options,
	                                  .flags = BKO_LOG_CREATE,
	                                  .sync = sync,
	                                  .group_commits = BENCH_GROUP,
	                                  .group_ms = 60000,
	                                  .segment_size = 1 << 20,
	                                  .max_batch = 1 << 20};

	must(self, bko_medium_file_open(bench_file("log", 1), &on_file, &self->file));
	must(self, bko_medium_file_table(self->file, &medium));
	must(self, bko_log_open(&options, &medium, &self->log));
	must(self, bko_log_store(self->log, &store));
	begin(self, &store, -1);
	return self;
}

static void *each_open(const struct world *world)
{
	return open_log(world, BKO_LOG_SYNC_EACH);
}

static void *grouped_open(const struct world *world)
{
	return open_log(world, BKO_LOG_SYNC_GROUPED);
}

static void *relaxed_open(const struct world *world)
{
	return open_log(world, BKO_LOG_SYNC_RELAXED);
}

static void *open_sqlite(const struct world *world, const char *file, uint32_t mode)
{
	struct library *self = library_new(world);
	struct bko_store store;

	must(self, sqlite_store_open(file, mode, &self->sqlite));
	sqlite_store_table(self->sqlite, &store);
	begin(self, &store, -1);
	return self;
}

static void *sqlite_alone_open(const struct world *world)
{
	return open_sqlite(world, ":memory:", SQLITE_STORE_NEVER | SQLITE_STORE_ALONE);
}

static void *sqlite_open(const struct world *world)
{
	return open_sqlite(world, ":memory:", SQLITE_STORE_NEVER);
}

static void *sqlite_full_open(const struct world *world)
{
	return open_sqlite(world, bench_file("rows", 1), SQLITE_STORE_EACH | SQLITE_STORE_ALONE);
}

static void *sqlite_normal_open(const struct world *world)
{
	return open_sqlite(world, bench_file("rows", 1), SQLITE_STORE_GROUPED | SQLITE_STORE_ALONE);
}

static void library_order(void *host, const struct order *order)
{
	struct library *self = host;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_line lines[LINES];
	struct bko_order_request request = {.struct_size = sizeof request,
	                                    .lines = lines,
	                                    .line_count = order->count,
	                                    .stride = sizeof lines[0],
	                                    .order_class = order->order_class};
	struct bko_op op;
	uint32_t i;

	step(self);
	op = op_of(self, &order->id);
	for (i = 0; i < order->count; i++)
		lines[i] =
			(struct bko_line){.struct_size = sizeof lines[i],
		                          .item = span(&self->world->items[order->lines[i].item]),
		                          .candidates = &here,
		                          .candidate_count = 1,
		                          .quantity = order->lines[i].quantity};
	while (again(self, bko_order_place(self->engine, &op, &request, &outcome)))
		continue;
	if (outcome.refused != 0)
		die("backorder", "refused what the others accept");
	self->placed = order->number;
}

static void library_cancel(void *host, const struct order *order, const struct op *cause)
{
	struct library *self = host;
	struct bko_outcome outcome = {.struct_size = sizeof outcome};
	struct bko_pick pick = {.struct_size = sizeof pick, .line = BKO_LINE_ALL};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = span(&order->id),
	                          .picks = &pick,
	                          .pick_count = 1,
	                          .stride = sizeof pick};
	struct bko_op op;

	step(self);
	op = op_of(self, &cause->id);
	while (again(self, bko_order_cancel(self->engine, &op, &units, &outcome)))
		continue;
}

static void library_receipt(void *host, const struct op *cause)
{
	struct library *self = host;
	uint32_t item = cause->target, moved = self->moved[item]++;
	struct text id = cause->id;

	step(self);
	/* On a disk or in SQLite the two are one commit, as the other peers have it. */
	if (!self->memory)
		must(self, bko_batch_begin(self->engine));
	receive(self, item, cause->quantity, &cause->id);
	id.bytes[0] = 'M';
	set_lot(self, item, moved % LOTS, moved + 1 + LOTS, &id);
	if (!self->memory)
		must(self, bko_batch_end(self->engine, 0));
}

static void library_query(void *host, uint32_t item, uint32_t want, struct answer *answer)
{
	struct library *self = host;
	struct bko_availability found = {.struct_size = sizeof found};
	struct bko_availability_query query = {.struct_size = sizeof query,
	                                       .item = span(&self->world->items[item]),
	                                       .candidates = &here,
	                                       .candidate_count = 1,
	                                       .quantity = want,
	                                       .order_class = BKO_CLASSES - 1,
	                                       .now_ms = self->now_ms};

	must(self, bko_item_availability(self->engine, &query, &found));
	answer->free = found.available_now;
	answer->when_ms = 0;
	if (found.later == 0)
		return;
	/* The first units of the later part may come before the rest of it. */
	if (found.later > found.first)
		answer->when_ms = found.rest_kind == BKO_DATE_KNOWN ? found.rest_ms : 0;
	else
		answer->when_ms = found.first_kind == BKO_DATE_KNOWN ? found.first_ms : 0;
}

static void add_item(struct library *self, uint32_t index, struct state *state)
{
	struct bko_position position = {.struct_size = sizeof position};
	struct bko_span id = span(&self->world->items[index]);
	bko_item *item;
	size_t count;

	must(self, bko_item_open(self->engine, self->now_ms, &id, &item));
	must(self, bko_item_read(item, 0, &position, 1, sizeof position, &count));
	state_item(state, index, position.on_hand, position.allocated, position.backordered);
	bko_item_close(item);
}

static void add_order(struct library *self, const struct order *order, struct state *state)
{
	struct bko_line_info lines[LINES] = {{.struct_size = sizeof lines[0]}};
	struct bko_span id = span(&order->id);
	bko_order *handle;
	size_t i, count;

	must(self, bko_order_open(self->engine, self->now_ms, &id, &handle));
	must(self, bko_order_lines(handle, 0, lines, LINES, sizeof lines[0], &count));
	for (i = 0; i < count; i++)
		state_line(state, order->number, (uint32_t)i, lines[i].allocated,
		           lines[i].backordered);
	bko_order_close(handle);
}

static void verify(struct library *self)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding finding = {.struct_size = sizeof finding};
	size_t count;

	while (!cursor.done) {
		must(self, bko_engine_verify(self->engine, self->now_ms, 0, &cursor, 1000, &finding,
		                             1, sizeof finding, &count));
		if (count != 0)
			die("backorder", "verify found a violation");
	}
}

static void library_state(void *host, struct state *state)
{
	struct library *self = host;
	uint32_t i;

	verify(self);
	for (i = 0; i < self->world->item_count; i++)
		add_item(self, i, state);
	for (i = 0; i < self->placed; i++)
		add_order(self, &self->world->orders[i], state);
}

/* What consumers have read is gone: the bytes are those of the state. Only the memory
 * store tells them. */
static uint64_t library_bytes(void *host)
{
	struct library *self = host;
	struct bko_memory_stats stats = {.struct_size = sizeof stats};
	uint32_t done = 0;

	if (!self->memory)
		return 0;
	while (!done)
		must(self, bko_event_trim(self->engine, 0, 0, 1000, &done));
	must(self, bko_memory_stats(self->memory, &stats));
	return stats.pages * stats.page_size;
}

static void library_anatomy(void *host)
{
	struct library *self = host;

	if (self->memory)
		bench_anatomy(self->memory);
}

static void library_close(void *host)
{
	struct library *self = host;

	must(self, bko_engine_close(self->engine));
	bko_memory_close(self->memory);
	must(self, bko_log_close(self->log));
	bko_medium_file_close(self->file);
	sqlite_store_close(self->sqlite);
	free(self->moved);
	free(self);
}

#define PEER(says, opens)                                                                      \
	{                                                                                      \
		.name = says, .open = opens, .order = library_order, .cancel = library_cancel, \
		.receipt = library_receipt, .query = library_query, .flush = flush,            \
		.state = library_state, .bytes = library_bytes, .anatomy = library_anatomy,    \
		.close = library_close                                                         \
	}

const struct peer peer_backorder = PEER("backorder", single_open);
const struct peer peer_backorder_batched = PEER("backorder, by the hundred", batched_open);
const struct peer peer_log = PEER("backorder, log", each_open);
const struct peer peer_log_grouped = PEER("backorder, log, by 100", grouped_open);
const struct peer peer_log_relaxed = PEER("backorder, log, relaxed", relaxed_open);
const struct peer peer_store = PEER("backorder on sqlite, alone", sqlite_alone_open);
const struct peer peer_store_shared = PEER("backorder on sqlite, shared", sqlite_open);
const struct peer peer_store_full = PEER("backorder on sqlite, FULL", sqlite_full_open);
const struct peer peer_store_normal = PEER("backorder on sqlite, NORMAL", sqlite_normal_open);
