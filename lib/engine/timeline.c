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

void bko__supplies_want(struct bko_engine *engine, struct bko__pos *pos)
{
	if (!pos->supply_range && !(pos->row->known && pos->row->known->supplies))
		pos->supply_range = want_supplies(engine, pos);
}

/* Calls that follow need not read them again. */
static void remember(struct bko_engine *engine, const struct bko__pos *pos)
{
	struct bko__known *known = pos->row->known;
	uint32_t i;

	if (!known)
		return;
	if (known->supply_room < pos->supply_count) {
		known->supply_memory = bko__stack_take(
			&engine->tx.warm, pos->supply_count * sizeof *known->supply_memory);
		known->supply_room = known->supply_memory ? pos->supply_count : 0;
	}
	known->supplies = known->supply_memory;
	for (i = 0; known->supplies && i < pos->supply_count; i++) {
		known->supplies[i] = pos->supplies[i];
		memset(&known->supplies[i].source, 0, sizeof known->supplies[i].source);
	}
	known->supply_count = pos->supply_count;
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
	remember(engine, pos);
	return BKO_OK;
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

int32_t bko__supplies_load(struct bko_engine *engine, struct bko__pos *pos)
{
	const struct bko__known *known = pos->row->known;
	int32_t status;

	if (pos->timeline)
		return BKO_OK;
	if (pos->head.supplies && !pos->supplies_loaded && !(known && known->supplies))
		bko__supplies_want(engine, pos); /* in one read with the calendar */
	status = calendar_load(engine, pos);
	if (!status && !pos->supplies_loaded && !pos->supply_rows && known && known->supplies) {
		pos->supplies = known->supplies;
		pos->supply_count = known->supply_count;
	} else if (!status && !pos->supplies_loaded) {
		status = bko__supply_rows_load(engine, pos);
	}
	if (status)
		return status;
	pos->supplies_loaded = 1;
	bko__timeline_renew(engine, pos);
	return engine->tx.status;
}

/* A position without supplies needs no more of a timeline than its count. */
void bko__timeline_renew(struct bko_engine *engine, struct bko__pos *pos)
{
	static const struct bko__timeline empty;

	if (!pos->supply_count) {
		pos->timeline = &empty;
		return;
	}
	if (!pos->timeline_own)
		pos->timeline_own = bko__take(engine, sizeof *pos->timeline);
	pos->timeline = pos->timeline_own;
	if (pos->timeline_own)
		bko__timeline_build(pos->timeline_own, pos->supplies, pos->supply_count,
		                    pos->calendar, pos->now);
}
