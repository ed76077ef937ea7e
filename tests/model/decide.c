/* Deciding: what a line can have now and where, and where the rest of it waits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct place *model_place(struct model *m, struct order *o, struct line *l, int32_t location,
                          int32_t part, int32_t untracked, int64_t placed)
{
	struct position *p = &m->positions[l->item][location];
	struct place *n;
	for (int32_t i = 0; i < l->place_count; i++)
		if (l->places[i].location == location && l->places[i].part == part &&
		    l->places[i].untracked == untracked)
			return &l->places[i];
	n = &l->places[l->place_count++];
	memset(n, 0, sizeof *n);
	n->location = location;
	n->part = part;
	n->untracked = untracked;
	n->placed = placed;
	n->lead = p->policy.lead_time_ms ? placed + p->policy.lead_time_ms : 0;
	n->rank = model_rank(p, o, placed);
	return n;
}

/* What a line can have now at its candidates in `mask`; `left` is what is there. */
int64_t model_take(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                   uint32_t mask, int64_t (*left)[OP_LOCATIONS])
{
	for (int32_t i = 0; i < l->candidate_count && n > 0; i++) {
		int32_t at = l->candidates[i];
		struct position *p = &m->positions[l->item][at];
		int64_t k = lesser(n, left[l->item][at]);
		int free;
		if (!(mask & 1u << at) || model_closed(p))
			continue;
		free = p->policy.selling == BKO_SELL_UNTRACKED &&
		       p->policy.release_at_ms <= p->settled;
		k = free ? n : k;
		k -= k % p->policy.quantum;
		n -= k;
		left[l->item][at] -= k;
		if (o && k) {
			struct place *place = model_place(m, o, l, at, part, free, p->settled);
			place->allocated += k;
			p->open -= free ? 0 : k;
		}
	}
	return n;
}

void model_all_available(const struct model *m, int64_t (*left)[OP_LOCATIONS])
{
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			left[i][k] = model_available(m, i, k);
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
			int64_t left[OP_ITEMS][OP_LOCATIONS], lack = 0;
			uint32_t mask = 0;
			int32_t bits = 0;
			for (int32_t j = 0; j < count; j++)
				if (set & 1u << j) {
					mask |= 1u << seen[j];
					bits++;
				}
			model_all_available(m, left);
			for (uint32_t i = 0; i < o->line_count; i++)
				lack += model_take(m, NULL, &o->lines[i], 0, o->lines[i].ordered,
				                   mask, left);
			if (bits == size && lack == 0)
				return mask;
		}
	return ~0u;
}

/* What waits has one home: the earliest promise, ties by order of candidates. */
int64_t model_wait(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                   struct bko_line_outcome *out)
{
	int32_t home = -1;
	int64_t best = 0, admitted = 0;
	for (int32_t i = 0; i < l->candidate_count; i++) {
		int32_t at = l->candidates[i];
		struct position *p = &m->positions[l->item][at];
		struct rank rank = model_rank(p, o, p->settled);
		uint32_t why;
		int64_t k = lesser(n, model_room(m, o, l->item, at, &rank, &why)), lead, date;
		struct promise w;
		p->sequence--;
		k -= p->there ? k % p->policy.quantum : 0;
		out->reason = out->reason && home < 0 ? out->reason : why;
		if (k == 0)
			continue;
		lead = p->policy.lead_time_ms ? p->settled + p->policy.lead_time_ms : 0;
		w = model_promise(m, l->item, at, &rank, k, lead);
		date = w.rest_kind ? (w.rest_kind == BKO_DATE_KNOWN ? w.rest_ms : INT64_MAX)
		                   : (w.first_kind == BKO_DATE_KNOWN ? w.first_ms : INT64_MAX);
		if (home >= 0 && date >= best)
			continue;
		home = at;
		best = date;
		admitted = k;
		out->reason = why;
		out->first_kind = w.first_kind;
		out->rest_kind = w.rest_kind;
		out->first = w.first;
		out->first_ms = w.first_ms;
		out->rest_ms = w.rest_ms;
	}
	if (home >= 0) {
		struct place *place =
			model_place(m, o, l, home, part, 0, m->positions[l->item][home].settled);
		int32_t of[] = {0, l->item, o->customer, o->channel};
		place->backordered += admitted;
		for (uint32_t i = BKO_LIMIT_ITEM; i <= BKO_LIMIT_CHANNEL; i++)
			place->counted |=
				m->limits[i][of[i]].set && (i == 1 || of[i]) ? 1u << i : 0;
	}
	return n - admitted;
}
