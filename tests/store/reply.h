/*
 * tests/store/reply.h - a reply that keeps what a store answers, and short
 * ways to read from and apply to a store.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_STORE_REPLY_H
#define TESTS_STORE_REPLY_H

#include "backorder/store.h"

enum { REPLY_ROWS = 4096, REPLY_KNOWN = 256 };

struct reply_row {
	uint32_t index;
	const unsigned char *value;
	unsigned char key[BKO_KEY_MAX];
	size_t key_size, value_size;
	uint64_t revision, hint;
};

struct bko_reply {
	struct reply_row rows[REPLY_ROWS];
	size_t count;
	unsigned char more[REPLY_KNOWN]; /* by index */
	uint32_t ended;
	int32_t status;
	uint64_t revision;
	size_t refuse_at; /* the row that is not taken, counted from 1; 0: all are */
};

/* Clears a reply and calls the store. The status of the reply. */
int32_t reply_store_query(const struct bko_store *store, const struct bko_query *query,
                          struct bko_reply *reply);
int32_t reply_store_apply(const struct bko_store *store, const struct bko_entry *entries,
                          size_t count, struct bko_reply *reply);
int32_t reply_read(bko_memory *memory, const struct bko_read *reads, size_t count,
                   struct bko_reply *reply);
int32_t reply_apply(bko_memory *memory, const struct bko_entry *entries, size_t count,
                    struct bko_reply *reply);
int32_t reply_batch(bko_memory *memory, const struct bko_batch *batch, struct bko_reply *reply);
int32_t reply_query(bko_memory *memory, const struct bko_query *query, struct bko_reply *reply);

/* One key: its row or NULL, valid until the next call with this reply. */
const struct reply_row *reply_get(bko_memory *memory, const void *key, size_t size,
                                  struct bko_reply *reply);

#endif
