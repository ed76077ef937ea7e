/* The operations of the model, one after the other: what each does to the
 * arrays of model.c. Any that fails or is refused is undone by model_play.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static int32_t settle_order(struct model *m, const struct order *o, int64_t now)
{
	if (!o)
		return BKO_E_NOT_FOUND;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++)
			model_settle(m, o->lines[i].item, o->lines[i].places[k].location, now);
	return BKO_OK;
}

static int64_t open_units(const struct line *l)
{
	int64_t n = 0;
	for (int32_t i = 0; i < l->place_count; i++)
		n += l->places[i].allocated + l->places[i].backordered;
	return n;
}

static int64_t shipped_units(const struct line *l)
{
	int64_t n = 0;
	for (int32_t i = 0; i < l->place_count; i++)
		n += l->places[i].shipped;
	return n;
}

static void free_units(struct model *m, const struct line *l, const struct place *p, int64_t n)
{
	if (!p->untracked)
		m->freed[l->item][p->location] += n;
}

/* ---- Placing ------------------------------------------------------------------- */

static void describe(const struct model *m, const struct order *o, const struct line *l,
                     struct bko_line_outcome *out)
{
	struct bko_availability a;
	model_availability(m, o, l, &a);
	out->state = a.state;
	out->available_now = a.available_now;
	out->available_later = a.available_later;
	out->later_kind = a.later_kind;
}

/* Decides n units of a line; returns how many are refused. */
int64_t model_decide(struct model *m, struct order *o, struct line *l, int32_t part, int64_t n,
                     uint32_t mask, struct bko_line_outcome *out)
{
	int64_t left[OP_ITEMS][OP_LOCATIONS], rest, quantum;
	memset(out, 0, sizeof *out);
	out->asked = n;
	describe(m, o, l, out);
	if (!m->defined[l->item]) {
		out->reason = BKO_REASON_UNKNOWN_ITEM;
		return out->refused = n;
	}
	quantum = model_quantum(m, l);
	if (n % quantum) {
		out->reason = BKO_REASON_QUANTUM;
		return out->refused = n;
	}
	model_all_available(m, left);
	rest = model_take(m, o, l, part, n, mask, left);
	out->allocated = n - rest;
	if (rest)
		out->refused = model_wait(m, o, l, part, rest, out);
	out->backordered = rest - out->refused;
	for (int32_t i = 0; i < l->place_count; i++) {
		const struct position *p = &m->positions[l->item][l->places[i].location];
		if (l->places[i].part == part && l->places[i].allocated) {
			out->promise_kind = BKO_DATE_KNOWN;
			if (model_ready(p, 0) > out->promise_ms)
				out->promise_ms = model_ready(p, 0);
		}
	}
	return out->refused;
}

static void add_up(struct bko_outcome *all, const struct bko_line_outcome *line)
{
	all->asked += line->asked;
	all->allocated += line->allocated;
	all->backordered += line->backordered;
	all->refused += line->refused;
	all->reason = all->reason ? all->reason : line->reason;
}

void model_candidates(const struct model *m, struct line *l, const struct op_line *from)
{
	l->item = from->item;
	l->candidate_count = 0;
	for (int32_t k = 0; k < OP_LOCATIONS; k++)
		if (from->candidate_count > k)
			l->candidates[l->candidate_count++] = from->candidates[k];
		else if (from->candidate_count == 0 && m->positions[l->item][k].there)
			l->candidates[l->candidate_count++] = k;
}

static void fill_order(const struct model *m, struct order *o, const struct op *op)
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
	o->hold_until = (op->until + m->granule - 1) / m->granule * m->granule;
	o->confirmed = o->held ? 0 : op->now;
	o->line_count = op->line_count;
	for (uint32_t i = 0; i < op->line_count; i++) {
		struct line *l = &o->lines[i];
		l->ordered = op->lines[i].quantity;
		l->stops = op->stops;
		model_candidates(m, l, &op->lines[i]);
	}
}

static int32_t place(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = &m->orders[m->order_count++];
	int64_t accepted = 0;
	uint32_t mask;
	fill_order(m, o, op);
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].candidate_count; k++)
			model_settle(m, o->lines[i].item, o->lines[i].candidates[k], op->now);
	mask = model_covering(m, o);
	for (uint32_t i = 0; i < o->line_count; i++) {
		struct line *l = &o->lines[i];
		l->ordered -= model_decide(m, o, l, 0, l->ordered, mask, &r->lines[i]);
		accepted += l->ordered;
		add_up(&r->outcome, &r->lines[i]);
	}
	r->outcome.line_count = o->line_count;
	if (r->outcome.refused && (!(op->option & BKO_ORDER_ACCEPT_PART) || accepted == 0)) {
		r->outcome.flags |= BKO_OUTCOME_REFUSED;
		for (uint32_t i = 0; i < o->line_count; i++)
			if (!r->lines[i].refused)
				r->lines[i].reason = BKO_REASON_ALL_OR_NOTHING;
	} else if (r->outcome.refused) {
		r->outcome.flags |= BKO_OUTCOME_IN_PART;
	}
	return BKO_OK;
}

/* Decides anew what a hold lost, then makes it an order. */
static int32_t confirm(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	int32_t status = settle_order(m, o, op->now);
	int late;
	if (status || model_status(m, o, op->now) == BKO_STATUS_REFUSED)
		return BKO_E_NOT_FOUND;
	if (model_status(m, o, op->now) == BKO_STATUS_EXPIRED)
		return BKO_E_EXPIRED;
	if (!o->held)
		return BKO_E_STATE;
	if (op->until) {
		o->hold_until = (op->until + m->granule - 1) / m->granule * m->granule;
		return o->hold_until > op->now ? BKO_OK : BKO_E_ARGUMENT;
	}
	for (uint32_t i = 0; i < o->line_count; i++) {
		struct line *l = &o->lines[i];
		int64_t missing = 0, refused;
		for (int32_t k = 0; k < l->place_count; k++) {
			missing += l->places[k].outside;
			l->places[k].backordered -= l->places[k].outside;
			l->places[k].outside = 0;
		}
		refused = missing ? model_decide(m, o, l, 0, missing, ~0u, &r->lines[i]) : 0;
		l->cancelled += refused;
		add_up(&r->outcome, &r->lines[i]);
	}
	if (r->outcome.refused && !(o->flags & BKO_ORDER_ACCEPT_PART))
		r->outcome.flags |= BKO_OUTCOME_REFUSED;
	o->held = 0;
	o->confirmed = op->now;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			struct place *p = &o->lines[i].places[k];
			struct position *at = &m->positions[o->lines[i].item][p->location];
			late = at->settled - p->placed > at->policy.hold_place_ms;
			if (late && p->backordered)
				p->rank = model_rank(at, o, at->settled);
		}
	return BKO_OK;
}

/* ---- Taking units of lines, in the order that the rules name -------------------- */

static int64_t takes(uint32_t verb, int waiting, const struct place *p)
{
	switch (verb) {
	case OP_SHIP: return waiting ? 0 : p->allocated;
	case OP_CANCEL:
	case OP_AMEND:
	case OP_SPLIT: return waiting ? p->backordered : p->allocated - p->picked;
	case OP_TRANSFER:
		if (waiting)
			return p->backordered;
		return p->untracked ? 0 : p->allocated - p->picked;
	case BKO_MARK_UNPICK + OP_KINDS: return waiting ? 0 : p->picked;
	case BKO_MARK_UNALLOCATE + OP_KINDS:
		return waiting || p->untracked ? 0 : p->allocated - p->picked;
	default: return waiting ? 0 : p->allocated - p->picked;
	}
}

/* The place of a line that takes units of another's, at the same rank. */
static struct place *same_place(struct line *into, const struct place *p)
{
	struct place *q = into->places;
	while (q < into->places + into->place_count &&
	       (q->location != p->location || q->part != p->part || q->untracked != p->untracked))
		q++;
	if (q == into->places + into->place_count) {
		into->place_count++;
		*q = *p;
		q->allocated = q->backordered = q->outside = q->picked = q->shipped = 0;
	}
	return q;
}

static void take_from(struct model *m, uint32_t verb, struct line *l, struct place *p, int waiting,
                      int64_t n, struct line *into)
{
	struct position *at = &m->positions[l->item][p->location];
	if (verb == BKO_MARK_PICK + OP_KINDS) {
		p->picked += n;
		return;
	}
	if (verb == BKO_MARK_UNPICK + OP_KINDS) {
		p->picked -= n;
		return;
	}
	if (into) {
		struct place *q = same_place(into, p);
		q->allocated += waiting ? 0 : n;
		q->backordered += waiting ? n : 0;
		q->outside += waiting ? (p->outside < n ? p->outside : n) : 0;
		l->ordered -= n;
		into->ordered += n;
	}
	if (waiting) {
		p->backordered -= n;
		p->outside -= p->outside < n ? p->outside : n;
	} else {
		p->allocated -= n;
	}
	if (verb == OP_SHIP) {
		p->picked -= p->picked < n ? p->picked : n;
		p->shipped += n;
		at->shipped += p->untracked ? 0 : n;
		at->revision += !p->untracked;
	} else if (verb == BKO_MARK_UNALLOCATE + OP_KINDS) {
		p->backordered += n;
		p->outside += n;
	}
	if (verb == OP_CANCEL)
		l->cancelled += n;
	if (verb == OP_AMEND)
		l->ordered -= n;
	if (!waiting && !into && verb != OP_SHIP)
		free_units(m, l, p, n);
}

/* Takes n units (0: all there are) of a line at a location; returns how many. */
static int64_t take_units(struct model *m, uint32_t verb, struct line *l, int32_t location,
                          int64_t n, struct line *into, int64_t *moved)
{
	int64_t taken = 0;
	int32_t count = l->place_count;
	for (int32_t part = 1; part >= 0; part--)
		for (int waiting = 1; waiting >= 0; waiting--)
			for (int32_t i = 0; i < count; i++) {
				struct place *p = &l->places[i];
				int64_t k = takes(verb, waiting, p);
				if (p->part != part ||
				    (location != OP_ANY && p->location != location))
					continue;
				if (n && k > n - taken)
					k = n - taken;
				if (k == 0)
					continue;
				take_from(m, verb, l, p, waiting, k, into);
				taken += k;
				if (moved)
					moved[i] += k;
			}
	return taken;
}

/* Cancel, ship, split, pick, unpick, unallocate: whatever takes units by picks. */
static int32_t units(struct model *m, const struct op *op, uint32_t verb, struct op_result *r)
{
	struct order *o = model_order(m, op->order), *into = NULL;
	int32_t status = settle_order(m, o, op->now);
	int64_t(*moved)[MODEL_PLACES] = m->records[m->record_count].moved;
	if (status || o->refused)
		return BKO_E_NOT_FOUND;
	status = model_may(m, o, verb, op->now);
	if (status)
		return status;
	if (verb == OP_SPLIT) {
		if (model_order(m, op->id))
			return BKO_E_EXISTS;
		into = &m->orders[m->order_count++];
		*into = *o;
		into->id = op->id;
		into->line_count = op->pick_count;
		memset(into->lines, 0, sizeof into->lines);
	}
	for (uint32_t i = 0; i < op->pick_count; i++) {
		const struct op_pick *pick = &op->picks[i];
		uint32_t first = pick->line == OP_ANY ? 0 : (uint32_t)pick->line;
		uint32_t end = pick->line == OP_ANY ? o->line_count : first + 1;
		if (end > o->line_count)
			return BKO_E_NOT_FOUND;
		for (uint32_t k = first; k < end; k++) {
			struct line *l = &o->lines[k];
			int64_t n;
			if (into) {
				into->lines[i] = *l;
				memset(into->lines[i].places, 0, sizeof l->places);
				into->lines[i].place_count = 0;
				into->lines[i].ordered = into->lines[i].cancelled = 0;
				into->lines[i].returned = 0;
			}
			if (verb == OP_SHIP && (status = model_may_ship(m, l, pick->location)))
				return status;
			n = take_units(m, verb, l, pick->location, pick->quantity,
			               into ? &into->lines[i] : NULL, moved[k]);
			if (n < pick->quantity && !(op->option & BKO_UNITS_UP_TO))
				return BKO_E_INSUFFICIENT;
			if (verb == OP_SHIP && n % model_quantum(m, l))
				return BKO_E_ARGUMENT;
			if (verb == BKO_MARK_UNALLOCATE + OP_KINDS && n)
				l->stops |= BKO_STOP_UNALLOCATED;
			r->outcome.quantity += n;
		}
	}
	return BKO_OK;
}

static int32_t mark(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	int32_t status = settle_order(m, o, op->now);
	if (op->option >= BKO_MARK_PICK)
		return units(m, op, op->option + OP_KINDS, r);
	if (status || o->refused)
		return BKO_E_NOT_FOUND;
	if ((status = model_may(m, o, OP_MARK, op->now)) != 0)
		return status;
	for (uint32_t i = 0; i < op->pick_count; i++)
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
	return BKO_OK;
}

static int32_t amend_quantity(struct model *m, struct order *o, struct line *l, const struct op *op,
                              struct op_result *r)
{
	int64_t more = op->quantity - l->ordered;
	if (more < 0) {
		if (-more > open_units(l))
			return BKO_E_INSUFFICIENT;
		if (take_units(m, OP_AMEND, l, OP_ANY, -more, NULL, NULL) < -more)
			return BKO_E_INSUFFICIENT;
	} else if (more > 0) {
		for (int32_t i = 0; i < l->place_count; i++)
			if (l->places[i].part == 1)
				return BKO_E_TOO_LARGE;
		model_decide(m, o, l, 1, more, ~0u, &r->lines[op->line]);
		l->ordered += more - r->lines[op->line].refused;
		add_up(&r->outcome, &r->lines[op->line]);
		if (r->outcome.refused &&
		    (!(o->flags & BKO_ORDER_ACCEPT_PART) || r->outcome.refused == more))
			r->outcome.flags |= BKO_OUTCOME_REFUSED;
		else if (r->outcome.refused)
			r->outcome.flags |= BKO_OUTCOME_IN_PART;
	}
	return BKO_OK;
}

/* Moves open units of a line to another location at their rank. */
static int32_t re_source(struct model *m, struct order *o, struct line *l, const struct op *op,
                         struct op_result *r)
{
	struct line moved = *l;
	int64_t n, wanted = op->quantity;
	if (op->location == op->to)
		return BKO_E_ARGUMENT;
	if (!m->positions[l->item][op->location].there || !m->positions[l->item][op->to].there)
		return BKO_E_NOT_FOUND;
	model_settle(m, l->item, op->to, op->now);
	moved.place_count = 0;
	n = take_units(m, OP_TRANSFER, l, op->location, wanted, &moved, NULL);
	l->ordered += n;
	if (n < wanted || n == 0)
		return BKO_E_INSUFFICIENT;
	for (int32_t i = 0; i < moved.place_count; i++) {
		struct place *from = &moved.places[i];
		struct position *to = &m->positions[l->item][op->to];
		struct place *p = model_place(m, o, l, op->to, from->part, 0, from->placed);
		int64_t units = from->allocated + from->backordered;
		int64_t now = model_available(m, l->item, op->to);
		now = now < units ? now : units;
		free_units(m, l, from, from->allocated);
		p->rank = from->rank;
		p->rank.sequence = ++to->sequence;
		p->allocated += now;
		p->backordered += units - now;
		to->open -= now;
		r->outcome.quantity += units;
	}
	return BKO_OK;
}

static int32_t amend(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	int32_t status = settle_order(m, o, op->now);
	if (status || o->refused)
		return BKO_E_NOT_FOUND;
	if ((status = model_may(m, o, OP_AMEND, op->now)) != 0)
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
	if (op->option & (BKO_AMEND_CLASS | BKO_AMEND_NEED_BY | BKO_AMEND_RANK))
		for (uint32_t i = 0; i < o->line_count; i++)
			for (int32_t k = 0; k < o->lines[i].place_count; k++) {
				struct place *p = &o->lines[i].places[k];
				if (p->backordered)
					p->rank = model_rank(
						&m->positions[o->lines[i].item][p->location], o,
						p->placed);
			}
	if (op->option & BKO_AMEND_QUANTITY)
		return amend_quantity(m, o, &o->lines[op->line], op, r);
	if (op->option & BKO_AMEND_LOCATION)
		return re_source(m, o, &o->lines[op->line], op, r);
	return BKO_OK;
}

static int32_t void_shipment(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	struct record *s = model_record(m, op->order, 0, 0, op->other);
	int32_t status = settle_order(m, o, op->now);
	if (status || !s || s->request.kind != OP_SHIP)
		return BKO_E_NOT_FOUND;
	for (uint32_t i = 0; i < m->record_count; i++)
		if (m->records[i].request.kind == OP_VOID &&
		    m->records[i].request.order == op->order &&
		    m->records[i].request.other == op->other)
			return BKO_E_STATE;
	for (uint32_t i = 0; i < o->line_count; i++) {
		struct line *l = &o->lines[i];
		for (int32_t k = 0; k < l->place_count; k++) {
			struct place *p = &l->places[k];
			int64_t n = s->moved[i][k];
			if (n && shipped_units(l) - n < l->returned)
				return BKO_E_STATE;
			p->shipped -= n;
			p->allocated += n;
			m->positions[l->item][p->location].shipped -= p->untracked ? 0 : n;
			m->positions[l->item][p->location].revision += n && !p->untracked;
			r->outcome.quantity += n;
		}
	}
	return BKO_OK;
}

static int32_t give_back(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = model_order(m, op->order);
	int32_t status = settle_order(m, o, op->now), to = op->to;
	struct line *l;
	struct position *p;
	if (status || o->refused || op->line >= (int32_t)o->line_count)
		return BKO_E_NOT_FOUND;
	l = &o->lines[op->line];
	if (op->quantity > shipped_units(l) - l->returned)
		return BKO_E_INSUFFICIENT;
	for (int32_t i = l->place_count - 1; i >= 0 && op->to == OP_ANY; i--)
		if (l->places[i].shipped)
			to = l->places[i].location;
	l->returned += op->quantity;
	r->outcome.quantity = op->quantity;
	if (op->option == BKO_RETURN_NONE)
		return BKO_OK;
	p = model_touch(m, l->item, to, op->now);
	if (op->option == BKO_RETURN_ANNOUNCED)
		return model_supply(p, op->id, BKO_ORIGIN_RETURN, op->quantity, op->until, 0);
	p->returned += op->quantity;
	p->revision++;
	if (op->option == BKO_RETURN_BUCKET)
		p->bucket[op->bucket] += op->quantity;
	else
		m->freed[l->item][to] += op->quantity;
	return BKO_OK;
}

/* A forced sale of an order's units: allocated ones first, then those it waits for.
 * Lowers *n by what came from the allocated ones. */
int32_t model_sell(struct model *m, struct order *o, const struct op *op, int64_t *n)
{
	int32_t status = settle_order(m, o, op->now);
	int64_t left = op->quantity;
	struct line *l;
	if (status || o->refused || op->line >= (int32_t)o->line_count ||
	    o->lines[op->line].item != op->item)
		return BKO_E_NOT_FOUND;
	if ((status = model_may(m, o, OP_FORCE, op->now)) != 0)
		return status;
	l = &o->lines[op->line];
	for (int waiting = 0; waiting < 2; waiting++)
		for (int32_t i = 0; i < l->place_count; i++) {
			struct place *p = &l->places[i];
			int64_t k = waiting ? p->backordered : p->allocated;
			if (p->location != op->location)
				continue;
			k = k < left ? k : left;
			left -= k;
			p->shipped += k;
			if (waiting) {
				p->backordered -= k;
				p->outside -= p->outside < k ? p->outside : k;
			} else {
				p->allocated -= k;
				p->picked = p->picked < p->allocated ? p->picked : p->allocated;
				*n -= k;
			}
			if (p->untracked)
				m->positions[l->item][p->location].shipped -= k;
		}
	return left ? BKO_E_INSUFFICIENT : BKO_OK;
}

int32_t model_verb(struct model *m, const struct op *op, struct op_result *r)
{
	switch (op->kind) {
	case OP_PLACE:
	case OP_QUOTE: return place(m, op, r);
	case OP_CONFIRM: return confirm(m, op, r);
	case OP_AMEND: return amend(m, op, r);
	case OP_VOID: return void_shipment(m, op, r);
	case OP_RETURN: return give_back(m, op, r);
	case OP_MARK: return mark(m, op, r);
	default: return units(m, op, op->kind, r);
	}
}
