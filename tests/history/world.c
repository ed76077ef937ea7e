#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Memory as anybody may give it, counted. */
static void *metered(void *host, void *block, size_t old_size, size_t size)
{
	size_t *bytes = host;
	void *moved = size ? realloc(block, size) : NULL;
	if (size && !moved)
		return NULL;
	if (!size)
		free(block);
	*bytes += size - old_size;
	return moved;
}

static int32_t side_open(struct world_side *side, const struct setup *setup, uint32_t shared)
{
	struct bko_options options = {.struct_size = sizeof options,
	                              .alloc = metered,
	                              .alloc_host = &side->engine_bytes,
	                              .granule_ms = (uint32_t)setup->granule,
	                              .lanes = setup->lanes,
	                              .serve_lines = setup->serve_lines,
	                              .max_lines = 8};
	struct bko_memory_options memory = {.struct_size = sizeof memory,
	                                    .alloc = metered,
	                                    .alloc_host = &side->store_bytes,
	                                    .shared = shared};
	struct bko_store store = {.struct_size = sizeof store};
	int32_t status = bko_memory_open(&memory, &side->memory);
	if (status == BKO_OK)
		status = bko_memory_store(side->memory, &store);
	store.max_entries = setup->max_entries;
	return status ? status : bko_engine_open(&options, &store, &side->engine);
}

int world_open(struct world *w, const struct setup *setup)
{
	int32_t status;
	memset(w, 0, sizeof *w);
	w->setup = *setup;
	w->model = malloc(sizeof *w->model);
	w->records = malloc(sizeof *w->records * MODEL_RECORDS);
	if (!w->model || !w->records || batch_opened(w))
		return 1;
	model_begin(w->model, setup->granule, w->records);
	w->mail.first[0] = w->mail.first[1] = 1;
	status = side_open(&w->one, setup, setup->shared);
	if (!status && setup->twin)
		status = side_open(&w->other, setup, !setup->shared);
	w->memory = w->one.memory;
	w->engine = w->one.engine;
	snprintf(w->why, sizeof w->why, "open: %s", bko_status_name(status));
	return status != BKO_OK;
}

static int side_close(struct world_side *side)
{
	bko_engine_close(side->engine);
	bko_memory_close(side->memory);
	return side->engine_bytes || side->store_bytes;
}

int world_close(struct world *w)
{
	int left = side_close(&w->one) | side_close(&w->other);
	batch_closed(w);
	free(w->model);
	free(w->records);
	if (left)
		snprintf(w->why, sizeof w->why, "S2 is broken: %zu bytes of engines are left",
		         w->one.engine_bytes + w->other.engine_bytes);
	return left;
}

/* The bytes an engine says it holds are those it holds. */
static int check_memory(struct world *w)
{
	struct bko_stats stats = {.struct_size = sizeof stats};
	bko_engine_stats(w->engine, &stats);
	if (stats.memory == w->one.engine_bytes)
		return 0;
	snprintf(w->why, sizeof w->why, "S2 is broken: %llu bytes are said, %zu held",
	         (unsigned long long)stats.memory, w->one.engine_bytes);
	return 1;
}

/* The twin does the same, and its store then holds the same rows. */
static int check_twin(struct world *w, const struct op *op)
{
	int same;
	drive_quiet(w->other.engine, op->now);
	same = batch_same_rows(w);
	if (!same)
		snprintf(w->why, sizeof w->why, "S3 is broken: on another store other rows");
	return !same;
}

static int play_twin(struct world *w, const struct op *op, const struct op_result *first)
{
	struct op_result second;
	drive(w->other.engine, op, &second);
	if (first->status == second.status)
		return 0;
	snprintf(w->why, sizeof w->why, "S3 is broken: %s, on another store %s",
	         bko_status_name(first->status), bko_status_name(second.status));
	return 1;
}

static const char *const checks[] = {"?",  "Q1", "Q2", "Q3", "Q4", "Q6", "Q8", "F1",
                                     "F2", "R2", "O2", "P4", "E2", "E3", "S1", "RECORD"};

int check_verify(struct world *w, int64_t now)
{
	enum { FINDINGS = 16 };
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding found[FINDINGS];
	size_t count = 0, used;
	int32_t status = BKO_OK;
	while (status == BKO_OK && !cursor.done && count == 0)
		status = bko_engine_verify(w->engine, now, 0, &cursor, 1000, found, FINDINGS,
		                           sizeof *found, &count);
	if (status == BKO_OK && count == 0)
		return 0;
	snprintf(w->why, sizeof w->why, "verify: %s", bko_status_name(status));
	for (size_t i = 0; i < count; i++) {
		const struct bko_finding *f = &found[i];
		used = strlen(w->why);
		snprintf(w->why + used, sizeof w->why - used,
		         "; check %s what %u item %d at %d order %d line %u: %lld is %lld",
		         checks[f->check < sizeof checks / sizeof *checks ? f->check : 0], f->what,
		         number_of(&f->item), location_of(&f->location), number_of(&f->order),
		         f->line, (long long)f->expected, (long long)f->found);
	}
	return 1;
}

/* A refusal, an error, a replay or a question leaves every stored row as it was. */
static int must_stand(const struct op *op, const struct op_result *r)
{
	return r->status != BKO_OK || op->kind == OP_QUOTE || op->kind == OP_AVAILABLE ||
	       op->kind == OP_EXPLAIN || r->outcome.flags & BKO_OUTCOME_REPLAYED ||
	       (r->outcome.flags & BKO_OUTCOME_REFUSED && !(op->flags & BKO_OP_COUNT_REFUSED));
}

int world_rest(struct world *w, const struct op *op)
{
	struct op_result model;
	struct op quiet;
	int32_t status;
	memset(&quiet, 0, sizeof quiet);
	quiet.kind = OP_TICK;
	quiet.now = op->now;
	w->steps++;
	if (w->setup.verify_only) { /* its own verdict, whether time comes to rest or not */
		drive_quiet(w->engine, op->now);
		return check_verify(w, op->now);
	}
	if (w->setup.lazy && w->steps % w->setup.lazy)
		return compare_available(w);
	status = drive_quiet(w->engine, op->now);
	if (status != BKO_OK) {
		snprintf(w->why, sizeof w->why, "tick: %s", bko_status_name(status));
		return 1;
	}
	if (w->setup.twin && check_twin(w, op))
		return 1;
	model_play(w->model, &quiet, &model);
	if (compare_state(w, op) || check_ledger(w))
		return 1;
	return w->setup.verify_every && w->steps % w->setup.verify_every == 0 &&
	       (check_rules(w, op->now) || check_verify(w, op->now) || check_memory(w));
}

int world_step(struct world *w, const struct op *op)
{
	struct op_result model, engine;
	struct op quiet;
	uint64_t was = 0, is = 0;
	memset(&quiet, 0, sizeof quiet);
	quiet.kind = OP_TICK;
	quiet.now = op->now;
	if (op->kind == OP_BATCH || batch_is_open(w))
		return batch_step(w, op);
	if (w->setup.serve_lines && !w->setup.lazy) { /* so that chains do not come in between */
		drive_quiet(w->engine, op->now);
		if (w->setup.twin)
			drive_quiet(w->other.engine, op->now);
		model_play(w->model, &quiet, &model);
		if (op->now > w->latest)
			w->latest = op->now;
		if (!w->setup.verify_only && compare_available(w))
			return 1;
	}
	if (op->kind == OP_MAIL && !w->setup.verify_only)
		return mail_step(w, op);
	bko_memory_hash(w->memory, &was);
	drive(w->engine, op, &engine);
	bko_memory_hash(w->memory, &is);
	model_play(w->model, op, &model);
	if (op->now > w->latest)
		w->latest = op->now;
	if (w->setup.verify_only)
		return world_rest(w, op);
	if (compare_results(op, &model, &engine, w->why))
		return 1;
	if (must_stand(op, &engine) && was != is) {
		snprintf(w->why, sizeof w->why, "the store changed though nothing happened");
		return 1;
	}
	if (w->setup.twin && play_twin(w, op, &engine))
		return 1;
	return world_rest(w, op);
}
