/*
 * tx.c - the rows of a call, and those that earlier ones left.
 */
#include "engine/tx.h"

#include "base/hash.h"
#include "engine/engine.h"

void *bko__take_failed(struct bko_engine *engine)
{
	if (!engine->tx.status)
		engine->tx.status = bko__fail(engine, BKO_E_NO_MEMORY, "scratch of the call");
	return NULL;
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

void bko__scratch_end(struct bko_engine *engine, const struct bko__writer *w)
{
	struct bko__stack *work = &engine->tx.work;

	if (w->data && w->data + ((w->capacity + 7) & ~(size_t)7) == work->at)
		bko__stack_trim(work, w->data, w->size);
}

void bko__put_scratch(struct bko_engine *engine, struct bko__row *row, const struct bko__writer *w)
{
	bko__scratch_end(engine, w);
	if (w->full && !engine->tx.status)
		engine->tx.status = bko__fail(engine, BKO_E_TOO_LARGE, "a record");
	bko__put(engine, row, w->data, w->size);
}

/* Eight bytes at a time: rows of one hash are the same but for chance. */
static int same_key(const struct bko__row *row, uint32_t hash, const uint8_t *key, uint32_t size)
{
	uint32_t at;

	if (row->hash != hash || row->key_size != size)
		return 0;
	if (size < 8)
		return !memcmp(row->key, key, size);
	for (at = 8; at < size; at += 8) {
		if (bko__load_8(row->key + at - 8) != bko__load_8(key + at - 8))
			return 0;
	}
	return bko__load_8(row->key + size - 8) == bko__load_8(key + size - 8);
}

static struct bko__row **bucket_of(const struct bko__tx *tx, uint32_t hash)
{
	return &tx->buckets[hash & (tx->bucket_count - 1)];
}

/* Twice the buckets, once there are more rows than that; without memory for them
 * chains grow longer. */
static void more_buckets(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t before = tx->bucket_count, i;
	bko_alloc_fn alloc = engine->options.alloc;
	struct bko__row **old = tx->buckets, *row;

	if (tx->total < before || !alloc || before > UINT32_MAX / 4)
		return;
	tx->bucket_count = before ? before * 2 : 64;
	tx->buckets = alloc(engine->options.alloc_host, NULL, 0,
	                    tx->bucket_count * sizeof(struct bko__row *));
	if (!tx->buckets) {
		tx->buckets = old;
		tx->bucket_count = before;
		return;
	}
	memset(tx->buckets, 0, tx->bucket_count * sizeof(struct bko__row *));
	for (i = 0; i < before; i++) {
		while ((row = old[i]) != NULL) {
			old[i] = row->chain;
			row->chain = *bucket_of(tx, row->hash);
			*bucket_of(tx, row->hash) = row;
		}
	}
	if (old)
		alloc(engine->options.alloc_host, old, before * sizeof(struct bko__row *), 0);
}

static void unlink_row(struct bko__tx *tx, const struct bko__row *row)
{
	struct bko__row **at = bucket_of(tx, row->hash);

	while (*at != row)
		at = &(*at)->chain;
	*at = row->chain;
	tx->total--;
	if (row->place)
		*row->place = NULL;
}

/* Room for one more row of the call than there is. */
static int make_room(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t capacity = tx->capacity ? tx->capacity * 2 : 64;
	bko_alloc_fn alloc = engine->options.alloc;
	struct bko__row **rows;

	if (capacity > tx->max_rows)
		capacity = tx->max_rows;
	if (capacity <= tx->count || !alloc)
		return 0;
	rows = alloc(engine->options.alloc_host, tx->rows, tx->capacity * sizeof(struct bko__row *),
	             capacity * sizeof(struct bko__row *));
	if (!rows)
		return 0;
	tx->rows = rows;
	tx->capacity = capacity;
	return 1;
}

static struct bko__row *new_row(struct bko_engine *engine, uint32_t hash, const uint8_t *key,
                                uint32_t size)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t kind = bko__lasts(engine, key, size);
	struct bko__row *row = NULL;
	uint8_t *bytes;

	more_buckets(engine);
	if (!tx->bucket_count)
		return NULL;
	if (kind & BKO__LASTS)
		row = bko__stack_take(&tx->warm, sizeof *row + size);
	if (!row) {
		kind &= ~(uint32_t)BKO__LASTS;
		row = bko__stack_take(&tx->kept, sizeof *row + size);
	}
	if (!row)
		return NULL;
	memset(row, 0, sizeof *row);
	bytes = (uint8_t *)(row + 1);
	bko__store_8(bytes + ((size - 1) & ~7u), 0);
	memcpy(bytes, key, size);
	row->key = bytes;
	row->key_size = size;
	row->hash = hash;
	row->order = bko__load_be_8(bytes);
	row->lasting = (kind & BKO__LASTS) != 0;
	row->head = (kind & BKO__IS_HEAD) != 0;
	row->chain = *bucket_of(tx, hash);
	*bucket_of(tx, hash) = row;
	tx->total++;
	return row;
}

static struct bko__row *failed_row(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__row *row;

	if (!tx->status)
		tx->status =
			bko__fail(engine,
		                  tx->outside + tx->batch_count >= tx->max_rows ? BKO_E_TOO_LARGE
		                                                                : BKO_E_NO_MEMORY,
		                  "rows of one call");
	row = bko__stack_take(&tx->work, sizeof *row);
	if (!row)
		row = &engine->spare_row;
	memset(row, 0, sizeof *row);
	row->loaded = 1;
	return row;
}

/* A row that is known becomes one of this call. */
static struct bko__row *list_row(struct bko_engine *engine, struct bko__row *row)
{
	struct bko__tx *tx = &engine->tx;

	if (tx->count == tx->capacity && !make_room(engine))
		return failed_row(engine);
	if (!row->in_batch) {
		if (tx->outside + tx->batch_count >= tx->max_rows)
			return failed_row(engine);
		tx->outside++;
	}
	row->listed = 1;
	row->object = NULL;
	row->action = BKO_ACTION_NONE;
	row->guard = row->sentinel = 0;
	tx->rows[tx->count++] = row;
	return row;
}

static struct bko__row *find_row(const struct bko__tx *tx, uint32_t hash, const uint8_t *key,
                                 uint32_t size)
{
	struct bko__row *row = tx->bucket_count ? *bucket_of(tx, hash) : NULL;

	while (row && !same_key(row, hash, key, size))
		row = row->chain;
	return row;
}

struct bko__row *bko__row_find(const struct bko__tx *tx, const uint8_t *key, uint32_t size)
{
	return find_row(tx, bko__hash_key(key, size), key, size);
}

struct bko__row *bko__row_of(struct bko_engine *engine, const uint8_t *key, uint32_t size)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t hash = bko__hash_key(key, size);
	struct bko__row *row = find_row(tx, hash, key, size);

	if (row && row->listed)
		return row;
	if (!row && tx->outside + tx->batch_count < tx->max_rows)
		row = new_row(engine, hash, key, size);
	return row ? list_row(engine, row) : failed_row(engine);
}

/* The call wants the row, which is listed since there were `before` of them. */
static struct bko__row *wanted(struct bko_engine *engine, struct bko__row *row, uint32_t before,
                               uint32_t flags)
{
	if (!row->loaded && engine->tx.count != before) {
		engine->tx.pending++;
		row->fresh = (flags & BKO__WANT_FRESH) != 0;
		engine->tx.fresh += row->fresh;
	}
	if (!(flags & BKO__WANT_FREE))
		row->guard = row->sentinel = 1;
	return row;
}

struct bko__row *bko__want(struct bko_engine *engine, const struct bko__key *key, uint32_t flags)
{
	uint32_t before = engine->tx.count;

	return wanted(engine, bko__row_of(engine, key->bytes, key->size), before, flags);
}

/* A row that nearly every call wants: the key is looked up once, as long as it is
 * among all rows. */
static struct bko__row *want_placed(struct bko_engine *engine, struct bko__row **place,
                                    const uint8_t *key, uint32_t size, uint32_t flags)
{
	uint32_t before = engine->tx.count;
	struct bko__row *row = *place;

	if (!row)
		row = bko__row_of(engine, key, size);
	else if (!row->listed)
		row = list_row(engine, row);
	if (row->key) { /* not a dummy */
		*place = row;
		row->place = place;
	}
	return wanted(engine, row, before, flags);
}

struct bko__row *bko__want_defaults(struct bko_engine *engine)
{
	static const uint8_t key[1] = {'D'};

	return want_placed(engine, &engine->tx.defaults_row, key, sizeof key, 0);
}

struct bko__row *bko__lane_want(struct bko_engine *engine, uint32_t lane)
{
	const uint8_t key[2] = {'H', (uint8_t)lane};

	return want_placed(engine, &engine->tx.lane_row[lane], key, sizeof key, BKO__WANT_FREE);
}

void bko__row_past(const struct bko__row *row, struct bko__key *key)
{
	key->size = row->key_size;
	memcpy(key->bytes, row->key, row->key_size);
	if (key->size < BKO_KEY_MAX)
		bko__key_byte(key, 0);
	else
		bko__key_after(key, key);
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
	row->blind |= !row->loaded;
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

	if (tx->total)
		memset(tx->buckets, 0, tx->bucket_count * sizeof(struct bko__row *));
	tx->defaults_row = NULL;
	memset(tx->lane_row, 0, sizeof tx->lane_row);
	tx->count = tx->outside = tx->total = 0;
	tx->batch = NULL;
	tx->batch_count = tx->astray = 0;
	tx->batch_entries = tx->batch_bytes = 0;
	tx->ranges = NULL;
	tx->ranges_end = &tx->ranges;
	tx->pending = tx->fresh = tx->assumed = 0;
	tx->reads = 0;
	bko__stack_reset(&tx->kept);
	bko__stack_reset(&tx->warm);
	if (engine->batching)
		memset(tx->lane_tail, 0, sizeof tx->lane_tail);
	bko__tx_rerun(engine);
}

/* A row of the call before: it is of the batch now, or still known, or goes. */
static void leave(struct bko_engine *engine, struct bko__row *row)
{
	struct bko__tx *tx = &engine->tx;

	row->listed = row->guard = 0;
	row->action = BKO_ACTION_NONE;
	if (row->in_batch || (!engine->batching && bko__row_lasts(row)))
		return;
	if (!engine->batching || !row->loaded || row->blind) {
		unlink_row(tx, row);
		return;
	}
	row->in_batch = 1;
	row->batch = tx->batch;
	tx->batch = row;
	tx->batch_count++;
}

/* Ranges are asked for anew: what they held is known, but not what joined them. */
void bko__tx_begin(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->count; i++)
		leave(engine, tx->rows[i]);
	tx->count = tx->outside = 0;
	tx->ranges = NULL;
	tx->ranges_end = &tx->ranges;
	tx->pending = tx->fresh = tx->assumed = 0;
	tx->reads = 0;
	if (!engine->batching)
		bko__stack_reset(&tx->kept);
	if (tx->total && !engine->batching && !bko__warm(engine))
		bko__tx_clear(engine);
	else
		bko__tx_rerun(engine);
}

/* After the batch: its rows are known, or go. */
void bko__tx_keep_batch(struct bko_engine *engine, uint64_t revision)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__row *row;

	bko__tx_begin(engine);
	while ((row = tx->batch) != NULL) {
		tx->batch = row->batch;
		row->in_batch = row->guarded = row->laid = 0;
		row->below = NULL;
		if (row->staged) {
			row->stored = row->present;
			row->revision = revision;
			row->staged = BKO_ACTION_NONE;
		}
		if (!bko__row_lasts(row))
			unlink_row(tx, row);
	}
	tx->batch_count = tx->astray = 0;
	tx->batch_entries = tx->batch_bytes = 0;
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
	tx->changes = tx->ran = 0;
	tx->status = BKO_OK;
	bko__stack_reset(&tx->work);
}

/* A batch keeps what its calls put beside its rows. Copies first: if they
 * run out of room nothing is staged, and the call can be undone. */
int32_t bko__tx_settle(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	size_t entries, bytes;
	uint32_t i;
	int32_t status = bko__tx_weigh(engine, &entries, &bytes);

	if (status)
		return status;
	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];

		if (row->action == BKO_ACTION_PUT && !bko__row_room(engine, row))
			return bko__fail(engine, BKO_E_BATCH_FULL, "rows of the batch");
	}
	tx->batch_entries = entries;
	tx->batch_bytes = bytes;
	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];

		row->guarded |= row->guard;
		if (row->action == BKO_ACTION_NONE)
			continue;
		row->staged = row->action;
		bko__row_becomes(engine, row);
		if (row->present && !row->stored)
			bko__overlay_add(engine, row);
		if (row->key[0] == 'E')
			tx->lane_tail[row->key[1]] = row;
	}
	return BKO_OK;
}
