/*
 * records_order.c - orders, their lines and places, and the parts that wait. Much of
 * one says again what another says, so it is stored as the difference: what agrees
 * takes nothing. So does a number that mostly is 1: its lowest bit is turned. Records
 * say what they say whatever they are told by: where they do not agree, it takes bytes.
 */
#include "base/codec.h"
#include "base/records.h"

static BKO__STRAIGHT void part_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__part, backordered), 2);
	bko__members(c, BKO__DELTA, BKO__AT(bko__part, placed), 2);
	bko__members(c, BKO__U32, BKO__AT(bko__part, line), 1);
	bko__members(c, BKO__TURNED, BKO__AT(bko__part, order_class), 1);
	bko__members(c, BKO__ID, BKO__AT(bko__part, order), 1);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__part, outside), 2);
	bko__members(c, BKO__TIME, BKO__AT(bko__part, need_by), 2);
	bko__members(c, BKO__U32, BKO__AT(bko__part, part), 4);
	bko__members(c, BKO__ID, BKO__AT(bko__part, customer), 2);
}
BKO__RECORD(part, struct bko__part, 1)

static BKO__STRAIGHT void order_members(struct bko__coder *c)
{
	bko__members(c, BKO__WORD, BKO__AT(bko__order, hash), 2);
	bko__members(c, BKO__TIME, BKO__AT(bko__order, placed), 1);
	bko__members(c, BKO__COUNT, BKO__AT(bko__order, first_event), 2);
	bko__members(c, BKO__DELTA, BKO__AT(bko__order, rank_ms), 1);
	bko__members(c, BKO__TURNED, BKO__AT(bko__order, state), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__order, order_class), 2);
	bko__members(c, BKO__TURNED, BKO__AT(bko__order, line_count), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__order, lane), 1);
	bko__members(c, BKO__ID, BKO__AT(bko__order, customer), 2);
	bko__members(c, BKO__U32, BKO__AT(bko__order, flags), 4);
	bko__members(c, BKO__DELTA, BKO__AT(bko__order, confirmed), 4);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__order, error), 2);
}
BKO__RECORD(order, struct bko__order, 2)

static BKO__STRAIGHT void line_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__line, asked), 1);
	bko__members(c, BKO__DELTA, BKO__AT(bko__line, first_due), 1);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__line, available_now), 3);
	bko__members(c, BKO__U32, BKO__AT(bko__line, kinds), 2);
	bko__members(c, BKO__ID, BKO__AT(bko__line, item), 1);
	bko__members(c, BKO__DELTA, BKO__AT(bko__line, first_backordered), 5);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__line, shipped), 3);
	bko__members(c, BKO__U32, BKO__AT(bko__line, candidate_count), 6);
}
BKO__RECORD(line, struct bko__line, 3)

static BKO__STRAIGHT void place_members(struct bko__coder *c)
{
	bko__members(c, BKO__U32, BKO__AT(bko__place, flags), 1);
	bko__members(c, BKO__TURNED, BKO__AT(bko__place, band), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__place, location), 1);
	bko__members(c, BKO__COUNT, BKO__AT(bko__place, sequence), 1);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__place, allocated), 3);
	bko__members(c, BKO__DELTA, BKO__AT(bko__place, rank_time), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__place, epoch), 2);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__place, returned), 1);
	bko__members(c, BKO__COUNT, BKO__AT(bko__place, sub), 1);
}
BKO__RECORD(place, struct bko__place, 1)

/* Differences wrap, so that any pair of numbers comes back. */
static int64_t minus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* A time that may be none, as the way to it from another: 0 if it is none, and one
 * more than the way if that leads forward. */
static int64_t way_to(int64_t from, int64_t time)
{
	int64_t way = minus(time, from);

	if (!time)
		return 0;
	return way >= 0 ? plus(way, 1) : way;
}

static int64_t go(int64_t from, int64_t way)
{
	if (!way)
		return 0;
	return plus(from, way > 0 ? way - 1 : way);
}

/* Figures that were put together must be in their range: 0 and bad if one is not. */
static void check_quantity(struct bko__reader *r, int64_t *quantity)
{
	if (bko__quantity_ok(*quantity))
		return;
	*quantity = 0;
	r->bad = 1;
}

static void check_time(struct bko__reader *r, int64_t *time)
{
	if (*time >= 0 && *time <= BKO__TIME_MAX)
		return;
	*time = 0;
	r->bad = 1;
}

int bko__part_get(struct bko_span value, const struct bko__rank *rank, struct bko__part *record)
{
	struct bko__reader r = {value.data, value.size, 0, 0};

	bko__read_format(&r);
	part_decode(&r, record);
	record->order_class ^= rank->band;
	record->placed = plus(record->placed, rank->time);
	record->expected = go(record->placed, record->expected);
	check_time(&r, &record->placed);
	check_time(&r, &record->expected);
	return r.bad || r.at != r.size ? -1 : 0;
}

void bko__part_write(struct bko__writer *w, const struct bko__rank *rank,
                     const struct bko__part *record)
{
	const int64_t told[] = {minus(record->placed, rank->time),
	                        way_to(record->placed, record->expected),
	                        record->order_class ^ rank->band};

	bko__write_byte(w, BKO__FORMAT);
	part_encode(w, record, told);
}

void bko__order_read(struct bko__reader *r, struct bko__order *record)
{
	bko__read_format(r);
	order_decode(r, record);
	record->state ^= 1;
	record->line_count ^= 1;
	record->rank_ms = go(record->placed, record->rank_ms);
	record->confirmed = plus(record->placed, record->confirmed);
	record->need_by = go(record->placed, record->need_by);
	record->hold_until = go(record->placed, record->hold_until);
	record->closed = go(record->placed, record->closed);
	check_quantity(r, &record->rank_ms);
	check_time(r, &record->confirmed);
	check_time(r, &record->need_by);
	check_time(r, &record->hold_until);
	check_time(r, &record->closed);
	r->bad |= record->line_count > BKO_LINES_MAX;
}

void bko__order_write(struct bko__writer *w, const struct bko__order *record)
{
	const int64_t told[] = {way_to(record->placed, record->rank_ms),
	                        record->state ^ 1,
	                        record->line_count ^ 1,
	                        minus(record->confirmed, record->placed),
	                        way_to(record->placed, record->need_by),
	                        way_to(record->placed, record->hold_until),
	                        way_to(record->placed, record->closed)};

	bko__write_byte(w, BKO__FORMAT);
	order_encode(w, record, told);
}

void bko__line_read(struct bko__reader *r, const struct bko__order *order, struct bko__line *record)
{
	line_decode(r, record);
	record->first_backordered =
		minus(minus(record->asked, record->first_allocated), record->first_backordered);
	record->ordered = plus(record->ordered, record->asked);
	record->first = plus(record->first, record->first_backordered);
	record->first_due = go(order->placed, record->first_due);
	record->rest_due = go(record->first_due, record->rest_due);
	record->promise = go(order->placed, record->promise);
	check_quantity(r, &record->first_backordered);
	check_quantity(r, &record->ordered);
	check_quantity(r, &record->first);
	check_time(r, &record->first_due);
	check_time(r, &record->rest_due);
	check_time(r, &record->promise);
	r->bad |= record->candidate_count > BKO_CANDIDATES_MAX;
}

void bko__line_write(struct bko__writer *w, const struct bko__order *order,
                     const struct bko__line *record)
{
	int64_t rest = minus(record->asked, record->first_allocated);
	const int64_t told[] = {way_to(order->placed, record->first_due),
	                        minus(rest, record->first_backordered),
	                        minus(record->ordered, record->asked),
	                        minus(record->first, record->first_backordered),
	                        way_to(record->first_due, record->rest_due),
	                        way_to(order->placed, record->promise)};

	line_encode(w, record, told);
}

/* What the time of a rank usually is. */
static int64_t rank_time_of(const struct bko__order *order)
{
	return order->rank_ms ? order->rank_ms : order->placed;
}

void bko__place_read(struct bko__reader *r, const struct bko__order *order,
                     struct bko__place *record)
{
	place_decode(r, record);
	record->band ^= order->order_class;
	record->rank_time = plus(record->rank_time, rank_time_of(order));
	check_time(r, &record->rank_time);
}

void bko__place_write(struct bko__writer *w, const struct bko__order *order,
                      const struct bko__place *record)
{
	const int64_t told[] = {record->band ^ order->order_class,
	                        minus(record->rank_time, rank_time_of(order))};

	place_encode(w, record, told);
}
