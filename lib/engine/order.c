/*
 * order.c - see order.h: loading, status, putting.
 */
#include "engine/order.h"

#include "base/number.h"
#include "engine/agenda.h"
#include "engine/news.h"

enum { REST_ROWS = BKO_LINES_MAX };

void bko__order_key(const struct bko_span *order, struct bko__key *key)
{
	bko__key_begin(key, 'O');
	bko__key_id(key, order->data, order->size);
}

static struct bko__range *want_rest(struct bko_engine *engine, const struct bko_span *id,
                                    uint32_t rows)
{
	struct bko__key *key = &engine->room.key;

	bko__order_key(id, key);
	bko__key_byte(key, 'l');
	return bko__want_below(engine, key, rows);
}

struct bko__ord *bko__order_want(struct bko_engine *engine, const struct bko_span *id)
{
	struct bko__ord *order;
	struct bko__row *row;
	struct bko__key *key = &engine->room.key;

	bko__order_key(id, key);
	row = bko__want(engine, key, 0);
	if (row->object)
		return row->object;
	order = bko__take(engine, sizeof *order);
	if (!order)
		return NULL;
	memset(order, 0, sizeof *order);
	row->object = order;
	order->row = row;
	order->id = *id;
	if (!bko__lends(engine))
		order->rest = want_rest(engine, id, 8);
	return order;
}

/* The order's bytes in one piece: lent, if one row holds them. */
static int32_t whole(struct bko_engine *engine, struct bko__ord *order, uint32_t chunks,
                     struct bko__reader *reader)
{
	size_t size = order->row->value_size;
	int32_t status = BKO_OK;
	struct bko__writer w;
	uint32_t i;

	if (!chunks)
		return BKO_OK;
	if (!order->rest || order->rest->count < chunks) {
		order->rest = want_rest(engine, &order->id, chunks + 1);
		status = bko__fetch(engine);
	}
	if (status)
		return status;
	if (order->rest->count != chunks)
		return bko__fail(engine, BKO_E_CORRUPT, "rows of an order");
	for (i = 0; i < chunks; i++)
		size += order->rest->rows[i]->value_size;
	w = bko__scratch(engine, size);
	bko__write_bytes(&w, order->row->value, order->row->value_size);
	for (i = 0; i < chunks; i++)
		bko__write_bytes(&w, order->rest->rows[i]->value, order->rest->rows[i]->value_size);
	reader->data = w.data;
	reader->size = w.size;
	return engine->tx.status;
}

static int32_t decode_line(struct bko_engine *engine, struct bko__reader *r,
                           const struct bko__order *order, struct bko__ol *line)
{
	uint32_t i;

	bko__line_read(r, order, &line->rec);
	if (r->bad || line->rec.place_count > 4 * BKO_CANDIDATES_MAX)
		return bko__fail(engine, BKO_E_CORRUPT, "a line of an order");
	line->place_capacity = line->rec.place_count + 2;
	line->seats = NULL;
	line->seat_count = 0;
	line->candidates =
		bko__take(engine, (line->rec.candidate_count + 1) * sizeof *line->candidates);
	line->places = bko__take(engine, line->place_capacity * sizeof *line->places);
	if (!line->candidates || !line->places)
		return engine->tx.status;
	for (i = 0; i < line->rec.candidate_count; i++) {
		uint8_t size;

		line->candidates[i].data = bko__read_id(r, &size, BKO_ID_MAX);
		line->candidates[i].size = size;
	}
	for (i = 0; i < line->rec.place_count; i++) {
		bko__place_read(r, order, &line->places[i]);
		if (line->places[i].location >= line->rec.candidate_count ||
		    line->places[i].band >= BKO_CLASSES)
			r->bad = 1;
	}
	return r->bad ? bko__fail(engine, BKO_E_CORRUPT, "a line of an order") : BKO_OK;
}

int32_t bko__order_decode(struct bko_engine *engine, struct bko__ord *order, uint32_t *found)
{
	struct bko__reader r = {NULL, 0, 0, 0};
	int32_t status = BKO_OK;
	uint32_t i;

	*found = order->row->present;
	if (!*found || order->lines)
		return BKO_OK;
	r.data = order->row->value;
	r.size = order->row->value_size;
	memset(&order->rec, 0, sizeof order->rec);
	bko__order_read(&r, &order->rec);
	if (r.bad || order->rec.line_count > BKO_LINES_MAX || order->rec.chunks > REST_ROWS)
		return bko__fail(engine, BKO_E_CORRUPT, "an order");
	order->lane = bko__lane_of(engine, &order->id);
	status = whole(engine, order, order->rec.chunks, &r);
	if (status || order->rec.state > BKO__O_REFUSED)
		return status;
	order->lines = bko__take(engine, (order->rec.line_count + 1) * sizeof *order->lines);
	if (!order->lines)
		return engine->tx.status;
	for (i = 0; !status && i < order->rec.line_count; i++)
		status = decode_line(engine, &r, &order->rec, &order->lines[i]);
	if (!status && r.at != r.size)
		status = bko__fail(engine, BKO_E_CORRUPT, "an order");
	if (status)
		order->lines = NULL; /* half of it is no order */
	return status;
}

int32_t bko__order_load(struct bko_engine *engine, struct bko__ord *order)
{
	int32_t status = engine->tx.status;
	uint32_t found;

	if (!status)
		status = bko__fetch(engine);
	if (!status)
		status = bko__base_load(engine);
	if (!status)
		status = bko__order_decode(engine, order, &found);
	if (status)
		return status;
	if (!found)
		return bko__fail(engine, BKO_E_NOT_FOUND, "order");
	if (order->rec.state >= BKO__O_REFUSED)
		return bko__fail(engine, BKO_E_NOT_FOUND, "order (it was refused)");
	return BKO_OK;
}

struct bko__rank bko__place_rank(const struct bko__place *place)
{
	struct bko__rank rank;

	rank.epoch = place->epoch;
	rank.band = place->band;
	rank.time = place->rank_time;
	rank.sequence = place->sequence;
	rank.sub = place->sub;
	return rank;
}

/* Wants what a line's places are at; a held order's agenda rows with them. */
static int32_t want_places(struct bko_engine *engine, const struct bko__ord *order,
                           struct bko__ol *line, uint32_t flags)
{
	uint32_t p;

	line->seats = bko__take(engine, (line->rec.place_count + 1) * sizeof *line->seats);
	if (!line->seats)
		return engine->tx.status;
	for (p = 0; p < line->rec.place_count; p++) {
		struct bko__place *place = &line->places[p];
		struct bko__rank rank = bko__place_rank(place);
		struct bko__pos *pos = bko__pos_want(engine, &line->rec.item,
		                                     &line->candidates[place->location], flags);

		if (!pos)
			return engine->tx.status;
		line->seats[p].pos = pos;
		line->seats[p].part = NULL;
		line->seat_count = p + 1;
		if (place->flags & BKO__PL_WAITED)
			bko__part_want(engine, pos, &rank);
		if (order->rec.state == BKO__O_HELD)
			bko__agenda_row(engine, pos, order->rec.hold_until);
		if (order->rec.state == BKO__O_HELD && order->extend)
			bko__agenda_row(engine, pos, bko__granule(engine, order->extend));
	}
	return BKO_OK;
}

int32_t bko__order_positions(struct bko_engine *engine, struct bko__ord *order, uint32_t only,
                             uint32_t flags, int64_t now)
{
	struct bko__pos *pos;
	int32_t status = BKO_OK;
	uint32_t i;

	if (only != UINT32_MAX && only >= order->rec.line_count)
		return bko__fail_line(engine, BKO_E_NOT_FOUND, "line", only);
	for (i = 0; !status && i < order->rec.line_count; i++) {
		if (only == UINT32_MAX || i == only)
			status = want_places(engine, order, &order->lines[i], flags);
	}
	if (status)
		return status;
	if (order->beside && order->beside_line < order->rec.line_count)
		bko__pos_want(engine, &order->lines[order->beside_line].rec.item, order->beside,
		              flags);
	if (flags & BKO__POS_SERVES)
		bko__lanes_want(engine);
	bko__lane_want(engine, order->lane);
	status = bko__positions_load(engine, now);
	order->now = now;
	for (pos = engine->tx.positions; pos; pos = pos->next)
		order->now = bko__max(order->now, pos->now);
	return status;
}

/* The part of a place that waited, most often the one that was found before. */
static struct bko__pt *part_of_place(struct bko_engine *engine, const struct bko__pos *pos,
                                     const struct bko__place *place, struct bko__seat *seat)
{
	struct bko__rank rank = bko__place_rank(place);
	struct bko__pt *part = seat ? seat->part : NULL;

	if (part && !part->gone && !bko__rank_compare(&part->rank, &rank))
		return part;
	part = bko__part_find(engine, pos, &rank);
	if (seat)
		seat->part = part;
	return part;
}

struct bko__at bko__order_at(struct bko_engine *engine, struct bko__ord *order, uint32_t line,
                             uint32_t place)
{
	struct bko__seat *seat;
	struct bko__at at;

	at.line = &order->lines[line];
	at.place = &at.line->places[place];
	at.line_number = line;
	seat = place < at.line->seat_count ? &at.line->seats[place] : NULL;
	at.pos = seat ? seat->pos
	              : bko__pos_want(engine, &at.line->rec.item,
	                              &at.line->candidates[at.place->location], 0);
	at.part = NULL;
	if (at.pos && (at.place->flags & BKO__PL_WAITED))
		at.part = part_of_place(engine, at.pos, at.place, seat);
	return at;
}

int bko__order_live(struct bko_engine *engine, const struct bko__ord *order)
{
	const struct bko__pos *pos;

	if (order->rec.state != BKO__O_HELD || order->rec.hold_until <= order->now)
		return 0;
	for (pos = engine->tx.positions; pos; pos = pos->next) {
		if (order->rec.hold_until <= pos->head.settled)
			return 0;
	}
	return 1;
}

int64_t bko__line_open(const struct bko__line *line)
{
	return line->ordered - line->shipped - line->cancelled;
}

uint32_t bko__order_status(const struct bko__ord *order, int64_t now)
{
	int64_t shipped = 0, open = 0;
	uint32_t i;

	switch (order->rec.state) {
	case BKO__O_HELD: return order->rec.hold_until > now ? BKO_STATUS_HELD : BKO_STATUS_EXPIRED;
	case BKO__O_RELEASED: return BKO_STATUS_RELEASED;
	case BKO__O_OPEN: break;
	default: return BKO_STATUS_REFUSED;
	}
	for (i = 0; i < order->rec.line_count; i++) {
		shipped += order->lines[i].rec.shipped;
		open += bko__line_open(&order->lines[i].rec);
	}
	if (!open)
		return shipped ? BKO_STATUS_COMPLETE : BKO_STATUS_CANCELLED;
	return shipped ? BKO_STATUS_PARTLY_SHIPPED : BKO_STATUS_OPEN;
}

struct bko__place *bko__line_place(struct bko_engine *engine, struct bko__ol *line)
{
	struct bko__place *places = line->places;

	if (line->rec.place_count == 4 * BKO_CANDIDATES_MAX) {
		if (!engine->tx.status)
			engine->tx.status = bko__fail(engine, BKO_E_TOO_LARGE, "places of a line");
		return NULL;
	}
	if (line->rec.place_count == line->place_capacity) {
		uint32_t capacity = line->place_capacity + 4;

		places = bko__take(engine, capacity * sizeof *places);
		if (!places)
			return NULL;
		if (line->rec.place_count)
			memcpy(places, line->places, line->rec.place_count * sizeof *places);
		line->places = places;
		line->place_capacity = capacity;
	}
	memset(&places[line->rec.place_count], 0, sizeof *places);
	return &places[line->rec.place_count++];
}

static size_t bound(const struct bko__ord *order)
{
	size_t size =
		BKO__ROOM(struct bko__order) + order->rec.customer.size + order->rec.channel.size;
	uint32_t i, c;

	for (i = 0; i < order->rec.line_count; i++) {
		size += BKO__ROOM(struct bko__line) + order->lines[i].rec.item.size +
		        order->lines[i].rec.place_count * BKO__ROOM(struct bko__place);
		for (c = 0; c < order->lines[i].rec.candidate_count; c++)
			size += order->lines[i].candidates[c].size + 1;
	}
	return size;
}

static void encode(const struct bko__ord *order, struct bko__writer *w)
{
	uint32_t i, k;

	bko__order_write(w, &order->rec);
	for (i = 0; i < order->rec.line_count; i++) {
		const struct bko__ol *line = &order->lines[i];

		bko__line_write(w, &order->rec, &line->rec);
		for (k = 0; k < line->rec.candidate_count; k++)
			bko__write_id(w, line->candidates[k].data, line->candidates[k].size);
		for (k = 0; k < line->rec.place_count; k++)
			bko__place_write(w, &order->rec, &line->places[k]);
	}
}

/* How many further rows so many bytes need. The number is part of the first bytes, and
 * a larger one never makes them fewer: counting again comes to an end. */
static uint32_t chunks_of(size_t size)
{
	return (uint32_t)((size - 1) / BKO_VALUE_MAX);
}

static void put_rest(struct bko_engine *engine, struct bko__ord *order, const struct bko__writer *w,
                     uint32_t before)
{
	uint32_t i;

	for (i = 0; i < order->rec.chunks || i < before; i++) {
		size_t at = (size_t)(i + 1) * BKO_VALUE_MAX;
		struct bko__row *row;
		struct bko__key *key = &engine->room.key;
		size_t size;

		bko__order_key(&order->id, key);
		bko__key_byte(key, 'l');
		bko__key_number(key, i, 2);
		row = bko__blind_row(engine, key);
		if (i >= order->rec.chunks) {
			bko__delete(engine, row);
			continue;
		}
		size = w->size - at < BKO_VALUE_MAX ? w->size - at : BKO_VALUE_MAX;
		if (row->present && row->value_size == size &&
		    !memcmp(row->value, w->data + at, size))
			continue;
		bko__put(engine, row, w->data + at, size);
	}
}

int32_t bko__order_put(struct bko_engine *engine, struct bko__ord *order)
{
	struct bko__writer w = bko__scratch(engine, bound(order));
	uint32_t before = order->rec.chunks;
	size_t start = w.size;

	if (engine->tx.status)
		return engine->tx.status;
	for (;;) {
		w.size = start;
		encode(order, &w);
		if (w.full)
			return bko__fail(engine, BKO_E_TOO_LARGE, "an order");
		if (chunks_of(w.size) == order->rec.chunks)
			break;
		order->rec.chunks = chunks_of(w.size);
	}
	bko__scratch_end(engine, &w);
	bko__put(engine, order->row, w.data,
	         w.size < BKO_VALUE_MAX ? w.size : (size_t)BKO_VALUE_MAX);
	put_rest(engine, order, &w, before);
	return engine->tx.status;
}

void bko__order_record(struct bko_engine *engine, uint32_t state, int64_t error)
{
	struct bko__order *record = &engine->room.order;
	struct bko__writer w = bko__scratch(engine, BKO__ROOM(struct bko__order));

	memset(record, 0, sizeof *record);
	record->state = state;
	record->error = error;
	record->placed = record->closed = engine->tx.op_time;
	record->line_count = 0;
	record->chunks = 0;
	memcpy(record->hash, engine->tx.op_hash, sizeof record->hash);
	bko__order_write(&w, record);
	bko__header_put(engine);
	bko__put_scratch(engine, engine->tx.op_row, &w);
}

void bko__order_tell(struct bko_engine *engine, const struct bko__ord *order, uint32_t line,
                     const struct bko__pos *pos, uint32_t kind, int64_t amount, uint32_t detail,
                     const struct bko_span *cause)
{
	struct bko__event *event = &engine->room.event;

	if (pos) {
		bko__pos_event(pos, kind, amount, event);
	} else {
		memset(event, 0, sizeof *event);
		event->kind = kind;
		event->amount = amount;
		event->time = order->now;
	}
	event->order = order->id;
	event->line = line;
	event->detail = detail;
	if (cause)
		event->cause = *cause;
	bko__emit(engine, order->lane, event);
}
