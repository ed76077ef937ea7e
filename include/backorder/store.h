/*
 * backorder/store.h - how a host supplies persistence, and the store that is
 * built in.
 *
 * A store keeps rows: a key, a value and the revision given when it was last
 * put. The library asks two things of it: `read` some rows, and `apply` a
 * batch of changes if the rows it was decided on are still what they were.
 * Whoever has transactions maps `apply` onto one; whoever has a conditional
 * write (compare revisions, then put) has all that is needed.
 *
 * CONTRACT. In this order of importance:
 *
 * 1. Keys compare as bytes (memcmp; of two that agree over the shorter one,
 *    the shorter comes first). Keys have 1 to BKO_KEY_MAX bytes, values 0 to
 *    BKO_VALUE_MAX.
 * 2. apply: every guard is evaluated against the latest committed state,
 *    atomically with the actions; either all actions take effect or none.
 *    The entries of a batch are sorted by key, each key once. BKO_REPLY_DONE
 *    means durable to the store's stated mode and visible to every later call.
 * 3. Each applied batch gets a 64-bit number, not 0, that the store never
 *    gives again; rows put by the batch carry it as their revision, and
 *    bko_reply_end returns it. Unique is enough; order is not needed.
 * 4. read: each element of the query is answered by index, in any order of
 *    elements, the rows of a range in key order. A missing row is answered by
 *    no row. A range is [key, end): at most `limit` rows, and when there are
 *    more, bko_reply_more says so. All rows of one read are of one moment; a
 *    store that cannot do that lacks BKO_STORE_SNAPSHOT. Without the stale
 *    flag nothing is older than the start of the call.
 * 5. Success is said, never assumed: callbacks return void and answer through
 *    the reply. One that returns without bko_reply_end (an exception in a
 *    scripting language, say) counts as BKO_REPLY_UNKNOWN after apply and
 *    BKO_REPLY_BUSY after read.
 * 6. Stores retry nothing themselves. BKO_REPLY_BUSY says that certainly
 *    nothing was applied; BKO_REPLY_UNKNOWN that anything may have happened or
 *    may still happen.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BACKORDER_STORE_H
#define BACKORDER_STORE_H

#ifndef BKO_FFI_CDEF
#include "backorder/types.h"
#ifdef __cplusplus
extern "C" {
#endif
#endif

enum {
	BKO_KEY_MAX = 208,   /* longest key in bytes */
	BKO_VALUE_MAX = 1024 /* longest value in bytes */
};

/* Capability bits of a store (bko_store.caps). */
enum {
	BKO_STORE_SNAPSHOT = 1,  /* all rows of one read are of one moment */
	BKO_STORE_EXCLUSIVE = 2, /* one engine alone uses it: rows may be cached between calls */
	BKO_STORE_LENDS = 4,     /* values given to bko_reply_row stay valid and unchanged until the
	                          * next apply: the library makes no copy, and the entries of
	                          * that apply do not point into them */
	BKO_STORE_STALE = 8      /* a replica may answer queries that carry BKO_QUERY_STALE */
};

/* Flags of a query. */
enum {
	BKO_QUERY_STALE = 1 /* older rows will do; only where the store has BKO_STORE_STALE */
};

/* Guards and actions of an entry. */
enum {
	BKO_GUARD_NONE = 0,
	BKO_GUARD_ABSENT = 1,  /* holds if there is no such row */
	BKO_GUARD_REVISION = 2 /* holds if the row is there and carries `revision` */
};
enum {
	BKO_ACTION_NONE = 0, /* guard only */
	BKO_ACTION_PUT = 1,
	BKO_ACTION_DELETE = 2 /* of a row that is not there: nothing, no error */
};

/* Statuses a store may give to bko_reply_end. */
enum {
	BKO_REPLY_SILENT = 0,    /* preset: the callback said nothing */
	BKO_REPLY_DONE = 1,      /* read answered in full, or batch applied; rows of the batch may
	                          * be given by bko_reply_row as they are now, for their hints */
	BKO_REPLY_CONFLICT = 2,  /* apply: a guard did not hold, nothing applied; rows may be given
	                          * by bko_reply_row with the index of their entry */
	BKO_REPLY_BUSY = 3,      /* certainly nothing applied; may work later */
	BKO_REPLY_UNKNOWN = 4,   /* apply: it may have been applied, or may be still */
	BKO_REPLY_FULL = 5,      /* no room; nothing applied */
	BKO_REPLY_TOO_LARGE = 6, /* key, value or batch over the store's limits; nothing applied */
	BKO_REPLY_READ_ONLY = 7,
	BKO_REPLY_CORRUPT = 8,
	BKO_REPLY_IO = 9, /* certainly nothing applied; an unclear failure is UNKNOWN */
	BKO_REPLY_UNSUPPORTED = 10
};

/* Inbox of the current step, owned by the library. Valid until the callback
 * returns (push) or until bko_reply_end (pull). */
typedef struct bko_reply bko_reply;

/* One key (`end` empty) or the range [key, end). Frozen: never grows. */
struct bko_read {
	struct bko_span key, end;
	uint32_t limit; /* of a range: rows, at least 1; of one key: 1 */
	uint32_t flags; /* reserved, 0 */
};

struct bko_query {
	uint32_t struct_size;
	uint32_t flags; /* BKO_QUERY_ bits */
	const struct bko_read *reads;
	size_t count;
};

/* One guarded change. Frozen: never grows. */
struct bko_entry {
	struct bko_span key, value; /* value: of a put */
	uint64_t revision;          /* of BKO_GUARD_REVISION */
	uint64_t hint;              /* as given with the row, 0 for none; see bko_reply_row */
	uint32_t guard, action;
};

struct bko_batch {
	uint32_t struct_size;
	uint32_t flags; /* reserved, 0 */
	const struct bko_entry *entries;
	size_t count;
};

/* The table of a store. Copied when an engine opens; `host` is handed to every
 * callback. Callbacks run on the thread of the engine's caller and must not
 * call that engine. Several engines may call one store at a time: callbacks
 * are reentrant, unless the host runs its engines one after another. */
struct bko_store {
	uint32_t struct_size;
	uint32_t caps;        /* BKO_STORE_ bits */
	uint32_t max_key;     /* bytes; 0: BKO_KEY_MAX and more */
	uint32_t max_value;   /* bytes; 0: BKO_VALUE_MAX and more */
	uint32_t max_entries; /* entries of a batch, at least 16; 0: no limit */
	uint32_t max_batch;   /* sum of key and value bytes of a batch; 0: no limit */
	void *host;

	/* Required for push. Answers every element of the query, then
	 * bko_reply_end. May block. */
	void (*read)(void *host, const struct bko_query *query, bko_reply *reply);

	/* Required for push. Applies the batch, then bko_reply_end. May block. */
	void (*apply)(void *host, const struct bko_batch *batch, bko_reply *reply);

	/* Optional: sleeps before a retry. Without it retries follow at once and
	 * only their number is bounded. */
	void (*wait)(void *host, uint32_t wait_ms, uint32_t attempt);

	/* Optional: makes all that was applied durable, for stores that group
	 * syncs; called by bko_engine_sync. */
	void (*sync)(void *host, bko_reply *reply);

	/* Optional: counts the rows of a range and sums the first 8 value bytes of
	 * each (little-endian, signed), answered by bko_reply_measure. Used for
	 * explanations only, never for a decision. */
	void (*measure)(void *host, const struct bko_read *range, bko_reply *reply);
};

/* Gives one row in answer to element `index` of the query (or, with CONFLICT and
 * DONE, of the batch). The key is copied before this returns, and the value, unless the
 * store has BKO_STORE_LENDS. `hint` is opaque: the library hands it back in the
 * entry that changes this row, so that a store may find it without a search;
 * it may be outdated by then, so compare the key. 0 for none.
 * Of rows given with DONE only the hint is looked at. Rows given with CONFLICT spare the
 * next attempt its reading: give those whose guards did not hold, all of one moment.
 * Returns: BKO_E_MISUSE for a bad index, a row outside what was asked, or given
 * twice; BKO_E_TOO_LARGE; BKO_E_NO_MEMORY. After an error the call that asked
 * fails, whatever bko_reply_end says: with BKO_E_CONTRACT, or BKO_E_NO_MEMORY.
 * Since: 0.1. */
BKO_API int32_t bko_reply_row(bko_reply *reply, uint32_t index, const void *key, size_t key_size,
                              const void *value, size_t value_size, uint64_t revision,
                              uint64_t hint);

/* Says that range `index` holds rows beyond its limit.
 * Returns: BKO_E_MISUSE. Since: 0.1. */
BKO_API int32_t bko_reply_more(bko_reply *reply, uint32_t index);

/* Answers `measure`. Returns: BKO_E_MISUSE. Since: 0.1. */
BKO_API int32_t bko_reply_measure(bko_reply *reply, uint64_t count, int64_t sum);

/* Ends the answer: `status` of BKO_REPLY_, the batch's `revision` (DONE after
 * apply, else 0) and a `native` error code of the store, kept for
 * bko_engine_error. Must be the last call on this reply. Since: 0.1. */
BKO_API void bko_reply_end(bko_reply *reply, int32_t status, uint64_t revision, int64_t native);

/*
 * REPLIES OF ONE'S OWN. Where no engine asks: functions of the host hear what a
 * store answers. For a store that stands before others (a cache, a copy, a
 * translation), for tools, and for proving a store.
 */
struct bko_sink {
	uint32_t struct_size;
	uint32_t reserved;
	void *host; /* handed to every function */

	/* What the store calls, as it calls it: nothing is checked in between but
	 * spans that are NULL and not empty, and what a function returns the store
	 * gets back. NULL: not heard, BKO_OK. A store that breaks the contract may
	 * call them in any order, and for any index. */
	int32_t (*row)(void *host, uint32_t index, const void *key, size_t key_size,
	               const void *value, size_t value_size, uint64_t revision, uint64_t hint);
	int32_t (*more)(void *host, uint32_t index);
	int32_t (*measure)(void *host, uint64_t count, int64_t sum);
	void (*end)(void *host, int32_t status, uint64_t revision, int64_t native);
};

enum { BKO_REPLY_BYTES = 128 /* of memory for a reply */ };

/* Makes a reply to hand to the callbacks of a store, in memory of the caller's
 * aligned for uint64_t. It serves any number of answers, one after the other;
 * there is nothing to close.
 * Ownership: the sink is copied; memory and reply stay the caller's.
 * Returns: BKO_E_ARGUMENT (memory is not aligned, reserved), BKO_E_BUFFER (size
 * is below BKO_REPLY_BYTES). Threads: any. Since: 0.1. */
BKO_API int32_t bko_reply_open(const struct bko_sink *sink, void *memory, size_t size,
                               bko_reply **reply);

/*
 * The memory store: an ordered tree of fixed pages. Zero-copy reads, no
 * allocation per row, no durability. For tests, caches and terminals.
 *
 * A batch that finds no room is BKO_REPLY_FULL; overwriting with a value that
 * is not longer and deleting always find room. Pages that rows leave are used
 * again, and go back to the allocator when the store is closed. Batches and
 * queries that break the contract are BKO_REPLY_UNSUPPORTED, keys and values
 * beyond the limits BKO_REPLY_TOO_LARGE. It has no locks: engines that share
 * it are run one after another.
 */
typedef struct bko_memory bko_memory;

struct bko_memory_options {
	uint32_t struct_size;
	uint32_t page_size; /* bytes of a page: 2048 (default), 4096 or 8192 */
	bko_alloc_fn alloc; /* NULL: realloc and free of libc, or the arena */
	void *alloc_host;
	void *arena;       /* caller's memory, used instead of any heap, `alloc` too; NULL: none */
	size_t arena_size; /* bytes: about 2800 for the store, a page for its own use, the rest
	                    * pages for rows; what does not fit is BKO_REPLY_FULL */
	uint32_t shared;   /* 1: several engines use it, so neither EXCLUSIVE nor LENDS */
	uint32_t reserved;
};

/* Opens an empty store. `options` may be NULL.
 * Ownership: *memory is the caller's until bko_memory_close; in arena mode it
 * lies in the arena.
 * Returns: BKO_E_ARGUMENT (page_size, shared); BKO_E_NO_MEMORY, also for an
 * arena without room for a page; BKO_E_UNSUPPORTED if the library was built
 * without a heap and neither arena nor `alloc` is given. Since: 0.1. */
BKO_API int32_t bko_memory_open(const struct bko_memory_options *options, bko_memory **memory);

/* Fills the table through which an engine uses the store. It stays valid until
 * bko_memory_close. Since: 0.1. */
BKO_API int32_t bko_memory_store(bko_memory *memory, struct bko_store *store);

/* What the store holds, for sizing. */
struct bko_memory_stats {
	uint32_t struct_size;
	uint32_t page_size;
	uint64_t rows;
	uint64_t row_bytes;  /* keys and values */
	uint64_t pages;      /* in use */
	uint64_t pages_free; /* allocated, waiting for use */
	uint64_t bytes;      /* all memory taken */
	uint64_t applied;    /* batches applied so far */
};
BKO_API int32_t bko_memory_stats(bko_memory *memory, struct bko_memory_stats *stats);

/* A 64-bit hash over all rows (keys and values, not revisions) in key order:
 * two stores that hold the same rows agree, on every platform. Since: 0.1. */
BKO_API int32_t bko_memory_hash(bko_memory *memory, uint64_t *hash);

/* Copies all rows of one store into another, emptied first. Rows keep their
 * revisions; those of later batches go on from the higher of both. Hints and
 * lent rows of `to` are void, and an engine that has `to` to itself must not be
 * open, as it may know rows by heart. For snapshots in tests and forked decisions.
 * Returns: BKO_E_NO_MEMORY; `to` is then empty. Since: 0.1. */
BKO_API int32_t bko_memory_copy(bko_memory *from, bko_memory *to);

/* Frees the store. Engines on it must be closed before. NULL is nothing.
 * Since: 0.1. */
BKO_API void bko_memory_close(bko_memory *memory);

#if !defined(BKO_FFI_CDEF) && defined(__cplusplus)
}
#endif
#endif
