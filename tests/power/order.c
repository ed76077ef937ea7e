/*
 * Changes that wait for a sync reach the medium in any order, or do not. At every
 * sync: each subset of them is kept, where they are up to twelve, else 4,096 at
 * random; beside that each of them torn.
 *
 *   power_order                the tier's budget
 *   power_order --seed N       one script
 *
 * SPDX-License-Identifier: MIT
 */
#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_UP_TO = 12, AT_RANDOM = 4096 };

static struct story story;
static uint32_t some = 1; /* one of so many subsets is tried */
static uint64_t exhausted, sampled, most_pending;

static int32_t cut_subsets(struct trial *t, const struct device *device, const struct device_op *op)
{
	uint32_t pending = device->pending_count;
	uint64_t random = t->seed << 32 | device->changes;
	struct device_loss loss = {.keep = KEEP_MASK};
	int all = pending <= ALL_UP_TO;
	if (op->kind != DEVICE_SYNC)
		return 0;
	most_pending = pending > most_pending ? pending : most_pending;
	exhausted += all;
	sampled += !all;
	for (uint64_t n = 0; n < (all ? 1u << pending : AT_RANDOM); n++) {
		loss.seed = device_random(&random);
		loss.mask = all ? n : loss.seed;
		if (loss.seed % some)
			continue;
		t->counts->subsets++;
		if (trial_cut(t, device, op, &loss))
			return 1;
	}
	loss.keep = KEEP_RANDOM;
	for (uint32_t n = 0; n < 4 * pending; n++) {
		loss.seed = device_random(&random);
		if (trial_cut(t, device, op, &loss))
			return 1;
	}
	return 0;
}

/* Only media that sync; the more batches in a group, the more waits. */
static int play(uint64_t seed, const struct trial_shape *shape, struct crash_counts *counts)
{
	struct story_kind kind = {.batches = 60,
	                          .keys = 26,
	                          .most_entries = 1 + (uint32_t)(seed % 4),
	                          .largest = 20,
	                          .deletes = 25};
	static struct trial t;
	int failed;
	memset(&t, 0, sizeof t);
	t.name = shape->name;
	t.story = &story;
	t.shape = shape->device;
	t.log.segment_size = shape->segment_size;
	t.log.sync = seed % 4 == 0   ? BKO_LOG_SYNC_EACH
	             : seed % 4 == 1 ? BKO_LOG_SYNC_RELAXED
	                             : BKO_LOG_SYNC_GROUPED;
	t.log.group_commits = 6 + (uint32_t)(seed % 3 * 4);
	t.log.group_ms = 1000000;
	t.seed = seed;
	t.step_every = 7;
	t.at_change = cut_subsets;
	t.counts = counts;
	failed = story_open(&story);
	story_random(&story, &kind, seed);
	failed = failed || trial_play(&t);
	story_close(&story);
	return failed;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	struct crash_counts counts = {0};
	uint64_t seed = 1, last = 4;
	if (tier && strcmp(tier, "quick") == 0)
		some = 50;
	if (tier && strcmp(tier, "release") == 0)
		last = 24;
	if (argc > 2 && strcmp(argv[1], "--seed") == 0)
		seed = last = strtoull(argv[2], NULL, 10);
	for (; seed <= last; seed++)
		for (uint32_t n = 0; trial_shape(n); n++)
			if (!(trial_shape(n)->device.flags & DEVICE_DURABLE) &&
			    play(seed, trial_shape(n), &counts))
				return 1;
	if (!exhausted || !sampled) {
		printf("at most %llu changes waited for a sync\n",
		       (unsigned long long)most_pending);
		return 1;
	}
	printf("%llu syncs with every subset, %llu with some; at most %llu changes waited\n",
	       (unsigned long long)exhausted, (unsigned long long)sampled,
	       (unsigned long long)most_pending);
	printf("evidence: subsets of unsynced changes %llu\n", (unsigned long long)counts.subsets);
	printf("evidence: opens after a subset %llu\n", (unsigned long long)counts.opens);
	return 0;
}
