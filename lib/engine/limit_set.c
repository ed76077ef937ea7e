/*
 * limit_set.c - setting and reading limits across positions. The defaults record, which
 * every operation guards, counts the limits of each kind: where there is none, a
 * sale looks for none.
 */
#include "base/number.h"
#include "engine/limit.h"
#include "engine/news.h"
#include "engine/op.h"
#include "engine/position.h"

struct limiting {
	struct bko_limit limit;
	int64_t now;
};

static int32_t limits_row(struct bko_engine *engine, const struct bko_limit *limit,
                          struct bko__row **row)
{
	int32_t status = bko__base_want(engine);
	struct bko__key *key = &engine->room.key;

	if (status)
		return status;
	bko__limit_key(limit->of, &limit->id, key);
	*row = bko__want(engine, key, 0);
	return engine->tx.status;
}

static void limits_tell(struct bko_engine *engine, const struct limiting *l, uint32_t lane)
{
	struct bko__event *event = &engine->room.event;

	memset(event, 0, sizeof *event);
	event->kind = BKO_EVENT_POLICY;
	event->time = l->now;
	event->detail = l->limit.of == BKO_LIMIT_ITEM ? BKO_SCOPE_ITEM : BKO_SCOPE_DEFAULTS;
	event->other = l->limit.of;
	event->amount = l->limit.limit;
	if (l->limit.of == BKO_LIMIT_ITEM)
		event->item = l->limit.id;
	else
		event->order = l->limit.id;
	bko__emit(engine, lane, event);
}

/* One limit more of its kind: from now on sales look for it. */
static void limits_count(struct bko_engine *engine, uint32_t of)
{
	struct bko__defaults *defaults = bko__defaults_copy(engine);

	if (!defaults)
		return;
	defaults->limits[of]++;
	bko__defaults_change(engine, defaults);
}

static int32_t limits_run_set(struct bko_engine *engine, void *arguments)
{
	struct limiting *l = arguments;
	struct bko__limit *record;
	uint64_t first, count;
	struct bko__row *row;
	struct bko__writer w;
	uint32_t lane;
	int32_t status = limits_row(engine, &l->limit, &row);

	if (status)
		return status;
	lane = bko__lane_of(engine, &l->limit.id);
	bko__lane_want(engine, lane);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	if (row->present) {
		status = bko__limit_load(engine, row, l->now, &record);
	} else {
		record = bko__take(engine, sizeof *record);
		status = engine->tx.status;
	}
	if (status)
		return status;
	if (!row->present) {
		memset(record, 0, sizeof *record);
		record->settled = l->now;
	}
	if (row->present && record->kind == l->limit.limit_kind && record->limit == l->limit.limit)
		return BKO_OK;
	if (!row->present)
		limits_count(engine, l->limit.of);
	record->kind = l->limit.limit_kind;
	record->limit = l->limit.limit;
	w = bko__scratch(engine, BKO__ROOM(struct bko__limit));
	bko__limit_put(&w, record);
	bko__put_scratch(engine, row, &w);
	limits_tell(engine, l, lane);
	return bko__finish(engine, lane, &first, &count);
}

static int32_t limits_check(struct bko_engine *engine, const struct bko_limit *limit, int64_t now,
                            struct limiting *l)
{
	int32_t status = bko__struct_in(engine, &l->limit, sizeof l->limit, limit,
	                                limit ? limit->struct_size : 0, "limit");

	if (!status && (l->limit.of < BKO_LIMIT_ITEM || l->limit.of > BKO_LIMIT_CHANNEL))
		status = bko__fail(engine, BKO_E_ARGUMENT, "limit.of");
	if (!status)
		status = bko__check_id(engine, &l->limit.id, 0, "limit.id");
	if (!status && l->limit.reserved)
		status = bko__fail(engine, BKO_E_ARGUMENT, "limit.reserved");
	if (!status && !bko__time_ok(now))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	l->now = now;
	return status;
}

int32_t bko_limit_set(bko_engine *engine, int64_t now_ms, const struct bko_limit *limit)
{
	int named = limit && limit->struct_size >= sizeof *limit;
	int32_t status = bko__enter_about(engine, BKO__VERB_LIMIT, named ? &limit->id : NULL, NULL,
	                                  named ? limit->of : 0);
	struct limiting *l;

	if (status)
		return status;
	l = BKO__CALL(engine, struct limiting);
	status = limits_check(engine, limit, now_ms, l);
	if (status)
		return status;
	if (l->limit.limit_kind > BKO_LIMIT_NONE)
		return bko__fail(engine, BKO_E_ARGUMENT, "limit.limit_kind");
	if (l->limit.limit_kind == BKO_LIMIT_NONE)
		l->limit.limit = 0;
	if (l->limit.limit < 0)
		return bko__fail(engine, BKO_E_ARGUMENT, "limit.limit");
	if (l->limit.limit > BKO__QUANTITY_MAX)
		return bko__fail(engine, BKO_E_RANGE, "limit.limit");
	return bko__drive(engine, limits_run_set, l);
}

static int32_t limits_run_read(struct bko_engine *engine, void *arguments)
{
	struct limiting *l = arguments;
	struct bko__limit *record;
	struct bko__row *row;
	int32_t status = limits_row(engine, &l->limit, &row);

	if (!status)
		status = bko__fetch(engine);
	if (status)
		return status;
	if (!row->present)
		return bko__fail(engine, BKO_E_NOT_FOUND, "limit.id");
	status = bko__limit_load(engine, row, l->now, &record);
	if (status)
		return status;
	l->limit.limit_kind = record->kind;
	l->limit.limit = record->limit;
	l->limit.used = record->used;
	return BKO_OK;
}

int32_t bko_limit_read(bko_engine *engine, int64_t now_ms, struct bko_limit *limit)
{
	int named = limit && limit->struct_size >= sizeof *limit;
	int32_t status = bko__enter_about(engine, BKO__VERB_LIMIT_READ, named ? &limit->id : NULL,
	                                  NULL, named ? limit->of : 0);
	struct limiting *l;

	if (status)
		return status;
	l = BKO__CALL(engine, struct limiting);
	status = limits_check(engine, limit, now_ms, l);
	if (!status)
		status = bko__drive(engine, limits_run_read, l);
	if (!status)
		bko__struct_out(limit, limit->struct_size, &l->limit, sizeof l->limit);
	return status;
}
