/*
 * shapes.c - see shapes.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shapes.h"

const uint8_t shape_letters[BKO_ID_MAX + 1] = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h',
                                               'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'};

/* Each macro ends in a declaration, to be closed by a semicolon. */
#define PUT(name, how)                                                    \
	static void put_##name(struct bko__writer *w, const void *record) \
	{                                                                 \
		bko__##name##_##how(w, record);                           \
	}                                                                 \
	static void put_##name(struct bko__writer *w, const void *record)
#define GET(name)                                                  \
	static int get_##name(struct bko_span value, void *record) \
	{                                                          \
		return bko__##name##_get(value, record);           \
	}                                                          \
	static int get_##name(struct bko_span value, void *record)
#define WHOLE(name, how) \
	GET(name);       \
	PUT(name, how)
/* Lines, places and parts are told by what an order, or a rank, says: these ones. */
static const struct bko__order an_order = {.placed = 4900000000, .order_class = 5};
static const struct bko__rank a_rank = {.band = 5, .time = 4900000000};
#define GET_BY(name, by)                                           \
	static int get_##name(struct bko_span value, void *record) \
	{                                                          \
		return bko__##name##_get(value, by, record);       \
	}                                                          \
	static int get_##name(struct bko_span value, void *record)
#define PUT_BY(name, by)                                                  \
	static void put_##name(struct bko__writer *w, const void *record) \
	{                                                                 \
		bko__##name##_write(w, by, record);                       \
	}                                                                 \
	static void put_##name(struct bko__writer *w, const void *record)
#define PIECE_BY(name, by)                                             \
	static int get_##name(struct bko_span value, void *record)     \
	{                                                              \
		struct bko__reader r = {value.data, value.size, 0, 0}; \
                                                                       \
		bko__##name##_read(&r, by, record);                    \
		return r.bad || r.at != r.size ? -1 : 0;               \
	}                                                              \
	PUT_BY(name, by)
#define PIECE(name)                                                    \
	static int get_##name(struct bko_span value, void *record)     \
	{                                                              \
		struct bko__reader r = {value.data, value.size, 0, 0}; \
                                                                       \
		bko__##name##_read(&r, record);                        \
		return r.bad || r.at != r.size ? -1 : 0;               \
	}                                                              \
	PUT(name, write)

WHOLE(settings, put);
WHOLE(policy, put);
WHOLE(defaults, put);
WHOLE(item, put);
WHOLE(head, put);
WHOLE(supply, put);
GET_BY(part, &a_rank);
PUT_BY(part, &a_rank);
WHOLE(agenda, put);
WHOLE(limit, put);
WHOLE(counted, put);
WHOLE(lane, put);
WHOLE(buckets, put);
WHOLE(calendar, put);
GET(number);
PIECE(order);
PIECE_BY(line, &an_order);
PIECE_BY(place, &an_order);
PIECE(opcome);
PIECE(unit);
PIECE(event);

static void put_number(struct bko__writer *w, const void *record)
{
	int64_t number;

	memcpy(&number, record, sizeof number);
	bko__number_put(w, number);
}

#define M(range, record, member)                             \
	{                                                    \
		range, offsetof(struct record, member), 1, 0 \
	}
#define R(range, record, member, n)                          \
	{                                                    \
		range, offsetof(struct record, member), n, 0 \
	}
#define COUNTED(range, record, member, n)                    \
	{                                                    \
		range, offsetof(struct record, member), n, 1 \
	}

static const struct run settings_runs[] = {M(U32, bko__settings, lanes),
                                           M(U32, bko__settings, granule_ms)};

#define POLICY(record, p)                                                                     \
	R(U32, record, p set, 7), R(QUANTITY, record, p limit, 2),                            \
		R(U32, record, p limit_to_incoming, 2), R(QUANTITY, record, p switch_at, 4),  \
		R(U32, record, p safety_guards_queue, 2), R(TIME, record, p sell_from_ms, 5), \
		R(QUANTITY, record, p quantum, 1), R(TIME, record, p hold_place_ms, 2),       \
		M(U32, record, p max_passes)
#define NOTHING
static const struct run policy_runs[] = {POLICY(bko_policy, NOTHING)};
static const struct run defaults_runs[] = {
	POLICY(bko__defaults, policy.),           M(COUNT_64, bko__defaults, version),
	R(TIME, bko__defaults, demand_period, 2), R(U32, bko__defaults, limits, 4),
	M(U32, bko__defaults, calendars),         M(U32, bko__defaults, demand_keep)};
static const struct run item_runs[] = {POLICY(bko__item, policy.),
                                       COUNTED(ID, bko__item, locations, BKO_CANDIDATES_MAX)};
static const struct run head_runs[] = {R(QUANTITY, bko__head, on_hand, 15),
                                       R(QUANTITY, bko__head, band, BKO_CLASSES),
                                       R(QUANTITY, bko__head, received, 7),
                                       R(QUANTITY, bko__head, limit, 6),
                                       M(POSITIVE, bko__head, quantum),
                                       R(TIME, bko__head, settled, 2),
                                       R(TIME, bko__head, sell_from, 7),
                                       R(COUNT_48, bko__head, sequence, 4),
                                       M(U32, bko__head, epoch),
                                       R(U16, bko__head, handling, 2),
                                       R(U8, bko__head, selling, 7)};
static const struct run supply_runs[] = {
	M(QUANTITY, bko__supply, expected),    M(TIME, bko__supply, due),
	R(QUANTITY, bko__supply, received, 2), M(TIME, bko__supply, grace),
	R(U32, bko__supply, state, 4),         M(ID, bko__supply, source)};
static const struct run part_runs[] = {R(QUANTITY, bko__part, backordered, 2),
                                       R(AWAY, bko__part, placed, 2),
                                       R(QUANTITY, bko__part, outside, 2),
                                       R(TIME, bko__part, need_by, 2),
                                       R(U32, bko__part, line, 6),
                                       R(ID, bko__part, order, 3)};
static const struct run order_runs[] = {M(HASH, bko__order, hash),
                                        M(TIME, bko__order, placed),
                                        R(COUNT_64, bko__order, first_event, 2),
                                        M(QUANTITY, bko__order, rank_ms),
                                        R(AWAY, bko__order, confirmed, 4),
                                        R(QUANTITY, bko__order, error, 2),
                                        R(U32, bko__order, state, 3),
                                        M(LINES, bko__order, line_count),
                                        R(U32, bko__order, lane, 5),
                                        R(ID, bko__order, customer, 2)};
static const struct run line_runs[] = {M(QUANTITY, bko__line, asked),
                                       M(AWAY, bko__line, first_due),
                                       R(QUANTITY, bko__line, available_now, 6),
                                       R(AWAY, bko__line, rest_due, 2),
                                       R(QUANTITY, bko__line, shipped, 3),
                                       R(U32, bko__line, kinds, 2),
                                       M(CANDIDATES, bko__line, candidate_count),
                                       R(U32, bko__line, place_count, 5),
                                       M(ID, bko__line, item)};
static const struct run place_runs[] = {
	M(COUNT_64, bko__place, sequence), R(QUANTITY, bko__place, allocated, 3),
	M(AWAY, bko__place, rank_time),    M(QUANTITY, bko__place, returned),
	M(COUNT_64, bko__place, sub),      R(U32, bko__place, flags, 5)};
static const struct run opcome_runs[] = {
	M(HASH, bko__opcome, hash),         M(QUANTITY, bko__opcome, quantity),
	M(TIME, bko__opcome, time),         R(COUNT_64, bko__opcome, first_event, 3),
	R(QUANTITY, bko__opcome, asked, 8), R(U32, bko__opcome, verb, 8),
	M(ID, bko__opcome, subject)};
static const struct run unit_runs[] = {M(QUANTITY, bko__unit, quantity),
                                       R(U32, bko__unit, line, 2)};
static const struct run agenda_runs[] = {R(QUANTITY, bko__agenda, allocated, 4),
                                         R(QUANTITY, bko__agenda, band, BKO_CLASSES),
                                         R(U32, bko__agenda, epoch, 2)};
static const struct run limit_runs[] = {R(QUANTITY, bko__limit, limit, 2),
                                        M(TIME, bko__limit, settled), M(U32, bko__limit, kind),
                                        COUNTED(UNTIL, bko__limit, until, BKO_LIMIT_GRANULES),
                                        COUNTED(AMOUNT, bko__limit, amount, BKO_LIMIT_GRANULES)};
static const struct run lane_runs[] = {R(COUNT_48, bko__lane, first, 2)};
static const struct run event_runs[] = {
	M(QUANTITY, bko__event, amount), M(TIME, bko__event, time),
	M(QUANTITY, bko__event, other),  M(TIME, bko__event, at),
	R(U32, bko__event, kind, 3),     R(ID, bko__event, order, 4)};
static const struct run buckets_runs[] = {
	COUNTED(ID, bko__buckets, name, BKO_BUCKETS_MAX),
	COUNTED(QUANTITY, bko__buckets, quantity, BKO_BUCKETS_MAX)};
static const struct run calendar_runs[] = {M(DAYS, bko__calendar, working_days),
                                           M(MINUTES, bko__calendar, cutoff_minutes),
                                           M(OFFSET, bko__calendar, utc_offset_minutes),
                                           COUNTED(ANY, bko__calendar, holidays, BKO_HOLIDAYS_MAX)};
static const struct run counted_runs[] = {R(QUANTITY, bko__counted, accepted, 3),
                                          M(TIME, bko__counted, length),
                                          M(U32, bko__counted, flags)};
static const struct run number_runs[] = {{ANY, 0, 1, 0}};

#define SHAPE(name, type, most, counter)                                          \
	{                                                                         \
#name, sizeof(type), put_##name, get_##name, name##_runs,         \
			sizeof name##_runs / sizeof name##_runs[0], most, counter \
	}
#define PLAIN(name) SHAPE(name, struct bko__##name, 0, 0)
#define LISTING(name, most, counter) \
	SHAPE(name, struct bko__##name, most, offsetof(struct bko__##name, counter))

const struct shape shapes[] = {
	PLAIN(settings),
	SHAPE(policy, struct bko_policy, 0, 0),
	PLAIN(defaults),
	LISTING(item, BKO_CANDIDATES_MAX, location_count),
	PLAIN(head),
	PLAIN(supply),
	PLAIN(part),
	PLAIN(order),
	PLAIN(line),
	PLAIN(place),
	PLAIN(opcome),
	PLAIN(unit),
	PLAIN(agenda),
	LISTING(limit, BKO_LIMIT_GRANULES, holds),
	PLAIN(counted),
	PLAIN(lane),
	PLAIN(event),
	LISTING(buckets, BKO_BUCKETS_MAX, count),
	LISTING(calendar, BKO_HOLIDAYS_MAX, holiday_count),
	SHAPE(number, int64_t, 0, 0),
};
const uint32_t shape_count = sizeof shapes / sizeof shapes[0];

void shape_walk(const struct shape *shape, void *record, shape_visit *visit, void *host)
{
	uint32_t r, i, counted = 0;

	if (shape->most)
		memcpy(&counted, (uint8_t *)record + shape->counter, sizeof counted);
	for (r = 0; r < shape->run_count; r++) {
		const struct run *run = &shape->runs[r];
		uint32_t count = run->counted ? counted : run->count;
		uint8_t *member = (uint8_t *)record + run->offset;

		for (i = 0; i < count; i++, member += range_width(run->range))
			visit(host, run->range, member);
	}
}

size_t range_width(enum range range)
{
	switch (range) {
	case U32:
	case U16:
	case U8:
	case LINES:
	case CANDIDATES:
	case DAYS:
	case MINUTES: return sizeof(uint32_t);
	case HASH: return 16;
	case ID: return sizeof(struct bko_span);
	default: return sizeof(int64_t);
	}
}

int64_t range_low(enum range range)
{
	switch (range) {
	case QUANTITY: return -BKO__QUANTITY_MAX;
	case POSITIVE: return 1;
	case OFFSET: return -1440;
	case ANY: return INT64_MIN;
	default: return 0;
	}
}

/* ANY goes up to where a signed number ends. */
uint64_t range_high(enum range range)
{
	switch (range) {
	case QUANTITY:
	case POSITIVE:
	case AMOUNT: return (uint64_t)BKO__QUANTITY_MAX;
	case TIME:
	case AWAY: return (uint64_t)BKO__TIME_MAX;
	case UNTIL: return (uint64_t)BKO__TIME_MAX - 1;
	case COUNT_48: return ((uint64_t)1 << 48) - 1;
	case COUNT_64: return UINT64_MAX;
	case U32: return UINT32_MAX;
	case U16: return UINT16_MAX;
	case U8: return UINT8_MAX;
	case LINES: return BKO_LINES_MAX;
	case CANDIDATES: return BKO_CANDIDATES_MAX;
	case DAYS: return 127;
	case MINUTES:
	case OFFSET: return 1440;
	case ID: return BKO_ID_MAX;
	default: return INT64_MAX;
	}
}

void range_store(enum range range, uint8_t *member, uint64_t value)
{
	struct bko_span id = {shape_letters, (size_t)value};
	uint32_t narrow = (uint32_t)value;

	if (range == ID)
		memcpy(member, &id, sizeof id);
	else if (range == HASH)
		memset(member, (int)(value & 0xff), 16);
	else if (range_width(range) == sizeof narrow)
		memcpy(member, &narrow, sizeof narrow);
	else
		memcpy(member, &value, sizeof value);
}
