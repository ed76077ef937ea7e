/*
 * tx.h - the transaction of one call: the rows it looked at, the rows it wants
 * changed, and nothing else. Operations are straight-line code over it:
 *
 *   want ... want ... fetch, look, (want, fetch, look), put ... put
 *
 * A failing want or put is remembered (`status`), so that it is asked once, by
 * the next fetch or by the driver. In the pull drive a fetch that lacks rows
 * returns BKO_WANT all the way up, and the operation runs again later from its
 * beginning, over the rows that came.
 */
#ifndef BKO_ENGINE_TX_H
#define BKO_ENGINE_TX_H

#include "base/bytes.h"
#include "base/key.h"
#include "base/records.h"
#include "engine/stack.h"
#include "rules/merge.h"

/* A position's row as it is in the store, decoded once for many calls. */
struct bko__known {
	struct bko__head head;
	struct bko__due *dues; /* of its supplies, in memory for so many .. */
	uint32_t due_room, due_count;
	uint32_t dues_known; /* .. if they were looked at */
};

/* A row: as it is in the store, as earlier calls of a batch left it, as this
 * call wants it. Looking for one touches no more than what stands last, beside its key. */
struct bko__row {
	struct bko__row *batch;  /* next row of the batch */
	struct bko__row *below;  /* of a position, those of the batch below it; of them, the next */
	struct bko__row **place; /* what points at it, of a row known by place */
	const uint8_t *next;     /* what this call puts */
	uint8_t *own;            /* memory of the row for a value, of `room` bytes; NULL: none */
	void *object;            /* decoded by this run of the call, NULL if not */
	const uint8_t *value;    /* current: the store's, or that of an earlier call of the batch */
	struct bko__known *known; /* of a lasting position: the current value, decoded */
	uint64_t revision, hint;
	uint32_t next_size, room, value_size;
	uint8_t guarded, staged; /* what earlier calls of the batch wished; BKO_ACTION_ of them */
	uint8_t sentinel;        /* wanted with a guard, if not by this run yet */
	uint8_t laid;            /* among those below their position's row */
	uint8_t lent;            /* `value` is the store's memory */
	uint8_t blind;           /* to be overwritten without looking */
	uint8_t fresh;           /* wanted as new, and assumed absent without looking */
	uint8_t loaded, present, stored; /* stored: present in the store, under `revision` */
	uint8_t listed;                  /* among the rows of this call */
	uint8_t in_batch;                /* among those of the batch */
	uint8_t action, guard;           /* BKO_ACTION_ of this call; its wish */
	uint8_t lasting;                 /* may stay known after the call, see WARM ROWS */
	uint8_t head;                    /* its key is that of a position */
	uint32_t key_size, hash;
	uint64_t order;         /* the key's first bytes as a number: of two rows it tells most */
	struct bko__row *chain; /* rows of one bucket */
	const uint8_t *key;     /* most often behind this */
};

struct bko__range {
	struct bko__range *next;
	const struct bko__key *key, *end;
	struct bko__row **rows;
	const struct bko__row *last; /* the last one read, even if a batch has removed it */
	uint32_t count, limit, more, loaded;
};

/* A row that came with a conflict; its value follows. */
struct bko__given {
	struct bko__given *next;
	struct bko__row *row;
	uint64_t revision;
	uint32_t size;
};

/* Events of this call that go into one lane. */
struct bko__news {
	struct bko__news *next;
	uint32_t size, lane;
	uint8_t bytes[4]; /* size bytes */
};

struct bko__tx {
	struct bko__stack kept; /* rows: until the call, or the batch, is over */
	struct bko__stack warm; /* lasting rows: until all are forgotten */
	struct bko__stack work; /* everything decoded: until the next run */
	struct bko__row **rows; /* of this call */
	uint32_t count, capacity, max_rows;
	uint32_t outside;          /* of them, those that are not of the batch */
	struct bko__row **buckets; /* of all rows, by hash */
	uint32_t bucket_count, total;
	struct bko__row *batch; /* rows that earlier calls of the batch looked at */
	uint32_t batch_count;
	uint32_t astray; /* the batch put a row below a position that is not of it */
	size_t batch_entries, batch_bytes; /* what the store will be given of them */
	struct bko__range *ranges, **ranges_end;
	struct bko__news *news, **news_end;
	struct bko__pos *positions, **positions_end;
	const struct bko__defaults *defaults;
	struct bko__row *defaults_row;             /* as long as it is among all rows .. */
	struct bko__row *lane_row[BKO_LANES_MAX];  /* .. and so the head of a lane */
	struct bko__row *op_row;                   /* where this call records its outcome */
	struct bko__row *lane_tail[BKO_LANES_MAX]; /* batch: the last row of events, by lane */
	struct bko__row *settings_row; /* a new store's header, put with the first change */
	const uint8_t *settings_value;
	uint32_t settings_size;
	uint32_t ran;             /* there is something to forget before the next run */
	uint32_t reads;           /* of this attempt */
	uint32_t fresh;           /* of the pending ones: rows that are most likely new */
	uint32_t assumed;         /* this attempt took them for absent */
	uint32_t pending;         /* rows and ranges wanted, not loaded */
	uint32_t changes;         /* rows this call puts or deletes */
	struct bko__given *given; /* by the store together with its answer to a batch */
	uint32_t took;            /* this attempt rests on such rows */
	uint32_t uncertain;       /* an earlier attempt may have happened, or may still */
	uint32_t confirm;         /* a refusal: rests on reads that a guard must confirm */
	uint32_t stands; /* the operation is recorded: what this run says is said for ever */
	uint32_t op_verb, op_is_order;
	uint8_t op_hash[16];
	int64_t op_time;
	uint32_t final;                   /* the batch is applied: this run only writes outcomes */
	uint32_t provisional;             /* this run gave an outcome out as provisional */
	int32_t status;                   /* first failure */
	struct bko__row **asked;          /* what the query in progress asks: rows .. */
	struct bko__range **asked_ranges; /* .. then ranges */
	uint32_t asked_rows, asked_count;
};

enum {
	BKO__WANT_FREE = 1, /* no guard: it lies under a guarded sentinel, or is put blindly */
	BKO__WANT_FRESH = 2 /* most likely it is not there: the record of a new operation */
};

struct bko_engine;

/* Registers a row, guarded unless `flags` say otherwise. Never NULL: after a
 * failure it is a dummy, and tx->status tells. */
struct bko__row *bko__want(struct bko_engine *engine, const struct bko__key *key, uint32_t flags);

/* The row of the defaults, guarded; the head of a lane, not: both known by place. */
struct bko__row *bko__want_defaults(struct bko_engine *engine);
struct bko__row *bko__lane_want(struct bko_engine *engine, uint32_t lane);

/* Registers a range of at most `limit` rows; never guarded. */
struct bko__range *bko__want_range(struct bko_engine *engine, const struct bko__key *key,
                                   const struct bko__key *end, uint32_t limit);

/* The first key behind that of a row, which may be any bytes. */
void bko__row_past(const struct bko__row *row, struct bko__key *key);

/* The range of all rows below a key. */
struct bko__range *bko__want_below(struct bko_engine *engine, const struct bko__key *key,
                                   uint32_t limit);

/* Loads all that is registered. */
int32_t bko__fetch(struct bko_engine *engine);

/* A row that is overwritten or deleted without looking. Sound only for rows that
 * this call makes, or that lie under a guarded sentinel. */
struct bko__row *bko__blind_row(struct bko_engine *engine, const struct bko__key *key);

void bko__put(struct bko_engine *engine, struct bko__row *row, const uint8_t *value, size_t size);
void bko__delete(struct bko_engine *engine, struct bko__row *row);

/* Takes back all that this call put, and told; guards stay. */
void bko__undo(struct bko_engine *engine);

/* There is no more scratch: NULL, and tx->status tells. */
void *bko__take_failed(struct bko_engine *engine);

/* A writer over scratch of `capacity` bytes. */
struct bko__writer bko__scratch(struct bko_engine *engine, size_t capacity);
/* What is not written of it goes back, if nothing was taken since. */
void bko__scratch_end(struct bko_engine *engine, const struct bko__writer *w);
/* Puts what was written, which ends it; BKO_E_TOO_LARGE if that was too much. */
void bko__put_scratch(struct bko_engine *engine, struct bko__row *row, const struct bko__writer *w);

static inline struct bko_span bko__value(const struct bko__row *row)
{
	struct bko_span span = {row->value, row->value_size};

	return span;
}

static inline struct bko_span bko__next_value(const struct bko__row *row)
{
	struct bko_span span = {row->next, row->next_size};

	return span;
}

/* WARM ROWS. Where one engine alone uses a store, rows stay known between calls, so
 * that a change costs one trip and a question about a known position none; guards
 * tell if the assumption was wrong. Of a store that lends only those are worth it
 * that many calls look at. An apply whose end nobody knows ends it for good. */
int bko__warm(const struct bko_engine *engine);

/* What a new row is: whether it may stay known, and whether its key is that of a
 * position. */
enum { BKO__LASTS = 1, BKO__IS_HEAD = 2 };
uint32_t bko__lasts(const struct bko_engine *engine, const uint8_t *key, uint32_t size);

/* After its call: whether the row stays known. Of a position only what was decoded. */
int bko__row_lasts(struct bko__row *row);

/* Room for what the call puts into the row, which then becomes its value. */
int bko__row_room(struct bko_engine *engine, struct bko__row *row);
void bko__row_becomes(struct bko_engine *engine, struct bko__row *row);

/* Reads a position's row; 0, or -1 where its bytes are no position. */
int bko__head_load(struct bko_engine *engine, struct bko__row *row, struct bko__head *head);

/* given.c: remembers a row that came with an answer to a batch. After a conflict: takes
 * what came in place of what was read; 0 if nothing did, or has just been taken. */
void bko__given_add(struct bko_engine *engine, struct bko__row *row, const void *value, size_t size,
                    uint64_t revision);
int bko__given_take(struct bko_engine *engine);

void bko__tx_keep(struct bko_engine *engine, uint64_t revision); /* after DONE */
void bko__tx_keep_batch(struct bko_engine *engine, uint64_t revision);
void bko__tx_unassume(struct bko_engine *engine);

/* How many bytes the key of the position has that a row lies below; 0: below none. */
static inline uint32_t bko__below_position(const uint8_t *key, uint32_t size)
{
	uint32_t at = size > 1 && key[0] == 'I' ? 2u + key[1] : size, end;

	if (at >= size)
		return 0;
	end = at + 1 + key[at];
	return end < size ? end : 0;
}

/* In a batch: a row that this call put as new can be met by ranges of later ones; and a
 * range that was read meets those of earlier calls. */
void bko__overlay_add(struct bko_engine *engine, struct bko__row *row);
void bko__overlay(struct bko_engine *engine, struct bko__range *range);

/* Whether the key of a row comes before that of another. Keys of rows are followed by
 * zeros up to a multiple of eight bytes. */
static inline int bko__row_before(const struct bko__row *a, const struct bko__row *b)
{
	uint32_t shorter = a->key_size < b->key_size ? a->key_size : b->key_size, at;
	uint64_t x = 0, y = 0;

	if (a->order != b->order)
		return a->order < b->order;
	for (at = 8; x == y && at < shorter; at += 8) {
		x = bko__load_be_8(a->key + at);
		y = bko__load_be_8(b->key + at);
	}
	return x == y ? a->key_size < b->key_size : x < y;
}

/* For the driver. */
struct bko__row *bko__row_find(const struct bko__tx *tx, const uint8_t *key, uint32_t size);
struct bko__row *bko__row_of(struct bko_engine *engine, const uint8_t *key, uint32_t size);
void bko__tx_begin(struct bko_engine *engine);     /* another call: its rows are none yet */
void bko__tx_clear(struct bko_engine *engine);     /* forget every row */
void bko__tx_rerun(struct bko_engine *engine);     /* forget what the last run made of them */
int32_t bko__tx_settle(struct bko_engine *engine); /* batch: this call's changes are staged */
int32_t bko__tx_weigh(struct bko_engine *engine, size_t *entries, size_t *bytes);
int32_t bko__tx_entries(struct bko_engine *engine, struct bko_batch *batch, uint32_t guards_only);

#endif
