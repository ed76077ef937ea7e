/*
 * sellers.c - four processes sell the last units of the same items on one
 * SQLite file; one of them after the other is killed at any moment and begins
 * again. Nothing is oversold, and each operation happens once.
 *
 *   sellers [SEED]
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include "seller.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct round {
	uint64_t seed, random;
	uint32_t ops, kills;
};

static uint32_t below(uint64_t *state, uint32_t bound)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((*state >> 32) * bound >> 32);
}

static void remove_files(const char *file)
{
	char name[80];

	remove(file);
	snprintf(name, sizeof name, "%s-wal", file);
	remove(name);
	snprintf(name, sizeof name, "%s-shm", file);
	remove(name);
}

/* Defines the items, with a few units of each. */
static int stock_up(const char *file)
{
	struct bko_policy policy = {
		.struct_size = sizeof policy, .set = BKO_SET_SELLING, .selling = BKO_SELL_STOCK};
	struct handle handle;
	uint32_t item;

	if (handle_open(&handle, file))
		return 1;
	for (item = 0; item < ITEMS; item++) {
		struct bko_policy_row row = {
			.struct_size = sizeof row, .scope = BKO_SCOPE_ITEM, .policy = &policy};
		struct bko_receipt receipt;
		struct bko_op op = {.struct_size = sizeof op, .now_ms = 1};
		char name[24], id[24];

		memset(&receipt, 0, sizeof receipt);
		receipt.struct_size = sizeof receipt;
		receipt.quantity = STOCK;
		row.item = receipt.item = item_id(name, item);
		op.id = sale_id(id, 'f', 0, item);
		if (bko_policy_set(handle.engine, 1, &row, 1, sizeof row, NULL) != BKO_OK ||
		    bko_stock_receive(handle.engine, &op, &receipt, NULL) != BKO_OK)
			return 1;
	}
	handle_close(&handle);
	return 0;
}

/* A seller; the one behind the last only keeps the file locked. */
static pid_t begin(struct shelf *shelf, uint32_t seller)
{
	pid_t child = fork();

	if (child == 0) {
		int status = 1;

		if (seller == SELLERS)
			hog(shelf->file);
		else
			status = sell(shelf, seller);

		fflush(stdout);
		_exit(status);
	}
	if (child < 0)
		exit(1);
	return child;
}

/* Sellers work; now and then one is killed, and begins again. */
static int let_sell(struct shelf *shelf, struct round *round, uint32_t *killed)
{
	pid_t sellers[SELLERS], hogging = begin(shelf, SELLERS);
	uint32_t i, alive = SELLERS;
	int failed = 0;

	for (i = 0; i < SELLERS; i++)
		sellers[i] = begin(shelf, i);
	while (alive > 0) {
		struct timespec pause = {0, 1000 + (long)below(&round->random, 9000000)};
		uint32_t victim = below(&round->random, SELLERS);
		int status = 0;

		if (*killed < round->kills) {
			nanosleep(&pause, NULL);
			if (sellers[victim] > 0)
				kill(sellers[victim], SIGKILL);
		}
		for (i = 0; i < SELLERS; i++) {
			int wait_for_it = *killed >= round->kills || i == victim;

			if (sellers[i] == 0 ||
			    waitpid(sellers[i], &status, wait_for_it ? 0 : WNOHANG) != sellers[i])
				continue;
			if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
				++*killed;
				sellers[i] = begin(shelf, i);
				continue;
			}
			failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
			sellers[i] = 0;
			alive--;
		}
	}
	kill(hogging, SIGKILL);
	waitpid(hogging, NULL, 0);
	return failed;
}

static int play(struct round *round, uint64_t *totals)
{
	struct shelf *shelf = mmap(NULL, sizeof *shelf, PROT_READ | PROT_WRITE,
	                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint32_t faults, killed = 0, i;

	if (shelf == MAP_FAILED)
		return 1;
	shelf->seed = round->seed;
	shelf->ops = round->ops;
	snprintf(shelf->file, sizeof shelf->file, "sellers-%llu.tmp",
	         (unsigned long long)round->seed);
	remove_files(shelf->file);
	faults = (uint32_t)stock_up(shelf->file);
	if (faults == 0)
		faults = (uint32_t)let_sell(shelf, round, &killed);
	if (faults == 0)
		faults = shelf_check(shelf);
	if (faults > 0)
		printf("seed %llu: %u faults\n", (unsigned long long)round->seed, (unsigned)faults);
	totals[0] += killed;
	for (i = 0; i < SELLERS; i++) {
		totals[1] += shelf->ops;
		totals[2] += shelf->contended[i];
		totals[3] += shelf->replayed[i];
		totals[4] += shelf->lost[i];
	}
	remove_files(shelf->file);
	munmap(shelf, sizeof *shelf);
	return faults > 0;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	int release = tier != NULL && strcmp(tier, "release") == 0;
	int ci = tier != NULL && strcmp(tier, "ci") == 0;
	uint32_t rounds = release ? 40 : ci ? 6 : 2;
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, seed,
		 totals[5] = {0, 0, 0, 0, 0};

	if (argc > 1)
		rounds = 1;
	for (seed = first; seed < first + rounds; seed++) {
		struct round round = {seed, seed,
		                      release ? 3000
		                      : ci    ? 800
		                              : 300,
		                      release ? 500
		                      : ci    ? 120
		                              : 40};

		if (play(&round, totals))
			return 1;
	}
	if (totals[0] == 0 || totals[3] == 0 || totals[4] == 0) {
		printf("no kill, no contention or no repetition: nothing was proved\n");
		return 1;
	}
	printf("evidence: operations of four processes on one file %llu\n",
	       (unsigned long long)totals[1]);
	printf("evidence: of them repeated and answered as before %llu\n",
	       (unsigned long long)totals[3]);
	printf("evidence: batches that lost a lock or a race %llu\n",
	       (unsigned long long)totals[4]);
	printf("evidence: calls that gave up after it, and were made again %llu\n",
	       (unsigned long long)totals[2]);
	printf("evidence: processes killed while they sold %llu\n", (unsigned long long)totals[0]);
	return 0;
}
