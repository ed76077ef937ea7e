/*
 * What a good engineer would write instead: SQLite, prepared statements, one
 * transaction an operation, the right indexes. In memory twice: bare, and with
 * the duties of the library, which are a unique operation id, an event row for
 * each step, cause and order, and a backorder limit that is checked. In a file
 * with these duties and a write-ahead log: synced at each commit, a hundred
 * operations a commit, and safe from the end of a process alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BEGIN,
	COMMIT,
	FIND,
	TAKE,
	PLACE,
	LINE,
	LIST,
	CLEAR,
	ROLL,
	NEXT,
	GIVE,
	DATES,
	OPERATION,
	EVENT,
	COUNT
};

static const char *const texts[COUNT] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[FIND] = "SELECT id, on_hand - allocated, waiting, most_waiting FROM item WHERE code = ?1",
	[TAKE] = "UPDATE item SET on_hand = on_hand + ?2, allocated = allocated + ?3,"
		 " waiting = waiting + ?4 WHERE id = ?1",
	[PLACE] = "INSERT INTO orders (id, class) VALUES (?1, ?2)",
	[LINE] = "INSERT INTO line (ord, no, item, class, allocated, waiting)"
		 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[LIST] = "SELECT item, allocated, waiting FROM line WHERE ord = ?1",
	[CLEAR] = "UPDATE line SET allocated = 0, waiting = 0 WHERE ord = ?1",
	[ROLL] = "UPDATE lot SET due = due + ?2"
		 " WHERE item = ?1 AND due = (SELECT min(due) FROM lot WHERE item = ?1)",
	[NEXT] = "SELECT ord, no, waiting FROM line WHERE item = ?1 AND waiting > 0"
		 " ORDER BY class, ord, no",
	[GIVE] = "UPDATE line SET allocated = allocated + ?3, waiting = waiting - ?3"
		 " WHERE ord = ?1 AND no = ?2",
	[DATES] = "SELECT due, units FROM lot WHERE item = ?1 ORDER BY due",
	[OPERATION] = "INSERT INTO operation (id, kind, outcome) VALUES (?1, ?2, ?3)",
	[EVENT] = "INSERT INTO event (kind, ord, item, allocated, waiting, cause)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

/* The queue is an index over the lines that wait, so that accepting and serving
 * a line each write two trees and no third. */
static const char schema[] =
	"CREATE TABLE item (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, on_hand INTEGER,"
	" allocated INTEGER, waiting INTEGER, most_waiting INTEGER);"
	"CREATE TABLE lot (item INTEGER, due INTEGER, units INTEGER, PRIMARY KEY (item, due))"
	" WITHOUT ROWID;"
	"CREATE TABLE orders (id INTEGER PRIMARY KEY, class INTEGER);"
	"CREATE TABLE line (ord INTEGER, no INTEGER, item INTEGER, class INTEGER,"
	" allocated INTEGER, waiting INTEGER, PRIMARY KEY (ord, no)) WITHOUT ROWID;"
	"CREATE INDEX queue ON line (item, class, ord, no, waiting) WHERE waiting > 0;";
static const char schema_duties[] =
	"CREATE TABLE operation (id TEXT PRIMARY KEY, kind INTEGER, outcome INTEGER)"
	" WITHOUT ROWID;"
	"CREATE TABLE event (number INTEGER PRIMARY KEY, kind INTEGER, ord INTEGER, item INTEGER,"
	" allocated INTEGER, waiting INTEGER, cause TEXT);";

enum { SERVED_AT_ONCE = 64 };

struct mode {
	const char *pragmas;
	int duties, in_file;
	int group; /* operations of a commit */
};
static const char memory[] =
	"PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;";
static const char full[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
static const char normal[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";

struct sqlite {
	const struct world *world;
	sqlite3 *db;
	sqlite3_stmt *statements[COUNT];
	int duties, group;
	int begun; /* operations in the open transaction */
};

struct found {
	int64_t id, free, waiting, most_waiting;
};

static void failed(struct sqlite *self)
{
	die("sqlite", sqlite3_errmsg(self->db));
}

static sqlite3_stmt *bind(struct sqlite *self, int which, int count, const int64_t *values)
{
	sqlite3_stmt *statement = self->statements[which];
	int i;

	for (i = 0; i < count; i++)
		sqlite3_bind_int64(statement, i + 1, values[i]);
	return statement;
}

#define BIND(self, which, ...)                                                             \
	bind(self, which, (int)(sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), \
	     (const int64_t[]){__VA_ARGS__})

static void run(struct sqlite *self, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		failed(self);
	sqlite3_reset(statement);
}

static void bind_text(sqlite3_stmt *statement, int at, const struct text *text)
{
	sqlite3_bind_text(statement, at, text->bytes, (int)text->size, SQLITE_STATIC);
}

static void begin(struct sqlite *self)
{
	if (self->begun++ == 0)
		run(self, self->statements[BEGIN]);
}

static void sqlite_flush(void *host)
{
	struct sqlite *self = host;

	if (self->begun > 0)
		run(self, self->statements[COMMIT]);
	self->begun = 0;
}

static void commit(struct sqlite *self)
{
	if (self->begun == self->group)
		sqlite_flush(self);
}

static void *open_any(const struct world *world, const struct mode *mode)
{
	struct sqlite *self = must_alloc(sizeof *self);
	char sql[200];
	sqlite3_stmt *insert;
	int i;

	self->world = world;
	self->duties = mode->duties;
	self->group = mode->group;
	/* Refused once SQLite runs, and then in force already. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_open_v2(mode->in_file ? bench_file("sqlite", 1) : ":memory:", &self->db,
	                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	                    NULL) != SQLITE_OK ||
	    sqlite3_exec(self->db, mode->pragmas, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_exec(self->db, schema, NULL, NULL, NULL) != SQLITE_OK ||
	    (mode->duties && sqlite3_exec(self->db, schema_duties, NULL, NULL, NULL) != SQLITE_OK))
		failed(self);
	for (i = 0; i < (self->duties ? COUNT : OPERATION); i++)
		if (sqlite3_prepare_v3(self->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
		                       &self->statements[i], NULL) != SQLITE_OK)
			failed(self);

	run(self, self->statements[BEGIN]);
	snprintf(sql, sizeof sql, "INSERT INTO item VALUES (?1, ?2, %u, 0, 0, 1000000000)",
	         (unsigned)world->on_hand);
	sqlite3_prepare_v2(self->db, sql, -1, &insert, NULL);
	for (i = 0; i < (int)world->item_count; i++) {
		sqlite3_bind_int64(insert, 1, i + 1);
		bind_text(insert, 2, &world->items[i]);
		run(self, insert);
	}
	sqlite3_finalize(insert);
	snprintf(sql, sizeof sql, "INSERT INTO lot VALUES (?1, ?2, %d)", (int)LOT_UNITS);
	sqlite3_prepare_v2(self->db, sql, -1, &insert, NULL);
	for (i = 0; i < (int)world->item_count * LOTS; i++) {
		sqlite3_bind_int64(insert, 1, i / LOTS + 1);
		sqlite3_bind_int64(insert, 2, BEGIN_MS + (i % LOTS + 1) * PERIOD_MS);
		run(self, insert);
	}
	sqlite3_finalize(insert);
	run(self, self->statements[COMMIT]);
	return self;
}

static void *bare_open(const struct world *world)
{
	return open_any(world, &(struct mode){memory, 0, 0, 1});
}

static void *duties_open(const struct world *world)
{
	return open_any(world, &(struct mode){memory, 1, 0, 1});
}

static void *full_open(const struct world *world)
{
	return open_any(world, &(struct mode){full, 1, 1, 1});
}

static void *grouped_open(const struct world *world)
{
	return open_any(world, &(struct mode){full, 1, 1, BENCH_GROUP});
}

static void *normal_open(const struct world *world)
{
	return open_any(world, &(struct mode){normal, 1, 1, 1});
}

static struct found find(struct sqlite *self, uint32_t item)
{
	sqlite3_stmt *statement = self->statements[FIND];
	struct found found;

	bind_text(statement, 1, &self->world->items[item]);
	if (sqlite3_step(statement) != SQLITE_ROW)
		failed(self);
	found.id = sqlite3_column_int64(statement, 0);
	found.free = sqlite3_column_int64(statement, 1);
	found.waiting = sqlite3_column_int64(statement, 2);
	found.most_waiting = sqlite3_column_int64(statement, 3);
	sqlite3_reset(statement);
	return found;
}

/* Fails, and with it the transaction, if this id was used before. */
static void operation(struct sqlite *self, const struct text *id, int kind, int64_t outcome)
{
	sqlite3_stmt *statement;

	if (!self->duties)
		return;
	statement = self->statements[OPERATION];
	bind_text(statement, 1, id);
	sqlite3_bind_int(statement, 2, kind);
	sqlite3_bind_int64(statement, 3, outcome);
	run(self, statement);
}

static void event(struct sqlite *self, const struct text *cause, int kind, int64_t order,
                  int64_t item, int64_t allocated, int64_t waiting)
{
	sqlite3_stmt *statement;

	if (!self->duties)
		return;
	statement = BIND(self, EVENT, kind, order, item, allocated, waiting);
	bind_text(statement, 6, cause);
	run(self, statement);
}

static void sqlite_order(void *host, const struct order *order)
{
	struct sqlite *self = host;
	int64_t allocated = 0, waiting = 0;
	uint32_t i;

	begin(self);
	run(self, BIND(self, PLACE, order->number, order->order_class));
	for (i = 0; i < order->count; i++) {
		struct found found = find(self, order->lines[i].item);
		int64_t wanted = order->lines[i].quantity;
		int64_t taken = found.free < wanted ? found.free : wanted;

		if (self->duties && found.waiting + wanted - taken > found.most_waiting)
			die("sqlite", "over the limit");
		run(self, BIND(self, TAKE, found.id, 0, taken, wanted - taken));
		run(self, BIND(self, LINE, order->number, i, found.id, order->order_class, taken,
		               wanted - taken));
		allocated += taken;
		waiting += wanted - taken;
	}
	operation(self, &order->id, OP_ORDER, allocated);
	event(self, &order->id, OP_ORDER, order->number, 0, allocated, waiting);
	commit(self);
}

/* Gives free units to the queue of an item; returns how many it gave. */
static int64_t serve(struct sqlite *self, int64_t item, int64_t free, const struct text *cause)
{
	int64_t given = 0;
	int count;

	/* The lines are listed before they are changed: a statement that reads
	 * the index another one writes would see its own wake. */
	do {
		int64_t orders[SERVED_AT_ONCE], numbers[SERVED_AT_ONCE], taken[SERVED_AT_ONCE];
		sqlite3_stmt *next = BIND(self, NEXT, item);
		int i;

		for (count = 0; count < SERVED_AT_ONCE && free > given; count++) {
			int64_t waiting;

			if (sqlite3_step(next) != SQLITE_ROW)
				break;
			orders[count] = sqlite3_column_int64(next, 0);
			numbers[count] = sqlite3_column_int64(next, 1);
			waiting = sqlite3_column_int64(next, 2);
			taken[count] = free - given < waiting ? free - given : waiting;
			given += taken[count];
		}
		sqlite3_reset(next);
		for (i = 0; i < count; i++) {
			run(self, BIND(self, GIVE, orders[i], numbers[i], taken[i]));
			event(self, cause, OP_RECEIPT, orders[i], item, taken[i], -taken[i]);
		}
	} while (count == SERVED_AT_ONCE && free > given);
	return given;
}

static void sqlite_cancel(void *host, const struct order *order, const struct op *op)
{
	struct sqlite *self = host;
	sqlite3_stmt *list = BIND(self, LIST, order->number);
	int64_t items[LINES], allocated[LINES], waiting[LINES], all = 0;
	int i, count;

	begin(self);
	for (count = 0; count < LINES && sqlite3_step(list) == SQLITE_ROW; count++) {
		items[count] = sqlite3_column_int64(list, 0);
		allocated[count] = sqlite3_column_int64(list, 1);
		waiting[count] = sqlite3_column_int64(list, 2);
		all += allocated[count] + waiting[count];
	}
	sqlite3_reset(list);
	run(self, BIND(self, CLEAR, order->number));
	for (i = 0; i < count; i++) {
		int64_t given = 0;

		/* Units are free beside a queue only when this order gave them. */
		if (allocated[i] > 0)
			given = serve(self, items[i], allocated[i], &op->id);
		run(self, BIND(self, TAKE, items[i], 0, given - allocated[i], -waiting[i] - given));
	}
	operation(self, &op->id, OP_CANCEL, all);
	event(self, &op->id, OP_CANCEL, order->number, 0, -all, 0);
	commit(self);
}

static void sqlite_receipt(void *host, const struct op *op)
{
	struct sqlite *self = host;
	struct found found;
	int64_t given;

	begin(self);
	found = find(self, op->target);
	given = serve(self, found.id, found.free + op->quantity, &op->id);
	run(self, BIND(self, TAKE, found.id, op->quantity, given, -given));
	run(self, BIND(self, ROLL, found.id, LOTS * PERIOD_MS));
	operation(self, &op->id, OP_RECEIPT, given);
	event(self, &op->id, OP_RECEIPT, 0, found.id, op->quantity, 0);
	commit(self);
}

static void sqlite_query(void *host, uint32_t item, uint32_t want, struct answer *answer)
{
	struct sqlite *self = host;
	struct found found = find(self, item);
	int64_t rest = want - found.free;
	sqlite3_stmt *dates;

	answer->free = found.free;
	answer->when_ms = 0;
	if (rest <= 0)
		return;
	rest += found.waiting;
	dates = BIND(self, DATES, found.id);
	while (answer->when_ms == 0 && sqlite3_step(dates) == SQLITE_ROW) {
		rest -= sqlite3_column_int64(dates, 1);
		if (rest <= 0)
			answer->when_ms = sqlite3_column_int64(dates, 0);
	}
	sqlite3_reset(dates);
}

static int add_item(void *state, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	state_item(state, (uint32_t)strtoul(values[0], NULL, 10) - 1, atoll(values[1]),
	           atoll(values[2]), atoll(values[3]));
	return 0;
}

static int add_line(void *state, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	state_line(state, (uint32_t)strtoul(values[0], NULL, 10), (uint32_t)atoi(values[1]),
	           atoll(values[2]), atoll(values[3]));
	return 0;
}

static void sqlite_state(void *host, struct state *state)
{
	struct sqlite *self = host;

	if (sqlite3_exec(self->db, "SELECT id, on_hand, allocated, waiting FROM item", add_item,
	                 state, NULL) != SQLITE_OK ||
	    sqlite3_exec(self->db, "SELECT ord, no, allocated, waiting FROM line", add_line, state,
	                 NULL) != SQLITE_OK)
		failed(self);
}

static int read_number(void *number, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	*(uint64_t *)number = strtoull(values[0], NULL, 10);
	return 0;
}

static uint64_t sqlite_bytes(void *host)
{
	struct sqlite *self = host;
	uint64_t pages = 0, unused = 0, size = 0;

	if (self->duties && sqlite3_exec(self->db, "DELETE FROM event", NULL, NULL, NULL))
		failed(self);
	sqlite3_exec(self->db, "PRAGMA page_count", read_number, &pages, NULL);
	sqlite3_exec(self->db, "PRAGMA freelist_count", read_number, &unused, NULL);
	sqlite3_exec(self->db, "PRAGMA page_size", read_number, &size, NULL);
	return (pages - unused) * size;
}

static void sqlite_close(void *host)
{
	struct sqlite *self = host;
	int i;

	sqlite_flush(self);
	for (i = 0; i < COUNT; i++)
		sqlite3_finalize(self->statements[i]);
	if (sqlite3_close(self->db) != SQLITE_OK)
		failed(self);
	free(self);
}

#define PEER(says, opens)                                                                    \
	{                                                                                    \
		.name = says, .open = opens, .order = sqlite_order, .cancel = sqlite_cancel, \
		.receipt = sqlite_receipt, .query = sqlite_query, .flush = sqlite_flush,     \
		.state = sqlite_state, .bytes = sqlite_bytes, .close = sqlite_close          \
	}

const struct peer peer_sqlite = PEER("sqlite, bare", bare_open);
const struct peer peer_sqlite_duties = PEER("sqlite, same duties", duties_open);
const struct peer peer_sqlite_full = PEER("sqlite, WAL FULL", full_open);
const struct peer peer_sqlite_grouped = PEER("sqlite, WAL FULL, by 100", grouped_open);
const struct peer peer_sqlite_normal = PEER("sqlite, WAL NORMAL", normal_open);
