/*
 * order_read.c - copies of an order; the list of orders.
 */
#include "base/number.h"
#include "engine/copy.h"

enum { ORDER_MAGIC = 0x424b4f4f };

struct bko_order {
	uint32_t magic;
	struct bko_engine *engine;
	size_t size;
	struct bko_order_info info;
	struct bko_line_info *lines; /* behind this, and then the places */
	struct bko_place_info *places;
};

struct order_opening {
	int64_t now;
	struct bko_span id;
	struct bko_order_info info; /* of the run, as what follows: scratch */
	struct bko_line_info *lines;
	struct bko_place_info *places;
};

/* Of two dates the later; unknown is later than any. */
static void later_of(uint32_t *kind, int64_t *date, uint32_t other_kind, int64_t other)
{
	if (other_kind == BKO_DATE_NONE || *kind == BKO_DATE_UNKNOWN)
		return;
	if (*kind == BKO_DATE_NONE || other_kind == BKO_DATE_UNKNOWN || other > *date) {
		*kind = other_kind;
		*date = other_kind == BKO_DATE_KNOWN ? other : 0;
	}
}

/* Of an expired hold nothing is open any more: its units went back. */
static int32_t copy_place(struct bko_engine *engine, struct bko__ord *order, uint32_t line,
                          uint32_t number, int gone, struct bko_place_info *out)
{
	struct bko__at at = bko__order_at(engine, order, line, number);
	int32_t status = BKO_OK;
	uint32_t supply;

	memset(out, 0, sizeof *out);
	out->line = line;
	out->part = at.place->part;
	out->untracked = (at.place->flags & BKO__PL_UNTRACKED) != 0;
	out->shipped = at.place->shipped;
	bko__id_out(at.pos->location, &out->location);
	if (gone)
		return BKO_OK;
	out->allocated = bko__at_allocated(&at);
	out->picked = bko__at_picked(&at);
	out->backordered = bko__at_waiting(&at);
	if (out->backordered)
		status = bko__part_promise(engine, at.pos, at.part, &out->promise_kind,
		                           &out->promise_ms, &supply);
	return status;
}

static int32_t copy_line(struct bko_engine *engine, struct bko__ord *order, uint32_t number,
                         int gone, struct order_opening *o)
{
	const struct bko__ol *line = &order->lines[number];
	struct bko_line_info *out = &o->lines[number];
	int32_t status = BKO_OK;
	uint32_t p;

	memset(out, 0, sizeof *out);
	out->stops = line->rec.stops;
	out->ordered = line->rec.ordered;
	out->shipped = line->rec.shipped;
	out->cancelled = gone ? line->rec.ordered - line->rec.shipped : line->rec.cancelled;
	out->returned = line->rec.returned;
	out->first_place = o->info.place_count;
	out->place_count = line->rec.place_count;
	bko__id_out(line->rec.item, &out->item);
	for (p = 0; !status && p < line->rec.place_count; p++) {
		struct bko_place_info *place = &o->places[o->info.place_count++];

		status = copy_place(engine, order, number, p, gone, place);
		out->allocated += place->allocated;
		out->backordered += place->backordered;
		out->picked += place->picked;
		later_of(&out->promise_kind, &out->promise_ms, place->promise_kind,
		         place->promise_ms);
	}
	return status;
}

static int32_t run_order_open(struct bko_engine *engine, void *arguments)
{
	struct order_opening *o = arguments;
	int32_t status = bko__base_want(engine);
	struct bko__ord *order;
	uint32_t i, places = 0;
	int gone;

	if (status)
		return status;
	order = bko__order_want(engine, &o->id);
	status = order ? bko__order_load(engine, order) : engine->tx.status;
	if (!status)
		status = bko__order_positions(engine, order, UINT32_MAX, 0, o->now);
	if (status)
		return status;
	for (i = 0; i < order->rec.line_count; i++)
		places += order->lines[i].rec.place_count;
	o->lines = bko__take(engine, (order->rec.line_count + 1) * sizeof *o->lines);
	o->places = bko__take(engine, (places + 1) * sizeof *o->places);
	if (!o->lines || !o->places)
		return engine->tx.status;
	memset(&o->info, 0, sizeof o->info);
	gone = order->rec.state == BKO__O_HELD && !bko__order_live(engine, order);
	o->info.status = gone ? (uint32_t)BKO_STATUS_EXPIRED : bko__order_status(order, order->now);
	o->info.flags = order->rec.flags;
	o->info.order_class = order->rec.order_class;
	o->info.line_count = order->rec.line_count;
	o->info.placed_ms = order->rec.placed;
	o->info.confirmed_ms = order->rec.confirmed;
	o->info.need_by_ms = order->rec.need_by;
	o->info.hold_until_ms = order->rec.hold_until;
	bko__id_out(order->id, &o->info.id);
	bko__id_out(order->rec.customer, &o->info.customer);
	bko__id_out(order->rec.channel, &o->info.channel);
	for (i = 0; !status && i < order->rec.line_count; i++)
		status = copy_line(engine, order, i, gone, o);
	bko__undo(engine);
	return status;
}

int32_t bko_order_open(bko_engine *engine, int64_t now_ms, const struct bko_span *order,
                       bko_order **handle)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_ORDER_OPEN, order, NULL, 0);
	struct order_opening *o;
	struct bko_order *h;
	size_t size;

	if (status)
		return status;
	o = BKO__CALL(engine, struct order_opening);
	if (!order || !handle)
		return bko__fail(engine, BKO_E_MISUSE, "order or handle");
	*handle = NULL;
	status = bko__check_id(engine, order, 0, "order");
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	memset(o, 0, sizeof *o);
	o->now = now_ms;
	o->id = *order;
	if (!status)
		status = bko__drive(engine, run_order_open, o);
	if (status)
		return status;
	size = sizeof *h + o->info.line_count * sizeof *h->lines +
	       o->info.place_count * sizeof *h->places;
	h = bko__child_open(engine, size);
	if (!h)
		return engine->error.status;
	h->magic = ORDER_MAGIC;
	h->engine = engine;
	h->size = size;
	h->info = o->info;
	h->lines = (struct bko_line_info *)(void *)(h + 1);
	h->places = (struct bko_place_info *)(void *)(h->lines + o->info.line_count);
	memcpy(h->lines, o->lines, o->info.line_count * sizeof *h->lines);
	memcpy(h->places, o->places, o->info.place_count * sizeof *h->places);
	*handle = h;
	return BKO_OK;
}

int32_t bko_order_read(const bko_order *handle, struct bko_order_info *info)
{
	if (!handle || handle->magic != ORDER_MAGIC || !info)
		return BKO_E_MISUSE;
	if (info->struct_size < sizeof *info || info->struct_size > BKO_STRUCT_SIZE_MAX)
		return BKO_E_STRUCT_SIZE;
	bko__struct_out(info, info->struct_size, &handle->info, sizeof *info);
	return BKO_OK;
}

int32_t bko_order_lines(const bko_order *handle, uint32_t first, struct bko_line_info *array,
                        size_t capacity, uint32_t stride, size_t *count)
{
	int32_t status;

	if (!handle || handle->magic != ORDER_MAGIC)
		return BKO_E_MISUSE;
	status = bko__check_array(NULL, array, capacity, stride, sizeof *array, count);
	if (status)
		return status;
	if (first > handle->info.line_count)
		first = handle->info.line_count;
	bko__array_out(array, capacity, stride, handle->lines + first,
	               handle->info.line_count - first, sizeof *array, count);
	return BKO_OK;
}

int32_t bko_order_places(const bko_order *handle, uint32_t first, struct bko_place_info *array,
                         size_t capacity, uint32_t stride, size_t *count)
{
	int32_t status;

	if (!handle || handle->magic != ORDER_MAGIC)
		return BKO_E_MISUSE;
	status = bko__check_array(NULL, array, capacity, stride, sizeof *array, count);
	if (status)
		return status;
	if (first > handle->info.place_count)
		first = handle->info.place_count;
	bko__array_out(array, capacity, stride, handle->places + first,
	               handle->info.place_count - first, sizeof *array, count);
	return BKO_OK;
}

void bko_order_close(bko_order *handle)
{
	if (!handle || handle->magic != ORDER_MAGIC)
		return;
	handle->magic = 0;
	bko__child_close(handle->engine, handle, handle->size);
}

int32_t bko_order_list(bko_engine *engine, struct bko_cursor *cursor, struct bko_id *ids,
                       size_t capacity, size_t *count)
{
	return bko__list_ids(engine, BKO__VERB_ORDER_LIST, 'O', cursor, ids, capacity, count);
}
