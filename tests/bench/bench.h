/*
 * The reduced world that every peer of the benchmark lives in, so that they can
 * be compared: one location; an item has units on hand and eight dated lots on
 * their way; an order has a class and one to three lines of distinct items. A
 * line takes what is free and the rest of it waits, ranked by (class, order,
 * line). A receipt adds units, moves the earliest lot behind the last, and
 * serves the queue strictly in rank order, its head in part if need be. A
 * cancelled order leaves the queue, and what it held serves the queue.
 *
 * Workloads are made before any clock runs: arrays of orders and operations,
 * the same for every peer, from one seed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { LOTS = 8, LINES = 3, CLASSES = 8, LOT_UNITS = 50 };

/* Where time begins, and how far apart the lots of an item are. */
#define BEGIN_MS  INT64_C(1790000000000)
#define PERIOD_MS (INT64_C(7) * 86400000)

struct text {
	char bytes[28];
	uint32_t size;
};

struct want {
	uint32_t item, quantity;
};

struct order {
	uint32_t number; /* 1, 2, 3 ... in the order of placing */
	uint32_t order_class, count;
	struct want lines[LINES];
	struct text id;
};

enum { OP_QUERY, OP_ORDER, OP_CANCEL, OP_RECEIPT };

/* One operation: what it acts on is an item or, for orders and cancels, the
 * index of an order. */
struct op {
	uint32_t kind, target, quantity;
	struct text id; /* of a cancel or a receipt */
};

struct world {
	uint32_t item_count;
	uint32_t on_hand; /* of each item at the beginning */
	struct text *items;
	struct order *orders; /* all that will be placed, by index = number - 1 */
	size_t order_count;
};

/* What a query answers: for `want` units, what is free, and when the lots cover
 * the rest after all who wait already; 0: they do not. */
struct answer {
	int64_t free;
	int64_t when_ms;
};

/* Order-independent sums over the whole state, and a hash of all its parts. */
struct state {
	int64_t on_hand, allocated, waiting;
	uint64_t hash;
};

/* What every peer does. Failing is for the peer to report: it exits. */
struct peer {
	const char *name;
	void *(*open)(const struct world *world);
	void (*order)(void *self, const struct order *order);
	void (*cancel)(void *self, const struct order *order, const struct op *op);
	void (*receipt)(void *self, const struct op *op);
	void (*query)(void *self, uint32_t item, uint32_t want, struct answer *answer);
	void (*flush)(void *self); /* may be NULL; end of a timed stretch */
	void (*state)(void *self, struct state *state);
	uint64_t (*bytes)(void *self); /* pages in use, once the events are gone */
	void (*anatomy)(void *self);   /* may be NULL; prints what the pages hold */
	void (*close)(void *self);
};

extern const struct peer peer_limit, peer_sqlite, peer_sqlite_duties;
/* In files, with the same duties. */
extern const struct peer peer_sqlite_full, peer_sqlite_grouped, peer_sqlite_normal, peer_lmdb,
	peer_lmdb_grouped;
extern const struct peer peer_backorder, peer_backorder_batched;
extern const struct peer peer_log, peer_log_grouped, peer_log_relaxed;
/* On the example of a store on SQLite: in memory, and in files. */
extern const struct peer peer_store, peer_store_shared, peer_store_full, peer_store_normal;

/* ---- Made workloads (workload.c) ------------------------------------------ */

struct random {
	uint64_t at;
};
uint64_t random_next(struct random *random);
uint32_t random_below(struct random *random, uint32_t bound);

/* Items by Zipf's law with exponent 1: the k-th most wanted is wanted 1/k as
 * often as the first. */
struct zipf {
	uint32_t count;
	double *sums;
};
void zipf_open(struct zipf *zipf, uint32_t count);
uint32_t zipf_next(const struct zipf *zipf, struct random *random);
void zipf_close(struct zipf *zipf);

/* Orders of so many lines; 0: of one to three. */
void world_open(struct world *world, uint32_t items, uint32_t on_hand, size_t orders,
                uint32_t lines, uint64_t seed);
void world_close(struct world *world);

/* Receipts of `units` that empty every queue when nothing was on hand; an array
 * for free(). */
struct op *workload_restock(const struct world *world, uint32_t units, uint64_t seed,
                            size_t *count);
/* 60 % queries, 25 % orders, 10 % cancels, 5 % receipts of `units`. */
struct op *workload_mixed(const struct world *world, size_t count, uint32_t units, uint64_t seed);

/* Adds one part of a state. */
void state_item(struct state *state, uint32_t item, int64_t on_hand, int64_t allocated,
                int64_t waiting);
void state_line(struct state *state, uint32_t order, uint32_t line, int64_t allocated,
                int64_t waiting);

/* Prints what a memory store holds (anatomy.c). */
struct bko_memory;
void bench_anatomy(struct bko_memory *memory);

/* ---- Timed stretches (stretch.c) ------------------------------------------ */

enum { BENCH_SEED = 20261124 };
enum { W1, W2_ACCEPT, W3, W2_RESTOCK, W4, STRETCHES };
enum { ENDINGS = 3 }; /* of W1, of W2 before its restock, of W4 */

extern const char *const stretch_names[STRETCHES];

/* What a peer ended with, to be compared with another's. */
struct ending {
	struct state state;
	uint64_t answers;
};

struct stretch_run {
	const struct peer *peer;
	size_t orders;
	uint32_t items;
	double (*clock)(void); /* seconds */
};

/* Runs every stretch once: operations a second, and the endings. */
void stretches_run(const struct stretch_run *run, double *rates, struct ending *endings);
void peer_flush(const struct peer *peer, void *self);
/* Of `count` values, which are sorted. */
double median(double *values, int count);

/* Where the peers that are durable keep their files. Names the file of a peer;
 * with `anew` what is left of an earlier one goes. Valid until the next call. */
enum { BENCH_GROUP = 100 }; /* operations of a sync where they are grouped */
void bench_folder(const char *path);
const char *bench_file(const char *peer, int anew);

/* Prints how long a compacted log of so many orders takes to open (opening.c). */
enum { ROUNDS_MAX = 25 };
void bench_opening(size_t orders, uint32_t items, int rounds, double (*clock)(void));

void *must_alloc(size_t size);
void die(const char *peer, const char *what);

#endif
