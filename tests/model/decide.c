/* Deciding: what a line can have now and where, and where the rest of it waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static const int64_t BOUND = ((int64_t)1 << BKO_QUANTITY_BITS) - 1;

static int64_t whole(int64_t n, int64_t quantum)
{
	return n - n % quantum;
}

/* Sold without stock: nothing is taken from the shelf. */
int model_untracked(const struct position *p)
{
	return p->policy.selling == BKO_SELL_UNTRACKED && p->policy.release_at_ms <= p->settled;
}

struct place *model_place(struct model *m, struct order *o, struct line *l, int32_t location,
                          int32_t part, int32_t is_untracked, int64_t placed)
{
	struct position *p = &m->positions[l->item][location];
	struct place *n;
	for (int32_t i = l->fresh; i < l->place_count; i++)
		if (l->places[i].location == location && l->places[i].part == part &&
		    l->places[i].untracked == is_untracked)
			return &l->places[i];
	n = &l->places[l->place_count++];
	memset(n, 0, sizeof *n);
	n->location = location;
	n->part = part;
	n->untracked = is_untracked;
	n->placed = placed;
	n->rank = model_rank(p, o, placed);
	p->sequence -= is_untracked; /* nothing of the position is written */
	return n;
}

/* What can be sold now at a position, in whole quanta. */
static int64_t now_at(const struct model *m, int32_t item, int32_t location)
{
	const struct position *p = &m->positions[item][location];
	if (model_closed(p))
		return 0;
	return whole(model_untracked(p) ? BOUND : model_available(m, item, location),
	             p->policy.quantum);
}

/* The state at one position, the first that fits. */
static uint32_t state_at(const struct position *p, int64_t now, int later)
{
	uint32_t why = model_closed(p);
	if (why)
		return why == BKO_REASON_DISCONTINUED ? BKO_STATE_DISCONTINUED
		                                      : BKO_STATE_OUT_OF_STOCK;
	if (p->policy.life == BKO_LIFE_PHASE_OUT && now == 0 && !later)
		return BKO_STATE_DISCONTINUED;
	if (p->policy.release_at_ms > p->settled)
		return BKO_STATE_PREORDER;
	if (model_untracked(p))
		return BKO_STATE_UNTRACKED;
	if (now > 0)
		return now <= p->policy.low_at ? BKO_STATE_LOW_STOCK : BKO_STATE_IN_STOCK;
	return later ? BKO_STATE_BACKORDER : BKO_STATE_OUT_OF_STOCK;
}

/* The state over all candidates, and what they have now. */
static void describe(const struct model *m, const struct order *o, const struct line *l,
                     struct bko_line_outcome *out)
{
	int32_t ended = 0, any_later = 0;
	int64_t sum = 0;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		const struct position *p = &m->positions[l->item][l->candidates[i]];
		uint32_t why, state;
		int64_t now = now_at(m, l->item, l->candidates[i]);
		int later = model_room(m, o, l->item, l->candidates[i], &why) > 0;
		state = state_at(p, now, later);
		sum = sum + now < BOUND ? sum + now : BOUND;
		any_later |= later;
		ended += state == BKO_STATE_DISCONTINUED;
		if (!out->state && (state == BKO_STATE_PREORDER || state == BKO_STATE_UNTRACKED))
			out->state = state;
	}
	out->available_now = sum;
	if (out->state)
		return;
	if (ended == l->candidate_count)
		out->state = BKO_STATE_DISCONTINUED;
	else if (sum > 0)
		out->state = sum <= m->positions[l->item][l->candidates[0]].policy.low_at
		                     ? BKO_STATE_LOW_STOCK
		                     : BKO_STATE_IN_STOCK;
	else
		out->state = any_later ? BKO_STATE_BACKORDER : BKO_STATE_OUT_OF_STOCK;
}

/* What a line can have now at its candidates in `mask`; `used` counts what a trial
 * took so far, NULL to take it. Returns what is left. */
static int64_t take(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                    uint32_t mask, int64_t (*used)[OP_LOCATIONS])
{
	for (int32_t i = 0; i < l->candidate_count && n > 0; i++) {
		int32_t at = l->candidates[i];
		struct position *p = &m->positions[l->item][at];
		int64_t k = now_at(m, l->item, at) - (used ? used[l->item][at] : 0);
		k = k < n ? k : n;
		if (!(mask & 1u << at) || k <= 0 || n % p->policy.quantum)
			continue;
		n -= k;
		if (used) {
			used[l->item][at] += k;
			continue;
		}
		model_place(m, o, l, at, part, model_untracked(p), p->settled)->allocated += k;
		p->open -= model_untracked(p) ? 0 : k;
	}
	return n;
}

/* The smallest set of locations that covers all lines now, in order of first
 * appearance (with three locations, ascending bit masks of a size are that
 * order); without one, every location. */
uint32_t model_covering(struct model *m, struct order *o)
{
	int32_t seen[OP_LOCATIONS], count = 0;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].candidate_count; k++) {
			int32_t at = o->lines[i].candidates[k], j = 0;
			while (j < count && seen[j] != at)
				j++;
			if (j == count)
				seen[count++] = at;
		}
	for (int32_t size = 1; size <= count && !(o->flags & BKO_ORDER_IN_ORDER); size++)
		for (uint32_t set = 1; set < 1u << count; set++) {
			int64_t used[OP_ITEMS][OP_LOCATIONS], lack = 0;
			uint32_t mask = 0;
			int32_t bits = 0;
			for (int32_t j = 0; j < count; j++)
				if (set & 1u << j) {
					mask |= 1u << seen[j];
					bits++;
				}
			memset(used, 0, sizeof used);
			for (uint32_t i = 0; i < o->line_count; i++)
				lack += take(m, NULL, &o->lines[i], 0, o->lines[i].ordered, mask,
				             used);
			if (bits == size && lack == 0)
				return mask;
		}
	return ~0u;
}

/* What the lead time of the moment promises; 0: nothing. */
static int64_t lead_of(const struct position *p)
{
	return p->policy.lead_time_ms ? p->settled + p->policy.lead_time_ms : 0;
}

/* The date of the last unit; FOREVER where it is unknown. */
static int64_t last_date(const struct promise *w)
{
	uint32_t kind = w->rest_kind ? w->rest_kind : w->first_kind;
	if (kind != BKO_DATE_KNOWN)
		return INT64_MAX;
	return w->rest_kind ? w->rest_ms : w->first_ms;
}

/* What waits has one home: where most of it is admitted, then the earliest
 * promise, then the order of candidates. Returns what nobody admits. */
static int64_t wait_at_home(struct model *m, struct order *o, struct line *l, int32_t part,
                            int64_t n, struct bko_line_outcome *out)
{
	struct promise best = {0};
	int32_t home = -1, of[] = {0, l->item, o->customer, o->channel};
	int64_t admitted = 0;
	struct place *place;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t at = l->candidates[i];
		struct position *p = &m->positions[l->item][at];
		uint32_t why;
		int64_t room = model_room(m, o, l->item, at, &why), k = room < n ? room : n;
		struct promise w = {0};
		k = n % p->policy.quantum ? 0 : k;
		if (k > 0)
			w = model_promise(m, l->item, at, model_ahead(m, o, l->item, at), k,
			                  lead_of(p));
		if (i > 0 && (k < admitted || k == 0 ||
		              (k == admitted && last_date(&w) >= last_date(&best))))
			continue;
		home = at;
		best = w;
		admitted = k;
		out->later_kind = room == INT64_MAX ? BKO_LIMIT_NONE : BKO_LIMIT_NUMBER;
		out->available_later = room == INT64_MAX ? 0 : room;
		out->reason = k == n ? (uint32_t)BKO_REASON_NONE : why;
		if (k < n &&
		    state_at(p, now_at(m, l->item, at), room > 0) == BKO_STATE_DISCONTINUED)
			out->reason = BKO_REASON_DISCONTINUED;
		if (n % p->policy.quantum && !model_closed(p))
			out->reason = BKO_REASON_QUANTUM;
	}
	if (n == 0 || admitted == 0)
		return n;
	out->first_kind = best.first_kind;
	out->rest_kind = best.rest_kind;
	out->first = best.first;
	out->first_ms = best.first_ms;
	out->rest_ms = best.rest_ms;
	place = model_place(m, o, l, home, part, 0, m->positions[l->item][home].settled);
	place->backordered += admitted;
	place->waited = 1;
	place->lead = lead_of(&m->positions[l->item][home]);
	for (uint32_t i = BKO_LIMIT_ITEM; i <= BKO_LIMIT_CHANNEL; i++) {
		struct limit *k = &m->limits[i][of[i]];
		int64_t now = m->positions[l->item][home].settled;
		if (!k->set || (i > BKO_LIMIT_ITEM && !of[i]))
			continue;
		place->counted |= 1u << i;
		k->settled = k->settled > now ? k->settled : now; /* lines after it see that */
	}
	return n - admitted;
}

static int32_t candidate_index(const struct line *l, int32_t location)
{
	int32_t i = 0;
	while (i < l->candidate_count && l->candidates[i] != location)
		i++;
	return i;
}

/* The places of a decision stand in the order of the candidates. */
static void in_candidate_order(struct line *l)
{
	for (int32_t i = l->fresh + 1; i < l->place_count; i++)
		for (int32_t k = i; k > l->fresh; k--) {
			struct place place = l->places[k];
			if (candidate_index(l, place.location) >=
			    candidate_index(l, l->places[k - 1].location))
				break;
			l->places[k] = l->places[k - 1];
			l->places[k - 1] = place;
		}
}

/* Decides n units of a line; returns how many are refused. */
int64_t model_decide(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                     uint32_t mask, struct bko_line_outcome *out)
{
	const struct position *first = &m->positions[l->item][l->candidates[0]];
	int64_t rest = n;
	l->fresh = l->place_count;
	memset(out, 0, sizeof *out);
	out->asked = n;
	if (l->candidate_count == 0) {
		out->reason =
			m->defined[l->item] ? BKO_REASON_UNKNOWN_LOCATION : BKO_REASON_UNKNOWN_ITEM;
		out->state = BKO_STATE_OUT_OF_STOCK;
		return out->refused = n;
	}
	describe(m, o, l, out);
	if (!model_closed(first) && n % first->policy.quantum) {
		wait_at_home(m, o, l, part, 0, out);
		out->reason = BKO_REASON_QUANTUM;
		return out->refused = n;
	}
	rest = take(m, o, l, part, n, mask, NULL);
	out->allocated = n - rest;
	out->refused = wait_at_home(m, o, l, part, rest, out);
	out->backordered = rest - out->refused;
	in_candidate_order(l);
	if (rest == 0)
		out->reason = BKO_REASON_NONE;
	for (int32_t i = l->fresh; i < l->place_count; i++) {
		const struct position *p = &m->positions[l->item][l->places[i].location];
		if (l->places[i].allocated) {
			out->promise_kind = BKO_DATE_KNOWN;
			if (model_ready(m, p, 0) > out->promise_ms)
				out->promise_ms = model_ready(m, p, 0);
		}
	}
	return out->refused;
}
