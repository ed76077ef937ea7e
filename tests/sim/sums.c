/* What must hold once all is quiet: stock conserved, nothing oversold, totals equal
 * to the sums over orders, events dense and each exactly once, nothing to report. */
#include "sim.h"

#include <stdio.h>
#include <string.h>

struct sums {
	int64_t on_hand[SIM_ITEMS][SIM_LOCATIONS]; /* by events */
	int64_t allocated[SIM_ITEMS][SIM_LOCATIONS], backordered[SIM_ITEMS][SIM_LOCATIONS];
	uint32_t accepted[SIM_JOBS + 1], received[SIM_JOBS + 1];
};

static int add_event(struct sim *s, struct sums *sums, const struct bko_event *e)
{
	int32_t item = number_of(&e->item), at = location_of(&e->location);
	int32_t cause = number_of(&e->cause);
	int64_t *on_hand;
	if (e->kind == BKO_EVENT_ACCEPTED && cause > 0 && cause <= SIM_JOBS)
		sums->accepted[cause]++;
	if (e->kind == BKO_EVENT_RECEIVED && cause > 0 && cause <= SIM_JOBS)
		sums->received[cause]++;
	if (item < 0 || item >= SIM_ITEMS || at < 0 || at >= SIM_LOCATIONS)
		return e->item.size ? sim_fail(s, "an event of no item") : 0;
	on_hand = &sums->on_hand[item][at];
	switch (e->kind) {
	case BKO_EVENT_RECEIVED:
	case BKO_EVENT_ADJUSTED: *on_hand += e->amount; break;
	case BKO_EVENT_RETURNED:
		if (e->detail == BKO_RETURN_SELLABLE || e->detail == BKO_RETURN_BUCKET)
			*on_hand += e->amount;
		break;
	case BKO_EVENT_TRANSFERRED: *on_hand += e->amount; break;
	case BKO_EVENT_SHIPPED: *on_hand -= e->amount; break;
	case BKO_EVENT_VOIDED: *on_hand += e->amount; break;
	default: break;
	}
	return 0;
}

static int read_events(struct sim *s, struct sums *sums)
{
	static struct bko_event events[64];
	for (uint32_t lane = 0; lane < s->options.lanes; lane++) {
		uint64_t after = 0;
		size_t count = 1;
		while (count) {
			int32_t status = bko_event_read(s->twin.engine, lane, after, events, 64,
			                                sizeof *events, &count);
			if (status != BKO_OK)
				return sim_fail(s, "reading events: %s", bko_status_name(status));
			for (size_t i = 0; i < count; i++) {
				if (events[i].number != ++after)
					return sim_fail(s, "event %llu of lane %u has number %llu",
					                (unsigned long long)after, lane,
					                (unsigned long long)events[i].number);
				if (add_event(s, sums, &events[i]))
					return 1;
			}
		}
	}
	return 0;
}

/* Every operation told itself exactly as often as it happened. */
static int check_told(struct sim *s, const struct sums *sums)
{
	for (uint32_t i = 0; i < s->job_count; i++) {
		const struct job *job = &s->jobs[i];
		int done = job->commits && job->first.status == BKO_OK &&
		           !(job->first.outcome.flags & BKO_OUTCOME_REFUSED);
		uint32_t told = 0, id = job->op.id;
		if (id > SIM_JOBS)
			continue;
		if (job->op.kind == OP_PLACE)
			told = sums->accepted[id];
		else if (job->op.kind == OP_RECEIVE && job->op.quantity)
			told = sums->received[id];
		else
			continue;
		if (job->op.kind == OP_PLACE ? told != (uint32_t)done : told > (uint32_t)done)
			return sim_fail(s, "job %u was told %u times", i, told);
	}
	return 0;
}

static int add_order(struct sim *s, struct sums *sums, const struct bko_span *id)
{
	struct bko_order_info info = {.struct_size = sizeof info};
	struct bko_line_info lines[8];
	struct bko_place_info places[64];
	size_t line_count = 0, place_count = 0;
	bko_order *order = NULL;
	int32_t status = bko_order_open(s->twin.engine, s->now + 40000, id, &order);
	if (status == BKO_E_NOT_FOUND || status == BKO_E_STATE)
		return 0; /* the record of a refusal */
	if (!status)
		status = bko_order_read(order, &info);
	if (!status)
		status = bko_order_lines(order, 0, lines, 8, sizeof *lines, &line_count);
	if (!status)
		status = bko_order_places(order, 0, places, 64, sizeof *places, &place_count);
	bko_order_close(order);
	if (status)
		return sim_fail(s, "reading an order: %s", bko_status_name(status));
	if (info.status == BKO_STATUS_EXPIRED)
		return 0;
	for (size_t i = 0; i < line_count; i++)
		if (lines[i].ordered != lines[i].allocated + lines[i].backordered +
		                                lines[i].shipped + lines[i].cancelled)
			return sim_fail(s, "a line of %.*s does not add up", (int)id->size,
			                (const char *)id->data);
	for (size_t i = 0; i < place_count; i++) {
		int32_t item = number_of(&lines[places[i].line].item);
		int32_t at = location_of(&places[i].location);
		sums->allocated[item][at] += places[i].allocated;
		sums->backordered[item][at] += places[i].backordered;
	}
	return 0;
}

static int read_orders(struct sim *s, struct sums *sums)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_id ids[32];
	while (!cursor.done) {
		size_t count = 0;
		int32_t status = bko_order_list(s->twin.engine, &cursor, ids, 32, &count);
		if (status)
			return sim_fail(s, "listing orders: %s", bko_status_name(status));
		for (size_t i = 0; i < count; i++) {
			struct bko_span id = {ids[i].bytes, ids[i].size};
			if (add_order(s, sums, &id))
				return 1;
		}
	}
	return 0;
}

static int check_position(struct sim *s, const struct sums *sums, int32_t item,
                          const struct bko_position *p)
{
	int32_t at = location_of(&p->location);
	if (p->on_hand != sums->on_hand[item][at])
		return sim_fail(s, "item %d at %d: on hand %lld, by events %lld", item, at,
		                (long long)p->on_hand, (long long)sums->on_hand[item][at]);
	if (p->on_hand !=
	            p->open + p->buffer + p->kept + p->allocated - p->missing + p->unavailable ||
	    p->on_hand < 0 || p->open < 0 || p->buffer < 0)
		return sim_fail(s, "item %d at %d: stock does not add up", item, at);
	if (p->allocated > p->on_hand + p->missing)
		return sim_fail(s, "item %d at %d: oversold", item, at);
	if (p->allocated != sums->allocated[item][at] ||
	    p->backordered != sums->backordered[item][at])
		return sim_fail(s, "item %d at %d: %lld and %lld, by orders %lld and %lld", item,
		                at, (long long)p->allocated, (long long)p->backordered,
		                (long long)sums->allocated[item][at],
		                (long long)sums->backordered[item][at]);
	return 0;
}

static int check_items(struct sim *s, const struct sums *sums)
{
	for (int32_t item = 0; item < SIM_ITEMS; item++) {
		struct bko_position found[SIM_LOCATIONS];
		bko_item *handle = NULL;
		struct name n;
		size_t count = 0;
		int32_t status =
			bko_item_open(s->twin.engine, s->now + 40000, name_item(&n, item), &handle);
		if (!status)
			status = bko_item_read(handle, 0, found, SIM_LOCATIONS, sizeof *found,
			                       &count);
		bko_item_close(handle);
		if (status)
			return sim_fail(s, "reading an item: %s", bko_status_name(status));
		for (size_t i = 0; i < count; i++)
			if (check_position(s, sums, item, &found[i]))
				return 1;
	}
	return 0;
}

static int check_verify(struct sim *s)
{
	struct bko_cursor cursor = {.struct_size = sizeof cursor};
	struct bko_finding finding;
	size_t count = 0;
	memset(&finding, 0, sizeof finding);
	while (!cursor.done) {
		int32_t status = bko_engine_verify(s->twin.engine, s->now + 40000, 0, &cursor, 1000,
		                                   &finding, 1, sizeof finding, &count);
		if (status || count)
			return sim_fail(s,
			                "verify: %s, check %u what %u, item %d at %d, order %d, "
			                "expected %lld, found %lld",
			                bko_status_name(status), finding.check, finding.what,
			                number_of(&finding.item), location_of(&finding.location),
			                number_of(&finding.order), (long long)finding.expected,
			                (long long)finding.found);
	}
	return 0;
}

/* The twin's store holds the same rows by now. */
int sums_check(struct sim *s)
{
	static struct sums sums;
	memset(&sums, 0, sizeof sums);
	return read_events(s, &sums) || check_told(s, &sums) || read_orders(s, &sums) ||
	       check_items(s, &sums) || check_verify(s);
}
