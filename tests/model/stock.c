/* The operations of the model that change stock, supply and policy.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

/* Takes sellable units away: open, buffer, then of lines; returns those of lines. */
static int64_t take_away(struct model *m, int32_t item, int32_t location, int64_t n)
{
	struct position *p = &m->positions[item][location];
	int64_t open = n < p->open ? n : p->open;
	int64_t buffer = n - open < p->buffer ? n - open : p->buffer;
	p->open -= open;
	p->buffer -= buffer;
	model_demote(m, item, location, n - open - buffer);
	return n - open - buffer;
}

static int64_t sellable(const struct model *m, int32_t item, int32_t location)
{
	const struct position *p = &m->positions[item][location];
	return p->open + p->buffer + model_sum(m, item, location, SUM_ALLOCATED);
}

int32_t model_supply(struct position *p, uint32_t id, uint32_t origin, int64_t quantity,
                     int64_t due, int64_t grace)
{
	struct supply *s = &p->supplies[p->supply_count];
	if (model_find_supply(p, id))
		return BKO_E_EXISTS;
	if (p->supply_count == MODEL_SUPPLIES)
		return BKO_E_TOO_LARGE;
	memset(s, 0, sizeof *s);
	s->id = id;
	s->origin = origin;
	s->state = origin == BKO_ORIGIN_PURCHASE ? BKO_SUPPLY_EXPECTED : BKO_SUPPLY_CONFIRMED;
	s->expected = quantity;
	s->due = due;
	s->grace = grace;
	p->supply_count++;
	return BKO_OK;
}

static void close_supply(struct position *p, struct supply *s)
{
	int32_t at = (int32_t)(s - p->supplies);
	p->supply_count--;
	memmove(s, s + 1, (size_t)(p->supply_count - at) * sizeof *s);
}

static int32_t receive(struct model *m, const struct op *op, struct op_result *r)
{
	struct position *p;
	struct supply *s = NULL;
	if (!m->defined[op->item])
		return BKO_E_NOT_FOUND;
	p = model_touch(m, op->item, op->location, op->now);
	if (op->other && !(s = model_find_supply(p, op->other)))
		return BKO_E_NOT_FOUND;
	if (s && s->origin == BKO_ORIGIN_TRANSFER)
		p->in += op->quantity;
	else if (s && s->origin == BKO_ORIGIN_RETURN)
		p->returned += op->quantity;
	else
		p->received += op->quantity;
	if (s) {
		int64_t n = op->quantity < s->expected ? op->quantity : s->expected;
		m->records[m->record_count].moved[0][0] = r->outcome.asked = n;
		m->records[m->record_count].supply = *s;
		s->expected -= n;
		s->received += op->quantity;
		if (s->expected == 0 || op->option)
			close_supply(p, s);
	}
	p->revision += op->quantity > 0;
	p->bound = 1;
	m->freed[op->item][op->location] += op->quantity;
	r->outcome.quantity = op->quantity;
	return BKO_OK;
}

static int32_t reverse(struct model *m, const struct op *op, struct op_result *r)
{
	struct position *p = &m->positions[op->item][op->location];
	struct record *s = model_record(m, 0, op->item, op->location, op->other);
	int64_t n, open;
	if (!p->there || !s || s->request.kind != OP_RECEIVE)
		return BKO_E_NOT_FOUND;
	model_settle(m, op->item, op->location, op->now);
	for (uint32_t i = 0; i < m->record_count; i++)
		if (m->records[i].request.kind == OP_REVERSE &&
		    m->records[i].request.item == op->item &&
		    m->records[i].request.location == op->location &&
		    m->records[i].request.other == op->other)
			return BKO_E_STATE;
	n = s->request.quantity;
	if (n > p->open + p->buffer)
		return BKO_E_INSUFFICIENT;
	open = n < p->open ? n : p->open;
	p->open -= open;
	p->buffer -= n - open;
	p->revision++;
	r->outcome.quantity = n;
	if (s->supply.origin == BKO_ORIGIN_TRANSFER)
		p->in -= n;
	else if (s->supply.origin == BKO_ORIGIN_RETURN)
		p->returned -= n;
	else
		p->received -= n;
	if (s->moved[0][0]) { /* a supply that is gone is back, undated */
		struct supply *t = model_find_supply(p, s->supply.id);
		if (!t)
			return model_supply(p, s->supply.id, s->supply.origin, s->moved[0][0], 0,
			                    0);
		t->expected += s->moved[0][0];
		t->received = t->received > n ? t->received - n : 0;
	}
	return BKO_OK;
}

/* Changes sellable units (bucket 0) or those of a bucket. */
static int32_t change(struct model *m, const struct op *op, int32_t bucket, int64_t n,
                      struct op_result *r)
{
	struct position *p = &m->positions[op->item][op->location];
	int64_t there = bucket ? p->bucket[bucket] : sellable(m, op->item, op->location);
	if (there + n < 0)
		return BKO_E_INSUFFICIENT;
	if (bucket)
		p->bucket[bucket] += n;
	else if (n > 0)
		m->freed[op->item][op->location] += n;
	else
		r->outcome.missing += take_away(m, op->item, op->location, -n);
	return BKO_OK;
}

static int32_t adjust(struct model *m, const struct op *op, struct op_result *r)
{
	struct position *p = &m->positions[op->item][op->location];
	int64_t n = op->quantity, there;
	int32_t status;
	if (!p->there)
		return BKO_E_NOT_FOUND;
	model_settle(m, op->item, op->location, op->now);
	there = op->bucket && op->option != BKO_ADJUST_FEED ? p->bucket[op->bucket]
	                                                    : sellable(m, op->item, op->location);
	switch (op->option) {
	case BKO_ADJUST_COUNT:
		if (op->revision != p->revision)
			return BKO_E_STALE;
		n -= there;
		break;
	case BKO_ADJUST_MOVE:
		p->revision++;
		r->outcome.quantity = n;
		status = change(m, op, op->bucket, -n, r);
		return status ? status : change(m, op, op->to_bucket, n, r);
	case BKO_ADJUST_FEED:
		n -= p->fed[op->bucket] ? p->feed[op->bucket] : there;
		p->feed[op->bucket] = op->quantity;
		p->fed[op->bucket] = 1;
		break;
	default: break;
	}
	p->adjusted += n;
	p->revision++;
	r->outcome.quantity = n;
	return change(m, op, op->option == BKO_ADJUST_FEED ? 0 : op->bucket, n, r);
}

/* What a till sells by force comes from open, buffer, lines, or is found. */
static int32_t force(struct model *m, const struct op *op, struct op_result *r)
{
	struct position *p = &m->positions[op->item][op->location];
	struct order *o = model_order(m, op->order);
	int64_t n = op->quantity, k;
	int take = op->option != BKO_FORCE_FIND, find = op->option != BKO_FORCE_TAKE;
	if (!m->defined[op->item] || (op->order && (!o || o->refused)) ||
	    (o && (op->line >= (int32_t)o->line_count || o->lines[op->line].item != op->item)) ||
	    !p->there)
		return BKO_E_NOT_FOUND;
	model_settle(m, op->item, op->location, op->now);
	r->outcome.asked = r->outcome.quantity = n;
	p->shipped += n;
	p->revision++;
	if (o) {
		int32_t status = model_sell(m, o, op, &n);
		if (status)
			return status;
		r->outcome.status = model_status(m, o, op->now);
	}
	k = n < p->open ? n : p->open;
	p->open -= k;
	n -= k;
	k = n < p->buffer ? n : p->buffer;
	p->buffer -= k;
	n -= k;
	if (take) {
		k = model_sum(m, op->item, op->location, SUM_ALLOCATED);
		k = n < k ? n : k;
		model_demote(m, op->item, op->location, k);
		r->outcome.missing = k;
		n -= k;
	}
	if (n && !find)
		return BKO_E_INSUFFICIENT;
	p->adjusted += n;
	return BKO_OK;
}

static int32_t transfer(struct model *m, const struct op *op, struct op_result *r)
{
	struct position *from = &m->positions[op->item][op->location], *to;
	if (!from->there)
		return BKO_E_NOT_FOUND;
	model_settle(m, op->item, op->location, op->now);
	if (op->quantity > from->open)
		return BKO_E_INSUFFICIENT;
	from->open -= op->quantity;
	from->out += op->quantity;
	from->revision++;
	r->outcome.quantity = op->quantity;
	to = model_touch(m, op->item, op->to, op->now);
	return model_supply(to, op->id, BKO_ORIGIN_TRANSFER, op->quantity, op->until, 0);
}

static int32_t supply(struct model *m, const struct op *op)
{
	struct position *p = &m->positions[op->item][op->location];
	struct supply *s;
	int32_t status;
	if (!m->defined[op->item] || (!p->there && op->option == BKO_SUPPLY_CLOSE))
		return BKO_E_NOT_FOUND;
	p = model_touch(m, op->item, op->location, op->now);
	s = model_find_supply(p, op->other);
	if (op->option == BKO_SUPPLY_CLOSE) {
		if (!s)
			return BKO_E_NOT_FOUND;
		close_supply(p, s);
		return BKO_OK;
	}
	if (!s) {
		status = model_supply(p, op->other, BKO_ORIGIN_PURCHASE, op->quantity, op->until,
		                      op->grace);
		if (status == BKO_OK)
			p->supplies[p->supply_count - 1].state = op->stops;
		return status;
	}
	if (s->origin != BKO_ORIGIN_PURCHASE && op->quantity != s->expected)
		return BKO_E_STATE;
	s->expected = op->quantity;
	s->due = op->until;
	s->grace = op->grace;
	s->state = op->stops;
	return BKO_OK;
}

/* Sets what applies; what stands already is left alone. */
static int32_t policy(struct model *m, const struct op *op)
{
	struct bko_policy *own = &m->positions[op->item][op->location].own;
	struct bko_policy *of_item = &m->item_policy[op->item];
	if (op->option == BKO_SCOPE_DEFAULTS) { /* positions follow when next touched */
		m->defaults = op->policy;
	} else if (op->option == BKO_SCOPE_ITEM) {
		if (m->defined[op->item] && memcmp(of_item, &op->policy, sizeof *of_item) == 0)
			return BKO_OK;
		for (int32_t i = 0; i < OP_LOCATIONS; i++)
			model_settle(m, op->item, i, op->now); /* under the policy till now */
		*of_item = op->policy;
		m->defined[op->item] = 1;
		for (int32_t i = 0; i < OP_LOCATIONS; i++)
			model_settle(m, op->item, i, op->now);
	} else {
		if (!m->defined[op->item])
			return BKO_E_NOT_FOUND;
		if (m->positions[op->item][op->location].there &&
		    memcmp(own, &op->policy, sizeof *own) == 0)
			return BKO_OK;
		model_settle(m, op->item, op->location, op->now);
		*own = op->policy;
		model_touch(m, op->item, op->location, op->now)->bound = 1;
	}
	return BKO_OK;
}

int32_t model_stock(struct model *m, const struct op *op, struct op_result *r)
{
	switch (op->kind) {
	case OP_RECEIVE: return receive(m, op, r);
	case OP_REVERSE: return reverse(m, op, r);
	case OP_ADJUST: return adjust(m, op, r);
	case OP_FORCE: return force(m, op, r);
	case OP_TRANSFER: return transfer(m, op, r);
	case OP_SUPPLY: return supply(m, op);
	case OP_POLICY: return policy(m, op);
	default: return BKO_E_UNSUPPORTED;
	}
}
