/*
 * seller.h - processes that sell the last units of the same items on one file,
 * and are killed while they do.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TESTS_PROCESS_SELLER_H
#define TESTS_PROCESS_SELLER_H

#include "backorder/backorder.h"

enum { SELLERS = 4, ITEMS = 5, OPS_MAX = 4000, LINES = 2, STOCK = 60 };
enum { KIND_ORDER, KIND_CANCEL, KIND_SHIP, KIND_RECEIVE };

/* What a seller knows of an operation that came back. It lies in memory that outlives a
 * seller. */
struct told {
	uint32_t known; /* set last */
	int32_t status; /* BKO_OK, or the error that the operation ends with */
	uint32_t flags; /* BKO_OUTCOME_ but REPLAYED */
	uint32_t reserved;
	int64_t quantity, lines[LINES]; /* units moved; of an order: allocated, by line */
};

/* An operation, made from its numbers alone. */
struct sale {
	uint32_t kind, lines, counted; /* counted: a refusal is recorded */
	uint32_t item[LINES], quantity[LINES];
	uint32_t of; /* the order that a cancellation or shipment is about */
};

struct shelf {
	uint64_t seed;
	uint32_t ops; /* of each seller */
	char file[64];
	struct told told[SELLERS][OPS_MAX];
	uint64_t lost[SELLERS]; /* locks and races */
	uint64_t contended[SELLERS], replayed[SELLERS], differing[SELLERS];
};

void sale_make(const struct shelf *shelf, uint32_t seller, uint32_t number, struct sale *sale);
struct bko_span sale_id(char text[24], char kind, uint32_t seller, uint32_t number);
struct bko_span item_id(char text[24], uint32_t item);

/* A process's engine on the file; 0 if it opened. With `slow` it dawdles between reading
 * and applying, so that others come in between. */
struct handle {
	struct sqlite_store *store;
	bko_engine *engine;
	struct bko_store table;
	uint32_t slow, reads;
};
int handle_open(struct handle *handle, const char *file);
void handle_close(struct handle *handle);

/* Takes the lock of the file again and again, and keeps it for a while. Never returns. */
void hog(const char *file);

/* Sells from the first operation that is not known to have come back, the few before it
 * again; the exit status of the process. */
int sell(struct shelf *shelf, uint32_t seller);

/* What must be true when nobody sells any more; how many things are not. */
uint32_t shelf_check(const struct shelf *shelf);

#endif
