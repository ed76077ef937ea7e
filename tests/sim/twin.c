#include "twin.h"

#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bko_entry *next_change(const struct bko_batch *batch, size_t *at)
{
	while (*at < batch->count) {
		const struct bko_entry *e = &batch->entries[(*at)++];
		if (e->action != BKO_ACTION_NONE)
			return e;
	}
	return NULL;
}

static int same_span(const struct bko_span *a, const struct bko_span *b)
{
	return a->size == b->size && (!a->size || memcmp(a->data, b->data, a->size) == 0);
}

static size_t print_bytes(char *text, size_t size, const struct bko_span *span)
{
	const uint8_t *bytes = span->data;
	size_t at = 0;
	for (size_t i = 0; i < span->size && at + 5 < size; i++)
		at += (size_t)snprintf(text + at, size - at,
		                       bytes[i] > 32 && bytes[i] < 127 ? "%c" : "\\%02x", bytes[i]);
	return at;
}

static int differs(struct twin *t, const struct bko_entry *a, const struct bko_entry *b)
{
	const struct bko_entry *e = a ? a : b;
	char key[160] = "";
	size_t byte = 0;
	print_bytes(key, sizeof key, &e->key);
	while (a && b && byte < a->value.size && byte < b->value.size &&
	       ((const uint8_t *)a->value.data)[byte] == ((const uint8_t *)b->value.data)[byte])
		byte++;
	snprintf(t->why, sizeof t->why,
	         "the batch differs from its serial replay at %s: action %d and %d, "
	         "%zu and %zu bytes, first other byte %zu",
	         key, a ? (int)a->action : -1, b ? (int)b->action : -1, a ? a->value.size : 0,
	         b ? b->value.size : 0, byte);
	return 1;
}

/* Whether two batches make the same changes. */
static int compare(struct twin *t, const struct bko_batch *a, const struct bko_batch *b)
{
	size_t i = 0, k = 0;
	for (;;) {
		const struct bko_entry *x = next_change(a, &i), *y = next_change(b, &k);
		if (!x && !y)
			return 0;
		if (!x || !y || x->action != y->action || !same_span(&x->key, &y->key) ||
		    !same_span(&x->value, &y->value))
			return differs(t, x, y);
	}
}

static void twin_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct twin *t = host;
	t->table.read(t->table.host, query, reply);
}

static void twin_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct twin *t = host;
	if (!batch_changes(batch)) {
		t->table.apply(t->table.host, batch, reply);
		return;
	}
	if (t->expected && (t->matched || compare(t, t->expected, batch))) {
		bko_reply_end(reply, BKO_REPLY_IO, 0, 0);
		return;
	}
	t->matched++;
	t->table.apply(t->table.host, batch, reply);
}

int twin_open(struct twin *t, const struct bko_options *options)
{
	struct bko_memory_options memory = {.struct_size = sizeof memory, .shared = 1};
	struct bko_options own = *options;
	struct bko_store store;
	memset(t, 0, sizeof *t);
	own.pull = 0;
	t->table.struct_size = sizeof t->table;
	if (bko_memory_open(&memory, &t->memory) || bko_memory_store(t->memory, &t->table))
		return 1;
	store = t->table;
	store.host = t;
	store.read = twin_read;
	store.apply = twin_apply;
	return bko_engine_open(&own, &store, &t->engine) != BKO_OK;
}

void twin_close(struct twin *t)
{
	bko_engine_close(t->engine);
	bko_memory_close(t->memory);
}

/* Changes without their guards. */
static int put_raw(struct twin *t, const struct bko_batch *batch)
{
	struct bko_batch *copy = batch_copy(batch);
	struct bko_entry *entries = (struct bko_entry *)(copy + 1);
	uint64_t revision;
	int32_t status;
	size_t kept = 0;
	for (size_t i = 0; copy && i < copy->count; i++) {
		entries[i].guard = BKO_GUARD_NONE;
		entries[i].revision = entries[i].hint = 0;
		if (entries[i].action != BKO_ACTION_NONE)
			entries[kept++] = entries[i];
	}
	if (!copy)
		return 1;
	copy->count = kept;
	status = table_apply(&t->table, copy, &revision);
	free(copy);
	return status != BKO_REPLY_DONE;
}

int twin_follow(struct twin *t, const struct op *op, const struct bko_batch *batch,
                struct op_result *result)
{
	struct op again = *op;
	/* a refusal that was recorded is recorded again; what is granted cares not */
	again.flags |= again.kind == OP_TICK ? 0u : (uint32_t)BKO_OP_RETRIED;
	t->expected = batch;
	t->matched = 0;
	t->why[0] = 0;
	drive(t->engine, &again, result);
	t->expected = NULL;
	if (t->matched) {
		t->checked++;
		return 0;
	}
	/* a step of a tick takes the position that was due first when it looked */
	if (op->kind == OP_TICK) {
		t->raw++;
		return put_raw(t, batch);
	}
	if (!t->why[0])
		snprintf(t->why, sizeof t->why,
		         "a batch was committed, its serial replay makes none: %s",
		         bko_status_name(result->status));
	return 1;
}
