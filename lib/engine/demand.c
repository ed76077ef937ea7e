/*
 * demand.c - see demand.h; and the verb that has demand counted.
 */
#include "engine/demand.h"

#include "base/number.h"
#include "engine/news.h"
#include "engine/op.h"

enum {
	DEMAND_OLD = 4,   /* rows that are too old, removed in one step */
	DEMAND_KEEP = 64, /* periods, where nothing was said */
	DEMAND_KEY = 6    /* bytes of a start */
};
static const int64_t demand_period_min = 60000, demand_period_max = 366 * (int64_t)86400000;

struct bko__period bko__demand_period(const struct bko__defaults *defaults, int64_t time)
{
	int64_t length = defaults->demand_period, origin = defaults->demand_origin;
	struct bko__period period = {0, origin};

	if (time >= origin) {
		period.start = origin + (time - origin) / length * length;
		period.end = period.start + length;
	}
	return period;
}

int64_t bko__demand_oldest(const struct bko__defaults *defaults, int64_t time)
{
	struct bko__period now = bko__demand_period(defaults, time);

	return bko__max(now.start - (int64_t)(defaults->demand_keep - 1) * defaults->demand_period,
	                0);
}

static void demand_key(const struct bko__pos *pos, int64_t start, struct bko__key *key)
{
	bko__pos_subkey(pos, 'd', key);
	bko__key_number(key, (uint64_t)start, DEMAND_KEY);
}

void bko__demand_want(struct bko_engine *engine, const struct bko__pos *pos, int64_t time)
{
	const struct bko__defaults *defaults = &engine->defaults;
	struct bko__key *key = &engine->room.key;

	if (!pos || !engine->defaults_revision || !defaults->demand_period || bko__lends(engine))
		return;
	demand_key(pos, bko__demand_period(defaults, time).start, key);
	bko__want(engine, key, BKO__WANT_FREE);
}

void bko__demand_count(struct bko_engine *engine, struct bko__pos *pos, int64_t accepted,
                       int64_t refused)
{
	if (!engine->tx.defaults->demand_period || (!accepted && !refused) ||
	    (!pos->exists && !pos->dirty))
		return;
	pos->asked += accepted;
	pos->refused += refused;
	pos->dirty = 1;
}

void bko__demand_undo(struct bko_engine *engine, struct bko__pos *pos, int64_t units)
{
	if (!engine->tx.defaults->demand_period || !units || (!pos->exists && !pos->dirty))
		return;
	pos->undone += units;
	pos->dirty = 1;
}

int bko__demand_get(const struct bko__row *row, size_t position_size, int64_t *start,
                    struct bko__counted *record)
{
	if (row->key_size != position_size + 1 + DEMAND_KEY ||
	    bko__counted_get(bko__value(row), record) || record->length < demand_period_min ||
	    record->length > demand_period_max || record->accepted < 0 || record->refused < 0 ||
	    record->undone < 0 ||
	    record->flags > (BKO__D_SOLD_OUT | BKO__D_UNSELLABLE | BKO__D_BEGAN_SOLD_OUT |
	                     BKO__D_BEGAN_UNSELLABLE))
		return 0;
	*start = (int64_t)bko__get_be(row->key + position_size + 1, DEMAND_KEY);
	return 1;
}

/* Rows that are older than what is kept make room for a new one. */
static int32_t demand_remove_old(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;
	struct bko__range *range;
	int32_t status;
	uint32_t i;

	demand_key(pos, 0, from);
	demand_key(pos, bko__demand_oldest(engine->tx.defaults, pos->now), end);
	if (bko__key_compare(from->bytes, from->size, end->bytes, end->size) >= 0)
		return BKO_OK;
	range = bko__want_range(engine, from, end, DEMAND_OLD);
	status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++)
		bko__delete(engine, range->rows[i]);
	return status ? status : engine->tx.status;
}

static uint32_t demand_edges(uint32_t edges, uint32_t sold_out, uint32_t unsellable)
{
	return (edges & BKO__E_SOLD_OUT ? sold_out : 0) |
	       (edges & BKO__E_UNSELLABLE ? unsellable : 0);
}

int32_t bko__demand_put(struct bko_engine *engine, struct bko__pos *pos, uint32_t before)
{
	const uint32_t of_stock = BKO__E_SOLD_OUT | BKO__E_UNSELLABLE;
	const struct bko__defaults *defaults = engine->tx.defaults;
	uint32_t edges = pos->head.edges;
	struct bko__counted *record = &engine->room.counted;
	struct bko__row *row;
	struct bko__writer w;
	struct bko__key *key = &engine->room.key;
	int64_t start;
	int32_t status;

	if (!pos->exists) /* nothing was there before it was */
		before = (edges & of_stock) | BKO__E_SOLD_OUT;
	if (!defaults->demand_period || (!pos->asked && !pos->refused && !pos->undone &&
	                                 pos->exists && !((before ^ edges) & of_stock)))
		return BKO_OK;
	demand_key(pos, bko__demand_period(defaults, pos->now).start, key);
	row = bko__want(engine, key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status)
		return status;
	memset(record, 0, sizeof *record);
	if (row->present && !bko__demand_get(row, pos->row->key_size, &start, record))
		return bko__fail(engine, BKO_E_CORRUPT, "counted demand");
	if (record->length != defaults->demand_period) { /* new, or of another setting */
		memset(record, 0, sizeof *record);
		record->length = defaults->demand_period;
		record->flags = demand_edges(before, BKO__D_SOLD_OUT | BKO__D_BEGAN_SOLD_OUT,
		                             BKO__D_UNSELLABLE | BKO__D_BEGAN_UNSELLABLE);
		status = demand_remove_old(engine, pos);
	}
	record->flags |= demand_edges(edges, BKO__D_SOLD_OUT, BKO__D_UNSELLABLE);
	record->accepted = bko__min(record->accepted + pos->asked, BKO__QUANTITY_MAX);
	record->refused = bko__min(record->refused + pos->refused, BKO__QUANTITY_MAX);
	record->undone = bko__min(record->undone + pos->undone, BKO__QUANTITY_MAX);
	w = bko__scratch(engine, BKO__ROOM(struct bko__counted));
	bko__counted_put(&w, record);
	bko__put_scratch(engine, row, &w);
	return status ? status : engine->tx.status;
}

struct demanding {
	struct bko_demand_setting setting;
	int64_t now;
};

static int32_t demand_run(struct bko_engine *engine, void *arguments)
{
	const struct demanding *d = arguments;
	int32_t status = bko__base_want(engine);
	struct bko__defaults *defaults;
	struct bko__event *event = &engine->room.event;
	uint64_t first, count;

	if (status)
		return status;
	bko__lane_want(engine, 0);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	defaults = bko__defaults_copy(engine);
	if (!defaults)
		return engine->tx.status;
	if (defaults->demand_period == d->setting.period_ms &&
	    (!d->setting.period_ms || (defaults->demand_origin == d->setting.begin_ms &&
	                               defaults->demand_keep == d->setting.keep)))
		return BKO_OK;
	defaults->demand_period = d->setting.period_ms;
	defaults->demand_origin = d->setting.begin_ms;
	defaults->demand_keep = d->setting.keep;
	bko__defaults_change(engine, defaults);
	memset(event, 0, sizeof *event);
	event->kind = BKO_EVENT_POLICY;
	event->detail = BKO_SCOPE_DEFAULTS;
	event->time = d->now;
	bko__emit(engine, 0, event);
	return bko__finish(engine, 0, &first, &count);
}

int32_t bko_demand_set(bko_engine *engine, int64_t now_ms, const struct bko_demand_setting *setting)
{
	int32_t status = bko__enter(engine, BKO__VERB_DEMAND, NULL);
	struct bko_demand_setting *s;
	struct demanding *d;

	if (status)
		return status;
	d = BKO__CALL(engine, struct demanding);
	s = &d->setting;
	status = bko__struct_in(engine, s, sizeof *s, setting, setting ? setting->struct_size : 0,
	                        "setting");
	if (!status && (!bko__time_ok(now_ms) || !bko__time_ok(s->begin_ms)))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms or setting.begin_ms");
	if (status)
		return status;
	if (s->period_ms && (s->period_ms < demand_period_min || s->period_ms > demand_period_max))
		return bko__fail(engine, BKO_E_ARGUMENT, "setting.period_ms");
	if (s->keep == 1 || s->keep > BKO_DEMAND_KEEP_MAX)
		return bko__fail(engine, BKO_E_ARGUMENT, "setting.keep");
	if (!s->keep)
		s->keep = DEMAND_KEEP;
	s->begin_ms = s->period_ms ? s->begin_ms % s->period_ms : 0;
	d->now = now_ms;
	return bko__drive(engine, demand_run, d);
}
