/*
 * sqlite_faults.c - the disk beneath SQLite fails at every call of every kind,
 * once or from then on for a while. What the engine said stands; what it did
 * not say is repeated with the same id; in the end all is as if nothing had
 * happened.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../history/front.h"
#include "bad_disk.h"
#include "sqlite_store.h"

#include "backorder/backorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 9, TRIES = 400 };

struct shop {
	struct sqlite_store *store;
	struct front front;
	bko_engine *engine;
	uint32_t seen[1 << 10]; /* statuses, by number */
};

static const char uri[] = "file:sqlite_faults.tmp?vfs=bad";
static uint64_t repeated;

static void remove_files(void)
{
	static const char *const names[] = {"sqlite_faults.tmp", "sqlite_faults.tmp-wal",
	                                    "sqlite_faults.tmp-shm"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		remove(names[i]);
	bad_disk_forget();
}

static void no_wait(void *host, uint32_t wait_ms, uint32_t attempt)
{
	(void)host;
	(void)wait_ms;
	(void)attempt;
}

static int32_t open_shop(struct shop *shop)
{
	struct bko_options options = {.struct_size = sizeof options, .retries = 2};
	int32_t status = sqlite_store_open(uri, SQLITE_STORE_EACH, &shop->store);

	if (status != BKO_OK)
		return status;
	sqlite_store_table(shop->store, &shop->front.behind);
	shop->front.behind.wait = no_wait;
	return bko_engine_open(&options, &shop->front.behind, &shop->engine);
}

static void close_shop(struct shop *shop)
{
	bko_engine_close(shop->engine);
	sqlite_store_close(shop->store);
	shop->engine = NULL;
	shop->store = NULL;
}

static int32_t place(bko_engine *engine, const struct bko_op *op, int64_t quantity)
{
	const struct bko_span here = {"", 0};
	struct bko_line line = {.struct_size = sizeof line,
	                        .item = {"lamp", 4},
	                        .candidates = &here,
	                        .candidate_count = 1,
	                        .quantity = quantity};
	struct bko_order_request request = {.struct_size = sizeof request,
	                                    .lines = &line,
	                                    .line_count = 1,
	                                    .stride = sizeof line};
	struct bko_outcome outcome = {.struct_size = sizeof outcome};

	return bko_order_place(engine, op, &request, &outcome);
}

static int32_t of_order(bko_engine *engine, const struct bko_op *op, const char *order, int ship)
{
	struct bko_pick all = {.struct_size = sizeof all, .line = BKO_LINE_ALL};
	struct bko_units units = {.struct_size = sizeof units,
	                          .order = {order, 2},
	                          .picks = &all,
	                          .pick_count = 1,
	                          .stride = sizeof all};

	return ship ? bko_order_ship(engine, op, &units, NULL)
	            : bko_order_cancel(engine, op, &units, NULL);
}

/* One step of the story: ids are its number, so that it can be told again. */
static int32_t carry_out(bko_engine *engine, uint32_t step)
{
	static const char *const ids[STEPS] = {"p", "r1", "o1", "o2", "s1", "y", "r2", "c2", "o3"};
	struct bko_op op = {.struct_size = sizeof op, .id = {ids[step], 2}, .now_ms = 1000 + step};
	struct bko_policy policy = {.struct_size = sizeof policy,
	                            .set = BKO_SET_SELLING,
	                            .selling = BKO_SELL_BACKORDER};
	struct bko_policy_row lamp = {.struct_size = sizeof lamp,
	                              .scope = BKO_SCOPE_ITEM,
	                              .item = {"lamp", 4},
	                              .policy = &policy};
	struct bko_receipt receipt = {
		.struct_size = sizeof receipt, .item = {"lamp", 4}, .quantity = 5};

	switch (step) {
	case 0: return bko_policy_set(engine, 0, &lamp, 1, sizeof lamp, NULL);
	case 1:
	case 6: return bko_stock_receive(engine, &op, &receipt, NULL);
	case 2: return place(engine, &op, 3);
	case 3: return place(engine, &op, 7);
	case 4: return of_order(engine, &op, "o1", 1);
	case 5: return bko_engine_sync(engine);
	case 7: return of_order(engine, &op, "o2", 0);
	default: return place(engine, &op, 2);
	}
}

/* What a failing disk may make of a call. */
static int may_fail_so(int32_t status)
{
	return status == BKO_E_IO || status == BKO_E_FULL || status == BKO_E_UNCERTAIN ||
	       status == BKO_E_CONTENDED || status == BKO_E_BUSY;
}

static int try_again(struct shop *shop, int32_t status, uint32_t *tries)
{
	shop->seen[-status % (1 << 10)]++;
	repeated++;
	return may_fail_so(status) && ++*tries < TRIES;
}

/* Plays the story to its end, whatever happens; the hash of all rows, or 0. */
static uint64_t play(struct shop *shop)
{
	uint32_t step = 0, tries = 0;
	uint64_t hash;
	int32_t status;

	remove_files();
	while ((status = open_shop(shop)) != BKO_OK)
		if (!try_again(shop, status, &tries))
			return 0;
	while (step < STEPS) {
		status = carry_out(shop->engine, step);
		if (status == BKO_OK)
			step++;
		else if (!try_again(shop, status, &tries))
			break;
	}
	if (status != BKO_OK)
		printf("step %u: %s\n", (unsigned)step, bko_status_name(status));
	close_shop(shop);
	bad_disk_fail(BAD_KINDS, BAD_ERROR, 0, 0);
	if (status != BKO_OK || open_shop(shop) != BKO_OK)
		return 0;
	hash = front_count(&shop->front, 100);
	close_shop(shop);
	return shop->front.failed ? 0 : hash;
}

static const struct {
	const char *name;
	uint32_t kind, fault;
} faults[] = {
	{"read", BAD_READ, BAD_ERROR},      {"write", BAD_WRITE, BAD_ERROR},
	{"disk full", BAD_WRITE, BAD_FULL}, {"short write", BAD_WRITE, BAD_SHORT},
	{"sync", BAD_SYNC, BAD_ERROR},      {"truncate", BAD_TRUNCATE, BAD_ERROR},
	{"lock", BAD_LOCK, BAD_ERROR},
};

/* Calls of a kind in a story without faults; how often fail_at counts then. */
static uint32_t calls_of(struct shop *shop, uint32_t kind, uint64_t *hash)
{
	uint32_t calls;

	bad_disk_fail(kind, BAD_ERROR, 0, 0);
	remove_files();
	if (open_shop(shop) == BKO_OK) {
		uint32_t step;

		for (step = 0; step < STEPS; step++)
			carry_out(shop->engine, step);
	}
	close_shop(shop);
	calls = bad_disk_calls();
	*hash = play(shop);
	return calls;
}

int main(void)
{
	const char *tier = getenv("BKO_TIER");
	uint32_t stride = tier != NULL && strcmp(tier, "quick") != 0 ? 1 : 7, at, calls;
	struct shop *shop = calloc(1, sizeof *shop);
	uint64_t hash = 0, again = 0, injected = 0;
	size_t i;

	if (shop == NULL || bad_disk_open() != 0)
		return 1;
	for (i = 0; i < sizeof faults / sizeof *faults; i++) {
		calls = calls_of(shop, faults[i].kind, &hash);
		for (at = 0; at < 2 * calls; at += stride) {
			/* once, or a few times on end */
			bad_disk_fail(faults[i].kind, faults[i].fault, at / 2, at % 2 ? 12 : 1);
			again = play(shop);
			injected++;
			if (hash == 0 || again != hash) {
				printf("%s %u of %u: the rows are not what they should be\n",
				       faults[i].name, (unsigned)at / 2, (unsigned)calls);
				return 1;
			}
		}
	}
	remove_files();
	if (injected == 0 || repeated == 0 || shop->seen[-BKO_E_UNCERTAIN] == 0 ||
	    shop->seen[-BKO_E_IO] == 0 || shop->seen[-BKO_E_FULL] == 0) {
		printf("some kinds of failure never came about: %u, %u, %u, %u\n",
		       (unsigned)injected, (unsigned)shop->seen[-BKO_E_UNCERTAIN],
		       (unsigned)shop->seen[-BKO_E_IO], (unsigned)shop->seen[-BKO_E_FULL]);
		return 1;
	}
	printf("evidence: faults of the disk beneath SQLite %llu\n", (unsigned long long)injected);
	printf("evidence: calls repeated after them %llu\n", (unsigned long long)repeated);
	free(shop);
	return 0;
}
