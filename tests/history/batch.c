/* Batches: what comes between begin and end is played call by call on the model, which
 * has to agree with every provisional outcome; on the other side of a twin it is played
 * in single calls, so that both ways have to end in the same rows. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A call of the batch, for the twin. */
struct call {
	struct op op;
	struct op_result result;
};

struct batching {
	int open, ended; /* now; one ever was put into the store */
	uint32_t count;
	uint64_t hash; /* of the store, which stands still meanwhile */
	int64_t settled[OP_ITEMS][OP_LOCATIONS];
	struct model before;
	struct call calls[WORLD_STEPS];
};

static int wrong(struct world *w, const char *what, int32_t wanted, int32_t is)
{
	if (wanted == is)
		return 0;
	snprintf(w->why, sizeof w->why, "%s: %s is %s", what, bko_status_name(wanted),
	         bko_status_name(is));
	return 1;
}

int batch_opened(struct world *w)
{
	w->batching = calloc(1, sizeof *w->batching);
	return w->batching == NULL;
}

void batch_closed(struct world *w)
{
	free(w->batching);
}

int batch_is_open(const struct world *w)
{
	return w->batching->open;
}

/* ---- What two engines hold ------------------------------------------------------------- */

struct tally {
	uint64_t hash;
	int32_t status;
};

static uint64_t sum_bytes(uint64_t hash, const unsigned char *bytes, size_t size)
{
	hash = (hash ^ size) * 0x100000001b3u;
	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

/* Rows but those of events: single calls begin a new one each, a batch goes on in one. */
static int32_t sum_row(void *host, uint32_t index, const void *key, size_t key_size,
                       const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct tally *sum = host;
	(void)index;
	(void)revision;
	(void)hint;
	if (*(const char *)key == 'E')
		return BKO_OK;
	sum->hash = sum_bytes(sum_bytes(sum->hash, key, key_size), value, value_size);
	return BKO_OK;
}

static void sum_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	(void)revision;
	(void)native;
	((struct tally *)host)->status = status;
}

static void sum_events(struct world *w, bko_engine *engine, struct tally *sum)
{
	for (uint32_t lane = 0; lane < w->setup.lanes; lane++) {
		struct bko_event events[16];
		uint64_t last = 0;
		size_t count = 1;
		while (count && sum->status == BKO_REPLY_DONE) {
			int32_t status = bko_event_read(engine, lane, last, events, 16,
			                                sizeof *events, &count);
			sum->status = status == BKO_OK ? sum->status : status;
			for (size_t i = 0; status == BKO_OK && i < count; i++) {
				last = events[i].number;
				events[i].struct_size = sizeof *events;
				sum->hash = sum_bytes(sum->hash, (unsigned char *)&events[i],
				                      sizeof events[i]);
			}
		}
	}
}

static struct tally sum_side(struct world *w, const struct world_side *side)
{
	union {
		uint64_t align;
		unsigned char bytes[BKO_REPLY_BYTES];
	} room;
	struct tally sum = {0xcbf29ce484222325u, BKO_REPLY_SILENT};
	struct bko_sink sink = {
		.struct_size = sizeof sink, .host = &sum, .row = sum_row, .end = sum_end};
	struct bko_read read = {.key = {"", 1}, .end = {"\xff", 1}, .limit = UINT32_MAX};
	struct bko_query query = {.struct_size = sizeof query, .reads = &read, .count = 1};
	struct bko_store store = {.struct_size = sizeof store};
	bko_reply *reply = NULL;
	bko_memory_store(side->memory, &store);
	bko_reply_open(&sink, &room, sizeof room, &reply);
	store.read(store.host, &query, reply);
	sum_events(w, side->engine, &sum);
	return sum;
}

int batch_same_rows(struct world *w)
{
	struct tally one, other;
	uint64_t here = 0, there = 0;
	if (!w->batching->ended) {
		bko_memory_hash(w->one.memory, &here);
		bko_memory_hash(w->other.memory, &there);
		return here == there;
	}
	one = sum_side(w, &w->one);
	other = sum_side(w, &w->other);
	return one.hash == other.hash && one.status == BKO_REPLY_DONE &&
	       other.status == BKO_REPLY_DONE;
}

/* ---- Begin and end ----------------------------------------------------------------------- */

static void begin(struct world *w)
{
	struct batching *b = w->batching;
	b->open = 1;
	b->count = 0;
	memcpy(b->settled, w->settled, sizeof b->settled);
	model_copy(&b->before, w->model);
	bko_memory_hash(w->memory, &b->hash);
}

/* The other engine of a twin does the same by single calls. */
static int play_twin(struct world *w)
{
	struct batching *b = w->batching;
	for (uint32_t i = 0; i < b->count; i++) {
		struct op_result result;
		const struct call *call = &b->calls[i];
		drive(w->other.engine, &call->op, &result);
		if (compare_results(&call->op, &call->result, &result, w->why)) {
			size_t used = strlen(w->why);
			snprintf(w->why + used, sizeof w->why - used,
			         " (call %u of a batch, and by itself)", i + 1);
			return 1;
		}
	}
	return 0;
}

static int end(struct world *w, int64_t now, int discards)
{
	struct batching *b = w->batching;
	uint64_t hash = 0;
	struct op op;
	if (wrong(w, "a batch ends", BKO_OK, bko_batch_end(w->engine, (uint32_t)discards)))
		return 1;
	b->open = 0;
	if (now > w->latest)
		w->latest = now;
	bko_memory_hash(w->memory, &hash);
	if (discards) {
		model_copy(w->model, &b->before);
		memcpy(w->settled, b->settled, sizeof b->settled);
		if (hash != b->hash)
			return wrong(w, "a discarded batch left something", 0, 1);
	} else {
		b->ended = 1;
		w->batches++;
		if (w->setup.twin && play_twin(w))
			return 1;
	}
	memset(&op, 0, sizeof op);
	op.kind = OP_BATCH;
	op.now = now;
	return world_rest(w, &op);
}

static int edge(struct world *w, const struct op *op)
{
	int begins = op->option == BATCH_BEGIN, refused = begins == w->batching->open;
	int32_t status;
	if (!begins && !refused)
		return end(w, op->now, op->option == BATCH_DISCARD);
	status = begins ? bko_batch_begin(w->engine)
	                : bko_batch_end(w->engine, op->option == BATCH_DISCARD);
	if (wrong(w, begins ? "a batch begins" : "no batch ends", refused ? BKO_E_STATE : BKO_OK,
	          status))
		return 1;
	if (!refused)
		begin(w);
	return 0;
}

/* ---- Between ------------------------------------------------------------------------------- */

/* What no batch takes; OK: it is none of that. */
static int32_t refused(struct world *w, const struct op *op)
{
	struct op_result result;
	uint32_t done = 0;
	if (op->kind == OP_MAIL)
		return bko_event_trim(w->engine, 0, 0, 1, &done);
	if (op->kind != OP_TICK && op->kind != OP_RERANK && op->kind != OP_PRUNE)
		return BKO_OK;
	drive(w->engine, op, &result);
	return result.status ? result.status : BKO_E_CONTRACT;
}

static int compare_call(struct world *w, const struct op *op, const struct op_result *engine)
{
	struct op_result model;
	int tells = op->kind >= OP_PLACE && op->kind <= OP_SUPPLY && op->kind != OP_AVAILABLE;
	uint64_t hash = 0;
	bko_memory_hash(w->memory, &hash);
	model_play(w->model, op, &model);
	if (op->now > w->latest)
		w->latest = op->now;
	if (w->setup.verify_only)
		return 0;
	if (compare_results(op, &model, engine, w->why))
		return 1;
	if (hash != w->batching->hash)
		return wrong(w, "the store changed within a batch", 0, 1);
	if (engine->status == BKO_OK && tells && !(engine->outcome.flags & BKO_OUTCOME_PROVISIONAL))
		return wrong(w, "an outcome of a batch is not provisional", 1, 0);
	return 0;
}

/* Whether time has something to do, which no tick does within a batch. */
static int is_due(const struct model *m, int64_t now)
{
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			if (model_due(m, i, k, now))
				return 1;
	return 0;
}

static int between(struct world *w, const struct op *op)
{
	struct batching *b = w->batching;
	struct op_result result;
	int32_t status = refused(w, op);
	if (status != BKO_OK)
		return wrong(w, "within a batch", BKO_E_STATE, status);
	drive(w->engine, op, &result);
	if (result.status == BKO_E_BATCH_FULL && b->count) { /* another one takes it */
		w->filled++;
		if (end(w, op->now, 0) ||
		    wrong(w, "another batch begins", BKO_OK, bko_batch_begin(w->engine)))
			return 1;
		begin(w);
		drive(w->engine, op, &result);
	}
	w->batched++;
	b->calls[b->count].op = *op;
	b->calls[b->count++].result = result;
	if (compare_call(w, op, &result))
		return 1;
	/* a chain is left, which is no matter of a batch; or the room for calls */
	if (!w->setup.lazy &&
	    (result.outcome.flags & BKO_OUTCOME_SERVING || b->count == WORLD_STEPS))
		return end(w, op->now, 0);
	/* reading adds to what a batch rests on: not always, nor where that does not fit */
	if (op->id % 2 || w->setup.max_entries || w->setup.verify_only || is_due(w->model, op->now))
		return 0;
	return w->setup.lazy ? compare_available(w) : compare_state(w, op);
}

int batch_step(struct world *w, const struct op *op)
{
	return op->kind == OP_BATCH ? edge(w, op) : between(w, op);
}
