/* The rules themselves: queue, policy, time, promises, room.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

enum { DAY = 86400000 };
static const int64_t FOREVER = INT64_MAX;

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- Walking ---------------------------------------------------------------- */

/* The next tracked place of an item (or any) at a location (or any). */
int model_walk(struct model *m, struct walk *w, int32_t item, int32_t location)
{
	for (; w->order < m->order_count; w->order++, w->line = 0) {
		w->o = &m->orders[w->order];
		for (; w->line < w->o->line_count; w->line++, w->place = 0) {
			w->l = &w->o->lines[w->line];
			while (w->place < w->l->place_count) {
				w->p = &w->l->places[w->place++];
				if ((!w->p->gone || w->gone) && (w->all || !w->p->untracked) &&
				    (item == OP_ANY || item == w->l->item) &&
				    (location == OP_ANY || location == w->p->location))
					return 1;
			}
		}
	}
	return 0;
}

int model_before(const struct rank *a, const struct rank *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch;
	if (a->band != b->band)
		return a->band < b->band;
	if (a->time != b->time)
		return a->time < b->time;
	return a->sequence != b->sequence ? a->sequence < b->sequence : a->sub < b->sub;
}

struct order *model_order(struct model *m, uint32_t id)
{
	for (uint32_t i = 0; i < m->order_count; i++)
		if (m->orders[i].id == id && id)
			return &m->orders[i];
	return NULL;
}

struct supply *model_find_supply(struct position *p, uint32_t id)
{
	for (int32_t i = 0; i < p->supply_count; i++)
		if (p->supplies[i].id == id)
			return &p->supplies[i];
	return NULL;
}

/* The record of an id under its subject: an order, or a position. */
struct record *model_record(const struct model *m, uint32_t order, int32_t item, int32_t location,
                            uint32_t id)
{
	for (uint32_t i = 0; i < m->record_count; i++) {
		const struct op *r = &m->records[i].request;
		uint32_t subject = r->kind == OP_PLACE ? r->id : r->order;
		if (r->kind == OP_FORCE)
			subject = 0;
		if (r->kind < OP_KINDS && r->id == id && subject == order &&
		    (order || (r->item == item && r->location == location)))
			return &m->records[i];
	}
	return NULL;
}

/* ---- Figures of a position --------------------------------------------------- */

static int64_t claim(const struct walk *w)
{
	return w->l->stops & BKO_STOP_UNALLOCATED ? 0 : w->p->backordered;
}

static int parked(const struct walk *w)
{
	return w->o->held || w->l->stops;
}

static int64_t figure(const struct walk *w, enum sum which, int64_t quantum)
{
	switch (which) {
	case SUM_ALLOCATED: return w->p->allocated;
	case SUM_UNPICKED: return w->p->allocated - w->p->picked;
	case SUM_BACKORDERED: return w->p->backordered;
	case SUM_OUTSIDE: return w->p->outside;
	case SUM_HELD_ALLOCATED: return w->o->held ? w->p->allocated : 0;
	case SUM_HELD_BACKORDERED: return w->o->held ? w->p->backordered : 0;
	case SUM_UNPARKED: return parked(w) ? 0 : w->p->backordered;
	case SUM_ELIGIBLE: return parked(w) || w->p->backordered < quantum ? 0 : w->p->backordered;
	case SUM_CLAIMS: return claim(w);
	}
	return 0;
}

int64_t model_sum(const struct model *m, int32_t item, int32_t location, enum sum which)
{
	int64_t total = 0, quantum = m->positions[item][location].policy.quantum;
	for (struct walk w = {0}; model_walk((struct model *)m, &w, item, location);)
		total += figure(&w, which, quantum);
	return total;
}

int64_t model_available(const struct model *m, int32_t item, int32_t location)
{
	const struct position *p = &m->positions[item][location];
	return p->there ? greater(0, p->open - model_sum(m, item, location, SUM_CLAIMS)) : 0;
}

/* ---- Calendars ---------------------------------------------------------------- */

static const struct calendar *calendar_of(const struct model *m, const struct position *p)
{
	return &m->calendars[(p - m->positions[0]) % OP_LOCATIONS];
}

static int works(const struct calendar *c, int64_t day)
{
	return !c->days || ((c->days >> (day + 3) % 7 & 1) && day != c->holiday);
}

/* 00:00 of the next working day. */
static int64_t next_day(const struct calendar *c, int64_t local)
{
	int64_t day = local / DAY + 1;
	while (!works(c, day))
		day++;
	return day * DAY;
}

/* When units that are there at a time are ready, handling included. */
int64_t model_ready(const struct model *m, const struct position *p, int64_t at)
{
	const struct calendar *c = calendar_of(m, p);
	int64_t local = greater(at, p->settled) + c->offset;
	if (!c->days)
		return local + p->policy.handling_days * (int64_t)DAY;
	if (!works(c, local / DAY) || local % DAY > c->cutoff)
		local = next_day(c, local);
	for (uint32_t i = 0; i < p->policy.handling_days; i++)
		local = next_day(c, local) + local % DAY;
	return local - c->offset;
}

/* When a supply counts: on its date; past it, within its grace, on the next day. */
int64_t model_comes(const struct model *m, const struct position *p, const struct supply *s)
{
	const struct calendar *c = calendar_of(m, p);
	return s->due >= p->settled ? s->due : next_day(c, p->settled + c->offset) - c->offset;
}

int model_overdue(const struct position *p, const struct supply *s)
{
	return s->due && p->settled > s->due + s->grace;
}

/* ---- The queue ---------------------------------------------------------------- */

/* The first (or the last) in rank of those that have some of `which`. */
static int pick_rank(struct model *m, int32_t item, int32_t location, enum sum which, int last,
                     struct walk *found)
{
	int64_t quantum = m->positions[item][location].policy.quantum;
	found->p = NULL;
	for (struct walk w = {0}; model_walk(m, &w, item, location);)
		if (figure(&w, which, quantum) > 0 &&
		    (!found->p || model_before(&w.p->rank, &found->p->rank) != last))
			*found = w;
	return found->p != NULL;
}

static int64_t serve(struct model *m, int32_t item, int32_t location)
{
	struct position *p = &m->positions[item][location];
	struct walk w;
	int64_t served = 0;
	while (pick_rank(m, item, location, SUM_ELIGIBLE, 0, &w)) {
		int64_t n = lesser(p->open, w.p->backordered);
		n -= n % p->policy.quantum;
		if (n == 0)
			break;
		p->open -= n;
		w.p->backordered -= n;
		w.p->outside = greater(0, w.p->outside - n);
		w.p->allocated += n;
		served += n;
	}
	return served;
}

/* The buffer fills from open units up to the safety stock, and gives back what is
 * above it. */
static void fill_buffer(struct position *p)
{
	int64_t safety = p->policy.life == BKO_LIFE_PHASE_OUT ? 0 : p->policy.safety_stock;
	int64_t n = lesser(safety - p->buffer, p->open);
	p->open -= n;
	p->buffer += n;
}

/* Units come in: the queue, the buffer, then open (or the buffer first). */
int64_t model_enter(struct model *m, int32_t item, int32_t location, int64_t n)
{
	struct position *p = &m->positions[item][location];
	int64_t served;
	p->open += n;
	if (p->policy.safety_guards_queue || p->buffer > p->policy.safety_stock ||
	    p->policy.life == BKO_LIFE_PHASE_OUT)
		fill_buffer(p);
	served = serve(m, item, location);
	fill_buffer(p);
	return served;
}

/* A place loses allocated units and waits for them, outside the limits. One that
 * never waited waits since its order was placed. */
void model_demote_place(const struct order *o, struct place *p, int64_t n)
{
	if (!p->waited)
		p->placed = o->placed;
	p->waited = 1;
	p->allocated -= n;
	p->picked = lesser(p->picked, p->allocated);
	p->backordered += n;
	p->outside += n;
}

/* Lines lose n allocated units: holds, then unpicked ones, then picked ones. */
void model_demote(struct model *m, int32_t item, int32_t location, int64_t n)
{
	static const enum sum order[] = {SUM_HELD_ALLOCATED, SUM_UNPICKED, SUM_ALLOCATED};
	for (int i = 0; i < 3; i++) {
		struct walk w;
		while (n > 0 && pick_rank(m, item, location, order[i], 1, &w)) {
			int64_t k = lesser(n, figure(&w, order[i], 1));
			model_demote_place(w.o, w.p, k);
			n -= k;
		}
	}
}

struct rank model_rank(struct position *p, const struct order *o, int64_t placed)
{
	struct rank r = {p->epoch, 0, placed, ++p->sequence, 0};
	switch (p->policy.discipline) {
	case BKO_QUEUE_CLASS: r.band = o->order_class; break;
	case BKO_QUEUE_DUE: r.time = o->need_by ? o->need_by : FOREVER; break;
	case BKO_QUEUE_AGED:
		r.time -= p->policy.head_start_ms * (BKO_CLASSES - 1 - o->order_class);
		r.time = greater(r.time, 0);
		break;
	case BKO_QUEUE_HOST: r.time = o->rank; break;
	default: break;
	}
	return r;
}

/* ---- Policy and time ---------------------------------------------------------- */

#define MEMBER(bit, name)                                         \
	{                                                         \
		BKO_SET_##bit, offsetof(struct bko_policy, name), \
			sizeof(((struct bko_policy *)0)->name)    \
	}
static const struct {
	uint32_t bit;
	size_t at, size;
} members[] = {
	MEMBER(SELLING, selling),
	MEMBER(LIFE, life),
	MEMBER(SELLS, sells),
	MEMBER(DISCIPLINE, discipline),
	MEMBER(LIMIT, limit_kind),
	MEMBER(LIMIT, limit),
	MEMBER(ORDER_LIMIT, order_limit_kind),
	MEMBER(ORDER_LIMIT, order_limit),
	MEMBER(LIMIT_TO_INCOMING, limit_to_incoming),
	MEMBER(SWITCH, switch_on),
	MEMBER(SWITCH, switch_at),
	MEMBER(SWITCH, switch_back_at),
	MEMBER(LOW_AT, low_at),
	MEMBER(SAFETY_STOCK, safety_stock),
	MEMBER(SAFETY_STOCK, safety_guards_queue),
	MEMBER(SELL_FROM, sell_from_ms),
	MEMBER(RELEASE_AT, release_at_ms),
	MEMBER(RESTOCK_AT, restock_at_ms),
	MEMBER(HORIZON, horizon_ms),
	MEMBER(LEAD_TIME, lead_time_ms),
	MEMBER(HANDLING, handling_days),
	MEMBER(QUANTUM, quantum),
	MEMBER(HOLD_PLACE, hold_place_ms),
	MEMBER(HEAD_START, head_start_ms),
};

static struct bko_policy policy_of(const struct model *m, int32_t item,
                                   const struct bko_policy *own)
{
	struct bko_policy p = {.limit_kind = BKO_LIMIT_NONE,
	                       .order_limit_kind = BKO_LIMIT_NONE,
	                       .sells = 1,
	                       .quantum = 1,
	                       .hold_place_ms = DAY / 24,
	                       .head_start_ms = DAY};
	const struct bko_policy *from[] = {&m->defaults, &m->item_policy[item], own};
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < sizeof members / sizeof *members; k++)
			if (from[i]->set & members[k].bit)
				memcpy((char *)&p + members[k].at,
				       (const char *)from[i] + members[k].at, members[k].size);
	if (p.switch_back_at == 0)
		p.switch_back_at = p.switch_at + 1;
	return p;
}

/* What a step leaves: the queue served, the switch set by what is available. */
void model_finish(struct model *m, int32_t item, int32_t location)
{
	struct position *p = &m->positions[item][location];
	int64_t now = model_available(m, item, location);
	if (!p->policy.switch_on || now <= p->policy.switch_at)
		p->switched = 1;
	else if (now >= p->policy.switch_back_at)
		p->switched = 0;
}

/* Whether time does something to a position up to now. */
int model_due(const struct model *m, int32_t item, int32_t location, int64_t now)
{
	const struct position *p = &m->positions[item][location];
	const int64_t dates[] = {p->policy.sell_from_ms, p->policy.release_at_ms,
	                         p->policy.restock_at_ms};
	int due = 0;
	for (struct walk w = {.all = 1}; model_walk((struct model *)m, &w, item, location);)
		due |= w.o->held && w.o->hold_until <= now;
	for (int32_t i = 0; i < p->supply_count; i++)
		due |= p->supplies[i].due && !p->supplies[i].noted &&
		       now > p->supplies[i].due + p->supplies[i].grace;
	for (int i = 0; i < 3; i++)
		due |= dates[i] > p->settled && dates[i] <= now;
	return due && p->there;
}

/* Takes over a policy set meanwhile, lets holds run out, notes the time. */
void model_settle(struct model *m, int32_t item, int32_t location, int64_t now)
{
	struct position *p = &m->positions[item][location];
	struct bko_policy old = p->policy;
	int64_t freed = 0;
	if (!p->there)
		return;
	p->settled = greater(p->settled, now);
	for (int32_t i = 0; i < p->supply_count; i++)
		p->supplies[i].noted = model_overdue(p, &p->supplies[i]);
	p->policy = policy_of(m, item, &p->own);
	p->epoch += old.discipline != p->policy.discipline;
	if (old.switch_on != p->policy.switch_on || old.switch_at != p->policy.switch_at ||
	    old.switch_back_at != p->policy.switch_back_at)
		p->switched = model_available(m, item, location) <= p->policy.switch_at;
	for (struct walk w = {.all = 1}; model_walk(m, &w, item, location);)
		if (w.o->held && w.o->hold_until <= p->settled) {
			freed += w.p->untracked ? 0 : w.p->allocated;
			w.l->cancelled += w.p->allocated + w.p->backordered;
			w.p->ended = w.p->backordered - w.p->outside;
			w.p->allocated = w.p->backordered = w.p->outside = 0;
			w.p->gone = 1;
		}
	model_enter(m, item, location, freed);
	model_finish(m, item, location);
}

/* The position, created if new, settled. */
struct position *model_touch(struct model *m, int32_t item, int32_t location, int64_t now)
{
	struct position *p = &m->positions[item][location];
	if (!p->there) {
		p->there = p->fresh = 1;
		p->made = ++m->made;
		p->switched = 1;
		p->policy = policy_of(m, item, &p->own);
		p->epoch = p->policy.discipline != BKO_QUEUE_CLASS; /* they all begin as that */
	}
	model_settle(m, item, location, now);
	return p;
}

/* ---- Promises and room ---------------------------------------------------------- */

/* Claims ranked before one, or (NULL) all. */
int64_t model_claims(const struct model *m, int32_t item, int32_t location, const struct rank *rank)
{
	int64_t total = 0;
	for (struct walk w = {0}; model_walk((struct model *)m, &w, item, location);)
		total += !rank || model_before(&w.p->rank, rank) ? claim(&w) : 0;
	return total;
}

/* Claims before a new line: exact where the discipline is by class, for the others
 * all of them, whatever time would rank it. */
int64_t model_ahead(const struct model *m, const struct order *o, int32_t item, int32_t location)
{
	const struct position *p = &m->positions[item][location];
	struct rank rank = {p->epoch, o->order_class, FOREVER, 0, 0};
	return model_claims(m, item, location,
	                    p->policy.discipline == BKO_QUEUE_CLASS ? &rank : NULL);
}

/* When n units come that are claimed after `ahead` others: every claim takes the
 * earliest units there are. What no supply brings comes at `lead`, if that is not past. */
struct promise model_promise(const struct model *m, int32_t item, int32_t location, int64_t ahead,
                             int64_t n, int64_t lead)
{
	const struct position *p = &m->positions[item][location];
	int64_t units = p->open, at = 0, first = 0;
	struct promise r = {0};
	uint32_t used = 0, kind = lead > p->settled ? BKO_DATE_KNOWN : BKO_DATE_UNKNOWN;
	for (int32_t next = 0; n > 0 && next >= 0; used |= 1u << next) {
		int64_t k = lesser(n, greater(0, units - ahead));
		ahead = greater(0, ahead - units);
		n -= k;
		r.by_supply = k ? at != 0 : r.by_supply;
		if (k && (!r.first_kind || first == greater(at, p->settled))) {
			first = greater(at, p->settled);
			r.first += k;
			r.first_ms = model_ready(m, p, at);
			r.first_kind = BKO_DATE_KNOWN;
		} else if (k) {
			r.rest_ms = model_ready(m, p, at);
			r.rest_kind = BKO_DATE_KNOWN;
		}
		next = -1;
		for (int32_t i = 0; i < p->supply_count; i++)
			if (p->supplies[i].due && !model_overdue(p, &p->supplies[i]) &&
			    !(used & 1u << i) &&
			    (next < 0 || model_comes(m, p, &p->supplies[i]) <
			                         model_comes(m, p, &p->supplies[next])))
				next = i;
		if (next < 0)
			break;
		units = p->supplies[next].expected;
		at = model_comes(m, p, &p->supplies[next]);
	}
	r.by_supply &= n == 0;
	if (n > 0 && r.first_kind) {
		r.rest_kind = kind;
		r.rest_ms = kind == BKO_DATE_KNOWN ? model_ready(m, p, lead) : 0;
	} else if (n > 0) {
		r.first_kind = kind;
		r.first_ms = kind == BKO_DATE_KNOWN ? model_ready(m, p, lead) : 0;
		r.first = kind == BKO_DATE_KNOWN ? n : 0;
		r.rest_kind = kind == BKO_DATE_KNOWN ? (uint32_t)BKO_DATE_NONE : kind;
	}
	return r;
}

/* Live holds count, as of now or when the limit was last looked at in a step that
 * changed it: until then it has not heard that one ran out. */
int64_t model_limit_used(const struct model *m, uint32_t of, int32_t id, int64_t now)
{
	int64_t total = 0;
	now = greater(now, m->limits[of][id].settled);
	for (struct walk w = {.gone = 1}; model_walk((struct model *)m, &w, OP_ANY, OP_ANY);) {
		int32_t mine = of == BKO_LIMIT_ITEM       ? w.l->item
		               : of == BKO_LIMIT_CUSTOMER ? w.o->customer
		                                          : w.o->channel;
		if (mine == id && w.p->counted & 1u << of && !(w.o->held && w.o->hold_until <= now))
			total += w.p->backordered - w.p->outside + w.p->ended;
	}
	return total;
}

static void narrow(int64_t *room, uint32_t *reason, int64_t value, uint32_t why)
{
	value = greater(0, value);
	if (value < *room) {
		*room = value;
		*reason = why;
	}
}

/* Why nothing at all is sold here; NONE: it may be. */
uint32_t model_closed(const struct position *p)
{
	if (p->policy.life == BKO_LIFE_DISCONTINUED)
		return BKO_REASON_DISCONTINUED;
	if (!p->policy.sells)
		return BKO_REASON_NOT_HERE;
	return p->policy.sell_from_ms > p->settled ? BKO_REASON_NOT_YET : BKO_REASON_NONE;
}

/* Units of supplies that count, ready (or only here) by a date. */
static int64_t brought_by(const struct model *m, const struct position *p, int64_t date, int here)
{
	int64_t units = 0;
	for (int32_t i = 0; i < p->supply_count; i++) {
		const struct supply *s = &p->supplies[i];
		int64_t at = here ? model_comes(m, p, s) : model_ready(m, p, model_comes(m, p, s));
		units += s->due && !model_overdue(p, s) && at <= date ? s->expected : 0;
	}
	return units;
}

int64_t model_covered(const struct model *m, int32_t item, int32_t location, int64_t n)
{
	const struct position *p = &m->positions[item][location];
	int64_t claims = model_sum(m, item, location, SUM_CLAIMS), first = 0;
	for (int32_t i = 0; i < p->supply_count; i++) {
		const struct supply *s = &p->supplies[i];
		int64_t date = model_comes(m, p, s);
		if (s->due && !model_overdue(p, s) && (first == 0 || date < first) &&
		    p->open + brought_by(m, p, date, 1) - claims >= n)
			first = date;
	}
	return first;
}

/* Units for later whose promise lies within the horizon; beyond all supplies the
 * lead time gives one. */
static int64_t within_horizon(const struct model *m, const struct order *o, int32_t item,
                              int32_t location, int64_t horizon)
{
	const struct position *p = &m->positions[item][location];
	int64_t ahead = model_ahead(m, o, item, location);
	int64_t by = greater(0, p->open + brought_by(m, p, horizon, 0) - ahead);
	int64_t ever = greater(0, p->open + brought_by(m, p, FOREVER, 0) - ahead);
	int lead = p->policy.lead_time_ms &&
	           model_ready(m, p, p->settled + p->policy.lead_time_ms) <= horizon;
	return lead && by == ever ? FOREVER : greater(0, by - model_available(m, item, location));
}

/* How many units may be accepted for later, and what keeps it to that. */
int64_t model_room(const struct model *m, const struct order *o, int32_t item, int32_t location,
                   uint32_t *reason)
{
	const struct position *p = &m->positions[item][location];
	const struct bko_policy *l = &p->policy;
	int64_t mine = 0, r = FOREVER, horizon = greater(p->settled, o->need_by) + l->horizon_ms;
	int64_t use = model_sum(m, item, location, SUM_BACKORDERED) -
	              model_sum(m, item, location, SUM_OUTSIDE);
	int32_t of[] = {0, item, o->customer, o->channel};
	static const uint32_t why[] = {0, BKO_REASON_LIMIT_ITEM, BKO_REASON_LIMIT_CUSTOMER,
	                               BKO_REASON_LIMIT_CHANNEL};
	int ends = l->life == BKO_LIFE_PHASE_OUT, preorder = l->release_at_ms > p->settled;
	*reason = model_closed(p);
	if (!*reason && !preorder && !ends && l->selling == BKO_SELL_STOCK)
		*reason = BKO_REASON_OUT_OF_STOCK;
	else if (!*reason && !preorder && !ends && l->selling == BKO_SELL_BACKORDER && !p->switched)
		*reason = BKO_REASON_SWITCH;
	if (*reason || (l->selling == BKO_SELL_UNTRACKED && !preorder))
		return 0;
	if (l->limit_kind == BKO_LIMIT_NUMBER)
		narrow(&r, reason, l->limit - use, BKO_REASON_LIMIT);
	for (uint32_t i = BKO_LIMIT_ITEM; i <= BKO_LIMIT_CHANNEL; i++) {
		const struct limit *k = &m->limits[i][of[i]];
		if (k->set && k->kind == BKO_LIMIT_NUMBER && (i == BKO_LIMIT_ITEM || of[i]))
			narrow(&r, reason, k->limit - model_limit_used(m, i, of[i], p->settled),
			       why[i]);
	}
	for (struct walk w = {0}; model_walk((struct model *)m, &w, item, OP_ANY);)
		mine += w.o == o ? w.p->backordered - w.p->outside : 0;
	if (l->order_limit_kind == BKO_LIMIT_NUMBER)
		narrow(&r, reason, l->order_limit - mine, BKO_REASON_LIMIT_ORDER);
	if (l->limit_to_incoming || ends)
		narrow(&r, reason, brought_by(m, p, l->horizon_ms ? horizon : FOREVER, 1) - use,
		       BKO_REASON_LIMIT_INCOMING);
	if (l->horizon_ms)
		narrow(&r, reason, within_horizon(m, o, item, location, horizon),
		       BKO_REASON_HORIZON);
	return r == FOREVER ? r : r - r % l->quantum;
}
