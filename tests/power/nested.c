/*
 * The power fails, and fails again while the log recovers from that, or writes its
 * first batch after it: every change in every recovery, over scripts on all shapes.
 *
 *   power_nested               the tier's budget
 *   power_nested --seed N      one script
 *
 * SPDX-License-Identifier: MIT
 */
#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct story story;
static uint32_t firsts = 7, seconds = 200; /* one of so many cuts is tried */

/* The second loss: what is left after it may be what was left after the first. */
struct second {
	struct trial *trial;
	const struct device_loss *first;
	uint64_t random;
};

static void cut_again(void *host, const struct device *device, const struct device_op *op)
{
	struct second *s = host;
	struct trial *t = s->trial;
	uint32_t size = op->kind == DEVICE_PROGRAM ? op->size
	                : op->kind == DEVICE_ERASE ? device->shape.erase_unit
	                                           : 1;
	for (uint32_t byte = 0; byte <= size; byte++)
		for (uint32_t tail = 0; tail < TAILS && !t->failed; tail++) {
			uint64_t random = device_random(&s->random);
			struct device_loss loss = {.keep = (uint32_t)(random >> 8) % 4,
			                           .byte = byte,
			                           .tail = tail,
			                           .mask = random >> 16,
			                           .seed = random};
			if (byte && byte < size && random % seconds)
				continue;
			t->counts->nested++;
			if (trial_cut(t, device, op, &loss))
				printf("  the second of two: in the first %u bytes came through, "
				       "tail %u, kept %u, seed %llu\n",
				       s->first->byte, s->first->tail, s->first->keep,
				       (unsigned long long)s->first->seed);
		}
}

/* Recovers and writes a batch, with a cut at each change on the way. What was seen
 * by then must be seen again. */
static void recover(struct trial *t, struct device *left, struct second *s)
{
	uint32_t safe = t->safe, begun = t->begun;
	struct bko_log_options options = t->log;
	struct box box;
	int32_t n;
	left->before = cut_again;
	left->before_host = s;
	options.flags = 0;
	t->counts->opens++;
	if (box_open(&box, left, &options, NULL) != BKO_OK) {
		if (!t->failed)
			trial_fault(t, "it does not open", NULL, s->first);
		return;
	}
	n = story_find(&story, box_hash(&box), safe, begun);
	if (n < 0 && !t->failed)
		trial_fault(t, "the state is none of these", NULL, s->first);
	if (n >= 0 && !t->failed) {
		t->safe = t->begun = (uint32_t)n;
		t->other = n;
		if (answer_apply(&box.store, story_other(), NULL) != BKO_REPLY_DONE && !t->failed)
			trial_fault(t, "it takes no batch", NULL, s->first);
		if (t->log.sync == BKO_LOG_SYNC_EACH) /* acknowledged: no way back */
			t->begun = t->safe ? t->safe - 1 : 0;
		if (t->log.sync == BKO_LOG_SYNC_EACH && n == 0)
			t->safe = 1;
	}
	if (box_close(&box) != BKO_OK && !t->failed)
		trial_fault(t, "it does not close", NULL, s->first);
	t->safe = safe;
	t->begun = begun;
	t->other = -1;
}

static int32_t cut_twice(struct trial *t, const struct device *device, const struct device_op *op)
{
	struct second s = {t, NULL, t->seed << 32 | device->changes};
	uint32_t size = op->kind == DEVICE_PROGRAM ? op->size
	                : op->kind == DEVICE_ERASE ? device->shape.erase_unit
	                                           : 1;
	for (uint32_t tail = 0; tail < TAILS && !t->failed; tail++)
		for (uint32_t part = 0; part < 4 && !t->failed; part++) {
			uint64_t random = device_random(&s.random);
			struct device_loss loss = {.keep = random >> 8 & 1 ? KEEP_ALL : KEEP_RANDOM,
			                           .byte = part * size / 3,
			                           .tail = tail,
			                           .seed = random};
			struct device left;
			if (++t->turn % firsts)
				continue;
			device_copy(&left, device);
			device_lose(&left, op, &loss);
			s.first = &loss;
			recover(t, &left, &s);
			device_close(&left);
		}
	return t->failed;
}

static int play(uint64_t seed, struct crash_counts *counts)
{
	struct story_kind kind = {.batches = 8 + (uint32_t)(seed % 8),
	                          .keys = 13 + 13 * (uint32_t)(seed % 3),
	                          .most_entries = 1 + (uint32_t)(seed % 4),
	                          .largest = seed % 5 ? 20 : 90,
	                          .deletes = 25};
	static struct trial t;
	uint32_t shapes = 0;
	const struct trial_shape *shape;
	int failed;
	while (trial_shape(shapes))
		shapes++;
	shape = trial_shape((uint32_t)(seed % shapes));
	memset(&t, 0, sizeof t);
	t.name = shape->name;
	t.story = &story;
	t.shape = shape->device;
	t.log.segment_size = shape->segment_size;
	t.log.sync = (uint32_t)(seed % 3);
	t.log.group_commits = 3;
	t.seed = seed;
	t.step_every = 4;
	t.reopen_every = seed % 2 ? 5 : 0;
	t.at_change = cut_twice;
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
	uint64_t seed = 1, last = 20;
	if (tier && strcmp(tier, "quick") == 0) {
		firsts = 97;
		seconds = 300;
	}
	if (tier && strcmp(tier, "release") == 0) {
		last = 60;
		firsts = 1;
		seconds = 24;
	}
	if (argc > 2 && strcmp(argv[1], "--seed") == 0)
		seed = last = strtoull(argv[2], NULL, 10);
	for (; seed <= last; seed++)
		if (play(seed, &counts))
			return 1;
	if (!counts.nested) {
		printf("nothing was cut twice\n");
		return 1;
	}
	printf("evidence: scripts cut in recovery from a cut %llu\n",
	       (unsigned long long)counts.stories);
	printf("evidence: power cuts in recovery from a cut %llu\n",
	       (unsigned long long)counts.nested);
	printf("evidence: opens after such a cut %llu\n", (unsigned long long)counts.opens);
	return 0;
}
