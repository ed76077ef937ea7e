/*
 * tx.c - the rows of a call. Up to FEW rows are found by looking at each hash;
 * beyond that by an index.
 */
#include "engine/tx.h"

#include "base/hash.h"
#include "engine/engine.h"

enum { FEW = 24 };

void *bko__take(struct bko_engine *engine, size_t size)
{
	void *piece = bko__stack_take(&engine->tx.work, size);

	if (!piece && !engine->tx.status)
		engine->tx.status = bko__fail(engine, BKO_E_NO_MEMORY, "scratch of the call");
	return piece;
}

struct bko__writer bko__scratch(struct bko_engine *engine, size_t capacity)
{
	struct bko__writer w = {bko__take(engine, capacity), 0, capacity, 0};

	if (!w.data) {
		w.capacity = 0;
		w.full = 1;
	}
	return w;
}

static uint32_t hash_key(const uint8_t *key, uint32_t size)
{
	uint64_t hash = size;
	uint32_t left = size;

	for (; left >= 8; left -= 8, key += 8) {
		hash = (hash ^ bko__load_8(key)) * 0x9fb21c651e98df25u;
		hash ^= hash >> 32;
	}
	if (left) {
		hash = (hash ^ bko__get_le(key, left)) * 0x9fb21c651e98df25u;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash | 1;
}

static int same_key(const struct bko__row *row, uint32_t hash, const uint8_t *key, uint32_t size)
{
	return row->hash == hash && row->key_size == size && !memcmp(row->key, key, size);
}

static struct bko__row *find(const struct bko__tx *tx, uint32_t hash, const uint8_t *key,
                             uint32_t size)
{
	uint32_t i, at;

	if (tx->count <= FEW) {
		for (i = 0; i < tx->count; i++) {
			if (same_key(tx->rows[i], hash, key, size))
				return tx->rows[i];
		}
		return NULL;
	}
	for (at = hash & (tx->index_size - 1); tx->index[at];
	     at = (at + 1) & (tx->index_size - 1)) {
		struct bko__row *row = tx->rows[tx->index[at] - 1];

		if (same_key(row, hash, key, size))
			return row;
	}
	return NULL;
}

static void index_row(struct bko__tx *tx, uint32_t number)
{
	uint32_t at = tx->rows[number]->hash & (tx->index_size - 1);

	while (tx->index[at])
		at = (at + 1) & (tx->index_size - 1);
	tx->index[at] = number + 1;
}

/* Room for one more row: the list and the index grow together, the index at
 * most half full. */
static int make_room(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t capacity = tx->capacity ? tx->capacity * 2 : 64, size, i;
	bko_alloc_fn alloc = engine->options.alloc;
	struct bko__row **rows;
	uint32_t *index;

	if (tx->count < tx->capacity)
		return 1;
	if (capacity > tx->max_rows)
		capacity = tx->max_rows;
	if (capacity <= tx->count || !alloc)
		return 0;
	for (size = 64; size < capacity * 2; size *= 2)
		continue;
	index = alloc(engine->options.alloc_host, tx->index, tx->index_size * sizeof *index,
	              size * sizeof *index);
	if (!index)
		return 0;
	tx->index = index;
	tx->index_size = size;
	memset(index, 0, size * sizeof *index);
	for (i = 0; tx->count > FEW && i < tx->count; i++)
		index_row(tx, i);
	rows = alloc(engine->options.alloc_host, tx->rows, tx->capacity * sizeof(struct bko__row *),
	             capacity * sizeof(struct bko__row *));
	if (!rows)
		return 0;
	tx->rows = rows;
	tx->capacity = capacity;
	return 1;
}

static struct bko__row *add(struct bko_engine *engine, uint32_t hash, const uint8_t *key,
                            uint32_t size)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__row *row = NULL;
	uint8_t *bytes;
	uint32_t i;

	if (make_room(engine))
		row = bko__stack_take(&tx->kept, sizeof *row + size);
	if (!row) {
		if (!tx->status)
			tx->status = bko__fail(engine,
			                       tx->count >= tx->max_rows ? BKO_E_TOO_LARGE
			                                                 : BKO_E_NO_MEMORY,
			                       "rows of one call");
		row = bko__stack_take(&tx->work, sizeof *row);
		if (!row)
			row = &engine->spare_row;
		memset(row, 0, sizeof *row);
		row->loaded = 1;
		return row;
	}
	memset(row, 0, sizeof *row);
	bytes = (uint8_t *)(row + 1);
	memcpy(bytes, key, size);
	row->key = bytes;
	row->key_size = size;
	row->hash = hash;
	tx->rows[tx->count++] = row;
	if (tx->count == FEW + 1) {
		for (i = 0; i < tx->count; i++)
			index_row(tx, i);
	} else if (tx->count > FEW) {
		index_row(tx, tx->count - 1);
	}
	return row;
}

struct bko__row *bko__row_of(struct bko_engine *engine, const uint8_t *key, uint32_t size)
{
	uint32_t hash = hash_key(key, size);
	struct bko__row *row = find(&engine->tx, hash, key, size);

	return row ? row : add(engine, hash, key, size);
}

struct bko__row *bko__want(struct bko_engine *engine, const struct bko__key *key, uint32_t flags)
{
	uint32_t before = engine->tx.count;
	struct bko__row *row = bko__row_of(engine, key->bytes, key->size);

	if (engine->tx.count != before) {
		engine->tx.pending++;
		row->fresh = (flags & BKO__WANT_FRESH) != 0;
		engine->tx.fresh += row->fresh;
	}
	if (!(flags & BKO__WANT_FREE))
		row->guard = row->sentinel = 1;
	return row;
}

struct bko__range *bko__want_range(struct bko_engine *engine, const struct bko__key *key,
                                   const struct bko__key *end, uint32_t limit)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__range *range;
	struct bko__key *keys;

	for (range = tx->ranges; range; range = range->next) {
		if (range->limit == limit &&
		    !bko__key_compare(range->key->bytes, range->key->size, key->bytes, key->size) &&
		    !bko__key_compare(range->end->bytes, range->end->size, end->bytes, end->size))
			return range;
	}
	range = bko__stack_take(&tx->kept, sizeof *range + 2 * sizeof *keys +
	                                           limit * sizeof(struct bko__row *));
	if (!range) {
		if (!tx->status)
			tx->status = bko__fail(engine, BKO_E_NO_MEMORY, "rows of one call");
		memset(&engine->spare_range, 0, sizeof engine->spare_range);
		engine->spare_range.loaded = 1;
		return &engine->spare_range;
	}
	memset(range, 0, sizeof *range);
	keys = (struct bko__key *)(range + 1);
	keys[0] = *key;
	keys[1] = *end;
	range->key = &keys[0];
	range->end = &keys[1];
	range->rows = (struct bko__row **)(keys + 2);
	range->limit = limit;
	*tx->ranges_end = range;
	tx->ranges_end = &range->next;
	tx->pending++;
	return range;
}

struct bko__range *bko__want_below(struct bko_engine *engine, const struct bko__key *key,
                                   uint32_t limit)
{
	struct bko__key *end = &engine->room.end;

	bko__key_after(key, end);
	return bko__want_range(engine, key, end, limit);
}

struct bko__row *bko__blind_row(struct bko_engine *engine, const struct bko__key *key)
{
	uint32_t before = engine->tx.count;
	struct bko__row *row = bko__row_of(engine, key->bytes, key->size);

	if (!row->loaded && engine->tx.count == before) {
		engine->tx.pending--;
		engine->tx.fresh -= row->fresh;
	}
	row->loaded = 1;
	return row;
}

void bko__put(struct bko_engine *engine, struct bko__row *row, const uint8_t *value, size_t size)
{
	if (size > BKO_VALUE_MAX && !engine->tx.status)
		engine->tx.status = bko__fail(engine, BKO_E_TOO_LARGE, "a record");
	if (row->action == BKO_ACTION_NONE)
		engine->tx.changes++;
	row->next = value;
	row->next_size = (uint32_t)size;
	row->action = BKO_ACTION_PUT;
}

void bko__delete(struct bko_engine *engine, struct bko__row *row)
{
	if (row->action == BKO_ACTION_NONE)
		engine->tx.changes++;
	row->action = BKO_ACTION_DELETE;
}

void bko__undo(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++)
		tx->rows[i]->action = BKO_ACTION_NONE;
	tx->changes = 0;
	tx->news = NULL;
	tx->news_end = &tx->news;
}

void bko__tx_clear(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;

	if (tx->count > FEW)
		memset(tx->index, 0, tx->index_size * sizeof *tx->index);
	tx->count = 0;
	tx->ranges = NULL;
	tx->ranges_end = &tx->ranges;
	tx->pending = tx->fresh = tx->assumed = 0;
	tx->reads = 0;
	bko__stack_reset(&tx->kept);
	if (engine->batching)
		memset(tx->lane_tail, 0, sizeof tx->lane_tail);
	bko__tx_rerun(engine);
}

void bko__tx_rerun(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		tx->rows[i]->object = NULL;
		tx->rows[i]->action = BKO_ACTION_NONE;
		tx->rows[i]->guard = 0;
	}
	tx->news = NULL;
	tx->news_end = &tx->news;
	tx->positions = NULL;
	tx->positions_end = &tx->positions;
	tx->defaults = NULL;
	tx->op_row = NULL;
	tx->settings_row = NULL;
	tx->confirm = tx->provisional = tx->stands = 0;
	tx->changes = 0;
	tx->status = BKO_OK;
	bko__stack_reset(&tx->work);
}

/* A batch keeps what its calls put beside its rows. Copies first: if they
 * run out of room nothing is staged, and the call can be undone. */
int32_t bko__tx_settle(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__range *range;
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];
		uint8_t *copy;

		if (row->action != BKO_ACTION_PUT)
			continue;
		copy = bko__stack_take(&tx->kept, row->next_size);
		if (!copy)
			return bko__fail(engine, BKO_E_BATCH_FULL, "rows of the batch");
		memcpy(copy, row->next, row->next_size);
		row->next = copy;
	}
	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];

		row->guarded |= row->guard;
		if (row->action == BKO_ACTION_NONE)
			continue;
		row->staged = row->action;
		row->loaded = 1;
		row->present = row->action == BKO_ACTION_PUT;
		row->value = row->present ? row->next : NULL;
		row->value_size = row->present ? row->next_size : 0;
		if (row->key[0] == 'E')
			tx->lane_tail[row->key[1]] = row;
	}
	/* what a range holds may have changed: later calls ask for it anew */
	for (range = tx->ranges; range; range = range->next)
		range->limit = 0;
	return BKO_OK;
}

static int order_entries(const struct bko_entry *a, const struct bko_entry *b)
{
	return bko__key_compare(a->key.data, a->key.size, b->key.data, b->key.size);
}

/* Shell sort: small sets nearly free, large ones without recursion or memory. */
static void sort_entries(struct bko_entry *entries, size_t count)
{
	size_t gap = 1, i, at;

	while (gap < count / 3)
		gap = gap * 3 + 1;
	for (; gap; gap /= 3) {
		for (i = gap; i < count; i++) {
			struct bko_entry entry = entries[i];

			for (at = i; at >= gap && order_entries(&entry, &entries[at - gap]) < 0;
			     at -= gap)
				entries[at] = entries[at - gap];
			entries[at] = entry;
		}
	}
}

static void fill_entry(const struct bko__row *row, uint32_t action, struct bko_entry *entry)
{
	int guard = row->guard || row->guarded;

	memset(entry, 0, sizeof *entry);
	entry->key.data = row->key;
	entry->key.size = row->key_size;
	entry->action = action;
	if (action == BKO_ACTION_PUT) {
		entry->value.data = row->action ? row->next : row->value;
		entry->value.size = row->action ? row->next_size : row->value_size;
	}
	if (guard && row->stored) {
		entry->guard = BKO_GUARD_REVISION;
		entry->revision = row->revision;
	} else if (guard) {
		entry->guard = BKO_GUARD_ABSENT;
	}
	entry->hint = row->stored ? row->hint : 0;
}

int32_t bko__tx_entries(struct bko_engine *engine, struct bko_batch *batch, uint32_t guards_only)
{
	struct bko__tx *tx = &engine->tx;
	struct bko_entry *entries = bko__take(engine, (tx->count + 1) * sizeof *entries);
	const struct bko_store *store = &engine->store;
	size_t count = 0, bytes = 0;
	uint32_t i;

	if (!entries)
		return tx->status;
	for (i = 0; i < tx->count; i++) {
		const struct bko__row *row = tx->rows[i];
		uint32_t action = row->action ? row->action : row->staged;

		if (guards_only)
			action = BKO_ACTION_NONE;
		if (action == BKO_ACTION_NONE && ((!row->guard && !row->guarded) || !row->loaded))
			continue;
		fill_entry(row, action, &entries[count]);
		bytes += entries[count].key.size + entries[count].value.size;
		count++;
	}
	if ((store->max_entries && count > store->max_entries) ||
	    (store->max_batch && bytes > store->max_batch))
		return bko__fail(engine, BKO_E_TOO_LARGE, "changes of one batch for this store");
	sort_entries(entries, count);
	memset(batch, 0, sizeof *batch);
	batch->struct_size = sizeof *batch;
	batch->entries = entries;
	batch->count = count;
	return BKO_OK;
}
