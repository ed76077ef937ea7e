/*
 * backorder/log.h - the log store: rows in memory, made durable by a journal
 * of batches on a medium (medium.h). For tills, terminals and small shops: one
 * process, no server, the same bytes on every platform.
 *
 * All rows lie in memory, in the tree of the memory store, and are read from
 * there. An applied batch is one record at the end of the log: one program of
 * the medium, and one sync where the mode asks for it. Opening reads the last
 * checkpoint and replays what follows.
 *
 * WHAT HOLDS, whatever the moment at which power is lost or a process killed:
 *
 * - A batch is seen whole or not at all, and none without all before it.
 * - A batch that was answered with DONE is there after every later open, once
 *   it is durable: at once with BKO_LOG_SYNC_EACH, else after the next sync.
 *   Until then a crash may take the latest batches, never one in the middle.
 * - What was cut short at the end of the log is dropped (stats: dropped_bytes).
 *   Damage before that is BKO_E_CORRUPT, told with its position and never
 *   skipped, unless the log is opened to salvage.
 * - What can not be told from a cut: the latest records damaged or gone, with
 *   all that says they were durable, as when the end of a file is truncated.
 *   Then a log that was not closed opens without these batches. On a medium
 *   that overwrites one that was closed is BKO_E_CORRUPT then, as is one from
 *   before, up to the batches of its last close. A flash keeps no such mark.
 * - Nothing is acknowledged after a sync that failed: its batch is answered
 *   with BKO_REPLY_UNKNOWN, all later calls of the store with BKO_REPLY_IO,
 *   until the log is closed and opened again.
 * - Revisions never repeat: each open for writing has a number of its own
 *   (stats: epoch) that is durable before its first batch is answered.
 *
 * SPACE. The medium is cut in segments, filled one after another. Compaction
 * writes a checkpoint of all rows into free ones, in the steps of bko_log_step,
 * after which older ones are free again. No sale waits for it, unless no
 * segment is free: then the apply carries it out, and if there is still no room
 * answers BKO_REPLY_FULL. Deleting rows, and putting values that are not
 * longer, finds room even then, any number of times. On a medium that does not
 * grow, rows may take somewhat less than half of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_LOG_H
#define BACKORDER_LOG_H

#ifndef BKO_FFI_CDEF
#include "backorder/medium.h"
#include "backorder/store.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

typedef struct bko_log bko_log;

/* Flags of opening. */
enum {
	BKO_LOG_CREATE = 1,    /* makes a new log on a medium that is empty: of no size, or
	                        * nothing but zeros and erased bytes; opens one that is there */
	BKO_LOG_FORMAT = 2,    /* makes a new log on any medium: what it holds is lost */
	BKO_LOG_READ_ONLY = 4, /* never writes: apply answers BKO_REPLY_READ_ONLY. What a crash
	                        * left undecided may read differently at another open */
	BKO_LOG_SALVAGE = 8    /* reads what is whole, and lists what is not; read only. Rows may
	                        * be older than their last value, or be rows that were deleted */
};

/* When a batch is durable. */
enum {
	BKO_LOG_SYNC_EACH = 0,    /* before its apply is answered */
	BKO_LOG_SYNC_GROUPED = 1, /* every group_commits batches, or when bko_log_step finds the
	                           * oldest group_ms old. A crash of the machine may take the
	                           * batches since the last sync: at most group_commits - 1, and
	                           * none older than group_ms and the time between two steps */
	BKO_LOG_SYNC_RELAXED = 2  /* when a segment is full, at bko_engine_sync and at close. A
	                           * crash of the process takes nothing where the medium is a
	                           * file; one of the machine at most a segment's worth */
};

/* What was found where it should not be. */
enum {
	BKO_LOG_DAMAGE_NONE = 0,
	BKO_LOG_DAMAGE_LABEL = 1,      /* the description of the log at the medium's start */
	BKO_LOG_DAMAGE_SEGMENT = 2,    /* a segment is missing, or its header unreadable */
	BKO_LOG_DAMAGE_BATCH = 3,      /* a batch; others follow it */
	BKO_LOG_DAMAGE_CHECKPOINT = 4, /* rows of a checkpoint */
	BKO_LOG_DAMAGE_CONTENT = 5,    /* a record that is whole, but holds what none may hold */
	BKO_LOG_DAMAGE_READ = 6        /* the medium could not read it */
};
struct bko_log_damage {
	uint32_t struct_size;
	uint32_t kind;   /* BKO_LOG_DAMAGE_ */
	uint64_t at;     /* first byte, on the medium; of a missing segment: where it should be */
	uint64_t size;   /* bytes that could not be used; at least 1 */
	uint64_t number; /* of the first batch (or record of a checkpoint) that is missing */
	uint32_t segment;
	uint32_t reserved;
};

struct bko_log_options {
	uint32_t struct_size;
	uint32_t flags;         /* BKO_LOG_ flags of opening */
	uint32_t sync;          /* BKO_LOG_SYNC_ */
	uint32_t group_commits; /* of SYNC_GROUPED: batches, 0: 100 */
	uint32_t group_ms;      /* of SYNC_GROUPED: milliseconds, 0: 1000 */
	uint32_t segment_size;  /* bytes, when a log is made: a power of two, a multiple of the
	                         * erase unit, at least 512; 0: the erase unit, or up to 16 KiB
	                         * where that leaves 16 of them. No batch is larger */
	uint32_t max_batch;     /* bytes of the record of a batch: memory for it is taken once;
	                         * at least 128, for an engine 2048; 0: the smaller of a segment
	                         * and 64 KiB */
	uint32_t page_size;     /* as in bko_memory_options */
	uint64_t max_size;      /* bytes up to which a medium may be grown; 0: no limit, in an
	                         * arena the size it has */
	bko_alloc_fn alloc;     /* as in bko_memory_options */
	void *alloc_host;
	void *arena; /* caller's memory, used instead of any heap: the log, its record buffer,
	              * 8 bytes a segment, the rest as the arena of the memory store */
	size_t arena_size;
	struct bko_log_damage *damage; /* NULL, or where an open that fails because of what the
	                                * medium holds tells the first damage; struct_size set */
	const void *reserved2;
	uint32_t shared; /* as in bko_memory_options */
	uint32_t reserved;
};

/* Opens the log on a medium, which is copied and must serve until
 * bko_log_close. `options` may be NULL. After an end without close (or in
 * doubt) this programs a segment; else nothing is written before the first
 * apply, but on a flash one unit is erased for it.
 * Ownership: *log is the caller's until bko_log_close; with an arena it lies
 * there.
 * Returns: BKO_E_ARGUMENT (an option, or a medium against its contract);
 * BKO_E_FORMAT: the medium holds no log, another thing, or a log of a newer
 * release, which BKO_LOG_CREATE leaves alone too; BKO_E_CORRUPT: damage, see options.damage;
 * BKO_E_IO: the medium failed; BKO_E_FULL: it has fewer than 6 segments, or none is free to recover
 * into; BKO_E_NO_MEMORY: also when rows do not fit the arena;
 * BKO_E_UNSUPPORTED: no heap in this build and neither arena nor `alloc`, or a
 * program unit larger than the log was made for. Since: 0.1. */
BKO_API int32_t bko_log_open(const struct bko_log_options *options, const struct bko_medium *medium,
                             bko_log **log);

/* Fills the table through which an engine uses the log. It stays valid until
 * bko_log_close. max_batch and max_entries are such that what keeps to both
 * fits. Since: 0.1. */
BKO_API int32_t bko_log_store(bko_log *log, struct bko_store *store);

/* When bko_log_step is wanted next. */
enum {
	BKO_LOG_NEXT_NONE = 0, /* after a further apply */
	BKO_LOG_NEXT_AT = 1,   /* at at_ms: a group's sync falls due */
	BKO_LOG_NEXT_NOW = 2   /* work is left that was beyond the budget */
};
struct bko_log_next {
	uint32_t struct_size;
	uint32_t kind; /* BKO_LOG_NEXT_ */
	int64_t at_ms;
};

/* Does what sales need not wait for: a group's sync that is due, at most
 * `budget` pieces of erasing, growing and compaction. A piece is one erase, or
 * programs of no more than a batch may have. `next` may be NULL. Call it when
 * idle; may be called between any two calls of the engine, not within one.
 * Returns: BKO_E_READ_ONLY; BKO_E_IO, as all later calls, after a failed sync, or
 * as the medium does; BKO_E_FULL. Since: 0.1. */
BKO_API int32_t bko_log_step(bko_log *log, int64_t now_ms, uint32_t budget,
                             struct bko_log_next *next);

/* Asks for a compaction now, although the log is not yet so long that one
 * pays. The next steps carry it out. Returns: BKO_E_READ_ONLY. Since: 0.1. */
BKO_API int32_t bko_log_compact(bko_log *log);

/* What a log is and holds. Counts "of this open" begin at 0 with it. */
struct bko_log_stats {
	uint32_t struct_size;
	uint32_t format; /* version of the log's format */
	uint32_t epoch;  /* opens that wrote, this one included if it has */
	uint32_t sealed; /* 1: it was closed, nothing was left undecided */
	uint32_t failed; /* 1: a sync or program failed, see above */
	uint32_t compacting;
	uint32_t segment_size; /* bytes */
	uint32_t unit;         /* records begin at multiples of it */
	uint32_t segments;     /* all, of them: */
	uint32_t segments_log; /* batches since the checkpoint began */
	uint32_t segments_checkpoint;
	uint32_t segments_free;
	uint32_t segments_bad; /* failed to erase or program, of this open */
	uint32_t damages;      /* of salvage: how many bko_log_damage tells */
	uint64_t rows, row_bytes;
	uint64_t memory_bytes;                /* all memory taken */
	uint64_t number;                      /* batches since the log was made */
	uint64_t durable;                     /* of them, up to which a sync has made them so */
	uint64_t log_bytes, checkpoint_bytes; /* of whole records, dead rows included */
	uint64_t dropped_bytes;               /* at the end of the log, by this open */
	uint64_t replayed;                    /* batches, by this open */
	/* Calls of the medium, of this open. */
	uint64_t reads, programs, program_bytes, erases, syncs;
	uint64_t compactions; /* completed, of this open */
};
/* Since: 0.1. */
BKO_API int32_t bko_log_stats(bko_log *log, struct bko_log_stats *stats);

/* As bko_memory_hash. Since: 0.1. */
BKO_API int32_t bko_log_hash(bko_log *log, uint64_t *hash);

/* Tells damage `index`, from 0, of a log opened to salvage, in the order in
 * which it was met. Returns: BKO_E_NOT_FOUND beyond the last. Since: 0.1. */
BKO_API int32_t bko_log_damage(bko_log *log, uint32_t index, struct bko_log_damage *damage);

/* Syncs, marks the log as closed and frees it. Engines on it must be closed
 * before. The log is gone whatever is returned; a failure only means that the
 * next open recovers. NULL is nothing.
 * Returns: BKO_E_IO: what was not durable before may be lost. Since: 0.1. */
BKO_API int32_t bko_log_close(bko_log *log);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
