/* Calendars, what is resolved and pruned, and why lines wait.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

enum { MINUTE = 60000, GONE = OP_KINDS /* the kind of a record that was pruned */ };

int32_t model_calendar(struct model *m, const struct op *op)
{
	struct calendar *c = &m->calendars[op->location];
	memset(c, 0, sizeof *c);
	if (!op->stops)
		return BKO_OK;
	c->days = op->stops;
	c->offset = op->grace * MINUTE;
	c->cutoff = (op->quantity ? op->quantity : 1440) * MINUTE;
	c->holiday = op->until;
	return BKO_OK;
}

/* An operation that happened, or now never will. */
int32_t model_resolve(struct model *m, const struct op *op, struct op_result *r)
{
	const struct record *first = model_record(m, op->order, op->item, op->location, op->id);
	r->happened = first && first->request.kind != OP_RESOLVE;
	if (!first)
		m->records[m->record_count++].request = *op;
	return BKO_OK;
}

/* ---- Pruning -------------------------------------------------------------------- */

/* The moment at which nothing of an order is open any more. */
void model_note_closed(struct model *m, struct order *o, int64_t now)
{
	uint32_t status = model_status(m, o, now);
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			int32_t at = o->lines[i].places[k].location;
			if (m->positions[o->lines[i].item][at].settled > now)
				now = m->positions[o->lines[i].item][at].settled;
		}
	o->closed = status == BKO_STATUS_CANCELLED || status == BKO_STATUS_COMPLETE ||
	                            status == BKO_STATUS_RELEASED || status == BKO_STATUS_REFUSED
	                    ? now
	                    : 0;
}

static int is_undone(const struct model *m, const struct op *ship)
{
	for (uint32_t i = 0; i < m->record_count; i++)
		if (m->records[i].request.kind == OP_VOID &&
		    m->records[i].request.order == ship->order &&
		    m->records[i].request.other == ship->id)
			return 1;
	return 0;
}

/* An order and all that is recorded of it. */
static void forget(struct model *m, struct order *o)
{
	for (uint32_t i = 0; i < m->record_count; i++) {
		struct op *r = &m->records[i].request;
		if (r->kind != OP_FORCE && (r->kind == OP_PLACE ? r->id : r->order) == o->id)
			r->kind = GONE;
	}
	o->pruned = o->id;
	o->id = o->line_count = 0;
}

/* Removes old closed orders and old outcomes, but for shipments that may be voided. */
int32_t model_prune(struct model *m, const struct op *op)
{
	int64_t before = op->now - op->until;
	for (uint32_t i = 0; i < m->order_count; i++) {
		struct order *o = &m->orders[i];
		int held = o->held && !o->released;
		for (uint32_t k = 0; k < o->line_count && held && o->hold_until < before; k++)
			for (int32_t n = 0; n < o->lines[k].place_count; n++)
				model_settle(m, o->lines[k].item, o->lines[k].places[n].location,
				             op->now);
		if (o->id && (held ? o->hold_until < before : o->closed && o->closed < before))
			forget(m, o);
	}
	for (uint32_t i = 0; i < m->record_count; i++) {
		struct op *r = &m->records[i].request;
		if (r->kind != OP_PLACE && r->now < before &&
		    (r->kind != OP_SHIP || is_undone(m, r)))
			r->kind = GONE;
	}
	return BKO_OK;
}

/* ---- Explaining ------------------------------------------------------------------- */

/* One place's part in it; the one whose units come last speaks for the line. */
static void explain_place(const struct model *m, const struct order *o, const struct line *l,
                          const struct place *p, struct op_result *r)
{
	struct bko_explanation *e = &r->explanation;
	struct waiting queue[MODEL_WAITING];
	int64_t ahead = model_claims(m, l->item, p->location, &p->rank), place = 1;
	int claims = !(l->stops & BKO_STOP_UNALLOCATED);
	struct promise w = model_promise(m, l->item, p->location, claims ? ahead : INT64_MAX / 2,
	                                 p->backordered, p->lead);
	uint32_t kind = w.rest_kind ? w.rest_kind : w.first_kind;
	int64_t date = w.rest_kind ? w.rest_ms : w.first_ms;
	int32_t count = model_queue(m, l->item, p->location, queue);
	for (int32_t i = 0; i < count && queue[i].place != p; i++)
		place++;
	e->waiting += p->backordered;
	r->home = r->home ? -1 : p->location + 1;
	if (e->promise_kind == BKO_DATE_UNKNOWN ||
	    (e->promise_kind && kind == BKO_DATE_KNOWN && date <= e->promise_ms))
		return;
	e->promise_kind = kind;
	e->promise_ms = kind == BKO_DATE_KNOWN ? date : 0;
	e->ahead = ahead;
	e->place = place;
	e->waits_for = l->stops                                ? BKO_WAITS_STOP
	               : o->held                               ? BKO_WAITS_CONFIRM
	               : w.by_supply && kind == BKO_DATE_KNOWN ? BKO_WAITS_SUPPLY
	                                                       : BKO_WAITS_UNKNOWN;
}

int32_t model_explain(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	const struct line *l;
	if (!o || o->refused)
		return BKO_E_NOT_FOUND;
	if (op->line >= (int32_t)o->line_count)
		return BKO_E_NOT_FOUND;
	l = &o->lines[op->line];
	for (int32_t k = 0; k < l->place_count; k++)
		model_touch(m, l->item, l->places[k].location, op->now);
	r->explanation.stops = l->stops;
	for (int32_t k = 0; k < l->place_count; k++)
		if (l->places[k].backordered && !l->places[k].untracked)
			explain_place(m, o, l, &l->places[k], r);
	return BKO_OK;
}
