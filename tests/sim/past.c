#include "past.h"

#include "base/key.h"

#include <stdlib.h>
#include <string.h>

struct version {
	struct version *older;
	uint64_t moment, revision;
	uint32_t size, present;
	uint8_t value[];
};

struct past_row {
	struct version *newest;
	uint32_t size;
	uint8_t key[];
};

/* Rows and versions are given back all at once. */
struct past_block {
	struct past_block *next;
	size_t used, size;
};
enum { BLOCK = 1 << 18 };

static void *take(struct past *p, size_t size)
{
	struct past_block *b = p->blocks;
	void *piece;
	size = (size + 15) & ~(size_t)15;
	if (!b || b->size - b->used < size) {
		b = malloc(sizeof *b + BLOCK);
		if (!b)
			abort();
		b->next = p->blocks;
		b->size = sizeof *b + BLOCK;
		b->used = (sizeof *b + 15) & ~(size_t)15;
		p->blocks = b;
	}
	piece = (char *)b + b->used;
	b->used += size;
	return piece;
}

uint64_t random_next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint32_t random_below(uint64_t *state, uint32_t bound)
{
	return (uint32_t)((random_next(state) >> 32) * bound >> 32);
}

int past_open(struct past *p)
{
	struct bko_memory_options options = {.struct_size = sizeof options, .shared = 1};
	memset(p, 0, sizeof *p);
	p->table.struct_size = sizeof p->table;
	return bko_memory_open(&options, &p->memory) || bko_memory_store(p->memory, &p->table);
}

void past_close(struct past *p)
{
	while (p->blocks) {
		struct past_block *b = p->blocks;
		p->blocks = b->next;
		free(b);
	}
	free(p->rows);
	bko_memory_close(p->memory);
}

/* Index of the first key that is not before this one. */
static size_t lower(const struct past *p, const struct bko_span *key)
{
	size_t from = 0, to = p->count;
	while (from < to) {
		size_t mid = (from + to) / 2;
		const struct past_row *row = p->rows[mid];
		if (bko__key_compare(row->key, row->size, key->data, key->size) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

static struct past_row *row_at(struct past *p, const struct bko_span *key)
{
	size_t at = lower(p, key);
	struct past_row *row;
	if (at < p->count && p->rows[at]->size == key->size &&
	    memcmp(p->rows[at]->key, key->data, key->size) == 0)
		return p->rows[at];
	if (p->count == p->capacity) {
		p->capacity = p->capacity ? p->capacity * 2 : 256;
		p->rows = realloc(p->rows, p->capacity * sizeof *p->rows);
		if (!p->rows)
			abort();
	}
	row = take(p, sizeof *row + key->size);
	row->newest = NULL;
	row->size = (uint32_t)key->size;
	memcpy(row->key, key->data, key->size);
	memmove(p->rows + at + 1, p->rows + at, (p->count - at) * sizeof *p->rows);
	p->rows[at] = row;
	p->count++;
	return row;
}

static void remember(struct past *p, const struct bko_entry *e, uint64_t revision)
{
	struct past_row *row = row_at(p, &e->key);
	struct version *v = take(p, sizeof *v + e->value.size);
	v->older = row->newest;
	v->moment = p->moment;
	v->revision = revision;
	v->present = e->action == BKO_ACTION_PUT;
	v->size = (uint32_t)e->value.size;
	if (e->value.size)
		memcpy(v->value, e->value.data, e->value.size);
	row->newest = v;
}

struct heard {
	int32_t status;
	uint64_t revision;
};

static void hear_end(void *host, int32_t status, uint64_t revision, int64_t native)
{
	struct heard *heard = host;
	(void)native;
	heard->status = status;
	heard->revision = revision;
}

int32_t table_apply(const struct bko_store *table, const struct bko_batch *batch,
                    uint64_t *revision)
{
	uint64_t memory[BKO_REPLY_BYTES / sizeof(uint64_t)];
	struct heard heard = {BKO_REPLY_SILENT, 0};
	struct bko_sink sink = {.struct_size = sizeof sink, .host = &heard, .end = hear_end};
	bko_reply *reply;
	if (bko_reply_open(&sink, memory, sizeof memory, &reply))
		return BKO_REPLY_SILENT;
	table->apply(table->host, batch, reply);
	*revision = heard.revision;
	return heard.status;
}

int32_t past_apply(struct past *p, const struct bko_batch *batch, uint64_t *revision)
{
	int32_t status = table_apply(&p->table, batch, revision);
	if (status != BKO_REPLY_DONE || !batch_changes(batch))
		return status;
	p->moment++;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->entries[i].action != BKO_ACTION_NONE)
			remember(p, &batch->entries[i], *revision);
	return BKO_REPLY_DONE;
}

static const struct version *as_of(const struct past_row *row, uint64_t moment)
{
	const struct version *v = row->newest;
	while (v && v->moment > moment)
		v = v->older;
	return v && v->present ? v : NULL;
}

void past_answer(struct past *p, const struct bko_query *query, uint32_t index, uint64_t low,
                 uint64_t high, uint64_t *random, bko_reply *reply)
{
	const struct bko_read *q = &query->reads[index];
	uint32_t given = 0;
	for (size_t at = lower(p, &q->key); at < p->count; at++) {
		const struct past_row *row = p->rows[at];
		const struct version *v;
		uint64_t moment = low;
		if (q->end.size
		            ? bko__key_compare(row->key, row->size, q->end.data, q->end.size) >= 0
		            : row->size != q->key.size || memcmp(row->key, q->key.data, row->size))
			break;
		if (high > low)
			moment += random_below(random, (uint32_t)(high - low) + 1);
		v = as_of(row, moment);
		if (!v)
			continue;
		if (given++ == q->limit) {
			bko_reply_more(reply, index);
			break;
		}
		bko_reply_row(reply, index, row->key, row->size, v->value, v->size, v->revision, 0);
	}
}

int batch_changes(const struct bko_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->entries[i].action != BKO_ACTION_NONE)
			return 1;
	return 0;
}

struct bko_batch *batch_copy(const struct bko_batch *batch)
{
	size_t size = sizeof *batch + batch->count * sizeof(struct bko_entry);
	struct bko_batch *copy;
	struct bko_entry *entries;
	uint8_t *at;
	for (size_t i = 0; i < batch->count; i++)
		size += batch->entries[i].key.size + batch->entries[i].value.size;
	copy = malloc(size);
	if (!copy)
		return NULL;
	*copy = *batch;
	entries = (struct bko_entry *)(copy + 1);
	at = (uint8_t *)(entries + batch->count);
	for (size_t i = 0; i < batch->count; i++) {
		struct bko_entry *e = &entries[i];
		*e = batch->entries[i];
		memcpy(at, e->key.data, e->key.size);
		e->key.data = at;
		at += e->key.size;
		if (e->value.size)
			memcpy(at, e->value.data, e->value.size);
		e->value.data = at;
		at += e->value.size;
	}
	copy->entries = entries;
	return copy;
}
