/*
 * prune.c - removing what is old: closed orders with all that lies below them,
 * outcomes of operations. A walk over subjects in bounded steps, that goes on where
 * the last call ended.
 */
#include "base/number.h"
#include "engine/news.h"
#include "engine/order.h"

enum { ROWS = 48 };

struct pruning {
	int64_t now, before; /* what closed, or was recorded, earlier goes */
};

static void advance(struct bko_engine *engine, const struct bko__key *key)
{
	engine->pruned.size = key->size;
	memcpy(engine->pruned.key, key->bytes, key->size);
}

/* The next row at or behind where the walk stands, below the letter `kind`. */
static int32_t next_row(struct bko_engine *engine, uint8_t kind, struct bko__row **row)
{
	struct bko__key from, end, all;
	struct bko__range *range;
	int32_t status;

	bko__key_begin(&all, kind);
	bko__key_after(&all, &end);
	from = all;
	if (engine->pruned.size && engine->pruned.key[0] == kind) {
		from.size = engine->pruned.size;
		memcpy(from.bytes, engine->pruned.key, from.size);
	}
	range = bko__want_range(engine, &from, &end, 1);
	status = bko__fetch(engine);
	*row = !status && range->count ? range->rows[0] : NULL;
	return status;
}

/* Deletes rows [from, end): all of them, or old outcomes only. *left: some stay to
 * be looked at by another step. */
static int32_t delete_rows(struct bko_engine *engine, struct pruning *p,
                           const struct bko__key *from, const struct bko__key *end,
                           uint32_t outcomes, uint32_t *left)
{
	struct bko__range *range = bko__want_range(engine, from, end, ROWS);
	int32_t status = bko__fetch(engine);
	uint32_t i;

	for (i = 0; !status && i < range->count; i++) {
		struct bko__row *row = range->rows[i];
		struct bko__opcome record;
		struct bko__reader reader;

		if (outcomes) {
			status = bko__op_read(engine, row, &reader, &record);
			if (status || record.time >= p->before ||
			    (record.verb == BKO__VERB_SHIP && !record.undone))
				continue;
		}
		bko__delete(engine, row);
	}
	*left = range->more;
	return status;
}

static int is_old(const struct bko__ord *order, const struct pruning *p)
{
	if (order->rec.state == BKO__O_HELD)
		return order->rec.hold_until < p->before;
	return order->rec.closed && order->rec.closed < p->before;
}

/* An order: whole, if it is old; else the old outcomes below it. */
static int32_t prune_order(struct bko_engine *engine, struct pruning *p, const struct bko__row *row)
{
	struct bko_span id = {row->key + 2, row->key[1]};
	struct bko__key key, from, end, after;
	struct bko__ord *order;
	uint64_t first, count;
	uint32_t found, left;
	int32_t status;

	bko__order_key(&id, &key);
	bko__key_after(&key, &after);
	order = bko__order_want(engine, &id);
	status = bko__fetch(engine);
	if (!status && order)
		status = bko__base_load(engine);
	if (!status)
		status = bko__order_decode(engine, order, &found);
	if (status)
		return status;
	from = key;
	end = after;
	if (!found || !is_old(order, p)) {
		bko__key_byte(&from, 'o');
		bko__key_after(&from, &end);
		status = delete_rows(engine, p, &from, &end, found, &left);
	} else {
		/* time must have taken the units of an old hold back everywhere */
		if (order->rec.state == BKO__O_HELD)
			status = bko__order_positions(engine, order, UINT32_MAX, BKO__POS_SERVES,
			                              p->now);
		bko__key_byte(&from, 0);
		if (!status)
			status = delete_rows(engine, p, &from, &end, 0, &left);
		if (!status && !left)
			bko__delete(engine, order->row);
		if (!status)
			status = bko__finish(engine, order->lane, &first, &count);
	}
	if (!status)
		advance(engine, left ? &key : &after);
	return status;
}

/* Outcomes of a position lie together below it; the walk jumps to them. */
static int32_t prune_position(struct bko_engine *engine, struct pruning *p,
                              const struct bko__row *row)
{
	uint32_t at = 2u + row->key[1], left;
	struct bko__key key, from, end, after;
	int32_t status;

	memcpy(key.bytes, row->key, row->key_size);
	if (at >= row->key_size) { /* the item itself: on to what lies below */
		key.size = row->key_size;
		bko__key_byte(&key, 0);
		advance(engine, &key);
		return BKO_OK;
	}
	key.size = at + 1 + row->key[at];
	bko__key_after(&key, &after);
	bko__want(engine, &key, 0);
	from = key;
	bko__key_byte(&from, 'o');
	bko__key_after(&from, &end);
	status = delete_rows(engine, p, &from, &end, 1, &left);
	if (!status)
		advance(engine, left ? &from : &after);
	return status;
}

static int32_t run_prune(struct bko_engine *engine, void *arguments)
{
	struct pruning *p = arguments;
	struct bko__row *row;
	struct bko__key key;
	int32_t status = bko__base_want(engine);
	uint8_t kind = engine->pruned.size && engine->pruned.key[0] == 'O' ? 'O' : 'I';

	if (!status)
		status = next_row(engine, kind, &row);
	if (status)
		return status;
	if (row)
		return kind == 'O' ? prune_order(engine, p, row) : prune_position(engine, p, row);
	engine->pruned.size = 0;
	if (kind == 'I') {
		bko__key_begin(&key, 'O');
		advance(engine, &key);
	}
	return BKO_OK;
}

int32_t bko_engine_prune(bko_engine *engine, int64_t now_ms, int64_t keep_ms, uint32_t budget,
                         uint32_t *done)
{
	int32_t status = bko__enter(engine, BKO__VERB_PRUNE, NULL);
	struct pruning p;

	if (status)
		return status;
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	if (!done)
		return bko__fail(engine, BKO_E_MISUSE, "done");
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (keep_ms < (int64_t)engine->options.late_ms * 10 || !bko__time_ok(keep_ms))
		return bko__fail(engine, BKO_E_ARGUMENT, "keep_ms (less than ten times late_ms)");
	p.now = now_ms;
	p.before = now_ms - keep_ms;
	*done = 0;
	while (!status && engine->progress.count < budget && !*done) {
		status = bko__drive(engine, run_prune, &p);
		if (status)
			break;
		engine->progress.count++;
		*done = engine->pruned.size == 0;
	}
	return status;
}
