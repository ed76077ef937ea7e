/*
 * Runs the workloads on every peer, interleaved, and prints medians and ratios.
 *   bench [-n ORDERS] [-r ROUNDS] [-d DEEPEST_QUEUE] [-i ITEMS] [-p WORD] [-q] [-a]
 * Ends with 1 if the peers do not reach the same state or answer alike. With -p
 * only the peers run that have this in their names. With -q it prints how they
 * ended alone: a smoke run for the tests, which measure nothing. With -a it only
 * tells what the bytes of the waiting orders are.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "bench.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEPTHS_MAX = 4, DEEP_ROUNDS = 25, DEEP_OPS = 20, DEEP_FILL = 10 };

static const struct peer *const all_peers[] = {
	&peer_limit,
	&peer_sqlite,
	&peer_sqlite_duties,
	&peer_backorder,
	&peer_backorder_batched,
	&peer_store,
	&peer_store_shared,
};
enum { PEERS = sizeof all_peers / sizeof all_peers[0] };

/* Those that run: first what the library is compared with. */
static const struct peer *peers[PEERS];
static int peer_count, other_count;

struct results {
	double rate[PEERS][STRETCHES][ROUNDS_MAX];
	double bytes[PEERS];
	double receipt_us[PEERS][DEPTHS_MAX], cancel_us[PEERS][DEPTHS_MAX];
	struct ending first[ENDINGS + 1 + DEPTHS_MAX]; /* the last ones of W5 */
	int faults;
};

static struct results results;

/* Of this process: the peers wait for nothing, and others may use the machine. */
static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void compare(int which, int peer, const struct ending *ending)
{
	struct ending *first = &results.first[which];

	if (first->state.hash == 0)
		*first = *ending;
	if (memcmp(first, ending, sizeof *first) == 0)
		return;
	fprintf(stderr,
	        "bench: %s ends otherwise than the first peer in run %d: on hand %" PRId64
	        " allocated %" PRId64 " waiting %" PRId64 " hash %" PRIx64 " answers %" PRIx64
	        ", not %" PRId64 " %" PRId64 " %" PRId64 " %" PRIx64 " %" PRIx64 "\n",
	        peers[peer]->name, which, ending->state.on_hand, ending->state.allocated,
	        ending->state.waiting, ending->state.hash, ending->answers, first->state.on_hand,
	        first->state.allocated, first->state.waiting, first->state.hash, first->answers);
	results.faults++;
}

static void run(int p, int round, size_t n, uint32_t items)
{
	struct ending endings[ENDINGS];
	double rates[STRETCHES];
	int i;

	stretches_run(&(struct stretch_run){peers[p], n, items, seconds}, rates, endings);
	for (i = 0; i < STRETCHES; i++)
		results.rate[p][i][round] = rates[i];
	for (i = 0; i < ENDINGS; i++)
		compare(i, p, &endings[i]);
}

/* What an order of two lines takes while both wait, its events read and gone. */
static void run_bytes(int p, size_t n, uint32_t items, int anatomy)
{
	const struct peer *peer = peers[p];
	struct ending ending = {{0}, 0};
	struct world world;
	uint64_t bytes;
	void *self;
	size_t i;

	world_open(&world, items, 0, n, 2, BENCH_SEED + 6);
	self = peer->open(&world);
	bytes = peer->bytes(self);
	for (i = 0; i < n; i++)
		peer->order(self, &world.orders[i]);
	peer_flush(peer, self);
	results.bytes[p] = (double)(peer->bytes(self) - bytes) / (double)n;
	if (anatomy && peer->anatomy) {
		printf("%s:\n", peer->name);
		peer->anatomy(self);
	}
	peer->state(self, &ending.state);
	compare(ENDINGS, p, &ending);
	peer->close(self);
	world_close(&world);
}

/* Orders of the one item of W5: one unit, all of one class, so that they wait in
 * the order of their numbers. */
static void make_deep(struct world *world, size_t orders)
{
	size_t i;

	world_open(world, 1, 0, orders, 1, BENCH_SEED + 4);
	for (i = 0; i < orders; i++) {
		world->orders[i].order_class = 3;
		world->orders[i].lines[0] = (struct want){0, 1};
	}
}

/* Before each timed stretch the queue is filled up again to its depth. */
static void run_w5(int p, int which, size_t depth)
{
	const struct peer *peer = peers[p];
	size_t spare = (size_t)DEEP_ROUNDS * DEEP_OPS * (DEEP_FILL + 1);
	struct random random = {BENCH_SEED + 5};
	struct ending ending = {{0}, 0};
	struct world world;
	size_t head = 0, tail = 0, round, i, serial = 0;
	double receipts = 0, cancels = 0, begun;
	unsigned char *gone;
	void *self;

	make_deep(&world, depth + spare);
	gone = must_alloc(depth + spare);
	self = peer->open(&world);
	while (tail < depth)
		peer->order(self, &world.orders[tail++]);
	peer_flush(peer, self);
	for (round = 0; round < DEEP_ROUNDS; round++) {
		struct op ops[DEEP_OPS] = {{0}};
		size_t served,
			left = depth / 4 < DEEP_OPS * DEEP_FILL ? depth / 4 / DEEP_FILL : DEEP_OPS;

		for (i = 0; i < DEEP_OPS; i++) {
			ops[i].quantity = DEEP_FILL;
			ops[i].id.size = (uint32_t)snprintf(ops[i].id.bytes, sizeof ops[i].id.bytes,
			                                    "GR-%08u", (unsigned)++serial);
		}
		begun = seconds();
		for (i = 0; i < left; i++)
			peer->receipt(self, &ops[i]);
		peer_flush(peer, self);
		receipts += (seconds() - begun) / (double)left / DEEP_ROUNDS;
		for (served = 0; served < left * DEEP_FILL; head++)
			served += !gone[head];
		for (i = 0; i < left * DEEP_FILL; i++)
			peer->order(self, &world.orders[tail++]);
		peer_flush(peer, self);

		for (i = 0; i < DEEP_OPS; i++) {
			size_t span = (tail - head) / 2;
			size_t at;

			do
				at = head + span / 2 + random_below(&random, (uint32_t)span);
			while (gone[at]);
			gone[at] = 1;
			ops[i].target = (uint32_t)at;
			ops[i].id.bytes[0] = 'C';
		}
		begun = seconds();
		for (i = 0; i < DEEP_OPS; i++)
			peer->cancel(self, &world.orders[ops[i].target], &ops[i]);
		peer_flush(peer, self);
		cancels += (seconds() - begun) / DEEP_OPS / DEEP_ROUNDS;
		for (i = 0; i < DEEP_OPS; i++)
			peer->order(self, &world.orders[tail++]);
		peer_flush(peer, self);
	}
	peer->state(self, &ending.state);
	compare(ENDINGS + 1 + which, p, &ending);
	results.receipt_us[p][which] = receipts * 1e6;
	results.cancel_us[p][which] = cancels * 1e6;
	peer->close(self);
	free(gone);
	world_close(&world);
}

static void print_rates(int rounds)
{
	double rates[PEERS][STRETCHES];
	int p, s;

	printf("%-27s", "a second");
	for (s = 0; s < STRETCHES; s++)
		printf(" %20s", stretch_names[s]);
	printf("\n");
	for (p = 0; p < peer_count; p++) {
		printf("%-27s", peers[p]->name);
		for (s = 0; s < STRETCHES; s++) {
			rates[p][s] = median(results.rate[p][s], rounds);
			printf(" %20.0f", rates[p][s]);
		}
		printf("\n");
	}
	for (p = other_count; p < peer_count; p++) {
		int other;

		for (other = 0; other < other_count; other++) {
			printf("\"%s\" is times \"%s\":\n%-27s", peers[p]->name, peers[other]->name,
			       "");
			for (s = 0; s < STRETCHES; s++)
				printf(" %20.2f", rates[p][s] / rates[other][s]);
			printf("\n");
		}
	}
}

static void print_bytes(void)
{
	int p;

	printf("\nbytes of pages for an order of two lines that wait, events gone\n");
	for (p = 0; p < peer_count; p++)
		if (results.bytes[p] > 0)
			printf("%-27s %20.1f\n", peers[p]->name, results.bytes[p]);
}

static void print_depths(const size_t *depths, int count)
{
	int p, d;

	for (p = 0; p < 2 * peer_count; p++) {
		const double *row = p % 2 ? results.cancel_us[p / 2] : results.receipt_us[p / 2];

		if (p == 0) {
			printf("\n%-39s", "W5, microseconds; lines waiting:");
			for (d = 0; d < count; d++)
				printf(" %10zu", depths[d]);
			printf(" %16s\n", "last / first");
		}
		printf("%-27s %-11s", peers[p / 2]->name, p % 2 ? "cancel" : "receipt");
		for (d = 0; d < count; d++)
			printf(" %10.2f", row[d]);
		printf(" %16.2f\n", row[count - 1] / row[0]);
	}
}

static void choose(const char *word)
{
	int p;

	for (p = 0; p < PEERS; p++)
		if (!word || strstr(all_peers[p]->name, word)) {
			peers[peer_count++] = all_peers[p];
			other_count += strstr(all_peers[p]->name, "backorder") == NULL;
		}
}

/* One CPU, so that caches stay warm; where that is not allowed, go on without. */
static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof set, &set) != 0)
		fprintf(stderr, "bench: not pinned to one CPU\n");
}

int main(int argc, char **argv)
{
	size_t n = 500000, deepest = 1000000, depths[DEPTHS_MAX], depth;
	uint32_t items = 10000;
	int rounds = 5, quiet = 0, anatomy = 0, count = 0, i, r, p;
	const char *word = NULL;

	for (i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "0";

		if (strcmp(argv[i], "-q") == 0) {
			quiet = 1;
			continue;
		}
		if (strcmp(argv[i], "-a") == 0) {
			anatomy = 1;
			continue;
		}
		if (strcmp(argv[i], "-n") == 0)
			n = strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "-r") == 0)
			rounds = atoi(value);
		else if (strcmp(argv[i], "-d") == 0)
			deepest = strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "-i") == 0)
			items = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "-p") == 0)
			word = value;
		else
			n = 0;
		i++;
	}
	choose(word);
	if (n == 0 || peer_count == 0 || rounds < 1 || rounds > ROUNDS_MAX || items < 1) {
		fprintf(stderr,
		        "usage: bench [-n ORDERS] [-r ROUNDS] [-d DEPTH] [-i ITEMS] [-p WORD]"
		        " [-q] [-a]\n");
		return 2;
	}
	pin();
	for (p = 0; p < peer_count; p++)
		run_bytes(p, n, items, anatomy);
	if (anatomy) {
		print_bytes();
		return results.faults ? 1 : 0;
	}
	for (r = 0; r < rounds; r++)
		for (p = 0; p < peer_count; p++)
			run(p, r, n, items);
	for (depth = 1000; depth <= deepest && count < DEPTHS_MAX; depth *= 10) {
		for (p = 0; p < peer_count; p++)
			run_w5(p, count, depth);
		depths[count++] = depth;
	}
	if (!quiet) {
		print_rates(rounds);
		print_bytes();
		if (count > 0)
			print_depths(depths, count);
	}
	printf("bench: %s\n", results.faults ? "the peers differ" : "all peers end alike");
	return results.faults ? 1 : 0;
}
