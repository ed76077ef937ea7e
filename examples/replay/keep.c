/*
 * See keep.h. SQLite is known only where REPLAY_SQLITE says so.
 *
 * SPDX-License-Identifier: MIT
 */
#include "keep.h"

#ifdef REPLAY_SQLITE
#include "../stores/sqlite/sqlite_store.h"
#endif

#include <string.h>

enum {
	BYTES_PER_LINE = 2048, /* of a batch, amply */
	SEGMENT_LEAST = 1 << 16,
	SEGMENT_MOST = 1 << 22,
	PIECES = 100000 /* of a log's work in one evening */
};

static int32_t open_log(struct keep *keep, const char *name, uint32_t lines,
                        struct bko_store *store)
{
	struct bko_medium_file_options file = {0};
	struct bko_log_options options = {0};
	struct bko_medium medium = {0};
	int32_t status;

	file.struct_size = sizeof file;
	file.flags = BKO_MEDIUM_FILE_CREATE;
	medium.struct_size = sizeof medium;
	options.struct_size = sizeof options;
	options.flags = BKO_LOG_CREATE;
	options.sync = BKO_LOG_SYNC_RELAXED; /* a replay can be played again */
	options.segment_size = SEGMENT_LEAST;
	while (options.segment_size / BYTES_PER_LINE < lines && options.segment_size < SEGMENT_MOST)
		options.segment_size *= 2;
	options.max_batch = options.segment_size;
	status = bko_medium_file_open(name, &file, &keep->file);
	if (status == BKO_OK)
		status = bko_medium_file_table(keep->file, &medium);
	if (status == BKO_OK)
		status = bko_log_open(&options, &medium, &keep->log);
	return status == BKO_OK ? bko_log_store(keep->log, store) : status;
}

static const char sqlite[] = "sqlite:";

int keep_known(const char *name)
{
	size_t word = strspn(name, "abcdefghijklmnopqrstuvwxyz");

	/* one letter is a drive */
	return word < 2 || name[word] != ':' || strncmp(name, sqlite, sizeof sqlite - 1) == 0;
}

int32_t keep_open(struct keep *keep, const char *name, uint32_t lines,
                  const struct bko_memory_options *memory, struct bko_store *store)
{
	int32_t status;

	memset(keep, 0, sizeof *keep);
	if (!name) {
		status = bko_memory_open(memory, &keep->memory);
		return status == BKO_OK ? bko_memory_store(keep->memory, store) : status;
	}
	if (strncmp(name, sqlite, sizeof sqlite - 1) != 0)
		return open_log(keep, name, lines, store);
#ifdef REPLAY_SQLITE
	status = sqlite_store_open(name + sizeof sqlite - 1, SQLITE_STORE_GROUPED, &keep->sqlite);
	if (status == BKO_OK)
		sqlite_store_table(keep->sqlite, store);
	return status;
#else
	return BKO_E_UNSUPPORTED;
#endif
}

int32_t keep_evening(struct keep *keep, int64_t now_ms)
{
	return keep->log ? bko_log_step(keep->log, now_ms, PIECES, NULL) : BKO_OK;
}

uint64_t keep_bytes(const struct keep *keep)
{
	struct bko_memory_stats memory = {0};
	struct bko_log_stats log = {0};

	memory.struct_size = sizeof memory;
	log.struct_size = sizeof log;
	if (keep->memory && bko_memory_stats(keep->memory, &memory) == BKO_OK)
		return memory.bytes;
	if (keep->log && bko_log_stats(keep->log, &log) == BKO_OK)
		return log.memory_bytes;
	return 0;
}

int32_t keep_close(struct keep *keep)
{
	int32_t status = bko_log_close(keep->log);

	bko_medium_file_close(keep->file);
	bko_memory_close(keep->memory);
#ifdef REPLAY_SQLITE
	sqlite_store_close(keep->sqlite);
#endif
	return status;
}
