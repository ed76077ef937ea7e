/*
 * verify_item.c - items and the positions they name; rows that stand alone: the
 * defaults, calendars, settings, limits across positions.
 */
#include "base/number.h"
#include "engine/position.h"
#include "engine/verify.h"

enum { ITEMS = 4, ALONE_ROWS = 32 };

/* An item of the page in hand. */
struct audited_item {
	struct bko_span id;
	struct bko__row *row; /* NULL: there is no record of it, told with its positions */
	struct bko__item rec;
	uint32_t damaged, lost; /* lost: locations it names that are no positions */
};

/* Wants the positions that "any" means. */
static void want_named(struct bko_engine *engine, struct audited_item *item)
{
	struct bko__key *key = &engine->room.key;
	uint32_t i;

	item->damaged = item->row && bko__item_get(bko__value(item->row), &item->rec);
	for (i = 0; item->row && !item->damaged && i < item->rec.location_count; i++) {
		bko__pos_key(&item->id, &item->rec.locations[i], key);
		bko__want(engine, key, BKO__WANT_FREE);
	}
}

static void look_at_named(struct bko_engine *engine, struct audited_item *item)
{
	struct bko__key *key = &engine->room.key;
	uint32_t i;

	item->lost = 0;
	for (i = 0; item->row && !item->damaged && i < item->rec.location_count; i++) {
		bko__pos_key(&item->id, &item->rec.locations[i], key);
		item->lost += !bko__want(engine, key, BKO__WANT_FREE)->present;
	}
}

/* The next items, each with the first of its rows; the key then stands behind them. */
static int32_t next_items(struct bko_engine *engine, struct bko__auditing *a,
                          struct audited_item *items, uint32_t *count, uint32_t *end)
{
	struct bko__key *from = &a->from;
	int32_t status = BKO_OK;
	uint32_t steps;

	*from = a->audit->from;
	bko__key_begin(&a->end, 'I');
	bko__key_after(&a->end, &a->end);
	*count = *end = 0;
	for (steps = 0; !status && steps < 2 * ITEMS && *count < ITEMS; steps++) {
		struct bko__range *range = bko__want_range(engine, from, &a->end, 1);
		struct audited_item *item = &items[*count];

		status = bko__fetch(engine);
		if (status || !range->count) {
			*end = !status;
			break;
		}
		memset(item, 0, sizeof *item);
		if (!bko__key_id_at(range->rows[0], 1, &item->id) || !item->id.size) {
			bko__row_past(range->rows[0], from); /* told with the heads */
			continue;
		}
		++*count;
		bko__key_begin(from, 'I');
		bko__key_id(from, item->id.data, item->id.size);
		if (range->rows[0]->key_size == from->size)
			item->row = range->rows[0];
		bko__key_after(from, from);
	}
	return status;
}

int32_t bko__audit_items(struct bko_engine *engine, void *arguments)
{
	struct bko__auditing *a = arguments;
	struct audited_item *items = bko__take(engine, ITEMS * sizeof *items);
	struct bko_span none = {NULL, 0};
	uint32_t count = 0, i, end = 0, wrong = 0;
	int32_t status = items ? BKO_OK : engine->tx.status;

	if (!status)
		status = next_items(engine, a, items, &count, &end);
	for (i = 0; !status && i < count; i++)
		want_named(engine, &items[i]);
	if (!status)
		status = bko__fetch(engine);
	if (status)
		return status;
	for (i = 0; i < count; i++) {
		look_at_named(engine, &items[i]);
		wrong |= items[i].damaged || items[i].lost;
	}
	a->done = 0;
	if (bko__audit_doubts(engine, a->audit, wrong != 0)) {
		a->audit->next = a->audit->from;
		return BKO_OK;
	}
	for (i = 0; i < count; i++) {
		if (items[i].damaged)
			bko__found(a->audit, BKO_CHECK_RECORD, 20, 1, 0, &items[i].id, &none, &none,
			           0);
		if (items[i].lost)
			bko__found(a->audit, BKO_CHECK_S1, 21, 0, items[i].lost, &items[i].id,
			           &none, &none, 0);
	}
	a->audit->next = a->from;
	a->done = end;
	return BKO_OK;
}

/* Units of holds are part of what is used. */
static int limit_sound(const struct bko__limit *limit)
{
	int64_t held = 0;
	uint32_t i;

	for (i = 0; i < limit->holds; i++) {
		if (limit->amount[i] < 0)
			return 0;
		held += limit->amount[i];
	}
	return limit->used >= held;
}

/* A row that stands alone; 0 if these bytes are none. Counts it. */
static int alone_sound(const struct bko__row *row, uint32_t rows[4], void *room)
{
	struct bko_span id;
	size_t id_at = row->key[0] == 'X' ? 2 : 1;

	switch (row->key[0]) {
	case 'D': return row->key_size == 1 && !bko__defaults_get(bko__value(row), room);
	case 'S': return row->key_size == 1 && !bko__settings_get(bko__value(row), room);
	case 'L':
		rows[0]++;
		return bko__key_id_at(row, 1, &id) && row->key_size == id_at + 1 + id.size &&
		       !bko__calendar_get(bko__value(row), room);
	default:
		if (row->key_size < 3 || row->key[1] < BKO_LIMIT_ITEM ||
		    row->key[1] > BKO_LIMIT_CHANNEL)
			return 0;
		rows[row->key[1]]++;
		return bko__key_id_at(row, id_at, &id) && id.size &&
		       row->key_size == id_at + 1 + id.size &&
		       !bko__limit_get(bko__value(row), room) && limit_sound(room);
	}
}

/* What the defaults count must be what there is: a sale looks for no other limits. */
static uint32_t told_of(const struct bko__defaults *defaults, uint32_t kind)
{
	return kind ? defaults->limits[kind] : defaults->calendars;
}

static int counts_differ(const struct bko_engine *engine, const uint32_t rows[4])
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		if (told_of(engine->tx.defaults, i) != rows[i])
			return 1;
	}
	return 0;
}

static void judge_counts(const struct bko_engine *engine, struct bko__auditing *a,
                         const uint32_t rows[4])
{
	struct bko_span none = {NULL, 0};
	uint32_t i;

	for (i = 0; i < 4; i++) {
		uint32_t told = told_of(engine->tx.defaults, i);

		if (told != rows[i])
			bko__found(a->audit, BKO_CHECK_S1, 22 + i, rows[i], told, &none, &none,
			           &none, 0);
	}
}

/* Goes over the letters D, L, S, X one after the other; again, rows told already left out,
 * where the counts are in doubt. */
int32_t bko__audit_alone(struct bko_engine *engine, void *arguments)
{
	static const uint8_t letters[] = {'D', 'L', 'S', 'X', 0};
	struct bko__auditing *a = arguments;
	struct bko__key *from = &a->audit->from, *end = &engine->room.end;
	void *room = bko__take(engine, sizeof(struct bko__calendar) + sizeof(struct bko__limit) +
	                                       sizeof(struct bko__defaults));
	uint32_t rows[4], i, at = 0, wrong = 0;
	struct bko_span none = {NULL, 0};
	struct bko__range *range;
	int32_t status = room ? bko__base_want(engine) : engine->tx.status;

	while (letters[at] != from->bytes[0])
		at++;
	bko__key_begin(end, letters[at]);
	bko__key_after(end, end);
	range = bko__want_range(engine, from, end, ALONE_ROWS);
	if (!status)
		status = bko__fetch(engine);
	if (status)
		return status;
	wrong = bko__base_load(engine) == BKO_E_CORRUPT; /* told as a row */
	if (!wrong && engine->tx.status)
		return engine->tx.status;
	memcpy(rows, a->audit->rows, sizeof rows);
	if (!at && from->size == 1)
		memset(rows, 0, sizeof rows);
	for (i = 0; i < range->count; i++) {
		if (!alone_sound(range->rows[i], rows, room) && !a->audit->tries)
			bko__found(a->audit, BKO_CHECK_RECORD, 21, 1, 0, &none, &none, &none,
			           range->rows[i]->key[0]);
	}
	memcpy(a->audit->rows, rows, sizeof rows);
	a->done = 0;
	if (range->more) {
		bko__row_past(range->rows[range->count - 1], &a->audit->next);
		return BKO_OK;
	}
	if (letters[at + 1]) {
		bko__key_begin(&a->audit->next, letters[at + 1]);
		return BKO_OK;
	}
	if (!wrong && bko__audit_doubts(engine, a->audit, counts_differ(engine, rows))) {
		bko__key_begin(&a->audit->next, letters[0]);
		return BKO_OK;
	}
	a->done = 1;
	if (!wrong)
		judge_counts(engine, a, rows);
	return BKO_OK;
}
