/*
 * store/log_apply.c - the callbacks of the store. A batch is checked against
 * the rows in memory, written to the log, and only then takes effect in memory,
 * where it can not fail any more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

/* What a batch may come to, at most. */
struct apply_bound {
	size_t payload;
	uint64_t row_max;
	uint32_t changes;
};

static int log_valid(const struct bko_log *log)
{
	return log != NULL && log->magic == BKO__LOG_MAGIC;
}

void bko__log_store_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct bko_log *log = host;

	if (!log_valid(log) || log->failed)
		bko_reply_end(reply, log_valid(log) ? BKO_REPLY_IO : BKO_REPLY_UNSUPPORTED, 0, 0);
	else
		bko__memory_read(log->memory, query, reply);
}

static void apply_bound(const struct bko_batch *batch, struct apply_bound *bound)
{
	const struct bko_entry *entry;
	size_t i, size;

	memset(bound, 0, sizeof *bound);
	for (i = 0; i < batch->count; i++) {
		entry = &batch->entries[i];
		if (entry->action == BKO_ACTION_NONE)
			continue;
		bound->changes++;
		size = entry->key.size;
		if (entry->action == BKO_ACTION_PUT) {
			size += entry->value.size;
			if (size > bound->row_max)
				bound->row_max = size;
		}
		bound->payload += size + BKO__LOG_ENTRY_MAX;
	}
}

/* Puts the changes into the buffer. Returns 0 if they have no room. */
static size_t apply_encode(struct bko_log *log, const struct bko_batch *batch)
{
	size_t capacity = bko__log_capacity(log, log->buffer_size);
	const struct bko_entry *entry, *before = NULL;
	uint8_t *to = bko__log_payload(log);
	size_t used = 0, size, front, i;

	for (i = 0; i < batch->count; i++) {
		entry = &batch->entries[i];
		if (entry->action == BKO_ACTION_NONE)
			continue;
		front = before == NULL ? 0
		                       : bko__page_common(entry->key.data, entry->key.size,
		                                          before->key.data, before->key.size);
		size = bko__log_put_row(to + used, capacity - used, entry, front, 0, 0);
		if (size == 0)
			return 0;
		used += size;
		before = entry;
	}
	return used;
}

static int32_t apply_reply(int32_t status)
{
	switch (status) {
	case BKO_OK: return BKO_REPLY_DONE;
	case BKO_E_FULL: return BKO_REPLY_FULL;
	case BKO_E_TOO_LARGE: return BKO_REPLY_TOO_LARGE;
	default: return BKO_REPLY_IO;
	}
}

/* Writes a batch that was prepared. `native`: what the medium said. */
static int32_t apply_write(struct bko_log *log, const struct bko_batch *batch, int64_t *native)
{
	size_t capacity = bko__log_capacity(log, log->buffer_size);
	struct apply_bound bound;
	uint64_t rows, row_bytes;
	size_t payload;
	int32_t status;

	apply_bound(batch, &bound);
	if (bound.changes == 0) {
		*native = bko__log_begin(log);
		return apply_reply((int32_t)*native);
	}
	if (bound.row_max > log->row_max)
		log->row_max = bound.row_max;
	if (bound.payload > capacity)
		bound.payload = capacity;
	bko__memory_foresee(log->memory, batch, &rows, &row_bytes);
	status = bko__log_room(log, bound.payload, row_bytes, rows);
	*native = status;
	if (status != BKO_OK)
		return apply_reply(status);
	payload = apply_encode(log, batch);
	if (payload == 0)
		return BKO_REPLY_TOO_LARGE;
	status = bko__log_append(log, payload, log->memory->revision + 1);
	*native = status;
	return status == BKO_OK ? BKO_REPLY_DONE : BKO_REPLY_UNKNOWN;
}

void bko__log_store_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct bko_log *log = host;
	int32_t status = BKO_REPLY_UNSUPPORTED;
	int64_t native = 0;

	if (log_valid(log) && batch != NULL) {
		if (log->failed)
			status = BKO_REPLY_IO;
		else if (log->read_only)
			status = BKO_REPLY_READ_ONLY;
		else
			status = bko__memory_prepare(log->memory, batch, reply);
	}
	if (status == BKO_REPLY_DONE)
		status = apply_write(log, batch, &native);
	if (status == BKO_REPLY_DONE) {
		bko__memory_commit(log->memory, batch);
		bko__memory_tell(log->memory, batch, reply);
	}
	bko_reply_end(reply, status, status == BKO_REPLY_DONE ? log->memory->revision : 0, native);
}

void bko__log_store_sync(void *host, bko_reply *reply)
{
	struct bko_log *log = host;
	int32_t status = BKO_REPLY_UNSUPPORTED;

	if (log_valid(log))
		status = apply_reply(log->number > log->durable ? bko__log_sync(log)
		                     : log->failed              ? BKO_E_IO
		                                                : BKO_OK);
	bko_reply_end(reply, status, 0, 0);
}
