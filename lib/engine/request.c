/*
 * request.c - what a caller asks of placing: checked, fingerprinted, made plans.
 */
#include "base/number.h"
#include "engine/place.h"

enum { REQUEST_SEED = 1 };

static int32_t check_line(struct bko_engine *engine, const struct bko_order_request *request,
                          uint32_t number, struct bko__plan *plan)
{
	const uint8_t *at = (const uint8_t *)request->lines + (size_t)number * request->stride;
	struct bko_line line;
	int32_t status = bko__struct_in(engine, &line, sizeof line, at, request->stride, "line");
	uint32_t c, k;

	if (status)
		return bko__fail_line(engine, status, "line", number);
	if (bko__check_id(engine, &line.item, 0, "line.item"))
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.item", number);
	if (line.quantity < 1)
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.quantity", number);
	if (line.quantity > BKO__QUANTITY_MAX)
		return bko__fail_line(engine, BKO_E_RANGE, "line.quantity", number);
	if (line.flags & BKO_ORDER_UNSPLITTABLE)
		return bko__fail_line(engine, BKO_E_UNSUPPORTED, "line.flags", number);
	if (line.flags || line.reserved || line.reserved2)
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.flags", number);
	if (line.window_ms)
		return bko__fail_line(engine, BKO_E_UNSUPPORTED, "line.window_ms", number);
	if (line.candidate_count > BKO_CANDIDATES_MAX || (line.candidate_count && !line.candidates))
		return bko__fail_line(engine, BKO_E_ARGUMENT, "line.candidates", number);
	plan->item = line.item;
	plan->count = line.candidate_count;
	plan->quantity = line.quantity;
	for (c = 0; c < plan->count; c++) {
		plan->candidates[c] = line.candidates[c];
		if (bko__check_id(engine, &plan->candidates[c], 1, "line.candidates"))
			return bko__fail_line(engine, BKO_E_ARGUMENT, "line.candidates", number);
		for (k = 0; k < c; k++) {
			if (!bko__key_compare(plan->candidates[k].data, plan->candidates[k].size,
			                      plan->candidates[c].data, plan->candidates[c].size))
				return bko__fail_line(engine, BKO_E_ARGUMENT,
				                      "line.candidates (twice)", number);
		}
	}
	return BKO_OK;
}

int32_t bko__request_check(struct bko_engine *engine, const struct bko_order_request *r)
{
	const uint32_t stops = BKO_STOP_PAYMENT | BKO_STOP_FRAUD | BKO_STOP_ADDRESS | BKO_STOP_HOST;

	if (r->flags & (BKO_ORDER_SHIP_TOGETHER | BKO_ORDER_UNSPLITTABLE))
		return bko__fail(engine, BKO_E_UNSUPPORTED, "request.flags");
	if (r->flags & ~(uint32_t)(BKO_ORDER_ACCEPT_PART | BKO_ORDER_IN_ORDER))
		return bko__fail(engine, BKO_E_ARGUMENT, "request.flags");
	if (bko__check_id(engine, &r->customer, 1, "request.customer") ||
	    bko__check_id(engine, &r->channel, 1, "request.channel"))
		return engine->error.status;
	if (!r->lines || !r->line_count)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.lines");
	if (r->line_count > engine->options.max_lines)
		return bko__fail(engine, BKO_E_TOO_LARGE, "request.line_count");
	if (r->order_class >= BKO_CLASSES)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.order_class");
	if ((r->stops & ~stops) || r->reserved)
		return bko__fail(engine, BKO_E_ARGUMENT, "request.stops");
	if (!bko__time_ok(r->need_by_ms) || !bko__time_ok(r->rank_ms) ||
	    !bko__time_ok(r->hold_until_ms))
		return bko__fail(engine, BKO_E_RANGE, "request.need_by_ms, rank_ms, hold_until_ms");
	return BKO_OK;
}

static void hash_id(const struct bko_span *id, struct bko__hash *hash)
{
	if ((id->data || !id->size) && id->size <= BKO_ID_MAX)
		bko__hash_bytes(hash, id->data, id->size);
}

static int is_stride(uint32_t stride)
{
	return stride >= sizeof(struct bko_line) && stride <= BKO_STRUCT_SIZE_MAX;
}

/* What makes two requests the same: all but the time of asking. Lines are not checked yet:
 * what of them is wrong is left out, and found by each run. */
void bko__request_hash(const struct bko_order_request *r, struct bko__hash *hash)
{
	const uint8_t *at = (const uint8_t *)r->lines;
	struct bko_line line;
	uint32_t c;
	size_t i;

	bko__hash_begin(hash, REQUEST_SEED);
	bko__hash_uint(hash, r->flags | (uint64_t)r->order_class << 32);
	bko__hash_uint(hash, r->stops);
	bko__hash_uint(hash, (uint64_t)r->need_by_ms);
	bko__hash_uint(hash, (uint64_t)r->rank_ms);
	bko__hash_uint(hash, (uint64_t)r->hold_until_ms);
	bko__hash_bytes(hash, r->customer.data, r->customer.size);
	bko__hash_bytes(hash, r->channel.data, r->channel.size);
	for (i = 0; is_stride(r->stride) && i < r->line_count; i++, at += r->stride) {
		memcpy(&line, at, sizeof line);
		hash_id(&line.item, hash);
		bko__hash_uint(hash, (uint64_t)line.quantity);
		bko__hash_uint(hash, line.candidate_count);
		for (c = 0; line.candidates && c < line.candidate_count && c < BKO_CANDIDATES_MAX;
		     c++)
			hash_id(&line.candidates[c], hash);
	}
}

int32_t bko__request_plans(struct bko_engine *engine, struct bko__placing *placing)
{
	struct bko__buyer *buyer = &placing->buyer;
	int64_t units = 0;
	uint32_t i;
	int32_t status = BKO_OK;

	memset(buyer, 0, sizeof *buyer);
	buyer->count = (uint32_t)placing->request.line_count;
	buyer->plans = bko__take(engine, buyer->count * sizeof *buyer->plans);
	if (!buyer->plans)
		return engine->tx.status;
	memset(buyer->plans, 0, buyer->count * sizeof *buyer->plans);
	for (i = 0; !status && i < buyer->count; i++) {
		status = check_line(engine, &placing->request, i, &buyer->plans[i]);
		units += buyer->plans[i].quantity;
		if (!status && units > BKO__QUANTITY_MAX)
			status = bko__fail_line(engine, BKO_E_RANGE, "line.quantity (sum)", i);
	}
	buyer->customer = placing->request.customer;
	buyer->channel = placing->request.channel;
	buyer->order_class = placing->request.order_class;
	buyer->in_order = (placing->request.flags & BKO_ORDER_IN_ORDER) != 0;
	buyer->need_by = placing->request.need_by_ms;
	buyer->now = placing->op.now_ms;
	buyer->hold_until = placing->request.hold_until_ms;
	return status;
}
