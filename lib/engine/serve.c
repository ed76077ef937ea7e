/*
 * serve.c - giving open units to the queue, strictly in rank order, at most so
 * many lines a batch. What is left is a chain, marked in the head, that the next
 * operation or `tick` goes on with.
 */
#include "base/number.h"
#include "engine/agenda.h"
#include "engine/limit.h"
#include "engine/news.h"
#include "engine/shortage.h"
#include "rules/position.h"
#include "rules/rank.h"

/* A lending store is asked for so many rows of a queue at once, and no more than can be
 * served: each takes a quantum at least, but those passed over. */
enum { QUEUE_ROWS = 16 };

/* Eligible rows of the queue as this call leaves them: those read, less those it moved
 * elsewhere, and those it put, each where its rank says. */
struct queue {
	struct bko__row **rows;
	uint32_t count;
};

/* What was there before this call, of the store or of the batch, is in the range. */
static int is_of_queue(const struct bko__row *row, const struct bko__key *prefix)
{
	return row->action == BKO_ACTION_PUT && !row->present && row->key_size > prefix->size &&
	       !memcmp(row->key, prefix->bytes, prefix->size);
}

/* `after`: the last row of the range before this one, or NULL. Where the call put no rows,
 * the range has them all; the deleted ones are passed over later. */
static int32_t gather(struct bko_engine *engine, const struct bko__pos *pos,
                      const struct bko__range *range, const struct bko__row *after,
                      struct queue *queue)
{
	struct bko__tx *tx = &engine->tx;
	struct bko__key *prefix = &engine->room.key;
	uint32_t i, at;

	queue->rows = range->rows;
	queue->count = range->count;
	if (!pos->new_parts)
		return BKO_OK;
	queue->rows = bko__take(engine, (range->count + pos->new_parts + 1) * sizeof *queue->rows);
	if (!queue->rows)
		return tx->status;
	memcpy(queue->rows, range->rows, range->count * sizeof *queue->rows);
	bko__pos_subkey(pos, 'w', prefix);
	for (i = 0; i < tx->count; i++) {
		struct bko__row *row = tx->rows[i];

		if (!is_of_queue(row, prefix) || (after && bko__row_before(row, after)) ||
		    (range->more && bko__row_before(range->last, row)))
			continue; /* among those served already, or behind those read */
		for (at = queue->count; at && bko__row_before(row, queue->rows[at - 1]); at--)
			continue;
		memmove(queue->rows + at + 1, queue->rows + at,
		        (queue->count - at) * sizeof *queue->rows);
		queue->rows[at] = row;
		queue->count++;
	}
	return BKO_OK;
}

/* Limits that the parts to be served count in. */
static int32_t want_part_limits(struct bko_engine *engine, const struct bko__pos *pos,
                                const struct bko__pt *part)
{
	if (part->rec.limits & 1u << BKO_LIMIT_ITEM)
		bko__limit_want(engine, BKO_LIMIT_ITEM, &pos->item);
	if (part->rec.limits & 1u << BKO_LIMIT_CUSTOMER)
		bko__limit_want(engine, BKO_LIMIT_CUSTOMER, &part->rec.customer);
	if (part->rec.limits & 1u << BKO_LIMIT_CHANNEL)
		bko__limit_want(engine, BKO_LIMIT_CHANNEL, &part->rec.channel);
	return engine->tx.status;
}

int32_t bko__part_limits(struct bko_engine *engine, const struct bko__pos *pos,
                         const struct bko__pt *part, int64_t units, int64_t until)
{
	struct bko__limit *limit;
	struct bko__row *row;
	int32_t status;
	uint32_t of;

	if (!part->rec.limits)
		return engine->tx.status;
	status = want_part_limits(engine, pos, part);
	if (!units)
		return status;
	if (!status)
		status = bko__fetch(engine);
	for (of = BKO_LIMIT_ITEM; !status && of <= BKO_LIMIT_CHANNEL; of++) {
		const struct bko_span *id = of == BKO_LIMIT_ITEM       ? &pos->item
		                            : of == BKO_LIMIT_CUSTOMER ? &part->rec.customer
		                                                       : &part->rec.channel;

		row = part->rec.limits >> of & 1 ? bko__limit_want(engine, of, id) : NULL;
		if (!row || (!row->present && !row->object)) /* there is no such limit */
			continue;
		status = bko__limit_load(engine, row, pos->now, &limit);
		if (!status)
			status = bko__limit_count(engine, row, limit, units, until);
	}
	return status;
}

void bko__part_tell(struct bko_engine *engine, const struct bko__pos *pos,
                    const struct bko__part *part, uint32_t kind, int64_t amount, uint32_t detail,
                    const struct bko_span *cause)
{
	struct bko__event *event = &engine->room.event;

	bko__pos_event(pos, kind, amount, event);
	event->order = part->order;
	event->line = part->line;
	event->detail = detail;
	if (cause)
		event->cause = *cause;
	bko__emit(engine, bko__lane_of(engine, &part->order), event);
}

/* Gives one part what it can take; units from outside the limit first. */
static int32_t give(struct bko_engine *engine, struct bko__pos *pos, struct bko__pt *part)
{
	struct bko__head *head = &pos->head;
	int64_t take = bko__take_size(head, part->rec.backordered);
	int64_t outside = bko__min(part->rec.outside, take);
	int32_t status = bko__part_limits(engine, pos, part, outside - take, 0);

	if (status)
		return status;
	bko__part_waits(pos, part, -take, -outside);
	head->open -= take;
	head->allocated += take;
	part->rec.outside -= outside;
	part->rec.backordered -= take;
	part->rec.allocated += take;
	pos->served += take;
	bko__part_tell(engine, pos, &part->rec, BKO_EVENT_ALLOCATED, take, BKO_BY_SERVING, NULL);
	if (!part->rec.backordered)
		bko__part_tell(engine, pos, &part->rec, BKO_EVENT_READY, part->rec.allocated, 0,
		               NULL);
	bko__part_put(engine, pos, part);
	return engine->tx.status;
}

/* One row of the queue as it is now; NULL: it is no longer eligible, or the call failed. */
static struct bko__pt *part_at(struct bko_engine *engine, const struct bko__pos *pos,
                               struct bko__row *row)
{
	struct bko__pt *part = bko__part_of(engine, row, pos->row->key_size + 1u);

	return part && !part->gone && part->kind == 'w' && part->row == row ? part : NULL;
}

/* Serves rows in their order while a quantum is open; first their limits are read, all
 * at once. Parts that wait for less than a quantum are passed over. */
static int32_t serve_rows(struct bko_engine *engine, struct bko__pos *pos, struct bko__row **rows,
                          uint32_t count, uint32_t *budget)
{
	uint32_t i, limits = count < *budget ? count : *budget;
	struct bko__pt *part;
	int32_t status = BKO_OK;

	for (i = 0; bko__limits_any(engine) && !status && i < limits; i++) {
		if (rows[i]->action == BKO_ACTION_DELETE) /* moved by this call already */
			continue;
		part = part_at(engine, pos, rows[i]);
		status = part ? want_part_limits(engine, pos, part) : engine->tx.status;
	}
	if (!status)
		status = bko__fetch(engine);
	for (i = 0; !status && i < count && *budget; i++) {
		if (pos->head.open < pos->head.quantum)
			break;
		if (rows[i]->action == BKO_ACTION_DELETE)
			continue;
		part = part_at(engine, pos, rows[i]);
		if (!part || !bko__take_size(&pos->head, part->rec.backordered))
			continue;
		status = give(engine, pos, part);
		--*budget;
	}
	return status;
}

/* The range of the queue behind a row, or from its beginning. */
static struct bko__range *want_queue(struct bko_engine *engine, const struct bko__pos *pos,
                                     const struct bko__row *after)
{
	struct bko__key *key = &engine->room.key, *end = &engine->room.end;
	int64_t rows = engine->options.serve_lines;

	if (bko__lends(engine))
		rows = bko__min(bko__min(rows, QUEUE_ROWS), pos->head.open / pos->head.quantum);
	bko__pos_subkey(pos, 'w', key);
	bko__key_after(key, end);
	if (after)
		bko__row_past(after, key);
	return bko__want_range(engine, key, end, (uint32_t)rows);
}

/* *drained: the end was reached, so that what is still open finds no taker. */
static int32_t serve_queue(struct bko_engine *engine, struct bko__pos *pos, int *drained)
{
	uint32_t budget = engine->options.serve_lines;
	const struct bko__row *after = NULL;
	struct bko__range *range;
	struct queue queue;
	int32_t status;

	bko__lanes_want(engine);
	if (!pos->queue_range)
		pos->queue_range = want_queue(engine, pos, NULL);
	for (range = pos->queue_range;; range = want_queue(engine, pos, after)) {
		status = bko__fetch(engine);
		if (!status)
			status = gather(engine, pos, range, after, &queue);
		if (!status)
			status = serve_rows(engine, pos, queue.rows, queue.count, &budget);
		if (status || !budget || !range->more || !bko__can_serve(&pos->head))
			break;
		after = range->last;
	}
	*drained = budget && !range->more;
	return status;
}

int32_t bko__pos_serve(struct bko_engine *engine, struct bko__pos *pos)
{
	struct bko__head *head = &pos->head;
	int32_t status = BKO_OK;
	int drained = 0;

	bko__shortage_absorb(engine, pos);
	bko__buffer_settle(head);
	if (bko__can_serve(head)) {
		pos->dirty = 1;
		status = serve_queue(engine, pos, &drained);
		bko__buffer_settle(head);
	}
	head->flags &= ~(uint32_t)BKO__H_SERVING;
	if (bko__can_serve(head) && !drained)
		head->flags |= BKO__H_SERVING;
	return status;
}
