/*
 * sqlite_store.h - a store on SQLite: one table of rows in one file, which any
 * number of processes may use at a time. Take these two files into your
 * program; README.md beside them shows how.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SQLITE_STORE_H
#define SQLITE_STORE_H

#include "backorder/store.h"

struct sqlite_store;

/* When a batch that was answered with DONE is durable. In each mode it survives
 * the end of the process, in any way. */
enum {
	SQLITE_STORE_EACH = 0,    /* at once: a loss of power takes nothing */
	SQLITE_STORE_GROUPED = 1, /* at the next bko_engine_sync, or checkpoint of SQLite */
	SQLITE_STORE_NEVER = 2    /* a loss of power may damage the file: for tests */
};

/* To be added to a mode: one engine alone uses the file, others that open it
 * find it locked. Then the engine need not read again what it knows. */
enum { SQLITE_STORE_ALONE = 4 };

/* Opens the file, makes it if it is not there; `mode` is one of the above. `file` is a name or a
 * URI, as SQLite reads them. One handle for each engine: a handle is used by one thread at a time.
 * Returns: BKO_E_FORMAT: it is a database, but not of this store, or no
 * database; BKO_E_BUSY: others kept it locked for seconds; BKO_E_READ_ONLY,
 * BKO_E_FULL, BKO_E_CORRUPT, BKO_E_NO_MEMORY, BKO_E_IO; BKO_E_ARGUMENT (mode). */
int32_t sqlite_store_open(const char *file, uint32_t mode, struct sqlite_store **store);

/* Fills the table for bko_engine_open; valid until the store is closed. */
void sqlite_store_table(struct sqlite_store *store, struct bko_store *table);

/* Engines on it must be closed before. NULL is nothing. */
void sqlite_store_close(struct sqlite_store *store);

#endif
