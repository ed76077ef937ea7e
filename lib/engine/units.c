/*
 * units.c - moving units of a place: between shelf and line, waiting and gone. A
 * place that waited keeps its figures in the part under its position, another one
 * in the order's record; callers need not know which.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/order.h"

int64_t bko__at_allocated(const struct bko__at *at)
{
	if (at->place->flags & BKO__PL_WAITED)
		return at->part ? at->part->rec.allocated : 0;
	return at->place->allocated;
}

int64_t bko__at_waiting(const struct bko__at *at)
{
	return at->part ? at->part->rec.backordered : 0;
}

int64_t bko__at_picked(const struct bko__at *at)
{
	if (at->place->flags & BKO__PL_WAITED)
		return at->part ? at->part->rec.picked : 0;
	return at->place->picked;
}

void bko__at_quanta(const struct bko__at *at, int64_t units)
{
	if (units % at->pos->head.quantum)
		at->pos->head.flags |= BKO__H_BROKEN;
}

void bko__at_allocate(struct bko_engine *engine, const struct bko__at *at, int64_t units)
{
	if (at->place->flags & BKO__PL_WAITED) {
		at->part->rec.allocated += units;
		bko__part_put(engine, at->pos, at->part);
	} else {
		at->place->allocated += units;
	}
	if (at->place->flags & BKO__PL_UNTRACKED)
		return;
	bko__at_quanta(at, units);
	at->pos->head.allocated += units;
	at->pos->dirty = 1;
}

void bko__at_pick(struct bko_engine *engine, const struct bko__at *at, int64_t units)
{
	if (at->place->flags & BKO__PL_WAITED) {
		at->part->rec.picked += units;
		bko__part_put(engine, at->pos, at->part);
	} else {
		at->place->picked += units;
	}
}

int32_t bko__at_drop_waiting(struct bko_engine *engine, const struct bko__at *at, int64_t units,
                             int64_t until)
{
	struct bko__pt *part = at->part;
	int64_t outside = bko__min(part->rec.outside, units);
	struct bko__held *held = &engine->room.held;
	int32_t status;

	status = bko__part_limits(engine, at->pos, part, outside - units, until);
	if (status)
		return status;
	bko__at_quanta(at, units);
	bko__part_waits(at->pos, part, -units, -outside);
	if (until) {
		memset(held, 0, sizeof *held);
		held->backordered = -units;
		held->outside = -outside;
		held->rank = part->rank;
		status = bko__agenda_add(engine, at->pos, until, held);
	}
	part->rec.backordered -= units;
	part->rec.outside -= outside;
	/* a hold's rows in the queue are those that wait: what else it has stands in the order,
	 * so that its expiry leaves nothing behind */
	if (until && !part->rec.backordered) {
		at->place->allocated = part->rec.allocated;
		at->place->picked = part->rec.picked;
		at->place->flags &= ~(uint32_t)BKO__PL_WAITED;
		part->rec.allocated = part->rec.picked = 0;
	}
	bko__part_put(engine, at->pos, part);
	return status ? status : engine->tx.status;
}
