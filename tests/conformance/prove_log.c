/*
 * prove_log.c - proves the log store: on a medium that keeps what was synced
 * apart, so that power can be lost, and on a file.
 *
 * SPDX-License-Identifier: MIT
 */
#include "conformance.h"

#include <backorder/log.h>

#include <stdlib.h>
#include <string.h>

enum { SIZE = 1 << 20, UNIT = 4096, RANGES = 4096 };

/* What is programmed lies in `live`; a sync copies it to `disk`. */
struct device {
	unsigned char live[SIZE], disk[SIZE], saved[SIZE];
	struct {
		uint64_t at;
		uint32_t size;
	} ranges[RANGES];     /* not synced */
	uint32_t count, lies; /* lies: a sync does nothing */
	struct bko_medium medium;
	struct bko_log_options options;
	bko_log *log;
};

static struct kit_report report;
static uint32_t failed;
static uint64_t batches, losses;

static int32_t device_read(void *host, uint64_t at, void *data, uint32_t size)
{
	memcpy(data, ((struct device *)host)->live + at, size);
	return BKO_OK;
}

static void device_flush(struct device *device)
{
	while (device->count > 0) {
		device->count--;
		memcpy(device->disk + device->ranges[device->count].at,
		       device->live + device->ranges[device->count].at,
		       device->ranges[device->count].size);
	}
}

static int32_t device_program(void *host, uint64_t at, const void *data, uint32_t size)
{
	struct device *device = host;

	if (device->count == RANGES) /* a disk may do that at any time */
		device_flush(device);
	memcpy(device->live + at, data, size);
	device->ranges[device->count].at = at;
	device->ranges[device->count++].size = size;
	return BKO_OK;
}

static int32_t device_sync(void *host)
{
	if (!((struct device *)host)->lies)
		device_flush(host);
	return BKO_OK;
}

static int32_t device_size(void *host, uint64_t want, uint64_t *size)
{
	(void)host;
	*size = SIZE;
	return want > SIZE ? BKO_E_FULL : BKO_OK;
}

static int open_log(struct device *device, struct bko_store *store)
{
	int32_t status = bko_log_open(&device->options, &device->medium, &device->log);

	if (status == BKO_OK)
		status = bko_log_store(device->log, store);
	if (status != BKO_OK)
		printf("the log does not open: %s\n", bko_status_name(status));
	return status != BKO_OK;
}

static int end(void *host, struct bko_store *store)
{
	struct device *device = host;

	return bko_log_close(device->log) != BKO_OK || open_log(device, store);
}

static int lose_power(void *host, struct bko_store *store)
{
	struct device *device = host;

	memcpy(device->saved, device->disk, SIZE);
	bko_log_close(device->log); /* whatever it still writes is not there any more */
	memcpy(device->live, device->saved, SIZE);
	memcpy(device->disk, device->saved, SIZE);
	device->count = 0;
	losses++;
	return open_log(device, store);
}

static int same_log(void *host, struct bko_store *store)
{
	return bko_log_store(((struct device *)host)->log, store) != BKO_OK;
}

static void judge(const char *name, const struct kit_subject *subject)
{
	kit_run(subject, &report);
	batches += report.applies;
	if (report.count == 0 && report.steps > 0 && report.reopened > 0)
		return;
	printf("the log store, %s, is accused:\n", name);
	kit_print(&report, stdout);
	failed++;
}

static int make_device(struct device *device, struct kit_subject *subject, uint32_t sync,
                       uint32_t shared)
{
	static const struct bko_medium medium = {
		sizeof medium, BKO_MEDIUM_OVERWRITES, 1,    UNIT,        0,          0, NULL,
		device_read,   device_program,        NULL, device_sync, device_size};

	memset(subject, 0, sizeof *subject);
	memset(device, 0, sizeof *device);
	device->medium = medium;
	device->medium.host = device;
	device->options.struct_size = sizeof device->options;
	device->options.flags = BKO_LOG_CREATE;
	device->options.sync = sync;
	device->options.group_commits = 7;
	device->options.shared = shared;
	subject->store.struct_size = sizeof subject->store;
	subject->flags = sync == BKO_LOG_SYNC_EACH ? 0 : KIT_GROUPED;
	subject->host = device;
	subject->reopen = end;
	subject->power_loss = lose_power;
	subject->open_other = shared ? same_log : NULL;
	if (!open_log(device, &subject->store))
		return 1;
	failed++;
	return 0;
}

static void on_device(struct device *device, uint64_t seed, uint32_t sync, uint32_t shared)
{
	static const char *const names[] = {"sync each", "grouped", "relaxed"};
	struct kit_subject subject;

	if (!make_device(device, &subject, sync, shared))
		return;
	subject.seed = seed;
	judge(names[sync], &subject);
	bko_log_close(device->log);
}

/* A store is as durable as what it stands on, and the kit looks through it. */
static void on_a_disk_that_lies(struct device *device)
{
	struct kit_subject subject;

	if (!make_device(device, &subject, BKO_LOG_SYNC_EACH, 0))
		return;
	device_flush(device);
	device->lies = 1;
	subject.steps = 1;
	kit_run(&subject, &report);
	if (report.first != KIT_SKIPPED_SYNC) {
		printf("a disk that lies is not found out:\n");
		kit_print(&report, stdout);
		failed++;
	}
	bko_log_close(device->log);
}

/* ---- A file -------------------------------------------------------------------------- */

struct file {
	const char *name;
	bko_medium_file *medium;
	bko_log *log;
};

static int file_open(struct file *file, struct bko_store *store)
{
	struct bko_medium_file_options options = {.struct_size = sizeof options,
	                                          .flags = BKO_MEDIUM_FILE_CREATE |
	                                                   BKO_MEDIUM_FILE_NO_SYNC};
	struct bko_log_options log = {.struct_size = sizeof log, .flags = BKO_LOG_CREATE};
	struct bko_medium medium = {.struct_size = sizeof medium};
	int32_t status = bko_medium_file_open(file->name, &options, &file->medium);

	if (status == BKO_OK)
		status = bko_medium_file_table(file->medium, &medium);
	if (status == BKO_OK)
		status = bko_log_open(&log, &medium, &file->log);
	if (status == BKO_OK)
		status = bko_log_store(file->log, store);
	if (status != BKO_OK)
		printf("the file does not open: %s\n", bko_status_name(status));
	return status != BKO_OK;
}

static int file_close(struct file *file)
{
	int32_t status = bko_log_close(file->log);

	bko_medium_file_close(file->medium);
	return status != BKO_OK;
}

static int file_reopen(void *host, struct bko_store *store)
{
	return file_close(host) || file_open(host, store);
}

static void on_file(uint64_t seed)
{
	struct file file = {"prove_log.tmp", NULL, NULL};
	struct kit_subject subject = {.seed = seed, .host = &file, .reopen = file_reopen};

	subject.store.struct_size = sizeof subject.store;
	remove(file.name);
	if (file_open(&file, &subject.store)) {
		failed++;
		return;
	}
	judge("on a file", &subject);
	file_close(&file);
	remove(file.name);
}

int main(void)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t seeds = tier != NULL && strcmp(tier, "release") == 0 ? 20 : 1, seed;
	struct device *device = malloc(sizeof *device);

	if (device == NULL)
		return 1;
	for (seed = 1; seed <= seeds; seed++) {
		on_device(device, seed, BKO_LOG_SYNC_EACH, 0);
		on_device(device, seed, BKO_LOG_SYNC_EACH, 1);
		on_device(device, seed, BKO_LOG_SYNC_GROUPED, 0);
		on_device(device, seed, BKO_LOG_SYNC_RELAXED, 0);
		on_file(seed);
	}
	on_a_disk_that_lies(device);
	free(device);
	if (failed > 0)
		return 1;
	printf("evidence: batches in proofs of the log store %llu\n", (unsigned long long)batches);
	printf("evidence: losses of power in proofs of the log store %llu\n",
	       (unsigned long long)losses);
	return 0;
}
