/*
 * stores.c - the same history on every store: an engine each on memory, on a
 * log, on a log that is closed and opened again every 16th operation, and on
 * SQLite. After every operation all answer alike and hold the same rows, by a
 * hash that each keeps over its own rows; every 64th all rows are hashed anew.
 *
 *   stores [--seed N] [--budget N]
 *
 * SPDX-License-Identifier: MIT
 */
#include "front.h"
#include "gen.h"
#include "world.h"

#include "backorder/log.h"
#ifdef WITH_SQLITE
#include "sqlite_store.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 200, LOG_SIZE = 4 << 20, REOPEN = 16, COUNT = 64 };
enum { ON_MEMORY, ON_LOG, ON_REOPENED_LOG, ON_SQLITE, STORES };
static const char *const names[STORES] = {"memory", "log", "re-opened log", "SQLite"};
static const char file_name[] = "stores.tmp";

struct side {
	struct front front;
	bko_engine *engine;
	bko_memory *memory;
	bko_log *log;
	struct bko_medium_ram ram;
	struct sqlite_store *sqlite;
};

struct run {
	uint64_t seed, step;
	struct bko_options options;
	struct side sides[STORES];
	uint32_t stores;
	struct model *model, *before;
	int batching, discards;
	struct record *records;
	uint64_t operations, hashes, reopened, batched;
};

static int complain(const struct run *run, uint32_t store, const char *what)
{
	printf("seed %llu step %llu: %s: %s\n", (unsigned long long)run->seed,
	       (unsigned long long)run->step, names[store], what);
	return 1;
}

/* ---- Opening ----------------------------------------------------------------------------- */

static int32_t open_log(struct side *side)
{
	struct bko_log_options options = {.struct_size = sizeof options, .flags = BKO_LOG_CREATE};
	struct bko_medium medium = {.struct_size = sizeof medium};
	int32_t status = bko_medium_ram(&side->ram, &medium);

	if (status == BKO_OK)
		status = bko_log_open(&options, &medium, &side->log);
	return status == BKO_OK ? bko_log_store(side->log, &side->front.behind) : status;
}

static void remove_files(void)
{
	char name[32];

	remove(file_name);
	snprintf(name, sizeof name, "%s-wal", file_name);
	remove(name);
	snprintf(name, sizeof name, "%s-shm", file_name);
	remove(name);
}

static int32_t open_store(const struct run *run, struct side *side, uint32_t store)
{
	int32_t status = BKO_OK;

	(void)run; /* where there is no SQLite */
	side->front.behind.struct_size = sizeof side->front.behind;
	switch (store) {
	case ON_MEMORY:
		status = bko_memory_open(NULL, &side->memory);
		return status == BKO_OK ? bko_memory_store(side->memory, &side->front.behind)
		                        : status;
	case ON_LOG:
	case ON_REOPENED_LOG: return open_log(side);
	default:
#ifdef WITH_SQLITE
		status = sqlite_store_open(
			file_name, SQLITE_STORE_NEVER | (run->seed & 2 ? SQLITE_STORE_ALONE : 0u),
			&side->sqlite);
		if (status == BKO_OK)
			sqlite_store_table(side->sqlite, &side->front.behind);
#endif
		return status;
	}
}

static int open_side(struct run *run, uint32_t store)
{
	struct side *side = &run->sides[store];
	struct bko_store table;
	int32_t status = open_store(run, side, store);

	if (status == BKO_OK) {
		front_table(&side->front, &table);
		status = bko_engine_open(&run->options, &table, &side->engine);
	}
	return status == BKO_OK ? 0 : complain(run, store, bko_status_name(status));
}

static void close_side(struct side *side)
{
	bko_engine_close(side->engine);
	bko_memory_close(side->memory);
	bko_log_close(side->log);
#ifdef WITH_SQLITE
	sqlite_store_close(side->sqlite);
#endif
	side->engine = NULL;
	side->memory = NULL;
	side->log = NULL;
	side->sqlite = NULL;
}

/* ---- Comparing --------------------------------------------------------------------------- */

/* All sides hold what the first one does; `all`: counted anew. */
static int same_rows(struct run *run, int all)
{
	uint64_t hash = 0;
	uint32_t i;

	for (i = 0; i < run->stores; i++) {
		struct front *front = &run->sides[i].front;

		if (all && front_count(front, 1 + (uint32_t)run->step % 90) != front->hash)
			return complain(run, i, "its rows are not those that it was given");
		if (front->failed)
			return complain(run, i, "a read failed");
		if (i > 0 && front->hash != run->sides[0].front.hash)
			return complain(run, i, "holds other rows than memory");
		run->hashes++;
	}
	if (!all)
		return 0;
	bko_memory_hash(run->sides[ON_MEMORY].memory, &hash);
	for (i = ON_LOG; i <= ON_REOPENED_LOG; i++) {
		uint64_t its = 0;

		bko_log_hash(run->sides[i].log, &its);
		if (its != hash)
			return complain(run, i, "says another hash than memory");
	}
	return 0;
}

static int verify(struct run *run, uint32_t store, int64_t now)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding found[4];
	size_t count = 0;
	int32_t status = BKO_OK;

	while (status == BKO_OK && !cursor.done && count == 0)
		status = bko_engine_verify(run->sides[store].engine, now, 0, &cursor, 1000, found,
		                           4, sizeof *found, &count);
	return status == BKO_OK && count == 0 ? 0 : complain(run, store, "verify finds a fault");
}

/* On every side a batch begins or ends; one call of it, which a tick would be no part of. */
static int batch(struct run *run, const struct op *op)
{
	struct op_result results[2];
	int begins = op->option == BATCH_BEGIN;
	char why[WORLD_TEXT];
	uint32_t i;

	for (i = 0; i < run->stores; i++) {
		bko_engine *engine = run->sides[i].engine;

		memset(&results[i > 0], 0, sizeof results[0]);
		if (op->kind != OP_BATCH)
			drive(engine, op, &results[i > 0]);
		else
			results[i > 0].status =
				begins ? bko_batch_begin(engine)
				       : bko_batch_end(engine, op->option == BATCH_DISCARD);
		if (i > 0 && compare_results(op, &results[0], &results[1], why))
			return complain(run, i, why);
	}
	if (op->kind != OP_BATCH)
		run->batched++;
	else if (results[0].status != (begins == run->batching ? BKO_E_STATE : BKO_OK))
		return complain(run, 0, bko_status_name(results[0].status));
	if (op->kind == OP_BATCH) {
		run->discards = run->batching && op->option == BATCH_DISCARD;
		if (begins && !run->batching)
			model_copy(run->before, run->model);
		run->batching = begins;
	}
	return same_rows(run, 0);
}

/* One operation, and what time does after it, on every side. */
static int step(struct run *run, const struct op *op)
{
	struct op_result results[2];
	char why[WORLD_TEXT];
	int32_t quiet = BKO_OK;
	uint32_t i;

	for (i = 0; i < run->stores; i++) {
		struct op_result *result = &results[i > 0];
		int32_t status;

		drive(run->sides[i].engine, op, result);
		if (i > 0 && compare_results(op, &results[0], result, why))
			return complain(run, i, why);
		status = drive_quiet(run->sides[i].engine, op->now);
		if (i > 0 && status != quiet)
			return complain(run, i, bko_status_name(status));
		quiet = status;
	}
	if (same_rows(run, run->step % COUNT == 0))
		return 1;
	if (run->step % REOPEN == 0) {
		close_side(&run->sides[ON_REOPENED_LOG]);
		run->reopened++;
		return open_side(run, ON_REOPENED_LOG);
	}
	return 0;
}

/* ---- Histories ------------------------------------------------------------------------------ */

static int begin(struct run *run, uint64_t seed)
{
	uint32_t i;

	run->seed = seed;
	run->step = 0;
	run->batching = run->discards = 0;
	memset(&run->options, 0, sizeof run->options);
	run->options.struct_size = sizeof run->options;
	run->options.granule_ms = seed % 3 ? 60000 : 1000;
	run->options.lanes = 1 + (uint32_t)(seed % 2);
	run->options.serve_lines = seed % 5 == 0 ? 1 : seed % 5 == 1 ? 2 : 0;
	run->options.max_lines = 8;
	model_begin(run->model, run->options.granule_ms, run->records);
	remove_files();
	for (i = 0; i < run->stores; i++) {
		struct side *side = &run->sides[i];
		void *bytes = side->ram.data;

		memset(side, 0, sizeof *side);
		side->ram.struct_size = sizeof side->ram;
		side->ram.size = LOG_SIZE;
		side->ram.data = bytes;
		if (bytes != NULL)
			memset(bytes, 0, LOG_SIZE);
		if (open_side(run, i))
			return 1;
	}
	return 0;
}

static int play(struct run *run, uint64_t seed, uint64_t budget)
{
	struct gen gen;
	struct op op = {0}, tick;
	struct op_result result;
	int failed = begin(run, seed);
	uint32_t i;

	gen_begin(&gen, seed, ~1u);
	gen.batches = 1;
	memset(&tick, 0, sizeof tick);
	tick.kind = OP_TICK;
	while (!failed && run->step < STEPS && run->operations < budget &&
	       run->model->record_count < MODEL_RECORDS - 2) {
		gen_op(&gen, run->model, &op);
		run->step++;
		run->operations++;
		if (op.kind == OP_BATCH || run->batching)
			failed = batch(run, &op);
		if (op.kind == OP_BATCH && run->discards)
			model_copy(run->model, run->before);
		if (op.kind != OP_BATCH)
			model_play(run->model, &op, &result);
		if (run->batching)
			continue;
		if (op.kind != OP_BATCH)
			failed = step(run, &op);
		tick.now = op.now;
		model_play(run->model, &tick, &result);
	}
	op.kind = OP_BATCH;
	op.option = BATCH_END;
	if (!failed && run->batching)
		failed = batch(run, &op);
	if (!failed)
		failed = same_rows(run, 1);
	for (i = 0; i < run->stores; i++) {
		if (!failed && seed % 4 == i)
			failed = verify(run, i, op.now);
		close_side(&run->sides[i]);
	}
	remove_files();
	return failed;
}

int main(int argc, char **argv)
{
	const char *tier = getenv("BKO_TIER");
	uint64_t budget = 6000, seed = 1, first;
	struct run *run = calloc(1, sizeof *run);
	int failed = 0, i;

	if (tier != NULL && strcmp(tier, "ci") == 0)
		budget = 200000;
	if (tier != NULL && strcmp(tier, "release") == 0)
		budget = 2000000;
	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--budget") == 0)
			budget = strtoull(argv[i + 1], NULL, 10);
	}
	if (run == NULL)
		return 1;
	run->stores = STORES;
#ifndef WITH_SQLITE
	run->stores = ON_SQLITE;
#endif
	run->model = malloc(sizeof *run->model);
	run->before = malloc(sizeof *run->before);
	run->records = malloc(sizeof *run->records * MODEL_RECORDS);
	for (i = ON_LOG; i <= ON_REOPENED_LOG; i++)
		run->sides[i].ram.data = malloc(LOG_SIZE);
	for (first = seed; !failed && run->operations < budget; seed++)
		failed = play(run, seed, budget);
	if (!failed) {
		printf("evidence: histories alike on every store %llu\n",
		       (unsigned long long)(seed - first));
		printf("evidence: operations alike on every store %llu\n",
		       (unsigned long long)run->operations);
		printf("evidence: operations in batches alike on every store %llu\n",
		       (unsigned long long)run->batched);
		printf("evidence: states of stores compared by hash %llu\n",
		       (unsigned long long)run->hashes);
		printf("evidence: logs opened again in them %llu\n",
		       (unsigned long long)run->reopened);
	}
	for (i = ON_LOG; i <= ON_REOPENED_LOG; i++)
		free(run->sides[i].ram.data);
	free(run->model);
	free(run->before);
	free(run->records);
	free(run);
	return failed;
}
