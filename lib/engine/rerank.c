/*
 * rerank.c - new ranks for units that wait: one part's, or those of all lines placed
 * under an earlier discipline, as an explicit chain.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"
#include "engine/order_op.h"
#include "rules/rank.h"

enum { PARTS = 8 /* of a batch: each brings an order */ };

static int32_t move_sums(struct bko_engine *engine, const struct bko__at *at, int64_t until,
                         int64_t waiting)
{
	struct bko__held *held = &engine->room.held;

	memset(held, 0, sizeof *held);
	held->rank = at->part->rank;
	held->backordered = waiting;
	return bko__agenda_add(engine, at->pos, until, held);
}

int32_t bko__part_rerank(struct bko_engine *engine, struct bko__ord *order, struct bko__at *at,
                         int64_t placed, int64_t until, uint32_t keep_sequence)
{
	struct bko__ranked ranked = {placed, order->rec.need_by, order->rec.rank_ms,
	                             order->rec.order_class};
	struct bko__pt *part = at->part;
	int64_t waiting = part->rec.backordered;
	struct bko__rank rank;
	int32_t status;

	if (until) {
		status = move_sums(engine, at, until, -waiting);
		if (status)
			return status;
	}
	bko__rank_new(&at->pos->head, &ranked, &rank);
	if (keep_sequence) {
		rank.sequence = part->rank.sequence;
		rank.sub = part->rank.sub;
	}
	bko__part_waits(at->pos, part, -waiting, 0);
	if (part->row) {
		bko__delete(engine, part->row);
		part->row->object = NULL;
		part->row = NULL;
	}
	part->rank = rank;
	part->rec.order_class = order->rec.order_class;
	part->rec.need_by = order->rec.need_by;
	at->place->epoch = rank.epoch;
	at->place->band = rank.band;
	at->place->rank_time = rank.time;
	at->place->sequence = rank.sequence;
	at->place->sub = rank.sub;
	bko__part_waits(at->pos, part, waiting, 0);
	bko__part_put(engine, at->pos, part);
	return until ? move_sums(engine, at, until, waiting) : engine->tx.status;
}

struct reranking {
	struct bko_span item, location;
	int64_t now;
	uint32_t left; /* parts of an earlier epoch remain */
};

/* Waiting parts of earlier epochs stand first in each range. */
static int32_t find_old(struct bko_engine *engine, struct bko__pos *pos, uint8_t kind,
                        struct bko__row **rows, uint32_t *count, uint32_t *left)
{
	struct bko__range *range;
	struct bko__rank rank;
	struct bko__key *key = &engine->room.key;
	uint32_t i;
	int32_t status;

	bko__pos_subkey(pos, kind, key);
	range = bko__want_below(engine, key, PARTS + 1);
	status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		if (!bko__key_get_rank(range->rows[i]->key, range->rows[i]->key_size,
		                       pos->row->key_size + 1u, &rank))
			return bko__fail(engine, BKO_E_CORRUPT, "a row of the queue");
		if (rank.epoch >= pos->head.epoch)
			break;
		if (*count == PARTS)
			*left = 1;
		else
			rows[(*count)++] = range->rows[i];
	}
	return status;
}

/* The order of a queue row gets the new rank too: it says where the row is. */
static int32_t rerank_row(struct bko_engine *engine, struct bko__pos *pos, struct bko__row *row,
                          struct reranking *r)
{
	struct bko__pt *part = bko__part_of(engine, row, pos->row->key_size + 1u);
	struct bko__ord *order;
	struct bko__at at;
	int32_t status;

	if (!part)
		return engine->tx.status;
	order = bko__order_want(engine, &part->rec.order);
	status = order ? bko__order_load(engine, order) : engine->tx.status;
	if (!status)
		status = bko__order_positions(engine, order, part->rec.line, 0, r->now);
	if (status)
		return status;
	if (part->rec.place >= order->lines[part->rec.line].rec.place_count)
		return bko__fail(engine, BKO_E_CORRUPT, "a row of the queue");
	at = bko__order_at(engine, order, part->rec.line, part->rec.place);
	if (at.part != part)
		return bko__fail(engine, BKO_E_CORRUPT, "a row of the queue");
	status = bko__part_rerank(engine, order, &at, part->rec.placed, part->rec.held_until, 1);
	if (status)
		return status;
	bko__order_tell(engine, order, part->rec.line, pos, BKO_EVENT_AMENDED, 0, BKO_AMEND_RANK,
	                NULL);
	return bko__order_put(engine, order);
}

static int32_t run_rerank(struct bko_engine *engine, void *arguments)
{
	struct reranking *r = arguments;
	struct bko__row *rows[PARTS];
	uint64_t first, events;
	uint32_t count = 0, i;
	struct bko__pos *pos;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	pos = bko__pos_want(engine, &r->item, &r->location, 0);
	if (!pos)
		return engine->tx.status;
	bko__lane_want(engine, bko__lane_of(engine, &r->item));
	status = bko__positions_load(engine, r->now);
	if (status)
		return status;
	if (!pos->exists)
		return bko__fail(engine, BKO_E_NOT_FOUND, "location");
	r->left = 0;
	status = find_old(engine, pos, 'w', rows, &count, &r->left);
	if (!status)
		status = find_old(engine, pos, 'z', rows, &count, &r->left);
	for (i = 0; !status && i < count; i++) {
		struct bko__pt *part = bko__part_of(engine, rows[i], pos->row->key_size + 1u);

		/* dead parts of expired holds have no rank to keep: tick sweeps them */
		if (part && part->rec.held_until && part->rec.held_until <= pos->head.settled)
			bko__delete(engine, rows[i]);
		else
			status = rerank_row(engine, pos, rows[i], r);
	}
	if (status)
		return status;
	if (count)
		pos->dirty = 1;
	return bko__finish(engine, pos->lane, &first, &events);
}

int32_t bko_queue_rerank(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                         const struct bko_span *location, uint32_t budget, uint32_t *done)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_RERANK, item, location, 0);
	struct reranking *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct reranking);
	if (!item || !location || !done)
		return bko__fail(engine, BKO_E_MISUSE, "item, location or done");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	status = bko__check_id(engine, item, 0, "item");
	if (!status)
		status = bko__check_id(engine, location, 1, "location");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	r->item = *item;
	r->location = *location;
	r->now = now_ms;
	*done = 0;
	while (!status && engine->progress.count < budget && !*done) {
		status = bko__drive(engine, run_rerank, r);
		if (status)
			break;
		engine->progress.count++;
		*done = !r->left;
	}
	return status;
}
