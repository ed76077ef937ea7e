/*
 * store/log_format.h - THE FORMAT OF A LOG, version 2, and its encoders.
 *
 * This comment is enough to write another reader from. All numbers are
 * little-endian and unsigned. "Erased" bytes are whatever the medium reads when
 * nothing was programmed; nothing below depends on their value.
 *
 * PLACES. The medium is cut into segments of 2^s bytes, numbered from 0; bytes
 * beyond the last whole one are not used. Segment 0 holds the label and nothing
 * else. Everything in a segment begins at a multiple of the unit, 2^u bytes.
 *
 * LABEL, 32 bytes, at 0 and again in the middle of segment 0 (so at a power of
 * two), written when the log is made and never again; either copy serves.
 *	 0  8  "BKOLOG\r\n"
 *	 8  4  format version, 2
 *	12  1  s, 9 to 30
 *	13  1  u, 3 to 12
 *	14  2  0
 *	16  4  most bytes that a record has, its last units included
 *	20  4  0
 *	24  8  checksum of bytes 0 to 23, seed 0
 *
 * MARK, 24 bytes, at three quarters of segment 0, where a medium overwrites: put
 * anew by each close, when all of the log is durable. A log may have none, and one
 * that is not whole says nothing.
 *	 0  4  "BKMK"
 *	 4  4  0
 *	 8  8  number of a batch that is durable, with all before it
 *	16  8  checksum of bytes 0 to 15, seed 0
 *
 * SEGMENT HEADER, 96 bytes, at the segment's start and again in its last
 * whole units; either copy serves, and of two that differ the one with the
 * higher serial (it happens where segments are overwritten without an erase).
 *	 0  4  "BKSG"
 *	 4  1  kind: 1 log, 2 checkpoint
 *	 5  1  0
 *	 6  2  format version, 2
 *	 8  4  number of this segment
 *	12  4  epoch: how many opens have written, that of this segment included
 *	16  8  serial: higher than that of every segment begun before
 *	24  8  serial of the segment before this one in its chain, 0 for none
 *	32  4  number of that segment
 *	36  4  number of the last segment of the checkpoint, 0 for none  (log only)
 *	40  8  after: number of the last record before those of this segment
 *	48  8  serial of the last segment of the checkpoint              (log only)
 *	56  8  covers: number of the last batch that it contains         (log only)
 *	64  8  records of the checkpoint                                 (log only)
 *	72  8  serial of the first segment of the log's chain            (log only)
 *	80  4  restated: how many records stand before the one of kind 2 (log only)
 *	84  4  0
 *	88  8  checksum of bytes 0 to 87, seed: number of the segment
 *
 * RECORDS follow the header, each at the next multiple of the unit.
 *	 0  1  kind: 1 batch, 2 begin, 3 seal, 4 rows
 *	 1  3  size of the payload
 *	 4  4  lag: number minus that of the last batch known to be durable when
 *	       this was written; 2^32 - 1: at least that
 *	 8  8  number: of a batch one more than the batch before; of begin and seal
 *	       that of the batch before; of rows 1, 2, ... through the checkpoint
 *	16  8  revision of the batch; of rows the revision they are counted from
 *	24     payload
 *	       with units of up to 32 bytes: any bytes up to the next unit, in which
 *	       the checksum stands alone: the commit mark, programmed last
 *	    8  checksum of header and payload, seed: see below
 *	       any bytes up to the next unit
 *
 * CHECKSUM of some bytes with a seed. All sums and products are modulo 2^64,
 * x >> n shifts right by n bits.
 *	mix(x): x ^= x >> 30; x *= bf58476d1ce4e5b9h; x ^= x >> 27;
 *	        x *= 94d049bb133111ebh; x ^= x >> 31
 *	a = mix(seed + 9e3779b97f4a7c15h); b = mix(seed ^ d1b54a32d192ed03h)
 *	for each word v: a = (a ^ v) * 9fb21c651e98df25h; a ^= a >> 32;
 *	                 b = (b + v) * c2b2ae3d27d4eb4fh; b ^= b >> 29
 *	the words: the number of bytes, then the bytes eight at a time, then those
 *	           left, if any, as a smaller number; n of them in all
 *	checksum = mix(mix(a ^ n) + mix(b + n))
 * The seed of a record is mix(serial of its segment + number of its segment *
 * 9e3779b97f4a7c15h) + epoch of its segment, so that no record counts anywhere
 * but where it was programmed, whatever was there before: the epoch, since a
 * serial is given again if a crash took the header that bore it and left records.
 *
 * PAYLOAD of a batch: its changes in ascending order of keys, each
 *	1  front: bytes that the key shares with the one before it
 *	1  rest: bytes of the key that follow; front + rest is 1 to 208
 *	   those bytes
 *	v  0: the row is deleted; else 1 + size of the value, at most 1024
 *	   the value
 * v is a varint: 7 bits a byte, low ones first, the high bit set on all but the
 * last. PAYLOAD of rows: the same, with one more varint before the value: the
 * record's revision minus that of the row. Begin and seal have none.
 *
 * READING. Of all segment headers of kind log, take the one with the highest
 * serial whose segment was begun: behind its header and its restated batches
 * stands a begin, or any batch or seal after that. It is the newest. Its chain
 * leads back to the first segment of the log, its checkpoint's to the first of
 * that. Rows are those of the checkpoint, then changed by every batch of the
 * chain with a number above `covers`, in order. Of a segment that has a
 * successor only batches up to the successor's `after` count, and all of them
 * must be there. In the newest, batches count up to the first that is not
 * whole. If any record behind that place tells, by number minus lag, that the
 * missing batch was durable, or the mark does, the log is damaged; else the end was
 * cut off by a crash, and never existed. Where no segment was begun there was no
 * batch, unless the mark tells of one, or a header that is not that of a first
 * segment. All records of a checkpoint must be there.
 *
 * WRITING. A record is programmed in one piece. A segment is begun by
 * programming its header, its copy, what it restates, and after a sync of
 * these and of all before them the begin; batches come behind it. Every open
 * that writes begins a segment, as the end of the one before is unsure. What is
 * not known to be durable it restates; or it restates all of the segment before
 * and takes its place in the chain.
 * Revisions are epoch * 2^40 + a counter. A checkpoint's segments are complete
 * and synced before a log segment names them; only when that is begun and
 * synced is used again what it does not need: the older checkpoint, and
 * segments before its first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BKO_STORE_LOG_FORMAT_H
#define BKO_STORE_LOG_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "backorder/store.h"

enum {
	BKO__LOG_VERSION = 2, /* raised with every change of what is written */
	BKO__LOG_LABEL = 32,  /* bytes of a label */
	BKO__LOG_MARK = 24,
	BKO__LOG_HEADER = 96, /* of a segment's header */
	BKO__LOG_LEAD = 24,   /* of a record before its payload */
	BKO__LOG_SUM = 8,
	BKO__LOG_MARK_UNIT = 32, /* largest unit in which the checksum stands alone */
	BKO__LOG_UNIT_MIN = 3,   /* logarithms of the least and the largest unit and segment */
	BKO__LOG_UNIT_MAX = 12,
	BKO__LOG_SEGMENT_MIN = 9,
	BKO__LOG_SEGMENT_MAX = 30,
	BKO__LOG_PAYLOAD_MAX = 0xffffff,
	BKO__LOG_ENTRIES_MIN = 16,     /* changes of a batch that always fit, if they are small */
	BKO__LOG_ENTRY_MAX = 5,        /* bytes that a change takes beyond key and value */
	BKO__LOG_ROW_MAX = 15,         /* that a row of a checkpoint takes */
	BKO__LOG_EPOCH_MAX = 0xffffff, /* the revision has 24 bits for it */
	BKO__LOG_EPOCH_SHIFT = 40,

	BKO__LOG_KIND_LOG = 1, /* kinds of segments */
	BKO__LOG_KIND_CHECKPOINT = 2,

	BKO__LOG_BATCH = 1, /* kinds of records */
	BKO__LOG_BEGIN = 2,
	BKO__LOG_SEAL = 3,
	BKO__LOG_ROWS = 4
};

struct bko__log_label {
	uint32_t version, segment_shift, unit_shift, record_size;
};

struct bko__log_header {
	uint64_t serial, prev_serial, after;
	uint64_t checkpoint_serial, covers, records, first_serial;
	uint32_t kind, index, epoch, prev_index, checkpoint_index, restated;
};

/* A record without its payload. */
struct bko__log_lead {
	uint64_t number, revision;
	uint32_t kind, size, lag;
};

/* One change or row as it stands in a payload. The key is in `key`. */
struct bko__log_row {
	uint8_t key[BKO_KEY_MAX];
	size_t key_size;
	const uint8_t *value; /* NULL: deleted */
	size_t value_size;
	uint64_t age; /* of rows: revision of the record minus that of the row */
};

static inline uint64_t bko__log_round(uint64_t size, uint32_t shift)
{
	uint64_t low = ((uint64_t)1 << shift) - 1;

	return (size + low) & ~low;
}

uint64_t bko__log_sum(uint64_t seed, const void *data, size_t size);

/* Seed of the records of a segment. */
uint64_t bko__log_seed(uint64_t serial, uint32_t index, uint32_t epoch);

/* BKO_OK; BKO_E_FORMAT: no label; BKO_E_UNSUPPORTED: one of another version;
 * BKO_E_CORRUPT: a damaged one. */
void bko__log_put_label(uint8_t bytes[BKO__LOG_LABEL], const struct bko__log_label *label);
int32_t bko__log_get_label(const uint8_t bytes[BKO__LOG_LABEL], struct bko__log_label *label);

/* The number in a mark, 0 if it is none. */
void bko__log_put_mark(uint8_t bytes[BKO__LOG_MARK], uint64_t number);
uint64_t bko__log_get_mark(const uint8_t bytes[BKO__LOG_MARK]);

/* Returns 1 if it is the header of this segment. */
void bko__log_put_header(uint8_t bytes[BKO__LOG_HEADER], const struct bko__log_header *header);
int bko__log_get_header(const uint8_t bytes[BKO__LOG_HEADER], uint32_t index,
                        struct bko__log_header *header);

/* Where the checksum of a record stands, and its size in whole units. */
size_t bko__log_sum_at(size_t payload, uint32_t unit_shift);
size_t bko__log_record_size(size_t payload, uint32_t unit_shift);

/* Completes a record whose payload is in place; `pad` fills what is between. */
void bko__log_put_record(uint8_t *bytes, const struct bko__log_lead *lead, uint64_t seed,
                         uint32_t unit_shift, uint32_t pad);
void bko__log_get_lead(const uint8_t bytes[BKO__LOG_LEAD], struct bko__log_lead *lead);

/* Number of the last batch that was durable when the record was written. */
static inline uint64_t bko__log_known(const struct bko__log_lead *lead)
{
	return lead->lag == UINT32_MAX || lead->lag > lead->number ? 0 : lead->number - lead->lag;
}

/* Writes a change (rows: a row that is `age` older than the record) behind
 * another; returns its size, or 0 if there is no room. `front` is how much the
 * key shares with the one before. */
size_t bko__log_put_row(uint8_t *to, size_t room, const struct bko_entry *entry, size_t front,
                        int rows, uint64_t age);

/* Reads what is at *at and moves it; `row` holds the one before (key_size 0:
 * none). Returns 0 if it is none that may be. */
int bko__log_get_row(const uint8_t *payload, size_t size, size_t *at, int rows,
                     struct bko__log_row *row);

#endif
