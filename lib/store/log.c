/*
 * store/log.c - the log store's face: open, step, sizes, close.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/log_state.h"

enum {
	LOG_ALIGN = 16,
	LOG_GROUP = 100,
	LOG_GROUP_MS = 1000,
	LOG_DAMAGES = BKO__LOG_DAMAGES * sizeof(struct bko_log_damage)
};

static int log_valid_handle(const bko_log *log)
{
	return log != NULL && log->magic == BKO__LOG_MAGIC;
}

static int32_t log_check_options(const struct bko_log_options *options)
{
	uint32_t known = BKO_LOG_CREATE | BKO_LOG_FORMAT | BKO_LOG_READ_ONLY | BKO_LOG_SALVAGE;
	uint32_t writes = BKO_LOG_CREATE | BKO_LOG_FORMAT;
	int32_t status = bko__memory_sized(options, sizeof *options);

	if (status != BKO_OK)
		return status;
	if (options->reserved != 0 || options->reserved2 != NULL)
		return BKO_E_STRUCT_NEWER;
	if ((options->flags & ~known) != 0 || options->sync > BKO_LOG_SYNC_RELAXED ||
	    options->shared > 1 ||
	    ((options->flags & writes) != 0 && (options->flags & (known & ~writes)) != 0))
		return BKO_E_ARGUMENT;
	if (options->damage != NULL && options->damage->struct_size != sizeof *options->damage)
		return BKO_E_STRUCT_SIZE;
	return BKO_OK;
}

/* What of an arena is left. */
struct log_arena {
	uint8_t *at;
	size_t size;
};

static void *log_take(struct log_arena *arena, size_t size)
{
	size_t skip = (LOG_ALIGN - (uintptr_t)arena->at % LOG_ALIGN) % LOG_ALIGN;
	uint8_t *taken;

	if (arena->size < skip || arena->size - skip < size)
		return NULL;
	taken = arena->at + skip;
	arena->at = taken + size;
	arena->size -= skip + size;
	return taken;
}

/* Scratch and record buffer in one block. */
static size_t log_buffer_bytes(const struct bko_log *log)
{
	return (size_t)log->scratch_size + log->buffer_size;
}

static int32_t log_open_memory(struct bko_log *log, const struct bko_log_options *options,
                               struct log_arena *arena)
{
	struct bko_memory_options wanted;

	memset(&wanted, 0, sizeof wanted);
	wanted.struct_size = sizeof wanted;
	wanted.page_size = options->page_size;
	wanted.alloc = log->alloc;
	wanted.alloc_host = log->alloc_host;
	wanted.shared = options->shared;
	if (log->in_arena) {
		wanted.arena = arena->at;
		wanted.arena_size = arena->size;
	}
	return bko_memory_open(&wanted, &log->memory);
}

/* Memory for what salvage finds. */
static int32_t log_take_damages(struct bko_log *log, struct log_arena *arena)
{
	if ((log->flags & BKO_LOG_SALVAGE) == 0)
		return BKO_OK;
	if (log->in_arena)
		log->damages = log_take(arena, LOG_DAMAGES);
	else
		log->damages = log->alloc(log->alloc_host, NULL, 0, LOG_DAMAGES);
	return log->damages != NULL ? BKO_OK : BKO_E_NO_MEMORY;
}

/* Memory for records, segments, rows. */
static int32_t log_take_memory(struct bko_log *log, const struct bko_log_options *options,
                               struct log_arena *arena, uint64_t size)
{
	uint32_t header = bko__log_header_size(log), empty = bko__log_empty_size(log);
	uint64_t count;

	log->scratch_size = header > empty ? header : empty;
	if (!log->in_arena) {
		log->scratch = log->alloc(log->alloc_host, NULL, 0, log_buffer_bytes(log));
	} else {
		count = (options->max_size > size ? options->max_size : size) >> log->segment_shift;
		if (count < BKO__LOG_SEGMENTS_MIN)
			count = BKO__LOG_SEGMENTS_MIN;
		if (count > arena->size / sizeof *log->table)
			return BKO_E_NO_MEMORY;
		log->table_limit = (uint32_t)count;
		log->table = log_take(arena, (size_t)count * sizeof *log->table);
		log->scratch = log_take(arena, log_buffer_bytes(log));
	}
	if (log->scratch == NULL || (log->in_arena && log->table == NULL))
		return BKO_E_NO_MEMORY;
	log->buffer = log->scratch + log->scratch_size;
	if (log_take_damages(log, arena) != BKO_OK)
		return BKO_E_NO_MEMORY;
	return log_open_memory(log, options, arena);
}

/* Opens what the medium holds, or makes it. */
static int32_t log_start(struct bko_log *log, const struct bko_log_options *options,
                         struct log_arena *arena)
{
	uint64_t size;
	int make = (options->flags & BKO_LOG_FORMAT) != 0;
	int32_t none = BKO_E_FORMAT; /* what there is instead of a log */
	int32_t status = bko__log_medium_size(log, 0, &size);

	if (status == BKO_OK && !make) {
		status = bko__log_load_label(log, size);
		/* A later release wrote it, and knows what it holds. */
		if (status == BKO_E_STRUCT_NEWER)
			return BKO_E_FORMAT;
		none = status;
		if (status == BKO_E_FORMAT || status == BKO_E_CORRUPT) {
			bko__log_note(log, BKO_LOG_DAMAGE_LABEL, 0, 0, BKO__LOG_LABEL, 0);
			make = (options->flags & BKO_LOG_CREATE) != 0;
		}
	}
	if (make)
		status = bko__log_plan_label(log, options, size);
	if (status == BKO_OK)
		status = log_take_memory(log, options, arena, size);
	if (status == BKO_OK)
		status = bko__log_count_segments(log, size);
	if (status != BKO_OK)
		return status;
	/* No log has ever been made so short, and none shrinks. */
	if (!make && log->segments < BKO__LOG_SEGMENTS_MIN) {
		status = bko__log_note(log, BKO_LOG_DAMAGE_SEGMENT, UINT32_MAX, 0,
		                       bko__log_segment_size(log), 0);
		if (log->damages == NULL)
			return status;
	}
	if (make)
		status = bko__log_make(log, size, none);
	else
		status = log->damages != NULL ? bko__log_salvage(log) : bko__log_recover(log);
	if (status == BKO_OK && !make && log->damages == NULL)
		status = bko__log_replay(log);
	/* So that the first sale need not erase. Without a free segment that is
	 * not yet a failure. */
	if (status == BKO_OK && !log->read_only && log->counts[BKO__SEGMENT_ERASED] == 0)
		bko__log_erase_ahead(log);
	return status;
}

static void log_free(struct bko_log *log)
{
	bko_alloc_fn alloc = log->alloc;

	log->magic = 0;
	bko_memory_close(log->memory);
	if (log->in_arena)
		return;
	if (log->scratch != NULL)
		alloc(log->alloc_host, log->scratch, log_buffer_bytes(log), 0);
	if (log->damages != NULL)
		alloc(log->alloc_host, log->damages, LOG_DAMAGES, 0);
	if (log->table != NULL)
		alloc(log->alloc_host, log->table, log->table_limit * sizeof *log->table, 0);
	alloc(log->alloc_host, log, sizeof *log, 0);
}

static int32_t log_make_object(const struct bko_log_options *options, struct log_arena *arena,
                               bko_log **log)
{
	bko_alloc_fn alloc = bko__memory_heap(options->alloc);
	struct bko_log *made;

	if (arena->at != NULL) {
		made = log_take(arena, sizeof *made);
	} else if (alloc == NULL) {
		return BKO_E_UNSUPPORTED;
	} else {
		made = alloc(options->alloc_host, NULL, 0, sizeof *made);
	}
	if (made == NULL)
		return BKO_E_NO_MEMORY;
	memset(made, 0, sizeof *made);
	made->alloc = alloc;
	made->alloc_host = options->alloc_host;
	made->in_arena = arena->at != NULL;
	*log = made;
	return BKO_OK;
}

static void log_set_options(struct bko_log *log, const struct bko_log_options *options,
                            const struct bko_medium *medium)
{
	log->flags = options->flags;
	log->sync = options->sync;
	log->group_commits = options->group_commits != 0 ? options->group_commits : LOG_GROUP;
	log->group_ms = options->group_ms != 0 ? options->group_ms : LOG_GROUP_MS;
	log->max_size = options->max_size;
	log->read_only = (options->flags & (BKO_LOG_READ_ONLY | BKO_LOG_SALVAGE)) != 0;
	log->medium = *medium;
	log->pad = (medium->flags & BKO_MEDIUM_OVERWRITES) != 0 ? 0 : medium->erased;
}

int32_t bko_log_open(const struct bko_log_options *options, const struct bko_medium *medium,
                     bko_log **log)
{
	static const struct bko_log_options defaults = {
		sizeof defaults, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, NULL, NULL, 0, 0};
	struct log_arena arena;
	struct bko_log *made = NULL;
	int32_t status;

	if (log == NULL || medium == NULL)
		return BKO_E_MISUSE;
	*log = NULL;
	if (options == NULL)
		options = &defaults;
	status = log_check_options(options);
	if (status == BKO_OK)
		status = bko__log_check_medium(medium);
	if (status != BKO_OK)
		return status;
	arena.at = options->arena;
	arena.size = options->arena_size;
	status = log_make_object(options, &arena, &made);
	if (status != BKO_OK)
		return status;
	log_set_options(made, options, medium);
	status = log_start(made, options, &arena);
	if (status == BKO_E_CORRUPT && made->told.damages == 0)
		bko__log_note(made, BKO_LOG_DAMAGE_LABEL, 0, 0, BKO__LOG_LABEL, 0);
	if (options->damage != NULL) {
		*options->damage = made->damage;
		options->damage->struct_size = sizeof *options->damage;
	}
	if (status != BKO_OK) {
		log_free(made);
		return status;
	}
	made->magic = BKO__LOG_MAGIC;
	*log = made;
	return BKO_OK;
}

int32_t bko_log_store(bko_log *log, struct bko_store *store)
{
	size_t capacity;
	struct bko_store table;

	if (!log_valid_handle(log) || store == NULL)
		return BKO_E_MISUSE;
	memset(&table, 0, sizeof table);
	table.struct_size = sizeof table;
	bko_memory_store(log->memory, &table);
	capacity = bko__log_capacity(log, log->buffer_size);
	table.max_entries = (uint32_t)(capacity / 64);
	if (table.max_entries < BKO__LOG_ENTRIES_MIN)
		table.max_entries = BKO__LOG_ENTRIES_MIN;
	table.max_batch = 1; /* of a label that nobody wrote; making a log takes care of room */
	if (capacity > (size_t)table.max_entries * BKO__LOG_ENTRY_MAX)
		table.max_batch = (uint32_t)(capacity - table.max_entries * BKO__LOG_ENTRY_MAX);
	if (capacity < BKO_KEY_MAX + BKO_VALUE_MAX + BKO__LOG_ENTRY_MAX)
		table.max_value = capacity > BKO_KEY_MAX + BKO__LOG_ENTRY_MAX
		                          ? (uint32_t)(capacity - BKO_KEY_MAX - BKO__LOG_ENTRY_MAX)
		                          : 1;
	table.host = log;
	table.read = bko__log_store_read;
	table.apply = bko__log_store_apply;
	table.sync = bko__log_store_sync;
	return bko__memory_fill(store, &table, sizeof table);
}

int32_t bko_log_compact(bko_log *log)
{
	if (!log_valid_handle(log))
		return BKO_E_MISUSE;
	if (log->read_only)
		return BKO_E_READ_ONLY;
	log->compaction.wanted = 1;
	return BKO_OK;
}

int32_t bko_log_hash(bko_log *log, uint64_t *hash)
{
	return log_valid_handle(log) ? bko_memory_hash(log->memory, hash) : BKO_E_MISUSE;
}

int32_t bko_log_stats(bko_log *log, struct bko_log_stats *stats)
{
	struct bko_memory_stats rows;
	struct bko_log_stats now;

	if (!log_valid_handle(log) || stats == NULL)
		return BKO_E_MISUSE;
	memset(&rows, 0, sizeof rows);
	rows.struct_size = sizeof rows;
	bko_memory_stats(log->memory, &rows);
	now = log->told;
	now.format = BKO__LOG_VERSION;
	now.epoch = log->epoch;
	now.sealed = log->sealed;
	now.failed = log->failed;
	now.compacting = log->compaction.active != 0;
	now.segment_size = bko__log_segment_size(log);
	now.unit = 1u << log->unit_shift;
	now.segments = log->segments;
	now.segments_log = log->counts[BKO__SEGMENT_LOG];
	now.segments_checkpoint = log->counts[BKO__SEGMENT_ROWS] + log->counts[BKO__SEGMENT_NEW];
	now.segments_free = bko__log_free_count(log);
	now.segments_bad = log->counts[BKO__SEGMENT_BAD];
	now.rows = rows.rows;
	now.row_bytes = rows.row_bytes;
	now.memory_bytes = sizeof *log + log_buffer_bytes(log) + rows.bytes +
	                   (uint64_t)log->table_limit * sizeof *log->table;
	now.number = log->number;
	now.durable = log->durable;
	return bko__memory_fill(stats, &now, sizeof now);
}

int32_t bko_log_damage(bko_log *log, uint32_t index, struct bko_log_damage *damage)
{
	if (!log_valid_handle(log) || damage == NULL)
		return BKO_E_MISUSE;
	if (log->damages == NULL || index >= log->told.damages || index >= BKO__LOG_DAMAGES)
		return BKO_E_NOT_FOUND;
	return bko__memory_fill(damage, &log->damages[index], sizeof *damage);
}

int32_t bko_log_close(bko_log *log)
{
	int32_t status = BKO_OK;

	if (log == NULL)
		return BKO_OK;
	if (!log_valid_handle(log))
		return BKO_E_MISUSE;
	if (log->failed)
		status = BKO_E_IO;
	else if (log->begun && !log->sealed)
		status = bko__log_seal(log);
	log_free(log);
	return status;
}
