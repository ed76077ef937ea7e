/*
 * queue_read.c - the queue of a position, a page at a time. Eligible and parked parts
 * lie in two ranges; a page is their merge in rank order.
 */
#include "base/number.h"
#include "engine/copy.h"

enum { QUEUE_MAGIC = 0x424b4f51, PAGE = 64 };

struct bko_queue {
	uint32_t magic, mode, done, started;
	struct bko_engine *engine;
	int64_t now;
	uint64_t version;       /* of the position when it was opened */
	struct bko__rank after; /* the last part given out, once started */
	uint32_t item_size, location_size;
	uint8_t item[BKO_ID_MAX], location[BKO_ID_MAX];
};

struct turning {
	struct bko_queue *queue, opened; /* opened: of bko_queue_open, until it is a child */
	struct bko_waiting *page;        /* of the run: scratch */
	size_t capacity, count;
	struct bko__rank last;
	uint64_t version;
	uint32_t end;
};

static int32_t load_queue(struct bko_engine *engine, struct bko_queue *q, struct bko__pos **pos)
{
	struct bko_span item = {q->item, q->item_size}, location = {q->location, q->location_size};
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	*pos = bko__pos_want(engine, &item, &location, 0);
	if (!*pos)
		return engine->tx.status;
	status = bko__positions_load(engine, q->now);
	if (!status && !(*pos)->exists)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "location");
	return status;
}

static struct bko__range *want_after(struct bko_engine *engine, const struct bko__pos *pos,
                                     uint8_t kind, const struct bko_queue *q, uint32_t rows)
{
	struct bko__key *from = &engine->room.key, *end = &engine->room.end;

	bko__pos_subkey(pos, kind, from);
	bko__key_after(from, end);
	if (q->started) {
		bko__key_rank(from, &q->after);
		bko__key_byte(from, 0); /* behind that part */
	}
	return bko__want_range(engine, from, end, rows);
}

static void waiting_out(const struct bko__pt *part, struct bko_waiting *out)
{
	memset(out, 0, sizeof *out);
	out->line = part->rec.line;
	out->part = part->rec.part;
	out->stops = part->rec.stops | (part->rec.held_until ? (uint32_t)BKO_WAITING_HELD : 0u);
	out->backordered = part->rec.backordered;
	out->allocated = part->rec.allocated;
	out->placed_ms = part->rec.placed;
	out->order_class = part->rec.order_class;
	out->parked = part->kind == 'z';
	bko__id_out(part->rec.order, &out->order);
}

/* A range that was cut says nothing of what lies behind its last row, so the page ends
 * there. */
static int32_t merge(struct bko_engine *engine, struct bko__pos *pos, struct bko__range *w,
                     struct bko__range *z, struct turning *t)
{
	size_t at = pos->row->key_size + 1u;
	uint32_t i = 0, k = 0;

	t->end = 1;
	while (t->count < t->capacity) {
		struct bko__pt *a = i < w->count ? bko__part_of(engine, w->rows[i], at) : NULL;
		struct bko__pt *b = k < z->count ? bko__part_of(engine, z->rows[k], at) : NULL;

		if (engine->tx.status)
			return engine->tx.status;
		if ((!a && w->more) || (!b && z->more)) {
			t->end = 0;
			break;
		}
		if (!a && !b)
			return BKO_OK;
		if (!a || (b && bko__rank_compare(&b->rank, &a->rank) < 0)) {
			a = b;
			k++;
		} else {
			i++;
		}
		t->last = a->rank;
		if (!bko__part_dead(pos, &a->rec))
			waiting_out(a, &t->page[t->count++]);
	}
	t->end = t->end && i == w->count && k == z->count && !w->more && !z->more;
	return BKO_OK;
}

static int32_t run_page(struct bko_engine *engine, void *arguments)
{
	struct turning *t = arguments;
	struct bko_queue *q = t->queue;
	struct bko__range *w, *z;
	struct bko__pos *pos;
	int32_t status = load_queue(engine, q, &pos);

	if (status)
		return status;
	t->version = pos->head.version;
	t->count = 0;
	t->last = q->after;
	t->page = bko__take(engine, (t->capacity + 1) * sizeof *t->page);
	w = want_after(engine, pos, 'w', q, (uint32_t)t->capacity + 1);
	z = want_after(engine, pos, 'z', q, (uint32_t)t->capacity + 1);
	status = bko__fetch(engine);
	if (!status)
		status = merge(engine, pos, w, z, t);
	bko__undo(engine);
	return status;
}

static int32_t run_version(struct bko_engine *engine, void *arguments)
{
	struct turning *t = arguments;
	struct bko__pos *pos;
	int32_t status = load_queue(engine, t->queue, &pos);

	if (!status)
		t->version = pos->head.version;
	bko__undo(engine);
	return status;
}

int32_t bko_queue_open(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                       const struct bko_span *location, uint32_t mode, bko_queue **queue)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_QUEUE, item, location, 0);
	struct bko_queue *q, *h;
	struct turning *t;

	if (status)
		return status;
	t = BKO__CALL(engine, struct turning);
	if (!item || !location || !queue)
		return bko__fail(engine, BKO_E_MISUSE, "item, location or queue");
	*queue = NULL;
	status = bko__check_position(engine, item, location);
	if (!status && mode > BKO_QUEUE_LIVE)
		status = bko__fail(engine, BKO_E_ARGUMENT, "mode");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (status)
		return status;
	memset(t, 0, sizeof *t);
	q = t->queue = &t->opened;
	q->engine = engine;
	q->mode = mode;
	q->now = now_ms;
	q->item_size = (uint32_t)item->size;
	q->location_size = (uint32_t)location->size;
	memcpy(q->item, item->data, item->size);
	if (location->size)
		memcpy(q->location, location->data, location->size);
	status = bko__drive(engine, run_version, t);
	if (status)
		return status;
	h = bko__child_open(engine, sizeof *h);
	if (!h)
		return engine->error.status;
	*h = *q;
	h->version = t->version;
	h->magic = QUEUE_MAGIC;
	*queue = h;
	return BKO_OK;
}

int32_t bko_queue_next(bko_queue *queue, struct bko_waiting *array, size_t capacity,
                       uint32_t stride, size_t *count)
{
	struct bko_engine *engine;
	struct turning *t;
	int32_t status;

	if (!queue || queue->magic != QUEUE_MAGIC)
		return BKO_E_MISUSE;
	engine = queue->engine;
	status = bko__enter(engine, BKO__VERB_QUEUE, NULL);
	if (status)
		return status;
	t = BKO__CALL(engine, struct turning);
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (status)
		return status;
	*count = 0;
	memset(t, 0, sizeof *t);
	t->queue = queue;
	t->capacity = capacity < PAGE ? capacity : PAGE;
	/* a page may hold nothing but parts of holds that ran out: then the next one */
	while (!queue->done && t->capacity && !t->count) {
		status = bko__drive(engine, run_page, t);
		if (status)
			return status;
		if (queue->mode == BKO_QUEUE_CONSISTENT && t->version != queue->version)
			return bko__fail(engine, BKO_E_CHANGED, "the position");
		queue->after = t->last;
		queue->started = 1;
		queue->done = t->end;
	}
	if (t->count)
		bko__array_out(array, capacity, stride, t->page, t->count, sizeof *array, count);
	return BKO_OK;
}

void bko_queue_close(bko_queue *queue)
{
	if (!queue || queue->magic != QUEUE_MAGIC)
		return;
	queue->magic = 0;
	bko__child_close(queue->engine, queue, sizeof *queue);
}
