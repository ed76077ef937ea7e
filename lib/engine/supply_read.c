/*
 * supply_read.c - open supplies and named buckets of a position, as lists.
 */
#include "base/number.h"
#include "engine/buckets.h"
#include "engine/copy.h"

struct supply_listing {
	struct bko_span item, location;
	int64_t now;
	uint32_t first, stride;
	void *array;
	size_t capacity, count;
	union { /* of the run */
		uint32_t order[BKO_SUPPLIES_MAX];
		struct bko__buckets buckets;
	} read;
	union {
		struct bko_supply_info supply;
		struct bko_bucket bucket;
	} out;
};

static int32_t load_listed(struct bko_engine *engine, struct supply_listing *l,
                           struct bko__pos **pos)
{
	int32_t status = bko__base_want(engine);

	if (status)
		return status;
	*pos = bko__pos_want(engine, &l->item, &l->location, 0);
	if (!*pos)
		return engine->tx.status;
	status = bko__positions_load(engine, l->now);
	if (!status && !(*pos)->exists)
		status = bko__fail(engine, BKO_E_NOT_FOUND, "location");
	return status;
}

/* By date, undated ones last; among equals in order of their ids. */
static void sort_supplies(const struct bko__supply *supplies, uint32_t *order, uint32_t count)
{
	uint32_t i, at;

	for (i = 0; i < count; i++) {
		int64_t due = supplies[i].due ? supplies[i].due : BKO__NEVER;

		for (at = i; at; at--) {
			int64_t before = supplies[order[at - 1]].due;

			if ((before ? before : BKO__NEVER) <= due)
				break;
			order[at] = order[at - 1];
		}
		order[at] = i;
	}
}

static void supply_out(const struct bko__pos *pos, uint32_t number, struct supply_listing *l)
{
	const struct bko__supply *supply = &pos->supplies[number];
	const struct bko__row *row = pos->supply_rows[number];
	size_t at = pos->row->key_size + 2u; /* behind the letter and the id's length */
	struct bko_supply_info *out = &l->out.supply;

	memset(out, 0, sizeof *out);
	out->state = supply->state;
	out->origin = supply->origin;
	out->overdue = (uint32_t)bko__supply_overdue(supply, pos->now);
	out->expected = supply->expected;
	out->received = supply->received;
	out->due_ms = supply->due;
	out->grace_ms = supply->grace;
	bko__id_out((struct bko_span){row->key + at, row->key_size - at}, &out->supply);
	bko__struct_out((uint8_t *)l->array + l->count * l->stride, l->stride, out, sizeof *out);
	l->count++;
}

static int32_t run_supplies(struct bko_engine *engine, void *arguments)
{
	struct supply_listing *l = arguments;
	uint32_t *order = l->read.order, i;
	struct bko__pos *pos;
	int32_t status = load_listed(engine, l, &pos);

	if (!status)
		status = bko__supply_rows_load(engine, pos);
	if (status)
		return status;
	sort_supplies(pos->supplies, order, pos->supply_count);
	l->count = 0;
	for (i = l->first; i < pos->supply_count && l->count < l->capacity; i++)
		supply_out(pos, order[i], l);
	bko__undo(engine);
	return BKO_OK;
}

int32_t bko_supply_list(bko_engine *engine, int64_t now_ms, const struct bko_span *item,
                        const struct bko_span *location, uint32_t first,
                        struct bko_supply_info *array, size_t capacity, uint32_t stride,
                        size_t *count)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_SUPPLY_LIST, item, location, first);
	struct supply_listing *l;

	if (status)
		return status;
	l = BKO__CALL(engine, struct supply_listing);
	if (!item || !location)
		return bko__fail(engine, BKO_E_MISUSE, "item or location");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (!status)
		status = bko__check_position(engine, item, location);
	if (!status && !bko__time_ok(now_ms))
		status = bko__fail(engine, BKO_E_RANGE, "now_ms");
	if (status)
		return status;
	memset(l, 0, sizeof *l);
	l->item = *item;
	l->location = *location;
	l->now = now_ms;
	l->first = first;
	l->array = array;
	l->capacity = capacity;
	l->stride = stride;
	status = bko__drive(engine, run_supplies, l);
	*count = status ? 0 : l->count;
	return status;
}

static int32_t run_buckets(struct bko_engine *engine, void *arguments)
{
	struct supply_listing *l = arguments;
	struct bko__buckets *buckets = &l->read.buckets;
	struct bko_bucket *out = &l->out.bucket;
	struct bko__pos *pos;
	struct bko__row *row;
	uint32_t i;
	int32_t status = load_listed(engine, l, &pos);

	if (status)
		return status;
	row = bko__buckets_want(engine, pos);
	status = bko__fetch(engine);
	buckets->count = 0;
	if (!status && row->present && bko__buckets_get(bko__value(row), buckets))
		status = bko__fail(engine, BKO_E_CORRUPT, "buckets");
	l->count = 0;
	for (i = 0; !status && i < buckets->count && l->count < l->capacity; i++, l->count++) {
		memset(out, 0, sizeof *out);
		out->quantity = buckets->quantity[i];
		bko__id_out(buckets->name[i], &out->name);
		bko__struct_out((uint8_t *)l->array + l->count * l->stride, l->stride, out,
		                sizeof *out);
	}
	bko__undo(engine);
	return status;
}

int32_t bko_bucket_list(bko_engine *engine, const struct bko_span *item,
                        const struct bko_span *location, struct bko_bucket *array, size_t capacity,
                        uint32_t stride, size_t *count)
{
	int32_t status = bko__enter_about(engine, BKO__VERB_BUCKET_LIST, item, location, 0);
	struct supply_listing *l;

	if (status)
		return status;
	l = BKO__CALL(engine, struct supply_listing);
	if (!item || !location)
		return bko__fail(engine, BKO_E_MISUSE, "item or location");
	if (engine->batching)
		return bko__fail(engine, BKO_E_STATE, "a batch is open");
	status = bko__check_array(engine, array, capacity, stride, sizeof *array, count);
	if (!status)
		status = bko__check_position(engine, item, location);
	if (status)
		return status;
	memset(l, 0, sizeof *l);
	l->item = *item;
	l->location = *location;
	l->array = array;
	l->capacity = capacity;
	l->stride = stride;
	status = bko__drive(engine, run_buckets, l);
	*count = status ? 0 : l->count;
	return status;
}
