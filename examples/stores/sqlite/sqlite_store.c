/*
 * sqlite_store.c - the store contract on SQLite.
 *
 * read is one read transaction. apply is BEGIN IMMEDIATE, a conditional
 * statement for each entry whose change count tells whether its guard held,
 * and COMMIT. A revision is the number of this opening, counted in the file,
 * and the number of the batch within it, so that no commit has a counter to
 * write and none repeats.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sqlite_store.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,
	ROLLBACK,
	GET,
	RANGE,
	PUT,
	PUT_ABSENT,
	PUT_REVISION,
	DELETE,
	DELETE_REVISION,
	STATEMENTS
};

static const char *const texts[STATEMENTS] = {
	[BEGIN_READ] = "BEGIN",
	[BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[GET] = "SELECT key, value, revision FROM rows WHERE key = ?1",
	[RANGE] = "SELECT key, value, revision FROM rows WHERE key >= ?1 AND key < ?2"
		  " ORDER BY key LIMIT ?3",
	[PUT] = "INSERT INTO rows (key, value, revision) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (key) DO UPDATE SET value = ?2, revision = ?3",
	[PUT_ABSENT] = "INSERT INTO rows (key, value, revision) VALUES (?1, ?2, ?3)"
		       " ON CONFLICT (key) DO NOTHING",
	[PUT_REVISION] = "UPDATE rows SET value = ?2, revision = ?3 WHERE key = ?1"
			 " AND revision = ?4",
	[DELETE] = "DELETE FROM rows WHERE key = ?1",
	[DELETE_REVISION] = "DELETE FROM rows WHERE key = ?1 AND revision = ?4",
};

static const char schema[] = "CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB NOT NULL,"
			     " revision INTEGER NOT NULL) WITHOUT ROWID;"
			     "CREATE TABLE counter (opens INTEGER NOT NULL);"
			     "INSERT INTO counter VALUES (0);"
			     "PRAGMA application_id = 1112231763"; /* FORMAT */

enum {
	FORMAT = 1112231763, /* application_id: "BKOS" */
	BATCH_BITS = 40,     /* of a revision; the rest is the number of the opening */
	OPENS_MAX = 1 << 23,
	OPEN_WAIT_MS = 10000
};

struct sqlite_store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	uint64_t opening, batch;
	uint32_t alone; /* SQLITE_STORE_ALONE, or 0 */
};

/* ---- Statements ------------------------------------------------------------------- */

static int run(struct sqlite_store *store, int which)
{
	int code = sqlite3_step(store->statements[which]);

	sqlite3_reset(store->statements[which]);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Empty bytes are bytes, not NULL. */
static int bind(sqlite3_stmt *statement, int at, const struct bko_span *span)
{
	return sqlite3_bind_blob64(statement, at, span->size > 0 ? span->data : "", span->size,
	                           SQLITE_STATIC);
}

/* What an error of SQLite means where certainly nothing was applied. */
static int32_t reply_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return BKO_REPLY_DONE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
	case SQLITE_NOMEM:
	case SQLITE_INTERRUPT: return BKO_REPLY_BUSY;
	case SQLITE_FULL: return BKO_REPLY_FULL;
	case SQLITE_TOOBIG: return BKO_REPLY_TOO_LARGE;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH: return BKO_REPLY_READ_ONLY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return BKO_REPLY_CORRUPT;
	default: return BKO_REPLY_IO;
	}
}

static void end(struct sqlite_store *store, bko_reply *reply, int32_t status, uint64_t revision)
{
	bko_reply_end(reply, status, revision,
	              status == BKO_REPLY_DONE ? 0 : sqlite3_extended_errcode(store->db));
}

/* Ends a transaction that came to nothing. Some errors have done so already. */
static void roll_back(struct sqlite_store *store)
{
	if (!sqlite3_get_autocommit(store->db))
		run(store, ROLLBACK);
}

/* ---- Reading ------------------------------------------------------------------------ */

static int32_t give(sqlite3_stmt *statement, uint32_t index, bko_reply *reply)
{
	const void *key = sqlite3_column_blob(statement, 0);
	const void *value = sqlite3_column_blob(statement, 1);

	return bko_reply_row(reply, index, key, (size_t)sqlite3_column_bytes(statement, 0), value,
	                     (size_t)sqlite3_column_bytes(statement, 1),
	                     (uint64_t)sqlite3_column_int64(statement, 2), 0);
}

/* Answers one element. SQLITE_DONE, or what went wrong. */
static int read_element(struct sqlite_store *store, const struct bko_read *read, uint32_t index,
                        bko_reply *reply)
{
	sqlite3_stmt *statement = store->statements[read->end.size > 0 ? RANGE : GET];
	uint32_t rows = 0;
	int code;

	bind(statement, 1, &read->key);
	if (read->end.size > 0) {
		bind(statement, 2, &read->end);
		sqlite3_bind_int64(statement, 3, (sqlite3_int64)read->limit + 1);
	}
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		if (rows++ == read->limit)
			bko_reply_more(reply, index);
		else if (give(statement, index, reply) != BKO_OK)
			break; /* the engine knows */
	}
	sqlite3_reset(statement);
	return code == SQLITE_ROW ? SQLITE_DONE : code;
}

static void sqlite_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct sqlite_store *store = host;
	/* One statement is of one moment by itself, and all are where no other writes. */
	int alone = query->count <= 1 || store->alone;
	int code = alone ? SQLITE_DONE : run(store, BEGIN_READ);
	size_t i;

	for (i = 0; i < query->count && reply_of(code) == BKO_REPLY_DONE; i++)
		code = read_element(store, &query->reads[i], (uint32_t)i, reply);
	if (reply_of(code) == BKO_REPLY_DONE && !alone)
		code = run(store, COMMIT);
	end(store, reply, reply_of(code), 0);
	roll_back(store);
}

/* The first 8 bytes of a value, little-endian. */
static uint64_t number_at(const unsigned char *bytes, int size)
{
	uint64_t number = 0;
	int i;

	for (i = 0; i < 8 && i < size; i++)
		number |= (uint64_t)bytes[i] << 8 * i;
	return number;
}

static void sqlite_measure(void *host, const struct bko_read *range, bko_reply *reply)
{
	struct sqlite_store *store = host;
	sqlite3_stmt *statement = store->statements[RANGE];
	uint64_t count = 0, sum = 0;
	int code;

	bind(statement, 1, &range->key);
	bind(statement, 2, &range->end);
	sqlite3_bind_int64(statement, 3, -1);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		count++;
		sum += number_at(sqlite3_column_blob(statement, 1),
		                 sqlite3_column_bytes(statement, 1));
	}
	sqlite3_reset(statement);
	bko_reply_measure(reply, count, (int64_t)sum);
	end(store, reply, reply_of(code), 0);
}

/* ---- Applying ----------------------------------------------------------------------- */

/* Reads the row of an entry. SQLITE_ROW: it is there and stands on the GET statement, which
 * is to be reset; SQLITE_DONE: it is not. */
static int look(struct sqlite_store *store, const struct bko_entry *entry)
{
	bind(store->statements[GET], 1, &entry->key);
	return sqlite3_step(store->statements[GET]);
}

/* A guard that no statement carries. */
static int guard_alone(struct sqlite_store *store, const struct bko_entry *entry, int *holds)
{
	sqlite3_stmt *statement = store->statements[GET];
	int code = look(store, entry);

	if (entry->guard == BKO_GUARD_ABSENT)
		*holds = code == SQLITE_DONE;
	else
		*holds = code == SQLITE_ROW &&
		         (uint64_t)sqlite3_column_int64(statement, 2) == entry->revision;
	sqlite3_reset(statement);
	return code == SQLITE_ROW ? SQLITE_DONE : code;
}

/* Which statement does the entry; none where there is nothing to change. */
static int statement_of(const struct bko_entry *entry)
{
	static const int puts[] = {PUT, PUT_ABSENT, PUT_REVISION};
	static const int deletes[] = {DELETE, STATEMENTS, DELETE_REVISION};

	if (entry->action == BKO_ACTION_PUT)
		return puts[entry->guard];
	return entry->action == BKO_ACTION_DELETE ? deletes[entry->guard] : STATEMENTS;
}

static int apply_entry(struct sqlite_store *store, const struct bko_entry *entry, uint64_t revision,
                       int *holds)
{
	int which = statement_of(entry), code;
	sqlite3_stmt *statement;

	*holds = 1;
	if (which == STATEMENTS)
		return entry->guard == BKO_GUARD_NONE ? SQLITE_DONE
		                                      : guard_alone(store, entry, holds);
	statement = store->statements[which];
	bind(statement, 1, &entry->key);
	if (entry->action == BKO_ACTION_PUT) {
		bind(statement, 2, &entry->value);
		sqlite3_bind_int64(statement, 3, (sqlite3_int64)revision);
	}
	if (entry->guard == BKO_GUARD_REVISION)
		sqlite3_bind_int64(statement, 4, (sqlite3_int64)entry->revision);
	code = sqlite3_step(statement);
	sqlite3_reset(statement);
	if (code == SQLITE_DONE && entry->guard != BKO_GUARD_NONE)
		*holds = sqlite3_changes(store->db) == 1;
	return code;
}

/* Gives the present row of an entry whose guard did not hold. */
static void conflict(struct sqlite_store *store, const struct bko_entry *entry, uint32_t index,
                     bko_reply *reply)
{
	if (look(store, entry) == SQLITE_ROW)
		give(store->statements[GET], index, reply);
	sqlite3_reset(store->statements[GET]);
	roll_back(store);
	bko_reply_end(reply, BKO_REPLY_CONFLICT, 0, 0);
}

static void sqlite_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct sqlite_store *store = host;
	uint64_t revision = store->opening << BATCH_BITS | ++store->batch;
	int code = run(store, BEGIN_WRITE), holds = 1;
	size_t i;

	for (i = 0; i < batch->count && reply_of(code) == BKO_REPLY_DONE; i++) {
		code = apply_entry(store, &batch->entries[i], revision, &holds);
		if (!holds && reply_of(code) == BKO_REPLY_DONE) {
			conflict(store, &batch->entries[i], (uint32_t)i, reply);
			return;
		}
	}
	if (reply_of(code) != BKO_REPLY_DONE) {
		end(store, reply, reply_of(code), 0);
		roll_back(store);
		return;
	}
	code = run(store, COMMIT);
	/* What went wrong at this point may yet be found committed, but for a lock. */
	if (code == SQLITE_OK)
		end(store, reply, BKO_REPLY_DONE, revision);
	else
		end(store, reply, (code & 0xff) == SQLITE_BUSY ? BKO_REPLY_BUSY : BKO_REPLY_UNKNOWN,
		    0);
	roll_back(store);
}

static void sqlite_wait(void *host, uint32_t wait_ms, uint32_t attempt)
{
	(void)host;
	(void)attempt;
	sqlite3_sleep((int)wait_ms);
}

/* A checkpoint of the whole log makes it durable, whatever the mode. */
static void sqlite_sync(void *host, bko_reply *reply)
{
	struct sqlite_store *store = host;
	int code = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL);

	end(store, reply, reply_of(code), 0);
}

/* ---- Opening -------------------------------------------------------------------------- */

static int32_t status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK: return BKO_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: return BKO_E_BUSY;
	case SQLITE_NOTADB: return BKO_E_FORMAT;
	case SQLITE_NOMEM: return BKO_E_NO_MEMORY;
	case SQLITE_READONLY:
	case SQLITE_PERM: return BKO_E_READ_ONLY;
	case SQLITE_FULL: return BKO_E_FULL;
	case SQLITE_CORRUPT: return BKO_E_CORRUPT;
	default: return BKO_E_IO;
	}
}

static int number_of(struct sqlite_store *store, const char *text, sqlite3_int64 *number)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, text, -1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Whether the file is empty (*tables is 0) or one of ours. */
static int32_t recognize(struct sqlite_store *store, sqlite3_int64 *tables)
{
	sqlite3_int64 format = 0;
	int code = number_of(store, "PRAGMA application_id", &format);

	if (code == SQLITE_OK)
		code = number_of(store, "SELECT count(*) FROM sqlite_master", tables);
	if (code != SQLITE_OK)
		return status_of(code);
	return *tables > 0 && format != FORMAT ? BKO_E_FORMAT : BKO_OK;
}

/* Inside a transaction: makes the tables in an empty file, and counts the opening. */
static int32_t enter(struct sqlite_store *store)
{
	sqlite3_int64 tables = 0, opens = 0;
	int32_t status = recognize(store, &tables);
	int code = SQLITE_OK;

	if (status != BKO_OK)
		return status;
	if (tables == 0)
		code = sqlite3_exec(store->db, schema, NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(store->db, "UPDATE counter SET opens = opens + 1", NULL, NULL,
		                    NULL);
	if (code == SQLITE_OK)
		code = number_of(store, "SELECT opens FROM counter", &opens);
	if (code == SQLITE_OK && (opens <= 0 || opens >= OPENS_MAX))
		return BKO_E_FULL;
	store->opening = (uint64_t)opens;
	return status_of(code);
}

/* Others that open the same new file at the same time may keep it from us, and then
 * SQLite does not wait by itself. */
static int exec_patiently(struct sqlite_store *store, const char *text)
{
	int code = SQLITE_BUSY, waited;

	for (waited = 0; (code & 0xff) == SQLITE_BUSY && waited < OPEN_WAIT_MS; waited += 10) {
		if (waited > 0)
			sqlite3_sleep(10);
		code = sqlite3_exec(store->db, text, NULL, NULL, NULL);
	}
	return code;
}

static int32_t prepare(struct sqlite_store *store, uint32_t mode)
{
	static const char *const modes[] = {"PRAGMA synchronous = FULL",
	                                    "PRAGMA synchronous = NORMAL",
	                                    "PRAGMA synchronous = OFF"};
	sqlite3_int64 tables = 0;
	int32_t status;
	int i;

	sqlite3_extended_result_codes(store->db, 1);
	sqlite3_busy_timeout(store->db, OPEN_WAIT_MS);
	/* Rows of several hundred bytes in a tree without rowid: small pages make it deep. */
	status = status_of(exec_patiently(store, "PRAGMA page_size = 8192"));
	if (status == BKO_OK)
		status = recognize(store, &tables);
	/* Before the first use of the log: then its index needs no shared memory. */
	if (status == BKO_OK && store->alone)
		status = status_of(exec_patiently(store, "PRAGMA locking_mode = EXCLUSIVE"));
	if (status == BKO_OK)
		status = status_of(exec_patiently(store, "PRAGMA journal_mode = WAL"));
	if (status == BKO_OK)
		status = status_of(exec_patiently(store, modes[mode]));
	if (status == BKO_OK)
		status = status_of(exec_patiently(store, texts[BEGIN_WRITE]));
	if (status == BKO_OK)
		status = enter(store);
	if (status == BKO_OK)
		status = status_of(exec_patiently(store, texts[COMMIT]));
	for (i = 0; status == BKO_OK && i < STATEMENTS; i++)
		status = status_of(sqlite3_prepare_v3(store->db, texts[i], -1,
		                                      SQLITE_PREPARE_PERSISTENT,
		                                      &store->statements[i], NULL));
	sqlite3_busy_timeout(store->db, 0); /* from here on the engine waits, not SQLite */
	return status;
}

int32_t sqlite_store_open(const char *file, uint32_t mode, struct sqlite_store **store)
{
	const int flags =
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
	struct sqlite_store *made;
	int32_t status;

	if (file == NULL || store == NULL)
		return BKO_E_MISUSE;
	if ((mode & ~(uint32_t)SQLITE_STORE_ALONE) > SQLITE_STORE_NEVER)
		return BKO_E_ARGUMENT;
	made = calloc(1, sizeof *made);
	if (made == NULL)
		return BKO_E_NO_MEMORY;
	made->alone = mode & SQLITE_STORE_ALONE;
	status = status_of(sqlite3_open_v2(file, &made->db, flags, NULL));
	if (status == BKO_OK)
		status = prepare(made, mode - made->alone);
	if (status != BKO_OK) {
		sqlite_store_close(made);
		return status;
	}
	*store = made;
	return BKO_OK;
}

void sqlite_store_table(struct sqlite_store *store, struct bko_store *table)
{
	memset(table, 0, sizeof *table);
	table->struct_size = sizeof *table;
	table->caps = BKO_STORE_SNAPSHOT;
	if (store->alone)
		table->caps |= BKO_STORE_EXCLUSIVE;
	table->host = store;
	table->read = sqlite_read;
	table->apply = sqlite_apply;
	table->wait = sqlite_wait;
	table->sync = sqlite_sync;
	table->measure = sqlite_measure;
}

void sqlite_store_close(struct sqlite_store *store)
{
	int i;

	if (store == NULL)
		return;
	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	free(store);
}
