/*
 * records.c - the tables of all records, and the few whose shape needs a loop.
 */
#include "base/records.h"

#include "base/number.h"

#define RUN(kind, type, member, count)              \
	{                                           \
		kind, offsetof(type, member), count \
	}
#define TABLE(fields)                                      \
	{                                                  \
		fields, sizeof(fields) / sizeof(fields)[0] \
	}

static const struct bko__field settings_fields[] = {
	RUN(BKO__V_U32, struct bko__settings, lanes, 2),
};
static const struct bko__table settings_table = TABLE(settings_fields);

static const struct bko__field policy_fields[] = {
	RUN(BKO__V_U32, struct bko_policy, set, 7),
	RUN(BKO__V_QUANTITY, struct bko_policy, limit, 2),
	RUN(BKO__V_U32, struct bko_policy, limit_to_incoming, 2),
	RUN(BKO__V_QUANTITY, struct bko_policy, switch_at, 4),
	RUN(BKO__V_U32, struct bko_policy, safety_guards_queue, 2),
	RUN(BKO__V_TIME, struct bko_policy, sell_from_ms, 5),
	RUN(BKO__V_QUANTITY, struct bko_policy, quantum, 1),
	RUN(BKO__V_TIME, struct bko_policy, hold_place_ms, 2),
	RUN(BKO__V_U32, struct bko_policy, max_passes, 1),
};
static const struct bko__table policy_table = TABLE(policy_fields);

static const struct bko__field defaults_fields[] = {
	RUN(BKO__V_COUNT, struct bko__defaults, version, 1),
	RUN(BKO__V_TIME, struct bko__defaults, demand_period, 2),
	RUN(BKO__V_U32, struct bko__defaults, limits, 6),
};
static const struct bko__table defaults_table = TABLE(defaults_fields);

static const struct bko__field head_fields[] = {
	RUN(BKO__F_QUANTITY, struct bko__head, on_hand, 37),
	RUN(BKO__F_TIME, struct bko__head, settled, 9),
	RUN(BKO__F_COUNT, struct bko__head, sequence, 4),
	RUN(BKO__F_U32, struct bko__head, epoch, 1),
	RUN(BKO__F_U16, struct bko__head, handling, 2),
	RUN(BKO__F_U8, struct bko__head, selling, 7),
};
static const struct bko__table head_table = TABLE(head_fields);

static const struct bko__field supply_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__supply, expected, 3),
	RUN(BKO__V_TIME, struct bko__supply, due, 2),
	RUN(BKO__V_U32, struct bko__supply, state, 4),
	RUN(BKO__V_ID, struct bko__supply, source, 1),
};
static const struct bko__table supply_table = TABLE(supply_fields);

static const struct bko__field part_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__part, allocated, 4),
	RUN(BKO__V_TIME, struct bko__part, placed, 4),
	RUN(BKO__V_U32, struct bko__part, line, 6),
	RUN(BKO__V_ID, struct bko__part, order, 3),
};
static const struct bko__table part_table = TABLE(part_fields);

static const struct bko__field order_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__order, rank_ms, 3),
	RUN(BKO__V_TIME, struct bko__order, placed, 5),
	RUN(BKO__V_COUNT, struct bko__order, first_event, 2),
	RUN(BKO__V_U32, struct bko__order, state, 9),
	RUN(BKO__F_HASH, struct bko__order, hash, 1),
	RUN(BKO__V_ID, struct bko__order, customer, 2),
};
static const struct bko__table order_table = TABLE(order_fields);

static const struct bko__field line_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__line, ordered, 10),
	RUN(BKO__V_TIME, struct bko__line, promise, 3),
	RUN(BKO__V_U32, struct bko__line, stops, 8),
	RUN(BKO__V_ID, struct bko__line, item, 1),
};
static const struct bko__table line_table = TABLE(line_fields);

static const struct bko__field place_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__place, allocated, 4),
	RUN(BKO__V_TIME, struct bko__place, rank_time, 1),
	RUN(BKO__V_COUNT, struct bko__place, sequence, 2),
	RUN(BKO__V_U32, struct bko__place, epoch, 5),
};
static const struct bko__table place_table = TABLE(place_fields);

static const struct bko__field opcome_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__opcome, error, 9),
	RUN(BKO__V_TIME, struct bko__opcome, time, 1),
	RUN(BKO__V_COUNT, struct bko__opcome, revision, 3),
	RUN(BKO__V_U32, struct bko__opcome, verb, 8),
	RUN(BKO__F_HASH, struct bko__opcome, hash, 1),
	RUN(BKO__V_ID, struct bko__opcome, subject, 1),
};
static const struct bko__table opcome_table = TABLE(opcome_fields);

static const struct bko__field unit_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__unit, quantity, 1),
	RUN(BKO__V_U32, struct bko__unit, line, 2),
};
static const struct bko__table unit_table = TABLE(unit_fields);

static const struct bko__field agenda_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__agenda, allocated, 4 + BKO_CLASSES),
	RUN(BKO__V_U32, struct bko__agenda, epoch, 2),
};
static const struct bko__table agenda_table = TABLE(agenda_fields);

static const struct bko__field limit_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__limit, limit, 2),
	RUN(BKO__V_TIME, struct bko__limit, settled, 1),
	RUN(BKO__V_U32, struct bko__limit, kind, 2),
};
static const struct bko__table limit_table = TABLE(limit_fields);

static const struct bko__field counted_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__counted, accepted, 3),
	RUN(BKO__V_TIME, struct bko__counted, length, 1),
	RUN(BKO__V_U32, struct bko__counted, flags, 1),
};
static const struct bko__table counted_table = TABLE(counted_fields);

static const struct bko__field lane_fields[] = {
	RUN(BKO__F_COUNT, struct bko__lane, first, 2),
};
static const struct bko__table lane_table = TABLE(lane_fields);

static const struct bko__field event_fields[] = {
	RUN(BKO__V_QUANTITY, struct bko__event, amount, 2),
	RUN(BKO__V_TIME, struct bko__event, time, 2),
	RUN(BKO__V_U32, struct bko__event, kind, 3),
	RUN(BKO__V_ID, struct bko__event, order, 4),
};
static const struct bko__table event_table = TABLE(event_fields);

/* Opens a value: its first byte is a format this release can read. */
static struct bko__reader opened(struct bko_span value)
{
	struct bko__reader r = {value.data, value.size, 0, 0};
	uint32_t format = bko__read_byte(&r);

	r.bad |= format == 0 || format > BKO__FORMAT;
	return r;
}

/* A whole value was read, and nothing is left over. */
static int closed(const struct bko__reader *r)
{
	return r->bad || r->at != r->size ? -1 : 0;
}

static int get(struct bko_span value, const struct bko__table *table, void *record)
{
	struct bko__reader r = opened(value);

	bko__decode(table, record, &r);
	return closed(&r);
}

static void put(struct bko__writer *w, const struct bko__table *table, const void *record)
{
	bko__write_byte(w, BKO__FORMAT);
	bko__encode(table, record, w);
}

int bko__settings_get(struct bko_span value, struct bko__settings *record)
{
	return get(value, &settings_table, record);
}

void bko__settings_put(struct bko__writer *w, const struct bko__settings *record)
{
	put(w, &settings_table, record);
}

static void read_policy(struct bko__reader *r, struct bko_policy *record)
{
	memset(record, 0, sizeof *record);
	record->struct_size = sizeof *record;
	bko__decode(&policy_table, record, r);
}

int bko__policy_get(struct bko_span value, struct bko_policy *record)
{
	struct bko__reader r = opened(value);

	read_policy(&r, record);
	return closed(&r);
}

void bko__policy_put(struct bko__writer *w, const struct bko_policy *record)
{
	put(w, &policy_table, record);
}

int bko__defaults_get(struct bko_span value, struct bko__defaults *record)
{
	struct bko__reader r = opened(value);

	read_policy(&r, &record->policy);
	bko__decode(&defaults_table, record, &r);
	return closed(&r);
}

void bko__defaults_put(struct bko__writer *w, const struct bko__defaults *record)
{
	put(w, &policy_table, &record->policy);
	bko__encode(&defaults_table, record, w);
}

int bko__item_get(struct bko_span value, struct bko__item *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	read_policy(&r, &record->policy);
	record->location_count = (uint32_t)bko__read_uint_below(&r, BKO_CANDIDATES_MAX + 1);
	for (i = 0; i < record->location_count; i++) {
		uint8_t size;

		record->locations[i].data = bko__read_id(&r, &size, BKO_ID_MAX);
		record->locations[i].size = size;
	}
	return closed(&r);
}

void bko__item_put(struct bko__writer *w, const struct bko__item *record)
{
	uint32_t i;

	put(w, &policy_table, &record->policy);
	bko__write_uint(w, record->location_count);
	for (i = 0; i < record->location_count; i++)
		bko__write_id(w, record->locations[i].data, record->locations[i].size);
}

int bko__head_get(struct bko_span value, struct bko__head *record)
{
	if (get(value, &head_table, record) || record->quantum < 1)
		return -1;
	return 0;
}

void bko__head_put(struct bko__writer *w, const struct bko__head *record)
{
	put(w, &head_table, record);
}

int bko__supply_get(struct bko_span value, struct bko__supply *record)
{
	return get(value, &supply_table, record);
}

void bko__supply_put(struct bko__writer *w, const struct bko__supply *record)
{
	put(w, &supply_table, record);
}

int bko__part_get(struct bko_span value, struct bko__part *record)
{
	return get(value, &part_table, record);
}

void bko__part_write(struct bko__writer *w, const struct bko__part *record)
{
	put(w, &part_table, record);
}

int bko__agenda_get(struct bko_span value, struct bko__agenda *record)
{
	return get(value, &agenda_table, record);
}

void bko__agenda_put(struct bko__writer *w, const struct bko__agenda *record)
{
	put(w, &agenda_table, record);
}

int bko__counted_get(struct bko_span value, struct bko__counted *record)
{
	return get(value, &counted_table, record);
}

void bko__counted_put(struct bko__writer *w, const struct bko__counted *record)
{
	put(w, &counted_table, record);
}

int bko__lane_get(struct bko_span value, struct bko__lane *record)
{
	return get(value, &lane_table, record);
}

void bko__lane_put(struct bko__writer *w, const struct bko__lane *record)
{
	put(w, &lane_table, record);
}

int bko__limit_get(struct bko_span value, struct bko__limit *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	bko__decode(&limit_table, record, &r);
	if (record->holds > BKO_LIMIT_GRANULES)
		return -1;
	for (i = 0; i < record->holds; i++) {
		record->until[i] = (int64_t)bko__read_uint_below(&r, (uint64_t)BKO__NEVER);
		record->amount[i] =
			(int64_t)bko__read_uint_below(&r, (uint64_t)BKO__QUANTITY_MAX + 1);
	}
	return closed(&r);
}

void bko__limit_put(struct bko__writer *w, const struct bko__limit *record)
{
	uint32_t i;

	put(w, &limit_table, record);
	for (i = 0; i < record->holds; i++) {
		bko__write_uint(w, (uint64_t)record->until[i]);
		bko__write_uint(w, (uint64_t)record->amount[i]);
	}
}

int bko__buckets_get(struct bko_span value, struct bko__buckets *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	record->count = (uint32_t)bko__read_uint_below(&r, BKO_BUCKETS_MAX + 1);
	for (i = 0; i < record->count; i++) {
		uint8_t size;

		record->name[i].data = bko__read_id(&r, &size, BKO_ID_MAX);
		record->name[i].size = size;
		record->quantity[i] = bko__read_int(&r);
		r.bad |= !bko__quantity_ok(record->quantity[i]);
	}
	return closed(&r);
}

void bko__buckets_put(struct bko__writer *w, const struct bko__buckets *record)
{
	uint32_t i;

	bko__write_byte(w, BKO__FORMAT);
	bko__write_uint(w, record->count);
	for (i = 0; i < record->count; i++) {
		bko__write_id(w, record->name[i].data, record->name[i].size);
		bko__write_int(w, record->quantity[i]);
	}
}

int bko__calendar_get(struct bko_span value, struct bko__calendar *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	record->working_days = (uint32_t)bko__read_uint_below(&r, 128);
	record->cutoff_minutes = (uint32_t)bko__read_uint_below(&r, 1441);
	record->utc_offset_minutes = bko__read_int(&r);
	record->holiday_count = (uint32_t)bko__read_uint_below(&r, BKO_HOLIDAYS_MAX + 1);
	for (i = 0; i < record->holiday_count; i++)
		record->holidays[i] = bko__read_int(&r);
	r.bad |= record->utc_offset_minutes < -1440 || record->utc_offset_minutes > 1440;
	return closed(&r);
}

void bko__calendar_put(struct bko__writer *w, const struct bko__calendar *record)
{
	uint32_t i;

	bko__write_byte(w, BKO__FORMAT);
	bko__write_uint(w, record->working_days);
	bko__write_uint(w, record->cutoff_minutes);
	bko__write_int(w, record->utc_offset_minutes);
	bko__write_uint(w, record->holiday_count);
	for (i = 0; i < record->holiday_count; i++)
		bko__write_int(w, record->holidays[i]);
}

int bko__number_get(struct bko_span value, int64_t *number)
{
	struct bko__reader r = opened(value);

	*number = bko__read_int(&r);
	return closed(&r);
}

void bko__number_put(struct bko__writer *w, int64_t number)
{
	bko__write_byte(w, BKO__FORMAT);
	bko__write_int(w, number);
}

void bko__order_read(struct bko__reader *r, struct bko__order *record)
{
	uint32_t format = bko__read_byte(r);

	bko__decode(&order_table, record, r);
	r->bad |= format == 0 || format > BKO__FORMAT || record->line_count > BKO_LINES_MAX;
}

void bko__order_write(struct bko__writer *w, const struct bko__order *record)
{
	put(w, &order_table, record);
}

void bko__line_read(struct bko__reader *r, struct bko__line *record)
{
	bko__decode(&line_table, record, r);
	r->bad |= record->candidate_count > BKO_CANDIDATES_MAX;
}

void bko__line_write(struct bko__writer *w, const struct bko__line *record)
{
	bko__encode(&line_table, record, w);
}

void bko__place_read(struct bko__reader *r, struct bko__place *record)
{
	bko__decode(&place_table, record, r);
}

void bko__place_write(struct bko__writer *w, const struct bko__place *record)
{
	bko__encode(&place_table, record, w);
}

void bko__opcome_read(struct bko__reader *r, struct bko__opcome *record)
{
	uint32_t format = bko__read_byte(r);

	bko__decode(&opcome_table, record, r);
	r->bad |= format == 0 || format > BKO__FORMAT;
}

void bko__opcome_write(struct bko__writer *w, const struct bko__opcome *record)
{
	put(w, &opcome_table, record);
}

void bko__unit_read(struct bko__reader *r, struct bko__unit *record)
{
	bko__decode(&unit_table, record, r);
}

void bko__unit_write(struct bko__writer *w, const struct bko__unit *record)
{
	bko__encode(&unit_table, record, w);
}

void bko__event_read(struct bko__reader *r, struct bko__event *record)
{
	bko__decode(&event_table, record, r);
}

void bko__event_write(struct bko__writer *w, const struct bko__event *record)
{
	bko__encode(&event_table, record, w);
}
