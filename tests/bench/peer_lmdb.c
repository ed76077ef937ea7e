/*
 * The same world by hand on LMDB, with the duties of the library: one tree of
 * rows, keys by kind, one write transaction an operation, its file synced at
 * each commit or by the hundred.
 *
 *   'I' code              an item with its lots
 *   'L' order, line       a line
 *   'Q' item, class, order, line     one that waits
 *   'P' operation id      what came of it
 *   'E' number            an event
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <lmdb.h>
#include <stdlib.h>
#include <string.h>

struct item {
	int64_t on_hand, allocated, waiting, most_waiting;
	uint32_t index, moved; /* lots moved so far */
};

struct line {
	uint32_t item, order_class, allocated, waiting;
};

struct event {
	uint32_t kind, order, item;
	int32_t allocated, waiting;
	struct text cause;
};

struct key {
	unsigned char bytes[32];
	size_t size;
};

struct lmdb {
	const struct world *world;
	MDB_env *env;
	MDB_dbi rows;
	MDB_txn *writing, *reading;
	uint64_t events;
	int group, begun;
};

static void must(int status)
{
	if (status != MDB_SUCCESS)
		die("lmdb", mdb_strerror(status));
}

static void key_number(struct key *key, uint32_t number)
{
	int i;

	for (i = 0; i < 4; i++)
		key->bytes[key->size++] = (unsigned char)(number >> (24 - 8 * i));
}

static struct key key_of(char kind, int count, const uint32_t *numbers)
{
	struct key key = {{(unsigned char)kind}, 1};
	int i;

	for (i = 0; i < count; i++)
		key_number(&key, numbers[i]);
	return key;
}

static struct key key_text(char kind, const struct text *text)
{
	struct key key = {{(unsigned char)kind}, 1};

	memcpy(key.bytes + 1, text->bytes, text->size);
	key.size += text->size;
	return key;
}

#define KEY(kind, ...)                                                            \
	key_of(kind, (int)(sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)), \
	       (uint32_t[]){__VA_ARGS__})

static void put(struct lmdb *self, const struct key *key, const void *value, size_t size,
                unsigned flags)
{
	MDB_val k = {key->size, (void *)key->bytes}, v = {size, (void *)value};

	must(mdb_put(self->writing, self->rows, &k, &v, flags));
}

static void drop(struct lmdb *self, const struct key *key)
{
	MDB_val k = {key->size, (void *)key->bytes};

	must(mdb_del(self->writing, self->rows, &k, NULL));
}

static void get(struct lmdb *self, MDB_txn *txn, const struct key *key, void *value, size_t size)
{
	MDB_val k = {key->size, (void *)key->bytes}, v;

	must(mdb_get(txn, self->rows, &k, &v));
	memcpy(value, v.mv_data, size);
}

static void begin(struct lmdb *self)
{
	if (self->begun++ == 0)
		must(mdb_txn_begin(self->env, NULL, 0, &self->writing));
}

static void lmdb_flush(void *host)
{
	struct lmdb *self = host;

	if (self->begun > 0)
		must(mdb_txn_commit(self->writing));
	self->writing = NULL;
	self->begun = 0;
}

static void commit(struct lmdb *self)
{
	if (self->begun == self->group)
		lmdb_flush(self);
}

/* What a query reads in: the open transaction, if there is one. */
static MDB_txn *look(struct lmdb *self)
{
	if (self->writing)
		return self->writing;
	if (self->reading)
		must(mdb_txn_renew(self->reading));
	else
		must(mdb_txn_begin(self->env, NULL, MDB_RDONLY, &self->reading));
	return self->reading;
}

static void looked(struct lmdb *self)
{
	if (!self->writing)
		mdb_txn_reset(self->reading);
}

static void *open_any(const struct world *world, int group)
{
	struct lmdb *self = must_alloc(sizeof *self);
	uint32_t i;

	self->world = world;
	self->group = group;
	must(mdb_env_create(&self->env));
	must(mdb_env_set_mapsize(self->env, (size_t)4 << 30));
	must(mdb_env_open(self->env, bench_file("lmdb", 1), MDB_NOSUBDIR | MDB_NOTLS, 0644));
	begin(self);
	must(mdb_dbi_open(self->writing, NULL, 0, &self->rows));
	for (i = 0; i < world->item_count; i++) {
		struct item item = {world->on_hand, 0, 0, 1000000000, i, 0};
		struct key key = key_text('I', &world->items[i]);

		put(self, &key, &item, sizeof item, 0);
	}
	lmdb_flush(self);
	return self;
}

static void *each_open(const struct world *world)
{
	return open_any(world, 1);
}

static void *grouped_open(const struct world *world)
{
	return open_any(world, BENCH_GROUP);
}

/* Fails if this id was used before. */
static void operation(struct lmdb *self, const struct text *id, int64_t outcome)
{
	struct key key = key_text('P', id);

	put(self, &key, &outcome, sizeof outcome, MDB_NOOVERWRITE);
}

static void event(struct lmdb *self, const struct event *event)
{
	struct key key = KEY('E', (uint32_t)(self->events >> 32), (uint32_t)self->events);

	self->events++;
	put(self, &key, event, sizeof *event, 0);
}

static void lmdb_order(void *host, const struct order *order)
{
	struct lmdb *self = host;
	struct event said = {OP_ORDER, order->number, 0, 0, 0, order->id};
	uint32_t i;

	begin(self);
	for (i = 0; i < order->count; i++) {
		struct key key = key_text('I', &self->world->items[order->lines[i].item]);
		struct item item;
		struct line line;
		int64_t free;

		get(self, self->writing, &key, &item, sizeof item);
		free = item.on_hand - item.allocated;
		line.item = order->lines[i].item;
		line.order_class = order->order_class;
		line.allocated =
			free < order->lines[i].quantity ? (uint32_t)free : order->lines[i].quantity;
		line.waiting = order->lines[i].quantity - line.allocated;
		item.allocated += line.allocated;
		item.waiting += line.waiting;
		if (item.waiting > item.most_waiting)
			die("lmdb", "over the limit");
		put(self, &key, &item, sizeof item, 0);
		key = KEY('L', order->number, i);
		put(self, &key, &line, sizeof line, 0);
		if (line.waiting > 0) {
			key = KEY('Q', line.item, line.order_class, order->number, i);
			put(self, &key, "", 0, 0);
		}
		said.allocated += (int32_t)line.allocated;
		said.waiting += (int32_t)line.waiting;
	}
	operation(self, &order->id, said.allocated);
	event(self, &said);
	commit(self);
}

/* Gives free units to the queue of an item. */
static void serve(struct lmdb *self, struct item *item, const struct text *cause)
{
	int64_t free = item->on_hand - item->allocated;
	MDB_cursor *cursor;

	if (free <= 0 || item->waiting == 0)
		return;
	must(mdb_cursor_open(self->writing, self->rows, &cursor));
	while (free > 0 && item->waiting > 0) {
		struct key key = KEY('Q', item->index);
		MDB_val k = {key.size, key.bytes}, v;
		const unsigned char *at;
		struct line line;
		uint32_t order = 0, taken;
		int i;

		must(mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE));
		at = k.mv_data;
		for (i = 0; i < 4; i++)
			order = order << 8 | at[9 + i];
		key = KEY('L', order, at[16]);
		get(self, self->writing, &key, &line, sizeof line);
		taken = free < line.waiting ? (uint32_t)free : line.waiting;
		free -= taken;
		line.allocated += taken;
		line.waiting -= taken;
		item->allocated += taken;
		item->waiting -= taken;
		if (line.waiting == 0)
			must(mdb_cursor_del(cursor, 0));
		put(self, &key, &line, sizeof line, 0);
		event(self, &(struct event){OP_RECEIPT, order, item->index, (int32_t)taken,
		                            -(int32_t)taken, *cause});
	}
	mdb_cursor_close(cursor);
}

static void lmdb_cancel(void *host, const struct order *order, const struct op *op)
{
	struct lmdb *self = host;
	int64_t all = 0;
	uint32_t i;

	begin(self);
	for (i = 0; i < order->count; i++) {
		struct key key = KEY('L', order->number, i), name;
		struct item item;
		struct line line;

		get(self, self->writing, &key, &line, sizeof line);
		name = key_text('I', &self->world->items[line.item]);
		get(self, self->writing, &name, &item, sizeof item);
		all += line.allocated + line.waiting;
		item.allocated -= line.allocated;
		item.waiting -= line.waiting;
		if (line.waiting > 0) {
			struct key waits = KEY('Q', line.item, line.order_class, order->number, i);

			drop(self, &waits);
		}
		if (line.allocated > 0)
			serve(self, &item, &op->id);
		line.allocated = line.waiting = 0;
		put(self, &key, &line, sizeof line, 0);
		put(self, &name, &item, sizeof item, 0);
	}
	operation(self, &op->id, all);
	event(self, &(struct event){OP_CANCEL, order->number, 0, -(int32_t)all, 0, op->id});
	commit(self);
}

static void lmdb_receipt(void *host, const struct op *op)
{
	struct lmdb *self = host;
	struct key key = key_text('I', &self->world->items[op->target]);
	struct item item;

	begin(self);
	get(self, self->writing, &key, &item, sizeof item);
	item.on_hand += op->quantity;
	item.moved++;
	serve(self, &item, &op->id);
	put(self, &key, &item, sizeof item, 0);
	operation(self, &op->id, op->quantity);
	event(self, &(struct event){OP_RECEIPT, 0, op->target, (int32_t)op->quantity, 0, op->id});
	commit(self);
}

static void lmdb_query(void *host, uint32_t index, uint32_t want, struct answer *answer)
{
	struct lmdb *self = host;
	struct key key = key_text('I', &self->world->items[index]);
	struct item item;
	int64_t rest, lot;

	get(self, look(self), &key, &item, sizeof item);
	looked(self);
	answer->free = item.on_hand - item.allocated;
	answer->when_ms = 0;
	rest = want - answer->free;
	if (rest <= 0)
		return;
	/* Lots are alike and in order, so no list of them is walked. */
	lot = (item.waiting + rest + LOT_UNITS - 1) / LOT_UNITS;
	if (lot <= LOTS)
		answer->when_ms = BEGIN_MS + (item.moved + lot) * PERIOD_MS;
}

static void lmdb_state(void *host, struct state *state)
{
	struct lmdb *self = host;
	MDB_txn *txn = look(self);
	MDB_cursor *cursor;
	MDB_val k, v;

	must(mdb_cursor_open(txn, self->rows, &cursor));
	while (mdb_cursor_get(cursor, &k, &v, MDB_NEXT) == MDB_SUCCESS) {
		const unsigned char *at = k.mv_data;
		struct item item;
		struct line line;
		uint32_t order = 0;
		int i;

		if (at[0] == 'I') {
			memcpy(&item, v.mv_data, sizeof item);
			state_item(state, item.index, item.on_hand, item.allocated, item.waiting);
		}
		if (at[0] != 'L')
			continue;
		for (i = 0; i < 4; i++)
			order = order << 8 | at[1 + i];
		memcpy(&line, v.mv_data, sizeof line);
		state_line(state, order, at[8], line.allocated, line.waiting);
	}
	mdb_cursor_close(cursor);
	looked(self);
}

static void lmdb_close(void *host)
{
	struct lmdb *self = host;

	lmdb_flush(self);
	if (self->reading)
		mdb_txn_abort(self->reading);
	mdb_env_close(self->env);
	free(self);
}

#define PEER(says, opens)                                                                \
	{                                                                                \
		.name = says, .open = opens, .order = lmdb_order, .cancel = lmdb_cancel, \
		.receipt = lmdb_receipt, .query = lmdb_query, .flush = lmdb_flush,       \
		.state = lmdb_state, .close = lmdb_close                                 \
	}

const struct peer peer_lmdb = PEER("lmdb, sync", each_open);
const struct peer peer_lmdb_grouped = PEER("lmdb, sync, by 100", grouped_open);
