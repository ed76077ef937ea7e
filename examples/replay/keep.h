/*
 * Where the library's rows are kept: in memory, in a file of the log store, or
 * in an SQLite file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef REPLAY_KEEP_H
#define REPLAY_KEEP_H

#include "backorder/log.h"

struct keep {
	bko_memory *memory;
	bko_medium_file *file;
	bko_log *log;
	struct sqlite_store *sqlite;
};

/* Whether a name is one of a store: a word before a colon is the kind of it. */
int keep_known(const char *name);

/* Opens the store `name`: NULL is memory, sqlite:FILE and FILE are files, made if they are
 * not there. `lines` is the size of the largest order. */
int32_t keep_open(struct keep *keep, const char *name, uint32_t lines,
                  const struct bko_memory_options *memory, struct bko_store *store);

/* What a store does when the shop is closed. */
int32_t keep_evening(struct keep *keep, int64_t now_ms);

/* Bytes of memory that it took, as far as is known. */
uint64_t keep_bytes(const struct keep *keep);

int32_t keep_close(struct keep *keep);

#endif
