/*
 * prove.c - proves the stores that are built in, and the kit: every liar is
 * found out by name, and no true store is accused.
 *
 * SPDX-License-Identifier: MIT
 */
#include "conformance.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static struct kit_report report;
static uint32_t failed;
static uint64_t batches, rows;

static void add_up(void)
{
	batches += report.applies;
	rows += report.rows;
}

/* Nothing may be found. */
static void must_pass(const char *name, const struct kit_subject *subject)
{
	add_up();
	if (kit_run(subject, &report) == 0 && report.steps > 0)
		return;
	printf("%s is accused:\n", name);
	kit_print(&report, stdout);
	failed++;
}

/* ---- Stores that are built in ----------------------------------------------------------- */

static int same_handle(void *host, struct bko_store *store)
{
	*store = *(const struct bko_store *)host;
	return 0;
}

static void memory_stores(uint64_t seed)
{
	static const uint32_t sizes[] = {2048, 4096, 8192};
	uint32_t i;

	for (i = 0; i < 6; i++) {
		struct bko_memory_options options = {
			.struct_size = sizeof options, .page_size = sizes[i % 3], .shared = i / 3};
		struct kit_subject subject = {.seed = seed};
		bko_memory *memory;

		subject.store.struct_size = sizeof subject.store;
		if (bko_memory_open(&options, &memory) != BKO_OK ||
		    bko_memory_store(memory, &subject.store) != BKO_OK) {
			failed++;
			return;
		}
		if (options.shared) {
			subject.host = &subject.store;
			subject.open_other = same_handle;
		}
		must_pass("the memory store", &subject);
		bko_memory_close(memory);
	}
}

static void true_stores(uint64_t seed)
{
	static const struct {
		const char *name;
		int (*open)(struct kit_subject *subject);
	} list[] = {
		{"a true store", kit_true},
		{"a true store with delays", kit_true_delays},
		{"a true store that syncs in groups", kit_true_grouped},
	};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct kit_subject subject;

		if (list[i].open(&subject) != 0) {
			failed++;
			return;
		}
		subject.seed = seed;
		must_pass(list[i].name, &subject);
		kit_close(&subject);
	}
}

/* ---- Liars -------------------------------------------------------------------------------- */

/* What is found first names the lie; the rest may follow from it. */
static void liars(uint64_t seed)
{
	size_t i;

	for (i = 0; i < kit_liar_count; i++) {
		const struct kit_liar *liar = &kit_liars[i];
		struct kit_subject subject;

		if (liar->open(&subject) != 0) {
			failed++;
			return;
		}
		subject.seed = seed;
		subject.steps = 300;
		kit_run(&subject, &report);
		add_up();
		if (report.first != liar->fault) {
			printf("a liar that %s is not found out as %s:\n", liar->name,
			       kit_name(liar->fault));
			kit_print(&report, stdout);
			failed++;
		}
		kit_close(&subject);
	}
}

/* ---- In parallel ------------------------------------------------------------------------------
 */

/* One at a time in the store, but never one reading alone: who read waits a while for
 * another one to read as well, so that they meet when they write. */
struct crowd {
	struct bko_store behind;
	pthread_mutex_t lock;
	uint32_t reads;
};

static uint32_t reads_of(struct crowd *crowd, uint32_t more)
{
	uint32_t reads;

	pthread_mutex_lock(&crowd->lock);
	reads = crowd->reads += more;
	pthread_mutex_unlock(&crowd->lock);
	return reads;
}

static void crowd_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct crowd *crowd = host;
	uint32_t own = reads_of(crowd, 1), patience;

	pthread_mutex_lock(&crowd->lock);
	crowd->behind.read(crowd->behind.host, query, reply);
	pthread_mutex_unlock(&crowd->lock);
	for (patience = 0; patience < 200 && reads_of(crowd, 0) == own; patience++)
		sched_yield();
}

static void crowd_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct crowd *crowd = host;

	pthread_mutex_lock(&crowd->lock);
	crowd->behind.apply(crowd->behind.host, batch, reply);
	pthread_mutex_unlock(&crowd->lock);
}

struct task {
	void (*work)(void *argument);
	void *argument;
};

static void *run_task(void *argument)
{
	struct task *task = argument;

	task->work(task->argument);
	return NULL;
}

static void together(void *host, void (*work)(void *argument), void *const *arguments, size_t count)
{
	struct task tasks[16];
	pthread_t threads[16];
	size_t i;

	(void)host;
	for (i = 0; i < count && i < 16; i++) {
		tasks[i].work = work;
		tasks[i].argument = arguments[i];
		if (pthread_create(&threads[i], NULL, run_task, &tasks[i]) != 0)
			exit(1);
	}
	while (i-- > 0)
		pthread_join(threads[i], NULL);
}

static void in_parallel(int (*open)(struct kit_subject *), int lies)
{
	struct kit_subject inner, subject = {.steps = 1};
	struct crowd crowd;

	if (open(&inner) != 0) {
		failed++;
		return;
	}
	memset(&crowd, 0, sizeof crowd);
	crowd.behind = inner.store;
	pthread_mutex_init(&crowd.lock, NULL);
	subject.store = inner.store;
	subject.store.host = &crowd;
	subject.store.read = crowd_read;
	subject.store.apply = crowd_apply;
	subject.store.sync = NULL;
	subject.store.measure = NULL;
	subject.together = together;
	if (!lies) {
		must_pass("a true store in parallel", &subject);
	} else if (kit_run(&subject, &report) == 0 || report.findings[KIT_LOST_UPDATE].times == 0) {
		printf("no lost update is found where guards are ignored:\n");
		kit_print(&report, stdout);
		failed++;
	}
	pthread_mutex_destroy(&crowd.lock);
	kit_close(&inner);
}

/* ---- The kit itself ----------------------------------------------------------------------------
 */

static int fails(void *host, struct bko_store *store)
{
	(void)host;
	(void)store;
	return 1;
}

/* A hook that fails is told, and nothing more is asked of the store. */
static void hooks_that_fail(void)
{
	uint32_t i;

	for (i = 0; i < 3; i++) {
		struct kit_subject subject;

		if (kit_true(&subject) != 0) {
			failed++;
			return;
		}
		if (i == 0)
			subject.reopen = fails;
		else if (i == 1)
			subject.power_loss = fails;
		else
			subject.open_other = fails;
		if (kit_run(&subject, &report) != 1 || report.first != KIT_HOOK_FAILED) {
			printf("a hook that fails goes unnoticed: %u\n", (unsigned)i);
			failed++;
		}
		kit_close(&subject);
	}
}

static void limits_below_need(void)
{
	struct kit_subject subject;

	if (kit_true(&subject) != 0) {
		failed++;
		return;
	}
	subject.store.max_value = BKO_VALUE_MAX - 1;
	subject.steps = 1;
	kit_run(&subject, &report);
	if (report.first != KIT_SMALL_LIMITS) {
		printf("limits that are too small go unnoticed\n");
		failed++;
	}
	kit_close(&subject);
}

static uint64_t seeds(void)
{
	const char *tier = getenv("BKO_TIER");

	if (tier != NULL && strcmp(tier, "release") == 0)
		return 50;
	return tier != NULL && strcmp(tier, "ci") == 0 ? 4 : 1;
}

int main(void)
{
	uint64_t seed, count = seeds();

	for (seed = 1; seed <= count; seed++) {
		memory_stores(seed);
		true_stores(seed);
		liars(seed);
	}
	in_parallel(kit_true, 0);
	in_parallel(kit_true_delays, 0);
	in_parallel(liar_ignores_guard, 1);
	hooks_that_fail();
	limits_below_need();
	add_up();
	if (failed > 0)
		return 1;
	printf("evidence: kinds of lying stores found out by name %u\n", (unsigned)kit_liar_count);
	printf("evidence: batches in proofs of stores %llu\n", (unsigned long long)batches);
	printf("evidence: rows compared in proofs of stores %llu\n", (unsigned long long)rows);
	return 0;
}
