/*
 * entries.c - the batch of a call, or of all calls of an open batch: one entry for each
 * row that changes, or that a decision rests on.
 */
#include "engine/engine.h"

enum { RUN = 8 };

/* Whether an entry comes of a row, and of how many bytes. */
static size_t weigh(const struct bko__row *row, int guarded, uint32_t action, uint32_t value_size,
                    size_t *bytes)
{
	if (action == BKO_ACTION_NONE && (!guarded || !row->loaded))
		return 0;
	*bytes += row->key_size + (action == BKO_ACTION_PUT ? value_size : 0);
	return 1;
}

static int32_t check_room(struct bko_engine *engine, size_t entries, size_t bytes)
{
	const struct bko_store *store = &engine->store;

	if ((store->max_entries && entries > store->max_entries) ||
	    (store->max_batch && bytes > store->max_batch))
		return bko__fail(engine,
		                 engine->batching && engine->tx.batch_entries ? BKO_E_BATCH_FULL
		                                                              : BKO_E_TOO_LARGE,
		                 "changes of one batch for this store");
	return BKO_OK;
}

/* The batch with this call must still be one that the store takes. */
int32_t bko__tx_weigh(struct bko_engine *engine, size_t *entries, size_t *bytes)
{
	struct bko__tx *tx = &engine->tx;
	size_t gone = 0, gone_bytes = 0;
	uint32_t i;

	*entries = tx->batch_entries;
	*bytes = tx->batch_bytes;
	for (i = 0; i < tx->count; i++) {
		const struct bko__row *row = tx->rows[i];

		gone += weigh(row, row->guarded, row->staged, row->value_size, &gone_bytes);
		*entries += weigh(row, row->guard || row->guarded,
		                  row->action ? row->action : row->staged,
		                  row->action ? row->next_size : row->value_size, bytes);
	}
	*entries -= gone;
	*bytes -= gone_bytes;
	return check_room(engine, *entries, *bytes);
}

static uint32_t action_of(const struct bko__row *row)
{
	return row->action ? row->action : row->staged;
}

/* Rows of a short run in order, by moving each before those that come behind it. */
static void sort_run(struct bko__row **rows, uint32_t count)
{
	uint32_t i, at;

	for (i = 1; i < count; i++) {
		struct bko__row *row = rows[i];

		for (at = i; at && bko__row_before(row, rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

static void merge_runs(struct bko__row **rows, uint32_t from, uint32_t size, uint32_t count,
                       struct bko__row **merged)
{
	uint32_t a = from, a_end = from + size < count ? from + size : count;
	uint32_t b = a_end, b_end = b + size < count ? b + size : count;

	while (a < a_end && b < b_end) {
		if (bko__row_before(rows[b], rows[a]))
			merged[from++] = rows[b++];
		else
			merged[from++] = rows[a++];
	}
	while (a < a_end)
		merged[from++] = rows[a++];
	while (b < b_end)
		merged[from++] = rows[b++];
}

/* Short runs first, then ever longer ones, merged to and fro between the rows and as much
 * room: the rows of a call are one run, those of a batch may be many. */
static void sort_rows(struct bko__row **rows, uint32_t count, struct bko__row **room)
{
	struct bko__row **runs = rows, **merged = room;
	uint32_t size = RUN, from;

	for (from = 0; from < count; from += RUN)
		sort_run(rows + from, count - from < RUN ? count - from : RUN);
	for (; size < count; size *= 2) {
		for (from = 0; from < count; from += 2 * size)
			merge_runs(runs, from, size, count, merged);
		runs = merged;
		merged = merged == room ? rows : room;
	}
	if (runs != rows)
		memcpy(rows, runs, count * sizeof(struct bko__row *));
}

static void fill_entry(const struct bko__row *row, uint32_t action, struct bko_entry *entry)
{
	uint32_t guard = BKO_GUARD_NONE;

	if (row->guard | row->guarded)
		guard = row->stored ? BKO_GUARD_REVISION : BKO_GUARD_ABSENT;
	entry->key = (struct bko_span){row->key, row->key_size};
	if (action != BKO_ACTION_PUT)
		entry->value = (struct bko_span){NULL, 0};
	else
		entry->value = row->action ? bko__next_value(row) : bko__value(row);
	entry->revision = guard == BKO_GUARD_REVISION ? row->revision : 0;
	entry->hint = row->stored ? row->hint : 0;
	entry->guard = guard;
	entry->action = action;
}

static uint32_t becomes_entry(const struct bko__row *row, uint32_t guards_only)
{
	return (!guards_only && action_of(row)) || ((row->guard | row->guarded) && row->loaded);
}

/* The rows that become entries: of a call, or of a batch; of both
 * where guards are to confirm an error within a batch. */
static uint32_t choose_rows(struct bko_engine *engine, struct bko__row **chosen,
                            uint32_t guards_only)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t count = 0, i;
	struct bko__row *row;

	for (row = engine->batching ? tx->batch : NULL; row; row = row->batch) {
		chosen[count] = row;
		count += becomes_entry(row, guards_only);
	}
	if (!engine->batching || guards_only) {
		for (i = 0; i < tx->count; i++) {
			chosen[count] = tx->rows[i];
			count += !tx->rows[i]->in_batch && becomes_entry(tx->rows[i], guards_only);
		}
	}
	return count;
}

int32_t bko__tx_entries(struct bko_engine *engine, struct bko_batch *batch, uint32_t guards_only)
{
	struct bko__tx *tx = &engine->tx;
	size_t rows = (size_t)tx->batch_count + tx->count + 1, bytes = 0;
	struct bko_entry *entries;
	uint32_t i;

	tx->asked = bko__take(engine, rows * sizeof(struct bko__row *));
	if (!tx->asked)
		return tx->status;
	tx->asked_rows = choose_rows(engine, tx->asked, guards_only);
	entries = bko__take(engine, (tx->asked_rows + (size_t)1) * sizeof *entries);
	if (!entries)
		return tx->status;
	/* where entries will be there is room for the rows meanwhile */
	sort_rows(tx->asked, tx->asked_rows, (struct bko__row **)(void *)entries);
	for (i = 0; i < tx->asked_rows; i++) {
		const struct bko__row *row = tx->asked[i];

		fill_entry(row, guards_only ? BKO_ACTION_NONE : action_of(row), &entries[i]);
		bytes += entries[i].key.size + entries[i].value.size;
	}
	if (!engine->batching && check_room(engine, i, bytes))
		return engine->error.status;
	memset(batch, 0, sizeof *batch);
	batch->struct_size = sizeof *batch;
	batch->entries = entries;
	batch->count = tx->asked_rows;
	return BKO_OK;
}
