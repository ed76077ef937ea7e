/*
 * Calls of the medium that fail: each program, erase, sync and growing, and each
 * read, with an I/O error, no room, or a part of the bytes written, once and for
 * ever. Whatever the log answers must be true: what is DONE stays, what is refused
 * never comes, and after a failed sync nothing is acknowledged until the log is
 * opened again (D7). The failure ends in three ways: the power fails too, the
 * process begins anew with the medium mended, or it just goes on.
 *
 *   power_inject               the tier's calls
 *   power_inject --seed N      one script
 *
 * SPDX-License-Identifier: MIT
 */
#include "crash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { END_POWER_NONE, END_POWER_RANDOM, END_REOPEN, ENDS };

static struct story story;
static uint64_t injected, runs, bad_units, acknowledged_late, uncertain, refused;
static uint32_t stride = 1;
static struct device_plan planned; /* of the run */

static int fault(struct trial *t, const char *what, int64_t value)
{
	const struct device_plan *p = &planned;
	printf("%s, seed %llu, batch %u (durable %u), call %llu of kinds %u fails with %s after %u "
	       "bytes, tail %u, %s: %s (%lld)\n",
	       t->name, (unsigned long long)t->seed, t->begun, t->safe,
	       (unsigned long long)p->fail_at, p->fail_kinds, bko_status_name(p->fail_status),
	       p->fail_bytes, p->loss.tail, p->for_ever ? "for ever" : "once", what,
	       (long long)value);
	return 1;
}

/* Plays batches until one is not taken; what was answered then. */
static int32_t play_on(struct trial *t)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	int32_t answer = BKO_REPLY_DONE;
	while (t->done < story.count && answer == BKO_REPLY_DONE) {
		struct bko_batch batch = story_batch(&story, t->done);
		t->begun = t->done + 1;
		answer = answer_apply(&t->box.store, &batch, NULL);
		if (answer == BKO_REPLY_DONE)
			t->done++;
		if (t->step_every && t->done % t->step_every == 0)
			bko_log_compact(t->box.log);
		bko_log_step(t->box.log, 0, 1, NULL);
	}
	bko_log_stats(t->box.log, &stats);
	if (t->log.sync == BKO_LOG_SYNC_EACH)
		t->safe = t->done;
	else
		t->safe = (uint32_t)stats.durable < t->done ? (uint32_t)stats.durable : t->done;
	return answer;
}

/* After an answer that is not DONE: is it one that may be, and what does it bind to? */
static int judge(struct trial *t, int32_t answer)
{
	struct bko_log_stats stats = {.struct_size = sizeof stats};
	struct bko_batch batch = story_batch(&story, t->done);
	int32_t again;
	bko_log_stats(t->box.log, &stats);
	switch (answer) {
	case BKO_REPLY_UNKNOWN: uncertain++; break;
	case BKO_REPLY_IO:
	case BKO_REPLY_FULL:
	case BKO_REPLY_BUSY:
		refused++;
		t->begun = t->done;
		break;
	default: return fault(t, "an answer that no failure leads to", answer);
	}
	if (answer != BKO_REPLY_UNKNOWN && box_hash(&t->box) != story.hashes[t->done])
		return fault(t, "refused, and the state is another", answer);
	if (answer == BKO_REPLY_UNKNOWN && !stats.failed)
		return fault(t, "uncertain, and it goes on", answer);
	if (!stats.failed && !t->device.sync_failed)
		return 0;
	t->device.plan.for_ever = 0; /* the medium is well again, and still: */
	again = answer_apply(&t->box.store, &batch, NULL);
	if (again == BKO_REPLY_DONE)
		return fault(t, "acknowledged after a failed sync", again);
	if (bko_log_step(t->box.log, 0, 1, NULL) == BKO_OK)
		return fault(t, "a step works after a failed sync", 0);
	return 0;
}

static int end_it(struct trial *t, uint32_t end)
{
	struct device *d = &t->device;
	struct device_loss loss = {.keep = end == END_POWER_NONE ? KEEP_NONE : KEEP_RANDOM,
	                           .seed = t->seed * 1000 + t->turn};
	d->plan.fail_at = 0;
	if (end != END_REOPEN)
		d->dead = 1;
	box_close(&t->box);
	if (end != END_REOPEN)
		device_lose(d, NULL, &loss);
	device_restart(d);
	return 0;
}

/* Opens after a failure and goes on to the end of the story. */
static int resume(struct trial *t)
{
	struct bko_log_damage damage;
	struct bko_log_options options = t->log;
	int32_t status, n, answer;
	t->counts->opens++;
	options.flags = 0;
	status = box_open(&t->box, &t->device, &options, &damage);
	if (status != BKO_OK)
		return fault(t, bko_status_name(status), (int64_t)damage.at);
	n = story_find(&story, box_hash(&t->box), t->safe, t->begun);
	if (n < 0)
		return fault(t, "opened again, the state is that of batch",
		             story_find(&story, box_hash(&t->box), 0, story.count));
	acknowledged_late += (uint32_t)n > t->done;
	t->begun = t->done = (uint32_t)n;
	answer = play_on(t);
	if (answer != BKO_REPLY_DONE || box_hash(&t->box) != story.hashes[story.count])
		return fault(t, "mended and opened again, it does not go on", answer);
	if (box_close(&t->box) != BKO_OK)
		return fault(t, "mended and opened again, it does not close", 0);
	/* all of that outlives a cut, whatever the medium forgot before */
	device_lose(&t->device, NULL, &(struct device_loss){.keep = KEEP_NONE, .seed = t->seed});
	t->safe = t->begun = story.count;
	options.flags = 0;
	t->counts->opens++;
	status = box_open(&t->box, &t->device, &options, &damage);
	if (status != BKO_OK || box_hash(&t->box) != story.hashes[story.count])
		return fault(t, "what was acknowledged is gone after a cut", status);
	box_close(&t->box);
	return 0;
}

/* One run of the story with one plan. */
static int run(struct trial *t, const struct device_plan *plan, uint32_t end)
{
	struct bko_log_options options = t->log;
	int32_t answer;
	int failed;
	runs++;
	device_open(&t->device, &t->shape, t->seed);
	t->begun = t->done = t->safe = 0;
	t->turn++;
	options.flags = BKO_LOG_FORMAT;
	if (box_open(&t->box, &t->device, &options, NULL) != BKO_OK)
		return fault(t, "no log can be made", 0);
	t->device.plan = planned = *plan;
	answer = play_on(t);
	failed = answer != BKO_REPLY_DONE && judge(t, answer);
	injected += t->device.failed;
	failed = failed || end_it(t, end);
	failed = failed || resume(t);
	if (!failed && t->device.breach[0])
		failed = fault(t, t->device.breach, 0);
	device_close(&t->device);
	return failed;
}

/* How many calls of these kinds the story makes without a failure. */
static uint64_t calls_of(struct trial *t, uint32_t kinds)
{
	struct bko_log_options options = t->log;
	uint64_t calls;
	device_open(&t->device, &t->shape, t->seed);
	t->begun = t->done = t->safe = 0;
	options.flags = BKO_LOG_FORMAT;
	if (box_open(&t->box, &t->device, &options, NULL) != BKO_OK)
		return 0;
	t->device.plan = (struct device_plan){.fail_at = UINT64_MAX, .fail_kinds = kinds};
	if (play_on(t) != BKO_REPLY_DONE)
		return 0;
	calls = t->device.fail_calls;
	box_close(&t->box);
	device_close(&t->device);
	return calls;
}

static int sweep(struct trial *t)
{
	static const struct {
		uint32_t kinds;
		int32_t status;
	} ways[] = {{DEVICE_CHANGES, BKO_E_IO},
	            {DEVICE_PROGRAM | DEVICE_GROW, BKO_E_FULL},
	            {DEVICE_SYNC, BKO_E_IO},
	            {DEVICE_READ, BKO_E_IO},
	            {DEVICE_READ, BKO_E_CORRUPT}};
	for (uint32_t way = 0; way < sizeof ways / sizeof *ways; way++) {
		uint64_t calls = calls_of(t, ways[way].kinds);
		for (uint64_t at = 1; at <= calls; at += stride)
			for (uint32_t kind = 0; kind < 2 * 3 * ENDS; kind++) {
				struct device_plan plan = {
					.fail_at = at,
					.fail_kinds = ways[way].kinds,
					.fail_status = ways[way].status,
					.fail_bytes = kind / 2 % 3 * 40,
					.for_ever = kind % 2,
					.loss = {.tail = (uint32_t)(at % TAILS)}};
				if (run(t, &plan, kind / 6))
					return 1;
			}
	}
	return 0;
}

/* Each unit of a flash goes bad in each way, from the first batch on, for good. */
static int sweep_bad(struct trial *t)
{
	for (uint32_t unit = 1; unit<t->shape.units; unit += stride> 1 ? 3 : 1)
		for (uint32_t kind = BAD_PROGRAM; kind <= BAD_ERASE_SILENT; kind *= 2) {
			struct bko_log_options options = t->log;
			int32_t answer;
			planned = (struct device_plan){.fail_at = unit, .fail_kinds = kind};
			device_open(&t->device, &t->shape, t->seed);
			t->begun = t->done = t->safe = 0;
			options.flags = BKO_LOG_FORMAT;
			if (box_open(&t->box, &t->device, &options, NULL) != BKO_OK)
				return fault(t, "no log can be made", 0);
			t->device.bad[unit] = (uint8_t)kind;
			bad_units++;
			answer = play_on(t);
			if (answer != BKO_REPLY_DONE && judge(t, answer))
				return 1;
			if (end_it(t, unit % ENDS))
				return 1;
			/* what can not be read may be what counts: no open till it can */
			if (kind == BAD_READ)
				t->device.bad[unit] = 0;
			if (resume(t))
				return 1;
			device_close(&t->device);
		}
	return 0;
}

static int play(uint64_t seed, const struct trial_shape *shape, struct crash_counts *counts)
{
	struct story_kind kind = {.batches = 24,
	                          .keys = 26,
	                          .most_entries = 1 + (uint32_t)(seed % 4),
	                          .largest = 40,
	                          .deletes = 25};
	static struct trial t;
	int failed;
	memset(&t, 0, sizeof t);
	t.name = shape->name;
	t.story = &story;
	t.shape = shape->device;
	t.log.segment_size = shape->segment_size;
	t.log.sync = (uint32_t)(seed % 3);
	t.log.group_commits = 4;
	t.seed = seed;
	t.step_every = 8;
	t.counts = counts;
	failed = story_open(&story);
	story_random(&story, &kind, seed);
	failed = failed || sweep(&t) || (shape->device.kind == DEVICE_FLASH && sweep_bad(&t));
	story_close(&story);
	return failed;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	struct crash_counts counts = {0};
	uint64_t seed = 0, last = 2;
	if (tier && strcmp(tier, "quick") == 0)
		stride = 17;
	if (tier && strcmp(tier, "release") == 0)
		last = 29;
	if (argc > 2 && strcmp(argv[1], "--seed") == 0)
		seed = last = strtoull(argv[2], NULL, 10);
	for (; seed <= last; seed++)
		for (uint32_t n = 0; trial_shape(n); n++)
			if (play(seed, trial_shape(n), &counts))
				return 1;
	if (!injected || !uncertain || !refused || !acknowledged_late) {
		printf("%llu failures, %llu uncertain, %llu refused, %llu there after all\n",
		       (unsigned long long)injected, (unsigned long long)uncertain,
		       (unsigned long long)refused, (unsigned long long)acknowledged_late);
		return 1;
	}
	printf("evidence: runs with a failing medium %llu\n", (unsigned long long)runs);
	printf("evidence: bad blocks %llu\n", (unsigned long long)bad_units);
	printf("evidence: calls of a medium that failed %llu\n", (unsigned long long)injected);
	return 0;
}
