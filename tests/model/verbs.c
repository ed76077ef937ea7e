/* The operations on orders, one after the other: what each does to the arrays of
 * the model. Any that fails or is refused is undone by model_play.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The order of an operation, its positions settled, if the verb may act on it. */
int32_t model_begin_verb(struct model *m, const struct op *op, struct order **order)
{
	struct order *o = *order = model_order(m, op->order);
	if (!o)
		return BKO_E_NOT_FOUND;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++)
			model_touch(m, o->lines[i].item, o->lines[i].places[k].location, op->now);
	return model_may(m, o, op);
}

/* The time of an operation for an order: that of the latest of its positions. */
static int64_t time_of(const struct model *m, const struct order *o, int64_t now)
{
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			int32_t at = o->lines[i].places[k].location;
			if (m->positions[o->lines[i].item][at].settled > now)
				now = m->positions[o->lines[i].item][at].settled;
		}
	return now;
}

static void free_units(struct model *m, const struct line *l, const struct place *p, int64_t n)
{
	if (!p->untracked)
		m->freed[l->item][p->location] += n;
}

static int64_t round_up(const struct model *m, int64_t until)
{
	return (until + m->granule - 1) / m->granule * m->granule;
}

/* ---- Placing ------------------------------------------------------------------- */

static void add_up(struct bko_outcome *all, const struct bko_line_outcome *line)
{
	all->asked += line->asked;
	all->allocated += line->allocated;
	all->backordered += line->backordered;
	all->refused += line->refused;
	all->reason = all->reason ? all->reason : line->refused ? line->reason : 0;
}

/* The candidates named, or the item's positions in the order they were made. The
 * item must have them; the default location it has from the first use on. */
void model_candidates(const struct model *m, struct line *l, const struct op_line *from)
{
	l->item = from->item;
	l->candidate_count = 0;
	for (int32_t k = 0; k < from->candidate_count; k++)
		if (m->positions[l->item][from->candidates[k]].there || from->candidates[k] == 0)
			l->candidates[l->candidate_count++] = from->candidates[k];
	for (int32_t n = 1; n <= m->made && from->candidate_count == 0; n++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			if (m->positions[l->item][k].made == n)
				l->candidates[l->candidate_count++] = k;
	if (l->candidate_count == 0 && from->candidate_count == 0)
		l->candidates[l->candidate_count++] = 0;
	if (!m->defined[l->item])
		l->candidate_count = 0;
}

/* Settles the candidates of a line. */
void model_look(struct model *m, const struct line *l, int64_t now)
{
	for (int32_t k = 0; k < l->candidate_count; k++)
		model_touch(m, l->item, l->candidates[k], now);
}

static void fill_order(struct model *m, struct order *o, const struct op *op)
{
	memset(o, 0, sizeof *o);
	o->id = op->id;
	o->flags = op->option;
	o->customer = op->customer;
	o->channel = op->channel;
	o->order_class = op->order_class;
	o->need_by = op->need_by;
	o->rank = op->rank;
	o->placed = op->now;
	o->held = op->until != 0;
	o->hold_until = round_up(m, op->until);
	o->line_count = op->line_count;
	for (uint32_t i = 0; i < op->line_count; i++) {
		struct line *l = &o->lines[i];
		model_candidates(m, l, &op->lines[i]);
		l->ordered = op->lines[i].quantity;
		l->stops = op->stops;
	}
	for (uint32_t i = 0; i < op->line_count; i++) {
		const struct line *l = &o->lines[i];
		model_look(m, l, op->now);
		for (int32_t k = 0; k < l->candidate_count; k++)
			if (m->positions[l->item][l->candidates[k]].settled > o->placed)
				o->placed = m->positions[l->item][l->candidates[k]].settled;
	}
	o->confirmed = o->held ? 0 : o->placed;
}

static int32_t place(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = &m->orders[m->order_count++];
	struct bko_outcome *all = &r->outcome;
	uint32_t mask;
	fill_order(m, o, op);
	if (o->held && o->hold_until <= o->placed)
		return BKO_E_ARGUMENT;
	mask = model_covering(m, o);
	for (uint32_t i = 0; i < o->line_count; i++) {
		struct line *l = &o->lines[i];
		l->ordered -= model_decide(m, o, l, 0, l->ordered, mask, &r->lines[i]);
		add_up(all, &r->lines[i]);
	}
	all->line_count = o->line_count;
	all->status = o->held ? BKO_STATUS_HELD : BKO_STATUS_OPEN;
	if (all->refused == 0)
		return BKO_OK;
	all->flags |= BKO_OUTCOME_IN_PART;
	if ((op->option & BKO_ORDER_ACCEPT_PART) && all->refused < all->asked)
		return BKO_OK;
	all->flags = BKO_OUTCOME_REFUSED;
	all->status = BKO_STATUS_REFUSED;
	all->refused = all->asked;
	all->allocated = all->backordered = 0;
	for (uint32_t i = 0; i < o->line_count; i++)
		if (!r->lines[i].refused)
			r->lines[i].reason = BKO_REASON_ALL_OR_NOTHING;
	return BKO_OK;
}

/* What a place of a hold lost to a shortage is decided anew, where it is. Returns
 * what is not to be had any more. */
static int64_t decide_lost(struct model *m, struct order *o, const struct line *l, struct place *p)
{
	struct bko_line_outcome out;
	struct line one = *l;
	int64_t lost = p->outside, refused;
	if (lost == 0 || model_untracked(&m->positions[l->item][p->location]))
		return 0;
	p->backordered -= lost;
	p->outside = 0;
	one.candidates[0] = p->location;
	one.candidate_count = 1;
	one.place_count = 0;
	refused = model_decide(m, o, &one, p->part, lost, ~0u, &out);
	if (p->backordered == 0) /* it counted in no limit: what is accepted anew does */
		for (int32_t i = 0; i < one.place_count; i++)
			p->counted |= one.places[i].counted;
	p->allocated += out.allocated;
	p->backordered += out.backordered;
	return refused;
}

static int32_t confirm(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o;
	int32_t status = model_begin_verb(m, op, &o);
	int64_t now;
	if (status)
		return status;
	now = time_of(m, o, op->now);
	if (op->until) {
		o->hold_until = round_up(m, op->until);
		return o->hold_until > now ? BKO_OK : BKO_E_ARGUMENT;
	}
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			struct line *l = &o->lines[i];
			struct place *p = &l->places[k];
			struct position *at = &m->positions[l->item][p->location];
			int64_t refused = decide_lost(m, o, l, p);
			l->cancelled += refused;
			r->outcome.refused += refused;
			if (p->backordered && at->settled > o->placed + at->policy.hold_place_ms)
				p->rank = model_rank(at, o, at->settled);
		}
	if (r->outcome.refused && !(o->flags & BKO_ORDER_ACCEPT_PART)) {
		r->outcome.flags = BKO_OUTCOME_REFUSED;
		r->outcome.status = BKO_STATUS_HELD;
		r->outcome.reason = BKO_REASON_OUT_OF_STOCK;
		return BKO_OK;
	}
	r->outcome.flags = r->outcome.refused ? (uint32_t)BKO_OUTCOME_IN_PART : 0;
	o->held = 0;
	o->hold_until = 0;
	o->confirmed = now;
	return BKO_OK;
}

/* ---- Taking units of lines, in the order that the rules name -------------------- */

enum { PICK = (int)OP_KINDS + (int)BKO_MARK_PICK, UNPICK, UNALLOCATE };

static int64_t takes(uint32_t verb, int waiting, const struct place *p)
{
	if (waiting)
		return verb == OP_CANCEL || verb == OP_AMEND || verb == OP_SPLIT ? p->backordered
		                                                                 : 0;
	return verb == OP_SHIP  ? p->allocated
	       : verb == UNPICK ? p->picked
	                        : p->allocated - p->picked;
}

static void take_waiting(struct place *p, int64_t n)
{
	p->backordered -= n;
	p->outside -= lesser(p->outside, n);
}

static int32_t may_ship(const struct model *m, const struct line *l, const struct place *p)
{
	const struct position *at = &m->positions[l->item][p->location];
	if (l->stops)
		return BKO_E_STATE;
	return at->policy.release_at_ms > at->settled && !p->untracked ? BKO_E_STATE : BKO_OK;
}

static int32_t take_from(struct model *m, uint32_t verb, const struct order *o, struct line *l,
                         struct place *p, int waiting, int64_t n)
{
	struct position *at = &m->positions[l->item][p->location];
	if (verb == PICK)
		p->picked += n;
	else if (verb == UNPICK)
		p->picked -= n;
	else if (verb == UNALLOCATE && p->untracked)
		return BKO_E_STATE;
	else if (verb == UNALLOCATE)
		model_demote_place(o, p, n);
	else if (waiting)
		take_waiting(p, n);
	else
		p->allocated -= n;
	if (verb == OP_SHIP) {
		p->picked -= lesser(p->picked, n);
		p->shipped += n;
		at->shipped += p->untracked ? 0 : n;
		at->revision += !p->untracked;
	}
	l->cancelled += verb == OP_CANCEL ? n : 0;
	l->ordered -= verb == OP_AMEND ? n : 0;
	if ((!waiting && (verb == OP_CANCEL || verb == OP_AMEND)) || verb == UNALLOCATE)
		free_units(m, l, p, n);
	return BKO_OK;
}

/* Takes n units (0: all there are) of a line at a location; *taken says how many.
 * Cancelling and lessening take the second part first, and what waits first. */
static int32_t take_units(struct model *m, uint32_t verb, const struct order *o, struct line *l,
                          const struct op_pick *pick, int64_t *moved, int64_t *taken)
{
	int less = verb == OP_CANCEL || verb == OP_AMEND, by_part = less || verb == OP_SHIP;
	int64_t left = pick->quantity ? pick->quantity : INT64_MAX;
	for (int32_t turn = 0; turn < (by_part ? 4 : 2); turn++)
		for (int32_t i = 0; i < l->place_count; i++) {
			struct place *p = &l->places[i];
			int waiting = turn % 2 == 0;
			int32_t part = less ? 1 - turn / 2 : turn / 2, status;
			int64_t k = lesser(left, takes(verb, waiting, p));
			if ((by_part && p->part != part) || k == 0 ||
			    (pick->location != OP_ANY && p->location != pick->location))
				continue;
			status = verb == OP_SHIP ? may_ship(m, l, p) : BKO_OK;
			if (status && pick->line == OP_ANY)
				continue;
			if (!status && verb == OP_SHIP && pick->quantity &&
			    k % m->positions[l->item][p->location].policy.quantum)
				status = BKO_E_ARGUMENT;
			if (!status)
				status = take_from(m, verb, o, l, p, waiting, k);
			if (status)
				return status;
			left -= k;
			*taken += k;
			if (moved)
				moved[i] += k;
		}
	return BKO_OK;
}

static int64_t open_units(const struct order *o)
{
	int64_t open = 0;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++)
			open += o->lines[i].places[k].allocated + o->lines[i].places[k].backordered;
	return open;
}

/* Whether a pick of the whole order meets units that may not ship. */
static int left_lying(const struct model *m, const struct order *o, const struct op_pick *pick)
{
	for (uint32_t i = 0; i < o->line_count && pick->line == OP_ANY; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			const struct place *p = &o->lines[i].places[k];
			if (p->allocated &&
			    (pick->location == OP_ANY || pick->location == p->location) &&
			    may_ship(m, &o->lines[i], p))
				return 1;
		}
	return 0;
}

/* Cancel, ship, pick, unpick, unallocate: whatever takes units by picks. */
static int32_t units(struct model *m, const struct op *op, uint32_t verb, struct op_result *r)
{
	struct order *o;
	int32_t status = model_begin_verb(m, op, &o);
	int64_t(*moved)[MODEL_PLACES] = m->records[m->record_count].moved;
	int up_to = op->kind != OP_MARK && op->option & BKO_UNITS_UP_TO;
	for (uint32_t i = 0; !status && i < op->pick_count; i++) {
		const struct op_pick *pick = &op->picks[i];
		uint32_t k = pick->line == OP_ANY ? 0 : (uint32_t)pick->line;
		uint32_t end = pick->line == OP_ANY ? o->line_count : k + 1;
		if (end > o->line_count)
			return BKO_E_NOT_FOUND;
		for (; !status && k < end; k++) {
			struct line *l = &o->lines[k];
			int64_t taken = 0;
			if (verb == UNALLOCATE)
				l->stops |= BKO_STOP_UNALLOCATED;
			status = take_units(m, verb, o, l, pick, moved[k], &taken);
			r->outcome.quantity += taken;
			if (!status && taken < pick->quantity && verb == OP_SHIP && l->stops)
				status = BKO_E_STATE;
			if (!status && taken < pick->quantity && !up_to)
				status = BKO_E_INSUFFICIENT;
		}
	}
	for (uint32_t i = 0; i < op->pick_count && !status && verb == OP_SHIP && !up_to; i++)
		if (r->outcome.quantity == 0)
			status = left_lying(m, o, &op->picks[i]) ? BKO_E_STATE : status;
	if (!status && verb == OP_SHIP && r->outcome.quantity == 0 && !up_to)
		status = BKO_E_INSUFFICIENT;
	if (!status && verb == OP_CANCEL)
		o->released = o->held && !open_units(o);
	return status;
}

static int32_t mark(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o;
	int32_t status;
	if (op->option > BKO_MARK_GO)
		return units(m, op, OP_KINDS + op->option, r);
	status = model_begin_verb(m, op, &o);
	for (uint32_t i = 0; !status && i < op->pick_count; i++)
		for (uint32_t k = 0; k < o->line_count; k++) {
			if (op->picks[i].line >= (int32_t)o->line_count)
				return BKO_E_NOT_FOUND;
			if (op->picks[i].line != OP_ANY && op->picks[i].line != (int32_t)k)
				continue;
			if (op->option == BKO_MARK_STOP)
				o->lines[k].stops |= op->stops;
			else
				o->lines[k].stops &= ~op->stops;
		}
	return status;
}

/* Moves from one place of a line what a split names of it, at its rank. */
static void split_place(struct model *m, struct line *l, struct place *p, struct line *into,
                        int64_t *left)
{
	int64_t waiting = lesser(p->backordered, *left);
	int64_t allocated = lesser(p->allocated - p->picked, *left - waiting);
	struct place *q = &into->places[into->place_count];
	if (waiting + allocated == 0)
		return;
	model_touch(m, l->item, p->location, 0)->bound = 1; /* before anything is on its way */
	into->place_count++;
	*q = *p;
	q->part = 0;
	q->picked = q->shipped = q->returned = 0;
	q->allocated = allocated;
	q->backordered = waiting;
	q->outside = lesser(p->outside, waiting);
	q->waited = waiting > 0;
	q->lead = q->waited ? p->lead : 0; /* of what waits alone it is known */
	q->rank.sub = ++m->positions[l->item][p->location].sequence;
	p->allocated -= allocated;
	take_waiting(p, waiting);
	l->ordered -= waiting + allocated;
	into->ordered += waiting + allocated;
	*left -= waiting + allocated;
}

static int32_t split(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o, *into;
	int32_t status = model_begin_verb(m, op, &o);
	if (status)
		return status;
	if (model_order(m, op->id))
		return BKO_E_EXISTS;
	into = &m->orders[m->order_count++];
	*into = *o;
	into->id = op->id;
	into->line_count = op->pick_count;
	for (uint32_t i = 0; i < op->pick_count; i++) {
		const struct op_pick *pick = &op->picks[i];
		struct line *l = &o->lines[pick->line], *to = &into->lines[i];
		int64_t left = pick->quantity;
		if (pick->line >= (int32_t)o->line_count)
			return BKO_E_NOT_FOUND;
		*to = *l;
		to->place_count = 0;
		to->ordered = to->cancelled = 0;
		for (int32_t part = 1; part >= 0; part--)
			for (int32_t k = 0; k < l->place_count; k++)
				if (l->places[k].part == part &&
				    (pick->location == OP_ANY ||
				     pick->location == l->places[k].location))
					split_place(m, l, &l->places[k], to, &left);
		if (left)
			return BKO_E_INSUFFICIENT;
		r->outcome.quantity += pick->quantity;
	}
	return BKO_OK;
}

/* ---- Amending -------------------------------------------------------------------- */

static void refuse(struct op_result *r, const struct order *o, const struct model *m, int64_t now,
                   const struct bko_line_outcome *line)
{
	memset(&r->outcome, 0, sizeof r->outcome);
	r->outcome.flags = BKO_OUTCOME_REFUSED;
	r->outcome.status = model_status(m, o, now);
	r->outcome.asked = r->outcome.refused = line->asked;
	r->outcome.reason = line->reason;
}

static int32_t amend_quantity(struct model *m, struct order *o, struct line *l, const struct op *op,
                              struct op_result *r)
{
	int64_t more = op->quantity - (l->ordered - l->cancelled), taken = 0, sum = more;
	struct op_pick all = {OP_ANY, OP_ANY, -more};
	struct bko_line_outcome *out = &r->lines[op->line];
	int open[2] = {0, 0};
	uint32_t status = model_status(m, o, op->now);
	if (more < 0) {
		take_units(m, OP_AMEND, o, l, &all, NULL, &taken);
		r->outcome.quantity = -taken;
		return taken < -more ? BKO_E_INSUFFICIENT : BKO_OK;
	}
	if (more == 0)
		return BKO_OK;
	for (uint32_t i = 0; i < o->line_count; i++)
		sum += o->lines[i].ordered;
	if (sum >= (int64_t)1 << BKO_QUANTITY_BITS)
		return BKO_E_RANGE;
	if (l->candidate_count == 0)
		return BKO_E_NOT_FOUND;
	for (int32_t i = 0; i < l->place_count; i++)
		open[l->places[i].part] |= l->places[i].allocated || l->places[i].backordered;
	if (open[0] && open[1])
		return BKO_E_TOO_LARGE;
	model_look(m, l, op->now);
	l->ordered += more - model_decide(m, o, l, open[0], more, ~0u, out);
	if (out->refused && (!(o->flags & BKO_ORDER_ACCEPT_PART) || out->refused == more)) {
		refuse(r, o, m, op->now, out);
		r->outcome.status = status;
		return BKO_OK;
	}
	r->outcome.asked = more;
	r->outcome.refused = out->refused;
	r->outcome.reason = out->reason;
	r->outcome.quantity = more - out->refused;
	r->outcome.flags |= out->refused ? (uint32_t)BKO_OUTCOME_IN_PART : 0;
	return BKO_OK;
}

/* Moves units of one place to another location, keeping epoch, band and time. */
static int32_t move_place(struct model *m, struct order *o, struct line *l, struct place from,
                          int32_t to, int64_t n, struct bko_line_outcome *out)
{
	struct position *at = &m->positions[l->item][to];
	int32_t count = l->candidate_count, first = l->candidates[0];
	l->candidate_count = 1;
	l->candidates[0] = to;
	model_decide(m, o, l, from.part, n, ~0u, out);
	l->candidate_count = count;
	l->candidates[0] = first;
	for (int32_t i = l->fresh; i < l->place_count; i++) {
		struct rank *rank = &l->places[i].rank;
		rank->epoch = lesser(from.rank.epoch, at->epoch);
		rank->band = from.rank.band;
		rank->time = from.rank.time;
		l->places[i].placed = from.waited ? from.placed : o->placed;
	}
	return out->refused ? BKO_OUTCOME_REFUSED : BKO_OK;
}

static int32_t re_source(struct model *m, struct order *o, struct line *l, const struct op *op,
                         struct op_result *r)
{
	int64_t left = op->quantity ? op->quantity : INT64_MAX;
	int32_t count = l->place_count;
	struct line to = {.item = l->item, .candidate_count = 1, .candidates = {op->to}};
	if (m->positions[l->item][op->to].there || op->to == 0)
		model_look(m, &to, op->now);
	for (int32_t i = 0; i < l->candidate_count; i++)
		to.candidate_count &= l->candidates[i] != op->to;
	if (to.candidate_count)
		l->candidates[l->candidate_count++] = op->to;
	for (int32_t i = 0; i < count && left; i++) {
		struct place *p = &l->places[i], from = *p;
		int64_t waiting = lesser(left, p->backordered);
		int64_t shelf = lesser(left - waiting, p->allocated - p->picked);
		struct bko_line_outcome out;
		if (p->location != op->location || waiting + shelf == 0)
			continue;
		if (!m->positions[l->item][op->to].there)
			return BKO_E_NOT_FOUND;
		take_waiting(p, waiting);
		p->allocated -= shelf;
		free_units(m, l, p, shelf);
		left -= waiting + shelf;
		r->outcome.quantity += waiting + shelf;
		if (move_place(m, o, l, from, op->to, waiting + shelf, &out)) {
			refuse(r, o, m, op->now, &out);
			return BKO_OK;
		}
	}
	return r->outcome.quantity == 0 || (op->quantity && left) ? BKO_E_INSUFFICIENT : BKO_OK;
}

static int32_t amend(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o;
	int32_t status = model_begin_verb(m, op, &o);
	if (status)
		return status;
	if (op->option & (BKO_AMEND_QUANTITY | BKO_AMEND_LOCATION) &&
	    op->line >= (int32_t)o->line_count)
		return BKO_E_NOT_FOUND;
	if (op->option & BKO_AMEND_CLASS)
		o->order_class = op->order_class;
	if (op->option & BKO_AMEND_NEED_BY)
		o->need_by = op->need_by;
	if (op->option & BKO_AMEND_RANK)
		o->rank = op->rank;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			struct place *p = &o->lines[i].places[k];
			struct position *at = &m->positions[o->lines[i].item][p->location];
			if (op->option & (BKO_AMEND_CLASS | BKO_AMEND_NEED_BY | BKO_AMEND_RANK) &&
			    p->backordered)
				p->rank = model_rank(at, o, p->placed);
		}
	if (op->option & BKO_AMEND_QUANTITY)
		return amend_quantity(m, o, &o->lines[op->line], op, r);
	if (op->option & BKO_AMEND_LOCATION)
		return re_source(m, o, &o->lines[op->line], op, r);
	return BKO_OK;
}

int32_t model_order_verb(struct model *m, const struct op *op, struct op_result *r)
{
	switch (op->kind) {
	case OP_PLACE:
	case OP_QUOTE: return place(m, op, r);
	case OP_CONFIRM: return confirm(m, op, r);
	case OP_AMEND: return amend(m, op, r);
	case OP_MARK: return mark(m, op, r);
	case OP_SPLIT: return split(m, op, r);
	default: return units(m, op, op->kind, r);
	}
}
