/*
 * demand_read.c - reading counted demand. Periods without a row are those in which
 * nothing was asked for and stock neither ran out nor came: how it stood then is told
 * by the row behind them, or by the head.
 */
#include "engine/demand.h"

#include "base/number.h"
#include "engine/copy.h"
#include "engine/op.h"

enum { DEMAND_PAGE = 32, DEMAND_KNOWN = 1 << 30 /* of a period's flags: some position told */ };

/* A walk over the rows of one position, those of another setting left out. */
struct demand_walk {
	const struct bko__pos *pos;
	struct bko__key from, end;
	struct bko__range *range;
	uint32_t at;
	int64_t start; /* of the row it stands on, BKO__NEVER behind the last */
	struct bko__counted record;
};

struct demand_reading {
	struct bko_span item, location;
	int64_t now, from;
	uint32_t all; /* positions of the item */
	size_t capacity;
	struct bko_demand_period *periods; /* of the run, as laid out */
	size_t count;
	struct demand_walk walk;
};

static int32_t demand_next(struct bko_engine *engine, struct demand_walk *walk)
{
	const struct bko__defaults *defaults = engine->tx.defaults;
	int32_t status;

	for (;;) {
		const struct bko__row *row;

		if (!walk->range || (walk->at == walk->range->count && walk->range->more)) {
			walk->range = bko__want_range(engine, &walk->from, &walk->end, DEMAND_PAGE);
			walk->at = 0;
			status = bko__fetch(engine);
			if (status)
				return status;
		}
		if (walk->at == walk->range->count) {
			walk->start = BKO__NEVER;
			return BKO_OK;
		}
		row = walk->range->rows[walk->at++];
		bko__row_past(row, &walk->from);
		if (!bko__demand_get(row, walk->pos->row->key_size, &walk->start, &walk->record))
			return bko__fail(engine, BKO_E_CORRUPT, "counted demand");
		if (walk->record.length == defaults->demand_period &&
		    bko__demand_period(defaults, walk->start).start == walk->start)
			return BKO_OK;
	}
}

/* Begins at the first row from a start on. */
static int32_t demand_begin(struct bko_engine *engine, const struct bko__pos *pos, int64_t start,
                            struct demand_walk *walk)
{
	memset(walk, 0, sizeof *walk);
	walk->pos = pos;
	bko__pos_subkey(pos, 'd', &walk->from);
	bko__key_after(&walk->from, &walk->end);
	bko__key_number(&walk->from, (uint64_t)start, 6);
	return demand_next(engine, walk);
}

/* Lays out the periods from the oldest row's on, or the later one that was asked for. */
static int32_t demand_periods(struct bko_engine *engine, struct demand_reading *d)
{
	const struct bko__defaults *defaults = engine->tx.defaults;
	int64_t first = BKO__NEVER, now = d->now;
	struct bko__period period;
	const struct bko__pos *pos;
	struct demand_walk *walk = &d->walk;

	for (pos = engine->tx.positions; pos; pos = pos->next)
		now = bko__max(now, pos->now);
	for (pos = engine->tx.positions; pos; pos = pos->next) {
		int32_t status = demand_begin(engine, pos, bko__demand_oldest(defaults, now), walk);

		if (status)
			return status;
		first = bko__min(first, walk->start);
	}
	d->count = 0;
	d->capacity = (size_t)bko__min((int64_t)d->capacity, BKO_DEMAND_KEEP_MAX);
	d->periods = bko__take(engine, (d->capacity + 1) * sizeof *d->periods);
	if (!d->periods)
		return engine->tx.status;
	first = bko__max(first, bko__demand_period(defaults, d->from).start);
	for (; first <= now && d->count < d->capacity; first = period.end) {
		struct bko_demand_period *p = &d->periods[d->count++];

		period = bko__demand_period(defaults, first);
		memset(p, 0, sizeof *p);
		p->start_ms = period.start;
		p->length_ms = period.end - period.start;
		p->flags = period.end > now ? BKO_DEMAND_OPEN : 0;
	}
	return BKO_OK;
}

static uint32_t demand_flags(uint32_t bits, uint32_t sold_out, uint32_t unsellable)
{
	return (bits & sold_out ? BKO_DEMAND_SOLD_OUT : 0) |
	       (bits & unsellable ? BKO_DEMAND_UNSELLABLE : 0);
}

/* What is so at every position that tells of the period stays flagged. */
static void demand_flag(struct bko_demand_period *period, uint32_t flags)
{
	const uint32_t stock = BKO_DEMAND_SOLD_OUT | BKO_DEMAND_UNSELLABLE;

	if (!(period->flags & DEMAND_KNOWN))
		period->flags |= flags | DEMAND_KNOWN;
	else
		period->flags &= ~stock | flags;
}

/* Adds a position's figures; it tells of no period before its oldest row. */
static int32_t demand_add_rows(struct bko_engine *engine, const struct bko__pos *pos,
                               struct demand_reading *d)
{
	int64_t oldest;
	struct demand_walk *walk = &d->walk;
	size_t i;
	int32_t status = demand_begin(engine, pos, 0, walk);

	oldest = walk->start;
	if (!status)
		status = demand_begin(engine, pos, d->periods[0].start_ms, walk);
	for (i = 0; !status && i < d->count; i++) {
		struct bko_demand_period *period = &d->periods[i];

		if (period->start_ms < oldest)
			continue;
		if (walk->start == period->start_ms) {
			period->accepted = bko__min(period->accepted + walk->record.accepted,
			                            BKO__QUANTITY_MAX);
			period->undone =
				bko__min(period->undone + walk->record.undone, BKO__QUANTITY_MAX);
			period->refused =
				bko__min(period->refused + walk->record.refused, BKO__QUANTITY_MAX);
			demand_flag(period, demand_flags(walk->record.flags, BKO__D_SOLD_OUT,
			                                 BKO__D_UNSELLABLE));
			status = demand_next(engine, walk);
		} else if (walk->start != BKO__NEVER) {
			demand_flag(period, demand_flags(walk->record.flags, BKO__D_BEGAN_SOLD_OUT,
			                                 BKO__D_BEGAN_UNSELLABLE));
		} else {
			demand_flag(period, demand_flags(pos->head.edges, BKO__E_SOLD_OUT,
			                                 BKO__E_UNSELLABLE));
		}
	}
	return status;
}

static int32_t demand_read_run(struct bko_engine *engine, void *arguments)
{
	struct demand_reading *d = arguments;
	int32_t status = bko__base_want(engine);
	struct bko__row *item_row = NULL;
	struct bko__pos *pos;
	struct bko__key *key = &engine->room.key;
	size_t i;

	if (status)
		return status;
	if (d->all) {
		bko__key_begin(key, 'I');
		bko__key_id(key, d->item.data, d->item.size);
		item_row = bko__want(engine, key, 0);
		status = bko__heads_want(engine, &d->item);
	} else if (!bko__pos_want(engine, &d->item, &d->location, 0)) {
		return engine->tx.status;
	}
	if (!status)
		status = bko__positions_load(engine, d->now);
	if (status)
		return status;
	if (d->all ? !item_row->present : !engine->tx.positions->exists)
		return bko__fail(engine, BKO_E_NOT_FOUND, d->all ? "item" : "location");
	if (!engine->tx.defaults->demand_period)
		return bko__fail(engine, BKO_E_STATE, "demand is not counted");
	status = demand_periods(engine, d);
	for (pos = engine->tx.positions; !status && d->count && pos; pos = pos->next)
		status = demand_add_rows(engine, pos, d);
	for (i = 0; !status && i < d->count; i++)
		d->periods[i].flags &= ~(uint32_t)DEMAND_KNOWN;
	bko__undo(engine);
	return status;
}

int32_t bko_demand_read(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                        const struct bko_span *location, int64_t from_ms,
                        struct bko_demand_period *array, size_t capacity, uint32_t stride,
                        size_t *count)
{
	int32_t status =
		bko__enter_about(engine, BKO__VERB_DEMAND_READ, item, location, (uint64_t)from_ms);
	struct demand_reading *d;

	if (status)
		return status;
	d = BKO__CALL(engine, struct demand_reading);
	if (!item)
		return bko__fail(engine, BKO_E_MISUSE, "item");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	memset(d, 0, sizeof *d);
	d->item = *item;
	d->all = !location;
	if (location)
		d->location = *location;
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (!status)
		status = bko__check_position(engine, &d->item, &d->location);
	if (!status && (!bko__time_ok(now_ms) || !bko__time_ok(from_ms)))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms or from_ms");
	if (status)
		return status;
	d->now = now_ms;
	d->from = from_ms;
	d->capacity = capacity;
	status = bko__drive(engine, demand_read_run, d);
	*count = 0;
	if (!status)
		bko__array_out(array, capacity, stride, d->periods, d->count, sizeof *array, count);
	return status;
}
