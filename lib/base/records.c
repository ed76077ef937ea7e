/*
 * records.c - the members of all records but those of an order, and the few whose
 * shape needs a loop.
 */
#include "base/records.h"

#include "base/codec.h"

static BKO__STRAIGHT void settings_members(struct bko__coder *c)
{
	bko__members(c, BKO__U32, BKO__AT(bko__settings, lanes), 2);
}
BKO__RECORD(settings, struct bko__settings, 1)

static BKO__STRAIGHT void policy_members(struct bko__coder *c)
{
	bko__members(c, BKO__U32, BKO__AT(bko_policy, set), 7);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko_policy, limit), 2);
	bko__members(c, BKO__U32, BKO__AT(bko_policy, limit_to_incoming), 2);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko_policy, switch_at), 4);
	bko__members(c, BKO__U32, BKO__AT(bko_policy, safety_guards_queue), 2);
	bko__members(c, BKO__TIME, BKO__AT(bko_policy, sell_from_ms), 5);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko_policy, quantum), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko_policy, hold_place_ms), 2);
	bko__members(c, BKO__U32, BKO__AT(bko_policy, max_passes), 1);
}
BKO__RECORD(policy, struct bko_policy, 4)

static BKO__STRAIGHT void defaults_members(struct bko__coder *c)
{
	bko__members(c, BKO__COUNT, BKO__AT(bko__defaults, version), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko__defaults, demand_period), 2);
	bko__members(c, BKO__U32, BKO__AT(bko__defaults, limits), 6);
}
BKO__RECORD(defaults, struct bko__defaults, 1)

static BKO__STRAIGHT void head_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY_7, BKO__AT(bko__head, on_hand), 15);
	bko__members(c, BKO__QUANTITY_7, BKO__AT(bko__head, band), BKO_CLASSES);
	bko__members(c, BKO__QUANTITY_7, BKO__AT(bko__head, received), 14);
	bko__members(c, BKO__TIME_6, BKO__AT(bko__head, settled), 9);
	bko__members(c, BKO__COUNT_6, BKO__AT(bko__head, sequence), 4);
	bko__members(c, BKO__U32_4, BKO__AT(bko__head, epoch), 1);
	bko__members(c, BKO__U32_2, BKO__AT(bko__head, handling), 2);
	bko__members(c, BKO__U32_1, BKO__AT(bko__head, selling), 7);
}
BKO__RECORD(head, struct bko__head, 0)

static BKO__STRAIGHT void supply_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__supply, expected), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko__supply, due), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__supply, state), 2);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__supply, received), 2);
	bko__members(c, BKO__TIME, BKO__AT(bko__supply, grace), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__supply, overdue), 2);
	bko__members(c, BKO__ID, BKO__AT(bko__supply, source), 1);
}
BKO__RECORD(supply, struct bko__supply, 1)

static BKO__STRAIGHT void opcome_members(struct bko__coder *c)
{
	bko__members(c, BKO__WORD, BKO__AT(bko__opcome, hash), 2);
	bko__members(c, BKO__U32, BKO__AT(bko__opcome, verb), 2);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__opcome, quantity), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko__opcome, time), 1);
	bko__members(c, BKO__COUNT, BKO__AT(bko__opcome, first_event), 3);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__opcome, asked), 8);
	bko__members(c, BKO__U32, BKO__AT(bko__opcome, status), 6);
	bko__members(c, BKO__ID, BKO__AT(bko__opcome, subject), 1);
}
BKO__RECORD(opcome, struct bko__opcome, 2)

static BKO__STRAIGHT void unit_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__unit, quantity), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__unit, line), 2);
}
BKO__RECORD(unit, struct bko__unit, 1)

static BKO__STRAIGHT void agenda_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__agenda, allocated), 12);
	bko__members(c, BKO__U32, BKO__AT(bko__agenda, epoch), 2);
}
BKO__RECORD(agenda, struct bko__agenda, 2)

static BKO__STRAIGHT void limit_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__limit, limit), 2);
	bko__members(c, BKO__TIME, BKO__AT(bko__limit, settled), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__limit, kind), 1);
}
BKO__RECORD(limit, struct bko__limit, 1)

static BKO__STRAIGHT void counted_members(struct bko__coder *c)
{
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__counted, accepted), 3);
	bko__members(c, BKO__TIME, BKO__AT(bko__counted, length), 1);
	bko__members(c, BKO__U32, BKO__AT(bko__counted, flags), 1);
}
BKO__RECORD(counted, struct bko__counted, 1)

static BKO__STRAIGHT void lane_members(struct bko__coder *c)
{
	bko__members(c, BKO__COUNT_6, BKO__AT(bko__lane, first), 2);
}
BKO__RECORD(lane, struct bko__lane, 0)

static BKO__STRAIGHT void event_members(struct bko__coder *c)
{
	bko__members(c, BKO__U32, BKO__AT(bko__event, kind), 3);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__event, amount), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko__event, time), 1);
	bko__members(c, BKO__ID, BKO__AT(bko__event, order), 2);
	bko__members(c, BKO__QUANTITY, BKO__AT(bko__event, other), 1);
	bko__members(c, BKO__TIME, BKO__AT(bko__event, at), 1);
	bko__members(c, BKO__ID, BKO__AT(bko__event, location), 2);
}
BKO__RECORD(event, struct bko__event, 2)

void bko__read_format(struct bko__reader *r)
{
	if (r->at < r->size && r->data[r->at] >= 1 && r->data[r->at] <= BKO__FORMAT)
		r->at++;
	else
		r->bad = 1;
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

/* Records that are a list and nothing more. */
#define WHOLE(name)                                                                     \
	int bko__##name##_get(struct bko_span value, struct bko__##name *record)        \
	{                                                                               \
		struct bko__reader r = opened(value);                                   \
                                                                                        \
		name##_decode(&r, record);                                              \
		return closed(&r);                                                      \
	}                                                                               \
                                                                                        \
	void bko__##name##_put(struct bko__writer *w, const struct bko__##name *record) \
	{                                                                               \
		bko__write_byte(w, BKO__FORMAT);                                        \
		name##_encode(w, record, NULL);                                         \
	}

WHOLE(settings)
WHOLE(supply)
WHOLE(agenda)
WHOLE(counted)
WHOLE(lane)

static void read_policy(struct bko__reader *r, struct bko_policy *record)
{
	memset(record, 0, sizeof *record);
	record->struct_size = sizeof *record;
	policy_decode(r, record);
}

int bko__policy_get(struct bko_span value, struct bko_policy *record)
{
	struct bko__reader r = opened(value);

	read_policy(&r, record);
	return closed(&r);
}

void bko__policy_put(struct bko__writer *w, const struct bko_policy *record)
{
	bko__write_byte(w, BKO__FORMAT);
	policy_encode(w, record, NULL);
}

int bko__defaults_get(struct bko_span value, struct bko__defaults *record)
{
	struct bko__reader r = opened(value);

	memset(record, 0, sizeof *record);
	read_policy(&r, &record->policy);
	defaults_decode(&r, record);
	return closed(&r);
}

void bko__defaults_put(struct bko__writer *w, const struct bko__defaults *record)
{
	bko__write_byte(w, BKO__FORMAT);
	policy_encode(w, &record->policy, NULL);
	defaults_encode(w, record, NULL);
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

	bko__write_byte(w, BKO__FORMAT);
	policy_encode(w, &record->policy, NULL);
	bko__write_uint(w, record->location_count);
	for (i = 0; i < record->location_count; i++)
		bko__write_id(w, record->locations[i].data, record->locations[i].size);
}

int bko__head_get(struct bko_span value, struct bko__head *record)
{
	struct bko__reader r = opened(value);

	head_decode(&r, record);
	r.bad |= record->quantum < 1;
	return closed(&r);
}

void bko__head_put(struct bko__writer *w, const struct bko__head *record)
{
	bko__write_byte(w, BKO__FORMAT);
	head_encode(w, record, NULL);
}

int bko__limit_get(struct bko_span value, struct bko__limit *record)
{
	struct bko__reader r = opened(value);
	uint32_t i;

	memset(record, 0, sizeof *record);
	limit_decode(&r, record);
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

	bko__write_byte(w, BKO__FORMAT);
	limit_encode(w, record, NULL);
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
	bko__read_format(r);
	opcome_decode(r, record);
}

void bko__opcome_write(struct bko__writer *w, const struct bko__opcome *record)
{
	bko__write_byte(w, BKO__FORMAT);
	opcome_encode(w, record, NULL);
}

void bko__unit_read(struct bko__reader *r, struct bko__unit *record)
{
	unit_decode(r, record);
}

void bko__unit_write(struct bko__writer *w, const struct bko__unit *record)
{
	unit_encode(w, record, NULL);
}

void bko__event_read(struct bko__reader *r, struct bko__event *record)
{
	event_decode(r, record);
}

void bko__event_write(struct bko__writer *w, const struct bko__event *record)
{
	event_encode(w, record, NULL);
}
