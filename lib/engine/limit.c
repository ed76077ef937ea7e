/*
 * limit.c - see limit.h.
 */
#include "engine/limit.h"

#include "base/number.h"

void bko__limit_key(uint32_t of, const struct bko_span *id, struct bko__key *key)
{
	bko__key_begin(key, 'X');
	bko__key_byte(key, (uint8_t)of);
	bko__key_id(key, id->data, id->size);
}

struct bko__row *bko__limit_want(struct bko_engine *engine, uint32_t of, const struct bko_span *id)
{
	struct bko__key *key = &engine->room.key;

	if (!engine->tx.defaults->limits[of] || !id->size)
		return NULL;
	bko__limit_key(of, id, key);
	return bko__want(engine, key, 0);
}

int32_t bko__limit_load(struct bko_engine *engine, struct bko__row *row, int64_t now,
                        struct bko__limit **limit)
{
	struct bko__limit *l = row->object;
	uint32_t i, kept = 0;

	if (!l) {
		l = bko__take(engine, sizeof *l);
		if (!l)
			return engine->tx.status;
		if (bko__limit_get(bko__value(row), l))
			return bko__fail(engine, BKO_E_CORRUPT, "a limit");
		row->object = l;
	}
	l->settled = bko__max(l->settled, now);
	for (i = 0; i < l->holds; i++) {
		if (l->until[i] <= l->settled) {
			l->used -= l->amount[i];
			continue;
		}
		l->until[kept] = l->until[i];
		l->amount[kept++] = l->amount[i];
	}
	l->holds = kept;
	*limit = l;
	return BKO_OK;
}

int32_t bko__limit_room(struct bko_engine *engine, struct bko__row *row, int64_t now, int64_t *room)
{
	struct bko__limit *limit;
	int64_t used;
	uint32_t i;
	int32_t status;

	*room = -1;
	if (!row || (!row->present && !row->object))
		return BKO_OK;
	status = bko__limit_load(engine, row, 0, &limit);
	if (status || limit->kind != BKO_LIMIT_NUMBER)
		return status;
	/* Looking settles nothing: each candidate sees the holds of its own time. */
	used = limit->used;
	for (i = 0; i < limit->holds; i++)
		used -= limit->until[i] <= now ? limit->amount[i] : 0;
	*room = bko__max(0, limit->limit - used);
	return BKO_OK;
}

static int32_t count_hold(struct bko_engine *engine, struct bko__limit *limit, int64_t units,
                          int64_t until)
{
	uint32_t i;

	for (i = 0; i < limit->holds && limit->until[i] != until; i++)
		continue;
	if (i == limit->holds) {
		if (units < 0)
			return BKO_OK; /* it ran out, and was given back then */
		if (i == BKO_LIMIT_GRANULES)
			return bko__fail(engine, BKO_E_TOO_LARGE, "hold expiries of one limit");
		limit->until[i] = until;
		limit->amount[i] = 0;
		limit->holds++;
	}
	limit->amount[i] += units;
	limit->used += units;
	if (limit->amount[i] <= 0) {
		limit->used -= limit->amount[i];
		limit->holds--;
		limit->until[i] = limit->until[limit->holds];
		limit->amount[i] = limit->amount[limit->holds];
	}
	return BKO_OK;
}

int32_t bko__limit_count(struct bko_engine *engine, struct bko__row *row, struct bko__limit *limit,
                         int64_t units, int64_t until)
{
	int32_t status = BKO_OK;
	struct bko__writer w;

	/* Without a bound of its own it sums what many positions may hold. */
	if (units > BKO__QUANTITY_MAX - limit->used)
		return bko__fail(engine, BKO_E_RANGE, "units of a limit");
	if (until)
		status = count_hold(engine, limit, units, until);
	else
		limit->used = bko__max(0, limit->used + units);
	if (status)
		return status;
	w = bko__scratch(engine, BKO__ROOM(struct bko__limit));
	bko__limit_put(&w, limit);
	bko__put_scratch(engine, row, &w);
	return engine->tx.status;
}
