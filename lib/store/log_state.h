/*
 * store/log_state.h - the log store: what an open log is, and its parts.
 *
 * Rows lie in a memory store. What is here sees to it that they are found again
 * on the medium, in the format of log_format.h. From below:
 *
 *	log_medium.c   calls of the medium, checked
 *	log_segment.c  segments: taken, freed, erased ahead, grown
 *	log_read.c     headers and records as they are found
 *	log_append.c   batches written to the end of the log
 *	log_begin.c    the first segment of an open that writes
 *	log_compact.c  checkpoints, in steps
 *	log_create.c   label: made and read
 *	log_open.c     recovery
 *	log_apply.c    the callbacks of the store
 *	log.c          the public face
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BKO_STORE_LOG_STATE_H
#define BKO_STORE_LOG_STATE_H

#include "backorder/log.h"
#include "store/log_format.h"
#include "store/memory_tree.h"

enum {
	BKO__LOG_MAGIC = 0x626b6f6c,

	BKO__SEGMENT_FREE = 0,   /* states: holds nothing of use, */
	BKO__SEGMENT_ERASED = 1, /* and was erased by this open, */
	BKO__SEGMENT_BAD = 2,    /* or failed in this open; */
	BKO__SEGMENT_LOG = 3,    /* in the chain of the log; */
	BKO__SEGMENT_ROWS = 4,   /* of the checkpoint; */
	BKO__SEGMENT_NEW = 5,    /* of one that is being written; */
	BKO__SEGMENT_LABEL = 6,
	BKO__SEGMENT_STATES = 7,

	BKO__LOG_SEGMENTS_MIN = 6, /* label, a checkpoint, the next one, the log, and: */
	BKO__LOG_SPARE = 2,        /* segments beyond what is needed, for what goes bad */
	BKO__LOG_TRIES = 8,        /* segments that may fail one after another */
	BKO__LOG_DAMAGES = 64      /* that salvage lists */
};

struct bko__log_segment {
	uint32_t next; /* in its chain; 0: none */
	uint16_t state;
	uint16_t worn; /* failed while it held what is of use: bad once that is gone */
};

/* A checkpoint that is being written. */
struct bko__log_compaction {
	uint32_t active;
	uint32_t wanted;    /* bko_log_compact */
	uint32_t index, at; /* its segment (0: none yet), where the next record goes */
	uint32_t first;     /* its first segment */
	uint32_t segments;  /* begun so far */
	uint32_t log_first; /* the segment of the log that it does not make free */
	uint32_t key_size;  /* of the last row that was copied */
	uint64_t serial;    /* of its segment */
	uint64_t records, bytes;
	uint64_t log_bytes; /* of the log when it was begun */
	uint64_t covers, log_first_serial;
	uint8_t key[BKO_KEY_MAX];
};

struct bko_log {
	uint32_t magic;
	uint32_t flags; /* of opening */
	uint32_t sync, group_commits, group_ms;
	uint32_t segment_shift, unit_shift;
	uint32_t pad; /* value of bytes between things */
	uint32_t read_only;
	uint32_t failed;      /* nothing is acknowledged any more */
	uint32_t begun;       /* this open has a segment of its own */
	uint32_t sealed;      /* nothing was written behind the last seal */
	uint32_t label_whole; /* both copies of it */
	uint32_t lived;       /* a header was found that is not that of a first segment */
	uint32_t fixed;       /* the medium did not grow when it was asked to */
	struct bko_medium medium;

	bko_memory *memory;
	bko_alloc_fn alloc;
	void *alloc_host;
	uint32_t in_arena;

	struct bko__log_segment *table;
	uint32_t segments, table_limit;
	uint32_t counts[BKO__SEGMENT_STATES];
	uint32_t taken; /* the segment that was taken last */
	uint64_t max_size;

	/* Scratch for headers and begin records, then room for one record. */
	uint8_t *scratch, *buffer;
	uint32_t scratch_size, buffer_size;

	/* The log: its chain, and the segment at its end. */
	uint32_t epoch;
	uint32_t first, current; /* segments; 0: none */
	uint32_t at;             /* in the current one, where the next record goes */
	uint64_t serial;         /* the highest of all */
	uint64_t first_serial, current_serial;
	uint64_t current_prev_serial, current_after; /* as its header says */
	uint32_t current_prev;
	uint64_t number, durable; /* batches: the last, and the last that a sync made so */
	uint64_t mark;            /* what the last close says was durable; 0: not known */

	/* The checkpoint; index 0: none. */
	uint32_t checkpoint_first, checkpoint_last;
	uint64_t checkpoint_serial, covers, records;

	uint32_t aging;    /* a step has seen a batch that is not durable, */
	int64_t oldest_ms; /* at this time */
	uint64_t row_max;  /* bytes of the largest row of all */
	struct bko__log_row row;

	struct bko__log_compaction compaction;
	/* Scratch, as stacks are small: a segment to begin, one that is restated, one
	 * that is looked at. */
	struct bko__log_header plan, source, found;
	struct bko_log_stats told; /* counts of calls and the like */
	struct bko_log_damage *damages;
	struct bko_log_damage damage; /* the first */
};

static inline uint32_t bko__log_segment_size(const struct bko_log *log)
{
	return (uint32_t)1 << log->segment_shift;
}

static inline uint64_t bko__log_place(const struct bko_log *log, uint32_t index, uint32_t at)
{
	return ((uint64_t)index << log->segment_shift) + at;
}

/* Bytes of a header with its padding, in front and again at the end. */
static inline uint32_t bko__log_header_size(const struct bko_log *log)
{
	return (uint32_t)bko__log_round(BKO__LOG_HEADER, log->unit_shift);
}

/* Where records of a segment end. */
static inline uint32_t bko__log_end(const struct bko_log *log)
{
	return bko__log_segment_size(log) - bko__log_header_size(log);
}

/* Size of a record without payload: begin, seal. */
static inline uint32_t bko__log_empty_size(const struct bko_log *log)
{
	return (uint32_t)bko__log_record_size(0, log->unit_shift);
}

static inline uint32_t bko__log_free_count(const struct bko_log *log)
{
	return log->counts[BKO__SEGMENT_FREE] + log->counts[BKO__SEGMENT_ERASED];
}

/* log_medium.c. They return BKO_OK, BKO_E_IO, also where the medium did not do what
 * it said; of a read BKO_E_CORRUPT, of a size BKO_E_FULL. */

int32_t bko__log_read(struct bko_log *log, uint32_t index, uint32_t at, void *data, uint32_t size);
int32_t bko__log_program(struct bko_log *log, uint32_t index, uint32_t at, const void *data,
                         uint32_t size);
int32_t bko__log_erase(struct bko_log *log, uint32_t index);

/* Makes all that was programmed durable. Once it failed, nothing more is
 * acknowledged. */
int32_t bko__log_sync(struct bko_log *log);
int32_t bko__log_medium_size(struct bko_log *log, uint64_t want, uint64_t *size);
int32_t bko__log_check_medium(const struct bko_medium *medium);

/* log_segment.c. */

/* Makes the table fit the medium's size. BKO_E_NO_MEMORY, BKO_E_FULL. */
int32_t bko__log_count_segments(struct bko_log *log, uint64_t size);
void bko__log_set_state(struct bko_log *log, uint32_t index, uint32_t state);

/* No longer of use. */
void bko__log_release(struct bko_log *log, uint32_t index);
void bko__log_release_chain(struct bko_log *log, uint32_t first, uint32_t until);

/* Failed: not used again by this open. */
void bko__log_retire(struct bko_log *log, uint32_t index);

/* Asks the medium for one segment more. BKO_E_FULL. */
int32_t bko__log_grow(struct bko_log *log);

/* Erases one free segment, if the medium wants that, so that there is one in
 * reserve; BKO_E_FULL if none is left. */
int32_t bko__log_erase_ahead(struct bko_log *log);

/* Takes a free segment, erased. BKO_E_FULL. */
int32_t bko__log_take(struct bko_log *log, uint32_t *index);

/* Programs both copies of the header. */
int32_t bko__log_put_segment(struct bko_log *log, const struct bko__log_header *header);

/* Bytes that all rows take in a checkpoint, at most. */
static inline uint64_t bko__log_cost(const struct bko_log *log)
{
	return log->memory->row_bytes + log->memory->rows * BKO__LOG_ROW_MAX;
}

/* Segments that a checkpoint takes at most. */
uint64_t bko__log_need(const struct bko_log *log, uint64_t row_bytes, uint64_t rows);

/* Bytes for the payload of a record that takes at most `size`. */
size_t bko__log_capacity(const struct bko_log *log, size_t size);

/* log_read.c. */

struct bko__log_reader {
	uint32_t index, at; /* the record to read next */
	uint32_t end;
	uint32_t window, window_size; /* what the buffer holds */
	uint64_t seed;
};

/* Reads the header of a segment. serial 0: whichever copy is newer. BKO_OK,
 * BKO_E_NOT_FOUND, or BKO_E_IO. */
int32_t bko__log_find_header(struct bko_log *log, uint32_t index, uint32_t kind, uint64_t serial,
                             struct bko__log_header *header);

void bko__log_reader_open(const struct bko_log *log, struct bko__log_reader *reader,
                          const struct bko__log_header *header);

/* Reads the record at `at`; it stays where it is: the caller moves on by
 * bko__log_record_size. BKO_OK with `bytes` of the record, in the buffer until
 * the next call; BKO_E_NOT_FOUND if there is no whole one; BKO_E_IO. */
int32_t bko__log_reader_get(struct bko_log *log, struct bko__log_reader *reader,
                            struct bko__log_lead *lead, uint8_t **bytes);

/* Looks for a whole record from `at` on, unit by unit. */
int32_t bko__log_reader_seek(struct bko_log *log, struct bko__log_reader *reader,
                             struct bko__log_lead *lead, uint8_t **bytes);

/* What was read of a segment of the log, zero but for `number` at first. */
struct bko__log_ending {
	uint64_t number;  /* of the last batch that is whole, with all before it */
	uint64_t known;   /* of the last that any record knows to be durable */
	uint32_t at;      /* behind the last record that counts */
	uint32_t dropped; /* bytes to the end of the last record behind that */
	uint32_t begun;   /* there is a begin record, or what comes behind one */
	uint32_t sealed;  /* the last record is a seal */
};

/* Reads the record at `at`, if it is whole and follows what was read, and moves
 * on. Only a begin record that is damaged is passed over, as its size is known;
 * it comes behind batch `restated`. Returns as bko__log_reader_get. */
int32_t bko__log_reader_next(struct bko_log *log, struct bko__log_reader *reader,
                             struct bko__log_lead *lead, uint8_t **bytes,
                             struct bko__log_ending *end, uint64_t restated);

/* log_append.c. */

/* Sees to it that a record with so much payload has room. BKO_E_FULL,
 * BKO_E_TOO_LARGE, BKO_E_IO. Changes nothing that was applied. Uses the buffer. */
int32_t bko__log_room(struct bko_log *log, size_t payload, uint64_t row_bytes, uint64_t rows);

/* Writes the batch whose payload is in the buffer, and syncs as the mode says.
 * Room must have been made. BKO_OK: it is as durable as the mode says.
 * Everything else: nobody knows, and the log has failed. */
int32_t bko__log_append(struct bko_log *log, size_t payload, uint64_t revision);

/* Where the payload of a record is put together. */
static inline uint8_t *bko__log_payload(struct bko_log *log)
{
	return log->buffer + BKO__LOG_LEAD;
}

/* Begins the next segment of the log, after a sync of all before it. */
int32_t bko__log_extend(struct bko_log *log);

/* Syncs, and marks the end as such. */
int32_t bko__log_seal(struct bko_log *log);

/* log_begin.c. */

/* Plans a segment behind the current one: log->plan. */
void bko__log_plan(struct bko_log *log);

/* Begins a segment of the log as planned (first_serial 0: it is the first of
 * the chain); restates from `source` what the plan says, if there is one. All
 * before its begin is durable then, the begin may not be. BKO_E_NOT_FOUND: what is to
 * be restated can not be read. */
int32_t bko__log_begin_segment(struct bko_log *log, const struct bko__log_header *source);

/* Sees to it that this open has a segment of its own. */
int32_t bko__log_begin(struct bko_log *log);

/* log_compact.c. */

/* One piece of a checkpoint; *done is set when it is complete. */
int32_t bko__log_compact_step(struct bko_log *log, int *done);
int32_t bko__log_compact_all(struct bko_log *log);
int bko__log_compact_due(const struct bko_log *log);

/* log_create.c. */

/* Sizes of the log, from its label or for a new one. BKO_E_FORMAT: there is
 * none; BKO_E_CORRUPT, BKO_E_IO, BKO_E_UNSUPPORTED, BKO_E_ARGUMENT. */
int32_t bko__log_load_label(struct bko_log *log, uint64_t size);
int32_t bko__log_plan_label(struct bko_log *log, const struct bko_log_options *options,
                            uint64_t size);
int32_t bko__log_write_label(struct bko_log *log);

/* The mark: log->mark, of a log that never was closed 0. Written where the medium
 * overwrites, when all is durable. */
int32_t bko__log_load_mark(struct bko_log *log);
int32_t bko__log_write_mark(struct bko_log *log);

/* Makes a log on a medium of this size. Returns `none` if there is something
 * else that may not be lost. */
int32_t bko__log_make(struct bko_log *log, uint64_t size, int32_t none);

/* log_open.c: finds the log's end, and makes it certain. */
int32_t bko__log_recover(struct bko_log *log);

/* log_replay.c: fills the memory. */
int32_t bko__log_replay(struct bko_log *log);

/* Changes the rows as a record says, in a segment of this epoch. */
int32_t bko__log_replay_record(struct bko_log *log, const struct bko__log_lead *lead,
                               const uint8_t *payload, int rows, uint32_t epoch);

/* log_salvage.c: both, as far as they go; damage is in log->damages then. */
int32_t bko__log_salvage(struct bko_log *log);

/* Notes damage, the first of which an open tells. Returns BKO_E_CORRUPT. */
int32_t bko__log_note(struct bko_log *log, uint32_t kind, uint32_t index, uint32_t at,
                      uint64_t size, uint64_t number);

/* log_apply.c. */
void bko__log_store_read(void *host, const struct bko_query *query, bko_reply *reply);
void bko__log_store_apply(void *host, const struct bko_batch *batch, bko_reply *reply);
void bko__log_store_sync(void *host, bko_reply *reply);

#endif
