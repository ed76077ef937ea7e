/*
 * place_part.c - a place of a line: units taken at a position now, units that wait
 * there, with a rank of their own.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/place.h"
#include "rules/rank.h"

/* A line that moves keeps epoch, band and time, and takes the next sequence of where
 * it comes to. An epoch that is not there yet counts as the present one. */
static void keep_rank(const struct bko__pos *pos, const struct bko__place *from,
                      struct bko__rank *rank)
{
	rank->epoch = from->epoch < pos->head.epoch ? from->epoch : pos->head.epoch;
	rank->band = from->band;
	rank->time = from->rank_time;
}

int32_t bko__place_part(struct bko_engine *engine, struct bko__ord *order, uint32_t number,
                        const struct bko__buyer *buyer, const struct bko__plan *plan, uint32_t c,
                        uint32_t part_number)
{
	struct bko__ol *line = &order->lines[number];
	struct bko__place *place = bko__line_place(engine, line);
	int64_t waits = c == plan->home ? plan->later : 0, taken = plan->now[c];
	struct bko__pos *pos = plan->pos[c];
	struct bko__ranked ranked = {bko__max(buyer->now, pos->now), buyer->need_by,
	                             order->rec.rank_ms, order->rec.order_class};
	struct bko__held *held = &engine->room.held;
	struct bko__rank rank;

	if (!place)
		return engine->tx.status;
	bko__rank_new(&pos->head, &ranked, &rank);
	if (plan->keep)
		keep_rank(pos, plan->keep, &rank);
	place->epoch = rank.epoch;
	place->band = rank.band;
	place->rank_time = rank.time;
	place->sequence = rank.sequence;
	place->location = plan->location[c];
	place->part = part_number;
	if (pos->head.selling == BKO_SELL_UNTRACKED && pos->head.release_at <= pos->now)
		place->flags |= BKO__PL_UNTRACKED;
	else
		pos->dirty = 1;
	if (waits) {
		struct bko__pt *part = bko__take(engine, sizeof *part);
		int32_t status;

		if (!part)
			return engine->tx.status;
		memset(part, 0, sizeof *part);
		part->rank = rank;
		part->rec.backordered = waits;
		part->rec.allocated = taken;
		part->rec.placed = plan->keep ? plan->keep_placed : ranked.placed;
		part->rec.expected =
			pos->head.lead_time ? bko__time_add(pos->now, pos->head.lead_time) : 0;
		part->rec.need_by = buyer->need_by;
		part->rec.held_until = buyer->hold_until;
		part->rec.line = number;
		part->rec.part = part_number;
		part->rec.place = line->rec.place_count - 1;
		part->rec.stops = line->rec.stops;
		part->rec.order_class = order->rec.order_class;
		part->rec.order = order->id;
		part->rec.limits = bko__limits_present(engine, buyer, plan);
		if (part->rec.limits >> BKO_LIMIT_CUSTOMER & 1)
			part->rec.customer = buyer->customer;
		if (part->rec.limits >> BKO_LIMIT_CHANNEL & 1)
			part->rec.channel = buyer->channel;
		place->flags |= BKO__PL_WAITED;
		status = bko__part_limits(engine, pos, part, waits, buyer->hold_until);
		if (status)
			return status;
		bko__part_waits(pos, part, waits, 0);
		bko__part_put(engine, pos, part);
	} else {
		place->allocated = taken;
	}
	if (!buyer->hold_until)
		return engine->tx.status;
	memset(held, 0, sizeof *held);
	held->rank = rank;
	held->holds = 1;
	held->allocated = place->flags & BKO__PL_UNTRACKED ? 0 : taken;
	held->backordered = waits;
	return bko__agenda_add(engine, pos, buyer->hold_until, held);
}
