/* Availability: asking without an order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

/* The first date at which something could be sold at a position, if that is later
 * than now. */
static uint32_t restock_at(const struct model *m, int32_t item, int32_t location, int64_t *date)
{
	const struct position *p = &m->positions[item][location];
	int64_t quantum = p->policy.quantum;
	*date = 0;
	if (p->policy.life == BKO_LIFE_DISCONTINUED)
		return BKO_DATE_UNKNOWN;
	if (model_available(m, item, location) >= quantum)
		return BKO_DATE_NONE;
	*date = model_covered(m, item, location, quantum);
	if (*date == 0 && p->policy.restock_at_ms > p->settled)
		*date = p->policy.restock_at_ms;
	else if (*date == 0 && p->policy.lead_time_ms)
		*date = p->settled + p->policy.lead_time_ms;
	return *date ? BKO_DATE_KNOWN : BKO_DATE_UNKNOWN;
}

/* Sums and the earliest restock over the candidates. */
static void over_candidates(const struct model *m, const struct order *nobody, const struct line *l,
                            struct bko_availability *a)
{
	a->restock_kind = BKO_DATE_UNKNOWN;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int64_t date, room;
		uint32_t why, kind = restock_at(m, l->item, l->candidates[i], &date);
		room = model_room(m, nobody, l->item, l->candidates[i], &why);
		if (room == INT64_MAX)
			a->later_kind = BKO_LIMIT_NONE;
		else
			a->available_later += room;
		if (a->restock_kind == BKO_DATE_NONE && i > 0)
			continue;
		if (kind == BKO_DATE_NONE ||
		    (kind == BKO_DATE_KNOWN &&
		     (a->restock_kind == BKO_DATE_UNKNOWN || date < a->restock_ms))) {
			a->restock_kind = kind;
			a->restock_ms = date;
		}
	}
	if (a->later_kind == BKO_LIMIT_NONE)
		a->available_later = 0;
}

/* Takes an order's units out, as if it had never been. */
static void leave_out(struct model *m, const struct order *o)
{
	for (struct walk w = {0}; model_walk(m, &w, OP_ANY, OP_ANY);)
		if (w.o == o) {
			m->positions[w.l->item][w.p->location].open += w.p->allocated;
			w.p->allocated = w.p->backordered = w.p->outside = 0;
		}
}

/* The position at a later date: supplies have come, holds run out, the buffer is full. */
static void project(struct model *m, int32_t item, int32_t location, int64_t at)
{
	struct position *p = &m->positions[item][location];
	int64_t n;
	if (at <= p->settled)
		return;
	for (int32_t i = 0; i < p->supply_count; i++) {
		struct supply *s = &p->supplies[i];
		int64_t date = model_comes(m, p, s);
		if (!s->due || model_overdue(p, s))
			s->due = 0;
		else if (date > at)
			s->due = date;
		else
			p->open += s->expected;
		s->expected = s->due && date <= at ? 0 : s->expected;
	}
	p->settled = at;
	for (struct walk w = {0}; model_walk(m, &w, item, location);)
		if (w.o->held && w.o->hold_until <= at) {
			p->open += w.p->allocated;
			w.p->allocated = w.p->backordered = w.p->outside = 0;
		}
	n = model_available(m, item, location);
	if (n > p->policy.safety_stock - p->buffer)
		n = p->policy.safety_stock > p->buffer ? p->policy.safety_stock - p->buffer : 0;
	n = p->policy.life == BKO_LIFE_PHASE_OUT ? 0 : n;
	p->open -= n;
	p->buffer += n;
}

/* Asks as an order of one line would, that takes what it can get. */
int32_t model_ask(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *nobody = &m->orders[m->order_count], *without = model_order(m, op->order);
	struct line *l = &nobody->lines[0];
	struct bko_availability *a = &r->availability;
	struct bko_line_outcome out;
	int64_t now = op->now;
	memset(nobody, 0, sizeof *nobody);
	nobody->line_count = 1;
	model_candidates(m, l, &op->lines[0]);
	model_look(m, l, op->now);
	if (op->order && (!without || without->refused))
		return BKO_E_NOT_FOUND;
	for (uint32_t i = 0; without && i < without->line_count; i++)
		for (int32_t k = 0; k < without->lines[i].place_count; k++)
			model_touch(m, without->lines[i].item, without->lines[i].places[k].location,
			            op->now);
	for (int32_t i = 0; i < l->candidate_count; i++) /* the latest clock tells what is over */
		if (m->positions[l->item][l->candidates[i]].settled > now)
			now = m->positions[l->item][l->candidates[i]].settled;
	if (without && model_status(m, without, now) != BKO_STATUS_EXPIRED)
		leave_out(m, without);
	m->order_count++;
	for (int32_t i = 0; i < l->candidate_count; i++)
		project(m, l->item, l->candidates[i], op->until);
	over_candidates(m, nobody, l, a);
	model_decide(m, nobody, l, 0, op->lines[0].quantity, ~0u, &out);
	a->state = out.state;
	a->available_now = out.available_now;
	a->now = out.allocated;
	a->later = out.backordered;
	a->reason = out.reason;
	a->promise_kind = out.promise_kind;
	a->promise_ms = out.promise_ms;
	a->first_kind = out.first_kind;
	a->first = out.first;
	a->first_ms = out.first_ms;
	a->rest_kind = out.rest_kind;
	a->rest_ms = out.rest_ms;
	return BKO_OK;
}
