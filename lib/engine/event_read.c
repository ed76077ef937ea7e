/*
 * event_read.c - reading the outbox: consumers, pages of events, trimming.
 *
 * A consumer has a row a lane, C lane consumer, whose `next` is the number after
 * the last one it acknowledged; so trimming a lane looks at one range.
 */
#include "base/number.h"
#include "engine/copy.h"
#include "engine/news.h"

enum {
	PAGE_ROWS = 64,
	BEFORE = 8,                      /* numbers looked back over at a time */
	ROW_EVENTS = BKO_VALUE_MAX / 11, /* of a row at most: an event has eleven members */
	CONSUMERS_MAX = 256,
	TRIM_ROWS = 64
};

#define LAST_NUMBER (((uint64_t)1 << 48) - 1)

static struct bko__row *consumer_row(struct bko_engine *engine, uint32_t lane,
                                     const struct bko_span *consumer)
{
	struct bko__key *key = &engine->room.key;

	bko__key_begin(key, 'C');
	bko__key_byte(key, (uint8_t)lane);
	bko__key_id(key, consumer->data, consumer->size);
	return bko__want(engine, key, 0);
}

static int32_t read_numbers(struct bko_engine *engine, const struct bko__row *row,
                            struct bko__lane *lane)
{
	lane->first = lane->next = 1;
	if (row->present && (bko__lane_get(bko__value(row), lane) || lane->first > lane->next))
		return bko__fail(engine, BKO_E_CORRUPT, "a lane");
	return BKO_OK;
}

static void put_numbers(struct bko_engine *engine, struct bko__row *row,
                        const struct bko__lane *lane)
{
	struct bko__writer w = bko__scratch(engine, BKO__ROOM(struct bko__lane));

	bko__lane_put(&w, lane);
	row->guard = 1;
	bko__put_scratch(engine, row, &w);
}

/* The rows every call here begins with. */
static int32_t base(struct bko_engine *engine, uint32_t lane)
{
	int32_t status = bko__base_want(engine);

	if (!status && lane >= engine->settings.lanes)
		status = bko__fail(engine, BKO_E_ARGUMENT, "lane");
	return status;
}

/* ---- Consumers ---- */

struct consuming {
	struct bko_span id;
	uint32_t remove, lane;
	uint64_t number;
	struct bko__lane seen, acknowledged;
	struct bko__row *rows[BKO_LANES_MAX], *heads[BKO_LANES_MAX]; /* of the run */
};

static int32_t run_consumer(struct bko_engine *engine, void *arguments)
{
	struct consuming *c = arguments;
	struct bko__row **rows = c->rows, **heads = c->heads;
	struct bko__lane lane;
	uint64_t first, count;
	uint32_t i;
	int32_t status = base(engine, 0);

	if (status)
		return status;
	for (i = 0; i < engine->settings.lanes; i++) {
		rows[i] = consumer_row(engine, i, &c->id);
		heads[i] = bko__lane_want(engine, i);
		heads[i]->guard = 1;
	}
	status = bko__fetch(engine);
	if (!status && c->remove && !rows[0]->present)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "consumer");
	for (i = 0; !status && i < engine->settings.lanes; i++) {
		if (c->remove) {
			bko__delete(engine, rows[i]);
			continue;
		}
		if (rows[i]->present)
			continue;
		status = read_numbers(engine, heads[i], &lane);
		/* put as it is, so that trimming under way sees the newcomer */
		if (!status && heads[i]->present)
			put_numbers(engine, heads[i], &lane);
		lane.next = lane.first; /* it has acknowledged what is trimmed already */
		if (!status)
			put_numbers(engine, rows[i], &lane);
	}
	return status ? status : bko__finish(engine, 0, &first, &count);
}

int32_t bko_event_consumer(bko_engine *engine, const struct bko_span *consumer, uint32_t remove)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_CONSUMER, consumer, NULL, remove);
	struct consuming *c;

	if (status)
		return status;
	c = BKO__CALL(engine, struct consuming);
	if (!consumer)
		return bko__fail(engine, BKO_E_MISUSE, "consumer");
	status = bko__check_id(engine, consumer, 0, "consumer");
	if (!status && remove > 1)
		status = bko__fail(engine, BKO_E_ARGUMENT, "remove");
	memset(c, 0, sizeof *c);
	c->id = *consumer;
	c->remove = remove;
	return status ? status : bko__drive(engine, run_consumer, c);
}

static int32_t run_lane(struct bko_engine *engine, void *arguments)
{
	struct consuming *c = arguments;
	struct bko__row *row = NULL, *head;
	int32_t status = base(engine, c->lane);

	if (status)
		return status;
	head = bko__lane_want(engine, c->lane);
	if (c->id.size)
		row = consumer_row(engine, c->lane, &c->id);
	status = bko__fetch(engine);
	if (!status)
		status = read_numbers(engine, head, &c->seen);
	if (!status && row && !row->present)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "consumer");
	if (!status && row)
		status = read_numbers(engine, row, &c->acknowledged);
	bko__undo(engine);
	return status;
}

int32_t bko_event_lane(bko_engine *engine, const struct bko_span *consumer, uint32_t lane,
                       struct bko_lane *info)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_LANE, consumer, NULL, lane);
	struct bko_lane out;
	struct consuming *c;

	if (status)
		return status;
	c = BKO__CALL(engine, struct consuming);
	if (!info || !consumer)
		return bko__fail(engine, BKO_E_MISUSE, "info or consumer");
	if (info->struct_size < sizeof *info || info->struct_size > BKO_STRUCT_SIZE_MAX)
		return bko__fail(engine, BKO_E_STRUCT_SIZE, "info");
	memset(c, 0, sizeof *c);
	c->id = *consumer;
	c->lane = lane;
	status = bko__check_id(engine, &c->id, 1, "consumer");
	if (!status)
		status = bko__drive(engine, run_lane, c);
	if (status)
		return status;
	memset(&out, 0, sizeof out);
	out.lanes = engine->settings.lanes;
	out.first = c->seen.first;
	out.last = c->seen.next - 1;
	out.acknowledged = c->id.size ? c->acknowledged.next - 1 : 0;
	bko__struct_out(info, info->struct_size, &out, sizeof out);
	return BKO_OK;
}

static int32_t run_acknowledge(struct bko_engine *engine, void *arguments)
{
	struct consuming *c = arguments;
	struct bko__row *row, *head;
	struct bko__lane lane, at;
	int32_t status = base(engine, c->lane);

	if (status)
		return status;
	head = bko__lane_want(engine, c->lane);
	row = consumer_row(engine, c->lane, &c->id);
	status = bko__fetch(engine);
	if (!status)
		status = read_numbers(engine, head, &lane);
	if (!status && !row->present)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "consumer");
	if (!status)
		status = read_numbers(engine, row, &at);
	if (!status && c->number >= lane.next)
		status = bko__fail(engine, BKO_E_RANGE, "number");
	if (status || c->number < at.next)
		return status;
	at.first = 1;
	at.next = c->number + 1;
	put_numbers(engine, row, &at);
	return engine->tx.status;
}

int32_t bko_event_acknowledge(bko_engine *engine, const struct bko_span *consumer, uint32_t lane,
                              uint64_t number)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_ACKNOWLEDGE, consumer, NULL, lane);
	struct consuming *c;

	if (status)
		return status;
	c = BKO__CALL(engine, struct consuming);
	if (!consumer)
		return bko__fail(engine, BKO_E_MISUSE, "consumer");
	status = bko__check_id(engine, consumer, 0, "consumer");
	memset(c, 0, sizeof *c);
	c->id = *consumer;
	c->lane = lane;
	c->number = number;
	return status ? status : bko__drive(engine, run_acknowledge, c);
}

/* ---- Reading ---- */

struct reading {
	uint32_t lane, stride;
	uint64_t after, end; /* end: behind the lane's last */
	struct bko_event *array;
	size_t capacity, count;
	struct bko__event event; /* of the run: in hand .. */
	struct bko_event out;    /* .. and as it is given out */
};

/* Rows of a lane that begin with numbers from `from` to before `end`. */
static struct bko__range *events_want(struct bko_engine *engine, uint32_t lane, uint64_t from,
                                      uint64_t end, uint32_t rows)
{
	struct bko__key *key = &engine->room.key, *stop = &engine->room.end;

	bko__key_begin(key, 'E');
	bko__key_byte(key, (uint8_t)lane);
	*stop = *key;
	bko__key_number(key, from, 6);
	bko__key_number(stop, end, 6);
	return bko__want_range(engine, key, stop, rows);
}

static void event_out(struct reading *r, uint64_t number)
{
	const struct bko__event *event = &r->event;
	struct bko_event *out = &r->out;

	memset(out, 0, sizeof *out);
	out->kind = event->kind;
	out->number = number;
	out->time_ms = event->time;
	out->amount = event->amount;
	out->other = event->other;
	out->at_ms = event->at;
	out->line = event->line;
	out->detail = event->detail;
	bko__id_out(event->order, &out->order);
	bko__id_out(event->item, &out->item);
	bko__id_out(event->location, &out->location);
	bko__id_out(event->cause, &out->cause);
	bko__struct_out((uint8_t *)r->array + r->count * r->stride, r->stride, out, sizeof *out);
	r->count++;
}

/* Where a row of events begins; 0 for a key that is none of theirs. */
static uint64_t begins_at(const struct bko__row *row)
{
	return row->key_size == 8 ? bko__get_be(row->key + 2, 6) : 0;
}

/* Events of one row that are newer than `after`. Numbers follow each other without a gap:
 * *next is the one expected, and then the one behind the row's last. */
static int32_t row_out(struct bko_engine *engine, struct reading *r, const struct bko__row *row,
                       uint64_t *next)
{
	struct bko__reader reader = {row->value, row->value_size, 1, 0};
	uint64_t number = begins_at(row);

	if (!number || !row->value_size || number > *next)
		return bko__fail(engine, BKO_E_CORRUPT, "a row of events");
	for (; reader.at < reader.size; number++) {
		bko__event_read(&reader, &r->event);
		if (reader.bad)
			return bko__fail(engine, BKO_E_CORRUPT, "a row of events");
		if (number > r->after && number < r->end && r->count < r->capacity)
			event_out(r, number);
	}
	*next = number;
	return BKO_OK;
}

/* A reader who stopped within a row goes on there: its row begins not far before. */
static int32_t row_before(struct bko_engine *engine, const struct reading *r,
                          const struct bko__row **row)
{
	uint64_t end = r->after + 1;
	uint32_t looked;
	int32_t status = BKO_OK;

	for (looked = 0; !status && !*row && end > 1 && looked < ROW_EVENTS; looked += BEFORE) {
		uint64_t from = end > BEFORE ? end - BEFORE : 1;
		struct bko__range *range = events_want(engine, r->lane, from, end, BEFORE);

		status = bko__fetch(engine);
		if (!status && range->count)
			*row = range->rows[range->count - 1];
		end = from;
	}
	return status;
}

/* Rows in order, as long as there is room for events, and for rows of this call: a caller
 * who gets fewer events than it has room for asks again. */
static int32_t rows_out(struct bko_engine *engine, struct reading *r, struct bko__range *range)
{
	uint64_t next = r->after + 1;
	const struct bko__row *row = NULL;
	uint32_t i;
	int32_t status = BKO_OK;

	if (!range->count || begins_at(range->rows[0]) != next)
		status = row_before(engine, r, &row);
	if (!status && row)
		status = row_out(engine, r, row, &next);
	while (!status) {
		for (i = 0; !status && r->count < r->capacity && i < range->count; i++)
			status = row_out(engine, r, range->rows[i], &next);
		if (status || !range->more || r->count == r->capacity ||
		    (r->count && engine->tx.count + range->limit > engine->tx.max_rows / 2))
			break;
		range = events_want(engine, r->lane, next, LAST_NUMBER, range->limit);
		status = bko__fetch(engine);
	}
	if (!status && !r->count)
		status = bko__fail(engine, BKO_E_CORRUPT, "a row of events");
	return status;
}

static int32_t run_read(struct bko_engine *engine, void *arguments)
{
	struct reading *r = arguments;
	uint32_t rows = engine->tx.max_rows / 4 < PAGE_ROWS ? engine->tx.max_rows / 4 : PAGE_ROWS;
	struct bko__row *head;
	struct bko__range *range;
	struct bko__lane lane;
	int32_t status = base(engine, r->lane);

	if (status)
		return status;
	head = bko__lane_want(engine, r->lane);
	range = events_want(engine, r->lane, r->after + 1, LAST_NUMBER, rows);
	status = bko__fetch(engine);
	if (!status)
		status = read_numbers(engine, head, &lane);
	if (!status && r->after && r->after + 1 < lane.first)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "after (trimmed)");
	if (status)
		return status;
	r->count = 0;
	r->end = lane.next;
	if (r->after < lane.first - 1)
		r->after = lane.first - 1;
	if (r->capacity && r->after + 1 < lane.next)
		status = rows_out(engine, r, range);
	if (status == BKO_E_CORRUPT)
		head->guard = 1; /* unless the lane was trimmed meanwhile */
	bko__undo(engine);
	return status;
}

int32_t bko_event_read(bko_engine *engine, uint32_t lane, uint64_t after, struct bko_event *array,
                       size_t capacity, uint32_t stride, size_t *count)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_EVENT_READ, NULL, NULL, lane);
	struct reading *r;

	if (status)
		return status;
	r = BKO__CALL(engine, struct reading);
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (status)
		return status;
	memset(r, 0, sizeof *r);
	r->lane = lane;
	r->after = after < LAST_NUMBER - 1 ? after : LAST_NUMBER - 1;
	r->array = array;
	r->capacity = capacity;
	r->stride = stride;
	status = bko__drive(engine, run_read, r);
	*count = status ? 0 : r->count;
	return status;
}

/* ---- Trimming ---- */

struct trimming {
	uint32_t lane, done;
	uint32_t rows, went; /* that may go at a time; that went */
	uint64_t up_to;
};

/* The last number every consumer acknowledged; without one, the newest. */
static int32_t slowest(struct bko_engine *engine, uint32_t lane, uint64_t newest, uint64_t *number)
{
	struct bko__range *range;
	struct bko__lane at;
	struct bko__key *key = &engine->room.key;
	int32_t status;
	uint32_t i;

	bko__key_begin(key, 'C');
	bko__key_byte(key, (uint8_t)lane);
	range = bko__want_below(engine, key, CONSUMERS_MAX);
	status = bko__fetch(engine);
	*number = newest;
	if (!status && range->more)
		status = bko__fail(engine, BKO_E_TOO_LARGE, "consumers");
	for (i = 0; !status && i < range->count; i++) {
		status = read_numbers(engine, range->rows[i], &at);
		range->rows[i]->guard = 1;
		if (at.next - 1 < *number)
			*number = at.next - 1;
	}
	return status;
}

/* Rows go whole, the oldest first. Two more are looked at than may go, so that it is known
 * where each ends, and whether any is left. */
static int32_t trim_rows(struct bko_engine *engine, struct trimming *t,
                         const struct bko__range *range, uint64_t limit, struct bko__lane *lane)
{
	uint32_t i;

	t->done = 1;
	for (i = 0; i < range->count; i++) {
		uint64_t next = lane->next;

		if (i + 1 < range->count)
			next = begins_at(range->rows[i + 1]);
		else if (range->more)
			break;
		if (!begins_at(range->rows[i]) || !next)
			return bko__fail(engine, BKO_E_CORRUPT, "a row of events");
		if (next - 1 > limit)
			break;
		if (i == t->rows) {
			t->done = 0;
			break;
		}
		bko__delete(engine, range->rows[i]);
		lane->first = next;
	}
	t->went = i;
	return BKO_OK;
}

static int32_t run_trim(struct bko_engine *engine, void *arguments)
{
	struct trimming *t = arguments;
	struct bko__row *head;
	struct bko__range *range;
	struct bko__lane lane;
	uint64_t limit;
	int32_t status = base(engine, t->lane);

	if (status)
		return status;
	head = bko__lane_want(engine, t->lane);
	status = bko__fetch(engine);
	if (!status)
		status = read_numbers(engine, head, &lane);
	if (!status)
		status = slowest(engine, t->lane, lane.next - 1, &limit);
	if (status)
		return status;
	if (t->up_to && t->up_to < limit)
		limit = t->up_to;
	range = events_want(engine, t->lane, 0, lane.next, t->rows + 2);
	status = bko__fetch(engine);
	if (!status)
		status = trim_rows(engine, t, range, limit, &lane);
	if (!status && t->went)
		put_numbers(engine, head, &lane);
	return status ? status : engine->tx.status;
}

/* Rows that one batch may remove. */
static uint32_t rows_at_a_time(const struct bko_engine *engine, uint32_t wanted)
{
	uint32_t rows = wanted < TRIM_ROWS ? wanted : TRIM_ROWS, most = engine->store.max_entries;

	if (rows > engine->tx.max_rows / 4)
		rows = engine->tx.max_rows / 4;
	return most && rows > most / 2 ? most / 2 : rows;
}

int32_t bko_event_trim(bko_engine *engine, uint32_t lane, uint64_t up_to, uint32_t budget,
                       uint32_t *done)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_TRIM, NULL, NULL, lane);
	struct trimming *t;

	if (status)
		return status;
	t = BKO__CALL(engine, struct trimming);
	if (!done)
		return bko__fail(engine, BKO_E_MISUSE, "done");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	memset(t, 0, sizeof *t);
	t->lane = lane;
	t->up_to = up_to;
	*done = 0;
	while (!status && engine->progress.count < budget && !*done) {
		t->rows = rows_at_a_time(engine, budget - engine->progress.count);
		status = bko__drive(engine, run_trim, t);
		if (status)
			break;
		engine->progress.count += t->went;
		*done = t->done;
	}
	return status;
}
