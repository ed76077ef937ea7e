/*
 * prove_sqlite.c - proves the store on SQLite: one handle, two, some in
 * parallel; ends, losses of power with any of the writes that were not synced,
 * and a disk that lies beneath it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "conformance.h"

#include "bad_disk.h"
#include "sqlite_store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char file_name[] = "prove_sqlite.tmp";

struct host {
	char uri[64];
	uint32_t mode;
	struct sqlite_store *store;
	struct sqlite_store *others[KIT_OTHERS];
	uint64_t random;
};

static struct kit_report report;
static uint32_t failed;
static uint64_t batches, losses, parallel;

static void remove_files(void)
{
	char name[64];

	remove(file_name);
	snprintf(name, sizeof name, "%s-wal", file_name);
	remove(name);
	snprintf(name, sizeof name, "%s-shm", file_name);
	remove(name);
}

static int open_one(struct host *host, struct sqlite_store **store, struct bko_store *table)
{
	int32_t status = sqlite_store_open(host->uri, host->mode, store);

	if (status == BKO_OK)
		sqlite_store_table(*store, table);
	else
		printf("the file does not open: %s\n", bko_status_name(status));
	return status != BKO_OK;
}

static int reopen(void *argument, struct bko_store *table)
{
	struct host *host = argument;

	sqlite_store_close(host->store);
	host->store = NULL;
	return open_one(host, &host->store, table);
}

static int lose_power(void *argument, struct bko_store *table)
{
	struct host *host = argument;

	bad_disk_snapshot(&host->random);
	sqlite_store_close(host->store);
	host->store = NULL;
	losses++;
	return bad_disk_restore() || open_one(host, &host->store, table);
}

static int open_other(void *argument, struct bko_store *table)
{
	struct host *host = argument;
	int i = 0;

	while (i < KIT_OTHERS && host->others[i] != NULL)
		i++;
	return i == KIT_OTHERS || open_one(host, &host->others[i], table);
}

static void close_other(void *argument, struct bko_store *table)
{
	struct host *host = argument;
	int i;

	for (i = 0; i < KIT_OTHERS; i++)
		if (host->others[i] == table->host) {
			sqlite_store_close(host->others[i]);
			host->others[i] = NULL;
		}
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

static void together(void *argument, void (*work)(void *argument), void *const *arguments,
                     size_t count)
{
	struct task tasks[16];
	pthread_t threads[16];
	size_t i;

	(void)argument;
	for (i = 0; i < count && i < 16; i++) {
		tasks[i].work = work;
		tasks[i].argument = arguments[i];
		if (pthread_create(&threads[i], NULL, run_task, &tasks[i]) != 0)
			exit(1);
	}
	while (i-- > 0)
		pthread_join(threads[i], NULL);
}

static int begin(struct host *host, struct kit_subject *subject, uint32_t mode, int bad)
{
	memset(host, 0, sizeof *host);
	memset(subject, 0, sizeof *subject);
	remove_files();
	bad_disk_forget();
	snprintf(host->uri, sizeof host->uri, "file:%s%s", file_name, bad ? "?vfs=bad" : "");
	host->mode = mode;
	host->random = 1;
	subject->host = host;
	subject->flags = KIT_INSIDE;
	subject->reopen = reopen;
	if (bad)
		subject->power_loss = lose_power;
	if (!open_one(host, &host->store, &subject->store))
		return 1;
	failed++;
	return 0;
}

static void judge(const char *name, struct host *host, const struct kit_subject *subject)
{
	kit_run(subject, &report);
	batches += report.applies;
	parallel += report.parallel;
	if (report.count > 0 || report.steps == 0) {
		printf("the store on SQLite, %s, is accused:\n", name);
		kit_print(&report, stdout);
		failed++;
	}
	sqlite_store_close(host->store);
	remove_files();
}

static void prove(uint64_t seed)
{
	struct kit_subject subject;
	struct host host;

	if (begin(&host, &subject, SQLITE_STORE_EACH, 1)) {
		subject.seed = seed;
		judge("each commit synced", &host, &subject);
	}
	if (begin(&host, &subject, SQLITE_STORE_GROUPED, 1)) {
		subject.seed = seed;
		subject.flags |= KIT_GROUPED;
		judge("in groups", &host, &subject);
	}
	if (begin(&host, &subject, SQLITE_STORE_EACH | SQLITE_STORE_ALONE, 1)) {
		subject.seed = seed;
		judge("of one engine alone", &host, &subject);
	}
	if (begin(&host, &subject, SQLITE_STORE_EACH, 1)) {
		subject.seed = seed;
		subject.open_other = open_other;
		subject.close_other = close_other;
		judge("two handles", &host, &subject);
	}
	if (begin(&host, &subject, SQLITE_STORE_NEVER, 0)) {
		subject.seed = seed;
		subject.steps = 1;
		subject.open_other = open_other;
		subject.close_other = close_other;
		subject.together = together;
		judge("in parallel", &host, &subject);
	}
}

/* The kit sees what a store cannot: that its disk keeps nothing. */
static void on_a_disk_that_lies(void)
{
	struct kit_subject subject;
	struct host host;

	if (!begin(&host, &subject, SQLITE_STORE_EACH, 1))
		return;
	bad_disk_lie(1);
	subject.steps = 1;
	kit_run(&subject, &report);
	if (report.findings[KIT_SKIPPED_SYNC].times == 0 &&
	    report.findings[KIT_REORDERED_COMMITS].times == 0 &&
	    report.findings[KIT_HOOK_FAILED].times == 0) {
		printf("a disk that lies is not found out:\n");
		kit_print(&report, stdout);
		failed++;
	}
	bad_disk_lie(0);
	sqlite_store_close(host.store);
	remove_files();
}

/* Whoever says to be alone is: others find the file locked, until it is closed. */
static void alone_is_alone(void)
{
	struct kit_subject subject;
	struct host host;
	sqlite3 *other = NULL;
	int locked, free;

	if (!begin(&host, &subject, SQLITE_STORE_EACH | SQLITE_STORE_ALONE, 0))
		return;
	sqlite3_open(file_name, &other);
	locked = sqlite3_exec(other, "SELECT * FROM rows", NULL, NULL, NULL);
	sqlite_store_close(host.store);
	free = sqlite3_exec(other, "SELECT * FROM rows", NULL, NULL, NULL);
	sqlite3_close(other);
	if (!(subject.store.caps & BKO_STORE_EXCLUSIVE) || locked != SQLITE_BUSY ||
	    free != SQLITE_OK) {
		printf("a file used alone is not locked (%d), or not freed (%d)\n", locked, free);
		failed++;
	}
	remove_files();
}

int main(void)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t seeds = tier != NULL && strcmp(tier, "release") == 0 ? 20 : 1, seed;

	if (bad_disk_open() != 0)
		return 1;
	for (seed = 1; seed <= seeds; seed++)
		prove(seed);
	on_a_disk_that_lies();
	alone_is_alone();
	bad_disk_forget();
	if (failed > 0)
		return 1;
	printf("evidence: batches in proofs of the store on SQLite %llu\n",
	       (unsigned long long)batches);
	printf("evidence: losses of power in proofs of the store on SQLite %llu\n",
	       (unsigned long long)losses);
	printf("evidence: changes by handles in parallel on SQLite %llu\n",
	       (unsigned long long)parallel);
	return 0;
}
