/*
 * Runs the workloads on peers that keep their state in files, interleaved, and
 * prints medians and ratios: each durable at every commit, by groups of a
 * hundred, or safe from the end of a process alone.
 *   bench-durable [-n ORDERS] [-r ROUNDS] [-i ITEMS] [-f FOLDER] [-q | -o]
 * Times are those of the wall clock, since what is waited for is the disk. Ends
 * with 1 if the peers do not reach the same state or answer alike. With -q it
 * prints that alone; with -o, how long a compacted log of the orders takes to open.
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct peer *const peers[] = {
	&peer_sqlite_full,  &peer_lmdb,        &peer_log,           &peer_sqlite_grouped,
	&peer_lmdb_grouped, &peer_log_grouped, &peer_sqlite_normal, &peer_log_relaxed,
	&peer_sqlite_full,  &peer_store_full,  &peer_sqlite_normal, &peer_store_normal,
};
enum { PEERS = sizeof peers / sizeof peers[0] };

/* Which peers are of a kind: each is compared with the last of its group. */
static const int group_ends[] = {3, 6, 8, 10, PEERS};

static double rates[PEERS][STRETCHES][ROUNDS_MAX];
static struct ending first[ENDINGS];

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run(int p, int round, size_t orders, uint32_t items)
{
	struct ending endings[ENDINGS];
	double once[STRETCHES];
	int i, differ;

	stretches_run(&(struct stretch_run){peers[p], orders, items, seconds}, once, endings);
	for (i = 0; i < STRETCHES; i++)
		rates[p][i][round] = once[i];
	if (p == 0 && round == 0)
		memcpy(first, endings, sizeof first);
	differ = memcmp(first, endings, sizeof first) != 0;
	if (differ)
		fprintf(stderr, "bench: %s ends otherwise than %s\n", peers[p]->name,
		        peers[0]->name);
	return differ;
}

static void print(int rounds)
{
	double medians[PEERS][STRETCHES];
	int begin = 0, p, s;
	size_t g;

	printf("%-26s", "a second");
	for (s = 0; s < STRETCHES; s++)
		printf(" %20s", stretch_names[s]);
	printf("\n");
	for (p = 0; p < PEERS; p++)
		for (s = 0; s < STRETCHES; s++)
			medians[p][s] = median(rates[p][s], rounds);
	for (g = 0; g < sizeof group_ends / sizeof *group_ends; g++) {
		int ours = group_ends[g] - 1;

		for (p = begin; p <= ours; p++) {
			printf("%-26s", peers[p]->name);
			for (s = 0; s < STRETCHES; s++)
				printf(" %20.0f", medians[p][s]);
			printf("\n");
		}
		for (p = begin; p < ours; p++) {
			printf("  ours against %-11.11s", peers[p]->name);
			for (s = 0; s < STRETCHES; s++)
				printf(" %20.2f", medians[ours][s] / medians[p][s]);
			printf("\n");
		}
		begin = group_ends[g];
	}
}

int main(int argc, char **argv)
{
	size_t orders = 20000;
	uint32_t items = 2000;
	int rounds = 3, quiet = 0, opening = 0, differ = 0, i, r, p;

	for (i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "0";

		if (strcmp(argv[i], "-q") == 0) {
			quiet = 1;
			continue;
		}
		if (strcmp(argv[i], "-o") == 0) {
			opening = 1;
			continue;
		}
		if (strcmp(argv[i], "-n") == 0)
			orders = strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "-r") == 0)
			rounds = atoi(value);
		else if (strcmp(argv[i], "-i") == 0)
			items = (uint32_t)strtoul(value, NULL, 10);
		else if (strcmp(argv[i], "-f") == 0)
			bench_folder(value);
		else
			orders = 0;
		i++;
	}
	if (orders == 0 || rounds < 1 || rounds > ROUNDS_MAX || items < 1) {
		fprintf(stderr, "usage: bench-durable [-n ORDERS] [-r ROUNDS] [-i ITEMS]"
		                " [-f FOLDER] [-q | -o]\n");
		return 2;
	}
	if (opening) {
		bench_opening(orders, items, rounds, seconds);
		return 0;
	}
	for (r = 0; r < rounds; r++)
		for (p = 0; p < PEERS; p++)
			differ |= run(p, r, orders, items);
	bench_file("sqlite", 1);
	bench_file("lmdb", 1);
	bench_file("log", 1);
	bench_file("rows", 1);
	if (!quiet)
		print(rounds);
	printf("bench: %s\n", differ ? "the peers differ" : "all peers end alike");
	return differ;
}
