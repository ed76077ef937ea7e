/*
 * fetch.c - rows on their way in: queries, and the reply through which a store
 * answers them.
 */
#include "engine/engine.h"

/* Whether a sentinel is among what is wanted. */
static int wants_guarded(const struct bko__tx *tx)
{
	uint32_t i;

	for (i = 0; i < tx->count; i++) {
		if (!tx->rows[i]->loaded && tx->rows[i]->sentinel)
			return 1;
	}
	return 0;
}

/* Where a range is read from: its beginning, or behind what was read of it in vain. */
static int from_of(struct bko_engine *engine, const struct bko__range *range, struct bko_span *from)
{
	const struct bko__key *key = range->key;
	struct bko__key *behind;

	if (range->last) {
		behind = bko__take(engine, sizeof *behind);
		if (!behind)
			return 0;
		bko__row_past(range->last, behind);
		key = behind;
	}
	from->data = key->bytes;
	from->size = key->size;
	return 1;
}

/* Fills the query with all that is wanted and not loaded. Where the store's reads
 * are of no one moment, the sentinels are asked for before what lies under them. */
static int32_t build_query(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	int split = !(engine->store.caps & BKO_STORE_SNAPSHOT) && wants_guarded(tx);
	struct bko_read *reads;
	struct bko__range *range;
	uint32_t i, count = 0;

	reads = bko__take(engine, tx->pending * sizeof *reads);
	tx->asked = bko__take(engine, tx->pending * sizeof *tx->asked);
	tx->asked_ranges = bko__take(engine, tx->pending * sizeof *tx->asked_ranges);
	if (!reads || !tx->asked || !tx->asked_ranges)
		return tx->status;
	memset(reads, 0, tx->pending * sizeof *reads);
	for (i = 0; i < tx->count; i++) {
		if (tx->rows[i]->loaded || (split && !tx->rows[i]->sentinel))
			continue;
		reads[count].key.data = tx->rows[i]->key;
		reads[count].key.size = tx->rows[i]->key_size;
		reads[count].limit = 1;
		tx->asked[count++] = tx->rows[i];
	}
	tx->asked_rows = count;
	for (range = tx->ranges; range && !split; range = range->next) {
		if (range->loaded)
			continue;
		if (!from_of(engine, range, &reads[count].key))
			return tx->status;
		reads[count].end.data = range->end->bytes;
		reads[count].end.size = range->end->size;
		reads[count].limit = range->limit;
		range->count = range->more = 0;
		tx->asked_ranges[count - tx->asked_rows] = range;
		count++;
	}
	tx->asked_count = count;
	engine->query.struct_size = sizeof engine->query;
	engine->query.flags = 0;
	engine->query.reads = reads;
	engine->query.count = count;
	return BKO_OK;
}

void bko__reply_begin(struct bko_engine *engine, uint32_t kind)
{
	memset(&engine->reply, 0, sizeof engine->reply);
	engine->reply.engine = engine;
	engine->reply.kind = kind;
	engine->reply.waiting = 1;
}

/* All that was asked has been answered: what was not given is not there. */
static void loaded(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	for (i = 0; i < tx->asked_count; i++) {
		if (i < tx->asked_rows) {
			tx->asked[i]->loaded = 1;
			tx->asked[i]->fresh = 0;
		} else {
			struct bko__range *range = tx->asked_ranges[i - tx->asked_rows];

			range->loaded = 1;
			range->last = range->count ? range->rows[range->count - 1] : NULL;
			range->more &= range->count != 0; /* nothing is a cut of nothing */
			if (engine->batching)
				bko__overlay(engine, range);
			/* a range that was cut has a row, or its reader would never get on */
			if (range->more && !range->count) {
				range->loaded = 0;
				tx->pending++;
			}
		}
	}
	tx->pending -= tx->asked_count;
	tx->fresh = 0; /* single rows are always asked for all at once */
	tx->asked_count = 0;
}

/* An answer that was none: everything asked is asked again. */
static void unload(struct bko__tx *tx)
{
	uint32_t i;

	for (i = 0; i < tx->asked_rows && i < tx->asked_count; i++)
		tx->asked[i]->loaded = tx->asked[i]->present = tx->asked[i]->stored = 0;
	tx->asked_count = 0;
}

/* The status of a read that was answered; BKO_E_CONTENDED: ask again. */
int32_t bko__read_status(struct bko_engine *engine)
{
	struct bko_reply *reply = &engine->reply;
	int32_t status = BKO_OK;

	engine->stats.reads++;
	engine->error.reply = reply->status;
	engine->error.native = reply->native;
	reply->waiting = 0;
	if (reply->failed) {
		status = bko__fail(
			engine, reply->failed == BKO_E_NO_MEMORY ? BKO_E_NO_MEMORY : BKO_E_CONTRACT,
			"the store's answer to a read");
	} else {
		switch (reply->status) {
		case BKO_REPLY_DONE: break;
		case BKO_REPLY_SILENT:
		case BKO_REPLY_BUSY:
			engine->stats.busy++;
			status = BKO_E_CONTENDED;
			break;
		case BKO_REPLY_CORRUPT:
			status = bko__fail(engine, BKO_E_CORRUPT, "the store");
			break;
		case BKO_REPLY_UNSUPPORTED:
			status = bko__fail(engine, BKO_E_UNSUPPORTED, "the store");
			break;
		case BKO_REPLY_IO: status = bko__fail(engine, BKO_E_IO, "the store"); break;
		default:
			status = bko__fail(engine, BKO_E_CONTRACT,
			                   "the store's status after a read");
			break;
		}
	}
	if (status) {
		unload(&engine->tx);
		return status;
	}
	engine->tx.reads++;
	loaded(engine);
	return BKO_OK;
}

/* Nothing is unknown but records of a new operation: the guards will tell if they are
 * there. Only in a first attempt. */
static void assume_fresh(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	uint32_t i;

	if (!tx->fresh || tx->fresh != tx->pending || engine->attempt || engine->retried ||
	    engine->assuming_failed || engine->batching || !bko__warm(engine))
		return;
	for (i = 0; i < tx->count; i++)
		tx->rows[i]->loaded |= tx->rows[i]->fresh;
	tx->pending = tx->fresh = 0;
	tx->assumed = 1;
}

int32_t bko__fetch(struct bko_engine *engine)
{
	struct bko__tx *tx = &engine->tx;
	int32_t status = tx->status;

	if (tx->pending)
		assume_fresh(engine);

	while (!status && tx->pending) {
		status = build_query(engine);
		if (status)
			break;
		bko__reply_begin(engine, BKO__READ);
		if (engine->options.pull) {
			engine->step = BKO__READ;
			return BKO_WANT;
		}
		engine->inside = 1;
		engine->store.read(engine->store.host, &engine->query, &engine->reply);
		engine->inside = 0;
		status = bko__read_status(engine);
		if (status == BKO_E_CONTENDED)
			status = bko__again(engine);
	}
	if (!tx->status)
		tx->status = status;
	return status;
}

static int32_t reply_fail(struct bko_reply *reply, int32_t status)
{
	if (!reply->failed)
		reply->failed = status;
	return status;
}

enum { GIVEN = 2 /* of `loaded`, within a reply: in answer to its own element */ };

static int32_t take_row(struct bko_engine *engine, struct bko__row *row, const void *value,
                        size_t size, uint64_t revision, uint64_t hint)
{
	uint8_t *copy;

	engine->stats.rows++;
	row->revision = revision;
	row->hint = hint;
	row->present = row->stored = 1;
	row->loaded = 1;
	row->value_size = (uint32_t)size;
	row->value = value;
	row->lent = bko__lends(engine) ? 1 : 0;
	if (row->lent && (!row->lasting || row->head))
		return BKO_OK;
	copy = bko__stack_take(row->lasting && !row->head ? &engine->tx.warm : &engine->tx.kept,
	                       size);
	if (!copy)
		return row->lent ? BKO_OK : BKO_E_NO_MEMORY;
	if (size)
		memcpy(copy, value, size);
	row->value = row->own = copy;
	row->room = (uint32_t)size;
	row->lent = 0;
	return BKO_OK;
}

static int32_t take_range_row(struct bko_reply *reply, struct bko__range *range, const void *key,
                              size_t key_size, const void *value, size_t size, uint64_t revision,
                              uint64_t hint)
{
	struct bko__row *row, *last = range->count ? range->rows[range->count - 1] : NULL;

	if (range->count == range->limit ||
	    bko__key_compare(key, key_size, range->key->bytes, range->key->size) < 0 ||
	    bko__key_compare(key, key_size, range->end->bytes, range->end->size) >= 0 ||
	    (last && bko__key_compare(key, key_size, last->key, last->key_size) <= 0))
		return BKO_E_MISUSE;
	row = bko__row_of(reply->engine, key, (uint32_t)key_size);
	if (reply->engine->tx.status)
		return reply->engine->tx.status;
	range->rows[range->count++] = row;
	/* a row known already stays as it was seen first: its guard tells if it moved */
	if (row->loaded)
		return BKO_OK;
	return take_row(reply->engine, row, value, size, revision, hint);
}

int32_t bko_reply_row(bko_reply *reply, uint32_t index, const void *key, size_t key_size,
                      const void *value, size_t value_size, uint64_t revision, uint64_t hint)
{
	struct bko__tx *tx;
	int32_t status;

	if (!reply || !key || (!value && value_size))
		return BKO_E_MISUSE;
	if (!reply->engine) {
		struct bko_span its_key = {key, key_size}, its_value = {value, value_size};

		return bko__sink_row(reply, index, &its_key, &its_value, revision, hint);
	}
	if (!reply->waiting || reply->ended)
		return BKO_E_MISUSE;
	tx = &reply->engine->tx;
	if (reply->kind == BKO__APPLY) {
		if (index < reply->engine->batch.count &&
		    !bko__key_compare(key, key_size, tx->asked[index]->key,
		                      tx->asked[index]->key_size)) {
			tx->asked[index]->hint = hint;
			bko__given_add(reply->engine, tx->asked[index], value, value_size,
			               revision);
		}
		return BKO_OK;
	}
	if (reply->kind != BKO__READ || index >= tx->asked_count)
		return reply_fail(reply, BKO_E_MISUSE);
	if (value_size > BKO_VALUE_MAX || key_size > BKO_KEY_MAX || key_size == 0)
		return reply_fail(reply, BKO_E_TOO_LARGE);
	if (index >= tx->asked_rows) {
		status = take_range_row(reply, tx->asked_ranges[index - tx->asked_rows], key,
		                        key_size, value, value_size, revision, hint);
	} else if (tx->asked[index]->loaded == GIVEN ||
	           bko__key_compare(key, key_size, tx->asked[index]->key,
	                            tx->asked[index]->key_size)) {
		status = BKO_E_MISUSE;
	} else {
		status = take_row(reply->engine, tx->asked[index], value, value_size, revision,
		                  hint);
		tx->asked[index]->loaded = GIVEN;
	}
	return status ? reply_fail(reply, status) : BKO_OK;
}

int32_t bko_reply_more(bko_reply *reply, uint32_t index)
{
	struct bko__tx *tx;

	if (reply && !reply->engine)
		return bko__sink_more(reply, index);
	if (!reply || !reply->waiting || reply->ended)
		return BKO_E_MISUSE;
	tx = &reply->engine->tx;
	if (reply->kind != BKO__READ || index < tx->asked_rows || index >= tx->asked_count)
		return reply_fail(reply, BKO_E_MISUSE);
	tx->asked_ranges[index - tx->asked_rows]->more = 1;
	return BKO_OK;
}

int32_t bko_reply_measure(bko_reply *reply, uint64_t count, int64_t sum)
{
	if (reply && !reply->engine)
		return bko__sink_measure(reply, count, sum);
	return reply && reply->waiting && !reply->ended ? BKO_OK : BKO_E_MISUSE;
}

void bko_reply_end(bko_reply *reply, int32_t status, uint64_t revision, int64_t native)
{
	if (reply && !reply->engine)
		bko__sink_end(reply, status, revision, native);
	if (!reply || !reply->engine || !reply->waiting || reply->ended)
		return;
	reply->status = status;
	reply->revision = revision;
	reply->native = native;
	reply->ended = 1;
}
