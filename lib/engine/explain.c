/*
 * explain.c - why a line waits, what for, and until when.
 */
#include "base/number.h"
#include "engine/copy.h"

struct explaining {
	struct bko_span order;
	uint32_t line;
	int64_t now;
	struct bko_explanation out;
};

/* The reasons in the order in which they bind. */
static uint32_t waits_for(const struct bko__ord *order, const struct bko__at *at, uint32_t supply)
{
	if (at->line->rec.stops)
		return BKO_WAITS_STOP;
	if (order->rec.state == BKO__O_HELD)
		return BKO_WAITS_CONFIRM;
	if (supply < BKO_SUPPLIES_MAX)
		return BKO_WAITS_SUPPLY;
	return at->pos->head.flags & BKO__H_SERVING ? BKO_WAITS_SERVING : BKO_WAITS_UNKNOWN;
}

static void supply_id(const struct bko__pos *pos, uint32_t number, struct bko_id *id)
{
	const struct bko__row *row = pos->supply_rows[number];
	size_t at = pos->row->key_size + 2u;

	bko__id_out((struct bko_span){row->key + at, row->key_size - at}, id);
}

/* Parts of lower bands and earlier epochs, in so many rows. */
static int32_t lower_parts(struct bko_engine *engine, struct bko__pos *pos,
                           const struct bko__pt *part, int64_t *parts, uint32_t *cut)
{
	static const uint8_t kinds[2] = {'w', 'z'};
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;
	struct bko__range *ranges[2];
	int32_t status;
	uint32_t k, i;

	*cut = 0;
	if (part->rank.epoch != pos->head.epoch)
		return BKO_OK; /* counted from the beginning already */
	for (k = 0; k < 2; k++) {
		bko__pos_subkey(pos, kinds[k], from);
		*end = *from;
		bko__key_number(end, part->rank.epoch, 4);
		bko__key_number(end, part->rank.band, 1);
		ranges[k] = bko__want_range(engine, from, end, BKO_AHEAD_ROWS);
	}
	status = bko__fetch(engine);
	for (k = 0; !status && k < 2; k++) {
		*cut |= ranges[k]->more;
		for (i = 0; i < ranges[k]->count; i++) {
			struct bko__pt *before =
				bko__part_of(engine, ranges[k]->rows[i], pos->row->key_size + 1u);

			if (!before)
				return engine->tx.status;
			*parts += !bko__part_dead(pos, &before->rec);
		}
	}
	return status;
}

/* Speaks of the place whose units come last: an unknown date is later than any. */
static int32_t explain_place(struct bko_engine *engine, struct bko__ord *order,
                             const struct bko__at *at, struct bko_explanation *out)
{
	uint32_t kind, supply, at_least, cut = 0;
	int64_t date, ahead, parts;
	int32_t status = bko__supply_rows_load(engine, at->pos);

	if (!status)
		status = bko__part_promise(engine, at->pos, at->part, &kind, &date, &supply);
	if (!status)
		status = bko__ahead_of(engine, at->pos, at->part, &ahead, &parts, &at_least);
	if (status)
		return status;
	out->waiting += at->part->rec.backordered;
	if (out->promise_kind == BKO_DATE_UNKNOWN ||
	    (out->promise_kind == BKO_DATE_KNOWN && kind == BKO_DATE_KNOWN &&
	     date <= out->promise_ms))
		return BKO_OK;
	status = lower_parts(engine, at->pos, at->part, &parts, &cut);
	out->waits_for = waits_for(order, at, supply);
	out->at_least = at_least;
	out->ahead = ahead;
	out->place = parts + 1;
	out->place_at_least = at_least || cut;
	out->promise_kind = kind;
	out->promise_ms = date;
	bko__id_out(at->pos->location, &out->location);
	memset(&out->supply, 0, sizeof out->supply);
	if (supply < BKO_SUPPLIES_MAX)
		supply_id(at->pos, supply, &out->supply);
	return status;
}

static int32_t run_explain(struct bko_engine *engine, void *arguments)
{
	struct explaining *e = arguments;
	int32_t status = bko__base_want(engine);
	struct bko__ord *order;
	uint32_t p;
	int gone;

	if (status)
		return status;
	order = bko__order_want(engine, &e->order);
	status = order ? bko__order_load(engine, order) : engine->tx.status;
	if (!status)
		status = bko__order_positions(engine, order, e->line, 0, e->now);
	if (status)
		return status;
	memset(&e->out, 0, sizeof e->out);
	e->out.stops = order->lines[e->line].rec.stops;
	gone = order->rec.state == BKO__O_HELD && !bko__order_live(engine, order);
	for (p = 0; !status && !gone && p < order->lines[e->line].rec.place_count; p++) {
		struct bko__at at = bko__order_at(engine, order, e->line, p);

		if (bko__at_waiting(&at))
			status = explain_place(engine, order, &at, &e->out);
	}
	bko__undo(engine);
	return status;
}

int32_t bko_queue_explain(bko_engine *engine, int64_t now_ms, const struct bko_span *order,
                          uint32_t line, struct bko_explanation *explanation)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_EXPLAIN, order, NULL, 0);
	struct explaining *e;

	if (status)
		return status;
	e = BKO__CALL(engine, struct explaining);
	if (!order || !explanation)
		return bko__fail(engine, BKO_E_MISUSE, "order or explanation");
	if (explanation->struct_size < sizeof *explanation ||
	    explanation->struct_size > BKO_STRUCT_SIZE_MAX)
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "explanation");
	status = bko__check_id(engine, order, 0, "order");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (!status && line == UINT32_MAX)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "line");
	e->order = *order;
	e->line = line;
	e->now = now_ms;
	if (!status)
		status = bko__drive(engine, run_explain, e);
	if (!status)
		bko__struct_out(explanation, explanation->struct_size, &e->out, sizeof e->out);
	return status;
}
