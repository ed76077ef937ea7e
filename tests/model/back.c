/* Units that come back: voided shipments, returns; and those that a till sells.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include <string.h>

static int64_t lesser(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int32_t void_shipment(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o;
	struct record *s = model_record(m, op->order, 0, 0, op->other);
	int32_t status = model_begin_verb(m, op, &o);
	if (status)
		return status;
	if (!s || s->request.kind != OP_SHIP)
		return BKO_E_NOT_FOUND;
	for (uint32_t i = 0; i < m->record_count; i++)
		if (m->records[i].request.kind == OP_VOID &&
		    m->records[i].request.order == op->order &&
		    m->records[i].request.other == op->other)
			return BKO_E_STATE;
	for (uint32_t i = 0; i < o->line_count; i++)
		for (int32_t k = 0; k < o->lines[i].place_count; k++) {
			struct line *l = &o->lines[i];
			struct place *p = &l->places[k];
			int64_t n = s->moved[i][k];
			if (p->shipped - p->returned < n)
				return BKO_E_STATE;
			if (n && p->allocated + p->backordered == 0)
				p->waited = p->lead = 0; /* it had left the queue */
			p->shipped -= n;
			p->allocated += n;
			m->positions[l->item][p->location].shipped -= p->untracked ? 0 : n;
			m->positions[l->item][p->location].revision += n && !p->untracked;
			r->outcome.quantity += n;
		}
	return BKO_OK;
}

/* Brings n returned units of a line to a location. */
static int32_t bring(struct model *m, const struct op *op, int32_t item, int32_t location,
                     int64_t n)
{
	struct position *p = model_touch(m, item, location, op->now);
	int32_t status;
	if (op->option == BKO_RETURN_NONE)
		return BKO_OK;
	if (op->option == BKO_RETURN_ANNOUNCED) {
		status = model_supply(p, op->id, BKO_ORIGIN_RETURN, n, op->until, 0);
		return status;
	}
	p->returned += n;
	p->revision++;
	if (op->option == BKO_RETURN_BUCKET)
		p->bucket[op->bucket] += n;
	else
		m->freed[item][location] += n;
	return BKO_OK;
}

static int32_t give_back(struct model *m, const struct op *op, struct op_result *r)
{
	struct order *o;
	int32_t status = model_begin_verb(m, op, &o);
	int64_t left = op->quantity, out = 0;
	int announced = op->option == BKO_RETURN_ANNOUNCED && op->to != OP_ANY;
	struct line *l;
	if (status)
		return status;
	if (op->line >= (int32_t)o->line_count)
		return BKO_E_NOT_FOUND;
	l = &o->lines[op->line];
	for (int32_t i = 0; i < l->place_count; i++)
		out += l->places[i].shipped - l->places[i].returned;
	if (op->to != OP_ANY)
		model_touch(m, l->item, op->to, op->now);
	if (left > out)
		return BKO_E_INSUFFICIENT;
	for (int32_t i = 0; i < l->place_count && left && !status; i++) {
		struct place *p = &l->places[i];
		int64_t n = lesser(left, p->shipped - p->returned);
		if (n && n < left && op->option == BKO_RETURN_ANNOUNCED && !announced)
			return BKO_E_ARGUMENT;
		p->returned += n;
		left -= n;
		if (n && !p->untracked && !announced)
			status = bring(m, op, l->item, op->to == OP_ANY ? p->location : op->to, n);
	}
	if (!status && announced)
		status = bring(m, op, l->item, op->to, op->quantity);
	r->outcome.quantity = op->quantity;
	return status;
}

/* A forced sale of an order's units: allocated ones first, then those it waits for.
 * Lowers *n by what came from the allocated ones. */
int32_t model_sell(struct model *m, struct order *o, const struct op *op, int64_t *n)
{
	uint32_t status = model_status(m, o, m->positions[op->item][op->location].settled);
	int64_t left = op->quantity;
	struct line *l;
	if (status != BKO_STATUS_OPEN && status != BKO_STATUS_PARTLY_SHIPPED)
		return BKO_E_STATE;
	l = &o->lines[op->line];
	for (int waiting = 0; waiting < 2; waiting++)
		for (int32_t i = 0; i < l->place_count; i++) {
			struct place *p = &l->places[i];
			int64_t k = lesser(left, waiting ? p->backordered : p->allocated);
			if (p->location != op->location)
				continue;
			left -= k;
			p->shipped += k;
			if (waiting) {
				p->backordered -= k;
				p->outside -= lesser(p->outside, k);
			} else {
				p->allocated -= k;
				p->picked -= lesser(p->picked, k);
				*n -= k;
			}
			if (p->untracked)
				m->positions[l->item][p->location].shipped -= k;
		}
	return left ? BKO_E_INSUFFICIENT : BKO_OK;
}

int32_t model_verb(struct model *m, const struct op *op, struct op_result *r)
{
	return op->kind == OP_VOID     ? void_shipment(m, op, r)
	       : op->kind == OP_RETURN ? give_back(m, op, r)
	                               : model_order_verb(m, op, r);
}
