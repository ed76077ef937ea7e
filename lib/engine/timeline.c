/*
 * timeline.c - supplies of a position, read or remembered, and the dates they bring.
 */
#include "engine/position.h"

static struct bko__range *want_supplies(struct bko_engine *engine, const struct bko__pos *pos)
{
	struct bko__key *key = &engine->room.key;

	bko__pos_subkey(pos, 's', key);
	return bko__want_below(engine, key, BKO_SUPPLIES_MAX);
}

static int dues_known(const struct bko__pos *pos)
{
	return pos->row->known && pos->row->known->dues_known;
}

void bko__supplies_want(struct bko_engine *engine, struct bko__pos *pos)
{
	if (!pos->supply_range && !dues_known(pos))
		pos->supply_range = want_supplies(engine, pos);
}

/* What the supplies come to: remembered, so that calls that follow need not read them. */
static void find_dues(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__known *known = pos->row->known;
	struct bko__due *dues = NULL;

	if (known && known->due_room < pos->supply_count) {
		known->dues = bko__stack_take(&engine->tx.warm, pos->supply_count * sizeof *dues);
		known->due_room = known->dues ? pos->supply_count : 0;
	}
	if (known)
		dues = known->dues;
	if (!dues)
		dues = bko__take(engine, pos->supply_count * sizeof *dues);
	if (!dues)
		return;
	pos->dues = dues;
	pos->due_count = bko__dues_of(pos->supplies, pos->supply_count, dues);
	if (known && dues == known->dues) {
		known->due_count = pos->due_count;
		known->dues_known = 1;
	}
}

int32_t bko__supply_rows_load(struct bko_engine *engine, struct bko__pos *pos)
{
	size_t at = pos->row->key_size + 1u;
	uint32_t count, i;
	int32_t status;

	if (pos->supply_rows || !pos->head.supplies)
		return BKO_OK;
	if (!pos->supply_range)
		pos->supply_range = want_supplies(engine, pos);
	status = bko__fetch(engine);
	count = pos->supply_range->count;
	if (status || !count)
		return status;
	pos->supplies = bko__take(engine, count * sizeof *pos->supplies);
	pos->supply_rows = bko__take(engine, count * sizeof(struct bko__row *));
	if (!pos->supplies || !pos->supply_rows)
		return engine->tx.status;
	for (i = 0; i < count; i++) {
		const struct bko__row *row = pos->supply_range->rows[i];

		pos->supply_rows[i] = pos->supply_range->rows[i];
		if (row->key_size <= at || row->key_size - at - 1 != row->key[at] ||
		    row->key[at] > BKO_ID_MAX ||
		    bko__supply_get(bko__value(row), &pos->supplies[i]))
			return bko__fail(engine, BKO_E_CORRUPT, "a supply");
	}
	pos->supply_count = count;
	find_dues(engine, pos);
	return engine->tx.status;
}

static int32_t calendar_load(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__key *key = &engine->room.key;
	int32_t status;

	if (!engine->tx.defaults->calendars || pos->calendar)
		return BKO_OK;
	bko__key_begin(key, 'L');
	bko__key_id(key, pos->location.data, pos->location.size);
	pos->calendar_row = bko__want(engine, key, BKO__WANT_FREE);
	status = bko__fetch(engine);
	if (status || !pos->calendar_row->present)
		return status;
	pos->calendar = bko__take(engine, sizeof *pos->calendar);
	if (pos->calendar && bko__calendar_get(bko__value(pos->calendar_row), pos->calendar))
		return bko__fail(engine, BKO_E_CORRUPT, "a calendar");
	return engine->tx.status;
}

static void build(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__due *room = NULL;

	if (pos->due_count && pos->dues[0].date < pos->now) {
		room = bko__take(engine, pos->due_count * sizeof *room);
		if (!room)
			return;
	}
	bko__timeline_build(&pos->timeline_own, pos->dues, pos->due_count, room, pos->calendar,
	                    pos->now);
	pos->timeline = &pos->timeline_own;
}

int32_t bko__supplies_load(struct bko_engine *engine, struct bko__pos *pos)
{
	int32_t status;

	if (pos->timeline)
		return BKO_OK;
	if (pos->head.supplies && !pos->supplies_loaded && !dues_known(pos))
		bko__supplies_want(engine, pos); /* in one read with the calendar */
	status = calendar_load(engine, pos);
	if (!status && !pos->supplies_loaded && !pos->supply_rows && dues_known(pos)) {
		pos->dues = pos->row->known->dues;
		pos->due_count = pos->row->known->due_count;
	} else if (!status && !pos->supplies_loaded) {
		status = bko__supply_rows_load(engine, pos);
	}
	if (status)
		return status;
	pos->supplies_loaded = 1;
	build(engine, pos);
	return engine->tx.status;
}
