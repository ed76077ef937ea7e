/*
 * Three engines on one store, their store calls interleaved at will, with lost
 * replies, late applies, stale and torn reads, busy stores, storms of conflicts,
 * crashes and clocks apart. `--seed N` replays one seed, `--seeds N`, `--from N`
 * and `--operations N` choose others; `--trace` tells every step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct sim sim;

/* Seeds that once found something, run before all others. */
static const uint64_t found[] = {104100, 526, 1173, 116};
enum { FOUND = sizeof found / sizeof *found };

static void add(struct counts *sum, const struct counts *more)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)more;
	for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
		to[i] += from[i];
}

static void report(const struct counts *c, uint64_t seeds, double seconds)
{
	printf("evidence: seeds of three engines interleaved %llu\n", (unsigned long long)seeds);
	printf("evidence: commits compared with their serial replay %llu\n",
	       (unsigned long long)c->compared);
	printf("evidence: rows given together with conflicts %llu\n", (unsigned long long)c->given);
	printf("%llu calls, %llu steps of ticks taken over\n", (unsigned long long)c->operations,
	       (unsigned long long)c->raw);
	printf("%llu reads (%llu torn), %llu applies, %llu conflicts, %llu busy, %llu lost "
	       "replies, %llu late applies, %llu of them refused by guards\n",
	       (unsigned long long)c->reads, (unsigned long long)c->torn,
	       (unsigned long long)c->applies, (unsigned long long)c->conflicts,
	       (unsigned long long)c->busy, (unsigned long long)c->unknown,
	       (unsigned long long)(c->late_applied + c->late_refused),
	       (unsigned long long)c->late_refused);
	printf("%llu crashes, %llu outcomes given again, %llu operations resolved, %.1f s\n",
	       (unsigned long long)c->crashes, (unsigned long long)c->replays,
	       (unsigned long long)c->resolved, seconds);
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t seeds = 2000, from = 1, done = 0;
	uint32_t operations = 200, tracing = 0;
	struct counts sum;
	clock_t begun = clock();
	int failed = 0;
	if (tier && !strcmp(tier, "quick"))
		seeds = 100;
	if (tier && !strcmp(tier, "release"))
		seeds = 50000;
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "0";
		if (!strcmp(argv[i], "--trace"))
			tracing = 1;
		else if (!strcmp(argv[i], "--seed"))
			from = strtoull(value, NULL, 10), seeds = 1, i++;
		else if (!strcmp(argv[i], "--seeds"))
			seeds = strtoull(value, NULL, 10), i++;
		else if (!strcmp(argv[i], "--from"))
			from = strtoull(value, NULL, 10), i++;
		else if (!strcmp(argv[i], "--operations"))
			operations = (uint32_t)strtoul(value, NULL, 10), i++;
	}
	memset(&sum, 0, sizeof sum);
	for (uint64_t i = seeds == 1 ? FOUND : 0; i < FOUND + seeds && failed < 5; i++, done++) {
		uint64_t seed = i < FOUND ? found[i] : from + i - FOUND;
		if (sim_run(&sim, seed, operations, tracing)) {
			printf("seed %llu: %s\n", (unsigned long long)seed, sim.why);
			failed++;
		}
		add(&sum, &sim.counts);
	}
	report(&sum, done, (double)(clock() - begun) / CLOCKS_PER_SEC);
	if (failed)
		printf("FAILED: repeat a seed by --seed N, with every step by --trace\n");
	return failed != 0;
}
