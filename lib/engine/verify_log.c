/*
 * verify_log.c - due rows and their heads; event lanes and their consumers.
 */
#include "base/number.h"
#include "engine/news.h"
#include "engine/verify.h"

enum { LOG_ROWS = 32 };

/* Whether a T row is the one that its head speaks of. */
static int due_told(struct bko__auditing *a, const struct bko__row *row,
                    const struct bko__row *position)
{
	return row->key_size > 6 && position->present &&
	       !bko__head_get(bko__value(position), &a->head) &&
	       a->head.due == (int64_t)bko__get_be(row->key + 1, 6);
}

static void found_due(struct bko__auditing *a, const struct bko__row *row,
                      const struct bko__row *position)
{
	struct bko_span item = {NULL, 0}, location = {NULL, 0}, none = {NULL, 0};
	int64_t due = row->key_size > 6 ? (int64_t)bko__get_be(row->key + 1, 6) : 0;

	if (!bko__key_id_at(row, 7, &item) || !bko__key_id_at(row, 8 + item.size, &location))
		location.size = 0;
	if (!position->present || bko__head_get(bko__value(position), &a->head))
		a->head.due = BKO__NEVER;
	bko__found(a->audit, BKO_CHECK_S1, 2, a->head.due, due, &item, &location, &none, 0);
}

/* Each T row is the one that a head speaks of. */
int32_t bko__audit_due(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__row **heads = a->read.heads;
	struct bko__key *key = &engine->room.key, *end = &engine->room.end;
	struct bko__range *range;
	uint32_t i;
	int32_t status;
	int wrong = 0;

	bko__key_begin(key, 'T');
	bko__key_after(key, end);
	range = bko__want_range(engine, &a->audit->from, end, BKO__AUDIT_DUES);
	status = bko__fetch(engine);
	for (i = 0; !status && i < range->count; i++) {
		const struct bko__row *row = range->rows[i];

		key->bytes[0] = 'I';
		key->size = row->key_size > 7 ? row->key_size - 6 : 1;
		if (key->size > 1)
			memcpy(key->bytes + 1, row->key + 7, key->size - 1);
		heads[i] = bko__want(engine, key, BKO__WANT_FREE);
	}
	if (!status)
		status = bko__fetch(engine);
	if (status)
		return status;
	for (i = 0; i < range->count; i++)
		wrong |= !due_told(a, range->rows[i], heads[i]);
	a->done = 0;
	if (bko__audit_doubts(engine, a->audit, wrong)) {
		a->audit->next = a->audit->from;
		return BKO_OK;
	}
	for (i = 0; i < range->count; i++) {
		if (!due_told(a, range->rows[i], heads[i]))
			found_due(a, range->rows[i], heads[i]);
	}
	a->done = !range->more;
	if (range->more)
		bko__row_past(range->rows[range->count - 1], &a->audit->next);
	return BKO_OK;
}

static void found_lane(struct bko__auditing *a, uint32_t check, uint32_t what, uint64_t expected,
                       uint64_t found)
{
	struct bko_span none = {NULL, 0};

	bko__found(a->audit, check, what, (int64_t)expected, (int64_t)found, &none, &none, &none,
	           a->audit->lane);
}

/* Counts the events of a row; 0 for a damaged one. */
static uint64_t events_of(const struct bko__row *row)
{
	struct bko__reader reader = {row->value, row->value_size, 1, 0};
	struct bko__event event;
	uint64_t count = 0;

	while (reader.at < reader.size && !reader.bad) {
		bko__event_read(&reader, &event);
		count++;
	}
	return reader.bad ? 0 : count;
}

static int32_t check_consumers(struct bko_engine *engine, struct bko__auditing *a,
                               const struct bko__lane *lane, const struct bko__range *range)
{
	uint32_t i;

	for (i = 0; i < range->count; i++) {
		struct bko__lane at;

		if (bko__lane_get(bko__value(range->rows[i]), &at))
			found_lane(a, BKO_CHECK_RECORD, 1, 1, 0);
		else if (at.next < lane->first || at.next > lane->next)
			found_lane(a, BKO_CHECK_E3, 0, lane->first, at.next);
	}
	return engine->tx.status;
}

/* A page of one lane: numbers follow each other without a gap, from the lane's first to
 * its last. Events trimmed or added meanwhile move the ends, not the middle. */
int32_t bko__audit_lanes(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct bko__audit *audit = a->audit;
	struct bko__range *range, *consumers;
	struct bko__key *key = &engine->room.key, *end = &engine->room.end;
	struct bko__lane lane = {1, 1};
	struct bko__row *head;
	uint64_t number;
	uint32_t i, more;
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	head = bko__lane_want(engine, audit->lane);
	bko__key_begin(key, 'E');
	bko__key_byte(key, (uint8_t)audit->lane);
	bko__key_after(key, end);
	bko__key_number(key, audit->number, 6);
	range = bko__want_range(engine, key, end, LOG_ROWS);
	bko__key_begin(key, 'C');
	bko__key_byte(key, (uint8_t)audit->lane);
	consumers = bko__want_below(engine, key, LOG_ROWS);
	status = bko__fetch(engine);
	if (status)
		return status;
	more = range->more;
	if (head->present && bko__lane_get(bko__value(head), &lane)) {
		found_lane(a, BKO_CHECK_RECORD, 0, 1, 0);
		more = 0; /* without it nothing tells which numbers there should be */
	} else {
		number = audit->number ? audit->number : lane.first;
		for (i = 0; i < range->count; i++) {
			const struct bko__row *row = range->rows[i];
			uint64_t count = events_of(row), begins = number;

			if (row->key_size == 8)
				begins = bko__get_be(row->key + 2, 6);
			if (row->key_size != 8 || !count || begins != number)
				found_lane(a, count ? BKO_CHECK_E2 : BKO_CHECK_RECORD, 1, number,
				           begins);
			number = begins + count;
		}
		if (more && number <= audit->number) /* keys that are none: on all the same */
			number = audit->number + 1;
		if (!more && number != lane.next)
			found_lane(a, BKO_CHECK_E2, 0, lane.next, number);
		if (!audit->number)
			status = check_consumers(engine, a, &lane, consumers);
		audit->number = number;
	}
	if (!more) {
		audit->number = 0;
		audit->lane++;
	}
	a->done = audit->lane >= engine->settings.lanes;
	return status;
}
