/* Random histories on engine and model.
 *
 *   history                          the tier's budget, seeds from 1
 *   history --seed N [--steps N]     one history again, every step printed
 *   history --from N                 seeds from N on
 *   history --kinds place,receive    only these verbs (policies always)
 *   history --budget N               operations in all
 *   history --shrink 0               a failing history is not made shorter
 *   history --verify-only 1          nothing is compared, the library's own verify
 *                                    has to find what is wrong
 *
 * On a failure the history is made shorter as long as it still fails, and
 * printed. SPDX-License-Identifier: MIT
 */
#include "gen.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Verbs that look at totals alone, for worlds where chains are left open. */
enum {
	LAZY_KINDS = 1 << OP_POLICY | 1 << OP_PLACE | 1 << OP_QUOTE | 1 << OP_RECEIVE |
	             1 << OP_SUPPLY | 1 << OP_AVAILABLE | 1 << OP_BATCH
};

struct run {
	uint64_t seed, from, budget;
	uint32_t steps, kinds;
	int one;
};

static struct op history[WORLD_STEPS];
static uint32_t verify_only, keep_long;
static uint64_t batches, batched, filled;

/* Settings vary with the seed: chains of serving of one line, lanes, granules. */
static struct setup setup_of(uint64_t seed)
{
	struct setup s = {.granule = seed % 3 ? 60000 : 1000,
	                  .lanes = 1 + (uint32_t)(seed % 2),
	                  .serve_lines = seed % 5 == 0   ? 1
	                                 : seed % 5 == 1 ? 2
	                                                 : 0,
	                  .verify_every = seed % 8 ? 16 : 1};
	if (seed % 7 == 3) { /* chains are left open for a while */
		s.lazy = 8;
		s.serve_lines = 1;
	}
	if (seed % 4 == 2)
		s.max_entries = 48; /* so that batches fill up */
	s.twin = seed % 6 == 1 && !s.lazy;
	s.verify_only = verify_only;
	return s;
}

/* Plays `count` given operations; returns the step that failed, from 1, or 0. */
static uint32_t play(uint64_t seed, const struct op *ops, uint32_t count, char *why, int loud)
{
	struct setup setup = setup_of(seed);
	struct world w;
	uint32_t failed = 0;
	setup.verify_every = 1;
	if (world_open(&w, &setup))
		failed = 1;
	for (uint32_t i = 0; i < count && !failed; i++) {
		char text[1024];
		if (loud) {
			print_op(text, sizeof text, &ops[i]);
			printf("%4u %s\n", i + 1, text);
			fflush(stdout);
		}
		failed = world_step(&w, &ops[i]) ? i + 1 : 0;
	}
	if (world_close(&w) && !failed)
		failed = count;
	memcpy(why, w.why, WORLD_TEXT);
	return failed;
}

/* Whether two failures are of the same kind: they speak of the same figure. */
static int alike(const char *a, const char *b)
{
	const char *end = strstr(a, ": model");
	return end == NULL || strncmp(a, b, (size_t)(end - a)) == 0;
}

/* Drops operations as long as what is left still fails alike. */
static uint32_t shrink(uint64_t seed, struct op *ops, uint32_t count, const char *as)
{
	static struct op fewer[WORLD_STEPS];
	char why[WORLD_TEXT];
	for (uint32_t chunk = count / 2 ? count / 2 : 1; chunk; chunk /= 2)
		for (uint32_t at = 0; at + chunk <= count;) {
			uint32_t failed;
			memcpy(fewer, ops, at * sizeof *ops);
			memcpy(fewer + at, ops + at + chunk, (count - at - chunk) * sizeof *ops);
			failed = play(seed, fewer, count - chunk, why, 0);
			if (failed && alike(as, why)) {
				count = failed;
				memcpy(ops, fewer, count * sizeof *ops);
			} else {
				at += chunk;
			}
		}
	return count;
}

/* One history from its seed; 1 if it fails. */
static int run_seed(const struct run *run, uint64_t seed, uint64_t *done)
{
	struct setup setup = setup_of(seed);
	struct world w;
	struct gen g;
	uint32_t i = 0;
	int failed = world_open(&w, &setup);
	gen_begin(&g, seed,
	          setup.lazy   ? run->kinds & LAZY_KINDS
	          : setup.twin ? run->kinds & ~(1u << OP_MAIL) /* one of them reads */
	                       : run->kinds);
	g.boundless = setup.lazy != 0;
	g.batches = run->kinds & 1u << OP_BATCH && (setup.lazy || !setup.serve_lines);
	for (; i < run->steps && !failed && w.model->record_count < MODEL_RECORDS - 2; i++) {
		gen_op(&g, w.model, &history[i]);
		if (run->one) {
			char text[1024];
			print_op(text, sizeof text, &history[i]);
			printf("%4u %s\n", i + 1, text);
			fflush(stdout);
		}
		failed = world_step(&w, &history[i]);
	}
	*done += i;
	batches += w.batches;
	batched += w.batched;
	filled += w.filled;
	failed |= world_close(&w);
	if (failed) {
		char text[1024], why[WORLD_TEXT];
		print_op(text, sizeof text, &history[i ? i - 1 : 0]);
		printf("seed %llu step %u: %s\n  %s\n", (unsigned long long)seed, i, text, w.why);
		if (keep_long)
			return 1;
		i = shrink(seed, history, i, w.why);
		printf("shortest history that fails, of seed %llu:\n", (unsigned long long)seed);
		play(seed, history, i, why, 1);
		printf("  %s\n", why);
	}
	return failed;
}

static uint32_t kinds_of(const char *list)
{
	uint32_t kinds = 1u << OP_POLICY;
	for (uint32_t i = 1; i < OP_KINDS; i++) {
		struct op op;
		char text[1024], *end;
		memset(&op, 0, sizeof op);
		op.kind = i;
		print_op(text, sizeof text, &op);
		end = strchr(text, ' ');
		*end = 0;
		if (strstr(list, text))
			kinds |= 1u << i;
	}
	return kinds;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	struct run run = {.from = 1, .budget = 450000, .steps = 200, .kinds = ~1u};
	uint64_t done = 0, seeds = 0;
	if (tier && strcmp(tier, "quick") == 0)
		run.budget = 20000;
	if (tier && strcmp(tier, "release") == 0)
		run.budget = 20000000;
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];
		if (strcmp(argv[i], "--seed") == 0) {
			run.one = 1;
			run.from = strtoull(value, NULL, 10);
		} else if (strcmp(argv[i], "--steps") == 0) {
			run.steps = (uint32_t)strtoul(value, NULL, 10);
		} else if (strcmp(argv[i], "--from") == 0) {
			run.from = strtoull(value, NULL, 10);
		} else if (strcmp(argv[i], "--budget") == 0) {
			run.budget = strtoull(value, NULL, 10);
		} else if (strcmp(argv[i], "--verify-only") == 0) {
			verify_only = value[0] == '1';
		} else if (strcmp(argv[i], "--shrink") == 0) {
			keep_long = value[0] == '0';
		} else if (strcmp(argv[i], "--kinds") == 0) {
			run.kinds = kinds_of(value);
		}
	}
	if (run.steps > WORLD_STEPS)
		run.steps = WORLD_STEPS;
	for (uint64_t seed = run.from; done < run.budget && (!run.one || seeds == 0);
	     seed++, seeds++)
		if (run_seed(&run, seed, &done))
			return 1;
	printf("evidence: random histories against the model %llu\n", (unsigned long long)seeds);
	printf("evidence: random operations against the model %llu\n", (unsigned long long)done);
	printf("evidence: random batches against the model %llu\n", (unsigned long long)batches);
	printf("evidence: random operations in batches against the model %llu\n",
	       (unsigned long long)batched);
	printf("evidence: random batches that grew full %llu\n", (unsigned long long)filled);
	return 0;
}
