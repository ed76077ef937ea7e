/*
 * position_put.c - putting a position back: what its crossings tell, the item that a
 * new one joins, its head, its demand.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/demand.h"
#include "rules/position.h"

static void tell_edges(struct bko_engine *engine, struct bko__pos *pos)
{
	uint32_t rose, fell, open = pos->head.flags & BKO__H_SWITCHED;

	bko__edges_follow(&pos->head, &rose, &fell);
	if (rose & BKO__E_LOW)
		bko__pos_tell(engine, pos, BKO_EVENT_LOW_STOCK, 0, 0, NULL);
	if (rose & BKO__E_SOLD_OUT)
		bko__pos_tell(engine, pos, BKO_EVENT_SOLD_OUT, 0, 0, NULL);
	if (fell & BKO__E_SOLD_OUT)
		bko__pos_tell(engine, pos, BKO_EVENT_BACK_IN_STOCK, 0, 0, NULL);
	if (rose & BKO__E_UNSELLABLE)
		bko__pos_tell(engine, pos, BKO_EVENT_UNSELLABLE, 0, 0, NULL);
	if (fell & BKO__E_UNSELLABLE)
		bko__pos_tell(engine, pos, BKO_EVENT_SELLABLE, 0, 0, NULL);
	if (rose & BKO__E_LIMIT)
		bko__pos_tell(engine, pos, BKO_EVENT_LIMIT_REACHED, 0, 0, NULL);
	if (open && !pos->switched)
		bko__pos_tell(engine, pos, BKO_EVENT_SWITCH_OPENED, 0, 0, NULL);
	if (!open && pos->switched)
		bko__pos_tell(engine, pos, BKO_EVENT_SWITCH_CLOSED, 0, 0, NULL);
}

/* "any" names the item's first positions: a new one joins them. */
static int32_t join_item(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__item *item = &engine->room.item;
	struct bko__writer w;

	if (pos->exists)
		return BKO_OK;
	if (bko__item_get(pos->item_row->action ? bko__next_value(pos->item_row)
	                                        : bko__value(pos->item_row),
	                  item))
		return bko__fail(engine, BKO_E_CORRUPT, "an item");
	if (item->location_count == BKO_CANDIDATES_MAX)
		return BKO_OK;
	item->locations[item->location_count++] = pos->location;
	w = bko__scratch(engine, BKO_VALUE_MAX);
	bko__item_put(&w, item);
	bko__put_scratch(engine, pos->item_row, &w);
	return engine->tx.status;
}

int32_t bko__pos_put(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__head *head = &pos->head;
	uint32_t edges = head->edges;
	int32_t status = join_item(engine, pos);
	struct bko__writer w;

	if (status)
		return status;
	head->settled = pos->now;
	head->version++;
	if (!head->allocated && !head->backordered)
		head->flags &= ~(uint32_t)BKO__H_BROKEN;
	bko__switch_follow(head);
	tell_edges(engine, pos);
	if (!bko__head_in_range(head))
		return bko__fail(engine, BKO_E_RANGE, "a quantity of the position");
	bko__agenda_put_due(engine, pos);
	w = bko__scratch(engine, BKO__ROOM(struct bko__head));
	bko__head_put(&w, head);
	bko__put_scratch(engine, pos->row, &w);
	if (pos->row->lasting)
		pos->put = head;
	return bko__demand_put(engine, pos, edges);
}
