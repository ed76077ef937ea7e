/* Availability: asking without an order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

int64_t model_quantum(const struct model *m, const struct line *l)
{
	int64_t q = l->candidate_count ? m->positions[l->item][l->candidates[0]].policy.quantum : 1;
	return q ? q : 1;
}

/* The first date at which something could be sold, over the candidates. */
static void restock(const struct model *m, const struct line *l, struct bko_availability *a)
{
	a->restock_kind = BKO_DATE_UNKNOWN;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t at = l->candidates[i];
		const struct position *p = &m->positions[l->item][at];
		struct promise w;
		int64_t date = 0;
		if (!p->there || model_closed(p))
			continue;
		w = model_promise(m, l->item, at, model_claims(m, l->item, at, NULL),
		                  p->policy.quantum, 0);
		if (w.first_kind == BKO_DATE_KNOWN && !w.rest_kind)
			date = w.first_ms;
		else if (p->policy.restock_at_ms > p->settled)
			date = p->policy.restock_at_ms;
		else if (p->policy.lead_time_ms)
			date = p->settled + p->policy.lead_time_ms;
		if (date && (a->restock_kind != BKO_DATE_KNOWN || date < a->restock_ms)) {
			a->restock_kind = BKO_DATE_KNOWN;
			a->restock_ms = date;
		}
	}
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

/* Asks as an order of one line would, that takes what it can get. */
int32_t model_ask(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *nobody = &m->orders[m->order_count], *without = model_order(m, op->order);
	struct line *l = &nobody->lines[0];
	struct bko_availability *a = &r->availability;
	struct bko_line_outcome out;
	memset(nobody, 0, sizeof *nobody);
	nobody->line_count = 1;
	nobody->order_class = BKO_CLASSES - 1;
	model_candidates(m, l, &op->lines[0]);
	model_look(m, l, op->now);
	if (without)
		leave_out(m, without);
	m->order_count++;
	restock(m, l, a);
	model_decide(m, nobody, l, 0, op->lines[0].quantity, ~0u, &out);
	a->state = out.state;
	a->available_now = out.available_now;
	a->available_later = out.available_later;
	a->later_kind = out.later_kind;
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
