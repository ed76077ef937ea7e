/*
 * stock.c - see stock.h.
 */
#include "engine/stock.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"

int32_t bko__check_position(struct bko_engine *engine, const struct bko_span *item,
                            const struct bko_span *location)
{
	int32_t status = bko__check_id(engine, item, 0, "item");

	return status ? status : bko__check_id(engine, location, 1, "location");
}

int32_t bko__stock_want(struct bko_engine *engine, const struct bko_op *op, uint32_t verb,
                        const struct bko__hash *request, const struct bko_span *item,
                        const struct bko_span *location, uint32_t flags, struct bko__pos **pos)
{
	int32_t status = bko__base_want(engine);
	struct bko__key *key = &engine->room.key;

	if (status)
		return status;
	*pos = bko__pos_want(engine, item, location, flags);
	if (!*pos)
		return engine->tx.status;
	bko__pos_key(item, location, key);
	bko__op_want(engine, key, op, verb, request);
	bko__lane_want(engine, bko__lane_of(engine, item));
	if (flags & BKO__POS_SERVES)
		bko__lanes_want(engine);
	return engine->tx.status;
}

int32_t bko__stock_load(struct bko_engine *engine, struct bko__pos *pos, int64_t now,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__fetch(engine);

	if (!status)
		status = bko__op_check(engine, outcome);
	if (!status)
		status = bko__positions_load(engine, now);
	if (!status && !pos->known)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "item");
	return status;
}

int32_t bko__stock_done(struct bko_engine *engine, struct bko__pos *pos, struct bko__opcome *done,
                        struct bko_outcome *outcome)
{
	int32_t status = bko__finish(engine, pos->lane, &done->first_event, &done->event_count);
	const struct bko__pos *p;

	if (status)
		return status;
	for (p = engine->tx.positions; p; p = p->next) {
		done->served += p->served;
		if (p->head.flags & BKO__H_SERVING || p->head.missing)
			done->outcome_flags |= BKO_OUTCOME_SERVING;
	}
	done->lane = pos->lane;
	done->revision = pos->head.revision;
	bko__op_done(engine, done, NULL, 0, outcome);
	return engine->tx.status;
}

struct bko__row *bko__supply_row(struct bko_engine *engine, const struct bko__pos *pos,
                                 const struct bko_span *supply)
{
	struct bko__key *key = &engine->room.key;

	bko__pos_subkey(pos, 's', key);
	bko__key_id(key, supply->data, supply->size);
	return bko__want(engine, key, BKO__WANT_FREE);
}

/* Settling may have marked it overdue in this very step. */
int32_t bko__supply_read(struct bko_engine *engine, const struct bko__row *row,
                         struct bko__supply *supply)
{
	struct bko_span value = row->action ? bko__next_value(row) : bko__value(row);

	return bko__supply_get(value, supply) ? bko__fail(engine, BKO_E_CORRUPT, "a supply")
	                                      : BKO_OK;
}

int32_t bko__supply_store(struct bko_engine *engine, struct bko__pos *pos, struct bko__row *row,
                          struct bko__supply *supply)
{
	uint32_t before = row->present;
	struct bko__writer w;

	pos->dirty = pos->supplies_moved = 1;
	pos->timeline = NULL; /* decisions after this look anew */
	if (supply->expected <= 0) {
		pos->head.supplies -= before;
		bko__delete(engine, row);
		return engine->tx.status;
	}
	if (!before && pos->head.supplies == BKO_SUPPLIES_MAX)
		return bko__fail(engine, BKO_E_TOO_LARGE, "supplies of a position");
	pos->head.supplies += !before;
	if (supply->due)
		bko__pos_due_at(pos, bko__time_add(supply->due, supply->grace) + 1);
	w = bko__scratch(engine, BKO__ROOM(struct bko__supply) + BKO_ID_MAX);
	bko__supply_put(&w, supply);
	bko__put_scratch(engine, row, &w);
	return engine->tx.status;
}

void bko__supply_tell(struct bko_engine *engine, const struct bko__pos *pos,
                      const struct bko_span *supply, uint32_t kind, int64_t amount, int64_t at,
                      const struct bko_span *cause)
{
	struct bko__event *event = &engine->room.event;

	bko__pos_event(pos, kind, amount, event);
	event->order = *supply;
	event->at = at;
	event->cause = *cause;
	bko__emit(engine, pos->lane, event);
}
