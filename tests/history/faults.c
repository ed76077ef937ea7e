/*
 * Fault sweeps over a script of every verb: each call of the store fails in turn,
 * with every answer, before and after it took effect, once and for ever; each
 * allocation fails in turn; arenas of every size. Whatever fails, the state is
 * the one before or the one after, and the repeated call happens exactly once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "rows.h"
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_EVERY = 18 };
static struct op ops[SCRIPT_MAX];
static struct op_result results[SCRIPT_MAX]; /* of the run without a fault */
static uint64_t hashes[SCRIPT_MAX + 1];      /* before each operation, and at the end */
static uint32_t op_count;
static uint64_t runs, stride = 1; /* stride: quick tier, every so many calls */

/* ---- An allocator that fails and counts ---------------------------------------------- */

struct heap {
	uint64_t calls, fail_at;
	uint32_t for_ever, failed, wrong; /* wrong: sizes told that were never asked for */
	size_t bytes;
};

/* In front of each block: its size, for comparing with what the library tells. */
union mark {
	size_t size;
	long double align;
	void *pointer;
};

static void *heap_alloc(void *host, void *block, size_t old_size, size_t size)
{
	struct heap *h = host;
	union mark *old = block ? (union mark *)block - 1 : NULL, *now;
	h->wrong += old ? old->size != old_size : old_size != 0;
	if (size == 0) {
		h->bytes -= old ? old->size : 0;
		free(old);
		return NULL;
	}
	h->calls++;
	if (h->fail_at && (h->calls == h->fail_at || (h->for_ever && h->calls > h->fail_at))) {
		h->failed++;
		return NULL;
	}
	h->bytes -= old ? old->size : 0;
	now = realloc(old, sizeof *now + size);
	if (!now)
		abort();
	now->size = size;
	h->bytes += size;
	return now + 1;
}

static void heal(struct heap *h, struct rows *r)
{
	h->fail_at = 0;
	r->fail_at = 0;
}

/* ---- One run ---------------------------------------------------------------------------- */

struct run {
	struct rows rows;
	struct heap heap;
	bko_engine *engine;
	char what[160];
};

static int fault(struct run *run, uint32_t at, const char *why, int32_t status)
{
	char text[1024] = "keeping house";
	if (at < op_count)
		print_op(text, sizeof text, &ops[at]);
	printf("%s: step %u (%s): %s (%s)\n", run->what, at, text, why, bko_status_name(status));
	return 1;
}

/* Errors that a fault may lead to. */
static int clean(int32_t status)
{
	switch (status) {
	case BKO_E_NO_MEMORY:
	case BKO_E_FULL:
	case BKO_E_IO:
	case BKO_E_READ_ONLY:
	case BKO_E_CORRUPT:
	case BKO_E_CONTRACT:
	case BKO_E_CONTENDED:
	case BKO_E_UNCERTAIN:
	case BKO_E_TOO_LARGE:
	case BKO_E_UNSUPPORTED: return 1;
	default: return 0;
	}
}

static int same(const struct op_result *a, const struct op_result *b)
{
	return a->outcome.asked == b->outcome.asked &&
	       a->outcome.allocated == b->outcome.allocated &&
	       a->outcome.backordered == b->outcome.backordered &&
	       a->outcome.refused == b->outcome.refused &&
	       a->outcome.quantity == b->outcome.quantity &&
	       a->outcome.missing == b->outcome.missing && a->outcome.status == b->outcome.status;
}

/* One operation under a fault: it works, or fails cleanly and works when repeated. */
static int step(struct run *run, uint32_t i)
{
	struct op_result r;
	uint64_t before = rows_hash(&run->rows);
	int32_t first;
	drive(run->engine, &ops[i], &r);
	first = r.status;
	if (first != results[i].status) {
		uint64_t now = rows_hash(&run->rows);
		struct op again = ops[i];
		if (!clean(first))
			return fault(run, i, "an error that no fault leads to", first);
		if (first != BKO_E_UNCERTAIN && now != before)
			return fault(run, i, "failed, and the state changed", first);
		heal(&run->heap, &run->rows);
		again.flags |= first == BKO_E_UNCERTAIN ? (uint32_t)BKO_OP_RETRIED : 0;
		drive(run->engine, &again, &r);
	}
	if (r.status != results[i].status)
		return fault(run, i, "repeated, it ends otherwise", r.status);
	if (r.status == BKO_OK && !same(&r, &results[i]))
		return fault(run, i, "repeated, the outcome differs", first);
	return 0;
}

static int32_t read_and_tick(struct run *run, uint32_t i)
{
	int32_t status = drive_quiet(run->engine, ops[i].now);
	if (i % READ_EVERY != READ_EVERY - 1)
		return status;
	return status == BKO_OK ? script_read(run->engine, ops[i].now) : status;
}

static int open_run(struct run *run, const struct bko_options *from, int under_fault)
{
	struct bko_options options = *from;
	struct bko_store store;
	int32_t status;
	options.struct_size = sizeof options;
	options.max_lines = 8;
	options.wait_ms = 1;
	if (!options.arena) {
		options.alloc = heap_alloc;
		options.alloc_host = &run->heap;
	}
	rows_store(&run->rows, &store);
	status = bko_engine_open(&options, &store, &run->engine);
	if (status != BKO_OK && under_fault) {
		if (status != BKO_E_NO_MEMORY || run->heap.bytes)
			return fault(run, 0, "opening fails uncleanly", status);
		heal(&run->heap, &run->rows);
		status = bko_engine_open(&options, &store, &run->engine);
	}
	return status == BKO_OK ? 0 : fault(run, 0, "cannot be opened", status);
}

/* The whole script under whatever faults the run has been given. */
static int play(struct run *run, const struct bko_options *options, int record)
{
	int failed = open_run(run, options, !record);
	runs++;
	for (uint32_t i = 0; i < op_count && !failed; i++) {
		int32_t status;
		if (record) {
			hashes[i] = rows_hash(&run->rows);
			drive(run->engine, &ops[i], &results[i]);
		} else {
			failed = step(run, i);
		}
		if (failed)
			break;
		status = read_and_tick(run, i);
		if (status != BKO_OK && !record) {
			if (!clean(status))
				return fault(run, i, "reading fails uncleanly", status);
			heal(&run->heap, &run->rows);
			status = read_and_tick(run, i);
		}
		if (status != BKO_OK)
			failed = fault(run, i, "reading fails", status);
		else if (!record && rows_hash(&run->rows) != hashes[i + 1] && i + 1 < op_count)
			failed = fault(run, i, "another state than without faults", 0);
	}
	if (!failed) {
		int64_t now = ops[op_count - 1].now;
		int32_t status = script_keep_house(run->engine, now);
		if (status != BKO_OK && !record) {
			heal(&run->heap, &run->rows);
			status = script_keep_house(run->engine, now);
		}
		if (status != BKO_OK)
			failed = fault(run, op_count, "keeping house fails", status);
		else if (record)
			hashes[op_count] = rows_hash(&run->rows);
		else if (rows_hash(&run->rows) != hashes[op_count])
			failed = fault(run, op_count, "another end than without faults", 0);
	}
	bko_engine_close(run->engine);
	if (!failed && run->heap.wrong)
		failed = fault(run, op_count, "a size was told that was never asked for", 0);
	if (!failed && run->heap.bytes)
		failed =
			fault(run, op_count, "memory was not given back", (int32_t)run->heap.bytes);
	return failed;
}

static int sweep_store(const struct bko_options *options, uint64_t calls)
{
	/* Answers that promise nothing was applied, then those that promise nothing. */
	static const int32_t answers[] = {
		BKO_REPLY_CONFLICT,  BKO_REPLY_BUSY,    BKO_REPLY_FULL, BKO_REPLY_TOO_LARGE,
		BKO_REPLY_READ_ONLY, BKO_REPLY_CORRUPT, BKO_REPLY_IO,   BKO_REPLY_UNSUPPORTED,
		BKO_REPLY_UNKNOWN,   BKO_REPLY_SILENT};
	enum { ANSWERS = 10, HONEST_BEFORE = 8 };
	for (uint64_t at = 1; at <= calls; at += stride)
		for (uint32_t kind = 0; kind < ANSWERS * 4; kind++) {
			struct run run;
			int failed;
			memset(&run, 0, sizeof run);
			if (kind / 4 < HONEST_BEFORE && kind & 2)
				continue;
			failed = rows_open(&run.rows);
			run.rows.fail_at = at;
			run.rows.answer = answers[kind / 4];
			run.rows.for_ever = kind & 1;
			run.rows.after_effect = kind >> 1 & 1;
			snprintf(run.what, sizeof run.what,
			         "store call %llu answers %d %s, %s effect", (unsigned long long)at,
			         run.rows.answer, kind & 1 ? "for ever" : "once",
			         kind & 2 ? "after" : "before");
			failed = failed || play(&run, options, 0);
			rows_close(&run.rows);
			if (failed)
				return 1;
		}
	return 0;
}

static int sweep_heap(const struct bko_options *options, uint64_t calls)
{
	for (uint64_t at = 1; at <= calls; at++)
		for (uint32_t for_ever = 0; for_ever < 2; for_ever++) {
			struct run run;
			int failed;
			memset(&run, 0, sizeof run);
			failed = rows_open(&run.rows);
			run.heap.fail_at = at;
			run.heap.for_ever = for_ever;
			snprintf(run.what, sizeof run.what, "allocation %llu fails %s",
			         (unsigned long long)at, for_ever ? "for ever" : "once");
			failed = failed || play(&run, options, 0);
			rows_close(&run.rows);
			if (failed)
				return 1;
		}
	return 0;
}

/* Arenas: too small ones are refused at once; from the told size on all works. */
static int sweep_arena(void)
{
	struct bko_options options = {.struct_size = sizeof options, .max_lines = 8, .wait_ms = 1};
	size_t need = 0, least = 0;
	int32_t status = bko_engine_size(&options, &need);
	char *arena = malloc(need + 4 * BKO_CHILD_BYTES);
	if (status != BKO_OK || !arena)
		return 1;
	options.arena = arena;
	for (size_t size = 1; size < need && least == 0; size += size < 256 ? 1 : need / 500 + 1) {
		struct rows rows;
		struct bko_store store;
		bko_engine *engine = NULL;
		options.arena_size = size;
		if (rows_open(&rows))
			return 1;
		rows_store(&rows, &store);
		status = bko_engine_open(&options, &store, &engine);
		if (status == BKO_OK)
			least = size;
		else if (status != BKO_E_NO_MEMORY && status != BKO_E_ARGUMENT) {
			printf("arena of %zu: %s\n", size, bko_status_name(status));
			return 1;
		}
		bko_engine_close(engine);
		rows_close(&rows);
	}
	for (int i = 0; i < 2; i++) {
		struct run run;
		int failed;
		memset(&run, 0, sizeof run);
		failed = rows_open(&run.rows);
		options.arena_size = need + (i ? 4 : 2) * (size_t)BKO_CHILD_BYTES;
		snprintf(run.what, sizeof run.what, "arena of %zu", options.arena_size);
		failed = failed || play(&run, &options, 0);
		rows_close(&run.rows);
		if (failed)
			return 1;
	}
	free(arena);
	printf("arena: %zu bytes are asked for; less (tried up to %zu) is refused\n", need,
	       least ? least : need);
	return 0;
}

int main(void)
{
	struct bko_options options = {.struct_size = sizeof options};
	const char *tier = getenv("BKO_TIER");
	struct run run;
	int failed;
	memset(&run, 0, sizeof run);
	stride = tier && strcmp(tier, "quick") == 0 ? 16 : 1;
	op_count = script(ops);
	snprintf(run.what, sizeof run.what, "no fault");
	failed = rows_open(&run.rows) || play(&run, &options, 1);
	printf("%u operations, %llu store calls, %llu allocations\n", op_count,
	       (unsigned long long)run.rows.calls, (unsigned long long)run.heap.calls);
	for (uint32_t i = 0; i < op_count && !failed; i++) {
		if (results[i].status != BKO_OK || results[i].outcome.flags & BKO_OUTCOME_REFUSED) {
			char text[1024];
			print_op(text, sizeof text, &ops[i]);
			printf("the script itself fails at %s: %s\n", text,
			       bko_status_name(results[i].status));
			failed = 1;
		}
	}
	failed = failed || sweep_heap(&options, run.heap.calls) || sweep_arena() ||
	         sweep_store(&options, run.rows.calls);
	rows_close(&run.rows);
	printf("evidence: runs with a failed allocation or store call %llu\n",
	       (unsigned long long)runs);
	return failed;
}
