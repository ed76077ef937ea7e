/*
 * buckets.c - see buckets.h.
 */
#include "engine/buckets.h"

#include "base/number.h"
#include "engine/news.h"

struct bko__row *bko__buckets_want(struct bko_engine *engine, const struct bko__pos *pos)
{
	struct bko__key *key = &engine->room.key;

	bko__pos_subkey(pos, 'b', key);
	return bko__want(engine, key, BKO__WANT_FREE);
}

static int32_t buckets_load(struct bko_engine *engine, const struct bko__pos *pos,
                            struct bko__buckets **buckets)
{
	struct bko__row *row = bko__buckets_want(engine, pos);
	int32_t status = bko__fetch(engine);
	struct bko__buckets *b = row->object;

	if (status)
		return status;
	if (!b) {
		b = bko__take(engine, sizeof *b);
		if (!b)
			return engine->tx.status;
		memset(b, 0, sizeof *b);
		if (row->present && bko__buckets_get(bko__value(row), b))
			return bko__fail(engine, BKO_E_CORRUPT, "the buckets of a position");
		row->object = b;
	}
	*buckets = b;
	return BKO_OK;
}

static uint32_t bucket_find(const struct bko__buckets *b, const struct bko_span *name)
{
	uint32_t i = 0;

	while (i < b->count &&
	       bko__key_compare(b->name[i].data, b->name[i].size, name->data, name->size))
		i++;
	return i;
}

int32_t bko__bucket_units(struct bko_engine *engine, const struct bko__pos *pos,
                          const struct bko_span *name, int64_t *units)
{
	struct bko__buckets *b;
	int32_t status = buckets_load(engine, pos, &b);
	uint32_t i;

	if (status)
		return status;
	i = bucket_find(b, name);
	*units = i < b->count ? b->quantity[i] : 0;
	return BKO_OK;
}

static void buckets_put(struct bko_engine *engine, const struct bko__pos *pos,
                        const struct bko__buckets *b)
{
	struct bko__row *row = bko__buckets_want(engine, pos);
	struct bko__writer w;

	if (!b->count) {
		bko__delete(engine, row);
		return;
	}
	w = bko__scratch(engine, 8 + BKO_BUCKETS_MAX * (BKO_ID_MAX + 12));
	bko__buckets_put(&w, b);
	bko__put_scratch(engine, row, &w);
}

int32_t bko__bucket_add(struct bko_engine *engine, struct bko__pos *pos,
                        const struct bko_span *name, int64_t units, const struct bko_span *cause)
{
	struct bko__buckets *b;
	int32_t status = buckets_load(engine, pos, &b);
	struct bko__event *event = &engine->room.event;
	uint32_t i;

	if (status || !units)
		return status;
	i = bucket_find(b, name);
	if (i == b->count) {
		if (units < 0)
			return bko__fail(engine, BKO_E_INSUFFICIENT, "a bucket");
		if (i == BKO_BUCKETS_MAX)
			return bko__fail(engine, BKO_E_TOO_LARGE, "buckets of a position");
		b->name[i] = *name;
		b->quantity[i] = 0;
		b->count++;
	}
	if (b->quantity[i] + units < 0)
		return bko__fail(engine, BKO_E_INSUFFICIENT, "a bucket");
	if (b->quantity[i] + units > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "a bucket");
	b->quantity[i] += units;
	pos->head.unavailable += units;
	pos->dirty = 1;
	bko__pos_event(pos, BKO_EVENT_BUCKET, units, event);
	event->order = *name;
	event->cause = *cause;
	bko__emit(engine, pos->lane, event);
	if (!b->quantity[i]) {
		b->count--;
		b->name[i] = b->name[b->count];
		b->quantity[i] = b->quantity[b->count];
	}
	buckets_put(engine, pos, b);
	return engine->tx.status;
}
