/*
 * backorder/engine.h - the engine as such: opening and closing it, what it does when
 * idle, driving it by hand, batches, and what every changing call begins with.
 * Included by backorder/backorder.h, whose words and rules it uses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_ENGINE_H
#define BACKORDER_ENGINE_H

#ifndef BKO_FFI_CDEF
#include "backorder/types.h"
#include "backorder/store.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

enum {
	BKO_CANDIDATES_MAX = 8,  /* candidate locations of a line; positions read for "any" */
	BKO_LINES_MAX = 4096,    /* lines of an order; an engine may be opened for fewer */
	BKO_CLASSES = 8,         /* classes of orders, 0 served first */
	BKO_LANES_MAX = 64,      /* event lanes of a store */
	BKO_AHEAD_ROWS = 256,    /* parts of its own band looked at for a place in line */
	BKO_SUPPLIES_MAX = 128,  /* open supplies of a position */
	BKO_HOLIDAYS_MAX = 200,  /* of a calendar */
	BKO_BUCKETS_MAX = 8,     /* named buckets of a position with units in them */
	BKO_LIMIT_GRANULES = 48, /* different hold expiries counted in one limit */
	BKO_REASON_TEXT_MAX = 32 /* bytes of a reason or a source name */
};

typedef struct bko_engine bko_engine;

struct bko_options {
	uint32_t struct_size;
	uint32_t lanes; /* event lanes, 1 to BKO_LANES_MAX, fixed when the store is first written;
	                 * 0: what the store has, 1 for a new one */
	uint32_t granule_ms; /* hold expiries are rounded up to it; fixed likewise; 0: 60,000 */
	uint32_t late_ms;    /* a batch may take effect this long after it was given up; 0: 1 hour.
	                      * Outcomes and closed orders are kept at least ten times that */
	uint32_t max_lines;  /* lines of the largest order; 0: 16 in an arena, else BKO_LINES_MAX */
	uint32_t max_rows;   /* rows one call may hold at a time; 0: from max_lines. Over it
	                      * BKO_E_TOO_LARGE, or BKO_E_BATCH_FULL in a batch */
	uint32_t serve_lines; /* lines served in one batch at most; 0: 64, 16 in an arena */
	uint32_t retries;     /* attempts after a conflict or a busy store; 0: 16 */
	uint32_t wait_ms;     /* sum of back-off asked of the store's wait; 0: 2,000 */
	uint32_t pull;        /* 1: the host moves the bytes, see bko_engine_wanted */
	bko_alloc_fn alloc;   /* NULL: libc's realloc and free, or the arena */
	void *alloc_host;
	void *arena;       /* caller's memory, used instead of any heap; NULL: none */
	size_t arena_size; /* bytes, at least what bko_engine_size says */
};

/* Bytes of arena that an engine with these options needs, for all its life,
 * children (open items, orders, queues: BKO_CHILD_BYTES each) apart.
 * Returns: BKO_E_ARGUMENT naming nothing: an option is out of bounds.
 * Threads: any. Since: 0.1. */
BKO_API int32_t bko_engine_size(const struct bko_options *options, size_t *size);

/* Opens an engine on a store. `options` may be NULL. Nothing is read or written
 * yet: the store's settings are looked at by the first call, which is
 * BKO_E_FORMAT on a foreign or newer store, and BKO_E_EXISTS where `lanes` or
 * `granule_ms` differ from the store's.
 * Ownership: the table is copied, what it points to stays the host's. *engine
 * is the caller's until bko_engine_close.
 * Returns: BKO_E_ARGUMENT (an option out of bounds, a store without required
 * callbacks or with limits below BKO_KEY_MAX, BKO_VALUE_MAX), BKO_E_NO_MEMORY.
 * Since: 0.1. */
BKO_API int32_t bko_engine_open(const struct bko_options *options, const struct bko_store *store,
                                bko_engine **engine);

/* Closes an engine. Children still open stay valid for reading and are closed
 * by their own verbs; the memory goes with the last of them. In arena mode open
 * children forbid closing.
 * Returns: BKO_E_BUSY (arena mode), BKO_E_REENTRY. Since: 0.1. */
BKO_API int32_t bko_engine_close(bko_engine *engine);

/* What the last failed call on this engine can tell beyond its status. */
struct bko_error {
	uint32_t struct_size;
	int32_t status;
	int32_t reply;     /* BKO_REPLY_ status of the store's last answer */
	uint32_t attempts; /* of applying or reading, the last included */
	uint32_t line;     /* index of the line, row or element meant; UINT32_MAX: none */
	uint32_t reserved;
	int64_t native;   /* the store's own code */
	const char *text; /* names the argument or record; NUL-terminated, until the next call */
	const void *reserved2;
};
BKO_API int32_t bko_engine_error(const bko_engine *engine, struct bko_error *error);

/* Carries out what time does to positions that nobody touches: holds that ran
 * out, supplies overdue, restock dates passed, chains of serving left open; at
 * most `budget` batches. A repeated tick does nothing. `next` (may be NULL)
 * tells when a tick is next needed.
 * Returns: as any change. Since: 0.1. */
enum { BKO_CHILD_BYTES = 24576 /* arena bytes of an open item, order or queue */ };
struct bko_next {
	uint32_t struct_size;
	uint32_t kind; /* BKO_DATE_NONE: nothing is due ever; KNOWN: at at_ms, which is now_ms if
	                * the budget ended before the work */
	int64_t at_ms;
	uint64_t batches; /* done by this tick */
};
BKO_API int32_t bko_engine_tick(bko_engine *engine, int64_t now_ms, uint32_t budget,
                                struct bko_next *next);

/* Removes outcomes, shipments and closed orders (complete, cancelled, expired,
 * released) older than `keep_ms` before now_ms, which is at least ten times
 * late_ms; walks at most `budget` subjects from where the last call ended and
 * sets *done when all were seen. What a removed order shipped stays in the
 * sums of its positions; returns for it are then BKO_E_NOT_FOUND.
 * Returns: BKO_E_ARGUMENT (keep_ms), else as any change. Since: 0.1. */
BKO_API int32_t bko_engine_prune(bko_engine *engine, int64_t now_ms, int64_t keep_ms,
                                 uint32_t budget, uint32_t *done);

/* Calls the store's sync. Returns: BKO_E_UNSUPPORTED without one. Since: 0.1. */
BKO_API int32_t bko_engine_sync(bko_engine *engine);

struct bko_stats {
	uint32_t struct_size;
	uint32_t children; /* open items, orders, queues */
	uint64_t calls, reads, rows, applies, entries, conflicts, busy, unknown;
	uint64_t memory; /* bytes held */
};
BKO_API int32_t bko_engine_stats(const bko_engine *engine, struct bko_stats *stats);

/* PULL: the same calls without callbacks. A call that needs rows, or has a
 * batch ready, returns BKO_WANT. The host asks `bko_engine_wanted`, does the
 * query or the batch by its own means, answers on `reply` as a store would
 * (bko_reply_row ..., bko_reply_end) and repeats the very same call, until that
 * returns something else. Another call meanwhile, told apart by its operation id and
 * request, or by what it names, is BKO_E_MISUSE, except bko_engine_abandon, which gives the
 * pending one up (after a batch was handed out: repeat it later with the same id).
 * From the moment a batch is handed out the call's outcome structs carry
 * BKO_OUTCOME_PROVISIONAL, so that a host can write rows of its own in the same
 * database transaction; it answers DONE after its commit.
 * BKO_WANTED_WAIT asks for a pause of wait_ms before going on; answer with
 * bko_reply_end(reply, BKO_REPLY_DONE, 0, 0). */
enum { BKO_WANTED_NOTHING = 0, BKO_WANTED_READ = 1, BKO_WANTED_APPLY = 2, BKO_WANTED_WAIT = 3 };
struct bko_wanted {
	uint32_t struct_size;
	uint32_t kind; /* BKO_WANTED_ */
	uint32_t wait_ms, attempt;
	const struct bko_query *query; /* valid until bko_reply_end */
	const struct bko_batch *batch;
	bko_reply *reply;
	void *reserved;
};
/* Since: 0.1. */
BKO_API int32_t bko_engine_wanted(bko_engine *engine, struct bko_wanted *wanted);
/* Since: 0.1. */
BKO_API int32_t bko_engine_abandon(bko_engine *engine);

/* BATCHES fold many changes into one apply. Between begin and end outcomes are
 * PROVISIONAL; a call that fails leaves the batch as it was; one that does not
 * fit is BKO_E_BATCH_FULL (end the batch, begin another, repeat it). `end` with
 * `discard` throws all away. Placing, stock, supply and order verbs may be
 * batched; tick, prune, verify and lists may not (BKO_E_STATE). A call between may be
 * BKO_E_CONFLICT, too: another engine changed what the batch rests on, so discard it.
 * Returns of end: BKO_E_CONFLICT (nothing applied: repeat the whole batch),
 * BKO_E_CONTENDED, BKO_E_UNCERTAIN (repeat the whole batch with the same ids:
 * what happened is answered as a replay). Since: 0.1. */
BKO_API int32_t bko_batch_begin(bko_engine *engine);
BKO_API int32_t bko_batch_end(bko_engine *engine, uint32_t discard);

/* What precedes every changing call. */
enum {
	BKO_OP_COUNT_REFUSED = 1, /* placing: a refusal commits its record, the counter of refused
	                           * demand and an event, and is then an outcome like any other */
	BKO_OP_RETRIED = 2        /* an earlier call with this id was uncertain or never returned: a
	                           * refusal or error is then recorded and stands, so that the late
	                           * attempt can never land */
};
struct bko_op {
	uint32_t struct_size;
	uint32_t flags;     /* BKO_OP_ */
	struct bko_span id; /* of the operation or document */
	int64_t now_ms;     /* of a clock that is right: see TIME in backorder.h */
};

/* Subjects of operations. */
enum { BKO_SUBJECT_ORDER = 1, BKO_SUBJECT_POSITION = 2 };

/* Settles an operation whose caller gave up: tells whether it happened, and if
 * it did not, records that it never will. `op->id` is the id in question;
 * subject ORDER uses `order` (for placing both ids are the order's), POSITION
 * uses item and location.
 * *happened: 1 it did, 0 it is void now. The same id is BKO_E_VOID afterwards.
 * Returns: as any change. Since: 0.1. */
struct bko_operation {
	uint32_t struct_size;
	uint32_t subject; /* BKO_SUBJECT_ */
	struct bko_span order, item, location;
};
BKO_API int32_t bko_operation_resolve(bko_engine *engine, const struct bko_op *op,
                                      const struct bko_operation *operation, uint32_t *happened);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
