/*
 * prune.c - removing what is old: closed orders with all that lies below them,
 * outcomes of operations, counted demand. A walk over subjects in bounded steps, that goes on where
 * the last call ended.
 */
#include "base/number.h"
#include "engine/demand.h"
#include "engine/news.h"
#include "engine/order.h"

enum { PRUNE_ROWS = 48 };

struct pruning {
	int64_t now, before; /* what closed, or was recorded, earlier goes */
	/* of the run: where the walk stands once this step is applied, empty at the end; a
	 * subject, what lies below it, and what lies behind that */
	struct bko__key next, key, from, end, after;
	union {
		struct bko__order order;
		struct bko__opcome outcome;
	} read;
};

/* The next row at or behind where the walk stands, below the letter `kind`. */
static int32_t next_row(struct bko_engine *engine, uint8_t kind, struct bko__row **row)
{
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;
	struct bko__range *range;
	int32_t status;

	bko__key_begin(from, kind);
	bko__key_after(from, end);
	if (engine->pruned.size && engine->pruned.key[0] == kind) {
		from->size = engine->pruned.size;
		memcpy(from->bytes, engine->pruned.key, from->size);
	}
	range = bko__want_range(engine, from, end, 1);
	status = bko__fetch(engine);
	*row = !status && range->count ? range->rows[0] : NULL;
	return status;
}

/* Which rows go: all of them, outcomes that are old, or those and counted demand that
 * is older than what is kept, below a position whose key has so many bytes. */
enum { DELETE_ALL = 0, DELETE_OUTCOMES = 1 };

/* Whether a row stays. */
static int prune_stays(struct bko_engine *engine, struct pruning *p, const struct bko__row *row,
                       uint32_t what, int32_t *status)
{
	const struct bko__defaults *defaults = engine->tx.defaults;
	struct bko__opcome *record = &p->read.outcome;
	struct bko__reader reader;

	if (what == DELETE_ALL)
		return 0;
	if (what > DELETE_OUTCOMES && row->key[what] == 'd') {
		if (row->key_size < what + 7u || !defaults->demand_period)
			return 0; /* none is kept */
		return (int64_t)bko__get_be(row->key + what + 1, 6) >=
		       bko__demand_oldest(defaults, p->now);
	}
	if (what > DELETE_OUTCOMES && row->key[what] != 'o')
		return 1;
	*status = bko__op_read(engine, row, &reader, record);
	return *status || record->time >= p->before ||
	       (record->verb == BKO__VERB_SHIP && !record->undone);
}

/* Deletes a page of rows from [from, end). The walk goes on behind the page, or at
 * `after` where it was the last. */
static int32_t delete_rows(struct bko_engine *engine, struct pruning *p, uint32_t what,
                           uint32_t *left)
{
	const struct bko__progress *at = &engine->pruned;
	struct bko__key *from = &p->from, *end = &p->end;
	uint32_t rows = PRUNE_ROWS, most = engine->store.max_entries, i;
	struct bko__range *range;
	int32_t status;

	if (most && rows > most / 2) /* one batch has guards as well */
		rows = most / 2;
	if (bko__key_compare(at->key, at->size, from->bytes, from->size) > 0 &&
	    bko__key_compare(at->key, at->size, end->bytes, end->size) < 0) {
		memcpy(from->bytes, at->key, at->size);
		from->size = at->size;
	}
	range = bko__want_range(engine, from, end, rows);
	status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		if (!prune_stays(engine, p, range->rows[i], what, &status))
			bko__delete(engine, range->rows[i]);
	}
	*left = range->more;
	if (status)
		return status;
	if (!range->more) {
		p->next = p->after;
		return BKO_OK;
	}
	bko__row_past(range->rows[range->count - 1], &p->next);
	return BKO_OK;
}

static int is_old(const struct bko__order *order, const struct pruning *p)
{
	if (order->state == BKO__O_HELD)
		return order->hold_until < p->before;
	return order->closed && order->closed < p->before;
}

/* An old hold first becomes a released order without units: time must have taken
 * them back at every position before its record goes. */
static int32_t end_hold(struct bko_engine *engine, struct pruning *p, const struct bko_span *id)
{
	struct bko__ord *order = bko__order_want(engine, id);
	uint64_t first, count;
	uint32_t i, k;
	int32_t status = order ? bko__order_load(engine, order) : engine->tx.status;

	if (!status)
		status = bko__order_positions(engine, order, UINT32_MAX, BKO__POS_SERVES, p->now);
	if (status)
		return status;
	order->rec.state = BKO__O_RELEASED;
	order->rec.closed = order->rec.hold_until;
	for (i = 0; i < order->rec.line_count; i++) {
		struct bko__ol *line = &order->lines[i];

		line->rec.cancelled += bko__line_open(&line->rec);
		for (k = 0; k < line->rec.place_count; k++) {
			line->places[k].allocated = line->places[k].picked = 0;
			line->places[k].flags &= ~(uint32_t)BKO__PL_WAITED;
		}
	}
	status = bko__finish(engine, order->lane, &first, &count);
	return status ? status : bko__order_put(engine, order);
}

/* An order: whole, if it is old, its first row last; else the old outcomes below it.
 * Only that first row is decoded: others may be gone already. */
static int32_t prune_order(struct bko_engine *engine, struct pruning *p, const struct bko__row *row)
{
	struct bko_span id = {row->key + 2, row->key[1]};
	struct bko__reader reader = {NULL, 0, 0, 0};
	struct bko__order *rec = &p->read.order;
	struct bko__row *head;
	uint32_t left;
	int32_t status;
	int old;

	bko__order_key(&id, &p->key);
	bko__key_after(&p->key, &p->after);
	head = bko__want(engine, &p->key, 0);
	status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (status)
		return status;
	memset(rec, 0, sizeof *rec);
	reader.data = head->value;
	reader.size = head->value_size;
	if (head->present)
		bko__order_read(&reader, rec);
	if (reader.bad)
		return bko__fail(engine, BKO_E_CORRUPT, "an order");
	old = head->present && is_old(rec, p);
	if (old && rec->state == BKO__O_HELD)
		return end_hold(engine, p, &id); /* the next step finds it released */
	p->from = p->key;
	bko__key_byte(&p->from, old ? 0 : 'o');
	p->end = p->after;
	if (!old)
		bko__key_after(&p->from, &p->end);
	status = delete_rows(engine, p, old ? DELETE_ALL : DELETE_OUTCOMES, &left);
	if (!status && old && !left)
		bko__delete(engine, head);
	return status;
}

/* Counted demand and outcomes lie together below a position, but for its feeds; the
 * walk jumps to them. */
static int32_t prune_position(struct bko_engine *engine, struct pruning *p,
                              const struct bko__row *row)
{
	uint32_t at = 2u + row->key[1], left;
	struct bko__key *key = &p->key;
	int32_t status;

	if (at >= row->key_size) { /* the item itself: on to what lies below */
		bko__row_past(row, &p->next);
		return BKO_OK;
	}
	memcpy(key->bytes, row->key, row->key_size);
	key->size = at + 1 + row->key[at];
	bko__key_after(key, &p->after);
	bko__want(engine, key, 0);
	p->from = p->end = *key;
	bko__key_byte(&p->from, 'd');
	bko__key_byte(&p->end, 'o');
	bko__key_after(&p->end, &p->end);
	status = bko__base_load(engine); /* read with the row that led here */
	return status ? status : delete_rows(engine, p, key->size, &left);
}

static int32_t run_prune(struct bko_engine *engine, void *arguments)
{
	struct pruning *p = arguments;
	struct bko__row *row;
	int32_t status = bko__base_want(engine);
	uint8_t kind = engine->pruned.size && engine->pruned.key[0] == 'O' ? 'O' : 'I';

	/* an ended hold is looked at again */
	p->next.size = engine->pruned.size;
	memcpy(p->next.bytes, engine->pruned.key, engine->pruned.size);
	if (!status)
		status = next_row(engine, kind, &row);
	if (status)
		return status;
	if (row)
		return kind == 'O' ? prune_order(engine, p, row) : prune_position(engine, p, row);
	p->next.size = 0;
	if (kind == 'I')
		bko__key_begin(&p->next, 'O');
	return BKO_OK;
}

int32_t bko_engine_prune(bko_engine *engine, int64_t now_ms, int64_t keep_ms, uint32_t budget,
                         uint32_t *done)
{
	int32_t status = bko__enter(engine, BKO__VERB_PRUNE, NULL);
	struct pruning *p;

	if (status)
		return status;
	p = BKO__CALL(engine, struct pruning);
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	if (!done)
		return bko__fail(engine, BKO_E_MISUSE, "done");
	if (!bko__time_ok(now_ms))
		return bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (keep_ms < (int64_t)engine->options.late_ms * 10 || !bko__time_ok(keep_ms))
		return bko__fail(engine, BKO_E_ARGUMENT, "keep_ms (less than ten times late_ms)");
	p->now = now_ms;
	p->before = now_ms - keep_ms;
	*done = 0;
	while (!status && engine->progress.count < budget && !*done) {
		status = bko__drive(engine, run_prune, p);
		if (status)
			break;
		engine->progress.count++;
		engine->pruned.size = p->next.size;
		memcpy(engine->pruned.key, p->next.bytes, p->next.size);
		*done = engine->pruned.size == 0;
	}
	return status;
}
