/*
 * Fuzz target: an engine on a store whose rows were damaged. Whatever it is asked, it
 * answers with a status it knows, an outcome, or a finding of verify: never by
 * falling over, and never without end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "target.h"

#include "../history/script.h"
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

const uint32_t fuzz_executions = 20000;
const char fuzz_name[] = "damaged stores";

enum { ROWS = 2048, BYTES = 1 << 19 };

struct known {
	uint32_t key_size, value_size, gone;
	uint8_t key[BKO_KEY_MAX], value[BKO_VALUE_MAX];
};

static struct known rows[ROWS];
static uint32_t row_count;
static bko_memory *base, *memory;
static struct bko_store table;
static struct op ops[SCRIPT_MAX];
static uint32_t op_count;
static int64_t end;

static struct known *row_of(const struct bko_span *key)
{
	struct known *row;
	for (uint32_t i = 0; i < row_count; i++)
		if (rows[i].key_size == key->size && !memcmp(rows[i].key, key->data, key->size))
			return &rows[i];
	if (row_count == ROWS)
		abort();
	row = &rows[row_count++];
	row->key_size = (uint32_t)key->size;
	memcpy(row->key, key->data, key->size);
	return row;
}

/* Notes what is put, so that it is known what can be damaged. */
static void noting_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct bko_entry *e = &batch->entries[i];
		struct known *row;
		if (e->action == BKO_ACTION_NONE)
			continue;
		row = row_of(&e->key);
		row->gone = e->action == BKO_ACTION_DELETE;
		row->value_size = (uint32_t)e->value.size;
		if (e->value.size)
			memcpy(row->value, e->value.data, e->value.size);
	}
	table.apply(host, batch, reply);
}

static void prepare(void)
{
	struct bko_memory_options shared = {.struct_size = sizeof shared, .shared = 1};
	struct bko_store store;
	bko_engine *engine;
	if (bko_memory_open(&shared, &base) || bko_memory_open(&shared, &memory))
		abort();
	table.struct_size = sizeof table;
	bko_memory_store(base, &table);
	store = table;
	store.apply = noting_apply;
	if (bko_engine_open(NULL, &store, &engine))
		abort();
	op_count = script(ops);
	for (uint32_t i = 0; i < op_count; i++) {
		struct op_result result;
		drive(engine, &ops[i], &result);
		end = ops[i].now;
	}
	bko_engine_close(engine);
	bko_memory_store(memory, &table);
}

/* Puts (or deletes) a row behind the engine's back. */
static void damage(const struct known *row, const uint8_t *value, size_t size, int gone)
{
	struct bko_entry entry;
	struct bko_batch batch = {.struct_size = sizeof batch, .entries = &entry, .count = 1};
	static uint64_t memory_of_reply[BKO_REPLY_BYTES / sizeof(uint64_t)];
	const struct bko_sink deaf = {.struct_size = sizeof deaf};
	bko_reply *inbox;
	if (bko_reply_open(&deaf, memory_of_reply, sizeof memory_of_reply, &inbox))
		abort();
	memset(&entry, 0, sizeof entry);
	entry.key.data = row->key;
	entry.key.size = row->key_size;
	entry.value.data = value;
	entry.value.size = size;
	entry.action = gone ? BKO_ACTION_DELETE : BKO_ACTION_PUT;
	table.apply(table.host, &batch, inbox);
}

/* Three bytes each: a row, what to do, where. */
static void damage_some(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 4 <= size && i < 32; i += 4) {
		const struct known *row = &rows[(data[i] | data[i + 1] << 8) % row_count];
		static uint8_t value[BKO_VALUE_MAX];
		size_t length = row->value_size, at = length ? data[i + 3] % length : 0;
		if (row->gone && data[i + 2] % 8 != 7)
			continue;
		memcpy(value, row->value, length);
		switch (data[i + 2] % 8) {
		case 0: damage(row, value, length, 1); continue;
		case 1: length = at; break;
		case 2: value[at] = 0; break;
		case 3: value[at] = 255; break;
		case 4: value[at] = (uint8_t)(value[at] + 1); break;
		case 5: value[at] ^= 128; break;
		case 6:
			if (length < BKO_VALUE_MAX)
				value[length++] = data[i + 3];
			break;
		default: break; /* one that was deleted is there again */
		}
		damage(row, value, length, 0);
	}
}

static void known_status(int32_t status)
{
	if (status > 0 || (status < 0 && !strcmp(bko_status_name(status), bko_status_name(-99))))
		abort();
}

static void verify(bko_engine *engine)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding findings[8];
	size_t count;
	for (uint32_t i = 0; i < 1000 && !cursor.done; i++) {
		int32_t status = bko_engine_verify(engine, end, 0, &cursor, 50, findings, 8,
		                                   sizeof *findings, &count);
		known_status(status);
		if (status)
			return;
	}
	if (!cursor.done)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bko_next next = {.struct_size = sizeof next};
	struct bko_store store;
	bko_engine *engine = NULL;
	if (!base)
		prepare();
	if (size < 5)
		return 0;
	if (bko_memory_copy(base, memory))
		return 0;
	damage_some(data + 1, size - 1);
	store = table;
	if (bko_engine_open(NULL, &store, &engine))
		return 0;
	known_status(bko_engine_tick(engine, end, 8, &next));
	for (uint32_t i = 0; i < 6; i++) {
		struct op op = ops[(data[0] * 7u + i * 5u) % op_count];
		struct op_result result;
		if (op.kind == OP_TICK || op.kind == OP_RERANK)
			continue;
		op.id = op.id ? op.id + 500 : 0;
		op.now = end;
		drive(engine, &op, &result);
		known_status(result.status);
	}
	known_status(script_read(engine, end));
	verify(engine);
	bko_engine_close(engine);
	return 0;
}

uint32_t fuzz_corpus(uint32_t n, uint8_t *bytes, uint32_t room)
{
	if (!base)
		prepare();
	if (n >= row_count || room < 9)
		return 0;
	memset(bytes, 0, 9);
	bytes[0] = (uint8_t)(n * 31);
	bytes[1] = (uint8_t)n;
	bytes[2] = (uint8_t)(n >> 8);
	bytes[3] = (uint8_t)(n % 7 + 1);
	bytes[4] = (uint8_t)(n * 13);
	bytes[5] = (uint8_t)(n * 3);
	bytes[7] = 4;
	bytes[8] = (uint8_t)(n * 17);
	return 9;
}
