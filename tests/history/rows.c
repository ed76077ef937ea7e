#include "rows.h"

#include <stdlib.h>
#include <string.h>

int rows_open(struct rows *r)
{
	memset(r, 0, sizeof *r);
	r->rows = malloc(sizeof *r->rows * ROWS_MAX);
	return r->rows == NULL;
}

void rows_close(struct rows *r)
{
	free(r->rows);
}

static int compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	int c = memcmp(a, b, a_size < b_size ? a_size : b_size);
	return c ? c : (a_size > b_size) - (a_size < b_size);
}

/* The first row that is not before the key. */
static size_t lower(const struct rows *r, const struct bko_span *key)
{
	size_t i = 0, end = r->count;
	while (i < end) {
		size_t half = i + (end - i) / 2;
		const struct row *row = &r->rows[half];
		if (compare(row->key, row->key_size, key->data, key->size) < 0)
			i = half + 1;
		else
			end = half;
	}
	return i;
}

static int is_at(const struct rows *r, size_t i, const struct bko_span *key)
{
	return i < r->count &&
	       compare(r->rows[i].key, r->rows[i].key_size, key->data, key->size) == 0;
}

/* Whether this call is one that fails. */
static int fails(struct rows *r)
{
	r->calls++;
	if (r->fail_at == 0 || r->calls < r->fail_at || (r->calls > r->fail_at && !r->for_ever))
		return 0;
	r->failed++;
	return 1;
}

static void rows_read(void *host, const struct bko_query *query, bko_reply *reply)
{
	struct rows *r = host;
	r->reads++;
	if (fails(r)) { /* no reading is unknown, or meets a guard: the store is busy */
		int apply_only = r->answer == BKO_REPLY_UNKNOWN || r->answer == BKO_REPLY_CONFLICT;
		if (r->answer != BKO_REPLY_SILENT)
			bko_reply_end(reply, apply_only ? (int32_t)BKO_REPLY_BUSY : r->answer, 0,
			              5);
		return;
	}
	for (size_t i = 0; i < query->count; i++) {
		const struct bko_read *q = &query->reads[i];
		size_t k = lower(r, &q->key);
		uint32_t given = 0;
		for (; k < r->count; k++) {
			const struct row *row = &r->rows[k];
			if (q->end.size == 0 ? !is_at(r, k, &q->key)
			                     : compare(row->key, row->key_size, q->end.data,
			                               q->end.size) >= 0)
				break;
			if (given++ == q->limit) {
				bko_reply_more(reply, (uint32_t)i);
				break;
			}
			bko_reply_row(reply, (uint32_t)i, row->key, row->key_size, row->value,
			              row->value_size, row->revision, 0);
		}
	}
	bko_reply_end(reply, BKO_REPLY_DONE, 0, 0);
}

static int guards_hold(const struct rows *r, const struct bko_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct bko_entry *e = &batch->entries[i];
		size_t k = lower(r, &e->key);
		int there = is_at(r, k, &e->key);
		if (e->guard == BKO_GUARD_ABSENT && there)
			return 0;
		if (e->guard == BKO_GUARD_REVISION &&
		    (!there || r->rows[k].revision != e->revision))
			return 0;
	}
	return 1;
}

static void change(struct rows *r, const struct bko_entry *e)
{
	size_t k = lower(r, &e->key);
	int there = is_at(r, k, &e->key);
	struct row *row = &r->rows[k];
	if (e->action == BKO_ACTION_DELETE && there) {
		r->count--;
		memmove(row, row + 1, (r->count - k) * sizeof *row);
	} else if (e->action == BKO_ACTION_PUT) {
		if (!there) {
			memmove(row + 1, row, (r->count - k) * sizeof *row);
			r->count++;
		}
		row->key_size = (uint32_t)e->key.size;
		row->value_size = (uint32_t)e->value.size;
		memcpy(row->key, e->key.data, e->key.size);
		if (e->value.size)
			memcpy(row->value, e->value.data, e->value.size);
		row->revision = r->revision;
	}
}

static void rows_apply(void *host, const struct bko_batch *batch, bko_reply *reply)
{
	struct rows *r = host;
	int failing = fails(r), fits = r->count + batch->count < ROWS_MAX;
	int good = fits && guards_hold(r, batch);
	r->applies++;
	if (good && (!failing || r->after_effect)) {
		r->revision++;
		for (size_t i = 0; i < batch->count; i++)
			change(r, &batch->entries[i]);
	}
	if (failing) {
		if (r->answer != BKO_REPLY_SILENT)
			bko_reply_end(reply, r->answer, 0, 5);
	} else if (!fits) {
		bko_reply_end(reply, BKO_REPLY_FULL, 0, 0);
	} else {
		bko_reply_end(reply, good ? BKO_REPLY_DONE : BKO_REPLY_CONFLICT,
		              good ? r->revision : 0, 0);
	}
}

void rows_store(struct rows *r, struct bko_store *store)
{
	memset(store, 0, sizeof *store);
	store->struct_size = sizeof *store;
	store->caps = BKO_STORE_SNAPSHOT;
	store->host = r;
	store->read = rows_read;
	store->apply = rows_apply;
}

uint64_t rows_hash(const struct rows *r)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < r->count; i++) {
		for (uint32_t k = 0; k < r->rows[i].key_size; k++)
			h = (h ^ r->rows[i].key[k]) * 0x100000001b3u;
		h = (h ^ 0x100) * 0x100000001b3u;
		for (uint32_t k = 0; k < r->rows[i].value_size; k++)
			h = (h ^ r->rows[i].value[k]) * 0x100000001b3u;
		h = (h ^ 0x101) * 0x100000001b3u;
	}
	return h;
}
