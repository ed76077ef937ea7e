/*
 * agenda.c - see agenda.h.
 */
#include "engine/agenda.h"

#include "base/number.h"
#include "engine/news.h"
#include "rules/position.h"
#include "rules/rank.h"

enum { AGENDA_ROWS = 32 };

void bko__pos_due_at(struct bko__pos *pos, int64_t when)
{
	pos->head.due = bko__min(pos->head.due, when);
}

static struct bko__range *want_from(struct bko_engine *engine, const struct bko__pos *pos,
                                    int64_t time)
{
	struct bko__key *key = &engine->room.key, *end = &engine->room.end;

	bko__pos_subkey(pos, 't', key);
	bko__key_after(key, end);
	bko__key_number(key, (uint64_t)time, 6);
	return bko__want_range(engine, key, end, AGENDA_ROWS);
}

void bko__agenda_want(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__key *key = &engine->room.key;

	pos->agenda_range = want_from(engine, pos, 0);
	/* what comes free serves the queue, and is told in any lane */
	if (!bko__lends(engine)) {
		bko__lanes_want(engine);
		bko__pos_subkey(pos, 'w', key);
		if (!pos->queue_range)
			pos->queue_range =
				bko__want_below(engine, key, engine->options.serve_lines);
	}
	if (pos->head.supplies && !pos->supply_range) {
		bko__pos_subkey(pos, 's', key);
		pos->supply_range = bko__want_below(engine, key, BKO_SUPPLIES_MAX);
	}
}

struct bko__row *bko__agenda_row(struct bko_engine *engine, const struct bko__pos *pos,
                                 int64_t until)
{
	struct bko__key *key = &engine->room.key;

	bko__pos_subkey(pos, 't', key);
	bko__key_number(key, (uint64_t)until, 6);
	return bko__want(engine, key, BKO__WANT_FREE);
}

/* Band sums are of the epoch they were added in; later they are all prior. */
static void fold(struct bko__agenda *agenda, uint32_t epoch)
{
	uint32_t band;

	if (agenda->epoch == epoch)
		return;
	for (band = 0; band < BKO_CLASSES; band++) {
		agenda->prior += agenda->band[band];
		agenda->band[band] = 0;
	}
	agenda->epoch = epoch;
}

static struct bko__agenda *agenda_of(struct bko_engine *engine, struct bko__row *row,
                                     uint32_t epoch)
{
	struct bko__agenda *agenda = row->object;

	if (!agenda) {
		agenda = bko__take(engine, sizeof *agenda);
		if (!agenda)
			return NULL;
		memset(agenda, 0, sizeof *agenda);
		agenda->epoch = epoch;
		if (row->present && bko__agenda_get(bko__value(row), agenda)) {
			engine->tx.status = bko__fail(engine, BKO_E_CORRUPT, "an agenda row");
			return NULL;
		}
		row->object = agenda;
	}
	fold(agenda, epoch);
	return agenda;
}

int32_t bko__agenda_add(struct bko_engine *engine, struct bko__pos *pos, int64_t until,
                        const struct bko__held *held)
{
	struct bko__row *row = bko__agenda_row(engine, pos, until);
	int32_t status = bko__fetch(engine);
	struct bko__agenda *agenda;
	struct bko__writer w;

	if (status)
		return status;
	agenda = agenda_of(engine, row, pos->head.epoch);
	if (!agenda)
		return engine->tx.status;
	agenda->allocated += held->allocated;
	agenda->backordered += held->backordered;
	agenda->outside += held->outside;
	agenda->holds += (uint32_t)held->holds;
	if (held->rank.epoch < pos->head.epoch)
		agenda->prior += held->backordered;
	else
		agenda->band[held->rank.band] += held->backordered;
	pos->head.held_allocated += held->allocated;
	pos->dirty = 1;
	if (!agenda->holds) {
		bko__delete(engine, row);
		return engine->tx.status;
	}
	bko__pos_due_at(pos, until);
	w = bko__scratch(engine, BKO__ROOM(struct bko__agenda));
	bko__agenda_put(&w, agenda);
	bko__put_scratch(engine, row, &w);
	return engine->tx.status;
}

/* All holds of one granule end: their sums leave the head. The rows of their
 * waiting parts are dead from now on, and swept later. */
static int32_t expire(struct bko_engine *engine, struct bko__pos *pos, struct bko__row *row,
                      int64_t time)
{
	struct bko__head *head = &pos->head;
	struct bko__agenda *agenda = agenda_of(engine, row, head->epoch);
	struct bko__event *event = &engine->room.event;
	uint32_t band;

	if (!agenda)
		return engine->tx.status;
	head->allocated -= agenda->allocated;
	head->held_allocated -= agenda->allocated;
	head->open += agenda->allocated;
	head->backordered -= agenda->backordered;
	head->held_backordered -= agenda->backordered;
	head->outside -= agenda->outside;
	head->prior -= agenda->prior;
	for (band = 0; band < BKO_CLASSES; band++)
		head->band[band] -= agenda->band[band];
	if (head->allocated < 0 || head->held_allocated < 0 || head->backordered < 0)
		return bko__fail(engine, BKO_E_CORRUPT, "the sums of holds");
	if (agenda->backordered)
		head->flags |= BKO__H_SWEEP;
	bko__pos_event(pos, BKO_EVENT_HOLD_EXPIRED, agenda->allocated, event);
	event->other = agenda->backordered;
	event->at = time;
	event->detail = agenda->holds;
	bko__emit(engine, pos->lane, event);
	bko__delete(engine, row);
	return engine->tx.status;
}

/* Ends what ran out; *next: when the next holds do. */
static int32_t expire_all(struct bko_engine *engine, struct bko__pos *pos, int64_t *next)
{
	struct bko__range *range = pos->agenda_range;
	size_t at = pos->row->key_size + 1u;
	int32_t status = BKO_OK;
	uint32_t i = 0;

	*next = BKO__NEVER;
	while (!status && range) {
		int64_t time = 0;

		for (i = 0; !status && i < range->count; i++) {
			struct bko__row *row = range->rows[i];

			if (row->key_size != at + 6)
				return bko__fail(engine, BKO_E_CORRUPT, "an agenda row");
			time = (int64_t)bko__get_be(row->key + at, 6);
			if (time > pos->now) {
				*next = time;
				return BKO_OK;
			}
			if (row->action != BKO_ACTION_DELETE) /* ended by this call already */
				status = expire(engine, pos, row, time);
		}
		if (status || !range->more)
			break;
		time = (int64_t)bko__get_be(range->last->key + at, 6);
		range = want_from(engine, pos, time + 1);
		status = bko__fetch(engine);
	}
	return status;
}

int32_t bko__agenda_expire(struct bko_engine *engine, struct bko__pos *pos)
{
	int64_t next;
	int32_t status = BKO_OK;

	if (!pos->head.held_allocated && !pos->head.held_backordered)
		return BKO_OK;
	pos->agenda_range = want_from(engine, pos, 0);
	status = bko__fetch(engine);
	return status ? status : expire_all(engine, pos, &next);
}

static int32_t overdue_supplies(struct bko_engine *engine, struct bko__pos *pos)
{
	int32_t status = bko__supply_rows_load(engine, pos);
	struct bko__event *event = &engine->room.event;
	struct bko__writer w;
	uint32_t i;

	if (!status)
		status = bko__supplies_load(engine, pos);
	for (i = 0; !status && i < pos->supply_count; i++) {
		struct bko__supply *supply = &pos->supplies[i];
		size_t at = pos->row->key_size + 1u;

		if (!supply->due)
			continue;
		if (!bko__supply_overdue(supply, pos->now)) {
			bko__pos_due_at(pos, bko__time_add(supply->due, supply->grace) + 1);
			continue;
		}
		if (supply->overdue)
			continue;
		supply->overdue = pos->supplies_moved = 1;
		w = bko__scratch(engine, BKO__ROOM(struct bko__supply) + BKO_ID_MAX);
		bko__supply_put(&w, supply);
		bko__put_scratch(engine, pos->supply_rows[i], &w);
		bko__pos_event(pos, BKO_EVENT_SUPPLY_OVERDUE, supply->expected, event);
		event->at = supply->due;
		event->order.data = pos->supply_rows[i]->key + at + 1;
		event->order.size = pos->supply_rows[i]->key_size - at - 1;
		bko__emit(engine, pos->lane, event);
	}
	return status;
}

void bko__agenda_policy_due(struct bko__pos *pos)
{
	const struct bko__head *head = &pos->head;
	const int64_t dates[3] = {head->sell_from, head->release_at, head->restock_at};
	uint32_t i;

	for (i = 0; i < 3; i++) {
		if (dates[i] > head->settled)
			bko__pos_due_at(pos, dates[i]);
	}
}

int32_t bko__settle(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__head *head = &pos->head;
	int64_t next, before = head->settled;
	int32_t status;

	pos->dirty = 1;
	status = expire_all(engine, pos, &next);
	head->due = next;
	if (!status)
		status = overdue_supplies(engine, pos);
	if (status)
		return status;
	if (head->restock_at > before && head->restock_at <= pos->now)
		bko__pos_tell(engine, pos, BKO_EVENT_RESTOCK_PASSED, 0, 0, NULL);
	head->settled = pos->now;
	bko__agenda_policy_due(pos);
	return BKO_OK;
}

static void due_key(const struct bko__pos *pos, int64_t due, struct bko__key *key)
{
	bko__key_begin(key, 'T');
	bko__key_number(key, (uint64_t)due, 6);
	bko__key_id(key, pos->item.data, pos->item.size);
	bko__key_id(key, pos->location.data, pos->location.size);
}

void bko__agenda_put_due(struct bko_engine *engine, struct bko__pos *pos)
{
	static const uint8_t value[1] = {BKO__FORMAT};
	struct bko__head *head = &pos->head;
	struct bko__key *key = &engine->room.key;

	if (head->missing || (head->flags & (BKO__H_SERVING | BKO__H_SWEEP)))
		head->due = 0; /* a chain is due at once, whatever the clock says */
	if (head->due == pos->due_before)
		return;
	if (pos->due_before != BKO__NEVER) {
		due_key(pos, pos->due_before, key);
		bko__delete(engine, bko__blind_row(engine, key));
	}
	if (head->due != BKO__NEVER) {
		due_key(pos, head->due, key);
		bko__put(engine, bko__blind_row(engine, key), value, sizeof value);
	}
}
