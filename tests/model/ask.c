/* Availability: what can be said of an item over its candidates.
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

/* The state: the first that fits, over all candidates that are there. */
static uint32_t state_of(const struct model *m, const struct line *l,
                         const struct bko_availability *a)
{
	uint32_t there = 0, ended = 0, preorder = 0, untracked = 0;
	int64_t low = 0;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		const struct position *p = &m->positions[l->item][l->candidates[i]];
		uint32_t why;
		if (!p->there)
			continue;
		why = model_closed(p);
		there++;
		ended += why == BKO_REASON_DISCONTINUED ||
		         (p->policy.life == BKO_LIFE_PHASE_OUT && a->available_now == 0 &&
		          a->available_later == 0 && a->later_kind == BKO_LIMIT_NUMBER);
		preorder += !why && p->policy.release_at_ms > p->settled;
		untracked += !why && p->policy.selling == BKO_SELL_UNTRACKED;
		if (p->policy.low_at > low)
			low = p->policy.low_at;
	}
	if (there && ended == there)
		return BKO_STATE_DISCONTINUED;
	if (preorder)
		return BKO_STATE_PREORDER;
	if (untracked)
		return BKO_STATE_UNTRACKED;
	if (a->available_now > 0)
		return a->available_now <= low ? BKO_STATE_LOW_STOCK : BKO_STATE_IN_STOCK;
	return a->later_kind == BKO_LIMIT_NONE || a->available_later ? BKO_STATE_BACKORDER
	                                                             : BKO_STATE_OUT_OF_STOCK;
}

/* Over the candidates: now and later, each position clamped at 0. */
void model_availability(const struct model *m, const struct order *o, const struct line *l,
                        struct bko_availability *a)
{
	memset(a, 0, sizeof *a);
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t at = l->candidates[i];
		const struct position *p = &m->positions[l->item][at];
		struct rank last = {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
		uint32_t why;
		int64_t later = model_room(m, o, l->item, at, &last, &why);
		a->available_now += model_closed(p) ? 0 : model_available(m, l->item, at);
		if (later == INT64_MAX)
			a->later_kind = BKO_LIMIT_NONE;
		else
			a->available_later += later;
	}
	if (a->later_kind == BKO_LIMIT_NONE)
		a->available_later = 0;
	a->state = state_of(m, l, a);
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
		w = model_promise(m, l->item, at, NULL, p->policy.quantum, 0);
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
	for (int32_t i = 0; i < l->candidate_count; i++)
		model_settle(m, l->item, l->candidates[i], op->now);
	if (without)
		leave_out(m, without);
	m->order_count++;
	model_availability(m, nobody, l, a);
	restock(m, l, a);
	model_decide(m, nobody, l, 0, op->lines[0].quantity, ~0u, &out);
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
