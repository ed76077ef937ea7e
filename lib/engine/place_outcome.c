/*
 * place_outcome.c - the outcome of placing, given out the first time and again.
 */
#include "engine/place.h"

/* Whether the caller has room for a line. */
static int has_line(const struct bko_outcome *outcome, uint32_t number)
{
	return outcome->lines && number < outcome->line_capacity;
}

/* Lines of an outcome: of the decision, or as the order recorded them. */
void bko__placed_out(const struct bko__placing *placing, struct bko_outcome *outcome)
{
	const struct bko__buyer *buyer = &placing->buyer;
	int refused = (placing->done.outcome_flags & BKO_OUTCOME_REFUSED) != 0;
	uint32_t i, c;

	if (!outcome)
		return;
	for (i = 0; i < buyer->count && has_line(outcome, i); i++) {
		const struct bko__plan *plan = &buyer->plans[i];
		struct bko_line_outcome line;

		memset(&line, 0, sizeof line);
		bko__said_out(plan, &line);
		for (c = 0; c < plan->count; c++)
			line.location_count += plan->now[c] || (plan->later && c == plan->home);
		if (refused && !line.refused)
			line.reason = BKO_REASON_ALL_OR_NOTHING;
		bko__line_out(outcome, i, &line);
	}
	outcome->line_count = buyer->count;
}

void bko__line_out(struct bko_outcome *outcome, uint32_t number,
                   const struct bko_line_outcome *line)
{
	if (has_line(outcome, number))
		bko__struct_out((uint8_t *)outcome->lines + (size_t)number * outcome->stride,
		                outcome->stride, line, sizeof *line);
}

static void replay_lines(const struct bko__ord *order, struct bko_outcome *outcome)
{
	uint32_t i;

	for (i = 0; i < order->rec.line_count && outcome; i++) {
		const struct bko__line *rec = &order->lines[i].rec;
		struct bko_line_outcome line;

		if (!rec->asked)
			break; /* lines that came later were not placed */
		memset(&line, 0, sizeof line);
		line.reason = rec->reason;
		line.asked = rec->asked;
		line.allocated = rec->first_allocated;
		line.backordered = rec->first_backordered;
		line.refused = line.asked - line.allocated - line.backordered;
		line.available_now = rec->available_now;
		line.available_later = rec->available_later;
		line.promise_kind = rec->kinds & 3;
		line.first_kind = rec->kinds >> 2 & 3;
		line.rest_kind = rec->kinds >> 4 & 3;
		line.later_kind = rec->kinds >> 6 & 3;
		line.promise_ms = rec->promise;
		line.first = rec->first;
		line.first_ms = rec->first_due;
		line.rest_ms = rec->rest_due;
		line.location_count = rec->first_locations;
		line.state = rec->state;
		bko__line_out(outcome, i, &line);
	}
	if (outcome)
		outcome->line_count = i;
}

/* The first outcome of an order that is there already. */
int32_t bko__placed_replay(struct bko_engine *engine, struct bko__placing *placing,
                           struct bko_outcome *outcome)
{
	struct bko__ord *order = &placing->order;
	struct bko__opcome *record = &placing->done;
	uint32_t i;

	engine->tx.stands = 1;
	if (order->rec.state == BKO__O_VOID)
		return bko__fail(engine, BKO_E_VOID, "op.id");
	if (memcmp(order->rec.hash, engine->tx.op_hash, sizeof order->rec.hash))
		return bko__fail(engine, BKO_E_MISMATCH, "op.id");
	if (order->rec.state == BKO__O_ERROR)
		return bko__fail(engine, (int32_t)order->rec.error, "recorded before");
	memset(record, 0, sizeof *record);
	record->outcome_flags = order->rec.outcome_flags;
	record->reason = order->rec.reason;
	record->status = order->rec.first_status;
	record->lane = order->rec.lane;
	record->first_event = order->rec.first_event;
	record->event_count = order->rec.event_count;
	if (outcome)
		outcome->line_count = 0;
	if (order->rec.state == BKO__O_REFUSED) {
		record->asked = record->refused = order->rec.error;
		replay_lines(order, outcome);
	} else {
		for (i = 0; i < order->rec.line_count && order->lines[i].rec.asked; i++) {
			record->asked += order->lines[i].rec.asked;
			record->allocated += order->lines[i].rec.first_allocated;
			record->backordered += order->lines[i].rec.first_backordered;
		}
		record->refused = record->asked - record->allocated - record->backordered;
		record->served = order->rec.first_served;
		replay_lines(order, outcome);
	}
	bko__outcome_out(engine, record, BKO_OUTCOME_REPLAYED, outcome);
	return BKO__REPLAYED;
}
