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

int32_t model_ask(struct model *m, const struct op *op, struct op_result *r)
{
	struct order nobody;
	struct line *l = &nobody.lines[0];
	memset(&nobody, 0, sizeof nobody);
	nobody.line_count = 1;
	model_candidates(m, l, &op->lines[0]);
	for (int32_t i = 0; i < l->candidate_count; i++)
		model_settle(m, l->item, l->candidates[i], op->now);
	model_availability(m, &nobody, l, &r->availability);
	return BKO_OK;
}
