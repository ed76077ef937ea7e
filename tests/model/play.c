/* Playing an operation on the model: replays, undoing, and what can be asked.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static const int64_t BOUND = ((int64_t)1 << BKO_QUANTITY_BITS) - 1;

void model_begin(struct model *m, int64_t granule, struct record *records)
{
	memset(m, 0, sizeof *m);
	m->granule = granule;
	m->records = records;
}

void model_copy(struct model *to, const struct model *from)
{
	memcpy(to, from, offsetof(struct model, orders) + from->order_count * sizeof *from->orders);
}

uint32_t model_status(const struct model *m, const struct order *o, int64_t now)
{
	int64_t ordered = 0, shipped = 0, cancelled = 0, gone = 0;
	for (uint32_t i = 0; i < o->line_count; i++) {
		const struct line *l = &o->lines[i];
		ordered += l->ordered;
		cancelled += l->cancelled;
		for (int32_t k = 0; k < l->place_count; k++) {
			shipped += l->places[k].shipped;
			gone += l->places[k].gone;
			if (m->positions[l->item][l->places[k].location].settled > now)
				now = m->positions[l->item][l->places[k].location].settled;
		}
	}
	if (o->refused)
		return BKO_STATUS_REFUSED;
	if (o->released)
		return BKO_STATUS_RELEASED;
	if (o->held && (gone || o->hold_until <= now))
		return BKO_STATUS_EXPIRED;
	if (o->held)
		return BKO_STATUS_HELD;
	if (ordered == cancelled)
		return BKO_STATUS_CANCELLED;
	if (ordered == cancelled + shipped)
		return BKO_STATUS_COMPLETE;
	return shipped ? BKO_STATUS_PARTLY_SHIPPED : BKO_STATUS_OPEN;
}

/* Whether a verb is possible in the order's status (transition table). */
int32_t model_may(const struct model *m, const struct order *o, const struct op *op)
{
	/* A line that moves lives by the clock of where it goes, too. */
	int moves = op->kind == OP_AMEND && op->option & BKO_AMEND_LOCATION &&
	            op->line < (int32_t)o->line_count;
	int64_t there = moves ? m->positions[o->lines[op->line].item][op->to].settled : 0;
	uint32_t status = model_status(m, o, there > op->now ? there : op->now);
	int held = status == BKO_STATUS_HELD;
	int closed = status == BKO_STATUS_CANCELLED || status == BKO_STATUS_COMPLETE;
	int state = 0;
	if (status == BKO_STATUS_REFUSED)
		return BKO_E_NOT_FOUND;
	if (status == BKO_STATUS_EXPIRED)
		return BKO_E_EXPIRED;
	switch (op->kind) {
	case OP_CONFIRM: state = !held; break;
	case OP_SHIP:
	case OP_SPLIT: state = o->held || status == BKO_STATUS_RELEASED; break;
	case OP_AMEND: state = closed || status == BKO_STATUS_RELEASED; break;
	case OP_MARK:
		state = status == BKO_STATUS_RELEASED ||
		        (held && op->option == BKO_MARK_UNALLOCATE);
		break;
	default: break;
	}
	return state ? BKO_E_STATE : BKO_OK;
}

void model_position(const struct model *m, int32_t item, int32_t location, struct bko_position *f)
{
	const struct position *p = &m->positions[item][location];
	memset(f, 0, sizeof *f);
	for (int32_t i = 1; i <= OP_NAMES; i++)
		f->unavailable += p->bucket[i];
	f->open = p->open;
	f->buffer = p->buffer;
	f->allocated = model_sum(m, item, location, SUM_ALLOCATED);
	f->on_hand = p->open + p->buffer + f->allocated + f->unavailable;
	f->backordered = model_sum(m, item, location, SUM_BACKORDERED);
	f->outside = model_sum(m, item, location, SUM_OUTSIDE);
	f->held_allocated = model_sum(m, item, location, SUM_HELD_ALLOCATED);
	f->held_backordered = model_sum(m, item, location, SUM_HELD_BACKORDERED);
	f->eligible = model_sum(m, item, location, SUM_UNPARKED);
	for (int32_t i = 0; i < p->supply_count; i++)
		f->incoming += p->supplies[i].expected;
	f->available_now = model_available(m, item, location);
	f->available_now -= p->there ? f->available_now % p->policy.quantum : 0;
	f->received = p->received;
	f->returned = p->returned;
	f->adjusted = p->adjusted;
	f->transferred_in = p->in;
	f->transferred_out = p->out;
	f->shipped = p->shipped;
	f->refused = p->refused;
	f->settled_ms = p->settled;
	f->revision = p->revision;
	f->switched = (uint32_t)p->switched;
	f->supplies = (uint32_t)p->supply_count;
}

int32_t model_queue(const struct model *model, int32_t item, int32_t location,
                    struct waiting *queue)
{
	struct model *m = (struct model *)model;
	int32_t count = 0;
	for (struct walk w = {0}; model_walk(m, &w, item, location);) {
		int32_t i = count;
		if (w.p->backordered == 0)
			continue;
		for (; i > 0 && model_before(&w.p->rank, &queue[i - 1].place->rank); i--)
			queue[i] = queue[i - 1];
		queue[i].order = w.o;
		queue[i].line = w.l;
		queue[i].place = w.p;
		count++;
	}
	return count;
}

static int32_t limit(struct model *m, const struct op *op)
{
	struct limit *l = &m->limits[op->option][op->line];
	l->set = 1;
	l->kind = op->stops;
	l->limit = op->quantity;
	l->settled = l->settled > op->now ? l->settled : op->now;
	return BKO_OK;
}

/* Lines placed under an earlier discipline take the rank of the present one. */
static int32_t re_rank(struct model *m, const struct op *op)
{
	struct position *p = &m->positions[op->item][op->location];
	if (!p->there)
		return BKO_E_NOT_FOUND;
	model_settle(m, op->item, op->location, op->now);
	for (struct walk w = {0}; model_walk(m, &w, op->item, op->location);)
		if (w.p->backordered && w.p->rank.epoch < p->epoch) {
			struct rank was = w.p->rank;
			w.p->rank = model_rank(p, w.o, w.p->placed);
			w.p->rank.sequence = was.sequence;
			w.p->rank.sub = was.sub;
			p->sequence--;
		}
	return BKO_OK;
}

/* Settles every position where something is due. */
static int32_t tick(struct model *m, const struct op *op)
{
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++)
			if (model_due(m, i, k, op->now))
				model_settle(m, i, k, op->now);
	return BKO_OK;
}

static int32_t dispatch(struct model *m, const struct op *op, struct op_result *r)
{
	switch (op->kind) {
	case OP_LIMIT: return limit(m, op);
	case OP_TICK: return tick(m, op);
	case OP_RERANK: return re_rank(m, op);
	case OP_AVAILABLE: return model_ask(m, op, r);
	case OP_EXPLAIN: return model_explain(m, op, r);
	case OP_RESOLVE: return model_resolve(m, op, r);
	case OP_CALENDAR: return model_calendar(m, op);
	case OP_PRUNE: return model_prune(m, op);
	case OP_MAIL: return BKO_OK; /* events are no part of the model */
	case OP_PLACE:
	case OP_QUOTE:
	case OP_CONFIRM:
	case OP_AMEND:
	case OP_SPLIT:
	case OP_CANCEL:
	case OP_SHIP:
	case OP_VOID:
	case OP_RETURN:
	case OP_MARK: return model_verb(m, op, r);
	default: return model_stock(m, op, r);
	}
}

/* Q7: a figure, or the units that a limit counts, outside the numeric range. */
static int out_of_range(const struct model *m)
{
	for (int32_t i = 0; i < OP_ITEMS; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++) {
			struct bko_position f;
			int64_t *all = &f.on_hand;
			model_position(m, i, k, &f);
			for (; all <= &f.refused; all++)
				if (*all > BOUND || *all < -BOUND)
					return 1;
		}
	for (uint32_t of = BKO_LIMIT_ITEM; of <= BKO_LIMIT_CHANNEL; of++)
		for (int32_t id = 0; id <= OP_ITEMS + OP_NAMES; id++)
			if (m->limits[of][id].set && model_limit_used(m, of, id, 0) > BOUND)
				return 1;
	return 0;
}

/* What changes nothing. */
static int asks(const struct op *op)
{
	return op->kind == OP_QUOTE || op->kind == OP_AVAILABLE || op->kind == OP_EXPLAIN;
}

static int has_id(const struct op *op)
{
	return op->kind >= OP_PLACE && op->kind <= OP_SUPPLY && op->kind != OP_QUOTE &&
	       op->kind != OP_AVAILABLE;
}

static int same_request(const struct op *a, const struct op *b)
{
	struct op x = *a, y = *b;
	x.now = y.now = 0;
	x.flags = y.flags = 0;
	return memcmp(&x, &y, sizeof x) == 0;
}

/* The record that an operation would repeat. */
static struct record *earlier(struct model *m, const struct op *op)
{
	int order = op->kind < OP_RECEIVE;
	if (!has_id(op))
		return NULL;
	return model_record(m,
	                    op->kind == OP_PLACE ? op->id
	                    : order              ? op->order
	                                         : 0,
	                    order ? 0 : op->item, order ? 0 : op->location, op->id);
}

/* A refusal that is counted: its record, and the units at the first position. */
static void count_refused(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o = &m->orders[m->order_count++];
	struct record *record = &m->records[m->record_count++];
	memset(o, 0, sizeof *o);
	o->id = op->id;
	o->refused = 1;
	o->closed = op->now;
	r->outcome.status = BKO_STATUS_REFUSED;
	for (uint32_t i = 0; i < op->line_count; i++) {
		struct line l;
		model_candidates(m, &l, &op->lines[i]);
		if (l.candidate_count && m->positions[l.item][l.candidates[0]].there)
			m->positions[l.item][l.candidates[0]].refused +=
				r->lines[i].refused ? r->lines[i].refused : r->lines[i].asked;
	}
	record->request = *op;
	record->result = *r;
}

/* A limit takes the time of the positions whose units changed in it; one that was only
 * looked at keeps its own. */
static void note_limits(struct model *m, const struct model *old, const struct op *op)
{
	uint8_t written[4][OP_ITEMS + OP_NAMES + 1];
	memset(written, 0, sizeof written);
	for (struct walk w = {0}; model_walk(m, &w, OP_ANY, OP_ANY);) {
		const struct line *was =
			w.order < old->order_count ? &old->orders[w.order].lines[w.line] : NULL;
		const struct place *p =
			was && w.place <= was->place_count ? &was->places[w.place - 1] : NULL;
		int64_t before = p ? p->backordered - p->outside : 0;
		int32_t of[] = {0, w.l->item, w.o->customer, w.o->channel};
		int64_t now = m->positions[w.l->item][w.p->location].settled;
		int moved = before != w.p->backordered - w.p->outside ||
		            (p && before &&
		             (old->orders[w.order].held != w.o->held ||
		              old->orders[w.order].hold_until != w.o->hold_until));
		for (uint32_t i = BKO_LIMIT_ITEM; i <= BKO_LIMIT_CHANNEL && moved; i++) {
			struct limit *l = &m->limits[i][of[i]];
			if ((w.p->counted & 1u << i) == 0)
				continue;
			written[i][of[i]] = 1;
			if (l->settled < now)
				l->settled = now;
		}
	}
	for (uint32_t i = BKO_LIMIT_ITEM; i <= BKO_LIMIT_CHANNEL; i++)
		for (uint32_t k = 0; k < sizeof written[i]; k++)
			if (!written[i][k] && op->kind != OP_LIMIT)
				m->limits[i][k].settled = old->limits[i][k].settled;
}

/* Whether a step changed a position: its figures, or a line that is there. */
static int changed(const struct model *m, const struct model *old, int32_t item, int32_t location)
{
	struct position a = m->positions[item][location], b = old->positions[item][location];
	a.settled = b.settled = 0;
	if (memcmp(&a, &b, sizeof a) != 0)
		return 1;
	for (uint32_t i = 0; i < m->order_count; i++)
		for (uint32_t k = 0; k < m->orders[i].line_count; k++) {
			const struct line *l = &m->orders[i].lines[k],
					  *was = &old->orders[i].lines[k];
			for (int32_t n = 0; n < l->place_count && l->item == item; n++) {
				const struct place *p = &l->places[n];
				if (p->location != location || p->untracked)
					continue;
				if (i >= old->order_count || n >= was->place_count ||
				    memcmp(p, &was->places[n], sizeof *p) != 0 ||
				    (p->backordered && l->stops != was->stops) ||
				    m->orders[i].held != old->orders[i].held)
					return 1;
			}
		}
	return 0;
}

/* Whether a hold stands at a position, be it with untracked units alone. */
static int has_hold(const struct model *m, int32_t item, int32_t location)
{
	for (uint32_t i = 0; i < m->order_count; i++)
		for (uint32_t k = 0; k < m->orders[i].line_count && m->orders[i].held; k++)
			for (int32_t n = 0; n < m->orders[i].lines[k].place_count; n++)
				if (m->orders[i].lines[k].item == item &&
				    m->orders[i].lines[k].places[n].location == location)
					return 1;
	return 0;
}

/* A position that was only looked at keeps the time it was settled to, and one that
 * is new and got nothing is none. */
static void forget_look(struct model *m, const struct model *old, int32_t item, int32_t location,
                        int64_t now)
{
	struct position *p = &m->positions[item][location];
	struct walk w = {0};
	if (p->fresh &&
	    p->open + p->buffer + p->supply_count + p->received + p->adjusted + p->returned +
	                    p->in ==
	            0 &&
	    !p->bound && !model_walk(m, &w, item, location) && !has_hold(m, item, location)) {
		memset(p, 0, sizeof *p);
		return;
	}
	p->fresh = 0;
	if (p->there && !changed(m, old, item, location) && !model_due(old, item, location, now))
		p->settled = old->positions[item][location].settled;
}

/* After a verb about an order its outcome tells how the order stands. */
static void tell_order(const struct model *m, const struct order *o, const struct op *op,
                       struct op_result *r)
{
	r->outcome.status = model_status(m, o, op->now);
	r->outcome.allocated = r->outcome.backordered = 0;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			r->outcome.allocated += o->lines[i].places[k].allocated;
			r->outcome.backordered += o->lines[i].places[k].backordered;
		}
}

void model_play(struct model *m, const struct op *op, struct op_result *r)
{
	static struct model saved;
	int64_t asked = op->quantity;
	struct record *first = earlier(m, op), *record = &m->records[m->record_count];
	memset(r, 0, sizeof *r);
	for (uint32_t i = 0; i < op->line_count; i++)
		asked += op->lines[i].quantity;
	if (asked > BOUND) { /* looked at before anything is read */
		r->status = BKO_E_RANGE;
		return;
	}
	if (op->location == op->to && (op->kind == OP_TRANSFER ||
	                               (op->kind == OP_AMEND && op->option & BKO_AMEND_LOCATION))) {
		r->status = BKO_E_ARGUMENT;
		return;
	}
	if (first && first->request.kind == OP_RESOLVE) {
		r->status = BKO_E_VOID;
		return;
	}
	if (first && !same_request(&first->request, op)) {
		r->status = BKO_E_MISMATCH;
		return;
	}
	if (first) {
		*r = first->result;
		r->outcome.flags |= BKO_OUTCOME_REPLAYED;
		return;
	}
	memset(record, 0, sizeof *record);
	model_copy(&saved, m);
	r->status = dispatch(m, op, r);
	for (int32_t i = 0; i < OP_ITEMS && r->status == BKO_OK; i++)
		for (int32_t k = 0; k < OP_LOCATIONS; k++) {
			r->outcome.served += model_enter(m, i, k, m->freed[i][k]);
			m->freed[i][k] = 0;
			model_finish(m, i, k);
			forget_look(m, &saved, i, k, op->now);
		}
	if (r->status == BKO_OK)
		note_limits(m, &saved, op);
	if (r->status == BKO_OK && !(r->outcome.flags & BKO_OUTCOME_REFUSED) && !asks(op) &&
	    out_of_range(m))
		r->status = BKO_E_RANGE;
	if (r->status || r->outcome.flags & BKO_OUTCOME_REFUSED || asks(op)) {
		int count = op->kind == OP_PLACE && r->status == BKO_OK &&
		            op->flags & BKO_OP_COUNT_REFUSED;
		model_copy(m, &saved);
		if (count)
			count_refused(m, op, r);
		if (count && out_of_range(m)) {
			model_copy(m, &saved);
			r->status = BKO_E_RANGE;
		}
	} else if (has_id(op)) {
		if (op->order && op->kind < OP_RECEIVE)
			tell_order(m, model_order(m, op->order), op, r);
		if (op->order || op->kind == OP_PLACE || op->kind == OP_SPLIT)
			for (uint32_t i = 0; i < m->order_count; i++)
				if (m->orders[i].id == op->order || m->orders[i].id == op->id)
					model_note_closed(m, &m->orders[i], op->now);
		record->request = *op;
		record->result = *r;
		m->record_count++;
	}
}
