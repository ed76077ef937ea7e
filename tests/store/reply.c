/*
 * tests/store/reply.c - what the engine does for a store, for tests of stores.
 *
 * SPDX-License-Identifier: MIT
 */
#include "reply.h"

#include <string.h>

int32_t bko_reply_row(bko_reply *reply, uint32_t index, const void *key, size_t key_size,
                      const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct reply_row *row;

	if (reply->count == REPLY_ROWS || reply->count + 1 == reply->refuse_at)
		return BKO_E_NO_MEMORY;
	row = &reply->rows[reply->count++];
	row->index = index;
	memcpy(row->key, key, key_size);
	row->key_size = key_size;
	row->value = value;
	row->value_size = value_size;
	row->revision = revision;
	row->hint = hint;
	return BKO_OK;
}

int32_t bko_reply_more(bko_reply *reply, uint32_t index)
{
	if (index < REPLY_KNOWN)
		reply->more[index] = 1;
	return BKO_OK;
}

void bko_reply_end(bko_reply *reply, int32_t status, uint64_t revision, int64_t native)
{
	(void)native;
	reply->ended++;
	reply->status = status;
	reply->revision = revision;
}

static void reply_clear(struct bko_reply *reply)
{
	reply->count = 0;
	memset(reply->more, 0, sizeof reply->more);
	reply->ended = 0;
	reply->status = BKO_REPLY_SILENT;
	reply->revision = 0;
}

static struct bko_store reply_table(bko_memory *memory)
{
	struct bko_store store;

	memset(&store, 0, sizeof store);
	store.struct_size = sizeof store;
	bko_memory_store(memory, &store);
	return store;
}

int32_t reply_store_query(const struct bko_store *store, const struct bko_query *query,
                          struct bko_reply *reply)
{
	reply_clear(reply);
	store->read(store->host, query, reply);
	return reply->ended == 1 ? reply->status : BKO_REPLY_SILENT;
}

static int32_t reply_store_batch(const struct bko_store *store, const struct bko_batch *batch,
                                 struct bko_reply *reply)
{
	reply_clear(reply);
	store->apply(store->host, batch, reply);
	return reply->ended == 1 ? reply->status : BKO_REPLY_SILENT;
}

int32_t reply_store_apply(const struct bko_store *store, const struct bko_entry *entries,
                          size_t count, struct bko_reply *reply)
{
	struct bko_batch batch = {sizeof batch, 0, entries, count};

	return reply_store_batch(store, &batch, reply);
}

int32_t reply_query(bko_memory *memory, const struct bko_query *query, struct bko_reply *reply)
{
	struct bko_store store = reply_table(memory);

	return reply_store_query(&store, query, reply);
}

int32_t reply_batch(bko_memory *memory, const struct bko_batch *batch, struct bko_reply *reply)
{
	struct bko_store store = reply_table(memory);

	return reply_store_batch(&store, batch, reply);
}

int32_t reply_read(bko_memory *memory, const struct bko_read *reads, size_t count,
                   struct bko_reply *reply)
{
	struct bko_query query = {sizeof query, 0, reads, count};

	return reply_query(memory, &query, reply);
}

int32_t reply_apply(bko_memory *memory, const struct bko_entry *entries, size_t count,
                    struct bko_reply *reply)
{
	struct bko_batch batch = {sizeof batch, 0, entries, count};

	return reply_batch(memory, &batch, reply);
}

const struct reply_row *reply_get(bko_memory *memory, const void *key, size_t size,
                                  struct bko_reply *reply)
{
	struct bko_read read = {{key, size}, {NULL, 0}, 1, 0};

	if (reply_read(memory, &read, 1, reply) != BKO_REPLY_DONE || reply->count == 0)
		return NULL;
	return &reply->rows[0];
}
