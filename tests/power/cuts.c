/*
 * The power fails in every change that a log makes: at every byte of every program
 * with every tail, in every erase, growing and sync.
 *
 *   power_cuts                 the tier's budget
 *   power_cuts --budget N      opens in all, at least
 *   power_cuts --seed N        the stories of one seed, on every shape
 *
 * SPDX-License-Identifier: MIT
 */
#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENGINE_OPERATIONS = 10, ENGINE_SEGMENT = 1024, MODES = 3 };

static struct story story;

static int of_engine(uint64_t seed)
{
	return seed % 8 == 1;
}

/* Stories of a seed differ in how much they change, and how large that is. */
static int tell(uint64_t seed, const struct trial_shape *shape)
{
	uint32_t large = shape->device.program_unit > 64;
	uint32_t wide = seed % 5 == 0; /* few rows, and few at once: all have room twice */
	struct story_kind kind = {.batches = 40,
	                          .keys = wide ? 16 : 13 + 13 * (uint32_t)(seed % 3),
	                          .most_entries = 1 + (uint32_t)(wide ? seed / 5 % 2 : seed % 4),
	                          .largest = wide ? 90 : 20,
	                          .deletes = 25};
	if (story_open(&story))
		return 1;
	if (of_engine(seed))
		return story_engine(&story, ENGINE_OPERATIONS / (1 + large));
	story_random(&story, &kind, seed);
	return 0;
}

static int play(uint64_t seed, const struct trial_shape *shape, uint32_t stride,
                struct crash_counts *counts)
{
	static struct trial t;
	int failed;
	memset(&t, 0, sizeof t);
	t.name = shape->name;
	t.story = &story;
	t.shape = shape->device;
	t.log.segment_size = shape->segment_size;
	if (of_engine(seed) && t.log.segment_size < ENGINE_SEGMENT)
		t.log.segment_size = ENGINE_SEGMENT; /* no batch is larger */
	t.log.sync = (uint32_t)(seed / 2 % MODES);
	t.log.group_commits = 3;
	t.seed = seed;
	t.step_every = 5 + (uint32_t)(seed % 7);
	t.reopen_every = seed % 2 ? 9 : 0;
	t.stride = stride;
	t.at_change = trial_cut_all;
	t.counts = counts;
	failed = tell(seed, shape) || trial_play(&t);
	story_close(&story);
	return failed;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	struct crash_counts counts = {0};
	uint64_t budget = 2000000, seed = 1, last = UINT64_MAX;
	uint32_t stride = 1;
	if (tier && strcmp(tier, "quick") == 0) {
		budget = 40000;
		stride = 61;
	}
	if (tier && strcmp(tier, "release") == 0)
		budget = 10000000;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--budget") == 0)
			budget = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--seed") == 0)
			seed = last = strtoull(argv[i + 1], NULL, 10);
	}
	for (; counts.opens < budget && seed <= last; seed++)
		for (uint32_t n = 0; trial_shape(n); n++)
			if (play(seed, trial_shape(n), stride, &counts))
				return 1;
	if (last == UINT64_MAX && (!counts.erases || !counts.grows || !counts.compactions)) {
		printf("no erase, growing or compaction was cut\n");
		return 1;
	}
	printf("%llu stories, %llu changes cut, %llu of them erases, %llu growings, %llu "
	       "compactions\n",
	       (unsigned long long)counts.stories, (unsigned long long)counts.changes,
	       (unsigned long long)counts.erases, (unsigned long long)counts.grows,
	       (unsigned long long)counts.compactions);
	printf("evidence: power cuts %llu\n", (unsigned long long)counts.cuts);
	printf("evidence: opens after a power cut %llu\n", (unsigned long long)counts.opens);
	return 0;
}
