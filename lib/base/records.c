/*
 * records.c - the tables of all records but those of an order, and the few whose
 * shape needs a loop.
 */
#include "base/records.h"

#include "base/number.h"

static const struct bko__group settings_groups[] = {
	BKO__GROUP(BKO__NARROW, bko__settings, lanes, "uu"),
};
static const struct bko__table settings_table = BKO__TABLE(settings_groups);

static const struct bko__group policy_groups[] = {
	BKO__GROUP(BKO__NARROW, bko_policy, set, "uuuuuuu"),
	BKO__GROUP(BKO__WIDE, bko_policy, limit, "qq"),
	BKO__GROUP(BKO__NARROW, bko_policy, limit_to_incoming, "uu"),
	BKO__GROUP(BKO__WIDE, bko_policy, switch_at, "qqqq"),
	BKO__GROUP(BKO__NARROW, bko_policy, safety_guards_queue, "uu"),
	BKO__GROUP(BKO__WIDE, bko_policy, sell_from_ms, "tttttqtt"),
	BKO__GROUP(BKO__NARROW, bko_policy, max_passes, "u"),
};
static const struct bko__table policy_table = BKO__TABLE(policy_groups);

static const struct bko__group defaults_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__defaults, version, "ctt"),
	BKO__GROUP(BKO__NARROW, bko__defaults, limits, "uuuuuu"),
};
static const struct bko__table defaults_table = BKO__TABLE(defaults_groups);

static const struct bko__group head_groups[] = {
	BKO__ALIKE("Q", bko__head, on_hand, 37), BKO__ALIKE("T", bko__head, settled, 9),
	BKO__ALIKE("C", bko__head, sequence, 4), BKO__ALIKE("4", bko__head, epoch, 1),
	BKO__ALIKE("2", bko__head, handling, 2), BKO__ALIKE("1", bko__head, selling, 7),
};
static const struct bko__table head_table = BKO__TABLE(head_groups);

static const struct bko__group supply_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__supply, expected, "qt"),
	BKO__GROUP(BKO__NARROW, bko__supply, state, "uu"),
	BKO__GROUP(BKO__WIDE, bko__supply, received, "qqt"),
	BKO__GROUP(BKO__NARROW, bko__supply, overdue, "uu"),
	BKO__GROUP(BKO__IDS, bko__supply, source, "i"),
};
static const struct bko__table supply_table = BKO__TABLE(supply_groups);

static const struct bko__group opcome_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__opcome, hash, "ww"),
	BKO__GROUP(BKO__NARROW, bko__opcome, verb, "uu"),
	BKO__GROUP(BKO__WIDE, bko__opcome, quantity, "qtcccqqqqqqqq"),
	BKO__GROUP(BKO__NARROW, bko__opcome, status, "uuuuuu"),
	BKO__GROUP(BKO__IDS, bko__opcome, subject, "i"),
};
static const struct bko__table opcome_table = BKO__TABLE(opcome_groups);

static const struct bko__group unit_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__unit, quantity, "q"),
	BKO__GROUP(BKO__NARROW, bko__unit, line, "uu"),
};
static const struct bko__table unit_table = BKO__TABLE(unit_groups);

static const struct bko__group agenda_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__agenda, allocated, "qqqqqqqqqqqq"),
	BKO__GROUP(BKO__NARROW, bko__agenda, epoch, "uu"),
};
static const struct bko__table agenda_table = BKO__TABLE(agenda_groups);

static const struct bko__group limit_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__limit, limit, "qqt"),
	BKO__GROUP(BKO__NARROW, bko__limit, kind, "u"),
};
static const struct bko__table limit_table = BKO__TABLE(limit_groups);

static const struct bko__group counted_groups[] = {
	BKO__GROUP(BKO__WIDE, bko__counted, accepted, "qqqt"),
	BKO__GROUP(BKO__NARROW, bko__counted, flags, "u"),
};
static const struct bko__table counted_table = BKO__TABLE(counted_groups);

static const struct bko__group lane_groups[] = {
	BKO__ALIKE("C", bko__lane, first, 2),
};
static const struct bko__table lane_table = BKO__TABLE(lane_groups);

static const struct bko__group event_groups[] = {
	BKO__GROUP(BKO__NARROW, bko__event, kind, "uuu"),
	BKO__GROUP(BKO__WIDE, bko__event, amount, "qt"),
	BKO__GROUP(BKO__IDS, bko__event, order, "ii"),
	BKO__GROUP(BKO__WIDE, bko__event, other, "qt"),
	BKO__GROUP(BKO__IDS, bko__event, location, "ii"),
};
static const struct bko__table event_table = BKO__TABLE(event_groups);

void bko__read_format(struct bko__reader *r)
{
	uint32_t format = bko__read_byte(r);

	r->bad |= format == 0 || format > BKO__FORMAT;
}

static struct bko__reader opened(struct bko_span value)
{
	struct bko__reader r = {value.data, value.size, 0, 0};

	bko__read_format(&r);
	return r;
}

/* A whole value was read, and nothing is left over. */
static int closed(const struct bko__reader *r)
{
	return r->bad || r->at != r->size ? -1 : 0;
}

static int get(struct bko_span value, const struct bko__table *table, void *record, size_t size)
{
	struct bko__reader r = opened(value);

	memset(record, 0, size);
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
	return get(value, &settings_table, record, sizeof *record);
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

	memset(record, 0, sizeof *record);
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
	if (get(value, &head_table, record, sizeof *record) || record->quantum < 1)
		return -1;
	return 0;
}

void bko__head_put(struct bko__writer *w, const struct bko__head *record)
{
	put(w, &head_table, record);
}

int bko__supply_get(struct bko_span value, struct bko__supply *record)
{
	return get(value, &supply_table, record, sizeof *record);
}

void bko__supply_put(struct bko__writer *w, const struct bko__supply *record)
{
	put(w, &supply_table, record);
}

int bko__agenda_get(struct bko_span value, struct bko__agenda *record)
{
	return get(value, &agenda_table, record, sizeof *record);
}

void bko__agenda_put(struct bko__writer *w, const struct bko__agenda *record)
{
	put(w, &agenda_table, record);
}

int bko__counted_get(struct bko_span value, struct bko__counted *record)
{
	return get(value, &counted_table, record, sizeof *record);
}

void bko__counted_put(struct bko__writer *w, const struct bko__counted *record)
{
	put(w, &counted_table, record);
}

int bko__lane_get(struct bko_span value, struct bko__lane *record)
{
	return get(value, &lane_table, record, sizeof *record);
}

void bko__lane_put(struct bko__writer *w, const struct bko__lane *record)
{
	put(w, &lane_table, record);
}

int bko__limit_get(struct bko_span value, struct bko__limit *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	memset(record, 0, sizeof *record);
	bko__decode(&limit_table, record, &r);
	record->holds = (uint32_t)bko__read_uint_below(&r, BKO_LIMIT_GRANULES + 1);
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
	bko__write_uint(w, record->holds);
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

void bko__opcome_read(struct bko__reader *r, struct bko__opcome *record)
{
	memset(record, 0, sizeof *record);
	bko__read_format(r);
	bko__decode(&opcome_table, record, r);
}

void bko__opcome_write(struct bko__writer *w, const struct bko__opcome *record)
{
	put(w, &opcome_table, record);
}

void bko__unit_read(struct bko__reader *r, struct bko__unit *record)
{
	memset(record, 0, sizeof *record);
	bko__decode(&unit_table, record, r);
}

void bko__unit_write(struct bko__writer *w, const struct bko__unit *record)
{
	bko__encode(&unit_table, record, w);
}

void bko__event_read(struct bko__reader *r, struct bko__event *record)
{
	memset(record, 0, sizeof *record);
	bko__decode(&event_table, record, r);
}

void bko__event_write(struct bko__writer *w, const struct bko__event *record)
{
	bko__encode(&event_table, record, w);
}
