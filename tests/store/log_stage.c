/*
 * tests/store/log_stage.c - logs on images, for tests.
 *
 * SPDX-License-Identifier: MIT
 */
#include "log_stage.h"

#include <stdlib.h>
#include <string.h>

const struct stage_shape stage_shapes[] = {
	{"bytes, as a file", 1, 4096, 0, 0, 256 << 10},
	{"small segments", 1, 512, 0, 2048, 64 << 10},
	{"battery memory, words", 4, 1024, 0, 4096, 128 << 10},
	{"flash of bytes", 1, 4096, 1, 0, 256 << 10},
	{"flash of words", 4, 4096, 1, 0, 256 << 10},
	{"flash of 16 bytes, erased to 0", 16, 4096, 2, 0, 256 << 10},
	{"flash of 32 bytes", 32, 8192, 1, 0, 256 << 10},
	{"flash of pages", 256, 4096, 1, 0, 256 << 10},
	{"flash of large pages", 2048, 65536, 1, 0, 1 << 20},
	{"segments of four units", 8, 1024, 1, 4096, 128 << 10},
};
const size_t stage_shape_count = sizeof stage_shapes / sizeof stage_shapes[0];

/* Counts a call down; whether it fails. */
static int fault_now(const struct stage *stage, uint32_t *in)
{
	if (*in == 0)
		return 0;
	if (*in > 1) {
		--*in;
		return 0;
	}
	if (!stage->faults.forever)
		*in = 0;
	return 1;
}

static uint8_t *stage_unit(struct stage *stage, uint64_t at)
{
	return &stage->faults.bad[at / stage->medium.erase_unit % STAGE_UNITS];
}

static int32_t stage_read(void *host, uint64_t at, void *data, uint32_t size)
{
	struct stage *stage = host;

	if (fault_now(stage, &stage->faults.read_in))
		return stage->faults.status;
	if (*stage_unit(stage, at) == STAGE_READ_FAILS)
		return BKO_E_CORRUPT;
	return stage->inner.read(&stage->ram, at, data, size);
}

static int32_t stage_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	struct stage *stage = host;
	uint32_t part = stage->faults.partly;

	stage->programs++;
	if (fault_now(stage, &stage->faults.program_in)) {
		if (part > size)
			part = size;
		memcpy(stage->image + at, data, part);
		return stage->faults.status;
	}
	switch (*stage_unit(stage, at)) {
	case STAGE_PROGRAM_FAILS: return BKO_E_IO;
	case STAGE_PROGRAM_SILENT: return BKO_OK;
	default: return stage->inner.program(&stage->ram, at, data, size);
	}
}

static int32_t stage_erase(void *host, uint64_t at)
{
	struct stage *stage = host;

	stage->erases++;
	if (fault_now(stage, &stage->faults.erase_in))
		return stage->faults.status;
	switch (*stage_unit(stage, at)) {
	case STAGE_ERASE_FAILS: return BKO_E_IO;
	case STAGE_ERASE_SILENT: return BKO_OK;
	default: return stage->inner.erase(&stage->ram, at);
	}
}

static int32_t stage_sync(void *host)
{
	struct stage *stage = host;

	stage->syncs++;
	return fault_now(stage, &stage->faults.sync_in) ? stage->faults.status : BKO_OK;
}

static int32_t stage_size(void *host, uint64_t want, uint64_t *size)
{
	struct stage *stage = host;
	uint64_t grain = stage->medium.erase_unit;

	*size = stage->ram.size;
	if (fault_now(stage, &stage->faults.size_in))
		return stage->faults.status;
	if (want <= stage->ram.size)
		return BKO_OK;
	if (want > stage->limit)
		return BKO_E_FULL;
	stage->ram.size = (want + grain - 1) / grain * grain;
	*size = stage->ram.size;
	return BKO_OK;
}

void stage_set(struct stage *stage, const struct stage_shape *shape, uint64_t seed)
{
	memset(stage, 0, sizeof *stage);
	memset(stage->image, shape->flash == 1 ? 0xff : 0, sizeof stage->image);
	stage->ram.struct_size = sizeof stage->ram;
	stage->ram.program_unit = shape->program_unit;
	stage->ram.erase_unit = shape->erase_unit;
	stage->ram.flash = shape->flash;
	stage->ram.data = stage->image;
	stage->ram.size = shape->size;
	stage->medium.struct_size = sizeof stage->medium;
	stage->inner.struct_size = sizeof stage->inner;
	if (bko_medium_ram(&stage->ram, &stage->inner) != BKO_OK)
		abort();
	stage->medium = stage->inner;
	stage->medium.host = stage;
	stage->medium.read = stage_read;
	stage->medium.program = stage_program;
	stage->medium.erase = stage_erase;
	stage->medium.sync = stage_sync;
	stage->medium.size = stage_size;
	stage->faults.status = BKO_E_IO;
	stage->options.struct_size = sizeof stage->options;
	stage->options.flags = BKO_LOG_CREATE;
	stage->options.segment_size = shape->segment_size;
	stage->random = seed;
	stage->keys.random = &stage->random;
	stage->largest = 100;
	stage->rows = 200;
	if (bko_memory_open(NULL, &stage->twin) != BKO_OK)
		abort();
}

void stage_clear(struct stage *stage)
{
	bko_log_close(stage->log);
	bko_memory_close(stage->twin);
	stage->log = NULL;
	stage->twin = NULL;
}

int32_t stage_open(struct stage *stage)
{
	int32_t status = bko_log_open(&stage->options, &stage->medium, &stage->log);

	if (status != BKO_OK)
		return status;
	memset(&stage->store, 0, sizeof stage->store);
	stage->store.struct_size = sizeof stage->store;
	return bko_log_store(stage->log, &stage->store);
}

void stage_crash(struct stage *stage)
{
	unsigned char *kept = malloc(sizeof stage->image);

	if (kept == NULL)
		abort();
	memcpy(kept, stage->image, sizeof stage->image);
	bko_log_close(stage->log);
	stage->log = NULL;
	memcpy(stage->image, kept, sizeof stage->image);
	free(kept);
}

static int compare_entries(const void *a, const void *b)
{
	const struct bko_entry *x = a, *y = b;

	return shadow_compare(x->key.data, x->key.size, y->key.data, y->key.size);
}

/* A key of the kind, or the first that is above it in the store. */
static void choose_key(struct stage *stage, struct shadow_row *row)
{
	static const unsigned char high[] = {0xff, 0xff, 0xff, 0xff};
	struct bko_read read = {{row->key, 0}, {high, sizeof high}, 1, 0};
	struct bko_query query = {sizeof query, 0, &read, 1};

	row->key_size = shadow_key(&stage->keys, row->key);
	read.key.size = row->key_size;
	if (shadow_below(&stage->random, 2) == 0)
		return;
	if (reply_store_query(&stage->store, &query, &stage->reply) != BKO_REPLY_DONE ||
	    stage->reply.count == 0)
		return;
	row->key_size = stage->reply.rows[0].key_size;
	memcpy(row->key, stage->reply.rows[0].key, row->key_size);
}

void stage_choose(struct stage *stage)
{
	struct bko_log_stats stats = stage_stats(stage);
	uint32_t deletes = stats.rows > stage->rows ? 80 : 25;
	size_t i, kept = 0;

	stage->count = 1 + shadow_below(&stage->random, 6);
	for (i = 0; i < stage->count; i++) {
		struct shadow_row *row = &stage->source[i];
		struct bko_entry *entry = &stage->entries[i];
		size_t k;

		memset(entry, 0, sizeof *entry);
		choose_key(stage, row);
		row->value_size = shadow_below(&stage->random, stage->largest + 1);
		for (k = 0; k < row->value_size; k++)
			row->value[k] = (unsigned char)shadow_random(&stage->random);
		entry->key.data = row->key;
		entry->key.size = row->key_size;
		entry->action = shadow_below(&stage->random, 100) < deletes ? BKO_ACTION_DELETE
		                                                            : BKO_ACTION_PUT;
		if (entry->action == BKO_ACTION_PUT) {
			entry->value.data = row->value;
			entry->value.size = row->value_size;
		}
	}
	qsort(stage->entries, stage->count, sizeof stage->entries[0], compare_entries);
	for (i = 0; i < stage->count; i++)
		if (i == 0 || compare_entries(&stage->entries[kept - 1], &stage->entries[i]) != 0)
			stage->entries[kept++] = stage->entries[i];
	stage->count = kept;
}

int32_t stage_apply(struct stage *stage)
{
	int32_t status =
		reply_store_apply(&stage->store, stage->entries, stage->count, &stage->reply);

	if (status == BKO_REPLY_DONE &&
	    reply_apply(stage->twin, stage->entries, stage->count, &stage->reply) != BKO_REPLY_DONE)
		abort();
	return status;
}

int32_t stage_put(struct stage *stage, const char *key, const char *value)
{
	struct bko_entry *entry = &stage->entries[0];

	memset(entry, 0, sizeof *entry);
	entry->key.data = key;
	entry->key.size = strlen(key);
	entry->action = value != NULL ? BKO_ACTION_PUT : BKO_ACTION_DELETE;
	if (value != NULL) {
		entry->value.data = value;
		entry->value.size = strlen(value);
	}
	stage->count = 1;
	return stage_apply(stage);
}

int stage_same(struct stage *stage)
{
	uint64_t a = 0, b = 1;

	return bko_log_hash(stage->log, &a) == BKO_OK &&
	       bko_memory_hash(stage->twin, &b) == BKO_OK && a == b;
}

struct bko_log_stats stage_stats(struct stage *stage)
{
	struct bko_log_stats stats;

	memset(&stats, 0, sizeof stats);
	stats.struct_size = sizeof stats;
	if (bko_log_stats(stage->log, &stats) != BKO_OK)
		abort();
	return stats;
}
